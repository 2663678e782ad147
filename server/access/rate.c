/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "server/access/rate.h"

/* After so many failures in a row the wait begins at a second and doubles. A whole lab may sit
 * behind one address.
 */
#define FREE_OF_ACCOUNT 5
#define FREE_OF_ADDRESS 30
#define LONGEST_WAIT_S 300
#define FORGET_AFTER_US (15 * 60 * G_USEC_PER_SEC)
/* Made-up names must not fill the memory. */
#define MOST_ENTRIES 20000

typedef struct
{
  guint failures;
  gint64 until;
  gint64 last;
} Entry;

struct _MnsRate
{
  GMutex lock;
  GHashTable *entries; /* "a:name" or "h:address" -> Entry * */
};

MnsRate *
mns_rate_new (void)
{
  MnsRate *self = g_new0 (MnsRate, 1);

  g_mutex_init (&self->lock);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
mns_rate_free (MnsRate *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->entries);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static guint
seconds_left (MnsRate *self, const char *kind, const char *name, gint64 now)
{
  g_autofree char *key = g_strconcat (kind, name, NULL);
  Entry *entry = g_hash_table_lookup (self->entries, key);

  if (entry == NULL || entry->until <= now)
    return 0;
  return (guint) ((entry->until - now + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
}

guint
mns_rate_ask (MnsRate *self, const char *account, const char *address, gint64 now)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return MAX (seconds_left (self, "a:", account, now), seconds_left (self, "h:", address, now));
}

static gboolean
is_old (gpointer key, gpointer value, gpointer data)
{
  const Entry *entry = value;

  return *(const gint64 *) data - entry->last > FORGET_AFTER_US;
}

static void
count (MnsRate *self, const char *kind, const char *name, guint free_tries, gint64 now)
{
  g_autofree char *key = g_strconcat (kind, name, NULL);
  Entry *entry = g_hash_table_lookup (self->entries, key);

  if (entry == NULL)
    {
      if (g_hash_table_size (self->entries) >= MOST_ENTRIES)
        g_hash_table_foreach_remove (self->entries, is_old, &now);
      if (g_hash_table_size (self->entries) >= MOST_ENTRIES)
        g_hash_table_remove_all (self->entries);
      entry = g_new0 (Entry, 1);
      g_hash_table_insert (self->entries, g_steal_pointer (&key), entry);
    }
  if (now - entry->last > FORGET_AFTER_US)
    entry->failures = 0;
  entry->failures++;
  entry->last = now;
  if (entry->failures >= free_tries)
    entry->until =
        now +
        MIN (LONGEST_WAIT_S, (gint64) 1 << MIN (entry->failures - free_tries, 10)) * G_USEC_PER_SEC;
}

void
mns_rate_failed (MnsRate *self, const char *account, const char *address, gint64 now)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  count (self, "a:", account, FREE_OF_ACCOUNT, now);
  count (self, "h:", address, FREE_OF_ADDRESS, now);
}

/* The account is right; its address may go on guessing others, so that keeps its count. */
void
mns_rate_passed (MnsRate *self, const char *account)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  g_autofree char *key = g_strconcat ("a:", account, NULL);

  g_hash_table_remove (self->entries, key);
}
