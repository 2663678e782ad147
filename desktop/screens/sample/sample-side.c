/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-sample-side"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/app/view-pages.h"
#include "desktop/screens/sample/sample-side.h"

/* The last ones say enough; the sample's page has them all. */
#define MAX_HISTORY 12

struct _MnsSampleSide
{
  AdwBin parent_instance;

  MnsSession *session;
  GCancellable *cancellable;
  char *sample;
  MnsViewResult *fields;

  GtkLabel *title;
  GtkLabel *message;
  GtkListBox *facts;
  GtkListBox *history;
  GtkButton *open;
};

G_DEFINE_FINAL_TYPE (MnsSampleSide, mns_sample_side, ADW_TYPE_BIN)

static void
clear_list (GtkListBox *list)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (list, 0)) != NULL)
    gtk_list_box_remove (list, GTK_WIDGET (row));
}

static void
add_line (GtkListBox *list, const char *title, const char *text)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 2);
  gtk_list_box_append (list, row);
}

static void
add_fact (MnsSampleSide *self, const MnsRows *rows, const char *column, const char *title)
{
  const char *text = mns_cell_text (rows, 0, column);

  if (text != NULL && text[0] != '\0')
    add_line (self->facts, title, text);
}

static void
show_error (MnsSampleSide *self, const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  gtk_label_set_text (self->message, error->message);
  gtk_widget_set_visible (GTK_WIDGET (self->message), TRUE);
}

static void
show_sample (MnsSampleSide *self, const MnsRows *rows)
{
  const MnsRows *fields = self->fields->rows;
  g_autofree char *id = mns_cell_dup_id (rows, 0, "sample_id");
  g_autofree char *path = g_strconcat ("/sample/", id, NULL);

  gtk_label_set_text (self->title, mns_cell_text (rows, 0, "name"));
  clear_list (self->facts);
  add_fact (self, rows, "lims_id", _ ("LIMS ID"));
  add_fact (self, rows, "project", _ ("Project"));
  add_fact (self, rows, "container", _ ("Container"));
  add_fact (self, rows, "well", _ ("Well"));
  add_fact (self, rows, "received_date", _ ("Received"));
  add_fact (self, rows, "stage", _ ("Is now in"));
  for (guint i = 0; i < mns_rows_get_n_rows (fields); i++)
    if (g_strcmp0 (mns_cell_text (fields, i, "object"), "SAMPLE") == 0)
      add_fact (self, rows, mns_cell_text (fields, i, "key"), mns_cell_text (fields, i, "title"));
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->open), "s", path);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->open), "win.open");
}

static void
history_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsSampleSide) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsViewResult) found = mns_session_look_finish (MNS_SESSION (source), result, &error);
  guint n;

  if (found == NULL)
    {
      show_error (self, error);
      return;
    }
  n = mns_rows_get_n_rows (found->rows);
  clear_list (self->history);
  for (guint i = 0; i < MIN (n, MAX_HISTORY); i++)
    {
      guint row = n - 1 - i;
      g_autofree char *status = mns_format_stage_state (found->rows, row, "status");
      g_autofree char *when = mns_format_time (found->rows, row, "at");
      const char *who = mns_cell_text (found->rows, row, "person");
      g_autofree char *text = g_strdup_printf (
          "%s · %s%s%s", status, when, who != NULL ? " · " : "", who != NULL ? who : "");

      add_line (self->history, mns_cell_text (found->rows, row, "step"), text);
    }
  if (n == 0)
    add_line (self->history, _ ("Not in any workflow yet"), NULL);
}

static void
sample_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsSampleSide) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsViewResult) found = mns_session_look_finish (MNS_SESSION (source), result, &error);

  if (found == NULL)
    show_error (self, error);
  else if (mns_rows_get_n_rows (found->rows) > 0 && self->fields != NULL)
    show_sample (self, found->rows);
}

static void
fields_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsSampleSide) self = user_data;
  g_autoptr (GError) error = NULL;
  MnsViewResult *fields = mns_session_look_finish (MNS_SESSION (source), result, &error);

  if (fields == NULL)
    {
      show_error (self, error);
      return;
    }
  g_clear_pointer (&self->fields, mns_view_result_free);
  self->fields = fields;
  mns_session_look (self->session,
                    "sample",
                    mns_args_new ("sample", self->sample, NULL),
                    self->cancellable,
                    sample_read_cb,
                    g_object_ref (self));
}

void
mns_sample_side_show (MnsSampleSide *self, const char *sample)
{
  if (g_strcmp0 (self->sample, sample) == 0)
    return;
  g_free (self->sample);
  self->sample = g_strdup (sample);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  gtk_widget_set_visible (GTK_WIDGET (self->message), FALSE);
  mns_session_look (
      self->session, "fields", NULL, self->cancellable, fields_read_cb, g_object_ref (self));
  mns_session_look (self->session,
                    "sample_history",
                    mns_args_new ("sample", self->sample, NULL),
                    self->cancellable,
                    history_read_cb,
                    g_object_ref (self));
}

static void
mns_sample_side_dispose (GObject *object)
{
  MnsSampleSide *self = MNS_SAMPLE_SIDE (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->session);
  g_clear_pointer (&self->sample, g_free);
  g_clear_pointer (&self->fields, mns_view_result_free);

  G_OBJECT_CLASS (mns_sample_side_parent_class)->dispose (object);
}

static void
mns_sample_side_class_init (MnsSampleSideClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mns_sample_side_dispose;
}

static GtkLabel *
add_label (GtkWidget *box, const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, css_class);
  gtk_box_append (GTK_BOX (box), label);
  return GTK_LABEL (label);
}

static GtkListBox *
add_list (GtkWidget *box, const char *name)
{
  GtkWidget *list = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_box_append (GTK_BOX (box), list);
  return GTK_LIST_BOX (list);
}

static void
mns_sample_side_init (MnsSampleSide *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  gtk_widget_set_margin_start (box, 16);
  gtk_widget_set_margin_end (box, 16);
  gtk_widget_set_margin_top (box, 8);
  gtk_widget_set_margin_bottom (box, 16);
  self->title = add_label (box, NULL, "title-4");
  self->message = add_label (box, NULL, "error");
  gtk_widget_set_visible (GTK_WIDGET (self->message), FALSE);
  self->facts = add_list (box, _ ("Fields"));
  self->open = GTK_BUTTON (gtk_button_new_with_label (_ ("Open sample")));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->open));
  add_label (box, _ ("History"), "heading");
  self->history = add_list (box, _ ("History"));
  gtk_scrolled_window_set_policy (
      GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), box);
  gtk_widget_set_vexpand (scrolled, TRUE);
  adw_bin_set_child (ADW_BIN (self), scrolled);
}

GtkWidget *
mns_sample_side_new (MnsSession *session)
{
  MnsSampleSide *self = g_object_new (MNS_TYPE_SAMPLE_SIDE, NULL);

  self->session = g_object_ref (session);
  return GTK_WIDGET (self);
}
