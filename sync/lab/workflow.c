/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Samples come into a workflow and leave it: they wait in its first stage, or in a given one. A
 * sample may be in several workflows.
 */

#include "config.h"

#include "sync/lab/rules.h"
#include "sync/lab/stages.h"

/* What the command names: artifacts, and the root artifacts of samples. Each row: n, artifact. */
static MnsRowSet *
collect (MnsCall *call, const char *sql, GError **error)
{
  JsonArray *samples = mns_call_get_list (call, "samples");
  JsonArray *artifacts = mns_call_get_list (call, "artifacts");
  g_autoptr (MnsRowSet) set = mns_row_set_new ("id id");
  g_autoptr (MnsRowSet) asked = mns_row_set_new ("n int, id id");
  g_autoptr (GHashTable) known = g_hash_table_new_full (mns_id_hash, mns_id_equal, g_free, NULL);
  g_autoptr (GHashTable) found = g_hash_table_new (NULL, NULL);
  g_autoptr (MnsRows) rows = NULL;
  MnsId id;

  for (guint i = 0; artifacts != NULL && i < json_array_get_length (artifacts); i++)
    if (mns_id_parse (&id, json_array_get_string_element (artifacts, i)) &&
        g_hash_table_add (known, mns_id_dup (&id)))
      mns_row_set_add (set, mns_value_id (&id));
  for (guint i = 0; samples != NULL && i < json_array_get_length (samples); i++)
    if (mns_id_parse (&id, json_array_get_string_element (samples, i)))
      mns_row_set_add (asked, mns_value_int (i), mns_value_id (&id));
  if (mns_row_set_get_n_rows (set) + mns_row_set_get_n_rows (asked) == 0)
    mns_call_fault (call, "/samples", "missing", "samples or artifacts must be named");
  if (mns_row_set_get_n_rows (asked) == 0)
    return g_steal_pointer (&set);

  rows = mns_transaction_query (call->tx, sql, MNS_ARGS (MNS_ARG_SET ("v", asked)), error);
  if (rows == NULL)
    return NULL;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      g_hash_table_add (found, GINT_TO_POINTER ((int) mns_rows_get_int (rows, i, 0) + 1));
      if (g_hash_table_add (known, mns_id_dup (mns_rows_get_id (rows, i, 1))))
        mns_row_set_add (set, mns_value_id (mns_rows_get_id (rows, i, 1)));
    }
  for (guint i = 0; i < json_array_get_length (samples); i++)
    if (!g_hash_table_contains (found, GINT_TO_POINTER ((int) i + 1)))
      {
        g_autofree char *at = g_strdup_printf ("/samples/%u", i);

        mns_call_missing (call, at, "sample", NULL);
      }
  return g_steal_pointer (&set);
}

static const MnsStage *
find_stage (MnsCall *call, const MnsStages *stages, const MnsId *workflow)
{
  const MnsStage *stage = NULL;
  MnsId id;

  if (!mns_call_get_id (call, "stage", &id))
    stage = mns_stages_get_first (stages, workflow);
  else
    {
      stage = mns_stages_find (stages, &id);
      if (stage != NULL && (!mns_id_equal (&stage->workflow, workflow) || stage->archived))
        stage = NULL;
    }
  if (stage == NULL)
    mns_call_fault (call, "/stage", "no_such_stage", "the workflow has no such stage");
  return stage;
}

static gboolean
check_active (MnsCall *call, const MnsId *workflow, GError **error)
{
  g_autoptr (MnsRows) rows =
      mns_transaction_query (call->tx,
                             "SELECT name, status FROM workflow WHERE id = $id",
                             MNS_ARGS (MNS_ARG_ID ("id", workflow)),
                             error);

  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) == 0)
    mns_call_missing (call, "/workflow", "workflow", NULL);
  else if (!g_str_equal (mns_rows_get_text (rows, 0, 1), "ACTIVE"))
    mns_call_conflict (call,
                       "rule_changed",
                       NULL,
                       NULL,
                       "workflow %s is not active and takes no samples",
                       mns_rows_get_text (rows, 0, 0));
  return TRUE;
}

/* Columns: 0 id, 1 lims_id, 2 kind, 3 priority. */
static gboolean
add_entries (MnsCall *call,
             MnsRows *rows,
             GHashTable *open, /* artifacts that are in the workflow → stage */
             const MnsStage *stage,
             MnsEntries *entries)
{
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      const MnsId *id = mns_rows_get_id (rows, i, 0);
      const char *kind = mns_rows_get_text (rows, i, 2);
      const MnsStage *there = g_hash_table_lookup (open, id);

      if (!g_str_equal (kind, "ROOT") && !g_str_equal (kind, "DERIVED") &&
          !g_str_equal (kind, "POOL"))
        mns_call_fault (call,
                        "/artifacts",
                        "no_material",
                        "%s has no material and cannot be in a workflow",
                        mns_rows_get_text (rows, i, 1));
      else if (there == NULL)
        mns_entries_add (entries, id, stage, mns_rows_get_int (rows, i, 3), NULL);
      else if (there != stage)
        mns_call_fault (call,
                        "/workflow",
                        "already_assigned",
                        "%s is in the workflow already, in stage %s",
                        mns_rows_get_text (rows, i, 1),
                        there->name);
    }
  return TRUE;
}

/* Which of the artifacts have an open entry in the workflow. */
static GHashTable *
load_open (MnsCall *call,
           MnsRowSet *artifacts,
           const MnsStages *stages,
           const MnsId *workflow,
           GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      call->tx,
      "SELECT e.artifact_id, e.stage_id FROM {v} JOIN stage_entry e ON e.artifact_id = v.id"
      " WHERE e.status IN ('QUEUED', 'IN_PROGRESS')",
      MNS_ARGS (MNS_ARG_SET ("v", artifacts)),
      error);
  GHashTable *open;

  if (rows == NULL)
    return NULL;
  open = g_hash_table_new_full (mns_id_hash, mns_id_equal, g_free, NULL);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      const MnsStage *stage = mns_stages_find (stages, mns_rows_get_id (rows, i, 1));

      if (stage != NULL && mns_id_equal (&stage->workflow, workflow))
        g_hash_table_insert (open, mns_id_dup (mns_rows_get_id (rows, i, 0)), (gpointer) stage);
    }
  return open;
}

static gboolean
assign_to (MnsCall *call,
           MnsRowSet *artifacts,
           const MnsStages *stages,
           const MnsStage *stage,
           GError **error)
{
  g_autoptr (MnsEntries) entries = mns_entries_new ();
  g_autoptr (GHashTable) open = load_open (call, artifacts, stages, &stage->workflow, error);
  g_autoptr (MnsRows) rows = NULL;

  if (open == NULL)
    return FALSE;
  rows = mns_transaction_query (
      call->tx,
      "SELECT a.id, a.lims_id, a.kind, COALESCE ((SELECT min(p.priority) FROM content c"
      " JOIN sample s ON s.id = c.sample_id JOIN project p ON p.id = s.project_id"
      " WHERE c.artifact_id = a.content_id), 2) AS priority"
      " FROM {v} JOIN artifact a ON a.id = v.id ORDER BY a.id",
      MNS_ARGS (MNS_ARG_SET ("v", artifacts)),
      error);
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) < mns_row_set_get_n_rows (artifacts))
    mns_call_missing (call, "/artifacts", "artifact", NULL);
  add_entries (call, rows, open, stage, entries);
  json_object_set_int_member (mns_call_get_result (call), "assigned", mns_entries_get_n (entries));
  return mns_call_failed (call) || mns_entries_insert (call, entries, error);
}

static gboolean
assign (MnsCall *call, GError **error)
{
  g_autoptr (MnsStages) stages = mns_stages_load (call, error);
  g_autoptr (MnsRowSet) artifacts = NULL;
  const MnsStage *stage;
  MnsId workflow;

  mns_call_get_id (call, "workflow", &workflow);
  if (stages == NULL || !check_active (call, &workflow, error))
    return FALSE;
  stage = find_stage (call, stages, &workflow);
  artifacts =
      collect (call, "SELECT v.n, s.artifact_id FROM {v} JOIN sample s ON s.id = v.id", error);
  if (artifacts == NULL)
    return FALSE;
  return mns_call_failed (call) || assign_to (call, artifacts, stages, stage, error);
}

static gboolean
remove_from (MnsCall *call, GError **error)
{
  g_autoptr (MnsStages) stages = mns_stages_load (call, error);
  g_autoptr (MnsRowSet) closings = mns_closings_new ();
  g_autoptr (MnsRowSet) artifacts = NULL;
  g_autoptr (MnsRows) rows = NULL;
  MnsId workflow;

  mns_call_get_id (call, "workflow", &workflow);
  if (stages == NULL)
    return FALSE;
  artifacts = collect (call,
                       "SELECT v.n, a.id FROM {v} JOIN content c ON c.sample_id = v.id"
                       " JOIN artifact a ON a.content_id = c.artifact_id"
                       " WHERE a.kind IN ('ROOT', 'DERIVED') ORDER BY v.n, a.id",
                       error);
  if (artifacts == NULL)
    return FALSE;
  rows = mns_transaction_query (
      call->tx,
      "SELECT e.artifact_id, e.n, e.stage_id, e.status, a.lims_id FROM {v}"
      " JOIN stage_entry e ON e.artifact_id = v.id JOIN artifact a ON a.id = v.id"
      " WHERE e.status IN ('QUEUED', 'IN_PROGRESS') ORDER BY e.artifact_id, e.n",
      MNS_ARGS (MNS_ARG_SET ("v", artifacts)),
      error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      const MnsStage *stage = mns_stages_find (stages, mns_rows_get_id (rows, i, 2));

      if (stage == NULL || !mns_id_equal (&stage->workflow, &workflow))
        continue;
      if (g_str_equal (mns_rows_get_text (rows, i, 3), "QUEUED"))
        mns_closings_add (
            closings, mns_rows_get_id (rows, i, 0), mns_rows_get_int (rows, i, 1), "REMOVED");
      else
        mns_call_fault (call,
                        "/samples",
                        "in_progress",
                        "%s is in work in step %s; finish or abort that first",
                        mns_rows_get_text (rows, i, 4),
                        stage->name);
    }
  json_object_set_int_member (
      mns_call_get_result (call), "removed", mns_row_set_get_n_rows (closings));
  return mns_call_failed (call) || mns_closings_write (call, closings, error);
}

static const MnsArgSpec assign_args[] = {
  { "workflow", MNS_ARG_TYPE_ID, TRUE, .refers = "workflow" },
  { "samples", MNS_ARG_TYPE_IDS, .refers = "sample" },
  { "artifacts", MNS_ARG_TYPE_IDS, .refers = "artifact" },
  { "stage", MNS_ARG_TYPE_ID, .refers = "stage", .help = "default: the first" },
  { NULL },
};

static const MnsArgSpec remove_args[] = {
  { "workflow", MNS_ARG_TYPE_ID, TRUE, .refers = "workflow" },
  { "samples", MNS_ARG_TYPE_IDS, .refers = "sample" },
  { "artifacts", MNS_ARG_TYPE_IDS, .refers = "artifact" },
  { NULL },
};

const MnsCommandSpec mns_workflow_commands[] = {
  { "workflow.assign",
    1,
    "SampleWorkflowAssignment",
    FALSE,
    assign_args,
    assign,
    "Assign samples to a workflow",
    "They wait in its first stage, or in the stage given. Answers how many were assigned." },
  { "workflow.remove",
    1,
    "RemoveSampleFromWorkflow",
    FALSE,
    remove_args,
    remove_from,
    "Remove samples from a workflow",
    "Takes them out of its queues. Answers how many entries were removed." },
  { NULL },
};
