/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Changes to a plate: place, move, take out, and undo of any number of them. */

#define G_LOG_DOMAIN "mns-plate-model"

#include "config.h"

#include "desktop/widgets/plate-model-private.h"

/* First all samples leave their wells, then they enter the new ones: so swaps and rings are no
 * special case. */
static void
apply_step (MnsPlateModel *self, const GArray *step, gboolean forward)
{
  for (guint i = 0; i < step->len; i++)
    {
      const MnsPlateChange *change = &g_array_index (step, MnsPlateChange, i);
      guint from = forward ? change->from : change->to;

      if (from == MNS_PLATE_NOWHERE)
        continue;
      mns_plate_well (self, from)->sample = NO_SAMPLE;
      mns_plate_well (self, from)->clash = FALSE;
      self->n_placed--;
    }
  for (guint i = 0; i < step->len; i++)
    {
      const MnsPlateChange *change = &g_array_index (step, MnsPlateChange, i);
      guint to = forward ? change->to : change->from;

      mns_plate_entry (self, change->sample)->pos = to;
      if (to == MNS_PLATE_NOWHERE)
        continue;
      mns_plate_well (self, to)->sample = change->sample;
      self->n_placed++;
    }
}

/* Takes over the step. */
static guint
do_step (MnsPlateModel *self, GArray *step)
{
  guint n = step->len;

  for (guint i = 0; i < n; i++)
    mns_plate_entry (self, g_array_index (step, MnsPlateChange, i).sample)->moving = FALSE;
  if (n == 0)
    {
      g_array_unref (step);
      return 0;
    }
  apply_step (self, step, TRUE);
  g_ptr_array_add (self->undo, step);
  g_ptr_array_set_size (self->redo, 0);
  mns_plate_model_emit_changed (self);
  return n;
}

static void
add_change (MnsPlateModel *self, GArray *step, guint sample, guint to)
{
  MnsPlateChange change = { sample, mns_plate_entry (self, sample)->pos, to };

  if (change.from == change.to || mns_plate_entry (self, sample)->moving)
    return;
  mns_plate_entry (self, sample)->moving = TRUE;
  g_array_append_val (step, change);
}

static gboolean
is_blocked (MnsPlateModel *self, guint pos)
{
  return mns_plate_well (self, pos)->blocked != MNS_WELL_FREE;
}

/**
 * mns_plate_model_place:
 * @self: a model
 * @ids: samples, in the order in which they are to be placed
 * @start: the first well
 * @rule: which wells follow
 *
 * Places the samples as mns_plate_model_plan() says. Those that do not fit stay where they are.
 *
 * Returns: how many samples found a well
 */
guint
mns_plate_model_place (MnsPlateModel *self,
                       const char *const *ids,
                       guint start,
                       const MnsFillRule *rule)
{
  g_autoptr (GArray) plan = NULL;
  GArray *step;
  guint n_placed = 0;

  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), 0);
  g_return_val_if_fail (ids != NULL, 0);

  plan = mns_plate_model_plan (self, ids, start, rule, &n_placed);
  step = g_array_new (FALSE, FALSE, sizeof (MnsPlateChange));
  for (guint i = 0; i < plan->len; i++)
    if (g_array_index (plan, guint, i) != MNS_PLATE_NOWHERE)
      add_change (self, step, mns_plate_find_entry (self, ids[i]), g_array_index (plan, guint, i));
  do_step (self, step);
  return n_placed;
}

/**
 * mns_plate_model_move:
 * @self: a model
 * @from: a well with one of our samples
 * @to: another well
 *
 * Moves a sample; where the target has one of ours too, the two change places.
 *
 * Returns: %FALSE if nothing can be moved like that
 */
gboolean
mns_plate_model_move (MnsPlateModel *self, guint from, guint to)
{
  GArray *step;

  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), FALSE);
  g_return_val_if_fail (from < self->wells->len && to < self->wells->len, FALSE);

  if (from == to || mns_plate_well (self, from)->sample == NO_SAMPLE || is_blocked (self, to))
    return FALSE;

  step = g_array_new (FALSE, FALSE, sizeof (MnsPlateChange));
  add_change (self, step, mns_plate_well (self, from)->sample, to);
  if (mns_plate_well (self, to)->sample != NO_SAMPLE)
    add_change (self, step, mns_plate_well (self, to)->sample, from);
  do_step (self, step);
  return TRUE;
}

/**
 * mns_plate_model_remove:
 * @self: a model
 * @positions: (array length=n_positions): wells; those without a sample of ours do not matter
 * @n_positions: how many
 *
 * Returns: how many samples were taken out
 */
guint
mns_plate_model_remove (MnsPlateModel *self, const guint *positions, guint n_positions)
{
  GArray *step;

  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), 0);
  g_return_val_if_fail (positions != NULL || n_positions == 0, 0);

  step = g_array_new (FALSE, FALSE, sizeof (MnsPlateChange));
  for (guint i = 0; i < n_positions; i++)
    if (positions[i] < self->wells->len && mns_plate_well (self, positions[i])->sample != NO_SAMPLE)
      add_change (self, step, mns_plate_well (self, positions[i])->sample, MNS_PLATE_NOWHERE);
  return do_step (self, step);
}

/**
 * mns_plate_model_clear:
 * @self: a model
 *
 * Takes all our samples out of all containers.
 *
 * Returns: how many
 */
guint
mns_plate_model_clear (MnsPlateModel *self)
{
  GArray *step;

  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), 0);

  step = g_array_new (FALSE, FALSE, sizeof (MnsPlateChange));
  for (guint i = 0; i < self->samples->len; i++)
    add_change (self, step, i, MNS_PLATE_NOWHERE);
  return do_step (self, step);
}

gboolean
mns_plate_model_can_undo (MnsPlateModel *self)
{
  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), FALSE);

  return self->undo->len > 0;
}

gboolean
mns_plate_model_can_redo (MnsPlateModel *self)
{
  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), FALSE);

  return self->redo->len > 0;
}

static gboolean
walk_history (MnsPlateModel *self, GPtrArray *from, GPtrArray *to, gboolean forward)
{
  GArray *step;

  if (from->len == 0)
    return FALSE;
  step = g_ptr_array_steal_index (from, from->len - 1);
  apply_step (self, step, forward);
  g_ptr_array_add (to, step);
  mns_plate_model_emit_changed (self);
  return TRUE;
}

gboolean
mns_plate_model_undo (MnsPlateModel *self)
{
  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), FALSE);

  return walk_history (self, self->undo, self->redo, FALSE);
}

gboolean
mns_plate_model_redo (MnsPlateModel *self)
{
  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), FALSE);

  return walk_history (self, self->redo, self->undo, TRUE);
}
