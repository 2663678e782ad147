/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The cells of one sheet. Rows are as long as their last cell, so a sheet with one cell far out
 * costs little; texts are shared, so a string used by every cell of a column is held once.
 * A sheet is not changed after it was handed out, and may then be read by any thread.
 */

#define G_LOG_DOMAIN "mns-sheet"

#include "config.h"

#include "sync/model/error.h"
#include "sync/sheet/sheet-private.h"

typedef struct
{
  char *text; /* a GRefString, NULL in an empty cell */
  MnsSheetKind kind;
} Cell;

struct _MnsSheet
{
  gatomicrefcount refs;
  GPtrArray *rows; /* of GArray of Cell; NULL for a row without a cell */
  guint n_cols;
  guint64 n_cells;
};

static void
clear_cell (gpointer data)
{
  Cell *cell = data;

  g_clear_pointer (&cell->text, g_ref_string_release);
}

static void
free_row (gpointer data)
{
  if (data != NULL)
    g_array_unref (data);
}

static Cell *
find_cell (MnsSheet *self, guint row, guint col)
{
  GArray *cells = row < self->rows->len ? g_ptr_array_index (self->rows, row) : NULL;

  if (cells == NULL || col >= cells->len)
    return NULL;
  return &g_array_index (cells, Cell, col);
}

static gboolean
make_room (MnsSheet *self, guint row, guint col, GError **error)
{
  GArray *cells;

  if (row >= MNS_SHEET_MAX_ROWS || col >= MNS_SHEET_MAX_COLS)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_INVALID,
                   "row %u, column %u is outside of the %u rows and %u columns of a sheet",
                   row + 1,
                   col + 1,
                   MNS_SHEET_MAX_ROWS,
                   MNS_SHEET_MAX_COLS);
      return FALSE;
    }
  if (row >= self->rows->len)
    g_ptr_array_set_size (self->rows, row + 1);
  cells = g_ptr_array_index (self->rows, row);
  if (cells == NULL)
    {
      cells = g_array_new (FALSE, TRUE, sizeof (Cell));
      g_array_set_clear_func (cells, clear_cell);
      g_ptr_array_index (self->rows, row) = cells;
    }
  if (col < cells->len)
    return TRUE;
  if (self->n_cells + (col + 1 - cells->len) > MNS_SHEET_MAX_CELLS)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_INVALID,
                   "the sheet has more than %u cells",
                   MNS_SHEET_MAX_CELLS);
      return FALSE;
    }
  self->n_cells += col + 1 - cells->len;
  g_array_set_size (cells, col + 1);
  self->n_cols = MAX (self->n_cols, col + 1);
  return TRUE;
}

/**
 * mns_sheet_new:
 *
 * Makes a sheet without a cell.
 *
 * Returns: (transfer full): the sheet
 */
MnsSheet *
mns_sheet_new (void)
{
  MnsSheet *self = g_new0 (MnsSheet, 1);

  g_atomic_ref_count_init (&self->refs);
  self->rows = g_ptr_array_new_with_free_func (free_row);
  return self;
}

MnsSheet *
mns_sheet_ref (MnsSheet *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
mns_sheet_unref (MnsSheet *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_ptr_array_unref (self->rows);
  g_free (self);
}

/**
 * mns_sheet_get_n_rows:
 *
 * Returns: the number of rows up to the last one with a cell; rows count from 0 everywhere here
 */
guint
mns_sheet_get_n_rows (MnsSheet *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->rows->len;
}

guint
mns_sheet_get_n_cols (MnsSheet *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_cols;
}

/**
 * mns_sheet_get_text:
 * @self: the sheet
 * @row: from 0; may be beyond the last row
 * @col: from 0; may be beyond the last column
 *
 * Returns: (nullable) (transfer none): what the cell holds, %NULL if it is empty
 */
const char *
mns_sheet_get_text (MnsSheet *self, guint row, guint col)
{
  const Cell *cell;

  g_return_val_if_fail (self != NULL, NULL);

  cell = find_cell (self, row, col);
  return cell != NULL ? cell->text : NULL;
}

MnsSheetKind
mns_sheet_get_kind (MnsSheet *self, guint row, guint col)
{
  const Cell *cell;

  g_return_val_if_fail (self != NULL, MNS_SHEET_EMPTY);

  cell = find_cell (self, row, col);
  return cell != NULL ? cell->kind : MNS_SHEET_EMPTY;
}

/* Puts a GRefString into a cell, sharing it with whoever holds it. */
gboolean
mns_sheet_set_shared (
    MnsSheet *self, guint row, guint col, MnsSheetKind kind, char *text, GError **error)
{
  Cell *cell;

  if (!make_room (self, row, col, error))
    return FALSE;
  cell = find_cell (self, row, col);
  clear_cell (cell);
  cell->kind = kind;
  cell->text = g_ref_string_acquire (text);
  return TRUE;
}

/**
 * mns_sheet_set:
 * @self: the sheet
 * @row: from 0
 * @col: from 0
 * @kind: what @text is; it is not checked against it
 * @text: (nullable): UTF-8; %NULL or an empty string empties the cell
 * @error: return location
 *
 * Fills one cell. Fails with %MNS_ERROR_INVALID beyond the limits of a sheet, for text that is not
 * UTF-8 and for text longer than %MNS_SHEET_MAX_TEXT; the sheet is then as it was.
 *
 * Returns: whether it was done
 */
gboolean
mns_sheet_set (
    MnsSheet *self, guint row, guint col, MnsSheetKind kind, const char *text, GError **error)
{
  g_autofree char *name = NULL;
  char *shared;
  gboolean done;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (text == NULL || *text == '\0')
    {
      Cell *cell = find_cell (self, row, col);

      if (cell != NULL)
        {
          clear_cell (cell);
          cell->kind = MNS_SHEET_EMPTY;
        }
      return TRUE;
    }
  name = mns_sheet_cell_name (row, col);
  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "cell %s is not UTF-8 text", name);
      return FALSE;
    }
  if (g_utf8_strlen (text, -1) > MNS_SHEET_MAX_TEXT)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_INVALID,
                   "cell %s has more than %u characters",
                   name,
                   MNS_SHEET_MAX_TEXT);
      return FALSE;
    }
  shared = g_ref_string_new (text);
  done = mns_sheet_set_shared (self, row, col, kind, shared, error);
  g_ref_string_release (shared);
  return done;
}

/**
 * mns_sheet_cell_name:
 * @row: from 0
 * @col: from 0
 *
 * Names a cell as spreadsheets do: `A1`, `AB12`.
 *
 * Returns: (transfer full): the name
 */
char *
mns_sheet_cell_name (guint row, guint col)
{
  char letters[8];
  guint at = sizeof letters - 1;
  guint64 rest = (guint64) col + 1;

  letters[at] = '\0';
  while (rest > 0 && at > 0)
    {
      rest--;
      letters[--at] = (char) ('A' + rest % 26);
      rest /= 26;
    }
  return g_strdup_printf ("%s%" G_GUINT64_FORMAT, letters + at, (guint64) row + 1);
}
