/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The screens of a step in progress: what is in it, where it stands, what may come next. */

#include "config.h"

#include "sync/lab/run-state.h"
#include "sync/lab/step-actions.h"
#include "sync/lab/step-states.h"
#include "sync/model/error.h"
#include "sync/model/packed.h"
#include "sync/views/columns.h"
#include "sync/views/tables.h"

static const char run_sql[] =
    "SELECT r.id AS run_id, r.lims_id, r.state, r.step_id, s.name AS step, p.id AS protocol_id, "
    "p.name AS protocol, p.is_qc, m.type, r.technician_id, "
    "t.first_name || ' ' || t.last_name AS technician, "
    "CASE WHEN r.technician_id = $person THEN 1 ELSE 0 END AS mine, r.started_at, r.completed_at, "
    "(SELECT COUNT(*) FROM step_input i WHERE i.run_id = r.id) AS samples, "
    "(SELECT COUNT(*) FROM artifact o WHERE o.run_id = r.id AND o.kind <> 'FILE') AS outputs, "
    "(SELECT COUNT(*) FROM artifact o JOIN placement w ON w.artifact_id = o.id "
    "WHERE o.run_id = r.id) AS placed, "
    "r.instrument_id, n.name AS instrument, r.container_type_id, r.label_group_id, r.preset_id, "
    "r.lease_client_id, r.lease_until, r.next_steps_locked, r.program_status, r.program_message, "
    "COALESCE(c.is_tube, 0) AS places_itself, "
    "r.next_run_id, r.changed_at, r.fields, v.settings "
    "FROM step_run r JOIN step s ON s.id = r.step_id JOIN protocol p ON p.id = s.protocol_id "
    "JOIN master_step m ON m.id = s.master_step_id JOIN person t ON t.id = r.technician_id "
    "JOIN step_version v ON v.id = r.step_version_id "
    "LEFT JOIN container_type c ON c.id = r.container_type_id "
    "LEFT JOIN instrument n ON n.id = r.instrument_id WHERE r.id = $run";

static gboolean
look_at_run (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  MnsId run;
  g_autoptr (MnsRows) raw = NULL;
  guint n_columns;

  mns_look_get_id (args, "run", &run);
  raw = mns_transaction_query (
      look->transaction,
      run_sql,
      MNS_ARGS (MNS_ARG_ID ("run", &run), MNS_ARG_ID ("person", &look->person)),
      error);
  if (raw == NULL)
    return FALSE;

  n_columns = mns_rows_get_n_columns (raw);
  result->rows = mns_rows_new ();
  for (guint c = 0; c < n_columns; c++)
    mns_rows_add_column (
        result->rows, mns_rows_get_column_name (raw, c), mns_rows_get_column_kind (raw, c));
  mns_rows_add_column (result->rows, "milestones", MNS_KIND_TEXT);
  if (mns_rows_get_n_rows (raw) > 0)
    {
      g_autoptr (JsonObject) settings =
          mns_settings_parse (mns_rows_get_text (raw, 0, mns_rows_find_column (raw, "settings")));
      g_autofree char *milestones = mns_run_list_milestones (
          settings, mns_rows_get_int (raw, 0, mns_rows_find_column (raw, "places_itself")) != 0);

      for (guint c = 0; c < n_columns; c++)
        mns_rows_add (result->rows, *mns_rows_get (raw, 0, c));
      mns_rows_add (result->rows, mns_value_text (milestones));
    }
  return TRUE;
}

/* The settings a run started with; NULL with @error set if there is no such run. */
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
  if (mns_rows_get_n_rows (rows) == 0)
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_NOT_FOUND, "there is no such step");
      return NULL;
    }
  return mns_settings_parse (mns_rows_get_text (rows, 0, 0));
}

/* One row an input-output pair; an input without outputs has a row of its own. */
static const char pairs_sql[] =
    "SELECT o.id AS output_id, o.lims_id AS output_lims_id, o.name AS output, o.kind, "
    "i.artifact_id AS input_id, a.lims_id AS input_lims_id, a.name AS input, "
    "s.id AS sample_id, s.lims_id AS sample_lims_id, s.name AS sample, "
    "j.id AS project_id, j.name AS project, COALESCE(o.qc_flag, a.qc_flag) AS qc_flag, "
    "ic.id AS in_container_id, ic.name AS in_container, ip.y AS in_y, ip.x AS in_x, "
    "ic.container_type_id AS _in_type, "
    "oc.id AS container_id, oc.name AS container, op.y, op.x, oc.container_type_id AS _type, "
    "l.name AS label, CASE WHEN s.control_type_id IS NULL THEN 0 ELSE 1 END AS is_control, "
    "COALESCE(o.fields, CASE WHEN o.id IS NULL THEN a.fields END) AS _artifact, "
    "s.fields AS _sample, ic.fields AS _container, j.fields AS _project "
    "FROM step_input i JOIN artifact a ON a.id = i.artifact_id "
    "LEFT JOIN io_map m ON m.run_id = i.run_id AND m.input_id = i.artifact_id "
    "LEFT JOIN artifact o ON o.id = m.output_id "
    "LEFT JOIN placement ip ON ip.artifact_id = a.id "
    "LEFT JOIN container ic ON ic.id = ip.container_id "
    "LEFT JOIN placement op ON op.artifact_id = o.id "
    "LEFT JOIN container oc ON oc.id = op.container_id "
    "LEFT JOIN content k ON k.artifact_id = a.content_id AND k.n = 0 "
    "LEFT JOIN sample s ON s.id = k.sample_id LEFT JOIN label l ON l.id = k.label_id "
    "LEFT JOIN project j ON j.id = s.project_id "
    "WHERE i.run_id = $run ORDER BY i.n, o.output_no NULLS FIRST, i.artifact_id";

static gboolean
look_at_run_pairs (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  MnsId run;
  g_autoptr (JsonObject) settings = NULL;
  g_autoptr (MnsCatalog) catalog = NULL;
  g_autoptr (GArray) columns = NULL;
  g_autoptr (MnsRows) raw = NULL;

  mns_look_get_id (args, "run", &run);
  settings = load_settings (look, &run, error);
  if (settings == NULL)
    return FALSE;
  catalog = mns_catalog_load (look->transaction, error);
  if (catalog == NULL)
    return FALSE;
  raw = mns_transaction_query (
      look->transaction, pairs_sql, MNS_ARGS (MNS_ARG_ID ("run", &run)), error);
  if (raw == NULL)
    return FALSE;
  columns = mns_settings_get_field_columns (catalog, settings, "sample_fields", "s_");
  result->rows = mns_catalog_finish (catalog, raw, columns, look->now);
  return TRUE;
}

static const char *
name_kind (const MnsFieldInfo *field)
{
  static const struct
  {
    const char *type, *kind;
  } kinds[] = {
    { "NUMERIC", "NUMBER" }, { "BOOLEAN", "CHECK" }, { "DATE", "DATE" },
    { "TEXT", "MULTILINE" }, { "URI", "LINK" },
  };
  JsonNode *presets = json_object_get_member (field->options, "presets");

  if (presets != NULL && JSON_NODE_HOLDS_ARRAY (presets) &&
      json_array_get_length (json_node_get_array (presets)) > 0)
    return "CHOICE";
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].type, field->type))
      return kinds[i].kind;
  return "TEXT";
}

static void
start_field_rows (MnsRows *rows)
{
  static const struct
  {
    const char *name;
    MnsKind kind;
  } columns[] = {
    { "place", MNS_KIND_TEXT },   { "key", MNS_KIND_TEXT },     { "field_id", MNS_KIND_ID },
    { "title", MNS_KIND_TEXT },   { "object", MNS_KIND_TEXT },  { "kind", MNS_KIND_TEXT },
    { "options", MNS_KIND_JSON }, { "required", MNS_KIND_INT }, { "read_only", MNS_KIND_INT },
    { "unit", MNS_KIND_TEXT },    { "position", MNS_KIND_INT }, { "value", MNS_KIND_TEXT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    mns_rows_add_column (rows, columns[i].name, columns[i].kind);
}

static void
add_field_row (
    MnsRows *rows, const char *place, const MnsFieldInfo *field, guint at, JsonObject *values)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), field->options);
  g_autofree char *options = json_to_string (node, FALSE);
  g_autofree char *value = values != NULL ? mns_packed_get_text (values, field->no) : NULL;
  g_autofree char *key =
      g_strconcat (g_str_equal (field->object, "SAMPLE") ? "s_" : "", field->key, NULL);

  mns_rows_add (rows, mns_value_text (place));
  mns_rows_add (rows, mns_value_text (key));
  mns_rows_add (rows, mns_value_id (&field->id));
  mns_rows_add (rows, mns_value_text (field->name));
  mns_rows_add (rows, mns_value_text (field->object));
  mns_rows_add (rows, mns_value_text (name_kind (field)));
  mns_rows_add (rows, mns_value_json (options));
  mns_rows_add (rows,
                mns_value_int (json_object_get_boolean_member_with_default (
                    field->options, "required", FALSE)));
  mns_rows_add (rows,
                mns_value_int (json_object_get_boolean_member_with_default (
                    field->options, "read_only", FALSE)));
  mns_rows_add (
      rows,
      mns_value_text (json_object_get_string_member_with_default (field->options, "unit", NULL)));
  mns_rows_add (rows, mns_value_int (at));
  mns_rows_add (rows, mns_value_text (value));
}

static void
add_field_list (MnsRows *rows,
                const char *place,
                const MnsCatalog *catalog,
                JsonArray *list,
                JsonObject *values)
{
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonObject *entry = json_array_get_object_element (list, i);
      const char *text = json_object_get_string_member_with_default (entry, "field", NULL);
      const MnsFieldInfo *field = NULL;
      MnsId id;

      if (text != NULL && mns_id_parse (&id, text))
        field = g_hash_table_lookup (catalog->fields, &id);
      if (field != NULL && !field->phi)
        add_field_row (rows, place, field, i, values);
    }
}

static gboolean
look_at_run_fields (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  MnsId run;
  g_autoptr (JsonObject) settings = NULL;
  g_autoptr (JsonObject) values = NULL;
  g_autoptr (MnsCatalog) catalog = NULL;
  g_autoptr (MnsRows) packed = NULL;

  mns_look_get_id (args, "run", &run);
  settings = load_settings (look, &run, error);
  catalog = settings != NULL ? mns_catalog_load (look->transaction, error) : NULL;
  if (catalog == NULL)
    return FALSE;
  packed = mns_transaction_query (look->transaction,
                                  "SELECT fields FROM step_run WHERE id = $run",
                                  MNS_ARGS (MNS_ARG_ID ("run", &run)),
                                  error);
  if (packed == NULL)
    return FALSE;
  values = mns_packed_parse (mns_rows_get_text (packed, 0, 0));
  result->rows = mns_rows_new ();
  start_field_rows (result->rows);
  add_field_list (
      result->rows, "STEP", catalog, mns_settings_get_list (settings, "step_fields"), values);
  add_field_list (result->rows,
                  "SAMPLE_TABLE",
                  catalog,
                  mns_settings_get_list (settings, "sample_fields"),
                  NULL);
  return TRUE;
}

/* Plain queries by the run: the SQL is all there is to say. */
static gboolean
look_by_run (
    const MnsLook *look, JsonObject *args, const char *sql, MnsViewResult *result, GError **error)
{
  MnsId run;

  mns_look_get_id (args, "run", &run);
  result->rows =
      mns_transaction_query (look->transaction, sql, MNS_ARGS (MNS_ARG_ID ("run", &run)), error);
  return result->rows != NULL;
}

static gboolean
look_at_run_containers (const MnsLook *look,
                        JsonObject *args,
                        MnsViewResult *result,
                        GError **error)
{
  return look_by_run (
      look,
      args,
      "SELECT c.id AS container_id, c.lims_id, c.name, t.id AS container_type_id, t.name AS type, "
      "t.x_size, t.y_size, t.x_alpha, t.x_offset, t.y_alpha, t.y_offset, t.unavailable, t.is_tube, "
      "s.on_the_fly, c.state FROM step_container s JOIN container c ON c.id = s.container_id "
      "JOIN container_type t ON t.id = c.container_type_id WHERE s.run_id = $run ORDER BY s.n, "
      "c.id",
      result,
      error);
}

static gboolean
look_at_run_placements (const MnsLook *look,
                        JsonObject *args,
                        MnsViewResult *result,
                        GError **error)
{
  return look_by_run (look,
                      args,
                      "SELECT p.container_id, p.y, p.x, p.artifact_id, a.name, "
                      "CASE WHEN a.run_id = s.run_id THEN 1 ELSE 0 END AS own "
                      "FROM step_container s JOIN placement p ON p.container_id = s.container_id "
                      "LEFT JOIN artifact a ON a.id = p.artifact_id "
                      "WHERE s.run_id = $run ORDER BY s.n, p.container_id, p.y, p.x",
                      result,
                      error);
}

static gboolean
look_at_run_lots (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  return look_by_run (look,
                      args,
                      "SELECT l.id AS lot_id, l.lims_id, k.id AS kit_id, k.name AS kit, l.name, "
                      "l.lot_number, l.expiry_date, l.status "
                      "FROM step_lot s JOIN reagent_lot l ON l.id = s.reagent_lot_id "
                      "JOIN reagent_kit k ON k.id = l.reagent_kit_id "
                      "WHERE s.run_id = $run ORDER BY k.name, l.name, l.id",
                      result,
                      error);
}

/* The artifacts that move on: the outputs of a step that makes samples, else the inputs. */
static gboolean
look_at_run_actions (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  return look_by_run (
      look,
      args,
      "SELECT a.id AS artifact_id, a.lims_id, a.name, a.qc_flag, n.action, "
      "n.step_id AS next_step_id, x.name AS next_step, n.rework_run_id, n.escalated, "
      "(SELECT y.name || ' ' || w.lims_id FROM step_run w JOIN step y ON y.id = w.step_id "
      "WHERE w.id = n.rework_run_id) AS rework_run "
      "FROM artifact a LEFT JOIN next_action n ON n.run_id = $run AND n.artifact_id = a.id "
      "LEFT JOIN step x ON x.id = n.step_id "
      "WHERE a.run_id = $run AND a.kind IN ('DERIVED', 'POOL') "
      "UNION ALL "
      "SELECT a.id, a.lims_id, a.name, a.qc_flag, n.action, n.step_id, x.name, n.rework_run_id, "
      "n.escalated, (SELECT y.name || ' ' || w.lims_id FROM step_run w "
      "JOIN step y ON y.id = w.step_id WHERE w.id = n.rework_run_id) "
      "FROM step_input i JOIN artifact a ON a.id = i.artifact_id "
      "LEFT JOIN next_action n ON n.run_id = $run AND n.artifact_id = a.id "
      "LEFT JOIN step x ON x.id = n.step_id WHERE i.run_id = $run AND NOT EXISTS ("
      "SELECT 1 FROM artifact o WHERE o.run_id = $run AND o.kind IN ('DERIVED', 'POOL')) "
      "ORDER BY 3, 1",
      result,
      error);
}

static void
add_choice (MnsRows *to,
            const MnsStepAction *action,
            const MnsId *step,
            const char *name,
            gboolean is_default)
{
  mns_rows_add (to, mns_value_text (action->action));
  mns_rows_add (to, mns_value_id (step));
  mns_rows_add (to, mns_value_text (name));
  mns_rows_add (to, mns_value_int (is_default));
  mns_rows_add (to, mns_value_text (action->right));
  mns_rows_add (to, mns_value_int (action->needs_run));
}

static void
start_choices (MnsRows *rows)
{
  mns_rows_add_column (rows, "action", MNS_KIND_TEXT);
  mns_rows_add_column (rows, "step_id", MNS_KIND_ID);
  mns_rows_add_column (rows, "step", MNS_KIND_TEXT);
  mns_rows_add_column (rows, "is_default", MNS_KIND_INT);
  mns_rows_add_column (rows, "right", MNS_KIND_TEXT);
  mns_rows_add_column (rows, "needs_run", MNS_KIND_INT);
}

/* Which actions there are, and which is the default, is decided by sync/lab. */
static gboolean
look_at_run_choices (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  MnsId run;
  g_autoptr (MnsRows) facts = NULL;
  g_autoptr (MnsRows) steps = NULL;
  const MnsStepAction *actions;
  guint n_actions, n_steps;
  const char *otherwise;

  mns_look_get_id (args, "run", &run);
  facts = mns_transaction_query (look->transaction,
                                 "SELECT r.step_id, p.is_qc FROM step_run r "
                                 "JOIN step s ON s.id = r.step_id "
                                 "JOIN protocol p ON p.id = s.protocol_id WHERE r.id = $run",
                                 MNS_ARGS (MNS_ARG_ID ("run", &run)),
                                 error);
  if (facts == NULL)
    return FALSE;
  result->rows = mns_rows_new ();
  start_choices (result->rows);
  if (mns_rows_get_n_rows (facts) == 0)
    return TRUE;
  steps = mns_step_load_next (look->transaction, mns_rows_get_id (facts, 0, 0), error);
  if (steps == NULL)
    return FALSE;
  n_steps = mns_rows_get_n_rows (steps);
  otherwise = mns_step_action_default (n_steps);
  actions = mns_step_actions_get (&n_actions);
  for (guint i = 0; i < n_actions; i++)
    {
      gboolean is_default = g_str_equal (actions[i].action, otherwise);

      if (actions[i].only_qc && mns_rows_get_int (facts, 0, 1) == 0)
        continue;
      for (guint k = 0; actions[i].needs_step && k < n_steps; k++)
        add_choice (result->rows,
                    &actions[i],
                    mns_rows_get_id (steps, k, 0),
                    mns_rows_get_text (steps, k, 1),
                    is_default && k == 0);
      if (!actions[i].needs_step)
        add_choice (result->rows, &actions[i], NULL, NULL, is_default);
    }
  return TRUE;
}

static const MnsArgSpec run_args[] = {
  { "run", MNS_ARG_TYPE_ID, .required = TRUE, .refers = "step_run" },
  { NULL },
};

#define BY_RUN(c_name, what, kinds, words)                                                         \
  static const MnsViewSpec c_name = {                                                              \
    .name = #c_name,                                                                               \
    .args = run_args,                                                                              \
    .func = what,                                                                                  \
    .columns = kinds,                                                                              \
    .help = words,                                                                                 \
  }

BY_RUN (
    run,
    look_at_run,
    "run_id id, lims_id text, state text, step_id id, step text, protocol_id id, protocol text, "
    "is_qc int, type text, technician_id id, technician text, mine int, started_at int, "
    "completed_at int, samples int, outputs int, placed int, instrument_id id, instrument text, "
    "container_type_id id, label_group_id id, preset_id id, lease_client_id id, "
    "lease_until int, next_steps_locked int, program_status text, program_message text, "
    "places_itself int, "
    "next_run_id id, changed_at int, fields json, settings json, milestones text",
    "A step: where it stands, whose it is, the settings it started with");
BY_RUN (run_pairs,
        look_at_run_pairs,
        "output_id id, output_lims_id text, output text, kind text, input_id id, "
        "input_lims_id text, input text, sample_id id, sample_lims_id text, sample text, "
        "project_id id, project text, qc_flag text, in_container_id id, in_container text, "
        "in_y int, in_x int, container_id id, container text, y int, x int, label text, "
        "is_control int, well text, in_well text",
        "Inputs and outputs of a step, a row a pair, with the columns of its sample table");
BY_RUN (run_fields,
        look_at_run_fields,
        "place text, key text, field_id id, title text, object text, kind text, options json, "
        "required int, read_only int, unit text, position int, value text",
        "Fields of a step and columns of its sample table");
BY_RUN (run_containers,
        look_at_run_containers,
        "container_id id, lims_id text, name text, container_type_id id, type text, x_size int, "
        "y_size int, x_alpha int, x_offset int, y_alpha int, y_offset int, unavailable json, "
        "is_tube int, on_the_fly int, state text",
        "Containers of a step");
BY_RUN (run_placements,
        look_at_run_placements,
        "container_id id, y int, x int, artifact_id id, name text, own int",
        "Every taken well of a step's containers");
BY_RUN (run_lots,
        look_at_run_lots,
        "lot_id id, lims_id text, kit_id id, kit text, name text, lot_number text, "
        "expiry_date text, status text",
        "Reagent lots used in a step");
BY_RUN (run_actions,
        look_at_run_actions,
        "artifact_id id, lims_id text, name text, qc_flag text, action text, next_step_id id, "
        "next_step text, rework_run_id id, escalated int, rework_run text",
        "What happens to each sample when the step is finished");

BY_RUN (run_choices,
        look_at_run_choices,
        "action text, step_id id, step text, is_default int, right text, needs_run int",
        "What may happen to a sample when the step is finished");

const MnsViewSpec *const mns_views_run[] = {
  &run,         &run_pairs,   &run_fields, &run_containers, &run_placements, &run_lots,
  &run_actions, &run_choices, NULL
};
