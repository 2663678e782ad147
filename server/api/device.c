/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* hello, ids, events: what a device does before and beside pushing and pulling. */

#define G_LOG_DOMAIN "mns-api"

#include "config.h"

#include <string.h>

#include "server/api/scopes.h"
#include "sync/model/entity.h"
#include "sync/model/error.h"

#define MOST_IDS 500
#define LONGEST_APP 200

/* ---- hello ---- */

typedef struct
{
  const MnsHttpRequest *request;
  const char *app;
  MnsId asked;
  MnsId client;
  char epoch[MNS_ID_TEXT_SIZE];
} Hello;

/* An id that is somebody else's, or was revoked, is answered with a new one. */
static gboolean
greet (MnsTransaction *tx, gpointer data, GError **error)
{
  Hello *self = data;
  gint64 now = g_get_real_time ();
  gint64 changed = 0;
  g_autoptr (MnsRows) epoch = NULL;

  self->client = self->asked;
  for (guint i = 0; i < 2 && changed == 0; i++)
    {
      if (i > 0 || mns_id_is_null (&self->client))
        mns_id_make (&self->client);
      changed = mns_transaction_count (
          tx,
          "INSERT INTO sync_client (id, person_id, device, app, last_n, durable_n,"
          " scopes_revision, may_hold_phi, seen_at) VALUES ($id, $person, '', $app, 0, 0, 0, 0,"
          " $now) ON CONFLICT (id) DO UPDATE SET app = excluded.app, seen_at = excluded.seen_at"
          " WHERE sync_client.person_id = $person AND sync_client.revoked_at IS NULL",
          MNS_ARGS (MNS_ARG_ID ("id", &self->client),
                    MNS_ARG_ID ("person", &self->request->person),
                    MNS_ARG_TEXT ("app", self->app),
                    MNS_ARG_INT ("now", now)),
          error);
      if (changed < 0)
        return FALSE;
    }
  epoch = mns_transaction_query (tx, "SELECT id FROM feed_epoch", NULL, error);
  if (epoch == NULL)
    return FALSE;
  mns_id_print (mns_rows_get_id (epoch, 0, 0), self->epoch);
  return TRUE;
}

static void
answer_hello (const Hello *self, MnsHttpAnswer *answer)
{
  JsonObject *object = json_object_new ();
  JsonObject *schema = json_object_new ();
  JsonArray *commands = json_array_new ();
  char id[MNS_ID_TEXT_SIZE];
  guint n;
  const MnsCommandSpec *const *specs = mns_commands_get_all (&n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s@%d", specs[i]->name, specs[i]->version);

      json_array_add_string_element (commands, name);
    }
  json_object_set_int_member (schema, "now", MNS_SCHEMA);
  json_object_set_int_member (schema, "oldest", MNS_SCHEMA_OLDEST);
  mns_id_print (&self->client, id);
  json_object_set_string_member (object, "client", id);
  json_object_set_string_member (object, "epoch", self->epoch);
  json_object_set_int_member (object, "proto", MNS_PROTOCOL);
  json_object_set_object_member (object, "schema", schema);
  json_object_set_array_member (object, "commands", commands);
  json_object_set_int_member (object, "now", g_get_real_time ());
  mns_http_answer_take_object (answer, 200, object);
}

void
mns_api_hello (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  MnsServer *server = data;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  Hello self = { .request = request, .app = "" };
  JsonObject *body = mns_api_parse (request, &node, answer);

  if (body == NULL)
    return;
  if (json_object_has_member (body, "client") && !mns_api_get_id (body, "client", &self.asked))
    {
      mns_http_answer_refuse (answer, 422, "bad_client", "The member client is no id.");
      return;
    }
  if (mns_api_get_text (body, "app") != NULL &&
      strlen (mns_api_get_text (body, "app")) <= LONGEST_APP)
    self.app = mns_api_get_text (body, "app");
  if (mns_pool_run_write (server->push, greet, &self, &error))
    answer_hello (&self, answer);
  else
    mns_http_answer_fail (answer, error);
}

/* ---- ids ---- */

typedef struct
{
  const MnsHttpRequest *request;
  MnsId client;
  const char *klass;
  gboolean has_project;
  MnsId project;
  gint64 count;
  MnsId block;
  gint64 first;
} Lease;

static gboolean
check_lease (MnsTransaction *tx, Lease *self, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      tx,
      "SELECT (SELECT count(*) FROM sync_client WHERE id = $client AND person_id = $person AND"
      " revoked_at IS NULL), (SELECT count(*) FROM project WHERE id = $project)",
      MNS_ARGS (MNS_ARG_ID ("client", &self->client),
                MNS_ARG_ID ("person", &self->request->person),
                MNS_ARG_ID ("project", self->has_project ? &self->project : NULL)),
      error);

  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_int (rows, 0, 0) == 0)
    g_set_error (error, MNS_ERROR, MNS_ERROR_DENIED, "This device is not registered for you.");
  else if (self->has_project && mns_rows_get_int (rows, 0, 1) == 0)
    g_set_error (error, MNS_ERROR, MNS_ERROR_NOT_FOUND, "There is no such project.");
  else
    return TRUE;
  return FALSE;
}

static gboolean
lease (MnsTransaction *tx, gpointer data, GError **error)
{
  Lease *self = data;
  const MnsId *project = self->has_project ? &self->project : NULL;

  mns_id_make (&self->block);
  return check_lease (tx, self, error) &&
         mns_ids_count (tx, self->klass, project, self->count, &self->first, error) &&
         mns_transaction_run (
             tx,
             "INSERT INTO id_block (id, person_id, client_id, class, owner_id, first_no, last_no,"
             " leased_at) VALUES ($id, $person, $client, $class, $owner, $first, $last, $now)",
             MNS_ARGS (MNS_ARG_ID ("id", &self->block),
                       MNS_ARG_ID ("person", &self->request->person),
                       MNS_ARG_ID ("client", &self->client),
                       MNS_ARG_TEXT ("class", mns_id_class_counter (self->klass)),
                       MNS_ARG_ID ("owner", project),
                       MNS_ARG_INT ("first", self->first),
                       MNS_ARG_INT ("last", self->first + self->count - 1),
                       MNS_ARG_INT ("now", g_get_real_time ())),
             error);
}

static gboolean
read_lease (Lease *self, JsonObject *body, MnsHttpAnswer *answer)
{
  self->klass = mns_api_get_text (body, "class");
  self->count = mns_api_get_int (body, "count", 0);
  self->has_project = mns_api_get_id (body, "project", &self->project);
  if (!mns_api_get_id (body, "client", &self->client) || self->klass == NULL || self->count < 1 ||
      self->count > MOST_IDS)
    mns_http_answer_refuse (answer,
                            422,
                            "bad_lease",
                            "A lease of ids needs client, class and count from 1 to %d.",
                            MOST_IDS);
  else if (!mns_id_class_is_leased (self->klass))
    mns_http_answer_refuse (
        answer, 422, "bad_class", "Ids of class “%s” are not leased to devices.", self->klass);
  else if (self->has_project != g_str_equal (self->klass, "A"))
    mns_http_answer_refuse (
        answer, 422, "bad_class", "Sample ids (class A), and no others, are leased for a project.");
  else
    return TRUE;
  return FALSE;
}

void
mns_api_ids (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  MnsServer *server = data;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  Lease self = { .request = request };
  JsonObject *body = mns_api_parse (request, &node, answer);
  JsonObject *object;
  char id[MNS_ID_TEXT_SIZE];

  if (body == NULL || !read_lease (&self, body, answer))
    return;
  if (!mns_pool_run_write (server->push, lease, &self, &error))
    {
      mns_http_answer_fail (answer, error);
      return;
    }
  object = json_object_new ();
  mns_id_print (&self.block, id);
  json_object_set_string_member (object, "block", id);
  json_object_set_int_member (object, "first", self.first);
  json_object_set_int_member (object, "last", self.first + self.count - 1);
  mns_http_answer_take_object (answer, 200, object);
}

/* ---- events ---- */

typedef struct
{
  MnsServer *server;
  const MnsHttpRequest *request;
  gboolean is_device;
  MnsId client;
  GHashTable *scopes; /* NULL: all */
  gboolean follows;
  gboolean own_only;
} Listening;

static gboolean
find_scopes (MnsTransaction *tx, gpointer data, GError **error)
{
  Listening *self = data;
  g_auto (MnsHeld) held = { 0 };
  g_autoptr (GHashTable) allowed = NULL;

  g_clear_pointer (&self->scopes, g_hash_table_unref);
  if (self->is_device)
    {
      if (!mns_held_read (
              self->server, tx, &self->client, &self->request->person, -1, &held, error))
        return FALSE;
      self->scopes = g_steal_pointer (&held.wanted);
      self->follows = held.window_days > 0;
      if (!mns_scopes_allowed (tx, &self->request->person, &allowed, error))
        return FALSE;
      self->own_only = allowed != NULL;
      return TRUE;
    }
  if (!mns_scopes_allowed (tx, &self->request->person, &self->scopes, error))
    return FALSE;
  if (self->scopes != NULL)
    {
      g_hash_table_add (self->scopes, mns_id_dup (&MNS_ID_CONFIGURATION));
      g_hash_table_add (self->scopes, mns_id_dup (&self->request->person));
    }
  return TRUE;
}

void
mns_api_events (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  MnsServer *server = data;
  const char *client = mns_http_request_get_query (request, "client");
  Listening self = { .server = server, .request = request };
  g_autoptr (GError) error = NULL;
  MnsPokeListener *who;

  self.is_device = client != NULL;
  if (client != NULL && !mns_id_parse (&self.client, client))
    {
      mns_http_answer_refuse (answer, 422, "bad_client", "client is no id.");
      return;
    }
  if (!mns_pool_run_read (server->pull, find_scopes, &self, &error))
    {
      mns_http_answer_fail (answer, error);
      return;
    }
  who = g_new0 (MnsPokeListener, 1);
  who->events = server->pokes;
  who->login = request->login;
  who->person = request->person;
  who->client = self.client;
  who->scopes = self.scopes;
  who->follows = self.follows;
  who->own_only = self.own_only;
  mns_pokes_answer (answer, who);
}
