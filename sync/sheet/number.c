/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Numbers and dates of spreadsheets as text. A workbook keeps a date as a count of days; only the
 * cell's number format says that it is one. Formats and the day count: ECMA-376 part 1, 18.8.30
 * and 18.17.4.
 */

#define G_LOG_DOMAIN "mns-sheet"

#include "config.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "sync/sheet/sheet-private.h"

#define SECONDS_A_DAY 86400
#define LAST_SERIAL 2958465 /* 9999-12-31 */

/* The formats that a workbook may name without writing them out. */
static const struct
{
  guint first;
  guint last;
  MnsFormat format;
} built_in[] = {
  { 14, 17, MNS_FORMAT_DATE }, { 18, 21, MNS_FORMAT_TIME }, { 22, 22, MNS_FORMAT_DATE },
  { 27, 31, MNS_FORMAT_DATE }, { 32, 35, MNS_FORMAT_TIME }, { 36, 36, MNS_FORMAT_DATE },
  { 45, 47, MNS_FORMAT_TIME }, { 50, 58, MNS_FORMAT_DATE },
};

MnsFormat
mns_format_of_id (guint id)
{
  for (guint i = 0; i < G_N_ELEMENTS (built_in); i++)
    {
      if (id >= built_in[i].first && id <= built_in[i].last)
        return built_in[i].format;
    }
  return MNS_FORMAT_NUMBER;
}

/* Steps over what a format code shows as it stands: "text", \x, _x, *x, [Red]. */
static const char *
skip_literal (const char *code)
{
  const char *end = NULL;

  switch (*code)
    {
    case '"':
      end = strchr (code + 1, '"');
      break;
    case '[':
      end = strchr (code + 1, ']');
      break;
    case '\\':
    case '_':
    case '*':
      end = code[1] != '\0' ? code + 1 : NULL;
      break;
    default:
      return code;
    }
  return end != NULL ? end + 1 : code + strlen (code);
}

/**
 * mns_format_of_code:
 * @code: a number format, such as `dd/mm/yyyy` or `#,##0.00`
 *
 * Tells whether numbers in this format are dates. `m` alone is taken for a month only next to a
 * day or a year; elapsed time (`[h]:mm`) is a number of days and stays a number.
 *
 * Returns: what the format shows
 */
MnsFormat
mns_format_of_code (const char *code)
{
  gboolean time = FALSE;

  if (g_ascii_strcasecmp (code, "General") == 0 || strstr (code, "[h") != NULL ||
      strstr (code, "[m") != NULL || strstr (code, "[s") != NULL)
    return MNS_FORMAT_NUMBER;
  while (*code != '\0' && *code != ';')
    {
      const char *after = skip_literal (code);

      if (after != code)
        {
          code = after;
          continue;
        }
      if (strchr ("yYdD", *code) != NULL)
        return MNS_FORMAT_DATE;
      time = time || strchr ("hHsS", *code) != NULL;
      code++;
    }
  return time ? MNS_FORMAT_TIME : MNS_FORMAT_NUMBER;
}

/* TRUE for digits with an optional sign, point and exponent, and nothing else. */
gboolean
mns_sheet_parse_number (const char *text, double *number)
{
  char *end = NULL;

  if (*text == '\0' || strspn (text, "+-.0123456789eE") != strlen (text))
    return FALSE;
  *number = g_ascii_strtod (text, &end);
  return *end == '\0' && isfinite (*number);
}

/**
 * mns_sheet_number_text:
 * @number: a finite number
 *
 * Writes a number with the 15 significant digits that a spreadsheet keeps, so that 0.1 stored as
 * 0.10000000000000001 is `0.1` again; whole numbers have no exponent.
 *
 * Returns: (transfer full): the text
 */
char *
mns_sheet_number_text (double number)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (number == 0)
    return g_strdup ("0"); /* not -0 */
  if (fabs (number) < 1e21 && number == floor (number))
    return g_strdup_printf ("%.0f", number);
  g_ascii_formatd (buffer, sizeof buffer, "%.15g", number);
  return g_strdup (buffer);
}

static char *
time_text (gint64 seconds)
{
  return g_strdup_printf (
      "%02d:%02d:%02d", (int) (seconds / 3600), (int) (seconds / 60 % 60), (int) (seconds % 60));
}

/**
 * mns_sheet_time_text:
 * @serial: days; the whole part is dropped
 *
 * Returns: (transfer full) (nullable): `HH:MM:SS`, or %NULL if @serial is out of range
 */
char *
mns_sheet_time_text (double serial)
{
  if (!(serial >= 0 && serial <= LAST_SERIAL))
    return NULL;
  return time_text (llround ((serial - floor (serial)) * SECONDS_A_DAY) % SECONDS_A_DAY);
}

/**
 * mns_sheet_date_text:
 * @serial: days since the workbook's first day
 * @from_1904: whether day 0 is 1904-01-01; else day 1 is 1900-01-01
 *
 * The calendar from 1900 has a 29th of February 1900, day 60, that never was: days before it count
 * from 1899-12-31 and days after it from 1899-12-30.
 *
 * Returns: (transfer full) (nullable): the date, with the time of day if it has one, or %NULL if
 *   @serial is no day of the calendar
 */
char *
mns_sheet_date_text (double serial, gboolean from_1904)
{
  g_autofree char *time = NULL;
  GDate date;
  gint64 day, seconds;

  if (!(serial >= 0 && serial <= LAST_SERIAL))
    return NULL;
  day = (gint64) floor (serial);
  seconds = llround ((serial - (double) day) * SECONDS_A_DAY);
  if (seconds == SECONDS_A_DAY)
    {
      day++;
      seconds = 0;
    }
  if (!from_1904 && (day == 0 || day == 60))
    return NULL;

  g_date_clear (&date, 1);
  if (from_1904)
    g_date_set_dmy (&date, 1, G_DATE_JANUARY, 1904);
  else
    g_date_set_dmy (&date, day < 60 ? 31 : 30, G_DATE_DECEMBER, 1899);
  g_date_add_days (&date, (guint) day);
  if (g_date_get_year (&date) > 9999)
    return NULL;
  if (seconds > 0)
    time = time_text (seconds);
  return g_strdup_printf ("%04u-%02u-%02u%s%s",
                          g_date_get_year (&date),
                          g_date_get_month (&date),
                          g_date_get_day (&date),
                          time != NULL ? "T" : "",
                          time != NULL ? time : "");
}

/* TRUE for a real day written YYYY-MM-DD. */
gboolean
mns_sheet_is_iso_date (const char *text)
{
  if (strlen (text) != 10 || strspn (text, "0123456789-") != 10)
    return FALSE;
  for (guint i = 0; i < 10; i++)
    {
      if ((text[i] == '-') != (i == 4 || i == 7))
        return FALSE;
    }
  return g_date_valid_dmy ((GDateDay) strtol (text + 8, NULL, 10),
                           (GDateMonth) strtol (text + 5, NULL, 10),
                           (GDateYear) strtol (text, NULL, 10));
}
