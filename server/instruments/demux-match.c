/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The samples of a sheet and the results that were made with it. */

#include "config.h"

#include "server/instruments/demux.h"
#include "server/instruments/index2.h"

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
