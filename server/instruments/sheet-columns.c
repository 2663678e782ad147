/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What the columns of a sample table are called in each form. */

#include "config.h"

#include "server/instruments/sheet.h"

/* The first name of a form is written; the others are read as well. Compared without case: `index`
 * and `Index` both occur in version 2. %NULL: that form has no such column.
 */
static const struct
{
  MnsSheetColumn column;
  const char *heads[3]; /* classic, v1, v2 */
  const char *also[3];
} columns[] = {
  { MNS_SHEET_LANE, { "Lane", "Lane", "Lane" }, { NULL } },
  { MNS_SHEET_SAMPLE_ID, { "SampleID", "Sample_ID", "Sample_ID" }, { NULL } },
  { MNS_SHEET_SAMPLE_NAME, { NULL, "Sample_Name", "Sample_Name" }, { "SampleName" } },
  { MNS_SHEET_PLATE, { NULL, "Sample_Plate", NULL }, { NULL } },
  { MNS_SHEET_WELL, { NULL, "Sample_Well", NULL }, { NULL } },
  { MNS_SHEET_INDEX_ID, { NULL, "I7_Index_ID", NULL }, { NULL } },
  { MNS_SHEET_INDEX, { "Index", "index", "Index" }, { NULL } },
  { MNS_SHEET_INDEX2_ID, { NULL, "I5_Index_ID", NULL }, { NULL } },
  { MNS_SHEET_INDEX2, { NULL, "index2", "Index2" }, { NULL } },
  { MNS_SHEET_PROJECT, { "SampleProject", "Sample_Project", "Sample_Project" }, { "Project" } },
  { MNS_SHEET_DESCRIPTION, { "Description", "Description", NULL }, { NULL } },
  { MNS_SHEET_OVERRIDE_CYCLES, { NULL, NULL, "OverrideCycles" }, { NULL } },
  { MNS_SHEET_FLOWCELL, { "FCID", NULL, NULL }, { NULL } },
  { MNS_SHEET_REFERENCE, { "SampleRef", NULL, NULL }, { "Sample_Ref" } },
  { MNS_SHEET_CONTROL, { "Control", NULL, NULL }, { NULL } },
  { MNS_SHEET_RECIPE, { "Recipe", NULL, NULL }, { NULL } },
  { MNS_SHEET_OPERATOR, { "Operator", NULL, NULL }, { NULL } },
  { MNS_SHEET_GENOME, { NULL, "GenomeFolder", NULL }, { NULL } },
};

static gboolean
is_one_of (const char *head, const char *const names[3])
{
  for (guint i = 0; i < 3; i++)
    if (names[i] != NULL && g_ascii_strcasecmp (head, names[i]) == 0)
      return TRUE;
  return FALSE;
}

/**
 * mns_sheet_column_find:
 * @head: head of a column, in any form and case
 * @column: (out): its meaning
 *
 * Returns: %FALSE for a column of the lab's own
 */
gboolean
mns_sheet_column_find (const char *head, MnsSheetColumn *column)
{
  g_return_val_if_fail (head != NULL && column != NULL, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    if (is_one_of (head, columns[i].heads) || is_one_of (head, columns[i].also))
      {
        *column = columns[i].column;
        return TRUE;
      }
  return FALSE;
}

/**
 * mns_sheet_column_head:
 *
 * Returns: (nullable): what @form calls the column, %NULL if it has none
 */
const char *
mns_sheet_column_head (MnsSheetColumn column, MnsSheetForm form)
{
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    if (columns[i].column == column)
      return columns[i].heads[form];
  return NULL;
}
