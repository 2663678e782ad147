/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Quality scores: how many bases have which, over the run and from cycle to cycle. The last cycle
 * of a read counts in neither total, as in the figures of the summary.
 */

#include "config.h"

#include <math.h>

#include "server/instruments/plot-private.h"

#define PLOT_HEIGHT 300.0
#define BELOW 62.0
#define KEY_WIDTH 100.0
/* With fewer scores than this the instrument bins them, and each gets a row of its own. */
#define MANY_SCORES 13
/* A share that would be no colour of its own. */
#define LITTLE 0.05

static double
count_of (const MnsPlotDocument *document, guint score, gboolean only_data)
{
  double sum = 0;

  for (guint i = 0; i < document->n_reads; i++)
    {
      const MnsRunRead *read = &document->reads[i];

      for (guint cycle = read->first_cycle; cycle < read->last_cycle; cycle++)
        if (!only_data || !read->is_index)
          sum += document->scores[cycle - 1][score];
    }
  return sum;
}

static gboolean
has_scores (const MnsPlotDocument *document, guint which)
{
  for (guint score = 0; score < MNS_PLOT_SCORES; score++)
    if (count_of (document, score, FALSE) > 0)
      return TRUE;
  return FALSE;
}

static double
get_height (const MnsPlotDocument *document, guint which)
{
  return MNS_PLOT_TOP + 20 + PLOT_HEIGHT + BELOW;
}

/* The scores that occur, from low to high. */
static guint
list_scores (const MnsPlotDocument *document, guint scores[MNS_PLOT_SCORES])
{
  guint n = 0;

  for (guint score = 0; score < MNS_PLOT_SCORES; score++)
    for (guint i = 0; i < document->n_cycles; i++)
      if (document->scores[i][score] > 0)
        {
          scores[n++] = score;
          break;
        }
  return n;
}

static void
draw_bars (const MnsPlotDocument *document,
           cairo_t *cr,
           const MnsPlotArea *area,
           double unit,
           double sum,
           gboolean with_shares)
{
  double width = area->width / (area->across.high - area->across.low) * 0.8;

  for (guint score = 0; score < MNS_PLOT_SCORES; score++)
    {
      double value = count_of (document, score, TRUE) / unit;
      double top = mns_plot_at_y (area, value);

      if (value <= 0)
        continue;
      cairo_rectangle (
          cr, mns_plot_at_x (area, score) - width / 2, top, width, area->y + area->height - top);
      mns_plot_set_colour (cr, score >= 30 ? MNS_PLOT_BLUE : MNS_PLOT_SKY);
      cairo_fill (cr);
      if (with_shares)
        {
          g_autofree char *text = g_strdup_printf ("Q%u: %.1f %%", score, 100 * value * unit / sum);

          mns_plot_text (
              cr, mns_plot_at_x (area, score), top - 5, 9, MNS_PLOT_CENTRE, MNS_PLOT_INK, text);
        }
    }
}

static void
draw_threshold (cairo_t *cr, const MnsPlotArea *area, double share)
{
  double x = mns_plot_at_x (area, 29.5);
  g_autofree char *text = g_strdup_printf ("%.1f %% of the bases ≥ Q30", share);
  const double dashes[] = { 4, 3 };

  cairo_set_dash (cr, dashes, 2, 0);
  cairo_set_line_width (cr, 1);
  mns_plot_set_colour (cr, MNS_PLOT_SOFT);
  cairo_move_to (cr, x, area->y);
  cairo_line_to (cr, x, area->y + area->height);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  mns_plot_text (cr, area->x + area->width, area->y - 7, 10, MNS_PLOT_RIGHT, MNS_PLOT_INK, text);
}

static void
draw_histogram (const MnsPlotDocument *document, guint which, cairo_t *cr, double height)
{
  MnsPlotArea area = { 0 };
  guint scores[MNS_PLOT_SCORES];
  gboolean is_binned = list_scores (document, scores) < MANY_SCORES;
  double most = 0, sum = 0, over = 0, unit;
  const char *title;

  for (guint score = 0; score < MNS_PLOT_SCORES; score++)
    {
      double count = count_of (document, score, TRUE);

      most = MAX (most, count);
      sum += count;
      over += score >= 30 ? count : 0;
    }
  unit = most >= 1e9 ? 1e9 : most >= 1e6 ? 1e6 : 1;
  title = most >= 1e9 ? "Bases (Gb)" : most >= 1e6 ? "Bases (Mb)" : "Bases";
  area.x = MNS_PLOT_SIDE;
  area.y = MNS_PLOT_TOP + 20;
  area.width = MNS_PLOT_WIDTH - MNS_PLOT_SIDE - MNS_PLOT_MARGIN;
  area.height = PLOT_HEIGHT;
  area.across = (MnsPlotScale){ 0, 50, 5 };
  area.up = mns_plot_scale (0, most / unit * (is_binned ? 1.08 : 1), 6);
  mns_plot_draw_up (cr, &area, title);
  draw_bars (document, cr, &area, unit, sum, is_binned);
  draw_threshold (cr, &area, sum > 0 ? 100 * over / sum : 0);
  mns_plot_draw_frame (cr, &area);
  mns_plot_draw_across (cr, &area, "Quality score (Phred)");
  mns_plot_text (cr,
                 area.x,
                 area.y + PLOT_HEIGHT + 50,
                 8.5,
                 MNS_PLOT_LEFT,
                 MNS_PLOT_SOFT,
                 "Data reads, without the last cycle of each.");
}

/* Rows of the map: each score that occurs where they are few, else all up to the highest. */
static guint
choose_rows (const MnsPlotDocument *document, guint rows[MNS_PLOT_SCORES])
{
  guint n = list_scores (document, rows);
  guint highest = n > 0 ? rows[n - 1] : 0;

  if (n < MANY_SCORES)
    return n;
  for (guint i = 0; i <= highest; i++)
    rows[i] = i;
  return highest + 1;
}

static double
total_of (const MnsPlotDocument *document, guint cycle)
{
  double total = 0;

  for (guint score = 0; score < MNS_PLOT_SCORES; score++)
    total += document->scores[cycle - 1][score];
  return total;
}

static void
draw_cells (const MnsPlotDocument *document,
            cairo_t *cr,
            const MnsPlotArea *area,
            const guint *rows,
            guint n_rows,
            double most)
{
  double width = area->width / document->n_cycles;
  double step = area->height / n_rows;

  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  for (guint cycle = 1; cycle <= document->n_cycles; cycle++)
    {
      double total = total_of (document, cycle);

      for (guint i = 0; i < n_rows && total > 0; i++)
        {
          double share = 100 * document->scores[cycle - 1][rows[i]] / total;

          if (share < LITTLE)
            continue;
          mns_plot_set_colour (cr, mns_plot_heat (share / most));
          cairo_rectangle (cr,
                           area->x + (cycle - 1) * width,
                           area->y + area->height - (i + 1) * step,
                           width + 0.4, /* no gap shines through where pixels do not fit */
                           step);
          cairo_fill (cr);
        }
    }
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_DEFAULT);
}

static double
greatest_share (const MnsPlotDocument *document)
{
  double most = 0;

  for (guint cycle = 1; cycle <= document->n_cycles; cycle++)
    {
      double total = total_of (document, cycle);

      for (guint score = 0; score < MNS_PLOT_SCORES && total > 0; score++)
        most = MAX (most, 100 * document->scores[cycle - 1][score] / total);
    }
  return most;
}

static void
draw_score_names (cairo_t *cr, const MnsPlotArea *area, const guint *rows, guint n_rows)
{
  double step = area->height / n_rows;

  for (guint i = 0; i < n_rows; i++)
    {
      g_autofree char *text = g_strdup_printf ("Q%u", rows[i]);

      if (n_rows < MANY_SCORES || rows[i] % 5 == 0)
        mns_plot_text (cr,
                       area->x - 6,
                       area->y + area->height - (i + 0.5) * step + 3,
                       9,
                       MNS_PLOT_RIGHT,
                       MNS_PLOT_SOFT,
                       text);
    }
  mns_plot_upright_text (cr, area->x - 46, area->y + area->height / 2, 10, "Quality score");
}

static void
draw_heat (const MnsPlotDocument *document, guint which, cairo_t *cr, double height)
{
  guint rows[MNS_PLOT_SCORES];
  guint n_rows = choose_rows (document, rows);
  MnsPlotScale scale = mns_plot_scale (0, greatest_share (document), 5);
  MnsPlotArea area = { 0 };

  area.x = MNS_PLOT_SIDE;
  area.y = MNS_PLOT_TOP + 20;
  area.width = MNS_PLOT_WIDTH - MNS_PLOT_SIDE - MNS_PLOT_MARGIN - KEY_WIDTH;
  area.height = PLOT_HEIGHT;
  area.across = mns_plot_scale (0, document->n_cycles, 10);
  area.across.low = 0.5;
  area.across.high = document->n_cycles + 0.5;
  draw_cells (document, cr, &area, rows, n_rows, scale.high);
  mns_plot_draw_reads (document, cr, &area, FALSE);
  mns_plot_draw_frame (cr, &area);
  draw_score_names (cr, &area, rows, n_rows);
  mns_plot_draw_across (cr, &area, "Cycle");
  mns_plot_draw_heat_key (cr,
                          MNS_PLOT_WIDTH - MNS_PLOT_MARGIN - KEY_WIDTH + 26,
                          area.y + 20,
                          PLOT_HEIGHT - 40,
                          &scale,
                          "Clusters of the cycle (%)");
  mns_plot_text (cr,
                 area.x,
                 area.y + PLOT_HEIGHT + 50,
                 8.5,
                 MNS_PLOT_LEFT,
                 MNS_PLOT_SOFT,
                 "White: less than 0.05 % of the clusters.");
}

const MnsPlotKind mns_plot_q_histogram = { has_scores, get_height, draw_histogram };
const MnsPlotKind mns_plot_q_heat = { has_scores, get_height, draw_heat };
