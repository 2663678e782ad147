/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <string.h>

#include "sync/sheet/sheet.h"

/* A sheet as one line: rows end in '/', cells in '|' after a letter for their kind (t n d b,
 * nothing for an empty cell). Empty cells at the end of a row are left out.
 */
static inline char *
grid_text (MnsSheet *sheet)
{
  static const char letters[] = { [MNS_SHEET_EMPTY] = ' ',
                                  [MNS_SHEET_TEXT] = 't',
                                  [MNS_SHEET_NUMBER] = 'n',
                                  [MNS_SHEET_DATE] = 'd',
                                  [MNS_SHEET_BOOL] = 'b' };
  GString *out = g_string_new (NULL);

  for (guint row = 0; row < mns_sheet_get_n_rows (sheet); row++)
    {
      guint end = mns_sheet_get_n_cols (sheet);

      while (end > 0 && mns_sheet_get_text (sheet, row, end - 1) == NULL)
        end--;
      for (guint col = 0; col < end; col++)
        {
          const char *text = mns_sheet_get_text (sheet, row, col);

          if (text != NULL)
            g_string_append_printf (
                out, "%c:%s", letters[mns_sheet_get_kind (sheet, row, col)], text);
          g_string_append_c (out, '|');
        }
      g_string_append_c (out, '/');
    }
  return g_string_free (out, FALSE);
}

static inline GBytes *
bytes_of (const char *text)
{
  return g_bytes_new (text, strlen (text));
}
