/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The results of a demultiplexing, whichever program wrote them, and their samples in the sheet. */

#include "config.h"

#include <math.h>
#include <string.h>

#include "server/instruments/demux.h"
#include "server/instruments/index2.h"
#include "server/instruments/text-file.h"
#include "sync/model/error.h"

static void
free_index (gpointer data)
{
  MnsDemuxIndex *index = data;

  g_free (index->index);
  g_free (index->index2);
  g_free (index);
}

static void
free_row (gpointer data)
{
  MnsDemuxRow *row = data;

  g_free (row->sample_id);
  g_free (row->sample_name);
  g_free (row->project);
  g_ptr_array_unref (row->indexes);
  g_free (row);
}

static void
free_barcode (gpointer data)
{
  MnsDemuxBarcode *barcode = data;

  g_free (barcode->index);
  g_free (barcode->index2);
  g_free (barcode);
}

MnsDemux *
mns_demux_new (MnsDemuxKind kind, const char *folder)
{
  MnsDemux *self = g_new0 (MnsDemux, 1);

  self->kind = kind;
  self->folder = g_strdup (folder);
  self->rows = g_ptr_array_new_with_free_func (free_row);
  self->lanes = g_ptr_array_new_with_free_func (g_free);
  self->unknown = g_ptr_array_new_with_free_func (free_barcode);
  self->unmatched = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
mns_demux_free (MnsDemux *self)
{
  if (self == NULL)
    return;
  g_free (self->folder);
  g_strfreev (self->columns);
  g_ptr_array_unref (self->rows);
  g_ptr_array_unref (self->lanes);
  g_ptr_array_unref (self->unknown);
  g_ptr_array_unref (self->unmatched);
  g_free (self->flowcell);
  g_free (self->run_id);
  g_free (self);
}

/* Adds a row in which nothing is known yet; it belongs to @self. */
MnsDemuxRow *
mns_demux_add_row (MnsDemux *self, guint lane)
{
  MnsDemuxRow *row = g_new0 (MnsDemuxRow, 1);

  row->lane = lane;
  row->indexes = g_ptr_array_new_with_free_func (free_index);
  row->reads = row->yield = row->yield_q30 = row->quality_sum = row->adapter_bases = -1;
  row->mean_quality = NAN;
  g_ptr_array_add (self->rows, row);
  return row;
}

/* The lane, made if it is not there. */
MnsDemuxLane *
mns_demux_get_lane (MnsDemux *self, guint number)
{
  MnsDemuxLane *lane;
  guint i = 0;

  while (i < self->lanes->len &&
         ((MnsDemuxLane *) g_ptr_array_index (self->lanes, i))->lane < number)
    i++;
  if (i < self->lanes->len && ((MnsDemuxLane *) g_ptr_array_index (self->lanes, i))->lane == number)
    return g_ptr_array_index (self->lanes, i);
  lane = g_new0 (MnsDemuxLane, 1);
  lane->lane = number;
  lane->clusters_raw = lane->clusters_pf = lane->yield = -1;
  g_ptr_array_insert (self->lanes, (int) i, lane);
  return lane;
}

/**
 * mns_demux_add_index:
 * @row: a row
 * @sequence: (nullable): `AAAA`, `AAAA+CCCC` or `AAAA-CCCC`; nothing is added for no sequence
 */
void
mns_demux_add_index (MnsDemuxRow *row, const char *sequence)
{
  const char *gap = sequence != NULL ? strpbrk (sequence, "-+") : NULL;
  MnsDemuxIndex *index;

  if (sequence == NULL || *sequence == '\0')
    return;
  index = g_new0 (MnsDemuxIndex, 1);
  index->index = gap != NULL ? g_strndup (sequence, (gsize) (gap - sequence)) : g_strdup (sequence);
  index->index2 = gap != NULL && gap[1] != '\0' ? g_strdup (gap + 1) : NULL;
  index->perfect = index->one_mismatch = index->two_mismatches = -1;
  g_ptr_array_add (row->indexes, index);
}

void
mns_demux_add_unknown (
    MnsDemux *self, guint lane, const char *index, const char *index2, gint64 reads)
{
  MnsDemuxBarcode *barcode = g_new0 (MnsDemuxBarcode, 1);

  barcode->lane = lane;
  barcode->index = g_strdup (index != NULL ? index : "");
  barcode->index2 = g_strdup (index2);
  barcode->reads = reads;
  g_ptr_array_add (self->unknown, barcode);
}

/**
 * mns_demux_finish:
 * @self: results whose rows are all there
 *
 * Adds the rows up by lane. A sample counts once in a lane, however many rows it has there.
 */
void
mns_demux_finish (MnsDemux *self)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < self->rows->len; i++)
    {
      MnsDemuxRow *row = g_ptr_array_index (self->rows, i);
      MnsDemuxLane *lane = mns_demux_get_lane (self, row->lane);
      gint64 reads = MAX (row->reads, 0);

      if (row->sample_id == NULL)
        lane->undetermined += reads;
      else
        {
          lane->assigned += reads;
          lane->samples +=
              g_hash_table_add (seen, g_strdup_printf ("%u %s", row->lane, row->sample_id));
        }
      if (isnan (row->mean_quality) && row->quality_sum >= 0 && row->yield > 0)
        row->mean_quality = (double) row->quality_sum / (double) row->yield;
    }
}

/* The n of .../Analysis/<n>/..., 0 elsewhere. */
static guint
analysis_of (const char *folder)
{
  const char *found = g_strrstr (folder, "/Analysis/");

  return found != NULL
             ? (guint) MIN (g_ascii_strtoull (found + strlen ("/Analysis/"), NULL, 10), 9999)
             : 0;
}

/**
 * mns_demux_read:
 * @folder: a folder with Stats.json or Demultiplex_Stats.csv
 * @error: why it cannot be read; %MNS_ERROR_NOT_FOUND if it has neither
 *
 * Returns: (transfer full) (nullable): the results
 */
MnsDemux *
mns_demux_read (const char *folder, GError **error)
{
  g_autofree char *json = g_build_filename (folder, "Stats.json", NULL);
  g_autofree char *csv = g_build_filename (folder, "Demultiplex_Stats.csv", NULL);
  g_autofree char *data = NULL;
  g_autoptr (MnsDemux) self = NULL;
  gsize length;

  g_return_val_if_fail (folder != NULL, NULL);

  if (g_file_test (csv, G_FILE_TEST_EXISTS))
    {
      self = mns_demux_new (MNS_DEMUX_BCL_CONVERT, folder);
      if (!mns_demux_read_reports (self, error))
        return NULL;
    }
  else
    {
      data = mns_text_file_read (json, MNS_TEXT_FILE_MAX, &length, error);
      self = mns_demux_new (MNS_DEMUX_BCL2FASTQ, folder);
      if (data == NULL || !mns_demux_parse_stats_json (self, data, length, json, error))
        return NULL;
    }
  self->analysis = analysis_of (folder);
  mns_demux_finish (self);
  return g_steal_pointer (&self);
}

/* Whether the row shows the index of the sheet; index 2 may be written either way round. */
static gboolean
has_index (const MnsDemuxRow *row, const MnsSheetSample *sample)
{
  const char *wanted = sample->values[MNS_SHEET_INDEX];
  const char *wanted2 = sample->values[MNS_SHEET_INDEX2];
  g_autofree char *turned = wanted2 != NULL ? mns_index2_turn (wanted2) : NULL;

  for (guint i = 0; i < row->indexes->len; i++)
    {
      const MnsDemuxIndex *index = g_ptr_array_index (row->indexes, i);

      if (g_strcmp0 (index->index, wanted) == 0 &&
          (g_strcmp0 (index->index2, wanted2) == 0 || g_strcmp0 (index->index2, turned) == 0))
        return TRUE;
    }
  return row->indexes->len == 0 && wanted == NULL;
}

static gboolean
is_of_lane (const MnsDemuxRow *row, const MnsSheetSample *sample)
{
  const char *lane = sample->values[MNS_SHEET_LANE];

  return lane == NULL || g_ascii_strtoull (lane, NULL, 10) == row->lane;
}

/* The sample of a row: by lane and Sample_ID; where the sheet has the sample several times in the
 * lane, by its index too. Never by index alone, that would be a guess.
 */
static MnsSheetSample *
find_sample (const MnsDemuxRow *row, const MnsSampleSheet *sheet)
{
  MnsSheetSample *found = NULL;
  guint n = 0;

  for (guint i = 0; i < sheet->samples->len; i++)
    {
      MnsSheetSample *sample = g_ptr_array_index (sheet->samples, i);

      if (g_strcmp0 (sample->values[MNS_SHEET_SAMPLE_ID], row->sample_id) != 0 ||
          !is_of_lane (row, sample))
        continue;
      n++;
      if (found == NULL || (!has_index (row, found) && has_index (row, sample)))
        found = sample;
    }
  return n <= 1 || has_index (row, found) ? found : NULL;
}

/* Samples of the sheet that got no row, once for a lane that was demultiplexed. */
static void
list_missing (MnsDemux *self, const MnsSampleSheet *sheet, GHashTable *matched)
{
  for (guint i = 0; i < sheet->samples->len; i++)
    {
      const MnsSheetSample *sample = g_ptr_array_index (sheet->samples, i);
      const char *lane = sample->values[MNS_SHEET_LANE];

      if (!g_hash_table_contains (matched, sample))
        g_ptr_array_add (self->unmatched,
                         g_strdup_printf ("Sheet, line %u: sample %s%s%s has no result",
                                          sample->line,
                                          sample->values[MNS_SHEET_SAMPLE_ID]
                                              ? sample->values[MNS_SHEET_SAMPLE_ID]
                                              : "(none)",
                                          lane != NULL ? " of lane " : "",
                                          lane != NULL ? lane : ""));
    }
}

/**
 * mns_demux_match:
 * @self: results
 * @sheet: the sheet they were made with
 *
 * Gives every row the line of its sample; rows and samples without counterpart are listed in
 * `unmatched`. Sheet and statistics may hold index 2 in opposite directions: BCL Convert reports it
 * as the machine reads it.
 */
void
mns_demux_match (MnsDemux *self, const MnsSampleSheet *sheet)
{
  g_autoptr (GHashTable) matched = g_hash_table_new (NULL, NULL);

  g_return_if_fail (self != NULL && sheet != NULL);

  for (guint i = 0; i < self->rows->len; i++)
    {
      MnsDemuxRow *row = g_ptr_array_index (self->rows, i);
      MnsSheetSample *sample = row->sample_id != NULL ? find_sample (row, sheet) : NULL;

      if (sample != NULL)
        {
          row->sheet_line = sample->line;
          g_hash_table_add (matched, sample);
        }
      else if (row->sample_id != NULL)
        g_ptr_array_add (self->unmatched,
                         g_strdup_printf ("Result of lane %u, sample %s: not in the sheet",
                                          row->lane,
                                          row->sample_id));
    }
  list_missing (self, sheet, matched);
}
