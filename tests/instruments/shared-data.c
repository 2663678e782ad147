/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "tests/instruments/shared-data.h"

/* The path of runs/@below, or %NULL with the running test marked as skipped and the reason said. */
char *
shared_data_find (const char *below)
{
  const char *root = g_getenv ("MNS_SHARED_DATA");
  const char *source = g_getenv ("MNS_SOURCE");
  g_autofree char *beside = g_build_filename (source ? source : ".", "..", "shared", "data", NULL);
  g_autofree char *path = g_build_filename (root != NULL ? root : beside, "runs", below, NULL);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&path);
  g_test_skip ("the shared test data (runs/) are not beside the project");
  return NULL;
}

/* The object in runs/@below/expected.json, alive as long as @parser. */
JsonObject *
shared_data_expected (const char *below, JsonParser **parser)
{
  g_autofree char *folder = shared_data_find (below);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  if (folder == NULL)
    return NULL;
  path = g_build_filename (folder, "expected.json", NULL);
  *parser = json_parser_new ();
  json_parser_load_from_file (*parser, path, &error);
  g_assert_no_error (error);
  return json_node_get_object (json_parser_get_root (*parser));
}

JsonNode *
shared_data_parse_json (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (text, &error);

  g_assert_no_error (error);
  g_assert_nonnull (node);
  return node;
}

guint
shared_data_change_bytes (const char *data,
                          gsize length,
                          void (*read) (const char *changed, gsize length))
{
  static const char others[] = { '\0', '"', ',', '<', '[', '\n', (char) 0xff };
  g_autofree char *changed = g_memdup2 (data, length + 1);
  guint n = 0;

  changed[length] = '\0';
  for (gsize i = 0; i < length; i++)
    for (gsize j = 0; j < G_N_ELEMENTS (others); j++)
      {
        changed[i] = others[j];
        read (changed, length);
        changed[i] = data[i];
        n++;
      }
  return n;
}
