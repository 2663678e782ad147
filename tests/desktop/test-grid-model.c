/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The spreadsheet without a display. A table is written with "|" between cells and "/" between
 * rows. */

#include "config.h"

#include "desktop/widgets/grid-ops.h"

static const MnsGridColumn columns[] = {
  { .id = "sample", .title = "Sample", .read_only = TRUE },
  { .id = "conc", .title = "Conc.", .kind = MNS_CELL_NUMBER, .decimals = -1 },
  { .id = "volume", .title = "Vol.", .kind = MNS_CELL_NUMBER, .decimals = -1 },
  { .id = "note", .title = "Note" },
};

static MnsGridModel *
make_model (void)
{
  const char *rows[][5] = { { "S-0", "1", "10", "a", NULL },
                            { "S-1", "2", "20", "b", NULL },
                            { "S-2", "", "30", "c", NULL },
                            { "S-3", "", "40", "d", NULL } };
  MnsGridModel *model = mns_grid_model_new (columns, G_N_ELEMENTS (columns));

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    mns_grid_model_append_row (model, rows[i][0], rows[i]);
  return model;
}

#define START "S-0|1|10|a/S-1|2|20|b/S-2||30|c/S-3||40|d"

static char *
describe (MnsGridModel *model)
{
  GString *out = g_string_new (NULL);

  for (guint r = 0; r < mns_grid_model_get_n_rows (model); r++)
    for (guint c = 0; c < mns_grid_model_get_n_columns (model); c++)
      g_string_append_printf (out,
                              "%s%s",
                              r + c == 0 ? ""
                              : c == 0   ? "/"
                                         : "|",
                              mns_grid_model_get_text (model, r, c));
  return g_string_free (out, FALSE);
}

static void
assert_table (MnsGridModel *model, const char *expected)
{
  g_autofree char *table = describe (model);

  g_assert_cmpstr (table, ==, expected);
}

typedef enum
{
  PASTE,
  SET,
  FILL_DOWN,
  FILL_RIGHT,
  EXTEND_DOWN, /* text: how far */
  EXTEND_RIGHT,
  MATCH,
} Operation;

static const struct
{
  const char *path;
  Operation operation;
  MnsCellRange range;
  const char *text;
  guint n_done;
  guint n_locked;
  guint n_outside;
  const char *expected;
} cases[] = {
  { "/grid/paste/one-into-one",
    PASTE,
    { 0, 1, 1, 1 },
    "7",
    1,
    0,
    0,
    "S-0|7|10|a/S-1|2|20|b/S-2||30|c/S-3||40|d" },
  { "/grid/paste/one-fills-range",
    PASTE,
    { 0, 1, 4, 2 },
    "7",
    8,
    0,
    0,
    "S-0|7|7|a/S-1|7|7|b/S-2|7|7|c/S-3|7|7|d" },
  { "/grid/paste/block-from-active-cell",
    PASTE,
    { 1, 1, 1, 1 },
    "5\t6\n7\t8\n",
    4,
    0,
    0,
    "S-0|1|10|a/S-1|5|6|b/S-2|7|8|c/S-3||40|d" },
  { "/grid/paste/tiles",
    PASTE,
    { 0, 1, 4, 2 },
    "5\n6",
    8,
    0,
    0,
    "S-0|5|5|a/S-1|6|6|b/S-2|5|5|c/S-3|6|6|d" },
  { "/grid/paste/no-multiple-no-tile",
    PASTE,
    { 0, 1, 3, 1 },
    "5\n6",
    2,
    0,
    0,
    "S-0|5|10|a/S-1|6|20|b/S-2||30|c/S-3||40|d" },
  { "/grid/paste/read-only-left-out",
    PASTE,
    { 0, 0, 1, 1 },
    "X\t5\nY\t6",
    2,
    2,
    0,
    "S-0|5|10|a/S-1|6|20|b/S-2||30|c/S-3||40|d" },
  { "/grid/paste/outside-left-out",
    PASTE,
    { 3, 3, 1, 1 },
    "x\ty\nz\tw",
    1,
    0,
    3,
    "S-0|1|10|a/S-1|2|20|b/S-2||30|c/S-3||40|x" },
  { "/grid/paste/ragged-leaves-cells",
    PASTE,
    { 0, 1, 1, 1 },
    "5\n6\t7",
    3,
    0,
    0,
    "S-0|5|10|a/S-1|6|7|b/S-2||30|c/S-3||40|d" },
  { "/grid/paste/bad-values-stay",
    PASTE,
    { 0, 1, 1, 1 },
    "abc\n3,5",
    2,
    0,
    0,
    "S-0|abc|10|a/S-1|3.5|20|b/S-2||30|c/S-3||40|d" },
  { "/grid/set/all", SET, { 1, 2, 2, 1 }, "9", 2, 0, 0, "S-0|1|10|a/S-1|2|9|b/S-2||9|c/S-3||40|d" },
  { "/grid/set/clear-with-locked",
    SET,
    { 0, 0, 2, 2 },
    "",
    2,
    2,
    0,
    "S-0||10|a/S-1||20|b/S-2||30|c/S-3||40|d" },
  { "/grid/fill/down",
    FILL_DOWN,
    { 0, 1, 4, 2 },
    "",
    6,
    0,
    0,
    "S-0|1|10|a/S-1|1|10|b/S-2|1|10|c/S-3|1|10|d" },
  { "/grid/fill/down-one-row-takes-above",
    FILL_DOWN,
    { 2, 1, 1, 1 },
    "",
    1,
    0,
    0,
    "S-0|1|10|a/S-1|2|20|b/S-2|2|30|c/S-3||40|d" },
  { "/grid/fill/down-top-row", FILL_DOWN, { 0, 1, 1, 1 }, "", 0, 0, 0, START },
  { "/grid/fill/right",
    FILL_RIGHT,
    { 0, 1, 2, 2 },
    "",
    2,
    0,
    0,
    "S-0|1|1|a/S-1|2|2|b/S-2||30|c/S-3||40|d" },
  { "/grid/extend/series",
    EXTEND_DOWN,
    { 0, 1, 2, 1 },
    "2",
    2,
    0,
    0,
    "S-0|1|10|a/S-1|2|20|b/S-2|3|30|c/S-3|4|40|d" },
  { "/grid/extend/one-number-repeats",
    EXTEND_DOWN,
    { 1, 1, 1, 1 },
    "2",
    2,
    0,
    0,
    "S-0|1|10|a/S-1|2|20|b/S-2|2|30|c/S-3|2|40|d" },
  { "/grid/extend/text-repeats",
    EXTEND_DOWN,
    { 0, 3, 2, 1 },
    "2",
    2,
    0,
    0,
    "S-0|1|10|a/S-1|2|20|b/S-2||30|a/S-3||40|b" },
  { "/grid/extend/beyond-the-end", EXTEND_DOWN, { 2, 2, 2, 1 }, "1", 0, 0, 1, START },
  { "/grid/extend/right",
    EXTEND_RIGHT,
    { 0, 1, 1, 2 },
    "1",
    1,
    0,
    0,
    "S-0|1|10|19/S-1|2|20|b/S-2||30|c/S-3||40|d" },
  { "/grid/match/any-order",
    MATCH,
    { 0, 1, 1, 1 },
    "S-3\t5\t6\nS-1\t7\t8\n",
    4,
    0,
    0,
    "S-0|1|10|a/S-1|7|8|b/S-2||30|c/S-3|5|6|d" },
  { "/grid/match/unknown-name",
    MATCH,
    { 0, 1, 1, 1 },
    "S-9\t5\nS-1\t7",
    1,
    0,
    1,
    "S-0|1|10|a/S-1|7|20|b/S-2||30|c/S-3||40|d" },
};

static MnsGridOutcome
operate (MnsGridModel *model, guint i)
{
  const MnsCellRange *range = &cases[i].range;

  switch (cases[i].operation)
    {
    case PASTE:
      return mns_grid_paste (model, range, cases[i].text);
    case SET:
      return mns_grid_set_all (model, range, cases[i].text);
    case FILL_DOWN:
    case FILL_RIGHT:
      return mns_grid_fill (model, range, cases[i].operation == FILL_DOWN);
    case EXTEND_DOWN:
    case EXTEND_RIGHT:
      return mns_grid_extend (model,
                              range,
                              (guint) g_ascii_strtoull (cases[i].text, NULL, 10),
                              cases[i].operation == EXTEND_DOWN);
    case MATCH:
    default:
      return mns_grid_paste_matched (model, range, cases[i].text);
    }
}

static void
count_cb (MnsGridModel *model, GArray *edits, guint *n)
{
  (*n)++;
}

static void
test_case (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (MnsGridModel) model = make_model ();
  gboolean changes = !g_str_equal (cases[i].expected, START);
  MnsGridOutcome outcome;
  guint n_signals = 0;

  g_signal_connect (model, "cells-edited", G_CALLBACK (count_cb), &n_signals);
  outcome = operate (model, i);
  assert_table (model, cases[i].expected);
  g_assert_cmpuint (outcome.n_done, ==, cases[i].n_done);
  g_assert_cmpuint (outcome.n_locked, ==, cases[i].n_locked);
  g_assert_cmpuint (outcome.n_outside, ==, cases[i].n_outside);
  g_assert_cmpuint (n_signals, ==, changes ? 1 : 0); /* however many cells: one command */

  g_assert_cmpint (mns_grid_model_undo (model) > 0, ==, changes);
  assert_table (model, START);
  mns_grid_model_redo (model);
  assert_table (model, cases[i].expected);
}

static void
test_series_decimals (void)
{
  g_autoptr (MnsGridModel) model = make_model ();
  const MnsCellRange source = { 0, 1, 2, 1 };

  mns_grid_model_load (model, 0, 1, "0.1");
  mns_grid_model_load (model, 1, 1, "0.25");
  mns_grid_extend (model, &source, 2, TRUE);
  g_assert_cmpstr (mns_grid_model_get_text (model, 2, 1), ==, "0.40");
  g_assert_cmpstr (mns_grid_model_get_text (model, 3, 1), ==, "0.55");
}

static void
test_copy (void)
{
  g_autoptr (MnsGridModel) model = make_model ();
  const MnsCellRange range = { 0, 2, 2, 2 };
  g_autofree char *text = NULL;

  mns_grid_model_load (model, 1, 3, "two\nlines");
  text = mns_grid_copy (model, &range);
  g_assert_cmpstr (text, ==, "10\ta\n20\t\"two\nlines\"");
}

static void
keep_cb (MnsGridModel *model, GArray *edits, GString *seen)
{
  for (guint i = 0; i < edits->len; i++)
    {
      const MnsCellEdit *edit = &g_array_index (edits, MnsCellEdit, i);

      g_string_append_printf (seen, "%u,%u=%s ", edit->row, edit->column, edit->text);
    }
}

static void
test_edits (void)
{
  g_autoptr (MnsGridModel) model = make_model ();
  g_autoptr (GArray) edits = mns_cell_edits_new ();
  g_autoptr (GString) seen = g_string_new (NULL);

  g_signal_connect (model, "cells-edited", G_CALLBACK (keep_cb), seen);
  mns_cell_edits_add (edits, 0, 1, "1");     /* as it was */
  mns_cell_edits_add (edits, 1, 1, "2,5");   /* normalised */
  mns_cell_edits_add (edits, 2, 0, "S-9");   /* read-only */
  mns_cell_edits_add (edits, 99, 1, "5");    /* outside */
  mns_cell_edits_add (edits, 3, 1, "a lot"); /* not valid, kept */
  g_assert_cmpuint (mns_grid_model_edit (model, edits), ==, 2);
  g_assert_cmpstr (seen->str, ==, "1,1=2.5 3,1=a lot ");
  g_string_truncate (seen, 0);
  mns_grid_model_undo (model);
  g_assert_cmpstr (seen->str, ==, "3,1= 1,1=2 ");
  assert_table (model, START);
}

static void
test_faults (void)
{
  g_autoptr (MnsGridModel) model = make_model ();
  g_autofree char *message = NULL;
  guint row = 0;
  guint column = 0;

  g_assert_false (mns_grid_model_step_fault (model, &row, &column, TRUE));
  mns_grid_model_load (model, 1, 1, "abc");
  mns_grid_model_load (model, 3, 2, "xyz");
  mns_grid_model_refuse (model, 0, 3, "the kit is closed");
  g_assert_cmpuint (mns_grid_model_count_faults (model), ==, 3);

  g_assert_true (mns_grid_model_step_fault (model, &row, &column, TRUE));
  g_assert_cmpuint (row * 10 + column, ==, 3);
  mns_grid_model_step_fault (model, &row, &column, TRUE);
  g_assert_cmpuint (row * 10 + column, ==, 11);
  mns_grid_model_step_fault (model, &row, &column, TRUE);
  g_assert_cmpuint (row * 10 + column, ==, 32);
  mns_grid_model_step_fault (model, &row, &column, TRUE); /* around the end */
  g_assert_cmpuint (row * 10 + column, ==, 3);
  mns_grid_model_step_fault (model, &row, &column, FALSE);
  g_assert_cmpuint (row * 10 + column, ==, 32);

  message = mns_grid_model_dup_fault (model, 0, 3);
  g_assert_cmpstr (message, ==, "the kit is closed");
  mns_grid_model_load (model, 0, 3, "other"); /* a changed value is no longer refused */
  g_assert_cmpuint (mns_grid_model_count_faults (model), ==, 2);
}

static void
test_locks (void)
{
  g_autoptr (MnsGridModel) model = make_model ();
  const MnsCellRange range = { 0, 1, 2, 1 };
  MnsGridOutcome outcome;

  mns_grid_model_lock (model, 0, 1, TRUE);
  outcome = mns_grid_set_all (model, &range, "5");
  g_assert_cmpuint (outcome.n_done, ==, 1);
  g_assert_cmpuint (outcome.n_locked, ==, 1);
  mns_grid_model_set_read_only (model, TRUE);
  outcome = mns_grid_set_all (model, &range, "6");
  g_assert_cmpuint (outcome.n_done, ==, 0);
  g_assert_cmpuint (mns_grid_model_undo (model), ==, 0);
  g_assert_cmpstr (mns_grid_model_get_text (model, 1, 1), ==, "5");
}

static void
test_can_match (void)
{
  g_autoptr (MnsGridModel) model = make_model ();
  const MnsCellRange range = { 0, 1, 1, 1 };

  g_assert_true (mns_grid_can_match (model, &range, "S-1\t5\nS-0\t6"));
  g_assert_false (mns_grid_can_match (model, &range, "S-1\nS-0"));
  g_assert_false (mns_grid_can_match (model, &range, "S-1\t5\nS-9\t6"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, GUINT_TO_POINTER (i), test_case);
  g_test_add_func ("/grid/series-decimals", test_series_decimals);
  g_test_add_func ("/grid/copy", test_copy);
  g_test_add_func ("/grid/edits", test_edits);
  g_test_add_func ("/grid/faults", test_faults);
  g_test_add_func ("/grid/locks", test_locks);
  g_test_add_func ("/grid/can-match", test_can_match);

  return g_test_run ();
}
