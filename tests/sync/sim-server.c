/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-sim"

#include "config.h"

#include <string.h>

#include "sync/wire/envelope.h"
#include "tests/sync/sim-server-private.h"
#include "tests/sync/toy.h"

#define BLOCK 20
#define BLOCK_JUMP 10000

MnsTransaction *
sim_begin (SimServer *self)
{
  g_autoptr (GError) error = NULL;
  MnsTransaction *tx = mns_store_begin (self->store, MNS_ACCESS_WRITE, &error);

  g_assert_no_error (error);
  return tx;
}

void
sim_end (MnsTransaction *tx)
{
  g_autoptr (GError) error = NULL;

  mns_transaction_commit (tx, &error);
  g_assert_no_error (error);
  mns_transaction_free (tx);
}

void
sim_run (MnsTransaction *tx, const char *sql, const MnsArg *args)
{
  g_autoptr (GError) error = NULL;

  mns_transaction_run (tx, sql, args, &error);
  g_assert_no_error (error);
}

MnsRows *
sim_query (MnsTransaction *tx, const char *sql, const MnsArg *args)
{
  g_autoptr (GError) error = NULL;
  MnsRows *rows = mns_transaction_query (tx, sql, args, &error);

  g_assert_no_error (error);
  return rows;
}

SimServer *
sim_server_new (const SimEngine *engine)
{
  SimServer *self = g_new0 (SimServer, 1);

  self->engine = engine;
  self->data = engine->start (&self->store);
  self->epoch = 1;
  self->timeline = 1;
  self->mood.die_in = -1;
  self->packs =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  self->dumps = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
sim_server_free (SimServer *self)
{
  self->engine->stop (self->data);
  g_hash_table_unref (self->packs);
  g_hash_table_unref (self->dumps);
  g_free (self);
}

SimServerMood *
sim_server_get_mood (SimServer *self)
{
  return &self->mood;
}

void
sim_server_add_client (SimServer *self, const MnsId *client, const MnsId *person)
{
  MnsTransaction *tx = sim_begin (self);

  sim_run (tx,
           "INSERT INTO sim_client (id, person, last_n, durable_n) VALUES ($id, $person, 0, 0) "
           "ON CONFLICT DO NOTHING",
           MNS_ARGS (MNS_ARG_ID ("id", client), MNS_ARG_ID ("person", person)));
  sim_end (tx);
}

/* ---- answers ---- */

void
sim_set_body (MnsAnswer *answer, guint status, JsonObject *object)
{
  char *text = mns_json_print (object);

  answer->status = status;
  answer->body = g_bytes_new_take (text, strlen (text));
}

JsonObject *
sim_new_reply (SimServer *self, const MnsId *client)
{
  MnsTransaction *tx = sim_begin (self);
  g_autoptr (MnsRows) rows = sim_query (tx,
                                        "SELECT last_n, durable_n FROM sim_client WHERE id = $id",
                                        MNS_ARGS (MNS_ARG_ID ("id", client)));
  JsonObject *reply = json_object_new ();

  json_object_set_int_member (reply, "last_n", mns_rows_get_int (rows, 0, 0));
  json_object_set_int_member (reply, "durable_n", mns_rows_get_int (rows, 0, 1));
  json_object_set_int_member (reply, "now", self->now);
  mns_transaction_free (tx);
  return reply;
}

static void
answer_ids (SimServer *self, JsonObject *body, MnsAnswer *answer)
{
  JsonObject *reply = json_object_new ();
  MnsTransaction *tx;
  g_autoptr (MnsRows) rows = NULL;

  if (!g_str_equal (json_object_get_string_member (body, "class"), "27-"))
    {
      sim_set_body (answer, 404, reply);
      return;
    }
  tx = sim_begin (self);
  rows = sim_query (tx, "SELECT next FROM sim_counter", NULL);
  sim_run (tx, "UPDATE sim_counter SET next = next + $n", MNS_ARGS (MNS_ARG_INT ("n", BLOCK)));
  json_object_set_int_member (reply, "first", mns_rows_get_int (rows, 0, 0));
  json_object_set_int_member (reply, "last", mns_rows_get_int (rows, 0, 0) + BLOCK - 1);
  sim_end (tx);
  sim_set_body (answer, 200, reply);
}

gboolean
sim_server_answer (SimServer *self,
                   const MnsId *person,
                   gint64 now,
                   const MnsRequest *request,
                   MnsAnswer *answer,
                   GByteArray *stream,
                   gboolean *compressed)
{
  g_autoptr (JsonNode) node = NULL;
  JsonObject *body;
  MnsId client;

  self->now = now;
  *compressed = g_str_has_prefix (request->path, "/sync/v1/packs/");
  if (*compressed)
    return sim_answer_pack (self, request, answer, stream);
  node = mns_json_parse_object (
      g_bytes_get_data (request->body, NULL), (gssize) g_bytes_get_size (request->body), NULL);
  body = json_node_get_object (node);
  g_assert_true (mns_id_parse (&client, json_object_get_string_member (body, "client")));
  if (g_str_equal (request->path, "/sync/v1/push"))
    return sim_answer_push (self, &client, person, body, answer);
  if (g_str_equal (request->path, "/sync/v1/pull"))
    sim_answer_pull (self, &client, person, body, answer, stream);
  else if (g_str_equal (request->path, "/sync/v1/ids"))
    answer_ids (self, body, answer);
  else
    {
      JsonObject *reply;

      sim_server_add_client (self, &client, person);
      reply = sim_new_reply (self, &client);
      json_object_set_string_member (
          reply, "client", json_object_get_string_member (body, "client"));
      json_object_set_string_member (reply, "epoch", "e");
      sim_set_body (answer, 200, reply);
    }
  return TRUE;
}

void
sim_server_set_next_id (SimServer *self, gint64 next)
{
  MnsTransaction *tx = sim_begin (self);

  sim_run (tx, "UPDATE sim_counter SET next = $next", MNS_ARGS (MNS_ARG_INT ("next", next)));
  sim_end (tx);
}

/* ---- back in time ---- */

void
sim_server_back_up (SimServer *self)
{
  MnsTransaction *tx = sim_begin (self);

  sim_run (tx, "UPDATE sim_client SET durable_n = last_n", NULL);
  sim_end (tx);
  self->engine->back_up (self->data);
}

void
sim_server_go_back (SimServer *self, gboolean restore)
{
  MnsTransaction *tx;

  self->engine->go_back (self->data);
  if (restore)
    self->epoch++;
  else
    self->timeline++;
  tx = sim_begin (self);
  sim_run (tx, "UPDATE sim_counter SET next = next + $n", MNS_ARGS (MNS_ARG_INT ("n", BLOCK_JUMP)));
  sim_end (tx);
}

/* ---- what the checks ask ---- */

char *
sim_server_dump (SimServer *self, const MnsId *person)
{
  g_autoptr (MnsTransaction) tx = sim_begin (self);

  return mns_toy_dump (tx, person, NULL);
}

static gint64
count (SimServer *self, const char *sql, const MnsArg *args)
{
  g_autoptr (MnsTransaction) tx = sim_begin (self);
  g_autoptr (MnsRows) rows = sim_query (tx, sql, args);

  return mns_rows_get_int (rows, 0, 0);
}

guint
sim_server_count_outcomes (SimServer *self, const MnsId *command)
{
  return (guint) count (self,
                        "SELECT count(*) FROM sim_command WHERE cmd_id = $id",
                        MNS_ARGS (MNS_ARG_ID ("id", command)));
}

guint
sim_server_count_log (SimServer *self)
{
  return (guint) count (self, "SELECT count(*) FROM sim_command", NULL);
}

gint64
sim_server_count_ok (SimServer *self, const MnsId *person, const char *name)
{
  return count (self,
                "SELECT count(*) FROM sim_command WHERE cmd IN ('toy.count', 'toy.elsewhere') "
                "AND outcome = 0 AND person = $person AND name = $name",
                MNS_ARGS (MNS_ARG_ID ("person", person), MNS_ARG_TEXT ("name", name)));
}

gint64
sim_server_read_count (SimServer *self, const MnsId *person, const char *name)
{
  g_autoptr (MnsTransaction) tx = sim_begin (self);
  gint64 n = 0;

  g_assert_true (mns_toy_read_count (tx, person, name, &n, NULL));
  return n;
}
