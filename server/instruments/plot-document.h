/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/instruments/summary.h"

G_BEGIN_DECLS

/* All that the plots of a run show, and no more: a few hundred kilobytes whatever the run has. It
 * is what the server keeps of a run for its plots, replaced at each look. NAN is what is not known.
 */

typedef enum
{
  MNS_TILE_METRIC_DENSITY,    /* thousand clusters per mm2 */
  MNS_TILE_METRIC_DENSITY_PF, /* the same, of those that pass the filter */
  MNS_TILE_METRIC_PF,         /* % */
  MNS_TILE_METRIC_OCCUPIED,   /* % */
  MNS_TILE_METRIC_Q30,        /* % of bases, data reads */
  MNS_TILE_METRIC_ERROR,      /* %, data reads */
  MNS_TILE_METRIC_INTENSITY,  /* first cycle of read 1 */
  MNS_TILE_METRIC_ALIGNED,    /* %, data reads */
  MNS_TILE_N_METRICS,
} MnsTileMetric;

/**
 * MnsPlotTile:
 * @row: place within the column, from 0
 * @values: by #MnsTileMetric
 */
typedef struct
{
  guint lane;
  guint surface;
  guint swath;
  guint row;
  float values[MNS_TILE_N_METRICS];
} MnsPlotTile;

/* Over the tiles of a lane: the least, the quartiles, the most. */
typedef struct
{
  double values[5];
  guint n;
} MnsPlotBox;

typedef struct
{
  guint lane;
  char *sample;
  char *index;
  double percent; /* of the clusters of the lane that pass the filter */
} MnsPlotShare;

#define MNS_PLOT_CHANNELS 4
#define MNS_PLOT_BASES 5 /* none, A, C, G, T */
#define MNS_PLOT_SCORES (MNS_MAX_SCORE + 1)

/**
 * MnsPlotDocument:
 * @n_cycles: cycles of the run
 * @intensity: mean over tiles, by channel and cycle - 1
 * @bases: % of clusters, by base and cycle - 1
 * @q30: % of clusters with a score of at least 30, by cycle - 1
 * @error: %, by cycle - 1
 * @scores: clusters by cycle - 1 and score
 * @boxes: by metric and lane - 1
 */
typedef struct
{
  char *run_id;
  char *model;
  guint n_reads;
  MnsRunRead *reads;
  guint n_cycles;
  guint n_channels;
  char *channels[MNS_PLOT_CHANNELS];
  double *intensity[MNS_PLOT_CHANNELS];
  double *bases[MNS_PLOT_BASES];
  double *q30;
  double *error;
  double (*scores)[MNS_PLOT_SCORES];
  guint n_lanes;
  guint n_surfaces;
  guint n_swaths;
  guint n_rows; /* tiles of a swath, all sections */
  MnsPlotBox *boxes[MNS_TILE_N_METRICS];
  GArray *tiles;     /* of MnsPlotTile */
  GPtrArray *shares; /* of MnsPlotShare, by lane and then as in the file */
} MnsPlotDocument;

MnsPlotDocument *mns_plot_document_new (const MnsRunInfo *info);
void mns_plot_document_free (MnsPlotDocument *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsPlotDocument, mns_plot_document_free)

MnsPlotDocument *mns_plot_document_fill (const MnsInteropState *state, const char *model);
MnsPlotDocument *mns_plot_document_read (const char *folder, GError **error);

void mns_plot_document_make_boxes (MnsPlotDocument *self);
const char *mns_tile_metric_name (MnsTileMetric metric);
char *mns_plot_document_to_json (const MnsPlotDocument *self);

G_END_DECLS
