/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The figures of one tile in one read, from its accumulators: what the summary averages and what
 * the map of a flow cell shows.
 */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <math.h>

#include "server/instruments/interop/state-private.h"
#include "server/instruments/tile-figures.h"

/* Slope and offset of the least squares line of weight @y (0 phasing, 1 prephasing). */
static void
fit_line (const MnsLineSums *sums, guint y, double *slope, double *offset)
{
  double n = sums->n;
  double spread = n * (double) sums->xx - (double) sums->x * sums->x;

  *slope = spread > 0 ? (n * sums->xy[y] - sums->x * sums->y[y]) / spread : NAN;
  *offset = n > 0 ? (sums->y[y] - *slope * sums->x) / n : NAN;
}

/* Mean error of the cycles up to the end of a range (35, 50, 75, 100, all), unknown before the
 * file has come so far in this read.
 */
static double
find_error (const MnsErrorSums *sums, guint range)
{
  static const guint ends[] = { 35, 50, 75, 100, 0 };
  double sum = 0;
  guint n = 0;

  if (sums->reach < ends[range])
    return NAN;
  for (guint i = 0; i <= range; i++)
    {
      sum += sums->sum[i];
      n += sums->n[i];
    }
  return n > 0 ? sum / n : NAN;
}

/* The legacy figure is that of the Tile file, and where that has none the slope of the first 25
 * cycles; a slope below 0 is given as 0. Lines are only drawn once some tile has come to cycle 25.
 */
static void
find_phasing (const MnsInteropState *state, guint slot, gsize cell, MnsTileValues *values)
{
  const MnsPhasingSums *sums = &state->phasing[cell];
  const MnsTileReadSums *stored = &state->tile_read[cell];
  gboolean is_long = state->most_phasing >= MNS_PHASING_RECORDS;
  gboolean has_first = sums->first.n >= MNS_PHASING_RECORDS && state->tile[slot].is_present;

  for (guint i = 0; i < 2; i++)
    {
      double early = NAN;
      double offset = NAN;
      double legacy = i == 0 ? stored->phasing : stored->prephasing;

      values->slope[i] = NAN;
      values->offset[i] = NAN;
      if (is_long)
        fit_line (&sums->all, i, &values->slope[i], &values->offset[i]);
      if (has_first)
        fit_line (&sums->first, i, &early, &offset);
      if (isnan (legacy))
        legacy = early;
      values->legacy[i] = legacy < 0 ? 0 : legacy;
    }
}

/* The sums that yield and %>=Q30 come from: those of QMetrics2030 where it exists. */
const MnsQSums *
mns_interop_q_sums (const MnsInteropState *state)
{
  if (state->n_records[MNS_METRIC_Q_COLLAPSED] > 0)
    return state->q_collapsed;
  return state->n_records[MNS_METRIC_Q] > 0 ? state->q : NULL;
}

/**
 * mns_interop_tile_values:
 * @state: a state that has looked
 * @slot: a slot of it
 * @read: a read, from 0
 * @values: (out caller-allocates): its figures
 */
void
mns_interop_tile_values (const MnsInteropState *state,
                         guint slot,
                         guint read,
                         MnsTileValues *values)
{
  gsize cell = (gsize) read * state->capacity + slot;
  const MnsTileSums *tile = &state->tile[slot];
  const MnsQSums *q = mns_interop_q_sums (state);

  values->clusters = tile->clusters;
  values->clusters_pf = tile->clusters_pf;
  values->density = tile->density;
  values->density_pf = tile->density_pf;
  /* Shares of a tile are single precision numbers, as those that they come from: where all tiles
   * are nearly alike their deviation is smaller than what that rounding makes of it.
   */
  values->percent_pf = tile->clusters > 0 ? 100 * tile->clusters_pf / tile->clusters : NAN;
  values->occupied = state->occupied[slot];
  values->percent_occupied =
      tile->clusters > 0 ? state->occupied[slot] / 1000 / (tile->clusters / 1000) * 100 : NAN;
  values->aligned = state->tile_read[cell].aligned;
  values->first_intensity = state->first_intensity[cell];
  for (guint i = 0; i < MNS_ERROR_RANGES; i++)
    values->error[i] = find_error (&state->error[cell], i);
  values->error_reach = state->error[cell].reach;
  values->q_total = q != NULL ? q[cell].total : 0;
  values->q_over30 = q != NULL ? q[cell].over30 : 0;
  values->q_records = q != NULL ? q[cell].n : 0;
  find_phasing (state, slot, cell, values);
}

guint
mns_interop_state_n_tiles (const MnsInteropState *self)
{
  return self->n_slots;
}

/**
 * mns_interop_state_get_tile:
 * @self: a state that has looked
 * @nth: a tile, below mns_interop_state_n_tiles(); they are in no particular order
 * @read: a read, from 0
 * @figures: (out caller-allocates): what is known of it
 */
void
mns_interop_state_get_tile (const MnsInteropState *self,
                            guint nth,
                            guint read,
                            MnsTileFigures *figures)
{
  MnsTileValues values;
  const MnsSlot *slot = &self->slots[nth];

  g_return_if_fail (nth < self->n_slots && read < self->n_reads);

  mns_interop_tile_values (self, nth, read, &values);
  *figures = (MnsTileFigures){
    .lane = slot->lane,
    .tile = slot->tile,
    .surface = slot->surface,
    .swath = mns_tile_swath (self->naming, slot->tile),
    .section = mns_tile_section (self->naming, slot->tile),
    .place = mns_tile_place (self->naming, slot->tile),
    .clusters = values.clusters,
    .clusters_pf = values.clusters_pf,
    .density = values.density,
    .density_pf = values.density_pf,
    .percent_pf = values.percent_pf,
    .percent_occupied = values.percent_occupied,
    .percent_aligned = values.aligned,
    .error_rate = values.error[MNS_ERROR_RANGES - 1],
    .first_cycle_intensity = values.first_intensity,
    .percent_gt_q30 =
        values.q_total > 0 ? 100.0 * (double) values.q_over30 / (double) values.q_total : NAN,
    .yield = values.q_records > 0 ? (double) values.q_total : NAN,
    .phasing = values.legacy[0],
    .prephasing = values.legacy[1],
  };
}
