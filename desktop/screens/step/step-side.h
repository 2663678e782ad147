/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * MnsStepSide:
 *
 * Side region of a step: what the milestone has for it, and below that, if they are wanted, the
 * instructions of the step.
 */
#define MNS_TYPE_STEP_SIDE (mns_step_side_get_type ())
G_DECLARE_FINAL_TYPE (MnsStepSide, mns_step_side, MNS, STEP_SIDE, AdwBin)

GtkWidget *mns_step_side_new (void);

void mns_step_side_set_content (MnsStepSide *self, GtkWidget *content); /* nullable */
/* Takes the instructions from the settings of a step; TRUE if there are any. */
gboolean mns_step_side_set_settings (MnsStepSide *self, JsonNode *settings);
void mns_step_side_toggle_instructions (MnsStepSide *self);
gboolean mns_step_side_has_anything (MnsStepSide *self);

G_END_DECLS
