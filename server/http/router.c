/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <string.h>

#include "server/http/router.h"

typedef struct
{
  MnsRoute route;
  char **segments;
} Entry;

struct _MnsRouter
{
  GPtrArray *entries;
};

/* Paths below these are the API's: an unknown one is 404, not the web client's start page. */
static const char *const prefixes[] = { "/auth/", "/sync/", "/json/", "/api/", "/healthz" };

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  g_strfreev (entry->segments);
  g_free (entry);
}

MnsRouter *
mns_router_new (void)
{
  MnsRouter *self = g_new0 (MnsRouter, 1);

  self->entries = g_ptr_array_new_with_free_func (free_entry);
  return self;
}

void
mns_router_free (MnsRouter *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->entries);
  g_free (self);
}

/**
 * mns_router_add:
 * @self: a router
 * @routes: (array length=n_routes): static rows
 * @n_routes: how many
 * @data: what the routes' functions get
 */
void
mns_router_add (MnsRouter *self, const MnsRoute *routes, guint n_routes, gpointer data)
{
  for (guint i = 0; i < n_routes; i++)
    {
      Entry *entry = g_new0 (Entry, 1);

      entry->route = routes[i];
      entry->route.data = data;
      entry->segments = g_strsplit (routes[i].path, "/", -1);
      g_ptr_array_add (self->entries, entry);
    }
}

gboolean
mns_router_is_ours (const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (path, prefixes[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_param (const char *segment)
{
  return segment[0] == '{';
}

static gboolean
matches (char *const *pattern, char *const *path)
{
  guint i;

  for (i = 0; pattern[i] != NULL && path[i] != NULL; i++)
    if (is_param (pattern[i]) ? path[i][0] == '\0' : strcmp (pattern[i], path[i]) != 0)
      return FALSE;
  return pattern[i] == NULL && path[i] == NULL;
}

static GHashTable *
read_params (char *const *pattern, char *const *path)
{
  GHashTable *params = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; pattern[i] != NULL; i++)
    {
      char *value;

      if (!is_param (pattern[i]))
        continue;
      value = g_uri_unescape_string (path[i], NULL);
      if (value == NULL || !g_utf8_validate (value, -1, NULL))
        {
          g_free (value);
          value = g_strdup ("");
        }
      g_hash_table_insert (params, g_strndup (pattern[i] + 1, strlen (pattern[i]) - 2), value);
    }
  return params;
}

/**
 * mns_router_find:
 * @self: a router
 * @method: "GET"; "HEAD" finds the row of GET if it has none of its own
 * @path: still escaped
 * @params: (out) (transfer full) (nullable): what stands in the braces
 * @allowed: (out) (transfer full) (nullable): if the path is known but not so, the methods it has
 *
 * Returns: (nullable): the row
 */
const MnsRoute *
mns_router_find (
    MnsRouter *self, const char *method, const char *path, GHashTable **params, char **allowed)
{
  g_auto (GStrv) segments = g_strsplit (path, "/", -1);
  g_autoptr (GString) methods = g_string_new (NULL);
  const Entry *found = NULL;

  *params = NULL;
  *allowed = NULL;
  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (self->entries, i);

      if (!matches (entry->segments, segments))
        continue;
      g_string_append_printf (methods, "%s%s", methods->len > 0 ? ", " : "", entry->route.method);
      if (strcmp (entry->route.method, method) == 0)
        found = entry;
      else if (found == NULL && strcmp (method, "HEAD") == 0 &&
               strcmp (entry->route.method, "GET") == 0)
        found = entry;
    }
  if (found != NULL)
    {
      *params = read_params (found->segments, segments);
      return &found->route;
    }
  if (methods->len > 0)
    *allowed = g_strdup (methods->str);
  return NULL;
}
