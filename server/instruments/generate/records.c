/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Turns what is planted into InterOp records, with the same table of layouts that readers use. */

#include "config.h"

#include <math.h>

#include "server/instruments/generate/generator-private.h"

#define DATE_TIME_UTC (G_GUINT64_CONSTANT (1) << 62)
#define TICKS_TO_2020 G_GUINT64_CONSTANT (637134336000000000)
#define TICKS_PER_CYCLE (G_GUINT64_CONSTANT (300) * 10000000)

static void
put_u16 (guint8 *p, guint16 value)
{
  value = GUINT16_TO_LE (value);
  memcpy (p, &value, sizeof value);
}

static void
put_u32 (guint8 *p, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (p, &value, sizeof value);
}

static void
put_u64 (guint8 *p, guint64 value)
{
  value = GUINT64_TO_LE (value);
  memcpy (p, &value, sizeof value);
}

static void
put_f32 (guint8 *p, float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  put_u32 (p, bits);
}

static void
put_f64 (guint8 *p, double value)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);
  put_u64 (p, bits);
}

/* Number of a field of the layout by its name, -1 if the version has none. */
static int
find_field (const MnsShape *shape, const char *name)
{
  for (int i = 0; i < MNS_LAYOUT_FIELDS && shape->layout->fields[i].name != NULL; i++)
    if (g_str_equal (shape->layout->fields[i].name, name))
      return i;
  return -1;
}

/* Puts the @nth number of a field; a version without that field passes it over. */
static void
put_value (const MnsShape *shape, guint8 *record, int field, guint nth, double value)
{
  guint8 *p = record;

  if (field < 0 || nth >= shape->count[field])
    return;
  p += shape->at[field];
  switch (shape->layout->fields[field].type)
    {
    case MNS_FIELD_U8:
      p[nth] = (guint8) value;
      break;
    case MNS_FIELD_U16:
      put_u16 (p + 2 * nth, (guint16) value);
      break;
    case MNS_FIELD_U32:
      put_u32 (p + 4 * nth, (guint32) value);
      break;
    case MNS_FIELD_U64:
      put_u64 (p + 8 * nth, (guint64) value);
      break;
    case MNS_FIELD_F32:
      put_f32 (p + 4 * nth, (float) value);
      break;
    case MNS_FIELD_F64:
      put_f64 (p + 8 * nth, value);
      break;
    default:
      break;
    }
}

static const MnsLayout *
find_layout (MnsMetric metric, guint version)
{
  const MnsMetricKind *kind = &mns_metric_kinds[metric];

  for (guint i = 0; i < kind->n_layouts; i++)
    if (kind->layouts[i].version == version)
      return &kind->layouts[i];
  return NULL;
}

static void
add_bins (const MnsGenerator *self, GByteArray *header, gboolean by_array)
{
  const MnsGenBin *bins = self->preset->bins;
  guint8 start[] = { bins != NULL, (guint8) self->n_bins };

  g_byte_array_append (header, start, bins != NULL ? 2 : 1);
  for (guint i = 0; by_array && i < 3 * self->n_bins; i++)
    {
      const MnsGenBin *bin = &bins[i % self->n_bins];
      guint which = i / self->n_bins;

      g_byte_array_append (header,
                           which == 0   ? &bin->low
                           : which == 1 ? &bin->high
                                        : &bin->value,
                           1);
    }
  for (guint i = 0; !by_array && i < self->n_bins; i++)
    {
      g_byte_array_append (header, &bins[i].low, 1);
      g_byte_array_append (header, &bins[i].high, 1);
      g_byte_array_append (header, &bins[i].value, 1);
    }
}

static void
add_extension (const MnsGenerator *self, const MnsLayout *layout, GByteArray *header)
{
  static const char adapters[] = "AGATCGGAAGCTGTCTCTTA";
  guint8 bytes[4];

  switch (layout->header)
    {
    case MNS_HEADER_AREA:
      put_f32 (bytes, (float) self->preset->area);
      g_byte_array_append (header, bytes, 4);
      break;
    case MNS_HEADER_CHANNELS:
      bytes[0] = (guint8) self->n_channels;
      g_byte_array_append (header, bytes, 1);
      break;
    case MNS_HEADER_BINS_A:
      add_bins (self, header, TRUE);
      break;
    case MNS_HEADER_BINS_B:
      add_bins (self, header, FALSE);
      break;
    case MNS_HEADER_ADAPTERS:
      put_u16 (bytes, MNS_GEN_N_ADAPTERS);
      put_u16 (bytes + 2, (sizeof adapters - 1) / MNS_GEN_N_ADAPTERS);
      g_byte_array_append (header, bytes, 4);
      g_byte_array_append (header, (const guint8 *) adapters, sizeof adapters - 1);
      break;
    default:
      break;
    }
}

/* What MNS_COUNT_N stands for in the layout. */
static guint
find_n (const MnsGenerator *self, const MnsLayout *layout)
{
  switch (layout->header)
    {
    case MNS_HEADER_CHANNELS:
      return self->n_channels;
    case MNS_HEADER_ADAPTERS:
      return MNS_GEN_N_ADAPTERS;
    default:
      return self->preset->bins != NULL ? self->n_bins : MNS_MAX_SCORE;
    }
}

/**
 * mns_gen_make_header:
 * @self: a generator
 * @metric: a metric that it writes
 *
 * Makes the header of the metric's files and the shape of its records.
 *
 * Returns: %FALSE if there is no such version, or it cannot be written with these score bins
 */
gboolean
mns_gen_make_header (MnsGenerator *self, MnsMetric metric)
{
  const MnsLayout *layout = find_layout (metric, self->versions[metric]);
  GByteArray *header = g_byte_array_new ();
  guint8 size[4];
  MnsInteropFault fault;

  self->headers[metric] = header;
  if (layout == NULL)
    return FALSE;
  g_byte_array_append (header, &layout->version, 1);
  if (layout->size_bytes > 0)
    {
      put_u32 (size, mns_layout_record_size (layout, find_n (self, layout)));
      g_byte_array_append (header, size, layout->size_bytes);
    }
  add_extension (self, layout, header);
  return mns_shape_parse (&self->shapes[metric], metric, header->data, header->len, &fault) ==
         MNS_HEADER_OK;
}

/* Adds an empty record for a tile; @key is a cycle or read where the layout has one. The record is
 * good until the next one is added.
 */
static guint8 *
add_record (MnsGenerator *self, MnsMetric metric, guint lane, guint32 tile, guint key, guint size)
{
  const MnsShape *shape = &self->shapes[metric];
  GByteArray *out = self->out[metric];
  guint at = out->len;
  guint8 *record;

  g_byte_array_set_size (out, at + size);
  record = out->data + at;
  memset (record, 0, size);
  if (!shape->layout->has_id)
    return record;
  put_u16 (record, (guint16) lane);
  if (shape->layout->is_wide)
    put_u32 (record + 2, tile);
  else
    put_u16 (record + 2, (guint16) tile);
  if (shape->layout->key != MNS_KEY_NONE)
    put_u16 (record + shape->key_at, (guint16) key);
  return record;
}

static guint8 *
add_cycle_record (MnsGenerator *self, MnsMetric metric, const MnsGenTile *tile, guint cycle)
{
  return add_record (self, metric, tile->lane, tile->tile, cycle, self->shapes[metric].record_size);
}

/* Number of the channel whose first cycle is a figure of the run. */
static guint
find_first_channel (const MnsGenerator *self)
{
  static const char *const names[] = { "a", "red", "blue", "1" };

  for (guint i = 0; i < self->n_channels; i++)
    for (guint k = 0; k < G_N_ELEMENTS (names); k++)
      if (g_ascii_strcasecmp (self->channels[i], names[k]) == 0)
        return i;
  return 0;
}

static void
write_extraction (MnsGenerator *self, MnsGenTile *tile, guint cycle, guint read, guint in_read)
{
  const MnsShape *shape = &self->shapes[MNS_METRIC_EXTRACTION];
  guint8 *record = add_cycle_record (self, MNS_METRIC_EXTRACTION, tile, cycle);
  double intensity = floor (tile->intensity * (1 - 0.3 * (in_read - 1) / self->reads[read].cycles));

  for (guint i = 0; i < 4; i++)
    {
      put_value (shape, record, 0, i, 2.0 + 0.01 * i);
      put_value (shape, record, 1, i, intensity + 25 * i);
    }
  put_value (shape,
             record,
             find_field (shape, "time"),
             0,
             (double) (DATE_TIME_UTC + TICKS_TO_2020 + cycle * TICKS_PER_CYCLE));
  if (in_read == 1)
    tile->first_intensity[read] = intensity + 25 * find_first_channel (self);
}

static void
write_corrected (MnsGenerator *self, const MnsGenTile *tile, guint cycle)
{
  static const double shares[] = { 0.001, 0.289, 0.221, 0.209, 0.28 };
  const MnsShape *shape = &self->shapes[MNS_METRIC_CORRECTED_INT];
  guint8 *record = add_cycle_record (self, MNS_METRIC_CORRECTED_INT, tile, cycle);
  int calls = find_field (shape, "calls");

  for (guint i = 0; i < 5; i++)
    put_value (shape, record, calls, i, floor (tile->clusters_pf * shares[i]));
  for (guint i = 0; i < 4; i++)
    {
      put_value (shape, record, find_field (shape, "called"), i, 300 + i);
      put_value (shape, record, find_field (shape, "all"), i, 90 + i);
    }
  put_value (shape, record, find_field (shape, "mean"), 0, 92);
  put_value (shape, record, find_field (shape, "signal to noise"), 0, 9.5);
}

/* Clusters of a tile and cycle by score class: below 20, below 30, the rest. */
typedef struct
{
  guint64 low;
  guint64 middle;
  guint64 high;
} Scores;

static Scores
make_scores (const MnsGenerator *self, const MnsGenTile *tile, guint read, guint in_read)
{
  double wear = 0.0004 * in_read + (read > 1 ? 0.03 : 0) + 0.01 * read;
  guint64 total = (guint64) tile->clusters_pf;
  Scores scores;

  scores.high = (guint64) floor ((double) total * (0.95 + tile->quality - wear));
  scores.middle = (total - scores.high) / 3 * 2;
  scores.low = total - scores.high - scores.middle;
  return scores;
}

/* Puts all clusters of one class into some of the counts whose score is in the class. */
static void
spread (const MnsGenerator *self,
        const MnsShape *shape,
        guint8 *record,
        guint from,
        guint to,
        guint64 clusters)
{
  gboolean by_bin = shape->has_bins && shape->layout->version != 5;
  guint counts[MNS_MAX_SCORE];
  guint n = 0;

  for (guint i = 0; i < shape->count[0]; i++)
    {
      guint score = by_bin ? shape->bin_value[i] : i + 1;
      gboolean is_used = by_bin || !shape->has_bins;

      for (guint k = 0; !is_used && k < shape->n && shape->layout->version == 5; k++)
        is_used = self->preset->bins[k].value == score;
      if (is_used && score >= from && score < to && score <= 41)
        counts[n++] = i;
    }
  for (guint i = 0; i < n; i++)
    {
      guint64 part = i + 1 < n ? clusters / 3 : clusters;

      put_value (shape, record, 0, counts[i], (double) part);
      clusters -= part;
    }
}

static void
write_q (MnsGenerator *self, MnsGenTile *tile, guint cycle, guint read, guint in_read)
{
  const MnsShape *shape = &self->shapes[MNS_METRIC_Q];
  const MnsShape *collapsed = &self->shapes[MNS_METRIC_Q_COLLAPSED];
  Scores scores = make_scores (self, tile, read, in_read);
  guint64 total = scores.low + scores.middle + scores.high;
  guint8 *record;

  if (self->versions[MNS_METRIC_Q] != 0)
    {
      record = add_cycle_record (self, MNS_METRIC_Q, tile, cycle);
      spread (self, shape, record, 2, 20, scores.low);
      spread (self, shape, record, 20, 30, scores.middle);
      spread (self, shape, record, 30, 51, scores.high);
    }
  if (self->versions[MNS_METRIC_Q_COLLAPSED] != 0)
    {
      record = add_cycle_record (self, MNS_METRIC_Q_COLLAPSED, tile, cycle);
      put_value (collapsed, record, 0, 0, (double) (scores.middle + scores.high));
      put_value (collapsed, record, 1, 0, (double) scores.high);
      put_value (collapsed, record, 2, 0, (double) total);
      put_value (collapsed, record, 3, 0, 37);
    }
  if (in_read == self->reads[read].cycles)
    return; /* the last cycle of a read never counts */
  tile->q_total[read] += total;
  tile->q_over30[read] += scores.high;
}

static void
write_q_by_lane (MnsGenerator *self, guint cycle, guint read, guint in_read)
{
  const MnsShape *shape = &self->shapes[MNS_METRIC_Q_BY_LANE];

  for (guint lane = 1; lane <= self->lanes; lane++)
    {
      guint8 *record = add_record (self, MNS_METRIC_Q_BY_LANE, lane, 0, cycle, shape->record_size);
      Scores sum = { 0, 0, 0 };

      for (guint i = 0; i < self->n_tiles; i++)
        {
          Scores scores = { 0, 0, 0 };

          if (self->tiles[i].lane == lane)
            scores = make_scores (self, &self->tiles[i], read, in_read);
          sum.low += scores.low;
          sum.middle += scores.middle;
          sum.high += scores.high;
        }
      spread (self, shape, record, 2, 20, sum.low);
      spread (self, shape, record, 20, 30, sum.middle);
      spread (self, shape, record, 30, 51, sum.high);
    }
}

static void
write_error (MnsGenerator *self, MnsGenTile *tile, guint cycle, guint read, guint in_read)
{
  const MnsShape *shape = &self->shapes[MNS_METRIC_ERROR];
  guint8 *record = add_cycle_record (self, MNS_METRIC_ERROR, tile, cycle);
  float error = (float) ((0.08 + 0.0022 * in_read) * tile->error_factor);

  put_value (shape, record, 0, 0, error);
  for (guint i = 0; i < 5; i++)
    put_value (shape, record, 1, i, i == 0 ? floor (tile->clusters_pf / 100) : 0);
  tile->error_reach[read] = in_read;
  tile->error_sum[read] += error;
  tile->error_n[read]++;
  if (in_read > 35)
    return;
  tile->error_sum_35[read] += error;
  tile->error_n_35[read]++;
}

static void
write_phasing (MnsGenerator *self, const MnsGenTile *tile, guint cycle, guint in_read)
{
  const MnsShape *shape = &self->shapes[MNS_METRIC_EMPIRICAL_PHASING];
  guint8 *record = add_cycle_record (self, MNS_METRIC_EMPIRICAL_PHASING, tile, cycle);

  put_value (shape, record, 0, 0, 0.5 + tile->phasing[0] * in_read);
  put_value (shape, record, 1, 0, 0.2 + tile->phasing[1] * in_read);
}

static void
write_image (MnsGenerator *self, const MnsGenTile *tile, guint cycle)
{
  const MnsShape *shape = &self->shapes[MNS_METRIC_IMAGE];
  gboolean by_channel = shape->layout->version == 1;
  guint8 *record = NULL;

  for (guint i = 0; i < self->n_channels; i++)
    {
      guint nth = by_channel ? 0 : i;

      if (by_channel || i == 0)
        record = add_cycle_record (self, MNS_METRIC_IMAGE, tile, cycle);
      put_value (shape, record, find_field (shape, "channel"), 0, i);
      put_value (shape, record, find_field (shape, "min"), nth, 100 + i);
      put_value (shape, record, find_field (shape, "max"), nth, 900 + i);
    }
}

static void
add_code (MnsGenerator *self, const MnsGenTile *tile, guint code, double value)
{
  const MnsShape *shape = &self->shapes[MNS_METRIC_TILE];
  guint8 *record =
      add_record (self, MNS_METRIC_TILE, tile->lane, tile->tile, 0, shape->record_size);

  put_value (shape, record, 0, 0, code);
  put_value (shape, record, 1, 0, value);
}

/* Density and clusters, known when the filter cycle is done. */
static void
write_clusters (MnsGenerator *self, const MnsGenTile *tile)
{
  const MnsShape *shape = &self->shapes[MNS_METRIC_TILE];
  float area = (float) self->preset->area;
  guint8 *record;

  if (self->versions[MNS_METRIC_TILE] == 2)
    {
      add_code (self, tile, 100, tile->clusters / area);
      add_code (self, tile, 101, tile->clusters_pf / area);
      add_code (self, tile, 102, tile->clusters);
      add_code (self, tile, 103, tile->clusters_pf);
      return;
    }
  record = add_record (self, MNS_METRIC_TILE, tile->lane, tile->tile, 0, shape->record_size);
  put_value (shape, record, 0, 0, 't');
  put_value (shape, record, 1, 0, tile->clusters);
  put_value (shape, record, 2, 0, tile->clusters_pf);
}

/* What the Tile file says of a read when it is done. */
static void
write_read_end (MnsGenerator *self, const MnsGenTile *tile, guint read)
{
  const MnsShape *shape = &self->shapes[MNS_METRIC_TILE];
  gboolean is_index = self->reads[read].is_index;
  guint8 *record;

  if (self->versions[MNS_METRIC_TILE] == 2)
    {
      add_code (self, tile, 200 + 2 * read, tile->phasing[0] / 100);
      add_code (self, tile, 201 + 2 * read, tile->phasing[1] / 100);
      add_code (self, tile, 300 + read, is_index ? 0 : tile->aligned[read]);
      return;
    }
  record = add_record (self, MNS_METRIC_TILE, tile->lane, tile->tile, 0, shape->record_size);
  put_value (shape, record, 0, 0, 'r');
  put_u32 (record + shape->at[1], read + 1);
  put_value (shape, record, 2, 0, is_index ? NAN : tile->aligned[read]);
}

static void
write_occupied (MnsGenerator *self, const MnsGenTile *tile)
{
  const MnsShape *shape = &self->shapes[MNS_METRIC_EXTENDED_TILE];
  guint8 *record =
      add_record (self, MNS_METRIC_EXTENDED_TILE, tile->lane, tile->tile, 0, shape->record_size);

  put_value (shape, record, find_field (shape, "occupied"), 0, tile->occupied);
  put_value (shape, record, find_field (shape, "value"), 0, tile->occupied);
  put_value (shape, record, find_field (shape, "corner"), 0, 1.5);
  put_value (shape, record, find_field (shape, "corner"), 1, 2.5);
}

static void
write_tile_cycle (MnsGenerator *self, MnsGenTile *tile, guint cycle, guint read, guint in_read)
{
  const guint8 *versions = self->versions;
  gboolean is_last = in_read == self->reads[read].cycles;
  gboolean has_control = !self->reads[read].is_index && !is_last;
  gboolean is_filter = cycle == MIN (MNS_GEN_FILTER_CYCLE, self->reads[0].cycles);

  if (versions[MNS_METRIC_EXTRACTION] != 0)
    write_extraction (self, tile, cycle, read, in_read);
  if (versions[MNS_METRIC_CORRECTED_INT] != 0)
    write_corrected (self, tile, cycle);
  write_q (self, tile, cycle, read, in_read);
  if (versions[MNS_METRIC_ERROR] != 0 && has_control)
    write_error (self, tile, cycle, read, in_read);
  if (versions[MNS_METRIC_EMPIRICAL_PHASING] != 0 && has_control)
    write_phasing (self, tile, cycle, in_read);
  if (versions[MNS_METRIC_IMAGE] != 0)
    write_image (self, tile, cycle);
  if (versions[MNS_METRIC_EXTENDED_TILE] != 0 && is_filter)
    write_occupied (self, tile);
  if (versions[MNS_METRIC_TILE] != 0 && is_filter)
    write_clusters (self, tile);
  if (versions[MNS_METRIC_TILE] != 0 && is_last)
    write_read_end (self, tile, read);
}

/* Puts all records of one cycle into the buffers. */
void
mns_gen_write_cycle (MnsGenerator *self, guint cycle)
{
  guint read = mns_gen_read_of_cycle (self, cycle);
  guint in_read = cycle - self->reads[read].first_cycle + 1;

  for (guint i = 0; i < self->n_tiles; i++)
    write_tile_cycle (self, &self->tiles[i], cycle, read, in_read);
  if (self->versions[MNS_METRIC_Q_BY_LANE] != 0)
    write_q_by_lane (self, cycle, read, in_read);
}

static void
add_text (GByteArray *out, const char *text)
{
  guint8 length[2];

  put_u16 (length, (guint16) strlen (text));
  g_byte_array_append (out, length, 2);
  g_byte_array_append (out, (const guint8 *) text, (guint) strlen (text));
}

/* Instruments write the number of the index read, demultiplexing programs that of a data read. */
static void
write_index_entry (MnsGenerator *self, const MnsGenTile *tile, guint nth)
{
  const MnsShape *shape = &self->shapes[MNS_METRIC_INDEX];
  const MnsGenSample *sample = self->samples->pdata[nth];
  gboolean is_wide = shape->layout->is_wide;
  GByteArray *out = self->out[MNS_METRIC_INDEX];
  g_autofree char *sequence = g_strdup_printf ("%s%s%s",
                                               sample->index1,
                                               *sample->index2 == '\0' ? ""
                                               : is_wide               ? "-"
                                                                       : "+",
                                               sample->index2);
  guint64 clusters = mns_gen_index_clusters (self, tile, nth);
  guint8 count[8];

  add_record (self,
              MNS_METRIC_INDEX,
              tile->lane,
              tile->tile,
              is_wide ? 1 : MIN (2, self->n_reads),
              shape->fields_at);
  add_text (out, sequence);
  put_u64 (count, clusters);
  g_byte_array_append (out, count, is_wide ? 8 : 4);
  add_text (out, sample->name);
  add_text (out, sample->project);
}

static void
write_control (MnsGenerator *self, const MnsGenTile *tile)
{
  guint8 count[4];

  add_record (self,
              MNS_METRIC_CONTROL,
              tile->lane,
              tile->tile,
              1,
              self->shapes[MNS_METRIC_CONTROL].fields_at);
  add_text (self->out[MNS_METRIC_CONTROL], "CTE1");
  add_text (self->out[MNS_METRIC_CONTROL], "");
  put_u32 (count, (guint32) (tile->clusters_pf / 1000));
  g_byte_array_append (self->out[MNS_METRIC_CONTROL], count, 4);
}

static void
write_run_record (MnsGenerator *self)
{
  const MnsShape *shape = &self->shapes[MNS_METRIC_SUMMARY_RUN];
  guint8 *record = add_record (self, MNS_METRIC_SUMMARY_RUN, 0, 0, 0, shape->record_size);
  double raw = 0;
  double occupied = 0;
  double pf = 0;

  for (guint i = 0; i < self->n_tiles; i++)
    {
      raw += self->tiles[i].clusters;
      occupied += self->tiles[i].occupied;
      pf += self->tiles[i].clusters_pf;
    }
  put_value (shape, record, find_field (shape, "occupancy proxy"), 0, floor (pf * 0.997));
  put_value (shape, record, find_field (shape, "raw"), 0, raw);
  put_value (shape, record, find_field (shape, "occupied"), 0, occupied);
  put_value (shape, record, find_field (shape, "pf"), 0, pf);
}

/* Puts what is written when the run has ended into the buffers. */
void
mns_gen_write_end (MnsGenerator *self)
{
  for (guint i = 0; i < self->n_tiles; i++)
    {
      for (guint k = 0; self->versions[MNS_METRIC_INDEX] != 0 && k < self->samples->len; k++)
        write_index_entry (self, &self->tiles[i], k);
      if (self->versions[MNS_METRIC_CONTROL] != 0)
        write_control (self, &self->tiles[i]);
    }
  if (self->versions[MNS_METRIC_SUMMARY_RUN] != 0)
    write_run_record (self);
}
