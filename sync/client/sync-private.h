/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "sync/client/sync.h"

G_BEGIN_DECLS

struct _MnsSync
{
  MnsReplica *replica;     /* not owned */
  MnsTransport *transport; /* not owned */
  gboolean greeted;
  gboolean leased;
  gboolean too_old;
  gint64 retry_after_s;
  gint64 scopes_sent_rev; /* of the last PUT of scopes */
  GHashTable *commands;   /* name@version; NULL: not known */
};

/* Sends an object and reads the answer; @answer's status is what came. @reply is the body where it
 * is an object. FALSE only where no answer came.
 */
gboolean mns_sync_ask (MnsSync *self,
                       const char *method,
                       const char *path,
                       JsonObject *body,
                       MnsAnswer *answer,
                       JsonObject **reply,
                       GCancellable *cancellable,
                       GError **error);
/* An error from an answer that is no success. Always FALSE. */
gboolean mns_sync_refuse (MnsSync *self, const MnsAnswer *answer, GError **error);
gint64 mns_sync_get_int (JsonObject *object, const char *member);
const char *mns_sync_get_text (JsonObject *object, const char *member);
void mns_sync_note_now (MnsSync *self, JsonObject *reply, gint64 asked_at);
gint64 mns_sync_clock (MnsSync *self);
GHashTable *mns_sync_parse_commands (const char *text);
/* hello.c: another device has our id; what came before @first_undecided is decided. */
gboolean
mns_sync_fork (MnsSync *self, gint64 first_undecided, GCancellable *cancellable, GError **error);

G_END_DECLS
