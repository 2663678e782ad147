/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/client/apply.h"
#include "sync/client/replica-private.h"

G_BEGIN_DECLS

/* Lays the rows of one stream into the tables of a connection. */
typedef struct _MnsLoader MnsLoader;

MnsLoader *mns_loader_new (MnsStore *store, gboolean *touched);
void mns_loader_free (MnsLoader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsLoader, mns_loader_free)

/* MnsPullFuncs; data is the loader. */
gboolean mns_loader_delete (MnsPullReader *reader, MnsPullPart part, gpointer data, GError **error);
gboolean mns_loader_insert (MnsPullReader *reader, MnsPullPart part, gpointer data, GError **error);

/* Whether @head may follow on what the replica has. */
gboolean mns_replica_judge_head (MnsReplica *self,
                                 MnsTransaction *tx,
                                 const MnsPullHead *head,
                                 MnsApplied *applied,
                                 GError **error);
/* Steps 6 to 8 but the commit. */
gboolean mns_replica_finish_pull (MnsReplica *self,
                                  MnsTransaction *tx,
                                  const MnsPullHead *head,
                                  GError **error);
void mns_replica_compact_log (MnsReplica *self);

G_END_DECLS
