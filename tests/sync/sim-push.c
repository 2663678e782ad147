/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The simulated server decides: one command, one transaction. */

#define G_LOG_DOMAIN "mns-sim"

#include "config.h"

#include "sync/model/error.h"
#include "sync/wire/envelope.h"
#include "tests/sync/sim-server-private.h"
#include "tests/sync/toy.h"

static char *
take_from_counter (gpointer data, const char *klass, const MnsId *owner, GError **error)
{
  MnsTransaction *tx = data;
  g_autoptr (MnsRows) rows = sim_query (tx, "SELECT next FROM sim_counter", NULL);

  sim_run (tx, "UPDATE sim_counter SET next = next + 1", NULL);
  return g_strdup_printf ("27-%" G_GINT64_FORMAT, mns_rows_get_int (rows, 0, 0));
}

static void
log_command (MnsTransaction *tx,
             const MnsId *client,
             const MnsId *person,
             const MnsCommand *command,
             MnsOutcome outcome)
{
  sim_run (tx,
           "INSERT INTO sim_command (client, n, cmd_id, cmd, outcome, person, name) "
           "VALUES ($client, $n, $cmd_id, $cmd, $outcome, $person, $name) ON CONFLICT DO NOTHING",
           MNS_ARGS (MNS_ARG_ID ("client", client),
                     MNS_ARG_INT ("n", command->n),
                     MNS_ARG_ID ("cmd_id", &command->id),
                     MNS_ARG_TEXT ("cmd", command->name),
                     MNS_ARG_INT ("outcome", outcome),
                     MNS_ARG_ID ("person", person),
                     MNS_ARG_TEXT ("name",
                                   json_object_get_string_member_with_default (
                                       command->args, "name", NULL))));
}

static void
open_conflict (MnsTransaction *tx,
               const MnsId *client,
               const MnsId *person,
               const MnsCommand *command,
               const char *code)
{
  MnsId id;

  mns_id_derive (&id, &command->id, "conflict", 0);
  sim_run (
      tx,
      "INSERT INTO conflict (id, person_id, client_id, n, command_id, command, body, code, "
      "detail, state) VALUES ($id, $person, $client, $n, $cmd_id, $cmd, '{}', $code, '', 'OPEN')",
      MNS_ARGS (MNS_ARG_ID ("id", &id),
                MNS_ARG_ID ("person", person),
                MNS_ARG_ID ("client", client),
                MNS_ARG_INT ("n", command->n),
                MNS_ARG_ID ("cmd_id", &command->id),
                MNS_ARG_TEXT ("cmd", command->name),
                MNS_ARG_TEXT ("code", code)));
}

static MnsOutcome
run_rule (
    MnsTransaction *tx, const MnsId *client, const MnsId *person, MnsCommand *command, char **code)
{
  MnsLab lab = { .transaction = tx,
                 .person = *person,
                 .client = *client,
                 .recorded_at = command->performed_at,
                 .ids = { take_from_counter, tx } };
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsResult) result = NULL;

  mns_transaction_savepoint (tx, "r", NULL);
  result = mns_toy_run (&lab, command, NULL, &error);
  if (result == NULL || result->outcome != MNS_OUTCOME_OK)
    mns_transaction_rollback_to (tx, "r", NULL);
  mns_transaction_release (tx, "r", NULL);
  *code =
      g_strdup (result != NULL && result->conflict_code != NULL ? result->conflict_code : "error");
  return result != NULL ? result->outcome : MNS_OUTCOME_ERROR;
}

typedef enum
{
  DECIDED,
  FORK,
  GAP,
  DIED,
} Decision;

static Decision
judge_number (SimServer *self,
              MnsTransaction *tx,
              const MnsId *client,
              const MnsCommand *command,
              gboolean *known)
{
  g_autoptr (MnsRows) last = sim_query (
      tx, "SELECT last_n FROM sim_client WHERE id = $id", MNS_ARGS (MNS_ARG_ID ("id", client)));
  g_autoptr (MnsRows) stored = NULL;
  gint64 last_n = mns_rows_get_int (last, 0, 0);

  *known = FALSE;
  if (command->n > last_n + 1)
    return GAP;
  if (command->n > last_n || self->mood.no_dedupe)
    return DECIDED;
  stored = sim_query (tx,
                      "SELECT cmd_id FROM sim_command WHERE client = $client AND n = $n",
                      MNS_ARGS (MNS_ARG_ID ("client", client), MNS_ARG_INT ("n", command->n)));
  *known = TRUE;
  return mns_id_equal (mns_rows_get_id (stored, 0, 0), &command->id) ? DECIDED : FORK;
}

static Decision
decide_in (SimServer *self,
           MnsTransaction *tx,
           const MnsId *client,
           const MnsId *person,
           MnsCommand *command,
           gboolean *write)
{
  g_autofree char *code = NULL;
  gboolean known = FALSE;
  Decision decision = judge_number (self, tx, client, command, &known);
  MnsOutcome outcome;

  *write = FALSE;
  if (decision != DECIDED || known)
    return decision;
  outcome = run_rule (tx, client, person, command, &code);
  log_command (tx, client, person, command, outcome);
  if (outcome != MNS_OUTCOME_OK && !self->mood.no_dedupe)
    open_conflict (tx, client, person, command, code);
  sim_run (
      tx,
      "UPDATE sim_client SET last_n = CASE WHEN last_n < $n THEN $n ELSE last_n END WHERE id = $id",
      MNS_ARGS (MNS_ARG_INT ("n", command->n), MNS_ARG_ID ("id", client)));
  *write = TRUE;
  return DECIDED;
}

static Decision
decide (SimServer *self, const MnsId *client, const MnsId *person, MnsCommand *command)
{
  MnsTransaction *tx = sim_begin (self);
  gboolean write = FALSE;
  Decision decision = decide_in (self, tx, client, person, command, &write);
  gboolean dies = self->mood.die_in >= 0 && self->mood.die_in-- == 0;

  if (write && !(dies && !self->mood.die_after))
    sim_end (tx);
  else
    mns_transaction_free (tx);
  g_debug ("server: person %u, %d %s: decision %d%s%s",
           person->bytes[15],
           (int) command->n,
           command->name,
           decision,
           write ? ", done" : "",
           dies ? ", dies" : "");
  return dies ? DIED : decision;
}

gboolean
sim_answer_push (
    SimServer *self, const MnsId *client, const MnsId *person, JsonObject *body, MnsAnswer *answer)
{
  JsonArray *commands = json_object_get_array_member (body, "commands");

  if (self->mood.read_only)
    {
      sim_set_body (answer, 503, json_object_new ());
      answer->retry_after_s = 1;
      return TRUE;
    }
  for (guint i = 0; i < json_array_get_length (commands); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MnsCommand) command =
          mns_command_from_json (json_array_get_element (commands, i), &error);
      Decision decision;

      g_assert_no_error (error);
      decision = decide (self, client, person, command);
      if (decision == DIED)
        return FALSE;
      if (decision == FORK)
        {
          sim_set_body (answer, 409, json_object_new ());
          return TRUE;
        }
      if (decision == GAP)
        break;
    }
  sim_set_body (answer, 200, sim_new_reply (self, client));
  return TRUE;
}
