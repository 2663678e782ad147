/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <string.h>

#include "server/store/feed.h"
#include "tests/server/feed-device.h"

void
mns_test_device_init (MnsTestDevice *self, MnsStore *reading)
{
  *self = (MnsTestDevice){ .reading = reading };
  self->tables =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
}

void
mns_test_device_clear (MnsTestDevice *self)
{
  g_hash_table_unref (self->tables);
  g_free (self->cursor);
}
static GHashTable *
table_of (MnsTestDevice *self, const char *name)
{
  GHashTable *table = g_hash_table_lookup (self->tables, name);

  if (table == NULL)
    {
      table = g_hash_table_new_full (
          g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
      g_hash_table_insert (self->tables, g_strdup (name), table);
    }
  return table;
}

static void
take_row (MnsTestDevice *self, MnsPullReader *reader)
{
  const char *name = mns_pull_reader_get_entity (reader)->table;
  GHashTable *table = table_of (self, name);
  const MnsValue *values = mns_pull_reader_get_values (reader);
  GString *line = g_string_new (NULL);
  g_autofree char *owner = NULL;
  g_autofree char *key = NULL;
  GPtrArray *lines;
  guint n_fields;
  const MnsField *const *fields = mns_pull_reader_get_fields (reader, &n_fields);
  const MnsEntity *entity = mns_pull_reader_get_entity (reader);

  mns_row_append (line, values, n_fields);
  for (guint i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i]->name, entity->key[0]))
      owner = mns_id_to_string (&values[i].v.id);
  key = g_strconcat (name, " ", owner, NULL);
  if (g_hash_table_add (self->renewed, g_steal_pointer (&key)))
    g_hash_table_remove (table, owner);
  lines = g_hash_table_lookup (table, owner);
  if (lines == NULL)
    {
      lines = g_ptr_array_new_with_free_func (g_free);
      g_hash_table_insert (table, g_steal_pointer (&owner), lines);
    }
  for (guint i = 0; i < lines->len; i++) /* a row sent twice would break a device's table */
    g_assert_cmpstr (g_ptr_array_index (lines, i), !=, line->str);
  g_ptr_array_add (lines, g_string_free (line, FALSE));
  self->n_rows++;
}

static void
take_gone (MnsTestDevice *self, MnsPullReader *reader)
{
  GHashTable *table = table_of (self, mns_pull_reader_get_entity (reader)->table);
  guint n;
  const MnsId *ids = mns_pull_reader_get_ids (reader, &n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = mns_id_to_string (&ids[i]);

      g_hash_table_remove (table, text);
    }
}

static gboolean
take_part (MnsPullReader *reader, MnsPullPart part, gpointer data, GError **error)
{
  if (part == MNS_PULL_ROW)
    take_row (data, reader);
  else if (part == MNS_PULL_DELETED || part == MNS_PULL_OUT)
    take_gone (data, reader);
  return TRUE;
}

static gboolean
append_bytes (const char *bytes, gsize length, gpointer data, GError **error)
{
  g_string_append_len (data, bytes, (gssize) length);
  return TRUE;
}

/* Writes the feed and reads it again, as the wire does. */
static void
deliver (MnsTestDevice *self, MnsFeed *feed, MnsTransaction *tx)
{
  g_autoptr (GString) stream = g_string_new (NULL);
  g_autoptr (MnsPullWriter) writer = mns_pull_writer_new (append_bytes, stream);
  g_autoptr (MnsPullReader) reader = mns_pull_reader_new (take_part, self);
  g_autoptr (GError) error = NULL;
  const MnsPullHead head = { self->cursor, (char *) mns_feed_get_cursor (feed), 0, 0, 1, 1, 1 };

  g_assert_true (mns_pull_writer_head (writer, &head, &error));
  g_assert_true (mns_feed_write (feed, tx, writer, &error));
  g_assert_no_error (error);
  g_assert_true (mns_pull_writer_end (writer, &error));
  self->renewed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->n_rows = 0;
  g_assert_true (mns_pull_reader_feed (reader, stream->str, stream->len, &error));
  g_assert_no_error (error);
  g_assert_true (mns_pull_reader_finish (reader, &error));
  g_clear_pointer (&self->renewed, g_hash_table_unref);
  g_free (self->cursor);
  self->cursor = g_strdup (mns_feed_get_cursor (feed));
}

/* Pulls, with the outer scopes of @now from then on. */
void
mns_test_device_pull (MnsTestDevice *self, const MnsId *now, guint n_now)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsTransaction) tx = mns_store_begin (self->reading, MNS_ACCESS_READ, &error);
  g_autoptr (MnsFeed) feed =
      self->cursor == NULL
          ? mns_feed_whole (tx, now, n_now, &error)
          : mns_feed_read (tx, self->cursor, self->outer, self->n_outer, now, n_now, &error);

  g_assert_no_error (error);
  deliver (self, feed, tx);
  memmove (self->outer, now, n_now * sizeof *now);
  self->n_outer = n_now;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* All rows as lines in order. */
static GPtrArray *
describe (MnsTestDevice *self)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter tables;
  GHashTableIter owners;
  gpointer name;
  gpointer table;
  gpointer lines;

  g_hash_table_iter_init (&tables, self->tables);
  while (g_hash_table_iter_next (&tables, &name, &table))
    {
      g_hash_table_iter_init (&owners, table);
      while (g_hash_table_iter_next (&owners, NULL, &lines))
        for (guint i = 0; i < ((GPtrArray *) lines)->len; i++)
          g_ptr_array_add (
              all, g_strconcat (name, " ", g_ptr_array_index ((GPtrArray *) lines, i), NULL));
    }
  g_ptr_array_sort (all, compare_texts);
  return all;
}

/* Says which lines only one of the two has; returns their number. */
static guint
compare_lines (const GPtrArray *have, const GPtrArray *want)
{
  guint n = 0;

  for (guint i = 0, k = 0; i < have->len || k < want->len;)
    {
      const char *left = i < have->len ? g_ptr_array_index (have, i) : NULL;
      const char *right = k < want->len ? g_ptr_array_index (want, k) : NULL;
      int order = left == NULL ? 1 : right == NULL ? -1 : strcmp (left, right);

      if (order < 0)
        g_test_message ("too much: %s", left);
      if (order > 0)
        g_test_message ("missing: %s", right);
      n += order != 0;
      i += order <= 0;
      k += order >= 0;
    }
  return n;
}

/* Is it what a new device with the same scopes would have? Returns the number of rows. */
guint
mns_test_device_assert_complete (MnsTestDevice *self)
{
  g_auto (MnsTestDevice) fresh = { 0 };
  g_autoptr (GPtrArray) have = NULL;
  g_autoptr (GPtrArray) want = NULL;

  mns_test_device_init (&fresh, self->reading);
  mns_test_device_pull (&fresh, self->outer, self->n_outer);
  have = describe (self);
  want = describe (&fresh);
  g_assert_cmpuint (compare_lines (have, want), ==, 0);
  return fresh.n_rows;
}
