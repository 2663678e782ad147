/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/screens/step/step-page.h"

G_BEGIN_DECLS

/**
 * MnsStepConsumables:
 *
 * Instrument, reagent lots and group of defaults of a step in progress, for the side region. Each
 * choice is saved at once. It is fed by the page's views run_instruments, run_lot_choices and
 * run_presets.
 */
#define MNS_TYPE_STEP_CONSUMABLES (mns_step_consumables_get_type ())
G_DECLARE_FINAL_TYPE (MnsStepConsumables, mns_step_consumables, MNS, STEP_CONSUMABLES, AdwBin)

GtkWidget *mns_step_consumables_new (void);

void mns_step_consumables_show (MnsStepConsumables *self, MnsStepPage *page);
/* What must still be chosen, as a sentence; NULL: nothing (transfer full) */
char *mns_step_consumables_dup_missing (MnsStepConsumables *self);
/* Chooses the lot or instrument of that name, number or id; FALSE if there is none. */
gboolean mns_step_consumables_scan (MnsStepConsumables *self, const char *text);

G_END_DECLS
