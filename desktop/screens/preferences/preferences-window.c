/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What a person may set on this computer: how it looks, when it locks, what the scanner sends, and,
 * with somebody signed in, what is kept here for work without the server.
 */

#define G_LOG_DOMAIN "mns-preferences"

#include "config.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "desktop/app/cells.h"
#include "desktop/app/personal.h"
#include "desktop/app/settings.h"
#include "desktop/screens/preferences/preferences-window.h"

#define MAX_PROJECTS 500
#define DEFAULT_WINDOW_DAYS 90
#define MAX_WINDOW_DAYS 3650

struct _MnsPreferencesWindow
{
  AdwPreferencesWindow parent_instance;

  GSettings *settings; /* NULL where the schema is not installed */
  MnsSession *session; /* NULL: nobody is signed in */
  MnsViewResult *projects;
  GCancellable *cancellable;

  AdwActionRow *scan_test;
  AdwPreferencesGroup *projects_group;
  AdwPreferencesGroup *protocols_group;
  GPtrArray *switches; /* a GtkSwitch a project */
  GtkSpinButton *days;
  GtkSwitch *choose;
  GtkWidget *keep_button;
  AdwActionRow *sync_row;
  AdwActionRow *waiting_row;
};

G_DEFINE_FINAL_TYPE (MnsPreferencesWindow, mns_preferences_window, ADW_TYPE_PREFERENCES_WINDOW)

static void
say (MnsPreferencesWindow *self, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self), adw_toast_new (escaped));
}

static AdwPreferencesPage *
add_page (MnsPreferencesWindow *self, const char *name, const char *title, const char *icon)
{
  GtkWidget *page = adw_preferences_page_new ();

  adw_preferences_page_set_name (ADW_PREFERENCES_PAGE (page), name);
  adw_preferences_page_set_title (ADW_PREFERENCES_PAGE (page), title);
  adw_preferences_page_set_icon_name (ADW_PREFERENCES_PAGE (page), icon);
  adw_preferences_window_add (ADW_PREFERENCES_WINDOW (self), ADW_PREFERENCES_PAGE (page));
  return ADW_PREFERENCES_PAGE (page);
}

static AdwPreferencesGroup *
add_group (AdwPreferencesPage *page, const char *title, const char *description)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group), description);
  adw_preferences_page_add (page, ADW_PREFERENCES_GROUP (group));
  return ADW_PREFERENCES_GROUP (group);
}

/* A row with something to set at its end. */
static AdwActionRow *
add_row (AdwPreferencesGroup *group, const char *title, const char *subtitle, GtkWidget *suffix)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (subtitle != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  if (suffix != NULL)
    {
      gtk_widget_set_valign (suffix, GTK_ALIGN_CENTER);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), suffix);
      adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), suffix);
      gtk_accessible_update_property (
          GTK_ACCESSIBLE (suffix), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
    }
  adw_preferences_group_add (group, row);
  return ADW_ACTION_ROW (row);
}

/* ---- this computer ---- */

static gboolean
get_scheme (GValue *value, GVariant *variant, gpointer data)
{
  const char *const *nicks = data;
  guint i = 0;

  while (nicks[i] != NULL && !g_str_equal (nicks[i], g_variant_get_string (variant, NULL)))
    i++;
  g_value_set_uint (value, nicks[i] != NULL ? i : 0);
  return TRUE;
}

static GVariant *
set_scheme (const GValue *value, const GVariantType *type, gpointer data)
{
  const char *const *nicks = data;

  return g_variant_new_string (nicks[MIN (g_value_get_uint (value), 2)]);
}

static void
add_appearance (MnsPreferencesWindow *self, AdwPreferencesPage *page)
{
  static const char *nicks[] = { "system", "light", "dark", NULL };
  AdwPreferencesGroup *group = add_group (page, _ ("Appearance"), NULL);
  g_autoptr (GtkStringList) words = gtk_string_list_new (NULL);
  GtkWidget *scheme = adw_combo_row_new ();
  GtkWidget *compact = gtk_switch_new ();

  gtk_string_list_append (words, _ ("As the system"));
  gtk_string_list_append (words, _ ("Light"));
  gtk_string_list_append (words, _ ("Dark"));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (scheme), _ ("Colour scheme"));
  adw_combo_row_set_model (ADW_COMBO_ROW (scheme), G_LIST_MODEL (words));
  adw_preferences_group_add (group, scheme);
  g_settings_bind_with_mapping (self->settings,
                                "color-scheme",
                                scheme,
                                "selected",
                                G_SETTINGS_BIND_DEFAULT,
                                get_scheme,
                                set_scheme,
                                nicks,
                                NULL);
  add_row (group, _ ("Compact rows"), _ ("More rows of a list on one screen"), compact);
  g_settings_bind (self->settings, "compact-rows", compact, "active", G_SETTINGS_BIND_DEFAULT);
}

/* A choice whose nick is the value of the setting. @nicks and @texts end with NULL. */
static GtkWidget *
add_choice (MnsPreferencesWindow *self,
            AdwPreferencesGroup *group,
            const char *title,
            const char *subtitle,
            const char *key,
            const char *const *nicks,
            const char *const *texts)
{
  g_autoptr (GtkStringList) words = gtk_string_list_new (texts);
  GtkWidget *row = adw_combo_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (words));
  adw_preferences_group_add (group, row);
  g_settings_bind_with_mapping (self->settings,
                                key,
                                row,
                                "selected",
                                G_SETTINGS_BIND_DEFAULT,
                                get_scheme,
                                set_scheme,
                                (gpointer) nicks,
                                NULL);
  return row;
}

static void
add_beginning (MnsPreferencesWindow *self, AdwPreferencesPage *page)
{
  static const char *const languages[] = { "", "en", "de", NULL };
  static const char *const screens[] = { "/lab", "/projects", "/runs", NULL };
  const char *const language_texts[] = { _ ("As the system"), "English", "Deutsch", NULL };
  const char *const screen_texts[] = { _ ("Lab View"), _ ("Projects"), _ ("Runs"), NULL };
  AdwPreferencesGroup *group = add_group (page, _ ("Start"), NULL);

  add_choice (self,
              group,
              _ ("Language"),
              _ ("From the next start on"),
              "language",
              languages,
              language_texts);
  add_choice (self, group, _ ("First screen"), NULL, "start-screen", screens, screen_texts);
}

static void
add_lock (MnsPreferencesWindow *self, AdwPreferencesPage *page)
{
  AdwPreferencesGroup *group = add_group (page, _ ("Lock"), NULL);
  GtkWidget *minutes = gtk_spin_button_new_with_range (0, 240, 5);

  add_row (group,
           _ ("Lock after minutes without input"),
           _ ("0 never locks. Several people at one bench should let it lock."),
           minutes);
  g_settings_bind (self->settings, "idle-lock-minutes", minutes, "value", G_SETTINGS_BIND_DEFAULT);
}

/* What a scan in the test field gives, once prefix and suffix are off. */
static void
test_applied_cb (MnsPreferencesWindow *self, GtkEditable *entry)
{
  g_autofree char *prefix = g_settings_get_string (self->settings, "scanner-prefix");
  g_autofree char *suffix = g_settings_get_string (self->settings, "scanner-suffix");
  const char *text = gtk_editable_get_text (entry);
  gsize n = strlen (text);
  g_autofree char *code = NULL;
  g_autofree char *line = NULL;

  if (!g_str_has_prefix (text, prefix) || !g_str_has_suffix (text, suffix) ||
      n < strlen (prefix) + strlen (suffix))
    line = g_strdup_printf (_ ("“%s” has not this prefix and suffix"), text);
  else
    {
      code = g_strndup (text + strlen (prefix), n - strlen (prefix) - strlen (suffix));
      line = g_strdup_printf (_ ("The code is “%s”"), code);
    }
  adw_action_row_set_subtitle (self->scan_test, line);
  gtk_editable_set_text (entry, "");
}

static void
add_scanner (MnsPreferencesWindow *self, AdwPreferencesPage *page)
{
  static const struct
  {
    const char *key, *title;
  } keys[] = {
    { "scanner-prefix", N_ ("Sent before a code") },
    { "scanner-suffix", N_ ("Sent after a code") },
  };
  AdwPreferencesGroup *group = add_group (
      page, _ ("Barcode scanner"), _ ("For scanners that type like a keyboard and end with Enter"));
  GtkWidget *test = gtk_entry_new ();

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      GtkWidget *row = adw_entry_row_new ();

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (keys[i].title));
      adw_preferences_group_add (group, row);
      g_settings_bind (self->settings, keys[i].key, row, "text", G_SETTINGS_BIND_DEFAULT);
    }
  gtk_entry_set_placeholder_text (GTK_ENTRY (test), _ ("Scan here"));
  self->scan_test = add_row (group, _ ("Try it"), _ ("Scan any label into the field"), test);
  g_signal_connect_object (test, "activate", G_CALLBACK (test_applied_cb), self, G_CONNECT_SWAPPED);
}

/* ---- my protocols ---- */

static void
protocol_toggled_cb (MnsPreferencesWindow *self, GParamSpec *pspec, GtkSwitch *shown)
{
  const char *id = g_object_get_data (G_OBJECT (shown), "protocol");
  g_auto (GStrv) before = mns_personal_get (self->session, "hidden-protocols");
  g_autoptr (GStrvBuilder) hidden = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  for (guint i = 0; before != NULL && before[i] != NULL; i++)
    if (!g_str_equal (before[i], id))
      g_strv_builder_add (hidden, before[i]);
  if (!gtk_switch_get_active (shown))
    g_strv_builder_add (hidden, id);
  list = g_strv_builder_end (hidden);
  mns_personal_set (self->session, "hidden-protocols", (const char *const *) list);
}

static void
protocols_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsPreferencesWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsViewResult) lab = mns_session_look_finish (MNS_SESSION (source), result, &error);
  g_auto (GStrv) hidden = NULL;
  g_autofree char *last = NULL;

  if (lab == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        say (self, error->message);
      return;
    }
  hidden = mns_personal_get (self->session, "hidden-protocols");
  for (guint i = 0; i < mns_rows_get_n_rows (lab->rows); i++)
    {
      g_autofree char *id = mns_cell_dup_id (lab->rows, i, "protocol_id");
      GtkWidget *shown;

      if (g_strcmp0 (id, last) == 0)
        continue;
      shown = gtk_switch_new ();
      gtk_switch_set_active (GTK_SWITCH (shown),
                             hidden == NULL || !g_strv_contains ((const char *const *) hidden, id));
      g_object_set_data_full (G_OBJECT (shown), "protocol", g_strdup (id), g_free);
      g_signal_connect_object (
          shown, "notify::active", G_CALLBACK (protocol_toggled_cb), self, G_CONNECT_SWAPPED);
      add_row (self->protocols_group, mns_cell_text (lab->rows, i, "protocol"), NULL, shown);
      g_free (last);
      last = g_steal_pointer (&id);
    }
}

static void
add_protocols (MnsPreferencesWindow *self, AdwPreferencesPage *page)
{
  self->protocols_group =
      add_group (page, _ ("My protocols"), _ ("Those that Lab View shows to you"));
  mns_session_look (
      self->session, "lab", NULL, self->cancellable, protocols_read_cb, g_object_ref (self));
}

/* ---- offline ---- */

static void
show_facts (MnsPreferencesWindow *self)
{
  MnsWorkspace *workspace = mns_session_get_workspace (self->session);
  gint64 last = mns_workspace_get_last_sync (workspace);
  guint waiting = mns_session_get_waiting (self->session);
  g_autofree char *when = last > 0 ? mns_time_to_text (last) : g_strdup (_ ("Never synced"));
  g_autofree char *unsent = g_strdup_printf (
      ngettext ("%u change waits to be sent", "%u changes wait to be sent", waiting), waiting);

  adw_action_row_set_subtitle (self->sync_row, when);
  adw_action_row_set_subtitle (self->waiting_row, unsent);
}

static void
synced_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsPreferencesWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!mns_workspace_sync_finish (MNS_WORKSPACE (source), result, &error))
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        say (self, error->message);
      return;
    }
  show_facts (self);
}

static void
sync_cb (MnsPreferencesWindow *self)
{
  mns_workspace_sync_async (
      mns_session_get_workspace (self->session), self->cancellable, synced_cb, g_object_ref (self));
}

static void
kept_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsPreferencesWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  gtk_widget_set_sensitive (self->keep_button, TRUE);
  if (mns_workspace_choose_scopes_finish (MNS_WORKSPACE (source), result, &error))
    say (self, _ ("Kept from the next sync on"));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    say (self, error->message);
}

static void
keep_cb (MnsPreferencesWindow *self)
{
  g_autoptr (JsonArray) chosen = NULL;

  if (gtk_switch_get_active (self->choose))
    chosen = json_array_new ();
  for (guint i = 0; chosen != NULL && i < self->switches->len; i++)
    if (gtk_switch_get_active (g_ptr_array_index (self->switches, i)))
      {
        g_autofree char *id = mns_cell_dup_id (self->projects->rows, i, "project_id");

        json_array_add_string_element (chosen, id);
      }
  gtk_widget_set_sensitive (self->keep_button, FALSE);
  mns_workspace_choose_scopes_async (mns_session_get_workspace (self->session),
                                     chosen,
                                     gtk_spin_button_get_value_as_int (self->days),
                                     self->cancellable,
                                     kept_cb,
                                     g_object_ref (self));
}

static void
projects_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsPreferencesWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  MnsViewResult *projects = mns_session_look_finish (MNS_SESSION (source), result, &error);

  if (projects == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        say (self, error->message);
      return;
    }
  self->projects = projects;
  for (guint i = 0; i < mns_rows_get_n_rows (projects->rows); i++)
    {
      GtkWidget *keep = gtk_switch_new ();
      AdwActionRow *row = add_row (self->projects_group,
                                   mns_cell_text (projects->rows, i, "name"),
                                   mns_cell_text (projects->rows, i, "lims_id"),
                                   keep);

      g_object_bind_property (self->choose, "active", row, "sensitive", G_BINDING_SYNC_CREATE);
      g_ptr_array_add (self->switches, keep);
    }
}

static void
ask_for_projects (MnsPreferencesWindow *self)
{
  JsonObject *args = json_object_new ();

  json_object_set_int_member (args, "limit", MAX_PROJECTS);
  mns_session_look (
      self->session, "projects", args, self->cancellable, projects_read_cb, g_object_ref (self));
}

static void
add_offline (MnsPreferencesWindow *self)
{
  AdwPreferencesPage *page =
      add_page (self, "offline", _ ("Offline work"), "network-offline-symbolic");
  MnsWorkspace *workspace = mns_session_get_workspace (self->session);
  AdwPreferencesGroup *group = add_group (page, _ ("This computer’s copy"), NULL);
  GtkWidget *button = gtk_button_new_with_label (_ ("Sync now"));

  add_row (group, _ ("Server"), mns_workspace_get_server (workspace), NULL);
  self->sync_row = add_row (group, _ ("Last sync"), NULL, button);
  self->waiting_row = add_row (group, _ ("Not sent yet"), NULL, NULL);
  g_signal_connect_object (button, "clicked", G_CALLBACK (sync_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (
      self->session, "state-changed", G_CALLBACK (show_facts), self, G_CONNECT_SWAPPED);
  show_facts (self);

  self->projects_group =
      add_group (page,
                 _ ("Kept for work without the server"),
                 _ ("Steps in progress and what waits for you are kept in any case."));
  self->keep_button = gtk_button_new_with_label (_ ("Keep"));
  gtk_widget_set_valign (self->keep_button, GTK_ALIGN_CENTER);
  adw_preferences_group_set_header_suffix (self->projects_group, self->keep_button);
  g_signal_connect_object (
      self->keep_button, "clicked", G_CALLBACK (keep_cb), self, G_CONNECT_SWAPPED);
  self->days = GTK_SPIN_BUTTON (gtk_spin_button_new_with_range (1, MAX_WINDOW_DAYS, 1));
  gtk_spin_button_set_value (self->days, DEFAULT_WINDOW_DAYS);
  add_row (self->projects_group,
           _ ("Days"),
           _ ("What did not change for longer is left on the server"),
           GTK_WIDGET (self->days));
  self->choose = GTK_SWITCH (gtk_switch_new ());
  add_row (self->projects_group,
           _ ("Choose projects"),
           _ ("Otherwise the server chooses those that you work on"),
           GTK_WIDGET (self->choose));
  ask_for_projects (self);
}

static void
mns_preferences_window_dispose (GObject *object)
{
  MnsPreferencesWindow *self = MNS_PREFERENCES_WINDOW (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->settings);
  g_clear_object (&self->session);
  g_clear_pointer (&self->projects, mns_view_result_free);
  g_clear_pointer (&self->switches, g_ptr_array_unref);

  G_OBJECT_CLASS (mns_preferences_window_parent_class)->dispose (object);
}

static void
mns_preferences_window_class_init (MnsPreferencesWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mns_preferences_window_dispose;
}

static void
mns_preferences_window_init (MnsPreferencesWindow *self)
{
  self->cancellable = g_cancellable_new ();
  self->switches = g_ptr_array_new ();
  self->settings = mns_settings_open ();
}

/**
 * mns_preferences_window_new:
 * @parent: (nullable): the window it belongs to
 * @session: (nullable): who is signed in
 */
GtkWidget *
mns_preferences_window_new (GtkWindow *parent, MnsSession *session)
{
  MnsPreferencesWindow *self = g_object_new (MNS_TYPE_PREFERENCES_WINDOW,
                                             "transient-for",
                                             parent,
                                             "modal",
                                             parent != NULL,
                                             "search-enabled",
                                             FALSE,
                                             NULL);
  AdwPreferencesPage *page;

  page = add_page (self, "computer", _ ("This computer"), "computer-symbolic");
  if (self->settings != NULL)
    {
      add_appearance (self, page);
      add_beginning (self, page);
      add_lock (self, page);
      add_scanner (self, page);
    }
  else
    add_group (page,
               _ ("No settings"),
               _ ("The settings of this program are not installed on this computer."));
  if (session != NULL)
    {
      self->session = g_object_ref (session);
      if (self->settings != NULL)
        add_protocols (self, page);
      add_offline (self);
    }
  return GTK_WIDGET (self);
}

void
mns_preferences_present (GtkWindow *parent, MnsSession *session)
{
  gtk_window_present (GTK_WINDOW (mns_preferences_window_new (parent, session)));
}
