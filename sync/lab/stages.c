/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Stages, and the entries of queues: data-model.md 3.4. */

#include "config.h"

#include "sync/lab/stages.h"

struct _MnsStages
{
  GPtrArray *all;    /* MnsStage, by workflow and position */
  GHashTable *by_id; /* MnsId * → index + 1 */
};

struct _MnsEntries
{
  MnsRowSet *set;
  GHashTable *n_of;  /* artifact → how many so far */
  GHashTable *known; /* artifact and stage, 32 bytes */
};

static void
free_stage (gpointer data)
{
  MnsStage *self = data;

  g_free (self->name);
  g_free (self);
}

MnsStages *
mns_stages_load (MnsCall *call, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      call->tx,
      "SELECT id, workflow_id, position, protocol_id, step_id, queue_id, name, archived FROM stage"
      " ORDER BY workflow_id, position, id",
      NULL,
      error);
  MnsStages *self;

  if (rows == NULL)
    return NULL;
  self = g_new0 (MnsStages, 1);
  self->all = g_ptr_array_new_with_free_func (free_stage);
  self->by_id = g_hash_table_new (mns_id_hash, mns_id_equal);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      MnsStage *stage = g_new0 (MnsStage, 1);

      stage->id = *mns_rows_get_id (rows, i, 0);
      stage->workflow = *mns_rows_get_id (rows, i, 1);
      stage->position = mns_rows_get_int (rows, i, 2);
      stage->protocol = *mns_rows_get_id (rows, i, 3);
      stage->has_step = !mns_rows_is_null (rows, i, 4);
      if (stage->has_step)
        stage->step = *mns_rows_get_id (rows, i, 4);
      stage->queue = *mns_rows_get_id (rows, i, 5);
      stage->name = g_strdup (mns_rows_get_text (rows, i, 6));
      stage->archived = mns_rows_get_int (rows, i, 7) != 0;
      g_ptr_array_add (self->all, stage);
      g_hash_table_insert (self->by_id, &stage->id, GUINT_TO_POINTER (i + 1));
    }
  return self;
}

void
mns_stages_free (MnsStages *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->all);
  g_free (self);
}

const MnsStage *
mns_stages_find (const MnsStages *self, const MnsId *id)
{
  guint at = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_id, id));

  return at > 0 ? g_ptr_array_index (self->all, at - 1) : NULL;
}

/* The first current stage of the workflow behind index @from that @protocol does not exclude. */
static const MnsStage *
find_from (const MnsStages *self, guint from, const MnsId *workflow, const MnsId *not_protocol)
{
  for (guint i = from; i < self->all->len; i++)
    {
      const MnsStage *stage = g_ptr_array_index (self->all, i);

      if (mns_id_equal (&stage->workflow, workflow) && !stage->archived &&
          (not_protocol == NULL || !mns_id_equal (&stage->protocol, not_protocol)))
        return stage;
    }
  return NULL;
}

const MnsStage *
mns_stages_get_first (const MnsStages *self, const MnsId *workflow)
{
  return find_from (self, 0, workflow, NULL);
}

/**
 * mns_stages_get_next:
 *
 * Returns: (nullable): the stage behind it in its workflow
 */
const MnsStage *
mns_stages_get_next (const MnsStages *self, const MnsStage *stage)
{
  guint at = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_id, &stage->id));

  return find_from (self, at, &stage->workflow, NULL);
}

/**
 * mns_stages_get_next_protocol:
 *
 * Returns: (nullable): the first stage of the protocol that follows in its workflow
 */
const MnsStage *
mns_stages_get_next_protocol (const MnsStages *self, const MnsStage *stage)
{
  guint at = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_id, &stage->id));

  return find_from (self, at, &stage->workflow, &stage->protocol);
}

/**
 * mns_stages_find_step:
 * @queue: queue of the step: in a QC protocol the stage is known by it
 *
 * Returns: (nullable): the current stage of a step in a workflow
 */
const MnsStage *
mns_stages_find_step (const MnsStages *self,
                      const MnsId *workflow,
                      const MnsId *step,
                      const MnsId *queue)
{
  for (guint i = 0; i < self->all->len; i++)
    {
      const MnsStage *stage = g_ptr_array_index (self->all, i);

      if (!stage->archived && mns_id_equal (&stage->workflow, workflow) &&
          (stage->has_step ? mns_id_equal (&stage->step, step)
                           : mns_id_equal (&stage->queue, queue)))
        return stage;
    }
  return NULL;
}

static guint
hash_pair (gconstpointer key)
{
  const MnsId *pair = key;

  return mns_id_hash (&pair[0]) * 31 + mns_id_hash (&pair[1]);
}

static gboolean
pairs_equal (gconstpointer a, gconstpointer b)
{
  const MnsId *left = a;
  const MnsId *right = b;

  return mns_id_equal (&left[0], &right[0]) && mns_id_equal (&left[1], &right[1]);
}

MnsEntries *
mns_entries_new (void)
{
  MnsEntries *self = g_new0 (MnsEntries, 1);

  self->set =
      mns_row_set_new ("artifact id, k int, stage id, queue id, priority int, from_step id");
  self->n_of = g_hash_table_new_full (mns_id_hash, mns_id_equal, g_free, NULL);
  self->known = g_hash_table_new_full (hash_pair, pairs_equal, g_free, NULL);
  return self;
}

void
mns_entries_free (MnsEntries *self)
{
  if (self == NULL)
    return;
  mns_row_set_free (self->set);
  g_hash_table_unref (self->n_of);
  g_hash_table_unref (self->known);
  g_free (self);
}

/**
 * mns_entries_add:
 * @from_step: (nullable): the step it comes from
 *
 * Queues an artifact in a stage; once, however often it is said.
 */
void
mns_entries_add (MnsEntries *self,
                 const MnsId *artifact,
                 const MnsStage *stage,
                 gint64 priority,
                 const MnsId *from_step)
{
  MnsId pair[2] = { *artifact, stage->id };
  guint k;

  if (g_hash_table_contains (self->known, pair))
    return;
  g_hash_table_add (self->known, g_memdup2 (pair, sizeof pair));
  k = GPOINTER_TO_UINT (g_hash_table_lookup (self->n_of, artifact)) + 1;
  g_hash_table_insert (self->n_of, mns_id_dup (artifact), GUINT_TO_POINTER (k));
  mns_row_set_add (self->set,
                   mns_value_id (artifact),
                   mns_value_int (k),
                   mns_value_id (&stage->id),
                   mns_value_id (&stage->queue),
                   mns_value_int (priority),
                   mns_value_id (from_step));
}

guint
mns_entries_get_n (const MnsEntries *self)
{
  return mns_row_set_get_n_rows (self->set);
}

gboolean
mns_entries_insert (MnsCall *call, MnsEntries *self, GError **error)
{
  return mns_entries_get_n (self) == 0 ||
         mns_transaction_run (
             call->tx,
             "INSERT INTO stage_entry (artifact_id, n, stage_id, queue_id, status, priority,"
             " queued_at, from_step_id) SELECT v.artifact, v.k + COALESCE ((SELECT max(o.n)"
             " FROM stage_entry o WHERE o.artifact_id = v.artifact), 0), v.stage, v.queue, "
             "'QUEUED',"
             " v.priority, $now, v.from_step FROM {v}",
             MNS_ARGS (MNS_ARG_SET ("v", self->set), MNS_ARG_INT ("now", call->now)),
             error);
}

MnsRowSet *
mns_closings_new (void)
{
  return mns_row_set_new ("artifact id, n int, status text");
}

void
mns_closings_add (MnsRowSet *set, const MnsId *artifact, gint64 n, const char *status)
{
  mns_row_set_add (set, mns_value_id (artifact), mns_value_int (n), mns_value_text (status));
}

gboolean
mns_closings_write (MnsCall *call, MnsRowSet *set, GError **error)
{
  return mns_row_set_get_n_rows (set) == 0 ||
         mns_transaction_run (call->tx,
                              "UPDATE stage_entry SET status = v.status, ended_at = $now FROM {v}"
                              " WHERE stage_entry.artifact_id = v.artifact AND stage_entry.n = v.n",
                              MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_INT ("now", call->now)),
                              error);
}
