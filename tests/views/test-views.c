/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Every view of the table on both stores: its SQL is understood, its columns are those that it
 * promises, with all optional arguments too.
 */

#include "config.h"

#include <string.h>

#include "sync/model/error.h"
#include "sync/store/sqlite-store.h"
#include "sync/views/view.h"
#include "tests/mns-test.h"
#include "tests/server/pg-fixture.h"

static MnsStore *
open_sqlite (void)
{
  g_autofree char *shared = mns_test_read_shared_sql ();
  g_autofree char *search =
      g_build_filename (g_getenv ("MNS_SOURCE"), "sql", "sqlite", "0001-search.sql", NULL);
  g_autofree char *tables = mns_sqlite_translate (shared);
  g_autofree char *index = NULL;
  g_autoptr (GError) error = NULL;
  MnsStore *store = mns_sqlite_open (":memory:", MNS_SQLITE_PARTIAL, &error);

  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (search, &index, NULL, &error));
  g_assert_true (mns_sqlite_run_script (store, tables, &error));
  g_assert_true (mns_sqlite_run_script (store, index, &error));
  return store;
}

/* A value that the schema accepts; ids are of rows that do not exist. */
static JsonNode *
make_value (const MnsArgSpec *arg)
{
  JsonNode *node = json_node_alloc ();
  JsonArray *list = json_array_new ();
  static const char id[] = "01939a00-0000-7000-8000-00000000abcd";

  switch (arg->type)
    {
    case MNS_ARG_TYPE_IDS:
      json_array_add_string_element (list, id);
      return json_node_init_array (node, list);
    case MNS_ARG_TYPE_TEXTS:
      {
        g_auto (GStrv) words = g_strsplit (arg->words != NULL ? arg->words : "some", " ", -1);

        for (guint i = 0; words[i] != NULL; i++)
          json_array_add_string_element (list, words[i]);
        return json_node_init_array (node, list);
      }
    case MNS_ARG_TYPE_INT:
      json_array_unref (list);
      return json_node_init_int (node, MAX (1, arg->min));
    case MNS_ARG_TYPE_BOOL:
      json_array_unref (list);
      return json_node_init_boolean (node, TRUE);
    case MNS_ARG_TYPE_ID:
      json_array_unref (list);
      return json_node_init_string (node, id);
    default:
      json_array_unref (list);
      if (arg->words != NULL)
        {
          g_auto (GStrv) words = g_strsplit (arg->words, " ", -1);

          return json_node_init_string (node, words[0]);
        }
      return json_node_init_string (node, g_str_equal (arg->name, "sort") ? "name" : "o0");
    }
}

static JsonObject *
make_args (const MnsViewSpec *spec, gboolean all)
{
  JsonObject *args = json_object_new ();

  for (const MnsArgSpec *arg = spec->args; arg->name != NULL; arg++)
    if (all || arg->required)
      json_object_set_member (args, arg->name, make_value (arg));
  return args;
}

static void
check_columns (const MnsViewSpec *spec, const MnsRows *rows)
{
  g_auto (GStrv) words = g_strsplit (spec->columns, ",", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (g_strstrip (words[i]), " ", 2);

      if (mns_rows_find_column (rows, parts[0]) < 0)
        g_error ("view %s has no column %s", spec->name, parts[0]);
    }
}

static void
look_at_all (MnsStore *store, gboolean on_server, gboolean all_args)
{
  guint n_views;
  const MnsViewSpec *const *views = mns_views_get_all (&n_views);

  for (guint i = 0; i < n_views; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MnsTransaction) tx = mns_store_begin (store, MNS_ACCESS_READ, &error);
      g_autoptr (JsonObject) args = make_args (views[i], all_args);
      g_autoptr (MnsViewResult) result = NULL;
      g_autoptr (GString) text = g_string_new (NULL);
      const MnsLook look = {
        .transaction = tx, .as_system = TRUE, .now = 1, .on_server = on_server
      };

      g_test_message ("%s", views[i]->name);
      result = mns_view_run (&look, views[i]->name, args, &error);
      if (g_error_matches (error, MNS_ERROR, MNS_ERROR_NOT_FOUND))
        continue;
      g_assert_no_error (error);
      check_columns (views[i], result->rows);
      mns_view_result_print (result, 1, text);
      g_assert_nonnull (json_from_string (text->str, NULL));
    }
}

static void
test_sqlite (void)
{
  g_autoptr (MnsStore) store = open_sqlite ();

  look_at_all (store, FALSE, FALSE);
  look_at_all (store, FALSE, TRUE);
}

static void
test_postgres (void)
{
  g_autoptr (MnsStore) store = mns_test_pg_open ();

  look_at_all (store, TRUE, FALSE);
  look_at_all (store, TRUE, TRUE);
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *view, *args;
    int code;
  } cases[] = {
    { "no_such_view", "{}", MNS_ERROR_NOT_FOUND },
    { "queue", "{}", MNS_ERROR_INVALID },
    { "queue",
      "{\"step\":\"01939a00-0000-7000-8000-00000000abcd\",\"colour\":1}",
      MNS_ERROR_INVALID },
    { "users", "{}", MNS_ERROR_DENIED },
  };
  g_autoptr (MnsStore) store = open_sqlite ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MnsTransaction) tx = mns_store_begin (store, MNS_ACCESS_READ, NULL);
      g_autoptr (JsonNode) node = json_from_string (cases[i].args, NULL);
      const MnsLook look = { .transaction = tx, .now = 1 };

      g_assert_null (mns_view_run (&look, cases[i].view, json_node_get_object (node), &error));
      g_assert_error (error, MNS_ERROR, cases[i].code);
      g_assert_cmpuint (strlen (error->message), >, 10);
    }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/views/sqlite", test_sqlite);
  g_test_add_func ("/views/postgres", test_postgres);
  g_test_add_func ("/views/refusals", test_refusals);

  status = g_test_run ();
  mns_test_pg_stop ();
  return status;
}
