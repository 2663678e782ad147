/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-session"

#include "config.h"

#include <string.h>

#include "desktop/app/cells.h"
#include "desktop/app/session.h"

struct _MnsSession
{
  GObject parent_instance;

  MnsWorkspace *workspace;
  GHashTable *buckets; /* step id → GPtrArray of artifact ids */
  char **rights;       /* sorted as the view gives them; NULL until read */
  char *trouble;       /* why they could not be read */
};

G_DEFINE_FINAL_TYPE (MnsSession, mns_session, G_TYPE_OBJECT)

enum
{
  CHANGED,
  STATE_CHANGED,
  BUCKET_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
mns_session_dispose (GObject *object)
{
  MnsSession *self = MNS_SESSION (object);

  g_clear_object (&self->workspace);
  g_clear_pointer (&self->buckets, g_hash_table_unref);
  g_clear_pointer (&self->rights, g_strfreev);
  g_clear_pointer (&self->trouble, g_free);

  G_OBJECT_CLASS (mns_session_parent_class)->dispose (object);
}

static void
mns_session_class_init (MnsSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mns_session_dispose;

  signals[CHANGED] = g_signal_new ("changed",
                                   MNS_TYPE_SESSION,
                                   G_SIGNAL_RUN_LAST,
                                   0,
                                   NULL,
                                   NULL,
                                   NULL,
                                   G_TYPE_NONE,
                                   1,
                                   G_TYPE_STRV);
  signals[STATE_CHANGED] = g_signal_new (
      "state-changed", MNS_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[BUCKET_CHANGED] = g_signal_new ("bucket-changed",
                                          MNS_TYPE_SESSION,
                                          G_SIGNAL_RUN_LAST,
                                          0,
                                          NULL,
                                          NULL,
                                          NULL,
                                          G_TYPE_NONE,
                                          1,
                                          G_TYPE_STRING);
}

static void
mns_session_init (MnsSession *self)
{
  self->buckets =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
}

static void
rights_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsSession) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsViewResult) me = mns_session_look_finish (self, result, &error);
  const char *rights;

  g_clear_pointer (&self->trouble, g_free);
  if (me == NULL)
    {
      self->trouble = g_strdup (error->message);
      g_signal_emit (self, signals[STATE_CHANGED], 0);
      return;
    }
  if (mns_rows_get_n_rows (me->rows) == 0)
    return; /* a replica that was never filled: the first sync changes person_role, and we ask again
             */
  rights = mns_cell_text (me->rows, 0, "rights");
  g_strfreev (self->rights);
  self->rights = g_strsplit (rights != NULL ? rights : "", ",", -1);
  g_signal_emit (self, signals[STATE_CHANGED], 0);
}

static void
read_rights (MnsSession *self)
{
  mns_session_look (self, "me", NULL, NULL, rights_read_cb, g_object_ref (self));
}

static void
workspace_changed_cb (MnsSession *self, const char *const *tables)
{
  static const char *const of_rights[] = { "person", "person_role", "role_permission" };

  for (guint i = 0; tables != NULL && i < G_N_ELEMENTS (of_rights); i++)
    if (g_strv_contains (tables, of_rights[i]))
      {
        read_rights (self);
        break;
      }
  g_signal_emit (self, signals[CHANGED], 0, tables);
}

static void
workspace_state_changed_cb (MnsSession *self)
{
  g_signal_emit (self, signals[STATE_CHANGED], 0);
}

MnsSession *
mns_session_new (MnsWorkspace *workspace)
{
  MnsSession *self = g_object_new (MNS_TYPE_SESSION, NULL);

  self->workspace = g_object_ref (workspace);
  g_signal_connect_object (
      workspace, "changed", G_CALLBACK (workspace_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (
      workspace, "state-changed", G_CALLBACK (workspace_state_changed_cb), self, G_CONNECT_SWAPPED);
  read_rights (self);
  return self;
}

MnsWorkspace *
mns_session_get_workspace (MnsSession *self)
{
  return self->workspace;
}

/* Screens get the session as the source of their answers, not what stands below it. */
static void
looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  MnsViewResult *answer = mns_workspace_view_finish (MNS_WORKSPACE (source), result, &error);

  if (answer != NULL)
    g_task_return_pointer (task, answer, (GDestroyNotify) mns_view_result_free);
  else
    g_task_return_error (task, error);
}

/**
 * mns_session_look:
 * @self: the session
 * @view: name of a view
 * @args: (transfer full) (nullable): its arguments
 */
void
mns_session_look (MnsSession *self,
                  const char *view,
                  JsonObject *args,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  g_autoptr (JsonObject) given = args != NULL ? args : json_object_new ();
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, mns_session_look);
  mns_workspace_view_async (self->workspace, view, given, cancellable, looked_cb, task);
}

MnsViewResult *
mns_session_look_finish (MnsSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  MnsResult *done = mns_workspace_do_finish (MNS_WORKSPACE (source), result, &error);

  if (done != NULL)
    g_task_return_pointer (task, done, (GDestroyNotify) mns_result_free);
  else
    g_task_return_error (task, error);
}

/**
 * mns_session_do:
 * @self: the session
 * @command: name@version
 * @args: (transfer full): its arguments
 * @expect: (transfer full) (nullable): what the person saw
 */
void
mns_session_do (MnsSession *self,
                const char *command,
                JsonObject *args,
                JsonObject *expect,
                GCancellable *cancellable,
                GAsyncReadyCallback callback,
                gpointer user_data)
{
  g_autoptr (JsonObject) given = args;
  g_autoptr (JsonObject) seen = expect;
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, mns_session_do);
  mns_workspace_do_async (self->workspace, command, given, seen, NULL, cancellable, done_cb, task);
}

MnsResult *
mns_session_do_finish (MnsSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
mns_session_may (MnsSession *self, const char *right)
{
  return self->rights != NULL && g_strv_contains ((const char *const *) self->rights, right);
}

const char *
mns_session_get_trouble (MnsSession *self)
{
  return self->trouble;
}

const char *
mns_session_get_person_name (MnsSession *self)
{
  return mns_workspace_get_person (self->workspace);
}

gboolean
mns_session_get_online (MnsSession *self)
{
  return mns_workspace_get_online (self->workspace);
}

guint
mns_session_get_waiting (MnsSession *self)
{
  return mns_workspace_get_waiting (self->workspace);
}

guint
mns_session_get_conflicts (MnsSession *self)
{
  return mns_workspace_get_conflicts (self->workspace);
}

GPtrArray *
mns_session_get_bucket (MnsSession *self, const char *step_id)
{
  GPtrArray *bucket = g_hash_table_lookup (self->buckets, step_id);

  if (bucket == NULL)
    {
      bucket = g_ptr_array_new_with_free_func (g_free);
      g_hash_table_insert (self->buckets, g_strdup (step_id), bucket);
    }
  return bucket;
}

/**
 * mns_session_add_to_bucket:
 *
 * Returns: how many were not in the bucket before
 */
guint
mns_session_add_to_bucket (MnsSession *self, const char *step_id, const char *const *ids)
{
  GPtrArray *bucket = mns_session_get_bucket (self, step_id);
  g_autoptr (GHashTable) inside = g_hash_table_new (g_str_hash, g_str_equal);
  guint n_added = 0;

  for (guint i = 0; i < bucket->len; i++)
    g_hash_table_add (inside, g_ptr_array_index (bucket, i));
  for (guint i = 0; ids[i] != NULL; i++)
    if (!g_hash_table_contains (inside, ids[i]))
      {
        g_ptr_array_add (bucket, g_strdup (ids[i]));
        g_hash_table_add (inside, g_ptr_array_index (bucket, bucket->len - 1));
        n_added++;
      }
  if (n_added > 0)
    g_signal_emit (self, signals[BUCKET_CHANGED], 0, step_id);
  return n_added;
}

void
mns_session_remove_from_bucket (MnsSession *self, const char *step_id, const char *const *ids)
{
  GPtrArray *bucket = mns_session_get_bucket (self, step_id);

  for (guint i = bucket->len; i > 0; i--)
    if (g_strv_contains (ids, g_ptr_array_index (bucket, i - 1)))
      g_ptr_array_remove_index (bucket, i - 1);
  g_signal_emit (self, signals[BUCKET_CHANGED], 0, step_id);
}

void
mns_session_empty_bucket (MnsSession *self, const char *step_id)
{
  g_ptr_array_set_size (mns_session_get_bucket (self, step_id), 0);
  g_signal_emit (self, signals[BUCKET_CHANGED], 0, step_id);
}
