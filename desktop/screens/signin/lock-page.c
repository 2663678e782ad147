/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-lock-page"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/screens/signin/lock-page.h"
#include "desktop/screens/signin/password-wait.h"
#include "desktop/widgets/banner.h"
#include "sync/model/error.h"

struct _MnsLockPage
{
  AdwBin parent_instance;

  char *state_dir, *server, *user;
  GCancellable *cancellable; /* of the check under way */
  MnsPasswordWait wait;

  MnsBanner *message;
  AdwPasswordEntryRow *password;
  GtkButton *unlock;
};

G_DEFINE_FINAL_TYPE (MnsLockPage, mns_lock_page, ADW_TYPE_BIN)

enum
{
  UNLOCKED,
  LEAVE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static const char *
get_password (MnsLockPage *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->password));
}

static void
update (MnsLockPage *self)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->unlock),
                            get_password (self)[0] != '\0' && self->cancellable == NULL &&
                                !mns_password_wait_is_on (&self->wait));
}

static void
wait_over_cb (gpointer user_data)
{
  update (user_data);
}

static void
checked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsLockPage) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean right = mns_account_check_finish (result, &error);

  g_clear_object (&self->cancellable);
  gtk_editable_set_text (GTK_EDITABLE (self->password), "");
  if (right)
    {
      mns_banner_hide (self->message);
      g_signal_emit (self, signals[UNLOCKED], 0);
      return;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (mns_account_sign_in_get_wait (result) > 0)
    mns_password_wait_start (&self->wait, mns_account_sign_in_get_wait (result));
  else if (g_error_matches (error, MNS_ERROR, MNS_ERROR_UNAUTHORIZED))
    mns_banner_show (self->message, _ ("This is not the password. The program stays locked."));
  else
    mns_banner_show (self->message, error->message);
  update (self);
  mns_lock_page_focus (self);
}

static void
unlock_cb (MnsLockPage *self)
{
  const MnsAccountSignIn how = {
    .state_dir = self->state_dir,
    .url = self->server,
    .user = self->user,
    .password = get_password (self),
  };

  if (!gtk_widget_get_sensitive (GTK_WIDGET (self->unlock)))
    return;
  self->cancellable = g_cancellable_new ();
  update (self);
  mns_account_check_async (&how, self->cancellable, checked_cb, g_object_ref (self));
}

static void
leave_cb (MnsLockPage *self)
{
  g_signal_emit (self, signals[LEAVE], 0);
}

static void
mns_lock_page_dispose (GObject *object)
{
  MnsLockPage *self = MNS_LOCK_PAGE (object);

  mns_password_wait_stop (&self->wait);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->state_dir, g_free);
  g_clear_pointer (&self->server, g_free);
  g_clear_pointer (&self->user, g_free);

  G_OBJECT_CLASS (mns_lock_page_parent_class)->dispose (object);
}

static void
mns_lock_page_class_init (MnsLockPageClass *klass)
{
  static const char *const names[] = { "unlocked", "leave" };

  G_OBJECT_CLASS (klass)->dispose = mns_lock_page_dispose;
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (
        names[i], MNS_TYPE_LOCK_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static GtkWidget *
make_form (MnsLockPage *self)
{
  GtkWidget *list = gtk_list_box_new ();

  self->password = ADW_PASSWORD_ENTRY_ROW (adw_password_entry_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->password), _ ("Password"));
  g_signal_connect_object (self->password, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (
      self->password, "entry-activated", G_CALLBACK (unlock_cb), self, G_CONNECT_SWAPPED);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_list_box_append (GTK_LIST_BOX (list), GTK_WIDGET (self->password));
  return list;
}

static GtkWidget *
make_buttons (MnsLockPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *leave = gtk_button_new_with_label (_ ("Sign in as somebody else"));

  self->unlock = GTK_BUTTON (gtk_button_new_with_label (_ ("Unlock")));
  gtk_widget_add_css_class (GTK_WIDGET (self->unlock), "suggested-action");
  gtk_widget_add_css_class (GTK_WIDGET (self->unlock), "pill");
  gtk_widget_set_halign (GTK_WIDGET (self->unlock), GTK_ALIGN_CENTER);
  gtk_widget_set_halign (leave, GTK_ALIGN_CENTER);
  g_signal_connect_object (
      self->unlock, "clicked", G_CALLBACK (unlock_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (leave, "clicked", G_CALLBACK (leave_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->unlock));
  gtk_box_append (GTK_BOX (box), leave);
  return box;
}

static void
mns_lock_page_init (MnsLockPage *self)
{
  self->message = MNS_BANNER (mns_banner_new (MNS_BANNER_ERROR));
  self->wait.banner = self->message;
  self->wait.over = wait_over_cb;
  self->wait.user_data = self;
}

GtkWidget *
mns_lock_page_new (const char *state_dir, const char *server, const char *user, const char *person)
{
  MnsLockPage *self = g_object_new (MNS_TYPE_LOCK_PAGE, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *form = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);
  GtkWidget *clamp = adw_clamp_new ();
  GtkWidget *title = gtk_label_new (person);
  GtkWidget *sentence =
      gtk_label_new (_ ("The program is locked. What you were doing is still there."));

  self->state_dir = g_strdup (state_dir);
  self->server = g_strdup (server);
  self->user = g_strdup (user);
  gtk_widget_add_css_class (title, "title-1");
  gtk_label_set_wrap (GTK_LABEL (sentence), TRUE);
  gtk_label_set_justify (GTK_LABEL (sentence), GTK_JUSTIFY_CENTER);
  gtk_box_append (GTK_BOX (form), title);
  gtk_box_append (GTK_BOX (form), sentence);
  gtk_box_append (GTK_BOX (form), make_form (self));
  gtk_box_append (GTK_BOX (form), make_buttons (self));
  gtk_widget_set_valign (form, GTK_ALIGN_CENTER);
  gtk_widget_set_vexpand (clamp, TRUE);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 420);
  adw_clamp_set_child (ADW_CLAMP (clamp), form);
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->message));
  gtk_box_append (GTK_BOX (box), clamp);
  adw_bin_set_child (ADW_BIN (self), box);
  update (self);
  return GTK_WIDGET (self);
}

void
mns_lock_page_focus (MnsLockPage *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->password));
}
