/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Saying hello: under which id this device goes, what the server can do, and what to do where
 * another device goes under the same id.
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include "sync/client/push.h"
#include "sync/client/replica-private.h"
#include "sync/client/sync-private.h"
#include "sync/model/error.h"
#include "sync/wire/envelope.h"

static GHashTable *
read_commands (JsonArray *list)
{
  GHashTable *commands = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonNode *element = json_array_get_element (list, i);

      if (json_node_get_value_type (element) == G_TYPE_STRING)
        g_hash_table_add (commands, g_strdup (json_node_get_string (element)));
    }
  return commands;
}

/**
 * mns_sync_parse_commands:
 * @text: (nullable): a JSON list of name@version
 *
 * Returns: (transfer full) (nullable): the names as a set; %NULL if it is no list
 */
GHashTable *
mns_sync_parse_commands (const char *text)
{
  g_autoptr (JsonNode) node = text != NULL ? json_from_string (text, NULL) : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return NULL;
  return read_commands (json_node_get_array (node));
}

/* Returns: (transfer full) (nullable): the list as it is kept for the time without the server */
static char *
note_commands (MnsSync *self, JsonObject *reply)
{
  JsonNode *node = json_object_get_member (reply, "commands");

  g_clear_pointer (&self->commands, g_hash_table_unref);
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return NULL;
  self->commands = read_commands (json_node_get_array (node));
  return json_to_string (node, FALSE);
}

static JsonObject *
new_hello (const MnsId *client)
{
  JsonObject *body = json_object_new ();
  char id[MNS_ID_TEXT_SIZE];

  mns_id_print (client, id);
  json_object_set_string_member (body, "client", id);
  json_object_set_string_member (body, "app", "meniscus " MNS_VERSION);
  json_object_set_int_member (body, "proto", MNS_PROTOCOL);
  json_object_set_int_member (body, "schema", MNS_SCHEMA);
  return body;
}

/* Asks under an id; @epoch and @commands are the answer's. */
static gboolean
greet (MnsSync *self,
       MnsId *client,
       char **epoch,
       char **commands,
       GCancellable *cancellable,
       GError **error)
{
  g_autoptr (JsonObject) body = new_hello (client);
  g_autoptr (JsonObject) reply = NULL;
  g_auto (MnsAnswer) answer = { 0 };
  gint64 asked_at = mns_sync_clock (self);

  if (!mns_sync_ask (self, "POST", "/sync/v1/hello", body, &answer, &reply, cancellable, error))
    return FALSE;
  if (answer.status != 200 || reply == NULL)
    return mns_sync_refuse (self, &answer, error);
  if (mns_sync_get_text (reply, "client") != NULL &&
      !mns_id_parse (client, mns_sync_get_text (reply, "client")))
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_CORRUPT, "the server's hello names no device");
      return FALSE;
    }
  *epoch = g_strdup (mns_sync_get_text (reply, "epoch"));
  *commands = note_commands (self, reply);
  mns_sync_note_now (self, reply, asked_at);
  return TRUE;
}

static gboolean
keep_hello (MnsReplica *replica, const char *epoch, const char *commands, GError **error)
{
  MnsTransaction *tx;

  if (g_strcmp0 (replica->state.epoch, epoch) == 0 &&
      g_strcmp0 (replica->state.commands, commands) == 0)
    return TRUE;
  tx = mns_replica_begin (replica, error);
  if (tx == NULL)
    return FALSE;
  g_free (replica->state.epoch);
  replica->state.epoch = g_strdup (epoch);
  g_free (replica->state.commands);
  replica->state.commands = g_strdup (commands);
  return mns_replica_commit (replica, tx, error);
}

/**
 * mns_sync_hello:
 *
 * Tells the server who we are and learns what it can do. A server that gives the device another id
 * than the one it came with makes it go on under that one.
 */
gboolean
mns_sync_hello (MnsSync *self, GCancellable *cancellable, GError **error)
{
  MnsId client = self->replica->state.client;
  g_autofree char *epoch = NULL;
  g_autofree char *commands = NULL;
  gboolean done;

  if (!greet (self, &client, &epoch, &commands, cancellable, error))
    return FALSE;
  mns_replica_lock (self->replica);
  if (mns_id_equal (&client, &self->replica->state.client))
    done = keep_hello (self->replica, epoch, commands, error);
  else
    done = mns_replica_fork (self->replica, &client, epoch, 1, error);
  mns_replica_unlock (self->replica);
  self->greeted = done;
  return done;
}

gboolean
mns_sync_fork (MnsSync *self, gint64 first_undecided, GCancellable *cancellable, GError **error)
{
  MnsReplica *replica = self->replica;
  g_autofree char *epoch = NULL;
  g_autofree char *commands = NULL;
  MnsId client;
  gboolean done;

  g_info ("another device uses this device's id: going on under a new one");
  replica->hooks.make_id (&client, replica->hooks.data);
  if (!greet (self, &client, &epoch, &commands, cancellable, error))
    return FALSE;
  mns_replica_lock (replica);
  done = mns_replica_fork (replica, &client, epoch, first_undecided, error);
  mns_replica_unlock (replica);
  self->leased = FALSE;
  return done;
}
