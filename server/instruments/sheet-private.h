/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/instruments/sheet.h"

G_BEGIN_DECLS

/* Only for the reader. */

MnsSheetSection *mns_sample_sheet_add_section (MnsSampleSheet *self, const char *name, guint line);
MnsSheetRow *mns_sheet_row_new (guint line);
void mns_sheet_row_free (MnsSheetRow *row);

G_END_DECLS
