/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-files"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/files/store.h"
#include "sync/model/error.h"

#define TEXT_SIZE 64
#define PIECE (1024 * 1024)
#define TIDY_AFTER_S (7 * 24 * 60 * 60)
/* Hashes of parts that are carried on from piece to piece. */
#define MOST_HASHES 256

/* What has been hashed of a part while it was written. */
typedef struct
{
  gnutls_hash_hd_t hash;
  gint64 offset;
} Carried;

struct _MnsFileStore
{
  char *root;
  char *incoming;
  GMutex lock;
  GHashTable *carried; /* path of the part -> Carried * */
};

static void
free_carried (gpointer data)
{
  Carried *self = data;

  if (self->hash != NULL)
    gnutls_hash_deinit (self->hash, NULL);
  g_free (self);
}

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error,
               MNS_ERROR,
               errno == ENOSPC || errno == EDQUOT ? MNS_ERROR_FULL : MNS_ERROR_FAILED,
               "A file cannot be stored: %s: %s.",
               what,
               g_strerror (errno));
  return FALSE;
}

gboolean
mns_sha256_is_text (const char *text)
{
  if (text == NULL || strlen (text) != TEXT_SIZE)
    return FALSE;
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isdigit (*p) && (*p < 'a' || *p > 'f'))
      return FALSE;
  return TRUE;
}

/* @text: checked by mns_sha256_is_text(). */
GBytes *
mns_sha256_parse (const char *text)
{
  guint8 bytes[TEXT_SIZE / 2];

  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] =
        (guint8) (g_ascii_xdigit_value (text[2 * i]) << 4 | g_ascii_xdigit_value (text[2 * i + 1]));
  return g_bytes_new (bytes, sizeof bytes);
}

MnsFileStore *
mns_file_store_new (const char *state, GError **error)
{
  g_autoptr (MnsFileStore) self = g_new0 (MnsFileStore, 1);

  g_mutex_init (&self->lock);
  self->root = g_build_filename (state, "files", NULL);
  self->incoming = g_build_filename (self->root, "incoming", NULL);
  self->carried = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_carried);
  if (g_mkdir_with_parents (self->incoming, 0700) != 0)
    {
      fail (error, self->incoming);
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
mns_file_store_free (MnsFileStore *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->carried);
  g_mutex_clear (&self->lock);
  g_free (self->root);
  g_free (self->incoming);
  g_free (self);
}

/* Where the bytes with this hash lie, if they are there. */
char *
mns_file_store_path (MnsFileStore *self, const char *sha256)
{
  char first[3] = { sha256[0], sha256[1], '\0' };
  char second[3] = { sha256[2], sha256[3], '\0' };

  return g_build_filename (self->root, first, second, sha256, NULL);
}

gboolean
mns_file_store_has (MnsFileStore *self, const char *sha256, gint64 *size)
{
  g_autofree char *path = mns_file_store_path (self, sha256);
  GStatBuf info;

  if (g_stat (path, &info) != 0 || !S_ISREG (info.st_mode))
    return FALSE;
  *size = info.st_size;
  return TRUE;
}

static char *
part_path (MnsFileStore *self, const char *sha256, const MnsId *person)
{
  char id[MNS_ID_TEXT_SIZE];
  g_autofree char *name = NULL;

  mns_id_print (person, id);
  name = g_strdup_printf ("%s-%s", sha256, id);
  return g_build_filename (self->incoming, name, NULL);
}

/**
 * mns_file_store_get_offset:
 *
 * Returns: how many bytes of a person's upload are here
 */
gint64
mns_file_store_get_offset (MnsFileStore *self, const char *sha256, const MnsId *person)
{
  g_autofree char *path = part_path (self, sha256, person);
  GStatBuf info;

  return g_stat (path, &info) == 0 ? info.st_size : 0;
}

/* ---- hashing ---- */

static gboolean
hash_file (int fd, gint64 until, gnutls_hash_hd_t hash, GError **error)
{
  g_autofree char *buffer = g_malloc (PIECE);

  for (gint64 at = 0; at < until;)
    {
      gssize got = pread (fd, buffer, (gsize) MIN (PIECE, until - at), at);

      if (got <= 0)
        return fail (error, "reading it again");
      gnutls_hash (hash, buffer, (gsize) got);
      at += got;
    }
  return TRUE;
}

/* The hash of the first @offset bytes: carried on, or from the file itself. */
static Carried *
take_hash (MnsFileStore *self, const char *path, int fd, gint64 offset, GError **error)
{
  Carried *carried = NULL;
  char *key = NULL;

  g_mutex_lock (&self->lock);
  if (g_hash_table_steal_extended (self->carried, path, (gpointer *) &key, (gpointer *) &carried))
    g_free (key);
  g_mutex_unlock (&self->lock);
  if (carried != NULL && carried->offset == offset)
    return carried;
  if (carried != NULL)
    free_carried (carried);

  carried = g_new0 (Carried, 1);
  carried->offset = offset;
  if (gnutls_hash_init (&carried->hash, GNUTLS_DIG_SHA256) == 0 &&
      hash_file (fd, offset, carried->hash, error))
    return carried;
  free_carried (carried);
  return NULL;
}

static void
keep_hash (MnsFileStore *self, const char *path, Carried *carried)
{
  g_mutex_lock (&self->lock);
  if (g_hash_table_size (self->carried) >= MOST_HASHES)
    g_hash_table_remove_all (self->carried);
  g_hash_table_insert (self->carried, g_strdup (path), carried);
  g_mutex_unlock (&self->lock);
}

static gboolean
is_right (Carried *carried, const char *sha256)
{
  guint8 digest[TEXT_SIZE / 2];
  char text[TEXT_SIZE + 1];

  gnutls_hash_output (carried->hash, digest);
  for (guint i = 0; i < sizeof digest; i++)
    g_snprintf (text + 2 * i, 3, "%02x", digest[i]);
  return strcmp (text, sha256) == 0;
}

/* ---- adding ---- */

static gboolean
sync_folder (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean done = fd >= 0 && fsync (fd) == 0;

  if (!done)
    fail (error, path);
  if (fd >= 0)
    close (fd);
  return done;
}

/* The bytes first, then the name, then the folders: whatever dies between, nothing half is found
 * under a hash.
 */
static gboolean
settle (MnsFileStore *self, int fd, const char *part, const char *sha256, GError **error)
{
  g_autofree char *path = mns_file_store_path (self, sha256);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *above = g_path_get_dirname (folder);

  if (fsync (fd) != 0)
    return fail (error, "flushing it");
  if (g_mkdir_with_parents (folder, 0700) != 0)
    return fail (error, folder);
  if (g_rename (part, path) != 0)
    return fail (error, "naming it");
  return sync_folder (folder, error) && sync_folder (above, error) &&
         sync_folder (self->root, error);
}

static gboolean
write_all (int fd, GBytes *bytes, gint64 offset, GError **error)
{
  gsize left = 0;
  const char *data = g_bytes_get_data (bytes, &left);

  while (left > 0)
    {
      gssize written = pwrite (fd, data, left, offset);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return fail (error, "writing it");
      data += written;
      offset += written;
      left -= (gsize) written;
    }
  return TRUE;
}

typedef struct
{
  const char *sha256;
  const char *path;
  gint64 size;
  gint64 *offset;
  GBytes *bytes;
  MnsAppendEnd *end;
} Append;

/* With the part open and locked. */
static gboolean
append_locked (MnsFileStore *self, const Append *append, int fd, GError **error)
{
  gsize length = g_bytes_get_size (append->bytes);
  struct stat info;
  Carried *carried;

  if (fstat (fd, &info) != 0)
    return fail (error, append->path);
  *append->end = MNS_APPEND_WRONG_OFFSET;
  if (*append->offset != info.st_size)
    {
      *append->offset = info.st_size;
      return TRUE;
    }
  *append->end = MNS_APPEND_TOO_LONG;
  if (info.st_size + (gint64) length > append->size)
    return TRUE;
  carried = take_hash (self, append->path, fd, info.st_size, error);
  if (carried == NULL)
    return FALSE;
  if (!write_all (fd, append->bytes, info.st_size, error))
    {
      free_carried (carried);
      ftruncate (fd, info.st_size) == 0 ? (void) 0 : g_warning ("A part of a file is too long");
      return FALSE;
    }
  gnutls_hash (carried->hash, g_bytes_get_data (append->bytes, NULL), length);
  carried->offset = *append->offset = info.st_size + (gint64) length;
  *append->end = MNS_APPEND_MORE;
  if (*append->offset < append->size)
    {
      keep_hash (self, append->path, carried);
      return TRUE;
    }
  *append->end = is_right (carried, append->sha256) ? MNS_APPEND_DONE : MNS_APPEND_WRONG_HASH;
  free_carried (carried);
  if (*append->end == MNS_APPEND_DONE)
    return settle (self, fd, append->path, append->sha256, error);
  g_unlink (append->path);
  return TRUE;
}

/**
 * mns_file_store_append:
 * @self: a store
 * @sha256: what the whole will hash to
 * @person: whose upload it is
 * @size: of the whole
 * @offset: (inout): where @bytes belong; afterwards, how much is here
 * @bytes: the next piece
 * @end: (out): what became of it
 * @error: return location for %MNS_ERROR_FULL and the like
 */
gboolean
mns_file_store_append (MnsFileStore *self,
                       const char *sha256,
                       const MnsId *person,
                       gint64 size,
                       gint64 *offset,
                       GBytes *bytes,
                       MnsAppendEnd *end,
                       GError **error)
{
  g_autofree char *path = part_path (self, sha256, person);
  const Append append = { sha256, path, size, offset, bytes, end };
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  gboolean done;

  if (fd < 0)
    return fail (error, path);
  done = flock (fd, LOCK_EX) == 0 ? append_locked (self, &append, fd, error) : fail (error, path);
  close (fd);
  return done;
}

void
mns_file_store_tidy (MnsFileStore *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->incoming, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->incoming, name, NULL);
      GStatBuf info;

      if (g_stat (path, &info) == 0 && time (NULL) - info.st_mtime > TIDY_AFTER_S)
        g_unlink (path);
    }
}
