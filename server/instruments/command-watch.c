/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* meniscus-run watch: the state of every run below some folders, one line a change. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <signal.h>
#include <stdio.h>

#include <glib-unix.h>

#include "server/instruments/command-print.h"
#include "server/instruments/commands.h"
#include "server/instruments/json-members.h"
#include "server/instruments/run-watcher.h"

typedef struct
{
  GMainLoop *loop;
  gboolean as_json;
  guint n_failed;
} Watch;

static void
print_line (const MnsRunLook *look)
{
  const MnsRunVerdict *verdict = &look->verdict;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = g_date_time_format (now, "%Y-%m-%d %H:%M:%S");

  printf ("%s  %-14s  %4u/%-4u  %-18s  %s\n",
          time,
          mns_run_state_name (verdict->state),
          verdict->cycle,
          verdict->cycles,
          look->model.name != NULL ? look->model.name : "unknown",
          look->folder);
}

static void
print_json_line (const MnsRunLook *look)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  g_autofree char *folder = g_filename_display_name (look->folder); /* JSON is UTF-8 */

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "at");
  json_builder_add_int_value (builder, g_get_real_time ());
  mns_json_add_text (builder, "folder", folder);
  mns_json_add_text (builder, "run_id", look->run_id);
  mns_json_add_text (builder, "model", look->model.name);
  mns_json_add_text (builder, "instrument", look->instrument);
  mns_json_add_text (builder, "flowcell", look->flowcell);
  mns_json_add_text (builder, "state", mns_run_state_name (look->verdict.state));
  mns_json_add_text (builder, "reason", look->verdict.reason);
  json_builder_set_member_name (builder, "cycle");
  json_builder_add_int_value (builder, look->verdict.cycle);
  json_builder_set_member_name (builder, "cycles");
  json_builder_add_int_value (builder, look->verdict.cycles);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  puts (text);
}

static void
changed_cb (MnsRunWatcher *watcher, const MnsRunLook *look, gboolean is_new, Watch *watch)
{
  if (watch->as_json)
    print_json_line (look);
  else
    print_line (look);
  fflush (stdout); /* somebody may be reading along */
}

static void
vanished_cb (MnsRunWatcher *watcher, const char *folder, Watch *watch)
{
  fprintf (stderr, "%s: gone\n", folder);
}

static void
root_failed_cb (MnsRunWatcher *watcher, const char *root, const GError *error, Watch *watch)
{
  fprintf (stderr, "meniscus-run watch: %s\n", error->message);
  watch->n_failed++;
}

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (((Watch *) data)->loop);
  return G_SOURCE_CONTINUE;
}

static void
watch_on (MnsRunWatcher *watcher, Watch *watch)
{
  guint interrupt = g_unix_signal_add (SIGINT, quit_cb, watch);
  guint terminate = g_unix_signal_add (SIGTERM, quit_cb, watch);

  watch->loop = g_main_loop_new (NULL, FALSE);
  mns_run_watcher_start (watcher);
  g_main_loop_run (watch->loop);
  mns_run_watcher_stop (watcher);
  g_source_remove (interrupt);
  g_source_remove (terminate);
  g_clear_pointer (&watch->loop, g_main_loop_unref);
}

typedef struct
{
  guint interval;
  gint64 stalled_after;
  const char *models_file;
  gboolean once;
} Settings;

static int
watch_roots (const char *const *roots, const Settings *settings, Watch *watch)
{
  g_autoptr (MnsRunWatcher) watcher = mns_run_watcher_new (roots);
  g_autoptr (GError) error = NULL;

  if (settings->models_file != NULL)
    {
      MnsModelTable *models = mns_model_table_new_from_file (settings->models_file, &error);

      if (models == NULL)
        return mns_command_fail (MNS_EXIT_USAGE, error);
      mns_run_watcher_set_models (watcher, models);
    }
  mns_run_watcher_set_interval (watcher, settings->interval);
  mns_run_watcher_set_stalled_after (watcher, settings->stalled_after);
  g_signal_connect (watcher, "changed", G_CALLBACK (changed_cb), watch);
  g_signal_connect (watcher, "vanished", G_CALLBACK (vanished_cb), watch);
  g_signal_connect (watcher, "root-failed", G_CALLBACK (root_failed_cb), watch);
  if (settings->once)
    mns_run_watcher_scan (watcher);
  else
    watch_on (watcher, watch);
  return settings->once && watch->n_failed > 0 ? MNS_EXIT_NO_RUN : MNS_EXIT_OK;
}

int
mns_command_watch (int argc, char **argv)
{
  gboolean once = FALSE;
  int interval = 60;
  double stalled_hours = 0;
  g_autofree char *models_file = NULL;
  Watch watch = { 0 };
  Settings settings;
  const GOptionEntry entries[] = {
    { "once", '1', 0, G_OPTION_ARG_NONE, &once, "Show every run once and end", NULL },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &watch.as_json, "Print a JSON object a line", NULL },
    { "interval",
      'n',
      0,
      G_OPTION_ARG_INT,
      &interval,
      "Seconds between two looks at a share (60); local disks tell by themselves",
      "SECONDS" },
    { "stalled-after",
      0,
      0,
      G_OPTION_ARG_DOUBLE,
      &stalled_hours,
      "Hours without a change after which a run is stalled (24)",
      "HOURS" },
    { "models",
      0,
      0,
      G_OPTION_ARG_FILENAME,
      &models_file,
      "Key file with instruments of your own",
      "FILE" },
    { NULL },
  };
  int exit_code;

  if (!mns_command_parse (&argc,
                          &argv,
                          "ROOT…",
                          "tell state and cycle of all runs below the folders",
                          entries,
                          1,
                          -1,
                          &exit_code))
    return exit_code;
  argv[argc] = NULL; /* what GOption took out left a gap at the end */
  settings.interval = (guint) CLAMP (interval, 1, 86400);
  settings.stalled_after = (gint64) (CLAMP (stalled_hours, 0, 8760) * G_TIME_SPAN_HOUR);
  settings.models_file = models_file;
  settings.once = once;
  return watch_roots ((const char *const *) argv + 1, &settings, &watch);
}
