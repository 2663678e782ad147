/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Record details: a spreadsheet of the step's sample table and, beside it, the fields of the step.
 * A paste is one command; cells that cannot be right stay here, marked, and do not go out.
 */

#define G_LOG_DOMAIN "mns-record-page"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "desktop/app/cells.h"
#include "desktop/app/refusal.h"
#include "desktop/screens/step/record-page.h"
#include "desktop/screens/step/step-fields.h"
#include "desktop/widgets/grid.h"

/* Columns before the custom fields: sample, container, well; and the QC flag of a QC step. */
#define N_FIXED 3

struct _MnsRecordPage
{
  MnsStepPage parent_instance;

  MnsViewResult *fields, *pairs;
  GPtrArray *column_fields; /* of each grid column: row of the view "run_fields" + 1, or 0 */
  gboolean has_qc;
  MnsGridModel *model;
  guint n_answers;
  guint n_saving;

  AdwBin *grid_bin;
  MnsGrid *grid;
  GtkLabel *faults;
  GtkLabel *line;
  GtkEntry *value;
  GtkBox *toolbar;
  MnsStepFields *side;
};

G_DEFINE_FINAL_TYPE (MnsRecordPage, mns_record_page, MNS_TYPE_STEP_PAGE)

static MnsCellKind
get_kind (const char *word)
{
  static const struct
  {
    const char *word;
    MnsCellKind kind;
  } kinds[] = {
    { "NUMBER", MNS_CELL_NUMBER },
    { "CHOICE", MNS_CELL_CHOICE },
    { "CHECK", MNS_CELL_CHECK },
    { "DATE", MNS_CELL_DATE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (word, kinds[i].word) == 0)
      return kinds[i].kind;
  return MNS_CELL_TEXT;
}

static void
read_limit (
    JsonObject *options, const char *name, MnsGridColumn *column, MnsCellLimits which, double *to)
{
  if (!json_object_has_member (options, name) || json_object_get_null_member (options, name))
    return;
  *to = json_object_get_double_member_with_default (options, name, 0);
  column->limits |= which;
}

/* A grid column of a row of "run_fields". @options keeps what the column points into. */
static MnsGridColumn
make_column (const MnsRows *rows, guint row, GPtrArray *keep)
{
  JsonNode *node = mns_cell_parse_json (rows, row, "options");
  JsonObject *options =
      node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  MnsGridColumn column = {
    .id = mns_cell_text (rows, row, "key"),
    .title = mns_cell_text (rows, row, "title"),
    .unit = mns_cell_text (rows, row, "unit"),
    .kind = get_kind (mns_cell_text (rows, row, "kind")),
    .read_only = mns_cell_int (rows, row, "read_only") != 0,
    .required = mns_cell_int (rows, row, "required") != 0,
    .decimals = -1,
  };
  JsonNode *presets = options != NULL ? json_object_get_member (options, "presets") : NULL;

  if (node != NULL)
    g_ptr_array_add (keep, node);
  if (options == NULL)
    return column;
  read_limit (options, "min", &column, MNS_LIMIT_MIN, &column.min);
  read_limit (options, "max", &column, MNS_LIMIT_MAX, &column.max);
  if (column.kind == MNS_CELL_CHOICE && presets != NULL && JSON_NODE_HOLDS_ARRAY (presets))
    {
      JsonArray *list = json_node_get_array (presets);
      GPtrArray *words = g_ptr_array_new ();

      for (guint i = 0; i < json_array_get_length (list); i++)
        g_ptr_array_add (words, (gpointer) json_array_get_string_element (list, i));
      g_ptr_array_add (words, NULL);
      column.options = (const char *const *) g_ptr_array_free (words, FALSE);
      if (json_object_get_boolean_member_with_default (options, "custom_entries", FALSE))
        column.kind = MNS_CELL_TEXT;
    }
  return column;
}

static void
make_model (MnsRecordPage *self)
{
  const MnsRows *rows = self->fields->rows;
  g_autoptr (GArray) columns = g_array_new (FALSE, TRUE, sizeof (MnsGridColumn));
  g_autoptr (GPtrArray) keep = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  g_autoptr (GPtrArray) titles = g_ptr_array_new_with_free_func (g_free);
  const char *type = mns_cell_text (mns_step_page_get_run (MNS_STEP_PAGE (self)), 0, "type");
  const MnsGridColumn fixed[N_FIXED] = {
    { .id = "sample", .title = _ ("Sample"), .read_only = TRUE, .decimals = -1 },
    { .id = "container", .title = _ ("Container"), .read_only = TRUE, .decimals = -1 },
    { .id = "well", .title = _ ("Well"), .read_only = TRUE, .width = 70, .decimals = -1 },
  };
  const MnsGridColumn qc = {
    .id = "qc_flag", .title = _ ("QC"), .kind = MNS_CELL_QC, .decimals = -1
  };

  g_ptr_array_set_size (self->column_fields, 0);
  for (guint i = 0; i < N_FIXED; i++)
    {
      g_array_append_val (columns, fixed[i]);
      g_ptr_array_add (self->column_fields, NULL);
    }
  self->has_qc = g_strcmp0 (type, "QC") == 0 || g_strcmp0 (type, "AGGREGATE_QC") == 0;
  if (self->has_qc)
    {
      g_array_append_val (columns, qc);
      g_ptr_array_add (self->column_fields, NULL);
    }
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    if (g_strcmp0 (mns_cell_text (rows, i, "place"), "SAMPLE_TABLE") == 0)
      {
        MnsGridColumn column = make_column (rows, i, keep);

        /* a derived sample and the submitted one may have fields of one name */
        if (g_strcmp0 (mns_cell_text (rows, i, "object"), "SAMPLE") == 0)
          {
            g_ptr_array_add (titles, g_strdup_printf (_ ("%s, submitted"), column.title));
            column.title = g_ptr_array_index (titles, titles->len - 1);
          }
        g_array_append_val (columns, column);
        g_ptr_array_add (self->column_fields, GUINT_TO_POINTER (i + 1));
      }
  g_clear_object (&self->model);
  self->model = mns_grid_model_new ((const MnsGridColumn *) columns->data, columns->len);
  for (guint i = 0; i < columns->len; i++)
    g_free ((gpointer) g_array_index (columns, MnsGridColumn, i).options);
}

/* What a cell holds according to the lab. */
static const char *
get_stored (MnsRecordPage *self, guint row, guint column)
{
  const MnsGridColumn *spec = mns_grid_model_get_column (self->model, column);
  const MnsRows *pairs = self->pairs->rows;
  const char *text;

  if (column == 0)
    {
      text = mns_cell_text (pairs, row, "output");
      return text != NULL ? text : mns_cell_text (pairs, row, "input");
    }
  if (g_str_equal (spec->id, "qc_flag"))
    {
      text = mns_cell_text (pairs, row, "qc_flag");
      return g_strcmp0 (text, "UNKNOWN") == 0 ? "" : text;
    }
  text = mns_cell_text (pairs, row, spec->id);
  return text != NULL ? text : "";
}

/* The artifact whose values a row holds: the output, or the input of a step that makes none. */
static char *
dup_artifact (MnsRecordPage *self, guint row)
{
  char *id = mns_cell_dup_id (self->pairs->rows, row, "output_id");

  return id != NULL ? id : mns_cell_dup_id (self->pairs->rows, row, "input_id");
}

static void
show_faults (MnsRecordPage *self)
{
  MnsScreen *screen = mns_step_page_get_screen (MNS_STEP_PAGE (self));
  guint n = mns_grid_model_count_faults (self->model);
  g_autofree char *text =
      g_strdup_printf (ngettext ("%u cell is not valid", "%u cells are not valid", n), n);
  guint n_rows = mns_grid_model_get_n_rows (self->model);
  g_autofree char *facts = g_strdup_printf (ngettext ("%u sample", "%u samples", n_rows), n_rows);

  gtk_label_set_text (self->faults, n > 0 ? text : "");
  mns_screen_set_facts (screen, facts);
  mns_screen_set_primary (screen, _ ("Next steps"));
  mns_screen_set_primary_reason (screen,
                                 n > 0                ? text
                                 : self->n_saving > 0 ? _ ("Values are being saved")
                                                      : NULL);
}

static void cells_edited_cb (MnsRecordPage *self, GArray *edits);

static void
message_cb (MnsRecordPage *self, const char *message)
{
  gtk_label_set_text (self->line, message);
}

static void
rebuild (MnsRecordPage *self)
{
  const MnsRows *pairs = self->pairs->rows;
  GtkWidget *scrolled;

  make_model (self);
  mns_grid_model_freeze (self->model);
  for (guint row = 0; row < mns_rows_get_n_rows (pairs); row++)
    {
      g_autoptr (GPtrArray) texts = g_ptr_array_new ();
      g_autofree char *id = dup_artifact (self, row);

      for (guint c = 0; c < mns_grid_model_get_n_columns (self->model); c++)
        g_ptr_array_add (texts, (gpointer) get_stored (self, row, c));
      g_ptr_array_add (texts, NULL);
      mns_grid_model_append_row (self->model, id, (const char *const *) texts->pdata);
    }
  mns_grid_model_thaw (self->model);
  mns_grid_model_set_read_only (self->model, mns_step_page_is_read_only (MNS_STEP_PAGE (self)));
  g_signal_connect_object (
      self->model, "cells-edited", G_CALLBACK (cells_edited_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (
      self->model, "changed", G_CALLBACK (show_faults), self, G_CONNECT_SWAPPED);
  self->grid = MNS_GRID (mns_grid_new (self->model, _ ("Values of the samples")));
  g_signal_connect_object (self->grid, "message", G_CALLBACK (message_cb), self, G_CONNECT_SWAPPED);
  scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (self->grid));
  adw_bin_set_child (self->grid_bin, scrolled);
}

static gboolean
has_same_shape (MnsRecordPage *self)
{
  guint n_columns = N_FIXED + self->has_qc;

  if (self->model == NULL ||
      mns_grid_model_get_n_rows (self->model) != mns_rows_get_n_rows (self->pairs->rows))
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (self->fields->rows); i++)
    n_columns += g_strcmp0 (mns_cell_text (self->fields->rows, i, "place"), "SAMPLE_TABLE") == 0;
  if (mns_grid_model_get_n_columns (self->model) != n_columns)
    return FALSE;
  for (guint row = 0; row < mns_rows_get_n_rows (self->pairs->rows); row++)
    {
      g_autofree char *id = dup_artifact (self, row);

      if (!g_str_equal (id, mns_grid_model_get_row_id (self->model, row)))
        return FALSE;
    }
  return TRUE;
}

/* Takes in what others changed; a cell that is not valid is a draft of ours and stays. */
static void
update_cells (MnsRecordPage *self)
{
  for (guint row = 0; row < mns_grid_model_get_n_rows (self->model); row++)
    for (guint c = 0; c < mns_grid_model_get_n_columns (self->model); c++)
      {
        const char *stored = get_stored (self, row, c);
        g_autofree char *fault = NULL;

        if (g_strcmp0 (stored, mns_grid_model_get_text (self->model, row, c)) == 0)
          continue;
        fault = mns_grid_model_dup_fault (self->model, row, c);
        if (fault == NULL)
          mns_grid_model_load (self->model, row, c, stored);
      }
}

static void
take_answer (MnsRecordPage *self, MnsViewResult **place, GAsyncResult *result, GObject *source)
{
  g_autoptr (GError) error = NULL;
  MnsViewResult *answer = mns_session_look_finish (MNS_SESSION (source), result, &error);
  MnsStepPage *page = MNS_STEP_PAGE (self);

  if (answer == NULL)
    {
      if (mns_step_page_get_screen (page) != NULL)
        mns_screen_show_error (mns_step_page_get_screen (page), error);
      return;
    }
  g_clear_pointer (place, mns_view_result_free);
  *place = answer;
  if (--self->n_answers > 0)
    return;
  if (!has_same_shape (self))
    rebuild (self);
  else if (self->n_saving == 0)
    update_cells (self);
  gtk_widget_set_sensitive (GTK_WIDGET (self->toolbar), !mns_step_page_is_read_only (page));
  mns_step_fields_show (self->side, page, self->fields->rows);
  show_faults (self);
}

static void
fields_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsRecordPage) self = user_data;

  take_answer (self, &self->fields, result, source);
}

static void
pairs_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsRecordPage) self = user_data;

  take_answer (self, &self->pairs, result, source);
}

static void
mns_record_page_load (MnsStepPage *page)
{
  MnsRecordPage *self = MNS_RECORD_PAGE (page);

  if (gtk_widget_get_parent (GTK_WIDGET (self->side)) == NULL)
    mns_screen_set_side (mns_step_page_get_screen (page), GTK_WIDGET (self->side));
  self->n_answers = 2;
  mns_step_page_look (page, "run_fields", fields_read_cb);
  mns_step_page_look (page, "run_pairs", pairs_read_cb);
}

/* ---- saving ---- */

/* The cells of one command, to find the cell of a fault. */
typedef struct
{
  MnsRecordPage *page;
  GArray *places; /* of MnsCellEdit without text, in the order of the command's cells */
} Saving;

static void
mark_faults (Saving *saving, MnsResult *result)
{
  MnsGridModel *model = saving->page->model;

  for (guint i = 0; result->faults != NULL && i < result->faults->len; i++)
    {
      const MnsFault *fault = g_ptr_array_index (result->faults, i);
      guint64 n = 0;

      if (fault->at == NULL || !g_str_has_prefix (fault->at, "/cells/"))
        continue;
      n = g_ascii_strtoull (fault->at + strlen ("/cells/"), NULL, 10);
      if (n < saving->places->len)
        {
          const MnsCellEdit *place = &g_array_index (saving->places, MnsCellEdit, n);
          g_autofree char *said = mns_refusal_say_fault (fault);

          mns_grid_model_refuse (model, place->row, place->column, said);
        }
    }
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Saving *saving = user_data;
  g_autoptr (MnsRecordPage) self = saving->page;
  g_autoptr (GArray) places = saving->places;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsResult) done = mns_session_do_finish (MNS_SESSION (source), result, &error);
  MnsScreen *screen = mns_step_page_get_screen (MNS_STEP_PAGE (self));

  self->n_saving--;
  if (screen != NULL && mns_screen_show_refusal (screen, done, error) && done != NULL)
    mark_faults (saving, done);
  if (screen != NULL)
    show_faults (self);
  g_free (saving);
}

static void
add_cell (MnsRecordPage *self, const MnsCellEdit *edit, JsonArray *cells, JsonObject *expect)
{
  const MnsGridColumn *column = mns_grid_model_get_column (self->model, edit->column);
  g_autofree char *artifact = dup_artifact (self, edit->row);
  guint field = GPOINTER_TO_UINT (g_ptr_array_index (self->column_fields, edit->column));
  g_autofree char *field_id = field > 0
                                  ? mns_cell_dup_id (self->fields->rows, field - 1, "field_id")
                                  : g_strdup ("qc_flag");
  g_autofree char *key = g_strconcat ("artifact:", artifact, NULL);
  const char *text = edit->text;
  const char *before = get_stored (self, edit->row, edit->column);
  JsonObject *cell = mns_args_new ("artifact", artifact, "field", field_id, NULL);
  JsonObject *seen;
  double number;

  if (text == NULL || text[0] == '\0')
    {
      if (field > 0)
        json_object_set_null_member (cell, "value");
      else
        json_object_set_string_member (cell, "value", "UNKNOWN");
    }
  else if (column->kind == MNS_CELL_NUMBER && mns_cell_parse_number (text, &number))
    json_object_set_double_member (cell, "value", number);
  else
    json_object_set_string_member (cell, "value", text);
  json_array_add_object_element (cells, cell);

  if (!json_object_has_member (expect, key))
    json_object_set_object_member (expect, key, json_object_new ());
  seen = json_object_get_object_member (expect, key);
  if (before == NULL || before[0] == '\0')
    json_object_set_null_member (seen, field_id);
  else
    json_object_set_string_member (seen, field_id, before);
}

static void
cells_edited_cb (MnsRecordPage *self, GArray *edits)
{
  JsonObject *args, *expect;
  JsonArray *cells = json_array_new ();
  Saving *saving = g_new0 (Saving, 1);

  saving->places = g_array_new (FALSE, FALSE, sizeof (MnsCellEdit));
  expect = json_object_new ();
  for (guint i = 0; i < edits->len; i++)
    {
      const MnsCellEdit *edit = &g_array_index (edits, MnsCellEdit, i);
      const MnsCellEdit place = { edit->row, edit->column, NULL };
      g_autofree char *fault = mns_grid_model_dup_fault (self->model, edit->row, edit->column);

      if (fault != NULL)
        continue; /* stays as a draft */
      add_cell (self, edit, cells, expect);
      g_array_append_val (saving->places, place);
    }
  if (saving->places->len == 0)
    {
      g_array_unref (saving->places);
      g_free (saving);
      json_array_unref (cells);
      json_object_unref (expect);
      return;
    }
  saving->page = g_object_ref (self);
  self->n_saving++;
  args = mns_step_page_new_args (MNS_STEP_PAGE (self));
  json_object_set_array_member (args, "cells", cells);
  mns_session_do (mns_step_page_get_session (MNS_STEP_PAGE (self)),
                  "step.record@1",
                  args,
                  expect,
                  NULL,
                  saved_cb,
                  saving);
}

/* ---- toolbar ---- */

static void
fill_cb (MnsRecordPage *self)
{
  if (self->grid != NULL)
    mns_grid_fill_range (self->grid, TRUE);
}

static void
undo_cb (MnsRecordPage *self)
{
  if (self->grid != NULL)
    mns_grid_undo (self->grid);
}

static void
redo_cb (MnsRecordPage *self)
{
  if (self->grid != NULL)
    mns_grid_redo (self->grid);
}

static void
paste_cb (MnsRecordPage *self)
{
  if (self->grid != NULL)
    mns_grid_paste_clipboard (self->grid);
}

static void
apply_value_cb (MnsRecordPage *self)
{
  if (self->grid != NULL)
    mns_grid_set_value (self->grid, gtk_editable_get_text (GTK_EDITABLE (self->value)));
}

static void
next_fault_cb (MnsRecordPage *self)
{
  if (self->grid != NULL)
    mns_grid_step_fault (self->grid, TRUE);
}

static void
mns_record_page_primary (MnsStepPage *page)
{
  MnsRecordPage *self = MNS_RECORD_PAGE (page);

  if (self->grid != NULL)
    mns_grid_stop_editing (self->grid, TRUE);
  mns_step_page_go_on (page, "ASSIGN_NEXT_STEPS");
}

static void
mns_record_page_undo (MnsStepPage *page, gboolean again)
{
  again ? redo_cb (MNS_RECORD_PAGE (page)) : undo_cb (MNS_RECORD_PAGE (page));
}

static gboolean
mns_record_page_concerns (MnsStepPage *page, const char *const *tables)
{
  return MNS_RECORD_PAGE (page)->n_saving == 0 &&
         (g_strv_contains (tables, "artifact") || g_strv_contains (tables, "sample") ||
          g_strv_contains (tables, "placement"));
}

static void
mns_record_page_dispose (GObject *object)
{
  MnsRecordPage *self = MNS_RECORD_PAGE (object);

  g_clear_pointer (&self->fields, mns_view_result_free);
  g_clear_pointer (&self->pairs, mns_view_result_free);
  g_clear_object (&self->model);
  g_clear_pointer (&self->column_fields, g_ptr_array_unref);
  g_clear_object (&self->side);

  G_OBJECT_CLASS (mns_record_page_parent_class)->dispose (object);
}

static void
mns_record_page_class_init (MnsRecordPageClass *klass)
{
  MnsStepPageClass *page_class = MNS_STEP_PAGE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_record_page_dispose;
  page_class->load = mns_record_page_load;
  page_class->primary = mns_record_page_primary;
  page_class->undo = mns_record_page_undo;
  page_class->concerns = mns_record_page_concerns;
}

static void
add_button (MnsRecordPage *self, const char *label, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  g_signal_connect_object (button, "clicked", clicked, self, G_CONNECT_SWAPPED);
  gtk_box_append (self->toolbar, button);
}

static void
make_toolbar (MnsRecordPage *self)
{
  self->toolbar = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8));
  gtk_widget_set_margin_start (GTK_WIDGET (self->toolbar), 16);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->toolbar), 8);
  add_button (self, _ ("Fill down"), G_CALLBACK (fill_cb));
  add_button (self, _ ("Paste"), G_CALLBACK (paste_cb));
  add_button (self, _ ("Undo"), G_CALLBACK (undo_cb));
  add_button (self, _ ("Redo"), G_CALLBACK (redo_cb));
  self->value = GTK_ENTRY (gtk_entry_new ());
  gtk_entry_set_placeholder_text (self->value, _ ("Value for the selected cells"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->value),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Value for the selected cells"),
                                  -1);
  g_signal_connect_object (
      self->value, "activate", G_CALLBACK (apply_value_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->toolbar, GTK_WIDGET (self->value));
  add_button (self, _ ("Apply"), G_CALLBACK (apply_value_cb));
  self->faults = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->faults), "error");
  gtk_box_append (self->toolbar, GTK_WIDGET (self->faults));
  add_button (self, _ ("Next fault"), G_CALLBACK (next_fault_cb));
}

static void
mns_record_page_init (MnsRecordPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->column_fields = g_ptr_array_new ();
  self->side = g_object_ref_sink (MNS_STEP_FIELDS (mns_step_fields_new ()));
  make_toolbar (self);
  self->grid_bin = ADW_BIN (adw_bin_new ());
  gtk_widget_set_vexpand (GTK_WIDGET (self->grid_bin), TRUE);
  gtk_widget_set_margin_start (GTK_WIDGET (self->grid_bin), 16);
  self->line = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->line, 0);
  gtk_label_set_ellipsize (self->line, PANGO_ELLIPSIZE_END);
  gtk_widget_set_margin_start (GTK_WIDGET (self->line), 16);
  gtk_widget_set_margin_top (GTK_WIDGET (self->line), 4);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->line), 8);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->toolbar));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->grid_bin));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->line));
  adw_bin_set_child (ADW_BIN (self), box);
}
