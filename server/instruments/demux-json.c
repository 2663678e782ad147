/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Demultiplexing results as JSON; -1 and NAN become null. */

#include "config.h"

#include <math.h>

#include "server/instruments/demux.h"
#include "server/instruments/json-members.h"

static void
add_lane (JsonBuilder *builder, const MnsDemuxLane *lane)
{
  json_builder_begin_object (builder);
  mns_json_add_count (builder, "lane", lane->lane);
  mns_json_add_count (builder, "clusters_raw", lane->clusters_raw);
  mns_json_add_count (builder, "clusters_pf", lane->clusters_pf);
  mns_json_add_count (builder, "yield", lane->yield);
  mns_json_add_count (builder, "samples", lane->samples);
  mns_json_add_count (builder, "reads_assigned", lane->assigned);
  mns_json_add_count (builder, "undetermined", lane->undetermined);
  json_builder_end_object (builder);
}

static void
add_index (JsonBuilder *builder, const MnsDemuxIndex *index)
{
  json_builder_begin_object (builder);
  mns_json_add_text (builder, "index", index->index);
  mns_json_add_text (builder, "index2", index->index2);
  mns_json_add_count (builder, "perfect", index->perfect);
  mns_json_add_count (builder, "one_mismatch", index->one_mismatch);
  mns_json_add_count (builder, "two_mismatches", index->two_mismatches);
  json_builder_end_object (builder);
}

static void
add_row (JsonBuilder *builder, const MnsDemuxRow *row)
{
  json_builder_begin_object (builder);
  mns_json_add_count (builder, "lane", row->lane);
  mns_json_add_text (builder, "sample_id", row->sample_id);
  mns_json_add_text (builder, "sample_name", row->sample_name);
  mns_json_add_text (builder, "project", row->project);
  mns_json_add_count (builder, "reads", row->reads);
  mns_json_add_count (builder, "yield", row->yield);
  mns_json_add_count (builder, "yield_q30", row->yield_q30);
  mns_json_add_number (builder,
                       "percent_q30",
                       row->yield > 0 && row->yield_q30 >= 0
                           ? 100.0 * (double) row->yield_q30 / (double) row->yield
                           : NAN);
  mns_json_add_number (builder, "mean_quality", row->mean_quality);
  mns_json_add_count (builder, "adapter_bases", row->adapter_bases);
  mns_json_add_count (builder, "sheet_line", row->sheet_line > 0 ? (gint64) row->sheet_line : -1);
  json_builder_set_member_name (builder, "indexes");
  json_builder_begin_array (builder);
  for (guint i = 0; i < row->indexes->len; i++)
    add_index (builder, g_ptr_array_index (row->indexes, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
add_barcode (JsonBuilder *builder, const MnsDemuxBarcode *barcode)
{
  json_builder_begin_object (builder);
  mns_json_add_count (builder, "lane", barcode->lane);
  mns_json_add_text (builder, "index", barcode->index);
  mns_json_add_text (builder, "index2", barcode->index2);
  mns_json_add_count (builder, "reads", barcode->reads);
  json_builder_end_object (builder);
}

/**
 * mns_demux_add_json:
 * @self: results
 * @builder: a builder in want of a value
 *
 * Adds one object: kind, folder, analysis (its number on the instrument), flowcell, run_id, lanes,
 * rows (a row without sample_id is what no sample claims), unknown_barcodes, unmatched.
 */
void
mns_demux_add_json (const MnsDemux *self, JsonBuilder *builder)
{
  g_autofree char *folder = NULL;

  g_return_if_fail (self != NULL && builder != NULL);

  folder = g_filename_display_name (self->folder); /* JSON is UTF-8 */
  json_builder_begin_object (builder);
  mns_json_add_text (
      builder, "kind", self->kind == MNS_DEMUX_BCL2FASTQ ? "bcl2fastq" : "bcl_convert");
  mns_json_add_text (builder, "folder", folder);
  mns_json_add_count (builder, "analysis", self->analysis > 0 ? (gint64) self->analysis : -1);
  mns_json_add_text (builder, "flowcell", self->flowcell);
  mns_json_add_text (builder, "run_id", self->run_id);
  json_builder_set_member_name (builder, "lanes");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->lanes->len; i++)
    add_lane (builder, g_ptr_array_index (self->lanes, i));
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "rows");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->rows->len; i++)
    add_row (builder, g_ptr_array_index (self->rows, i));
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "unknown_barcodes");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->unknown->len; i++)
    add_barcode (builder, g_ptr_array_index (self->unknown, i));
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "unmatched");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->unmatched->len; i++)
    json_builder_add_string_value (builder, g_ptr_array_index (self->unmatched, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}
