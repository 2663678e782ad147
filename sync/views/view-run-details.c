/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What a person chooses from while a step's details are recorded: lots of the kits that it asks
 * for, instruments of the types that it permits, groups of default values. What is required and
 * permitted stands in the settings that the run started with, as for the rules of sync/lab.
 */

#include "config.h"

#include "sync/lab/runs.h"
#include "sync/views/columns.h"
#include "sync/views/tables.h"

/* Ids of a list of the settings, as a row set id, place. */
static MnsRowSet *
list_ids (JsonObject *settings, const char *name)
{
  MnsRowSet *set = mns_row_set_new ("id id, place int");
  JsonArray *list = mns_settings_get_list (settings, name);

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      MnsId id;

      if (mns_object_get_id (json_array_get_object_element (list, i), "id", &id))
        mns_row_set_add (set, mns_value_id (&id), mns_value_int (i));
    }
  return set;
}

/* The lab's day for an expiry date: that of this computer's zone, as commands carry it. */
static char *
name_today (const MnsLook *look)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (look->now / G_USEC_PER_SEC);
  g_autoptr (GDateTime) here = g_date_time_to_local (utc);

  return g_date_time_format (here, "%Y-%m-%d");
}

static JsonObject *
load_settings (const MnsLook *look, const MnsId *run, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      look->transaction,
      "SELECT v.settings FROM step_run r JOIN step_version v ON v.id = r.step_version_id "
      "WHERE r.id = $run",
      MNS_ARGS (MNS_ARG_ID ("run", run)),
      error);

  if (rows == NULL)
    return NULL;
  return mns_settings_parse (mns_rows_get_n_rows (rows) > 0 ? mns_rows_get_text (rows, 0, 0)
                                                            : NULL);
}

/* A kit without lots has a row of its own, so that the screen can say what is missing. */
static gboolean
look_at_lots (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  g_autoptr (JsonObject) settings = NULL;
  g_autoptr (MnsRowSet) kits = NULL;
  g_autofree char *today = name_today (look);
  MnsId run;

  mns_look_get_id (args, "run", &run);
  settings = load_settings (look, &run, error);
  if (settings == NULL)
    return FALSE;
  kits = list_ids (settings, "kits");
  result->rows = mns_transaction_query (
      look->transaction,
      "SELECT k.id AS kit_id, k.name AS kit, l.id AS lot_id, l.lims_id, l.name, l.lot_number, "
      "l.expiry_date, l.status, CASE WHEN s.run_id IS NULL THEN 0 ELSE 1 END AS used, "
      "CASE WHEN l.expiry_date < $today THEN 1 ELSE 0 END AS expired "
      "FROM {v} JOIN reagent_kit k ON k.id = v.id "
      "LEFT JOIN reagent_lot l ON l.reagent_kit_id = k.id AND (l.status = 'ACTIVE' OR EXISTS "
      "(SELECT 1 FROM step_lot u WHERE u.run_id = $run AND u.reagent_lot_id = l.id)) "
      "LEFT JOIN step_lot s ON s.run_id = $run AND s.reagent_lot_id = l.id "
      "ORDER BY v.place, l.name, l.lot_number, l.id",
      MNS_ARGS (MNS_ARG_SET ("v", kits), MNS_ARG_ID ("run", &run), MNS_ARG_TEXT ("today", today)),
      error);
  return result->rows != NULL;
}

static gboolean
look_at_instruments (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  g_autoptr (JsonObject) settings = NULL;
  g_autoptr (MnsRowSet) types = NULL;
  g_autofree char *today = name_today (look);
  MnsId run;

  mns_look_get_id (args, "run", &run);
  settings = load_settings (look, &run, error);
  if (settings == NULL)
    return FALSE;
  types = list_ids (settings, "instrument_types");
  result->rows = mns_transaction_query (
      look->transaction,
      "SELECT i.id AS instrument_id, i.lims_id, i.name, i.serial_number, i.expiry_date, "
      "t.name AS type, CASE WHEN r.instrument_id = i.id THEN 1 ELSE 0 END AS used, "
      "CASE WHEN i.expiry_date < $today THEN 1 ELSE 0 END AS expired "
      "FROM {v} JOIN instrument_type t ON t.id = v.id "
      "JOIN instrument i ON i.instrument_type_id = t.id JOIN step_run r ON r.id = $run "
      "WHERE i.archived = 0 OR r.instrument_id = i.id ORDER BY i.name, i.id",
      MNS_ARGS (MNS_ARG_SET ("v", types), MNS_ARG_ID ("run", &run), MNS_ARG_TEXT ("today", today)),
      error);
  return result->rows != NULL;
}

static gboolean
look_at_presets (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  MnsId run;

  mns_look_get_id (args, "run", &run);
  result->rows = mns_transaction_query (
      look->transaction,
      "SELECT p.id AS preset_id, p.name, CASE WHEN r.preset_id = p.id THEN 1 ELSE 0 END AS used "
      "FROM step_run r JOIN step s ON s.id = r.step_id "
      "JOIN preset p ON p.master_step_id = s.master_step_id "
      "WHERE r.id = $run AND p.archived = 0 ORDER BY p.name, p.id",
      MNS_ARGS (MNS_ARG_ID ("run", &run)),
      error);
  return result->rows != NULL;
}

static const MnsArgSpec run_args[] = {
  { "run", MNS_ARG_TYPE_ID, .required = TRUE, .refers = "step_run" },
  { NULL },
};

static const MnsViewSpec run_lot_choices = {
  .name = "run_lot_choices",
  .args = run_args,
  .func = look_at_lots,
  .columns =
      "kit_id id, kit text, lot_id id, lims_id text, name text, lot_number text, "
      "expiry_date text, status text, used int, expired int",
  .help = "Lots of the kits that a step asks for, those it uses marked",
};
static const MnsViewSpec run_instruments = {
  .name = "run_instruments",
  .args = run_args,
  .func = look_at_instruments,
  .columns =
      "instrument_id id, lims_id text, name text, serial_number text, expiry_date text, "
      "type text, used int, expired int",
  .help = "Instruments that a step may use; none where it asks for none",
};
static const MnsViewSpec run_presets = {
  .name = "run_presets",
  .args = run_args,
  .func = look_at_presets,
  .columns = "preset_id id, name text, used int",
  .help = "Groups of default values for the fields of a step",
};

const MnsViewSpec *const mns_views_run_details[] = {
  &run_lot_choices,
  &run_instruments,
  &run_presets,
  NULL,
};
