/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Lab View: what work is there for me, now. Cards are made anew only when the configuration
 * changed; a changed count is written into its row, so that the focus stays where it is.
 */

#define G_LOG_DOMAIN "mns-lab-screen"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/bench.h"
#include "desktop/app/cells.h"
#include "desktop/screens/lab/lab-card.h"
#include "desktop/screens/lab/lab-screen.h"

struct _MnsLabScreen
{
  MnsScreen parent_instance;

  GtkFlowBox *cards;
  GtkCheckButton *only_work;
  GtkListBox *work;
  GtkListBox *recent;
  GtkLabel *work_title;
  MnsViewResult *lab; /* as shown; NULL before the first answer */
};

G_DEFINE_FINAL_TYPE (MnsLabScreen, mns_lab_screen, MNS_TYPE_SCREEN)

static gboolean
same_steps (const MnsRows *a, const MnsRows *b)
{
  if (mns_rows_get_n_rows (a) != mns_rows_get_n_rows (b))
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (a); i++)
    {
      g_autofree char *left = mns_cell_dup_id (a, i, "step_id");
      g_autofree char *right = mns_cell_dup_id (b, i, "step_id");

      if (!g_str_equal (left, right) ||
          g_strcmp0 (mns_cell_text (a, i, "protocol"), mns_cell_text (b, i, "protocol")) != 0)
        return FALSE;
    }
  return TRUE;
}

static void
clear_cards (MnsLabScreen *self)
{
  GtkFlowBoxChild *child;

  while ((child = gtk_flow_box_get_child_at_index (self->cards, 0)) != NULL)
    gtk_flow_box_remove (self->cards, GTK_WIDGET (child));
}

static MnsLabCard *
get_card (MnsLabScreen *self, guint at, const char *protocol)
{
  GtkFlowBoxChild *child = gtk_flow_box_get_child_at_index (self->cards, (int) at);

  if (child == NULL)
    {
      gtk_flow_box_append (self->cards, mns_lab_card_new (protocol));
      child = gtk_flow_box_get_child_at_index (self->cards, (int) at);
      gtk_widget_set_focusable (GTK_WIDGET (child), FALSE);
    }
  return MNS_LAB_CARD (gtk_flow_box_child_get_child (child));
}

/* Walks the rows protocol by protocol; a card without a visible row is hidden. */
static guint
fill_cards (MnsLabScreen *self)
{
  const MnsRows *rows = self->lab->rows;
  gboolean only_work = gtk_check_button_get_active (self->only_work);
  MnsSession *session = mns_screen_get_session (MNS_SCREEN (self));
  MnsLabCard *card = NULL;
  g_autofree char *last = NULL;
  guint n_cards = 0, at = 0, n_shown = 0;

  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      g_autofree char *protocol = mns_cell_dup_id (rows, i, "protocol_id");
      g_autofree char *step = mns_cell_dup_id (rows, i, "step_id");

      if (last == NULL || !g_str_equal (last, protocol))
        {
          card = get_card (self, n_cards++, mns_cell_text (rows, i, "protocol"));
          at = 0;
        }
      mns_lab_card_set_step (
          card, at++, rows, i, mns_session_get_bucket (session, step)->len, only_work);
      g_free (last);
      last = g_steal_pointer (&protocol);
    }
  for (guint i = 0; i < n_cards; i++)
    {
      GtkFlowBoxChild *child = gtk_flow_box_get_child_at_index (self->cards, (int) i);
      guint n = mns_lab_card_get_n_shown (MNS_LAB_CARD (gtk_flow_box_child_get_child (child)));

      gtk_widget_set_visible (GTK_WIDGET (child), n > 0);
      n_shown += n;
    }
  return n_shown;
}

static void
show_cards (MnsLabScreen *self)
{
  MnsScreen *screen = MNS_SCREEN (self);

  if (self->lab == NULL)
    return;
  if (mns_rows_get_n_rows (self->lab->rows) == 0)
    mns_screen_show_empty (screen,
                           _ ("No active protocols"),
                           _ ("An administrator sets up protocols and workflows."),
                           NULL,
                           NULL);
  else if (fill_cards (self) == 0)
    mns_screen_show_empty (
        screen, _ ("No work is queued"), _ ("Only steps with work are shown."), NULL, NULL);
  else
    mns_screen_show_content (screen);
}

static void
lab_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsLabScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  MnsViewResult *lab = mns_session_look_finish (MNS_SESSION (source), result, &error);

  if (lab == NULL)
    {
      mns_screen_show_error (MNS_SCREEN (self), error);
      return;
    }
  if (self->lab == NULL || !same_steps (self->lab->rows, lab->rows))
    clear_cards (self);
  if (self->lab == NULL) /* the first steps are about to be drawn and can then be pressed */
    mns_bench_tell_ready (GTK_WIDGET (self));
  g_clear_pointer (&self->lab, mns_view_result_free);
  self->lab = lab;
  show_cards (self);
}

static GtkWidget *
make_run_row (const MnsRows *rows, guint row)
{
  GtkWidget *made = adw_action_row_new ();
  g_autofree char *id = mns_cell_dup_id (rows, row, "run_id");
  g_autofree char *path = g_strconcat ("/step/", id, NULL);
  g_autofree char *when = mns_time_to_text (mns_cell_int (rows, row, "started_at"));
  gint64 n = mns_cell_int (rows, row, "samples");
  g_autofree char *count = g_strdup_printf (ngettext ("%d sample", "%d samples", n), (int) n);
  g_autofree char *title = g_markup_printf_escaped (
      "%s %s", mns_cell_text (rows, row, "step"), mns_cell_text (rows, row, "lims_id"));
  g_autofree char *subtitle = g_markup_printf_escaped (
      "%s · %s · %s", count, when, mns_cell_text (rows, row, "technician"));

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (made), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (made), subtitle);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (made), TRUE);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (made), "s", path);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (made), "win.open");
  return made;
}

static void
fill_runs (GtkListBox *list, const MnsRows *rows, const char *none)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (list, 0)) != NULL)
    gtk_list_box_remove (list, GTK_WIDGET (row));
  for (guint i = 0; i < mns_rows_get_n_rows (rows) && i < 20; i++)
    gtk_list_box_append (list, make_run_row (rows, i));
  if (mns_rows_get_n_rows (rows) == 0)
    {
      GtkWidget *empty = adw_action_row_new ();

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (empty), none);
      gtk_widget_add_css_class (empty, "dim-label");
      gtk_list_box_append (list, empty);
    }
}

static void
work_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsLabScreen) self = user_data;
  g_autoptr (MnsViewResult) work = mns_session_look_finish (MNS_SESSION (source), result, NULL);
  g_autofree char *title = NULL;

  if (work == NULL) /* the cards tell what is wrong */
    return;
  title = g_strdup_printf (_ ("Work in progress (%u)"), mns_rows_get_n_rows (work->rows));
  gtk_label_set_text (self->work_title, title);
  fill_runs (self->work, work->rows, _ ("Nothing is in progress"));
}

static void
recent_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsLabScreen) self = user_data;
  g_autoptr (MnsViewResult) recent = mns_session_look_finish (MNS_SESSION (source), result, NULL);

  if (recent != NULL)
    fill_runs (self->recent, recent->rows, _ ("Nothing was done yet"));
}

static void
mns_lab_screen_refresh (MnsScreen *screen)
{
  MnsLabScreen *self = MNS_LAB_SCREEN (screen);
  MnsSession *session = mns_screen_get_session (screen);
  GCancellable *cancellable = mns_screen_get_cancellable (screen);

  if (self->lab == NULL)
    mns_screen_show_loading (screen);
  mns_session_look (session, "lab", NULL, cancellable, lab_read_cb, g_object_ref (self));
  mns_session_look (session, "my_runs", NULL, cancellable, work_read_cb, g_object_ref (self));
  mns_session_look (session, "recent", NULL, cancellable, recent_read_cb, g_object_ref (self));
}

static gboolean
mns_lab_screen_concerns (MnsScreen *screen, const char *const *tables)
{
  static const char *const shown[] = { "stage_entry",      "step_run", "step",
                                       "protocol",         "workflow", "stage",
                                       "workflow_protocol" };

  for (guint i = 0; i < G_N_ELEMENTS (shown); i++)
    if (g_strv_contains (tables, shown[i]))
      return TRUE;
  return FALSE;
}

static void
mns_lab_screen_dispose (GObject *object)
{
  g_clear_pointer (&MNS_LAB_SCREEN (object)->lab, mns_view_result_free);

  G_OBJECT_CLASS (mns_lab_screen_parent_class)->dispose (object);
}

static void
mns_lab_screen_class_init (MnsLabScreenClass *klass)
{
  MnsScreenClass *screen_class = MNS_SCREEN_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_lab_screen_dispose;
  screen_class->refresh = mns_lab_screen_refresh;
  screen_class->concerns = mns_lab_screen_concerns;
}

static GtkListBox *
add_run_list (GtkWidget *box, const char *title, GtkLabel **title_label)
{
  GtkWidget *label = gtk_label_new (title);
  GtkWidget *list = gtk_list_box_new ();

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), list);
  if (title_label != NULL)
    *title_label = GTK_LABEL (label);
  return GTK_LIST_BOX (list);
}

static GtkWidget *
make_scrolled (GtkWidget *child)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  gtk_widget_set_margin_start (child, 16);
  gtk_widget_set_margin_end (child, 16);
  gtk_widget_set_margin_top (child, 8);
  gtk_widget_set_margin_bottom (child, 16);
  gtk_scrolled_window_set_policy (
      GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), child);
  gtk_widget_set_vexpand (scrolled, TRUE);
  return scrolled;
}

static void
mns_lab_screen_init (MnsLabScreen *self)
{
  MnsScreen *screen = MNS_SCREEN (self);
  GtkWidget *side = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  mns_screen_set_title (screen, _ ("Lab View"));
  self->only_work = GTK_CHECK_BUTTON (gtk_check_button_new_with_label (_ ("Only steps with work")));
  g_signal_connect_object (
      self->only_work, "toggled", G_CALLBACK (show_cards), self, G_CONNECT_SWAPPED);
  mns_screen_add_tool (screen, GTK_WIDGET (self->only_work));

  self->cards = GTK_FLOW_BOX (gtk_flow_box_new ());
  gtk_flow_box_set_selection_mode (self->cards, GTK_SELECTION_NONE);
  gtk_flow_box_set_column_spacing (self->cards, 16);
  gtk_flow_box_set_row_spacing (self->cards, 16);
  gtk_flow_box_set_max_children_per_line (self->cards, 4);
  gtk_widget_set_valign (GTK_WIDGET (self->cards), GTK_ALIGN_START);
  mns_screen_set_content (screen, make_scrolled (GTK_WIDGET (self->cards)));

  self->work = add_run_list (side, _ ("Work in progress"), &self->work_title);
  self->recent = add_run_list (side, _ ("Recent activity"), NULL);
  mns_screen_set_side (screen, make_scrolled (side));
}

GtkWidget *
mns_lab_screen_new (MnsSession *session, const char *argument)
{
  return g_object_new (MNS_TYPE_LAB_SCREEN, "session", session, NULL);
}
