/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* RunInfo.xml as JSON. */

#include "config.h"

#include "server/instruments/json-members.h"
#include "server/instruments/run-info-json.h"

static void
add_read (JsonBuilder *builder, const MnsRunRead *read)
{
  json_builder_begin_object (builder);
  mns_json_add_count (builder, "number", read->number);
  mns_json_add_count (builder, "cycles", read->cycles);
  json_builder_set_member_name (builder, "is_index");
  json_builder_add_boolean_value (builder, read->is_index);
  json_builder_set_member_name (builder, "is_reverse_complement");
  json_builder_add_boolean_value (builder, read->is_reverse_complement);
  json_builder_end_object (builder);
}

/**
 * mns_run_info_add_json:
 * @self: a run
 * @builder: a builder in want of a value
 *
 * Adds one object: name, date, instrument_name, run_number, version, flowcell_barcode, the layout,
 * naming, tile_names (their number), total_cycles, channels, reads.
 */
void
mns_run_info_add_json (const MnsRunInfo *self, JsonBuilder *builder)
{
  g_return_if_fail (self != NULL && builder != NULL);

  json_builder_begin_object (builder);
  mns_json_add_text (builder, "name", self->id);
  mns_json_add_text (builder, "date", self->date);
  mns_json_add_text (builder, "instrument_name", self->instrument);
  mns_json_add_count (builder, "run_number", self->number);
  mns_json_add_count (builder, "version", self->version);
  mns_json_add_text (builder, "flowcell_barcode", self->flowcell);
  mns_json_add_count (builder, "lanes", self->lanes);
  mns_json_add_count (builder, "surfaces", self->surfaces);
  mns_json_add_count (builder, "swaths", self->swaths);
  mns_json_add_count (builder, "tiles", self->tiles);
  mns_json_add_count (builder, "sections_per_lane", self->sections_per_lane);
  mns_json_add_count (builder, "lanes_per_section", self->lanes_per_section);
  mns_json_add_text (builder, "naming", mns_tile_naming_name (self->naming));
  mns_json_add_count (builder, "tile_names", self->n_tile_list);
  mns_json_add_count (builder, "total_cycles", self->total_cycles);

  json_builder_set_member_name (builder, "channels");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->n_channels; i++)
    json_builder_add_string_value (builder, self->channels[i]);
  json_builder_end_array (builder);

  json_builder_set_member_name (builder, "reads");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->n_reads; i++)
    add_read (builder, &self->reads[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}
