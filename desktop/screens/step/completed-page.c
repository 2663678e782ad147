/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A completed step, all of it on one page to read: what it was done with, where the samples lie,
 * their values, where they went.
 */

#define G_LOG_DOMAIN "mns-completed-page"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/screens/step/completed-page.h"
#include "desktop/screens/step/next-table.h"
#include "desktop/screens/step/placement-draft.h"
#include "desktop/screens/step/record-table.h"
#include "desktop/screens/step/step-files.h"
#include "desktop/screens/step/step-screen.h"
#include "desktop/widgets/grid.h"
#include "desktop/widgets/plate.h"

/* A table is as high as its rows, up to this; then it scrolls by itself. */
#define TABLE_MOST 420
#define TABLE_ROW 32
#define ACTION_WIDTH 320

struct _MnsCompletedPage
{
  MnsStepPage parent_instance;

  MnsPlacementDraft *draft;
  MnsRecordTable *record;
  MnsNextTable *next;
  GtkBox *box;
};

G_DEFINE_FINAL_TYPE (MnsCompletedPage, mns_completed_page, MNS_TYPE_STEP_PAGE)

static const char *const views[] = {
  "run_lots",   "run_containers", "run_placements", "run_pairs",
  "run_fields", "run_choices",    "run_actions",    NULL,
};

static const MnsRows *
get_rows (MnsCompletedPage *self, const char *view)
{
  return mns_step_page_get_rows (MNS_STEP_PAGE (self), view);
}

static void
add_heading (MnsCompletedPage *self, const char *text)
{
  GtkWidget *label =
      g_object_new (GTK_TYPE_LABEL, "accessible-role", GTK_ACCESSIBLE_ROLE_HEADING, NULL);

  gtk_label_set_text (GTK_LABEL (label), text);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "title-4");
  gtk_widget_set_margin_top (label, 12);
  gtk_box_append (self->box, label);
}

/* ---- what it was done with ---- */

static void
add_fact (GtkGrid *grid, const char *title, const char *value)
{
  GtkWidget *left = gtk_label_new (title);
  GtkWidget *right = gtk_label_new (value);
  GtkWidget *last = gtk_widget_get_last_child (GTK_WIDGET (grid));
  int row = 0;

  if (value == NULL || value[0] == '\0')
    {
      g_object_ref_sink (left);
      g_object_unref (left);
      g_object_ref_sink (right);
      g_object_unref (right);
      return;
    }
  if (last != NULL)
    gtk_grid_query_child (grid, last, NULL, &row, NULL, NULL);
  gtk_label_set_xalign (GTK_LABEL (left), 0);
  gtk_label_set_yalign (GTK_LABEL (left), 0);
  gtk_widget_add_css_class (left, "dim-label");
  gtk_label_set_xalign (GTK_LABEL (right), 0);
  gtk_label_set_wrap (GTK_LABEL (right), TRUE);
  gtk_label_set_selectable (GTK_LABEL (right), TRUE);
  gtk_grid_attach (grid, left, 0, row + 1, 1, 1);
  gtk_grid_attach (grid, right, 1, row + 1, 1, 1);
}

static char *
list_lots (const MnsRows *lots)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < mns_rows_get_n_rows (lots); i++)
    {
      const char *number = mns_cell_text (lots, i, "lot_number");

      g_string_append_printf (text,
                              "%s%s: %s %s",
                              i > 0 ? "\n" : "",
                              mns_cell_text (lots, i, "kit"),
                              mns_cell_text (lots, i, "name"),
                              number != NULL ? number : "");
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
add_facts (MnsCompletedPage *self)
{
  const MnsRows *run = mns_step_page_get_run (MNS_STEP_PAGE (self));
  const MnsRows *fields = get_rows (self, "run_fields");
  GtkGrid *grid = GTK_GRID (gtk_grid_new ());
  g_autofree char *begun = mns_time_to_text (mns_cell_int (run, 0, "started_at"));
  g_autofree char *ended = mns_time_to_text (mns_cell_int (run, 0, "completed_at"));
  g_autofree char *lots = list_lots (get_rows (self, "run_lots"));

  gtk_grid_set_column_spacing (grid, 16);
  gtk_grid_set_row_spacing (grid, 4);
  add_fact (grid, _ ("Protocol"), mns_cell_text (run, 0, "protocol"));
  add_fact (grid, _ ("Done by"), mns_cell_text (run, 0, "technician"));
  add_fact (grid, _ ("Begun"), begun);
  add_fact (grid, _ ("Finished"), ended);
  add_fact (grid, _ ("Instrument"), mns_cell_text (run, 0, "instrument"));
  add_fact (grid, _ ("Reagent lots"), lots);
  for (guint i = 0; i < mns_rows_get_n_rows (fields); i++)
    if (g_strcmp0 (mns_cell_text (fields, i, "place"), "STEP") == 0)
      {
        const char *unit = mns_cell_text (fields, i, "unit");
        const char *title = mns_cell_text (fields, i, "title");
        g_autofree char *heading =
            unit != NULL ? g_strdup_printf ("%s (%s)", title, unit) : g_strdup (title);

        add_fact (grid, heading, mns_cell_text (fields, i, "value"));
      }
  gtk_box_append (self->box, GTK_WIDGET (grid));
}

/* ---- where, what, whither ---- */

/* Tubes are named in the table of values; only what has wells is drawn. */
static void
add_plates (MnsCompletedPage *self)
{
  const MnsRows *containers = get_rows (self, "run_containers");
  MnsPlateModel *model;

  if (mns_cell_int (mns_step_page_get_run (MNS_STEP_PAGE (self)), 0, "places_itself") != 0 ||
      mns_rows_get_n_rows (containers) == 0)
    return;
  self->draft = mns_placement_draft_new (
      containers, get_rows (self, "run_pairs"), get_rows (self, "run_placements"));
  model = mns_placement_draft_get_model (self->draft);
  for (guint i = 0; i < mns_plate_model_get_n_containers (model); i++)
    {
      GtkWidget *plate = mns_plate_new (model);

      mns_plate_set_container (MNS_PLATE (plate), i);
      mns_plate_set_read_only (MNS_PLATE (plate), TRUE);
      gtk_widget_set_halign (plate, GTK_ALIGN_START);
      add_heading (self, mns_plate_model_get_container_name (model, i));
      gtk_box_append (self->box, plate);
    }
}

static void
add_table (MnsCompletedPage *self, MnsGridModel *model, const char *title)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *grid = mns_grid_new (model, title);
  guint action = mns_grid_model_find_column (model, "action");
  int height = TABLE_ROW * (int) (mns_grid_model_get_n_rows (model) + 1) + 16;

  mns_grid_model_set_read_only (model, TRUE);
  add_heading (self, title);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), grid);
  if (action < mns_grid_model_get_n_columns (model))
    mns_grid_set_column_width (MNS_GRID (grid), action, ACTION_WIDTH);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled),
                                              MIN (height, TABLE_MOST));
  gtk_box_append (self->box, scrolled);
}

static MnsRecordFlags
get_flags (MnsCompletedPage *self)
{
  const MnsRows *run = mns_step_page_get_run (MNS_STEP_PAGE (self));
  const char *type = mns_cell_text (run, 0, "type");

  return (g_strcmp0 (type, "QC") == 0 || g_strcmp0 (type, "AGGREGATE_QC") == 0 ? MNS_RECORD_QC
                                                                               : 0) |
         (mns_cell_int (run, 0, "places_itself") != 0 ? MNS_RECORD_TUBES : 0);
}

static gboolean
may_cb (const char *right, gpointer data)
{
  return TRUE;
}

static void
clear (MnsCompletedPage *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->box))) != NULL)
    gtk_box_remove (self->box, child);
  g_clear_pointer (&self->draft, mns_placement_draft_free);
  g_clear_pointer (&self->record, mns_record_table_free);
  g_clear_pointer (&self->next, mns_next_table_free);
}

static void
mns_completed_page_show (MnsStepPage *page)
{
  MnsCompletedPage *self = MNS_COMPLETED_PAGE (page);
  MnsScreen *screen = mns_step_page_get_screen (page);
  guint n = mns_rows_get_n_rows (get_rows (self, "run_pairs"));
  g_autofree char *facts = g_strdup_printf (ngettext ("%u sample", "%u samples", n), n);

  clear (self);
  self->record = mns_record_table_new ();
  self->next = mns_next_table_new ();
  mns_record_table_set (
      self->record, get_rows (self, "run_fields"), get_rows (self, "run_pairs"), get_flags (self));
  mns_next_table_set (self->next,
                      get_rows (self, "run_choices"),
                      get_rows (self, "run_actions"),
                      MNS_NEXT_SHOW_ALL,
                      may_cb,
                      NULL);
  add_facts (self);
  add_plates (self);
  add_table (self, mns_record_table_get_model (self->record), _ ("Values of the samples"));
  add_table (self, mns_next_table_get_model (self->next), _ ("Next steps"));
  mns_screen_set_facts (screen, facts);
  mns_screen_set_primary (screen, _ ("Download CSV"));
  mns_step_screen_set_reason (MNS_STEP_SCREEN (screen), NULL);
}

static void
mns_completed_page_primary (MnsStepPage *page)
{
  MnsCompletedPage *self = MNS_COMPLETED_PAGE (page);
  g_autoptr (MnsSheet) sheet = NULL;
  g_autofree char *name = NULL;

  if (self->record == NULL)
    return;
  sheet = mns_record_table_to_sheet (self->record);
  name = g_strdup_printf ("%s.csv", mns_cell_text (mns_step_page_get_run (page), 0, "lims_id"));
  mns_step_save_sheet (
      GTK_WIDGET (self), _ ("Save the table"), name, sheet, mns_step_page_file_written);
}

static gboolean
mns_completed_page_concerns (MnsStepPage *page, const char *const *tables)
{
  return g_strv_contains (tables, "artifact") || g_strv_contains (tables, "step_lot");
}

static void
mns_completed_page_dispose (GObject *object)
{
  MnsCompletedPage *self = MNS_COMPLETED_PAGE (object);

  if (self->box != NULL)
    clear (self);
  self->box = NULL;

  G_OBJECT_CLASS (mns_completed_page_parent_class)->dispose (object);
}

static void
mns_completed_page_class_init (MnsCompletedPageClass *klass)
{
  MnsStepPageClass *page_class = MNS_STEP_PAGE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_completed_page_dispose;
  page_class->views = views;
  page_class->show = mns_completed_page_show;
  page_class->primary = mns_completed_page_primary;
  page_class->concerns = mns_completed_page_concerns;
}

static void
mns_completed_page_init (MnsCompletedPage *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 8));
  gtk_widget_set_margin_start (GTK_WIDGET (self->box), 16);
  gtk_widget_set_margin_end (GTK_WIDGET (self->box), 16);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->box), 16);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (self->box));
  gtk_scrolled_window_set_policy (
      GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  adw_bin_set_child (ADW_BIN (self), scrolled);
}
