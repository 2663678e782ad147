/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/wire/pull.h"

G_BEGIN_DECLS

/**
 * MnsStage:
 *
 * The bytes of one pull or pack as they arrived: in memory while they are few, else in a file of
 * the replica's folder that has no name any more. Read as often as wanted, expanded if compressed.
 */
typedef struct _MnsStage MnsStage;

MnsStage *mns_stage_new (const char *dir);
void mns_stage_free (MnsStage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsStage, mns_stage_free)

void mns_stage_set_compressed (MnsStage *self, gboolean compressed);
gboolean mns_stage_write (MnsStage *self, const char *bytes, gsize length, GError **error);
guint64 mns_stage_get_size (MnsStage *self);
void mns_stage_clear (MnsStage *self);

/* Reads the whole stream; fails with MNS_ERROR_CORRUPT if it has no end, or not the right one. */
gboolean mns_stage_read (MnsStage *self, MnsPullFunc func, gpointer data, GError **error);

/* Called before the first byte, and again where the stream had to begin again. */
typedef gboolean (*MnsStageBegin) (gpointer data, GError **error);

/* From now on the bytes are read as they arrive and not kept: a first sync works while the server
 * does. Whoever follows trusts nothing before mns_stage_finish() says that the stream was whole.
 */
void mns_stage_follow (MnsStage *self, MnsStageBegin begin, MnsPullFunc func, gpointer data);
gboolean mns_stage_finish (MnsStage *self, GError **error);

G_END_DECLS
