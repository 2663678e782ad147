/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What a device does by itself, on small and on large replicas side by side, so that what disturbs
 * the machine disturbs both: commands with their commit, views, and the rebase.
 */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "sync/client/schema.h"
#include "sync/store/sqlite-store.h"
#include "sync/views/view.h"
#include "tests/bench/big-lab.h"
#include "tests/mns-test.h"

#define SMALL 10000
#define LARGE 1000000
#define N_QUEUED 960
#define ONE_ROUNDS 300
#define PLACE_ROUNDS 40
#define VIEW_ROUNDS 15
#define US 1000.0 /* a millisecond */

typedef struct
{
  MnsReplica *replica;
  guint n_samples;
  char *run;
  char *container;
  GPtrArray *outputs;
  GArray *ms;
} Lab;

static char *root;
static char *queued_artifacts; /* "…","…" */
static char *step;             /* the first step's id */

static JsonObject *parse (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* JSON in which ' stands for ". */
static JsonObject *
parse (const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_strdelimit (text, "'", '"');
  node = json_from_string (text, &error);
  if (node == NULL)
    g_error ("%s in %s", error->message, text);
  return json_object_ref (json_node_get_object (node));
}

/* A command as the workspace does it, to the end of its commit. */
static MnsResult *
do_command (Lab *lab, const char *name, JsonObject *args)
{
  g_autoptr (JsonObject) owned = args;
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  g_autoptr (MnsCommand) command =
      mns_replica_new_command (lab->replica, name, args, NULL, NULL, &error);
  MnsResult *result = mns_replica_do (lab->replica, command, NULL, &error);
  double ms = (double) (g_get_monotonic_time () - start) / US;

  g_assert_no_error (error);
  if (result->outcome != MNS_OUTCOME_OK)
    {
      g_autofree char *why = mns_result_to_sentence (result);

      g_error ("%s: %s", name, why);
    }
  g_array_append_val (lab->ms, ms);
  return result;
}

static void
lab_open (Lab *lab, const char *world_path, MnsWorld *world, guint n_samples)
{
  g_autofree char *dir = g_strdup_printf ("%s/device-%u", root, n_samples);

  mns_big_lab_make (dir, world_path, world, n_samples);
  lab->replica = mns_big_lab_open (dir);
  lab->n_samples = n_samples;
  lab->ms = g_array_new (FALSE, FALSE, sizeof (double));
  lab->outputs = g_ptr_array_new_with_free_func (g_free);
}

static void
lab_close (Lab *lab)
{
  mns_replica_free (lab->replica);
  g_free (lab->run);
  g_free (lab->container);
  g_ptr_array_unref (lab->outputs);
  g_array_unref (lab->ms);
}

static void
print_size (const char *what, const char *unit, double ratio, double bar, const Lab *lab)
{
  g_autofree char *name = g_strdup_printf ("local: %s of %u, %s", what, lab->n_samples, unit);

  mns_bench_print (name, "budget", ratio, bar, FALSE);
}

/* ---- commands ---- */

static void
set_one (Lab *lab, GRand *rand)
{
  MnsId id;
  char text[MNS_ID_TEXT_SIZE];
  guint n = (guint) g_rand_int_range (rand, 0, (gint32) lab->n_samples);

  mns_big_lab_id (&id, MNS_BIG_LAB_SAMPLE, n);
  mns_id_print (&id, text);
  mns_result_free (do_command (
      lab,
      "sample.set@1",
      parse ("{'cells': [{'sample': '%s', 'field': 'Volume', 'value': %u}]}", text, n % 900)));
}

static void
begin (Lab *lab)
{
  g_auto (GStrv) ids = g_strsplit (queued_artifacts, ",", -1);
  g_autoptr (GString) list = g_string_new (NULL);
  MnsResult *result;
  JsonObject *made;
  JsonArray *outputs;

  for (guint i = 0; i < 96; i++)
    g_string_append_printf (list, "%s{'artifact': %s}", i > 0 ? "," : "", ids[i]);
  result =
      do_command (lab, "step.begin@1", parse ("{'step': '%s', 'inputs': [%s]}", step, list->str));
  made = json_node_get_object (result->result);
  lab->run = g_strdup (json_object_get_string_member (made, "run"));
  lab->container = g_strdup (
      json_array_get_string_element (json_object_get_array_member (made, "containers"), 0));
  outputs = json_object_get_array_member (made, "outputs");
  for (guint i = 0; i < json_array_get_length (outputs); i++)
    {
      JsonNode *node = json_array_get_element (outputs, i);
      const char *id = JSON_NODE_HOLDS_OBJECT (node)
                           ? json_object_get_string_member (json_node_get_object (node), "artifact")
                           : json_node_get_string (node);

      g_ptr_array_add (lab->outputs, g_strdup (id));
    }
  g_assert_cmpuint (lab->outputs->len, ==, 96);
  mns_result_free (result);
}

/* All 96 into the plate, one well on from where they were. */
static void
place (Lab *lab, guint round)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < 96; i++)
    {
      guint well = (i + round) % 96;

      g_string_append_printf (list,
                              "%s{'artifact': '%s', 'container': '%s', 'well': '%c:%u'}",
                              i > 0 ? "," : "",
                              (char *) g_ptr_array_index (lab->outputs, i),
                              lab->container,
                              'A' + well % 8,
                              well / 8 + 1);
    }
  mns_result_free (do_command (
      lab, "step.place@1", parse ("{'run': '%s', 'places': [%s]}", lab->run, list->str)));
}

static void
measure_commands (Lab *labs)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  double median[2];

  for (guint i = 0; i < ONE_ROUNDS; i++)
    for (guint k = 0; k < 2; k++)
      set_one (&labs[k], rand);
  for (guint k = 0; k < 2; k++)
    {
      print_size ("a command of one sample",
                  "p95 to 10 ms",
                  mns_bench_quantile (labs[k].ms, 0.95) / 10,
                  1,
                  &labs[k]);
      median[k] = mns_bench_quantile (labs[k].ms, 0.5);
      g_printerr ("# a command of one sample of %u: median %.2f ms, p95 %.2f ms\n",
                  labs[k].n_samples,
                  median[k],
                  mns_bench_quantile (labs[k].ms, 0.95));
      g_array_set_size (labs[k].ms, 0);
      begin (&labs[k]);
      g_printerr ("# begin of 96 in %u: %.1f ms\n",
                  labs[k].n_samples,
                  g_array_index (labs[k].ms, double, 0));
      g_array_set_size (labs[k].ms, 0);
    }
  mns_bench_print ("local: a command of one sample, median at 1000000 to 10000",
                   "limit",
                   median[1] / median[0],
                   1.3,
                   FALSE);
  for (guint i = 0; i < PLACE_ROUNDS; i++)
    for (guint k = 0; k < 2; k++)
      place (&labs[k], i);
  for (guint k = 0; k < 2; k++)
    {
      print_size (
          "place 96", "p95 to 30 ms", mns_bench_quantile (labs[k].ms, 0.95) / 30, 1, &labs[k]);
      median[k] = mns_bench_quantile (labs[k].ms, 0.5);
      g_array_set_size (labs[k].ms, 0);
    }
  mns_bench_print (
      "local: place 96, median at 1000000 to 10000", "limit", median[1] / median[0], 1.3, FALSE);
}

/* ---- views ---- */

static const struct
{
  const char *view;
  const char *args; /* %s: the step */
} views[] = {
  { "lab", "{}" },
  { "my_runs", "{}" },
  { "recent", "{}" },
  { "projects", "{'limit': 100}" },
  { "queue", "{'step': '%s', 'limit': 100}" },
  { "queue_ids", "{'step': '%s'}" },
  { "search", "{'text': 'Mouse-99'}" },
};

static void
view_once (Lab *lab, guint i)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup (views[i].args);
  g_autoptr (JsonObject) args = NULL;
  g_autoptr (MnsTransaction) tx = NULL;
  g_autoptr (MnsViewResult) result = NULL;
  MnsLook look = { .person = lab->replica->state.person, .now = g_get_real_time () };
  gint64 start;
  double ms;

  if (strstr (text, "%s") != NULL)
    {
      g_auto (GStrv) halves = g_strsplit (views[i].args, "%s", 2);

      g_free (text);
      text = g_strconcat (halves[0], step, halves[1], NULL);
    }
  args = parse ("%s", text);
  start = g_get_monotonic_time ();
  tx = mns_store_begin (lab->replica->store, MNS_ACCESS_READ, &error);
  look.transaction = tx;
  result = mns_view_run (&look, views[i].view, args, &error);
  ms = (double) (g_get_monotonic_time () - start) / US;
  if (result == NULL)
    g_error ("%s: %s", views[i].view, error->message);
  g_array_append_val (lab->ms, ms);
}

static void
measure_views (Lab *labs)
{
  for (guint i = 0; i < G_N_ELEMENTS (views); i++)
    {
      g_autofree char *name =
          g_strdup_printf ("local: view %s of %u, p95 to 100 ms", views[i].view, LARGE);

      for (guint round = 0; round < VIEW_ROUNDS; round++)
        view_once (&labs[1], i);
      mns_bench_print (name, "budget", mns_bench_quantile (labs[1].ms, 0.95) / 100, 1, FALSE);
      g_array_set_size (labs[1].ms, 0);
    }
}

/* ---- rebase ---- */

static void
end (Lab *lab, MnsTransaction *tx, gboolean done, const GError *error)
{
  g_autoptr (GError) local = NULL;

  if (!done)
    g_error ("%s", error->message);
  if (!mns_replica_commit (lab->replica, tx, &local))
    g_error ("%s", local->message);
}

static GPtrArray *
read_commands (MnsTransaction *tx)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsRows) rows = mns_transaction_query (
      tx, "SELECT body FROM outbox WHERE state < 2 ORDER BY n", NULL, &error);
  GPtrArray *commands = g_ptr_array_new_with_free_func ((GDestroyNotify) mns_command_free);

  g_assert_no_error (error);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      g_autoptr (JsonNode) node = json_from_string (mns_rows_get_text (rows, i, 0), &error);

      g_ptr_array_add (commands, mns_command_from_json (node, &error));
    }
  return commands;
}

/* The undecided commands' rules alone, in one transaction and its commit read from
 * the outbox: no images, no savepoints.
 */
static double
run_once (Lab *lab, guint n)
{
  g_autoptr (GError) error = NULL;
  MnsTransaction *tx = mns_replica_begin (lab->replica, &error);
  g_autoptr (GPtrArray) commands = NULL;
  gint64 start;
  double ms;

  end (lab, tx, mns_replica_restore_images (lab->replica, tx, &error), error);
  start = g_get_monotonic_time ();
  tx = mns_replica_begin (lab->replica, &error);
  commands = read_commands (tx);
  g_assert_cmpuint (commands->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      MnsLab look = { .transaction = tx,
                      .person = lab->replica->state.person,
                      .recorded_at = g_get_real_time (),
                      .client = lab->replica->state.client };
      g_autoptr (MnsResult) result = mns_lab_run (&look, g_ptr_array_index (commands, i), &error);

      g_assert_cmpint (result->outcome, ==, MNS_OUTCOME_OK);
    }
  end (lab, tx, TRUE, error);
  ms = (double) (g_get_monotonic_time () - start) / US;
  /* and again with images, for the rebase to put back */
  tx = mns_replica_begin (lab->replica, &error);
  end (lab, tx, mns_replica_replay (lab->replica, tx, &error), error);
  return ms;
}

/* What a pull does to them: images back, rules again, commit. */
static double
rebase (Lab *lab)
{
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  MnsTransaction *tx = mns_replica_begin (lab->replica, &error);
  gboolean done = mns_replica_restore_images (lab->replica, tx, &error) &&
                  mns_replica_replay (lab->replica, tx, &error);

  end (lab, tx, done, error);
  return (double) (g_get_monotonic_time () - start) / US;
}

static void
measure_rebase (const char *world_path, MnsWorld *world)
{
  static const guint sizes[] = { 10, 100, 1000, 10000 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  Lab lab = { 0 };
  guint n = 0;

  lab_open (&lab, world_path, world, 50000);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      guint rounds = sizes[i] < 1000 ? 15 : 3;
      g_autoptr (GArray) once = g_array_new (FALSE, FALSE, sizeof (double));
      g_autoptr (GArray) again = g_array_new (FALSE, FALSE, sizeof (double));
      g_autofree char *name =
          g_strdup_printf ("rebase of %u commands, running them once", sizes[i]);

      for (; n < sizes[i]; n++)
        set_one (&lab, rand);
      for (guint round = 0; round < rounds; round++)
        {
          double a = run_once (&lab, n);
          double b = rebase (&lab);

          g_array_append_val (once, a);
          g_array_append_val (again, b);
        }
      g_printerr ("# rebase of %u: %.1f ms, once %.1f ms\n",
                  n,
                  mns_bench_quantile (again, 0.5),
                  mns_bench_quantile (once, 0.5));
      mns_bench_print (name,
                       "limit",
                       mns_bench_quantile (again, 0.5) / mns_bench_quantile (once, 0.5),
                       4,
                       FALSE);
    }
  lab_close (&lab);
}

/* ---- the floor of a first sync ---- */

static void
check (sqlite3 *db, int rc)
{
  if (rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE)
    g_error ("%s", sqlite3_errmsg (db));
}

static gint64
copy_rows (sqlite3 *from, sqlite3 *to, const MnsEntity *entity)
{
  g_autofree char *columns = mns_entity_column_list (entity, NULL);
  g_autofree char *select = g_strdup_printf ("SELECT %s FROM %s", columns, entity->table);
  g_autoptr (GString) insert = g_string_new (NULL);
  sqlite3_stmt *rows = NULL;
  sqlite3_stmt *put = NULL;
  gint64 n = 0;
  int n_columns;

  check (from, sqlite3_prepare_v2 (from, select, -1, &rows, NULL));
  n_columns = sqlite3_column_count (rows);
  g_string_printf (insert, "INSERT INTO %s (%s) VALUES (?", entity->table, columns);
  for (int i = 1; i < n_columns; i++)
    g_string_append (insert, ", ?");
  g_string_append (insert, ")");
  check (to, sqlite3_prepare_v2 (to, insert->str, -1, &put, NULL));
  for (; sqlite3_step (rows) == SQLITE_ROW; n++)
    {
      for (int i = 0; i < n_columns; i++)
        sqlite3_bind_value (put, i + 1, sqlite3_column_value (rows, i));
      check (to, sqlite3_step (put));
      sqlite3_reset (put);
    }
  sqlite3_finalize (rows);
  sqlite3_finalize (put);
  return n;
}

/* Prints the seconds that SQLite alone needs for the rows and indexes of the file, and the rows. */
static void
insert_barely (const char *source, const char *target)
{
  g_autoptr (GError) error = NULL;
  MnsStore *from = mns_sqlite_open (source, MNS_SQLITE_READ_ONLY, &error);
  MnsStore *to = mns_sqlite_open (target, MNS_SQLITE_BULK, &error);
  gint64 start = g_get_monotonic_time ();
  gint64 n_rows = 0;
  guint n = 0;
  const MnsEntity *const *entities = mns_entities_get_all (&n);

  g_assert_no_error (error);
  g_assert_true (mns_sqlite_run_script (to, "BEGIN", NULL));
  g_assert_true (mns_schema_create_tables (to, NULL));
  for (guint i = 0; i < n; i++)
    n_rows += copy_rows (mns_sqlite_get_handle (from), mns_sqlite_get_handle (to), entities[i]);
  g_assert_true (mns_schema_create_rest (to, NULL));
  g_assert_true (mns_sqlite_run_script (to, "COMMIT", NULL));
  printf ("%.3f %" G_GINT64_FORMAT "\n",
          (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC,
          n_rows);
  mns_store_free (from);
  mns_store_free (to);
}

int
main (int argc, char **argv)
{
  gboolean only_rebase = argc > 1 && g_str_equal (argv[1], "rebase");
  g_autofree char *world_path = NULL;
  g_autofree char *project = NULL;
  MnsWorld *world;
  gint64 start = g_get_monotonic_time ();

  if (argc == 4 && g_str_equal (argv[1], "grow"))
    {
      mns_big_lab_make (argv[2], NULL, NULL, (guint) g_ascii_strtoull (argv[3], NULL, 10));
      return 0;
    }
  if (argc == 4 && g_str_equal (argv[1], "bare"))
    {
      insert_barely (argv[2], argv[3]);
      return 0;
    }
  root = mns_test_make_tmp_dir ();
  world_path = g_build_filename (root, "world.db", NULL);
  world = mns_big_lab_new_world (world_path, N_QUEUED);
  project = mns_world_ask (world, "SELECT id FROM project WHERE name = $text", "Bench");
  queued_artifacts = mns_world_artifacts (world, project, 0, N_QUEUED);
  step = mns_world_ask (world, "SELECT id FROM step WHERE name = $text", "Fragment DNA");
  if (argc == 4 && g_str_equal (argv[1], "make"))
    mns_big_lab_make (argv[2], world_path, world, (guint) g_ascii_strtoull (argv[3], NULL, 10));
  else if (only_rebase)
    measure_rebase (world_path, world);
  else
    {
      Lab labs[2] = { 0 };

      lab_open (&labs[0], world_path, world, SMALL);
      lab_open (&labs[1], world_path, world, LARGE);
      g_printerr ("# made in %.1f s\n",
                  (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC);
      measure_commands (labs);
      measure_views (labs);
      lab_close (&labs[0]);
      lab_close (&labs[1]);
    }
  mns_world_free (world);
  mns_test_remove_tree (root);
  g_free (root);
  g_free (queued_artifacts);
  g_free (step);
  return 0;
}
