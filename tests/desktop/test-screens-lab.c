/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Lab View: its filters, its side, what a scan does there. */

#include "config.h"

#include "desktop/app/cells.h"
#include "desktop/app/screen.h"
#include "tests/desktop/screen-lab.h"
#include "tests/desktop/ui-test.h"

static MnsScreenLab *lab;

static void
fill (void)
{
  g_autofree char *alpha = NULL;
  g_autofree char *beta = NULL;
  g_autofree char *first = NULL;
  g_autofree char *other = NULL;
  g_autoptr (JsonObject) mine = NULL;
  g_autoptr (JsonObject) theirs = NULL;

  lab = mns_screen_lab_new ();
  alpha = mns_world_add_project (lab->world, "Alpha", 12, "Library preparation");
  beta = mns_world_add_project (lab->world, "Beta", 5, "Library preparation with validation");
  first = mns_world_artifacts (lab->world, alpha, 0, 1);
  mine = mns_world_must (lab->world,
                         MNS_WORLD_RESEARCHER,
                         "step.begin@1",
                         "{'step': 'Fragment DNA', 'inputs': [{'artifact': %s}]}",
                         first);
  other = mns_world_artifacts (lab->world, beta, 0, 1);
  theirs = mns_world_must (lab->world,
                           MNS_WORLD_COLLEAGUE,
                           "step.begin@1",
                           "{'step': 'Fragment DNA', 'inputs': [{'artifact': %s}]}",
                           other);
  mns_screen_lab_open (lab);
}

static GtkWidget *
show_lab (void)
{
  GtkWidget *screen = mns_screen_lab_show (lab, "/lab", "content");

  mns_screen_lab_wait_says (screen, "Fragment DNA");
  mns_screen_lab_wait_says (screen, "My work in progress (1)");
  mns_screen_lab_wait_says (screen, "Of others (1)");
  return screen;
}

static void
test_shows (void)
{
  GtkWidget *screen = show_lab ();
  GtkWidget *pill = mns_screen_lab_find (screen, GTK_TYPE_BUTTON, "in progress");

  mns_screen_lab_wait_says (screen, "15");
  /* one of the two steps is mine, and the pill leads to it */
  g_assert_cmpstr (gtk_actionable_get_action_name (GTK_ACTIONABLE (pill)), ==, "win.open");
  g_assert_true (mns_screen_lab_says (screen, "Placement"));
  mns_screen_lab_shoot (lab, "lab");
}

static void
test_only_work (void)
{
  GtkWidget *screen = show_lab ();
  GtkWidget *check = mns_screen_lab_find (screen, GTK_TYPE_CHECK_BUTTON, "Only steps with work");

  g_assert_true (mns_screen_lab_says (screen, "Adapter ligation"));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), TRUE);
  mns_ui_settle (lab->window);
  g_assert_false (mns_screen_lab_says (screen, "Adapter ligation"));
  screen = show_lab (); /* remembered */
  g_assert_false (mns_screen_lab_says (screen, "Adapter ligation"));
  mns_screen_lab_shoot (lab, "lab-only-work");
  check = mns_screen_lab_find (screen, GTK_TYPE_CHECK_BUTTON, "Only steps with work");
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), FALSE);
}

static void
test_my_protocols (void)
{
  GtkWidget *screen = show_lab ();
  GtkWidget *chooser = mns_screen_lab_find (screen, GTK_TYPE_MENU_BUTTON, "My protocols");
  GtkWidget *box = gtk_popover_get_child (gtk_menu_button_get_popover (GTK_MENU_BUTTON (chooser)));
  guint n = 0;

  g_assert_true (mns_screen_lab_says (screen, "Library validation"));
  for (GtkWidget *w = gtk_widget_get_first_child (box); w != NULL;
       w = gtk_widget_get_next_sibling (w), n++)
    if (g_str_equal (gtk_check_button_get_label (GTK_CHECK_BUTTON (w)), "Library validation"))
      gtk_check_button_set_active (GTK_CHECK_BUTTON (w), FALSE);
  g_assert_cmpuint (n, ==, 2);
  mns_ui_settle (lab->window);
  g_assert_false (mns_screen_lab_says (screen, "Quantify"));
  screen = show_lab ();
  g_assert_false (mns_screen_lab_says (screen, "Quantify"));

  /* nothing left, and a way out */
  box = gtk_popover_get_child (gtk_menu_button_get_popover (
      GTK_MENU_BUTTON (mns_screen_lab_find (screen, GTK_TYPE_MENU_BUTTON, "My protocols"))));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (gtk_widget_get_first_child (box)), FALSE);
  mns_screen_lab_wait_says (screen, "No work is queued");
  mns_screen_lab_shoot (lab, "lab-nothing");
  gtk_widget_activate_action (lab->window, "win.clear-filter", NULL);
  mns_screen_lab_wait_says (screen, "Quantify");
}

static void
test_workflow (void)
{
  GtkWidget *screen = show_lab ();
  GtkWidget *workflow = mns_ui_find (screen, GTK_TYPE_DROP_DOWN);

  gtk_drop_down_set_selected (GTK_DROP_DOWN (workflow), 1);
  for (guint i = 0; i < 200 && mns_screen_lab_says (screen, "Quantify"); i++)
    mns_ui_settle (lab->window);
  g_assert_false (mns_screen_lab_says (screen, "Quantify"));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (workflow), 0);
  mns_screen_lab_wait_says (screen, "Quantify");
}

static void
test_scan (void)
{
  GtkWidget *screen = show_lab ();

  g_assert_true (mns_screen_scan (MNS_SCREEN (screen), "Alpha-P1"));
  mns_screen_lab_wait_says (lab->window, "11 selected");
  screen = show_lab ();
  g_assert_true (mns_screen_scan (MNS_SCREEN (screen), "RES1A3"));
  mns_screen_lab_wait_says (lab->window, "1 selected");
  screen = show_lab ();
  g_assert_true (mns_screen_scan (MNS_SCREEN (screen), "nowhere"));
  mns_screen_lab_wait_says (lab->window, "Nothing found");
}

static void
test_bucket (void)
{
  GtkWidget *screen = show_lab ();
  g_autoptr (MnsViewResult) steps = mns_screen_lab_look (lab, "lab", "{}");
  g_autofree char *id = mns_cell_dup_id (steps->rows, 0, "step_id");
  const char *const chosen[] = { "a", "b", NULL };

  mns_session_add_to_bucket (lab->session, id, chosen);
  mns_screen_lab_wait_says (screen, "2 in ice bucket");
  mns_screen_lab_shoot (lab, "lab-bucket");
  mns_session_empty_bucket (lab->session, id);
}

int
main (int argc, char **argv)
{
  g_autofree char *schemas = g_build_filename (g_getenv ("MNS_BUILD"), "data", NULL);
  int failed;

  g_setenv ("GSETTINGS_SCHEMA_DIR", schemas, TRUE);
  mns_ui_init (&argc, &argv);
  fill ();
  g_test_add_func ("/lab/shows", test_shows);
  g_test_add_func ("/lab/only-work", test_only_work);
  g_test_add_func ("/lab/my-protocols", test_my_protocols);
  g_test_add_func ("/lab/workflow", test_workflow);
  g_test_add_func ("/lab/scan", test_scan);
  g_test_add_func ("/lab/bucket", test_bucket);
  failed = g_test_run ();
  mns_screen_lab_free (lab);
  return failed;
}
