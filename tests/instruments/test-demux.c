/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Demultiplexing statistics: against expected.json, merging of reports, matching, broken files. */

#include "config.h"

#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "server/instruments/csv-table.h"
#include "server/instruments/demux.h"
#include "server/instruments/text-file.h"
#include "sync/model/error.h"
#include "tests/instruments/shared-data.h"
#include "tests/mns-test.h"

static guint n_compared;

static void
compare_count (JsonObject *expected, const char *member, gint64 actual)
{
  g_assert_cmpint (actual, ==, json_object_get_int_member (expected, member));
  n_compared++;
}

static void
compare_csv (MnsDemux *demux, JsonObject *expected)
{
  JsonArray *columns = json_object_get_array_member (expected, "columns");
  JsonArray *lanes = json_object_get_array_member (expected, "lanes");
  gint64 total = 0, undetermined = 0;

  g_assert_cmpuint (json_array_get_length (columns), ==, g_strv_length (demux->columns));
  for (guint i = 0; i < json_array_get_length (columns); i++)
    g_assert_cmpstr (json_array_get_string_element (columns, i), ==, demux->columns[i]);
  g_assert_cmpuint (json_array_get_length (lanes), ==, demux->lanes->len);
  for (guint i = 0; i < demux->lanes->len; i++)
    {
      const MnsDemuxLane *lane = g_ptr_array_index (demux->lanes, i);

      g_assert_cmpint (json_array_get_int_element (lanes, i), ==, lane->lane);
      total += lane->assigned + lane->undetermined;
      undetermined += lane->undetermined;
    }
  n_compared += json_array_get_length (columns) + demux->lanes->len;
  compare_count (expected, "rows", demux->rows->len);
  compare_count (expected, "reads_total", total);
  compare_count (expected, "undetermined", undetermined);
}

static void
compare_json (MnsDemux *demux, JsonObject *expected)
{
  JsonArray *lanes = json_object_get_array_member (expected, "lanes");

  g_assert_cmpstr (json_object_get_string_member (expected, "flowcell"), ==, demux->flowcell);
  g_assert_cmpstr (json_object_get_string_member (expected, "run_id"), ==, demux->run_id);
  g_assert_cmpuint (json_array_get_length (lanes), ==, demux->lanes->len);
  n_compared += 3;
  for (guint i = 0; i < demux->lanes->len; i++)
    {
      const MnsDemuxLane *seen = g_ptr_array_index (demux->lanes, i);
      JsonObject *lane = json_array_get_object_element (lanes, i);

      compare_count (lane, "lane", seen->lane);
      compare_count (lane, "clusters_raw", seen->clusters_raw);
      compare_count (lane, "clusters_pf", seen->clusters_pf);
      compare_count (lane, "yield", seen->yield);
      compare_count (lane, "samples", seen->samples);
      compare_count (lane, "reads_assigned", seen->assigned);
      compare_count (lane, "undetermined", seen->undetermined);
    }
}

static void
test_expected (void)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *expected = shared_data_expected ("demux-stats", &parser);
  g_autofree char *root = NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;
  guint n = 0;

  if (expected == NULL)
    return;
  root = shared_data_find ("demux-stats");
  json_object_iter_init (&iter, expected);
  while (json_object_iter_next (&iter, &name, &node))
    {
      g_autofree char *folder = g_build_filename (root, name, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (MnsDemux) demux = mns_demux_read (folder, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (demux->unmatched->len, ==, 0);
      if (demux->kind == MNS_DEMUX_BCL_CONVERT)
        compare_csv (demux, json_node_get_object (node));
      else
        compare_json (demux, json_node_get_object (node));
      n++;
    }
  g_assert_cmpuint (n, ==, 6);
  g_test_message ("demux-stats: %u folders, %u members compared", n, n_compared);
}

static const MnsDemuxRow *
row_at (const MnsDemux *demux, guint i)
{
  return g_ptr_array_index (demux->rows, i);
}

/* Qualities come from another file since 3.9, two lines a sample and lane. */
static void
test_merged (void)
{
  g_autofree char *folder = shared_data_find ("demux-stats/bclconvert-3.9.3");
  g_autoptr (MnsDemux) demux = folder != NULL ? mns_demux_read (folder, NULL) : NULL;
  const MnsDemuxIndex *index;

  if (demux == NULL)
    return;
  g_assert_cmpint (row_at (demux, 0)->reads, ==, 8554720);
  g_assert_cmpint (row_at (demux, 0)->yield, ==, 239532160 + 769924800);
  g_assert_cmpint (row_at (demux, 0)->yield_q30, ==, 231205514 + 744033726);
  g_assert_cmpint (row_at (demux, 0)->adapter_bases, ==, 0);
  g_assert_cmpfloat_with_epsilon (
      row_at (demux, 0)->mean_quality, (8725674957.0 + 28067026724.0) / 1009456960.0, 1e-9);
  index = g_ptr_array_index (row_at (demux, 0)->indexes, 0);
  g_assert_cmpstr (index->index, ==, "ACAGGGCTAC");
  g_assert_cmpstr (index->index2, ==, "GAGCATCTAT");
  g_assert_cmpint (index->perfect, ==, 8365833);
  g_assert_cmpint (index->one_mismatch, ==, 188887);
  g_assert_null (row_at (demux, 1)->sample_id);
  g_assert_cmpint (row_at (demux, 1)->yield, ==, 81023173000 + 260431627500);
}

/* Up to 3.6 they are in the first file. */
static void
test_old_columns (void)
{
  g_autofree char *folder = shared_data_find ("demux-stats/bclconvert-3.6.3");
  g_autoptr (MnsDemux) demux = folder != NULL ? mns_demux_read (folder, NULL) : NULL;

  if (demux == NULL)
    return;
  g_assert_cmpint (row_at (demux, 0)->yield_q30, ==, 40244235477);
  g_assert_cmpfloat (row_at (demux, 0)->mean_quality, ==, 22.23);
  g_assert_cmpint (row_at (demux, 0)->yield, ==, -1);
  g_assert_cmpuint (demux->unknown->len, >, 0);
  g_assert_cmpint (((MnsDemuxBarcode *) g_ptr_array_index (demux->unknown, 0))->reads, ==, 5128193);
}

static char *
make_folder (const char *stats, const char *quality, const char *sheet)
{
  g_autofree char *folder = mns_test_make_tmp_dir ();
  g_autofree char *reports = g_build_filename (folder, "Reports", NULL);
  g_autofree char *stats_path = g_build_filename (reports, "Demultiplex_Stats.csv", NULL);
  g_autofree char *quality_path = g_build_filename (reports, "Quality_Metrics.csv", NULL);
  g_autofree char *sheet_path = g_build_filename (folder, "SampleSheet.csv", NULL);

  g_assert_cmpint (g_mkdir (reports, 0700), ==, 0);
  g_assert_true (g_file_set_contents (stats_path, stats, -1, NULL));
  if (quality != NULL)
    g_assert_true (g_file_set_contents (quality_path, quality, -1, NULL));
  if (sheet != NULL)
    g_assert_true (g_file_set_contents (sheet_path, sheet, -1, NULL));
  return g_steal_pointer (&folder);
}

/* The same sample in two lanes and twice in one lane: four rows, each with its own sheet line. */
static void
test_repeated_samples (void)
{
  g_autofree char *folder = make_folder (
      "Lane,SampleID,Index,# Reads\n"
      "1,a,AAAA-CCCC,10\n1,a,GGGG-TTTT,20\n2,a,AAAA-CCCC,30\n2,stranger,ACAC-ACAC,5\n"
      "1,Undetermined,Undetermined,1\nx,a,AAAA-CCCC,7\n",
      "Lane,SampleID,index,index2,ReadNumber,Yield\n"
      "1,a,AAAA,CCCC,1,100\n1,a,GGGG,TTTT,1,200\n1,a,GGGG,TTTT,2,1\n2,a,AAAA,CCCC,1,300\n"
      "2,nobody,AAAA,CCCC,1,5\n1,Undetermined,,,1,50\n",
      "[Data]\nLane,Sample_ID,index,index2\n1,a,AAAA,GGGG\n1,a,GGGG,AAAA\n2,a,AAAA,GGGG\n"
      "2,absent,TTTT,TTTT\n");
  g_autoptr (GPtrArray) found = mns_demux_find (folder);
  g_autofree char *sheet_path = NULL;
  g_autoptr (MnsDemux) demux = NULL;
  g_autoptr (MnsSampleSheet) sheet = NULL;
  static const gint64 yields[] = { 100, 201, 300, -1, 50 };
  static const guint sheet_lines[] = { 3, 4, 5, 0, 0 };

  g_assert_cmpuint (found->len, ==, 1);
  demux = mns_demux_read (g_ptr_array_index (found, 0), NULL);
  sheet_path = mns_demux_find_sheet (folder, g_ptr_array_index (found, 0));
  sheet = mns_sample_sheet_read (sheet_path, NULL);
  mns_demux_match (demux, sheet);
  g_assert_cmpuint (demux->rows->len, ==, 5);
  for (guint i = 0; i < 5; i++)
    {
      g_assert_cmpint (row_at (demux, i)->yield, ==, yields[i]);
      g_assert_cmpuint (row_at (demux, i)->sheet_line, ==, sheet_lines[i]);
    }
  g_assert_cmpuint (mns_demux_get_lane (demux, 1)->samples, ==, 1);
  g_assert_cmpint (mns_demux_get_lane (demux, 1)->assigned, ==, 30);
  g_assert_cmpint (mns_demux_get_lane (demux, 1)->undetermined, ==, 1);
  /* the bad lane, the quality of nobody, the stranger, the absent */
  g_assert_cmpuint (demux->unmatched->len, ==, 4);
  mns_test_remove_tree (folder);
}

/* Real pairs of sheet and report; NovaSeq X reports index 2 the other way round. */
static void
test_real_match (void)
{
  g_autofree char *sheet_path = shared_data_find ("sample-sheets/v2-novaseqx.csv");
  g_autoptr (MnsSampleSheet) sheet = NULL;
  g_autofree char *folder = make_folder (
      "Lane,SampleID,Index,# Reads\n"
      "8,STSMOH_01548_01_LB01-01,ACTAGGAG-TATGGCAC,3\n",
      NULL,
      NULL);
  g_autofree char *reports = g_build_filename (folder, "Reports", NULL);
  g_autoptr (MnsDemux) demux = mns_demux_read (reports, NULL);

  if (sheet_path != NULL)
    {
      sheet = mns_sample_sheet_read (sheet_path, NULL);
      mns_demux_match (demux, sheet);
      g_assert_cmpuint (row_at (demux, 0)->sheet_line, ==, 20);
      g_assert_cmpuint (demux->unmatched->len, ==, 143);
    }
  mns_test_remove_tree (folder);
}

/* Every place where statistics may lie, and which analysis they are of. */
static void
test_places (void)
{
  static const struct
  {
    const char *place;
    guint analysis;
  } cases[] = {
    { "Analysis/1/Data/BCLConvert/fastq/Reports", 1 },
    { "Analysis/12/Data/Demux", 12 },
    { "Data/Intensities/BaseCalls/Reports", 0 },
    { "Reports", 0 },
    { "Unaligned/Reports", 0 },
  };
  g_autofree char *folder = mns_test_make_tmp_dir ();
  g_autoptr (GPtrArray) found = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *place = g_build_filename (folder, cases[i].place, NULL);
      g_autofree char *path = g_build_filename (place, "Demultiplex_Stats.csv", NULL);

      g_assert_cmpint (g_mkdir_with_parents (place, 0700), ==, 0);
      g_assert_true (g_file_set_contents (path, "Lane,SampleID,# Reads\n1,a,3\n", -1, NULL));
    }
  found = mns_demux_find (folder);
  g_assert_cmpuint (found->len, ==, G_N_ELEMENTS (cases));
  for (guint i = 0; i < found->len; i++)
    {
      g_autoptr (MnsDemux) demux = mns_demux_read (g_ptr_array_index (found, i), NULL);

      g_assert_true (g_str_has_suffix (demux->folder, cases[i].place));
      g_assert_cmpuint (demux->analysis, ==, cases[i].analysis);
      g_assert_cmpint (mns_demux_get_lane (demux, 1)->assigned, ==, 3);
    }
  mns_test_remove_tree (folder);
}

static void
assert_refused (const char *json, MnsError code)
{
  g_autoptr (MnsDemux) demux = mns_demux_new (MNS_DEMUX_BCL2FASTQ, ".");
  g_autoptr (GError) error = NULL;

  g_assert_false (mns_demux_parse_stats_json (demux, json, strlen (json), "Stats.json", &error));
  g_assert_error (error, MNS_ERROR, (int) code);
}

/* Members of the wrong type are passed over, not trusted. */
static void
test_odd_json (void)
{
  static const char *const odd[] = {
    "{\"ConversionResults\":[]}",
    "{\"ConversionResults\":[1,null,[],{}]}",
    "{\"ConversionResults\":[{\"LaneNumber\":\"1\"}],\"UnknownBarcodes\":7,\"Flowcell\":[]}",
    "{\"ConversionResults\":[{\"LaneNumber\":1,\"DemuxResults\":[3,{\"SampleId\":4,"
    "\"IndexMetrics\":{},\"ReadMetrics\":[null]}],\"Undetermined\":[]}]}",
    "{\"ConversionResults\":[{\"LaneNumber\":1,\"DemuxResults\":[{\"SampleId\":\"a\","
    "\"NumberReads\":1.5,\"Yield\":-7}]}],\"UnknownBarcodes\":[{\"Lane\":1,\"Barcodes\":"
    "{\"A\":\"b\"}}]}",
  };
  g_autoptr (GString) deep = g_string_new ("{\"ConversionResults\":");

  for (gsize i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_autoptr (MnsDemux) demux = mns_demux_new (MNS_DEMUX_BCL2FASTQ, ".");
      g_autoptr (GError) error = NULL;

      g_assert_true (
          mns_demux_parse_stats_json (demux, odd[i], strlen (odd[i]), "Stats.json", &error));
      g_assert_no_error (error);
      mns_demux_finish (demux);
    }
  assert_refused ("", MNS_ERROR_CORRUPT);
  assert_refused ("[]", MNS_ERROR_CORRUPT);
  assert_refused ("{}", MNS_ERROR_CORRUPT);
  for (guint i = 0; i < 200000; i++)
    g_string_append_c (deep, '[');
  assert_refused (deep->str, MNS_ERROR_CORRUPT);
}

static void
test_bad_csv (void)
{
  g_autofree char *folder = make_folder ("Sample,Reads\na,1\n", NULL, NULL);
  g_autofree char *reports = g_build_filename (folder, "Reports", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (mns_demux_read (reports, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_CORRUPT);
  g_clear_error (&error);
  g_assert_null (mns_demux_read (folder, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_NOT_FOUND);
  mns_test_remove_tree (folder);
}

static void
test_prefixes (void)
{
  static const char *const files[] = {
    "demux-stats/bcl2fastq-2/Stats.json",
    "demux-stats/bclconvert-project-no-index/Demultiplex_Stats.csv",
  };
  guint n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = shared_data_find (files[i]);
      gsize length = 0;
      g_autofree char *data =
          path != NULL ? mns_text_file_read (path, MNS_TEXT_FILE_MAX, &length, NULL) : NULL;

      for (gsize cut = 0; cut < MIN (length, 4096); cut++)
        {
          g_autofree char *part = g_memdup2 (data, cut + 1);
          g_autoptr (MnsDemux) demux = mns_demux_new (MNS_DEMUX_BCL2FASTQ, ".");
          g_autoptr (MnsCsvTable) table = mns_csv_table_parse (part, cut);

          mns_demux_parse_stats_json (demux, part, cut, "part", NULL);
          mns_demux_finish (demux);
          n++;
        }
    }
  g_test_message ("%u prefixes of statistics read", n);
}

static void
read_changed (const char *data, gsize length)
{
  g_autoptr (MnsDemux) demux = mns_demux_new (MNS_DEMUX_BCL2FASTQ, ".");
  g_autoptr (MnsCsvTable) table = mns_csv_table_parse (data, length);

  mns_demux_parse_stats_json (demux, data, length, "changed", NULL);
  mns_demux_finish (demux);
}

static void
test_changed_bytes (void)
{
  static const char text[] =
      "{\"Flowcell\":\"F\",\"RunId\":\"r\",\"ConversionResults\":[{\"LaneNumber\":1,"
      "\"TotalClustersPF\":3,\"DemuxResults\":[{\"SampleId\":\"a\",\"IndexMetrics\":["
      "{\"IndexSequence\":\"A+C\",\"MismatchCounts\":{\"0\":1}}],\"NumberReads\":1,"
      "\"ReadMetrics\":[{\"YieldQ30\":2}]}],\"Undetermined\":{\"NumberReads\":2}}],"
      "\"UnknownBarcodes\":[{\"Lane\":1,\"Barcodes\":{\"A+T\":1}}]}";

  g_test_message ("%u changed statistics read",
                  shared_data_change_bytes (text, strlen (text), read_changed));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/demux/expected", test_expected);
  g_test_add_func ("/demux/merged", test_merged);
  g_test_add_func ("/demux/old-columns", test_old_columns);
  g_test_add_func ("/demux/repeated-samples", test_repeated_samples);
  g_test_add_func ("/demux/real-match", test_real_match);
  g_test_add_func ("/demux/places", test_places);
  g_test_add_func ("/demux/odd-json", test_odd_json);
  g_test_add_func ("/demux/bad-csv", test_bad_csv);
  g_test_add_func ("/demux/prefixes", test_prefixes);
  g_test_add_func ("/demux/changed-bytes", test_changed_bytes);
  return g_test_run ();
}
