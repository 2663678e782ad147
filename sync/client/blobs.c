/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Files (sync-protocol.md section 11): kept by content until the server has stored them, sent in
 * pieces over a connection of their own, never in the way of a command.
 *
 * Order of keeping one: the bytes are on the disk, the folder is, then the row, then whoever asked
 * is told.
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "sync/client/blobs.h"
#include "sync/client/replica-private.h"
#include "sync/model/error.h"
#include "sync/wire/envelope.h"

#define CHUNK (256 * 1024)
#define PIECE (8 * 1024 * 1024) /* a PATCH holds no more */

typedef enum
{
  BLOB_WAITING = 0,
  BLOB_PARTLY = 1,
  BLOB_STORED = 2,
} BlobState;

static char *
blob_dir (MnsReplica *self)
{
  return g_build_filename (self->dir, "files", NULL);
}

static gboolean
parse_sha256 (const char *text, guint8 bytes[32])
{
  if (text == NULL || strlen (text) != 64)
    return FALSE;
  for (guint i = 0; i < 32; i++)
    {
      int high = g_ascii_xdigit_value (text[2 * i]);
      int low = g_ascii_xdigit_value (text[2 * i + 1]);

      if (high < 0 || low < 0)
        return FALSE;
      bytes[i] = (guint8) (high << 4 | low);
    }
  return TRUE;
}

static gboolean
set_errno (GError **error, const char *what)
{
  int code = errno;

  g_set_error (error,
               MNS_ERROR,
               code == ENOSPC || code == EDQUOT ? MNS_ERROR_FULL : MNS_ERROR_FAILED,
               "%s: %s",
               what,
               g_strerror (code));
  return FALSE;
}

/* ---- keeping ---- */

static gboolean
copy_and_hash (GInputStream *in,
               int fd,
               GChecksum *sum,
               gint64 *size,
               GCancellable *cancellable,
               GError **error)
{
  g_autofree guint8 *buffer = g_malloc (CHUNK);
  gssize got;

  *size = 0;
  while ((got = g_input_stream_read (in, buffer, CHUNK, cancellable, error)) > 0)
    {
      g_checksum_update (sum, buffer, got);
      *size += got;
      for (gssize at = 0; at < got;)
        {
          ssize_t wrote = write (fd, buffer + at, got - at);

          if (wrote < 0 && errno != EINTR)
            return set_errno (error, "keeping the file");
          at += MAX (wrote, 0);
        }
    }
  if (got < 0)
    return FALSE;
  return fsync (fd) == 0 || set_errno (error, "keeping the file");
}

static gboolean
insert_blob (MnsReplica *self,
             const char *sha256,
             const char *path,
             const char *name,
             gint64 size,
             BlobState state,
             GError **error)
{
  MnsTransaction *tx;
  guint8 bytes[32];
  g_autoptr (GBytes) hash = NULL;

  parse_sha256 (sha256, bytes);
  hash = g_bytes_new (bytes, sizeof bytes);
  tx = mns_replica_begin (self, error);
  if (tx == NULL)
    return FALSE;
  if (!mns_transaction_run (tx,
                            "INSERT INTO blob_local (sha256, path, name, size, state, offset) "
                            "VALUES ($sha256, $path, $name, $size, $state, 0) "
                            "ON CONFLICT (sha256) DO NOTHING",
                            MNS_ARGS (MNS_ARG_VALUE ("sha256", mns_value_bytes (hash)),
                                      MNS_ARG_TEXT ("path", path),
                                      MNS_ARG_TEXT ("name", name),
                                      MNS_ARG_INT ("size", size),
                                      MNS_ARG_INT ("state", state)),
                            error))
    {
      mns_replica_abandon (self, tx);
      return FALSE;
    }
  return mns_replica_commit (self, tx, error);
}

/* Gives the bytes in @from their final name. */
static gboolean
settle_file (MnsReplica *self, const char *from, const char *sha256, char **path, GError **error)
{
  g_autofree char *dir = blob_dir (self);
  g_autofree char *to = g_build_filename (dir, sha256, NULL);

  if (g_rename (from, to) != 0)
    return set_errno (error, "keeping the file");
  *path = g_build_filename ("files", sha256, NULL);
  return mns_replica_sync_dir (dir, error);
}

static int
make_temporary (MnsReplica *self, char **path, GError **error)
{
  g_autofree char *dir = blob_dir (self);
  int fd;

  if (g_mkdir_with_parents (dir, 0700) != 0)
    {
      set_errno (error, "making the folder of files");
      return -1;
    }
  *path = g_build_filename (dir, "new-XXXXXX", NULL);
  fd = g_mkstemp_full (*path, O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0)
    set_errno (error, "keeping the file");
  return fd;
}

/**
 * mns_replica_add_file:
 * @file: a file to be sent
 *
 * Copies it into the replica's folder and queues it. Blocks; takes the lock itself.
 *
 * Returns: (transfer full): {"sha256", "size", "name"}
 */
JsonObject *
mns_replica_add_file (MnsReplica *self, GFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFileInputStream) in = g_file_read (file, cancellable, error);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *temporary = NULL;
  g_autofree char *path = NULL;
  JsonObject *object;
  gint64 size = 0;
  gboolean done;
  int fd;

  if (in == NULL)
    return NULL;
  fd = make_temporary (self, &temporary, error);
  if (fd < 0)
    return NULL;
  done = copy_and_hash (G_INPUT_STREAM (in), fd, sum, &size, cancellable, error);
  close (fd);
  done = done && settle_file (self, temporary, g_checksum_get_string (sum), &path, error);
  if (!done)
    {
      g_unlink (temporary);
      return NULL;
    }
  mns_replica_lock (self);
  done = insert_blob (self, g_checksum_get_string (sum), path, name, size, BLOB_WAITING, error);
  mns_replica_unlock (self);
  if (!done)
    return NULL;
  object = json_object_new ();
  json_object_set_string_member (object, "sha256", g_checksum_get_string (sum));
  json_object_set_int_member (object, "size", size);
  json_object_set_string_member (object, "name", name);
  return object;
}

/**
 * mns_replica_find_file:
 *
 * Returns: (transfer full) (nullable): the path of the bytes, or %NULL without @error set
 */
char *
mns_replica_find_file (MnsReplica *self, const char *sha256, GError **error)
{
  g_autofree char *dir = blob_dir (self);
  g_autofree char *path = NULL;
  guint8 bytes[32];

  if (!parse_sha256 (sha256, bytes))
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "“%s” is no SHA-256", sha256);
      return NULL;
    }
  path = g_build_filename (dir, sha256, NULL);
  return g_file_test (path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&path) : NULL;
}

static gboolean
hash_file (int fd, char **sha256, gint64 *size, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guint8 *buffer = g_malloc (CHUNK);
  ssize_t got;

  *size = 0;
  while ((got = pread (fd, buffer, CHUNK, *size)) > 0)
    {
      g_checksum_update (sum, buffer, got);
      *size += got;
    }
  *sha256 = g_strdup (g_checksum_get_string (sum));
  return got == 0 || set_errno (error, "reading the file");
}

static gboolean
write_body (int fd, GBytes *body, GError **error)
{
  gsize size = 0;
  const guint8 *data = body != NULL ? g_bytes_get_data (body, &size) : NULL;

  for (gsize at = 0; at < size;)
    {
      ssize_t wrote = write (fd, data + at, size - at);

      if (wrote < 0 && errno != EINTR)
        return set_errno (error, "keeping the file");
      at += MAX (wrote, 0);
    }
  return fsync (fd) == 0 || set_errno (error, "keeping the file");
}

static gboolean
check_fetched (int fd, const char *sha256, GError **error)
{
  g_autofree char *got = NULL;
  gint64 size = 0;

  if (!hash_file (fd, &got, &size, error))
    return FALSE;
  if (g_ascii_strcasecmp (got, sha256) == 0)
    return TRUE;
  g_set_error (error, MNS_ERROR, MNS_ERROR_CORRUPT, "the file arrived with other content");
  return FALSE;
}

/**
 * mns_replica_fetch_file:
 *
 * The bytes of a file: from here, or from the server and then kept.
 *
 * Returns: (transfer full): the path
 */
char *
mns_replica_fetch_file (MnsReplica *self,
                        MnsTransport *transport,
                        const char *sha256,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *have = mns_replica_find_file (self, sha256, &local);
  g_autofree char *url = g_strdup_printf ("/sync/v1/blobs/%s", sha256);
  MnsRequest request = { "GET", url, NULL, NULL, -1, NULL };
  g_auto (MnsAnswer) answer = { 0 };
  g_autofree char *temporary = NULL;
  g_autofree char *path = NULL;
  gboolean done;
  int fd;

  if (have != NULL)
    return g_steal_pointer (&have);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (!mns_transport_send (transport, &request, &answer, cancellable, error))
    return NULL;
  if (answer.status != 200)
    {
      gsize size = 0;
      const char *text = answer.body != NULL ? g_bytes_get_data (answer.body, &size) : NULL;

      g_propagate_error (
          error, mns_envelope_to_error (answer.status, text != NULL ? text : "", (gssize) size));
      return NULL;
    }
  fd = make_temporary (self, &temporary, error);
  if (fd < 0)
    return NULL;
  done = write_body (fd, answer.body, error) && check_fetched (fd, sha256, error);
  close (fd);
  if (done && settle_file (self, temporary, sha256, &path, error))
    return mns_replica_find_file (self, sha256, error);
  g_unlink (temporary);
  return NULL;
}

/* ---- sending ---- */

typedef struct
{
  char *sha256;
  char *path;
  char *name;
  gint64 size;
} Blob;

static void
free_blob (gpointer data)
{
  Blob *self = data;

  g_free (self->sha256);
  g_free (self->path);
  g_free (self->name);
  g_free (self);
}

static char *
print_sha256 (GBytes *bytes)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", data[i]);
  return g_string_free (text, FALSE);
}

static GPtrArray *
list_waiting (MnsReplica *self, GError **error)
{
  g_autoptr (MnsTransaction) tx = mns_store_begin (self->store, MNS_ACCESS_READ, error);
  g_autoptr (MnsRows) rows = NULL;
  GPtrArray *blobs;

  if (tx == NULL)
    return NULL;
  rows = mns_transaction_query (
      tx,
      "SELECT sha256, path, name, size FROM blob_local WHERE state < 2 ORDER BY size",
      NULL,
      error);
  if (rows == NULL)
    return NULL;
  blobs = g_ptr_array_new_with_free_func (free_blob);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      Blob *blob = g_new0 (Blob, 1);

      blob->sha256 = print_sha256 (mns_rows_get_bytes (rows, i, 0));
      blob->path = g_build_filename (self->dir, mns_rows_get_text (rows, i, 1), NULL);
      blob->name = g_strdup (mns_rows_get_text (rows, i, 2));
      blob->size = mns_rows_get_int (rows, i, 3);
      g_ptr_array_add (blobs, blob);
    }
  return blobs;
}

static gboolean
note_sent (MnsReplica *self, const Blob *blob, gint64 offset, BlobState state, GError **error)
{
  guint8 bytes[32];
  g_autoptr (GBytes) hash = NULL;
  MnsTransaction *tx;
  gboolean done;

  parse_sha256 (blob->sha256, bytes);
  hash = g_bytes_new (bytes, sizeof bytes);
  mns_replica_lock (self);
  tx = mns_replica_begin (self, error);
  done = tx != NULL &&
         mns_transaction_run (tx,
                              "UPDATE blob_local SET state = $state, offset = $offset "
                              "WHERE sha256 = $sha256",
                              MNS_ARGS (MNS_ARG_INT ("state", state),
                                        MNS_ARG_INT ("offset", offset),
                                        MNS_ARG_VALUE ("sha256", mns_value_bytes (hash))),
                              error);
  if (done)
    done = mns_replica_commit (self, tx, error);
  else if (tx != NULL)
    mns_replica_abandon (self, tx);
  mns_replica_unlock (self);
  return done;
}

static gboolean
refuse (const MnsAnswer *answer, GError **error)
{
  gsize size = 0;
  const char *text = answer->body != NULL ? g_bytes_get_data (answer->body, &size) : NULL;

  g_propagate_error (
      error, mns_envelope_to_error (answer->status, text != NULL ? text : "", (gssize) size));
  return FALSE;
}

/* Announces a file: stored already, or where it goes and how much of it is there. */
static gboolean
announce (MnsTransport *transport,
          const Blob *blob,
          gboolean *stored,
          char **location,
          GCancellable *cancellable,
          GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *text = NULL;
  g_autoptr (GBytes) body = NULL;
  g_auto (MnsAnswer) answer = { 0 };
  MnsRequest request = { "POST", "/sync/v1/blobs", NULL, NULL, -1, NULL };

  json_object_set_string_member (object, "sha256", blob->sha256);
  json_object_set_int_member (object, "size", blob->size);
  json_object_set_string_member (object, "name", blob->name);
  text = mns_json_print (json_object_ref (object));
  body = g_bytes_new (text, strlen (text));
  request.body = body;
  if (!mns_transport_send (transport, &request, &answer, cancellable, error))
    return FALSE;
  *stored = answer.status == 200;
  if (*stored)
    return TRUE;
  if (answer.status != 201)
    return refuse (&answer, error);
  *location = answer.location != NULL ? g_strdup (answer.location)
                                      : g_strdup_printf ("/sync/v1/blobs/%s", blob->sha256);
  return TRUE;
}

static gboolean
ask_offset (MnsTransport *transport,
            const char *location,
            gint64 *offset,
            GCancellable *cancellable,
            GError **error)
{
  MnsRequest request = { "HEAD", location, NULL, NULL, -1, NULL };
  g_auto (MnsAnswer) answer = { 0 };

  if (!mns_transport_send (transport, &request, &answer, cancellable, error))
    return FALSE;
  if (answer.status >= 300)
    return refuse (&answer, error);
  *offset = MAX (answer.upload_offset, 0);
  return TRUE;
}

static GBytes *
read_piece (int fd, gint64 offset, gint64 size, GError **error)
{
  gsize want = (gsize) MIN (PIECE, size - offset);
  g_autofree char *data = g_malloc (MAX (want, 1));
  gsize at = 0;

  while (at < want)
    {
      ssize_t got = pread (fd, data + at, want - at, offset + (gint64) at);

      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        {
          set_errno (error, "reading a kept file");
          return NULL;
        }
      at += (gsize) got;
    }
  return g_bytes_new_take (g_steal_pointer (&data), want);
}

static gboolean
send_pieces (MnsReplica *self,
             MnsTransport *transport,
             const Blob *blob,
             const char *location,
             int fd,
             GCancellable *cancellable,
             GError **error)
{
  gint64 offset = 0;

  if (!ask_offset (transport, location, &offset, cancellable, error))
    return FALSE;
  do
    {
      g_autoptr (GBytes) piece = read_piece (fd, offset, blob->size, error);
      g_auto (MnsAnswer) answer = { 0 };
      MnsRequest request = { "PATCH", location, piece, "application/offset+octet-stream",
                             offset,  NULL };

      if (piece == NULL || !mns_transport_send (transport, &request, &answer, cancellable, error))
        return FALSE;
      if (answer.status == 409 && answer.upload_offset >= 0 && answer.upload_offset <= blob->size &&
          answer.upload_offset != offset)
        {
          offset = answer.upload_offset; /* an earlier try got further than we heard */
          continue;
        }
      if (answer.status >= 300)
        return refuse (&answer, error);
      offset += (gint64) g_bytes_get_size (piece);
      if (!note_sent (self, blob, offset, BLOB_PARTLY, error))
        return FALSE;
    }
  while (offset < blob->size);
  return TRUE;
}

static gboolean
send_one (MnsReplica *self,
          MnsTransport *transport,
          const Blob *blob,
          GCancellable *cancellable,
          GError **error)
{
  g_autofree char *location = NULL;
  gboolean stored = FALSE;
  gboolean done;
  int fd;

  if (!announce (transport, blob, &stored, &location, cancellable, error))
    return FALSE;
  if (!stored)
    {
      fd = open (blob->path, O_RDONLY | O_CLOEXEC);
      if (fd < 0)
        return set_errno (error, "reading a kept file");
      done = send_pieces (self, transport, blob, location, fd, cancellable, error);
      close (fd);
      if (!done)
        return FALSE;
    }
  return note_sent (self, blob, blob->size, BLOB_STORED, error);
}

/**
 * mns_replica_send_files:
 *
 * Sends every file that waits, the small ones first. One that the server refuses does not hold up
 * the others. Takes the lock for moments only.
 */
gboolean
mns_replica_send_files (MnsReplica *self,
                        MnsTransport *transport,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (GPtrArray) blobs = NULL;
  g_autoptr (GError) first = NULL;

  mns_replica_lock (self);
  blobs = list_waiting (self, error);
  mns_replica_unlock (self);
  if (blobs == NULL)
    return FALSE;
  for (guint i = 0; i < blobs->len; i++)
    {
      g_autoptr (GError) local = NULL;

      if (send_one (self, transport, g_ptr_array_index (blobs, i), cancellable, &local))
        continue;
      if (g_error_matches (local, MNS_ERROR, MNS_ERROR_OFFLINE) ||
          g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (first == NULL)
        first = g_steal_pointer (&local);
    }
  if (first == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}
