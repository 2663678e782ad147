/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Names of wells: value of the row, colon, value of the column; A:1 is the first of a plate. After
 * Z come AA, AB, as in a spreadsheet.
 */

#include "config.h"

#include <string.h>

#include "sync/model/well.h"

/* Far above the 100 rows or columns that a container type may have. */
#define MAX_AXIS 100000

/**
 * mns_well_print_axis:
 * @alphabetic: letters instead of numbers
 * @offset: number of the first row or column; not used with letters
 * @at: which, from 0
 * @text: (out): its name
 */
void
mns_well_print_axis (gboolean alphabetic, gint64 offset, gint64 at, char text[MNS_WELL_TEXT_SIZE])
{
  char letters[8];
  guint n = 0;
  guint length = 0;

  if (!alphabetic)
    {
      g_snprintf (text, MNS_WELL_TEXT_SIZE, "%" G_GINT64_FORMAT, at + offset);
      return;
    }
  for (gint64 rest = CLAMP (at, 0, MAX_AXIS) + 1; rest > 0; rest = (rest - 1) / 26)
    letters[n++] = (char) ('A' + (rest - 1) % 26);
  while (n > 0)
    text[length++] = letters[--n];
  text[length] = '\0';
}

/**
 * mns_well_print:
 * @axes: the container type's axes
 * @y: row from 0
 * @x: column from 0
 * @text: (out): "B:7"
 */
void
mns_well_print (const MnsWellAxes *axes, gint64 y, gint64 x, char text[MNS_WELL_TEXT_SIZE])
{
  char row[MNS_WELL_TEXT_SIZE];
  char column[MNS_WELL_TEXT_SIZE];

  mns_well_print_axis (axes->y_alpha, axes->y_offset, y, row);
  mns_well_print_axis (axes->x_alpha, axes->x_offset, x, column);
  g_snprintf (text, MNS_WELL_TEXT_SIZE, "%.10s:%.10s", row, column);
}

static gboolean
parse_axis (
    const char *text, gsize length, gboolean alphabetic, gint64 offset, gint64 size, gint64 *at)
{
  gint64 value = 0;

  if (length == 0 || length > 6)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      char c = g_ascii_toupper (text[i]);

      if (alphabetic ? !g_ascii_isalpha (c) : !g_ascii_isdigit (c))
        return FALSE;
      value = alphabetic ? value * 26 + (c - 'A' + 1) : value * 10 + (c - '0');
    }
  *at = alphabetic ? value - 1 : value - offset;
  return *at >= 0 && *at < size;
}

/**
 * mns_well_parse:
 * @axes: the container type's axes
 * @text: a well's name; letters of either case
 * @y: (out): row from 0
 * @x: (out): column from 0
 *
 * Returns: %FALSE if the container has no well of that name
 */
gboolean
mns_well_parse (const MnsWellAxes *axes, const char *text, gint64 *y, gint64 *x)
{
  const char *colon = text != NULL ? strchr (text, ':') : NULL;

  return colon != NULL &&
         parse_axis (text, colon - text, axes->y_alpha, axes->y_offset, axes->y_size, y) &&
         parse_axis (colon + 1, strlen (colon + 1), axes->x_alpha, axes->x_offset, axes->x_size, x);
}
