/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Settings documents of master steps and steps (data-model.md section 4.2), read from a package and
 * merged: what the master step has comes first and is locked, the step adds to it.
 */

#include "config.h"

#include "sync/lab/config-import.h"

static const MnsArgSpec column_args[] = {
  { "field", MNS_ARG_TYPE_TEXT, .min = 1, .max = 200, .help = "name of a custom field" },
  { "built_in", MNS_ARG_TYPE_TEXT, .min = 1, .max = 50 },
  { "attach_to",
    MNS_ARG_TYPE_TEXT,
    .words = "DERIVED MEASUREMENT SAMPLE CONTAINER PROJECT MASTER_STEP" },
  { "detail", MNS_ARG_TYPE_BOOL, .help = "only in the expanded row" },
  { NULL },
};

static const MnsArgSpec placeholder_args[] = {
  { "pattern", MNS_ARG_TYPE_TEXT, TRUE },
  { "message", MNS_ARG_TYPE_TEXT },
  { "auto", MNS_ARG_TYPE_BOOL },
  { "locked", MNS_ARG_TYPE_BOOL },
  { "required", MNS_ARG_TYPE_BOOL },
  { "in_setup", MNS_ARG_TYPE_BOOL },
  { NULL },
};

const MnsArgSpec mns_settings_args[] = {
  { "containers", MNS_ARG_TYPE_TEXTS, .help = "container types; the first is the default" },
  { "label_groups", MNS_ARG_TYPE_TEXTS },
  { "kits", MNS_ARG_TYPE_TEXTS },
  { "controls", MNS_ARG_TYPE_TEXTS },
  { "instrument_types", MNS_ARG_TYPE_TEXTS },
  { "queue_fields", MNS_ARG_TYPE_LIST, .items = column_args },
  { "ice_bucket_fields", MNS_ARG_TYPE_LIST, .items = column_args },
  { "step_fields", MNS_ARG_TYPE_LIST, .items = column_args },
  { "sample_fields", MNS_ARG_TYPE_LIST, .items = column_args },
  { "properties", MNS_ARG_TYPE_MAP },
  { "placeholders", MNS_ARG_TYPE_LIST, .items = placeholder_args },
  { "setup", MNS_ARG_TYPE_BOOL },
  { NULL },
};

/* Lists of things, by table. */
static const struct
{
  const char *member;
  const char *table;
} thing_lists[] = {
  { "containers", "container_type" },
  { "label_groups", "label_group" },
  { "kits", "reagent_kit" },
  { "controls", "control_type" },
  { "instrument_types", "instrument_type" },
};

/* Lists of columns, and what a field there belongs to if nothing is said. */
static const struct
{
  const char *member;
  const char *attach_to;
} column_lists[] = {
  { "queue_fields", "DERIVED" },
  { "ice_bucket_fields", "DERIVED" },
  { "step_fields", "MASTER_STEP" },
  { "sample_fields", "DERIVED" },
};

static const char *const built_ins[] = {
  "Container Name", "Container LIMS ID", "Well",         "Sample Name", "Sample LIMS ID", "Name",
  "LIMS ID",        "Waiting",           "Project Name", "Priority",    "QC Flag",        "Label",
};

static void
put_id (JsonObject *object, const char *member, const MnsId *id)
{
  char text[MNS_ID_TEXT_SIZE];

  mns_id_print (id, text);
  json_object_set_string_member (object, member, text);
}

static JsonArray *
read_things (MnsImport *import, JsonArray *list, const char *table, const char *at)
{
  JsonArray *things = json_array_new ();

  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      const char *name = json_array_get_string_element (list, i);
      g_autofree char *where = g_strdup_printf ("%s/%u", at, i);
      const MnsId *id = mns_import_need (import, table, name, where);
      JsonObject *thing;

      if (id == NULL)
        continue;
      thing = json_object_new ();
      put_id (thing, "id", id);
      json_object_set_string_member (thing, "name", name);
      json_array_add_object_element (things, thing);
    }
  return things;
}

static gint64
find_number (MnsImport *import, const MnsId *id)
{
  char text[MNS_ID_TEXT_SIZE];
  gpointer number = NULL;

  mns_id_print (id, text);
  for (guint attempt = 0; attempt < 2; attempt++)
    {
      g_autoptr (MnsRows) rows = NULL;

      if (g_hash_table_lookup_extended (import->field_numbers, text, NULL, &number))
        return GPOINTER_TO_INT (number);
      rows = mns_transaction_query (
          import->call->tx, "SELECT id, field_no FROM custom_field", NULL, NULL);
      for (guint i = 0; rows != NULL && i < mns_rows_get_n_rows (rows); i++)
        g_hash_table_insert (import->field_numbers,
                             mns_id_to_string (mns_rows_get_id (rows, i, 0)),
                             GINT_TO_POINTER ((int) mns_rows_get_int (rows, i, 1)));
    }
  return 0;
}

static JsonObject *
read_field_column (MnsImport *import,
                   const char *name,
                   const char *attach_to,
                   const char *master_step,
                   const char *at)
{
  g_autofree char *key = mns_import_field_name (
      attach_to, g_str_equal (attach_to, "MASTER_STEP") ? master_step : NULL, name);
  const MnsId *id = mns_import_find (import, "custom_field", key);
  g_autofree char *number = NULL;
  JsonObject *column;

  if (id == NULL)
    {
      mns_call_fault (import->call,
                      at,
                      "unknown_field",
                      "there is no custom field “%s” of %s",
                      name,
                      attach_to);
      return NULL;
    }
  number = g_strdup_printf ("f%" G_GINT64_FORMAT, find_number (import, id));
  column = json_object_new ();
  put_id (column, "field", id);
  json_object_set_string_member (column, "key", number);
  json_object_set_string_member (column, "name", name);
  json_object_set_string_member (column, "attach_to", attach_to);
  json_object_set_string_member (column, "style", "USER_DEFINED");
  return column;
}

static JsonObject *
read_built_in (MnsImport *import, const char *name, const char *at)
{
  JsonObject *column;

  for (guint i = 0; i < G_N_ELEMENTS (built_ins); i++)
    if (g_str_equal (built_ins[i], name))
      {
        column = json_object_new ();
        json_object_set_string_member (column, "built_in", name);
        json_object_set_string_member (column, "name", name);
        json_object_set_string_member (column, "style", "BUILT_IN");
        return column;
      }
  mns_call_fault (import->call, at, "unknown_field", "there is no built-in column “%s”", name);
  return NULL;
}

static JsonArray *
read_columns (MnsImport *import,
              JsonArray *list,
              const char *otherwise,
              const char *master_step,
              const char *at)
{
  JsonArray *columns = json_array_new ();

  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonObject *item = json_array_get_object_element (list, i);
      const char *field = mns_object_get_text (item, "field");
      const char *built_in = mns_object_get_text (item, "built_in");
      const char *attach_to = mns_object_get_text (item, "attach_to");
      g_autofree char *where = g_strdup_printf ("%s/%u", at, i);
      JsonObject *column = NULL;

      if ((field == NULL) == (built_in == NULL))
        mns_call_fault (
            import->call, where, "one_of", "a column is either a field or a built-in one");
      else if (built_in != NULL)
        column = read_built_in (import, built_in, where);
      else
        column = read_field_column (
            import, field, attach_to != NULL ? attach_to : otherwise, master_step, where);
      if (column == NULL)
        continue;
      json_object_set_boolean_member (column, "detail", mns_object_get_bool (item, "detail"));
      json_array_add_object_element (columns, column);
    }
  return columns;
}

/* A property that would change what a run does, and which nothing here carries out, is not taken.
 */
static void
check_properties (MnsImport *import, JsonObject *item, const char *at)
{
  JsonObject *properties = mns_object_get_object (item, "properties");
  JsonNode *node =
      properties != NULL ? json_object_get_member (properties, "autoStartNextStep") : NULL;
  g_autofree char *where = g_strconcat (at, "/properties/autoStartNextStep", NULL);

  if (node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
      json_node_get_value_type (node) == G_TYPE_BOOLEAN && json_node_get_boolean (node))
    mns_call_fault (import->call,
                    where,
                    "not_offered",
                    "starting the next step by itself is not possible with this version");
}

/**
 * mns_settings_read:
 * @item: a master step or step of the package
 * @master_step: name of the master step whose fields may be used
 * @at: where it is
 *
 * Returns: (transfer full): its settings document; names that lead nowhere are faults
 */
JsonObject *
mns_settings_read (MnsImport *import, JsonObject *item, const char *master_step, const char *at)
{
  JsonObject *settings = json_object_new ();
  static const char *const copied[] = { "properties", "placeholders", "setup" };

  check_properties (import, item, at);
  for (guint i = 0; i < G_N_ELEMENTS (thing_lists); i++)
    {
      JsonArray *list = mns_object_get_list (item, thing_lists[i].member);
      g_autofree char *where = g_strdup_printf ("%s/%s", at, thing_lists[i].member);

      if (list != NULL)
        json_object_set_array_member (settings,
                                      thing_lists[i].member,
                                      read_things (import, list, thing_lists[i].table, where));
    }
  for (guint i = 0; i < G_N_ELEMENTS (column_lists); i++)
    {
      JsonArray *list = mns_object_get_list (item, column_lists[i].member);
      g_autofree char *where = g_strdup_printf ("%s/%s", at, column_lists[i].member);

      if (list != NULL)
        json_object_set_array_member (
            settings,
            column_lists[i].member,
            read_columns (import, list, column_lists[i].attach_to, master_step, where));
    }
  for (guint i = 0; i < G_N_ELEMENTS (copied); i++)
    if (item != NULL && json_object_has_member (item, copied[i]) &&
        !json_object_get_null_member (item, copied[i]))
      json_object_set_member (
          settings, copied[i], json_node_copy (json_object_get_member (item, copied[i])));
  return settings;
}

/* What tells two entries of a list apart. */
static const char *
get_entry_key (JsonObject *entry)
{
  static const char *const members[] = { "id", "field", "built_in", "pattern" };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (mns_object_get_text (entry, members[i]) != NULL)
      return mns_object_get_text (entry, members[i]);
  return "";
}

static void
add_entries (JsonArray *to, JsonArray *from, GHashTable *known, gboolean locked)
{
  for (guint i = 0; from != NULL && i < json_array_get_length (from); i++)
    {
      JsonObject *entry = json_array_get_object_element (from, i);
      g_autoptr (GList) members = NULL;
      JsonObject *copy;

      if (!g_hash_table_add (known, g_strdup (get_entry_key (entry))))
        continue;
      copy = json_object_new ();
      members = json_object_get_members (entry);
      for (GList *l = members; l != NULL; l = l->next)
        json_object_set_member (
            copy, l->data, json_node_copy (json_object_get_member (entry, l->data)));
      json_object_set_boolean_member (copy, "locked", locked);
      json_array_add_object_element (to, copy);
    }
}

static void
merge_list (JsonObject *merged, JsonObject *master, JsonObject *step, const char *member)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  JsonArray *list = json_array_new ();

  add_entries (list, mns_object_get_list (master, member), known, TRUE);
  add_entries (list, mns_object_get_list (step, member), known, FALSE);
  json_object_set_array_member (merged, member, list);
}

/**
 * mns_settings_merge:
 *
 * Returns: (transfer full): the complete settings of a step: what its master step says goes before
 *   what it says itself
 */
JsonObject *
mns_settings_merge (JsonObject *master, JsonObject *step)
{
  JsonObject *merged = json_object_new ();
  JsonObject *properties = json_object_new ();
  JsonObject *sources[] = { mns_object_get_object (master, "properties"),
                            mns_object_get_object (step, "properties") };

  for (guint i = 0; i < G_N_ELEMENTS (thing_lists); i++)
    merge_list (merged, master, step, thing_lists[i].member);
  for (guint i = 0; i < G_N_ELEMENTS (column_lists); i++)
    merge_list (merged, master, step, column_lists[i].member);
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      g_autoptr (GList) members = sources[i] != NULL ? json_object_get_members (sources[i]) : NULL;

      for (GList *l = members; l != NULL; l = l->next)
        if (!json_object_has_member (properties, l->data))
          json_object_set_member (
              properties, l->data, json_node_copy (json_object_get_member (sources[i], l->data)));
    }
  json_object_set_object_member (merged, "properties", properties);
  merge_list (merged, master, step, "placeholders");
  json_object_set_boolean_member (merged,
                                  "setup",
                                  mns_object_get_bool (master, "setup") ||
                                      mns_object_get_bool (step, "setup"));
  json_object_set_array_member (merged, "triggers", json_array_new ());
  return merged;
}
