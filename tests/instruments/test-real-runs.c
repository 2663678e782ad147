/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Model, state and cycle of every run folder beside the project, found by the watcher. Their files
 * are years old, so what has no flag file is stalled.
 */

#include "config.h"

#include <gio/gio.h>

#include "server/instruments/run-watcher.h"
#include "tests/instruments/shared-data.h"
#include "tests/mns-test.h"

static const struct
{
  const char *folder;
  const char *model;
  const char *state;
  guint cycle;
  guint cycles;
} runs[] = {
  { "gen-hiseq2000", "HiSeq 2000", "completed", 109, 109 },
  { "gen-hiseq2500-high", "HiSeq 2500", "completed", 88, 88 },
  { "gen-hiseq3000", "HiSeq 3000", "completed", 110, 110 },
  { "gen-hiseq4000", "HiSeq 4000", "stalled", 168, 168 },
  { "gen-hiseqx", "HiSeq X", "stalled", 310, 310 },
  { "gen-iseq", "iSeq 100", "completed", 172, 172 },
  { "gen-miniseq", "MiniSeq", "completed", 318, 318 },
  { "gen-nextseq1000-p1", "NextSeq 1000", "completed", 142, 142 },
  { "gen-nextseq550-mid", "NextSeq 500/550", "completed", 168, 168 },
  { "gen-novaseq6000-s1-running", "NovaSeq 6000", "stalled", 150, 218 },
  { "gen-novaseqx-25b", "NovaSeq X", "completed", 222, 222 },
  { "gen-novaseqx-cycle-folders", "NovaSeq X", "stalled", 70, 118 },
  { "gen-truncated", "NovaSeq 6000", "stalled", 92, 92 },
  { "hiseq-legacy-bins", "HiSeq 2500", "completed", 309, 309 },
  { "hiseq-rapid-sr50", "HiSeq 1500", "stalled", 58, 58 },
  { "hiseq2000-tile-only", "HiSeq 2000", "stalled", 0, 202 },
  { "hiseq2500-high-tile-only", "HiSeq 2500", "demultiplexed", 268, 268 },
  { "hiseqx-tile-only", "HiSeq X", "stalled", 0, 310 },
  { "miseq-dual-index-2023", "MiSeq", "demultiplexed", 318, 318 },
  { "miseq-foreign-error-file", "MiSeq", "stalled", 308, 308 },
  { "miseq-pe121-noindex", "MiSeq", "stalled", 242, 242 },
  { "miseq-running-h00", "MiSeq", "stalled", 0, 308 },
  { "miseq-running-h02", "MiSeq", "stalled", 17, 308 },
  { "miseq-running-h03", "MiSeq", "stalled", 32, 308 },
  { "miseq-running-h12", "MiSeq", "stalled", 157, 308 },
  { "miseq-running-h24", "MiSeq", "stalled", 308, 308 },
  { "miseq-sr50-complete", "MiSeq", "completed", 56, 56 },
  { "nextseq2000-p2-sr117", "NextSeq 2000", "stalled", 137, 137 },
  { "nextseq500-sr75", "NextSeq 500", "stalled", 81, 81 },
  { "nextseq550-index", "NextSeq 550", "completed", 158, 158 },
  { "novaseq6000-s4-tile-only", "NovaSeq 6000", "stalled", 0, 318 },
  { "novaseq6000-sp-36", "NovaSeq 6000", "demultiplexed", 56, 56 },
  { "novaseqx-25b-analysed", "NovaSeq X", "demultiplexed", 318, 318 },
  { "novaseqx-25b-cycle1", "NovaSeq X", "stalled", 1, 318 },
};

static gboolean
unpack (const char *name, const char *target)
{
  g_autofree char *below = g_build_filename (name, "run.tar.gz", NULL);
  g_autofree char *archive = shared_data_find (below);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;

  if (archive == NULL)
    return FALSE;
  process =
      g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "tar", "xzf", archive, "-C", target, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (process, NULL, &error));
  g_assert_no_error (error);
  return TRUE;
}

static void
test_real_runs (void)
{
  g_autofree char *root = mns_test_make_tmp_dir ();
  const char *const roots[] = { root, NULL };
  g_autoptr (MnsRunWatcher) watcher = mns_run_watcher_new (roots);
  gboolean is_there = TRUE;

  for (gsize i = 0; is_there && i < G_N_ELEMENTS (runs); i++)
    is_there = unpack (runs[i].folder, root);
  mns_run_watcher_scan (watcher);
  for (gsize i = 0; is_there && i < G_N_ELEMENTS (runs); i++)
    {
      g_autofree char *folder = g_build_filename (root, runs[i].folder, NULL);
      const MnsRunLook *look = mns_run_watcher_find (watcher, folder);

      g_assert_nonnull (look);
      g_test_message ("%s", runs[i].folder);
      g_assert_cmpstr (look->model.name, ==, runs[i].model);
      g_assert_cmpstr (mns_run_state_name (look->verdict.state), ==, runs[i].state);
      g_assert_cmpuint (look->verdict.cycle, ==, runs[i].cycle);
      g_assert_cmpuint (look->verdict.cycles, ==, runs[i].cycles);
    }
  if (is_there)
    g_test_message ("%zu run folders: model, state and cycle compared", G_N_ELEMENTS (runs));
  mns_test_remove_tree (root);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/real-runs/watched", test_real_runs);
  return g_test_run ();
}
