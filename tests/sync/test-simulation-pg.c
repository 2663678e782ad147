/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Worlds of the simulation with the server's rules on PostgreSQL. Each runs on SQLite too: both
 * must end with the same rows, which is what lets a device foresee what the server decides.
 *
 *   test-simulation-pg [--seeds N] [--first N] [--steps N]
 */

#include "config.h"

#include "tests/mns-test.h"
#include "tests/server/pg-fixture.h"
#include "tests/sync/sim.h"

static int n_seeds = 20;
static int first_seed = 1;
static int n_steps = 50;

static const SimOptions on_pg = { .engine = &sim_pg_engine };

static void
run_both (guint64 seed, const char *dir, SimTotals *here, SimTotals *there)
{
  g_autofree char *on_sqlite = sim_run_seed (seed, dir, n_steps, &sim_usual, here);
  g_autofree char *failure = sim_run_seed (seed, dir, n_steps, &on_pg, there);

  if (on_sqlite != NULL || failure != NULL)
    g_error ("seed %u: %s", (guint) seed, failure != NULL ? failure : on_sqlite);
  if (here->decided != there->decided)
    g_error ("seed %u: %u commands are decided on SQLite, %u on PostgreSQL",
             (guint) seed,
             here->decided,
             there->decided);
  if (!g_str_equal (here->digest, there->digest))
    g_error ("seed %u: PostgreSQL ends with other rows than SQLite", (guint) seed);
}

static void
test_seeds (void)
{
  gint64 start = g_get_monotonic_time ();
  g_autofree char *dir = sim_make_dir ();
  SimTotals here = { 0 };
  SimTotals there = { 0 };

  sim_free (sim_new (0, dir, &sim_usual)); /* devices after their first sync */
  for (int i = 0; i < n_seeds; i++)
    run_both ((guint64) (first_seed + i), dir, &here, &there);
  g_test_message ("%d seeds, %u saved commands, %u outcomes, %.1f s",
                  n_seeds,
                  there.saved,
                  there.decided,
                  (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC);
  g_assert_cmpuint (there.saved, >, (guint) n_seeds * 10);
  g_free (here.digest);
  g_free (there.digest);
  mns_test_remove_tree (dir);
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
  int status;

  g_test_init (&argc, &argv, NULL);
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, NULL))
    return 2;
  mns_test_pg_cluster ();
  sim_count_warnings (FALSE);
  g_test_add_func ("/simulation-pg/seeds", test_seeds);
  status = g_test_run ();
  mns_test_pg_stop ();
  return status;
}
