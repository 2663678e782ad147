/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The screens in German, in pictures for who wants to look, and in words where they must show. */

#include "config.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <locale.h>

#include "desktop/app/cells.h"
#include "desktop/screens/preferences/preferences-window.h"
#include "tests/desktop/screen-lab.h"
#include "tests/desktop/ui-test.h"

static MnsScreenLab *lab;

/* Addresses whose last part is the id of what that text finds. */
static const struct
{
  const char *path;
  const char *kind, *text;
  const char *page;
  const char *says;
  const char *shot;
} screens[] = {
  { "/projects", NULL, NULL, "content", "Auftraggeber", "projects" },
  { "/lab", NULL, NULL, "content", "Laborübersicht", "lab" },
  { "/search/S-", NULL, NULL, "content", "Proben (", "search" },
  { "/search/nirgends", NULL, NULL, "status", "Nichts gefunden", "search-nothing" },
  { "/sample/", "SAMPLE", "S-1", "content", "Verlauf", "sample-now" },
  { "/container/", "CONTAINER", "Alpha-P1", "content", "Belegt", "container" },
  { "/project/", "PROJECT", "Alpha", "content", "Proben anlegen", "project" },
  { "/lab", NULL, NULL, "content", "Meine Protokolle", "lab" },
  { "/projects", NULL, NULL, "content", "Angelegt", "projects" },
  { "/conflicts", NULL, NULL, "content", "Auswahl speichern", "conflicts" },
};

static char *
make_path (guint i)
{
  g_autofree char *args = NULL;
  g_autoptr (MnsViewResult) found = NULL;
  g_autofree char *id = NULL;

  if (screens[i].kind == NULL)
    return g_strdup (screens[i].path);
  args = g_strdup_printf ("{'text': '%s', 'kind': '%s'}", screens[i].text, screens[i].kind);
  found = mns_screen_lab_look (lab, "search", args);
  g_assert_cmpuint (mns_rows_get_n_rows (found->rows), >, 0);
  id = mns_cell_dup_id (found->rows, 0, "id");
  return g_strconcat (screens[i].path, id, NULL);
}

static void
test_screens (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (screens); i++)
    {
      g_autofree char *path = make_path (i);

      mns_screen_lab_show (lab, path, screens[i].page);
      mns_screen_lab_wait_says (lab->window, screens[i].says);
      mns_screen_lab_shoot (lab, screens[i].shot);
    }
}

static void
test_preferences (void)
{
  static const char *const pages[] = { "computer", "offline" };

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autofree char *shot = g_strdup_printf ("preferences-%s-de", pages[i]);
      GtkWidget *window = mns_preferences_window_new (NULL, lab->session);

      gtk_window_present (GTK_WINDOW (window));
      adw_preferences_window_set_visible_page_name (ADW_PREFERENCES_WINDOW (window), pages[i]);
      mns_screen_lab_wait_says (window, "Dieser Rechner");
      mns_ui_save_shots (window, shot);
      gtk_window_destroy (GTK_WINDOW (window));
    }
}

static void
add_conflict (const char *project)
{
  g_autofree char *args =
      g_strdup_printf ("{'project': '%s', 'name': 'Alpha II', 'priority': 1}", project);
  g_autofree char *expect =
      g_strdup_printf ("{'project:%s': {'name': 'Alfa', 'priority': 3}}", project);

  mns_screen_lab_add_conflict (lab, "project.update@1", args, expect, 0);
}

int
main (int argc, char **argv)
{
  g_autofree char *schemas = g_build_filename (g_getenv ("MNS_BUILD"), "data", NULL);
  g_autofree char *catalogues = g_build_filename (g_getenv ("MNS_BUILD"), "po", NULL);
  g_autofree char *project = NULL;
  int failed;

  g_setenv ("GSETTINGS_SCHEMA_DIR", schemas, TRUE);
  g_setenv ("LANGUAGE", "de", TRUE);
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, catalogues);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  mns_ui_init (&argc, &argv);
  lab = mns_screen_lab_new ();
  project = mns_world_add_project (lab->world, "Alpha", 12, "Library preparation");
  add_conflict (project);
  mns_screen_lab_open (lab);
  g_test_add_func ("/german/screens", test_screens);
  g_test_add_func ("/german/preferences", test_preferences);
  failed = g_test_run ();
  mns_screen_lab_free (lab);
  return failed;
}
