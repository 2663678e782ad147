/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What can be done with samples in a queue without running the step: take them out, move them on,
 * or queue them again (domain/step-run.md sections 2 and 12).
 */

#include "config.h"

#include "sync/lab/rules.h"
#include "sync/lab/stages.h"

typedef struct
{
  MnsCall *call;
  MnsStages *stages;
  MnsId step;
  MnsId queue;
  char *step_name;
  MnsRowSet *artifacts;
  MnsRows *entries; /* 0 artifact, 1 n, 2 stage, 3 status, 4 priority, 5 lims_id of the artifact */
} Queue;

static void
queue_clear (Queue *self)
{
  g_clear_pointer (&self->stages, mns_stages_free);
  g_clear_pointer (&self->artifacts, mns_row_set_free);
  g_clear_pointer (&self->entries, mns_rows_unref);
  g_free (self->step_name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Queue, queue_clear)

/* The named artifacts with all their entries in this queue. */
static gboolean
load (Queue *self, MnsCall *call, GError **error)
{
  JsonArray *list = mns_call_get_list (call, "artifacts");
  g_autoptr (MnsRows) step = NULL;
  MnsId id;

  self->call = call;
  self->artifacts = mns_row_set_new ("id id");
  mns_call_get_id (call, "step", &self->step);
  step = mns_transaction_query (call->tx,
                                "SELECT queue_id, name FROM step WHERE id = $id",
                                MNS_ARGS (MNS_ARG_ID ("id", &self->step)),
                                error);
  if (step == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (step) == 0)
    {
      mns_call_missing (call, "/step", "step", NULL);
      return TRUE;
    }
  self->queue = *mns_rows_get_id (step, 0, 0);
  self->step_name = g_strdup (mns_rows_get_text (step, 0, 1));
  for (guint i = 0; i < json_array_get_length (list); i++)
    if (mns_id_parse (&id, json_array_get_string_element (list, i)))
      mns_row_set_add (self->artifacts, mns_value_id (&id));
  self->stages = mns_stages_load (call, error);
  if (self->stages == NULL)
    return FALSE;
  self->entries = mns_transaction_query (
      call->tx,
      "SELECT e.artifact_id, e.n, e.stage_id, e.status, e.priority, a.lims_id FROM {v}"
      " JOIN stage_entry e ON e.artifact_id = v.id JOIN artifact a ON a.id = v.id"
      " WHERE e.queue_id = $queue ORDER BY e.artifact_id, e.n",
      MNS_ARGS (MNS_ARG_SET ("v", self->artifacts), MNS_ARG_ID ("queue", &self->queue)),
      error);
  return self->entries != NULL;
}

/* Says which of the artifacts have no entry of that status here. */
static void
check_all_have (Queue *self, const char *status)
{
  g_autoptr (GHashTable) have = g_hash_table_new (mns_id_hash, mns_id_equal);
  JsonArray *list = mns_call_get_list (self->call, "artifacts");
  JsonArray *there = json_array_new ();
  JsonNode *node;
  guint n = 0;

  for (guint i = 0; i < mns_rows_get_n_rows (self->entries); i++)
    if (g_str_equal (mns_rows_get_text (self->entries, i, 3), status))
      g_hash_table_add (have, (gpointer) mns_rows_get_id (self->entries, i, 0));
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      MnsId id;

      if (mns_id_parse (&id, json_array_get_string_element (list, i)) &&
          !g_hash_table_contains (have, &id))
        {
          json_array_add_string_element (there, json_array_get_string_element (list, i));
          n++;
        }
    }
  if (n == 0)
    {
      json_array_unref (there);
      return;
    }
  if (mns_transaction_is_partial (self->call->tx) && mns_rows_get_n_rows (self->entries) == 0)
    {
      json_array_unref (there);
      mns_call_missing (self->call, "/artifacts", "artifact", NULL);
      return;
    }
  node = json_node_new (JSON_NODE_ARRAY);
  json_node_take_array (node, there);
  if (g_str_equal (status, "QUEUED"))
    mns_call_conflict (self->call,
                       "moved_on",
                       NULL,
                       node,
                       "%u of the samples do not wait for step %s",
                       n,
                       self->step_name);
  else
    mns_call_conflict (self->call,
                       "moved_on",
                       NULL,
                       node,
                       "%u of the samples have not completed step %s",
                       n,
                       self->step_name);
}

static gboolean
remove_from_queue (MnsCall *call, GError **error)
{
  g_auto (Queue) queue = { 0 };
  g_autoptr (MnsRowSet) closings = mns_closings_new ();

  if (!load (&queue, call, error))
    return FALSE;
  if (!mns_call_failed (call))
    check_all_have (&queue, "QUEUED");
  if (mns_call_failed (call))
    return TRUE;
  for (guint i = 0; i < mns_rows_get_n_rows (queue.entries); i++)
    if (g_str_equal (mns_rows_get_text (queue.entries, i, 3), "QUEUED"))
      mns_closings_add (closings,
                        mns_rows_get_id (queue.entries, i, 0),
                        mns_rows_get_int (queue.entries, i, 1),
                        "REMOVED");
  return mns_closings_write (call, closings, error);
}

static gboolean
move_on (MnsCall *call, GError **error)
{
  g_auto (Queue) queue = { 0 };
  g_autoptr (MnsRowSet) closings = mns_closings_new ();
  g_autoptr (MnsEntries) entries = mns_entries_new ();

  if (!load (&queue, call, error))
    return FALSE;
  if (!mns_call_failed (call))
    check_all_have (&queue, "QUEUED");
  if (mns_call_failed (call))
    return TRUE;
  for (guint i = 0; i < mns_rows_get_n_rows (queue.entries); i++)
    {
      const MnsId *artifact = mns_rows_get_id (queue.entries, i, 0);
      const MnsStage *stage = mns_stages_find (queue.stages, mns_rows_get_id (queue.entries, i, 2));
      const MnsStage *next;

      if (!g_str_equal (mns_rows_get_text (queue.entries, i, 3), "QUEUED"))
        continue;
      mns_closings_add (closings, artifact, mns_rows_get_int (queue.entries, i, 1), "SKIPPED");
      next = stage != NULL ? mns_stages_get_next (queue.stages, stage) : NULL;
      if (next != NULL)
        mns_entries_add (
            entries, artifact, next, mns_rows_get_int (queue.entries, i, 4), &queue.step);
    }
  return mns_closings_write (call, closings, error) && mns_entries_insert (call, entries, error);
}

static gboolean
requeue (MnsCall *call, GError **error)
{
  g_auto (Queue) queue = { 0 };
  g_autoptr (MnsEntries) entries = mns_entries_new ();

  if (!load (&queue, call, error))
    return FALSE;
  if (!mns_call_failed (call))
    check_all_have (&queue, "COMPLETE");
  for (guint i = 0; !mns_call_failed (call) && i < mns_rows_get_n_rows (queue.entries); i++)
    {
      const char *status = mns_rows_get_text (queue.entries, i, 3);
      const MnsStage *stage = mns_stages_find (queue.stages, mns_rows_get_id (queue.entries, i, 2));

      if (g_str_equal (status, "QUEUED") || g_str_equal (status, "IN_PROGRESS"))
        mns_call_fault (call,
                        "/artifacts",
                        "already_queued",
                        "%s is in step %s already",
                        mns_rows_get_text (queue.entries, i, 5),
                        queue.step_name);
      else if (g_str_equal (status, "COMPLETE") && stage != NULL && !stage->archived)
        mns_entries_add (entries,
                         mns_rows_get_id (queue.entries, i, 0),
                         stage,
                         mns_rows_get_int (queue.entries, i, 4),
                         NULL);
    }
  return mns_call_failed (call) || mns_entries_insert (call, entries, error);
}

static const MnsArgSpec queue_args[] = {
  { "step", MNS_ARG_TYPE_ID, TRUE, .refers = "step", .help = "step configuration" },
  { "artifacts", MNS_ARG_TYPE_IDS, TRUE, .refers = "artifact" },
  { NULL },
};

const MnsCommandSpec mns_queue_commands[] = {
  { "queue.remove",
    1,
    "RemoveSampleFromWorkflow",
    FALSE,
    queue_args,
    remove_from_queue,
    "Remove samples from a queue",
    "They leave the queue and with it the workflow." },
  { "queue.move_on",
    1,
    "MoveToNextStep",
    FALSE,
    queue_args,
    move_on,
    "Move queued samples to the next step",
    "The step counts as skipped." },
  { "queue.requeue",
    1,
    "ReQueueSample",
    FALSE,
    queue_args,
    requeue,
    "Queue samples again",
    "For a step that they have completed." },
  { NULL },
};
