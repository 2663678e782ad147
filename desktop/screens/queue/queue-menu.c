/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-queue-menu"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/screens/queue/queue-menu.h"

/* The view that tells the projects takes no more. */
#define MAX_LOOKED_AT 9216

struct _MnsQueueMenu
{
  AdwBin parent_instance;

  MnsScreen *screen; /* not owned: it holds this */
  char *step_id;
  MnsQueueMenuFunc dup_chosen;
  GSimpleActionGroup *actions;
  GtkMenuButton *button;

  GPtrArray *projects; /* whose priority is being changed: ids */
  guint priority;
};

G_DEFINE_FINAL_TYPE (MnsQueueMenu, mns_queue_menu, ADW_TYPE_BIN)

static guint done_signal;

static MnsSession *
get_session (MnsQueueMenu *self)
{
  return mns_screen_get_session (self->screen);
}

static GtkWidget *
new_question (MnsQueueMenu *self, const char *title, const char *text, const char *verb)
{
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self->screen))), title, text);

  adw_message_dialog_add_responses (
      ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("Cancel"), "do", verb, NULL);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  return dialog;
}

/* ---- take out, move on ---- */

static void
run_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsQueueMenu) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsResult) done = mns_session_do_finish (MNS_SESSION (source), result, &error);

  if (self->screen == NULL || mns_screen_show_refusal (self->screen, done, error))
    return;
  g_signal_emit (self, done_signal, 0);
}

static void
run (MnsQueueMenu *self, const char *command)
{
  g_auto (GStrv) chosen = self->dup_chosen (self->screen);
  JsonObject *args = mns_args_new ("step", self->step_id, NULL);
  JsonArray *artifacts = json_array_new ();

  for (guint i = 0; chosen[i] != NULL; i++)
    json_array_add_string_element (artifacts, chosen[i]);
  json_object_set_array_member (args, "artifacts", artifacts);
  mns_session_do (get_session (self), command, args, NULL, NULL, run_cb, g_object_ref (self));
}

static void
remove_answered_cb (AdwMessageDialog *dialog, const char *response, MnsQueueMenu *self)
{
  if (g_str_equal (response, "do"))
    run (self, "queue.remove@1");
}

static void
remove_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MnsQueueMenu *self = user_data;
  g_auto (GStrv) chosen = self->dup_chosen (self->screen);
  guint n = g_strv_length (chosen);
  g_autofree char *text =
      g_strdup_printf (ngettext ("%u sample leaves the queue and with it the workflow.",
                                 "%u samples leave the queue and with it the workflow.",
                                 n),
                       n);
  GtkWidget *dialog = new_question (self, _ ("Remove from queue?"), text, _ ("Remove from queue"));

  adw_message_dialog_set_response_appearance (
      ADW_MESSAGE_DIALOG (dialog), "do", ADW_RESPONSE_DESTRUCTIVE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (remove_answered_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
move_on_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  run (user_data, "queue.move_on@1");
}

/* ---- priority ---- */

static void change_next (MnsQueueMenu *self);

static void
priority_changed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsQueueMenu) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsResult) done = mns_session_do_finish (MNS_SESSION (source), result, &error);

  if (self->screen != NULL && !mns_screen_show_refusal (self->screen, done, error))
    change_next (self);
}

static void
change_next (MnsQueueMenu *self)
{
  JsonObject *args;

  if (self->projects->len == 0)
    return;
  args = mns_args_new ("project", g_ptr_array_index (self->projects, 0), NULL);
  g_ptr_array_remove_index (self->projects, 0);
  json_object_set_int_member (args, "priority", self->priority);
  mns_session_do (get_session (self),
                  "project.update@1",
                  args,
                  NULL,
                  NULL,
                  priority_changed_cb,
                  g_object_ref (self));
}

static void
priority_answered_cb (AdwMessageDialog *dialog, const char *response, MnsQueueMenu *self)
{
  GtkDropDown *choice = g_object_get_data (G_OBJECT (dialog), "choice");

  if (!g_str_equal (response, "do"))
    return;
  self->priority = gtk_drop_down_get_selected (choice) + 1;
  change_next (self);
}

static void
ask_priority (MnsQueueMenu *self, const char *names)
{
  static const char *const words[] = { N_ ("High"), N_ ("Standard"), N_ ("Low") };
  g_autofree char *text = g_strdup_printf (
      _ ("A priority belongs to a project: it holds for all samples of %s."), names);
  GtkWidget *dialog = new_question (self, _ ("Change priority"), text, _ ("Change priority"));
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  GtkWidget *choice;

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    gtk_string_list_append (list, _ (words[i]));
  choice = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&list)), NULL);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (choice), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Priority"), -1);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), choice);
  adw_message_dialog_set_response_appearance (
      ADW_MESSAGE_DIALOG (dialog), "do", ADW_RESPONSE_SUGGESTED);
  g_object_set_data (G_OBJECT (dialog), "choice", choice);
  g_signal_connect_object (dialog, "response", G_CALLBACK (priority_answered_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
projects_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsQueueMenu) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsViewResult) rows = mns_session_look_finish (MNS_SESSION (source), result, &error);
  g_autoptr (GString) names = g_string_new (NULL);

  if (self->screen == NULL)
    return;
  if (rows == NULL)
    {
      mns_screen_show_refusal (self->screen, NULL, error);
      return;
    }
  g_ptr_array_set_size (self->projects, 0);
  for (guint i = 0; i < mns_rows_get_n_rows (rows->rows); i++)
    {
      g_autofree char *id = mns_cell_dup_id (rows->rows, i, "project_id");

      if (id == NULL || g_ptr_array_find_with_equal_func (self->projects, id, g_str_equal, NULL))
        continue;
      g_string_append_printf (
          names, "%s%s", names->len > 0 ? ", " : "", mns_cell_text (rows->rows, i, "project"));
      g_ptr_array_add (self->projects, g_steal_pointer (&id));
    }
  if (self->projects->len > 0)
    ask_priority (self, names->str);
  else
    mns_screen_toast (self->screen, _ ("None of these samples belongs to a project"));
}

static void
priority_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MnsQueueMenu *self = user_data;
  g_auto (GStrv) chosen = self->dup_chosen (self->screen);
  JsonObject *args = mns_args_new ("step", self->step_id, NULL);
  JsonArray *artifacts = json_array_new ();

  for (guint i = 0; chosen[i] != NULL && i < MAX_LOOKED_AT; i++)
    json_array_add_string_element (artifacts, chosen[i]);
  json_object_set_array_member (args, "artifacts", artifacts);
  mns_session_look (
      get_session (self), "bucket", args, NULL, projects_read_cb, g_object_ref (self));
}

/* ---- the menu ---- */

static const struct
{
  const char *right, *label, *action;
} items[] = {
  { "RemoveSampleFromWorkflow", N_ ("Remove from queue…"), "queue.remove" },
  { "MoveToNextStep", N_ ("Move to next step"), "queue.move-on" },
  { "Project:create", N_ ("Change priority…"), "queue.priority" },
};

/* A right that the person's roles do not have is no item of the menu. */
static void
make_menu (MnsQueueMenu *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();

  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    if (mns_session_may (get_session (self), items[i].right))
      g_menu_append (menu, _ (items[i].label), items[i].action);
  gtk_menu_button_set_menu_model (self->button, G_MENU_MODEL (menu));
  gtk_widget_set_visible (GTK_WIDGET (self), g_menu_model_get_n_items (G_MENU_MODEL (menu)) > 0);
}

void
mns_queue_menu_set_n_chosen (MnsQueueMenu *self, guint n_chosen)
{
  g_auto (GStrv) names = g_action_group_list_actions (G_ACTION_GROUP (self->actions));

  for (guint i = 0; names[i] != NULL; i++)
    g_simple_action_set_enabled (
        G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), names[i])),
        n_chosen > 0);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button),
                               n_chosen > 0 ? _ ("More for the selected samples")
                                            : _ ("Select samples first"));
}

static void
mns_queue_menu_dispose (GObject *object)
{
  MnsQueueMenu *self = MNS_QUEUE_MENU (object);

  g_clear_weak_pointer (&self->screen);
  g_clear_object (&self->actions);
  g_clear_pointer (&self->projects, g_ptr_array_unref);
  g_clear_pointer (&self->step_id, g_free);

  G_OBJECT_CLASS (mns_queue_menu_parent_class)->dispose (object);
}

static void
mns_queue_menu_class_init (MnsQueueMenuClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mns_queue_menu_dispose;
  done_signal = g_signal_new (
      "done", MNS_TYPE_QUEUE_MENU, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static const GActionEntry action_entries[] = {
  { .name = "remove", .activate = remove_cb },
  { .name = "move-on", .activate = move_on_cb },
  { .name = "priority", .activate = priority_cb },
};

static void
mns_queue_menu_init (MnsQueueMenu *self)
{
  self->projects = g_ptr_array_new_with_free_func (g_free);
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (
      G_ACTION_MAP (self->actions), action_entries, G_N_ELEMENTS (action_entries), self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "queue", G_ACTION_GROUP (self->actions));
  self->button = GTK_MENU_BUTTON (gtk_menu_button_new ());
  gtk_menu_button_set_icon_name (self->button, "view-more-symbolic");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("More for the selected samples"),
                                  -1);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->button));
}

GtkWidget *
mns_queue_menu_new (MnsScreen *screen, const char *step_id, MnsQueueMenuFunc dup_chosen)
{
  MnsQueueMenu *self = g_object_new (MNS_TYPE_QUEUE_MENU, NULL);

  g_set_weak_pointer (&self->screen, screen);
  self->step_id = g_strdup (step_id);
  self->dup_chosen = dup_chosen;
  g_signal_connect_object (
      get_session (self), "state-changed", G_CALLBACK (make_menu), self, G_CONNECT_SWAPPED);
  make_menu (self);
  mns_queue_menu_set_n_chosen (self, 0);
  return GTK_WIDGET (self);
}
