/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What must be right before a state of a run is left: all that is missing is said at once. */

#include "config.h"

#include "sync/lab/fields.h"
#include "sync/lab/runs.h"

/**
 * mns_run_check_placed:
 *
 * Every output that has a place must be in a well.
 */
gboolean
mns_run_check_placed (MnsCall *call, const MnsRun *run, GError **error)
{
  g_autoptr (MnsRows) rows = NULL;

  if (run->type->kind == NULL || !mns_step_type_has_placement (run->type, run->settings))
    return TRUE;
  rows = mns_transaction_query (
      call->tx,
      "SELECT a.lims_id, a.name FROM artifact a LEFT JOIN placement p ON p.artifact_id = a.id"
      " WHERE a.run_id = $run AND a.kind = $kind AND p.artifact_id IS NULL ORDER BY a.output_no",
      MNS_ARGS (MNS_ARG_ID ("run", &run->id), MNS_ARG_TEXT ("kind", run->type->kind)),
      error);
  for (guint i = 0; rows != NULL && i < mns_rows_get_n_rows (rows); i++)
    mns_call_fault (call,
                    "/run",
                    "not_placed",
                    "%s (%s) is not in a well",
                    mns_rows_get_text (rows, i, 1),
                    mns_rows_get_text (rows, i, 0));
  return rows != NULL;
}

/* Fields of a list of the settings that must have a value, of one object. */
static GPtrArray *
find_required (const MnsRun *run,
               const MnsCustomFields *fields,
               const char *list_name,
               const char *object)
{
  JsonArray *list = mns_object_get_list (run->settings, list_name);
  GPtrArray *required = g_ptr_array_new ();

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonObject *column = json_array_get_object_element (list, i);
      const char *id = mns_object_get_text (column, "field");
      const MnsCustomField *field = id != NULL ? mns_custom_fields_find (fields, object, id) : NULL;

      if (field != NULL && field->required)
        g_ptr_array_add (required, (gpointer) field);
    }
  return required;
}

static void
check_row (MnsCall *call,
           const GPtrArray *required,
           const char *shown,
           const char *fields,
           const char *phi_fields)
{
  g_autoptr (MnsFieldValues) values = mns_field_values_new (fields, phi_fields);

  for (guint i = 0; i < required->len; i++)
    {
      const MnsCustomField *field = g_ptr_array_index (required, i);

      if (mns_field_values_get (values, field) == NULL)
        mns_call_fault (
            call, "/run", "required", "“%s” of %s must have a value", field->name, shown);
    }
}

/* The artifacts of the sample table: outputs, or inputs where there are none. */
static MnsRows *
load_table (MnsCall *call, const MnsRun *run, gboolean samples, GError **error)
{
  static const char *const sqls[2][2] = {
    { "SELECT a.lims_id, a.fields, a.phi_fields FROM artifact a WHERE a.run_id = $run"
      " AND a.kind = $kind ORDER BY a.output_no",
      "SELECT a.lims_id, a.fields, a.phi_fields FROM step_input i JOIN artifact a"
      " ON a.id = i.artifact_id WHERE i.run_id = $run ORDER BY i.n" },
    { "SELECT DISTINCT s.lims_id, s.fields, s.phi_fields FROM artifact a JOIN content c"
      " ON c.artifact_id = a.content_id JOIN sample s ON s.id = c.sample_id"
      " WHERE a.run_id = $run AND a.kind = $kind AND s.project_id IS NOT NULL ORDER BY s.lims_id",
      "SELECT DISTINCT s.lims_id, s.fields, s.phi_fields FROM step_input i JOIN artifact a"
      " ON a.id = i.artifact_id JOIN content c ON c.artifact_id = a.content_id JOIN sample s"
      " ON s.id = c.sample_id WHERE i.run_id = $run AND s.project_id IS NOT NULL"
      " ORDER BY s.lims_id" },
  };

  return mns_transaction_query (
      call->tx,
      sqls[samples][run->type->kind == NULL],
      MNS_ARGS (MNS_ARG_ID ("run", &run->id), MNS_ARG_TEXT ("kind", run->type->kind)),
      error);
}

static gboolean
check_table (MnsCall *call,
             const MnsRun *run,
             const MnsCustomFields *fields,
             const char *object,
             GError **error)
{
  g_autoptr (GPtrArray) required = find_required (run, fields, "sample_fields", object);
  g_autoptr (MnsRows) rows = NULL;

  if (required->len == 0)
    return TRUE;
  rows = load_table (call, run, g_str_equal (object, "SAMPLE"), error);
  for (guint i = 0; rows != NULL && i < mns_rows_get_n_rows (rows); i++)
    check_row (call,
               required,
               mns_rows_get_text (rows, i, 0),
               mns_rows_get_text (rows, i, 1),
               mns_rows_get_text (rows, i, 2));
  return rows != NULL;
}

/* At least one lot of every kit of the step. */
static gboolean
check_kits (MnsCall *call, const MnsRun *run, GError **error)
{
  JsonArray *kits = mns_object_get_list (run->settings, "kits");
  g_autoptr (GHashTable) have = g_hash_table_new (mns_id_hash, mns_id_equal);
  g_autoptr (MnsRows) rows = NULL;

  if (mns_settings_count (run->settings, "kits") == 0)
    return TRUE;
  rows = mns_transaction_query (call->tx,
                                "SELECT l.reagent_kit_id FROM step_lot s JOIN reagent_lot l"
                                " ON l.id = s.reagent_lot_id WHERE s.run_id = $run",
                                MNS_ARGS (MNS_ARG_ID ("run", &run->id)),
                                error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    g_hash_table_add (have, (gpointer) mns_rows_get_id (rows, i, 0));
  for (guint i = 0; i < json_array_get_length (kits); i++)
    {
      JsonObject *kit = json_array_get_object_element (kits, i);
      MnsId id;

      if (mns_object_get_id (kit, "id", &id) && !g_hash_table_contains (have, &id))
        mns_call_fault (call,
                        "/run",
                        "lot_missing",
                        "a lot of kit %s is missing",
                        mns_object_get_text (kit, "name"));
    }
  return TRUE;
}

/* Where signatures are switched on, a step goes on only with one that is valid. */
static gboolean
check_signature (MnsCall *call, const MnsRun *run, GError **error)
{
  JsonObject *properties = mns_object_get_object (run->settings, "properties");
  JsonNode *wanted =
      properties != NULL ? json_object_get_member (properties, "eSignatureRequired") : NULL;
  g_autoptr (MnsRows) rows = NULL;
  gboolean on = FALSE;

  if (!mns_setting_is_on (call, "eSignature.Enabled", &on, error))
    return FALSE;
  if (!on ||
      (wanted != NULL && JSON_NODE_HOLDS_VALUE (wanted) &&
       json_node_get_value_type (wanted) == G_TYPE_BOOLEAN && !json_node_get_boolean (wanted)))
    return TRUE;
  rows = mns_transaction_query (call->tx,
                                "SELECT n FROM signature WHERE run_id = $run"
                                " AND outcome = 'SIGNED' AND voided_at IS NULL",
                                MNS_ARGS (MNS_ARG_ID ("run", &run->id)),
                                error);
  if (rows != NULL && mns_rows_get_n_rows (rows) == 0)
    mns_call_fault (call,
                    "/run",
                    "signature_missing",
                    "step run %s must be signed before it goes on",
                    run->lims_id);
  return rows != NULL;
}

/**
 * mns_run_check_recorded:
 *
 * Required fields, instrument, lots, wells, signature: what Record Details asks for.
 */
gboolean
mns_run_check_recorded (MnsCall *call, const MnsRun *run, GError **error)
{
  g_autoptr (MnsCustomFields) fields = NULL;
  g_autoptr (GPtrArray) required = NULL;
  MnsId master;

  if (!mns_run_get_master_step (run, &master))
    return TRUE;
  fields = mns_custom_fields_load (call, "MASTER_STEP DERIVED MEASUREMENT SAMPLE", &master, error);
  if (fields == NULL)
    return FALSE;
  required = find_required (run, fields, "step_fields", "MASTER_STEP");
  check_row (call, required, run->lims_id, run->fields, run->phi_fields);
  if (mns_settings_count (run->settings, "instrument_types") > 0 && !run->has_instrument)
    mns_call_fault (call,
                    "/run",
                    "instrument_missing",
                    "an instrument must be chosen for step run %s",
                    run->lims_id);
  return check_kits (call, run, error) && check_table (call, run, fields, "DERIVED", error) &&
         check_table (call, run, fields, "MEASUREMENT", error) &&
         check_table (call, run, fields, "SAMPLE", error) &&
         mns_run_check_placed (call, run, error) && check_signature (call, run, error);
}
