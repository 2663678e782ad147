/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What messages about a sample point to and call it. */

#include "config.h"

#include "server/instruments/sheet-check.h"

/* The column, 1 if the sheet has none for it. */
guint
mns_sheet_check_at (const MnsSheetSample *sample, MnsSheetColumn column)
{
  return sample->at[column] != 0 ? sample->at[column] : 1;
}

/* What messages call a sample. */
const char *
mns_sheet_check_name (const MnsSheetSample *sample)
{
  return sample->values[MNS_SHEET_SAMPLE_ID] != NULL ? sample->values[MNS_SHEET_SAMPLE_ID]
                                                     : "(none)";
}
