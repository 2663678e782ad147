/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* RunParameters.xml as JSON. */

#include "config.h"

#include "server/instruments/json-members.h"
#include "server/instruments/run-parameters.h"

static void
add_consumable_json (const MnsConsumable *consumable, JsonBuilder *builder)
{
  json_builder_begin_object (builder);
  mns_json_add_text (builder, "kind", consumable->kind);
  mns_json_add_text (builder, "serial", consumable->serial);
  mns_json_add_text (builder, "part", consumable->part);
  mns_json_add_text (builder, "lot", consumable->lot);
  mns_json_add_text (builder, "expires", consumable->expires);
  mns_json_add_text (builder, "mode", consumable->mode);
  mns_json_add_text (builder, "version", consumable->version);
  json_builder_end_object (builder);
}

/**
 * mns_run_parameters_add_json:
 * @self: run parameters
 * @builder: a builder in want of a value
 *
 * Adds one object: every text member by its name, `consumables` and `planned_reads`.
 */
void
mns_run_parameters_add_json (const MnsRunParameters *self, JsonBuilder *builder)
{
  const char *name, *value;

  g_return_if_fail (self != NULL && builder != NULL);

  json_builder_begin_object (builder);
  value = mns_run_parameters_get_text (self, 0, &name);
  for (guint i = 1; name != NULL; value = mns_run_parameters_get_text (self, i++, &name))
    mns_json_add_text (builder, name, value);
  mns_json_add_text (builder, "flowcell_mode", self->flowcell_mode);

  json_builder_set_member_name (builder, "consumables");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->consumables->len; i++)
    add_consumable_json (g_ptr_array_index (self->consumables, i), builder);
  json_builder_end_array (builder);

  json_builder_set_member_name (builder, "planned_reads");
  json_builder_begin_array (builder);
  for (gsize i = 0; i < G_N_ELEMENTS (self->reads); i++)
    {
      json_builder_begin_object (builder);
      mns_json_add_text (builder, "name", self->reads[i].name);
      mns_json_add_count (builder, "planned", self->reads[i].planned);
      mns_json_add_count (builder, "completed", self->reads[i].completed);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}
