/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <string.h>

#include "desktop/screens/queue/queue-choice.h"

MnsQueueChoice *
mns_queue_choice_new (void)
{
  MnsQueueChoice *self = g_new0 (MnsQueueChoice, 1);

  self->ids = g_array_new (FALSE, FALSE, sizeof (MnsId));
  self->chosen = g_hash_table_new_full (mns_id_hash, mns_id_equal, g_free, NULL);
  return self;
}

void
mns_queue_choice_free (MnsQueueChoice *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->ids);
  g_hash_table_unref (self->chosen);
  g_free (self);
}

static const MnsId *
get_id (MnsQueueChoice *self, guint row)
{
  return &g_array_index (self->ids, MnsId, row);
}

gboolean
mns_queue_choice_set_ids (MnsQueueChoice *self, const MnsRows *rows)
{
  guint n = mns_rows_get_n_rows (rows);
  gboolean same = n == self->ids->len;

  for (guint i = 0; same && i < n; i++)
    same = mns_id_equal (get_id (self, i), mns_rows_get_id (rows, i, 0));
  if (same)
    return FALSE;
  g_array_set_size (self->ids, 0);
  for (guint i = 0; i < n; i++)
    g_array_append_vals (self->ids, mns_rows_get_id (rows, i, 0), 1);
  return TRUE;
}

gboolean
mns_queue_choice_has (MnsQueueChoice *self, guint row)
{
  return row < self->ids->len && g_hash_table_contains (self->chosen, get_id (self, row));
}

void
mns_queue_choice_set (MnsQueueChoice *self, guint row, guint n_rows, gboolean chosen)
{
  for (guint i = row; i < row + n_rows && i < self->ids->len; i++)
    if (!chosen)
      g_hash_table_remove (self->chosen, get_id (self, i));
    else if (!g_hash_table_contains (self->chosen, get_id (self, i)))
      g_hash_table_add (self->chosen, mns_id_dup (get_id (self, i)));
}

void
mns_queue_choice_clear (MnsQueueChoice *self)
{
  g_hash_table_remove_all (self->chosen);
}

guint
mns_queue_choice_count (MnsQueueChoice *self)
{
  return g_hash_table_size (self->chosen);
}

guint
mns_queue_choice_count_range (MnsQueueChoice *self, guint row, guint n_rows)
{
  guint n = 0;

  if (g_hash_table_size (self->chosen) == 0)
    return 0;
  for (guint i = row; i < row + n_rows; i++)
    n += mns_queue_choice_has (self, i);
  return n;
}

guint
mns_queue_choice_find (MnsQueueChoice *self, const MnsId *id)
{
  for (guint i = 0; i < self->ids->len; i++)
    if (mns_id_equal (get_id (self, i), id))
      return i;
  return G_MAXUINT;
}

void
mns_queue_choice_drop (MnsQueueChoice *self, const MnsId *id)
{
  g_hash_table_remove (self->chosen, id);
}

/* The chosen ids that no row has; borrowed keys of the table that holds the choice. */
static GHashTable *
find_hidden (MnsQueueChoice *self)
{
  GHashTable *hidden = g_hash_table_new (mns_id_hash, mns_id_equal);
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, self->chosen);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_hash_table_add (hidden, id);
  for (guint i = 0; i < self->ids->len && g_hash_table_size (hidden) > 0; i++)
    g_hash_table_remove (hidden, get_id (self, i));
  return hidden;
}

GPtrArray *
mns_queue_choice_dup_hidden (MnsQueueChoice *self, guint max)
{
  g_autoptr (GHashTable) hidden = find_hidden (self);
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, hidden);
  while (g_hash_table_iter_next (&iter, &id, NULL) && list->len < max)
    g_ptr_array_add (list, mns_id_to_string (id));
  return list;
}

GStrv
mns_queue_choice_dup_all (MnsQueueChoice *self)
{
  g_autoptr (GPtrArray) hidden = mns_queue_choice_dup_hidden (self, G_MAXUINT);
  g_autoptr (GPtrArray) all = g_ptr_array_new ();

  for (guint i = 0; i < self->ids->len; i++)
    if (mns_queue_choice_has (self, i))
      g_ptr_array_add (all, mns_id_to_string (get_id (self, i)));
  for (guint i = 0; i < hidden->len; i++)
    g_ptr_array_add (all, g_strdup (g_ptr_array_index (hidden, i)));
  g_ptr_array_add (all, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&all), FALSE);
}
