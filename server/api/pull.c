/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* POST /sync/v1/pull and the packs: what changed, out of one snapshot. Up to a mebibyte it is the
 * answer; more goes through zstd into a file, so that the snapshot lasts as long as PostgreSQL
 * needs and not as long as somebody's network does (sync-protocol.md 7). Whoever asks for
 * everything is sent to that file before it is whole.
 */

#define G_LOG_DOMAIN "mns-api"

#include "config.h"

#include <string.h>

#include "server/api/scopes.h"
#include "server/http/log.h"
#include "server/store/feed.h"
#include "sync/model/error.h"
#include "sync/wire/pull.h"

#define PACK_ABOVE (1024 * 1024)
/* The scopes may have to be brought up to date first, and may move again meanwhile. */
#define MOST_TRIES 3

/* Between the feed's cursor and the revision of the scopes in what a device calls its cursor. */
#define REVISION_MARK '~'

/* Counted references: whoever asked for everything is answered while the rows are still read. */
typedef struct
{
  MnsServer *server;
  MnsId person;
  MnsId client;
  char *sent;      /* the cursor as it came; NULL: everything */
  char *cursor;    /* the feed's part */
  gint64 revision; /* the scopes' part; -1: none */
  MnsHeld held;

  /* what is written */
  GByteArray *memory;
  MnsPack *pack; /* NULL: none, so far */
  gboolean too_many;

  gboolean apart; /* the answer does not wait for the pack's end */
  GMutex lock;
  GCond settled;
  gboolean is_settled; /* what there is to answer stands */
  char *pack_name;     /* then: where the rows are */
  GError *error;       /* then, without a pack: why there are none */
} Pull;

static void
clear_pull (gpointer data)
{
  Pull *self = data;

  g_clear_pointer (&self->pack, mns_pack_unref);
  g_clear_pointer (&self->memory, g_byte_array_unref);
  g_clear_error (&self->error);
  g_free (self->sent);
  g_free (self->cursor);
  g_free (self->pack_name);
  mns_held_clear (&self->held);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->settled);
}

static Pull *
pull_new (MnsServer *server, const MnsId *person, const MnsId *client)
{
  Pull *self = g_atomic_rc_box_new0 (Pull);

  self->server = server;
  self->person = *person;
  self->client = *client;
  self->memory = g_byte_array_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->settled);
  return self;
}

static void
pull_unref (Pull *self)
{
  g_atomic_rc_box_release_full (self, clear_pull);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pull, pull_unref)

/* From here on the answer stands; only the pack goes on. */
static void
settle (Pull *self)
{
  g_mutex_lock (&self->lock);
  if (!self->is_settled && self->pack != NULL && self->error == NULL)
    self->pack_name = g_strdup (mns_pack_get_name (self->pack));
  self->is_settled = TRUE;
  g_cond_signal (&self->settled);
  g_mutex_unlock (&self->lock);
}

/* ---- writing ---- */

static gboolean
begin_pack (Pull *self, GError **error)
{
  g_autoptr (GError) local = NULL;

  self->pack = mns_pack_begin (self->server->packs, &self->person, &local);
  if (self->pack == NULL)
    {
      self->too_many = g_error_matches (local, MNS_ERROR, MNS_ERROR_BUSY);
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (!mns_pack_write (self->pack, (const char *) self->memory->data, self->memory->len, error))
    return FALSE;
  g_byte_array_set_size (self->memory, 0);
  if (self->apart)
    settle (self);
  return TRUE;
}

static gboolean
take_bytes (const char *bytes, gsize length, gpointer data, GError **error)
{
  Pull *self = data;

  if (self->pack == NULL && self->memory->len + length <= PACK_ABOVE)
    {
      g_byte_array_append (self->memory, (const guint8 *) bytes, (guint) length);
      return TRUE;
    }
  return (self->pack != NULL || begin_pack (self, error)) &&
         mns_pack_write (self->pack, bytes, length, error);
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
         mns_pull_writer_end (writer, error) &&
         (self->pack == NULL || mns_pack_end (self->pack, error));
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

  if (self->is_settled) /* the connection went, and somebody may be reading what there was */
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_BUSY, "The database went away.");
      return FALSE;
    }
  g_clear_pointer (&self->pack, mns_pack_unref);
  g_byte_array_set_size (self->memory, 0);
  if (!mns_held_read (
          self->server, tx, &self->client, &self->person, self->revision, &self->held, error))
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

  return mns_held_read (
             self->server, tx, &self->client, &self->person, self->revision, &self->held, error) &&
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

static void
run_to_end (Pull *self)
{
  g_autoptr (GError) error = NULL;

  if (!run (self, &error) && self->is_settled)
    {
      g_autofree char *text = mns_log_scrub (error->message);

      g_warning ("A pack broke off: %s", text);
    }
  else
    self->error = g_steal_pointer (&error);
  settle (self);
}

static void
run_in_thread (gpointer data)
{
  g_autoptr (Pull) self = data;

  run_to_end (self);
  g_clear_pointer (&self->pack, mns_pack_unref);
}

/* Everything, most likely, becomes a pack: the device fetches it while it is made. */
static void
run_apart (Pull *self)
{
  self->apart = TRUE;
  mns_packs_run (self->server->packs, run_in_thread, g_atomic_rc_box_acquire (self));
  g_mutex_lock (&self->lock);
  while (!self->is_settled)
    g_cond_wait (&self->settled, &self->lock);
  g_mutex_unlock (&self->lock);
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
answer_failure (const Pull *self, MnsHttpAnswer *answer)
{
  gboolean torn = g_error_matches (self->error, MNS_ERROR, MNS_ERROR_CORRUPT) ||
                  g_error_matches (self->error, MNS_ERROR, MNS_ERROR_INVALID);

  if (self->too_many)
    mns_http_answer_add_header (answer, "Retry-After", "2");
  if (torn && self->cursor != NULL)
    mns_http_answer_refuse (answer, MNS_HTTP_RESYNC, "resync", "%s", self->error->message);
  else
    mns_http_answer_fail (answer, self->error);
}

static void
answer_pull (MnsServer *server,
             const MnsHttpRequest *request,
             const MnsId *client,
             const char *cursor,
             MnsHttpAnswer *answer)
{
  g_autoptr (Pull) self = pull_new (server, &request->person, client);

  read_cursor (self, cursor);
  if (self->cursor == NULL)
    run_apart (self);
  else
    run_to_end (self);
  if (self->pack_name == NULL && self->error != NULL)
    answer_failure (self, answer);
  else
    answer_rows (self, answer);
}

void
mns_api_pull (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  g_autoptr (JsonNode) node = NULL;
  JsonObject *body = mns_api_parse (request, &node, answer);
  gint64 schema;
  MnsId client;

  if (body == NULL)
    return;
  if (!mns_api_get_id (body, "client", &client))
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
  answer_pull (data, request, &client, mns_api_get_text (body, "cursor"), answer);
}

void
mns_api_pack (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  MnsServer *server = data;

  mns_packs_answer (server->packs, request, mns_http_request_get_param (request, "pack"), answer);
}
