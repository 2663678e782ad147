/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <math.h>

#include "server/instruments/summary-json.h"
#include "tests/instruments/run-figures.h"

/* Returns: (transfer full): what `meniscus-run summary --json` prints for the folder */
JsonNode *
run_figures_read (const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsRunInfo) info = mns_run_info_read (folder, &error);
  g_autoptr (MnsInteropState) state = NULL;
  g_autoptr (MnsRunSummary) summary = NULL;
  g_autoptr (GPtrArray) index = NULL;
  g_autofree char *text = NULL;
  JsonNode *node;

  g_assert_no_error (error);
  state = mns_interop_state_new (folder, info, MNS_INTEROP_PLAIN);
  mns_interop_state_look (state, &error);
  g_assert_no_error (error);
  summary = mns_run_summary_new (state);
  index = mns_index_summary_new (state);
  text = mns_run_summary_to_json (state, summary, index, NULL);
  node = json_from_string (text, &error);
  g_assert_no_error (error);
  return node;
}

/* The object at "summary/total" and the like; "0" is the first element of an array. */
JsonObject *
run_figures_object (JsonNode *summary, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  JsonNode *node = summary;

  for (guint i = 0; parts[i] != NULL; i++)
    {
      node = JSON_NODE_HOLDS_ARRAY (node)
                 ? json_array_get_element (json_node_get_array (node),
                                           (guint) g_ascii_strtoull (parts[i], NULL, 10))
                 : json_object_get_member (json_node_get_object (node), parts[i]);
      g_assert_nonnull (node);
    }
  return json_node_get_object (node);
}

/* Illumina's library sums in single precision: 2e-5 relative, 1e-6 absolute. */
gboolean
run_figures_are_near (double a, double b)
{
  return fabs (a - b) <= MAX (1e-6, 2e-5 * MAX (fabs (a), fabs (b)));
}

/* Member @name of @object: a number, or the first of three. */
static double
get_figure (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  g_assert_nonnull (node);
  if (JSON_NODE_HOLDS_ARRAY (node))
    node = json_array_get_element (json_node_get_array (node), 0);
  return json_node_is_null (node) ? NAN : json_node_get_double (node);
}

/* Where a planted figure of a lane is found in the summary, and in which unit. */
static const struct
{
  const char *planted;
  const char *read;
  double unit;
} lane_figures[] = {
  { "tiles", "tiles", 1 },
  { "yield_g", "yield_g", 1 },
  { "percent_q30", "percent_gt_q30", 1 },
  { "error_rate", "error_rate", 1 },
  { "error_rate_35", "error_rate_35", 1 },
  { "intensity_c1", "first_cycle_intensity", 1 },
  { "clusters_raw", "reads", 1 },
  { "clusters_pf", "reads_pf", 1 },
  { "percent_pf", "percent_pf", 1 },
  { "density_k_mm2", "density", 1000 },
  { "percent_aligned", "percent_aligned", 1 },
  { "percent_occupied", "percent_occupied", 1 },
};

static guint
compare_lane (JsonObject *planted, JsonObject *read, const char *where)
{
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (lane_figures); i++)
    {
      double expected;
      double found;

      if (!json_object_has_member (planted, lane_figures[i].planted))
        continue;
      expected = get_figure (planted, lane_figures[i].planted);
      found = get_figure (read, lane_figures[i].read) / lane_figures[i].unit;
      if (!run_figures_are_near (expected, found))
        g_error ("%s: %s is %.9g, planted %.9g", where, lane_figures[i].planted, found, expected);
      n++;
    }
  return n;
}

static guint
compare_yield (JsonObject *planted, JsonObject *read, const char *where)
{
  guint n = 0;

  if (json_object_has_member (planted, "percent_q30"))
    {
      double yield = get_figure (planted, "yield_g");
      double q30 = get_figure (planted, "percent_q30");

      if (!run_figures_are_near (yield, get_figure (read, "yield_g")) ||
          !run_figures_are_near (q30, get_figure (read, "percent_gt_q30")))
        g_error ("%s: yield or %%>=Q30 is not as planted", where);
      n += 2;
    }
  return n;
}

static guint
compare_read (JsonObject *planted, JsonObject *read, const char *where)
{
  JsonArray *lanes = json_object_get_array_member (planted, "lanes");
  JsonArray *found = json_object_get_array_member (read, "lanes");
  guint n = compare_yield (planted, json_object_get_object_member (read, "summary"), where);

  g_assert_cmpuint (json_array_get_length (lanes), ==, json_array_get_length (found));
  for (guint i = 0; i < json_array_get_length (lanes); i++)
    n += compare_lane (
        json_array_get_object_element (lanes, i), json_array_get_object_element (found, i), where);
  return n;
}

static guint
compare_index (JsonArray *planted, JsonArray *found, const char *where)
{
  guint n = 0;

  g_assert_cmpuint (json_array_get_length (planted), ==, json_array_get_length (found));
  for (guint i = 0; i < json_array_get_length (planted); i++)
    {
      JsonArray *shares =
          json_object_get_array_member (json_array_get_object_element (planted, i), "indices");
      JsonArray *read =
          json_object_get_array_member (json_array_get_object_element (found, i), "indices");

      g_assert_cmpuint (json_array_get_length (shares), ==, json_array_get_length (read));
      for (guint k = 0; k < json_array_get_length (shares); k++)
        {
          JsonObject *share = json_array_get_object_element (shares, k);
          JsonObject *other = json_array_get_object_element (read, k);

          g_assert_cmpstr (json_object_get_string_member (share, "sample"),
                           ==,
                           json_object_get_string_member (other, "sample"));
          g_assert_cmpstr (json_object_get_string_member (share, "index1"),
                           ==,
                           json_object_get_string_member (other, "index1"));
          g_assert_cmpstr (json_object_get_string_member (share, "index2"),
                           ==,
                           json_object_get_string_member (other, "index2"));
          g_assert_cmpfloat (
              get_figure (share, "clusters"), ==, get_figure (other, "cluster_count"));
          if (fabs (get_figure (share, "percent") - get_figure (other, "percent")) > 2e-4)
            g_error ("%s: percent of an index is not as planted", where);
          n += 5;
        }
    }
  return n;
}

/**
 * run_figures_compare_planted:
 * @folder: a run folder, or any other folder with a planted.json
 * @summary: the summary of the run
 *
 * Fails the test where a figure differs from what was planted.
 *
 * Returns: how many figures were compared
 */
guint
run_figures_compare_planted (const char *folder, JsonNode *summary)
{
  g_autofree char *path = g_build_filename (folder, "planted.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonObject *root = json_node_get_object (summary);
  JsonObject *found = json_object_get_object_member (root, "summary");
  JsonObject *expected;
  JsonArray *reads;
  guint n = 0;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  expected = run_figures_object (json_parser_get_root (parser), "expected");
  reads = json_object_get_array_member (expected, "reads");
  for (guint i = 0; i < json_array_get_length (reads); i++)
    n += compare_read (
        json_array_get_object_element (reads, i),
        json_array_get_object_element (json_object_get_array_member (found, "reads"), i),
        folder);
  n += compare_yield (json_object_get_object_member (expected, "total"),
                      json_object_get_object_member (found, "total"),
                      folder);
  n += compare_yield (json_object_get_object_member (expected, "nonindex"),
                      json_object_get_object_member (found, "nonindex"),
                      folder);
  if (json_object_has_member (expected, "index"))
    n += compare_index (json_object_get_array_member (expected, "index"),
                        json_object_get_array_member (root, "index"),
                        folder);
  return n;
}

/* Makes a run of @preset; what @options leaves out is small. */
void
run_figures_make (const char *folder, const char *preset, const MnsGenOptions *options)
{
  MnsGenOptions all = *options;
  g_autoptr (GError) error = NULL;

  all.preset = mns_gen_preset_find (preset);
  g_assert_nonnull (all.preset);
  all.swaths = all.swaths > 0 ? all.swaths : 1;
  all.tiles = all.tiles > 0 ? all.tiles : 3;
  all.samples = all.samples > 0 ? all.samples : 3;
  all.reads = all.reads != NULL ? all.reads : "38,8i,8i,40";
  mns_generate (folder, &all, &error);
  g_assert_no_error (error);
}
