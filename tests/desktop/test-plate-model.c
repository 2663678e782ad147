/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Placement without a display. A layout is written as "A:1=s0 B:1=s1", in order of position; wells
 * of the second container have "2/" before their name. */

#include "config.h"

#include "desktop/widgets/plate-model.h"

static const MnsAxis letters8 = { 8, TRUE, 0 };
static const MnsAxis numbers12 = { 12, FALSE, 1 };
static const MnsAxis letters16 = { 16, TRUE, 0 };
static const MnsAxis numbers24 = { 24, FALSE, 1 };
static const MnsAxis letters3 = { 3, TRUE, 0 };
static const MnsAxis numbers4 = { 4, FALSE, 1 };

static void
count_cb (MnsPlateModel *model, gpointer user_data)
{
  (*(guint *) user_data)++;
}

/* Samples s0, s1, …; every four of them come from one source, from A:1, A:2, B:1, B:2 of it. */
static void
add_samples (MnsPlateModel *model, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("s%u", i);
      g_autofree char *source = g_strdup_printf ("src%u", i / 4);
      MnsPlateSample sample = { .id = id, .name = id, .group = -1, .source = source };

      sample.source_row = i % 4 / 2;
      sample.source_column = i % 2;
      mns_plate_model_set_sample (model, &sample);
    }
}

static MnsPlateModel *
make_plate (const MnsAxis *rows, const MnsAxis *columns, guint n_containers, guint n_samples)
{
  MnsPlateModel *model = mns_plate_model_new ();

  for (guint i = 0; i < n_containers; i++)
    {
      g_autofree char *id = g_strdup_printf ("c%u", i);

      g_assert_cmpuint (mns_plate_model_add_container (model, id, NULL, rows, columns), ==, i);
    }
  add_samples (model, n_samples);
  return model;
}

static guint
find (MnsPlateModel *model, const char *well)
{
  guint container = 0;

  if (well[0] == '2' && well[1] == '/')
    {
      container = 1;
      well += 2;
    }
  return mns_plate_model_find_well (model, container, well);
}

static char *
describe (MnsPlateModel *model)
{
  GString *out = g_string_new (NULL);
  guint n = 0;

  for (guint c = 0; c < mns_plate_model_get_n_containers (model); c++)
    n += mns_plate_model_get_rows (model, c)->size * mns_plate_model_get_columns (model, c)->size;
  for (guint pos = 0; pos < n; pos++)
    {
      const MnsPlateSample *sample = mns_plate_model_get_well (model, pos);
      g_autofree char *name = mns_plate_model_dup_well_name (model, pos);
      guint container = 0;

      if (sample == NULL)
        continue;
      g_assert_cmpuint (mns_plate_model_find_sample (model, sample->id), ==, pos);
      mns_plate_model_locate (model, pos, &container, NULL, NULL);
      g_string_append_printf (
          out, "%s%s%s=%s", out->len > 0 ? " " : "", container > 0 ? "2/" : "", name, sample->id);
    }
  return g_string_free (out, FALSE);
}

static void
assert_layout (MnsPlateModel *model, const char *expected)
{
  g_autofree char *layout = describe (model);

  g_assert_cmpstr (layout, ==, expected);
}

static guint
place (MnsPlateModel *model, const char *ids, const char *start, MnsFillRule rule)
{
  g_auto (GStrv) list = g_strsplit (ids, " ", -1);

  return mns_plate_model_place (model, (const char *const *) list, find (model, start), &rule);
}

#define COLUMNS                                                                                    \
  {                                                                                                \
    MNS_FILL_COLUMNS, FALSE, FALSE, FALSE                                                          \
  }

/* On two containers of 3 rows and 4 columns; B:2 is unavailable and C:1 of somebody else. */
static const struct
{
  const char *path;
  const char *ids;
  const char *start;
  MnsFillRule rule;
  guint n;
  const char *expected;
} fills[] = {
  { "/plate/fill/columns", "s0 s1 s2", "A:1", COLUMNS, 3, "A:1=s0 A:2=s2 B:1=s1" },
  { "/plate/fill/columns-skip-unavailable", "s0 s1 s2", "A:2", COLUMNS, 3, "A:2=s0 A:3=s2 C:2=s1" },
  { "/plate/fill/rows",
    "s0 s1 s2 s3 s4",
    "A:3",
    { MNS_FILL_ROWS, FALSE, FALSE, FALSE },
    5,
    "A:3=s0 A:4=s1 B:1=s2 B:3=s3 B:4=s4" },
  { "/plate/fill/skip-rows",
    "s0 s1 s2",
    "A:2",
    { MNS_FILL_COLUMNS, TRUE, FALSE, FALSE },
    3,
    "A:2=s0 A:3=s2 C:2=s1" },
  { "/plate/fill/skip-rows-from-second",
    "s0 s1 s2",
    "B:1",
    { MNS_FILL_COLUMNS, TRUE, FALSE, FALSE },
    3,
    "B:1=s0 B:3=s1 B:4=s2" },
  { "/plate/fill/skip-columns",
    "s0 s1 s2 s3",
    "A:1",
    { MNS_FILL_ROWS, FALSE, TRUE, FALSE },
    4,
    "A:1=s0 A:3=s1 B:1=s2 B:3=s3" },
  { "/plate/fill/skip-both",
    "s0 s1 s2",
    "A:1",
    { MNS_FILL_ROWS, TRUE, TRUE, FALSE },
    3,
    "A:1=s0 A:3=s1 C:3=s2" },
  { "/plate/fill/does-not-fit", "s0 s1 s2", "B:4", COLUMNS, 2, "B:4=s0 C:4=s1" },
  { "/plate/fill/spill",
    "s0 s1 s2 s3",
    "B:4",
    { MNS_FILL_COLUMNS, FALSE, FALSE, TRUE },
    4,
    "B:4=s0 C:4=s1 2/A:1=s2 2/B:1=s3" },
  { "/plate/fill/start-full", "s0 s1", "C:1", COLUMNS, 2, "A:2=s0 C:2=s1" },
  { "/plate/fill/unknown-and-twice", "s0 nobody s0 s1", "A:3", COLUMNS, 2, "A:3=s0 B:3=s1" },
  { "/plate/fill/same-shape",
    "s0 s1 s2 s4",
    "A:1",
    { MNS_FILL_SAME_SHAPE, FALSE, FALSE, FALSE },
    4,
    "A:1=s0 A:2=s1 B:1=s2 2/A:1=s4" },
  { "/plate/fill/same-shape-blocked",
    "s3 s1",
    "A:1",
    { MNS_FILL_SAME_SHAPE, FALSE, FALSE, FALSE },
    1,
    "A:2=s1" },
  { "/plate/fill/same-shape-no-third-container",
    "s0 s4 s8",
    "A:1",
    { MNS_FILL_SAME_SHAPE, FALSE, FALSE, FALSE },
    2,
    "A:1=s0 2/A:1=s4" },
};

static void
test_fill (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (MnsPlateModel) model = make_plate (&letters3, &numbers4, 2, 12);

  mns_plate_model_set_unavailable (model, find (model, "B:2"), "no well here");
  mns_plate_model_set_foreign (model, find (model, "C:1"), "X-1", "belongs to another step");
  g_assert_cmpuint (place (model, fills[i].ids, fills[i].start, fills[i].rule), ==, fills[i].n);
  assert_layout (model, fills[i].expected);
  g_assert_cmpuint (mns_plate_model_get_n_placed (model), ==, fills[i].n);
}

/* The rule of the four 96-well plates in one of 384: (2r + q div 2, 2c + q mod 2). */
static void
test_quadrant (void)
{
  g_autoptr (MnsPlateModel) model = make_plate (&letters16, &numbers24, 1, 16);
  MnsFillRule rule = { MNS_FILL_QUADRANT, FALSE, FALSE, FALSE };

  g_assert_cmpuint (place (model, "s0 s1 s2 s3 s4 s7 s8 s11 s12 s15", "A:1", rule), ==, 10);
  assert_layout (model,
                 "A:1=s0 A:2=s4 A:3=s1 B:1=s8 B:2=s12 "
                 "C:1=s2 C:3=s3 C:4=s7 D:3=s11 D:4=s15");
}

static void
test_quadrant_from_start (void)
{
  g_autoptr (MnsPlateModel) model = make_plate (&letters16, &numbers24, 1, 8);
  MnsFillRule rule = { MNS_FILL_QUADRANT, FALSE, FALSE, FALSE };

  g_assert_cmpuint (place (model, "s0 s3", "B:1", rule), ==, 2);
  assert_layout (model, "B:1=s0 D:3=s3");
}

/* Every source well of four full plates finds its own well of the 384. */
static void
test_quadrant_is_complete (void)
{
  g_autoptr (MnsPlateModel) model = make_plate (&letters16, &numbers24, 1, 0);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  MnsFillRule rule = { MNS_FILL_QUADRANT, FALSE, FALSE, FALSE };

  for (guint i = 0; i < 384; i++)
    {
      char *id = g_strdup_printf ("s%u", i);
      g_autofree char *source = g_strdup_printf ("src%u", i / 96);
      MnsPlateSample sample = { .id = id, .group = -1, .source = source };

      sample.source_row = i % 96 / 12;
      sample.source_column = i % 12;
      mns_plate_model_set_sample (model, &sample);
      g_ptr_array_add (ids, id);
    }
  g_ptr_array_add (ids, NULL);
  g_assert_cmpuint (
      mns_plate_model_place (model, (const char *const *) ids->pdata, 0, &rule), ==, 384);
}

static void
test_fill_selection (void)
{
  g_autoptr (MnsPlateModel) model = make_plate (&letters8, &numbers12, 1, 12);

  mns_plate_model_select_row (model, 0, 2);
  g_assert_cmpuint (place (model, "s0 s1 s2", "C:1", (MnsFillRule) COLUMNS), ==, 3);
  assert_layout (model, "C:1=s0 C:2=s1 C:3=s2");

  mns_plate_model_select_block (model, find (model, "B:6"), find (model, "A:5"));
  g_assert_cmpuint (place (model, "s3 s4 s5 s6 s7", "A:5", (MnsFillRule) COLUMNS), ==, 4);
  g_assert_cmpuint (mns_plate_model_find_sample (model, "s4"), ==, find (model, "B:5"));
  g_assert_cmpuint (mns_plate_model_find_sample (model, "s7"), ==, MNS_PLATE_NOWHERE);
}

/* Samples that are placed already are moved, and their old wells count as free. */
static void
test_place_again (void)
{
  g_autoptr (MnsPlateModel) model = make_plate (&letters3, &numbers4, 1, 4);

  place (model, "s0 s1 s2", "A:1", (MnsFillRule) COLUMNS);
  g_assert_cmpuint (place (model, "s2 s1 s0", "A:1", (MnsFillRule) COLUMNS), ==, 3);
  assert_layout (model, "A:1=s2 B:1=s1 C:1=s0");
  g_assert_cmpuint (mns_plate_model_get_n_placed (model), ==, 3);
  g_assert_true (mns_plate_model_undo (model));
  assert_layout (model, "A:1=s0 B:1=s1 C:1=s2");
}

static void
test_move (void)
{
  g_autoptr (MnsPlateModel) model = make_plate (&letters3, &numbers4, 2, 4);
  guint a1 = find (model, "A:1");
  guint a2 = find (model, "A:2");

  mns_plate_model_set_unavailable (model, find (model, "B:2"), NULL);
  place (model, "s0", "A:1", (MnsFillRule) COLUMNS);
  g_assert_true (mns_plate_model_move (model, a1, find (model, "2/C:4")));
  assert_layout (model, "2/C:4=s0");
  g_assert_false (mns_plate_model_move (model, a1, a2));
  g_assert_false (mns_plate_model_move (model, find (model, "2/C:4"), find (model, "B:2")));
  g_assert_false (mns_plate_model_move (model, find (model, "2/C:4"), find (model, "2/C:4")));
  assert_layout (model, "2/C:4=s0");
}

static void
test_swap (void)
{
  g_autoptr (MnsPlateModel) model = make_plate (&letters3, &numbers4, 1, 4);

  place (model, "s0 s1", "A:1", (MnsFillRule) COLUMNS);
  g_assert_true (mns_plate_model_move (model, find (model, "A:1"), find (model, "B:1")));
  assert_layout (model, "A:1=s1 B:1=s0");
  g_assert_true (mns_plate_model_undo (model));
  assert_layout (model, "A:1=s0 B:1=s1");
  g_assert_true (mns_plate_model_redo (model));
  assert_layout (model, "A:1=s1 B:1=s0");
}

static void
test_remove (void)
{
  g_autoptr (MnsPlateModel) model = make_plate (&letters3, &numbers4, 1, 4);
  const guint twice[] = { 0, 0, 1, 5, 1000 };

  place (model, "s0 s1", "A:1", (MnsFillRule) COLUMNS);
  g_assert_cmpuint (mns_plate_model_remove (model, twice, G_N_ELEMENTS (twice)), ==, 1);
  assert_layout (model, "B:1=s1");
  g_assert_cmpuint (mns_plate_model_get_n_placed (model), ==, 1);
  g_assert_cmpuint (mns_plate_model_clear (model), ==, 1);
  g_assert_cmpuint (mns_plate_model_clear (model), ==, 0);
  assert_layout (model, "");
}

static void
test_history (void)
{
  g_autoptr (MnsPlateModel) model = make_plate (&letters3, &numbers4, 1, 12);
  g_autoptr (GPtrArray) layouts = g_ptr_array_new_with_free_func (g_free);

  g_assert_false (mns_plate_model_undo (model));
  g_ptr_array_add (layouts, describe (model));
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *id = g_strdup_printf ("s%u", i % 12);
      const char *ids[] = { id, NULL };
      guint pos = i * 7 % 12;

      if (!mns_plate_model_place (model, ids, pos, &(MnsFillRule) COLUMNS))
        mns_plate_model_remove (model, &pos, 1);
      g_ptr_array_add (layouts, describe (model));
    }
  for (guint i = layouts->len - 1; i > 0; i--)
    {
      g_autofree char *layout = describe (model);

      g_assert_cmpstr (layout, ==, g_ptr_array_index (layouts, i));
      if (!g_str_equal (layout, g_ptr_array_index (layouts, i - 1)))
        g_assert_true (mns_plate_model_undo (model));
    }
  assert_layout (model, "");
  while (mns_plate_model_redo (model))
    ;
  assert_layout (model, g_ptr_array_index (layouts, layouts->len - 1));
}

static void
test_redo_ends_with_a_change (void)
{
  g_autoptr (MnsPlateModel) model = make_plate (&letters3, &numbers4, 1, 4);

  place (model, "s0", "A:1", (MnsFillRule) COLUMNS);
  mns_plate_model_undo (model);
  g_assert_true (mns_plate_model_can_redo (model));
  place (model, "s1", "A:1", (MnsFillRule) COLUMNS);
  g_assert_false (mns_plate_model_can_redo (model));
}

static void
test_blocked_well_ends_history (void)
{
  g_autoptr (MnsPlateModel) model = make_plate (&letters3, &numbers4, 1, 4);

  place (model, "s0", "A:1", (MnsFillRule) COLUMNS);
  mns_plate_model_clear (model);
  mns_plate_model_set_foreign (model, 0, "X-1", NULL);
  g_assert_false (mns_plate_model_undo (model));
  g_assert_cmpint (mns_plate_model_get_state (model, 0), ==, MNS_WELL_FOREIGN);
}

static void
test_load (void)
{
  g_autoptr (MnsPlateModel) model = make_plate (&letters3, &numbers4, 1, 4);
  g_auto (GStrv) unplaced = NULL;

  g_assert_true (mns_plate_model_load (model, 3, "s1"));
  g_assert_false (mns_plate_model_load (model, 4, "s1"));
  g_assert_false (mns_plate_model_load (model, 3, "s2"));
  g_assert_false (mns_plate_model_load (model, 5, "nobody"));
  g_assert_false (mns_plate_model_can_undo (model));
  unplaced = mns_plate_model_dup_unplaced (model);
  g_assert_cmpuint (g_strv_length (unplaced), ==, 3);
  g_assert_cmpstr (unplaced[1], ==, "s2");
}

static void
test_clash_goes_with_the_sample (void)
{
  g_autoptr (MnsPlateModel) model = make_plate (&letters3, &numbers4, 1, 4);

  place (model, "s0", "A:1", (MnsFillRule) COLUMNS);
  mns_plate_model_set_clash (model, 0, "another step filled this well");
  g_assert_true (mns_plate_model_is_clash (model, 0));
  mns_plate_model_move (model, 0, 1);
  g_assert_false (mns_plate_model_is_clash (model, 0));
  g_assert_false (mns_plate_model_is_clash (model, 1));
}

static void
test_changed (void)
{
  g_autoptr (MnsPlateModel) model = make_plate (&letters3, &numbers4, 1, 4);
  guint n = 0;

  g_signal_connect (model, "changed", G_CALLBACK (count_cb), &n);
  place (model, "s0 s1 s2", "A:1", (MnsFillRule) COLUMNS);
  g_assert_cmpuint (n, ==, 1);
  mns_plate_model_undo (model);
  g_assert_cmpuint (n, ==, 2);
  mns_plate_model_undo (model);
  g_assert_cmpuint (n, ==, 2);

  mns_plate_model_freeze (model);
  add_samples (model, 12);
  g_assert_cmpuint (n, ==, 2);
  mns_plate_model_thaw (model);
  g_assert_cmpuint (n, ==, 3);
  mns_plate_model_freeze (model);
  mns_plate_model_thaw (model);
  g_assert_cmpuint (n, ==, 3);
}

static void
test_replace_sample (void)
{
  g_autoptr (MnsPlateModel) model = make_plate (&letters3, &numbers4, 1, 4);
  MnsPlateSample sample = { .id = "s0", .name = "Anna", .note = "UDI0001", .group = 2 };

  place (model, "s0", "A:1", (MnsFillRule) COLUMNS);
  mns_plate_model_set_sample (model, &sample);
  g_assert_cmpuint (mns_plate_model_get_n_samples (model), ==, 4);
  g_assert_cmpstr (mns_plate_model_get_well (model, 0)->name, ==, "Anna");
  g_assert_cmpstr (mns_plate_model_get_sample (model, "s0")->note, ==, "UDI0001");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (fills); i++)
    g_test_add_data_func (fills[i].path, GUINT_TO_POINTER (i), test_fill);
  g_test_add_func ("/plate/quadrant", test_quadrant);
  g_test_add_func ("/plate/quadrant/from-start", test_quadrant_from_start);
  g_test_add_func ("/plate/quadrant/is-complete", test_quadrant_is_complete);
  g_test_add_func ("/plate/fill-selection", test_fill_selection);
  g_test_add_func ("/plate/place-again", test_place_again);
  g_test_add_func ("/plate/move", test_move);
  g_test_add_func ("/plate/swap", test_swap);
  g_test_add_func ("/plate/remove", test_remove);
  g_test_add_func ("/plate/history", test_history);
  g_test_add_func ("/plate/redo-ends-with-a-change", test_redo_ends_with_a_change);
  g_test_add_func ("/plate/blocked-well-ends-history", test_blocked_well_ends_history);
  g_test_add_func ("/plate/load", test_load);
  g_test_add_func ("/plate/clash-goes-with-the-sample", test_clash_goes_with_the_sample);
  g_test_add_func ("/plate/changed", test_changed);
  g_test_add_func ("/plate/replace-sample", test_replace_sample);

  return g_test_run ();
}
