/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Work that followed a refused beginning. The ids of what a command makes come from the command's
 * own id, so placements and values recorded offline name a step that never came to be. Once the
 * step has been begun anew, they are given again for that one; what belongs to samples that are not
 * in it falls away.
 */

#include "config.h"

#include <string.h>

#include "desktop/screens/conflicts/conflict-follow.h"

#define BEGIN "step.begin@"

char *
mns_conflict_dup_made_run (const char *command, const char *command_id)
{
  MnsId id, run;

  if (command == NULL || command_id == NULL || !g_str_has_prefix (command, BEGIN) ||
      !mns_id_parse (&id, command_id))
    return NULL;
  mns_id_derive (&run, &id, "run", 0);
  return mns_id_to_string (&run);
}

static JsonArray *
get_list (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static guint
get_length (JsonObject *object, const char *name)
{
  JsonArray *list = get_list (object, name);

  return list != NULL ? json_array_get_length (list) : 0;
}

static const char *
get_input (JsonObject *args, guint i, guint *replicates)
{
  JsonObject *input = json_array_get_object_element (get_list (args, "inputs"), i);

  *replicates = (guint) json_object_get_int_member_with_default (input, "replicates", 1);
  return json_object_get_string_member_with_default (input, "artifact", NULL);
}

static guint
count_replicates (JsonObject *args)
{
  guint n = 0;
  guint replicates;

  for (guint i = 0; i < get_length (args, "inputs"); i++)
    {
      get_input (args, i, &replicates);
      n += replicates;
    }
  return n;
}

/* Number of the first output of an input in units of replicates; G_MAXUINT if it is not there. */
static guint
find_input (JsonObject *args, const char *artifact)
{
  guint n = 0;
  guint replicates;

  for (guint i = 0; i < get_length (args, "inputs"); i++)
    {
      if (g_strcmp0 (get_input (args, i, &replicates), artifact) == 0)
        return n;
      n += replicates;
    }
  return G_MAXUINT;
}

static void
map (GHashTable *ids, const MnsId *command, const char *what, guint n, const char *made)
{
  MnsId id;

  mns_id_derive (&id, command, what, n);
  g_hash_table_insert (ids, mns_id_to_string (&id), g_strdup (made));
}

/* Outputs come in the order of their inputs, as many for each replicate as the step makes. */
static void
map_outputs (GHashTable *ids,
             const MnsId *command,
             JsonObject *before,
             JsonObject *after,
             JsonObject *result)
{
  JsonArray *outputs = get_list (result, "outputs");
  guint n_units = count_replicates (after);
  guint each = n_units > 0 ? get_length (result, "outputs") / n_units : 0;
  guint from = 0;
  guint replicates;

  if (each == 0 || get_list (before, "controls") != NULL ||
      each * n_units != get_length (result, "outputs"))
    return;
  for (guint i = 0; i < get_length (before, "inputs"); i++, from += replicates)
    {
      guint to = find_input (after, get_input (before, i, &replicates));

      for (guint k = 0; k < replicates * each; k++)
        map (ids,
             command,
             "output",
             from * each + k,
             to != G_MAXUINT ? json_array_get_string_element (outputs, to * each + k) : "");
    }
}

GHashTable *
mns_conflict_map_made (const MnsConflict *self, JsonObject *next, JsonObject *result)
{
  GHashTable *ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  const char *run = json_object_get_string_member_with_default (result, "run", NULL);
  JsonArray *containers = get_list (result, "containers");
  JsonNode *args = json_object_get_member (next, "args");
  MnsId command;

  if (run == NULL || args == NULL || self->command_id == NULL ||
      !g_str_has_prefix (self->command, BEGIN) || !mns_id_parse (&command, self->command_id))
    return ids;
  map (ids, &command, "run", 0, run);
  for (guint i = 0; containers != NULL && i < json_array_get_length (containers); i++)
    map (ids, &command, "container", i, json_array_get_string_element (containers, i));
  map_outputs (ids, &command, self->args, json_node_get_object (args), result);
  return ids;
}

/* ---- following ---- */

static gboolean
names_nothing (JsonNode *node, GHashTable *ids)
{
  const char *id;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  id = json_object_get_string_member_with_default (json_node_get_object (node), "artifact", NULL);
  return id != NULL && g_strcmp0 (g_hash_table_lookup (ids, id), "") == 0;
}

static void
drop_parts (JsonObject *args, GHashTable *ids)
{
  g_autoptr (GList) members = json_object_get_members (args);

  for (GList *m = members; m != NULL; m = m->next)
    {
      JsonArray *list = get_list (args, m->data);

      for (guint i = list != NULL ? json_array_get_length (list) : 0; i > 0; i--)
        if (names_nothing (json_array_get_element (list, i - 1), ids))
          json_array_remove_element (list, i - 1);
    }
}

/* Ids are 36 characters that occur nowhere by chance, so their text can be put in place. */
static JsonObject *
rename_ids (JsonObject *object, GHashTable *ids)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (GString) text = NULL;
  g_autofree char *json = NULL;
  g_autoptr (JsonNode) renamed = NULL;
  GHashTableIter iter;
  gpointer from, to;

  json_node_set_object (node, object);
  json = json_to_string (node, FALSE);
  text = g_string_new (json);
  g_hash_table_iter_init (&iter, ids);
  while (g_hash_table_iter_next (&iter, &from, &to))
    if (((const char *) to)[0] != '\0')
      g_string_replace (text, from, to, 0);
  renamed = json_from_string (text->str, NULL);
  return json_node_dup_object (renamed);
}

void
mns_conflict_follow (MnsConflict *self, GHashTable *ids)
{
  JsonObject *args = rename_ids (self->args, ids);
  JsonObject *expect = self->expect != NULL ? rename_ids (self->expect, ids) : NULL;
  const char *run = self->run != NULL ? g_hash_table_lookup (ids, self->run) : NULL;

  drop_parts (args, ids);
  json_object_unref (self->args);
  self->args = args;
  if (expect != NULL)
    {
      json_object_unref (self->expect);
      self->expect = expect;
    }
  if (run == NULL)
    return;
  g_free (self->run);
  self->run = g_strdup (run);
}

/* ---- bundles ---- */

/* The conflict that another one follows: by its cause, or as an earlier one of the same step. */
static guint
find_leader (GPtrArray *conflicts, guint at)
{
  const MnsConflict *self = g_ptr_array_index (conflicts, at);

  for (guint i = 0; i < at; i++)
    {
      const MnsConflict *other = g_ptr_array_index (conflicts, i);

      if (self->cause != NULL && (g_strcmp0 (self->cause, other->command_id) == 0 ||
                                  g_strcmp0 (self->cause, other->cause) == 0))
        return i;
      if (self->run != NULL && g_strcmp0 (self->run, other->run) == 0)
        return i;
    }
  return at;
}

/**
 * mns_conflicts_bundle:
 * @conflicts: #MnsConflict, in the order in which their commands were given
 *
 * Returns: (transfer full): a #GPtrArray of #GPtrArray of unowned conflicts
 */
GPtrArray *
mns_conflicts_bundle (GPtrArray *conflicts)
{
  GPtrArray *bundles = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  g_autofree guint *place = g_new0 (guint, conflicts->len + 1);

  for (guint i = 0; i < conflicts->len; i++)
    {
      guint leader = find_leader (conflicts, i);

      if (leader == i)
        {
          place[i] = bundles->len;
          g_ptr_array_add (bundles, g_ptr_array_new ());
        }
      else
        place[i] = place[leader];
      g_ptr_array_add (g_ptr_array_index (bundles, place[i]), g_ptr_array_index (conflicts, i));
    }
  return bundles;
}
