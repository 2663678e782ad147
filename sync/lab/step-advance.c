/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A run goes one state forward, or into other hands. */

#include "config.h"

#include "sync/lab/drift.h"
#include "sync/lab/runs.h"
#include "sync/lab/step-actions.h"

/* Files that Step Setup asks for must be there. */
static gboolean
check_setup (MnsCall *call, const MnsRun *run, GError **error)
{
  JsonArray *list = mns_object_get_list (run->settings, "placeholders");
  g_autoptr (MnsRows) rows = mns_transaction_query (
      call->tx,
      "SELECT a.output_no, a.name FROM artifact a LEFT JOIN file f ON f.owner_id = a.id"
      " WHERE a.run_id = $run AND a.kind = 'FILE' AND f.id IS NULL ORDER BY a.output_no",
      MNS_ARGS (MNS_ARG_ID ("run", &run->id)),
      error);

  for (guint i = 0; rows != NULL && i < mns_rows_get_n_rows (rows); i++)
    {
      guint n = (guint) mns_rows_get_int (rows, i, 0);
      JsonObject *item = list != NULL && n < json_array_get_length (list)
                             ? json_array_get_object_element (list, n)
                             : NULL;

      if (mns_object_get_bool (item, "required") && mns_object_get_bool (item, "in_setup"))
        mns_call_fault (call,
                        "/run",
                        "file_missing",
                        "file “%s” of step run %s is missing",
                        mns_rows_get_text (rows, i, 1),
                        run->lims_id);
    }
  return rows != NULL;
}

static const struct
{
  const char *state;
  gboolean (*check) (MnsCall *call, const MnsRun *run, GError **error);
} leaving[] = {
  { "STEP_SETUP", check_setup },
  { "PLACEMENT", mns_run_check_placed },
  { "RECORD_DETAILS", mns_run_check_recorded },
};

/* Where next steps are assigned each moving artifact gets the default: the first next step, or the
 * end of the protocol. What has been chosen already stays.
 */
static gboolean
insert_default_actions (MnsCall *call, const MnsRun *run, GError **error)
{
  g_autoptr (MnsRows) next = mns_step_load_next (call->tx, &run->step, error);
  const MnsId *step;

  if (next == NULL)
    return FALSE;
  step = mns_rows_get_n_rows (next) > 0 ? mns_rows_get_id (next, 0, 0) : NULL;
  return mns_transaction_run (
      call->tx,
      run->type->moves_outputs
          ? "INSERT INTO next_action (run_id, artifact_id, action, step_id, escalated)"
            " SELECT $run, a.id, $action, $step, 0 FROM artifact a"
            " WHERE a.run_id = $run AND a.kind IN ('DERIVED', 'POOL') AND true"
            " ON CONFLICT (run_id, artifact_id) DO NOTHING"
          : "INSERT INTO next_action (run_id, artifact_id, action, step_id, escalated)"
            " SELECT $run, i.artifact_id, $action, $step, 0 FROM step_input i"
            " WHERE i.run_id = $run ON CONFLICT (run_id, artifact_id) DO NOTHING",
      MNS_ARGS (MNS_ARG_ID ("run", &run->id),
                MNS_ARG_TEXT ("action", mns_step_action_default (mns_rows_get_n_rows (next))),
                MNS_ARG_ID ("step", step)),
      error);
}

static gboolean
check_seen (MnsCall *call, const MnsRun *run)
{
  g_auto (MnsDrift) drift = { 0 };
  g_autoptr (JsonNode) there = mns_text_node (run->state);

  mns_drift_init (&drift, call);
  mns_drift_check (&drift, "step_run", &run->id, run->lims_id, "state", NULL, there, NULL);
  return !mns_drift_tell (&drift, "moved_on");
}

gboolean
mns_step_advance (MnsCall *call, GError **error)
{
  g_autoptr (MnsRun) run = mns_run_load (call, error);
  const char *to = mns_call_get_text (call, "to");
  const char *next;

  if (run == NULL)
    return FALSE;
  if (!mns_run_check (call, run, NULL))
    return TRUE;
  mns_call_put_text (call, "state", run->state);
  if (to != NULL && mns_run_state_reaches (run->state, to))
    return TRUE; /* it is there already */
  if (!check_seen (call, run))
    return TRUE;
  next = mns_run_state_get_next (run->settings, run->places_itself, run->state);
  if (next == NULL || g_str_equal (next, "COMPLETED"))
    {
      mns_call_fault (
          call, "/run", "at_the_end", "step run %s has no further state; finish it", run->lims_id);
      return TRUE;
    }
  if (to != NULL && !g_str_equal (next, to))
    mns_call_fault (call,
                    "/to",
                    "not_next",
                    "step run %s is in state %s; the next one is %s",
                    run->lims_id,
                    run->state,
                    next);
  for (guint i = 0; i < G_N_ELEMENTS (leaving); i++)
    if (g_str_equal (leaving[i].state, run->state) && !leaving[i].check (call, run, error))
      return FALSE;
  if (mns_call_failed (call))
    return TRUE;
  if (g_str_equal (next, "ASSIGN_NEXT_STEPS") && !insert_default_actions (call, run, error))
    return FALSE;
  mns_call_put_text (call, "state", next);
  return mns_transaction_run (call->tx,
                              "UPDATE step_run SET state = $state WHERE id = $run",
                              MNS_ARGS (MNS_ARG_TEXT ("state", next), MNS_ARG_ID ("run", &run->id)),
                              error) &&
         mns_run_touch (call, run, error);
}

/* Anyone at the bench may take a run over, but not from a device that may still be at work on it,
 * unless the run is their own or they look after users.
 */
gboolean
mns_step_take_over (MnsCall *call, GError **error)
{
  g_autoptr (MnsRun) run = mns_run_load (call, error);
  gboolean own;
  gboolean held;
  gboolean may = FALSE;

  if (run == NULL)
    return FALSE;
  if (mns_call_failed (call))
    return TRUE;
  own = mns_id_equal (&run->technician, &call->lab->person);
  held = run->has_lease && run->lease_until > call->now &&
         !mns_id_equal (&run->lease_client, &call->lab->client);
  if (!mns_call_may (call, "User:update", &may, error))
    return FALSE;
  if (g_str_equal (run->state, "COMPLETED"))
    mns_call_conflict (call, "step_done", NULL, NULL, "step run %s is complete", run->lims_id);
  else if (held && !own && !may)
    mns_call_conflict (call,
                       "taken_over",
                       NULL,
                       NULL,
                       "step run %s is held by another person's device; it can be taken over when"
                       " that has not been heard of for seven days, or by an administrator",
                       run->lims_id);
  if (mns_call_failed (call))
    return TRUE;
  return mns_transaction_run (
             call->tx,
             "UPDATE step_run SET technician_id = $person WHERE id = $run",
             MNS_ARGS (MNS_ARG_ID ("person", &call->lab->person), MNS_ARG_ID ("run", &run->id)),
             error) &&
         mns_run_touch (call, run, error);
}
