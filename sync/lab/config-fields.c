/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Custom fields in a configuration package. A field keeps its number for ever; its type stays. */

#include "config.h"

#include "sync/lab/config-import.h"
#include "sync/lab/drift.h"
#include "sync/lab/fields.h"
#include "sync/model/canonical.h"

#define FIELD_OPTIONS                                                                              \
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },                                                 \
      { "type", MNS_ARG_TYPE_TEXT, TRUE, .words = "STRING TEXT NUMERIC BOOLEAN DATE URI" },        \
      { "required", MNS_ARG_TYPE_BOOL }, { "read_only", MNS_ARG_TYPE_BOOL },                       \
      { "presets", MNS_ARG_TYPE_TEXTS }, { "custom_entries", MNS_ARG_TYPE_BOOL },                  \
      { "first_is_default", MNS_ARG_TYPE_BOOL }, { "default", MNS_ARG_TYPE_SCALAR },               \
      { "precision", MNS_ARG_TYPE_INT, .min = 0, .max = 15 }, { "min", MNS_ARG_TYPE_REAL },        \
      { "max", MNS_ARG_TYPE_REAL }, { "unit", MNS_ARG_TYPE_TEXT, .max = 50 },                      \
      { "show_in_portal", MNS_ARG_TYPE_BOOL }, { "phi", MNS_ARG_TYPE_BOOL },                       \
  {                                                                                                \
    "searchable", MNS_ARG_TYPE_BOOL                                                                \
  }

static const MnsArgSpec field_args[] = {
  { "object",
    MNS_ARG_TYPE_TEXT,
    TRUE,
    .words = "ACCOUNT PERSON PROJECT SAMPLE DERIVED MEASUREMENT CONTAINER" },
  FIELD_OPTIONS,
  { NULL },
};

const MnsArgSpec mns_import_master_field_args[] = {
  FIELD_OPTIONS,
  { NULL },
};

/* The order in which options are written. */
static const char *const option_names[] = {
  "required",  "read_only", "presets", "custom_entries", "first_is_default", "default",
  "precision", "min",       "max",     "unit",           "show_in_portal",
};

/**
 * mns_import_field_name:
 *
 * Returns: (transfer full): the name by which the import knows a field
 */
char *
mns_import_field_name (const char *object, const char *master_step, const char *name)
{
  return g_strdup_printf ("%s/%s/%s", object, master_step != NULL ? master_step : "", name);
}

static char *
write_options (JsonObject *item)
{
  g_autoptr (JsonObject) options = json_object_new ();

  for (guint i = 0; i < G_N_ELEMENTS (option_names); i++)
    {
      JsonNode *node = json_object_get_member (item, option_names[i]);

      if (node != NULL && !JSON_NODE_HOLDS_NULL (node))
        json_object_set_member (options, option_names[i], json_node_copy (node));
    }
  return mns_canonical_print_object (options);
}

static gboolean
check_same_type (
    MnsImport *import, const MnsId *id, JsonObject *item, const char *at, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (import->call->tx,
                                                    "SELECT type FROM custom_field WHERE id = $id",
                                                    MNS_ARGS (MNS_ARG_ID ("id", id)),
                                                    error);

  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) > 0 &&
      !g_str_equal (mns_rows_get_text (rows, 0, 0), mns_object_get_text (item, "type")))
    mns_call_fault (import->call,
                    at,
                    "type_stays",
                    "field “%s” is of type %s, which cannot be changed",
                    mns_object_get_text (item, "name"),
                    mns_rows_get_text (rows, 0, 0));
  return TRUE;
}

static void
check_options (MnsImport *import, JsonObject *item, const char *at)
{
  const char *name = mns_object_get_text (item, "name");
  g_autofree char *owner = g_strdup_printf ("custom field %s", name);
  g_autofree char *options = write_options (item);
  JsonNode *value = json_object_get_member (item, "default");
  g_autoptr (JsonNode) checked = NULL;
  MnsCustomField *field = NULL;

  if (json_object_has_member (item, "min") && json_object_has_member (item, "max") &&
      json_object_get_double_member (item, "min") > json_object_get_double_member (item, "max"))
    mns_call_fault (
        import->call, at, "out_of_range", "custom field %s: min is greater than max", name);
  if (value == NULL || JSON_NODE_HOLDS_NULL (value))
    return;
  field = mns_custom_field_new (name, mns_object_get_text (item, "type"), options);
  field->read_only = FALSE;
  checked = mns_custom_field_check (import->call, field, value, at, owner);
  mns_custom_field_free (field);
}

static gboolean
write_field (MnsImport *import,
             JsonObject *item,
             const char *key,
             const char *object,
             const MnsId *master_step,
             GError **error)
{
  g_autofree char *options = write_options (item);
  g_autofree char *number = NULL;
  gboolean is_new = mns_import_find (import, "custom_field", key) == NULL;
  gint64 position = GPOINTER_TO_INT (g_hash_table_lookup (import->counters, "position"));
  MnsCell cells[] = {
    { "name", mns_value_text (mns_object_get_text (item, "name")) },
    { "type", mns_value_text (mns_object_get_text (item, "type")) },
    { "options", mns_value_json (options) },
    { "phi", mns_value_int (mns_object_get_bool (item, "phi")) },
    { "searchable", mns_value_int (mns_object_get_bool (item, "searchable")) },
    { "position", mns_value_int (position) },
    { "deleted", mns_value_int (0) },
    { "object", mns_value_text (object) },
    { "master_step_id", mns_value_id (master_step) },
    { "field_no", mns_value_int (0) },
  };
  MnsId id;

  g_hash_table_insert (
      import->counters, g_strdup ("position"), GINT_TO_POINTER ((gint) position + 1));
  if (!is_new)
    return mns_import_put (import, "custom_field", key, cells, 7, &id, NULL, error);
  number = mns_call_take_lims_id (import->call, "field", NULL, error);
  if (number == NULL)
    return FALSE;
  cells[9].value = mns_value_int (g_ascii_strtoll (number, NULL, 10));
  return mns_import_put (
      import, "custom_field", key, cells, G_N_ELEMENTS (cells), &id, NULL, error);
}

/**
 * mns_import_field:
 * @object: whose field it is
 * @master_step: (nullable): the master step, for MASTER_STEP
 * @master_step_name: (nullable): its name
 *
 * Makes or changes a custom field.
 */
gboolean
mns_import_field (MnsImport *import,
                  JsonObject *item,
                  const char *object,
                  const MnsId *master_step,
                  const char *master_step_name,
                  const char *at,
                  GError **error)
{
  g_autofree char *key =
      mns_import_field_name (object, master_step_name, mns_object_get_text (item, "name"));
  const MnsId *old;

  if (!mns_import_load_names (import, "custom_field", error))
    return FALSE;
  check_options (import, item, at);
  old = mns_import_find (import, "custom_field", key);
  if (old != NULL && !check_same_type (import, old, item, at, error))
    return FALSE;
  return write_field (import, item, key, object, master_step, error);
}

static gboolean
import_global_field (MnsImport *import, JsonObject *item, const char *at, GError **error)
{
  return mns_import_field (
      import, item, mns_object_get_text (item, "object"), NULL, NULL, at, error);
}

const MnsImportKind mns_import_fields[] = {
  { "fields", field_args, import_global_field },
  { NULL },
};
