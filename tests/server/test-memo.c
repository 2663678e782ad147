/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What the server remembers of sessions, rights and the configuration is forgotten in time: at once
 * where the change came through the same process, within a second where it did not.
 */

#include "config.h"

#include "tests/server/server-fixture.h"

/* Of another process: what the memo promises, and as much again for a busy machine. */
#define PATIENCE_US (2 * G_USEC_PER_SEC)

static MnsTestServer *server;
static MnsTestServer *beside;

static MnsTestReply *
look (MnsTestServer *at, MnsTestBrowser *browser, const char *view)
{
  g_autofree char *path = g_strconcat ("/json/v1/view/", view, NULL);

  return mns_test_ask (at, "GET", path, NULL, "Cookie", browser->cookie, NULL);
}

static guint
status_of (MnsTestServer *at, MnsTestBrowser *browser, const char *view)
{
  g_autoptr (MnsTestReply) reply = look (at, browser, view);

  return reply->status;
}

/* Asks again and again; each answer is an answer of the server, not a wait of ours. */
static void
expect_soon (MnsTestServer *at, MnsTestBrowser *browser, const char *view, guint status)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_US;

  while (status_of (at, browser, view) != status)
    g_assert_cmpint (g_get_monotonic_time (), <, end);
}

static char *
person_of (MnsTestBrowser *browser)
{
  g_autoptr (MnsTestReply) me = look (server, browser, "me");

  return g_strdup (mns_test_text (me, "rows/0/0"));
}

/* @more: members beside the user, with a comma before them. */
static void
do_to (MnsTestBrowser *ada, const char *command, const char *person, const char *more)
{
  g_autofree char *args = g_strdup_printf ("{\"user\":\"%s\"%s}", person, more);
  g_autoptr (MnsTestReply) reply = mns_test_do (server, ada, command, args);

  g_assert_cmpint (reply->status, ==, 200);
}

#define MORE_ROLES ",\"roles\":[\"Researcher\",\"Facility Administrator\"]"
#define ONE_ROLE ",\"roles\":[\"Researcher\"]"

static void
test_rights (void)
{
  g_autoptr (MnsTestBrowser) ada = mns_test_browser_new (server, "ada");
  g_autoptr (MnsTestBrowser) mira = mns_test_browser_new (server, "mira");
  g_autofree char *id = person_of (mira);

  g_test_summary ("A role that is given or taken counts at the very next request");
  g_assert_cmpint (status_of (server, mira, "users"), ==, 403);
  for (guint i = 0; i < 3; i++)
    {
      do_to (ada, "user.set_roles@1", id, MORE_ROLES);
      g_assert_cmpint (status_of (server, mira, "users"), ==, 200);
      do_to (ada, "user.set_roles@1", id, ONE_ROLE);
      g_assert_cmpint (status_of (server, mira, "users"), ==, 403);
    }
}

static void
test_rights_elsewhere (void)
{
  g_autoptr (MnsTestBrowser) ada = mns_test_browser_new (server, "ada");
  g_autoptr (MnsTestBrowser) mira = mns_test_browser_new (server, "mira");
  g_autofree char *id = person_of (mira);

  g_test_summary ("Another server on the database hears of it");
  g_assert_cmpint (status_of (beside, mira, "users"), ==, 403);
  do_to (ada, "user.set_roles@1", id, MORE_ROLES);
  expect_soon (beside, mira, "users", 200);
  do_to (ada, "user.set_roles@1", id, ONE_ROLE);
  expect_soon (beside, mira, "users", 403);
}

static void
test_archived (void)
{
  g_autoptr (MnsTestBrowser) ada = mns_test_browser_new (server, "ada");
  g_autoptr (MnsTestBrowser) noa = mns_test_browser_new (server, "noa");
  g_autofree char *id = person_of (noa);

  g_test_summary ("An archived person's session ends with the command that archives");
  g_assert_cmpint (status_of (server, noa, "lab"), ==, 200);
  g_assert_cmpint (status_of (beside, noa, "lab"), ==, 200);
  do_to (ada, "user.archive@1", id, "");
  g_assert_cmpint (status_of (server, noa, "lab"), ==, 401);
  expect_soon (beside, noa, "lab", 401);
  do_to (ada, "user.activate@1", id, "");
  g_assert_cmpint (status_of (server, noa, "lab"), ==, 200);
}

static void
test_logged_out (void)
{
  g_autoptr (MnsTestBrowser) mira = mns_test_browser_new (server, "mira");
  g_autoptr (MnsTestReply) reply = NULL;

  g_test_summary ("Who signed out is out, here at once and elsewhere soon");
  g_assert_cmpint (status_of (server, mira, "lab"), ==, 200);
  g_assert_cmpint (status_of (beside, mira, "lab"), ==, 200);
  reply = mns_test_ask (server,
                        "POST",
                        "/auth/v1/logout",
                        "{}",
                        "Cookie",
                        mira->cookie,
                        "X-CSRF-Token",
                        mira->csrf,
                        NULL);
  g_assert_cmpint (reply->status, ==, 204);
  g_assert_cmpint (status_of (server, mira, "lab"), ==, 401);
  expect_soon (beside, mira, "lab", 401);
}

static void
test_configured (void)
{
  g_autoptr (MnsTestBrowser) ada = mns_test_browser_new (server, "ada");
  g_autoptr (MnsTestReply) made =
      mns_test_do (server, ada, "project.create@1", "{\"name\":\"Remembered\"}");
  g_autofree char *view =
      g_strdup_printf ("project_samples?project=%s", mns_test_text (made, "result/project"));
  gint64 end;

  g_test_summary ("A field that is made is a column of the next page");
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *args = g_strdup_printf (
          "{\"package\":{\"name\":\"memo\",\"version\":\"%u\","
          "\"fields\":[{\"object\":\"SAMPLE\",\"name\":\"Remembered %u\",\"type\":\"STRING\"}]}}",
          i + 1,
          i);
      g_autoptr (MnsTestReply) before = look (server, ada, view);
      g_autoptr (MnsTestReply) other = look (beside, ada, view);
      g_autoptr (MnsTestReply) imported = NULL;
      g_autoptr (MnsTestReply) after = NULL;
      guint n_before;

      g_assert_cmpint (before->status, ==, 200);
      n_before = json_array_get_length (
          json_object_get_array_member (json_node_get_object (before->json), "cols"));
      imported = mns_test_do (server, ada, "config.import@1", args);
      after = look (server, ada, view);
      g_assert_cmpuint (json_array_get_length (json_object_get_array_member (
                            json_node_get_object (after->json), "cols")),
                        ==,
                        n_before + 1);
      end = g_get_monotonic_time () + PATIENCE_US;
      while (json_array_get_length (json_object_get_array_member (
                 json_node_get_object (other->json), "cols")) == n_before)
        {
          g_assert_cmpint (g_get_monotonic_time (), <, end);
          g_clear_pointer (&other, mns_test_reply_free);
          other = look (beside, ada, view);
        }
    }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  server = mns_test_server_new ();
  beside = mns_test_server_new_beside (server);
  g_test_add_func ("/memo/rights", test_rights);
  g_test_add_func ("/memo/rights-elsewhere", test_rights_elsewhere);
  g_test_add_func ("/memo/archived", test_archived);
  g_test_add_func ("/memo/logged-out", test_logged_out);
  g_test_add_func ("/memo/configured", test_configured);
  status = g_test_run ();
  mns_test_server_free (beside);
  mns_test_server_free (server);
  return status;
}
