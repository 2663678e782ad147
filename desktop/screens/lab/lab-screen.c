/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Lab View: what work is there for me, now. Cards are made anew only when the configuration
 * changed; a changed count is written into its row, so that the focus stays where it is.
 */

#define G_LOG_DOMAIN "mns-lab-screen"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/bench.h"
#include "desktop/app/cells.h"
#include "desktop/app/personal.h"
#include "desktop/screens/lab/lab-card.h"
#include "desktop/screens/lab/lab-scan.h"
#include "desktop/screens/lab/lab-screen.h"

/* A side list is no archive. */
#define MAX_RUNS 20

struct _MnsLabScreen
{
  MnsScreen parent_instance;

  GtkFlowBox *cards;
  GtkCheckButton *only_work;
  GtkDropDown *workflow;
  GtkMenuButton *protocols;
  GtkListBox *work;
  GtkListBox *others;
  GtkListBox *recent;
  GtkLabel *work_title;
  GtkLabel *others_title;
  MnsViewResult *lab;       /* as shown; NULL before the first answer */
  MnsViewResult *runs;      /* in progress; NULL before */
  MnsViewResult *workflows; /* the choice of the filter; NULL before */
  GHashTable *hidden;       /* ids of protocols that the person does not want to see */
};

G_DEFINE_FINAL_TYPE (MnsLabScreen, mns_lab_screen, MNS_TYPE_SCREEN)

static void show_cards (MnsLabScreen *self);
static void show_trouble (MnsLabScreen *self);

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

/* The run of mine at a step, if there is only one. */
static char *
find_my_run (MnsLabScreen *self, const char *step)
{
  const MnsRows *rows = self->runs != NULL ? self->runs->rows : NULL;
  g_autofree char *found = NULL;

  for (guint i = 0; rows != NULL && i < mns_rows_get_n_rows (rows); i++)
    {
      g_autofree char *at = mns_cell_dup_id (rows, i, "step_id");

      if (mns_cell_int (rows, i, "mine") == 0 || g_strcmp0 (at, step) != 0)
        continue;
      if (found != NULL)
        return NULL;
      found = mns_cell_dup_id (rows, i, "run_id");
    }
  return g_steal_pointer (&found);
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
      g_autofree char *run = NULL;

      if (g_hash_table_contains (self->hidden, protocol))
        continue;
      if (last == NULL || !g_str_equal (last, protocol))
        {
          card = get_card (self, n_cards++, mns_cell_text (rows, i, "protocol"));
          at = 0;
        }
      mns_lab_card_set_step (
          card, at, rows, i, mns_session_get_bucket (session, step)->len, only_work);
      run = find_my_run (self, step);
      mns_lab_card_set_run (card, at++, run);
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
    mns_screen_show_nothing_matches (screen, _ ("No work is queued"), _ ("Show all steps"));
  else
    mns_screen_show_content (screen);
}

static gboolean
is_narrowed (MnsLabScreen *self)
{
  return gtk_drop_down_get_selected (self->workflow) > 0;
}

static void
protocol_toggled_cb (MnsLabScreen *self, GtkCheckButton *check)
{
  const char *id = g_object_get_data (G_OBJECT (check), "protocol");
  g_autofree const char **list = NULL;
  guint n;

  if (gtk_check_button_get_active (check))
    g_hash_table_remove (self->hidden, id);
  else
    g_hash_table_add (self->hidden, g_strdup (id));
  list = (const char **) g_hash_table_get_keys_as_array (self->hidden, &n);
  mns_personal_set (mns_screen_get_session (MNS_SCREEN (self)), "hidden-protocols", list);
  clear_cards (self);
  show_cards (self);
}

/* "My protocols": each person's own, on this computer. */
static void
make_protocol_chooser (MnsLabScreen *self, const MnsRows *rows)
{
  GtkWidget *popover = gtk_popover_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  g_autofree char *last = NULL;

  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      g_autofree char *id = mns_cell_dup_id (rows, i, "protocol_id");
      GtkWidget *check;

      if (g_strcmp0 (id, last) == 0)
        continue;
      check = gtk_check_button_new_with_label (mns_cell_text (rows, i, "protocol"));
      gtk_check_button_set_active (GTK_CHECK_BUTTON (check),
                                   !g_hash_table_contains (self->hidden, id));
      g_object_set_data_full (G_OBJECT (check), "protocol", g_strdup (id), g_free);
      g_signal_connect_object (
          check, "toggled", G_CALLBACK (protocol_toggled_cb), self, G_CONNECT_SWAPPED);
      gtk_box_append (GTK_BOX (box), check);
      g_free (last);
      last = g_steal_pointer (&id);
    }
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  gtk_menu_button_set_popover (self->protocols, popover);
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
    {
      clear_cards (self);
      if (!is_narrowed (self))
        make_protocol_chooser (self, lab->rows);
    }
  if (self->lab == NULL) /* the first steps are about to be drawn and can then be pressed */
    mns_bench_tell_ready (GTK_WIDGET (self));
  g_clear_pointer (&self->lab, mns_view_result_free);
  self->lab = lab;
  show_cards (self);
}

static const char *
state_to_text (const char *state)
{
  static const struct
  {
    const char *state, *text;
  } texts[] = {
    { "STARTED", N_ ("Begun") },
    { "STEP_SETUP", N_ ("Step setup") },
    { "POOLING", N_ ("Pooling") },
    { "PLACEMENT", N_ ("Placement") },
    { "ADD_REAGENT", N_ ("Add labels") },
    { "RECORD_DETAILS", N_ ("Record details") },
    { "ASSIGN_NEXT_STEPS", N_ ("Next steps") },
    { "UNDER_REVIEW", N_ ("Under review") },
    { "COMPLETED", N_ ("Completed") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_strcmp0 (state, texts[i].state) == 0)
      return _ (texts[i].text);
  return "";
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
  g_autofree char *subtitle =
      g_markup_printf_escaped ("%s · %s · %s · %s",
                               count,
                               state_to_text (mns_cell_text (rows, row, "state")),
                               when,
                               mns_cell_text (rows, row, "technician"));

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (made), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (made), subtitle);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (made), TRUE);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (made), "s", path);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (made), "win.open");
  return made;
}

static void
clear_runs (GtkListBox *list)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (list, 0)) != NULL)
    gtk_list_box_remove (list, GTK_WIDGET (row));
}

/* A list that has nothing to show says why. */
static void
add_sentence (GtkListBox *list, const char *sentence, const char *css_class)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), sentence);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  gtk_widget_add_css_class (row, css_class);
  gtk_list_box_append (list, row);
}

/* @mine: -1: all of them. Returns how many there are. */
static guint
fill_runs (GtkListBox *list, const MnsRows *rows, int mine, const char *none)
{
  guint n = 0;

  clear_runs (list);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    if (mine < 0 || mns_cell_int (rows, i, "mine") == mine)
      {
        if (n++ < MAX_RUNS)
          gtk_list_box_append (list, make_run_row (rows, i));
      }
  if (n == 0)
    add_sentence (list, none, "dim-label");
  return n;
}

static void
show_list_error (GtkListBox *list, const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  clear_runs (list);
  add_sentence (list, error->message, "error");
}

static void
work_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsLabScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  MnsViewResult *work = mns_session_look_finish (MNS_SESSION (source), result, &error);
  g_autofree char *mine = NULL;
  g_autofree char *others = NULL;
  guint n;

  if (work == NULL)
    {
      show_list_error (self->work, error);
      return;
    }
  g_clear_pointer (&self->runs, mns_view_result_free);
  self->runs = work;
  n = fill_runs (self->work, work->rows, 1, _ ("Nothing of mine is in progress"));
  mine = g_strdup_printf (_ ("My work in progress (%u)"), n);
  gtk_label_set_text (self->work_title, mine);
  n = fill_runs (self->others, work->rows, 0, "");
  others = g_strdup_printf (_ ("Of others (%u)"), n);
  gtk_label_set_text (self->others_title, others);
  gtk_widget_set_visible (GTK_WIDGET (self->others), n > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->others_title), n > 0);
  if (self->lab != NULL)
    show_cards (self); /* the pills lead to my runs */
}

static void
recent_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsLabScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsViewResult) recent = mns_session_look_finish (MNS_SESSION (source), result, &error);

  if (recent == NULL)
    show_list_error (self->recent, error);
  else
    fill_runs (self->recent, recent->rows, -1, _ ("Nothing was done yet"));
}

static void
workflows_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsLabScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  MnsViewResult *workflows = mns_session_look_finish (MNS_SESSION (source), result, &error);
  g_autoptr (GtkStringList) names = NULL;

  if (workflows == NULL)
    {
      mns_screen_show_refusal (MNS_SCREEN (self), NULL, error);
      return;
    }
  g_clear_pointer (&self->workflows, mns_view_result_free);
  self->workflows = workflows;
  names = gtk_string_list_new (NULL);
  gtk_string_list_append (names, _ ("All workflows"));
  for (guint i = 0; i < mns_rows_get_n_rows (workflows->rows); i++)
    gtk_string_list_append (names, mns_cell_text (workflows->rows, i, "name"));
  gtk_drop_down_set_model (self->workflow, G_LIST_MODEL (names));
}

static JsonObject *
make_lab_args (MnsLabScreen *self)
{
  guint at = gtk_drop_down_get_selected (self->workflow);
  g_autofree char *id = NULL;

  if (self->workflows != NULL && at > 0 && at <= mns_rows_get_n_rows (self->workflows->rows))
    id = mns_cell_dup_id (self->workflows->rows, at - 1, "workflow_id");
  return mns_args_new ("workflow", id, NULL);
}

static void
mns_lab_screen_refresh (MnsScreen *screen)
{
  MnsLabScreen *self = MNS_LAB_SCREEN (screen);
  MnsSession *session = mns_screen_get_session (screen);
  GCancellable *cancellable = mns_screen_get_cancellable (screen);

  if (self->lab == NULL)
    mns_screen_show_loading (screen);
  mns_session_look (
      session, "lab", make_lab_args (self), cancellable, lab_read_cb, g_object_ref (self));
  mns_session_look (session, "my_runs", NULL, cancellable, work_read_cb, g_object_ref (self));
  mns_session_look (session, "recent", NULL, cancellable, recent_read_cb, g_object_ref (self));
  if (self->workflows == NULL)
    mns_session_look (session,
                      "workflows",
                      mns_args_new ("status", "ACTIVE", NULL),
                      cancellable,
                      workflows_read_cb,
                      g_object_ref (self));
}

static gboolean
mns_lab_screen_scan (MnsScreen *screen, const char *text)
{
  mns_lab_scan (screen, text);
  return TRUE;
}

/* ---- filters ---- */

static void
only_work_toggled_cb (MnsLabScreen *self)
{
  gboolean on = gtk_check_button_get_active (self->only_work);

  mns_personal_set_word (
      mns_screen_get_session (MNS_SCREEN (self)), "only-work", on ? "yes" : "no");
  show_cards (self);
}

static void
workflow_chosen_cb (MnsLabScreen *self)
{
  if (self->workflows != NULL)
    mns_screen_refresh (MNS_SCREEN (self));
}

/* "Show all steps": every filter is taken off. */
static void
mns_lab_screen_clear_filter (MnsScreen *screen)
{
  MnsLabScreen *self = MNS_LAB_SCREEN (screen);

  g_hash_table_remove_all (self->hidden);
  mns_personal_set (mns_screen_get_session (screen), "hidden-protocols", NULL);
  gtk_drop_down_set_selected (self->workflow, 0);
  gtk_check_button_set_active (self->only_work, FALSE);
  if (self->lab != NULL)
    make_protocol_chooser (self, self->lab->rows);
  clear_cards (self);
  show_cards (self);
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
  MnsLabScreen *self = MNS_LAB_SCREEN (object);

  g_clear_pointer (&self->lab, mns_view_result_free);
  g_clear_pointer (&self->runs, mns_view_result_free);
  g_clear_pointer (&self->workflows, mns_view_result_free);
  g_clear_pointer (&self->hidden, g_hash_table_unref);

  G_OBJECT_CLASS (mns_lab_screen_parent_class)->dispose (object);
}

static void
mns_lab_screen_class_init (MnsLabScreenClass *klass)
{
  MnsScreenClass *screen_class = MNS_SCREEN_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_lab_screen_dispose;
  screen_class->refresh = mns_lab_screen_refresh;
  screen_class->concerns = mns_lab_screen_concerns;
  screen_class->scan = mns_lab_screen_scan;
  screen_class->clear_filter = mns_lab_screen_clear_filter;
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
add_filters (MnsLabScreen *self)
{
  MnsScreen *screen = MNS_SCREEN (self);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  gtk_string_list_append (names, _ ("All workflows"));
  self->only_work = GTK_CHECK_BUTTON (gtk_check_button_new_with_label (_ ("Only steps with work")));
  self->workflow =
      GTK_DROP_DOWN (gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&names)), NULL));
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->workflow), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Workflow"), -1);
  self->protocols = GTK_MENU_BUTTON (gtk_menu_button_new ());
  gtk_menu_button_set_label (self->protocols, _ ("My protocols"));
  g_signal_connect_object (
      self->only_work, "toggled", G_CALLBACK (only_work_toggled_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (
      self->workflow, "notify::selected", G_CALLBACK (workflow_chosen_cb), self, G_CONNECT_SWAPPED);
  mns_screen_add_tool (screen, GTK_WIDGET (self->only_work));
  mns_screen_add_tool (screen, GTK_WIDGET (self->workflow));
  mns_screen_add_tool (screen, GTK_WIDGET (self->protocols));
}

static void
mns_lab_screen_init (MnsLabScreen *self)
{
  MnsScreen *screen = MNS_SCREEN (self);
  GtkWidget *side = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  mns_screen_set_title (screen, _ ("Lab View"));
  self->hidden = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  add_filters (self);

  self->cards = GTK_FLOW_BOX (gtk_flow_box_new ());
  gtk_flow_box_set_selection_mode (self->cards, GTK_SELECTION_NONE);
  gtk_flow_box_set_column_spacing (self->cards, 16);
  gtk_flow_box_set_row_spacing (self->cards, 16);
  gtk_flow_box_set_max_children_per_line (self->cards, 4);
  gtk_widget_set_valign (GTK_WIDGET (self->cards), GTK_ALIGN_START);
  mns_screen_set_content (screen, make_scrolled (GTK_WIDGET (self->cards)));

  self->work = add_run_list (side, _ ("My work in progress"), &self->work_title);
  self->others = add_run_list (side, _ ("Of others"), &self->others_title);
  self->recent = add_run_list (side, _ ("Recent activity"), NULL);
  mns_screen_set_side (screen, make_scrolled (side));
}

/* Without the rights nothing that needs one is offered, so it is said why. */
static void
show_trouble (MnsLabScreen *self)
{
  const char *trouble = mns_session_get_trouble (mns_screen_get_session (MNS_SCREEN (self)));
  g_autofree char *text =
      trouble != NULL ? g_strdup_printf (_ ("Your rights cannot be read: %s"), trouble) : NULL;

  mns_screen_set_banner (MNS_SCREEN (self), MNS_BANNER_WARNING, text);
}

GtkWidget *
mns_lab_screen_new (MnsSession *session, const char *argument)
{
  MnsLabScreen *self = g_object_new (MNS_TYPE_LAB_SCREEN, "session", session, NULL);
  g_auto (GStrv) hidden = mns_personal_get (session, "hidden-protocols");
  g_autofree char *only = mns_personal_get_word (session, "only-work");

  for (guint i = 0; hidden != NULL && hidden[i] != NULL; i++)
    g_hash_table_add (self->hidden, g_strdup (hidden[i]));
  gtk_check_button_set_active (self->only_work, g_strcmp0 (only, "yes") == 0);
  g_signal_connect_object (
      session, "bucket-changed", G_CALLBACK (show_cards), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (
      session, "state-changed", G_CALLBACK (show_trouble), self, G_CONNECT_SWAPPED);
  show_trouble (self);
  return GTK_WIDGET (self);
}
