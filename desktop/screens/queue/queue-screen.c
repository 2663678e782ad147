/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Queue of a step: choose samples and put them into the ice bucket. The ids of all that wait (and
 * match) are read at once, for selecting and for scans; the rows come page by page.
 */

#define G_LOG_DOMAIN "mns-queue-screen"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/app/view-pages.h"
#include "desktop/screens/queue/queue-screen.h"
#include "desktop/widgets/row-list.h"

struct _MnsQueueScreen
{
  MnsScreen parent_instance;

  char *step_id;
  char *sort;
  gboolean descending;
  MnsViewPages *pages;
  GPtrArray *ids; /* of all rows, in the list's order */
  gboolean asked;

  MnsRowList *list;
  GtkSearchEntry *filter;
  GtkLabel *selected_label;
  GtkButton *bucket_button;
};

G_DEFINE_FINAL_TYPE (MnsQueueScreen, mns_queue_screen, MNS_TYPE_SCREEN)

static const MnsPageColumn columns[] = {
  { "name", NULL },
  { "container", NULL },
  { "well", NULL },
  { "project", NULL },
  { "priority", mns_format_priority },
  { "days", NULL },
  { "qc_flag", mns_format_qc },
  { "from_step", NULL },
  { "lims_id", NULL },
};

static MnsListColumn list_columns[] = {
  { "name", N_ ("Sample"), FALSE, -1, TRUE, TRUE },
  { "container", N_ ("Container"), FALSE, 150, FALSE, TRUE },
  { "well", N_ ("Well"), FALSE, 70, FALSE, FALSE },
  { "project", N_ ("Project"), FALSE, 180, FALSE, TRUE },
  { "priority", N_ ("Priority"), FALSE, 90, FALSE, TRUE },
  { "queued", N_ ("Days queued"), TRUE, 100, FALSE, TRUE },
  { "qc", N_ ("QC"), FALSE, 90, FALSE, FALSE },
  { "from_step", N_ ("From step"), FALSE, 140, FALSE, FALSE },
  { "lims_id", N_ ("LIMS ID"), FALSE, 120, FALSE, FALSE },
};

static JsonObject *
make_args (MnsQueueScreen *self)
{
  const char *filter = gtk_editable_get_text (GTK_EDITABLE (self->filter));
  JsonObject *args = mns_args_new ("step",
                                   self->step_id,
                                   "filter",
                                   filter[0] != '\0' ? filter : NULL,
                                   "sort",
                                   self->sort != NULL ? self->sort : "priority",
                                   NULL);

  if (self->descending)
    json_object_set_boolean_member (args, "descending", TRUE);
  return args;
}

static void
update_selection (MnsQueueScreen *self)
{
  GtkSelectionModel *selection = mns_row_list_get_selection (self->list);
  g_autoptr (GtkBitset) selected = gtk_selection_model_get_selection (selection);
  guint n = (guint) gtk_bitset_get_size (selected);
  g_autofree char *text = g_strdup_printf (ngettext ("%u selected", "%u selected", n), n);

  gtk_label_set_text (self->selected_label, text);
  mns_screen_set_primary_reason (MNS_SCREEN (self), n > 0 ? NULL : _ ("Select samples first"));
}

static void
update_bucket_button (MnsQueueScreen *self)
{
  GPtrArray *bucket =
      mns_session_get_bucket (mns_screen_get_session (MNS_SCREEN (self)), self->step_id);
  g_autofree char *label = g_strdup_printf (_ ("View ice bucket (%u)"), bucket->len);

  gtk_button_set_label (self->bucket_button, label);
  gtk_widget_set_sensitive (GTK_WIDGET (self->bucket_button), bucket->len > 0);
}

static void
show_count (MnsQueueScreen *self)
{
  MnsScreen *screen = MNS_SCREEN (self);
  gboolean filtered = gtk_editable_get_text (GTK_EDITABLE (self->filter))[0] != '\0';
  g_autofree char *facts =
      g_strdup_printf (ngettext ("%u sample", "%u samples", self->ids->len), self->ids->len);

  mns_screen_set_facts (screen, facts);
  if (self->ids->len == 0 && !filtered)
    mns_screen_show_empty (
        screen, _ ("Nothing is waiting for this step"), NULL, _ ("Lab View"), "/lab");
  else if (self->ids->len == 0)
    mns_screen_set_banner (screen, MNS_BANNER_INFO, _ ("Nothing matches the filter."));
  else
    mns_screen_set_banner (screen, MNS_BANNER_INFO, NULL);
  if (self->ids->len > 0 || filtered)
    mns_screen_show_content (screen);
}

static gboolean
same_ids (GPtrArray *a, GPtrArray *b)
{
  if (a == NULL || a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!g_str_equal (g_ptr_array_index (a, i), g_ptr_array_index (b, i)))
      return FALSE;
  return TRUE;
}

static void
ids_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsQueueScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsViewResult) all = mns_session_look_finish (MNS_SESSION (source), result, &error);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  if (all == NULL)
    {
      mns_screen_show_error (MNS_SCREEN (self), error);
      return;
    }
  for (guint i = 0; i < mns_rows_get_n_rows (all->rows); i++)
    g_ptr_array_add (ids, mns_id_to_string (mns_rows_get_id (all->rows, i, 0)));
  if (self->asked && same_ids (self->ids, ids))
    mns_view_pages_refresh (self->pages, ids->len);
  else
    {
      g_auto (GStrv) kept = mns_row_list_dup_selected_ids (self->list, NULL);

      g_clear_pointer (&self->ids, g_ptr_array_unref);
      self->ids = g_steal_pointer (&ids);
      mns_view_pages_ask (self->pages, make_args (self), self->ids->len);
      mns_row_list_select_ids (self->list, (const char *const *) kept);
      self->asked = TRUE;
    }
  mns_row_list_set_loading (self->list, FALSE);
  show_count (self);
  update_selection (self);
}

static void
config_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsQueueScreen) self = user_data;
  g_autoptr (MnsViewResult) config = mns_session_look_finish (MNS_SESSION (source), result, NULL);

  if (config != NULL && mns_rows_get_n_rows (config->rows) > 0)
    mns_screen_set_title (MNS_SCREEN (self), mns_cell_text (config->rows, 0, "step"));
}

static void
mns_queue_screen_refresh (MnsScreen *screen)
{
  MnsQueueScreen *self = MNS_QUEUE_SCREEN (screen);
  MnsSession *session = mns_screen_get_session (screen);
  GCancellable *cancellable = mns_screen_get_cancellable (screen);

  if (!self->asked)
    {
      mns_screen_show_loading (screen);
      mns_session_look (session,
                        "step_config",
                        mns_args_new ("step", self->step_id, NULL),
                        NULL,
                        config_read_cb,
                        g_object_ref (self));
    }
  mns_session_look (
      session, "queue_ids", make_args (self), cancellable, ids_read_cb, g_object_ref (self));
  update_bucket_button (self);
}

static gboolean
mns_queue_screen_concerns (MnsScreen *screen, const char *const *tables)
{
  return g_strv_contains (tables, "stage_entry") || g_strv_contains (tables, "artifact") ||
         g_strv_contains (tables, "placement");
}

/* Positions, because rows that were never scrolled to are not in memory. */
static GStrv
dup_chosen (MnsQueueScreen *self)
{
  GtkSelectionModel *selection = mns_row_list_get_selection (self->list);
  g_autoptr (GtkBitset) selected = gtk_selection_model_get_selection (selection);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  GtkBitsetIter iter;
  guint at;

  for (gboolean more = gtk_bitset_iter_init_first (&iter, selected, &at); more;
       more = gtk_bitset_iter_next (&iter, &at))
    if (at < self->ids->len)
      g_strv_builder_add (builder, g_ptr_array_index (self->ids, at));
  return g_strv_builder_end (builder);
}

static void
mns_queue_screen_primary (MnsScreen *screen)
{
  MnsQueueScreen *self = MNS_QUEUE_SCREEN (screen);
  g_auto (GStrv) chosen = dup_chosen (self);
  guint n = mns_session_add_to_bucket (
      mns_screen_get_session (screen), self->step_id, (const char *const *) chosen);
  g_autofree char *text = g_strdup_printf (
      ngettext ("%u sample put into the ice bucket", "%u samples put into the ice bucket", n), n);

  mns_row_list_select_none (self->list);
  update_bucket_button (self);
  mns_screen_toast (screen, text);
}

static void
open_bucket_cb (MnsQueueScreen *self)
{
  mns_screen_open (MNS_SCREEN (self), "/bucket/%s", self->step_id);
}

static void
select_all_cb (MnsQueueScreen *self)
{
  gtk_selection_model_select_all (mns_row_list_get_selection (self->list));
}

static void
select_none_cb (MnsQueueScreen *self)
{
  mns_row_list_select_none (self->list);
}

static void
filter_changed_cb (MnsQueueScreen *self)
{
  mns_row_list_set_loading (self->list, TRUE);
  mns_screen_refresh (MNS_SCREEN (self));
}

static void
sort_changed_cb (MnsQueueScreen *self, const char *column, gboolean descending)
{
  g_free (self->sort);
  self->sort = g_strdup (column);
  self->descending = descending;
  self->asked = FALSE;
  filter_changed_cb (self);
}

/* A scan selects a sample by name or id, or all samples of a container: the filter of the view. */
typedef struct
{
  MnsQueueScreen *screen;
  char *text;
} Scan;

static void
scan_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Scan *scan = user_data;
  g_autoptr (MnsQueueScreen) self = scan->screen;
  g_autofree char *text = scan->text;
  g_autoptr (MnsViewResult) found = mns_session_look_finish (MNS_SESSION (source), result, NULL);
  g_autofree char *message = NULL;
  guint n = 0;

  g_free (scan);
  for (guint i = 0; found != NULL && i < mns_rows_get_n_rows (found->rows); i++)
    {
      g_autofree char *id = mns_cell_dup_id (found->rows, i, "artifact_id");
      guint at;

      if (!g_ptr_array_find_with_equal_func (self->ids, id, g_str_equal, &at))
        continue;
      gtk_selection_model_select_item (mns_row_list_get_selection (self->list), at, FALSE);
      if (n++ == 0)
        mns_row_list_scroll_to (self->list, at);
    }
  message = n > 0 ? g_strdup_printf (_ ("%s selected"), text)
                  : g_strdup_printf (_ ("Not in this queue: %s"), text);
  mns_screen_toast (MNS_SCREEN (self), message);
}

static gboolean
mns_queue_screen_scan (MnsScreen *screen, const char *text)
{
  MnsQueueScreen *self = MNS_QUEUE_SCREEN (screen);
  JsonObject *args = mns_args_new ("step", self->step_id, "filter", text, NULL);
  Scan *scan = g_new0 (Scan, 1);

  scan->screen = g_object_ref (self);
  scan->text = g_strdup (text);
  mns_session_look (mns_screen_get_session (screen), "queue_ids", args, NULL, scan_read_cb, scan);
  return TRUE;
}

static void
mns_queue_screen_filter (MnsScreen *screen)
{
  gtk_widget_grab_focus (GTK_WIDGET (MNS_QUEUE_SCREEN (screen)->filter));
}

static void
mns_queue_screen_dispose (GObject *object)
{
  MnsQueueScreen *self = MNS_QUEUE_SCREEN (object);

  g_clear_object (&self->pages);
  g_clear_pointer (&self->ids, g_ptr_array_unref);
  g_clear_pointer (&self->step_id, g_free);
  g_clear_pointer (&self->sort, g_free);

  G_OBJECT_CLASS (mns_queue_screen_parent_class)->dispose (object);
}

static void
mns_queue_screen_class_init (MnsQueueScreenClass *klass)
{
  MnsScreenClass *screen_class = MNS_SCREEN_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_queue_screen_dispose;
  screen_class->refresh = mns_queue_screen_refresh;
  screen_class->concerns = mns_queue_screen_concerns;
  screen_class->primary = mns_queue_screen_primary;
  screen_class->scan = mns_queue_screen_scan;
  screen_class->filter = mns_queue_screen_filter;
}

static void
mns_queue_screen_init (MnsQueueScreen *self)
{
  self->ids = g_ptr_array_new_with_free_func (g_free);
}

static GtkWidget *
make_button (MnsQueueScreen *self, const char *label, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  g_signal_connect_object (button, "clicked", clicked, self, G_CONNECT_SWAPPED);
  return button;
}

static GtkWidget *
make_toolbar (MnsQueueScreen *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  gtk_widget_set_margin_start (bar, 16);
  gtk_widget_set_margin_end (bar, 16);
  gtk_widget_set_margin_bottom (bar, 8);
  self->filter = GTK_SEARCH_ENTRY (gtk_search_entry_new ());
  g_object_set (self->filter, "placeholder-text", _ ("Filter or scan"), "width-chars", 24, NULL);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->filter), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Filter or scan"), -1);
  g_signal_connect_object (
      self->filter, "search-changed", G_CALLBACK (filter_changed_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->filter));
  gtk_box_append (GTK_BOX (bar), make_button (self, _ ("Select all"), G_CALLBACK (select_all_cb)));
  gtk_box_append (GTK_BOX (bar), make_button (self, _ ("None"), G_CALLBACK (select_none_cb)));
  self->selected_label = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->selected_label), "dim-label");
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->selected_label));
  return bar;
}

GtkWidget *
mns_queue_screen_new (MnsSession *session, const char *argument)
{
  MnsQueueScreen *self = g_object_new (MNS_TYPE_QUEUE_SCREEN, "session", session, NULL);
  MnsScreen *screen = MNS_SCREEN (self);
  MnsListColumn shown[G_N_ELEMENTS (list_columns)];

  self->step_id = g_strdup (argument);
  self->pages =
      mns_view_pages_new (session, "queue", "artifact_id", columns, G_N_ELEMENTS (columns));
  for (guint i = 0; i < G_N_ELEMENTS (list_columns); i++)
    {
      shown[i] = list_columns[i];
      shown[i].title = _ (list_columns[i].title);
    }
  self->list = MNS_ROW_LIST (mns_row_list_new (
      mns_view_pages_get_model (self->pages), shown, G_N_ELEMENTS (shown), _ ("Samples waiting")));
  g_signal_connect_object (
      self->list, "selection-changed", G_CALLBACK (update_selection), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (
      self->list, "sort-changed", G_CALLBACK (sort_changed_cb), self, G_CONNECT_SWAPPED);

  self->bucket_button =
      GTK_BUTTON (make_button (self, _ ("View ice bucket"), G_CALLBACK (open_bucket_cb)));
  mns_screen_add_tool (screen, GTK_WIDGET (self->bucket_button));
  mns_screen_set_title (screen, _ ("Queue"));
  mns_screen_set_primary (screen, _ ("Add to ice bucket"));
  mns_screen_set_under_title (screen, make_toolbar (self));
  mns_screen_set_content (screen, GTK_WIDGET (self->list));
  update_selection (self);
  return GTK_WIDGET (self);
}
