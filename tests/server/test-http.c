/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Requests that are malformed, too large, too slow or for nothing. */

#include "config.h"

#include <string.h>

#include "tests/server/server-fixture.h"

#define N_CLAIMS 50

static MnsTestServer *server;

/* Sends bytes as they are and reads until the other side closes or @enough has come. */
static char *
talk (const char *bytes, gsize length, const char *enough)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  GString *answer = g_string_new (NULL);
  char buffer[4096];
  gssize got;

  g_socket_client_set_timeout (client, 60);
  connection = g_socket_client_connect_to_uri (client, server->url, 80, NULL, NULL);
  g_assert_nonnull (connection);
  /* the server may close before it has read everything */
  g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (connection)), bytes, length, NULL, NULL, NULL);
  while ((enough == NULL || strstr (answer->str, enough) == NULL) &&
         (got = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)),
                                     buffer,
                                     sizeof buffer,
                                     NULL,
                                     NULL)) > 0)
    g_string_append_len (answer, buffer, got);
  return g_string_free (answer, FALSE);
}

static void
test_malformed (void)
{
  static const char *const requests[] = {
    "HELLO\r\n\r\n",
    "GET / HTTP/\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n", /* no Host */
    "GET /a%zz HTTP/1.1\r\nHost: x\r\n\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autofree char *answer = talk (requests[i], strlen (requests[i]), "}]}");

      g_test_message ("%s", answer);
      g_assert_nonnull (strstr (answer, " 400 "));
      g_assert_nonnull (strstr (answer, "\"bad_request\""));
      g_assert_nonnull (strstr (answer, "nosniff"));
    }
}

static void
test_kept_alive (void)
{
  static const char request[] = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection =
      g_socket_client_connect_to_uri (client, server->url, 80, NULL, NULL);

  g_test_summary ("One connection serves many requests");
  g_assert_nonnull (connection);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GString) answer = g_string_new (NULL);
      char buffer[4096];

      g_assert_true (
          g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                                     request,
                                     strlen (request),
                                     NULL,
                                     NULL,
                                     NULL));
      while (strstr (answer->str, "database work.") == NULL)
        {
          gssize got = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)),
                                            buffer,
                                            sizeof buffer,
                                            NULL,
                                            NULL);

          g_assert_cmpint (got, >, 0);
          g_string_append_len (answer, buffer, got);
        }
    }
}

static void
test_long_head (void)
{
  g_autoptr (GString) request = g_string_new ("GET / HTTP/1.1\r\nHost: x\r\nX-Long: ");
  g_autofree char *answer = NULL;

  g_test_summary (
      "A head above what libsoup reads (64 KiB in 3.2, 100 KiB in 3.6) ends the connection");
  for (guint i = 0; i < 160 * 1024; i++)
    g_string_append_c (request, 'x');
  g_string_append (request, "\r\n\r\n");
  answer = talk (request->str, request->len, NULL);
  g_assert_null (strstr (answer, " 200 "));
}

/* ---- slow bodies ---- */

static GSocketConnection *
begin_body (const char *path, gsize length)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  GSocketConnection *connection =
      g_socket_client_connect_to_uri (client, server->url, 80, NULL, NULL);
  g_autofree char *head = g_strdup_printf (
      "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
      "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n{",
      path,
      length);

  g_assert_nonnull (connection);
  g_assert_true (
      g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                                 head,
                                 strlen (head),
                                 NULL,
                                 NULL,
                                 NULL));
  return connection;
}

typedef struct
{
  GString *answer;
  gint64 seconds;
} SlowBody;

/* A byte a second until there is an answer; the connection must be closed after it. */
static gpointer
send_slowly_in_thread (gpointer data)
{
  g_autoptr (GSocketConnection) connection = begin_body ("/auth/v1/login", 60000);
  GSocket *socket = g_socket_connection_get_socket (connection);
  SlowBody *self = g_new0 (SlowBody, 1);
  gint64 begun = g_get_monotonic_time ();
  char buffer[4096];
  gssize got = 1;

  self->answer = g_string_new (NULL);
  while (!g_socket_condition_timed_wait (socket, G_IO_IN, G_USEC_PER_SEC, NULL, NULL))
    g_socket_send (socket, " ", 1, NULL, NULL);
  self->seconds = (g_get_monotonic_time () - begun) / G_USEC_PER_SEC;
  while (got > 0)
    {
      got = g_socket_receive (socket, buffer, sizeof buffer, NULL, NULL);
      g_string_append_len (self->answer, buffer, MAX (got, 0));
    }
  g_assert_cmpint (got, ==, 0);
  return self;
}

/* Began before all other tests here, which thereby show that the others are served. */
static void
test_slow_body (gconstpointer data)
{
  SlowBody *slow = g_thread_join ((GThread *) data);

  g_test_summary ("A body of a byte a second is refused after half a minute");
  g_test_message ("after %d s: %s", (int) slow->seconds, slow->answer->str);
  g_assert_true (g_str_has_prefix (slow->answer->str, "HTTP/1.1 408 "));
  g_assert_nonnull (strstr (slow->answer->str, "\"slow_body\""));
  g_assert_nonnull (strstr (slow->answer->str, "nosniff"));
  g_assert_cmpint (slow->seconds, >=, 25);
  g_assert_cmpint (slow->seconds, <, 60);
  g_string_free (slow->answer, TRUE);
  g_free (slow);
}

static gint64
read_server_memory (void)
{
  g_autofree char *path =
      g_strdup_printf ("/proc/%s/status", g_subprocess_get_identifier (server->process));
  g_autofree char *text = NULL;
  const char *line;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  line = strstr (text, "VmRSS:");
  g_assert_nonnull (line);
  return g_ascii_strtoll (line + strlen ("VmRSS:"), NULL, 10) * 1024;
}

static void
test_claimed_bodies (void)
{
  g_autoptr (GPtrArray) open = g_ptr_array_new_with_free_func (g_object_unref);
  gint64 before = read_server_memory ();
  g_autoptr (MnsTestReply) reply = NULL;

  g_test_summary ("Fifty bodies that claim to be 15 MiB and do not come take no memory");
  for (guint i = 0; i < N_CLAIMS; i++)
    g_ptr_array_add (open, begin_body ("/sync/v1/push", 15 * 1024 * 1024));
  reply = mns_test_ask (server, "GET", "/healthz", NULL, NULL);
  g_assert_cmpint (reply->status, ==, 200);
  g_assert_cmpint (read_server_memory () - before, <, 32 * 1024 * 1024);
}

static void
test_slow_head (void)
{
  gint64 begun = g_get_monotonic_time ();
  g_autofree char *answer = talk ("GET / HT", 8, NULL);
  gint64 seconds = (g_get_monotonic_time () - begun) / G_USEC_PER_SEC;

  g_test_summary ("A head that does not come is waited for ten seconds");
  g_assert_cmpint (seconds, >=, 9);
  g_assert_cmpint (seconds, <, 25);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 408 "));
  g_assert_nonnull (strstr (answer, "\"slow_head\""));
}

static void
test_too_large (void)
{
  g_autofree char *large = g_malloc0 (200 * 1024);
  g_autofree char *chunked = NULL;
  g_autofree char *answer = NULL;
  g_autoptr (MnsTestReply) reply = NULL;

  memset (large, 'x', 200 * 1024 - 1);
  reply = mns_test_ask (server, "POST", "/auth/v1/login", large, NULL);
  mns_test_assert_refusal (reply, 413, "too_large");

  chunked = g_strdup_printf (
      "POST /auth/v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: "
      "application/json\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0"
      "\r\n\r\n",
      (guint) strlen (large),
      large);
  answer = talk (chunked, strlen (chunked), "}]}");
  g_assert_nonnull (strstr (answer, " 413 "));
  g_assert_nonnull (strstr (answer, "\"too_large\""));
}

static void
test_paths (void)
{
  static const struct
  {
    const char *method, *path, *body;
    guint status;
    const char *code;
  } cases[] = {
    { "GET", "/json/v1/nothing", NULL, 404, "not_found" },
    { "GET", "/sync/v1/nothing", NULL, 404, "not_found" },
    { "GET", "/api/v2/nothing", NULL, 404, "not_found" },
    { "GET", "/assets/nothing.js", NULL, 404, "not_found" },
    { "GET", "/json/v1/do/step.place@1", NULL, 405, "bad_method" },
    { "DELETE", "/auth/v1/me", NULL, 405, "bad_method" },
    { "POST", "/lab", "{}", 405, "bad_method" },
    { "GET", "/json/v1/view/lab", NULL, 401, "unauthorized" },
    { "GET", "/json/v1/events", NULL, 401, "unauthorized" },
    { "POST", "/sync/v1/push", "{}", 401, "unauthorized" },
    { "GET", "/sync/v1/packs/1", NULL, 401, "unauthorized" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MnsTestReply) reply =
          mns_test_ask (server, cases[i].method, cases[i].path, cases[i].body, NULL);

      mns_test_assert_refusal (reply, cases[i].status, cases[i].code);
    }
}

static void
test_types (void)
{
  g_autoptr (MnsTestReply) type =
      mns_test_ask (server, "POST", "/auth/v1/login", "{}", "Content-Type", "text/plain", NULL);
  g_autoptr (MnsTestReply) coding =
      mns_test_ask (server, "POST", "/auth/v1/login", "{}", "Content-Encoding", "gzip", NULL);

  mns_test_assert_refusal (type, 415, "bad_type");
  mns_test_assert_refusal (coding, 415, "bad_encoding");
}

static void
test_depth (void)
{
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (MnsTestReply) reply = NULL;

  for (guint i = 0; i < 7000; i++)
    g_string_append_c (deep, '[');
  reply = mns_test_ask (server, "POST", "/auth/v1/login", deep->str, NULL);
  mns_test_assert_refusal (reply, 400, "bad_json");
}

static void
test_safety_headers (void)
{
  static const char *const paths[] = {
    "/", "/lab/somewhere", "/healthz", "/json/v1/view/lab", "/x/y"
  };
  static const char *const names[] = { "Content-Security-Policy",
                                       "X-Content-Type-Options",
                                       "Referrer-Policy",
                                       "Cross-Origin-Opener-Policy",
                                       "Cross-Origin-Resource-Policy",
                                       "Permissions-Policy",
                                       "Cache-Control" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (MnsTestReply) reply = mns_test_ask (server, "GET", paths[i], NULL, NULL);

      for (guint k = 0; k < G_N_ELEMENTS (names); k++)
        g_assert_nonnull (soup_message_headers_get_list (reply->headers, names[k]));
      g_assert_cmpstr (soup_message_headers_get_one (reply->headers, "Server"), ==, "Meniscus");
    }
}

static void
test_health (void)
{
  g_autoptr (MnsTestReply) reply = mns_test_ask (server, "GET", "/healthz", NULL, NULL);

  g_assert_cmpint (reply->status, ==, 200);
}

static void
test_page_etag (void)
{
  g_autoptr (MnsTestBrowser) browser = mns_test_browser_new (server, "ada");
  g_autoptr (MnsTestReply) first =
      mns_test_ask (server, "GET", "/json/v1/view/roles", NULL, "Cookie", browser->cookie, NULL);
  const char *etag = soup_message_headers_get_one (first->headers, "ETag");
  g_autoptr (MnsTestReply) second = mns_test_ask (server,
                                                  "GET",
                                                  "/json/v1/view/roles",
                                                  NULL,
                                                  "Cookie",
                                                  browser->cookie,
                                                  "If-None-Match",
                                                  etag,
                                                  NULL);
  g_autoptr (MnsTestReply) none =
      mns_test_ask (server, "GET", "/json/v1/view/nothing", NULL, "Cookie", browser->cookie, NULL);

  g_assert_cmpint (first->status, ==, 200);
  g_assert_cmpint (mns_test_int (first, "as_of"), >, G_GINT64_CONSTANT (1700000000000000));
  g_assert_cmpint (second->status, ==, 304);
  g_assert_cmpint (second->length, ==, 0);
  mns_test_assert_refusal (none, 404, "not_found");
}

static void
test_many_connections (void)
{
  g_autoptr (GPtrArray) open = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (MnsTestReply) reply = NULL;

  g_test_summary ("Three hundred connections that say nothing keep nobody out");
  for (guint i = 0; i < 300; i++)
    {
      GSocketConnection *connection =
          g_socket_client_connect_to_uri (client, server->url, 80, NULL, NULL);

      g_assert_nonnull (connection);
      g_ptr_array_add (open, connection);
    }
  reply = mns_test_ask (server, "GET", "/healthz", NULL, NULL);
  g_assert_cmpint (reply->status, ==, 200);
}

int
main (int argc, char **argv)
{
  GThread *slow;
  int status;

  g_test_init (&argc, &argv, NULL);
  server = mns_test_server_new ();
  slow = g_thread_new ("slow-body", send_slowly_in_thread, NULL);

  g_test_add_func ("/http/malformed", test_malformed);
  g_test_add_func ("/http/kept-alive", test_kept_alive);
  g_test_add_func ("/http/long-head", test_long_head);
  g_test_add_func ("/http/too-large", test_too_large);
  g_test_add_func ("/http/paths", test_paths);
  g_test_add_func ("/http/types", test_types);
  g_test_add_func ("/http/depth", test_depth);
  g_test_add_func ("/http/safety-headers", test_safety_headers);
  g_test_add_func ("/http/health", test_health);
  g_test_add_func ("/http/page-etag", test_page_etag);
  g_test_add_func ("/http/many-connections", test_many_connections);
  g_test_add_func ("/http/claimed-bodies", test_claimed_bodies);
  g_test_add_func ("/http/slow-head", test_slow_head);
  g_test_add_data_func ("/http/slow-body", slow, test_slow_body);
  status = g_test_run ();
  mns_test_server_free (server);
  return status;
}
