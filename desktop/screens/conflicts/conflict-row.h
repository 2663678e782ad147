/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "desktop/screens/conflicts/conflict-settle.h"

G_BEGIN_DECLS

/* The lines of one conflict as a table: where, I saw, mine, now, choose. Signals: "picked";
 * "other-well" with a line's number: the person wants to choose another well for its sample.
 */
#define MNS_TYPE_CONFLICT_ROWS (mns_conflict_rows_get_type ())
G_DECLARE_FINAL_TYPE (MnsConflictRows, mns_conflict_rows, MNS, CONFLICT_ROWS, AdwBin)

/* @conflict must outlive it. @names: "artifact:<id>" → name; @titles: field key → title. */
GtkWidget *mns_conflict_rows_new (MnsConflict *conflict, GHashTable *names, GHashTable *titles);
/* Shows what was picked from outside. */
void mns_conflict_rows_update (MnsConflictRows *self);

/* A sentence for a code of a conflict. */
const char *mns_conflict_code_to_text (const char *code);

G_END_DECLS
