/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "desktop/app/session.h"
#include "desktop/screens/conflicts/conflict-settle.h"

G_BEGIN_DECLS

/* The plate as the person filled it beside the plate as it is now, the wells in question outlined.
 * In the right one a sample is given another well. Signal "picked" as the rows have it.
 */
#define MNS_TYPE_CONFLICT_PLATES (mns_conflict_plates_get_type ())
G_DECLARE_FINAL_TYPE (MnsConflictPlates, mns_conflict_plates, MNS, CONFLICT_PLATES, AdwBin)

/* Id of the container in which a well of the conflict's is taken; NULL where it is about none. */
const char *mns_conflict_plates_find_container (const MnsConflict *conflict);

/* @conflict must outlive it. @names: "artifact:<id>" → name. */
GtkWidget *mns_conflict_plates_new (MnsConflict *conflict, MnsSession *session, GHashTable *names);
/* Puts the focus on the right plate, to give the sample of a line another well. */
void mns_conflict_plates_choose (MnsConflictPlates *self, guint line);
/* Shows what was picked and typed outside. */
void mns_conflict_plates_update (MnsConflictPlates *self);

G_END_DECLS
