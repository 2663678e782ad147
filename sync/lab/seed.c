/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What a new database holds: the four built-in roles, the account of the lab itself, people 1 to 3
 * and container types 1 and 2, whose numbers scripts know. None of the people can sign in.
 */

#include "config.h"

#include "sync/lab/call.h"
#include "sync/lab/permission.h"

static const struct
{
  const char *first_name, *last_name, *initials;
} people[] = {
  { "System", "Administrator", "SAD" },
  { "Facility", "Administrator", "FAD" },
  { "API", "Access", "API" },
};

static const struct
{
  const char *name;
  gboolean is_tube;
  int x_size, y_size;
  gboolean y_alpha;
} container_types[] = {
  { "96 well plate", FALSE, 12, 8, TRUE },
  { "Tube", TRUE, 1, 1, FALSE },
};

static gboolean
run_set (const MnsLab *lab, const char *sql, MnsRowSet *set, GError **error)
{
  return mns_transaction_run (lab->transaction,
                              sql,
                              MNS_ARGS (MNS_ARG_SET ("v", set),
                                        MNS_ARG_JSON ("empty", "[]"),
                                        MNS_ARG_INT ("now", lab->recorded_at)),
                              error);
}

static gboolean
seed_roles (const MnsLab *lab, GError **error)
{
  g_autoptr (MnsRowSet) roles = mns_row_set_new ("id id, lims_id text, name text, legacy text");
  g_autoptr (MnsRowSet) grants = mns_row_set_new ("role id, permission text");
  const MnsPermission *permissions;
  const MnsRoleSeed *seeds;
  guint n_permissions;
  guint n_seeds;

  seeds = mns_role_seeds_get_all (&n_seeds);
  permissions = mns_permissions_get_all (&n_permissions);
  for (guint i = 0; i < n_seeds; i++)
    {
      g_autofree char *lims_id = lab->ids.take (lab->ids.data, "role", NULL, error);
      MnsId id;

      if (lims_id == NULL)
        return FALSE;
      mns_id_derive (&id, &MNS_ID_CONFIGURATION, "role", i);
      mns_row_set_add (roles,
                       mns_value_id (&id),
                       mns_value_text (lims_id),
                       mns_value_text (seeds[i].name),
                       mns_value_text (seeds[i].legacy_name));
      for (guint k = 0; k < n_permissions; k++)
        if ((permissions[k].roles & seeds[i].role) != 0)
          mns_row_set_add (grants, mns_value_id (&id), mns_value_text (permissions[k].name));
    }
  return run_set (lab,
                  "INSERT INTO role (id, lims_id, name, legacy_name, built_in)"
                  " SELECT v.id, v.lims_id, v.name, v.legacy, 1 FROM {v}",
                  roles,
                  error) &&
         run_set (lab,
                  "INSERT INTO role_permission (role_id, permission)"
                  " SELECT v.role, v.permission FROM {v}",
                  grants,
                  error);
}

static gboolean
seed_people (const MnsLab *lab, GError **error)
{
  g_autofree char *account_lims_id = lab->ids.take (lab->ids.data, "account", NULL, error);
  g_autoptr (MnsRowSet) accounts = mns_row_set_new ("id id, lims_id text");
  g_autoptr (MnsRowSet) set =
      mns_row_set_new ("id id, lims_id text, account id, first text, last text, initials text");
  MnsId account;

  if (account_lims_id == NULL)
    return FALSE;
  mns_id_derive (&account, &MNS_ID_CONFIGURATION, "account", 0);
  mns_row_set_add (accounts, mns_value_id (&account), mns_value_text (account_lims_id));
  for (guint i = 0; i < G_N_ELEMENTS (people); i++)
    {
      g_autofree char *lims_id = lab->ids.take (lab->ids.data, "person", NULL, error);
      MnsId id;

      if (lims_id == NULL)
        return FALSE;
      mns_id_derive (&id, &MNS_ID_CONFIGURATION, "person", i);
      mns_row_set_add (set,
                       mns_value_id (&id),
                       mns_value_text (lims_id),
                       mns_value_id (&account),
                       mns_value_text (people[i].first_name),
                       mns_value_text (people[i].last_name),
                       mns_value_text (people[i].initials));
    }
  return run_set (lab,
                  "INSERT INTO account (id, lims_id, name, created_at, changed_at)"
                  " SELECT v.id, v.lims_id, 'Administrative Lab', $now, $now FROM {v}",
                  accounts,
                  error) &&
         run_set (lab,
                  "INSERT INTO person (id, lims_id, account_id, first_name, last_name, initials,"
                  " status, source, created_at, changed_at)"
                  " SELECT v.id, v.lims_id, v.account, v.first, v.last, v.initials, 'ACTIVE',"
                  " 'LOCAL', $now, $now FROM {v}",
                  set,
                  error);
}

static gboolean
seed_container_types (const MnsLab *lab, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_row_set_new (
      "id id, lims_id text, name text, tube int, x int, y int, y_alpha int, y_offset int");

  for (guint i = 0; i < G_N_ELEMENTS (container_types); i++)
    {
      g_autofree char *lims_id = lab->ids.take (lab->ids.data, "container_type", NULL, error);
      MnsId id;

      if (lims_id == NULL)
        return FALSE;
      mns_id_derive (&id, &MNS_ID_CONFIGURATION, "container_type", i);
      mns_row_set_add (set,
                       mns_value_id (&id),
                       mns_value_text (lims_id),
                       mns_value_text (container_types[i].name),
                       mns_value_int (container_types[i].is_tube),
                       mns_value_int (container_types[i].x_size),
                       mns_value_int (container_types[i].y_size),
                       mns_value_int (container_types[i].y_alpha),
                       mns_value_int (!container_types[i].y_alpha));
    }
  return run_set (lab,
                  "INSERT INTO container_type (id, lims_id, name, is_tube, x_size, y_size,"
                  " x_alpha, x_offset, y_alpha, y_offset, unavailable, archived)"
                  " SELECT v.id, v.lims_id, v.name, v.tube, v.x, v.y, 0, 1, v.y_alpha, v.y_offset,"
                  " $empty, 0 FROM {v}",
                  set,
                  error);
}

gboolean
mns_lab_seed (const MnsLab *lab, GError **error)
{
  g_autoptr (MnsRows) rows =
      mns_transaction_query (lab->transaction, "SELECT id FROM role LIMIT 1", NULL, error);

  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) > 0)
    return TRUE;
  return seed_roles (lab, error) && seed_people (lab, error) && seed_container_types (lab, error);
}

/**
 * mns_lab_seed_integration:
 * @person: gets its id, the same in every lab
 *
 * Nobody can sign in as it: what comes from the instruments' shares has no human author.
 *
 * Returns: %FALSE with @error if the store failed
 */
gboolean
mns_lab_seed_integration (const MnsLab *lab, MnsId *person, GError **error)
{
  g_autoptr (MnsRows) rows = NULL;
  g_autofree char *lims_id = NULL;
  MnsId account;

  mns_id_derive (person, &MNS_ID_CONFIGURATION, "integration", 0);
  mns_id_derive (&account, &MNS_ID_CONFIGURATION, "account", 0);
  rows = mns_transaction_query (lab->transaction,
                                "SELECT id FROM person WHERE id = $id",
                                MNS_ARGS (MNS_ARG_ID ("id", person)),
                                error);
  if (rows == NULL || mns_rows_get_n_rows (rows) > 0)
    return rows != NULL;
  lims_id = lab->ids.take (lab->ids.data, "person", NULL, error);
  return lims_id != NULL &&
         mns_transaction_run (
             lab->transaction,
             "INSERT INTO person (id, lims_id, account_id, first_name, last_name, initials,"
             " status, source, created_at, changed_at) VALUES ($id, $lims_id, $account,"
             " 'Instrument', 'Integration', 'INT', 'ACTIVE', 'LOCAL', $now, $now)",
             MNS_ARGS (MNS_ARG_ID ("id", person),
                       MNS_ARG_TEXT ("lims_id", lims_id),
                       MNS_ARG_ID ("account", &account),
                       MNS_ARG_INT ("now", lab->recorded_at)),
             error);
}
