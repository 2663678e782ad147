/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* One submitted sample: where it is and what is known of it, every stage that it or anything made
 * of it has been in, and what was made of it.
 */

#define G_LOG_DOMAIN "mns-sample-screen"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/app/view-pages.h"
#include "desktop/screens/sample/sample-screen.h"
#include "desktop/widgets/row-list.h"

struct _MnsSampleScreen
{
  MnsScreen parent_instance;

  char *sample;
  MnsViewResult *now, *fields, *history, *family;
  guint n_answers; /* still missing */

  GtkBox *facts;
  GListStore *history_rows, *family_rows;
};

G_DEFINE_FINAL_TYPE (MnsSampleScreen, mns_sample_screen, MNS_TYPE_SCREEN)

/* Deeper the later it was made: each step that made something is one generation. */
static char *
format_generation (const MnsRows *rows, guint row, const char *name)
{
  g_autoptr (GHashTable) runs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  const char *shown = mns_cell_text (rows, row, name);

  for (guint i = 0; i <= row; i++)
    {
      const char *run = mns_cell_text (rows, i, "run_lims_id");

      if (run != NULL)
        g_hash_table_add (runs, g_strdup (run));
    }
  for (guint i = 0; i < g_hash_table_size (runs); i++)
    g_string_append (text, i + 1 < g_hash_table_size (runs) ? "    " : "└ ");
  g_string_append (text, shown != NULL ? shown : "");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static const MnsPageColumn history_columns[] = {
  { "at", mns_format_time }, { "protocol", NULL }, { "step", NULL },
  { "name", NULL },          { "lims_id", NULL },  { "status", mns_format_stage_state },
  { "run_lims_id", NULL },   { "person", NULL },   { "workflow", NULL },
};

static const MnsListColumn history_list[] = {
  { "at", N_ ("Since"), FALSE, 120, FALSE, FALSE },
  { "protocol", N_ ("Protocol"), FALSE, 170, FALSE, FALSE },
  { "step", N_ ("Step"), FALSE, -1, TRUE, FALSE },
  { "name", N_ ("Sample"), FALSE, 130, FALSE, FALSE },
  { "lims_id", N_ ("LIMS ID"), FALSE, 120, FALSE, FALSE },
  { "status", N_ ("Status"), FALSE, 110, FALSE, FALSE },
  { "run_lims_id", N_ ("Run"), FALSE, 80, FALSE, FALSE },
  { "person", N_ ("By"), FALSE, 140, FALSE, FALSE },
  { "workflow", N_ ("Workflow"), FALSE, 160, FALSE, FALSE },
};

static const MnsPageColumn family_columns[] = {
  { "name", format_generation },
  { "lims_id", NULL },
  { "step", NULL },
  { "run_lims_id", NULL },
  { "started_at", mns_format_time },
  { "qc_flag", mns_format_qc },
  { "container", NULL },
};

static const MnsListColumn family_list[] = {
  { "name", N_ ("Sample"), FALSE, -1, TRUE, FALSE },
  { "lims_id", N_ ("LIMS ID"), FALSE, 130, FALSE, FALSE },
  { "step", N_ ("Made in step"), FALSE, 190, FALSE, FALSE },
  { "run_lims_id", N_ ("Run"), FALSE, 80, FALSE, FALSE },
  { "started_at", N_ ("When"), FALSE, 120, FALSE, FALSE },
  { "qc_flag", N_ ("QC"), FALSE, 100, FALSE, FALSE },
  { "container", N_ ("Container"), FALSE, 170, FALSE, FALSE },
};

/* ---- now ---- */

static void
clear_facts (MnsSampleScreen *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->facts))) != NULL)
    gtk_box_remove (self->facts, child);
}

static GtkWidget *
add_list (MnsSampleScreen *self, const char *title)
{
  GtkWidget *heading = gtk_label_new (title);
  GtkWidget *list = gtk_list_box_new ();

  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_widget_add_css_class (heading, "heading");
  gtk_widget_set_margin_top (heading, 8);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_box_append (self->facts, heading);
  gtk_box_append (self->facts, list);
  return list;
}

/* A line of what is known; with a path it leads there. */
static void
add_fact (GtkWidget *list, const char *title, const char *value, const char *path)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *label = gtk_label_new (value != NULL && value[0] != '\0' ? value : "–");

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_label_set_selectable (GTK_LABEL (label), path == NULL);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (label), GTK_NATURAL_WRAP_NONE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 60);
  gtk_label_set_xalign (GTK_LABEL (label), 1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
  if (path != NULL)
    {
      GtkWidget *arrow = gtk_image_new_from_icon_name ("go-next-symbolic");

      gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
      gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s", path);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "win.open");
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), arrow);
    }
  gtk_list_box_append (GTK_LIST_BOX (list), row);
}

static char *
dup_path (const MnsRows *rows, const char *column, const char *prefix)
{
  g_autofree char *id = mns_cell_dup_id (rows, 0, column);

  return id != NULL ? g_strconcat (prefix, id, NULL) : NULL;
}

static char *
dup_text (const MnsRows *rows, const char *column)
{
  int at = mns_rows_find_column (rows, column);

  if (at < 0 || mns_rows_is_null (rows, 0, at))
    return NULL;
  switch (mns_rows_get (rows, 0, at)->kind)
    {
    case MNS_KIND_INT:
      return g_strdup_printf ("%" G_GINT64_FORMAT, mns_rows_get_int (rows, 0, at));
    case MNS_KIND_REAL:
      return g_strdup_printf ("%g", mns_rows_get (rows, 0, at)->v.real);
    default:
      return g_strdup (mns_rows_get_text (rows, 0, at));
    }
}

static void
show_custom_fields (MnsSampleScreen *self)
{
  const MnsRows *fields = self->fields->rows;
  GtkWidget *list = NULL;

  for (guint i = 0; i < mns_rows_get_n_rows (fields); i++)
    {
      const char *key = mns_cell_text (fields, i, "key");
      g_autofree char *value = NULL;

      if (g_strcmp0 (mns_cell_text (fields, i, "object"), "SAMPLE") != 0)
        continue;
      value = dup_text (self->now->rows, key);
      if (value == NULL)
        continue;
      if (list == NULL)
        list = add_list (self, _ ("Fields"));
      add_fact (list, mns_cell_text (fields, i, "title"), value, NULL);
    }
}

static void
show_now (MnsSampleScreen *self)
{
  const MnsRows *rows = self->now->rows;
  const char *container = mns_cell_text (rows, 0, "container");
  const char *well = mns_cell_text (rows, 0, "well");
  g_autofree char *project_path = dup_path (rows, "project_id", "/project/");
  g_autofree char *container_path = dup_path (rows, "container_id", "/container/");
  g_autofree char *place =
      g_strjoin (" ", container != NULL ? container : "", well != NULL ? well : "", NULL);
  GtkWidget *list;

  clear_facts (self);
  list = add_list (self, _ ("Where it is"));
  add_fact (list, _ ("Project"), mns_cell_text (rows, 0, "project"), project_path);
  add_fact (list, _ ("Container"), g_strstrip (place), container_path);
  add_fact (list, _ ("Is now in"), mns_cell_text (rows, 0, "stage"), NULL);
  add_fact (list, _ ("Received"), mns_cell_text (rows, 0, "received_date"), NULL);
  if (mns_cell_text (rows, 0, "completed_date") != NULL)
    add_fact (list, _ ("Completed"), mns_cell_text (rows, 0, "completed_date"), NULL);
  show_custom_fields (self);
}

static void
show_all (MnsSampleScreen *self)
{
  MnsScreen *screen = MNS_SCREEN (self);
  const MnsRows *rows = self->now->rows;
  const char *stage;
  const char *project;
  g_autofree char *facts = NULL;

  if (mns_rows_get_n_rows (rows) == 0)
    {
      mns_screen_show_empty (
          screen, _ ("There is no such sample"), NULL, _ ("Projects"), "/projects");
      return;
    }
  stage = mns_cell_text (rows, 0, "stage");
  project = mns_cell_text (rows, 0, "project");
  facts = g_strdup_printf ("%s · %s%s%s",
                           mns_cell_text (rows, 0, "lims_id"),
                           project != NULL ? project : _ ("no project"),
                           stage != NULL ? " · " : "",
                           stage != NULL ? stage : "");
  mns_screen_set_title (screen, mns_cell_text (rows, 0, "name"));
  mns_screen_set_facts (screen, facts);
  show_now (self);
  mns_view_rows_show (self->history_rows,
                      self->history->rows,
                      "run_id",
                      history_columns,
                      G_N_ELEMENTS (history_columns));
  mns_view_rows_show (self->family_rows,
                      self->family->rows,
                      "run_id",
                      family_columns,
                      G_N_ELEMENTS (family_columns));
  mns_screen_show_content (screen);
}

/* ---- reading ---- */

static void
take_answer (MnsSampleScreen *self, GObject *source, GAsyncResult *result, MnsViewResult **place)
{
  g_autoptr (GError) error = NULL;
  MnsViewResult *answer = mns_session_look_finish (MNS_SESSION (source), result, &error);

  if (answer == NULL)
    {
      mns_screen_show_error (MNS_SCREEN (self), error);
      return;
    }
  g_clear_pointer (place, mns_view_result_free);
  *place = answer;
  if (--self->n_answers == 0)
    show_all (self);
}

static void
now_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsSampleScreen) self = user_data;

  take_answer (self, source, result, &self->now);
}

static void
fields_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsSampleScreen) self = user_data;

  take_answer (self, source, result, &self->fields);
}

static void
history_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsSampleScreen) self = user_data;

  take_answer (self, source, result, &self->history);
}

static void
family_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsSampleScreen) self = user_data;

  take_answer (self, source, result, &self->family);
}

static void
mns_sample_screen_refresh (MnsScreen *screen)
{
  static const struct
  {
    const char *view;
    gboolean of_sample;
    GAsyncReadyCallback callback;
  } views[] = {
    { "sample", TRUE, now_read_cb },
    { "fields", FALSE, fields_read_cb },
    { "sample_history", TRUE, history_read_cb },
    { "sample_family", TRUE, family_read_cb },
  };
  MnsSampleScreen *self = MNS_SAMPLE_SCREEN (screen);

  if (self->now == NULL)
    mns_screen_show_loading (screen);
  self->n_answers = G_N_ELEMENTS (views);
  for (guint i = 0; i < G_N_ELEMENTS (views); i++)
    mns_session_look (mns_screen_get_session (screen),
                      views[i].view,
                      views[i].of_sample ? mns_args_new ("sample", self->sample, NULL) : NULL,
                      mns_screen_get_cancellable (screen),
                      views[i].callback,
                      g_object_ref (self));
}

static gboolean
mns_sample_screen_concerns (MnsScreen *screen, const char *const *tables)
{
  static const char *const shown[] = { "sample",    "artifact", "placement",
                                       "container", "project",  "stage_entry" };

  for (guint i = 0; i < G_N_ELEMENTS (shown); i++)
    if (g_strv_contains (tables, shown[i]))
      return TRUE;
  return FALSE;
}

static gboolean
mns_sample_screen_scan (MnsScreen *screen, const char *text)
{
  g_autofree char *escaped = g_uri_escape_string (text, NULL, TRUE);

  mns_screen_open (screen, "/search/%s", escaped);
  return TRUE;
}

static void
open_run (MnsSampleScreen *self, GListStore *rows, guint position)
{
  g_autoptr (MnsRow) row = g_list_model_get_item (G_LIST_MODEL (rows), position);

  if (row != NULL && mns_row_get_id (row) != NULL)
    mns_screen_open (MNS_SCREEN (self), "/step/%s", mns_row_get_id (row));
}

static void
history_activated_cb (MnsSampleScreen *self, guint position)
{
  open_run (self, self->history_rows, position);
}

static void
family_activated_cb (MnsSampleScreen *self, guint position)
{
  open_run (self, self->family_rows, position);
}

static void
show_if_empty (GListModel *rows, guint position, guint removed, guint added, GtkWidget *empty)
{
  gtk_widget_set_visible (empty, g_list_model_get_n_items (rows) == 0);
}

static MnsRowList *
make_list (GListStore *rows, const MnsListColumn *columns, guint n_columns, const char *label)
{
  g_autofree MnsListColumn *shown = g_memdup2 (columns, n_columns * sizeof *columns);

  for (guint i = 0; i < n_columns; i++)
    shown[i].title = _ (columns[i].title);
  return MNS_ROW_LIST (mns_row_list_new (G_LIST_MODEL (rows), shown, n_columns, label));
}

/* The list, and a sentence in its place while there is nothing in it. */
static GtkWidget *
make_tab (GListStore *rows, MnsRowList *list, const char *empty_title)
{
  GtkWidget *overlay = gtk_overlay_new ();
  GtkWidget *empty = adw_status_page_new ();

  adw_status_page_set_title (ADW_STATUS_PAGE (empty), empty_title);
  gtk_widget_set_can_target (empty, FALSE);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), GTK_WIDGET (list));
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), empty);
  g_signal_connect_object (rows, "items-changed", G_CALLBACK (show_if_empty), empty, 0);
  return overlay;
}

static void
mns_sample_screen_dispose (GObject *object)
{
  MnsSampleScreen *self = MNS_SAMPLE_SCREEN (object);

  g_clear_pointer (&self->now, mns_view_result_free);
  g_clear_pointer (&self->fields, mns_view_result_free);
  g_clear_pointer (&self->history, mns_view_result_free);
  g_clear_pointer (&self->family, mns_view_result_free);
  g_clear_object (&self->history_rows);
  g_clear_object (&self->family_rows);
  g_clear_pointer (&self->sample, g_free);

  G_OBJECT_CLASS (mns_sample_screen_parent_class)->dispose (object);
}

static void
mns_sample_screen_class_init (MnsSampleScreenClass *klass)
{
  MnsScreenClass *screen_class = MNS_SCREEN_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_sample_screen_dispose;
  screen_class->refresh = mns_sample_screen_refresh;
  screen_class->concerns = mns_sample_screen_concerns;
  screen_class->scan = mns_sample_screen_scan;
}

static void
mns_sample_screen_init (MnsSampleScreen *self)
{
  self->history_rows = g_list_store_new (MNS_TYPE_ROW);
  self->family_rows = g_list_store_new (MNS_TYPE_ROW);
}

static GtkWidget *
make_facts (MnsSampleScreen *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *clamp = adw_clamp_new ();

  self->facts = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 8));
  gtk_widget_set_margin_start (GTK_WIDGET (self->facts), 16);
  gtk_widget_set_margin_end (GTK_WIDGET (self->facts), 16);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->facts), 16);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 720);
  adw_clamp_set_child (ADW_CLAMP (clamp), GTK_WIDGET (self->facts));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), clamp);
  return scrolled;
}

/**
 * mns_sample_screen_new:
 * @argument: row id or LIMS id of a submitted sample
 */
GtkWidget *
mns_sample_screen_new (MnsSession *session, const char *argument)
{
  MnsSampleScreen *self = g_object_new (MNS_TYPE_SAMPLE_SCREEN, "session", session, NULL);
  GtkWidget *stack = adw_view_stack_new ();
  GtkWidget *switcher = adw_view_switcher_new ();
  MnsRowList *history, *family;

  self->sample = g_strdup (argument);
  history =
      make_list (self->history_rows, history_list, G_N_ELEMENTS (history_list), _ ("History"));
  family = make_list (self->family_rows, family_list, G_N_ELEMENTS (family_list), _ ("Family"));
  g_signal_connect_object (
      history, "activated", G_CALLBACK (history_activated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (
      family, "activated", G_CALLBACK (family_activated_cb), self, G_CONNECT_SWAPPED);
  adw_view_stack_add_titled_with_icon (
      ADW_VIEW_STACK (stack), make_facts (self), "now", _ ("Now"), "mark-location-symbolic");
  adw_view_stack_add_titled_with_icon (
      ADW_VIEW_STACK (stack),
      make_tab (self->history_rows, history, _ ("Not in any workflow yet")),
      "history",
      _ ("History"),
      "document-open-recent-symbolic");
  adw_view_stack_add_titled_with_icon (
      ADW_VIEW_STACK (stack),
      make_tab (self->family_rows, family, _ ("Nothing was made of it yet")),
      "family",
      _ ("Family"),
      "view-list-symbolic");
  adw_view_switcher_set_stack (ADW_VIEW_SWITCHER (switcher), ADW_VIEW_STACK (stack));
  adw_view_switcher_set_policy (ADW_VIEW_SWITCHER (switcher), ADW_VIEW_SWITCHER_POLICY_WIDE);
  gtk_widget_set_halign (switcher, GTK_ALIGN_START);
  gtk_widget_set_margin_start (switcher, 8);
  gtk_widget_set_margin_bottom (switcher, 8);
  mns_screen_set_title (MNS_SCREEN (self), _ ("Sample"));
  mns_screen_set_under_title (MNS_SCREEN (self), switcher);
  mns_screen_set_content (MNS_SCREEN (self), stack);
  return GTK_WIDGET (self);
}
