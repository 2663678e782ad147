/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Who is let in, and who is not. */

#include "config.h"

#include <string.h>

#include "server/access/password.h"
#include "server/access/rate.h"
#include "sync/model/error.h"
#include "tests/server/server-fixture.h"

static MnsTestServer *server;

static MnsTestReply *
log_in (const char *user, const char *password)
{
  g_autofree char *body = g_strdup_printf ("{\"user\":\"%s\",\"password\":\"%s\"}", user, password);

  return mns_test_ask (server, "POST", "/auth/v1/login", body, NULL);
}

static void
test_login (void)
{
  g_autoptr (MnsTestReply) reply = log_in ("ada", MNS_TEST_PASSWORD);
  const char *cookie = soup_message_headers_get_list (reply->headers, "Set-Cookie");

  g_assert_cmpint (reply->status, ==, 200);
  g_assert_cmpstr (mns_test_text (reply, "user/username"), ==, "ada");
  g_assert_cmpstr (mns_test_text (reply, "roles/0"), ==, "System Administrator");
  g_assert_nonnull (mns_test_text (reply, "csrf"));
  g_assert_null (mns_test_text (reply, "token"));
  g_assert_nonnull (strstr (cookie, "HttpOnly"));
  g_assert_nonnull (strstr (cookie, "SameSite=Strict"));
  g_assert_nonnull (strstr (cookie, "Path=/"));
}

static void
test_wrong (void)
{
  g_autoptr (MnsTestReply) wrong = log_in ("ada", "Bench-work 2027");
  g_autoptr (MnsTestReply) nobody = log_in ("nobody-here", "Bench-work 2026");

  g_test_summary ("A wrong password and an unknown user get one answer");
  mns_test_assert_refusal (wrong, 401, "bad_login");
  mns_test_assert_refusal (nobody, 401, "bad_login");
  g_assert_cmpstr (wrong->body, ==, nobody->body);
}

static void
test_bad_requests (void)
{
  static const struct
  {
    const char *body;
    guint status;
    const char *code;
  } cases[] = {
    { "", 400, "bad_json" },
    { "{", 400, "bad_json" },
    { "[]", 400, "bad_json" },
    { "{\"user\":\"ada\"}", 422, "bad_login_request" },
    { "{\"user\":17,\"password\":\"x\"}", 422, "bad_login_request" },
    { "{\"user\":\"ada\",\"password\":\"x\",\"device\":7}", 422, "bad_login_request" },
    { "{\"user\":\"ada\",\"password\":\"x\",\"device\":{\"client\":\"7\"}}",
      422,
      "bad_login_request" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MnsTestReply) reply =
          mns_test_ask (server, "POST", "/auth/v1/login", cases[i].body, NULL);

      mns_test_assert_refusal (reply, cases[i].status, cases[i].code);
    }
}

static void
test_rate (void)
{
  g_autoptr (MnsTestReply) right = NULL;
  guint last = 0;

  g_test_summary ("After some failures an account waits, whatever it then says");
  for (guint i = 0; i < 12 && last != 429; i++)
    {
      g_autoptr (MnsTestReply) reply = log_in ("guessed", "not the password");

      last = reply->status;
    }
  g_assert_cmpint (last, ==, 429);
  right = log_in ("guessed", MNS_TEST_PASSWORD);
  mns_test_assert_refusal (right, 429, "too_many");
  g_assert_nonnull (soup_message_headers_get_one (right->headers, "Retry-After"));
}

static void
test_rate_alone (void)
{
  g_autoptr (MnsRate) rate = mns_rate_new ();
  gint64 now = G_GINT64_CONSTANT (1764000000000000);

  for (guint i = 0; i < 4; i++)
    mns_rate_failed (rate, "ada", "10.0.0.1", now);
  g_assert_cmpint (mns_rate_ask (rate, "ada", "10.0.0.1", now), ==, 0);
  mns_rate_failed (rate, "ada", "10.0.0.1", now);
  g_assert_cmpint (mns_rate_ask (rate, "ada", "10.0.0.2", now), ==, 1);
  g_assert_cmpint (mns_rate_ask (rate, "noa", "10.0.0.1", now), ==, 0);
  for (guint i = 0; i < 20; i++)
    mns_rate_failed (rate, "ada", "10.0.0.1", now);
  g_assert_cmpint (mns_rate_ask (rate, "ada", "10.0.0.2", now), ==, 300);
  mns_rate_passed (rate, "ada");
  g_assert_cmpint (mns_rate_ask (rate, "ada", "10.0.0.2", now), ==, 0);
  for (guint i = 0; i < 10; i++)
    mns_rate_failed (rate, "noa", "10.0.0.1", now);
  g_assert_cmpint (mns_rate_ask (rate, "mira", "10.0.0.1", now), >, 0);
  g_assert_cmpint (mns_rate_ask (rate, "mira", "10.0.0.1", now + 400 * G_USEC_PER_SEC), ==, 0);
}

static void
test_password_rules (void)
{
  static const struct
  {
    const char *password;
    gboolean good;
    const char *missing;
  } cases[] = {
    { "Bench-work 2026", TRUE, NULL },
    { "Prüfung-µ-2026", TRUE, NULL },
    { "Short-1", FALSE, "at least 12 characters" },
    { "bench-work 2026", FALSE, "a capital letter" },
    { "BENCH-WORK 2026", FALSE, "a small letter" },
    { "Bench-work long", FALSE, "a digit" },
    { "Benchwork2026abc", FALSE, "a special character" },
    { "My ADA-password 1", FALSE, "not the user name" },
    { "\xff-Bench-work 2026", FALSE, "UTF-8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (mns_password_check (cases[i].password, "ada", &error), ==, cases[i].good);
      if (cases[i].good)
        g_assert_no_error (error);
      else
        {
          g_assert_error (error, MNS_ERROR, MNS_ERROR_INVALID);
          g_assert_nonnull (strstr (error->message, cases[i].missing));
        }
    }
}

static void
test_csrf (void)
{
  static const char body[] = "{\"cmd_id\":\"018f6a00-0000-7000-8000-000000000001\",\"args\":{}}";
  g_autoptr (MnsTestBrowser) browser = mns_test_browser_new (server, "ada");
  g_autoptr (MnsTestBrowser) other = mns_test_browser_new (server, "ada");
  const struct
  {
    const char *cookie, *csrf, *origin, *site;
    guint status;
    const char *code;
  } cases[] = {
    { NULL, browser->csrf, NULL, NULL, 401, "unauthorized" },
    { browser->cookie, NULL, NULL, NULL, 403, "csrf" },
    { browser->cookie, "", NULL, NULL, 403, "csrf" },
    { browser->cookie, other->csrf, NULL, NULL, 403, "csrf" },
    { browser->cookie, browser->csrf, "https://elsewhere.example", NULL, 403, "foreign" },
    { browser->cookie, browser->csrf, "null", NULL, 403, "foreign" },
    { browser->cookie, browser->csrf, NULL, "cross-site", 403, "foreign" },
    { browser->cookie, browser->csrf, NULL, "same-site", 403, "foreign" },
    { "session=made-up", browser->csrf, NULL, NULL, 401, "unauthorized" },
    /* let in, and then refused by the command table */
    { browser->cookie, browser->csrf, server->url, "same-origin", 500, "unknown_command" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MnsTestReply) reply = mns_test_ask (server,
                                                     "POST",
                                                     "/json/v1/do/no.such@1",
                                                     body,
                                                     "Cookie",
                                                     cases[i].cookie,
                                                     "X-CSRF-Token",
                                                     cases[i].csrf,
                                                     "Origin",
                                                     cases[i].origin,
                                                     "Sec-Fetch-Site",
                                                     cases[i].site,
                                                     NULL);

      mns_test_assert_refusal (reply, cases[i].status, cases[i].code);
    }
}

static void
test_ways (void)
{
  g_autoptr (MnsTestBrowser) browser = mns_test_browser_new (server, "mira");
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autofree char *as_bearer = g_strconcat ("Bearer ", strchr (browser->cookie, '=') + 1, NULL);
  g_autofree char *as_cookie = g_strconcat ("session=", device->bearer + strlen ("Bearer "), NULL);
  g_autoptr (MnsTestReply) a =
      mns_test_ask (server, "GET", "/auth/v1/me", NULL, "Authorization", as_bearer, NULL);
  g_autoptr (MnsTestReply) b =
      mns_test_ask (server, "GET", "/auth/v1/me", NULL, "Cookie", as_cookie, NULL);
  g_autoptr (MnsTestReply) c = mns_test_ask (server,
                                             "POST",
                                             "/sync/v1/hello",
                                             "{}",
                                             "Cookie",
                                             browser->cookie,
                                             "X-CSRF-Token",
                                             browser->csrf,
                                             NULL);

  g_test_summary ("A cookie's token is no bearer token, and the other way round");
  mns_test_assert_refusal (a, 401, "unauthorized");
  mns_test_assert_refusal (b, 401, "unauthorized");
  mns_test_assert_refusal (c, 403, "device_only");
}

static void
test_logout (void)
{
  g_autoptr (MnsTestBrowser) browser = mns_test_browser_new (server, "mira");
  g_autoptr (MnsTestReply) before =
      mns_test_ask (server, "GET", "/auth/v1/me", NULL, "Cookie", browser->cookie, NULL);
  g_autoptr (MnsTestReply) out = mns_test_ask (server,
                                               "POST",
                                               "/auth/v1/logout",
                                               "{}",
                                               "Cookie",
                                               browser->cookie,
                                               "X-CSRF-Token",
                                               browser->csrf,
                                               NULL);
  g_autoptr (MnsTestReply) after =
      mns_test_ask (server, "GET", "/auth/v1/me", NULL, "Cookie", browser->cookie, NULL);

  g_assert_cmpint (before->status, ==, 200);
  g_assert_cmpstr (mns_test_text (before, "csrf"), ==, browser->csrf);
  g_assert_cmpint (out->status, ==, 204);
  mns_test_assert_refusal (after, 401, "unauthorized");
}

static void
test_refresh (void)
{
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "mira");
  g_autoptr (MnsTestReply) reply = mns_test_ask (
      server, "POST", "/auth/v1/refresh", "{}", "Authorization", device->bearer, NULL);
  g_autofree char *next = NULL;
  g_autoptr (MnsTestReply) me = NULL;

  g_assert_cmpint (reply->status, ==, 200);
  next = g_strconcat ("Bearer ", mns_test_text (reply, "token"), NULL);
  g_assert_cmpstr (next, !=, device->bearer);
  me = mns_test_ask (server, "GET", "/auth/v1/me", NULL, "Authorization", next, NULL);
  g_assert_cmpint (me->status, ==, 200);
}

static MnsTestReply *
change_password (MnsTestBrowser *browser, const char *old, const char *next)
{
  g_autofree char *body = g_strdup_printf ("{\"old\":\"%s\",\"new\":\"%s\"}", old, next);

  return mns_test_ask (server,
                       "POST",
                       "/auth/v1/password",
                       body,
                       "Cookie",
                       browser->cookie,
                       "X-CSRF-Token",
                       browser->csrf,
                       NULL);
}

static void
test_password (void)
{
  g_autoptr (MnsTestBrowser) browser = mns_test_browser_new (server, "noa");
  g_autoptr (MnsTestDevice) device = mns_test_device_new (server, "noa");
  g_autoptr (MnsTestReply) wrong = change_password (browser, "wrong", "Bench-work 2027");
  g_autoptr (MnsTestReply) weak = change_password (browser, MNS_TEST_PASSWORD, "weak");
  g_autoptr (MnsTestReply) same = change_password (browser, MNS_TEST_PASSWORD, MNS_TEST_PASSWORD);
  g_autoptr (MnsTestReply) good = change_password (browser, MNS_TEST_PASSWORD, "Bench-work 2027");
  g_autoptr (MnsTestReply) kept =
      mns_test_ask (server, "GET", "/auth/v1/me", NULL, "Cookie", browser->cookie, NULL);
  g_autoptr (MnsTestReply) ended =
      mns_test_ask (server, "GET", "/auth/v1/me", NULL, "Authorization", device->bearer, NULL);
  g_autoptr (MnsTestReply) old = log_in ("noa", MNS_TEST_PASSWORD);
  g_autoptr (MnsTestReply) next = log_in ("noa", "Bench-work 2027");

  mns_test_assert_refusal (wrong, 403, "bad_password");
  mns_test_assert_refusal (weak, 422, "invalid");
  mns_test_assert_refusal (same, 422, "same_password");
  g_assert_cmpint (good->status, ==, 204);
  g_assert_cmpint (kept->status, ==, 200);
  mns_test_assert_refusal (ended, 401, "unauthorized");
  mns_test_assert_refusal (old, 401, "bad_login");
  g_assert_cmpint (next->status, ==, 200);
}

/* The cache of good tokens is a second old at most in this process: another one changed it. */
static void
test_archived (void)
{
  g_autofree char *file = g_build_filename (server->state, "password", NULL);
  g_autoptr (MnsTestDevice) device = NULL;
  g_autoptr (MnsTestReply) login = NULL;
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  guint status = 200;

  g_assert_cmpint (mns_test_ctl (server->state,
                                 NULL,
                                 "user",
                                 "add",
                                 "leaver",
                                 "--role",
                                 "Researcher",
                                 "--password-file",
                                 file,
                                 NULL),
                   ==,
                   0);
  device = mns_test_device_new (server, "leaver");
  g_assert_cmpint (mns_test_ctl (server->state, NULL, "user", "archive", "leaver", NULL), ==, 0);
  while (status == 200 && g_get_monotonic_time () < end)
    {
      g_autoptr (MnsTestReply) me =
          mns_test_ask (server, "GET", "/auth/v1/me", NULL, "Authorization", device->bearer, NULL);

      status = me->status;
    }
  g_assert_cmpint (status, ==, 401);
  login = log_in ("leaver", MNS_TEST_PASSWORD);
  mns_test_assert_refusal (login, 401, "bad_login");
}

static void
test_reset (void)
{
  g_autofree char *file = g_build_filename (server->state, "password", NULL);
  g_autoptr (MnsTestReply) login = NULL;

  g_test_summary ("A password that an administrator set is to be changed");
  g_assert_cmpint (
      mns_test_ctl (server->state, NULL, "user", "password", "noa", "--password-file", file, NULL),
      ==,
      0);
  login = log_in ("noa", MNS_TEST_PASSWORD);
  g_assert_cmpint (login->status, ==, 200);
  g_assert_true (
      json_object_get_boolean_member (json_node_get_object (login->json), "must_change"));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  server = mns_test_server_new ();

  g_test_add_func ("/access/login", test_login);
  g_test_add_func ("/access/wrong", test_wrong);
  g_test_add_func ("/access/bad-requests", test_bad_requests);
  g_test_add_func ("/access/rate-alone", test_rate_alone);
  g_test_add_func ("/access/password-rules", test_password_rules);
  g_test_add_func ("/access/csrf", test_csrf);
  g_test_add_func ("/access/ways", test_ways);
  g_test_add_func ("/access/logout", test_logout);
  g_test_add_func ("/access/refresh", test_refresh);
  g_test_add_func ("/access/password", test_password);
  g_test_add_func ("/access/archived", test_archived);
  g_test_add_func ("/access/reset", test_reset);
  g_test_add_func ("/access/rate", test_rate);
  status = g_test_run ();
  mns_test_server_free (server);
  return status;
}
