/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Wells chosen as a target. The selection is no part of undo. */

#define G_LOG_DOMAIN "mns-plate-model"

#include "config.h"

#include "desktop/widgets/plate-model-private.h"

void
mns_plate_model_select (MnsPlateModel *self, guint pos, gboolean selected)
{
  g_return_if_fail (MNS_IS_PLATE_MODEL (self));
  g_return_if_fail (pos < self->wells->len);

  if (mns_plate_well (self, pos)->selected == selected)
    return;
  mns_plate_well (self, pos)->selected = selected;
  mns_plate_model_emit_changed (self);
}

static void
select_cells (
    MnsPlateModel *self, guint container, guint row, guint n_rows, guint col, guint n_cols)
{
  for (guint i = 0; i < self->wells->len; i++)
    mns_plate_well (self, i)->selected = FALSE;
  for (guint r = row; r < row + n_rows; r++)
    for (guint c = col; c < col + n_cols; c++)
      mns_plate_well (self, mns_plate_model_at (self, container, r, c))->selected = TRUE;
  mns_plate_model_emit_changed (self);
}

/**
 * mns_plate_model_select_block:
 * @self: a model
 * @from: a corner of the block
 * @to: the opposite corner, in the same container
 *
 * Selects the wells between two corners and no others.
 */
void
mns_plate_model_select_block (MnsPlateModel *self, guint from, guint to)
{
  guint container[2];
  guint row[2];
  guint col[2];

  g_return_if_fail (MNS_IS_PLATE_MODEL (self));
  g_return_if_fail (from < self->wells->len && to < self->wells->len);

  mns_plate_model_locate (self, from, &container[0], &row[0], &col[0]);
  mns_plate_model_locate (self, to, &container[1], &row[1], &col[1]);
  g_return_if_fail (container[0] == container[1]);

  select_cells (self,
                container[0],
                MIN (row[0], row[1]),
                MAX (row[0], row[1]) - MIN (row[0], row[1]) + 1,
                MIN (col[0], col[1]),
                MAX (col[0], col[1]) - MIN (col[0], col[1]) + 1);
}

void
mns_plate_model_select_row (MnsPlateModel *self, guint container, guint row)
{
  g_return_if_fail (MNS_IS_PLATE_MODEL (self));
  g_return_if_fail (mns_plate_model_at (self, container, row, 0) != MNS_PLATE_NOWHERE);

  select_cells (self, container, row, 1, 0, mns_plate_container (self, container)->columns.size);
}

void
mns_plate_model_select_column (MnsPlateModel *self, guint container, guint column)
{
  g_return_if_fail (MNS_IS_PLATE_MODEL (self));
  g_return_if_fail (mns_plate_model_at (self, container, 0, column) != MNS_PLATE_NOWHERE);

  select_cells (self, container, 0, mns_plate_container (self, container)->rows.size, column, 1);
}

void
mns_plate_model_select_none (MnsPlateModel *self)
{
  g_return_if_fail (MNS_IS_PLATE_MODEL (self));

  for (guint i = 0; i < self->wells->len; i++)
    mns_plate_well (self, i)->selected = FALSE;
  mns_plate_model_emit_changed (self);
}

gboolean
mns_plate_model_is_selected (MnsPlateModel *self, guint pos)
{
  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), FALSE);
  g_return_val_if_fail (pos < self->wells->len, FALSE);

  return mns_plate_well (self, pos)->selected;
}

/**
 * mns_plate_model_dup_selected:
 * @self: a model
 *
 * Returns: (transfer full) (element-type guint): positions of the selected wells
 */
GArray *
mns_plate_model_dup_selected (MnsPlateModel *self)
{
  GArray *positions = g_array_new (FALSE, FALSE, sizeof (guint));

  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), positions);

  for (guint i = 0; i < self->wells->len; i++)
    if (mns_plate_well (self, i)->selected)
      g_array_append_val (positions, i);
  return positions;
}
