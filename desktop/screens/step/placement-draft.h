/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "desktop/widgets/plate-model.h"
#include "sync/model/value.h"

G_BEGIN_DECLS

typedef struct _MnsPlacementDraft MnsPlacementDraft;

MnsPlacementDraft *mns_placement_draft_new (const MnsRows *containers,
                                            const MnsRows *pairs,
                                            const MnsRows *placements);
void mns_placement_draft_free (MnsPlacementDraft *self);
MnsPlateModel *mns_placement_draft_get_model (MnsPlacementDraft *self);

gboolean mns_placement_draft_agrees (MnsPlacementDraft *self,
                                     const MnsRows *containers,
                                     const MnsRows *placements);
JsonArray *mns_placement_draft_list_changes (MnsPlacementDraft *self, JsonObject *expect);
/* The draft becomes what the lab has: its changes were given to it. */
void mns_placement_draft_note_stored (MnsPlacementDraft *self);

G_END_DECLS
