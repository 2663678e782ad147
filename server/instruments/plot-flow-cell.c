/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The flow cell seen from above, a rectangle a tile: lanes beside each other, in each its surfaces,
 * in each of these its swaths.
 */

#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "server/instruments/plot-private.h"

#define MAP_HEIGHT 380.0
#define LANE_GAP 12.0
#define SURFACE_GAP 4.0
#define KEY_WIDTH 100.0
#define BELOW 44.0
#define HEAD 40.0

typedef struct
{
  double x; /* of the whole map */
  double y;
  double lane_width;
  double surface_width;
  double column;
  double row;
} Grid;

static gboolean
has_data (const MnsPlotDocument *document, guint metric)
{
  guint n = 0;

  for (guint i = 0; i < document->n_lanes; i++)
    n += document->boxes[metric][i].n;
  return n > 0;
}

static double
get_height (const MnsPlotDocument *document, guint metric)
{
  return MNS_PLOT_TOP + HEAD + MAP_HEIGHT + BELOW;
}

static Grid
lay_out (const MnsPlotDocument *document)
{
  double width = MNS_PLOT_WIDTH - MNS_PLOT_SIDE - MNS_PLOT_MARGIN - KEY_WIDTH;
  guint lanes = MAX (document->n_lanes, 1);
  guint surfaces = MAX (document->n_surfaces, 1);
  guint swaths = MAX (document->n_swaths, 1);
  Grid grid;

  grid.x = MNS_PLOT_SIDE;
  grid.y = MNS_PLOT_TOP + HEAD;
  grid.lane_width = (width - (lanes - 1) * LANE_GAP) / lanes;
  grid.surface_width = (grid.lane_width - (surfaces - 1) * SURFACE_GAP) / surfaces;
  grid.column = grid.surface_width / swaths;
  grid.row = MAP_HEIGHT / MAX (document->n_rows, 1);
  return grid;
}

static double
surface_x (const Grid *grid, guint lane, guint surface)
{
  return grid->x + (lane - 1) * (grid->lane_width + LANE_GAP) +
         (surface - 1) * (grid->surface_width + SURFACE_GAP);
}

static int
compare_floats (const void *a, const void *b)
{
  float first = *(const float *) a;
  float second = *(const float *) b;

  return (first > second) - (first < second);
}

/* A few tiles far off would leave one colour for all others: the scale spans 98 % of them, and
 * @is_cut says so. Patterned flow cells have one and the same density everywhere: @is_flat.
 */
static MnsPlotScale
find_scale (const MnsPlotDocument *document, guint metric, gboolean *is_cut, gboolean *is_flat)
{
  g_autofree float *values = g_new (float, MAX (document->tiles->len, 1));
  guint n = 0;
  double low, high;
  MnsPlotScale scale;

  for (guint i = 0; i < document->tiles->len; i++)
    {
      float value = g_array_index (document->tiles, MnsPlotTile, i).values[metric];

      if (isfinite (value))
        values[n++] = value;
    }
  qsort (values, n, sizeof *values, compare_floats);
  low = (double) values[n / 100];
  high = (double) values[n - 1 - n / 100];
  scale = mns_plot_scale (low, high, 5);
  *is_cut = (double) values[0] < scale.low || (double) values[n - 1] > scale.high;
  *is_flat = values[n - 1] - values[0] <= 1e-6f * values[n - 1];
  return scale;
}

static void
draw_heads (const MnsPlotDocument *document, cairo_t *cr, const Grid *grid)
{
  for (guint lane = 1; lane <= document->n_lanes; lane++)
    {
      double x = surface_x (grid, lane, 1);
      g_autofree char *full = g_strdup_printf ("Lane %u", lane);
      g_autofree char *brief = g_strdup_printf ("%u", lane);
      const char *text = mns_plot_text_width (cr, 10, full) < grid->lane_width ? full : brief;

      mns_plot_text (
          cr, x + grid->lane_width / 2, grid->y - 20, 10, MNS_PLOT_CENTRE, MNS_PLOT_INK, text);
      for (guint surface = 1; document->n_surfaces == 2 && surface <= 2; surface++)
        {
          const char *name = surface == 1 ? "top" : "bottom";

          if (mns_plot_text_width (cr, 8.5, "bottom") >= grid->surface_width + 2)
            name = surface == 1 ? "t" : "b";
          mns_plot_text (cr,
                         surface_x (grid, lane, surface) + grid->surface_width / 2,
                         grid->y - 6,
                         8.5,
                         MNS_PLOT_CENTRE,
                         MNS_PLOT_SOFT,
                         name);
        }
    }
}

/* Grey below the tiles: where nothing is drawn, nothing is known. */
static void
draw_ground (const MnsPlotDocument *document, cairo_t *cr, const Grid *grid)
{
  mns_plot_set_colour (cr, MNS_PLOT_EMPTY);
  for (guint lane = 1; lane <= document->n_lanes; lane++)
    for (guint surface = 1; surface <= MAX (document->n_surfaces, 1); surface++)
      cairo_rectangle (
          cr, surface_x (grid, lane, surface), grid->y, grid->surface_width, MAP_HEIGHT);
  cairo_fill (cr);
}

static void
draw_tiles (const MnsPlotDocument *document,
            cairo_t *cr,
            const Grid *grid,
            guint metric,
            const MnsPlotScale *scale)
{
  /* A hair of ground between large tiles; small ones overlap, lest it shine through. */
  double gap = grid->row > 6 && grid->column > 6 ? 0.6 : -0.4;

  for (guint i = 0; i < document->tiles->len; i++)
    {
      const MnsPlotTile *tile = &g_array_index (document->tiles, MnsPlotTile, i);
      double value = (double) tile->values[metric];

      if (!isfinite (value) || tile->surface < 1 || tile->swath < 1)
        continue;
      mns_plot_set_colour (cr, mns_plot_heat ((value - scale->low) / (scale->high - scale->low)));
      cairo_rectangle (cr,
                       surface_x (grid, tile->lane, tile->surface) +
                           (tile->swath - 1) * grid->column,
                       grid->y + tile->row * grid->row,
                       grid->column - gap,
                       grid->row - gap);
      cairo_fill (cr);
    }
}

static void
draw_rows (const MnsPlotDocument *document, cairo_t *cr, const Grid *grid)
{
  guint step = MAX ((document->n_rows + 13) / 14, 1);

  for (guint row = 0; row < document->n_rows; row += step)
    {
      g_autofree char *text = g_strdup_printf ("%u", row + 1);

      mns_plot_text (cr,
                     grid->x - 6,
                     grid->y + (row + 0.5) * grid->row + 3,
                     9,
                     MNS_PLOT_RIGHT,
                     MNS_PLOT_SOFT,
                     text);
    }
  mns_plot_upright_text (cr, grid->x - 46, grid->y + MAP_HEIGHT / 2, 10, "Tile within the swath");
}

static void
draw (const MnsPlotDocument *document, guint metric, cairo_t *cr, double height)
{
  Grid grid = lay_out (document);
  gboolean is_cut, is_flat;
  MnsPlotScale scale = find_scale (document, metric, &is_cut, &is_flat);
  g_autofree char *note = NULL;

  /* Edges of neighbours must not shine through. */
  cairo_set_antialias (cr, grid.row < 6 ? CAIRO_ANTIALIAS_NONE : CAIRO_ANTIALIAS_DEFAULT);
  draw_ground (document, cr, &grid);
  draw_tiles (document, cr, &grid, metric, &scale);
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_DEFAULT);
  draw_heads (document, cr, &grid);
  draw_rows (document, cr, &grid);
  mns_plot_draw_heat_key (cr,
                          MNS_PLOT_WIDTH - MNS_PLOT_MARGIN - KEY_WIDTH + 26,
                          grid.y + 20,
                          MAP_HEIGHT - 40,
                          &scale,
                          mns_plot_metric_title (metric));
  note = g_strdup_printf ("%u tiles; swaths from left to right.%s%s%s",
                          document->tiles->len,
                          metric == MNS_TILE_METRIC_Q30 || metric == MNS_TILE_METRIC_ERROR ||
                                  metric == MNS_TILE_METRIC_ALIGNED
                              ? " Mean of the data reads."
                              : "",
                          is_cut ? " Tiles beyond the scale have the colour of its end." : "",
                          is_flat ? " All tiles have the same value." : "");
  mns_plot_text (cr, grid.x, grid.y + MAP_HEIGHT + 22, 8.5, MNS_PLOT_LEFT, MNS_PLOT_SOFT, note);
}

const MnsPlotKind mns_plot_flow_cell = { has_data, get_height, draw };
