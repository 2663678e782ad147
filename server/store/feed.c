/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* From the lines of the log to what a device must be told. The log says which rows were touched;
 * the tables say what they are now, and that alone is sent. A row that is gone was deleted; one
 * whose home scope the device does not hold is out; one in a scope that has just come to the device
 * comes with that whole scope.
 */

#include "config.h"

#include "server/store/feed-private.h"
#include "sync/model/error.h"

static void
part_clear (MnsFeedPart *self)
{
  g_array_unref (self->changed);
  g_array_unref (self->deleted);
  g_array_unref (self->out);
}

MnsFeed *
mns_feed_new (void)
{
  MnsFeed *self = g_new0 (MnsFeed, 1);
  guint n;

  mns_entities_get_all (&n);
  self->held = mns_id_set_new ();
  self->appeared = mns_id_set_new ();
  self->vanished = mns_id_set_new ();
  self->parts = g_new0 (MnsFeedPart, n + 1);
  for (guint i = 0; i <= n; i++)
    {
      self->parts[i].changed = g_array_new (FALSE, FALSE, sizeof (MnsId));
      self->parts[i].deleted = g_array_new (FALSE, FALSE, sizeof (MnsId));
      self->parts[i].out = g_array_new (FALSE, FALSE, sizeof (MnsId));
    }
  return self;
}

void
mns_feed_free (MnsFeed *self)
{
  guint n;

  if (self == NULL)
    return;
  mns_entities_get_all (&n);
  for (guint i = 0; i <= n; i++)
    part_clear (&self->parts[i]);
  g_free (self->parts);
  g_hash_table_unref (self->held);
  g_hash_table_unref (self->appeared);
  g_hash_table_unref (self->vanished);
  g_free (self->cursor);
  g_free (self);
}

MnsFeedPart *
mns_feed_part (const MnsFeed *self, const MnsEntity *entity)
{
  return &self->parts[entity->number];
}

const char *
mns_feed_get_cursor (const MnsFeed *self)
{
  return self->cursor;
}

const GArray *
mns_feed_get_changed (const MnsFeed *self, const MnsEntity *entity)
{
  return mns_feed_part (self, entity)->changed;
}

const GArray *
mns_feed_get_deleted (const MnsFeed *self, const MnsEntity *entity)
{
  return mns_feed_part (self, entity)->deleted;
}

const GArray *
mns_feed_get_out (const MnsFeed *self, const MnsEntity *entity)
{
  return mns_feed_part (self, entity)->out;
}

/**
 * mns_feed_is_empty:
 *
 * Returns: %TRUE if there is nothing to tell but the new cursor
 */
gboolean
mns_feed_is_empty (const MnsFeed *self)
{
  guint n;

  mns_entities_get_all (&n);
  for (guint i = 1; i <= n; i++)
    if (self->parts[i].changed->len + self->parts[i].deleted->len + self->parts[i].out->len > 0)
      return FALSE;
  return g_hash_table_size (self->appeared) == 0;
}

static GHashTable *
touched_of (GPtrArray *touched, const MnsEntity *entity)
{
  GHashTable **place = (GHashTable **) &g_ptr_array_index (touched, (guint) entity->number);

  if (*place == NULL)
    *place = mns_id_set_new ();
  return *place;
}

/* A row that moves to another scope takes its children along; the log does not name them. */
static void
touch_children (GPtrArray *touched, const MnsEntity *parent, const MnsId *id)
{
  guint n;
  const MnsEntity *const *entities = mns_entities_get_all (&n);

  for (guint i = 0; i < n; i++)
    if (g_strcmp0 (entities[i]->parent, parent->table) == 0)
      mns_id_set_add (touched_of (touched, entities[i]), id);
}

static gboolean
read_lines (GPtrArray *touched,
            MnsTransaction *tx,
            const char *snapshot,
            GHashTable *ever_held,
            GError **error)
{
  g_autoptr (MnsRowSet) scopes = mns_id_set_to_rows (ever_held);
  g_autoptr (MnsRows) lines = mns_feed_query_log (
      tx,
      "SELECT l.tbl, l.row_id, bool_or (l.scope_before <> l.scope_after) FROM change_log l "
      "WHERE " MNS_FEED_NEW_LINES
      " AND (l.scope_after IN (SELECT v.id FROM {v}) "
      "OR l.scope_before IN (SELECT v.id FROM {v})) GROUP BY l.tbl, l.row_id",
      MNS_ARGS (MNS_ARG_TEXT ("snapshot", snapshot), MNS_ARG_SET ("v", scopes)),
      error);

  if (lines == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (lines); i++)
    {
      const MnsEntity *entity = mns_entity_by_number ((int) mns_rows_get_int (lines, i, 0));
      const MnsId *id = mns_rows_get_id (lines, i, 1);

      if (entity == NULL) /* a newer server's table, during a rolling update */
        continue;
      mns_id_set_add (touched_of (touched, entity), id);
      if (mns_rows_get_int (lines, i, 2) != 0)
        touch_children (touched, entity, id);
    }
  return TRUE;
}

static void
free_set (gpointer data)
{
  if (data != NULL)
    g_hash_table_unref (data);
}

static gboolean
find_changes (MnsFeed *self,
              MnsTransaction *tx,
              const char *snapshot,
              GHashTable *ever_held,
              GHashTable *members,
              GError **error)
{
  g_autoptr (GPtrArray) touched = g_ptr_array_new_with_free_func (free_set);
  const MnsEntity *member = mns_entity_find ("scope_member");
  guint n;
  const MnsEntity *const *entities = mns_entities_get_all (&n);

  g_ptr_array_set_size (touched, (gint) n + 1);
  g_ptr_array_index (touched, (guint) member->number) = g_hash_table_ref (members);
  if (!read_lines (touched, tx, snapshot, ever_held, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      GHashTable *ids = g_ptr_array_index (touched, (guint) entities[i]->number);

      if (ids != NULL && g_hash_table_size (ids) > 0 &&
          !mns_feed_classify (self, tx, entities[i], ids, error))
        return FALSE;
      if (g_hash_table_size (self->vanished) > 0 &&
          !mns_feed_find_vanished (self, tx, entities[i], error))
        return FALSE;
    }
  return TRUE;
}

/* Most looks find nothing new at all: one cheap question. */
static int
has_news (MnsTransaction *tx, const char *snapshot, GError **error)
{
  g_autoptr (MnsRows) rows =
      mns_feed_query_log (tx,
                          "SELECT 1 FROM change_log l WHERE " MNS_FEED_NEW_LINES " LIMIT 1",
                          MNS_ARGS (MNS_ARG_TEXT ("snapshot", snapshot)),
                          error);

  return rows == NULL ? -1 : mns_rows_get_n_rows (rows) > 0;
}

static gboolean
same_scopes (const MnsRowSet *a, const MnsRowSet *b)
{
  g_autoptr (GHashTable) set = mns_id_set_new ();

  for (guint i = 0; i < mns_row_set_get_n_rows (a); i++)
    mns_id_set_add (set, &mns_row_set_get (a, i, 0)->v.id);
  for (guint i = 0; i < mns_row_set_get_n_rows (b); i++)
    if (!g_hash_table_contains (set, &mns_row_set_get (b, i, 0)->v.id))
      return FALSE;
  return mns_row_set_get_n_rows (a) == mns_row_set_get_n_rows (b);
}

static gboolean
read_cursors (
    MnsTransaction *tx, const char *cursor, MnsFeedCursor *old, MnsFeedCursor *now, GError **error)
{
  g_autoptr (GError) failure = NULL;
  guint64 floor;

  if (!mns_feed_cursor_parse (old, cursor, error) || !mns_feed_cursor_now (now, tx, error))
    return FALSE;
  floor = mns_feed_cursor_floor (tx, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  return mns_feed_cursor_check (old, now, floor, error);
}

/**
 * mns_feed_read:
 * @tx: an open transaction that only reads
 * @cursor: where the device is
 * @before: (array length=n_before): outer scopes it held there
 * @n_before: number of them
 * @now: (array length=n_now): outer scopes it holds from now on
 * @n_now: number of them
 * @error: return location, see feed.h
 *
 * Finds what the device misses.
 *
 * Returns: (transfer full): the feed, or %NULL with @error set
 */
MnsFeed *
mns_feed_read (MnsTransaction *tx,
               const char *cursor,
               const MnsId *before,
               guint n_before,
               const MnsId *now,
               guint n_now,
               GError **error)
{
  g_autoptr (MnsFeed) self = mns_feed_new ();
  g_autoptr (MnsRowSet) outer_before = mns_ids_to_rows (before, n_before);
  g_autoptr (MnsRowSet) outer_now = mns_ids_to_rows (now, n_now);
  g_autoptr (GHashTable) ever_held = mns_id_set_new ();
  g_autoptr (GHashTable) members = mns_id_set_new ();
  g_auto (MnsFeedCursor) from = { 0 };
  g_auto (MnsFeedCursor) to = { 0 };
  int news;

  if (!read_cursors (tx, cursor, &from, &to, error))
    return NULL;
  self->cursor = mns_feed_cursor_print (&to);
  news = has_news (tx, from.snapshot, error);
  if (news < 0)
    return NULL;
  if (news == 0 && same_scopes (outer_before, outer_now))
    return g_steal_pointer (&self);
  if (!mns_feed_find_scopes (
          self, tx, from.snapshot, outer_before, outer_now, ever_held, members, error) ||
      !find_changes (self, tx, from.snapshot, ever_held, members, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * mns_feed_whole:
 * @tx: an open transaction that only reads
 * @now: (array length=n_now): outer scopes
 * @n_now: number of them
 *
 * Prepares everything in some scopes and the cursor that goes with it. The rows are only read when
 * they are written.
 *
 * Returns: (transfer full): the feed, or %NULL with @error set
 */
MnsFeed *
mns_feed_whole (MnsTransaction *tx, const MnsId *now, guint n_now, GError **error)
{
  g_autoptr (MnsFeed) self = mns_feed_new ();
  g_autoptr (MnsRowSet) none = mns_ids_to_rows (NULL, 0);
  g_autoptr (MnsRowSet) outer = mns_ids_to_rows (now, n_now);
  g_autoptr (GHashTable) ever_held = mns_id_set_new ();
  g_autoptr (GHashTable) members = mns_id_set_new ();
  g_auto (MnsFeedCursor) cursor = { 0 };

  self->whole = TRUE;
  if (!mns_feed_cursor_now (&cursor, tx, error) ||
      !mns_feed_find_scopes (self, tx, NULL, none, outer, ever_held, members, error))
    return NULL;
  self->cursor = mns_feed_cursor_print (&cursor);
  return g_steal_pointer (&self);
}

/**
 * mns_feed_scopes:
 * @tx: an open transaction that only reads
 * @cursor: (nullable): where to begin
 * @new_cursor: (out) (transfer full): where to go on
 * @error: return location, as for mns_feed_read()
 *
 * Finds whom a poke concerns.
 *
 * Returns: (transfer full): an array of #MnsId, each scope once
 */
GArray *
mns_feed_scopes (MnsTransaction *tx, const char *cursor, char **new_cursor, GError **error)
{
  g_autoptr (GArray) scopes = g_array_new (FALSE, FALSE, sizeof (MnsId));
  g_autoptr (MnsRows) rows = NULL;
  g_auto (MnsFeedCursor) from = { 0 };
  g_auto (MnsFeedCursor) to = { 0 };

  if (cursor == NULL ? !mns_feed_cursor_now (&to, tx, error)
                     : !read_cursors (tx, cursor, &from, &to, error))
    return NULL;
  if (cursor != NULL)
    {
      rows = mns_feed_query_log (tx,
                                 "WITH s (id) AS (SELECT DISTINCT s.id FROM change_log l, "
                                 "LATERAL (VALUES (l.scope_before), (l.scope_after)) AS s (id) "
                                 "WHERE " MNS_FEED_NEW_LINES
                                 " AND s.id IS NOT NULL) "
                                 "SELECT id FROM s UNION SELECT m.scope_id FROM s JOIN "
                                 "scope_member m ON m.inner_id = s.id",
                                 MNS_ARGS (MNS_ARG_TEXT ("snapshot", from.snapshot)),
                                 error);
      if (rows == NULL)
        return NULL;
      for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
        g_array_append_vals (scopes, mns_rows_get_id (rows, i, 0), 1);
    }
  *new_cursor = mns_feed_cursor_print (&to);
  return g_steal_pointer (&scopes);
}
