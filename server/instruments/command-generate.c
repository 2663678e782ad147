/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* meniscus-run generate: made-up runs for tests, and a fake sequencer for demonstrations. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <stdio.h>

#include "server/instruments/commands.h"
#include "server/instruments/generate/generator.h"
#include "sync/model/error.h"

typedef struct
{
  char *preset;
  gboolean list;
  int seed;
  char *reads;
  int lanes;
  int swaths;
  int tiles;
  int samples;
  char **versions;
  char **omitted;
  char **cut;
  int stop_cycle;
  gboolean cycle_folders;
  gboolean no_flags;
  gboolean no_planted;
  gboolean live;
  double seconds;
} Arguments;

static void
clear_arguments (Arguments *arguments)
{
  g_free (arguments->preset);
  g_free (arguments->reads);
  g_strfreev (arguments->versions);
  g_strfreev (arguments->omitted);
  g_strfreev (arguments->cut);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, clear_arguments)

static int
list_presets (void)
{
  const MnsGenPreset *preset = NULL;

  for (guint i = 0; (preset = mns_gen_preset_get (i)) != NULL; i++)
    printf ("%-18s %-14s %u lanes, %u tiles, reads %s\n",
            preset->name,
            preset->model,
            preset->lanes,
            preset->lanes * preset->used_surfaces * preset->swaths * preset->tiles *
                preset->sections_per_lane,
            preset->reads);
  return MNS_EXIT_OK;
}

static gboolean
refuse (GError **error, const char *option, const char *text, const char *rule)
{
  g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "%s \"%s\": %s", option, text, rule);
  return FALSE;
}

/* "Metric=number" or "Metric:number"; the number is @without where there is none. */
static gboolean
parse_metric (const char *option,
              const char *text,
              char mark,
              int without,
              int *metric,
              int *number,
              GError **error)
{
  const char *end = strchr (text, mark);
  gsize length = end != NULL ? (gsize) (end - text) : strlen (text);
  gint64 value = without;

  *metric = -1;
  for (int i = 0; i < MNS_N_METRICS; i++)
    if (strlen (mns_metric_kinds[i].name) == length &&
        g_ascii_strncasecmp (mns_metric_kinds[i].name, text, length) == 0)
      *metric = i;
  if (*metric < 0)
    return refuse (error, option, text, "no metric has that name");
  if (end != NULL && !g_ascii_string_to_signed (end + 1, 10, 0, 1000000, &value, NULL))
    return refuse (error, option, text, "not a number");
  if (value < 0)
    return refuse (error, option, text, "a number is missing");
  *number = (int) value;
  return TRUE;
}

static gboolean
parse_metrics (const Arguments *arguments, MnsGenOptions *options, GError **error)
{
  int metric;
  int number;

  for (guint i = 0; arguments->versions != NULL && arguments->versions[i] != NULL; i++)
    {
      if (!parse_metric ("--set", arguments->versions[i], '=', -1, &metric, &number, error))
        return FALSE;
      options->version[metric] = number > 0 ? MIN (number, 255) : -1;
    }
  for (guint i = 0; arguments->omitted != NULL && arguments->omitted[i] != NULL; i++)
    {
      if (!parse_metric ("--omit", arguments->omitted[i], '\0', 0, &metric, &number, error))
        return FALSE;
      options->version[metric] = -1;
    }
  for (guint i = 0; arguments->cut != NULL && arguments->cut[i] != NULL; i++)
    {
      if (!parse_metric ("--truncate", arguments->cut[i], ':', 5, &metric, &number, error))
        return FALSE;
      options->truncate[metric] = (guint) number;
    }
  return TRUE;
}

static gboolean
make_options (const Arguments *arguments, MnsGenOptions *options, GError **error)
{
  const char *name = arguments->preset != NULL ? arguments->preset : "novaseq6000-s1";

  options->preset = mns_gen_preset_find (name);
  if (options->preset == NULL)
    return refuse (error, "--preset", name, "no preset has that name, see --list");
  if (arguments->seed < 0 || arguments->lanes < 0 || arguments->swaths < 0 ||
      arguments->tiles < 0 || arguments->samples < 0 || arguments->samples > 10000 ||
      arguments->stop_cycle < 0)
    return refuse (error, "options", "numbers", "none may be below 0, samples not above 10000");
  options->seed = (guint) arguments->seed;
  options->reads = arguments->reads;
  options->lanes = (guint) arguments->lanes;
  options->swaths = (guint) arguments->swaths;
  options->tiles = (guint) arguments->tiles;
  options->samples = (guint) arguments->samples;
  options->last_cycle = (guint) arguments->stop_cycle;
  options->in_cycle_folders = arguments->cycle_folders;
  options->without_flags = arguments->no_flags;
  options->without_planted = arguments->no_planted;
  return parse_metrics (arguments, options, error);
}

/* Writes the run forward in time, the cycles evenly over @seconds. */
static gboolean
run_live (const char *folder, MnsGenOptions *options, double seconds, GError **error)
{
  g_autoptr (GDateTime) today = g_date_time_new_now_local ();
  g_autofree char *day = g_date_time_format (today, "%Y%m%d");
  g_autoptr (MnsGenerator) generator = NULL;
  gint64 start = g_get_monotonic_time ();

  options->day = day;
  options->without_planted = TRUE;
  generator = mns_generator_new (folder, options, error);
  if (generator == NULL || !mns_generator_start (generator, error))
    return FALSE;
  while (!mns_generator_is_done (generator))
    {
      double share =
          (mns_generator_get_cycle (generator) + 1.0) / mns_generator_get_cycles (generator);
      gint64 due = start + (gint64) (share * seconds * G_USEC_PER_SEC);
      gint64 now = g_get_monotonic_time ();

      if (due > now)
        g_usleep ((gulong) (due - now));
      if (!mns_generator_step (generator, error))
        return FALSE;
    }
  return mns_generator_finish (generator, error);
}

int
mns_command_generate (int argc, char **argv)
{
  g_auto (Arguments) arguments = { .seed = 1, .samples = 6, .seconds = 600 };
  const GOptionEntry entries[] = {
    { "preset", 'p', 0, G_OPTION_ARG_STRING, &arguments.preset, "kind of instrument", "NAME" },
    { "list", 'l', 0, G_OPTION_ARG_NONE, &arguments.list, "list the presets", NULL },
    { "seed", 0, 0, G_OPTION_ARG_INT, &arguments.seed, "another seed is another run", "N" },
    { "reads",
      0,
      0,
      G_OPTION_ARG_STRING,
      &arguments.reads,
      "cycles of the reads",
      "151,8i,8i,151" },
    { "lanes", 0, 0, G_OPTION_ARG_INT, &arguments.lanes, "lanes", "N" },
    { "swaths", 0, 0, G_OPTION_ARG_INT, &arguments.swaths, "swaths", "N" },
    { "tiles", 0, 0, G_OPTION_ARG_INT, &arguments.tiles, "tiles a swath", "N" },
    { "samples", 0, 0, G_OPTION_ARG_INT, &arguments.samples, "samples a lane", "N" },
    { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &arguments.versions, "version of a metric", "Q=9" },
    { "omit", 0, 0, G_OPTION_ARG_STRING_ARRAY, &arguments.omitted, "leave a metric out", "Error" },
    { "stop-cycle", 0, 0, G_OPTION_ARG_INT, &arguments.stop_cycle, "a run that is so far", "N" },
    { "cycle-folders", 0, 0, G_OPTION_ARG_NONE, &arguments.cycle_folders, "InterOp/C<n>.1", NULL },
    { "truncate", 0, 0, G_OPTION_ARG_STRING_ARRAY, &arguments.cut, "cut off its end", "Error:5" },
    { "no-flags", 0, 0, G_OPTION_ARG_NONE, &arguments.no_flags, "nothing says it ended", NULL },
    { "no-planted", 0, 0, G_OPTION_ARG_NONE, &arguments.no_planted, "no planted.json", NULL },
    { "live", 0, 0, G_OPTION_ARG_NONE, &arguments.live, "forward in time, from now", NULL },
    { "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &arguments.seconds, "with --live, for so long", "S" },
    { NULL },
  };
  g_autoptr (GError) error = NULL;
  MnsGenOptions options = { 0 };
  int exit_code = MNS_EXIT_OK;

  if (!mns_command_parse (&argc,
                          &argv,
                          "FOLDER",
                          "write a made-up run, at once or forward in time",
                          entries,
                          0,
                          1,
                          &exit_code))
    return exit_code;
  if (arguments.list)
    return list_presets ();
  if (argc < 2)
    {
      g_set_error (&error, MNS_ERROR, MNS_ERROR_INVALID, "the folder to write is missing");
      return mns_command_fail (MNS_EXIT_USAGE, error);
    }
  if (!make_options (&arguments, &options, &error))
    return mns_command_fail (MNS_EXIT_USAGE, error);
  if (arguments.live ? !run_live (argv[1], &options, arguments.seconds, &error)
                     : !mns_generate (argv[1], &options, &error))
    return mns_command_fail (MNS_EXIT_NO_RUN, error);
  return MNS_EXIT_OK;
}
