/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "sync/client/outbox-log.h"
#include "sync/client/replica.h"
#include "sync/model/entity.h"

G_BEGIN_DECLS

/* Bugs that a test plants to see whether its checks find them (sync-protocol.md section 16). */
typedef enum
{
  MNS_SABOTAGE_NONE,
  MNS_SABOTAGE_DROP_ON_REPLY,   /* a push reply ends a command */
  MNS_SABOTAGE_NO_CURSOR_CHECK, /* an answer for another cursor is applied */
  MNS_SABOTAGE_NO_RESTORE,      /* base images are forgotten instead of put back */
  MNS_SABOTAGE_NO_REPLAY,       /* undecided commands are not run again */
} MnsSabotage;

struct _MnsReplica
{
  GMutex lock;
  MnsReplicaHooks hooks;
  MnsSabotage sabotage;
  char *dir;
  char *path;
  guint generation;
  int lock_fd;
  gint64 confirmed_n; /* the server said that it has our commands up to here; 0: not known */
  gboolean gap;       /* the server lacks commands before those we think undecided */
  gboolean rebuilt;
  gboolean unchecked; /* a crash left the file, and nobody has looked through it yet */
  MnsStore *store;
  sqlite3 *db;
  MnsOutboxLog *log;
  MnsReplicaState state; /* as committed */

  gboolean capturing;
  guint n_tables;
  gboolean *touched;        /* by entity number; what the capture triggers saw */
  GHashTable *search_notes; /* MnsId → static table name */
};

/* replica.c */
gboolean mns_replica_load_state (MnsReplica *self, GError **error);
gboolean mns_replica_save_state (MnsReplica *self, MnsTransaction *tx, GError **error);
gboolean mns_replica_dies_at (MnsReplica *self, const char *point, GError **error);
MnsTransaction *mns_replica_begin (MnsReplica *self, GError **error);
/* Commits with what belongs to every commit: names for the search, the state. Frees @tx. */
gboolean mns_replica_commit (MnsReplica *self, MnsTransaction *tx, GError **error);
/* Ends what a failed call left: no commit, the state as it was. Frees @tx. */
void mns_replica_abandon (MnsReplica *self, MnsTransaction *tx);
gboolean mns_replica_note_server_time (
    MnsReplica *self, gint64 server_now, gint64 asked_at, gint64 answered_at, GError **error);

/* Stands on a new, empty file that has the log's commands, and lets the pointer name it. Without
 * success there is no store at all. */
gboolean
mns_replica_make_new (MnsReplica *self, const MnsId *person, const char *name, GError **error);
gboolean mns_replica_mend_log (MnsReplica *self, GError **error);

/* check.c */
gboolean mns_replica_quick_check (MnsStore *store, const char *path, GError **error);
void mns_replica_set_aside (const char *path);

/* files.c */
gboolean mns_replica_write_file (const char *path, const char *text, gsize length, GError **error);
gboolean mns_replica_sync_dir (const char *dir, GError **error);
char *mns_replica_read_pointer (const char *dir, guint *generation, GError **error);
gboolean mns_replica_write_pointer (const char *dir, guint generation, GError **error);
char *mns_replica_generation_path (const char *dir, guint generation);
void mns_replica_remove_database (const char *path);

/* connection-functions.c: capture_on(), search_note() */
gboolean mns_replica_add_functions (MnsReplica *self, MnsStore *store, GError **error);
gboolean mns_replica_flush_search (MnsReplica *self, MnsTransaction *tx, GError **error);

/* local.c */
/* Brings the log beside the database up to the outbox. */
gboolean mns_replica_log_outbox (MnsReplica *self, GError **error);
gboolean mns_replica_rewrite_log (MnsReplica *self, GError **error);
void mns_replica_list_touched (MnsReplica *self, GPtrArray *changed);
MnsResult *mns_replica_run_rule (
    MnsReplica *self, MnsTransaction *tx, MnsCommand *command, gboolean first, GError **error);

/* leases.c */
char *mns_replica_take_lims_id (
    MnsReplica *self, MnsTransaction *tx, const char *klass, const MnsId *owner, GError **error);

/* rebase.c */
gboolean mns_replica_restore_images (MnsReplica *self, MnsTransaction *tx, GError **error);
gboolean mns_replica_settle_outbox (
    MnsReplica *self, MnsTransaction *tx, gint64 last_n, gint64 durable_n, GError **error);
gboolean mns_replica_replay (MnsReplica *self, MnsTransaction *tx, GError **error);

G_END_DECLS
