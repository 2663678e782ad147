/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Sending the queued commands, and what becomes of them where two devices share an id. */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include <string.h>

#include "sync/client/leases.h"
#include "sync/client/push.h"
#include "sync/client/replica-private.h"
#include "sync/model/error.h"
#include "sync/wire/envelope.h"

void
mns_push_clear (MnsPush *self)
{
  g_clear_pointer (&self->body, g_bytes_unref);
}

static char *
write_head (MnsReplica *self)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = NULL;
  char id[MNS_ID_TEXT_SIZE];
  char *text;

  mns_id_print (&self->state.client, id);
  json_object_set_string_member (object, "client", id);
  json_object_set_string_member (
      object, "epoch", self->state.epoch != NULL ? self->state.epoch : "");
  json_object_set_int_member (object, "proto", MNS_PROTOCOL);
  json_object_set_int_member (object, "schema", MNS_SCHEMA);
  json_object_set_string_member (object, "app", MNS_VERSION);
  node = json_node_init_object (json_node_alloc (), object);
  text = json_to_string (node, FALSE);
  text[strlen (text) - 1] = '\0'; /* the commands follow before the brace */
  return text;
}

/* Bodies go as they were stored: what is sent again is the same to the byte. */
static void
write_body (MnsReplica *self, MnsRows *rows, MnsPush *push)
{
  g_autofree char *head = write_head (self);
  GString *text = g_string_new (head);

  g_string_append (text, ",\"commands\":[");
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      const char *body = mns_rows_get_text (rows, i, 1);

      if (i > 0 && text->len + strlen (body) > MNS_PUSH_BYTES)
        break;
      g_string_append_printf (text, "%s%s", i > 0 ? "," : "", body);
      push->last_n = mns_rows_get_int (rows, i, 0);
    }
  g_string_append (text, "]}");
  push->first_n = mns_rows_get_int (rows, 0, 0);
  push->body = g_string_free_to_bytes (text);
}

static gboolean
select_and_mark (MnsReplica *self, MnsTransaction *tx, guint most, MnsPush *push, GError **error)
{
  const MnsArg *args = MNS_ARGS (MNS_ARG_INT ("from", self->confirmed_n),
                                 MNS_ARG_INT ("any", self->gap),
                                 MNS_ARG_INT ("most", MIN (most, MNS_PUSH_COMMANDS)));
  g_autoptr (MnsRows) rows = mns_transaction_query (
      tx,
      "SELECT n, body FROM outbox WHERE n > $from AND (state < 2 OR $any = 1) "
      "ORDER BY n LIMIT $most",
      args,
      error);

  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) == 0)
    return TRUE;
  write_body (self, rows, push);
  return mns_transaction_run (
      tx,
      "UPDATE outbox SET sent = 1, "
      "state = CASE WHEN state = 0 THEN 1 ELSE state END "
      "WHERE n BETWEEN $first AND $last",
      MNS_ARGS (MNS_ARG_INT ("first", push->first_n), MNS_ARG_INT ("last", push->last_n)),
      error);
}

/**
 * mns_replica_make_push:
 * @most: commands at most
 * @push: (out caller-allocates): what to send; its first_n is 0 if there is nothing
 *
 * Makes the next push and marks its commands as sent before they are: from then on they never
 * change, whatever becomes of the request.
 */
gboolean
mns_replica_make_push (MnsReplica *self, guint most, MnsPush *push, GError **error)
{
  MnsTransaction *tx = mns_replica_begin (self, error);

  *push = (MnsPush){ 0 };
  if (tx == NULL)
    return FALSE;
  if (!select_and_mark (self, tx, most, push, error))
    {
      mns_replica_abandon (self, tx);
      mns_push_clear (push);
      return FALSE;
    }
  if (push->first_n == 0)
    {
      mns_replica_abandon (self, tx);
      return TRUE;
    }
  return mns_replica_commit (self, tx, error);
}

/* What the bug "drops on the push reply" does; see MnsSabotage. */
static gboolean
drop_on_reply (MnsReplica *self, gint64 last_n, GError **error)
{
  MnsTransaction *tx = mns_replica_begin (self, error);

  if (tx == NULL)
    return FALSE;
  if (!mns_transaction_run (
          tx, "DELETE FROM outbox WHERE n <= $n", MNS_ARGS (MNS_ARG_INT ("n", last_n)), error))
    {
      mns_replica_abandon (self, tx);
      return FALSE;
    }
  return mns_replica_commit (self, tx, error);
}

/**
 * mns_replica_take_push_reply:
 *
 * Learns how far the server is. It ends no command: only a pull does (I5).
 */
gboolean
mns_replica_take_push_reply (MnsReplica *self, const MnsPush *push, GBytes *body, GError **error)
{
  gsize size = 0;
  const char *text = body != NULL ? g_bytes_get_data (body, &size) : "";
  g_autoptr (JsonNode) node = mns_json_parse_object (text, (gssize) size, error);
  JsonNode *last;
  gint64 last_n;

  if (node == NULL)
    return FALSE;
  last = json_object_get_member (json_node_get_object (node), "last_n");
  if (last == NULL || json_node_get_value_type (last) != G_TYPE_INT64)
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_CORRUPT, "the answer to a push has no last_n");
      return FALSE;
    }
  last_n = json_node_get_int (last);
  /* GAP: it lost commands that it had decided; they are in the journal */
  self->gap = last_n < push->first_n - 1;
  /* not more than was asked about: what follows may be another device's with our id */
  self->confirmed_n = CLAMP (last_n, 0, push->last_n);
  if (self->sabotage == MNS_SABOTAGE_DROP_ON_REPLY)
    return drop_on_reply (self, last_n, error);
  return TRUE;
}

/* ---- FORK ---- */

/* The ids on its tape are of blocks that stay with the other device.
 *
 * Returns: (transfer full): the body under its new number
 */
static char *
renumber_body (MnsTransaction *tx, const MnsId *client, const char *body, gint64 n, GError **error)
{
  g_autoptr (JsonNode) node = json_from_string (body, NULL);
  JsonObject *object;
  JsonNode *tape;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return g_strdup (body);
  object = json_node_get_object (node);
  json_object_set_int_member (object, "n", n);
  tape = json_object_get_member (object, "lims_ids");
  if (tape != NULL && JSON_NODE_HOLDS_OBJECT (tape) &&
      !mns_replica_give_back_tape (tx, client, n, json_node_get_object (tape), error))
    return NULL;
  return json_to_string (node, FALSE);
}

/* Numbers go down, in ascending order, so that no two rows meet. */
static gboolean
renumber (MnsTransaction *tx, const MnsId *client, gint64 *next_n, GError **error)
{
  g_autoptr (MnsRows) rows =
      mns_transaction_query (tx, "SELECT n, body FROM outbox ORDER BY n", NULL, error);

  if (rows == NULL)
    return FALSE;
  *next_n = 1;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      g_autofree char *body =
          renumber_body (tx, client, mns_rows_get_text (rows, i, 1), *next_n, error);

      if (body == NULL ||
          !mns_transaction_run (
              tx,
              "UPDATE outbox SET n = $new, body = $body, state = 0, sent = 0 WHERE n = $old",
              MNS_ARGS (MNS_ARG_INT ("new", (*next_n)++),
                        MNS_ARG_TEXT ("body", body),
                        MNS_ARG_INT ("old", mns_rows_get_int (rows, i, 0))),
              error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
fork_in (MnsReplica *self,
         MnsTransaction *tx,
         const MnsId *client,
         const char *epoch,
         gint64 first_undecided,
         GError **error)
{
  gint64 next_n = 1;

  if (!mns_transaction_run (tx,
                            "DELETE FROM outbox WHERE state = 2 OR n < $first",
                            MNS_ARGS (MNS_ARG_INT ("first", first_undecided)),
                            error) ||
      !renumber (tx, client, &next_n, error) || !mns_replica_drop_leases (self, tx, error))
    return FALSE;
  self->state.client = *client;
  g_free (self->state.epoch);
  self->state.epoch = g_strdup (epoch);
  self->state.next_n = next_n;
  self->state.last_n = 0;
  self->state.durable_n = 0;
  return TRUE;
}

/**
 * mns_replica_fork:
 * @client: the new id
 * @epoch: (nullable): the server's, for the head of a push
 * @first_undecided: the first number that the server had another command for; those before it are
 *   decided
 *
 * Goes on as another device. The journal stays behind: those commands are the old id's, and the
 * server has them.
 */
gboolean
mns_replica_fork (MnsReplica *self,
                  const MnsId *client,
                  const char *epoch,
                  gint64 first_undecided,
                  GError **error)
{
  MnsTransaction *tx = mns_replica_begin (self, error);

  if (tx == NULL)
    return FALSE;
  if (!fork_in (self, tx, client, epoch, first_undecided, error))
    {
      mns_replica_abandon (self, tx);
      return FALSE;
    }
  if (!mns_replica_commit (self, tx, error))
    return FALSE;
  self->confirmed_n = 0;
  self->gap = FALSE;
  return mns_replica_rewrite_log (self, error);
}
