/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The simulated server tells: rows since a cursor, as a stream or as a pack. */

#define G_LOG_DOMAIN "mns-sim"

#include "config.h"

#include <stdio.h>
#include <string.h>
#include <zstd.h>

#include "sync/wire/envelope.h"
#include "sync/wire/pull.h"
#include "tests/sync/sim-server-private.h"
#include "tests/sync/toy.h"

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
  rows = sim_query (tx,
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
  g_autoptr (MnsRows) rows = sim_query (tx, sql, MNS_ARGS (MNS_ARG_ID ("owner", owner)));
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
  g_autofree char *all =
      g_strdup_printf ("SELECT DISTINCT %s FROM %s ORDER BY 1", entity->key[0], table);
  g_autoptr (MnsRows) owners = NULL;

  if (after < 0)
    owners = sim_query (tx, all, NULL);
  else
    owners = sim_query (
        tx,
        "SELECT DISTINCT owner FROM sim_log WHERE tbl = $tbl AND seq > $after ORDER BY 1",
        MNS_ARGS (MNS_ARG_TEXT ("tbl", table), MNS_ARG_INT ("after", after)));
  for (guint i = 0; i < mns_rows_get_n_rows (owners); i++)
    if (is_shown (table, mns_rows_get_id (owners, i, 0), person, tx))
      write_owner (writer, tx, entity, mns_rows_get_id (owners, i, 0), after >= 0);
}

static void
note_dump (SimServer *self, MnsTransaction *tx, const MnsId *person, const char *cursor)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *dump = mns_toy_dump (tx, person, &error);
  char id[MNS_ID_TEXT_SIZE];

  g_assert_no_error (error);
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
  MnsTransaction *tx = sim_begin (self);
  g_autoptr (MnsRows) seq = sim_query (tx, "SELECT coalesce(max(seq), 0) FROM sim_log", NULL);
  g_autoptr (MnsRows) numbers =
      sim_query (tx,
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

void
sim_answer_pull (SimServer *self,
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
      sim_set_body (answer, 409, json_object_new ());
      return;
    }
  self->mood.packs = FALSE; /* the delta after a pack is none */
  write_pull (self, client, person, cursor, seq, pack, stream);
  answer->status = 200;
  if (pack)
    store_pack (self, stream, answer);
}

gboolean
sim_answer_pack (SimServer *self, const MnsRequest *request, MnsAnswer *answer, GByteArray *stream)
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
