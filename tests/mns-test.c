/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-test"

#include "config.h"

#include <ftw.h>
#include <glib/gstdio.h>

#include "tests/mns-test.h"

#define PATIENCE_S 10

void
mns_test_store_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

static gboolean
give_up_cb (gpointer user_data)
{
  g_assert_not_reached ();
  return G_SOURCE_REMOVE;
}

void
mns_test_wait_result (GAsyncResult **result)
{
  guint source = g_timeout_add_seconds (PATIENCE_S, give_up_cb, NULL);

  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
}

static void
note_end_cb (gpointer data, GObject *where_it_was)
{
  g_atomic_int_set ((int *) data, 1);
}

void
mns_test_assert_finalizes (gpointer object)
{
  int gone = 0;
  gint64 end = g_get_monotonic_time () + PATIENCE_S * G_USEC_PER_SEC;

  g_object_weak_ref (object, note_end_cb, &gone);
  g_object_unref (object);
  while (!g_atomic_int_get (&gone) && g_get_monotonic_time () < end)
    g_thread_yield ();
  g_assert_true (g_atomic_int_get (&gone));
}

char *
mns_test_make_tmp_dir (void)
{
  g_autoptr (GError) error = NULL;
  char *dir = g_dir_make_tmp ("mns-test.XXXXXX", &error);

  g_assert_no_error (error);
  return dir;
}

static int
remove_entry (const char *path, const struct stat *info, int type, struct FTW *level)
{
  return g_remove (path);
}

void
mns_test_remove_tree (const char *path)
{
  nftw (path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

char *
mns_test_read_shared_sql (void)
{
  static const char *const files[] = { "0001-tables.sql", "0008-conflict-said.sql" };
  g_autoptr (GString) all = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *path =
          g_build_filename (g_getenv ("MNS_SOURCE"), "sql", "shared", files[i], NULL);
      g_autofree char *text = NULL;

      g_file_get_contents (path, &text, NULL, &error);
      g_assert_no_error (error);
      g_string_append (all, text);
    }
  return g_string_free (g_steal_pointer (&all), FALSE);
}
