/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What devices send: hello, commands, leased ids. */

#include "config.h"

#include <string.h>

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

/* A copied device sends under its own number what the original has sent: done once, told twice. The
 * name of a project is taken after the first time, so a second run would be refused.
 */
static void
test_push_twin (void)
{
  g_autoptr (MnsTestDevice) original = mns_test_device_new (server, "mira");
  g_autoptr (MnsTestDevice) copy = mns_test_device_new (server, "mira");
  g_autofree char *id = mns_test_id ();
  g_autofree char *command = new_project (1, id);
  g_autoptr (MnsTestReply) first = mns_test_push (server, original, command);
  g_autoptr (MnsTestReply) second = mns_test_push (server, copy, command);

  g_assert_cmpstr (mns_test_text (first, "results/0/res"), ==, "ok");
  g_assert_cmpint (second->status, ==, 200);
  g_assert_cmpstr (mns_test_text (second, "results/0/res"), ==, "ok");
  g_assert_cmpint (mns_test_int (second, "last_n"), ==, 1);
}

#define N_TWINS 60

typedef struct
{
  MnsTestDevice *device;
  const char *commands;
} Sender;

static gpointer
push_in_thread (gpointer data)
{
  Sender *sender = data;

  return mns_test_push (server, sender->device, sender->commands);
}

/* Both at once. A rule that ran twice would make the same rows and be refused for its name. */
static void
test_push_twins_at_once (void)
{
  g_autoptr (MnsTestDevice) original = mns_test_device_new (server, "mira");
  g_autoptr (MnsTestDevice) copy = mns_test_device_new (server, "mira");
  g_autoptr (GString) commands = g_string_new ("");
  Sender senders[] = { { original, NULL }, { copy, NULL } };
  GThread *threads[G_N_ELEMENTS (senders)];

  for (guint i = 0; i < N_TWINS; i++)
    {
      g_autofree char *id = mns_test_id ();
      g_autofree char *command = new_project (i + 1, id);

      g_string_append_printf (commands, "%s%s", i == 0 ? "" : ",", command);
    }
  for (guint i = 0; i < G_N_ELEMENTS (senders); i++)
    {
      senders[i].commands = commands->str;
      threads[i] = g_thread_new ("push", push_in_thread, &senders[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (senders); i++)
    {
      g_autoptr (MnsTestReply) reply = g_thread_join (threads[i]);

      g_assert_cmpint (reply->status, ==, 200);
      g_assert_cmpint (mns_test_int (reply, "last_n"), ==, N_TWINS);
      for (guint k = 0; k < N_TWINS; k++)
        {
          g_autofree char *path = g_strdup_printf ("results/%u/res", k);

          g_assert_cmpstr (mns_test_text (reply, path), ==, "ok");
        }
    }
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

/* What only a constraint knows is told as a refusal, and does not stop what stands behind it. */
static void
test_push_breach (void)
{
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autoptr (MnsTestReply) block = lease (device, "\"class\":\"P\",\"count\":3");
  g_autofree char *tape = g_strdup_printf ("%" G_GINT64_FORMAT, mns_test_int (block, "first"));
  g_autofree char *first = project_with_tape (1, tape);
  g_autofree char *same_id = project_with_tape (2, tape);
  g_autofree char *id = mns_test_id ();
  g_autofree char *third = new_project (3, id);
  g_autofree char *all = g_strjoin (",", first, same_id, third, NULL);
  g_autoptr (MnsTestReply) reply = mns_test_push (server, device, all);

  g_test_message ("%s", reply->body);
  g_assert_cmpint (mns_test_int (reply, "last_n"), ==, 3);
  g_assert_cmpstr (mns_test_text (reply, "results/0/res"), ==, "ok");
  g_assert_cmpstr (mns_test_text (reply, "results/1/res"), ==, "conflict");
  g_assert_cmpstr (mns_test_text (reply, "results/2/res"), ==, "ok");
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
  g_test_add_func ("/sync/push-twin", test_push_twin);
  g_test_add_func ("/sync/push-twins-at-once", test_push_twins_at_once);
  g_test_add_func ("/sync/push-breach", test_push_breach);
  g_test_add_func ("/sync/push-foreign", test_push_foreign);
  g_test_add_func ("/sync/push-refused", test_push_refused);
  g_test_add_func ("/sync/push-malformed", test_push_malformed);
  g_test_add_func ("/sync/ids", test_ids);
  g_test_add_func ("/sync/tape", test_tape);
  status = g_test_run ();
  mns_test_server_free (server);
  return status;
}
