/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The sync under a bad network, ending programs and every other row of sync-protocol.md section
 * 14, one seed a run; and planted bugs that the same checks must find. A second
 * series loses the power of the devices' disks.
 *
 *   test-simulation [--seeds N] [--power-seeds N] [--first N] [--steps N]
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/mns-test.h"
#include "tests/sync/sim-power.h"
#include "tests/sync/sim.h"

#define N_WORKERS 2
#define MUTANT_SEEDS 40

static int n_seeds = 2000;
static int first_seed = 1;
static int n_steps = 50;
static int n_power_seeds = 200;

/* Devices after their first sync, the same for every seed. */
static void
make_templates (const char *dir)
{
  sim_free (sim_new (0, dir, &sim_usual));
}

typedef struct
{
  const char *name;
  int *n_seeds;
  SimOptions options;
} Series;

/* The seeds of one process; its count goes to @out. Returns the number of failures. */
static int
run_share (const Series *series, int share, int out)
{
  g_autofree char *dir = sim_make_dir ();
  SimTotals totals = { 0 };
  int failures = 0;

  if (series->options.power != SIM_POWER_STAYS)
    sim_power_install ();
  make_templates (dir);
  for (int i = share; i < *series->n_seeds && failures < 5; i += N_WORKERS)
    {
      g_autofree char *failure =
          sim_run_seed ((guint64) (first_seed + i), dir, n_steps, &series->options, &totals);

      if (failure == NULL)
        continue;
      failures++;
      fprintf (stderr, "# seed %d: %s\n", first_seed + i, failure);
    }
  mns_test_remove_tree (dir);
  g_clear_pointer (&totals.digest, g_free);
  if (write (out, &totals, sizeof totals) != sizeof totals)
    failures++;
  return failures;
}

static void
test_seeds (gconstpointer data)
{
  const Series *series = data;
  gint64 start = g_get_monotonic_time ();
  SimTotals sum = { 0 };
  pid_t workers[N_WORKERS];
  int pipes[2];
  int failed = 0;

  g_assert_cmpint (pipe (pipes), ==, 0);
  for (int i = 0; i < N_WORKERS; i++)
    {
      workers[i] = fork ();
      if (workers[i] == 0)
        _exit (run_share (series, i, pipes[1]) > 0 ? 1 : 0);
    }
  for (int i = 0; i < N_WORKERS; i++)
    {
      SimTotals totals = { 0 };
      int status = 0;

      waitpid (workers[i], &status, 0);
      failed += !WIFEXITED (status) || WEXITSTATUS (status) != 0;
      if (WIFEXITED (status) && read (pipes[0], &totals, sizeof totals) == sizeof totals)
        {
          sum.decided += totals.decided;
          sum.saved += totals.saved;
          sum.cuts += totals.cuts;
          sum.lost += totals.lost;
        }
    }
  close (pipes[0]);
  close (pipes[1]);
  g_test_message ("%d seeds, %u saved commands, %u outcomes, %u power cuts lost %u writes, %.1f s",
                  *series->n_seeds,
                  sum.saved,
                  sum.decided,
                  sum.cuts,
                  sum.lost,
                  (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC);
  g_assert_cmpint (failed, ==, 0);
  g_assert_cmpuint (sum.saved, >, (guint) *series->n_seeds * 10);
  if (series->options.power != SIM_POWER_STAYS)
    g_assert_cmpuint (sum.lost, >, (guint) *series->n_seeds);
}

typedef struct
{
  const char *name;
  SimOptions options;
} Mutant;

static const Mutant mutants[] = {
  { "no-dedupe", { .engine = &sim_sqlite_engine, .no_dedupe = TRUE } },
  { "dropping-on-the-push-reply",
    { .engine = &sim_sqlite_engine, .sabotage = MNS_SABOTAGE_DROP_ON_REPLY } },
  { "no-compare-and-set",
    { .engine = &sim_sqlite_engine, .sabotage = MNS_SABOTAGE_NO_CURSOR_CHECK } },
  { "no-restore", { .engine = &sim_sqlite_engine, .sabotage = MNS_SABOTAGE_NO_RESTORE } },
  { "no-replay", { .engine = &sim_sqlite_engine, .sabotage = MNS_SABOTAGE_NO_REPLAY } },
  { "lying-disk", { .engine = &sim_sqlite_engine, .power = SIM_POWER_GOES_LYING } },
};

static const Series all_series[] = {
  { "seeds", &n_seeds, { .engine = &sim_sqlite_engine } },
  { "power", &n_power_seeds, { .engine = &sim_sqlite_engine, .power = SIM_POWER_GOES } },
};

/* In a process of its own, for a planted bug may do anything. */
static int
find_mutant (const Mutant *mutant, int out)
{
  g_autofree char *dir = sim_make_dir ();
  int found = 0;

  if (mutant->options.power != SIM_POWER_STAYS)
    sim_power_install ();
  make_templates (dir);
  sim_count_warnings (TRUE);
  for (int seed = 1; seed <= MUTANT_SEEDS && found == 0; seed++)
    {
      g_autofree char *failure =
          sim_run_seed ((guint64) seed, dir, n_steps, &mutant->options, NULL);

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
  { "power-seeds", 0, 0, G_OPTION_ARG_INT, &n_power_seeds, "Runs whose power fails", "N" },
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
  sim_count_warnings (FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (all_series); i++)
    {
      g_autofree char *path = g_strconcat ("/simulation/", all_series[i].name, NULL);

      g_test_add_data_func (path, &all_series[i], test_seeds);
    }
  for (guint i = 0; i < G_N_ELEMENTS (mutants); i++)
    {
      g_autofree char *path = g_strconcat ("/simulation/mutant/", mutants[i].name, NULL);

      g_test_add_data_func (path, &mutants[i], test_mutant);
    }
  return g_test_run ();
}
