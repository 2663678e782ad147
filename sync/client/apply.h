/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/client/build.h"
#include "sync/client/replica.h"
#include "sync/client/stage.h"

G_BEGIN_DECLS

/**
 * MnsApplied:
 * @MNS_APPLIED: the rows are in, the cursor moved
 * @MNS_APPLIED_FORGOTTEN: not an answer to what we are now, or not whole: nothing changed
 * @MNS_APPLIED_FOREIGN: the server decided commands that we never sent: another device has our id
 */
typedef enum
{
  MNS_APPLIED,
  MNS_APPLIED_FORGOTTEN,
  MNS_APPLIED_FOREIGN,
} MnsApplied;

gboolean mns_replica_apply (
    MnsReplica *self, GPtrArray *stages, MnsApplied *applied, GPtrArray *changed, GError **error);
gboolean mns_replica_resync (MnsReplica *self,
                             MnsBuild *build,
                             GPtrArray *stages,
                             MnsApplied *applied,
                             GPtrArray *changed,
                             GError **error);

/* Reads the head and checks count and hash; CORRUPT if the stream is not whole. */
gboolean mns_stage_check (MnsStage *stage, MnsPullHead *head, GError **error);

G_END_DECLS
