/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Where the table of a sample list is found, and every way in which it is not. */

#include "config.h"

#include "sync/model/error.h"
#include "sync/sheet/sample-list.h"
#include "tests/sheet/grid.h"

#define MARKED(header, entries)                                                                    \
  "<TABLE HEADER>\n" header "</TABLE HEADER>\n\n<SAMPLE ENTRIES>\n" entries "</SAMPLE ENTRIES>\n"

static const struct
{
  const char *path;
  const char *file;
  const char *expected; /* header row: names, then each sample with its row */
} good[] = {
  { "/sample-list/plain",
    "Sample/Name,Sample/Volume\nS-1,5\nS-2,\n",
    "1: Sample/Name Sample/Volume; 2: S-1 5; 3: S-2 -; " },
  { "/sample-list/plain-below-blanks", "\n\nA,B\n\n1,2\n", "3: A B; 5: 1 2; " },
  { "/sample-list/marked", MARKED ("A,B\n", "1,2\n3,4\n"), "2: A B; 6: 1 2; 7: 3 4; " },
  { "/sample-list/rows-inserted",
    "title\n" MARKED ("\nA,B\n\n", "\n1,2\n\n3,4\n\n"),
    "4: A B; 10: 1 2; 12: 3 4; " },
  { "/sample-list/text-around",
    "a title\n" MARKED ("A,B\n", "1,2\n") "a note\n",
    "3: A B; 7: 1 2; " },
  { "/sample-list/no-closing-marks",
    "<TABLE HEADER>\nA,B\n<SAMPLE ENTRIES>\n1,2\n3,4\n",
    "2: A B; 4: 1 2; 5: 3 4; " },
  { "/sample-list/no-samples", MARKED ("A,B\n", ""), "2: A B; " },
  { "/sample-list/stars-and-blanks", "A *, B,C*\n x , y y ,\n", "1: A B C; 2: x y y -; " },
  { "/sample-list/unnamed-empty-column", "A,,B\n1,,2\n", "1: A B; 2: 1 2; " },
};

static const struct
{
  const char *path;
  const char *file;
  const char *message;
} bad[] = {
  { "/sample-list/empty", "\n\n", "this is no sample list: the sheet is empty" },
  { "/sample-list/no-entries",
    "<TABLE HEADER>\nA\n</TABLE HEADER>\n",
    "*the marker <SAMPLE ENTRIES> is missing in column A" },
  { "/sample-list/only-closing",
    "A\n</SAMPLE ENTRIES>\n",
    "*the marker <TABLE HEADER> is missing*; the marker <SAMPLE ENTRIES> is missing*" },
  { "/sample-list/order",
    "<SAMPLE ENTRIES>\n1\n<TABLE HEADER>\nA\n",
    "*<TABLE HEADER> in row 3 stands after <SAMPLE ENTRIES> in row 1" },
  { "/sample-list/twice",
    "<TABLE HEADER>\nA\n<TABLE HEADER>\n<SAMPLE ENTRIES>\n",
    "*<TABLE HEADER> is in row 1 and again in row 3" },
  { "/sample-list/no-header",
    "<TABLE HEADER>\n</TABLE HEADER>\n<SAMPLE ENTRIES>\n1\n",
    "*there is no header row below <TABLE HEADER>" },
  { "/sample-list/two-headers", MARKED ("A\nB\n", "1\n"), "*row 3 is a second header row*" },
  { "/sample-list/names",
    "A,B,A,,B\n1,2,3,4,5\n",
    "*A1 and C1 are both named “A”; D1 has no column name*; B1 and E1 are both named “B”" },
};

static char *
list_text (MnsSampleList *list)
{
  GString *out = g_string_new (NULL);
  guint n = mns_sample_list_get_n_columns (list);

  g_string_append_printf (out, "%u:", mns_sample_list_get_header_row (list));
  for (guint i = 0; i < n; i++)
    g_string_append_printf (out, " %s", mns_sample_list_get_header (list, i));
  g_string_append (out, "; ");
  for (guint row = 0; row < mns_sample_list_get_n_rows (list); row++)
    {
      g_string_append_printf (out, "%u:", mns_sample_list_get_sheet_row (list, row));
      for (guint i = 0; i < n; i++)
        {
          const char *text = mns_sample_list_get_text (list, row, i);

          g_string_append_printf (out, " %s", text != NULL ? text : "-");
        }
      g_string_append (out, "; ");
    }
  return g_string_free (out, FALSE);
}

static MnsSampleList *
find_in (const char *file, GError **error)
{
  g_autoptr (GBytes) bytes = bytes_of (file);
  g_autoptr (MnsSheet) sheet = mns_sheet_read (bytes, "list.csv", error);

  g_assert_nonnull (sheet);
  return mns_sample_list_find (sheet, error);
}

static void
test_good (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsSampleList) list = find_in (good[i].file, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = list_text (list);
  g_assert_cmpstr (text, ==, good[i].expected);
}

static void
test_bad (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;

  g_assert_null (find_in (bad[i].file, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_INVALID);
  g_test_message ("%s", error->message);
  g_assert_true (g_pattern_match_simple (bad[i].message, error->message));
}

static void
test_template (void)
{
  static const char *const headers[] = { "Sample/Name*", "UDF/Received", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsSheet) sheet = mns_sample_list_template (headers, 3, &error);
  g_autoptr (MnsSheet) back = NULL;
  g_autoptr (GBytes) file = NULL;
  g_autoptr (MnsSampleList) list = NULL;
  g_autofree char *text = NULL;
  const guint first = MNS_SAMPLE_LIST_FIRST_ENTRY;

  g_assert_no_error (error);
  g_assert_true (mns_sheet_set (sheet, first, 0, MNS_SHEET_TEXT, "S-1", NULL));
  g_assert_true (mns_sheet_set (sheet, first, 1, MNS_SHEET_DATE, "2026-11-24", NULL));
  g_assert_true (mns_sheet_set (sheet, first + 2, 0, MNS_SHEET_TEXT, "S-3", NULL));
  file = mns_sheet_write_xlsx (sheet, &error);
  g_assert_no_error (error);
  back = mns_sheet_read (file, "list.xlsx", &error);
  g_assert_no_error (error);
  list = mns_sample_list_find (back, &error);
  g_assert_no_error (error);
  text = list_text (list);
  g_assert_cmpstr (text, ==, "2: Sample/Name UDF/Received; 6: S-1 2026-11-24; 8: S-3 -; ");
  g_assert_cmpint (mns_sample_list_get_kind (list, 0, 1), ==, MNS_SHEET_DATE);
  g_assert_cmpint (mns_sample_list_get_kind (list, 1, 1), ==, MNS_SHEET_EMPTY);
  g_assert_cmpuint (mns_sample_list_get_sheet_column (list, 1), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_test_add_data_func (good[i].path, GUINT_TO_POINTER (i), test_good);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_test_add_data_func (bad[i].path, GUINT_TO_POINTER (i), test_bad);
  g_test_add_func ("/sample-list/template", test_template);

  return g_test_run ();
}
