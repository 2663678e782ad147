/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The table of plots, their titles, and writing them to files. */

#include "config.h"

#include <math.h>

#include <cairo-svg.h>

#include "server/instruments/plot-private.h"
#include "sync/model/error.h"

static const struct
{
  const char *name;
  const char *title;
  const MnsPlotKind *kind;
  guint which;
} plots[] = {
  { "by-cycle", "Run by cycle", &mns_plot_by_cycle, 0 },
  { "by-lane", "Lanes", &mns_plot_by_lane, 0 },
  { "flow-cell-density", "Flow cell: density", &mns_plot_flow_cell, MNS_TILE_METRIC_DENSITY },
  { "flow-cell-pf", "Flow cell: clusters passing filter", &mns_plot_flow_cell, MNS_TILE_METRIC_PF },
  { "flow-cell-occupied", "Flow cell: occupied", &mns_plot_flow_cell, MNS_TILE_METRIC_OCCUPIED },
  { "flow-cell-q30", "Flow cell: bases ≥ Q30", &mns_plot_flow_cell, MNS_TILE_METRIC_Q30 },
  { "flow-cell-error", "Flow cell: error rate", &mns_plot_flow_cell, MNS_TILE_METRIC_ERROR },
  { "flow-cell-intensity",
    "Flow cell: intensity in cycle 1",
    &mns_plot_flow_cell,
    MNS_TILE_METRIC_INTENSITY },
  { "q-histogram", "Quality scores", &mns_plot_q_histogram, 0 },
  { "q-heat-map", "Quality scores by cycle", &mns_plot_q_heat, 0 },
  { "index-shares", "Index shares", &mns_plot_index, 0 },
};

guint
mns_plot_get_n (void)
{
  return G_N_ELEMENTS (plots);
}

/* Its name in file names. */
const char *
mns_plot_get_name (guint nth)
{
  g_return_val_if_fail (nth < G_N_ELEMENTS (plots), NULL);

  return plots[nth].name;
}

gboolean
mns_plot_has_data (guint nth, const MnsPlotDocument *document)
{
  g_return_val_if_fail (nth < G_N_ELEMENTS (plots) && document != NULL, FALSE);

  return plots[nth].kind->has_data (document, plots[nth].which);
}

/* In points. */
void
mns_plot_get_size (guint nth, const MnsPlotDocument *document, double *width, double *height)
{
  g_return_if_fail (nth < G_N_ELEMENTS (plots) && document != NULL);

  *width = MNS_PLOT_WIDTH;
  *height = ceil (plots[nth].kind->get_height (document, plots[nth].which));
}

/**
 * mns_plot_draw:
 * @nth: a plot
 * @document: a document that has data for it
 * @cr: where to draw, at the size of mns_plot_get_size()
 */
void
mns_plot_draw (guint nth, const MnsPlotDocument *document, cairo_t *cr)
{
  g_autofree char *run = NULL;
  double width, height;

  g_return_if_fail (nth < G_N_ELEMENTS (plots) && document != NULL && cr != NULL);

  mns_plot_get_size (nth, document, &width, &height);
  mns_plot_set_colour (cr, 0xffffff);
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_fill (cr);
  run = g_strdup_printf ("%s%s%s",
                         document->run_id != NULL ? document->run_id : "",
                         document->model != NULL ? " · " : "",
                         document->model != NULL ? document->model : "");
  mns_plot_bold_text (cr, MNS_PLOT_MARGIN, 28, 15, plots[nth].title);
  mns_plot_text (cr, MNS_PLOT_MARGIN, 45, 10, MNS_PLOT_LEFT, MNS_PLOT_SOFT, run);
  plots[nth].kind->draw (document, plots[nth].which, cr, height);
}

static gboolean
finish (cairo_status_t status, const char *path, GError **error)
{
  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;
  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_FAILED,
               "%s: cannot be written: %s",
               path,
               cairo_status_to_string (status));
  return FALSE;
}

/**
 * mns_plot_write_png:
 * @nth: a plot
 * @document: a document that has data for it
 * @factor: pixels a point
 * @path: file to write
 * @error: why it could not
 */
gboolean
mns_plot_write_png (
    guint nth, const MnsPlotDocument *document, double factor, const char *path, GError **error)
{
  cairo_surface_t *surface;
  cairo_status_t status;
  double width, height;
  cairo_t *cr;

  mns_plot_get_size (nth, document, &width, &height);
  surface = cairo_image_surface_create (
      CAIRO_FORMAT_RGB24, (int) (width * factor), (int) (height * factor));
  cr = cairo_create (surface);
  cairo_scale (cr, factor, factor);
  mns_plot_draw (nth, document, cr);
  status = cairo_status (cr);
  cairo_destroy (cr);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_write_to_png (surface, path);
  cairo_surface_destroy (surface);
  return finish (status, path, error);
}

/* As mns_plot_write_png(), as SVG. */
gboolean
mns_plot_write_svg (guint nth, const MnsPlotDocument *document, const char *path, GError **error)
{
  cairo_surface_t *surface;
  cairo_status_t status;
  double width, height;
  cairo_t *cr;

  mns_plot_get_size (nth, document, &width, &height);
  surface = cairo_svg_surface_create (path, width, height);
  cr = cairo_create (surface);
  mns_plot_draw (nth, document, cr);
  status = cairo_status (cr);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  return finish (status, path, error);
}
