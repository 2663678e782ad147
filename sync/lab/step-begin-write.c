/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Begin Work: the rows of the new run. */

#include "config.h"

#include "sync/lab/fields.h"
#include "sync/lab/step-begin-private.h"
#include "sync/model/packed.h"
#include "sync/model/sort-key.h"

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
fill_defaults (MnsBegin *self,
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
load_defaults (MnsBegin *self, Defaults *defaults, GError **error)
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
insert_run (MnsBegin *self, const Defaults *defaults, GError **error)
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
insert_controls (MnsBegin *self, GError **error)
{
  MnsCall *call = self->call;
  g_autoptr (MnsRowSet) set = mns_row_set_new (
      "id id, sample id, type id, lims_id text, artifact_lims_id text, name text, key text");

  for (guint i = 0; i < self->inputs->len; i++)
    {
      const MnsBeginInput *input = &g_array_index (self->inputs, MnsBeginInput, i);
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
take_inputs (MnsBegin *self, GError **error)
{
  g_autoptr (MnsRowSet) waiting = mns_begin_make_input_set (self);
  g_autoptr (MnsRowSet) set = mns_row_set_new ("input id, n int, replicates int, state int");

  for (guint i = 0; i < self->inputs->len; i++)
    {
      const MnsBeginInput *input = &g_array_index (self->inputs, MnsBeginInput, i);

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
get_technician (MnsBegin *self, const char *naming, GError **error)
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
name_output (MnsBegin *self, const MnsBeginOutput *output, const char *technician)
{
  const MnsBeginInput *input = output->input;
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
insert_outputs (MnsBegin *self, const Defaults *defaults, GError **error)
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
      const MnsBeginOutput *output = &g_array_index (self->outputs, MnsBeginOutput, i);
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
insert_placeholders (MnsBegin *self, GError **error)
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

/* A tube that was there before is now populated. */
static gboolean
settle_existing (MnsBegin *self, GError **error)
{
  g_autoptr (MnsRowSet) ids = mns_row_set_new ("id id");

  if (self->existing == NULL || !self->container_type->is_tube)
    return TRUE;
  mns_row_set_add (ids, mns_value_id (&self->existing->id));
  return mns_containers_settle (self->call, ids, error);
}

static gboolean
insert_containers (MnsBegin *self, MnsRowSet *containers, GError **error)
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
      const MnsBeginOutput *output = &g_array_index (self->outputs, MnsBeginOutput, i);

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
                               error)) &&
         settle_existing (self, error);
}

/* Whoever sees an input sees the run and its containers. */
static gboolean
insert_scopes (MnsBegin *self, GError **error)
{
  g_autoptr (GHashTable) known = g_hash_table_new (mns_id_hash, mns_id_equal);
  g_autoptr (MnsRowSet) pairs = mns_row_set_new ("inner_id id, scope id");

  for (guint i = 0; i < self->inputs->len; i++)
    {
      const MnsBeginInput *input = &g_array_index (self->inputs, MnsBeginInput, i);

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

gboolean
mns_begin_write_run (MnsBegin *self, GError **error)
{
  g_autoptr (MnsRowSet) containers = mns_containers_new_set ();
  g_auto (Defaults) defaults = { 0 };

  if (!mns_begin_load_facts (self, error) || !load_defaults (self, &defaults, error) ||
      !mns_begin_make_containers (self, containers, error))
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
