/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The end of a run: each artifact goes where its action says, in every workflow that it is in. Two
 * keyed reads are joined here in C (data-model.md section 6); the writes are a fixed number.
 */

#include "config.h"

#include "sync/lab/artifacts.h"
#include "sync/lab/runs.h"
#include "sync/lab/stages.h"
#include "sync/lab/step-next.h"

/* How an entry is closed; of several words the greater one counts. */
typedef enum
{
  CLOSE_NONE,
  CLOSE_REMOVED,
  CLOSE_REWORKED,
  CLOSE_COMPLETE,
} Closing;

static const char *const closing_words[] = {
  /* an input from which nothing went on has passed the step */
  [CLOSE_NONE] = "COMPLETE",
  [CLOSE_REMOVED] = "REMOVED",
  [CLOSE_REWORKED] = "REWORKED",
  [CLOSE_COMPLETE] = "COMPLETE",
};

/* An entry of the queue that this run holds. */
typedef struct
{
  MnsId artifact;
  gint64 n;
  const MnsStage *stage;
  gint64 priority;
  Closing closing;
} Entry;

typedef struct
{
  MnsCall *call;
  MnsRun *run;
  MnsStages *stages;
  GPtrArray *entries;   /* Entry */
  GHashTable *by_input; /* artifact → GPtrArray of Entry (borrowed) */
  GHashTable *single;   /* controls that go no further */
  MnsRows *actions;     /* 0 artifact, 1 action, 2 step, 3 run, 4 input, 5 lims_id */
  MnsRows *runs;        /* of reworked artifacts, see mns_runs_of_artifacts(); or NULL */
  MnsEntries *queued;
} Finish;

static void
finish_clear (Finish *self)
{
  g_clear_pointer (&self->run, mns_run_free);
  g_clear_pointer (&self->stages, mns_stages_free);
  g_clear_pointer (&self->by_input, g_hash_table_unref);
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_pointer (&self->single, g_hash_table_unref);
  g_clear_pointer (&self->actions, mns_rows_unref);
  g_clear_pointer (&self->runs, mns_rows_unref);
  g_clear_pointer (&self->queued, mns_entries_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Finish, finish_clear)

static gboolean
load_entries (Finish *self, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      self->call->tx,
      "SELECT artifact_id, n, stage_id, priority FROM stage_entry WHERE run_id = $run"
      " AND status = 'IN_PROGRESS' ORDER BY artifact_id, n",
      MNS_ARGS (MNS_ARG_ID ("run", &self->run->id)),
      error);

  if (rows == NULL)
    return FALSE;
  self->entries = g_ptr_array_new_with_free_func (g_free);
  self->by_input =
      g_hash_table_new_full (mns_id_hash, mns_id_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      Entry *entry = g_new0 (Entry, 1);
      GPtrArray *list;

      entry->artifact = *mns_rows_get_id (rows, i, 0);
      entry->n = mns_rows_get_int (rows, i, 1);
      entry->stage = mns_stages_find (self->stages, mns_rows_get_id (rows, i, 2));
      entry->priority = mns_rows_get_int (rows, i, 3);
      g_ptr_array_add (self->entries, entry);
      list = g_hash_table_lookup (self->by_input, &entry->artifact);
      if (list == NULL)
        {
          list = g_ptr_array_new ();
          g_hash_table_insert (self->by_input, &entry->artifact, list);
        }
      g_ptr_array_add (list, entry);
    }
  return TRUE;
}

static gboolean
load_actions (Finish *self, GError **error)
{
  self->actions = mns_transaction_query (
      self->call->tx,
      self->run->type->moves_outputs
          ? "SELECT n.artifact_id, n.action, n.step_id, n.rework_run_id, m.input_id, a.lims_id"
            " FROM next_action n JOIN io_map m ON m.run_id = n.run_id"
            " AND m.output_id = n.artifact_id JOIN artifact a ON a.id = n.artifact_id"
            " WHERE n.run_id = $run ORDER BY a.output_no, m.input_id"
          : "SELECT n.artifact_id, n.action, n.step_id, n.rework_run_id, n.artifact_id AS input,"
            " a.lims_id FROM next_action n JOIN artifact a ON a.id = n.artifact_id"
            " WHERE n.run_id = $run ORDER BY n.artifact_id",
      MNS_ARGS (MNS_ARG_ID ("run", &self->run->id)),
      error);
  for (guint i = 0; self->actions != NULL && i < mns_rows_get_n_rows (self->actions); i++)
    if (mns_rows_is_null (self->actions, i, 1))
      mns_call_fault (self->call,
                      "/run",
                      "no_action",
                      "the next step of %s is not assigned",
                      mns_rows_get_text (self->actions, i, 5));
  return self->actions != NULL;
}

/* Controls have no entry of their own: they go along with the samples of the run, except those that
 * serve one step only.
 */
static gboolean
load_controls (Finish *self, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_row_set_new ("id id");
  g_autoptr (GHashTable) known = g_hash_table_new (mns_id_hash, mns_id_equal);
  g_autoptr (MnsRows) rows = NULL;

  self->single = g_hash_table_new_full (mns_id_hash, mns_id_equal, g_free, NULL);
  for (guint i = 0; i < mns_rows_get_n_rows (self->actions); i++)
    {
      const MnsId *input = mns_rows_get_id (self->actions, i, 4);

      if (!g_hash_table_contains (self->by_input, input) &&
          g_hash_table_add (known, (gpointer) input))
        mns_row_set_add (set, mns_value_id (input));
    }
  if (mns_row_set_get_n_rows (set) == 0)
    return TRUE;
  rows = mns_transaction_query (
      self->call->tx,
      "SELECT s.artifact_id FROM {v} JOIN sample s ON s.artifact_id = v.id"
      " JOIN control_type c ON c.id = s.control_type_id WHERE c.single_step = 1",
      MNS_ARGS (MNS_ARG_SET ("v", set)),
      error);
  for (guint i = 0; rows != NULL && i < mns_rows_get_n_rows (rows); i++)
    g_hash_table_add (self->single, mns_id_dup (mns_rows_get_id (rows, i, 0)));
  return rows != NULL;
}

static gboolean
load_rework (Finish *self, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_row_set_new ("id id");
  g_autoptr (GHashTable) known = g_hash_table_new (mns_id_hash, mns_id_equal);

  for (guint i = 0; i < mns_rows_get_n_rows (self->actions); i++)
    if (g_strcmp0 (mns_rows_get_text (self->actions, i, 1), "REWORK") == 0 &&
        g_hash_table_add (known, (gpointer) mns_rows_get_id (self->actions, i, 0)))
      mns_row_set_add (set, mns_value_id (mns_rows_get_id (self->actions, i, 0)));
  if (mns_row_set_get_n_rows (set) == 0)
    return TRUE;
  self->runs = mns_runs_of_artifacts (self->call, set, error);
  return self->runs != NULL;
}

static void
close_as (Entry *entry, Closing closing)
{
  entry->closing = MAX (entry->closing, closing);
}

/* One action applied in one workflow: @entry says in which stage of which. */
typedef void (*ActFunc) (Finish *self, guint row, Entry *entry);

static void
go_next (Finish *self, guint row, Entry *entry)
{
  const MnsId *step = mns_rows_get_id (self->actions, row, 2);
  const MnsStage *target =
      mns_stages_find_step (self->stages, &entry->stage->workflow, step, &self->run->queue);

  close_as (entry, CLOSE_COMPLETE);
  if (target != NULL)
    mns_entries_add (self->queued,
                     mns_rows_get_id (self->actions, row, 0),
                     target,
                     entry->priority,
                     &self->run->step);
  else
    mns_call_conflict (self->call,
                       "rule_changed",
                       NULL,
                       NULL,
                       "the step chosen for %s is not in its workflow any more",
                       mns_rows_get_text (self->actions, row, 5));
}

static void
complete_protocol (Finish *self, guint row, Entry *entry)
{
  const MnsStage *target = mns_stages_get_next_protocol (self->stages, entry->stage);

  close_as (entry, CLOSE_COMPLETE);
  if (target != NULL)
    mns_entries_add (self->queued,
                     mns_rows_get_id (self->actions, row, 0),
                     target,
                     entry->priority,
                     &self->run->step);
}

/* Repeating is done with what went in. */
static void
repeat (Finish *self, guint row, Entry *entry)
{
  close_as (entry, CLOSE_COMPLETE);
  if (mns_id_equal (&entry->artifact, mns_rows_get_id (self->actions, row, 4)))
    mns_entries_add (
        self->queued, &entry->artifact, entry->stage, entry->priority, &self->run->step);
}

static void
go_next_and_repeat (Finish *self, guint row, Entry *entry)
{
  go_next (self, row, entry);
  repeat (self, row, entry);
}

static void
remove_from_workflow (Finish *self, guint row, Entry *entry)
{
  close_as (entry, CLOSE_REMOVED);
}

static void
store_for_later (Finish *self, guint row, Entry *entry)
{
  close_as (entry, CLOSE_COMPLETE);
}

/* What went into the earlier run waits there again. */
static void
rework (Finish *self, guint row, Entry *entry)
{
  const MnsId *artifact = mns_rows_get_id (self->actions, row, 0);
  const MnsId *run = mns_rows_get_id (self->actions, row, 3);

  close_as (entry, CLOSE_REWORKED);
  for (guint i = 0; i < mns_rows_get_n_rows (self->runs); i++)
    {
      const MnsStage *target;

      if (!mns_id_equal (mns_rows_get_id (self->runs, i, 0), artifact) ||
          !mns_id_equal (mns_rows_get_id (self->runs, i, 2), run))
        continue;
      target = mns_stages_find_step (self->stages,
                                     &entry->stage->workflow,
                                     mns_rows_get_id (self->runs, i, 3),
                                     mns_rows_get_id (self->runs, i, 4));
      if (target != NULL)
        mns_entries_add (self->queued,
                         mns_rows_get_id (self->runs, i, 1),
                         target,
                         entry->priority,
                         &self->run->step);
      else
        mns_call_conflict (self->call,
                           "rule_changed",
                           NULL,
                           NULL,
                           "the step that %s goes back to is not in its workflow any more",
                           mns_rows_get_text (self->actions, row, 5));
    }
}

static const struct
{
  const char *action;
  ActFunc act;
} acts[] = {
  { "NEXTSTEP", go_next },
  { "COMPLETE", complete_protocol },
  { "REPEAT", repeat },
  { "LEAVE", repeat },
  { "COMPLETEREPEAT", go_next_and_repeat },
  { "REMOVE", remove_from_workflow },
  { "STORE", store_for_later },
  { "REWORK", rework },
};

static void
act (Finish *self, guint row)
{
  const MnsId *input = mns_rows_get_id (self->actions, row, 4);
  GPtrArray *list = g_hash_table_lookup (self->by_input, input);
  const char *action = mns_rows_get_text (self->actions, row, 1);
  guint k = 0;

  if (g_hash_table_contains (self->single, input))
    return;
  if (list == NULL)
    list = self->entries; /* a control */
  while (k < G_N_ELEMENTS (acts) && !g_str_equal (acts[k].action, action))
    k++;
  if (k == G_N_ELEMENTS (acts))
    {
      mns_call_fault (self->call,
                      "/run",
                      "not_offered",
                      "%s: action %s cannot be carried out with this version",
                      mns_rows_get_text (self->actions, row, 5),
                      action);
      return;
    }
  for (guint i = 0; i < list->len; i++)
    acts[k].act (self, row, g_ptr_array_index (list, i));
}

static gboolean
close_entries (Finish *self, GError **error)
{
  g_autoptr (MnsRowSet) closings = mns_closings_new ();

  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (self->entries, i);

      mns_closings_add (closings, &entry->artifact, entry->n, closing_words[entry->closing]);
    }
  return mns_closings_write (self->call, closings, error);
}

/* The input gets the flag of its measurements: failed if one failed, passed if all passed. */
static const char *
join_flags (const char *a, const char *b)
{
  if (a == NULL || g_str_equal (a, b))
    return b;
  if (g_str_equal (a, "FAILED") || g_str_equal (b, "FAILED"))
    return "FAILED";
  if (g_str_equal (a, "CONTINUE") || g_str_equal (b, "CONTINUE"))
    return "CONTINUE";
  return "UNKNOWN";
}

static gboolean
copy_flags (Finish *self, GError **error)
{
  g_autoptr (GHashTable) flags = g_hash_table_new (mns_id_hash, mns_id_equal);
  g_autoptr (MnsRowSet) ids = mns_row_set_new ("id id");
  g_autoptr (GHashTable) artifacts = NULL;
  g_autoptr (MnsRows) rows = NULL;
  GHashTableIter iter;
  MnsArtifact *artifact;

  if (!self->run->type->copies_flag)
    return TRUE;
  rows = mns_transaction_query (
      self->call->tx,
      "SELECT m.input_id, a.qc_flag FROM io_map m JOIN artifact a ON a.id = m.output_id"
      " WHERE m.run_id = $run ORDER BY m.input_id, m.output_id",
      MNS_ARGS (MNS_ARG_ID ("run", &self->run->id)),
      error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      gpointer id = (gpointer) mns_rows_get_id (rows, i, 0);
      const char *flag = g_hash_table_lookup (flags, id);

      if (flag == NULL)
        mns_row_set_add (ids, mns_value_id (id));
      g_hash_table_insert (flags, id, (gpointer) join_flags (flag, mns_rows_get_text (rows, i, 1)));
    }
  artifacts = mns_artifacts_load (self->call, ids, error);
  if (artifacts == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, artifacts);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &artifact))
    {
      const char *flag = g_hash_table_lookup (flags, &artifact->id);

      if (g_str_equal (flag, "UNKNOWN") || g_str_equal (flag, artifact->qc_flag))
        continue;
      g_free (artifact->qc_flag);
      artifact->qc_flag = g_strdup (flag);
      artifact->changed = TRUE;
    }
  return mns_artifacts_write (self->call, artifacts, error);
}

static gboolean
complete_run (Finish *self, GError **error)
{
  const MnsArg args[] = {
    MNS_ARG_ID ("run", &self->run->id),
    MNS_ARG_INT ("now", self->call->now),
    MNS_ARG_INT ("completed", self->call->command->performed_at),
    { NULL },
  };

  return mns_transaction_run (self->call->tx,
                              "UPDATE step_input SET state_after = a.state FROM artifact a"
                              " WHERE step_input.run_id = $run AND a.id = step_input.artifact_id",
                              args,
                              error) &&
         mns_transaction_run (
             self->call->tx,
             "UPDATE step_run SET state = 'COMPLETED', completed_at = $completed,"
             " changed_at = $now, lease_client_id = NULL, lease_until = NULL WHERE id = $run",
             args,
             error);
}

/**
 * mns_step_finish:
 *
 * Handler of step.finish.
 */
gboolean
mns_step_finish (MnsCall *call, GError **error)
{
  g_auto (Finish) self = { .call = call };

  self.run = mns_run_load (call, error);
  if (self.run == NULL)
    return FALSE;
  if (!mns_run_check (call, self.run, "ASSIGN_NEXT_STEPS"))
    return TRUE;
  self.stages = mns_stages_load (call, error);
  self.queued = mns_entries_new ();
  if (self.stages == NULL || !load_entries (&self, error) || !load_actions (&self, error))
    return FALSE;
  if (mns_call_failed (call))
    return TRUE;
  if (!load_controls (&self, error) || !load_rework (&self, error))
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (self.actions); i++)
    act (&self, i);
  if (mns_call_failed (call))
    return TRUE;
  json_object_set_int_member (
      mns_call_get_result (call), "queued", mns_entries_get_n (self.queued));
  return close_entries (&self, error) && mns_entries_insert (call, self.queued, error) &&
         copy_flags (&self, error) && complete_run (&self, error);
}
