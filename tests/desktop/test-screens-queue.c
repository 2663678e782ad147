/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The queue of a step: what is chosen stays chosen. */

#include "config.h"

#include "desktop/app/cells.h"
#include "desktop/app/screen.h"
#include "desktop/screens/queue/queue-list.h"
#include "desktop/screens/sample/sample-side.h"
#include "tests/desktop/screen-lab.h"
#include "tests/desktop/ui-test.h"

static MnsScreenLab *lab;
static char *alpha, *beta;
static char *step;

static void
fill (void)
{
  lab = mns_screen_lab_new ();
  alpha = mns_world_add_project (lab->world, "Alpha", 12, "Library preparation");
  beta = mns_world_add_project (lab->world, "Beta", 5, "Library preparation");
  mns_screen_lab_open (lab);
}

static char *
dup_step (const char *name)
{
  g_autoptr (MnsViewResult) steps = mns_screen_lab_look (lab, "lab", "{}");

  for (guint i = 0; i < mns_rows_get_n_rows (steps->rows); i++)
    if (g_str_equal (mns_cell_text (steps->rows, i, "step"), name))
      return mns_cell_dup_id (steps->rows, i, "step_id");
  g_error ("no step %s", name);
}

static gboolean
has_list (gpointer data)
{
  for (GtkWidget *w = gtk_widget_get_first_child (data); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    if (MNS_IS_QUEUE_LIST (w) || has_list (w))
      return TRUE;
  return FALSE;
}

static GtkWidget *
show_queue (void)
{
  g_autofree char *path = g_strconcat ("/queue/", step, NULL);
  GtkWidget *screen;

  screen = mns_screen_lab_show (lab, path, "content");
  mns_ui_wait (has_list, screen);
  return screen;
}

static MnsQueueList *
get_list (GtkWidget *screen)
{
  return MNS_QUEUE_LIST (mns_ui_find (screen, MNS_TYPE_QUEUE_LIST));
}

static GtkSelectionModel *
get_selection (GtkWidget *screen)
{
  return mns_row_list_get_selection (mns_queue_list_get_rows (get_list (screen)));
}

static guint
count_items (GtkWidget *screen)
{
  return g_list_model_get_n_items (G_LIST_MODEL (get_selection (screen)));
}

typedef struct
{
  GtkWidget *screen;
  guint n_items;
} Wanted;

static gboolean
has_items (gpointer data)
{
  Wanted *wanted = data;

  return count_items (wanted->screen) == wanted->n_items;
}

static void
wait_items (GtkWidget *screen, guint n)
{
  Wanted wanted = { screen, n };

  mns_ui_wait (has_items, &wanted);
}

static void
group_by (GtkWidget *screen, guint at)
{
  gtk_drop_down_set_selected (GTK_DROP_DOWN (mns_ui_find (screen, GTK_TYPE_DROP_DOWN)), at);
}

static void
set_filter (GtkWidget *screen, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (mns_ui_find (screen, GTK_TYPE_SEARCH_ENTRY)), text);
}

static void
test_choice_outlives_filter (void)
{
  GtkWidget *screen = show_queue ();

  group_by (screen, 0);
  wait_items (screen, 17);
  g_assert_true (mns_screen_lab_says (screen, "17 samples"));
  gtk_selection_model_select_range (get_selection (screen), 0, 3, FALSE);
  mns_screen_lab_wait_says (screen, "3 selected");
  gtk_selection_model_unselect_item (get_selection (screen), 1);
  mns_screen_lab_wait_says (screen, "2 selected");

  set_filter (screen, "Beta");
  wait_items (screen, 5);
  mns_screen_lab_wait_says (screen, "2 selected are hidden by the filter");
  gtk_selection_model_select_all (get_selection (screen));
  mns_screen_lab_wait_says (screen, "7 selected");
  mns_screen_lab_shoot (lab, "queue-hidden");

  set_filter (screen, "");
  wait_items (screen, 17);
  mns_screen_lab_wait_says (screen, "7 selected");
  g_assert_false (mns_screen_lab_says (screen, "hidden by the filter"));
  g_assert_true (gtk_selection_model_is_selected (get_selection (screen), 0));
  g_assert_false (gtk_selection_model_is_selected (get_selection (screen), 1));
}

static void
test_nothing_matches (void)
{
  GtkWidget *screen = show_queue ();
  GtkWidget *button;

  group_by (screen, 0);
  set_filter (screen, "no such thing");
  mns_screen_lab_wait_says (screen, "Nothing matches");
  mns_screen_lab_shoot (lab, "queue-nothing-matches");
  button = mns_screen_lab_find (screen, GTK_TYPE_BUTTON, "Clear filter");
  gtk_widget_activate_action (button, "win.clear-filter", NULL);
  wait_items (screen, 17);
}

/* Positions: heading, 12 of Alpha, heading, 5 of Beta. */
static void
test_groups (void)
{
  GtkWidget *screen = show_queue ();
  MnsRowList *rows = mns_queue_list_get_rows (get_list (screen));

  group_by (screen, 1);
  wait_items (screen, 19);
  mns_screen_lab_wait_says (screen, "Alpha (12)");
  mns_screen_lab_wait_says (screen, "Beta (5)");
  gtk_selection_model_select_item (get_selection (screen), 13, FALSE); /* Beta's heading */
  mns_screen_lab_wait_says (screen, "5 selected");
  g_assert_true (gtk_selection_model_is_selected (get_selection (screen), 18));
  g_assert_false (gtk_selection_model_is_selected (get_selection (screen), 12));
  mns_screen_lab_shoot (lab, "queue-groups");

  /* one row less, and the heading is no longer ticked */
  gtk_selection_model_unselect_item (get_selection (screen), 14);
  mns_screen_lab_wait_says (screen, "4 selected");
  g_assert_false (gtk_selection_model_is_selected (get_selection (screen), 13));
  gtk_selection_model_select_item (get_selection (screen), 13, FALSE);
  mns_screen_lab_wait_says (screen, "5 selected");

  /* folded up, the group is still chosen */
  g_signal_emit_by_name (rows, "activated", 13u);
  wait_items (screen, 14);
  mns_screen_lab_wait_says (screen, "5 selected");
  mns_screen_lab_shoot (lab, "queue-folded");
  gtk_selection_model_unselect_item (get_selection (screen), 13);
  mns_screen_lab_wait_says (screen, "0 selected");
  g_signal_emit_by_name (rows, "activated", 13u);
  wait_items (screen, 19);

  for (guint i = 2; i < 5; i++)
    {
      group_by (screen, i);
      wait_items (screen, i == 2 ? 19 : 18);
    }
  mns_screen_lab_wait_says (screen, "Standard (17)");
  group_by (screen, 0);
  wait_items (screen, 17);
}

static void
test_sorts_by_each_column (void)
{
  static const char *const columns[] = { "name",   "container", "well",      "project", "priority",
                                         "queued", "qc",        "from_step", "lims_id" };
  GtkWidget *screen = show_queue ();

  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      g_signal_emit_by_name (
          mns_queue_list_get_rows (get_list (screen)), "sort-changed", columns[i], TRUE);
      wait_items (screen, 17);
      mns_ui_settle (lab->window);
      g_assert_true (mns_screen_lab_says (screen, "17 samples"));
    }
}

static void
test_scan (void)
{
  GtkWidget *screen = show_queue ();

  wait_items (screen, 17);
  g_assert_true (mns_screen_scan (MNS_SCREEN (screen), "S-3"));
  mns_screen_lab_wait_says (screen, "2 selected"); /* both projects have one */
  g_assert_true (mns_screen_scan (MNS_SCREEN (screen), "Alpha-P1"));
  mns_screen_lab_wait_says (screen, "13 selected");
  g_assert_true (mns_screen_scan (MNS_SCREEN (screen), "S-999"));
  mns_screen_lab_wait_says (screen, "Not in this queue: S-999");
  mns_screen_lab_shoot (lab, "queue-scan-unknown");
}

static void
test_columns (void)
{
  GtkWidget *screen = show_queue ();
  GtkWidget *chooser = mns_screen_lab_find (screen, GTK_TYPE_MENU_BUTTON, "Columns");
  GtkPopover *popover = gtk_menu_button_get_popover (GTK_MENU_BUTTON (chooser));
  GtkWidget *box = gtk_popover_get_child (popover);

  g_assert_true (mns_screen_lab_says (screen, "Days queued"));
  gtk_popover_popup (popover);
  mns_screen_lab_shoot (lab, "queue-columns");
  for (GtkWidget *w = gtk_widget_get_first_child (box); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    if (g_str_equal (gtk_check_button_get_label (GTK_CHECK_BUTTON (w)), "Days queued"))
      gtk_check_button_set_active (GTK_CHECK_BUTTON (w), FALSE);
  gtk_popover_popdown (popover);
  screen = show_queue (); /* remembered */
  wait_items (screen, 17);
  mns_ui_settle (lab->window);
  g_assert_false (mns_screen_lab_says (mns_ui_find (screen, MNS_TYPE_ROW_LIST), "Days queued"));
}

static void
test_side (void)
{
  GtkWidget *screen = show_queue ();
  MnsRowList *rows = mns_queue_list_get_rows (get_list (screen));

  wait_items (screen, 17);
  mns_screen_lab_wait_says (screen, "S-1");
  g_signal_emit_by_name (rows, "activated", 2u);
  mns_screen_lab_wait_says (screen, "Open sample");
  mns_screen_lab_wait_says (screen, "Waiting ·");
  mns_screen_lab_shoot (lab, "queue-side");
  g_signal_emit_by_name (rows, "activated", 2u);
  mns_ui_settle (lab->window);
  g_assert_false (mns_screen_lab_says (screen, "Open sample"));
}

static MnsResult *done;

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  done = mns_session_do_finish (MNS_SESSION (source), result, &error);
  g_assert_no_error (error);
}

static gboolean
is_done (gpointer data)
{
  return done != NULL;
}

/* A chosen sample that somebody begins with leaves the list, and it is said who has it. */
static void
test_begun_by_another (void)
{
  GtkWidget *screen = show_queue ();
  JsonObject *args = mns_args_new ("step", step, NULL);
  JsonArray *inputs = json_array_new ();
  g_auto (GStrv) chosen = NULL;

  wait_items (screen, 17);
  gtk_selection_model_select_range (get_selection (screen), 0, 4, FALSE);
  mns_screen_lab_wait_says (screen, "4 selected");
  chosen = mns_queue_choice_dup_all (mns_queue_list_get_choice (get_list (screen)));
  for (guint i = 0; i < 2; i++)
    {
      JsonObject *input = mns_args_new ("artifact", chosen[i], NULL);

      json_array_add_object_element (inputs, input);
    }
  json_object_set_array_member (args, "inputs", inputs);
  mns_session_do (lab->session, "step.begin@1", args, NULL, NULL, done_cb, NULL);
  mns_ui_wait (is_done, NULL);
  g_assert_cmpint (done->outcome, ==, MNS_OUTCOME_OK);
  mns_result_free (done);
  done = NULL;

  wait_items (screen, 15);
  mns_screen_lab_wait_says (screen, "2 of your selected samples were begun by Rosa Researcher");
  mns_screen_lab_wait_says (screen, "2 selected");
  mns_screen_lab_shoot (lab, "queue-begun");
}

static void
test_empty (void)
{
  g_autofree char *other = dup_step ("Adapter ligation");
  g_autofree char *path = g_strconcat ("/queue/", other, NULL);
  GtkWidget *screen = mns_screen_lab_show (lab, path, "status");

  g_assert_true (mns_screen_lab_says (screen, "Nothing is waiting"));
  mns_screen_lab_shoot (lab, "queue-empty");
}

int
main (int argc, char **argv)
{
  g_autofree char *schemas = g_build_filename (g_getenv ("MNS_BUILD"), "data", NULL);
  int failed;

  g_setenv ("GSETTINGS_SCHEMA_DIR", schemas, TRUE);
  mns_ui_init (&argc, &argv);
  fill ();
  step = dup_step ("Fragment DNA");
  g_test_add_func ("/queue/choice-outlives-filter", test_choice_outlives_filter);
  g_test_add_func ("/queue/nothing-matches", test_nothing_matches);
  g_test_add_func ("/queue/groups", test_groups);
  g_test_add_func ("/queue/sorts", test_sorts_by_each_column);
  g_test_add_func ("/queue/scan", test_scan);
  g_test_add_func ("/queue/columns", test_columns);
  g_test_add_func ("/queue/side", test_side);
  g_test_add_func ("/queue/begun-by-another", test_begun_by_another);
  g_test_add_func ("/queue/empty", test_empty);
  failed = g_test_run ();
  mns_screen_lab_free (lab);
  g_free (alpha);
  g_free (beta);
  g_free (step);
  return failed;
}
