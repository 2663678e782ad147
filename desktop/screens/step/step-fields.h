/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/screens/step/step-page.h"

G_BEGIN_DECLS

/* Side region of Record details: the fields of the step and its reagent lots. */
#define MNS_TYPE_STEP_FIELDS (mns_step_fields_get_type ())
G_DECLARE_FINAL_TYPE (MnsStepFields, mns_step_fields, MNS, STEP_FIELDS, AdwBin)

GtkWidget *mns_step_fields_new (void);

/* @fields: rows of the view "run_fields" */
void mns_step_fields_show (MnsStepFields *self, MnsStepPage *page, const MnsRows *fields);

G_END_DECLS
