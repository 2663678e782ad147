/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "desktop/screens/preferences/about-window.h"

/* What the program stands on, for who wants to know. */
static const struct
{
  const char *name;
  GtkLicense license;
} parts[] = {
  { "GTK, GLib", GTK_LICENSE_LGPL_2_1 }, { "libadwaita", GTK_LICENSE_LGPL_2_1 },
  { "libsoup", GTK_LICENSE_LGPL_2_1 },   { "json-glib", GTK_LICENSE_LGPL_2_1 },
  { "libxml2", GTK_LICENSE_MIT_X11 },    { "libarchive", GTK_LICENSE_BSD },
  { "libxlsxwriter", GTK_LICENSE_BSD },  { "Zstandard", GTK_LICENSE_BSD_3 },
};

/**
 * mns_about_present:
 * @parent: (nullable): the window it belongs to
 *
 * Shows name, version, licence and the libraries in use.
 */
void
mns_about_present (GtkWindow *parent)
{
  static const char *developers[] = { "The Meniscus developers", NULL };
  GtkWidget *window = adw_about_window_new ();
  AdwAboutWindow *about = ADW_ABOUT_WINDOW (window);

  adw_about_window_set_application_name (about, "Meniscus");
  adw_about_window_set_application_icon (about, MNS_APPLICATION_ID);
  adw_about_window_set_version (about, MNS_VERSION);
  adw_about_window_set_developer_name (about, "The Meniscus developers");
  adw_about_window_set_developers (about, developers);
  adw_about_window_set_license_type (about, GTK_LICENSE_AGPL_3_0);
  adw_about_window_set_comments (
      about, _ ("A laboratory information management system for sequencing laboratories."));
  /* Translators: your names, one a line */
  adw_about_window_set_translator_credits (about, _ ("translator-credits"));
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    adw_about_window_add_legal_section (about, parts[i].name, NULL, parts[i].license, NULL);
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_set_modal (GTK_WINDOW (window), parent != NULL);
  gtk_window_present (GTK_WINDOW (window));
}
