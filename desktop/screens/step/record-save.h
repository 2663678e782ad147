/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/screens/step/record-table.h"
#include "desktop/screens/step/step-page.h"

G_BEGIN_DECLS

typedef void (*MnsRecordSaved) (MnsStepPage *page);

void mns_record_save (MnsStepPage *page,
                      MnsRecordTable *table,
                      const GArray *edits,
                      MnsRecordSaved saved);

G_END_DECLS
