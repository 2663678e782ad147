/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A replica of any size, made in a minute: the demonstration lab by its rules, then samples in bulk
 * through the client's own schema, as a first sync lays them in.
 */

#include "config.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "sync/client/schema.h"
#include "sync/store/sqlite-store.h"
#include "tests/bench/big-lab.h"
#include "tests/mns-test.h"

/* Numbers 0 to $n - 1. The values that the world supplies are read once each. */
#define NUMBERS "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %u) "
#define ANY_PROJECT "(SELECT * FROM world.project WHERE name = 'Bench')"

static const struct
{
  guint divisor; /* samples a row */
  const char *sql;
} bulk[] = {
  { MNS_BIG_LAB_PROJECT,
    "INSERT INTO project SELECT bench_id (4, i), 'B' || i, 'Project ' || i, 'project ' || i, "
    "j.account_id, j.person_id, j.priority, j.open_date, NULL, NULL, '{}', NULL, j.created_at, "
    "j.created_by, j.changed_at FROM n, " ANY_PROJECT " j" },
  { MNS_BIG_LAB_PLATE,
    "INSERT INTO container SELECT bench_id (3, i), '27-' || (900000 + i), t.id, 'Plate ' || i, "
    "'plate ' || i, 'POPULATED', '{}', NULL, 1764000000000000, 1764000000000000 "
    "FROM n, (SELECT id FROM world.container_type WHERE name = '96 well plate') t" },
  { 1,
    "INSERT INTO sample SELECT bench_id (1, i), 'B' || (i / 1000) || 'A' || (i % 1000 + 1), "
    "bench_id (4, i / 1000), bench_id (4, i / 1000), NULL, bench_id (2, i), "
    "'Mouse-' || i || '-liver', 'mouse-' || i || '-liver', j.person_id, '2026-11-01', NULL, "
    "'{\"f3\":' || (i % 500) || '.5,\"f4\":50}', NULL, j.created_at, j.created_by, j.changed_at "
    "FROM n, " ANY_PROJECT " j" },
  { 1,
    "INSERT INTO artifact SELECT bench_id (2, i), 'B' || (i / 1000) || 'A' || (i % 1000 + 1) || "
    "'PA1', bench_id (4, i / 1000), 'ROOT', NULL, 0, bench_id (2, i), 'Mouse-' || i || '-liver', "
    "'mouse-' || i || '-liver', 'UNKNOWN', 1, 0, NULL, NULL, j.created_at, j.changed_at FROM n, " //
    ANY_PROJECT " j" },
  { 1, "INSERT INTO content SELECT bench_id (2, i), 0, bench_id (1, i), NULL FROM n" },
  { 1,
    "INSERT INTO placement SELECT bench_id (3, i / 96), i % 96 % 8, i % 96 / 8, bench_id (2, i) "
    "FROM n" },
  { 1,
    "INSERT INTO stage_entry SELECT bench_id (2, i), 0, g.id, g.queue_id, "
    "CASE WHEN i % 10 = 0 THEN 'QUEUED' ELSE 'COMPLETE' END, 5, 1764000000000000 + i, NULL, NULL, "
    "CASE WHEN i % 10 = 0 THEN NULL ELSE 1764000000000001 + i END FROM n JOIN bench_stage g "
    "ON g.k = i / 10 % (SELECT COUNT(*) FROM bench_stage)" },
};

void
mns_big_lab_id (MnsId *id, MnsBigLabKind kind, guint n)
{
  memset (id->bytes, 0, sizeof id->bytes);
  id->bytes[0] = 0x01;
  id->bytes[1] = 0x98;
  id->bytes[2] = (guint8) (n >> 24);
  id->bytes[3] = (guint8) (n >> 16);
  id->bytes[4] = (guint8) (n >> 8);
  id->bytes[5] = (guint8) n;
  id->bytes[6] = 0x70;
  id->bytes[8] = 0x80;
  id->bytes[15] = (guint8) kind;
}

static void
bench_id (sqlite3_context *context, int n_values, sqlite3_value **values)
{
  MnsId id;

  mns_big_lab_id (
      &id, (MnsBigLabKind) sqlite3_value_int (values[0]), (guint) sqlite3_value_int64 (values[1]));
  sqlite3_result_blob (context, id.bytes, sizeof id.bytes, SQLITE_TRANSIENT);
}

static void
run (MnsStore *store, const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *sql = NULL;
  va_list args;

  va_start (args, format);
  sql = g_strdup_vprintf (format, args);
  va_end (args);
  if (!mns_sqlite_run_script (store, sql, &error))
    g_error ("%s in %s", error->message, sql);
}

MnsWorld *
mns_big_lab_new_world (const char *path, guint n_queued)
{
  g_autoptr (GError) error = NULL;
  MnsStore *store = mns_sqlite_open (path, MNS_SQLITE_BULK, &error);
  g_autofree char *shared = mns_test_read_shared_sql ();
  g_autofree char *sql = NULL;
  MnsWorld *world;

  g_assert_no_error (error);
  sql = mns_sqlite_translate (shared);
  g_assert_true (mns_sqlite_run_script (store, sql, &error));
  world = mns_world_new (store);
  g_free (mns_world_add_project (world, "Bench", n_queued, "Library preparation"));
  return world;
}

static gint64
now_hook (gpointer data)
{
  return g_get_real_time ();
}

static void
make_id_hook (MnsId *id, gpointer data)
{
  mns_id_make (id);
}

static MnsResult *
run_hook (const MnsLab *lab, MnsCommand *command, gpointer data, GError **error)
{
  return mns_lab_run (lab, command, error);
}

static const MnsReplicaHooks hooks = { now_hook, make_id_hook, run_hook, NULL, NULL };

MnsReplica *
mns_big_lab_open (const char *dir)
{
  g_autoptr (GError) error = NULL;
  MnsReplica *replica = mns_replica_open (dir, &hooks, NULL, NULL, &error);

  g_assert_no_error (error);
  return replica;
}

static void
copy_world (MnsStore *store)
{
  guint n = 0;
  const MnsEntity *const *entities = mns_entities_get_all (&n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *columns = mns_entity_column_list (entities[i], NULL);

      run (store,
           "INSERT INTO %s (%s) SELECT %s FROM world.%s",
           entities[i]->table,
           columns,
           columns,
           entities[i]->table);
    }
}

static void
fill (MnsStore *store, guint n_samples)
{
  sqlite3_create_function (mns_sqlite_get_handle (store),
                           "bench_id",
                           2,
                           SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                           NULL,
                           bench_id,
                           NULL,
                           NULL);
  run (store,
       "CREATE TEMP TABLE bench_stage AS SELECT ROW_NUMBER () OVER (ORDER BY id) - 1 AS k, id, "
       "queue_id FROM world.stage WHERE step_id IS NOT NULL AND archived = 0");
  for (guint i = 0; n_samples > 0 && i < G_N_ELEMENTS (bulk); i++)
    run (store, NUMBERS "%s", (n_samples + bulk[i].divisor - 1) / bulk[i].divisor, bulk[i].sql);
}

void
mns_big_lab_make (const char *dir, const char *world_path, MnsWorld *world, guint n_samples)
{
  g_autoptr (GError) error = NULL;
  MnsReplica *replica = mns_replica_open (
      dir, &hooks, world != NULL ? &world->people[MNS_WORLD_RESEARCHER] : NULL, "Rosa", &error);
  g_autofree char *path = g_strdup (mns_replica_get_path (replica));
  g_autofree char *empty = g_build_filename (dir, "empty.db", NULL);
  MnsStore *store;

  g_assert_no_error (error);
  mns_replica_free (replica);
  g_rename (path, empty);
  mns_replica_remove_database (path);
  store = mns_sqlite_open (path, MNS_SQLITE_BULK, &error);
  g_assert_no_error (error);
  /* one file under two names would lock itself out */
  run (store, "ATTACH '%s' AS world", world_path != NULL ? world_path : empty);
  if (world_path != NULL)
    run (store, "ATTACH '%s' AS empty", empty);
  run (store, "BEGIN");
  g_assert_true (mns_schema_create_tables (store, &error));
  run (store,
       "INSERT INTO sync_meta SELECT * FROM %s.sync_meta",
       world_path != NULL ? "empty" : "world");
  copy_world (store);
  fill (store, n_samples);
  if (!mns_schema_create_rest (store, &error))
    g_error ("%s", error->message);
  run (store, "ANALYZE; COMMIT");
  mns_store_free (store);
  g_unlink (empty);
}

void
mns_bench_print (const char *name, const char *kind, double ratio, double bar, gboolean least)
{
  printf ("{\"name\": \"%s\", \"kind\": \"%s\", \"ratio\": %.3f, \"bar\": %g, \"holds\": %s}\n",
          name,
          kind,
          ratio,
          bar,
          (least ? ratio >= bar : ratio <= bar) ? "true" : "false");
  fflush (stdout);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double first = *(const double *) a;
  double second = *(const double *) b;

  return (first > second) - (first < second);
}

double
mns_bench_quantile (GArray *doubles, double part)
{
  g_array_sort (doubles, compare_doubles);
  return g_array_index (doubles, double, (guint) (part * (doubles->len - 1)));
}
