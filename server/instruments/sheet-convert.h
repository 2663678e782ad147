/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/instruments/sheet.h"

G_BEGIN_DECLS

/**
 * MnsSheetTarget:
 * @form: form wanted
 * @turn_index2: make index 2 its reverse complement
 * @pad_index2_first: the cycles that a short index 2 leaves over come before it (`N2I8`): where
 *   the machine reads the reverse complement of what the sheet holds
 * @lanes: lanes of the flow cell, for a form that must name them; 0 if not known
 * @flowcell: (nullable): its barcode, for the classic form
 * @instrument: (nullable): for the header
 * @software_version: (nullable): of BCL Convert
 */
typedef struct
{
  MnsSheetForm form;
  gboolean turn_index2;
  gboolean pad_index2_first;
  guint lanes;
  const char *flowcell;
  const char *instrument;
  const char *software_version;
} MnsSheetTarget;

MnsSampleSheet *mns_sample_sheet_convert (const MnsSampleSheet *sheet,
                                          const MnsSheetTarget *target,
                                          GPtrArray *left_out,
                                          GError **error);

G_END_DECLS
