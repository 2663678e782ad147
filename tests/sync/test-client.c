/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The workspace against a real server: signing in, working offline, killed and closed in between,
 * two devices at once, files, pokes.
 */

#include "config.h"

#include <string.h>

#include "sync/client/account.h"
#include "sync/client/workspace.h"
#include "sync/model/error.h"
#include "tests/mns-test.h"
#include "tests/server/server-fixture.h"

#define PATIENCE_S 40
/* Far less than the half minute for which the server keeps its list of projects. */
#define NEW_PROJECT_S 15

static MnsTestServer *server;

static void
keep_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

static gboolean
give_up_cb (gpointer user_data)
{
  g_error ("%s has waited for %d s in vain", (const char *) user_data, PATIENCE_S);
  return G_SOURCE_REMOVE;
}

static void
wait_for (GAsyncResult **result)
{
  guint source = g_timeout_add_seconds (PATIENCE_S, give_up_cb, (gpointer) G_STRFUNC);

  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
}

/* ---- what a window does ---- */

static MnsWorkspace *
try_sign_in (
    const char *dir, const char *user, const char *password, gboolean manual, GError **error)
{
  const MnsAccountSignIn how = { .state_dir = dir,
                                 .url = server->url,
                                 .user = user,
                                 .password = password,
                                 .mode = MNS_ACCOUNT_ANY,
                                 .manual = manual };
  g_autoptr (GAsyncResult) result = NULL;

  mns_account_sign_in_async (&how, NULL, keep_cb, &result);
  wait_for (&result);
  return mns_account_sign_in_finish (result, error);
}

static void
sync_now (MnsWorkspace *workspace)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  mns_workspace_sync_async (workspace, NULL, keep_cb, &result);
  wait_for (&result);
  mns_workspace_sync_finish (workspace, result, &error);
  g_assert_no_error (error);
}

static void
wait_until_fetched (MnsWorkspace *workspace)
{
  guint source = g_timeout_add_seconds (PATIENCE_S, give_up_cb, (gpointer) G_STRFUNC);

  while (mns_workspace_get_last_sync (workspace) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
}

static MnsWorkspace *
sign_in (const char *dir, const char *user, gboolean manual)
{
  g_autoptr (GError) error = NULL;
  MnsWorkspace *workspace = try_sign_in (dir, user, MNS_TEST_PASSWORD, manual, &error);

  g_assert_no_error (error);
  if (manual)
    sync_now (workspace);
  else
    wait_until_fetched (workspace);
  return workspace;
}

/* After a wrong password the right one is refused too for a moment. */
static MnsWorkspace *
sign_in_after_wrong_one (const char *dir, const char *user)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_S * G_USEC_PER_SEC;
  MnsWorkspace *workspace = NULL;
  guint n_refused = 0;

  while (workspace == NULL && g_get_monotonic_time () < end)
    {
      g_autoptr (GError) error = NULL;

      workspace = try_sign_in (dir, user, MNS_TEST_PASSWORD, FALSE, &error);
      if (workspace == NULL)
        g_assert_error (error, MNS_ERROR, MNS_ERROR_BUSY);
      n_refused += workspace == NULL;
    }
  g_assert_nonnull (workspace);
  g_assert_cmpuint (n_refused, >, 0);
  return workspace;
}

static MnsResult *
do_it (MnsWorkspace *workspace, const char *name, const char *args, const char *expect)
{
  g_autoptr (JsonNode) node = json_from_string (args, NULL);
  g_autoptr (JsonNode) seen = expect != NULL ? json_from_string (expect, NULL) : NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  MnsResult *outcome;

  mns_workspace_do_async (workspace,
                          name,
                          json_node_get_object (node),
                          seen != NULL ? json_node_get_object (seen) : NULL,
                          NULL,
                          NULL,
                          keep_cb,
                          &result);
  wait_for (&result);
  outcome = mns_workspace_do_finish (workspace, result, &error);
  g_assert_no_error (error);
  return outcome;
}

/* Does something that must go well; the text in a member of the result. */
static char *
do_well (MnsWorkspace *workspace, const char *name, const char *args, const char *member)
{
  g_autoptr (MnsResult) result = do_it (workspace, name, args, NULL);
  g_autofree char *sentence = mns_result_to_sentence (result);

  if (result->outcome != MNS_OUTCOME_OK)
    g_test_message ("%s: %s", name, sentence);
  g_assert_cmpint (result->outcome, ==, MNS_OUTCOME_OK);
  if (member == NULL)
    return NULL;
  return g_strdup (json_object_get_string_member (json_node_get_object (result->result), member));
}

static MnsViewResult *
look (MnsWorkspace *workspace, const char *name, const char *args)
{
  g_autoptr (JsonNode) node = json_from_string (args, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  MnsViewResult *view;

  mns_workspace_view_async (workspace, name, json_node_get_object (node), NULL, keep_cb, &result);
  wait_for (&result);
  view = mns_workspace_view_finish (workspace, result, &error);
  g_assert_no_error (error);
  return view;
}

static guint
count_rows (MnsWorkspace *workspace, const char *name, const char *args)
{
  g_autoptr (MnsViewResult) view = look (workspace, name, args);

  return mns_rows_get_n_rows (view->rows);
}

static void
wait_until_sent (MnsWorkspace *workspace)
{
  guint source = g_timeout_add_seconds (PATIENCE_S, give_up_cb, (gpointer) G_STRFUNC);

  while (mns_workspace_get_waiting (workspace) > 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
}

static void
wait_until_connection (MnsWorkspace *workspace, MnsConnection connection)
{
  guint source = g_timeout_add_seconds (PATIENCE_S, give_up_cb, (gpointer) G_STRFUNC);

  while (mns_workspace_get_connection (workspace) != connection)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
}

static void
choose_project (MnsWorkspace *workspace, const char *project)
{
  g_autoptr (JsonArray) projects = json_array_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  json_array_add_string_element (projects, project);
  mns_workspace_choose_scopes_async (workspace, projects, 90, NULL, keep_cb, &result);
  wait_for (&result);
  mns_workspace_choose_scopes_finish (workspace, result, &error);
  g_assert_no_error (error);
  sync_now (workspace);
}

/* ---- the tests ---- */

static void
test_wrong_password (void)
{
  g_autofree char *dir = mns_test_make_tmp_dir ();
  g_autoptr (GError) error = NULL;
  MnsWorkspace *workspace = try_sign_in (dir, "ada", "not this", TRUE, &error);

  g_assert_null (workspace);
  g_assert_error (error, MNS_ERROR, MNS_ERROR_UNAUTHORIZED);
  mns_test_remove_tree (dir);
}

/* Killed server, work, closed window, work again, server back: everything arrives, once. */
static void
test_offline_and_back (void)
{
  g_autofree char *dir = mns_test_make_tmp_dir ();
  g_autoptr (GError) error = NULL;
  MnsWorkspace *workspace = sign_in (dir, "ada", FALSE);
  g_autofree char *project =
      do_well (workspace, "project.create", "{\"name\":\"Before the cut\"}", "project");
  g_autofree char *samples = g_strdup_printf (
      "{\"project\":\"%s\",\"samples\":[{\"name\":\"S-1\"},{\"name\":\"S-2\"}]}", project);
  g_autofree char *more =
      g_strdup_printf ("{\"project\":\"%s\",\"samples\":[{\"name\":\"S-3\"}]}", project);
  g_autofree char *one = g_strdup_printf ("{\"project\":\"%s\"}", project);

  wait_until_sent (workspace);
  g_assert_true (mns_workspace_get_online (workspace));
  mns_test_server_kill (server);
  do_well (workspace, "sample.import", samples, NULL);
  wait_until_connection (workspace, MNS_CONNECTION_OFFLINE);
  g_assert_cmpuint (mns_workspace_get_waiting (workspace), ==, 1);
  g_assert_cmpuint (count_rows (workspace, "project_samples", one), ==, 2);
  mns_workspace_close (workspace);
  g_object_unref (workspace);

  /* the same bench, the server still gone: the password opens it, another does not */
  g_assert_null (try_sign_in (dir, "ada", "not this", FALSE, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_UNAUTHORIZED);
  workspace = sign_in_after_wrong_one (dir, "ada");
  g_assert_cmpuint (count_rows (workspace, "project_samples", one), ==, 2);
  do_well (workspace, "sample.import", more, NULL);
  g_assert_cmpuint (mns_workspace_get_waiting (workspace), ==, 2);

  mns_test_server_start (server);
  wait_until_sent (workspace);
  g_assert_cmpuint (mns_workspace_get_conflicts (workspace), ==, 0);
  g_assert_cmpuint (count_rows (workspace, "project_samples", one), ==, 3);
  mns_workspace_close (workspace);
  g_object_unref (workspace);
  mns_test_remove_tree (dir);
}

static MnsResult *
rename_project (MnsWorkspace *workspace, const char *project, const char *name, const char *was)
{
  g_autofree char *args = g_strdup_printf ("{\"project\":\"%s\",\"name\":\"%s\"}", project, name);
  g_autofree char *expect = g_strdup_printf ("{\"project:%s\":{\"name\":\"%s\"}}", project, was);

  return do_it (workspace, "project.update", args, expect);
}

/* Two devices change the same field offline: the second has a conflict, and settles it. */
static void
test_conflict (void)
{
  g_autofree char *dir = mns_test_make_tmp_dir ();
  g_autofree char *other_dir = mns_test_make_tmp_dir ();
  g_autoptr (MnsWorkspace) first = sign_in (dir, "ada", TRUE);
  g_autoptr (MnsWorkspace) second = sign_in (other_dir, "mira", TRUE);
  g_autofree char *project = do_well (first, "project.create", "{\"name\":\"Shared\"}", "project");
  g_autoptr (MnsResult) mine = NULL;
  g_autoptr (MnsResult) theirs = NULL;
  g_autoptr (MnsViewResult) conflicts = NULL;
  g_autofree char *settle = NULL;
  char id[MNS_ID_TEXT_SIZE];

  sync_now (first);
  choose_project (second, project);
  theirs = rename_project (first, project, "Hers", "Shared");
  mine = rename_project (second, project, "Mine", "Shared");
  g_assert_cmpint (theirs->outcome, ==, MNS_OUTCOME_OK);
  g_assert_cmpint (mine->outcome, ==, MNS_OUTCOME_OK);
  sync_now (first);
  sync_now (second);
  g_assert_cmpuint (mns_workspace_get_waiting (second), ==, 0);
  g_assert_cmpuint (mns_workspace_get_conflicts (second), ==, 1);

  conflicts = look (second, "conflicts", "{}");
  g_assert_cmpuint (mns_rows_get_n_rows (conflicts->rows), ==, 1);
  mns_id_print (mns_rows_get_id (conflicts->rows, 0, 0), id);
  settle = g_strdup_printf (
      "{\"conflict\":\"%s\",\"choice\":\"theirs\",\"reason\":\"hers is right\"}", id);
  do_well (second, "conflict.resolve", settle, NULL);
  sync_now (second);
  g_assert_cmpuint (mns_workspace_get_conflicts (second), ==, 0);
  mns_workspace_close (first);
  mns_workspace_close (second);
  mns_test_remove_tree (dir);
  mns_test_remove_tree (other_dir);
}

static JsonObject *
add_file (MnsWorkspace *workspace, GFile *file)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *args;

  mns_workspace_add_file_async (workspace, file, NULL, keep_cb, &result);
  wait_for (&result);
  args = mns_workspace_add_file_finish (workspace, result, &error);
  g_assert_no_error (error);
  return args;
}

static char *
get_file (MnsWorkspace *workspace, const char *sha256)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = NULL;
  char *text = NULL;

  mns_workspace_get_file_async (workspace, sha256, NULL, keep_cb, &result);
  wait_for (&result);
  file = mns_workspace_get_file_finish (workspace, result, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_load_contents (file, NULL, &text, NULL, NULL, NULL));
  return text;
}

/* A file goes from one device to another. */
static void
test_file (void)
{
  g_autofree char *dir = mns_test_make_tmp_dir ();
  g_autofree char *other_dir = mns_test_make_tmp_dir ();
  g_autofree char *path = g_build_filename (dir, "gel.txt", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (MnsWorkspace) first = sign_in (dir, "ada", TRUE);
  g_autoptr (MnsWorkspace) second = sign_in (other_dir, "ada", TRUE);
  g_autofree char *project =
      do_well (first, "project.create", "{\"name\":\"With a gel\"}", "project");
  g_autoptr (JsonObject) args = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;
  g_autofree char *content = NULL;

  g_assert_true (g_file_set_contents (path, "lanes 1 to 8", -1, NULL));
  args = add_file (first, file);
  json_object_set_string_member (args, "owner", "PROJECT");
  json_object_set_string_member (args, "owner_id", project);
  node = json_node_init_object (json_node_alloc (), args);
  text = json_to_string (node, FALSE);
  do_well (first, "file.attach", text, NULL);
  sync_now (first);
  choose_project (second, project);
  content = get_file (second, json_object_get_string_member (args, "sha256"));
  g_assert_cmpstr (content, ==, "lanes 1 to 8");
  mns_workspace_close (first);
  mns_workspace_close (second);
  mns_test_remove_tree (dir);
  mns_test_remove_tree (other_dir);
}

static void
changed_cb (MnsWorkspace *workspace, GStrv tables, gpointer user_data)
{
  gboolean *seen = user_data;

  if (g_strv_contains ((const char *const *) tables, "project"))
    *seen = TRUE;
}

/* Far sooner than the minute after which a device looks by itself. */
static void
test_poke (void)
{
  g_autofree char *dir = mns_test_make_tmp_dir ();
  g_autofree char *other_dir = mns_test_make_tmp_dir ();
  g_autoptr (MnsWorkspace) first = sign_in (dir, "ada", FALSE);
  g_autoptr (MnsWorkspace) second = NULL;
  g_autofree char *project = do_well (first, "project.create", "{\"name\":\"Poked\"}", "project");
  g_autoptr (MnsResult) result = NULL;
  gboolean seen = FALSE;
  guint source;

  wait_until_sent (first);
  second = sign_in (other_dir, "ada", FALSE);
  choose_project (second, project);
  g_signal_connect (second, "changed", G_CALLBACK (changed_cb), &seen);
  result = rename_project (first, project, "Poked again", "Poked");
  g_assert_cmpint (result->outcome, ==, MNS_OUTCOME_OK);
  source = g_timeout_add_seconds (PATIENCE_S, give_up_cb, (gpointer) G_STRFUNC);
  while (!seen)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
  mns_workspace_close (first);
  mns_workspace_close (second);
  mns_test_remove_tree (dir);
  mns_test_remove_tree (other_dir);
}

/* A project that somebody else begins comes into the window of those who look, at once. */
static void
test_new_project (void)
{
  g_autofree char *dir = mns_test_make_tmp_dir ();
  g_autofree char *other_dir = mns_test_make_tmp_dir ();
  g_autoptr (MnsWorkspace) first = sign_in (dir, "ada", FALSE);
  g_autoptr (MnsWorkspace) second = sign_in (other_dir, "mira", FALSE);
  guint before = count_rows (second, "projects", "{}");
  gint64 begun = g_get_monotonic_time ();
  gint64 seconds;

  /* a stream of pokes begins once the device knows its scopes: one change shows that it has */
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *args = g_strdup_printf ("{\"name\":\"Begun by another %u\"}", i);
      guint source = g_timeout_add_seconds (PATIENCE_S, give_up_cb, (gpointer) G_STRFUNC);

      begun = g_get_monotonic_time ();
      do_well (first, "project.create", args, NULL);
      while (count_rows (second, "projects", "{}") < before + i + 1)
        g_main_context_iteration (NULL, TRUE);
      g_source_remove (source);
    }
  seconds = (g_get_monotonic_time () - begun) / G_USEC_PER_SEC;
  g_test_message ("the second one came after %d s", (int) seconds);
  g_assert_cmpint (seconds, <, NEW_PROJECT_S);
  mns_workspace_close (first);
  mns_workspace_close (second);
  mns_test_remove_tree (dir);
  mns_test_remove_tree (other_dir);
}

/* What only the server can do says so when that is away, and works when it is there. */
static void
test_online_only (void)
{
  g_autofree char *dir = mns_test_make_tmp_dir ();
  g_autoptr (MnsWorkspace) workspace = sign_in (dir, "ada", TRUE);
  g_autofree char *account =
      do_well (workspace, "account.create", "{\"name\":\"Lab of Elsewhere\"}", "lims_id");

  g_assert_nonnull (account);
  sync_now (workspace);
  g_assert_cmpuint (count_rows (workspace, "accounts", "{}"), >=, 2);
  mns_workspace_close (workspace);
  mns_test_remove_tree (dir);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  server = mns_test_server_new ();
  g_test_add_func ("/client/wrong-password", test_wrong_password);
  g_test_add_func ("/client/online-only", test_online_only);
  g_test_add_func ("/client/conflict", test_conflict);
  g_test_add_func ("/client/file", test_file);
  g_test_add_func ("/client/poke", test_poke);
  g_test_add_func ("/client/new-project", test_new_project);
  g_test_add_func ("/client/offline-and-back", test_offline_and_back);
  status = g_test_run ();
  mns_test_server_free (server);
  return status;
}
