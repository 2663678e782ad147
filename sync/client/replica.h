/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/command.h"

G_BEGIN_DECLS

/**
 * MnsReplica:
 *
 * A device's copy of the server's rows, with the commands that the server has not decided yet on
 * top (README.md). All calls block; one thread at a time, which mns_replica_lock() sees to where
 * several threads share it.
 */
typedef struct _MnsReplica MnsReplica;

/**
 * MnsReplicaHooks:
 * @now: the wall clock in microseconds UTC
 * @make_id: a fresh row id
 * @run: runs a rule; mns_lab_run() outside of tests
 * @dies_at: (nullable): a test's question whether the program ends at the named point
 * @data: passed to each
 * @check_later: a file that a crash left is opened as it is; mns_replica_check() looks through it
 *
 * What the replica takes from the world, so that a test can be the world.
 */
typedef struct
{
  gint64 (*now) (gpointer data);
  void (*make_id) (MnsId *id, gpointer data);
  MnsResult *(*run) (const MnsLab *lab, MnsCommand *command, gpointer data, GError **error);
  gboolean (*dies_at) (const char *point, gpointer data, GError **error);
  gpointer data;
  gboolean check_later;
} MnsReplicaHooks;

/* Where a command stands. */
typedef enum
{
  MNS_OUTBOX_WAITING = 0,
  MNS_OUTBOX_SENT = 1,
  MNS_OUTBOX_DECIDED = 2, /* the journal */
} MnsOutboxState;

/**
 * MnsReplicaState:
 *
 * The row of sync_meta. Texts are owned.
 */
typedef struct
{
  char *cursor; /* nullable: nothing was pulled yet */
  char *epoch;  /* nullable */
  gint64 next_n;
  gint64 last_n;
  gint64 durable_n;
  gint64 schema;
  MnsId client;
  MnsId person;
  char *person_name;
  gint64 scopes_rev;
  char *scopes; /* nullable: JSON list of chosen scopes; the server chooses */
  gint64 window_days;
  char *commands; /* nullable: JSON list of name@version that the server takes */
  gint64 last_sync;
  gint64 last_time;
  gint64 skew_us;
  gint64 skew_at;
} MnsReplicaState;

MnsReplica *mns_replica_open (const char *dir,
                              const MnsReplicaHooks *hooks,
                              const MnsId *person,
                              const char *person_name,
                              GError **error);
gboolean mns_replica_check (MnsReplica *self,
                            GCancellable *cancellable,
                            gboolean *made_anew,
                            GError **error);
gboolean mns_replica_is_checked (MnsReplica *self);
void mns_replica_free (MnsReplica *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsReplica, mns_replica_free)

void mns_replica_lock (MnsReplica *self);
void mns_replica_unlock (MnsReplica *self);

const char *mns_replica_get_dir (MnsReplica *self);
/* The file in use; readers open their own connections to it. It changes with each resync. */
const char *mns_replica_get_path (MnsReplica *self);
const MnsReplicaState *mns_replica_get_state (MnsReplica *self);
gboolean mns_replica_was_rebuilt (MnsReplica *self);

gboolean mns_replica_count (MnsReplica *self, guint *waiting, guint *conflicts, GError **error);

/* Runs a command here and queues it (local.c). */
MnsResult *
mns_replica_do (MnsReplica *self, MnsCommand *command, GPtrArray *changed, GError **error);

/* A command made now: clock, day, skew and id filled in. */
MnsCommand *mns_replica_new_command (MnsReplica *self,
                                     const char *name_at_version,
                                     JsonObject *args,
                                     JsonObject *expect,
                                     const MnsId *cause,
                                     GError **error);

G_END_DECLS
