/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Submitted samples: domain/concepts.md 4.1. */

#include "config.h"

#include "sync/lab/artifacts.h"
#include "sync/lab/containers.h"
#include "sync/lab/drift.h"
#include "sync/lab/rules.h"
#include "sync/lab/sample.h"
#include "sync/lab/samples.h"
#include "sync/model/packed.h"
#include "sync/model/sort-key.h"

#define SAMPLE_LIST_MOST 3456

#define SAMPLES                                                                                    \
  "SELECT s.id, s.lims_id, s.name, s.project_id, s.artifact_id, s.received_date, s.fields,"        \
  " s.phi_fields FROM {v} JOIN sample s ON s.id = v.id"

/* So many are asked ahead; what more there is costs so much that one journey is nothing. */
#define ASKED_MOST 100

static void
free_sample (gpointer data)
{
  MnsSample *self = data;

  g_free (self->lims_id);
  g_free (self->name);
  g_free (self->received_date);
  mns_field_values_free (self->values);
  g_free (self);
}

/**
 * mns_samples_load:
 * @ids: a row set with a column id
 *
 * Returns: (transfer full): the samples that are there, by id, or %NULL with @error set
 */
GHashTable *
mns_samples_load (MnsCall *call, MnsRowSet *ids, GError **error)
{
  g_autoptr (MnsRows) rows =
      mns_transaction_query (call->tx, SAMPLES, MNS_ARGS (MNS_ARG_SET ("v", ids)), error);
  GHashTable *samples;

  if (rows == NULL)
    return NULL;
  samples = g_hash_table_new_full (mns_id_hash, mns_id_equal, NULL, free_sample);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      MnsSample *self = g_new0 (MnsSample, 1);

      self->id = *mns_rows_get_id (rows, i, 0);
      self->lims_id = g_strdup (mns_rows_get_text (rows, i, 1));
      self->name = g_strdup (mns_rows_get_text (rows, i, 2));
      self->has_project = !mns_rows_is_null (rows, i, 3);
      if (self->has_project)
        self->project = *mns_rows_get_id (rows, i, 3);
      self->artifact = *mns_rows_get_id (rows, i, 4);
      self->received_date = g_strdup (mns_rows_get_text (rows, i, 5));
      self->values =
          mns_field_values_new (mns_rows_get_text (rows, i, 6), mns_rows_get_text (rows, i, 7));
      if (g_hash_table_contains (samples, &self->id))
        free_sample (self);
      else
        g_hash_table_insert (samples, &self->id, self);
    }
  return samples;
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  return mns_id_compare (a, b);
}

/**
 * mns_samples_write:
 *
 * Writes the changed ones, in the order of their ids; one statement.
 */
gboolean
mns_samples_write (MnsCall *call, GHashTable *samples, GError **error)
{
  g_autoptr (MnsRowSet) set =
      mns_row_set_new ("id id, name text, key text, received text, fields json, phi json");
  g_autoptr (GList) ids = g_list_sort (g_hash_table_get_keys (samples), compare_ids);

  for (GList *l = ids; l != NULL; l = l->next)
    {
      MnsSample *self = g_hash_table_lookup (samples, l->data);
      g_autofree char *key = NULL;
      g_autofree char *fields = NULL;
      g_autofree char *phi = NULL;

      if (!self->changed)
        continue;
      key = mns_sort_key (self->name);
      fields = mns_packed_print (self->values->plain);
      phi = mns_packed_print (self->values->phi);
      mns_row_set_add (set,
                       mns_value_id (&self->id),
                       mns_value_text (self->name),
                       mns_value_text (key),
                       mns_value_text (self->received_date),
                       mns_value_json (fields),
                       mns_value_json (phi));
    }
  return mns_row_set_get_n_rows (set) == 0 ||
         mns_transaction_run (
             call->tx,
             "UPDATE sample SET name = v.name, name_key = v.key, received_date = v.received,"
             " fields = v.fields, phi_fields = v.phi, changed_at = $now FROM {v}"
             " WHERE sample.id = v.id",
             MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_INT ("now", call->now)),
             error);
}

/* A collaborator changes samples of projects of their own account only. */
static gboolean
check_reach (MnsCall *call, MnsRowSet *ids, GError **error)
{
  g_autoptr (MnsRows) rows = NULL;
  gboolean bench = FALSE;
  gboolean scripts = FALSE;

  if (!mns_call_may (call, "ClarityLogin", &bench, error) ||
      !mns_call_may (call, "APILogin", &scripts, error))
    return FALSE;
  if (bench || scripts)
    return TRUE;
  rows = mns_transaction_query (
      call->tx,
      "SELECT count(*) FROM {v} JOIN sample s ON s.id = v.id JOIN project p ON p.id = s.project_id"
      " JOIN person r ON r.id = $person WHERE p.account_id <> r.account_id",
      MNS_ARGS (MNS_ARG_SET ("v", ids), MNS_ARG_ID ("person", &call->lab->person)),
      error);
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_int (rows, 0, 0) > 0)
    mns_call_deny (call, "ClarityLogin");
  return TRUE;
}

static MnsRowSet *
collect_ids (JsonArray *list, const char *member)
{
  MnsRowSet *set = mns_row_set_new ("id id");
  g_autoptr (GHashTable) known = g_hash_table_new_full (mns_id_hash, mns_id_equal, g_free, NULL);

  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      const char *text = member != NULL
                             ? mns_object_get_text (json_array_get_object_element (list, i), member)
                             : json_array_get_string_element (list, i);
      MnsId id;

      if (mns_id_parse (&id, text) && g_hash_table_add (known, mns_id_dup (&id)))
        mns_row_set_add (set, mns_value_id (&id));
    }
  return set;
}

static void
set_name (MnsCall *call, MnsSample *sample, MnsDrift *drift, JsonNode *value, const char *at)
{
  g_autofree char *name = g_strstrip (mns_scalar_to_text (value));
  g_autoptr (JsonNode) there = mns_text_node (sample->name);

  if (name[0] == '\0' || g_utf8_strlen (name, -1) > 200)
    {
      mns_call_fault (call,
                      at,
                      "length",
                      "the name of sample %s must have 1 to 200 characters",
                      sample->lims_id);
      return;
    }
  mns_drift_check (drift, "sample", &sample->id, sample->lims_id, "name", NULL, there, value);
  sample->renamed = sample->renamed || !g_str_equal (name, sample->name);
  g_free (sample->name);
  sample->name = g_steal_pointer (&name);
  sample->changed = TRUE;
}

static void
set_received (MnsCall *call, MnsSample *sample, MnsDrift *drift, JsonNode *value, const char *at)
{
  g_autofree char *date = mns_scalar_to_text (value);
  g_autoptr (JsonNode) there = mns_text_node (sample->received_date);

  if (date[0] != '\0' && !mns_date_is_valid (date))
    {
      mns_call_fault (call,
                      at,
                      "bad_date",
                      "date received of sample %s is “%s”, which is no day of the form YYYY-MM-DD",
                      sample->lims_id,
                      date);
      return;
    }
  mns_drift_check (drift,
                   "sample",
                   &sample->id,
                   sample->lims_id,
                   "received_date",
                   "date received",
                   there,
                   value);
  g_free (sample->received_date);
  sample->received_date = date[0] != '\0' ? g_steal_pointer (&date) : NULL;
  sample->changed = TRUE;
}

/**
 * mns_sample_set_field:
 *
 * Puts a value into a custom field of a sample, after comparing what was seen.
 */
void
mns_sample_set_field (MnsCall *call,
                      MnsSample *sample,
                      const MnsCustomField *field,
                      MnsDrift *drift,
                      const char *table, /* under which expect names it */
                      const MnsId *id,
                      const char *key,
                      JsonNode *value,
                      const char *at)
{
  g_autofree char *owner = g_strdup_printf ("sample %s", sample->lims_id);
  g_autoptr (JsonNode) checked = mns_custom_field_check (call, field, value, at, owner);

  if (checked == NULL)
    return;
  mns_drift_check (drift,
                   table,
                   id,
                   sample->lims_id,
                   key,
                   field->name,
                   mns_field_values_get (sample->values, field),
                   checked);
  mns_field_values_set (sample->values, field, checked);
  sample->changed = TRUE;
}

static void
set_cell (MnsCall *call,
          GHashTable *samples,
          const MnsCustomFields *fields,
          MnsDrift *drift,
          JsonObject *cell,
          guint i)
{
  const char *key = mns_object_get_text (cell, "field");
  JsonNode *value = json_object_get_member (cell, "value");
  g_autofree char *at = g_strdup_printf ("/cells/%u/value", i);
  g_autofree char *sample_at = g_strdup_printf ("/cells/%u/sample", i);
  const MnsCustomField *field = mns_custom_fields_find (fields, "SAMPLE", key);
  MnsSample *sample;
  MnsId id;

  mns_object_get_id (cell, "sample", &id);
  sample = g_hash_table_lookup (samples, &id);
  if (sample == NULL)
    mns_call_missing (call, sample_at, "sample", NULL);
  else if (field != NULL)
    mns_sample_set_field (call, sample, field, drift, "sample", &sample->id, key, value, at);
  else if (g_str_equal (key, "name"))
    set_name (call, sample, drift, value, at);
  else if (g_str_equal (key, "received_date"))
    set_received (call, sample, drift, value, at);
  else
    {
      g_autofree char *field_at = g_strdup_printf ("/cells/%u/field", i);

      mns_call_fault (call, field_at, "unknown_field", "submitted samples have no field “%s”", key);
    }
}

/* The root artifact has the name of its sample. */
static gboolean
rename_roots (MnsCall *call, GHashTable *samples, GError **error)
{
  g_autoptr (MnsRowSet) ids = mns_row_set_new ("id id");
  g_autoptr (GHashTable) artifacts = NULL;
  GHashTableIter iter;
  MnsSample *sample;

  g_hash_table_iter_init (&iter, samples);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &sample))
    if (sample->renamed)
      mns_row_set_add (ids, mns_value_id (&sample->artifact));
  if (mns_row_set_get_n_rows (ids) == 0)
    return TRUE;
  artifacts = mns_artifacts_load (call, ids, error);
  if (artifacts == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, samples);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &sample))
    if (sample->renamed && g_hash_table_lookup (artifacts, &sample->artifact) != NULL)
      mns_artifact_rename (g_hash_table_lookup (artifacts, &sample->artifact), sample->name);
  return mns_artifacts_write (call, artifacts, error);
}

static gboolean
check_names (MnsCall *call, GHashTable *samples, GError **error)
{
  g_autoptr (MnsRowSet) names = mns_row_set_new ("id id, project id, name text");
  g_autoptr (MnsRows) rows = NULL;
  GHashTableIter iter;
  MnsSample *sample;
  gboolean unique = FALSE;

  g_hash_table_iter_init (&iter, samples);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &sample))
    if (sample->renamed && sample->has_project)
      mns_row_set_add (names,
                       mns_value_id (&sample->id),
                       mns_value_id (&sample->project),
                       mns_value_text (sample->name));
  if (mns_row_set_get_n_rows (names) == 0)
    return TRUE;
  if (!mns_setting_is_on (call, "sample.names_unique_in_project", &unique, error))
    return FALSE;
  if (!unique)
    return TRUE;
  rows = mns_transaction_query (
      call->tx,
      "SELECT v.name, s.lims_id FROM {v} JOIN sample s ON s.project_id = v.project"
      " AND s.name = v.name WHERE s.id <> v.id ORDER BY s.lims_id",
      MNS_ARGS (MNS_ARG_SET ("v", names)),
      error);
  for (guint i = 0; rows != NULL && i < mns_rows_get_n_rows (rows); i++)
    mns_call_fault (call,
                    "/cells",
                    "name_taken",
                    "the project has a sample “%s” already: %s",
                    mns_rows_get_text (rows, i, 0),
                    mns_rows_get_text (rows, i, 1));
  return rows != NULL;
}

static void
ask_values (MnsCall *call)
{
  JsonArray *cells = mns_call_get_list (call, "cells");
  g_autoptr (MnsRowSet) ids = NULL;
  guint n = cells != NULL ? json_array_get_length (cells) : 0;

  for (guint i = 0; i < n; i++)
    if (!JSON_NODE_HOLDS_OBJECT (json_array_get_element (cells, i)))
      return;
  if (n == 0 || n > ASKED_MOST)
    return;
  ids = collect_ids (cells, "sample");
  mns_custom_fields_ask (call, "SAMPLE", NULL);
  mns_transaction_ask (call->tx, SAMPLES, MNS_ARGS (MNS_ARG_SET ("v", ids)));
}

static gboolean
set_values (MnsCall *call, GError **error)
{
  JsonArray *cells = mns_call_get_list (call, "cells");
  g_autoptr (MnsRowSet) ids = collect_ids (cells, "sample");
  g_autoptr (MnsCustomFields) fields = mns_custom_fields_load (call, "SAMPLE", NULL, error);
  g_autoptr (GHashTable) samples = NULL;
  g_auto (MnsDrift) drift = { 0 };

  if (fields == NULL || !check_reach (call, ids, error))
    return FALSE;
  samples = mns_samples_load (call, ids, error);
  if (samples == NULL)
    return FALSE;
  mns_drift_init (&drift, call);
  for (guint i = 0; i < json_array_get_length (cells); i++)
    set_cell (call, samples, fields, &drift, json_array_get_object_element (cells, i), i);
  mns_drift_tell (&drift, "field_changed");
  return check_names (call, samples, error) &&
         (mns_call_failed (call) ||
          (mns_samples_write (call, samples, error) && rename_roots (call, samples, error)));
}

/* Children first. v: artifact id, sample id. */
static const char *const deletions[] = {
  "DELETE FROM placement WHERE artifact_id IN (SELECT v.artifact FROM {v})",
  "DELETE FROM stage_entry WHERE artifact_id IN (SELECT v.artifact FROM {v})",
  "DELETE FROM content WHERE artifact_id IN (SELECT v.artifact FROM {v})",
  "DELETE FROM artifact_state WHERE artifact_id IN (SELECT v.artifact FROM {v})",
  "DELETE FROM file WHERE owner_id IN (SELECT v.sample FROM {v})",
  "DELETE FROM note WHERE owner_id IN (SELECT v.sample FROM {v})",
  "DELETE FROM external_id WHERE owner_id IN (SELECT v.sample FROM {v})",
  "DELETE FROM sample WHERE id IN (SELECT v.sample FROM {v})",
  "DELETE FROM artifact WHERE id IN (SELECT v.artifact FROM {v})",
};

static gboolean
delete_rows (MnsCall *call, MnsRowSet *pairs, MnsRowSet *containers, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (deletions); i++)
    if (!mns_transaction_run (call->tx, deletions[i], MNS_ARGS (MNS_ARG_SET ("v", pairs)), error))
      return FALSE;
  return mns_containers_settle (call, containers, error);
}

static gboolean
delete_samples (MnsCall *call, GError **error)
{
  JsonArray *list = mns_call_get_list (call, "samples");
  g_autoptr (MnsRowSet) ids = collect_ids (list, NULL);
  g_autoptr (MnsRowSet) pairs = mns_row_set_new ("artifact id, sample id");
  g_autoptr (MnsRowSet) containers = mns_row_set_new ("id id");
  g_autoptr (GHashTable) known = g_hash_table_new (mns_id_hash, mns_id_equal);
  g_autoptr (MnsRows) rows = NULL;

  if (!check_reach (call, ids, error))
    return FALSE;
  rows = mns_transaction_query (
      call->tx,
      "SELECT s.id, s.artifact_id, s.lims_id, p.container_id, CASE WHEN EXISTS"
      " (SELECT 1 FROM step_input i WHERE i.artifact_id = s.artifact_id) THEN 1 ELSE 0 END AS used"
      " FROM {v} JOIN sample s ON s.id = v.id LEFT JOIN placement p"
      " ON p.artifact_id = s.artifact_id ORDER BY s.id",
      MNS_ARGS (MNS_ARG_SET ("v", ids)),
      error);
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) < mns_row_set_get_n_rows (ids))
    mns_call_missing (call, "/samples", "sample", NULL);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      if (mns_rows_get_int (rows, i, 4) != 0)
        mns_call_fault (call,
                        "/samples",
                        "in_use",
                        "sample %s was used in a step and cannot be deleted",
                        mns_rows_get_text (rows, i, 2));
      mns_row_set_add (pairs,
                       mns_value_id (mns_rows_get_id (rows, i, 1)),
                       mns_value_id (mns_rows_get_id (rows, i, 0)));
      if (!mns_rows_is_null (rows, i, 3) &&
          g_hash_table_add (known, (gpointer) mns_rows_get_id (rows, i, 3)))
        mns_row_set_add (containers, mns_value_id (mns_rows_get_id (rows, i, 3)));
    }
  return mns_call_failed (call) || delete_rows (call, pairs, containers, error);
}

static const MnsArgSpec sample_args[] = {
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },
  { "container_type", MNS_ARG_TYPE_ID, .refers = "container_type" },
  { "container", MNS_ARG_TYPE_TEXT, .min = 1, .max = 200, .help = "name of the container" },
  { "well", MNS_ARG_TYPE_TEXT, .min = 1, .max = 20, .help = "A:1" },
  { "label", MNS_ARG_TYPE_TEXT, .min = 1, .max = 200 },
  { "received_date", MNS_ARG_TYPE_DATE },
  { "fields", MNS_ARG_TYPE_MAP },
  { NULL },
};

static const MnsArgSpec import_args[] = {
  { "project", MNS_ARG_TYPE_ID, TRUE, .refers = "project" },
  { "samples", MNS_ARG_TYPE_LIST, TRUE, .max = SAMPLE_LIST_MOST, .items = sample_args },
  { NULL },
};

static const MnsArgSpec cell_args[] = {
  { "sample", MNS_ARG_TYPE_ID, TRUE, .refers = "sample" },
  { "field", MNS_ARG_TYPE_TEXT, TRUE, .help = "custom field, name or received_date" },
  { "value", MNS_ARG_TYPE_SCALAR, TRUE },
  { NULL },
};

static const MnsArgSpec set_args[] = {
  { "cells", MNS_ARG_TYPE_LIST, TRUE, .max = 100000, .items = cell_args },
  { NULL },
};

static const MnsArgSpec delete_args[] = {
  { "samples", MNS_ARG_TYPE_IDS, TRUE, .refers = "sample" },
  { NULL },
};

const MnsCommandSpec mns_sample_commands[] = {
  { "sample.import",
    1,
    "Sample:create",
    FALSE,
    import_args,
    mns_sample_import,
    "Add samples to a project",
    "All or nothing. Answers samples and containers." },
  { "sample.set",
    1,
    "Sample:update",
    FALSE,
    set_args,
    set_values,
    "Change values of samples",
    "expect: {\"sample:<id>\": {field: what you saw}}.",
    ask_values },
  { "sample.delete",
    1,
    "Sample:delete",
    FALSE,
    delete_args,
    delete_samples,
    "Delete samples",
    "Only those that no step has used." },
  { NULL },
};
