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

G_END_DECLS
