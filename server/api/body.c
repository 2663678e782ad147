/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "server/api/context.h"

/**
 * mns_api_parse:
 * @request: with a JSON body
 * @node: (out) (transfer full): what holds the object
 * @answer: 400 if there is none
 *
 * Returns: (transfer none) (nullable): the body
 */
JsonObject *
mns_api_parse (const MnsHttpRequest *request, JsonNode **node, MnsHttpAnswer *answer)
{
  g_autoptr (GError) error = NULL;
  gsize size = 0;
  const char *text = g_bytes_get_data (request->body, &size);

  *node = mns_json_parse_object (text != NULL ? text : "", (gssize) size, &error);
  if (*node != NULL)
    return json_node_get_object (*node);
  mns_http_answer_refuse (answer, MNS_HTTP_BAD_REQUEST, "bad_json", "%s", error->message);
  return NULL;
}

const char *
mns_api_get_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

gint64
mns_api_get_int (JsonObject *object, const char *name, gint64 otherwise)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node)
                                                                         : otherwise;
}

JsonArray *
mns_api_get_list (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

gboolean
mns_api_get_id (JsonObject *object, const char *name, MnsId *id)
{
  return mns_id_parse (id, mns_api_get_text (object, name));
}
