/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* POST /sync/v1/push, and the table of the sync's addresses. */

#define G_LOG_DOMAIN "mns-api"

#include "config.h"

#include "server/api/context.h"
#include "server/api/notifier.h"
#include "sync/model/error.h"

#define PUSH_LIMIT (16 * 1024 * 1024)
#define MOST_COMMANDS 200
#define HELD_RETRY_S "60"

typedef struct
{
  MnsServer *server;
  const MnsHttpRequest *request;
  MnsId client;
  JsonArray *commands;
  JsonArray *results;
  gint64 last_n;
  gint64 durable_n;
  gboolean changed;
} Push;

static void
add_result (Push *self, const MnsExecution *execution)
{
  JsonObject *result = json_object_new ();
  JsonObject *element =
      json_node_get_object (json_array_get_element (self->commands, (guint) execution->index));
  char id[MNS_ID_TEXT_SIZE];
  MnsId command;
  MnsId conflict;

  json_object_set_int_member (result, "n", mns_api_get_int (element, "n", 0));
  json_object_set_string_member (result, "res", mns_outcome_to_word (execution->outcome));
  /* the row's id follows from the command's, so it is known of stored outcomes too */
  if (execution->outcome != MNS_OUTCOME_OK && mns_api_get_id (element, "id", &command))
    {
      mns_id_derive (&conflict, &command, "conflict", 0);
      mns_id_print (&conflict, id);
      json_object_set_string_member (result, "conflict", id);
    }
  if (execution->outcome != MNS_OUTCOME_OK)
    json_object_set_member (
        result, "faults", json_node_copy (json_object_get_member (execution->envelope, "faults")));
  json_array_add_object_element (self->results, result);
}

static gboolean
refuse_end (const MnsExecution *execution, MnsHttpAnswer *answer)
{
  switch (execution->end)
    {
    case MNS_END_FORK:
      mns_http_answer_refuse (answer,
                              MNS_HTTP_RESYNC,
                              "fork",
                              "Another installation sends under this device's id; register anew.");
      return TRUE;
    case MNS_END_FOREIGN:
      mns_http_answer_refuse (
          answer, 403, "denied", "This device is not registered for you, or was revoked.");
      return TRUE;
    case MNS_END_HELD:
      mns_http_answer_add_header (answer, "Retry-After", HELD_RETRY_S);
      mns_http_answer_refuse (
          answer,
          MNS_HTTP_BUSY,
          "restored",
          "The lab was restored from a backup; an administrator decides whether "
          "work from before is sent again.");
      return TRUE;
    case MNS_END_DECIDED:
    case MNS_END_STORED:
    case MNS_END_GAP:
    default:
      return FALSE;
    }
}

/* Runs one command. FALSE: the push ends here, @answer is filled or a gap was found. */
static gboolean
run_one (Push *self, guint index, MnsHttpAnswer *answer, gboolean *gap)
{
  gsize size = 0;
  const char *text = g_bytes_get_data (self->request->body, &size);
  JsonNode *node = json_array_get_element (self->commands, index);
  g_autoptr (GError) error = NULL;
  g_auto (MnsExecution) execution = { .pool = self->server->push,
                                      .ids = self->server->ids,
                                      .attempts = self->server->attempts,
                                      .person = self->request->person,
                                      .client = self->client,
                                      .source = "DESKTOP",
                                      .text = text,
                                      .length = (gssize) size,
                                      .index = (int) index,
                                      .node = json_node_ref (node) };

  if (!mns_execute (&execution, &error))
    {
      mns_http_answer_fail (answer, error);
      return FALSE;
    }
  if (refuse_end (&execution, answer))
    return FALSE;
  *gap = execution.end == MNS_END_GAP;
  self->last_n = MAX (self->last_n, execution.last_n);
  self->durable_n = MAX (self->durable_n, execution.durable_n);
  if (*gap)
    return FALSE;
  self->changed |= execution.end == MNS_END_DECIDED;
  add_result (self, &execution);
  return TRUE;
}

static gboolean
read_numbers (MnsTransaction *tx, gpointer data, GError **error)
{
  Push *self = data;
  g_autoptr (MnsRows) rows =
      mns_transaction_query (tx,
                             "SELECT last_n, durable_n FROM sync_client WHERE id = $client"
                             " AND person_id = $person AND revoked_at IS NULL",
                             MNS_ARGS (MNS_ARG_ID ("client", &self->client),
                                       MNS_ARG_ID ("person", &self->request->person)),
                             error);

  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) == 0)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_DENIED,
                   "This device is not registered for you, or was revoked.");
      return FALSE;
    }
  self->last_n = mns_rows_get_int (rows, 0, 0);
  self->durable_n = mns_rows_get_int (rows, 0, 1);
  return TRUE;
}

static void
answer_push (Push *self, MnsHttpAnswer *answer)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "last_n", self->last_n);
  json_object_set_int_member (object, "durable_n", self->durable_n);
  json_object_set_array_member (object, "results", json_array_ref (self->results));
  json_object_set_int_member (object, "now", g_get_real_time ());
  mns_http_answer_take_object (answer, 200, object);
}

static gboolean
read_push (Push *self, JsonObject *body, MnsHttpAnswer *answer)
{
  self->commands = mns_api_get_list (body, "commands");
  if (!mns_api_get_id (body, "client", &self->client) || self->commands == NULL ||
      json_array_get_length (self->commands) > MOST_COMMANDS)
    {
      mns_http_answer_refuse (
          answer, 422, "bad_push", "A push needs client and commands, at most %d.", MOST_COMMANDS);
      return FALSE;
    }
  for (guint i = 0; i < json_array_get_length (self->commands); i++)
    {
      JsonNode *node = json_array_get_element (self->commands, i);

      if (JSON_NODE_HOLDS_OBJECT (node) &&
          mns_api_get_int (json_node_get_object (node), "n", 0) > 0)
        continue;
      mns_http_answer_refuse (
          answer, 422, "bad_push", "Command number %u of the push has no number n.", i + 1);
      return FALSE;
    }
  return TRUE;
}

void
mns_api_push (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (JsonArray) results = json_array_new ();
  g_autoptr (GError) error = NULL;
  Push self = { .server = data, .request = request, .results = results };
  JsonObject *body = mns_api_parse (request, &node, answer);
  gboolean gap = FALSE;
  guint i = 0;

  if (body == NULL || !read_push (&self, body, answer))
    return;
  /* else the first command tells */
  if (json_array_get_length (self.commands) == 0 &&
      !mns_pool_run_read (self.server->push, read_numbers, &self, &error))
    {
      mns_http_answer_fail (answer, error);
      return;
    }
  while (i < json_array_get_length (self.commands) && run_one (&self, i, answer, &gap))
    i++;
  if (self.changed)
    mns_notifier_changed (self.server->notifier);
  if (i == json_array_get_length (self.commands) || gap)
    answer_push (&self, answer);
}

static const MnsRoute routes[] = {
  { "POST",
    "/sync/v1/hello",
    MNS_AUTH_DEVICE,
    MNS_LANE_PUSH,
    MNS_BODY_JSON,
    65536,
    mns_api_hello,
    NULL },
  { "POST",
    "/sync/v1/push",
    MNS_AUTH_DEVICE,
    MNS_LANE_PUSH,
    MNS_BODY_JSON,
    PUSH_LIMIT,
    mns_api_push,
    NULL },
  { "POST",
    "/sync/v1/pull",
    MNS_AUTH_DEVICE,
    MNS_LANE_PULL,
    MNS_BODY_JSON,
    65536,
    mns_api_pull,
    NULL },
  { "GET",
    "/sync/v1/packs/{pack}",
    MNS_AUTH_DEVICE,
    MNS_LANE_PULL,
    MNS_BODY_NONE,
    0,
    mns_api_pack,
    NULL },
  { "GET",
    "/sync/v1/events",
    MNS_AUTH_DEVICE,
    MNS_LANE_PULL,
    MNS_BODY_NONE,
    0,
    mns_api_events,
    NULL },
  { "PUT",
    "/sync/v1/scopes",
    MNS_AUTH_DEVICE,
    MNS_LANE_PUSH,
    MNS_BODY_JSON,
    1024 * 1024,
    mns_api_scopes,
    NULL },
  { "POST",
    "/sync/v1/ids",
    MNS_AUTH_DEVICE,
    MNS_LANE_PUSH,
    MNS_BODY_JSON,
    4096,
    mns_api_ids,
    NULL },
};

const MnsRoute *
mns_sync_routes (guint *n_routes)
{
  *n_routes = G_N_ELEMENTS (routes);
  return routes;
}
