/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "sync/client/stage.h"
#include "sync/model/error.h"

#define IN_MEMORY (1024 * 1024)
#define CHUNK (256 * 1024)

/* Takes raw bytes and gives plain ones to the reader. */
typedef struct
{
  MnsPullReader *reader;
  ZSTD_DCtx *zstd; /* NULL: they are plain already */
  char *plain;
  gsize plain_size;
} Feed;

struct _MnsStage
{
  char *dir;
  GByteArray *memory;
  int fd; /* -1 while in memory */
  guint64 size;
  gboolean compressed;

  MnsStageBegin begin; /* set where somebody follows */
  MnsPullFunc func;
  gpointer data;
  Feed live; /* without a reader until the first byte */
};

static void
feed_begin (Feed *self, gboolean compressed, MnsPullFunc func, gpointer data)
{
  self->reader = mns_pull_reader_new (func, data);
  if (!compressed)
    return;
  self->zstd = ZSTD_createDCtx ();
  self->plain_size = ZSTD_DStreamOutSize ();
  self->plain = g_malloc (self->plain_size);
}

static void
feed_clear (Feed *self)
{
  g_clear_pointer (&self->reader, mns_pull_reader_free);
  g_clear_pointer (&self->zstd, ZSTD_freeDCtx);
  g_clear_pointer (&self->plain, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Feed, feed_clear)

MnsStage *
mns_stage_new (const char *dir)
{
  MnsStage *self = g_new0 (MnsStage, 1);

  self->dir = g_strdup (dir);
  self->memory = g_byte_array_new ();
  self->fd = -1;
  return self;
}

void
mns_stage_free (MnsStage *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  feed_clear (&self->live);
  g_byte_array_unref (self->memory);
  g_free (self->dir);
  g_free (self);
}

void
mns_stage_set_compressed (MnsStage *self, gboolean compressed)
{
  self->compressed = compressed;
}

guint64
mns_stage_get_size (MnsStage *self)
{
  return self->size;
}

void
mns_stage_clear (MnsStage *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  self->size = 0;
  self->compressed = FALSE;
  feed_clear (&self->live);
  g_byte_array_set_size (self->memory, 0);
}

static gboolean
fail (GError **error, const char *what)
{
  int code = errno;

  g_set_error (error,
               MNS_ERROR,
               code == ENOSPC || code == EDQUOT ? MNS_ERROR_FULL : MNS_ERROR_FAILED,
               "%s what the server sends: %s",
               what,
               g_strerror (code));
  return FALSE;
}

static gboolean
write_out (MnsStage *self, const char *bytes, gsize length, GError **error)
{
  while (length > 0)
    {
      ssize_t wrote = write (self->fd, bytes, length);

      if (wrote < 0 && errno == EINTR)
        continue;
      if (wrote < 0)
        return fail (error, "keeping");
      bytes += wrote;
      length -= wrote;
    }
  return TRUE;
}

static gboolean
spill (MnsStage *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->dir, "staging-XXXXXX", NULL);

  self->fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);
  if (self->fd < 0)
    return fail (error, "keeping");
  g_unlink (path);
  if (!write_out (self, (const char *) self->memory->data, self->memory->len, error))
    return FALSE;
  g_byte_array_set_size (self->memory, 0);
  return TRUE;
}

static gboolean
feed (Feed *self, const char *bytes, gsize length, GError **error)
{
  ZSTD_inBuffer in = { bytes, length, 0 };

  if (self->zstd == NULL)
    return mns_pull_reader_feed (self->reader, bytes, length, error);
  while (in.pos < in.size)
    {
      ZSTD_outBuffer out = { self->plain, self->plain_size, 0 };
      gsize result = ZSTD_decompressStream (self->zstd, &out, &in);

      if (ZSTD_isError (result))
        {
          g_set_error (error,
                       MNS_ERROR,
                       MNS_ERROR_CORRUPT,
                       "a pack cannot be expanded: %s",
                       ZSTD_getErrorName (result));
          return FALSE;
        }
      if (!mns_pull_reader_feed (self->reader, out.dst, out.pos, error))
        return FALSE;
    }
  return TRUE;
}

/* What is left inside the decompressor when all input is taken. */
static gboolean
feed_rest (Feed *self, GError **error)
{
  ZSTD_inBuffer in = { "", 0, 0 };

  while (self->zstd != NULL)
    {
      ZSTD_outBuffer out = { self->plain, self->plain_size, 0 };
      gsize result = ZSTD_decompressStream (self->zstd, &out, &in);

      if (ZSTD_isError (result) || out.pos == 0)
        return TRUE; /* a stream that is cut has no "end" line: the reader says so */
      if (!mns_pull_reader_feed (self->reader, out.dst, out.pos, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
follow (MnsStage *self, const char *bytes, gsize length, GError **error)
{
  if (self->live.reader == NULL)
    {
      if (!self->begin (self->data, error))
        return FALSE;
      feed_begin (&self->live, self->compressed, self->func, self->data);
    }
  if (!feed (&self->live, bytes, length, error))
    return FALSE;
  self->size += length;
  return TRUE;
}

/**
 * mns_stage_write:
 * @bytes: what arrived next
 *
 * Fails with %MNS_ERROR_FULL where the disk is full, or as whoever follows the stream does.
 */
gboolean
mns_stage_write (MnsStage *self, const char *bytes, gsize length, GError **error)
{
  if (self->begin != NULL)
    return follow (self, bytes, length, error);
  if (self->fd < 0 && self->size + length > IN_MEMORY && !spill (self, error))
    return FALSE;
  if (self->fd < 0)
    g_byte_array_append (self->memory, (const guint8 *) bytes, (guint) length);
  else if (!write_out (self, bytes, length, error))
    return FALSE;
  self->size += length;
  return TRUE;
}

static gboolean
feed_file (MnsStage *self, Feed *to, GError **error)
{
  g_autofree char *buffer = g_malloc (CHUNK);
  off_t at = 0;

  for (;;)
    {
      ssize_t got = pread (self->fd, buffer, CHUNK, at);

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return fail (error, "reading");
      if (got == 0)
        return TRUE;
      if (!feed (to, buffer, got, error))
        return FALSE;
      at += got;
    }
}

gboolean
mns_stage_read (MnsStage *self, MnsPullFunc func, gpointer data, GError **error)
{
  g_auto (Feed) to = { 0 };
  gboolean done;

  g_return_val_if_fail (self->begin == NULL, FALSE);

  feed_begin (&to, self->compressed, func, data);
  done = self->fd < 0 ? feed (&to, (const char *) self->memory->data, self->memory->len, error)
                      : feed_file (self, &to, error);
  return done && feed_rest (&to, error) && mns_pull_reader_finish (to.reader, error);
}

/**
 * mns_stage_follow:
 * @self: an empty stage
 * @begin: makes room, and throws away what an earlier beginning brought
 * @func: called for each part as it arrives
 * @data: for both
 */
void
mns_stage_follow (MnsStage *self, MnsStageBegin begin, MnsPullFunc func, gpointer data)
{
  g_return_if_fail (self->size == 0);

  self->begin = begin;
  self->func = func;
  self->data = data;
}

/**
 * mns_stage_finish:
 * @self: a stage that somebody follows, with everything that came
 *
 * Returns: %FALSE with %MNS_ERROR_CORRUPT if it has no end, or not the right one
 */
gboolean
mns_stage_finish (MnsStage *self, GError **error)
{
  if (self->live.reader == NULL)
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_CORRUPT, "nothing came of the server's rows");
      return FALSE;
    }
  return feed_rest (&self->live, error) && mns_pull_reader_finish (self->live.reader, error);
}
