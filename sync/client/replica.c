/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Opening a replica, its state, and the frame of every transaction on it.
 *
 * Threading: the write connection is used under the lock by whichever thread needs it. Readers
 * have connections of their own and take no lock of ours.
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "sync/client/replica-private.h"
#include "sync/client/schema.h"
#include "sync/model/error.h"
#include "sync/store/sqlite-store.h"

#define DEFAULT_WINDOW_DAYS 90

static const char insert_state_sql[] =
    "INSERT INTO sync_meta (only, next_n, last_n, durable_n, schema, client, person, person_name, "
    "scopes_rev, window_days, last_sync, last_time, skew_us, skew_at) "
    "VALUES (1, $next_n, 0, 0, $schema, $client, $person, $person_name, 0, $days, 0, 0, 0, 0)";

static const char update_state_sql[] =
    "UPDATE sync_meta SET cursor = $cursor, epoch = $epoch, next_n = $next_n, last_n = $last_n, "
    "durable_n = $durable_n, schema = $schema, client = $client, person = $person, "
    "person_name = $person_name, scopes_rev = $scopes_rev, scopes = $scopes, "
    "window_days = $window_days, commands = $commands, last_sync = $last_sync, "
    "last_time = $last_time, skew_us = $skew_us, skew_at = $skew_at WHERE only = 1";

static const char select_state_sql[] =
    "SELECT cursor, epoch, next_n, last_n, durable_n, schema, client, person, person_name, "
    "scopes_rev, scopes, window_days, commands, last_sync, last_time, skew_us, skew_at "
    "FROM sync_meta";

static void
set_text (char **place, const char *text)
{
  if (g_strcmp0 (*place, text) == 0)
    return;
  g_free (*place);
  *place = g_strdup (text);
}

static void
read_state (MnsReplicaState *state, MnsRows *rows)
{
  set_text (&state->cursor, mns_rows_get_text (rows, 0, 0));
  set_text (&state->epoch, mns_rows_get_text (rows, 0, 1));
  state->next_n = mns_rows_get_int (rows, 0, 2);
  state->last_n = mns_rows_get_int (rows, 0, 3);
  state->durable_n = mns_rows_get_int (rows, 0, 4);
  state->schema = mns_rows_get_int (rows, 0, 5);
  state->client = *mns_rows_get_id (rows, 0, 6);
  state->person = *mns_rows_get_id (rows, 0, 7);
  set_text (&state->person_name, mns_rows_get_text (rows, 0, 8));
  state->scopes_rev = mns_rows_get_int (rows, 0, 9);
  set_text (&state->scopes, mns_rows_get_text (rows, 0, 10));
  state->window_days = mns_rows_get_int (rows, 0, 11);
  set_text (&state->commands, mns_rows_get_text (rows, 0, 12));
  state->last_sync = mns_rows_get_int (rows, 0, 13);
  state->last_time = mns_rows_get_int (rows, 0, 14);
  state->skew_us = mns_rows_get_int (rows, 0, 15);
  state->skew_at = mns_rows_get_int (rows, 0, 16);
}

gboolean
mns_replica_load_state (MnsReplica *self, GError **error)
{
  g_autoptr (MnsTransaction) tx = mns_store_begin (self->store, MNS_ACCESS_READ, error);
  g_autoptr (MnsRows) rows = NULL;

  if (tx == NULL)
    return FALSE;
  rows = mns_transaction_query (tx, select_state_sql, NULL, error);
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) != 1 || mns_rows_get_id (rows, 0, 6) == NULL ||
      mns_rows_get_id (rows, 0, 7) == NULL)
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_CORRUPT, "%s has lost its state", self->path);
      return FALSE;
    }
  read_state (&self->state, rows);
  return TRUE;
}

gboolean
mns_replica_save_state (MnsReplica *self, MnsTransaction *tx, GError **error)
{
  const MnsReplicaState *state = &self->state;

  return mns_transaction_run (tx,
                              update_state_sql,
                              MNS_ARGS (MNS_ARG_TEXT ("cursor", state->cursor),
                                        MNS_ARG_TEXT ("epoch", state->epoch),
                                        MNS_ARG_INT ("next_n", state->next_n),
                                        MNS_ARG_INT ("last_n", state->last_n),
                                        MNS_ARG_INT ("durable_n", state->durable_n),
                                        MNS_ARG_INT ("schema", state->schema),
                                        MNS_ARG_ID ("client", &state->client),
                                        MNS_ARG_ID ("person", &state->person),
                                        MNS_ARG_TEXT ("person_name", state->person_name),
                                        MNS_ARG_INT ("scopes_rev", state->scopes_rev),
                                        MNS_ARG_TEXT ("scopes", state->scopes),
                                        MNS_ARG_INT ("window_days", state->window_days),
                                        MNS_ARG_TEXT ("commands", state->commands),
                                        MNS_ARG_INT ("last_sync", state->last_sync),
                                        MNS_ARG_INT ("last_time", state->last_time),
                                        MNS_ARG_INT ("skew_us", state->skew_us),
                                        MNS_ARG_INT ("skew_at", state->skew_at)),
                              error);
}

/* ---- the frame of a transaction ---- */

gboolean
mns_replica_dies_at (MnsReplica *self, const char *point, GError **error)
{
  return self->hooks.dies_at != NULL && self->hooks.dies_at (point, self->hooks.data, error);
}

MnsTransaction *
mns_replica_begin (MnsReplica *self, GError **error)
{
  g_hash_table_remove_all (self->search_notes);
  memset (self->touched, 0, sizeof (gboolean) * (self->n_tables + 1));
  return mns_store_begin (self->store, MNS_ACCESS_WRITE, error);
}

gboolean
mns_replica_commit (MnsReplica *self, MnsTransaction *tx, GError **error)
{
  if (!mns_replica_flush_search (self, tx, error) || !mns_replica_save_state (self, tx, error) ||
      mns_replica_dies_at (self, "before-commit", error) || !mns_transaction_commit (tx, error))
    {
      mns_replica_abandon (self, tx);
      return FALSE;
    }
  mns_transaction_free (tx);
  return TRUE;
}

void
mns_replica_abandon (MnsReplica *self, MnsTransaction *tx)
{
  g_autoptr (GError) error = NULL;

  self->capturing = FALSE;
  mns_transaction_free (tx);
  g_hash_table_remove_all (self->search_notes);
  if (!mns_replica_load_state (self, &error))
    g_warning ("cannot read the replica's state again: %s", error->message);
}

/**
 * mns_replica_note_server_time:
 * @server_now: what the answer said
 * @asked_at: our clock when the question left
 * @answered_at: our clock when the answer was there
 *
 * Keeps the difference of the clocks; half of the round trip is its error.
 */
gboolean
mns_replica_note_server_time (
    MnsReplica *self, gint64 server_now, gint64 asked_at, gint64 answered_at, GError **error)
{
  MnsTransaction *tx = mns_replica_begin (self, error);

  if (tx == NULL)
    return FALSE;
  self->state.skew_us = server_now - (asked_at + (answered_at - asked_at) / 2);
  self->state.skew_at = answered_at;
  return mns_replica_commit (self, tx, error);
}

/* ---- opening ---- */

static gboolean
take_lock (MnsReplica *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->dir, "lock", NULL);

  self->lock_fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (self->lock_fd < 0)
    {
      int code = errno;

      g_set_error (error,
                   MNS_ERROR,
                   code == ENOSPC ? MNS_ERROR_FULL : MNS_ERROR_FAILED,
                   "opening %s: %s",
                   path,
                   g_strerror (code));
      return FALSE;
    }
  if (flock (self->lock_fd, LOCK_EX | LOCK_NB) != 0)
    {
      g_set_error (
          error, MNS_ERROR, MNS_ERROR_BUSY, "%s is in use by another running program", self->dir);
      return FALSE;
    }
  return TRUE;
}

static char *
mark_path (MnsReplica *self)
{
  return g_build_filename (self->dir, "open", NULL);
}

static void
close_store (MnsReplica *self)
{
  g_clear_pointer (&self->store, mns_store_free);
  self->db = NULL;
}

static gboolean
open_store (MnsReplica *self, MnsSqliteFlags flags, GError **error)
{
  self->store = mns_sqlite_open (self->path, flags | MNS_SQLITE_PARTIAL, error);
  if (self->store == NULL)
    return FALSE;
  self->db = mns_sqlite_get_handle (self->store);
  return mns_replica_add_functions (self, self->store, error);
}

static gboolean
check_now (MnsReplica *self, GError **error)
{
  self->unchecked = !mns_replica_quick_check (self->store, self->path, error);
  return !self->unchecked;
}

/* Opens the file that the pointer names. FALSE without @error set: it is lost or damaged. */
static gboolean
open_current (MnsReplica *self, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (self->path == NULL || !g_file_test (self->path, G_FILE_TEST_EXISTS))
    return FALSE;
  if (open_store (self, MNS_SQLITE_FULL_SYNC, &local) &&
      (!self->unchecked || self->hooks.check_later || check_now (self, &local)) &&
      mns_schema_upgrade (self->store, &local) && mns_replica_load_state (self, &local))
    return TRUE;

  close_store (self);
  if (g_error_matches (local, MNS_ERROR, MNS_ERROR_CORRUPT) ||
      g_error_matches (local, MNS_ERROR, MNS_ERROR_FAILED))
    {
      g_warning ("%s; it is set aside and made anew", local->message);
      mns_replica_set_aside (self->path);
      self->unchecked = FALSE;
      return FALSE;
    }
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* A number that no file in the folder has had, even if the pointer is lost. */
static guint
find_next_generation (MnsReplica *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->dir, 0, NULL);
  guint last = self->generation;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      unsigned number = 0;

      if (sscanf (name, "replica-%6u", &number) == 1)
        last = MAX (last, number);
    }
  return last + 1;
}

static gboolean
queue_logged (MnsTransaction *tx, GPtrArray *commands, GError **error)
{
  for (guint i = 0; i < commands->len; i++)
    {
      const MnsLoggedCommand *command = g_ptr_array_index (commands, i);

      if (!mns_transaction_run (tx,
                                "INSERT INTO outbox (n, id, cmd, body, state, predicted, created, "
                                "sent) VALUES ($n, $id, $cmd, $body, 0, $predicted, $created, 1)",
                                MNS_ARGS (MNS_ARG_INT ("n", command->n),
                                          MNS_ARG_ID ("id", &command->id),
                                          MNS_ARG_TEXT ("cmd", command->cmd),
                                          MNS_ARG_TEXT ("body", command->body),
                                          MNS_ARG_INT ("predicted", MNS_OUTCOME_NOT_LOCAL),
                                          MNS_ARG_INT ("created", command->created)),
                                error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
fill_new (MnsReplica *self, const MnsId *person, const char *name, GError **error)
{
  g_autoptr (GPtrArray) commands = mns_outbox_log_read (self->log, error);
  g_autoptr (MnsTransaction) tx = NULL;
  MnsId client = *mns_outbox_log_get_client (self->log);

  if (commands == NULL)
    return FALSE;
  if (mns_id_is_null (&client))
    self->hooks.make_id (&client, self->hooks.data);
  tx = mns_store_begin (self->store, MNS_ACCESS_WRITE, error);
  if (tx == NULL ||
      !mns_transaction_run (tx,
                            insert_state_sql,
                            MNS_ARGS (MNS_ARG_INT ("next_n", mns_outbox_log_get_next_n (self->log)),
                                      MNS_ARG_INT ("schema", MNS_SCHEMA),
                                      MNS_ARG_ID ("client", &client),
                                      MNS_ARG_ID ("person", person),
                                      MNS_ARG_TEXT ("person_name", name != NULL ? name : ""),
                                      MNS_ARG_INT ("days", DEFAULT_WINDOW_DAYS)),
                            error) ||
      !queue_logged (tx, commands, error) || !mns_transaction_commit (tx, error))
    return FALSE;
  self->rebuilt = commands->len > 0;
  if (!mns_outbox_log_is_new (self->log))
    return TRUE;
  return mns_outbox_log_rewrite (
      self->log, &client, mns_outbox_log_get_next_n (self->log), commands, error);
}

gboolean
mns_replica_make_new (MnsReplica *self, const MnsId *person, const char *name, GError **error)
{
  if (person == NULL)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_NOT_FOUND,
                   "%s holds no replica yet: sign in with the server reachable first",
                   self->dir);
      return FALSE;
    }
  self->generation = find_next_generation (self);
  g_free (self->path);
  self->path = mns_replica_generation_path (self->dir, self->generation);
  if (!open_store (self, MNS_SQLITE_FULL_SYNC, error) ||
      !mns_sqlite_run_script (self->store, "BEGIN", error) ||
      !mns_schema_create_tables (self->store, error) ||
      !mns_schema_create_rest (self->store, error) ||
      !mns_sqlite_run_script (self->store, "COMMIT", error) ||
      !fill_new (self, person, name, error) || !mns_replica_load_state (self, error))
    {
      close_store (self);
      mns_replica_remove_database (self->path);
      return FALSE;
    }
  return mns_replica_write_pointer (self->dir, self->generation, error);
}

/* What a crash between a commit and the log's line left undone. */
gboolean
mns_replica_mend_log (MnsReplica *self, GError **error)
{
  if (!mns_id_equal (mns_outbox_log_get_client (self->log), &self->state.client))
    return mns_replica_rewrite_log (self, error);
  return mns_replica_log_outbox (self, error);
}

/* Files of generations that a switch left behind, because a crash came between. */
static void
remove_leftovers (MnsReplica *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->dir, 0, NULL);
  g_autofree char *current = g_path_get_basename (self->path);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->dir, name, NULL);

      if ((g_str_has_prefix (name, "replica-") && !g_str_has_prefix (name, current) &&
           !g_str_has_suffix (name, ".damaged")) ||
          g_str_has_prefix (name, "staging-"))
        g_unlink (path);
    }
}

/**
 * mns_replica_open:
 * @dir: the replica's folder; made if it is not there
 * @hooks: the world
 * @person: (nullable): whose it is; needed only where there is no database yet
 * @person_name: (nullable): for people
 * @error: return location for an error
 *
 * Opens the database that the folder's pointer names. A database that is lost, or damaged as seen
 * after a crash, is made anew and its outbox filled from the log beside it; the rows come with the
 * next sync. With @check_later of @hooks the look for damage is left to mns_replica_check(). Fails
 * with %MNS_ERROR_BUSY where another program has it open.
 *
 * Returns: (transfer full): the replica, or %NULL with @error set
 */
MnsReplica *
mns_replica_open (const char *dir,
                  const MnsReplicaHooks *hooks,
                  const MnsId *person,
                  const char *person_name,
                  GError **error)
{
  g_autoptr (MnsReplica) self = g_new0 (MnsReplica, 1);
  g_autoptr (GError) local = NULL;
  g_autofree char *log = g_build_filename (dir, "outbox.log", NULL);
  g_autofree char *mark = NULL;

  g_mutex_init (&self->lock);
  self->hooks = *hooks;
  self->dir = g_strdup (dir);
  self->lock_fd = -1;
  mns_entities_get_all (&self->n_tables);
  self->touched = g_new0 (gboolean, self->n_tables + 1);
  self->search_notes = g_hash_table_new_full (mns_id_hash, mns_id_equal, g_free, NULL);

  if (g_mkdir_with_parents (dir, 0700) != 0)
    {
      int code = errno;

      g_set_error (error, MNS_ERROR, MNS_ERROR_FAILED, "making %s: %s", dir, g_strerror (code));
      return NULL;
    }
  if (!take_lock (self, error))
    return NULL;
  self->log = mns_outbox_log_open (log, error);
  if (self->log == NULL)
    return NULL;
  mark = mark_path (self);
  self->unchecked = g_file_test (mark, G_FILE_TEST_EXISTS);
  self->path = mns_replica_read_pointer (dir, &self->generation, &local);
  if (local == NULL && !open_current (self, &local) && local == NULL)
    mns_replica_make_new (self, person, person_name, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (!g_file_set_contents (mark, "", 0, error) || !mns_replica_mend_log (self, error))
    return NULL;
  remove_leftovers (self);
  return g_steal_pointer (&self);
}

void
mns_replica_free (MnsReplica *self)
{
  if (self == NULL)
    return;
  if (self->store != NULL && self->hooks.dies_at == NULL && !self->unchecked)
    {
      g_autofree char *mark = mark_path (self);

      g_unlink (mark);
    }
  close_store (self);
  g_clear_pointer (&self->log, mns_outbox_log_free);
  if (self->lock_fd >= 0)
    close (self->lock_fd);
  g_hash_table_unref (self->search_notes);
  g_free (self->touched);
  g_free (self->state.cursor);
  g_free (self->state.epoch);
  g_free (self->state.person_name);
  g_free (self->state.scopes);
  g_free (self->state.commands);
  g_free (self->path);
  g_free (self->dir);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
mns_replica_lock (MnsReplica *self)
{
  g_mutex_lock (&self->lock);
}

void
mns_replica_unlock (MnsReplica *self)
{
  g_mutex_unlock (&self->lock);
}

const char *
mns_replica_get_dir (MnsReplica *self)
{
  return self->dir;
}

const char *
mns_replica_get_path (MnsReplica *self)
{
  return self->path;
}

const MnsReplicaState *
mns_replica_get_state (MnsReplica *self)
{
  return &self->state;
}

/* TRUE if the outbox was filled from the log because the database was lost. */
gboolean
mns_replica_was_rebuilt (MnsReplica *self)
{
  return self->rebuilt;
}

static gboolean
count (MnsTransaction *tx, const char *sql, const MnsArg *args, guint *n, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (tx, sql, args, error);

  if (rows == NULL)
    return FALSE;
  *n = (guint) mns_rows_get_int (rows, 0, 0);
  return TRUE;
}

/**
 * mns_replica_count:
 * @waiting: (out): commands the server has not decided
 * @conflicts: (out): open conflicts of this person
 */
gboolean
mns_replica_count (MnsReplica *self, guint *waiting, guint *conflicts, GError **error)
{
  g_autoptr (MnsTransaction) tx = mns_store_begin (self->store, MNS_ACCESS_READ, error);

  return tx != NULL &&
         count (tx, "SELECT count(*) FROM outbox WHERE state < 2", NULL, waiting, error) &&
         count (tx,
                "SELECT count(*) FROM conflict WHERE state = 'OPEN' AND person_id = $person",
                MNS_ARGS (MNS_ARG_ID ("person", &self->state.person)),
                conflicts,
                error);
}
