/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Which scopes a device holds now and held before. The outer ones are given; an inner one (a
 * container, a run) is held while scope_member has it in any of them. The table says what is, the
 * log what has changed: the first line of a pair since the cursor tells what was before it.
 */

#include "config.h"

#include "server/store/feed-private.h"

GHashTable *
mns_id_set_new (void)
{
  return g_hash_table_new_full (mns_id_hash, mns_id_equal, g_free, NULL);
}

gboolean
mns_id_set_add (GHashTable *set, const MnsId *id)
{
  return !g_hash_table_contains (set, id) && g_hash_table_add (set, mns_id_dup (id));
}

MnsRowSet *
mns_id_set_to_rows (GHashTable *set)
{
  MnsRowSet *rows = mns_row_set_new ("id id");
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, set);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    mns_row_set_add (rows, mns_value_id (id));
  return rows;
}

MnsRowSet *
mns_ids_to_rows (const MnsId *ids, guint n_ids)
{
  MnsRowSet *rows = mns_row_set_new ("id id");

  for (guint i = 0; i < n_ids; i++)
    mns_row_set_add (rows, mns_value_id (&ids[i]));
  return rows;
}

/* A pair of inner and outer scope. */
typedef struct
{
  MnsId inner;
  MnsId outer;
} Pair;

static guint
pair_hash (gconstpointer data)
{
  const Pair *pair = data;

  return mns_id_hash (&pair->inner) * 31 + mns_id_hash (&pair->outer);
}

static gboolean
pair_equal (gconstpointer a, gconstpointer b)
{
  const Pair *first = a;
  const Pair *second = b;

  return mns_id_equal (&first->inner, &second->inner) &&
         mns_id_equal (&first->outer, &second->outer);
}

static void
add_pair (GHashTable *pairs, const MnsId *inner, const MnsId *outer)
{
  const Pair pair = { *inner, *outer };

  g_hash_table_add (pairs, g_memdup2 (&pair, sizeof pair));
}

/* Pairs as they are. */
static GHashTable *
read_pairs (MnsTransaction *tx, const MnsRowSet *outer, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      tx,
      "SELECT m.inner_id, m.scope_id FROM {v} JOIN scope_member m ON m.scope_id = v.id",
      MNS_ARGS (MNS_ARG_SET ("v", outer)),
      error);
  GHashTable *pairs;

  if (rows == NULL)
    return NULL;
  pairs = g_hash_table_new_full (pair_hash, pair_equal, g_free, NULL);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    add_pair (pairs, mns_rows_get_id (rows, i, 0), mns_rows_get_id (rows, i, 1));
  return pairs;
}

/* Goes back from what is to what was at the cursor; @members gets the inner scopes touched. */
static gboolean
undo_changes (GHashTable *pairs,
              MnsTransaction *tx,
              const char *snapshot,
              const MnsRowSet *outer,
              GHashTable *members,
              GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (pair_hash, pair_equal, g_free, NULL);
  g_autoptr (MnsRows) lines = mns_feed_query_log (
      tx,
      "SELECT l.op, l.row_id, COALESCE (l.scope_after, l.scope_before) FROM change_log l "
      "WHERE " MNS_FEED_NEW_LINES
      " AND l.tbl = $table "
      "AND COALESCE (l.scope_after, l.scope_before) IN (SELECT v.id FROM {v}) ORDER BY l.id",
      MNS_ARGS (MNS_ARG_TEXT ("snapshot", snapshot),
                MNS_ARG_INT ("table", mns_entity_find ("scope_member")->number),
                MNS_ARG_SET ("v", outer)),
      error);

  if (lines == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (lines); i++)
    {
      const Pair pair = { *mns_rows_get_id (lines, i, 1), *mns_rows_get_id (lines, i, 2) };

      mns_id_set_add (members, &pair.inner);
      if (g_hash_table_contains (seen, &pair))
        continue;
      add_pair (seen, &pair.inner, &pair.outer);
      if (*mns_rows_get_text (lines, i, 0) == 'I')
        g_hash_table_remove (pairs, &pair);
      else
        add_pair (pairs, &pair.inner, &pair.outer);
    }
  return TRUE;
}

static void
add_outer (GHashTable *set, const MnsRowSet *outer)
{
  for (guint i = 0; i < mns_row_set_get_n_rows (outer); i++)
    mns_id_set_add (set, &mns_row_set_get (outer, i, 0)->v.id);
}

/* @set holds outer scopes; adds the inner ones that are seen from them. */
static void
add_inner (GHashTable *set, GHashTable *pairs)
{
  g_autoptr (GPtrArray) inner = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, pairs);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (g_hash_table_contains (set, &((const Pair *) key)->outer))
      g_ptr_array_add (inner, &((Pair *) key)->inner);
  for (guint i = 0; i < inner->len; i++)
    mns_id_set_add (set, g_ptr_array_index (inner, i));
}

static void
add_difference (GHashTable *set, GHashTable *from, GHashTable *without)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, from);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (!g_hash_table_contains (without, id))
      mns_id_set_add (set, id);
}

/* Of outer scopes gained or lost, all memberships are news. */
static void
add_members_of (GHashTable *members, GHashTable *pairs, GHashTable *scopes)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, pairs);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (g_hash_table_contains (scopes, &((const Pair *) key)->outer))
      mns_id_set_add (members, &((const Pair *) key)->inner);
}

/**
 * mns_feed_find_scopes:
 * @self: a feed whose sets of scopes are empty
 * @tx: the transaction
 * @snapshot: (nullable): that of the cursor; %NULL if the device has nothing
 * @before: outer scopes held at the cursor
 * @now: outer scopes held from now on
 * @ever_held: gets all scopes held before or now
 * @members: gets the inner scopes whose rows in scope_member must be sent anew
 * @error: return location for an error
 */
gboolean
mns_feed_find_scopes (MnsFeed *self,
                      MnsTransaction *tx,
                      const char *snapshot,
                      const MnsRowSet *before,
                      const MnsRowSet *now,
                      GHashTable *ever_held,
                      GHashTable *members,
                      GError **error)
{
  g_autoptr (GHashTable) held_before = mns_id_set_new ();
  g_autoptr (GHashTable) outer = mns_id_set_new ();
  g_autoptr (GHashTable) pairs = NULL;
  g_autoptr (MnsRowSet) outer_rows = NULL;

  add_outer (outer, before);
  add_outer (outer, now);
  outer_rows = mns_id_set_to_rows (outer);
  pairs = read_pairs (tx, outer_rows, error);
  if (pairs == NULL)
    return FALSE;
  add_outer (self->held, now);
  add_inner (self->held, pairs);
  if (snapshot != NULL && !undo_changes (pairs, tx, snapshot, outer_rows, members, error))
    return FALSE;
  add_outer (held_before, before);
  add_inner (held_before, pairs);

  add_difference (self->appeared, self->held, held_before);
  add_difference (self->vanished, held_before, self->held);
  add_difference (ever_held, self->held, ever_held);
  add_difference (ever_held, held_before, ever_held);
  if (snapshot != NULL)
    {
      add_members_of (members, pairs, self->appeared);
      add_members_of (members, pairs, self->vanished);
    }
  return TRUE;
}
