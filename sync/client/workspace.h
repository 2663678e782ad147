/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "sync/lab/command.h"
#include "sync/views/view.h"

G_BEGIN_DECLS

/**
 * MnsWorkspace:
 *
 * What a screen talks to: the replica, its outbox and the connection to the server. Nothing here
 * waits on the caller's thread except mns_workspace_open() and mns_workspace_close(). Callbacks run
 * in the caller's main context, signals in the one that the workspace was opened in.
 *
 * Signals:
 *   changed (GStrv tables)  rows of these tables changed, by a command here or by a sync
 *   state-changed ()        one of the properties did
 */
#define MNS_TYPE_WORKSPACE (mns_workspace_get_type ())
G_DECLARE_FINAL_TYPE (MnsWorkspace, mns_workspace, MNS, WORKSPACE, GObject)

/**
 * MnsConnection:
 * @MNS_CONNECTION_OFFLINE: the server does not answer; work goes on here
 * @MNS_CONNECTION_ONLINE: the last round went through
 * @MNS_CONNECTION_SYNCING: a round is under way
 * @MNS_CONNECTION_SIGNED_OUT: the server wants a new sign-in; work goes on here
 * @MNS_CONNECTION_TOO_OLD: work is sent, but rows come only to a newer program
 * @MNS_CONNECTION_DISK_FULL: rows cannot be taken in; work is sent
 * @MNS_CONNECTION_TROUBLE: the server answers with errors; tried again by itself
 */
typedef enum
{
  MNS_CONNECTION_OFFLINE,
  MNS_CONNECTION_ONLINE,
  MNS_CONNECTION_SYNCING,
  MNS_CONNECTION_SIGNED_OUT,
  MNS_CONNECTION_TOO_OLD,
  MNS_CONNECTION_DISK_FULL,
  MNS_CONNECTION_TROUBLE,
} MnsConnection;

/**
 * MnsWorkspaceSetup:
 * @dir: the replica's folder
 * @url: the server's address
 * @token: (nullable): the device's token; %NULL: works offline until one is set
 * @pin: (nullable): the key of a self-made certificate, as 64 hexadecimal digits
 * @person: (nullable): who signed in; needed only where the folder holds no replica yet
 * @person_name: (nullable): for people
 * @manual: no background sync; only mns_workspace_sync_async() talks to the server
 */
typedef struct
{
  const char *dir;
  const char *url;
  const char *token;
  const char *pin;
  const MnsId *person;
  const char *person_name;
  gboolean manual;
} MnsWorkspaceSetup;

MnsWorkspace *mns_workspace_open (const MnsWorkspaceSetup *setup, GError **error);
/* Stops what runs in the background and waits for it; the file is then free for another program. */
void mns_workspace_close (MnsWorkspace *self);

gboolean mns_workspace_get_online (MnsWorkspace *self);
MnsConnection mns_workspace_get_connection (MnsWorkspace *self);
guint mns_workspace_get_waiting (MnsWorkspace *self);
guint mns_workspace_get_conflicts (MnsWorkspace *self);
gint64 mns_workspace_get_last_sync (MnsWorkspace *self); /* microseconds UTC; 0: never */
gint64 mns_workspace_get_skew (MnsWorkspace *self);      /* this clock minus the server's, in us */
const char *mns_workspace_get_person (MnsWorkspace *self);
void mns_workspace_get_person_id (MnsWorkspace *self, MnsId *id);
const char *mns_workspace_get_server (MnsWorkspace *self);
/* Why the connection is as it is, an English sentence; free with g_free(). NULL: all is well. */
char *mns_workspace_dup_trouble (MnsWorkspace *self);

/* A new token after signing in again. */
void mns_workspace_set_token (MnsWorkspace *self, const char *token);

void mns_workspace_do_async (MnsWorkspace *self,
                             const char *name_at_version,
                             JsonObject *args,
                             JsonObject *expect,
                             const MnsId *cause,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
MnsResult *mns_workspace_do_finish (MnsWorkspace *self, GAsyncResult *result, GError **error);
/* Of a command that was done: its id, to be the cause of another. */
gboolean mns_workspace_do_get_command (GAsyncResult *result, MnsId *id, gboolean *queued);

void mns_workspace_view_async (MnsWorkspace *self,
                               const char *name,
                               JsonObject *args,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
MnsViewResult *mns_workspace_view_finish (MnsWorkspace *self, GAsyncResult *result, GError **error);

/* One round with the server, now. Fails with MNS_ERROR_OFFLINE, UNAUTHORIZED, BUSY, ... */
void mns_workspace_sync_async (MnsWorkspace *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean mns_workspace_sync_finish (MnsWorkspace *self, GAsyncResult *result, GError **error);
/* Looks soon whether the server has anything: on focus, after resume. */
void mns_workspace_poke (MnsWorkspace *self);

/* Which projects are held in any case; NULL: the server chooses. Told to the server by a sync. */
void mns_workspace_choose_scopes_async (MnsWorkspace *self,
                                        JsonArray *projects,
                                        gint64 window_days,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
gboolean
mns_workspace_choose_scopes_finish (MnsWorkspace *self, GAsyncResult *result, GError **error);

/* Keeps a file for sending; gives {"sha256", "size", "name"}, the arguments of file.attach. */
void mns_workspace_add_file_async (MnsWorkspace *self,
                                   GFile *file,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
JsonObject *
mns_workspace_add_file_finish (MnsWorkspace *self, GAsyncResult *result, GError **error);
/* The bytes of a file by its hash: from here, or fetched and kept. */
void mns_workspace_get_file_async (MnsWorkspace *self,
                                   const char *sha256,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
GFile *mns_workspace_get_file_finish (MnsWorkspace *self, GAsyncResult *result, GError **error);

G_END_DECLS
