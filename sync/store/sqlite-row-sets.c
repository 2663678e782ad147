/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Row sets in SQLite: mns_rows(pointer) is a table-valued function over a bound MnsRowSet. Its
 * columns are c0, c1, ...; the store names them in the subquery that it writes for {name}. The
 * values are handed out without copying, for the set lives as long as the statement runs.
 */

#include "config.h"

#include "sync/store/sqlite-private.h"

typedef struct
{
  sqlite3_vtab_cursor base;
  const MnsRowSet *set;
  guint row;
} Cursor;

static int
connect_table (sqlite3 *handle,
               void *data,
               int n_words,
               const char *const *words,
               sqlite3_vtab **table,
               char **message)
{
  g_autoptr (GString) sql = g_string_new ("CREATE TABLE x (");
  int rc;

  for (guint i = 0; i < MNS_SQLITE_SET_COLUMNS; i++)
    g_string_append_printf (sql, "c%u, ", i);
  g_string_append (sql, "source HIDDEN)");

  rc = sqlite3_declare_vtab (handle, sql->str);
  if (rc == SQLITE_OK)
    *table = sqlite3_malloc (sizeof **table);
  if (rc != SQLITE_OK || *table == NULL)
    return rc != SQLITE_OK ? rc : SQLITE_NOMEM;
  **table = (sqlite3_vtab){ 0 };
  return SQLITE_OK;
}

static int
disconnect_table (sqlite3_vtab *table)
{
  sqlite3_free (table);
  return SQLITE_OK;
}

/* The pointer must be known; nothing else helps. Few rows against any table that is joined. */
static int
choose_plan (sqlite3_vtab *table, sqlite3_index_info *info)
{
  for (int i = 0; i < info->nConstraint; i++)
    {
      if (info->aConstraint[i].iColumn != MNS_SQLITE_SET_COLUMNS ||
          info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
        continue;
      if (!info->aConstraint[i].usable)
        return SQLITE_CONSTRAINT;
      info->aConstraintUsage[i].argvIndex = 1;
      info->aConstraintUsage[i].omit = 1;
      info->estimatedCost = 10;
      info->estimatedRows = 100;
      return SQLITE_OK;
    }
  return SQLITE_CONSTRAINT;
}

static int
open_cursor (sqlite3_vtab *table, sqlite3_vtab_cursor **cursor)
{
  Cursor *self = sqlite3_malloc (sizeof *self);

  if (self == NULL)
    return SQLITE_NOMEM;
  *self = (Cursor){ 0 };
  *cursor = &self->base;
  return SQLITE_OK;
}

static int
close_cursor (sqlite3_vtab_cursor *cursor)
{
  sqlite3_free (cursor);
  return SQLITE_OK;
}

static int
filter_rows (
    sqlite3_vtab_cursor *cursor, int plan, const char *words, int n_values, sqlite3_value **values)
{
  Cursor *self = (Cursor *) cursor;

  self->set = sqlite3_value_pointer (values[0], MNS_SQLITE_SET_POINTER);
  self->row = 0;
  return SQLITE_OK;
}

static int
next_row (sqlite3_vtab_cursor *cursor)
{
  ((Cursor *) cursor)->row++;
  return SQLITE_OK;
}

static int
is_at_end (sqlite3_vtab_cursor *cursor)
{
  Cursor *self = (Cursor *) cursor;

  return self->set == NULL || self->row >= mns_row_set_get_n_rows (self->set);
}

static int
get_column (sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column)
{
  Cursor *self = (Cursor *) cursor;
  const MnsValue *value;
  gsize size;
  const void *data;

  if (column >= (int) mns_row_set_get_n_columns (self->set))
    return SQLITE_OK;
  value = mns_row_set_get (self->set, self->row, column);
  if (value->is_null)
    return SQLITE_OK;
  switch (value->kind)
    {
    case MNS_KIND_ID:
      sqlite3_result_blob (context, value->v.id.bytes, sizeof value->v.id.bytes, SQLITE_STATIC);
      break;
    case MNS_KIND_TEXT:
    case MNS_KIND_JSON:
      sqlite3_result_text (context, value->v.text, -1, SQLITE_STATIC);
      break;
    case MNS_KIND_INT:
      sqlite3_result_int64 (context, value->v.integer);
      break;
    case MNS_KIND_REAL:
      sqlite3_result_double (context, value->v.real);
      break;
    case MNS_KIND_BYTES:
      data = g_bytes_get_data (value->v.bytes, &size);
      sqlite3_result_blob64 (context, data != NULL ? data : "", size, SQLITE_STATIC);
      break;
    }
  return SQLITE_OK;
}

static int
get_row_number (sqlite3_vtab_cursor *cursor, sqlite3_int64 *number)
{
  *number = ((Cursor *) cursor)->row;
  return SQLITE_OK;
}

static const sqlite3_module module = {
  .xConnect = connect_table, /* no xCreate: the table exists only as a function */
  .xBestIndex = choose_plan,
  .xDisconnect = disconnect_table,
  .xOpen = open_cursor,
  .xClose = close_cursor,
  .xFilter = filter_rows,
  .xNext = next_row,
  .xEof = is_at_end,
  .xColumn = get_column,
  .xRowid = get_row_number,
};

int
mns_sqlite_add_row_sets (sqlite3 *handle)
{
  return sqlite3_create_module (handle, "mns_rows", &module, NULL);
}
