/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The reports of BCL Convert. Demultiplex_Stats.csv is the base; qualities moved from it into
 * Quality_Metrics.csv with 3.9, adapters are in Adapter_Metrics.csv. Rows belong together by lane,
 * sample, project and index. Column forms: interop-formats, section 9.
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include "server/instruments/csv-table.h"
#include "server/instruments/demux.h"
#include "sync/model/error.h"

#define UNDETERMINED "Undetermined"
#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Places of the columns that all reports share. */
typedef struct
{
  int lane;
  int sample;
  int project;
  int index;  /* AAAA, or AAAA-CCCC in Demultiplex_Stats.csv */
  int index2; /* -1 where it is in the former */
} Keys;

static Keys
find_keys (const MnsCsvTable *table)
{
  return (Keys){ mns_csv_table_find (table, NAMES ("Lane")),
                 mns_csv_table_find (table, NAMES ("SampleID", "Sample_ID")),
                 mns_csv_table_find (table, NAMES ("Sample_Project", "SampleProject")),
                 mns_csv_table_find (table, NAMES ("Index")),
                 mns_csv_table_find (table, NAMES ("Index2")) };
}

static gint64
lane_of (const MnsCsvTable *table, guint i, const Keys *keys)
{
  gint64 lane = mns_csv_table_get_count (table, i, keys->lane);

  return lane >= 1 && lane <= 64 ? lane : -1;
}

/* `lane/sample/index/index2`, the same from every report. */
static char *
key_of (const MnsCsvTable *table, guint i, const Keys *keys)
{
  const char *index = mns_csv_table_get (table, i, keys->index);
  const char *index2 = mns_csv_table_get (table, i, keys->index2);
  const char *sample = mns_csv_table_get (table, i, keys->sample);
  g_autofree char *both = NULL;

  if (g_strcmp0 (sample, UNDETERMINED) == 0 || index == NULL)
    both = g_strdup ("");
  else
    both = index2 != NULL ? g_strdup_printf ("%s-%s", index, index2) : g_strdup (index);
  return g_strdup_printf (
      "%" G_GINT64_FORMAT "/%s/%s", lane_of (table, i, keys), sample != NULL ? sample : "", both);
}

static void
note_bad_row (MnsDemux *self, const char *file, const MnsCsvTable *table, guint i, const char *why)
{
  g_ptr_array_add (
      self->unmatched,
      g_strdup_printf ("%s, line %u: %s", file, g_array_index (table->lines, guint, i), why));
}

static void
take_index_counts (MnsDemuxRow *row, const MnsCsvTable *table, guint i)
{
  MnsDemuxIndex *index = row->indexes->len > 0 ? g_ptr_array_index (row->indexes, 0) : NULL;

  if (index == NULL)
    return;
  index->perfect = mns_csv_table_get_count (
      table, i, mns_csv_table_find (table, NAMES ("# Perfect Index Reads")));
  index->one_mismatch = mns_csv_table_get_count (
      table, i, mns_csv_table_find (table, NAMES ("# One Mismatch Index Reads")));
  index->two_mismatches = mns_csv_table_get_count (
      table, i, mns_csv_table_find (table, NAMES ("# Two Mismatch Index Reads")));
}

static void
take_stats_row (MnsDemux *self, const MnsCsvTable *table, guint i, const Keys *keys)
{
  const char *sample = mns_csv_table_get (table, i, keys->sample);
  const char *mean =
      mns_csv_table_get (table, i, mns_csv_table_find (table, NAMES ("Mean Quality Score (PF)")));
  MnsDemuxRow *row = mns_demux_add_row (self, (guint) lane_of (table, i, keys));

  row->line = g_array_index (table->lines, guint, i);
  if (g_strcmp0 (sample, UNDETERMINED) != 0)
    {
      row->sample_id = g_strdup (sample != NULL ? sample : "");
      row->project = g_strdup (mns_csv_table_get (table, i, keys->project));
      mns_demux_add_index (row, mns_csv_table_get (table, i, keys->index));
      take_index_counts (row, table, i);
    }
  row->reads = mns_csv_table_get_count (table, i, mns_csv_table_find (table, NAMES ("# Reads")));
  row->yield_q30 = mns_csv_table_get_count (
      table, i, mns_csv_table_find (table, NAMES ("# of >= Q30 Bases (PF)")));
  if (mean != NULL)
    row->mean_quality = g_ascii_strtod (mean, NULL);
}

static gboolean
read_stats (MnsDemux *self, GHashTable *by_key, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, "Demultiplex_Stats.csv", NULL);
  g_autoptr (MnsCsvTable) table = mns_csv_table_read (path, error);
  Keys keys;

  if (table == NULL)
    return FALSE;
  keys = find_keys (table);
  if (keys.lane < 0 || keys.sample < 0 || mns_csv_table_find (table, NAMES ("# Reads")) < 0)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_CORRUPT,
                   "%s: has not the columns Lane, SampleID and # Reads",
                   path);
      return FALSE;
    }
  self->columns = g_strdupv (table->heads);
  for (guint i = 0; i < table->rows->len; i++)
    if (lane_of (table, i, &keys) < 0)
      note_bad_row (self, "Demultiplex_Stats.csv", table, i, "the lane is no number");
    else
      {
        take_stats_row (self, table, i, &keys);
        g_hash_table_insert (
            by_key, key_of (table, i, &keys), g_ptr_array_index (self->rows, self->rows->len - 1));
      }
  return TRUE;
}

/* One column of a further report, summed over the lines that belong to one row. */
typedef struct
{
  const char *file;
  const char *heads[4]; /* all of them are summed */
  gsize offset;
} Sum;

static const Sum sums[] = {
  { "Quality_Metrics.csv", { "Yield" }, G_STRUCT_OFFSET (MnsDemuxRow, yield) },
  { "Quality_Metrics.csv", { "YieldQ30" }, G_STRUCT_OFFSET (MnsDemuxRow, yield_q30) },
  { "Quality_Metrics.csv", { "QualityScoreSum" }, G_STRUCT_OFFSET (MnsDemuxRow, quality_sum) },
  { "Adapter_Metrics.csv",
    { "AdapterBases", "R1_AdapterBases", "R2_AdapterBases" },
    G_STRUCT_OFFSET (MnsDemuxRow, adapter_bases) },
};

static void
add_sums (MnsDemuxRow *row, const MnsCsvTable *table, guint i, const char *file)
{
  for (gsize j = 0; j < G_N_ELEMENTS (sums); j++)
    for (gsize k = 0; g_str_equal (sums[j].file, file) && sums[j].heads[k] != NULL; k++)
      {
        int column = mns_csv_table_find (table, NAMES (sums[j].heads[k]));
        gint64 count = mns_csv_table_get_count (table, i, column);
        gint64 *sum = G_STRUCT_MEMBER_P (row, sums[j].offset);

        if (count >= 0 && *sum <= G_MAXINT64 - count)
          *sum = MAX (*sum, 0) + count;
      }
}

/* A further report; it may be missing. A row that no sample of the first report has is listed. */
static void
read_further (MnsDemux *self, const char *file, GHashTable *by_key)
{
  g_autofree char *path = g_build_filename (self->folder, file, NULL);
  g_autoptr (MnsCsvTable) table = mns_csv_table_read (path, NULL);
  Keys keys;

  if (table == NULL)
    return;
  keys = find_keys (table);
  for (guint i = 0; i < table->rows->len; i++)
    {
      g_autofree char *key = key_of (table, i, &keys);
      MnsDemuxRow *row = g_hash_table_lookup (by_key, key);

      if (row != NULL)
        add_sums (row, table, i, file);
      else
        note_bad_row (self, file, table, i, "no such row in Demultiplex_Stats.csv");
    }
}

static void
read_unknown (MnsDemux *self)
{
  g_autofree char *path = g_build_filename (self->folder, "Top_Unknown_Barcodes.csv", NULL);
  g_autoptr (MnsCsvTable) table = mns_csv_table_read (path, NULL);
  Keys keys;

  if (table == NULL)
    return;
  keys = find_keys (table);
  for (guint i = 0; i < table->rows->len; i++)
    if (lane_of (table, i, &keys) > 0)
      mns_demux_add_unknown (
          self,
          (guint) lane_of (table, i, &keys),
          mns_csv_table_get (table, i, keys.index),
          mns_csv_table_get (table, i, keys.index2),
          mns_csv_table_get_count (table, i, mns_csv_table_find (table, NAMES ("# Reads"))));
}

/**
 * mns_demux_read_reports:
 * @self: results to fill, with their folder
 * @error: why Demultiplex_Stats.csv cannot be read
 *
 * Returns: whether it could be read
 */
gboolean
mns_demux_read_reports (MnsDemux *self, GError **error)
{
  g_autoptr (GHashTable) by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_return_val_if_fail (self != NULL, FALSE);

  if (!read_stats (self, by_key, error))
    return FALSE;
  read_further (self, "Quality_Metrics.csv", by_key);
  read_further (self, "Adapter_Metrics.csv", by_key);
  read_unknown (self);
  return TRUE;
}
