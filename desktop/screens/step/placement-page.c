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
#include "desktop/screens/step/placement-bar.h"
#include "desktop/screens/step/placement-draft.h"
#include "desktop/screens/step/placement-file.h"
#include "desktop/screens/step/placement-page.h"
#include "desktop/screens/step/step-dialogs.h"
#include "desktop/screens/step/step-files.h"
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

  gboolean adding; /* a container is being made for what does not fit */

  MnsRowList *list;
  MnsPlate *plate;
  AdwBin *plate_bin;
  MnsPlacementBar *bar;
  GtkLabel *line; /* what just happened */
  GtkLabel *well; /* the well under the cursor or pointer */
  GtkButton *add_plate;
  GtkBox *tabs;
  GtkBox *legend;
  GtkEntry *name;
};

G_DEFINE_FINAL_TYPE (MnsPlacementPage, mns_placement_page, MNS_TYPE_STEP_PAGE)

static const char *const views[] = { "run_containers", "run_pairs", "run_placements", NULL };

static const MnsRows *
get_rows (MnsPlacementPage *self, const char *view)
{
  return mns_step_page_get_rows (MNS_STEP_PAGE (self), view);
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

static void tab_clicked_cb (GtkToggleButton *tab, MnsPlacementPage *self);

/* A tab a container; one alone needs none. */
static void
show_tabs (MnsPlacementPage *self)
{
  guint n = mns_plate_model_get_n_containers (self->model);
  guint at = n > 0 ? mns_plate_get_container (self->plate) : 0;
  GtkWidget *tab;

  while ((tab = gtk_widget_get_first_child (GTK_WIDGET (self->tabs))) != NULL)
    gtk_box_remove (self->tabs, tab);
  for (guint i = 0; n > 1 && i < n; i++)
    {
      tab = gtk_toggle_button_new_with_label (mns_plate_model_get_container_name (self->model, i));
      gtk_widget_add_css_class (tab, "flat");
      gtk_widget_add_css_class (tab, "mns-milestone");
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (tab), i == at);
      g_object_set_data (G_OBJECT (tab), "container", GUINT_TO_POINTER (i));
      g_signal_connect_object (tab, "clicked", G_CALLBACK (tab_clicked_cb), self, 0);
      gtk_box_append (self->tabs, tab);
    }
  gtk_editable_set_text (GTK_EDITABLE (self->name),
                         n > 0 ? mns_plate_model_get_container_name (self->model, at) : "");
}

static void
show_container (MnsPlacementPage *self, guint container)
{
  mns_plate_set_container (self->plate, container);
  show_tabs (self);
}

static void
tab_clicked_cb (GtkToggleButton *tab, MnsPlacementPage *self)
{
  guint container = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (tab), "container"));

  if (container < mns_plate_model_get_n_containers (self->model))
    show_container (self, container);
}

static void save (MnsPlacementPage *self);
static void place_all_cb (MnsPlacementPage *self);

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
show_allowed (MnsPlacementPage *self)
{
  gboolean allowed = !mns_step_page_is_read_only (MNS_STEP_PAGE (self));

  mns_placement_bar_set_allowed (self->bar, allowed);
  gtk_editable_set_editable (GTK_EDITABLE (self->name), allowed);
  gtk_widget_set_visible (GTK_WIDGET (self->list),
                          allowed || mns_plate_model_get_n_placed (self->model) <
                                         mns_plate_model_get_n_samples (self->model));
}

static void
rebuild (MnsPlacementPage *self)
{
  guint shown = self->plate != NULL ? mns_plate_get_container (self->plate) : 0;
  MnsFillRule rule = mns_placement_bar_get_rule (self->bar);

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
  g_object_bind_property (self->plate, "line", self->well, "label", G_BINDING_SYNC_CREATE);
  mns_plate_set_read_only (self->plate, mns_step_page_is_read_only (MNS_STEP_PAGE (self)));
  mns_plate_set_rule (self->plate, &rule);
  if (shown < mns_plate_model_get_n_containers (self->model))
    mns_plate_set_container (self->plate, shown);
  adw_bin_set_child (self->plate_bin, GTK_WIDGET (self->plate));
  show_allowed (self);
  self->loading = FALSE;
  show_unplaced (self);
  show_counts (self);
  show_tabs (self);
  mns_placement_show_legend (self->legend, get_rows (self, "run_pairs"));
}

static void
mns_placement_page_show (MnsStepPage *page)
{
  MnsPlacementPage *self = MNS_PLACEMENT_PAGE (page);

  if (self->saving)
    return; /* the answer to the command under way asks again */
  mns_placement_bar_set_run (self->bar, mns_step_page_get_run (page));
  if (self->draft == NULL || !mns_placement_draft_agrees (self->draft,
                                                          get_rows (self, "run_containers"),
                                                          get_rows (self, "run_placements")))
    {
      guint shown = self->draft != NULL ? mns_plate_get_container (self->plate) : 0;

      rebuild (self);
      if (self->adding && mns_plate_model_get_n_containers (self->model) > shown + 1)
        {
          self->adding = FALSE;
          place_all_cb (self);
          show_container (self, mns_plate_model_get_n_containers (self->model) - 1);
        }
    }
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

/* Where filling begins: a well of the container shown; one that is not there counts as the first.
 */
static guint
get_start (MnsPlacementPage *self)
{
  guint container = mns_plate_get_container (self->plate);
  guint pos =
      mns_plate_model_find_well (self->model, container, mns_placement_bar_get_start (self->bar));

  return pos != MNS_PLATE_NOWHERE ? pos : mns_plate_model_at (self->model, container, 0, 0);
}

static void
place_all_cb (MnsPlacementPage *self)
{
  g_auto (GStrv) ids = mns_plate_model_dup_unplaced (self->model);
  MnsFillRule rule = mns_placement_bar_get_rule (self->bar);
  guint n_ids = g_strv_length (ids);
  guint n;
  g_autofree char *text = NULL;

  if (n_ids == 0 || mns_plate_model_get_n_containers (self->model) == 0)
    return;
  n = mns_plate_model_place (self->model, (const char *const *) ids, get_start (self), &rule);
  if (n < n_ids)
    text = g_strdup_printf (ngettext ("%u sample does not fit", "%u samples do not fit", n_ids - n),
                            n_ids - n);
  else
    text = g_strdup_printf (ngettext ("%u sample placed", "%u samples placed", n), n);
  gtk_widget_set_visible (GTK_WIDGET (self->add_plate), n < n_ids);
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
selection_changed_cb (MnsPlacementPage *self)
{
  g_auto (GStrv) ids = mns_row_list_dup_selected_ids (self->list, NULL);

  if (self->plate != NULL)
    mns_plate_set_pending (self->plate, (const char *const *) ids);
}

static void
added_cb (MnsStepPage *page, MnsResult *result, gboolean refused, gpointer data)
{
  if (refused)
    MNS_PLACEMENT_PAGE (page)->adding = FALSE;
}

/* @type: (nullable): a container type; otherwise that of the run */
static void
add_container (MnsPlacementPage *self, const char *type)
{
  JsonObject *args = mns_step_page_new_args (MNS_STEP_PAGE (self));

  if (type != NULL)
    json_object_set_string_member (args, "container_type", type);
  mns_step_page_do (MNS_STEP_PAGE (self), "step.add_container@1", args, NULL, added_cb, NULL);
}

/* What does not fit goes into it as soon as it is there. */
static void
add_plate_cb (MnsPlacementPage *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->add_plate), FALSE);
  self->adding = TRUE;
  add_container (self, NULL);
}

/* ---- files ---- */

static void
sheet_read_cb (gpointer owner, MnsSheet *sheet, const GError *error)
{
  MnsPlacementPage *self = owner;
  MnsScreen *screen = mns_step_page_get_screen (MNS_STEP_PAGE (self));
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = NULL;
  guint n;

  if (screen == NULL || self->model == NULL)
    return;
  if (sheet == NULL)
    {
      mns_screen_set_banner (screen, MNS_BANNER_ERROR, error->message);
      return;
    }
  n = mns_placement_read_sheet (self->model, sheet, faults);
  text = g_strdup_printf (
      ngettext ("%u sample placed by the file", "%u samples placed by the file", n), n);
  gtk_label_set_text (self->line, text);
  mns_step_show_faults (screen, faults);
}

static void
import_cb (MnsPlacementPage *self)
{
  mns_step_open_sheet (GTK_WIDGET (self),
                       _ ("Choose a table with the columns Sample, Container and Well"),
                       sheet_read_cb);
}

static void
export_cb (MnsPlacementPage *self)
{
  g_autoptr (MnsSheet) sheet = mns_placement_to_sheet (self->model);
  g_autofree char *name =
      g_strdup_printf ("%s-placement.csv",
                       mns_cell_text (mns_step_page_get_run (MNS_STEP_PAGE (self)), 0, "lims_id"));

  mns_step_save_sheet (
      GTK_WIDGET (self), _ ("Save the placement"), name, sheet, mns_step_page_file_written);
}

static void
rule_cb (MnsPlacementPage *self)
{
  MnsFillRule rule = mns_placement_bar_get_rule (self->bar);

  if (self->plate != NULL)
    mns_plate_set_rule (self->plate, &rule);
}

/* What the toolbar asks for. */
static void
bar_chosen_cb (MnsPlacementPage *self, const char *what, const char *type)
{
  static const struct
  {
    const char *what;
    void (*func) (MnsPlacementPage *self);
  } table[] = {
    { "place-all", place_all_cb }, { "undo", undo_cb },     { "redo", redo_cb },
    { "clear", clear_cb },         { "import", import_cb }, { "export", export_cb },
    { "rule", rule_cb },
  };

  if (self->model == NULL)
    return;
  if (g_str_equal (what, "add"))
    add_container (self, type);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].what, what))
      table[i].func (self);
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

/* Two scans, a sample then a place, put the sample there. */
static gboolean
place_pending (MnsPlacementPage *self, guint pos)
{
  const char *const *pending = mns_plate_get_pending (self->plate);
  MnsFillRule rule = mns_placement_bar_get_rule (self->bar);

  if (pending == NULL || pending[0] == NULL || mns_step_page_is_read_only (MNS_STEP_PAGE (self)))
    return FALSE;
  return mns_plate_model_place (self->model, pending, pos, &rule) > 0;
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
        show_container (self, i);
        return TRUE;
      }
  pos = mns_plate_model_find_well (self->model, mns_plate_get_container (self->plate), text);
  if (pos == MNS_PLATE_NOWHERE)
    return FALSE;
  mns_plate_set_cursor (self->plate, pos);
  place_pending (self, pos);
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

/* From the list to the plate and back in one press, whatever lies between them on the screen. */
static gboolean
list_key_cb (MnsPlacementPage *self, guint keyval, guint keycode, GdkModifierType state)
{
  return keyval == GDK_KEY_Tab && (state & GDK_CONTROL_MASK) == 0 && self->plate != NULL &&
         gtk_widget_grab_focus (GTK_WIDGET (self->plate));
}

static gboolean
plate_key_cb (MnsPlacementPage *self, guint keyval, guint keycode, GdkModifierType state)
{
  return keyval == GDK_KEY_ISO_Left_Tab && gtk_widget_get_visible (GTK_WIDGET (self->list)) &&
         g_list_model_get_n_items (G_LIST_MODEL (self->unplaced)) > 0 &&
         gtk_widget_grab_focus (GTK_WIDGET (self->list));
}

static void
add_key (MnsPlacementPage *self, GtkWidget *widget, GCallback pressed)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", pressed, self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, keys);
}

static GtkWidget *
make_head (MnsPlacementPage *self)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->name = GTK_ENTRY (gtk_entry_new ());
  gtk_entry_set_placeholder_text (self->name, _ ("Name of the container: scan or type"));
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->name), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Name of the container"), -1);
  g_signal_connect_object (
      self->name, "activate", G_CALLBACK (name_activate_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (head), GTK_WIDGET (self->name));
  self->tabs = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4));
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->tabs), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Containers"), -1);
  gtk_scrolled_window_set_policy (
      GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (self->tabs));
  gtk_widget_set_hexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (head), scrolled);
  self->legend = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6));
  gtk_box_append (GTK_BOX (head), GTK_WIDGET (self->legend));
  gtk_widget_set_margin_end (head, 16);
  return head;
}

static GtkWidget *
make_plate_side (MnsPlacementPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *foot = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  gtk_box_append (GTK_BOX (box), make_head (self));
  self->plate_bin = ADW_BIN (adw_bin_new ());
  gtk_widget_set_halign (GTK_WIDGET (self->plate_bin), GTK_ALIGN_START);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (self->plate_bin));
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_widget_set_hexpand (scrolled, TRUE);
  add_key (self, scrolled, G_CALLBACK (plate_key_cb));
  gtk_box_append (GTK_BOX (box), scrolled);

  self->line = mns_step_page_make_line ();
  gtk_widget_set_margin_start (GTK_WIDGET (self->line), 0);
  gtk_widget_set_hexpand (GTK_WIDGET (self->line), FALSE);
  gtk_box_append (GTK_BOX (foot), GTK_WIDGET (self->line));
  self->add_plate = GTK_BUTTON (mns_step_page_add_button (
      MNS_STEP_PAGE (self), GTK_BOX (foot), _ ("Add a plate"), G_CALLBACK (add_plate_cb)));
  gtk_widget_set_visible (GTK_WIDGET (self->add_plate), FALSE);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->add_plate), 4);
  self->well = mns_step_page_make_line ();
  gtk_label_set_xalign (self->well, 1);
  gtk_box_append (GTK_BOX (foot), GTK_WIDGET (self->well));
  gtk_widget_set_size_request (foot, -1, 38);
  gtk_box_append (GTK_BOX (box), foot);
  return box;
}

static void
mns_placement_page_init (MnsPlacementPage *self)
{
  const MnsListColumn columns[] = {
    { "name", _ ("Sample"), FALSE, 130, FALSE, FALSE },
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
  add_key (self, GTK_WIDGET (self->list), G_CALLBACK (list_key_cb));
  self->bar = MNS_PLACEMENT_BAR (mns_placement_bar_new ());
  g_signal_connect_object (
      self->bar, "chosen", G_CALLBACK (bar_chosen_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->bar));
  gtk_box_append (GTK_BOX (row), GTK_WIDGET (self->list));
  gtk_box_append (GTK_BOX (row), make_plate_side (self));
  gtk_widget_set_vexpand (row, TRUE);
  gtk_box_append (GTK_BOX (box), row);
  adw_bin_set_child (ADW_BIN (self), box);
}
