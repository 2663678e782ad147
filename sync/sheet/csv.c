/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Comma-separated text, read as RFC 4180 has it and as programs write it: the separator is a
 * comma, a semicolon or a tabulator, lines end in LF, CRLF or CR. A blank line is a row, so that
 * row numbers are those of the file in a spreadsheet program.
 */

#define G_LOG_DOMAIN "mns-sheet"

#include "config.h"

#include <string.h>

#include "sync/model/error.h"
#include "sync/sheet/sheet-private.h"

#define GUESS_LINES 20
#define GUESS_MOST 64 /* separators of a kind in a line that are told apart */

/* In the order in which a draw is settled. */
static const char separators[] = "\t;,";

static gboolean
check_text (const char *data, gsize size, GError **error)
{
  const char *end = NULL;
  guint line = 1;

  if (size >= 2 && (memcmp (data, "\xff\xfe", 2) == 0 || memcmp (data, "\xfe\xff", 2) == 0))
    {
      g_set_error (
          error, MNS_ERROR, MNS_ERROR_INVALID, "the text is in UTF-16; save it as “CSV UTF-8”");
      return FALSE;
    }
  if (g_utf8_validate_len (data, size, &end))
    return TRUE;
  for (const char *p = data; p < end; p++)
    line += *p == '\n';
  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_INVALID,
               "line %u is not UTF-8 text; save it as “CSV UTF-8”",
               line);
  return FALSE;
}

/* How many lines agree on how many of @separator they have, at least one. Text in quotes does not
 * count.
 */
static guint
count_agreeing (const char *data, gsize size, char separator)
{
  guint lines_with[GUESS_MOST + 1] = { 0 };
  gboolean quoted = FALSE;
  guint here = 0, lines = 0, best = 0;

  for (gsize i = 0; i <= size && lines < GUESS_LINES; i++)
    {
      char c = i < size ? data[i] : '\n';

      if (c == '"')
        quoted = !quoted;
      else if (c == separator && !quoted)
        here++;
      if ((c != '\n' && c != '\r') || (quoted && i < size))
        continue;
      lines_with[MIN (here, GUESS_MOST)]++;
      here = 0;
      lines++;
    }
  for (guint i = 1; i <= GUESS_MOST; i++)
    best = MAX (best, lines_with[i]);
  return best;
}

static char
guess_separator (const char *data, gsize size)
{
  char separator = ',';
  guint best = 0;

  for (const char *s = separators; *s != '\0'; s++)
    {
      guint agreeing = count_agreeing (data, size, *s);

      if (agreeing > best)
        {
          best = agreeing;
          separator = *s;
        }
    }
  return separator;
}

/* Text has no kinds; what is written like a number or an ISO date is called one. A leading zero
 * makes a barcode, not a number.
 */
static MnsSheetKind
guess_kind (const char *text)
{
  const char *digits = *text == '-' ? text + 1 : text;
  double number;

  if (mns_sheet_is_iso_date (text))
    return MNS_SHEET_DATE;
  if (!g_ascii_isdigit (*digits) || (digits[0] == '0' && g_ascii_isdigit (digits[1])))
    return MNS_SHEET_TEXT;
  return mns_sheet_parse_number (text, &number) ? MNS_SHEET_NUMBER : MNS_SHEET_TEXT;
}

typedef struct
{
  const char *at;
  const char *end;
  char separator;
  guint line;
} Scanner;

/* Steps over CRLF, LF or CR; FALSE if the line goes on. */
static gboolean
skip_line_end (Scanner *self)
{
  if (self->at >= self->end || (*self->at != '\n' && *self->at != '\r'))
    return FALSE;
  if (*self->at == '\r' && self->at + 1 < self->end && self->at[1] == '\n')
    self->at++;
  self->at++;
  self->line++;
  return TRUE;
}

/* Reads what stands between quotes, the scanner being after the first. */
static gboolean
scan_quoted (Scanner *self, GString *field, GError **error)
{
  guint first_line = self->line;

  for (; self->at < self->end; self->at++)
    {
      if (*self->at == '"')
        {
          if (self->at + 1 >= self->end || self->at[1] != '"')
            {
              self->at++;
              return TRUE;
            }
          self->at++;
        }
      self->line += *self->at == '\n';
      g_string_append_c (field, *self->at);
    }
  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_INVALID,
               "the quotation mark that opens in line %u is never closed",
               first_line);
  return FALSE;
}

static gboolean
scan_field (Scanner *self, GString *field, GError **error)
{
  g_string_truncate (field, 0);
  if (self->at < self->end && *self->at == '"')
    {
      self->at++;
      if (!scan_quoted (self, field, error))
        return FALSE;
    }
  while (self->at < self->end && *self->at != self->separator && *self->at != '\n' &&
         *self->at != '\r')
    g_string_append_c (field, *self->at++);
  return TRUE;
}

static gboolean
scan_rows (MnsSheet *sheet, Scanner *self, GError **error)
{
  g_autoptr (GString) field = g_string_new (NULL);
  guint row = 0, col = 0;

  while (self->at < self->end)
    {
      if (!scan_field (self, field, error) ||
          !mns_sheet_set (sheet, row, col, guess_kind (field->str), field->str, error))
        return FALSE;
      if (skip_line_end (self))
        {
          row++;
          col = 0;
        }
      else if (self->at < self->end)
        {
          self->at++;
          col++;
        }
    }
  return TRUE;
}

/**
 * mns_sheet_read_csv:
 * @self: an empty sheet, filled by half if the reading fails
 * @text: the file
 * @error: return location
 *
 * Returns: whether it was read
 */
gboolean
mns_sheet_read_csv (MnsSheet *self, GBytes *text, GError **error)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (text, &size);
  Scanner scanner = { 0 };

  if (data == NULL)
    return TRUE;
  if (size >= 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0)
    {
      data += 3;
      size -= 3;
    }
  if (!check_text (data, size, error))
    return FALSE;
  scanner = (Scanner){ .at = data, .end = data + size, .line = 1 };
  scanner.separator = guess_separator (data, size);
  return scan_rows (self, &scanner, error);
}
