/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The record layer against Illumina's dumps of one tiny file for each version of each metric, and
 * every prefix and every single changed byte of those files: none may crash, and what is read in
 * two goes must be what is read in one.
 */

#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "server/instruments/interop/state-private.h"
#include "tests/instruments/run-figures.h"
#include "tests/instruments/shared-data.h"
#include "tests/mns-test.h"

static guint n_files;
static guint n_values;
static guint64 n_prefixes;
static guint64 n_changes;

/* A run that has the lanes, tiles and cycles of the files. */
static const char run_info_text[] =
    "<RunInfo Version=\"2\"><Run Id=\"fixtures\" Number=\"1\"><Instrument>M1</Instrument><Reads>"
    "<Read Number=\"1\" NumCycles=\"40\" IsIndexedRead=\"N\"/>"
    "<Read Number=\"2\" NumCycles=\"8\" IsIndexedRead=\"Y\"/>"
    "<Read Number=\"3\" NumCycles=\"40\" IsIndexedRead=\"N\"/></Reads>"
    "<FlowcellLayout LaneCount=\"8\" SurfaceCount=\"2\" SwathCount=\"2\" TileCount=\"24\"/>"
    "</Run></RunInfo>";

static MnsRunInfo *
make_info (void)
{
  g_autoptr (GError) error = NULL;
  MnsRunInfo *info =
      mns_run_info_parse (run_info_text, strlen (run_info_text), "RunInfo.xml", &error);

  g_assert_no_error (error);
  return info;
}

static guint
find_metric (const char *name)
{
  const char *dot = strchr (name, '.');

  for (guint i = 0; i < MNS_N_METRICS; i++)
    if (strlen (mns_metric_kinds[i].file) == (gsize) (dot - name) &&
        strncmp (mns_metric_kinds[i].file, name, (gsize) (dot - name)) == 0)
      return i;
  g_error ("%s is no metric", name);
  return MNS_N_METRICS;
}

/* A dump: rows of fields below the names of the columns, and the values of score bins. */
typedef struct
{
  char **columns;
  GPtrArray *rows;
  guint bins[MNS_MAX_SCORE];
  guint n_bins;
} Dump;

static void
dump_clear (Dump *dump)
{
  g_strfreev (dump->columns);
  g_ptr_array_unref (dump->rows);
}

static void
dump_read (Dump *dump, const char *path)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean is_bins = FALSE;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  dump->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) fields = NULL;

      if (*lines[i] == '\0')
        continue;
      if (*lines[i] == '#')
        {
          is_bins = FALSE;
          continue;
        }
      fields = g_strsplit (g_strchomp (lines[i]), ",", -1);
      if (g_str_equal (fields[0], "Lower"))
        is_bins = TRUE;
      else if (is_bins)
        dump->bins[dump->n_bins++] = (guint) atoi (fields[1]);
      else if (dump->columns == NULL)
        dump->columns = g_steal_pointer (&fields);
      else
        g_ptr_array_add (dump->rows, g_steal_pointer (&fields));
    }
}

/* Columns that are one field of the record, or the nth number of one; "%" stands for a number. */
static const struct
{
  const char *column;
  const char *field;
  int nth; /* -1: the number in the column's name */
} plain_columns[] = {
  { "ErrorRate", "error", 0 },
  { "PhiXAdapterRate(%)", "adapter", -1 },
  { "PhiXAdapterRate", "adapter", 0 },
  { "Q20", "q20", 0 },
  { "Q30", "q30", 0 },
  { "Total", "all", 0 },
  { "MedianQScore", "median", 0 },
  { "MaxIntensity_%", "intensity", -1 },
  { "Focus_%", "focus", -1 },
  { "AverageCycleIntensity", "mean", 0 },
  { "SignalToNoise", "signal to noise", 0 },
  { "CalledCount_NC", "calls", 0 },
  { "CalledCount_A", "calls", 1 },
  { "CalledCount_C", "calls", 2 },
  { "CalledCount_G", "calls", 3 },
  { "CalledCount_T", "calls", 4 },
  { "CalledIntensity_A", "called", 0 },
  { "CalledIntensity_C", "called", 1 },
  { "CalledIntensity_G", "called", 2 },
  { "CalledIntensity_T", "called", 3 },
  { "AllIntensity_A", "all", 0 },
  { "AllIntensity_C", "all", 1 },
  { "AllIntensity_G", "all", 2 },
  { "AllIntensity_T", "all", 3 },
  { "Phasing", "phasing", 0 },
  { "Prephasing", "prephasing", 0 },
  { "MinContrast_%", "min", -1 },
  { "MaxContrast_%", "max", -1 },
  { "OccupiedCount", "occupied", 0 },
  { "Upper Left X", "corner", 0 },
  { "Upper Left Y", "corner", 1 },
  { "Raw Cluster Count", "raw", 0 },
  { "Occupied Cluster Count", "occupied", 0 },
  { "PF Cluster Count", "pf", 0 },
  { "Occupancy Proxy Cluster Count", "occupancy proxy", 0 },
};

/* Number in a column's name if it fits the pattern, -1 if it does not. */
static int
match_column (const char *column, const char *pattern)
{
  const char *mark = strchr (pattern, '%');
  gsize length = mark != NULL ? (gsize) (mark - pattern) : strlen (pattern);
  char *end = NULL;
  long number;

  if (mark == NULL)
    return g_str_equal (column, pattern) ? 0 : -1;
  if (strncmp (column, pattern, length) != 0)
    return -1;
  number = strtol (column + length, &end, 10);
  return end != column + length && g_str_equal (end, mark + 1) ? (int) number : -1;
}

/* Number of a value within the record, -1 if this version has no such field. */
static int
find_value (const MnsShape *shape, const char *field, guint nth)
{
  guint place = 0;

  for (guint i = 0; i < MNS_LAYOUT_FIELDS && shape->layout->fields[i].name != NULL; i++)
    {
      if (g_str_equal (shape->layout->fields[i].name, field))
        return nth < shape->count[i] ? (int) (place + nth) : -1;
      place += shape->count[i];
    }
  return -1;
}

static int
find_column (const MnsShape *shape, const Dump *dump, const char *column)
{
  int nth = match_column (column, "Bin_%");
  gboolean by_bin = shape->has_bins && shape->layout->version != 5;

  if (nth > 0)
    return find_value (
        shape, "clusters", by_bin || dump->n_bins == 0 ? (guint) nth - 1 : dump->bins[nth - 1] - 1);
  for (guint i = 0; i < G_N_ELEMENTS (plain_columns); i++)
    {
      int found = match_column (column, plain_columns[i].column);

      if (found >= 0)
        return find_value (shape,
                           plain_columns[i].field,
                           (guint) (plain_columns[i].nth >= 0 ? plain_columns[i].nth : found));
    }
  return -1;
}

static void
check_value (const char *name, const char *column, double found, const char *expected)
{
  double value = g_ascii_strtod (expected, NULL);

  if (fabs (found - value) > 1e-6 * MAX (1, fabs (value)))
    g_error ("%s: %s is %.9g, the dump has %s", name, column, found, expected);
  n_values++;
}

static gboolean
is_record_of (const MnsShape *shape, const guint8 *record, char **row)
{
  if (!shape->layout->has_id)
    return TRUE;
  return mns_shape_lane (shape, record) == (guint32) atoi (row[0]) &&
         mns_shape_tile (shape, record) == (guint32) atoi (row[1]) &&
         (shape->layout->key == MNS_KEY_NONE ||
          mns_shape_key (shape, record) == (guint32) atoi (row[2]));
}

/* Every plain column of every row against the record with its lane, tile and cycle. */
static void
check_plain (
    const char *name, const MnsShape *shape, const Dump *dump, const guint8 *bytes, gsize n)
{
  const guint8 *records = bytes + shape->header_size;
  gsize n_records = (n - shape->header_size) / shape->record_size;

  for (guint i = 0; i < dump->rows->len; i++)
    {
      char **row = dump->rows->pdata[i];
      const guint8 *record = NULL;

      for (gsize k = 0; k < n_records && record == NULL; k++)
        if (is_record_of (shape, records + k * shape->record_size, row))
          record = records + k * shape->record_size;
      if (record == NULL)
        g_error ("%s: no record for row %u", name, i);
      for (guint k = 0; dump->columns[k] != NULL; k++)
        {
          int value = find_column (shape, dump, dump->columns[k]);

          if (value >= 0)
            check_value (
                name, dump->columns[k], mns_shape_value (shape, record, (guint) value), row[k]);
        }
    }
}

/* Image version 1 has a record for each channel, ExtendedTile 1 a code before its value. */
static void
check_image_1 (
    const char *name, const MnsShape *shape, const Dump *dump, const guint8 *bytes, gsize n)
{
  gsize n_records = (n - shape->header_size) / shape->record_size;

  for (gsize k = 0; k < n_records; k++)
    {
      const guint8 *record = bytes + shape->header_size + k * shape->record_size;
      guint channel = (guint) mns_shape_value (shape, record, 0);

      for (guint i = 0; i < dump->rows->len; i++)
        {
          char **row = dump->rows->pdata[i];

          if (!is_record_of (shape, record, row))
            continue;
          check_value (name, "MinContrast", mns_shape_value (shape, record, 1), row[3 + channel]);
          check_value (name, "MaxContrast", mns_shape_value (shape, record, 2), row[7 + channel]);
        }
    }
}

/* Six-digit tile numbers of no instrument are replaced by ones that the made-up run has. */
static guint32
make_tile (guint32 tile)
{
  return 1101 + (tile / 10000 + tile) % 8;
}

static void
mend_tiles (const MnsShape *shape, guint8 *bytes, gsize n)
{
  gsize size = shape->record_size;

  for (gsize at = shape->header_size; size > 0 && shape->layout->has_id && at + size <= n;
       at += size)
    if (shape->layout->is_wide)
      {
        guint32 tile = GUINT32_TO_LE (make_tile (mns_load_u32 (bytes + at + 2)));

        memcpy (bytes + at + 2, &tile, sizeof tile);
      }
  /* Records with texts: wherever the number stands. */
  for (gsize at = shape->header_size; size == 0 && at + 4 <= n; at++)
    if (mns_load_u32 (bytes + at) == 121106)
      {
        guint32 tile = GUINT32_TO_LE (1106);

        memcpy (bytes + at, &tile, sizeof tile);
      }
}

/* Tile and Index records are more than plain columns: through the whole reader. */
static void
check_tile (const char *name, const Dump *dump, const guint8 *bytes, gsize n)
{
  g_autoptr (MnsRunInfo) info = make_info ();
  g_autoptr (MnsInteropState) state = mns_interop_state_new (".", info, MNS_INTEROP_PLAIN);

  mns_interop_state_look_at_bytes (state, MNS_METRIC_TILE, bytes, n, NULL);
  g_assert_cmpuint (mns_interop_state_n_set_aside (state), ==, 0);
  for (guint i = 0; i < dump->rows->len; i++)
    {
      char **row = dump->rows->pdata[i];
      guint tile = (guint) atoi (row[1]);
      MnsTileFigures figures;

      for (guint k = 0; k < mns_interop_state_n_tiles (state); k++)
        {
          mns_interop_state_get_tile (state, k, (guint) atoi (row[2]) - 1, &figures);
          if (figures.lane != (guint) atoi (row[0]) ||
              figures.tile != (tile > 9999 ? make_tile (tile) : tile))
            continue;
          check_value (name, "ClusterCount", figures.clusters, row[3]);
          check_value (name, "ClusterCountPF", figures.clusters_pf, row[4]);
          check_value (name, "Density", figures.density, row[5]);
          check_value (name, "DensityPF", figures.density_pf, row[6]);
          check_value (name, "Aligned", figures.percent_aligned, row[7]);
          if (!g_str_equal (row[8], "nan"))
            {
              check_value (name, "Prephasing", figures.prephasing, row[8]);
              check_value (name, "Phasing", figures.phasing, row[9]);
            }
        }
    }
}

static void
check_index (const char *name, const Dump *dump, const guint8 *bytes, gsize n)
{
  g_autoptr (MnsRunInfo) info = make_info ();
  g_autoptr (MnsInteropState) state = mns_interop_state_new (".", info, MNS_INTEROP_PLAIN);
  guint found = 0;

  mns_interop_state_look_at_bytes (state, MNS_METRIC_INDEX, bytes, n, NULL);
  g_assert_cmpuint (mns_interop_state_n_set_aside (state), ==, 0);
  for (guint i = 0; i < dump->rows->len; i++)
    {
      char **row = dump->rows->pdata[i];
      guint lane = (guint) atoi (row[0]);

      for (guint k = 0; k < mns_shares_length (state->index, lane); k++)
        {
          const MnsShare *share = mns_shares_get (state->index, lane, k);

          if (!g_str_equal (share->sample, row[4]))
            continue;
          g_assert_cmpstr (share->sequence, ==, row[3]);
          g_assert_cmpstr (share->project, ==, row[5]);
          check_value (name, "ClusterCount", (double) share->clusters, row[6]);
          n_values += 3;
          found++;
        }
    }
  g_assert_cmpuint (found, ==, dump->rows->len);
}

static void
check_file (const char *folder, const char *name)
{
  guint metric = find_metric (name);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *csv = g_strndup (path, strlen (path) - 4);
  g_autofree char *csv_path = g_strconcat (csv, ".csv", NULL);
  g_autofree char *bytes = NULL;
  gsize n = 0;
  Dump dump = { 0 };
  MnsShape shape;
  MnsInteropFault fault;

  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  dump_read (&dump, csv_path);
  g_assert_cmpint (
      mns_shape_parse (&shape, metric, (guint8 *) bytes, n, &fault), ==, MNS_HEADER_OK);
  g_assert_cmpuint (dump.rows->len, >, 0);
  if (metric == MNS_METRIC_TILE || metric == MNS_METRIC_INDEX)
    {
      mend_tiles (&shape, (guint8 *) bytes, n);
      if (metric == MNS_METRIC_TILE)
        check_tile (name, &dump, (guint8 *) bytes, n);
      else
        check_index (name, &dump, (guint8 *) bytes, n);
    }
  else if (metric == MNS_METRIC_IMAGE && shape.layout->version == 1)
    check_image_1 (name, &shape, &dump, (guint8 *) bytes, n);
  else
    check_plain (name, &shape, &dump, (guint8 *) bytes, n);
  dump_clear (&dump);
  n_files++;
}

typedef void (*FileFunc) (const char *folder, const char *name);

static void
for_all_fixtures (FileFunc func)
{
  g_autofree char *folder = shared_data_find ("illumina-fixtures");
  g_autoptr (GDir) dir = NULL;
  const char *name = NULL;

  if (folder == NULL)
    return;
  dir = g_dir_open (folder, 0, NULL);
  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".bin"))
      func (folder, name);
}

static void
test_values (void)
{
  for_all_fixtures (check_file);
}

/* One state serves millions of files: what it knows of the last one is taken out. */
static void
forget (MnsInteropState *state, guint metric)
{
  g_ptr_array_set_size (state->files[metric], 0);
  g_array_set_size (state->set_aside, 0);
  g_ptr_array_set_size (state->shapes, 0);
  state->is_spoilt[metric] = FALSE;
  state->is_careful[metric] = FALSE;
  mns_interop_clear_metric (state, metric);
}

/* A number for all sums. */
static guint32
digest (const MnsInteropState *state)
{
  guint32 hash = 2166136261u;
  const struct
  {
    gconstpointer bytes;
    gsize size;
  } arrays[] = {
    { state->tile, sizeof (MnsTileSums) },
    { state->tile_read, sizeof (MnsTileReadSums) },
    { state->occupied, sizeof (float) },
    { state->first_intensity, sizeof (float) },
    { state->q, sizeof (MnsQSums) },
    { state->q_collapsed, sizeof (MnsQSums) },
    { state->error, sizeof (MnsErrorSums) },
    { state->phasing, sizeof (MnsPhasingSums) },
    { state->n_records, sizeof state->n_records / MAX (state->n_slots, 1) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
    for (gsize k = 0; k < arrays[i].size * state->n_slots; k++)
      hash = (hash ^ ((const guint8 *) arrays[i].bytes)[k]) * 16777619u;
  return hash;
}

static void
look (MnsInteropState *state, guint metric, const guint8 *bytes, gsize n)
{
  /* A copy of just that size lets a sanitizer see any step beyond it. */
  g_autofree guint8 *copy = g_memdup2 (bytes, n);

  mns_interop_state_look_at_bytes (state, metric, copy, n, NULL);
}

static void
try_prefixes (guint metric, const guint8 *bytes, gsize n)
{
  g_autoptr (MnsRunInfo) info = make_info ();
  g_autoptr (MnsInteropState) state = mns_interop_state_new (".", info, MNS_INTEROP_BY_CYCLE);
  guint32 whole;

  look (state, metric, bytes, n);
  forget (state, metric);
  look (state, metric, bytes, n);
  whole = digest (state);
  g_assert_cmpuint (mns_interop_state_n_set_aside (state), ==, 0);
  for (gsize length = 0; length <= n; length++)
    {
      guint64 before;

      forget (state, metric);
      look (state, metric, bytes, length);
      g_assert_cmpuint (mns_interop_state_n_set_aside (state), ==, 0);
      before = mns_interop_state_bytes_read (state);
      look (state, metric, bytes, n);
      g_assert_cmpuint (digest (state), ==, whole);
      g_assert_cmpuint (mns_interop_state_bytes_read (state) - before, ==, n - length);
      n_prefixes++;
    }
}

/* All 255 other values of every byte, or some of them. */
static void
try_changes (guint metric, guint8 *bytes, gsize n, guint step)
{
  g_autoptr (MnsRunInfo) info = make_info ();
  g_autoptr (MnsInteropState) state = mns_interop_state_new (".", info, MNS_INTEROP_PLAIN);
  g_autoptr (MnsInteropState) by_cycle = mns_interop_state_new (".", info, MNS_INTEROP_BY_CYCLE);

  look (state, metric, bytes, 0);
  look (by_cycle, metric, bytes, 0);
  for (gsize at = 0; at < n; at++)
    for (guint change = 1; change < 256; change += step)
      {
        MnsInteropState *chosen = change % 16 == 1 ? by_cycle : state;

        bytes[at] ^= (guint8) change;
        forget (chosen, metric);
        look (chosen, metric, bytes, n);
        bytes[at] ^= (guint8) change;
        n_changes++;
      }
}

static void
try_file (const char *folder, const char *name)
{
  guint metric = find_metric (name);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *bytes = NULL;
  gsize n = 0;
  MnsShape shape;
  MnsInteropFault fault;

  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  mns_shape_parse (&shape, metric, (guint8 *) bytes, n, &fault);
  try_changes (metric, (guint8 *) bytes, n, 51); /* as it is: tiles of no run */
  mend_tiles (&shape, (guint8 *) bytes, n);
  try_prefixes (metric, (guint8 *) bytes, n);
  try_changes (metric, (guint8 *) bytes, n, 1);
}

static void
test_bytes (void)
{
  for_all_fixtures (try_file);
}

/* The same with files made here, one for each version of each metric, for where there are no data,
 * and for the metrics that have no fixture.
 */
static void
try_made (const char *preset, guint metric, guint version)
{
  g_autofree char *folder = mns_test_make_tmp_dir ();
  g_autofree char *path = NULL;
  g_autofree char *name = g_strdup_printf ("%sOut.bin", mns_metric_kinds[metric].file);
  g_autofree char *bytes = NULL;
  MnsGenOptions options = { .reads = "3,2i", .lanes = 1, .tiles = 1 };
  gsize n = 0;

  options.version[metric] = (int) version;
  run_figures_make (folder, preset, &options);
  path = g_build_filename (folder, "InterOp", name, NULL);
  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  try_prefixes (metric, (guint8 *) bytes, n);
  try_changes (metric, (guint8 *) bytes, n, 17);
  mns_test_remove_tree (folder);
}

static void
test_made (void)
{
  for (guint metric = 0; metric < MNS_N_METRICS; metric++)
    for (guint i = 0; i < mns_metric_kinds[metric].n_layouts; i++)
      try_made (metric == MNS_METRIC_CONTROL       ? "miseq"
                : metric == MNS_METRIC_SUMMARY_RUN ? "nextseq2000-p2"
                                                   : "novaseq6000-s1",
                metric,
                mns_metric_kinds[metric].layouts[i].version);
}

int
main (int argc, char **argv)
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/interop/fixtures/values", test_values);
  g_test_add_func ("/interop/fixtures/bytes", test_bytes);
  g_test_add_func ("/interop/made/bytes", test_made);
  failed = g_test_run ();
  g_print ("# compared: %u fixture files, %u values in them; read %" G_GUINT64_FORMAT
           " prefixes and %" G_GUINT64_FORMAT " changed files\n",
           n_files,
           n_values,
           n_prefixes,
           n_changes);
  return failed;
}
