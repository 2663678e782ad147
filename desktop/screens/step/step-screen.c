/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Frame of a step in progress: whose it is, where it stands, its milestones. The milestones come
 * from the lab's rules with the run; which one is looked at is this screen's own affair.
 */

#define G_LOG_DOMAIN "mns-step-screen"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "desktop/app/cells.h"
#include "desktop/screens/step/completed-page.h"
#include "desktop/screens/step/next-page.h"
#include "desktop/screens/step/placement-page.h"
#include "desktop/screens/step/record-page.h"
#include "desktop/screens/step/step-dialogs.h"
#include "desktop/screens/step/step-screen.h"
#include "desktop/screens/step/step-side.h"

struct _MnsStepScreen
{
  MnsScreen parent_instance;

  char *run_id; /* as the address had it: a row id or a LIMS id */
  MnsViewResult *run;
  char *shown; /* milestone looked at; NULL: follow the state */
  gboolean busy;
  guint n_saving;
  guint n_drafts;
  gboolean refused; /* the last command was */
  char *reason;     /* why the next milestone cannot be reached */

  GtkBox *bar;
  char *bar_words; /* milestones that the bar has tabs for */
  AdwBin *holder;
  MnsStepPage *page;
  char *page_state;
  GSimpleActionGroup *actions;
  MnsStepSide *side;
  GtkLabel *save_label;
};

G_DEFINE_FINAL_TYPE (MnsStepScreen, mns_step_screen, MNS_TYPE_SCREEN)

/* Milestone of a run that has none left: all of it on one page. */
#define COMPLETED "COMPLETED"

static const struct
{
  const char *state;
  const char *title;
  GType (*get_type) (void);
} milestones[] = {
  { "PLACEMENT", N_ ("Placement"), mns_placement_page_get_type },
  { "RECORD_DETAILS", N_ ("Record details"), mns_record_page_get_type },
  { "ASSIGN_NEXT_STEPS", N_ ("Next steps"), mns_next_page_get_type },
  { COMPLETED, N_ ("Completed step"), mns_completed_page_get_type },
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

static gboolean
is_completed (MnsStepScreen *self)
{
  return g_str_equal (get_state (self), "COMPLETED");
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
is_mine (MnsStepScreen *self)
{
  return mns_cell_int (self->run->rows, 0, "mine") != 0;
}

static gboolean
is_read_only (MnsStepScreen *self)
{
  return !is_mine (self) || is_completed (self) || g_str_equal (get_state (self), "UNDER_REVIEW");
}

/* ---- milestone bar ---- */

static void
tab_clicked_cb (GtkButton *button, MnsStepScreen *self)
{
  const char *state = g_object_get_data (G_OBJECT (button), "state");
  g_auto (GStrv) words = dup_milestones (self);

  if (is_completed (self) || find_word (words, state) <= find_word (words, get_state (self)))
    mns_step_screen_show (self, state);
  else
    mns_step_screen_activate (self);
}

static GtkWidget *
make_tab (MnsStepScreen *self, const char *state)
{
  GtkWidget *button = gtk_toggle_button_new ();

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "mns-milestone");
  g_object_set_data_full (G_OBJECT (button), "state", g_strdup (state), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (tab_clicked_cb), self, 0);
  return button;
}

/* @ahead: how many milestones it lies behind the one that the run has reached */
static void
update_tab (MnsStepScreen *self, GtkWidget *button, int number, int ahead)
{
  const char *state = g_object_get_data (G_OBJECT (button), "state");
  int at = find_milestone (state);
  const char *title = at >= 0 ? _ (milestones[at].title) : state;
  gboolean done = ahead < 0 || is_completed (self);
  const char *reason = at < 0                ? _ ("This version cannot show it")
                       : ahead <= 0          ? NULL
                       : ahead > 1           ? _ ("The milestones before must be done first")
                       : is_read_only (self) ? _ ("Only the person working on this step goes on")
                                             : self->reason;
  g_autofree char *text = g_strdup_printf ("%s%d  %s", done ? "✓ " : "", number, title);

  gtk_button_set_label (GTK_BUTTON (button), text);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), g_strcmp0 (state, self->shown) == 0);
  gtk_widget_set_sensitive (button, reason == NULL);
  gtk_widget_set_tooltip_text (button, reason);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  title,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  reason != NULL ? reason
                                  : done         ? _ ("Done")
                                                 : "",
                                  -1);
}

static void
show_bar (MnsStepScreen *self)
{
  g_auto (GStrv) words = dup_milestones (self);
  const char *list = mns_cell_text (self->run->rows, 0, "milestones");
  int reached = find_word (words, get_state (self));
  GtkWidget *child;
  int number = 0;

  if (g_strcmp0 (list, self->bar_words) != 0)
    {
      while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->bar))) != NULL)
        gtk_box_remove (self->bar, child);
      for (guint i = 0; words[i] != NULL; i++)
        gtk_box_append (self->bar, make_tab (self, words[i]));
      g_free (self->bar_words);
      self->bar_words = g_strdup (list);
    }
  if (g_str_equal (get_state (self), "UNDER_REVIEW"))
    reached = (int) g_strv_length (words) - 1;
  for (child = gtk_widget_get_first_child (GTK_WIDGET (self->bar)); child != NULL;
       child = gtk_widget_get_next_sibling (child), number++)
    update_tab (self, child, number + 1, is_completed (self) ? 0 : number - reached);
}

/* ---- the page ---- */

static void
show_page (MnsStepScreen *self)
{
  int at = find_milestone (self->shown);

  if (at < 0)
    {
      mns_screen_show_empty (MNS_SCREEN (self),
                             _ ("This version cannot show this milestone"),
                             _ ("The step can go on in the web client or by a script."),
                             _ ("Lab View"),
                             "/lab");
      return;
    }
  if (self->page == NULL || g_strcmp0 (self->page_state, self->shown) != 0)
    {
      self->page = g_object_new (milestones[at].get_type (), NULL);
      self->n_drafts = 0;
      self->n_saving = 0;
      g_clear_pointer (&self->reason, g_free);
      mns_step_page_set_screen (self->page, MNS_SCREEN (self));
      mns_step_screen_set_side (self, NULL);
      mns_screen_set_facts (MNS_SCREEN (self), "");
      adw_bin_set_child (self->holder, GTK_WIDGET (self->page));
      g_free (self->page_state);
      self->page_state = g_strdup (self->shown);
      mns_screen_show_loading (MNS_SCREEN (self));
    }
  mns_step_page_set_run (self->page, self->run->rows, is_read_only (self));
  mns_step_page_load (self->page);
}

static void
enable (MnsStepScreen *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->actions), name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

/* ---- side region ---- */

static void
show_side (MnsStepScreen *self)
{
  mns_screen_set_side (MNS_SCREEN (self),
                       mns_step_side_has_anything (self->side) ? GTK_WIDGET (self->side) : NULL);
}

void
mns_step_screen_set_side (MnsStepScreen *self, GtkWidget *content)
{
  mns_step_side_set_content (self->side, content);
  show_side (self);
}

static void
show_instructions (MnsStepScreen *self)
{
  g_autoptr (JsonNode) settings = mns_cell_parse_json (self->run->rows, 0, "settings");

  enable (self, "instructions", mns_step_side_set_settings (self->side, settings));
}

/* ---- the run ---- */

/* "2 h 10 min" */
static char *
describe_length (gint64 microseconds)
{
  gint64 minutes = MAX (0, microseconds) / (60 * G_USEC_PER_SEC);

  return minutes < 60 ? g_strdup_printf ("%d min", (int) minutes)
                      : g_strdup_printf ("%d h %d min", (int) (minutes / 60), (int) (minutes % 60));
}

static void
show_owner (MnsStepScreen *self)
{
  MnsScreen *screen = MNS_SCREEN (self);
  const MnsRows *run = self->run->rows;
  const char *who = mns_cell_text (run, 0, "technician");
  g_autofree char *start = mns_time_to_text (mns_cell_int (run, 0, "started_at"));
  g_autofree char *text = NULL;
  gboolean foreign = !is_mine (self) && !is_completed (self);

  if (is_completed (self))
    {
      gint64 begun = mns_cell_int (run, 0, "started_at");
      gint64 ended = mns_cell_int (run, 0, "completed_at");
      g_autofree char *end = mns_time_to_text (ended);
      g_autofree char *length = describe_length (ended - begun);

      text = g_strdup_printf (_ ("Finished by %s at %s, after %s."), who, end, length);
    }
  else if (g_str_equal (get_state (self), "UNDER_REVIEW"))
    text = g_strdup (_ ("This step waits for a manager's review."));
  else if (foreign)
    text = g_strdup_printf (_ ("%s is working on this step since %s."), who, start);
  mns_screen_set_banner (screen, MNS_BANNER_INFO, text);
  mns_screen_set_banner_button (screen, MNS_BANNER_INFO, foreign ? _ ("Take over") : NULL);
  enable (self, "abort", is_mine (self) && !is_completed (self));
}

static void
show_saved (MnsStepScreen *self)
{
  guint waiting = mns_session_get_waiting (mns_screen_get_session (MNS_SCREEN (self)));
  g_autofree char *when = NULL;
  g_autofree char *text = NULL;

  if (self->run == NULL)
    return;
  when = mns_time_to_text (mns_cell_int (self->run->rows, 0, "changed_at"));
  if (self->n_saving > 0)
    text = g_strdup (_ ("Saving…"));
  else if (self->n_drafts > 0)
    text = g_strdup_printf (ngettext ("%u unsaved change", "%u unsaved changes", self->n_drafts),
                            self->n_drafts);
  else if (self->refused)
    text = g_strdup (_ ("The last change was not saved"));
  else if (waiting > 0)
    text = g_strdup (_ ("Saved here, not sent yet"));
  else
    text = g_strdup_printf (_ ("Saved at %s"), when);
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
  if (mns_rows_get_n_rows (run->rows) == 0)
    {
      mns_view_result_free (run);
      mns_screen_show_empty (screen,
                             _ ("This step is no longer there"),
                             _ ("It was aborted, or this computer does not hold it."),
                             _ ("Lab View"),
                             "/lab");
      return;
    }
  g_clear_pointer (&self->run, mns_view_result_free);
  self->run = run;
  title = g_strdup_printf (
      "%s %s", mns_cell_text (run->rows, 0, "step"), mns_cell_text (run->rows, 0, "lims_id"));
  mns_screen_set_title (screen, title);
  words = dup_milestones (self);
  gtk_widget_set_visible (GTK_WIDGET (self->bar), !is_completed (self));
  if (is_completed (self))
    {
      g_free (self->shown);
      self->shown = g_strdup (COMPLETED);
    }
  else if (self->shown == NULL || find_word (words, self->shown) < 0)
    {
      const char *state = get_state (self);
      guint n = g_strv_length (words);

      g_free (self->shown);
      self->shown = g_strdup (find_word (words, state) >= 0 ? state : words[n > 0 ? n - 1 : 0]);
    }
  show_owner (self);
  show_instructions (self);
  show_page (self);
  show_saved (self);
  show_bar (self);
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
    {
      show_bar (self);
      return;
    }
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
  if (is_completed (self) || find_word (words, get_state (self)) >= find_word (words, state))
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

void
mns_step_screen_note_saving (MnsStepScreen *self, guint n_saving, gboolean refused)
{
  self->n_saving = n_saving;
  self->refused = refused;
  show_saved (self);
}

void
mns_step_screen_note_drafts (MnsStepScreen *self, guint n_drafts)
{
  self->n_drafts = n_drafts;
  show_saved (self);
}

void
mns_step_screen_set_reason (MnsStepScreen *self, const char *reason)
{
  g_autofree char *old = self->reason;

  self->reason = g_strdup (reason);
  mns_screen_set_primary_reason (MNS_SCREEN (self), reason);
  if (g_strcmp0 (old, reason) != 0 && self->run != NULL)
    show_bar (self);
}

/* ---- actions ---- */

static void
instructions_cb (GSimpleAction *action, GVariant *target, gpointer user_data)
{
  MnsStepScreen *self = user_data;

  mns_step_side_toggle_instructions (self->side);
  show_side (self);
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
abort_chosen_cb (gpointer screen, const char *reason)
{
  MnsStepScreen *self = screen;

  mns_session_do (mns_screen_get_session (screen),
                  "step.abort@1",
                  mns_args_new ("run", self->run_id, "reason", reason, NULL),
                  NULL,
                  NULL,
                  aborted_cb,
                  g_object_ref (self));
}

static void
abort_cb (GSimpleAction *action, GVariant *target, gpointer user_data)
{
  mns_step_ask_abort (GTK_WIDGET (user_data), abort_chosen_cb);
}

static void
take_over_chosen_cb (gpointer screen, const char *word)
{
  MnsStepScreen *self = screen;

  self->busy = TRUE;
  mns_session_do (mns_screen_get_session (screen),
                  "step.take_over@1",
                  mns_args_new ("run", self->run_id, NULL),
                  NULL,
                  NULL,
                  advanced_cb,
                  g_object_ref (self));
}

/* The info banner has a button only where a run can be taken over. */
static void
mns_step_screen_banner (MnsScreen *screen, MnsBannerKind kind)
{
  MnsStepScreen *self = MNS_STEP_SCREEN (screen);

  if (kind == MNS_BANNER_INFO && self->run != NULL)
    mns_step_ask_take_over (
        GTK_WIDGET (self), mns_cell_text (self->run->rows, 0, "technician"), take_over_chosen_cb);
}

static void
copy_link_cb (GSimpleAction *action, GVariant *target, gpointer user_data)
{
  MnsStepScreen *self = user_data;
  g_autofree char *link = NULL;

  if (self->run == NULL)
    return;
  link = g_strdup_printf ("meniscus:///step/%s", mns_cell_text (self->run->rows, 0, "lims_id"));
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), link);
  mns_screen_toast (MNS_SCREEN (self), _ ("Link copied"));
}

static const GActionEntry action_entries[] = {
  { .name = "instructions", .activate = instructions_cb },
  { .name = "copy-link", .activate = copy_link_cb },
  { .name = "abort", .activate = abort_cb },
};

void
mns_step_screen_activate (MnsStepScreen *self)
{
  if (self->page != NULL)
    MNS_STEP_PAGE_GET_CLASS (self->page)->primary (self->page);
}

static void
mns_step_screen_primary (MnsScreen *screen)
{
  mns_step_screen_activate (MNS_STEP_SCREEN (screen));
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

static void
mns_step_screen_save (MnsScreen *screen)
{
  MnsStepScreen *self = MNS_STEP_SCREEN (screen);

  if (self->page != NULL && MNS_STEP_PAGE_GET_CLASS (self->page)->save != NULL)
    MNS_STEP_PAGE_GET_CLASS (self->page)->save (self->page);
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
  g_clear_pointer (&self->bar_words, g_free);
  g_clear_pointer (&self->reason, g_free);
  g_clear_object (&self->actions);
  g_clear_object (&self->side);
  if (self->page != NULL)
    mns_step_page_set_screen (self->page, NULL);
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
  screen_class->save = mns_step_screen_save;
  screen_class->banner = mns_step_screen_banner;
}

static GtkWidget *
make_menu (void)
{
  GtkWidget *button = gtk_menu_button_new ();
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) end = g_menu_new ();

  g_menu_append (menu, _ ("Instructions"), "step.instructions");
  g_menu_append (menu, _ ("Copy link"), "step.copy-link");
  g_menu_append (end, _ ("Abort step…"), "step.abort");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (end));
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "view-more-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  gtk_widget_set_tooltip_text (button, _ ("More about this step"));
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("More about this step"), -1);
  return button;
}

static void
mns_step_screen_init (MnsStepScreen *self)
{
  MnsScreen *screen = MNS_SCREEN (self);
  GtkBox *bar = mns_step_page_make_bar ();

  self->bar = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4));
  gtk_widget_set_hexpand (GTK_WIDGET (self->bar), TRUE);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Milestones"), -1);
  gtk_box_append (bar, GTK_WIDGET (self->bar));
  self->save_label = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->save_label), "dim-label");
  gtk_label_set_xalign (self->save_label, 1);
  gtk_widget_set_hexpand (GTK_WIDGET (self->save_label), TRUE);
  gtk_box_append (bar, GTK_WIDGET (self->save_label));
  mns_screen_set_under_title (screen, GTK_WIDGET (bar));

  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (
      G_ACTION_MAP (self->actions), action_entries, G_N_ELEMENTS (action_entries), self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "step", G_ACTION_GROUP (self->actions));
  mns_screen_add_tool (screen, make_menu ());

  self->side = MNS_STEP_SIDE (g_object_ref_sink (mns_step_side_new ()));
  self->holder = ADW_BIN (adw_bin_new ());
  mns_screen_set_content (screen, GTK_WIDGET (self->holder));
  mns_screen_set_title (screen, _ ("Step"));
}

GtkWidget *
mns_step_screen_new (MnsSession *session, const char *argument)
{
  MnsStepScreen *self = g_object_new (MNS_TYPE_STEP_SCREEN, "session", session, NULL);

  self->run_id = g_strdup (argument);
  g_signal_connect_object (
      session, "state-changed", G_CALLBACK (show_saved), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
