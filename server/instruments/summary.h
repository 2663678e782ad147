/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/instruments/interop/state.h"

G_BEGIN_DECLS

/* The figures of a run as Illumina's own program gives them, with its formulas. NAN stands for
 * what is not known. Yields are in 10^9 bases, rates and shares in percent, densities in clusters
 * per mm2.
 */

/* Over tiles, without those that have no value. */
typedef struct
{
  double mean;
  double deviation; /* sample standard deviation, 0 for one tile */
  double median;
} MnsStat;

/* Of the run, of its data reads, or of one read. */
typedef struct
{
  double yield_g;
  double projected_yield_g;
  double percent_aligned;
  double error_rate;
  double first_cycle_intensity;
  double percent_gt_q30;
  double percent_occupied;
  double percent_occupancy_proxy;
  double reads; /* clusters, which are the same for every read */
  double reads_pf;
} MnsRunFigures;

/* Of one read in a lane or on one surface of a lane. */
typedef struct
{
  guint lane;
  guint surface; /* 0: both */
  guint tiles;
  double error_cycles[2]; /* last cycle with an error record: of the tile least and most far */
  MnsStat density;
  MnsStat density_pf;
  MnsStat cluster_count;
  MnsStat cluster_count_pf;
  MnsStat percent_pf;
  MnsStat phasing; /* "legacy": stored, or the slope of the first 25 cycles */
  MnsStat prephasing;
  MnsStat phasing_slope; /* over all cycles so far */
  MnsStat phasing_offset;
  MnsStat prephasing_slope;
  MnsStat prephasing_offset;
  MnsStat percent_aligned;
  MnsStat error_rate;
  MnsStat error_rate_35;
  MnsStat error_rate_50;
  MnsStat error_rate_75;
  MnsStat error_rate_100;
  MnsStat percent_occupied;
  MnsStat first_cycle_intensity;
  double reads;
  double reads_pf;
  double percent_gt_q30;
  double yield_g;
  double projected_yield_g;
} MnsLaneFigures;

typedef struct
{
  MnsRunFigures figures;
  MnsLaneFigures *lanes;    /* by lane - 1 */
  MnsLaneFigures *surfaces; /* by (lane - 1) * n_surfaces + surface - 1; NULL with one surface */
} MnsReadSummary;

/* How far the tiles are: the least and the most far one, NAN if no tile is known. */
typedef enum
{
  MNS_PROGRESS_EXTRACTED,
  MNS_PROGRESS_CALLED,
  MNS_PROGRESS_SCORED,
  MNS_PROGRESS_ERROR,
  MNS_N_PROGRESS,
} MnsProgress;

typedef struct
{
  guint n_reads;
  guint n_lanes;
  guint n_surfaces;
  gboolean is_empty; /* no file had a record yet */
  MnsTileNaming naming;
  MnsRunFigures total;
  MnsRunFigures nonindex;
  double cycle_state[MNS_N_PROGRESS][2];
  MnsReadSummary *reads;
  /* Of SummaryRunMetricsOut.bin, NAN without: clusters, and the share figures made of them. */
  double summary_run_proxy;
  double summary_run_raw;
  double summary_run_occupied;
  double summary_run_pf;
} MnsRunSummary;

MnsRunSummary *mns_run_summary_new (const MnsInteropState *state);
void mns_run_summary_free (MnsRunSummary *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsRunSummary, mns_run_summary_free)

gboolean mns_run_summary_has_run_file (const MnsRunSummary *self);
MnsRunFigures mns_run_summary_full_total (const MnsRunSummary *self);

/* The share of a lane's clusters that carry one index. */
typedef struct
{
  guint id;     /* within the run, from 1 */
  char *sample; /* "NA" where the file has an empty text, project and index1 too */
  char *project;
  char *index1;
  char *index2;   /* "" with one index read */
  double percent; /* of the clusters that pass the filter, to four decimals */
  double clusters;
} MnsIndexShare;

typedef struct
{
  guint lane;
  double reads; /* clusters of the tiles that the index file covers */
  double reads_pf;
  double percent_identified;
  double cv; /* sample standard deviation divided by mean */
  double least;
  double most;
  guint n_shares;
  MnsIndexShare *shares; /* in the order of the file */
} MnsLaneIndex;

GPtrArray *mns_index_summary_new (const MnsInteropState *state);

MnsStat mns_stat_of (double *values, guint n);

G_END_DECLS
