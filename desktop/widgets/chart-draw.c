/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The drawing: never by colour alone. Lines differ in dashes and are named at their side, bars
 * begin at zero, a heat map is one hue from little to much with its scale in figures.
 */

#include "config.h"

#include <math.h>

#include "desktop/widgets/chart-private.h"

#define GAP 8
#define TICKS 4

typedef struct
{
  const MnsChartData *data;
  cairo_t *cr;
  PangoContext *pango;
  const MnsPalette *palette;
  double left, top, width, height; /* of the plot itself */
  double low, high;
} Drawing;

static void
set_color (Drawing *self, guint color)
{
  gdk_cairo_set_source_rgba (self->cr, &self->palette->colors[color]);
}

/* Seen on a card of any colour, and never mistaken for data. */
static void
set_faint (Drawing *self)
{
  GdkRGBA color = mns_color_with_alpha (&self->palette->colors[MNS_COLOR_MUT], 0.3f);

  gdk_cairo_set_source_rgba (self->cr, &color);
}

/* @x and @y: the point of the text that @h and @v (0 to 1) say. */
static double
draw_text (Drawing *self, const char *text, double x, double y, double h, double v, guint color)
{
  g_autoptr (PangoLayout) layout = pango_layout_new (self->pango);
  int width, height;

  pango_layout_set_text (layout, text, -1);
  pango_layout_get_pixel_size (layout, &width, &height);
  set_color (self, color);
  cairo_move_to (self->cr, round (x - h * width), round (y - v * height));
  pango_cairo_show_layout (self->cr, layout);
  return width;
}

static double
text_width (Drawing *self, const char *text)
{
  g_autoptr (PangoLayout) layout = pango_layout_new (self->pango);
  int width;

  pango_layout_set_text (layout, text, -1);
  pango_layout_get_pixel_size (layout, &width, NULL);
  return width;
}

static double
line_height (Drawing *self)
{
  g_autoptr (PangoLayout) layout = pango_layout_new (self->pango);
  int height;

  pango_layout_set_text (layout, "0", -1);
  pango_layout_get_pixel_size (layout, NULL, &height);
  return height;
}

/* "12.5", "0.031", "1.2 k", "3.4 M": what fits beside an axis. */
char *
mns_chart_number (double value)
{
  double size = fabs (value);

  if (!isfinite (value))
    return g_strdup ("–");
  if (size >= 1e9)
    return g_strdup_printf ("%.3g G", value / 1e9);
  if (size >= 1e6)
    return g_strdup_printf ("%.3g M", value / 1e6);
  if (size >= 1e4)
    return g_strdup_printf ("%.3g k", value / 1e3);
  return g_strdup_printf ("%.4g", value);
}

/* Of all values; bars and lines that do not go far from it begin at zero. */
void
mns_chart_get_range (const MnsChartData *data, double *low, double *high)
{
  guint n = data->kind == MNS_CHART_HEAT ? data->n * data->n_rows : data->n;

  *low = INFINITY;
  *high = -INFINITY;
  for (guint s = 0; s < data->n_series; s++)
    for (guint i = 0; i < n; i++)
      if (isfinite (data->values[s][i]))
        {
          double more =
              data->deviations != NULL && isfinite (data->deviations[i]) ? data->deviations[i] : 0;

          *low = MIN (*low, data->values[s][i]);
          *high = MAX (*high, data->values[s][i] + more);
        }
  if (!isfinite (*low))
    *low = *high = 0;
  if (data->kind != MNS_CHART_HEAT && *low > 0)
    *low = 0;
  if (*high <= *low)
    *high = *low + 1;
}

/* The next of 1, 2, 2.5, 5, 10 … that makes about TICKS steps. */
static double
find_step (double range)
{
  static const double nice[] = { 1, 2, 2.5, 5, 10 };
  double power = pow (10, floor (log10 (range / TICKS)));

  for (guint i = 0; i < G_N_ELEMENTS (nice); i++)
    if (range / (nice[i] * power) <= TICKS + 0.5)
      return nice[i] * power;
  return 10 * power;
}

static double
place_y (Drawing *self, double value)
{
  return self->top + self->height * (1 - (value - self->low) / (self->high - self->low));
}

static void
draw_y_axis (Drawing *self)
{
  double step = find_step (self->high - self->low);

  cairo_set_line_width (self->cr, 1);
  for (double at = ceil (self->low / step) * step; at <= self->high + step / 1000; at += step)
    {
      g_autofree char *text = mns_chart_number (fabs (at) < step / 1000 ? 0 : at);
      double y = round (place_y (self, at)) + 0.5;

      set_faint (self);
      cairo_move_to (self->cr, self->left, y);
      cairo_line_to (self->cr, self->left + self->width, y);
      cairo_stroke (self->cr);
      draw_text (self, text, self->left - GAP, y, 1, 0.5, MNS_COLOR_MUT);
    }
}

/* Room for headings, the numbers of the axis and, beside lines, their names. */
static void
lay_out (Drawing *self, double width, double height)
{
  double line = line_height (self);
  double side = 0;
  g_autofree char *low = mns_chart_number (self->low);
  g_autofree char *high = mns_chart_number (self->high);

  for (guint s = 0; self->data->kind == MNS_CHART_LINES && s < self->data->n_series; s++)
    side = MAX (side, text_width (self, self->data->names[s]) + 36 + GAP);
  self->left = MAX (MAX (text_width (self, low), text_width (self, high)), 40) + 2 * GAP;
  self->top = line + GAP;
  self->width = MAX (width - self->left - side - GAP, 10);
  self->height = MAX (height - self->top - 2 * line - 2 * GAP, 10);
  draw_text (self, self->data->y_title, 0, 0, 0, 0, MNS_COLOR_MUT);
  draw_text (self, self->data->x_title, self->left + self->width, height, 1, 1, MNS_COLOR_MUT);
}

/* ---- lines ---- */

static double
place_cycle (Drawing *self, double at)
{
  return self->left + self->width * (self->data->n > 1 ? (at - 1) / (self->data->n - 1) : 0.5);
}

static void
draw_marks (Drawing *self)
{
  const MnsChartData *data = self->data;

  for (guint i = 0; i < data->n_marks; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", data->marks[i]);
      double x = round (place_cycle (self, data->marks[i])) + 0.5;

      set_color (self, MNS_COLOR_LINE);
      cairo_set_line_width (self->cr, 1);
      cairo_move_to (self->cr, x, self->top);
      cairo_line_to (self->cr, x, self->top + self->height + 4);
      cairo_stroke (self->cr);
      if (i + 1 == data->n_marks ||
          place_cycle (self, data->marks[i + 1]) - x > text_width (self, text) + GAP)
        draw_text (self, text, x, self->top + self->height + 4, 0, 0, MNS_COLOR_MUT);
    }
}

static void
set_dash (Drawing *self, guint series)
{
  static const double dashes[MNS_CHART_SERIES][4] = {
    { 0 }, { 6, 3 }, { 2, 2 }, { 8, 3, 2, 3 }, { 12, 4 },
  };
  static const int lengths[MNS_CHART_SERIES] = { 0, 2, 2, 4, 2 };

  cairo_set_dash (self->cr, dashes[series], lengths[series], 0);
}

static guint
series_color (guint series)
{
  return series < 4 ? MNS_COLOR_SERIES_0 + series : MNS_COLOR_MUT;
}

static void
draw_line (Drawing *self, guint series)
{
  const double *values = self->data->values[series];
  gboolean is_down = FALSE;

  set_color (self, series_color (series));
  set_dash (self, series);
  cairo_set_line_width (self->cr, 1.5);
  for (guint i = 0; i < self->data->n; i++)
    {
      if (isfinite (values[i]) && is_down)
        cairo_line_to (self->cr, place_cycle (self, i + 1), place_y (self, values[i]));
      else if (isfinite (values[i]))
        cairo_move_to (self->cr, place_cycle (self, i + 1), place_y (self, values[i]));
      is_down = isfinite (values[i]);
    }
  cairo_stroke (self->cr);
}

static void
draw_lines (Drawing *self)
{
  double line = line_height (self);
  double x = self->left + self->width + GAP;

  draw_y_axis (self);
  draw_marks (self);
  for (guint s = 0; s < self->data->n_series; s++)
    {
      double y = self->top + (s + 0.5) * (line + 4);

      draw_line (self, s);
      cairo_move_to (self->cr, x, round (y) + 0.5);
      cairo_line_to (self->cr, x + 28, round (y) + 0.5);
      cairo_stroke (self->cr);
      cairo_set_dash (self->cr, NULL, 0, 0);
      draw_text (self, self->data->names[s], x + 36, y, 0, 0.5, MNS_COLOR_FG);
    }
}

/* ---- bars ---- */

static void
draw_bars (Drawing *self)
{
  const MnsChartData *data = self->data;
  double step = self->width / MAX (data->n, 1);
  double thick = MIN (step * 0.7, 48);
  double labelled = -INFINITY;

  draw_y_axis (self);
  for (guint i = 0; i < data->n; i++)
    {
      double x = self->left + (i + 0.5) * step;
      double value = data->values[0][i];
      double half = text_width (self, data->labels[i]) / 2 + 2;

      if (x - half > labelled)
        {
          draw_text (self, data->labels[i], x, self->top + self->height + 4, 0.5, 0, MNS_COLOR_MUT);
          labelled = x + half;
        }
      if (!isfinite (value))
        continue;
      set_color (self, MNS_COLOR_SERIES_0);
      cairo_rectangle (self->cr,
                       x - thick / 2,
                       place_y (self, value),
                       thick,
                       place_y (self, MAX (self->low, 0)) - place_y (self, value));
      cairo_fill (self->cr);
      if (data->deviations == NULL || !isfinite (data->deviations[i]))
        continue;
      set_color (self, MNS_COLOR_FG);
      cairo_set_line_width (self->cr, 1.5);
      cairo_move_to (self->cr, x, place_y (self, value - data->deviations[i]));
      cairo_line_to (self->cr, x, place_y (self, value + data->deviations[i]));
      cairo_stroke (self->cr);
    }
}

/* ---- heat ---- */

/* One hue from the background to the accent; the least still differs from nothing. */
static void
set_heat (Drawing *self, double share)
{
  const GdkRGBA *from = &self->palette->colors[MNS_COLOR_BG2];
  const GdkRGBA *to = &self->palette->colors[MNS_COLOR_SERIES_0];
  double part = 0.12 + 0.88 * CLAMP (share, 0, 1);

  cairo_set_source_rgb (self->cr,
                        from->red + part * (to->red - from->red),
                        from->green + part * (to->green - from->green),
                        from->blue + part * (to->blue - from->blue));
}

static void
draw_scale (Drawing *self)
{
  double line = line_height (self);
  g_autofree char *low = mns_chart_number (self->low);
  g_autofree char *high = mns_chart_number (self->high);
  double x = self->left + text_width (self, low) + GAP;
  double y = self->top + self->height + line + GAP + 2;

  draw_text (self, low, self->left, y + line / 2, 0, 0.5, MNS_COLOR_MUT);
  for (guint i = 0; i < 80; i++)
    {
      set_heat (self, i / 79.0);
      cairo_rectangle (self->cr, x + i, y + 2, 1.5, line - 4);
      cairo_fill (self->cr);
    }
  draw_text (self, high, x + 80 + GAP, y + line / 2, 0, 0.5, MNS_COLOR_MUT);
}

static void
draw_heat (Drawing *self)
{
  const MnsChartData *data = self->data;
  guint n_groups = data->group > 0 ? (data->n + data->group - 1) / data->group : 1;
  double gap = n_groups > 1 ? MIN (12, self->width / n_groups / 4) : 0;
  double step = MIN ((self->width - gap * (n_groups - 1)) / MAX (data->n, 1), 60);
  double tall = self->height / MAX (data->n_rows, 1);

  for (guint column = 0; column < data->n; column++)
    {
      guint group = data->group > 0 ? column / data->group : 0;
      double x = self->left + column * step + group * gap;

      for (guint row = 0; row < data->n_rows; row++)
        {
          double value = data->values[0][row * data->n + column];

          cairo_rectangle (
              self->cr, x, self->top + row * tall, step - 1, tall - (tall > 3 ? 1 : 0));
          if (isfinite (value))
            {
              set_heat (self, (value - self->low) / (self->high - self->low));
              cairo_fill (self->cr);
              continue;
            }
          set_color (self, MNS_COLOR_LINE2);
          cairo_set_line_width (self->cr, 0.5);
          cairo_stroke (self->cr);
        }
      if (data->group > 0 && column % data->group == 0)
        {
          g_autofree char *text = g_strdup_printf ("%s %u", data->group_name, group + 1);

          draw_text (self, text, x, self->top + self->height + 4, 0, 0, MNS_COLOR_FG);
        }
    }
  draw_scale (self);
}

/**
 * mns_chart_draw:
 * @data: what to draw
 * @cr: where, with the chart's top left corner at 0, 0
 * @pango: font of the widget
 * @palette: colours
 * @width, @height: room, in pixels
 */
void
mns_chart_draw (const MnsChartData *data,
                cairo_t *cr,
                PangoContext *pango,
                const MnsPalette *palette,
                double width,
                double height)
{
  Drawing self = { .data = data, .cr = cr, .pango = pango, .palette = palette };

  if (data->kind == MNS_CHART_EMPTY)
    return;
  mns_chart_get_range (data, &self.low, &self.high);
  lay_out (&self, width, height);
  switch (data->kind)
    {
    case MNS_CHART_LINES:
      draw_lines (&self);
      break;
    case MNS_CHART_BARS:
      draw_bars (&self);
      break;
    case MNS_CHART_HEAT:
      draw_heat (&self);
      break;
    case MNS_CHART_EMPTY:
      break;
    }
}
