/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-signin-window"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/keyring.h"
#include "desktop/app/settings.h"
#include "desktop/screens/signin/password-wait.h"
#include "desktop/screens/signin/signin-window.h"
#include "desktop/widgets/banner.h"
#include "sync/client/account.h"
#include "sync/model/error.h"

struct _MnsSigninWindow
{
  AdwApplicationWindow parent_instance;

  char *state_dir;
  char *pin; /* accepted in this window */
  GCancellable *cancellable;
  MnsPasswordWait wait;
  MnsWorkspace *workspace; /* signed in, while the token goes into the keyring */
  gboolean known_to_keyring;

  GtkLabel *lab_label;
  GtkLabel *lab_message;
  GtkBox *server_box;
  GtkLabel *server_label;
  AdwActionRow *keep_row;
  GtkSwitch *keep;
  GtkLabel *keep_reason;
  AdwBin *message_bin;
  MnsBanner *message;
  AdwEntryRow *server;
  AdwEntryRow *user;
  AdwPasswordEntryRow *password;
  GtkButton *sign_in;
  GtkButton *offline;
  GtkSpinner *spinner;
};

G_DEFINE_FINAL_TYPE (MnsSigninWindow, mns_signin_window, ADW_TYPE_APPLICATION_WINDOW)

static guint signed_in_signal;

static const char *
get_text (gpointer row)
{
  return gtk_editable_get_text (GTK_EDITABLE (row));
}

static void
update_buttons (MnsSigninWindow *self)
{
  gboolean busy = self->cancellable != NULL;
  gboolean filled = get_text (self->server)[0] != '\0' && get_text (self->user)[0] != '\0' &&
                    get_text (self->password)[0] != '\0';

  busy |= mns_password_wait_is_on (&self->wait);
  gtk_widget_set_sensitive (GTK_WIDGET (self->sign_in), filled && !busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->offline), filled && !busy);
  gtk_widget_set_visible (
      GTK_WIDGET (self->offline),
      mns_account_is_known (self->state_dir, get_text (self->server), get_text (self->user)));
  gtk_spinner_set_spinning (self->spinner, self->cancellable != NULL);
}

static void start (MnsSigninWindow *self, MnsAccountMode mode);

static void
trust_answered_cb (AdwMessageDialog *dialog, const char *response, MnsSigninWindow *self)
{
  if (!g_str_equal (response, "trust"))
    return;
  g_free (self->pin);
  self->pin = g_strdup (g_object_get_data (G_OBJECT (dialog), "fingerprint"));
  start (self, MNS_ACCOUNT_ONLINE);
}

/* A self-made certificate is shown once; after that its key is the only one that is taken. */
static void
ask_trust (MnsSigninWindow *self, const char *fingerprint)
{
  g_autofree char *text = g_strdup_printf (
      _ ("Nobody vouches for the certificate of this server. Its fingerprint is\n%s\nCompare it "
         "with what your administrator told you."),
      fingerprint);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Trust this server?"), text);

  adw_message_dialog_add_responses (
      ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("Cancel"), "trust", _ ("Trust it"), NULL);
  g_object_set_data_full (
      G_OBJECT (dialog), "fingerprint", g_strdup (fingerprint), (GDestroyNotify) g_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (trust_answered_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
finish (MnsSigninWindow *self, const char *not_kept)
{
  g_autoptr (MnsWorkspace) workspace = g_steal_pointer (&self->workspace);

  g_signal_emit (self, signed_in_signal, 0, workspace, get_text (self->user), not_kept);
}

static void
kept_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsSigninWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *reason = NULL;

  if (!mns_keyring_keep_finish (result, &error))
    reason = g_strdup_printf (_ ("The keyring did not take it: %s"), error->message);
  finish (self, reason);
}

/* The token goes into the keyring only where the person wants it there. */
static void
keep_or_forget (MnsSigninWindow *self, const char *token)
{
  gboolean keep =
      gtk_widget_get_visible (GTK_WIDGET (self->keep_row)) && gtk_switch_get_active (self->keep);

  if (!keep && self->known_to_keyring)
    mns_keyring_forget (get_text (self->server), get_text (self->user));
  if (keep && token != NULL)
    mns_keyring_keep_async (
        get_text (self->server), get_text (self->user), token, kept_cb, g_object_ref (self));
  else
    finish (self, NULL);
}

static void
wait_over_cb (gpointer user_data)
{
  update_buttons (user_data);
}

/* What was wrong, in words; the user name stays, the password is asked for again. */
static void
show_trouble (MnsSigninWindow *self, GAsyncResult *result, const GError *error)
{
  gboolean known =
      mns_account_is_known (self->state_dir, get_text (self->server), get_text (self->user));
  g_autofree char *text = NULL;

  if (mns_account_sign_in_get_wait (result) > 0)
    {
      mns_password_wait_start (&self->wait, mns_account_sign_in_get_wait (result));
      update_buttons (self);
    }
  else
    {
      if (g_error_matches (error, MNS_ERROR, MNS_ERROR_UNAUTHORIZED) &&
          mns_account_sign_in_get_fingerprint (result) == NULL)
        text = g_strdup (_ ("The user name or the password is wrong."));
      else if (g_error_matches (error, MNS_ERROR, MNS_ERROR_OFFLINE) && known)
        text = g_strdup_printf (_ ("%s\nYou can work offline: what you do is sent later."),
                                error->message);
      mns_banner_show (self->message, text != NULL ? text : error->message);
    }
  if (g_error_matches (error, MNS_ERROR, MNS_ERROR_OFFLINE) && known)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->offline), "suggested-action");
      gtk_widget_grab_focus (GTK_WIDGET (self->offline)); /* the password is still there */
      return;
    }
  gtk_editable_set_text (GTK_EDITABLE (self->password), "");
  gtk_widget_grab_focus (GTK_WIDGET (self->password));
}

static void
signed_in_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsSigninWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsWorkspace) workspace = mns_account_sign_in_finish (result, &error);
  const char *fingerprint = mns_account_sign_in_get_fingerprint (result);

  g_clear_object (&self->cancellable);
  update_buttons (self);
  if (workspace != NULL)
    {
      self->workspace = g_steal_pointer (&workspace);
      keep_or_forget (self, mns_account_sign_in_get_token (result));
      return;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (fingerprint != NULL && self->pin == NULL)
    {
      ask_trust (self, fingerprint);
      return;
    }
  show_trouble (self, result, error);
}

static void
start (MnsSigninWindow *self, MnsAccountMode mode)
{
  const MnsAccountSignIn how = {
    .state_dir = self->state_dir,
    .url = get_text (self->server),
    .user = get_text (self->user),
    .password = get_text (self->password),
    .pin = self->pin,
    .mode = mode,
  };

  if (self->cancellable != NULL || !gtk_widget_get_sensitive (GTK_WIDGET (self->sign_in)))
    return;
  mns_banner_hide (self->message);
  self->cancellable = g_cancellable_new ();
  update_buttons (self);
  mns_account_sign_in_async (&how, self->cancellable, signed_in_cb, g_object_ref (self));
}

static void
sign_in_cb (MnsSigninWindow *self)
{
  start (self, MNS_ACCOUNT_ONLINE);
}

static void
offline_cb (MnsSigninWindow *self)
{
  start (self, MNS_ACCOUNT_OFFLINE);
}

/* The address is remembered, so its row is there only for the first start, or another lab. */
static void
other_server_cb (MnsSigninWindow *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->server_box), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->server), TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->server));
}

static void
show_server (MnsSigninWindow *self, gboolean known)
{
  gtk_label_set_text (self->server_label, get_text (self->server));
  gtk_widget_set_visible (GTK_WIDGET (self->server), !known);
  gtk_widget_set_visible (GTK_WIDGET (self->server_box), known);
}

/* Name and message of the lab as they were when somebody signed in here last. */
static void
show_lab (MnsSigninWindow *self)
{
  g_autoptr (GSettings) settings = mns_settings_open ();
  g_autofree char *name = settings != NULL ? g_settings_get_string (settings, "lab-name") : NULL;
  g_autofree char *message =
      settings != NULL ? g_settings_get_string (settings, "lab-message") : NULL;

  if (name != NULL && name[0] != '\0')
    gtk_label_set_text (self->lab_label, name);
  gtk_label_set_text (self->lab_message, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->lab_message), message != NULL && message[0] != '\0');
}

/* Without a secret service there is nothing to offer, and it is said why. */
static void
keyring_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsSigninWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *reason = NULL;
  char *token = mns_keyring_look_finish (result, &error);

  gtk_widget_set_visible (GTK_WIDGET (self->keep_row), error == NULL);
  gtk_switch_set_active (self->keep, token != NULL);
  self->known_to_keyring = token != NULL;
  mns_keyring_free (token);
  gtk_widget_set_visible (GTK_WIDGET (self->keep_reason), error != NULL);
  if (error == NULL)
    return;
  reason = g_strdup_printf (
      _ ("This computer cannot keep you signed in, for it has no keyring: %s"), error->message);
  gtk_label_set_text (self->keep_reason, reason);
}

static void
mns_signin_window_dispose (GObject *object)
{
  MnsSigninWindow *self = MNS_SIGNIN_WINDOW (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  mns_password_wait_stop (&self->wait);
  g_clear_object (&self->workspace);
  g_clear_pointer (&self->state_dir, g_free);
  g_clear_pointer (&self->pin, g_free);

  G_OBJECT_CLASS (mns_signin_window_parent_class)->dispose (object);
}

static void
mns_signin_window_class_init (MnsSigninWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_signin_window_dispose;
  signed_in_signal = g_signal_new ("signed-in",
                                   MNS_TYPE_SIGNIN_WINDOW,
                                   G_SIGNAL_RUN_LAST,
                                   0,
                                   NULL,
                                   NULL,
                                   NULL,
                                   G_TYPE_NONE,
                                   3,
                                   MNS_TYPE_WORKSPACE,
                                   G_TYPE_STRING,
                                   G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/meniscus/Meniscus/app/signin-window.ui");
  gtk_widget_class_bind_template_child (widget_class, MnsSigninWindow, message_bin);
  gtk_widget_class_bind_template_child (widget_class, MnsSigninWindow, lab_label);
  gtk_widget_class_bind_template_child (widget_class, MnsSigninWindow, lab_message);
  gtk_widget_class_bind_template_child (widget_class, MnsSigninWindow, server_box);
  gtk_widget_class_bind_template_child (widget_class, MnsSigninWindow, server_label);
  gtk_widget_class_bind_template_child (widget_class, MnsSigninWindow, keep_row);
  gtk_widget_class_bind_template_child (widget_class, MnsSigninWindow, keep);
  gtk_widget_class_bind_template_child (widget_class, MnsSigninWindow, keep_reason);
  gtk_widget_class_bind_template_child (widget_class, MnsSigninWindow, server);
  gtk_widget_class_bind_template_child (widget_class, MnsSigninWindow, user);
  gtk_widget_class_bind_template_child (widget_class, MnsSigninWindow, password);
  gtk_widget_class_bind_template_child (widget_class, MnsSigninWindow, sign_in);
  gtk_widget_class_bind_template_child (widget_class, MnsSigninWindow, offline);
  gtk_widget_class_bind_template_child (widget_class, MnsSigninWindow, spinner);
  gtk_widget_class_bind_template_callback (widget_class, update_buttons);
  gtk_widget_class_bind_template_callback (widget_class, sign_in_cb);
  gtk_widget_class_bind_template_callback (widget_class, offline_cb);
  gtk_widget_class_bind_template_callback (widget_class, other_server_cb);
}

static void
mns_signin_window_init (MnsSigninWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->message = MNS_BANNER (mns_banner_new (MNS_BANNER_ERROR));
  adw_bin_set_child (self->message_bin, GTK_WIDGET (self->message));
  self->wait.banner = self->message;
  self->wait.over = wait_over_cb;
  self->wait.user_data = self;
  show_lab (self);
}

GtkWidget *
mns_signin_window_new (GtkApplication *application,
                       const char *state_dir,
                       const char *server,
                       const char *user)
{
  MnsSigninWindow *self = g_object_new (MNS_TYPE_SIGNIN_WINDOW, "application", application, NULL);

  self->state_dir = g_strdup (state_dir);
  gtk_editable_set_text (GTK_EDITABLE (self->server), server != NULL ? server : "");
  gtk_editable_set_text (GTK_EDITABLE (self->user), user != NULL ? user : "");
  update_buttons (self);
  show_server (self, server != NULL && server[0] != '\0');
  mns_keyring_look_async (
      get_text (self->server), get_text (self->user), NULL, keyring_read_cb, g_object_ref (self));
  gtk_widget_grab_focus (server == NULL || server[0] == '\0' ? GTK_WIDGET (self->server)
                         : user == NULL || user[0] == '\0'   ? GTK_WIDGET (self->user)
                                                             : GTK_WIDGET (self->password));
  return GTK_WIDGET (self);
}

void
mns_signin_window_set_message (MnsSigninWindow *self, const char *message)
{
  mns_banner_show (self->message, message);
}
