/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* /json/v1: commands and views for callers who are always online. */

#define G_LOG_DOMAIN "mns-api"

#include "config.h"

#include <glib-unix.h>
#include <sodium.h>
#include <string.h>

#include "server/access/password.h"
#include "server/api/context.h"
#include "server/api/notifier.h"
#include "sync/model/error.h"
#include "sync/views/view.h"

#define DO_LIMIT (4 * 1024 * 1024)

/* ---- do ---- */

typedef struct
{
  MnsId person;
  MnsCredential credential;
} Proof;

static gboolean
find_proof (MnsTransaction *tx, gpointer data, GError **error)
{
  Proof *self = data;

  return mns_credential_of (tx, &self->person, &self->credential, error);
}

/* A signature: the password is proved again in the same request. */
static gboolean
prove_password (MnsServer *server,
                const MnsHttpRequest *request,
                const char *password,
                MnsHttpAnswer *answer)
{
  MnsRate *rate = mns_gate_get_rate (server->gate);
  Proof proof = { .person = request->person };
  g_autoptr (GError) error = NULL;
  gint64 now = g_get_real_time ();
  gboolean right = FALSE;
  guint wait;

  if (!mns_pool_run_read (server->pull, find_proof, &proof, &error))
    {
      mns_http_answer_fail (answer, error);
      return FALSE;
    }
  wait = mns_rate_ask (rate, proof.credential.username, request->address, now);
  if (wait > 0)
    {
      mns_http_answer_add_header_printf (answer, "Retry-After", "%u", wait);
      mns_http_answer_refuse (answer,
                              MNS_HTTP_TOO_MANY,
                              "too_many",
                              "Too many wrong passwords; try again in %u seconds.",
                              wait);
    }
  else if (!mns_password_verify (proof.credential.hash, password))
    {
      mns_rate_failed (rate, proof.credential.username, request->address, now);
      mns_http_answer_refuse (answer, 403, "bad_password", "The password is wrong.");
    }
  else if (proof.credential.must_change)
    mns_http_answer_refuse (answer,
                            403,
                            "must_change",
                            "The password was set by an administrator; change it before signing.");
  else
    right = TRUE;
  mns_credential_clear (&proof.credential);
  return right;
}

static JsonNode *
copy_or_null (JsonObject *body, const char *name)
{
  JsonNode *node = json_object_get_member (body, name);

  return node != NULL ? json_node_copy (node) : NULL;
}

/* The command as a device would send it, without a number. */
static JsonObject *
make_command (const char *name, JsonObject *body, const char *id)
{
  static const char *const members[] = { "args", "expect", "cause", "performed_at", "today" };
  JsonObject *command = json_object_new ();

  json_object_set_string_member (command, "cmd", name);
  json_object_set_string_member (command, "id", id);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      JsonNode *node = copy_or_null (body, members[i]);

      if (node != NULL)
        json_object_set_member (command, members[i], node);
    }
  return command;
}

static void
answer_outcome (const MnsExecution *execution, MnsHttpAnswer *answer)
{
  if (execution->end == MNS_END_FORK)
    mns_http_answer_refuse (
        answer, 409, "cmd_id_taken", "This cmd_id was used by another command; make a new one.");
  else
    mns_http_answer_take_envelope (
        answer, mns_outcome_to_http (execution->outcome), json_object_ref (execution->envelope));
}

static void
run_command (MnsServer *server,
             const MnsHttpRequest *request,
             JsonObject *body,
             const char *name,
             const char *id,
             gboolean fresh,
             MnsHttpAnswer *answer)
{
  g_autofree char *text = mns_json_print (make_command (name, body, id));
  g_autoptr (GError) error = NULL;
  g_auto (MnsExecution) execution = { .pool = server->push,
                                      .ids = server->ids,
                                      .attempts = server->attempts,
                                      .person = request->person,
                                      .source = request->by_cookie ? "WEB" : "API",
                                      .signing_fresh = fresh,
                                      .text = text,
                                      .length = -1,
                                      .index = -1 };

  execution.node = mns_json_parse_object (text, -1, &error);
  if (execution.node == NULL || !mns_execute (&execution, &error))
    {
      mns_http_answer_fail (answer, error);
      return;
    }
  answer_outcome (&execution, answer);
  if (execution.end == MNS_END_DECIDED && execution.outcome == MNS_OUTCOME_OK)
    mns_notifier_changed (server->notifier);
}

static void
do_command (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  MnsServer *server = data;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *body = mns_api_parse (request, &node, answer);
  const char *id = body != NULL ? mns_api_get_text (body, "cmd_id") : NULL;
  const char *password = body != NULL ? mns_api_get_text (body, "fresh_password") : NULL;
  MnsId parsed;

  if (body == NULL)
    return;
  if (!mns_id_parse (&parsed, id))
    {
      mns_http_answer_refuse (
          answer,
          422,
          "bad_cmd_id",
          "A command needs cmd_id, an id of 36 characters that the caller makes "
          "once for it.");
      return;
    }
  if (password == NULL || prove_password (server, request, password, answer))
    run_command (server,
                 request,
                 body,
                 mns_http_request_get_param (request, "command"),
                 id,
                 password != NULL,
                 answer);
}

/* ---- view ---- */

/* A query's text as the argument's type wants it; what is not understood stays a text, and the
 * view says what is wrong with it.
 */
static JsonNode *
read_argument (const MnsArgSpec *spec, const char *text)
{
  JsonNode *node;
  gint64 number;

  switch (spec->type)
    {
    case MNS_ARG_TYPE_INT:
      if (g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &number, NULL))
        return json_node_init_int (json_node_alloc (), number);
      break;
    case MNS_ARG_TYPE_BOOL:
      if (g_str_equal (text, "true") || g_str_equal (text, "1"))
        return json_node_init_boolean (json_node_alloc (), TRUE);
      if (g_str_equal (text, "false") || g_str_equal (text, "0"))
        return json_node_init_boolean (json_node_alloc (), FALSE);
      break;
    case MNS_ARG_TYPE_REAL:
    case MNS_ARG_TYPE_OBJECT:
    case MNS_ARG_TYPE_LIST:
    case MNS_ARG_TYPE_MAP:
      node = mns_json_parse (text, -1, NULL);
      if (node != NULL)
        return node;
      break;
    case MNS_ARG_TYPE_IDS:
    case MNS_ARG_TYPE_TEXTS:
      node = *text == '[' ? mns_json_parse (text, -1, NULL) : NULL;
      if (node != NULL)
        return node;
      {
        g_auto (GStrv) parts = g_strsplit (text, ",", -1);
        JsonArray *list = json_array_new ();

        for (guint i = 0; parts[i] != NULL; i++)
          if (*parts[i] != '\0')
            json_array_add_string_element (list, parts[i]);
        node = json_node_alloc ();
        json_node_init_array (node, list);
        json_array_unref (list);
        return node;
      }
    case MNS_ARG_TYPE_ID:
    case MNS_ARG_TYPE_TEXT:
    case MNS_ARG_TYPE_DATE:
    case MNS_ARG_TYPE_SCALAR:
    default:
      break;
    }
  return json_node_init_string (json_node_alloc (), text);
}

static JsonObject *
read_arguments (const MnsViewSpec *spec, const MnsHttpRequest *request)
{
  JsonObject *args = json_object_new ();
  GHashTableIter iter;
  gpointer name, text;

  if (request->query == NULL)
    return args;
  g_hash_table_iter_init (&iter, request->query);
  while (g_hash_table_iter_next (&iter, &name, &text))
    {
      static const MnsArgSpec plain = { .type = MNS_ARG_TYPE_TEXT };
      const MnsArgSpec *arg = spec != NULL ? spec->args : NULL;

      while (arg != NULL && arg->name != NULL && strcmp (arg->name, name) != 0)
        arg++;
      if (arg == NULL || arg->name == NULL)
        arg = &plain;
      json_object_set_member (args, name, read_argument (arg, text));
    }
  return args;
}

typedef struct
{
  const MnsHttpRequest *request;
  const char *name;
  JsonObject *args;
  GString *text;
} Looking;

static gboolean
look (MnsTransaction *tx, gpointer data, GError **error)
{
  Looking *self = data;
  const MnsLook looker = { .transaction = tx,
                           .person = self->request->person,
                           .now = self->request->received_at,
                           .on_server = TRUE };
  g_autoptr (MnsViewResult) result = mns_view_run (&looker, self->name, self->args, error);

  g_string_truncate (self->text, 0);
  if (result == NULL)
    return FALSE;
  mns_view_result_print (result, 0, self->text);
  return TRUE;
}

/* The page's name is that of its rows: when it was looked at does not count. */
static void
answer_page (Looking *self, MnsHttpAnswer *answer)
{
  const MnsHttpRequest *request = self->request;
  GString *text = self->text;
  static const char nothing[] = "\"as_of\":0}";
  const char *known = mns_http_request_get_header (request, "If-None-Match");
  guchar hash[16];
  char hex[2 * sizeof hash + 1];
  char etag[sizeof hex + 2];

  crypto_generichash (hash, sizeof hash, (const guchar *) text->str, text->len, NULL, 0);
  sodium_bin2hex (hex, sizeof hex, hash, sizeof hash);
  g_snprintf (etag, sizeof etag, "\"%s\"", hex);

  mns_http_answer_add_header (answer, "ETag", etag);
  mns_http_answer_add_header (answer, "Cache-Control", "private, no-cache");
  if (known != NULL && strcmp (known, etag) == 0)
    {
      answer->status = 304;
      return;
    }
  if (g_str_has_suffix (text->str, nothing))
    {
      g_string_truncate (text, text->len - strlen (nothing));
      g_string_append_printf (text, "\"as_of\":%" G_GINT64_FORMAT "}", request->received_at);
    }
  mns_http_answer_take_body (
      answer, 200, "application/json", g_string_free_to_bytes (g_steal_pointer (&self->text)));
}

static void
view (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  MnsServer *server = data;
  Looking self = { .request = request,
                   .name = mns_http_request_get_param (request, "view"),
                   .text = g_string_sized_new (1024) };
  const MnsViewSpec *spec = mns_view_find (self.name);
  g_autoptr (JsonObject) args = read_arguments (spec, request);
  g_autoptr (GError) error = NULL;
  gboolean done;

  self.args = args;
  done = spec != NULL && spec->one_statement
             ? mns_pool_run_look (server->pull, look, &self, &error)
             : mns_pool_run_read (server->pull, look, &self, &error);
  if (done)
    answer_page (&self, answer);
  else
    mns_http_answer_fail (answer, error);
  if (self.text != NULL)
    g_string_free (self.text, TRUE);
}

/* ---- view, on the main thread ---- */

/* Longer pages take their time to print: not on the main thread. */
#define LONGEST_QUICK 100
/* A view that asks more often than this is not one of one statement. */
#define MOST_ROUNDS 8

/* A look that is under way. Its function runs again each time answers have come. */
typedef struct
{
  MnsPool *pool;
  MnsStore *store;
  MnsTransaction *tx;
  GSource *source;
  Looking looking;
  MnsHttpAnswer *answer;
  guint n_rounds;
  MnsQuickDone done;
  gpointer done_data;
} Quick;

/* @answered: else the lane does it all again; what a broken connection or a race said is not told.
 */
static void
end_quick (Quick *self, gboolean answered)
{
  if (self->source != NULL)
    {
      g_source_destroy (self->source);
      g_source_unref (self->source);
    }
  mns_transaction_free (self->tx);
  mns_pool_give_back (self->pool, self->store);
  json_object_unref (self->looking.args);
  if (self->looking.text != NULL)
    g_string_free (self->looking.text, TRUE);
  self->done (answered, self->done_data);
  g_free (self);
}

static gboolean quick_readable_cb (int fd, GIOCondition condition, gpointer data);

/* One run of the view: to its end, or to a question. */
static void
run_quick (Quick *self)
{
  g_autoptr (GError) error = NULL;
  gboolean done = look (self->tx, &self->looking, &error);

  if (!done && mns_pg_transaction_is_waiting (self->tx))
    {
      if (self->source != NULL)
        return;
      self->source = g_unix_fd_source_new (mns_pg_store_get_socket (self->store), G_IO_IN);
      g_source_set_callback (self->source, G_SOURCE_FUNC (quick_readable_cb), self, NULL);
      /* it runs no loop of its own; else GLib takes the descriptor out of the poll for each call */
      g_source_set_can_recurse (self->source, TRUE);
      g_source_attach (self->source, NULL);
      return;
    }
  if (done)
    answer_page (&self->looking, self->answer);
  else if (error->domain == MNS_ERROR && mns_error_is_retryable (error))
    {
      end_quick (self, FALSE);
      return;
    }
  else
    mns_http_answer_fail (self->answer, error);
  end_quick (self, TRUE);
}

static gboolean
quick_readable_cb (int fd, GIOCondition condition, gpointer data)
{
  Quick *self = data;
  g_autoptr (GError) error = NULL;

  if (!mns_pg_transaction_go_on (self->tx, &error))
    return G_SOURCE_CONTINUE;
  if (error != NULL || ++self->n_rounds >= MOST_ROUNDS)
    end_quick (self, FALSE);
  else
    run_quick (self);
  return G_SOURCE_CONTINUE; /* or destroyed already */
}

static gboolean
is_quick (const MnsViewSpec *spec, const MnsHttpRequest *request)
{
  const char *limit = mns_http_request_get_query (request, "limit");

  return spec != NULL && spec->one_statement &&
         (limit == NULL || g_ascii_strtoll (limit, NULL, 10) <= LONGEST_QUICK);
}

/* An MnsQuickFunc. Everything it calls is in memory or does not wait. */
static gboolean
view_quickly (MnsHttpRequest *request,
              const MnsRoute *route,
              MnsHttpAnswer *answer,
              MnsQuickDone done,
              gpointer done_data)
{
  MnsServer *server = route->data;
  const char *name = mns_http_request_get_param (request, "view");
  const MnsViewSpec *spec = mns_view_find (name);
  MnsTransaction *tx;
  MnsStore *store;
  Quick *self;

  if (!is_quick (spec, request) || !mns_gate_knows (server->gate, request))
    return FALSE;
  store = mns_pool_try_take (server->looks);
  if (store == NULL)
    return FALSE;
  if (!mns_gate_admit (request, route, answer, server->gate))
    {
      mns_pool_give_back (server->looks, store);
      done (TRUE, done_data);
      return TRUE;
    }
  tx = mns_store_begin (store, MNS_ACCESS_LOOK, NULL);
  if (tx == NULL)
    {
      mns_pool_give_back (server->looks, store);
      return FALSE;
    }
  mns_pg_transaction_defer (tx);
  self = g_new0 (Quick, 1);
  self->pool = server->looks;
  self->store = store;
  self->tx = tx;
  self->answer = answer;
  self->done = done;
  self->done_data = done_data;
  self->looking = (Looking){ .request = request,
                             .name = name,
                             .args = read_arguments (spec, request),
                             .text = g_string_sized_new (1024) };
  run_quick (self);
  return TRUE;
}

/* ---- health ---- */

static gboolean
ask_primary (MnsTransaction *tx, gpointer data, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      tx, "SELECT CASE WHEN pg_is_in_recovery () THEN 1 ELSE 0 END", NULL, error);

  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_int (rows, 0, 0) == 0)
    return TRUE;
  g_set_error (error, MNS_ERROR, MNS_ERROR_OFFLINE, "The database takes no writing now.");
  return FALSE;
}

static void
healthz (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  MnsServer *server = data;
  g_autoptr (GError) error = NULL;

  if (mns_pool_run_read (server->pull, ask_primary, NULL, &error))
    mns_http_answer_take_text (
        answer, 200, "text/plain; charset=utf-8", g_strdup ("The server and its database work.\n"));
  else
    mns_http_answer_refuse (
        answer, MNS_HTTP_BUSY, "offline", "The server cannot write to its database now.");
}

static const MnsRoute routes[] = {
  { "POST",
    "/json/v1/do/{command}",
    MNS_AUTH_USER,
    MNS_LANE_PUSH,
    MNS_BODY_JSON,
    DO_LIMIT,
    do_command,
    NULL },
  { "GET",
    "/json/v1/view/{view}",
    MNS_AUTH_USER,
    MNS_LANE_PULL,
    MNS_BODY_NONE,
    0,
    view,
    NULL,
    view_quickly },
  { "GET",
    "/json/v1/events",
    MNS_AUTH_USER,
    MNS_LANE_PULL,
    MNS_BODY_NONE,
    0,
    mns_api_events,
    NULL },
  { "GET", "/healthz", MNS_AUTH_NONE, MNS_LANE_PULL, MNS_BODY_NONE, 0, healthz, NULL },
};

const MnsRoute *
mns_json_routes (guint *n_routes)
{
  *n_routes = G_N_ELEMENTS (routes);
  return routes;
}
