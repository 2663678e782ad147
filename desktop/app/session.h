/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "sync/client/workspace.h"
#include "sync/views/view.h"

G_BEGIN_DECLS

/**
 * MnsSession:
 *
 * One person signed in: their workspace, what they may do, their ice buckets. Screens talk to the
 * lab through it and to nothing below. Signals: "changed" (tables, a GStrv), "state-changed"
 * (online, waiting or conflicts are different), "bucket-changed" (step id).
 */
#define MNS_TYPE_SESSION (mns_session_get_type ())
G_DECLARE_FINAL_TYPE (MnsSession, mns_session, MNS, SESSION, GObject)

MnsSession *mns_session_new (MnsWorkspace *workspace);
MnsWorkspace *mns_session_get_workspace (MnsSession *self);

void mns_session_look (MnsSession *self,
                       const char *view,
                       JsonObject *args, /* transfer full, nullable */
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
MnsViewResult *mns_session_look_finish (MnsSession *self, GAsyncResult *result, GError **error);

void mns_session_do (MnsSession *self,
                     const char *command,
                     JsonObject *args,   /* transfer full */
                     JsonObject *expect, /* transfer full, nullable */
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data);
MnsResult *mns_session_do_finish (MnsSession *self, GAsyncResult *result, GError **error);

/* Known once the session has read it; FALSE before. */
gboolean mns_session_may (MnsSession *self, const char *right);
/* Why the rights could not be read; NULL: they were, or are still being. */
const char *mns_session_get_trouble (MnsSession *self);
const char *mns_session_get_person_name (MnsSession *self);
gboolean mns_session_get_online (MnsSession *self);
guint mns_session_get_waiting (MnsSession *self);
guint mns_session_get_conflicts (MnsSession *self);

/* Ice buckets: artifact ids in the order of adding, one bucket a step, never stored on the server.
 */
GPtrArray *mns_session_get_bucket (MnsSession *self, const char *step_id);
guint mns_session_add_to_bucket (MnsSession *self, const char *step_id, const char *const *ids);
void mns_session_remove_from_bucket (MnsSession *self, const char *step_id, const char *const *ids);
void mns_session_empty_bucket (MnsSession *self, const char *step_id);

G_END_DECLS
