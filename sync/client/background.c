/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Talking to the server: one thread makes the rounds, one listens for pokes, one sends files.
 *
 * Whether the server is there is found out by trying. A round follows each poke, each command, a
 * minute without either, and a failure after the backoff's time.
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include "sync/client/blobs.h"
#include "sync/client/connection.h"
#include "sync/client/sync-private.h"
#include "sync/client/workspace-private.h"
#include "sync/model/error.h"

/* Without a poke a device looks this often: the loss of one costs nothing. */
#define IDLE_MS 60000
/* So that a thousand devices do not answer one poke at the same moment. */
#define POKE_SPREAD_MS 200

typedef struct
{
  MnsWorkspace *workspace;
  MnsTransport *transport;
  MnsSync *sync;
  guint failures;
  gint64 scopes_rev; /* of the stream of pokes */
  MnsId client;
} Rounds;

void
mns_workspace_wake (MnsWorkspace *self, gboolean urgent)
{
  g_mutex_lock (&self->wake_lock);
  self->poked = TRUE;
  self->urgent = self->urgent || urgent;
  g_cond_broadcast (&self->wake);
  g_mutex_unlock (&self->wake_lock);
}

void
mns_workspace_wake_files (MnsWorkspace *self)
{
  g_mutex_lock (&self->wake_lock);
  self->files_poked = TRUE;
  g_cond_broadcast (&self->wake);
  g_mutex_unlock (&self->wake_lock);
}

static void
poke_cb (gpointer data)
{
  MnsWorkspace *self = data;
  GPollFD fd;

  if (g_cancellable_make_pollfd (self->stop, &fd))
    {
      g_poll (&fd, 1, g_random_int_range (0, POKE_SPREAD_MS));
      g_cancellable_release_fd (self->stop);
    }
  mns_workspace_wake (self, FALSE);
}

static MnsConnection
judge (MnsSync *sync, const GError *error)
{
  if (error == NULL)
    return MNS_CONNECTION_ONLINE;
  if (mns_sync_is_too_old (sync))
    return MNS_CONNECTION_TOO_OLD;
  if (g_error_matches (error, MNS_ERROR, MNS_ERROR_OFFLINE))
    return MNS_CONNECTION_OFFLINE;
  if (g_error_matches (error, MNS_ERROR, MNS_ERROR_UNAUTHORIZED))
    return MNS_CONNECTION_SIGNED_OUT;
  if (g_error_matches (error, MNS_ERROR, MNS_ERROR_FULL))
    return MNS_CONNECTION_DISK_FULL;
  return MNS_CONNECTION_TROUBLE;
}

static void
copy_commands (MnsWorkspace *self, MnsSync *sync)
{
  g_mutex_lock (&self->state_lock);
  if (sync->commands != NULL && self->server_commands != sync->commands)
    {
      g_clear_pointer (&self->server_commands, g_hash_table_unref);
      self->server_commands = g_hash_table_ref (sync->commands);
    }
  g_mutex_unlock (&self->state_lock);
}

/* The server looks at a device's id and scopes when its stream of pokes begins. */
static void
follow_scopes (Rounds *self)
{
  MnsReplica *replica = self->workspace->replica;
  gint64 revision;
  MnsId client;

  mns_replica_lock (replica);
  revision = mns_replica_get_state (replica)->scopes_rev;
  client = mns_replica_get_state (replica)->client;
  mns_replica_unlock (replica);
  if (self->workspace->events == NULL ||
      (revision == self->scopes_rev && mns_id_equal (&client, &self->client)))
    return;
  self->scopes_rev = revision;
  self->client = client;
  mns_events_restart (self->workspace->events, &client);
}

static gboolean
make_round (Rounds *self, GError **error)
{
  MnsWorkspace *workspace = self->workspace;
  g_autoptr (GPtrArray) changed = g_ptr_array_new ();
  g_autoptr (GError) local = NULL;

  mns_workspace_set_state (workspace, MNS_CONNECTION_SYNCING, NULL);
  mns_workspace_tell_state (workspace);
  if (mns_sync_round (self->sync, changed, workspace->stop, &local) && workspace->manual)
    mns_replica_send_files (workspace->replica, self->transport, workspace->stop, &local);
  copy_commands (workspace, self->sync);
  mns_workspace_refresh_counts (workspace);
  mns_workspace_set_state (workspace, judge (self->sync, local), local);
  mns_workspace_tell_changed (workspace, changed);
  mns_workspace_tell_state (workspace);
  if (local == NULL)
    {
      if (!workspace->manual)
        mns_workspace_wake_files (workspace);
      follow_scopes (self);
      return TRUE;
    }
  g_debug ("a round failed: %s", local->message);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static void
answer_tasks (GQueue *tasks, const GError *error)
{
  GTask *task;

  while ((task = g_queue_pop_head (tasks)) != NULL)
    {
      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else
        g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
}

/* Waits until there is a reason for a round; takes the tasks that wait for it. FALSE: the end. */
static gboolean
wait_for_reason (Rounds *self, GQueue *tasks)
{
  MnsWorkspace *workspace = self->workspace;
  gint64 backoff = self->failures > 0 || mns_sync_get_retry_after (self->sync) > 0
                       ? mns_connection_backoff_ms (
                             self->failures, mns_sync_get_retry_after (self->sync), g_random_int ())
                       : 0;
  gint64 earliest = g_get_monotonic_time () + backoff * 1000;
  gint64 latest = workspace->manual
                      ? G_MAXINT64
                      : g_get_monotonic_time () + (self->failures > 0 ? backoff : IDLE_MS) * 1000;
  gboolean ready = FALSE;

  g_mutex_lock (&workspace->wake_lock);
  while (!g_cancellable_is_cancelled (workspace->stop))
    {
      gint64 now = g_get_monotonic_time ();

      ready = !g_queue_is_empty (&workspace->sync_tasks) || workspace->urgent ||
              (workspace->poked && now >= earliest) || now >= latest;
      if (ready && (workspace->has_token || !g_queue_is_empty (&workspace->sync_tasks)))
        break;
      if (workspace->manual || !workspace->has_token)
        g_cond_wait (&workspace->wake, &workspace->wake_lock);
      else
        g_cond_wait_until (&workspace->wake,
                           &workspace->wake_lock,
                           workspace->poked ? MIN (earliest, latest) : latest);
    }
  workspace->poked = FALSE;
  workspace->urgent = FALSE;
  while (!g_queue_is_empty (&workspace->sync_tasks))
    g_queue_push_tail (tasks, g_queue_pop_head (&workspace->sync_tasks));
  g_mutex_unlock (&workspace->wake_lock);
  return !g_cancellable_is_cancelled (workspace->stop);
}

static gpointer
sync_in_thread (gpointer data)
{
  MnsWorkspace *workspace = data;
  Rounds self = { .workspace = workspace, .scopes_rev = -1 };
  GQueue tasks = G_QUEUE_INIT;

  self.transport = mns_http_transport_new (workspace->address);
  self.sync = mns_sync_new (workspace->replica, self.transport);
  while (wait_for_reason (&self, &tasks))
    {
      g_autoptr (GError) error = NULL;

      self.failures = make_round (&self, &error) ? 0 : self.failures + 1;
      answer_tasks (&tasks, error);
    }
  if (!g_queue_is_empty (&tasks))
    {
      g_autoptr (GError) error =
          g_error_new_literal (MNS_ERROR, MNS_ERROR_FAILED, "the workspace was closed");

      answer_tasks (&tasks, error);
    }
  mns_sync_free (self.sync);
  mns_transport_free (self.transport);
  return NULL;
}

static gboolean
wait_for_files (MnsWorkspace *self)
{
  g_mutex_lock (&self->wake_lock);
  while (!g_cancellable_is_cancelled (self->stop) && !self->files_poked)
    g_cond_wait (&self->wake, &self->wake_lock);
  self->files_poked = FALSE;
  g_mutex_unlock (&self->wake_lock);
  return !g_cancellable_is_cancelled (self->stop);
}

static gpointer
send_files_in_thread (gpointer data)
{
  MnsWorkspace *self = data;

  while (wait_for_files (self))
    {
      MnsTransport *transport = mns_http_transport_new (self->address);
      g_autoptr (GError) error = NULL;

      /* what fails is tried again after the next round that goes through */
      if (!mns_replica_send_files (self->replica, transport, self->stop, &error))
        g_debug ("files: %s", error->message);
      mns_transport_free (transport);
    }
  return NULL;
}

static void
tell_all_changed (MnsWorkspace *self)
{
  g_autoptr (GPtrArray) tables = g_ptr_array_new ();
  guint n = 0;
  const MnsEntity *const *entities = mns_entities_get_all (&n);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (tables, (gpointer) entities[i]->table);
  mns_workspace_tell_changed (self, tables);
}

static gpointer
check_in_thread (gpointer data)
{
  MnsWorkspace *self = data;
  g_autoptr (GError) error = NULL;
  gboolean made_anew = FALSE;

  if (!mns_replica_check (self->replica, self->stop, &made_anew, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_warning ("what a crash left was not looked through: %s", error->message);
  if (!made_anew)
    return NULL;
  mns_workspace_refresh_counts (self);
  tell_all_changed (self);
  mns_workspace_tell_state (self);
  mns_workspace_wake (self, TRUE);
  return NULL;
}

void
mns_workspace_start (MnsWorkspace *self)
{
  if (!mns_replica_is_checked (self->replica))
    self->check_thread = g_thread_new ("mns-check", check_in_thread, self);
  self->sync_thread = g_thread_new ("mns-sync", sync_in_thread, self);
  if (self->manual)
    return;
  self->files_thread = g_thread_new ("mns-files", send_files_in_thread, self);
  self->events =
      mns_events_new (self->address, &mns_replica_get_state (self->replica)->client, poke_cb, self);
  mns_workspace_wake (self, TRUE);
}

void
mns_workspace_stop (MnsWorkspace *self)
{
  g_cancellable_cancel (self->stop);
  g_mutex_lock (&self->wake_lock);
  g_cond_broadcast (&self->wake);
  g_mutex_unlock (&self->wake_lock);
  g_clear_pointer (&self->sync_thread, g_thread_join);
  g_clear_pointer (&self->events, mns_events_free);
  g_clear_pointer (&self->files_thread, g_thread_join);
  g_clear_pointer (&self->check_thread, g_thread_join);
}

/**
 * mns_workspace_sync_async:
 *
 * Makes a round with the server now, whatever the backoff says.
 */
void
mns_workspace_sync_async (MnsWorkspace *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MNS_IS_WORKSPACE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mns_workspace_sync_async);
  if (self->closed)
    {
      g_task_return_new_error (task, MNS_ERROR, MNS_ERROR_FAILED, "the workspace is closed");
      g_object_unref (task);
      return;
    }
  g_mutex_lock (&self->wake_lock);
  g_queue_push_tail (&self->sync_tasks, task);
  g_cond_broadcast (&self->wake);
  g_mutex_unlock (&self->wake_lock);
}

gboolean
mns_workspace_sync_finish (MnsWorkspace *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
