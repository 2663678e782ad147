/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Which outer scopes the device holds. Without a choice the server gives what has open work or
 * changed in the window; a choice names projects that are held in any case.
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include "sync/client/replica-private.h"
#include "sync/client/scopes.h"
#include "sync/client/sync-private.h"
#include "sync/model/error.h"
#include "sync/wire/envelope.h"

/**
 * mns_replica_choose_scopes:
 * @scopes: (nullable) (transfer none): list of the ids of projects; %NULL: the server chooses
 * @window_days: how far back work without a choice is held
 *
 * Keeps a choice; the next round tells it to the server.
 */
gboolean
mns_replica_choose_scopes (MnsReplica *self, JsonArray *scopes, gint64 window_days, GError **error)
{
  MnsTransaction *tx = mns_replica_begin (self, error);

  if (tx == NULL)
    return FALSE;
  g_clear_pointer (&self->state.scopes, g_free);
  if (scopes != NULL)
    {
      g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), scopes);

      self->state.scopes = json_to_string (node, FALSE);
    }
  self->state.window_days = window_days;
  self->state.scopes_rev = -1; /* not told yet */
  return mns_replica_commit (self, tx, error);
}

static JsonObject *
new_choice (const MnsReplicaState *state)
{
  JsonObject *body = json_object_new ();
  g_autoptr (JsonNode) scopes =
      state->scopes != NULL ? json_from_string (state->scopes, NULL) : NULL;
  char id[MNS_ID_TEXT_SIZE];

  mns_id_print (&state->client, id);
  json_object_set_string_member (body, "client", id);
  if (scopes != NULL)
    json_object_set_member (body, "scopes", g_steal_pointer (&scopes));
  else
    json_object_set_array_member (body, "scopes", json_array_new ());
  json_object_set_int_member (body, "window_days", state->window_days);
  return body;
}

static gboolean
keep_revision (
    MnsReplica *replica, gint64 revision, const char *told, gint64 told_days, GError **error)
{
  MnsTransaction *tx = mns_replica_begin (replica, error);

  if (tx == NULL)
    return FALSE;
  if (g_strcmp0 (replica->state.scopes, told) == 0 && replica->state.window_days == told_days)
    replica->state.scopes_rev = revision; /* else the person has chosen again meanwhile */
  return mns_replica_commit (replica, tx, error);
}

/**
 * mns_sync_scopes:
 *
 * Tells the server a choice that it does not know yet.
 */
gboolean
mns_sync_scopes (MnsSync *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (JsonObject) body = NULL;
  g_autoptr (JsonObject) reply = NULL;
  g_auto (MnsAnswer) answer = { 0 };
  g_autofree char *told = NULL;
  gint64 told_days;
  gboolean done;

  if (self->replica->state.scopes_rev >= 0)
    return TRUE;
  mns_replica_lock (self->replica);
  told = g_strdup (self->replica->state.scopes);
  told_days = self->replica->state.window_days;
  body = new_choice (&self->replica->state);
  mns_replica_unlock (self->replica);
  if (!mns_sync_ask (self, "PUT", "/sync/v1/scopes", body, &answer, &reply, cancellable, error))
    return FALSE;
  if (answer.status != 200 || reply == NULL)
    return mns_sync_refuse (self, &answer, error);
  mns_replica_lock (self->replica);
  done =
      keep_revision (self->replica, mns_sync_get_int (reply, "scopes_rev"), told, told_days, error);
  mns_replica_unlock (self->replica);
  return done;
}
