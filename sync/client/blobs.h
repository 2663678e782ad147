/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/client/replica.h"
#include "sync/client/transport.h"

G_BEGIN_DECLS

JsonObject *
mns_replica_add_file (MnsReplica *self, GFile *file, GCancellable *cancellable, GError **error);
/* The path of a file that is here whole, or NULL. */
char *mns_replica_find_file (MnsReplica *self, const char *sha256, GError **error);
char *mns_replica_fetch_file (MnsReplica *self,
                              MnsTransport *transport,
                              const char *sha256,
                              GCancellable *cancellable,
                              GError **error);
gboolean mns_replica_send_files (MnsReplica *self,
                                 MnsTransport *transport,
                                 GCancellable *cancellable,
                                 GError **error);

G_END_DECLS
