/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "sync/model/entity.h"
#include "sync/model/id.h"
#include "sync/wire/envelope.h"
#include "tests/server/server-fixture.h"

static char *
program (const char *path)
{
  return g_build_filename (g_getenv ("MNS_BUILD"), path, NULL);
}

/* ---- processes ---- */

/* Reads "ready URL"; a server that ends instead fails the test. */
static void
wait_ready (MnsTestServer *self)
{
  g_autoptr (GDataInputStream) lines =
      g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, NULL);

  g_assert_nonnull (line);
  g_assert_true (g_str_has_prefix (line, "ready http"));
  g_free (self->url);
  self->url = g_strdup (line + strlen ("ready "));
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (lines), FALSE);
}

static void
launch (MnsTestServer *self, const char *database)
{
  g_autofree char *path = program ("server/meniscus-server");
  g_autofree char *log = g_build_filename (self->state, "server.log", NULL);
  g_autofree char *state = g_build_filename (self->state, "server", NULL);
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GError) error = NULL;

  /* its warnings are for its log, not for its life */
  g_subprocess_launcher_unsetenv (launcher, "G_DEBUG");
  g_subprocess_launcher_set_stderr_file_path (launcher, log);
  {
    g_autoptr (GPtrArray) argv = g_ptr_array_new ();
    /* started again it is where its devices look for it */
    const char *listen = self->url != NULL ? self->url + strlen ("http://") : "127.0.0.1:0";
    const char *const always[] = { path, "--state", state, "--listen", listen };

    for (guint i = 0; i < G_N_ELEMENTS (always); i++)
      g_ptr_array_add (argv, (gpointer) always[i]);
    if (!self->durable)
      g_ptr_array_add (argv, (gpointer) "--throwaway");
    if (database != NULL)
      {
        g_ptr_array_add (argv, (gpointer) "--database");
        g_ptr_array_add (argv, (gpointer) database);
      }
    g_ptr_array_add (argv, NULL);
    self->process =
        g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, &error);
  }
  g_assert_no_error (error);
  wait_ready (self);
}

void
mns_test_server_start (MnsTestServer *self)
{
  g_assert_null (self->process);
  launch (self, NULL);
}

void
mns_test_server_stop (MnsTestServer *self)
{
  g_subprocess_send_signal (self->process, SIGTERM);
  g_assert_true (g_subprocess_wait_check (self->process, NULL, NULL));
  g_clear_object (&self->process);
}

void
mns_test_server_kill (MnsTestServer *self)
{
  g_subprocess_force_exit (self->process);
  g_subprocess_wait (self->process, NULL, NULL);
  g_clear_object (&self->process);
}

/* A server running as root gives its database to another account, which must get there. */
static char *
make_folder (void)
{
  char *path = mns_test_make_tmp_dir ();

  g_assert_cmpint (g_chmod (path, 0711), ==, 0);
  return path;
}

static void
add_user (const char *state, const char *name, const char *role)
{
  g_autofree char *file = g_build_filename (state, "password", NULL);

  g_assert_true (g_file_set_contents (file, MNS_TEST_PASSWORD "\n", -1, NULL));
  g_assert_cmpint (
      mns_test_ctl (
          state, NULL, "user", "add", name, "--role", role, "--password-file", file, NULL),
      ==,
      0);
}

static MnsTestServer *
new_server (gboolean durable)
{
  MnsTestServer *self = g_new0 (MnsTestServer, 1);

  self->durable = durable;
  self->state = make_folder ();
  mns_test_server_start (self);
  add_user (self->state, "ada", "System Administrator");
  add_user (self->state, "mira", "Researcher");
  add_user (self->state, "noa", "Researcher");
  return self;
}

MnsTestServer *
mns_test_server_new (void)
{
  return new_server (FALSE);
}

MnsTestServer *
mns_test_server_new_durable (void)
{
  return new_server (TRUE);
}

MnsTestServer *
mns_test_server_new_beside (MnsTestServer *other)
{
  g_autofree char *path = g_build_filename (other->state, "server", "database.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) note = NULL;
  MnsTestServer *self = g_new0 (MnsTestServer, 1);

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  note = json_from_string (text, NULL);
  self->state = make_folder ();
  /* the owner's connection string: the second server migrates, too, and finds nothing to do */
  launch (self, json_object_get_string_member (json_node_get_object (note), "owner"));
  return self;
}

void
mns_test_server_free (MnsTestServer *self)
{
  if (self == NULL)
    return;
  if (self->process != NULL)
    mns_test_server_stop (self);
  mns_test_remove_tree (self->state);
  g_free (self->state);
  g_free (self->url);
  g_free (self);
}

int
mns_test_ctl (const char *state, char **output, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree char *path = program ("server/admin/meniscusctl");
  g_autofree char *folder = g_build_filename (state, "server", NULL);
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *said = NULL;
  const char *word;
  va_list words;

  g_ptr_array_add (argv, path);
  g_ptr_array_add (argv, (gpointer) "--throwaway");
  g_ptr_array_add (argv, (gpointer) "--state");
  g_ptr_array_add (argv, folder);
  va_start (words, output);
  while ((word = va_arg (words, const char *)) != NULL)
    g_ptr_array_add (argv, (gpointer) word);
  va_end (words);
  g_ptr_array_add (argv, NULL);

  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, NULL);
  g_assert_nonnull (process);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &said, NULL, NULL));
  g_assert_true (g_subprocess_get_if_exited (process));
  g_test_message ("meniscusctl: %s", said);
  if (output != NULL)
    *output = g_steal_pointer (&said);
  return g_subprocess_get_exit_status (process);
}

/* ---- talking ---- */

void
mns_test_reply_free (MnsTestReply *self)
{
  if (self == NULL)
    return;
  g_free (self->body);
  g_clear_pointer (&self->json, json_node_unref);
  g_clear_pointer (&self->headers, soup_message_headers_unref);
  g_free (self);
}

static SoupSession *
get_session (void)
{
  static SoupSession *session;

  if (session == NULL)
    session = soup_session_new_with_options ("timeout", 60, NULL);
  return session;
}

MnsTestReply *
mns_test_ask (MnsTestServer *server, const char *method, const char *path, const char *body, ...)
{
  g_autofree char *url = g_strconcat (server->url, path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new (method, url);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  g_autoptr (GBytes) sent = body != NULL ? g_bytes_new (body, strlen (body)) : NULL;
  g_autoptr (GBytes) answer = NULL;
  g_autoptr (GError) error = NULL;
  MnsTestReply *reply = g_new0 (MnsTestReply, 1);
  const char *name;
  va_list pairs;

  soup_message_set_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  if (sent != NULL)
    soup_message_set_request_body_from_bytes (message, "application/json", sent);
  va_start (pairs, body);
  while ((name = va_arg (pairs, const char *)) != NULL)
    {
      const char *value = va_arg (pairs, const char *);

      if (value != NULL)
        soup_message_headers_replace (headers, name, value);
    }
  va_end (pairs);
  answer = soup_session_send_and_read (get_session (), message, NULL, &error);
  g_assert_no_error (error);
  reply->status = soup_message_get_status (message);
  reply->length = g_bytes_get_size (answer);
  reply->body = g_malloc0 (reply->length + 1);
  if (reply->length > 0)
    memcpy (reply->body, g_bytes_get_data (answer, NULL), reply->length);
  reply->headers = soup_message_headers_ref (soup_message_get_response_headers (message));
  reply->json = mns_json_parse (reply->body, (gssize) reply->length, NULL);
  return reply;
}

static JsonNode *
find_node (const MnsTestReply *reply, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  JsonNode *node = reply->json;

  for (guint i = 0; node != NULL && parts[i] != NULL; i++)
    {
      if (JSON_NODE_HOLDS_OBJECT (node))
        node = json_object_get_member (json_node_get_object (node), parts[i]);
      else if (JSON_NODE_HOLDS_ARRAY (node) &&
               g_ascii_strtoull (parts[i], NULL, 10) <
                   json_array_get_length (json_node_get_array (node)))
        node = json_array_get_element (json_node_get_array (node),
                                       (guint) g_ascii_strtoull (parts[i], NULL, 10));
      else
        node = NULL;
    }
  return node;
}

const char *
mns_test_text (const MnsTestReply *reply, const char *path)
{
  JsonNode *node = find_node (reply, path);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

gint64
mns_test_int (const MnsTestReply *reply, const char *path)
{
  JsonNode *node = find_node (reply, path);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node)
                                                                         : 0;
}

/* Every refusal has its status, its word and a sentence. */
void
mns_test_assert_refusal (const MnsTestReply *reply, guint status, const char *code)
{
  g_test_message ("%u %s", reply->status, reply->body);
  g_assert_cmpint (reply->status, ==, status);
  g_assert_cmpstr (mns_test_text (reply, "faults/0/code"), ==, code);
  g_assert_cmpint (strlen (mns_test_text (reply, "faults/0/message")), >, 10);
}

/* ---- signing in ---- */

void
mns_test_device_free (MnsTestDevice *self)
{
  if (self == NULL)
    return;
  g_free (self->bearer);
  g_free (self->client);
  g_free (self);
}

MnsTestDevice *
mns_test_device_new (MnsTestServer *server, const char *user)
{
  g_autofree char *body = g_strdup_printf (
      "{\"user\":\"%s\",\"password\":\"%s\",\"device\":{\"name\":\"bench\",\"app\":\"test\"}}",
      user,
      MNS_TEST_PASSWORD);
  g_autoptr (MnsTestReply) reply = mns_test_ask (server, "POST", "/auth/v1/login", body, NULL);
  MnsTestDevice *self = g_new0 (MnsTestDevice, 1);

  g_assert_cmpint (reply->status, ==, 200);
  self->bearer = g_strconcat ("Bearer ", mns_test_text (reply, "token"), NULL);
  self->client = g_strdup (mns_test_text (reply, "client"));
  return self;
}

void
mns_test_browser_free (MnsTestBrowser *self)
{
  if (self == NULL)
    return;
  g_free (self->cookie);
  g_free (self->csrf);
  g_free (self);
}

MnsTestBrowser *
mns_test_browser_new (MnsTestServer *server, const char *user)
{
  g_autofree char *body =
      g_strdup_printf ("{\"user\":\"%s\",\"password\":\"%s\"}", user, MNS_TEST_PASSWORD);
  g_autoptr (MnsTestReply) reply = mns_test_ask (server, "POST", "/auth/v1/login", body, NULL);
  const char *cookie = soup_message_headers_get_list (reply->headers, "Set-Cookie");
  MnsTestBrowser *self = g_new0 (MnsTestBrowser, 1);

  g_assert_cmpint (reply->status, ==, 200);
  g_assert_nonnull (cookie);
  self->cookie = g_strndup (cookie, strcspn (cookie, ";"));
  self->csrf = g_strdup (mns_test_text (reply, "csrf"));
  return self;
}

char *
mns_test_id (void)
{
  MnsId id;

  mns_id_make (&id);
  return mns_id_to_string (&id);
}

MnsTestReply *
mns_test_do (MnsTestServer *server, MnsTestBrowser *browser, const char *command, const char *args)
{
  g_autofree char *id = mns_test_id ();
  g_autofree char *path = g_strconcat ("/json/v1/do/", command, NULL);
  g_autofree char *body =
      g_strdup_printf ("{\"cmd_id\":\"%s\",\"performed_at\":%" G_GINT64_FORMAT ",\"args\":%s}",
                       id,
                       g_get_real_time (),
                       args);
  MnsTestReply *reply = mns_test_ask (
      server, "POST", path, body, "Cookie", browser->cookie, "X-CSRF-Token", browser->csrf, NULL);

  if (reply->status != 200)
    g_test_message ("%s: %s", command, reply->body);
  g_assert_cmpint (reply->status, ==, 200);
  return reply;
}

char *
mns_test_command (gint64 n, const char *id, const char *command, const char *args)
{
  return g_strdup_printf ("{\"n\":%" G_GINT64_FORMAT
                          ",\"id\":\"%s\",\"cmd\":\"%s\","
                          "\"performed_at\":%" G_GINT64_FORMAT ",\"args\":%s}",
                          n,
                          id,
                          command,
                          g_get_real_time (),
                          args);
}

MnsTestReply *
mns_test_push (MnsTestServer *server, MnsTestDevice *device, const char *commands)
{
  g_autofree char *body = g_strdup_printf (
      "{\"client\":\"%s\",\"epoch\":\"\",\"proto\":1,\"schema\":%d,\"app\":\"test\","
      "\"commands\":[%s]}",
      device->client,
      MNS_SCHEMA,
      commands);

  return mns_test_ask (
      server, "POST", "/sync/v1/push", body, "Authorization", device->bearer, NULL);
}

MnsTestReply *
mns_test_pull (MnsTestServer *server, MnsTestDevice *device, const char *cursor)
{
  g_autofree char *quoted = cursor != NULL ? g_strdup_printf ("\"%s\"", cursor) : g_strdup ("null");
  g_autofree char *body =
      g_strdup_printf ("{\"client\":\"%s\",\"cursor\":%s,\"schema\":%d,\"scopes_rev\":0}",
                       device->client,
                       quoted,
                       MNS_SCHEMA);

  return mns_test_ask (
      server, "POST", "/sync/v1/pull", body, "Authorization", device->bearer, NULL);
}
