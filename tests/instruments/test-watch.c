/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The watcher: what it tells, what it leaves alone, and how long thousands of old runs take. */

#include "config.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include <glib/gstdio.h>

#include "server/instruments/run-watcher.h"
#include "tests/mns-test.h"

#define N_OLD 2000
#define OLD_TIME 1500000000

static const char run_info[] =
    "<?xml version=\"1.0\"?>\n<RunInfo Version=\"2\"><Run Id=\"%s\" Number=\"1\">"
    "<Flowcell>FC</Flowcell><Instrument>M00001</Instrument><Date>200101</Date><Reads>"
    "<Read Number=\"1\" NumCycles=\"50\" IsIndexedRead=\"N\"/>"
    "<Read Number=\"2\" NumCycles=\"8\" IsIndexedRead=\"Y\"/></Reads>"
    "<FlowcellLayout LaneCount=\"1\" SurfaceCount=\"2\" SwathCount=\"1\" TileCount=\"14\"/>"
    "</Run></RunInfo>\n";

typedef struct
{
  char *root;
  MnsRunWatcher *watcher;
  GString *told; /* "name:state:cycle " in the order told */
  guint n_vanished;
  guint n_failed;
} Fixture;

static void
write_file (const char *folder, const char *name, const void *data, gsize length)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (
      g_file_set_contents_full (path, data, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

static void
make_old (const char *folder, const char *name)
{
  const struct utimbuf times = { OLD_TIME, OLD_TIME };
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_cmpint (utime (path, &times), ==, 0);
}

static char *
make_run (const char *root, const char *name)
{
  g_autofree char *folder = g_build_filename (root, name, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) parts = g_strsplit (run_info, "%s", 2);

  text = g_strconcat (parts[0], name, parts[1], NULL);
  write_file (folder, "RunInfo.xml", text, strlen (text));
  return g_steal_pointer (&folder);
}

/* An Extraction file, version 2, of one tile that has done @cycles. */
static void
write_cycles (const char *folder, guint8 cycles)
{
  guint8 bytes[2 + 38 * 60] = { 2, 38 };

  for (guint8 i = 0; i < cycles; i++)
    {
      guint8 *record = bytes + 2 + 38 * i;

      record[0] = 1;
      record[2] = 0x4d; /* tile 1101 */
      record[3] = 0x04;
      record[4] = (guint8) (i + 1);
    }
  write_file (folder, "InterOp/ExtractionMetricsOut.bin", bytes, 2 + 38 * (gsize) cycles);
}

static void
changed_cb (MnsRunWatcher *watcher, const MnsRunLook *look, gboolean is_new, Fixture *fixture)
{
  g_string_append_printf (fixture->told,
                          "%s:%s:%u ",
                          look->name,
                          mns_run_state_name (look->verdict.state),
                          look->verdict.cycle);
}

static void
vanished_cb (MnsRunWatcher *watcher, const char *folder, Fixture *fixture)
{
  fixture->n_vanished++;
}

static void
failed_cb (MnsRunWatcher *watcher, const char *root, const GError *error, Fixture *fixture)
{
  fixture->n_failed++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const char *roots[2] = { NULL, NULL };

  fixture->root = mns_test_make_tmp_dir ();
  fixture->told = g_string_new (NULL);
  roots[0] = fixture->root;
  fixture->watcher = mns_run_watcher_new (roots);
  g_signal_connect (fixture->watcher, "changed", G_CALLBACK (changed_cb), fixture);
  g_signal_connect (fixture->watcher, "vanished", G_CALLBACK (vanished_cb), fixture);
  g_signal_connect (fixture->watcher, "root-failed", G_CALLBACK (failed_cb), fixture);
}

/* A pass under way keeps the watcher until the main context has heard of its end. */
static void
drop_watcher (MnsRunWatcher *watcher)
{
  gint64 deadline = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;
  gpointer left = watcher;

  g_object_add_weak_pointer (G_OBJECT (watcher), &left);
  g_object_unref (watcher);
  while (left != NULL && g_get_monotonic_time () < deadline)
    if (!g_main_context_iteration (NULL, FALSE))
      g_thread_yield ();
  g_assert_null (left);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  drop_watcher (fixture->watcher);
  g_string_free (fixture->told, TRUE);
  mns_test_remove_tree (fixture->root);
  g_free (fixture->root);
}

static void
assert_told (Fixture *fixture, const char *wanted)
{
  mns_run_watcher_scan (fixture->watcher);
  g_assert_cmpstr (fixture->told->str, ==, wanted);
  g_string_truncate (fixture->told, 0);
}

/* A run from its first file to its statistics: each change is told once. */
static void
test_life (Fixture *fixture, gconstpointer data)
{
  g_autofree char *run = NULL;

  assert_told (fixture, "");
  run = make_run (fixture->root, "r1");
  assert_told (fixture, "r1:running:0 ");
  assert_told (fixture, "");
  write_cycles (run, 7);
  assert_told (fixture, "r1:running:7 ");
  write_cycles (run, 58);
  assert_told (fixture, "r1:running:58 ");
  write_file (run, "RTAComplete.txt", "", 0);
  assert_told (fixture, "r1:completed:58 ");
  write_file (run, "Reports/Demultiplex_Stats.csv", "Lane\n", 5);
  assert_told (fixture, "r1:demultiplexed:58 ");
  assert_told (fixture, "");
  mns_test_remove_tree (run);
  assert_told (fixture, "");
  g_assert_cmpuint (fixture->n_vanished, ==, 1);
  g_assert_cmpuint (mns_run_watcher_get_n_runs (fixture->watcher), ==, 0);
}

/* Runs in a folder of their instrument; what is inside a run is no run. */
static void
test_depth (Fixture *fixture, gconstpointer data)
{
  g_autofree char *instrument = g_build_filename (fixture->root, "M1", NULL);
  g_autofree char *run = make_run (instrument, "r1");
  g_autofree char *inner = make_run (run, "copy");
  g_autofree char *deep = g_build_filename (instrument, "x", "y", NULL);
  g_autofree char *too_deep = make_run (deep, "r2");

  assert_told (fixture, "r1:running:0 ");
  g_assert_nonnull (mns_run_watcher_find (fixture->watcher, run));
  g_assert_null (mns_run_watcher_find (fixture->watcher, inner));
}

/* A share that is away takes no run with it, and is told of once. */
static void
test_root_away (Fixture *fixture, gconstpointer data)
{
  g_autofree char *run = make_run (fixture->root, "r1");
  g_autofree char *away = g_strconcat (fixture->root, "-away", NULL);

  assert_told (fixture, "r1:running:0 ");
  g_assert_cmpint (g_rename (fixture->root, away), ==, 0);
  assert_told (fixture, "");
  assert_told (fixture, "");
  g_assert_cmpuint (fixture->n_failed, ==, 1);
  g_assert_cmpuint (fixture->n_vanished, ==, 0);
  g_assert_cmpint (g_rename (away, fixture->root), ==, 0);
  assert_told (fixture, "");
  g_assert_cmpuint (mns_run_watcher_get_n_runs (fixture->watcher), ==, 1);
}

static void
test_stalled (Fixture *fixture, gconstpointer data)
{
  g_autofree char *run = make_run (fixture->root, "r1");

  make_old (run, "RunInfo.xml");
  assert_told (fixture, "r1:stalled:0 ");
  write_cycles (run, 3);
  assert_told (fixture, "r1:running:3 ");
}

/* Thousands of old runs: found in seconds, then left alone. */
static void
test_many (Fixture *fixture, gconstpointer data)
{
  gint64 started;
  double first, second;

  for (guint i = 0; i < N_OLD; i++)
    {
      g_autofree char *name = g_strdup_printf ("r%04u", i);
      g_autofree char *run = make_run (fixture->root, name);

      write_cycles (run, 58);
      write_file (run, "RTAComplete.txt", "", 0);
      make_old (fixture->root, name);
    }
  started = g_get_monotonic_time ();
  mns_run_watcher_scan (fixture->watcher);
  first = (double) (g_get_monotonic_time () - started) / 1e6;
  g_assert_cmpuint (mns_run_watcher_get_n_runs (fixture->watcher), ==, N_OLD);
  g_assert_cmpuint (mns_run_watcher_get_n_looks (fixture->watcher), ==, N_OLD);

  started = g_get_monotonic_time ();
  mns_run_watcher_scan (fixture->watcher);
  second = (double) (g_get_monotonic_time () - started) / 1e6;
  g_assert_cmpuint (mns_run_watcher_get_n_looks (fixture->watcher), ==, N_OLD);
  g_test_message ("%d runs: first pass %.3f s, later passes %.3f s", N_OLD, first, second);
  g_assert_cmpfloat (first, <, 20.0);
}

/* The main loop must see the change without a pass by the clock, whose interval is an hour here. */
static void
wait_for (Fixture *fixture, const char *wanted)
{
  gint64 deadline = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;

  while (strstr (fixture->told->str, wanted) == NULL && g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (strstr (fixture->told->str, wanted));
}

static gboolean
wake_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
test_monitor (Fixture *fixture, gconstpointer data)
{
  g_autofree char *run = make_run (fixture->root, "r1");
  guint waker = g_timeout_add (200, wake_cb, NULL); /* so that a failure ends at the deadline */

  mns_run_watcher_set_interval (fixture->watcher, 3600);
  mns_run_watcher_start (fixture->watcher);
  wait_for (fixture, "r1:running:0 ");
  write_cycles (run, 12);
  wait_for (fixture, "r1:running:12 ");
  write_cycles (run, 13);
  wait_for (fixture, "r1:running:13 ");
  g_free (make_run (fixture->root, "r2"));
  wait_for (fixture, "r2:running:0 ");
  write_file (run, "RTAComplete.txt", "", 0);
  wait_for (fixture, "r1:ended_early:13 ");
  mns_run_watcher_stop (fixture->watcher);
  g_source_remove (waker);
}

#define ADD(name) g_test_add ("/watch/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (life);
  ADD (depth);
  ADD (root_away);
  ADD (stalled);
  ADD (many);
  ADD (monitor);
  return g_test_run ();
}
