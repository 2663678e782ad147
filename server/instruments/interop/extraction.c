/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* ExtractionMetricsOut.bin: focus and intensity (90th percentile) of each channel. The figure
 * "intensity of the first cycle" is that of one channel, see mns_interop_state_new().
 */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <math.h>

#include "server/instruments/interop/state-private.h"

#define TICKS_PER_SECOND 10000000
#define SECONDS_FROM_YEAR_1_TO_1970 G_GINT64_CONSTANT (62135596800)
#define SECONDS_TO_YEAR_2200 G_GINT64_CONSTANT (7258118400)

/* Names of the first channel, in whatever place RunInfo.xml lists it. */
static const char *const first_channels[] = { "A", "Red", "Blue", "1" };

static guint
find_first_channel (const MnsRunInfo *info)
{
  for (guint k = 0; k < G_N_ELEMENTS (first_channels); k++)
    for (guint i = 0; i < info->n_channels; i++)
      if (g_ascii_strcasecmp (info->channels[i], first_channels[k]) == 0)
        return i;
  return 0;
}

/* The time is a .NET DateTime: the low 62 bits are ticks of 100 ns since the year 1, the others
 * say whether that is local time.
 */
static void
note_time (MnsInteropState *state, guint64 raw)
{
  guint64 ticks = raw & ((G_GUINT64_CONSTANT (1) << 62) - 1);
  gint64 seconds = (gint64) (ticks / TICKS_PER_SECOND) - SECONDS_FROM_YEAR_1_TO_1970;

  if (seconds > state->last_activity && seconds < SECONDS_TO_YEAR_2200)
    state->last_activity = seconds;
}

static void
add_to_cycle (MnsInteropState *state,
              const MnsShape *shape,
              const guint8 *record,
              const MnsLocation *at)
{
  MnsCycleFigures *figures = mns_interop_cycle_figures (state, at);

  if (!mns_interop_first_time (state, MNS_METRIC_EXTRACTION, at))
    return;
  figures->n_extraction++;
  for (guint i = 0; i < MIN (shape->count[0], 4); i++)
    {
      figures->focus[i] += mns_load_f32 (record + shape->at[0] + 4 * i);
      figures->intensity[i] += mns_load_u16 (record + shape->at[1] + 2 * i);
    }
}

MNS_DECLARE_TAKE (extraction)
{
  guint channel = find_first_channel (state->info);
  gboolean has_channel = channel < shape->count[1];
  gboolean has_time = shape->layout->version == 2;
  MnsLocation at;

  for (gsize k = 0; k < n; k++)
    {
      const guint8 *record = first + (gssize) k * stride;
      float *intensity;

      switch (mns_interop_locate (state, shape, record, &at, fault))
        {
        case MNS_FOREIGN:
          return k;
        case MNS_SKIP:
          continue;
        default:
          break;
        }
      state->n_records[MNS_METRIC_EXTRACTION]++;
      if (state->by_cycle != NULL)
        add_to_cycle (state, shape, record, &at);
      mns_interop_note_cycle (state, MNS_METRIC_EXTRACTION, &at);
      if (has_time)
        note_time (state, mns_load_u64 (record + shape->at[2]));
      if (at.place->in_read != 1 || !has_channel)
        continue;
      intensity = &state->first_intensity[(gsize) at.place->read * state->capacity + at.slot];
      if (state->is_backward && !isnan (*intensity))
        continue; /* the last record counts, which came first */
      *intensity = mns_load_u16 (record + shape->at[1] + 2 * channel);
    }
  return n;
}
