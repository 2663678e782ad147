/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The sync under a bad network, ending programs and every other row of sync-protocol.md section
 * 14, one seed a run; and five planted bugs that the same checks must find.
 *
 *   test-simulation [--seeds N] [--first N] [--steps N]
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/mns-test.h"
#include "tests/sync/sim.h"

#define N_WORKERS 2
#define MUTANT_SEEDS 40

static int n_seeds = 2000;
static int first_seed = 1;
static int n_steps = 50;

static guint n_warnings;
static gboolean quiet;

/* A warning of the client is a failure, but must not end a run that plants bugs. */
static GLogWriterOutput
count_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if (level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL))
    {
      n_warnings++;
      for (gsize i = 0; i < n_fields; i++)
        if (!quiet && g_str_equal (fields[i].key, "MESSAGE"))
          fprintf (stderr, "# warning: %s\n", (const char *) fields[i].value);
    }
  else if (g_getenv ("G_MESSAGES_DEBUG") != NULL)
    return g_log_writer_default (level, fields, n_fields, data);
  return G_LOG_WRITER_HANDLED;
}

typedef struct
{
  guint decided;
  guint saved;
} Totals;

static char *
run_seed (guint64 seed, const char *dir, MnsSabotage sabotage, gboolean no_dedupe, Totals *totals)
{
  Sim *sim = sim_new (seed, dir, sabotage, no_dedupe);
  char *failure;

  n_warnings = 0;
  for (int i = 0; i < n_steps && sim->failure == NULL; i++)
    sim_step (sim);
  if (sim->failure == NULL)
    sim_settle (sim);
  if (n_warnings > 0)
    sim_fail (sim, "the client warned %u times", n_warnings);
  if (totals != NULL)
    {
      totals->decided += sim_server_count_log (sim->server);
      totals->saved += sim->saved->len;
    }
  failure = g_steal_pointer (&sim->failure);
  sim_free (sim);
  return failure;
}

/* Devices after their first sync, the same for every seed. */
static void
make_templates (const char *dir)
{
  sim_free (sim_new (0, dir, MNS_SABOTAGE_NONE, FALSE));
}

/* In memory where that is to be had: a commit costs no disk there. */
static char *
make_dir (void)
{
  char *dir = g_strdup ("/dev/shm/mns-simulation.XXXXXX");

  if (g_mkdtemp (dir) != NULL)
    return dir;
  g_free (dir);
  return mns_test_make_tmp_dir ();
}

/* The seeds of one process; its count goes to @out. Returns the number of failures. */
static int
run_share (int share, int out)
{
  g_autofree char *dir = make_dir ();
  Totals totals = { 0 };
  int failures = 0;

  make_templates (dir);
  for (int i = share; i < n_seeds && failures < 5; i += N_WORKERS)
    {
      g_autofree char *failure =
          run_seed ((guint64) (first_seed + i), dir, MNS_SABOTAGE_NONE, FALSE, &totals);

      if (failure == NULL)
        continue;
      failures++;
      fprintf (stderr, "# seed %d: %s\n", first_seed + i, failure);
    }
  mns_test_remove_tree (dir);
  if (write (out, &totals, sizeof totals) != sizeof totals)
    failures++;
  return failures;
}

static void
test_seeds (void)
{
  gint64 start = g_get_monotonic_time ();
  Totals sum = { 0 };
  pid_t workers[N_WORKERS];
  int pipes[2];
  int failed = 0;

  g_assert_cmpint (pipe (pipes), ==, 0);
  for (int i = 0; i < N_WORKERS; i++)
    {
      workers[i] = fork ();
      if (workers[i] == 0)
        _exit (run_share (i, pipes[1]) > 0 ? 1 : 0);
    }
  for (int i = 0; i < N_WORKERS; i++)
    {
      Totals totals = { 0 };
      int status = 0;

      waitpid (workers[i], &status, 0);
      failed += !WIFEXITED (status) || WEXITSTATUS (status) != 0;
      if (WIFEXITED (status) && read (pipes[0], &totals, sizeof totals) == sizeof totals)
        {
          sum.decided += totals.decided;
          sum.saved += totals.saved;
        }
    }
  close (pipes[0]);
  close (pipes[1]);
  g_test_message ("%d seeds, %u saved commands, %u outcomes, %.1f s",
                  n_seeds,
                  sum.saved,
                  sum.decided,
                  (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC);
  g_assert_cmpint (failed, ==, 0);
  g_assert_cmpuint (sum.saved, >, (guint) n_seeds * 10);
}

typedef struct
{
  const char *name;
  MnsSabotage sabotage;
  gboolean no_dedupe;
} Mutant;

static const Mutant mutants[] = {
  { "no-dedupe", MNS_SABOTAGE_NONE, TRUE },
  { "dropping-on-the-push-reply", MNS_SABOTAGE_DROP_ON_REPLY, FALSE },
  { "no-compare-and-set", MNS_SABOTAGE_NO_CURSOR_CHECK, FALSE },
  { "no-restore", MNS_SABOTAGE_NO_RESTORE, FALSE },
  { "no-replay", MNS_SABOTAGE_NO_REPLAY, FALSE },
};

/* In a process of its own, for a planted bug may do anything. */
static int
find_mutant (const Mutant *mutant, int out)
{
  g_autofree char *dir = make_dir ();
  int found = 0;

  make_templates (dir);
  quiet = TRUE;
  for (int seed = 1; seed <= MUTANT_SEEDS && found == 0; seed++)
    {
      g_autofree char *failure =
          run_seed ((guint64) seed, dir, mutant->sabotage, mutant->no_dedupe, NULL);

      if (failure == NULL)
        continue;
      found = seed;
      if (write (out, failure, strlen (failure)) < 0)
        found = 0;
    }
  mns_test_remove_tree (dir);
  return found;
}

static void
test_mutant (gconstpointer data)
{
  const Mutant *mutant = data;
  char text[200] = "";
  int pipes[2];
  int status = 0;
  pid_t child;

  g_assert_cmpint (pipe (pipes), ==, 0);
  child = fork ();
  if (child == 0)
    _exit (find_mutant (mutant, pipes[1]));
  close (pipes[1]);
  waitpid (child, &status, 0);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), >, 0);
  g_assert_cmpint (WEXITSTATUS (status), <=, MUTANT_SEEDS);
  g_assert_cmpint (read (pipes[0], text, sizeof text - 1), >, 0);
  close (pipes[0]);
  g_test_message ("%s: found by seed %d: %s", mutant->name, WEXITSTATUS (status), text);
}

static const GOptionEntry options[] = {
  { "seeds", 0, 0, G_OPTION_ARG_INT, &n_seeds, "How many runs", "N" },
  { "first", 0, 0, G_OPTION_ARG_INT, &first_seed, "The first seed", "N" },
  { "steps", 0, 0, G_OPTION_ARG_INT, &n_steps, "Things that happen in a run", "N" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_test_init (&argc, &argv, NULL);
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, NULL))
    return 2;
  /* the test library would print every word of the client */
  g_log_set_default_handler (g_log_default_handler, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_writer_func (count_warnings, NULL, NULL);
  g_test_add_func ("/simulation/seeds", test_seeds);
  for (guint i = 0; i < G_N_ELEMENTS (mutants); i++)
    {
      g_autofree char *path = g_strconcat ("/simulation/mutant/", mutants[i].name, NULL);

      g_test_add_data_func (path, &mutants[i], test_mutant);
    }
  return g_test_run ();
}
