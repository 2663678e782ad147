/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* From folders to records: made-up runs below a root, a real PostgreSQL, the ingestion of the
 * server in this process. Nothing here waits for a time: each step waits for what it wants to see.
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>

#include "server/api/execute.h"
#include "server/files/store.h"
#include "server/instruments/ingest.h"
#include "tests/mns-test.h"
#include "tests/server/fake-run.h"
#include "tests/server/pg-fixture.h"

#define N_OLD 2000
#define OLD_TIME 1500000000
#define PATIENCE_S 60

typedef struct
{
  char *dir;
  char *root;
  char *state;
  char *conninfo;
  MnsStore *store;
  MnsPool *pool;
  MnsServerIds *ids;
  MnsIngest *ingest;
} Fixture;

static gboolean
seed (MnsTransaction *tx, gpointer data, GError **error)
{
  g_autoptr (MnsIdSession) session = mns_id_session_new (data, tx);
  const MnsLab lab = { .transaction = tx,
                       .recorded_at = g_get_real_time (),
                       .ids = mns_id_session_get_source (session),
                       .as_system = TRUE };

  return mns_lab_seed (&lab, error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->dir = mns_test_make_tmp_dir ();
  fixture->root = g_build_filename (fixture->dir, "runs", NULL);
  fixture->state = g_build_filename (fixture->dir, "state", NULL);
  g_assert_cmpint (g_mkdir (fixture->root, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (fixture->state, 0700), ==, 0);
  fixture->store = mns_test_pg_open ();
  fixture->conninfo = mns_test_pg_conninfo (MNS_CLUSTER_APPLICATION);
  fixture->pool = mns_pool_new (fixture->conninfo, 4);
  fixture->ids = mns_server_ids_new (fixture->pool);
  g_assert_true (mns_pool_run_write (fixture->pool, seed, fixture->ids, &error));
  g_assert_no_error (error);
}

static void
stop (Fixture *fixture)
{
  g_clear_pointer (&fixture->ingest, mns_ingest_free);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stop (fixture);
  mns_server_ids_free (fixture->ids);
  mns_pool_free (fixture->pool);
  mns_store_free (fixture->store);
  mns_test_remove_tree (fixture->dir);
  g_free (fixture->conninfo);
  g_free (fixture->root);
  g_free (fixture->state);
  g_free (fixture->dir);
}

static void
start (Fixture *fixture)
{
  const char *roots[] = { fixture->root, NULL };
  const MnsIngestOptions options = { .pool = fixture->pool,
                                     .ids = fixture->ids,
                                     .conninfo = fixture->conninfo,
                                     .state = fixture->state,
                                     .roots = roots };
  g_autoptr (GError) error = NULL;

  fixture->ingest = mns_ingest_start (&options, &error);
  g_assert_no_error (error);
}

/* ---- looking ---- */

/* One value as text; "" for null and for no row. */
static char *
ask (Fixture *fixture, const char *sql)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsTransaction) tx = mns_store_begin (fixture->store, MNS_ACCESS_READ, &error);
  g_autoptr (MnsRows) rows = NULL;

  g_assert_no_error (error);
  rows = mns_transaction_query (tx, sql, NULL, &error);
  g_assert_no_error (error);
  return g_strdup (mns_rows_get_n_rows (rows) > 0 && !mns_rows_is_null (rows, 0, 0)
                       ? mns_rows_get_text (rows, 0, 0)
                       : "");
}

static void
expect (Fixture *fixture, const char *sql, const char *wanted)
{
  g_autofree char *answer = ask (fixture, sql);

  g_assert_cmpstr (answer, ==, wanted);
}

static void
recorded_cb (gpointer data)
{
  *(guint *) data += 1;
}

static gboolean
too_late_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Until the query answers what is wanted; asked anew after each run that was recorded. */
static void
wait_for (Fixture *fixture, const char *sql, const char *wanted)
{
  gboolean late = FALSE;
  guint timer = g_timeout_add_seconds (PATIENCE_S, too_late_cb, &late);
  guint n = 0;
  g_autofree char *answer = ask (fixture, sql);

  mns_ingest_set_func (fixture->ingest, recorded_cb, &n);
  while (g_strcmp0 (answer, wanted) != 0)
    {
      g_main_context_iteration (NULL, TRUE);
      if (late)
        g_error ("%s answers \"%s\" and not \"%s\" after %d s", sql, answer, wanted, PATIENCE_S);
      if (n == 0)
        continue;
      n = 0;
      g_free (answer);
      answer = ask (fixture, sql);
    }
  mns_ingest_set_func (fixture->ingest, NULL, NULL);
  g_source_remove (timer);
}

/* Until so many runs were recorded or found unchanged. */
static MnsIngestCounts
wait_for_runs (Fixture *fixture, guint n_runs)
{
  gboolean late = FALSE;
  guint timer = g_timeout_add_seconds (PATIENCE_S * 5, too_late_cb, &late);
  MnsIngestCounts counts = mns_ingest_get_counts (fixture->ingest);
  guint n = 0;

  mns_ingest_set_func (fixture->ingest, recorded_cb, &n);
  while (counts.commands + counts.unchanged < n_runs)
    {
      g_main_context_iteration (NULL, TRUE);
      g_assert_false (late);
      counts = mns_ingest_get_counts (fixture->ingest);
    }
  mns_ingest_set_func (fixture->ingest, NULL, NULL);
  g_source_remove (timer);
  return counts;
}

static MnsFakeRun *
begin_run (Fixture *fixture, const char *name)
{
  g_autofree char *folder = g_build_filename (fixture->root, name, NULL);

  return mns_fake_run_begin (folder);
}

#define STATUS "SELECT status || ' ' || cycle FROM sequencing_run"

/* What the record names lies in the file store, whole. */
static void
check_plot (Fixture *fixture)
{
  g_autofree char *sha256 = ask (fixture,
                                 "SELECT encode (sha256, 'hex') FROM file"
                                 " WHERE owner = 'SEQUENCING_RUN' AND name = 'plots.json'");
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsFileStore) files = mns_file_store_new (fixture->state, &error);
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  gsize size = 0;

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (sha256), ==, 64);
  path = mns_file_store_path (files, sha256);
  g_assert_true (g_file_get_contents (path, &text, &size, &error));
  g_assert_no_error (error);
  node = json_from_string (text, &error);
  g_assert_no_error (error);
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (node), "cycles"), ==, 28);
}

/* One blob a run: those before are gone from the folder. */
static guint
count_blobs (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      n += g_file_test (path, G_FILE_TEST_IS_DIR) ? count_blobs (path) : 1;
    }
  return n;
}

static void
test_life (Fixture *fixture, gconstpointer data)
{
  g_autofree char *files = g_build_filename (fixture->state, "files", NULL);
  g_autoptr (MnsFakeRun) run = NULL;
  MnsIngestCounts counts;

  start (fixture);
  run = begin_run (fixture, "first");
  wait_for (fixture, STATUS, "running 0");
  mns_fake_run_step_to (run, 9);
  wait_for (fixture, STATUS, "running 9");
  expect (fixture,
          "SELECT p.first_name || ' ' || c.source FROM command_log c JOIN person p"
          " ON p.id = c.person_id WHERE c.command = 'run.observe@1' LIMIT 1",
          "Instrument INGEST");
  expect (fixture, "SELECT count(*)::text FROM run_read", "3");

  stop (fixture); /* a server that is away misses nothing */
  mns_fake_run_step_to (run, 20);
  start (fixture);
  wait_for (fixture, STATUS, "running 20");
  mns_fake_run_finish (run);
  wait_for (fixture, STATUS, "completed 28");
  counts = mns_ingest_get_counts (fixture->ingest);
  g_assert_cmpuint (counts.bytes, >, 0);

  expect (fixture, "SELECT count(*)::text FROM sequencing_run", "1");
  expect (
      fixture, "SELECT string_agg (status, ' ' ORDER BY n) FROM run_status", "running completed");
  expect (fixture,
          "SELECT count(*)::text FROM run_figure WHERE lane = 0 AND n = 0 AND figure IN"
          " ('percent_q30', 'yield_g', 'percent_pf') AND value > 0",
          "3");
  expect (fixture,
          "SELECT count(*)::text FROM run_figure WHERE lane = 1 AND n = 1 AND figure = 'density'"
          " AND deviation IS NOT NULL",
          "1");
  expect (fixture,
          "SELECT count(*)::text FROM sequencing_run r JOIN instrument i ON i.id = r.instrument_id"
          " JOIN scope_member m ON m.inner_id = r.id WHERE r.ended_at IS NOT NULL"
          " AND r.details::text LIKE '%parameters%'",
          "1");
  check_plot (fixture);
  g_assert_cmpuint (count_blobs (files), ==, 1);
}

/* A person's word outlives the instrument's. */
static void
test_person (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MnsFakeRun) run = begin_run (fixture, "first");

  start (fixture);
  wait_for (fixture, STATUS, "running 0");
  mns_test_pg_script ("UPDATE sequencing_run SET status = 'failed', status_by = 'USER'");
  mns_fake_run_step_to (run, 5);
  wait_for (fixture, STATUS, "failed 5");
  mns_fake_run_finish (run);
  wait_for (fixture, STATUS, "failed 28");
  expect (
      fixture,
      "SELECT count(*)::text FROM run_figure WHERE figure = 'percent_q30' AND lane = 0 AND n = 0",
      "1");
  expect (fixture, "SELECT string_agg (status, ' ' ORDER BY n) FROM run_status", "running");
}

/* Two servers, one database: the second waits, and takes over without doing anything twice. */
static void
test_two_servers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MnsFakeRun) run = begin_run (fixture, "first");
  MnsIngest *first;
  MnsIngestCounts counts;
  g_autofree char *commands = NULL;

  start (fixture);
  wait_for (fixture, STATUS, "running 0");
  first = g_steal_pointer (&fixture->ingest);
  start (fixture);
  mns_fake_run_finish (run);
  {
    MnsIngest *second = g_steal_pointer (&fixture->ingest);

    fixture->ingest = first;
    wait_for (fixture, STATUS, "completed 28");
    counts = mns_ingest_get_counts (second);
    g_assert_cmpuint (counts.commands + counts.unchanged, ==, 0);
    mns_ingest_free (second);
  }
  stop (fixture);
  commands = ask (fixture, "SELECT count(*)::text FROM command_log");
  start (fixture);
  counts = wait_for_runs (fixture, 1);
  g_assert_cmpuint (counts.unchanged, ==, 1);
  g_assert_cmpuint (counts.readings, ==, 0);
  expect (fixture, "SELECT count(*)::text FROM command_log", commands);
}

/* ---- thousands of old runs ---- */

static const char run_info[] =
    "<?xml version=\"1.0\"?>\n<RunInfo Version=\"2\"><Run Id=\"%s\" Number=\"1\">"
    "<Flowcell>FC</Flowcell><Instrument>M00001</Instrument><Date>170101</Date><Reads>"
    "<Read Number=\"1\" NumCycles=\"50\" IsIndexedRead=\"N\"/></Reads>"
    "<FlowcellLayout LaneCount=\"1\" SurfaceCount=\"2\" SwathCount=\"1\" TileCount=\"14\"/>"
    "</Run></RunInfo>\n";

static void
make_old_run (Fixture *fixture, guint n)
{
  const struct utimbuf times = { OLD_TIME, OLD_TIME };
  static const char *const files[] = { "RTAComplete.txt", "RunInfo.xml" };
  g_autofree char *name = g_strdup_printf ("170101_M00001_%04u_FC", n);
  g_autofree char *folder = g_build_filename (fixture->root, name, NULL);
  g_auto (GStrv) parts = g_strsplit (run_info, "%s", 2);
  g_autofree char *xml = g_strconcat (parts[0], name, parts[1], NULL);

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i], NULL);

      g_assert_true (g_file_set_contents_full (
          path, i == 1 ? xml : "", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
      g_assert_cmpint (utime (path, &times), ==, 0);
    }
  g_assert_cmpint (utime (folder, &times), ==, 0);
}

static void
test_old (Fixture *fixture, gconstpointer data)
{
  MnsIngestCounts first;
  MnsIngestCounts again;
  g_autofree char *commands = NULL;
  gint64 begun;

  for (guint i = 0; i < N_OLD; i++)
    make_old_run (fixture, i);
  begun = g_get_monotonic_time ();
  start (fixture);
  first = wait_for_runs (fixture, N_OLD);
  g_assert_cmpuint (first.commands, ==, N_OLD);
  g_test_message ("%u old runs recorded in %.1f s, once",
                  N_OLD,
                  (double) (g_get_monotonic_time () - begun) / G_USEC_PER_SEC);
  stop (fixture);
  commands = ask (fixture, "SELECT count(*)::text FROM command_log");

  begun = g_get_monotonic_time ();
  start (fixture);
  again = wait_for_runs (fixture, N_OLD);
  g_test_message (
      "after a restart: %u runs, %u looks, %u unchanged, %u commands, %u readings, "
      "%" G_GUINT64_FORMAT " bytes of metrics, %.2f s",
      again.runs,
      again.looks,
      again.unchanged,
      again.commands,
      again.readings,
      again.bytes,
      (double) (g_get_monotonic_time () - begun) / G_USEC_PER_SEC);
  g_assert_cmpuint (again.unchanged, ==, N_OLD);
  g_assert_cmpuint (again.commands, ==, 0);
  g_assert_cmpuint (again.readings, ==, 0);
  expect (fixture, "SELECT count(*)::text FROM command_log", commands);
  g_assert_false (g_main_context_pending (NULL)); /* nothing is due: idle */
}

static void
set_roots (Fixture *fixture, const char *value)
{
  g_autofree char *sql = g_strdup_printf (
      "DELETE FROM setting; INSERT INTO setting (id, name, value, type, changed_at)"
      " VALUES ('019a0000-0000-7000-8000-000000000001', 'runs.roots', '%s', 'JSON', 1)",
      value);

  mns_test_pg_script (sql);
}

static void
test_setting (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *value;
    guint n; /* roots; G_MAXUINT: refused */
  } cases[] = {
    { "[]", 0 },         { "[\"/a\", \"/b\"]", 2 }, { "", 0 },
    { "/a", G_MAXUINT }, { "[1]", G_MAXUINT },      { "{}", G_MAXUINT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) roots = NULL;

      set_roots (fixture, cases[i].value);
      roots = mns_ingest_read_roots (fixture->pool, &error);
      g_assert_cmpint (roots != NULL, ==, cases[i].n != G_MAXUINT);
      if (roots != NULL)
        g_assert_cmpuint (g_strv_length (roots), ==, cases[i].n);
      else
        g_assert_nonnull (strstr (error->message, "JSON list"));
    }
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);

  add ("/ingest/life", test_life);
  add ("/ingest/person", test_person);
  add ("/ingest/two-servers", test_two_servers);
  add ("/ingest/old", test_old);
  add ("/ingest/setting", test_setting);

  status = g_test_run ();
  mns_test_pg_stop ();
  return status;
}
