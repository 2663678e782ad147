/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The cells of a spreadsheet, in memory, with undo. No display.
 *
 * A change by the user is a batch: one paste, one fill, one typed value. It is one step of undo and
 * one "cells-edited", so that the screen can make one command of it. Values that are not valid are
 * kept and counted. What the program puts in itself (load) is neither a step nor an edit.
 */

#define G_LOG_DOMAIN "mns-grid-model"

#include "config.h"

#include "desktop/widgets/grid-model.h"

typedef struct
{
  char *text;
  char *refusal; /* what the lab said to this value, until it is changed */
  gboolean locked;
} Cell;

typedef struct
{
  char *id;
  Cell *cells; /* one a column */
} Row;

typedef struct
{
  guint row;
  guint column;
  char *before;
  char *after;
} Change;

struct _MnsGridModel
{
  GObject parent_instance;

  MnsGridColumn *columns; /* its strings belong to us */
  guint n_columns;
  GArray *rows;
  gboolean read_only;
  guint frozen;    /* how many mns_grid_model_freeze() are open */
  gboolean dirty;  /* "changed" is due at the end of them */
  GPtrArray *undo; /* of GArray of Change */
  GPtrArray *redo;
};

G_DEFINE_FINAL_TYPE (MnsGridModel, mns_grid_model, G_TYPE_OBJECT)

enum
{
  CHANGED,
  CELLS_EDITED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
clear_change (gpointer data)
{
  Change *change = data;

  g_free (change->before);
  g_free (change->after);
}

static void
clear_edit (gpointer data)
{
  g_free (((MnsCellEdit *) data)->text);
}

static void
free_row (MnsGridModel *self, Row *row)
{
  for (guint c = 0; c < self->n_columns; c++)
    {
      g_free (row->cells[c].text);
      g_free (row->cells[c].refusal);
    }
  g_free (row->cells);
  g_free (row->id);
}

static Row *
get_row (MnsGridModel *self, guint row)
{
  return &g_array_index (self->rows, Row, row);
}

static Cell *
get_cell (MnsGridModel *self, guint row, guint column)
{
  return &get_row (self, row)->cells[column];
}

static gboolean
has_cell (MnsGridModel *self, guint row, guint column)
{
  return row < self->rows->len && column < self->n_columns;
}

static void
emit_changed (MnsGridModel *self)
{
  self->dirty = TRUE;
  if (self->frozen > 0)
    return;
  self->dirty = FALSE;
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
drop_rows (MnsGridModel *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    free_row (self, get_row (self, i));
  g_array_set_size (self->rows, 0);
  g_ptr_array_set_size (self->undo, 0);
  g_ptr_array_set_size (self->redo, 0);
}

static void
mns_grid_model_finalize (GObject *object)
{
  MnsGridModel *self = MNS_GRID_MODEL (object);

  drop_rows (self);
  g_array_unref (self->rows);
  g_ptr_array_unref (self->undo);
  g_ptr_array_unref (self->redo);
  for (guint c = 0; c < self->n_columns; c++)
    {
      g_free ((char *) self->columns[c].id);
      g_free ((char *) self->columns[c].title);
      g_free ((char *) self->columns[c].unit);
      g_strfreev ((GStrv) self->columns[c].options);
    }
  g_free (self->columns);

  G_OBJECT_CLASS (mns_grid_model_parent_class)->finalize (object);
}

static void
mns_grid_model_class_init (MnsGridModelClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mns_grid_model_finalize;

  /**
   * MnsGridModel::changed:
   *
   * Something that is shown is not what it was.
   */
  signals[CHANGED] =
      g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  /**
   * MnsGridModel::cells-edited:
   * @edits: (element-type MnsCellEdit): all cells that one action of the user changed, with their
   *   new values, valid or not
   *
   * Also for undo and redo. Comes before "changed".
   */
  signals[CELLS_EDITED] = g_signal_new (
      "cells-edited", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ARRAY);
}

static void
mns_grid_model_init (MnsGridModel *self)
{
  self->rows = g_array_new (FALSE, TRUE, sizeof (Row));
  self->undo = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  self->redo = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
}

/**
 * mns_grid_model_new:
 * @columns: (array length=n_columns): the columns; copied. The first names the row
 * @n_columns: how many
 *
 * Returns: a model without rows
 */
MnsGridModel *
mns_grid_model_new (const MnsGridColumn *columns, guint n_columns)
{
  MnsGridModel *self;

  g_return_val_if_fail (columns != NULL && n_columns > 0, NULL);

  self = g_object_new (MNS_TYPE_GRID_MODEL, NULL);
  self->n_columns = n_columns;
  self->columns = g_memdup2 (columns, n_columns * sizeof *columns);
  for (guint c = 0; c < n_columns; c++)
    {
      self->columns[c].id = g_strdup (columns[c].id);
      self->columns[c].title = g_strdup (columns[c].title);
      self->columns[c].unit = g_strdup (columns[c].unit);
      self->columns[c].options = (const char *const *) g_strdupv ((GStrv) columns[c].options);
    }
  return self;
}

/**
 * mns_grid_model_freeze:
 * @self: a model
 *
 * Holds "changed" back until mns_grid_model_thaw(), for loading many rows or cells.
 */
void
mns_grid_model_freeze (MnsGridModel *self)
{
  g_return_if_fail (MNS_IS_GRID_MODEL (self));

  self->frozen++;
}

void
mns_grid_model_thaw (MnsGridModel *self)
{
  g_return_if_fail (MNS_IS_GRID_MODEL (self));
  g_return_if_fail (self->frozen > 0);

  self->frozen--;
  if (self->dirty)
    emit_changed (self);
}

guint
mns_grid_model_get_n_columns (MnsGridModel *self)
{
  g_return_val_if_fail (MNS_IS_GRID_MODEL (self), 0);

  return self->n_columns;
}

const MnsGridColumn *
mns_grid_model_get_column (MnsGridModel *self, guint column)
{
  g_return_val_if_fail (MNS_IS_GRID_MODEL (self), NULL);
  g_return_val_if_fail (column < self->n_columns, NULL);

  return &self->columns[column];
}

/**
 * mns_grid_model_find_column:
 * @self: a model
 * @id: id of a column
 *
 * Returns: its number, or %G_MAXUINT
 */
guint
mns_grid_model_find_column (MnsGridModel *self, const char *id)
{
  g_return_val_if_fail (MNS_IS_GRID_MODEL (self), G_MAXUINT);

  for (guint c = 0; c < self->n_columns; c++)
    if (g_strcmp0 (self->columns[c].id, id) == 0)
      return c;
  return G_MAXUINT;
}

/**
 * mns_grid_model_append_row:
 * @self: a model
 * @id: what the program knows the row by
 * @texts: the values, one a column; missing ones at the end are empty
 *
 * Returns: the row's number
 */
guint
mns_grid_model_append_row (MnsGridModel *self, const char *id, const char *const *texts)
{
  Row row = { 0 };

  g_return_val_if_fail (MNS_IS_GRID_MODEL (self), 0);

  row.id = g_strdup (id);
  row.cells = g_new0 (Cell, self->n_columns);
  for (guint c = 0; c < self->n_columns; c++)
    {
      gboolean there = texts != NULL && *texts != NULL;

      row.cells[c].text = g_strdup (there ? *texts : "");
      if (there)
        texts++;
    }
  g_array_append_val (self->rows, row);
  emit_changed (self);
  return self->rows->len - 1;
}

void
mns_grid_model_clear (MnsGridModel *self)
{
  g_return_if_fail (MNS_IS_GRID_MODEL (self));

  drop_rows (self);
  emit_changed (self);
}

guint
mns_grid_model_get_n_rows (MnsGridModel *self)
{
  g_return_val_if_fail (MNS_IS_GRID_MODEL (self), 0);

  return self->rows->len;
}

const char *
mns_grid_model_get_row_id (MnsGridModel *self, guint row)
{
  g_return_val_if_fail (MNS_IS_GRID_MODEL (self), NULL);
  g_return_val_if_fail (row < self->rows->len, NULL);

  return get_row (self, row)->id;
}

guint
mns_grid_model_find_row (MnsGridModel *self, const char *id)
{
  g_return_val_if_fail (MNS_IS_GRID_MODEL (self), G_MAXUINT);

  for (guint r = 0; r < self->rows->len; r++)
    if (g_strcmp0 (get_row (self, r)->id, id) == 0)
      return r;
  return G_MAXUINT;
}

const char *
mns_grid_model_get_text (MnsGridModel *self, guint row, guint column)
{
  g_return_val_if_fail (MNS_IS_GRID_MODEL (self), NULL);
  g_return_val_if_fail (has_cell (self, row, column), NULL);

  return get_cell (self, row, column)->text;
}

char *
mns_grid_model_dup_display (MnsGridModel *self, guint row, guint column)
{
  g_return_val_if_fail (MNS_IS_GRID_MODEL (self), NULL);
  g_return_val_if_fail (has_cell (self, row, column), NULL);

  return mns_cell_dup_display (&self->columns[column], get_cell (self, row, column)->text);
}

static void
set_text (MnsGridModel *self, guint row, guint column, const char *text)
{
  Cell *cell = get_cell (self, row, column);
  char *copy = g_strdup (text);

  g_free (cell->text);
  cell->text = copy;
  g_clear_pointer (&cell->refusal, g_free);
}

/**
 * mns_grid_model_load:
 * @self: a model
 * @row: a row
 * @column: a column
 * @text: the value as the lab has it
 *
 * Puts in a value that the user did not change. Not a step of undo.
 */
void
mns_grid_model_load (MnsGridModel *self, guint row, guint column, const char *text)
{
  g_return_if_fail (MNS_IS_GRID_MODEL (self));
  g_return_if_fail (has_cell (self, row, column));
  g_return_if_fail (text != NULL);

  set_text (self, row, column, text);
  emit_changed (self);
}

/**
 * mns_grid_model_refuse:
 * @self: a model
 * @row: a row
 * @column: a column
 * @message: (nullable): why the lab did not take the value
 *
 * Marks a value that was refused. The mark goes when the value is changed.
 */
void
mns_grid_model_refuse (MnsGridModel *self, guint row, guint column, const char *message)
{
  g_return_if_fail (MNS_IS_GRID_MODEL (self));
  g_return_if_fail (has_cell (self, row, column));

  g_free (get_cell (self, row, column)->refusal);
  get_cell (self, row, column)->refusal = g_strdup (message);
  emit_changed (self);
}

/**
 * mns_grid_model_dup_fault:
 * @self: a model
 * @row: a row
 * @column: a column
 *
 * Returns: (transfer full) (nullable): why the value cannot stay as it is
 */
char *
mns_grid_model_dup_fault (MnsGridModel *self, guint row, guint column)
{
  const Cell *cell;

  g_return_val_if_fail (MNS_IS_GRID_MODEL (self), NULL);
  g_return_val_if_fail (has_cell (self, row, column), NULL);

  cell = get_cell (self, row, column);
  if (cell->refusal != NULL)
    return g_strdup (cell->refusal);
  if (self->columns[column].read_only) /* nobody could mend it */
    return NULL;
  return mns_cell_dup_fault (&self->columns[column], cell->text);
}

char *
mns_grid_model_dup_warning (MnsGridModel *self, guint row, guint column)
{
  g_return_val_if_fail (MNS_IS_GRID_MODEL (self), NULL);
  g_return_val_if_fail (has_cell (self, row, column), NULL);

  return mns_cell_dup_warning (&self->columns[column], get_cell (self, row, column)->text);
}

gboolean
mns_grid_model_get_read_only (MnsGridModel *self)
{
  g_return_val_if_fail (MNS_IS_GRID_MODEL (self), TRUE);

  return self->read_only;
}

void
mns_grid_model_set_read_only (MnsGridModel *self, gboolean read_only)
{
  g_return_if_fail (MNS_IS_GRID_MODEL (self));

  self->read_only = read_only;
  emit_changed (self);
}

/**
 * mns_grid_model_is_locked:
 * @self: a model
 * @row: a row
 * @column: a column
 *
 * Returns: whether the user cannot change the cell: because of itself, its column or the whole
 */
gboolean
mns_grid_model_is_locked (MnsGridModel *self, guint row, guint column)
{
  g_return_val_if_fail (MNS_IS_GRID_MODEL (self), TRUE);
  g_return_val_if_fail (has_cell (self, row, column), TRUE);

  return self->read_only || self->columns[column].read_only || get_cell (self, row, column)->locked;
}

void
mns_grid_model_lock (MnsGridModel *self, guint row, guint column, gboolean locked)
{
  g_return_if_fail (MNS_IS_GRID_MODEL (self));
  g_return_if_fail (has_cell (self, row, column));

  get_cell (self, row, column)->locked = locked;
  emit_changed (self);
}

static gboolean
has_fault (MnsGridModel *self, guint row, guint column)
{
  g_autofree char *fault = mns_grid_model_dup_fault (self, row, column);

  return fault != NULL;
}

guint
mns_grid_model_count_faults (MnsGridModel *self)
{
  guint n = 0;

  g_return_val_if_fail (MNS_IS_GRID_MODEL (self), 0);

  for (guint r = 0; r < self->rows->len; r++)
    for (guint c = 0; c < self->n_columns; c++)
      n += has_fault (self, r, c) ? 1 : 0;
  return n;
}

/**
 * mns_grid_model_step_fault:
 * @self: a model
 * @row: (inout): where to begin, then where the next fault is
 * @column: (inout): the same
 * @forward: direction; the search goes around at the end
 *
 * Returns: whether there is a fault at all
 */
gboolean
mns_grid_model_step_fault (MnsGridModel *self, guint *row, guint *column, gboolean forward)
{
  guint n;
  guint at;

  g_return_val_if_fail (MNS_IS_GRID_MODEL (self), FALSE);
  g_return_val_if_fail (row != NULL && column != NULL, FALSE);

  n = self->rows->len * self->n_columns;
  if (n == 0)
    return FALSE;
  at = (*row * self->n_columns + *column) % n;
  for (guint i = 0; i < n; i++)
    {
      at = (at + (forward ? 1 : n - 1)) % n;
      if (!has_fault (self, at / self->n_columns, at % self->n_columns))
        continue;
      *row = at / self->n_columns;
      *column = at % self->n_columns;
      return TRUE;
    }
  return FALSE;
}

GArray *
mns_cell_edits_new (void)
{
  GArray *edits = g_array_new (FALSE, TRUE, sizeof (MnsCellEdit));

  g_array_set_clear_func (edits, clear_edit);
  return edits;
}

void
mns_cell_edits_add (GArray *edits, guint row, guint column, const char *text)
{
  MnsCellEdit edit = { row, column, g_strdup (text) };

  g_array_append_val (edits, edit);
}

static void
apply (MnsGridModel *self, const GArray *step, gboolean forward)
{
  g_autoptr (GArray) edits = mns_cell_edits_new ();

  for (guint i = 0; i < step->len; i++)
    {
      /* Backwards for undo, so that a cell that was changed twice gets its first value. */
      const Change *change = &g_array_index (step, Change, forward ? i : step->len - 1 - i);
      const char *text = forward ? change->after : change->before;

      set_text (self, change->row, change->column, text);
      mns_cell_edits_add (edits, change->row, change->column, text);
    }
  g_signal_emit (self, signals[CELLS_EDITED], 0, edits);
  emit_changed (self);
}

/**
 * mns_grid_model_edit:
 * @self: a model
 * @edits: (element-type MnsCellEdit): values as typed, at most one a cell; locked cells and cells
 *   that do not exist are passed over
 *
 * Changes cells for the user, as one step.
 *
 * Returns: how many cells are other than before
 */
guint
mns_grid_model_edit (MnsGridModel *self, const GArray *edits)
{
  GArray *step;

  g_return_val_if_fail (MNS_IS_GRID_MODEL (self), 0);
  g_return_val_if_fail (edits != NULL, 0);

  step = g_array_new (FALSE, TRUE, sizeof (Change));
  g_array_set_clear_func (step, clear_change);
  for (guint i = 0; i < edits->len; i++)
    {
      const MnsCellEdit *edit = &g_array_index (edits, MnsCellEdit, i);
      Change change = { edit->row, edit->column, NULL, NULL };

      if (!has_cell (self, edit->row, edit->column) ||
          mns_grid_model_is_locked (self, edit->row, edit->column))
        continue;
      change.after = mns_cell_normalise (&self->columns[edit->column], edit->text);
      if (g_str_equal (change.after, get_cell (self, edit->row, edit->column)->text))
        {
          g_free (change.after);
          continue;
        }
      change.before = g_strdup (get_cell (self, edit->row, edit->column)->text);
      g_array_append_val (step, change);
    }
  if (step->len == 0)
    {
      g_array_unref (step);
      return 0;
    }
  g_ptr_array_add (self->undo, step);
  g_ptr_array_set_size (self->redo, 0);
  apply (self, step, TRUE);
  return step->len;
}

gboolean
mns_grid_model_can_undo (MnsGridModel *self)
{
  g_return_val_if_fail (MNS_IS_GRID_MODEL (self), FALSE);

  return self->undo->len > 0;
}

gboolean
mns_grid_model_can_redo (MnsGridModel *self)
{
  g_return_val_if_fail (MNS_IS_GRID_MODEL (self), FALSE);

  return self->redo->len > 0;
}

static guint
walk_history (MnsGridModel *self, GPtrArray *from, GPtrArray *to, gboolean forward)
{
  GArray *step;

  if (from->len == 0 || self->read_only)
    return 0;
  step = g_ptr_array_steal_index (from, from->len - 1);
  g_ptr_array_add (to, step);
  apply (self, step, forward);
  return step->len;
}

/**
 * mns_grid_model_undo:
 * @self: a model
 *
 * Returns: how many cells went back
 */
guint
mns_grid_model_undo (MnsGridModel *self)
{
  g_return_val_if_fail (MNS_IS_GRID_MODEL (self), 0);

  return walk_history (self, self->undo, self->redo, FALSE);
}

guint
mns_grid_model_redo (MnsGridModel *self)
{
  g_return_val_if_fail (MNS_IS_GRID_MODEL (self), 0);

  return walk_history (self, self->redo, self->undo, TRUE);
}
