/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The main window: a history of screens, the search field, the state of the sync. It knows
 * addresses, not screens.
 */

#define G_LOG_DOMAIN "mns-window"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/app/help.h"
#include "desktop/app/routes.h"
#include "desktop/app/settings.h"
#include "desktop/app/window.h"
#include "desktop/widgets/scanner.h"

/* Screens further back are made anew when somebody goes back to them. */
#define MAX_HISTORY 20
#define PATH_KEY "mns-path-of-screen"

struct _MnsWindow
{
  AdwApplicationWindow parent_instance;

  MnsSession *session;
  GSettings *settings; /* NULL where the schema is not installed */
  GPtrArray *screens;  /* of the history, the shown one last; owned by the stack */
  MnsScanner *scanner;
  GtkWidget *work;     /* the content while the window is locked, else NULL */
  GPtrArray *put_away; /* windows that were open when it was locked */

  GtkWidget *header;
  GtkButton *back_button;
  GtkToggleButton *lab_button;
  GtkToggleButton *projects_button;
  GtkToggleButton *runs_button;
  GtkSearchEntry *search_entry;
  GtkMenuButton *sync_button;
  GtkLabel *sync_label;
  GtkButton *compare_button;
  GtkButton *conflicts_button;
  AdwToastOverlay *toasts;
  GtkStack *stack;
};

G_DEFINE_FINAL_TYPE (MnsWindow, mns_window, ADW_TYPE_APPLICATION_WINDOW)

static MnsScreen *
get_shown (MnsWindow *self)
{
  return self->screens->len > 0 ? g_ptr_array_index (self->screens, self->screens->len - 1) : NULL;
}

static void
drop_screen (MnsWindow *self, guint at)
{
  GtkWidget *screen = g_ptr_array_index (self->screens, at);

  g_ptr_array_remove_index (self->screens, at);
  gtk_stack_remove (self->stack, screen);
}

static void
show_last (MnsWindow *self)
{
  MnsScreen *shown = get_shown (self);

  if (shown != NULL)
    gtk_stack_set_visible_child (self->stack, GTK_WIDGET (shown));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.back", self->screens->len > 1);
}

/**
 * mns_window_open:
 * @self: the window
 * @path: an address, such as "/queue/<step>"
 *
 * Goes to a screen; a main view begins a new history.
 */
void
mns_window_open (MnsWindow *self, const char *path)
{
  GtkWidget *screen = mns_route_open (self->session, path);

  if (screen == NULL)
    {
      g_autofree char *text = g_strdup_printf (_ ("There is no page %s"), path);

      adw_toast_overlay_add_toast (self->toasts, adw_toast_new (text));
      return;
    }
  if (mns_route_is_main (path))
    while (self->screens->len > 0)
      drop_screen (self, self->screens->len - 1);
  else if (self->screens->len >= MAX_HISTORY)
    drop_screen (self, 0);

  g_object_set_data_full (G_OBJECT (screen), PATH_KEY, g_strdup (path), g_free);
  gtk_stack_add_child (self->stack, screen);
  g_ptr_array_add (self->screens, screen);
  gtk_toggle_button_set_active (self->lab_button, g_str_equal (path, "/lab"));
  gtk_toggle_button_set_active (self->projects_button, g_str_equal (path, "/projects"));
  gtk_toggle_button_set_active (self->runs_button, g_str_equal (path, "/runs"));
  show_last (self);
  mns_screen_refresh (MNS_SCREEN (screen));
}

static void
open_cb (GtkWidget *widget, const char *name, GVariant *target)
{
  mns_window_open (MNS_WINDOW (widget), g_variant_get_string (target, NULL));
}

/* Puts another screen in place of the shown one, so that Back does not lead to what is done. */
static void
replace_cb (GtkWidget *widget, const char *name, GVariant *target)
{
  MnsWindow *self = MNS_WINDOW (widget);

  if (self->screens->len > 0)
    drop_screen (self, self->screens->len - 1);
  mns_window_open (self, g_variant_get_string (target, NULL));
}

static void
back_cb (GtkWidget *widget, const char *name, GVariant *target)
{
  MnsWindow *self = MNS_WINDOW (widget);

  if (self->screens->len < 2)
    return;
  drop_screen (self, self->screens->len - 1);
  show_last (self);
  mns_screen_refresh (get_shown (self));
}

static void
primary_cb (GtkWidget *widget, const char *name, GVariant *target)
{
  MnsScreen *shown = get_shown (MNS_WINDOW (widget));

  if (shown != NULL)
    mns_screen_activate_primary (shown);
}

static void
reload_cb (GtkWidget *widget, const char *name, GVariant *target)
{
  MnsScreen *shown = get_shown (MNS_WINDOW (widget));

  if (shown != NULL)
    mns_screen_refresh (shown);
}

static void
undo_cb (GtkWidget *widget, const char *name, GVariant *target)
{
  MnsScreen *shown = get_shown (MNS_WINDOW (widget));

  if (shown != NULL)
    mns_screen_undo (shown, g_str_equal (name, "win.redo"));
}

static void
filter_cb (GtkWidget *widget, const char *name, GVariant *target)
{
  MnsScreen *shown = get_shown (MNS_WINDOW (widget));

  if (shown != NULL)
    mns_screen_focus_filter (shown);
}

/* From header to toolbar to list to side, and around. Regions that take no focus are passed over.
 */
static void
region_cb (GtkWidget *widget, const char *name, GVariant *target)
{
  MnsWindow *self = MNS_WINDOW (widget);
  MnsScreen *shown = get_shown (self);
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (self));
  g_autoptr (GPtrArray) regions =
      shown != NULL ? mns_screen_get_regions (shown) : g_ptr_array_new ();
  guint step, at = 0;

  g_ptr_array_insert (regions, 0, self->header);
  step = g_str_equal (name, "win.next-region") ? 1 : regions->len - 1;
  for (guint i = 0; focus != NULL && i < regions->len; i++)
    if (gtk_widget_is_ancestor (focus, g_ptr_array_index (regions, i)))
      at = i;
  for (guint i = 1; i < regions->len; i++)
    {
      GtkWidget *region = g_ptr_array_index (regions, (at + i * step) % regions->len);

      if (gtk_widget_get_mapped (region) && gtk_widget_child_focus (region, GTK_DIR_TAB_FORWARD))
        return;
    }
}

static void
help_cb (GtkWidget *widget, const char *name, GVariant *target)
{
  MnsScreen *shown = get_shown (MNS_WINDOW (widget));

  if (shown != NULL)
    mns_help_present (GTK_WINDOW (widget),
                      mns_screen_get_title (shown),
                      g_object_get_data (G_OBJECT (shown), PATH_KEY));
}

static void
clear_filter_cb (GtkWidget *widget, const char *name, GVariant *target)
{
  MnsScreen *shown = get_shown (MNS_WINDOW (widget));

  if (shown != NULL)
    mns_screen_clear_filter (shown);
}

static void
search_cb (GtkWidget *widget, const char *name, GVariant *target)
{
  gtk_widget_grab_focus (GTK_WIDGET (MNS_WINDOW (widget)->search_entry));
}

static void
toast_cb (GtkWidget *widget, const char *name, GVariant *target)
{
  g_autofree char *text = g_markup_escape_text (g_variant_get_string (target, NULL), -1);

  adw_toast_overlay_add_toast (MNS_WINDOW (widget)->toasts, adw_toast_new (text));
}

static void
toast_open_cb (GtkWidget *widget, const char *name, GVariant *target)
{
  const char *text, *button, *path;
  g_autofree char *escaped = NULL;
  AdwToast *toast;

  g_variant_get (target, "(&s&s&s)", &text, &button, &path);
  escaped = g_markup_escape_text (text, -1);
  toast = adw_toast_new (escaped);
  adw_toast_set_button_label (toast, button);
  adw_toast_set_action_name (toast, "win.open");
  adw_toast_set_action_target_value (toast, g_variant_new_string (path));
  adw_toast_overlay_add_toast (MNS_WINDOW (widget)->toasts, toast);
}

static void
synced_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!mns_workspace_sync_finish (MNS_WORKSPACE (source), result, &error))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
}

static void
sync_cb (GtkWidget *widget, const char *name, GVariant *target)
{
  MnsWindow *self = MNS_WINDOW (widget);

  if (get_shown (self) != NULL)
    mns_screen_save (get_shown (self));
  mns_workspace_sync_async (
      mns_session_get_workspace (self->session), NULL, synced_cb, g_object_ref (self));
}

static void
search_activate_cb (MnsWindow *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));
  g_autofree char *escaped = g_uri_escape_string (text, NULL, TRUE);
  g_autofree char *path = g_strconcat ("/search/", escaped, NULL);

  if (text[0] != '\0')
    mns_window_open (self, path);
}

static void
scanned_cb (MnsWindow *self, const char *text)
{
  MnsScreen *shown = get_shown (self);

  if (self->work != NULL || (shown != NULL && mns_screen_scan (shown, text)))
    return;
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), text);
  search_activate_cb (self);
}

static void
session_changed_cb (MnsWindow *self, const char *const *tables)
{
  MnsScreen *shown = get_shown (self);

  if (shown != NULL)
    mns_screen_note_change (shown, tables);
}

static char *
describe_sync (MnsWindow *self)
{
  gint64 last = mns_workspace_get_last_sync (mns_session_get_workspace (self->session));
  guint waiting = mns_session_get_waiting (self->session);
  g_autofree char *when = last > 0 ? mns_time_to_text (last) : NULL;
  g_autofree char *unsent = g_strdup_printf (
      ngettext ("%u change waits to be sent", "%u changes wait to be sent", waiting), waiting);
  g_autofree char *synced =
      when != NULL ? g_strdup_printf (_ ("Last sync %s"), when) : g_strdup (_ ("Never synced"));

  return g_strdup_printf ("%s\n%s\n%s",
                          mns_session_get_online (self->session) ? _ ("Online") : _ ("Offline"),
                          synced,
                          unsent);
}

static void
state_changed_cb (MnsWindow *self)
{
  gboolean online = mns_session_get_online (self->session);
  guint conflicts = mns_session_get_conflicts (self->session);
  g_autofree char *text = describe_sync (self);
  g_autofree char *count =
      g_strdup_printf (ngettext ("%u conflict", "%u conflicts", conflicts), conflicts);

  gtk_label_set_text (self->sync_label, text);
  gtk_menu_button_set_icon_name (
      self->sync_button, online ? "emblem-synchronizing-symbolic" : "network-offline-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->sync_button), text);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->sync_button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_button_set_label (self->conflicts_button, count);
  gtk_widget_set_visible (GTK_WIDGET (self->conflicts_button), conflicts > 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->compare_button), conflicts > 0);
}

/* What the person has set on this computer, now and whenever it changes. */
static void
settings_changed_cb (MnsWindow *self)
{
  g_autofree char *prefix = g_settings_get_string (self->settings, "scanner-prefix");
  g_autofree char *suffix = g_settings_get_string (self->settings, "scanner-suffix");

  mns_scanner_set_affixes (self->scanner, prefix, suffix);
  if (g_settings_get_boolean (self->settings, "compact-rows"))
    gtk_widget_add_css_class (GTK_WIDGET (self), "compact");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "compact");
}

static void
mns_window_dispose (GObject *object)
{
  MnsWindow *self = MNS_WINDOW (object);

  g_clear_object (&self->scanner);
  g_clear_object (&self->work);
  g_clear_pointer (&self->put_away, g_ptr_array_unref);
  g_clear_object (&self->settings);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (mns_window_parent_class)->dispose (object);
}

static void
mns_window_finalize (GObject *object)
{
  g_clear_pointer (&MNS_WINDOW (object)->screens, g_ptr_array_unref);

  G_OBJECT_CLASS (mns_window_parent_class)->finalize (object);
}

static const struct
{
  const char *name;
  const char *type;
  GtkWidgetActionActivateFunc activate;
} actions[] = {
  { "win.open", "s", open_cb },           { "win.replace", "s", replace_cb },
  { "win.back", NULL, back_cb },          { "win.primary", NULL, primary_cb },
  { "win.reload", NULL, reload_cb },      { "win.undo", NULL, undo_cb },
  { "win.redo", NULL, undo_cb },          { "win.filter", NULL, filter_cb },
  { "win.search", NULL, search_cb },      { "win.toast", "s", toast_cb },
  { "win.sync", NULL, sync_cb },          { "win.clear-filter", NULL, clear_filter_cb },
  { "win.next-region", NULL, region_cb }, { "win.previous-region", NULL, region_cb },
  { "win.help", NULL, help_cb },          { "win.toast-open", "(sss)", toast_open_cb },
};

static void
mns_window_class_init (MnsWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = mns_window_finalize;

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (
        widget_class, actions[i].name, actions[i].type, actions[i].activate);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/meniscus/Meniscus/app/window.ui");
  gtk_widget_class_bind_template_child (widget_class, MnsWindow, header);
  gtk_widget_class_bind_template_child (widget_class, MnsWindow, back_button);
  gtk_widget_class_bind_template_child (widget_class, MnsWindow, lab_button);
  gtk_widget_class_bind_template_child (widget_class, MnsWindow, projects_button);
  gtk_widget_class_bind_template_child (widget_class, MnsWindow, runs_button);
  gtk_widget_class_bind_template_child (widget_class, MnsWindow, search_entry);
  gtk_widget_class_bind_template_child (widget_class, MnsWindow, sync_button);
  gtk_widget_class_bind_template_child (widget_class, MnsWindow, sync_label);
  gtk_widget_class_bind_template_child (widget_class, MnsWindow, compare_button);
  gtk_widget_class_bind_template_child (widget_class, MnsWindow, conflicts_button);
  gtk_widget_class_bind_template_child (widget_class, MnsWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, MnsWindow, stack);
  gtk_widget_class_bind_template_callback (widget_class, search_activate_cb);
}

static void
mns_window_init (MnsWindow *self)
{
  self->screens = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  self->scanner = mns_scanner_new (GTK_WIDGET (self));
  g_signal_connect_object (
      self->scanner, "scanned", G_CALLBACK (scanned_cb), self, G_CONNECT_SWAPPED);
  self->settings = mns_settings_open ();
  if (self->settings == NULL)
    return;
  g_signal_connect_object (
      self->settings, "changed", G_CALLBACK (settings_changed_cb), self, G_CONNECT_SWAPPED);
  settings_changed_cb (self);
}

/* What the person wants to see first, if that is still a screen. */
static void
open_start_screen (MnsWindow *self)
{
  g_autofree char *path =
      self->settings != NULL ? g_settings_get_string (self->settings, "start-screen") : NULL;

  mns_window_open (self, path != NULL && mns_route_is_main (path) ? path : "/lab");
}

GtkWidget *
mns_window_new (GtkApplication *application, MnsSession *session)
{
  MnsWindow *self = g_object_new (MNS_TYPE_WINDOW, "application", application, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (
      session, "changed", G_CALLBACK (session_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (
      session, "state-changed", G_CALLBACK (state_changed_cb), self, G_CONNECT_SWAPPED);
  state_changed_cb (self);
  open_start_screen (self);
  return GTK_WIDGET (self);
}

MnsSession *
mns_window_get_session (MnsWindow *self)
{
  return self->session;
}

/* ---- lock ---- */

static void
enable_actions (MnsWindow *self, gboolean enabled)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), actions[i].name, enabled);
  if (enabled)
    show_last (self);
}

/* Dialogs hold what a stranger must not read, and what its owner wants to go on with. */
static void
put_windows_away (MnsWindow *self)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  self->put_away = g_ptr_array_new_with_free_func (g_object_unref);
  for (GList *l = windows; l != NULL; l = l->next)
    if (l->data != self && gtk_widget_get_visible (l->data))
      {
        g_ptr_array_add (self->put_away, g_object_ref (l->data));
        gtk_widget_set_visible (l->data, FALSE);
      }
}

void
mns_window_lock (MnsWindow *self, GtkWidget *page)
{
  g_return_if_fail (self->work == NULL);

  self->work = g_object_ref (adw_application_window_get_content (ADW_APPLICATION_WINDOW (self)));
  put_windows_away (self);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (self), page);
  enable_actions (self, FALSE);
}

void
mns_window_unlock (MnsWindow *self)
{
  g_autoptr (GtkWidget) work = g_steal_pointer (&self->work);

  g_return_if_fail (work != NULL);

  adw_application_window_set_content (ADW_APPLICATION_WINDOW (self), work);
  enable_actions (self, TRUE);
  for (guint i = 0; i < self->put_away->len; i++)
    gtk_window_present (g_ptr_array_index (self->put_away, i));
  g_clear_pointer (&self->put_away, g_ptr_array_unref);
}

gboolean
mns_window_is_locked (MnsWindow *self)
{
  return self->work != NULL;
}
