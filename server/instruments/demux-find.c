/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Where the statistics of a demultiplexing lie: in the run folder, below it, or in an analysis on
 * the instrument.
 */

#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "server/instruments/demux.h"

/* Analysis/<n>/Data/BCLConvert/fastq/Reports is the deepest place known. */
#define MAX_DEPTH 6

static gboolean
has_statistics (const char *folder)
{
  g_autofree char *csv = g_build_filename (folder, "Demultiplex_Stats.csv", NULL);
  g_autofree char *json = g_build_filename (folder, "Stats.json", NULL);

  return g_file_test (csv, G_FILE_TEST_IS_REGULAR) || g_file_test (json, G_FILE_TEST_IS_REGULAR);
}

static void
take_if_there (GPtrArray *found, const char *folder)
{
  if (has_statistics (folder) &&
      !g_ptr_array_find_with_equal_func (found, folder, g_str_equal, NULL))
    g_ptr_array_add (found, g_strdup (folder));
}

static gboolean
is_folder (DIR *dir, const struct dirent *entry)
{
  struct stat info;

  if (entry->d_name[0] == '.' || (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN))
    return FALSE;
  return entry->d_type == DT_DIR ||
         (fstatat (dirfd (dir), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
          S_ISDIR (info.st_mode));
}

/* Links are not followed: they may lead in a circle. Nor is any of the thousands of FASTQ files
 * looked at.
 */
static void
search (GPtrArray *found, const char *folder, guint depth)
{
  DIR *dir = opendir (folder);
  struct dirent *entry;

  if (dir == NULL)
    return;
  take_if_there (found, folder);
  while (depth < MAX_DEPTH && (entry = readdir (dir)) != NULL)
    if (is_folder (dir, entry))
      {
        g_autofree char *path = g_build_filename (folder, entry->d_name, NULL);

        search (found, path, depth + 1);
      }
  closedir (dir);
}

/* <any folder of the run>/Reports and /Stats: bcl2fastq and BCL Convert write where they are told.
 */
static void
search_outputs (GPtrArray *found, const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *reports = g_build_filename (folder, name, "Reports", NULL);
      g_autofree char *stats = g_build_filename (folder, name, "Stats", NULL);

      take_if_there (found, reports);
      take_if_there (found, stats);
    }
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * mns_demux_find:
 * @folder: a run folder, or a folder with statistics
 *
 * Returns: (transfer full) (element-type filename): all folders with statistics, by path
 */
GPtrArray *
mns_demux_find (const char *folder)
{
  static const char *const places[] = {
    "Reports",
    "Stats",
    "Data/Intensities/BaseCalls/Stats",
    "Data/Intensities/BaseCalls/Reports",
  };
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *analysis = g_build_filename (folder, "Analysis", NULL);

  take_if_there (found, folder);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *path = g_build_filename (folder, places[i], NULL);

      take_if_there (found, path);
    }
  search_outputs (found, folder);
  search (found, analysis, 0);
  g_ptr_array_sort (found, compare_paths);
  return found;
}

/**
 * mns_demux_find_sheet:
 * @run_folder: the run folder
 * @stats_folder: a folder found by mns_demux_find()
 *
 * Returns: (transfer full) (nullable): the sample sheet nearest to the statistics, between them
 *   and the run folder
 */
char *
mns_demux_find_sheet (const char *run_folder, const char *stats_folder)
{
  g_autofree char *folder = g_strdup (stats_folder);

  for (;;)
    {
      g_autofree char *sheet = g_build_filename (folder, "SampleSheet.csv", NULL);
      g_autofree char *parent = g_path_get_dirname (folder);

      if (g_file_test (sheet, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&sheet);
      if (strlen (folder) <= strlen (run_folder) || strlen (parent) >= strlen (folder))
        return NULL;
      g_free (g_steal_pointer (&folder));
      folder = g_steal_pointer (&parent);
    }
}
