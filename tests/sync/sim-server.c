/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-sim"

#include "config.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <zstd.h>

#include "sync/client/schema.h"
#include "sync/model/error.h"
#include "sync/store/sqlite-store.h"
#include "sync/wire/envelope.h"
#include "sync/wire/pull.h"
#include "tests/sync/sim-server.h"
#include "tests/sync/toy.h"

#define N_CONTAINERS 4
#define BLOCK 20
#define BLOCK_JUMP 10000

static const char sim_sql[] =
    "CREATE TABLE sim_log (seq INTEGER PRIMARY KEY, tbl TEXT NOT NULL, owner BLOB NOT NULL);"
    "CREATE TABLE sim_command (client BLOB NOT NULL, n INTEGER NOT NULL, cmd_id BLOB NOT NULL, "
    "cmd TEXT NOT NULL, outcome INTEGER NOT NULL, person BLOB NOT NULL, name TEXT, "
    "PRIMARY KEY (client, n, cmd_id, outcome)) WITHOUT ROWID;"
    "CREATE TABLE sim_client (id BLOB PRIMARY KEY, person BLOB NOT NULL, last_n INTEGER NOT NULL, "
    "durable_n INTEGER NOT NULL);"
    "CREATE TABLE sim_counter (next INTEGER NOT NULL);"
    "INSERT INTO sim_counter VALUES (1000);";

struct _SimServer
{
  MnsStore *store;
  MnsStore *backup;
  guint epoch;
  guint timeline;
  gint64 now;
  SimServerMood mood;
  GHashTable *packs; /* path → GBytes */
  GHashTable *dumps; /* "person cursor" → SHA-256 of the dump */
};

static MnsTransaction *
begin (SimServer *self)
{
  g_autoptr (GError) error = NULL;
  MnsTransaction *tx = mns_store_begin (self->store, MNS_ACCESS_WRITE, &error);

  g_assert_no_error (error);
  return tx;
}

static void
end (MnsTransaction *tx)
{
  g_autoptr (GError) error = NULL;

  mns_transaction_commit (tx, &error);
  g_assert_no_error (error);
  mns_transaction_free (tx);
}

static void
run (MnsTransaction *tx, const char *sql, const MnsArg *args)
{
  g_autoptr (GError) error = NULL;

  mns_transaction_run (tx, sql, args, &error);
  g_assert_no_error (error);
}

static MnsRows *
query (MnsTransaction *tx, const char *sql, const MnsArg *args)
{
  g_autoptr (GError) error = NULL;
  MnsRows *rows = mns_transaction_query (tx, sql, args, &error);

  g_assert_no_error (error);
  return rows;
}

/* The change log is written by triggers here as there. */
static void
add_log_triggers (MnsStore *store)
{
  g_autoptr (GString) sql = g_string_new (sim_sql);
  g_autoptr (GError) error = NULL;
  static const char *const changes[] = { "INSERT", "new", "UPDATE", "new", "DELETE", "old" };

  for (guint i = 0; mns_toy_tables[i] != NULL; i++)
    for (guint k = 0; k < G_N_ELEMENTS (changes); k += 2)
      g_string_append_printf (sql,
                              "CREATE TRIGGER sim_%s_%s AFTER %s ON %s BEGIN "
                              "INSERT INTO sim_log (tbl, owner) VALUES ('%s', %s.%s); END;",
                              mns_toy_tables[i],
                              changes[k],
                              changes[k],
                              mns_toy_tables[i],
                              mns_toy_tables[i],
                              changes[k + 1],
                              mns_entity_find (mns_toy_tables[i])->key[0]);
  mns_sqlite_run_script (store, sql->str, &error);
  g_assert_no_error (error);
}

static MnsStore *
make_first (void)
{
  g_autoptr (GError) error = NULL;
  MnsStore *store = mns_sqlite_open (":memory:", MNS_SQLITE_NONE, &error);
  MnsTransaction *tx;

  g_assert_no_error (error);
  mns_schema_create_tables (store, &error);
  g_assert_no_error (error);
  add_log_triggers (store);
  tx = mns_store_begin (store, MNS_ACCESS_WRITE, &error);
  g_assert_no_error (error);
  mns_toy_seed (tx, N_CONTAINERS, &error);
  g_assert_no_error (error);
  end (tx);
  return store;
}

static void
copy_database (MnsStore *from, MnsStore *to)
{
  sqlite3_backup *copy = sqlite3_backup_init (
      mns_sqlite_get_handle (to), "main", mns_sqlite_get_handle (from), "main");

  g_assert_nonnull (copy);
  g_assert_cmpint (sqlite3_backup_step (copy, -1), ==, SQLITE_DONE);
  g_assert_cmpint (sqlite3_backup_finish (copy), ==, SQLITE_OK);
}

static MnsStore *
open_copy (MnsStore *from)
{
  g_autoptr (GError) error = NULL;
  MnsStore *store = mns_sqlite_open (":memory:", MNS_SQLITE_NONE, &error);

  g_assert_no_error (error);
  copy_database (from, store);
  return store;
}

SimServer *
sim_server_new (void)
{
  static MnsStore *first;
  SimServer *self = g_new0 (SimServer, 1);

  if (first == NULL)
    first = make_first ();
  self->store = open_copy (first);
  self->backup = open_copy (first);
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
  mns_store_free (self->store);
  mns_store_free (self->backup);
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
  MnsTransaction *tx = begin (self);

  run (tx,
       "INSERT INTO sim_client (id, person, last_n, durable_n) VALUES ($id, $person, 0, 0) "
       "ON CONFLICT DO NOTHING",
       MNS_ARGS (MNS_ARG_ID ("id", client), MNS_ARG_ID ("person", person)));
  end (tx);
}

/* ---- push ---- */

static char *
take_from_counter (gpointer data, const char *klass, const MnsId *owner, GError **error)
{
  MnsTransaction *tx = data;
  g_autoptr (MnsRows) rows = query (tx, "SELECT next FROM sim_counter", NULL);

  run (tx, "UPDATE sim_counter SET next = next + 1", NULL);
  return g_strdup_printf ("27-%" G_GINT64_FORMAT, mns_rows_get_int (rows, 0, 0));
}

static void
log_command (MnsTransaction *tx,
             const MnsId *client,
             const MnsId *person,
             const MnsCommand *command,
             MnsOutcome outcome)
{
  run (tx,
       "INSERT INTO sim_command (client, n, cmd_id, cmd, outcome, person, name) "
       "VALUES ($client, $n, $cmd_id, $cmd, $outcome, $person, $name) ON CONFLICT DO NOTHING",
       MNS_ARGS (
           MNS_ARG_ID ("client", client),
           MNS_ARG_INT ("n", command->n),
           MNS_ARG_ID ("cmd_id", &command->id),
           MNS_ARG_TEXT ("cmd", command->name),
           MNS_ARG_INT ("outcome", outcome),
           MNS_ARG_ID ("person", person),
           MNS_ARG_TEXT (
               "name", json_object_get_string_member_with_default (command->args, "name", NULL))));
}

static void
open_conflict (MnsTransaction *tx,
               const MnsId *client,
               const MnsId *person,
               const MnsCommand *command,
               const char *code)
{
  MnsId id;

  mns_id_derive (&id, &command->id, "conflict", 0);
  run (tx,
       "INSERT INTO conflict (id, person_id, client_id, n, command_id, command, body, code, "
       "detail, state) VALUES ($id, $person, $client, $n, $cmd_id, $cmd, '{}', $code, '', 'OPEN')",
       MNS_ARGS (MNS_ARG_ID ("id", &id),
                 MNS_ARG_ID ("person", person),
                 MNS_ARG_ID ("client", client),
                 MNS_ARG_INT ("n", command->n),
                 MNS_ARG_ID ("cmd_id", &command->id),
                 MNS_ARG_TEXT ("cmd", command->name),
                 MNS_ARG_TEXT ("code", code)));
}

static MnsOutcome
run_rule (
    MnsTransaction *tx, const MnsId *client, const MnsId *person, MnsCommand *command, char **code)
{
  MnsLab lab = { .transaction = tx,
                 .person = *person,
                 .client = *client,
                 .recorded_at = command->performed_at,
                 .ids = { take_from_counter, tx } };
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsResult) result = NULL;

  mns_transaction_savepoint (tx, "r", NULL);
  result = mns_toy_run (&lab, command, NULL, &error);
  if (result == NULL || result->outcome != MNS_OUTCOME_OK)
    mns_transaction_rollback_to (tx, "r", NULL);
  mns_transaction_release (tx, "r", NULL);
  *code =
      g_strdup (result != NULL && result->conflict_code != NULL ? result->conflict_code : "error");
  return result != NULL ? result->outcome : MNS_OUTCOME_ERROR;
}

typedef enum
{
  DECIDED,
  FORK,
  GAP,
  DIED,
} Decision;

static Decision
judge_number (SimServer *self,
              MnsTransaction *tx,
              const MnsId *client,
              const MnsCommand *command,
              gboolean *known)
{
  g_autoptr (MnsRows) last = query (
      tx, "SELECT last_n FROM sim_client WHERE id = $id", MNS_ARGS (MNS_ARG_ID ("id", client)));
  g_autoptr (MnsRows) stored = NULL;
  gint64 last_n = mns_rows_get_int (last, 0, 0);

  *known = FALSE;
  if (command->n > last_n + 1)
    return GAP;
  if (command->n > last_n || self->mood.no_dedupe)
    return DECIDED;
  stored = query (tx,
                  "SELECT cmd_id FROM sim_command WHERE client = $client AND n = $n",
                  MNS_ARGS (MNS_ARG_ID ("client", client), MNS_ARG_INT ("n", command->n)));
  *known = TRUE;
  return mns_id_equal (mns_rows_get_id (stored, 0, 0), &command->id) ? DECIDED : FORK;
}

static Decision
decide_in (SimServer *self,
           MnsTransaction *tx,
           const MnsId *client,
           const MnsId *person,
           MnsCommand *command,
           gboolean *write)
{
  g_autofree char *code = NULL;
  gboolean known = FALSE;
  Decision decision = judge_number (self, tx, client, command, &known);
  MnsOutcome outcome;

  *write = FALSE;
  if (decision != DECIDED || known)
    return decision;
  outcome = run_rule (tx, client, person, command, &code);
  log_command (tx, client, person, command, outcome);
  if (outcome != MNS_OUTCOME_OK && !self->mood.no_dedupe)
    open_conflict (tx, client, person, command, code);
  run (tx,
       "UPDATE sim_client SET last_n = max(last_n, $n) WHERE id = $id",
       MNS_ARGS (MNS_ARG_INT ("n", command->n), MNS_ARG_ID ("id", client)));
  *write = TRUE;
  return DECIDED;
}

static Decision
decide (SimServer *self, const MnsId *client, const MnsId *person, MnsCommand *command)
{
  MnsTransaction *tx = begin (self);
  gboolean write = FALSE;
  Decision decision = decide_in (self, tx, client, person, command, &write);
  gboolean dies = self->mood.die_in >= 0 && self->mood.die_in-- == 0;

  if (write && !(dies && !self->mood.die_after))
    end (tx);
  else
    mns_transaction_free (tx);
  g_debug ("server: person %u, %d %s: decision %d%s%s",
           person->bytes[15],
           (int) command->n,
           command->name,
           decision,
           write ? ", done" : "",
           dies ? ", dies" : "");
  return dies ? DIED : decision;
}

static void
set_body (MnsAnswer *answer, guint status, JsonObject *object)
{
  char *text = mns_json_print (object);

  answer->status = status;
  answer->body = g_bytes_new_take (text, strlen (text));
}

static JsonObject *
new_reply (SimServer *self, const MnsId *client)
{
  MnsTransaction *tx = begin (self);
  g_autoptr (MnsRows) rows = query (tx,
                                    "SELECT last_n, durable_n FROM sim_client WHERE id = $id",
                                    MNS_ARGS (MNS_ARG_ID ("id", client)));
  JsonObject *reply = json_object_new ();

  json_object_set_int_member (reply, "last_n", mns_rows_get_int (rows, 0, 0));
  json_object_set_int_member (reply, "durable_n", mns_rows_get_int (rows, 0, 1));
  json_object_set_int_member (reply, "now", self->now);
  mns_transaction_free (tx);
  return reply;
}

static gboolean
answer_push (
    SimServer *self, const MnsId *client, const MnsId *person, JsonObject *body, MnsAnswer *answer)
{
  JsonArray *commands = json_object_get_array_member (body, "commands");

  if (self->mood.read_only)
    {
      set_body (answer, 503, json_object_new ());
      answer->retry_after_s = 1;
      return TRUE;
    }
  for (guint i = 0; i < json_array_get_length (commands); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MnsCommand) command =
          mns_command_from_json (json_array_get_element (commands, i), &error);
      Decision decision;

      g_assert_no_error (error);
      decision = decide (self, client, person, command);
      if (decision == DIED)
        return FALSE;
      if (decision == FORK)
        {
          set_body (answer, 409, json_object_new ());
          return TRUE;
        }
      if (decision == GAP)
        break;
    }
  set_body (answer, 200, new_reply (self, client));
  return TRUE;
}

/* ---- pull ---- */

static gboolean
append_cb (const char *bytes, gsize length, gpointer data, GError **error)
{
  g_byte_array_append (data, (const guint8 *) bytes, (guint) length);
  return TRUE;
}

static gboolean
is_shown (const char *table, const MnsId *owner, const MnsId *person, MnsTransaction *tx)
{
  g_autoptr (MnsRows) rows = NULL;

  if (g_str_equal (table, "person_setting"))
    return mns_id_equal (owner, person);
  if (!g_str_equal (table, "conflict"))
    return TRUE;
  rows = query (tx,
                "SELECT 1 FROM conflict WHERE id = $id AND person_id = $person",
                MNS_ARGS (MNS_ARG_ID ("id", owner), MNS_ARG_ID ("person", person)));
  return mns_rows_get_n_rows (rows) > 0;
}

static void
write_owner (MnsPullWriter *writer,
             MnsTransaction *tx,
             const MnsEntity *entity,
             const MnsId *owner,
             gboolean is_delta)
{
  g_autofree char *columns = mns_entity_column_list (entity, NULL);
  g_autofree char *sql = g_strdup_printf (
      "SELECT %s FROM %s WHERE %s = $owner", columns, entity->table, entity->key[0]);
  g_autoptr (MnsRows) rows = query (tx, sql, MNS_ARGS (MNS_ARG_ID ("owner", owner)));
  guint n = mns_rows_get_n_columns (rows);

  if (mns_rows_get_n_rows (rows) == 0 && is_delta)
    {
      mns_pull_writer_deleted (writer, entity->table, owner, 1, NULL);
      return;
    }
  if (mns_rows_get_n_rows (rows) > 0)
    {
      g_auto (GStrv) names = g_strsplit (columns, ", ", -1);

      mns_pull_writer_table (writer, entity->table, (const char *const *) names, NULL);
    }
  for (guint r = 0; r < mns_rows_get_n_rows (rows); r++)
    mns_pull_writer_row (writer, mns_rows_get (rows, r, 0), n, NULL);
}

static void
write_table (
    MnsPullWriter *writer, MnsTransaction *tx, const char *table, const MnsId *person, gint64 after)
{
  const MnsEntity *entity = mns_entity_find (table);
  g_autofree char *all = g_strdup_printf ("SELECT DISTINCT %s FROM %s", entity->key[0], table);
  g_autoptr (MnsRows) owners = NULL;

  if (after < 0)
    owners = query (tx, all, NULL);
  else
    owners = query (tx,
                    "SELECT DISTINCT owner FROM sim_log WHERE tbl = $tbl AND seq > $after",
                    MNS_ARGS (MNS_ARG_TEXT ("tbl", table), MNS_ARG_INT ("after", after)));
  for (guint i = 0; i < mns_rows_get_n_rows (owners); i++)
    if (is_shown (table, mns_rows_get_id (owners, i, 0), person, tx))
      write_owner (writer, tx, entity, mns_rows_get_id (owners, i, 0), after >= 0);
}

static void
note_dump (SimServer *self, MnsTransaction *tx, const MnsId *person, const char *cursor)
{
  g_autofree char *dump = mns_toy_dump (tx, person, NULL);
  char id[MNS_ID_TEXT_SIZE];

  mns_id_print (person, id);
  g_hash_table_insert (self->dumps,
                       g_strdup_printf ("%s %s", id, cursor),
                       g_compute_checksum_for_string (G_CHECKSUM_SHA256, dump, -1));
}

const char *
sim_server_get_dump_at (SimServer *self, const MnsId *person, const char *cursor)
{
  g_autofree char *key = NULL;
  char id[MNS_ID_TEXT_SIZE];

  mns_id_print (person, id);
  key = g_strdup_printf ("%s %s", id, cursor);
  return g_hash_table_lookup (self->dumps, key);
}

static void
write_pull (SimServer *self,
            const MnsId *client,
            const MnsId *person,
            const char *base,
            gint64 after,
            gboolean pack,
            GByteArray *stream)
{
  g_autoptr (MnsPullWriter) writer = mns_pull_writer_new (append_cb, stream);
  MnsTransaction *tx = begin (self);
  g_autoptr (MnsRows) seq = query (tx, "SELECT coalesce(max(seq), 0) FROM sim_log", NULL);
  g_autoptr (MnsRows) numbers = query (tx,
                                       "SELECT last_n, durable_n FROM sim_client WHERE id = $id",
                                       MNS_ARGS (MNS_ARG_ID ("id", client)));
  g_autofree char *cursor = g_strdup_printf (
      "%u.%u.%" G_GINT64_FORMAT, self->epoch, self->timeline, mns_rows_get_int (seq, 0, 0));
  MnsPullHead head = { .base = (char *) base, .cursor = cursor, .schema = 1, .now = self->now };

  if (!pack)
    {
      head.last_n = mns_rows_get_int (numbers, 0, 0);
      head.durable_n = mns_rows_get_int (numbers, 0, 1);
    }
  mns_pull_writer_head (writer, &head, NULL);
  for (guint i = 0; mns_toy_tables[i] != NULL; i++)
    write_table (writer, tx, mns_toy_tables[i], person, after);
  mns_pull_writer_end (writer, NULL);
  note_dump (self, tx, person, cursor);
  mns_transaction_free (tx);
}

static void
store_pack (SimServer *self, GByteArray *stream, MnsAnswer *answer)
{
  gsize most = ZSTD_compressBound (stream->len);
  char *packed = g_malloc (most);
  gsize size = ZSTD_compress (packed, most, stream->data, stream->len, 1);

  answer->status = 303;
  answer->location = g_strdup_printf ("/sync/v1/packs/%u", g_hash_table_size (self->packs) + 1);
  g_hash_table_insert (self->packs, g_strdup (answer->location), g_bytes_new_take (packed, size));
  g_byte_array_set_size (stream, 0);
}

static void
answer_pull (SimServer *self,
             const MnsId *client,
             const MnsId *person,
             JsonObject *body,
             MnsAnswer *answer,
             GByteArray *stream)
{
  const char *cursor = json_object_get_null_member (body, "cursor")
                           ? NULL
                           : json_object_get_string_member (body, "cursor");
  unsigned epoch = 0;
  unsigned timeline = 0;
  long long seq = -1;
  gboolean pack = self->mood.packs;

  if (cursor != NULL && (sscanf (cursor, "%u.%u.%lld", &epoch, &timeline, &seq) != 3 ||
                         epoch != self->epoch || timeline != self->timeline))
    {
      set_body (answer, 409, json_object_new ());
      return;
    }
  self->mood.packs = FALSE; /* the delta after a pack is none */
  write_pull (self, client, person, cursor, seq, pack, stream);
  answer->status = 200;
  if (pack)
    store_pack (self, stream, answer);
}

static void
answer_ids (SimServer *self, JsonObject *body, MnsAnswer *answer)
{
  JsonObject *reply = json_object_new ();
  MnsTransaction *tx;
  g_autoptr (MnsRows) rows = NULL;

  if (!g_str_equal (json_object_get_string_member (body, "class"), "27-"))
    {
      set_body (answer, 404, reply);
      return;
    }
  tx = begin (self);
  rows = query (tx, "SELECT next FROM sim_counter", NULL);
  run (tx, "UPDATE sim_counter SET next = next + $n", MNS_ARGS (MNS_ARG_INT ("n", BLOCK)));
  json_object_set_int_member (reply, "first", mns_rows_get_int (rows, 0, 0));
  json_object_set_int_member (reply, "last", mns_rows_get_int (rows, 0, 0) + BLOCK - 1);
  end (tx);
  set_body (answer, 200, reply);
}

static gboolean
answer_pack (SimServer *self, const MnsRequest *request, MnsAnswer *answer, GByteArray *stream)
{
  GBytes *pack = g_hash_table_lookup (self->packs, request->path);
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (pack, &size);
  gsize from = request->stage != NULL ? mns_stage_get_size (request->stage) : 0;

  g_assert_cmpuint (from, <=, size);
  g_byte_array_append (stream, data + from, (guint) (size - from));
  answer->status = from > 0 ? 206 : 200;
  return TRUE;
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
    return answer_pack (self, request, answer, stream);
  node = mns_json_parse_object (
      g_bytes_get_data (request->body, NULL), (gssize) g_bytes_get_size (request->body), NULL);
  body = json_node_get_object (node);
  g_assert_true (mns_id_parse (&client, json_object_get_string_member (body, "client")));
  if (g_str_equal (request->path, "/sync/v1/push"))
    return answer_push (self, &client, person, body, answer);
  if (g_str_equal (request->path, "/sync/v1/pull"))
    answer_pull (self, &client, person, body, answer, stream);
  else if (g_str_equal (request->path, "/sync/v1/ids"))
    answer_ids (self, body, answer);
  else
    {
      JsonObject *reply;

      sim_server_add_client (self, &client, person);
      reply = new_reply (self, &client);
      json_object_set_string_member (
          reply, "client", json_object_get_string_member (body, "client"));
      json_object_set_string_member (reply, "epoch", "e");
      set_body (answer, 200, reply);
    }
  return TRUE;
}

void
sim_server_set_next_id (SimServer *self, gint64 next)
{
  MnsTransaction *tx = begin (self);

  run (tx, "UPDATE sim_counter SET next = $next", MNS_ARGS (MNS_ARG_INT ("next", next)));
  end (tx);
}

/* ---- back in time ---- */

void
sim_server_back_up (SimServer *self)
{
  MnsTransaction *tx = begin (self);

  run (tx, "UPDATE sim_client SET durable_n = last_n", NULL);
  end (tx);
  copy_database (self->store, self->backup);
}

void
sim_server_go_back (SimServer *self, gboolean restore)
{
  MnsTransaction *tx;

  copy_database (self->backup, self->store);
  if (restore)
    self->epoch++;
  else
    self->timeline++;
  tx = begin (self);
  run (tx, "UPDATE sim_counter SET next = next + $n", MNS_ARGS (MNS_ARG_INT ("n", BLOCK_JUMP)));
  end (tx);
}

/* ---- what the checks ask ---- */

char *
sim_server_dump (SimServer *self, const MnsId *person)
{
  g_autoptr (MnsTransaction) tx = begin (self);

  return mns_toy_dump (tx, person, NULL);
}

static gint64
count (SimServer *self, const char *sql, const MnsArg *args)
{
  g_autoptr (MnsTransaction) tx = begin (self);
  g_autoptr (MnsRows) rows = query (tx, sql, args);

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
  g_autoptr (MnsTransaction) tx = begin (self);
  gint64 n = 0;

  g_assert_true (mns_toy_read_count (tx, person, name, &n, NULL));
  return n;
}
