/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What a user does to many cells at once: copy, paste, fill. Each is one edit of the model. */

#define G_LOG_DOMAIN "mns-grid-model"

#include "config.h"

#include <string.h>

#include "desktop/widgets/grid-ops.h"
#include "desktop/widgets/tsv.h"

typedef struct
{
  MnsGridModel *model;
  GArray *edits;
  MnsGridOutcome outcome;
} Writer;

static void
begin (Writer *writer, MnsGridModel *model, const MnsCellRange *area)
{
  writer->model = model;
  writer->edits = mns_cell_edits_new ();
  writer->outcome = (MnsGridOutcome){ 0 };
  writer->outcome.area = *area;
}

static void
put (Writer *writer, guint row, guint column, const char *text)
{
  if (row >= mns_grid_model_get_n_rows (writer->model) ||
      column >= mns_grid_model_get_n_columns (writer->model))
    writer->outcome.n_outside++;
  else if (mns_grid_model_is_locked (writer->model, row, column))
    writer->outcome.n_locked++;
  else
    {
      mns_cell_edits_add (writer->edits, row, column, text);
      writer->outcome.n_done++;
    }
}

static MnsGridOutcome
finish (Writer *writer)
{
  MnsCellRange *area = &writer->outcome.area;

  mns_grid_model_edit (writer->model, writer->edits);
  g_array_unref (writer->edits);
  area->n_rows = MIN (area->n_rows, mns_grid_model_get_n_rows (writer->model) - area->row);
  area->n_columns =
      MIN (area->n_columns, mns_grid_model_get_n_columns (writer->model) - area->column);
  return writer->outcome;
}

static gboolean
is_inside (MnsGridModel *model, const MnsCellRange *range)
{
  return range != NULL && range->n_rows > 0 && range->n_columns > 0 &&
         range->row + range->n_rows <= mns_grid_model_get_n_rows (model) &&
         range->column + range->n_columns <= mns_grid_model_get_n_columns (model);
}

/**
 * mns_grid_copy:
 * @model: a model
 * @range: cells in it
 *
 * Returns: (transfer full): the values as a spreadsheet takes them, without a line end at the end
 */
char *
mns_grid_copy (MnsGridModel *model, const MnsCellRange *range)
{
  GString *out;

  g_return_val_if_fail (MNS_IS_GRID_MODEL (model), NULL);
  g_return_val_if_fail (is_inside (model, range), NULL);

  out = g_string_new (NULL);
  for (guint r = 0; r < range->n_rows; r++)
    for (guint c = 0; c < range->n_columns; c++)
      {
        if (r + c > 0)
          g_string_append_c (out, c > 0 ? '\t' : '\n');
        mns_tsv_append (out, mns_grid_model_get_text (model, range->row + r, range->column + c));
      }
  return g_string_free (out, FALSE);
}

/**
 * mns_grid_paste:
 * @model: a model
 * @range: the selected cells
 * @text: from the clipboard
 *
 * One value fills the range. A block is laid from the first cell of the range; if the range is a
 * multiple of the block in both directions, the block is repeated. Cells outside the table and
 * locked ones are left out and counted.
 */
MnsGridOutcome
mns_grid_paste (MnsGridModel *model, const MnsCellRange *range, const char *text)
{
  const MnsGridOutcome none = { 0 };
  g_autoptr (MnsTsv) block = NULL;
  MnsCellRange area;
  Writer writer;

  g_return_val_if_fail (MNS_IS_GRID_MODEL (model), none);
  g_return_val_if_fail (is_inside (model, range), none);
  g_return_val_if_fail (text != NULL, none);

  block = mns_tsv_parse (text);
  area = *range;
  if (range->n_rows % block->n_rows != 0 || range->n_columns % block->n_columns != 0)
    {
      area.n_rows = block->n_rows;
      area.n_columns = block->n_columns;
    }
  begin (&writer, model, &area);
  for (guint r = 0; r < area.n_rows; r++)
    for (guint c = 0; c < area.n_columns; c++)
      {
        const char *cell = mns_tsv_get (block, r % block->n_rows, c % block->n_columns);

        if (cell != NULL)
          put (&writer, area.row + r, area.column + c, cell);
      }
  return finish (&writer);
}

/**
 * mns_grid_set_all:
 * @model: a model
 * @range: the selected cells
 * @text: a value; empty to clear
 */
MnsGridOutcome
mns_grid_set_all (MnsGridModel *model, const MnsCellRange *range, const char *text)
{
  const MnsGridOutcome none = { 0 };
  Writer writer;

  g_return_val_if_fail (MNS_IS_GRID_MODEL (model), none);
  g_return_val_if_fail (is_inside (model, range), none);
  g_return_val_if_fail (text != NULL, none);

  begin (&writer, model, range);
  for (guint r = 0; r < range->n_rows; r++)
    for (guint c = 0; c < range->n_columns; c++)
      put (&writer, range->row + r, range->column + c, text);
  return finish (&writer);
}

/**
 * mns_grid_fill:
 * @model: a model
 * @range: the selected cells
 * @down: down, or else to the right
 *
 * Copies the first row of the range into its other rows, or its first column into the others. A
 * range of one row takes the row above it, as spreadsheets do.
 */
MnsGridOutcome
mns_grid_fill (MnsGridModel *model, const MnsCellRange *range, gboolean down)
{
  const MnsGridOutcome none = { 0 };
  MnsCellRange area;
  Writer writer;

  g_return_val_if_fail (MNS_IS_GRID_MODEL (model), none);
  g_return_val_if_fail (is_inside (model, range), none);

  area = *range;
  if (down && area.n_rows == 1 && area.row > 0)
    {
      area.row--;
      area.n_rows++;
    }
  if (!down && area.n_columns == 1 && area.column > 0)
    {
      area.column--;
      area.n_columns++;
    }
  begin (&writer, model, range);
  for (guint r = down ? 1 : 0; r < area.n_rows; r++)
    for (guint c = down ? 0 : 1; c < area.n_columns; c++)
      put (&writer,
           area.row + r,
           area.column + c,
           mns_grid_model_get_text (
               model, down ? area.row : area.row + r, down ? area.column + c : area.column));
  return finish (&writer);
}

static guint
count_decimals (const char *text)
{
  const char *point = strchr (text, '.');

  return point != NULL ? (guint) strspn (point + 1, "0123456789") : 0;
}

typedef struct
{
  gboolean is_series;
  double first;
  double step;
  guint decimals;
} Series;

/* A line of cells: of a column of the source downwards, or of a row of it to the right. */
static const char *
get_in_line (MnsGridModel *model, const MnsCellRange *source, guint line, guint n, gboolean down)
{
  return mns_grid_model_get_text (
      model, source->row + (down ? n : line), source->column + (down ? line : n));
}

/* Two numbers and more go on with their mean step, written with as many decimals as they have. */
static Series
read_series (MnsGridModel *model, const MnsCellRange *source, guint line, gboolean down)
{
  guint length = down ? source->n_rows : source->n_columns;
  Series series = { length >= 2, 0, 0, 0 };
  double number = 0;

  for (guint i = 0; i < length && series.is_series; i++)
    {
      const char *text = get_in_line (model, source, line, i, down);

      series.is_series = mns_cell_parse_number (text, &number);
      series.decimals = MAX (series.decimals, count_decimals (text));
      if (i == 0)
        series.first = number;
    }
  if (series.is_series)
    series.step = (number - series.first) / (length - 1);
  return series;
}

static void
extend_line (Writer *writer, const MnsCellRange *source, guint line, guint n, gboolean down)
{
  guint length = down ? source->n_rows : source->n_columns;
  Series series = read_series (writer->model, source, line, down);

  for (guint i = length; i < length + n; i++)
    {
      g_autofree char *number = NULL;
      const char *text = get_in_line (writer->model, source, line, i % length, down);

      if (series.is_series)
        {
          char buffer[G_ASCII_DTOSTR_BUF_SIZE * 12];
          char format[16];

          g_snprintf (format, sizeof format, "%%.%uf", MIN (series.decimals, 9));
          text = number = g_strdup (
              g_ascii_formatd (buffer, sizeof buffer, format, series.first + series.step * i));
        }
      put (writer, source->row + (down ? i : line), source->column + (down ? line : i), text);
    }
}

/**
 * mns_grid_extend:
 * @model: a model
 * @source: cells
 * @n: how many rows below them, or columns beside them, are to be filled
 * @down: down, or else to the right
 *
 * What the fill handle does: goes on with series of numbers, repeats everything else.
 */
MnsGridOutcome
mns_grid_extend (MnsGridModel *model, const MnsCellRange *source, guint n, gboolean down)
{
  const MnsGridOutcome none = { 0 };
  MnsCellRange area;
  Writer writer;

  g_return_val_if_fail (MNS_IS_GRID_MODEL (model), none);
  g_return_val_if_fail (is_inside (model, source), none);

  area = *source;
  if (down)
    area.n_rows += n;
  else
    area.n_columns += n;
  begin (&writer, model, &area);
  for (guint line = 0; line < (down ? source->n_columns : source->n_rows); line++)
    extend_line (&writer, source, line, n, down);
  return finish (&writer);
}

/* The row whose first column says @name, or G_MAXUINT. */
static guint
find_named_row (MnsGridModel *model, const char *name)
{
  for (guint r = 0; r < mns_grid_model_get_n_rows (model); r++)
    if (g_strcmp0 (mns_grid_model_get_text (model, r, 0), name) == 0)
      return r;
  return G_MAXUINT;
}

/**
 * mns_grid_can_match:
 * @model: a model
 * @range: the selected cells
 * @text: from the clipboard
 *
 * Returns: whether the first pasted column holds names of rows, so that the others can be laid
 *   beside these names instead of by position
 */
gboolean
mns_grid_can_match (MnsGridModel *model, const MnsCellRange *range, const char *text)
{
  g_autoptr (MnsTsv) block = NULL;

  g_return_val_if_fail (MNS_IS_GRID_MODEL (model), FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  block = mns_tsv_parse (text);
  if (block->n_columns < 2)
    return FALSE;
  for (guint r = 0; r < block->n_rows; r++)
    if (find_named_row (model, mns_tsv_get (block, r, 0)) == G_MAXUINT)
      return FALSE;
  return TRUE;
}

/**
 * mns_grid_paste_matched:
 * @model: a model
 * @range: the selected cells; their first column takes the second pasted column
 * @text: from the clipboard, with the rows' names in its first column
 *
 * Pastes by name; the names themselves are never written. Rows whose name is not in the table count
 * as outside.
 */
MnsGridOutcome
mns_grid_paste_matched (MnsGridModel *model, const MnsCellRange *range, const char *text)
{
  const MnsGridOutcome none = { 0 };
  g_autoptr (MnsTsv) block = NULL;
  Writer writer;

  g_return_val_if_fail (MNS_IS_GRID_MODEL (model), none);
  g_return_val_if_fail (is_inside (model, range), none);
  g_return_val_if_fail (text != NULL, none);

  block = mns_tsv_parse (text);
  begin (&writer, model, range);
  for (guint r = 0; r < block->n_rows; r++)
    for (guint c = 1; c < block->n_columns; c++)
      if (mns_tsv_get (block, r, c) != NULL)
        put (&writer,
             find_named_row (model, mns_tsv_get (block, r, 0)),
             MAX (range->column, 1) + c - 1,
             mns_tsv_get (block, r, c));
  return finish (&writer);
}
