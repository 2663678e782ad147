/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The replica by itself: images, outbox, log, ids, search. The server is the simulation's, on a
 * network without faults.
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "sync/client/connection.h"
#include "sync/client/schema.h"
#include "sync/model/error.h"
#include "sync/store/sqlite-store.h"
#include "tests/mns-test.h"
#include "tests/sync/sim.h"
#include "tests/sync/toy.h"

typedef struct
{
  char *dir;
  Sim *sim;
  Device *device;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->dir = mns_test_make_tmp_dir ();
  fixture->sim = sim_new (1, fixture->dir, &sim_usual);
  fixture->sim->calm = TRUE;
  fixture->device = &fixture->sim->devices[0];
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpstr (fixture->sim->failure, ==, NULL);
  sim_free (fixture->sim);
  mns_test_remove_tree (fixture->dir);
  g_free (fixture->dir);
}

static JsonObject *
new_args (const char *text)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  g_assert_nonnull (node);
  return json_node_dup_object (node);
}

/* Runs toy.NAME; @error as of mns_replica_do(). */
static MnsResult *
try_toy (Device *device, const char *name, const char *text, GError **error)
{
  g_autoptr (JsonObject) args = new_args (text);
  g_autoptr (MnsCommand) command =
      mns_replica_new_command (device->replica, name, args, NULL, NULL, NULL);

  return mns_replica_do (device->replica, command, NULL, error);
}

static MnsOutcome
run_toy (Device *device, const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsResult) result = try_toy (device, name, text, &error);

  g_assert_no_error (error);
  return result->outcome;
}

static char *
place_args (guint artifact, guint container, int y, int x)
{
  char first[MNS_ID_TEXT_SIZE];
  char second[MNS_ID_TEXT_SIZE];
  MnsId id;

  mns_toy_artifact (artifact, &id);
  mns_id_print (&id, first);
  mns_toy_container (container, &id);
  mns_id_print (&id, second);
  return g_strdup_printf (
      "{\"artifact\":\"%s\",\"container\":\"%s\",\"y\":%d,\"x\":%d}", first, second, y, x);
}

static char *
swap_args (guint artifact, guint other)
{
  char first[MNS_ID_TEXT_SIZE];
  char second[MNS_ID_TEXT_SIZE];
  MnsId id;

  mns_toy_artifact (artifact, &id);
  mns_id_print (&id, first);
  mns_toy_artifact (other, &id);
  mns_id_print (&id, second);
  return g_strdup_printf ("{\"artifact\":\"%s\",\"other\":\"%s\"}", first, second);
}

static void
place (Device *device, guint artifact, guint container, int y, int x, MnsOutcome expected)
{
  g_autofree char *args = place_args (artifact, container, y, x);

  g_assert_cmpint (run_toy (device, "toy.place@1", args), ==, expected);
}

static gint64
ask (Device *device, const char *sql)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsTransaction) tx = mns_store_begin (device->replica->store, MNS_ACCESS_READ, &error);
  g_autoptr (MnsRows) rows = mns_transaction_query (tx, sql, NULL, &error);

  g_assert_no_error (error);
  return mns_rows_get_int (rows, 0, 0);
}

static void
sync_now (Device *device)
{
  sim_device_round (device);
  g_assert_cmpstr (device->sim->failure, ==, NULL);
}

/* Two artifacts trade their wells again and again: no order of single undos could take that back.
 */
static void
test_images_of_swaps (Fixture *fixture, gconstpointer data)
{
  Device *device = fixture->device;
  g_autofree char *one = swap_args (1, 2);
  g_autofree char *two = swap_args (2, 3);

  for (guint i = 1; i <= 3; i++)
    place (device, i, 1, 1, (int) i, MNS_OUTCOME_OK);
  sync_now (device);
  g_assert_cmpint (ask (device, "SELECT count(*) FROM base_placement"), ==, 0);

  for (guint i = 0; i < 5; i++)
    {
      g_assert_cmpint (run_toy (device, "toy.swap@1", one), ==, MNS_OUTCOME_OK);
      g_assert_cmpint (run_toy (device, "toy.swap@1", two), ==, MNS_OUTCOME_OK);
    }
  /* one image a row, of the first touch */
  g_assert_cmpint (ask (device, "SELECT count(*) FROM base_placement"), ==, 3);
  g_assert_cmpint (ask (device, "SELECT count(*) FROM base_placement WHERE absent"), ==, 0);
  sim_check_view (device);
  sync_now (device);
  g_assert_cmpint (ask (device, "SELECT count(*) FROM base_placement"), ==, 0);
}

/* An upsert fires the insert's or the update's trigger; a row made and deleted leaves "absent". */
static void
test_images_of_upserts (Fixture *fixture, gconstpointer data)
{
  Device *device = fixture->device;

  run_toy (device, "toy.count@1", "{\"name\":\"a\"}");
  run_toy (device, "toy.count@1", "{\"name\":\"a\"}");
  g_assert_cmpint (ask (device, "SELECT count(*) FROM base_person_setting"), ==, 1);
  g_assert_cmpint (ask (device, "SELECT absent FROM base_person_setting"), ==, 1);
  sync_now (device);
  run_toy (device, "toy.count@1", "{\"name\":\"a\"}");
  g_assert_cmpint (ask (device, "SELECT absent FROM base_person_setting"), ==, 0);
  g_assert_cmpint (ask (device, "SELECT value FROM base_person_setting"), ==, 0);
}

static void
test_refused_is_not_queued (Fixture *fixture, gconstpointer data)
{
  Device *device = fixture->device;
  gint64 next_n;

  place (device, 1, 1, 1, 1, MNS_OUTCOME_OK);
  next_n = device->replica->state.next_n;
  place (device, 2, 1, 1, 1, MNS_OUTCOME_CONFLICT);
  g_assert_cmpint (device->replica->state.next_n, ==, next_n);
  g_assert_cmpint (ask (device, "SELECT count(*) FROM outbox"), ==, 1);
  g_assert_cmpint (ask (device, "SELECT count(*) FROM placement"), ==, 1);
}

static void
test_not_local_is_queued (Fixture *fixture, gconstpointer data)
{
  Device *device = fixture->device;
  gint64 n = -1;
  g_autoptr (MnsTransaction) tx = NULL;

  g_assert_cmpint (
      run_toy (device, "toy.elsewhere@1", "{\"name\":\"far\"}"), ==, MNS_OUTCOME_NOT_LOCAL);
  g_assert_cmpint (ask (device, "SELECT count(*) FROM person_setting"), ==, 0);
  sync_now (device);
  g_assert_cmpint (ask (device, "SELECT count(*) FROM outbox WHERE state < 2"), ==, 0);
  tx = mns_store_begin (device->replica->store, MNS_ACCESS_READ, NULL);
  g_assert_true (mns_toy_read_count (tx, &device->person, "far", &n, NULL));
  g_assert_cmpint (n, ==, 1);
}

/* F4: the file is gone, the log beside it has every command. */
static void
test_rebuilt_from_the_log (Fixture *fixture, gconstpointer data)
{
  Device *device = fixture->device;

  run_toy (device, "toy.count@1", "{\"name\":\"a\"}");
  sync_now (device);
  run_toy (device, "toy.count@1", "{\"name\":\"a\"}");
  run_toy (device, "toy.count@1", "{\"name\":\"a\"}");
  sim_device_lose_file (device);
  g_assert_true (mns_replica_was_rebuilt (device->replica));
  g_assert_cmpint (ask (device, "SELECT count(*) FROM outbox WHERE state < 2"), ==, 3);
  sync_now (device);
  g_assert_cmpint (ask (device, "SELECT count(*) FROM outbox WHERE state < 2"), ==, 0);
  g_assert_cmpint (ask (device, "SELECT value FROM person_setting"), ==, 0);
  g_assert_cmpint (sim_server_read_count (fixture->sim->server, &device->person, "a"), ==, 3);
}

static void
test_damaged_file (Fixture *fixture, gconstpointer data)
{
  Device *device = fixture->device;
  g_autofree char *path = g_strdup (device->replica->path);
  g_autofree char *garbage = g_strnfill (8192, 'x');

  run_toy (device, "toy.count@1", "{\"name\":\"a\"}");
  sim_device_close (device);
  g_assert_true (g_file_set_contents (path, garbage, -1, NULL));
  g_test_expect_message ("mns-client", G_LOG_LEVEL_WARNING, "*set aside*");
  sim_device_open (device);
  g_test_assert_expected_messages ();
  g_assert_cmpint (ask (device, "SELECT count(*) FROM outbox WHERE state < 2"), ==, 1);
}

/* A page in the middle, so that the file opens as if nothing were the matter. */
static void
damage_page_of (const char *path, const char *table)
{
  g_autofree char *sql =
      g_strdup_printf ("SELECT rootpage FROM sqlite_schema WHERE name = '%s'", table);
  g_autofree char *garbage = g_strnfill (4096, 'x');
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  FILE *file;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  file = fopen (path, "r+");
  g_assert_cmpint (fseek (file, 4096L * (sqlite3_column_int (statement, 0) - 1), SEEK_SET), ==, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db); /* before the page is written: it takes the write-ahead log in */
  g_assert_cmpuint (fwrite (garbage, 4096, 1, file), ==, 1);
  fclose (file);
}

static void
open_unchecked (Device *device, MnsReplicaHooks *hooks)
{
  g_autoptr (GError) error = NULL;

  hooks->check_later = TRUE;
  device->replica = mns_replica_open (device->dir, hooks, &device->person, "Ada", &error);
  g_assert_no_error (error);
  device->sync = mns_sync_new (device->replica, &device->base);
}

/* Damage that a crash left is found behind the window; nothing of what was done meanwhile goes. */
static void
test_damage_found_later (Fixture *fixture, gconstpointer data)
{
  Device *device = fixture->device;
  g_autofree char *path = g_strdup (device->replica->path);
  MnsReplicaHooks hooks = device->replica->hooks;
  g_autoptr (GError) error = NULL;
  gboolean made_anew = FALSE;

  run_toy (device, "toy.count@1", "{\"name\":\"a\"}");
  sync_now (device);
  run_toy (device, "toy.count@1", "{\"name\":\"a\"}");
  sim_device_close (device);
  damage_page_of (path, "print_log");
  open_unchecked (device, &hooks);
  g_assert_false (mns_replica_is_checked (device->replica));
  run_toy (device, "toy.count@1", "{\"name\":\"a\"}");
  g_assert_cmpint (ask (device, "SELECT count(*) FROM outbox WHERE state < 2"), ==, 2);

  g_test_expect_message ("mns-client", G_LOG_LEVEL_WARNING, "*set aside*");
  g_assert_true (mns_replica_check (device->replica, NULL, &made_anew, &error));
  g_test_assert_expected_messages ();
  g_assert_no_error (error);
  g_assert_true (made_anew);
  g_assert_true (mns_replica_is_checked (device->replica));
  g_assert_cmpstr (device->replica->path, !=, path);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  sync_now (device);
  g_assert_cmpint (ask (device, "SELECT count(*) FROM outbox WHERE state < 2"), ==, 0);
  g_assert_cmpint (sim_server_read_count (fixture->sim->server, &device->person, "a"), ==, 3);
}

/* The mark of the crash stays until somebody has looked: a program that ends sooner has not. */
static void
test_unchecked_stays_unchecked (Fixture *fixture, gconstpointer data)
{
  Device *device = fixture->device;
  MnsReplicaHooks hooks = device->replica->hooks;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gboolean made_anew = FALSE;

  sim_device_close (device); /* as a crash does */
  hooks.dies_at = NULL;
  open_unchecked (device, &hooks);
  g_cancellable_cancel (cancellable);
  g_assert_false (mns_replica_check (device->replica, cancellable, &made_anew, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  sim_device_close (device);
  open_unchecked (device, &hooks);
  g_assert_false (mns_replica_is_checked (device->replica));
  g_clear_error (&error);
  g_assert_true (mns_replica_check (device->replica, NULL, &made_anew, &error));
  g_assert_false (made_anew);
  sim_device_close (device);
  open_unchecked (device, &hooks);
  g_assert_true (mns_replica_is_checked (device->replica));
}

/* A torn last line is what a power cut leaves. */
static void
test_torn_log (Fixture *fixture, gconstpointer data)
{
  Device *device = fixture->device;
  g_autofree char *log = g_build_filename (device->dir, "outbox.log", NULL);
  g_autofree char *text = NULL;
  gsize size = 0;

  run_toy (device, "toy.count@1", "{\"name\":\"a\"}");
  run_toy (device, "toy.count@1", "{\"name\":\"a\"}");
  sim_device_close (device);
  g_assert_true (g_file_get_contents (log, &text, &size, NULL));
  g_assert_true (g_file_set_contents (log, text, (gssize) size - 20, NULL));
  sim_device_open (device);
  /* the database has it: the log is whole again */
  g_assert_cmpint (
      mns_outbox_log_get_next_n (device->replica->log), ==, device->replica->state.next_n);
  sim_device_lose_file (device);
  g_assert_cmpint (ask (device, "SELECT count(*) FROM outbox WHERE state < 2"), ==, 2);
}

/* F5: SQLite itself says that there is no room. */
static void
test_disk_full (Fixture *fixture, gconstpointer data)
{
  Device *device = fixture->device;
  g_autofree char *long_name = g_strnfill (400000, 'n');
  g_autofree char *args = g_strdup_printf ("{\"name\":\"%s\"}", long_name);
  g_autoptr (GError) error = NULL;
  gint64 next_n = device->replica->state.next_n;
  g_autofree char *limit = g_strdup_printf ("PRAGMA max_page_count = %" G_GINT64_FORMAT,
                                            ask (device, "PRAGMA page_count"));

  g_assert_true (mns_sqlite_run_script (device->replica->store, limit, NULL));
  g_assert_null (try_toy (device, "toy.create@1", args, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_FULL);
  g_assert_cmpint (device->replica->state.next_n, ==, next_n);
  g_assert_cmpint (ask (device, "SELECT count(*) FROM outbox"), ==, 0);

  g_assert_true (
      mns_sqlite_run_script (device->replica->store, "PRAGMA max_page_count = 1000000", NULL));
  g_assert_cmpint (run_toy (device, "toy.create@1", args), ==, MNS_OUTCOME_OK);
}

static void
test_one_program_at_a_time (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  MnsReplicaHooks hooks = fixture->device->replica->hooks;
  MnsReplica *second = mns_replica_open (fixture->device->dir, &hooks, NULL, NULL, &error);

  g_assert_null (second);
  g_assert_error (error, MNS_ERROR, MNS_ERROR_BUSY);
}

/* Without a block the id is made up; before the command is sent, it gets a real one. */
static void
test_made_up_ids (Fixture *fixture, gconstpointer data)
{
  Device *device = fixture->device;

  g_assert_true (mns_sqlite_run_script (device->replica->store, "DELETE FROM id_lease", NULL));
  run_toy (device, "toy.create@1", "{\"name\":\"new plate\"}");
  g_assert_cmpint (ask (device, "SELECT count(*) FROM container WHERE lims_id GLOB 't-*'"), ==, 1);
  sync_now (device);
  g_assert_cmpint (ask (device, "SELECT count(*) FROM container WHERE lims_id GLOB 't-*'"), ==, 0);
  g_assert_cmpint (ask (device,
                        "SELECT count(*) FROM container WHERE name = 'new plate' "
                        "AND lims_id GLOB '27-*'"),
                   ==,
                   1);
}

static guint
count_matches (Device *device, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsTransaction) tx = mns_store_begin (device->replica->store, MNS_ACCESS_READ, &error);
  g_autoptr (MnsRows) rows = mns_transaction_match_names (tx, "container", part, 10, &error);

  g_assert_no_error (error);
  return mns_rows_get_n_rows (rows);
}

static void
test_search (Fixture *fixture, gconstpointer data)
{
  Device *device = fixture->device;
  char id[MNS_ID_TEXT_SIZE];
  g_autofree char *args = NULL;
  MnsId container;

  mns_toy_container (1, &container);
  mns_id_print (&container, id);
  args =
      g_strdup_printf ("{\"container\":\"%s\",\"name\":\"tumour rack\",\"was\":\"plate 1\"}", id);
  g_assert_cmpuint (count_matches (device, "late"), ==, 4);
  g_assert_cmpint (run_toy (device, "toy.rename@1", args), ==, MNS_OUTCOME_OK);
  g_assert_cmpuint (count_matches (device, "late"), ==, 3);
  g_assert_cmpuint (count_matches (device, "MOUR"), ==, 1);
  sync_now (device);
  g_assert_cmpuint (count_matches (device, "umour r"), ==, 1);
  g_assert_cmpuint (count_matches (device, "late"), ==, 3);
}

/* Statements that one rebase of n commands takes. */
static guint64
measure_rebase (Device *device)
{
  guint64 before = mns_store_get_n_statements (device->replica->store);
  MnsTransaction *tx = mns_replica_begin (device->replica, NULL);

  g_assert_true (mns_replica_restore_images (device->replica, tx, NULL));
  g_assert_true (mns_replica_replay (device->replica, tx, NULL));
  mns_replica_abandon (device->replica, tx);
  return mns_store_get_n_statements (device->replica->store) - before;
}

/* A rebase costs what its commands cost: no look at the other rows, no quadratic step. */
static void
test_rebase_is_linear (Fixture *fixture, gconstpointer data)
{
  Device *device = fixture->device;
  guint64 none = measure_rebase (device);
  guint64 some;
  guint64 more;

  for (guint i = 0; i < 100; i++)
    run_toy (device, "toy.count@1", "{\"name\":\"a\"}");
  some = measure_rebase (device) - none;
  for (guint i = 0; i < 300; i++)
    run_toy (device, "toy.count@1", "{\"name\":\"a\"}");
  more = measure_rebase (device) - none;
  g_assert_cmpuint (more, >, 3 * some);
  g_assert_cmpuint (more, <=, 4 * some);
}

/* A replica of the shape before conflicts kept what was said gets the column, and keeps its rows.
 */
static void
test_older_shape (Fixture *fixture, gconstpointer data)
{
  MnsStore *store = fixture->device->replica->store;
  g_autoptr (GError) error = NULL;
  static const char older[] =
      "DROP TRIGGER conflict_capture_insert; DROP TRIGGER conflict_capture_update;"
      "DROP TRIGGER conflict_capture_delete;"
      "ALTER TABLE conflict DROP COLUMN said; ALTER TABLE base_conflict DROP COLUMN said;"
      "CREATE TRIGGER conflict_capture_insert AFTER INSERT ON conflict BEGIN SELECT 1; END;"
      "CREATE TRIGGER conflict_capture_update BEFORE UPDATE ON conflict BEGIN SELECT 1; END;"
      "CREATE TRIGGER conflict_capture_delete BEFORE DELETE ON conflict BEGIN SELECT 1; END;"
      "INSERT INTO conflict (id, person_id, client_id, n, command_id, command, body, code, detail,"
      " state) VALUES (zeroblob(16), zeroblob(16), zeroblob(16), 1, zeroblob(16), 'x@1', '{}',"
      " 'gone', 'said in English', 'OPEN'); PRAGMA user_version = 1";

  g_assert_true (mns_sqlite_run_script (store, older, &error));
  g_assert_no_error (error);
  g_assert_true (mns_schema_upgrade (store, &error));
  g_assert_no_error (error);
  g_assert_true (mns_schema_upgrade (store, &error)); /* nothing is left to do */
  g_assert_cmpint (
      ask (fixture->device,
           "SELECT count(*) FROM conflict WHERE detail = 'said in English' AND said IS NULL"),
      ==,
      1);
  g_assert_cmpint (
      ask (fixture->device,
           "SELECT count(*) FROM pragma_table_info('base_conflict') WHERE name = 'said'"),
      ==,
      1);
  g_assert_cmpint (ask (fixture->device,
                        "SELECT count(*) FROM sqlite_master WHERE tbl_name = 'conflict'"
                        " AND type = 'trigger' AND sql LIKE '%capture_on%'"),
                   ==,
                   3);
  g_assert_cmpint (ask (fixture->device,
                        "SELECT count(*) FROM sqlite_master WHERE name = 'conflict_capture_update'"
                        " AND sql LIKE '%old.said%'"),
                   ==,
                   1);
  g_assert_true (mns_sqlite_run_script (store, "PRAGMA user_version = 99", &error));
  g_assert_false (mns_schema_upgrade (store, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_INVALID);
}

static void
test_backoff (void)
{
  static const gint64 longest[] = { 0, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000 };

  for (guint i = 0; i < G_N_ELEMENTS (longest); i++)
    {
      g_assert_cmpint (mns_connection_backoff_ms (i, 0, 0), ==, longest[i]);
      g_assert_cmpint (mns_connection_backoff_ms (i, 0, 999), >=, longest[i] / 2);
      g_assert_cmpint (mns_connection_backoff_ms (i, 0, 999), <=, longest[i]);
    }
  g_assert_cmpint (mns_connection_backoff_ms (1, 30, 0), ==, 30000);
  g_assert_cmpint (mns_connection_backoff_ms (1000, 0, 0), ==, 60000);
}

static const struct
{
  const char *path;
  void (*func) (Fixture *fixture, gconstpointer data);
} tests[] = {
  { "/replica/images/swaps", test_images_of_swaps },
  { "/replica/images/upserts", test_images_of_upserts },
  { "/replica/refused-is-not-queued", test_refused_is_not_queued },
  { "/replica/not-local-is-queued", test_not_local_is_queued },
  { "/replica/rebuilt-from-the-log", test_rebuilt_from_the_log },
  { "/replica/damage-found-later", test_damage_found_later },
  { "/replica/unchecked-stays-unchecked", test_unchecked_stays_unchecked },
  { "/replica/damaged-file", test_damaged_file },
  { "/replica/torn-log", test_torn_log },
  { "/replica/disk-full", test_disk_full },
  { "/replica/one-program-at-a-time", test_one_program_at_a_time },
  { "/replica/made-up-ids", test_made_up_ids },
  { "/replica/search", test_search },
  { "/replica/rebase-is-linear", test_rebase_is_linear },
  { "/replica/older-shape", test_older_shape },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].func, tear_down);
  g_test_add_func ("/connection/backoff", test_backoff);
  return g_test_run ();
}
