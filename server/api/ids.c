/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <string.h>

#include "server/api/ids.h"
#include "sync/model/error.h"

#define BLOCK 200

/* Classes that devices lease; "A" is of a project. Those with a dash are held in blocks here, too.
 */
static const char *const leased[] = { "2-", "92-", "24-", "27-", "40-", "124-", "P", "A" };

/* Ids a device makes up without a block; they are replaced (decisions.md 2). */
#define TEMPORARY "t-"

typedef struct
{
  gint64 next;
  gint64 last;
} Range;

struct _MnsServerIds
{
  MnsPool *pool;
  GMutex lock;
  GHashTable *ranges; /* counter -> Range * */
};

struct _MnsIdSession
{
  MnsServerIds *ids;
  MnsTransaction *tx;
  GHashTable *ranges; /* "class" or "class:owner" -> Range * */
};

MnsServerIds *
mns_server_ids_new (MnsPool *pool)
{
  MnsServerIds *self = g_new0 (MnsServerIds, 1);

  self->pool = pool;
  g_mutex_init (&self->lock);
  self->ranges = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
mns_server_ids_free (MnsServerIds *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->ranges);
  g_mutex_clear (&self->lock);
  g_free (self);
}

const char *
mns_id_class_counter (const char *klass)
{
  return g_str_equal (klass, "122-") || g_str_equal (klass, "151-") ? "24-" : klass;
}

gboolean
mns_id_class_is_leased (const char *klass)
{
  const char *counter = mns_id_class_counter (klass);

  for (guint i = 0; i < G_N_ELEMENTS (leased); i++)
    if (g_str_equal (leased[i], counter))
      return TRUE;
  return FALSE;
}

/**
 * mns_ids_count:
 * @tx: a transaction for writing
 * @klass: see #MnsIdSource
 * @owner: (nullable): the project, for samples
 * @count: how many
 * @first: (out): the first of them
 * @error: return location for an error
 *
 * Moves a counter.
 */
gboolean
mns_ids_count (MnsTransaction *tx,
               const char *klass,
               const MnsId *owner,
               gint64 count,
               gint64 *first,
               GError **error)
{
  static const MnsId nobody = { { 0 } };
  g_autoptr (MnsRows) rows = mns_transaction_query (
      tx,
      "INSERT INTO id_counter (class, owner_id, next) VALUES ($class, $owner, 1 + $count)"
      " ON CONFLICT (class, owner_id) DO UPDATE SET next = id_counter.next + $count"
      " RETURNING next",
      MNS_ARGS (MNS_ARG_TEXT ("class", mns_id_class_counter (klass)),
                MNS_ARG_ID ("owner", owner != NULL ? owner : &nobody),
                MNS_ARG_INT ("count", count)),
      error);

  if (rows == NULL)
    return FALSE;
  *first = mns_rows_get_int (rows, 0, 0) - count;
  return TRUE;
}

/* ---- blocks of this process ---- */

typedef struct
{
  const char *klass;
  gint64 count;
  gint64 first;
} Refill;

static gboolean
refill (MnsTransaction *tx, gpointer data, GError **error)
{
  Refill *self = data;

  return mns_ids_count (tx, self->klass, NULL, self->count, &self->first, error);
}

static gboolean
is_held (const char *klass, const MnsId *owner)
{
  return owner == NULL && g_str_has_suffix (klass, "-");
}

/* At least @count numbers in a row for a session, from what is held or from the counter. */
static gboolean
take_held (MnsServerIds *self, const char *klass, gint64 count, Range *range, GError **error)
{
  const char *counter = mns_id_class_counter (klass);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  Range *held = g_hash_table_lookup (self->ranges, counter);

  if (held == NULL)
    {
      held = g_new0 (Range, 1);
      held->next = 1;
      g_hash_table_insert (self->ranges, g_strdup (counter), held);
    }
  if (held->last - held->next + 1 < count)
    {
      Refill wanted = { .klass = counter, .count = MAX (BLOCK, count) };

      if (!mns_pool_run_write (self->pool, refill, &wanted, error))
        return FALSE;
      held->next = wanted.first;
      held->last = wanted.first + wanted.count - 1;
    }
  range->next = held->next;
  range->last = held->next + count - 1;
  held->next += count;
  return TRUE;
}

/* ---- a command's share ---- */

MnsIdSession *
mns_id_session_new (MnsServerIds *ids, MnsTransaction *tx)
{
  MnsIdSession *self = g_new0 (MnsIdSession, 1);

  self->ids = ids;
  self->tx = tx;
  self->ranges = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
mns_id_session_free (MnsIdSession *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->ranges);
  g_free (self);
}

static Range *
get_range (MnsIdSession *self, const char *klass, const MnsId *owner)
{
  char id[MNS_ID_TEXT_SIZE] = "";
  g_autofree char *key = NULL;
  Range *range;

  if (owner != NULL)
    mns_id_print (owner, id);
  key = g_strdup_printf ("%s:%s", mns_id_class_counter (klass), id);
  range = g_hash_table_lookup (self->ranges, key);
  if (range == NULL)
    {
      range = g_new0 (Range, 1);
      range->next = 1;
      g_hash_table_insert (self->ranges, g_steal_pointer (&key), range);
    }
  return range;
}

static gboolean
reserve (gpointer data, const char *klass, const MnsId *owner, guint n, GError **error)
{
  MnsIdSession *self = data;
  Range *range = get_range (self, klass, owner);
  gint64 first = 0;

  if (range->last - range->next + 1 >= n)
    return TRUE;
  if (is_held (klass, owner))
    return take_held (self->ids, klass, n, range, error);
  if (!mns_ids_count (self->tx, klass, owner, n, &first, error))
    return FALSE;
  range->next = first;
  range->last = first + n - 1;
  return TRUE;
}

static char *
take (gpointer data, const char *klass, const MnsId *owner, GError **error)
{
  MnsIdSession *self = data;
  Range *range;
  gint64 number;

  if (!reserve (self, klass, owner, 1, error))
    return NULL;
  range = get_range (self, klass, owner);
  number = range->next++;
  return g_str_has_suffix (klass, "-") ? g_strdup_printf ("%s%" G_GINT64_FORMAT, klass, number)
                                       : g_strdup_printf ("%" G_GINT64_FORMAT, number);
}

MnsIdSource
mns_id_session_get_source (MnsIdSession *self)
{
  return (MnsIdSource){ .take = take, .data = self, .reserve = reserve };
}

/* ---- what a device brings ---- */

typedef struct
{
  const char *klass;
  gboolean has_owner;
  MnsId owner;
} TapeClass;

static gboolean
parse_class (const char *key, char *klass, gsize size, TapeClass *parsed)
{
  const char *colon = strchr (key, ':');
  gsize length = colon != NULL ? (gsize) (colon - key) : strlen (key);

  if (length == 0 || length >= size)
    return FALSE;
  memcpy (klass, key, length);
  klass[length] = '\0';
  parsed->klass = klass;
  parsed->has_owner = colon != NULL;
  return colon == NULL || mns_id_parse (&parsed->owner, colon + 1);
}

static gboolean
parse_number (const char *text, const char *klass, gint64 *number)
{
  gsize skip = g_str_has_suffix (klass, "-") ? strlen (klass) : 0;

  if (skip > 0 && strncmp (text, klass, skip) != 0)
    return FALSE;
  return g_ascii_string_to_signed (text + skip, 10, 1, G_MAXINT64, number, NULL);
}

static gboolean
is_in_blocks (MnsRows *blocks, gint64 number)
{
  for (guint i = 0; i < mns_rows_get_n_rows (blocks); i++)
    if (number >= mns_rows_get_int (blocks, i, 0) && number <= mns_rows_get_int (blocks, i, 1))
      return TRUE;
  return FALSE;
}

/* Its own, and nobody's: what any device had leased before a restore. */
static MnsRows *
read_blocks (MnsTransaction *tx, const MnsId *client, const TapeClass *klass, GError **error)
{
  static const MnsId nobody = { { 0 } };

  return mns_transaction_query (
      tx,
      "SELECT first_no, last_no FROM id_block WHERE client_id IN ($client, $nobody)"
      " AND class = $class"
      " AND owner_id IS NOT DISTINCT FROM $owner",
      MNS_ARGS (MNS_ARG_ID ("client", client),
                MNS_ARG_ID ("nobody", &nobody),
                MNS_ARG_TEXT ("class", mns_id_class_counter (klass->klass)),
                MNS_ARG_ID ("owner", klass->has_owner ? &klass->owner : NULL)),
      error);
}

/* Gives made-up ids a real one; returns the first id that is neither real nor the device's. */
static gboolean
check_list (MnsIdSession *session,
            const TapeClass *klass,
            MnsRows *blocks,
            JsonArray *list,
            const char **foreign,
            GError **error)
{
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonNode *node = json_array_get_element (list, i);
      const char *text =
          json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : "";
      gint64 number;

      if (g_str_has_prefix (text, TEMPORARY))
        {
          g_autofree char *real =
              take (session, klass->klass, klass->has_owner ? &klass->owner : NULL, error);

          if (real == NULL)
            return FALSE;
          json_node_set_string (node, real);
        }
      else if (*foreign == NULL &&
               (!parse_number (text, klass->klass, &number) || !is_in_blocks (blocks, number)))
        *foreign = text;
    }
  return TRUE;
}

/**
 * mns_ids_check_tape:
 * @tx: the command's transaction
 * @session: where real ids come from
 * @client: the device
 * @tape: the command's LIMS ids; made-up ones are replaced
 * @refusal: (out): set if an id lies outside of the device's own blocks
 * @error: return location for an error
 *
 * A device may use the numbers it leased, and no others.
 */
gboolean
mns_ids_check_tape (MnsTransaction *tx,
                    MnsIdSession *session,
                    const MnsId *client,
                    JsonObject *tape,
                    MnsResult **refusal,
                    GError **error)
{
  g_autoptr (GList) keys = json_object_get_members (tape);

  *refusal = NULL;
  for (GList *l = keys; l != NULL; l = l->next)
    {
      JsonNode *node = json_object_get_member (tape, l->data);
      g_autoptr (MnsRows) blocks = NULL;
      const char *foreign = NULL;
      TapeClass klass = { 0 };
      char name[32];

      if (!JSON_NODE_HOLDS_ARRAY (node) || !parse_class (l->data, name, sizeof name, &klass))
        foreign = l->data;
      else if ((blocks = read_blocks (tx, client, &klass, error)) == NULL ||
               !check_list (session, &klass, blocks, json_node_get_array (node), &foreign, error))
        return FALSE;
      if (foreign == NULL)
        continue;
      *refusal = mns_result_new (MNS_OUTCOME_INVALID);
      mns_result_add_fault (*refusal,
                            "",
                            "id_not_leased",
                            NULL,
                            "LIMS id “%s” (class %s) is not of a block that this device holds",
                            foreign,
                            (const char *) l->data);
      return TRUE;
    }
  return TRUE;
}
