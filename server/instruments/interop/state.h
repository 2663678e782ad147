/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/instruments/interop/layout.h"
#include "server/instruments/run-info.h"

G_BEGIN_DECLS

/* What has been read of a run's InterOp files so far: sums a tile, never records. Keep it while a
 * run goes on and look again: a look reads only what the files gained since the last one.
 * Not for use by two threads at once.
 */
typedef struct _MnsInteropState MnsInteropState;

typedef enum
{
  MNS_INTEROP_PLAIN = 0,
  MNS_INTEROP_BY_CYCLE = 1 << 0, /* keep figures of every lane and cycle too, for plots */
} MnsInteropFlags;

MnsInteropState *
mns_interop_state_new (const char *folder, const MnsRunInfo *info, MnsInteropFlags flags);
void mns_interop_state_free (MnsInteropState *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsInteropState, mns_interop_state_free)

gboolean mns_interop_state_look (MnsInteropState *self, GError **error);
const MnsRunInfo *mns_interop_state_get_info (const MnsInteropState *self);

/* A file that contradicts its format or the run. Nothing of it is in the figures. */
typedef struct
{
  char *file;     /* within the run folder */
  guint64 offset; /* of the offending record or header byte */
  char *rule;     /* what is wrong, without file and offset */
} MnsSetAside;

char *mns_set_aside_to_text (const MnsSetAside *self);

guint mns_interop_state_n_set_aside (const MnsInteropState *self);
const MnsSetAside *mns_interop_state_get_set_aside (const MnsInteropState *self, guint nth);

guint64 mns_interop_state_bytes_read (const MnsInteropState *self);
guint mns_interop_state_n_files (const MnsInteropState *self);
guint64 mns_interop_state_n_records (const MnsInteropState *self, MnsMetric metric);
guint mns_interop_state_last_cycle (const MnsInteropState *self);
gint64 mns_interop_state_last_activity (const MnsInteropState *self);

/* Sums over the tiles of a lane in one cycle. Divide by the n_ before it; NaN values are left out.
 */
typedef struct
{
  guint32 n_extraction;
  double intensity[4]; /* by channel as RunInfo.xml has them */
  double focus[4];
  guint32 n_called;
  guint64 calls[5];    /* clusters called none, A, C, G, T */
  double corrected[4]; /* intensity of the clusters called A, C, G, T; version 2 and 3 only */
  guint32 n_error;
  double error; /* percent */
  guint32 n_phasing;
  double phasing; /* weight in percent */
  double prephasing;
  guint32 n_image[4];
  double contrast_min[4];
  double contrast_max[4];
  guint64 clusters; /* with a score */
  guint64 q20;
  guint64 q30;
  guint64
      scores[MNS_MAX_SCORE + 1]; /* clusters by score; only the values of the bins where binned */
} MnsCycleFigures;

const MnsCycleFigures *
mns_interop_state_get_cycle (const MnsInteropState *self, guint lane, guint cycle);

/* One tile in one read; NAN where not known. */
typedef struct
{
  guint lane;
  guint tile;
  guint surface;
  guint swath;
  guint section;
  guint place; /* within swath and section */
  double clusters;
  double clusters_pf;
  double density; /* clusters per mm2 */
  double density_pf;
  double percent_pf;
  double percent_occupied;
  double percent_aligned;
  double error_rate;
  double first_cycle_intensity;
  double percent_gt_q30;
  double yield; /* bases */
  double phasing;
  double prephasing;
} MnsTileFigures;

guint mns_interop_state_n_tiles (const MnsInteropState *self);
void mns_interop_state_get_tile (const MnsInteropState *self,
                                 guint nth,
                                 guint read,
                                 MnsTileFigures *figures);

G_END_DECLS
