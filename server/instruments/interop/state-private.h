/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <stdio.h>

#include "server/instruments/interop/shares.h"
#include "server/instruments/interop/state.h"

G_BEGIN_DECLS

/* The accumulators, for the readers of single metrics (one file each) and for the summary.
 *
 * A slot is a tile that some file named. Slots are numbered in the order of appearance. An array
 * "by slot" has the slot as index, one "by read and slot" has read * capacity + slot, so that a
 * read without any data never touches its part. Arrays are as large as the run's layout from the
 * start; the system gives pages only to what is used.
 */

#define MNS_MAX_SLOTS 65000
#define MNS_MAX_LANES 64
#define MNS_ERROR_RANGES 5
#define MNS_PHASING_RECORDS 25

typedef struct
{
  guint32 tile;
  guint8 lane;
  guint8 surface;
  guint16 in_lane; /* number within the lane, in the order of appearance */
} MnsSlot;

/* Where a cycle of the run lies. */
typedef struct
{
  guint8 read;      /* from 0 */
  guint8 is_usable; /* any but the last of its read */
  guint16 in_read;  /* from 1 */
} MnsCyclePlace;

typedef struct
{
  float clusters;
  float clusters_pf;
  float density;
  float density_pf;
  gboolean is_present;
} MnsTileSums;

typedef struct
{
  float aligned;
  float phasing; /* percent, of the Tile file itself */
  float prephasing;
} MnsTileReadSums;

typedef struct
{
  guint64 total;
  guint64 over30;
  guint32 n; /* records of usable cycles */
} MnsQSums;

/* Range k holds cycles above range k-1's end up to its own: 35, 50, 75, 100, the rest. */
typedef struct
{
  double sum[MNS_ERROR_RANGES];
  guint16 n[MNS_ERROR_RANGES];
  guint16 reach; /* last cycle of the read with a record, even the unusable one */
} MnsErrorSums;

/* For the least squares line of two weights against the cycle within the read. */
typedef struct
{
  guint32 n;
  guint32 x;
  guint64 xx;
  double y[2];
  double xy[2];
} MnsLineSums;

typedef struct
{
  MnsLineSums first; /* of the first 25 records, by cycle */
  MnsLineSums all;
  guint16 reach; /* last cycle of the read so far */
} MnsPhasingSums;

typedef struct
{
  MnsMetric metric;
  guint cycle;          /* of the folder C<cycle>.1, 0 for InterOp itself */
  gboolean is_old_name; /* without "Out" */
  gboolean is_set_aside;
  const MnsShape *shape; /* NULL until the header is there */
  guint64 taken;         /* bytes of header and whole records that are in the figures */
  guint8 *tail;          /* bytes read behind them: a record that is only half written */
  guint tail_length;
} MnsInteropFile;

struct _MnsInteropState
{
  char *folder;
  const MnsRunInfo *info;
  MnsInteropFlags flags;

  guint n_reads;
  guint n_cycles;
  MnsCyclePlace *cycles; /* by cycle, from 1 */

  /* Tiles. slot_of has the slot + 1 by lane and tile number, 0 for one not seen yet. */
  guint16 *slot_of;
  guint n_lane_rows;
  guint tile_limit;
  guint capacity;
  guint n_slots;
  MnsSlot *slots;
  guint n_in_lane[MNS_MAX_LANES + 1];
  MnsTileNaming naming;

  MnsTileSums *tile;                  /* by slot */
  MnsTileReadSums *tile_read;         /* by read and slot */
  float *occupied;                    /* by slot */
  float *first_intensity;             /* by read and slot */
  MnsQSums *q;                        /* by read and slot */
  MnsQSums *q_collapsed;              /* by read and slot */
  MnsErrorSums *error;                /* by read and slot */
  MnsPhasingSums *phasing;            /* by read and slot */
  guint most_phasing;                 /* last cycle of the run with a phasing record */
  guint16 *phasing_limit;             /* by read and slot: the 25th cycle, only in careful mode */
  guint16 *last_cycle[MNS_N_METRICS]; /* by slot */
  guint8 *seen[MNS_N_METRICS];        /* a bit by cycle and slot, once a metric needs care */
  double summary_run[4];              /* occupancy proxy, raw, occupied, PF; NAN without */
  MnsShares *index;
  MnsShares *control;
  gint64 last_activity; /* seconds since 1970, 0 if no file told */

  MnsCycleFigures *by_cycle; /* by lane and cycle, NULL unless asked for */
  guint64 (*lane_scores)[MNS_MAX_SCORE + 1];

  GPtrArray *files[MNS_N_METRICS]; /* of MnsInteropFile, by cycle */
  GPtrArray *shapes;
  GArray *set_aside;
  guint64 n_records[MNS_N_METRICS];
  guint64 bytes_read;
  gboolean is_backward;               /* see mns_interop_first_time() */
  gboolean is_spoilt[MNS_N_METRICS];  /* sums hold something of a file that was set aside */
  gboolean is_careful[MNS_N_METRICS]; /* records repeat or come out of order */
  guint8 *buffer;                     /* only during a look */
  gsize buffer_size; /* MNS_BUFFER_SIZE; for bytes in memory no more than those need */
};

/* Takes @n whole records, the first at @first, each @stride further (which may be negative).
 * Returns how many were fine; fewer than @n means that the next one breaks a rule, in @fault.
 */
typedef gsize (*MnsTakeFunc) (MnsInteropState *state,
                              const MnsShape *shape,
                              const guint8 *first,
                              gssize stride,
                              gsize n,
                              MnsInteropFault *fault);

/* For records without a fixed size: takes as many whole ones as @length bytes hold and returns
 * their bytes.
 */
typedef gsize (*MnsTakeTextFunc) (MnsInteropState *state,
                                  const MnsShape *shape,
                                  const guint8 *bytes,
                                  gsize length,
                                  gboolean *ok,
                                  MnsInteropFault *fault);

typedef struct
{
  MnsTakeFunc take;
  MnsTakeTextFunc take_text;
} MnsMetricReader;

extern const MnsMetricReader mns_metric_readers[MNS_N_METRICS];

/* One a metric, in the file of that name. */
#define MNS_DECLARE_TAKE(name)                                                                     \
  gsize mns_interop_take_##name (MnsInteropState *state,                                           \
                                 const MnsShape *shape,                                            \
                                 const guint8 *first,                                              \
                                 gssize stride,                                                    \
                                 gsize n,                                                          \
                                 MnsInteropFault *fault)
#define MNS_DECLARE_TAKE_TEXT(name)                                                                \
  gsize mns_interop_take_##name (MnsInteropState *state,                                           \
                                 const MnsShape *shape,                                            \
                                 const guint8 *bytes,                                              \
                                 gsize length,                                                     \
                                 gboolean *ok,                                                     \
                                 MnsInteropFault *fault)
MNS_DECLARE_TAKE (tile);
MNS_DECLARE_TAKE (extended_tile);
MNS_DECLARE_TAKE (extraction);
MNS_DECLARE_TAKE (corrected_int);
MNS_DECLARE_TAKE (q);
MNS_DECLARE_TAKE (q_by_lane);
MNS_DECLARE_TAKE (q_collapsed);
MNS_DECLARE_TAKE (error);
MNS_DECLARE_TAKE (empirical_phasing);
MNS_DECLARE_TAKE (image);
MNS_DECLARE_TAKE (summary_run);
MNS_DECLARE_TAKE_TEXT (index);
MNS_DECLARE_TAKE_TEXT (control);

/* slots.c */
#define MNS_NO_SLOT G_MAXUINT
gboolean mns_interop_slots_init (MnsInteropState *state);
gsize mns_interop_seen_size (const MnsInteropState *state);
void mns_interop_slots_clear (MnsInteropState *state);
guint
mns_interop_add_slot (MnsInteropState *state, guint32 lane, guint32 tile, MnsInteropFault *fault);
void mns_interop_clear_metric (MnsInteropState *state, MnsMetric metric);
gboolean mns_interop_check_lane (MnsInteropState *state, guint32 lane, MnsInteropFault *fault);
void mns_interop_limit_phasing (MnsInteropState *state);

/* file.c */
#define MNS_BUFFER_SIZE (256 * 1024)

/* Bytes of a file: an open one, or with @fd below 0 some in memory. */
typedef struct
{
  int fd;
  const guint8 *bytes;
  gsize length;
} MnsSource;

typedef void (*MnsReadFunc) (MnsInteropState *state, MnsInteropFile *file, const MnsSource *source);
void
mns_interop_read_forward (MnsInteropState *state, MnsInteropFile *file, const MnsSource *source);
void
mns_interop_read_backward (MnsInteropState *state, MnsInteropFile *file, const MnsSource *source);
void mns_interop_read_file (MnsInteropState *state,
                            MnsInteropFile *file,
                            int folder_fd,
                            MnsReadFunc read);
char *mns_interop_file_name (const MnsInteropFile *file);
void mns_interop_file_rewind (MnsInteropFile *file);
void mns_interop_file_free (MnsInteropFile *file);

/* state.c: for tests and fuzzing. */
gboolean mns_interop_state_look_at_bytes (
    MnsInteropState *self, MnsMetric metric, const guint8 *bytes, gsize length, GError **error);

/* The tile's slot, made if it is new; MNS_NO_SLOT with @fault if the run has no such tile. */
static inline guint
mns_interop_slot (MnsInteropState *state, guint32 lane, guint32 tile, MnsInteropFault *fault)
{
  if (G_LIKELY (lane < state->n_lane_rows && tile < state->tile_limit))
    {
      guint slot = state->slot_of[lane * state->tile_limit + tile];

      if (G_LIKELY (slot != 0))
        return slot - 1;
    }
  return mns_interop_add_slot (state, lane, tile, fault);
}

typedef enum
{
  MNS_LOCATED,
  MNS_SKIP, /* no valid record, or one that counts already */
  MNS_FOREIGN,
} MnsLocated;

typedef struct
{
  guint slot;
  guint cycle;
  const MnsCyclePlace *place;
} MnsLocation;

/* Finds the tile and cycle of a record with a cycle, and checks both against the run. */
static inline MnsLocated
mns_interop_locate (MnsInteropState *state,
                    const MnsShape *shape,
                    const guint8 *record,
                    MnsLocation *out,
                    MnsInteropFault *fault)
{
  guint32 lane = mns_shape_lane (shape, record);
  guint32 tile = mns_shape_tile (shape, record);

  out->cycle = mns_shape_key (shape, record);
  if (G_UNLIKELY (lane == 0 || tile == 0 || out->cycle == 0))
    return MNS_SKIP;
  out->slot = mns_interop_slot (state, lane, tile, fault);
  if (G_UNLIKELY (out->slot == MNS_NO_SLOT))
    return MNS_FOREIGN;
  if (G_UNLIKELY (out->cycle > state->n_cycles))
    {
      mns_interop_fault_set (fault, "cycle %u is above the run's %u", out->cycle, state->n_cycles);
      return MNS_FOREIGN;
    }
  out->place = &state->cycles[out->cycle];
  return MNS_LOCATED;
}

/* Whether the record of this tile and cycle is the first met; to be asked before the cycle is
 * noted. As long as the cycles of each tile come in order, as instruments write them, its last
 * cycle tells. A file that has them in another order, or twice, is only marked at first (its sums
 * are then wrong) and read once more from its end with a bit for each record: so of those that
 * repeat the last one counts.
 */
static inline gboolean
mns_interop_first_time (MnsInteropState *state, MnsMetric metric, const MnsLocation *at)
{
  gsize bit = (gsize) at->cycle * state->capacity + at->slot;
  guint8 *byte = NULL;
  guint8 mask = (guint8) (1u << (bit % 8));

  if (G_LIKELY (at->cycle > state->last_cycle[metric][at->slot] && state->seen[metric] == NULL))
    return TRUE;
  if (state->seen[metric] == NULL)
    {
      state->is_careful[metric] = TRUE;
      return FALSE;
    }
  byte = &state->seen[metric][bit / 8];
  if ((*byte & mask) == 0)
    {
      *byte |= mask;
      return TRUE;
    }
  state->is_careful[metric] = TRUE;
  return FALSE;
}

static inline void
mns_interop_note_cycle (MnsInteropState *state, MnsMetric metric, const MnsLocation *at)
{
  if (at->cycle > state->last_cycle[metric][at->slot])
    state->last_cycle[metric][at->slot] = (guint16) at->cycle;
}

/* A record that has a cycle and counts the first time only: finds its place, counts it and notes
 * its cycle. MNS_SKIP: it is none, or was met before.
 */
static inline MnsLocated
mns_interop_take_once (MnsInteropState *state,
                       MnsMetric metric,
                       const MnsShape *shape,
                       const guint8 *record,
                       MnsLocation *out,
                       MnsInteropFault *fault)
{
  MnsLocated located = mns_interop_locate (state, shape, record, out, fault);

  if (G_UNLIKELY (located != MNS_LOCATED))
    return located;
  if (!mns_interop_first_time (state, metric, out))
    return MNS_SKIP;
  state->n_records[metric]++;
  mns_interop_note_cycle (state, metric, out);
  return MNS_LOCATED;
}

static inline MnsCycleFigures *
mns_interop_cycle_figures (MnsInteropState *state, const MnsLocation *at)
{
  return &state->by_cycle[(gsize) state->slots[at->slot].lane * (state->n_cycles + 1) + at->cycle];
}

G_END_DECLS
