/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

/* How our plots look: colours that colour-blind people and grey printers tell apart, axes, text.
 * Lengths are points; a colour is 0xRRGGBB.
 */

#define MNS_PLOT_INK 0x222222u
#define MNS_PLOT_SOFT 0x666666u
#define MNS_PLOT_GRID 0xe2e2e2u
#define MNS_PLOT_EMPTY 0xf1f1f1u

/* After Okabe and Ito (2008), "Color universal design". */
#define MNS_PLOT_BLUE 0x0072b2u
#define MNS_PLOT_ORANGE 0xd55e00u
#define MNS_PLOT_GREEN 0x009e73u
#define MNS_PLOT_PURPLE 0xcc79a7u
#define MNS_PLOT_SKY 0x56b4e9u
#define MNS_PLOT_AMBER 0xe69f00u

typedef enum
{
  MNS_PLOT_LEFT,
  MNS_PLOT_CENTRE,
  MNS_PLOT_RIGHT,
} MnsPlotAlign;

typedef struct
{
  double low;
  double high;
  double step;
} MnsPlotScale;

/* A rectangle in which values are drawn, with the scales of both its directions. */
typedef struct
{
  double x;
  double y;
  double width;
  double height;
  MnsPlotScale across;
  MnsPlotScale up;
} MnsPlotArea;

/* How a line is told from others: by colour and by dashes. */
typedef struct
{
  const char *name;
  guint colour;
  guint dash; /* 0 drawn through, 1 dashed, 2 dotted, 3 both */
} MnsPlotPen;

void mns_plot_set_colour (cairo_t *cr, guint colour);
void mns_plot_text (cairo_t *cr,
                    double x,
                    double y,
                    double size,
                    MnsPlotAlign align,
                    guint colour,
                    const char *text);
void mns_plot_bold_text (cairo_t *cr, double x, double y, double size, const char *text);
void mns_plot_upright_text (cairo_t *cr, double x, double y, double size, const char *text);
double mns_plot_text_width (cairo_t *cr, double size, const char *text);

MnsPlotScale mns_plot_scale (double low, double high, guint n_steps);
char *mns_plot_number (double value, double step);
double mns_plot_at_x (const MnsPlotArea *area, double value);
double mns_plot_at_y (const MnsPlotArea *area, double value);

void mns_plot_draw_up (cairo_t *cr, const MnsPlotArea *area, const char *title);
void mns_plot_draw_across (cairo_t *cr, const MnsPlotArea *area, const char *title);
void mns_plot_draw_frame (cairo_t *cr, const MnsPlotArea *area);
void mns_plot_use_pen (cairo_t *cr, const MnsPlotPen *pen);
void mns_plot_draw_keys (cairo_t *cr, double right, double y, const MnsPlotPen *pens, guint n_pens);

guint mns_plot_heat (double share);
void mns_plot_draw_heat_key (
    cairo_t *cr, double x, double y, double height, const MnsPlotScale *scale, const char *title);

G_END_DECLS
