/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The screens that only show: search, sample, container. */

#include "config.h"

#include "desktop/app/cells.h"
#include "desktop/app/screen.h"
#include "desktop/widgets/plate.h"
#include "desktop/widgets/row-list.h"
#include "tests/desktop/screen-lab.h"
#include "tests/desktop/ui-test.h"

static MnsScreenLab *lab;
static char *project;

static void
fill (void)
{
  g_autofree char *first = NULL;
  g_autoptr (JsonObject) begun = NULL;

  lab = mns_screen_lab_new ();
  project = mns_world_add_project (lab->world, "Alpha", 12, "Library preparation");
  first = mns_world_artifacts (lab->world, project, 0, 1);
  begun = mns_world_must (lab->world,
                          MNS_WORLD_RESEARCHER,
                          "step.begin@1",
                          "{'step': 'Fragment DNA', 'inputs': [{'artifact': %s}]}",
                          first);
  g_free (mns_world_add_project (lab->world, "Beta", 3, NULL));
  mns_screen_lab_open (lab);
}

/* The id of the first thing found by that text. */
static char *
find_id (const char *text, const char *kind)
{
  g_autofree char *args = g_strdup_printf ("{'text': '%s', 'kind': '%s'}", text, kind);
  g_autoptr (MnsViewResult) found = mns_screen_lab_look (lab, "search", args);

  g_assert_cmpuint (mns_rows_get_n_rows (found->rows), >, 0);
  return mns_cell_dup_id (found->rows, 0, "id");
}

static guint
count_rows (GtkWidget *screen)
{
  GtkWidget *list = mns_ui_find (screen, GTK_TYPE_LIST_BOX);
  guint n = 0;

  while (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), (int) n) != NULL)
    n++;
  return n;
}

static void
test_search (void)
{
  GtkWidget *screen = mns_screen_lab_show (lab, "/search/S-", "content");

  g_assert_true (mns_screen_lab_says (screen, "Samples (15)"));
  g_assert_true (mns_screen_lab_says (screen, "15 results"));
  g_assert_cmpuint (count_rows (screen), ==, 5);
  mns_screen_lab_shoot (lab, "search");
  g_signal_emit_by_name (mns_screen_lab_find (screen, GTK_TYPE_BUTTON, "15"), "clicked");
  mns_ui_settle (lab->window);
  g_assert_cmpuint (count_rows (screen), ==, 15);
  g_assert_true (mns_screen_lab_says (screen, "offline"));
}

static void
test_search_opens_exact (void)
{
  mns_window_open (MNS_WINDOW (lab->window), "/search/Alpha-P1");
  mns_screen_lab_wait_says (lab->window, "96 well plate");
}

static void
test_search_finds_nothing (void)
{
  GtkWidget *screen = mns_screen_lab_show (lab, "/search/unheard%20%26%20of", "status");

  g_assert_true (mns_screen_lab_says (screen, "unheard & of"));
  mns_screen_lab_shoot (lab, "search-nothing");
}

static void
test_search_too_short (void)
{
  GtkWidget *screen = mns_screen_lab_show (lab, "/search/x", "content");

  mns_screen_lab_wait_says (screen, "Recent steps");
  g_assert_true (mns_screen_lab_says (screen, "Fragment DNA"));
  mns_screen_lab_shoot (lab, "search-short");
}

static void
show_tab (GtkWidget *screen, const char *name)
{
  GtkWidget *stack = mns_ui_find (screen, ADW_TYPE_VIEW_STACK);

  adw_view_stack_set_visible_child_name (ADW_VIEW_STACK (stack), name);
  mns_ui_settle (lab->window);
}

static void
test_sample (void)
{
  g_autofree char *id = find_id ("S-1", "SAMPLE");
  g_autofree char *path = g_strconcat ("/sample/", id, NULL);
  GtkWidget *screen = mns_screen_lab_show (lab, path, "content");

  g_assert_cmpstr (mns_screen_get_title (MNS_SCREEN (screen)), ==, "S-1");
  g_assert_true (mns_screen_lab_says (screen, "Alpha-P1 A:1"));
  mns_screen_lab_shoot (lab, "sample-now");
  show_tab (screen, "history");
  g_assert_true (mns_screen_lab_says (screen, "In progress"));
  g_assert_true (mns_screen_lab_says (screen, "Rosa Researcher"));
  mns_screen_lab_shoot (lab, "sample-history");
  show_tab (screen, "family");
  g_assert_true (mns_screen_lab_says (screen, "└ S-1"));
  mns_screen_lab_shoot (lab, "sample-family");
}

static void
test_sample_without_workflow (void)
{
  g_autofree char *args = g_strdup ("{'text': 'RES2A1', 'kind': 'SAMPLE'}");
  g_autoptr (MnsViewResult) found = mns_screen_lab_look (lab, "search", args);
  g_autofree char *id = mns_cell_dup_id (found->rows, 0, "id");
  g_autofree char *path = g_strconcat ("/sample/", id, NULL);
  GtkWidget *screen = mns_screen_lab_show (lab, path, "content");

  show_tab (screen, "history");
  g_assert_true (mns_screen_lab_says (screen, "Not in any workflow yet"));
  mns_screen_lab_shoot (lab, "sample-history-empty");
}

static void
test_sample_gone (void)
{
  GtkWidget *screen =
      mns_screen_lab_show (lab, "/sample/019a0000-0000-7000-8000-00000000ffff", "status");

  g_assert_nonnull (screen);
  mns_screen_lab_shoot (lab, "sample-gone");
}

static void
test_container (void)
{
  g_autofree char *id = find_id ("Alpha-P1", "CONTAINER");
  g_autofree char *path = g_strconcat ("/container/", id, NULL);
  GtkWidget *screen = mns_screen_lab_show (lab, path, "content");
  MnsPlate *plate = MNS_PLATE (mns_ui_find (screen, MNS_TYPE_PLATE));
  MnsRowList *list = MNS_ROW_LIST (mns_ui_find (screen, MNS_TYPE_ROW_LIST));
  MnsPlateModel *model = mns_plate_get_model (plate);
  guint pos = mns_plate_model_find_well (model, 0, "C:1");
  g_auto (GStrv) chosen = NULL;

  g_assert_cmpuint (mns_plate_model_get_n_placed (model), ==, 12);
  g_assert_true (mns_plate_get_read_only (plate));

  /* chosen here is chosen there, both ways */
  mns_plate_model_select (model, pos, TRUE);
  chosen = mns_row_list_dup_selected_ids (list, NULL);
  g_assert_cmpuint (g_strv_length (chosen), ==, 1);
  g_assert_cmpstr (chosen[0], ==, mns_plate_model_get_well (model, pos)->id);
  g_assert_true (mns_screen_scan (MNS_SCREEN (screen), "S-9"));
  g_assert_true (mns_plate_model_is_selected (model, mns_plate_model_find_well (model, 0, "A:2")));
  g_assert_false (mns_plate_model_is_selected (model, pos));
  g_assert_false (mns_screen_scan (MNS_SCREEN (screen), "elsewhere"));
  mns_screen_lab_shoot (lab, "container");
}

int
main (int argc, char **argv)
{
  int failed;

  mns_ui_init (&argc, &argv);
  fill ();
  g_test_add_func ("/search/groups", test_search);
  g_test_add_func ("/search/opens-exact", test_search_opens_exact);
  g_test_add_func ("/search/nothing", test_search_finds_nothing);
  g_test_add_func ("/search/too-short", test_search_too_short);
  g_test_add_func ("/sample/tabs", test_sample);
  g_test_add_func ("/sample/without-workflow", test_sample_without_workflow);
  g_test_add_func ("/sample/gone", test_sample_gone);
  g_test_add_func ("/container/both-ways", test_container);
  failed = g_test_run ();
  mns_screen_lab_free (lab);
  g_free (project);
  return failed;
}
