/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What devices say to the server: hello, push, pull, packs, scopes, ids, events, files. */

#include "config.h"

#include <string.h>
#include <zstd.h>

#include "sync/model/error.h"
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

/* ---- push ---- */

static void
test_hello (void)
{
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autoptr (MnsTestDevice) other = mns_test_device_new (server, "noa");
  g_autofree char *own = g_strdup_printf ("{\"client\":\"%s\"}", device->client);
  g_autoptr (MnsTestReply) a =
      mns_test_ask (server, "POST", "/sync/v1/hello", own, "Authorization", device->bearer, NULL);
  g_autoptr (MnsTestReply) b =
      mns_test_ask (server, "POST", "/sync/v1/hello", own, "Authorization", other->bearer, NULL);
  g_autoptr (MnsTestReply) c = mns_test_ask (
      server, "POST", "/sync/v1/hello", "{\"client\":\"x\"}", "Authorization", other->bearer, NULL);

  g_assert_cmpint (a->status, ==, 200);
  g_assert_cmpstr (mns_test_text (a, "client"), ==, device->client);
  g_assert_cmpint (strlen (mns_test_text (a, "epoch")), ==, 36);
  g_assert_nonnull (mns_test_text (a, "commands/0"));
  g_assert_cmpint (mns_test_int (a, "schema/now"), >=, mns_test_int (a, "schema/oldest"));
  /* somebody else's id: go on under another one */
  g_assert_cmpint (b->status, ==, 200);
  g_assert_cmpstr (mns_test_text (b, "client"), !=, device->client);
  mns_test_assert_refusal (c, 422, "bad_client");
}

static void
test_push_once (void)
{
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autofree char *id = mns_test_id ();
  g_autofree char *command = new_project (1, id);
  g_autoptr (MnsTestReply) first = mns_test_push (server, device, command);
  g_autoptr (MnsTestReply) again = mns_test_push (server, device, command);

  g_test_summary ("The same command sent twice is done once and answered alike");
  g_assert_cmpint (first->status, ==, 200);
  g_assert_cmpint (mns_test_int (first, "last_n"), ==, 1);
  g_assert_cmpstr (mns_test_text (first, "results/0/res"), ==, "ok");
  g_assert_cmpint (again->status, ==, 200);
  g_assert_cmpint (mns_test_int (again, "last_n"), ==, 1);
  g_assert_cmpstr (mns_test_text (again, "results/0/res"), ==, "ok");
}

static void
test_push_gap (void)
{
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autofree char *id = mns_test_id ();
  g_autofree char *command = new_project (7, id);
  g_autoptr (MnsTestReply) reply = mns_test_push (server, device, command);

  g_assert_cmpint (reply->status, ==, 200);
  g_assert_cmpint (mns_test_int (reply, "last_n"), ==, 0);
  g_assert_null (mns_test_text (reply, "results/0/res"));
}

static void
test_push_fork (void)
{
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autofree char *a = mns_test_id ();
  g_autofree char *b = mns_test_id ();
  g_autofree char *one = new_project (1, a);
  g_autofree char *two = new_project (1, b);
  g_autoptr (MnsTestReply) first = mns_test_push (server, device, one);
  g_autoptr (MnsTestReply) second = mns_test_push (server, device, two);

  g_assert_cmpint (first->status, ==, 200);
  mns_test_assert_refusal (second, 409, "fork");
}

static void
test_push_foreign (void)
{
  g_autoptr (MnsTestDevice) mine = mns_test_device_new (server, "mira");
  g_autoptr (MnsTestDevice) theirs = mns_test_device_new (server, "noa");
  g_autofree char *id = mns_test_id ();
  g_autofree char *command = new_project (1, id);
  g_autoptr (MnsTestReply) reply = NULL;

  g_free (mine->client);
  mine->client = g_strdup (theirs->client);
  reply = mns_test_push (server, mine, command);
  mns_test_assert_refusal (reply, 403, "denied");
}

static void
test_push_refused (void)
{
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autoptr (GString) commands = g_string_new (NULL);
  g_autoptr (MnsTestReply) reply = NULL;
  static const struct
  {
    const char *command, *args, *res, *code;
  } cases[] = {
    { "project.create@1", "{}", "invalid", "missing" },
    { "config.import@1", "{}", "invalid", "online_only" },
    { "no.such@1", "{}", "error", "unknown_command" },
    { "project.create@999", "{}", "error", "unknown_command" },
    { "sample.delete@1",
      "{\"samples\":[\"018f6a00-0000-7000-8000-000000000001\"]}",
      "conflict",
      NULL },
  };

  g_test_summary ("What is refused has a conflict, and does not hold up what stands behind it");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *id = mns_test_id ();
      g_autofree char *command = mns_test_command (i + 1, id, cases[i].command, cases[i].args);

      g_string_append_printf (commands, "%s%s", i > 0 ? "," : "", command);
    }
  {
    g_autofree char *id = mns_test_id ();
    g_autofree char *good_id = mns_test_id ();
    g_autofree char *good = new_project (7, good_id);

    /* number 6 is no command at all */
    g_string_append_printf (commands, ",{\"n\":6,\"id\":\"%s\",\"cmd\":17},%s", id, good);
  }
  reply = mns_test_push (server, device, commands->str);
  g_test_message ("%s", reply->body);
  g_assert_cmpint (reply->status, ==, 200);
  g_assert_cmpint (mns_test_int (reply, "last_n"), ==, 7);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *res = g_strdup_printf ("results/%u/res", i);
      g_autofree char *code = g_strdup_printf ("results/%u/faults/0/code", i);
      g_autofree char *conflict = g_strdup_printf ("results/%u/conflict", i);

      g_assert_cmpstr (mns_test_text (reply, res), ==, cases[i].res);
      if (cases[i].code != NULL)
        g_assert_cmpstr (mns_test_text (reply, code), ==, cases[i].code);
      g_assert_nonnull (mns_test_text (reply, conflict));
    }
  g_assert_cmpstr (mns_test_text (reply, "results/5/faults/0/code"), ==, "malformed");
  g_assert_cmpstr (mns_test_text (reply, "results/6/res"), ==, "ok");
}

static void
test_push_malformed (void)
{
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  static const char *const bodies[] = {
    "{}",
    "{\"client\":\"x\",\"commands\":[]}",
    "{\"client\":\"018f6a00-0000-7000-8000-000000000001\"}",
    "{\"client\":\"018f6a00-0000-7000-8000-000000000001\",\"commands\":[7]}",
    "{\"client\":\"018f6a00-0000-7000-8000-000000000001\",\"commands\":[{}]}",
    "{\"client\":\"018f6a00-0000-7000-8000-000000000001\",\"commands\":[{\"n\":0}]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (MnsTestReply) reply = mns_test_ask (
          server, "POST", "/sync/v1/push", bodies[i], "Authorization", device->bearer, NULL);

      mns_test_assert_refusal (reply, 422, "bad_push");
    }
}

/* ---- ids ---- */

static MnsTestReply *
lease (MnsTestDevice *device, const char *rest)
{
  g_autofree char *body = g_strdup_printf ("{\"client\":\"%s\",%s}", device->client, rest);

  return mns_test_ask (server, "POST", "/sync/v1/ids", body, "Authorization", device->bearer, NULL);
}

static void
test_ids (void)
{
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autoptr (MnsTestReply) a = lease (device, "\"class\":\"2-\",\"count\":10");
  g_autoptr (MnsTestReply) b = lease (device, "\"class\":\"2-\",\"count\":10");
  g_autoptr (MnsTestReply) many = lease (device, "\"class\":\"2-\",\"count\":501");
  g_autoptr (MnsTestReply) klass = lease (device, "\"class\":\"role\",\"count\":1");
  g_autoptr (MnsTestReply) owner = lease (device, "\"class\":\"A\",\"count\":1");

  g_assert_cmpint (a->status, ==, 200);
  g_assert_cmpint (mns_test_int (a, "last") - mns_test_int (a, "first"), ==, 9);
  g_assert_cmpint (mns_test_int (b, "first"), >, mns_test_int (a, "last"));
  mns_test_assert_refusal (many, 422, "bad_lease");
  mns_test_assert_refusal (klass, 422, "bad_class");
  mns_test_assert_refusal (owner, 422, "bad_class");
}

static char *
project_with_tape (gint64 n, const char *tape)
{
  g_autofree char *id = mns_test_id ();
  g_autofree char *name = unique_name ();

  return g_strdup_printf ("{\"n\":%" G_GINT64_FORMAT
                          ",\"id\":\"%s\",\"cmd\":\"project.create@1\","
                          "\"performed_at\":1764000000000000,\"args\":{\"name\":\"%s\"},"
                          "\"lims_ids\":{\"P\":[\"%s\"]}}",
                          n,
                          id,
                          name,
                          tape);
}

static void
test_tape (void)
{
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autoptr (MnsTestReply) block = lease (device, "\"class\":\"P\",\"count\":3");
  g_autofree char *own = g_strdup_printf ("%" G_GINT64_FORMAT, mns_test_int (block, "first"));
  g_autofree char *beyond =
      g_strdup_printf ("%" G_GINT64_FORMAT, mns_test_int (block, "last") + 1000);
  g_autofree char *a = project_with_tape (1, own);
  g_autofree char *b = project_with_tape (2, beyond);
  g_autofree char *c = project_with_tape (3, "t-1-1");
  g_autofree char *all = g_strjoin (",", a, b, c, NULL);
  g_autoptr (MnsTestReply) reply = mns_test_push (server, device, all);

  g_test_summary ("Ids of own blocks are taken, made-up ones replaced, all others refused");
  g_test_message ("%s", reply->body);
  g_assert_cmpstr (mns_test_text (reply, "results/0/res"), ==, "ok");
  g_assert_cmpstr (mns_test_text (reply, "results/1/res"), ==, "invalid");
  g_assert_cmpstr (mns_test_text (reply, "results/1/faults/0/code"), ==, "id_not_leased");
  g_assert_cmpstr (mns_test_text (reply, "results/2/res"), ==, "ok");
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

/* ---- files ---- */

static MnsTestReply *
patch (MnsTestDevice *device, const char *sha256, gint64 offset, const char *piece)
{
  g_autofree char *path = g_strconcat ("/sync/v1/blobs/", sha256, NULL);
  g_autofree char *at = g_strdup_printf ("%" G_GINT64_FORMAT, offset);

  return mns_test_ask (server,
                       "PATCH",
                       path,
                       piece,
                       "Authorization",
                       device->bearer,
                       "Content-Type",
                       "application/offset+octet-stream",
                       "Upload-Offset",
                       at,
                       NULL);
}

static const char *
offset_of (MnsTestReply *reply)
{
  return soup_message_headers_get_one (reply->headers, "Upload-Offset");
}

static void
test_blob (void)
{
  static const char content[] = "The first part, then the second part.";
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autoptr (MnsTestDevice) other = mns_test_device_new (server, "noa");
  g_autofree char *sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, content, -1);
  g_autofree char *path = g_strconcat ("/sync/v1/blobs/", sha256, NULL);
  g_autofree char *announce = g_strdup_printf (
      "{\"sha256\":\"%s\",\"size\":%u,\"name\":\"a.txt\"}", sha256, (guint) strlen (content));
  g_autofree char *half = g_strndup (content, 16);
  g_autoptr (MnsTestReply) unknown =
      mns_test_ask (server, "HEAD", path, NULL, "Authorization", device->bearer, NULL);
  g_autoptr (MnsTestReply) begun = mns_test_ask (
      server, "POST", "/sync/v1/blobs", announce, "Authorization", device->bearer, NULL);
  g_autoptr (MnsTestReply) first = patch (device, sha256, 0, half);
  g_autoptr (MnsTestReply) wrong = patch (device, sha256, 0, half);
  g_autoptr (MnsTestReply) where =
      mns_test_ask (server, "HEAD", path, NULL, "Authorization", device->bearer, NULL);
  g_autoptr (MnsTestReply) foreign = patch (other, sha256, 0, half);
  g_autoptr (MnsTestReply) long_piece = patch (device, sha256, 16, content);
  g_autoptr (MnsTestReply) last = patch (device, sha256, 16, content + 16);
  g_autoptr (MnsTestReply) unread =
      mns_test_ask (server, "GET", path, NULL, "Authorization", device->bearer, NULL);

  g_assert_cmpint (unknown->status, ==, 404);
  g_assert_cmpint (begun->status, ==, 201);
  g_assert_cmpstr (soup_message_headers_get_one (begun->headers, "Location"), ==, path);
  g_assert_cmpint (first->status, ==, 204);
  g_assert_cmpstr (offset_of (first), ==, "16");
  mns_test_assert_refusal (wrong, 409, "wrong_offset");
  g_assert_cmpstr (offset_of (wrong), ==, "16");
  g_assert_cmpstr (offset_of (where), ==, "16");
  mns_test_assert_refusal (foreign, 404, "no_upload");
  mns_test_assert_refusal (long_piece, 422, "too_long");
  g_assert_cmpint (last->status, ==, 204);
  g_assert_cmpstr (soup_message_headers_get_one (last->headers, "Upload-Complete"), ==, "?1");
  /* no row refers to it yet, so nobody may read it */
  mns_test_assert_refusal (unread, 404, "no_blob");
}

static void
test_blob_read (void)
{
  static const char content[] = "A note that belongs to a project.";
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autoptr (MnsTestDevice) other = mns_test_device_new (server, "noa");
  g_autofree char *sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, content, -1);
  g_autofree char *path = g_strconcat ("/sync/v1/blobs/", sha256, NULL);
  g_autofree char *announce = g_strdup_printf (
      "{\"sha256\":\"%s\",\"size\":%u,\"name\":\"a.txt\"}", sha256, (guint) strlen (content));
  g_autofree char *project_id = mns_test_id ();
  g_autofree char *make = new_project (1, project_id);
  g_autoptr (MnsTestReply) made = mns_test_push (server, device, make);
  g_autoptr (MnsTestReply) begun = mns_test_ask (
      server, "POST", "/sync/v1/blobs", announce, "Authorization", device->bearer, NULL);
  g_autoptr (MnsTestReply) sent = patch (device, sha256, 0, content);
  g_autofree char *attach_id = mns_test_id ();
  g_autofree char *args = NULL;
  g_autofree char *attach = NULL;
  g_autoptr (MnsTestReply) attached = NULL;
  g_autoptr (MnsTestReply) read = NULL;
  g_autoptr (MnsTestReply) part = NULL;
  g_autoptr (MnsTestReply) known = NULL;
  MnsId command;
  MnsId project;
  char id[MNS_ID_TEXT_SIZE];

  g_assert_cmpstr (mns_test_text (made, "results/0/res"), ==, "ok");
  g_assert_cmpint (begun->status, ==, 201);
  g_assert_cmpint (sent->status, ==, 204);
  mns_id_parse (&command, project_id);
  mns_id_derive (&project, &command, "project", 0);
  mns_id_print (&project, id);
  args = g_strdup_printf (
      "{\"owner\":\"PROJECT\",\"owner_id\":\"%s\",\"name\":\"a.txt\","
      "\"sha256\":\"%s\",\"size\":%u}",
      id,
      sha256,
      (guint) strlen (content));
  attach = mns_test_command (2, attach_id, "file.attach@1", args);
  attached = mns_test_push (server, device, attach);
  g_test_message ("%s", attached->body);
  g_assert_cmpstr (mns_test_text (attached, "results/0/res"), ==, "ok");

  read = mns_test_ask (server, "GET", path, NULL, "Authorization", other->bearer, NULL);
  g_assert_cmpint (read->status, ==, 200);
  g_assert_cmpstr (read->body, ==, content);
  part = mns_test_ask (
      server, "GET", path, NULL, "Authorization", other->bearer, "Range", "bytes=2-5", NULL);
  g_assert_cmpint (part->status, ==, 206);
  g_assert_cmpstr (part->body, ==, "note");
  /* who may read it need not send it */
  known = mns_test_ask (
      server, "POST", "/sync/v1/blobs", announce, "Authorization", other->bearer, NULL);
  g_assert_cmpint (known->status, ==, 200);
}

static void
test_blob_wrong (void)
{
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autofree char *sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "something", -1);
  g_autofree char *announce =
      g_strdup_printf ("{\"sha256\":\"%s\",\"size\":9,\"name\":\"a\"}", sha256);
  g_autoptr (MnsTestReply) begun = mns_test_ask (
      server, "POST", "/sync/v1/blobs", announce, "Authorization", device->bearer, NULL);
  g_autoptr (MnsTestReply) lie = patch (device, sha256, 0, "anything!");
  g_autoptr (MnsTestReply) truth = patch (device, sha256, 0, "something");
  g_autoptr (MnsTestReply) name = mns_test_ask (server,
                                                "POST",
                                                "/sync/v1/blobs",
                                                "{\"sha256\":\"../../x\",\"size\":9}",
                                                "Authorization",
                                                device->bearer,
                                                NULL);

  g_assert_cmpint (begun->status, ==, 201);
  mns_test_assert_refusal (lie, 422, "wrong_hash");
  g_assert_cmpint (truth->status, ==, 204);
  mns_test_assert_refusal (name, 422, "bad_blob");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  server = mns_test_server_new ();

  g_test_add_func ("/sync/hello", test_hello);
  g_test_add_func ("/sync/push-once", test_push_once);
  g_test_add_func ("/sync/push-gap", test_push_gap);
  g_test_add_func ("/sync/push-fork", test_push_fork);
  g_test_add_func ("/sync/push-foreign", test_push_foreign);
  g_test_add_func ("/sync/push-refused", test_push_refused);
  g_test_add_func ("/sync/push-malformed", test_push_malformed);
  g_test_add_func ("/sync/ids", test_ids);
  g_test_add_func ("/sync/tape", test_tape);
  g_test_add_func ("/sync/pull-equal", test_pull_equal);
  g_test_add_func ("/sync/pull-resync", test_pull_resync);
  g_test_add_func ("/sync/scopes", test_scopes);
  g_test_add_func ("/sync/pack", test_pack);
  g_test_add_func ("/sync/events", test_events);
  g_test_add_func ("/sync/blob", test_blob);
  g_test_add_func ("/sync/blob-read", test_blob_read);
  g_test_add_func ("/sync/blob-wrong", test_blob_wrong);
  status = g_test_run ();
  mns_test_server_free (server);
  return status;
}
