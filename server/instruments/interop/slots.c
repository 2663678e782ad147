/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Which tiles a run can have, and the accumulators of those that some file named. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <math.h>

#include "server/instruments/interop/state-private.h"

/* Tile numbers go up to this by naming; a run whose naming is not known yet can have any of them.
 */
static guint
find_tile_limit (const MnsRunInfo *info)
{
  switch (info->naming)
    {
    case MNS_TILE_NAMING_FOUR_DIGIT:
      return info->surfaces * 1000 + info->swaths * 100 + 100;
    case MNS_TILE_NAMING_FIVE_DIGIT:
      return info->surfaces * 10000 + info->swaths * 1000 + 1000;
    case MNS_TILE_NAMING_ABSOLUTE:
      return MAX (info->tiles * info->swaths * info->surfaces, 120) + 1;
    default:
      return 30000;
    }
}

static guint
find_capacity (const MnsRunInfo *info)
{
  guint64 n = (guint64) MAX (info->lanes, 1) * info->surfaces * info->swaths;

  if (info->lanes == 0 || info->tiles == 0)
    return MNS_MAX_SLOTS;
  n *= (guint64) info->tiles * info->sections_per_lane * info->lanes_per_section;
  /* Old runs count tiles of a swath or of a lane; leave room for either. */
  n = MAX (n, 512);
  return (guint) MIN (n, MNS_MAX_SLOTS);
}

/* Bytes of a bit for each record that a metric can have. */
gsize
mns_interop_seen_size (const MnsInteropState *state)
{
  return (gsize) state->capacity * (state->n_cycles + 1) / 8 + 1;
}

/**
 * mns_interop_slots_init:
 * @state: a state whose info is set
 *
 * Makes the accumulators, as large as the run's layout.
 *
 * Returns: %FALSE if there is not that much memory
 */
gboolean
mns_interop_slots_init (MnsInteropState *state)
{
  gsize cells;

  state->naming = state->info->naming;
  state->n_lane_rows = (state->info->lanes > 0 ? state->info->lanes : MNS_MAX_LANES) + 1;
  state->tile_limit = find_tile_limit (state->info);
  state->capacity = find_capacity (state->info);
  cells = (gsize) state->capacity * MAX (state->n_reads, 1);

  state->slot_of = g_try_new0 (guint16, (gsize) state->n_lane_rows * state->tile_limit);
  state->slots = g_try_new0 (MnsSlot, state->capacity);
  state->tile = g_try_new0 (MnsTileSums, state->capacity);
  state->tile_read = g_try_new0 (MnsTileReadSums, cells);
  state->occupied = g_try_new0 (float, state->capacity);
  state->first_intensity = g_try_new0 (float, cells);
  state->q = g_try_new0 (MnsQSums, cells);
  state->q_collapsed = g_try_new0 (MnsQSums, cells);
  state->error = g_try_new0 (MnsErrorSums, cells);
  state->phasing = g_try_new0 (MnsPhasingSums, cells);
  state->phasing_limit = g_try_new0 (guint16, cells);
  for (guint i = 0; i < MNS_N_METRICS; i++)
    {
      state->last_cycle[i] = g_try_new0 (guint16, state->capacity);
      if (state->last_cycle[i] == NULL)
        return FALSE;
    }
  state->index = mns_shares_new (state->capacity);
  state->control = mns_shares_new (state->capacity);
  return state->slot_of != NULL && state->slots != NULL && state->tile != NULL &&
         state->tile_read != NULL && state->occupied != NULL && state->first_intensity != NULL &&
         state->q != NULL && state->q_collapsed != NULL && state->error != NULL &&
         state->phasing != NULL && state->phasing_limit != NULL;
}

void
mns_interop_slots_clear (MnsInteropState *state)
{
  g_free (state->slot_of);
  g_free (state->slots);
  g_free (state->tile);
  g_free (state->tile_read);
  g_free (state->occupied);
  g_free (state->first_intensity);
  g_free (state->q);
  g_free (state->q_collapsed);
  g_free (state->error);
  g_free (state->phasing);
  g_free (state->phasing_limit);
  for (guint i = 0; i < MNS_N_METRICS; i++)
    {
      g_free (state->last_cycle[i]);
      g_free (state->seen[i]);
    }
  mns_shares_free (state->index);
  mns_shares_free (state->control);
}

/* What is not a sum begins as unknown. */
static void
init_slot (MnsInteropState *state, MnsMetric metric, guint slot)
{
  switch (metric)
    {
    case MNS_METRIC_TILE:
      state->tile[slot] = (MnsTileSums){ NAN, NAN, NAN, NAN, FALSE };
      for (guint read = 0; read < state->n_reads; read++)
        state->tile_read[(gsize) read * state->capacity + slot] =
            (MnsTileReadSums){ NAN, NAN, NAN };
      break;
    case MNS_METRIC_EXTENDED_TILE:
      state->occupied[slot] = NAN;
      break;
    case MNS_METRIC_EXTRACTION:
      for (guint read = 0; read < state->n_reads; read++)
        state->first_intensity[(gsize) read * state->capacity + slot] = NAN;
      break;
    default:
      break;
    }
}

gboolean
mns_interop_check_lane (MnsInteropState *state, guint32 lane, MnsInteropFault *fault)
{
  if (lane < state->n_lane_rows)
    return TRUE;
  mns_interop_fault_set (fault, "lane %u is above the run's %u", lane, state->n_lane_rows - 1);
  return FALSE;
}

static gboolean
check_part (MnsInteropFault *fault, guint tile, const char *what, guint part, guint most)
{
  if (part <= most)
    return TRUE;
  mns_interop_fault_set (fault, "%s %u of tile %u is above the run's %u", what, part, tile, most);
  return FALSE;
}

static gboolean
check_tile (MnsInteropState *state, guint32 tile, MnsInteropFault *fault)
{
  const MnsRunInfo *info = state->info;
  MnsTileNaming naming = info->naming;

  if (naming == MNS_TILE_NAMING_UNKNOWN)
    naming = mns_tile_naming_guess (tile);
  if (info->tiles == 0)
    return check_part (fault, tile, "number", tile, state->tile_limit - 1);
  if (naming == MNS_TILE_NAMING_ABSOLUTE)
    return check_part (fault, tile, "number", tile, info->tiles * info->swaths * info->surfaces);
  return check_part (fault, tile, "surface", mns_tile_surface (naming, tile), info->surfaces) &&
         check_part (fault, tile, "swath", mns_tile_swath (naming, tile), info->swaths) &&
         check_part (fault, tile, "place", mns_tile_place (naming, tile), info->tiles) &&
         check_part (fault, tile, "number", tile, state->tile_limit - 1);
}

/**
 * mns_interop_add_slot:
 * @state: a state
 * @lane: a lane, not 0
 * @tile: a tile number, not 0
 * @fault: (out): why the run has no such tile
 *
 * Returns: the number of the tile's slot, or %MNS_NO_SLOT
 */
guint
mns_interop_add_slot (MnsInteropState *state, guint32 lane, guint32 tile, MnsInteropFault *fault)
{
  guint slot = state->n_slots;

  if (!mns_interop_check_lane (state, lane, fault) || !check_tile (state, tile, fault))
    return MNS_NO_SLOT;
  if (slot >= state->capacity)
    {
      mns_interop_fault_set (fault, "tile %u is one more than the run's %u", tile, state->capacity);
      return MNS_NO_SLOT;
    }
  if (state->naming == MNS_TILE_NAMING_UNKNOWN)
    state->naming = mns_tile_naming_guess (tile);
  state->n_slots++;
  state->slots[slot].lane = (guint8) lane;
  state->slots[slot].tile = tile;
  state->slots[slot].surface = (guint8) MIN (mns_tile_surface (state->naming, tile), 255);
  state->slots[slot].in_lane = (guint16) state->n_in_lane[lane]++;
  state->slot_of[lane * state->tile_limit + tile] = (guint16) (slot + 1);
  for (guint i = 0; i < MNS_N_METRICS; i++)
    init_slot (state, i, slot);
  return slot;
}

static void
clear_cycles (MnsInteropState *state, MnsMetric metric)
{
  gsize n = (gsize) state->n_lane_rows * (state->n_cycles + 1);

  for (gsize i = 0; state->by_cycle != NULL && i < n; i++)
    {
      MnsCycleFigures *f = &state->by_cycle[i];

      switch (metric)
        {
        case MNS_METRIC_EXTRACTION:
          f->n_extraction = 0;
          memset (f->intensity, 0, sizeof f->intensity);
          memset (f->focus, 0, sizeof f->focus);
          break;
        case MNS_METRIC_CORRECTED_INT:
          f->n_called = 0;
          memset (f->calls, 0, sizeof f->calls);
          memset (f->corrected, 0, sizeof f->corrected);
          break;
        case MNS_METRIC_ERROR:
          f->n_error = 0;
          f->error = 0;
          break;
        case MNS_METRIC_EMPIRICAL_PHASING:
          f->n_phasing = 0;
          f->phasing = 0;
          f->prephasing = 0;
          break;
        case MNS_METRIC_IMAGE:
          memset (f->n_image, 0, sizeof f->n_image);
          memset (f->contrast_min, 0, sizeof f->contrast_min);
          memset (f->contrast_max, 0, sizeof f->contrast_max);
          break;
        case MNS_METRIC_Q:
          f->clusters = f->q20 = f->q30 = 0;
          memset (f->scores, 0, sizeof f->scores);
          break;
        case MNS_METRIC_Q_BY_LANE:
          memset (state->lane_scores[i], 0, sizeof state->lane_scores[i]);
          break;
        default:
          break;
        }
    }
}

static void
clear_cells (MnsInteropState *state, void *array, gsize size)
{
  for (guint read = 0; read < state->n_reads; read++)
    memset ((guint8 *) array + (gsize) read * state->capacity * size, 0, state->n_slots * size);
}

/**
 * mns_interop_clear_metric:
 * @state: a state
 * @metric: one of its metrics
 *
 * Takes everything out of the accumulators that came from this metric's files.
 */
void
mns_interop_clear_metric (MnsInteropState *state, MnsMetric metric)
{
  state->n_records[metric] = 0;
  memset (state->last_cycle[metric], 0, state->n_slots * sizeof (guint16));
  if (state->seen[metric] != NULL)
    memset (state->seen[metric], 0, mns_interop_seen_size (state));
  for (guint slot = 0; slot < state->n_slots; slot++)
    init_slot (state, metric, slot);
  if (state->by_cycle != NULL)
    clear_cycles (state, metric);
  switch (metric)
    {
    case MNS_METRIC_Q:
      clear_cells (state, state->q, sizeof (MnsQSums));
      break;
    case MNS_METRIC_Q_COLLAPSED:
      clear_cells (state, state->q_collapsed, sizeof (MnsQSums));
      break;
    case MNS_METRIC_ERROR:
      clear_cells (state, state->error, sizeof (MnsErrorSums));
      break;
    case MNS_METRIC_EMPIRICAL_PHASING:
      clear_cells (state, state->phasing, sizeof (MnsPhasingSums));
      state->most_phasing = 0;
      break;
    case MNS_METRIC_SUMMARY_RUN:
      for (guint i = 0; i < G_N_ELEMENTS (state->summary_run); i++)
        state->summary_run[i] = NAN;
      break;
    case MNS_METRIC_INDEX:
      mns_shares_free (state->index);
      state->index = mns_shares_new (state->capacity);
      break;
    case MNS_METRIC_CONTROL:
      mns_shares_free (state->control);
      state->control = mns_shares_new (state->capacity);
      break;
    default:
      break;
    }
}

/**
 * mns_interop_limit_phasing:
 * @state: a state that has met all records of EmpiricalPhasing, in whatever order
 *
 * Finds for every tile and read which cycle is the 25th with a record, for files that do not have
 * them in order.
 */
void
mns_interop_limit_phasing (MnsInteropState *state)
{
  const guint8 *seen = state->seen[MNS_METRIC_EMPIRICAL_PHASING];

  for (guint read = 0; read < state->n_reads; read++)
    for (guint slot = 0; slot < state->n_slots; slot++)
      {
        guint16 *limit = &state->phasing_limit[(gsize) read * state->capacity + slot];
        guint n = 0;

        *limit = 0;
        for (guint cycle = state->info->reads[read].first_cycle;
             cycle <= state->info->reads[read].last_cycle && n < MNS_PHASING_RECORDS;
             cycle++)
          {
            gsize bit = (gsize) cycle * state->capacity + slot;

            if ((seen[bit / 8] & (1u << (bit % 8))) == 0)
              continue;
            n++;
            *limit = state->cycles[cycle].in_read;
          }
      }
}
