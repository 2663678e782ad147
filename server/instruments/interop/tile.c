/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* TileMetricsOut.bin: density, clusters, % aligned, and with RTA 1 and 2 phasing, a tile. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <math.h>

#include "server/instruments/interop/state-private.h"

enum
{
  CODE_DENSITY = 100,
  CODE_DENSITY_PF = 101,
  CODE_CLUSTERS = 102,
  CODE_CLUSTERS_PF = 103,
  CODE_PHASING = 200, /* + 2 (read - 1); prephasing one above */
  CODE_ALIGNED = 300, /* + read - 1 */
  CODE_CONTROL_LANE = 400,
};

static gboolean
check_read (MnsInteropState *state, guint read, MnsInteropFault *fault)
{
  if (read <= state->n_reads)
    return TRUE;
  mns_interop_fault_set (fault, "read %u is above the run's %u", read, state->n_reads);
  return FALSE;
}

/* Version 2: each record tells one thing, by its code. */
static gboolean
take_coded (MnsInteropState *state, guint slot, guint code, float value, MnsInteropFault *fault)
{
  MnsTileSums *tile = &state->tile[slot];
  guint read = code >= CODE_ALIGNED ? code - CODE_ALIGNED : (code - CODE_PHASING) / 2;
  MnsTileReadSums *of_read = NULL;

  switch (code)
    {
    case CODE_DENSITY:
      tile->density = value;
      return TRUE;
    case CODE_DENSITY_PF:
      tile->density_pf = value;
      return TRUE;
    case CODE_CLUSTERS:
      tile->clusters = value;
      return TRUE;
    case CODE_CLUSTERS_PF:
      tile->clusters_pf = value;
      return TRUE;
    default:
      break;
    }
  if (code < CODE_PHASING || code > CODE_CONTROL_LANE)
    {
      mns_interop_fault_set (fault, "code %u is not known", code);
      return FALSE;
    }
  if (!check_read (state, read + 1, fault))
    return FALSE;
  of_read = &state->tile_read[(gsize) read * state->capacity + slot];
  if (code >= CODE_ALIGNED)
    of_read->aligned = value;
  else if ((code - CODE_PHASING) % 2 == 0)
    of_read->phasing = value * 100;
  else
    of_read->prephasing = value * 100;
  return TRUE;
}

/* Version 3: 't' tells the clusters, 'r' the share of one read that aligned to the control. */
static gboolean
take_lettered (MnsInteropState *state,
               const MnsShape *shape,
               guint slot,
               const guint8 *record,
               MnsInteropFault *fault)
{
  MnsTileSums *tile = &state->tile[slot];
  const guint8 *first = record + shape->at[1];
  guint8 code = record[shape->at[0]];
  gboolean has_area = shape->area > 0; /* false for NaN too */
  guint32 read;

  switch (code)
    {
    case 't':
      tile->clusters = mns_load_f32 (first);
      tile->clusters_pf = mns_load_f32 (first + 4);
      tile->density = has_area ? tile->clusters / shape->area : NAN;
      tile->density_pf = has_area ? tile->clusters_pf / shape->area : NAN;
      return TRUE;
    case 'r':
      read = mns_load_u32 (first);
      if (!check_read (state, read, fault))
        return FALSE;
      if (read > 0)
        state->tile_read[(gsize) (read - 1) * state->capacity + slot].aligned =
            mns_load_f32 (first + 4);
      return TRUE;
    case 0:
      return TRUE;
    default:
      mns_interop_fault_set (fault, "code %u is neither 't' nor 'r'", code);
      return FALSE;
    }
}

MNS_DECLARE_TAKE (tile)
{
  gboolean is_coded = shape->layout->version < 3;

  for (gsize k = 0; k < n; k++)
    {
      const guint8 *record = first + (gssize) k * stride;
      guint32 lane = mns_shape_lane (shape, record);
      guint32 tile = mns_shape_tile (shape, record);
      guint code = is_coded ? mns_load_u16 (record + shape->at[0]) : 0;
      guint slot;

      if (lane == 0 || tile == 0 || code == CODE_CONTROL_LANE)
        continue;
      slot = mns_interop_slot (state, lane, tile, fault);
      if (slot == MNS_NO_SLOT)
        return k;
      if (is_coded ? !take_coded (state, slot, code, mns_load_f32 (record + shape->at[1]), fault)
                   : !take_lettered (state, shape, slot, record, fault))
        return k;
      state->tile[slot].is_present = TRUE;
      state->n_records[MNS_METRIC_TILE]++;
    }
  return n;
}
