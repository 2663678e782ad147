/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Takes in a configuration package (decisions.md 18): one JSON object, everything by name. What has
 * the name already is changed, the rest is made; one configuration version for all of it, and a new
 * version of each step whose settings are different afterwards. Configuration is a few hundred
 * rows, so they are written one by one.
 */

#include "config.h"

#include <string.h>

#include "sync/lab/config-import.h"
#include "sync/lab/rules.h"

static char *
name_key (const char *table, const char *name)
{
  return g_strconcat (table, "\n", name, NULL);
}

/* Tables whose names are found by more than the name are loaded with a query of their own. */
static const struct
{
  const char *table;
  const char *sql;
} name_queries[] = {
  { "custom_field",
    "SELECT f.id, f.object || '/' || COALESCE (m.name, '') || '/' || f.name FROM custom_field f"
    " LEFT JOIN master_step m ON m.id = f.master_step_id WHERE f.deleted = 0" },
  { "label",
    "SELECT l.id, g.name || '/' || l.name FROM label l JOIN label_group g"
    " ON g.id = l.label_group_id WHERE l.archived = 0" },
  { "reagent_lot",
    "SELECT l.id, k.name || '/' || l.name || '/' || COALESCE (l.lot_number, '')"
    " FROM reagent_lot l JOIN reagent_kit k ON k.id = l.reagent_kit_id" },
  { "step",
    "SELECT s.id, p.name || '/' || s.name FROM step s JOIN protocol p ON p.id = s.protocol_id"
    " WHERE s.archived = 0" },
  { "preset",
    "SELECT p.id, m.name || '/' || p.name FROM preset p JOIN master_step m"
    " ON m.id = p.master_step_id WHERE p.archived = 0" },
  { "person", "SELECT id, username FROM person WHERE username IS NOT NULL AND status = 'ACTIVE'" },
  { "reagent_kit", "SELECT id, name FROM reagent_kit WHERE archived = 0" },
  { "instrument", "SELECT id, name FROM instrument WHERE archived = 0" },
  { "protocol", "SELECT id, name FROM protocol WHERE archived = 0" },
  { "master_step", "SELECT id, name FROM master_step WHERE archived = 0" },
  { "label_group", "SELECT id, name FROM label_group WHERE archived = 0" },
};

/**
 * mns_import_load_names:
 *
 * Reads which names a table has, once.
 */
gboolean
mns_import_load_names (MnsImport *self, const char *table, GError **error)
{
  g_autofree char *plain = g_strdup_printf ("SELECT id, name FROM %s", table);
  const char *sql = plain;
  g_autoptr (MnsRows) rows = NULL;

  if (!g_hash_table_add (self->loaded, g_strdup (table)))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (name_queries); i++)
    if (g_str_equal (name_queries[i].table, table))
      sql = name_queries[i].sql;
  rows = mns_transaction_query (self->call->tx, sql, NULL, error);
  for (guint i = 0; rows != NULL && i < mns_rows_get_n_rows (rows); i++)
    mns_import_set_name (self, table, mns_rows_get_text (rows, i, 1), mns_rows_get_id (rows, i, 0));
  return rows != NULL;
}

void
mns_import_set_name (MnsImport *self, const char *table, const char *name, const MnsId *id)
{
  g_hash_table_insert (self->names, name_key (table, name), mns_id_dup (id));
}

/**
 * mns_import_find:
 *
 * Returns: (nullable) (transfer none): the row of that name
 */
const MnsId *
mns_import_find (MnsImport *self, const char *table, const char *name)
{
  g_autofree char *key = name_key (table, name);

  return g_hash_table_lookup (self->names, key);
}

/**
 * mns_import_need:
 *
 * Like mns_import_find(), and says it if there is none.
 */
const MnsId *
mns_import_need (MnsImport *self, const char *table, const char *name, const char *at)
{
  const MnsId *id = mns_import_find (self, table, name);

  if (id == NULL)
    mns_call_fault (self->call,
                    at,
                    "not_found",
                    "there is no %s “%s”, neither in the database nor in the package",
                    table,
                    name);
  return id;
}

static gboolean
has_lims_id (const char *table)
{
  static const char *const without[] = { "setting" };

  for (guint i = 0; i < G_N_ELEMENTS (without); i++)
    if (g_str_equal (without[i], table))
      return FALSE;
  return TRUE;
}

static char *
take_lims_id (MnsImport *self, const char *table, GError **error)
{
  static const char *const classes[][2] = { { "reagent_lot", "124-" }, { "instrument", "55-" } };
  const char *klass = table;

  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (g_str_equal (classes[i][0], table))
      klass = classes[i][1];
  return mns_call_take_lims_id (self->call, klass, NULL, error);
}

static char *
write_statement (
    const char *table, const MnsCell *cells, guint n_cells, gboolean made, gboolean lims_id)
{
  GString *sql = g_string_new (NULL);

  if (!made)
    {
      g_string_append_printf (sql, "UPDATE %s SET ", table);
      for (guint i = 0; i < n_cells; i++)
        g_string_append_printf (
            sql, "%s%s = $%s", i > 0 ? ", " : "", cells[i].column, cells[i].column);
      g_string_append (sql, " WHERE id = $id");
      return g_string_free (sql, FALSE);
    }
  g_string_append_printf (sql, "INSERT INTO %s (id%s", table, lims_id ? ", lims_id" : "");
  for (guint i = 0; i < n_cells; i++)
    g_string_append_printf (sql, ", %s", cells[i].column);
  g_string_append_printf (sql, ") VALUES ($id%s", lims_id ? ", $lims_id" : "");
  for (guint i = 0; i < n_cells; i++)
    g_string_append_printf (sql, ", $%s", cells[i].column);
  g_string_append_c (sql, ')');
  return g_string_free (sql, FALSE);
}

/**
 * mns_import_put:
 * @table: a table with an id
 * @key: the name by which the row is known: see mns_import_find()
 * @cells: its columns without id and lims_id
 * @id: (out): the row
 * @made: (out) (optional): whether it is new
 *
 * Changes the row of that name, or makes it.
 */
gboolean
mns_import_put (MnsImport *self,
                const char *table,
                const char *key,
                const MnsCell *cells,
                guint n_cells,
                MnsId *id,
                gboolean *made,
                GError **error)
{
  g_autofree MnsArg *args = g_new0 (MnsArg, n_cells + 3);
  g_autofree char *sql = NULL;
  g_autofree char *lims_id = NULL;
  const MnsId *old;
  gboolean is_new;
  guint n;

  if (!mns_import_load_names (self, table, error))
    return FALSE;
  old = mns_import_find (self, table, key);
  is_new = old == NULL;
  if (old != NULL)
    *id = *old;
  else
    {
      n = GPOINTER_TO_UINT (g_hash_table_lookup (self->counters, table));
      mns_call_derive_id (self->call, table, n, id);
      g_hash_table_insert (self->counters, g_strdup (table), GUINT_TO_POINTER (n + 1));
      mns_import_set_name (self, table, key, id);
    }
  if (made != NULL)
    *made = is_new;
  if (is_new && has_lims_id (table))
    {
      lims_id = take_lims_id (self, table, error);
      if (lims_id == NULL)
        return FALSE;
    }
  for (guint i = 0; i < n_cells; i++)
    args[i] = (MnsArg){ cells[i].column, cells[i].value, NULL };
  args[n_cells] = (MnsArg) MNS_ARG_ID ("id", id);
  args[n_cells + 1] = (MnsArg) MNS_ARG_TEXT ("lims_id", lims_id);
  sql = write_statement (table, cells, n_cells, is_new, lims_id != NULL);
  return mns_transaction_run (self->call->tx, sql, args, error);
}

static const MnsImportKind *const kinds[] = {
  mns_import_consumables,
  mns_import_fields,
  mns_import_steps,
  mns_import_people,
};

/* Types, unknown members and the like, all of the package at once. */
static gboolean
check_package (MnsImport *import, GError **error)
{
  g_autoptr (GArray) specs = g_array_new (TRUE, TRUE, sizeof (MnsArgSpec));
  MnsArgSpec head[] = {
    { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },
    { "version", MNS_ARG_TYPE_TEXT, .min = 1, .max = 50 },
    { "comment", MNS_ARG_TYPE_TEXT },
  };
  MnsArgSpec whole[] = { { "package", MNS_ARG_TYPE_OBJECT, TRUE }, { NULL } };

  g_array_append_vals (specs, head, G_N_ELEMENTS (head));
  for (guint g = 0; g < G_N_ELEMENTS (kinds); g++)
    for (const MnsImportKind *kind = kinds[g]; kind->member != NULL; kind++)
      {
        MnsArgSpec spec = { kind->member, MNS_ARG_TYPE_LIST, .items = kind->items };

        g_array_append_val (specs, spec);
      }
  whole[0].items = (const MnsArgSpec *) specs->data;
  return mns_args_check (
      whole, import->call->command->args, import->call->tx, import->call->result, error);
}

/* A name twice in one list would silently win over the first. */
static void
check_doubles (MnsImport *import, const char *member, JsonArray *list)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonObject *item = json_array_get_object_element (list, i);
      const char *object = mns_object_get_text (item, "object");
      const char *owner = mns_object_get_text (item, "kit");
      const char *number = mns_object_get_text (item, "lot_number");
      const char *name = mns_object_get_text (item, "name");
      g_autofree char *at = g_strdup_printf ("/package/%s/%u", member, i);

      if (name == NULL)
        name = mns_object_get_text (item, "username");
      if (!g_hash_table_add (names,
                             g_strconcat (object != NULL ? object : "",
                                          "/",
                                          owner != NULL ? owner : "",
                                          "/",
                                          name,
                                          "/",
                                          number,
                                          NULL)))
        mns_call_fault (import->call, at, "double", "“%s” is in the list twice", name);
    }
}

static gboolean
import_all (MnsImport *import, GError **error)
{
  for (guint g = 0; g < G_N_ELEMENTS (kinds); g++)
    for (const MnsImportKind *kind = kinds[g]; kind->member != NULL; kind++)
      {
        JsonArray *list = mns_object_get_list (import->package, kind->member);

        if (list != NULL)
          check_doubles (import, kind->member, list);
        for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
          {
            g_autofree char *at = g_strdup_printf ("/package/%s/%u", kind->member, i);

            if (!kind->import (import, json_array_get_object_element (list, i), at, error))
              return FALSE;
          }
      }
  return TRUE;
}

static gboolean
add_version (MnsImport *import, GError **error)
{
  MnsCall *call = import->call;
  const char *name = mns_object_get_text (import->package, "name");
  const char *number = mns_object_get_text (import->package, "version");
  const char *comment = mns_object_get_text (import->package, "comment");
  g_autofree char *told = NULL;
  g_autoptr (MnsRows) rows = mns_transaction_query (
      call->tx, "SELECT COALESCE (max(number), 0) FROM config_version", NULL, error);

  if (rows == NULL)
    return FALSE;
  told = comment != NULL ? g_strdup (comment)
                         : g_strdup_printf ("package %s %s", name, number != NULL ? number : "");
  mns_call_derive_id (call, "config_version", 0, &import->version);
  mns_call_put_id (call, "config_version", &import->version);
  json_object_set_int_member (
      mns_call_get_result (call), "number", mns_rows_get_int (rows, 0, 0) + 1);
  return mns_transaction_run (call->tx,
                              "INSERT INTO config_version (id, number, made_at, made_by, comment)"
                              " VALUES ($id, $number, $now, $by, $comment)",
                              MNS_ARGS (MNS_ARG_ID ("id", &import->version),
                                        MNS_ARG_INT ("number", mns_rows_get_int (rows, 0, 0) + 1),
                                        MNS_ARG_INT ("now", call->now),
                                        MNS_ARG_ID ("by", &call->lab->person),
                                        MNS_ARG_TEXT ("comment", g_strchomp (told))),
                              error);
}

static gboolean
import_package (MnsCall *call, GError **error)
{
  MnsImport import = { .call = call, .package = mns_call_get_object (call, "package") };
  gboolean done;

  if (!check_package (&import, error))
    return FALSE;
  if (mns_call_has_faults (call))
    {
      call->result->outcome = MNS_OUTCOME_INVALID;
      return TRUE;
    }
  import.names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  import.loaded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  import.counters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  import.field_numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  done = add_version (&import, error) && import_all (&import, error) &&
         (mns_call_failed (call) || (mns_import_settle_versions (&import, error) &&
                                     mns_import_settle_stages (&import, error)));
  g_hash_table_unref (import.names);
  g_hash_table_unref (import.loaded);
  g_hash_table_unref (import.counters);
  g_hash_table_unref (import.field_numbers);
  return done;
}

static gboolean
set_setting (MnsCall *call, GError **error)
{
  JsonNode *value = json_object_get_member (call->command->args, "value");
  g_autofree char *text = NULL;
  MnsId id;

  if (value != NULL && JSON_NODE_HOLDS_VALUE (value))
    text = json_node_get_value_type (value) == G_TYPE_STRING ? json_node_dup_string (value)
                                                             : json_to_string (value, FALSE);
  mns_call_derive_id (call, "setting", 0, &id);
  return mns_transaction_run (
      call->tx,
      "INSERT INTO setting (id, name, value, type, changed_by, changed_at)"
      " VALUES ($id, $name, $value, 'STRING', $by, $now)"
      " ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_by = excluded.changed_by,"
      " changed_at = excluded.changed_at",
      MNS_ARGS (MNS_ARG_ID ("id", &id),
                MNS_ARG_TEXT ("name", mns_call_get_text (call, "name")),
                MNS_ARG_TEXT ("value", text),
                MNS_ARG_ID ("by", &call->lab->person),
                MNS_ARG_INT ("now", call->now)),
      error);
}

static const MnsArgSpec import_args[] = {
  { "package", MNS_ARG_TYPE_OBJECT, TRUE, .help = "a configuration package" },
  { NULL },
};

static const MnsArgSpec setting_args[] = {
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },
  { "value", MNS_ARG_TYPE_SCALAR, TRUE },
  { NULL },
};

const MnsCommandSpec mns_config_commands[] = {
  { "config.import",
    1,
    "Configuration:update",
    TRUE,
    import_args,
    import_package,
    "Import a configuration package",
    "Makes or changes what the package names; nothing is deleted. Answers config_version and its "
    "number." },
  { "setting.set",
    1,
    "Configuration:update",
    TRUE,
    setting_args,
    set_setting,
    "Change a site setting",
    "Makes the setting if there is none of that name." },
  { NULL },
};
