/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "desktop/widgets/axis.h"

static const MnsAxis letters = { 32, TRUE, 0 };
static const MnsAxis many_letters = { 800, TRUE, 0 };
static const MnsAxis from_one = { 48, FALSE, 1 };
static const MnsAxis from_zero = { 12, FALSE, 0 };

static const struct
{
  const char *path;
  const MnsAxis *axis;
  guint index;
  const char *name;
} names[] = {
  { "/axis/name/first-letter", &letters, 0, "A" },
  { "/axis/name/last-single-letter", &letters, 25, "Z" },
  { "/axis/name/after-z", &letters, 26, "AA" },
  { "/axis/name/row-32", &letters, 31, "AF" },
  { "/axis/name/zz", &many_letters, 701, "ZZ" },
  { "/axis/name/after-zz", &many_letters, 702, "AAA" },
  { "/axis/name/number-from-one", &from_one, 0, "1" },
  { "/axis/name/number-from-zero", &from_zero, 11, "11" },
};

static void
test_name (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *name = mns_axis_dup_name (names[i].axis, names[i].index);
  guint back = G_MAXUINT;

  g_assert_cmpstr (name, ==, names[i].name);
  g_assert_true (mns_axis_find (names[i].axis, name, -1, &back));
  g_assert_cmpuint (back, ==, names[i].index);
}

static const struct
{
  const char *path;
  const char *name;
  gboolean found;
  guint row;
  guint column;
} wells[] = {
  { "/axis/well/plain", "B:7", TRUE, 1, 6 },
  { "/axis/well/robot", "B07", TRUE, 1, 6 },
  { "/axis/well/small-letters", "af:48", TRUE, 31, 47 },
  { "/axis/well/no-row", ":7", FALSE, 0, 0 },
  { "/axis/well/no-column", "B:", FALSE, 0, 0 },
  { "/axis/well/column-zero", "B:0", FALSE, 0, 0 },
  { "/axis/well/row-outside", "AG:1", FALSE, 0, 0 },
  { "/axis/well/column-outside", "A:49", FALSE, 0, 0 },
  { "/axis/well/more-behind", "A:1x", FALSE, 0, 0 },
  { "/axis/well/huge-number", "A:99999999999999999999", FALSE, 0, 0 },
  { "/axis/well/huge-letters", "ZZZZZZZZZZZZ:1", FALSE, 0, 0 },
  { "/axis/well/empty", "", FALSE, 0, 0 },
};

static void
test_well (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  guint row = 0;
  guint column = 0;

  g_assert_cmpint (
      mns_axis_find_well (&letters, &from_one, wells[i].name, &row, &column), ==, wells[i].found);
  if (!wells[i].found)
    return;
  g_assert_cmpuint (row, ==, wells[i].row);
  g_assert_cmpuint (column, ==, wells[i].column);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_test_add_data_func (names[i].path, GUINT_TO_POINTER (i), test_name);
  for (guint i = 0; i < G_N_ELEMENTS (wells); i++)
    g_test_add_data_func (wells[i].path, GUINT_TO_POINTER (i), test_well);

  return g_test_run ();
}
