/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-step-consumables"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/screens/step/step-consumables.h"

struct _MnsStepConsumables
{
  AdwBin parent_instance;

  MnsStepPage *page; /* unowned: it owns us */
  GtkBox *box;
  char *shape; /* what there is to choose from */
  gboolean loading;

  GtkDropDown *instrument; /* nullable; entry 0: none */
  GtkDropDown *preset;     /* nullable; entry 0: none */
  GPtrArray *lots;         /* GtkCheckButton of each row of run_lot_choices, or NULL */
};

G_DEFINE_FINAL_TYPE (MnsStepConsumables, mns_step_consumables, ADW_TYPE_BIN)

static const MnsRows *
get_rows (MnsStepConsumables *self, const char *view)
{
  return mns_step_page_get_rows (self->page, view);
}

/* ---- saving ---- */

static void
show_again (MnsStepPage *page, MnsResult *result, gboolean refused, gpointer data)
{
  if (refused && mns_step_page_get_screen (page) != NULL)
    mns_step_page_load (page); /* what the lab has is shown again */
}

static void
instrument_chosen_cb (MnsStepConsumables *self)
{
  guint at = gtk_drop_down_get_selected (self->instrument);
  JsonObject *args;

  if (self->loading || at == GTK_INVALID_LIST_POSITION)
    return;
  args = mns_step_page_new_args (self->page);
  if (at > 0)
    {
      g_autofree char *id =
          mns_cell_dup_id (get_rows (self, "run_instruments"), at - 1, "instrument_id");

      json_object_set_string_member (args, "instrument", id);
    }
  else
    json_object_set_null_member (args, "instrument");
  mns_step_page_do (self->page, "step.details@1", args, NULL, show_again, NULL);
}

static void
preset_chosen_cb (MnsStepConsumables *self)
{
  guint at = gtk_drop_down_get_selected (self->preset);
  JsonObject *args;
  g_autofree char *id = NULL;

  if (self->loading || at == GTK_INVALID_LIST_POSITION || at == 0)
    return;
  args = mns_step_page_new_args (self->page);
  id = mns_cell_dup_id (get_rows (self, "run_presets"), at - 1, "preset_id");
  json_object_set_string_member (args, "preset", id);
  mns_step_page_do (self->page, "step.details@1", args, NULL, show_again, NULL);
}

static void
lots_changed_cb (MnsStepConsumables *self)
{
  const MnsRows *rows = get_rows (self, "run_lot_choices");
  JsonArray *list;
  JsonObject *args;

  if (self->loading)
    return;
  list = json_array_new ();
  args = mns_step_page_new_args (self->page);
  for (guint i = 0; i < self->lots->len; i++)
    {
      GtkCheckButton *check = g_ptr_array_index (self->lots, i);
      g_autofree char *id = mns_cell_dup_id (rows, i, "lot_id");

      if (check != NULL && gtk_check_button_get_active (check))
        json_array_add_string_element (list, id);
    }
  json_object_set_array_member (args, "lots", list);
  mns_step_page_do (self->page, "step.lots@1", args, NULL, show_again, NULL);
}

/* ---- what there is to choose from ---- */

static GtkWidget *
add_heading (MnsStepConsumables *self, const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, "caption-heading");
  gtk_widget_set_margin_top (label, 8);
  gtk_box_append (self->box, label);
  return label;
}

static GtkDropDown *
add_choice (MnsStepConsumables *self,
            const char *title,
            gboolean must,
            GtkStringList *words,
            GCallback chosen)
{
  g_autofree char *heading = must ? g_strconcat (title, " *", NULL) : g_strdup (title);
  g_autofree char *spoken = must ? g_strdup_printf (_ ("%s, required"), title) : g_strdup (title);
  GtkWidget *choice = gtk_drop_down_new (G_LIST_MODEL (words), NULL);

  add_heading (self, heading);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (choice), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  g_signal_connect_object (choice, "notify::selected", chosen, self, G_CONNECT_SWAPPED);
  gtk_box_append (self->box, choice);
  return GTK_DROP_DOWN (choice);
}

static void
add_instrument (MnsStepConsumables *self)
{
  const MnsRows *rows = get_rows (self, "run_instruments");
  GtkStringList *words = gtk_string_list_new (NULL);

  gtk_string_list_append (words, _ ("Choose an instrument"));
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      const char *name = mns_cell_text (rows, i, "name");
      g_autofree char *text = mns_cell_int (rows, i, "expired") != 0
                                  ? g_strdup_printf (_ ("%s (expired %s)"),
                                                     name,
                                                     mns_cell_text (rows, i, "expiry_date"))
                                  : g_strdup (name);

      gtk_string_list_append (words, text);
    }
  self->instrument =
      add_choice (self, _ ("Instrument"), TRUE, words, G_CALLBACK (instrument_chosen_cb));
}

static void
add_preset (MnsStepConsumables *self)
{
  const MnsRows *rows = get_rows (self, "run_presets");
  GtkStringList *words = gtk_string_list_new (NULL);

  gtk_string_list_append (words, _ ("None"));
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    gtk_string_list_append (words, mns_cell_text (rows, i, "name"));
  self->preset =
      add_choice (self, _ ("Group of defaults"), FALSE, words, G_CALLBACK (preset_chosen_cb));
}

/* "Lot A 12345, expires 2026-12-31"; what is expired says so and cannot be chosen any more. */
static GtkWidget *
make_lot (MnsStepConsumables *self, const MnsRows *rows, guint row)
{
  const char *number = mns_cell_text (rows, row, "lot_number");
  const char *date = mns_cell_text (rows, row, "expiry_date");
  gboolean expired = mns_cell_int (rows, row, "expired") != 0;
  gboolean active = g_strcmp0 (mns_cell_text (rows, row, "status"), "ACTIVE") == 0;
  g_autoptr (GString) text = g_string_new (mns_cell_text (rows, row, "name"));
  GtkWidget *check = gtk_check_button_new ();
  GtkWidget *label;

  if (number != NULL)
    g_string_append_printf (text, " %s", number);
  if (date != NULL)
    g_string_append_printf (text, expired ? _ (", expired %s") : _ (", expires %s"), date);
  if (!active)
    g_string_append (text, _ (", not active"));
  label = gtk_label_new (text->str);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (expired)
    gtk_widget_add_css_class (label, "error");
  gtk_check_button_set_child (GTK_CHECK_BUTTON (check), label);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, text->str, -1);
  g_signal_connect_object (check, "toggled", G_CALLBACK (lots_changed_cb), self, G_CONNECT_SWAPPED);
  return check;
}

static void
add_lots (MnsStepConsumables *self)
{
  const MnsRows *rows = get_rows (self, "run_lot_choices");
  g_autofree char *last = NULL;

  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      g_autofree char *kit = mns_cell_dup_id (rows, i, "kit_id");
      g_autofree char *lot = mns_cell_dup_id (rows, i, "lot_id");
      GtkWidget *made;

      if (g_strcmp0 (kit, last) != 0)
        {
          g_autofree char *heading =
              g_strdup_printf (_ ("Lot of %s *"), mns_cell_text (rows, i, "kit"));

          add_heading (self, heading);
          g_free (last);
          last = g_strdup (kit);
        }
      if (lot != NULL)
        made = make_lot (self, rows, i);
      else
        {
          made = gtk_label_new (_ ("No lot of this kit is active. Somebody must enter one first."));
          gtk_label_set_wrap (GTK_LABEL (made), TRUE);
          gtk_label_set_xalign (GTK_LABEL (made), 0);
          gtk_widget_add_css_class (made, "dim-label");
        }
      gtk_box_append (self->box, made);
      g_ptr_array_add (self->lots, lot != NULL ? made : NULL);
    }
}

/* ---- what is chosen ---- */

static guint
find_used (const MnsRows *rows)
{
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    if (mns_cell_int (rows, i, "used") != 0)
      return i + 1;
  return 0;
}

static void
show_values (MnsStepConsumables *self)
{
  gboolean read_only = mns_step_page_is_read_only (self->page);
  const MnsRows *lots = get_rows (self, "run_lot_choices");

  if (self->instrument != NULL)
    {
      gtk_drop_down_set_selected (self->instrument, find_used (get_rows (self, "run_instruments")));
      gtk_widget_set_sensitive (GTK_WIDGET (self->instrument), !read_only);
    }
  if (self->preset != NULL)
    {
      gtk_drop_down_set_selected (self->preset, find_used (get_rows (self, "run_presets")));
      gtk_widget_set_sensitive (GTK_WIDGET (self->preset), !read_only);
    }
  for (guint i = 0; i < self->lots->len; i++)
    {
      GtkWidget *check = g_ptr_array_index (self->lots, i);
      gboolean used = mns_cell_int (lots, i, "used") != 0;

      if (check == NULL)
        continue;
      gtk_check_button_set_active (GTK_CHECK_BUTTON (check), used);
      gtk_widget_set_sensitive (check,
                                !read_only && (used || mns_cell_int (lots, i, "expired") == 0));
    }
}

static void
describe_view (MnsStepConsumables *self, GString *shape, const char *view, const char *id)
{
  const MnsRows *rows = get_rows (self, view);

  g_string_append_printf (shape, "%s\n", view);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      g_autofree char *text = mns_cell_dup_id (rows, i, id);

      g_string_append_printf (shape, "%s %s\n", text, mns_cell_text (rows, i, "name"));
    }
}

static void
rebuild (MnsStepConsumables *self)
{
  GtkWidget *child;

  self->instrument = NULL;
  self->preset = NULL;
  g_ptr_array_set_size (self->lots, 0);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->box))) != NULL)
    gtk_box_remove (self->box, child);
  if (mns_rows_get_n_rows (get_rows (self, "run_instruments")) > 0)
    add_instrument (self);
  add_lots (self);
  if (mns_rows_get_n_rows (get_rows (self, "run_presets")) > 0)
    add_preset (self);
}

void
mns_step_consumables_show (MnsStepConsumables *self, MnsStepPage *page)
{
  g_autoptr (GString) shape = g_string_new (NULL);

  self->page = page;
  self->loading = TRUE;
  describe_view (self, shape, "run_instruments", "instrument_id");
  describe_view (self, shape, "run_lot_choices", "lot_id");
  describe_view (self, shape, "run_presets", "preset_id");
  if (g_strcmp0 (shape->str, self->shape) != 0)
    {
      rebuild (self);
      g_free (self->shape);
      self->shape = g_strdup (shape->str);
    }
  show_values (self);
  gtk_widget_set_visible (GTK_WIDGET (self),
                          gtk_widget_get_first_child (GTK_WIDGET (self->box)) != NULL);
  self->loading = FALSE;
}

char *
mns_step_consumables_dup_missing (MnsStepConsumables *self)
{
  const MnsRows *lots = get_rows (self, "run_lot_choices");
  gboolean used = TRUE;

  if (self->instrument != NULL && find_used (get_rows (self, "run_instruments")) == 0)
    return g_strdup (_ ("An instrument must be chosen"));
  for (guint i = 0; i < mns_rows_get_n_rows (lots); i++)
    {
      const char *kit = mns_cell_text (lots, i, "kit");
      gboolean first = i == 0 || g_strcmp0 (kit, mns_cell_text (lots, i - 1, "kit")) != 0;
      gboolean last = i + 1 == mns_rows_get_n_rows (lots) ||
                      g_strcmp0 (kit, mns_cell_text (lots, i + 1, "kit")) != 0;

      used = mns_cell_int (lots, i, "used") != 0 || (used && !first);
      if (last && !used)
        return g_strdup_printf (_ ("A lot of %s must be chosen"), kit);
    }
  return NULL;
}

static gboolean
matches (const MnsRows *rows, guint row, const char *text)
{
  static const char *const columns[] = { "name", "lims_id", "lot_number", "serial_number" };

  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    if (g_strcmp0 (mns_cell_text (rows, row, columns[i]), text) == 0)
      return TRUE;
  return FALSE;
}

gboolean
mns_step_consumables_scan (MnsStepConsumables *self, const char *text)
{
  const MnsRows *rows;

  if (self->page == NULL || mns_step_page_is_read_only (self->page))
    return FALSE;
  rows = get_rows (self, "run_instruments");
  for (guint i = 0; self->instrument != NULL && i < mns_rows_get_n_rows (rows); i++)
    if (matches (rows, i, text))
      {
        gtk_drop_down_set_selected (self->instrument, i + 1);
        return TRUE;
      }
  rows = get_rows (self, "run_lot_choices");
  for (guint i = 0; i < self->lots->len; i++)
    {
      GtkWidget *check = g_ptr_array_index (self->lots, i);

      if (check != NULL && gtk_widget_get_sensitive (check) && matches (rows, i, text))
        {
          gtk_check_button_set_active (GTK_CHECK_BUTTON (check), TRUE);
          return TRUE;
        }
    }
  return FALSE;
}

static void
mns_step_consumables_finalize (GObject *object)
{
  MnsStepConsumables *self = MNS_STEP_CONSUMABLES (object);

  g_clear_pointer (&self->shape, g_free);
  g_clear_pointer (&self->lots, g_ptr_array_unref);

  G_OBJECT_CLASS (mns_step_consumables_parent_class)->finalize (object);
}

static void
mns_step_consumables_class_init (MnsStepConsumablesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mns_step_consumables_finalize;
}

static void
mns_step_consumables_init (MnsStepConsumables *self)
{
  self->lots = g_ptr_array_new ();
  self->box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 6));
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->box));
}

GtkWidget *
mns_step_consumables_new (void)
{
  return g_object_new (MNS_TYPE_STEP_CONSUMABLES, NULL);
}
