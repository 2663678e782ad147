/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The list, the banner and the scanner. */

#include "config.h"

#include "desktop/widgets/banner.h"
#include "desktop/widgets/paged-model.h"
#include "desktop/widgets/row-list.h"
#include "desktop/widgets/scanner.h"
#include "tests/desktop/ui-test.h"

#define N_ROWS 1000000

static guint n_fetched;

static void
fetch (MnsPagedModel *model, guint offset, guint limit, guint64 generation, gpointer user_data)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = offset; i < offset + limit; i++)
    {
      g_autofree char *name = g_strdup_printf ("S-%07u", i);
      g_autofree char *amount = g_strdup_printf ("%u.5", i % 100);
      const char *texts[] = { name, "Project Alpha", amount, NULL };
      MnsRow *row = mns_row_new (name, texts);

      mns_row_set_group (row, (int) (i / 5 % 6));
      mns_row_set_unsent (row, i == 2);
      g_ptr_array_add (rows, row);
    }
  mns_paged_model_set_rows (model, generation, offset, rows);
  n_fetched++;
}

static const MnsListColumn columns[] = {
  { "name", "Sample", FALSE, 160, FALSE, TRUE },
  { "project", "Project", FALSE, -1, TRUE, TRUE },
  { "conc", "Conc. (ng/µl)", TRUE, 120, FALSE, TRUE },
};

typedef struct
{
  MnsPagedModel *model;
  MnsRowList *list;
  GtkWidget *window;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  n_fetched = 0;
  f->model = mns_paged_model_new (fetch, NULL, NULL);
  mns_paged_model_reset (f->model, N_ROWS);
  f->list = MNS_ROW_LIST (mns_row_list_new (
      G_LIST_MODEL (f->model), columns, G_N_ELEMENTS (columns), "Samples in the queue"));
  f->window = mns_ui_show (GTK_WIDGET (f->list), 700, 400);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
  g_assert_finalize_object (f->model);
}

static void
test_shows (Fixture *f, gconstpointer data)
{
  GtkWidget *text = mns_ui_find (GTK_WIDGET (f->list), GTK_TYPE_INSCRIPTION);

  g_assert_cmpstr (gtk_inscription_get_text (GTK_INSCRIPTION (text)), ==, "S-0000000");
  g_assert_cmpuint (n_fetched, <, 8);
  gtk_test_accessible_assert_property (mns_ui_find (GTK_WIDGET (f->list), GTK_TYPE_COLUMN_VIEW),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Samples in the queue");
  mns_ui_save_shots (GTK_WIDGET (f->list), "row-list");
}

static void
test_reset_is_cheap (Fixture *f, gconstpointer data)
{
  n_fetched = 0;
  mns_paged_model_reset (f->model, N_ROWS - 10);
  mns_ui_settle (f->window);
  g_assert_cmpuint (n_fetched, <, 8);
}

static void
test_scroll (Fixture *f, gconstpointer data)
{
  mns_row_list_scroll_to (f->list, 500000);
  mns_ui_settle (f->window);
  g_assert_nonnull (mns_paged_model_peek_row (f->model, 500000));
  g_assert_cmpuint (n_fetched, <, 16);
}

static void
count_cb (MnsRowList *list, guint *n)
{
  (*n)++;
}

static void
test_select (Fixture *f, gconstpointer data)
{
  GtkSelectionModel *selection = mns_row_list_get_selection (f->list);
  const char *wanted[] = { "S-0000003", "S-0000007", "nobody", NULL };
  g_auto (GStrv) ids = NULL;
  guint n_not_loaded = 0;
  guint n_changed = 0;

  g_signal_connect (f->list, "selection-changed", G_CALLBACK (count_cb), &n_changed);
  g_assert_cmpuint (mns_row_list_select_ids (f->list, wanted), ==, 2);
  g_assert_cmpuint (n_changed, >, 0);
  ids = mns_row_list_dup_selected_ids (f->list, &n_not_loaded);
  g_assert_cmpuint (g_strv_length (ids), ==, 2);
  g_assert_cmpstr (ids[1], ==, "S-0000007");
  g_assert_cmpuint (n_not_loaded, ==, 0);

  n_fetched = 0;
  gtk_selection_model_select_all (selection);
  g_clear_pointer (&ids, g_strfreev);
  ids = mns_row_list_dup_selected_ids (f->list, &n_not_loaded);
  g_assert_cmpuint (g_strv_length (ids) + n_not_loaded, ==, N_ROWS);
  g_assert_cmpuint (n_fetched, <, 8); /* it must not fetch a million rows */
}

static void
sorted_cb (MnsRowList *list, const char *column, gboolean descending, char **seen)
{
  g_free (*seen);
  *seen = g_strdup_printf ("%s %s", column != NULL ? column : "none", descending ? "down" : "up");
}

static void
test_sort (Fixture *f, gconstpointer data)
{
  GtkColumnView *view = GTK_COLUMN_VIEW (mns_ui_find (GTK_WIDGET (f->list), GTK_TYPE_COLUMN_VIEW));
  GListModel *list = gtk_column_view_get_columns (view);
  g_autoptr (GtkColumnViewColumn) first = g_list_model_get_item (list, 0);
  g_autoptr (GtkColumnViewColumn) last = g_list_model_get_item (list, 2);
  g_autofree char *seen = NULL;

  g_signal_connect (f->list, "sort-changed", G_CALLBACK (sorted_cb), &seen);
  gtk_column_view_sort_by_column (view, last, GTK_SORT_ASCENDING);
  g_assert_cmpstr (seen, ==, "conc up");
  gtk_column_view_sort_by_column (view, first, GTK_SORT_DESCENDING);
  g_assert_cmpstr (seen, ==, "name down");
  gtk_column_view_sort_by_column (view, NULL, GTK_SORT_ASCENDING);
  g_assert_cmpstr (seen, ==, "none up");
}

static void
test_banner (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  MnsBanner *banners[3];
  GtkWidget *window;
  GtkWidget *button;
  guint clicked = 0;

  for (guint i = 0; i < 3; i++)
    {
      banners[i] = MNS_BANNER (mns_banner_new ((MnsBannerKind) i));
      gtk_box_append (GTK_BOX (box), GTK_WIDGET (banners[i]));
    }
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  window = mns_ui_show (box, 600, 200);
  g_assert_false (mns_banner_get_shown (banners[0]));
  mns_banner_show (banners[0], "The list could not be read.");
  mns_banner_show (banners[1], "You are offline. What you see may be old.");
  mns_banner_show (banners[2], "Waiting for review by Mira Example");
  mns_banner_set_button (banners[0], "Try again");
  g_signal_connect (banners[0], "button-clicked", G_CALLBACK (count_cb), &clicked);

  gtk_test_accessible_assert_role (banners[0], GTK_ACCESSIBLE_ROLE_ALERT);
  gtk_test_accessible_assert_role (banners[2], GTK_ACCESSIBLE_ROLE_STATUS);
  gtk_test_accessible_assert_property (
      banners[0], GTK_ACCESSIBLE_PROPERTY_LABEL, "The list could not be read.");
  button = mns_ui_find (GTK_WIDGET (banners[0]), GTK_TYPE_BUTTON);
  gtk_test_accessible_assert_property (button, GTK_ACCESSIBLE_PROPERTY_LABEL, "Try again");
  g_signal_emit_by_name (button, "clicked");
  g_assert_cmpuint (clicked, ==, 1);
  mns_ui_settle (window);
  mns_ui_save_shots (box, "banner");
  mns_banner_hide (banners[0]);
  g_assert_false (mns_banner_get_shown (banners[0]));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* text: "R" stands for Return; gap: milliseconds between keys */
static const struct
{
  const char *path;
  const char *text;
  guint32 gap;
  const char *expected;
} scans[] = {
  { "/scanner/scan", "27-1000R", 1, "27-1000" },
  { "/scanner/shortest", "abcdR", 59, "abcd" },
  { "/scanner/too-short", "abcR", 1, NULL },
  { "/scanner/person", "27-1000R", 150, NULL },
  { "/scanner/at-the-limit", "abcdR", 60, NULL },
  { "/scanner/no-return", "27-1000", 1, NULL },
  { "/scanner/affixes", "]C127-1000#R", 1, "27-1000" },
  { "/scanner/two", "27-1000R27-2000R", 1, "27-2000" },
};

static void
scanned_cb (MnsScanner *scanner, const char *text, char **seen)
{
  g_free (*seen);
  *seen = g_strdup (text);
}

static void
test_scan (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (MnsScanner) scanner = mns_scanner_new (NULL);
  g_autofree char *seen = NULL;
  guint32 now = G_MAXUINT32 - 3; /* the clock may wrap around */

  g_signal_connect (scanner, "scanned", G_CALLBACK (scanned_cb), &seen);
  mns_scanner_set_affixes (scanner, "]C1", "#");
  for (const char *c = scans[i].text; *c != '\0'; c++, now += scans[i].gap)
    {
      mns_scanner_feed (scanner, GDK_KEY_Shift_L, 0, now);
      mns_scanner_feed (
          scanner, *c == 'R' ? GDK_KEY_Return : gdk_unicode_to_keyval ((guchar) *c), 0, now);
    }
  g_assert_cmpstr (seen, ==, scans[i].expected);
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  mns_ui_init (&argc, &argv);

  add ("/row-list/shows", test_shows);
  add ("/row-list/reset-is-cheap", test_reset_is_cheap);
  add ("/row-list/scroll", test_scroll);
  add ("/row-list/select", test_select);
  add ("/row-list/sort", test_sort);
  g_test_add_func ("/banner/kinds", test_banner);
  for (guint i = 0; i < G_N_ELEMENTS (scans); i++)
    g_test_add_data_func (scans[i].path, GUINT_TO_POINTER (i), test_scan);

  return g_test_run ();
}
