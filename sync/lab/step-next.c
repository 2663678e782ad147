/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Next steps: what is to happen to each artifact of a run (domain/step-run.md section 6). */

#include "config.h"

#include "sync/lab/runs.h"
#include "sync/lab/step-actions.h"
#include "sync/lab/step-next.h"

/**
 * mns_runs_of_artifacts:
 * @ids: a column id
 *
 * The runs that artifacts or their ancestors went into, as rows seed, input, run, step, queue.
 */
MnsRows *
mns_runs_of_artifacts (MnsCall *call, MnsRowSet *ids, GError **error)
{
  return mns_transaction_query (
      call->tx,
      "WITH RECURSIVE up (seed, id) AS (SELECT v.id, v.id FROM {v} UNION"
      " SELECT u.seed, m.input_id FROM up u JOIN io_map m ON m.output_id = u.id)"
      " SELECT u.seed, i.artifact_id, i.run_id, r.step_id, s.queue_id FROM up u"
      " JOIN step_input i ON i.artifact_id = u.id JOIN step_run r ON r.id = i.run_id"
      " JOIN step s ON s.id = r.step_id",
      MNS_ARGS (MNS_ARG_SET ("v", ids)),
      error);
}

typedef struct
{
  MnsCall *call;
  MnsRun *run;
  MnsRows *moving;      /* 0 artifact, 1 lims_id */
  GHashTable *lims_ids; /* artifact → LIMS id */
  GHashTable *next;     /* permitted next steps */
  MnsRows *transitions;
  gboolean is_qc;
} Assign;

static void
assign_clear (Assign *self)
{
  g_clear_pointer (&self->run, mns_run_free);
  g_clear_pointer (&self->moving, mns_rows_unref);
  g_clear_pointer (&self->transitions, mns_rows_unref);
  g_clear_pointer (&self->lims_ids, g_hash_table_unref);
  g_clear_pointer (&self->next, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Assign, assign_clear)

static gboolean
load (Assign *self, GError **error)
{
  g_autoptr (MnsRows) protocol = NULL;

  self->moving = mns_transaction_query (
      self->call->tx,
      self->run->type->moves_outputs
          ? "SELECT a.id, a.lims_id FROM artifact a WHERE a.run_id = $run"
            " AND a.kind IN ('DERIVED', 'POOL')"
          : "SELECT a.id, a.lims_id FROM step_input i JOIN artifact a ON a.id = i.artifact_id"
            " WHERE i.run_id = $run",
      MNS_ARGS (MNS_ARG_ID ("run", &self->run->id)),
      error);
  if (self->moving == NULL)
    return FALSE;
  self->transitions = mns_step_load_next (self->call->tx, &self->run->step, error);
  if (self->transitions == NULL)
    return FALSE;
  protocol = mns_transaction_query (self->call->tx,
                                    "SELECT is_qc FROM protocol WHERE id = $id",
                                    MNS_ARGS (MNS_ARG_ID ("id", &self->run->protocol)),
                                    error);
  if (protocol == NULL)
    return FALSE;
  self->is_qc = mns_rows_get_n_rows (protocol) > 0 && mns_rows_get_int (protocol, 0, 0) != 0;
  self->lims_ids = g_hash_table_new (mns_id_hash, mns_id_equal);
  self->next = g_hash_table_new (mns_id_hash, mns_id_equal);
  for (guint i = 0; i < mns_rows_get_n_rows (self->moving); i++)
    g_hash_table_insert (self->lims_ids,
                         (gpointer) mns_rows_get_id (self->moving, i, 0),
                         (gpointer) mns_rows_get_text (self->moving, i, 1));
  for (guint i = 0; i < mns_rows_get_n_rows (self->transitions); i++)
    g_hash_table_add (self->next, (gpointer) mns_rows_get_id (self->transitions, i, 0));
  return TRUE;
}

static void
check_step (Assign *self, JsonObject *item, guint i, gboolean needed, const char *shown)
{
  g_autofree char *at = g_strdup_printf ("/actions/%u/step", i);
  MnsId step;

  if (!mns_object_get_id (item, "step", &step))
    {
      if (needed)
        mns_call_fault (self->call, at, "missing", "the next step of %s is missing", shown);
    }
  else if (!needed)
    mns_call_fault (self->call,
                    at,
                    "not_needed",
                    "action %s of %s takes no step",
                    mns_object_get_text (item, "action"),
                    shown);
  else if (!g_hash_table_contains (self->next, &step))
    mns_call_fault (self->call,
                    at,
                    "not_permitted",
                    "the step chosen for %s does not follow step %s",
                    shown,
                    self->run->step_name);
}

static gboolean
check_action (Assign *self, JsonObject *item, guint i, GError **error)
{
  const char *action = mns_object_get_text (item, "action");
  g_autofree char *at = g_strdup_printf ("/actions/%u", i);
  const char *shown;
  const MnsStepAction *needs = mns_step_action_find (action);
  gboolean may = FALSE;
  gboolean has_run;
  MnsId artifact, run;

  mns_object_get_id (item, "artifact", &artifact);
  shown = g_hash_table_lookup (self->lims_ids, &artifact);
  if (shown == NULL)
    {
      mns_call_fault (self->call,
                      at,
                      "not_in_run",
                      "the artifact is none that goes on from step run %s",
                      self->run->lims_id);
      return TRUE;
    }
  if (needs == NULL)
    {
      mns_call_fault (self->call,
                      at,
                      "not_offered",
                      "%s: a manager's review cannot be requested with this version",
                      shown);
      return TRUE;
    }
  check_step (self, item, i, needs->needs_step, shown);
  has_run = mns_object_get_id (item, "run", &run);
  if (needs->needs_run && !has_run)
    mns_call_fault (self->call, at, "missing", "%s: the earlier run is missing", shown);
  else if (!needs->needs_run && has_run)
    mns_call_fault (self->call, at, "not_needed", "%s: an earlier run is for rework only", shown);
  if (needs->only_qc && !self->is_qc)
    mns_call_fault (self->call, at, "only_qc", "%s: only QC protocols keep samples", shown);
  if (needs->right == NULL)
    return TRUE;
  if (!mns_call_may (self->call, needs->right, &may, error))
    return FALSE;
  if (!may)
    mns_call_deny (self->call, needs->right);
  return TRUE;
}

/* Rework goes to a run that the sample went through. */
static gboolean
check_rework (Assign *self, JsonArray *list, GError **error)
{
  g_autoptr (MnsRowSet) ids = mns_row_set_new ("id id");
  g_autoptr (MnsRows) rows = NULL;

  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonObject *item = json_array_get_object_element (list, i);
      MnsId id;

      if (g_str_equal (mns_object_get_text (item, "action"), "REWORK") &&
          mns_object_get_id (item, "artifact", &id))
        mns_row_set_add (ids, mns_value_id (&id));
    }
  if (mns_row_set_get_n_rows (ids) == 0)
    return TRUE;
  rows = mns_runs_of_artifacts (self->call, ids, error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonObject *item = json_array_get_object_element (list, i);
      g_autofree char *at = g_strdup_printf ("/actions/%u/run", i);
      MnsId id, run;
      gboolean found = FALSE;

      if (!mns_object_get_id (item, "artifact", &id) || !mns_object_get_id (item, "run", &run) ||
          !g_str_equal (mns_object_get_text (item, "action"), "REWORK"))
        continue;
      for (guint k = 0; !found && k < mns_rows_get_n_rows (rows); k++)
        found = mns_id_equal (mns_rows_get_id (rows, k, 0), &id) &&
                mns_id_equal (mns_rows_get_id (rows, k, 2), &run);
      if (!found)
        mns_call_fault (self->call,
                        at,
                        "not_its_run",
                        "%s did not go through that run",
                        (const char *) g_hash_table_lookup (self->lims_ids, &id));
    }
  return TRUE;
}

static gboolean
write_actions (Assign *self, JsonArray *list, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_row_set_new ("artifact id, action text, step id, rework id");
  g_autoptr (GHashTable) known = g_hash_table_new_full (mns_id_hash, mns_id_equal, g_free, NULL);

  /* the last word about an artifact counts: a row may be written only once a statement */
  for (guint i = json_array_get_length (list); i-- > 0;)
    {
      JsonObject *item = json_array_get_object_element (list, i);
      MnsId artifact, step, run;
      gboolean has_step = mns_object_get_id (item, "step", &step);
      gboolean has_run = mns_object_get_id (item, "run", &run);

      mns_object_get_id (item, "artifact", &artifact);
      if (g_hash_table_add (known, mns_id_dup (&artifact)))
        mns_row_set_add (set,
                         mns_value_id (&artifact),
                         mns_value_text (mns_object_get_text (item, "action")),
                         mns_value_id (has_step ? &step : NULL),
                         mns_value_id (has_run ? &run : NULL));
    }
  return mns_transaction_run (
             self->call->tx,
             "INSERT INTO next_action (run_id, artifact_id, action, step_id, rework_run_id,"
             " escalated) SELECT $run, v.artifact, v.action, v.step, v.rework, 0 FROM {v}"
             " WHERE true ON CONFLICT (run_id, artifact_id) DO UPDATE SET"
             " action = excluded.action, step_id = excluded.step_id,"
             " rework_run_id = excluded.rework_run_id",
             MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_ID ("run", &self->run->id)),
             error) &&
         mns_run_touch (self->call, self->run, error);
}

gboolean
mns_step_assign (MnsCall *call, GError **error)
{
  g_auto (Assign) self = { .call = call };
  JsonArray *list = mns_call_get_list (call, "actions");

  self.run = mns_run_load (call, error);
  if (self.run == NULL)
    return FALSE;
  if (!mns_run_check (call, self.run, "ASSIGN_NEXT_STEPS"))
    return TRUE;
  if (self.run->next_steps_locked)
    {
      mns_call_fault (call,
                      "/run",
                      "locked",
                      "an automation has set the next steps of step run %s",
                      self.run->lims_id);
      return TRUE;
    }
  if (!load (&self, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (list); i++)
    if (!check_action (&self, json_array_get_object_element (list, i), i, error))
      return FALSE;
  if (!check_rework (&self, list, error))
    return FALSE;
  return mns_call_failed (call) || write_actions (&self, list, error);
}
