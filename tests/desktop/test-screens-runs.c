/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Runs, one run, and the charts: from records to words and numbers, without a server. */

#include "config.h"

#include <math.h>

#include "desktop/app/cells.h"
#include "desktop/app/screen.h"
#include "desktop/screens/runs/run-plots.h"
#include "desktop/widgets/chart.h"
#include "desktop/widgets/row.h"
#include "tests/desktop/screen-lab.h"
#include "tests/desktop/ui-test.h"

static MnsScreenLab *lab;

static void
observe (const char *name, const char *serial, const char *status, int cycle)
{
  json_object_unref (mns_world_must (
      lab->world,
      MNS_WORLD_SYSTEM,
      "run.observe@1",
      "{'run_name': '%s', 'folder': '/runs/%s', 'family': 'MiSeq', 'instrument': {'serial': '%s', "
      "'type': 'MiSeq'}, 'status': '%s', 'evidence': 'RunInfo.xml is there', 'cycles': 168, "
      "'cycle': %d, 'reads': [{'n': 1, 'cycles': 160, 'is_index': false}, {'n': 2, 'cycles': 8, "
      "'is_index': true}], 'lanes': 1, 'figures': [{'lane': 0, 'n': 0, 'figure': 'percent_q30', "
      "'value': 93.125}, {'lane': 0, 'n': 1, 'figure': 'percent_q30', 'value': 94.25}, {'lane': 1, "
      "'n': 1, 'figure': 'density', 'value': 912000, 'deviation': 4000}], 'details': {'sheet': "
      "'[Header]', 'demux': [{'rows': [{'lane': 1, 'sample_id': 'S-17', 'reads': 12345}]}], "
      "'parameters': {'application': 'MCS'}, 'set_aside': [{'file': 'InterOp/ErrorMetricsOut.bin', "
      "'offset': 2, 'rule': 'the version is not known'}]}}",
      name,
      name,
      serial,
      status,
      cycle));
}

static void
fill (void)
{
  lab = mns_screen_lab_new ();
  observe ("251124_M1_0042", "M1", "running", 84);
  observe ("251101_M2_0007", "M2", "completed", 168);
  mns_screen_lab_open (lab);
}

static void
test_runs (void)
{
  GtkWidget *screen = mns_screen_lab_show (lab, "/runs", "content");

  mns_screen_lab_wait_says (screen, "1 running, 2 in all");
  mns_screen_lab_wait_says (screen, "251124_M1_0042");
  g_assert_true (mns_screen_lab_says (screen, "▶ Running, cycle 84/168"));
  g_assert_true (mns_screen_lab_says (screen, "Idle; last run: ✓ Completed"));
  g_assert_true (mns_screen_lab_says (screen, "93.1 %"));
  mns_screen_lab_shoot (lab, "runs");
}

static char *
find_run (const char *name)
{
  g_autofree char *args = g_strdup_printf ("{'filter': '%s'}", name);
  g_autoptr (MnsViewResult) found = mns_screen_lab_look (lab, "runs", args);

  g_assert_cmpuint (mns_rows_get_n_rows (found->rows), ==, 1);
  return mns_cell_dup_id (found->rows, 0, "run_id");
}

static void
test_run (void)
{
  g_autofree char *id = find_run ("251124_M1_0042");
  g_autofree char *path = g_strconcat ("/seqrun/", id, NULL);
  GtkWidget *screen = mns_screen_lab_show (lab, path, "content");

  mns_screen_lab_wait_says (screen, "▶ Running · cycle 84/168");
  mns_screen_lab_wait_says (screen, "94.2");
  g_assert_true (mns_screen_lab_says (screen, "MCS"));
  g_assert_true (mns_screen_lab_says (screen, "the version is not known"));
  mns_screen_lab_shoot (lab, "run");
  g_assert_true (gtk_widget_activate_action (screen, "run.set-status", "s", "failed"));
  mns_screen_lab_wait_says (screen, "✗ Failed (set by a person) · cycle 84/168");
}

static void
test_no_run (void)
{
  GtkWidget *screen =
      mns_screen_lab_show (lab, "/seqrun/019a0000-0000-7000-8000-00000000ffff", "status");

  g_assert_true (mns_screen_lab_says (screen, "There is no such run here"));
}

/* ---- charts ---- */

static const char *
cell (GListModel *rows, guint row, guint column)
{
  g_autoptr (MnsRow) item = g_list_model_get_item (rows, row);

  return mns_row_get_text (item, column);
}

static void
test_chart_lines (void)
{
  static const char *const names[] = { "A", "C" };
  const double a[] = { 1, NAN, 3 };
  const double c[] = { 20000, 0.5, 3e9 };
  const double *const values[] = { a, c };
  const guint marks[] = { 1, 3 };
  g_autoptr (GtkWidget) widget = g_object_ref_sink (mns_chart_new ("T", "Cycle", "%"));
  g_autoptr (GListModel) rows = NULL;
  g_autofree char *heading = NULL;

  mns_chart_set_lines (MNS_CHART (widget), names, values, 2, 3, marks, 2);
  g_assert_cmpuint (mns_chart_get_n_columns (MNS_CHART (widget)), ==, 3);
  heading = mns_chart_dup_heading (MNS_CHART (widget), 2);
  g_assert_cmpstr (heading, ==, "C");
  rows = mns_chart_make_rows (MNS_CHART (widget));
  g_assert_cmpuint (g_list_model_get_n_items (rows), ==, 3);
  g_assert_cmpstr (cell (rows, 0, 0), ==, "1");
  g_assert_cmpstr (cell (rows, 1, 1), ==, "–");
  g_assert_cmpstr (cell (rows, 0, 2), ==, "20 k");
  g_assert_cmpstr (cell (rows, 2, 2), ==, "3 G");
}

static void
test_chart_heat (void)
{
  const double values[] = { 1, 2, 3, 4, 5, NAN };
  g_autoptr (GtkWidget) widget = g_object_ref_sink (mns_chart_new ("T", "Tile", "k/mm²"));
  g_autoptr (GListModel) rows = NULL;
  g_autofree char *heading = NULL;

  mns_chart_set_heat (MNS_CHART (widget), values, 2, 3, 2, "Lane");
  g_assert_cmpuint (mns_chart_get_n_columns (MNS_CHART (widget)), ==, 3);
  heading = mns_chart_dup_heading (MNS_CHART (widget), 2);
  g_assert_cmpstr (heading, ==, "Lane 1.2");
  rows = mns_chart_make_rows (MNS_CHART (widget));
  g_assert_cmpstr (cell (rows, 1, 2), ==, "4");
  g_assert_cmpstr (cell (rows, 2, 2), ==, "–");
}

/* A document that is not what it should be makes poorer plots, never a crash. */
static void
test_plots_of_anything (void)
{
  static const char *const documents[] = {
    "{}",
    "{\"cycles\": 1e9, \"lanes\": -1, \"tiles\": 7, \"reads\": [1], \"bases\": []}",
    "{\"cycles\": 3, \"lanes\": 1, \"surfaces\": 1, \"swaths\": 1, \"rows\": 2, \"tiles\": [[1, 1, "
    "1, 0, 5, 6], [9, 9, 9, 9], 4, [1, 1, 1, -5, 0, 0]], \"intensity\": [{\"channel\": 5, "
    "\"values\": [1]}, 8], \"boxes\": {\"density\": [null, [1, 2]]}, \"scores\": [{}, 3], "
    "\"index_shares\": [{\"lane\": 1, \"sample\": \"S\", \"percent\": 4}, null]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      g_autoptr (GtkWidget) plots = g_object_ref_sink (mns_run_plots_new ());
      g_autoptr (JsonNode) node = json_from_string (documents[i], NULL);

      g_assert_nonnull (node);
      mns_run_plots_show (MNS_RUN_PLOTS (plots), json_node_get_object (node));
    }
}

int
main (int argc, char **argv)
{
  int status;

  mns_ui_init (&argc, &argv);
  fill ();
  g_test_add_func ("/screens/runs", test_runs);
  g_test_add_func ("/screens/run", test_run);
  g_test_add_func ("/screens/run-missing", test_no_run);
  g_test_add_func ("/screens/chart-lines", test_chart_lines);
  g_test_add_func ("/screens/chart-heat", test_chart_heat);
  g_test_add_func ("/screens/plots-of-anything", test_plots_of_anything);
  status = g_test_run ();
  mns_screen_lab_free (lab);
  return status;
}
