/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Begin Work: waiting samples become the inputs of a new step run, and what it makes is made at
 * once. The number of statements depends on the settings of the step, not on the samples.
 */

#include "config.h"

#include "sync/lab/fields.h"
#include "sync/lab/naming.h"
#include "sync/lab/runs.h"
#include "sync/lab/stages.h"
#include "sync/model/packed.h"
#include "sync/model/sort-key.h"

#define OUTPUTS_MOST 9216
#define REPLICATES_MOST 96

/* An input, a control included. */
typedef struct
{
  MnsId id;
  gint64 replicates;
  gboolean found;
  gboolean is_control;
  MnsId control_type;
  char *name;
  MnsId content;
  MnsId scope;
  gint64 state;
  /* where it lies and what it is, read only where a name or a well needs it */
  gboolean is_placed;
  MnsId container;
  const MnsContainerType *type;
  gint64 y, x;
  char *container_name;
  char *sample_name;
  char *project_name;
} Input;

typedef struct
{
  MnsId id;
  const Input *input;
  guint number; /* from 1 within its input */
  gboolean is_placed;
  MnsId container;
  gint64 y, x;
} Output;

typedef struct
{
  MnsCall *call;
  MnsId step;
  char *step_name;
  MnsId queue;
  MnsId version;
  JsonObject *settings;
  const MnsStepType *type;
  GArray *inputs;                         /* Input */
  GArray *outputs;                        /* Output */
  GHashTable *by_id;                      /* MnsId * → index + 1 */
  GHashTable *types;                      /* container types */
  const MnsContainerType *container_type; /* NULL: outputs lie nowhere */
  MnsContainer *existing;
  GArray *containers; /* MnsId: those of the run */
  gboolean same_wells;
  MnsId run;
  char *lims_id;
} Begin;

static void
clear_input (gpointer data)
{
  Input *self = data;

  g_free (self->name);
  g_free (self->container_name);
  g_free (self->sample_name);
  g_free (self->project_name);
}

static void
begin_clear (Begin *self)
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

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Begin, begin_clear)

static gboolean
load_step (Begin *self, GError **error)
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
get_replicates (Begin *self, JsonObject *item, const char *at)
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
read_inputs (Begin *self)
{
  JsonArray *list = mns_call_get_list (self->call, "inputs");

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonObject *item = json_array_get_object_element (list, i);
      g_autofree char *at = g_strdup_printf ("/inputs/%u", i);
      Input input = { 0 };

      mns_object_get_id (item, "artifact", &input.id);
      input.replicates = get_replicates (self, item, at);
      g_array_append_val (self->inputs, input);
    }
}

/* Keys of the table point into the array, so only once all inputs are there. */
static void
index_inputs (Begin *self)
{
  for (guint i = 0; i < self->inputs->len; i++)
    {
      Input *input = &g_array_index (self->inputs, Input, i);

      if (!input->is_control && g_hash_table_contains (self->by_id, &input->id))
        mns_call_fault (self->call, "/inputs", "double", "an artifact is among the inputs twice");
      g_hash_table_insert (self->by_id, &input->id, GUINT_TO_POINTER (i + 1));
    }
}

static Input *
find_input (Begin *self, const MnsId *id)
{
  guint at = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_id, id));

  return at > 0 ? &g_array_index (self->inputs, Input, at - 1) : NULL;
}

static MnsRowSet *
make_input_set (Begin *self)
{
  MnsRowSet *set = mns_row_set_new ("id id");

  for (guint i = 0; i < self->inputs->len; i++)
    if (!g_array_index (self->inputs, Input, i).is_control)
      mns_row_set_add (set, mns_value_id (&g_array_index (self->inputs, Input, i).id));
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

/* Who has the inputs that do not wait here any more: read only to say it. */
static gboolean
say_taken (Begin *self, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_row_set_new ("id id");
  g_autoptr (JsonArray) there = json_array_new ();
  g_autoptr (MnsRows) rows = NULL;
  JsonNode *node;

  for (guint i = 0; i < self->inputs->len; i++)
    {
      const Input *input = &g_array_index (self->inputs, Input, i);

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
  mns_call_conflict (self->call,
                     "moved_on",
                     NULL,
                     node,
                     "%s%s does not wait for step %s any more%s%s",
                     mns_rows_get_text (rows, 0, 1),
                     mns_rows_get_n_rows (rows) > 1 ? " and others" : "",
                     self->step_name,
                     mns_rows_is_null (rows, 0, 3) ? "" : "; it was taken by ",
                     mns_rows_is_null (rows, 0, 3) ? "" : mns_rows_get_text (rows, 0, 3));
  return TRUE;
}

/* Statement 1 of data-model.md section 6. */
static gboolean
load_inputs (Begin *self, GError **error)
{
  g_autoptr (MnsRowSet) set = make_input_set (self);
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
      Input *input = find_input (self, mns_rows_get_id (rows, i, 0));

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
read_controls (Begin *self, GError **error)
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
          Input input = { .replicates = 1, .found = TRUE, .is_control = TRUE };

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
make_outputs (Begin *self)
{
  guint n = 0;

  for (guint i = 0; self->type->kind != NULL && i < self->inputs->len; i++)
    {
      const Input *input = &g_array_index (self->inputs, Input, i);

      for (gint64 k = 0; k < input->replicates; k++)
        {
          Output output = { .input = input, .number = (guint) k + 1 };

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
load_places (Begin *self, GError **error)
{
  g_autoptr (MnsRowSet) set = make_input_set (self);
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
      Input *input = find_input (self, mns_rows_get_id (rows, i, 0));

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
load_samples (Begin *self, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_row_set_new ("id id, content id");
  g_autoptr (MnsRows) rows = NULL;

  for (guint i = 0; i < self->inputs->len; i++)
    {
      const Input *input = &g_array_index (self->inputs, Input, i);

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
      Input *input = find_input (self, mns_rows_get_id (rows, i, 0));

      if (input == NULL || input->sample_name != NULL)
        continue;
      input->sample_name = g_strdup (mns_rows_get_text (rows, i, 1));
      input->project_name = g_strdup (mns_rows_get_text (rows, i, 2));
    }
  return rows != NULL;
}

/* Reads of inputs only what the names of outputs or their wells need. */
static gboolean
load_facts (Begin *self, GError **error)
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

static const MnsContainerType *
get_default_type (Begin *self)
{
  JsonArray *list = mns_object_get_list (self->settings, "containers");
  MnsId id;

  if (list == NULL || json_array_get_length (list) == 0 ||
      !mns_object_get_id (json_array_get_object_element (list, 0), "id", &id))
    return NULL;
  return g_hash_table_lookup (self->types, &id);
}

static gboolean
load_existing (Begin *self, const MnsId *id, GError **error)
{
  g_autoptr (MnsRows) rows = NULL;
  guint free_wells;

  self->existing = mns_container_load (self->call, id, self->types, "/container", error);
  if (self->existing == NULL)
    return mns_call_failed (self->call);
  self->container_type = self->existing->type;
  rows = mns_transaction_query (self->call->tx,
                                "SELECT count(*) FROM placement WHERE container_id = $id",
                                MNS_ARGS (MNS_ARG_ID ("id", id)),
                                error);
  if (rows == NULL)
    return FALSE;
  free_wells =
      mns_container_type_count (self->existing->type) - (guint) mns_rows_get_int (rows, 0, 0);
  if (free_wells == 0)
    mns_call_fault (
        self->call, "/container", "full", "container %s has no free well", self->existing->name);
  if (g_str_equal (self->existing->state, "DISCARDED") ||
      g_str_equal (self->existing->state, "DEPLETED"))
    mns_call_fault (self->call,
                    "/container",
                    "not_usable",
                    "container %s is %s",
                    self->existing->name,
                    self->existing->state);
  return TRUE;
}

/* The destination: what kind of container, and whether there is one already. */
static gboolean
choose_container (Begin *self, GError **error)
{
  MnsCall *call = self->call;
  MnsId id;

  self->types = mns_container_types_load (call, error);
  if (self->types == NULL)
    return FALSE;
  if (mns_call_get_id (call, "container", &id))
    {
      if (!load_existing (self, &id, error))
        return FALSE;
    }
  else if (mns_call_get_id (call, "container_type", &id))
    self->container_type = g_hash_table_lookup (self->types, &id);
  else
    self->container_type = get_default_type (self);
  if (mns_call_failed (call))
    return TRUE;
  if (self->container_type == NULL)
    mns_call_fault (call, "/container_type", "missing", "a destination container type is needed");
  else if (!mns_settings_permit (self->settings, "containers", &self->container_type->id) ||
           self->container_type->archived)
    mns_call_fault (call,
                    "/container_type",
                    "not_permitted",
                    "container type %s is not permitted in step %s",
                    self->container_type->name,
                    self->step_name);
  self->same_wells = self->container_type != NULL && !self->container_type->is_tube &&
                     !mns_run_state_is_used (self->settings, FALSE, "PLACEMENT");
  return TRUE;
}

/* Every output in a tube of its own. */
static gboolean
make_tubes (Begin *self, MnsRowSet *containers, GError **error)
{
  if (!mns_call_reserve_lims_ids (self->call, "27-", NULL, self->outputs->len, error))
    return FALSE;
  for (guint i = 0; i < self->outputs->len; i++)
    {
      Output *output = &g_array_index (self->outputs, Output, i);
      g_autofree char *lims_id = mns_call_take_lims_id (self->call, "27-", NULL, error);

      if (lims_id == NULL)
        return FALSE;
      mns_call_derive_id (self->call, "container", i, &output->container);
      output->is_placed = TRUE;
      mns_containers_add (
          containers, &output->container, lims_id, &self->container_type->id, NULL, TRUE);
      g_array_append_val (self->containers, output->container);
    }
  return TRUE;
}

static gboolean
add_plate (Begin *self, MnsRowSet *containers, gboolean populated, MnsId *id, GError **error)
{
  g_autofree char *lims_id = mns_call_take_lims_id (self->call, "27-", NULL, error);

  if (lims_id == NULL)
    return FALSE;
  mns_call_derive_id (self->call, "container", self->containers->len, id);
  mns_containers_add (containers, id, lims_id, &self->container_type->id, NULL, populated);
  g_array_append_val (self->containers, *id);
  return TRUE;
}

/* Without a placement screen each output lies where its input lies: a plate for each plate. */
static gboolean
make_same_plates (Begin *self, MnsRowSet *containers, GError **error)
{
  g_autoptr (GHashTable) plates = g_hash_table_new_full (mns_id_hash, mns_id_equal, NULL, g_free);

  for (guint i = 0; i < self->outputs->len; i++)
    {
      Output *output = &g_array_index (self->outputs, Output, i);
      const Input *input = output->input;
      MnsId *plate;

      if (!input->is_placed || input->is_control || output->number > 1 ||
          !mns_container_type_has (self->container_type, input->y, input->x))
        {
          mns_call_fault (self->call,
                          "/inputs",
                          "no_well",
                          "%s has no well in a container of type %s; step %s has no placement",
                          input->name,
                          self->container_type->name,
                          self->step_name);
          continue;
        }
      plate = g_hash_table_lookup (plates, &input->container);
      if (plate == NULL)
        {
          MnsId id;

          if (!add_plate (self, containers, TRUE, &id, error))
            return FALSE;
          plate = mns_id_dup (&id);
          g_hash_table_insert (plates, (gpointer) &input->container, plate);
        }
      output->is_placed = TRUE;
      output->container = *plate;
      output->y = input->y;
      output->x = input->x;
    }
  return TRUE;
}

static gboolean
make_containers (Begin *self, MnsRowSet *containers, GError **error)
{
  MnsId id;

  if (self->container_type == NULL)
    return TRUE;
  if (self->existing != NULL && self->same_wells)
    {
      mns_call_fault (self->call,
                      "/container",
                      "not_permitted",
                      "step %s has no placement and makes its own containers",
                      self->step_name);
      return TRUE;
    }
  if (self->existing != NULL)
    {
      g_array_append_val (self->containers, self->existing->id);
      return TRUE;
    }
  if (self->container_type->is_tube)
    return make_tubes (self, containers, error);
  if (self->same_wells)
    return make_same_plates (self, containers, error);
  return add_plate (self, containers, FALSE, &id, error);
}

typedef struct
{
  char *fields; /* of the run */
  MnsId preset;
  gboolean has_preset;
  char *output_fields;
} Defaults;

static void
defaults_clear (Defaults *self)
{
  g_free (self->fields);
  g_free (self->output_fields);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Defaults, defaults_clear)

/* The default values of the fields that a list of the settings shows. */
static void
fill_defaults (Begin *self,
               const MnsCustomFields *fields,
               const char *list_name,
               const char *object,
               MnsFieldValues *values)
{
  JsonArray *list = mns_object_get_list (self->settings, list_name);

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonObject *column = json_array_get_object_element (list, i);
      const char *id = mns_object_get_text (column, "field");
      const MnsCustomField *field = id != NULL ? mns_custom_fields_find (fields, object, id) : NULL;
      g_autoptr (JsonNode) value = field != NULL ? mns_custom_field_get_default (field) : NULL;

      if (value != NULL && mns_field_values_get (values, field) == NULL)
        mns_field_values_set (values, field, value);
    }
}

/* Values of the run from the default preset and the fields' defaults; of the outputs likewise. */
static gboolean
load_defaults (Begin *self, Defaults *defaults, GError **error)
{
  const char *object = self->type->kind != NULL && g_str_equal (self->type->kind, "DERIVED")
                           ? "DERIVED"
                           : "MEASUREMENT";
  g_autofree char *objects = g_strconcat ("MASTER_STEP ", object, NULL);
  g_autoptr (MnsCustomFields) fields = NULL;
  g_autoptr (MnsFieldValues) run_values = NULL;
  g_autoptr (MnsFieldValues) output_values = mns_field_values_new (NULL, NULL);
  g_autoptr (MnsRows) presets = NULL;
  MnsId master;

  if (!mns_object_get_id (self->settings, "master_step", &master))
    return TRUE;
  fields = mns_custom_fields_load (self->call, objects, &master, error);
  if (fields == NULL)
    return FALSE;
  presets = mns_transaction_query (self->call->tx,
                                   "SELECT id, fields FROM preset WHERE master_step_id = $master"
                                   " AND is_default = 1 AND archived = 0 ORDER BY id LIMIT 1",
                                   MNS_ARGS (MNS_ARG_ID ("master", &master)),
                                   error);
  if (presets == NULL)
    return FALSE;
  defaults->has_preset = mns_rows_get_n_rows (presets) > 0;
  if (defaults->has_preset)
    defaults->preset = *mns_rows_get_id (presets, 0, 0);
  run_values =
      mns_field_values_new (defaults->has_preset ? mns_rows_get_text (presets, 0, 1) : NULL, NULL);
  fill_defaults (self, fields, "step_fields", "MASTER_STEP", run_values);
  fill_defaults (self, fields, "sample_fields", object, output_values);
  defaults->fields = mns_packed_print (run_values->plain);
  defaults->output_fields = mns_packed_print (output_values->plain);
  return TRUE;
}

static gboolean
insert_run (Begin *self, const Defaults *defaults, GError **error)
{
  MnsCall *call = self->call;
  gboolean device = !mns_id_is_null (&call->lab->client);
  gboolean tubes = self->container_type != NULL && self->container_type->is_tube;
  const char *state = mns_run_state_get_next (self->settings, tubes, "STARTED");

  mns_call_put_text (call, "state", state);
  return mns_transaction_run (
      call->tx,
      "INSERT INTO step_run (id, lims_id, step_id, step_version_id, state, technician_id,"
      " started_at, preset_id, container_type_id, next_steps_locked, lease_client_id, lease_until,"
      " fields, changed_at) VALUES ($id, $lims_id, $step, $version, $state, $technician, $started,"
      " $preset, $container_type, 0, $client, $until, $fields, $now)",
      MNS_ARGS (MNS_ARG_ID ("id", &self->run),
                MNS_ARG_TEXT ("lims_id", self->lims_id),
                MNS_ARG_ID ("step", &self->step),
                MNS_ARG_ID ("version", &self->version),
                MNS_ARG_TEXT ("state", state),
                MNS_ARG_ID ("technician", &call->lab->person),
                MNS_ARG_INT ("started", call->command->performed_at),
                MNS_ARG_ID ("preset", defaults->has_preset ? &defaults->preset : NULL),
                MNS_ARG_ID ("container_type",
                            self->container_type != NULL ? &self->container_type->id : NULL),
                MNS_ARG_ID ("client", device ? &call->lab->client : NULL),
                MNS_ARG_VALUE ("until",
                               device ? mns_value_int (call->now + MNS_LEASE_US)
                                      : mns_value_null (MNS_KIND_INT)),
                MNS_ARG_JSON ("fields", defaults->fields),
                MNS_ARG_INT ("now", call->now)),
      error);
}

static const char *const control_insertions[] = {
  "INSERT INTO artifact (id, lims_id, scope_id, kind, output_no, content_id, name, name_key,"
  " qc_flag, working_flag, state, created_at, changed_at) SELECT v.id, v.artifact_lims_id, $run,"
  " 'ROOT', 0, v.id, v.name, v.key, 'UNKNOWN', 1, 0, $now, $now FROM {v}",
  "INSERT INTO sample (id, lims_id, scope_id, control_type_id, artifact_id, name, name_key,"
  " submitter_id, created_at, created_by, changed_at) SELECT v.sample, v.lims_id, $run, v.type,"
  " v.id, v.name, v.key, $by, $now, $by, $now FROM {v}",
  "INSERT INTO content (artifact_id, n, sample_id) SELECT v.id, 0, v.sample FROM {v}",
};

static gboolean
insert_controls (Begin *self, GError **error)
{
  MnsCall *call = self->call;
  g_autoptr (MnsRowSet) set = mns_row_set_new (
      "id id, sample id, type id, lims_id text, artifact_lims_id text, name text, key text");

  for (guint i = 0; i < self->inputs->len; i++)
    {
      const Input *input = &g_array_index (self->inputs, Input, i);
      guint n = mns_row_set_get_n_rows (set);
      g_autofree char *lims_id = NULL;
      g_autofree char *root_id = NULL;
      g_autofree char *key = NULL;
      MnsId sample;

      if (!input->is_control)
        continue;
      lims_id = g_strdup_printf ("%sC%u", self->lims_id, n + 1);
      root_id = g_strconcat (lims_id, "PA1", NULL);
      key = mns_sort_key (input->name);
      mns_call_derive_id (call, "control-sample", n, &sample);
      mns_row_set_add (set,
                       mns_value_id (&input->id),
                       mns_value_id (&sample),
                       mns_value_id (&input->control_type),
                       mns_value_text (lims_id),
                       mns_value_text (root_id),
                       mns_value_text (input->name),
                       mns_value_text (key));
    }
  for (guint i = 0; mns_row_set_get_n_rows (set) > 0 && i < G_N_ELEMENTS (control_insertions); i++)
    if (!mns_transaction_run (call->tx,
                              control_insertions[i],
                              MNS_ARGS (MNS_ARG_SET ("v", set),
                                        MNS_ARG_ID ("run", &self->run),
                                        MNS_ARG_ID ("by", &call->lab->person),
                                        MNS_ARG_INT ("now", call->now)),
                              error))
      return FALSE;
  return TRUE;
}

static gboolean
take_inputs (Begin *self, GError **error)
{
  g_autoptr (MnsRowSet) waiting = make_input_set (self);
  g_autoptr (MnsRowSet) set = mns_row_set_new ("input id, n int, replicates int, state int");

  for (guint i = 0; i < self->inputs->len; i++)
    {
      const Input *input = &g_array_index (self->inputs, Input, i);

      mns_row_set_add (set,
                       mns_value_id (&input->id),
                       mns_value_int (i),
                       mns_value_int (input->replicates),
                       mns_value_int (input->state));
    }
  return (mns_row_set_get_n_rows (waiting) == 0 ||
          mns_transaction_run (
              self->call->tx,
              "UPDATE stage_entry SET status = 'IN_PROGRESS', run_id = $run FROM {v}"
              " WHERE stage_entry.artifact_id = v.id AND stage_entry.queue_id = $queue"
              " AND stage_entry.status = 'QUEUED'",
              MNS_ARGS (MNS_ARG_SET ("v", waiting),
                        MNS_ARG_ID ("run", &self->run),
                        MNS_ARG_ID ("queue", &self->queue)),
              error)) &&
         mns_transaction_run (
             self->call->tx,
             "INSERT INTO step_input (run_id, artifact_id, n, replicates, state_before)"
             " SELECT $run, v.input, v.n, v.replicates, v.state FROM {v}",
             MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_ID ("run", &self->run)),
             error);
}

static char *
get_technician (Begin *self, const char *naming, GError **error)
{
  g_autoptr (MnsRows) rows = NULL;

  if (!mns_naming_uses (naming, "ProcessTechnician"))
    return g_strdup ("");
  rows = mns_transaction_query (self->call->tx,
                                "SELECT first_name || ' ' || last_name FROM person WHERE id = $id",
                                MNS_ARGS (MNS_ARG_ID ("id", &self->call->lab->person)),
                                error);
  if (rows == NULL)
    return NULL;
  return g_strdup (mns_rows_get_n_rows (rows) > 0 ? mns_rows_get_text (rows, 0, 0) : "");
}

static char *
name_output (Begin *self, const Output *output, const char *technician)
{
  const Input *input = output->input;
  char well[MNS_WELL_TEXT_SIZE] = "";
  MnsNamingFacts facts = {
    .input_name = input->name,
    .input_container = input->container_name,
    .input_well = well,
    .sample_name = input->sample_name,
    .project_name = input->project_name,
    .run_lims_id = self->lims_id,
    .technician = technician,
    .today = mns_call_get_today (self->call),
    .output_number = output->number,
  };

  if (input->is_placed && input->type != NULL)
    mns_well_print (&input->type->axes, input->y, input->x, well);
  return mns_naming_print (mns_object_get_text (self->settings, "naming"), &facts);
}

static gboolean
insert_outputs (Begin *self, const Defaults *defaults, GError **error)
{
  MnsCall *call = self->call;
  const char *klass = g_strcmp0 (self->type->kind, "MEASUREMENT") == 0 ? "92-" : "2-";
  g_autoptr (MnsRowSet) set = mns_row_set_new (
      "output id, input id, lims_id text, scope id, n int, content id, name text, key text");
  g_autofree char *technician =
      get_technician (self, mns_object_get_text (self->settings, "naming"), error);

  if (technician == NULL ||
      !mns_call_reserve_lims_ids (call, klass, NULL, self->outputs->len, error))
    return FALSE;
  for (guint i = 0; i < self->outputs->len; i++)
    {
      const Output *output = &g_array_index (self->outputs, Output, i);
      g_autofree char *name = name_output (self, output, technician);
      g_autofree char *key = mns_sort_key (name);
      g_autofree char *lims_id = mns_call_take_lims_id (call, klass, NULL, error);

      if (lims_id == NULL)
        return FALSE;
      mns_call_add_id (call, "outputs", &output->id);
      mns_row_set_add (set,
                       mns_value_id (&output->id),
                       mns_value_id (&output->input->id),
                       mns_value_text (lims_id),
                       mns_value_id (&output->input->scope),
                       mns_value_int (i),
                       mns_value_id (&output->input->content),
                       mns_value_text (name),
                       mns_value_text (key));
    }
  return mns_row_set_get_n_rows (set) == 0 ||
         (mns_transaction_run (
              call->tx,
              "INSERT INTO artifact (id, lims_id, scope_id, kind, run_id, output_no, content_id,"
              " name, name_key, qc_flag, working_flag, state, fields, created_at, changed_at)"
              " SELECT v.output, v.lims_id, v.scope, $kind, $run, v.n, v.content, v.name, v.key,"
              " 'UNKNOWN', 1, 0, $fields, $now, $now FROM {v}",
              MNS_ARGS (MNS_ARG_SET ("v", set),
                        MNS_ARG_TEXT ("kind", self->type->kind),
                        MNS_ARG_ID ("run", &self->run),
                        MNS_ARG_JSON ("fields", defaults->output_fields),
                        MNS_ARG_INT ("now", call->now)),
              error) &&
          mns_transaction_run (call->tx,
                               "INSERT INTO io_map (run_id, output_id, input_id, replicates)"
                               " SELECT $run, v.output, v.input, 1 FROM {v}",
                               MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_ID ("run", &self->run)),
                               error));
}

/* A slot for each file that the step asks for. */
static gboolean
insert_placeholders (Begin *self, GError **error)
{
  MnsCall *call = self->call;
  JsonArray *list = mns_object_get_list (self->settings, "placeholders");
  guint n = list != NULL ? json_array_get_length (list) : 0;
  g_autoptr (MnsRowSet) set = mns_row_set_new ("id id, lims_id text, n int, name text, key text");

  if (n == 0)
    return TRUE;
  if (!mns_call_reserve_lims_ids (call, "92-", NULL, n, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      const char *pattern =
          mns_object_get_text (json_array_get_object_element (list, i), "pattern");
      g_autofree char *key = mns_sort_key (pattern);
      g_autofree char *lims_id = mns_call_take_lims_id (call, "92-", NULL, error);
      MnsId id;

      if (lims_id == NULL)
        return FALSE;
      mns_call_derive_id (call, "placeholder", i, &id);
      mns_row_set_add (set,
                       mns_value_id (&id),
                       mns_value_text (lims_id),
                       mns_value_int (i),
                       mns_value_text (pattern),
                       mns_value_text (key));
    }
  return mns_transaction_run (
      call->tx,
      "INSERT INTO artifact (id, lims_id, scope_id, kind, run_id, output_no, content_id, name,"
      " name_key, qc_flag, working_flag, state, created_at, changed_at) SELECT v.id, v.lims_id,"
      " $run, 'FILE', $run, v.n, v.id, v.name, v.key, 'UNKNOWN', 0, 0, $now, $now FROM {v}",
      MNS_ARGS (
          MNS_ARG_SET ("v", set), MNS_ARG_ID ("run", &self->run), MNS_ARG_INT ("now", call->now)),
      error);
}

static gboolean
insert_containers (Begin *self, MnsRowSet *containers, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_row_set_new ("container id, n int");
  g_autoptr (MnsRowSet) places = mns_row_set_new ("artifact id, container id, y int, x int");

  if (!mns_containers_insert (self->call, containers, error))
    return FALSE;
  for (guint i = 0; i < self->containers->len; i++)
    {
      const MnsId *id = &g_array_index (self->containers, MnsId, i);

      mns_row_set_add (set, mns_value_id (id), mns_value_int (i));
      mns_call_add_id (self->call, "containers", id);
    }
  for (guint i = 0; i < self->outputs->len; i++)
    {
      const Output *output = &g_array_index (self->outputs, Output, i);

      if (output->is_placed)
        mns_row_set_add (places,
                         mns_value_id (&output->id),
                         mns_value_id (&output->container),
                         mns_value_int (output->y),
                         mns_value_int (output->x));
    }
  return (mns_row_set_get_n_rows (set) == 0 ||
          mns_transaction_run (self->call->tx,
                               "INSERT INTO step_container (run_id, container_id, n, on_the_fly)"
                               " SELECT $run, v.container, v.n, $fly FROM {v}",
                               MNS_ARGS (MNS_ARG_SET ("v", set),
                                         MNS_ARG_ID ("run", &self->run),
                                         MNS_ARG_INT ("fly", self->existing == NULL)),
                               error)) &&
         (mns_row_set_get_n_rows (places) == 0 ||
          mns_transaction_run (self->call->tx,
                               "INSERT INTO placement (container_id, y, x, artifact_id)"
                               " SELECT v.container, v.y, v.x, v.artifact FROM {v}",
                               MNS_ARGS (MNS_ARG_SET ("v", places)),
                               error));
}

/* Whoever sees an input sees the run and its containers. */
static gboolean
insert_scopes (Begin *self, GError **error)
{
  g_autoptr (GHashTable) known = g_hash_table_new (mns_id_hash, mns_id_equal);
  g_autoptr (MnsRowSet) pairs = mns_row_set_new ("inner_id id, scope id");

  for (guint i = 0; i < self->inputs->len; i++)
    {
      const Input *input = &g_array_index (self->inputs, Input, i);

      if (input->is_control || !g_hash_table_add (known, (gpointer) &input->scope))
        continue;
      mns_row_set_add (pairs, mns_value_id (&self->run), mns_value_id (&input->scope));
      for (guint k = 0; k < self->containers->len; k++)
        mns_row_set_add (pairs,
                         mns_value_id (&g_array_index (self->containers, MnsId, k)),
                         mns_value_id (&input->scope));
    }
  if (mns_row_set_get_n_rows (pairs) == 0) /* controls alone: at least their maker sees the run */
    return mns_transaction_run (
        self->call->tx,
        "INSERT INTO scope_member (inner_id, scope_id) VALUES ($run, $person)",
        MNS_ARGS (MNS_ARG_ID ("run", &self->run), MNS_ARG_ID ("person", &self->call->lab->person)),
        error);
  return mns_scopes_add (self->call, pairs, error);
}

static gboolean
write_run (Begin *self, GError **error)
{
  g_autoptr (MnsRowSet) containers = mns_containers_new_set ();
  g_auto (Defaults) defaults = { 0 };

  if (!load_facts (self, error) || !load_defaults (self, &defaults, error) ||
      !make_containers (self, containers, error))
    return FALSE;
  if (mns_call_failed (self->call))
    return TRUE;
  self->lims_id = mns_call_take_lims_id (self->call, self->type->lims_class, NULL, error);
  if (self->lims_id == NULL)
    return FALSE;
  mns_call_put_id (self->call, "run", &self->run);
  mns_call_put_text (self->call, "lims_id", self->lims_id);
  return insert_run (self, &defaults, error) && insert_controls (self, error) &&
         take_inputs (self, error) && insert_outputs (self, &defaults, error) &&
         insert_placeholders (self, error) && insert_containers (self, containers, error) &&
         insert_scopes (self, error);
}

/**
 * mns_step_begin:
 *
 * Handler of step.begin.
 */
gboolean
mns_step_begin (MnsCall *call, GError **error)
{
  g_auto (Begin) self = { .call = call };

  self.inputs = g_array_new (FALSE, TRUE, sizeof (Input));
  g_array_set_clear_func (self.inputs, clear_input);
  self.outputs = g_array_new (FALSE, TRUE, sizeof (Output));
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
  if (mns_step_type_has_placement (self.type, self.settings) && !choose_container (&self, error))
    return FALSE;
  return mns_call_failed (call) || write_run (&self, error);
}
