/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Record details: a spreadsheet of the step's sample table and, beside it, the instrument, lots and
 * fields of the step. A paste is one command; cells that cannot be right stay here, marked, and do
 * not go out.
 */

#define G_LOG_DOMAIN "mns-record-page"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/screens/step/record-page.h"
#include "desktop/screens/step/record-save.h"
#include "desktop/screens/step/record-table.h"
#include "desktop/screens/step/step-consumables.h"
#include "desktop/screens/step/step-dialogs.h"
#include "desktop/screens/step/step-fields.h"
#include "desktop/screens/step/step-files.h"
#include "desktop/screens/step/step-screen.h"
#include "desktop/widgets/grid.h"

struct _MnsRecordPage
{
  MnsStepPage parent_instance;

  MnsRecordTable *table;
  MnsGridModel *model; /* of the table; unowned */
  gboolean showing;    /* what was read is just being shown */
  char *offered;       /* clipboard while the person is asked how to paste it */

  AdwBin *grid_bin;
  MnsGrid *grid;
  GtkLabel *faults;
  GtkWidget *fault_box;
  GtkLabel *line;
  GtkEntry *value;
  GtkBox *bar;
  GtkBox *changing; /* tools that change cells */
  GtkBox *columns;  /* in the popover */
  GtkDropDown *order;
  GtkWidget *import_button;
  GtkWidget *side;
  MnsStepConsumables *consumables;
  MnsStepFields *fields;
};

G_DEFINE_FINAL_TYPE (MnsRecordPage, mns_record_page, MNS_TYPE_STEP_PAGE)

static const char *const views[] = {
  "run_fields", "run_pairs", "run_instruments", "run_lot_choices", "run_presets", NULL,
};

static const MnsRows *
get_rows (MnsRecordPage *self, const char *view)
{
  return mns_step_page_get_rows (MNS_STEP_PAGE (self), view);
}

static MnsStepScreen *
get_frame (MnsRecordPage *self)
{
  return MNS_STEP_SCREEN (mns_step_page_get_screen (MNS_STEP_PAGE (self)));
}

/* ---- what is missing ---- */

/* Why the next milestone cannot be reached; the lab says the same when it is asked. */
static char *
dup_reason (MnsRecordPage *self)
{
  guint n_faults = mns_grid_model_count_faults (self->model);
  guint n_missing = mns_record_table_count_missing (self->table);
  char *missing;

  if (mns_step_page_is_completed (MNS_STEP_PAGE (self)))
    return NULL;
  if (mns_step_page_is_read_only (MNS_STEP_PAGE (self)))
    return g_strdup (_ ("Only the person working on this step goes on"));
  if (n_faults > 0)
    return g_strdup_printf (ngettext ("%u cell is not valid", "%u cells are not valid", n_faults),
                            n_faults);
  missing = mns_step_consumables_dup_missing (self->consumables);
  if (missing == NULL)
    missing = mns_step_fields_dup_missing (get_rows (self, "run_fields"));
  if (missing != NULL)
    return missing;
  if (n_missing > 0)
    return g_strdup_printf (
        ngettext ("%u cell must have a value", "%u cells must have a value", n_missing), n_missing);
  return mns_step_page_get_n_saving (MNS_STEP_PAGE (self)) > 0
             ? g_strdup (_ ("Values are being saved"))
             : NULL;
}

static void
show_state (MnsRecordPage *self)
{
  MnsScreen *screen = mns_step_page_get_screen (MNS_STEP_PAGE (self));
  guint n_faults = mns_grid_model_count_faults (self->model);
  guint n_rows = mns_grid_model_get_n_rows (self->model);
  g_autofree char *facts = g_strdup_printf (ngettext ("%u sample", "%u samples", n_rows), n_rows);
  g_autofree char *text = g_strdup_printf (
      ngettext ("%u cell is not valid", "%u cells are not valid", n_faults), n_faults);
  g_autofree char *reason = dup_reason (self);

  gtk_label_set_text (self->faults, n_faults > 0 ? text : "");
  gtk_widget_set_visible (self->fault_box, n_faults > 0);
  mns_screen_set_facts (screen, facts);
  mns_screen_set_primary (screen, _ ("Next steps"));
  mns_step_screen_note_drafts (get_frame (self), n_faults);
  mns_step_screen_set_reason (get_frame (self), reason);
}

static void
model_changed_cb (MnsRecordPage *self)
{
  if (!self->showing)
    show_state (self);
}

/* ---- saving ---- */

static void
saved_cb (MnsStepPage *page)
{
  show_state (MNS_RECORD_PAGE (page));
}

static void
cells_edited_cb (MnsRecordPage *self, GArray *edits)
{
  mns_record_save (MNS_STEP_PAGE (self), self->table, edits, saved_cb);
}

/* ---- the grid ---- */

static void
message_cb (MnsRecordPage *self, const char *message)
{
  gtk_label_set_text (self->line, message);
}

static void
paste_chosen_cb (gpointer owner, const char *word)
{
  MnsRecordPage *self = owner;

  if (self->grid != NULL && self->offered != NULL)
    mns_grid_paste_text (self->grid, self->offered, g_str_equal (word, "sample"));
}

static gboolean
match_offered_cb (MnsRecordPage *self, const char *text)
{
  g_free (self->offered);
  self->offered = g_strdup (text);
  mns_step_ask_paste (GTK_WIDGET (self), paste_chosen_cb);
  return TRUE;
}

static void
rebuild_grid (MnsRecordPage *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->model = mns_record_table_get_model (self->table);
  g_signal_connect_object (
      self->model, "cells-edited", G_CALLBACK (cells_edited_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (
      self->model, "changed", G_CALLBACK (model_changed_cb), self, G_CONNECT_SWAPPED);
  self->grid = MNS_GRID (mns_grid_new (self->model, _ ("Values of the samples")));
  g_signal_connect_object (self->grid, "message", G_CALLBACK (message_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (
      self->grid, "match-offered", G_CALLBACK (match_offered_cb), self, G_CONNECT_SWAPPED);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (self->grid));
  adw_bin_set_child (self->grid_bin, scrolled);
}

static MnsRecordFlags
get_flags (MnsRecordPage *self)
{
  const MnsRows *run = mns_step_page_get_run (MNS_STEP_PAGE (self));
  const char *type = mns_cell_text (run, 0, "type");
  MnsRecordFlags flags = 0;

  if (g_strcmp0 (type, "QC") == 0 || g_strcmp0 (type, "AGGREGATE_QC") == 0)
    flags |= MNS_RECORD_QC;
  if (mns_cell_int (run, 0, "places_itself") != 0)
    flags |= MNS_RECORD_TUBES;
  return flags;
}

static void
column_toggled_cb (GtkCheckButton *check, MnsRecordPage *self)
{
  mns_record_table_hide (self->table,
                         g_object_get_data (G_OBJECT (check), "key"),
                         !gtk_check_button_get_active (check));
  MNS_STEP_PAGE_GET_CLASS (self)->show (MNS_STEP_PAGE (self));
}

/* Once: a field that comes later with a new version of the step is shown anyway. */
static void
fill_columns (MnsRecordPage *self)
{
  const MnsRows *fields = get_rows (self, "run_fields");

  if (gtk_widget_get_first_child (GTK_WIDGET (self->columns)) != NULL)
    return;
  for (guint i = 0; i < mns_rows_get_n_rows (fields); i++)
    {
      GtkWidget *check;

      if (g_strcmp0 (mns_cell_text (fields, i, "place"), "SAMPLE_TABLE") != 0)
        continue;
      check = gtk_check_button_new_with_label (mns_cell_text (fields, i, "title"));
      gtk_check_button_set_active (GTK_CHECK_BUTTON (check), TRUE);
      g_object_set_data_full (
          G_OBJECT (check), "key", g_strdup (mns_cell_text (fields, i, "key")), g_free);
      g_signal_connect_object (check, "toggled", G_CALLBACK (column_toggled_cb), self, 0);
      gtk_box_append (self->columns, check);
    }
}

static void
mns_record_page_show (MnsStepPage *page)
{
  MnsRecordPage *self = MNS_RECORD_PAGE (page);
  gboolean read_only = mns_step_page_is_read_only (page);

  self->showing = TRUE;
  if (mns_record_table_set (self->table,
                            get_rows (self, "run_fields"),
                            get_rows (self, "run_pairs"),
                            get_flags (self)))
    rebuild_grid (self);
  else if (mns_step_page_get_n_saving (page) == 0)
    mns_record_table_update (self->table);
  mns_grid_model_set_read_only (self->model, read_only);
  gtk_widget_set_visible (GTK_WIDGET (self->bar), mns_grid_model_get_n_rows (self->model) > 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->changing), !read_only);
  gtk_widget_set_sensitive (self->import_button, !read_only);
  fill_columns (self);
  mns_step_consumables_show (self->consumables, page);
  mns_step_fields_show (self->fields, page, get_rows (self, "run_fields"));
  mns_step_screen_set_side (get_frame (self),
                            gtk_widget_get_visible (GTK_WIDGET (self->consumables)) ||
                                    gtk_widget_get_visible (GTK_WIDGET (self->fields))
                                ? self->side
                                : NULL);
  self->showing = FALSE;
  show_state (self);
}

/* ---- toolbar ---- */

static void
fill_cb (MnsRecordPage *self)
{
  mns_grid_fill_range (self->grid, TRUE);
}

static void
undo_cb (MnsRecordPage *self)
{
  mns_grid_undo (self->grid);
}

static void
redo_cb (MnsRecordPage *self)
{
  mns_grid_redo (self->grid);
}

static void
paste_cb (MnsRecordPage *self)
{
  mns_grid_paste_clipboard (self->grid);
}

static void
apply_value_cb (MnsRecordPage *self)
{
  mns_grid_set_value (self->grid, gtk_editable_get_text (GTK_EDITABLE (self->value)));
}

static void
next_fault_cb (MnsRecordPage *self)
{
  mns_grid_step_fault (self->grid, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->grid));
}

static void
previous_fault_cb (MnsRecordPage *self)
{
  mns_grid_step_fault (self->grid, FALSE);
  gtk_widget_grab_focus (GTK_WIDGET (self->grid));
}

static void
order_chosen_cb (MnsRecordPage *self)
{
  mns_record_table_set_order (self->table, gtk_drop_down_get_selected (self->order));
  if (self->model != NULL)
    mns_record_page_show (MNS_STEP_PAGE (self));
}

static void
sheet_read_cb (gpointer owner, MnsSheet *sheet, const GError *error)
{
  MnsRecordPage *self = owner;
  MnsScreen *screen = mns_step_page_get_screen (MNS_STEP_PAGE (self));
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) edits = NULL;
  g_autofree char *text = NULL;
  guint n;

  if (screen == NULL)
    return;
  if (sheet == NULL)
    {
      mns_screen_set_banner (screen, MNS_BANNER_ERROR, error->message);
      return;
    }
  edits = mns_record_table_read_sheet (self->table, sheet, faults);
  n = edits->len;
  mns_grid_model_edit (self->model, edits);
  text = g_strdup_printf (ngettext ("%u cell read from the file", "%u cells read from the file", n),
                          n);
  gtk_label_set_text (self->line, text);
  mns_step_show_faults (screen, faults);
}

static void
import_cb (MnsRecordPage *self)
{
  mns_step_open_sheet (
      GTK_WIDGET (self), _ ("Choose a table with a column “Sample”"), sheet_read_cb);
}

static void
download_cb (MnsRecordPage *self)
{
  g_autoptr (MnsSheet) sheet = mns_record_table_to_sheet (self->table);
  g_autofree char *name = g_strdup_printf (
      "%s.csv", mns_cell_text (mns_step_page_get_run (MNS_STEP_PAGE (self)), 0, "lims_id"));

  mns_step_save_sheet (
      GTK_WIDGET (self), _ ("Save the table"), name, sheet, mns_step_page_file_written);
}

/* ---- the frame asks ---- */

static void
mns_record_page_save (MnsStepPage *page)
{
  MnsRecordPage *self = MNS_RECORD_PAGE (page);

  if (self->grid != NULL)
    mns_grid_stop_editing (self->grid, TRUE);
  mns_step_fields_save (self->fields);
}

static void
mns_record_page_primary (MnsStepPage *page)
{
  mns_record_page_save (page);
  mns_step_page_go_on (page, "ASSIGN_NEXT_STEPS");
}

static void
mns_record_page_undo (MnsStepPage *page, gboolean again)
{
  MnsRecordPage *self = MNS_RECORD_PAGE (page);

  if (self->grid == NULL)
    return;
  again ? mns_grid_redo (self->grid) : mns_grid_undo (self->grid);
}

/* With the cursor on a tube's name a scan is that name, and the cursor goes on to the next. */
static gboolean
scan_tube (MnsRecordPage *self, const char *text)
{
  guint row, column;

  if (!(get_flags (self) & MNS_RECORD_TUBES) || mns_step_page_is_read_only (MNS_STEP_PAGE (self)) ||
      !mns_grid_get_cursor (self->grid, &row, &column) ||
      !g_str_equal (mns_grid_model_get_column (self->model, column)->id, "container"))
    return FALSE;
  mns_grid_set_cursor (self->grid, row, column);
  mns_grid_set_value (self->grid, text);
  if (row + 1 < mns_grid_model_get_n_rows (self->model))
    mns_grid_set_cursor (self->grid, row + 1, column);
  return TRUE;
}

/* A lot or an instrument is chosen, a sample or container is shown. */
static gboolean
mns_record_page_scan (MnsStepPage *page, const char *text)
{
  MnsRecordPage *self = MNS_RECORD_PAGE (page);
  guint row, at, column = 0;

  if (self->grid == NULL)
    return FALSE;
  if (mns_step_consumables_scan (self->consumables, text))
    return TRUE;
  row = mns_record_table_find_row (self->table, text);
  if (row == G_MAXUINT)
    return scan_tube (self, text);
  mns_grid_get_cursor (self->grid, &at, &column);
  mns_grid_set_cursor (self->grid, row, column);
  gtk_widget_grab_focus (GTK_WIDGET (self->grid));
  return TRUE;
}

static gboolean
mns_record_page_concerns (MnsStepPage *page, const char *const *tables)
{
  static const char *const ours[] = { "artifact", "sample",     "placement",
                                      "step_lot", "instrument", "reagent_lot" };

  for (guint i = 0; i < G_N_ELEMENTS (ours); i++)
    if (g_strv_contains (tables, ours[i]))
      return mns_step_page_get_n_saving (page) == 0;
  return FALSE;
}

static void
mns_record_page_dispose (GObject *object)
{
  MnsRecordPage *self = MNS_RECORD_PAGE (object);

  g_clear_object (&self->side);
  g_clear_pointer (&self->offered, g_free);

  G_OBJECT_CLASS (mns_record_page_parent_class)->dispose (object);
}

static void
mns_record_page_finalize (GObject *object)
{
  mns_record_table_free (MNS_RECORD_PAGE (object)->table);

  G_OBJECT_CLASS (mns_record_page_parent_class)->finalize (object);
}

static void
mns_record_page_class_init (MnsRecordPageClass *klass)
{
  MnsStepPageClass *page_class = MNS_STEP_PAGE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_record_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = mns_record_page_finalize;
  page_class->views = views;
  page_class->show = mns_record_page_show;
  page_class->primary = mns_record_page_primary;
  page_class->scan = mns_record_page_scan;
  page_class->undo = mns_record_page_undo;
  page_class->concerns = mns_record_page_concerns;
  page_class->save = mns_record_page_save;
}

static GtkWidget *
add_icon (MnsRecordPage *self, GtkBox *bar, const char *icon, const char *label, GCallback clicked)
{
  GtkWidget *button = mns_step_page_add_button (MNS_STEP_PAGE (self), bar, "", clicked);

  gtk_button_set_icon_name (GTK_BUTTON (button), icon);
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  return button;
}

/* What changes cells. */
static GtkBox *
make_changing (MnsRecordPage *self)
{
  MnsStepPage *page = MNS_STEP_PAGE (self);

  self->changing = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8));
  mns_step_page_add_button (page, self->changing, _ ("Fill down"), G_CALLBACK (fill_cb));
  add_icon (self, self->changing, "edit-paste-symbolic", _ ("Paste"), G_CALLBACK (paste_cb));
  add_icon (self, self->changing, "edit-undo-symbolic", _ ("Undo"), G_CALLBACK (undo_cb));
  add_icon (self, self->changing, "edit-redo-symbolic", _ ("Redo"), G_CALLBACK (redo_cb));
  self->value = GTK_ENTRY (gtk_entry_new ());
  gtk_entry_set_placeholder_text (self->value, _ ("Set value"));
  gtk_editable_set_width_chars (GTK_EDITABLE (self->value), 10);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->value),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Value for the selected cells"),
                                  -1);
  g_signal_connect_object (
      self->value, "activate", G_CALLBACK (apply_value_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->changing, GTK_WIDGET (self->value));
  mns_step_page_add_button (page, self->changing, _ ("Apply"), G_CALLBACK (apply_value_cb));
  return self->changing;
}

static GtkWidget *
make_columns (MnsRecordPage *self)
{
  GtkWidget *button = gtk_menu_button_new ();
  GtkWidget *popover = gtk_popover_new ();

  self->columns = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 4));
  gtk_popover_set_child (GTK_POPOVER (popover), GTK_WIDGET (self->columns));
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  gtk_menu_button_set_label (GTK_MENU_BUTTON (button), _ ("Columns"));
  return button;
}

static GtkWidget *
make_order (MnsRecordPage *self)
{
  static const char *const titles[] = {
    [MNS_RECORD_BY_WELL] = N_ ("By well"),
    [MNS_RECORD_BY_INPUT] = N_ ("By input"),
    [MNS_RECORD_BY_PROJECT] = N_ ("By project"),
    [MNS_RECORD_CONTROLS_LAST] = N_ ("Controls last"),
  };
  GtkStringList *words = gtk_string_list_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    gtk_string_list_append (words, _ (titles[i]));
  self->order = GTK_DROP_DOWN (gtk_drop_down_new (G_LIST_MODEL (words), NULL));
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->order), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Order of the rows"), -1);
  g_signal_connect_object (
      self->order, "notify::selected", G_CALLBACK (order_chosen_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self->order);
}

static void
make_fault_box (MnsRecordPage *self)
{
  GtkBox *box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4));

  self->fault_box = GTK_WIDGET (box);
  self->faults = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->faults), "error");
  gtk_box_append (box, GTK_WIDGET (self->faults));
  add_icon (
      self, box, "go-previous-symbolic", _ ("Previous fault"), G_CALLBACK (previous_fault_cb));
  add_icon (self, box, "go-next-symbolic", _ ("Next fault"), G_CALLBACK (next_fault_cb));
  gtk_widget_set_visible (self->fault_box, FALSE);
}

static void
make_toolbar (MnsRecordPage *self)
{
  GtkWidget *room = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  self->bar = mns_step_page_make_bar ();
  gtk_box_append (self->bar, GTK_WIDGET (make_changing (self)));
  gtk_widget_set_hexpand (room, TRUE);
  gtk_box_append (self->bar, room);
  gtk_box_append (self->bar, make_columns (self));
  gtk_box_append (self->bar, make_order (self));
  self->import_button = add_icon (
      self, self->bar, "document-open-symbolic", _ ("Import file"), G_CALLBACK (import_cb));
  add_icon (
      self, self->bar, "document-save-symbolic", _ ("Download CSV"), G_CALLBACK (download_cb));
}

static void
make_side (MnsRecordPage *self)
{
  GtkWidget *title = gtk_label_new (_ ("Step details"));

  self->side = g_object_ref_sink (gtk_box_new (GTK_ORIENTATION_VERTICAL, 8));
  gtk_widget_add_css_class (title, "heading");
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  self->consumables = MNS_STEP_CONSUMABLES (mns_step_consumables_new ());
  self->fields = MNS_STEP_FIELDS (mns_step_fields_new ());
  gtk_widget_set_margin_top (GTK_WIDGET (self->fields), 8);
  gtk_box_append (GTK_BOX (self->side), title);
  gtk_box_append (GTK_BOX (self->side), GTK_WIDGET (self->consumables));
  gtk_box_append (GTK_BOX (self->side), GTK_WIDGET (self->fields));
}

static void
mns_record_page_init (MnsRecordPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *foot = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  self->table = mns_record_table_new ();
  make_side (self);
  make_toolbar (self);
  make_fault_box (self);
  self->grid_bin = ADW_BIN (adw_bin_new ());
  gtk_widget_set_vexpand (GTK_WIDGET (self->grid_bin), TRUE);
  gtk_widget_set_margin_start (GTK_WIDGET (self->grid_bin), 16);
  self->line = mns_step_page_make_line ();
  gtk_widget_set_margin_end (foot, 16);
  gtk_widget_set_size_request (
      foot, -1, 34); /* so that the grid does not jump at the first fault */
  gtk_box_append (GTK_BOX (foot), GTK_WIDGET (self->line));
  gtk_box_append (GTK_BOX (foot), self->fault_box);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->bar));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->grid_bin));
  gtk_box_append (GTK_BOX (box), foot);
  adw_bin_set_child (ADW_BIN (self), box);
}
