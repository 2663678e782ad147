/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Plots: the document against the summary of the same run, and every plot drawn and looked into. */

#include "config.h"

#include <math.h>
#include <string.h>

#include <cairo.h>
#include <fontconfig/fontconfig.h>
#include <json-glib/json-glib.h>

#include "server/instruments/generate/generator.h"
#include "server/instruments/plot-draw.h"
#include "server/instruments/plot-style.h"
#include "sync/model/error.h"
#include "tests/mns-test.h"

typedef struct
{
  char *folder;
  char *run;
  MnsRunInfo *info;
  MnsInteropState *state;
  MnsPlotDocument *document;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  MnsGenOptions options = { 0 };
  g_autoptr (GError) error = NULL;

  options.preset = mns_gen_preset_find (data);
  options.reads = "30,8i,8i,26";
  g_assert_nonnull (options.preset);
  fixture->folder = mns_test_make_tmp_dir ();
  fixture->run = g_build_filename (fixture->folder, "run", NULL);
  mns_generate (fixture->run, &options, &error);
  g_assert_no_error (error);
  fixture->info = mns_run_info_read (fixture->run, &error);
  g_assert_no_error (error);
  fixture->state = mns_interop_state_new (fixture->run, fixture->info, MNS_INTEROP_BY_CYCLE);
  g_assert_true (mns_interop_state_look (fixture->state, NULL));
  fixture->document = mns_plot_document_fill (fixture->state, "Model");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  mns_plot_document_free (fixture->document);
  mns_interop_state_free (fixture->state);
  mns_run_info_free (fixture->info);
  mns_test_remove_tree (fixture->folder);
  g_free (fixture->run);
  g_free (fixture->folder);
}

/* What the plots show adds up to what the summary says. */
static void
test_sums (Fixture *fixture, gconstpointer data)
{
  const MnsPlotDocument *document = fixture->document;
  g_autoptr (MnsRunSummary) summary = mns_run_summary_new (fixture->state);
  double over = 0, total = 0, intensity;

  g_assert_cmpuint (document->n_cycles, ==, 72);
  for (guint i = 0; i < document->n_reads; i++)
    for (guint cycle = document->reads[i].first_cycle;
         !document->reads[i].is_index && cycle < document->reads[i].last_cycle;
         cycle++)
      for (guint score = 0; score < MNS_PLOT_SCORES; score++)
        {
          total += document->scores[cycle - 1][score];
          over += score >= 30 ? document->scores[cycle - 1][score] : 0;
        }
  g_assert_cmpfloat_with_epsilon (total / 1e9, summary->nonindex.yield_g, 1e-9);
  g_assert_cmpfloat_with_epsilon (100 * over / total, summary->nonindex.percent_gt_q30, 1e-6);
  for (guint i = 0; i < document->n_cycles; i++)
    {
      double bases = 0;

      for (guint j = 0; j < MNS_PLOT_BASES; j++)
        bases += document->bases[j][i];
      g_assert_cmpfloat_with_epsilon (bases, 100, 1e-9);
      g_assert_cmpfloat (document->q30[i], >, 0);
    }
  intensity = document->intensity[0][0];
  g_assert_cmpfloat (intensity, >, 0);
}

static void
test_boxes (Fixture *fixture, gconstpointer data)
{
  const MnsPlotDocument *document = fixture->document;
  g_autoptr (MnsRunSummary) summary = mns_run_summary_new (fixture->state);

  g_assert_cmpuint (document->tiles->len, ==, mns_interop_state_n_tiles (fixture->state));
  for (guint lane = 0; lane < document->n_lanes; lane++)
    {
      const MnsPlotBox *box = &document->boxes[MNS_TILE_METRIC_PF][lane];

      g_assert_cmpuint (box->n, >, 0);
      for (guint i = 1; i < 5; i++)
        g_assert_cmpfloat (box->values[i], >=, box->values[i - 1]);
      g_assert_cmpfloat_with_epsilon (
          box->values[2], summary->reads[0].lanes[lane].percent_pf.median, 1e-3);
    }
  for (guint i = 0; i < document->tiles->len; i++)
    g_assert_cmpuint (g_array_index (document->tiles, MnsPlotTile, i).row, <, document->n_rows);
}

static guint
count_coloured (cairo_surface_t *surface)
{
  const guint8 *bytes = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);
  guint n = 0;

  for (int y = 0; y < cairo_image_surface_get_height (surface); y++)
    for (int x = 0; x < cairo_image_surface_get_width (surface); x++)
      {
        guint8 rgb[3];

        memcpy (rgb, bytes + y * stride + 4 * x, 3);
        n += MAX (MAX (rgb[0], rgb[1]), rgb[2]) - MIN (MIN (rgb[0], rgb[1]), rgb[2]) > 40;
      }
  return n;
}

/* Each plot as PNG has the size promised and colour in it, as SVG it is whole. */
static void
test_files (Fixture *fixture, gconstpointer data)
{
  guint n = 0;

  for (guint i = 0; i < mns_plot_get_n (); i++)
    {
      g_autofree char *png = g_strdup_printf ("%s/%u.png", fixture->folder, i);
      g_autofree char *svg = g_strdup_printf ("%s/%u.svg", fixture->folder, i);
      g_autofree char *text = NULL;
      g_autoptr (GError) error = NULL;
      cairo_surface_t *surface;
      double width, height;

      if (!mns_plot_has_data (i, fixture->document))
        continue;
      g_assert_true (mns_plot_write_png (i, fixture->document, 1, png, &error));
      g_assert_true (mns_plot_write_svg (i, fixture->document, svg, &error));
      g_assert_no_error (error);
      mns_plot_get_size (i, fixture->document, &width, &height);
      surface = cairo_image_surface_create_from_png (png);
      g_assert_cmpint (cairo_image_surface_get_width (surface), ==, (int) width);
      g_assert_cmpint (cairo_image_surface_get_height (surface), ==, (int) height);
      g_assert_cmpuint (count_coloured (surface), >, 200);
      cairo_surface_destroy (surface);
      g_assert_true (g_file_get_contents (svg, &text, NULL, NULL));
      g_assert_nonnull (strstr (text, "</svg>"));
      n++;
    }
  g_assert_cmpuint (n, >=, 9);
  g_test_message ("%s: %u plots drawn", (const char *) data, n);
}

static void
test_json (Fixture *fixture, gconstpointer data)
{
  g_autofree char *json = mns_plot_document_to_json (fixture->document);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = json_from_string (json, &error);
  JsonObject *object;

  g_assert_no_error (error);
  object = json_node_get_object (root);
  g_assert_cmpstr (json_object_get_string_member (object, "run_id"), ==, fixture->info->id);
  g_assert_cmpint (json_object_get_int_member (object, "cycles"), ==, 72);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "tiles")),
                    ==,
                    fixture->document->tiles->len);
  g_assert_cmpuint (
      json_array_get_length (json_object_get_array_member (object, "percent_gt_q30")), ==, 72);
}

/* A run in its first minute has nothing to draw, and says so instead of drawing it. */
static void
test_empty (void)
{
  static const char xml[] =
      "<RunInfo Version=\"2\"><Run Id=\"r\" Number=\"1\"><Reads>"
      "<Read Number=\"1\" NumCycles=\"5\" IsIndexedRead=\"N\"/></Reads>"
      "<FlowcellLayout LaneCount=\"1\" SurfaceCount=\"2\" SwathCount=\"1\" "
      "TileCount=\"4\"/></Run></RunInfo>";
  g_autofree char *folder = mns_test_make_tmp_dir ();
  g_autofree char *path = g_build_filename (folder, "RunInfo.xml", NULL);
  g_autoptr (MnsPlotDocument) document = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (mns_plot_document_read (folder, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (path, xml, -1, NULL));
  document = mns_plot_document_read (folder, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < mns_plot_get_n (); i++)
    g_assert_false (mns_plot_has_data (i, document));
  mns_test_remove_tree (folder);
}

static void
test_unwritable (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (fixture->folder, "none", "x.png", NULL);

  g_assert_false (mns_plot_write_png (0, fixture->document, 1, path, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_false (mns_plot_write_svg (0, fixture->document, path, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_FAILED);
}

static void
test_scale (void)
{
  static const struct
  {
    double low, high;
    guint n;
    double wanted[3];
  } cases[] = {
    { 0, 97, 5, { 0, 100, 20 } },           { 0, 1523, 5, { 0, 2000, 500 } },
    { 0.31, 0.41, 5, { 0.3, 0.42, 0.02 } }, { 0, 0, 5, { 0, 0.001, 0.0002 } },
    { 4300, 4300, 5, { 4000, 4600, 100 } }, { -3, 4, 5, { -4, 4, 2 } },
    { NAN, 1, 5, { 0, 1, 0.2 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      MnsPlotScale scale = mns_plot_scale (cases[i].low, cases[i].high, cases[i].n);

      g_assert_cmpfloat_with_epsilon (scale.low, cases[i].wanted[0], 1e-9);
      g_assert_cmpfloat_with_epsilon (scale.high, cases[i].wanted[1], 1e-9);
      g_assert_cmpfloat_with_epsilon (scale.step, cases[i].wanted[2], 1e-9);
    }
}

static void
test_numbers (void)
{
  static const struct
  {
    double value, step;
    const char *wanted;
  } cases[] = {
    { 0, 0.5, "0" },         { 0.5, 0.5, "0.5" }, { 1, 0.25, "1.0" },       { 1500, 500, "1500" },
    { 20000, 5000, "20 k" }, { 3e6, 1e6, "3 M" }, { -0.02, 0.02, "-0.02" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = mns_plot_number (cases[i].value, cases[i].step);

      g_assert_cmpstr (text, ==, cases[i].wanted);
    }
}

/* More is darker, evenly: the order shows in grey too. */
static void
test_heat (void)
{
  double before = INFINITY;

  for (guint i = 0; i <= 100; i++)
    {
      guint colour = mns_plot_heat (i / 100.0);
      double grey =
          0.2126 * (colour >> 16 & 0xff) + 0.7152 * (colour >> 8 & 0xff) + 0.0722 * (colour & 0xff);

      g_assert_cmpfloat (grey, <=, before);
      before = grey;
    }
  g_assert_cmpuint (mns_plot_heat (-1), ==, mns_plot_heat (0));
  g_assert_cmpuint (mns_plot_heat (2), ==, mns_plot_heat (1));
}

int
main (int argc, char **argv)
{
  static const char *const presets[] = { "novaseq6000-s1", "miseq", "nextseq550-mid" };

  int result;

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (presets); i++)
    {
      const struct
      {
        const char *name;
        void (*run) (Fixture *fixture, gconstpointer data);
      } tests[] = { { "sums", test_sums },
                    { "boxes", test_boxes },
                    { "files", test_files },
                    { "json", test_json },
                    { "unwritable", test_unwritable } };

      for (gsize j = 0; j < G_N_ELEMENTS (tests); j++)
        {
          g_autofree char *path = g_strdup_printf ("/plot/%s/%s", presets[i], tests[j].name);

          g_test_add (path, Fixture, presets[i], set_up, tests[j].run, tear_down);
        }
    }
  g_test_add_func ("/plot/empty", test_empty);
  g_test_add_func ("/plot/scale", test_scale);
  g_test_add_func ("/plot/numbers", test_numbers);
  g_test_add_func ("/plot/heat", test_heat);
  result = g_test_run ();
  cairo_debug_reset_static_data (); /* fonts kept for the next drawing are no leak */
  FcFini ();
  return result;
}
