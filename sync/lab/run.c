/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Runs one command: finds it in the table, asks for the right, checks the arguments, and lets the
 * handler work behind a savepoint. Whatever is refused leaves the transaction as it was and usable;
 * the caller commits or goes on, and records the outcome.
 */

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "sync/lab/call.h"
#include "sync/lab/run.h"
#include "sync/model/entity.h"
#include "sync/model/error.h"
#include "sync/store/memo.h"

#define SAVEPOINT "mns_rule"

/* Constraints whose breach says something to a person; others are mistakes of ours. The words are
 * looked for in the store's message, which names the constraint (PostgreSQL) or columns (SQLite).
 */
static const struct
{
  const char *words[2];
  const char *code;
  const char *sentence;
} breaches[] = {
  { { "lims_id", NULL }, "id_taken", N_ ("a LIMS id that this command uses is taken already") },
  { { "placement", NULL }, "well_taken", N_ ("a well that this command fills is taken already") },
  { { "project_name", "project.name" },
    "name_taken",
    N_ ("a project of this name has been made meanwhile") },
  { { "person_username", "person.username" },
    "name_taken",
    N_ ("a user of this name has been made meanwhile") },
  { { "stage_entry", NULL }, "moved_on", N_ ("a sample waits in one of the stages already") },
  { { "config_version", NULL },
    "rule_changed",
    N_ ("the configuration has been changed at the same moment") },
};

static void
say_breach (MnsCall *call, const char *message)
{
  for (guint i = 0; i < G_N_ELEMENTS (breaches); i++)
    for (guint k = 0; k < 2; k++)
      if (breaches[i].words[k] != NULL && strstr (message, breaches[i].words[k]) != NULL)
        {
          mns_call_conflict (call, breaches[i].code, NULL, NULL, "%s", breaches[i].sentence);
          json_object_set_string_member (
              call->result->conflict_values, "says", breaches[i].sentence);
          json_object_set_array_member (call->result->conflict_values, "with", json_array_new ());
          return;
        }
}

static gboolean
check_right (MnsCall *call, GError **error)
{
  gboolean may = FALSE;

  if (call->lab->as_system)
    return TRUE;
  if (!mns_call_may (call, "ReadOnly", &may, error))
    return FALSE;
  if (may || mns_rights_are_none (call->rights))
    mns_call_deny (call, call->spec->right != NULL ? call->spec->right : "ClarityLogin");
  else if (call->spec->right != NULL)
    {
      if (!mns_call_may (call, call->spec->right, &may, error))
        return FALSE;
      if (!may)
        mns_call_deny (call, call->spec->right);
    }
  return TRUE;
}

/* Keys of expect are "<table>:<id>"; a LIMS id there becomes the row id, as in the arguments. */
static gboolean
resolve_expect (MnsCall *call, GError **error)
{
  g_autoptr (GList) keys = NULL;

  if (call->command->expect == NULL)
    return TRUE;
  keys = json_object_get_members (call->command->expect);
  for (GList *l = keys; l != NULL; l = l->next)
    {
      const char *key = l->data;
      const char *colon = strchr (key, ':');
      g_autofree char *table = colon != NULL ? g_strndup (key, colon - key) : NULL;
      const MnsEntity *entity = table != NULL ? mns_entity_find (table) : NULL;
      g_autoptr (MnsRows) rows = NULL;
      g_autofree char *sql = NULL;
      g_autofree char *id_key = NULL;
      char text[MNS_ID_TEXT_SIZE];
      MnsId id;

      if (entity == NULL ||
          !JSON_NODE_HOLDS_OBJECT (json_object_get_member (call->command->expect, key)))
        {
          mns_call_fault (call,
                          "",
                          "bad_expect",
                          "“%s” in expect is not of the form table:id with an object of what was"
                          " seen",
                          key);
          continue;
        }
      if (mns_id_parse (&id, colon + 1) || mns_entity_find_field (entity, "lims_id") == NULL)
        continue;
      sql = g_strdup_printf ("SELECT id FROM %s WHERE lims_id = $text", table);
      rows =
          mns_transaction_query (call->tx, sql, MNS_ARGS (MNS_ARG_TEXT ("text", colon + 1)), error);
      if (rows == NULL)
        return FALSE;
      if (mns_rows_get_n_rows (rows) == 0)
        continue;
      mns_id_print (mns_rows_get_id (rows, 0, 0), text);
      id_key = g_strdup_printf ("%s:%s", table, text);
      json_object_set_member (call->command->expect,
                              id_key,
                              json_node_copy (json_object_get_member (call->command->expect, key)));
      json_object_remove_member (call->command->expect, key);
    }
  return TRUE;
}

static gboolean
check_call (MnsCall *call, GError **error)
{
  /* all that change the configuration or people's rights are online only */
  if (call->spec->online_only)
    mns_transaction_change_configuration (call->tx);
  if (!check_right (call, error))
    return FALSE;
  if (mns_call_failed (call))
    return TRUE;
  if (!mns_args_check (call->spec->args, call->command->args, call->tx, call->result, error))
    return FALSE;
  if (mns_call_has_faults (call))
    call->result->outcome = MNS_OUTCOME_INVALID;
  return mns_call_failed (call) || resolve_expect (call, error);
}

/* Runs the handler; what it wrote stays only if nothing was said against the command. */
static gboolean
run_handler (MnsCall *call, GError **error)
{
  g_autoptr (GError) own_error = NULL;
  gboolean done;

  if (!mns_transaction_savepoint (call->tx, SAVEPOINT, error))
    return FALSE;
  done = call->spec->handler (call, &own_error) &&
         (mns_call_failed (call) ||
          (call->lab->hasty ? mns_transaction_release_later (call->tx, SAVEPOINT, &own_error)
                            : mns_transaction_release (call->tx, SAVEPOINT, &own_error)));
  if (done && !mns_call_failed (call))
    return TRUE;

  if (!done && !g_error_matches (own_error, MNS_ERROR, MNS_ERROR_CONFLICT) &&
      !g_error_matches (own_error, MNS_ERROR, MNS_ERROR_INVALID))
    {
      g_propagate_error (error, g_steal_pointer (&own_error));
      return FALSE;
    }
  if (!mns_transaction_rollback_to (call->tx, SAVEPOINT, error) ||
      !mns_transaction_release (call->tx, SAVEPOINT, error))
    return FALSE;
  if (done)
    return TRUE;
  if (g_error_matches (own_error, MNS_ERROR, MNS_ERROR_INVALID))
    mns_call_fault (call, "", "invalid", "%s", own_error->message);
  else
    say_breach (call, own_error->message);
  if (mns_call_failed (call))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&own_error));
  return FALSE;
}

static void
settle_result (MnsCall *call)
{
  MnsResult *result = call->result;

  if (result->outcome == MNS_OUTCOME_OK)
    {
      mns_call_get_result (call);
      return;
    }
  result->touched_nothing = TRUE;
  g_clear_pointer (&result->result, json_node_unref);
  if (result->outcome != MNS_OUTCOME_CONFLICT)
    mns_result_clear_conflict (result);
  if (result->outcome == MNS_OUTCOME_NOT_LOCAL && result->faults->len == 0)
    mns_result_add_fault (result,
                          "",
                          "not_local",
                          NULL,
                          "this needs something that this device does not hold; the server will"
                          " decide");
}

static MnsResult *
refuse_unknown (const MnsCommand *command)
{
  MnsResult *result = mns_result_new (MNS_OUTCOME_ERROR);

  mns_result_add_fault (result,
                        "",
                        "unknown_command",
                        NULL,
                        "there is no command %s@%d here",
                        command->name,
                        command->version);
  result->touched_nothing = TRUE;
  return result;
}

/**
 * mns_lab_run_nested:
 *
 * Runs a command inside another one's transaction without a savepoint of its own; the outer
 * handler fails if this one does. Both count from the same tape, that of @command.
 */
gboolean
mns_lab_run_nested (MnsCall *outer, MnsCommand *command, MnsResult **result, GError **error)
{
  MnsCall call = { .lab = outer->lab, .command = command, .tx = outer->tx, .now = outer->now };
  gboolean done;

  call.spec = mns_command_find (command->name, command->version);
  if (call.spec == NULL)
    {
      *result = refuse_unknown (command);
      return TRUE;
    }
  call.result = mns_result_new (MNS_OUTCOME_OK);
  call.tape_at = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  done =
      check_call (&call, error) && (mns_call_failed (&call) || call.spec->handler (&call, error));
  g_hash_table_unref (call.tape_at);
  g_clear_pointer (&call.rights, mns_rights_free);
  if (!done)
    {
      mns_result_free (call.result);
      return FALSE;
    }
  settle_result (&call);
  *result = call.result;
  return TRUE;
}

/**
 * mns_lab_ask:
 * @lab: as mns_lab_run() will get it
 * @command: as mns_lab_run() will get it
 *
 * Asks ahead what running the command will ask (mns_transaction_ask()).
 */
void
mns_lab_ask (const MnsLab *lab, MnsCommand *command)
{
  MnsCall call = { .lab = lab, .command = command, .tx = lab->transaction };

  call.spec = mns_command_find (command->name, command->version);
  if (call.spec == NULL)
    return;
  if (!lab->as_system)
    mns_call_ask_rights (&call);
  if (call.spec->ask != NULL)
    call.spec->ask (&call);
}

/**
 * mns_lab_run:
 * @lab: who runs it, where and when
 * @command: what is asked for. LIMS ids in its arguments become row ids, and its tape of LIMS ids
 *   is filled: keep both with the command
 *
 * Runs a command in the open transaction. The handler works behind a savepoint, so with any outcome
 * but %MNS_OUTCOME_OK the transaction is as it was and can be used further; it is never committed
 * here.
 *
 * Returns: (transfer full): the result, or %NULL with @error if the store failed: then the
 *   transaction must be given up, and with %MNS_ERROR_BUSY the command may be tried again
 */
MnsResult *
mns_lab_run (const MnsLab *lab, MnsCommand *command, GError **error)
{
  MnsCall call = { .lab = lab, .command = command, .tx = lab->transaction };
  gboolean done;

  g_return_val_if_fail (lab->transaction != NULL, NULL);
  g_return_val_if_fail (command->args != NULL, NULL);

  call.spec = mns_command_find (command->name, command->version);
  if (call.spec == NULL)
    return refuse_unknown (command);

  command->version = call.spec->version;
  call.now = lab->recorded_at != 0 ? lab->recorded_at : command->performed_at;
  call.result = mns_result_new (MNS_OUTCOME_OK);
  call.tape_at = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  done = check_call (&call, error) && (mns_call_failed (&call) || run_handler (&call, error));
  g_hash_table_unref (call.tape_at);
  g_clear_pointer (&call.rights, mns_rights_free);
  if (!done)
    {
      mns_result_free (call.result);
      return NULL;
    }
  settle_result (&call);
  return call.result;
}
