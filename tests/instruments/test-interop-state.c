/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Looking at a run again and again: what is read, what waits, what is set aside. */

#include "config.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "server/instruments/interop/state.h"
#include "server/instruments/summary.h"
#include "tests/instruments/run-figures.h"
#include "tests/mns-test.h"

#define ERROR_FILE "InterOp/ErrorMetricsOut.bin"

typedef struct
{
  char *folder;
  MnsRunInfo *info;
  MnsInteropState *state;
} Fixture;

static void
set_up (Fixture *f, gconstpointer preset)
{
  g_autoptr (GError) error = NULL;

  f->folder = mns_test_make_tmp_dir ();
  run_figures_make (f->folder, preset, &(MnsGenOptions){ .seed = 3 });
  f->info = mns_run_info_read (f->folder, &error);
  g_assert_no_error (error);
  f->state = mns_interop_state_new (f->folder, f->info, MNS_INTEROP_BY_CYCLE);
}

static void
tear_down (Fixture *f, gconstpointer preset)
{
  mns_interop_state_free (f->state);
  mns_run_info_free (f->info);
  mns_test_remove_tree (f->folder);
  g_free (f->folder);
}

static void
look (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  mns_interop_state_look (f->state, &error);
  g_assert_no_error (error);
}

static char *
read_bytes (Fixture *f, const char *name, gsize *length)
{
  g_autofree char *path = g_build_filename (f->folder, name, NULL);
  char *bytes = NULL;

  g_assert_true (g_file_get_contents (path, &bytes, length, NULL));
  return bytes;
}

/* Writes a file of the run as it is now, its folder too if need be. */
static void
write_bytes (Fixture *f, const char *name, const char *bytes, gsize length)
{
  g_autofree char *path = g_build_filename (f->folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_mkdir_with_parents (parent, 0777);
  g_assert_true (g_file_set_contents (path, bytes, (gssize) length, NULL));
}

static void
remove_file (Fixture *f, const char *name)
{
  g_autofree char *path = g_build_filename (f->folder, name, NULL);

  g_assert_cmpint (g_remove (path), ==, 0);
}

static double
total_error (Fixture *f)
{
  g_autoptr (MnsRunSummary) summary = mns_run_summary_new (f->state);

  return summary->total.error_rate;
}

/* The size of all files in InterOp that are read. */
static guint64
size_of_files (const char *folder)
{
  g_autofree char *interop = g_build_filename (folder, "InterOp", NULL);
  g_autoptr (GDir) dir = g_dir_open (interop, 0, NULL);
  const char *name = NULL;
  guint64 size = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (interop, name, NULL);
      GStatBuf info;

      g_assert_cmpint (g_stat (path, &info), ==, 0);
      if (g_str_has_suffix (name, ".bin"))
        size += (guint64) info.st_size;
      else
        {
          g_autofree char *part = g_build_filename ("InterOp", name, NULL);
          g_autoptr (GDir) cycle = g_dir_open (path, 0, NULL);
          const char *file = NULL;

          while ((file = g_dir_read_name (cycle)) != NULL)
            {
              g_autofree char *file_path = g_build_filename (path, file, NULL);

              g_assert_cmpint (g_stat (file_path, &info), ==, 0);
              size += (guint64) info.st_size;
            }
        }
    }
  return size;
}

/* Each look at a growing run reads the bytes that the cycle added, no more; at the end the figures
 * are those of one look, and as planted.
 */
static void
check_growing (const char *preset, gboolean in_cycle_folders)
{
  g_autofree char *folder = mns_test_make_tmp_dir ();
  MnsGenOptions options = { .preset = mns_gen_preset_find (preset),
                            .reads = "30,6i,12",
                            .swaths = 1,
                            .tiles = 2,
                            .samples = 2,
                            .in_cycle_folders = in_cycle_folders };
  g_autoptr (MnsGenerator) generator = NULL;
  g_autoptr (MnsRunInfo) info = NULL;
  g_autoptr (MnsInteropState) state = NULL;
  g_autoptr (JsonNode) at_once = NULL;
  g_autoptr (MnsRunSummary) summary = NULL;
  g_autoptr (GError) error = NULL;
  guint64 before = 0;

  generator = mns_generator_new (folder, &options, &error);
  g_assert_no_error (error);
  g_assert_true (mns_generator_start (generator, &error));
  info = mns_run_info_read (folder, &error);
  g_assert_no_error (error);
  state = mns_interop_state_new (folder, info, MNS_INTEROP_PLAIN);
  g_assert_true (mns_interop_state_look (state, &error)); /* there is no InterOp yet */
  g_assert_cmpuint (mns_interop_state_bytes_read (state), ==, 0);
  while (!mns_generator_is_done (generator))
    {
      guint64 size;

      g_assert_true (mns_generator_step (generator, &error));
      size = size_of_files (folder);
      g_assert_true (mns_interop_state_look (state, &error));
      g_assert_cmpuint (mns_interop_state_bytes_read (state), ==, size);
      g_assert_cmpuint (size, >, before);
      g_assert_cmpuint (
          mns_interop_state_last_cycle (state), ==, mns_generator_get_cycle (generator));
      before = size;
    }
  g_assert_true (mns_generator_finish (generator, &error));
  g_assert_true (mns_interop_state_look (state, &error));
  g_assert_cmpuint (mns_interop_state_bytes_read (state), ==, size_of_files (folder));
  g_assert_true (mns_interop_state_look (state, &error)); /* nothing new */
  g_assert_cmpuint (mns_interop_state_bytes_read (state), ==, size_of_files (folder));
  at_once = run_figures_read (folder);
  g_assert_cmpuint (run_figures_compare_planted (folder, at_once), >, 40);
  summary = mns_run_summary_new (state);
  g_assert_cmpfloat (
      summary->total.yield_g,
      ==,
      json_object_get_double_member (run_figures_object (at_once, "summary/total"), "yield_g"));
  g_assert_cmpfloat (
      summary->total.error_rate,
      ==,
      json_object_get_double_member (run_figures_object (at_once, "summary/total"), "error_rate"));
  mns_test_remove_tree (folder);
}

static void
test_growing (void)
{
  check_growing ("miseq", FALSE);
  check_growing ("nextseq2000-p2", FALSE);
  check_growing ("novaseqx-25b", TRUE);
}

/* Half a record waits in the state: the rest of it is all that the next look reads. */
static void
test_half_record (Fixture *f, gconstpointer preset)
{
  gsize length = 0;
  g_autofree char *bytes = read_bytes (f, ERROR_FILE, &length);
  guint64 before;
  double whole;

  look (f);
  whole = total_error (f);
  mns_interop_state_free (f->state);
  f->state = mns_interop_state_new (f->folder, f->info, MNS_INTEROP_PLAIN);
  write_bytes (f, ERROR_FILE, bytes, length - 5);
  look (f);
  g_assert_cmpfloat (total_error (f), !=, whole);
  before = mns_interop_state_bytes_read (f->state);
  write_bytes (f, ERROR_FILE, bytes, length);
  look (f);
  g_assert_cmpuint (mns_interop_state_bytes_read (f->state) - before, ==, 5);
  g_assert_cmpfloat (total_error (f), ==, whole);
}

/* Files of 0 bytes and of a header only are nothing yet. */
static void
test_nothing_yet (Fixture *f, gconstpointer preset)
{
  gsize length = 0;
  g_autofree char *bytes = read_bytes (f, ERROR_FILE, &length);

  for (gsize n = 0; n <= 2; n++)
    {
      write_bytes (f, ERROR_FILE, bytes, n);
      look (f);
      g_assert_cmpuint (mns_interop_state_n_set_aside (f->state), ==, 0);
      g_assert_true (isnan (total_error (f)));
    }
  write_bytes (f, ERROR_FILE, bytes, length);
  look (f);
  g_assert_false (isnan (total_error (f)));
}

/* What is done to the error file of a NovaSeq (version 4, records of 12 bytes), and what is said.
 */
static const struct
{
  const char *name;
  gsize at;
  guint8 value;
  guint64 offset;
  const char *rule;
} wrongs[] = {
  { "version", 0, 99, 0, "version 99 is not known" },
  { "size", 1, 13, 1, "the file says records of 13 bytes, version 4 has 12" },
  { "lane", 2 + 12 * 7, 3, 2 + 12 * 7, "lane 3 is above the run's 2" },
  { "surface", 2 + 12 * 9 + 3, 0x0c, 2 + 12 * 9, "surface 3 of tile 3" },
  { "tile", 2 + 12 * 9 + 2, 0x62, 2 + 12 * 9, "place 46 of tile 2146 is above the run's 3" },
  { "cycle", 2 + 12 * 20 + 7, 0x40, 2 + 12 * 20, "is above the run's 94" },
};

static void
test_set_aside (Fixture *f, gconstpointer preset)
{
  gsize length = 0;
  g_autofree char *bytes = read_bytes (f, ERROR_FILE, &length);

  for (guint i = 0; i < G_N_ELEMENTS (wrongs); i++)
    {
      g_autofree guint8 *changed = g_memdup2 (bytes, length);
      g_autoptr (MnsRunSummary) summary = NULL;
      const MnsSetAside *entry;

      changed[wrongs[i].at] = wrongs[i].value;
      write_bytes (f, ERROR_FILE, (char *) changed, length);
      mns_interop_state_free (f->state);
      f->state = mns_interop_state_new (f->folder, f->info, MNS_INTEROP_PLAIN);
      look (f);
      g_assert_cmpuint (mns_interop_state_n_set_aside (f->state), ==, 1);
      entry = mns_interop_state_get_set_aside (f->state, 0);
      g_assert_cmpstr (entry->file, ==, ERROR_FILE);
      g_assert_cmpuint (entry->offset, ==, wrongs[i].offset);
      if (strstr (entry->rule, wrongs[i].rule) == NULL)
        g_error ("%s: %s", wrongs[i].name, entry->rule);
      /* Nothing of it is in the figures, the rest of the run is. */
      summary = mns_run_summary_new (f->state);
      g_assert_true (isnan (summary->total.error_rate));
      g_assert_cmpfloat (summary->total.yield_g, >, 0);
      look (f);
      g_assert_cmpuint (mns_interop_state_n_set_aside (f->state), ==, 1);
    }
}

/* Of a metric in parts only the wrong part is set aside. */
static void
test_set_aside_part (void)
{
  Fixture f = { 0 };
  gsize length = 0;
  g_autofree char *bytes = NULL;
  const MnsCycleFigures *figures;
  guint tiles;

  f.folder = mns_test_make_tmp_dir ();
  run_figures_make (f.folder, "novaseq6000-s1", &(MnsGenOptions){ .in_cycle_folders = TRUE });
  f.info = mns_run_info_read (f.folder, NULL);
  f.state = mns_interop_state_new (f.folder, f.info, MNS_INTEROP_BY_CYCLE);
  bytes = read_bytes (&f, "InterOp/C7.1/ErrorMetricsOut.bin", &length);
  bytes[length - 12] = 9; /* the lane of the last record */
  write_bytes (&f, "InterOp/C7.1/ErrorMetricsOut.bin", bytes, length);
  look (&f);
  g_assert_cmpuint (mns_interop_state_n_set_aside (f.state), ==, 1);
  g_assert_cmpstr (
      mns_interop_state_get_set_aside (f.state, 0)->file, ==, "InterOp/C7.1/ErrorMetricsOut.bin");
  tiles = mns_interop_state_n_tiles (f.state) / 2;
  for (guint cycle = 1; cycle < f.info->reads[0].last_cycle; cycle++)
    {
      figures = mns_interop_state_get_cycle (f.state, 1, cycle);
      g_assert_cmpuint (figures->n_error, ==, cycle == 7 ? 0 : tiles);
      g_assert_cmpuint (figures->n_extraction, ==, tiles);
    }
  tear_down (&f, NULL);
}

/* Where a record comes twice, the last one counts, whatever lies between them. */
static void
test_repeated (Fixture *f, gconstpointer preset)
{
  static const char *const names[] = {
    "InterOp/ErrorMetricsOut.bin",        "InterOp/QMetricsOut.bin",
    "InterOp/QMetrics2030Out.bin",        "InterOp/ExtractionMetricsOut.bin",
    "InterOp/CorrectedIntMetricsOut.bin", "InterOp/EmpiricalPhasingMetricsOut.bin"
  };
  g_autoptr (JsonNode) before = run_figures_read (f->folder);
  g_autoptr (JsonNode) after = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gsize length = 0;
      g_autofree char *bytes = read_bytes (f, names[i], &length);
      gsize size = (guint8) bytes[1];
      gsize header = length % size;
      g_autofree guint8 *more = g_malloc0 (length + size);

      /* The second record first, with other values, and then the whole file. */
      memcpy (more, bytes, header);
      memcpy (more + header, bytes + header + size, 8);
      memset (more + header + 8, 0x3e, size - 8);
      memcpy (more + header + size, bytes + header, length - header);
      write_bytes (f, names[i], (char *) more, length + size);
    }
  after = run_figures_read (f->folder);
  g_assert_true (
      json_node_equal (json_object_get_member (json_node_get_object (before), "summary"),
                       json_object_get_member (json_node_get_object (after), "summary")));
}

/* The order of records is free: the figures of a file turned round are the same. */
static void
test_any_order (Fixture *f, gconstpointer preset)
{
  static const char *const names[] = { "InterOp/ErrorMetricsOut.bin",
                                       "InterOp/QMetrics2030Out.bin",
                                       "InterOp/EmpiricalPhasingMetricsOut.bin",
                                       "InterOp/TileMetricsOut.bin" };
  g_autoptr (JsonNode) before = run_figures_read (f->folder);
  g_autoptr (JsonNode) after = NULL;
  static const char *const figures[] = { "phasing", "phasing_slope", "error_rate_35", "density" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gsize length = 0;
      g_autofree char *bytes = read_bytes (f, names[i], &length);
      gsize size = (guint8) bytes[1];
      gsize header = length % size;
      g_autofree guint8 *turned = g_memdup2 (bytes, length);

      for (gsize at = header; at < length; at += size)
        memcpy (turned + header + (length - size - at), bytes + at, size);
      write_bytes (f, names[i], (char *) turned, length);
    }
  after = run_figures_read (f->folder);
  for (guint read = 0; read < 4; read += 3)
    for (guint i = 0; i < G_N_ELEMENTS (figures); i++)
      {
        g_autofree char *path = g_strdup_printf ("summary/reads/%u/lanes/0", read);
        JsonArray *a = json_object_get_array_member (run_figures_object (before, path), figures[i]);
        JsonArray *b = json_object_get_array_member (run_figures_object (after, path), figures[i]);

        for (guint k = 0; k < 3; k++)
          if (!json_array_get_null_element (a, k))
            g_assert_true (run_figures_are_near (json_array_get_double_element (a, k),
                                                 json_array_get_double_element (b, k)));
      }
}

/* A file that shrank was written anew, and cycle folders give way to the joined file. */
static void
test_rewritten (Fixture *f, gconstpointer preset)
{
  gsize length = 0;
  g_autofree char *bytes = read_bytes (f, ERROR_FILE, &length);
  double whole;
  double part;

  look (f);
  whole = total_error (f);
  write_bytes (f, ERROR_FILE, bytes, 2 + 12 * 6);
  look (f);
  part = total_error (f);
  g_assert_cmpfloat (part, !=, whole);
  write_bytes (f, ERROR_FILE, bytes, length);
  look (f);
  g_assert_cmpfloat (total_error (f), ==, whole);

  mns_interop_state_free (f->state);
  f->state = mns_interop_state_new (f->folder, f->info, MNS_INTEROP_PLAIN);
  remove_file (f, ERROR_FILE);
  write_bytes (f, "InterOp/C1.1/ErrorMetricsOut.bin", bytes, 2 + 12 * 6);
  look (f);
  g_assert_cmpfloat (total_error (f), ==, part);
  write_bytes (f, ERROR_FILE, bytes, length);
  look (f);
  g_assert_cmpfloat (total_error (f), ==, whole);
}

/* The older name is read too, and gives way to the newer one. */
static void
test_old_name (Fixture *f, gconstpointer preset)
{
  gsize length = 0;
  g_autofree char *bytes = read_bytes (f, ERROR_FILE, &length);
  double whole;

  look (f);
  whole = total_error (f);
  mns_interop_state_free (f->state);
  f->state = mns_interop_state_new (f->folder, f->info, MNS_INTEROP_PLAIN);
  remove_file (f, ERROR_FILE);
  write_bytes (f, "InterOp/ErrorMetrics.bin", bytes, length);
  look (f);
  g_assert_cmpfloat (total_error (f), ==, whole);
  write_bytes (f, ERROR_FILE, bytes, 2 + 12 * 6);
  look (f);
  g_assert_cmpfloat (total_error (f), !=, whole);
}

/* Kinds that nobody needs, folders named as files, links to nowhere. */
static void
test_strange_entries (Fixture *f, gconstpointer preset)
{
  g_autofree char *folder = g_build_filename (f->folder, "InterOp", "ImageMetrics.bin", NULL);
  g_autofree char *link = g_build_filename (f->folder, "InterOp", "ControlMetricsOut.bin", NULL);
  g_autofree char *cycle = g_build_filename (f->folder, "InterOp", "C5.1", NULL);
  double whole;

  look (f);
  whole = total_error (f);
  g_assert_cmpint (g_mkdir (folder, 0777), ==, 0);
  g_assert_cmpint (symlink ("nowhere", link), ==, 0);
  g_assert_cmpint (symlink ("nowhere", cycle), ==, 0);
  write_bytes (f, "InterOp/FWHMGridMetricsOut.bin", "x", 1);
  write_bytes (f, "InterOp/C999.1/ErrorMetricsOut.bin", "xxx", 3);
  look (f);
  g_assert_cmpuint (mns_interop_state_n_set_aside (f->state), ==, 0);
  g_assert_cmpfloat (total_error (f), ==, whole);
}

static void
test_no_run (void)
{
  g_autofree char *folder = mns_test_make_tmp_dir ();
  g_autofree char *info_path = g_build_filename (folder, "RunInfo.xml", NULL);
  static const char *const broken[] = {
    "",
    "<RunInfo>",
    "<Other/>",
    "<RunInfo><Run><Reads><Read NumCycles=\"x\"/></Reads></Run></RunInfo>",
    "<RunInfo><Run><Reads><Read Number=\"2\" NumCycles=\"9\"/></Reads></Run></RunInfo>"
  };

  for (guint i = 0; i <= G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (GError) error = NULL;

      if (i > 0)
        g_assert_true (g_file_set_contents (info_path, broken[i - 1], -1, NULL));
      g_assert_null (mns_run_info_read (folder, &error));
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, "RunInfo.xml"));
    }
  mns_test_remove_tree (folder);
}

#define ADD(path, func)                                                                            \
  g_test_add ("/interop/state/" path, Fixture, "novaseq6000-s1", set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/interop/state/growing", test_growing);
  ADD ("half-record", test_half_record);
  ADD ("nothing-yet", test_nothing_yet);
  ADD ("set-aside", test_set_aside);
  g_test_add_func ("/interop/state/set-aside-part", test_set_aside_part);
  ADD ("repeated", test_repeated);
  ADD ("any-order", test_any_order);
  ADD ("rewritten", test_rewritten);
  ADD ("old-name", test_old_name);
  ADD ("strange-entries", test_strange_entries);
  g_test_add_func ("/interop/state/no-run", test_no_run);
  return g_test_run ();
}
