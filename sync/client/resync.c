/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* First sync and resync (sync-protocol.md section 8): everything in scope into a new file, beside
 * the one that people go on working in, and then the switch.
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sync/client/apply-private.h"
#include "sync/client/leases.h"
#include "sync/client/schema.h"
#include "sync/model/error.h"
#include "sync/store/sqlite-store.h"

/* What exists only here; id_lease apart, which is dead after a resync (decisions.md 2). */
static const char copy_local_sql[] =
    "INSERT INTO outbox (n, id, cmd, body, state, predicted, reason, created, decided, sent) "
    "SELECT n, id, cmd, body, state, predicted, reason, created, decided, sent FROM before.outbox;"
    "INSERT INTO blob_local (sha256, path, name, size, state, offset) "
    "SELECT sha256, path, name, size, state, offset FROM before.blob_local;"
    "INSERT INTO id_wanted (class, owner) SELECT class, owner FROM before.id_wanted;"
    "INSERT INTO sync_meta (only, cursor, epoch, next_n, last_n, durable_n, schema, client, "
    "person, person_name, scopes_rev, scopes, window_days, commands, last_sync, last_time, "
    "skew_us, skew_at) SELECT only, cursor, epoch, next_n, last_n, durable_n, schema, client, "
    "person, person_name, scopes_rev, scopes, window_days, commands, last_sync, last_time, "
    "skew_us, skew_at FROM before.sync_meta;";

static const char copy_leases_sql[] =
    "INSERT INTO id_lease (block, class, owner, prefix, next_no, last_no) "
    "SELECT block, class, owner, prefix, next_no, last_no FROM before.id_lease;";

static gboolean
sync_file (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  gboolean done = fd >= 0 && fsync (fd) == 0;

  if (!done)
    g_set_error (error, MNS_ERROR, MNS_ERROR_FAILED, "syncing %s: %s", path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return done;
}

static gboolean
load_rest (MnsStore *store, GPtrArray *stages, GError **error)
{
  g_autoptr (MnsLoader) loader = mns_loader_new (store, NULL);

  for (guint i = 1; i < stages->len; i++)
    {
      MnsStage *stage = g_ptr_array_index (stages, i);

      if (!mns_stage_read (stage, mns_loader_delete, loader, error) ||
          !mns_stage_read (stage, mns_loader_insert, loader, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
attach_before (MnsReplica *self, const char *old, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int rc = sqlite3_prepare_v2 (self->db, "ATTACH ?1 AS before", -1, &statement, NULL);

  if (rc == SQLITE_OK)
    {
      sqlite3_bind_text (statement, 1, old, -1, SQLITE_STATIC);
      rc = sqlite3_step (statement);
      sqlite3_finalize (statement);
    }
  return rc == SQLITE_DONE || mns_sqlite_set_error (self->db, error);
}

/* In the new file, which @self stands on already: our own things, then the undecided commands. */
static gboolean
fill_in (MnsReplica *self,
         MnsTransaction *tx,
         GPtrArray *stages,
         const MnsPullHead *last,
         gboolean keep_leases,
         GError **error)
{
  return mns_sqlite_run_script (self->store, copy_local_sql, error) &&
         (!keep_leases || mns_sqlite_run_script (self->store, copy_leases_sql, error)) &&
         load_rest (self->store, stages, error) && mns_replica_finish_pull (self, tx, last, error);
}

/* The old connection and its file, kept until the new one is in use. */
typedef struct
{
  MnsStore *store;
  sqlite3 *db;
  char *path;
  guint generation;
} Before;

static void
step_back (MnsReplica *self, Before *before)
{
  g_autofree char *made = g_steal_pointer (&self->path);

  g_clear_pointer (&self->store, mns_store_free);
  self->store = before->store;
  self->db = before->db;
  self->path = before->path;
  self->generation = before->generation;
  mns_replica_remove_database (made);
  mns_replica_load_state (self, NULL);
}

static gboolean
stand_on (MnsReplica *self, const char *path, GError **error)
{
  self->store = mns_sqlite_open (path, MNS_SQLITE_FULL_SYNC | MNS_SQLITE_PARTIAL, error);
  if (self->store == NULL)
    return FALSE;
  self->db = mns_sqlite_get_handle (self->store);
  return mns_replica_add_functions (self, self->store, error);
}

static gboolean
copy_and_replay (MnsReplica *self,
                 const Before *before,
                 GPtrArray *stages,
                 const MnsPullHead *last,
                 GError **error)
{
  /* a resync, not the first sync: another epoch or timeline, whose blocks are dead */
  gboolean keep_leases = self->state.cursor == NULL;
  MnsTransaction *tx;

  if (!attach_before (self, before->path, error))
    return FALSE;
  tx = mns_replica_begin (self, error); /* holds the old file's write lock too */
  if (tx == NULL)
    return FALSE;
  if (!fill_in (self, tx, stages, last, keep_leases, error))
    {
      self->capturing = FALSE;
      mns_transaction_free (tx);
      g_hash_table_remove_all (self->search_notes);
      return FALSE;
    }
  return mns_replica_commit (self, tx, error) &&
         mns_sqlite_run_script (self->store, "DETACH before", error);
}

/* The whole content must be in the file, for the pointer does not know of a write-ahead log. */
static gboolean
put_into_use (MnsReplica *self, GError **error)
{
  return mns_sqlite_run_script (self->store, "PRAGMA wal_checkpoint(TRUNCATE)", error) &&
         sync_file (self->path, error) && mns_replica_sync_dir (self->dir, error) &&
         !mns_replica_dies_at (self, "before-switch", error) &&
         mns_replica_write_pointer (self->dir, self->generation, error);
}

static gboolean
switch_file (
    MnsReplica *self, const char *path, GPtrArray *stages, const MnsPullHead *last, GError **error)
{
  Before before = { self->store, self->db, self->path, self->generation };

  self->path = g_strdup (path);
  self->generation++;
  if (!stand_on (self, path, error) || !copy_and_replay (self, &before, stages, last, error) ||
      !put_into_use (self, error))
    {
      step_back (self, &before);
      return FALSE;
    }
  mns_store_free (before.store);
  mns_replica_remove_database (before.path);
  g_free (before.path);
  return TRUE;
}

/* Each stream must follow on the one before it; the first begins with nothing. */
static gboolean
check_chain (MnsBuild *build, GPtrArray *stages, MnsPullHead *last, GError **error)
{
  g_autofree char *cursor = NULL;

  for (guint i = 0; i < stages->len; i++)
    {
      mns_pull_head_clear (last);
      *last = (MnsPullHead){ 0 };
      if (i == 0)
        mns_pull_head_copy (mns_build_get_head (build), last);
      else if (!mns_stage_check (g_ptr_array_index (stages, i), last, error))
        return FALSE;
      if (g_strcmp0 (last->base, cursor) != 0)
        {
          g_set_error (error, MNS_ERROR, MNS_ERROR_CORRUPT, "an answer to another question came");
          return FALSE;
        }
      g_free (cursor);
      cursor = g_strdup (last->cursor);
    }
  return TRUE;
}

/* @build has the first stream already, if it followed it. */
static gboolean
build_file (MnsBuild *build, GPtrArray *stages, MnsPullHead *last, GError **error)
{
  return (mns_build_get_head (build) != NULL ||
          mns_build_read (build, g_ptr_array_index (stages, 0), error)) &&
         check_chain (build, stages, last, error) && mns_build_finish (build, error);
}

static gboolean
judge (MnsReplica *self, const MnsPullHead *last, MnsApplied *applied, GError **error)
{
  g_autoptr (MnsTransaction) tx = mns_store_begin (self->store, MNS_ACCESS_READ, error);

  return tx != NULL && mns_replica_judge_head (self, tx, last, applied, error);
}

/**
 * mns_replica_resync:
 * @build: the new file; holds the first stream already, if it followed it
 * @stages: (element-type MnsStage): everything in scope, then what changed since, if that came
 *   apart
 * @applied: (out): what became of it
 * @changed: (nullable): gets the names of all tables
 * @error: return location for an error of the database
 *
 * Finishes the new file and switches to it; the commands queued here go with it. Where this fails
 * the old file stays in use. Called with the lock held, which it gives up while it builds.
 */
gboolean
mns_replica_resync (MnsReplica *self,
                    MnsBuild *build,
                    GPtrArray *stages,
                    MnsApplied *applied,
                    GPtrArray *changed,
                    GError **error)
{
  g_auto (MnsPullHead) last = { 0 };
  g_autoptr (GError) local = NULL;
  g_autofree char *next = NULL;
  gboolean built;

  *applied = MNS_APPLIED_FORGOTTEN;
  mns_replica_unlock (self);
  built = build_file (build, stages, &last, &local);
  mns_replica_lock (self);
  if (!built && g_error_matches (local, MNS_ERROR, MNS_ERROR_CORRUPT))
    {
      g_info ("%s", local->message);
      return TRUE;
    }
  if (!built)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  next = mns_replica_generation_path (self->dir, self->generation + 1);
  if (!g_str_equal (mns_build_get_path (build), next))
    return TRUE; /* the file in use was found damaged meanwhile, and replaced */
  if (!judge (self, &last, applied, error))
    return FALSE;
  if (*applied != MNS_APPLIED)
    return TRUE;
  mns_build_keep (build); /* the switch takes it over, whatever becomes of it */
  if (!switch_file (self, mns_build_get_path (build), stages, &last, error))
    return FALSE;
  self->confirmed_n = last.last_n;
  self->gap = FALSE;
  for (guint i = 1; changed != NULL && i <= self->n_tables; i++)
    self->touched[i] = TRUE;
  if (changed != NULL)
    mns_replica_list_touched (self, changed);
  mns_replica_compact_log (self);
  return TRUE;
}
