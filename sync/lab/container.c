/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Containers outside a step run: domain/concepts.md section 5. */

#include "config.h"

#include "sync/lab/containers.h"
#include "sync/lab/drift.h"
#include "sync/lab/rules.h"
#include "sync/model/sort-key.h"

/* A container that no project uses yet is seen by who has made it. */
static gboolean
create_container (MnsCall *call, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_containers_new_set ();
  g_autoptr (MnsRowSet) names = mns_row_set_new ("at text, name text");
  g_autoptr (GHashTable) types = mns_container_types_load (call, error);
  g_autofree char *lims_id = NULL;
  const MnsContainerType *type;
  const char *name = mns_call_get_text (call, "name");
  MnsId type_id, id;

  if (types == NULL)
    return FALSE;
  mns_call_get_id (call, "container_type", &type_id);
  type = g_hash_table_lookup (types, &type_id);
  if (type == NULL)
    mns_call_missing (call, "/container_type", "container_type", NULL);
  else if (type->archived)
    mns_call_fault (
        call, "/container_type", "archived", "container type %s is archived", type->name);
  if (name != NULL)
    mns_row_set_add (names, mns_value_text ("/name"), mns_value_text (name));
  if (!mns_containers_check_names (call, names, error))
    return FALSE;
  if (mns_call_failed (call))
    return TRUE;
  lims_id = mns_call_take_lims_id (call, "27-", NULL, error);
  if (lims_id == NULL)
    return FALSE;
  mns_call_derive_id (call, "container", 0, &id);
  mns_containers_add (set, &id, lims_id, &type_id, name, FALSE);
  mns_call_put_id (call, "container", &id);
  mns_call_put_text (call, "lims_id", lims_id);
  return mns_containers_insert (call, set, error) &&
         mns_transaction_run (
             call->tx,
             "INSERT INTO scope_member (inner_id, scope_id) VALUES ($id, $person)",
             MNS_ARGS (MNS_ARG_ID ("id", &id), MNS_ARG_ID ("person", &call->lab->person)),
             error);
}

static MnsContainer *
load (MnsCall *call, GHashTable **types, GError **error)
{
  MnsId id;

  *types = mns_container_types_load (call, error);
  if (*types == NULL)
    return NULL;
  mns_call_get_id (call, "container", &id);
  return mns_container_load (call, &id, *types, "/container", error);
}

static gboolean
rename_container (MnsCall *call, GError **error)
{
  g_autoptr (MnsRowSet) names = mns_row_set_new ("at text, name text");
  g_autoptr (GHashTable) types = NULL;
  g_autoptr (MnsContainer) container = load (call, &types, error);
  g_auto (MnsDrift) drift = { 0 };
  const char *name = mns_call_get_text (call, "name");
  g_autofree char *key = mns_sort_key (name);
  g_autoptr (JsonNode) there = NULL;

  if (container == NULL)
    return mns_call_failed (call);
  if (g_str_equal (container->name, name))
    return TRUE;
  there = mns_text_node (container->name);
  mns_drift_init (&drift, call);
  mns_drift_check (&drift,
                   "container",
                   &container->id,
                   container->lims_id,
                   "name",
                   NULL,
                   there,
                   json_object_get_member (call->command->args, "name"));
  mns_drift_tell (&drift, "field_changed");
  mns_row_set_add (names, mns_value_text ("/name"), mns_value_text (name));
  if (!mns_containers_check_names (call, names, error))
    return FALSE;
  return mns_call_failed (call) ||
         mns_transaction_run (
             call->tx,
             "UPDATE container SET name = $name, name_key = $key, changed_at = $now WHERE id = $id",
             MNS_ARGS (MNS_ARG_TEXT ("name", name),
                       MNS_ARG_TEXT ("key", key),
                       MNS_ARG_INT ("now", call->now),
                       MNS_ARG_ID ("id", &container->id)),
             error);
}

/* Depleted and discarded are said; empty and populated follow from what is in it. */
static gboolean
set_state (MnsCall *call, GError **error)
{
  g_autoptr (MnsRowSet) ids = mns_row_set_new ("id id");
  g_autoptr (GHashTable) types = NULL;
  g_autoptr (MnsContainer) container = load (call, &types, error);
  g_auto (MnsDrift) drift = { 0 };
  const char *state = mns_call_get_text (call, "state");
  g_autoptr (JsonNode) there = NULL;

  if (container == NULL)
    return mns_call_failed (call);
  there = mns_text_node (container->state);
  mns_drift_init (&drift, call);
  mns_drift_check (&drift,
                   "container",
                   &container->id,
                   container->lims_id,
                   "state",
                   NULL,
                   there,
                   json_object_get_member (call->command->args, "state"));
  if (mns_drift_tell (&drift, "field_changed"))
    return TRUE;
  mns_row_set_add (ids, mns_value_id (&container->id));
  return mns_transaction_run (
             call->tx,
             "UPDATE container SET state = $state, changed_at = $now WHERE id = $id",
             MNS_ARGS (MNS_ARG_TEXT ("state", state),
                       MNS_ARG_INT ("now", call->now),
                       MNS_ARG_ID ("id", &container->id)),
             error) &&
         mns_containers_settle (call, ids, error);
}

static const MnsArgSpec create_args[] = {
  { "container_type", MNS_ARG_TYPE_ID, TRUE, .refers = "container_type" },
  { "name", MNS_ARG_TYPE_TEXT, .min = 1, .max = 200, .help = "default: its LIMS id" },
  { NULL },
};

static const MnsArgSpec rename_args[] = {
  { "container", MNS_ARG_TYPE_ID, TRUE, .refers = "container" },
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },
  { NULL },
};

static const MnsArgSpec state_args[] = {
  { "container", MNS_ARG_TYPE_ID, TRUE, .refers = "container" },
  { "state", MNS_ARG_TYPE_TEXT, TRUE, .words = "EMPTY POPULATED DEPLETED DISCARDED" },
  { NULL },
};

const MnsCommandSpec mns_container_commands[] = {
  { "container.create",
    1,
    "ClarityLogin",
    FALSE,
    create_args,
    create_container,
    "Create a container",
    "Answers container and lims_id." },
  { "container.rename",
    1,
    "ClarityLogin",
    FALSE,
    rename_args,
    rename_container,
    "Rename a container",
    "expect: {\"container:<id>\": {name: what you saw}}." },
  { "container.set_state",
    1,
    "ClarityLogin",
    FALSE,
    state_args,
    set_state,
    "Mark a container as depleted or discarded",
    "EMPTY or POPULATED takes the mark away." },
  { NULL },
};
