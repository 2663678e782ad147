/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/client/replica.h"
#include "sync/client/transport.h"

G_BEGIN_DECLS

/**
 * MnsSync:
 *
 * One replica's talk with its server. Every call blocks for as long as the network takes and holds
 * the replica's lock only in between.
 */
typedef struct _MnsSync MnsSync;

MnsSync *mns_sync_new (MnsReplica *replica, MnsTransport *transport);
void mns_sync_free (MnsSync *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsSync, mns_sync_free)

/* Everything that a device and its server have to tell each other, once. */
gboolean
mns_sync_round (MnsSync *self, GPtrArray *changed, GCancellable *cancellable, GError **error);

/* The parts of a round. */
gboolean mns_sync_hello (MnsSync *self, GCancellable *cancellable, GError **error);
gboolean mns_sync_push (MnsSync *self, GCancellable *cancellable, GError **error);
gboolean
mns_sync_pull (MnsSync *self, GPtrArray *changed, GCancellable *cancellable, GError **error);
gboolean mns_sync_lease (MnsSync *self, GCancellable *cancellable, GError **error);
gboolean mns_sync_scopes (MnsSync *self, GCancellable *cancellable, GError **error);

/* Seconds that the server asked to be left alone for; 0: it did not. */
gint64 mns_sync_get_retry_after (MnsSync *self);
/* The server no longer sends rows to a program as old as this; sending work goes on. */
gboolean mns_sync_is_too_old (MnsSync *self);
gboolean mns_sync_knows_command (MnsSync *self, const char *name_at_version);

G_END_DECLS
