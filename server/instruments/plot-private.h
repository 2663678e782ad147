/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/instruments/plot-draw.h"
#include "server/instruments/plot-style.h"

G_BEGIN_DECLS

/* Only for the files of the plots. Each kind says whether it has data, how tall it gets, and draws
 * below its title. @which is a kind's own number: a metric.
 */

#define MNS_PLOT_WIDTH 820.0
#define MNS_PLOT_TOP 58.0 /* title and run, above every plot */
#define MNS_PLOT_SIDE 66.0
#define MNS_PLOT_MARGIN 24.0

typedef struct
{
  gboolean (*has_data) (const MnsPlotDocument *document, guint which);
  double (*get_height) (const MnsPlotDocument *document, guint which);
  void (*draw) (const MnsPlotDocument *document, guint which, cairo_t *cr, double height);
} MnsPlotKind;

extern const MnsPlotKind mns_plot_by_cycle;
extern const MnsPlotKind mns_plot_by_lane;
extern const MnsPlotKind mns_plot_flow_cell;
extern const MnsPlotKind mns_plot_q_histogram;
extern const MnsPlotKind mns_plot_q_heat;
extern const MnsPlotKind mns_plot_index;

/* Names and units of the metrics of tiles, for axes. */
const char *mns_plot_metric_title (MnsTileMetric metric);

gboolean mns_plot_has_series (const double *values, guint n);
void mns_plot_draw_reads (const MnsPlotDocument *document,
                          cairo_t *cr,
                          const MnsPlotArea *area,
                          gboolean with_shade);

G_END_DECLS
