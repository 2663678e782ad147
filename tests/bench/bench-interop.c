/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* How long and in how much memory a summary is made, against `cat` of the same files. The runs are
 * made in a temporary folder by meniscus-run itself. This program stays small on purpose: what a
 * child is said to have had resident includes its parent at the time of the fork.
 */

#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/instruments/generate/generator.h"
#include "server/instruments/interop/state.h"
#include "tests/mns-test.h"

#define ROUNDS 5
#define RESIDENT_LIMIT_KIB (16 * 1024)

static const struct
{
  const char *name;
  const char *options[5];
  double bar; /* times cat */
} cases[] = {
  { "NovaSeq S4", { "--preset", "novaseq6000-s4" }, 7 },
  { "NovaSeq S4 in cycle folders", { "--preset", "novaseq6000-s4", "--cycle-folders" }, 3 },
  { "NovaSeq X 25B", { "--preset", "novaseqx-25b" }, 10 },
};

typedef struct
{
  double seconds;
  long resident; /* KiB */
} Cost;

/* Runs a command with its output thrown away. */
static Cost
run (char **argv)
{
  gint64 start = g_get_monotonic_time ();
  struct rusage usage = { 0 };
  int status = 0;
  pid_t child = fork ();

  if (child == 0)
    {
      int null = open ("/dev/null", O_WRONLY);

      dup2 (null, STDOUT_FILENO);
      execvp (argv[0], argv);
      _exit (127);
    }
  g_assert_cmpint (wait4 (child, &status, 0, &usage), ==, child);
  if (!WIFEXITED (status) || WEXITSTATUS (status) != 0)
    g_error ("%s failed", argv[0]);
  return (Cost){ (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC, usage.ru_maxrss };
}

/* Adds the metric files in @folder, and in the folders of it, to a command line. */
static guint64
add_files (const char *folder, GPtrArray *argv)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = NULL;
  guint64 bytes = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GStatBuf info;

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        bytes += add_files (path, argv);
      else if (g_stat (path, &info) == 0)
        {
          bytes += (guint64) info.st_size;
          g_ptr_array_add (argv, g_steal_pointer (&path));
        }
    }
  return bytes;
}

static void
print_row (const char *name, const char *kind, double ratio, double bar)
{
  printf (
      "{\"name\": \"interop: %s\", \"kind\": \"%s\", \"ratio\": %.3f, \"bar\": %g, \"holds\": "
      "%s}\n",
      name,
      kind,
      ratio,
      bar,
      ratio <= bar ? "true" : "false");
  fflush (stdout);
}

static void
measure (const char *program, const char *root, guint nth)
{
  g_autofree char *folder = g_strdup_printf ("%s/run-%u", root, nth);
  g_autofree char *interop = g_build_filename (folder, "InterOp", NULL);
  g_autoptr (GPtrArray) cat = g_ptr_array_new_with_free_func (g_free);
  char *make[10] = { (char *) program, (char *) "generate", (char *) "--no-planted", folder };
  char *summary[] = { (char *) program, (char *) "summary", (char *) "--json", folder, NULL };
  g_autofree char *time_name = NULL;
  g_autofree char *memory_name = NULL;
  double best_cat = G_MAXDOUBLE;
  double best = G_MAXDOUBLE;
  long resident = 0;
  guint64 bytes;

  for (guint i = 0; cases[nth].options[i] != NULL; i++)
    make[4 + i] = (char *) cases[nth].options[i];
  run (make);
  g_ptr_array_add (cat, g_strdup ("cat"));
  bytes = add_files (interop, cat);
  g_ptr_array_add (cat, NULL);
  run ((char **) cat->pdata); /* warms the cache */
  for (guint i = 0; i < ROUNDS; i++)
    {
      Cost of_cat = run ((char **) cat->pdata);
      Cost of_summary = run (summary);

      best_cat = MIN (best_cat, of_cat.seconds);
      best = MIN (best, of_summary.seconds);
      resident = MAX (resident, of_summary.resident);
    }
  time_name = g_strdup_printf ("summary of %s, %.0f MiB in %u files, time of cat",
                               cases[nth].name,
                               (double) bytes / (1024 * 1024),
                               cat->len - 2);
  memory_name = g_strdup_printf ("summary of %s, resident of 16 MiB", cases[nth].name);
  print_row (time_name, "peer", best / best_cat, cases[nth].bar);
  print_row (memory_name, "limit", (double) resident / RESIDENT_LIMIT_KIB, 1);
  mns_test_remove_tree (folder);
}

static guint64
find_size (const char *folder)
{
  g_autofree char *interop = g_build_filename (folder, "InterOp", NULL);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);

  return add_files (interop, files);
}

/* What the next look at a running run reads, of what its last cycle added. */
static void
measure_next_look (const char *root)
{
  g_autofree char *folder = g_build_filename (root, "running", NULL);
  MnsGenOptions options = { .preset = mns_gen_preset_find ("novaseq6000-s1"), .samples = 6 };
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsGenerator) generator = mns_generator_new (folder, &options, &error);
  g_autoptr (MnsRunInfo) info = NULL;
  g_autoptr (MnsInteropState) state = NULL;
  guint64 read;
  guint64 size;

  g_assert_no_error (error);
  g_assert_true (mns_generator_start (generator, &error));
  while (mns_generator_get_cycle (generator) < 100)
    g_assert_true (mns_generator_step (generator, &error));
  info = mns_run_info_read (folder, &error);
  g_assert_no_error (error);
  state = mns_interop_state_new (folder, info, MNS_INTEROP_PLAIN);
  g_assert_true (mns_interop_state_look (state, &error));
  read = mns_interop_state_bytes_read (state);
  size = find_size (folder);
  g_assert_true (mns_generator_step (generator, &error));
  g_assert_true (mns_interop_state_look (state, &error));
  print_row ("next look at a running NovaSeq S1, bytes read of bytes added",
             "limit",
             (double) (mns_interop_state_bytes_read (state) - read) /
                 (double) (find_size (folder) - size),
             1);
  mns_test_remove_tree (folder);
}

int
main (int argc, char **argv)
{
  g_autofree char *root = mns_test_make_tmp_dir ();

  if (argc != 2)
    {
      fprintf (stderr, "usage: %s PATH-OF-MENISCUS-RUN\n", argv[0]);
      return 2;
    }
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    measure (argv[1], root, i);
  measure_next_look (root);
  mns_test_remove_tree (root);
  return 0;
}
