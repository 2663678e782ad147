/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Sheets out. Text is always written as text: a name that begins with “=” never becomes a formula
 * in a workbook.
 */

#define G_LOG_DOMAIN "mns-sheet"

#include "config.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

#include "sync/model/error.h"
#include "sync/sheet/sheet-private.h"

static void
append_csv_field (GString *out, const char *text)
{
  gboolean quote;

  if (text == NULL)
    return;
  quote = strpbrk (text, ",;\t\"\r\n") != NULL || g_ascii_isspace (*text) ||
          g_ascii_isspace (text[strlen (text) - 1]);
  if (!quote)
    {
      g_string_append (out, text);
      return;
    }
  g_string_append_c (out, '"');
  for (; *text != '\0'; text++)
    {
      if (*text == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *text);
    }
  g_string_append_c (out, '"');
}

/**
 * mns_sheet_write_csv:
 * @self: the sheet
 * @error: return location
 *
 * Writes comma-separated text as RFC 4180 has it: UTF-8 with a byte order mark (without it
 * spreadsheet programs take it for another encoding), CRLF, each row with as many fields as the
 * sheet has columns. What needs quotes has them, anything that could be a separator included.
 *
 * Returns: (transfer full): the file
 */
GBytes *
mns_sheet_write_csv (MnsSheet *self, GError **error)
{
  g_autoptr (GString) out = g_string_new ("\xef\xbb\xbf");

  g_return_val_if_fail (self != NULL, NULL);

  for (guint row = 0; row < mns_sheet_get_n_rows (self); row++)
    {
      for (guint col = 0; col < mns_sheet_get_n_cols (self); col++)
        {
          if (col > 0)
            g_string_append_c (out, ',');
          append_csv_field (out, mns_sheet_get_text (self, row, col));
        }
      g_string_append (out, "\r\n");
    }
  return g_string_free_to_bytes (g_steal_pointer (&out));
}

static gboolean
parse_date (const char *text, lxw_datetime *when)
{
  g_autofree char *day = g_strndup (text, 10);
  int hour = 0, minute = 0, second = 0;

  if (!mns_sheet_is_iso_date (day))
    return FALSE;
  if (text[10] != '\0' && sscanf (text + 10, "T%2d:%2d:%2d", &hour, &minute, &second) != 3)
    return FALSE;
  *when = (lxw_datetime){ .year = (int) strtol (text, NULL, 10),
                          .month = (int) strtol (text + 5, NULL, 10),
                          .day = (int) strtol (text + 8, NULL, 10),
                          .hour = hour,
                          .min = minute,
                          .sec = second };
  return when->year >= 1900;
}

typedef struct
{
  lxw_worksheet *worksheet;
  lxw_format *day;
  lxw_format *moment;
} Writer;

static lxw_error
write_cell (const Writer *self, guint row, guint col, MnsSheetKind kind, const char *text)
{
  lxw_col_t column = (lxw_col_t) col;
  lxw_datetime when;
  double number;

  if (kind == MNS_SHEET_NUMBER && mns_sheet_parse_number (text, &number))
    return worksheet_write_number (self->worksheet, row, column, number, NULL);
  if (kind == MNS_SHEET_DATE && parse_date (text, &when))
    return worksheet_write_datetime (
        self->worksheet, row, column, &when, text[10] != '\0' ? self->moment : self->day);
  if (kind == MNS_SHEET_BOOL)
    return worksheet_write_boolean (self->worksheet, row, column, g_str_equal (text, "true"), NULL);
  return worksheet_write_string (self->worksheet, row, column, text, NULL);
}

/* Makes the workbook at @path; the library closes and frees everything in workbook_close(). */
static lxw_error
write_workbook (MnsSheet *sheet, const char *path)
{
  lxw_workbook *workbook = workbook_new (path);
  Writer writer = { .worksheet = workbook_add_worksheet (workbook, NULL) };
  lxw_error fault = LXW_NO_ERROR;
  lxw_error closing;

  writer.day = workbook_add_format (workbook);
  format_set_num_format (writer.day, "yyyy-mm-dd");
  writer.moment = workbook_add_format (workbook);
  format_set_num_format (writer.moment, "yyyy-mm-dd hh:mm:ss");
  for (guint row = 0; row < mns_sheet_get_n_rows (sheet); row++)
    {
      for (guint col = 0; col < mns_sheet_get_n_cols (sheet); col++)
        {
          const char *text = mns_sheet_get_text (sheet, row, col);

          if (text != NULL && fault == LXW_NO_ERROR)
            fault = write_cell (&writer, row, col, mns_sheet_get_kind (sheet, row, col), text);
        }
    }
  closing = workbook_close (workbook);
  return fault != LXW_NO_ERROR ? fault : closing;
}

/**
 * mns_sheet_write_xlsx:
 * @self: the sheet
 * @error: return location
 *
 * Writes a workbook with one worksheet. Numbers, dates and truth values are real ones. It passes
 * through a file in a folder of its own, readable by this user only, which is gone afterwards.
 * Fails with %MNS_ERROR_FAILED or %MNS_ERROR_FULL if that file cannot be written.
 *
 * Returns: (transfer full): the file
 */
GBytes *
mns_sheet_write_xlsx (MnsSheet *self, GError **error)
{
  g_autoptr (GError) fault = NULL;
  g_autofree char *folder = g_dir_make_tmp ("meniscus-sheet-XXXXXX", &fault);
  g_autofree char *path = NULL;
  g_autofree char *data = NULL;
  gsize size = 0;
  lxw_error rc = LXW_NO_ERROR;

  g_return_val_if_fail (self != NULL, NULL);

  if (folder != NULL)
    {
      path = g_build_filename (folder, "sheet.xlsx", NULL);
      rc = write_workbook (self, path);
      if (rc == LXW_NO_ERROR)
        g_file_get_contents (path, &data, &size, &fault);
      g_unlink (path);
      g_rmdir (folder);
    }
  if (data != NULL)
    return g_bytes_new_take (g_steal_pointer (&data), size);
  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_FAILED,
               "the workbook cannot be written: %s",
               fault != NULL ? fault->message : lxw_strerror (rc));
  return NULL;
}
