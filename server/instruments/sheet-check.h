/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/instruments/sheet.h"

G_BEGIN_DECLS

/* Only for the files of the check. */

guint mns_sheet_check_at (const MnsSheetSample *sample, MnsSheetColumn column);
const char *mns_sheet_check_name (const MnsSheetSample *sample);

/* sheet-check-index.c */
void mns_sheet_check_indexes (MnsSampleSheet *sheet, const MnsSheetRules *rules);

/* sheet-check-cycles.c */
void mns_sheet_check_cycles (MnsSampleSheet *sheet, const MnsSheetRules *rules);
gboolean mns_sheet_index_lengths (const char *override_cycles, guint lengths[2]);

G_END_DECLS
