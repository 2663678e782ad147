/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <string.h>

#include "sync/model/value.h"

MnsValue
mns_value_null (MnsKind kind)
{
  return (MnsValue){ .kind = kind, .is_null = TRUE };
}

MnsValue
mns_value_id (const MnsId *id)
{
  MnsValue value = { .kind = MNS_KIND_ID, .is_null = id == NULL };

  if (id != NULL)
    value.v.id = *id;
  return value;
}

MnsValue
mns_value_text (const char *text)
{
  return (MnsValue){ .kind = MNS_KIND_TEXT, .is_null = text == NULL, .v.text = text };
}

MnsValue
mns_value_json (const char *text)
{
  return (MnsValue){ .kind = MNS_KIND_JSON, .is_null = text == NULL, .v.text = text };
}

MnsValue
mns_value_bytes (GBytes *bytes)
{
  return (MnsValue){ .kind = MNS_KIND_BYTES, .is_null = bytes == NULL, .v.bytes = bytes };
}

MnsValue
mns_value_int (gint64 integer)
{
  return (MnsValue){ .kind = MNS_KIND_INT, .v.integer = integer };
}

MnsValue
mns_value_int_or_null (const gint64 *integer)
{
  return integer != NULL ? mns_value_int (*integer) : mns_value_null (MNS_KIND_INT);
}

MnsValue
mns_value_real (double real)
{
  return (MnsValue){ .kind = MNS_KIND_REAL, .v.real = real };
}

/* A table of values that owns its texts: a row set and an answer are the same thing inside. */
typedef struct
{
  GPtrArray *names; /* char * */
  GArray *kinds;    /* MnsKind */
  GArray *values;   /* MnsValue, row by row */
  GStringChunk *texts;
  GPtrArray *blobs; /* GBytes */
} Table;

static void
table_init (Table *self)
{
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->kinds = g_array_new (FALSE, FALSE, sizeof (MnsKind));
  self->values = g_array_new (FALSE, FALSE, sizeof (MnsValue));
  self->texts = NULL;
  self->blobs = NULL;
}

static void
table_clear (Table *self)
{
  g_clear_pointer (&self->names, g_ptr_array_unref);
  g_clear_pointer (&self->kinds, g_array_unref);
  g_clear_pointer (&self->values, g_array_unref);
  g_clear_pointer (&self->texts, g_string_chunk_free);
  g_clear_pointer (&self->blobs, g_ptr_array_unref);
}

static void
table_add (Table *self, MnsValue value)
{
  if (!value.is_null && (value.kind == MNS_KIND_TEXT || value.kind == MNS_KIND_JSON))
    {
      if (self->texts == NULL)
        self->texts = g_string_chunk_new (4096);
      value.v.text = g_string_chunk_insert (self->texts, value.v.text);
    }
  else if (!value.is_null && value.kind == MNS_KIND_BYTES)
    {
      if (self->blobs == NULL)
        self->blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
      g_ptr_array_add (self->blobs, g_bytes_ref (value.v.bytes));
    }
  g_array_append_val (self->values, value);
}

static void
table_add_column (Table *self, const char *name, gsize length, MnsKind kind)
{
  g_ptr_array_add (self->names, g_strndup (name, length));
  g_array_append_val (self->kinds, kind);
}

static const MnsValue *
table_get (const Table *self, guint row, guint column)
{
  return &g_array_index (self->values, MnsValue, (gsize) row * self->names->len + column);
}

struct _MnsRowSet
{
  Table table;
};

static const struct
{
  const char *word;
  MnsKind kind;
} kind_words[] = {
  { "id", MNS_KIND_ID },     { "text", MNS_KIND_TEXT }, { "int", MNS_KIND_INT },
  { "real", MNS_KIND_REAL }, { "json", MNS_KIND_JSON }, { "bytes", MNS_KIND_BYTES },
};

/**
 * mns_row_set_new:
 * @columns: names and kinds, "artifact id, n int, name text"; kinds are id, text, int, real, json,
 *   bytes
 *
 * Makes an empty row set. A word that is no kind is the programmer's mistake and ends the program.
 *
 * Returns: (transfer full): the set
 */
MnsRowSet *
mns_row_set_new (const char *columns)
{
  MnsRowSet *self = g_new0 (MnsRowSet, 1);
  g_auto (GStrv) parts = g_strsplit (columns, ",", -1);

  table_init (&self->table);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *name = g_strstrip (parts[i]);
      char *word = strchr (name, ' ');
      guint k = 0;

      g_assert (word != NULL);
      while (k < G_N_ELEMENTS (kind_words) && !g_str_equal (kind_words[k].word, word + 1))
        k++;
      g_assert (k < G_N_ELEMENTS (kind_words));
      table_add_column (&self->table, name, word - name, kind_words[k].kind);
    }
  return self;
}

void
mns_row_set_free (MnsRowSet *self)
{
  if (self == NULL)
    return;
  table_clear (&self->table);
  g_free (self);
}

/**
 * mns_row_set_add_values:
 * @self: a row set
 * @values: (array length=n_values): one value a column, of the column's kind
 * @n_values: the number of columns
 *
 * Adds a row; use the macro mns_row_set_add(). Texts and bytes are copied.
 */
void
mns_row_set_add_values (MnsRowSet *self, const MnsValue *values, guint n_values)
{
  g_return_if_fail (n_values == self->table.names->len);

  for (guint i = 0; i < n_values; i++)
    {
      g_return_if_fail (values[i].kind == g_array_index (self->table.kinds, MnsKind, i));
      table_add (&self->table, values[i]);
    }
}

guint
mns_row_set_get_n_rows (const MnsRowSet *self)
{
  return self->table.values->len / MAX (1, self->table.names->len);
}

guint
mns_row_set_get_n_columns (const MnsRowSet *self)
{
  return self->table.names->len;
}

const char *
mns_row_set_get_name (const MnsRowSet *self, guint column)
{
  return g_ptr_array_index (self->table.names, column);
}

MnsKind
mns_row_set_get_kind (const MnsRowSet *self, guint column)
{
  return g_array_index (self->table.kinds, MnsKind, column);
}

const MnsValue *
mns_row_set_get (const MnsRowSet *self, guint row, guint column)
{
  return table_get (&self->table, row, column);
}

struct _MnsRows
{
  gatomicrefcount references;
  Table table;
  gpointer owner; /* nullable: whose texts are borrowed */
  GDestroyNotify destroy_owner;
};

MnsRows *
mns_rows_new (void)
{
  MnsRows *self = g_new0 (MnsRows, 1);

  g_atomic_ref_count_init (&self->references);
  table_init (&self->table);
  return self;
}

MnsRows *
mns_rows_ref (MnsRows *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
mns_rows_unref (MnsRows *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  table_clear (&self->table);
  if (self->owner != NULL)
    self->destroy_owner (self->owner);
  g_free (self);
}

void
mns_rows_keep (MnsRows *self, gpointer owner, GDestroyNotify destroy)
{
  g_return_if_fail (self->owner == NULL);

  self->owner = owner;
  self->destroy_owner = destroy;
}

void
mns_rows_add_column (MnsRows *self, const char *name, MnsKind kind)
{
  table_add_column (&self->table, name, strlen (name), kind);
}

/**
 * mns_rows_add:
 * @self: rows being made, columns known
 * @value: the next cell, row by row; texts and bytes are copied
 */
void
mns_rows_add (MnsRows *self, MnsValue value)
{
  table_add (&self->table, value);
}

void
mns_rows_add_borrowed (MnsRows *self, MnsValue value)
{
  if (!value.is_null && value.kind == MNS_KIND_BYTES)
    table_add (&self->table, value);
  else
    g_array_append_val (self->table.values, value);
}

guint
mns_rows_get_n_rows (const MnsRows *self)
{
  return self->table.values->len / MAX (1, self->table.names->len);
}

guint
mns_rows_get_n_columns (const MnsRows *self)
{
  return self->table.names->len;
}

const char *
mns_rows_get_column_name (const MnsRows *self, guint column)
{
  return g_ptr_array_index (self->table.names, column);
}

MnsKind
mns_rows_get_column_kind (const MnsRows *self, guint column)
{
  return g_array_index (self->table.kinds, MnsKind, column);
}

/* SQLite tells a JSON column from a text by nothing; whoever knows says so. Values stay as they
 * are. */
void
mns_rows_set_column_kind (MnsRows *self, guint column, MnsKind kind)
{
  g_array_index (self->table.kinds, MnsKind, column) = kind;
}

/**
 * mns_rows_find_column:
 *
 * Returns: the column of that name, or -1
 */
int
mns_rows_find_column (const MnsRows *self, const char *name)
{
  for (guint i = 0; i < self->table.names->len; i++)
    if (g_str_equal (g_ptr_array_index (self->table.names, i), name))
      return (int) i;
  return -1;
}

const MnsValue *
mns_rows_get (const MnsRows *self, guint row, guint column)
{
  return table_get (&self->table, row, column);
}

gboolean
mns_rows_is_null (const MnsRows *self, guint row, guint column)
{
  return table_get (&self->table, row, column)->is_null;
}

/* The typed getters answer NULL or 0 for a null and for a value of another kind. */
const MnsId *
mns_rows_get_id (const MnsRows *self, guint row, guint column)
{
  const MnsValue *value = table_get (&self->table, row, column);

  return value->is_null || value->kind != MNS_KIND_ID ? NULL : &value->v.id;
}

const char *
mns_rows_get_text (const MnsRows *self, guint row, guint column)
{
  const MnsValue *value = table_get (&self->table, row, column);

  if (value->is_null || (value->kind != MNS_KIND_TEXT && value->kind != MNS_KIND_JSON))
    return NULL;
  return value->v.text;
}

gint64
mns_rows_get_int (const MnsRows *self, guint row, guint column)
{
  const MnsValue *value = table_get (&self->table, row, column);

  return value->is_null || value->kind != MNS_KIND_INT ? 0 : value->v.integer;
}

double
mns_rows_get_real (const MnsRows *self, guint row, guint column)
{
  const MnsValue *value = table_get (&self->table, row, column);

  if (value->is_null)
    return 0;
  return value->kind == MNS_KIND_INT ? (double) value->v.integer : value->v.real;
}

GBytes *
mns_rows_get_bytes (const MnsRows *self, guint row, guint column)
{
  const MnsValue *value = table_get (&self->table, row, column);

  return value->is_null || value->kind != MNS_KIND_BYTES ? NULL : value->v.bytes;
}
