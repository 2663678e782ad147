/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* QMetrics2030Out.bin: clusters of score 20 and more, 30 and more, and all of them. Where it
 * exists, yield and %>=Q30 come from it.
 */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include "server/instruments/interop/state-private.h"

MNS_DECLARE_TAKE (q_collapsed)
{
  MnsLocation at;

  for (gsize k = 0; k < n; k++)
    {
      const guint8 *record = first + (gssize) k * stride;
      MnsLocated located;
      MnsQSums *sums;

      located = mns_interop_take_once (state, MNS_METRIC_Q_COLLAPSED, shape, record, &at, fault);
      if (located == MNS_FOREIGN)
        return k;
      if (located == MNS_SKIP)
        continue;
      if (!at.place->is_usable)
        continue;
      sums = &state->q_collapsed[(gsize) at.place->read * state->capacity + at.slot];
      sums->over30 += mns_load_u32 (record + shape->at[1]);
      sums->total += mns_load_u32 (record + shape->at[2]);
      sums->n++;
    }
  return n;
}
