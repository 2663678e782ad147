/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A request's way: the head arrives (early handler: is there such a route, may the body be so
 * long), the body is counted in, a lane's thread asks the gate and does the work, the answer goes
 * back to the main thread and is written. Whatever is refused at the head keeps its body
 * unread or thrown away, never stored.
 */

#define G_LOG_DOMAIN "mns-http"

#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

#include "server/http/headers.h"
#include "server/http/log.h"
#include "server/http/service.h"
#include "server/http/static.h"
#include "sync/model/error.h"

/* Requests that wait for a thread of one lane. */
#define MOST_WAITING 4096
/* Bodies held in memory by all requests together. */
#define MOST_BODIES (192 * 1024 * 1024)
/* A refused body is read and thrown away up to here, so that the refusal is seen. */
#define MOST_DRAINED (256 * 1024 * 1024)
#define STOP_SECONDS 10
#define SLOW_REQUEST_US G_USEC_PER_SEC

static const struct
{
  const char *name;
  guint threads;
} lanes[MNS_N_LANES] = {
  [MNS_LANE_PUSH] = { "push", 8 },
  [MNS_LANE_PULL] = { "pull", 4 },
  [MNS_LANE_HASH] = { "hash", 3 },
};

struct _MnsHttp
{
  SoupServer *soup;
  MnsListener *listener;
  MnsRouter *router;
  GThreadPool *lanes[MNS_N_LANES];
  MnsGateFunc gate;
  gpointer gate_data;
  gboolean log_requests;
  gboolean behind_proxy;
  guint under_way;
  gsize bodies; /* bytes held */

  GSourceFunc stopped;
  gpointer stopped_data;
  gint64 stop_until;
};

/* A message from its head to its end. Main thread, but for what the job's thread has. */
typedef struct
{
  MnsHttp *http;
  SoupServerMessage *message; /* not a reference: it owns us */
  const MnsRoute *route;
  GHashTable *params;
  GByteArray *body;
  gsize received;
  gsize held; /* counted in http->bodies */
  gboolean answered;
  guint status; /* what we say; libsoup says 500 where the client has gone away */
  gint64 begun; /* monotonic */
  char *person; /* for the log */
} Exchange;

typedef struct
{
  MnsHttp *http;
  SoupServerMessage *message; /* a reference */
  const MnsRoute *route;
  MnsHttpRequest *request;
  MnsHttpAnswer *answer;
} Job;

static void
free_exchange (gpointer data)
{
  Exchange *self = data;

  self->http->bodies -= self->held;
  g_clear_pointer (&self->params, g_hash_table_unref);
  g_clear_pointer (&self->body, g_byte_array_unref);
  g_free (self->person);
  g_free (self);
}

static Exchange *
get_exchange (SoupServerMessage *message)
{
  return g_object_get_data (G_OBJECT (message), "mns-exchange");
}

MnsConnection *
mns_http_get_connection (MnsHttp *self, SoupServerMessage *message)
{
  return mns_listener_find (self->listener, soup_server_message_get_remote_address (message));
}

static void
enter (Exchange *exchange, MnsPhase phase)
{
  MnsConnection *connection = mns_http_get_connection (exchange->http, exchange->message);

  if (connection != NULL)
    mns_connection_enter (connection, phase);
}

/* ---- answering ---- */

static void
apply_answer (Exchange *exchange, MnsHttpAnswer *answer)
{
  SoupServerMessage *message = exchange->message;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  SoupMessageBody *body = soup_server_message_get_response_body (message);

  exchange->answered = TRUE;
  exchange->status = answer->status;
  soup_server_message_set_status (message, answer->status, NULL);
  for (guint i = 0; i + 1 < answer->headers->len; i += 2)
    soup_message_headers_replace (headers,
                                  g_ptr_array_index (answer->headers, i),
                                  g_ptr_array_index (answer->headers, i + 1));
  soup_message_body_truncate (body);
  soup_message_headers_remove (headers, "Content-Type");
  /* Ranges are served by us; libsoup would cut what is whole on purpose. */
  soup_message_headers_remove (soup_server_message_get_request_headers (message), "Range");

  if (answer->stream != NULL)
    {
      enter (exchange, MNS_PHASE_STREAM);
      answer->free_stream_data = NULL;
      answer->stream (message, answer->stream_data);
      return;
    }
  enter (exchange, MNS_PHASE_WRITE);
  soup_message_headers_set_content_length (
      headers, answer->body != NULL ? (goffset) g_bytes_get_size (answer->body) : 0);
  if (answer->body == NULL)
    return;
  if (answer->type != NULL)
    soup_message_headers_set_content_type (headers, answer->type, NULL);
  soup_message_body_append_bytes (body, answer->body);
}

static void G_GNUC_PRINTF (4, 5)
    refuse (Exchange *exchange, guint status, const char *code, const char *format, ...)
{
  g_autoptr (MnsHttpAnswer) answer = mns_http_answer_new ();
  g_autofree char *text = NULL;
  va_list values;

  va_start (values, format);
  text = g_strdup_vprintf (format, values);
  va_end (values);
  mns_http_answer_refuse (answer, status, code, "%s", text);
  if (status == MNS_HTTP_BUSY)
    mns_http_answer_add_header (answer, "Retry-After", "1");
  apply_answer (exchange, answer);
}

/* Refuses a body that is still coming: nothing of it is kept, and the connection ends with it. */
static void G_GNUC_PRINTF (4, 5)
    refuse_body (Exchange *exchange, guint status, const char *code, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list values;

  va_start (values, format);
  text = g_strdup_vprintf (format, values);
  va_end (values);
  g_clear_pointer (&exchange->body, g_byte_array_unref);
  exchange->http->bodies -= exchange->held;
  exchange->held = 0;
  refuse (exchange, status, code, "%s", text);
  soup_message_headers_replace (
      soup_server_message_get_response_headers (exchange->message), "Connection", "close");
  enter (exchange, MNS_PHASE_BODY);
}

/* ---- the work ---- */

static gboolean
job_done_cb (gpointer data)
{
  Job *job = data;
  Exchange *exchange = get_exchange (job->message);
  char id[MNS_ID_TEXT_SIZE];

  job->http->under_way--;
  if (exchange != NULL)
    {
      mns_id_print (&job->request->person, id);
      exchange->person = g_strdup (id);
      apply_answer (exchange, job->answer);
      soup_server_message_unpause (job->message);
    }
  mns_http_request_free (job->request);
  mns_http_answer_free (job->answer);
  g_object_unref (job->message);
  g_free (job);
  return G_SOURCE_REMOVE;
}

static void
quick_done_cb (gboolean answered, gpointer data)
{
  Job *job = data;

  if (answered)
    job_done_cb (job);
  else
    g_thread_pool_push (job->http->lanes[job->route->lane], job, NULL);
}

static void
work_in_thread (gpointer data, gpointer user_data)
{
  Job *job = data;
  GSource *source = g_idle_source_new ();

  if (job->http->gate (job->request, job->route, job->answer, job->http->gate_data))
    job->route->func (job->request, job->answer, job->route->data);

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, job_done_cb, job, NULL);
  g_source_attach (source, NULL);
  g_source_unref (source);
}

/* The proxy appends whom it saw: the last address is its word, those before are anybody's. */
static void
believe_proxy (MnsHttpRequest *request)
{
  const char *who = mns_http_request_get_header (request, "X-Forwarded-For");
  const char *how = mns_http_request_get_header (request, "X-Forwarded-Proto");
  const char *comma = who != NULL ? strrchr (who, ',') : NULL;
  g_autofree char *last = who != NULL ? g_strdup (comma != NULL ? comma + 1 : who) : NULL;

  if (!g_str_has_prefix (request->address, "127.") && !g_str_equal (request->address, "::1") &&
      !g_str_equal (request->address, "local"))
    return;
  if (last != NULL && g_hostname_is_ip_address (g_strstrip (last)))
    {
      g_free (request->address);
      request->address = g_steal_pointer (&last);
    }
  request->secure |= how != NULL && g_ascii_strcasecmp (how, "https") == 0;
}

static MnsHttpRequest *
new_request (Exchange *exchange)
{
  SoupServerMessage *message = exchange->message;
  MnsConnection *connection = mns_http_get_connection (exchange->http, message);
  GUri *uri = soup_server_message_get_uri (message);
  const char *query = g_uri_get_query (uri);
  MnsHttpRequest *request = g_new0 (MnsHttpRequest, 1);

  request->method = exchange->route->method;
  request->path = g_strdup (g_uri_get_path (uri));
  request->params = g_steal_pointer (&exchange->params);
  if (query != NULL && *query != '\0')
    request->query = g_uri_parse_params (query, -1, "&", G_URI_PARAMS_WWW_FORM, NULL);
  request->headers = soup_message_headers_ref (soup_server_message_get_request_headers (message));
  request->body = exchange->body != NULL
                      ? g_byte_array_free_to_bytes (g_steal_pointer (&exchange->body))
                      : g_bytes_new_static ("", 0);
  request->address = g_strdup (connection != NULL ? connection->address : "unknown");
  request->secure = connection != NULL && connection->secure;
  request->received_at = g_get_real_time ();
  if (exchange->http->behind_proxy)
    believe_proxy (request);
  return request;
}

static void
handle_cb (SoupServer *soup,
           SoupServerMessage *message,
           const char *path,
           GHashTable *query,
           gpointer data)
{
  MnsHttp *self = data;
  Exchange *exchange = get_exchange (message);
  GThreadPool *lane;
  Job *job;

  if (exchange == NULL || exchange->answered || exchange->route == NULL)
    return;
  lane = self->lanes[exchange->route->lane];
  if (g_thread_pool_unprocessed (lane) >= MOST_WAITING)
    {
      refuse (exchange, MNS_HTTP_BUSY, "busy", "The server has too much to do; try again.");
      return;
    }

  job = g_new0 (Job, 1);
  job->http = self;
  job->message = g_object_ref (message);
  job->route = exchange->route;
  job->request = new_request (exchange);
  job->answer = mns_http_answer_new ();
  self->under_way++;
  enter (exchange, MNS_PHASE_WORK);
  soup_server_message_pause (message);
  if (job->route->quick == NULL ||
      !job->route->quick (job->request, job->route, job->answer, quick_done_cb, job))
    g_thread_pool_push (lane, job, NULL);
}

/* ---- the head and the body ---- */

static void
got_chunk_cb (SoupServerMessage *message, GBytes *chunk, gpointer data)
{
  Exchange *exchange = data;
  MnsHttp *self = exchange->http;
  MnsConnection *connection = mns_http_get_connection (self, message);
  gsize size = g_bytes_get_size (chunk);

  exchange->received += size;
  if (connection != NULL)
    {
      mns_connection_moved (connection, size);
      if (exchange->answered && exchange->received > MOST_DRAINED)
        mns_connection_shut (connection);
    }
  if (exchange->answered || exchange->route == NULL)
    return;

  if (exchange->received > exchange->route->limit)
    {
      refuse_body (exchange,
                   MNS_HTTP_TOO_LARGE,
                   "too_large",
                   "The request is longer than the %" G_GSIZE_FORMAT " bytes that %s %s takes.",
                   exchange->route->limit,
                   exchange->route->method,
                   exchange->route->path);
      return;
    }
  if (self->bodies + size > MOST_BODIES)
    {
      refuse_body (exchange, MNS_HTTP_BUSY, "busy", "The server has too much to do; try again.");
      return;
    }
  if (exchange->body == NULL)
    exchange->body = g_byte_array_new ();
  g_byte_array_append (exchange->body, g_bytes_get_data (chunk, NULL), (guint) size);
  exchange->held += size;
  self->bodies += size;
}

static gboolean
is_json (SoupMessageHeaders *headers)
{
  const char *type = soup_message_headers_get_content_type (headers, NULL);

  return type != NULL && g_ascii_strcasecmp (type, "application/json") == 0;
}

/* What can be said before the body arrives. */
static void
check_head (Exchange *exchange)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (exchange->message);
  const MnsRoute *route = exchange->route;
  goffset length = soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH
                       ? soup_message_headers_get_content_length (headers)
                       : 0;
  const char *coding = soup_message_headers_get_one (headers, "Content-Encoding");
  gboolean has_body =
      length > 0 || soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CHUNKED;

  if (length < 0 || (guint64) length > route->limit)
    refuse_body (exchange,
                 MNS_HTTP_TOO_LARGE,
                 "too_large",
                 "The request is longer than the %" G_GSIZE_FORMAT " bytes that %s %s takes.",
                 route->limit,
                 route->method,
                 route->path);
  else if (coding != NULL && g_ascii_strcasecmp (coding, "identity") != 0)
    refuse_body (exchange,
                 MNS_HTTP_BAD_TYPE,
                 "bad_encoding",
                 "Content-Encoding %s is not taken; send the body as it is.",
                 coding);
  else if (route->body == MNS_BODY_JSON && has_body && !is_json (headers))
    refuse_body (exchange,
                 MNS_HTTP_BAD_TYPE,
                 "bad_type",
                 "%s %s takes a body of Content-Type application/json.",
                 route->method,
                 route->path);
}

static void
answer_static (Exchange *exchange, const char *path)
{
  g_autoptr (MnsHttpAnswer) answer = mns_http_answer_new ();
  g_autofree char *plain = g_uri_unescape_string (path, NULL);

  mns_static_answer (plain != NULL && *plain != '\0' ? plain : "/",
                     soup_server_message_get_request_headers (exchange->message),
                     answer);
  apply_answer (exchange, answer);
}

static void
refuse_path (Exchange *exchange, const char *method, const char *path, const char *allowed)
{
  if (allowed == NULL)
    {
      refuse_body (exchange, MNS_HTTP_NOT_FOUND, "not_found", "There is nothing at %s.", path);
      return;
    }
  refuse_body (exchange,
               MNS_HTTP_BAD_METHOD,
               "bad_method",
               "%s does not take %s, only %s.",
               path,
               method,
               allowed);
  soup_message_headers_replace (
      soup_server_message_get_response_headers (exchange->message), "Allow", allowed);
}

static void
head_cb (SoupServer *soup,
         SoupServerMessage *message,
         const char *decoded_path,
         GHashTable *query,
         gpointer data)
{
  MnsHttp *self = data;
  Exchange *exchange = get_exchange (message);
  const char *method = soup_server_message_get_method (message);
  const char *path = g_uri_get_path (soup_server_message_get_uri (message));
  g_autofree char *allowed = NULL;

  if (exchange == NULL)
    return;
  exchange->begun = g_get_monotonic_time ();
  enter (exchange, MNS_PHASE_BODY);
  exchange->route = mns_router_find (self->router, method, path, &exchange->params, &allowed);
  if (exchange->route != NULL)
    check_head (exchange);
  else if (allowed == NULL && !mns_router_is_ours (path) &&
           (strcmp (method, "GET") == 0 || strcmp (method, "HEAD") == 0))
    answer_static (exchange, path);
  else
    refuse_path (exchange,
                 method,
                 path,
                 allowed != NULL || mns_router_is_ours (path) ? allowed : "GET, HEAD");
}

/* ---- a message's life ---- */

static void
wrote_data_cb (SoupServerMessage *message, guint size, gpointer data)
{
  Exchange *exchange = data;
  MnsConnection *connection = mns_http_get_connection (exchange->http, message);

  if (connection != NULL)
    mns_connection_moved (connection, size);
}

static void
log_request (Exchange *exchange)
{
  guint status = exchange->status;
  gint64 took = g_get_monotonic_time () - exchange->begun;
  g_autofree char *status_text = NULL;
  g_autofree char *took_text = NULL;

  if (exchange->route == NULL || exchange->begun == 0)
    return;
  if (!exchange->http->log_requests && status < 500 && took < SLOW_REQUEST_US)
    return;
  status_text = g_strdup_printf ("%u", status);
  took_text = g_strdup_printf ("%" G_GINT64_FORMAT, took);
  mns_log_event (status >= 500 ? "warning" : "info",
                 "request",
                 "method",
                 exchange->route->method,
                 "route",
                 exchange->route->path,
                 "status",
                 status_text,
                 "us",
                 took_text,
                 "person",
                 exchange->person,
                 NULL);
}

static void
finished_cb (SoupServerMessage *message, gpointer data)
{
  Exchange *exchange = data;

  log_request (exchange);
  enter (exchange, MNS_PHASE_IDLE);
}

static void
request_started_cb (SoupServer *soup, SoupServerMessage *message, gpointer data)
{
  static const char unreadable[] =
      "{\"outcome\":\"invalid\",\"faults\":[{\"at\":\"\",\"code\":"
      "\"bad_request\",\"message\":\"This is no HTTP request that the "
      "server can read.\"}]}";
  MnsHttp *self = data;
  MnsConnection *connection = mns_http_get_connection (self, message);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  Exchange *exchange = g_new0 (Exchange, 1);

  exchange->http = self;
  exchange->message = message;
  g_object_set_data_full (G_OBJECT (message), "mns-exchange", exchange, free_exchange);
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  g_signal_connect (message, "got-chunk", G_CALLBACK (got_chunk_cb), exchange);
  g_signal_connect (message, "wrote-body-data", G_CALLBACK (wrote_data_cb), exchange);
  g_signal_connect (message, "finished", G_CALLBACK (finished_cb), exchange);

  /* What libsoup itself refuses gets this; every other answer replaces it. */
  mns_headers_add_safety (headers, connection != NULL && connection->secure);
  soup_server_message_set_response (
      message, "application/json", SOUP_MEMORY_STATIC, unreadable, strlen (unreadable));
}

static void
welcome_cb (GIOStream *stream, MnsConnection *connection, gpointer data)
{
  MnsHttp *self = data;
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (connection->socket, NULL);
  g_autoptr (GError) error = NULL;

  if (local == NULL ||
      !soup_server_accept_iostream (self->soup, stream, local, connection->remote, &error))
    g_debug ("A connection was not taken: %s", error != NULL ? error->message : "it is closed");
}

/* libsoup keeps a connection alive only while it listens itself. It gets a socket that nobody can
 * reach: its name is gone before anyone can know it.
 */
static void
listen_to_nobody (MnsHttp *self)
{
  g_autofree char *folder = g_dir_make_tmp ("meniscus-XXXXXX", NULL);
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "s", NULL) : NULL;
  g_autoptr (GSocketAddress) address = path != NULL ? g_unix_socket_address_new (path) : NULL;
  g_autoptr (GSocket) socket =
      g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GError) error = NULL;
  gboolean done = address != NULL && socket != NULL &&
                  g_socket_bind (socket, address, FALSE, &error) &&
                  g_socket_listen (socket, &error);

  if (path != NULL)
    g_unlink (path);
  if (folder != NULL)
    g_rmdir (folder);
  if (!done || !soup_server_listen_socket (self->soup, socket, 0, &error))
    g_warning ("Connections will not be kept alive: %s",
               error != NULL ? error->message : "no temporary folder");
}

/* ---- public ---- */

MnsHttp *
mns_http_new (MnsGateFunc gate, gpointer gate_data)
{
  MnsHttp *self = g_new0 (MnsHttp, 1);

  self->soup = soup_server_new ("server-header", "Meniscus", NULL);
  self->listener = mns_listener_new (welcome_cb, self);
  self->router = mns_router_new ();
  self->gate = gate;
  self->gate_data = gate_data;
  for (guint i = 0; i < MNS_N_LANES; i++)
    self->lanes[i] = g_thread_pool_new (work_in_thread, self, (int) lanes[i].threads, TRUE, NULL);
  g_signal_connect (self->soup, "request-started", G_CALLBACK (request_started_cb), self);
  soup_server_add_early_handler (self->soup, NULL, head_cb, self, NULL);
  soup_server_add_handler (self->soup, NULL, handle_cb, self, NULL);
  listen_to_nobody (self);
  return self;
}

void
mns_http_free (MnsHttp *self)
{
  if (self == NULL)
    return;
  mns_listener_stop (self->listener);
  for (guint i = 0; i < MNS_N_LANES; i++)
    g_thread_pool_free (self->lanes[i], FALSE, TRUE);
  while (self->under_way > 0)
    g_main_context_iteration (NULL, TRUE);
  soup_server_disconnect (self->soup);
  g_object_unref (self->soup);
  mns_listener_free (self->listener);
  mns_router_free (self->router);
  g_free (self);
}

void
mns_http_set_log_requests (MnsHttp *self, gboolean log_requests)
{
  self->log_requests = log_requests;
}

/* Only a proxy on this machine is believed what it says about who asks. */
void
mns_http_set_behind_proxy (MnsHttp *self, gboolean behind_proxy)
{
  self->behind_proxy = behind_proxy;
}

/* The rows must live as long as @self; their functions get @data. */
void
mns_http_add_routes (MnsHttp *self, const MnsRoute *routes, guint n_routes, gpointer data)
{
  mns_router_add (self->router, routes, n_routes, data);
}

/* See mns_listener_add(). */
char *
mns_http_listen (MnsHttp *self, const char *address, GTlsCertificate *certificate, GError **error)
{
  return mns_listener_add (self->listener, address, certificate, error);
}

static gboolean
stop_cb (gpointer data)
{
  MnsHttp *self = data;

  if (self->under_way > 0 && g_get_monotonic_time () < self->stop_until)
    return G_SOURCE_CONTINUE;
  self->stopped (self->stopped_data);
  return G_SOURCE_REMOVE;
}

void
mns_http_stop (MnsHttp *self, GSourceFunc done, gpointer data)
{
  mns_listener_stop (self->listener);
  self->stopped = done;
  self->stopped_data = data;
  self->stop_until = g_get_monotonic_time () + STOP_SECONDS * G_USEC_PER_SEC;
  g_timeout_add (20, stop_cb, self);
}
