/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/client/replica.h"
#include "sync/client/stage.h"

G_BEGIN_DECLS

/**
 * MnsBuild:
 *
 * The new file of a first sync or resync, beside the one in use. It is filled from a stage, or
 * while the stage arrives. Freeing removes it unless it was kept.
 */
typedef struct _MnsBuild MnsBuild;

MnsBuild *mns_build_new (MnsReplica *replica);
void mns_build_free (MnsBuild *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsBuild, mns_build_free)

void mns_build_follow (MnsBuild *self, MnsStage *stage);
gboolean mns_build_read (MnsBuild *self, MnsStage *stage, GError **error);
gboolean mns_build_finish (MnsBuild *self, GError **error);
void mns_build_keep (MnsBuild *self);

const char *mns_build_get_path (MnsBuild *self);
/* NULL before the first row was asked for */
const MnsPullHead *mns_build_get_head (MnsBuild *self);

G_END_DECLS
