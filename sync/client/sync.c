/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A round of talk with the server: hello, leased ids, push, pull.
 *
 * Work goes out before rows come in, and a pull is left out where a push got no answer: as long as
 * a device does not know what became of what it sent, last_n alone cannot tell its own commands
 * from those of a clone with the same id.
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include <string.h>

#include "sync/client/apply.h"
#include "sync/client/leases.h"
#include "sync/client/push.h"
#include "sync/client/replica-private.h"
#include "sync/client/sync-private.h"
#include "sync/model/error.h"
#include "sync/wire/envelope.h"

/* A pull that leads to a pack, to another pull, and so on: each brings us nearer. */
#define MAX_STAGES 8
#define MAX_FORGOTTEN 3
#define LEASE_COUNT 500
#define LEASE_COUNT_OWNED 200

MnsSync *
mns_sync_new (MnsReplica *replica, MnsTransport *transport)
{
  MnsSync *self = g_new0 (MnsSync, 1);

  self->replica = replica;
  self->transport = transport;
  return self;
}

void
mns_sync_free (MnsSync *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->commands, g_hash_table_unref);
  g_free (self);
}

gint64
mns_sync_get_retry_after (MnsSync *self)
{
  return self->retry_after_s;
}

gboolean
mns_sync_is_too_old (MnsSync *self)
{
  return self->too_old;
}

gboolean
mns_sync_knows_command (MnsSync *self, const char *name_at_version)
{
  return self->commands == NULL || g_hash_table_contains (self->commands, name_at_version);
}

/* ---- asking ---- */

gint64
mns_sync_clock (MnsSync *self)
{
  return self->replica->hooks.now (self->replica->hooks.data);
}

gint64
mns_sync_get_int (JsonObject *object, const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  return node != NULL && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node)
                                                                         : 0;
}

const char *
mns_sync_get_text (JsonObject *object, const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

gboolean
mns_sync_ask (MnsSync *self,
              const char *method,
              const char *path,
              JsonObject *body,
              MnsAnswer *answer,
              JsonObject **reply,
              GCancellable *cancellable,
              GError **error)
{
  g_autofree char *text = body != NULL ? mns_json_print (json_object_ref (body)) : NULL;
  g_autoptr (GBytes) bytes = text != NULL ? g_bytes_new (text, strlen (text)) : NULL;
  MnsRequest request = { method, path, bytes, NULL, -1, NULL };
  g_autoptr (JsonNode) node = NULL;
  gsize size = 0;
  const char *data;

  if (reply != NULL)
    *reply = NULL;
  if (!mns_transport_send (self->transport, &request, answer, cancellable, error))
    return FALSE;
  if (answer->retry_after_s > 0)
    self->retry_after_s = answer->retry_after_s;
  if (reply == NULL || answer->body == NULL)
    return TRUE;
  data = g_bytes_get_data (answer->body, &size);
  node = mns_json_parse_object (data != NULL ? data : "", (gssize) size, NULL);
  if (node != NULL)
    *reply = json_node_dup_object (node);
  return TRUE;
}

gboolean
mns_sync_refuse (MnsSync *self, const MnsAnswer *answer, GError **error)
{
  gsize size = 0;
  const char *text = answer->body != NULL ? g_bytes_get_data (answer->body, &size) : NULL;

  g_propagate_error (
      error, mns_envelope_to_error (answer->status, text != NULL ? text : "", (gssize) size));
  return FALSE;
}

void
mns_sync_note_now (MnsSync *self, JsonObject *reply, gint64 asked_at)
{
  gint64 now = mns_sync_get_int (reply, "now");
  g_autoptr (GError) error = NULL;

  if (now <= 0)
    return;
  mns_replica_lock (self->replica);
  if (!mns_replica_note_server_time (self->replica, now, asked_at, mns_sync_clock (self), &error))
    g_info ("the clock's difference is not kept: %s", error->message);
  mns_replica_unlock (self->replica);
}

/* ---- push ---- */

typedef enum
{
  PUSH_NOTHING, /* nothing is left to send */
  PUSH_SENT,
  PUSH_FORKED,
} PushEnd;

static gboolean
push_once (MnsSync *self,
           guint most,
           PushEnd *end,
           gint64 *first_n,
           GCancellable *cancellable,
           GError **error)
{
  g_auto (MnsPush) push = { 0 };
  g_auto (MnsAnswer) answer = { 0 };
  MnsRequest request = { "POST", "/sync/v1/push", NULL, NULL, -1, NULL };
  gboolean done;

  *end = PUSH_NOTHING;
  mns_replica_lock (self->replica);
  done = mns_replica_make_push (self->replica, most, &push, error);
  mns_replica_unlock (self->replica);
  if (!done || push.first_n == 0)
    return done;

  *first_n = push.first_n;
  request.body = push.body;
  if (!mns_transport_send (self->transport, &request, &answer, cancellable, error) ||
      mns_replica_dies_at (self->replica, "push-answered", error))
    return FALSE;
  self->retry_after_s = answer.retry_after_s;
  *end = answer.status == MNS_HTTP_RESYNC ? PUSH_FORKED : PUSH_SENT;
  if (*end == PUSH_FORKED)
    return TRUE;
  if (answer.status != 200)
    return mns_sync_refuse (self, &answer, error);
  mns_replica_lock (self->replica);
  done = mns_replica_take_push_reply (self->replica, &push, answer.body, error);
  mns_replica_unlock (self->replica);
  return done;
}

/**
 * mns_sync_push:
 *
 * Sends what is queued, in order, until nothing is left. After a FORK the commands go one by one,
 * which tells where the two devices' ways part; from there on they go under a new id.
 */
gboolean
mns_sync_push (MnsSync *self, GCancellable *cancellable, GError **error)
{
  guint most = MNS_PUSH_COMMANDS;
  PushEnd end = PUSH_SENT;
  gint64 first_n = 0;
  gint64 before = -1;

  while (end != PUSH_NOTHING)
    {
      if (!push_once (self, most, &end, &first_n, cancellable, error))
        return FALSE;
      if (end == PUSH_FORKED && most > 1)
        most = 1;
      else if (end == PUSH_FORKED)
        {
          if (!mns_sync_fork (self, first_n, cancellable, error))
            return FALSE;
          most = MNS_PUSH_COMMANDS;
          before = -1;
        }
      else if (end == PUSH_SENT && self->replica->confirmed_n == before)
        return TRUE; /* the server stopped: it will take the rest another time */
      else
        before = self->replica->confirmed_n;
    }
  return TRUE;
}

/* ---- pull ---- */

static JsonObject *
new_pull (MnsSync *self, const char *cursor)
{
  const MnsReplicaState *state = &self->replica->state;
  JsonObject *body = json_object_new ();
  char id[MNS_ID_TEXT_SIZE];

  mns_id_print (&state->client, id);
  json_object_set_string_member (body, "client", id);
  if (cursor != NULL)
    json_object_set_string_member (body, "cursor", cursor);
  else
    json_object_set_null_member (body, "cursor");
  json_object_set_int_member (body, "schema", MNS_SCHEMA);
  json_object_set_int_member (body, "scopes_rev", MAX (state->scopes_rev, 0));
  return body;
}

/* A pack may break off: what is there stays, and the next try asks for the rest. Some breaks are
 * noticed by the connection, some only by whoever follows the stream and misses its end.
 */
static gboolean
fetch_pack (MnsSync *self,
            const char *path,
            MnsStage *stage,
            gboolean followed,
            GCancellable *cancellable,
            GError **error)
{
  MnsRequest request = { "GET", path, NULL, NULL, -1, stage };
  guint64 before = 0;

  for (;;)
    {
      g_auto (MnsAnswer) answer = { 0 };
      g_autoptr (GError) local = NULL;
      gboolean came = mns_transport_send (self->transport, &request, &answer, cancellable, &local);

      if (came && answer.status != 200 && answer.status != 206)
        return mns_sync_refuse (self, &answer, error);
      if (came && (!followed || mns_stage_finish (stage, &local)))
        return TRUE;
      if ((!came && !g_error_matches (local, MNS_ERROR, MNS_ERROR_OFFLINE)) ||
          mns_stage_get_size (stage) == before)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      before = mns_stage_get_size (stage);
    }
}

typedef struct
{
  GPtrArray *stages;
  MnsBuild *build; /* set where we begin anew: a pack goes right into it */
  gboolean resync; /* the server wants us to begin anew */
  gboolean packed; /* the last stage is a pack: a delta follows */
} Fetched;

static void
fetched_clear (Fetched *self)
{
  g_ptr_array_unref (self->stages);
  mns_build_free (self->build);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fetched, fetched_clear)

/* One question; adds what came to the stages. */
static gboolean
fetch_one (
    MnsSync *self, const char *cursor, Fetched *fetched, GCancellable *cancellable, GError **error)
{
  g_autoptr (JsonObject) body = new_pull (self, cursor);
  g_autofree char *text = mns_json_print (json_object_ref (body));
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  MnsStage *stage = mns_stage_new (self->replica->dir);
  MnsRequest request = { "POST", "/sync/v1/pull", bytes, NULL, -1, stage };
  g_auto (MnsAnswer) answer = { 0 };
  gboolean follows = fetched->build != NULL && fetched->stages->len == 0;

  g_ptr_array_add (fetched->stages, stage);
  fetched->packed = FALSE;
  if (!mns_transport_send (self->transport, &request, &answer, cancellable, error))
    return FALSE;
  self->retry_after_s = answer.retry_after_s;
  switch (answer.status)
    {
    case 200:
      return TRUE;
    case 303:
      fetched->packed = TRUE;
      mns_stage_clear (stage);
      if (answer.location == NULL)
        return mns_sync_refuse (self, &answer, error);
      if (follows)
        mns_build_follow (fetched->build, stage);
      return fetch_pack (self, answer.location, stage, follows, cancellable, error);
    case MNS_HTTP_RESYNC:
      fetched->resync = TRUE;
      return TRUE;
    case MNS_HTTP_TOO_OLD:
      self->too_old = TRUE;
      return mns_sync_refuse (self, &answer, error);
    default:
      return mns_sync_refuse (self, &answer, error);
    }
}

static char *
dup_last_cursor (Fetched *fetched, GError **error)
{
  g_auto (MnsPullHead) head = { 0 };
  MnsStage *last = g_ptr_array_index (fetched->stages, fetched->stages->len - 1);

  if (fetched->stages->len == 1 && fetched->build != NULL)
    return g_strdup (mns_build_get_head (fetched->build)->cursor);
  return mns_stage_check (last, &head, error) ? g_strdup (head.cursor) : NULL;
}

/* A pack stands for any device; what is this one's comes with the delta after it. */
static gboolean
fetch_all (
    MnsSync *self, const char *cursor, Fetched *fetched, GCancellable *cancellable, GError **error)
{
  g_autofree char *from = g_strdup (cursor);

  g_ptr_array_set_size (fetched->stages, 0);
  g_clear_pointer (&fetched->build, mns_build_free);
  if (cursor == NULL)
    fetched->build = mns_build_new (self->replica);
  fetched->resync = FALSE;
  for (guint i = 0; i < MAX_STAGES; i++)
    {
      if (!fetch_one (self, from, fetched, cancellable, error))
        return FALSE;
      if (fetched->resync || !fetched->packed)
        return TRUE;
      g_free (from);
      from = dup_last_cursor (fetched, error);
      if (from == NULL)
        return FALSE;
    }
  g_set_error (error, MNS_ERROR, MNS_ERROR_BUSY, "the rows grow faster than they can be fetched");
  return FALSE;
}

static gboolean
take (MnsSync *self,
      Fetched *fetched,
      gboolean anew,
      MnsApplied *applied,
      GPtrArray *changed,
      GError **error)
{
  gboolean done;

  mns_replica_lock (self->replica);
  if (anew)
    done = mns_replica_resync (
        self->replica, fetched->build, fetched->stages, applied, changed, error);
  else
    done = mns_replica_apply (self->replica, fetched->stages, applied, changed, error);
  mns_replica_unlock (self->replica);
  return done;
}

static char *
dup_cursor (MnsReplica *replica)
{
  char *cursor;

  mns_replica_lock (replica);
  cursor = g_strdup (replica->state.cursor);
  mns_replica_unlock (replica);
  return cursor;
}

static gboolean
pull_once (MnsSync *self,
           MnsApplied *applied,
           GPtrArray *changed,
           GCancellable *cancellable,
           GError **error)
{
  g_auto (Fetched) fetched = {
    .stages = g_ptr_array_new_with_free_func ((GDestroyNotify) mns_stage_free),
  };
  g_autofree char *cursor = dup_cursor (self->replica);
  gboolean anew = cursor == NULL;
  g_autoptr (GError) local = NULL;

  if (!fetch_all (self, cursor, &fetched, cancellable, error))
    return FALSE;
  if (fetched.resync && !anew)
    {
      anew = TRUE;
      self->greeted = FALSE; /* the epoch may be another */
      if (!fetch_all (self, NULL, &fetched, cancellable, error))
        return FALSE;
    }
  if (fetched.resync)
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_CORRUPT, "the server refuses even to begin anew");
      return FALSE;
    }
  if (take (self, &fetched, anew, applied, changed, &local))
    return TRUE;
  if (anew || !g_error_matches (local, MNS_ERROR, MNS_ERROR_CONFLICT))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  /* Rows that do not fit together here fit together on the server: fetch them all. */
  g_warning ("%s; beginning anew", local->message);
  return fetch_all (self, NULL, &fetched, cancellable, error) &&
         take (self, &fetched, TRUE, applied, changed, error);
}

/**
 * mns_sync_pull:
 * @changed: (nullable): gets the names of the tables that changed
 *
 * Brings the replica to the server's present. An answer that is torn or crossed another is
 * forgotten and asked for again.
 */
gboolean
mns_sync_pull (MnsSync *self, GPtrArray *changed, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < MAX_FORGOTTEN; i++)
    {
      MnsApplied applied = MNS_APPLIED_FORGOTTEN;

      if (!pull_once (self, &applied, changed, cancellable, error))
        return FALSE;
      if (applied == MNS_APPLIED)
        return TRUE;
      if (applied == MNS_APPLIED_FOREIGN)
        return mns_sync_fork (self, self->replica->state.next_n, cancellable, error);
    }
  g_set_error (error, MNS_ERROR, MNS_ERROR_BUSY, "no whole answer came to a pull");
  return FALSE;
}

/* ---- leased ids ---- */

static gboolean
lease_one (MnsSync *self, const MnsWantedIds *wanted, GCancellable *cancellable, GError **error)
{
  g_autoptr (JsonObject) body = json_object_new ();
  g_autoptr (JsonObject) reply = NULL;
  g_auto (MnsAnswer) answer = { 0 };
  gboolean owned = !mns_id_is_null (&wanted->owner);
  char text[MNS_ID_TEXT_SIZE];
  MnsId block;
  gboolean done;

  mns_id_print (&self->replica->state.client, text);
  json_object_set_string_member (body, "client", text);
  json_object_set_string_member (body, "class", wanted->klass);
  json_object_set_int_member (body, "count", owned ? LEASE_COUNT_OWNED : LEASE_COUNT);
  mns_id_print (&wanted->owner, text);
  if (owned)
    json_object_set_string_member (body, "project", text);
  if (!mns_sync_ask (self, "POST", "/sync/v1/ids", body, &answer, &reply, cancellable, error))
    return FALSE;
  if (answer.status != 200 || reply == NULL || mns_sync_get_int (reply, "first") <= 0 ||
      mns_sync_get_int (reply, "last") < mns_sync_get_int (reply, "first"))
    return mns_sync_refuse (self, &answer, error);
  if (!mns_id_parse (&block, mns_sync_get_text (reply, "block")))
    self->replica->hooks.make_id (&block, self->replica->hooks.data);
  mns_replica_lock (self->replica);
  done = mns_replica_add_lease (self->replica,
                                wanted,
                                &block,
                                mns_sync_get_int (reply, "first"),
                                mns_sync_get_int (reply, "last"),
                                error);
  mns_replica_unlock (self->replica);
  return done;
}

/**
 * mns_sync_lease:
 *
 * Keeps a stock of ids of each class, and gives commands that had to make theirs up real ones
 * before they are sent for the first time. A server that gives none leaves them to its own counter.
 */
gboolean
mns_sync_lease (MnsSync *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) wanted = NULL;
  gboolean done;

  mns_replica_lock (self->replica);
  wanted = mns_replica_list_wanted_ids (self->replica, error);
  mns_replica_unlock (self->replica);
  if (wanted == NULL)
    return FALSE;
  for (guint i = 0; i < wanted->len; i++)
    {
      g_autoptr (GError) local = NULL;

      if (lease_one (self, g_ptr_array_index (wanted, i), cancellable, &local))
        continue;
      if (g_error_matches (local, MNS_ERROR, MNS_ERROR_OFFLINE) ||
          g_error_matches (local, MNS_ERROR, MNS_ERROR_UNAUTHORIZED) ||
          g_error_matches (local, MNS_ERROR, MNS_ERROR_FULL))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      g_info ("no ids of a class were leased: %s", local->message);
    }
  mns_replica_lock (self->replica);
  done = mns_replica_replace_made_up_ids (self->replica, error);
  mns_replica_unlock (self->replica);
  self->leased = TRUE;
  return done;
}

/* ---- a round ---- */

/**
 * mns_sync_round:
 * @changed: (nullable): gets the names of the tables that changed; borrowed
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Fails with %MNS_ERROR_OFFLINE where the server cannot be reached, with %MNS_ERROR_UNAUTHORIZED
 * where it wants a new sign-in, with %MNS_ERROR_BUSY where it is to be tried again later. What was
 * done before stays done; nothing queued is lost.
 */
gboolean
mns_sync_round (MnsSync *self, GPtrArray *changed, GCancellable *cancellable, GError **error)
{
  self->retry_after_s = 0;
  if (!self->greeted && !mns_sync_hello (self, cancellable, error))
    return FALSE;
  if (!mns_sync_scopes (self, cancellable, error))
    return FALSE;
  if (!mns_sync_lease (self, cancellable, error) || !mns_sync_push (self, cancellable, error))
    return FALSE;
  return mns_sync_pull (self, changed, cancellable, error);
}
