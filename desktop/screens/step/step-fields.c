/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-step-fields"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/screens/step/step-fields.h"
#include "desktop/widgets/cell-value.h"

struct _MnsStepFields
{
  AdwBin parent_instance;

  MnsStepPage *page; /* unowned: it owns us */
  GtkListBox *list;
  GHashTable *rows; /* field name → its editor */
  char *shape;      /* names of the fields shown */
  gboolean loading;
};

/* Stands for the value that the lab has, where the one shown was refused. No text is equal to it.
 */
#define REFUSED "\x01"

G_DEFINE_FINAL_TYPE (MnsStepFields, mns_step_fields, ADW_TYPE_BIN)

static const char *
get_field (gpointer editor)
{
  return g_object_get_data (editor, "field");
}

/* What was refused stays as it was typed, marked; nothing but typing makes it another text. */
static void
saved_cb (MnsStepPage *page, MnsResult *result, gboolean refused, gpointer data)
{
  g_autoptr (GtkWidget) editor = data;

  if (refused)
    {
      g_object_set_data_full (G_OBJECT (editor), "stored", g_strdup (REFUSED), g_free);
      gtk_widget_add_css_class (editor, "error");
      gtk_accessible_update_state (
          GTK_ACCESSIBLE (editor), GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_TRUE, -1);
      gtk_widget_grab_focus (editor);
      return;
    }
  gtk_widget_remove_css_class (editor, "error");
  gtk_accessible_reset_state (GTK_ACCESSIBLE (editor), GTK_ACCESSIBLE_STATE_INVALID);
}

/* As a cell of the sample table would take it: a comma in a number, its unit, a day as people write
 * it.
 */
static char *
normalise (GtkWidget *editor, const char *text)
{
  const MnsGridColumn column = {
    .kind = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (editor), "kind")),
    .unit = g_object_get_data (G_OBJECT (editor), "unit"),
    .decimals = -1,
  };

  return GTK_IS_TEXT_VIEW (editor) ? g_strdup (text) : mns_cell_normalise (&column, text);
}

/* @text: as typed */
static void
save (MnsStepFields *self, GtkWidget *editor, const char *text)
{
  JsonObject *args = mns_step_page_new_args (self->page);
  JsonObject *fields = json_object_new ();
  const char *field = get_field (editor);
  g_autofree char *value = normalise (editor, text);

  if (value == NULL || value[0] == '\0')
    json_object_set_null_member (fields, field);
  else
    json_object_set_string_member (fields, field, value);
  json_object_set_object_member (args, "fields", fields);
  g_object_set_data_full (G_OBJECT (editor), "stored", g_strdup (text), g_free);
  mns_step_page_do (self->page, "step.details@1", args, NULL, saved_cb, g_object_ref (editor));
}

static char *
dup_text (GtkWidget *editor)
{
  GtkTextIter start, end;
  GtkTextBuffer *buffer;

  if (!GTK_IS_TEXT_VIEW (editor))
    return g_strdup (gtk_editable_get_text (GTK_EDITABLE (editor)));
  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (editor));
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
}

/* What was typed counts when Enter or the button says so, and when the focus goes elsewhere. */
static void
save_typed (MnsStepFields *self, GtkWidget *editor)
{
  g_autofree char *text = dup_text (editor);
  const char *stored = g_object_get_data (G_OBJECT (editor), "stored");

  if (!self->loading && self->page != NULL && !mns_step_page_is_read_only (self->page) &&
      mns_step_page_get_screen (self->page) != NULL &&
      g_strcmp0 (text, stored != NULL ? stored : "") != 0)
    save (self, editor, text);
}

static void
entry_applied_cb (GtkWidget *entry, MnsStepFields *self)
{
  save_typed (self, entry);
}

static void
left_cb (GtkEventControllerFocus *focus, MnsStepFields *self)
{
  GtkWidget *widget = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (focus));

  save_typed (self, widget);
}

static void
save_on_leave (MnsStepFields *self, GtkWidget *editor)
{
  GtkEventController *focus = gtk_event_controller_focus_new ();

  g_signal_connect_object (focus, "leave", G_CALLBACK (left_cb), self, 0);
  gtk_widget_add_controller (editor, focus);
}

static void
choice_made_cb (GtkWidget *row, GParamSpec *pspec, MnsStepFields *self)
{
  GtkStringObject *chosen = adw_combo_row_get_selected_item (ADW_COMBO_ROW (row));

  if (!self->loading && chosen != NULL)
    save (self, row, gtk_string_object_get_string (chosen));
}

static void
switched_cb (GtkWidget *toggle, GParamSpec *pspec, MnsStepFields *self)
{
  if (!self->loading)
    save (self, toggle, gtk_switch_get_active (GTK_SWITCH (toggle)) ? "true" : "false");
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

/* The same for who hears it. */
static char *
make_plain_title (const MnsRows *rows, guint row)
{
  const char *title = mns_cell_text (rows, row, "title");

  return mns_cell_int (rows, row, "required") != 0 ? g_strdup_printf (_ ("%s, required"), title)
                                                   : g_strdup (title);
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

/* Text of several lines, under its title. */
static GtkWidget *
make_text (GtkWidget **editor)
{
  GtkWidget *row = adw_preferences_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *title = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_add_css_class (title, "caption");
  gtk_widget_add_css_class (title, "dim-label");
  g_object_bind_property (row, "title", title, "label", G_BINDING_SYNC_CREATE);
  gtk_label_set_use_markup (GTK_LABEL (title), TRUE);
  *editor = gtk_text_view_new ();
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (*editor), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (*editor), FALSE);
  gtk_widget_set_size_request (*editor, -1, 56);
  gtk_widget_add_css_class (*editor, "mns-inline-text");
  gtk_widget_set_margin_top (box, 8);
  gtk_widget_set_margin_bottom (box, 8);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), *editor);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  return row;
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
  else if (g_str_equal (kind, "MULTILINE"))
    {
      made = make_text (editor);
      save_on_leave (self, *editor);
    }
  else
    {
      *editor = made = adw_entry_row_new ();
      adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (made), TRUE);
      g_signal_connect_object (made, "apply", G_CALLBACK (entry_applied_cb), self, 0);
      save_on_leave (self, made);
      if (g_str_equal (kind, "NUMBER"))
        g_object_set_data (G_OBJECT (made), "kind", GUINT_TO_POINTER (MNS_CELL_NUMBER));
      if (g_str_equal (kind, "DATE"))
        g_object_set_data (G_OBJECT (made), "kind", GUINT_TO_POINTER (MNS_CELL_DATE));
      g_object_set_data_full (
          G_OBJECT (made), "unit", g_strdup (mns_cell_text (rows, row, "unit")), g_free);
    }
  g_object_set_data_full (
      G_OBJECT (*editor), "field", g_strdup (mns_cell_text (rows, row, "title")), g_free);
  return made;
}

static void
show_value (GtkWidget *editor, const char *value)
{
  const char *stored = g_object_get_data (G_OBJECT (editor), "stored");

  if (GTK_IS_SWITCH (editor))
    gtk_switch_set_active (GTK_SWITCH (editor), g_str_equal (value, "true"));
  else if (ADW_IS_COMBO_ROW (editor))
    {
      GListModel *words = adw_combo_row_get_model (ADW_COMBO_ROW (editor));

      for (guint i = 0; i < g_list_model_get_n_items (words); i++)
        if (g_strcmp0 (gtk_string_list_get_string (GTK_STRING_LIST (words), i), value) == 0)
          adw_combo_row_set_selected (ADW_COMBO_ROW (editor), i);
    }
  else if (g_strcmp0 (stored, REFUSED) != 0 && g_strcmp0 (stored, value) != 0)
    /* what is being typed stays */
    {
      if (GTK_IS_TEXT_VIEW (editor))
        gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (editor)), value, -1);
      else
        gtk_editable_set_text (GTK_EDITABLE (editor), value);
      g_object_set_data_full (G_OBJECT (editor), "stored", g_strdup (value), g_free);
    }
}

/* What may only be read can still be selected and copied. */
static void
allow (GtkWidget *editor, gboolean allowed)
{
  if (GTK_IS_TEXT_VIEW (editor))
    gtk_text_view_set_editable (GTK_TEXT_VIEW (editor), allowed);
  else if (GTK_IS_EDITABLE (editor))
    gtk_editable_set_editable (GTK_EDITABLE (editor), allowed);
  else
    gtk_widget_set_sensitive (editor, allowed);
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
      if (*title != '\0' && editor != row)
        {
          g_autofree char *plain = make_plain_title (rows, i);

          gtk_accessible_update_property (
              GTK_ACCESSIBLE (editor), GTK_ACCESSIBLE_PROPERTY_LABEL, plain, -1);
        }
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
          allow (editor,
                 !mns_step_page_is_read_only (page) && mns_cell_int (fields, i, "read_only") == 0);
        }
    }
  gtk_widget_set_visible (GTK_WIDGET (self), g_hash_table_size (self->rows) > 0);
  self->loading = FALSE;
}

/**
 * mns_step_fields_dup_missing:
 * @fields: rows of the view "run_fields"
 *
 * Returns: (transfer full) (nullable): the first field of the step that must have a value and has
 *   none, as a sentence
 */
char *
mns_step_fields_dup_missing (const MnsRows *fields)
{
  for (guint i = 0; i < mns_rows_get_n_rows (fields); i++)
    {
      const char *value = mns_cell_text (fields, i, "value");

      if (g_str_equal (mns_cell_text (fields, i, "place"), "STEP") &&
          mns_cell_int (fields, i, "required") != 0 && (value == NULL || value[0] == '\0'))
        return g_strdup_printf (_ ("“%s” must have a value"), mns_cell_text (fields, i, "title"));
    }
  return NULL;
}

/* What is being typed counts as entered. */
void
mns_step_fields_save (MnsStepFields *self)
{
  GHashTableIter iter;
  gpointer editor;

  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, NULL, &editor))
    if (GTK_IS_TEXT_VIEW (editor) || (GTK_IS_EDITABLE (editor) && !ADW_IS_COMBO_ROW (editor)))
      save_typed (self, editor);
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
  self->rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "boxed-list");
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Fields of the step"), -1);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->list));
}

GtkWidget *
mns_step_fields_new (void)
{
  return g_object_new (MNS_TYPE_STEP_FIELDS, NULL);
}
