/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Projects: their status, samples from a workbook, a document, a table; where they begin. */

#include "config.h"

#include "desktop/app/cells.h"
#include "desktop/app/screen.h"
#include "desktop/screens/projects/import-match.h"
#include "desktop/widgets/grid.h"
#include "sync/sheet/sheet.h"
#include "tests/desktop/screen-lab.h"
#include "tests/desktop/ui-test.h"
#include "tests/mns-test.h"
#include "tests/sheet/zip-maker.h"

static MnsScreenLab *lab;
static char *dir;
static char *empty; /* a project without samples */

static void
fill (void)
{
  g_autoptr (JsonObject) made = NULL;

  lab = mns_screen_lab_new ();
  dir = mns_test_make_tmp_dir ();
  g_free (mns_world_add_project (lab->world, "Alpha", 6, NULL));
  made = mns_world_must (lab->world, MNS_WORLD_RESEARCHER, "project.create@1", "{'name': 'Empty'}");
  empty = g_strdup (json_object_get_string_member (made, "project"));
  mns_screen_lab_open (lab);
}

static void
press (GtkWidget *root, GType type, const char *label)
{
  GtkWidget *button = mns_screen_lab_find (root, type, label);

  if (GTK_IS_TOGGLE_BUTTON (button))
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
  else
    g_signal_emit_by_name (button, "clicked");
}

static void
test_chips (void)
{
  GtkWidget *screen = mns_screen_lab_show (lab, "/projects", "content");

  mns_screen_lab_wait_says (screen, "Alpha");
  mns_screen_lab_wait_says (screen, "0 of 6 (0 %)");
  mns_screen_lab_shoot (lab, "projects");
  press (screen, GTK_TYPE_TOGGLE_BUTTON, "Closed");
  mns_screen_lab_wait_says (screen, "Nothing matches");
  mns_screen_lab_shoot (lab, "projects-nothing");
  gtk_widget_activate_action (lab->window, "win.clear-filter", NULL);
  mns_screen_lab_wait_says (screen, "Alpha");
}

/* ---- import ---- */

static GtkWidget *
show_import (void)
{
  g_autofree char *path = g_strconcat ("/import/", empty, NULL);

  return mns_screen_lab_show (lab, path, "content");
}

/* As a file that is dropped from another window. */
static void
drop_file (GtkWidget *screen, const char *name, GBytes *bytes)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (screen);
  g_auto (GValue) value = G_VALUE_INIT;
  GSList *files = NULL;
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  gboolean taken = FALSE;

  g_assert_true (g_file_set_contents (path, data, (gssize) size, &error));
  g_assert_no_error (error);
  files = g_slist_append (files, g_file_new_for_path (path));
  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_set_boxed (&value, files);
  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GObject) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DROP_TARGET (controller))
        g_signal_emit_by_name (controller, "drop", &value, 0.0, 0.0, &taken);
    }
  g_assert_true (taken);
  g_slist_free_full (files, g_object_unref);
}

/* Primary action: adds the samples and goes back to where one came from. */
static void
add_all (GtkWidget *screen, const char *label)
{
  mns_screen_lab_wait_says (screen, label);
  mns_ui_settle (lab->window);
  mns_screen_activate_primary (MNS_SCREEN (screen));
}

static void
test_xlsx_with_own_headers (void)
{
  static const char *const cells[][4] = {
    { "Name", "Well", "Plate", "Favourite colour" },
    { "X-1", "A:1", "Xlsx-P1", "red" },
    { "X-2", "B:1", "Xlsx-P1", "blue" },
  };
  g_autoptr (MnsSheet) sheet = mns_sheet_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  GtkWidget *screen = show_import ();
  GtkWidget *choice;

  for (guint row = 0; row < G_N_ELEMENTS (cells); row++)
    for (guint c = 0; c < 4; c++)
      mns_sheet_set (sheet, row, c, MNS_SHEET_TEXT, cells[row][c], &error);
  bytes = mns_sheet_write_xlsx (sheet, &error);
  g_assert_no_error (error);
  drop_file (screen, "list.xlsx", bytes);
  /* three headers are guessed, the fourth is nobody's */
  mns_screen_lab_wait_says (screen, "“Favourite colour” is");
  mns_screen_lab_wait_says (screen, "Sample/Well Location");
  mns_screen_lab_wait_says (screen, "Favourite colour” is not known");
  mns_screen_lab_shoot (lab, "import-match");
  choice = gtk_widget_get_next_sibling (mns_screen_lab_find (
      mns_ui_find (screen, MNS_TYPE_IMPORT_MATCH), GTK_TYPE_LABEL, "“Favourite colour” is"));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (choice), 1); /* leave it out */
  add_all (screen, "Add 2 samples");
  /* the plate is not there, so its type is needed: said in its place, nothing is stored */
  mns_screen_lab_wait_says (screen, "to make it, its type is needed");
  mns_screen_lab_wait_says (screen, "2 cells are not valid");
  mns_screen_lab_shoot (lab, "import-faults");
}

static void
test_ods (void)
{
  g_autoptr (GBytes) bytes = ods_make (
      "<table:table-row>"
      "<table:table-cell office:value-type='string'><text:p>Sample/Name</text:p></table:table-cell>"
      "<table:table-cell office:value-type='string'><text:p>UDF/Concentration</text:p>"
      "</table:table-cell></table:table-row>"
      "<table:table-row>"
      "<table:table-cell office:value-type='string'><text:p>O-1</text:p></table:table-cell>"
      "<table:table-cell office:value-type='float' office:value='12.5'><text:p>12.5</text:p>"
      "</table:table-cell></table:table-row>");
  g_autofree char *args = g_strdup_printf ("{'project': '%s'}", empty);
  g_autoptr (MnsViewResult) samples = NULL;
  GtkWidget *screen = show_import ();

  drop_file (screen, "list.ods", bytes);
  add_all (screen, "Add 1 sample");
  mns_screen_lab_wait_says (lab->window, "1 sample added");
  samples = mns_screen_lab_look (lab, "project_samples", args);
  g_assert_cmpuint (mns_rows_get_n_rows (samples->rows), ==, 1);
  g_assert_cmpstr (mns_cell_text (samples->rows, 0, "name"), ==, "O-1");
}

/* Typed into an empty table: rows in which nothing stands are no samples; a new label is made. */
static void
test_empty_table (void)
{
  g_autofree char *args = g_strdup_printf ("{'project': '%s'}", empty);
  g_autoptr (MnsViewResult) samples = NULL;
  g_autoptr (GArray) edits = g_array_new (FALSE, FALSE, sizeof (MnsCellEdit));
  GtkWidget *screen = show_import ();
  MnsGridModel *model;
  const MnsCellEdit name = { .row = 3, .column = 0, .text = (char *) "T-1" };
  MnsCellEdit label = { .row = 3, .text = (char *) "Brand new" };

  press (screen, GTK_TYPE_BUTTON, "Empty table");
  mns_ui_settle (lab->window);
  model = mns_grid_get_model (MNS_GRID (mns_ui_find (screen, MNS_TYPE_GRID)));
  g_assert_cmpuint (mns_grid_model_find_column (model, "UDF/Volume"), !=, G_MAXUINT);
  label.column = mns_grid_model_find_column (model, "Sample/Reagent Label");
  g_array_append_val (edits, name);
  g_array_append_val (edits, label);
  mns_grid_model_edit (model, edits);
  mns_screen_lab_shoot (lab, "import-table");
  add_all (screen, "Add 1 sample");
  mns_screen_lab_wait_says (lab->window, "Projects");
  for (guint i = 0; i < 200 && (samples == NULL || mns_rows_get_n_rows (samples->rows) < 2); i++)
    {
      g_clear_pointer (&samples, mns_view_result_free);
      mns_ui_settle (lab->window);
      samples = mns_screen_lab_look (lab, "project_samples", args);
    }
  g_assert_cmpuint (mns_rows_get_n_rows (samples->rows), ==, 2);
}

/* ---- assigning ---- */

static void
test_assign_to_second_step (void)
{
  g_autofree char *path = g_strconcat ("/project/", empty, NULL);
  GtkWidget *screen = mns_screen_lab_show (lab, path, "content");
  g_autoptr (GListModel) windows = NULL;
  GtkWidget *dialog = NULL;
  GtkWidget *stage;
  g_autoptr (MnsViewResult) steps = NULL;

  mns_screen_lab_wait_says (screen, "O-1");
  press (screen, GTK_TYPE_BUTTON, "Assign to workflow");
  windows = g_object_ref (gtk_window_get_toplevels ());
  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (ADW_IS_MESSAGE_DIALOG (window))
        dialog = window;
    }
  g_assert_nonnull (dialog);
  mns_screen_lab_wait_says (dialog, "All samples of the project begin with Fragment DNA");
  stage = gtk_widget_get_prev_sibling (
      mns_screen_lab_find (dialog, GTK_TYPE_LABEL, "All samples of the project"));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (stage), 1);
  mns_screen_lab_wait_says (dialog, "begin with End repair in Library preparation");
  mns_ui_save_shots (dialog, "project-assign");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "assign");
  mns_screen_lab_wait_says (lab->window, "Samples assigned");
  steps = mns_screen_lab_look (lab, "lab", "{}");
  g_assert_cmpstr (mns_cell_text (steps->rows, 1, "step"), ==, "End repair");
  g_assert_cmpint (mns_cell_int (steps->rows, 1, "queued"), ==, 2);
}

int
main (int argc, char **argv)
{
  int failed;

  mns_ui_init (&argc, &argv);
  fill ();
  g_test_add_func ("/projects/chips", test_chips);
  g_test_add_func ("/import/xlsx-with-own-headers", test_xlsx_with_own_headers);
  g_test_add_func ("/import/ods", test_ods);
  g_test_add_func ("/import/empty-table", test_empty_table);
  g_test_add_func ("/project/assign-to-second-step", test_assign_to_second_step);
  failed = g_test_run ();
  mns_screen_lab_free (lab);
  mns_test_remove_tree (dir);
  g_free (dir);
  g_free (empty);
  return failed;
}
