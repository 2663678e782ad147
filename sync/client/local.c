/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Running a command here: one transaction holds the rule's changes, the base images of what it
 * touched, and the queued command (sync-protocol.md section 4).
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include "sync/client/leases.h"
#include "sync/client/replica-private.h"
#include "sync/model/error.h"

#define SAVEPOINT "rule"

/* Who asks for LIMS ids, and whether they may come out of the leased blocks. */
typedef struct
{
  MnsReplica *replica;
  MnsTransaction *tx;
  const MnsCommand *command;
  gboolean first;
  guint n_made_up;
} IdAsker;

/* Two devices never make up the same: the client's last bytes and the command's number. */
static char *
make_up_lims_id (IdAsker *asker)
{
  return mns_lims_id_make_up (&asker->replica->state.client, asker->command->n, ++asker->n_made_up);
}

static char *
take_lims_id (gpointer data, const char *klass, const MnsId *owner, GError **error)
{
  IdAsker *asker = data;
  g_autoptr (GError) local = NULL;
  char *id = NULL;

  /* A replay must give the same ids each time: what its tape lacks is made up again. */
  if (asker->first)
    id = mns_replica_take_lims_id (asker->replica, asker->tx, klass, owner, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return id != NULL ? id : make_up_lims_id (asker);
}

static gboolean
stays (const MnsResult *result)
{
  return result->outcome == MNS_OUTCOME_OK;
}

/* A failure that the next command would meet too. Any other is this command's own, and must not
 * block the ones behind it in a replay (I8).
 */
static gboolean
fails_everything (const GError *error)
{
  return g_error_matches (error, MNS_ERROR, MNS_ERROR_FULL) ||
         g_error_matches (error, MNS_ERROR, MNS_ERROR_BUSY) ||
         g_error_matches (error, MNS_ERROR, MNS_ERROR_CORRUPT);
}

/**
 * mns_replica_run_rule:
 * @self: a replica
 * @tx: its open transaction
 * @command: what to run; on its @first run the LIMS ids taken are noted on its tape
 * @first: %FALSE for a replay
 * @error: return location for an error of the database
 *
 * Runs the rule with capturing on; what it changed stays only if it said OK.
 *
 * Returns: (transfer full): what it said, or %NULL with @error set
 */
MnsResult *
mns_replica_run_rule (
    MnsReplica *self, MnsTransaction *tx, MnsCommand *command, gboolean first, GError **error)
{
  IdAsker asker = { .replica = self, .tx = tx, .command = command, .first = first };
  MnsLab lab = {
    .transaction = tx,
    .person = self->state.person,
    .client = self->state.client,
    .recorded_at = command->performed_at,
    .ids = { take_lims_id, &asker },
  };
  g_autoptr (MnsResult) result = NULL;
  g_autoptr (GError) local = NULL;

  if (!mns_transaction_savepoint (tx, SAVEPOINT, error))
    return NULL;
  self->capturing = TRUE;
  result = self->hooks.run (&lab, command, self->hooks.data, &local);
  self->capturing = FALSE;
  if (result == NULL && (first || fails_everything (local)))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (result == NULL)
    {
      result = mns_result_new (MNS_OUTCOME_ERROR);
      mns_result_add_fault (result, "", "error", NULL, "%s", local->message);
    }
  if (!stays (result) && !mns_transaction_rollback_to (tx, SAVEPOINT, error))
    return NULL;
  if (!mns_transaction_release (tx, SAVEPOINT, error))
    return NULL;
  return g_steal_pointer (&result);
}

static char *
print_command (const MnsCommand *command)
{
  g_autoptr (JsonNode) node = mns_command_to_json (command);

  return json_to_string (node, FALSE);
}

static gboolean
queue (MnsReplica *self, MnsTransaction *tx, MnsCommand *command, MnsResult *result, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s@%d", command->name, command->version);
  g_autofree char *body = NULL;
  g_autofree char *reason = NULL;

  if (result->outcome == MNS_OUTCOME_NOT_LOCAL)
    {
      /* the ids it took went back with the savepoint */
      g_clear_pointer (&command->lims_ids, json_object_unref);
      reason = mns_result_to_sentence (result);
    }
  body = print_command (command);
  if (!mns_transaction_run (tx,
                            "INSERT INTO outbox (n, id, cmd, body, state, predicted, reason, "
                            "created, sent) VALUES ($n, $id, $cmd, $body, 0, $predicted, $reason, "
                            "$created, 0)",
                            MNS_ARGS (MNS_ARG_INT ("n", command->n),
                                      MNS_ARG_ID ("id", &command->id),
                                      MNS_ARG_TEXT ("cmd", name),
                                      MNS_ARG_TEXT ("body", body),
                                      MNS_ARG_INT ("predicted", result->outcome),
                                      MNS_ARG_TEXT ("reason", reason),
                                      MNS_ARG_INT ("created", command->performed_at)),
                            error))
    return FALSE;
  self->state.next_n = command->n + 1;
  self->state.last_time = command->performed_at;
  return TRUE;
}

/**
 * mns_replica_log_outbox:
 *
 * Writes every queued command that the log has not yet into the log. Usually that is the one just
 * committed; after a crash between the two, or a full disk, it is more.
 */
gboolean
mns_replica_log_outbox (MnsReplica *self, GError **error)
{
  g_autoptr (MnsTransaction) tx = NULL;
  g_autoptr (MnsRows) rows = NULL;

  if (mns_outbox_log_get_next_n (self->log) >= self->state.next_n)
    return TRUE;
  tx = mns_store_begin (self->store, MNS_ACCESS_READ, error);
  if (tx == NULL)
    return FALSE;
  rows = mns_transaction_query (
      tx,
      "SELECT n, id, cmd, body, created FROM outbox WHERE n >= $n ORDER BY n",
      MNS_ARGS (MNS_ARG_INT ("n", mns_outbox_log_get_next_n (self->log))),
      error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    if (!mns_outbox_log_append (self->log,
                                mns_rows_get_int (rows, i, 0),
                                mns_rows_get_id (rows, i, 1),
                                mns_rows_get_text (rows, i, 2),
                                mns_rows_get_text (rows, i, 3),
                                mns_rows_get_int (rows, i, 4),
                                error))
      return FALSE;
  return TRUE;
}

static GPtrArray *
read_outbox (MnsTransaction *tx, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      tx, "SELECT n, id, cmd, body, created FROM outbox ORDER BY n", NULL, error);
  GPtrArray *commands;

  if (rows == NULL)
    return NULL;
  commands = g_ptr_array_new_with_free_func ((GDestroyNotify) mns_logged_command_free);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      MnsLoggedCommand *command = g_new0 (MnsLoggedCommand, 1);

      command->n = mns_rows_get_int (rows, i, 0);
      command->id = *mns_rows_get_id (rows, i, 1);
      command->cmd = g_strdup (mns_rows_get_text (rows, i, 2));
      command->body = g_strdup (mns_rows_get_text (rows, i, 3));
      command->created = mns_rows_get_int (rows, i, 4);
      g_ptr_array_add (commands, command);
    }
  return commands;
}

/**
 * mns_replica_rewrite_log:
 *
 * Makes the log hold exactly the outbox: after bodies or numbers changed, and when most of its
 * commands are long gone.
 */
gboolean
mns_replica_rewrite_log (MnsReplica *self, GError **error)
{
  g_autoptr (MnsTransaction) tx = mns_store_begin (self->store, MNS_ACCESS_READ, error);
  g_autoptr (GPtrArray) commands = tx != NULL ? read_outbox (tx, error) : NULL;

  return commands != NULL &&
         mns_outbox_log_rewrite (
             self->log, &self->state.client, self->state.next_n, commands, error);
}

/* The tables that the transaction changed, as names for the "changed" signal. */
void
mns_replica_list_touched (MnsReplica *self, GPtrArray *changed)
{
  for (guint number = 1; number <= self->n_tables; number++)
    if (self->touched[number])
      {
        const char *table = mns_entity_by_number ((int) number)->table;

        if (!g_ptr_array_find_with_equal_func (changed, table, g_str_equal, NULL))
          g_ptr_array_add (changed, (gpointer) table);
      }
}

/* @tx is open afterwards if and only if there is a result. */
static MnsResult *
run_first (MnsReplica *self, MnsTransaction **tx, MnsCommand *command, GError **error)
{
  MnsResult *result;

  *tx = mns_replica_begin (self, error);
  if (*tx == NULL)
    return NULL;
  result = mns_replica_run_rule (self, *tx, command, TRUE, error);
  if (result == NULL)
    mns_replica_abandon (self, g_steal_pointer (tx));
  return result;
}

static gboolean
id_was_taken (const MnsResult *result, const GError *error)
{
  if (result == NULL)
    return g_error_matches (error, MNS_ERROR, MNS_ERROR_CONFLICT);
  return g_strcmp0 (result->conflict_code, "id_taken") == 0;
}

/* Two devices that share an id share its blocks until they notice (FORK): a number of ours is on
 * a row of the other's. All blocks are worthless then, and the ids are made up for now.
 */
static MnsResult *
run_without_leases (MnsReplica *self, MnsTransaction **tx, MnsCommand *command, GError **error)
{
  MnsResult *result = NULL;

  if (*tx != NULL)
    mns_replica_abandon (self, g_steal_pointer (tx));
  g_clear_pointer (&command->lims_ids, json_object_unref);
  *tx = mns_replica_begin (self, error);
  if (*tx == NULL)
    return NULL;
  if (mns_replica_drop_leases (self, *tx, error))
    result = mns_replica_run_rule (self, *tx, command, TRUE, error);
  if (result == NULL)
    mns_replica_abandon (self, g_steal_pointer (tx));
  return result;
}

/**
 * mns_replica_do:
 * @self: a replica
 * @command: a command made by mns_replica_new_command(); its number is set
 * @changed: (nullable): gets the names of the tables it changed; borrowed
 * @error: return location for an error
 *
 * Runs a command and queues it, all or nothing. When this returns, the command is on the disk. One
 * that the rule refuses is not queued and uses up no number; one that needs rows from outside the
 * device's scopes is queued without an effect here (%MNS_OUTCOME_NOT_LOCAL). Fails with
 * %MNS_ERROR_FULL where the disk is full; nothing is done then.
 *
 * Returns: (transfer full): the rule's answer, or %NULL with @error set
 */
MnsResult *
mns_replica_do (MnsReplica *self, MnsCommand *command, GPtrArray *changed, GError **error)
{
  MnsTransaction *tx = NULL;
  g_autoptr (MnsResult) result = NULL;
  g_autoptr (GError) local = NULL;

  command->n = self->state.next_n;
  command->performed_at = MAX (command->performed_at, self->state.last_time + 1);
  result = run_first (self, &tx, command, &local);
  if (id_was_taken (result, local))
    {
      g_clear_pointer (&result, mns_result_free);
      g_clear_error (&local);
      result = run_without_leases (self, &tx, command, &local);
    }
  if (result == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (result->outcome != MNS_OUTCOME_OK && result->outcome != MNS_OUTCOME_NOT_LOCAL)
    {
      mns_replica_abandon (self, tx);
      return g_steal_pointer (&result);
    }
  if (!queue (self, tx, command, result, error))
    {
      mns_replica_abandon (self, tx);
      return NULL;
    }
  if (!mns_replica_commit (self, tx, error) || mns_replica_dies_at (self, "before-log", error))
    return NULL;
  /* The database has it: a log that cannot be written now is caught up with the next command. */
  if (!mns_replica_log_outbox (self, &local))
    g_warning ("%s", local->message);
  if (changed != NULL && stays (result))
    mns_replica_list_touched (self, changed);
  return g_steal_pointer (&result);
}

/**
 * mns_replica_new_command:
 * @name_at_version: "step.place@1"
 * @args: (transfer none): its arguments
 * @expect: (nullable) (transfer none): what the person saw
 * @cause: (nullable): the command that it follows from
 *
 * Makes a command as of now. The claimed time never goes back on a device, whatever its clock does.
 */
MnsCommand *
mns_replica_new_command (MnsReplica *self,
                         const char *name_at_version,
                         JsonObject *args,
                         JsonObject *expect,
                         const MnsId *cause,
                         GError **error)
{
  g_autoptr (MnsCommand) command = mns_command_new (name_at_version, args);
  g_autoptr (GDateTime) time = NULL;
  g_autoptr (GDateTime) there = NULL;
  gint64 now = self->hooks.now (self->hooks.data);

  if (command == NULL)
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "%s is no command's name", name_at_version);
      return NULL;
    }
  self->hooks.make_id (&command->id, self->hooks.data);
  command->performed_at = MAX (now, self->state.last_time + 1);
  command->skew_us = self->state.skew_us;
  command->skew_age_s = self->state.skew_at > 0 ? MAX (0, now - self->state.skew_at) / 1000000 : 0;
  time = g_date_time_new_from_unix_local (command->performed_at / 1000000);
  there = time != NULL ? g_date_time_ref (time) : g_date_time_new_now_local ();
  g_free (command->today);
  command->today = g_date_time_format (there, "%Y-%m-%d");
  g_clear_pointer (&command->expect, json_object_unref);
  if (expect != NULL)
    command->expect = json_object_ref (expect);
  if (cause != NULL)
    command->cause = *cause;
  return g_steal_pointer (&command);
}
