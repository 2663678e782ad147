/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* /json/v1/describe: the command table, the view table and the entities, as data. */

#include "config.h"

#include "server/api/context.h"
#include "sync/model/entity.h"
#include "sync/wire/describe.h"

static const char *const field_types[] = {
  [MNS_FIELD_ID] = "id",       [MNS_FIELD_TEXT] = "text", [MNS_FIELD_INT] = "int",
  [MNS_FIELD_SMALL] = "int",   [MNS_FIELD_BOOL] = "bool", [MNS_FIELD_REAL] = "real",
  [MNS_FIELD_TIME] = "time",   [MNS_FIELD_DATE] = "date", [MNS_FIELD_JSON] = "json",
  [MNS_FIELD_BYTES] = "bytes",
};

static void
set_text (JsonObject *object, const char *name, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, name, text);
}

static JsonArray *
describe_entities (void)
{
  JsonArray *list = json_array_new ();
  guint n;
  const MnsEntity *const *entities = mns_entities_get_all (&n);

  for (guint i = 0; i < n; i++)
    {
      JsonObject *entity = json_object_new ();
      JsonArray *fields = json_array_new ();

      for (const MnsField *field = entities[i]->fields; field->name != NULL; field++)
        {
          JsonObject *object = json_object_new ();

          set_text (object, "name", field->name);
          set_text (object, "type", field_types[field->type]);
          json_object_set_boolean_member (object, "nullable", field->nullable);
          set_text (object, "refers", field->refers);
          set_text (object, "words", field->words);
          json_array_add_object_element (fields, object);
        }
      set_text (entity, "table", entities[i]->table);
      json_object_set_array_member (entity, "fields", fields);
      json_array_add_object_element (list, entity);
    }
  return list;
}

static void
describe (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  JsonObject *object = mns_describe ();

  json_object_set_string_member (object, "version", MNS_VERSION);
  json_object_set_int_member (object, "proto", MNS_PROTOCOL);
  json_object_set_int_member (object, "schema", MNS_SCHEMA);
  json_object_set_array_member (object, "entities", describe_entities ());
  mns_http_answer_take_object (answer, 200, object);
}

static const MnsRoute routes[] = {
  { "GET", "/json/v1/describe", MNS_AUTH_USER, MNS_LANE_PULL, MNS_BODY_NONE, 0, describe, NULL },
};

const MnsRoute *
mns_describe_routes (guint *n_routes)
{
  *n_routes = G_N_ELEMENTS (routes);
  return routes;
}
