/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The replica's tables: those of sql/shared, those of sql/sqlite, and for every synced table T
 * the base images base_T with the triggers that fill them (sync-protocol.md section 4).
 *
 * Tables come first and everything that makes inserting slow comes second, because a first sync
 * lays a million rows into the tables alone.
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include <gio/gio.h>
#include <string.h>

#include "sync/client/client-resources.h"
#include "sync/client/schema.h"
#include "sync/model/entity.h"
#include "sync/model/error.h"
#include "sync/store/sqlite-store.h"

#define RESOURCES "/org/meniscus/Meniscus/client/sql/"

/* What a device counts often, in indexes that hold every column of the question: a partial index
 * covers nothing in SQLite 3.40 unless the column of its condition is in it, too.
 */
static const char counting_indexes[] =
    "CREATE INDEX stage_entry_counts ON stage_entry (queue_id, status, priority) "
    "WHERE status IN ('QUEUED', 'IN_PROGRESS');"
    "CREATE INDEX sample_done ON sample (project_id, completed_date) "
    "WHERE completed_date IS NOT NULL;";

/* Tables whose names people search for; those that mns_transaction_match_names() takes. */
static const char *const named_tables[] = { "sample", "project", "container" };

static const char *const sqlite_types[] = {
  [MNS_FIELD_ID] = "BLOB",       [MNS_FIELD_TEXT] = "TEXT",    [MNS_FIELD_INT] = "INTEGER",
  [MNS_FIELD_SMALL] = "INTEGER", [MNS_FIELD_BOOL] = "INTEGER", [MNS_FIELD_REAL] = "REAL",
  [MNS_FIELD_TIME] = "INTEGER",  [MNS_FIELD_DATE] = "TEXT",    [MNS_FIELD_JSON] = "TEXT",
  [MNS_FIELD_BYTES] = "BLOB",
};

/* The scripts of sql/shared, in order. Each after the first adds one column to one synced table;
 * with it the number of the replica's shape goes up.
 */
static const struct
{
  const char *script;
  const char *table, *column, *type;
} shapes[] = {
  { RESOURCES "shared/0001-tables.sql", NULL, NULL, NULL },
  { RESOURCES "shared/0008-conflict-said.sql", "conflict", "said", "TEXT" },
};

G_STATIC_ASSERT (G_N_ELEMENTS (shapes) == MNS_LOCAL_SCHEMA);

static char *
read_shared (const char *script, GError **error)
{
  g_autoptr (GBytes) bytes = g_resource_lookup_data (
      mns_client_get_resource (), script, G_RESOURCE_LOOKUP_FLAGS_NONE, error);

  if (bytes == NULL)
    return NULL;
  return mns_sqlite_translate (g_bytes_get_data (bytes, NULL));
}

static gboolean
is_index (const char *statement)
{
  while (g_ascii_isspace (*statement))
    statement++;
  return g_str_has_prefix (statement, "CREATE INDEX") ||
         g_str_has_prefix (statement, "CREATE UNIQUE INDEX");
}

/* Comment lines go first: a semicolon or an apostrophe in one is no SQL. No text constant of the
 * schema holds a semicolon, so what is left splits at them.
 */
static char *
strip_comments (const char *sql)
{
  g_auto (GStrv) lines = g_strsplit (sql, "\n", -1);
  GString *rest = g_string_sized_new (strlen (sql));

  for (guint i = 0; lines[i] != NULL; i++)
    if (!g_str_has_prefix (lines[i], "--"))
      g_string_append_printf (rest, "%s\n", lines[i]);
  return g_string_free (rest, FALSE);
}

static gboolean
run_script (MnsStore *store, const char *script, gboolean indexes, GError **error)
{
  g_autofree char *sql = read_shared (script, error);
  g_autofree char *plain = NULL;
  g_auto (GStrv) statements = NULL;

  if (sql == NULL)
    return FALSE;
  plain = strip_comments (sql);
  statements = g_strsplit (plain, ";\n", -1);
  for (guint i = 0; statements[i] != NULL; i++)
    if (is_index (statements[i]) == indexes && !mns_sqlite_run_script (store, statements[i], error))
      {
        g_prefix_error (error, "making the replica's tables: ");
        return FALSE;
      }
  return TRUE;
}

static gboolean
run_shared (MnsStore *store, gboolean indexes, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    if (!run_script (store, shapes[i].script, indexes, error))
      return FALSE;
  return TRUE;
}

static gboolean
run_local (MnsStore *store, GError **error)
{
  g_autoptr (GBytes) bytes = g_resource_lookup_data (mns_client_get_resource (),
                                                     RESOURCES "sqlite/0001-local.sql",
                                                     G_RESOURCE_LOOKUP_FLAGS_NONE,
                                                     error);

  return bytes != NULL && mns_sqlite_run_script (store, g_bytes_get_data (bytes, NULL), error);
}

/* "a, b" of the key's columns with a prefix, or "x.a = y.a AND x.b = y.b". */
static char *
list_key (const MnsEntity *entity, const char *prefix)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < mns_entity_get_n_key (entity); i++)
    g_string_append_printf (list, "%s%s%s", i > 0 ? ", " : "", prefix, entity->key[i]);
  return g_string_free (list, FALSE);
}

static char *
match_key (const MnsEntity *entity, const char *row)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < mns_entity_get_n_key (entity); i++)
    g_string_append_printf (
        list, "%sb.%s = %s.%s", i > 0 ? " AND " : "", entity->key[i], row, entity->key[i]);
  return g_string_free (list, FALSE);
}

/* No NOT NULL and no CHECK: an image of an absent row is only its key. */
static void
add_base_table (GString *sql, const MnsEntity *entity)
{
  g_autofree char *key = list_key (entity, "");

  g_string_append_printf (sql, "CREATE TABLE base_%s (", entity->table);
  for (const MnsField *field = entity->fields; field->name != NULL; field++)
    g_string_append_printf (sql, "%s %s, ", field->name, sqlite_types[field->type]);
  g_string_append_printf (sql, "absent INTEGER, PRIMARY KEY (%s)) WITHOUT ROWID, STRICT;\n", key);
}

static void
add_capture_triggers (GString *sql, const MnsEntity *entity)
{
  static const char *const changes[] = { "update", "UPDATE", "delete", "DELETE" };
  const char *table = entity->table;
  g_autofree char *key = list_key (entity, "");
  g_autofree char *new_key = list_key (entity, "new.");
  g_autofree char *same_new = match_key (entity, "new");
  g_autofree char *same_old = match_key (entity, "old");
  g_autofree char *columns = mns_entity_column_list (entity, NULL);
  g_autofree char *old_columns = mns_entity_column_list (entity, "old.");

  /* AFTER: a BEFORE INSERT trigger also fires for an upsert that turns into an update */
  g_string_append_printf (sql,
                          "CREATE TRIGGER %s_capture_insert AFTER INSERT ON %s "
                          "WHEN capture_on(%d) BEGIN INSERT INTO base_%s (%s, absent) SELECT %s, 1 "
                          "WHERE NOT EXISTS (SELECT 1 FROM base_%s b WHERE %s); END;\n",
                          table,
                          table,
                          entity->number,
                          table,
                          key,
                          new_key,
                          table,
                          same_new);
  for (guint i = 0; i < G_N_ELEMENTS (changes); i += 2)
    g_string_append_printf (sql,
                            "CREATE TRIGGER %s_capture_%s BEFORE %s ON %s "
                            "WHEN capture_on(%d) BEGIN INSERT INTO base_%s (%s, absent) "
                            "SELECT %s, 0 "
                            "WHERE NOT EXISTS (SELECT 1 FROM base_%s b WHERE %s); END;\n",
                            table,
                            changes[i],
                            changes[i + 1],
                            table,
                            entity->number,
                            table,
                            columns,
                            old_columns,
                            table,
                            same_old);
}

/* They write nothing: they tell the program which names to look at before the commit. */
static void
add_search_triggers (GString *sql, const char *table)
{
  g_string_append_printf (sql,
                          "CREATE TRIGGER %s_search_insert AFTER INSERT ON %s "
                          "BEGIN SELECT search_note('%s', new.id); END;\n"
                          "CREATE TRIGGER %s_search_update AFTER UPDATE OF name ON %s "
                          "BEGIN SELECT search_note('%s', new.id); END;\n"
                          "CREATE TRIGGER %s_search_delete AFTER DELETE ON %s "
                          "BEGIN SELECT search_note('%s', old.id); END;\n",
                          table,
                          table,
                          table,
                          table,
                          table,
                          table,
                          table,
                          table,
                          table);
}

/**
 * mns_schema_create_tables:
 * @store: an empty SQLite database
 *
 * Makes the synced and the local tables, without the synced ones' indexes and without triggers.
 */
gboolean
mns_schema_create_tables (MnsStore *store, GError **error)
{
  return run_shared (store, FALSE, error) && run_local (store, error);
}

/**
 * mns_schema_create_rest:
 * @store: a database with the tables
 *
 * Makes the indexes, the base images, the triggers, and the search index of what is there.
 */
gboolean
mns_schema_create_rest (MnsStore *store, GError **error)
{
  g_autoptr (GString) sql = g_string_new (NULL);
  guint n_entities = 0;
  const MnsEntity *const *entities = mns_entities_get_all (&n_entities);

  for (guint i = 0; i < n_entities; i++)
    {
      add_base_table (sql, entities[i]);
      add_capture_triggers (sql, entities[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (named_tables); i++)
    {
      add_search_triggers (sql, named_tables[i]);
      g_string_append_printf (sql,
                              "INSERT INTO search_name (name, id, tbl) "
                              "SELECT name, id, '%s' FROM %s;\n",
                              named_tables[i],
                              named_tables[i]);
    }
  g_string_append_printf (sql,
                          "INSERT INTO search_text (search_text) VALUES ('rebuild');\n"
                          "PRAGMA user_version = %d;\n",
                          MNS_LOCAL_SCHEMA);

  return run_shared (store, TRUE, error) &&
         mns_sqlite_run_script (store, counting_indexes, error) &&
         mns_sqlite_run_script (store, sql->str, error);
}

static gboolean
add_column (MnsStore *store, guint shape, GError **error)
{
  const char *table = shapes[shape].table;
  g_autoptr (GString) sql = g_string_new (NULL);

  g_string_append_printf (sql,
                          "ALTER TABLE base_%s ADD COLUMN %s %s;\n"
                          "DROP TRIGGER %s_capture_insert;\n"
                          "DROP TRIGGER %s_capture_update;\n"
                          "DROP TRIGGER %s_capture_delete;\n",
                          table,
                          shapes[shape].column,
                          shapes[shape].type,
                          table,
                          table,
                          table);
  add_capture_triggers (sql, mns_entity_find (table));
  return run_script (store, shapes[shape].script, FALSE, error) &&
         mns_sqlite_run_script (store, sql->str, error);
}

static gboolean
read_shape (MnsStore *store, gint64 *shape, GError **error)
{
  g_autoptr (MnsTransaction) tx = mns_store_begin (store, MNS_ACCESS_READ, error);
  g_autoptr (MnsRows) rows =
      tx != NULL ? mns_transaction_query (tx, "PRAGMA user_version", NULL, error) : NULL;

  if (rows == NULL)
    return FALSE;
  *shape = mns_rows_get_int (rows, 0, 0);
  return TRUE;
}

/**
 * mns_schema_upgrade:
 * @store: a replica's database with its functions
 *
 * Brings a replica that an older program made to the shape that this one knows; what it holds
 * stays. Fails with %MNS_ERROR_INVALID where a newer program made it.
 */
gboolean
mns_schema_upgrade (MnsStore *store, GError **error)
{
  g_autofree char *last = g_strdup_printf ("PRAGMA user_version = %d; COMMIT", MNS_LOCAL_SCHEMA);
  gint64 shape = 0;

  if (!read_shape (store, &shape, error))
    return FALSE;
  if (shape > MNS_LOCAL_SCHEMA)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_INVALID,
                   "this device's data was made by a newer program (shape %d, this one knows %d): "
                   "use that one",
                   (int) shape,
                   MNS_LOCAL_SCHEMA);
      return FALSE;
    }
  if (shape == MNS_LOCAL_SCHEMA || shape < 1) /* no shape yet: a file that was never finished */
    return TRUE;
  if (!mns_sqlite_run_script (store, "BEGIN IMMEDIATE", error))
    return FALSE;
  for (guint i = (guint) shape; i < G_N_ELEMENTS (shapes); i++)
    if (!add_column (store, i, error))
      {
        mns_sqlite_run_script (store, "ROLLBACK", NULL);
        return FALSE;
      }
  return mns_sqlite_run_script (store, last, error);
}
