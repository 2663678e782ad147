/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A shim over SQLite's own VFS. It writes through, and remembers for each file what each write
 * since the last flush replaced. When the power returns it takes them all back, newest first, and
 * does some of them again: any of them may have reached the disk before the others did. A write
 * that was under way may have been torn at a sector. Making, deleting and renaming count as
 * flushed: SQLite flushes the folder itself.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/sync/sim-power.h"

#define SECTOR 512

typedef struct
{
  gint64 offset;   /* -1: a truncation */
  GBytes *now;     /* what was written */
  GBytes *before;  /* what was there, shorter where the file ended */
  gint64 size_was; /* of the file */
  gint64 size_now;
} Change;

/* What is not flushed of one file. */
typedef struct
{
  char *path;
  GPtrArray *changes;
} Log;

typedef struct
{
  sqlite3_file base;
  Log *log;
  sqlite3_file *real;
} File;

static struct
{
  sqlite3_vfs vfs;
  sqlite3_vfs *real;
  GHashTable *logs; /* path → Log */
  char *dir;        /* of the machine that will lose its power */
  guint after;
  gboolean out;
  gboolean lying;
  gboolean held;
} power;

static void
free_change (gpointer data)
{
  Change *self = data;

  g_clear_pointer (&self->now, g_bytes_unref);
  g_bytes_unref (self->before);
  g_free (self);
}

static void
free_log (gpointer data)
{
  Log *self = data;

  g_free (self->path);
  g_ptr_array_unref (self->changes);
  g_free (self);
}

static Log *
find_log (const char *path)
{
  Log *log = g_hash_table_lookup (power.logs, path);

  if (log != NULL)
    return log;
  log = g_new0 (Log, 1);
  log->path = g_strdup (path);
  log->changes = g_ptr_array_new_with_free_func (free_change);
  g_hash_table_insert (power.logs, log->path, log);
  return log;
}

static gboolean
concerns (const char *path)
{
  return power.dir != NULL && path != NULL && g_str_has_prefix (path, power.dir) &&
         path[strlen (power.dir)] == '/';
}

/* Counts one operation; TRUE: the power has gone. */
static gboolean
goes_out (const char *path)
{
  if (!concerns (path) || power.held)
    return FALSE;
  if (!power.out && power.after-- == 0)
    power.out = TRUE;
  return power.out;
}

/* ---- a file ---- */

static sqlite3_file *
real_of (sqlite3_file *file)
{
  return ((File *) file)->real;
}

static int
close_file (sqlite3_file *file)
{
  return real_of (file)->pMethods->xClose (real_of (file));
}

static int
read_file (sqlite3_file *file, void *buffer, int n, sqlite3_int64 offset)
{
  return real_of (file)->pMethods->xRead (real_of (file), buffer, n, offset);
}

static gint64
get_size (sqlite3_file *real)
{
  sqlite3_int64 size = 0;

  return real->pMethods->xFileSize (real, &size) == SQLITE_OK ? size : 0;
}

static GBytes *
read_before (sqlite3_file *real, gint64 offset, gint64 n, gint64 size)
{
  gint64 length = CLAMP (size - offset, 0, n);
  char *data = g_malloc0 ((gsize) MAX (length, 1));

  if (length > 0)
    real->pMethods->xRead (real, data, (int) length, offset);
  return g_bytes_new_take (data, (gsize) length);
}

static void
remember (File *self, gint64 offset, const void *data, gint64 n)
{
  Change *change;
  gint64 size;

  if (self->log == NULL)
    return;
  change = g_new0 (Change, 1);
  size = get_size (self->real);
  change->offset = offset;
  change->size_was = size;
  if (data != NULL)
    {
      change->now = g_bytes_new (data, (gsize) n);
      change->before = read_before (self->real, offset, n, size);
      change->size_now = MAX (size, offset + n);
    }
  else
    {
      change->before = read_before (self->real, n, MAX (size - n, 0), size);
      change->size_now = n;
    }
  g_ptr_array_add (self->log->changes, change);
}

static const char *
path_of (File *self)
{
  return self->log != NULL ? self->log->path : NULL;
}

static int
write_file (sqlite3_file *file, const void *buffer, int n, sqlite3_int64 offset)
{
  File *self = (File *) file;

  /* the write during which it goes is on the disk or not, as those before it */
  if (power.out && concerns (path_of (self)))
    return SQLITE_IOERR_WRITE;
  remember (self, offset, buffer, n);
  if (goes_out (path_of (self)))
    {
      self->real->pMethods->xWrite (self->real, buffer, n, offset);
      return SQLITE_IOERR_WRITE;
    }
  return self->real->pMethods->xWrite (self->real, buffer, n, offset);
}

static int
truncate_file (sqlite3_file *file, sqlite3_int64 size)
{
  File *self = (File *) file;

  if (power.out && concerns (path_of (self)))
    return SQLITE_IOERR_TRUNCATE;
  remember (self, -1, NULL, size);
  return self->real->pMethods->xTruncate (self->real, size);
}

static int
sync_file (sqlite3_file *file, int flags)
{
  File *self = (File *) file;

  if (goes_out (path_of (self)))
    return SQLITE_IOERR_FSYNC;
  if (self->log != NULL && !power.lying)
    g_ptr_array_set_size (self->log->changes, 0);
  return SQLITE_OK; /* nothing here has to reach a real disk */
}

static int
get_file_size (sqlite3_file *file, sqlite3_int64 *size)
{
  return real_of (file)->pMethods->xFileSize (real_of (file), size);
}

static int
lock_file (sqlite3_file *file, int level)
{
  return real_of (file)->pMethods->xLock (real_of (file), level);
}

static int
unlock_file (sqlite3_file *file, int level)
{
  return real_of (file)->pMethods->xUnlock (real_of (file), level);
}

static int
check_lock (sqlite3_file *file, int *out)
{
  return real_of (file)->pMethods->xCheckReservedLock (real_of (file), out);
}

static int
control (sqlite3_file *file, int op, void *arg)
{
  return real_of (file)->pMethods->xFileControl (real_of (file), op, arg);
}

static int
get_sector (sqlite3_file *file)
{
  return real_of (file)->pMethods->xSectorSize (real_of (file));
}

static int
get_traits (sqlite3_file *file)
{
  return real_of (file)->pMethods->xDeviceCharacteristics (real_of (file));
}

static int
map_shared (sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
  return real_of (file)->pMethods->xShmMap (real_of (file), page, size, extend, out);
}

static int
lock_shared (sqlite3_file *file, int offset, int n, int flags)
{
  return real_of (file)->pMethods->xShmLock (real_of (file), offset, n, flags);
}

static void
barrier (sqlite3_file *file)
{
  real_of (file)->pMethods->xShmBarrier (real_of (file));
}

static int
unmap_shared (sqlite3_file *file, int delete)
{
  return real_of (file)->pMethods->xShmUnmap (real_of (file), delete);
}

/* Version 2: no memory mapping, which would write past us. */
static const sqlite3_io_methods methods = {
  2,           close_file,  read_file,    write_file, truncate_file, sync_file,  get_file_size,
  lock_file,   unlock_file, check_lock,   control,    get_sector,    get_traits, map_shared,
  lock_shared, barrier,     unmap_shared, NULL,       NULL,
};

/* ---- the file system ---- */

static int
open_file (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  File *self = (File *) file;
  int result;

  self->real = (sqlite3_file *) (self + 1);
  self->log = NULL;
  result = power.real->xOpen (power.real, name, self->real, flags, out_flags);
  self->base.pMethods = self->real->pMethods != NULL ? &methods : NULL;
  if (result == SQLITE_OK && name != NULL &&
      (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0)
    self->log = find_log (name);
  if (self->log != NULL && get_size (self->real) == 0)
    g_ptr_array_set_size (self->log->changes, 0); /* those of a file that had the name before */
  return result;
}

static int
delete_file (sqlite3_vfs *vfs, const char *name, int sync_dir)
{
  Log *log = g_hash_table_lookup (power.logs, name);

  if (power.out && concerns (name))
    return SQLITE_IOERR_DELETE;
  if (log != NULL)
    g_ptr_array_set_size (log->changes, 0);
  return power.real->xDelete (power.real, name, 0);
}

void
sim_power_install (void)
{
  if (power.real != NULL)
    return;
  power.logs = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_log);
  power.real = sqlite3_vfs_find (NULL);
  g_assert_nonnull (power.real);
  power.vfs = *power.real;
  power.vfs.zName = "power";
  power.vfs.pNext = NULL;
  power.vfs.szOsFile = (int) sizeof (File) + power.real->szOsFile;
  power.vfs.xOpen = open_file;
  power.vfs.xDelete = delete_file;
  g_assert_cmpint (sqlite3_vfs_register (&power.vfs, 1), ==, SQLITE_OK);
}

void
sim_power_set_lying (gboolean lying)
{
  power.lying = lying;
}

void
sim_power_arm (const char *dir, guint after)
{
  g_free (power.dir);
  power.dir = g_strdup (dir);
  power.after = after;
  power.out = FALSE;
}

void
sim_power_cut (const char *dir)
{
  sim_power_arm (dir, 0);
  power.out = TRUE;
}

void
sim_power_hold (gboolean hold)
{
  power.held = hold;
}

/* The client flushes a finished file itself; GLib and SQLite call this one too. */
int
fsync (int fd)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *path = power.real != NULL ? g_file_read_link (link, NULL) : NULL;
  Log *log = path != NULL ? g_hash_table_lookup (power.logs, path) : NULL;

  if (power.real == NULL)
    return (int) syscall (SYS_fsync, fd);
  if (goes_out (path))
    {
      errno = EIO;
      return -1;
    }
  if (log != NULL && !power.lying)
    g_ptr_array_set_size (log->changes, 0);
  return 0;
}

gboolean
sim_power_is_out (const char *dir)
{
  return power.out && g_strcmp0 (power.dir, dir) == 0;
}

/* ---- what is left ---- */

static void
write_at (int fd, GBytes *bytes, gint64 offset, gsize length)
{
  const char *data = g_bytes_get_data (bytes, NULL);

  if (length > 0)
    g_assert_cmpint (pwrite (fd, data, length, offset), ==, (gssize) length);
}

static void
take_back (int fd, const Change *change)
{
  gint64 at = change->offset >= 0 ? change->offset : change->size_now;

  write_at (fd, change->before, at, g_bytes_get_size (change->before));
  g_assert_cmpint (ftruncate (fd, change->size_was), ==, 0);
}

/* Returns whether anything of it was lost. */
static gboolean
do_again (int fd, const Change *change, GRand *random)
{
  gsize length = change->now != NULL ? g_bytes_get_size (change->now) : 0;

  if (g_rand_int_range (random, 0, 3) == 0)
    return TRUE;
  if (change->now == NULL)
    {
      g_assert_cmpint (ftruncate (fd, change->size_now), ==, 0);
      return FALSE;
    }
  if (length <= SECTOR || g_rand_int_range (random, 0, 4) > 0)
    {
      write_at (fd, change->now, change->offset, length);
      return FALSE;
    }
  length = SECTOR * (gsize) g_rand_int_range (random, 1, (gint32) (length / SECTOR) + 1);
  write_at (fd, change->now, change->offset, length);
  return TRUE;
}

static guint
settle (Log *log, GRand *random)
{
  int fd = g_open (log->path, O_RDWR | O_CLOEXEC, 0);
  guint lost = 0;

  if (fd < 0)
    {
      g_ptr_array_set_size (log->changes, 0);
      return 0;
    }
  for (guint i = log->changes->len; i > 0; i--)
    take_back (fd, g_ptr_array_index (log->changes, i - 1));
  for (guint i = 0; i < log->changes->len; i++)
    lost += do_again (fd, g_ptr_array_index (log->changes, i), random);
  close (fd);
  g_ptr_array_set_size (log->changes, 0);
  return lost;
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

guint
sim_power_return (const char *dir, GRand *random)
{
  g_autoptr (GList) paths = g_list_sort (g_hash_table_get_keys (power.logs), compare_paths);
  g_autofree char *prefix = g_strconcat (dir, "/", NULL);
  guint lost = 0;

  for (GList *l = paths; l != NULL; l = l->next)
    {
      g_autofree char *shared = g_strconcat (l->data, "-shm", NULL);

      if (!g_str_has_prefix (l->data, prefix))
        continue;
      lost += settle (g_hash_table_lookup (power.logs, l->data), random);
      g_unlink (shared); /* memory is gone in any case */
    }
  g_clear_pointer (&power.dir, g_free);
  power.out = FALSE;
  return lost;
}

static gboolean
is_below (gpointer path, gpointer log, gpointer prefix)
{
  return g_str_has_prefix (path, prefix);
}

void
sim_power_forget (const char *dir)
{
  g_autofree char *prefix = g_strconcat (dir, "/", NULL);

  if (power.logs != NULL)
    g_hash_table_foreach_remove (power.logs, is_below, prefix);
  g_clear_pointer (&power.dir, g_free);
  power.out = FALSE;
}
