/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* ErrorMetricsOut.bin: errors against the control genome, in percent of the bases of a cycle. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <math.h>

#include "server/instruments/interop/state-private.h"

/* The range of a cycle within its read; see MnsErrorSums. */
static inline guint
find_range (guint in_read)
{
  if (in_read <= 35)
    return 0;
  if (in_read <= 50)
    return 1;
  if (in_read <= 75)
    return 2;
  return in_read <= 100 ? 3 : 4;
}

MNS_DECLARE_TAKE (error)
{
  MnsLocation at;

  for (gsize k = 0; k < n; k++)
    {
      const guint8 *record = first + (gssize) k * stride;
      MnsLocated located;
      float error = mns_load_f32 (record + shape->at[0]);
      MnsErrorSums *sums;
      guint range;

      located = mns_interop_take_once (state, MNS_METRIC_ERROR, shape, record, &at, fault);
      if (located == MNS_FOREIGN)
        return k;
      if (located == MNS_SKIP)
        continue;
      if (state->by_cycle != NULL && !isnan (error))
        {
          MnsCycleFigures *figures = mns_interop_cycle_figures (state, &at);

          figures->n_error++;
          figures->error += error;
        }
      sums = &state->error[(gsize) at.place->read * state->capacity + at.slot];
      sums->reach = MAX (sums->reach, at.place->in_read);
      if (!at.place->is_usable || isnan (error))
        continue;
      range = find_range (at.place->in_read);
      sums->sum[range] += error;
      sums->n[range]++;
    }
  return n;
}
