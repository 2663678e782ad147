/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/api/context.h"

G_BEGIN_DECLS

/**
 * MnsBlobs:
 *
 * The bytes of files, by their SHA-256: STATE/files/ab/cd/<sha256>, and STATE/files/incoming for
 * what has not come whole (sync-protocol.md 11). An upload is a person's: what others have sent is
 * told to nobody. The part that is there is the file itself, so any instance can go on with it.
 */
MnsBlobs *mns_blobs_new (const char *state, MnsPool *pool, GError **error);
void mns_blobs_free (MnsBlobs *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsBlobs, mns_blobs_free)

/* Under /sync/v1/blobs and /json/v1/blobs; their functions want an MnsBlobs. */
const MnsRoute *mns_blob_routes (guint *n_routes);

/* Removes parts that nobody has added to for a week. */
void mns_blobs_tidy (MnsBlobs *self);

G_END_DECLS
