/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-record-table"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/screens/step/record-table.h"

struct _MnsRecordTable
{
  MnsRows *fields, *pairs;
  MnsRecordFlags flags;
  MnsRecordOrder order;
  GHashTable *hidden;       /* keys of columns */
  GArray *rows;             /* of each grid row: row of the pairs */
  GPtrArray *column_fields; /* of each grid column: row of the fields + 1, or 0 */
  char *shape;              /* what the model was made for */
  MnsGridModel *model;
};

/* ---- columns ---- */

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

/* A choice has its words; one that takes other words too is text. */
static void
read_choices (JsonObject *options, MnsGridColumn *column)
{
  JsonNode *presets = json_object_get_member (options, "presets");
  JsonArray *list;
  GPtrArray *words;

  if (column->kind != MNS_CELL_CHOICE || presets == NULL || !JSON_NODE_HOLDS_ARRAY (presets))
    return;
  list = json_node_get_array (presets);
  words = g_ptr_array_new ();
  for (guint i = 0; i < json_array_get_length (list); i++)
    g_ptr_array_add (words, (gpointer) json_array_get_string_element (list, i));
  g_ptr_array_add (words, NULL);
  column->options = (const char *const *) g_ptr_array_free (words, FALSE);
  if (json_object_get_boolean_member_with_default (options, "custom_entries", FALSE))
    column->kind = MNS_CELL_TEXT;
}

/* A grid column of a row of "run_fields". @keep keeps what the column points into. */
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

  if (node != NULL)
    g_ptr_array_add (keep, node);
  if (options == NULL)
    return column;
  read_limit (options, "min", &column, MNS_LIMIT_MIN, &column.min);
  read_limit (options, "max", &column, MNS_LIMIT_MAX, &column.max);
  read_choices (options, &column);
  return column;
}

static gboolean
is_of_table (const MnsRows *fields, guint row)
{
  return g_strcmp0 (mns_cell_text (fields, row, "place"), "SAMPLE_TABLE") == 0;
}

static void
add_column (MnsRecordTable *self, GArray *columns, const MnsGridColumn *column, guint field)
{
  if (mns_record_table_is_hidden (self, column->id))
    return;
  g_array_append_vals (columns, column, 1);
  g_ptr_array_add (self->column_fields, GUINT_TO_POINTER (field));
}

/* Columns before the custom fields: sample, container, well; and the QC flag of a QC step. */
static void
add_fixed_columns (MnsRecordTable *self, GArray *columns)
{
  gboolean tubes = (self->flags & MNS_RECORD_TUBES) != 0;
  const MnsGridColumn sample = {
    .id = "sample", .title = _ ("Sample"), .read_only = TRUE, .decimals = -1
  };
  const MnsGridColumn container = {
    .id = "container",
    .title = tubes ? _ ("Tube") : _ ("Container"),
    .read_only = !tubes,
    .decimals = -1,
  };
  const MnsGridColumn well = {
    .id = "well", .title = _ ("Well"), .read_only = TRUE, .width = 70, .decimals = -1
  };
  const MnsGridColumn qc = {
    .id = "qc_flag", .title = _ ("QC"), .kind = MNS_CELL_QC, .decimals = -1
  };

  add_column (self, columns, &sample, 0);
  add_column (self, columns, &container, 0);
  if (!tubes)
    add_column (self, columns, &well, 0);
  if (self->flags & MNS_RECORD_QC)
    add_column (self, columns, &qc, 0);
}

static void
make_model (MnsRecordTable *self)
{
  const MnsRows *fields = self->fields;
  g_autoptr (GArray) columns = g_array_new (FALSE, TRUE, sizeof (MnsGridColumn));
  g_autoptr (GPtrArray) keep = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  g_autoptr (GPtrArray) titles = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) options = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_set_size (self->column_fields, 0);
  add_fixed_columns (self, columns);
  for (guint i = 0; i < mns_rows_get_n_rows (fields); i++)
    {
      MnsGridColumn column;

      if (!is_of_table (fields, i))
        continue;
      column = make_column (fields, i, keep);
      if (column.options != NULL)
        g_ptr_array_add (options, (gpointer) column.options);
      /* a derived sample and the submitted one may have fields of one name */
      if (g_strcmp0 (mns_cell_text (fields, i, "object"), "SAMPLE") == 0)
        {
          g_ptr_array_add (titles, g_strdup_printf (_ ("%s, submitted"), column.title));
          column.title = g_ptr_array_index (titles, titles->len - 1);
        }
      add_column (self, columns, &column, i + 1);
    }
  g_clear_object (&self->model);
  self->model = mns_grid_model_new ((const MnsGridColumn *) columns->data, columns->len);
}

/* ---- rows ---- */

static guint
get_pair (MnsRecordTable *self, guint row)
{
  return g_array_index (self->rows, guint, row);
}

static int
compare_wells (const MnsRows *rows, guint a, guint b)
{
  int order =
      g_strcmp0 (mns_cell_text (rows, a, "container"), mns_cell_text (rows, b, "container"));
  gint64 x = mns_cell_int (rows, a, "x") - mns_cell_int (rows, b, "x");
  gint64 y = mns_cell_int (rows, a, "y") - mns_cell_int (rows, b, "y");

  return order != 0 ? order : x != 0 ? (x < 0 ? -1 : 1) : y != 0 ? (y < 0 ? -1 : 1) : 0;
}

static int
compare_rows (gconstpointer a, gconstpointer b, gpointer data)
{
  MnsRecordTable *self = data;
  guint left = *(const guint *) a;
  guint right = *(const guint *) b;
  int order = 0;

  if (self->order == MNS_RECORD_BY_WELL && !(self->flags & MNS_RECORD_TUBES))
    order = compare_wells (self->pairs, left, right);
  else if (self->order == MNS_RECORD_BY_PROJECT)
    order = g_strcmp0 (mns_cell_text (self->pairs, left, "project"),
                       mns_cell_text (self->pairs, right, "project"));
  else if (self->order == MNS_RECORD_CONTROLS_LAST)
    order = (int) mns_cell_int (self->pairs, left, "is_control") -
            (int) mns_cell_int (self->pairs, right, "is_control");
  return order != 0 ? order : left < right ? -1 : 1; /* else as they came in */
}

static char *
dup_pair_artifact (const MnsRows *pairs, guint pair)
{
  char *id = mns_cell_dup_id (pairs, pair, "output_id");

  return id != NULL ? id : mns_cell_dup_id (pairs, pair, "input_id");
}

/* The artifact whose values a row holds: the output, or the input of a step that makes none. */
char *
mns_record_table_dup_artifact (MnsRecordTable *self, guint row)
{
  return dup_pair_artifact (self->pairs, get_pair (self, row));
}

char *
mns_record_table_dup_container (MnsRecordTable *self, guint row)
{
  return mns_cell_dup_id (self->pairs, get_pair (self, row), "container_id");
}

const char *
mns_record_table_get_stored (MnsRecordTable *self, guint row, guint column)
{
  const char *id = mns_grid_model_get_column (self->model, column)->id;
  guint pair = get_pair (self, row);
  const char *text;

  if (g_str_equal (id, "sample"))
    {
      text = mns_cell_text (self->pairs, pair, "output");
      return text != NULL ? text : mns_cell_text (self->pairs, pair, "input");
    }
  text = mns_cell_text (self->pairs, pair, id);
  if (g_str_equal (id, "qc_flag") && g_strcmp0 (text, "UNKNOWN") == 0)
    return "";
  return text != NULL ? text : "";
}

static void
fill_rows (MnsRecordTable *self)
{
  mns_grid_model_freeze (self->model);
  for (guint row = 0; row < self->rows->len; row++)
    {
      g_autoptr (GPtrArray) texts = g_ptr_array_new ();
      g_autofree char *id = mns_record_table_dup_artifact (self, row);

      for (guint c = 0; c < mns_grid_model_get_n_columns (self->model); c++)
        g_ptr_array_add (texts, (gpointer) mns_record_table_get_stored (self, row, c));
      g_ptr_array_add (texts, NULL);
      mns_grid_model_append_row (self->model, id, (const char *const *) texts->pdata);
    }
  mns_grid_model_thaw (self->model);
}

static char *
describe_shape (MnsRecordTable *self)
{
  g_autoptr (GString) shape = g_string_new (NULL);

  g_string_append_printf (shape, "%d %d\n", (int) self->flags, (int) self->order);
  for (guint i = 0; i < mns_rows_get_n_rows (self->fields); i++)
    if (is_of_table (self->fields, i))
      g_string_append_printf (
          shape,
          "%s %d\n",
          mns_cell_text (self->fields, i, "key"),
          mns_record_table_is_hidden (self, mns_cell_text (self->fields, i, "key")));
  for (guint i = 0; i < mns_rows_get_n_rows (self->pairs); i++)
    {
      g_autofree char *id = dup_pair_artifact (self->pairs, i);

      g_string_append (shape, id);
    }
  return g_string_free (g_steal_pointer (&shape), FALSE);
}

gboolean
mns_record_table_set (MnsRecordTable *self,
                      const MnsRows *fields,
                      const MnsRows *pairs,
                      MnsRecordFlags flags)
{
  g_autofree char *shape = NULL;

  mns_rows_ref ((MnsRows *) fields);
  mns_rows_ref ((MnsRows *) pairs);
  g_clear_pointer (&self->fields, mns_rows_unref);
  g_clear_pointer (&self->pairs, mns_rows_unref);
  self->fields = (MnsRows *) fields;
  self->pairs = (MnsRows *) pairs;
  self->flags = flags;
  shape = describe_shape (self);
  if (g_strcmp0 (shape, self->shape) == 0)
    return FALSE;
  g_free (self->shape);
  self->shape = g_steal_pointer (&shape);
  g_array_set_size (self->rows, 0);
  for (guint i = 0; i < mns_rows_get_n_rows (pairs); i++)
    g_array_append_val (self->rows, i);
  g_array_sort_with_data (self->rows, compare_rows, self);
  make_model (self);
  fill_rows (self);
  return TRUE;
}

void
mns_record_table_update (MnsRecordTable *self)
{
  for (guint row = 0; row < mns_grid_model_get_n_rows (self->model); row++)
    for (guint c = 0; c < mns_grid_model_get_n_columns (self->model); c++)
      {
        const char *stored = mns_record_table_get_stored (self, row, c);
        g_autofree char *fault = NULL;

        if (g_strcmp0 (stored, mns_grid_model_get_text (self->model, row, c)) == 0)
          continue;
        fault = mns_grid_model_dup_fault (self->model, row, c);
        if (fault == NULL)
          mns_grid_model_load (self->model, row, c, stored);
      }
}

char *
mns_record_table_dup_field (MnsRecordTable *self, guint column)
{
  guint field = GPOINTER_TO_UINT (g_ptr_array_index (self->column_fields, column));

  if (field > 0)
    return mns_cell_dup_id (self->fields, field - 1, "field_id");
  return g_str_equal (mns_grid_model_get_column (self->model, column)->id, "qc_flag")
             ? g_strdup ("qc_flag")
             : NULL;
}

guint
mns_record_table_count_missing (MnsRecordTable *self)
{
  guint n = 0;

  for (guint i = 0; i < mns_rows_get_n_rows (self->fields); i++)
    {
      const char *key = mns_cell_text (self->fields, i, "key");

      if (!is_of_table (self->fields, i) || mns_cell_int (self->fields, i, "required") == 0)
        continue;
      for (guint row = 0; row < mns_rows_get_n_rows (self->pairs); row++)
        {
          const char *value = mns_cell_text (self->pairs, row, key);

          n += value == NULL || value[0] == '\0';
        }
    }
  return n;
}

guint
mns_record_table_find_row (MnsRecordTable *self, const char *text)
{
  static const char *const columns[] = {
    "output", "output_lims_id", "input_lims_id", "sample", "sample_lims_id", "container",
  };

  for (guint c = 0; c < G_N_ELEMENTS (columns); c++)
    for (guint row = 0; row < self->rows->len; row++)
      if (g_strcmp0 (mns_cell_text (self->pairs, get_pair (self, row), columns[c]), text) == 0)
        return row;
  return G_MAXUINT;
}

/* ---- files ---- */

static char *
make_heading (const MnsGridColumn *column)
{
  return column->unit != NULL ? g_strdup_printf ("%s (%s)", column->title, column->unit)
                              : g_strdup (column->title);
}

/**
 * mns_record_table_to_sheet:
 *
 * Returns: (transfer full): the table as it stands, with a row of headings
 */
MnsSheet *
mns_record_table_to_sheet (MnsRecordTable *self)
{
  MnsSheet *sheet = mns_sheet_new ();

  for (guint c = 0; c < mns_grid_model_get_n_columns (self->model); c++)
    {
      g_autofree char *heading = make_heading (mns_grid_model_get_column (self->model, c));

      mns_sheet_set (sheet, 0, c, MNS_SHEET_TEXT, heading, NULL);
      for (guint row = 0; row < mns_grid_model_get_n_rows (self->model); row++)
        {
          const char *text = mns_grid_model_get_text (self->model, row, c);

          if (text != NULL && text[0] != '\0')
            mns_sheet_set (sheet, row + 1, c, MNS_SHEET_TEXT, text, NULL);
        }
    }
  return sheet;
}

static guint
find_column (MnsRecordTable *self, const char *heading)
{
  for (guint c = 0; c < mns_grid_model_get_n_columns (self->model); c++)
    {
      const MnsGridColumn *column = mns_grid_model_get_column (self->model, c);
      g_autofree char *full = make_heading (column);

      if (g_strcmp0 (heading, full) == 0 || g_strcmp0 (heading, column->title) == 0)
        return c;
    }
  return G_MAXUINT;
}

/* Columns of the sheet that go into the table; the one of the samples is not among them. */
static guint *
match_headings (MnsRecordTable *self, MnsSheet *sheet, guint *name_column, GPtrArray *faults)
{
  guint n = mns_sheet_get_n_cols (sheet);
  guint *columns = g_new (guint, MAX (1, n));

  *name_column = G_MAXUINT;
  for (guint c = 0; c < n; c++)
    {
      const char *heading = mns_sheet_get_text (sheet, 0, c);

      columns[c] = heading != NULL ? find_column (self, heading) : G_MAXUINT;
      if (columns[c] == 0)
        *name_column = c;
      else if (columns[c] == G_MAXUINT && heading != NULL)
        g_ptr_array_add (faults, g_strdup_printf (_ ("Line 1: no column “%s” here"), heading));
      if (columns[c] == 0 || (columns[c] != G_MAXUINT &&
                              mns_grid_model_get_column (self->model, columns[c])->read_only))
        columns[c] = G_MAXUINT;
    }
  if (*name_column == G_MAXUINT)
    g_ptr_array_add (faults, g_strdup (_ ("Line 1: the column “Sample” is missing")));
  return columns;
}

GArray *
mns_record_table_read_sheet (MnsRecordTable *self, MnsSheet *sheet, GPtrArray *faults)
{
  GArray *edits = mns_cell_edits_new ();
  guint name_column;
  g_autofree guint *columns = match_headings (self, sheet, &name_column, faults);

  for (guint line = 1; name_column != G_MAXUINT && line < mns_sheet_get_n_rows (sheet); line++)
    {
      const char *name = mns_sheet_get_text (sheet, line, name_column);
      guint row = name != NULL ? mns_record_table_find_row (self, name) : G_MAXUINT;

      if (name == NULL)
        continue;
      if (row == G_MAXUINT)
        {
          g_ptr_array_add (
              faults,
              g_strdup_printf (_ ("Line %u: sample “%s” is not in this step"), line + 1, name));
          continue;
        }
      for (guint c = 0; c < mns_sheet_get_n_cols (sheet); c++)
        {
          const char *text = mns_sheet_get_text (sheet, line, c);

          if (columns[c] != G_MAXUINT && text != NULL)
            mns_cell_edits_add (edits, row, columns[c], text);
        }
    }
  return edits;
}

/* ---- life ---- */

MnsGridModel *
mns_record_table_get_model (MnsRecordTable *self)
{
  return self->model;
}

void
mns_record_table_set_order (MnsRecordTable *self, MnsRecordOrder order)
{
  self->order = order;
}

void
mns_record_table_hide (MnsRecordTable *self, const char *key, gboolean hidden)
{
  if (hidden)
    g_hash_table_add (self->hidden, g_strdup (key));
  else
    g_hash_table_remove (self->hidden, key);
}

gboolean
mns_record_table_is_hidden (MnsRecordTable *self, const char *key)
{
  return g_hash_table_contains (self->hidden, key);
}

MnsRecordTable *
mns_record_table_new (void)
{
  MnsRecordTable *self = g_new0 (MnsRecordTable, 1);

  self->hidden = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->rows = g_array_new (FALSE, FALSE, sizeof (guint));
  self->column_fields = g_ptr_array_new ();
  return self;
}

void
mns_record_table_free (MnsRecordTable *self)
{
  g_clear_pointer (&self->fields, mns_rows_unref);
  g_clear_pointer (&self->pairs, mns_rows_unref);
  g_clear_object (&self->model);
  g_hash_table_unref (self->hidden);
  g_array_unref (self->rows);
  g_ptr_array_unref (self->column_fields);
  g_free (self->shape);
  g_free (self);
}
