/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The results of a demultiplexing, whichever program wrote them: made, filled, freed. */

#include "config.h"

#include <math.h>
#include <string.h>

#include "server/instruments/demux.h"

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
