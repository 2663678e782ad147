/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* QMetricsOut.bin: clusters by score, either one count for each score or one for each bin. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include "server/instruments/interop/state-private.h"

typedef struct
{
  guint at;  /* of the first count within a record */
  guint n;   /* counts */
  guint q20; /* number of the first count of score 20 and more */
  guint q30;
  gboolean is_64;
  guint8 score[MNS_MAX_SCORE]; /* of each count */
} Counts;

/* Only the value of a bin tells its score; low and high ends play no part. */
static void
describe_counts (Counts *counts, const MnsShape *shape)
{
  /* Version 5 names bins and yet has a count for every score. */
  gboolean by_bin = shape->has_bins && shape->layout->version != 5;

  counts->at = shape->at[0];
  counts->n = shape->count[0];
  counts->q20 = counts->n;
  counts->q30 = counts->n;
  counts->is_64 = shape->layout->fields[0].type == MNS_FIELD_U64;
  for (guint i = counts->n; i-- > 0;)
    counts->score[i] = by_bin ? shape->bin_value[i] : (guint8) (i + 1);
  for (guint i = counts->n; i-- > 0;)
    {
      if (counts->score[i] >= 20)
        counts->q20 = i;
      if (counts->score[i] >= 30)
        counts->q30 = i;
    }
}

static inline guint64
load_count (const Counts *counts, const guint8 *record, guint i)
{
  return counts->is_64 ? mns_load_u64 (record + counts->at + 8 * i)
                       : mns_load_u32 (record + counts->at + 4 * i);
}

static inline guint64
add_counts (const Counts *counts, const guint8 *record, guint from, guint to)
{
  guint64 sum = 0;

  for (guint i = from; i < to; i++)
    sum += load_count (counts, record, i);
  return sum;
}

static void
add_to_cycle (MnsInteropState *state,
              const Counts *counts,
              const guint8 *record,
              const MnsLocation *at)
{
  MnsCycleFigures *figures = mns_interop_cycle_figures (state, at);

  figures->clusters += add_counts (counts, record, 0, counts->n);
  figures->q20 += add_counts (counts, record, counts->q20, counts->n);
  figures->q30 += add_counts (counts, record, counts->q30, counts->n);
  for (guint i = 0; i < counts->n; i++)
    if (counts->score[i] <= MNS_MAX_SCORE)
      figures->scores[counts->score[i]] += load_count (counts, record, i);
}

MNS_DECLARE_TAKE (q)
{
  Counts counts;
  MnsLocation at;

  describe_counts (&counts, shape);
  for (gsize k = 0; k < n; k++)
    {
      const guint8 *record = first + (gssize) k * stride;
      MnsLocated located;
      guint64 over;
      MnsQSums *sums;

      located = mns_interop_take_once (state, MNS_METRIC_Q, shape, record, &at, fault);
      if (located == MNS_FOREIGN)
        return k;
      if (located == MNS_SKIP)
        continue;
      if (state->by_cycle != NULL)
        add_to_cycle (state, &counts, record, &at);
      if (!at.place->is_usable)
        continue;
      sums = &state->q[(gsize) at.place->read * state->capacity + at.slot];
      over = add_counts (&counts, record, counts.q30, counts.n);
      sums->over30 += over;
      sums->total += over + add_counts (&counts, record, 0, counts.q30);
      sums->n++;
    }
  return n;
}

/* QMetricsByLaneOut.bin: the same summed over a lane's tiles. Nothing of it goes into the summary;
 * plots take it where there is no QMetricsOut.bin.
 */
MNS_DECLARE_TAKE (q_by_lane)
{
  Counts counts;

  describe_counts (&counts, shape);
  for (gsize k = 0; k < n; k++)
    {
      const guint8 *record = first + (gssize) k * stride;
      guint32 lane = mns_shape_lane (shape, record);
      guint cycle = mns_shape_key (shape, record);

      if (lane == 0)
        continue;
      if (!mns_interop_check_lane (state, lane, fault))
        return k;
      if (cycle > state->n_cycles)
        {
          mns_interop_fault_set (fault, "cycle %u is above the run's %u", cycle, state->n_cycles);
          return k;
        }
      state->n_records[MNS_METRIC_Q_BY_LANE]++;
      if (state->lane_scores == NULL || cycle == 0)
        continue;
      for (guint i = 0; i < counts.n; i++)
        if (counts.score[i] <= MNS_MAX_SCORE)
          state->lane_scores[(gsize) lane * (state->n_cycles + 1) + cycle][counts.score[i]] =
              load_count (&counts, record, i);
    }
  return n;
}
