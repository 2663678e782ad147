/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"

const char *
mns_cell_text (const MnsRows *rows, guint row, const char *column)
{
  int at = mns_rows_find_column (rows, column);

  return at >= 0 ? mns_rows_get_text (rows, row, at) : NULL;
}

gint64
mns_cell_int (const MnsRows *rows, guint row, const char *column)
{
  int at = mns_rows_find_column (rows, column);

  return at >= 0 ? mns_rows_get_int (rows, row, at) : 0;
}

/**
 * mns_cell_dup_id:
 *
 * Returns: (transfer full) (nullable): the id as 36 characters
 */
char *
mns_cell_dup_id (const MnsRows *rows, guint row, const char *column)
{
  int at = mns_rows_find_column (rows, column);
  const MnsId *id = at >= 0 ? mns_rows_get_id (rows, row, at) : NULL;

  return id != NULL ? mns_id_to_string (id) : NULL;
}

/**
 * mns_cell_parse_json:
 *
 * Returns: (transfer full) (nullable): the JSON in a cell
 */
JsonNode *
mns_cell_parse_json (const MnsRows *rows, guint row, const char *column)
{
  const char *text = mns_cell_text (rows, row, column);

  return text != NULL ? json_from_string (text, NULL) : NULL;
}

JsonObject *
mns_args_new (const char *name, ...)
{
  JsonObject *args = json_object_new ();
  va_list list;

  va_start (list, name);
  for (; name != NULL; name = va_arg (list, const char *))
    {
      const char *value = va_arg (list, const char *);

      if (value != NULL)
        json_object_set_string_member (args, name, value);
    }
  va_end (list);
  return args;
}

/**
 * mns_time_to_text:
 * @microseconds: UTC
 *
 * Returns: (transfer full): the time of day if it is today, else the day
 */
char *
mns_time_to_text (gint64 microseconds)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (microseconds / G_USEC_PER_SEC);
  g_autoptr (GDateTime) then = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  if (then == NULL)
    return g_strdup ("");
  if (g_date_time_get_year (then) == g_date_time_get_year (now) &&
      g_date_time_get_day_of_year (then) == g_date_time_get_day_of_year (now))
    return g_date_time_format (then, "%H:%M");
  return g_date_time_format (then, "%Y-%m-%d");
}
