/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* CorrectedIntMetricsOut.bin: how many clusters were called which base, and their intensity. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include "server/instruments/interop/state-private.h"

/* Where the fields are in each version: intensity of the called clusters (-1: none), calls. */
static const struct
{
  int called;
  int calls;
} places[] = { [2] = { 2, 3 }, [3] = { 0, 1 }, [4] = { -1, 0 } };

static void
add_to_cycle (MnsInteropState *state,
              const MnsShape *shape,
              const guint8 *record,
              const MnsLocation *at)
{
  MnsCycleFigures *figures = mns_interop_cycle_figures (state, at);
  int called = places[shape->layout->version].called;
  const guint8 *calls = record + shape->at[places[shape->layout->version].calls];

  if (!mns_interop_first_time (state, MNS_METRIC_CORRECTED_INT, at))
    return;
  figures->n_called++;
  for (guint i = 0; i < 5; i++)
    figures->calls[i] += mns_load_u32 (calls + 4 * i);
  for (guint i = 0; called >= 0 && i < 4; i++)
    figures->corrected[i] += mns_load_u16 (record + shape->at[called] + 2 * i);
}

MNS_DECLARE_TAKE (corrected_int)
{
  MnsLocation at;

  for (gsize k = 0; k < n; k++)
    {
      const guint8 *record = first + (gssize) k * stride;

      switch (mns_interop_locate (state, shape, record, &at, fault))
        {
        case MNS_FOREIGN:
          return k;
        case MNS_SKIP:
          continue;
        default:
          break;
        }
      state->n_records[MNS_METRIC_CORRECTED_INT]++;
      if (state->by_cycle != NULL)
        add_to_cycle (state, shape, record, &at);
      mns_interop_note_cycle (state, MNS_METRIC_CORRECTED_INT, &at);
    }
  return n;
}
