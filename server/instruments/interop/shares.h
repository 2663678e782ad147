/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Clusters by lane and name: the index sequences of samples, or the controls of a run. */

typedef struct
{
  guint lane;
  guint nth; /* within the lane */
  guint id;  /* within the run, from 1: the same for one name in several lanes */
  char *sequence;
  char *sample;
  char *project;
  guint64 clusters; /* each tile counted once, however often a file repeats it */
  guint8 *seen;     /* a bit for each tile of the lane */
} MnsShare;

typedef struct _MnsShares MnsShares;

typedef struct
{
  const char *text;
  gsize length;
} MnsShareText;

MnsShares *mns_shares_new (guint tiles_per_lane);
void mns_shares_free (MnsShares *self);
gboolean mns_shares_add (MnsShares *self,
                         guint lane,
                         guint tile_in_lane,
                         const MnsShareText *sequence,
                         const MnsShareText *sample,
                         const MnsShareText *project,
                         guint64 clusters);
guint mns_shares_length (const MnsShares *self, guint lane);
const MnsShare *mns_shares_get (const MnsShares *self, guint lane, guint nth);
gboolean mns_shares_has_tile (const MnsShares *self, guint lane, guint tile_in_lane);

G_END_DECLS
