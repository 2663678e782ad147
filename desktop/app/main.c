/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>

#include "desktop/app/application.h"
#include "desktop/app/settings.h"
#include "sync/wire/tls.h"

/* A program run from its build folder finds its settings and translations there. */
static void
use_build_folder (const char *program)
{
  g_autofree char *full = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *dir = full != NULL ? g_path_get_dirname (full) : NULL;
  g_autofree char *schemas = dir != NULL ? g_build_filename (dir, "..", "data", NULL) : NULL;
  g_autofree char *compiled =
      schemas != NULL ? g_build_filename (schemas, "gschemas.compiled", NULL) : NULL;
  g_autofree char *po = dir != NULL ? g_build_filename (dir, "..", "po", NULL) : NULL;

  if (compiled == NULL || !g_file_test (compiled, G_FILE_TEST_EXISTS))
    {
      bindtextdomain (GETTEXT_PACKAGE, MNS_LOCALEDIR);
      return;
    }
  g_setenv ("GSETTINGS_SCHEMA_DIR", schemas, FALSE);
  bindtextdomain (GETTEXT_PACKAGE, po);
}

/* The language that was chosen in the preferences goes before that of the system. */
static void
use_language (void)
{
  g_autoptr (GSettings) settings = mns_settings_open ();
  g_autofree char *language =
      settings != NULL ? g_settings_get_string (settings, "language") : NULL;

  if (language != NULL && language[0] != '\0')
    g_setenv ("LANGUAGE", language, TRUE);
}

int
main (int argc, char **argv)
{
  g_autoptr (MnsApplication) application = NULL;

  mns_tls_restrict ();
  setlocale (LC_ALL, "");
  gtk_disable_setlocale (); /* it is set, and threads may be running when GTK begins */
  use_build_folder (argv[0]);
  use_language ();
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_application_name ("Meniscus");
  application = mns_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
