/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Taking the undecided commands off the server's rows and putting them on again.
 *
 * All of a table's captured rows are deleted before any image goes back, so that rows which traded
 * a unique value never meet. Everything is replayed: finding out which commands a pull concerns
 * would cost more than running them (0.3 ms for ten).
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include "sync/client/replica-private.h"
#include "sync/model/error.h"

static char *
list_key (const MnsEntity *entity)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < mns_entity_get_n_key (entity); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", entity->key[i]);
  return g_string_free (text, FALSE);
}

static gboolean
restore_table (MnsReplica *self, MnsTransaction *tx, const MnsEntity *entity, GError **error)
{
  g_autofree char *columns = NULL;
  g_autofree char *key = NULL;
  g_autofree char *remove = NULL;
  g_autofree char *put_back = NULL;
  g_autofree char *clear = NULL;
  g_autofree char *probe = g_strdup_printf ("SELECT 1 FROM base_%s LIMIT 1", entity->table);
  g_autoptr (MnsRows) any = mns_transaction_query (tx, probe, NULL, error);

  if (any == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (any) == 0)
    return TRUE;
  self->touched[entity->number] = TRUE;
  columns = mns_entity_column_list (entity, NULL);
  key = list_key (entity);
  remove = g_strdup_printf ("DELETE FROM %s WHERE (%s) IN (SELECT %s FROM base_%s)",
                            entity->table,
                            key,
                            key,
                            entity->table);
  put_back = g_strdup_printf ("INSERT INTO %s (%s) SELECT %s FROM base_%s WHERE absent = 0",
                              entity->table,
                              columns,
                              columns,
                              entity->table);
  clear = g_strdup_printf ("DELETE FROM base_%s", entity->table);
  if (self->sabotage != MNS_SABOTAGE_NO_RESTORE &&
      (!mns_transaction_run (tx, remove, NULL, error) ||
       !mns_transaction_run (tx, put_back, NULL, error)))
    {
      g_prefix_error (error, "putting the images of %s back: ", entity->table);
      return FALSE;
    }
  return mns_transaction_run (tx, clear, NULL, error);
}

/**
 * mns_replica_restore_images:
 *
 * Steps 3 and 4 of a pull: the synced tables are the server's rows again, no image is left.
 */
gboolean
mns_replica_restore_images (MnsReplica *self, MnsTransaction *tx, GError **error)
{
  guint n_entities = 0;
  const MnsEntity *const *entities = mns_entities_get_all (&n_entities);

  for (guint i = 0; i < n_entities; i++)
    if (!restore_table (self, tx, entities[i], error))
      return FALSE;
  return TRUE;
}

/* Journal rows older than this go once the server says that they are durable. */
#define JOURNAL_US (7 * 24 * 3600 * G_GINT64_CONSTANT (1000000))

/**
 * mns_replica_settle_outbox:
 * @last_n: the highest number that the server decided, of the snapshot being applied
 * @durable_n: the highest number that it cannot lose
 *
 * Step 6 of a pull. Where the server went back in time, decided commands become undecided again.
 */
gboolean
mns_replica_settle_outbox (
    MnsReplica *self, MnsTransaction *tx, gint64 last_n, gint64 durable_n, GError **error)
{
  gint64 now = self->hooks.now (self->hooks.data);
  const MnsArg *args = MNS_ARGS (MNS_ARG_INT ("last_n", last_n),
                                 MNS_ARG_INT ("durable_n", durable_n),
                                 MNS_ARG_INT ("now", now),
                                 MNS_ARG_INT ("old", now - JOURNAL_US));

  if (!mns_transaction_run (tx,
                            "UPDATE outbox SET state = 2, decided = $now "
                            "WHERE n <= $last_n AND state < 2",
                            args,
                            error) ||
      !mns_transaction_run (tx,
                            "UPDATE outbox SET state = 0, decided = NULL "
                            "WHERE n > $last_n AND state = 2",
                            args,
                            error) ||
      !mns_transaction_run (tx,
                            "DELETE FROM outbox WHERE state = 2 AND n <= $durable_n "
                            "AND decided < $old",
                            args,
                            error))
    return FALSE;
  self->state.last_n = last_n;
  self->state.durable_n = durable_n;
  return TRUE;
}

static gboolean
note_prediction (
    MnsTransaction *tx, gint64 n, const MnsResult *result, gint64 before, GError **error)
{
  g_autofree char *reason = NULL;

  if (result->outcome == before)
    return TRUE;
  if (result->outcome != MNS_OUTCOME_OK)
    reason = mns_result_to_sentence (result);
  return mns_transaction_run (tx,
                              "UPDATE outbox SET predicted = $predicted, reason = $reason "
                              "WHERE n = $n",
                              MNS_ARGS (MNS_ARG_INT ("predicted", result->outcome),
                                        MNS_ARG_TEXT ("reason", reason),
                                        MNS_ARG_INT ("n", n)),
                              error);
}

static gboolean
replay_one (MnsReplica *self,
            MnsTransaction *tx,
            gint64 n,
            const char *body,
            gint64 predicted,
            GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (JsonNode) node = json_from_string (body, &local);
  g_autoptr (MnsCommand) command = NULL;
  g_autoptr (MnsResult) result = NULL;

  if (node != NULL)
    command = mns_command_from_json (node, &local);
  if (command == NULL)
    {
      /* It stays queued and goes to the server as it is: that one gives it an outcome (I1, I8). */
      g_warning ("command %" G_GINT64_FORMAT " cannot be read: %s", n, local->message);
      return TRUE;
    }
  command->n = n;
  result = mns_replica_run_rule (self, tx, command, FALSE, error);
  return result != NULL && note_prediction (tx, n, result, predicted, error);
}

/**
 * mns_replica_replay:
 *
 * Step 7 of a pull: runs the undecided commands in order on top of the server's rows. Nothing is
 * taken out of the outbox, whatever a rule answers (I5).
 */
gboolean
mns_replica_replay (MnsReplica *self, MnsTransaction *tx, GError **error)
{
  g_autoptr (MnsRows) rows = NULL;

  if (self->sabotage == MNS_SABOTAGE_NO_REPLAY)
    return TRUE;
  rows = mns_transaction_query (
      tx, "SELECT n, body, predicted FROM outbox WHERE state < 2 ORDER BY n", NULL, error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    if (!replay_one (self,
                     tx,
                     mns_rows_get_int (rows, i, 0),
                     mns_rows_get_text (rows, i, 1),
                     mns_rows_get_int (rows, i, 2),
                     error))
      return FALSE;
  return TRUE;
}
