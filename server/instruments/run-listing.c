/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A look at a run folder by names only. It opens a handful of folders and no file, so thousands of
 * runs can be looked at in a second.
 */

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/instruments/run-listing.h"
#include "sync/model/error.h"

/* More names than any instrument makes in one folder. */
#define MAX_ENTRIES 100000

typedef struct
{
  gint64 size;
  gint64 mtime;
} Entry;

struct _MnsRunListing
{
  GHashTable *entries;
  gint64 newest;
  guint cycle_folder;
};

MnsRunListing *
mns_run_listing_new (void)
{
  MnsRunListing *self = g_new0 (MnsRunListing, 1);

  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
mns_run_listing_free (MnsRunListing *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->entries);
  g_free (self);
}

/* The number of a folder named C<n>.1, 0 for any other name. */
static guint
cycle_of_name (const char *name)
{
  char *end;
  guint64 cycle;

  if (g_ascii_tolower (*name) != 'c' || !g_ascii_isdigit (name[1]))
    return 0;
  cycle = g_ascii_strtoull (name + 1, &end, 10);
  return cycle <= 100000 && g_str_equal (end, ".1") ? (guint) cycle : 0;
}

/**
 * mns_run_listing_add:
 * @self: a listing
 * @path: path below the run folder
 * @size: bytes, -1 for a folder
 * @mtime: time of the last change
 */
void
mns_run_listing_add (MnsRunListing *self, const char *path, gint64 size, gint64 mtime)
{
  const char *base;
  Entry *entry;

  g_return_if_fail (self != NULL && path != NULL);

  base = strrchr (path, '/');
  entry = g_new (Entry, 1);
  entry->size = size;
  entry->mtime = mtime;
  g_hash_table_replace (self->entries, g_ascii_strdown (path, -1), entry);
  self->newest = MAX (self->newest, mtime);
  if (size < 0 && base != NULL)
    self->cycle_folder = MAX (self->cycle_folder, cycle_of_name (base + 1));
}

static gboolean
is_looked_at (int fd, const char *name, struct stat *info)
{
  return name[0] != '.' && fstatat (fd, name, info, 0) == 0 &&
         (S_ISREG (info->st_mode) || S_ISDIR (info->st_mode));
}

/* Adds the names in @folder/@below; %FALSE if it is not there. */
static gboolean
list_folder (MnsRunListing *self, const char *folder, const char *below)
{
  g_autofree char *path = g_build_filename (folder, below, NULL);
  DIR *dir = opendir (path);
  struct dirent *entry;

  if (dir == NULL)
    return FALSE;
  for (guint n = 0; n < MAX_ENTRIES && (entry = readdir (dir)) != NULL; n++)
    {
      g_autofree char *name = NULL;
      struct stat info;

      if (!is_looked_at (dirfd (dir), entry->d_name, &info))
        continue;
      name =
          *below != '\0' ? g_strconcat (below, "/", entry->d_name, NULL) : g_strdup (entry->d_name);
      mns_run_listing_add (self,
                           name,
                           S_ISDIR (info.st_mode) ? -1 : (gint64) info.st_size,
                           (gint64) info.st_mtim.tv_sec * G_USEC_PER_SEC +
                               info.st_mtim.tv_nsec / 1000);
    }
  closedir (dir);
  return TRUE;
}

/* Analysis/<n>: the flags of the analysis and, wherever its version puts them, its statistics. */
static void
list_analyses (MnsRunListing *self, const char *folder)
{
  static const char *const reports[] = {
    "Data/BCLConvert/fastq/Reports",
    "Data/Demux",
    "Data/Reports",
  };

  if (!list_folder (self, folder, "Analysis"))
    return;
  for (guint i = 1; i < 100; i++)
    {
      g_autofree char *analysis = g_strdup_printf ("Analysis/%u", i);

      if (!mns_run_listing_has (self, analysis))
        continue;
      list_folder (self, folder, analysis);
      for (guint j = 0; j < G_N_ELEMENTS (reports); j++)
        {
          g_autofree char *below = g_build_filename (analysis, reports[j], NULL);

          list_folder (self, folder, below);
        }
    }
}

/**
 * mns_run_listing_read:
 * @folder: a run folder
 * @error: why it cannot be listed
 *
 * Returns: (transfer full) (nullable): its listing
 */
MnsRunListing *
mns_run_listing_read (const char *folder, GError **error)
{
  g_autoptr (MnsRunListing) self = mns_run_listing_new ();

  g_return_val_if_fail (folder != NULL, NULL);

  if (!list_folder (self, folder, ""))
    {
      int saved = errno;

      g_set_error (error,
                   MNS_ERROR,
                   saved == ENOENT || saved == ENOTDIR ? MNS_ERROR_NOT_FOUND : MNS_ERROR_FAILED,
                   "%s: the folder cannot be listed: %s",
                   folder,
                   g_strerror (saved));
      return NULL;
    }
  if (mns_run_listing_has (self, "InterOp"))
    list_folder (self, folder, "InterOp");
  if (mns_run_listing_has (self, "Data"))
    {
      list_folder (self, folder, "Data/Intensities/BaseCalls/L001");
      list_folder (self, folder, "Data/Intensities/BaseCalls/Stats");
      list_folder (self, folder, "Data/RTALogs");
    }
  if (mns_run_listing_has (self, "Reports"))
    list_folder (self, folder, "Reports");
  if (mns_run_listing_has (self, "Analysis"))
    list_analyses (self, folder);
  return g_steal_pointer (&self);
}

static Entry *
find_entry (const MnsRunListing *self, const char *path)
{
  g_autofree char *key = g_ascii_strdown (path, -1);

  return g_hash_table_lookup (self->entries, key);
}

/**
 * mns_run_listing_has:
 * @self: a listing
 * @path: path below the run folder, in any case of letters
 */
gboolean
mns_run_listing_has (const MnsRunListing *self, const char *path)
{
  g_return_val_if_fail (self != NULL && path != NULL, FALSE);

  return find_entry (self, path) != NULL;
}

/**
 * mns_run_listing_get_mtime:
 *
 * Returns: microseconds UTC, 0 for a path that is not there
 */
gint64
mns_run_listing_get_mtime (const MnsRunListing *self, const char *path)
{
  Entry *entry;

  g_return_val_if_fail (self != NULL && path != NULL, 0);

  entry = find_entry (self, path);
  return entry != NULL ? entry->mtime : 0;
}

/* Time of the latest change anywhere in the listing, 0 if it is empty. */
gint64
mns_run_listing_get_newest (const MnsRunListing *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->newest;
}

/* The highest n of the folders C<n>.1 in InterOp or of lane 1, 0 for none. */
guint
mns_run_listing_get_cycle_folder (const MnsRunListing *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->cycle_folder;
}

/**
 * mns_run_listing_find_ending:
 * @self: a listing
 * @beginning: beginning of a path, in lower case
 * @ending: its end, in lower case
 *
 * Returns: (transfer full) (nullable): of such paths the last one by name, in lower case
 */
char *
mns_run_listing_find_ending (const MnsRunListing *self, const char *beginning, const char *ending)
{
  const char *found = NULL;
  GHashTableIter iter;
  gpointer path;

  g_return_val_if_fail (self != NULL && beginning != NULL && ending != NULL, NULL);

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    if (g_str_has_prefix (path, beginning) && g_str_has_suffix (path, ending) &&
        (found == NULL || strcmp (found, path) < 0))
      found = path;
  return g_strdup (found);
}
