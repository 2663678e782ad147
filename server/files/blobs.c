/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-files"

#include "config.h"

#include <string.h>

#include "server/api/scopes.h"
#include "server/files/blobs.h"
#include "server/files/store.h"
#include "sync/model/error.h"

#define PIECE_LIMIT (8 * 1024 * 1024)
#define LARGEST (G_GINT64_CONSTANT (8) * 1024 * 1024 * 1024)

struct _MnsBlobs
{
  MnsFileStore *store;
  MnsPool *pool;
};

MnsBlobs *
mns_blobs_new (const char *state, MnsPool *pool, GError **error)
{
  MnsFileStore *store = mns_file_store_new (state, error);
  MnsBlobs *self;

  if (store == NULL)
    return NULL;
  self = g_new0 (MnsBlobs, 1);
  self->store = store;
  self->pool = pool;
  return self;
}

void
mns_blobs_free (MnsBlobs *self)
{
  if (self == NULL)
    return;
  mns_file_store_free (self->store);
  g_free (self);
}

void
mns_blobs_tidy (MnsBlobs *self)
{
  mns_file_store_tidy (self->store);
}

/* ---- who may know ---- */

typedef struct
{
  MnsBlobs *blobs;
  const MnsHttpRequest *request;
  const char *sha256;
  GBytes *hash;
  gint64 size;
  gboolean may_read;
  gboolean known; /* an upload of this person */
} Ask;

static gboolean
may_read_phi (MnsTransaction *tx, const MnsId *person, gboolean *may, GError **error)
{
  g_autoptr (GPtrArray) rights = mns_rights_of (tx, person, error);

  if (rights == NULL)
    return FALSE;
  *may = g_ptr_array_find_with_equal_func (rights, "PHI:read", g_str_equal, NULL);
  return TRUE;
}

/* May this person read a row that refers to the blob? */
static gboolean
ask_right (MnsTransaction *tx, gpointer data, GError **error)
{
  Ask *self = data;
  g_autoptr (GHashTable) allowed = NULL;
  g_autoptr (MnsRows) rows = NULL;
  gboolean phi = FALSE;

  self->may_read = FALSE;
  rows = mns_transaction_query (tx,
                                "SELECT scope_id, phi FROM file WHERE sha256 = $hash LIMIT 1000",
                                MNS_ARGS (MNS_ARG_VALUE ("hash", mns_value_bytes (self->hash))),
                                error);
  if (rows == NULL || !mns_scopes_allowed (tx, &self->request->person, &allowed, error) ||
      !may_read_phi (tx, &self->request->person, &phi, error))
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    if ((allowed == NULL || g_hash_table_contains (allowed, mns_rows_get_id (rows, i, 0))) &&
        (phi || mns_rows_get_int (rows, i, 1) == 0))
      self->may_read = TRUE;
  return TRUE;
}

static void
upload_id (const Ask *self, MnsId *id)
{
  mns_id_derive (id, &self->request->person, self->sha256, 0);
}

static gboolean
note_upload (MnsTransaction *tx, gpointer data, GError **error)
{
  Ask *self = data;
  MnsId id;

  upload_id (self, &id);
  return mns_transaction_run (
      tx,
      "INSERT INTO upload (id, sha256, size, received, started_at) VALUES ($id, $hash, $size, 0,"
      " $now) ON CONFLICT (id) DO UPDATE SET size = excluded.size",
      MNS_ARGS (MNS_ARG_ID ("id", &id),
                MNS_ARG_VALUE ("hash", mns_value_bytes (self->hash)),
                MNS_ARG_INT ("size", self->size),
                MNS_ARG_INT ("now", g_get_real_time ())),
      error);
}

static gboolean
find_upload (MnsTransaction *tx, gpointer data, GError **error)
{
  Ask *self = data;
  g_autoptr (MnsRows) rows = NULL;
  MnsId id;

  upload_id (self, &id);
  rows = mns_transaction_query (
      tx, "SELECT size FROM upload WHERE id = $id", MNS_ARGS (MNS_ARG_ID ("id", &id)), error);
  if (rows == NULL)
    return FALSE;
  self->known = mns_rows_get_n_rows (rows) > 0;
  if (self->known)
    self->size = mns_rows_get_int (rows, 0, 0);
  return TRUE;
}

static gboolean
note_stored (MnsTransaction *tx, gpointer data, GError **error)
{
  Ask *self = data;
  MnsId id;

  upload_id (self, &id);
  return mns_transaction_run (tx,
                              "INSERT INTO blob (sha256, size, stored_at, backend) VALUES ($hash, "
                              "$size, $now, 'DIR')"
                              " ON CONFLICT (sha256) DO NOTHING",
                              MNS_ARGS (MNS_ARG_VALUE ("hash", mns_value_bytes (self->hash)),
                                        MNS_ARG_INT ("size", self->size),
                                        MNS_ARG_INT ("now", g_get_real_time ())),
                              error) &&
         mns_transaction_run (
             tx, "DELETE FROM upload WHERE id = $id", MNS_ARGS (MNS_ARG_ID ("id", &id)), error);
}

/* ---- POST ---- */

static gboolean
run_or_fail (Ask *self, MnsPoolFunc func, gboolean writes, MnsHttpAnswer *answer)
{
  g_autoptr (GError) error = NULL;
  gboolean done = writes ? mns_pool_run_write (self->blobs->pool, func, self, &error)
                         : mns_pool_run_read (self->blobs->pool, func, self, &error);

  if (!done)
    mns_http_answer_fail (answer, error);
  return done;
}

static void
answer_stored (const Ask *self, MnsHttpAnswer *answer)
{
  JsonObject *object = json_object_new ();

  json_object_set_boolean_member (object, "stored", TRUE);
  json_object_set_int_member (object, "size", self->size);
  mns_http_answer_take_object (answer, 200, object);
}

static void
announce (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  g_autoptr (JsonNode) node = NULL;
  JsonObject *body = mns_api_parse (request, &node, answer);
  const char *sha256 = body != NULL ? mns_api_get_text (body, "sha256") : NULL;
  gint64 size = body != NULL ? mns_api_get_int (body, "size", -1) : -1;
  Ask self = { .blobs = data, .request = request, .sha256 = sha256 };
  g_autoptr (GBytes) hash = NULL;
  JsonObject *object;
  gint64 stored;

  if (body == NULL)
    return;
  if (!mns_sha256_is_text (sha256) || size < 0 || size > LARGEST)
    {
      mns_http_answer_refuse (answer,
                              422,
                              "bad_blob",
                              "A file needs sha256, 64 small hexadecimal digits, and size, up to "
                              "%" G_GINT64_FORMAT " bytes.",
                              LARGEST);
      return;
    }
  self.hash = hash = mns_sha256_parse (sha256);
  if (!run_or_fail (&self, ask_right, FALSE, answer))
    return;
  if (self.may_read && mns_file_store_has (self.blobs->store, sha256, &stored))
    {
      self.size = stored;
      answer_stored (&self, answer);
      return;
    }
  self.size = size;
  if (!run_or_fail (&self, note_upload, TRUE, answer))
    return;
  object = json_object_new ();
  json_object_set_boolean_member (object, "stored", FALSE);
  json_object_set_int_member (
      object, "offset", mns_file_store_get_offset (self.blobs->store, sha256, &request->person));
  mns_http_answer_add_header_printf (answer, "Location", "%s/%s", request->path, sha256);
  mns_http_answer_take_object (answer, 201, object);
}

/* ---- HEAD and PATCH ---- */

static gboolean
begin (Ask *self, MnsHttpAnswer *answer)
{
  self->sha256 = mns_http_request_get_param (self->request, "sha256");
  if (mns_sha256_is_text (self->sha256))
    {
      self->hash = mns_sha256_parse (self->sha256);
      return TRUE;
    }
  mns_http_answer_refuse (
      answer, 422, "bad_blob", "A file's name is its SHA-256, 64 small hexadecimal digits.");
  return FALSE;
}

static void
refuse_unknown (MnsHttpAnswer *answer)
{
  mns_http_answer_refuse (answer,
                          MNS_HTTP_NOT_FOUND,
                          "no_upload",
                          "There is no such upload of yours; announce the file with POST first.");
}

static void
add_offset (MnsHttpAnswer *answer, gint64 offset)
{
  mns_http_answer_add_header_printf (answer, "Upload-Offset", "%" G_GINT64_FORMAT, offset);
}

static void
tell_offset (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  Ask self = { .blobs = data, .request = request };
  gint64 stored = 0;

  if (!begin (&self, answer))
    return;
  if (run_or_fail (&self, ask_right, FALSE, answer) &&
      run_or_fail (&self, find_upload, FALSE, answer))
    {
      if (self.known)
        add_offset (answer,
                    mns_file_store_get_offset (self.blobs->store, self.sha256, &request->person));
      else if (self.may_read && mns_file_store_has (self.blobs->store, self.sha256, &stored))
        add_offset (answer, stored);
      else
        refuse_unknown (answer);
    }
  g_bytes_unref (self.hash);
}

static void
answer_append (Ask *self, gint64 offset, MnsAppendEnd end, MnsHttpAnswer *answer)
{
  add_offset (answer, offset);
  switch (end)
    {
    case MNS_APPEND_MORE:
      return;
    case MNS_APPEND_DONE:
      if (run_or_fail (self, note_stored, TRUE, answer))
        mns_http_answer_add_header (answer, "Upload-Complete", "?1");
      return;
    case MNS_APPEND_WRONG_OFFSET:
      mns_http_answer_refuse (answer,
                              409,
                              "wrong_offset",
                              "%" G_GINT64_FORMAT " bytes of this file are here; go on from there.",
                              offset);
      return;
    case MNS_APPEND_TOO_LONG:
      mns_http_answer_refuse (answer,
                              422,
                              "too_long",
                              "The file was announced with %" G_GINT64_FORMAT " bytes.",
                              self->size);
      return;
    case MNS_APPEND_WRONG_HASH:
      mns_http_answer_refuse (
          answer,
          422,
          "wrong_hash",
          "The bytes that came do not have the SHA-256 that was announced; send "
          "the file again.");
      return;
    default:
      g_assert_not_reached ();
    }
}

static void
append (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  Ask self = { .blobs = data, .request = request };
  const char *header = mns_http_request_get_header (request, "Upload-Offset");
  g_autoptr (GError) error = NULL;
  MnsAppendEnd end;
  gint64 offset;

  if (!begin (&self, answer))
    return;
  if (header == NULL || !g_ascii_string_to_signed (header, 10, 0, LARGEST, &offset, NULL))
    mns_http_answer_refuse (
        answer, 422, "bad_offset", "A piece needs the header Upload-Offset, a number of bytes.");
  else if (run_or_fail (&self, find_upload, FALSE, answer) && !self.known)
    refuse_unknown (answer);
  else if (self.known)
    {
      if (mns_file_store_append (self.blobs->store,
                                 self.sha256,
                                 &request->person,
                                 self.size,
                                 &offset,
                                 request->body,
                                 &end,
                                 &error))
        answer_append (&self, offset, end, answer);
      else
        mns_http_answer_fail (answer, error);
    }
  g_bytes_unref (self.hash);
}

/* ---- GET ---- */

static void
send_blob (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  Ask self = { .blobs = data, .request = request };
  g_autoptr (GMappedFile) file = NULL;
  g_autofree char *path = NULL;
  g_autofree char *etag = NULL;

  if (!begin (&self, answer))
    return;
  if (run_or_fail (&self, ask_right, FALSE, answer))
    {
      path = mns_file_store_path (self.blobs->store, self.sha256);
      file = self.may_read ? g_mapped_file_new (path, FALSE, NULL) : NULL;
      etag = g_strdup_printf ("\"%s\"", self.sha256);
      if (file == NULL)
        mns_http_answer_refuse (answer,
                                MNS_HTTP_NOT_FOUND,
                                "no_blob",
                                "There is no such file that you may read, or it is on its way.");
      else
        {
          mns_http_answer_add_header (answer, "Content-Disposition", "attachment");
          mns_http_answer_part (answer, request, g_mapped_file_get_bytes (file), etag);
        }
    }
  g_bytes_unref (self.hash);
}

#define BLOB_ROUTES(prefix)                                                                        \
  { "POST", prefix, MNS_AUTH_USER, MNS_LANE_HASH, MNS_BODY_JSON, 4096, announce, NULL },           \
      { "HEAD", prefix "/{sha256}", MNS_AUTH_USER, MNS_LANE_HASH, MNS_BODY_NONE,                   \
        0,      tell_offset,        NULL },                                                        \
      { "PATCH",        prefix "/{sha256}", MNS_AUTH_USER, MNS_LANE_HASH,                          \
        MNS_BODY_BYTES, PIECE_LIMIT,        append,        NULL },                                 \
  {                                                                                                \
    "GET", prefix "/{sha256}", MNS_AUTH_USER, MNS_LANE_HASH, MNS_BODY_NONE, 0, send_blob, NULL     \
  }

static const MnsRoute routes[] = {
  BLOB_ROUTES ("/sync/v1/blobs"),
  BLOB_ROUTES ("/json/v1/blobs"),
};

const MnsRoute *
mns_blob_routes (guint *n_routes)
{
  *n_routes = G_N_ELEMENTS (routes);
  return routes;
}
