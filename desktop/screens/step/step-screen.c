/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Frame of a step in progress: whose it is, where it stands, its milestones. The milestones come
 * from the lab's rules with the run; which one is looked at is this screen's own affair.
 */

#define G_LOG_DOMAIN "mns-step-screen"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "desktop/app/cells.h"
#include "desktop/screens/step/next-page.h"
#include "desktop/screens/step/placement-page.h"
#include "desktop/screens/step/record-page.h"
#include "desktop/screens/step/step-screen.h"

struct _MnsStepScreen
{
  MnsScreen parent_instance;

  char *run_id; /* as the address had it: a row id or a LIMS id */
  MnsViewResult *run;
  char *shown; /* milestone looked at; NULL: follow the state */
  gboolean busy;

  GtkBox *bar;
  AdwBin *holder;
  MnsStepPage *page;
  char *page_state;
  GtkButton *abort_button;
  GtkButton *take_over_button;
  GtkLabel *save_label;
};

G_DEFINE_FINAL_TYPE (MnsStepScreen, mns_step_screen, MNS_TYPE_SCREEN)

static const struct
{
  const char *state;
  const char *title;
  GType (*get_type) (void);
} milestones[] = {
  { "PLACEMENT", N_ ("Placement"), mns_placement_page_get_type },
  { "RECORD_DETAILS", N_ ("Record details"), mns_record_page_get_type },
  { "ASSIGN_NEXT_STEPS", N_ ("Next steps"), mns_next_page_get_type },
};

static int
find_milestone (const char *state)
{
  for (guint i = 0; i < G_N_ELEMENTS (milestones); i++)
    if (g_strcmp0 (milestones[i].state, state) == 0)
      return (int) i;
  return -1;
}

static const char *
get_state (MnsStepScreen *self)
{
  return mns_cell_text (self->run->rows, 0, "state");
}

/* Milestones of this step, in order, as the rules list them. */
static GStrv
dup_milestones (MnsStepScreen *self)
{
  const char *words = mns_cell_text (self->run->rows, 0, "milestones");

  return g_strsplit (words != NULL ? words : "", " ", -1);
}

static int
find_word (GStrv words, const char *word)
{
  for (int i = 0; words[i] != NULL; i++)
    if (g_str_equal (words[i], word))
      return i;
  return -1;
}

static gboolean
is_read_only (MnsStepScreen *self)
{
  return mns_cell_int (self->run->rows, 0, "mine") == 0 ||
         g_str_equal (get_state (self), "COMPLETED") ||
         g_str_equal (get_state (self), "UNDER_REVIEW");
}

static void
tab_clicked_cb (GtkButton *button, MnsStepScreen *self)
{
  mns_step_screen_show (self, g_object_get_data (G_OBJECT (button), "state"));
}

static GtkWidget *
make_tab (MnsStepScreen *self, guint number, const char *state, gboolean reached, gboolean done)
{
  int at = find_milestone (state);
  const char *title = at >= 0 ? _ (milestones[at].title) : state;
  g_autofree char *text = g_strdup_printf ("%s%u  %s", done ? "✓ " : "", number, title);
  GtkWidget *button = gtk_toggle_button_new_with_label (text);
  gboolean current = g_str_equal (state, self->shown);

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), current);
  gtk_widget_set_sensitive (button, reached && at >= 0);
  if (!reached)
    gtk_widget_set_tooltip_text (button, _ ("The milestones before must be done first"));
  gtk_widget_add_css_class (button, "flat");
  g_object_set_data_full (G_OBJECT (button), "state", g_strdup (state), g_free);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  g_signal_connect_object (button, "clicked", G_CALLBACK (tab_clicked_cb), self, 0);
  return button;
}

static void
show_bar (MnsStepScreen *self)
{
  g_auto (GStrv) words = dup_milestones (self);
  int reached = find_word (words, get_state (self));
  gboolean completed = g_str_equal (get_state (self), "COMPLETED");
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->bar))) != NULL)
    gtk_box_remove (self->bar, child);
  for (int i = 0; words[i] != NULL; i++)
    gtk_box_append (
        self->bar,
        make_tab (
            self, (guint) i + 1, words[i], completed || i <= reached, completed || i < reached));
}

static void
show_page (MnsStepScreen *self)
{
  int at = find_milestone (self->shown);

  if (at < 0)
    return;
  if (self->page == NULL || g_strcmp0 (self->page_state, self->shown) != 0)
    {
      self->page = g_object_new (milestones[at].get_type (), NULL);
      mns_step_page_set_screen (self->page, MNS_SCREEN (self));
      mns_screen_set_side (MNS_SCREEN (self), NULL);
      adw_bin_set_child (self->holder, GTK_WIDGET (self->page));
      g_free (self->page_state);
      self->page_state = g_strdup (self->shown);
    }
  mns_step_page_set_run (self->page, self->run->rows, is_read_only (self));
  MNS_STEP_PAGE_GET_CLASS (self->page)->load (self->page);
}

static void
show_owner (MnsStepScreen *self)
{
  MnsScreen *screen = MNS_SCREEN (self);
  const MnsRows *run = self->run->rows;
  gboolean mine = mns_cell_int (run, 0, "mine") != 0;
  gboolean completed = g_str_equal (get_state (self), "COMPLETED");
  g_autofree char *when = mns_time_to_text (mns_cell_int (run, 0, "started_at"));
  g_autofree char *text = NULL;

  if (completed)
    {
      g_autofree char *end = mns_time_to_text (mns_cell_int (run, 0, "completed_at"));

      text =
          g_strdup_printf (_ ("Finished by %s at %s."), mns_cell_text (run, 0, "technician"), end);
    }
  else if (!mine)
    text = g_strdup_printf (
        _ ("%s is working on this step since %s."), mns_cell_text (run, 0, "technician"), when);
  mns_screen_set_banner (screen, MNS_BANNER_INFO, text);
  gtk_widget_set_visible (GTK_WIDGET (self->take_over_button), !mine && !completed);
  gtk_widget_set_visible (GTK_WIDGET (self->abort_button), mine && !completed);
}

static void
show_saved (MnsStepScreen *self)
{
  guint waiting = mns_session_get_waiting (mns_screen_get_session (MNS_SCREEN (self)));
  g_autofree char *when = mns_time_to_text (mns_cell_int (self->run->rows, 0, "changed_at"));
  g_autofree char *text = waiting > 0 ? g_strdup (_ ("Saved here, not sent yet"))
                                      : g_strdup_printf (_ ("Saved at %s"), when);

  gtk_label_set_text (self->save_label, text);
}

static void
run_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsStepScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  MnsScreen *screen = MNS_SCREEN (self);
  MnsViewResult *run = mns_session_look_finish (MNS_SESSION (source), result, &error);
  g_auto (GStrv) words = NULL;
  g_autofree char *title = NULL;

  if (run == NULL)
    {
      mns_screen_show_error (screen, error);
      return;
    }
  g_clear_pointer (&self->run, mns_view_result_free);
  self->run = run;
  if (mns_rows_get_n_rows (run->rows) == 0)
    {
      mns_screen_show_empty (screen,
                             _ ("This step is no longer there"),
                             _ ("It was aborted, or this computer does not hold it."),
                             _ ("Lab View"),
                             "/lab");
      g_clear_pointer (&self->run, mns_view_result_free);
      return;
    }
  title = g_strdup_printf (
      "%s %s", mns_cell_text (run->rows, 0, "step"), mns_cell_text (run->rows, 0, "lims_id"));
  mns_screen_set_title (screen, title);
  words = dup_milestones (self);
  if (self->shown == NULL || find_word (words, self->shown) < 0)
    {
      const char *state = get_state (self);

      g_free (self->shown);
      self->shown =
          g_strdup (find_word (words, state) >= 0      ? state
                    : g_str_equal (state, "COMPLETED") ? words[MAX (1, g_strv_length (words)) - 1]
                                                       : words[0]);
    }
  show_owner (self);
  show_saved (self);
  show_bar (self);
  show_page (self);
  mns_screen_show_content (screen);
}

static void
mns_step_screen_refresh (MnsScreen *screen)
{
  MnsStepScreen *self = MNS_STEP_SCREEN (screen);

  if (self->run == NULL)
    mns_screen_show_loading (screen);
  mns_session_look (mns_screen_get_session (screen),
                    "run",
                    mns_args_new ("run", self->run_id, NULL),
                    mns_screen_get_cancellable (screen),
                    run_read_cb,
                    g_object_ref (self));
}

void
mns_step_screen_show (MnsStepScreen *self, const char *state)
{
  g_autofree char *wanted = g_strdup (state);

  g_free (self->shown);
  self->shown = g_steal_pointer (&wanted);
  mns_screen_refresh (MNS_SCREEN (self));
}

static void
advanced_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsStepScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsResult) done = mns_session_do_finish (MNS_SESSION (source), result, &error);

  self->busy = FALSE;
  if (mns_screen_show_refusal (MNS_SCREEN (self), done, error))
    return;
  g_clear_pointer (&self->shown, g_free);
  mns_screen_refresh (MNS_SCREEN (self));
}

void
mns_step_screen_go_on (MnsStepScreen *self, const char *state)
{
  g_auto (GStrv) words = NULL;

  if (self->run == NULL || self->busy)
    return;
  words = dup_milestones (self);
  if (g_str_equal (get_state (self), "COMPLETED") ||
      find_word (words, get_state (self)) >= find_word (words, state))
    {
      mns_step_screen_show (self, state);
      return;
    }
  self->busy = TRUE;
  mns_session_do (mns_screen_get_session (MNS_SCREEN (self)),
                  "step.advance@1",
                  mns_args_new ("run", self->run_id, "to", state, NULL),
                  NULL,
                  NULL,
                  advanced_cb,
                  g_object_ref (self));
}

static void
aborted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsStepScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsResult) done = mns_session_do_finish (MNS_SESSION (source), result, &error);

  if (mns_screen_show_refusal (MNS_SCREEN (self), done, error))
    return;
  mns_screen_toast (MNS_SCREEN (self), _ ("The step was aborted; its samples wait again"));
  mns_screen_open (MNS_SCREEN (self), "/lab");
}

static void
abort_answered_cb (AdwMessageDialog *dialog, const char *response, MnsStepScreen *self)
{
  GtkEditable *reason = g_object_get_data (G_OBJECT (dialog), "reason");

  if (!g_str_equal (response, "abort"))
    return;
  mns_session_do (
      mns_screen_get_session (MNS_SCREEN (self)),
      "step.abort@1",
      mns_args_new ("run", self->run_id, "reason", gtk_editable_get_text (reason), NULL),
      NULL,
      NULL,
      aborted_cb,
      g_object_ref (self));
}

static void
reason_changed_cb (AdwMessageDialog *dialog, GtkEditable *reason)
{
  adw_message_dialog_set_response_enabled (
      dialog, "abort", gtk_editable_get_text (reason)[0] != '\0');
}

static void
abort_cb (MnsStepScreen *self)
{
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
      _ ("Abort this step?"),
      _ ("Its containers, placements and values are deleted. The samples go back to the queue."));
  GtkWidget *reason = gtk_entry_new ();

  gtk_entry_set_placeholder_text (GTK_ENTRY (reason), _ ("Reason"));
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (reason), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Reason"), -1);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), reason);
  adw_message_dialog_add_responses (
      ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("Keep working"), "abort", _ ("Abort step"), NULL);
  adw_message_dialog_set_response_appearance (
      ADW_MESSAGE_DIALOG (dialog), "abort", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_response_enabled (ADW_MESSAGE_DIALOG (dialog), "abort", FALSE);
  g_object_set_data (G_OBJECT (dialog), "reason", reason);
  g_signal_connect_object (
      reason, "changed", G_CALLBACK (reason_changed_cb), dialog, G_CONNECT_SWAPPED);
  g_signal_connect_object (dialog, "response", G_CALLBACK (abort_answered_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
take_over_cb (MnsStepScreen *self)
{
  self->busy = TRUE;
  mns_session_do (mns_screen_get_session (MNS_SCREEN (self)),
                  "step.take_over@1",
                  mns_args_new ("run", self->run_id, NULL),
                  NULL,
                  NULL,
                  advanced_cb,
                  g_object_ref (self));
}

static void
mns_step_screen_primary (MnsScreen *screen)
{
  MnsStepScreen *self = MNS_STEP_SCREEN (screen);

  if (self->page != NULL)
    MNS_STEP_PAGE_GET_CLASS (self->page)->primary (self->page);
}

static gboolean
mns_step_screen_scan (MnsScreen *screen, const char *text)
{
  MnsStepScreen *self = MNS_STEP_SCREEN (screen);

  return self->page != NULL && MNS_STEP_PAGE_GET_CLASS (self->page)->scan != NULL &&
         MNS_STEP_PAGE_GET_CLASS (self->page)->scan (self->page, text);
}

static void
mns_step_screen_undo (MnsScreen *screen, gboolean again)
{
  MnsStepScreen *self = MNS_STEP_SCREEN (screen);

  if (self->page != NULL && MNS_STEP_PAGE_GET_CLASS (self->page)->undo != NULL)
    MNS_STEP_PAGE_GET_CLASS (self->page)->undo (self->page, again);
}

static gboolean
mns_step_screen_concerns (MnsScreen *screen, const char *const *tables)
{
  MnsStepScreen *self = MNS_STEP_SCREEN (screen);

  return g_strv_contains (tables, "step_run") ||
         (self->page != NULL &&
          MNS_STEP_PAGE_GET_CLASS (self->page)->concerns (self->page, tables));
}

static void
mns_step_screen_dispose (GObject *object)
{
  MnsStepScreen *self = MNS_STEP_SCREEN (object);

  g_clear_pointer (&self->run, mns_view_result_free);
  g_clear_pointer (&self->run_id, g_free);
  g_clear_pointer (&self->shown, g_free);
  g_clear_pointer (&self->page_state, g_free);
  self->page = NULL;

  G_OBJECT_CLASS (mns_step_screen_parent_class)->dispose (object);
}

static void
mns_step_screen_class_init (MnsStepScreenClass *klass)
{
  MnsScreenClass *screen_class = MNS_SCREEN_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_step_screen_dispose;
  screen_class->refresh = mns_step_screen_refresh;
  screen_class->concerns = mns_step_screen_concerns;
  screen_class->primary = mns_step_screen_primary;
  screen_class->scan = mns_step_screen_scan;
  screen_class->undo = mns_step_screen_undo;
}

static void
mns_step_screen_init (MnsStepScreen *self)
{
  MnsScreen *screen = MNS_SCREEN (self);
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  gtk_widget_set_margin_start (bar, 16);
  gtk_widget_set_margin_end (bar, 16);
  gtk_widget_set_margin_bottom (bar, 8);
  self->bar = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4));
  gtk_widget_set_hexpand (GTK_WIDGET (self->bar), TRUE);
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->bar));
  self->save_label = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->save_label), "dim-label");
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->save_label));
  mns_screen_set_under_title (screen, bar);

  self->abort_button = GTK_BUTTON (gtk_button_new_with_label (_ ("Abort step")));
  g_signal_connect_object (
      self->abort_button, "clicked", G_CALLBACK (abort_cb), self, G_CONNECT_SWAPPED);
  mns_screen_add_tool (screen, GTK_WIDGET (self->abort_button));
  self->take_over_button = GTK_BUTTON (gtk_button_new_with_label (_ ("Take over")));
  gtk_widget_set_visible (GTK_WIDGET (self->take_over_button), FALSE);
  g_signal_connect_object (
      self->take_over_button, "clicked", G_CALLBACK (take_over_cb), self, G_CONNECT_SWAPPED);
  mns_screen_add_tool (screen, GTK_WIDGET (self->take_over_button));

  self->holder = ADW_BIN (adw_bin_new ());
  mns_screen_set_content (screen, GTK_WIDGET (self->holder));
  mns_screen_set_title (screen, _ ("Step"));
}

GtkWidget *
mns_step_screen_new (MnsSession *session, const char *argument)
{
  MnsStepScreen *self = g_object_new (MNS_TYPE_STEP_SCREEN, "session", session, NULL);

  self->run_id = g_strdup (argument);
  return GTK_WIDGET (self);
}
