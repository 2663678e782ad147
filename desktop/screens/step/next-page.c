/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Assign next steps and finish. Which actions there are comes with the run from the lab's rules;
 * each choice is stored at once. The table is the same spreadsheet as in Record details, so that
 * choosing, filling down and undo work as there.
 */

#define G_LOG_DOMAIN "mns-next-page"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/app/view-pages.h"
#include "desktop/screens/step/next-page.h"
#include "desktop/screens/step/next-table.h"
#include "desktop/screens/step/step-dialogs.h"
#include "desktop/screens/step/step-screen.h"
#include "desktop/widgets/grid.h"

struct _MnsNextPage
{
  MnsStepPage parent_instance;

  MnsNextTable *table;
  gboolean finishing;
  GStrv reworking; /* artifacts whose earlier step is being chosen */
  MnsViewResult *earlier;

  AdwBin *grid_bin;
  MnsGrid *grid;
  GtkDropDown *choice;
  GtkDropDown *shown;
  GtkBox *changing;
  GtkLabel *line;
};

G_DEFINE_FINAL_TYPE (MnsNextPage, mns_next_page, MNS_TYPE_STEP_PAGE)

static const char *const views[] = { "run_choices", "run_actions", NULL };

static const MnsRows *
get_rows (MnsNextPage *self, const char *view)
{
  return mns_step_page_get_rows (MNS_STEP_PAGE (self), view);
}

static MnsScreen *
get_screen (MnsNextPage *self)
{
  return mns_step_page_get_screen (MNS_STEP_PAGE (self));
}

static gboolean
is_locked (MnsNextPage *self)
{
  return mns_cell_int (mns_step_page_get_run (MNS_STEP_PAGE (self)), 0, "next_steps_locked") != 0;
}

/* ---- what the frame shows ---- */

static char *
dup_reason (MnsNextPage *self)
{
  guint missing = mns_next_table_count_missing (self->table);

  if (mns_step_page_is_read_only (MNS_STEP_PAGE (self)))
    return g_strdup (_ ("Only the person working on this step finishes it"));
  if (missing > 0)
    return g_strdup_printf (
        ngettext ("%u sample has no next step", "%u samples have no next step", missing), missing);
  if (self->finishing)
    return g_strdup (_ ("The step is being finished"));
  return mns_step_page_get_n_saving (MNS_STEP_PAGE (self)) > 0
             ? g_strdup (_ ("Choices are being saved"))
             : NULL;
}

static void
show_state (MnsNextPage *self)
{
  MnsScreen *screen = get_screen (self);
  guint n = mns_rows_get_n_rows (get_rows (self, "run_actions"));
  guint missing = mns_next_table_count_missing (self->table);
  g_autofree char *count = g_strdup_printf (ngettext ("%u sample", "%u samples", n), n);
  g_autofree char *facts = missing > 0
                               ? g_strdup_printf (_ ("%s, %u without a next step"), count, missing)
                               : g_strdup (count);
  g_autofree char *reason = dup_reason (self);
  gboolean completed = mns_step_page_is_completed (MNS_STEP_PAGE (self));

  mns_screen_set_facts (screen, facts);
  mns_screen_set_primary (screen, completed ? NULL : _ ("Finish step"));
  mns_step_screen_set_reason (MNS_STEP_SCREEN (screen), reason);
}

/* ---- choosing ---- */

static void
assigned_cb (MnsStepPage *page, MnsResult *result, gboolean refused, gpointer data)
{
  if (mns_step_page_get_screen (page) == NULL)
    return;
  show_state (MNS_NEXT_PAGE (page));
  if (mns_step_page_get_n_saving (page) == 0)
    mns_step_page_load (page);
}

static void
do_assign (MnsNextPage *self, JsonArray *actions)
{
  JsonObject *args = mns_step_page_new_args (MNS_STEP_PAGE (self));

  json_object_set_array_member (args, "actions", actions);
  mns_step_page_do (MNS_STEP_PAGE (self), "step.assign@1", args, NULL, assigned_cb, NULL);
}

/* Rework goes to a run that the samples went through. */
static void
rework_chosen_cb (gpointer owner, const char *word)
{
  MnsNextPage *self = owner;
  guint64 at = g_ascii_strtoull (word, NULL, 10);
  g_autofree char *run = NULL;
  JsonArray *actions;

  if (self->earlier == NULL || self->reworking == NULL || word[0] == '\0' ||
      at >= mns_rows_get_n_rows (self->earlier->rows))
    {
      mns_step_page_load (MNS_STEP_PAGE (self)); /* nothing was chosen: as it was */
      return;
    }
  run = mns_cell_dup_id (self->earlier->rows, (guint) at, "run_id");
  actions = json_array_new ();
  for (guint i = 0; self->reworking[i] != NULL; i++)
    json_array_add_object_element (
        actions,
        mns_args_new ("artifact", self->reworking[i], "action", "REWORK", "run", run, NULL));
  do_assign (self, actions);
}

static void
earlier_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsNextPage) self = user_data;
  g_autoptr (GError) error = NULL;
  MnsViewResult *earlier = mns_session_look_finish (MNS_SESSION (source), result, &error);
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);

  if (get_screen (self) == NULL)
    {
      g_clear_pointer (&earlier, mns_view_result_free);
      return;
    }
  if (earlier == NULL)
    {
      mns_screen_set_banner (get_screen (self), MNS_BANNER_ERROR, error->message);
      return;
    }
  g_clear_pointer (&self->earlier, mns_view_result_free);
  self->earlier = earlier;
  for (guint i = 0; i < mns_rows_get_n_rows (earlier->rows); i++)
    {
      g_autofree char *when = mns_time_to_text (mns_cell_int (earlier->rows, i, "started_at"));

      g_ptr_array_add (words,
                       g_strdup_printf ("%s %s, %s",
                                        mns_cell_text (earlier->rows, i, "step"),
                                        mns_cell_text (earlier->rows, i, "lims_id"),
                                        when));
    }
  g_ptr_array_add (words, NULL);
  mns_step_ask_rework (GTK_WIDGET (self), (const char *const *) words->pdata, rework_chosen_cb);
}

/* The runs of the first sample are offered; those that the others did not see are refused. */
static void
ask_rework (MnsNextPage *self, GStrv artifacts)
{
  g_strfreev (self->reworking);
  self->reworking = artifacts;
  mns_session_look (mns_step_page_get_session (MNS_STEP_PAGE (self)),
                    "earlier_runs",
                    mns_args_new ("artifact", artifacts[0], NULL),
                    NULL,
                    earlier_read_cb,
                    g_object_ref (self));
}

static void
cells_edited_cb (MnsNextPage *self, GArray *edits)
{
  g_autoptr (GStrvBuilder) rework = g_strv_builder_new ();
  JsonArray *actions = json_array_new ();
  guint n_rework = mns_next_table_list_actions (self->table, edits, actions, rework);

  if (json_array_get_length (actions) > 0)
    do_assign (self, json_array_ref (actions));
  json_array_unref (actions);
  if (n_rework > 0)
    ask_rework (self, g_strv_builder_end (rework));
}

/* ---- the grid ---- */

static void
message_cb (MnsNextPage *self, const char *message)
{
  gtk_label_set_text (self->line, message);
}

static void
rebuild_grid (MnsNextPage *self)
{
  MnsGridModel *model = mns_next_table_get_model (self->table);
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  g_signal_connect_object (
      model, "cells-edited", G_CALLBACK (cells_edited_cb), self, G_CONNECT_SWAPPED);
  self->grid = MNS_GRID (mns_grid_new (model, _ ("Samples that move on")));
  mns_grid_set_column_width (self->grid, mns_grid_model_find_column (model, "action"), 320);
  g_signal_connect_object (self->grid, "message", G_CALLBACK (message_cb), self, G_CONNECT_SWAPPED);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (self->grid));
  adw_bin_set_child (self->grid_bin, scrolled);
}

static void
show_choices (MnsNextPage *self)
{
  g_auto (GStrv) words = mns_next_table_dup_choices (self->table);
  GListModel *old = gtk_drop_down_get_model (self->choice);

  if (old == NULL || g_list_model_get_n_items (old) != g_strv_length (words))
    {
      g_autoptr (GtkStringList) list = gtk_string_list_new ((const char *const *) words);

      gtk_drop_down_set_model (self->choice, G_LIST_MODEL (list));
    }
}

static gboolean
may_cb (const char *right, gpointer session)
{
  return mns_session_may (session, right);
}

static void
mns_next_page_show (MnsStepPage *page)
{
  MnsNextPage *self = MNS_NEXT_PAGE (page);
  gboolean read_only = mns_step_page_is_read_only (page) || is_locked (self);

  if (mns_next_table_set (self->table,
                          get_rows (self, "run_choices"),
                          get_rows (self, "run_actions"),
                          gtk_drop_down_get_selected (self->shown),
                          may_cb,
                          mns_step_page_get_session (page)))
    rebuild_grid (self);
  mns_grid_model_set_read_only (mns_next_table_get_model (self->table), read_only);
  show_choices (self);
  gtk_widget_set_visible (GTK_WIDGET (self->changing), !mns_step_page_is_completed (page));
  gtk_widget_set_sensitive (GTK_WIDGET (self->changing), !read_only);
  if (is_locked (self))
    gtk_label_set_text (self->line, _ ("An automation has set the next steps"));
  show_state (self);
}

/* ---- toolbar ---- */

static void
select_all_cb (MnsNextPage *self)
{
  MnsGridModel *model = mns_next_table_get_model (self->table);
  const MnsCellRange all = {
    0, mns_grid_model_find_column (model, "action"), mns_grid_model_get_n_rows (model), 1
  };

  if (all.n_rows > 0)
    mns_grid_set_range (self->grid, &all);
}

/* For the rows of the selection, whichever of their cells are selected. */
static void
apply_cb (MnsNextPage *self)
{
  MnsGridModel *model = mns_next_table_get_model (self->table);
  GtkStringObject *chosen = gtk_drop_down_get_selected_item (self->choice);
  MnsCellRange range;

  if (chosen == NULL || !mns_grid_get_range (self->grid, &range))
    return;
  range.column = mns_grid_model_find_column (model, "action");
  range.n_columns = 1;
  mns_grid_set_range (self->grid, &range);
  mns_grid_set_value (self->grid, gtk_string_object_get_string (chosen));
}

/* Samples without a next step get the default of the lab's rules. */
static void
defaults_cb (MnsNextPage *self)
{
  JsonArray *actions = json_array_new ();

  mns_next_table_list_defaults (self->table, actions);
  if (json_array_get_length (actions) > 0)
    do_assign (self, json_array_ref (actions));
  else
    gtk_label_set_text (self->line, _ ("Every sample has a next step already"));
  json_array_unref (actions);
}

static void
shown_cb (MnsNextPage *self)
{
  if (self->grid != NULL)
    mns_next_page_show (MNS_STEP_PAGE (self));
}

/* ---- finish ---- */

static void
finished_cb (MnsStepPage *page, MnsResult *result, gboolean refused, gpointer data)
{
  MnsNextPage *self = MNS_NEXT_PAGE (page);
  MnsScreen *screen = get_screen (self);
  g_autofree char *step = NULL;
  g_autofree char *name = NULL;
  guint n;

  self->finishing = FALSE;
  if (screen == NULL)
    return;
  if (refused)
    {
      show_state (self);
      return;
    }
  n = mns_next_table_find_most (self->table, &step, &name);
  if (n > 0)
    {
      g_autofree char *button = g_strdup_printf (_ ("Open %s (%u)"), name, n);
      g_autofree char *path = g_strconcat ("/queue/", step, NULL);

      mns_screen_toast_open (screen, _ ("Step finished"), button, path);
    }
  else
    mns_screen_toast (screen, _ ("Step finished"));
  mns_screen_open (screen, "/lab");
}

static void
finish_chosen_cb (gpointer owner, const char *word)
{
  MnsNextPage *self = owner;

  if (self->finishing || get_screen (self) == NULL)
    return;
  if (word[0] != '\0') /* a link: what is missing is there */
    {
      mns_step_screen_show (MNS_STEP_SCREEN (get_screen (self)), word);
      return;
    }
  self->finishing = TRUE;
  mns_step_page_do (MNS_STEP_PAGE (self),
                    "step.finish@1",
                    mns_step_page_new_args (MNS_STEP_PAGE (self)),
                    NULL,
                    finished_cb,
                    NULL);
}

/* What may be forgotten though nothing forbids it, each a link to its place. */
static char *
list_reminders (MnsNextPage *self)
{
  const char *type = mns_cell_text (mns_step_page_get_run (MNS_STEP_PAGE (self)), 0, "type");
  guint n = mns_next_table_count_unflagged (self->table);
  g_autofree char *text =
      g_strdup_printf (ngettext ("%u sample has no QC flag", "%u samples have no QC flag", n), n);

  if (n == 0 || (g_strcmp0 (type, "QC") != 0 && g_strcmp0 (type, "AGGREGATE_QC") != 0))
    return NULL;
  return g_markup_printf_escaped ("<a href=\"RECORD_DETAILS\">%s</a>", text);
}

static void
mns_next_page_primary (MnsStepPage *page)
{
  MnsNextPage *self = MNS_NEXT_PAGE (page);
  g_autofree char *summary = mns_next_table_sum_up (self->table);
  g_autofree char *reminders = list_reminders (self);

  mns_step_ask_finish (GTK_WIDGET (self), summary, reminders, finish_chosen_cb);
}

static void
mns_next_page_undo (MnsStepPage *page, gboolean again)
{
  MnsNextPage *self = MNS_NEXT_PAGE (page);

  if (self->grid != NULL)
    again ? mns_grid_redo (self->grid) : mns_grid_undo (self->grid);
}

static gboolean
mns_next_page_scan (MnsStepPage *page, const char *text)
{
  MnsNextPage *self = MNS_NEXT_PAGE (page);
  guint row = mns_next_table_find_row (self->table, text);

  if (self->grid == NULL || row == G_MAXUINT)
    return FALSE;
  mns_grid_set_cursor (
      self->grid,
      row,
      mns_grid_model_find_column (mns_next_table_get_model (self->table), "action"));
  gtk_widget_grab_focus (GTK_WIDGET (self->grid));
  return TRUE;
}

static gboolean
mns_next_page_concerns (MnsStepPage *page, const char *const *tables)
{
  return mns_step_page_get_n_saving (page) == 0 &&
         (g_strv_contains (tables, "next_action") || g_strv_contains (tables, "artifact"));
}

static void
mns_next_page_finalize (GObject *object)
{
  MnsNextPage *self = MNS_NEXT_PAGE (object);

  g_clear_pointer (&self->earlier, mns_view_result_free);
  g_clear_pointer (&self->reworking, g_strfreev);
  mns_next_table_free (self->table);

  G_OBJECT_CLASS (mns_next_page_parent_class)->finalize (object);
}

static void
mns_next_page_class_init (MnsNextPageClass *klass)
{
  MnsStepPageClass *page_class = MNS_STEP_PAGE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mns_next_page_finalize;
  page_class->views = views;
  page_class->show = mns_next_page_show;
  page_class->primary = mns_next_page_primary;
  page_class->undo = mns_next_page_undo;
  page_class->scan = mns_next_page_scan;
  page_class->concerns = mns_next_page_concerns;
}

static GtkBox *
make_bar (MnsNextPage *self)
{
  static const char *const shown[] = {
    [MNS_NEXT_SHOW_ALL] = N_ ("All samples"),
    [MNS_NEXT_SHOW_PASSED] = N_ ("✓ PASS"),
    [MNS_NEXT_SHOW_FAILED] = N_ ("✗ FAIL"),
    [MNS_NEXT_SHOW_UNFLAGGED] = N_ ("– none"),
    [MNS_NEXT_SHOW_MISSING] = N_ ("Without a next step"),
  };
  MnsStepPage *page = MNS_STEP_PAGE (self);
  GtkBox *bar = mns_step_page_make_bar ();
  GtkStringList *words = gtk_string_list_new (NULL);
  GtkWidget *room = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  self->changing = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8));
  mns_step_page_add_button (page, self->changing, _ ("Select all"), G_CALLBACK (select_all_cb));
  gtk_box_append (self->changing, gtk_label_new (_ ("For all selected:")));
  self->choice = GTK_DROP_DOWN (gtk_drop_down_new (NULL, NULL));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->choice),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Next step of the selected samples"),
                                  -1);
  gtk_box_append (self->changing, GTK_WIDGET (self->choice));
  mns_step_page_add_button (page, self->changing, _ ("Apply"), G_CALLBACK (apply_cb));
  mns_step_page_add_button (page, self->changing, _ ("Apply defaults"), G_CALLBACK (defaults_cb));
  gtk_box_append (bar, GTK_WIDGET (self->changing));
  gtk_widget_set_hexpand (room, TRUE);
  gtk_box_append (bar, room);
  for (guint i = 0; i < G_N_ELEMENTS (shown); i++)
    gtk_string_list_append (words, _ (shown[i]));
  self->shown = GTK_DROP_DOWN (gtk_drop_down_new (G_LIST_MODEL (words), NULL));
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->shown), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Samples shown"), -1);
  g_signal_connect_object (
      self->shown, "notify::selected", G_CALLBACK (shown_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (bar, GTK_WIDGET (self->shown));
  return bar;
}

static void
mns_next_page_init (MnsNextPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->table = mns_next_table_new ();
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (make_bar (self)));
  self->grid_bin = ADW_BIN (adw_bin_new ());
  gtk_widget_set_vexpand (GTK_WIDGET (self->grid_bin), TRUE);
  gtk_widget_set_margin_start (GTK_WIDGET (self->grid_bin), 16);
  gtk_widget_set_margin_end (GTK_WIDGET (self->grid_bin), 16);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->grid_bin));
  self->line = mns_step_page_make_line ();
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->line));
  adw_bin_set_child (ADW_BIN (self), box);
}
