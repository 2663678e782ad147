/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-projects-screen"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/app/view-pages.h"
#include "desktop/screens/projects/projects-screen.h"
#include "desktop/widgets/row-list.h"

struct _MnsProjectsScreen
{
  MnsScreen parent_instance;

  MnsViewPages *pages;
  gboolean asked;
  MnsViewResult *accounts, *clients;

  MnsRowList *list;
  GtkSearchEntry *filter;
  GtkWidget *chips;
  guint status; /* row of the table of chips */
};

G_DEFINE_FINAL_TYPE (MnsProjectsScreen, mns_projects_screen, MNS_TYPE_SCREEN)

static const struct
{
  const char *word, *text;
} statuses[] = {
  { NULL, N_ ("All") },
  { "PENDING", N_ ("Pending") },
  { "OPEN", N_ ("Open") },
  { "CLOSED", N_ ("Closed") },
};

static char *
format_status (const MnsRows *rows, guint row, const char *name)
{
  const char *word = mns_cell_text (rows, row, name);

  for (guint i = 1; i < G_N_ELEMENTS (statuses); i++)
    if (g_strcmp0 (statuses[i].word, word) == 0)
      return g_strdup (_ (statuses[i].text));
  return g_strdup (word);
}

/* How far a project is: numbers, which a reader reads and a bar would not. */
static char *
format_progress (const MnsRows *rows, guint row, const char *name)
{
  gint64 done = mns_cell_int (rows, row, name);
  gint64 all = mns_cell_int (rows, row, "samples");

  if (all == 0)
    return g_strdup ("–");
  return g_strdup_printf (_ ("%d of %d (%d %%)"), (int) done, (int) all, (int) (done * 100 / all));
}

static const MnsPageColumn columns[] = {
  { "name", NULL },
  { "lims_id", NULL },
  { "status", format_status },
  { "account", NULL },
  { "client", NULL },
  { "priority", mns_format_priority },
  { "done", format_progress },
  { "open_date", NULL },
};

static const MnsListColumn list_columns[] = {
  { "name", N_ ("Project"), FALSE, -1, TRUE, FALSE },
  { "lims_id", N_ ("LIMS ID"), FALSE, 110, FALSE, FALSE },
  { "status", N_ ("Status"), FALSE, 90, FALSE, FALSE },
  { "account", N_ ("Account"), FALSE, 170, FALSE, FALSE },
  { "client", N_ ("Client"), FALSE, 160, FALSE, FALSE },
  { "priority", N_ ("Priority"), FALSE, 90, FALSE, FALSE },
  { "done", N_ ("Samples done"), TRUE, 150, FALSE, FALSE },
  { "open_date", N_ ("Opened"), FALSE, 110, FALSE, FALSE },
};

static void
loaded_cb (MnsProjectsScreen *self, guint n_rows)
{
  const char *filter = gtk_editable_get_text (GTK_EDITABLE (self->filter));

  mns_row_list_set_loading (self->list, FALSE);
  if (n_rows > 0)
    mns_screen_show_content (MNS_SCREEN (self));
  else if (filter[0] == '\0' && self->status == 0)
    mns_screen_show_empty (MNS_SCREEN (self),
                           _ ("No projects yet"),
                           _ ("Make one with New project, then add its samples."),
                           NULL,
                           NULL);
  else
    mns_screen_show_nothing_matches (MNS_SCREEN (self), _ ("Nothing matches"), _ ("Clear filter"));
}

static void
failed_cb (MnsProjectsScreen *self, const char *message)
{
  mns_screen_set_banner (MNS_SCREEN (self), MNS_BANNER_ERROR, message);
}

static void
mns_projects_screen_refresh (MnsScreen *screen)
{
  MnsProjectsScreen *self = MNS_PROJECTS_SCREEN (screen);
  const char *filter = gtk_editable_get_text (GTK_EDITABLE (self->filter));

  if (self->asked)
    {
      mns_view_pages_refresh (self->pages, -1);
      return;
    }
  self->asked = TRUE;
  mns_view_pages_ask (
      self->pages,
      mns_args_new (
          "filter", filter[0] != '\0' ? filter : NULL, "status", statuses[self->status].word, NULL),
      -1);
}

static gboolean
mns_projects_screen_concerns (MnsScreen *screen, const char *const *tables)
{
  if (g_strv_contains (tables, "project")) /* there may be more or fewer of them */
    MNS_PROJECTS_SCREEN (screen)->asked = FALSE;
  return g_strv_contains (tables, "project") || g_strv_contains (tables, "sample");
}

static void
ask_anew (MnsProjectsScreen *self)
{
  self->asked = FALSE;
  mns_row_list_set_loading (self->list, TRUE);
  mns_screen_refresh (MNS_SCREEN (self));
}

static void
activated_cb (MnsProjectsScreen *self, guint position)
{
  g_autoptr (MnsRow) row = g_list_model_get_item (mns_view_pages_get_model (self->pages), position);

  if (row != NULL && mns_row_is_loaded (row))
    mns_screen_open (MNS_SCREEN (self), "/project/%s", mns_row_get_id (row));
}

/* ---- a new project ---- */

typedef struct
{
  MnsProjectsScreen *screen; /* unowned: the dialog goes with it */
  AdwEntryRow *name;
  AdwComboRow *account, *client, *priority;
} Form;

static void
created_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsProjectsScreen) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsResult) done = mns_session_do_finish (MNS_SESSION (source), result, &error);
  const char *id = NULL;

  if (mns_screen_show_refusal (MNS_SCREEN (self), done, error))
    return;
  if (done->result != NULL)
    id = json_object_get_string_member_with_default (
        json_node_get_object (done->result), "project", NULL);
  if (id != NULL)
    mns_screen_open (MNS_SCREEN (self), "/project/%s", id);
}

static void
set_chosen (
    JsonObject *args, const char *name, AdwComboRow *row, MnsViewResult *view, const char *column)
{
  guint at = adw_combo_row_get_selected (row);
  g_autofree char *id = NULL;

  if (view == NULL || at == GTK_INVALID_LIST_POSITION || at >= mns_rows_get_n_rows (view->rows))
    return;
  id = mns_cell_dup_id (view->rows, at, column);
  json_object_set_string_member (args, name, id);
}

static void
form_answered_cb (AdwMessageDialog *dialog, const char *response, Form *form)
{
  MnsProjectsScreen *self = form->screen;
  JsonObject *args;

  if (!g_str_equal (response, "create"))
    return;
  args = mns_args_new ("name", gtk_editable_get_text (GTK_EDITABLE (form->name)), NULL);
  json_object_set_int_member (args, "priority", adw_combo_row_get_selected (form->priority) + 1);
  set_chosen (args, "account", form->account, self->accounts, "account_id");
  set_chosen (args, "client", form->client, self->clients, "client_id");
  mns_session_do (mns_screen_get_session (MNS_SCREEN (self)),
                  "project.create@1",
                  args,
                  NULL,
                  NULL,
                  created_cb,
                  g_object_ref (self));
}

static void
name_changed_cb (AdwMessageDialog *dialog, GtkEditable *name)
{
  adw_message_dialog_set_response_enabled (
      dialog, "create", gtk_editable_get_text (name)[0] != '\0');
}

static AdwComboRow *
add_combo (GtkWidget *list, const char *title, MnsViewResult *view)
{
  GtkWidget *row = adw_combo_row_new ();
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  for (guint i = 0; view != NULL && i < mns_rows_get_n_rows (view->rows); i++)
    gtk_string_list_append (names, mns_cell_text (view->rows, i, "name"));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (names));
  gtk_list_box_append (GTK_LIST_BOX (list), row);
  return ADW_COMBO_ROW (row);
}

/* Work is one's own unless one says otherwise. */
static void
choose_oneself (MnsProjectsScreen *self, AdwComboRow *row)
{
  MnsWorkspace *workspace = mns_session_get_workspace (mns_screen_get_session (MNS_SCREEN (self)));
  MnsId id;
  char text[MNS_ID_TEXT_SIZE];

  mns_workspace_get_person_id (workspace, &id);
  mns_id_print (&id, text);
  for (guint i = 0; self->clients != NULL && i < mns_rows_get_n_rows (self->clients->rows); i++)
    {
      g_autofree char *client = mns_cell_dup_id (self->clients->rows, i, "client_id");

      if (g_str_equal (client, text))
        adw_combo_row_set_selected (row, i);
    }
}

static GtkWidget *
make_form (MnsProjectsScreen *self, Form *form)
{
  static const char *const words[] = { N_ ("High"), N_ ("Standard"), N_ ("Low") };
  GtkWidget *list = gtk_list_box_new ();
  g_autoptr (GtkStringList) priorities = gtk_string_list_new (NULL);

  form->screen = self;
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  form->name = ADW_ENTRY_ROW (adw_entry_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (form->name), _ ("Name"));
  adw_entry_row_set_activates_default (form->name, TRUE);
  gtk_list_box_append (GTK_LIST_BOX (list), GTK_WIDGET (form->name));
  form->account = add_combo (list, _ ("Account"), self->accounts);
  form->client = add_combo (list, _ ("Client"), self->clients);
  choose_oneself (self, form->client);
  form->priority = add_combo (list, _ ("Priority"), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    gtk_string_list_append (priorities, _ (words[i]));
  adw_combo_row_set_model (form->priority, G_LIST_MODEL (priorities));
  adw_combo_row_set_selected (form->priority, 1);
  return list;
}

static void
mns_projects_screen_primary (MnsScreen *screen)
{
  MnsProjectsScreen *self = MNS_PROJECTS_SCREEN (screen);
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), _ ("New project"), NULL);
  Form *form = g_new0 (Form, 1);

  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), make_form (self, form));
  adw_message_dialog_add_responses (
      ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("Cancel"), "create", _ ("Create project"), NULL);
  adw_message_dialog_set_response_appearance (
      ADW_MESSAGE_DIALOG (dialog), "create", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "create");
  adw_message_dialog_set_response_enabled (ADW_MESSAGE_DIALOG (dialog), "create", FALSE);
  g_signal_connect_object (
      form->name, "changed", G_CALLBACK (name_changed_cb), dialog, G_CONNECT_SWAPPED);
  g_object_set_data_full (G_OBJECT (dialog), "form", form, g_free);
  g_signal_connect (dialog, "response", G_CALLBACK (form_answered_cb), form);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* The choices of the form; what is wrong with them is said, for the form would lack them. */
static MnsViewResult *
take_choices (MnsProjectsScreen *self, GObject *source, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  MnsViewResult *choices = mns_session_look_finish (MNS_SESSION (source), result, &error);

  if (choices == NULL)
    mns_screen_show_refusal (MNS_SCREEN (self), NULL, error);
  return choices;
}

static void
accounts_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsProjectsScreen) self = user_data;

  self->accounts = take_choices (self, source, result);
}

static void
clients_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsProjectsScreen) self = user_data;

  self->clients = take_choices (self, source, result);
}

static void
mns_projects_screen_filter (MnsScreen *screen)
{
  gtk_widget_grab_focus (GTK_WIDGET (MNS_PROJECTS_SCREEN (screen)->filter));
}

static void
mns_projects_screen_dispose (GObject *object)
{
  MnsProjectsScreen *self = MNS_PROJECTS_SCREEN (object);

  g_clear_object (&self->pages);
  g_clear_pointer (&self->accounts, mns_view_result_free);
  g_clear_pointer (&self->clients, mns_view_result_free);

  G_OBJECT_CLASS (mns_projects_screen_parent_class)->dispose (object);
}

static void mns_projects_screen_clear_filter (MnsScreen *screen);

static void
mns_projects_screen_class_init (MnsProjectsScreenClass *klass)
{
  MnsScreenClass *screen_class = MNS_SCREEN_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_projects_screen_dispose;
  screen_class->refresh = mns_projects_screen_refresh;
  screen_class->concerns = mns_projects_screen_concerns;
  screen_class->primary = mns_projects_screen_primary;
  screen_class->filter = mns_projects_screen_filter;
  screen_class->clear_filter = mns_projects_screen_clear_filter;
}

static void
mns_projects_screen_init (MnsProjectsScreen *self)
{
}

static void
chip_toggled_cb (MnsProjectsScreen *self, GtkToggleButton *chip)
{
  if (!gtk_toggle_button_get_active (chip))
    return;
  self->status = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (chip), "status"));
  ask_anew (self);
}

static GtkWidget *
make_chips (MnsProjectsScreen *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkToggleButton *first = NULL;

  gtk_widget_add_css_class (box, "linked");
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (box), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Status"), -1);
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      GtkWidget *chip = gtk_toggle_button_new_with_label (_ (statuses[i].text));

      g_object_set_data (G_OBJECT (chip), "status", GUINT_TO_POINTER (i));
      if (first == NULL)
        first = GTK_TOGGLE_BUTTON (chip);
      else
        gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (chip), first);
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (chip), i == 0);
      g_signal_connect_object (
          chip, "toggled", G_CALLBACK (chip_toggled_cb), self, G_CONNECT_SWAPPED);
      gtk_box_append (GTK_BOX (box), chip);
    }
  return box;
}

static void
mns_projects_screen_clear_filter (MnsScreen *screen)
{
  MnsProjectsScreen *self = MNS_PROJECTS_SCREEN (screen);

  gtk_editable_set_text (GTK_EDITABLE (self->filter), "");
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (gtk_widget_get_first_child (self->chips)), TRUE);
}

static GtkWidget *
make_toolbar (MnsProjectsScreen *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  gtk_widget_set_margin_start (bar, 16);
  gtk_widget_set_margin_end (bar, 16);
  gtk_widget_set_margin_bottom (bar, 8);
  self->filter = GTK_SEARCH_ENTRY (gtk_search_entry_new ());
  g_object_set (self->filter, "placeholder-text", _ ("Filter by name or account"), NULL);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->filter), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Filter"), -1);
  g_signal_connect_object (
      self->filter, "search-changed", G_CALLBACK (ask_anew), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->filter));
  self->chips = make_chips (self);
  gtk_box_append (GTK_BOX (bar), self->chips);
  return bar;
}

GtkWidget *
mns_projects_screen_new (MnsSession *session, const char *argument)
{
  MnsProjectsScreen *self = g_object_new (MNS_TYPE_PROJECTS_SCREEN, "session", session, NULL);
  MnsScreen *screen = MNS_SCREEN (self);
  MnsListColumn shown[G_N_ELEMENTS (list_columns)];

  self->pages =
      mns_view_pages_new (session, "projects", "project_id", columns, G_N_ELEMENTS (columns));
  g_signal_connect_object (self->pages, "loaded", G_CALLBACK (loaded_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->pages, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < G_N_ELEMENTS (list_columns); i++)
    {
      shown[i] = list_columns[i];
      shown[i].title = _ (list_columns[i].title);
    }
  self->list = MNS_ROW_LIST (mns_row_list_new (
      mns_view_pages_get_model (self->pages), shown, G_N_ELEMENTS (shown), _ ("Projects")));
  g_signal_connect_object (
      self->list, "activated", G_CALLBACK (activated_cb), self, G_CONNECT_SWAPPED);
  mns_screen_set_title (screen, _ ("Projects"));
  mns_screen_set_primary (screen, _ ("New project"));
  mns_screen_set_under_title (screen, make_toolbar (self));
  mns_screen_set_content (screen, GTK_WIDGET (self->list));
  mns_session_look (session, "accounts", NULL, NULL, accounts_read_cb, g_object_ref (self));
  mns_session_look (session, "clients", NULL, NULL, clients_read_cb, g_object_ref (self));
  return GTK_WIDGET (self);
}
