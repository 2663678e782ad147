/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Containers and their types, as the rules on samples and steps need them. */

#include "config.h"

#include "sync/lab/containers.h"
#include "sync/model/sort-key.h"

static void
free_type (gpointer data)
{
  MnsContainerType *self = data;

  g_free (self->name);
  g_free (self->unavailable);
  g_free (self);
}

static void
read_unavailable (MnsContainerType *self, const char *json)
{
  g_autoptr (JsonNode) node = json_from_string (json, NULL);
  JsonArray *list =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (list == NULL || json_array_get_length (list) == 0)
    return;
  self->unavailable = g_new0 (guint8, self->axes.x_size * self->axes.y_size);
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonArray *well = json_array_get_array_element (list, i);
      gint64 y = json_array_get_int_element (well, 0);
      gint64 x = json_array_get_int_element (well, 1);

      if (y >= 0 && y < self->axes.y_size && x >= 0 && x < self->axes.x_size)
        self->unavailable[y * self->axes.x_size + x] = 1;
    }
}

/**
 * mns_container_types_load:
 *
 * Returns: (transfer full): all container types by id, or %NULL with @error set
 */
GHashTable *
mns_container_types_load (MnsCall *call, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      call->tx,
      "SELECT id, name, is_tube, archived, x_size, y_size, x_alpha, x_offset, y_alpha, y_offset,"
      " unavailable FROM container_type",
      NULL,
      error);
  GHashTable *types;

  if (rows == NULL)
    return NULL;
  types = g_hash_table_new_full (mns_id_hash, mns_id_equal, NULL, free_type);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      MnsContainerType *type = g_new0 (MnsContainerType, 1);

      type->id = *mns_rows_get_id (rows, i, 0);
      type->name = g_strdup (mns_rows_get_text (rows, i, 1));
      type->is_tube = mns_rows_get_int (rows, i, 2) != 0;
      type->archived = mns_rows_get_int (rows, i, 3) != 0;
      type->axes.x_size = mns_rows_get_int (rows, i, 4);
      type->axes.y_size = mns_rows_get_int (rows, i, 5);
      type->axes.x_alpha = mns_rows_get_int (rows, i, 6) != 0;
      type->axes.x_offset = mns_rows_get_int (rows, i, 7);
      type->axes.y_alpha = mns_rows_get_int (rows, i, 8) != 0;
      type->axes.y_offset = mns_rows_get_int (rows, i, 9);
      read_unavailable (type, mns_rows_get_text (rows, i, 10));
      g_hash_table_insert (types, &type->id, type);
    }
  return types;
}

/**
 * mns_container_type_has:
 *
 * Returns: %TRUE if a sample may lie in that well
 */
gboolean
mns_container_type_has (const MnsContainerType *self, gint64 y, gint64 x)
{
  return y >= 0 && x >= 0 && y < self->axes.y_size && x < self->axes.x_size &&
         (self->unavailable == NULL || self->unavailable[y * self->axes.x_size + x] == 0);
}

guint
mns_container_type_count (const MnsContainerType *self)
{
  guint n = (guint) (self->axes.x_size * self->axes.y_size);

  for (gint64 i = 0; self->unavailable != NULL && i < self->axes.x_size * self->axes.y_size; i++)
    n -= self->unavailable[i];
  return n;
}

void
mns_container_free (MnsContainer *self)
{
  if (self == NULL)
    return;
  g_free (self->lims_id);
  g_free (self->name);
  g_free (self->state);
  g_free (self);
}

/* Columns: 0 id, 1 lims_id, 2 name, 3 state, 4 type. */
static MnsContainer *
read_container (MnsRows *rows, guint i, GHashTable *types)
{
  MnsContainer *self = g_new0 (MnsContainer, 1);

  self->id = *mns_rows_get_id (rows, i, 0);
  self->lims_id = g_strdup (mns_rows_get_text (rows, i, 1));
  self->name = g_strdup (mns_rows_get_text (rows, i, 2));
  self->state = g_strdup (mns_rows_get_text (rows, i, 3));
  self->type = g_hash_table_lookup (types, mns_rows_get_id (rows, i, 4));
  return self;
}

/**
 * mns_container_load:
 * @types: all container types
 * @at: JSON pointer of the argument that names it
 *
 * Reads a container; if it is not there, that has been said.
 *
 * Returns: (transfer full) (nullable): the container; %NULL without @error if it is not there
 */
MnsContainer *
mns_container_load (
    MnsCall *call, const MnsId *id, GHashTable *types, const char *at, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      call->tx,
      "SELECT id, lims_id, name, state, container_type_id FROM container WHERE id = $id",
      MNS_ARGS (MNS_ARG_ID ("id", id)),
      error);

  if (rows == NULL)
    return NULL;
  if (mns_rows_get_n_rows (rows) == 0)
    {
      mns_call_missing (call, at, "container", NULL);
      return NULL;
    }
  return read_container (rows, 0, types);
}

GHashTable *
mns_run_containers_load (MnsCall *call, const MnsId *run, GHashTable *types, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      call->tx,
      "SELECT c.id, c.lims_id, c.name, c.state, c.container_type_id FROM step_container s"
      " JOIN container c ON c.id = s.container_id WHERE s.run_id = $run",
      MNS_ARGS (MNS_ARG_ID ("run", run)),
      error);
  GHashTable *containers;

  if (rows == NULL)
    return NULL;
  containers =
      g_hash_table_new_full (mns_id_hash, mns_id_equal, NULL, (GDestroyNotify) mns_container_free);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      MnsContainer *container = read_container (rows, i, types);

      g_hash_table_insert (containers, &container->id, container);
    }
  return containers;
}

MnsRowSet *
mns_containers_new_set (void)
{
  return mns_row_set_new ("id id, lims_id text, type id, name text, key text, state text");
}

/**
 * mns_containers_add:
 * @name: (nullable): its name; %NULL: its LIMS id
 */
void
mns_containers_add (MnsRowSet *set,
                    const MnsId *id,
                    const char *lims_id,
                    const MnsId *type,
                    const char *name,
                    gboolean populated)
{
  g_autofree char *key = mns_sort_key (name != NULL ? name : lims_id);

  mns_row_set_add (set,
                   mns_value_id (id),
                   mns_value_text (lims_id),
                   mns_value_id (type),
                   mns_value_text (name != NULL ? name : lims_id),
                   mns_value_text (key),
                   mns_value_text (populated ? "POPULATED" : "EMPTY"));
}

gboolean
mns_containers_insert (MnsCall *call, MnsRowSet *set, GError **error)
{
  return mns_row_set_get_n_rows (set) == 0 ||
         mns_transaction_run (
             call->tx,
             "INSERT INTO container (id, lims_id, container_type_id, name, name_key, state,"
             " created_at, changed_at) SELECT v.id, v.lims_id, v.type, v.name, v.key, v.state,"
             " $now, $now FROM {v}",
             MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_INT ("now", call->now)),
             error);
}

/**
 * mns_setting_is_on:
 * @on: (out): whether a site setting says yes; it does not if it is not there
 */
gboolean
mns_setting_is_on (MnsCall *call, const char *name, gboolean *on, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (call->tx,
                                                    "SELECT value FROM setting WHERE name = $name",
                                                    MNS_ARGS (MNS_ARG_TEXT ("name", name)),
                                                    error);

  if (rows == NULL)
    return FALSE;
  *on = mns_rows_get_n_rows (rows) > 0 && g_strcmp0 (mns_rows_get_text (rows, 0, 0), "true") == 0;
  return TRUE;
}

gboolean
mns_containers_check_names (MnsCall *call, MnsRowSet *names, GError **error)
{
  g_autoptr (MnsRows) rows = NULL;
  gboolean unique = FALSE;

  if (mns_row_set_get_n_rows (names) == 0)
    return TRUE;
  if (!mns_setting_is_on (call, "container.names_unique", &unique, error))
    return FALSE;
  if (!unique)
    return TRUE;
  rows = mns_transaction_query (
      call->tx,
      "SELECT v.at, v.name, c.lims_id FROM {v} JOIN container c ON c.name = v.name"
      " ORDER BY v.at, c.lims_id",
      MNS_ARGS (MNS_ARG_SET ("v", names)),
      error);
  for (guint i = 0; rows != NULL && i < mns_rows_get_n_rows (rows); i++)
    mns_call_fault (call,
                    mns_rows_get_text (rows, i, 0),
                    "name_taken",
                    "there is a container “%s” already: %s",
                    mns_rows_get_text (rows, i, 1),
                    mns_rows_get_text (rows, i, 2));
  return rows != NULL;
}

gboolean
mns_containers_settle (MnsCall *call, MnsRowSet *ids, GError **error)
{
  const MnsArg args[] = { MNS_ARG_SET ("v", ids), MNS_ARG_INT ("now", call->now), { NULL } };

  return mns_row_set_get_n_rows (ids) == 0 ||
         (mns_transaction_run (
              call->tx,
              "UPDATE container SET state = 'POPULATED', changed_at = $now FROM {v}"
              " WHERE container.id = v.id AND container.state = 'EMPTY' AND EXISTS"
              " (SELECT 1 FROM placement p WHERE p.container_id = container.id)",
              args,
              error) &&
          mns_transaction_run (
              call->tx,
              "UPDATE container SET state = 'EMPTY', changed_at = $now FROM {v}"
              " WHERE container.id = v.id AND container.state = 'POPULATED' AND NOT EXISTS"
              " (SELECT 1 FROM placement p WHERE p.container_id = container.id)",
              args,
              error));
}
