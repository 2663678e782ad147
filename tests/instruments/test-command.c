/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* meniscus-run as people and scripts call it: exit codes, JSON, lines, signals. */

#include "config.h"

#include <signal.h>
#include <string.h>

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "server/instruments/generate/generator.h"
#include "tests/mns-test.h"

#define WATCH_LIMIT_SECONDS 20

typedef struct
{
  char *folder;
  char *run;
  char *program;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  MnsGenOptions options = { 0 };
  g_autoptr (GError) error = NULL;

  options.preset = mns_gen_preset_find ("miseq");
  options.reads = "20,8i,20";
  fixture->folder = mns_test_make_tmp_dir ();
  fixture->run = g_build_filename (fixture->folder, "run", NULL);
  fixture->program =
      g_build_filename (g_getenv ("MNS_BUILD"), "server", "instruments", "meniscus-run", NULL);
  mns_generate (fixture->run, &options, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  mns_test_remove_tree (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->run);
  g_free (fixture->program);
}

/* Runs the program with @words, in which RUN and DIR stand for the fixture's folders. */
static char *
run (Fixture *fixture, const char *words, int wanted)
{
  g_auto (GStrv) arguments = g_strsplit (words, " ", -1);
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *out = NULL;
  g_autofree char *complaint = NULL;

  g_ptr_array_add (argv, g_strdup (fixture->program));
  for (guint i = 0; arguments[i] != NULL; i++)
    {
      g_autoptr (GString) word = g_string_new (arguments[i]);

      g_string_replace (word, "RUN", fixture->run, 0);
      g_string_replace (word, "DIR", fixture->folder, 0);
      g_ptr_array_add (argv, g_strdup (word->str));
    }
  g_ptr_array_add (argv, NULL);
  process = g_subprocess_newv ((const char *const *) argv->pdata,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
                               &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &out, &complaint, &error));
  g_assert_true (g_subprocess_get_if_exited (process));
  if (g_subprocess_get_exit_status (process) != wanted)
    g_test_message ("%s: %s", words, complaint);
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, wanted);
  /* Whatever fails says why; the faults of a sheet are what was asked for. */
  if (wanted != 0 && !g_str_has_prefix (words, "sheet check"))
    g_assert_cmpstr (complaint, !=, "");
  return g_steal_pointer (&out);
}

static JsonObject *
run_json (Fixture *fixture, const char *words, JsonParser **parser)
{
  g_autofree char *out = run (fixture, words, 0);
  g_autoptr (GError) error = NULL;

  *parser = json_parser_new ();
  json_parser_load_from_data (*parser, out, -1, &error);
  g_assert_no_error (error);
  return json_node_get_object (json_parser_get_root (*parser));
}

static void
write_file (Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
test_exit_codes (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *words;
    int code;
  } cases[] = {
    { "info", 2 },
    { "info RUN RUN", 2 },
    { "info --toast RUN", 2 },
    { "info DIR", 1 },
    { "info RUN", 0 },
    { "info --models DIR/none RUN", 2 },
    { "sheet", 2 },
    { "sheet eat DIR/x.csv", 2 },
    { "sheet check DIR/none.csv", 1 },
    { "sheet show DIR/none.csv", 1 },
    { "sheet convert RUN/SampleSheet.csv", 2 },
    { "sheet convert --to v3 RUN/SampleSheet.csv", 2 },
    { "sheet convert --to v2 --run DIR RUN/SampleSheet.csv", 1 },
    { "demux DIR/none", 1 },
    { "demux", 2 },
    { "watch", 2 },
    { "watch --once DIR/none", 1 },
    { "plot RUN", 2 },
    { "plot DIR --out DIR/plots", 1 },
    { "plot RUN --out DIR/plots --format gif", 2 },
    { "plot RUN --out DIR/plots --scale 0", 2 },
    { "watch --help", 0 },
    { "sheet convert --help", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_free (run (fixture, cases[i].words, cases[i].code));
}

static void
test_info (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *object = run_json (fixture, "info --json RUN", &parser);
  g_autofree char *text = NULL;

  g_assert_cmpstr (json_object_get_string_member (object, "model"), ==, "MiSeq");
  g_assert_cmpstr (json_object_get_string_member (object, "state"), ==, "completed");
  g_assert_cmpint (json_object_get_int_member (object, "cycle"), ==, 48);
  g_assert_cmpint (json_object_get_int_member (object, "cycles"), ==, 48);
  g_assert_nonnull (json_object_get_object_member (object, "run_info"));
  g_assert_nonnull (json_object_get_object_member (object, "run_parameters"));
  text = run (fixture, "info RUN", 0);
  g_assert_nonnull (strstr (text, "20 + 8 index + 20"));
}

static void
test_sheet (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autofree char *faults = NULL;
  g_autofree char *sheet = NULL;
  JsonObject *object;

  write_file (fixture, "bad.csv", "[Data]\nSample_ID,index\na.b,ACGTACGT\nc,ACGTACGT\n");
  write_file (
      fixture, "good.csv", "[Reads]\n51\n[Data]\nSample_ID,index,index2\na,ACGTACGT,AAAACCCC\n");
  faults = run (fixture, "sheet check DIR/bad.csv", 1);
  g_assert_nonnull (strstr (faults, "bad.csv:3:2: error: "));
  g_assert_nonnull (strstr (faults, "bad.csv:4:3: error: "));
  g_assert_nonnull (strstr (faults, "2 samples, 2 errors, 0 warnings"));
  g_free (run (fixture, "sheet check DIR/good.csv", 0));
  sheet = run (fixture, "sheet convert --to v2 -i NextSeq2000 DIR/good.csv", 0);
  g_assert_nonnull (strstr (sheet, "\na,ACGTACGT,GGGGTTTT\n"));
  object = run_json (fixture, "sheet show --json DIR/good.csv", &parser);
  g_assert_cmpstr (json_object_get_string_member (object, "form"), ==, "v1");
  g_assert_cmpint (json_object_get_int_member (object, "read1_cycles"), ==, 51);
}

static void
test_demux (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *object, *row;

  write_file (fixture,
              "Demultiplex_Stats.csv",
              "Lane,SampleID,Index,# Reads\n1,a,AC,30\n1,Undetermined,,10\n");
  object = run_json (fixture, "demux --json DIR", &parser);
  object = json_array_get_object_element (json_object_get_array_member (object, "results"), 0);
  row = json_array_get_object_element (json_object_get_array_member (object, "rows"), 0);
  g_assert_cmpstr (json_object_get_string_member (row, "sample_id"), ==, "a");
  g_assert_cmpint (json_object_get_int_member (row, "reads"), ==, 30);
  g_assert_true (json_object_get_null_member (row, "yield"));
}

static void
test_plot (Fixture *fixture, gconstpointer data)
{
  g_autofree char *out = run (fixture, "plot RUN --out DIR/plots --json --scale 1", 0);
  g_auto (GStrv) lines = g_strsplit (g_strchomp (out), "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), >=, 17);
  for (guint i = 0; lines[i] != NULL; i++)
    g_assert_true (g_file_test (lines[i], G_FILE_TEST_IS_REGULAR));
}

static gboolean
too_late_cb (gpointer data)
{
  g_subprocess_force_exit (data);
  return G_SOURCE_CONTINUE;
}

static char *
read_line (GDataInputStream *lines)
{
  GAsyncResult *result = NULL;
  char *line;

  g_data_input_stream_read_line_async (
      lines, G_PRIORITY_DEFAULT, NULL, mns_test_store_result_cb, &result);
  mns_test_wait_result (&result);
  line = g_data_input_stream_read_line_finish_utf8 (lines, result, NULL, NULL);
  g_object_unref (result);
  g_assert_nonnull (line);
  return line;
}

/* A line for the run that is there, one for the run that comes, and a good end on SIGTERM. */
static void
test_watch (Fixture *fixture, gconstpointer data)
{
  MnsGenOptions options = { 0 };
  g_autoptr (GSubprocess) process = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, fixture->program, "watch", fixture->folder, NULL);
  g_autoptr (GDataInputStream) lines =
      g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  guint limit = g_timeout_add_seconds (WATCH_LIMIT_SECONDS, too_late_cb, process);
  g_autofree char *first = read_line (lines);
  g_autofree char *second = NULL;
  g_autofree char *other = g_build_filename (fixture->folder, "other", NULL);

  g_assert_nonnull (strstr (first, "completed"));
  g_assert_nonnull (strstr (first, fixture->run));
  options.preset = mns_gen_preset_find ("iseq");
  options.reads = "5,5";
  g_assert_true (mns_generate (other, &options, NULL));
  second = read_line (lines);
  g_assert_nonnull (strstr (second, other));
  g_subprocess_send_signal (process, SIGTERM);
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 0);
  g_source_remove (limit);
}

#define ADD(name) g_test_add ("/command/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (exit_codes);
  ADD (info);
  ADD (sheet);
  ADD (demux);
  ADD (plot);
  ADD (watch);
  return g_test_run ();
}
