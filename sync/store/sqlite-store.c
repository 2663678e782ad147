/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The store over SQLite. Statements are prepared once a text and kept; an error and the statement
 * that left it are handled before anything else happens on the connection, for SQLite keeps one
 * error a connection.
 */

#define G_LOG_DOMAIN "mns-store"

#include "config.h"

#include <string.h>

#include "sync/model/error.h"
#include "sync/store/sqlite-private.h"
#include "sync/store/sqlite-store.h"

/* Another process or thread may hold the write lock for one commit, not for long. */
#define BUSY_TIMEOUT_MS 5000

typedef struct
{
  MnsStore base;
  sqlite3 *handle;
  GHashTable *statements; /* SQL as the rule wrote it → Statement */
} SqliteStore;

typedef struct
{
  sqlite3_stmt *handle;
  char *shape; /* the row sets' column names when it was prepared */
  gboolean running;
} Statement;

typedef struct
{
  MnsTransaction base;
  gboolean open;
} SqliteTransaction;

static void
free_statement (gpointer data)
{
  Statement *self = data;

  sqlite3_finalize (self->handle);
  g_free (self->shape);
  g_free (self);
}

static int
error_code_for_sqlite (int rc)
{
  switch (rc & 0xff)
    {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return MNS_ERROR_BUSY;
    case SQLITE_CONSTRAINT:
      return MNS_ERROR_CONFLICT;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return MNS_ERROR_CORRUPT;
    case SQLITE_FULL:
    case SQLITE_IOERR: /* so it says where its shared index cannot grow; no proof of damage */
      return MNS_ERROR_FULL;
    default:
      return MNS_ERROR_FAILED;
    }
}

/**
 * mns_sqlite_set_error:
 * @handle: a connection whose last call failed
 *
 * Turns SQLite's error into ours.
 *
 * Returns: %FALSE, so that a caller can return it
 */
gboolean
mns_sqlite_set_error (sqlite3 *handle, GError **error)
{
  int rc = sqlite3_extended_errcode (handle);

  g_set_error (
      error, MNS_ERROR, error_code_for_sqlite (rc), "%s (sqlite %d)", sqlite3_errmsg (handle), rc);
  return FALSE;
}

/* The columns of the row sets in order, so that the same text with another set is prepared anew. */
static char *
describe_sets (const MnsArg *args)
{
  GString *shape = NULL;

  for (; args != NULL && args->name != NULL; args++)
    {
      if (args->set == NULL)
        continue;
      if (shape == NULL)
        shape = g_string_new (NULL);
      g_string_append_printf (shape, "%s(", args->name);
      for (guint i = 0; i < mns_row_set_get_n_columns (args->set); i++)
        g_string_append_printf (shape, "%s,", mns_row_set_get_name (args->set, i));
      g_string_append_c (shape, ')');
    }
  return shape != NULL ? g_string_free (shape, FALSE) : NULL;
}

static void
write_set (GString *text, const char *name, const MnsRowSet *set)
{
  guint n_columns = mns_row_set_get_n_columns (set);

  g_assert (n_columns <= MNS_SQLITE_SET_COLUMNS);
  g_string_append (text, "(SELECT ");
  for (guint i = 0; i < n_columns; i++)
    g_string_append_printf (
        text, "%sc%u AS %s", i > 0 ? ", " : "", i, mns_row_set_get_name (set, i));
  g_string_append_printf (text, " FROM mns_rows($%s)) AS %s", name, name);
}

static char *
write_sql (const char *sql, const MnsArg *args)
{
  g_autoptr (GArray) pieces = mns_statement_split (sql);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < pieces->len; i++)
    {
      const MnsPiece *piece = &g_array_index (pieces, MnsPiece, i);
      const MnsArg *arg = NULL;

      if (piece->kind == MNS_PIECE_TEXT)
        {
          g_string_append (text, piece->text);
          continue;
        }
      arg = mns_args_find (args, piece->text);
      if (arg == NULL)
        g_error ("the statement names %s, which nobody gave: %s", piece->text, sql);
      if (piece->kind == MNS_PIECE_VALUE)
        g_string_append_printf (text, "$%s", piece->text);
      else
        write_set (text, piece->text, arg->set);
    }
  return g_string_free (text, FALSE);
}

static Statement *
prepare (SqliteStore *store, const char *sql, const MnsArg *args, GError **error)
{
  g_autofree char *shape = describe_sets (args);
  g_autofree char *text = NULL;
  Statement *statement = g_hash_table_lookup (store->statements, sql);
  sqlite3_stmt *handle = NULL;

  if (statement != NULL && !statement->running && g_strcmp0 (statement->shape, shape) == 0)
    return statement;

  text = write_sql (sql, args);
  if (sqlite3_prepare_v3 (store->handle, text, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL) !=
      SQLITE_OK)
    {
      mns_sqlite_set_error (store->handle, error);
      g_prefix_error (error, "in \"%s\": ", sql);
      return NULL;
    }
  statement = g_new0 (Statement, 1);
  statement->handle = handle;
  statement->shape = g_steal_pointer (&shape);
  g_hash_table_replace (store->statements, g_strdup (sql), statement);
  return statement;
}

static int
bind_value (sqlite3_stmt *handle, int at, const MnsValue *value)
{
  gsize size;
  const void *data;

  if (value->is_null)
    return sqlite3_bind_null (handle, at);
  switch (value->kind)
    {
    case MNS_KIND_ID:
      return sqlite3_bind_blob (
          handle, at, value->v.id.bytes, sizeof value->v.id.bytes, SQLITE_STATIC);
    case MNS_KIND_TEXT:
    case MNS_KIND_JSON:
      return sqlite3_bind_text (handle, at, value->v.text, -1, SQLITE_STATIC);
    case MNS_KIND_INT:
      return sqlite3_bind_int64 (handle, at, value->v.integer);
    case MNS_KIND_REAL:
      return sqlite3_bind_double (handle, at, value->v.real);
    case MNS_KIND_BYTES:
      data = g_bytes_get_data (value->v.bytes, &size);
      return sqlite3_bind_blob64 (handle, at, data != NULL ? data : "", size, SQLITE_STATIC);
    }
  g_return_val_if_reached (SQLITE_MISUSE);
}

static gboolean
bind_args (SqliteStore *store, Statement *statement, const MnsArg *args, GError **error)
{
  for (; args != NULL && args->name != NULL; args++)
    {
      char name[64];
      int at;
      int rc;

      g_snprintf (name, sizeof name, "$%s", args->name);
      at = sqlite3_bind_parameter_index (statement->handle, name);
      if (at == 0)
        continue; /* a shared list may hold arguments that this statement does not name */
      if (args->set != NULL)
        rc = sqlite3_bind_pointer (
            statement->handle, at, (void *) args->set, MNS_SQLITE_SET_POINTER, NULL);
      else
        rc = bind_value (statement->handle, at, &args->value);
      if (rc != SQLITE_OK)
        return mns_sqlite_set_error (store->handle, error);
    }
  return TRUE;
}

static MnsKind
guess_kind (sqlite3_stmt *handle, int column, gboolean have_row)
{
  const char *declared = sqlite3_column_decltype (handle, column);

  if (g_strcmp0 (declared, "BLOB") == 0)
    return MNS_KIND_ID;
  if (g_strcmp0 (declared, "INTEGER") == 0)
    return MNS_KIND_INT;
  if (g_strcmp0 (declared, "REAL") == 0)
    return MNS_KIND_REAL;
  if (declared != NULL || !have_row)
    return MNS_KIND_TEXT;
  switch (sqlite3_column_type (handle, column))
    {
    case SQLITE_INTEGER:
      return MNS_KIND_INT;
    case SQLITE_FLOAT:
      return MNS_KIND_REAL;
    case SQLITE_BLOB:
      return MNS_KIND_ID;
    default:
      return MNS_KIND_TEXT;
    }
}

static void
add_cell (MnsRows *rows, sqlite3_stmt *handle, int column)
{
  g_autoptr (GBytes) bytes = NULL;
  MnsId id;
  int size;

  switch (sqlite3_column_type (handle, column))
    {
    case SQLITE_INTEGER:
      mns_rows_add (rows, mns_value_int (sqlite3_column_int64 (handle, column)));
      return;
    case SQLITE_FLOAT:
      mns_rows_add (rows, mns_value_real (sqlite3_column_double (handle, column)));
      return;
    case SQLITE_TEXT:
      mns_rows_add (rows, mns_value_text ((const char *) sqlite3_column_text (handle, column)));
      return;
    case SQLITE_BLOB:
      size = sqlite3_column_bytes (handle, column);
      if (size == sizeof id.bytes) /* nothing else of 16 bytes is stored */
        {
          memcpy (id.bytes, sqlite3_column_blob (handle, column), sizeof id.bytes);
          mns_rows_add (rows, mns_value_id (&id));
          return;
        }
      bytes = g_bytes_new (sqlite3_column_blob (handle, column), size);
      mns_rows_add (rows, mns_value_bytes (bytes));
      return;
    default:
      mns_rows_add (rows, mns_value_null (mns_rows_get_column_kind (rows, column)));
    }
}

static MnsRows *
start_rows (sqlite3_stmt *handle, gboolean have_row)
{
  MnsRows *rows = mns_rows_new ();

  for (int i = 0; i < sqlite3_column_count (handle); i++)
    mns_rows_add_column (rows, sqlite3_column_name (handle, i), guess_kind (handle, i, have_row));
  return rows;
}

static gboolean
step_all (SqliteStore *store, Statement *statement, MnsRows **rows, GError **error)
{
  g_autoptr (MnsRows) made = NULL;
  int rc = sqlite3_step (statement->handle);

  if (rows != NULL && (rc == SQLITE_ROW || rc == SQLITE_DONE))
    made = start_rows (statement->handle, rc == SQLITE_ROW);
  for (; rc == SQLITE_ROW; rc = sqlite3_step (statement->handle))
    for (int i = 0; made != NULL && i < sqlite3_column_count (statement->handle); i++)
      add_cell (made, statement->handle, i);
  if (rc != SQLITE_DONE)
    return mns_sqlite_set_error (store->handle, error);
  if (rows != NULL)
    *rows = g_steal_pointer (&made);
  return TRUE;
}

static gboolean
execute (MnsTransaction *transaction,
         const char *sql,
         const MnsArg *args,
         MnsRows **rows,
         gint64 *changed,
         GError **error)
{
  SqliteStore *store = (SqliteStore *) transaction->store;
  Statement *statement = prepare (store, sql, args, error);
  gboolean done;

  if (statement == NULL)
    return FALSE;
  statement->running = TRUE;
  done = bind_args (store, statement, args, error) && step_all (store, statement, rows, error);
  if (done && changed != NULL)
    *changed = sqlite3_changes64 (store->handle);
  sqlite3_reset (statement->handle);
  sqlite3_clear_bindings (statement->handle);
  statement->running = FALSE;
  return done;
}

static MnsTransaction *
begin (MnsStore *store, MnsAccess access, GError **error)
{
  SqliteStore *self = (SqliteStore *) store;
  SqliteTransaction *transaction = g_new0 (SqliteTransaction, 1);

  transaction->base.klass = store->klass;
  transaction->base.store = store;
  if (!execute (&transaction->base,
                access == MNS_ACCESS_WRITE ? "BEGIN IMMEDIATE" : "BEGIN",
                NULL,
                NULL,
                NULL,
                error))
    {
      g_free (transaction);
      return NULL;
    }
  g_assert (!sqlite3_get_autocommit (self->handle));
  transaction->open = TRUE;
  return &transaction->base;
}

static gboolean
commit (MnsTransaction *transaction, GError **error)
{
  SqliteTransaction *self = (SqliteTransaction *) transaction;

  if (!execute (transaction, "COMMIT", NULL, NULL, NULL, error))
    return FALSE;
  self->open = FALSE;
  return TRUE;
}

static void
rollback (MnsTransaction *transaction)
{
  SqliteTransaction *self = (SqliteTransaction *) transaction;
  SqliteStore *store = (SqliteStore *) transaction->store;

  /* a full disk may have ended the transaction already */
  if (self->open && !sqlite3_get_autocommit (store->handle))
    execute (transaction, "ROLLBACK", NULL, NULL, NULL, NULL);
  g_free (self);
}

/* The smallest text that no text beginning with @part reaches, for a pair of bounds. */
static char *
end_of_prefix (const char *part)
{
  return g_strconcat (part, "\xf4\x8f\xbf\xbf", NULL); /* U+10FFFF */
}

static MnsRows *
match_start (
    MnsTransaction *transaction, const char *table, const char *part, guint limit, GError **error)
{
  g_autofree char *end = end_of_prefix (part);
  g_autofree char *sql = g_strdup_printf (
      "SELECT id, name FROM %s WHERE name >= $part "
      "AND name < $end ORDER BY name, id LIMIT $limit",
      table);

  return mns_transaction_query (transaction,
                                sql,
                                MNS_ARGS (MNS_ARG_TEXT ("part", part),
                                          MNS_ARG_TEXT ("end", end),
                                          MNS_ARG_INT ("limit", limit)),
                                error);
}

/* A trigram index knows nothing shorter than three characters. */
static MnsRows *
match_names (
    MnsTransaction *transaction, const char *table, const char *part, guint limit, GError **error)
{
  g_auto (GStrv) halves = NULL;
  g_autofree char *doubled = NULL;
  g_autofree char *words = NULL;

  if (g_utf8_strlen (part, -1) < 3)
    return match_start (transaction, table, part, limit, error);

  /* a part that fits most names would cost a look at each: the best of the first 500 will do */
  halves = g_strsplit (part, "\"", -1);
  doubled = g_strjoinv ("\"\"", halves);
  words = g_strdup_printf ("\"%s\"", doubled);
  return mns_transaction_query (transaction,
                                "SELECT id, name FROM (SELECT id, name FROM search_text "
                                "WHERE search_text MATCH $words AND tbl = $table "
                                "LIMIT 500) ORDER BY name, id LIMIT $limit",
                                MNS_ARGS (MNS_ARG_TEXT ("words", words),
                                          MNS_ARG_TEXT ("table", table),
                                          MNS_ARG_INT ("limit", limit)),
                                error);
}

static void
free_store (MnsStore *store)
{
  SqliteStore *self = (SqliteStore *) store;

  g_hash_table_unref (self->statements);
  sqlite3_close_v2 (self->handle);
  g_free (self);
}

static const MnsStoreClass klass = {
  begin, free_store, commit, rollback, execute, match_names, NULL,
};

static gboolean
set_up (SqliteStore *self, MnsSqliteFlags flags, GError **error)
{
  g_autoptr (GString) sql = g_string_new (
      "PRAGMA foreign_keys = OFF; PRAGMA trusted_schema = OFF;"
      "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;");

  if (flags & MNS_SQLITE_BULK)
    g_string_append (sql, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
  else if (!(flags & MNS_SQLITE_READ_ONLY))
    g_string_append_printf (sql,
                            "PRAGMA journal_mode = WAL; PRAGMA synchronous = %s;",
                            flags & MNS_SQLITE_FULL_SYNC ? "FULL" : "NORMAL");
  sqlite3_busy_timeout (self->handle, BUSY_TIMEOUT_MS);
  if (mns_sqlite_add_row_sets (self->handle) != SQLITE_OK ||
      mns_sqlite_add_functions (self->handle) != SQLITE_OK)
    return mns_sqlite_set_error (self->handle, error);
  return mns_sqlite_run_script (&self->base, sql->str, error);
}

/**
 * mns_sqlite_open:
 * @path: a file, or ":memory:"
 * @flags: how it will be used
 *
 * Opens a database file, made if it is not there and not read only. It blocks. Fails with
 * %MNS_ERROR_CORRUPT if the file is no database.
 *
 * Returns: (transfer full): a store for one thread at a time, or %NULL with @error set
 */
MnsStore *
mns_sqlite_open (const char *path, MnsSqliteFlags flags, GError **error)
{
  SqliteStore *self = g_new0 (SqliteStore, 1);
  int mode = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;

  self->base.klass = &klass;
  self->base.partial = (flags & MNS_SQLITE_PARTIAL) != 0;
  self->statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_statement);
  mode |= flags & MNS_SQLITE_READ_ONLY ? SQLITE_OPEN_READONLY
                                       : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  if (sqlite3_open_v2 (path, &self->handle, mode, NULL) != SQLITE_OK)
    mns_sqlite_set_error (self->handle, error);
  else if (set_up (self, flags, error))
    return &self->base;

  g_prefix_error (error, "opening %s: ", path);
  free_store (&self->base);
  return NULL;
}

/**
 * mns_sqlite_get_handle:
 *
 * For the sync client's own work below the portable subset: triggers, functions, bulk loading.
 */
sqlite3 *
mns_sqlite_get_handle (MnsStore *store)
{
  g_return_val_if_fail (store->klass == &klass, NULL);

  return ((SqliteStore *) store)->handle;
}

/**
 * mns_sqlite_run_script:
 * @store: a SQLite store
 * @sql: any number of statements without values
 */
gboolean
mns_sqlite_run_script (MnsStore *store, const char *sql, GError **error)
{
  SqliteStore *self = (SqliteStore *) store;

  if (sqlite3_exec (self->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
    return mns_sqlite_set_error (self->handle, error);
  return TRUE;
}

/**
 * mns_sqlite_translate:
 * @shared_sql: a file of sql/shared
 *
 * Returns: (transfer full): the same in SQLite's types; all tables are STRICT
 */
char *
mns_sqlite_translate (const char *shared_sql)
{
  static const char *const words[] = {
    "uuid",  "BLOB",    "text", "TEXT",    "int",   "INTEGER",
    "small", "INTEGER", "real", "REAL",    "json",  "TEXT",
    "bytes", "BLOB",    "row",  " STRICT", "child", " WITHOUT ROWID, STRICT",
    NULL
  };

  return mns_schema_translate (shared_sql, words);
}
