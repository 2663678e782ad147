/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* POST /sync/v1/pull and the packs: what changed, out of one snapshot. Up to a mebibyte it is the
 * answer; more goes through zstd into a file, so that the snapshot lasts as long as PostgreSQL
 * needs and not as long as somebody's network does (sync-protocol.md 7).
 */

#define G_LOG_DOMAIN "mns-api"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "server/api/scopes.h"
#include "server/store/feed.h"
#include "sync/model/error.h"
#include "sync/wire/pull.h"

#define PACK_ABOVE (1024 * 1024)
#define PACK_LEVEL 1
#define PACK_TYPE "application/x-ndjson+zstd"
#define PACK_LIVES_S 3600
#define MOST_BUILDERS 2
/* The scopes may have to be brought up to date first, and may move again meanwhile. */
#define MOST_TRIES 3

/* Between the feed's cursor and the revision of the scopes in what a device calls its cursor. */
#define REVISION_MARK '~'

typedef struct
{
  MnsServer *server;
  const MnsHttpRequest *request;
  MnsId client;
  char *sent;      /* the cursor as it came; NULL: everything */
  char *cursor;    /* the feed's part */
  gint64 revision; /* the scopes' part; -1: none */
  MnsHeld held;

  /* what is written */
  GByteArray *memory;
  int fd; /* of the pack; -1: none */
  char *pack_part;
  char *pack_path;
  char *pack_name;
  ZSTD_CCtx *zstd;
  gboolean counted; /* among the builders */
  gboolean too_many;
} Pull;

static void
drop_pack (Pull *self)
{
  if (self->fd >= 0)
    {
      close (self->fd);
      self->fd = -1;
      g_unlink (self->pack_part);
    }
  if (self->counted)
    g_atomic_int_add (&self->server->builders, -1);
  self->counted = FALSE;
  g_clear_pointer (&self->zstd, ZSTD_freeCCtx);
  g_clear_pointer (&self->pack_part, g_free);
  g_clear_pointer (&self->pack_path, g_free);
  g_clear_pointer (&self->pack_name, g_free);
}

static void
clear_pull (Pull *self)
{
  drop_pack (self);
  g_clear_pointer (&self->memory, g_byte_array_unref);
  g_free (self->sent);
  g_free (self->cursor);
  mns_held_clear (&self->held);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pull, clear_pull)

/* ---- packs ---- */

/* The person is part of the name: whoever asks for a pack asks for one of their own. */
static char *
pack_path_of (const MnsServer *server, const char *name, const MnsId *person)
{
  char id[MNS_ID_TEXT_SIZE];
  g_autofree char *file = NULL;

  mns_id_print (person, id);
  file = g_strdup_printf ("%s-%s.zst", name, id);
  return g_build_filename (server->state, "packs", file, NULL);
}

static void
remove_old_packs (const MnsServer *server)
{
  g_autofree char *folder = g_build_filename (server->state, "packs", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GStatBuf info;

      if (g_stat (path, &info) == 0 && time (NULL) - info.st_mtime > PACK_LIVES_S)
        g_unlink (path);
    }
}

static gboolean
fail_to_write (GError **error)
{
  g_set_error (error,
               MNS_ERROR,
               errno == ENOSPC ? MNS_ERROR_FULL : MNS_ERROR_FAILED,
               "A pack cannot be written: %s.",
               g_strerror (errno));
  return FALSE;
}

static gboolean
begin_pack (Pull *self, GError **error)
{
  MnsId id;
  char name[MNS_ID_TEXT_SIZE];

  if (g_atomic_int_add (&self->server->builders, 1) >= MOST_BUILDERS)
    {
      g_atomic_int_add (&self->server->builders, -1);
      self->too_many = TRUE;
      g_set_error (error, MNS_ERROR, MNS_ERROR_BUSY, "Enough packs are being made; try again.");
      return FALSE;
    }
  self->counted = TRUE;
  remove_old_packs (self->server);
  mns_id_make (&id);
  mns_id_print (&id, name);
  self->pack_name = g_strdup (name);
  self->pack_path = pack_path_of (self->server, name, &self->request->person);
  self->pack_part = g_strconcat (self->pack_path, ".part", NULL);
  self->fd = g_open (self->pack_part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (self->fd < 0)
    return fail_to_write (error);
  self->zstd = ZSTD_createCCtx ();
  ZSTD_CCtx_setParameter (self->zstd, ZSTD_c_compressionLevel, PACK_LEVEL);
  ZSTD_CCtx_setParameter (self->zstd, ZSTD_c_checksumFlag, 1);
  return TRUE;
}

static gboolean
write_all (int fd, const char *bytes, gsize length, GError **error)
{
  while (length > 0)
    {
      gssize written = write (fd, bytes, length);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return fail_to_write (error);
      bytes += written;
      length -= (gsize) written;
    }
  return TRUE;
}

static gboolean
compress (Pull *self, const char *bytes, gsize length, ZSTD_EndDirective end, GError **error)
{
  ZSTD_inBuffer in = { bytes, length, 0 };
  char buffer[65536];
  gsize left;

  do
    {
      ZSTD_outBuffer out = { buffer, sizeof buffer, 0 };

      left = ZSTD_compressStream2 (self->zstd, &out, &in, end);
      if (ZSTD_isError (left))
        {
          g_set_error (error,
                       MNS_ERROR,
                       MNS_ERROR_FAILED,
                       "A pack cannot be compressed: %s.",
                       ZSTD_getErrorName (left));
          return FALSE;
        }
      if (!write_all (self->fd, buffer, out.pos, error))
        return FALSE;
    }
  while (in.pos < in.size || (end == ZSTD_e_end && left > 0));
  return TRUE;
}

static gboolean
end_pack (Pull *self, GError **error)
{
  if (!compress (self, NULL, 0, ZSTD_e_end, error))
    return FALSE;
  if (close (self->fd) != 0 || g_rename (self->pack_part, self->pack_path) != 0)
    return fail_to_write (error);
  self->fd = -1;
  return TRUE;
}

/* ---- writing ---- */

static gboolean
take_bytes (const char *bytes, gsize length, gpointer data, GError **error)
{
  Pull *self = data;

  if (self->fd < 0 && self->memory->len + length <= PACK_ABOVE)
    {
      g_byte_array_append (self->memory, (const guint8 *) bytes, (guint) length);
      return TRUE;
    }
  if (self->fd < 0)
    {
      if (!begin_pack (self, error) ||
          !compress (
              self, (const char *) self->memory->data, self->memory->len, ZSTD_e_continue, error))
        return FALSE;
      g_byte_array_set_size (self->memory, 0);
    }
  return compress (self, bytes, length, ZSTD_e_continue, error);
}

static gboolean
write_stream (Pull *self, MnsTransaction *tx, MnsFeed *feed, GError **error)
{
  g_autoptr (MnsPullWriter) writer = mns_pull_writer_new (take_bytes, self);
  g_autofree char *cursor = g_strdup_printf (
      "%s%c%" G_GINT64_FORMAT, mns_feed_get_cursor (feed), REVISION_MARK, self->held.revision);
  const MnsPullHead head = { .base = self->sent,
                             .cursor = cursor,
                             .last_n = self->held.last_n,
                             .durable_n = self->held.durable_n,
                             .schema = MNS_SCHEMA,
                             .scopes_rev = self->held.revision,
                             .now = g_get_real_time () };

  return mns_pull_writer_head (writer, &head, error) && mns_feed_write (feed, tx, writer, error) &&
         mns_pull_writer_end (writer, error) && (self->fd < 0 || end_pack (self, error));
}

/* ---- reading ---- */

static MnsFeed *
read_feed (Pull *self, MnsTransaction *tx, GError **error)
{
  const GArray *now = self->held.now;
  const GArray *before = self->held.before;

  if (self->cursor == NULL)
    return mns_feed_whole (tx, (const MnsId *) (gpointer) now->data, now->len, error);
  if (self->held.torn)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_CORRUPT,
                   "A scope was given up and taken back since this cursor.");
      return NULL;
    }
  return mns_feed_read (tx,
                        self->cursor,
                        (const MnsId *) (gpointer) before->data,
                        before->len,
                        (const MnsId *) (gpointer) now->data,
                        now->len,
                        error);
}

static gboolean
pull (MnsTransaction *tx, gpointer data, GError **error)
{
  Pull *self = data;
  g_autoptr (MnsFeed) feed = NULL;

  drop_pack (self);
  g_byte_array_set_size (self->memory, 0);
  if (!mns_held_read (self->server,
                      tx,
                      &self->client,
                      &self->request->person,
                      self->revision,
                      &self->held,
                      error))
    return FALSE;
  if (self->held.stale)
    return TRUE;
  feed = read_feed (self, tx, error);
  return feed != NULL && write_stream (self, tx, feed, error);
}

static gboolean
bring_up_to_date (MnsTransaction *tx, gpointer data, GError **error)
{
  Pull *self = data;

  return mns_held_read (self->server,
                        tx,
                        &self->client,
                        &self->request->person,
                        self->revision,
                        &self->held,
                        error) &&
         (!self->held.stale || mns_held_write (tx, &self->held, error));
}

static gboolean
run (Pull *self, GError **error)
{
  for (guint i = 0; i < MOST_TRIES; i++)
    {
      if (!mns_pool_run_read (self->server->pull, pull, self, error))
        return FALSE;
      if (!self->held.stale)
        return TRUE;
      if (!mns_pool_run_write (self->server->pull, bring_up_to_date, self, error))
        return FALSE;
    }
  g_set_error (error, MNS_ERROR, MNS_ERROR_BUSY, "The scopes of this device change too fast.");
  return FALSE;
}

/* ---- the edges ---- */

static void
read_cursor (Pull *self, const char *text)
{
  const char *mark = text != NULL ? strrchr (text, REVISION_MARK) : NULL;

  self->revision = -1;
  if (text == NULL || *text == '\0')
    return;
  self->sent = g_strdup (text);
  self->cursor = mark != NULL ? g_strndup (text, mark - text) : g_strdup (text);
  if (mark == NULL ||
      !g_ascii_string_to_signed (mark + 1, 10, 0, G_MAXINT64, &self->revision, NULL))
    self->revision = -1;
}

static void
answer_rows (Pull *self, MnsHttpAnswer *answer)
{
  if (self->pack_name == NULL)
    {
      mns_http_answer_take_body (answer,
                                 200,
                                 "application/x-ndjson",
                                 g_byte_array_free_to_bytes (g_steal_pointer (&self->memory)));
      return;
    }
  mns_http_answer_add_header_printf (answer, "Location", "/sync/v1/packs/%s", self->pack_name);
  mns_http_answer_take_text (
      answer, 303, "text/plain; charset=utf-8", g_strdup ("The rows are in a pack.\n"));
}

static void
answer_failure (const Pull *self, MnsHttpAnswer *answer, const GError *error)
{
  gboolean torn = g_error_matches (error, MNS_ERROR, MNS_ERROR_CORRUPT) ||
                  g_error_matches (error, MNS_ERROR, MNS_ERROR_INVALID);

  if (self->too_many)
    mns_http_answer_add_header (answer, "Retry-After", "2");
  if (torn && self->cursor != NULL)
    mns_http_answer_refuse (answer, MNS_HTTP_RESYNC, "resync", "%s", error->message);
  else
    mns_http_answer_fail (answer, error);
}

void
mns_api_pull (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (Pull)
      self = { .server = data, .request = request, .memory = g_byte_array_new (), .fd = -1 };
  JsonObject *body = mns_api_parse (request, &node, answer);
  gint64 schema;

  if (body == NULL)
    return;
  if (!mns_api_get_id (body, "client", &self.client))
    {
      mns_http_answer_refuse (answer, 422, "bad_pull", "A pull needs client.");
      return;
    }
  schema = mns_api_get_int (body, "schema", 0);
  if (schema < MNS_SCHEMA_OLDEST)
    {
      mns_http_answer_refuse (
          answer,
          MNS_HTTP_TOO_OLD,
          "too_old",
          "This program knows schema %d, the server sends %d and newer: update to "
          "see new data. Your work is safe and is still taken.",
          (int) schema,
          MNS_SCHEMA_OLDEST);
      return;
    }
  read_cursor (&self, mns_api_get_text (body, "cursor"));
  if (run (&self, &error))
    answer_rows (&self, answer);
  else
    answer_failure (&self, answer, error);
}

void
mns_api_pack (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  MnsServer *server = data;
  const char *name = mns_http_request_get_param (request, "pack");
  g_autoptr (GMappedFile) file = NULL;
  g_autofree char *path = NULL;
  g_autofree char *etag = g_strdup_printf ("\"%s\"", name);
  MnsId id;

  if (mns_id_parse (&id, name))
    {
      path = pack_path_of (server, name, &request->person);
      file = g_mapped_file_new (path, FALSE, NULL);
    }
  if (file == NULL)
    {
      mns_http_answer_refuse (answer,
                              MNS_HTTP_NOT_FOUND,
                              "pack_gone",
                              "There is no such pack of yours, or not any more; pull again.");
      return;
    }
  if (mns_http_answer_part (answer, request, g_mapped_file_get_bytes (file), etag))
    {
      g_free (answer->type);
      answer->type = g_strdup (PACK_TYPE);
    }
}
