/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Keeps an eye on the runs below some roots. A pass runs in a thread, for a share may hang; what it
 * found is compared and told in the thread of the caller. inotify shortens the wait for local
 * changes. It does not see what another machine writes to a share, so the passes by the clock go on
 * beside it: every interval on a share, ten times as rarely on a local disk.
 *
 * Everything here but scan_in_thread() belongs to the thread that made the object.
 */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <string.h>

#include "server/instruments/run-scan.h"
#include "server/instruments/run-watcher.h"

#define DEFAULT_INTERVAL 60
/* A burst of events is one change. */
#define SETTLE_MS 500
#define LOCAL_FACTOR 10

typedef struct
{
  MnsRunLook *look;
  MnsRunKnown known;
  GFileMonitor *monitors[2]; /* the run folder and its InterOp, while the run goes on */
} Run;

struct _MnsRunWatcher
{
  GObject parent_instance;

  GStrv roots;
  MnsModelTable *models;
  guint interval;
  gint64 stalled_after;

  GHashTable *runs;         /* folder: Run */
  GHashTable *places;       /* folder: GFileMonitor */
  GHashTable *failed_roots; /* set of char * */
  guint n_looks;

  gboolean is_running;
  gboolean is_scanning;
  gboolean is_stale; /* something happened during the pass */
  guint timer;
  guint settle_timer;
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (MnsRunWatcher, mns_run_watcher, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  SIGNAL_VANISHED,
  SIGNAL_ROOT_FAILED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void begin_scan (MnsRunWatcher *self);

static void
cancel_monitor (gpointer data)
{
  g_file_monitor_cancel (data);
  g_object_unref (data);
}

static void
drop_monitors (Run *run)
{
  for (guint i = 0; i < G_N_ELEMENTS (run->monitors); i++)
    g_clear_pointer (&run->monitors[i], cancel_monitor);
}

static void
free_run (gpointer data)
{
  Run *run = data;

  drop_monitors (run);
  mns_run_look_free (run->look);
  g_free (run);
}

static MnsRunScan *
prepare_scan (MnsRunWatcher *self)
{
  MnsRunScan *scan = mns_run_scan_new ();
  GHashTableIter iter;
  gpointer folder, run;

  scan->roots = g_strdupv (self->roots);
  scan->models = self->models;
  scan->stalled_after = self->stalled_after;
  scan->now = g_get_real_time ();
  g_hash_table_iter_init (&iter, self->runs);
  while (g_hash_table_iter_next (&iter, &folder, &run))
    g_hash_table_insert (
        scan->known, g_strdup (folder), g_memdup2 (&((Run *) run)->known, sizeof (MnsRunKnown)));
  return scan;
}

static gboolean
settle_cb (gpointer data)
{
  MnsRunWatcher *self = data;

  self->settle_timer = 0;
  begin_scan (self);
  return G_SOURCE_REMOVE;
}

static void
event_cb (
    GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, MnsRunWatcher *self)
{
  if (self->is_running && self->settle_timer == 0)
    self->settle_timer = g_timeout_add (SETTLE_MS, settle_cb, self);
}

static GFileMonitor *
monitor_folder (MnsRunWatcher *self, const char *folder)
{
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  GFileMonitor *monitor = g_file_monitor_directory (file, G_FILE_MONITOR_NONE, NULL, NULL);

  /* Too many watches, or a file system without them: the clock does it alone. What came about
   * between the look and the watch is found by one more pass.
   */
  if (monitor != NULL)
    self->is_stale = TRUE;
  if (monitor != NULL)
    g_signal_connect_object (monitor, "changed", G_CALLBACK (event_cb), self, 0);
  return monitor;
}

/* A run that goes on is watched closely, one that ended is not: thousands lie in a root. */
static void
update_monitors (MnsRunWatcher *self, Run *run)
{
  g_autofree char *interop = g_build_filename (run->look->folder, "InterOp", NULL);
  MnsRunState state = run->look->verdict.state;

  if (!self->is_running || mns_run_state_is_final (state) || state == MNS_RUN_STATE_STALLED)
    {
      drop_monitors (run);
      return;
    }
  if (run->monitors[0] == NULL)
    run->monitors[0] = monitor_folder (self, run->look->folder);
  if (run->monitors[1] == NULL && g_file_test (interop, G_FILE_TEST_IS_DIR))
    run->monitors[1] = monitor_folder (self, interop);
}

static gboolean
is_same (const MnsRunLook *a, const MnsRunLook *b)
{
  return a->verdict.state == b->verdict.state && a->verdict.cycle == b->verdict.cycle &&
         a->verdict.cycles == b->verdict.cycles && g_strcmp0 (a->run_id, b->run_id) == 0 &&
         g_strcmp0 (a->model.name, b->model.name) == 0;
}

static void
take_seen (MnsRunWatcher *self, MnsRunSeen *seen, gint64 now)
{
  Run *run = g_hash_table_lookup (self->runs, seen->folder);
  gboolean is_new = run == NULL;
  gboolean is_changed;

  if (seen->look == NULL)
    return;
  self->n_looks++;
  if (is_new)
    {
      run = g_new0 (Run, 1);
      g_hash_table_insert (self->runs, g_strdup (seen->folder), run);
    }
  is_changed = is_new || !is_same (run->look, seen->look);
  mns_run_look_free (run->look);
  run->look = g_steal_pointer (&seen->look);
  run->known.state = run->look->verdict.state;
  run->known.looked_at = now;
  run->known.folder_mtime = seen->folder_mtime;
  update_monitors (self, run);
  if (is_changed)
    g_signal_emit (self, signals[SIGNAL_CHANGED], 0, run->look, is_new);
}

static gboolean
is_below (const char *folder, const char *root)
{
  gsize length = strlen (root);

  return g_str_has_prefix (folder, root) &&
         (folder[length] == '\0' || folder[length] == '/' || g_str_has_suffix (root, "/"));
}

static gboolean
is_below_fault (const MnsRunScan *scan, const char *folder)
{
  for (guint i = 0; i < scan->faults->len; i++)
    if (is_below (folder, ((MnsRootFault *) g_ptr_array_index (scan->faults, i))->root))
      return TRUE;
  return FALSE;
}

/* Runs that the pass did not meet are gone, unless their root could not be listed: a share that is
 * away for a minute must not look like a thousand deleted runs.
 */
static void
drop_vanished (MnsRunWatcher *self, const MnsRunScan *scan)
{
  g_autoptr (GHashTable) there = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer folder;

  for (guint i = 0; i < scan->seen->len; i++)
    g_hash_table_add (there, ((MnsRunSeen *) g_ptr_array_index (scan->seen, i))->folder);
  g_hash_table_iter_init (&iter, self->runs);
  while (g_hash_table_iter_next (&iter, &folder, NULL))
    if (!g_hash_table_contains (there, folder) && !is_below_fault (scan, folder))
      g_ptr_array_add (gone, g_strdup (folder));
  for (guint i = 0; i < gone->len; i++)
    {
      g_hash_table_remove (self->runs, g_ptr_array_index (gone, i));
      g_signal_emit (self, signals[SIGNAL_VANISHED], 0, g_ptr_array_index (gone, i));
    }
}

static void
tell_faults (MnsRunWatcher *self, const MnsRunScan *scan)
{
  g_autoptr (GHashTable) before = g_steal_pointer (&self->failed_roots);

  self->failed_roots = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < scan->faults->len; i++)
    {
      const MnsRootFault *fault = g_ptr_array_index (scan->faults, i);

      g_hash_table_add (self->failed_roots, g_strdup (fault->root));
      if (!g_hash_table_contains (before, fault->root))
        g_signal_emit (self, signals[SIGNAL_ROOT_FAILED], 0, fault->root, fault->error);
    }
}

static void
update_places (MnsRunWatcher *self, const MnsRunScan *scan)
{
  for (guint i = 0; self->is_running && i < scan->places->len; i++)
    {
      const char *place = g_ptr_array_index (scan->places, i);
      GFileMonitor *monitor =
          g_hash_table_contains (self->places, place) ? NULL : monitor_folder (self, place);

      if (monitor != NULL)
        g_hash_table_insert (self->places, g_strdup (place), monitor);
    }
}

static void
take_scan (MnsRunWatcher *self, MnsRunScan *scan)
{
  g_object_ref (self); /* a handler may drop the last reference */
  update_places (self, scan);
  tell_faults (self, scan);
  drop_vanished (self, scan);
  for (guint i = 0; i < scan->seen->len; i++)
    take_seen (self, g_ptr_array_index (scan->seen, i), scan->now);
  g_object_unref (self);
}

static void
scan_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  mns_run_scan_run (data);
  g_task_return_boolean (task, TRUE);
}

static void
scan_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  MnsRunWatcher *self = MNS_RUN_WATCHER (source);
  gboolean is_stale = self->is_stale;

  self->is_scanning = FALSE;
  self->is_stale = FALSE;
  if (!g_task_propagate_boolean (G_TASK (result), NULL) || !self->is_running)
    return;
  take_scan (self, g_task_get_task_data (G_TASK (result)));
  if (is_stale || self->is_stale)
    begin_scan (self);
}

static void
begin_scan (MnsRunWatcher *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->is_scanning)
    {
      self->is_stale = TRUE;
      return;
    }
  self->is_scanning = TRUE;
  task = g_task_new (self, self->cancellable, scan_done_cb, NULL);
  g_task_set_task_data (task, prepare_scan (self), (GDestroyNotify) mns_run_scan_free);
  g_task_run_in_thread (task, scan_in_thread);
}

static gboolean
timer_cb (gpointer data)
{
  begin_scan (data);
  return G_SOURCE_CONTINUE;
}

static gboolean
is_remote (const char *root)
{
  g_autoptr (GFile) file = g_file_new_for_path (root);
  g_autoptr (GFileInfo) info =
      g_file_query_filesystem_info (file, G_FILE_ATTRIBUTE_FILESYSTEM_REMOTE, NULL, NULL);

  return info == NULL ||
         g_file_info_get_attribute_boolean (info, G_FILE_ATTRIBUTE_FILESYSTEM_REMOTE);
}

static gboolean
has_remote_root (MnsRunWatcher *self)
{
  for (guint i = 0; self->roots[i] != NULL; i++)
    if (is_remote (self->roots[i]))
      return TRUE;
  return FALSE;
}

static void
mns_run_watcher_dispose (GObject *object)
{
  MnsRunWatcher *self = MNS_RUN_WATCHER (object);

  mns_run_watcher_stop (self);

  G_OBJECT_CLASS (mns_run_watcher_parent_class)->dispose (object);
}

static void
mns_run_watcher_finalize (GObject *object)
{
  MnsRunWatcher *self = MNS_RUN_WATCHER (object);

  g_clear_pointer (&self->roots, g_strfreev);
  g_clear_pointer (&self->runs, g_hash_table_unref);
  g_clear_pointer (&self->places, g_hash_table_unref);
  g_clear_pointer (&self->failed_roots, g_hash_table_unref);
  g_clear_pointer (&self->models, mns_model_table_free);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (mns_run_watcher_parent_class)->finalize (object);
}

static void
mns_run_watcher_class_init (MnsRunWatcherClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_run_watcher_dispose;
  G_OBJECT_CLASS (klass)->finalize = mns_run_watcher_finalize;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed",
                                          type,
                                          G_SIGNAL_RUN_LAST,
                                          0,
                                          NULL,
                                          NULL,
                                          NULL,
                                          G_TYPE_NONE,
                                          2,
                                          G_TYPE_POINTER,
                                          G_TYPE_BOOLEAN);
  signals[SIGNAL_VANISHED] = g_signal_new (
      "vanished", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_ROOT_FAILED] = g_signal_new ("root-failed",
                                              type,
                                              G_SIGNAL_RUN_LAST,
                                              0,
                                              NULL,
                                              NULL,
                                              NULL,
                                              G_TYPE_NONE,
                                              2,
                                              G_TYPE_STRING,
                                              G_TYPE_ERROR);
}

static void
mns_run_watcher_init (MnsRunWatcher *self)
{
  self->interval = DEFAULT_INTERVAL;
  self->models = mns_model_table_new ();
  self->runs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_run);
  self->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, cancel_monitor);
  self->failed_roots = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * mns_run_watcher_new:
 * @roots: (array zero-terminated=1): folders of runs, run folders at once or one folder below, or
 *   single runs
 *
 * Returns: (transfer full): a watcher that does nothing yet
 */
MnsRunWatcher *
mns_run_watcher_new (const char *const *roots)
{
  MnsRunWatcher *self;

  g_return_val_if_fail (roots != NULL, NULL);

  self = g_object_new (MNS_TYPE_RUN_WATCHER, NULL);
  self->roots = g_strdupv ((char **) roots);
  return self;
}

/**
 * mns_run_watcher_set_models:
 * @self: a watcher that has not been started
 * @models: (transfer full): the instruments known
 */
void
mns_run_watcher_set_models (MnsRunWatcher *self, MnsModelTable *models)
{
  g_return_if_fail (MNS_IS_RUN_WATCHER (self) && models != NULL);
  g_return_if_fail (g_hash_table_size (self->runs) == 0 && !self->is_scanning);

  g_clear_pointer (&self->models, mns_model_table_free);
  self->models = models;
}

/* Seconds between two passes over a share; the default is 60. */
void
mns_run_watcher_set_interval (MnsRunWatcher *self, guint seconds)
{
  g_return_if_fail (MNS_IS_RUN_WATCHER (self) && seconds > 0);

  self->interval = seconds;
}

/* Microseconds without a change after which a run is stalled; 0 for 24 hours. */
void
mns_run_watcher_set_stalled_after (MnsRunWatcher *self, gint64 microseconds)
{
  g_return_if_fail (MNS_IS_RUN_WATCHER (self) && microseconds >= 0);

  self->stalled_after = microseconds;
}

/**
 * mns_run_watcher_scan:
 * @self: a watcher
 *
 * Makes one pass at once and tells what it found. It blocks as long as the file system does, so
 * it is for programs that have nothing else to do.
 */
void
mns_run_watcher_scan (MnsRunWatcher *self)
{
  MnsRunScan *scan;

  g_return_if_fail (MNS_IS_RUN_WATCHER (self));

  scan = prepare_scan (self);
  mns_run_scan_run (scan);
  take_scan (self, scan);
  mns_run_scan_free (scan);
}

/**
 * mns_run_watcher_start:
 * @self: a watcher
 *
 * Watches from now on, in the default main context. The first pass begins at once.
 */
void
mns_run_watcher_start (MnsRunWatcher *self)
{
  guint seconds;

  g_return_if_fail (MNS_IS_RUN_WATCHER (self));

  if (self->is_running)
    return;
  self->is_running = TRUE;
  self->cancellable = g_cancellable_new ();
  seconds = has_remote_root (self) ? self->interval : self->interval * LOCAL_FACTOR;
  self->timer = g_timeout_add_seconds (seconds, timer_cb, self);
  begin_scan (self);
}

/* Stops at once; a pass under way ends in its thread and is not told any more. */
void
mns_run_watcher_stop (MnsRunWatcher *self)
{
  GHashTableIter iter;
  gpointer run;

  g_return_if_fail (MNS_IS_RUN_WATCHER (self));

  self->is_running = FALSE;
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->settle_timer, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_hash_table_remove_all (self->places);
  g_hash_table_iter_init (&iter, self->runs);
  while (g_hash_table_iter_next (&iter, NULL, &run))
    drop_monitors (run);
}

guint
mns_run_watcher_get_n_runs (MnsRunWatcher *self)
{
  g_return_val_if_fail (MNS_IS_RUN_WATCHER (self), 0);

  return g_hash_table_size (self->runs);
}

/* How often a run folder was looked into so far: what watching costs. */
guint
mns_run_watcher_get_n_looks (MnsRunWatcher *self)
{
  g_return_val_if_fail (MNS_IS_RUN_WATCHER (self), 0);

  return self->n_looks;
}

/**
 * mns_run_watcher_find:
 * @self: a watcher
 * @folder: path of a run folder, as told by "changed"
 *
 * Returns: (transfer none) (nullable): the last look at it
 */
const MnsRunLook *
mns_run_watcher_find (MnsRunWatcher *self, const char *folder)
{
  Run *run;

  g_return_val_if_fail (MNS_IS_RUN_WATCHER (self) && folder != NULL, NULL);

  run = g_hash_table_lookup (self->runs, folder);
  return run != NULL ? run->look : NULL;
}
