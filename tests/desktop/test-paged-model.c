/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "desktop/widgets/paged-model.h"

typedef struct
{
  MnsPagedModel *model;
  GString *asked; /* "offset+limit " a question */
  guint n_asked;
  guint64 generation; /* of the last question */
  GString *changes;   /* "position-removed+added " a signal */
} Fixture;

static void
fetch (MnsPagedModel *model, guint offset, guint limit, guint64 generation, gpointer user_data)
{
  Fixture *f = user_data;

  g_string_append_printf (f->asked, "%u+%u ", offset, limit);
  f->n_asked++;
  f->generation = generation;
}

static void
changed_cb (GListModel *model, guint position, guint removed, guint added, Fixture *f)
{
  g_string_append_printf (f->changes, "%u-%u+%u ", position, removed, added);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->model = mns_paged_model_new (fetch, f, NULL);
  f->asked = g_string_new (NULL);
  f->changes = g_string_new (NULL);
  g_signal_connect (f->model, "items-changed", G_CALLBACK (changed_cb), f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_finalize_object (f->model);
  g_string_free (f->asked, TRUE);
  g_string_free (f->changes, TRUE);
}

static void
answer (Fixture *f, guint64 generation, guint offset, guint n, const char *prefix, gboolean taken)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("%s%u", prefix, offset + i);
      const char *texts[] = { id, NULL };

      g_ptr_array_add (rows, mns_row_new (id, texts));
    }
  g_assert_cmpint (mns_paged_model_set_rows (f->model, generation, offset, rows), ==, taken);
}

static void
assert_row (Fixture *f, guint position, const char *id)
{
  g_autoptr (MnsRow) row = g_list_model_get_item (G_LIST_MODEL (f->model), position);

  g_assert_cmpstr (mns_row_get_id (row), ==, id);
}

static void
count_cb (MnsRow *row, guint *n)
{
  (*n)++;
}

static void
test_fetch (Fixture *f, gconstpointer data)
{
  g_autoptr (MnsRow) row = NULL;
  guint n_changed = 0;

  mns_paged_model_reset (f->model, 300);
  g_assert_cmpstr (f->changes->str, ==, "0-0+300 ");
  g_assert_cmpstr (f->asked->str, ==, ""); /* nothing before somebody looks */
  row = g_list_model_get_item (G_LIST_MODEL (f->model), 270);
  assert_row (f, 256, NULL);
  g_assert_cmpstr (f->asked->str, ==, "256+44 ");
  g_assert_false (mns_row_is_loaded (row));
  g_assert_cmpstr (mns_row_get_text (row, 0), ==, "");

  g_signal_connect (row, "changed", G_CALLBACK (count_cb), &n_changed);
  answer (f, f->generation, 256, 44, "a", TRUE);
  g_assert_cmpuint (n_changed, ==, 1); /* the same object took the data over */
  g_assert_cmpstr (mns_row_get_text (row, 0), ==, "a270");
  g_assert_cmpstr (f->changes->str, ==, "0-0+300 ");
  g_assert_cmpuint (mns_paged_model_find_loaded (f->model, "a270"), ==, 270);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (f->model), 300));
}

static void
test_late_answer (Fixture *f, gconstpointer data)
{
  guint64 old = mns_paged_model_reset (f->model, 10);

  assert_row (f, 0, NULL);
  mns_paged_model_reset (f->model, 5);
  g_assert_cmpstr (f->changes->str, ==, "0-0+10 0-10+0 0-0+5 "); /* never all at once */
  assert_row (f, 0, NULL);
  answer (f, old, 0, 10, "old", FALSE);
  assert_row (f, 0, NULL);
  answer (f, f->generation, 0, 10, "new", TRUE); /* too many rows do no harm */
  assert_row (f, 4, "new4");
}

static void
test_pages_kept (Fixture *f, gconstpointer data)
{
  mns_paged_model_reset (f->model, MNS_PAGE_ROWS * (MNS_PAGES_KEPT + 2));
  for (guint i = 0; i < MNS_PAGES_KEPT; i++)
    assert_row (f, i * MNS_PAGE_ROWS, NULL);
  assert_row (f, 0, NULL); /* page 0 is now newer than page 1 */
  g_assert_cmpuint (f->n_asked, ==, MNS_PAGES_KEPT);
  assert_row (f, MNS_PAGES_KEPT * MNS_PAGE_ROWS, NULL);
  g_assert_nonnull (mns_paged_model_peek_row (f->model, 0));
  g_assert_null (mns_paged_model_peek_row (f->model, MNS_PAGE_ROWS));
  g_assert_nonnull (mns_paged_model_peek_row (f->model, 2 * MNS_PAGE_ROWS));
  answer (f, f->generation, MNS_PAGE_ROWS, 3, "gone", TRUE);
  g_assert_null (mns_paged_model_peek_row (f->model, MNS_PAGE_ROWS));
}

static void
test_grow (Fixture *f, gconstpointer data)
{
  guint64 generation = mns_paged_model_reset (f->model, 100);

  assert_row (f, 0, NULL);
  answer (f, generation, 0, 100, "a", TRUE);
  g_string_truncate (f->asked, 0);
  g_string_truncate (f->changes, 0);
  mns_paged_model_set_n_rows (f->model, generation, 400);
  g_assert_cmpstr (f->changes->str, ==, "100-0+300 ");
  g_assert_cmpstr (f->asked->str, ==, "0+128 "); /* the seam has rows now that it had not */
  assert_row (f, 99, "a99");
  mns_paged_model_set_n_rows (f->model, generation - 1, 7);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->model)), ==, 400);
}

static void
test_shrink (Fixture *f, gconstpointer data)
{
  guint64 generation = mns_paged_model_reset (f->model, 400);

  assert_row (f, 0, NULL);
  assert_row (f, 200, NULL);
  answer (f, generation, 0, 128, "a", TRUE);
  answer (f, generation, 128, 128, "a", TRUE);
  g_string_truncate (f->changes, 0);
  mns_paged_model_set_n_rows (f->model, generation, 100);
  g_assert_cmpstr (f->changes->str, ==, "100-300+0 ");
  assert_row (f, 99, "a99");
  g_assert_null (mns_paged_model_peek_row (f->model, 100));
  mns_paged_model_set_n_rows (f->model, generation, 130);
  assert_row (f, 100, NULL);
  assert_row (f, 128, NULL);
}

static void
test_refresh (Fixture *f, gconstpointer data)
{
  guint64 old = mns_paged_model_reset (f->model, 100);

  assert_row (f, 0, NULL);
  answer (f, old, 0, 100, "a", TRUE);
  g_string_truncate (f->asked, 0);
  mns_paged_model_refresh (f->model);
  g_assert_cmpstr (f->asked->str, ==, "0+100 ");
  assert_row (f, 3, "a3"); /* the old content stays until the new is there */
  answer (f, old, 0, 100, "late", FALSE);
  answer (f, f->generation, 0, 100, "b", TRUE);
  assert_row (f, 3, "b3");
}

static void
fetch_at_once (
    MnsPagedModel *model, guint offset, guint limit, guint64 generation, gpointer user_data)
{
  const char *texts[] = { "now", NULL };
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (rows, mns_row_new ("id", texts));
  mns_paged_model_set_rows (model, generation, offset, rows);
}

static void
test_answer_at_once (void)
{
  g_autoptr (MnsPagedModel) model = mns_paged_model_new (fetch_at_once, NULL, NULL);
  g_autoptr (MnsRow) row = NULL;

  mns_paged_model_reset (model, 1);
  row = g_list_model_get_item (G_LIST_MODEL (model), 0);
  g_assert_cmpstr (mns_row_get_text (row, 0), ==, "now");
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/paged-model/fetch", test_fetch);
  add ("/paged-model/late-answer", test_late_answer);
  add ("/paged-model/pages-kept", test_pages_kept);
  add ("/paged-model/grow", test_grow);
  add ("/paged-model/shrink", test_shrink);
  add ("/paged-model/refresh", test_refresh);
  g_test_add_func ("/paged-model/answer-at-once", test_answer_at_once);

  return g_test_run ();
}
