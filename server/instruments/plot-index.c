/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Which part of each lane carries which index: a panel a lane, a bar an index. */

#include "config.h"

#include <math.h>

#include "server/instruments/plot-private.h"

#define BAR_STEP 15.0
#define MOST_NAMES_WIDTH 430.0
#define NAME_GAP 14.0
#define PANEL_HEIGHT 110.0
#define PANEL_GAP 40.0
#define BELOW 56.0
/* Up to so many indexes a lane each has its name; beyond, bars stand side by side. */
#define MANY 24

static guint
count_of_lane (const MnsPlotDocument *document, guint lane)
{
  guint n = 0;

  for (guint i = 0; i < document->shares->len; i++)
    n += ((const MnsPlotShare *) g_ptr_array_index (document->shares, i))->lane == lane;
  return n;
}

static guint
most_of_lane (const MnsPlotDocument *document)
{
  guint most = 0;

  for (guint lane = 1; lane <= document->n_lanes; lane++)
    most = MAX (most, count_of_lane (document, lane));
  return most;
}

static gboolean
has_data (const MnsPlotDocument *document, guint which)
{
  return most_of_lane (document) > 0;
}

static double
panel_height (const MnsPlotDocument *document, guint lane)
{
  return most_of_lane (document) > MANY ? PANEL_HEIGHT
                                        : count_of_lane (document, lane) * BAR_STEP + 6;
}

static double
get_height (const MnsPlotDocument *document, guint which)
{
  double height = MNS_PLOT_TOP + BELOW;

  for (guint lane = 1; lane <= document->n_lanes; lane++)
    if (count_of_lane (document, lane) > 0)
      height += panel_height (document, lane) + PANEL_GAP;
  return height;
}

static double
greatest (const MnsPlotDocument *document)
{
  double most = 0;

  for (guint i = 0; i < document->shares->len; i++)
    {
      double percent = ((const MnsPlotShare *) g_ptr_array_index (document->shares, i))->percent;

      most = isfinite (percent) ? MAX (most, percent) : most;
    }
  return most;
}

/* A run in which hardly anything was identified has to show how little. */
static char *
share_text (double percent)
{
  return g_strdup_printf (percent > 0 && percent < 0.1 ? "%.4f" : "%.2f", percent);
}

static void
draw_title (const MnsPlotDocument *document, cairo_t *cr, double x, double y, guint lane)
{
  double sum = 0;
  guint n = 0;
  g_autofree char *part = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; i < document->shares->len; i++)
    {
      const MnsPlotShare *share = g_ptr_array_index (document->shares, i);

      if (share->lane != lane)
        continue;
      sum += share->percent;
      n++;
    }
  part = share_text (sum);
  text = g_strdup_printf ("Lane %u: %u indexes, %s %% of the clusters identified", lane, n, part);
  mns_plot_text (cr, x, y, 10, MNS_PLOT_LEFT, MNS_PLOT_INK, text);
}

/* @text cut in its middle to fit @width: names of samples differ at their ends. */
static char *
fit_text (cairo_t *cr, const char *text, double width)
{
  g_autofree char *whole = g_utf8_make_valid (text, -1);
  glong n = g_utf8_strlen (whole, -1);

  if (mns_plot_text_width (cr, 9, whole) <= width)
    return g_steal_pointer (&whole);
  for (glong kept = n - 1; kept > 1; kept--)
    {
      g_autofree char *head = g_utf8_substring (whole, 0, kept / 2);
      g_autofree char *tail = g_utf8_substring (whole, n - (kept - kept / 2), n);
      g_autofree char *shown = g_strconcat (head, "…", tail, NULL);

      if (mns_plot_text_width (cr, 9, shown) <= width)
        return g_steal_pointer (&shown);
    }
  return g_strdup ("…");
}

static const char *
sample_of (const MnsPlotShare *share)
{
  return g_str_equal (share->sample, "NA") ? "" : share->sample;
}

/* Widths of the two columns of words beside the bars. */
typedef struct
{
  double samples;
  double indexes;
} Names;

static Names
measure_names (const MnsPlotDocument *document, cairo_t *cr)
{
  Names names = { 0, 0 };

  for (guint i = 0; i < document->shares->len; i++)
    {
      const MnsPlotShare *share = g_ptr_array_index (document->shares, i);

      names.samples = MAX (names.samples, mns_plot_text_width (cr, 9, sample_of (share)));
      names.indexes = MAX (names.indexes, mns_plot_text_width (cr, 9, share->index));
    }
  names.indexes = MIN (names.indexes, MOST_NAMES_WIDTH / 2);
  names.samples = MIN (names.samples, MOST_NAMES_WIDTH - names.indexes - NAME_GAP);
  return names;
}

static void
draw_named_bar (
    cairo_t *cr, const MnsPlotArea *area, guint nth, const MnsPlotShare *share, const Names *names)
{
  double y = area->y + 3 + nth * BAR_STEP;
  g_autofree char *sample = fit_text (cr, sample_of (share), names->samples);
  g_autofree char *index = fit_text (cr, share->index, names->indexes);
  g_autofree char *value = share_text (share->percent);
  double end = isfinite (share->percent) ? mns_plot_at_x (area, share->percent) : area->x;
  double index_x = area->x - 8 - names->indexes;

  mns_plot_text (cr, MNS_PLOT_MARGIN, y + 10, 9, MNS_PLOT_LEFT, MNS_PLOT_INK, sample);
  mns_plot_text (cr, index_x, y + 10, 9, MNS_PLOT_LEFT, MNS_PLOT_SOFT, index);
  mns_plot_set_colour (cr, MNS_PLOT_BLUE);
  cairo_rectangle (cr, area->x, y + 2, end - area->x, BAR_STEP - 5);
  cairo_fill (cr);
  mns_plot_text (cr, end + 4, y + 10, 8.5, MNS_PLOT_LEFT, MNS_PLOT_SOFT, value);
}

static void
draw_named (const MnsPlotDocument *document, cairo_t *cr, MnsPlotArea *area, guint lane)
{
  Names names = measure_names (document, cr);
  guint nth = 0;

  area->x =
      MNS_PLOT_MARGIN + names.samples + (names.samples > 0 ? NAME_GAP : 0) + names.indexes + 8;
  area->width = MNS_PLOT_WIDTH - MNS_PLOT_MARGIN - area->x - 34;
  area->across = mns_plot_scale (0, greatest (document), 8);
  for (guint i = 0; i < document->shares->len; i++)
    {
      const MnsPlotShare *share = g_ptr_array_index (document->shares, i);

      if (share->lane == lane)
        draw_named_bar (cr, area, nth++, share, &names);
    }
  mns_plot_set_colour (cr, MNS_PLOT_SOFT);
  cairo_set_line_width (cr, 0.8);
  cairo_move_to (cr, area->x, area->y);
  cairo_line_to (cr, area->x, area->y + area->height);
  cairo_stroke (cr);
}

static void
draw_dense (const MnsPlotDocument *document, cairo_t *cr, MnsPlotArea *area, guint lane)
{
  guint most = most_of_lane (document);
  double step = (MNS_PLOT_WIDTH - MNS_PLOT_SIDE - MNS_PLOT_MARGIN) / most;
  double sum = 0;
  guint nth = 0;

  area->x = MNS_PLOT_SIDE;
  area->width = MNS_PLOT_WIDTH - MNS_PLOT_SIDE - MNS_PLOT_MARGIN;
  area->up = mns_plot_scale (0, greatest (document), 4);
  area->across = mns_plot_scale (0, most, 10);
  area->across.low = 0.5;
  area->across.high = most + 0.5;
  mns_plot_draw_up (cr, area, "PF clusters (%)");
  for (guint i = 0; i < document->shares->len; i++)
    {
      const MnsPlotShare *share = g_ptr_array_index (document->shares, i);
      double top;

      if (share->lane != lane || !isfinite (share->percent))
        continue;
      top = mns_plot_at_y (area, share->percent);
      sum += share->percent;
      mns_plot_set_colour (cr, MNS_PLOT_BLUE);
      cairo_rectangle (
          cr, area->x + nth++ * step + step * 0.1, top, step * 0.8, area->y + area->height - top);
      cairo_fill (cr);
    }
  if (nth > 0)
    {
      const MnsPlotPen pen = { "mean", MNS_PLOT_ORANGE, 1 };
      double y = mns_plot_at_y (area, sum / nth);

      mns_plot_use_pen (cr, &pen);
      cairo_move_to (cr, area->x, y);
      cairo_line_to (cr, area->x + nth * step, y);
      cairo_stroke (cr);
      mns_plot_draw_keys (cr, area->x + area->width, area->y - 7, &pen, 1);
    }
  mns_plot_draw_frame (cr, area);
}

static void
draw (const MnsPlotDocument *document, guint which, cairo_t *cr, double height)
{
  gboolean is_dense = most_of_lane (document) > MANY;
  MnsPlotArea area = { 0 };

  area.y = MNS_PLOT_TOP + 26;
  for (guint lane = 1; lane <= document->n_lanes; lane++)
    {
      if (count_of_lane (document, lane) == 0)
        continue;
      area.height = panel_height (document, lane);
      if (is_dense)
        draw_dense (document, cr, &area, lane);
      else
        draw_named (document, cr, &area, lane);
      draw_title (document, cr, is_dense ? area.x : MNS_PLOT_MARGIN, area.y - 7, lane);
      area.y += area.height + PANEL_GAP;
    }
  area.y -= PANEL_GAP + area.height;
  mns_plot_draw_across (
      cr, &area, is_dense ? "Index, in the order of the file" : "Clusters passing filter (%)");
}

const MnsPlotKind mns_plot_index = { has_data, get_height, draw };
