/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-step-fields"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/screens/step/step-fields.h"

struct _MnsStepFields
{
  AdwBin parent_instance;

  MnsStepPage *page; /* unowned: it owns us */
  GtkBox *box;
  GtkListBox *list;
  GHashTable *rows; /* field name → its editor */
  char *shape;      /* names of the fields shown */
  gboolean loading;
};

G_DEFINE_FINAL_TYPE (MnsStepFields, mns_step_fields, ADW_TYPE_BIN)

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsStepFields) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsResult) done = mns_session_do_finish (MNS_SESSION (source), result, &error);
  MnsScreen *screen = mns_step_page_get_screen (self->page);

  if (screen != NULL)
    mns_screen_show_refusal (screen, done, error);
}

static void
save (MnsStepFields *self, const char *field, const char *text)
{
  JsonObject *args = mns_step_page_new_args (self->page);
  JsonObject *fields = json_object_new ();

  if (text != NULL && text[0] != '\0')
    json_object_set_string_member (fields, field, text);
  else
    json_object_set_null_member (fields, field);
  json_object_set_object_member (args, "fields", fields);
  mns_session_do (mns_step_page_get_session (self->page),
                  "step.details@1",
                  args,
                  NULL,
                  NULL,
                  saved_cb,
                  g_object_ref (self));
}

static const char *
get_field (gpointer editor)
{
  return g_object_get_data (editor, "field");
}

static void
entry_applied_cb (GtkWidget *entry, MnsStepFields *self)
{
  if (!self->loading)
    save (self, get_field (entry), gtk_editable_get_text (GTK_EDITABLE (entry)));
}

static void
choice_made_cb (GtkWidget *row, GParamSpec *pspec, MnsStepFields *self)
{
  GtkStringObject *chosen = adw_combo_row_get_selected_item (ADW_COMBO_ROW (row));

  if (!self->loading && chosen != NULL)
    save (self, get_field (row), gtk_string_object_get_string (chosen));
}

static void
switched_cb (GtkWidget *toggle, GParamSpec *pspec, MnsStepFields *self)
{
  if (!self->loading)
    save (self, get_field (toggle), gtk_switch_get_active (GTK_SWITCH (toggle)) ? "true" : "false");
}

static char *
make_title (const MnsRows *rows, guint row)
{
  const char *unit = mns_cell_text (rows, row, "unit");
  const char *must = mns_cell_int (rows, row, "required") != 0 ? " *" : "";
  const char *title = mns_cell_text (rows, row, "title");

  return unit != NULL ? g_markup_printf_escaped ("%s (%s)%s", title, unit, must)
                      : g_markup_printf_escaped ("%s%s", title, must);
}

static GtkWidget *
make_choice (const MnsRows *rows, guint row)
{
  GtkWidget *made = adw_combo_row_new ();
  g_autoptr (GtkStringList) words = gtk_string_list_new (NULL);
  g_autoptr (JsonNode) node = mns_cell_parse_json (rows, row, "options");
  JsonArray *presets = json_object_get_array_member (json_node_get_object (node), "presets");

  gtk_string_list_append (words, "");
  for (guint i = 0; i < json_array_get_length (presets); i++)
    gtk_string_list_append (words, json_array_get_string_element (presets, i));
  adw_combo_row_set_model (ADW_COMBO_ROW (made), G_LIST_MODEL (words));
  return made;
}

/* A row of the list; what is edited, found again by the field's name, is put into @editor. */
static GtkWidget *
make_row (MnsStepFields *self, const MnsRows *rows, guint row, GtkWidget **editor)
{
  const char *kind = mns_cell_text (rows, row, "kind");
  GtkWidget *made;

  if (g_str_equal (kind, "CHOICE"))
    {
      *editor = made = make_choice (rows, row);
      g_signal_connect_object (made, "notify::selected", G_CALLBACK (choice_made_cb), self, 0);
    }
  else if (g_str_equal (kind, "CHECK"))
    {
      made = adw_action_row_new ();
      *editor = gtk_switch_new ();
      gtk_widget_set_valign (*editor, GTK_ALIGN_CENTER);
      adw_action_row_add_suffix (ADW_ACTION_ROW (made), *editor);
      adw_action_row_set_activatable_widget (ADW_ACTION_ROW (made), *editor);
      g_signal_connect_object (*editor, "notify::active", G_CALLBACK (switched_cb), self, 0);
    }
  else
    {
      *editor = made = adw_entry_row_new ();
      adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (made), TRUE);
      g_signal_connect_object (made, "apply", G_CALLBACK (entry_applied_cb), self, 0);
    }
  g_object_set_data_full (
      G_OBJECT (*editor), "field", g_strdup (mns_cell_text (rows, row, "title")), g_free);
  return made;
}

static void
show_value (GtkWidget *editor, const char *value)
{
  if (ADW_IS_ENTRY_ROW (editor))
    {
      if (g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (editor)), value) != 0)
        gtk_editable_set_text (GTK_EDITABLE (editor), value);
    }
  else if (GTK_IS_SWITCH (editor))
    gtk_switch_set_active (GTK_SWITCH (editor), g_str_equal (value, "true"));
  else
    {
      GListModel *words = adw_combo_row_get_model (ADW_COMBO_ROW (editor));

      for (guint i = 0; i < g_list_model_get_n_items (words); i++)
        if (g_strcmp0 (gtk_string_list_get_string (GTK_STRING_LIST (words), i), value) == 0)
          adw_combo_row_set_selected (ADW_COMBO_ROW (editor), i);
    }
}

static char *
describe_shape (const MnsRows *rows)
{
  g_autoptr (GString) shape = g_string_new (NULL);

  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    if (g_str_equal (mns_cell_text (rows, i, "place"), "STEP"))
      g_string_append_printf (
          shape, "%s/%s\n", mns_cell_text (rows, i, "title"), mns_cell_text (rows, i, "kind"));
  return g_string_free (g_steal_pointer (&shape), FALSE);
}

static void
rebuild (MnsStepFields *self, const MnsRows *rows)
{
  GtkListBoxRow *old;

  g_hash_table_remove_all (self->rows);
  while ((old = gtk_list_box_get_row_at_index (self->list, 0)) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (old));
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      g_autofree char *title = NULL;
      GtkWidget *editor = NULL;
      GtkWidget *row;

      if (!g_str_equal (mns_cell_text (rows, i, "place"), "STEP"))
        continue;
      row = make_row (self, rows, i, &editor);
      title = make_title (rows, i);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
      gtk_list_box_append (self->list, row);
      g_hash_table_insert (self->rows, g_strdup (mns_cell_text (rows, i, "title")), editor);
    }
}

void
mns_step_fields_show (MnsStepFields *self, MnsStepPage *page, const MnsRows *fields)
{
  g_autofree char *shape = describe_shape (fields);

  self->page = page;
  self->loading = TRUE;
  if (g_strcmp0 (shape, self->shape) != 0)
    {
      rebuild (self, fields);
      g_free (self->shape);
      self->shape = g_steal_pointer (&shape);
    }
  for (guint i = 0; i < mns_rows_get_n_rows (fields); i++)
    {
      GtkWidget *editor = g_hash_table_lookup (self->rows, mns_cell_text (fields, i, "title"));
      const char *value = mns_cell_text (fields, i, "value");

      if (editor != NULL && g_str_equal (mns_cell_text (fields, i, "place"), "STEP"))
        {
          show_value (editor, value != NULL ? value : "");
          gtk_widget_set_sensitive (editor,
                                    !mns_step_page_is_read_only (page) &&
                                        mns_cell_int (fields, i, "read_only") == 0);
        }
    }
  gtk_widget_set_visible (GTK_WIDGET (self->box), g_hash_table_size (self->rows) > 0);
  self->loading = FALSE;
}

static void
mns_step_fields_finalize (GObject *object)
{
  MnsStepFields *self = MNS_STEP_FIELDS (object);

  g_clear_pointer (&self->rows, g_hash_table_unref);
  g_clear_pointer (&self->shape, g_free);

  G_OBJECT_CLASS (mns_step_fields_parent_class)->finalize (object);
}

static void
mns_step_fields_class_init (MnsStepFieldsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mns_step_fields_finalize;
}

static void
mns_step_fields_init (MnsStepFields *self)
{
  GtkWidget *title = gtk_label_new (_ ("Step details"));
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 8));
  gtk_widget_set_margin_start (GTK_WIDGET (self->box), 16);
  gtk_widget_set_margin_end (GTK_WIDGET (self->box), 16);
  gtk_widget_add_css_class (title, "heading");
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_box_append (self->box, title);
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "boxed-list");
  gtk_box_append (self->box, GTK_WIDGET (self->list));
  gtk_scrolled_window_set_policy (
      GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (self->box));
  adw_bin_set_child (ADW_BIN (self), scrolled);
}

GtkWidget *
mns_step_fields_new (void)
{
  return g_object_new (MNS_TYPE_STEP_FIELDS, NULL);
}
