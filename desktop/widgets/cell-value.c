/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What a cell of a column may hold, how people type it, and how it is shown. A value is text; what
 * cannot be read stays as it was typed, so that nobody loses it. */

#define G_LOG_DOMAIN "mns-cell-value"

#include "config.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "desktop/widgets/cell-value.h"

#define MAX_NUMBER_LENGTH 64

typedef struct
{
  const char *word;
  const char *value;
} Word;

static const Word check_words[] = {
  { "true", "true" },   { "yes", "true" }, { "1", "true" },  { "x", "true" },  { "✓", "true" },
  { "false", "false" }, { "no", "false" }, { "0", "false" }, { "-", "false" },
};

static const Word qc_words[] = {
  { "passed", "PASSED" },
  { "pass", "PASSED" },
  { "p", "PASSED" },
  { "✓", "PASSED" },
  { "✓ pass", "PASSED" },
  { "failed", "FAILED" },
  { "fail", "FAILED" },
  { "f", "FAILED" },
  { "✗", "FAILED" },
  { "✗ fail", "FAILED" },
  { "unknown", "" },
  { "none", "" },
  { "–", "" },
  { "-", "" },
  { "– none", "" },
};

static char *
translate_word (const Word *words, gsize n_words, const char *typed)
{
  g_autofree char *folded = g_utf8_casefold (typed, -1);

  for (gsize i = 0; i < n_words; i++)
    if (g_str_equal (words[i].word, folded))
      return g_strdup (words[i].value);
  return g_strdup (typed);
}

/* Micro has two characters, and a keyboard has none of them. */
static char *
fold_unit (const char *unit)
{
  g_autofree char *folded = g_utf8_casefold (unit, -1);
  g_auto (GStrv) parts = NULL;
  g_autofree char *once = NULL;

  parts = g_strsplit (folded, "\302\265", -1); /* U+00B5 */
  once = g_strjoinv ("u", parts);
  g_clear_pointer (&parts, g_strfreev);
  parts = g_strsplit (once, "\316\274", -1); /* U+03BC */
  return g_strjoinv ("u", parts);
}

/* "12 ng/µl" → "12", if that is the column's unit. */
static void
strip_unit (char *text, const char *unit)
{
  g_autofree char *wanted = NULL;
  char *p = text + strspn (text, "0123456789+-.,eE");
  char *end = p;

  while (g_ascii_isspace (*p))
    p++;
  if (unit == NULL || *p == '\0')
    return;
  wanted = fold_unit (unit);
  {
    g_autofree char *typed = fold_unit (p);

    if (g_str_equal (typed, wanted))
      *end = '\0';
  }
}

/* Takes comma or point. Where both are there, the last one is the decimal sign and the others group
 * thousands. */
static void
unify_decimal_sign (char *text)
{
  char *decimal = NULL;
  gboolean has_comma = strchr (text, ',') != NULL;
  gboolean has_point = strchr (text, '.') != NULL;
  char *to = text;

  for (char *p = text; *p != '\0'; p++)
    if (*p == ',' || *p == '.')
      decimal = p;
  for (char *p = text; *p != '\0'; p++)
    {
      if (p == decimal)
        *to++ = '.';
      else if ((*p != ',' && *p != '.') || !has_comma || !has_point)
        *to++ = *p;
    }
  *to = '\0';
}

static char *
normalise_number (const MnsGridColumn *column, const char *typed)
{
  g_auto (GStrv) parts = g_strsplit (typed, "\342\210\222", -1); /* U+2212, a real minus sign */
  g_autofree char *text = g_strjoinv ("-", parts);
  double number;

  strip_unit (text, column->unit);
  unify_decimal_sign (text);
  return mns_cell_parse_number (text, &number) ? g_steal_pointer (&text) : g_strdup (typed);
}

static char *
normalise_choice (const MnsGridColumn *column, const char *typed)
{
  g_autofree char *folded = g_utf8_casefold (typed, -1);
  const char *only = NULL;
  guint n_starting = 0;

  for (guint i = 0; column->options != NULL && column->options[i] != NULL; i++)
    {
      g_autofree char *option = g_utf8_casefold (column->options[i], -1);

      if (g_str_equal (option, folded))
        return g_strdup (column->options[i]);
      if (*folded != '\0' && g_str_has_prefix (option, folded))
        {
          only = column->options[i];
          n_starting++;
        }
    }
  return g_strdup (n_starting == 1 ? only : typed);
}

static gboolean
read_date (const char *text, int *year, int *month, int *day)
{
  char rest = '\0';

  if (strlen (text) > 10)
    return FALSE;
  if (sscanf (text, "%4d-%2d-%2d%c", year, month, day, &rest) != 3 &&
      sscanf (text, "%4d/%2d/%2d%c", year, month, day, &rest) != 3 &&
      sscanf (text, "%2d.%2d.%4d%c", day, month, year, &rest) != 3)
    return FALSE;
  return *year >= 1000 && *month > 0 && *day > 0 &&
         g_date_valid_dmy ((GDateDay) *day, (GDateMonth) *month, (GDateYear) *year);
}

static char *
normalise_date (const char *typed)
{
  int year;
  int month;
  int day;

  if (!read_date (typed, &year, &month, &day))
    return g_strdup (typed);
  return g_strdup_printf ("%04d-%02d-%02d", year, month, day);
}

/**
 * mns_cell_parse_number:
 * @text: a number with a point
 * @number: (out): its value
 *
 * Returns: whether the whole of @text is a finite decimal number
 */
gboolean
mns_cell_parse_number (const char *text, double *number)
{
  char *end = NULL;
  gsize length;

  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (number != NULL, FALSE);

  length = strlen (text);
  if (length == 0 || length > MAX_NUMBER_LENGTH || strspn (text, "0123456789+-.eE") != length)
    return FALSE; /* the C library would take "nan" and "0x10" */
  *number = g_ascii_strtod (text, &end);
  return *end == '\0' && isfinite (*number);
}

/**
 * mns_cell_normalise:
 * @column: a column
 * @typed: what was typed or pasted
 *
 * Puts a value into the form in which it is kept: numbers with a point and without the column's
 * unit, dates as year-month-day, options as they are spelt in the list.
 *
 * Returns: (transfer full): the value; what cannot be understood, as it was typed
 */
char *
mns_cell_normalise (const MnsGridColumn *column, const char *typed)
{
  g_autofree char *text = NULL;

  g_return_val_if_fail (column != NULL, NULL);
  g_return_val_if_fail (typed != NULL, NULL);

  text = g_utf8_make_valid (typed, -1);
  g_strstrip (text);
  switch (column->kind)
    {
    case MNS_CELL_NUMBER:
      return normalise_number (column, text);
    case MNS_CELL_CHOICE:
      return normalise_choice (column, text);
    case MNS_CELL_CHECK:
      return translate_word (check_words, G_N_ELEMENTS (check_words), text);
    case MNS_CELL_DATE:
      return normalise_date (text);
    case MNS_CELL_QC:
      return translate_word (qc_words, G_N_ELEMENTS (qc_words), text);
    case MNS_CELL_TEXT:
    default:
      return g_steal_pointer (&text);
    }
}

static char *
number_fault (const MnsGridColumn *column, const char *text)
{
  double number;

  if (!mns_cell_parse_number (text, &number))
    return g_strdup_printf (_ ("%s is not a number"), text);
  if ((column->limits & MNS_LIMIT_MIN) && number < column->min)
    return g_strdup_printf (_ ("%1$s is less than %2$g, the smallest allowed"), text, column->min);
  if ((column->limits & MNS_LIMIT_MAX) && number > column->max)
    return g_strdup_printf (_ ("%1$s is more than %2$g, the largest allowed"), text, column->max);
  return NULL;
}

static gboolean
is_option (const MnsGridColumn *column, const char *text)
{
  return column->options != NULL && g_strv_contains (column->options, text);
}

/**
 * mns_cell_dup_fault:
 * @column: a column
 * @text: a value in the form of mns_cell_normalise()
 *
 * An empty cell has no fault, even where a value is required: that counts at the end only.
 *
 * Returns: (transfer full) (nullable): why the value is not valid, for people
 */
char *
mns_cell_dup_fault (const MnsGridColumn *column, const char *text)
{
  int year;
  int month;
  int day;

  g_return_val_if_fail (column != NULL, NULL);

  if (text == NULL || *text == '\0')
    return NULL;
  switch (column->kind)
    {
    case MNS_CELL_NUMBER:
      return number_fault (column, text);
    case MNS_CELL_CHOICE:
      return is_option (column, text) ? NULL : g_strdup_printf (_ ("%s is not in the list"), text);
    case MNS_CELL_CHECK:
      return g_str_equal (text, "true") || g_str_equal (text, "false")
                 ? NULL
                 : g_strdup_printf (_ ("%s is neither yes nor no"), text);
    case MNS_CELL_DATE:
      return read_date (text, &year, &month, &day)
                 ? NULL
                 : g_strdup_printf (_ ("%s is not a date such as 2026-01-31"), text);
    case MNS_CELL_QC:
      return g_str_equal (text, "PASSED") || g_str_equal (text, "FAILED")
                 ? NULL
                 : g_strdup_printf (_ ("%s is neither PASS nor FAIL"), text);
    case MNS_CELL_TEXT:
    default:
      return NULL;
    }
}

/**
 * mns_cell_dup_warning:
 * @column: a column
 * @text: (nullable): a value
 *
 * Returns: (transfer full) (nullable): why a valid number stands out, such as "under 10"
 */
char *
mns_cell_dup_warning (const MnsGridColumn *column, const char *text)
{
  double number;

  g_return_val_if_fail (column != NULL, NULL);

  if (column->kind != MNS_CELL_NUMBER || text == NULL || !mns_cell_parse_number (text, &number))
    return NULL;
  if ((column->limits & MNS_LIMIT_LOW) && number < column->low)
    return g_strdup_printf (_ ("under %g"), column->low);
  if ((column->limits & MNS_LIMIT_HIGH) && number > column->high)
    return g_strdup_printf (_ ("over %g"), column->high);
  return NULL;
}

/**
 * mns_cell_dup_display:
 * @column: a column
 * @text: (nullable): a value
 *
 * Returns: (transfer full): what is shown of it
 */
char *
mns_cell_dup_display (const MnsGridColumn *column, const char *text)
{
  double number;

  g_return_val_if_fail (column != NULL, NULL);

  if (text == NULL)
    text = "";
  if (column->kind == MNS_CELL_QC)
    {
      if (g_str_equal (text, "PASSED"))
        return g_strdup (_ ("✓ PASS"));
      if (g_str_equal (text, "FAILED"))
        return g_strdup (_ ("✗ FAIL"));
      return g_strdup (*text == '\0' ? _ ("– none") : text);
    }
  if (column->kind == MNS_CELL_NUMBER && column->decimals >= 0 &&
      mns_cell_parse_number (text, &number))
    {
      char buffer[G_ASCII_DTOSTR_BUF_SIZE * 12];
      char format[8];

      g_snprintf (format, sizeof format, "%%.%df", MIN (column->decimals, 9));
      return g_strdup (g_ascii_formatd (buffer, sizeof buffer, format, number));
    }
  return g_strdup (text);
}
