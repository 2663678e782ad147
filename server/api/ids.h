/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/store/pool.h"
#include "sync/lab/command.h"

G_BEGIN_DECLS

/**
 * MnsServerIds:
 *
 * The counters of LIMS ids (decisions.md 2). Numbers that every command takes come from small
 * blocks this process holds, so that commands do not collide on a counter's row; numbers that
 * should have no gaps are counted in the command's own transaction. Any thread.
 */
typedef struct _MnsServerIds MnsServerIds;

MnsServerIds *mns_server_ids_new (MnsPool *pool);
void mns_server_ids_free (MnsServerIds *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsServerIds, mns_server_ids_free)

/* For one command in one transaction. */
typedef struct _MnsIdSession MnsIdSession;

MnsIdSession *mns_id_session_new (MnsServerIds *ids, MnsTransaction *tx);
void mns_id_session_free (MnsIdSession *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsIdSession, mns_id_session_free)
MnsIdSource mns_id_session_get_source (MnsIdSession *self);

/* The counter a class counts with: "122-" and "151-" count with "24-". */
const char *mns_id_class_counter (const char *klass);
/* May a device lease blocks of it? */
gboolean mns_id_class_is_leased (const char *klass);

/* Takes @count numbers of a counter in the caller's transaction. */
gboolean mns_ids_count (MnsTransaction *tx,
                        const char *klass,
                        const MnsId *owner,
                        gint64 count,
                        gint64 *first,
                        GError **error);

gboolean mns_ids_check_tape (MnsTransaction *tx,
                             MnsIdSession *session,
                             const MnsId *client,
                             JsonObject *tape,
                             MnsResult **refusal,
                             GError **error);

G_END_DECLS
