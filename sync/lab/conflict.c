/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Settling a conflict: a command like any other, which may carry the command that takes the place
 * of the one that did not hold. Both happen, or neither.
 */

#include "config.h"

#include "sync/lab/rules.h"
#include "sync/lab/run.h"

/* Ways to settle, and what they need. */
static const struct
{
  const char *choice;
  gboolean needs_next;
  gboolean needs_reason;
} choices[] = {
  { "theirs", FALSE, FALSE },    { "mine", TRUE, FALSE },   { "third", TRUE, FALSE },
  { "other_well", TRUE, FALSE }, { "swap", TRUE, FALSE },   { "apply", TRUE, FALSE },
  { "comment", TRUE, FALSE },    { "reopen", TRUE, FALSE }, { "restore", TRUE, FALSE },
  { "redo", TRUE, FALSE },       { "drop", FALSE, TRUE },
};

static guint
find_choice (const char *choice)
{
  guint i = 0;

  while (i < G_N_ELEMENTS (choices) && !g_str_equal (choices[i].choice, choice))
    i++;
  return i;
}

/* One's own, or anyone's for who looks after users. */
static gboolean
load_conflict (MnsCall *call, const MnsId *id, GError **error)
{
  g_autoptr (MnsRows) rows =
      mns_transaction_query (call->tx,
                             "SELECT person_id, state, resolution FROM conflict WHERE id = $id",
                             MNS_ARGS (MNS_ARG_ID ("id", id)),
                             error);
  gboolean may = TRUE;

  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) == 0)
    {
      mns_call_missing (call, "/conflict", "conflict", NULL);
      return TRUE;
    }
  if (!mns_id_equal (mns_rows_get_id (rows, 0, 0), &call->lab->person) &&
      !mns_call_may (call, "User:update", &may, error))
    return FALSE;
  if (!may)
    mns_call_deny (call, "User:update");
  else if (!g_str_equal (mns_rows_get_text (rows, 0, 1), "OPEN"))
    mns_call_fault (call,
                    "/conflict",
                    "already_settled",
                    "the conflict is settled already: %s",
                    mns_rows_get_text (rows, 0, 2));
  return TRUE;
}

static void
check_choice (MnsCall *call, const char *choice)
{
  guint i = find_choice (choice);

  if (choices[i].needs_next && mns_call_get_object (call, "next") == NULL)
    mns_call_fault (
        call, "/next", "missing", "“%s” needs the command that is to be done instead", choice);
  if (!choices[i].needs_next && mns_call_get_object (call, "next") != NULL)
    mns_call_fault (call, "/next", "not_needed", "“%s” does nothing further", choice);
  if (choices[i].needs_reason && mns_call_get_text (call, "reason") == NULL)
    mns_call_fault (call, "/reason", "missing", "dropping work needs a reason");
}

/* What is wrong with the carried command is wrong with this one. */
static void
take_over_result (MnsCall *call, MnsResult *result)
{
  for (guint i = 0; i < result->faults->len; i++)
    {
      const MnsFault *fault = g_ptr_array_index (result->faults, i);
      g_autofree char *at = g_strconcat ("/next/args", fault->at, NULL);

      mns_result_add_fault (call->result,
                            at,
                            fault->code,
                            fault->values != NULL ? json_object_ref (fault->values) : NULL,
                            "%s",
                            fault->message);
    }
  if (result->conflict_code != NULL)
    {
      mns_call_conflict (call,
                         result->conflict_code,
                         result->seen != NULL ? json_node_copy (result->seen) : NULL,
                         result->there != NULL ? json_node_copy (result->there) : NULL,
                         "%s",
                         result->conflict_detail);
      mns_result_take_sentence (call->result, result);
    }
  call->result->outcome = result->outcome;
}

static const char *
get_next_name (MnsCall *call)
{
  JsonObject *next = mns_call_get_object (call, "next");
  const char *name = mns_object_get_text (next, "cmd");

  return name != NULL ? name : mns_object_get_text (next, "name");
}

static MnsCommand *
make_next (MnsCall *call)
{
  JsonObject *next = mns_call_get_object (call, "next");
  JsonObject *expect = mns_object_get_object (next, "expect");
  MnsCommand *command =
      mns_command_new (get_next_name (call), mns_object_get_object (next, "args"));

  mns_call_derive_id (call, "next", 0, &command->id);
  command->performed_at = call->command->performed_at;
  g_free (command->today);
  command->today = g_strdup (mns_call_get_today (call));
  command->cause = call->command->id;
  if (expect != NULL)
    command->expect = json_object_ref (expect);
  /* one tape for both, so that it travels with the command */
  if (call->command->lims_ids == NULL)
    call->command->lims_ids = json_object_new ();
  command->lims_ids = json_object_ref (call->command->lims_ids);
  return command;
}

static gboolean
run_next (MnsCall *call, MnsId *id, GError **error)
{
  g_autoptr (MnsCommand) command = NULL;
  g_autoptr (MnsResult) result = NULL;
  const char *name = get_next_name (call);
  const MnsCommandSpec *spec;

  if (name == NULL)
    {
      mns_call_fault (call, "/next/cmd", "missing", "the command that is to be done is not named");
      return TRUE;
    }
  if (g_str_has_prefix (name, "conflict."))
    {
      mns_call_fault (call, "/next/cmd", "not_permitted", "a conflict is not settled by %s", name);
      return TRUE;
    }
  command = make_next (call);
  spec = mns_command_find (command->name, command->version);
  if (spec != NULL && spec->online_only && mns_transaction_is_partial (call->tx))
    {
      mns_call_fault (call, "/next/cmd", "online_only", "%s can only be done while online", name);
      return TRUE;
    }
  *id = command->id;
  if (!mns_lab_run_nested (call, command, &result, error))
    return FALSE;
  if (result->outcome != MNS_OUTCOME_OK)
    take_over_result (call, result);
  else if (result->result != NULL)
    json_object_set_member (mns_call_get_result (call), "next", json_node_copy (result->result));
  return TRUE;
}

static gboolean
resolve (MnsCall *call, GError **error)
{
  const char *choice = mns_call_get_text (call, "choice");
  const char *reason = mns_call_get_text (call, "reason");
  gboolean dropped = g_str_equal (choice, "drop");
  gboolean has_next = mns_call_get_object (call, "next") != NULL;
  g_autofree char *told = NULL;
  MnsId id, next_id = { { 0 } };

  mns_call_get_id (call, "conflict", &id);
  check_choice (call, choice);
  if (!load_conflict (call, &id, error))
    return FALSE;
  if (mns_call_failed (call))
    return TRUE;
  if (has_next && !run_next (call, &next_id, error))
    return FALSE;
  if (mns_call_failed (call))
    return TRUE;
  told = reason != NULL ? g_strdup_printf ("%s: %s", choice, reason) : g_strdup (choice);
  return mns_transaction_run (
      call->tx,
      "UPDATE conflict SET state = $state, resolved_by = $by, resolved_at = $now,"
      " resolution = $told, next_command_id = $next WHERE id = $id",
      MNS_ARGS (MNS_ARG_TEXT ("state", dropped ? "DROPPED" : "RESOLVED"),
                MNS_ARG_ID ("by", &call->lab->person),
                MNS_ARG_INT ("now", call->now),
                MNS_ARG_TEXT ("told", told),
                MNS_ARG_ID ("next", has_next ? &next_id : NULL),
                MNS_ARG_ID ("id", &id)),
      error);
}

static const MnsArgSpec next_args[] = {
  { "cmd", MNS_ARG_TYPE_TEXT, .min = 1, .max = 100, .help = "name@version" },
  { "name", MNS_ARG_TYPE_TEXT, .min = 1, .max = 100, .help = "the same" },
  { "args", MNS_ARG_TYPE_OBJECT, TRUE },
  { "expect", MNS_ARG_TYPE_OBJECT },
  { NULL },
};

static const MnsArgSpec resolve_args[] = {
  { "conflict", MNS_ARG_TYPE_ID, TRUE },
  { "choice",
    MNS_ARG_TYPE_TEXT,
    TRUE,
    .words = "mine theirs third other_well swap apply comment reopen restore redo drop" },
  { "reason", MNS_ARG_TYPE_TEXT, .min = 1, .help = "needed to drop" },
  { "next", MNS_ARG_TYPE_OBJECT, .items = next_args, .help = "what is done instead" },
  { NULL },
};

const MnsCommandSpec mns_conflict_commands[] = {
  { "conflict.resolve",
    1,
    NULL,
    FALSE,
    resolve_args,
    resolve,
    "Settle a conflict",
    "Runs next, if given, in the same transaction. Answers next: what that answered." },
  { NULL },
};
