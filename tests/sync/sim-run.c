/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A world from its seed to its end. */

#include "config.h"

#include <stdio.h>

#include "tests/mns-test.h"
#include "tests/sync/sim.h"

static guint n_warnings;
static gboolean is_quiet;

/* A warning of the client is a failure, but must not end a run that plants bugs. */
static GLogWriterOutput
count_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if (level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL))
    {
      n_warnings++;
      for (gsize i = 0; i < n_fields; i++)
        if (!is_quiet && g_str_equal (fields[i].key, "MESSAGE"))
          fprintf (stderr, "# warning: %s\n", (const char *) fields[i].value);
    }
  else if (g_getenv ("G_MESSAGES_DEBUG") != NULL)
    return g_log_writer_default (level, fields, n_fields, data);
  return G_LOG_WRITER_HANDLED;
}

void
sim_count_warnings (gboolean quiet)
{
  static gboolean installed;

  is_quiet = quiet;
  if (installed)
    return;
  installed = TRUE;
  /* the test library would print every word of the client */
  g_log_set_default_handler (g_log_default_handler, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_writer_func (count_warnings, NULL, NULL);
}

static char *
make_digest (Sim *sim)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < sim->n_devices; i++)
    {
      g_autofree char *dump = sim_server_dump (sim->server, &sim->devices[i].person);

      g_checksum_update (sum, (const guchar *) dump, -1);
    }
  return g_strdup (g_checksum_get_string (sum));
}

char *
sim_run_seed (
    guint64 seed, const char *dir, int steps, const SimOptions *options, SimTotals *totals)
{
  Sim *sim = sim_new (seed, dir, options);
  char *failure;

  n_warnings = 0;
  for (int i = 0; i < steps && sim->failure == NULL; i++)
    sim_step (sim);
  if (sim->failure == NULL)
    sim_settle (sim);
  if (n_warnings > 0)
    sim_fail (sim, "the client warned %u times", n_warnings);
  if (totals != NULL)
    {
      totals->decided += sim_server_count_log (sim->server);
      totals->saved += sim->saved->len;
      totals->cuts += sim->n_cuts;
      totals->lost += sim->n_lost;
      g_free (totals->digest);
      totals->digest = make_digest (sim);
    }
  failure = g_steal_pointer (&sim->failure);
  sim_free (sim);
  return failure;
}

/* In memory where that is to be had: a commit costs no disk there. */
char *
sim_make_dir (void)
{
  char *dir = g_strdup ("/dev/shm/mns-simulation.XXXXXX");

  if (g_mkdtemp (dir) != NULL)
    return dir;
  g_free (dir);
  return mns_test_make_tmp_dir ();
}
