/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What a server survives: being stopped, being killed, a command that kills it, a restore. */

#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "sync/model/id.h"
#include "tests/server/server-fixture.h"

static char *
new_project (gint64 n, const char *id, const char *name)
{
  g_autofree char *args = g_strdup_printf ("{\"name\":\"%s\"}", name);

  return mns_test_command (n, id, "project.create@1", args);
}

static void
push_ok (MnsTestServer *server, MnsTestDevice *device, gint64 n, const char *name)
{
  g_autofree char *id = mns_test_id ();
  g_autofree char *command = new_project (n, id, name);
  g_autoptr (MnsTestReply) reply = mns_test_push (server, device, command);

  g_assert_cmpint (reply->status, ==, 200);
  g_assert_cmpstr (mns_test_text (reply, "results/0/res"), ==, "ok");
}

/* -1: the database is away for the moment */
static int
count_projects_or_busy (MnsTestServer *server, MnsTestDevice *device)
{
  g_autoptr (MnsTestReply) reply = mns_test_ask (
      server, "GET", "/json/v1/view/projects", NULL, "Authorization", device->bearer, NULL);

  if (reply->status == 503)
    return -1;
  g_assert_cmpint (reply->status, ==, 200);
  return (int) json_array_get_length (
      json_object_get_array_member (json_node_get_object (reply->json), "rows"));
}

static int
count_projects (MnsTestServer *server, MnsTestDevice *device)
{
  int n = count_projects_or_busy (server, device);

  g_assert_cmpint (n, >=, 0);
  return n;
}

static void
test_two_servers (void)
{
  g_autoptr (MnsTestServer) server = mns_test_server_new ();
  g_autoptr (MnsTestServer) beside = mns_test_server_new_beside (server);
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autofree char *id = mns_test_id ();
  g_autofree char *command = new_project (3, id, "By turns 3");
  g_autoptr (MnsTestReply) here = NULL;
  g_autoptr (MnsTestReply) there = NULL;

  g_test_summary ("A device may speak to either of two servers on one database");
  push_ok (server, device, 1, "By turns 1");
  push_ok (beside, device, 2, "By turns 2");
  here = mns_test_push (server, device, command);
  there = mns_test_push (beside, device, command);
  g_assert_cmpstr (mns_test_text (here, "results/0/res"), ==, "ok");
  g_assert_cmpstr (mns_test_text (there, "results/0/res"), ==, "ok");
  g_assert_cmpint (mns_test_int (there, "last_n"), ==, 3);
  g_assert_cmpint (count_projects (beside, device), ==, 3);
}

static void
test_busy_folder (void)
{
  g_autoptr (MnsTestServer) server = mns_test_server_new ();
  g_autofree char *path =
      g_build_filename (g_getenv ("MNS_BUILD"), "server", "meniscus-server", NULL);
  g_autofree char *state = g_build_filename (server->state, "server", NULL);
  g_autoptr (GSubprocess) second =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                        NULL,
                        path,
                        "--state",
                        state,
                        "--listen",
                        "127.0.0.1:0",
                        NULL);
  g_autoptr (MnsTestReply) reply = NULL;

  g_test_summary ("A second server on one state folder goes away and leaves the first alone");
  g_assert_nonnull (second);
  g_assert_true (g_subprocess_wait (second, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (second), ==, 1);
  reply = mns_test_ask (server, "GET", "/healthz", NULL, NULL);
  g_assert_cmpint (reply->status, ==, 200);
}

static void
test_killed (void)
{
  g_autoptr (MnsTestServer) server = mns_test_server_new_durable ();
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autofree char *id = mns_test_id ();
  g_autofree char *command = new_project (6, id, "Sent before and after");
  g_autoptr (MnsTestReply) before = NULL;
  g_autoptr (MnsTestReply) after = NULL;

  g_test_summary ("After kill -9 what was answered is there, and what is sent again is done once");
  for (gint64 n = 1; n <= 5; n++)
    {
      g_autofree char *name = g_strdup_printf ("Before %u", (guint) n);

      push_ok (server, device, n, name);
    }
  before = mns_test_push (server, device, command);
  g_assert_cmpstr (mns_test_text (before, "results/0/res"), ==, "ok");
  mns_test_server_kill (server);
  mns_test_server_start (server);
  after = mns_test_push (server, device, command);
  g_assert_cmpint (after->status, ==, 200);
  g_assert_cmpint (mns_test_int (after, "last_n"), ==, 6);
  g_assert_cmpstr (mns_test_text (after, "results/0/res"), ==, "ok");
  g_assert_cmpint (count_projects (server, device), ==, 6);
  push_ok (server, device, 7, "After");
}

static pid_t
get_postmaster (MnsTestServer *server)
{
  g_autofree char *path =
      g_build_filename (server->state, "server", "pg", "data", "postmaster.pid", NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return (pid_t) g_ascii_strtoll (text, NULL, 10);
}

/* How many projects begin so, by a view that is served without a lane; -1 as above. */
static int
count_found_or_busy (MnsTestServer *server, MnsTestDevice *device)
{
  g_autoptr (MnsTestReply) reply = mns_test_ask (server,
                                                 "GET",
                                                 "/json/v1/view/search?kind=PROJECT&text=After",
                                                 NULL,
                                                 "Authorization",
                                                 device->bearer,
                                                 NULL);

  if (reply->status == 503)
    return -1;
  g_assert_cmpint (reply->status, ==, 200);
  return (int) json_array_get_length (
      json_object_get_array_member (json_node_get_object (reply->json), "rows"));
}

static void
test_database_killed (void)
{
  g_autoptr (MnsTestServer) server = mns_test_server_new_durable ();
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autofree char *id = mns_test_id ();
  g_autofree char *command = new_project (2, id, "After the database died");
  gint64 end = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  guint status = 0;

  g_test_summary ("A database that was killed is started again; meanwhile the answer is 503");
  push_ok (server, device, 1, "Before the database died");
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (count_found_or_busy (server, device), ==, 0);
  g_assert_cmpint (kill (get_postmaster (server), SIGKILL), ==, 0);
  while (status != 200 && g_get_monotonic_time () < end)
    {
      g_autoptr (MnsTestReply) reply = mns_test_push (server, device, command);

      status = reply->status;
      if (status != 200)
        g_assert_cmpint (status, ==, 503);
      g_assert_cmpint (count_found_or_busy (server, device), <=, 1);
    }
  g_assert_cmpint (status, ==, 200);
  while (count_found_or_busy (server, device) < 1)
    g_assert_cmpint (g_get_monotonic_time (), <, end);
  /* a connection of old may have served that; what counts is what is there in the end */
  while (count_projects_or_busy (server, device) < 0 && g_get_monotonic_time () < end)
    continue;
  g_assert_cmpint (count_projects (server, device), ==, 2);
}

/* What a server leaves that dies while it runs this command. */
static void
leave_running (MnsTestServer *server, const char *id)
{
  g_autofree char *path = g_build_filename (server->state, "server", "running-0", NULL);
  MnsId command;
  int fd = g_open (path, O_WRONLY, 0);

  g_assert_cmpint (fd, >=, 0);
  g_assert_true (mns_id_parse (&command, id));
  g_assert_cmpint (pwrite (fd, command.bytes, sizeof command.bytes, 0), ==, sizeof command.bytes);
  close (fd);
}

static void
test_poison (void)
{
  g_autoptr (MnsTestServer) server = mns_test_server_new ();
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autofree char *id = mns_test_id ();
  g_autofree char *next_id = mns_test_id ();
  g_autofree char *deadly = new_project (1, id, "Deadly");
  g_autofree char *next = new_project (2, next_id, "Behind it");
  g_autofree char *both = g_strjoin (",", deadly, next, NULL);
  g_autoptr (MnsTestReply) reply = NULL;

  g_test_summary ("A command that took three servers with it is passed over, the next one is not");
  for (guint i = 0; i < 3; i++)
    {
      mns_test_server_kill (server);
      leave_running (server, id);
      mns_test_server_start (server);
    }
  reply = mns_test_push (server, device, both);
  g_test_message ("%s", reply->body);
  g_assert_cmpint (reply->status, ==, 200);
  g_assert_cmpint (mns_test_int (reply, "last_n"), ==, 2);
  g_assert_cmpstr (mns_test_text (reply, "results/0/res"), ==, "error");
  g_assert_cmpstr (mns_test_text (reply, "results/0/faults/0/code"), ==, "poison");
  g_assert_cmpstr (mns_test_text (reply, "results/1/res"), ==, "ok");
}

static void
test_two_deaths (void)
{
  g_autoptr (MnsTestServer) server = mns_test_server_new ();
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autofree char *id = mns_test_id ();
  g_autofree char *command = new_project (1, id, "Unlucky");
  g_autoptr (MnsTestReply) reply = NULL;

  g_test_summary ("Two deaths may be chance: the command is tried again");
  for (guint i = 0; i < 2; i++)
    {
      mns_test_server_kill (server);
      leave_running (server, id);
      mns_test_server_start (server);
    }
  reply = mns_test_push (server, device, command);
  g_assert_cmpstr (mns_test_text (reply, "results/0/res"), ==, "ok");
}

/* ---- backup and restore ---- */

static char *
get_epoch (MnsTestServer *server, MnsTestDevice *device)
{
  g_autofree char *body = g_strdup_printf ("{\"client\":\"%s\"}", device->client);
  g_autoptr (MnsTestReply) reply =
      mns_test_ask (server, "POST", "/sync/v1/hello", body, "Authorization", device->bearer, NULL);

  g_assert_cmpint (reply->status, ==, 200);
  return g_strdup (mns_test_text (reply, "epoch"));
}

typedef struct
{
  MnsTestServer *server;
  MnsTestDevice *device;
  char *backup;
  char *epoch;
  char *cursor;
  char *lost; /* a command that the backup does not have */
} Restore;

/* A lab with two projects, a backup, a third project, and then the backup put back. */
static void
restore_set_up (Restore *self, gconstpointer data)
{
  const char *journals = data;
  g_autofree char *id = mns_test_id ();
  g_autoptr (MnsTestReply) pull = NULL;
  g_autoptr (MnsTestReply) lost = NULL;
  g_autoptr (MnsTestReply) head = NULL;
  char *end;

  self->server = mns_test_server_new ();
  self->device = mns_test_device_new (self->server, "mira");
  self->backup = g_build_filename (self->server->state, "backup", NULL);
  push_ok (self->server, self->device, 1, "Kept 1");
  push_ok (self->server, self->device, 2, "Kept 2");
  g_assert_cmpint (mns_test_ctl (self->server->state, NULL, "backup", self->backup, NULL), ==, 0);
  self->lost = new_project (3, id, "Lost by the restore");
  lost = mns_test_push (self->server, self->device, self->lost);
  g_assert_cmpstr (mns_test_text (lost, "results/0/res"), ==, "ok");
  /* the backup makes numbers durable */
  g_assert_cmpint (mns_test_int (lost, "durable_n"), ==, 2);
  self->epoch = get_epoch (self->server, self->device);
  pull = mns_test_pull (self->server, self->device, NULL);
  end = strchr (pull->body, '\n');
  g_assert_nonnull (end);
  head = g_new0 (MnsTestReply, 1);
  head->json = json_from_string (pull->body, NULL);
  *end = '\0';
  g_clear_pointer (&head->json, json_node_unref);
  head->json = json_from_string (pull->body, NULL);
  self->cursor = g_strdup (mns_test_text (head, "cursor"));
  mns_test_server_stop (self->server);

  g_assert_cmpint (mns_test_ctl (self->server->state, NULL, "restore", self->backup, NULL), ==, 1);
  g_assert_cmpint (
      mns_test_ctl (self->server->state, NULL, "restore", "--replace", self->backup, NULL), ==, 0);
  g_assert_cmpint (mns_test_ctl (self->server->state, NULL, "user", "list", NULL), ==, 1);
  g_assert_cmpint (
      mns_test_ctl (self->server->state, NULL, "restore-finish", "--journals", journals, NULL),
      ==,
      0);
  mns_test_server_start (self->server);
}

static void
restore_tear_down (Restore *self, gconstpointer data)
{
  mns_test_device_free (self->device);
  mns_test_server_free (self->server);
  g_free (self->backup);
  g_free (self->epoch);
  g_free (self->cursor);
  g_free (self->lost);
}

static void
test_restore_all (Restore *self, gconstpointer data)
{
  g_autofree char *epoch = get_epoch (self->server, self->device);
  g_autoptr (MnsTestReply) old = mns_test_pull (self->server, self->device, self->cursor);
  g_autoptr (MnsTestReply) pushed = NULL;
  g_autoptr (MnsTestReply) again = NULL;

  g_test_summary ("A restored lab has a new epoch, and takes back what devices still know");
  g_assert_cmpstr (epoch, !=, self->epoch);
  mns_test_assert_refusal (old, 409, "resync");
  g_assert_cmpint (count_projects (self->server, self->device), ==, 2);
  pushed = mns_test_push (self->server, self->device, self->lost);
  g_assert_cmpint (pushed->status, ==, 200);
  g_assert_cmpstr (mns_test_text (pushed, "results/0/res"), ==, "ok");
  again = mns_test_push (self->server, self->device, self->lost);
  g_assert_cmpint (mns_test_int (again, "last_n"), ==, 3);
  g_assert_cmpint (count_projects (self->server, self->device), ==, 3);
}

static void
test_restore_numbers (Restore *self, gconstpointer data)
{
  g_autofree char *body =
      g_strdup_printf ("{\"client\":\"%s\",\"class\":\"P\",\"count\":1}", self->device->client);
  g_autoptr (MnsTestReply) block = mns_test_ask (
      self->server, "POST", "/sync/v1/ids", body, "Authorization", self->device->bearer, NULL);

  g_test_summary ("Numbers that may be out there are not given again");
  g_assert_cmpint (mns_test_int (block, "first"), >, 10000);
}

static void
test_restore_ask (Restore *self, gconstpointer data)
{
  g_autoptr (MnsTestReply) held = mns_test_push (self->server, self->device, self->lost);
  g_autoptr (MnsTestReply) pushed = NULL;
  g_autofree char *list = NULL;

  g_test_summary ("Work from before a restore waits until an administrator has seen it");
  mns_test_assert_refusal (held, 503, "restored");
  g_assert_cmpint (mns_test_ctl (self->server->state, &list, "journals", "list", NULL), ==, 0);
  g_assert_nonnull (strstr (list, "mira"));
  g_assert_nonnull (strstr (list, "project.create@1"));
  g_assert_cmpint (count_projects (self->server, self->device), ==, 2);
  g_assert_cmpint (mns_test_ctl (self->server->state, NULL, "journals", "all", NULL), ==, 0);
  pushed = mns_test_push (self->server, self->device, self->lost);
  g_assert_cmpstr (mns_test_text (pushed, "results/0/res"), ==, "ok");
}

static void
test_restore_none (Restore *self, gconstpointer data)
{
  g_autoptr (MnsTestReply) pushed = mns_test_push (self->server, self->device, self->lost);

  g_test_summary ("Work that is not to be done again becomes conflicts; new work is done");
  g_assert_cmpint (pushed->status, ==, 200);
  g_assert_cmpstr (mns_test_text (pushed, "results/0/res"), ==, "conflict");
  g_assert_cmpint (count_projects (self->server, self->device), ==, 2);
  push_ok (self->server, self->device, 4, "After the restore");
}

static void
test_backup_refusals (void)
{
  g_autoptr (MnsTestServer) server = mns_test_server_new ();
  g_autofree char *folder = g_build_filename (server->state, "backup", NULL);
  g_autofree char *dump = g_build_filename (folder, "database.dump", NULL);
  g_autofree char *said = NULL;

  g_assert_cmpint (mns_test_ctl (server->state, NULL, "backup", server->state, NULL), ==, 1);
  g_assert_cmpint (mns_test_ctl (server->state, NULL, "backup", folder, NULL), ==, 0);
  g_assert_cmpint (mns_test_ctl (server->state, NULL, "backup", folder, NULL), ==, 1);
  /* not while a server runs */
  g_assert_cmpint (mns_test_ctl (server->state, NULL, "restore", "--replace", folder, NULL), ==, 1);
  mns_test_server_stop (server);
  g_assert_true (g_file_set_contents (dump, "damaged", -1, NULL));
  g_assert_cmpint (
      mns_test_ctl (server->state, &said, "restore", "--replace", folder, NULL), ==, 1);
  g_assert_nonnull (strstr (said, "damaged"));
  /* nothing was changed by all this */
  mns_test_server_start (server);
}

/* ---- meniscusctl ---- */

static void
test_ctl (void)
{
  g_autoptr (MnsTestServer) server = mns_test_server_new ();
  g_autofree char *weak = g_build_filename (server->state, "weak", NULL);
  g_autofree char *good = g_build_filename (server->state, "password", NULL);
  g_autofree char *said = NULL;
  g_autofree char *json = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_assert_true (g_file_set_contents (weak, "weak\n", -1, NULL));
  g_assert_cmpint (mns_test_ctl (server->state, NULL, "no-such-verb", NULL), ==, 2);
  g_assert_cmpint (mns_test_ctl (server->state, NULL, "user", "add", "x", NULL), ==, 2);
  g_assert_cmpint (mns_test_ctl (server->state,
                                 &said,
                                 "user",
                                 "add",
                                 "x",
                                 "--role",
                                 "Researcher",
                                 "--password-file",
                                 weak,
                                 NULL),
                   ==,
                   1);
  g_assert_nonnull (strstr (said, "at least 12 characters"));
  g_assert_nonnull (strstr (said, "a digit"));
  g_assert_cmpint (mns_test_ctl (server->state,
                                 NULL,
                                 "user",
                                 "add",
                                 "x",
                                 "--role",
                                 "No such role",
                                 "--password-file",
                                 good,
                                 NULL),
                   ==,
                   1);
  g_assert_cmpint (mns_test_ctl (server->state, NULL, "user", "archive", "nobody", NULL), ==, 1);
  g_assert_cmpint (mns_test_ctl (server->state, NULL, "config", "import", "/none", NULL), ==, 1);
  g_assert_cmpint (mns_test_ctl (server->state, &json, "--json", "doctor", NULL), ==, 0);
  node = json_from_string (json, NULL);
  g_assert_cmpstr (
      json_object_get_string_member (json_node_get_object (node), "outcome"), ==, "ok");

  /* without a server it starts the database itself */
  mns_test_server_stop (server);
  g_clear_pointer (&said, g_free);
  g_assert_cmpint (mns_test_ctl (server->state, &said, "user", "list", NULL), ==, 0);
  g_assert_nonnull (strstr (said, "mira"));
  mns_test_server_start (server);
}

#define add_restore(path, journals, func)                                                          \
  g_test_add (path, Restore, journals, restore_set_up, func, restore_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/life/two-servers", test_two_servers);
  g_test_add_func ("/life/busy-folder", test_busy_folder);
  g_test_add_func ("/life/killed", test_killed);
  g_test_add_func ("/life/database-killed", test_database_killed);
  g_test_add_func ("/life/poison", test_poison);
  g_test_add_func ("/life/two-deaths", test_two_deaths);
  g_test_add_func ("/life/ctl", test_ctl);
  g_test_add_func ("/life/backup-refusals", test_backup_refusals);
  add_restore ("/life/restore-all", "all", test_restore_all);
  add_restore ("/life/restore-numbers", "all", test_restore_numbers);
  add_restore ("/life/restore-ask", "ask", test_restore_ask);
  add_restore ("/life/restore-none", "none", test_restore_none);
  return g_test_run ();
}
