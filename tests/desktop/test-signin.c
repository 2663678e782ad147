/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Signing in, being kept signed in, the lock: on a computer with and without a keyring. */

#include "config.h"

#include <glib/gstdio.h>
#include <sodium.h>

#include "desktop/app/keyring.h"
#include "desktop/app/screen.h"
#include "desktop/screens/signin/lock-page.h"
#include "desktop/screens/signin/signin-window.h"
#include "sync/client/account-file.h"
#include "tests/desktop/screen-lab.h"
#include "tests/desktop/ui-test.h"
#include "tests/mns-test.h"

/* Nobody listens there. */
#define SERVER "http://127.0.0.1:1"
#define PASSWORD "correct horse"

static char *state;

/* As after a sign-in that the server allowed. */
static void
make_account (void)
{
  g_autofree char *dir = mns_account_dup_dir (state, SERVER, "rosa");
  g_autoptr (MnsSeal) seal = NULL;
  g_autoptr (GError) error = NULL;
  MnsAccountFile file = { 0 };

  g_assert_cmpint (g_mkdir_with_parents (dir, 0700), ==, 0);
  file.url = g_strdup (SERVER);
  file.user = g_strdup ("rosa");
  file.name = g_strdup ("Rosa Researcher");
  mns_id_make (&file.person);
  seal = mns_seal_begin (PASSWORD);
  g_assert_true (mns_account_file_seal (&file, seal, "a-token", &error));
  g_assert_no_error (error);
  g_assert_true (mns_account_file_save (&file, dir, &error));
  g_assert_no_error (error);
  mns_account_file_clear (&file);
}

static GtkWidget *
find_row (GtkWidget *root, const char *title)
{
  if (ADW_IS_PREFERENCES_ROW (root) &&
      g_strcmp0 (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (root)), title) == 0)
    return root;
  for (GtkWidget *w = gtk_widget_get_first_child (root); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    {
      GtkWidget *found = find_row (w, title);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
type (GtkWidget *root, const char *title, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (find_row (root, title)), text);
}

static void
press (GtkWidget *root, const char *label)
{
  g_signal_emit_by_name (mns_screen_lab_find (root, GTK_TYPE_BUTTON, label), "clicked");
}

static void
shoot (GtkWidget *window, const char *name)
{
  const char *language = g_getenv ("LANGUAGE");
  g_autofree char *full =
      language != NULL ? g_strdup_printf ("%s-%s", name, language) : g_strdup (name);

  mns_ui_settle (window);
  mns_ui_save_shots (window, full);
}

static GtkWidget *
show_sign_in (const char *server, const char *user)
{
  GtkWidget *window = mns_signin_window_new (NULL, state, server, user);

  gtk_window_present (GTK_WINDOW (window));
  mns_ui_settle (window);
  return window;
}

static void
test_first_start (void)
{
  GtkWidget *window = show_sign_in (NULL, NULL);

  g_assert_true (gtk_widget_get_mapped (find_row (window, "Server address")));
  g_assert_false (
      gtk_widget_get_sensitive (mns_screen_lab_find (window, GTK_TYPE_BUTTON, "Sign in")));
  /* no keyring: nothing is offered, and it is said why */
  mns_screen_lab_wait_says (window, "This computer cannot keep you signed in");
  g_assert_false (gtk_widget_get_mapped (find_row (window, "Keep me signed in on this computer")));
  shoot (window, "signin-first");
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_server_not_reached (void)
{
  GtkWidget *window = show_sign_in (SERVER, "rosa");

  g_assert_false (gtk_widget_get_mapped (find_row (window, "Server address")));
  type (window, "Password", PASSWORD);
  press (window, "Sign in");
  mns_screen_lab_wait_says (window, "You can work offline");
  g_assert_true (
      gtk_widget_get_sensitive (mns_screen_lab_find (window, GTK_TYPE_BUTTON, "Work offline")));
  shoot (window, "signin-offline");

  /* somebody who was never here has nothing to work with */
  type (window, "User name", "nobody");
  mns_ui_settle (window);
  g_assert_false (mns_screen_lab_says (window, "Work offline"));
  press (window, "Other server");
  g_assert_true (gtk_widget_get_mapped (find_row (window, "Server address")));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_wrong_password_waits (void)
{
  GtkWidget *window = show_sign_in (SERVER, "rosa");

  for (guint i = 0; i < 2; i++)
    {
      type (window, "Password", "wrong");
      press (window, "Work offline");
      mns_screen_lab_wait_says (window, i == 0 ? "The user name or the password is wrong." : "Too");
    }
  mns_screen_lab_wait_says (window, "Too many tries. The next one is possible in");
  g_assert_cmpstr (
      gtk_editable_get_text (GTK_EDITABLE (find_row (window, "User name"))), ==, "rosa");
  shoot (window, "signin-wait");
  type (window, "Password", PASSWORD);
  g_assert_false (
      gtk_widget_get_sensitive (mns_screen_lab_find (window, GTK_TYPE_BUTTON, "Work offline")));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* ---- lock ---- */

static void
unlocked_cb (MnsWindow *window)
{
  mns_window_unlock (window);
}

static gboolean
is_open (gpointer data)
{
  return !mns_window_is_locked (data);
}

static gboolean
may_unlock (gpointer data)
{
  return gtk_widget_get_sensitive (mns_screen_lab_find (data, GTK_TYPE_BUTTON, "Unlock"));
}

/* The work stays behind the lock, a dialog is put away with it, and the password brings both back.
 */
static void
test_lock (void)
{
  MnsScreenLab *lab = mns_screen_lab_new ();
  GtkWidget *screen, *page, *dialog;
  MnsWindow *window;

  g_free (mns_world_add_project (lab->world, "Alpha", 2, NULL));
  mns_screen_lab_open (lab);
  window = MNS_WINDOW (lab->window);
  screen = mns_screen_lab_show (lab, "/projects", "content");
  mns_screen_lab_wait_says (screen, "Alpha");
  dialog = adw_message_dialog_new (GTK_WINDOW (window), "Something begun", NULL);
  gtk_window_present (GTK_WINDOW (dialog));
  mns_ui_settle (lab->window);

  page = mns_lock_page_new (state, SERVER, "rosa", "Rosa Researcher");
  g_signal_connect_object (page, "unlocked", G_CALLBACK (unlocked_cb), window, G_CONNECT_SWAPPED);
  mns_window_lock (window, page);
  mns_ui_settle (lab->window);
  g_assert_true (mns_screen_lab_says (lab->window, "The program is locked"));
  g_assert_false (mns_screen_lab_says (lab->window, "Alpha"));
  g_assert_false (gtk_widget_get_visible (dialog));
  gtk_widget_activate_action (lab->window, "win.open", "s", "/lab"); /* leads nowhere now */
  shoot (lab->window, "locked");

  type (page, "Password", "wrong");
  mns_ui_wait (may_unlock, page);
  press (page, "Unlock");
  mns_screen_lab_wait_says (page, "This is not the password");
  shoot (lab->window, "locked-wrong");
  type (page, "Password", PASSWORD);
  press (page, "Unlock");
  mns_screen_lab_wait_says (page, "Too many tries");
  mns_screen_lab_wait_says (page, "Unlock");
  type (page, "Password", PASSWORD);
  mns_ui_wait (may_unlock, page);
  press (page, "Unlock");
  mns_ui_wait (is_open, window);
  mns_ui_settle (lab->window);
  g_assert_true (mns_screen_lab_says (lab->window, "Alpha"));
  g_assert_cmpstr (mns_screen_get_title (MNS_SCREEN (screen)), ==, "Projects");
  g_assert_true (gtk_widget_get_mapped (screen));
  g_assert_true (gtk_widget_get_visible (dialog));
  gtk_window_destroy (GTK_WINDOW (dialog));
  mns_screen_lab_free (lab);
}

/* ---- keyring ---- */

typedef struct
{
  gboolean done;
  char *token;
  GError *error;
} Answer;

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answer *answer = user_data;

  answer->token = mns_keyring_look_finish (result, &answer->error);
  answer->done = TRUE;
}

static void
kept_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answer *answer = user_data;

  mns_keyring_keep_finish (result, &answer->error);
  answer->done = TRUE;
}

static gboolean
is_answered (gpointer data)
{
  return ((Answer *) data)->done;
}

static gboolean
is_forgotten (gpointer data)
{
  Answer answer = { 0 };

  mns_keyring_look_async (SERVER, "rosa", NULL, looked_cb, &answer);
  mns_ui_wait (is_answered, &answer);
  g_assert_no_error (answer.error);
  if (answer.token == NULL)
    return TRUE;
  mns_keyring_free (answer.token);
  return FALSE;
}

/* In a process of its own: libsecret chooses its keyring once. */
static void
test_keyring (void)
{
  if (g_test_subprocess ())
    {
      g_autofree char *file = g_build_filename (state, "keyring", NULL);
      Answer kept = { 0 }, found = { 0 };
      GtkWidget *window;

      g_setenv ("SECRET_FILE_TEST_PATH", file, TRUE);
      g_setenv ("SECRET_FILE_TEST_PASSWORD", "of the keyring", TRUE);
      mns_keyring_keep_async (SERVER, "rosa", "a-token", kept_cb, &kept);
      mns_ui_wait (is_answered, &kept);
      g_assert_no_error (kept.error);
      mns_keyring_look_async (SERVER, "rosa", NULL, looked_cb, &found);
      mns_ui_wait (is_answered, &found);
      g_assert_no_error (found.error);
      g_assert_cmpstr (found.token, ==, "a-token");
      mns_keyring_free (found.token);
      window = show_sign_in (SERVER, "rosa");
      mns_screen_lab_wait_says (window, "Keep me signed in on this computer");
      shoot (window, "signin-keyring");
      gtk_window_destroy (GTK_WINDOW (window));
      mns_keyring_forget (SERVER, "rosa");
      mns_ui_wait (is_forgotten, NULL);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_autofree char *schemas = g_build_filename (g_getenv ("MNS_BUILD"), "data", NULL);
  int failed;

  g_setenv ("GSETTINGS_SCHEMA_DIR", schemas, TRUE);
  /* a keyring that cannot be read, whatever this machine has */
  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_setenv ("SECRET_FILE_TEST_PATH", "/dev/null/keyring", TRUE);
  g_setenv ("SECRET_FILE_TEST_PASSWORD", "none", TRUE);
  mns_ui_init (&argc, &argv);
  g_assert_cmpint (sodium_init (), >=, 0);
  state = mns_test_make_tmp_dir ();
  make_account ();
  g_test_add_func ("/signin/first-start", test_first_start);
  g_test_add_func ("/signin/server-not-reached", test_server_not_reached);
  g_test_add_func ("/signin/wrong-password-waits", test_wrong_password_waits);
  g_test_add_func ("/signin/keyring", test_keyring);
  make_account (); /* nobody has tried a wrong password yet */
  g_test_add_func ("/signin/lock", test_lock);
  failed = g_test_run ();
  mns_test_remove_tree (state);
  g_free (state);
  return failed;
}
