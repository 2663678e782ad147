/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/client/events.h"
#include "sync/client/replica-private.h"
#include "sync/client/sync.h"
#include "sync/client/workspace.h"

G_BEGIN_DECLS

/* What the background tells; guarded by state_lock. */
typedef struct
{
  MnsConnection connection;
  guint waiting;
  guint conflicts;
  gint64 last_sync;
  gint64 skew_us;
  char *trouble;
} MnsWorkspaceState;

struct _MnsWorkspace
{
  GObject parent_instance;

  MnsReplica *replica;
  MnsServerAddress *address;
  GMainContext *context;
  char *person;
  MnsId person_id;
  gboolean manual;
  gboolean closed;

  GThreadPool *writer; /* one thread: local commands, in order */
  GThreadPool *readers;
  GThreadPool *online; /* what only the server can do */
  GMutex readers_lock;
  GQueue idle_readers; /* Reader */

  GMutex state_lock;
  MnsWorkspaceState state;
  char *db_path;

  /* background.c */
  GThread *sync_thread;
  GThread *files_thread;
  GThread *check_thread; /* where a crash left the file */
  MnsEvents *events;
  GCancellable *stop;
  GMutex wake_lock;
  GCond wake;
  GQueue sync_tasks; /* GTask, waiting for a round */
  gboolean poked;
  gboolean urgent; /* do not wait for the backoff's end */
  gboolean files_poked;
  gboolean has_token;
  GHashTable *server_commands; /* name@version; NULL: not known */
};

/* workspace-state.c */
void mns_workspace_set_state (MnsWorkspace *self, MnsConnection connection, const GError *trouble);
void mns_workspace_refresh_counts (MnsWorkspace *self);
void mns_workspace_tell_changed (MnsWorkspace *self, GPtrArray *tables);
void mns_workspace_tell_state (MnsWorkspace *self);

/* background.c */
void mns_workspace_start (MnsWorkspace *self);
void mns_workspace_stop (MnsWorkspace *self);
void mns_workspace_wake (MnsWorkspace *self, gboolean urgent);
void mns_workspace_wake_files (MnsWorkspace *self);

/* workspace-jobs.c */
void mns_workspace_write_in_thread (gpointer job, gpointer workspace);
void mns_workspace_read_in_thread (gpointer job, gpointer workspace);
void mns_workspace_ask_in_thread (gpointer job, gpointer workspace);
void mns_workspace_drop_readers (MnsWorkspace *self);

G_END_DECLS
