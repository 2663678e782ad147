/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "desktop/widgets/cell.h"
#include "desktop/widgets/grid-private.h"
#include "tests/desktop/ui-test.h"

#define N_ROWS 96

enum
{
  SAMPLE,
  WELL,
  CONC,
  VOLUME,
  QC,
  LOT,
  CHECKED,
  DAY,
  NOTE,
  N_COLUMNS,
};

static const char *const lots[] = { "2411A", "2411B", "2501A", NULL };

static const MnsGridColumn columns[] = {
  [SAMPLE] = { .id = "sample", .title = "Sample", .read_only = TRUE },
  [WELL] = { .id = "well", .title = "Well", .read_only = TRUE, .width = 64 },
  [CONC] = { .id = "conc",
             .title = "Conc.",
             .unit = "ng/µl",
             .kind = MNS_CELL_NUMBER,
             .decimals = -1,
             .required = TRUE,
             .width = 120,
             .limits = MNS_LIMIT_MIN | MNS_LIMIT_LOW,
             .low = 10 },
  [VOLUME] = { .id = "volume",
               .title = "Vol.",
               .unit = "µl",
               .kind = MNS_CELL_NUMBER,
               .decimals = 1 },
  [QC] = { .id = "qc", .title = "QC", .kind = MNS_CELL_QC },
  [LOT] = { .id = "lot", .title = "Lot", .kind = MNS_CELL_CHOICE, .options = lots },
  [CHECKED] = { .id = "checked", .title = "Checked", .kind = MNS_CELL_CHECK },
  [DAY] = { .id = "day", .title = "Day", .kind = MNS_CELL_DATE },
  [NOTE] = { .id = "note", .title = "Note", .width = 240 },
};

typedef struct
{
  MnsGridModel *model;
  MnsGrid *grid;
  GtkWidget *window;
  char *message;
  guint n_edits; /* how often "cells-edited" came */
} Fixture;

static void
message_cb (MnsGrid *grid, const char *message, Fixture *f)
{
  g_free (f->message);
  f->message = g_strdup (message);
}

static void
edited_cb (MnsGridModel *model, GArray *edits, Fixture *f)
{
  f->n_edits++;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  f->model = mns_grid_model_new (columns, N_COLUMNS);
  for (guint i = 0; i < N_ROWS; i++)
    {
      g_autofree char *name = g_strdup_printf ("S-%03u", i);
      g_autofree char *well = g_strdup_printf ("%c:%u", 'A' + i % 8, i / 8 + 1);
      g_autofree char *conc = g_strdup_printf ("%u.5", 8 + i % 50);
      const char *texts[] = { name, well, conc, "40", "", "2411A", "false", "", "", NULL };

      mns_grid_model_append_row (f->model, name, texts);
    }
  f->grid = MNS_GRID (mns_grid_new (f->model, "Samples"));
  g_signal_connect (f->grid, "message", G_CALLBACK (message_cb), f);
  g_signal_connect (f->model, "cells-edited", G_CALLBACK (edited_cb), f);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (f->grid));
  f->window = mns_ui_show (scrolled, 900, 420);
  gtk_widget_grab_focus (GTK_WIDGET (f->grid));
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
  g_assert_finalize_object (f->model);
  g_free (f->message);
}

static void
key (Fixture *f, guint keyval, GdkModifierType state)
{
  if (!mns_grid_edit_key (f->grid, keyval, state))
    mns_grid_key (f->grid, keyval, state);
}

static void
assert_cursor (Fixture *f, guint row, guint column)
{
  guint at_row = 0;
  guint at_column = 0;

  g_assert_true (mns_grid_get_cursor (f->grid, &at_row, &at_column));
  g_assert_cmpuint (at_row, ==, row);
  g_assert_cmpuint (at_column, ==, column);
}

static void
assert_range (Fixture *f, guint row, guint column, guint n_rows, guint n_columns)
{
  MnsCellRange range;

  g_assert_true (mns_grid_get_range (f->grid, &range));
  g_assert_cmpuint (range.row, ==, row);
  g_assert_cmpuint (range.column, ==, column);
  g_assert_cmpuint (range.n_rows, ==, n_rows);
  g_assert_cmpuint (range.n_columns, ==, n_columns);
}

static void
assert_text (Fixture *f, guint row, guint column, const char *text)
{
  g_assert_cmpstr (mns_grid_model_get_text (f->model, row, column), ==, text);
}

static MnsCell *
find_cell (Fixture *f, guint row, guint column)
{
  GHashTableIter iter;
  gpointer cell;

  g_hash_table_iter_init (&iter, f->grid->cells);
  while (g_hash_table_iter_next (&iter, NULL, &cell))
    if (mns_cell_get_row (cell) == row && mns_cell_get_column (cell) == column)
      return cell;
  return NULL;
}

#define CTRL GDK_CONTROL_MASK
#define SHIFT GDK_SHIFT_MASK

static const struct
{
  const char *path;
  guint keyval;
  GdkModifierType state;
  guint row;
  guint column;
  MnsCellRange range;
} moves[] = {
  { "/grid-widget/key/up", GDK_KEY_Up, 0, 4, 3, { 4, 3, 1, 1 } },
  { "/grid-widget/key/down", GDK_KEY_Down, 0, 6, 3, { 6, 3, 1, 1 } },
  { "/grid-widget/key/left", GDK_KEY_Left, 0, 5, 2, { 5, 2, 1, 1 } },
  { "/grid-widget/key/right", GDK_KEY_Right, 0, 5, 4, { 5, 4, 1, 1 } },
  { "/grid-widget/key/ctrl-up", GDK_KEY_Up, CTRL, 0, 3, { 0, 3, 1, 1 } },
  { "/grid-widget/key/ctrl-down", GDK_KEY_Down, CTRL, 95, 3, { 95, 3, 1, 1 } },
  { "/grid-widget/key/ctrl-left", GDK_KEY_Left, CTRL, 5, 0, { 5, 0, 1, 1 } },
  { "/grid-widget/key/ctrl-right", GDK_KEY_Right, CTRL, 5, 8, { 5, 8, 1, 1 } },
  { "/grid-widget/key/home", GDK_KEY_Home, 0, 5, 0, { 5, 0, 1, 1 } },
  { "/grid-widget/key/end", GDK_KEY_End, 0, 5, 8, { 5, 8, 1, 1 } },
  { "/grid-widget/key/ctrl-home", GDK_KEY_Home, CTRL, 0, 0, { 0, 0, 1, 1 } },
  { "/grid-widget/key/ctrl-end", GDK_KEY_End, CTRL, 95, 8, { 95, 8, 1, 1 } },
  { "/grid-widget/key/shift-down", GDK_KEY_Down, SHIFT, 6, 3, { 5, 3, 2, 1 } },
  { "/grid-widget/key/shift-left", GDK_KEY_Left, SHIFT, 5, 2, { 5, 2, 1, 2 } },
  { "/grid-widget/key/ctrl-shift-end", GDK_KEY_End, CTRL | SHIFT, 95, 8, { 5, 3, 91, 6 } },
  { "/grid-widget/key/select-all", GDK_KEY_a, CTRL, 0, 0, { 0, 0, 96, 9 } },
};

static void
test_move (Fixture *f, gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);

  mns_grid_set_cursor (f->grid, 5, 3);
  g_assert_true (mns_grid_key (f->grid, moves[i].keyval, moves[i].state));
  assert_cursor (f, moves[i].row, moves[i].column);
  assert_range (f,
                moves[i].range.row,
                moves[i].range.column,
                moves[i].range.n_rows,
                moves[i].range.n_columns);
}

static void
test_page (Fixture *f, gconstpointer data)
{
  guint row = 0;

  key (f, GDK_KEY_Page_Down, 0);
  mns_grid_get_cursor (f->grid, &row, NULL);
  g_assert_cmpuint (row, >=, 8);
  g_assert_cmpuint (row, <=, 12);
  key (f, GDK_KEY_Page_Up, 0);
  assert_cursor (f, 0, 0);
  key (f, GDK_KEY_Page_Up, 0);
  assert_cursor (f, 0, 0);
}

static void
test_accessible (Fixture *f, gconstpointer data)
{
  MnsCell *cell = find_cell (f, 2, CONC);

  gtk_test_accessible_assert_role (f->grid, GTK_ACCESSIBLE_ROLE_GRID);
  gtk_test_accessible_assert_property (f->grid, GTK_ACCESSIBLE_PROPERTY_LABEL, "Samples");
  gtk_test_accessible_assert_role (cell, GTK_ACCESSIBLE_ROLE_GRID_CELL);
  gtk_test_accessible_assert_property (cell, GTK_ACCESSIBLE_PROPERTY_LABEL, "Conc., S-002, 10.5");
  gtk_test_accessible_assert_property (
      find_cell (f, 0, CONC), GTK_ACCESSIBLE_PROPERTY_LABEL, "Conc., S-000, 8.5, under 10");
  gtk_test_accessible_assert_role (g_ptr_array_index (f->grid->heads, CONC),
                                   GTK_ACCESSIBLE_ROLE_COLUMN_HEADER);
  gtk_test_accessible_assert_property (g_ptr_array_index (f->grid->heads, CONC),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Conc., ng/µl, required");

  /* The name follows the data at once, without the cursor having been there. */
  mns_grid_model_load (f->model, 2, CONC, "abc");
  gtk_test_accessible_assert_property (
      cell, GTK_ACCESSIBLE_PROPERTY_LABEL, "Conc., S-002, abc, abc is not a number");
  gtk_test_accessible_assert_state (
      cell, GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_TRUE);
  mns_grid_set_cursor (f->grid, 2, CONC);
  gtk_test_accessible_assert_state (cell, GTK_ACCESSIBLE_STATE_SELECTED, TRUE);
  g_assert_cmpstr (mns_grid_get_line (f->grid), ==, "Conc., S-002, abc, abc is not a number");
}

static void
test_focus_follows (Fixture *f, gconstpointer data)
{
  key (f, GDK_KEY_Down, 0);
  key (f, GDK_KEY_Right, 0);
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (f->window)) == GTK_WIDGET (find_cell (f, 1, 1)));
  g_assert_false (gtk_widget_child_focus (GTK_WIDGET (f->grid), GTK_DIR_TAB_FORWARD));
}

/* Cells that are not in view have no child, but the one under the cursor keeps its own. */
static void
test_only_cells_in_view (Fixture *f, gconstpointer data)
{
  GtkAdjustment *vertical = f->grid->adjustments[GTK_ORIENTATION_VERTICAL];

  g_assert_nonnull (find_cell (f, 5, 1));
  g_assert_null (find_cell (f, 90, 1));
  gtk_adjustment_set_value (vertical, gtk_adjustment_get_upper (vertical));
  mns_ui_settle (f->window);
  g_assert_null (find_cell (f, 5, 1));
  g_assert_nonnull (find_cell (f, 90, 1));
  g_assert_nonnull (find_cell (f, 0, 0));
  g_assert_true (mns_grid_has_focus_inside (f->grid));
  g_assert_cmpuint (g_hash_table_size (f->grid->cells), <, 200);
  key (f, GDK_KEY_Down, 0); /* comes back into view */
  mns_ui_settle (f->window);
  g_assert_nonnull (find_cell (f, 5, 1));
}

static void
test_typing (Fixture *f, gconstpointer data)
{
  mns_grid_set_cursor (f->grid, 0, CONC);
  key (f, GDK_KEY_1, 0);
  g_assert_true (f->grid->editing);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (f->grid->editor)), ==, "1");
  gtk_editable_set_text (GTK_EDITABLE (f->grid->editor), "12,25 ng/ul");
  assert_text (f, 0, CONC, "8.5");
  key (f, GDK_KEY_Return, 0);
  g_assert_false (f->grid->editing);
  assert_text (f, 0, CONC, "12.25");
  assert_cursor (f, 1, CONC);
  g_assert_cmpuint (f->n_edits, ==, 1);
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (f->window)) ==
                 GTK_WIDGET (find_cell (f, 1, CONC)));
}

static void
test_edit_keys (Fixture *f, gconstpointer data)
{
  mns_grid_set_cursor (f->grid, 3, CONC);
  key (f, GDK_KEY_F2, 0);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (f->grid->editor)), ==, "11.5");
  gtk_editable_set_text (GTK_EDITABLE (f->grid->editor), "99");
  key (f, GDK_KEY_Escape, 0);
  assert_text (f, 3, CONC, "11.5");
  g_assert_cmpuint (f->n_edits, ==, 0);

  key (f, GDK_KEY_Return, 0);
  gtk_editable_set_text (GTK_EDITABLE (f->grid->editor), "99");
  key (f, GDK_KEY_Return, SHIFT);
  assert_text (f, 3, CONC, "99");
  assert_cursor (f, 2, CONC);

  key (f, GDK_KEY_5, 0);
  key (f, GDK_KEY_Tab, 0);
  assert_text (f, 2, CONC, "5");
  assert_cursor (f, 2, VOLUME);
  key (f, GDK_KEY_6, 0);
  key (f, GDK_KEY_ISO_Left_Tab, SHIFT);
  assert_cursor (f, 2, CONC);
}

static void
test_focus_leaves_editor (Fixture *f, gconstpointer data)
{
  mns_grid_set_cursor (f->grid, 0, CONC);
  key (f, GDK_KEY_7, 0);
  gtk_window_set_focus (GTK_WINDOW (f->window), NULL);
  g_assert_false (f->grid->editing);
  assert_text (f, 0, CONC, "7");
}

static void
test_read_only (Fixture *f, gconstpointer data)
{
  mns_grid_set_cursor (f->grid, 0, WELL);
  key (f, GDK_KEY_x, 0);
  g_assert_false (f->grid->editing);
  g_assert_cmpstr (f->message, ==, "This cell is read-only");
  key (f, GDK_KEY_Delete, 0);
  assert_text (f, 0, WELL, "A:1");
}

static void
test_bad_values (Fixture *f, gconstpointer data)
{
  mns_grid_set_cursor (f->grid, 4, CONC);
  mns_grid_set_value (f->grid, "abc");
  mns_grid_set_cursor (f->grid, 9, LOT);
  mns_grid_set_value (f->grid, "9999Z");
  assert_text (f, 4, CONC, "abc"); /* kept */
  g_assert_cmpuint (mns_grid_model_count_faults (f->model), ==, 2);
  mns_grid_set_cursor (f->grid, 0, 0);
  key (f, GDK_KEY_F8, 0);
  assert_cursor (f, 4, CONC);
  g_assert_cmpstr (f->message, ==, "Conc., S-004, abc, abc is not a number");
  key (f, GDK_KEY_F8, 0);
  assert_cursor (f, 9, LOT);
  key (f, GDK_KEY_F8, SHIFT);
  assert_cursor (f, 4, CONC);
  mns_grid_undo (f->grid);
  mns_grid_undo (f->grid);
  g_assert_false (mns_grid_step_fault (f->grid, TRUE));
  g_assert_cmpstr (f->message, ==, "All cells are valid");
}

static void
test_quick_keys (Fixture *f, gconstpointer data)
{
  const MnsCellRange qc = { 0, QC, 3, 1 };
  const MnsCellRange checked = { 0, CHECKED, 3, 1 };

  mns_grid_set_range (f->grid, &qc);
  key (f, GDK_KEY_p, 0);
  assert_text (f, 2, QC, "PASSED");
  key (f, GDK_KEY_f, 0);
  assert_text (f, 0, QC, "FAILED");
  key (f, GDK_KEY_space, 0);
  assert_text (f, 1, QC, "");
  g_assert_cmpuint (f->n_edits, ==, 3);
  mns_grid_set_range (f->grid, &checked);
  key (f, GDK_KEY_space, 0);
  assert_text (f, 2, CHECKED, "true");
  key (f, GDK_KEY_Return, 0);
  assert_text (f, 2, CHECKED, "false");
}

static void
test_paste_text (Fixture *f, gconstpointer data)
{
  mns_grid_set_cursor (f->grid, 94, WELL);
  mns_grid_paste_text (f->grid, "X\t1,5\t20\nY\t2,5\t30\nZ\t3,5\t40\n", FALSE);
  assert_text (f, 94, CONC, "1.5");
  assert_text (f, 95, VOLUME, "30");
  assert_text (f, 94, WELL, "G:12");
  g_assert_cmpstr (f->message, ==, "4 cells pasted, 5 left out (read-only or outside the table)");
  assert_range (f, 94, WELL, 2, 3);
  g_assert_cmpuint (f->n_edits, ==, 1); /* one paste, one command */
  key (f, GDK_KEY_z, CTRL);
  assert_text (f, 94, CONC, "52.5");
  key (f, GDK_KEY_y, CTRL);
  assert_text (f, 94, CONC, "1.5");
}

static gboolean
has_message (gpointer data)
{
  return ((Fixture *) data)->message != NULL;
}

static gboolean
offered_cb (MnsGrid *grid, const char *text, char **seen)
{
  *seen = g_strdup (text);
  return TRUE;
}

/* Through the real clipboard. */
static void
test_clipboard (Fixture *f, gconstpointer data)
{
  const MnsCellRange source = { 0, CONC, 2, 2 };
  const MnsCellRange target = { 4, CONC, 4, 2 };

  mns_grid_set_range (f->grid, &source);
  key (f, GDK_KEY_c, CTRL);
  g_assert_cmpstr (f->message, ==, "4 cells copied");
  g_clear_pointer (&f->message, g_free);
  mns_grid_set_range (f->grid, &target);
  key (f, GDK_KEY_v, CTRL);
  mns_ui_wait (has_message, f);
  g_assert_cmpstr (f->message, ==, "8 cells pasted"); /* two rows tile four */
  assert_text (f, 6, CONC, "8.5");
  assert_text (f, 7, CONC, "9.5");

  mns_grid_set_range (f->grid, &source);
  key (f, GDK_KEY_x, CTRL);
  assert_text (f, 0, CONC, "");
}

static gboolean
is_set (gpointer data)
{
  return *(char **) data != NULL;
}

static void
test_match_by_name (Fixture *f, gconstpointer data)
{
  g_autofree char *seen = NULL;

  g_signal_connect (f->grid, "match-offered", G_CALLBACK (offered_cb), &seen);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (f->grid)), "S-020\t1\nS-010\t2");
  mns_grid_set_cursor (f->grid, 0, CONC);
  mns_grid_paste_clipboard (f->grid);
  mns_ui_wait (is_set, &seen);
  g_assert_cmpuint (f->n_edits, ==, 0); /* the screen asks first */
  mns_grid_paste_text (f->grid, seen, TRUE);
  assert_text (f, 20, CONC, "1");
  assert_text (f, 10, CONC, "2");
}

static void
test_fill (Fixture *f, gconstpointer data)
{
  const MnsCellRange range = { 0, CONC, 4, 2 };
  const MnsCellRange two = { 0, CONC, 2, 1 };
  const MnsCellRange row = { 8, CONC, 1, 2 };

  mns_grid_set_range (f->grid, &range);
  key (f, GDK_KEY_d, CTRL);
  assert_text (f, 3, CONC, "8.5");
  g_assert_cmpstr (f->message, ==, "6 cells filled");
  mns_grid_set_range (f->grid, &row);
  key (f, GDK_KEY_r, CTRL);
  assert_text (f, 8, VOLUME, "16.5");

  mns_grid_undo (f->grid);
  mns_grid_undo (f->grid);
  mns_grid_set_range (f->grid, &two); /* 8.5 and 9.5: a series */
  mns_grid_extend_range (f->grid, 3, TRUE);
  assert_text (f, 4, CONC, "12.5");
  assert_range (f, 0, CONC, 5, 1);
}

static void
test_choice (Fixture *f, gconstpointer data)
{
  GtkWidget *list;

  mns_grid_set_cursor (f->grid, 0, LOT);
  key (f, GDK_KEY_Return, 0);
  list = mns_ui_find (f->grid->popover, GTK_TYPE_LIST_BOX);
  g_assert_nonnull (list);
  g_signal_emit_by_name (
      list, "row-activated", gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 2));
  assert_text (f, 0, LOT, "2501A");

  key (f, GDK_KEY_2, 0); /* typing works too, and is completed */
  gtk_editable_set_text (GTK_EDITABLE (f->grid->editor), "2411b");
  key (f, GDK_KEY_Return, 0);
  assert_text (f, 0, LOT, "2411B");
}

static void
test_calendar (Fixture *f, gconstpointer data)
{
  g_autoptr (GDateTime) day = g_date_time_new_utc (2026, 11, 24, 0, 0, 0);
  GtkWidget *calendar;

  mns_grid_set_cursor (f->grid, 0, DAY);
  key (f, GDK_KEY_Down, GDK_ALT_MASK);
  calendar = mns_ui_find (f->grid->popover, GTK_TYPE_CALENDAR);
  g_assert_nonnull (calendar);
  gtk_calendar_select_day (GTK_CALENDAR (calendar), day);
  assert_text (f, 0, DAY, "");
  g_signal_emit_by_name (gtk_widget_get_next_sibling (calendar), "clicked");
  assert_text (f, 0, DAY, "2026-11-24");
}

static void
test_pick (Fixture *f, gconstpointer data)
{
  graphene_rect_t rect;
  guint row = 0;
  guint column = 0;

  g_assert_cmpint (mns_grid_pick (f->grid, 10, 10, &row, &column), ==, MNS_GRID_PART_HEAD);
  g_assert_cmpuint (column, ==, SAMPLE);
  g_assert_cmpint (mns_grid_pick (f->grid, 127, 10, &row, &column), ==, MNS_GRID_PART_HEAD_EDGE);
  g_assert_cmpint (
      mns_grid_pick (f->grid, 128 + 64 + 10, 32 + 32 + 5, &row, &column), ==, MNS_GRID_PART_CELL);
  g_assert_cmpuint (row, ==, 1);
  g_assert_cmpuint (column, ==, CONC);

  mns_grid_set_cursor (f->grid, 0, CONC);
  mns_grid_get_rect (f->grid, 0, CONC, &rect);
  g_assert_cmpint (mns_grid_pick (f->grid,
                                  rect.origin.x + rect.size.width - 2,
                                  rect.origin.y + rect.size.height - 2,
                                  &row,
                                  &column),
                   ==,
                   MNS_GRID_PART_HANDLE);
}

/* Budgets: a long table is loaded and scrolled without a pause that a person would notice. */
static void
test_ten_thousand_rows (Fixture *f, gconstpointer data)
{
  gint64 start = g_get_monotonic_time ();

  mns_grid_model_freeze (f->model);
  for (guint i = N_ROWS; i < 10000; i++)
    {
      g_autofree char *name = g_strdup_printf ("S-%05u", i);
      const char *texts[] = { name, "A:1", "12.5", NULL };

      mns_grid_model_append_row (f->model, name, texts);
    }
  mns_grid_model_thaw (f->model);
  key (f, GDK_KEY_End, CTRL);
  mns_ui_settle (f->window);
  assert_cursor (f, 9999, NOTE);
  g_assert_cmpuint (g_hash_table_size (f->grid->cells), <, 200);
  g_test_message ("%" G_GINT64_FORMAT " ms", (g_get_monotonic_time () - start) / 1000);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 2 * G_USEC_PER_SEC);
}

static void
test_no_rows (Fixture *f, gconstpointer data)
{
  mns_grid_set_cursor (f->grid, 50, CONC);
  mns_grid_model_clear (f->model);
  mns_ui_settle (f->window);
  key (f, GDK_KEY_Down, 0);
  key (f, GDK_KEY_Return, 0);
  mns_grid_copy_range (f->grid);
  mns_grid_paste_text (f->grid, "1", FALSE);
  mns_grid_set_value (f->grid, "1");
  g_assert_false (mns_grid_get_cursor (f->grid, NULL, NULL));
  g_assert_null (mns_grid_get_line (f->grid));
}

static void
test_shot (Fixture *f, gconstpointer data)
{
  const MnsCellRange range = { 5, CONC, 3, 2 };

  mns_grid_model_load (f->model, 2, CONC, "abc");
  mns_grid_model_load (f->model, 3, LOT, "9999Z");
  mns_grid_model_load (f->model, 0, QC, "PASSED");
  mns_grid_model_load (f->model, 1, QC, "FAILED");
  mns_grid_model_load (f->model, 1, CHECKED, "true");
  mns_grid_model_load (f->model, 1, DAY, "2026-11-24");
  mns_grid_set_range (f->grid, &range);
  mns_ui_save_shots (GTK_WIDGET (f->grid), "grid");
  mns_grid_set_cursor (f->grid, 6, NOTE); /* scrolled to the right, with the editor */
  key (f, GDK_KEY_F2, 0);
  gtk_editable_set_text (GTK_EDITABLE (f->grid->editor), "A note being typed");
  mns_ui_save_shots (GTK_WIDGET (f->grid), "grid-edit");
}

/* Nothing is lost at twice the text size: rows and columns grow with it. */
static void
test_large_text (Fixture *f, gconstpointer data)
{
  double height = mns_grid_get_row_height (f->grid);

  mns_ui_set_text_scale (2);
  mns_ui_settle (f->window);
  g_assert_cmpfloat (mns_grid_get_row_height (f->grid), ==, 2 * height);
  mns_ui_save_shots (GTK_WIDGET (f->grid), "grid-large-text");
  mns_ui_set_text_scale (1);
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  mns_ui_init (&argc, &argv);

  for (guint i = 0; i < G_N_ELEMENTS (moves); i++)
    g_test_add (moves[i].path, Fixture, GUINT_TO_POINTER (i), set_up, test_move, tear_down);
  add ("/grid-widget/key/page", test_page);
  add ("/grid-widget/accessible", test_accessible);
  add ("/grid-widget/focus-follows", test_focus_follows);
  add ("/grid-widget/only-cells-in-view", test_only_cells_in_view);
  add ("/grid-widget/typing", test_typing);
  add ("/grid-widget/edit-keys", test_edit_keys);
  add ("/grid-widget/focus-leaves-editor", test_focus_leaves_editor);
  add ("/grid-widget/read-only", test_read_only);
  add ("/grid-widget/bad-values", test_bad_values);
  add ("/grid-widget/quick-keys", test_quick_keys);
  add ("/grid-widget/paste-text", test_paste_text);
  add ("/grid-widget/clipboard", test_clipboard);
  add ("/grid-widget/match-by-name", test_match_by_name);
  add ("/grid-widget/fill", test_fill);
  add ("/grid-widget/choice", test_choice);
  add ("/grid-widget/calendar", test_calendar);
  add ("/grid-widget/pick", test_pick);
  add ("/grid-widget/ten-thousand-rows", test_ten_thousand_rows);
  add ("/grid-widget/no-rows", test_no_rows);
  add ("/grid-widget/shot", test_shot);
  add ("/grid-widget/large-text", test_large_text);

  return g_test_run ();
}
