/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Lanes beside each other: a box a lane over its tiles. */

#include "config.h"

#include <math.h>

#include "server/instruments/plot-private.h"

#define PANEL_HEIGHT 170.0
#define PANEL_GAP 34.0
#define BELOW 62.0

/* Panels from above, each one or two metrics; the second box is filled darker. */
static const struct
{
  MnsTileMetric metrics[2];
  guint n;
  const char *title;
  double most; /* greatest value that makes sense, 0 for any */
} panels[] = {
  { { MNS_TILE_METRIC_DENSITY, MNS_TILE_METRIC_DENSITY_PF }, 2, "Density (k/mm²)", 0 },
  { { MNS_TILE_METRIC_PF }, 1, "Clusters PF (%)", 100 },
  { { MNS_TILE_METRIC_OCCUPIED }, 1, "Occupied (%)", 100 },
  { { MNS_TILE_METRIC_Q30 }, 1, "Bases ≥ Q30 (%)", 100 },
  { { MNS_TILE_METRIC_ERROR }, 1, "Error rate (%)", 0 },
};

static const guint fills[2] = { MNS_PLOT_SKY, MNS_PLOT_BLUE };

static const char *const metric_titles[MNS_TILE_N_METRICS] = {
  [MNS_TILE_METRIC_DENSITY] = "Density (k/mm²)",
  [MNS_TILE_METRIC_DENSITY_PF] = "Density PF (k/mm²)",
  [MNS_TILE_METRIC_PF] = "Clusters PF (%)",
  [MNS_TILE_METRIC_OCCUPIED] = "Occupied (%)",
  [MNS_TILE_METRIC_Q30] = "Bases ≥ Q30 (%)",
  [MNS_TILE_METRIC_ERROR] = "Error rate (%)",
  [MNS_TILE_METRIC_INTENSITY] = "Intensity, cycle 1 (a.u.)",
  [MNS_TILE_METRIC_ALIGNED] = "Aligned (%)",
};

const char *
mns_plot_metric_title (MnsTileMetric metric)
{
  return metric_titles[metric];
}

static gboolean
has_metric (const MnsPlotDocument *document, MnsTileMetric metric)
{
  for (guint i = 0; i < document->n_lanes; i++)
    if (document->boxes[metric][i].n > 0)
      return TRUE;
  return FALSE;
}

static gboolean
has_panel (const MnsPlotDocument *document, gsize i)
{
  return has_metric (document, panels[i].metrics[0]);
}

static guint
count_panels (const MnsPlotDocument *document)
{
  guint n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (panels); i++)
    n += has_panel (document, i);
  return n;
}

static gboolean
has_data (const MnsPlotDocument *document, guint which)
{
  return count_panels (document) > 0;
}

static double
get_height (const MnsPlotDocument *document, guint which)
{
  return MNS_PLOT_TOP + count_panels (document) * (PANEL_HEIGHT + PANEL_GAP) + BELOW;
}

static void
draw_box (
    cairo_t *cr, const MnsPlotArea *area, double x, double width, const MnsPlotBox *box, guint fill)
{
  double y[5];

  if (box->n == 0)
    return;
  for (guint i = 0; i < 5; i++)
    y[i] = mns_plot_at_y (area, box->values[i]);
  cairo_set_line_width (cr, 1);
  mns_plot_set_colour (cr, MNS_PLOT_INK);
  for (guint i = 0; i < 2; i++)
    {
      double end = y[i == 0 ? 0 : 4];

      cairo_move_to (cr, x, y[i == 0 ? 1 : 3]);
      cairo_line_to (cr, x, end);
      cairo_move_to (cr, x - width / 4, end);
      cairo_line_to (cr, x + width / 4, end);
    }
  cairo_stroke (cr);
  cairo_rectangle (cr, x - width / 2, y[3], width, MAX (y[1] - y[3], 0.5));
  mns_plot_set_colour (cr, fill);
  cairo_fill_preserve (cr);
  mns_plot_set_colour (cr, MNS_PLOT_INK);
  cairo_stroke (cr);
  cairo_set_line_width (cr, 2);
  mns_plot_set_colour (cr, fill == MNS_PLOT_BLUE ? 0xffffff : MNS_PLOT_INK);
  cairo_move_to (cr, x - width / 2 + 1, y[2]);
  cairo_line_to (cr, x + width / 2 - 1, y[2]);
  cairo_stroke (cr);
}

static void
find_scale (const MnsPlotDocument *document, gsize panel, MnsPlotScale *scale)
{
  double low = INFINITY, high = -INFINITY;

  for (guint i = 0; i < panels[panel].n; i++)
    for (guint lane = 0; lane < document->n_lanes; lane++)
      {
        const MnsPlotBox *box = &document->boxes[panels[panel].metrics[i]][lane];

        if (box->n == 0)
          continue;
        low = MIN (low, box->values[0]);
        high = MAX (high, box->values[4]);
      }
  /* From zero where the values are near it; else the part that shows their differences. */
  *scale = mns_plot_scale (low < 0.5 * high ? 0 : low, high, 5);
  if (panels[panel].most > 0)
    scale->high = MIN (scale->high, panels[panel].most);
}

static void
draw_panel (const MnsPlotDocument *document, cairo_t *cr, MnsPlotArea *area, gsize panel)
{
  double slot = area->width / document->n_lanes;
  double width = MIN (slot * 0.6 / panels[panel].n, 44);

  find_scale (document, panel, &area->up);
  mns_plot_draw_up (cr, area, panels[panel].title);
  for (guint lane = 0; lane < document->n_lanes; lane++)
    for (guint i = 0; i < panels[panel].n; i++)
      {
        double x = area->x + (lane + 0.5) * slot + (i - (panels[panel].n - 1) / 2.0) * (width + 3);

        draw_box (cr,
                  area,
                  x,
                  width,
                  &document->boxes[panels[panel].metrics[i]][lane],
                  fills[panels[panel].n == 2 ? i : 0]);
      }
  mns_plot_draw_frame (cr, area);
}

static void
draw_density_key (cairo_t *cr, const MnsPlotArea *area)
{
  static const char *const names[2] = { "all clusters", "passing filter" };
  double x = area->x + area->width;

  for (guint i = 2; i-- > 0;)
    {
      x -= mns_plot_text_width (cr, 10, names[i]);
      mns_plot_text (cr, x, area->y - 6, 10, MNS_PLOT_LEFT, MNS_PLOT_INK, names[i]);
      cairo_rectangle (cr, x - 16, area->y - 15, 11, 10);
      mns_plot_set_colour (cr, fills[i]);
      cairo_fill_preserve (cr);
      mns_plot_set_colour (cr, MNS_PLOT_INK);
      cairo_set_line_width (cr, 0.8);
      cairo_stroke (cr);
      x -= 34;
    }
}

static void
draw (const MnsPlotDocument *document, guint which, cairo_t *cr, double height)
{
  MnsPlotArea area = { 0 };

  area.x = MNS_PLOT_SIDE;
  area.y = MNS_PLOT_TOP + 18;
  area.width = MNS_PLOT_WIDTH - MNS_PLOT_SIDE - MNS_PLOT_MARGIN;
  area.height = PANEL_HEIGHT;
  for (gsize i = 0; i < G_N_ELEMENTS (panels); i++)
    {
      if (!has_panel (document, i))
        continue;
      if (panels[i].n == 2)
        draw_density_key (cr, &area);
      draw_panel (document, cr, &area, i);
      area.y += PANEL_HEIGHT + PANEL_GAP;
    }
  area.y -= PANEL_GAP;
  for (guint lane = 0; lane < document->n_lanes; lane++)
    {
      g_autofree char *text = g_strdup_printf ("%u", lane + 1);

      mns_plot_text (cr,
                     area.x + (lane + 0.5) * area.width / document->n_lanes,
                     area.y + 15,
                     9,
                     MNS_PLOT_CENTRE,
                     MNS_PLOT_SOFT,
                     text);
    }
  mns_plot_text (
      cr, area.x + area.width / 2, area.y + 32, 10, MNS_PLOT_CENTRE, MNS_PLOT_INK, "Lane");
  mns_plot_text (cr,
                 area.x,
                 area.y + 50,
                 8.5,
                 MNS_PLOT_LEFT,
                 MNS_PLOT_SOFT,
                 "Box: middle half of the tiles, line: median; whiskers: least and most tile.");
}

const MnsPlotKind mns_plot_by_lane = { has_data, get_height, draw };
