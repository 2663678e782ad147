/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Every object has an address; the web client has the same ones. A new screen is a row here. */

#include "config.h"

#include <string.h>

#include "desktop/app/routes.h"
#include "desktop/screens/conflicts/conflicts-screen.h"
#include "desktop/screens/container/container-screen.h"
#include "desktop/screens/lab/lab-screen.h"
#include "desktop/screens/projects/import-screen.h"
#include "desktop/screens/projects/project-screen.h"
#include "desktop/screens/projects/projects-screen.h"
#include "desktop/screens/queue/bucket-screen.h"
#include "desktop/screens/queue/queue-screen.h"
#include "desktop/screens/runs/run-screen.h"
#include "desktop/screens/runs/runs-screen.h"
#include "desktop/screens/sample/sample-screen.h"
#include "desktop/screens/search/search-screen.h"
#include "desktop/screens/step/step-screen.h"

typedef GtkWidget *(*MakeScreen) (MnsSession *session, const char *argument);

static const struct
{
  const char *prefix;
  gboolean main;
  MakeScreen make;
} routes[] = {
  { "/lab", TRUE, mns_lab_screen_new },
  { "/queue/", FALSE, mns_queue_screen_new },
  { "/bucket/", FALSE, mns_bucket_screen_new },
  { "/step/", FALSE, mns_step_screen_new },
  { "/projects", TRUE, mns_projects_screen_new },
  { "/project/", FALSE, mns_project_screen_new },
  { "/import/", FALSE, mns_import_screen_new },
  { "/runs", TRUE, mns_runs_screen_new },
  { "/seqrun/", FALSE, mns_run_screen_new },
  { "/search/", FALSE, mns_search_screen_new },
  { "/sample/", FALSE, mns_sample_screen_new },
  { "/container/", FALSE, mns_container_screen_new },
  { "/conflicts", FALSE, mns_conflicts_screen_new },
};

/* Row of the table, or -1. A prefix that ends with a slash wants something behind it. */
static int
find (const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    if (g_str_has_suffix (routes[i].prefix, "/")
            ? g_str_has_prefix (path, routes[i].prefix) && path[strlen (routes[i].prefix)] != '\0'
            : g_str_equal (path, routes[i].prefix))
      return (int) i;
  return -1;
}

GtkWidget *
mns_route_open (MnsSession *session, const char *path)
{
  int i = find (path);
  g_autofree char *argument = NULL;

  if (i < 0)
    return NULL;
  argument = g_uri_unescape_string (path + strlen (routes[i].prefix), NULL);
  return argument != NULL ? routes[i].make (session, argument) : NULL;
}

gboolean
mns_route_is_main (const char *path)
{
  int i = find (path);

  return i >= 0 && routes[i].main;
}
