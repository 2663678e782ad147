/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* meniscus-run summary: all figures of a run, as a table for people or as JSON. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <stdio.h>

#include "server/instruments/commands.h"
#include "server/instruments/run-look.h"
#include "server/instruments/summary-json.h"
#include "server/instruments/summary-text.h"
#include "server/instruments/summary.h"

static int
print_summary (const char *folder, gboolean as_json, gboolean with_surfaces, GError **error)
{
  g_autoptr (MnsRunInfo) info = mns_run_info_read (folder, error);
  g_autoptr (MnsInteropState) state = NULL;
  g_autoptr (MnsRunSummary) summary = NULL;
  g_autoptr (GPtrArray) index = NULL;
  g_autoptr (MnsModelTable) models = NULL;
  g_autoptr (MnsRunLook) look = NULL;
  g_autofree char *text = NULL;

  if (info == NULL)
    return MNS_EXIT_NO_RUN;
  state = mns_interop_state_new (folder, info, MNS_INTEROP_PLAIN);
  if (!mns_interop_state_look (state, error))
    return MNS_EXIT_NO_RUN;
  models = mns_model_table_new ();
  look = mns_run_look (folder, models, 0, g_get_real_time (), error);
  if (look == NULL)
    return MNS_EXIT_NO_RUN;
  summary = mns_run_summary_new (state);
  index = mns_index_summary_new (state);
  text = as_json ? mns_run_summary_to_json (state, summary, index, look)
                 : mns_run_summary_to_text (state, summary, index, look, with_surfaces);
  fputs (text, stdout);
  return MNS_EXIT_OK;
}

int
mns_command_summary (int argc, char **argv)
{
  gboolean as_json = FALSE;
  gboolean with_surfaces = FALSE;
  const GOptionEntry entries[] = {
    { "json", 'j', 0, G_OPTION_ARG_NONE, &as_json, "JSON in full precision", NULL },
    { "surfaces", 's', 0, G_OPTION_ARG_NONE, &with_surfaces, "each surface of a lane too", NULL },
    { NULL },
  };
  g_autoptr (GError) error = NULL;
  int exit_code = MNS_EXIT_OK;

  if (!mns_command_parse (&argc,
                          &argv,
                          "FOLDER",
                          "figures of a run: yield, quality, density, error, index shares",
                          entries,
                          1,
                          1,
                          &exit_code))
    return exit_code;
  exit_code = print_summary (argv[1], as_json, with_surfaces, &error);
  return error != NULL ? mns_command_fail (exit_code, error) : exit_code;
}
