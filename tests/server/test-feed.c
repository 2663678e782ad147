/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The change feed against its meaning: a device that pulls from cursor to cursor holds, after each
 * pull, what a device that begins anew gets. Random work on the tables that have scopes, then many
 * writers at once.
 */

#include "config.h"

#include <string.h>

#include "server/store/feed.h"
#include "server/store/pool.h"
#include "sync/model/error.h"
#include "tests/server/feed-device.h"
#include "tests/server/pg-fixture.h"
#include "tests/server/pg-rows-maker.h"

#define N_OUTER 4
#define SMALL 6 /* ids of a kind */

static char *database;
static char *application;
static MnsStore *store;
static MnsStore *reading;

static MnsTransaction *
begin_reading (void)
{
  g_autoptr (GError) error = NULL;
  MnsTransaction *tx = mns_store_begin (reading, MNS_ACCESS_READ, &error);

  g_assert_no_error (error);
  return tx;
}

/* ---- random work ---- */

static MnsId
outer_scope (guint n)
{
  return mns_test_id (0x0c, n % N_OUTER);
}

static MnsId
inner_scope (guint n)
{
  return mns_test_id (0x10 + n % 2, n / 2 % SMALL); /* 0x10 containers, 0x11 runs */
}

static MnsId
any_scope (GRand *rand)
{
  guint n = g_rand_int (rand);

  return g_rand_int_range (rand, 0, 3) > 0 ? outer_scope (n) : inner_scope (n);
}

/* The tables that the work is on, and from which ids their rows take their first key column. */
static const struct
{
  const char *table;
  guint ids;
} subjects[] = {
  { "project", 0x0c },        { "sample", 0x20 },      { "artifact", 0x21 },
  { "content", 0x21 },        { "stage_entry", 0x21 }, { "artifact_state", 0x21 },
  { "container", 0x10 },      { "placement", 0x10 },   { "step_run", 0x11 },
  { "step_input", 0x11 },     { "file", 0x22 },        { "scope_member", 0x10 },
  { "scope_member", 0x11 },   { "account", 0x23 },     { "person_role", 0x0d },
  { "person_setting", 0x0d }, { "conflict", 0x24 },
};

static void
run (MnsTransaction *tx, const char *sql, const MnsId *id, const MnsId *scope, int n)
{
  g_autoptr (GError) error = NULL;

  mns_transaction_run (
      tx,
      sql,
      MNS_ARGS (MNS_ARG_ID ("id", id), MNS_ARG_ID ("scope", scope), MNS_ARG_INT ("n", n)),
      &error);
  g_assert_no_error (error);
}

/* Puts a row in; where it is there already nothing happens. */
static void
put_row (MnsTransaction *tx, const MnsEntity *entity, const MnsId *id, guint n, const MnsId *scope)
{
  g_autoptr (GError) error = NULL;

  mns_transaction_savepoint (tx, "i", &error);
  mns_test_insert_row (tx, entity, id, n, scope);
  if (!mns_transaction_release (tx, "i", &error))
    g_assert_true (mns_transaction_rollback_to (tx, "i", NULL));
}

/* Children are there only with their parent: the references that this database lacks see to it. */
static void
delete_rows (MnsTransaction *tx, const MnsEntity *entity, const MnsId *id, const MnsId *scope)
{
  guint n;
  const MnsEntity *const *entities = mns_entities_get_all (&n);
  g_autofree char *sql = g_strdup_printf ("DELETE FROM %s WHERE %s = $id%s",
                                          entity->table,
                                          entity->key[0],
                                          scope != NULL ? " AND scope_id = $scope" : "");

  for (guint i = 0; i < n; i++)
    if (g_strcmp0 (entities[i]->parent, entity->table) == 0)
      delete_rows (tx, entities[i], id, NULL);
  run (tx, sql, id, scope, 0);
}

static void
work_once (MnsTransaction *tx, GRand *rand)
{
  guint s = (guint) g_rand_int_range (rand, 0, G_N_ELEMENTS (subjects));
  const MnsEntity *entity = mns_entity_find (subjects[s].table);
  gboolean is_member = g_str_equal (entity->table, "scope_member");
  MnsId id =
      mns_test_id (subjects[s].ids,
                   (guint) g_rand_int_range (rand, 0, subjects[s].ids == 0x0c ? N_OUTER : SMALL));
  MnsId scope = is_member ? outer_scope (g_rand_int (rand)) : any_scope (rand);
  g_autofree char *sql = NULL;

  if (entity->scope == MNS_SCOPE_USER)
    scope = mns_test_id (0x0d, g_rand_int_range (rand, 0, 2));
  switch (g_rand_int_range (rand, 0, 4))
    {
    case 0:
    case 1:
      if (entity->parent != NULL)
        put_row (tx, mns_entity_find (entity->parent), &id, 0, &scope);
      put_row (tx, entity, &id, (guint) g_rand_int_range (rand, 0, 3), &scope);
      break;
    case 2:
      delete_rows (tx, entity, &id, is_member ? &scope : NULL);
      break;
    default:
      if (entity->scope != MNS_SCOPE_COLUMN || is_member)
        break;
      sql = g_strdup_printf ("UPDATE %s SET scope_id = $scope WHERE id = $id", entity->table);
      run (tx, sql, &id, &scope, 0);
    }
}

static guint
choose_outer (GRand *rand, MnsId *outer)
{
  guint n = 0;

  outer[n++] = MNS_ID_CONFIGURATION;
  outer[n++] = mns_test_id (0x0d, 0);
  for (guint i = 0; i < N_OUTER; i++)
    if (g_rand_boolean (rand))
      outer[n++] = outer_scope (i);
  return n;
}

static void
test_random (gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (GPOINTER_TO_UINT (data));
  g_auto (MnsTestDevice) device;
  MnsId outer[N_OUTER + 2];
  guint n_outer = choose_outer (rand, outer);
  guint most = 0;

  mns_test_pg_reset_of (database);
  mns_test_device_init (&device, reading);
  mns_test_device_pull (&device, outer, n_outer);
  for (guint round = 0; round < 40; round++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MnsTransaction) tx = mns_store_begin (store, MNS_ACCESS_WRITE, &error);
      int n = g_rand_int_range (rand, 1, 12);

      for (int i = 0; i < n; i++)
        work_once (tx, rand);
      mns_transaction_commit (tx, &error);
      g_assert_no_error (error);
      if (g_rand_int_range (rand, 0, 5) == 0)
        n_outer = choose_outer (rand, outer);
      mns_test_device_pull (&device, outer, n_outer);
      most = MAX (most, mns_test_device_assert_complete (&device));
    }
  g_assert_cmpuint (most, >, 10); /* else nothing was compared */
}

/* ---- what a cursor may not miss ---- */

static gint64
highest_line (void)
{
  g_autoptr (MnsTransaction) tx = begin_reading ();
  g_autoptr (MnsRows) rows =
      mns_transaction_query (tx, "SELECT COALESCE (max (id), 0) FROM change_log", NULL, NULL);

  return mns_rows_get_int (rows, 0, 0);
}

static guint
lines_after (gint64 id)
{
  g_autoptr (MnsTransaction) tx = begin_reading ();
  g_autoptr (MnsRows) rows = mns_transaction_query (
      tx, "SELECT id FROM change_log WHERE id > $id", MNS_ARGS (MNS_ARG_INT ("id", id)), NULL);

  return mns_rows_get_n_rows (rows);
}

/* Sends what is queued and makes sure that the transaction has an id. */
static void
settle (MnsTransaction *tx)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsRows) rows =
      mns_transaction_query (tx, "SELECT pg_current_xact_id ()", NULL, &error);

  g_assert_no_error (error);
}

/* Two writers, of which the first to write is the last to commit. The feed tells both; a number as
 * cursor, the mutant, loses the first.
 */
static void
test_late_commit (void)
{
  const MnsEntity *project = mns_entity_find ("project");
  g_autoptr (MnsStore) other = mns_pg_store_open (application, NULL);
  MnsId early = mns_test_id (0x0c, 100);
  MnsId late = mns_test_id (0x0c, 101);
  const MnsId outer[] = { early, late };
  g_auto (MnsTestDevice) device;
  g_autoptr (MnsTransaction) first = NULL;
  g_autoptr (MnsTransaction) second = NULL;
  g_autoptr (GError) error = NULL;
  gint64 mutant;

  mns_test_device_init (&device, reading);
  mns_test_device_pull (&device, outer, 2);
  first = mns_store_begin (store, MNS_ACCESS_WRITE, NULL);
  mns_test_insert_row (first, project, &early, 1, NULL);
  settle (first); /* sent, not committed */
  second = mns_store_begin (other, MNS_ACCESS_WRITE, NULL);
  mns_test_insert_row (second, project, &late, 2, NULL);
  g_assert_true (mns_transaction_commit (second, &error));

  mutant = highest_line ();
  mns_test_device_pull (&device, outer, 2);
  g_assert_cmpuint (device.n_rows, ==, 1);
  g_assert_true (mns_transaction_commit (first, &error));
  g_assert_no_error (error);

  mns_test_device_pull (&device, outer, 2);
  g_assert_cmpuint (device.n_rows, ==, 1);
  g_assert_cmpuint (mns_test_device_assert_complete (&device), ==, 2);
  g_assert_cmpuint (lines_after (mutant), ==, 0); /* the mutant misses it for ever */
}

typedef struct
{
  guint seed;
  gint *running; /* atomic */
  MnsPool *pool;
} Writer;

typedef struct
{
  GRand *rand;
  gboolean give_up;
} Job;

static gboolean
write_some (MnsTransaction *tx, gpointer data, GError **error)
{
  Job *job = data;

  for (int i = g_rand_int_range (job->rand, 1, 4); i > 0; i--)
    {
      const MnsEntity *entity = mns_entity_find (g_rand_boolean (job->rand) ? "sample" : "note");
      MnsId id = mns_test_id (0x30 + g_rand_int_range (job->rand, 0, 40), g_rand_int (job->rand));
      MnsId scope = outer_scope (g_rand_int (job->rand));

      if (!mns_transaction_savepoint (tx, "s", error))
        return FALSE;
      mns_test_insert_row (tx, entity, &id, 1, &scope);
      if (g_rand_int_range (job->rand, 0, 10) == 0 && !mns_transaction_rollback_to (tx, "s", error))
        return FALSE;
      if (!mns_transaction_release (tx, "s", error))
        return FALSE;
    }
  if (job->give_up)
    g_set_error_literal (error, MNS_ERROR, MNS_ERROR_CONFLICT, "undone on purpose");
  return !job->give_up;
}

static gpointer
write_in_thread (gpointer data)
{
  Writer *writer = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (writer->seed);

  for (guint i = 0; i < 120; i++)
    {
      Job job = { rand, g_rand_int_range (rand, 0, 20) == 0 };
      g_autoptr (GError) error = NULL;
      gboolean done = mns_pool_run_write (writer->pool, write_some, &job, &error);

      if (!job.give_up)
        g_assert_no_error (error);
      g_assert_cmpint (done, ==, !job.give_up);
    }
  g_atomic_int_add (writer->running, -1);
  return NULL;
}

/* Eight writers; beside them one that holds a transaction of another database open and one here, of
 * which the horizon of running transactions would stand still.
 */
static void
test_writers (void)
{
  g_autoptr (MnsPool) pool = mns_pool_new (application, 8);
  g_autofree char *foreign_database = mns_test_pg_conninfo (MNS_CLUSTER_ADMIN);
  g_autoptr (MnsStore) foreign = mns_pg_store_open (foreign_database, NULL);
  g_autoptr (MnsStore) idle = mns_pg_store_open (application, NULL);
  g_autoptr (MnsTransaction) foreign_tx = mns_store_begin (foreign, MNS_ACCESS_WRITE, NULL);
  g_autoptr (MnsTransaction) idle_tx = mns_store_begin (idle, MNS_ACCESS_WRITE, NULL);
  MnsId outer[N_OUTER];
  Writer writers[8];
  GThread *threads[8];
  gint running = G_N_ELEMENTS (threads);
  g_auto (MnsTestDevice) device;
  guint n_pulls = 0;
  guint n_useful = 0;

  for (guint i = 0; i < N_OUTER; i++)
    outer[i] = outer_scope (i);
  settle (foreign_tx);
  settle (idle_tx);
  mns_test_device_init (&device, reading);
  mns_test_device_pull (&device, outer, N_OUTER);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      writers[i] = (Writer){ 1000 + i, &running, pool };
      threads[i] = g_thread_new ("writer", write_in_thread, &writers[i]);
    }
  while (g_atomic_int_get (&running) > 0)
    {
      mns_test_device_pull (&device, outer, N_OUTER);
      n_pulls++;
      n_useful += device.n_rows > 0;
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  mns_test_device_pull (&device, outer, N_OUTER);
  g_assert_cmpuint (mns_test_device_assert_complete (&device), >, 1000);
  g_test_message ("%u pulls, %u with rows", n_pulls, n_useful);
  g_assert_cmpuint (n_useful, >, 5); /* it did not stand still behind the idle ones */
}

/* ---- cursors that cannot be continued ---- */

static void
test_cursors (void)
{
  static const struct
  {
    const char *what;
    const char *cursor; /* with {e}poch, {t}imeline, {s}napshot of a good one */
    int code;
  } cases[] = {
    { "another epoch", "00000000-0000-7000-8000-00000000ffff.{t}.{s}", MNS_ERROR_CORRUPT },
    { "another timeline", "{e}.000000FF.{s}", MNS_ERROR_CORRUPT },
    { "from the future", "{e}.{t}.900000000:900000000:", MNS_ERROR_CORRUPT },
    { "empty", "", MNS_ERROR_INVALID },
    { "two parts", "{e}.{t}", MNS_ERROR_INVALID },
    { "four parts", "{e}.{t}.{s}.x", MNS_ERROR_INVALID },
    { "no epoch", "x.{t}.{s}", MNS_ERROR_INVALID },
    { "an injection", "{e}.{t}.1:1:'; DROP TABLE sample", MNS_ERROR_INVALID },
    { "bounds the wrong way", "{e}.{t}.10:9:", MNS_ERROR_INVALID },
    { "running beyond the bounds", "{e}.{t}.10:12:12", MNS_ERROR_INVALID },
    { "running not in order", "{e}.{t}.10:20:13,12", MNS_ERROR_INVALID },
    { "a comma too many", "{e}.{t}.10:20:13,", MNS_ERROR_INVALID },
    { "zero", "{e}.{t}.0:0:", MNS_ERROR_INVALID },
  };
  MnsId outer = outer_scope (0);
  g_auto (MnsTestDevice) device;
  g_auto (GStrv) parts = NULL;

  mns_test_device_init (&device, reading);
  mns_test_device_pull (&device, &outer, 1);
  parts = g_strsplit (device.cursor, ".", 3);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MnsTransaction) tx = begin_reading ();
      g_autoptr (GError) error = NULL;
      g_autoptr (GString) text = g_string_new (cases[i].cursor);

      g_string_replace (text, "{e}", parts[0], 0);
      g_string_replace (text, "{t}", parts[1], 0);
      g_string_replace (text, "{s}", parts[2], 0);
      g_test_message ("%s: %s", cases[i].what, text->str);
      g_assert_null (mns_feed_read (tx, text->str, &outer, 1, &outer, 1, &error));
      g_assert_error (error, MNS_ERROR, cases[i].code);
    }
}

/* After a restore nobody goes on from an old cursor, and the old lines confuse no new one. */
static void
test_epoch (void)
{
  g_autofree char *restored = mns_test_pg_new_database ();
  g_autofree char *owner = mns_test_pg_conninfo_of (MNS_CLUSTER_OWNER, restored);
  g_autoptr (MnsStore) own = mns_pg_store_open (owner, NULL);
  g_autoptr (MnsTransaction) tx = mns_store_begin (own, MNS_ACCESS_WRITE, NULL);
  g_autoptr (MnsFeed) feed = NULL;
  g_autoptr (MnsRows) rows = NULL;
  g_autoptr (GError) error = NULL;
  MnsId id = mns_test_id (9, 9);

  mns_test_insert_row (tx, mns_entity_find ("scope_member"), &id, 1, &id);
  feed = mns_feed_whole (tx, &id, 1, &error);
  g_assert_no_error (error);
  mns_transaction_run (tx, "SELECT mns_renew_epoch ()", NULL, &error);
  rows = mns_transaction_query (
      tx,
      "SELECT (SELECT count (*) FROM change_log), (SELECT count (*) FROM change_history)",
      NULL,
      &error);
  g_assert_no_error (error);
  g_assert_cmpint (mns_rows_get_int (rows, 0, 0), ==, 0);
  g_assert_cmpint (mns_rows_get_int (rows, 0, 1), ==, 1);
  g_assert_null (mns_feed_read (tx, mns_feed_get_cursor (feed), &id, 1, &id, 1, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_CORRUPT);
}

/* The poke's question: the scopes that changed, and the outer ones that see them. */
static void
test_scopes (void)
{
  MnsId container = mns_test_id (0x10, 500);
  MnsId outer = outer_scope (2);
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsTransaction) tx = mns_store_begin (store, MNS_ACCESS_WRITE, NULL);
  g_autoptr (GArray) none = NULL;
  g_autoptr (GArray) scopes = NULL;
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;

  mns_test_insert_row (tx, mns_entity_find ("scope_member"), &container, 1, &outer);
  g_assert_true (mns_transaction_commit (tx, NULL));
  g_clear_pointer (&tx, mns_transaction_free);
  {
    g_autoptr (MnsTransaction) look = begin_reading ();

    none = mns_feed_scopes (look, NULL, &from, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (none->len, ==, 0);
  }
  tx = mns_store_begin (store, MNS_ACCESS_WRITE, NULL);
  mns_test_insert_row (tx, mns_entity_find ("placement"), &container, 1, NULL);
  g_assert_true (mns_transaction_commit (tx, NULL));
  {
    g_autoptr (MnsTransaction) look = begin_reading ();

    scopes = mns_feed_scopes (look, from, &to, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (scopes->len, ==, 2);
    g_assert_true (mns_id_equal (&g_array_index (scopes, MnsId, 0), &container) ||
                   mns_id_equal (&g_array_index (scopes, MnsId, 1), &container));
    g_assert_true (mns_id_equal (&g_array_index (scopes, MnsId, 0), &outer) ||
                   mns_id_equal (&g_array_index (scopes, MnsId, 1), &outer));
  }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  database = mns_test_pg_loose_database ();
  application = mns_test_pg_conninfo_of (MNS_CLUSTER_ADMIN, database);
  store = mns_pg_store_open (application, NULL);
  reading = mns_pg_store_open (application, NULL);
  for (guint seed = 1; seed <= 10; seed++)
    {
      g_autofree char *path = g_strdup_printf ("/feed/random/%u", seed);

      g_test_add_data_func (path, GUINT_TO_POINTER (seed), test_random);
    }
  g_test_add_func ("/feed/late-commit", test_late_commit);
  g_test_add_func ("/feed/writers", test_writers);
  g_test_add_func ("/feed/cursors", test_cursors);
  g_test_add_func ("/feed/epoch", test_epoch);
  g_test_add_func ("/feed/scopes", test_scopes);
  result = g_test_run ();
  mns_store_free (store);
  mns_store_free (reading);
  g_free (application);
  g_free (database);
  return result;
}
