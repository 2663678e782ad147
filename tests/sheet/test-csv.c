/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Comma-separated text in all its forms, and what is refused. */

#include "config.h"

#include "sync/model/error.h"
#include "tests/sheet/grid.h"

static const struct
{
  const char *path;
  const char *file;
  const char *expected;
} good[] = {
  { "/csv/comma", "a,b\nc,d\n", "t:a|t:b|/t:c|t:d|/" },
  { "/csv/no-last-line-end", "a,b\nc,d", "t:a|t:b|/t:c|t:d|/" },
  { "/csv/crlf", "a,b\r\nc,d\r\n", "t:a|t:b|/t:c|t:d|/" },
  { "/csv/cr", "a,b\rc,d\r", "t:a|t:b|/t:c|t:d|/" },
  { "/csv/bom",
    "\xef\xbb\xbf"
    "a,b\n",
    "t:a|t:b|/" },
  { "/csv/semicolon", "a;b\n1,5;x\n", "t:a|t:b|/t:1,5|t:x|/" },
  { "/csv/semicolon-decimals", "a;b\n1,5;2,5\n3,5;4,5\n", "t:a|t:b|/t:1,5|t:2,5|/t:3,5|t:4,5|/" },
  { "/csv/tab", "a\tb, c\n1\t2\n", "t:a|t:b, c|/n:1|n:2|/" },
  { "/csv/one-column", "a\nb\n", "t:a|/t:b|/" },
  { "/csv/blank-lines-count", "a,b\n\n\nc,d\n", "t:a|t:b|///t:c|t:d|/" },
  { "/csv/empty-fields", "a,,c\n,,\n,b\n", "t:a||t:c|//|t:b|/" },
  { "/csv/quotes", "\"a,b\",\"say \"\"hi\"\"\"\n", "t:a,b|t:say \"hi\"|/" },
  { "/csv/line-end-in-quotes", "\"a\r\nb\",c\nd,e\n", "t:a\r\nb|t:c|/t:d|t:e|/" },
  { "/csv/separator-in-quotes", "\"a;b;c\",d\n\"e;f;g\",h\n", "t:a;b;c|t:d|/t:e;f;g|t:h|/" },
  { "/csv/quote-inside", "5\" tube,b\n", "t:5\" tube|t:b|/" },
  { "/csv/empty-quotes", "\"\",b\n", "|t:b|/" },
  { "/csv/kinds",
    "1.5,-2,007,2026-02-28,2026-02-30,1e3,+4,.5,\n",
    "n:1.5|n:-2|t:007|d:2026-02-28|t:2026-02-30|n:1e3|t:+4|t:.5|/" },
  { "/csv/beyond-ascii", "Prøve µ,日本\n", "t:Prøve µ|t:日本|/" },
};

static const struct
{
  const char *path;
  const char *name;
  const char *file;
  const char *message;
} bad[] = {
  { "/csv/latin-1", "l.csv", "a,b\nPr\xf8ve,1\n", "“l.csv” cannot be read: line 2 is not UTF-8*" },
  { "/csv/utf-16",
    "u.csv",
    "\xff\xfe"
    "a",
    "“u.csv” cannot be read: the text is in UTF-16*" },
  { "/csv/open-quote", "q.csv", "a,b\n\"c,d\n", "*quotation mark that opens in line 2*" },
  { "/csv/empty", "e.csv", "", "“e.csv” cannot be read: the file is empty" },
  { "/csv/old-workbook", "o.XLS", "a\tb\n", "*old .xls workbooks*save it as .xlsx*" },
  { "/csv/compound-file", "o.csv", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "*save it as .xlsx*" },
  { "/csv/no-workbook", "n.xlsx", "a,b\n", "*the content is no workbook*" },
};

static void
test_good (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GBytes) bytes = bytes_of (good[i].file);
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsSheet) sheet = mns_sheet_read (bytes, "a.csv", &error);
  g_autofree char *grid = NULL;

  g_assert_no_error (error);
  grid = grid_text (sheet);
  g_assert_cmpstr (grid, ==, good[i].expected);
}

static void
test_bad (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GBytes) bytes = bytes_of (bad[i].file);
  g_autoptr (GError) error = NULL;

  g_assert_null (mns_sheet_read (bytes, bad[i].name, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_INVALID);
  g_test_message ("%s", error->message);
  g_assert_true (g_pattern_match_simple (bad[i].message, error->message));
}

static void
test_nul (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a,b\n\0c", 6);
  g_autoptr (GError) error = NULL;

  g_assert_null (mns_sheet_read (bytes, "nul.csv", &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_INVALID);
}

static void
test_long_cell (void)
{
  g_autofree char *text = g_strnfill (MNS_SHEET_MAX_TEXT + 1, 'x');
  g_autofree char *file = g_strconcat ("a,b\nc,", text, "\n", NULL);
  g_autoptr (GBytes) bytes = bytes_of (file);
  g_autoptr (GError) error = NULL;

  g_assert_null (mns_sheet_read (bytes, "long.csv", &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "cell B2 has more than 32767 characters"));
}

static void
test_too_many_cells (void)
{
  g_autofree char *row = g_strnfill (MNS_SHEET_MAX_COLS - 1, ',');
  g_autoptr (GString) file = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i <= MNS_SHEET_MAX_CELLS / MNS_SHEET_MAX_COLS + 1; i++)
    g_string_append_printf (file, "%sx\n", row);
  bytes = bytes_of (file->str);
  g_assert_null (mns_sheet_read (bytes, "many.csv", &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "more than 2000000 cells"));
}

static void
test_round_trip (void)
{
  static const char *const texts[] = { "plain",      "with,comma", "with;semicolon", "\"quoted\"",
                                       "two\nlines", " blanks ",   "=1+1",           "007" };
  g_autoptr (MnsSheet) sheet = mns_sheet_new ();
  g_autoptr (MnsSheet) back = NULL;
  g_autoptr (GBytes) file = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_true (mns_sheet_set (sheet, i / 3, i % 3, MNS_SHEET_TEXT, texts[i], NULL));
  file = mns_sheet_write_csv (sheet, &error);
  g_assert_no_error (error);
  back = mns_sheet_read (file, "r.csv", &error);
  g_assert_no_error (error);
  before = grid_text (sheet);
  after = grid_text (back);
  g_assert_cmpstr (after, ==, before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_test_add_data_func (good[i].path, GUINT_TO_POINTER (i), test_good);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_test_add_data_func (bad[i].path, GUINT_TO_POINTER (i), test_bad);
  g_test_add_func ("/csv/nul", test_nul);
  g_test_add_func ("/csv/long-cell", test_long_cell);
  g_test_add_func ("/csv/too-many-cells", test_too_many_cells);
  g_test_add_func ("/csv/round-trip", test_round_trip);

  return g_test_run ();
}
