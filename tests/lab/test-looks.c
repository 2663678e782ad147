/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What views answer, row by row, on both engines. */

#include "config.h"

#include <string.h>

#include "sync/views/view.h"
#include "tests/lab/both.h"

#define N_SAMPLES 25

static MnsViewResult *
look (MnsWorld *world, const char *view, const char *args)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsTransaction) tx = mns_store_begin (world->store, MNS_ACCESS_LOOK, &error);
  g_autofree char *json = g_strdelimit (g_strdup (args), "'", '"');
  g_autoptr (JsonNode) node = json_from_string (json, NULL);
  const MnsLook looker = { .transaction = tx,
                           .person = world->people[MNS_WORLD_RESEARCHER],
                           .now = world->now,
                           .on_server = FALSE };
  MnsViewResult *result;

  g_assert_no_error (error);
  g_assert_nonnull (node);
  result = mns_view_run (&looker, view, json_node_get_object (node), &error);
  g_assert_no_error (error);
  return result;
}

static const char *
text_of (const MnsViewResult *result, guint row, const char *column)
{
  int at = mns_rows_find_column (result->rows, column);

  g_assert_cmpint (at, >=, 0);
  return mns_rows_get_text (result->rows, row, at);
}

/* Names of all pages of so many rows, with a comma after each. */
static char *
gather (MnsWorld *world, const char *project, guint limit, const char *more, guint *n_pages)
{
  GString *names = g_string_new (NULL);
  g_autofree char *after = NULL;

  *n_pages = 0;
  do
    {
      g_autofree char *args = g_strdup_printf ("{'project': '%s', 'limit': %u%s%s%s%s}",
                                               project,
                                               limit,
                                               more,
                                               after != NULL ? ", 'after': '" : "",
                                               after != NULL ? after : "",
                                               after != NULL ? "'" : "");
      g_autoptr (MnsViewResult) page = look (world, "project_samples", args);

      g_assert_cmpuint (mns_rows_get_n_rows (page->rows), <=, limit);
      for (guint i = 0; i < mns_rows_get_n_rows (page->rows); i++)
        g_string_append_printf (names, "%s,", text_of (page, i, "name"));
      g_free (after);
      after = g_strdup (page->next);
      ++*n_pages;
      g_assert_cmpuint (*n_pages, <, 100);
    }
  while (after != NULL);
  return g_string_free (names, FALSE);
}

static void
test_pages (MnsWorld *world)
{
  g_autofree char *project = mns_world_add_project (world, "Paged", N_SAMPLES, NULL);
  g_autofree char *other = mns_world_add_project (world, "Beside", 3, NULL);
  g_autoptr (GString) wanted = g_string_new (NULL);
  static const guint limits[] = { 1, 2, 7, 24, 25, 26, 500 };

  g_test_summary ("Pages of any size together are all samples, once each, S-9 before S-10");
  for (guint i = 0; i < N_SAMPLES; i++)
    g_string_append_printf (wanted, "S-%u,", i + 1);
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      guint n_pages;
      g_autofree char *names = gather (world, project, limits[i], "", &n_pages);

      g_assert_cmpstr (names, ==, wanted->str);
      g_assert_cmpuint (n_pages, ==, N_SAMPLES / limits[i] + 1);
    }
}

static void
test_filtered_pages (MnsWorld *world)
{
  g_autofree char *project = mns_world_add_project (world, "Filtered", N_SAMPLES, NULL);
  guint n_pages;
  g_autofree char *names = gather (world, project, 4, ", 'filter': 's-1'", &n_pages);
  g_autofree char *by_plate = gather (world, project, 500, ", 'filter': 'Filtered-P1'", &n_pages);
  g_autofree char *none = gather (world, project, 4, ", 'filter': 'nowhere'", &n_pages);

  g_assert_cmpstr (names, ==, "S-1,S-10,S-11,S-12,S-13,S-14,S-15,S-16,S-17,S-18,S-19,");
  g_assert_true (g_str_has_prefix (by_plate, "S-1,S-2,S-3,"));
  g_assert_cmpstr (none, ==, "");
}

static void
test_columns (MnsWorld *world)
{
  g_autofree char *project = mns_world_add_project (world, "Columns", 2, NULL);
  g_autofree char *few =
      g_strdup_printf ("{'project': '%s', 'columns': ['name', 'well']}", project);
  g_autofree char *whole = g_strdup_printf ("{'project': '%s'}", project);
  g_autoptr (MnsViewResult) all = look (world, "project_samples", whole);
  g_autoptr (MnsViewResult) some = look (world, "project_samples", few);
  g_autofree char *one = NULL;
  g_autofree char *one_few = NULL;
  g_autoptr (MnsViewResult) sample = NULL;
  g_autoptr (MnsViewResult) sample_few = NULL;
  char id[MNS_ID_TEXT_SIZE];

  g_test_summary ("A page has the columns that were asked for, with the values it has without");
  g_assert_cmpuint (mns_rows_get_n_columns (some->rows), ==, 4);
  g_assert_cmpstr (text_of (some, 1, "name"), ==, "S-2");
  g_assert_cmpstr (text_of (some, 1, "well"), ==, "B:1");
  g_assert_cmpint (mns_rows_find_column (some->rows, "container"), ==, -1);
  g_assert_cmpstr (text_of (all, 1, "well"), ==, "B:1");
  g_assert_cmpstr (text_of (all, 1, "project"), ==, "Columns");
  g_assert_cmpstr (text_of (all, 1, "container"), ==, "Columns-P1");

  mns_id_print (mns_rows_get_id (all->rows, 1, mns_rows_find_column (all->rows, "sample_id")), id);
  one = g_strdup_printf ("{'sample': '%s'}", id);
  one_few = g_strdup_printf ("{'sample': '%s', 'columns': ['project', 'container']}", id);
  sample = look (world, "sample", one);
  sample_few = look (world, "sample", one_few);
  g_assert_cmpstr (text_of (sample, 0, "name"), ==, "S-2");
  g_assert_cmpstr (text_of (sample, 0, "well"), ==, "B:1");
  g_assert_cmpuint (mns_rows_get_n_columns (sample_few->rows), ==, 2);
  g_assert_cmpstr (text_of (sample_few, 0, "container"), ==, "Columns-P1");
}

static void
expect_found (MnsWorld *world, const char *text, const char *kind, const char *names)
{
  g_autofree char *args = g_strdup_printf ("{'text': '%s', 'kind': '%s', 'limit': 5}", text, kind);
  g_autoptr (MnsViewResult) found = look (world, "search", args);
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < mns_rows_get_n_rows (found->rows); i++)
    g_string_append_printf (
        list,
        "%s%s,",
        text_of (found, i, "name"),
        mns_rows_get_int (found->rows, i, mns_rows_find_column (found->rows, "exact")) ? "!" : "");
  g_assert_cmpstr (list->str, ==, names);
}

static void
test_search (MnsWorld *world)
{
  g_autofree char *project = mns_world_add_project (world, "Sought", 12, NULL);
  g_autofree char *id =
      mns_world_ask (world, "SELECT lims_id FROM sample WHERE name = $text", "S-7");

  g_test_summary ("The thing of that id or name first, then names that begin so, by name");
  expect_found (world, "S-1", "SAMPLE", "S-1!,S-10,S-11,S-12,");
  expect_found (world, "S-", "SAMPLE", "S-1,S-10,S-11,S-12,S-2,");
  expect_found (world, "S-9", "SAMPLE", "S-9!,");
  expect_found (world, id, "SAMPLE", "S-7!,");
  expect_found (world, "Sought-P", "CONTAINER", "Sought-P1,");
  expect_found (world, "Sou", "PROJECT", "Sought,");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  mns_test_add_both ("/looks/pages", test_pages);
  mns_test_add_both ("/looks/filtered-pages", test_filtered_pages);
  mns_test_add_both ("/looks/columns", test_columns);
  mns_test_add_both ("/looks/search", test_search);

  return g_test_run ();
}
