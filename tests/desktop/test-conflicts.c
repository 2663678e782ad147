/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Conflicts: what is shown of them, and that the choices do to the lab what they say. */

#include "config.h"

#include "desktop/app/cells.h"
#include "desktop/app/screen.h"
#include "desktop/screens/conflicts/conflict-plates.h"
#include "desktop/screens/conflicts/conflict-row.h"
#include "desktop/widgets/plate.h"
#include "tests/desktop/screen-lab.h"
#include "tests/desktop/ui-test.h"

#define RES MNS_WORLD_RESEARCHER

typedef struct
{
  MnsScreenLab *lab;
  char *project;
  char *run; /* in Record details */
  char **outputs;
  char *placing; /* in Placement */
  char **placed;
  char *plate;
} Fixture;

static char **
split_ids (char *list)
{
  g_auto (GStrv) quoted = g_strsplit (list, ",", -1);

  for (guint i = 0; quoted[i] != NULL; i++)
    {
      g_strdelimit (quoted[i], "\"", ' ');
      g_strstrip (quoted[i]);
    }
  g_free (list);
  return g_steal_pointer (&quoted);
}

static char *
begin (Fixture *f, guint from, guint n, char ***outputs, char **plate)
{
  g_auto (GStrv) ids = split_ids (mns_world_artifacts (f->lab->world, f->project, from, n));
  g_autoptr (GString) list = g_string_new (NULL);
  g_autoptr (JsonObject) made = NULL;
  char *run;

  for (guint i = 0; ids[i] != NULL; i++)
    g_string_append_printf (list, "%s{'artifact': '%s'}", i > 0 ? "," : "", ids[i]);
  made = mns_world_must (
      f->lab->world, RES, "step.begin@1", "{'step': 'Fragment DNA', 'inputs': [%s]}", list->str);
  run = g_strdup (json_object_get_string_member (made, "run"));
  *plate = g_strdup (
      json_array_get_string_element (json_object_get_array_member (made, "containers"), 0));
  *outputs = split_ids (mns_world_outputs (f->lab->world, run));
  return run;
}

static void must (Fixture *f, const char *command, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
must (Fixture *f, const char *command, const char *format, ...)
{
  g_autofree char *args = NULL;
  g_autoptr (JsonObject) done = NULL;
  va_list list;

  va_start (list, format);
  args = g_strdup_vprintf (format, list);
  va_end (list);
  done = mns_world_must (f->lab->world, RES, command, "%s", args);
}

static void
place_all (Fixture *f)
{
  g_autofree char *plate = NULL;

  f->run = begin (f, 0, 3, &f->outputs, &plate);
  for (guint i = 0; i < 3; i++)
    must (f,
          "step.place@1",
          "{'run': '%s', 'places': [{'artifact': '%s', 'container': '%s', 'well': '%c:1'}]}",
          f->run,
          f->outputs[i],
          plate,
          'A' + i);
  must (f, "step.advance@1", "{'run': '%s', 'to': 'RECORD_DETAILS'}", f->run);
  must (f,
        "step.record@1",
        "{'run': '%s', 'cells': [{'artifact': '%s', 'field': 'Concentration', 'value': 14.3},"
        " {'artifact': '%s', 'field': 'Concentration', 'value': 15}]}",
        f->run,
        f->outputs[1],
        f->outputs[2]);
  f->placing = begin (f, 3, 3, &f->placed, &f->plate);
  must (f,
        "step.place@1",
        "{'run': '%s', 'places': [{'artifact': '%s', 'container': '%s', 'well': 'A:1'}]}",
        f->placing,
        f->placed[0],
        f->plate);
}

/* Two values of somebody else, and one of mine that nobody touched. */
static void
add_values (Fixture *f)
{
  g_autofree char *args = g_strdup_printf (
      "{'run': '%s', 'cells': [{'artifact': '%s', 'field': 'Volume', 'value': 40},"
      " {'artifact': '%s', 'field': 'Concentration', 'value': 13.4},"
      " {'artifact': '%s', 'field': 'Concentration', 'value': 12}]}",
      f->run,
      f->outputs[0],
      f->outputs[1],
      f->outputs[2]);
  g_autofree char *expect = g_strdup_printf (
      "{'artifact:%s': {'Concentration': null}, 'artifact:%s': {'Concentration': null}}",
      f->outputs[1],
      f->outputs[2]);

  mns_screen_lab_add_conflict (f->lab, "step.record@1", args, expect, 0);
}

static void
add_well (Fixture *f)
{
  g_autofree char *args = g_strdup_printf (
      "{'run': '%s', 'places': [{'artifact': '%s', 'container': '%s', 'well': 'A:1'}]}",
      f->placing,
      f->placed[1],
      f->plate);

  mns_screen_lab_add_conflict (f->lab, "step.place@1", args, NULL, 0);
}

static void
add_begun (Fixture *f)
{
  g_auto (GStrv) ids = split_ids (mns_world_artifacts (f->lab->world, f->project, 0, 8));
  g_autofree char *args = g_strdup_printf (
      "{'step': 'Fragment DNA', 'inputs': [{'artifact': '%s'}, {'artifact': '%s'}]}",
      ids[0],
      ids[7]);

  mns_screen_lab_add_conflict (f->lab, "step.begin@1", args, NULL, 0);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->lab = mns_screen_lab_new ();
  f->project = mns_world_add_project (f->lab->world, "Gamma", 8, "Library preparation");
  place_all (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  mns_screen_lab_free (f->lab);
  g_free (f->project);
  g_free (f->run);
  g_free (f->placing);
  g_free (f->plate);
  g_strfreev (f->outputs);
  g_strfreev (f->placed);
}

static void
click (Fixture *f, GtkWidget *screen, const char *label)
{
  g_signal_emit_by_name (mns_screen_lab_find (screen, GTK_TYPE_BUTTON, label), "clicked");
  mns_ui_settle (f->lab->window);
}

static gboolean
no_conflicts (gpointer data)
{
  return mns_session_get_conflicts (((Fixture *) data)->lab->session) == 0;
}

static void
save (Fixture *f, GtkWidget *screen)
{
  mns_screen_activate_primary (MNS_SCREEN (screen));
  mns_ui_wait (no_conflicts, f);
}

/* What the lab has in a field of an output, as text. */
static char *
read_value (Fixture *f, guint output, const char *title)
{
  g_autofree char *args = g_strdup_printf ("{'run': '%s'}", f->run);
  g_autoptr (MnsViewResult) fields = mns_screen_lab_look (f->lab, "run_fields", args);
  g_autoptr (MnsViewResult) pairs = mns_screen_lab_look (f->lab, "run_pairs", args);
  const char *key = NULL;

  for (guint i = 0; i < mns_rows_get_n_rows (fields->rows); i++)
    if (g_strcmp0 (mns_cell_text (fields->rows, i, "title"), title) == 0 &&
        g_strcmp0 (mns_cell_text (fields->rows, i, "object"), "SAMPLE") != 0)
      key = mns_cell_text (fields->rows, i, "key");
  g_assert_nonnull (key);
  for (guint i = 0; i < mns_rows_get_n_rows (pairs->rows); i++)
    {
      g_autofree char *id = mns_cell_dup_id (pairs->rows, i, "output_id");

      if (g_strcmp0 (id, f->outputs[output]) == 0)
        return g_strdup (mns_cell_text (pairs->rows, i, key));
    }
  g_assert_not_reached ();
}

static void
assert_value (Fixture *f, guint output, const char *title, const char *expected)
{
  g_autofree char *value = read_value (f, output, title);

  g_assert_cmpstr (value, ==, expected);
}

static char *
read_well (Fixture *f, guint output)
{
  g_autofree char *args = g_strdup_printf ("{'run': '%s'}", f->placing);
  g_autoptr (MnsViewResult) pairs = mns_screen_lab_look (f->lab, "run_pairs", args);

  for (guint i = 0; i < mns_rows_get_n_rows (pairs->rows); i++)
    {
      g_autofree char *id = mns_cell_dup_id (pairs->rows, i, "output_id");

      if (g_strcmp0 (id, f->placed[output]) == 0)
        return g_strdup (mns_cell_text (pairs->rows, i, "well"));
    }
  return NULL;
}

static void
assert_well (Fixture *f, guint output, const char *expected)
{
  g_autofree char *well = read_well (f, output);

  g_assert_cmpstr (well, ==, expected);
}

static void
pick_radio (Fixture *f, GtkWidget *root, const char *word)
{
  gtk_check_button_set_active (
      GTK_CHECK_BUTTON (mns_screen_lab_find (root, GTK_TYPE_CHECK_BUTTON, word)), TRUE);
  mns_ui_settle (f->lab->window);
}

static GtkWidget *
open_conflicts (Fixture *f, const char *awaited)
{
  GtkWidget *screen;

  mns_screen_lab_open (f->lab);
  screen = mns_screen_lab_show (f->lab, "/conflicts", "content");
  mns_screen_lab_wait_says (screen, awaited);
  return screen;
}

static void
test_none (Fixture *f, gconstpointer data)
{
  GtkWidget *screen;

  mns_screen_lab_open (f->lab);
  screen = mns_screen_lab_show (f->lab, "/conflicts", "status");
  g_assert_true (mns_screen_lab_says (screen, "No conflicts"));
  mns_screen_lab_shoot (f->lab, "conflicts-none");
}

static void
test_all_mine (Fixture *f, gconstpointer data)
{
  GtkWidget *screen;

  add_values (f);
  screen = open_conflicts (f, "14.3");
  g_assert_true (mns_screen_lab_says (screen, "13.4"));
  g_assert_true (mns_screen_lab_says (screen, "1 change merged"));
  mns_screen_lab_shoot (f->lab, "conflicts-values");
  mns_screen_activate_primary (MNS_SCREEN (screen)); /* nothing is chosen: nothing happens */
  g_assert_cmpuint (mns_session_get_conflicts (f->lab->session), ==, 1);
  click (f, screen, "All mine");
  save (f, screen);
  assert_value (f, 1, "Concentration", "13.4");
  assert_value (f, 2, "Concentration", "12");
  assert_value (f, 0, "Volume", "40");
}

/* What nobody else touched is kept, whatever is chosen for the rest. */
static void
test_all_theirs (Fixture *f, gconstpointer data)
{
  GtkWidget *screen;

  add_values (f);
  screen = open_conflicts (f, "14.3");
  click (f, screen, "All theirs");
  save (f, screen);
  assert_value (f, 1, "Concentration", "14.3");
  assert_value (f, 2, "Concentration", "15");
  assert_value (f, 0, "Volume", "40");
}

static void
test_third (Fixture *f, gconstpointer data)
{
  GtkWidget *screen, *first, *entry;

  add_values (f);
  screen = open_conflicts (f, "14.3");
  click (f, screen, "All theirs");
  first = mns_screen_lab_find (screen, GTK_TYPE_LIST_BOX_ROW, "13.4");
  entry = mns_ui_find (first, GTK_TYPE_ENTRY);
  gtk_editable_set_text (GTK_EDITABLE (entry), "13.9");
  mns_ui_settle (f->lab->window);
  g_assert_true (gtk_check_button_get_active (
      GTK_CHECK_BUTTON (mns_screen_lab_find (first, GTK_TYPE_CHECK_BUTTON, "another"))));
  mns_screen_lab_shoot (f->lab, "conflicts-third");
  save (f, screen);
  assert_value (f, 1, "Concentration", "13.9");
  assert_value (f, 2, "Concentration", "15");
}

static gboolean
press (GtkWidget *list, guint keyval)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (list);
  gboolean handled = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (controllers) && !handled; i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller))
        g_signal_emit_by_name (controller, "key-pressed", keyval, 0, 0, &handled);
    }
  return handled;
}

/* M and T choose while the list has the focus; Enter goes to the third value. */
static void
test_keys (Fixture *f, gconstpointer data)
{
  GtkWidget *screen, *list, *first, *second;

  add_values (f);
  screen = open_conflicts (f, "14.3");
  first = mns_screen_lab_find (screen, GTK_TYPE_LIST_BOX_ROW, "13.4");
  second = mns_screen_lab_find (screen, GTK_TYPE_LIST_BOX_ROW, "15");
  list = gtk_widget_get_parent (first);
  gtk_widget_grab_focus (first);
  g_assert_true (press (list, GDK_KEY_m));
  gtk_widget_grab_focus (second);
  g_assert_true (press (list, GDK_KEY_t));
  g_assert_true (press (list, GDK_KEY_Return));
  g_assert_true (GTK_IS_TEXT (gtk_root_get_focus (GTK_ROOT (f->lab->window))));
  g_assert_false (press (list, GDK_KEY_m)); /* now it is a letter */
  save (f, screen);
  assert_value (f, 1, "Concentration", "13.4");
  assert_value (f, 2, "Concentration", "15");
}

static void
test_other_well (Fixture *f, gconstpointer data)
{
  GtkWidget *screen;

  add_well (f);
  screen = open_conflicts (f, "A:1");
  mns_screen_lab_shoot (f->lab, "conflicts-well");
  gtk_editable_set_text (
      GTK_EDITABLE (mns_ui_find (mns_ui_find (screen, MNS_TYPE_CONFLICT_ROWS), GTK_TYPE_ENTRY)),
      "C:5");
  save (f, screen);
  assert_well (f, 0, "A:1");
  assert_well (f, 1, "C:5");
}

static gboolean
has_plates (gpointer data)
{
  GtkWidget *plates = mns_ui_find (data, MNS_TYPE_CONFLICT_PLATES);

  return plates != NULL && mns_ui_find (plates, MNS_TYPE_PLATE) != NULL;
}

static MnsPlate *
find_plate (GtkWidget *screen, gboolean now)
{
  GtkWidget *plates = mns_ui_find (screen, MNS_TYPE_CONFLICT_PLATES);
  GtkWidget *grid = gtk_widget_get_first_child (gtk_widget_get_first_child (plates));

  return MNS_PLATE (
      mns_ui_find (gtk_grid_get_child_at (GTK_GRID (grid), now ? 1 : 0, 1), MNS_TYPE_PLATE));
}

/* Both plates: mine with my samples, the other one as it is, the well in question marked in both.
 * “Other well” leads to the plate; what is chosen there stands in the line, and the other way
 * round.
 */
static void
test_plates (Fixture *f, gconstpointer data)
{
  GtkWidget *screen, *entry, *focus;
  MnsPlateModel *mine, *now;
  guint well;

  add_well (f);
  screen = open_conflicts (f, "A:1");
  mns_ui_wait (has_plates, screen);
  mine = mns_plate_get_model (find_plate (screen, FALSE));
  now = mns_plate_get_model (find_plate (screen, TRUE));
  well = mns_plate_model_find_well (now, 0, "A:1");
  g_assert_cmpint (mns_plate_model_get_state (mine, well), ==, MNS_WELL_TAKEN);
  g_assert_cmpint (mns_plate_model_get_state (now, well), ==, MNS_WELL_FOREIGN);
  g_assert_true (mns_plate_model_is_clash (mine, well));
  g_assert_true (mns_plate_model_is_clash (now, well));

  pick_radio (f, screen, "other well");
  focus = gtk_root_get_focus (GTK_ROOT (f->lab->window));
  g_assert_nonnull (focus);
  g_assert_true (focus == GTK_WIDGET (find_plate (screen, TRUE)) ||
                 gtk_widget_is_ancestor (focus, GTK_WIDGET (find_plate (screen, TRUE))));
  g_assert_true (press (GTK_WIDGET (find_plate (screen, TRUE)), GDK_KEY_Down));
  g_assert_true (press (GTK_WIDGET (find_plate (screen, TRUE)), GDK_KEY_Return));
  mns_ui_settle (f->lab->window);
  entry = mns_ui_find (mns_ui_find (screen, MNS_TYPE_CONFLICT_ROWS), GTK_TYPE_ENTRY);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "B:1");
  mns_screen_lab_shoot (f->lab, "conflicts-plates");

  gtk_editable_set_text (GTK_EDITABLE (entry), "D:7");
  mns_ui_settle (f->lab->window);
  g_assert_cmpuint (mns_plate_model_find_sample (now, f->placed[1]),
                    ==,
                    mns_plate_model_find_well (now, 0, "D:7"));
  save (f, screen);
  assert_well (f, 0, "A:1");
  assert_well (f, 1, "D:7");
}

static void
test_swap (Fixture *f, gconstpointer data)
{
  GtkWidget *screen;

  add_well (f);
  screen = open_conflicts (f, "A:1");
  pick_radio (f, screen, "swap");
  save (f, screen);
  assert_well (f, 0, NULL);
  assert_well (f, 1, "A:1");
}

static void
test_drop (Fixture *f, gconstpointer data)
{
  GtkWidget *screen, *reason;

  add_well (f);
  screen = open_conflicts (f, "A:1");
  pick_radio (f, screen, "drop");
  mns_screen_activate_primary (MNS_SCREEN (screen));
  g_assert_cmpuint (mns_session_get_conflicts (f->lab->session), ==, 1);
  mns_screen_lab_shoot (f->lab, "conflicts-reason");
  reason = gtk_widget_get_next_sibling (mns_screen_lab_find (screen, GTK_TYPE_LABEL, "dropped"));
  gtk_editable_set_text (GTK_EDITABLE (reason), "not needed");
  save (f, screen);
  assert_well (f, 0, "A:1");
  assert_well (f, 1, NULL);
}

/* The sample that somebody began is left out, the other one is begun. */
static void
test_apply (Fixture *f, gconstpointer data)
{
  g_autoptr (MnsViewResult) runs = NULL;
  GtkWidget *screen;

  add_begun (f);
  screen = open_conflicts (f, "apply where it is now");
  pick_radio (f, screen, "apply");
  save (f, screen);
  runs = mns_screen_lab_look (f->lab, "my_runs", "{}");
  g_assert_cmpuint (mns_rows_get_n_rows (runs->rows), ==, 3);
}

/* Offline a step was begun with a sample that somebody else began first, and both were placed. Redo
 * all: the step is begun without that sample, and the other one is placed in the new step.
 */
static void
test_followers (Fixture *f, gconstpointer data)
{
  MnsId begun = { { [0] = 0x03, [5] = 1, [6] = 0x70, [8] = 0x80, [15] = 1 } };
  MnsId run, outputs[2], plate;
  g_autofree char *run_text = NULL;
  g_autofree char *plate_text = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *args = NULL;
  g_autoptr (MnsViewResult) runs = NULL;
  guint n_placed = 0;
  GtkWidget *screen;

  mns_id_derive (&run, &begun, "run", 0);
  mns_id_derive (&outputs[0], &begun, "output", 0);
  mns_id_derive (&outputs[1], &begun, "output", 1);
  mns_id_derive (&plate, &begun, "container", 0);
  run_text = mns_id_to_string (&run);
  first = mns_id_to_string (&outputs[0]);
  second = mns_id_to_string (&outputs[1]);
  plate_text = mns_id_to_string (&plate);
  args = g_strdup_printf (
      "{'run': '%s', 'places': ["
      "{'artifact': '%s', 'container': '%s', 'well': 'D:4'},"
      "{'artifact': '%s', 'container': '%s', 'well': 'C:3'}]}",
      run_text,
      first,
      plate_text,
      second,
      plate_text);
  add_begun (f);
  mns_screen_lab_add_conflict (f->lab, "step.place@1", args, NULL, 0);
  screen = open_conflicts (f, "It no longer exists");
  mns_screen_lab_shoot (f->lab, "conflicts-followers");
  click (f, screen, "Redo all");
  save (f, screen);

  runs = mns_screen_lab_look (f->lab, "my_runs", "{}");
  g_assert_cmpuint (mns_rows_get_n_rows (runs->rows), ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *id = mns_cell_dup_id (runs->rows, i, "run_id");
      g_autofree char *of_run = g_strdup_printf ("{'run': '%s'}", id);
      g_autoptr (MnsViewResult) pairs = mns_screen_lab_look (f->lab, "run_pairs", of_run);

      if (g_str_equal (id, f->run) || g_str_equal (id, f->placing))
        continue;
      g_assert_cmpuint (mns_rows_get_n_rows (pairs->rows), ==, 1);
      g_assert_cmpstr (mns_cell_text (pairs->rows, 0, "well"), ==, "C:3");
      n_placed++;
    }
  g_assert_cmpuint (n_placed, ==, 1);
}

/* What names nothing but its step is done again, too, and not given up in silence. */
static void
test_redo_finish (Fixture *f, gconstpointer data)
{
  g_autofree char *args = g_strdup_printf ("{'run': '%s'}", f->run);
  GtkWidget *screen;

  mns_screen_lab_add_conflict (f->lab, "step.finish@1", args, NULL, 0);
  screen = open_conflicts (f, "redo");
  click (f, screen, "Redo all");
  mns_screen_activate_primary (MNS_SCREEN (screen));
  /* the step is not ready for it: the refusal says so, and the conflict stays */
  mns_screen_lab_wait_says (f->lab->window, "is in state");
  g_assert_cmpuint (mns_session_get_conflicts (f->lab->session), ==, 1);
}

/* Of the same step: one bundle. Of others: one each, the oldest first. */
static void
test_bundles (Fixture *f, gconstpointer data)
{
  GtkWidget *screen, *list;

  add_values (f);
  add_well (f);
  add_well (f);
  add_begun (f);
  screen = open_conflicts (f, "14.3");
  list = mns_ui_find (screen, GTK_TYPE_LIST_BOX);
  g_assert_nonnull (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 2));
  g_assert_null (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 3));
  mns_screen_lab_shoot (f->lab, "conflicts-bundles");
  gtk_list_box_select_row (GTK_LIST_BOX (list),
                           gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 1));
  mns_screen_lab_wait_says (screen, "A:1");
  mns_screen_lab_shoot (f->lab, "conflicts-bundle-wells");
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *f, gconstpointer data);
  } tests[] = {
    { "/conflicts/none", test_none },
    { "/conflicts/all-mine", test_all_mine },
    { "/conflicts/all-theirs", test_all_theirs },
    { "/conflicts/third", test_third },
    { "/conflicts/keys", test_keys },
    { "/conflicts/other-well", test_other_well },
    { "/conflicts/plates", test_plates },
    { "/conflicts/swap", test_swap },
    { "/conflicts/drop", test_drop },
    { "/conflicts/apply", test_apply },
    { "/conflicts/followers", test_followers },
    { "/conflicts/redo-finish", test_redo_finish },
    { "/conflicts/bundles", test_bundles },
  };

  mns_ui_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
