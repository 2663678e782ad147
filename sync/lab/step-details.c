/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Record Details, the step data: fields of the run, instrument, preset, reagent lots. */

#include "config.h"

#include "sync/lab/drift.h"
#include "sync/lab/fields.h"
#include "sync/lab/runs.h"
#include "sync/model/packed.h"

static gboolean
check_instrument (MnsCall *call, const MnsRun *run, const MnsId *id, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      call->tx,
      "SELECT name, archived, expiry_date, instrument_type_id FROM instrument WHERE id = $id",
      MNS_ARGS (MNS_ARG_ID ("id", id)),
      error);
  const char *name;

  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) == 0)
    {
      mns_call_missing (call, "/instrument", "instrument", NULL);
      return TRUE;
    }
  name = mns_rows_get_text (rows, 0, 0);
  if (mns_rows_get_int (rows, 0, 1) != 0)
    mns_call_fault (call, "/instrument", "archived", "instrument %s is archived", name);
  if (!mns_rows_is_null (rows, 0, 2) &&
      strcmp (mns_rows_get_text (rows, 0, 2), mns_call_get_today (call)) < 0)
    mns_call_fault (call,
                    "/instrument",
                    "expired",
                    "the calibration of instrument %s expired on %s",
                    name,
                    mns_rows_get_text (rows, 0, 2));
  if (!mns_settings_permit (run->settings, "instrument_types", mns_rows_get_id (rows, 0, 3)))
    mns_call_fault (call,
                    "/instrument",
                    "not_permitted",
                    "instrument %s is not of a type that step %s uses",
                    name,
                    run->step_name);
  return TRUE;
}

/* A preset by id, LIMS id or name; its values go under those that are given. */
static gboolean
apply_preset (MnsCall *call,
              const MnsId *master,
              const MnsCustomFields *fields,
              MnsFieldValues *values,
              MnsId *preset,
              GError **error)
{
  const char *key = mns_call_get_text (call, "preset");
  g_autoptr (MnsFieldValues) from = NULL;
  g_autoptr (MnsRows) rows = mns_transaction_query (
      call->tx,
      "SELECT id, lims_id, name, fields FROM preset WHERE master_step_id = $master"
      " AND archived = 0 ORDER BY name, id",
      MNS_ARGS (MNS_ARG_ID ("master", master)),
      error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      g_autofree char *id = mns_id_to_string (mns_rows_get_id (rows, i, 0));

      if (!g_str_equal (key, id) && !g_str_equal (key, mns_rows_get_text (rows, i, 1)) &&
          !g_str_equal (key, mns_rows_get_text (rows, i, 2)))
        continue;
      *preset = *mns_rows_get_id (rows, i, 0);
      from = mns_field_values_new (mns_rows_get_text (rows, i, 3), NULL);
      for (guint k = 0; k < mns_custom_fields_get_n (fields); k++)
        {
          const MnsCustomField *field = mns_custom_fields_get (fields, k);
          JsonNode *value = mns_field_values_get (from, field);

          if (value != NULL)
            mns_field_values_set (values, field, value);
        }
      return TRUE;
    }
  mns_call_fault (call, "/preset", "not_found", "there is no preset “%s” for this step", key);
  return TRUE;
}

static void
check_drift (MnsCall *call,
             const MnsRun *run,
             const MnsCustomFields *fields,
             const MnsFieldValues *values)
{
  JsonObject *given = mns_call_get_object (call, "fields");
  g_autoptr (GList) members = given != NULL ? json_object_get_members (given) : NULL;
  g_auto (MnsDrift) drift = { 0 };

  mns_drift_init (&drift, call);
  for (GList *l = members; l != NULL; l = l->next)
    {
      const MnsCustomField *field = mns_custom_fields_find (fields, "MASTER_STEP", l->data);

      if (field != NULL)
        mns_drift_check (&drift,
                         "step_run",
                         &run->id,
                         run->lims_id,
                         l->data,
                         field->name,
                         mns_field_values_get (values, field),
                         json_object_get_member (given, l->data));
    }
  mns_drift_tell (&drift, "field_changed");
}

/* Values may be taken away here; that required ones are there is asked when the state is left. */
static void
apply_fields (MnsCall *call,
              const MnsRun *run,
              const MnsCustomFields *fields,
              MnsFieldValues *values)
{
  JsonObject *given = mns_call_get_object (call, "fields");
  g_autoptr (GList) members = given != NULL ? json_object_get_members (given) : NULL;

  for (GList *l = members; l != NULL; l = l->next)
    {
      const MnsCustomField *field = mns_custom_fields_find (fields, "MASTER_STEP", l->data);
      g_autofree char *at = g_strconcat ("/fields/", l->data, NULL);
      g_autoptr (JsonNode) value = NULL;

      if (field == NULL)
        {
          mns_call_fault (call,
                          at,
                          "unknown_field",
                          "step %s has no field “%s”",
                          run->step_name,
                          (const char *) l->data);
          continue;
        }
      value = mns_custom_field_check (
          call, field, json_object_get_member (given, l->data), at, run->lims_id);
      if (value != NULL)
        mns_field_values_set (values, field, value);
    }
}

gboolean
mns_step_details (MnsCall *call, GError **error)
{
  g_autoptr (MnsRun) run = mns_run_load (call, error);
  g_autoptr (MnsCustomFields) fields = NULL;
  g_autoptr (MnsFieldValues) values = NULL;
  g_autofree char *plain = NULL;
  g_autofree char *phi = NULL;
  MnsId master, instrument, preset = { { 0 } };
  gboolean has_instrument;

  if (run == NULL)
    return FALSE;
  if (!mns_run_check (call, run, NULL))
    return TRUE;
  if (!mns_run_get_master_step (run, &master))
    master = (MnsId){ { 0 } };
  fields = mns_custom_fields_load (call, "MASTER_STEP", &master, error);
  if (fields == NULL)
    return FALSE;
  values = mns_field_values_new (run->fields, run->phi_fields);
  check_drift (call, run, fields, values);
  if (mns_call_get_text (call, "preset") != NULL &&
      !apply_preset (call, &master, fields, values, &preset, error))
    return FALSE;
  apply_fields (call, run, fields, values);
  has_instrument = mns_call_get_id (call, "instrument", &instrument);
  if (has_instrument && !check_instrument (call, run, &instrument, error))
    return FALSE;
  if (mns_call_failed (call))
    return TRUE;
  if (!mns_call_has (call, "instrument") && run->has_instrument)
    {
      instrument = run->instrument;
      has_instrument = TRUE;
    }
  plain = mns_packed_print (values->plain);
  phi = mns_packed_print (values->phi);
  return mns_transaction_run (
             call->tx,
             "UPDATE step_run SET fields = $fields, phi_fields = $phi, instrument_id = $instrument,"
             " preset_id = COALESCE ($preset, preset_id) WHERE id = $run",
             MNS_ARGS (MNS_ARG_JSON ("fields", plain),
                       MNS_ARG_JSON ("phi", phi),
                       MNS_ARG_ID ("instrument", has_instrument ? &instrument : NULL),
                       MNS_ARG_ID ("preset", mns_id_is_null (&preset) ? NULL : &preset),
                       MNS_ARG_ID ("run", &run->id)),
             error) &&
         mns_run_touch (call, run, error);
}

static gboolean
check_lots (MnsCall *call, const MnsRun *run, MnsRowSet *set, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      call->tx,
      "SELECT v.n, l.name, l.lot_number, l.status, l.expiry_date, l.reagent_kit_id FROM {v}"
      " JOIN reagent_lot l ON l.id = v.id ORDER BY v.n",
      MNS_ARGS (MNS_ARG_SET ("v", set)),
      error);

  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) < mns_row_set_get_n_rows (set))
    mns_call_missing (call, "/lots", "reagent_lot", NULL);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      g_autofree char *at =
          g_strdup_printf ("/lots/%" G_GINT64_FORMAT, mns_rows_get_int (rows, i, 0));
      g_autofree char *shown =
          g_strdup_printf ("lot %s %s",
                           mns_rows_get_text (rows, i, 1),
                           mns_rows_is_null (rows, i, 2) ? "" : mns_rows_get_text (rows, i, 2));

      if (!g_str_equal (mns_rows_get_text (rows, i, 3), "ACTIVE"))
        mns_call_fault (call, at, "not_active", "%s is not active", shown);
      if (!mns_rows_is_null (rows, i, 4) &&
          strcmp (mns_rows_get_text (rows, i, 4), mns_call_get_today (call)) < 0)
        mns_call_fault (
            call, at, "expired", "%s expired on %s", shown, mns_rows_get_text (rows, i, 4));
      if (mns_settings_count (run->settings, "kits") == 0 ||
          !mns_settings_permit (run->settings, "kits", mns_rows_get_id (rows, i, 5)))
        mns_call_fault (call,
                        at,
                        "not_permitted",
                        "%s is not of a kit that step %s uses",
                        shown,
                        run->step_name);
    }
  return TRUE;
}

gboolean
mns_step_lots (MnsCall *call, GError **error)
{
  g_autoptr (MnsRun) run = mns_run_load (call, error);
  g_autoptr (MnsRowSet) set = mns_row_set_new ("n int, id id");
  g_autoptr (GHashTable) known = g_hash_table_new_full (mns_id_hash, mns_id_equal, g_free, NULL);
  JsonArray *list = mns_call_get_list (call, "lots");

  if (run == NULL)
    return FALSE;
  if (!mns_run_check (call, run, NULL))
    return TRUE;
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      MnsId id;

      if (mns_id_parse (&id, json_array_get_string_element (list, i)) &&
          g_hash_table_add (known, mns_id_dup (&id)))
        mns_row_set_add (set, mns_value_int (i), mns_value_id (&id));
    }
  if (mns_row_set_get_n_rows (set) > 0 && !check_lots (call, run, set, error))
    return FALSE;
  return mns_call_failed (call) ||
         (mns_transaction_run (call->tx,
                               "DELETE FROM step_lot WHERE run_id = $run",
                               MNS_ARGS (MNS_ARG_ID ("run", &run->id)),
                               error) &&
          (mns_row_set_get_n_rows (set) == 0 ||
           mns_transaction_run (
               call->tx,
               "INSERT INTO step_lot (run_id, reagent_lot_id) SELECT $run, v.id FROM {v}",
               MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_ID ("run", &run->id)),
               error)) &&
          mns_run_touch (call, run, error));
}
