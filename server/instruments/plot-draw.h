/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <cairo.h>

#include "server/instruments/plot-document.h"

G_BEGIN_DECLS

/* The plots of a run, in a fixed order. Those without data in a run are passed over. */

guint mns_plot_get_n (void);
const char *mns_plot_get_name (guint nth);
gboolean mns_plot_has_data (guint nth, const MnsPlotDocument *document);
void mns_plot_get_size (guint nth, const MnsPlotDocument *document, double *width, double *height);
void mns_plot_draw (guint nth, const MnsPlotDocument *document, cairo_t *cr);

gboolean mns_plot_write_png (
    guint nth, const MnsPlotDocument *document, double factor, const char *path, GError **error);
gboolean
mns_plot_write_svg (guint nth, const MnsPlotDocument *document, const char *path, GError **error);

G_END_DECLS
