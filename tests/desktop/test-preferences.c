/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Preferences, shortcuts and the about window. */

#include "config.h"

#include <adwaita.h>
#include <string.h>

#include "desktop/screens/preferences/about-window.h"
#include "desktop/screens/preferences/preferences-window.h"
#include "sync/store/sqlite-store.h"
#include "tests/desktop/screen-lab.h"
#include "tests/desktop/ui-test.h"

static MnsScreenLab *lab;

static GtkWidget *
open_preferences (MnsSession *session, const char *page)
{
  GtkWidget *window = mns_preferences_window_new (NULL, session);

  gtk_window_present (GTK_WINDOW (window));
  adw_preferences_window_set_visible_page_name (ADW_PREFERENCES_WINDOW (window), page);
  mns_ui_settle (window);
  return window;
}

static void
shoot (GtkWidget *window, const char *name)
{
  mns_ui_settle (window);
  mns_ui_save_shots (window, name);
}

static void
test_settings (void)
{
  g_autoptr (GSettings) settings = g_settings_new ("org.meniscus.Meniscus");
  GtkWidget *window = open_preferences (lab->session, "computer");
  GtkWidget *scheme = mns_screen_lab_find (window, ADW_TYPE_COMBO_ROW, "Colour scheme");
  GtkWidget *row;

  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (scheme)), ==, 0);
  adw_combo_row_set_selected (ADW_COMBO_ROW (scheme), 2);
  g_assert_cmpint (g_settings_get_enum (settings, "color-scheme"), ==, 2);
  g_settings_set_enum (settings, "color-scheme", 1);
  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (scheme)), ==, 1);
  g_settings_reset (settings, "color-scheme");

  row = mns_screen_lab_find (window, ADW_TYPE_ACTION_ROW, "Compact rows");
  gtk_switch_set_active (GTK_SWITCH (mns_ui_find (row, GTK_TYPE_SWITCH)), TRUE);
  g_assert_true (g_settings_get_boolean (settings, "compact-rows"));
  g_assert_true (gtk_widget_has_css_class (lab->window, "compact"));
  g_settings_reset (settings, "compact-rows");
  g_assert_false (gtk_widget_has_css_class (lab->window, "compact"));

  row = mns_screen_lab_find (window, ADW_TYPE_ACTION_ROW, "Lock after");
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (mns_ui_find (row, GTK_TYPE_SPIN_BUTTON)), 30);
  g_assert_cmpuint (g_settings_get_uint (settings, "idle-lock-minutes"), ==, 30);
  g_settings_reset (settings, "idle-lock-minutes");
  shoot (window, "preferences");
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_scanner (void)
{
  static const struct
  {
    const char *scan, *answer;
  } cases[] = {
    { "*S-1#", "The code is “S-1”" },
    { "S-1#", "“S-1#” has not" },
    { "*", "“*” has not" },
    { "*#", "The code is “”" },
  };
  g_autoptr (GSettings) settings = g_settings_new ("org.meniscus.Meniscus");
  GtkWidget *window = open_preferences (NULL, "computer");
  GtkWidget *row = mns_screen_lab_find (window, ADW_TYPE_ACTION_ROW, "Try it");
  GtkWidget *entry = mns_ui_find (row, GTK_TYPE_ENTRY);

  g_settings_set_string (settings, "scanner-prefix", "*");
  g_settings_set_string (settings, "scanner-suffix", "#");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gtk_editable_set_text (GTK_EDITABLE (entry), cases[i].scan);
      g_signal_emit_by_name (entry, "activate");
      g_assert_true (mns_screen_lab_says (row, cases[i].answer));
      g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "");
    }
  g_settings_reset (settings, "scanner-prefix");
  g_settings_reset (settings, "scanner-suffix");
  gtk_window_destroy (GTK_WINDOW (window));
}

/* What the replica will ask the server for. */
static char *
read_scopes (gint64 *days)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (lab->dir, "replica-000001.db", NULL);
  MnsStore *store = mns_sqlite_open (path, MNS_SQLITE_NONE, &error);
  char *scopes;

  g_assert_no_error (error);
  {
    g_autoptr (MnsTransaction) tx = mns_store_begin (store, MNS_ACCESS_READ, &error);
    g_autoptr (MnsRows) rows =
        mns_transaction_query (tx, "SELECT scopes, window_days FROM sync_meta", NULL, &error);

    g_assert_no_error (error);
    scopes = g_strdup (mns_rows_get_text (rows, 0, 0));
    *days = mns_rows_get_int (rows, 0, 1);
  }
  mns_store_free (store);
  return scopes;
}

static void
test_offline (void)
{
  GtkWidget *window = open_preferences (lab->session, "offline");
  g_autofree char *before = NULL;
  g_autofree char *scopes = NULL;
  GtkWidget *row, *beta;
  gint64 days;

  mns_screen_lab_wait_says (window, "Beta");
  g_assert_true (mns_screen_lab_says (window, "http://localhost:1"));
  g_assert_true (mns_screen_lab_says (window, "Never synced"));
  beta = mns_screen_lab_find (window, ADW_TYPE_ACTION_ROW, "Beta");
  g_assert_false (gtk_widget_get_sensitive (beta)); /* the server chooses */
  before = read_scopes (&days);
  g_assert_null (before);

  row = mns_screen_lab_find (window, ADW_TYPE_ACTION_ROW, "Choose projects");
  gtk_switch_set_active (GTK_SWITCH (mns_ui_find (row, GTK_TYPE_SWITCH)), TRUE);
  g_assert_true (gtk_widget_get_sensitive (beta));
  gtk_switch_set_active (GTK_SWITCH (mns_ui_find (beta, GTK_TYPE_SWITCH)), TRUE);
  row = mns_screen_lab_find (window, ADW_TYPE_ACTION_ROW, "Days");
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (mns_ui_find (row, GTK_TYPE_SPIN_BUTTON)), 30);
  g_signal_emit_by_name (mns_screen_lab_find (window, GTK_TYPE_BUTTON, "Keep"), "clicked");
  mns_screen_lab_wait_says (window, "Kept from the next sync on");
  scopes = read_scopes (&days);
  g_assert_cmpint (days, ==, 30);
  g_assert_nonnull (scopes);
  g_assert_cmpuint (strlen (scopes), ==, strlen ("[\"\"]") + 36);
  shoot (window, "preferences-offline");
  gtk_window_destroy (GTK_WINDOW (window));
}

/* There is no server: a sync says so and breaks nothing. */
static void
test_sync_fails (void)
{
  GtkWidget *window = open_preferences (lab->session, "offline");

  g_signal_emit_by_name (mns_screen_lab_find (window, GTK_TYPE_BUTTON, "Sync now"), "clicked");
  mns_screen_lab_wait_says (window, "localhost");
  gtk_window_destroy (GTK_WINDOW (window));
}

static gboolean
has_two_windows (gpointer data)
{
  return g_list_model_get_n_items (gtk_window_get_toplevels ()) >= 2;
}

static void
test_about (void)
{
  GListModel *windows = gtk_window_get_toplevels ();
  guint n = g_list_model_get_n_items (windows);
  g_autoptr (GtkWindow) about = NULL;

  mns_about_present (GTK_WINDOW (lab->window));
  mns_ui_wait (has_two_windows, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (windows), ==, n + 1);
  about = g_list_model_get_item (windows, n);
  if (!ADW_IS_ABOUT_WINDOW (about)) /* the newest comes first */
    {
      g_object_unref (about);
      about = g_list_model_get_item (windows, 0);
    }
  g_assert_cmpstr (adw_about_window_get_version (ADW_ABOUT_WINDOW (about)), ==, MNS_VERSION);
  shoot (GTK_WIDGET (about), "about");
  gtk_window_destroy (about);
}

static void
test_shortcuts (void)
{
  g_autoptr (GtkBuilder) builder =
      gtk_builder_new_from_resource ("/org/meniscus/Meniscus/gtk/help-overlay.ui");
  GtkWidget *overlay = GTK_WIDGET (gtk_builder_get_object (builder, "help_overlay"));
  GLogLevelFlags fatal;

  g_assert_true (GTK_IS_SHORTCUTS_WINDOW (overlay));
  /* GTK 4.8's own shortcuts window measures a label below zero and complains about it */
  fatal = g_log_set_always_fatal (G_LOG_FATAL_MASK);
  gtk_window_set_transient_for (GTK_WINDOW (overlay), GTK_WINDOW (lab->window));
  gtk_window_present (GTK_WINDOW (overlay));
  mns_screen_lab_wait_says (overlay, "Fill down, right");
  shoot (overlay, "shortcuts");
  gtk_window_destroy (GTK_WINDOW (overlay));
  g_log_set_always_fatal (fatal);
}

int
main (int argc, char **argv)
{
  g_autofree char *schemas = g_build_filename (g_getenv ("MNS_BUILD"), "data", NULL);
  int failed;

  g_setenv ("GSETTINGS_SCHEMA_DIR", schemas, TRUE);
  mns_ui_init (&argc, &argv);
  lab = mns_screen_lab_new ();
  g_free (mns_world_add_project (lab->world, "Alpha", 2, NULL));
  g_free (mns_world_add_project (lab->world, "Beta", 2, NULL));
  mns_screen_lab_open (lab);
  g_test_add_func ("/preferences/settings", test_settings);
  g_test_add_func ("/preferences/scanner", test_scanner);
  g_test_add_func ("/preferences/offline", test_offline);
  g_test_add_func ("/preferences/sync-fails", test_sync_fails);
  g_test_add_func ("/about", test_about);
  g_test_add_func ("/shortcuts", test_shortcuts);
  failed = g_test_run ();
  mns_screen_lab_free (lab);
  return failed;
}
