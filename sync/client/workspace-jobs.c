/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What screens ask for, on pools of threads: commands one after the other on the writer, views on
 * readers with connections of their own, and what only the server can do on askers.
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include <string.h>

#include "sync/client/blobs.h"
#include "sync/client/scopes.h"
#include "sync/client/workspace-private.h"
#include "sync/model/error.h"
#include "sync/store/sqlite-store.h"
#include "sync/wire/envelope.h"

typedef enum
{
  JOB_DO,
  JOB_SCOPES,
  JOB_ADD_FILE,
} WriteKind;

/* Task data of a writer's and of an asker's job. Objects travel as text: a rule changes arguments
 * while the caller may still hold them.
 */
typedef struct
{
  WriteKind kind;
  char *name; /* "step.place@1"; for get_file: the hash */
  char *args;
  char *expect; /* nullable */
  MnsId cause;
  gint64 window_days;
  GFile *file;

  MnsId command; /* out */
  gboolean queued;
} Job;

static void
free_job (gpointer data)
{
  Job *self = data;

  g_free (self->name);
  g_free (self->args);
  g_free (self->expect);
  g_clear_object (&self->file);
  g_free (self);
}

static JsonObject *
parse_object (const char *text)
{
  g_autoptr (JsonNode) node = text != NULL ? json_from_string (text, NULL) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_dup_object (node) : NULL;
}

static void
free_result (gpointer data)
{
  mns_result_free (data);
}

/* ---- commands ---- */

static gboolean
server_knows (MnsWorkspace *self, const char *name, GError **error)
{
  gboolean known;

  g_mutex_lock (&self->state_lock);
  known = self->server_commands == NULL || g_hash_table_contains (self->server_commands, name);
  g_mutex_unlock (&self->state_lock);
  if (!known)
    g_set_error (error,
                 MNS_ERROR,
                 MNS_ERROR_INVALID,
                 "the server is older than this program and does not know %s",
                 name);
  return known;
}

static MnsResult *
run_here (MnsWorkspace *self, Job *job, GPtrArray *changed, GError **error)
{
  g_autoptr (JsonObject) args = parse_object (job->args);
  g_autoptr (JsonObject) expect = parse_object (job->expect);
  g_autoptr (MnsCommand) command = NULL;
  const MnsId *cause = mns_id_is_null (&job->cause) ? NULL : &job->cause;
  MnsResult *result;

  if (!server_knows (self, job->name, error))
    return NULL;
  if (mns_replica_get_state (self->replica)->cursor == NULL)
    {
      /* without the configuration every rule would refuse, for reasons that are none */
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_BUSY,
                   "the lab's data has not been fetched from the server yet");
      return NULL;
    }
  command = mns_replica_new_command (self->replica, job->name, args, expect, cause, error);
  if (command == NULL)
    return NULL;
  result = mns_replica_do (self->replica, command, changed, error);
  job->command = command->id;
  job->queued = result != NULL &&
                (result->outcome == MNS_OUTCOME_OK || result->outcome == MNS_OUTCOME_NOT_LOCAL);
  return result;
}

static void
do_job (MnsWorkspace *self, GTask *task, Job *job)
{
  g_autoptr (GPtrArray) changed = g_ptr_array_new ();
  GError *error = NULL;
  MnsResult *result;

  mns_replica_lock (self->replica);
  result = run_here (self, job, changed, &error);
  mns_replica_unlock (self->replica);
  if (result == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (job->queued)
    {
      mns_workspace_refresh_counts (self);
      mns_workspace_tell_changed (self, changed);
      mns_workspace_tell_state (self);
      if (!self->manual)
        mns_workspace_wake (self, FALSE);
    }
  g_task_return_pointer (task, result, free_result);
}

static void
scopes_job (MnsWorkspace *self, GTask *task, Job *job)
{
  g_autoptr (JsonNode) node = job->args != NULL ? json_from_string (job->args, NULL) : NULL;
  GError *error = NULL;
  gboolean done;

  mns_replica_lock (self->replica);
  done = mns_replica_choose_scopes (
      self->replica, node != NULL ? json_node_get_array (node) : NULL, job->window_days, &error);
  mns_replica_unlock (self->replica);
  if (!done)
    {
      g_task_return_error (task, error);
      return;
    }
  if (!self->manual)
    mns_workspace_wake (self, TRUE);
  g_task_return_boolean (task, TRUE);
}

void
mns_workspace_write_in_thread (gpointer data, gpointer workspace)
{
  g_autoptr (GTask) task = data;
  MnsWorkspace *self = workspace;
  Job *job = g_task_get_task_data (task);

  if (g_task_return_error_if_cancelled (task))
    return;
  if (job->kind == JOB_DO)
    do_job (self, task, job);
  else
    scopes_job (self, task, job);
}

/* ---- what only the server can do ---- */

static MnsResult *
read_outcome (const MnsAnswer *answer, GError **error)
{
  gsize size = 0;
  const char *text = answer->body != NULL ? g_bytes_get_data (answer->body, &size) : NULL;
  g_autoptr (JsonNode) node = NULL;
  MnsId conflict;

  /* 401, 429, 503 and the like say nothing about the command */
  if (answer->status != 200 && answer->status != 409 && answer->status != 403 &&
      answer->status != 422 && answer->status != 500)
    {
      g_propagate_error (
          error, mns_envelope_to_error (answer->status, text != NULL ? text : "", (gssize) size));
      return NULL;
    }
  node = mns_json_parse_object (text != NULL ? text : "", (gssize) size, error);
  return node != NULL ? mns_envelope_to_result (node, &conflict, error) : NULL;
}

static char *
write_do (Job *job)
{
  g_autoptr (JsonObject) body = json_object_new ();
  JsonObject *expect = parse_object (job->expect);
  char id[MNS_ID_TEXT_SIZE];

  mns_id_make (&job->command);
  mns_id_print (&job->command, id);
  json_object_set_string_member (body, "cmd_id", id);
  json_object_set_int_member (body, "performed_at", g_get_real_time ());
  json_object_set_object_member (body, "args", parse_object (job->args));
  if (expect != NULL)
    json_object_set_object_member (body, "expect", expect);
  return mns_json_print (json_object_ref (body));
}

static MnsResult *
ask_server (MnsWorkspace *self, Job *job, GCancellable *cancellable, GError **error)
{
  MnsTransport *transport = mns_http_transport_new (self->address);
  g_autofree char *path = g_strconcat ("/json/v1/do/", job->name, NULL);
  g_autofree char *text = write_do (job);
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  MnsRequest request = { "POST", path, body, NULL, -1, NULL };
  g_auto (MnsAnswer) answer = { 0 };
  MnsResult *result = NULL;

  if (mns_transport_send (transport, &request, &answer, cancellable, error))
    result = read_outcome (&answer, error);
  mns_transport_free (transport);
  return result;
}

static void
ask_job (MnsWorkspace *self, GTask *task, Job *job)
{
  GError *error = NULL;
  MnsResult *result = ask_server (self, job, g_task_get_cancellable (task), &error);

  if (result == NULL)
    {
      g_prefix_error (&error, "%s needs the server: ", job->name);
      g_task_return_error (task, error);
      return;
    }
  if (!self->manual)
    mns_workspace_wake (self, TRUE); /* its rows come with the next pull */
  g_task_return_pointer (task, result, free_result);
}

static void
add_file_job (MnsWorkspace *self, GTask *task, Job *job)
{
  GError *error = NULL;
  JsonObject *object =
      mns_replica_add_file (self->replica, job->file, g_task_get_cancellable (task), &error);

  if (object == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  mns_workspace_wake_files (self);
  g_task_return_pointer (task, object, (GDestroyNotify) json_object_unref);
}

static void
get_file_job (MnsWorkspace *self, GTask *task, Job *job)
{
  MnsTransport *transport = mns_http_transport_new (self->address);
  GError *error = NULL;
  g_autofree char *path = mns_replica_fetch_file (
      self->replica, transport, job->name, g_task_get_cancellable (task), &error);

  mns_transport_free (transport);
  if (path == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_file_new_for_path (path), g_object_unref);
}

void
mns_workspace_ask_in_thread (gpointer data, gpointer workspace)
{
  g_autoptr (GTask) task = data;
  MnsWorkspace *self = workspace;
  Job *job = g_task_get_task_data (task);

  if (g_task_return_error_if_cancelled (task))
    return;
  if (job->kind == JOB_DO)
    ask_job (self, task, job);
  else if (job->file != NULL)
    add_file_job (self, task, job);
  else
    get_file_job (self, task, job);
}

/* ---- views ---- */

typedef struct
{
  char *path;
  MnsStore *store;
} Reader;

static void
free_reader (gpointer data)
{
  Reader *self = data;

  mns_store_free (self->store);
  g_free (self->path);
  g_free (self);
}

void
mns_workspace_drop_readers (MnsWorkspace *self)
{
  g_queue_clear_full (&self->idle_readers, free_reader);
}

static Reader *
open_reader (const char *path, GError **error)
{
  MnsStore *store = mns_sqlite_open (path, MNS_SQLITE_READ_ONLY | MNS_SQLITE_PARTIAL, error);
  Reader *reader;

  if (store == NULL)
    return NULL;
  reader = g_new0 (Reader, 1);
  reader->path = g_strdup (path);
  reader->store = store;
  return reader;
}

/* A connection to the file in use. A resync may switch files at any moment: then look again. */
static Reader *
take_reader (MnsWorkspace *self, GError **error)
{
  g_autofree char *path = NULL;
  Reader *reader;

  g_mutex_lock (&self->state_lock);
  path = g_strdup (self->db_path);
  g_mutex_unlock (&self->state_lock);

  g_mutex_lock (&self->readers_lock);
  while ((reader = g_queue_pop_head (&self->idle_readers)) != NULL &&
         !g_str_equal (reader->path, path))
    free_reader (reader);
  g_mutex_unlock (&self->readers_lock);
  if (reader == NULL)
    reader = open_reader (path, NULL);
  if (reader != NULL)
    return reader;

  mns_workspace_refresh_counts (self);
  g_free (path);
  g_mutex_lock (&self->state_lock);
  path = g_strdup (self->db_path);
  g_mutex_unlock (&self->state_lock);
  return open_reader (path, error);
}

static void
give_reader_back (MnsWorkspace *self, Reader *reader)
{
  g_mutex_lock (&self->readers_lock);
  g_queue_push_head (&self->idle_readers, reader);
  g_mutex_unlock (&self->readers_lock);
}

static MnsViewResult *
look (MnsWorkspace *self, Reader *reader, Job *job, GError **error)
{
  g_autoptr (MnsTransaction) tx = mns_store_begin (reader->store, MNS_ACCESS_READ, error);
  g_autoptr (JsonObject) args = parse_object (job->args);
  MnsLook eyes = { .transaction = tx, .person = self->person_id, .now = g_get_real_time () };

  if (tx == NULL)
    return NULL;
  return mns_view_run (&eyes, job->name, args, error);
}

void
mns_workspace_read_in_thread (gpointer data, gpointer workspace)
{
  g_autoptr (GTask) task = data;
  MnsWorkspace *self = workspace;
  MnsViewResult *result;
  GError *error = NULL;
  Reader *reader;

  if (g_task_return_error_if_cancelled (task))
    return;
  reader = take_reader (self, &error);
  if (reader == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  result = look (self, reader, g_task_get_task_data (task), &error);
  give_reader_back (self, reader);
  if (result == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, result, (GDestroyNotify) mns_view_result_free);
}

/* ---- the calls ---- */

static char *
print_object (JsonObject *object)
{
  return object != NULL ? mns_json_print (json_object_ref (object)) : g_strdup ("{}");
}

static GTask *
new_task (MnsWorkspace *self,
          Job *job,
          gpointer tag,
          GCancellable *cancellable,
          GAsyncReadyCallback callback,
          gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, job, free_job);
  return task;
}

static void
hand_over (MnsWorkspace *self, GThreadPool *pool, GTask *task)
{
  if (!self->closed)
    {
      g_thread_pool_push (pool, task, NULL);
      return;
    }
  g_task_return_new_error (task, MNS_ERROR, MNS_ERROR_FAILED, "the workspace is closed");
  g_object_unref (task);
}

/* Looks a name up with its version; without one it is the first. */
static gboolean
is_online_only (const char *name_at_version)
{
  const char *at = strrchr (name_at_version, '@');
  g_autofree char *name =
      at != NULL ? g_strndup (name_at_version, at - name_at_version) : g_strdup (name_at_version);
  const MnsCommandSpec *spec =
      mns_command_find (name, at != NULL ? (int) g_ascii_strtoll (at + 1, NULL, 10) : 1);

  return spec != NULL && spec->online_only;
}

/**
 * mns_workspace_do_async:
 * @self: a workspace
 * @name_at_version: "step.place@1"
 * @args: (transfer none): its arguments
 * @expect: (nullable) (transfer none): what the person saw, {"artifact:<id>": {"well": "A:1"}}
 * @cause: (nullable): the command that it follows from
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called in the caller's main context
 * @user_data: data for @callback
 *
 * Does something. A command runs here at once, online or not, and is sent later; when the callback
 * comes, it is on the disk. One that only the server can do is done there, and fails with
 * %MNS_ERROR_OFFLINE where that cannot be reached. What a rule refuses is a result, not an error.
 */
void
mns_workspace_do_async (MnsWorkspace *self,
                        const char *name_at_version,
                        JsonObject *args,
                        JsonObject *expect,
                        const MnsId *cause,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  Job *job;
  GTask *task;

  g_return_if_fail (MNS_IS_WORKSPACE (self));
  g_return_if_fail (name_at_version != NULL);

  job = g_new0 (Job, 1);
  job->kind = JOB_DO;
  job->name = strchr (name_at_version, '@') != NULL ? g_strdup (name_at_version)
                                                    : g_strconcat (name_at_version, "@1", NULL);
  job->args = print_object (args);
  job->expect = expect != NULL ? mns_json_print (json_object_ref (expect)) : NULL;
  if (cause != NULL)
    job->cause = *cause;
  task = new_task (self, job, mns_workspace_do_async, cancellable, callback, user_data);
  hand_over (self, is_online_only (job->name) ? self->online : self->writer, task);
}

/**
 * mns_workspace_do_finish:
 *
 * Returns: (transfer full): what the rule said, or %NULL with @error set
 */
MnsResult *
mns_workspace_do_finish (MnsWorkspace *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mns_workspace_do_get_command:
 * @id: (out): the command's id
 * @queued: (out) (optional): whether it waits for the server now
 *
 * Returns: %FALSE if the command never came to be
 */
gboolean
mns_workspace_do_get_command (GAsyncResult *result, MnsId *id, gboolean *queued)
{
  const Job *job = g_task_get_task_data (G_TASK (result));

  *id = job->command;
  if (queued != NULL)
    *queued = job->queued;
  return !mns_id_is_null (id);
}

void
mns_workspace_view_async (MnsWorkspace *self,
                          const char *name,
                          JsonObject *args,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  Job *job;

  g_return_if_fail (MNS_IS_WORKSPACE (self));
  g_return_if_fail (name != NULL);

  job = g_new0 (Job, 1);
  job->name = g_strdup (name);
  job->args = print_object (args);
  hand_over (self,
             self->readers,
             new_task (self, job, mns_workspace_view_async, cancellable, callback, user_data));
}

MnsViewResult *
mns_workspace_view_finish (MnsWorkspace *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
mns_workspace_choose_scopes_async (MnsWorkspace *self,
                                   JsonArray *projects,
                                   gint64 window_days,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  Job *job;

  g_return_if_fail (MNS_IS_WORKSPACE (self));

  job = g_new0 (Job, 1);
  job->kind = JOB_SCOPES;
  job->window_days = window_days;
  if (projects != NULL)
    {
      g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), projects);

      job->args = json_to_string (node, FALSE);
    }
  hand_over (
      self,
      self->writer,
      new_task (self, job, mns_workspace_choose_scopes_async, cancellable, callback, user_data));
}

gboolean
mns_workspace_choose_scopes_finish (MnsWorkspace *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
mns_workspace_add_file_async (MnsWorkspace *self,
                              GFile *file,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  Job *job;

  g_return_if_fail (MNS_IS_WORKSPACE (self));
  g_return_if_fail (G_IS_FILE (file));

  job = g_new0 (Job, 1);
  job->kind = JOB_ADD_FILE;
  job->file = g_object_ref (file);
  hand_over (self,
             self->online,
             new_task (self, job, mns_workspace_add_file_async, cancellable, callback, user_data));
}

JsonObject *
mns_workspace_add_file_finish (MnsWorkspace *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
mns_workspace_get_file_async (MnsWorkspace *self,
                              const char *sha256,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  Job *job;

  g_return_if_fail (MNS_IS_WORKSPACE (self));

  job = g_new0 (Job, 1);
  job->kind = JOB_ADD_FILE;
  job->name = g_strdup (sha256);
  hand_over (self,
             self->online,
             new_task (self, job, mns_workspace_get_file_async, cancellable, callback, user_data));
}

GFile *
mns_workspace_get_file_finish (MnsWorkspace *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
