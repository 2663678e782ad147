/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Names of places in a container: "A:1", "AA:3", "1:1". No display is needed. */

#define G_LOG_DOMAIN "mns-axis"

#include "config.h"

#include <string.h>

#include "desktop/widgets/axis.h"

/* More letters or digits than any container type can have; it also bounds the arithmetic. */
#define MAX_NAME_LENGTH 6

/* Letters count without a zero: A is 1, Z is 26, AA is 27. */
static char *
dup_letters (guint number)
{
  char buffer[MAX_NAME_LENGTH + 2] = { 0 };
  char *p = buffer + MAX_NAME_LENGTH + 1;

  for (number++; number > 0 && p > buffer; number = (number - 1) / 26)
    *--p = (char) ('A' + (number - 1) % 26);
  return g_strdup (p);
}

static gboolean
parse_letters (const char *name, gsize length, guint *index)
{
  guint number = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isalpha (name[i]))
        return FALSE;
      number = number * 26 + (guint) (g_ascii_toupper (name[i]) - 'A') + 1;
    }
  *index = number - 1;
  return TRUE;
}

static gboolean
parse_number (const char *name, gsize length, guint *number)
{
  *number = 0;
  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isdigit (name[i]))
        return FALSE;
      *number = *number * 10 + (guint) (name[i] - '0');
    }
  return TRUE;
}

/**
 * mns_axis_dup_name:
 * @axis: an axis
 * @index: a place, counted from 0
 *
 * Returns: (transfer full): the name of the place
 */
char *
mns_axis_dup_name (const MnsAxis *axis, guint index)
{
  g_return_val_if_fail (axis != NULL, NULL);

  if (axis->letters)
    return dup_letters (index);
  return g_strdup_printf ("%u", axis->offset + index);
}

/**
 * mns_axis_find:
 * @axis: an axis
 * @name: the name of a place; small letters and leading zeros are taken too
 * @length: bytes of @name, or -1 if it ends with NUL
 * @index: (out): the place, counted from 0
 *
 * Returns: whether the axis has such a place
 */
gboolean
mns_axis_find (const MnsAxis *axis, const char *name, gssize length, guint *index)
{
  gsize n;
  guint found = 0;

  g_return_val_if_fail (axis != NULL, FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (index != NULL, FALSE);

  n = length < 0 ? strlen (name) : (gsize) length;
  if (n == 0 || n > MAX_NAME_LENGTH)
    return FALSE;

  if (axis->letters)
    {
      if (!parse_letters (name, n, &found))
        return FALSE;
    }
  else
    {
      if (!parse_number (name, n, &found) || found < axis->offset)
        return FALSE;
      found -= axis->offset;
    }

  if (found >= axis->size)
    return FALSE;
  *index = found;
  return TRUE;
}

/**
 * mns_axis_dup_well_name:
 * @rows: the Y axis
 * @columns: the X axis
 * @row: a row, from 0
 * @column: a column, from 0
 *
 * Returns: (transfer full): the well's name, Y:X, such as "B:7"
 */
char *
mns_axis_dup_well_name (const MnsAxis *rows, const MnsAxis *columns, guint row, guint column)
{
  g_autofree char *y = mns_axis_dup_name (rows, row);
  g_autofree char *x = mns_axis_dup_name (columns, column);

  return g_strconcat (y, ":", x, NULL);
}

/**
 * mns_axis_find_well:
 * @rows: the Y axis
 * @columns: the X axis
 * @name: "B:7"; where rows have letters and columns numbers, also "B7" and "B07" as robots write
 * @row: (out): the row, from 0
 * @column: (out): the column, from 0
 *
 * Returns: whether there is such a well
 */
gboolean
mns_axis_find_well (
    const MnsAxis *rows, const MnsAxis *columns, const char *name, guint *row, guint *column)
{
  const char *x;
  gsize y_length;

  g_return_val_if_fail (rows != NULL && columns != NULL, FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (row != NULL && column != NULL, FALSE);

  y_length = strcspn (name, ":");
  x = name[y_length] == ':' ? name + y_length + 1 : NULL;
  if (x == NULL && rows->letters && !columns->letters)
    {
      y_length = strcspn (name, "0123456789");
      x = name + y_length;
    }
  if (x == NULL)
    return FALSE;
  return mns_axis_find (rows, name, (gssize) y_length, row) &&
         mns_axis_find (columns, x, -1, column);
}
