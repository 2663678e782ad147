/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-http"

#include "config.h"

#include <string.h>

#include "server/http/log.h"
#include "server/http/request.h"
#include "sync/model/error.h"

void
mns_http_request_free (MnsHttpRequest *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_clear_pointer (&self->params, g_hash_table_unref);
  g_clear_pointer (&self->query, g_hash_table_unref);
  g_clear_pointer (&self->headers, soup_message_headers_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self->address);
  g_free (self);
}

const char *
mns_http_request_get_header (const MnsHttpRequest *self, const char *name)
{
  return soup_message_headers_get_one (self->headers, name);
}

/* What the route's path has in braces under this name; never NULL for a name it has. */
const char *
mns_http_request_get_param (const MnsHttpRequest *self, const char *name)
{
  return g_hash_table_lookup (self->params, name);
}

const char *
mns_http_request_get_query (const MnsHttpRequest *self, const char *name)
{
  return self->query != NULL ? g_hash_table_lookup (self->query, name) : NULL;
}

/**
 * mns_http_request_get_cookie:
 * @self: a request
 * @name: exactly
 *
 * Returns: (transfer full) (nullable): the first cookie of that name
 */
char *
mns_http_request_get_cookie (const MnsHttpRequest *self, const char *name)
{
  const char *header = soup_message_headers_get_list (self->headers, "Cookie");
  g_auto (GStrv) pairs = header != NULL ? g_strsplit (header, ";", 64) : NULL;
  gsize length = strlen (name);

  for (guint i = 0; pairs != NULL && pairs[i] != NULL; i++)
    {
      const char *pair = g_strstrip (pairs[i]);

      if (strncmp (pair, name, length) == 0 && pair[length] == '=')
        return g_strdup (pair + length + 1);
    }
  return NULL;
}

/* The token of "Authorization: Bearer"; free with g_free(). */
char *
mns_http_request_get_bearer (const MnsHttpRequest *self)
{
  const char *header = soup_message_headers_get_one (self->headers, "Authorization");

  if (header == NULL || g_ascii_strncasecmp (header, "Bearer ", strlen ("Bearer ")) != 0)
    return NULL;
  return g_strdup (header + strlen ("Bearer "));
}

/* ---- answers ---- */

MnsHttpAnswer *
mns_http_answer_new (void)
{
  MnsHttpAnswer *self = g_new0 (MnsHttpAnswer, 1);

  self->status = 204;
  self->headers = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
mns_http_answer_free (MnsHttpAnswer *self)
{
  if (self == NULL)
    return;
  if (self->free_stream_data != NULL)
    self->free_stream_data (self->stream_data);
  g_free (self->type);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_ptr_array_unref (self->headers);
  g_free (self);
}

void
mns_http_answer_add_header (MnsHttpAnswer *self, const char *name, const char *value)
{
  g_ptr_array_add (self->headers, g_strdup (name));
  g_ptr_array_add (self->headers, g_strdup (value));
}

void
mns_http_answer_add_header_printf (MnsHttpAnswer *self, const char *name, const char *format, ...)
{
  va_list values;

  g_ptr_array_add (self->headers, g_strdup (name));
  va_start (values, format);
  g_ptr_array_add (self->headers, g_strdup_vprintf (format, values));
  va_end (values);
}

/* Takes @body. */
void
mns_http_answer_take_body (MnsHttpAnswer *self, guint status, const char *type, GBytes *body)
{
  self->status = status;
  g_free (self->type);
  self->type = g_strdup (type);
  g_clear_pointer (&self->body, g_bytes_unref);
  self->body = body;
}

/* Takes @text. */
void
mns_http_answer_take_text (MnsHttpAnswer *self, guint status, const char *type, char *text)
{
  mns_http_answer_take_body (self, status, type, g_bytes_new_take (text, strlen (text)));
}

/* Takes @object, an answer in JSON. */
void
mns_http_answer_take_object (MnsHttpAnswer *self, guint status, JsonObject *object)
{
  mns_http_answer_take_text (self, status, "application/json", mns_json_print (object));
}

/* Takes @envelope: see sync/wire/envelope.h. */
void
mns_http_answer_take_envelope (MnsHttpAnswer *self, guint status, JsonObject *envelope)
{
  mns_http_answer_take_object (self, status, envelope);
}

static MnsOutcome
outcome_of_status (guint status)
{
  switch (status)
    {
    case 401:
    case 403:
      return MNS_OUTCOME_DENIED;
    case 409:
      return MNS_OUTCOME_CONFLICT;
    default:
      return status < 500 && status != 429 ? MNS_OUTCOME_INVALID : MNS_OUTCOME_ERROR;
    }
}

/**
 * mns_http_answer_refuse:
 * @self: an answer
 * @status: HTTP status, 400 and above
 * @code: one word for programs
 * @format: a sentence for people
 * @...: what goes into it
 *
 * Answers with an envelope of one fault.
 */
void
mns_http_answer_refuse (
    MnsHttpAnswer *self, guint status, const char *code, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list values;

  va_start (values, format);
  message = g_strdup_vprintf (format, values);
  va_end (values);
  mns_http_answer_take_envelope (
      self, status, mns_envelope_new_refusal (outcome_of_status (status), code, "%s", message));
}

/* Said in place of an error that tells a stranger about our insides: that one is only logged. */
static const char *
find_plain_words (MnsError code, guint status)
{
  if (code == MNS_ERROR_FULL)
    return "The server has no room on its disk, so nothing was done; try again when there is some.";
  if (code == MNS_ERROR_OFFLINE)
    return "The server cannot reach its database just now; try again.";
  return status == 500 ? "The server could not do this; its log says why." : NULL;
}

/* Answers with what went wrong. */
void
mns_http_answer_fail (MnsHttpAnswer *self, const GError *error)
{
  MnsError code = error->domain == MNS_ERROR ? (MnsError) error->code : MNS_ERROR_FAILED;
  guint status = mns_error_code_to_http (code);
  const char *words = find_plain_words (code, status);

  if (status == 503)
    mns_http_answer_add_header (self, "Retry-After", "1");
  if (words != NULL)
    {
      g_autofree char *text = mns_log_scrub (error->message);

      g_warning ("%s", text);
      mns_http_answer_refuse (self, status, mns_error_code_to_word (code), "%s", words);
      return;
    }
  mns_http_answer_take_envelope (self, status, mns_envelope_from_error (error));
}

/* Sends the head and hands the message to @func, which gets @data and looks after both. */
void
mns_http_answer_stream (MnsHttpAnswer *self,
                        MnsStreamFunc func,
                        gpointer data,
                        GDestroyNotify notify)
{
  self->status = 200;
  self->stream = func;
  self->stream_data = data;
  self->free_stream_data = notify;
}

/* "bytes=a-b", "bytes=a-" and "bytes=-n" of something @size long. Several ranges or another unit
 * count as none asked for, which the standard allows. Returns 1: a part, 0: all, -1: impossible.
 */
static int
read_range (const char *text, guint64 size, guint64 *first, guint64 *last)
{
  const char *spec = g_str_has_prefix (text, "bytes=") ? text + strlen ("bytes=") : NULL;
  char *end = NULL;

  if (spec == NULL || strchr (spec, ',') != NULL)
    return 0;
  if (*spec == '-')
    {
      guint64 tail = g_ascii_strtoull (spec + 1, &end, 10);

      if (!g_ascii_isdigit (spec[1]) || *end != '\0')
        return 0;
      *first = tail < size ? size - tail : 0;
      *last = size - 1;
      return tail > 0 && size > 0 ? 1 : -1;
    }
  if (!g_ascii_isdigit (*spec))
    return 0;
  *first = g_ascii_strtoull (spec, &end, 10);
  if (*end != '-')
    return 0;
  *last = size - 1;
  if (g_ascii_isdigit (end[1]))
    {
      *last = g_ascii_strtoull (end + 1, &end, 10);
      if (*end != '\0' || *last < *first)
        return 0;
      *last = MIN (*last, size - 1);
    }
  return size > 0 && *first < size ? 1 : -1;
}

/**
 * mns_http_answer_part:
 * @self: an answer
 * @request: what was asked
 * @whole: (transfer full): all bytes of an immutable thing, mapped rather than read
 * @etag: its name, in quotes
 *
 * Answers with all of it, or with the range that was asked for, or with 304 or 416.
 *
 * Returns: %FALSE for 304 and 416
 */
gboolean
mns_http_answer_part (MnsHttpAnswer *self,
                      const MnsHttpRequest *request,
                      GBytes *whole,
                      const char *etag)
{
  const char *range = mns_http_request_get_header (request, "Range");
  const char *if_range = mns_http_request_get_header (request, "If-Range");
  const char *known = mns_http_request_get_header (request, "If-None-Match");
  guint64 size = g_bytes_get_size (whole);
  guint64 first = 0;
  guint64 last = 0;
  int wanted = 0;

  mns_http_answer_add_header (self, "ETag", etag);
  mns_http_answer_add_header (self, "Accept-Ranges", "bytes");
  if (known != NULL && strcmp (known, etag) == 0)
    {
      self->status = 304;
      g_bytes_unref (whole);
      return FALSE;
    }
  if (range != NULL && (if_range == NULL || strcmp (if_range, etag) == 0))
    wanted = read_range (range, size, &first, &last);
  if (wanted < 0)
    {
      g_bytes_unref (whole);
      mns_http_answer_add_header_printf (self, "Content-Range", "bytes */%" G_GUINT64_FORMAT, size);
      mns_http_answer_refuse (self,
                              MNS_HTTP_BAD_RANGE,
                              "bad_range",
                              "Range %s lies outside of %" G_GUINT64_FORMAT " bytes.",
                              range,
                              size);
      return FALSE;
    }
  if (wanted == 0)
    {
      mns_http_answer_take_body (self, 200, "application/octet-stream", whole);
      return TRUE;
    }
  mns_http_answer_add_header_printf (self,
                                     "Content-Range",
                                     "bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT
                                     "/%" G_GUINT64_FORMAT,
                                     first,
                                     last,
                                     size);
  mns_http_answer_take_body (self,
                             206,
                             "application/octet-stream",
                             g_bytes_new_from_bytes (whole, first, last - first + 1));
  g_bytes_unref (whole);
  return TRUE;
}
