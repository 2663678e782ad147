/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Record Details, the sample table: values of outputs, of inputs where the step makes none, and of
 * the submitted samples behind them.
 */

#include "config.h"

#include "sync/lab/artifacts.h"
#include "sync/lab/drift.h"
#include "sync/lab/runs.h"
#include "sync/lab/samples.h"

typedef struct
{
  MnsCall *call;
  MnsRun *run;
  MnsCustomFields *fields;
  GHashTable *artifacts;
  GHashTable *samples;   /* of the cells that name a field of the submitted sample */
  GHashTable *sample_of; /* content → MnsId of its only sample, or the null id if several */
  MnsDrift drift;
} Record;

static void
record_clear (Record *self)
{
  g_clear_pointer (&self->run, mns_run_free);
  g_clear_pointer (&self->fields, mns_custom_fields_free);
  g_clear_pointer (&self->artifacts, g_hash_table_unref);
  g_clear_pointer (&self->samples, g_hash_table_unref);
  g_clear_pointer (&self->sample_of, g_hash_table_unref);
  mns_drift_clear (&self->drift);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Record, record_clear)

static gboolean
is_built_in (const char *key)
{
  return g_str_equal (key, "qc_flag") || g_str_equal (key, "name");
}

/* A field of the artifact goes before one of its sample of the same name. "SAMPLE:" and the name
 * says that the sample's is meant; so does the field's key or id.
 */
static const MnsCustomField *
find_field (Record *self, const MnsArtifact *artifact, const char *key, gboolean *of_sample)
{
  const MnsCustomField *field = NULL;

  *of_sample = FALSE;
  if (g_str_has_prefix (key, "SAMPLE:"))
    {
      *of_sample = TRUE;
      return mns_custom_fields_find (self->fields, "SAMPLE", key + strlen ("SAMPLE:"));
    }
  field = mns_custom_fields_find (self->fields, mns_artifact_get_object (artifact), key);
  if (field == NULL)
    {
      field = mns_custom_fields_find (self->fields, "SAMPLE", key);
      *of_sample = field != NULL;
    }
  return field;
}

static gboolean
load_artifacts (Record *self, JsonArray *cells, GError **error)
{
  g_autoptr (MnsRowSet) ids = mns_row_set_new ("id id");
  g_autoptr (GHashTable) known = g_hash_table_new_full (mns_id_hash, mns_id_equal, g_free, NULL);

  for (guint i = 0; i < json_array_get_length (cells); i++)
    {
      MnsId id;

      if (mns_object_get_id (json_array_get_object_element (cells, i), "artifact", &id) &&
          g_hash_table_add (known, mns_id_dup (&id)))
        mns_row_set_add (ids, mns_value_id (&id));
    }
  self->artifacts = mns_artifacts_load (self->call, ids, error);
  return self->artifacts != NULL;
}

/* That those which are not outputs of the run are its inputs. */
static gboolean
check_in_run (Record *self, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_row_set_new ("id id");
  g_autoptr (GHashTable) inputs = g_hash_table_new (mns_id_hash, mns_id_equal);
  g_autoptr (MnsRows) rows = NULL;
  GHashTableIter iter;
  const MnsArtifact *artifact;

  g_hash_table_iter_init (&iter, self->artifacts);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &artifact))
    if (!artifact->has_run || !mns_id_equal (&artifact->run, &self->run->id))
      mns_row_set_add (set, mns_value_id (&artifact->id));
  if (mns_row_set_get_n_rows (set) == 0)
    return TRUE;
  rows = mns_transaction_query (
      self->call->tx,
      "SELECT i.artifact_id FROM {v} JOIN step_input i ON i.run_id = $run AND i.artifact_id = v.id",
      MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_ID ("run", &self->run->id)),
      error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    g_hash_table_add (inputs, (gpointer) mns_rows_get_id (rows, i, 0));
  for (guint i = 0; i < mns_row_set_get_n_rows (set); i++)
    {
      const MnsId *id = &mns_row_set_get (set, i, 0)->v.id;

      artifact = g_hash_table_lookup (self->artifacts, id);
      if (!g_hash_table_contains (inputs, id))
        mns_call_fault (self->call,
                        "/cells",
                        "not_in_run",
                        "%s is neither input nor output of step run %s",
                        artifact->lims_id,
                        self->run->lims_id);
    }
  return TRUE;
}

/* The samples behind the artifacts, if any cell asks for one. */
static gboolean
load_samples (Record *self, JsonArray *cells, GError **error)
{
  g_autoptr (MnsRowSet) contents = mns_row_set_new ("id id");
  g_autoptr (MnsRowSet) ids = mns_row_set_new ("id id");
  g_autoptr (GHashTable) known = g_hash_table_new (mns_id_hash, mns_id_equal);
  g_autoptr (MnsRows) rows = NULL;
  GHashTableIter iter;
  const MnsId *sample;

  for (guint i = 0; i < json_array_get_length (cells); i++)
    {
      JsonObject *cell = json_array_get_object_element (cells, i);
      const char *key = mns_object_get_text (cell, "field");
      const MnsArtifact *artifact;
      gboolean of_sample = FALSE;
      MnsId id;

      mns_object_get_id (cell, "artifact", &id);
      artifact = g_hash_table_lookup (self->artifacts, &id);
      if (artifact == NULL || is_built_in (key) ||
          find_field (self, artifact, key, &of_sample) == NULL || !of_sample)
        continue;
      if (g_hash_table_add (known, (gpointer) &artifact->content))
        mns_row_set_add (contents, mns_value_id (&artifact->content));
    }
  if (mns_row_set_get_n_rows (contents) == 0)
    return TRUE;
  rows = mns_transaction_query (
      self->call->tx,
      "SELECT c.artifact_id, c.sample_id FROM {v} JOIN content c ON c.artifact_id = v.id",
      MNS_ARGS (MNS_ARG_SET ("v", contents)),
      error);
  if (rows == NULL)
    return FALSE;
  self->sample_of = g_hash_table_new_full (mns_id_hash, mns_id_equal, g_free, g_free);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      MnsId *old = g_hash_table_lookup (self->sample_of, mns_rows_get_id (rows, i, 0));

      if (old == NULL)
        g_hash_table_insert (self->sample_of,
                             mns_id_dup (mns_rows_get_id (rows, i, 0)),
                             mns_id_dup (mns_rows_get_id (rows, i, 1)));
      else if (!mns_id_equal (old, mns_rows_get_id (rows, i, 1)))
        *old = (MnsId){ { 0 } };
    }
  g_hash_table_remove_all (known);
  g_hash_table_iter_init (&iter, self->sample_of);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &sample))
    if (!mns_id_is_null (sample) && g_hash_table_add (known, (gpointer) sample))
      mns_row_set_add (ids, mns_value_id (sample));
  self->samples = mns_samples_load (self->call, ids, error);
  return self->samples != NULL;
}

static void
set_flag (Record *self, MnsArtifact *artifact, JsonNode *value, const char *at)
{
  static const char *const flags[] = { "UNKNOWN", "PASSED", "FAILED", "CONTINUE", NULL };
  g_autofree char *flag = mns_scalar_to_text (value);
  g_autoptr (JsonNode) there = mns_text_node (artifact->qc_flag);

  if (flag[0] == '\0')
    {
      g_free (flag);
      flag = g_strdup ("UNKNOWN");
    }
  if (!g_strv_contains (flags, flag))
    {
      mns_call_fault (self->call,
                      at,
                      "not_a_word",
                      "QC flag of %s is “%s”; allowed are UNKNOWN PASSED FAILED CONTINUE",
                      artifact->lims_id,
                      flag);
      return;
    }
  mns_drift_check (&self->drift,
                   "artifact",
                   &artifact->id,
                   artifact->lims_id,
                   "qc_flag",
                   "QC flag",
                   there,
                   value);
  g_free (artifact->qc_flag);
  artifact->qc_flag = g_steal_pointer (&flag);
  artifact->changed = TRUE;
}

static void
set_name (Record *self, MnsArtifact *artifact, JsonNode *value, const char *at)
{
  g_autofree char *name = g_strstrip (mns_scalar_to_text (value));
  g_autoptr (JsonNode) there = mns_text_node (artifact->name);

  if (g_str_equal (artifact->kind, "ROOT"))
    mns_call_fault (self->call,
                    at,
                    "root_name",
                    "%s has the name of its submitted sample; change it there",
                    artifact->lims_id);
  else if (name[0] == '\0' || g_utf8_strlen (name, -1) > 100)
    mns_call_fault (self->call,
                    at,
                    "length",
                    "the name of %s must have 1 to 100 characters",
                    artifact->lims_id);
  else
    {
      mns_drift_check (
          &self->drift, "artifact", &artifact->id, artifact->lims_id, "name", NULL, there, value);
      mns_artifact_rename (artifact, name);
    }
}

static void
set_artifact_field (Record *self,
                    MnsArtifact *artifact,
                    const MnsCustomField *field,
                    const char *key,
                    JsonNode *value,
                    const char *at)
{
  g_autoptr (JsonNode) checked =
      mns_custom_field_check (self->call, field, value, at, artifact->lims_id);

  if (checked == NULL)
    return;
  mns_drift_check (&self->drift,
                   "artifact",
                   &artifact->id,
                   artifact->lims_id,
                   key,
                   field->name,
                   mns_field_values_get (artifact->values, field),
                   checked);
  mns_field_values_set (artifact->values, field, checked);
  artifact->changed = TRUE;
}

static void
set_sample_field (Record *self,
                  MnsArtifact *artifact,
                  const MnsCustomField *field,
                  const char *key,
                  JsonNode *value,
                  const char *at)
{
  const MnsId *id =
      self->sample_of != NULL ? g_hash_table_lookup (self->sample_of, &artifact->content) : NULL;
  MnsSample *sample =
      id != NULL && self->samples != NULL ? g_hash_table_lookup (self->samples, id) : NULL;

  if (id != NULL && mns_id_is_null (id))
    mns_call_fault (self->call,
                    at,
                    "several_samples",
                    "%s holds several samples; “%s” belongs to each of them",
                    artifact->lims_id,
                    field->name);
  else if (sample == NULL)
    mns_call_missing (self->call, at, "sample", NULL);
  else
    mns_sample_set_field (
        self->call, sample, field, &self->drift, "artifact", &artifact->id, key, value, at);
}

static void
set_cell (Record *self, JsonObject *cell, guint i)
{
  const char *key = mns_object_get_text (cell, "field");
  JsonNode *value = json_object_get_member (cell, "value");
  g_autofree char *at = g_strdup_printf ("/cells/%u/value", i);
  g_autofree char *place = NULL;
  const MnsCustomField *field;
  MnsArtifact *artifact;
  gboolean of_sample = FALSE;
  MnsId id;

  mns_object_get_id (cell, "artifact", &id);
  artifact = g_hash_table_lookup (self->artifacts, &id);
  if (artifact == NULL)
    {
      place = g_strdup_printf ("/cells/%u/artifact", i);
      mns_call_missing (self->call, place, "artifact", NULL);
      return;
    }
  field = find_field (self, artifact, key, &of_sample);
  if (field != NULL && of_sample)
    set_sample_field (self, artifact, field, key, value, at);
  else if (field != NULL)
    set_artifact_field (self, artifact, field, key, value, at);
  else if (g_str_equal (key, "qc_flag"))
    set_flag (self, artifact, value, at);
  else if (g_str_equal (key, "name"))
    set_name (self, artifact, value, at);
  else
    {
      place = g_strdup_printf ("/cells/%u/field", i);
      mns_call_fault (
          self->call, place, "unknown_field", "%s has no field “%s”", artifact->lims_id, key);
    }
}

gboolean
mns_step_record (MnsCall *call, GError **error)
{
  g_auto (Record) self = { .call = call };
  JsonArray *cells = mns_call_get_list (call, "cells");

  mns_drift_init (&self.drift, call);
  self.run = mns_run_load (call, error);
  if (self.run == NULL)
    return FALSE;
  if (!mns_run_check (call, self.run, "RECORD_DETAILS"))
    return TRUE;
  self.fields = mns_custom_fields_load (call, "DERIVED MEASUREMENT SAMPLE", NULL, error);
  if (self.fields == NULL || !load_artifacts (&self, cells, error) ||
      !check_in_run (&self, error) || !load_samples (&self, cells, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (cells); i++)
    set_cell (&self, json_array_get_object_element (cells, i), i);
  mns_drift_tell (&self.drift, "field_changed");
  if (mns_call_failed (call))
    return TRUE;
  return mns_artifacts_write (call, self.artifacts, error) &&
         (self.samples == NULL || mns_samples_write (call, self.samples, error)) &&
         mns_run_touch (call, self.run, error);
}
