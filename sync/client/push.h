/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/client/replica.h"

G_BEGIN_DECLS

/* What a push holds at most; one command goes whatever its size. */
#define MNS_PUSH_COMMANDS 200
#define MNS_PUSH_BYTES (1024 * 1024)

/**
 * MnsPush:
 *
 * A push on its way: which commands it holds.
 */
typedef struct
{
  GBytes *body;
  gint64 first_n; /* 0: nothing to send */
  gint64 last_n;
} MnsPush;

void mns_push_clear (MnsPush *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MnsPush, mns_push_clear)

gboolean mns_replica_make_push (MnsReplica *self, guint most, MnsPush *push, GError **error);
gboolean
mns_replica_take_push_reply (MnsReplica *self, const MnsPush *push, GBytes *body, GError **error);
/* Another device has our id: a new one, under which only undecided commands go on. */
gboolean mns_replica_fork (MnsReplica *self,
                           const MnsId *client,
                           const char *epoch,
                           gint64 first_undecided,
                           GError **error);

G_END_DECLS
