/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Master steps, protocols with their steps, and workflows in a configuration package. */

#include "config.h"

#include "sync/lab/config-import.h"
#include "sync/lab/fields.h"
#include "sync/lab/naming.h"
#include "sync/model/canonical.h"
#include "sync/model/packed.h"

static const MnsArgSpec preset_args[] = {
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },
  { "is_default", MNS_ARG_TYPE_BOOL },
  { "fields", MNS_ARG_TYPE_MAP },
  { NULL },
};

static const MnsArgSpec master_step_args[] = {
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },
  { "type",
    MNS_ARG_TYPE_TEXT,
    TRUE,
    .words = "STANDARD QC AGGREGATE_QC ADD_LABELS POOLING ANALYSIS DEMULTIPLEXING NO_OUTPUTS" },
  { "variability", MNS_ARG_TYPE_TEXT, .words = "FIXED VARIABLE VARIABLE_BY_INPUT" },
  { "outputs_per_input", MNS_ARG_TYPE_INT, .min = 1, .max = 96 },
  { "output_name", MNS_ARG_TYPE_TEXT },
  { "file_output_name", MNS_ARG_TYPE_TEXT },
  { "naming", MNS_ARG_TYPE_TEXT },
  { "fields", MNS_ARG_TYPE_LIST, .items = mns_import_master_field_args },
  { "presets", MNS_ARG_TYPE_LIST, .items = preset_args },
  { "settings", MNS_ARG_TYPE_OBJECT, .items = mns_settings_args },
  { NULL },
};

static gboolean
load_things (MnsImport *import, GError **error)
{
  static const char *const tables[] = { "container_type", "label_group",     "reagent_kit",
                                        "control_type",   "instrument_type", "custom_field",
                                        "master_step",    "protocol",        "step",
                                        "workflow" };

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    if (!mns_import_load_names (import, tables[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
import_preset (MnsImport *import,
               JsonObject *item,
               const MnsId *master_step,
               const char *master_name,
               const char *at,
               GError **error)
{
  g_autoptr (MnsCustomFields) fields =
      mns_custom_fields_load (import->call, "MASTER_STEP", master_step, error);
  g_autoptr (MnsFieldValues) values = mns_field_values_new (NULL, NULL);
  const char *name = mns_object_get_text (item, "name");
  g_autofree char *key = g_strconcat (master_name, "/", name, NULL);
  g_autofree char *where = g_strconcat (at, "/fields", NULL);
  g_autofree char *text = NULL;
  MnsId id;

  if (fields == NULL)
    return FALSE;
  mns_custom_fields_apply (import->call,
                           fields,
                           "MASTER_STEP",
                           mns_object_get_object (item, "fields"),
                           where,
                           name,
                           values);
  text = mns_packed_print (values->plain);
  return mns_import_put_row (
      import,
      "preset",
      key,
      &id,
      NULL,
      error,
      { "master_step_id", mns_value_id (master_step) },
      { "name", mns_value_text (name) },
      { "is_default", mns_value_int (mns_object_get_bool (item, "is_default")) },
      { "fields", mns_value_json (text) },
      { "archived", mns_value_int (0) });
}

/* Runs @import_one over the objects of a list. */
static gboolean
import_children (MnsImport *import,
                 JsonObject *item,
                 const MnsId *master_step,
                 const char *name,
                 const char *at,
                 GError **error)
{
  JsonArray *fields = mns_object_get_list (item, "fields");
  JsonArray *presets = mns_object_get_list (item, "presets");

  for (guint i = 0; fields != NULL && i < json_array_get_length (fields); i++)
    {
      g_autofree char *where = g_strdup_printf ("%s/fields/%u", at, i);

      if (!mns_import_field (import,
                             json_array_get_object_element (fields, i),
                             "MASTER_STEP",
                             master_step,
                             name,
                             where,
                             error))
        return FALSE;
    }
  for (guint i = 0; presets != NULL && i < json_array_get_length (presets); i++)
    {
      g_autofree char *where = g_strdup_printf ("%s/presets/%u", at, i);

      if (!import_preset (
              import, json_array_get_object_element (presets, i), master_step, name, where, error))
        return FALSE;
    }
  return TRUE;
}

static void
check_naming (MnsImport *import, const char *naming, const char *name, const char *at)
{
  g_autofree char *fault = mns_naming_check (naming);
  g_autofree char *where = g_strconcat (at, "/naming", NULL);

  if (fault != NULL)
    mns_call_fault (import->call,
                    where,
                    "bad_naming",
                    "naming convention “%s” of master step %s: %s",
                    naming,
                    name,
                    fault);
}

static gboolean
check_same_type (MnsImport *import, JsonObject *item, const char *at, GError **error)
{
  const char *name = mns_object_get_text (item, "name");
  const MnsId *old = mns_import_find (import, "master_step", name);
  g_autoptr (MnsRows) rows = NULL;

  if (old == NULL)
    return TRUE;
  rows = mns_transaction_query (import->call->tx,
                                "SELECT type FROM master_step WHERE id = $id",
                                MNS_ARGS (MNS_ARG_ID ("id", old)),
                                error);
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) > 0 &&
      !g_str_equal (mns_rows_get_text (rows, 0, 0), mns_object_get_text (item, "type")))
    mns_call_fault (import->call,
                    at,
                    "type_stays",
                    "master step %s is of type %s, which cannot be changed",
                    name,
                    mns_rows_get_text (rows, 0, 0));
  return TRUE;
}

static const char *
get_text_or (JsonObject *item, const char *member, const char *otherwise)
{
  const char *text = mns_object_get_text (item, member);

  return text != NULL ? text : otherwise;
}

static gboolean
put_master_step (
    MnsImport *import, JsonObject *item, const char *settings, MnsId *id, GError **error)
{
  const char *name = mns_object_get_text (item, "name");

  return mns_import_put_row (
      import,
      "master_step",
      name,
      id,
      NULL,
      error,
      { "name", mns_value_text (name) },
      { "type", mns_value_text (mns_object_get_text (item, "type")) },
      { "variability", mns_value_text (get_text_or (item, "variability", "FIXED")) },
      { "outputs_per_input", mns_value_int (mns_object_get_int (item, "outputs_per_input", 1)) },
      { "output_name", mns_value_text (get_text_or (item, "output_name", "Analyte")) },
      { "file_output_name",
        mns_value_text (get_text_or (item, "file_output_name", "SharedResultFile")) },
      { "naming", mns_value_text (get_text_or (item, "naming", "{InputItemName}")) },
      { "settings", mns_value_json (settings) },
      { "revision", mns_value_int (1) },
      { "archived", mns_value_int (0) });
}

static gboolean
import_master_step (MnsImport *import, JsonObject *item, const char *at, GError **error)
{
  const char *name = mns_object_get_text (item, "name");
  g_autofree char *where = g_strconcat (at, "/settings", NULL);
  g_autoptr (JsonObject) settings = NULL;
  g_autofree char *text = NULL;
  MnsId id;

  if (!load_things (import, error) || !check_same_type (import, item, at, error))
    return FALSE;
  check_naming (import, get_text_or (item, "naming", "{InputItemName}"), name, at);
  /* the row first, for its fields refer to it; then its settings, which refer to the fields */
  if (!put_master_step (import, item, "{}", &id, error) ||
      !import_children (import, item, &id, name, at, error))
    return FALSE;
  settings = mns_settings_read (import, mns_object_get_object (item, "settings"), name, where);
  text = mns_canonical_print_object (settings);
  return mns_transaction_run (import->call->tx,
                              "UPDATE master_step SET settings = $settings WHERE id = $id",
                              MNS_ARGS (MNS_ARG_JSON ("settings", text), MNS_ARG_ID ("id", &id)),
                              error);
}

static const MnsArgSpec step_args[] = {
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },
  { "master_step", MNS_ARG_TYPE_TEXT, TRUE },
  { "next_steps",
    MNS_ARG_TYPE_TEXTS,
    .help = "names in the protocol; default: the following step" },
  { "settings", MNS_ARG_TYPE_OBJECT, .items = mns_settings_args },
  { NULL },
};

static const MnsArgSpec protocol_args[] = {
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },
  { "type", MNS_ARG_TYPE_TEXT },
  { "is_qc", MNS_ARG_TYPE_BOOL },
  { "capacity", MNS_ARG_TYPE_INT, .min = 0, .max = 1000000 },
  { "hidden", MNS_ARG_TYPE_BOOL },
  { "steps", MNS_ARG_TYPE_LIST, TRUE, .items = step_args },
  { NULL },
};

/* The steps that a protocol of an active workflow has must stay, in their order. */
static gboolean
check_steps_stay (
    MnsImport *import, const MnsId *protocol, JsonObject *item, const char *at, GError **error)
{
  JsonArray *steps = mns_object_get_list (item, "steps");
  g_autoptr (MnsRows) rows = mns_transaction_query (
      import->call->tx,
      "SELECT s.name FROM step s WHERE s.protocol_id = $protocol AND s.archived = 0"
      " AND EXISTS (SELECT 1 FROM workflow_protocol p JOIN workflow w ON w.id = p.workflow_id"
      " WHERE p.protocol_id = $protocol AND w.status = 'ACTIVE') ORDER BY s.position, s.id",
      MNS_ARGS (MNS_ARG_ID ("protocol", protocol)),
      error);
  guint k = 0;

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      while (k < json_array_get_length (steps) &&
             !g_str_equal (mns_object_get_text (json_array_get_object_element (steps, k), "name"),
                           mns_rows_get_text (rows, i, 0)))
        k++;
      if (k == json_array_get_length (steps))
        {
          mns_call_fault (import->call,
                          at,
                          "in_use",
                          "protocol %s is part of an active workflow: step %s can be neither left"
                          " out nor moved",
                          mns_object_get_text (item, "name"),
                          mns_rows_get_text (rows, i, 0));
          break;
        }
    }
  return TRUE;
}

static gboolean
check_same_master (
    MnsImport *import, const char *key, const MnsId *master, const char *at, GError **error)
{
  const MnsId *old = mns_import_find (import, "step", key);
  g_autoptr (MnsRows) rows = NULL;

  if (old == NULL)
    return TRUE;
  rows = mns_transaction_query (import->call->tx,
                                "SELECT master_step_id FROM step WHERE id = $id",
                                MNS_ARGS (MNS_ARG_ID ("id", old)),
                                error);
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) > 0 && !mns_id_equal (mns_rows_get_id (rows, 0, 0), master))
    mns_call_fault (
        import->call, at, "master_stays", "the master step of step %s cannot be changed", key);
  return TRUE;
}

static gboolean
import_step (MnsImport *import,
             JsonObject *protocol,
             const MnsId *protocol_id,
             guint position,
             const char *at,
             GError **error)
{
  JsonObject *item =
      json_array_get_object_element (mns_object_get_list (protocol, "steps"), position);
  const char *name = mns_object_get_text (item, "name");
  const char *master_name = mns_object_get_text (item, "master_step");
  g_autofree char *key = g_strconcat (mns_object_get_text (protocol, "name"), "/", name, NULL);
  g_autofree char *where = g_strconcat (at, "/settings", NULL);
  g_autofree char *master_at = g_strconcat (at, "/master_step", NULL);
  g_autoptr (JsonObject) settings = NULL;
  g_autofree char *text = NULL;
  const MnsId *master = mns_import_need (import, "master_step", master_name, master_at);
  MnsId id;

  if (master == NULL)
    return TRUE;
  settings =
      mns_settings_read (import, mns_object_get_object (item, "settings"), master_name, where);
  text = mns_canonical_print_object (settings);
  return check_same_master (import, key, master, at, error) &&
         mns_import_put_row (import,
                             "step",
                             key,
                             &id,
                             NULL,
                             error,
                             { "protocol_id", mns_value_id (protocol_id) },
                             { "master_step_id", mns_value_id (master) },
                             { "name", mns_value_text (name) },
                             { "position", mns_value_int (position) },
                             { "queue_id", mns_value_id (protocol_id) },
                             { "settings", mns_value_json (text) },
                             { "revision", mns_value_int (1) },
                             { "archived", mns_value_int (0) }) &&
         mns_transaction_run (import->call->tx,
                              mns_object_get_bool (protocol, "is_qc")
                                  ? "UPDATE step SET queue_id = protocol_id WHERE id = $id"
                                  : "UPDATE step SET queue_id = id WHERE id = $id",
                              MNS_ARGS (MNS_ARG_ID ("id", &id)),
                              error);
}

static gboolean
add_transition (MnsImport *import,
                const MnsId *step,
                guint position,
                const char *protocol,
                const char *next,
                const char *at,
                GError **error)
{
  g_autofree char *key = g_strconcat (protocol, "/", next, NULL);
  const MnsId *next_id = mns_import_need (import, "step", key, at);

  return next_id == NULL ||
         mns_transaction_run (import->call->tx,
                              "INSERT INTO step_transition (step_id, position, next_step_id)"
                              " VALUES ($step, $position, $next)"
                              " ON CONFLICT (step_id, next_step_id) DO NOTHING",
                              MNS_ARGS (MNS_ARG_ID ("step", step),
                                        MNS_ARG_INT ("position", position),
                                        MNS_ARG_ID ("next", next_id)),
                              error);
}

/* Said or, in a protocol in series, the step that follows. */
static gboolean
import_transitions (
    MnsImport *import, JsonObject *protocol, guint position, const char *at, GError **error)
{
  JsonArray *steps = mns_object_get_list (protocol, "steps");
  JsonObject *item = json_array_get_object_element (steps, position);
  JsonArray *next = mns_object_get_list (item, "next_steps");
  const char *name = mns_object_get_text (protocol, "name");
  g_autofree char *key = g_strconcat (name, "/", mns_object_get_text (item, "name"), NULL);
  const MnsId *id = mns_import_find (import, "step", key);

  if (id == NULL)
    return TRUE;
  if (!mns_transaction_run (import->call->tx,
                            "DELETE FROM step_transition WHERE step_id = $step",
                            MNS_ARGS (MNS_ARG_ID ("step", id)),
                            error))
    return FALSE;
  if (next == NULL && !mns_object_get_bool (protocol, "is_qc") &&
      position + 1 < json_array_get_length (steps))
    return add_transition (
        import,
        id,
        0,
        name,
        mns_object_get_text (json_array_get_object_element (steps, position + 1), "name"),
        at,
        error);
  for (guint i = 0; next != NULL && i < json_array_get_length (next); i++)
    {
      g_autofree char *where = g_strdup_printf ("%s/next_steps/%u", at, i);

      if (!add_transition (
              import, id, i, name, json_array_get_string_element (next, i), where, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
archive_left_out (MnsImport *import, const MnsId *protocol, JsonObject *item, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_row_set_new ("name text");
  JsonArray *steps = mns_object_get_list (item, "steps");

  for (guint i = 0; i < json_array_get_length (steps); i++)
    mns_row_set_add (
        set,
        mns_value_text (mns_object_get_text (json_array_get_object_element (steps, i), "name")));
  return mns_transaction_run (
      import->call->tx,
      "UPDATE step SET archived = 1 WHERE protocol_id = $protocol AND archived = 0"
      " AND name NOT IN (SELECT v.name FROM {v})",
      MNS_ARGS (MNS_ARG_ID ("protocol", protocol), MNS_ARG_SET ("v", set)),
      error);
}

static gboolean
import_protocol (MnsImport *import, JsonObject *item, const char *at, GError **error)
{
  const char *name = mns_object_get_text (item, "name");
  JsonArray *steps = mns_object_get_list (item, "steps");
  guint position = GPOINTER_TO_UINT (g_hash_table_lookup (import->counters, "protocols"));
  gboolean made = FALSE;
  MnsId id;

  g_hash_table_insert (import->counters, g_strdup ("protocols"), GUINT_TO_POINTER (position + 1));
  if (!load_things (import, error) ||
      !mns_import_put_row (import,
                           "protocol",
                           name,
                           &id,
                           &made,
                           error,
                           { "name", mns_value_text (name) },
                           { "position", mns_value_int (position) },
                           { "type", mns_value_text (get_text_or (item, "type", "Other")) },
                           { "is_qc", mns_value_int (mns_object_get_bool (item, "is_qc")) },
                           { "capacity", mns_value_int (mns_object_get_int (item, "capacity", 0)) },
                           { "hidden", mns_value_int (mns_object_get_bool (item, "hidden")) },
                           { "revision", mns_value_int (1) },
                           { "archived", mns_value_int (0) }))
    return FALSE;
  if (!made && (!check_steps_stay (import, &id, item, at, error) ||
                !archive_left_out (import, &id, item, error)))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (steps); i++)
    {
      g_autofree char *where = g_strdup_printf ("%s/steps/%u", at, i);

      if (!import_step (import, item, &id, i, where, error))
        return FALSE;
    }
  for (guint i = 0; i < json_array_get_length (steps); i++)
    {
      g_autofree char *where = g_strdup_printf ("%s/steps/%u", at, i);

      if (!import_transitions (import, item, i, where, error))
        return FALSE;
    }
  return TRUE;
}

static const MnsArgSpec workflow_args[] = {
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },
  { "status", MNS_ARG_TYPE_TEXT, .words = "PENDING ACTIVE ARCHIVED" },
  { "protocols", MNS_ARG_TYPE_TEXTS, TRUE },
  { NULL },
};

/* The protocols of a workflow that is not pending stay as they are. */
static gboolean
check_protocols_stay (
    MnsImport *import, const MnsId *workflow, JsonArray *list, const char *at, GError **error)
{
  gboolean same;
  g_autoptr (MnsRows) rows = mns_transaction_query (
      import->call->tx,
      "SELECT p.name, w.status, w.name FROM workflow w JOIN workflow_protocol x"
      " ON x.workflow_id = w.id JOIN protocol p ON p.id = x.protocol_id WHERE w.id = $workflow"
      " ORDER BY x.position",
      MNS_ARGS (MNS_ARG_ID ("workflow", workflow)),
      error);

  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) == 0 || g_str_equal (mns_rows_get_text (rows, 0, 1), "PENDING"))
    return TRUE;
  same = mns_rows_get_n_rows (rows) == json_array_get_length (list);
  for (guint i = 0; same && i < mns_rows_get_n_rows (rows); i++)
    same = g_str_equal (mns_rows_get_text (rows, i, 0), json_array_get_string_element (list, i));
  if (!same)
    mns_call_fault (import->call,
                    at,
                    "in_use",
                    "workflow %s is not pending any more; its protocols cannot be changed",
                    mns_rows_get_text (rows, 0, 2));
  return TRUE;
}

static gboolean
import_workflow (MnsImport *import, JsonObject *item, const char *at, GError **error)
{
  const char *name = mns_object_get_text (item, "name");
  JsonArray *list = mns_object_get_list (item, "protocols");
  MnsId id;

  if (!load_things (import, error) ||
      !mns_import_put_row (
          import,
          "workflow",
          name,
          &id,
          NULL,
          error,
          { "name", mns_value_text (name) },
          { "revision", mns_value_int (1) },
          { "status", mns_value_text (get_text_or (item, "status", "PENDING")) }) ||
      !check_protocols_stay (import, &id, list, at, error) ||
      !mns_transaction_run (import->call->tx,
                            "DELETE FROM workflow_protocol WHERE workflow_id = $workflow",
                            MNS_ARGS (MNS_ARG_ID ("workflow", &id)),
                            error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree char *where = g_strdup_printf ("%s/protocols/%u", at, i);
      const MnsId *protocol =
          mns_import_need (import, "protocol", json_array_get_string_element (list, i), where);

      if (protocol != NULL &&
          !mns_transaction_run (import->call->tx,
                                "INSERT INTO workflow_protocol (workflow_id, position, protocol_id)"
                                " VALUES ($workflow, $position, $protocol)",
                                MNS_ARGS (MNS_ARG_ID ("workflow", &id),
                                          MNS_ARG_INT ("position", i),
                                          MNS_ARG_ID ("protocol", protocol)),
                                error))
        return FALSE;
    }
  return TRUE;
}

const MnsImportKind mns_import_steps[] = {
  { "master_steps", master_step_args, import_master_step },
  { "protocols", protocol_args, import_protocol },
  { "workflows", workflow_args, import_workflow },
  { NULL },
};
