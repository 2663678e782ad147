/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* CSV reports of demultiplexing programs. */

#include "config.h"

#include <string.h>

#include "server/instruments/csv-table.h"
#include "server/instruments/text-file.h"

static char **
split_line (const char *at, const char *end)
{
  g_autoptr (GPtrArray) cells = g_ptr_array_new ();

  while (at != NULL)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      gboolean is_quoted = at < end && *at == '"';

      at += is_quoted;
      while (at < end && (is_quoted || *at != ','))
        {
          if (is_quoted && *at == '"' && (at + 1 >= end || at[1] != '"'))
            is_quoted = FALSE;
          else
            {
              g_string_append_c (text, *at);
              at += is_quoted && *at == '"'; /* a doubled quote stands for one */
            }
          at++;
        }
      at = at < end ? at + 1 : NULL;
      g_ptr_array_add (cells, g_strstrip (g_string_free (g_steal_pointer (&text), FALSE)));
    }
  g_ptr_array_add (cells, NULL);
  return (char **) g_ptr_array_steal (cells, NULL);
}

static gboolean
is_empty (char **cells)
{
  while (*cells != NULL && **cells == '\0')
    cells++;
  return *cells == NULL;
}

static void
take_cells (MnsCsvTable *self, char **cells, guint line)
{
  if (is_empty (cells))
    g_strfreev (cells);
  else if (self->heads == NULL)
    self->heads = cells;
  else
    {
      g_ptr_array_add (self->rows, cells);
      g_array_append_val (self->lines, line);
    }
}

/**
 * mns_csv_table_parse:
 * @data: text of a report
 * @length: its length
 *
 * Returns: (transfer full): the table, without heads if the text is empty
 */
MnsCsvTable *
mns_csv_table_parse (const char *data, gsize length)
{
  MnsCsvTable *self = g_new0 (MnsCsvTable, 1);
  g_autofree char *text = g_utf8_make_valid (data, (gssize) MIN (length, MNS_TEXT_FILE_MAX));
  const char *at = text;
  guint line = 0;

  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  self->lines = g_array_new (FALSE, FALSE, sizeof (guint));
  if (g_str_has_prefix (at, "\xef\xbb\xbf"))
    at += 3;
  while (*at != '\0')
    {
      gsize size = strcspn (at, "\r\n");

      take_cells (self, split_line (at, at + size), ++line);
      at += size;
      at += at[0] == '\r' && at[1] == '\n' ? 2 : *at != '\0';
    }
  return self;
}

MnsCsvTable *
mns_csv_table_read (const char *path, GError **error)
{
  gsize length;
  g_autofree char *data = mns_text_file_read (path, MNS_TEXT_FILE_MAX, &length, error);

  return data != NULL ? mns_csv_table_parse (data, length) : NULL;
}

void
mns_csv_table_free (MnsCsvTable *self)
{
  if (self == NULL)
    return;
  g_strfreev (self->heads);
  g_ptr_array_unref (self->rows);
  g_array_unref (self->lines);
  g_free (self);
}

/**
 * mns_csv_table_find:
 * @self: a table
 * @names: (array zero-terminated=1): names of a column, in any case
 *
 * Returns: the place of the first column with one of them, -1 if there is none
 */
int
mns_csv_table_find (const MnsCsvTable *self, const char *const *names)
{
  for (int i = 0; self->heads != NULL && self->heads[i] != NULL; i++)
    for (guint j = 0; names[j] != NULL; j++)
      if (g_ascii_strcasecmp (self->heads[i], names[j]) == 0)
        return i;
  return -1;
}

/* The text there, %NULL where the row is too short, the column -1, or the cell empty. */
const char *
mns_csv_table_get (const MnsCsvTable *self, guint row, int column)
{
  char **cells = g_ptr_array_index (self->rows, row);

  for (int i = 0; column >= 0 && i <= column; i++)
    if (cells[i] == NULL)
      return NULL;
  return column >= 0 && *cells[column] != '\0' ? cells[column] : NULL;
}

/* The whole number there, -1 where there is none. */
gint64
mns_csv_table_get_count (const MnsCsvTable *self, guint row, int column)
{
  const char *text = mns_csv_table_get (self, row, column);
  guint64 count;

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &count, NULL)
             ? (gint64) count
             : -1;
}
