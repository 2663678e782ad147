/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Which sample is in which well, with undo. No display and no rule of the lab: it knows shapes
 * only.
 *
 * Invariants: a sample is in at most one well and a well holds at most one sample;
 * samples[i].pos == p exactly if wells[p].sample == i. All changes go through apply_step(), so that
 * undo is the same walk with "from" and "to" exchanged.
 */

#define G_LOG_DOMAIN "mns-plate-model"

#include "config.h"

#include "desktop/widgets/plate-model-private.h"

G_DEFINE_FINAL_TYPE (MnsPlateModel, mns_plate_model, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
clear_container (gpointer data)
{
  MnsPlateContainer *container = data;

  g_free (container->id);
  g_free (container->name);
}

static void
clear_well (gpointer data)
{
  MnsPlateWell *well = data;

  g_free (well->foreign_name);
  g_free (well->reason);
}

static void
copy_strings (MnsPlateSample *to, const MnsPlateSample *from)
{
  *to = *from;
  to->id = g_strdup (from->id);
  to->name = g_strdup (from->name != NULL ? from->name : from->id);
  to->detail = g_strdup (from->detail);
  to->note = g_strdup (from->note);
  to->warning = g_strdup (from->warning);
  to->source = g_strdup (from->source);
}

static void
free_strings (MnsPlateSample *data)
{
  const char *owned[] = { data->id,   data->name,    data->detail,
                          data->note, data->warning, data->source };

  for (guint i = 0; i < G_N_ELEMENTS (owned); i++)
    g_free ((char *) owned[i]);
}

static void
free_sample (gpointer data)
{
  MnsPlateEntry *sample = data;

  free_strings (&sample->data);
  g_free (sample);
}

void
mns_plate_model_emit_changed (MnsPlateModel *self)
{
  self->dirty = TRUE;
  if (self->frozen > 0)
    return;
  self->dirty = FALSE;
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
mns_plate_model_finalize (GObject *object)
{
  MnsPlateModel *self = MNS_PLATE_MODEL (object);

  g_array_unref (self->containers);
  g_array_unref (self->wells);
  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->samples);
  g_ptr_array_unref (self->undo);
  g_ptr_array_unref (self->redo);

  G_OBJECT_CLASS (mns_plate_model_parent_class)->finalize (object);
}

static void
mns_plate_model_class_init (MnsPlateModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mns_plate_model_finalize;

  /**
   * MnsPlateModel::changed:
   *
   * Wells, samples or the selection are not what they were.
   */
  signals[CHANGED] = g_signal_new (
      "changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mns_plate_model_init (MnsPlateModel *self)
{
  self->containers = g_array_new (FALSE, TRUE, sizeof (MnsPlateContainer));
  g_array_set_clear_func (self->containers, clear_container);
  self->wells = g_array_new (FALSE, TRUE, sizeof (MnsPlateWell));
  g_array_set_clear_func (self->wells, clear_well);
  self->samples = g_ptr_array_new_with_free_func (free_sample);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->undo = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  self->redo = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
}

MnsPlateModel *
mns_plate_model_new (void)
{
  return g_object_new (MNS_TYPE_PLATE_MODEL, NULL);
}

/**
 * mns_plate_model_freeze:
 * @self: a model
 *
 * Holds "changed" back until mns_plate_model_thaw(), for loading many samples or wells.
 */
void
mns_plate_model_freeze (MnsPlateModel *self)
{
  g_return_if_fail (MNS_IS_PLATE_MODEL (self));

  self->frozen++;
}

void
mns_plate_model_thaw (MnsPlateModel *self)
{
  g_return_if_fail (MNS_IS_PLATE_MODEL (self));
  g_return_if_fail (self->frozen > 0);

  self->frozen--;
  if (self->dirty)
    mns_plate_model_emit_changed (self);
}

/**
 * mns_plate_model_add_container:
 * @self: a model
 * @id: what the program knows the container by
 * @name: (nullable): what people know it by
 * @rows: its Y axis
 * @columns: its X axis
 *
 * Adds an empty container behind the others.
 *
 * Returns: its number
 */
guint
mns_plate_model_add_container (MnsPlateModel *self,
                               const char *id,
                               const char *name,
                               const MnsAxis *rows,
                               const MnsAxis *columns)
{
  MnsPlateContainer container = { 0 };

  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), 0);
  g_return_val_if_fail (id != NULL, 0);
  g_return_val_if_fail (rows != NULL && rows->size > 0, 0);
  g_return_val_if_fail (columns != NULL && columns->size > 0, 0);

  container.id = g_strdup (id);
  container.name = g_strdup (name != NULL ? name : id);
  container.rows = *rows;
  container.columns = *columns;
  container.first = self->wells->len;
  g_array_append_val (self->containers, container);

  g_array_set_size (self->wells, container.first + rows->size * columns->size);
  for (guint pos = container.first; pos < self->wells->len; pos++)
    mns_plate_well (self, pos)->sample = NO_SAMPLE;
  mns_plate_model_emit_changed (self);
  return self->containers->len - 1;
}

guint
mns_plate_model_get_n_containers (MnsPlateModel *self)
{
  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), 0);

  return self->containers->len;
}

const char *
mns_plate_model_get_container_id (MnsPlateModel *self, guint container)
{
  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), NULL);
  g_return_val_if_fail (container < self->containers->len, NULL);

  return mns_plate_container (self, container)->id;
}

const char *
mns_plate_model_get_container_name (MnsPlateModel *self, guint container)
{
  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), NULL);
  g_return_val_if_fail (container < self->containers->len, NULL);

  return mns_plate_container (self, container)->name;
}

void
mns_plate_model_set_container_name (MnsPlateModel *self, guint container, const char *name)
{
  g_return_if_fail (MNS_IS_PLATE_MODEL (self));
  g_return_if_fail (container < self->containers->len);
  g_return_if_fail (name != NULL);

  if (g_str_equal (mns_plate_container (self, container)->name, name))
    return;
  g_free (mns_plate_container (self, container)->name);
  mns_plate_container (self, container)->name = g_strdup (name);
  mns_plate_model_emit_changed (self);
}

const MnsAxis *
mns_plate_model_get_rows (MnsPlateModel *self, guint container)
{
  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), NULL);
  g_return_val_if_fail (container < self->containers->len, NULL);

  return &mns_plate_container (self, container)->rows;
}

const MnsAxis *
mns_plate_model_get_columns (MnsPlateModel *self, guint container)
{
  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), NULL);
  g_return_val_if_fail (container < self->containers->len, NULL);

  return &mns_plate_container (self, container)->columns;
}

/**
 * mns_plate_model_at:
 * @self: a model
 * @container: number of a container
 * @row: a row, from 0
 * @column: a column, from 0
 *
 * Returns: the position, or %MNS_PLATE_NOWHERE outside the container
 */
guint
mns_plate_model_at (MnsPlateModel *self, guint container, guint row, guint column)
{
  const MnsPlateContainer *c;

  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), MNS_PLATE_NOWHERE);

  if (container >= self->containers->len)
    return MNS_PLATE_NOWHERE;
  c = mns_plate_container (self, container);
  if (row >= c->rows.size || column >= c->columns.size)
    return MNS_PLATE_NOWHERE;
  return c->first + row * c->columns.size + column;
}

/**
 * mns_plate_model_locate:
 * @self: a model
 * @pos: a position
 * @container: (out) (optional): number of its container
 * @row: (out) (optional): its row, from 0
 * @column: (out) (optional): its column, from 0
 */
void
mns_plate_model_locate (MnsPlateModel *self, guint pos, guint *container, guint *row, guint *column)
{
  guint c;
  guint rest;

  g_return_if_fail (MNS_IS_PLATE_MODEL (self));
  g_return_if_fail (pos < self->wells->len);

  for (c = self->containers->len - 1; mns_plate_container (self, c)->first > pos; c--)
    ;
  rest = pos - mns_plate_container (self, c)->first;
  if (container != NULL)
    *container = c;
  if (row != NULL)
    *row = rest / mns_plate_container (self, c)->columns.size;
  if (column != NULL)
    *column = rest % mns_plate_container (self, c)->columns.size;
}

char *
mns_plate_model_dup_well_name (MnsPlateModel *self, guint pos)
{
  guint c = 0;
  guint row = 0;
  guint column = 0;

  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), NULL);
  g_return_val_if_fail (pos < self->wells->len, NULL);

  mns_plate_model_locate (self, pos, &c, &row, &column);
  return mns_axis_dup_well_name (
      &mns_plate_container (self, c)->rows, &mns_plate_container (self, c)->columns, row, column);
}

/**
 * mns_plate_model_find_well:
 * @self: a model
 * @container: number of a container
 * @name: a well, as mns_axis_find_well() takes it
 *
 * Returns: its position, or %MNS_PLATE_NOWHERE
 */
guint
mns_plate_model_find_well (MnsPlateModel *self, guint container, const char *name)
{
  guint row;
  guint column;

  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), MNS_PLATE_NOWHERE);
  g_return_val_if_fail (container < self->containers->len, MNS_PLATE_NOWHERE);
  g_return_val_if_fail (name != NULL, MNS_PLATE_NOWHERE);

  if (!mns_axis_find_well (&mns_plate_container (self, container)->rows,
                           &mns_plate_container (self, container)->columns,
                           name,
                           &row,
                           &column))
    return MNS_PLATE_NOWHERE;
  return mns_plate_model_at (self, container, row, column);
}

static void
block_well (
    MnsPlateModel *self, guint pos, MnsWellState state, const char *name, const char *reason)
{
  MnsPlateWell *well = mns_plate_well (self, pos);

  g_return_if_fail (well->sample == NO_SAMPLE);

  /* An earlier step may lead back into this well, which is no longer ours to use. */
  g_ptr_array_set_size (self->undo, 0);
  g_ptr_array_set_size (self->redo, 0);
  well->blocked = state;
  g_free (well->foreign_name);
  well->foreign_name = g_strdup (name);
  g_free (well->reason);
  well->reason = g_strdup (reason);
  mns_plate_model_emit_changed (self);
}

/**
 * mns_plate_model_set_unavailable:
 * @self: a model
 * @pos: an empty well
 * @reason: (nullable): why nothing can be put there, for people
 */
void
mns_plate_model_set_unavailable (MnsPlateModel *self, guint pos, const char *reason)
{
  g_return_if_fail (MNS_IS_PLATE_MODEL (self));
  g_return_if_fail (pos < self->wells->len);

  block_well (self, pos, MNS_WELL_UNAVAILABLE, NULL, reason);
}

/**
 * mns_plate_model_set_foreign:
 * @self: a model
 * @pos: an empty well
 * @name: the sample that is in it and is not part of this work
 * @reason: (nullable): where it comes from, for people
 */
void
mns_plate_model_set_foreign (MnsPlateModel *self, guint pos, const char *name, const char *reason)
{
  g_return_if_fail (MNS_IS_PLATE_MODEL (self));
  g_return_if_fail (pos < self->wells->len);
  g_return_if_fail (name != NULL);

  block_well (self, pos, MNS_WELL_FOREIGN, name, reason);
}

/**
 * mns_plate_model_set_clash:
 * @self: a model
 * @pos: a well
 * @reason: (nullable): what is wrong with it, or %NULL to take the mark away
 *
 * Marks a well red. The mark goes by itself when the sample leaves the well.
 */
void
mns_plate_model_set_clash (MnsPlateModel *self, guint pos, const char *reason)
{
  MnsPlateWell *well;

  g_return_if_fail (MNS_IS_PLATE_MODEL (self));
  g_return_if_fail (pos < self->wells->len);

  well = mns_plate_well (self, pos);
  well->clash = reason != NULL;
  g_free (well->reason);
  well->reason = g_strdup (reason);
  mns_plate_model_emit_changed (self);
}

MnsWellState
mns_plate_model_get_state (MnsPlateModel *self, guint pos)
{
  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), MNS_WELL_UNAVAILABLE);
  g_return_val_if_fail (pos < self->wells->len, MNS_WELL_UNAVAILABLE);

  if (mns_plate_well (self, pos)->sample != NO_SAMPLE)
    return MNS_WELL_TAKEN;
  return mns_plate_well (self, pos)->blocked;
}

/**
 * mns_plate_model_get_well:
 * @self: a model
 * @pos: a well
 *
 * Returns: (transfer none) (nullable): our sample in it
 */
const MnsPlateSample *
mns_plate_model_get_well (MnsPlateModel *self, guint pos)
{
  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), NULL);
  g_return_val_if_fail (pos < self->wells->len, NULL);

  if (mns_plate_well (self, pos)->sample == NO_SAMPLE)
    return NULL;
  return &mns_plate_entry (self, mns_plate_well (self, pos)->sample)->data;
}

const char *
mns_plate_model_get_foreign_name (MnsPlateModel *self, guint pos)
{
  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), NULL);
  g_return_val_if_fail (pos < self->wells->len, NULL);

  return mns_plate_well (self, pos)->foreign_name;
}

const char *
mns_plate_model_get_reason (MnsPlateModel *self, guint pos)
{
  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), NULL);
  g_return_val_if_fail (pos < self->wells->len, NULL);

  return mns_plate_well (self, pos)->reason;
}

gboolean
mns_plate_model_is_clash (MnsPlateModel *self, guint pos)
{
  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), FALSE);
  g_return_val_if_fail (pos < self->wells->len, FALSE);

  return mns_plate_well (self, pos)->clash;
}

/**
 * mns_plate_model_set_sample:
 * @self: a model
 * @sample: a sample; copied
 *
 * Adds a sample behind the others, or replaces what is known of the sample with that id.
 */
void
mns_plate_model_set_sample (MnsPlateModel *self, const MnsPlateSample *sample)
{
  MnsPlateSample copy;
  MnsPlateEntry *entry;
  guint index;

  g_return_if_fail (MNS_IS_PLATE_MODEL (self));
  g_return_if_fail (sample != NULL && sample->id != NULL);

  copy_strings (&copy, sample);
  index = mns_plate_find_entry (self, sample->id);
  if (index != NO_SAMPLE)
    {
      entry = mns_plate_entry (self, index);
      g_hash_table_remove (self->by_id, entry->data.id);
      free_strings (&entry->data);
    }
  else
    {
      entry = g_new0 (MnsPlateEntry, 1);
      entry->pos = MNS_PLATE_NOWHERE;
      index = self->samples->len;
      g_ptr_array_add (self->samples, entry);
    }
  entry->data = copy;
  g_hash_table_insert (self->by_id, (char *) entry->data.id, GUINT_TO_POINTER (index + 1));
  mns_plate_model_emit_changed (self);
}

guint
mns_plate_model_get_n_samples (MnsPlateModel *self)
{
  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), 0);

  return self->samples->len;
}

const MnsPlateSample *
mns_plate_model_get_nth_sample (MnsPlateModel *self, guint n)
{
  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), NULL);
  g_return_val_if_fail (n < self->samples->len, NULL);

  return &mns_plate_entry (self, n)->data;
}

const MnsPlateSample *
mns_plate_model_get_sample (MnsPlateModel *self, const char *id)
{
  guint index;

  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  index = mns_plate_find_entry (self, id);
  return index == NO_SAMPLE ? NULL : &mns_plate_entry (self, index)->data;
}

/**
 * mns_plate_model_find_sample:
 * @self: a model
 * @id: id of a sample
 *
 * Returns: the well that it is in; %MNS_PLATE_NOWHERE for none and for an unknown id
 */
guint
mns_plate_model_find_sample (MnsPlateModel *self, const char *id)
{
  guint index;

  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), MNS_PLATE_NOWHERE);
  g_return_val_if_fail (id != NULL, MNS_PLATE_NOWHERE);

  index = mns_plate_find_entry (self, id);
  return index == NO_SAMPLE ? MNS_PLATE_NOWHERE : mns_plate_entry (self, index)->pos;
}

guint
mns_plate_model_get_n_placed (MnsPlateModel *self)
{
  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), 0);

  return self->n_placed;
}

/**
 * mns_plate_model_dup_unplaced:
 * @self: a model
 *
 * Returns: (transfer full): ids of the samples in no well, in their order
 */
GStrv
mns_plate_model_dup_unplaced (MnsPlateModel *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), NULL);

  for (guint i = 0; i < self->samples->len; i++)
    if (mns_plate_entry (self, i)->pos == MNS_PLATE_NOWHERE)
      g_strv_builder_add (builder, mns_plate_entry (self, i)->data.id);
  return g_strv_builder_end (builder);
}

/**
 * mns_plate_model_load:
 * @self: a model
 * @pos: a free well
 * @id: id of a sample that is in no well
 *
 * Puts a sample where it already is in the lab. Not a step of undo.
 *
 * Returns: %FALSE if the sample is unknown or placed, or the well not free
 */
gboolean
mns_plate_model_load (MnsPlateModel *self, guint pos, const char *id)
{
  guint index;

  g_return_val_if_fail (MNS_IS_PLATE_MODEL (self), FALSE);
  g_return_val_if_fail (pos < self->wells->len, FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  index = mns_plate_find_entry (self, id);
  if (index == NO_SAMPLE || mns_plate_entry (self, index)->pos != MNS_PLATE_NOWHERE ||
      mns_plate_model_get_state (self, pos) != MNS_WELL_FREE)
    return FALSE;
  mns_plate_entry (self, index)->pos = pos;
  mns_plate_well (self, pos)->sample = index;
  self->n_placed++;
  mns_plate_model_emit_changed (self);
  return TRUE;
}
