/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A transaction remembers under the generation in which it began: one that began before a change
 * and reads what was there before it comes too late to put that into the memo.
 */

#include "config.h"

#include "sync/store/memo.h"
#include "sync/store/store-private.h"

/* Far above the steps, people and fields of a lab. */
#define MOST_ITEMS 10000

typedef struct
{
  const MnsMemoKind *kind;
  MnsId id; /* null id: the only one */
  gpointer box;
  gint64 until; /* monotonic */
} Item;

struct _MnsMemo
{
  gint64 age;
  guint generation; /* atomic; changed under the lock */
  GMutex lock;
  GHashTable *items; /* Item: key and value */
};

static guint
item_hash (gconstpointer data)
{
  const Item *item = data;

  return mns_id_hash (&item->id) ^ g_direct_hash (item->kind);
}

static gboolean
item_equal (gconstpointer a, gconstpointer b)
{
  const Item *first = a;
  const Item *second = b;

  return first->kind == second->kind && mns_id_equal (&first->id, &second->id);
}

static void
free_item (gpointer data)
{
  Item *item = data;

  mns_memo_release (item->kind, item->box);
  g_free (item);
}

/**
 * mns_memo_new:
 * @age_us: microseconds after which nothing is believed any more
 */
MnsMemo *
mns_memo_new (gint64 age_us)
{
  MnsMemo *self = g_new0 (MnsMemo, 1);

  self->age = age_us;
  self->generation = 1;
  self->items = g_hash_table_new_full (item_hash, item_equal, free_item, NULL);
  g_mutex_init (&self->lock);
  return self;
}

/* No store has it any more. */
void
mns_memo_free (MnsMemo *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->items);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
forget_locked (MnsMemo *self)
{
  g_atomic_int_inc (&self->generation);
  g_hash_table_remove_all (self->items);
}

void
mns_memo_forget (MnsMemo *self)
{
  g_mutex_lock (&self->lock);
  forget_locked (self);
  g_mutex_unlock (&self->lock);
}

guint
mns_memo_get_generation (MnsMemo *self)
{
  return (guint) g_atomic_int_get (&self->generation);
}

void
mns_memo_release (const MnsMemoKind *kind, gpointer box)
{
  if (box != NULL)
    g_atomic_rc_box_release_full (box, kind->clear);
}

void
mns_store_set_memo (MnsStore *self, MnsMemo *memo)
{
  self->memo = memo;
}

/* Called before the transaction can see anything. */
void
mns_memo_begin (MnsMemo *self, guint *generation, gint64 *began)
{
  *generation = mns_memo_get_generation (self);
  *began = g_get_monotonic_time ();
}

gpointer
mns_transaction_recall (MnsTransaction *self, const MnsMemoKind *kind, const MnsId *id)
{
  MnsMemo *memo = self->store->memo;
  Item key = { .kind = kind };
  const Item *found;
  gpointer box = NULL;

  if (memo == NULL || self->changes_configuration)
    return NULL;
  if (id != NULL)
    key.id = *id;
  g_mutex_lock (&memo->lock);
  found = g_hash_table_lookup (memo->items, &key);
  if (found != NULL && found->until > self->began)
    box = g_atomic_rc_box_acquire (found->box);
  g_mutex_unlock (&memo->lock);
  return box;
}

void
mns_transaction_remember (MnsTransaction *self,
                          const MnsMemoKind *kind,
                          const MnsId *id,
                          gpointer box)
{
  MnsMemo *memo = self->store->memo;
  Item *item;

  if (memo == NULL || self->changes_configuration)
    return;
  item = g_new0 (Item, 1);
  item->kind = kind;
  if (id != NULL)
    item->id = *id;
  item->box = g_atomic_rc_box_acquire (box);
  item->until = self->began + memo->age;

  g_mutex_lock (&memo->lock);
  if (g_hash_table_size (memo->items) >= MOST_ITEMS)
    g_hash_table_remove_all (memo->items);
  if (self->generation == mns_memo_get_generation (memo))
    g_hash_table_replace (memo->items, item, item);
  else
    free_item (item);
  g_mutex_unlock (&memo->lock);
}

void
mns_transaction_change_configuration (MnsTransaction *self)
{
  self->changes_configuration = TRUE;
}
