/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Begin Work: waiting samples become the inputs of a new step run, and what it makes is made at
 * once. The number of statements depends on the settings of the step, not on the samples. This file
 * reads and checks what comes in.
 */

#include "config.h"

#include "sync/lab/fields.h"
#include "sync/lab/step-begin-private.h"
#include "sync/model/packed.h"
#include "sync/model/sort-key.h"

#define OUTPUTS_MOST 9216
#define REPLICATES_MOST 96

static void
clear_input (gpointer data)
{
  MnsBeginInput *self = data;

  g_free (self->name);
  g_free (self->container_name);
  g_free (self->sample_name);
  g_free (self->project_name);
}

static void
begin_clear (MnsBegin *self)
{
  g_free (self->step_name);
  g_free (self->lims_id);
  g_clear_pointer (&self->settings, json_object_unref);
  g_clear_pointer (&self->inputs, g_array_unref);
  g_clear_pointer (&self->outputs, g_array_unref);
  g_clear_pointer (&self->by_id, g_hash_table_unref);
  g_clear_pointer (&self->types, g_hash_table_unref);
  g_clear_pointer (&self->existing, mns_container_free);
  g_clear_pointer (&self->containers, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MnsBegin, begin_clear)

static gboolean
load_step (MnsBegin *self, GError **error)
{
  g_autoptr (MnsRows) rows = NULL;
  g_autoptr (JsonNode) node = NULL;

  mns_call_get_id (self->call, "step", &self->step);
  rows = mns_transaction_query (
      self->call->tx,
      "SELECT s.name, s.queue_id, s.archived, v.id, v.settings FROM step s"
      " JOIN step_version v ON v.step_id = s.id WHERE s.id = $step ORDER BY v.number DESC LIMIT 1",
      MNS_ARGS (MNS_ARG_ID ("step", &self->step)),
      error);
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) == 0)
    {
      mns_call_missing (self->call, "/step", "step", NULL);
      return TRUE;
    }
  self->step_name = g_strdup (mns_rows_get_text (rows, 0, 0));
  self->queue = *mns_rows_get_id (rows, 0, 1);
  self->version = *mns_rows_get_id (rows, 0, 3);
  node = json_from_string (mns_rows_get_text (rows, 0, 4), NULL);
  self->settings = json_object_ref (json_node_get_object (node));
  self->type = mns_step_type_find (mns_object_get_text (self->settings, "type"));
  if (mns_rows_get_int (rows, 0, 2) != 0)
    mns_call_conflict (
        self->call, "rule_changed", NULL, NULL, "step %s has been archived", self->step_name);
  if (self->type == NULL || !self->type->can_run)
    mns_call_fault (self->call,
                    "/step",
                    "cannot_run",
                    "step %s is of type %s, which cannot be run with this version",
                    self->step_name,
                    mns_object_get_text (self->settings, "type"));
  return TRUE;
}

static gint64
get_replicates (MnsBegin *self, JsonObject *item, const char *at)
{
  gint64 given = mns_object_get_int (item, "replicates", 1);
  const char *variability = mns_object_get_text (self->settings, "variability");

  if (g_strcmp0 (variability, "FIXED") != 0)
    return given;
  if (given != 1)
    mns_call_fault (self->call,
                    at,
                    "fixed",
                    "step %s makes a fixed number of outputs; replicates cannot be chosen",
                    self->step_name);
  return mns_object_get_int (self->settings, "outputs_per_input", 1);
}

static void
read_inputs (MnsBegin *self)
{
  JsonArray *list = mns_call_get_list (self->call, "inputs");

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonObject *item = json_array_get_object_element (list, i);
      g_autofree char *at = g_strdup_printf ("/inputs/%u", i);
      MnsBeginInput input = { 0 };

      mns_object_get_id (item, "artifact", &input.id);
      input.replicates = get_replicates (self, item, at);
      g_array_append_val (self->inputs, input);
    }
}

/* Keys of the table point into the array, so only once all inputs are there. */
static void
index_inputs (MnsBegin *self)
{
  for (guint i = 0; i < self->inputs->len; i++)
    {
      MnsBeginInput *input = &g_array_index (self->inputs, MnsBeginInput, i);

      if (!input->is_control && g_hash_table_contains (self->by_id, &input->id))
        mns_call_fault (self->call, "/inputs", "double", "an artifact is among the inputs twice");
      g_hash_table_insert (self->by_id, &input->id, GUINT_TO_POINTER (i + 1));
    }
}

static MnsBeginInput *
find_input (MnsBegin *self, const MnsId *id)
{
  guint at = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_id, id));

  return at > 0 ? &g_array_index (self->inputs, MnsBeginInput, at - 1) : NULL;
}

MnsRowSet *
mns_begin_make_input_set (MnsBegin *self)
{
  MnsRowSet *set = mns_row_set_new ("id id");

  for (guint i = 0; i < self->inputs->len; i++)
    if (!g_array_index (self->inputs, MnsBeginInput, i).is_control)
      mns_row_set_add (set, mns_value_id (&g_array_index (self->inputs, MnsBeginInput, i).id));
  return set;
}

static void
add_taken (JsonArray *there, MnsRows *rows, guint i)
{
  JsonObject *object = json_object_new ();
  char id[MNS_ID_TEXT_SIZE];

  mns_id_print (mns_rows_get_id (rows, i, 0), id);
  json_object_set_string_member (object, "artifact", id);
  json_object_set_string_member (object, "lims_id", mns_rows_get_text (rows, i, 1));
  if (!mns_rows_is_null (rows, i, 2))
    json_object_set_string_member (object, "run", mns_rows_get_text (rows, i, 2));
  if (!mns_rows_is_null (rows, i, 3))
    json_object_set_string_member (object, "by", mns_rows_get_text (rows, i, 3));
  json_array_add_object_element (there, object);
}

static void
tell_taken (MnsBegin *self, JsonNode *there, const MnsRows *rows)
{
  guint n = mns_rows_get_n_rows (rows);
  const char *first = mns_rows_get_text (rows, 0, 1);

  if (n > 1)
    mns_call_conflict (self->call,
                       "moved_on",
                       NULL,
                       there,
                       "%u samples do not wait for step %s any more, among them %s",
                       n,
                       self->step_name,
                       first);
  else if (mns_rows_is_null (rows, 0, 3))
    mns_call_conflict (self->call,
                       "moved_on",
                       NULL,
                       there,
                       "%s does not wait for step %s any more",
                       first,
                       self->step_name);
  else
    mns_call_conflict (self->call,
                       "moved_on",
                       NULL,
                       there,
                       "%s does not wait for step %s any more; it was taken by %s",
                       first,
                       self->step_name,
                       mns_rows_get_text (rows, 0, 3));
}

/* Who has the inputs that do not wait here any more: read only to say it. */
static gboolean
say_taken (MnsBegin *self, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_row_set_new ("id id");
  g_autoptr (JsonArray) there = json_array_new ();
  g_autoptr (MnsRows) rows = NULL;
  JsonNode *node;

  for (guint i = 0; i < self->inputs->len; i++)
    {
      const MnsBeginInput *input = &g_array_index (self->inputs, MnsBeginInput, i);

      if (!input->is_control && !input->found)
        mns_row_set_add (set, mns_value_id (&input->id));
    }
  if (mns_row_set_get_n_rows (set) == 0)
    return TRUE;
  rows = mns_transaction_query (
      self->call->tx,
      "SELECT a.id, a.lims_id, r.lims_id AS run, p.username FROM {v} JOIN artifact a ON a.id = v.id"
      " LEFT JOIN stage_entry e ON e.artifact_id = a.id AND e.queue_id = $queue"
      " AND e.status = 'IN_PROGRESS' LEFT JOIN step_run r ON r.id = e.run_id"
      " LEFT JOIN person p ON p.id = r.technician_id ORDER BY a.lims_id, r.lims_id NULLS FIRST",
      MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_ID ("queue", &self->queue)),
      error);
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) < mns_row_set_get_n_rows (set))
    {
      mns_call_missing (self->call, "/inputs", "artifact", NULL);
      return TRUE;
    }
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    add_taken (there, rows, i);
  node = json_node_new (JSON_NODE_ARRAY);
  json_node_set_array (node, there);
  tell_taken (self, node, rows);
  return TRUE;
}

/* Statement 1 of data-model.md section 6. */
static gboolean
load_inputs (MnsBegin *self, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_begin_make_input_set (self);
  g_autoptr (MnsRows) rows = NULL;

  if (mns_row_set_get_n_rows (set) == 0)
    return TRUE;
  rows = mns_transaction_query (
      self->call->tx,
      "SELECT e.artifact_id, a.name, a.content_id, a.scope_id, a.state FROM {v}"
      " JOIN stage_entry e ON e.artifact_id = v.id JOIN artifact a ON a.id = v.id"
      " WHERE e.queue_id = $queue AND e.status = 'QUEUED'",
      MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_ID ("queue", &self->queue)),
      error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      MnsBeginInput *input = find_input (self, mns_rows_get_id (rows, i, 0));

      if (input == NULL || input->found)
        continue;
      input->found = TRUE;
      input->name = g_strdup (mns_rows_get_text (rows, i, 1));
      input->content = *mns_rows_get_id (rows, i, 2);
      input->scope = *mns_rows_get_id (rows, i, 3);
      input->state = mns_rows_get_int (rows, i, 4);
    }
  return say_taken (self, error);
}

/* Controls are samples that the run makes for itself. */
static gboolean
read_controls (MnsBegin *self, GError **error)
{
  JsonArray *list = mns_call_get_list (self->call, "controls");
  g_autoptr (MnsRowSet) set = mns_row_set_new ("n int, id id");
  g_autoptr (MnsRows) rows = NULL;
  guint n = 0;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      MnsId id;

      mns_object_get_id (json_array_get_object_element (list, i), "control_type", &id);
      mns_row_set_add (set, mns_value_int (i), mns_value_id (&id));
    }
  if (mns_row_set_get_n_rows (set) == 0)
    return TRUE;
  rows = mns_transaction_query (
      self->call->tx,
      "SELECT v.n, c.id, c.name, c.archived FROM {v} JOIN control_type c ON c.id = v.id"
      " ORDER BY v.n",
      MNS_ARGS (MNS_ARG_SET ("v", set)),
      error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      guint at = (guint) mns_rows_get_int (rows, i, 0);
      gint64 replicates =
          mns_object_get_int (json_array_get_object_element (list, at), "replicates", 1);
      g_autofree char *where = g_strdup_printf ("/controls/%u", at);

      if (mns_rows_get_int (rows, i, 3) != 0 ||
          mns_settings_count (self->settings, "controls") == 0 ||
          !mns_settings_permit (self->settings, "controls", mns_rows_get_id (rows, i, 1)))
        mns_call_fault (self->call,
                        where,
                        "not_permitted",
                        "control %s is not permitted in step %s",
                        mns_rows_get_text (rows, i, 2),
                        self->step_name);
      for (gint64 k = 0; k < replicates; k++)
        {
          MnsBeginInput input = { .replicates = 1, .found = TRUE, .is_control = TRUE };

          mns_call_derive_id (self->call, "control", n++, &input.id);
          input.name = g_strdup (mns_rows_get_text (rows, i, 2));
          input.content = input.id;
          input.scope = self->run;
          input.control_type = *mns_rows_get_id (rows, i, 1);
          g_array_append_val (self->inputs, input);
        }
    }
  return TRUE;
}

static void
make_outputs (MnsBegin *self)
{
  guint n = 0;

  for (guint i = 0; self->type->kind != NULL && i < self->inputs->len; i++)
    {
      const MnsBeginInput *input = &g_array_index (self->inputs, MnsBeginInput, i);

      for (gint64 k = 0; k < input->replicates; k++)
        {
          MnsBeginOutput output = { .input = input, .number = (guint) k + 1 };

          mns_call_derive_id (self->call, "output", n++, &output.id);
          g_array_append_val (self->outputs, output);
        }
    }
  if (self->outputs->len > OUTPUTS_MOST)
    mns_call_fault (self->call,
                    "/inputs",
                    "too_many",
                    "step %s would make %u outputs; at most %d are possible",
                    self->step_name,
                    self->outputs->len,
                    OUTPUTS_MOST);
}

/* Where the inputs lie. */
static gboolean
load_places (MnsBegin *self, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_begin_make_input_set (self);
  g_autoptr (MnsRows) rows = NULL;

  if (self->types == NULL)
    self->types = mns_container_types_load (self->call, error);
  if (self->types == NULL)
    return FALSE;
  rows = mns_transaction_query (
      self->call->tx,
      "SELECT p.artifact_id, p.container_id, p.y, p.x, c.name, c.container_type_id FROM {v}"
      " JOIN placement p ON p.artifact_id = v.id JOIN container c ON c.id = p.container_id",
      MNS_ARGS (MNS_ARG_SET ("v", set)),
      error);
  for (guint i = 0; rows != NULL && i < mns_rows_get_n_rows (rows); i++)
    {
      MnsBeginInput *input = find_input (self, mns_rows_get_id (rows, i, 0));

      if (input == NULL || input->is_placed)
        continue;
      input->is_placed = TRUE;
      input->container = *mns_rows_get_id (rows, i, 1);
      input->y = mns_rows_get_int (rows, i, 2);
      input->x = mns_rows_get_int (rows, i, 3);
      input->container_name = g_strdup (mns_rows_get_text (rows, i, 4));
      input->type = g_hash_table_lookup (self->types, mns_rows_get_id (rows, i, 5));
    }
  return rows != NULL;
}

static gboolean
load_samples (MnsBegin *self, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_row_set_new ("id id, content id");
  g_autoptr (MnsRows) rows = NULL;

  for (guint i = 0; i < self->inputs->len; i++)
    {
      const MnsBeginInput *input = &g_array_index (self->inputs, MnsBeginInput, i);

      if (!input->is_control)
        mns_row_set_add (set, mns_value_id (&input->id), mns_value_id (&input->content));
    }
  rows = mns_transaction_query (
      self->call->tx,
      "SELECT v.id, s.name, p.name AS project FROM {v} JOIN content c ON c.artifact_id = v.content"
      " JOIN sample s ON s.id = c.sample_id LEFT JOIN project p ON p.id = s.project_id"
      " WHERE c.n = 0",
      MNS_ARGS (MNS_ARG_SET ("v", set)),
      error);
  for (guint i = 0; rows != NULL && i < mns_rows_get_n_rows (rows); i++)
    {
      MnsBeginInput *input = find_input (self, mns_rows_get_id (rows, i, 0));

      if (input == NULL || input->sample_name != NULL)
        continue;
      input->sample_name = g_strdup (mns_rows_get_text (rows, i, 1));
      input->project_name = g_strdup (mns_rows_get_text (rows, i, 2));
    }
  return rows != NULL;
}

/* Reads of inputs only what the names of outputs or their wells need. */
gboolean
mns_begin_load_facts (MnsBegin *self, GError **error)
{
  const char *naming = mns_object_get_text (self->settings, "naming");

  if ((self->same_wells || mns_naming_uses (naming, "InputWellLocation") ||
       mns_naming_uses (naming, "InputContainerName")) &&
      !load_places (self, error))
    return FALSE;
  return (!mns_naming_uses (naming, "SubmittedSampleName") &&
          !mns_naming_uses (naming, "ProjectName")) ||
         load_samples (self, error);
}

/**
 * mns_step_begin:
 *
 * Handler of step.begin.
 */
gboolean
mns_step_begin (MnsCall *call, GError **error)
{
  g_auto (MnsBegin) self = { .call = call };

  self.inputs = g_array_new (FALSE, TRUE, sizeof (MnsBeginInput));
  g_array_set_clear_func (self.inputs, clear_input);
  self.outputs = g_array_new (FALSE, TRUE, sizeof (MnsBeginOutput));
  self.containers = g_array_new (FALSE, TRUE, sizeof (MnsId));
  self.by_id = g_hash_table_new (mns_id_hash, mns_id_equal);
  mns_call_derive_id (call, "run", 0, &self.run);
  if (!load_step (&self, error))
    return FALSE;
  if (mns_call_failed (call))
    return TRUE;
  read_inputs (&self);
  if (!read_controls (&self, error))
    return FALSE;
  index_inputs (&self);
  if (self.inputs->len == 0)
    mns_call_fault (call, "/inputs", "missing", "at least one sample or control is needed");
  if (!load_inputs (&self, error))
    return FALSE;
  make_outputs (&self);
  if (mns_step_type_has_placement (self.type, self.settings) &&
      !mns_begin_choose_container (&self, error))
    return FALSE;
  return mns_call_failed (call) || mns_begin_write_run (&self, error);
}
