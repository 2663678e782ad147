/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/screens/conflicts/conflict-settle.h"

G_BEGIN_DECLS

/* Conflicts by bundle: arrays of MnsConflict, unowned, the oldest first. */
GPtrArray *mns_conflicts_bundle (GPtrArray *conflicts);

/* Id of what a refused step.begin would have made → id of what was made in its place, "" for
 * nothing. @next: what was done instead; @result: what it answered.
 */
GHashTable *mns_conflict_map_made (const MnsConflict *self, JsonObject *next, JsonObject *result);
/* Names in a conflict's command what was made in place of what it names. */
void mns_conflict_follow (MnsConflict *self, GHashTable *ids);

/* Id of the step that a refused step.begin would have made; NULL for other commands. */
char *mns_conflict_dup_made_run (const char *command, const char *command_id);

G_END_DECLS
