/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A sample sheet in another form. What the new form has no place for is named, never dropped in
 * silence.
 */

#include "config.h"

#include <string.h>

#include "server/instruments/index2.h"
#include "server/instruments/sheet-convert.h"
#include "sync/model/error.h"

static void
note_lost_columns (const MnsSampleSheet *sheet, MnsSheetForm form, GPtrArray *left_out)
{
  for (guint i = 0; sheet->columns != NULL && sheet->columns[i] != NULL; i++)
    {
      MnsSheetColumn column;
      gboolean is_known = mns_sheet_column_find (sheet->columns[i], &column);
      gboolean is_index2 = is_known && column == MNS_SHEET_INDEX2; /* classic: part of Index */

      if (*sheet->columns[i] != '\0' && !is_index2 &&
          (!is_known || mns_sheet_column_head (column, form) == NULL))
        g_ptr_array_add (left_out, g_strdup_printf ("column %s", sheet->columns[i]));
    }
}

static void
note_lost_sections (const MnsSampleSheet *sheet, GPtrArray *left_out)
{
  static const char *const carried[] = {
    "", "Header", "Reads", "Settings", "Data", "BCLConvert_Settings", "BCLConvert_Data",
  };

  for (guint i = 0; i < sheet->sections->len; i++)
    {
      const MnsSheetSection *section = g_ptr_array_index (sheet->sections, i);
      gboolean is_carried = section->rows->len == 0;

      for (guint j = 0; j < G_N_ELEMENTS (carried); j++)
        is_carried |= g_ascii_strcasecmp (section->name, carried[j]) == 0;
      if (!is_carried)
        g_ptr_array_add (left_out, g_strdup_printf ("section [%s]", section->name));
    }
}

static void
copy_head (const MnsSampleSheet *sheet, const MnsSheetTarget *target, MnsSampleSheet *made)
{
  made->crlf = sheet->crlf;
  made->run_name = g_strdup (sheet->run_name);
  made->date = g_strdup (sheet->date);
  made->investigator = g_strdup (sheet->investigator);
  made->instrument = g_strdup (target->instrument != NULL ? target->instrument : sheet->instrument);
  made->chemistry = g_strdup (sheet->chemistry);
  made->adapter1 = g_strdup (sheet->adapter1);
  made->adapter2 = g_strdup (sheet->adapter2);
  made->software_version = g_strdup (target->software_version != NULL ? target->software_version
                                                                      : sheet->software_version);
  made->override_cycles = g_strdup (sheet->override_cycles);
  if (!target->turn_index2)
    made->index_orientation = g_strdup (sheet->index_orientation);
  for (guint i = 0; i < 2; i++)
    {
      made->reads[i] = sheet->reads[i];
      made->index_reads[i] = sheet->index_reads[i];
    }
}

static void
copy_sample (const MnsSheetSample *sample,
             const char *lane,
             const MnsSheetTarget *target,
             MnsSampleSheet *made)
{
  MnsSheetSample *copy = mns_sample_sheet_add (made);
  const char *index2 = sample->values[MNS_SHEET_INDEX2];

  for (MnsSheetColumn column = 0; column < MNS_SHEET_N_COLUMNS; column++)
    mns_sheet_sample_set (copy, column, sample->values[column]);
  mns_sheet_sample_set (copy, MNS_SHEET_LANE, lane);
  if (index2 != NULL && target->turn_index2)
    {
      g_autofree char *turned = mns_index2_turn (index2);

      mns_sheet_sample_set (copy, MNS_SHEET_INDEX2, turned);
    }
  if (target->form == MNS_SHEET_FORM_CLASSIC)
    {
      if (target->flowcell != NULL)
        mns_sheet_sample_set (copy, MNS_SHEET_FLOWCELL, target->flowcell);
      if (copy->values[MNS_SHEET_CONTROL] == NULL)
        mns_sheet_sample_set (copy, MNS_SHEET_CONTROL, "N");
    }
}

static void
copy_samples (const MnsSampleSheet *sheet, const MnsSheetTarget *target, MnsSampleSheet *made)
{
  for (guint i = 0; i < sheet->samples->len; i++)
    {
      const MnsSheetSample *sample = g_ptr_array_index (sheet->samples, i);
      const char *lane = sample->values[MNS_SHEET_LANE];

      if (lane != NULL || target->form != MNS_SHEET_FORM_CLASSIC)
        copy_sample (sample, lane, target, made);
      else /* a classic sheet has a row a lane */
        for (guint j = 1; j <= target->lanes; j++)
          {
            g_autofree char *number = g_strdup_printf ("%u", j);

            copy_sample (sample, number, target, made);
          }
    }
}

static guint
longest (const MnsSampleSheet *sheet, MnsSheetColumn column)
{
  gsize length = 0;

  for (guint i = 0; i < sheet->samples->len; i++)
    {
      const MnsSheetSample *sample = g_ptr_array_index (sheet->samples, i);

      if (sample->values[column] != NULL)
        length = MAX (length, strlen (sample->values[column]));
    }
  return (guint) MIN (length, 1000);
}

/* `I6N2` or `N2I6` of an index of 6 bases in a read of 8 cycles; `N8` without an index. */
static void
append_index (GString *text, const char *index, guint cycles, gboolean pad_first)
{
  guint length = index != NULL ? (guint) MIN (strlen (index), cycles) : 0;

  g_string_append_c (text, ';');
  if (pad_first && length < cycles)
    g_string_append_printf (text, "N%u", cycles - length);
  if (length > 0)
    g_string_append_printf (text, "I%u", length);
  if (!pad_first && length < cycles)
    g_string_append_printf (text, "N%u", cycles - length);
}

static char *
make_override (const MnsSampleSheet *sheet, const MnsSheetSample *sample, gboolean pad_first)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "Y%u", sheet->reads[0]);
  if (sheet->index_reads[0] > 0)
    append_index (text, sample->values[MNS_SHEET_INDEX], sheet->index_reads[0], FALSE);
  if (sheet->index_reads[1] > 0)
    append_index (text, sample->values[MNS_SHEET_INDEX2], sheet->index_reads[1], pad_first);
  if (sheet->reads[1] > 0)
    g_string_append_printf (text, ";Y%u", sheet->reads[1]);
  return g_string_free (text, FALSE);
}

/* Version 2 wants the cycles of the index reads and, where an index is shorter, to be told which
 * cycles to leave out. Version 1 has neither; the longest index is taken for the cycles.
 */
static void
complete_cycles (MnsSampleSheet *made, gboolean pad_index2_first)
{
  gboolean is_even = TRUE;

  if (made->index_reads[0] == 0)
    made->index_reads[0] = longest (made, MNS_SHEET_INDEX);
  if (made->index_reads[1] == 0)
    made->index_reads[1] = longest (made, MNS_SHEET_INDEX2);
  for (guint i = 0; i < made->samples->len; i++)
    {
      const MnsSheetSample *sample = g_ptr_array_index (made->samples, i);
      const char *index = sample->values[MNS_SHEET_INDEX];
      const char *index2 = sample->values[MNS_SHEET_INDEX2];

      if (sample->values[MNS_SHEET_OVERRIDE_CYCLES] != NULL)
        return; /* the sheet says already */
      is_even &= (index != NULL ? strlen (index) : 0) == made->index_reads[0] &&
                 (index2 != NULL ? strlen (index2) : 0) == made->index_reads[1];
    }
  if (is_even || made->override_cycles != NULL || made->reads[0] == 0)
    return;
  for (guint i = 0; i < made->samples->len; i++)
    {
      MnsSheetSample *sample = g_ptr_array_index (made->samples, i);
      g_autofree char *override = make_override (made, sample, pad_index2_first);

      mns_sheet_sample_set (sample, MNS_SHEET_OVERRIDE_CYCLES, override);
    }
}

static gboolean
check_classic (const MnsSampleSheet *sheet, const MnsSheetTarget *target, GError **error)
{
  for (guint i = 0; i < sheet->samples->len; i++)
    {
      const MnsSheetSample *sample = g_ptr_array_index (sheet->samples, i);
      gboolean has_flowcell =
          target->flowcell != NULL || sample->values[MNS_SHEET_FLOWCELL] != NULL;
      gboolean has_lane = target->lanes > 0 || sample->values[MNS_SHEET_LANE] != NULL;

      if (has_flowcell && has_lane)
        continue;
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_INVALID,
                   "Line %u: a classic sheet names flow cell and lane of each sample, and this one "
                   "has no %s",
                   sample->line,
                   has_flowcell ? "lane" : "flow cell");
      return FALSE;
    }
  return TRUE;
}

/**
 * mns_sample_sheet_convert:
 * @sheet: a sheet
 * @target: what to make
 * @left_out: (element-type utf8): takes, in words, what the new form has no place for
 * @error: what is lacking
 *
 * Returns: (transfer full) (nullable): the new sheet
 */
MnsSampleSheet *
mns_sample_sheet_convert (const MnsSampleSheet *sheet,
                          const MnsSheetTarget *target,
                          GPtrArray *left_out,
                          GError **error)
{
  MnsSampleSheet *made;

  g_return_val_if_fail (sheet != NULL && target != NULL && left_out != NULL, NULL);

  if (target->form == MNS_SHEET_FORM_CLASSIC && !check_classic (sheet, target, error))
    return NULL;
  made = mns_sample_sheet_new (target->form);
  copy_head (sheet, target, made);
  copy_samples (sheet, target, made);
  if (target->form == MNS_SHEET_FORM_V2)
    complete_cycles (made, target->pad_index2_first);
  note_lost_columns (sheet, target->form, left_out);
  note_lost_sections (sheet, left_out);
  return made;
}
