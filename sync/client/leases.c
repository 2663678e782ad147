/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* LIMS ids from leased blocks (decisions.md 2). A block is a run of numbers of one class that no
 * other device gets; where none is left, the id is made up and the class is noted for the next
 * sync, which puts real ids in the place of made-up ones before a command is sent for the first
 * time.
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include <string.h>

#include "sync/client/leases.h"
#include "sync/client/replica-private.h"
#include "sync/model/error.h"

static const MnsId nobody;

static gboolean
note_wanted (MnsTransaction *tx, const char *klass, const MnsId *owner, GError **error)
{
  return mns_transaction_run (
      tx,
      "INSERT INTO id_wanted (class, owner) VALUES ($class, $owner) ON CONFLICT DO NOTHING",
      MNS_ARGS (MNS_ARG_TEXT ("class", klass),
                MNS_ARG_ID ("owner", owner != NULL ? owner : &nobody)),
      error);
}

/**
 * mns_replica_take_lims_id:
 * @klass: "2-", "27-", "A" …
 * @owner: (nullable): the project, for "A"
 *
 * Takes the next number of a block within the transaction.
 *
 * Returns: (transfer full) (nullable): the id; %NULL without @error set if no block has one left
 */
char *
mns_replica_take_lims_id (
    MnsReplica *self, MnsTransaction *tx, const char *klass, const MnsId *owner, GError **error)
{
  g_autoptr (MnsRows) rows = NULL;
  const MnsArg *args = MNS_ARGS (MNS_ARG_TEXT ("class", klass), MNS_ARG_ID ("owner", owner));
  gint64 number;

  rows = mns_transaction_query (tx,
                                "SELECT block, prefix, next_no FROM id_lease WHERE class = $class "
                                "AND owner IS $owner AND next_no <= last_no "
                                "ORDER BY next_no LIMIT 1",
                                args,
                                error);
  if (rows == NULL)
    return NULL;
  if (mns_rows_get_n_rows (rows) == 0)
    {
      note_wanted (tx, klass, owner, error);
      return NULL;
    }
  number = mns_rows_get_int (rows, 0, 2);
  if (!mns_transaction_run (tx,
                            "UPDATE id_lease SET next_no = $next WHERE block = $block",
                            MNS_ARGS (MNS_ARG_INT ("next", number + 1),
                                      MNS_ARG_ID ("block", mns_rows_get_id (rows, 0, 0))),
                            error))
    return NULL;
  return g_strdup_printf ("%s%" G_GINT64_FORMAT, mns_rows_get_text (rows, 0, 1), number);
}

void
mns_wanted_ids_free (MnsWantedIds *self)
{
  g_free (self->klass);
  g_free (self);
}

/* Classes of which a device keeps a stock, so that the first offline command finds ids. */
static const char *const stocked[] = { "P", "2-", "92-", "24-", "27-", "40-" };
/* Below this many free numbers a new block is asked for. */
#define LOW_WATER 100

static gboolean
count_free (MnsTransaction *tx, const char *klass, const MnsId *owner, gint64 *n, GError **error)
{
  g_autoptr (MnsRows) rows =
      mns_transaction_query (tx,
                             "SELECT coalesce(sum(last_no - next_no + 1), 0) FROM id_lease "
                             "WHERE class = $class AND owner IS $owner",
                             MNS_ARGS (MNS_ARG_TEXT ("class", klass), MNS_ARG_ID ("owner", owner)),
                             error);

  if (rows == NULL)
    return FALSE;
  *n = mns_rows_get_int (rows, 0, 0);
  return TRUE;
}

static void
add_wanted (GPtrArray *wanted, const char *klass, const MnsId *owner)
{
  MnsWantedIds *one = g_new0 (MnsWantedIds, 1);

  one->klass = g_strdup (klass);
  one->owner = *owner;
  g_ptr_array_add (wanted, one);
}

static gboolean
is_stocked (const char *klass)
{
  for (guint i = 0; i < G_N_ELEMENTS (stocked); i++)
    if (g_str_equal (stocked[i], klass))
      return TRUE;
  return FALSE;
}

static gboolean
add_stock (MnsTransaction *tx, GPtrArray *wanted, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (stocked); i++)
    {
      gint64 n = 0;

      if (!count_free (tx, stocked[i], NULL, &n, error))
        return FALSE;
      if (n < LOW_WATER)
        add_wanted (wanted, stocked[i], &nobody);
    }
  return TRUE;
}

/**
 * mns_replica_list_wanted_ids:
 *
 * Returns: (transfer full) (element-type MnsWantedIds): the blocks to ask the server for
 */
GPtrArray *
mns_replica_list_wanted_ids (MnsReplica *self, GError **error)
{
  g_autoptr (GPtrArray) wanted =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mns_wanted_ids_free);
  g_autoptr (MnsTransaction) tx = mns_store_begin (self->store, MNS_ACCESS_READ, error);
  g_autoptr (MnsRows) rows = NULL;

  if (tx == NULL || !add_stock (tx, wanted, error))
    return NULL;
  rows = mns_transaction_query (tx, "SELECT class, owner FROM id_wanted", NULL, error);
  if (rows == NULL)
    return NULL;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    if (!is_stocked (mns_rows_get_text (rows, i, 0)))
      add_wanted (wanted, mns_rows_get_text (rows, i, 0), mns_rows_get_id (rows, i, 1));
  return g_steal_pointer (&wanted);
}

static gboolean
insert_lease (MnsTransaction *tx,
              const MnsWantedIds *wanted,
              const MnsId *block,
              gint64 first,
              gint64 last,
              GError **error)
{
  /* other classes give the bare number: the rule puts the letters before it */
  const char *prefix = g_str_has_suffix (wanted->klass, "-") ? wanted->klass : "";
  gboolean owned = !mns_id_is_null (&wanted->owner);

  return mns_transaction_run (
             tx,
             "INSERT INTO id_lease (block, class, owner, prefix, next_no, last_no) "
             "VALUES ($block, $class, $owner, $prefix, $first, $last)",
             MNS_ARGS (MNS_ARG_ID ("block", block),
                       MNS_ARG_TEXT ("class", wanted->klass),
                       MNS_ARG_ID ("owner", owned ? &wanted->owner : NULL),
                       MNS_ARG_TEXT ("prefix", prefix),
                       MNS_ARG_INT ("first", first),
                       MNS_ARG_INT ("last", last)),
             error) &&
         mns_transaction_run (
             tx,
             "DELETE FROM id_wanted WHERE class = $class AND owner = $owner",
             MNS_ARGS (MNS_ARG_TEXT ("class", wanted->klass), MNS_ARG_ID ("owner", &wanted->owner)),
             error);
}

gboolean
mns_replica_add_lease (MnsReplica *self,
                       const MnsWantedIds *wanted,
                       const MnsId *block,
                       gint64 first,
                       gint64 last,
                       GError **error)
{
  MnsTransaction *tx = mns_replica_begin (self, error);

  if (tx == NULL)
    return FALSE;
  if (!insert_lease (tx, wanted, block, first, last, error))
    {
      mns_replica_abandon (self, tx);
      return FALSE;
    }
  return mns_replica_commit (self, tx, error);
}

gboolean
mns_replica_drop_leases (MnsReplica *self, MnsTransaction *tx, GError **error)
{
  return mns_transaction_run (tx, "DELETE FROM id_lease", NULL, error);
}

/* ---- made-up ids ---- */

char *
mns_lims_id_make_up (const MnsId *client, gint64 n, guint which)
{
  const guint8 *bytes = client->bytes;

  return g_strdup_printf (
      "t-%02x%02x%02x-%" G_GINT64_FORMAT "-%u", bytes[13], bytes[14], bytes[15], n, which);
}

static gboolean
is_made_up (const char *id)
{
  return id != NULL && g_str_has_prefix (id, "t-");
}

/* Class and owner of a member of the tape: "2-", or "A:<project>". */
static gboolean
parse_class (const char *member, char **klass, MnsId *owner)
{
  const char *colon = strchr (member, ':');

  *owner = nobody;
  *klass = colon != NULL ? g_strndup (member, colon - member) : g_strdup (member);
  return colon == NULL || mns_id_parse (owner, colon + 1);
}

/**
 * mns_replica_give_back_tape:
 * @client: the device that sends the command from now on
 * @n: its number there
 * @lims_ids: the tape of a command that was not decided
 *
 * Puts made-up ids in the place of ids from blocks that are another device's.
 */
gboolean
mns_replica_give_back_tape (
    MnsTransaction *tx, const MnsId *client, gint64 n, JsonObject *lims_ids, GError **error)
{
  g_autoptr (GList) members = json_object_get_members (lims_ids);
  guint n_made_up = 0;

  for (GList *l = members; l != NULL; l = l->next)
    {
      JsonArray *ids = json_object_get_array_member (lims_ids, l->data);
      g_autofree char *klass = NULL;
      MnsId owner;

      for (guint i = 0; ids != NULL && i < json_array_get_length (ids); i++)
        {
          g_autofree char *id = mns_lims_id_make_up (client, n, ++n_made_up);

          json_node_set_string (json_array_get_element (ids, i), id);
        }
      if (parse_class (l->data, &klass, &owner) &&
          !note_wanted (tx, klass, mns_id_is_null (&owner) ? NULL : &owner, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
replace_class (MnsReplica *self,
               MnsTransaction *tx,
               const char *member,
               JsonArray *ids,
               gboolean *changed,
               GError **error)
{
  g_autofree char *klass = NULL;
  MnsId owner;

  if (!parse_class (member, &klass, &owner))
    return TRUE;
  for (guint i = 0; i < json_array_get_length (ids); i++)
    {
      g_autoptr (GError) local = NULL;
      g_autofree char *id = NULL;

      if (!is_made_up (json_array_get_string_element (ids, i)))
        continue;
      id = mns_replica_take_lims_id (
          self, tx, klass, mns_id_is_null (&owner) ? NULL : &owner, &local);
      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (id == NULL)
        return TRUE; /* no block yet */
      json_node_set_string (json_array_get_element (ids, i), id);
      *changed = TRUE;
    }
  return TRUE;
}

static gboolean
replace_in_command (
    MnsReplica *self, MnsTransaction *tx, gint64 n, const char *body, gboolean *any, GError **error)
{
  g_autoptr (JsonNode) node = json_from_string (body, NULL);
  g_autoptr (MnsCommand) command = node != NULL ? mns_command_from_json (node, NULL) : NULL;
  g_autoptr (JsonNode) printed = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GList) members = NULL;
  gboolean changed = FALSE;

  if (command == NULL || command->lims_ids == NULL)
    return TRUE;
  members = json_object_get_members (command->lims_ids);
  for (GList *l = members; l != NULL; l = l->next)
    if (!replace_class (self,
                        tx,
                        l->data,
                        json_object_get_array_member (command->lims_ids, l->data),
                        &changed,
                        error))
      return FALSE;
  if (!changed)
    return TRUE;
  *any = TRUE;
  printed = mns_command_to_json (command);
  text = json_to_string (printed, FALSE);
  return mns_transaction_run (tx,
                              "UPDATE outbox SET body = $body WHERE n = $n",
                              MNS_ARGS (MNS_ARG_TEXT ("body", text), MNS_ARG_INT ("n", n)),
                              error);
}

static gboolean
replace_all (MnsReplica *self, MnsTransaction *tx, gboolean *any, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      tx, "SELECT n, body FROM outbox WHERE state = 0 AND sent = 0 ORDER BY n", NULL, error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    if (strstr (mns_rows_get_text (rows, i, 1), "\"t-") != NULL &&
        !replace_in_command (
            self, tx, mns_rows_get_int (rows, i, 0), mns_rows_get_text (rows, i, 1), any, error))
      return FALSE;
  return !*any ||
         (mns_replica_restore_images (self, tx, error) && mns_replica_replay (self, tx, error));
}

/**
 * mns_replica_replace_made_up_ids:
 *
 * Gives commands that were never sent the real ids that are there now, and shows their rows under
 * them. A command that was sent once never changes again.
 */
gboolean
mns_replica_replace_made_up_ids (MnsReplica *self, GError **error)
{
  MnsTransaction *tx = mns_replica_begin (self, error);
  gboolean any = FALSE;

  if (tx == NULL)
    return FALSE;
  if (!replace_all (self, tx, &any, error))
    {
      mns_replica_abandon (self, tx);
      return FALSE;
    }
  if (!any)
    {
      mns_replica_abandon (self, tx);
      return TRUE;
    }
  return mns_replica_commit (self, tx, error) && mns_replica_rewrite_log (self, error);
}
