/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A step's configuration as its screens need it: what may be chosen, what comes next. */

#include "config.h"

#include "sync/lab/step-states.h"
#include "sync/model/error.h"
#include "sync/views/columns.h"
#include "sync/views/tables.h"

static const char config_sql[] =
    "SELECT s.id AS step_id, s.name AS step, s.lims_id, p.id AS protocol_id, p.name AS protocol, "
    "p.is_qc, m.type, m.variability, m.outputs_per_input, "
    "(SELECT v.settings FROM step_version v WHERE v.step_id = s.id "
    "ORDER BY v.number DESC LIMIT 1) AS settings "
    "FROM step s JOIN protocol p ON p.id = s.protocol_id "
    "JOIN master_step m ON m.id = s.master_step_id WHERE s.id = $step";

/* What a step makes is a rule of sync/lab, not of SQL. */
static gboolean
look_at_step_config (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  g_autoptr (MnsRows) raw = NULL;
  MnsId step;
  guint n_columns;

  mns_look_get_id (args, "step", &step);
  raw = mns_transaction_query (
      look->transaction, config_sql, MNS_ARGS (MNS_ARG_ID ("step", &step)), error);
  if (raw == NULL)
    return FALSE;

  n_columns = mns_rows_get_n_columns (raw);
  result->rows = mns_rows_new ();
  for (guint c = 0; c < n_columns; c++)
    mns_rows_add_column (
        result->rows, mns_rows_get_column_name (raw, c), mns_rows_get_column_kind (raw, c));
  mns_rows_add_column (result->rows, "makes_samples", MNS_KIND_INT);
  for (guint row = 0; row < mns_rows_get_n_rows (raw); row++)
    {
      const char *type = mns_rows_get_text (raw, row, mns_rows_find_column (raw, "type"));

      for (guint c = 0; c < n_columns; c++)
        mns_rows_add (result->rows, *mns_rows_get (raw, row, c));
      mns_rows_add (result->rows, mns_value_int (mns_step_makes_samples (type)));
    }
  return TRUE;
}

/* Container types that the step allows, in its order; the first is the default. */
static gboolean
look_at_step_containers (const MnsLook *look,
                         JsonObject *args,
                         MnsViewResult *result,
                         GError **error)
{
  MnsId step;
  g_autoptr (MnsRowSet) wanted = mns_row_set_new ("id id, place int");
  g_autoptr (MnsRows) rows = NULL;
  g_autoptr (JsonObject) settings = NULL;
  JsonArray *list;

  mns_look_get_id (args, "step", &step);
  rows = mns_transaction_query (
      look->transaction, config_sql, MNS_ARGS (MNS_ARG_ID ("step", &step)), error);
  if (rows == NULL)
    return FALSE;
  settings =
      mns_settings_parse (mns_rows_get_n_rows (rows) > 0
                              ? mns_rows_get_text (rows, 0, mns_rows_find_column (rows, "settings"))
                              : NULL);
  list = mns_settings_get_list (settings, "containers");
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonObject *entry = json_array_get_object_element (list, i);
      MnsId id;

      if (mns_id_parse (&id, json_object_get_string_member_with_default (entry, "id", NULL)))
        mns_row_set_add (wanted, mns_value_id (&id), mns_value_int (i));
    }
  result->rows = mns_transaction_query (
      look->transaction,
      "SELECT t.id AS container_type_id, t.lims_id, t.name, t.is_tube, t.x_size, t.y_size, "
      "t.x_alpha, t.x_offset, t.y_alpha, t.y_offset, t.unavailable "
      "FROM {v} JOIN container_type t ON t.id = v.id ORDER BY v.place",
      MNS_ARGS (MNS_ARG_SET ("v", wanted)),
      error);
  return result->rows != NULL;
}

static gboolean
look_at_next_steps (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  MnsId step;

  mns_look_get_id (args, "step", &step);
  result->rows = mns_transaction_query (
      look->transaction,
      "SELECT t.next_step_id AS step_id, s.lims_id, s.name AS step, t.position "
      "FROM step_transition t JOIN step s ON s.id = t.next_step_id "
      "WHERE t.step_id = $step AND s.archived = 0 ORDER BY t.position",
      MNS_ARGS (MNS_ARG_ID ("step", &step)),
      error);
  return result->rows != NULL;
}

/* Runs that the sample of an artifact went through, for the rework dialog: the line upwards. */
static gboolean
look_at_earlier_runs (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  MnsId artifact;

  mns_look_get_id (args, "artifact", &artifact);
  result->rows = mns_transaction_query (
      look->transaction,
      "WITH RECURSIVE up (id) AS (SELECT a.id FROM artifact a WHERE a.id = $artifact "
      "UNION SELECT m.input_id FROM up JOIN io_map m ON m.output_id = up.id) "
      "SELECT DISTINCT r.id AS run_id, r.lims_id, s.name AS step, r.step_id, r.started_at "
      "FROM up JOIN step_input i ON i.artifact_id = up.id JOIN step_run r ON r.id = i.run_id "
      "JOIN step s ON s.id = r.step_id ORDER BY r.started_at, r.id",
      MNS_ARGS (MNS_ARG_ID ("artifact", &artifact)),
      error);
  return result->rows != NULL;
}

static const MnsArgSpec step_args[] = {
  { "step", MNS_ARG_TYPE_ID, .required = TRUE, .refers = "step" },
  { NULL },
};
static const MnsArgSpec artifact_args[] = {
  { "artifact", MNS_ARG_TYPE_ID, .required = TRUE, .refers = "artifact" },
  { NULL },
};

static const MnsViewSpec step_config = {
  .name = "step_config",
  .args = step_args,
  .func = look_at_step_config,
  .columns =
      "step_id id, step text, lims_id text, protocol_id id, protocol text, is_qc int, "
      "type text, variability text, outputs_per_input int, makes_samples int, settings json",
  .help = "A step's configuration: type, what it makes, its newest settings",
};
static const MnsViewSpec step_containers = {
  .name = "step_containers",
  .args = step_args,
  .func = look_at_step_containers,
  .columns =
      "container_type_id id, lims_id text, name text, is_tube int, x_size int, y_size int, "
      "x_alpha int, x_offset int, y_alpha int, y_offset int, unavailable json",
  .help = "Container types that a step's outputs may go into; the first is the default",
};
static const MnsViewSpec next_steps = {
  .name = "next_steps",
  .args = step_args,
  .func = look_at_next_steps,
  .columns = "step_id id, lims_id text, step text, position int",
  .help = "Steps that may follow; the first is the default",
};
static const MnsViewSpec earlier_runs = {
  .name = "earlier_runs",
  .args = artifact_args,
  .func = look_at_earlier_runs,
  .columns = "run_id id, lims_id text, step text, step_id id, started_at int",
  .help = "Steps that a sample went through",
};

const MnsViewSpec *const mns_views_step[] = {
  &step_config, &step_containers, &next_steps, &earlier_runs, NULL
};
