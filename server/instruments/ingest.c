/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The watcher tells in the main context which runs changed; this thread reads them, one at a time
 * and behind everyone's commands, and records what they show. A run that changes while it waits is
 * read once. What is recorded already is found out once, when this server becomes the one that
 * ingests, so a restart costs a list of runs and no reading.
 */

#define G_LOG_DOMAIN "mns-ingest"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>

#include "server/api/execute.h"
#include "server/http/log.h"
#include "server/instruments/ingest-reader.h"
#include "server/instruments/ingest.h"
#include "server/instruments/run-watcher.h"
#include "sync/model/error.h"

/* Any pair of numbers that no other advisory lock of ours has. */
#define LOCK_CLASS "7171699"
#define LOCK_NUMBER "1"
#define LOCK_RETRY_S 20
#define FAILURE_RETRY_S 5
#define NICENESS 10

/* What the database says of a run. */
typedef struct
{
  char *folder;
  char *status;
  guint cycle;
  gboolean by_person;
} Known;

struct _MnsIngest
{
  /* set once */
  MnsPool *pool;
  MnsServerIds *ids;
  MnsAttempts *attempts;
  char *conninfo;
  MnsFileStore *files;
  MnsRunWatcher *watcher;
  GThread *thread;
  MnsIngestFunc func;
  gpointer func_data;

  /* of the thread */
  MnsIngestReader *reader;
  MnsStore *lock_store;
  gboolean is_chosen;
  MnsId person;
  GHashTable *known; /* run id: Known */

  GMutex lock;
  GCond changed;
  GQueue waiting;      /* run ids, the oldest first */
  GHashTable *pending; /* run id: MnsRunLook, the newest */
  gboolean is_stopping;
  MnsIngestCounts counts;
};

static void
free_known (gpointer data)
{
  Known *known = data;

  g_free (known->folder);
  g_free (known->status);
  g_free (known);
}

/* ---- from the watcher, in the main context ---- */

/* The model's name stays the watcher's, which outlives the copy. */
static MnsRunLook *
copy_look (const MnsRunLook *look)
{
  MnsRunLook *copy = g_memdup2 (look, sizeof *look);

  copy->folder = g_strdup (look->folder);
  copy->name = g_strdup (look->name);
  copy->run_id = g_strdup (look->run_id);
  copy->instrument = g_strdup (look->instrument);
  copy->flowcell = g_strdup (look->flowcell);
  return copy;
}

static void
changed_cb (MnsRunWatcher *watcher, const MnsRunLook *look, gboolean is_new, MnsIngest *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  if (look->run_id == NULL || *look->run_id == '\0')
    return;
  locker = g_mutex_locker_new (&self->lock);
  if (!g_hash_table_contains (self->pending, look->run_id))
    g_queue_push_tail (&self->waiting, g_strdup (look->run_id));
  g_hash_table_insert (self->pending, g_strdup (look->run_id), copy_look (look));
  self->counts.runs = mns_run_watcher_get_n_runs (watcher);
  g_cond_signal (&self->changed);
}

static void
root_failed_cb (MnsRunWatcher *watcher, const char *root, const GError *error, MnsIngest *self)
{
  mns_log_event ("warning", "run_root_away", NULL);
}

/* ---- being the one ---- */

static gboolean
ask_for_lock (MnsIngest *self, gboolean *held, GError **error)
{
  g_autoptr (MnsTransaction) tx = NULL;
  g_autoptr (MnsRows) rows = NULL;

  if (self->lock_store == NULL)
    self->lock_store = mns_pg_store_open (self->conninfo, error);
  if (self->lock_store == NULL)
    return FALSE;
  tx = mns_store_begin (self->lock_store, MNS_ACCESS_READ, error);
  if (tx == NULL)
    return FALSE;
  rows = mns_transaction_query (
      tx,
      "SELECT CASE WHEN EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
      " AND pid = pg_backend_pid () AND classid = " LOCK_CLASS " AND objid = " LOCK_NUMBER
      ") THEN 2 WHEN pg_try_advisory_lock (" LOCK_CLASS ", " LOCK_NUMBER ") THEN 1 ELSE 0 END",
      NULL,
      error);
  if (rows == NULL)
    return FALSE;
  *held = mns_rows_get_int (rows, 0, 0) > 0;
  return mns_transaction_commit (tx, error);
}

static gboolean
find_person (MnsTransaction *tx, gpointer data, GError **error)
{
  MnsIngest *self = data;
  g_autoptr (MnsIdSession) session = mns_id_session_new (self->ids, tx);
  const MnsLab lab = { .transaction = tx,
                       .recorded_at = g_get_real_time (),
                       .ids = mns_id_session_get_source (session),
                       .as_system = TRUE };

  return mns_lab_seed_integration (&lab, &self->person, error);
}

static gboolean
load_known (MnsTransaction *tx, gpointer data, GError **error)
{
  MnsIngest *self = data;
  g_autoptr (MnsRows) rows = mns_transaction_query (
      tx, "SELECT run_name, folder, status, status_by, cycle FROM sequencing_run", NULL, error);

  g_hash_table_remove_all (self->known);
  for (guint i = 0; rows != NULL && i < mns_rows_get_n_rows (rows); i++)
    {
      Known *known = g_new0 (Known, 1);

      known->folder = g_strdup (mns_rows_get_text (rows, i, 1));
      known->status = g_strdup (mns_rows_get_text (rows, i, 2));
      known->by_person = g_str_equal (mns_rows_get_text (rows, i, 3), "USER");
      known->cycle = mns_rows_is_null (rows, i, 4) ? 0 : (guint) mns_rows_get_int (rows, i, 4);
      g_hash_table_insert (self->known, g_strdup (mns_rows_get_text (rows, i, 0)), known);
    }
  return rows != NULL;
}

/* Sets @is_chosen; the lock is asked for again each time, for a lost connection loses it. */
static gboolean
become_the_one (MnsIngest *self, GError **error)
{
  gboolean held = FALSE;

  if (!ask_for_lock (self, &held, error))
    {
      g_clear_pointer (&self->lock_store, mns_store_free);
      self->is_chosen = FALSE;
      return FALSE;
    }
  if (held && !self->is_chosen &&
      (!mns_pool_run_write (self->pool, find_person, self, error) ||
       !mns_pool_run_read (self->pool, load_known, self, error)))
    return FALSE;
  self->is_chosen = held;
  return TRUE;
}

/* ---- recording ---- */

static gboolean
execute (MnsIngest *self, JsonObject *args, JsonObject **envelope, GError **error)
{
  g_autoptr (MnsCommand) command = mns_command_new ("run.observe@1", args);
  g_autoptr (JsonNode) node = mns_command_to_json (command);
  g_autofree char *text = json_to_string (node, FALSE);
  g_auto (MnsExecution) execution = { .pool = self->pool,
                                      .ids = self->ids,
                                      .attempts = self->attempts,
                                      .person = self->person,
                                      .source = "INGEST",
                                      .as_system = TRUE,
                                      .text = text,
                                      .length = -1,
                                      .index = -1 };

  execution.node = json_node_ref (node);
  if (!mns_execute (&execution, error))
    return FALSE;
  if (execution.outcome != MNS_OUTCOME_OK)
    mns_log_event (
        "error", "ingest_refused", "outcome", mns_outcome_to_word (execution.outcome), NULL);
  *envelope = json_object_ref (execution.envelope);
  return TRUE;
}

typedef struct
{
  GBytes *hash;
  gboolean is_used;
} Blob;

static gboolean
find_use (MnsTransaction *tx, gpointer data, GError **error)
{
  Blob *blob = data;
  g_autoptr (MnsRows) rows =
      mns_transaction_query (tx,
                             "SELECT id FROM file WHERE sha256 = $hash LIMIT 1",
                             MNS_ARGS (MNS_ARG_VALUE ("hash", mns_value_bytes (blob->hash))),
                             error);

  blob->is_used = rows == NULL || mns_rows_get_n_rows (rows) > 0;
  return rows != NULL;
}

/* The plots of an hour ago are of no use to anyone. */
static void
remove_replaced (MnsIngest *self, JsonObject *envelope)
{
  JsonNode *result = json_object_get_member (envelope, "result");
  const char *sha256 = result != NULL && JSON_NODE_HOLDS_OBJECT (result)
                           ? json_object_get_string_member_with_default (
                                 json_node_get_object (result), "replaced", NULL)
                           : NULL;
  g_autoptr (GBytes) hash = sha256 != NULL ? mns_sha256_parse (sha256) : NULL;
  Blob blob = { hash, TRUE };
  g_autofree char *path = NULL;

  if (hash == NULL || !mns_pool_run_read (self->pool, find_use, &blob, NULL) || blob.is_used)
    return;
  path = mns_file_store_path (self->files, sha256);
  g_unlink (path);
}

static gboolean
is_quiet (MnsRunState state)
{
  return mns_run_state_is_final (state) || state == MNS_RUN_STATE_STALLED ||
         state == MNS_RUN_STATE_UNKNOWN;
}

/* Recorded as it is, and nothing more will come of it. A second copy of a run whose first is still
 * there is left alone too.
 */
static gboolean
is_settled (MnsIngest *self, const MnsRunLook *look)
{
  const Known *known = g_hash_table_lookup (self->known, look->run_id);
  g_autofree char *folder = g_filename_display_name (look->folder);

  if (known == NULL)
    return FALSE;
  if (!g_str_equal (known->folder, folder) && g_file_test (known->folder, G_FILE_TEST_IS_DIR))
    return TRUE;
  return g_str_equal (known->folder, folder) && is_quiet (look->verdict.state) &&
         known->cycle == look->verdict.cycle &&
         (known->by_person ||
          g_str_equal (known->status, mns_run_state_name (look->verdict.state)));
}

static void
remember (MnsIngest *self, const MnsRunLook *look)
{
  Known *known = g_new0 (Known, 1);

  known->folder = g_filename_display_name (look->folder);
  known->status = g_strdup (mns_run_state_name (look->verdict.state));
  known->cycle = look->verdict.cycle;
  g_hash_table_insert (self->known, g_strdup (look->run_id), known);
}

static void
count (MnsIngest *self, guint commands, guint unchanged)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->counts.commands += commands;
  self->counts.unchanged += unchanged;
  mns_ingest_reader_get_counts (self->reader, &self->counts.readings, &self->counts.bytes);
}

static gboolean
record (MnsIngest *self, const MnsRunLook *look, GError **error)
{
  g_autoptr (JsonObject) args = NULL;
  g_autoptr (JsonObject) envelope = NULL;

  if (is_settled (self, look))
    {
      count (self, 0, 1);
      return TRUE;
    }
  args = mns_observation_new (look);
  if (mns_ingest_reader_is_due (self->reader, look) &&
      !mns_ingest_reader_read (self->reader, look, &self->person, args, error))
    return FALSE;
  if (!execute (self, args, &envelope, error))
    {
      mns_ingest_reader_forget (self->reader, look->run_id);
      return FALSE;
    }
  remove_replaced (self, envelope);
  remember (self, look);
  count (self, 1, 0);
  return TRUE;
}

/* ---- the thread ---- */

/* The next run, or NULL at the end. */
static MnsRunLook *
wait_for_run (MnsIngest *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  g_autofree char *id = NULL;
  g_autofree char *key = NULL;
  gpointer look = NULL;

  while (!self->is_stopping && self->waiting.length == 0)
    g_cond_wait (&self->changed, &self->lock);
  if (self->is_stopping)
    return NULL;
  id = g_queue_pop_head (&self->waiting);
  g_hash_table_steal_extended (self->pending, id, (gpointer *) &key, &look);
  return look;
}

/* The run comes first the next time, unless it has changed since. */
static void
put_back (MnsIngest *self, MnsRunLook *look)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (g_hash_table_contains (self->pending, look->run_id))
    {
      mns_run_look_free (look);
      return;
    }
  g_queue_push_head (&self->waiting, g_strdup (look->run_id));
  g_hash_table_insert (self->pending, g_strdup (look->run_id), look);
}

static void
rest (MnsIngest *self, guint seconds)
{
  gint64 end = g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  while (!self->is_stopping && g_cond_wait_until (&self->changed, &self->lock, end))
    continue;
}

static gboolean
tell_cb (gpointer data)
{
  MnsIngest *self = data;

  self->func (self->func_data);
  return G_SOURCE_REMOVE;
}

static void
tell (MnsIngest *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->func != NULL && !self->is_stopping)
    g_idle_add_full (G_PRIORITY_DEFAULT, tell_cb, self, NULL);
}

static void
log_failure (const GError *error)
{
  g_autofree char *code = g_strdup_printf ("%d", error->code);

  mns_log_event ("warning", "ingest_waits", "code", code, NULL);
}

static gpointer
work_in_thread (gpointer data)
{
  MnsIngest *self = data;
  MnsRunLook *look;

  setpriority (PRIO_PROCESS, 0, NICENESS);
  while ((look = wait_for_run (self)) != NULL)
    {
      g_autoptr (GError) error = NULL;

      if (!become_the_one (self, &error) || !self->is_chosen || !record (self, look, &error))
        {
          if (error != NULL)
            log_failure (error);
          put_back (self, look);
          rest (self, error != NULL ? FAILURE_RETRY_S : LOCK_RETRY_S);
          continue;
        }
      mns_run_look_free (look);
      tell (self);
    }
  g_clear_pointer (&self->lock_store, mns_store_free);
  return NULL;
}

/* ---- the outside ---- */

static gboolean
read_setting (MnsTransaction *tx, gpointer data, GError **error)
{
  char **text = data;
  g_autoptr (MnsRows) rows = mns_transaction_query (
      tx, "SELECT value FROM setting WHERE name = 'runs.roots'", NULL, error);

  g_clear_pointer (text, g_free);
  if (rows != NULL && mns_rows_get_n_rows (rows) > 0)
    *text = g_strdup (mns_rows_get_text (rows, 0, 0));
  return rows != NULL;
}

/**
 * mns_ingest_read_roots:
 * @pool: the database
 * @error: return location for an error; a setting that cannot be read is %MNS_ERROR_INVALID
 *
 * Returns: (transfer full): the folders in the setting runs.roots, a JSON list of texts; maybe none
 */
char **
mns_ingest_read_roots (MnsPool *pool, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GStrvBuilder) roots = g_strv_builder_new ();
  JsonArray *list = NULL;

  if (!mns_pool_run_read (pool, read_setting, &text, error))
    return NULL;
  node = text != NULL && *text != '\0' ? json_from_string (text, NULL) : NULL;
  if (node != NULL && JSON_NODE_HOLDS_ARRAY (node))
    list = json_node_get_array (node);
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonNode *item = json_array_get_element (list, i);

      if (JSON_NODE_HOLDS_VALUE (item) && json_node_get_value_type (item) == G_TYPE_STRING)
        g_strv_builder_add (roots, json_node_get_string (item));
      else
        list = NULL;
    }
  if (text != NULL && *text != '\0' && list == NULL)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_INVALID,
                   "The setting runs.roots is \"%s\"; a JSON list of folders is wanted, as "
                   "[\"/srv/runs\"].",
                   text);
      return NULL;
    }
  return g_strv_builder_end (roots);
}

/**
 * mns_ingest_start:
 * @options: what to watch and where to record it
 * @error: return location for an error of the file store
 *
 * Watches from now on, in the default main context. A root that is not there is waited for.
 *
 * Returns: (transfer full) (nullable): the ingestion
 */
MnsIngest *
mns_ingest_start (const MnsIngestOptions *options, GError **error)
{
  MnsFileStore *files = mns_file_store_new (options->state, error);
  MnsIngest *self;

  if (files == NULL)
    return NULL;
  self = g_new0 (MnsIngest, 1);
  self->files = files;
  self->pool = options->pool;
  self->ids = options->ids;
  self->attempts = options->attempts;
  self->conninfo = g_strdup (options->conninfo);
  self->reader = mns_ingest_reader_new (files);
  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_known);
  self->pending =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) mns_run_look_free);
  g_queue_init (&self->waiting);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->watcher = mns_run_watcher_new (options->roots);
  g_signal_connect (self->watcher, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect (self->watcher, "root-failed", G_CALLBACK (root_failed_cb), self);
  self->thread = g_thread_new ("ingest", work_in_thread, self);
  mns_run_watcher_start (self->watcher);
  return self;
}

void
mns_ingest_set_func (MnsIngest *self, MnsIngestFunc func, gpointer data)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->func = func;
  self->func_data = data;
}

MnsIngestCounts
mns_ingest_get_counts (MnsIngest *self)
{
  MnsIngestCounts counts;

  g_mutex_lock (&self->lock);
  counts = self->counts;
  g_mutex_unlock (&self->lock);
  counts.runs = mns_run_watcher_get_n_runs (self->watcher);
  counts.looks = mns_run_watcher_get_n_looks (self->watcher);
  return counts;
}

/* Ends after the run that is being read. */
void
mns_ingest_free (MnsIngest *self)
{
  if (self == NULL)
    return;
  mns_run_watcher_stop (self->watcher);
  g_signal_handlers_disconnect_by_data (self->watcher, self);
  g_mutex_lock (&self->lock);
  self->is_stopping = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  while (g_idle_remove_by_data (self))
    continue;
  g_queue_clear_full (&self->waiting, g_free);
  g_hash_table_unref (self->pending);
  g_hash_table_unref (self->known);
  mns_ingest_reader_free (self->reader);
  g_object_unref (self->watcher);
  mns_file_store_free (self->files);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self->conninfo);
  g_free (self);
}
