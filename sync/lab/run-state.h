/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The states of a run on top of the table of step-states.h. @settings are those of a step_version;
 * @places_itself says that Begin Work has put the outputs into their wells.
 */

gboolean mns_run_state_is_used (JsonObject *settings, gboolean places_itself, const char *state);
const char *
mns_run_state_get_next (JsonObject *settings, gboolean places_itself, const char *state);
char *mns_run_list_milestones (JsonObject *settings, gboolean places_itself);
gboolean mns_run_state_reaches (const char *state, const char *wanted);
/* What a type of step makes. */
typedef struct
{
  const char *type;       /* as in master_step.type */
  const char *kind;       /* kind of its outputs, or NULL: none */
  const char *lims_class; /* class of the run's LIMS id */
  gboolean moves_outputs; /* the outputs go on; else the inputs */
  gboolean copies_flag;   /* its QC flags go to the inputs at the end */
  gboolean can_run;       /* FALSE: described, not yet carried out */
} MnsStepType;

const MnsStepType *mns_step_type_find (const char *type);
gboolean mns_step_type_has_placement (const MnsStepType *self, JsonObject *settings);

G_END_DECLS
