/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Workbooks: what our writer writes comes back, what others write is understood, what is damaged,
 * hostile or foreign is refused with a sentence.
 */

#include "config.h"

#include "sync/model/error.h"
#include "sync/sheet/sheet-private.h"
#include "tests/mns-test.h"
#include "tests/sheet/grid.h"
#include "tests/sheet/zip-maker.h"

#define STYLES                                                                                     \
  "<numFmts><numFmt numFmtId='164' formatCode='dd\\.mm\\.yyyy'/>"                                  \
  "<numFmt numFmtId='165' formatCode='0.0\" days\"'/>"                                             \
  "<numFmt numFmtId='166' formatCode='[h]:mm'/></numFmts>"                                         \
  "<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>"                                               \
  "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/><xf numFmtId='165'/>"         \
  "<xf numFmtId='166'/><xf numFmtId='22'/><xf numFmtId='20'/></cellXfs>"

static const struct
{
  const char *path;
  const char *sheet_data;
  const char *strings;
  const char *properties;
  const char *expected;
} xlsx[] = {
  { "/xlsx/shared",
    "<row r='1'><c r='A1' t='s'><v>1</v></c><c r='C1' t='s'><v>0</v></c></row>",
    "<si><t>zero</t></si><si><r><t>o</t></r><r><rPr/><t xml:space='preserve'>n e</t></r>"
    "<rPh sb='0' eb='1'><t>phonetic</t></rPh></si>",
    NULL,
    "t:on e||t:zero|/" },
  { "/xlsx/inline", "<row><c t='inlineStr'><is><t>in</t></is></c></row>", NULL, NULL, "t:in|/" },
  { "/xlsx/escaped",
    "<row><c t='str'><v>a_x000A_b_x005F_x_q</v></c></row>",
    NULL,
    NULL,
    "t:a\nb_x_q|/" },
  { "/xlsx/formula-value",
    "<row><c><f>1+1</f><v>2</v></c><c t='str'><f>A1</f><v>x</v></c></row>",
    NULL,
    NULL,
    "n:2|t:x|/" },
  { "/xlsx/formula-without-value",
    "<row><c><f>1+1</f></c><c><v>3</v></c></row>",
    NULL,
    NULL,
    "|n:3|/" },
  { "/xlsx/error-value", "<row><c t='e'><v>#DIV/0!</v></c></row>", NULL, NULL, "t:#DIV/0!|/" },
  { "/xlsx/bool",
    "<row><c t='b'><v>1</v></c><c t='b'><v>0</v></c></row>",
    NULL,
    NULL,
    "b:true|b:false|/" },
  { "/xlsx/numbers",
    "<row><c><v>0.10000000000000001</v></c><c><v>1E+15</v></c><c><v>-0</v></c>"
    "<c><v>1.5E-7</v></c></row>",
    NULL,
    NULL,
    "n:0.1|n:1000000000000000|n:0|n:1.5e-07|/" },
  { "/xlsx/dates",
    "<row><c s='1'><v>46350</v></c><c s='2'><v>1</v></c><c s='1'><v>59</v></c>"
    "<c s='1'><v>61</v></c></row>",
    NULL,
    NULL,
    "d:2026-11-24|d:1900-01-01|d:1900-02-28|d:1900-03-01|/" },
  { "/xlsx/no-dates",
    "<row><c s='3'><v>2.5</v></c><c s='4'><v>1.5</v></c><c s='1'><v>60</v></c>"
    "<c s='1'><v>-1</v></c><c s='1'><v>9999999</v></c></row>",
    NULL,
    NULL,
    "n:2.5|n:1.5|n:60|n:-1|n:9999999|/" },
  { "/xlsx/times",
    "<row><c s='5'><v>46350.5</v></c><c s='6'><v>0.25</v></c></row>",
    NULL,
    NULL,
    "d:2026-11-24T12:00:00|t:06:00:00|/" },
  { "/xlsx/from-1904",
    "<row><c s='1'><v>0</v></c><c s='1'><v>44888</v></c></row>",
    NULL,
    "date1904='1'",
    "d:1904-01-01|d:2026-11-24|/" },
  { "/xlsx/iso-date", "<row><c t='d'><v>2026-11-24</v></c></row>", NULL, NULL, "d:2026-11-24|/" },
  { "/xlsx/places",
    "<row r='2'><c r='B2'><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>",
    NULL,
    NULL,
    "/|n:1|n:2|/n:3|/" },
  { "/xlsx/empty", "", NULL, NULL, "" },
};

static const struct
{
  const char *path;
  const char *rows;
  const char *expected;
} ods[] = {
  { "/ods/kinds",
    "<table:table-row><table:table-cell office:value-type='string'><text:p>a</text:p>"
    "</table:table-cell><table:table-cell office:value-type='float' office:value='1.50'>"
    "<text:p>1,5</text:p></table:table-cell><table:table-cell office:value-type='date' "
    "office:date-value='2026-11-24'><text:p>24.11.26</text:p></table:table-cell><table:table-cell "
    "office:value-type='boolean' office:boolean-value='true'><text:p>WAHR</text:p>"
    "</table:table-cell><table:table-cell office:value-type='percentage' office:value='0.5'>"
    "<text:p>50%</text:p></table:table-cell><table:table-cell office:value-type='date' "
    "office:date-value='2026-11-24T08:30:00.5'/><table:table-cell office:value-type='time' "
    "office:time-value='PT08H'><text:p>08:00</text:p></table:table-cell></table:table-row>",
    "t:a|n:1.5|d:2026-11-24|b:true|n:0.5|d:2026-11-24T08:30:00|t:08:00|/" },
  { "/ods/text",
    "<table:table-row><table:table-cell><text:p>a<text:s text:c='2'/>b<text:tab/>"
    "<text:span>c</text:span></text:p><text:p>d</text:p></table:table-cell><table:table-cell>"
    "<office:annotation><text:p>a comment</text:p></office:annotation><text:p>e</text:p>"
    "</table:table-cell></table:table-row>",
    "t:a  b\tc\nd|t:e|/" },
  { "/ods/repeats",
    "<table:table-row table:number-rows-repeated='2'><table:table-cell "
    "table:number-columns-repeated='2'><text:p>x</text:p></table:table-cell><table:table-cell "
    "table:number-columns-repeated='3'/><table:covered-table-cell><text:p>y</text:p>"
    "</table:covered-table-cell></table:table-row>"
    "<table:table-row table:number-rows-repeated='1048574'><table:table-cell "
    "table:number-columns-repeated='16384'/></table:table-row>",
    "t:x|t:x||||t:y|/t:x|t:x||||t:y|/" },
  { "/ods/header-rows",
    "<table:table-header-rows><table:table-row><table:table-cell><text:p>h</text:p>"
    "</table:table-cell></table:table-row></table:table-header-rows><table:table-row/>"
    "<table:table-row><table:table-cell><text:p>d</text:p></table:table-cell></table:table-row>",
    "t:h|//t:d|/" },
};

static void
check_grid (GBytes *bytes, const char *name, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsSheet) sheet = mns_sheet_read (bytes, name, &error);
  g_autofree char *grid = NULL;

  g_assert_no_error (error);
  grid = grid_text (sheet);
  g_assert_cmpstr (grid, ==, expected);
}

static void
check_refused (GBytes *bytes, const char *name, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mns_sheet_read (bytes, name, &error));
  g_assert_nonnull (error);
  g_assert_true (error->domain == MNS_ERROR);
  g_test_message ("%s", error->message);
  g_assert_true (g_pattern_match_simple (message, error->message));
}

static void
test_xlsx (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GBytes) bytes =
      xlsx_make (xlsx[i].sheet_data, xlsx[i].strings, STYLES, xlsx[i].properties);

  check_grid (bytes, "a.xlsx", xlsx[i].expected);
}

static void
test_ods (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GBytes) bytes = ods_make (ods[i].rows);

  check_grid (bytes, "a.ods", ods[i].expected);
}

static MnsSheet *
make_sheet (void)
{
  static const struct
  {
    guint row, col;
    MnsSheetKind kind;
    const char *text;
  } cells[] = {
    { 0, 0, MNS_SHEET_TEXT, "Sample/Name" },  { 0, 1, MNS_SHEET_TEXT, "=1+1" },
    { 0, 2, MNS_SHEET_TEXT, "007" },          { 1, 0, MNS_SHEET_TEXT, "Prøve µ" },
    { 1, 1, MNS_SHEET_NUMBER, "0.1" },        { 1, 2, MNS_SHEET_DATE, "2026-02-28" },
    { 1, 3, MNS_SHEET_BOOL, "true" },         { 3, 0, MNS_SHEET_BOOL, "false" },
    { 3, 1, MNS_SHEET_NUMBER, "-12345.678" }, { 3, 2, MNS_SHEET_DATE, "1999-12-31T23:59:59" },
    { 3, 4, MNS_SHEET_TEXT, "two\nlines" },
  };
  MnsSheet *sheet = mns_sheet_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cells); i++)
    g_assert_true (
        mns_sheet_set (sheet, cells[i].row, cells[i].col, cells[i].kind, cells[i].text, NULL));
  return sheet;
}

static GBytes *
make_xlsx (void)
{
  g_autoptr (MnsSheet) sheet = make_sheet ();
  g_autoptr (GError) error = NULL;
  GBytes *bytes = mns_sheet_write_xlsx (sheet, &error);

  g_assert_no_error (error);
  return bytes;
}

static void
test_round_trip (void)
{
  g_autoptr (MnsSheet) sheet = make_sheet ();
  g_autofree char *expected = grid_text (sheet);
  g_autoptr (GBytes) bytes = make_xlsx ();

  check_grid (bytes, "a.xlsx", expected);
}

static void
test_file (void)
{
  g_autofree char *dir = mns_test_make_tmp_dir ();
  g_autofree char *path = g_build_filename (dir, "list.csv", NULL);
  g_autofree char *missing = g_build_filename (dir, "missing.csv", NULL);
  g_autoptr (MnsSheet) sheet = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "a,b\n", -1, NULL));
  sheet = mns_sheet_read_file (path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (mns_sheet_get_text (sheet, 0, 1), ==, "b");
  g_assert_null (mns_sheet_get_text (sheet, 5, 5));
  g_assert_null (mns_sheet_read_file (missing, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_NOT_FOUND);
  mns_test_remove_tree (dir);
}

static void
test_truncated (void)
{
  g_autoptr (GBytes) whole = make_xlsx ();
  gsize size = g_bytes_get_size (whole);

  g_test_summary ("No prefix of a workbook is read as if it were one");
  for (gsize length = 0; length < size; length++)
    {
      g_autoptr (GBytes) prefix = g_bytes_new_from_bytes (whole, 0, length);
      g_autoptr (GError) error = NULL;

      g_assert_null (mns_sheet_read (prefix, "cut.xlsx", &error));
      g_assert_nonnull (error);
      g_assert_true (error->domain == MNS_ERROR);
    }
}

static void
test_changed_bytes (void)
{
  g_autoptr (GBytes) whole = make_xlsx ();
  gsize size = g_bytes_get_size (whole);
  guint refused = 0;

  g_test_summary ("Any single changed byte gives a sheet or an error, never a crash");
  for (gsize i = 0; i < size; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (whole, NULL), size);
      g_autoptr (GBytes) changed = NULL;
      g_autoptr (MnsSheet) sheet = NULL;
      g_autoptr (GError) error = NULL;

      copy[i] ^= 0x55;
      changed = g_bytes_new_static (copy, size);
      sheet = mns_sheet_read (changed, "changed.xlsx", &error);
      g_assert_true ((sheet == NULL) == (error != NULL));
      refused += error != NULL;
    }
  g_assert_cmpuint (refused, >, size / 20);
}

static void
test_bomb (void)
{
  g_autoptr (GBytes) zip = zip_make_blanks ("_rels/.rels", MNS_SHEET_MAX_PART + 1);

  g_assert_cmpuint (g_bytes_get_size (zip), <, 1024 * 1024);
  check_refused (zip, "bomb.xlsx", "*“_rels/.rels” in it is larger than 64 MiB when unpacked");
}

static void
test_many_entries (void)
{
  g_autoptr (GBytes) zip = zip_make_many (MNS_SHEET_MAX_ENTRIES + 1);

  check_refused (zip, "many.xlsx", "*more than 4096 entries");
}

static void
test_repeated_bomb (void)
{
  g_autoptr (GBytes) zip = ods_make (
      "<table:table-row table:number-rows-repeated='1048576'><table:table-cell "
      "table:number-columns-repeated='16384'><text:p>x</text:p></table:table-cell>"
      "</table:table-row>");

  check_refused (zip, "bomb.ods", "*more than 2000000 cells");
}

static void
test_far_cell (void)
{
  g_autoptr (GBytes) near =
      xlsx_make ("<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>", NULL, NULL, NULL);
  g_autoptr (GBytes) beyond = xlsx_make ("<row><c r='XFE1'><v>1</v></c></row>", NULL, NULL, NULL);
  g_autoptr (MnsSheet) sheet = mns_sheet_read (near, "near.xlsx", NULL);

  g_assert_cmpuint (mns_sheet_get_n_rows (sheet), ==, MNS_SHEET_MAX_ROWS);
  g_assert_cmpuint (mns_sheet_get_n_cols (sheet), ==, MNS_SHEET_MAX_COLS);
  check_refused (beyond, "beyond.xlsx", "*outside of the 1048576 rows and 16384 columns*");
}

static void
test_foreign (void)
{
  static const ZipEntry document[] = { { "word/document.xml", "<w/>" }, { NULL, NULL } };
  static const ZipEntry locked[] = { { "META-INF/manifest.xml", "<m:encryption-data/>" },
                                     { "content.xml", "garbage" },
                                     { NULL, NULL } };
  static const ZipEntry typed[] = { { "content.xml", "<!DOCTYPE a [<!ENTITY e 'eee'>]><a>&e;</a>" },
                                    { NULL, NULL } };
  static const ZipEntry broken[] = { { "content.xml", "<a>\n<b></a>" }, { NULL, NULL } };
  g_autoptr (GBytes) a = zip_make (document);
  g_autoptr (GBytes) b = zip_make (locked);
  g_autoptr (GBytes) c = zip_make (typed);
  g_autoptr (GBytes) d = zip_make (broken);
  g_autoptr (GBytes) e = xlsx_make ("<row><c t='s'><v>7</v></c></row>", NULL, NULL, NULL);
  g_autoptr (GBytes) f = xlsx_make ("<row><c r='1A'><v>7</v></c></row>", NULL, NULL, NULL);

  check_refused (a, "text.docx", "“text.docx” cannot be read: it is a zip file without*");
  check_refused (b, "locked.ods", "*protected by a password*");
  check_refused (c, "typed.ods", "*has a document type, which is not read");
  check_refused (d, "broken.ods", "*not well-formed XML (line 2)");
  check_refused (e, "strings.xlsx", "*cell A1 names the shared text “7” of 0");
  check_refused (f, "place.xlsx", "*“1A” is not the place of a cell");
}

static void
test_formats (void)
{
  static const struct
  {
    const char *code;
    MnsFormat format;
  } cases[] = {
    { "General", MNS_FORMAT_NUMBER },
    { "#,##0.00", MNS_FORMAT_NUMBER },
    { "yyyy\\-mm\\-dd", MNS_FORMAT_DATE },
    { "[$-407]d. mmmm yyyy;@", MNS_FORMAT_DATE },
    { "h:mm AM/PM", MNS_FORMAT_TIME },
    { "[h]:mm:ss", MNS_FORMAT_NUMBER },
    { "0 \"days\"", MNS_FORMAT_NUMBER },
    { "[Red]0.0;0.0", MNS_FORMAT_NUMBER },
    { "0.00E+00", MNS_FORMAT_NUMBER },
    { "\"", MNS_FORMAT_NUMBER },
    { "_-* #,##0_-;\\-* #", MNS_FORMAT_NUMBER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].code);
      g_assert_cmpint (mns_format_of_code (cases[i].code), ==, cases[i].format);
    }
}

static void
test_cell_names (void)
{
  static const struct
  {
    guint row, col;
    const char *name;
  } cases[] = { { 0, 0, "A1" }, { 9, 25, "Z10" }, { 0, 26, "AA1" }, { 1, 16383, "XFD2" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = mns_sheet_cell_name (cases[i].row, cases[i].col);

      g_assert_cmpstr (name, ==, cases[i].name);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (xlsx); i++)
    g_test_add_data_func (xlsx[i].path, GUINT_TO_POINTER (i), test_xlsx);
  for (guint i = 0; i < G_N_ELEMENTS (ods); i++)
    g_test_add_data_func (ods[i].path, GUINT_TO_POINTER (i), test_ods);
  g_test_add_func ("/workbook/round-trip", test_round_trip);
  g_test_add_func ("/workbook/file", test_file);
  g_test_add_func ("/workbook/truncated", test_truncated);
  g_test_add_func ("/workbook/changed-bytes", test_changed_bytes);
  g_test_add_func ("/workbook/bomb", test_bomb);
  g_test_add_func ("/workbook/many-entries", test_many_entries);
  g_test_add_func ("/workbook/repeated-bomb", test_repeated_bomb);
  g_test_add_func ("/workbook/far-cell", test_far_cell);
  g_test_add_func ("/workbook/foreign", test_foreign);
  g_test_add_func ("/workbook/formats", test_formats);
  g_test_add_func ("/workbook/cell-names", test_cell_names);

  return g_test_run ();
}
