/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Files of a replica's folder. Each generation of the database has a name of its own; the file
 * "current" holds the number of the one in use and is replaced as a whole, for a database renamed
 * over another would meet the other's write-ahead log (sync-protocol.md section 8).
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "sync/client/replica-private.h"
#include "sync/model/error.h"

static gboolean
set_errno_error (GError **error, const char *what, const char *path)
{
  int code = errno;

  g_set_error (error,
               MNS_ERROR,
               code == ENOSPC || code == EDQUOT ? MNS_ERROR_FULL : MNS_ERROR_FAILED,
               "%s %s: %s",
               what,
               path,
               g_strerror (code));
  return FALSE;
}

gboolean
mns_replica_sync_dir (const char *dir, GError **error)
{
  int fd = open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean done = fd >= 0 && fsync (fd) == 0;

  if (!done)
    set_errno_error (error, "syncing the folder", dir);
  if (fd >= 0)
    close (fd);
  return done;
}

static gboolean
write_all (int fd, const char *text, gsize length)
{
  while (length > 0)
    {
      ssize_t wrote = write (fd, text, length);

      if (wrote < 0 && errno == EINTR)
        continue;
      if (wrote < 0)
        return FALSE;
      text += wrote;
      length -= wrote;
    }
  return TRUE;
}

/**
 * mns_replica_write_file:
 * @path: the file
 * @text: its whole new content
 *
 * Replaces a file: after a power cut it has the old or the new content. Mode 0600.
 */
gboolean
mns_replica_write_file (const char *path, const char *text, gsize length, GError **error)
{
  g_autofree char *dir = g_path_get_dirname (path);
  g_autofree char *next = g_strconcat (path, ".new", NULL);
  int fd = open (next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  gboolean done = fd >= 0 && write_all (fd, text, length) && fsync (fd) == 0;

  if (!done)
    set_errno_error (error, "writing", next);
  if (fd >= 0)
    close (fd);
  if (!done)
    {
      g_unlink (next);
      return FALSE;
    }
  if (g_rename (next, path) != 0)
    return set_errno_error (error, "renaming to", path);
  return mns_replica_sync_dir (dir, error);
}

char *
mns_replica_generation_path (const char *dir, guint generation)
{
  g_autofree char *name = g_strdup_printf ("replica-%06u.db", generation);

  return g_build_filename (dir, name, NULL);
}

/**
 * mns_replica_read_pointer:
 * @dir: a replica's folder
 * @generation: (out): its number; 0 if there is none yet
 *
 * Returns: (transfer full) (nullable): path of the database in use; %NULL without @error set if
 *   the folder has none
 */
char *
mns_replica_read_pointer (const char *dir, guint *generation, GError **error)
{
  g_autofree char *path = g_build_filename (dir, "current", NULL);
  g_autofree char *text = NULL;
  guint64 number = 0;

  *generation = 0;
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  if (!g_file_get_contents (path, &text, NULL, error))
    return NULL;
  g_strchomp (text);
  if (!g_ascii_string_to_unsigned (text, 10, 1, 999999, &number, NULL))
    return NULL; /* a pointer that points nowhere: the log knows what is to be rebuilt */
  *generation = (guint) number;
  return mns_replica_generation_path (dir, *generation);
}

gboolean
mns_replica_write_pointer (const char *dir, guint generation, GError **error)
{
  g_autofree char *path = g_build_filename (dir, "current", NULL);
  g_autofree char *text = g_strdup_printf ("%u\n", generation);

  return mns_replica_write_file (path, text, strlen (text), error);
}

void
mns_replica_remove_database (const char *path)
{
  static const char *const parts[] = { "", "-wal", "-shm", "-journal" };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *name = g_strconcat (path, parts[i], NULL);

      g_unlink (name);
    }
}
