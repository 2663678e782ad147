/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Runs of every kind of instrument, made here, must give the figures that were planted in them. */

#include "config.h"

#include "server/instruments/interop/state.h"
#include "tests/instruments/run-figures.h"
#include "tests/mns-test.h"

static guint n_runs;
static guint n_figures;

/* Makes a run, compares, and throws it away. */
static void
check (const char *preset, const MnsGenOptions *options)
{
  g_autofree char *folder = mns_test_make_tmp_dir ();
  g_autoptr (JsonNode) summary = NULL;
  guint n;

  run_figures_make (folder, preset, options);
  summary = run_figures_read (folder);
  n = run_figures_compare_planted (folder, summary);
  g_assert_cmpuint (n, >, 0);
  n_figures += n;
  n_runs++;
  mns_test_remove_tree (folder);
}

static void
test_presets (void)
{
  const MnsGenPreset *preset = NULL;

  for (guint i = 0; (preset = mns_gen_preset_get (i)) != NULL; i++)
    check (preset->name, &(MnsGenOptions){ .seed = i });
}

/* Each version of each metric, in a run of a generation that has the metric. */
static void
test_versions (void)
{
  static const struct
  {
    MnsMetric metric;
    const char *preset;
  } homes[] = {
    { MNS_METRIC_TILE, "novaseq6000-s1" },
    { MNS_METRIC_EXTENDED_TILE, "novaseq6000-s1" },
    { MNS_METRIC_EXTRACTION, "iseq" },
    { MNS_METRIC_CORRECTED_INT, "hiseq4000" },
    { MNS_METRIC_Q, "hiseq4000" },
    { MNS_METRIC_Q_BY_LANE, "novaseq6000-s1" },
    { MNS_METRIC_Q_COLLAPSED, "miniseq" },
    { MNS_METRIC_ERROR, "nextseq2000-p2" },
    { MNS_METRIC_EMPIRICAL_PHASING, "iseq" },
    { MNS_METRIC_IMAGE, "iseq" },
    { MNS_METRIC_INDEX, "miseq" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (homes); i++)
    for (guint k = 0; k < mns_metric_kinds[homes[i].metric].n_layouts; k++)
      {
        MnsGenOptions options = { .seed = 100 + k };

        options.version[homes[i].metric] = mns_metric_kinds[homes[i].metric].layouts[k].version;
        check (homes[i].preset, &options);
      }
}

/* The versions that go without score bins. */
static void
test_without_bins (void)
{
  static const guint8 versions[] = { 4, 5, 6, 7, 9 };

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      MnsGenOptions options = { .seed = 200 + i };

      options.version[MNS_METRIC_Q] = versions[i];
      check ("miseq", &options);
    }
}

/* A run that is on its way has the figures of the cycles that are done. */
static void
test_unfinished (void)
{
  static const guint cycles[] = { 1, 24, 25, 37, 38, 40, 60, 93 };

  for (guint i = 0; i < G_N_ELEMENTS (cycles); i++)
    {
      check ("novaseq6000-s2", &(MnsGenOptions){ .seed = i, .last_cycle = cycles[i] });
      check ("miseq", &(MnsGenOptions){ .seed = i, .last_cycle = cycles[i] });
      check ("novaseqx-10b",
             &(MnsGenOptions){ .seed = i, .last_cycle = cycles[i], .in_cycle_folders = TRUE });
    }
}

static void
test_cycle_folders (void)
{
  check ("novaseqx-25b", &(MnsGenOptions){ .seed = 7, .in_cycle_folders = TRUE });
  check ("novaseq6000-s4", &(MnsGenOptions){ .seed = 7, .in_cycle_folders = TRUE });
}

/* A record that is cut is not there yet. The tile it belonged to is the last one of the last lane,
 * so that everything about the first lane is as planted.
 */
static void
test_truncated (void)
{
  g_autofree char *whole = mns_test_make_tmp_dir ();
  g_autofree char *cut = mns_test_make_tmp_dir ();
  MnsGenOptions options = { .seed = 9, .without_flags = TRUE };
  g_autoptr (JsonNode) of_whole = NULL;
  g_autoptr (JsonNode) of_cut = NULL;
  const char *first = "summary/reads/3/lanes/0";
  const char *last = "summary/reads/3/lanes/1";

  run_figures_make (whole, "novaseq6000-s1", &options);
  options.truncate[MNS_METRIC_ERROR] = 5;
  options.truncate[MNS_METRIC_Q_COLLAPSED] = 1;
  options.truncate[MNS_METRIC_TILE] = 14;
  run_figures_make (cut, "novaseq6000-s1", &options);
  of_whole = run_figures_read (whole);
  of_cut = run_figures_read (cut);
  g_assert_true (
      json_node_equal (json_object_get_member (run_figures_object (of_whole, first), "error_rate"),
                       json_object_get_member (run_figures_object (of_cut, first), "error_rate")));
  g_assert_false (
      json_node_equal (json_object_get_member (run_figures_object (of_whole, last), "error_rate"),
                       json_object_get_member (run_figures_object (of_cut, last), "error_rate")));
  g_assert_false (json_node_equal (
      json_object_get_member (run_figures_object (of_whole, last), "percent_aligned"),
      json_object_get_member (run_figures_object (of_cut, last), "percent_aligned")));
  g_assert_cmpuint (json_array_get_length (
                        json_object_get_array_member (json_node_get_object (of_cut), "set_aside")),
                    ==,
                    0);
  mns_test_remove_tree (whole);
  mns_test_remove_tree (cut);
}

static void
test_refusals (void)
{
  static const char *const wrong[] = { "", "8i,100", "1", "100,x", "100,8j", "2000", "50,,50" };
  g_autofree char *folder = mns_test_make_tmp_dir ();
  MnsGenOptions options = { .preset = mns_gen_preset_find ("iseq") };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      options.reads = wrong[i];
      g_assert_false (mns_generate (folder, &options, &error));
      g_assert_nonnull (strstr (error->message, "reads"));
      g_clear_error (&error);
    }
  options.reads = "30";
  options.version[MNS_METRIC_Q] = 77;
  g_assert_false (mns_generate (folder, &options, &error));
  g_clear_error (&error);
  options.version[MNS_METRIC_Q] = 0;
  g_assert_true (mns_generate (folder, &options, &error));
  g_assert_no_error (error);
  g_assert_false (mns_generate (folder, &options, &error)); /* there is a run already */
  mns_test_remove_tree (folder);
}

int
main (int argc, char **argv)
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/generate/presets", test_presets);
  g_test_add_func ("/generate/versions", test_versions);
  g_test_add_func ("/generate/without-bins", test_without_bins);
  g_test_add_func ("/generate/unfinished", test_unfinished);
  g_test_add_func ("/generate/cycle-folders", test_cycle_folders);
  g_test_add_func ("/generate/truncated", test_truncated);
  g_test_add_func ("/generate/refusals", test_refusals);
  failed = g_test_run ();
  g_print ("# compared: %u made-up runs, %u planted figures\n", n_runs, n_figures);
  return failed;
}
