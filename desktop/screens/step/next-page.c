/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Assign next steps and finish. Which actions there are comes with the run from the lab's rules;
 * each choice is stored at once.
 */

#define G_LOG_DOMAIN "mns-next-page"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/app/view-pages.h"
#include "desktop/screens/step/next-page.h"
#include "desktop/widgets/row-list.h"

struct _MnsNextPage
{
  MnsStepPage parent_instance;

  gboolean finishing;

  GListStore *rows;
  MnsRowList *list;
  GtkDropDown *choice;
  GtkButton *apply;
};

G_DEFINE_FINAL_TYPE (MnsNextPage, mns_next_page, MNS_TYPE_STEP_PAGE)

static const char *const views[] = { "run_choices", "run_actions", NULL };

static const MnsRows *
get_rows (MnsNextPage *self, const char *view)
{
  return mns_step_page_get_rows (MNS_STEP_PAGE (self), view);
}

/* The words of the screens for the words of the record. */
static const struct
{
  const char *action, *text;
} texts[] = {
  { "COMPLETE", N_ ("Mark protocol as complete") },
  { "REPEAT", N_ ("Repeat step") },
  { "STORE", N_ ("Store for later") },
  { "REMOVE", N_ ("Remove from workflow") },
  { "LEAVE", N_ ("Leave in QC protocol") },
  { "REVIEW", N_ ("Request manager review") },
  { "REWORK", N_ ("Rework from an earlier step") },
};

static char *
name_action (const char *action, const char *step)
{
  if (action == NULL)
    return g_strdup ("");
  if (g_str_equal (action, "NEXTSTEP"))
    return g_strdup_printf (_ ("Advance to %s"), step);
  if (g_str_equal (action, "COMPLETEREPEAT"))
    return g_strdup_printf (_ ("Advance to %s and repeat"), step);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_str_equal (texts[i].action, action))
      return g_strdup (_ (texts[i].text));
  return g_strdup (action);
}

static guint
count_missing (MnsNextPage *self)
{
  guint n = 0;

  for (guint i = 0; i < mns_rows_get_n_rows (get_rows (self, "run_actions")); i++)
    n += mns_cell_text (get_rows (self, "run_actions"), i, "action") == NULL;
  return n;
}

static void
show_facts (MnsNextPage *self)
{
  MnsScreen *screen = mns_step_page_get_screen (MNS_STEP_PAGE (self));
  guint n = mns_rows_get_n_rows (get_rows (self, "run_actions"));
  guint missing = count_missing (self);
  g_autofree char *facts = g_strdup_printf (ngettext ("%u sample", "%u samples", n), n);
  g_autofree char *reason = g_strdup_printf (
      ngettext ("%u sample has no next step", "%u samples have no next step", missing), missing);
  gboolean completed =
      g_strcmp0 (mns_cell_text (mns_step_page_get_run (MNS_STEP_PAGE (self)), 0, "state"),
                 "COMPLETED") == 0;

  mns_screen_set_facts (screen, facts);
  mns_screen_set_primary (screen, completed ? NULL : _ ("Finish step"));
  mns_screen_set_primary_reason (screen,
                                 mns_step_page_is_read_only (MNS_STEP_PAGE (self))
                                     ? _ ("Only the person working on this step finishes it")
                                 : missing > 0 ? reason
                                               : NULL);
}

static void
show_rows (MnsNextPage *self)
{
  const MnsRows *rows = get_rows (self, "run_actions");
  g_auto (GStrv) kept = mns_row_list_dup_selected_ids (self->list, NULL);
  g_autoptr (GPtrArray) made = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      g_autofree char *id = mns_cell_dup_id (rows, i, "artifact_id");
      g_autofree char *qc = mns_format_qc (rows, i, "qc_flag");
      g_autofree char *action =
          name_action (mns_cell_text (rows, i, "action"), mns_cell_text (rows, i, "next_step"));
      const char *cells[] = {
        mns_cell_text (rows, i, "name"), qc, action, mns_cell_text (rows, i, "lims_id"), NULL
      };

      g_ptr_array_add (made, mns_row_new (id, cells));
    }
  g_list_store_splice (
      self->rows, 0, g_list_model_get_n_items (G_LIST_MODEL (self->rows)), made->pdata, made->len);
  mns_row_list_select_ids (self->list, (const char *const *) kept);
}

static void
show_choices (MnsNextPage *self)
{
  g_autoptr (GtkStringList) words = gtk_string_list_new (NULL);
  guint chosen = gtk_drop_down_get_selected (self->choice);

  for (guint i = 0; i < mns_rows_get_n_rows (get_rows (self, "run_choices")); i++)
    {
      g_autofree char *text =
          name_action (mns_cell_text (get_rows (self, "run_choices"), i, "action"),
                       mns_cell_text (get_rows (self, "run_choices"), i, "step"));

      gtk_string_list_append (words, text);
    }
  gtk_drop_down_set_model (self->choice, G_LIST_MODEL (words));
  if (chosen != GTK_INVALID_LIST_POSITION &&
      chosen < mns_rows_get_n_rows (get_rows (self, "run_choices")))
    gtk_drop_down_set_selected (self->choice, chosen);
}

static void
assigned_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsNextPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsResult) done = mns_session_do_finish (MNS_SESSION (source), result, &error);
  MnsScreen *screen = mns_step_page_get_screen (MNS_STEP_PAGE (self));

  if (screen != NULL)
    mns_screen_show_refusal (screen, done, error);
}

/* Stores choice @at for the artifacts with these ids. */
static void
assign (MnsNextPage *self, guint at, const char *const *ids)
{
  const MnsRows *choices = get_rows (self, "run_choices");
  JsonObject *args = mns_step_page_new_args (MNS_STEP_PAGE (self));
  JsonArray *actions = json_array_new ();
  g_autofree char *step = mns_cell_dup_id (choices, at, "step_id");

  for (guint i = 0; ids[i] != NULL; i++)
    json_array_add_object_element (actions,
                                   mns_args_new ("artifact",
                                                 ids[i],
                                                 "action",
                                                 mns_cell_text (choices, at, "action"),
                                                 "step",
                                                 step,
                                                 NULL));
  json_object_set_array_member (args, "actions", actions);
  mns_session_do (mns_step_page_get_session (MNS_STEP_PAGE (self)),
                  "step.assign@1",
                  args,
                  NULL,
                  NULL,
                  assigned_cb,
                  g_object_ref (self));
}

static GStrv
dup_ids (MnsNextPage *self, gboolean only_missing)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const MnsRows *rows = get_rows (self, "run_actions");

  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    if (!only_missing || mns_cell_text (rows, i, "action") == NULL)
      {
        g_autofree char *id = mns_cell_dup_id (rows, i, "artifact_id");

        g_strv_builder_add (builder, id);
      }
  return g_strv_builder_end (builder);
}

/* If there is one default, samples without an action get it once, when the page is first shown. */
static void
assign_defaults (MnsNextPage *self)
{
  g_auto (GStrv) ids = dup_ids (self, TRUE);

  for (guint i = 0; ids[0] != NULL && i < mns_rows_get_n_rows (get_rows (self, "run_choices")); i++)
    if (mns_cell_int (get_rows (self, "run_choices"), i, "is_default") != 0)
      {
        assign (self, i, (const char *const *) ids);
        return;
      }
}

static void
mns_next_page_show (MnsStepPage *page)
{
  MnsNextPage *self = MNS_NEXT_PAGE (page);

  show_choices (self);
  show_rows (self);
  show_facts (self);
  gtk_widget_set_sensitive (GTK_WIDGET (self->apply),
                            !mns_step_page_is_read_only (MNS_STEP_PAGE (self)));
}

static void
apply_cb (MnsNextPage *self)
{
  g_auto (GStrv) ids = mns_row_list_dup_selected_ids (self->list, NULL);
  guint at = gtk_drop_down_get_selected (self->choice);

  if (ids[0] == NULL)
    mns_screen_toast (mns_step_page_get_screen (MNS_STEP_PAGE (self)), _ ("Select samples first"));
  else if (at != GTK_INVALID_LIST_POSITION)
    assign (self, at, (const char *const *) ids);
}

static void
defaults_cb (MnsNextPage *self)
{
  assign_defaults (self);
}

static void
select_all_cb (MnsNextPage *self)
{
  gtk_selection_model_select_all (mns_row_list_get_selection (self->list));
}

static void
finished_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsNextPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsResult) done = mns_session_do_finish (MNS_SESSION (source), result, &error);
  MnsScreen *screen = mns_step_page_get_screen (MNS_STEP_PAGE (self));

  self->finishing = FALSE;
  if (screen == NULL || mns_screen_show_refusal (screen, done, error))
    return;
  mns_screen_toast (screen, _ ("Step finished"));
  mns_screen_open (screen, "/lab");
}

static void
finish_answered_cb (AdwMessageDialog *dialog, const char *response, MnsNextPage *self)
{
  if (!g_str_equal (response, "finish") || self->finishing)
    return;
  self->finishing = TRUE;
  mns_session_do (mns_step_page_get_session (MNS_STEP_PAGE (self)),
                  "step.finish@1",
                  mns_step_page_new_args (MNS_STEP_PAGE (self)),
                  NULL,
                  NULL,
                  finished_cb,
                  g_object_ref (self));
}

/* "38 × Advance to End repair", a line an action. */
static char *
sum_up (MnsNextPage *self)
{
  const MnsRows *rows = get_rows (self, "run_actions");
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  GHashTableIter iter;
  gpointer name, count;

  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      char *action =
          name_action (mns_cell_text (rows, i, "action"), mns_cell_text (rows, i, "next_step"));
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, action));

      g_hash_table_replace (counts, action, GUINT_TO_POINTER (n + 1));
    }
  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &name, &count))
    g_string_append_printf (text, "%u × %s\n", GPOINTER_TO_UINT (count), (const char *) name);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
mns_next_page_primary (MnsStepPage *page)
{
  MnsNextPage *self = MNS_NEXT_PAGE (page);
  g_autofree char *summary = sum_up (self);
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), _ ("Finish this step?"), summary);

  adw_message_dialog_add_responses (
      ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("Cancel"), "finish", _ ("Finish step"), NULL);
  adw_message_dialog_set_response_appearance (
      ADW_MESSAGE_DIALOG (dialog), "finish", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "finish");
  g_signal_connect_object (dialog, "response", G_CALLBACK (finish_answered_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static gboolean
mns_next_page_concerns (MnsStepPage *page, const char *const *tables)
{
  return g_strv_contains (tables, "next_action") || g_strv_contains (tables, "artifact");
}

static void
mns_next_page_dispose (GObject *object)
{
  MnsNextPage *self = MNS_NEXT_PAGE (object);

  g_clear_object (&self->rows);

  G_OBJECT_CLASS (mns_next_page_parent_class)->dispose (object);
}

static void
mns_next_page_class_init (MnsNextPageClass *klass)
{
  MnsStepPageClass *page_class = MNS_STEP_PAGE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_next_page_dispose;
  page_class->views = views;
  page_class->show = mns_next_page_show;
  page_class->primary = mns_next_page_primary;
  page_class->concerns = mns_next_page_concerns;
}

static GtkWidget *
add_button (GtkWidget *bar, MnsNextPage *self, const char *label, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  g_signal_connect_object (button, "clicked", clicked, self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (bar), button);
  return button;
}

static void
mns_next_page_init (MnsNextPage *self)
{
  const MnsListColumn columns[] = {
    { "name", _ ("Sample"), FALSE, -1, TRUE, FALSE },
    { "qc", _ ("QC"), FALSE, 110, FALSE, FALSE },
    { "action", _ ("Next step"), FALSE, 320, FALSE, FALSE },
    { "lims_id", _ ("LIMS ID"), FALSE, 120, FALSE, FALSE },
  };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = gtk_label_new (_ ("For all selected:"));

  self->rows = g_list_store_new (MNS_TYPE_ROW);
  self->list = MNS_ROW_LIST (mns_row_list_new (
      G_LIST_MODEL (self->rows), columns, G_N_ELEMENTS (columns), _ ("Samples that move on")));
  gtk_widget_set_margin_start (bar, 16);
  gtk_widget_set_margin_end (bar, 16);
  gtk_widget_set_margin_bottom (bar, 8);
  add_button (bar, self, _ ("Select all"), G_CALLBACK (select_all_cb));
  gtk_box_append (GTK_BOX (bar), label);
  self->choice = GTK_DROP_DOWN (gtk_drop_down_new (NULL, NULL));
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->choice), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Next step"), -1);
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->choice));
  self->apply = GTK_BUTTON (add_button (bar, self, _ ("Apply"), G_CALLBACK (apply_cb)));
  add_button (bar, self, _ ("Apply defaults"), G_CALLBACK (defaults_cb));
  gtk_box_append (GTK_BOX (box), bar);
  gtk_widget_set_vexpand (GTK_WIDGET (self->list), TRUE);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->list));
  adw_bin_set_child (ADW_BIN (self), box);
}
