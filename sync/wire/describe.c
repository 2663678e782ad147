/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The command table and the view table as JSON: the body of GET /json/v1/describe, from which the
 * web client's types are made.
 */

#define G_LOG_DOMAIN "mns-wire"

#include "config.h"

#include <string.h>

#include "sync/lab/command.h"
#include "sync/views/view.h"
#include "sync/wire/describe.h"

static const char *const type_words[] = {
  [MNS_ARG_TYPE_ID] = "id",         [MNS_ARG_TYPE_TEXT] = "text",     [MNS_ARG_TYPE_INT] = "int",
  [MNS_ARG_TYPE_REAL] = "real",     [MNS_ARG_TYPE_BOOL] = "bool",     [MNS_ARG_TYPE_DATE] = "date",
  [MNS_ARG_TYPE_SCALAR] = "scalar", [MNS_ARG_TYPE_OBJECT] = "object", [MNS_ARG_TYPE_LIST] = "list",
  [MNS_ARG_TYPE_IDS] = "ids",       [MNS_ARG_TYPE_TEXTS] = "texts",   [MNS_ARG_TYPE_MAP] = "map",
};

static void
set_text (JsonObject *object, const char *member, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, member, text);
}

static JsonArray *
split_words (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  JsonArray *array = json_array_new ();

  for (guint i = 0; words[i] != NULL; i++)
    {
      if (*words[i] != '\0')
        json_array_add_string_element (array, words[i]);
    }
  return array;
}

static JsonArray *
describe_args (const MnsArgSpec *specs)
{
  JsonArray *array = json_array_new ();

  for (; specs != NULL && specs->name != NULL; specs++)
    {
      JsonObject *arg = json_object_new ();

      json_object_set_string_member (arg, "name", specs->name);
      json_object_set_string_member (arg, "type", type_words[specs->type]);
      json_object_set_boolean_member (arg, "required", specs->required);
      if (specs->min != 0 || specs->max != 0)
        {
          json_object_set_int_member (arg, "min", specs->min);
          json_object_set_int_member (arg, "max", specs->max);
        }
      if (specs->words != NULL)
        json_object_set_array_member (arg, "words", split_words (specs->words));
      set_text (arg, "refers", specs->refers);
      set_text (arg, "help", specs->help);
      if (specs->items != NULL)
        json_object_set_array_member (arg, "items", describe_args (specs->items));
      json_array_add_object_element (array, arg);
    }
  return array;
}

/* "artifact_id id, name text" into a list of name and kind. */
static JsonArray *
describe_columns (const char *text)
{
  g_auto (GStrv) columns = g_strsplit (text, ",", -1);
  JsonArray *array = json_array_new ();

  for (guint i = 0; columns[i] != NULL; i++)
    {
      const char *name = g_strstrip (columns[i]);
      char *space = strchr (name, ' ');
      JsonObject *column;

      if (space == NULL)
        continue;
      *space = '\0';
      column = json_object_new ();
      json_object_set_string_member (column, "name", name);
      json_object_set_string_member (column, "kind", g_strchug (space + 1));
      json_array_add_object_element (array, column);
    }
  return array;
}

static JsonArray *
describe_commands (void)
{
  guint n_commands = 0;
  const MnsCommandSpec *const *commands = mns_commands_get_all (&n_commands);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < n_commands; i++)
    {
      JsonObject *command = json_object_new ();

      json_object_set_string_member (command, "name", commands[i]->name);
      json_object_set_int_member (command, "version", commands[i]->version);
      set_text (command, "right", commands[i]->right);
      json_object_set_boolean_member (command, "online_only", commands[i]->online_only);
      set_text (command, "title", commands[i]->title);
      set_text (command, "help", commands[i]->help);
      json_object_set_array_member (command, "args", describe_args (commands[i]->args));
      json_array_add_object_element (array, command);
    }
  return array;
}

static JsonArray *
describe_views (void)
{
  guint n_views = 0;
  const MnsViewSpec *const *views = mns_views_get_all (&n_views);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < n_views; i++)
    {
      JsonObject *view = json_object_new ();

      json_object_set_string_member (view, "name", views[i]->name);
      set_text (view, "right", views[i]->right);
      set_text (view, "help", views[i]->help);
      json_object_set_array_member (view, "args", describe_args (views[i]->args));
      json_object_set_array_member (
          view, "columns", describe_columns (views[i]->columns != NULL ? views[i]->columns : ""));
      json_array_add_object_element (array, view);
    }
  return array;
}

/**
 * mns_describe:
 *
 * Tells what commands and views there are: {"commands": [{"name", "version", "right"?,
 * "online_only", "title", "help", "args"}], "views": [{"name", "right"?, "help", "args",
 * "columns": [{"name", "kind"}]}]}; an argument is {"name", "type", "required", "min"?, "max"?,
 * "words"?, "refers"?, "help"?, "items"?}, with the names of #MnsArgType in lower case.
 *
 * Returns: (transfer full): the description
 */
JsonObject *
mns_describe (void)
{
  JsonObject *object = json_object_new ();

  json_object_set_array_member (object, "commands", describe_commands ());
  json_object_set_array_member (object, "views", describe_views ());
  return object;
}
