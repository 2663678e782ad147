/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/client/replica.h"

G_BEGIN_DECLS

/* A block that the server should be asked for. */
typedef struct
{
  char *klass;
  MnsId owner; /* null: none */
} MnsWantedIds;

void mns_wanted_ids_free (MnsWantedIds *self);
GPtrArray *mns_replica_list_wanted_ids (MnsReplica *self, GError **error);
gboolean mns_replica_add_lease (MnsReplica *self,
                                const MnsWantedIds *wanted,
                                const MnsId *block,
                                gint64 first,
                                gint64 last,
                                GError **error);
/* The outstanding blocks are dead: another epoch, timeline or client. */
char *mns_lims_id_make_up (const MnsId *client, gint64 n, guint which);
gboolean mns_replica_give_back_tape (
    MnsTransaction *tx, const MnsId *client, gint64 n, JsonObject *lims_ids, GError **error);
gboolean mns_replica_drop_leases (MnsReplica *self, MnsTransaction *tx, GError **error);
gboolean mns_replica_replace_made_up_ids (MnsReplica *self, GError **error);

G_END_DECLS
