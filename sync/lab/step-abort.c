/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Abort: the inputs wait again where and since when they did, with the values they had; what the
 * run has made is gone. A fixed number of statements, children before parents.
 */

#include "config.h"

#include "sync/lab/runs.h"

/* An output that another run has taken cannot go. */
static gboolean
check_unused (MnsCall *call, const MnsRun *run, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      call->tx,
      "SELECT a.lims_id, a.name FROM artifact a WHERE a.run_id = $run AND EXISTS"
      " (SELECT 1 FROM step_input i WHERE i.artifact_id = a.id) ORDER BY a.lims_id",
      MNS_ARGS (MNS_ARG_ID ("run", &run->id)),
      error);

  for (guint i = 0; rows != NULL && i < mns_rows_get_n_rows (rows); i++)
    mns_call_fault (call,
                    "/run",
                    "in_use",
                    "step run %s cannot be aborted: %s (%s) is an input of another run",
                    run->lims_id,
                    mns_rows_get_text (rows, i, 1),
                    mns_rows_get_text (rows, i, 0));
  return rows != NULL;
}

/* Values that the run has written to its inputs are put back from the state kept when it began
 * (decisions.md 22), except where another run refers to a later state.
 */
static const char *const restoring[] = {
  "UPDATE artifact SET fields = k.fields, phi_fields = k.phi_fields, name = k.name,"
  " qc_flag = k.qc_flag, state = k.state, changed_at = $now FROM artifact_state k"
  " WHERE k.artifact_id = artifact.id AND artifact.id IN"
  " (SELECT i.artifact_id FROM step_input i WHERE i.run_id = $run)"
  " AND k.state = (SELECT i.state_before FROM step_input i WHERE i.run_id = $run"
  " AND i.artifact_id = artifact.id) AND artifact.state > k.state AND NOT EXISTS"
  " (SELECT 1 FROM step_input o WHERE o.artifact_id = artifact.id AND o.run_id <> $run"
  " AND (o.state_before > k.state OR o.state_after > k.state))",
  "DELETE FROM artifact_state WHERE artifact_id IN"
  " (SELECT i.artifact_id FROM step_input i WHERE i.run_id = $run) AND state >="
  " (SELECT a.state FROM artifact a WHERE a.id = artifact_state.artifact_id)",
};

static const char *const giving_back[] = {
  "UPDATE stage_entry SET status = 'QUEUED', run_id = NULL WHERE run_id = $run"
  " AND status = 'IN_PROGRESS'",
};

/* Outputs, placeholders and controls are artifacts of the run's scope or with its id. */
#define MADE                                                                                       \
  "(SELECT a.id FROM artifact a WHERE a.run_id = $run UNION SELECT s.artifact_id FROM sample s"    \
  " WHERE s.scope_id = $run AND s.control_type_id IS NOT NULL)"

static const char *const deleting[] = {
  "DELETE FROM placement WHERE artifact_id IN " MADE,
  "DELETE FROM content WHERE artifact_id IN " MADE,
  "DELETE FROM artifact_state WHERE artifact_id IN " MADE,
  "DELETE FROM file WHERE owner_id IN " MADE " OR owner_id = $run",
  "DELETE FROM note WHERE owner_id = $run",
  "DELETE FROM external_id WHERE owner_id IN " MADE " OR owner_id = $run",
  "DELETE FROM next_action WHERE run_id = $run",
  "DELETE FROM io_map WHERE run_id = $run",
  "DELETE FROM step_input WHERE run_id = $run",
  "DELETE FROM step_lot WHERE run_id = $run",
  "DELETE FROM signature WHERE run_id = $run",
  "DELETE FROM escalation WHERE run_id = $run",
};

/* After the containers are settled; the artifacts of controls by the list read before. */
static const char *const deleting_last[] = {
  "DELETE FROM sample WHERE id IN (SELECT v.sample FROM {v})",
  "DELETE FROM artifact WHERE id IN (SELECT v.artifact FROM {v})",
  "DELETE FROM artifact WHERE run_id = $run",
  "DELETE FROM scope_member WHERE inner_id = $run",
  "DELETE FROM step_run WHERE id = $run",
};

static gboolean
run_all (MnsCall *call,
         const char *const *statements,
         guint n,
         const MnsId *run,
         MnsRowSet *set,
         GError **error)
{
  for (guint i = 0; i < n; i++)
    if (!mns_transaction_run (call->tx,
                              statements[i],
                              MNS_ARGS (MNS_ARG_ID ("run", run),
                                        MNS_ARG_INT ("now", call->now),
                                        MNS_ARG_SET ("v", set)),
                              error))
      return FALSE;
  return TRUE;
}

static MnsRowSet *
load_controls (MnsCall *call, const MnsRun *run, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_row_set_new ("sample id, artifact id");
  g_autoptr (MnsRows) rows = mns_transaction_query (
      call->tx,
      "SELECT id, artifact_id FROM sample WHERE scope_id = $run AND control_type_id IS NOT NULL",
      MNS_ARGS (MNS_ARG_ID ("run", &run->id)),
      error);

  for (guint i = 0; rows != NULL && i < mns_rows_get_n_rows (rows); i++)
    mns_row_set_add (set,
                     mns_value_id (mns_rows_get_id (rows, i, 0)),
                     mns_value_id (mns_rows_get_id (rows, i, 1)));
  return rows != NULL ? g_steal_pointer (&set) : NULL;
}

/* Containers that the run has made go with it if nothing is in them; the others stay. */
static gboolean
drop_containers (MnsCall *call, const MnsRun *run, GError **error)
{
  g_autoptr (MnsRowSet) gone = mns_row_set_new ("id id");
  g_autoptr (MnsRowSet) kept = mns_row_set_new ("id id");
  const MnsArg args[] = { MNS_ARG_SET ("v", gone), { NULL } };
  g_autoptr (MnsRows) rows = mns_transaction_query (
      call->tx,
      "SELECT s.container_id, CASE WHEN s.on_the_fly = 1 AND NOT EXISTS (SELECT 1 FROM placement p"
      " WHERE p.container_id = s.container_id) AND NOT EXISTS (SELECT 1 FROM step_container o"
      " WHERE o.container_id = s.container_id AND o.run_id <> $run) THEN 1 ELSE 0 END AS gone"
      " FROM step_container s WHERE s.run_id = $run ORDER BY s.container_id",
      MNS_ARGS (MNS_ARG_ID ("run", &run->id)),
      error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    mns_row_set_add (mns_rows_get_int (rows, i, 1) != 0 ? gone : kept,
                     mns_value_id (mns_rows_get_id (rows, i, 0)));
  return mns_transaction_run (call->tx,
                              "DELETE FROM step_container WHERE run_id = $run",
                              MNS_ARGS (MNS_ARG_ID ("run", &run->id)),
                              error) &&
         mns_transaction_run (call->tx,
                              "DELETE FROM scope_member WHERE inner_id IN (SELECT v.id FROM {v})",
                              args,
                              error) &&
         mns_transaction_run (
             call->tx, "DELETE FROM container WHERE id IN (SELECT v.id FROM {v})", args, error) &&
         mns_containers_settle (call, kept, error);
}

/**
 * mns_step_abort:
 *
 * Handler of step.abort. The reason is in the command, which the audit trail keeps.
 */
gboolean
mns_step_abort (MnsCall *call, GError **error)
{
  g_autoptr (MnsRun) run = mns_run_load (call, error);
  g_autoptr (MnsRowSet) controls = NULL;

  if (run == NULL)
    return FALSE;
  if (!mns_run_check (call, run, NULL))
    return TRUE;
  if (!check_unused (call, run, error))
    return FALSE;
  if (mns_call_failed (call))
    return TRUE;
  controls = load_controls (call, run, error);
  return controls != NULL &&
         run_all (call, restoring, G_N_ELEMENTS (restoring), &run->id, controls, error) &&
         run_all (call, giving_back, G_N_ELEMENTS (giving_back), &run->id, controls, error) &&
         run_all (call, deleting, G_N_ELEMENTS (deleting), &run->id, controls, error) &&
         drop_containers (call, run, error) &&
         run_all (call, deleting_last, G_N_ELEMENTS (deleting_last), &run->id, controls, error);
}
