/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * MnsConsumable:
 * @kind: `flow_cell`, `reagent`, `sbs`, `cluster`, `cartridge`, `buffer`, `library_tube`,
 *   `sample_tube`, `lyo`, `pr2_bottle`, `paired_end`, `index`, or the file's own word in lower case
 * @serial, @part, @lot: as printed on it
 * @expires: `YYYY-MM-DD`
 * @mode: what it is made for (S4, 10B, 300 cycles), in the file's words
 * @version: version of the kit
 *
 * One thing that was put into the instrument. Every member but @kind may be %NULL.
 */
typedef struct
{
  char *kind;
  char *serial;
  char *part;
  char *lot;
  char *expires;
  char *mode;
  char *version;
} MnsConsumable;

/**
 * MnsPlannedRead:
 * @name: `Read1`, `Index1`, `Index2` or `Read2`
 * @planned: cycles asked for, -1 where the file does not say
 * @completed: cycles done, -1 where the file does not say
 */
typedef struct
{
  const char *name;
  int planned;
  int completed;
} MnsPlannedRead;

/**
 * MnsRunParameters:
 *
 * What the control software noted when the run was set up. Text as in the file, %NULL where it
 * has none. Sources of every member: the table in run-parameters.c.
 */
typedef struct
{
  char *application;
  char *application_version;
  char *rta;
  char *instrument_type;
  char *instrument;
  char *run_id;
  char *run_number;
  char *experiment;
  char *flowcell;
  char *flowcell_kind;
  char *flowcell_mode;
  char *side;
  char *chemistry;
  char *chemistry_version;
  char *run_mode;
  char *workflow;
  char *analysis_workflow;
  char *reagent_kit;
  char *reagent_kit_version;
  char *sbs_kit;
  char *sbs_consumable_version;
  char *paired_end_kit;
  char *recipe;
  char *recipe_version;
  char *control_lane;
  char *library;
  char *output_folder;
  char *started;
  char *ended;

  GPtrArray *consumables;  /* of MnsConsumable */
  MnsPlannedRead reads[4]; /* in the order Read1, Index1, Index2, Read2 */
} MnsRunParameters;

MnsRunParameters *
mns_run_parameters_parse (const char *data, gsize length, const char *name, GError **error);
MnsRunParameters *mns_run_parameters_read (const char *folder, GError **error);
void mns_run_parameters_free (MnsRunParameters *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsRunParameters, mns_run_parameters_free)

const MnsConsumable *mns_run_parameters_find_consumable (const MnsRunParameters *self,
                                                         const char *kind);
const char *
mns_run_parameters_get_text (const MnsRunParameters *self, guint nth, const char **name);
void mns_run_parameters_add_json (const MnsRunParameters *self, JsonBuilder *builder);

char *mns_instrument_date_to_iso (const char *text);

G_END_DECLS
