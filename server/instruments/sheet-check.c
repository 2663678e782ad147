/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Does a sample sheet make sense? Every fault is found in one pass over it; nothing stops at the
 * first. Rules: interop-formats, section 8; indexes among each other: sheet-check-index.c.
 */

#include "config.h"

#include <string.h>

#include "server/instruments/sheet-check.h"

#define MAX_ID 40

static const char *const reserved_ids[] = {
  "all", "default", "none", "unknown", "undetermined", "stats", "reports",
};

static gboolean
has_column (const MnsSampleSheet *sheet, MnsSheetColumn wanted)
{
  for (guint i = 0; sheet->columns != NULL && sheet->columns[i] != NULL; i++)
    {
      MnsSheetColumn column;

      if (mns_sheet_column_find (sheet->columns[i], &column) && column == wanted)
        return TRUE;
    }
  return FALSE;
}

static void
check_columns (MnsSampleSheet *sheet)
{
  for (guint i = 0; sheet->columns[i] != NULL; i++)
    for (guint j = 0; j < i; j++)
      if (*sheet->columns[i] != '\0' &&
          g_ascii_strcasecmp (sheet->columns[i], sheet->columns[j]) == 0)
        mns_sample_sheet_add_fault (sheet,
                                    MNS_SHEET_ERROR,
                                    0,
                                    0,
                                    "column_twice",
                                    "Column %s is there twice",
                                    sheet->columns[i]);
  if (!has_column (sheet, MNS_SHEET_SAMPLE_ID))
    mns_sample_sheet_add_fault (sheet,
                                MNS_SHEET_ERROR,
                                0,
                                0,
                                "no_sample_column",
                                "The sample table has no column %s",
                                mns_sheet_column_head (MNS_SHEET_SAMPLE_ID, sheet->form));
  if (has_column (sheet, MNS_SHEET_INDEX2) && !has_column (sheet, MNS_SHEET_INDEX))
    mns_sample_sheet_add_fault (
        sheet, MNS_SHEET_ERROR, 0, 0, "index2_only", "The sample table has index 2 but no index 1");
  if (sheet->form == MNS_SHEET_FORM_CLASSIC && !has_column (sheet, MNS_SHEET_LANE))
    mns_sample_sheet_add_fault (sheet,
                                MNS_SHEET_ERROR,
                                0,
                                0,
                                "no_lane_column",
                                "A classic sheet names the lane of every sample; there is no "
                                "column Lane");
}

static void
check_structure (MnsSampleSheet *sheet)
{
  if (sheet->columns == NULL)
    {
      mns_sample_sheet_add_fault (sheet,
                                  MNS_SHEET_ERROR,
                                  0,
                                  0,
                                  "no_samples",
                                  "There is no sample table ([Data] or [BCLConvert_Data])");
      return;
    }
  check_columns (sheet);
  if (sheet->samples->len == 0)
    mns_sample_sheet_add_fault (
        sheet, MNS_SHEET_ERROR, 0, 0, "no_samples", "The sample table has no sample");
  if (sheet->form == MNS_SHEET_FORM_V2 &&
      mns_sample_sheet_find_section (sheet, "BCLConvert_Data") == NULL)
    mns_sample_sheet_add_fault (sheet,
                                MNS_SHEET_WARNING,
                                0,
                                0,
                                "old_sections",
                                "The sheet says version 2 but calls its table [Data]: BCL Convert "
                                "takes that, instruments do not");
  if (sheet->form == MNS_SHEET_FORM_V2 && sheet->reads[0] == 0)
    mns_sample_sheet_add_fault (sheet,
                                MNS_SHEET_WARNING,
                                0,
                                0,
                                "no_reads",
                                "[Reads] does not say Read1Cycles: a run cannot be planned from "
                                "this sheet");
}

static void
check_id (MnsSampleSheet *sheet, const MnsSheetSample *sample)
{
  const char *id = sample->values[MNS_SHEET_SAMPLE_ID];
  guint at = mns_sheet_check_at (sample, MNS_SHEET_SAMPLE_ID);
  gsize good;

  if (id == NULL)
    {
      mns_sample_sheet_add_fault (
          sheet, MNS_SHEET_ERROR, sample->line, at, "no_id", "The sample has no Sample_ID");
      return;
    }
  good = strspn (id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
  if (id[good] != '\0')
    mns_sample_sheet_add_fault (sheet,
                                MNS_SHEET_ERROR,
                                sample->line,
                                at + (guint) good,
                                "id_sign",
                                "Sample_ID “%s”: only letters, digits, - and _ are allowed",
                                id);
  for (guint i = 0; i < G_N_ELEMENTS (reserved_ids); i++)
    if (g_ascii_strcasecmp (id, reserved_ids[i]) == 0)
      mns_sample_sheet_add_fault (sheet,
                                  MNS_SHEET_ERROR,
                                  sample->line,
                                  at,
                                  "id_reserved",
                                  "Sample_ID “%s” is a word that the software keeps for itself",
                                  id);
  if (strlen (id) > MAX_ID)
    mns_sample_sheet_add_fault (sheet,
                                sheet->form == MNS_SHEET_FORM_V2 ? MNS_SHEET_ERROR
                                                                 : MNS_SHEET_WARNING,
                                sample->line,
                                at,
                                "id_long",
                                "Sample_ID “%s” has %zu letters, %d are allowed",
                                id,
                                strlen (id),
                                MAX_ID);
}

static void
check_lane (MnsSampleSheet *sheet, const MnsSheetSample *sample, const MnsSheetRules *rules)
{
  const char *lane = sample->values[MNS_SHEET_LANE];
  guint highest = rules->lanes > 0 ? rules->lanes : 8;

  if (lane == NULL && has_column (sheet, MNS_SHEET_LANE))
    mns_sample_sheet_add_fault (sheet,
                                MNS_SHEET_ERROR,
                                sample->line,
                                1,
                                "no_lane",
                                "Sample %s has no lane, though the table has a column Lane",
                                mns_sheet_check_name (sample));
  if (lane == NULL || g_ascii_string_to_unsigned (lane, 10, 1, highest, NULL, NULL))
    return;
  mns_sample_sheet_add_fault (sheet,
                              MNS_SHEET_ERROR,
                              sample->line,
                              mns_sheet_check_at (sample, MNS_SHEET_LANE),
                              "lane",
                              "Sample %s: “%s” is no lane from 1 to %u",
                              mns_sheet_check_name (sample),
                              lane,
                              highest);
}

static void
check_plain (MnsSampleSheet *sheet, const MnsSheetSample *sample)
{
  for (MnsSheetColumn column = 0; column < MNS_SHEET_N_COLUMNS; column++)
    {
      const char *value = sample->values[column];
      gboolean is_strict = sheet->form == MNS_SHEET_FORM_V2 || column == MNS_SHEET_PROJECT;

      if (value != NULL && is_strict && strchr (value, ',') != NULL)
        mns_sample_sheet_add_fault (sheet,
                                    MNS_SHEET_ERROR,
                                    sample->line,
                                    mns_sheet_check_at (sample, column),
                                    "comma",
                                    "“%s” holds a comma, which the demultiplexing takes for the "
                                    "end of the value",
                                    value);
    }
}

/* The same sample twice in a lane is one sample with two indexes, which both programs take; twice
 * with the same index is a mistake. What is compared: lane, sample, both indexes.
 */
static void
check_repeats (MnsSampleSheet *sheet)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < sheet->samples->len; i++)
    {
      MnsSheetSample *sample = g_ptr_array_index (sheet->samples, i);
      const char *lane = sample->values[MNS_SHEET_LANE];
      char *key =
          g_strdup_printf ("%s\n%s", lane != NULL ? lane : "", mns_sheet_check_name (sample));
      const MnsSheetSample *first = g_hash_table_lookup (seen, key);

      if (first == NULL || sample->values[MNS_SHEET_SAMPLE_ID] == NULL)
        {
          g_hash_table_insert (seen, key, sample);
          continue;
        }
      g_free (key);
      if (g_strcmp0 (first->values[MNS_SHEET_INDEX], sample->values[MNS_SHEET_INDEX]) == 0 &&
          g_strcmp0 (first->values[MNS_SHEET_INDEX2], sample->values[MNS_SHEET_INDEX2]) == 0)
        continue; /* the check of indexes says it */
      mns_sample_sheet_add_fault (sheet,
                                  MNS_SHEET_WARNING,
                                  sample->line,
                                  mns_sheet_check_at (sample, MNS_SHEET_SAMPLE_ID),
                                  "sample_twice",
                                  "Sample %s is in line %u already%s%s, with another index: its "
                                  "reads will be put together",
                                  mns_sheet_check_name (sample),
                                  first->line,
                                  lane != NULL ? " in lane " : "",
                                  lane != NULL ? lane : "");
    }
}

static GHashTable *
collect_ids (const MnsSampleSheet *sheet)
{
  GHashTable *ids = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < sheet->samples->len; i++)
    {
      const MnsSheetSample *sample = g_ptr_array_index (sheet->samples, i);

      if (sample->values[MNS_SHEET_SAMPLE_ID] != NULL)
        g_hash_table_add (ids, sample->values[MNS_SHEET_SAMPLE_ID]);
    }
  return ids;
}

static void
check_application (MnsSampleSheet *sheet, const MnsSheetSection *section, GHashTable *ids)
{
  const MnsSheetRow *heads = g_ptr_array_index (section->rows, 0);
  guint id_column = 0;

  while (id_column < heads->cells->len &&
         g_ascii_strcasecmp (mns_sheet_row_get (heads, id_column)->text, "Sample_ID") != 0)
    id_column++;
  for (guint i = 1; i < section->rows->len; i++)
    {
      const MnsSheetRow *row = g_ptr_array_index (section->rows, i);
      const MnsSheetCell *cell = mns_sheet_row_get (row, id_column);

      if (cell != NULL && *cell->text != '\0' && !g_hash_table_contains (ids, cell->text))
        mns_sample_sheet_add_fault (sheet,
                                    MNS_SHEET_ERROR,
                                    row->line,
                                    cell->column,
                                    "unknown_sample",
                                    "[%s] names sample %s, which is not in the sample table",
                                    section->name,
                                    cell->text);
    }
}

/* Samples of an analysis have to be samples of the demultiplexing. */
static void
check_applications (MnsSampleSheet *sheet)
{
  g_autoptr (GHashTable) ids = collect_ids (sheet);

  for (guint i = 0; sheet->form == MNS_SHEET_FORM_V2 && i < sheet->sections->len; i++)
    {
      const MnsSheetSection *section = g_ptr_array_index (sheet->sections, i);

      if (g_str_has_suffix (section->name, "_Data") && section->rows->len > 0 &&
          g_ascii_strcasecmp (section->name, "BCLConvert_Data") != 0)
        check_application (sheet, section, ids);
    }
}

static void
check_adapter (MnsSampleSheet *sheet, const char *name, const char *adapter)
{
  /* Several adapters are joined by +. */
  if (adapter != NULL && adapter[strspn (adapter, "ACGTNacgtn+")] != '\0')
    mns_sample_sheet_add_fault (sheet,
                                MNS_SHEET_ERROR,
                                0,
                                0,
                                "adapter",
                                "The adapter of %s, “%s”, is no sequence of A, C, G and T",
                                name,
                                adapter);
}

static gint
compare_faults (gconstpointer a, gconstpointer b)
{
  const MnsSheetFault *first = *(MnsSheetFault *const *) a;
  const MnsSheetFault *second = *(MnsSheetFault *const *) b;

  if (first->line != second->line)
    return first->line < second->line ? -1 : 1;
  if (first->column != second->column)
    return first->column < second->column ? -1 : 1;
  return strcmp (first->code, second->code);
}

/**
 * mns_sample_sheet_check:
 * @self: a sheet that was read
 * @rules: (nullable): what is known of the run
 *
 * Finds every fault. Call it once for a sheet: the faults found stay with it.
 *
 * Returns: (transfer none): all faults, also those of the reading, by line and column
 */
GPtrArray *
mns_sample_sheet_check (MnsSampleSheet *self, const MnsSheetRules *rules)
{
  const MnsSheetRules none = { -1, 0, { 0, 0 }, { 0, 0 } };

  g_return_val_if_fail (self != NULL, NULL);

  if (rules == NULL)
    rules = &none;
  check_structure (self);
  for (guint i = 0; i < self->samples->len; i++)
    {
      const MnsSheetSample *sample = g_ptr_array_index (self->samples, i);

      check_id (self, sample);
      check_lane (self, sample, rules);
      check_plain (self, sample);
    }
  check_repeats (self);
  check_applications (self);
  check_adapter (self, "read 1", self->adapter1);
  check_adapter (self, "read 2", self->adapter2);
  mns_sheet_check_cycles (self, rules);
  mns_sheet_check_indexes (self, rules);
  g_ptr_array_sort (self->faults, compare_faults);
  return self->faults;
}
