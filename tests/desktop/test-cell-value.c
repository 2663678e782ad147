/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "desktop/widgets/cell-value.h"

static const char *const options[] = { "Kit A", "Kit B", "Other", NULL };

static const MnsGridColumn text = { .kind = MNS_CELL_TEXT, .decimals = -1 };
static const MnsGridColumn number = { .kind = MNS_CELL_NUMBER, .unit = "ng/µl", .decimals = -1 };
static const MnsGridColumn limited = {
  .kind = MNS_CELL_NUMBER,
  .decimals = 2,
  .limits = MNS_LIMIT_MIN | MNS_LIMIT_MAX | MNS_LIMIT_LOW | MNS_LIMIT_HIGH,
  .min = 0,
  .max = 1000,
  .low = 10,
  .high = 500,
};
static const MnsGridColumn choice = { .kind = MNS_CELL_CHOICE, .options = options };
static const MnsGridColumn check = { .kind = MNS_CELL_CHECK };
static const MnsGridColumn date = { .kind = MNS_CELL_DATE };
static const MnsGridColumn qc = { .kind = MNS_CELL_QC };

static const struct
{
  const char *path;
  const MnsGridColumn *column;
  const char *typed;
  const char *value;
  const char *fault;
  const char *display;
} cases[] = {
  { "/cell/text", &text, "  a b ", "a b", NULL, "a b" },
  { "/cell/text/bad-utf8", &text, "a\377", "a\357\277\275", NULL, "a\357\277\275" },
  { "/cell/number/point", &number, "12.5", "12.5", NULL, "12.5" },
  { "/cell/number/comma", &number, "12,5", "12.5", NULL, "12.5" },
  { "/cell/number/thousands-english", &number, "1,234.5", "1234.5", NULL, "1234.5" },
  { "/cell/number/thousands-german", &number, "1.234,5", "1234.5", NULL, "1234.5" },
  { "/cell/number/two-points", &number, "1.2.3", "1.2.3", "1.2.3 is not a number", "1.2.3" },
  { "/cell/number/unit", &number, "12.5 ng/µl", "12.5", NULL, "12.5" },
  { "/cell/number/unit-other-micro", &number, "12.5ng/\316\274l", "12.5", NULL, "12.5" },
  { "/cell/number/unit-by-keyboard", &number, "12,5 NG/UL", "12.5", NULL, "12.5" },
  { "/cell/number/other-unit",
    &number,
    "12.5 nM",
    "12.5 nM",
    "12.5 nM is not a number",
    "12.5 nM" },
  { "/cell/number/real-minus", &number, "\342\210\2223", "-3", NULL, "-3" },
  { "/cell/number/exponent", &number, "1e3", "1e3", NULL, "1e3" },
  { "/cell/number/word", &number, "abc", "abc", "abc is not a number", "abc" },
  { "/cell/number/nan", &number, "nan", "nan", "nan is not a number", "nan" },
  { "/cell/number/hexadecimal", &number, "0x10", "0x10", "0x10 is not a number", "0x10" },
  { "/cell/number/too-large", &number, "1e999", "1e999", "1e999 is not a number", "1e999" },
  { "/cell/number/empty", &number, " ", "", NULL, "" },
  { "/cell/number/decimals", &limited, "12.345", "12.345", NULL, "12.35" },
  { "/cell/number/under-min",
    &limited,
    "-1",
    "-1",
    "-1 is less than 0, the smallest allowed",
    "-1.00" },
  { "/cell/number/over-max",
    &limited,
    "1001",
    "1001",
    "1001 is more than 1000, the largest allowed",
    "1001.00" },
  { "/cell/choice/exact", &choice, "Kit A", "Kit A", NULL, "Kit A" },
  { "/cell/choice/case", &choice, "kit b", "Kit B", NULL, "Kit B" },
  { "/cell/choice/start", &choice, "o", "Other", NULL, "Other" },
  { "/cell/choice/two-starts", &choice, "kit", "kit", "kit is not in the list", "kit" },
  { "/cell/choice/unknown", &choice, "Kit C", "Kit C", "Kit C is not in the list", "Kit C" },
  { "/cell/check/yes", &check, "Yes", "true", NULL, "true" },
  { "/cell/check/zero", &check, "0", "false", NULL, "false" },
  { "/cell/check/maybe", &check, "maybe", "maybe", "maybe is neither yes nor no", "maybe" },
  { "/cell/date/iso", &date, "2026-02-28", "2026-02-28", NULL, "2026-02-28" },
  { "/cell/date/german", &date, "1.3.2026", "2026-03-01", NULL, "2026-03-01" },
  { "/cell/date/slashes", &date, "2026/3/1", "2026-03-01", NULL, "2026-03-01" },
  { "/cell/date/no-such-day",
    &date,
    "2026-02-29",
    "2026-02-29",
    "2026-02-29 is not a date such as 2026-01-31",
    "2026-02-29" },
  { "/cell/date/ambiguous",
    &date,
    "3/1/2026",
    "3/1/2026",
    "3/1/2026 is not a date such as 2026-01-31",
    "3/1/2026" },
  { "/cell/qc/pass", &qc, "pass", "PASSED", NULL, "✓ PASS" },
  { "/cell/qc/shown", &qc, "✗ FAIL", "FAILED", NULL, "✗ FAIL" },
  { "/cell/qc/none", &qc, "-", "", NULL, "– none" },
  { "/cell/qc/other", &qc, "so so", "so so", "so so is neither PASS nor FAIL", "so so" },
};

static void
test_case (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *value = mns_cell_normalise (cases[i].column, cases[i].typed);
  g_autofree char *again = mns_cell_normalise (cases[i].column, value);
  g_autofree char *fault = mns_cell_dup_fault (cases[i].column, value);
  g_autofree char *display = mns_cell_dup_display (cases[i].column, value);

  g_assert_cmpstr (value, ==, cases[i].value);
  g_assert_cmpstr (again, ==, value);
  g_assert_cmpstr (fault, ==, cases[i].fault);
  g_assert_cmpstr (display, ==, cases[i].display);
}

static void
test_warning (void)
{
  g_autofree char *low = mns_cell_dup_warning (&limited, "9.9");
  g_autofree char *high = mns_cell_dup_warning (&limited, "500.1");

  g_assert_cmpstr (low, ==, "under 10");
  g_assert_cmpstr (high, ==, "over 500");
  g_assert_null (mns_cell_dup_warning (&limited, "10"));
  g_assert_null (mns_cell_dup_warning (&limited, ""));
  g_assert_null (mns_cell_dup_warning (&number, "1"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, GUINT_TO_POINTER (i), test_case);
  g_test_add_func ("/cell/warning", test_warning);

  return g_test_run ();
}
