/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The way to the server over HTTP, for one thread. */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include <string.h>

#include "sync/client/transport-http.h"
#include "sync/model/error.h"
#include "sync/wire/envelope.h"

#define TIMEOUT_S 30
/* The server lays a pack down whole before it says a word: a million samples take it a minute. */
#define PULL_TIMEOUT_S 300
#define CHUNK (64 * 1024)
/* An answer that is no stream and longer than this is not ours. */
#define MAX_BODY (64 * 1024 * 1024)
#define ZSTD_TYPE "zstd"

typedef struct
{
  MnsTransport base;
  MnsServerAddress *address;
  SoupSession *session;
  SoupSession *pulling; /* waits longer */
} HttpTransport;

static gboolean
fail_offline (HttpTransport *self, const GError *cause, GError **error)
{
  g_autofree char *refusal = NULL;

  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_error_copy (cause));
      return FALSE;
    }
  if (cause->domain == G_TLS_ERROR)
    {
      refusal = mns_server_address_describe_refusal (self->address);
      g_set_error_literal (error, MNS_ERROR, MNS_ERROR_DENIED, refusal);
      return FALSE;
    }
  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_OFFLINE,
               "%s cannot be reached: %s",
               mns_server_address_get_url (self->address),
               cause->message);
  return FALSE;
}

static void
add_body (SoupMessage *message, const MnsRequest *request)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  g_autofree char *offset = NULL;

  if (request->body != NULL)
    soup_message_set_request_body_from_bytes (
        message, request->type != NULL ? request->type : "application/json", request->body);
  if (request->upload_offset >= 0)
    {
      offset = g_strdup_printf ("%" G_GINT64_FORMAT, request->upload_offset);
      soup_message_headers_replace (headers, "Upload-Offset", offset);
    }
  if (request->stage != NULL)
    {
      soup_message_headers_replace (
          headers, "Accept", "application/x-ndjson, application/x-ndjson+zstd, application/zstd");
      if (mns_stage_get_size (request->stage) > 0)
        soup_message_headers_set_range (headers, (goffset) mns_stage_get_size (request->stage), -1);
    }
}

static gint64
read_number (SoupMessageHeaders *headers, const char *name, gint64 otherwise)
{
  const char *text = soup_message_headers_get_one (headers, name);
  gint64 number = 0;

  if (text == NULL || !g_ascii_string_to_signed (text, 10, 0, G_MAXINT64, &number, NULL))
    return otherwise;
  return number;
}

/* Redirects come as they are. A whole address must be of the same server; its path counts. */
static char *
read_location (HttpTransport *self, SoupMessageHeaders *headers)
{
  const char *text = soup_message_headers_get_one (headers, "Location");
  const char *url = mns_server_address_get_url (self->address);

  if (text == NULL)
    return NULL;
  if (g_str_has_prefix (text, url))
    text += strlen (url);
  return *text == '/' ? g_strdup (text) : NULL;
}

static void
read_head (HttpTransport *self, SoupMessage *message, MnsAnswer *answer)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);

  answer->status = soup_message_get_status (message);
  answer->retry_after_s = read_number (headers, "Retry-After", 0);
  answer->upload_offset = read_number (headers, "Upload-Offset", -1);
  answer->location = read_location (self, headers);
}

typedef gboolean (*TakeFunc) (gpointer where, const char *bytes, gsize length, GError **error);

static gboolean
take_in_memory (gpointer where, const char *bytes, gsize length, GError **error)
{
  GByteArray *array = where;

  if (array->len + length > MAX_BODY)
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_CORRUPT, "the server's answer has no end");
      return FALSE;
    }
  g_byte_array_append (array, (const guint8 *) bytes, (guint) length);
  return TRUE;
}

static gboolean
take_in_stage (gpointer where, const char *bytes, gsize length, GError **error)
{
  return mns_stage_write (where, bytes, length, error);
}

static gboolean
read_all (HttpTransport *self,
          GInputStream *in,
          TakeFunc take,
          gpointer where,
          GCancellable *cancellable,
          GError **error)
{
  g_autofree char *buffer = g_malloc (CHUNK);

  for (;;)
    {
      g_autoptr (GError) local = NULL;
      gssize got = g_input_stream_read (in, buffer, CHUNK, cancellable, &local);

      if (got < 0)
        return fail_offline (self, local, error);
      if (got == 0)
        return TRUE;
      if (!take (where, buffer, (gsize) got, error))
        return FALSE;
    }
}

static gboolean
read_stream (HttpTransport *self,
             SoupMessage *message,
             GInputStream *in,
             MnsStage *stage,
             GCancellable *cancellable,
             GError **error)
{
  const char *type =
      soup_message_headers_get_content_type (soup_message_get_response_headers (message), NULL);

  /* 200 to a question for the rest: it is the whole again */
  if (soup_message_get_status (message) == 200)
    mns_stage_clear (stage);
  mns_stage_set_compressed (stage, type != NULL && strstr (type, ZSTD_TYPE) != NULL);
  return read_all (self, in, take_in_stage, stage, cancellable, error);
}

static gboolean
send (MnsTransport *transport,
      const MnsRequest *request,
      MnsAnswer *answer,
      GCancellable *cancellable,
      GError **error)
{
  HttpTransport *self = (HttpTransport *) transport;
  g_autoptr (SoupMessage) message =
      mns_server_address_new_message (self->address, request->method, request->path);
  g_autoptr (GInputStream) in = NULL;
  g_autoptr (GByteArray) body = NULL;
  g_autoptr (GError) local = NULL;

  if (message == NULL)
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "%s is no path", request->path);
      return FALSE;
    }
  add_body (message, request);
  in = soup_session_send (
      request->stage != NULL ? self->pulling : self->session, message, cancellable, &local);
  if (in == NULL)
    return fail_offline (self, local, error);
  read_head (self, message, answer);
  if (request->stage != NULL && (answer->status == 200 || answer->status == 206))
    return read_stream (self, message, in, request->stage, cancellable, error);
  body = g_byte_array_new ();
  if (!read_all (self, in, take_in_memory, body, cancellable, error))
    return FALSE;
  answer->body = g_byte_array_free_to_bytes (g_steal_pointer (&body));
  return TRUE;
}

static void
free_transport (MnsTransport *transport)
{
  HttpTransport *self = (HttpTransport *) transport;

  g_object_unref (self->session);
  g_object_unref (self->pulling);
  mns_server_address_unref (self->address);
  g_free (self);
}

static const MnsTransportClass klass = { send, free_transport };

MnsTransport *
mns_http_transport_new (MnsServerAddress *address)
{
  HttpTransport *self = g_new0 (HttpTransport, 1);

  self->base.klass = &klass;
  self->address = mns_server_address_ref (address);
  self->session = mns_server_address_new_session (address, TIMEOUT_S);
  self->pulling = mns_server_address_new_session (address, PULL_TIMEOUT_S);
  return &self->base;
}
