/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What devices get: rows, packs, scopes, pokes. */

#include "config.h"

#include <string.h>
#include <zstd.h>

#include "sync/wire/pull.h"
#include "tests/server/server-fixture.h"

static MnsTestServer *server;

static char *
unique_name (void)
{
  static guint n;

  return g_strdup_printf ("Project %u", ++n);
}

static char *
new_project (gint64 n, const char *id)
{
  g_autofree char *name = unique_name ();
  g_autofree char *args = g_strdup_printf ("{\"name\":\"%s\"}", name);

  return mns_test_command (n, id, "project.create@1", args);
}

/* ---- pull ---- */

/* What a device holds: "table key" -> the row as text. */
typedef struct
{
  GHashTable *rows;
  GHashTable *touched; /* "table owner" replaced in this stream already */
  char *cursor;
  gint64 last_n;
} Replica;

static Replica *
replica_new (void)
{
  Replica *self = g_new0 (Replica, 1);

  self->rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->touched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

static void
replica_free (Replica *self)
{
  g_hash_table_unref (self->rows);
  g_hash_table_unref (self->touched);
  g_free (self->cursor);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Replica, replica_free)

static void
drop_owner (Replica *self, const MnsEntity *entity, const MnsId *owner)
{
  char id[MNS_ID_TEXT_SIZE];
  g_autofree char *prefix = NULL;
  GHashTableIter iter;
  gpointer key;

  mns_id_print (owner, id);
  prefix = g_strdup_printf ("%s %s", entity->table, id);
  if (!g_hash_table_add (self->touched, g_strdup (prefix)))
    return;
  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (g_str_has_prefix (key, prefix))
      g_hash_table_iter_remove (&iter);
}

static void
put_row (Replica *self, MnsPullReader *reader)
{
  const MnsEntity *entity = mns_pull_reader_get_entity (reader);
  const MnsValue *values = mns_pull_reader_get_values (reader);
  g_autoptr (GString) row = g_string_new (NULL);
  GString *key = g_string_new (entity->table);
  const MnsField *const *fields;
  guint n;

  fields = mns_pull_reader_get_fields (reader, &n);
  mns_row_append (row, values, n);
  for (guint k = 0; entity->key[k] != NULL; k++)
    for (guint i = 0; i < n; i++)
      if (g_str_equal (fields[i]->name, entity->key[k]))
        {
          g_autoptr (GString) text = g_string_new (NULL);

          if (k == 0)
            drop_owner (self, entity, &values[i].v.id);
          mns_row_append (text, &values[i], 1);
          g_string_append_c (key, ' ');
          g_string_append_len (
              key, text->str + (k == 0 ? 2 : 1), (gssize) text->len - (k == 0 ? 5 : 3));
        }
  g_hash_table_insert (self->rows, g_string_free (key, FALSE), g_strdup (row->str));
}

static gboolean
apply_part (MnsPullReader *reader, MnsPullPart part, gpointer data, GError **error)
{
  Replica *self = data;
  const MnsId *ids;
  guint n;

  switch (part)
    {
    case MNS_PULL_HEAD:
      g_assert_cmpstr (mns_pull_reader_get_head (reader)->base, ==, self->cursor);
      g_free (self->cursor);
      self->cursor = g_strdup (mns_pull_reader_get_head (reader)->cursor);
      self->last_n = mns_pull_reader_get_head (reader)->last_n;
      break;
    case MNS_PULL_ROW:
      put_row (self, reader);
      break;
    case MNS_PULL_DELETED:
    case MNS_PULL_OUT:
      ids = mns_pull_reader_get_ids (reader, &n);
      for (guint i = 0; i < n; i++)
        drop_owner (self, mns_pull_reader_get_entity (reader), &ids[i]);
      break;
    case MNS_PULL_TABLE:
    case MNS_PULL_END:
    default:
      break;
    }
  return TRUE;
}

static void
replica_apply (Replica *self, const char *bytes, gsize length)
{
  g_autoptr (MnsPullReader) reader = mns_pull_reader_new (apply_part, self);
  g_autoptr (GError) error = NULL;

  g_hash_table_remove_all (self->touched);
  g_assert_true (mns_pull_reader_feed (reader, bytes, length, &error));
  g_assert_true (mns_pull_reader_finish (reader, &error));
}

static void
replica_pull (Replica *self, MnsTestDevice *device)
{
  g_autoptr (MnsTestReply) reply = mns_test_pull (server, device, self->cursor);

  g_assert_cmpint (reply->status, ==, 200);
  replica_apply (self, reply->body, reply->length);
}

static void
assert_same (Replica *a, Replica *b)
{
  GHashTableIter iter;
  gpointer key, row;

  g_hash_table_iter_init (&iter, a->rows);
  while (g_hash_table_iter_next (&iter, &key, &row))
    {
      if (g_strcmp0 (g_hash_table_lookup (b->rows, key), row) != 0)
        g_test_message ("%s", (const char *) key);
      g_assert_cmpstr (g_hash_table_lookup (b->rows, key), ==, row);
    }
  g_assert_cmpint (g_hash_table_size (a->rows), ==, g_hash_table_size (b->rows));
}

static void
test_pull_equal (void)
{
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autoptr (MnsTestBrowser) browser = mns_test_browser_new (server, "ada");
  g_autoptr (Replica) step_by_step = replica_new ();
  g_autoptr (Replica) whole = replica_new ();
  g_autofree char *project = NULL;

  g_test_summary ("Many small pulls end where one whole pull begins");
  replica_pull (step_by_step, device);
  g_assert_cmpint (g_hash_table_size (step_by_step->rows), >, 50);
  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *id = mns_test_id ();
      g_autofree char *command = new_project (i + 1, id);
      g_autoptr (MnsTestReply) pushed = mns_test_push (server, device, command);
      g_autofree char *name = unique_name ();
      g_autofree char *args = g_strdup_printf ("{\"name\":\"%s\"}", name);
      g_autoptr (MnsTestReply) made = mns_test_do (server, browser, "project.create@1", args);

      g_assert_cmpstr (mns_test_text (pushed, "results/0/res"), ==, "ok");
      if (project != NULL)
        {
          g_autofree char *update =
              g_strdup_printf ("{\"project\":\"%s\",\"priority\":3}", project);
          g_autofree char *drop = g_strdup_printf ("{\"project\":\"%s\"}", project);

          mns_test_reply_free (mns_test_do (server, browser, "project.update@1", update));
          if (i % 3 == 2)
            mns_test_reply_free (mns_test_do (server, browser, "project.delete@1", drop));
        }
      g_free (project);
      project = i % 3 == 2 ? NULL : g_strdup (mns_test_text (made, "result/project"));
      replica_pull (step_by_step, device);
      g_assert_cmpint (step_by_step->last_n, ==, i + 1);
    }
  /* projects of others come within the window's half minute, or whole: ask for the scopes anew */
  {
    g_autofree char *body =
        g_strdup_printf ("{\"client\":\"%s\",\"scopes\":[],\"window_days\":30}", device->client);
    g_autoptr (MnsTestReply) reply = mns_test_ask (
        server, "PUT", "/sync/v1/scopes", body, "Authorization", device->bearer, NULL);

    g_assert_cmpint (reply->status, ==, 200);
  }
  replica_pull (step_by_step, device);
  replica_pull (whole, device);
  assert_same (step_by_step, whole);
}

static void
test_pull_resync (void)
{
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autoptr (Replica) replica = replica_new ();
  g_autofree char *foreign = NULL;
  g_autoptr (MnsTestReply) epoch = NULL;
  g_autoptr (MnsTestReply) nonsense = mns_test_pull (server, device, "nonsense");
  g_autoptr (MnsTestReply) old = NULL;
  g_autofree char *body =
      g_strdup_printf ("{\"client\":\"%s\",\"cursor\":null,\"schema\":0}", device->client);

  replica_pull (replica, device);
  foreign = g_strdup (replica->cursor);
  foreign[0] = foreign[0] == 'a' ? 'b' : 'a';
  epoch = mns_test_pull (server, device, foreign);
  mns_test_assert_refusal (epoch, 409, "resync");
  mns_test_assert_refusal (nonsense, 409, "resync");
  old = mns_test_ask (server, "POST", "/sync/v1/pull", body, "Authorization", device->bearer, NULL);
  mns_test_assert_refusal (old, 426, "too_old");
}

static MnsTestReply *
choose (MnsTestDevice *device, const char *scopes, int days)
{
  g_autofree char *body = g_strdup_printf (
      "{\"client\":\"%s\",\"scopes\":[%s],\"window_days\":%d}", device->client, scopes, days);

  return mns_test_ask (
      server, "PUT", "/sync/v1/scopes", body, "Authorization", device->bearer, NULL);
}

static gboolean
holds_project (Replica *replica, const char *project)
{
  g_autofree char *key = g_strdup_printf ("project %s", project);

  return g_hash_table_contains (replica->rows, key);
}

static void
test_scopes (void)
{
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "noa");
  g_autoptr (MnsTestBrowser) browser = mns_test_browser_new (server, "ada");
  g_autoptr (Replica) replica = replica_new ();
  g_autofree char *name = unique_name ();
  g_autofree char *args = g_strdup_printf ("{\"name\":\"%s\"}", name);
  g_autoptr (MnsTestReply) made = mns_test_do (server, browser, "project.create@1", args);
  const char *project = mns_test_text (made, "result/project");
  g_autofree char *quoted =
      g_strdup_printf ("\"%s\",\"018f6a00-0000-7000-8000-000000000009\"", project);
  g_autoptr (MnsTestReply) nothing = choose (device, "", 0);
  g_autoptr (MnsTestReply) one = NULL;
  g_autoptr (MnsTestReply) none = NULL;
  g_autoptr (MnsTestReply) bad = NULL;

  g_assert_cmpint (nothing->status, ==, 200);
  replica_pull (replica, device);
  g_assert_false (holds_project (replica, project));

  one = choose (device, quoted, 0);
  g_assert_cmpint (mns_test_int (one, "scopes_rev"), >, mns_test_int (nothing, "scopes_rev"));
  g_assert_cmpstr (mns_test_text (one, "refused/0"), ==, "018f6a00-0000-7000-8000-000000000009");
  replica_pull (replica, device);
  g_assert_true (holds_project (replica, project));

  none = choose (device, "", 0);
  replica_pull (replica, device);
  g_assert_false (holds_project (replica, project));

  bad = choose (device, "7", 0);
  mns_test_assert_refusal (bad, 422, "bad_scopes");
}

/* ---- packs ---- */

static char *
make_samples (const char *project, guint n)
{
  GString *args = g_string_new (NULL);

  g_string_append_printf (args, "{\"project\":\"%s\",\"samples\":[", project);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (
        args, "%s{\"name\":\"Sample number %u\",\"container_type\":\"Tube\"}", i > 0 ? "," : "", i);
  g_string_append (args, "]}");
  return g_string_free (args, FALSE);
}

static GByteArray *
unpack (const char *bytes, gsize length)
{
  GByteArray *plain = g_byte_array_new ();
  ZSTD_DCtx *context = ZSTD_createDCtx ();
  ZSTD_inBuffer in = { bytes, length, 0 };
  char buffer[65536];

  while (in.pos < in.size)
    {
      ZSTD_outBuffer out = { buffer, sizeof buffer, 0 };
      gsize left = ZSTD_decompressStream (context, &out, &in);

      g_assert_false (ZSTD_isError (left));
      g_byte_array_append (plain, (const guint8 *) buffer, (guint) out.pos);
    }
  ZSTD_freeDCtx (context);
  return plain;
}

static void
test_pack (void)
{
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autoptr (MnsTestDevice) other = mns_test_device_new (server, "noa");
  g_autoptr (MnsTestBrowser) browser = mns_test_browser_new (server, "ada");
  g_autofree char *name = unique_name ();
  g_autofree char *args = g_strdup_printf ("{\"name\":\"%s\"}", name);
  g_autoptr (MnsTestReply) made = mns_test_do (server, browser, "project.create@1", args);
  g_autofree char *samples = make_samples (mns_test_text (made, "result/project"), 3000);
  g_autoptr (MnsTestReply) imported = mns_test_do (server, browser, "sample.import@1", samples);
  g_autofree char *scope = g_strdup_printf ("\"%s\"", mns_test_text (made, "result/project"));
  g_autoptr (MnsTestReply) chosen = choose (device, scope, 0);
  g_autoptr (MnsTestReply) pull = mns_test_pull (server, device, NULL);
  const char *location = soup_message_headers_get_one (pull->headers, "Location");
  g_autoptr (MnsTestReply) pack = NULL;
  g_autoptr (MnsTestReply) head = NULL;
  g_autoptr (MnsTestReply) tail = NULL;
  g_autoptr (MnsTestReply) beyond = NULL;
  g_autoptr (MnsTestReply) foreign = NULL;
  g_autoptr (GByteArray) plain = NULL;
  g_autoptr (Replica) replica = replica_new ();

  g_test_summary ("A large pull becomes a pack, which may be fetched in pieces by its owner");
  g_assert_cmpint (imported->status, ==, 200);
  g_assert_cmpint (chosen->status, ==, 200);
  g_assert_cmpint (pull->status, ==, 303);
  g_assert_nonnull (location);
  pack = mns_test_ask (server, "GET", location, NULL, "Authorization", device->bearer, NULL);
  g_assert_cmpint (pack->status, ==, 200);
  head = mns_test_ask (
      server, "GET", location, NULL, "Authorization", device->bearer, "Range", "bytes=0-999", NULL);
  tail = mns_test_ask (
      server, "GET", location, NULL, "Authorization", device->bearer, "Range", "bytes=1000-", NULL);
  beyond = mns_test_ask (server,
                         "GET",
                         location,
                         NULL,
                         "Authorization",
                         device->bearer,
                         "Range",
                         "bytes=99999999-",
                         NULL);
  foreign = mns_test_ask (server, "GET", location, NULL, "Authorization", other->bearer, NULL);
  g_assert_cmpint (head->status, ==, 206);
  g_assert_cmpint (head->length, ==, 1000);
  g_assert_cmpint (tail->status, ==, 206);
  g_assert_cmpint (head->length + tail->length, ==, pack->length);
  g_assert_cmpmem (head->body, head->length, pack->body, 1000);
  g_assert_cmpmem (tail->body, tail->length, pack->body + 1000, pack->length - 1000);
  mns_test_assert_refusal (beyond, 416, "bad_range");
  mns_test_assert_refusal (foreign, 404, "pack_gone");

  plain = unpack (pack->body, pack->length);
  g_assert_cmpint (plain->len, >, 1024 * 1024);
  replica_apply (replica, (const char *) plain->data, plain->len);
  g_assert_cmpint (g_hash_table_size (replica->rows), >, 3000 * 4);
  /* the delta after it */
  replica_pull (replica, device);
}

/* ---- events ---- */

typedef struct
{
  GInputStream *stream;
  GString *seen;
} Listener;

static GInputStream *
listen_to (MnsTestServer *where, MnsTestDevice *device)
{
  g_autofree char *url =
      g_strdup_printf ("%s/sync/v1/events?client=%s", where->url, device->client);
  g_autoptr (SoupSession) session = soup_session_new_with_options ("timeout", 30, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", url);
  GInputStream *stream;

  soup_message_headers_replace (
      soup_message_get_request_headers (message), "Authorization", device->bearer);
  stream = soup_session_send (session, message, NULL, NULL);
  g_assert_nonnull (stream);
  g_assert_cmpint (soup_message_get_status (message), ==, 200);
  g_object_set_data_full (G_OBJECT (stream), "session", g_steal_pointer (&session), g_object_unref);
  return stream;
}

/* Reads until a text comes; the stream's time limit ends the test if it never does. */
static void
read_until (GInputStream *stream, const char *text)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  char buffer[1024];

  while (strstr (seen->str, text) == NULL)
    {
      g_autoptr (GError) error = NULL;
      gssize got = g_input_stream_read (stream, buffer, sizeof buffer, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpint (got, >, 0);
      g_string_append_len (seen, buffer, got);
    }
}

static void
test_events (void)
{
  g_autoptr (MnsTestServer) beside = mns_test_server_new_beside (server);
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autoptr (MnsTestBrowser) browser = mns_test_browser_new (server, "ada");
  g_autofree char *name = unique_name ();
  g_autofree char *args = g_strdup_printf ("{\"name\":\"%s\"}", name);
  g_autoptr (MnsTestReply) made = mns_test_do (server, browser, "project.create@1", args);
  const char *project = mns_test_text (made, "result/project");
  g_autofree char *scope = g_strdup_printf ("\"%s\"", project);
  g_autofree char *update = g_strdup_printf ("{\"project\":\"%s\",\"priority\":1}", project);
  g_autoptr (MnsTestReply) chosen = choose (device, scope, 0);
  g_autoptr (GInputStream) here = listen_to (server, device);
  g_autoptr (GInputStream) there = listen_to (beside, device);
  g_autoptr (MnsTestReply) changed = NULL;

  g_test_summary ("A change is told by this server and by another one on the same database");
  g_assert_cmpint (chosen->status, ==, 200);
  read_until (here, "\n\n");
  read_until (there, "\n\n");
  changed = mns_test_do (server, browser, "project.update@1", update);
  read_until (here, project);
  read_until (there, project);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  server = mns_test_server_new ();

  g_test_add_func ("/pull/pull-equal", test_pull_equal);
  g_test_add_func ("/pull/pull-resync", test_pull_resync);
  g_test_add_func ("/pull/scopes", test_scopes);
  g_test_add_func ("/pull/pack", test_pack);
  g_test_add_func ("/pull/events", test_events);
  status = g_test_run ();
  mns_test_server_free (server);
  return status;
}
