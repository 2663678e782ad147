/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Printing that several sub-commands share. */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "server/instruments/command-print.h"

/* Prints what was built, indented, with a final newline, and clears nothing. */
void
mns_command_print_json (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, TRUE);

  puts (text);
}

/**
 * mns_command_print_field:
 * @name: what it is
 * @value: (nullable): %NULL or an empty text prints nothing
 *
 * One line "name   value", the values under each other.
 */
void
mns_command_print_field (const char *name, const char *value)
{
  if (value != NULL && *value != '\0')
    printf ("%-24s %s\n", name, value);
}

/* Prints @rows (a %NULL terminated array of cells each, the first the heads) with columns as wide
 * as their widest cell. @sides has a < or > a column.
 */
void
mns_command_print_table (GPtrArray *rows, const char *sides)
{
  guint n_columns = (guint) strlen (sides);
  g_autofree glong *widths = g_new0 (glong, n_columns);

  for (guint i = 0; i < rows->len; i++)
    {
      char **cells = g_ptr_array_index (rows, i);

      for (guint j = 0; j < n_columns && cells[j] != NULL; j++)
        widths[j] = MAX (widths[j], g_utf8_strlen (cells[j], -1));
    }
  for (guint i = 0; i < rows->len; i++)
    {
      char **cells = g_ptr_array_index (rows, i);
      g_autoptr (GString) line = g_string_new (NULL);

      for (guint j = 0; j < n_columns && cells[j] != NULL; j++)
        {
          int gap = (int) (widths[j] - g_utf8_strlen (cells[j], -1));

          if (j > 0)
            g_string_append (line, "  ");
          if (sides[j] == '>')
            g_string_append_printf (line, "%*s%s", gap, "", cells[j]);
          else
            g_string_append_printf (line, "%s%*s", cells[j], gap, "");
        }
      puts (g_strchomp (line->str));
    }
}
