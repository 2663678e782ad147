/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Real and made-up runs against the figures of Illumina's own library. The data lie beside the
 * project; what differs on purpose is told with its reason.
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include "server/instruments/interop/state-private.h"
#include "tests/instruments/run-figures.h"
#include "tests/instruments/shared-data.h"
#include "tests/mns-test.h"

/* What is not compared, and why. */
typedef enum
{
  OTHER_PROJECTED_SURFACE,
  OTHER_SURFACE_TILES,
  OTHER_INDEX_TWICE,
  OTHER_STATUS,
  N_OTHERS,
} Other;

static const char *const other_reasons[N_OTHERS] = {
  [OTHER_PROJECTED_SURFACE] =
      "projected yield of a surface: the library divides by the records of both, so has about half",
  [OTHER_SURFACE_TILES] =
      "tiles of a surface: the library counts none where the tile list names one surface only",
  [OTHER_INDEX_TWICE] =
      "clusters of an index: the library adds up the copies that a file has for each read",
  [OTHER_STATUS] = "a foreign file: the library refuses the run, the rest of it is read here",
};

static guint n_others[N_OTHERS];
static guint n_runs;
static guint n_figures;
static guint n_records;

static void compare (const char *path, JsonNode *oracle, JsonNode *found, double index_copies);

static gboolean
is_other (const char *path, const char *member, JsonNode *oracle, JsonNode *found)
{
  Other other = N_OTHERS;

  if (strstr (path, "/surfaces/") != NULL && g_str_equal (member, "projected_yield_g"))
    other = OTHER_PROJECTED_SURFACE;
  else if (strstr (path, "/surfaces/") != NULL && g_str_equal (member, "tiles") &&
           json_node_get_int (oracle) == 0)
    other = OTHER_SURFACE_TILES;
  if (other == N_OTHERS)
    return FALSE;
  if (other == OTHER_PROJECTED_SURFACE)
    {
      double of_oracle = json_node_get_double (oracle);
      double of_us = json_node_get_double (found);

      if (run_figures_are_near (of_oracle, of_us))
        return FALSE;
      if (fabs (of_oracle - of_us / 2) > 0.02 * of_oracle)
        g_error ("%s: projected yield is %.9g, the library has %.9g", path, of_us, of_oracle);
    }
  n_others[other]++;
  return TRUE;
}

static void
compare_objects (const char *path, JsonObject *oracle, JsonObject *found, double index_copies)
{
  JsonObjectIter iter;
  const char *member = NULL;
  JsonNode *node = NULL;

  json_object_iter_init (&iter, oracle);
  while (json_object_iter_next (&iter, &member, &node))
    {
      g_autofree char *below = g_strdup_printf ("%s/%s", path, member);

      if (!json_object_has_member (found, member))
        g_error ("%s is missing", below);
      if (!is_other (path, member, node, json_object_get_member (found, member)))
        compare (below, node, json_object_get_member (found, member), index_copies);
    }
}

static gboolean
is_index_count (const char *path)
{
  return strstr (path, "index/") != NULL &&
         (g_str_has_suffix (path, "/cluster_count") || g_str_has_suffix (path, "_reads"));
}

static void
compare_numbers (const char *path, double oracle, double found, double index_copies)
{
  if (is_index_count (path) && index_copies > 1)
    {
      found *= index_copies;
      n_others[OTHER_INDEX_TWICE]++;
    }
  if (run_figures_are_near (oracle, found))
    return;
  if (strstr (path, "index/") != NULL && fabs (oracle - found) <= 2e-4)
    return;
  g_error ("%s is %.9g, the library has %.9g", path, found, oracle);
}

static void
compare (const char *path, JsonNode *oracle, JsonNode *found, double index_copies)
{
  if (JSON_NODE_HOLDS_OBJECT (oracle))
    {
      compare_objects (
          path, json_node_get_object (oracle), json_node_get_object (found), index_copies);
      return;
    }
  if (JSON_NODE_HOLDS_ARRAY (oracle))
    {
      JsonArray *array = json_node_get_array (oracle);

      if (!JSON_NODE_HOLDS_ARRAY (found) ||
          json_array_get_length (json_node_get_array (found)) != json_array_get_length (array))
        g_error ("%s has another length", path);
      for (guint i = 0; i < json_array_get_length (array); i++)
        {
          g_autofree char *below = g_strdup_printf ("%s/%u", path, i);

          compare (below,
                   json_array_get_element (array, i),
                   json_array_get_element (json_node_get_array (found), i),
                   index_copies);
        }
      return;
    }
  n_figures++;
  if (json_node_is_null (oracle) != json_node_is_null (found))
    g_error ("%s is %s, the library has %s",
             path,
             json_node_is_null (found) ? "unknown" : "known",
             json_node_is_null (oracle) ? "nothing" : "a figure");
  if (json_node_is_null (oracle))
    return;
  if (json_node_get_value_type (oracle) == G_TYPE_STRING)
    g_assert_cmpstr (json_node_get_string (oracle), ==, json_node_get_string (found));
  else if (json_node_get_value_type (oracle) == G_TYPE_BOOLEAN)
    g_assert_cmpint (json_node_get_boolean (oracle), ==, json_node_get_boolean (found));
  else
    compare_numbers (
        path, json_node_get_double (oracle), json_node_get_double (found), index_copies);
}

/* Files of demultiplexing programs repeat the counts for each data read, so the library's are a
 * multiple of ours, the same for all.
 */
static double
find_index_copies (JsonObject *oracle, JsonObject *found)
{
  JsonArray *of_oracle = json_object_has_member (oracle, "index")
                             ? json_object_get_array_member (oracle, "index")
                             : NULL;
  JsonArray *of_found = json_object_get_array_member (found, "index");
  double copies;

  if (of_oracle == NULL || json_array_get_length (of_oracle) == 0)
    return 1;
  copies =
      json_object_get_double_member (json_array_get_object_element (of_oracle, 0),
                                     "total_pf_reads") /
      json_object_get_double_member (json_array_get_object_element (of_found, 0), "total_pf_reads");
  g_assert_cmpfloat (copies, ==, round (copies));
  g_assert_cmpfloat (copies, <=, 2);
  return copies;
}

static char *
unpack (const char *folder, const char *into)
{
  g_autofree char *archive = g_build_filename (folder, "run.tar.gz", NULL);
  const char *argv[] = { "tar", "xzf", archive, "-C", into, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  int status = 0;

  g_spawn_sync (
      NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  dir = g_dir_open (into, 0, &error);
  g_assert_no_error (error);
  return g_build_filename (into, g_dir_read_name (dir), NULL);
}

static void
compare_run (const char *name, JsonObject *oracle, JsonObject *found)
{
  static const char *const members[] = { "status",      "empty",      "run_info", "summary",
                                         "summary_run", "full_total", "index" };
  double copies = find_index_copies (oracle, found);

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s", name, members[i]);
      JsonNode *node = json_object_get_member (oracle, members[i]);

      if (node == NULL || json_node_is_null (node))
        continue;
      if (i == 0 && g_str_equal (json_node_get_string (node), "error"))
        {
          n_others[OTHER_STATUS]++;
          g_assert_cmpuint (
              json_array_get_length (json_object_get_array_member (found, "set_aside")), ==, 1);
          continue;
        }
      if (!json_object_has_member (found, members[i]))
        g_error ("%s is missing", path);
      compare (path, node, json_object_get_member (found, members[i]), copies);
    }
}

/* One record of cycle metrics is one row of the library's set, where nothing repeats. */
static void
count_records (const char *run, JsonObject *oracle)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsRunInfo) info = mns_run_info_read (run, &error);
  g_autoptr (MnsInteropState) state = mns_interop_state_new (run, info, MNS_INTEROP_BY_CYCLE);
  JsonObject *metrics = json_object_has_member (oracle, "all_metrics")
                            ? json_object_get_object_member (oracle, "all_metrics")
                            : NULL;

  g_assert_no_error (error);
  mns_interop_state_look (state, &error);
  g_assert_no_error (error);
  for (guint i = MNS_METRIC_EXTRACTION; metrics != NULL && i <= MNS_METRIC_EMPIRICAL_PHASING; i++)
    {
      g_autofree char *path = g_strdup_printf ("InterOp/%sOut.bin", mns_metric_kinds[i].file);
      JsonObject *files = json_object_get_object_member (oracle, "files");

      if (!json_object_has_member (files, path) ||
          !json_object_has_member (json_object_get_object_member (files, path), "rows"))
        continue;
      g_assert_cmpuint (mns_interop_state_n_records (state, i),
                        ==,
                        (guint64) json_object_get_int_member (
                            json_object_get_object_member (files, path), "rows"));
      n_records++;
    }
}

static void
check_run (const char *root, const char *name)
{
  g_autofree char *folder = g_build_filename (root, name, NULL);
  g_autofree char *path = g_build_filename (folder, "oracle.json", NULL);
  g_autofree char *planted = g_build_filename (folder, "planted.json", NULL);
  g_autofree char *into = mns_test_make_tmp_dir ();
  g_autofree char *run = unpack (folder, into);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (JsonNode) summary = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *oracle;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  oracle = json_node_get_object (json_parser_get_root (parser));
  summary = run_figures_read (run);
  compare_run (name, oracle, json_node_get_object (summary));
  if (!g_str_equal (json_object_get_string_member (oracle, "status"), "error"))
    count_records (run, oracle);
  /* What was planted in gen-truncated is the run before it was cut. */
  if (g_file_test (planted, G_FILE_TEST_EXISTS) && !g_str_equal (name, "gen-truncated"))
    n_figures += run_figures_compare_planted (folder, summary);
  n_runs++;
  mns_test_remove_tree (into);
}

static void
test_runs (void)
{
  g_autofree char *root = shared_data_find (".");
  g_autoptr (GDir) dir = NULL;
  const char *name = NULL;

  if (root == NULL)
    return;
  dir = g_dir_open (root, 0, NULL);
  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (root, name, "oracle.json", NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        check_run (root, name);
    }
  g_assert_cmpuint (n_runs, >, 0);
}

int
main (int argc, char **argv)
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/summary/oracle", test_runs);
  failed = g_test_run ();
  g_print ("# compared: %u runs, %u figures and %u counts of records of Illumina's library\n",
           n_runs,
           n_figures,
           n_records);
  for (guint i = 0; i < N_OTHERS; i++)
    if (n_others[i] > 0)
      g_print ("# not as the library, on purpose, %u times: %s\n", n_others[i], other_reasons[i]);
  return failed;
}
