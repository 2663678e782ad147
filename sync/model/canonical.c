/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "sync/model/canonical.h"
#include "sync/model/packed.h"

static void
append_object (GString *text, JsonObject *object)
{
  g_autoptr (GList) members = json_object_get_members (object);

  g_string_append_c (text, '{');
  for (GList *l = members; l != NULL; l = l->next)
    {
      if (l != members)
        g_string_append_c (text, ',');
      mns_json_append_string (text, l->data);
      g_string_append_c (text, ':');
      mns_canonical_append (text, json_object_get_member (object, l->data));
    }
  g_string_append_c (text, '}');
}

static void
append_array (GString *text, JsonArray *array)
{
  g_string_append_c (text, '[');
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      mns_canonical_append (text, json_array_get_element (array, i));
    }
  g_string_append_c (text, ']');
}

static void
append_value (GString *text, JsonNode *node)
{
  char number[MNS_NUMBER_SIZE];

  switch (json_node_get_value_type (node))
    {
    case G_TYPE_INT64:
      g_string_append_printf (text, "%" G_GINT64_FORMAT, json_node_get_int (node));
      break;
    case G_TYPE_DOUBLE:
      g_string_append (text, mns_number_print (json_node_get_double (node), number));
      break;
    case G_TYPE_BOOLEAN:
      g_string_append (text, json_node_get_boolean (node) ? "true" : "false");
      break;
    default:
      mns_json_append_string (text, json_node_get_string (node));
    }
}

void
mns_canonical_append (GString *text, JsonNode *node)
{
  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      append_object (text, json_node_get_object (node));
      break;
    case JSON_NODE_ARRAY:
      append_array (text, json_node_get_array (node));
      break;
    case JSON_NODE_VALUE:
      append_value (text, node);
      break;
    case JSON_NODE_NULL:
      g_string_append (text, "null");
      break;
    }
}

/**
 * mns_canonical_print:
 * @node: (nullable): JSON
 *
 * Returns: (transfer full) (nullable): its text; %NULL for %NULL
 */
char *
mns_canonical_print (JsonNode *node)
{
  GString *text;

  if (node == NULL)
    return NULL;
  text = g_string_new (NULL);
  mns_canonical_append (text, node);
  return g_string_free (text, FALSE);
}

char *
mns_canonical_print_object (JsonObject *object)
{
  GString *text;

  if (object == NULL)
    return NULL;
  text = g_string_new (NULL);
  append_object (text, object);
  return g_string_free (text, FALSE);
}

char *
mns_canonical_print_array (JsonArray *array)
{
  GString *text;

  if (array == NULL)
    return NULL;
  text = g_string_new (NULL);
  append_array (text, array);
  return g_string_free (text, FALSE);
}
