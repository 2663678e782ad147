/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The object that screens hold. What takes time happens elsewhere: workspace-jobs.c runs commands
 * and views on pools of threads, background.c talks to the server on threads of its own.
 *
 * The background threads use the object without a reference; closing it joins them first. A task
 * holds a reference, so the pools never outlive it.
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include "sync/client/sync-private.h"
#include "sync/client/workspace-private.h"
#include "sync/model/error.h"

G_DEFINE_FINAL_TYPE (MnsWorkspace, mns_workspace, G_TYPE_OBJECT)

typedef enum
{
  PROP_ONLINE = 1,
  PROP_WAITING,
  PROP_CONFLICTS,
  PROP_LAST_SYNC,
  PROP_PERSON,
  PROP_SERVER,
} MnsWorkspaceProperty;

enum
{
  SIGNAL_CHANGED,
  SIGNAL_STATE_CHANGED,
  N_SIGNALS
};

static GParamSpec *props[PROP_SERVER + 1];
static guint signals[N_SIGNALS];

#define N_READERS 2
#define N_ASKERS 2

/* ---- what the background tells ---- */

typedef struct
{
  GWeakRef workspace;
  GStrv tables; /* NULL: the state changed */
} News;

static void
free_news (gpointer data)
{
  News *news = data;

  g_weak_ref_clear (&news->workspace);
  g_strfreev (news->tables);
  g_free (news);
}

static gboolean
tell_cb (gpointer data)
{
  News *news = data;
  g_autoptr (MnsWorkspace) self = g_weak_ref_get (&news->workspace);

  if (self == NULL)
    return G_SOURCE_REMOVE;
  if (news->tables != NULL)
    {
      g_signal_emit (self, signals[SIGNAL_CHANGED], 0, news->tables);
      return G_SOURCE_REMOVE;
    }
  for (guint i = PROP_ONLINE; i <= PROP_LAST_SYNC; i++)
    g_object_notify_by_pspec (G_OBJECT (self), props[i]);
  g_signal_emit (self, signals[SIGNAL_STATE_CHANGED], 0);
  return G_SOURCE_REMOVE;
}

static void
tell (MnsWorkspace *self, GStrv tables)
{
  News *news = g_new0 (News, 1);
  g_autoptr (GSource) source = g_idle_source_new ();

  g_weak_ref_init (&news->workspace, self);
  news->tables = tables;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, tell_cb, news, free_news);
  g_source_attach (source, self->context);
}

void
mns_workspace_tell_changed (MnsWorkspace *self, GPtrArray *tables)
{
  GStrv names;

  if (tables->len == 0)
    return;
  names = g_new0 (char *, tables->len + 1);
  for (guint i = 0; i < tables->len; i++)
    names[i] = g_strdup (g_ptr_array_index (tables, i));
  tell (self, names);
}

void
mns_workspace_tell_state (MnsWorkspace *self)
{
  tell (self, NULL);
}

/* Called by whoever holds the replica's lock not. */
void
mns_workspace_refresh_counts (MnsWorkspace *self)
{
  guint waiting = 0;
  guint conflicts = 0;
  gint64 last_sync;
  gint64 skew_us;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  mns_replica_lock (self->replica);
  if (!mns_replica_count (self->replica, &waiting, &conflicts, &error))
    g_warning ("counting what waits: %s", error->message);
  last_sync = mns_replica_get_state (self->replica)->last_sync;
  skew_us = -mns_replica_get_state (self->replica)->skew_us;
  path = g_strdup (mns_replica_get_path (self->replica));
  mns_replica_unlock (self->replica);

  g_mutex_lock (&self->state_lock);
  self->state.waiting = waiting;
  self->state.conflicts = conflicts;
  self->state.last_sync = last_sync;
  self->state.skew_us = skew_us;
  g_free (self->db_path);
  self->db_path = g_steal_pointer (&path);
  g_mutex_unlock (&self->state_lock);
}

void
mns_workspace_set_state (MnsWorkspace *self, MnsConnection connection, const GError *trouble)
{
  g_mutex_lock (&self->state_lock);
  self->state.connection = connection;
  g_free (self->state.trouble);
  self->state.trouble = trouble != NULL ? g_strdup (trouble->message) : NULL;
  g_mutex_unlock (&self->state_lock);
}

/* ---- reading the state ---- */

static MnsWorkspaceState
copy_state (MnsWorkspace *self)
{
  MnsWorkspaceState state;

  g_mutex_lock (&self->state_lock);
  state = self->state;
  g_mutex_unlock (&self->state_lock);
  state.trouble = NULL;
  return state;
}

MnsConnection
mns_workspace_get_connection (MnsWorkspace *self)
{
  g_return_val_if_fail (MNS_IS_WORKSPACE (self), MNS_CONNECTION_OFFLINE);

  return copy_state (self).connection;
}

gboolean
mns_workspace_get_online (MnsWorkspace *self)
{
  MnsConnection connection = mns_workspace_get_connection (self);

  return connection != MNS_CONNECTION_OFFLINE && connection != MNS_CONNECTION_SIGNED_OUT;
}

guint
mns_workspace_get_waiting (MnsWorkspace *self)
{
  g_return_val_if_fail (MNS_IS_WORKSPACE (self), 0);

  return copy_state (self).waiting;
}

guint
mns_workspace_get_conflicts (MnsWorkspace *self)
{
  g_return_val_if_fail (MNS_IS_WORKSPACE (self), 0);

  return copy_state (self).conflicts;
}

gint64
mns_workspace_get_last_sync (MnsWorkspace *self)
{
  g_return_val_if_fail (MNS_IS_WORKSPACE (self), 0);

  return copy_state (self).last_sync;
}

gint64
mns_workspace_get_skew (MnsWorkspace *self)
{
  g_return_val_if_fail (MNS_IS_WORKSPACE (self), 0);

  return copy_state (self).skew_us;
}

const char *
mns_workspace_get_person (MnsWorkspace *self)
{
  g_return_val_if_fail (MNS_IS_WORKSPACE (self), NULL);

  return self->person;
}

void
mns_workspace_get_person_id (MnsWorkspace *self, MnsId *id)
{
  g_return_if_fail (MNS_IS_WORKSPACE (self));

  *id = self->person_id;
}

const char *
mns_workspace_get_server (MnsWorkspace *self)
{
  g_return_val_if_fail (MNS_IS_WORKSPACE (self), NULL);

  return mns_server_address_get_url (self->address);
}

char *
mns_workspace_dup_trouble (MnsWorkspace *self)
{
  char *text;

  g_return_val_if_fail (MNS_IS_WORKSPACE (self), NULL);

  g_mutex_lock (&self->state_lock);
  text = g_strdup (self->state.trouble);
  g_mutex_unlock (&self->state_lock);
  return text;
}

static void
mns_workspace_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MnsWorkspace *self = MNS_WORKSPACE (object);

  switch ((MnsWorkspaceProperty) prop_id)
    {
    case PROP_ONLINE:
      g_value_set_boolean (value, mns_workspace_get_online (self));
      break;
    case PROP_WAITING:
      g_value_set_uint (value, mns_workspace_get_waiting (self));
      break;
    case PROP_CONFLICTS:
      g_value_set_uint (value, mns_workspace_get_conflicts (self));
      break;
    case PROP_LAST_SYNC:
      g_value_set_int64 (value, mns_workspace_get_last_sync (self));
      break;
    case PROP_PERSON:
      g_value_set_string (value, self->person);
      break;
    case PROP_SERVER:
      g_value_set_string (value, mns_workspace_get_server (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

/* ---- life ---- */

/* The last unref may come from a job in a pool, which must not wait for itself; nothing else is
 * under way then, for every job holds a reference.
 */
static void
close_workspace (MnsWorkspace *self, gboolean wait)
{
  GThreadPool **const pools[] = { &self->writer, &self->readers, &self->online };

  if (self->closed)
    return;
  self->closed = TRUE;
  mns_workspace_stop (self);
  for (guint i = 0; i < G_N_ELEMENTS (pools); i++)
    if (*pools[i] != NULL)
      g_thread_pool_free (g_steal_pointer (pools[i]), FALSE, wait);
  mns_workspace_drop_readers (self);
  g_clear_pointer (&self->replica, mns_replica_free);
}

/**
 * mns_workspace_close:
 *
 * Stops the background, waits for what is under way and lets go of the files. Queued work stays
 * queued. Whoever opened a workspace closes it before the last unref: the thread that answered a
 * sync may still hold a reference then, and cannot wait for its own end.
 */
void
mns_workspace_close (MnsWorkspace *self)
{
  g_return_if_fail (MNS_IS_WORKSPACE (self));

  close_workspace (self, TRUE);
}

static void
mns_workspace_dispose (GObject *object)
{
  close_workspace (MNS_WORKSPACE (object), FALSE);

  G_OBJECT_CLASS (mns_workspace_parent_class)->dispose (object);
}

static void
mns_workspace_finalize (GObject *object)
{
  MnsWorkspace *self = MNS_WORKSPACE (object);

  g_clear_pointer (&self->address, mns_server_address_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->server_commands, g_hash_table_unref);
  g_free (self->person);
  g_free (self->state.trouble);
  g_free (self->db_path);
  g_object_unref (self->stop);
  g_mutex_clear (&self->readers_lock);
  g_mutex_clear (&self->state_lock);
  g_mutex_clear (&self->wake_lock);
  g_cond_clear (&self->wake);

  G_OBJECT_CLASS (mns_workspace_parent_class)->finalize (object);
}

static void
mns_workspace_class_init (MnsWorkspaceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->dispose = mns_workspace_dispose;
  object_class->finalize = mns_workspace_finalize;
  object_class->get_property = mns_workspace_get_property;

  props[PROP_ONLINE] = g_param_spec_boolean ("online", NULL, NULL, FALSE, flags);
  props[PROP_WAITING] = g_param_spec_uint ("waiting", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_CONFLICTS] = g_param_spec_uint ("conflicts", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_LAST_SYNC] = g_param_spec_int64 ("last-sync", NULL, NULL, 0, G_MAXINT64, 0, flags);
  props[PROP_PERSON] = g_param_spec_string ("person", NULL, NULL, NULL, flags);
  props[PROP_SERVER] = g_param_spec_string ("server", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);

  signals[SIGNAL_CHANGED] = g_signal_new ("changed",
                                          MNS_TYPE_WORKSPACE,
                                          G_SIGNAL_RUN_LAST,
                                          0,
                                          NULL,
                                          NULL,
                                          NULL,
                                          G_TYPE_NONE,
                                          1,
                                          G_TYPE_STRV);
  signals[SIGNAL_STATE_CHANGED] = g_signal_new (
      "state-changed", MNS_TYPE_WORKSPACE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mns_workspace_init (MnsWorkspace *self)
{
  g_mutex_init (&self->readers_lock);
  g_mutex_init (&self->state_lock);
  g_mutex_init (&self->wake_lock);
  g_cond_init (&self->wake);
  g_queue_init (&self->idle_readers);
  g_queue_init (&self->sync_tasks);
  self->stop = g_cancellable_new ();
  self->context = g_main_context_ref_thread_default ();
}

static gint64
now_hook (gpointer data)
{
  return g_get_real_time ();
}

static void
make_id_hook (MnsId *id, gpointer data)
{
  mns_id_make (id);
}

static MnsResult *
run_hook (const MnsLab *lab, MnsCommand *command, gpointer data, GError **error)
{
  return mns_lab_run (lab, command, error);
}

/* A program with a window does not wait until a file was looked through, one without a window does
 * not live long enough to do so.
 */
static const MnsReplicaHooks hooks = { now_hook, make_id_hook, run_hook, NULL, NULL, TRUE };
static const MnsReplicaHooks hooks_without_window = { now_hook, make_id_hook, run_hook,
                                                      NULL,     NULL,         FALSE };

static void
make_pools (MnsWorkspace *self)
{
  self->writer = g_thread_pool_new (mns_workspace_write_in_thread, self, 1, FALSE, NULL);
  self->readers = g_thread_pool_new (mns_workspace_read_in_thread, self, N_READERS, FALSE, NULL);
  self->online = g_thread_pool_new (mns_workspace_ask_in_thread, self, N_ASKERS, FALSE, NULL);
}

/**
 * mns_workspace_open:
 * @setup: which replica, which server, who
 * @error: return location for an error
 *
 * Opens the replica and starts talking to the server in the background. It blocks for as long as
 * the file needs: tens of milliseconds; where @setup is manual, seconds after a crash with a large
 * replica. Fails with
 * %MNS_ERROR_BUSY where another program has it open, with %MNS_ERROR_NOT_FOUND where there is none
 * yet and nobody said whose it is.
 *
 * Returns: (transfer full): the workspace, or %NULL with @error set
 */
MnsWorkspace *
mns_workspace_open (const MnsWorkspaceSetup *setup, GError **error)
{
  g_autoptr (MnsWorkspace) self = NULL;

  g_return_val_if_fail (setup != NULL && setup->dir != NULL && setup->url != NULL, NULL);

  self = g_object_new (MNS_TYPE_WORKSPACE, NULL);
  self->manual = setup->manual;
  self->address = mns_server_address_new (setup->url, error);
  if (self->address == NULL)
    return NULL;
  mns_server_address_set_token (self->address, setup->token);
  mns_server_address_set_pin (self->address, setup->pin);
  self->has_token = setup->token != NULL;
  self->replica = mns_replica_open (setup->dir,
                                    setup->manual ? &hooks_without_window : &hooks,
                                    setup->person,
                                    setup->person_name,
                                    error);
  if (self->replica == NULL)
    return NULL;
  self->person = g_strdup (mns_replica_get_state (self->replica)->person_name);
  self->person_id = mns_replica_get_state (self->replica)->person;
  /* what the server took when it was last there */
  self->server_commands = mns_sync_parse_commands (mns_replica_get_state (self->replica)->commands);
  mns_workspace_refresh_counts (self);
  make_pools (self);
  mns_workspace_start (self);
  return g_steal_pointer (&self);
}

void
mns_workspace_set_token (MnsWorkspace *self, const char *token)
{
  g_return_if_fail (MNS_IS_WORKSPACE (self));

  mns_server_address_set_token (self->address, token);
  g_mutex_lock (&self->wake_lock);
  self->has_token = token != NULL;
  g_mutex_unlock (&self->wake_lock);
  mns_workspace_wake (self, TRUE);
}

void
mns_workspace_poke (MnsWorkspace *self)
{
  g_return_if_fail (MNS_IS_WORKSPACE (self));

  if (!self->manual)
    mns_workspace_wake (self, TRUE);
}
