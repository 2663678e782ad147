/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What only the PostgreSQL store does: errors that come late, connections that break, answers of
 * any size, commands that lose races.
 */

#include "config.h"

#include <string.h>
#include <sys/resource.h>

#include "server/store/pg-error.h"
#include "server/store/pool.h"
#include "sync/model/error.h"
#include "sync/wire/rows.h"
#include "tests/server/pg-fixture.h"
#include "tests/server/pg-rows-maker.h"

typedef struct
{
  MnsStore *store;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->store = mns_test_pg_open ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  mns_store_free (fixture->store);
}

static MnsTransaction *
begin (MnsStore *store, MnsAccess access)
{
  g_autoptr (GError) error = NULL;
  MnsTransaction *tx = mns_store_begin (store, access, &error);

  g_assert_no_error (error);
  return tx;
}

#define INSERT_WORKER                                                                              \
  "INSERT INTO worker (id, name, channels, version, seen_at) VALUES ($id, $name, '[]', '', $n)"

#define SELECT_WORKER "SELECT name FROM worker WHERE id = $id"

static gboolean
insert_worker (MnsTransaction *tx, guint n, GError **error)
{
  g_autofree char *name = g_strdup_printf ("worker %u", n);
  MnsId id = mns_test_id (1, n);

  return mns_transaction_run (
      tx,
      INSERT_WORKER,
      MNS_ARGS (MNS_ARG_ID ("id", &id), MNS_ARG_TEXT ("name", name), MNS_ARG_INT ("n", n)),
      error);
}

static gint64
ask (MnsStore *store, const char *sql)
{
  g_autoptr (MnsTransaction) tx = begin (store, MNS_ACCESS_READ);
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsRows) rows = mns_transaction_query (tx, sql, NULL, &error);

  g_assert_no_error (error);
  return mns_rows_get_int (rows, 0, 0);
}

/* A failed write comes with the query, the release or the commit after it, and with each call from
 * then on; nothing of the transaction is kept.
 */
static void
test_late (Fixture *fixture, gconstpointer data)
{
  for (guint way = 0; way < 4; way++)
    {
      g_autoptr (MnsTransaction) tx = begin (fixture->store, MNS_ACCESS_WRITE);
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) again = NULL;
      gboolean done = TRUE;

      g_assert_true (mns_transaction_savepoint (tx, "s", &error));
      g_assert_true (insert_worker (tx, 1, &error));
      g_assert_true (insert_worker (tx, 1, &error));
      g_assert_true (insert_worker (tx, 2, &error));
      if (way == 0)
        g_assert_null (mns_transaction_query (tx, "SELECT 1", NULL, &error));
      else if (way == 1)
        done = mns_transaction_release (tx, "s", &error);
      else if (way == 2)
        done = mns_transaction_commit (tx, &error);
      else
        g_assert_cmpint (mns_transaction_count (tx, "DELETE FROM mail", NULL, &error), ==, -1);
      g_assert_cmpint (done, ==, way == 0 || way == 3);
      g_assert_error (error, MNS_ERROR, MNS_ERROR_CONFLICT);
      g_assert_nonnull (strstr (error->message, "worker_pkey"));
      g_assert_null (strstr (error->message, "worker 1")); /* no values */
      g_assert_false (mns_transaction_commit (tx, &again));
      g_assert_error (again, MNS_ERROR, MNS_ERROR_CONFLICT);
      g_clear_pointer (&tx, mns_transaction_free);
      g_assert_cmpint (ask (fixture->store, "SELECT count (*) FROM worker"), ==, 0);
    }
}

static MnsRows *
query_worker (MnsTransaction *tx, guint n, GError **error)
{
  MnsId id = mns_test_id (1, n);

  return mns_transaction_query (tx, SELECT_WORKER, MNS_ARGS (MNS_ARG_ID ("id", &id)), error);
}

static void
ask_worker (MnsTransaction *tx, guint n)
{
  MnsId id = mns_test_id (1, n);

  mns_transaction_ask (tx, SELECT_WORKER, MNS_ARGS (MNS_ARG_ID ("id", &id)));
}

static guint
count_worker (MnsTransaction *tx, guint n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsRows) rows = query_worker (tx, n, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (mns_rows_get_n_rows (rows) == 0 ? "" : mns_rows_get_text (rows, 0, 0),
                   ==,
                   mns_rows_get_n_rows (rows) == 0 ? ""
                   : n == 1                        ? "worker 1"
                                                   : "worker 2");
  return mns_rows_get_n_rows (rows);
}

/* What was asked ahead is answered in whatever order it is fetched, each question its own answer,
 * and as it is at that moment: a write in between is seen.
 */
static void
test_asked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MnsTransaction) tx = begin (fixture->store, MNS_ACCESS_WRITE);
  g_autoptr (GError) error = NULL;

  g_assert_true (insert_worker (tx, 1, &error));
  ask_worker (tx, 1);
  ask_worker (tx, 2);
  g_assert_cmpuint (count_worker (tx, 2), ==, 0);
  g_assert_cmpuint (count_worker (tx, 1), ==, 1);
  ask_worker (tx, 1);
  ask_worker (tx, 2);
  g_assert_true (mns_transaction_savepoint (tx, "s", &error));
  g_assert_cmpuint (count_worker (tx, 1), ==, 1);
  g_assert_true (insert_worker (tx, 2, &error));
  g_assert_cmpuint (count_worker (tx, 2), ==, 1); /* asked before the write */
  ask_worker (tx, 2);
  g_assert_cmpint (mns_transaction_count (tx, "DELETE FROM worker", NULL, &error), ==, 2);
  g_assert_cmpuint (count_worker (tx, 2), ==, 0); /* on its way when the write came */
  ask_worker (tx, 2);
  g_assert_true (mns_transaction_rollback_to (tx, "s", &error));
  g_assert_cmpuint (count_worker (tx, 1), ==, 1);
  g_assert_cmpuint (count_worker (tx, 2), ==, 0);
  g_assert_no_error (error);
}

/* Questions that nobody comes for, and ones that fail, do not answer the next transaction's. */
static void
test_asked_in_vain (Fixture *fixture, gconstpointer data)
{
  for (guint way = 0; way < 4; way++)
    {
      g_autoptr (MnsTransaction) tx = begin (fixture->store, MNS_ACCESS_WRITE);
      g_autoptr (GError) error = NULL;

      ask_worker (tx, 1);
      if (way == 3)
        mns_transaction_ask (tx, "SELECT 1 / 0", NULL);
      ask_worker (tx, 2);
      if (way == 1)
        g_assert_true (mns_transaction_commit (tx, &error));
      else if (way == 2)
        g_assert_cmpuint (count_worker (tx, 3), ==, 0);
      else if (way == 3)
        {
          g_assert_null (query_worker (tx, 2, &error));
          g_assert_error (error, MNS_ERROR, MNS_ERROR_INVALID);
        }
      g_clear_pointer (&tx, mns_transaction_free);
      g_assert_cmpint (ask (fixture->store, "SELECT 40 + 2"), ==, 42);
      g_assert_cmpint (ask (fixture->store, "SELECT 7"), ==, 7);
    }
}

/* A savepoint released without waiting: the failure comes with what waits next. */
static void
test_released_later (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MnsTransaction) tx = begin (fixture->store, MNS_ACCESS_WRITE);
  g_autoptr (GError) error = NULL;

  g_assert_true (mns_transaction_savepoint (tx, "s", &error));
  g_assert_true (insert_worker (tx, 1, &error));
  g_assert_true (insert_worker (tx, 1, &error));
  g_assert_true (mns_transaction_release_later (tx, "s", &error));
  g_assert_false (mns_transaction_commit (tx, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "worker_pkey"));
  g_clear_pointer (&tx, mns_transaction_free);
  g_assert_cmpint (ask (fixture->store, "SELECT count (*) FROM worker"), ==, 0);
}

/* Thousands of writes without a single wait, more than any buffer holds. */
static void
test_many (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MnsTransaction) tx = begin (fixture->store, MNS_ACCESS_WRITE);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 20000; i++)
    g_assert_true (insert_worker (tx, i, &error));
  g_assert_true (mns_transaction_commit (tx, &error));
  g_assert_no_error (error);
  g_clear_pointer (&tx, mns_transaction_free);
  g_assert_cmpint (ask (fixture->store, "SELECT count (*) FROM worker"), ==, 20000);
}

static const struct
{
  const char *what;
  const char *sql;
  int code;
} refusals[] = {
  { "syntax", "SELEC 1", MNS_ERROR_FAILED },
  { "no such table", "SELECT 1 FROM nothing", MNS_ERROR_FAILED },
  { "unique",
    "INSERT INTO feed_epoch (id, floor, made_at) SELECT id, floor, made_at FROM feed_epoch",
    MNS_ERROR_CONFLICT },
  { "reference",
    "INSERT INTO placement VALUES (gen_random_uuid (), 0, 0, gen_random_uuid ())",
    MNS_ERROR_CONFLICT },
  { "check",
    "INSERT INTO role VALUES (gen_random_uuid (), 'x', 'x', NULL, 5)",
    MNS_ERROR_CONFLICT },
  { "a value the type cannot hold", "SELECT CAST ('x' AS bigint)", MNS_ERROR_INVALID },
  { "too large", "SELECT CAST (9223372036854775807 AS integer)", MNS_ERROR_INVALID },
  { "a lost race", "DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40001'; END $$", MNS_ERROR_BUSY },
  { "a deadlock", "DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40P01'; END $$", MNS_ERROR_BUSY },
  { "disk full", "DO $$ BEGIN RAISE EXCEPTION SQLSTATE '53100'; END $$", MNS_ERROR_FULL },
  { "read only", "DO $$ BEGIN RAISE EXCEPTION SQLSTATE '25006'; END $$", MNS_ERROR_OFFLINE },
  { "shutting down", "DO $$ BEGIN RAISE EXCEPTION SQLSTATE '57P01'; END $$", MNS_ERROR_OFFLINE },
  { "rights", "DO $$ BEGIN RAISE EXCEPTION SQLSTATE '42501'; END $$", MNS_ERROR_DENIED },
};

static void
test_refusals (Fixture *fixture, gconstpointer data)
{
  g_autofree char *admin = mns_test_pg_conninfo (MNS_CLUSTER_ADMIN);
  g_autoptr (MnsStore) store = mns_pg_store_open (admin, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (MnsTransaction) tx = begin (store, MNS_ACCESS_WRITE);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", refusals[i].what);
      g_assert_cmpint (mns_transaction_count (tx, refusals[i].sql, NULL, &error), ==, -1);
      g_assert_error (error, MNS_ERROR, refusals[i].code);
    }
  g_assert_cmpint (ask (store, "SELECT 1"), ==, 1);
}

/* Arguments and text that do not fit each other are told, and harm nothing. */
static void
test_arguments (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MnsTransaction) tx = begin (fixture->store, MNS_ACCESS_READ);
  g_autoptr (MnsRowSet) set = mns_row_set_new ("x int");
  g_autoptr (GError) missing = NULL;
  g_autoptr (GError) wrong = NULL;
  g_autoptr (MnsRows) rows = NULL;

  g_assert_null (mns_transaction_query (tx, "SELECT $missing", NULL, &missing));
  g_assert_error (missing, MNS_ERROR, MNS_ERROR_FAILED);
  g_assert_nonnull (strstr (missing->message, "missing"));
  g_assert_null (
      mns_transaction_query (tx, "SELECT $v", MNS_ARGS (MNS_ARG_SET ("v", set)), &wrong));
  g_assert_error (wrong, MNS_ERROR, MNS_ERROR_FAILED);
  rows = mns_transaction_query (tx, "SELECT 1", NULL, NULL);
  g_assert_nonnull (rows);
}

/* More texts than are kept prepared: the old ones are forgotten and made again. */
static void
test_many_texts (Fixture *fixture, gconstpointer data)
{
  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (MnsTransaction) tx = begin (fixture->store, MNS_ACCESS_READ);

      for (guint i = 0; i < 700; i++)
        {
          g_autofree char *sql = g_strdup_printf ("SELECT %u + $one", i);
          g_autoptr (GError) error = NULL;
          g_autoptr (MnsRows) rows =
              mns_transaction_query (tx, sql, MNS_ARGS (MNS_ARG_INT ("one", 1)), &error);

          g_assert_no_error (error);
          g_assert_cmpint (mns_rows_get_int (rows, 0, 0), ==, i + 1);
        }
    }
  g_assert_cmpint (ask (fixture->store, "SELECT count (*) FROM pg_prepared_statements"), <=, 510);
}

static void
terminate_others (void)
{
  mns_test_pg_script (
      "SELECT pg_terminate_backend (pid, 10000) FROM pg_stat_activity "
      "WHERE usename = '" MNS_CLUSTER_APPLICATION_ROLE "'");
}

/* The server hangs up: the transaction says so, the store lives on. */
static void
test_hang_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MnsTransaction) tx = begin (fixture->store, MNS_ACCESS_WRITE);
  g_autoptr (GError) error = NULL;

  insert_worker (tx, 1, NULL);
  g_assert_cmpint (mns_transaction_count (tx, "DELETE FROM mail", NULL, NULL), ==, 0);
  terminate_others ();
  g_assert_null (mns_transaction_query (tx, "SELECT 1", NULL, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_OFFLINE);
  g_clear_error (&error);
  g_assert_false (mns_transaction_rollback_to (tx, "s", &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_OFFLINE);
  g_clear_pointer (&tx, mns_transaction_free);
  g_assert_cmpint (ask (fixture->store, "SELECT count (*) FROM worker"), ==, 0);
  terminate_others (); /* while idle */
  g_assert_cmpint (ask (fixture->store, "SELECT count (*) FROM worker"), ==, 0);
}

static void
test_no_server (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mns_pg_store_open ("host=/nonexistent dbname=x", &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_OFFLINE);
}

/* ---- big answers ---- */

typedef struct
{
  guint n_rows;
  guint n_batches;
  guint64 sum;
  guint stop_after;
} Counted;

static gboolean
count_rows (MnsRows *rows, gpointer data, GError **error)
{
  Counted *counted = data;

  counted->n_batches++;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    counted->sum += (guint64) mns_rows_get_int (rows, i, 0);
  counted->n_rows += mns_rows_get_n_rows (rows);
  if (counted->stop_after != 0 && counted->n_batches == counted->stop_after)
    {
      g_set_error_literal (error, MNS_ERROR, MNS_ERROR_FULL, "enough");
      return FALSE;
    }
  return TRUE;
}

static gboolean
count_lines (const char *line, gsize length, gpointer data, GError **error)
{
  ((Counted *) data)->n_rows++;
  ((Counted *) data)->sum += length;
  g_assert_cmpint (line[length - 1], ==, '\n');
  return TRUE;
}

#define SERIES "SELECT i, repeat ('x', 200) FROM generate_series (1, $n) AS s (i) WHERE i <> $not"

static void
test_stream (Fixture *fixture, gconstpointer data)
{
  static const guint sizes[] = { 1, 2000, 2001, 4000, 200001 };
  struct rusage before;
  struct rusage after;

  getrusage (RUSAGE_SELF, &before);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (MnsTransaction) tx = begin (fixture->store, MNS_ACCESS_READ);
      g_autoptr (GError) error = NULL;
      const MnsArg *args = MNS_ARGS (MNS_ARG_INT ("n", sizes[i]), MNS_ARG_INT ("not", 1));
      g_autoptr (MnsRows) rows = NULL;
      Counted counted = { 0 };
      Counted lines = { 0 };
      guint64 n = sizes[i];

      g_assert_true (mns_pg_stream (tx, SERIES, args, count_rows, &counted, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (counted.n_rows, ==, n - 1);
      g_assert_cmpuint (counted.sum, ==, n * (n + 1) / 2 - 1);
      g_assert_true (mns_pg_stream_lines (tx, SERIES, args, count_lines, &lines, &error));
      g_assert_cmpuint (lines.n_rows, ==, n - 1);
      rows = mns_transaction_query (tx, "SELECT 5", NULL, &error);
      g_assert_cmpint (mns_rows_get_int (rows, 0, 0), ==, 5);
    }
  getrusage (RUSAGE_SELF, &after);
#ifdef __SANITIZE_ADDRESS__
  g_test_message ("memory is not judged: the address sanitizer keeps what is freed");
#else
  g_assert_cmpint (after.ru_maxrss - before.ru_maxrss, <, 20 * 1024); /* of 45 MB twice */
#endif
}

static void
test_stream_stopped (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MnsTransaction) tx = begin (fixture->store, MNS_ACCESS_READ);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) wrong = NULL;
  const MnsArg *args = MNS_ARGS (MNS_ARG_INT ("n", 9000), MNS_ARG_INT ("not", 1));
  Counted counted = { .stop_after = 2 };

  g_assert_false (mns_pg_stream (tx, SERIES, args, count_rows, &counted, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_FULL);
  g_assert_false (mns_pg_stream (tx, "SELECT 1 / ($n - $n)", args, count_rows, &counted, &wrong));
  g_assert_error (wrong, MNS_ERROR, MNS_ERROR_INVALID);
  g_clear_pointer (&tx, mns_transaction_free);
  g_assert_cmpint (ask (fixture->store, "SELECT 1"), ==, 1);
}

static gboolean
append_line (const char *line, gsize length, gpointer data, GError **error)
{
  g_string_append_len (data, line, (gssize) length);
  return TRUE;
}

/* A row as it travels is what the row's values say. */
static void
test_lines (Fixture *fixture, gconstpointer data)
{
  static const char sql[] =
      "SELECT CAST ('01234567-89ab-7def-8123-456789abcdef' AS uuid), -5, 1.5::double precision, "
      "'NaN'::double precision, E'a\"\\\\b\\n\\tc\\u00e9\\u0001', '{\"a\": [1,\"x\"]}'::json, "
      "'\\x00ff10'::bytea, NULL::text, 'Infinity'::double precision, ''::text, ''::bytea";
  g_autoptr (MnsTransaction) tx = begin (fixture->store, MNS_ACCESS_READ);
  g_autoptr (MnsRows) rows = mns_transaction_query (tx, sql, NULL, NULL);
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  mns_row_append (expected, mns_rows_get (rows, 0, 0), mns_rows_get_n_columns (rows));
  g_assert_true (mns_pg_stream_lines (tx, sql, NULL, append_line, line, &error));
  g_assert_cmpstr (line->str, ==, expected->str);
}

/* ---- names ---- */

static void
test_match_names (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "LIB-0007", "lib_0008", "Probe 100%",
                                       "Øl prøve", "xy",       "XY-2" };
  static const struct
  {
    const char *part;
    const char *found;
  } cases[] = {
    { "lib", "LIB-0007 lib_0008 " },
    { "b_0", "lib_0008 " },
    { "00%", "Probe 100% " },
    { "PRØVE", "Øl prøve " },
    { "xy", "xy " },
    { "XY-", "XY-2 " },
    { "L", "LIB-0007 " },
    { "nothing", "" },
    { "\\\\\\", "" },
  };
  g_autoptr (MnsTransaction) tx = begin (fixture->store, MNS_ACCESS_WRITE);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      MnsId id = mns_test_id (2, i);
      g_autofree char *lims_id = g_strdup_printf ("P%u", i);
      g_autoptr (GError) error = NULL;

      mns_transaction_run (
          tx,
          "INSERT INTO project (id, lims_id, name, name_key, account_id, person_id, priority, "
          "created_at, created_by, changed_at) VALUES ($id, $l, $n, $n, $id, $id, 2, 1, $id, 1)",
          MNS_ARGS (
              MNS_ARG_ID ("id", &id), MNS_ARG_TEXT ("l", lims_id), MNS_ARG_TEXT ("n", names[i])),
          &error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MnsRows) rows =
          mns_transaction_match_names (tx, "project", cases[i].part, 10, &error);
      g_autoptr (GString) found = g_string_new (NULL);

      g_assert_no_error (error);
      for (guint row = 0; row < mns_rows_get_n_rows (rows); row++)
        g_string_append_printf (found, "%s ", mns_rows_get_text (rows, row, 1));
      g_assert_cmpstr (found->str, ==, cases[i].found);
    }
}

/* ---- the pool ---- */

/* Adds one to a counter that all fight for, by reading and writing it. */
static gboolean
add_one (MnsTransaction *tx, gpointer data, GError **error)
{
  g_autoptr (MnsRows) rows =
      mns_transaction_query (tx, "SELECT next FROM id_counter WHERE class = 'test'", NULL, error);

  g_atomic_int_inc ((gint *) data);
  return rows != NULL &&
         mns_transaction_run (tx,
                              "UPDATE id_counter SET next = $n WHERE class = 'test'",
                              MNS_ARGS (MNS_ARG_INT ("n", mns_rows_get_int (rows, 0, 0) + 1)),
                              error);
}

typedef struct
{
  MnsPool *pool;
  gint n_calls;
} Race;

static gpointer
add_in_thread (gpointer data)
{
  Race *race = data;

  for (guint i = 0; i < 40; i++)
    {
      g_autoptr (GError) error = NULL;

      mns_pool_run_write (race->pool, add_one, &race->n_calls, &error);
      g_assert_no_error (error);
    }
  return NULL;
}

/* Every command is done once, though they all collide; some were run again. */
static void
test_races (Fixture *fixture, gconstpointer data)
{
  g_autofree char *conninfo = mns_test_pg_conninfo (MNS_CLUSTER_APPLICATION);
  g_autoptr (MnsPool) pool = mns_pool_new (conninfo, 6);
  Race race = { pool, 0 };
  GThread *threads[6];

  mns_test_pg_script ("INSERT INTO id_counter VALUES ('test', gen_random_uuid (), 0)");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("add", add_in_thread, &race);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (ask (fixture->store, "SELECT next FROM id_counter"), ==, 240);
  g_assert_cmpint (race.n_calls, >=, 240);
  g_assert_cmpint (ask (fixture->store,
                        "SELECT count (*) FROM pg_locks WHERE relation = 'command_gate'::regclass"),
                   ==,
                   0);
}

/* A command that needs a number from a transaction of its own while another waits to be alone. */
typedef struct
{
  MnsPool *pool;
  MnsStore *looking;
  PGconn *rival;
  gint n_inner;
} Nest;

static gboolean
take_number (MnsTransaction *tx, gpointer data, GError **error)
{
  Nest *nest = data;

  if (!insert_worker (tx, 1, error))
    return FALSE;
  g_assert_cmpint (mns_transaction_count (tx, "DELETE FROM mail", NULL, error), ==, 0);
  g_assert_true (
      PQsendQuery (nest->rival, "BEGIN; LOCK TABLE command_gate IN EXCLUSIVE MODE; COMMIT"));
  while (ask (nest->looking,
              "SELECT count (*) FROM pg_locks WHERE relation = 'command_gate'::regclass"
              " AND NOT granted") == 0)
    continue;
  if (!mns_pool_run_write (nest->pool, add_one, &nest->n_inner, error))
    return FALSE;
  g_set_error_literal (error, MNS_ERROR, MNS_ERROR_INVALID, "given up");
  return FALSE;
}

static void
test_nested (Fixture *fixture, gconstpointer data)
{
  g_autofree char *conninfo = mns_test_pg_conninfo (MNS_CLUSTER_APPLICATION);
  g_autoptr (MnsPool) pool = mns_pool_new (conninfo, 2);
  g_autoptr (PGconn) rival = PQconnectdb (conninfo);
  g_autoptr (GError) error = NULL;
  Nest nest = { pool, fixture->store, rival, 0 };

  mns_test_pg_script ("INSERT INTO id_counter VALUES ('test', gen_random_uuid (), 0)");
  g_assert_false (mns_pool_run_write (pool, take_number, &nest, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_INVALID);
  g_assert_cmpint (ask (fixture->store, "SELECT next FROM id_counter"), ==, 1);
  g_assert_cmpint (ask (fixture->store, "SELECT count (*) FROM worker"), ==, 0);
}

typedef struct
{
  guint n_calls;
  guint n_failures;
  int code;
  gboolean hang_up;
  gboolean disguise; /* makes another error of it */
} Script;

static gboolean
play (MnsTransaction *tx, gpointer data, GError **error)
{
  Script *script = data;

  script->n_calls++;
  if (!insert_worker (tx, 1, error))
    return FALSE;
  if (script->n_calls > script->n_failures)
    return TRUE;
  if (script->hang_up)
    {
      g_autoptr (MnsRows) rows =
          mns_transaction_query (tx, "SELECT pg_backend_pid ()", NULL, error);
      g_autofree char *sql = g_strdup_printf ("SELECT pg_terminate_backend (%d, 10000)",
                                              (int) mns_rows_get_int (rows, 0, 0));

      mns_test_pg_script (sql);
      return mns_transaction_count (tx, "DELETE FROM mail", NULL, error) >= 0;
    }
  if (script->disguise)
    {
      g_assert_cmpint (mns_transaction_count (
                           tx, "DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40001'; END $$", NULL, NULL),
                       ==,
                       -1);
      g_set_error_literal (error, MNS_ERROR, MNS_ERROR_INVALID, "something else");
      return FALSE;
    }
  g_set_error_literal (error, MNS_ERROR, script->code, "as the test says");
  return FALSE;
}

static const struct
{
  const char *what;
  Script script;
  guint calls;
  int code; /* -1: it works */
} plays[] = {
  { "at once", { .n_failures = 0 }, 1, -1 },
  { "busy twice", { .n_failures = 2, .code = MNS_ERROR_BUSY }, 3, -1 },
  { "busy for ever", { .n_failures = 99, .code = MNS_ERROR_BUSY }, 10, MNS_ERROR_BUSY },
  { "refused", { .n_failures = 99, .code = MNS_ERROR_INVALID }, 1, MNS_ERROR_INVALID },
  { "connection lost", { .n_failures = 1, .hang_up = TRUE }, 2, -1 },
  { "connection lost again", { .n_failures = 9, .hang_up = TRUE }, 2, MNS_ERROR_OFFLINE },
  { "a race in disguise", { .n_failures = 1, .disguise = TRUE }, 2, -1 },
};

static void
test_plays (Fixture *fixture, gconstpointer data)
{
  g_autofree char *conninfo = mns_test_pg_conninfo (MNS_CLUSTER_APPLICATION);
  g_autoptr (MnsPool) pool = mns_pool_new (conninfo, 1);

  for (guint i = 0; i < G_N_ELEMENTS (plays); i++)
    {
      Script script = plays[i].script;
      g_autoptr (GError) error = NULL;
      gboolean done;

      g_test_message ("%s", plays[i].what);
      mns_test_pg_script ("DELETE FROM worker");
      done = mns_pool_run_write (pool, play, &script, &error);
      g_assert_cmpuint (script.n_calls, ==, plays[i].calls);
      g_assert_cmpint (done, ==, plays[i].code < 0);
      if (plays[i].code >= 0)
        g_assert_error (error, MNS_ERROR, plays[i].code);
      g_assert_cmpint (ask (fixture->store, "SELECT count (*) FROM worker"), ==, done);
    }
}

#define add(path, func) g_test_add ("/pg-store/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("stream", test_stream); /* first: memory is measured by its highest mark */
  add ("late", test_late);
  add ("asked", test_asked);
  add ("asked-in-vain", test_asked_in_vain);
  add ("released-later", test_released_later);
  add ("many", test_many);
  add ("refusals", test_refusals);
  add ("arguments", test_arguments);
  add ("many-texts", test_many_texts);
  add ("hang-up", test_hang_up);
  g_test_add_func ("/pg-store/no-server", test_no_server);
  add ("stream-stopped", test_stream_stopped);
  add ("lines", test_lines);
  add ("match-names", test_match_names);
  add ("races", test_races);
  add ("nested", test_nested);
  add ("plays", test_plays);
  return g_test_run ();
}
