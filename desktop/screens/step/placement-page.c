/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Placement: put each output into a well. The plate's model is the screen's draft; after each
 * action of the user what differs from the lab's placements goes out as one command, and while one
 * is under way further actions gather for the next.
 */

#define G_LOG_DOMAIN "mns-placement-page"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/app/view-pages.h"
#include "desktop/screens/step/placement-draft.h"
#include "desktop/screens/step/placement-page.h"
#include "desktop/screens/step/step-screen.h"
#include "desktop/widgets/plate.h"
#include "desktop/widgets/row-list.h"

struct _MnsPlacementPage
{
  MnsStepPage parent_instance;

  MnsPlacementDraft *draft;
  MnsPlateModel *model; /* of the draft; a reference of its own */
  GListStore *unplaced;
  GHashTable *from; /* artifact → where it comes from, for the list */
  gboolean loading;
  gboolean saving;

  MnsRowList *list;
  MnsPlate *plate;
  AdwBin *plate_bin;
  GtkDropDown *order;
  GtkLabel *line;
  GtkLabel *which;
  GtkButton *previous, *next;
  GtkBox *toolbar;
  GtkEntry *name;
};

G_DEFINE_FINAL_TYPE (MnsPlacementPage, mns_placement_page, MNS_TYPE_STEP_PAGE)

static const char *const views[] = { "run_containers", "run_pairs", "run_placements", NULL };

static const MnsRows *
get_rows (MnsPlacementPage *self, const char *view)
{
  return mns_step_page_get_rows (MNS_STEP_PAGE (self), view);
}

static const struct
{
  const char *title;
  MnsFillOrder order;
} orders[] = {
  { N_ ("Down columns"), MNS_FILL_COLUMNS },
  { N_ ("Across rows"), MNS_FILL_ROWS },
  { N_ ("Same wells as before"), MNS_FILL_SAME_SHAPE },
  { N_ ("Quadrants"), MNS_FILL_QUADRANT },
};

static MnsFillRule
get_rule (MnsPlacementPage *self)
{
  guint at = gtk_drop_down_get_selected (self->order);

  return (MnsFillRule){ .order = orders[MIN (at, G_N_ELEMENTS (orders) - 1)].order, .spill = TRUE };
}

/* ---- what the screen shows ---- */

/* The colour of a row already tells the project. */
static void
note_sources (MnsPlacementPage *self)
{
  const MnsRows *pairs = get_rows (self, "run_pairs");

  g_hash_table_remove_all (self->from);
  for (guint i = 0; i < mns_rows_get_n_rows (pairs); i++)
    {
      const char *container = mns_cell_text (pairs, i, "in_container");
      const char *well = mns_cell_text (pairs, i, "in_well");

      if (container != NULL)
        g_hash_table_insert (self->from,
                             mns_cell_dup_id (pairs, i, "output_id"),
                             g_strdup_printf ("%s %s", container, well != NULL ? well : ""));
    }
}

static void
show_unplaced (MnsPlacementPage *self)
{
  g_auto (GStrv) ids = mns_plate_model_dup_unplaced (self->model);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; ids[i] != NULL; i++)
    {
      const MnsPlateSample *sample = mns_plate_model_get_sample (self->model, ids[i]);
      const char *from = g_hash_table_lookup (self->from, ids[i]);
      const char *texts[] = { sample->name, from != NULL ? from : "", NULL };
      MnsRow *row = mns_row_new (ids[i], texts);

      mns_row_set_group (row, sample->group);
      g_ptr_array_add (rows, row);
    }
  g_list_store_remove_all (self->unplaced);
  g_list_store_splice (self->unplaced, 0, 0, rows->pdata, rows->len);
}

static void
show_counts (MnsPlacementPage *self)
{
  MnsStepPage *page = MNS_STEP_PAGE (self);
  MnsScreen *screen = mns_step_page_get_screen (page);
  guint n = mns_plate_model_get_n_samples (self->model);
  guint placed = mns_plate_model_get_n_placed (self->model);
  g_autofree char *facts = g_strdup_printf (_ ("%u placed, %u to place"), placed, n - placed);
  g_autofree char *reason = NULL;

  if (self->saving)
    reason = g_strdup (_ ("Placements are being saved"));
  else if (placed < n)
    reason = g_strdup_printf (
        ngettext ("%u sample is in no well", "%u samples are in no well", n - placed), n - placed);
  mns_screen_set_facts (screen, facts);
  mns_screen_set_primary (screen, _ ("Record details"));
  mns_step_screen_set_reason (MNS_STEP_SCREEN (screen), reason);
}

static void
show_which (MnsPlacementPage *self)
{
  guint n = mns_plate_model_get_n_containers (self->model);
  guint at = n > 0 ? mns_plate_get_container (self->plate) : 0;
  g_autofree char *text = NULL;

  gtk_widget_set_sensitive (GTK_WIDGET (self->previous), at > 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->next), at + 1 < n);
  text = g_strdup_printf (_ ("%u of %u"), n > 0 ? at + 1 : 0, n);
  gtk_label_set_text (self->which, text);
  gtk_editable_set_text (GTK_EDITABLE (self->name),
                         n > 0 ? mns_plate_model_get_container_name (self->model, at) : "");
}

static void save (MnsPlacementPage *self);

static void
model_changed_cb (MnsPlacementPage *self)
{
  if (self->loading)
    return;
  show_unplaced (self);
  save (self);
  show_counts (self);
}

static void
message_cb (MnsPlacementPage *self, const char *message)
{
  gtk_label_set_text (self->line, message);
}

static void
drop_draft (MnsPlacementPage *self)
{
  g_clear_object (&self->model);
  g_clear_pointer (&self->draft, mns_placement_draft_free);
}

static void
rebuild (MnsPlacementPage *self)
{
  guint shown = self->plate != NULL ? mns_plate_get_container (self->plate) : 0;
  MnsFillRule rule = get_rule (self);

  self->loading = TRUE;
  drop_draft (self);
  note_sources (self);
  self->draft = mns_placement_draft_new (get_rows (self, "run_containers"),
                                         get_rows (self, "run_pairs"),
                                         get_rows (self, "run_placements"));
  self->model = g_object_ref (mns_placement_draft_get_model (self->draft));
  g_signal_connect_object (
      self->model, "changed", G_CALLBACK (model_changed_cb), self, G_CONNECT_SWAPPED);

  self->plate = MNS_PLATE (mns_plate_new (self->model));
  g_signal_connect_object (
      self->plate, "message", G_CALLBACK (message_cb), self, G_CONNECT_SWAPPED);
  mns_plate_set_read_only (self->plate, mns_step_page_is_read_only (MNS_STEP_PAGE (self)));
  mns_plate_set_rule (self->plate, &rule);
  if (shown < mns_plate_model_get_n_containers (self->model))
    mns_plate_set_container (self->plate, shown);
  adw_bin_set_child (self->plate_bin, GTK_WIDGET (self->plate));
  gtk_widget_set_sensitive (GTK_WIDGET (self->toolbar),
                            !mns_step_page_is_read_only (MNS_STEP_PAGE (self)));
  self->loading = FALSE;
  show_unplaced (self);
  show_counts (self);
  show_which (self);
}

static void
mns_placement_page_show (MnsStepPage *page)
{
  MnsPlacementPage *self = MNS_PLACEMENT_PAGE (page);

  if (self->saving)
    return; /* the answer to the command under way asks again */
  if (self->draft == NULL || !mns_placement_draft_agrees (self->draft,
                                                          get_rows (self, "run_containers"),
                                                          get_rows (self, "run_placements")))
    rebuild (self);
  else
    show_counts (self);
}

/* ---- what the user did ---- */

static void
saved_cb (MnsStepPage *page, MnsResult *result, gboolean refused, gpointer data)
{
  MnsPlacementPage *self = MNS_PLACEMENT_PAGE (page);

  self->saving = FALSE;
  if (mns_step_page_get_screen (page) == NULL)
    return;
  if (refused)
    drop_draft (self); /* it is not possible: what the lab has is shown again */
  else
    save (self); /* what was done meanwhile */
  if (!self->saving)
    mns_step_page_load (page);
}

static void
save (MnsPlacementPage *self)
{
  g_autoptr (JsonObject) expect = NULL;
  g_autoptr (JsonArray) places = NULL;
  JsonObject *args;

  if (self->saving || self->draft == NULL)
    return;
  expect = json_object_new ();
  places = mns_placement_draft_list_changes (self->draft, expect);
  if (json_array_get_length (places) == 0)
    return;
  self->saving = TRUE;
  mns_placement_draft_note_stored (self->draft);
  args = mns_step_page_new_args (MNS_STEP_PAGE (self));
  json_object_set_array_member (args, "places", g_steal_pointer (&places));
  mns_step_page_do (
      MNS_STEP_PAGE (self), "step.place@1", args, g_steal_pointer (&expect), saved_cb, NULL);
}

static void
place_all_cb (MnsPlacementPage *self)
{
  g_auto (GStrv) ids = mns_plate_model_dup_unplaced (self->model);
  MnsFillRule rule = get_rule (self);
  guint n_ids = g_strv_length (ids);
  guint n;
  g_autofree char *text = NULL;

  if (n_ids == 0 || mns_plate_model_get_n_containers (self->model) == 0)
    return;
  n = mns_plate_model_place (
      self->model, (const char *const *) ids, mns_plate_model_at (self->model, 0, 0, 0), &rule);
  if (n < n_ids)
    text = g_strdup_printf (ngettext ("%u sample does not fit", "%u samples do not fit", n_ids - n),
                            n_ids - n);
  else
    text = g_strdup_printf (ngettext ("%u sample placed", "%u samples placed", n), n);
  gtk_label_set_text (self->line, text);
}

static void
clear_cb (MnsPlacementPage *self)
{
  mns_plate_model_clear (self->model);
}

static void
undo_cb (MnsPlacementPage *self)
{
  mns_plate_undo (self->plate);
}

static void
redo_cb (MnsPlacementPage *self)
{
  mns_plate_redo (self->plate);
}

static void
order_changed_cb (MnsPlacementPage *self)
{
  MnsFillRule rule = get_rule (self);

  if (self->plate != NULL)
    mns_plate_set_rule (self->plate, &rule);
}

static void
selection_changed_cb (MnsPlacementPage *self)
{
  g_auto (GStrv) ids = mns_row_list_dup_selected_ids (self->list, NULL);

  if (self->plate != NULL)
    mns_plate_set_pending (self->plate, (const char *const *) ids);
}

static void
turn (MnsPlacementPage *self, int by)
{
  guint n = mns_plate_model_get_n_containers (self->model);
  guint at = mns_plate_get_container (self->plate);

  if ((by < 0 && at > 0) || (by > 0 && at + 1 < n))
    mns_plate_set_container (self->plate, at + (guint) by);
  show_which (self);
}

static void
previous_cb (MnsPlacementPage *self)
{
  turn (self, -1);
}

static void
next_cb (MnsPlacementPage *self)
{
  turn (self, 1);
}

static void
add_container_cb (MnsPlacementPage *self)
{
  JsonObject *args = mns_step_page_new_args (MNS_STEP_PAGE (self));
  const MnsRows *rows = get_rows (self, "run_containers");

  if (mns_rows_get_n_rows (rows) > 0)
    {
      g_autofree char *type = mns_cell_dup_id (rows, 0, "container_type_id");

      json_object_set_string_member (args, "container_type", type);
    }
  mns_step_page_do (MNS_STEP_PAGE (self), "step.add_container@1", args, NULL, NULL, NULL);
}

/* The name of the container shown: typed or scanned, kept on Enter. */
static void
name_activate_cb (MnsPlacementPage *self)
{
  guint at = mns_plate_get_container (self->plate);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->name));

  if (text[0] == '\0' ||
      g_strcmp0 (text, mns_plate_model_get_container_name (self->model, at)) == 0)
    return;
  mns_step_page_do (
      MNS_STEP_PAGE (self),
      "container.rename@1",
      mns_args_new (
          "container", mns_plate_model_get_container_id (self->model, at), "name", text, NULL),
      NULL,
      NULL,
      NULL);
}

static void
mns_placement_page_primary (MnsStepPage *page)
{
  mns_step_page_go_on (page, "RECORD_DETAILS");
}

/* A sample selects it in the list, a well puts the cursor there, a container is shown. */
static gboolean
mns_placement_page_scan (MnsStepPage *page, const char *text)
{
  MnsPlacementPage *self = MNS_PLACEMENT_PAGE (page);
  guint pos;

  for (guint i = 0; i < mns_plate_model_get_n_samples (self->model); i++)
    {
      const MnsPlateSample *sample = mns_plate_model_get_nth_sample (self->model, i);
      const char *ids[] = { sample->id, NULL };

      if (g_str_equal (sample->name, text))
        return mns_row_list_select_ids (self->list, ids) > 0;
    }
  for (guint i = 0; i < mns_plate_model_get_n_containers (self->model); i++)
    if (g_str_equal (mns_plate_model_get_container_name (self->model, i), text))
      {
        mns_plate_set_container (self->plate, i);
        show_which (self);
        return TRUE;
      }
  pos = mns_plate_model_find_well (self->model, mns_plate_get_container (self->plate), text);
  if (pos == MNS_PLATE_NOWHERE)
    return FALSE;
  mns_plate_set_cursor (self->plate, pos);
  return TRUE;
}

static void
mns_placement_page_undo (MnsStepPage *page, gboolean again)
{
  MnsPlacementPage *self = MNS_PLACEMENT_PAGE (page);

  if (self->plate != NULL && !mns_step_page_is_read_only (page))
    again ? mns_plate_redo (self->plate) : mns_plate_undo (self->plate);
}

static gboolean
mns_placement_page_concerns (MnsStepPage *page, const char *const *tables)
{
  return g_strv_contains (tables, "placement") || g_strv_contains (tables, "container") ||
         g_strv_contains (tables, "step_container");
}

static void
mns_placement_page_dispose (GObject *object)
{
  MnsPlacementPage *self = MNS_PLACEMENT_PAGE (object);

  drop_draft (self);
  g_clear_object (&self->unplaced);
  g_clear_pointer (&self->from, g_hash_table_unref);

  G_OBJECT_CLASS (mns_placement_page_parent_class)->dispose (object);
}

static void
mns_placement_page_class_init (MnsPlacementPageClass *klass)
{
  MnsStepPageClass *page_class = MNS_STEP_PAGE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_placement_page_dispose;
  page_class->views = views;
  page_class->show = mns_placement_page_show;
  page_class->primary = mns_placement_page_primary;
  page_class->scan = mns_placement_page_scan;
  page_class->undo = mns_placement_page_undo;
  page_class->concerns = mns_placement_page_concerns;
}

static GtkWidget *
add_button (GtkBox *box, MnsPlacementPage *self, const char *label, GCallback clicked)
{
  return mns_step_page_add_button (MNS_STEP_PAGE (self), box, label, clicked);
}

static GtkWidget *
make_toolbar (MnsPlacementPage *self)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    gtk_string_list_append (titles, _ (orders[i].title));
  self->toolbar = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8));
  gtk_widget_set_margin_start (GTK_WIDGET (self->toolbar), 16);
  gtk_widget_set_margin_end (GTK_WIDGET (self->toolbar), 16);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->toolbar), 8);
  add_button (self->toolbar, self, _ ("Place all"), G_CALLBACK (place_all_cb));
  self->order = GTK_DROP_DOWN (gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&titles)), NULL));
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->order), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Order of filling"), -1);
  g_signal_connect_object (
      self->order, "notify::selected", G_CALLBACK (order_changed_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->toolbar, GTK_WIDGET (self->order));
  add_button (self->toolbar, self, _ ("Undo"), G_CALLBACK (undo_cb));
  add_button (self->toolbar, self, _ ("Redo"), G_CALLBACK (redo_cb));
  add_button (self->toolbar, self, _ ("Clear"), G_CALLBACK (clear_cb));
  add_button (self->toolbar, self, _ ("Add container"), G_CALLBACK (add_container_cb));
  return GTK_WIDGET (self->toolbar);
}

static GtkWidget *
make_plate_side (MnsPlacementPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->name = GTK_ENTRY (gtk_entry_new ());
  gtk_entry_set_placeholder_text (self->name, _ ("Name of the container: scan or type"));
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->name), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Name of the container"), -1);
  g_signal_connect_object (
      self->name, "activate", G_CALLBACK (name_activate_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (head), GTK_WIDGET (self->name));
  self->previous = GTK_BUTTON (add_button (GTK_BOX (head), self, "‹", G_CALLBACK (previous_cb)));
  self->which = GTK_LABEL (gtk_label_new (NULL));
  gtk_box_append (GTK_BOX (head), GTK_WIDGET (self->which));
  self->next = GTK_BUTTON (add_button (GTK_BOX (head), self, "›", G_CALLBACK (next_cb)));
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->previous), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Previous container"), -1);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->next), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Next container"), -1);
  gtk_box_append (GTK_BOX (box), head);

  self->plate_bin = ADW_BIN (adw_bin_new ());
  gtk_widget_set_halign (GTK_WIDGET (self->plate_bin), GTK_ALIGN_START);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (self->plate_bin));
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_widget_set_hexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (box), scrolled);

  self->line = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->line, 0);
  gtk_label_set_ellipsize (self->line, PANGO_ELLIPSIZE_END);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->line), 8);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->line));
  return box;
}

static void
mns_placement_page_init (MnsPlacementPage *self)
{
  const MnsListColumn columns[] = {
    { "name", _ ("Sample to place"), FALSE, 130, FALSE, FALSE },
    { "detail", _ ("From"), FALSE, 150, TRUE, FALSE },
  };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 16);

  self->unplaced = g_list_store_new (MNS_TYPE_ROW);
  self->from = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->list = MNS_ROW_LIST (mns_row_list_new (
      G_LIST_MODEL (self->unplaced), columns, G_N_ELEMENTS (columns), _ ("Samples to place")));
  mns_row_list_set_draggable (self->list, TRUE);
  gtk_widget_set_size_request (GTK_WIDGET (self->list), 280, -1);
  gtk_widget_set_hexpand (GTK_WIDGET (self->list), FALSE);
  g_signal_connect_object (
      self->list, "selection-changed", G_CALLBACK (selection_changed_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), make_toolbar (self));
  gtk_box_append (GTK_BOX (row), GTK_WIDGET (self->list));
  gtk_box_append (GTK_BOX (row), make_plate_side (self));
  gtk_widget_set_vexpand (row, TRUE);
  gtk_box_append (GTK_BOX (box), row);
  adw_bin_set_child (ADW_BIN (self), box);
}
