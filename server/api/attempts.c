/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-api"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/api/attempts.h"
#include "sync/model/error.h"

/* More than there are threads that run commands. */
#define SLOTS 64
#define FILE_SIZE (SLOTS * sizeof (MnsId))

struct _MnsAttempts
{
  GMutex lock;
  MnsId *slots; /* mapped; the null id is a free slot */
  int fd;
  GHashTable *poisonous; /* MnsId * set */
};

static gboolean
fail (GError **error, const char *path)
{
  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_FAILED,
               "The list of running commands in %s cannot be used: %s.",
               path,
               g_strerror (errno));
  return FALSE;
}

static gboolean
map_file (MnsAttempts *self, const char *folder, GError **error)
{
  /* one file a process: several instances may share the folder, and a dead one's is taken over */
  for (guint i = 0; i < 64; i++)
    {
      g_autofree char *name = g_strdup_printf ("running-%u", i);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
      void *memory;

      self->fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
      if (self->fd < 0)
        return fail (error, path);
      if (fcntl (self->fd, F_OFD_SETLK, &lock) != 0)
        {
          close (self->fd);
          self->fd = -1;
          continue;
        }
      if (ftruncate (self->fd, FILE_SIZE) != 0)
        return fail (error, path);
      memory = mmap (NULL, FILE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, self->fd, 0);
      if (memory == MAP_FAILED)
        return fail (error, path);
      self->slots = memory;
      return TRUE;
    }
  errno = EBUSY;
  return fail (error, folder);
}

static gboolean
count_deaths (MnsTransaction *tx, gpointer data, GError **error)
{
  MnsAttempts *self = data;
  g_autoptr (MnsRows) rows = NULL;
  gint64 now = g_get_real_time ();

  for (guint i = 0; i < SLOTS; i++)
    if (!mns_id_is_null (&self->slots[i]) &&
        !mns_transaction_run (
            tx,
            "INSERT INTO command_attempt (id, deaths, at) VALUES ($id, 1, $now)"
            " ON CONFLICT (id) DO UPDATE SET deaths = command_attempt.deaths + 1,"
            " at = excluded.at",
            MNS_ARGS (MNS_ARG_ID ("id", &self->slots[i]), MNS_ARG_INT ("now", now)),
            error))
      return FALSE;
  rows = mns_transaction_query (tx,
                                "SELECT id FROM command_attempt WHERE deaths >= $most",
                                MNS_ARGS (MNS_ARG_INT ("most", MNS_ATTEMPTS_MOST)),
                                error);
  if (rows == NULL)
    return FALSE;
  g_hash_table_remove_all (self->poisonous);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    g_hash_table_add (self->poisonous, mns_id_dup (mns_rows_get_id (rows, i, 0)));
  return TRUE;
}

/**
 * mns_attempts_open:
 * @folder: of the server's state
 * @pool: to the database
 * @error: return location for an error
 *
 * Counts what the process before died of, and reads what is not to be run again.
 */
MnsAttempts *
mns_attempts_open (const char *folder, MnsPool *pool, GError **error)
{
  g_autoptr (MnsAttempts) self = g_new0 (MnsAttempts, 1);

  g_mutex_init (&self->lock);
  self->fd = -1;
  self->poisonous = g_hash_table_new_full (mns_id_hash, mns_id_equal, g_free, NULL);
  if (!map_file (self, folder, error) || !mns_pool_run_write (pool, count_deaths, self, error))
    return NULL;
  memset (self->slots, 0, FILE_SIZE);
  return g_steal_pointer (&self);
}

void
mns_attempts_free (MnsAttempts *self)
{
  if (self == NULL)
    return;
  if (self->slots != NULL)
    munmap (self->slots, FILE_SIZE);
  if (self->fd >= 0)
    close (self->fd);
  g_hash_table_unref (self->poisonous);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * mns_attempts_begin:
 * @self: (nullable): the list; %NULL keeps none
 * @command: what is about to run
 * @slot: (out): for mns_attempts_end()
 *
 * Returns: %FALSE if this command has killed a server too often: record it as an error instead
 */
gboolean
mns_attempts_begin (MnsAttempts *self, const MnsId *command, guint *slot)
{
  *slot = SLOTS;
  if (self == NULL)
    return TRUE;

  {
    g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

    if (g_hash_table_contains (self->poisonous, command))
      return FALSE;
    for (guint i = 0; i < SLOTS && *slot == SLOTS; i++)
      if (mns_id_is_null (&self->slots[i]))
        {
          self->slots[i] = *command;
          *slot = i;
        }
  }
  return TRUE;
}

void
mns_attempts_end (MnsAttempts *self, guint slot)
{
  g_autoptr (GMutexLocker) locker = NULL;

  if (self == NULL || slot >= SLOTS)
    return;
  locker = g_mutex_locker_new (&self->lock);
  memset (&self->slots[slot], 0, sizeof self->slots[slot]);
}
