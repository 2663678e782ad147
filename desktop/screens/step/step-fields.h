/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/screens/step/step-page.h"

G_BEGIN_DECLS

/* The fields of a step, for the side region. Each is saved at once. */
#define MNS_TYPE_STEP_FIELDS (mns_step_fields_get_type ())
G_DECLARE_FINAL_TYPE (MnsStepFields, mns_step_fields, MNS, STEP_FIELDS, AdwBin)

GtkWidget *mns_step_fields_new (void);

/* @fields: rows of the view "run_fields" */
void mns_step_fields_show (MnsStepFields *self, MnsStepPage *page, const MnsRows *fields);

/* Which field must still have a value, as a sentence; NULL: none */
char *mns_step_fields_dup_missing (const MnsRows *fields);
/* What is being typed counts as entered. */
void mns_step_fields_save (MnsStepFields *self);

G_END_DECLS
