/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Finds the runs below some roots and looks at those that may have changed. A run that ended is
 * only stat()ed, and looked at again from time to time: an analysis may still be added to it.
 */

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "server/instruments/run-scan.h"
#include "sync/model/error.h"

/* Root, instrument, run: labs have one folder between root and run, or none. */
#define MAX_DEPTH 2
#define LOOK_AGAIN_STALLED (10 * G_TIME_SPAN_MINUTE)
#define LOOK_AGAIN_FINAL G_TIME_SPAN_HOUR
#define RACY (2 * G_TIME_SPAN_SECOND)

static void
free_seen (gpointer data)
{
  MnsRunSeen *seen = data;

  g_free (seen->folder);
  mns_run_look_free (seen->look);
  g_free (seen);
}

static void
free_fault (gpointer data)
{
  MnsRootFault *fault = data;

  g_free (fault->root);
  g_clear_error (&fault->error);
  g_free (fault);
}

MnsRunScan *
mns_run_scan_new (void)
{
  MnsRunScan *self = g_new0 (MnsRunScan, 1);

  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->seen = g_ptr_array_new_with_free_func (free_seen);
  self->faults = g_ptr_array_new_with_free_func (free_fault);
  self->places = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
mns_run_scan_free (MnsRunScan *self)
{
  if (self == NULL)
    return;
  g_strfreev (self->roots);
  g_hash_table_unref (self->known);
  g_ptr_array_unref (self->seen);
  g_ptr_array_unref (self->faults);
  g_ptr_array_unref (self->places);
  g_free (self);
}

static gint64
mtime_of (const struct stat *info)
{
  return (gint64) info->st_mtim.tv_sec * G_USEC_PER_SEC + info->st_mtim.tv_nsec / 1000;
}

static gboolean
needs_look (const MnsRunScan *self, const MnsRunKnown *known, gint64 folder_mtime)
{
  gint64 age;

  if (known == NULL || known->folder_mtime != folder_mtime)
    return TRUE;
  /* Clocks of file systems tick coarsely: what changed just before the last look may have changed
   * again just after it.
   */
  if (known->looked_at - folder_mtime < RACY)
    return TRUE;
  age = self->now - known->looked_at;
  if (known->state == MNS_RUN_STATE_STALLED)
    return age > LOOK_AGAIN_STALLED;
  return !mns_run_state_is_final (known->state) || age > LOOK_AGAIN_FINAL;
}

static void
take_run (MnsRunScan *self, const char *folder, gint64 folder_mtime)
{
  const MnsRunKnown *known = g_hash_table_lookup (self->known, folder);
  MnsRunSeen *seen = g_new0 (MnsRunSeen, 1);

  seen->folder = g_strdup (folder);
  seen->folder_mtime = folder_mtime;
  if (needs_look (self, known, folder_mtime))
    seen->look = mns_run_look (folder, self->models, self->stalled_after, self->now, NULL);
  g_ptr_array_add (self->seen, seen);
}

static gboolean
is_run (const MnsRunScan *self, const char *folder)
{
  g_autofree char *info = NULL;

  if (g_hash_table_contains (self->known, folder))
    return TRUE;
  info = g_build_filename (folder, "RunInfo.xml", NULL);
  return g_file_test (info, G_FILE_TEST_EXISTS);
}

static gboolean scan_folder (MnsRunScan *self, const char *folder, guint depth);

static void
scan_entry (MnsRunScan *self, const char *folder, const char *name, guint depth)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  struct stat info;

  if (stat (path, &info) < 0 || !S_ISDIR (info.st_mode))
    return;
  if (is_run (self, path))
    take_run (self, path, mtime_of (&info));
  else if (depth < MAX_DEPTH)
    scan_folder (self, path, depth + 1);
}

/* %FALSE with errno set if the folder cannot be listed. */
static gboolean
scan_folder (MnsRunScan *self, const char *folder, guint depth)
{
  DIR *dir = opendir (folder);
  struct dirent *entry;

  if (dir == NULL)
    return FALSE;
  g_ptr_array_add (self->places, g_strdup (folder));
  while ((entry = readdir (dir)) != NULL)
    if (entry->d_name[0] != '.' &&
        (entry->d_type == DT_DIR || entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN))
      scan_entry (self, folder, entry->d_name, depth);
  closedir (dir);
  return TRUE;
}

static void
scan_root (MnsRunScan *self, const char *root)
{
  MnsRootFault *fault;
  struct stat info;
  int saved;

  if (stat (root, &info) == 0 && S_ISDIR (info.st_mode) && is_run (self, root))
    {
      take_run (self, root, mtime_of (&info));
      return;
    }
  if (scan_folder (self, root, 1))
    return;
  saved = errno;
  fault = g_new0 (MnsRootFault, 1);
  fault->root = g_strdup (root);
  fault->error = g_error_new (MNS_ERROR,
                              saved == ENOENT ? MNS_ERROR_NOT_FOUND : MNS_ERROR_FAILED,
                              "%s: the folder of runs cannot be listed: %s",
                              root,
                              g_strerror (saved));
  g_ptr_array_add (self->faults, fault);
}

/* Makes the pass: fills `seen`, `faults` and `places`. */
void
mns_run_scan_run (MnsRunScan *self)
{
  for (guint i = 0; self->roots[i] != NULL; i++)
    scan_root (self, self->roots[i]);
}
