/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "desktop/widgets/tsv.h"

/* expected: cells joined by "|", rows by "/"; "~" stands for a cell that its row does not have */
static const struct
{
  const char *path;
  const char *text;
  const char *expected;
} cases[] = {
  { "/tsv/one", "12.5", "12.5" },
  { "/tsv/empty", "", "" },
  { "/tsv/block", "a\tb\nc\td", "a|b/c|d" },
  { "/tsv/last-line-end", "a\tb\n", "a|b" },
  { "/tsv/only-one-dropped", "a\n\n", "a/" },
  { "/tsv/crlf", "a\r\nb\r\n", "a/b" },
  { "/tsv/cr", "a\rb", "a/b" },
  { "/tsv/empty-cells", "\t\n\t", "|/|" },
  { "/tsv/ragged", "a\nb\tc", "a|~/b|c" },
  { "/tsv/quoted-tab", "\"a\tb\"\tc", "a\tb|c" },
  { "/tsv/quoted-line", "\"a\nb\"\tc", "a\nb|c" },
  { "/tsv/quoted-quote", "\"say \"\"so\"\"\"", "say \"so\"" },
  { "/tsv/quoted-empty", "\"\"\tx", "|x" },
  { "/tsv/quote-inside", "5\" plate\tx", "5\" plate|x" },
  { "/tsv/quote-not-closed", "\"a\tb\nc", "\"a|b/c|~" },
  { "/tsv/text-behind-quotes", "\"a\"b\tc", "\"a\"b|c" },
};

static char *
describe (const MnsTsv *tsv)
{
  GString *out = g_string_new (NULL);

  for (guint r = 0; r < tsv->n_rows; r++)
    for (guint c = 0; c < tsv->n_columns; c++)
      {
        const char *cell = mns_tsv_get (tsv, r, c);

        if (r + c > 0)
          g_string_append (out, c > 0 ? "|" : "/");
        g_string_append (out, cell != NULL ? cell : "~");
      }
  return g_string_free (out, FALSE);
}

static void
test_parse (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (MnsTsv) tsv = mns_tsv_parse (cases[i].text);
  g_autofree char *text = describe (tsv);

  g_assert_cmpstr (text, ==, cases[i].expected);
}

static void
test_round_trip (void)
{
  const char *cells[] = { "", "plain", "a\tb", "a\nb", "\"", "\"a\"", "5\" x", "ä µ", "a\r" };

  for (guint i = 0; i < G_N_ELEMENTS (cells); i++)
    for (guint j = 0; j < G_N_ELEMENTS (cells); j++)
      {
        g_autoptr (GString) out = g_string_new (NULL);
        g_autoptr (MnsTsv) back = NULL;

        mns_tsv_append (out, cells[i]);
        g_string_append_c (out, '\t');
        mns_tsv_append (out, cells[j]);
        g_string_append_c (out, '\n');
        back = mns_tsv_parse (out->str);
        g_assert_cmpuint (back->n_rows, ==, 1);
        g_assert_cmpuint (back->n_columns, ==, 2);
        g_assert_cmpstr (mns_tsv_get (back, 0, 0), ==, cells[i]);
        g_assert_cmpstr (mns_tsv_get (back, 0, 1), ==, cells[j]);
      }
}

/* A paste may be cut off anywhere; no prefix may do harm. */
static void
test_prefixes (void)
{
  const char text[] = "a\t\"b\t\"\"c\n\"\r\nd\t\"\"\n";

  for (gsize n = 0; n < sizeof text; n++)
    {
      g_autofree char *prefix = g_strndup (text, n);
      g_autoptr (MnsTsv) tsv = mns_tsv_parse (prefix);

      g_assert_cmpuint (tsv->n_rows, >=, 1);
      g_assert_cmpuint (tsv->cells->len, ==, tsv->n_rows * tsv->n_columns);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, GUINT_TO_POINTER (i), test_parse);
  g_test_add_func ("/tsv/round-trip", test_round_trip);
  g_test_add_func ("/tsv/prefixes", test_prefixes);

  return g_test_run ();
}
