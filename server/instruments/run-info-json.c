/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* RunInfo.xml as JSON. */

#include "config.h"

#include "server/instruments/run-info-json.h"

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  if (text != NULL)
    json_builder_add_string_value (builder, text);
  else
    json_builder_add_null_value (builder);
}

static void
add_count (JsonBuilder *builder, const char *name, guint count)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, count);
}

static void
add_read (JsonBuilder *builder, const MnsRunRead *read)
{
  json_builder_begin_object (builder);
  add_count (builder, "number", read->number);
  add_count (builder, "cycles", read->cycles);
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
  add_text (builder, "name", self->id);
  add_text (builder, "date", self->date);
  add_text (builder, "instrument_name", self->instrument);
  add_count (builder, "run_number", self->number);
  add_count (builder, "version", self->version);
  add_text (builder, "flowcell_barcode", self->flowcell);
  add_count (builder, "lanes", self->lanes);
  add_count (builder, "surfaces", self->surfaces);
  add_count (builder, "swaths", self->swaths);
  add_count (builder, "tiles", self->tiles);
  add_count (builder, "sections_per_lane", self->sections_per_lane);
  add_count (builder, "lanes_per_section", self->lanes_per_section);
  add_text (builder, "naming", mns_tile_naming_name (self->naming));
  add_count (builder, "tile_names", self->n_tile_list);
  add_count (builder, "total_cycles", self->total_cycles);

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
