/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/widgets/plate-model.h"
#include "sync/sheet/sheet.h"

G_BEGIN_DECLS

/* Placements as a table: sample, container, well, a line a sample. */

MnsSheet *mns_placement_to_sheet (MnsPlateModel *model);
/* Puts samples where the table says; what does not fit is a line in @faults. Returns how many were
 * put somewhere. All of it is one change.
 */
guint mns_placement_read_sheet (MnsPlateModel *model, MnsSheet *sheet, GPtrArray *faults);

G_END_DECLS
