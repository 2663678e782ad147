/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Numbered migrations, embedded in the program. sql/shared/NNNN makes the tables that both engines
 * have, sql/postgres/NNNN what only this one has; of one number the shared one comes first. Each is
 * one transaction together with its row in schema_version. A migration that has been released is
 * never edited. After any of them the change log's triggers and the grants are made anew.
 *
 * Servers that start side by side wait for each other here.
 */

#define G_LOG_DOMAIN "mns-migrate"

#include "config.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

#include "server/store/migrate.h"
#include "server/store/pg-error.h"
#include "server/store/sql-resources.h"
#include "sync/store/store-private.h"

#define FOLDER "/org/meniscus/server/sql/"
#define MIGRATE_LOCK "120259084132198"

typedef struct
{
  const char *kind; /* shared, postgres */
  int number;
  char *path;
} Migration;

static const char *const kinds[] = { "shared", "postgres" };

static const char *const words[] = {
  "uuid", "uuid", "text",  "text",  "int", "bigint", "small", "integer", "real", "double precision",
  "json", "json", "bytes", "bytea", "row", "",       "child", "",        NULL,
};

static void
clear_migration (gpointer data)
{
  g_free (((Migration *) data)->path);
}

static int
compare_migrations (gconstpointer a, gconstpointer b)
{
  const Migration *first = a;
  const Migration *second = b;

  if (first->number != second->number)
    return first->number < second->number ? -1 : 1;
  return strcmp (second->kind, first->kind); /* shared before postgres */
}

static GArray *
list_migrations (void)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (Migration));
  GResource *resource = mns_server_sql_get_resource ();

  g_array_set_clear_func (list, clear_migration);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *folder = g_strconcat (FOLDER, kinds[i], NULL);
      g_auto (GStrv) names =
          g_resource_enumerate_children (resource, folder, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

      for (guint k = 0; names != NULL && names[k] != NULL; k++)
        {
          Migration migration = { kinds[i],
                                  atoi (names[k]),
                                  g_strconcat (folder, "/", names[k], NULL) };

          g_array_append_val (list, migration);
        }
    }
  g_array_sort (list, compare_migrations);
  return list;
}

static char *
read_migration (const Migration *migration)
{
  g_autoptr (GBytes) bytes = g_resource_lookup_data (
      mns_server_sql_get_resource (), migration->path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  if (g_str_equal (migration->kind, "shared"))
    return mns_schema_translate (text, words);
  return g_steal_pointer (&text);
}

static gboolean
run (PGconn *connection, const char *sql, GError **error)
{
  g_autoptr (PGresult) result = PQexec (connection, sql);
  ExecStatusType status = PQresultStatus (result);

  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
    return TRUE;
  mns_pg_set_error (error, connection, result);
  return FALSE;
}

/* The highest number of a kind that the database has had; 0 for a new one, -1 with an error. */
static int
current_number (PGconn *connection, const char *kind, GError **error)
{
  g_autoptr (PGresult) result =
      PQexecParams (connection,
                    "SELECT COALESCE (max (number), 0) FROM schema_version WHERE kind = $1",
                    1,
                    NULL,
                    &kind,
                    NULL,
                    NULL,
                    0);

  if (PQresultStatus (result) == PGRES_TUPLES_OK)
    return atoi (PQgetvalue (result, 0, 0));
  mns_pg_set_error (error, connection, result);
  return -1;
}

static int
known_number (const GArray *list, const char *kind)
{
  int number = 0;

  for (guint i = 0; i < list->len; i++)
    if (g_str_equal (g_array_index (list, Migration, i).kind, kind))
      number = MAX (number, g_array_index (list, Migration, i).number);
  return number;
}

static gboolean
refuse_newer (PGconn *connection, const GArray *list, int current[2], GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      int known = known_number (list, kinds[i]);

      current[i] = current_number (connection, kinds[i], error);
      if (current[i] < 0)
        return FALSE;
      if (current[i] <= known)
        continue;
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_INVALID,
                   "the database was made by a newer Meniscus (%s migration %d; this program knows "
                   "up to %d): install that version, this one would damage the data",
                   kinds[i],
                   current[i],
                   known);
      return FALSE;
    }
  return TRUE;
}

static gboolean
apply (PGconn *connection, const Migration *migration, GError **error)
{
  g_autofree char *sql = read_migration (migration);
  g_autofree char *name = g_path_get_basename (migration->path);
  g_autofree char *note = g_strdup_printf (
      "INSERT INTO schema_version (kind, number, name, applied_at) VALUES ('%s', "
      "%d, '%s', (extract (epoch FROM clock_timestamp ()) * 1000000)::bigint)",
      migration->kind,
      migration->number,
      name);

  if (run (connection, "BEGIN", error) && run (connection, sql, error) &&
      run (connection, note, error) && run (connection, "COMMIT", error))
    return TRUE;
  g_prefix_error (error, "migration %s/%s: ", migration->kind, name);
  PQclear (PQexec (connection, "ROLLBACK"));
  return FALSE;
}

/* The application's role: rows, no tables; the audit it reads and adds to, nothing else. What the
 * triggers write (change log, counters) they write as the owner.
 */
static const char *const grants[] = {
  "GRANT USAGE ON SCHEMA public TO %s",
  "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %s",
  "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO %s",
  "REVOKE UPDATE, DELETE ON command_done, command_log, read_log, seal FROM %s",
  "REVOKE INSERT, UPDATE, DELETE ON change_log, change_log_past, change_history, stage_count, "
  "schema_version, "
  "feed_epoch FROM %s",
  "DO $$ DECLARE t record; BEGIN FOR t IN SELECT c.oid::regclass AS name FROM pg_class c WHERE "
  "c.relispartition AND c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' LOOP EXECUTE "
  "format ('REVOKE ALL ON %%s FROM %s', t.name); END LOOP; END $$",
};

static gboolean
grant (PGconn *connection, const char *role, GError **error)
{
  g_autofree char *quoted = PQescapeIdentifier (connection, role, strlen (role));
  gboolean done = quoted != NULL;

  for (guint i = 0; done && i < G_N_ELEMENTS (grants); i++)
    {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
      g_autofree char *sql = g_strdup_printf (grants[i], quoted);
#pragma GCC diagnostic pop

      done = run (connection, sql, error);
    }
  g_prefix_error (error, "rights of the role %s: ", role);
  return done;
}

static gboolean
finish (PGconn *connection, const char *role, GError **error)
{
  g_autofree char *triggers = mns_change_log_sql ();

  return run (connection, "BEGIN", error) && run (connection, triggers, error) &&
         (role == NULL || grant (connection, role, error)) && run (connection, "COMMIT", error);
}

static gboolean
migrate (PGconn *connection, const char *role, GError **error)
{
  g_autoptr (GArray) list = list_migrations ();
  int current[G_N_ELEMENTS (kinds)] = { 0 };
  guint n_applied = 0;

  if (!run (connection, "SELECT pg_advisory_lock (" MIGRATE_LOCK ")", error) ||
      !run (connection,
            "CREATE TABLE IF NOT EXISTS schema_version (kind text NOT NULL, number integer NOT "
            "NULL, name text NOT NULL, applied_at bigint NOT NULL, PRIMARY KEY (kind, number))",
            error) ||
      !refuse_newer (connection, list, current, error))
    return FALSE;
  for (guint i = 0; i < list->len; i++)
    {
      const Migration *migration = &g_array_index (list, Migration, i);

      if (migration->number <= current[g_str_equal (migration->kind, "postgres")])
        continue;
      if (!apply (connection, migration, error))
        return FALSE;
      n_applied++;
    }
  return n_applied == 0 || finish (connection, role, error);
}

/**
 * mns_migrate:
 * @conninfo: connection string of the role that owns the tables
 * @application_role: (nullable): the role that the server works with, which gets its rights here;
 *   %NULL if it is the same
 * @error: return location for an error
 *
 * Brings a database to this program's version. It blocks. Fails with %MNS_ERROR_INVALID, and
 * changes nothing, if the database is newer than the program.
 */
gboolean
mns_migrate (const char *conninfo, const char *application_role, GError **error)
{
  g_autoptr (PGconn) connection = PQconnectdb (conninfo);

  if (PQstatus (connection) != CONNECTION_OK)
    {
      mns_pg_set_error (error, connection, NULL);
      return FALSE;
    }
  return run (connection, "SET client_min_messages = warning", error) &&
         migrate (connection, application_role, error);
}

/**
 * mns_migrate_fingerprint:
 *
 * Returns: (transfer full): a hash of all that makes a new database
 */
char *
mns_migrate_fingerprint (void)
{
  g_autoptr (GArray) list = list_migrations ();
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *triggers = mns_change_log_sql ();

  for (guint i = 0; i < list->len; i++)
    {
      g_autofree char *sql = read_migration (&g_array_index (list, Migration, i));

      g_checksum_update (checksum, (const guchar *) sql, -1);
    }
  for (guint i = 0; i < G_N_ELEMENTS (grants); i++)
    g_checksum_update (checksum, (const guchar *) grants[i], -1);
  g_checksum_update (checksum, (const guchar *) triggers, -1);
  return g_strdup (g_checksum_get_string (checksum));
}
