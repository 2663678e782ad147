/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Text, axes and colours of the plots. cairo's own text calls do: the plots hold numbers and
 * words in Latin letters, and meniscus-run stays small.
 */

#include "config.h"

#include <math.h>

#include "server/instruments/plot-style.h"

#define FONT "sans-serif"
#define TICK_SIZE 9.0
#define LABEL_SIZE 10.0

/* Pale yellow to dark blue, lightness falling evenly: order is seen in grey and by colour-blind
 * eyes, and little is little ink.
 */
static const guint heat_stops[] = {
  0xfdf6d0, 0xf2e394, 0xd7cd6b, 0xa9bd74, 0x74aa84,
  0x47938d, 0x2c7a8c, 0x215f83, 0x1f4474, 0x172a55,
};

void
mns_plot_set_colour (cairo_t *cr, guint colour)
{
  cairo_set_source_rgb (
      cr, (colour >> 16 & 0xff) / 255.0, (colour >> 8 & 0xff) / 255.0, (colour & 0xff) / 255.0);
}

static void
choose_font (cairo_t *cr, double size, gboolean is_bold)
{
  cairo_select_font_face (cr,
                          FONT,
                          CAIRO_FONT_SLANT_NORMAL,
                          is_bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size (cr, size);
}

double
mns_plot_text_width (cairo_t *cr, double size, const char *text)
{
  cairo_text_extents_t extents;

  choose_font (cr, size, FALSE);
  cairo_text_extents (cr, text, &extents);
  return extents.x_advance;
}

/* @y is the base line. */
void
mns_plot_text (cairo_t *cr,
               double x,
               double y,
               double size,
               MnsPlotAlign align,
               guint colour,
               const char *text)
{
  double width = mns_plot_text_width (cr, size, text);

  mns_plot_set_colour (cr, colour);
  cairo_move_to (cr,
                 x - (align == MNS_PLOT_LEFT    ? 0
                      : align == MNS_PLOT_RIGHT ? width
                                                : width / 2),
                 y);
  cairo_show_text (cr, text);
}

void
mns_plot_bold_text (cairo_t *cr, double x, double y, double size, const char *text)
{
  choose_font (cr, size, TRUE);
  mns_plot_set_colour (cr, MNS_PLOT_INK);
  cairo_move_to (cr, x, y);
  cairo_show_text (cr, text);
}

/* Reads from below to above, its middle at @y. */
void
mns_plot_upright_text (cairo_t *cr, double x, double y, double size, const char *text)
{
  double width = mns_plot_text_width (cr, size, text);

  cairo_save (cr);
  cairo_translate (cr, x, y + width / 2);
  cairo_rotate (cr, -G_PI / 2);
  mns_plot_set_colour (cr, MNS_PLOT_INK);
  cairo_move_to (cr, 0, 0);
  cairo_show_text (cr, text);
  cairo_restore (cr);
}

/**
 * mns_plot_scale:
 * @low: least value
 * @high: greatest value
 * @n_steps: about so many steps
 *
 * Returns: a scale from and to a round value that holds both, its step 1, 2 or 5 times a power of
 *   ten
 */
MnsPlotScale
mns_plot_scale (double low, double high, guint n_steps)
{
  static const double rounds[] = { 1, 2, 5, 10 };
  MnsPlotScale scale = { 0, 1, 0.2 };
  double raw, power;
  guint i = 0;

  if (!isfinite (low) || !isfinite (high))
    return scale;
  if (high - low < 1e-9 * MAX (fabs (high), 1e-6))
    {
      double margin = MAX (fabs (high) * 0.05, 1e-3);

      low -= low == 0 ? 0 : margin;
      high += margin;
    }
  raw = (high - low) / MAX (n_steps, 1);
  power = pow (10, floor (log10 (raw)));
  while (i < 3 && rounds[i] * power < raw * 0.999999)
    i++;
  scale.step = rounds[i] * power;
  scale.low = floor (low / scale.step + 1e-9) * scale.step;
  scale.high = ceil (high / scale.step - 1e-9) * scale.step;
  return scale;
}

/* @value with as many decimals as steps of @step need; thousands as k, millions as M. */
char *
mns_plot_number (double value, double step)
{
  const char *unit = step >= 1e9 ? "G" : step >= 1e6 ? "M" : step >= 1e3 ? "k" : "";
  double divisor = step >= 1e9 ? 1e9 : step >= 1e6 ? 1e6 : step >= 1e3 ? 1e3 : 1;
  int decimals = step < 1 ? (int) ceil (-log10 (step) - 1e-9) : 0;

  if (fabs (value) < step * 1e-6)
    return g_strdup ("0");
  return g_strdup_printf (
      "%.*f%s%s", CLAMP (decimals, 0, 6), value / divisor, *unit ? " " : "", unit);
}

double
mns_plot_at_x (const MnsPlotArea *area, double value)
{
  return area->x +
         (value - area->across.low) / (area->across.high - area->across.low) * area->width;
}

double
mns_plot_at_y (const MnsPlotArea *area, double value)
{
  return area->y + area->height -
         (value - area->up.low) / (area->up.high - area->up.low) * area->height;
}

/* Grid lines, numbers and title of the upright axis. */
void
mns_plot_draw_up (cairo_t *cr, const MnsPlotArea *area, const char *title)
{
  guint n = (guint) round ((area->up.high - area->up.low) / area->up.step);

  cairo_set_line_width (cr, 0.7);
  for (guint i = 0; i <= n && n < 100; i++)
    {
      double value = area->up.low + i * area->up.step;
      double y = mns_plot_at_y (area, value);
      g_autofree char *text = mns_plot_number (value, area->up.step);

      mns_plot_set_colour (cr, MNS_PLOT_GRID);
      cairo_move_to (cr, area->x, y);
      cairo_line_to (cr, area->x + area->width, y);
      cairo_stroke (cr);
      mns_plot_text (cr, area->x - 6, y + 3, TICK_SIZE, MNS_PLOT_RIGHT, MNS_PLOT_SOFT, text);
    }
  mns_plot_upright_text (cr, area->x - 46, area->y + area->height / 2, LABEL_SIZE, title);
}

/* Numbers and title of the axis below. */
void
mns_plot_draw_across (cairo_t *cr, const MnsPlotArea *area, const char *title)
{
  double first = ceil (area->across.low / area->across.step - 1e-9) * area->across.step;
  double bottom = area->y + area->height;

  cairo_set_line_width (cr, 0.7);
  for (double value = first; value <= area->across.high * (1 + 1e-9); value += area->across.step)
    {
      double x = mns_plot_at_x (area, value);
      g_autofree char *text = mns_plot_number (value, area->across.step);

      mns_plot_set_colour (cr, MNS_PLOT_SOFT);
      cairo_move_to (cr, x, bottom);
      cairo_line_to (cr, x, bottom + 4);
      cairo_stroke (cr);
      mns_plot_text (cr, x, bottom + 15, TICK_SIZE, MNS_PLOT_CENTRE, MNS_PLOT_SOFT, text);
    }
  mns_plot_text (
      cr, area->x + area->width / 2, bottom + 32, LABEL_SIZE, MNS_PLOT_CENTRE, MNS_PLOT_INK, title);
}

void
mns_plot_draw_frame (cairo_t *cr, const MnsPlotArea *area)
{
  cairo_set_dash (cr, NULL, 0, 0);
  cairo_set_line_width (cr, 0.8);
  mns_plot_set_colour (cr, MNS_PLOT_SOFT);
  cairo_rectangle (cr, area->x, area->y, area->width, area->height);
  cairo_stroke (cr);
}

void
mns_plot_use_pen (cairo_t *cr, const MnsPlotPen *pen)
{
  static const double dashes[4][4] = { { 0 }, { 7, 3 }, { 1.5, 2.5 }, { 7, 2.5, 1.5, 2.5 } };
  static const int counts[4] = { 0, 2, 2, 4 };

  cairo_set_dash (cr, dashes[pen->dash % 4], counts[pen->dash % 4], 0);
  cairo_set_line_width (cr, 1.3);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  mns_plot_set_colour (cr, pen->colour);
}

/* Which line is which, in a row that ends at @right; @y is the base line of the words. */
void
mns_plot_draw_keys (cairo_t *cr, double right, double y, const MnsPlotPen *pens, guint n_pens)
{
  double x = right;

  for (guint i = n_pens; i-- > 0;)
    {
      x -= mns_plot_text_width (cr, LABEL_SIZE, pens[i].name);
      mns_plot_text (cr, x, y, LABEL_SIZE, MNS_PLOT_LEFT, MNS_PLOT_INK, pens[i].name);
      mns_plot_use_pen (cr, &pens[i]);
      cairo_move_to (cr, x - 28, y - 3.5);
      cairo_line_to (cr, x - 5, y - 3.5);
      cairo_stroke (cr);
      x -= 44;
    }
  cairo_set_dash (cr, NULL, 0, 0);
}

/* The colour of a value, 0 the least and 1 the most. */
guint
mns_plot_heat (double share)
{
  double place = CLAMP (share, 0, 1) * (G_N_ELEMENTS (heat_stops) - 1);
  guint below = MIN ((guint) place, (guint) G_N_ELEMENTS (heat_stops) - 2);
  double part = place - below;
  guint colour = 0;

  for (guint shift = 0; shift <= 16; shift += 8)
    {
      double from = heat_stops[below] >> shift & 0xff;
      double to = heat_stops[below + 1] >> shift & 0xff;

      colour |= (guint) (from + part * (to - from) + 0.5) << shift;
    }
  return colour;
}

/* The strip that says which colour is which value. */
void
mns_plot_draw_heat_key (
    cairo_t *cr, double x, double y, double height, const MnsPlotScale *scale, const char *title)
{
  const guint n_strips = 64;
  MnsPlotArea area = { x, y, 14, height, { 0, 1, 1 }, *scale };
  guint n = (guint) round ((scale->high - scale->low) / scale->step);

  for (guint i = 0; i < n_strips; i++)
    {
      mns_plot_set_colour (cr, mns_plot_heat ((i + 0.5) / n_strips));
      cairo_rectangle (
          cr, x, y + height - (i + 1) * height / n_strips, 14, height / n_strips + 0.3);
      cairo_fill (cr);
    }
  mns_plot_draw_frame (cr, &area);
  for (guint i = 0; i <= n && n < 100; i++)
    {
      double value = scale->low + i * scale->step;
      g_autofree char *text = mns_plot_number (value, scale->step);

      mns_plot_text (cr,
                     x + 19,
                     mns_plot_at_y (&area, value) + 3,
                     TICK_SIZE,
                     MNS_PLOT_LEFT,
                     MNS_PLOT_SOFT,
                     text);
    }
  mns_plot_upright_text (cr, x + 62, y + height / 2, LABEL_SIZE, title);
}
