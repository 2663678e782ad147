/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The C functions that the replica's triggers call.
 *
 * capture_on(number) is true while a rule runs and notes that the table of that number changes.
 * search_note(table, id) notes that a row's name may have changed; the search index is mended once
 * before the commit, so that a row laid in again under its old name costs nothing.
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include <string.h>

#include "sync/client/replica-private.h"
#include "sync/store/sqlite-store.h"

/* Above this the index is made anew: an entry replaced costs 0.5 ms, one of a rebuild 5 µs. */
#define REBUILD_FROM 4000

static void
capture_on (sqlite3_context *context, int n_values, sqlite3_value **values)
{
  MnsReplica *self = sqlite3_user_data (context);
  int number = sqlite3_value_int (values[0]);

  if (self->capturing)
    self->touched[number] = TRUE;
  sqlite3_result_int (context, self->capturing);
}

static void
search_note (sqlite3_context *context, int n_values, sqlite3_value **values)
{
  MnsReplica *self = sqlite3_user_data (context);
  const char *table = (const char *) sqlite3_value_text (values[0]);
  MnsId id;

  sqlite3_result_null (context);
  if (table == NULL || sqlite3_value_bytes (values[1]) != sizeof id.bytes)
    return;
  memcpy (id.bytes, sqlite3_value_blob (values[1]), sizeof id.bytes);
  g_hash_table_insert (self->search_notes, mns_id_dup (&id), (gpointer) g_intern_string (table));
}

/**
 * mns_replica_add_functions:
 * @store: a connection that will write synced tables of @self
 */
gboolean
mns_replica_add_functions (MnsReplica *self, MnsStore *store, GError **error)
{
  sqlite3 *db = mns_sqlite_get_handle (store);
  int flags = SQLITE_UTF8 | SQLITE_INNOCUOUS; /* called from the schema */

  if (sqlite3_create_function (db, "capture_on", 1, flags, self, capture_on, NULL, NULL) !=
          SQLITE_OK ||
      sqlite3_create_function (db, "search_note", 2, flags, self, search_note, NULL, NULL) !=
          SQLITE_OK)
    return mns_sqlite_set_error (db, error);
  return TRUE;
}

static gboolean
drop_name (MnsTransaction *tx, gint64 k, const MnsId *id, const char *name, GError **error)
{
  return mns_transaction_run (tx,
                              "INSERT INTO search_text (search_text, rowid, name) "
                              "VALUES ('delete', $k, $name)",
                              MNS_ARGS (MNS_ARG_INT ("k", k), MNS_ARG_TEXT ("name", name)),
                              error) &&
         mns_transaction_run (
             tx, "DELETE FROM search_name WHERE k = $k", MNS_ARGS (MNS_ARG_INT ("k", k)), error);
}

static gboolean
add_name (MnsTransaction *tx, const char *table, const MnsId *id, const char *name, GError **error)
{
  return mns_transaction_run (tx,
                              "INSERT INTO search_name (name, id, tbl) VALUES ($name, $id, $tbl)",
                              MNS_ARGS (MNS_ARG_TEXT ("name", name),
                                        MNS_ARG_ID ("id", id),
                                        MNS_ARG_TEXT ("tbl", table)),
                              error) &&
         mns_transaction_run (tx,
                              "INSERT INTO search_text (rowid, name, id, tbl) "
                              "SELECT k, name, id, tbl FROM search_name WHERE id = $id",
                              MNS_ARGS (MNS_ARG_ID ("id", id)),
                              error);
}

static gboolean
mend_name (MnsTransaction *tx, const char *table, const MnsId *id, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("SELECT name FROM %s WHERE id = $id", table);
  const MnsArg *args = MNS_ARGS (MNS_ARG_ID ("id", id));
  g_autoptr (MnsRows) now = mns_transaction_query (tx, sql, args, error);
  g_autoptr (MnsRows) then = NULL;
  const char *name;
  const char *indexed;

  if (now == NULL)
    return FALSE;
  then = mns_transaction_query (tx, "SELECT k, name FROM search_name WHERE id = $id", args, error);
  if (then == NULL)
    return FALSE;
  name = mns_rows_get_n_rows (now) > 0 ? mns_rows_get_text (now, 0, 0) : NULL;
  indexed = mns_rows_get_n_rows (then) > 0 ? mns_rows_get_text (then, 0, 1) : NULL;
  if (g_strcmp0 (name, indexed) == 0)
    return TRUE;
  if (indexed != NULL && !drop_name (tx, mns_rows_get_int (then, 0, 0), id, indexed, error))
    return FALSE;
  return name == NULL || add_name (tx, table, id, name, error);
}

static gboolean
rebuild_all (MnsReplica *self, GError **error)
{
  return mns_sqlite_run_script (
      self->store,
      "DELETE FROM search_name;"
      "INSERT INTO search_name (name, id, tbl) SELECT name, id, 'sample' FROM sample;"
      "INSERT INTO search_name (name, id, tbl) SELECT name, id, 'project' FROM project;"
      "INSERT INTO search_name (name, id, tbl) SELECT name, id, 'container' FROM container;"
      "INSERT INTO search_text (search_text) VALUES ('rebuild');",
      error);
}

/**
 * mns_replica_flush_search:
 *
 * Brings the search index up to the names as they are at the end of the transaction.
 */
gboolean
mns_replica_flush_search (MnsReplica *self, MnsTransaction *tx, GError **error)
{
  GHashTableIter iter;
  gpointer id;
  gpointer table;
  guint n = g_hash_table_size (self->search_notes);

  if (n >= REBUILD_FROM)
    {
      g_hash_table_remove_all (self->search_notes);
      return rebuild_all (self, error);
    }
  g_hash_table_iter_init (&iter, self->search_notes);
  while (g_hash_table_iter_next (&iter, &id, &table))
    if (!mend_name (tx, table, id, error))
      return FALSE;
  g_hash_table_remove_all (self->search_notes);
  return TRUE;
}
