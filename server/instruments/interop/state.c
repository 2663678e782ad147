/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A look at a run's InterOp folder: which files are there, which grew, and what has to be read
 * again because a file turned out not to belong to the run or to repeat records.
 */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/instruments/interop/state-private.h"
#include "sync/model/error.h"

static void
clear_set_aside (gpointer data)
{
  MnsSetAside *entry = data;

  g_free (entry->file);
  g_free (entry->rule);
}

static void
map_cycles (MnsInteropState *self)
{
  self->cycles = g_new0 (MnsCyclePlace, self->n_cycles + 1);
  for (guint i = 0; i < self->n_reads; i++)
    {
      const MnsRunRead *read = &self->info->reads[i];

      for (guint cycle = read->first_cycle; cycle <= read->last_cycle; cycle++)
        self->cycles[cycle] = (MnsCyclePlace){
          .read = (guint8) i,
          .is_usable = cycle < read->last_cycle,
          .in_read = (guint16) (cycle - read->first_cycle + 1),
        };
    }
}

/**
 * mns_interop_state_new:
 * @folder: a run folder
 * @info: (transfer none): what its RunInfo.xml says; must live as long as the state
 * @flags: what to keep
 *
 * Makes a state that has not looked yet.
 *
 * Returns: (transfer full): the state
 */
MnsInteropState *
mns_interop_state_new (const char *folder, const MnsRunInfo *info, MnsInteropFlags flags)
{
  MnsInteropState *self = NULL;

  g_return_val_if_fail (folder != NULL, NULL);
  g_return_val_if_fail (info != NULL, NULL);

  self = g_new0 (MnsInteropState, 1);
  self->folder = g_strdup (folder);
  self->info = info;
  self->flags = flags;
  self->n_reads = info->n_reads;
  self->n_cycles = info->total_cycles;
  map_cycles (self);
  for (guint i = 0; i < MNS_N_METRICS; i++)
    self->files[i] = g_ptr_array_new_with_free_func ((GDestroyNotify) mns_interop_file_free);
  self->shapes = g_ptr_array_new_with_free_func (g_free);
  self->set_aside = g_array_new (FALSE, FALSE, sizeof (MnsSetAside));
  g_array_set_clear_func (self->set_aside, clear_set_aside);
  for (guint i = 0; i < G_N_ELEMENTS (self->summary_run); i++)
    self->summary_run[i] = NAN;
  return self;
}

void
mns_interop_state_free (MnsInteropState *self)
{
  if (self == NULL)
    return;
  mns_interop_slots_clear (self);
  g_free (self->by_cycle);
  g_free (self->lane_scores);
  for (guint i = 0; i < MNS_N_METRICS; i++)
    g_ptr_array_unref (self->files[i]);
  g_ptr_array_unref (self->shapes);
  g_array_unref (self->set_aside);
  g_free (self->cycles);
  g_free (self->buffer);
  g_free (self->folder);
  g_free (self);
}

/* Memory is taken at the first look, so that two thousand runs that are only known cost nothing. */
static gboolean
make_room (MnsInteropState *self, GError **error)
{
  gsize n;

  if (self->slots != NULL)
    return TRUE;
  n = (gsize) ((self->info->lanes > 0 ? self->info->lanes : MNS_MAX_LANES) + 1) *
      (self->n_cycles + 1);
  if ((self->flags & MNS_INTEROP_BY_CYCLE) != 0)
    {
      self->by_cycle = g_try_new0 (MnsCycleFigures, n);
      self->lane_scores = g_try_malloc0 (n * sizeof *self->lane_scores);
    }
  if (mns_interop_slots_init (self) && ((self->flags & MNS_INTEROP_BY_CYCLE) == 0 ||
                                        (self->by_cycle != NULL && self->lane_scores != NULL)))
    return TRUE;
  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_FAILED,
               "%s: no memory for the figures of %u tiles",
               self->folder,
               self->capacity);
  return FALSE;
}

/* The metric that a file name stands for, or MNS_N_METRICS. Kinds that nobody needs are many. */
static MnsMetric
find_metric (const char *name, gboolean *is_old_name)
{
  for (guint i = 0; i < MNS_N_METRICS; i++)
    {
      gsize length = strlen (mns_metric_kinds[i].file);

      if (strncmp (name, mns_metric_kinds[i].file, length) != 0)
        continue;
      *is_old_name = strcmp (name + length, ".bin") == 0;
      if (*is_old_name || strcmp (name + length, "Out.bin") == 0)
        return i;
    }
  return MNS_N_METRICS;
}

/* Cycle of a folder C<n>.1, or 0. */
static guint
find_cycle (const char *name, guint n_cycles)
{
  char *end = NULL;
  unsigned long cycle;

  if (name[0] != 'C' || !g_ascii_isdigit (name[1]))
    return 0;
  cycle = strtoul (name + 1, &end, 10);
  return strcmp (end, ".1") == 0 && cycle <= n_cycles ? (guint) cycle : 0;
}

static MnsInteropFile *
find_file (MnsInteropState *self, MnsMetric metric, guint cycle)
{
  GPtrArray *files = self->files[metric];

  /* Looks go through the cycles in order, so the last one is the most likely. */
  for (guint i = files->len; i-- > 0;)
    {
      MnsInteropFile *file = files->pdata[i];

      if (file->cycle == cycle)
        return file;
      if (file->cycle < cycle)
        return NULL;
    }
  return NULL;
}

static MnsInteropFile *
add_file (MnsInteropState *self, MnsMetric metric, guint cycle, gboolean is_old_name)
{
  GPtrArray *files = self->files[metric];
  MnsInteropFile *file = g_new0 (MnsInteropFile, 1);
  guint place = files->len;

  file->metric = metric;
  file->cycle = cycle;
  file->is_old_name = is_old_name;
  while (place > 0 && ((MnsInteropFile *) files->pdata[place - 1])->cycle > cycle)
    place--;
  g_ptr_array_insert (files, (int) place, file);
  return file;
}

/* Empties the accumulators of a metric and lets its files be read from their start. */
static void
rewind_metric (MnsInteropState *self, MnsMetric metric)
{
  mns_interop_clear_metric (self, metric);
  for (guint i = 0; i < self->files[metric]->len; i++)
    mns_interop_file_rewind (self->files[metric]->pdata[i]);
  self->is_careful[metric] = FALSE;
  self->is_spoilt[metric] = FALSE;
}

/* Whether the file has bytes that were not read. One that shrank was written anew: all of its
 * metric is read again.
 */
static gboolean
has_grown (MnsInteropState *self, MnsInteropFile *file, int folder_fd, const char *name)
{
  struct stat info;

  if (fstatat (folder_fd, name, &info, 0) != 0)
    return FALSE;
  if ((guint64) info.st_size < file->taken + file->tail_length)
    self->is_spoilt[file->metric] = TRUE;
  return (guint64) info.st_size > file->taken + file->tail_length;
}

static int
open_folder (int at, const char *name)
{
  return openat (at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void
look_at_entry (MnsInteropState *self,
               const char *name,
               int folder_fd,
               guint cycle,
               const gboolean *skip,
               gboolean *met)
{
  gboolean is_old_name = FALSE;
  MnsMetric metric = find_metric (name, &is_old_name);
  MnsInteropFile *file = NULL;

  if (metric == MNS_N_METRICS || (skip != NULL && skip[metric]))
    return;
  if (met != NULL)
    met[metric] = TRUE;
  file = find_file (self, metric, cycle);
  if (file == NULL)
    {
      file = add_file (self, metric, cycle, is_old_name);
      mns_interop_read_file (self, file, folder_fd, mns_interop_read_forward);
      return;
    }
  /* Both spellings are there: the newer one counts. */
  if (file->is_old_name && !is_old_name)
    {
      file->is_old_name = FALSE;
      self->is_spoilt[metric] = TRUE;
      return;
    }
  if (file->is_old_name != is_old_name || file->is_set_aside ||
      !has_grown (self, file, folder_fd, name))
    return;
  mns_interop_read_file (self, file, folder_fd, mns_interop_read_forward);
}

/* A run writes cycle folders while it goes on and may join them at its end: where InterOp itself
 * has the metric, the parts no longer count.
 */
static void
drop_parts (MnsInteropState *self, MnsMetric metric)
{
  GPtrArray *files = self->files[metric];
  gboolean has_parts = FALSE;

  for (guint i = files->len; i-- > 0;)
    if (((MnsInteropFile *) files->pdata[i])->cycle > 0)
      {
        g_ptr_array_remove_index (files, i);
        has_parts = TRUE;
      }
  if (has_parts)
    rewind_metric (self, metric);
}

static int
compare_cycles (gconstpointer a, gconstpointer b)
{
  return (int) *(const guint *) a - (int) *(const guint *) b;
}

/* Lists a folder. Files directly below InterOp are read at once, in the order of the list. */
static void
look_at_folder (MnsInteropState *self, int folder_fd, GArray *cycles, gboolean *met)
{
  int list_fd = open_folder (folder_fd, ".");
  DIR *dir = list_fd >= 0 ? fdopendir (list_fd) : NULL;
  const struct dirent *entry = NULL;
  gboolean is_old_name = FALSE;

  if (dir == NULL)
    return;
  while ((entry = readdir (dir)) != NULL)
    {
      guint cycle = find_cycle (entry->d_name, self->n_cycles);
      MnsMetric metric = find_metric (entry->d_name, &is_old_name);

      if (cycle > 0)
        g_array_append_val (cycles, cycle);
      if (metric != MNS_N_METRICS)
        {
          drop_parts (self, metric);
          look_at_entry (self, entry->d_name, folder_fd, 0, NULL, met);
        }
    }
  closedir (dir);
  g_array_sort (cycles, compare_cycles);
}

static void
look_at_cycle (MnsInteropState *self, int interop_fd, guint cycle, const gboolean *skip)
{
  char name[32];
  int folder_fd;
  int list_fd;
  DIR *dir = NULL;
  const struct dirent *entry = NULL;

  g_snprintf (name, sizeof name, "C%u.1", cycle);
  folder_fd = open_folder (interop_fd, name);
  list_fd = folder_fd >= 0 ? dup (folder_fd) : -1;
  dir = list_fd >= 0 ? fdopendir (list_fd) : NULL;
  while (dir != NULL && (entry = readdir (dir)) != NULL)
    look_at_entry (self, entry->d_name, folder_fd, cycle, skip, NULL);
  if (dir != NULL)
    closedir (dir);
  if (folder_fd >= 0)
    close (folder_fd);
}

/* Where files lie that are to be read again: in a folder, or with @interop_fd below 0 in memory. */
typedef struct
{
  int interop_fd;
  MnsSource memory;
} Place;

static void
read_again (MnsInteropState *self, const Place *place, MnsInteropFile *file, MnsReadFunc read)
{
  char name[32];
  int folder_fd = -1;

  if (file->is_set_aside)
    return;
  if (place->interop_fd < 0)
    {
      read (self, file, &place->memory);
      return;
    }
  g_snprintf (name, sizeof name, "C%u.1", file->cycle);
  folder_fd = open_folder (place->interop_fd, file->cycle > 0 ? name : ".");
  if (folder_fd < 0)
    return;
  mns_interop_read_file (self, file, folder_fd, read);
  close (folder_fd);
}

/* Some file of the metric was set aside after parts of it were in the sums: the others are read
 * from their start. Each round sets one more file aside or is the last.
 */
static void
mend_spoilt (MnsInteropState *self, const Place *place, MnsMetric metric)
{
  GPtrArray *files = self->files[metric];

  while (self->is_spoilt[metric])
    {
      rewind_metric (self, metric);
      for (guint i = 0; i < files->len; i++)
        read_again (self, place, files->pdata[i], mns_interop_read_forward);
    }
}

static void
read_all_again (MnsInteropState *self, const Place *place, MnsMetric metric, MnsReadFunc read)
{
  GPtrArray *files = self->files[metric];

  self->is_backward = read == mns_interop_read_backward;
  for (guint i = 0; i < files->len; i++)
    read_again (self, place, files->pdata[self->is_backward ? files->len - 1 - i : i], read);
  self->is_backward = FALSE;
}

/* Records repeat or are out of order: all files once more from their end, with a bit for each
 * record. The phasing of the first 25 cycles needs to know before which cycles there are.
 */
static void
mend_order (MnsInteropState *self, const Place *place, MnsMetric metric)
{
  if (!self->is_careful[metric])
    return;
  if (self->seen[metric] == NULL)
    self->seen[metric] = g_malloc0 (mns_interop_seen_size (self));
  if (metric == MNS_METRIC_EMPIRICAL_PHASING)
    {
      mns_interop_clear_metric (self, metric);
      read_all_again (self, place, metric, mns_interop_read_backward);
      mns_interop_limit_phasing (self);
    }
  mns_interop_clear_metric (self, metric);
  read_all_again (self, place, metric, mns_interop_read_backward);
  self->is_careful[metric] = FALSE;
}

static void
look_at_interop (MnsInteropState *self, int interop_fd)
{
  g_autoptr (GArray) cycles = g_array_new (FALSE, FALSE, sizeof (guint));
  gboolean met[MNS_N_METRICS] = { FALSE };
  const Place place = { interop_fd, { -1, NULL, 0 } };

  look_at_folder (self, interop_fd, cycles, met);
  for (guint i = 0; i < cycles->len; i++)
    look_at_cycle (self, interop_fd, g_array_index (cycles, guint, i), met);
  for (guint i = 0; i < MNS_N_METRICS; i++)
    {
      mend_spoilt (self, &place, i);
      mend_order (self, &place, i);
    }
}

/**
 * mns_interop_state_look:
 * @self: a state
 * @error: %MNS_ERROR_FAILED without memory, %MNS_ERROR_NOT_FOUND if the run folder is gone
 *
 * Reads what is new. A run without an InterOp folder has not come so far yet, which is no error;
 * neither is a file that has to be set aside.
 *
 * Returns: %TRUE if the figures are up to date
 */
gboolean
mns_interop_state_look (MnsInteropState *self, GError **error)
{
  int run_fd;
  int interop_fd;

  g_return_val_if_fail (self != NULL, FALSE);

  if (!make_room (self, error))
    return FALSE;
  run_fd = open_folder (AT_FDCWD, self->folder);
  if (run_fd < 0)
    {
      g_set_error (
          error, MNS_ERROR, MNS_ERROR_NOT_FOUND, "%s: %s", self->folder, g_strerror (errno));
      return FALSE;
    }
  interop_fd = open_folder (run_fd, "InterOp");
  if (interop_fd >= 0)
    {
      self->buffer_size = MNS_BUFFER_SIZE;
      self->buffer = g_malloc (self->buffer_size);
      look_at_interop (self, interop_fd);
      g_clear_pointer (&self->buffer, g_free);
      close (interop_fd);
    }
  close (run_fd);
  return TRUE;
}

/**
 * mns_interop_state_look_at_bytes:
 * @self: a state
 * @metric: which metric the bytes are a file of
 * @bytes: a whole file, or as much of it as there is
 * @length: how much
 * @error: %MNS_ERROR_FAILED without memory
 *
 * Looks at a file in memory as if it lay in the run folder. Given again with more bytes, only
 * those are new.
 *
 * Returns: %TRUE if the figures are up to date
 */
gboolean
mns_interop_state_look_at_bytes (
    MnsInteropState *self, MnsMetric metric, const guint8 *bytes, gsize length, GError **error)
{
  const Place place = { -1, { -1, bytes, length } };
  MnsInteropFile *file = NULL;

  if (!make_room (self, error))
    return FALSE;
  file = find_file (self, metric, 0);
  if (file == NULL)
    file = add_file (self, metric, 0, FALSE);
  /* No larger than the bytes, so that a sanitizer sees a step beyond them. */
  self->buffer_size = CLAMP (MAX (length, file->tail_length), 1, MNS_BUFFER_SIZE);
  self->buffer = g_malloc (self->buffer_size);
  if (!file->is_set_aside)
    mns_interop_read_forward (self, file, &place.memory);
  mend_spoilt (self, &place, metric);
  mend_order (self, &place, metric);
  g_clear_pointer (&self->buffer, g_free);
  return TRUE;
}
