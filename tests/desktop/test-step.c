/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The screens of a step in progress: placement, record details, next steps, and the ice bucket that
 * they begin with.
 */

#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <string.h>

#include "desktop/app/cells.h"
#include "desktop/app/screen.h"
#include "desktop/screens/step/placement-file.h"
#include "desktop/screens/step/step-dialogs.h"
#include "desktop/screens/step/step-screen.h"
#include "desktop/widgets/grid.h"
#include "desktop/widgets/plate.h"
#include "desktop/widgets/row-list.h"
#include "tests/desktop/screen-lab.h"
#include "tests/desktop/ui-test.h"

#define RES MNS_WORLD_RESEARCHER
#define COL MNS_WORLD_COLLEAGUE

static MnsScreenLab *lab;

/* Addresses of runs in different states. */
static char *placing, *recording, *tubes, *measuring, *foreign, *finished, *ending;

static JsonObject *
begin (MnsWorldPerson person, const char *step, const char *artifacts, const char *more)
{
  g_auto (GStrv) ids = g_strsplit (artifacts, ",", -1);
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; ids[i] != NULL; i++)
    g_string_append_printf (list, "%s{'artifact': %s}", i > 0 ? "," : "", ids[i]);
  return mns_world_must (lab->world,
                         person,
                         "step.begin@1",
                         "{'step': '%s', 'inputs': [%s]%s}",
                         step,
                         list->str,
                         more);
}

static char *
make_path (JsonObject *begun)
{
  return g_strconcat ("/step/", json_object_get_string_member (begun, "run"), NULL);
}

/* Begins with some samples of a project; @from, @n: which. */
static char *
begin_run (MnsWorldPerson person, const char *project, guint from, guint n, const char *more)
{
  g_autofree char *artifacts = mns_world_artifacts (lab->world, project, from, n);
  g_autoptr (JsonObject) begun = begin (person, "Fragment DNA", artifacts, more);

  return make_path (begun);
}

static const char *
run_of (const char *path)
{
  return path + strlen ("/step/");
}

static void
go (MnsWorldPerson person, const char *path, const char *command, const char *more)
{
  json_object_unref (
      mns_world_must (lab->world, person, command, "{'run': '%s'%s}", run_of (path), more));
}

/* Steps in tubes until the sample waits in the queue of the QC step. */
static void
begin_measuring (void)
{
  static const char *const steps[] = { "Fragment DNA", "End repair", "Adapter ligation" };
  g_autofree char *project =
      mns_world_add_project (lab->world, "Gamma", 3, "Library preparation with validation");
  g_autofree char *artifacts = mns_world_artifacts (lab->world, project, 0, 3);
  g_autoptr (JsonObject) measured = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (JsonObject) begun = begin (RES, steps[i], artifacts, ", 'container_type': 'Tube'");
      g_autofree char *path = make_path (begun);

      go (RES, path, "step.advance@1", "");
      go (RES, path, "step.finish@1", "");
      g_free (artifacts);
      artifacts = mns_world_outputs (lab->world, run_of (path));
      if (i == 0)
        finished = g_steal_pointer (&path);
    }
  measured = begin (RES, "Quantify", artifacts, "");
  measuring = make_path (measured);
}

/* A step of which each sample may be taken several times. */
static void
add_aliquots (void)
{
  g_autofree char *project = NULL;

  json_object_unref (mns_world_must (
      lab->world,
      MNS_WORLD_ADMIN,
      "config.import@1",
      "{'package': {'name': 'Aliquots', 'version': '1', 'master_steps': [{'name': 'Aliquoting',"
      " 'type': 'STANDARD', 'variability': 'VARIABLE_BY_INPUT', 'naming': '{InputItemName}',"
      " 'settings': {'containers': ['96 well plate'], 'properties': {'instructions':"
      " 'Thaw on ice. Mix by turning, not by shaking.'}}}],"
      " 'protocols': [{'name': 'Aliquots', 'type': 'Other', 'steps': [{'name': 'Aliquot',"
      " 'master_step': 'Aliquoting'}]}],"
      " 'workflows': [{'name': 'Aliquots', 'status': 'ACTIVE', 'protocols': ['Aliquots']}]}}"));
  project = mns_world_add_project (lab->world, "Delta", 3, "Aliquots");
}

static void
fill (void)
{
  g_autofree char *alpha = NULL;
  g_autofree char *beta = NULL;

  lab = mns_screen_lab_new ();
  alpha = mns_world_add_project (lab->world, "Alpha", 60, "Library preparation");
  beta = mns_world_add_project (lab->world, "Beta", 8, "Library preparation");
  placing = begin_run (
      RES, alpha, 0, 41, ", 'controls': [{'control_type': 'Positive control', 'replicates': 2}]");
  tubes = begin_run (RES, beta, 0, 3, ", 'container_type': 'Tube'");
  ending = begin_run (RES, beta, 3, 3, ", 'container_type': 'Tube'");
  go (RES, ending, "step.advance@1", "");
  foreign = begin_run (COL, beta, 6, 2, ", 'container_type': 'Tube'");
  recording = begin_run (RES, alpha, 41, 8, ", 'container_type': 'Tube'");
  begin_measuring ();
  add_aliquots ();
  mns_screen_lab_open (lab);
}

static void
click (GtkWidget *screen, const char *label)
{
  g_signal_emit_by_name (mns_screen_lab_find (screen, GTK_TYPE_BUTTON, label), "clicked");
}

static char *waiting[4]; /* artifacts in the bucket */
static char *bucket_path;

static char *
find_step (const char *name)
{
  g_autoptr (MnsViewResult) rows = mns_screen_lab_look (lab, "lab", "{}");

  for (guint i = 0; i < mns_rows_get_n_rows (rows->rows); i++)
    if (g_strcmp0 (mns_cell_text (rows->rows, i, "step"), name) == 0)
      return mns_cell_dup_id (rows->rows, i, "step_id");
  g_error ("no step %s", name);
}

static void
fill_bucket (void)
{
  g_autofree char *step = find_step ("Fragment DNA");
  g_autofree char *args = g_strdup_printf ("{'step': '%s'}", step);
  g_autoptr (MnsViewResult) rows = mns_screen_lab_look (lab, "queue_ids", args);

  g_assert_cmpuint (mns_rows_get_n_rows (rows->rows), >=, 4);
  for (guint i = 0; i < 3; i++)
    waiting[i] = mns_cell_dup_id (rows->rows, i, "artifact_id");
  mns_session_add_to_bucket (lab->session, step, (const char *const *) waiting);
  bucket_path = g_strconcat ("/bucket/", step, NULL);
}

static void
test_pictures (void)
{
  static const struct
  {
    char **path;
    const char *shot;
  } shots[] = {
    { &placing, "step-placement" }, { &recording, "step-record" },    { &tubes, "step-tubes" },
    { &measuring, "step-measure" }, { &foreign, "step-foreign" },     { &ending, "step-next" },
    { &finished, "step-finished" }, { &bucket_path, "bucket-first" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (shots); i++)
    {
      mns_screen_lab_show (lab, *shots[i].path, "content");
      mns_screen_lab_shoot (lab, shots[i].shot);
    }
}

static GtkWidget *
find_primary (GtkWidget *screen, const char *label)
{
  return mns_screen_lab_find (screen, GTK_TYPE_BUTTON, label);
}

typedef struct
{
  GtkWidget *widget;
  gboolean sensitive;
  const char *tooltip; /* NULL: any */
} Wanted;

static gboolean
has_state (gpointer data)
{
  const Wanted *wanted = data;

  return gtk_widget_get_sensitive (wanted->widget) == wanted->sensitive &&
         (wanted->tooltip == NULL ||
          g_strcmp0 (gtk_widget_get_tooltip_text (wanted->widget), wanted->tooltip) == 0);
}

static void
wait_state (GtkWidget *widget, gboolean sensitive, const char *tooltip)
{
  Wanted wanted = { widget, sensitive, tooltip };

  g_test_message ("waiting for %s", tooltip != NULL ? tooltip : "a button");
  mns_ui_wait (has_state, &wanted);
}

/* ---- ice bucket ---- */

/* Controls, an existing container, and what stands in the way. */
static void
test_bucket (void)
{
  GtkWidget *screen, *spin, *entry, *primary;

  screen = mns_screen_lab_show (lab, bucket_path, "content");
  mns_screen_lab_wait_says (screen, "3 samples = 3 of 96 wells; 1 container");
  spin = mns_ui_find (screen, GTK_TYPE_SPIN_BUTTON);
  while (!gtk_widget_get_mapped (spin)) /* the first is for steps with a variable number */
    spin = mns_ui_find (gtk_widget_get_next_sibling (gtk_widget_get_parent (spin)),
                        GTK_TYPE_SPIN_BUTTON);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), 2);
  mns_screen_lab_wait_says (screen, "3 samples + 2 controls = 5 of 96 wells");
  mns_screen_lab_shoot (lab, "bucket");

  primary = mns_screen_lab_find (screen, GTK_TYPE_BUTTON, "Begin work");
  entry = mns_screen_lab_find (screen, GTK_TYPE_ENTRY, "");
  gtk_editable_set_text (GTK_EDITABLE (entry), "nowhere");
  wait_state (primary, FALSE, "There is no container “nowhere”");
  mns_screen_lab_shoot (lab, "bucket-nowhere");
  gtk_editable_set_text (GTK_EDITABLE (entry), "Alpha");
  mns_screen_lab_wait_says (screen, "Alpha-P1 (");
  mns_screen_lab_shoot (lab, "bucket-found");
  /* a scan of what is no sample of the queue is the container's name */
  g_assert_true (mns_screen_scan (MNS_SCREEN (screen), "Alpha-P1"));
  mns_screen_lab_wait_says (screen, "5 of 36 free wells");
  wait_state (primary, TRUE, NULL);
  gtk_editable_set_text (GTK_EDITABLE (entry), "");
  mns_screen_lab_wait_says (screen, "5 of 96 wells");
  mns_screen_activate_primary (MNS_SCREEN (screen));
  mns_screen_lab_wait_says (lab->window, "0 placed, 5 to place");
}

/* Somebody else was quicker: those rows are struck, and the banner goes on without them. */
static void
test_bucket_taken (void)
{
  g_autofree char *step = find_step ("Fragment DNA");
  g_autofree char *args = g_strdup_printf ("{'run': '%s'}", run_of (foreign));
  g_autoptr (MnsViewResult) pairs = mns_screen_lab_look (lab, "run_pairs", args);
  g_autofree char *taken = mns_cell_dup_id (pairs->rows, 0, "input_id");
  g_autofree char *path = g_strconcat ("/bucket/", step, NULL);
  g_autofree char *free_args = g_strdup_printf ("{'step': '%s'}", step);
  g_autoptr (MnsViewResult) queue = mns_screen_lab_look (lab, "queue_ids", free_args);
  g_autofree char *still = mns_cell_dup_id (queue->rows, 0, "artifact_id");
  const char *ids[] = { taken, still, NULL };
  GtkWidget *screen;

  mns_session_add_to_bucket (lab->session, step, ids);
  screen = mns_screen_lab_show (lab, path, "content");
  mns_screen_lab_wait_says (screen, "1 sample was taken by Carl Colleague.");
  wait_state (
      find_primary (screen, "Begin work"), FALSE, "Some samples were taken by someone else");
  mns_screen_lab_shoot (lab, "bucket-taken");
  click (screen, "Go on without them");
  wait_state (find_primary (screen, "Begin work"), TRUE, NULL);
  mns_session_empty_bucket (lab->session, step);
  screen = mns_screen_lab_show (lab, path, "status");
  mns_screen_lab_shoot (lab, "bucket-empty");
  mns_screen_lab_wait_says (screen, "The ice bucket is empty");
}

static void
test_bucket_numbers (void)
{
  g_autofree char *step = find_step ("Aliquot");
  g_autofree char *args = g_strdup_printf ("{'step': '%s'}", step);
  g_autofree char *path = g_strconcat ("/bucket/", step, NULL);
  g_autoptr (MnsViewResult) queue = mns_screen_lab_look (lab, "queue_ids", args);
  GtkWidget *screen, *list;

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *id = mns_cell_dup_id (queue->rows, i, "artifact_id");
      const char *ids[] = { id, NULL };

      mns_session_add_to_bucket (lab->session, step, ids);
    }
  screen = mns_screen_lab_show (lab, path, "content");
  mns_screen_lab_wait_says (screen, "3 samples = 3 of 96 wells; 1 container");
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (mns_ui_find (screen, GTK_TYPE_SPIN_BUTTON)), 40);
  click (screen, "Apply to all");
  mns_screen_lab_wait_says (screen, "3 samples × 40 = 120 of 192 wells; 2 containers");
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (mns_ui_find (screen, GTK_TYPE_SPIN_BUTTON)), 2);
  list = mns_ui_find (screen, MNS_TYPE_ROW_LIST);
  gtk_selection_model_select_item (mns_row_list_get_selection (MNS_ROW_LIST (list)), 0, TRUE);
  click (screen, "Apply to selected");
  mns_screen_lab_wait_says (screen, "3 samples, 82 derived samples = 82 of 96 wells");
  mns_screen_lab_shoot (lab, "bucket-numbers");
  mns_screen_activate_primary (MNS_SCREEN (screen));
  mns_screen_lab_wait_says (lab->window, "0 placed, 82 to place");
  screen = mns_screen_lab_find (lab->window, MNS_TYPE_STEP_SCREEN, "82 to place");
  gtk_widget_activate_action (screen, "step.instructions", NULL);
  mns_screen_lab_wait_says (screen, "Thaw on ice");
  mns_screen_lab_shoot (lab, "step-instructions");
}

/* ---- placement ---- */

static MnsPlateModel *
get_plate (GtkWidget *screen)
{
  return mns_plate_get_model (MNS_PLATE (mns_ui_find (screen, MNS_TYPE_PLATE)));
}

static void
check_file (MnsPlateModel *model)
{
  static const char file[] =
      "Sample,Container,Well\nS-2,,B:1\nS-3,27-none,C:1\nS-4,%s,Z:9\n"
      "nobody,%s,A:1\nS-1,%s,A:1\nS-2,%s,A:2\n";
  const char *name = mns_plate_model_get_container_name (model, 0);
  g_autofree char *text = g_strdup_printf (file, name, name, name, name);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsSheet) sheet = mns_sheet_read (bytes, "placement.csv", &error);
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (MnsSheet) written = NULL;
  static const char *const expected[] = {
    "Line 2: container “” is none of this step",
    "Line 3: container “27-none” is none of this step",
    "Line 4: there is no well “Z:9”",
    "Line 5: sample “nobody” is not in this step",
  };

  g_assert_no_error (error);
  g_assert_cmpuint (mns_placement_read_sheet (model, sheet, faults), ==, 2);
  g_assert_cmpuint (faults->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpstr (g_ptr_array_index (faults, i), ==, expected[i]);
  g_assert_cmpstr (
      mns_plate_model_get_well (model, mns_plate_model_find_well (model, 0, "A:2"))->name,
      ==,
      "S-2");
  written = mns_placement_to_sheet (model);
  g_assert_cmpstr (mns_sheet_get_text (written, 1, 2), ==, "A:1");
}

/* What does not fit goes into another plate; a file says where samples go, by line what does not.
 */
static void
test_placement (void)
{
  GtkWidget *screen = mns_screen_lab_show (lab, placing, "content");
  GtkWidget *start = mns_screen_lab_find (screen, GTK_TYPE_ENTRY, "A:1");

  gtk_editable_set_text (GTK_EDITABLE (start), "H:12");
  click (screen, "Place all");
  mns_screen_lab_wait_says (screen, "42 samples do not fit");
  mns_screen_lab_wait_says (screen, "not sent yet");
  mns_screen_lab_shoot (lab, "step-placement-full");
  click (screen, "Add a plate");
  mns_screen_lab_wait_says (screen, "43 placed, 0 to place");
  wait_state (find_primary (screen, "Record details"), TRUE, NULL);
  mns_screen_lab_shoot (lab, "step-placement-tabs");
  click (screen, "Clear");
  mns_screen_lab_wait_says (screen, "0 placed, 43 to place");
  check_file (get_plate (screen));
  mns_screen_lab_wait_says (screen, "2 placed, 41 to place");
  gtk_editable_set_text (GTK_EDITABLE (start), "A:1");
  click (screen, "Place all");
  mns_screen_lab_wait_says (screen, "43 placed, 0 to place");
  mns_screen_lab_shoot (lab, "step-placement-done");
  wait_state (find_primary (screen, "Record details"), TRUE, NULL);
}

/* ---- record details ---- */

/* A step that needs an instrument and a lot can be finished in the window. */
static void
test_details (void)
{
  GtkWidget *screen = mns_screen_lab_show (lab, measuring, "content");
  GtkWidget *primary = find_primary (screen, "Next steps");
  GtkWidget *instrument = mns_screen_lab_find (screen, GTK_TYPE_DROP_DOWN, "Choose an instrument");
  GtkWidget *lot = mns_screen_lab_find (screen, GTK_TYPE_CHECK_BUTTON, "LOT-0001");
  GtkWidget *dilution;

  wait_state (primary, FALSE, "An instrument must be chosen");
  g_assert_true (mns_screen_scan (MNS_SCREEN (screen), "Reader 2"));
  g_assert_cmpuint (gtk_drop_down_get_selected (GTK_DROP_DOWN (instrument)), ==, 2);
  wait_state (primary, FALSE, "A lot of Library preparation kit must be chosen");
  mns_screen_lab_shoot (lab, "step-measure-instrument");
  gtk_check_button_set_active (GTK_CHECK_BUTTON (lot), TRUE);
  wait_state (primary, TRUE, NULL);

  /* what cannot be is refused above the content, and the lab's value comes back */
  dilution = mns_ui_find (screen, ADW_TYPE_ENTRY_ROW);
  gtk_editable_set_text (GTK_EDITABLE (dilution), "many");
  mns_screen_save (MNS_SCREEN (screen));
  mns_screen_lab_wait_says (screen, "many");
  mns_screen_lab_wait_says (screen, "The last change was not saved");
  mns_screen_lab_shoot (lab, "step-measure-refused");
  gtk_editable_set_text (GTK_EDITABLE (dilution), "2,5");
  mns_screen_save (MNS_SCREEN (screen));
  mns_screen_lab_wait_says (screen, "not sent yet");

  wait_state (primary, TRUE, NULL);
  mns_screen_activate_primary (MNS_SCREEN (screen));
  mns_screen_lab_wait_says (screen, "Finish step");
}

/* The name of a tube is a cell of the table, typed or scanned. */
static void
test_tube_names (void)
{
  GtkWidget *screen = mns_screen_lab_show (lab, tubes, "content");
  MnsGrid *grid = MNS_GRID (mns_ui_find (screen, MNS_TYPE_GRID));
  MnsGridModel *model = mns_grid_get_model (grid);
  guint column = mns_grid_model_find_column (model, "container");

  g_assert_false (mns_screen_lab_says (screen, "Placement"));
  mns_grid_set_cursor (grid, 0, column);
  g_assert_true (mns_screen_scan (MNS_SCREEN (screen), "BC-1001"));
  g_assert_true (mns_screen_scan (MNS_SCREEN (screen), "BC-1002"));
  g_assert_cmpstr (mns_grid_model_get_text (model, 1, column), ==, "BC-1002");
  mns_screen_lab_wait_says (screen, "not sent yet");
  /* now it is known: a scan shows it */
  g_assert_true (mns_screen_scan (MNS_SCREEN (screen), "BC-1001"));
  g_assert_cmpstr (mns_grid_model_get_text (model, 0, column), ==, "BC-1001");
  mns_grid_set_cursor (grid, 2, column);
  mns_grid_set_value (grid, "");
  g_assert_cmpuint (mns_grid_model_count_faults (model), ==, 1);
  mns_screen_lab_shoot (lab, "step-tubes-fault");
  mns_grid_undo (grid);
}

/* ---- next steps ---- */

static GtkWidget *
wait_dialog (const char *text)
{
  for (;;)
    {
      GListModel *windows = gtk_window_get_toplevels ();

      for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
        {
          g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

          if (ADW_IS_MESSAGE_DIALOG (window) && mns_screen_lab_says (window, text))
            return window;
        }
      g_main_context_iteration (NULL, TRUE);
    }
}

static char *answer;

static void
note_answer (gpointer owner, const char *word)
{
  g_free (answer);
  answer = g_strdup (word);
}

static void
test_next_steps (void)
{
  static const char *const runs[] = { "Fragment DNA 24-1", "End repair 24-2", NULL };
  GtkWidget *screen = mns_screen_lab_show (lab, ending, "content");
  MnsGrid *grid = MNS_GRID (mns_ui_find (screen, MNS_TYPE_GRID));
  MnsGridModel *model = mns_grid_get_model (grid);
  guint column = mns_grid_model_find_column (model, "action");
  GtkWidget *dialog;

  g_assert_cmpstr (mns_grid_model_get_text (model, 0, column), ==, "Advance to End repair");
  mns_grid_set_cursor (grid, 0, column);
  mns_grid_set_value (grid, "Repeat step");
  mns_screen_lab_wait_says (screen, "not sent yet");
  mns_grid_set_cursor (grid, 1, column);
  mns_grid_set_value (grid, "no such thing");
  g_assert_cmpuint (mns_grid_model_count_faults (model), ==, 1);
  mns_screen_lab_shoot (lab, "step-next-fault");
  mns_grid_undo (grid);

  /* which step a rework goes back to */
  mns_step_ask_rework (screen, runs, note_answer);
  dialog = wait_dialog ("Rework from which step?");
  mns_ui_save_shots (dialog, "step-rework");
  gtk_drop_down_set_selected (
      GTK_DROP_DOWN (adw_message_dialog_get_extra_child (ADW_MESSAGE_DIALOG (dialog))), 1);
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "yes");
  g_assert_cmpstr (answer, ==, "1");

  mns_screen_activate_primary (MNS_SCREEN (screen));
  dialog = wait_dialog ("2 × Advance to End repair");
  g_assert_true (mns_screen_lab_says (dialog, "1 × Repeat step"));
  mns_ui_save_shots (dialog, "step-finish");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "yes");
  mns_screen_lab_wait_says (lab->window, "Open End repair (2)");
  mns_screen_lab_shoot (lab, "step-finish-toast");
}

/* ---- the frame ---- */

static void
test_take_over (void)
{
  GtkWidget *screen = mns_screen_lab_show (lab, foreign, "content");
  GtkWidget *dialog;

  mns_screen_lab_wait_says (screen, "Carl Colleague is working on this step");
  wait_state (
      find_primary (screen, "Next steps"), FALSE, "Only the person working on this step goes on");
  click (screen, "Take over");
  dialog = wait_dialog ("Take over this step?");
  mns_ui_save_shots (dialog, "step-take-over");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "yes");
  wait_state (find_primary (screen, "Next steps"), TRUE, NULL);
}

static void
test_abort (void)
{
  GtkWidget *screen = mns_screen_lab_show (lab, recording, "content");
  GtkWidget *dialog, *entry;

  gtk_widget_activate_action (screen, "step.abort", NULL);
  dialog = wait_dialog ("Abort this step?");
  g_assert_false (adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (dialog), "yes"));
  entry = adw_message_dialog_get_extra_child (ADW_MESSAGE_DIALOG (dialog));
  gtk_editable_set_text (GTK_EDITABLE (entry), "Wrong kit");
  g_assert_true (adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (dialog), "yes"));
  mns_ui_save_shots (dialog, "step-abort");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "yes");
  mns_screen_lab_wait_says (lab->window, "its samples wait again");
  screen = mns_screen_lab_show (lab, recording, "status");
  mns_screen_lab_wait_says (screen, "This step is no longer there");
  mns_screen_lab_shoot (lab, "step-gone");
}

/* All of a completed step on one page; nothing of it can be changed. */
static void
test_completed (void)
{
  GtkWidget *screen = mns_screen_lab_show (lab, finished, "content");
  MnsGrid *grid = MNS_GRID (mns_ui_find (screen, MNS_TYPE_GRID));

  mns_screen_lab_wait_says (screen, "Finished by Rosa Researcher");
  g_assert_true (mns_screen_lab_says (screen, "Duration (s)"));
  g_assert_true (mns_screen_lab_says (screen, "Next steps"));
  g_assert_true (mns_grid_model_get_read_only (mns_grid_get_model (grid)));
  g_assert_cmpuint (mns_grid_model_get_n_rows (mns_grid_get_model (grid)), ==, 3);
}

int
main (int argc, char **argv)
{
  g_autofree char *catalogues = g_build_filename (g_getenv ("MNS_BUILD"), "po", NULL);
  int failed;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, catalogues);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  mns_ui_init (&argc, &argv);
  fill ();
  fill_bucket ();
  g_test_add_func ("/step/pictures", test_pictures);
  g_test_add_func ("/step/bucket", test_bucket);
  g_test_add_func ("/step/bucket-numbers", test_bucket_numbers);
  g_test_add_func ("/step/bucket-taken", test_bucket_taken);
  g_test_add_func ("/step/placement", test_placement);
  g_test_add_func ("/step/details", test_details);
  g_test_add_func ("/step/tube-names", test_tube_names);
  g_test_add_func ("/step/next-steps", test_next_steps);
  g_test_add_func ("/step/take-over", test_take_over);
  g_test_add_func ("/step/abort", test_abort);
  g_test_add_func ("/step/completed", test_completed);
  failed = g_test_run ();
  mns_screen_lab_free (lab);
  return failed;
}
