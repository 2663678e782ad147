/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-api"

#include "config.h"

#include <string.h>

#include "server/api/execute.h"
#include "server/http/log.h"
#include "sync/model/error.h"
#include "sync/wire/envelope.h"

/* A clock that is ahead by less is set right; by more it is believed and marked. */
#define CLAMP_US (2 * 60 * G_USEC_PER_SEC)

void
mns_execution_clear (MnsExecution *self)
{
  g_clear_pointer (&self->node, json_node_unref);
  g_clear_pointer (&self->envelope, json_object_unref);
  g_clear_pointer (&self->broken, g_free);
  g_clear_pointer (&self->journals, g_free);
}

static gboolean
is_device (const MnsExecution *self)
{
  return !mns_id_is_null (&self->client);
}

/* Running a command changes it (ids of rows for LIMS ids, the tape): each try has a fresh one. */
static MnsCommand *
parse_command (MnsExecution *self, GError **error)
{
  g_autoptr (JsonNode) again = NULL;
  JsonNode *node = self->node;

  if (self->tries > 1 || self->as_error)
    {
      again = mns_json_parse_object (self->text, self->length, error);
      if (again == NULL)
        return NULL;
      node = self->index < 0
                 ? again
                 : json_array_get_element (
                       json_object_get_array_member (json_node_get_object (again), "commands"),
                       (guint) self->index);
    }
  return mns_command_from_json (node, error);
}

static const char *
get_member_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/* What cannot be read as a command still has a number, and must not block the numbers behind it:
 * it is decided as invalid, with everything it said as its argument.
 */
static MnsCommand *
parse_leniently (MnsExecution *self, MnsResult **refusal, GError **error)
{
  g_autoptr (GError) failure = NULL;
  MnsCommand *command = parse_command (self, &failure);
  JsonObject *object = json_node_get_object (self->node);
  JsonNode *n = json_object_get_member (object, "n");
  MnsId id;

  if (command != NULL)
    return command;
  if (!g_error_matches (failure, MNS_ERROR, MNS_ERROR_INVALID) ||
      !mns_id_parse (&id, get_member_text (object, "id")))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  command = mns_command_new ("malformed.command@1", NULL);
  command->id = id;
  command->n =
      n != NULL && json_node_get_value_type (n) == G_TYPE_INT64 ? json_node_get_int (n) : 0;
  json_object_set_object_member (command->args, "said", json_object_ref (object));
  *refusal = mns_result_new (MNS_OUTCOME_INVALID);
  mns_result_add_fault (*refusal, "", "malformed", NULL, "%s", failure->message);
  return command;
}

/* ---- the device's number ---- */

/* The outcome of then, as it was told then. */
static gboolean
read_stored (MnsExecution *self, MnsRows *rows)
{
  const char *text = mns_rows_get_text (rows, 0, 2);
  g_autoptr (JsonNode) node = text != NULL ? mns_json_parse_object (text, -1, NULL) : NULL;
  g_autofree char *word = g_ascii_strdown (mns_rows_get_text (rows, 0, 1), -1);

  g_clear_pointer (&self->envelope, json_object_unref);
  if (!mns_outcome_from_word (word, &self->outcome))
    self->outcome = MNS_OUTCOME_ERROR;
  if (node != NULL)
    self->envelope = json_node_dup_object (node);
  else
    {
      self->envelope = json_object_new ();
      json_object_set_string_member (self->envelope, "outcome", word);
      json_object_set_array_member (self->envelope, "faults", json_array_new ());
    }
  self->end = MNS_END_STORED;
  return TRUE;
}

/* Looks a number up that is used already: the same command sent again, or a second device. */
static gboolean
look_back (MnsExecution *self, MnsTransaction *tx, const MnsCommand *command, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      tx,
      "SELECT id, outcome, result FROM command_log"
      " WHERE client_id = $client AND n = $n",
      MNS_ARGS (MNS_ARG_ID ("client", &self->client), MNS_ARG_INT ("n", command->n)),
      error);

  if (rows == NULL)
    return FALSE;
  self->end = MNS_END_FORK;
  if (mns_rows_get_n_rows (rows) > 0 && mns_id_equal (mns_rows_get_id (rows, 0, 0), &command->id))
    read_stored (self, rows);
  return TRUE;
}

/* Sets @go_on if the command's turn has come. */
static gboolean
check_number (MnsExecution *self,
              MnsTransaction *tx,
              const MnsCommand *command,
              gboolean *go_on,
              GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      tx,
      "SELECT last_n, person_id, revoked_at,"
      " (SELECT journals FROM restore_state WHERE journals <> 'ALL'"
      " AND restored_at > $at), durable_n FROM sync_client"
      " WHERE id = $client FOR UPDATE",
      MNS_ARGS (MNS_ARG_ID ("client", &self->client), MNS_ARG_INT ("at", command->performed_at)),
      error);

  *go_on = FALSE;
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) == 0 ||
      !mns_id_equal (mns_rows_get_id (rows, 0, 1), &self->person) || !mns_rows_is_null (rows, 0, 2))
    {
      self->end = MNS_END_FOREIGN;
      return TRUE;
    }
  self->last_n = mns_rows_get_int (rows, 0, 0);
  self->durable_n = mns_rows_get_int (rows, 0, 4);
  g_free (self->journals);
  self->journals = g_strdup (mns_rows_get_text (rows, 0, 3));
  if (command->n <= self->last_n)
    return look_back (self, tx, command, error);
  if (command->n > self->last_n + 1)
    {
      self->end = MNS_END_GAP;
      return TRUE;
    }
  *go_on = TRUE;
  return TRUE;
}

/* For callers without numbers the command's id alone says whether it has been. */
static gboolean
check_id (MnsExecution *self,
          MnsTransaction *tx,
          const MnsCommand *command,
          gboolean *go_on,
          GError **error)
{
  g_autoptr (MnsRows) rows =
      mns_transaction_query (tx,
                             "SELECT id, outcome, result, person_id FROM command_log"
                             " WHERE id = $id",
                             MNS_ARGS (MNS_ARG_ID ("id", &command->id)),
                             error);

  if (rows == NULL)
    return FALSE;
  *go_on = mns_rows_get_n_rows (rows) == 0;
  if (*go_on)
    return TRUE;
  self->end = MNS_END_FORK;
  return !mns_id_equal (mns_rows_get_id (rows, 0, 3), &self->person) || read_stored (self, rows);
}

/* ---- after a restore ---- */

/* Commands from before a restore come again from the devices' journals. Whether they run is an
 * administrator's word (decisions.md 10).
 */
static gboolean
check_restored (MnsExecution *self,
                MnsTransaction *tx,
                const MnsCommand *command,
                MnsResult **refusal,
                gboolean *go_on,
                GError **error)
{
  g_autofree char *name = NULL;

  *refusal = NULL;
  *go_on = TRUE;
  if (self->journals == NULL)
    return TRUE;
  if (g_str_equal (self->journals, "NONE"))
    {
      *refusal = mns_result_new (MNS_OUTCOME_CONFLICT);
      mns_result_set_conflict (
          *refusal,
          "gone",
          "the lab was restored from a backup after this was done; do it again, or drop it");
      return TRUE;
    }
  *go_on = FALSE;
  self->end = MNS_END_HELD;
  name = g_strdup_printf ("%s@%d", command->name, command->version);
  return mns_transaction_run (
      tx,
      "INSERT INTO journal_waiting (client_id, n, command_id, person_id, command, performed_at,"
      " seen_at) VALUES ($client, $n, $id, $person, $command, $at, $now)"
      " ON CONFLICT (client_id, n) DO NOTHING",
      MNS_ARGS (MNS_ARG_ID ("client", &self->client),
                MNS_ARG_INT ("n", command->n),
                MNS_ARG_ID ("id", &command->id),
                MNS_ARG_ID ("person", &self->person),
                MNS_ARG_TEXT ("command", name),
                MNS_ARG_INT ("at", command->performed_at),
                MNS_ARG_INT ("now", g_get_real_time ())),
      error);
}

/* ---- the rule ---- */

static MnsResult *
new_error (gboolean is_poison)
{
  MnsResult *result = mns_result_new (MNS_OUTCOME_ERROR);

  if (is_poison)
    mns_result_add_fault (result,
                          "",
                          "poison",
                          NULL,
                          "this command has stopped the server three times and is passed over");
  else
    mns_result_add_fault (result,
                          "",
                          "server_error",
                          NULL,
                          "the server could not run this command; its log says why");
  return result;
}

static void
set_times (MnsExecution *self, MnsCommand *command, gint64 now)
{
  gint64 ahead = command->performed_at - now;

  if (command->performed_at <= 0 || (ahead > 0 && ahead <= CLAMP_US))
    command->performed_at = now;
  if (command->today == NULL)
    {
      g_autoptr (GDateTime) at = g_date_time_new_from_unix_local (now / G_USEC_PER_SEC);

      command->today = g_date_time_format (at, "%Y-%m-%d");
    }
}

static gboolean
is_online_only (const MnsCommand *command)
{
  const MnsCommandSpec *spec = mns_command_find (command->name, command->version);

  return spec != NULL && spec->online_only;
}

/* The reads of the rule travel with the look at the device's number. */
static void
ask_ahead (MnsExecution *self, MnsTransaction *tx, MnsCommand *command)
{
  const MnsLab lab = { .transaction = tx, .person = self->person, .as_system = self->as_system };

  if (!self->as_error)
    mns_lab_ask (&lab, command);
}

static MnsResult *
run_rule (MnsExecution *self, MnsTransaction *tx, MnsCommand *command, gint64 now, GError **error)
{
  g_autoptr (MnsIdSession) session = mns_id_session_new (self->ids, tx);
  const MnsLab lab = { .transaction = tx,
                       .person = self->person,
                       .client = self->client,
                       .recorded_at = now,
                       .ids = mns_id_session_get_source (session),
                       .signing_fresh = self->signing_fresh,
                       .as_system = self->as_system,
                       .hasty = !self->careful };
  MnsResult *refusal = NULL;

  if (self->as_error)
    return new_error (self->broken == NULL);
  if (is_device (self) && is_online_only (command))
    {
      refusal = mns_result_new (MNS_OUTCOME_INVALID);
      mns_result_add_fault (refusal,
                            "",
                            "online_only",
                            NULL,
                            "%s is given to the server directly, not sent afterwards",
                            command->name);
      return refusal;
    }
  if (command->lims_ids != NULL && !is_device (self))
    g_clear_pointer (&command->lims_ids, json_object_unref);
  if (command->lims_ids != NULL &&
      !mns_ids_check_tape (tx, session, &self->client, command->lims_ids, &refusal, error))
    return NULL;
  if (refusal != NULL)
    return refusal;
  self->in_rule = TRUE;
  return mns_lab_run (&lab, command, error);
}

/* ---- what is written down ---- */

static const char *
conflict_code (const MnsResult *result)
{
  switch (result->outcome)
    {
    case MNS_OUTCOME_CONFLICT:
      return result->conflict_code != NULL ? result->conflict_code : "moved_on";
    case MNS_OUTCOME_DENIED:
      return "denied";
    case MNS_OUTCOME_INVALID:
      return "invalid";
    default:
      return "error";
    }
}

static char *
print_node (JsonNode *node)
{
  return node != NULL ? json_to_string (node, FALSE) : NULL;
}

static char *
print_seen (const MnsResult *result, const MnsCommand *command)
{
  g_autoptr (JsonNode) expect = NULL;

  if (result->seen != NULL || command->expect == NULL)
    return print_node (result->seen);
  expect = json_node_new (JSON_NODE_OBJECT);
  json_node_set_object (expect, command->expect);
  return print_node (expect);
}

/* All that was said against it, as in the envelope: a person reads it in their own language. */
static char *
print_said (const MnsResult *result)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);

  json_node_take_array (node, mns_envelope_list_said (result));
  return json_to_string (node, FALSE);
}

static gboolean
write_conflict (MnsExecution *self,
                MnsTransaction *tx,
                const MnsCommand *command,
                const MnsResult *result,
                const char *name,
                const char *body,
                GError **error)
{
  g_autofree char *detail = mns_result_to_sentence (result);
  g_autofree char *seen = print_seen (result, command);
  g_autofree char *there = print_node (result->there);
  g_autofree char *said = print_said (result);

  mns_id_derive (&self->conflict, &command->id, "conflict", 0);
  return mns_transaction_run (
      tx,
      "INSERT INTO conflict (id, person_id, client_id, n, command_id, command, body, code, detail,"
      " seen, there, cause, state, said) VALUES ($id, $person, $client, $n, $command_id, $command,"
      " $body, $code, $detail, $seen, $there, $cause, 'OPEN', $said)",
      MNS_ARGS (MNS_ARG_ID ("id", &self->conflict),
                MNS_ARG_ID ("person", &self->person),
                MNS_ARG_ID ("client", &self->client),
                MNS_ARG_INT ("n", command->n),
                MNS_ARG_ID ("command_id", &command->id),
                MNS_ARG_TEXT ("command", name),
                MNS_ARG_JSON ("body", body),
                MNS_ARG_TEXT ("code", conflict_code (result)),
                MNS_ARG_TEXT ("detail", detail),
                MNS_ARG_JSON ("seen", seen),
                MNS_ARG_JSON ("there", there),
                MNS_ARG_ID ("cause", mns_id_is_null (&command->cause) ? NULL : &command->cause),
                MNS_ARG_JSON ("said", said)),
      error);
}

static gboolean
write_log (MnsExecution *self,
           MnsTransaction *tx,
           const MnsCommand *command,
           const MnsResult *result,
           const char *name,
           const char *body,
           const char *envelope,
           gint64 now,
           GError **error)
{
  g_autofree char *outcome = g_ascii_strup (mns_outcome_to_word (result->outcome), -1);
  g_autofree char *summary =
      result->outcome != MNS_OUTCOME_OK ? mns_result_to_sentence (result) : NULL;

  return mns_transaction_run (
      tx,
      "INSERT INTO command_log (id, recorded_at, xid, client_id, n, person_id, source, command,"
      " body, outcome, result, summary, reason, performed_at, skew_us) VALUES ($id, $now,"
      " pg_current_xact_id (), $client, $n, $person, $source, $command, $body, $outcome, $result,"
      " $summary, $reason, $performed, $skew)",
      MNS_ARGS (MNS_ARG_ID ("id", &command->id),
                MNS_ARG_INT ("now", now),
                MNS_ARG_ID ("client", is_device (self) ? &self->client : NULL),
                MNS_ARG_VALUE ("n",
                               is_device (self) ? mns_value_int (command->n)
                                                : mns_value_null (MNS_KIND_INT)),
                MNS_ARG_ID ("person", &self->person),
                MNS_ARG_TEXT ("source", self->source),
                MNS_ARG_TEXT ("command", name),
                MNS_ARG_JSON ("body", body),
                MNS_ARG_TEXT ("outcome", outcome),
                MNS_ARG_JSON ("result", envelope),
                MNS_ARG_TEXT ("summary", summary),
                MNS_ARG_TEXT ("reason", self->broken),
                MNS_ARG_INT ("performed", command->performed_at),
                MNS_ARG_INT ("skew", command->skew_us)),
      error);
}

/* Breaks if the command has been decided before: see 0008-commands.sql. */
static gboolean
write_done (MnsTransaction *tx, const MnsCommand *command, GError **error)
{
  if (mns_id_is_null (&command->id))
    return TRUE;
  return mns_transaction_run (tx,
                              "INSERT INTO command_done (id) VALUES ($id)",
                              MNS_ARGS (MNS_ARG_ID ("id", &command->id)),
                              error);
}

/* A project that a device has just made is one of its scopes, or its own work would vanish at the
 * next pull.
 */
static gboolean
hold_new_project (MnsExecution *self,
                  MnsTransaction *tx,
                  const MnsCommand *command,
                  const MnsResult *result,
                  GError **error)
{
  JsonNode *node = result->result != NULL && JSON_NODE_HOLDS_OBJECT (result->result)
                       ? json_object_get_member (json_node_get_object (result->result), "project")
                       : NULL;
  MnsId project;

  if (!g_str_equal (command->name, "project.create") || node == NULL ||
      json_node_get_value_type (node) != G_TYPE_STRING ||
      !mns_id_parse (&project, json_node_get_string (node)))
    return TRUE;
  return mns_transaction_run (
             tx,
             "UPDATE sync_client SET scopes_revision = scopes_revision + 1 WHERE id = $client",
             MNS_ARGS (MNS_ARG_ID ("client", &self->client)),
             error) &&
         mns_transaction_run (
             tx,
             "INSERT INTO sync_scope (client_id, scope_id, since, chosen) SELECT id, $project,"
             " scopes_revision, CASE WHEN window_days = 0 THEN 1 ELSE 0 END FROM sync_client"
             " WHERE id = $client ON CONFLICT DO NOTHING",
             MNS_ARGS (MNS_ARG_ID ("client", &self->client), MNS_ARG_ID ("project", &project)),
             error);
}

static gboolean
move_number (
    MnsExecution *self, MnsTransaction *tx, const MnsCommand *command, gint64 now, GError **error)
{
  self->last_n = command->n;
  return mns_transaction_run (
      tx,
      "UPDATE sync_client SET last_n = $n, seen_at = $now WHERE id = $client",
      MNS_ARGS (MNS_ARG_INT ("n", command->n),
                MNS_ARG_INT ("now", now),
                MNS_ARG_ID ("client", &self->client)),
      error);
}

static gboolean
write_down (MnsExecution *self,
            MnsTransaction *tx,
            const MnsCommand *command,
            const MnsResult *result,
            gint64 now,
            GError **error)
{
  g_autoptr (JsonNode) body_node = mns_command_to_json (command);
  g_autofree char *body = json_to_string (body_node, FALSE);
  g_autofree char *name = g_strdup_printf ("%s@%d", command->name, MAX (command->version, 1));
  g_autofree char *envelope = NULL;

  if (is_device (self) && result->outcome != MNS_OUTCOME_OK &&
      !write_conflict (self, tx, command, result, name, body, error))
    return FALSE;
  self->outcome = result->outcome;
  self->envelope = mns_envelope_from_result (result, &self->conflict);
  envelope = mns_json_print (json_object_ref (self->envelope));
  if (!write_done (tx, command, error) ||
      !write_log (self, tx, command, result, name, body, envelope, now, error))
    return FALSE;
  return !is_device (self) || ((result->outcome != MNS_OUTCOME_OK ||
                                hold_new_project (self, tx, command, result, error)) &&
                               move_number (self, tx, command, now, error));
}

/* A caller without numbers may say the same again. And a copied device registers anew and sends
 * again, under its own numbers, what the original may have sent too: the command's id is one, so
 * its outcome is the one of then and only the number moves on. Looked for only after the first try
 * broke on that (write_done()).
 */
static gboolean
check_twin (MnsExecution *self,
            MnsTransaction *tx,
            const MnsCommand *command,
            gint64 now,
            gboolean *go_on,
            GError **error)
{
  if (!self->careful || mns_id_is_null (&command->id))
    return TRUE;
  return check_id (self, tx, command, go_on, error) &&
         (*go_on || self->end != MNS_END_STORED || !is_device (self) ||
          move_number (self, tx, command, now, error));
}

/* ---- one try ---- */

static void
forget_try (MnsExecution *self)
{
  static const MnsId none = { { 0 } };

  self->tries++;
  self->in_rule = FALSE;
  self->conflict = none;
  g_clear_pointer (&self->envelope, json_object_unref);
}

static gboolean
try_command (MnsTransaction *tx, gpointer data, GError **error)
{
  MnsExecution *self = data;
  gint64 now = g_get_real_time ();
  g_autoptr (MnsCommand) command = NULL;
  g_autoptr (MnsResult) malformed = NULL;
  g_autoptr (MnsResult) result = NULL;
  gboolean go_on = TRUE;

  forget_try (self);
  command = parse_leniently (self, &malformed, error);
  if (command == NULL)
    return FALSE;
  if (malformed == NULL)
    ask_ahead (self, tx, command);
  if (is_device (self) && !check_number (self, tx, command, &go_on, error))
    return FALSE;
  if (go_on && is_device (self) && !check_restored (self, tx, command, &result, &go_on, error))
    return FALSE;
  if (go_on && !check_twin (self, tx, command, now, &go_on, error))
    return FALSE;
  if (!go_on)
    return TRUE;
  self->end = MNS_END_DECIDED;
  set_times (self, command, now);
  if (result == NULL)
    result =
        malformed != NULL ? g_steal_pointer (&malformed) : run_rule (self, tx, command, now, error);
  return result != NULL && write_down (self, tx, command, result, now, error);
}

static gboolean
is_ours (const GError *error)
{
  return error->domain == MNS_ERROR &&
         (error->code == MNS_ERROR_BUSY || error->code == MNS_ERROR_OFFLINE ||
          error->code == MNS_ERROR_FULL);
}

/**
 * mns_execute:
 * @self: what to run, and where the end is told
 * @error: return location for an error: nothing is recorded then, and the same may be sent again
 *
 * Decides one command: first as if all will go well, and where it does not, once more with care.
 * A rule that breaks is recorded as outcome "error" with the whole body, so
 * that it never blocks what stands behind it.
 */
gboolean
mns_execute (MnsExecution *self, GError **error)
{
  g_autoptr (GError) failure = NULL;
  MnsId id = { { 0 } };
  guint slot;
  gboolean done;

  mns_id_parse (&id, get_member_text (json_node_get_object (self->node), "id"));
  self->as_error = !mns_attempts_begin (self->attempts, &id, &slot);
  done = mns_pool_run_write (self->pool, try_command, self, &failure);
  if (!done && !is_ours (failure))
    {
      self->careful = TRUE;
      g_clear_error (&failure);
      done = mns_pool_run_write (self->pool, try_command, self, &failure);
    }
  mns_attempts_end (self->attempts, slot);

  if (!done && self->in_rule && !is_ours (failure))
    {
      char text[MNS_ID_TEXT_SIZE];

      mns_id_print (&id, text);
      mns_log_event ("error", "rule_broke", "command", text, NULL);
      self->broken = g_strdup (failure->message);
      self->as_error = TRUE;
      g_clear_error (&failure);
      done = mns_pool_run_write (self->pool, try_command, self, &failure);
    }
  if (!done)
    g_propagate_error (error, g_steal_pointer (&failure));
  return done;
}
