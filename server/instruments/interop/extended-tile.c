/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* ExtendedTileMetricsOut.bin: how many wells of a patterned flow cell are occupied, a tile. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include "server/instruments/interop/state-private.h"

MNS_DECLARE_TAKE (extended_tile)
{
  gboolean is_coded = shape->layout->version == 1;

  for (gsize k = 0; k < n; k++)
    {
      const guint8 *record = first + (gssize) k * stride;
      guint32 lane = mns_shape_lane (shape, record);
      guint32 tile = mns_shape_tile (shape, record);
      guint slot;

      /* Of the codes of version 1 only 0, occupied wells, was ever given a meaning. */
      if (lane == 0 || tile == 0 || (is_coded && mns_load_u16 (record + shape->at[0]) != 0))
        continue;
      slot = mns_interop_slot (state, lane, tile, fault);
      if (slot == MNS_NO_SLOT)
        return k;
      state->occupied[slot] = mns_load_f32 (record + shape->at[is_coded ? 1 : 0]);
      state->n_records[MNS_METRIC_EXTENDED_TILE]++;
    }
  return n;
}
