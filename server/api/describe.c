/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* /json/v1/describe: the command table, the view table and the entities, as data. */

#include "config.h"

#include "server/api/context.h"
#include "sync/model/entity.h"
#include "sync/views/view.h"

static const char *const arg_types[] = {
  [MNS_ARG_TYPE_ID] = "id",         [MNS_ARG_TYPE_TEXT] = "text",     [MNS_ARG_TYPE_INT] = "int",
  [MNS_ARG_TYPE_REAL] = "real",     [MNS_ARG_TYPE_BOOL] = "bool",     [MNS_ARG_TYPE_DATE] = "date",
  [MNS_ARG_TYPE_SCALAR] = "scalar", [MNS_ARG_TYPE_OBJECT] = "object", [MNS_ARG_TYPE_LIST] = "list",
  [MNS_ARG_TYPE_IDS] = "ids",       [MNS_ARG_TYPE_TEXTS] = "texts",   [MNS_ARG_TYPE_MAP] = "map",
};

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
describe_args (const MnsArgSpec *specs)
{
  JsonArray *args = json_array_new ();

  for (const MnsArgSpec *spec = specs; spec != NULL && spec->name != NULL; spec++)
    {
      JsonObject *arg = json_object_new ();

      set_text (arg, "name", spec->name);
      set_text (arg, "type", arg_types[spec->type]);
      json_object_set_boolean_member (arg, "required", spec->required);
      if (spec->max != 0)
        {
          json_object_set_int_member (arg, "min", spec->min);
          json_object_set_int_member (arg, "max", spec->max);
        }
      set_text (arg, "words", spec->words);
      set_text (arg, "refers", spec->refers);
      set_text (arg, "help", spec->help);
      if (spec->items != NULL)
        json_object_set_array_member (arg, "items", describe_args (spec->items));
      json_array_add_object_element (args, arg);
    }
  return args;
}

static JsonArray *
describe_commands (void)
{
  JsonArray *list = json_array_new ();
  guint n;
  const MnsCommandSpec *const *specs = mns_commands_get_all (&n);

  for (guint i = 0; i < n; i++)
    {
      JsonObject *command = json_object_new ();

      set_text (command, "name", specs[i]->name);
      json_object_set_int_member (command, "version", specs[i]->version);
      set_text (command, "right", specs[i]->right);
      json_object_set_boolean_member (command, "online_only", specs[i]->online_only);
      set_text (command, "title", specs[i]->title);
      set_text (command, "help", specs[i]->help);
      json_object_set_array_member (command, "args", describe_args (specs[i]->args));
      json_array_add_object_element (list, command);
    }
  return list;
}

static JsonArray *
describe_views (void)
{
  JsonArray *list = json_array_new ();
  guint n;
  const MnsViewSpec *const *specs = mns_views_get_all (&n);

  for (guint i = 0; i < n; i++)
    {
      JsonObject *view = json_object_new ();

      set_text (view, "name", specs[i]->name);
      set_text (view, "right", specs[i]->right);
      set_text (view, "columns", specs[i]->columns);
      set_text (view, "help", specs[i]->help);
      json_object_set_array_member (view, "args", describe_args (specs[i]->args));
      json_array_add_object_element (list, view);
    }
  return list;
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
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "version", MNS_VERSION);
  json_object_set_int_member (object, "proto", MNS_PROTOCOL);
  json_object_set_int_member (object, "schema", MNS_SCHEMA);
  json_object_set_array_member (object, "commands", describe_commands ());
  json_object_set_array_member (object, "views", describe_views ());
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
