/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The program: its command line, its one main window, who is signed in. With --server, --user and
 * --password-file it signs in by itself, as the demonstration does; else it asks.
 */

#define G_LOG_DOMAIN "mns-application"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/application.h"
#include "desktop/app/cells.h"
#include "desktop/app/keyring.h"
#include "desktop/app/window.h"
#include "desktop/screens/preferences/about-window.h"
#include "desktop/screens/preferences/preferences-window.h"
#include "desktop/screens/signin/lock-page.h"
#include "desktop/screens/signin/signin-window.h"
#include "desktop/widgets/style.h"
#include "sync/client/account.h"

#define SCHEMA "org.meniscus.Meniscus"

struct _MnsApplication
{
  AdwApplication parent_instance;

  GSettings *settings;
  char *server;
  char *user;
  char *password_file;
  char *state;
  char *path; /* first address asked for on the command line */
  MnsSession *session;
  gboolean signing_in; /* by itself */
  guint idle_source;
  gint64 last_input; /* monotonic */
};

G_DEFINE_FINAL_TYPE (MnsApplication, mns_application, ADW_TYPE_APPLICATION)

static GSettings *
open_settings (void)
{
  g_autoptr (GSettingsSchema) schema = NULL;
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();

  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, SCHEMA, TRUE);
  return schema != NULL ? g_settings_new_full (schema, NULL, NULL) : NULL;
}

static const char *
get_state_dir (MnsApplication *self)
{
  if (self->state == NULL)
    self->state = g_build_filename (g_get_user_data_dir (), "meniscus", NULL);
  return self->state;
}

static void
apply_color_scheme (MnsApplication *self)
{
  static const AdwColorScheme schemes[] = { ADW_COLOR_SCHEME_DEFAULT,
                                            ADW_COLOR_SCHEME_FORCE_LIGHT,
                                            ADW_COLOR_SCHEME_FORCE_DARK };
  int chosen = self->settings != NULL ? g_settings_get_enum (self->settings, "color-scheme") : 0;

  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      schemes[CLAMP (chosen, 0, 2)]);
}

static void show_sign_in (MnsApplication *self, const char *message);

static void
end_session (MnsApplication *self)
{
  g_autoptr (GList) windows = g_list_copy (gtk_application_get_windows (GTK_APPLICATION (self)));

  if (self->session == NULL)
    return;
  mns_workspace_close (mns_session_get_workspace (self->session));
  g_clear_object (&self->session);
  for (GList *l = windows; l != NULL; l = l->next)
    gtk_window_destroy (l->data);
}

/* What stands above the form when somebody signs in next. */
static void
lab_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  static const struct
  {
    const char *name, *key;
  } kept[] = { { "lab.name", "lab-name" }, { "lab.message", "lab-message" } };
  g_autoptr (MnsApplication) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsViewResult) found = mns_session_look_finish (MNS_SESSION (source), result, &error);

  if (found == NULL)
    {
      g_debug ("The lab's name cannot be read: %s", error->message);
      return;
    }
  for (guint i = 0; i < mns_rows_get_n_rows (found->rows); i++)
    for (guint k = 0; k < G_N_ELEMENTS (kept); k++)
      if (g_strcmp0 (mns_cell_text (found->rows, i, "name"), kept[k].name) == 0)
        {
          const char *text = mns_cell_text (found->rows, i, "value");

          g_settings_set_string (self->settings, kept[k].key, text != NULL ? text : "");
        }
}

static void
start_session (MnsApplication *self, MnsWorkspace *workspace)
{
  GtkWidget *window;

  self->session = mns_session_new (workspace);
  window = mns_window_new (GTK_APPLICATION (self), self->session);
  if (self->settings != NULL)
    {
      g_settings_set_string (self->settings, "server", mns_workspace_get_server (workspace));
      if (self->user != NULL)
        g_settings_set_string (self->settings, "last-user", self->user);
      mns_session_look (self->session, "settings", NULL, NULL, lab_read_cb, g_object_ref (self));
    }
  gtk_window_present (GTK_WINDOW (window));
  if (self->path != NULL)
    mns_window_open (MNS_WINDOW (window), self->path);
}

static void
say_not_kept (MnsApplication *self, const char *reason)
{
  GtkWidget *dialog =
      adw_message_dialog_new (gtk_application_get_active_window (GTK_APPLICATION (self)),
                              _ ("You will be asked for the password next time"),
                              reason);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
signed_in_cb (MnsApplication *self,
              MnsWorkspace *workspace,
              const char *user,
              const char *not_kept,
              GtkWindow *dialog)
{
  g_free (self->user);
  self->user = g_strdup (user);
  g_application_hold (G_APPLICATION (self)); /* the dialog may be the last window */
  gtk_window_destroy (dialog);
  start_session (self, workspace);
  if (not_kept != NULL)
    say_not_kept (self, not_kept);
  g_application_release (G_APPLICATION (self));
}

static void
show_sign_in (MnsApplication *self, const char *message)
{
  g_autofree char *server = self->server != NULL ? g_strdup (self->server)
                            : self->settings != NULL
                                ? g_settings_get_string (self->settings, "server")
                                : NULL;
  g_autofree char *user = self->user != NULL ? g_strdup (self->user)
                          : self->settings != NULL
                              ? g_settings_get_string (self->settings, "last-user")
                              : NULL;
  GtkWidget *dialog =
      mns_signin_window_new (GTK_APPLICATION (self), get_state_dir (self), server, user);

  if (message != NULL)
    mns_signin_window_set_message (MNS_SIGNIN_WINDOW (dialog), message);
  g_signal_connect_object (dialog, "signed-in", G_CALLBACK (signed_in_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
signed_in_by_itself_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsApplication) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsWorkspace) workspace = mns_account_sign_in_finish (result, &error);

  self->signing_in = FALSE;
  g_application_release (G_APPLICATION (self));
  if (workspace != NULL)
    start_session (self, workspace);
  else
    show_sign_in (self, error->message);
}

static gboolean
has_credentials (MnsApplication *self)
{
  return self->server != NULL && self->user != NULL && self->password_file != NULL;
}

static gboolean
sign_in_by_itself (MnsApplication *self, GError **error)
{
  g_autofree char *password = NULL;
  MnsAccountSignIn how = { 0 };

  if (!g_file_get_contents (self->password_file, &password, NULL, error))
    return FALSE;
  g_strchomp (password);
  how.state_dir = get_state_dir (self);
  how.url = self->server;
  how.user = self->user;
  how.password = password;
  self->signing_in = TRUE;
  g_application_hold (G_APPLICATION (self));
  mns_account_sign_in_async (&how, NULL, signed_in_by_itself_cb, g_object_ref (self));
  return TRUE;
}

/* "Keep me signed in": the keyring of the operating system opens the session. Whatever is wrong
 * with it, the password still does. */
static void
token_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsApplication) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *server = g_settings_get_string (self->settings, "server");
  char *token = mns_keyring_look_finish (result, &error);
  g_autoptr (MnsWorkspace) workspace = NULL;

  if (token != NULL)
    workspace =
        mns_account_open_with_token (get_state_dir (self), server, self->user, token, &error);
  mns_keyring_free (token);
  g_application_release (G_APPLICATION (self));
  if (workspace != NULL)
    start_session (self, workspace);
  else
    show_sign_in (self, NULL);
}

static void
try_keyring (MnsApplication *self)
{
  g_autofree char *server =
      self->settings != NULL ? g_settings_get_string (self->settings, "server") : g_strdup ("");
  g_autofree char *user =
      self->settings != NULL ? g_settings_get_string (self->settings, "last-user") : g_strdup ("");

  if (self->server != NULL || server[0] == '\0' || user[0] == '\0')
    {
      show_sign_in (self, NULL);
      return;
    }
  g_free (self->user);
  self->user = g_steal_pointer (&user);
  g_application_hold (G_APPLICATION (self));
  mns_keyring_look_async (server, self->user, NULL, token_read_cb, g_object_ref (self));
}

static void
mns_application_activate (GApplication *application)
{
  MnsApplication *self = MNS_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));
  g_autoptr (GError) error = NULL;

  if (window != NULL)
    gtk_window_present (window);
  else if (self->signing_in)
    return;
  else if (!has_credentials (self))
    try_keyring (self);
  else if (!sign_in_by_itself (self, &error))
    show_sign_in (self, error->message);
}

/* ---- actions ---- */

static MnsWindow *
get_main_window (MnsApplication *self)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self));

  for (GList *l = windows; l != NULL; l = l->next)
    if (MNS_IS_WINDOW (l->data))
      return l->data;
  return NULL;
}

static void
about_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  mns_about_present (gtk_application_get_active_window (user_data));
}

static void
preferences_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MnsApplication *self = user_data;
  MnsWindow *window = get_main_window (self);

  if (window != NULL && mns_window_is_locked (window))
    return;
  mns_preferences_present (gtk_application_get_active_window (user_data), self->session);
}

/* Another person may come to the bench: the work is kept, the screen is not. */
static void
sign_out_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MnsApplication *self = user_data;

  if (self->session == NULL)
    return;
  g_application_hold (G_APPLICATION (self));
  if (self->user != NULL)
    mns_keyring_forget (mns_workspace_get_server (mns_session_get_workspace (self->session)),
                        self->user);
  end_session (self);
  show_sign_in (self, NULL);
  g_application_release (G_APPLICATION (self));
}

static void
unlocked_cb (MnsApplication *self)
{
  MnsWindow *window = get_main_window (self);

  if (window != NULL && mns_window_is_locked (window))
    mns_window_unlock (window);
}

static void
leave_cb (MnsApplication *self)
{
  g_action_group_activate_action (G_ACTION_GROUP (self), "sign-out", NULL);
}

/* The session stays; its password opens it again. */
static void
lock_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MnsApplication *self = user_data;
  MnsWindow *window = get_main_window (self);
  MnsWorkspace *workspace;
  GtkWidget *page;

  if (self->session == NULL || self->user == NULL || window == NULL ||
      mns_window_is_locked (window))
    return;
  workspace = mns_session_get_workspace (self->session);
  page = mns_lock_page_new (get_state_dir (self),
                            mns_workspace_get_server (workspace),
                            self->user,
                            mns_workspace_get_person (workspace));
  g_signal_connect_object (page, "unlocked", G_CALLBACK (unlocked_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (page, "leave", G_CALLBACK (leave_cb), self, G_CONNECT_SWAPPED);
  mns_window_lock (window, page);
  mns_lock_page_focus (MNS_LOCK_PAGE (page));
}

static void
quit_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MnsApplication *self = user_data;

  end_session (self);
  g_application_quit (G_APPLICATION (self));
}

static const GActionEntry actions[] = {
  { .name = "about", .activate = about_cb },
  { .name = "preferences", .activate = preferences_cb },
  { .name = "sign-out", .activate = sign_out_cb },
  { .name = "lock", .activate = lock_cb },
  { .name = "quit", .activate = quit_cb },
};

static const struct
{
  const char *action;
  const char *keys[4];
} accels[] = {
  { "app.quit", { "<Control>q" } },
  { "app.preferences", { "<Control>comma" } },
  { "win.primary", { "<Control>Return", "<Control>KP_Enter" } },
  { "win.search", { "<Control>k" } },
  { "win.filter", { "<Control>f", "<Control><Shift>f" } },
  { "win.undo", { "<Control>z" } },
  { "win.redo", { "<Control>y", "<Control><Shift>z" } },
  { "win.reload", { "F5" } },
  { "win.sync", { "<Control>s" } },
  { "win.back", { "<Alt>Left" } },
  { "win.open::/lab", { "<Alt>1" } },
  { "win.open::/projects", { "<Alt>2" } },
  { "win.open::/runs", { "<Alt>3" } },
  { "win.show-help-overlay", { "<Control>question" } },
  { "win.help", { "F1" } },
  { "win.next-region", { "F6" } },
  { "win.previous-region", { "<Shift>F6" } },
};

static gboolean
idle_cb (gpointer user_data)
{
  MnsApplication *self = user_data;
  guint minutes =
      self->settings != NULL ? g_settings_get_uint (self->settings, "idle-lock-minutes") : 15;

  if (self->session != NULL && minutes > 0 &&
      g_get_monotonic_time () - self->last_input > minutes * 60 * (gint64) G_USEC_PER_SEC)
    g_action_group_activate_action (G_ACTION_GROUP (self), "lock", NULL);
  return G_SOURCE_CONTINUE;
}

static gboolean
input_cb (MnsApplication *self)
{
  self->last_input = g_get_monotonic_time ();
  return GDK_EVENT_PROPAGATE;
}

static void
mns_application_window_added (GtkApplication *application, GtkWindow *window)
{
  GtkEventController *controller = gtk_event_controller_legacy_new ();

  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  g_signal_connect_object (
      controller, "event", G_CALLBACK (input_cb), application, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (window), controller);
  GTK_APPLICATION_CLASS (mns_application_parent_class)->window_added (application, window);
}

static void
mns_application_startup (GApplication *application)
{
  MnsApplication *self = MNS_APPLICATION (application);

  /* Before the display is opened: passwords are made to cost time, and so is a toolkit's start.
   * Both go on side by side; the session bus is connected by now, so that the two do not make the
   * same types of GIO at once. What cannot be read is told when there is a window to tell it in.
   */
  if (has_credentials (self))
    sign_in_by_itself (self, NULL);
  G_APPLICATION_CLASS (mns_application_parent_class)->startup (application);
  mns_style_ensure ();
  self->settings = open_settings ();
  apply_color_scheme (self);
  if (self->settings != NULL)
    g_signal_connect_object (self->settings,
                             "changed::color-scheme",
                             G_CALLBACK (apply_color_scheme),
                             self,
                             G_CONNECT_SWAPPED);
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  for (guint i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (
        GTK_APPLICATION (self), accels[i].action, accels[i].keys);
  self->last_input = g_get_monotonic_time ();
  self->idle_source = g_timeout_add_seconds (20, idle_cb, self);
}

static void
mns_application_shutdown (GApplication *application)
{
  MnsApplication *self = MNS_APPLICATION (application);

  g_clear_handle_id (&self->idle_source, g_source_remove);
  end_session (self);
  G_APPLICATION_CLASS (mns_application_parent_class)->shutdown (application);
}

static void
read_options (MnsApplication *self, GVariantDict *options)
{
  const struct
  {
    const char *name;
    const char *format;
    char **place;
  } wanted[] = {
    { "server", "s", &self->server },
    { "user", "s", &self->user },
    { "password-file", "^ay", &self->password_file },
    { "state", "^ay", &self->state },
    { "open", "s", &self->path },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      char *value = NULL;

      if (!g_variant_dict_lookup (options, wanted[i].name, wanted[i].format, &value))
        continue;
      g_free (*wanted[i].place);
      *wanted[i].place = value;
    }
}

static int
mns_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  read_options (MNS_APPLICATION (application), options);
  return -1;
}

static int
mns_application_command_line (GApplication *application, GApplicationCommandLine *line)
{
  read_options (MNS_APPLICATION (application), g_application_command_line_get_options_dict (line));
  g_application_activate (application);
  return 0;
}

static void
mns_application_dispose (GObject *object)
{
  MnsApplication *self = MNS_APPLICATION (object);

  g_clear_object (&self->settings);
  g_clear_object (&self->session);
  g_clear_pointer (&self->server, g_free);
  g_clear_pointer (&self->user, g_free);
  g_clear_pointer (&self->password_file, g_free);
  g_clear_pointer (&self->state, g_free);
  g_clear_pointer (&self->path, g_free);

  G_OBJECT_CLASS (mns_application_parent_class)->dispose (object);
}

static void
mns_application_class_init (MnsApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_application_dispose;
  application_class->startup = mns_application_startup;
  application_class->activate = mns_application_activate;
  application_class->shutdown = mns_application_shutdown;
  application_class->command_line = mns_application_command_line;
  application_class->handle_local_options = mns_application_handle_local_options;
  GTK_APPLICATION_CLASS (klass)->window_added = mns_application_window_added;
}

static void
mns_application_init (MnsApplication *self)
{
  const GOptionEntry options[] = {
    { "server", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("Address of the server"), N_ ("URL") },
    { "user", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("Who signs in"), N_ ("NAME") },
    { "password-file",
      0,
      0,
      G_OPTION_ARG_FILENAME,
      NULL,
      N_ ("Sign in with the password in this file"),
      N_ ("FILE") },
    { "state",
      0,
      0,
      G_OPTION_ARG_FILENAME,
      NULL,
      N_ ("Where this computer keeps its data"),
      N_ ("DIR") },
    { "open", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("Address of the first screen"), N_ ("PATH") },
    { NULL },
  };

  g_application_add_main_option_entries (G_APPLICATION (self), options);
}

MnsApplication *
mns_application_new (void)
{
  return g_object_new (MNS_TYPE_APPLICATION,
                       "application-id",
                       MNS_APPLICATION_ID,
                       "resource-base-path",
                       "/org/meniscus/Meniscus",
                       "flags",
                       G_APPLICATION_HANDLES_COMMAND_LINE | G_APPLICATION_NON_UNIQUE,
                       NULL);
}

GSettings *
mns_application_get_settings (MnsApplication *self)
{
  return self->settings;
}
