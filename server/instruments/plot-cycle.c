/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What happened from cycle to cycle: intensity, quality, error, bases, one above the other. */

#include "config.h"

#include <math.h>

#include "server/instruments/plot-private.h"

#define PANEL_HEIGHT 150.0
#define PANEL_GAP 46.0
#define BELOW 42.0

typedef enum
{
  PANEL_INTENSITY,
  PANEL_Q30,
  PANEL_ERROR,
  PANEL_BASES,
  N_PANELS,
} Panel;

static const char *const panel_titles[N_PANELS] = {
  "Intensity (a.u.)",
  "Bases ≥ Q30 (%)",
  "Error rate (%)",
  "Bases called (%)",
};

static const MnsPlotPen base_pens[MNS_PLOT_BASES] = {
  { "no call", MNS_PLOT_SOFT, 2 }, { "A", MNS_PLOT_GREEN, 0 },  { "C", MNS_PLOT_BLUE, 1 },
  { "G", MNS_PLOT_INK, 2 },        { "T", MNS_PLOT_ORANGE, 3 },
};

/* Channels that are called after a colour or base get that colour. */
static const struct
{
  const char *name;
  guint colour;
} channel_colours[] = {
  { "red", MNS_PLOT_ORANGE }, { "green", MNS_PLOT_GREEN }, { "blue", MNS_PLOT_BLUE },
  { "a", MNS_PLOT_GREEN },    { "c", MNS_PLOT_BLUE },      { "g", MNS_PLOT_INK },
  { "t", MNS_PLOT_ORANGE },   { "1", MNS_PLOT_BLUE },      { "2", MNS_PLOT_ORANGE },
};

gboolean
mns_plot_has_series (const double *values, guint n)
{
  for (guint i = 0; i < n; i++)
    if (isfinite (values[i]))
      return TRUE;
  return FALSE;
}

static gboolean
has_panel (const MnsPlotDocument *document, Panel panel)
{
  switch (panel)
    {
    case PANEL_INTENSITY:
      return document->n_channels > 0 &&
             mns_plot_has_series (document->intensity[0], document->n_cycles);
    case PANEL_Q30:
      return mns_plot_has_series (document->q30, document->n_cycles);
    case PANEL_ERROR:
      return mns_plot_has_series (document->error, document->n_cycles);
    case PANEL_BASES:
      return mns_plot_has_series (document->bases[1], document->n_cycles);
    case N_PANELS:
      break;
    }
  return FALSE;
}

static guint
count_panels (const MnsPlotDocument *document)
{
  guint n = 0;

  for (Panel panel = 0; panel < N_PANELS; panel++)
    n += has_panel (document, panel);
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
  guint n = count_panels (document);

  return MNS_PLOT_TOP + n * (PANEL_HEIGHT + PANEL_GAP) - PANEL_GAP / 2 + BELOW;
}

/* Where one read ends and the next begins, and which is an index read (grey, if @with_shade). */
void
mns_plot_draw_reads (const MnsPlotDocument *document,
                     cairo_t *cr,
                     const MnsPlotArea *area,
                     gboolean with_shade)
{
  guint n_data = 0, n_index = 0;

  for (guint i = 0; i < document->n_reads; i++)
    {
      const MnsRunRead *read = &document->reads[i];
      double from = mns_plot_at_x (area, read->first_cycle - 0.5);
      double to = mns_plot_at_x (area, read->last_cycle + 0.5);
      guint number = read->is_index ? ++n_index : ++n_data;
      g_autofree char *full = g_strdup_printf ("%s %u", read->is_index ? "Index" : "Read", number);
      g_autofree char *brief = g_strdup_printf ("%s%u", read->is_index ? "I" : "R", number);
      const char *text = mns_plot_text_width (cr, 9, full) < to - from + 4 ? full : brief;

      if (read->is_index && with_shade)
        {
          cairo_set_source_rgba (cr, 0, 0, 0, 0.045);
          cairo_rectangle (cr, from, area->y, to - from, area->height);
          cairo_fill (cr);
        }
      if (i > 0)
        {
          mns_plot_set_colour (cr, 0xbbbbbb);
          cairo_set_line_width (cr, 0.8);
          cairo_move_to (cr, from, area->y);
          cairo_line_to (cr, from, area->y + area->height);
          cairo_stroke (cr);
        }
      if (mns_plot_text_width (cr, 9, text) < to - from + 8)
        mns_plot_text (cr, (from + to) / 2, area->y - 5, 9, MNS_PLOT_CENTRE, MNS_PLOT_SOFT, text);
    }
}

/* A line that breaks where nothing is known and between reads. */
static void
draw_series (const MnsPlotDocument *document,
             cairo_t *cr,
             const MnsPlotArea *area,
             const double *values,
             const MnsPlotPen *pen)
{
  mns_plot_use_pen (cr, pen);
  for (guint i = 0; i < document->n_reads; i++)
    {
      const MnsRunRead *read = &document->reads[i];
      gboolean is_drawing = FALSE;

      for (guint cycle = read->first_cycle; cycle <= read->last_cycle; cycle++)
        {
          double value = values[cycle - 1];

          if (isfinite (value) && is_drawing)
            cairo_line_to (cr, mns_plot_at_x (area, cycle), mns_plot_at_y (area, value));
          else if (isfinite (value))
            cairo_move_to (cr, mns_plot_at_x (area, cycle), mns_plot_at_y (area, value));
          is_drawing = isfinite (value);
        }
      cairo_stroke (cr);
    }
  cairo_set_dash (cr, NULL, 0, 0);
}

static double
greatest (const double *values, guint n)
{
  double most = 0;

  for (guint i = 0; i < n; i++)
    if (isfinite (values[i]))
      most = MAX (most, values[i]);
  return most;
}

static MnsPlotPen
channel_pen (const MnsPlotDocument *document, guint channel)
{
  MnsPlotPen pen = { document->channels[channel], MNS_PLOT_PURPLE, channel };

  for (gsize i = 0; i < G_N_ELEMENTS (channel_colours); i++)
    if (g_ascii_strcasecmp (pen.name, channel_colours[i].name) == 0)
      pen.colour = channel_colours[i].colour;
  return pen;
}

static void
draw_intensity (const MnsPlotDocument *document, cairo_t *cr, MnsPlotArea *area)
{
  MnsPlotPen pens[MNS_PLOT_CHANNELS];
  double most = 0;

  for (guint i = 0; i < document->n_channels; i++)
    {
      pens[i] = channel_pen (document, i);
      most = MAX (most, greatest (document->intensity[i], document->n_cycles));
    }
  area->up = mns_plot_scale (0, most, 5);
  mns_plot_draw_up (cr, area, panel_titles[PANEL_INTENSITY]);
  for (guint i = 0; i < document->n_channels; i++)
    draw_series (document, cr, area, document->intensity[i], &pens[i]);
  mns_plot_draw_keys (cr, area->x + area->width, area->y - 18, pens, document->n_channels);
}

static void
draw_bases (const MnsPlotDocument *document, cairo_t *cr, MnsPlotArea *area)
{
  double most = 0;

  for (guint i = 0; i < MNS_PLOT_BASES; i++)
    most = MAX (most, greatest (document->bases[i], document->n_cycles));
  area->up = mns_plot_scale (0, MIN (most, 100), 5);
  mns_plot_draw_up (cr, area, panel_titles[PANEL_BASES]);
  for (guint i = 0; i < MNS_PLOT_BASES; i++)
    draw_series (document, cr, area, document->bases[i], &base_pens[i]);
  mns_plot_draw_keys (cr, area->x + area->width, area->y - 18, base_pens, MNS_PLOT_BASES);
}

/* Good runs differ near the top: the axis begins at the twenties below the least value. */
static MnsPlotScale
q30_scale (const double *values, guint n)
{
  double least = 100;

  for (guint i = 0; i < n; i++)
    if (isfinite (values[i]))
      least = MIN (least, values[i]);
  return mns_plot_scale (CLAMP (floor (least / 20) * 20, 0, 80), 100, 5);
}

static void
draw_single (const MnsPlotDocument *document,
             cairo_t *cr,
             MnsPlotArea *area,
             Panel panel,
             const double *values)
{
  const MnsPlotPen pen = { "", panel == PANEL_Q30 ? MNS_PLOT_BLUE : MNS_PLOT_ORANGE, 0 };

  area->up = panel == PANEL_Q30 ? q30_scale (values, document->n_cycles)
                                : mns_plot_scale (0, greatest (values, document->n_cycles), 5);
  mns_plot_draw_up (cr, area, panel_titles[panel]);
  draw_series (document, cr, area, values, &pen);
}

static void
draw_panel (const MnsPlotDocument *document, cairo_t *cr, MnsPlotArea *area, Panel panel)
{
  mns_plot_draw_reads (document, cr, area, TRUE);
  if (panel == PANEL_INTENSITY)
    draw_intensity (document, cr, area);
  else if (panel == PANEL_BASES)
    draw_bases (document, cr, area);
  else
    draw_single (document, cr, area, panel, panel == PANEL_Q30 ? document->q30 : document->error);
  mns_plot_draw_frame (cr, area);
}

static void
draw (const MnsPlotDocument *document, guint which, cairo_t *cr, double height)
{
  MnsPlotArea area = { 0 };

  area.x = MNS_PLOT_SIDE;
  area.y = MNS_PLOT_TOP + PANEL_GAP / 2;
  area.width = MNS_PLOT_WIDTH - MNS_PLOT_SIDE - MNS_PLOT_MARGIN;
  area.height = PANEL_HEIGHT;
  for (Panel panel = 0; panel < N_PANELS; panel++)
    {
      if (!has_panel (document, panel))
        continue;
      area.across = mns_plot_scale (0, document->n_cycles, 10);
      area.across.low = 0.5;
      area.across.high = document->n_cycles + 0.5;
      draw_panel (document, cr, &area, panel);
      area.y += PANEL_HEIGHT + PANEL_GAP;
    }
  area.y -= PANEL_HEIGHT + PANEL_GAP;
  mns_plot_draw_across (cr, &area, "Cycle");
}

const MnsPlotKind mns_plot_by_cycle = { has_data, get_height, draw };
