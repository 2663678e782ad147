/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* meniscus-run demux: the results of a demultiplexing, by lane and sample. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <math.h>
#include <stdio.h>

#include "server/instruments/command-print.h"
#include "server/instruments/commands.h"
#include "server/instruments/demux.h"
#include "sync/model/error.h"

#define N_UNKNOWN 5

static char *
count_text (gint64 count)
{
  return count >= 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, count) : g_strdup ("");
}

static char *
share_text (gint64 part, gint64 whole)
{
  return part >= 0 && whole > 0 ? g_strdup_printf ("%.2f", 100.0 * (double) part / (double) whole)
                                : g_strdup ("");
}

static char *
index_text (const MnsDemuxRow *row)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < row->indexes->len; i++)
    {
      const MnsDemuxIndex *index = g_ptr_array_index (row->indexes, i);

      g_string_append_printf (text,
                              "%s%s%s%s",
                              i > 0 ? " " : "",
                              index->index,
                              index->index2 != NULL ? "-" : "",
                              index->index2 != NULL ? index->index2 : "");
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gint64
perfect_of (const MnsDemuxRow *row)
{
  gint64 sum = -1;

  for (guint i = 0; i < row->indexes->len; i++)
    {
      const MnsDemuxIndex *index = g_ptr_array_index (row->indexes, i);

      if (index->perfect >= 0)
        sum = MAX (sum, 0) + index->perfect;
    }
  return sum;
}

static char **
row_cells (MnsDemux *demux, const MnsDemuxRow *row)
{
  const MnsDemuxLane *lane = mns_demux_get_lane (demux, row->lane);
  char **cells = g_new0 (char *, 10);

  cells[0] = g_strdup_printf ("%u", row->lane);
  cells[1] = g_strdup (row->sample_id != NULL ? row->sample_id : "(undetermined)");
  cells[2] = g_strdup (row->project != NULL ? row->project : "");
  cells[3] = index_text (row);
  cells[4] = count_text (row->reads);
  cells[5] = share_text (row->reads, lane->assigned + lane->undetermined);
  cells[6] = share_text (perfect_of (row), row->reads);
  cells[7] = share_text (row->yield_q30, row->yield);
  cells[8] =
      isnan (row->mean_quality) ? g_strdup ("") : g_strdup_printf ("%.2f", row->mean_quality);
  return cells;
}

static void
print_rows (MnsDemux *demux)
{
  static const char *const heads[] = {
    "Lane",      "Sample",    "Project", "Index",  "Reads",
    "% of lane", "% perfect", "% >=Q30", "Mean Q", NULL,
  };
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);

  g_ptr_array_add (rows, g_strdupv ((char **) heads));
  for (guint i = 0; i < demux->rows->len; i++)
    g_ptr_array_add (rows, row_cells (demux, g_ptr_array_index (demux->rows, i)));
  mns_command_print_table (rows, "><<<>>>>>");
}

static void
print_lanes (MnsDemux *demux)
{
  static const char *const heads[] = {
    "Lane",     "Samples",      "Clusters",       "Clusters PF",
    "Assigned", "Undetermined", "% undetermined", NULL,
  };
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);

  g_ptr_array_add (rows, g_strdupv ((char **) heads));
  for (guint i = 0; i < demux->lanes->len; i++)
    {
      const MnsDemuxLane *lane = g_ptr_array_index (demux->lanes, i);
      char **cells = g_new0 (char *, 8);

      cells[0] = g_strdup_printf ("%u", lane->lane);
      cells[1] = g_strdup_printf ("%u", lane->samples);
      cells[2] = count_text (lane->clusters_raw);
      cells[3] = count_text (lane->clusters_pf);
      cells[4] = count_text (lane->assigned);
      cells[5] = count_text (lane->undetermined);
      cells[6] = share_text (lane->undetermined, lane->assigned + lane->undetermined);
      g_ptr_array_add (rows, cells);
    }
  mns_command_print_table (rows, ">>>>>>>");
}

static void
print_unknown (const MnsDemux *demux)
{
  guint lane = 0, n = 0;

  for (guint i = 0; i < demux->unknown->len; i++)
    {
      const MnsDemuxBarcode *barcode = g_ptr_array_index (demux->unknown, i);

      n = barcode->lane == lane ? n + 1 : 1;
      lane = barcode->lane;
      if (i == 0)
        puts ("\nIndexes found most often that belong to no sample:");
      if (n <= N_UNKNOWN)
        printf ("  lane %u  %s%s%s  %" G_GINT64_FORMAT "\n",
                barcode->lane,
                barcode->index,
                barcode->index2 != NULL ? "-" : "",
                barcode->index2 != NULL ? barcode->index2 : "",
                barcode->reads);
    }
}

static void
print_text (MnsDemux *demux)
{
  printf ("%s, %s\n\n",
          demux->folder,
          demux->kind == MNS_DEMUX_BCL2FASTQ ? "bcl2fastq" : "BCL Convert");
  print_lanes (demux);
  putchar ('\n');
  print_rows (demux);
  print_unknown (demux);
  for (guint i = 0; i < demux->unmatched->len; i++)
    printf (
        "%s%s\n", i == 0 ? "\nUnmatched:\n" : "", (char *) g_ptr_array_index (demux->unmatched, i));
}

/* Reads one folder of statistics and matches it to the sheet named, or the one nearest to it. */
static MnsDemux *
read_one (const char *run, const char *folder, const char *sheet_path, GError **error)
{
  g_autofree char *found =
      sheet_path != NULL ? g_strdup (sheet_path) : mns_demux_find_sheet (run, folder);
  g_autoptr (MnsDemux) demux = mns_demux_read (folder, error);
  g_autoptr (MnsSampleSheet) sheet = NULL;

  if (demux == NULL || found == NULL)
    return g_steal_pointer (&demux);
  sheet = mns_sample_sheet_read (found, error);
  if (sheet == NULL)
    return NULL;
  mns_demux_match (demux, sheet);
  return g_steal_pointer (&demux);
}

static int
show_all (const char *run, GPtrArray *folders, const char *sheet, gboolean as_json)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  int exit_code = MNS_EXIT_OK;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "results");
  json_builder_begin_array (builder);
  for (guint i = 0; i < folders->len; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MnsDemux) demux = read_one (run, g_ptr_array_index (folders, i), sheet, &error);

      if (demux == NULL)
        exit_code = mns_command_fail (MNS_EXIT_NO_RUN, error);
      else if (as_json)
        mns_demux_add_json (demux, builder);
      else
        print_text (demux);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  if (as_json)
    mns_command_print_json (builder);
  return exit_code;
}

int
mns_command_demux (int argc, char **argv)
{
  gboolean as_json = FALSE;
  g_autofree char *sheet = NULL;
  const GOptionEntry entries[] = {
    { "json", 'j', 0, G_OPTION_ARG_NONE, &as_json, "Print JSON", NULL },
    { "sheet", 's', 0, G_OPTION_ARG_FILENAME, &sheet, "Sample sheet to match against", "FILE" },
    { NULL },
  };
  g_autoptr (GPtrArray) folders = NULL;
  g_autoptr (GError) error = NULL;
  int exit_code;

  if (!mns_command_parse (&argc,
                          &argv,
                          "FOLDER",
                          "show the results of a demultiplexing",
                          entries,
                          1,
                          1,
                          &exit_code))
    return exit_code;
  folders = mns_demux_find (argv[1]);
  if (folders->len == 0)
    {
      g_set_error (&error,
                   MNS_ERROR,
                   MNS_ERROR_NOT_FOUND,
                   "%s: neither Stats.json nor Demultiplex_Stats.csv is there",
                   argv[1]);
      return mns_command_fail (MNS_EXIT_NO_RUN, error);
    }
  return show_all (argv[1], folders, sheet, as_json);
}
