/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "desktop/app/session.h"

G_BEGIN_DECLS

/* A card of one protocol: each step a row with what is in progress, urgent and waiting. */
#define MNS_TYPE_LAB_CARD (mns_lab_card_get_type ())
G_DECLARE_FINAL_TYPE (MnsLabCard, mns_lab_card, MNS, LAB_CARD, AdwBin)

GtkWidget *mns_lab_card_new (const char *protocol);

/* @row of the view "lab"; rows are added in order, or updated in place by the same order. */
void mns_lab_card_set_step (MnsLabCard *self,
                            guint at,
                            const MnsRows *rows,
                            guint row,
                            guint in_bucket,
                            gboolean only_work);
/* @run: (nullable): the only run of mine in progress at the step, which the pill then opens */
void mns_lab_card_set_run (MnsLabCard *self, guint at, const char *run);
guint mns_lab_card_get_n_shown (MnsLabCard *self);

G_END_DECLS
