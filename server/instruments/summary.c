/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Makes the figures of runs, reads, lanes and surfaces out of those of tiles. Means over tiles are
 * unweighted; shares of bases come from the sums at every level, never from means of means.
 */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <math.h>

#include "server/instruments/interop/state-private.h"
#include "server/instruments/summary.h"
#include "server/instruments/tile-figures.h"

/* What is averaged over tiles: where it comes from, where it goes, and whether it is the same for
 * every read.
 */
static const struct
{
  gsize from;
  gsize to;
  gboolean is_of_tile;
} averaged[] = {
#define PLACES(source, target)                                                                     \
  G_STRUCT_OFFSET (MnsTileValues, source), G_STRUCT_OFFSET (MnsLaneFigures, target)
#define AVERAGE(source, target)                                                                    \
  {                                                                                                \
    PLACES (source, target), FALSE                                                                 \
  }
#define AVERAGE_OF_TILE(source, target)                                                            \
  {                                                                                                \
    PLACES (source, target), TRUE                                                                  \
  }
  AVERAGE_OF_TILE (density, density),
  AVERAGE_OF_TILE (density_pf, density_pf),
  AVERAGE_OF_TILE (clusters, cluster_count),
  AVERAGE_OF_TILE (clusters_pf, cluster_count_pf),
  AVERAGE_OF_TILE (percent_pf, percent_pf),
  AVERAGE (legacy[0], phasing),
  AVERAGE (legacy[1], prephasing),
  AVERAGE (slope[0], phasing_slope),
  AVERAGE (offset[0], phasing_offset),
  AVERAGE (slope[1], prephasing_slope),
  AVERAGE (offset[1], prephasing_offset),
  AVERAGE (aligned, percent_aligned),
  AVERAGE (error[0], error_rate_35),
  AVERAGE (error[1], error_rate_50),
  AVERAGE (error[2], error_rate_75),
  AVERAGE (error[3], error_rate_100),
  AVERAGE (error[4], error_rate),
  AVERAGE_OF_TILE (percent_occupied, percent_occupied),
  AVERAGE (first_intensity, first_cycle_intensity),
#undef AVERAGE
#undef AVERAGE_OF_TILE
#undef PLACES
};

/* A mean that grows. */
typedef struct
{
  double sum;
  guint n;
} Mean;

/* What a read or the run gathers over its lanes and reads. */
typedef struct
{
  Mean aligned;
  Mean error;
  Mean intensity;
  double yield;
  double projected;
  guint64 q_total;
  guint64 q_over30;
} Gather;

/* What goes on while the lanes of a read are made. */
typedef struct
{
  const MnsInteropState *state;
  MnsRunSummary *summary;
  guint *slots; /* those of the lane or surface */
  guint n_slots;
  MnsTileValues *tiles; /* of those slots */
  double *values;
} Maker;

static void
add_to_mean (Mean *mean, double value)
{
  if (isnan (value))
    return;
  mean->sum += value;
  mean->n++;
}

/* A tile counts if one of the files that figures come from names it. */
static gboolean
is_counted (const MnsInteropState *state, guint slot)
{
  static const MnsMetric metrics[] = { MNS_METRIC_ERROR,
                                       MNS_METRIC_EXTRACTION,
                                       MNS_METRIC_Q,
                                       MNS_METRIC_CORRECTED_INT,
                                       MNS_METRIC_EMPIRICAL_PHASING };

  if (state->tile[slot].is_present || !isnan (state->occupied[slot]))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (metrics); i++)
    if (state->last_cycle[metrics[i]][slot] > 0)
      return TRUE;
  return FALSE;
}

static void
pick_tiles (Maker *maker, guint read, guint lane, guint surface)
{
  const MnsInteropState *state = maker->state;

  maker->n_slots = 0;
  for (guint slot = 0; slot < state->n_slots; slot++)
    {
      if (state->slots[slot].lane != lane)
        continue;
      if (surface != 0 && state->slots[slot].surface != surface)
        continue;
      mns_interop_tile_values (state, slot, read, &maker->tiles[maker->n_slots]);
      maker->slots[maker->n_slots++] = slot;
    }
}

static void
find_error_cycles (const Maker *maker, MnsLaneFigures *out)
{
  const MnsInteropState *state = maker->state;

  out->error_cycles[0] = NAN;
  out->error_cycles[1] = NAN;
  for (guint i = 0; i < maker->n_slots; i++)
    {
      double reach = maker->tiles[i].error_reach;

      if (!state->tile[maker->slots[i]].is_present &&
          state->last_cycle[MNS_METRIC_ERROR][maker->slots[i]] == 0)
        continue;
      if (!(out->error_cycles[0] <= reach))
        out->error_cycles[0] = reach;
      if (!(out->error_cycles[1] >= reach))
        out->error_cycles[1] = reach;
    }
}

/* Whether the tile has scores in any read. */
static gboolean
has_scores (const MnsInteropState *state, const MnsQSums *q, guint slot)
{
  for (guint read = 0; q != NULL && read < state->n_reads; read++)
    if (q[(gsize) read * state->capacity + slot].n > 0)
      return TRUE;
  return FALSE;
}

/* Yield grows with the cycles that are done: what it will be if the rest goes on like that. */
static double
project_yield (double yield, const MnsRunRead *read, guint n_tiles, guint64 n_records)
{
  guint usable = read->cycles > 0 ? read->cycles - 1 : 0;

  return n_records > 0 ? yield * usable * n_tiles / (double) n_records : 0;
}

/* @first is the same lane or surface in the first read, once that is made. */
static void
average_tiles (Maker *maker, const MnsLaneFigures *first, MnsLaneFigures *out)
{
  for (guint i = 0; i < G_N_ELEMENTS (averaged); i++)
    {
      MnsStat *stat = &G_STRUCT_MEMBER (MnsStat, out, averaged[i].to);

      if (averaged[i].is_of_tile && first != NULL)
        {
          *stat = G_STRUCT_MEMBER (MnsStat, first, averaged[i].to);
          continue;
        }
      for (guint k = 0; k < maker->n_slots; k++)
        maker->values[k] = G_STRUCT_MEMBER (double, &maker->tiles[k], averaged[i].from);
      *stat = mns_stat_of (maker->values, maker->n_slots);
    }
}

/* Makes one lane, or one surface of it, in one read. */
static void
make_lane (Maker *maker,
           guint nth_read,
           guint lane,
           guint surface,
           const MnsLaneFigures *first,
           MnsLaneFigures *out)
{
  const MnsInteropState *state = maker->state;
  const MnsQSums *q = mns_interop_q_sums (state);
  guint64 total = 0;
  guint64 over30 = 0;
  guint64 n_records = 0;
  guint n_tiles = 0;

  pick_tiles (maker, nth_read, lane, surface);
  out->lane = lane;
  out->surface = surface;
  average_tiles (maker, first, out);
  for (guint k = 0; k < maker->n_slots; k++)
    {
      const MnsTileValues *tile = &maker->tiles[k];

      out->tiles += is_counted (state, maker->slots[k]);
      out->reads += isnan (tile->clusters) ? 0 : tile->clusters;
      out->reads_pf += isnan (tile->clusters_pf) ? 0 : tile->clusters_pf;
      total += tile->q_total;
      over30 += tile->q_over30;
      n_records += tile->q_records;
      n_tiles += has_scores (state, q, maker->slots[k]);
    }
  find_error_cycles (maker, out);
  out->yield_g = n_records > 0 ? (double) total / 1e9 : NAN;
  out->percent_gt_q30 = total > 0 ? 100.0 * (double) over30 / (double) total : NAN;
  out->projected_yield_g =
      project_yield ((double) total / 1e9, &state->info->reads[nth_read], n_tiles, n_records);
}

/* A read that has not begun: as much a cycle as the earlier reads of the lane or surface on
 * average. @offset says which array of MnsReadSummary holds it, at @nth.
 */
static void
project_unbegun (Maker *maker, guint nth_read, MnsLaneFigures *out, gsize offset, guint nth)
{
  const MnsRunRead *reads = maker->state->info->reads;
  double projected = 0;
  guint cycles = 0;

  if (!isnan (out->yield_g))
    return;
  for (guint i = 0; i < nth_read; i++)
    {
      const MnsLaneFigures *earlier =
          &G_STRUCT_MEMBER (MnsLaneFigures *, &maker->summary->reads[i], offset)[nth];

      if (!(earlier->yield_g > 0))
        continue;
      projected += earlier->projected_yield_g;
      cycles += reads[i].cycles - 1;
    }
  if (cycles > 0 && reads[nth_read].cycles > 0)
    out->projected_yield_g = projected / cycles * (reads[nth_read].cycles - 1);
}

static void
gather_tiles (const MnsInteropState *state, guint read, Gather *gather)
{
  MnsTileValues values;

  for (guint slot = 0; slot < state->n_slots; slot++)
    {
      mns_interop_tile_values (state, slot, read, &values);
      add_to_mean (&gather->aligned, values.aligned);
      add_to_mean (&gather->error, values.error[MNS_ERROR_RANGES - 1]);
      add_to_mean (&gather->intensity, values.first_intensity);
      gather->q_total += values.q_total;
      gather->q_over30 += values.q_over30;
    }
  gather->yield += (double) gather->q_total / 1e9;
}

static void
add_gather (Gather *to, const Gather *from)
{
  to->aligned.sum += from->aligned.sum;
  to->aligned.n += from->aligned.n;
  to->error.sum += from->error.sum;
  to->error.n += from->error.n;
  to->intensity.sum += from->intensity.sum;
  to->intensity.n += from->intensity.n;
  to->yield += from->yield;
  to->projected += from->projected;
  to->q_total += from->q_total;
  to->q_over30 += from->q_over30;
}

/* A mean of nothing is 0 where the metric exists, since that is what its oracle says, and unknown
 * where it does not.
 */
static double
get_mean (const Mean *mean, gboolean has_metric)
{
  if (mean->n > 0)
    return mean->sum / mean->n;
  return has_metric ? 0 : NAN;
}

/* Occupied wells of read and run: of the means of the lanes. */
static double
find_occupied (const MnsInteropState *state)
{
  double occupied = 0;
  double raw = 0;

  for (guint lane = 1; lane < state->n_lane_rows; lane++)
    {
      Mean of_occupied = { 0, 0 };
      Mean of_raw = { 0, 0 };

      for (guint slot = 0; slot < state->n_slots; slot++)
        {
          if (state->slots[slot].lane != lane)
            continue;
          add_to_mean (&of_occupied, state->occupied[slot]);
          add_to_mean (&of_raw, state->tile[slot].clusters);
        }
      if (of_occupied.n == 0 || of_raw.n == 0)
        continue;
      occupied += of_occupied.sum / of_occupied.n;
      raw += of_raw.sum / of_raw.n;
    }
  return raw > 0 ? 100.0 * occupied / raw : NAN;
}

static void
finish_figures (const MnsInteropState *state, const Gather *gather, MnsRunFigures *out)
{
  gboolean has_q = mns_interop_q_sums (state) != NULL;

  out->yield_g = has_q ? gather->yield : NAN;
  out->projected_yield_g = gather->projected;
  out->percent_aligned = get_mean (&gather->aligned, state->n_records[MNS_METRIC_TILE] > 0);
  out->error_rate = get_mean (&gather->error, FALSE);
  out->first_cycle_intensity =
      get_mean (&gather->intensity, state->n_records[MNS_METRIC_EXTRACTION] > 0);
  out->percent_gt_q30 = has_q ? 0 : NAN;
  if (gather->q_total > 0)
    out->percent_gt_q30 = 100.0 * (double) gather->q_over30 / (double) gather->q_total;
  out->percent_occupied = find_occupied (state);
  out->percent_occupancy_proxy = NAN;
  for (guint slot = 0; slot < state->n_slots; slot++)
    {
      if (!isnan (state->tile[slot].clusters))
        out->reads += state->tile[slot].clusters;
      if (!isnan (state->tile[slot].clusters_pf))
        out->reads_pf += state->tile[slot].clusters_pf;
    }
}

static void
make_read (Maker *maker, guint nth_read, Gather *gather)
{
  MnsRunSummary *summary = maker->summary;
  MnsReadSummary *read = &summary->reads[nth_read];
  const MnsStat nothing = { NAN, NAN, NAN };
  guint n = summary->n_lanes * summary->n_surfaces;

  read->lanes = g_new0 (MnsLaneFigures, MAX (summary->n_lanes, 1));
  read->surfaces = summary->n_surfaces > 1 ? g_new0 (MnsLaneFigures, MAX (n, 1)) : NULL;
  for (guint lane = 1; lane <= summary->n_lanes; lane++)
    {
      make_lane (maker,
                 nth_read,
                 lane,
                 0,
                 nth_read > 0 ? &summary->reads[0].lanes[lane - 1] : NULL,
                 &read->lanes[lane - 1]);
      project_unbegun (maker,
                       nth_read,
                       &read->lanes[lane - 1],
                       G_STRUCT_OFFSET (MnsReadSummary, lanes),
                       lane - 1);
      gather->projected += read->lanes[lane - 1].projected_yield_g;
    }
  for (guint i = 0; read->surfaces != NULL && i < n; i++)
    {
      make_lane (maker,
                 nth_read,
                 i / summary->n_surfaces + 1,
                 i % summary->n_surfaces + 1,
                 nth_read > 0 ? &summary->reads[0].surfaces[i] : NULL,
                 &read->surfaces[i]);
      project_unbegun (
          maker, nth_read, &read->surfaces[i], G_STRUCT_OFFSET (MnsReadSummary, surfaces), i);
      if (isnan (read->lanes[i / summary->n_surfaces].percent_aligned.mean))
        {
          /* Illumina's program gives them only together with the aligned share. */
          read->surfaces[i].phasing = nothing;
          read->surfaces[i].prephasing = nothing;
        }
    }
  gather_tiles (maker->state, nth_read, gather);
  finish_figures (maker->state, gather, &read->figures);
}

static void
find_progress (const MnsInteropState *state, MnsRunSummary *summary)
{
  static const MnsMetric metrics[MNS_N_PROGRESS] = {
    [MNS_PROGRESS_EXTRACTED] = MNS_METRIC_EXTRACTION,
    [MNS_PROGRESS_CALLED] = MNS_METRIC_CORRECTED_INT,
    [MNS_PROGRESS_SCORED] = MNS_METRIC_Q,
    [MNS_PROGRESS_ERROR] = MNS_METRIC_ERROR,
  };

  for (guint i = 0; i < MNS_N_PROGRESS; i++)
    {
      double *range = summary->cycle_state[i];

      range[0] = NAN;
      range[1] = NAN;
      for (guint slot = 0; slot < state->n_slots; slot++)
        {
          guint cycle = state->last_cycle[metrics[i]][slot];

          if (cycle == 0 && !state->tile[slot].is_present)
            continue;
          if (!(range[0] <= cycle))
            range[0] = cycle;
          if (!(range[1] >= cycle))
            range[1] = cycle;
        }
    }
}

static guint
count_lanes (const MnsInteropState *state)
{
  guint most = state->info->lanes;

  for (guint slot = 0; slot < state->n_slots; slot++)
    most = MAX (most, state->slots[slot].lane);
  return most;
}

/**
 * mns_run_summary_new:
 * @state: a state that has looked
 *
 * Returns: (transfer full): the figures so far
 */
MnsRunSummary *
mns_run_summary_new (const MnsInteropState *state)
{
  MnsRunSummary *self = g_new0 (MnsRunSummary, 1);
  Maker maker = { state, self, NULL, 0, NULL, NULL };
  Gather total = { 0 };
  Gather nonindex = { 0 };

  self->n_reads = state->n_reads;
  self->n_lanes = count_lanes (state);
  self->n_surfaces = MAX (state->info->surfaces, 1);
  self->naming = state->naming;
  self->reads = g_new0 (MnsReadSummary, MAX (self->n_reads, 1));
  self->is_empty = TRUE;
  for (guint i = 0; i < MNS_N_METRICS; i++)
    self->is_empty &= state->n_records[i] == 0;
  maker.slots = g_new (guint, state->n_slots + 1);
  maker.tiles = g_new (MnsTileValues, state->n_slots + 1);
  maker.values = g_new (double, state->n_slots + 1);
  for (guint i = 0; i < self->n_reads; i++)
    {
      Gather gather = { 0 };

      make_read (&maker, i, &gather);
      add_gather (&total, &gather);
      if (!state->info->reads[i].is_index)
        add_gather (&nonindex, &gather);
    }
  g_free (maker.slots);
  g_free (maker.tiles);
  g_free (maker.values);
  finish_figures (state, &total, &self->total);
  finish_figures (state, &nonindex, &self->nonindex);
  find_progress (state, self);
  self->summary_run_proxy = state->summary_run[0];
  self->summary_run_raw = state->summary_run[1];
  self->summary_run_occupied = state->summary_run[2];
  self->summary_run_pf = state->summary_run[3];
  return self;
}

void
mns_run_summary_free (MnsRunSummary *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_reads; i++)
    {
      g_free (self->reads[i].lanes);
      g_free (self->reads[i].surfaces);
    }
  g_free (self->reads);
  g_free (self);
}

/* Whether the run has SummaryRunMetricsOut.bin. */
gboolean
mns_run_summary_has_run_file (const MnsRunSummary *self)
{
  return self->summary_run_raw > 0;
}

/* The total with the share of occupied wells and the occupancy proxy of SummaryRunMetricsOut.bin,
 * which Illumina's own summary program leaves aside.
 */
MnsRunFigures
mns_run_summary_full_total (const MnsRunSummary *self)
{
  MnsRunFigures total = self->total;

  if (!mns_run_summary_has_run_file (self))
    return total;
  total.percent_occupied = 100.0 * self->summary_run_occupied / self->summary_run_raw;
  if (self->summary_run_pf > 0)
    total.percent_occupancy_proxy = 100.0 * self->summary_run_proxy / self->summary_run_pf;
  return total;
}
