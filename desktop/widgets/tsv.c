/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Tab separated text with the quoting that spreadsheets use on the clipboard: a cell that has a
 * tab, a line end or a quotation mark in it stands between quotation marks, which are doubled
 * inside. A quotation mark in the middle of a cell is just a character.
 */

#define G_LOG_DOMAIN "mns-tsv"

#include "config.h"

#include <string.h>

#include "desktop/widgets/tsv.h"

/* Reads a quoted cell from behind its first mark; returns where it ends. A text that stops before
 * the closing mark was no quoted cell at all: NULL. */
static const char *
read_quoted (const char *p, GString *cell)
{
  for (; *p != '\0'; p++)
    {
      if (*p != '"')
        g_string_append_c (cell, *p);
      else if (p[1] == '"')
        g_string_append_c (cell, *p++);
      else
        return p + 1;
    }
  return NULL;
}

static const char *
read_cell (const char *p, GString *cell)
{
  const char *start = p;

  g_string_truncate (cell, 0);
  if (*p == '"')
    {
      p = read_quoted (p + 1, cell);
      if (p != NULL && strchr ("\t\r\n", *p) != NULL) /* the NUL at the end is found too */
        return p;
      g_string_truncate (cell, 0);
      p = start;
    }
  p += strcspn (p, "\t\r\n");
  g_string_append_len (cell, start, p - start);
  return p;
}

static GPtrArray *
read_row (const char **text, GString *cell)
{
  GPtrArray *row = g_ptr_array_new_with_free_func (g_free);
  const char *p = *text;

  for (;;)
    {
      p = read_cell (p, cell);
      g_ptr_array_add (row, g_strdup (cell->str));
      if (*p != '\t')
        break;
      p++;
    }
  if (*p == '\r')
    p++;
  if (*p == '\n')
    p++;
  *text = p;
  return row;
}

/**
 * mns_tsv_parse:
 * @text: UTF-8 text from a clipboard
 *
 * Reads a block. Lines end with LF, CR or CR LF; one line end at the end of the text is dropped.
 * An empty text is one empty cell.
 *
 * Returns: (transfer full): the block; mns_tsv_free()
 */
MnsTsv *
mns_tsv_parse (const char *text)
{
  g_autoptr (GString) cell = g_string_new (NULL);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  MnsTsv *self;

  g_return_val_if_fail (text != NULL, NULL);

  self = g_new0 (MnsTsv, 1);
  do
    {
      GPtrArray *row = read_row (&text, cell);

      g_ptr_array_add (rows, row);
      self->n_columns = MAX (self->n_columns, row->len);
    }
  while (*text != '\0');

  self->n_rows = rows->len;
  self->cells = g_ptr_array_new_full (self->n_rows * self->n_columns, g_free);
  for (guint r = 0; r < self->n_rows; r++)
    {
      GPtrArray *row = g_ptr_array_index (rows, r);

      for (guint c = 0; c < self->n_columns; c++)
        g_ptr_array_add (self->cells,
                         c < row->len ? g_steal_pointer (&g_ptr_array_index (row, c)) : NULL);
    }
  return self;
}

void
mns_tsv_free (MnsTsv *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->cells);
  g_free (self);
}

/**
 * mns_tsv_get:
 * @self: a block
 * @row: a row, from 0
 * @column: a column, from 0
 *
 * Returns: (transfer none) (nullable): the cell; %NULL where its row is shorter than others
 */
const char *
mns_tsv_get (const MnsTsv *self, guint row, guint column)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (row < self->n_rows && column < self->n_columns, NULL);

  return g_ptr_array_index (self->cells, row * self->n_columns + column);
}

/**
 * mns_tsv_append:
 * @out: where to write
 * @cell: (nullable): the text of a cell
 *
 * Writes a cell, quoted if a spreadsheet would misread it otherwise.
 */
void
mns_tsv_append (GString *out, const char *cell)
{
  g_return_if_fail (out != NULL);

  if (cell == NULL)
    return;
  if (strpbrk (cell, "\t\r\n") == NULL && cell[0] != '"')
    {
      g_string_append (out, cell);
      return;
    }
  g_string_append_c (out, '"');
  for (const char *p = cell; *p != '\0'; p++)
    {
      if (*p == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');
}
