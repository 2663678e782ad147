/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Roles, and who has them, in a configuration package. */

#include "config.h"

#include "sync/lab/config-import.h"
#include "sync/lab/permission.h"

static const MnsArgSpec role_args[] = {
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },
  { "permissions", MNS_ARG_TYPE_TEXTS },
  { NULL },
};

static gboolean
write_permissions (
    MnsImport *import, JsonArray *list, const MnsId *role, const char *at, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_row_set_new ("permission text");

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      const char *permission = json_array_get_string_element (list, i);
      g_autofree char *where = g_strdup_printf ("%s/permissions/%u", at, i);

      if (mns_permission_find (permission) == NULL)
        mns_call_fault (
            import->call, where, "not_found", "there is no permission “%s”", permission);
      else
        mns_row_set_add (set, mns_value_text (permission));
    }
  return mns_transaction_run (import->call->tx,
                              "DELETE FROM role_permission WHERE role_id = $role",
                              MNS_ARGS (MNS_ARG_ID ("role", role)),
                              error) &&
         mns_transaction_run (import->call->tx,
                              "INSERT INTO role_permission (role_id, permission)"
                              " SELECT DISTINCT $role, v.permission FROM {v}",
                              MNS_ARGS (MNS_ARG_ID ("role", role), MNS_ARG_SET ("v", set)),
                              error);
}

static gboolean
import_role (MnsImport *import, JsonObject *item, const char *at, GError **error)
{
  const char *name = mns_object_get_text (item, "name");
  MnsCell cells[] = {
    { "name", mns_value_text (name) },
    { "built_in", mns_value_int (0) },
  };
  MnsId id;
  gboolean is_new;

  if (!mns_import_load_names (import, "role", error))
    return FALSE;
  is_new = mns_import_find (import, "role", name) == NULL;
  return mns_import_put (import, "role", name, cells, is_new ? 2 : 1, &id, NULL, error) &&
         write_permissions (import, mns_object_get_list (item, "permissions"), &id, at, error);
}

static const MnsArgSpec user_args[] = {
  { "username", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },
  { "roles", MNS_ARG_TYPE_TEXTS, TRUE },
  { NULL },
};

static gboolean
import_user (MnsImport *import, JsonObject *item, const char *at, GError **error)
{
  JsonArray *list = mns_object_get_list (item, "roles");
  g_autoptr (MnsRowSet) set = mns_row_set_new ("role id");
  g_autofree char *name_at = g_strconcat (at, "/username", NULL);
  const MnsId *person;

  if (!mns_import_load_names (import, "role", error) ||
      !mns_import_load_names (import, "person", error))
    return FALSE;
  person = mns_import_need (import, "person", mns_object_get_text (item, "username"), name_at);
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree char *where = g_strdup_printf ("%s/roles/%u", at, i);
      const MnsId *role =
          mns_import_need (import, "role", json_array_get_string_element (list, i), where);

      if (role != NULL)
        mns_row_set_add (set, mns_value_id (role));
    }
  if (person == NULL)
    return TRUE;
  return mns_transaction_run (import->call->tx,
                              "DELETE FROM person_role WHERE person_id = $person",
                              MNS_ARGS (MNS_ARG_ID ("person", person)),
                              error) &&
         mns_transaction_run (import->call->tx,
                              "INSERT INTO person_role (person_id, role_id) SELECT DISTINCT "
                              "$person, v.role FROM {v}",
                              MNS_ARGS (MNS_ARG_ID ("person", person), MNS_ARG_SET ("v", set)),
                              error);
}

const MnsImportKind mns_import_people[] = {
  { "roles", role_args, import_role },
  { "users", user_args, import_user },
  { NULL },
};
