/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Sample sheets to text, in the form that the sheet has. */

#include "config.h"

#include <string.h>

#include "server/instruments/sheet.h"
#include "sync/model/error.h"

/* Columns in the order in which each form has them. LAST ends a list. */
#define LAST MNS_SHEET_N_COLUMNS

static const MnsSheetColumn classic_columns[] = {
  MNS_SHEET_FLOWCELL,
  MNS_SHEET_LANE,
  MNS_SHEET_SAMPLE_ID,
  MNS_SHEET_REFERENCE,
  MNS_SHEET_INDEX,
  MNS_SHEET_DESCRIPTION,
  MNS_SHEET_CONTROL,
  MNS_SHEET_RECIPE,
  MNS_SHEET_OPERATOR,
  MNS_SHEET_PROJECT,
  LAST,
};
static const MnsSheetColumn v1_columns[] = {
  MNS_SHEET_LANE,
  MNS_SHEET_SAMPLE_ID,
  MNS_SHEET_SAMPLE_NAME,
  MNS_SHEET_PLATE,
  MNS_SHEET_WELL,
  MNS_SHEET_INDEX_ID,
  MNS_SHEET_INDEX,
  MNS_SHEET_INDEX2_ID,
  MNS_SHEET_INDEX2,
  MNS_SHEET_PROJECT,
  MNS_SHEET_DESCRIPTION,
  MNS_SHEET_GENOME,
  LAST,
};
static const MnsSheetColumn v2_columns[] = {
  MNS_SHEET_LANE,   MNS_SHEET_SAMPLE_ID,       MNS_SHEET_SAMPLE_NAME, MNS_SHEET_INDEX,
  MNS_SHEET_INDEX2, MNS_SHEET_OVERRIDE_CYCLES, MNS_SHEET_PROJECT,     LAST,
};

/* Columns that are written even if no sample fills them. */
static const MnsSheetColumn always[] = {
  MNS_SHEET_SAMPLE_ID,
  MNS_SHEET_SAMPLE_NAME,
  MNS_SHEET_INDEX,
  LAST,
};

typedef struct
{
  GString *text;
  const char *line_end;
} Writer;

static void
write_cell (Writer *writer, const char *value)
{
  if (value == NULL)
    return;
  if (strpbrk (value, ",\"") == NULL)
    {
      g_string_append (writer->text, value);
      return;
    }
  g_string_append_c (writer->text, '"');
  for (; *value != '\0'; value++)
    {
      if (*value == '"')
        g_string_append_c (writer->text, '"');
      g_string_append_c (writer->text, *value);
    }
  g_string_append_c (writer->text, '"');
}

static void
write_pair (Writer *writer, const char *key, const char *value)
{
  if (value == NULL)
    return;
  g_string_append_printf (writer->text, "%s,", key);
  write_cell (writer, value);
  g_string_append (writer->text, writer->line_end);
}

static void
write_number (Writer *writer, const char *key, guint value)
{
  if (value > 0)
    g_string_append_printf (writer->text, "%s,%u%s", key, value, writer->line_end);
}

static void
write_line (Writer *writer, const char *text)
{
  g_string_append (writer->text, text);
  g_string_append (writer->text, writer->line_end);
}

static gboolean
contains (const MnsSheetColumn *list, MnsSheetColumn column)
{
  while (*list != LAST && *list != column)
    list++;
  return *list == column;
}

static gboolean
is_filled (const MnsSampleSheet *sheet, MnsSheetColumn column)
{
  for (guint i = 0; i < sheet->samples->len; i++)
    if (((const MnsSheetSample *) g_ptr_array_index (sheet->samples, i))->values[column] != NULL)
      return TRUE;
  return FALSE;
}

/* The columns of @all that this sheet needs, ended by LAST. */
static void
choose_columns (const MnsSampleSheet *sheet, const MnsSheetColumn *all, MnsSheetColumn *chosen)
{
  gboolean is_classic = sheet->form == MNS_SHEET_FORM_CLASSIC;
  guint n = 0;

  for (; *all != LAST; all++)
    if (is_classic || is_filled (sheet, *all) ||
        (contains (always, *all) &&
         (sheet->form == MNS_SHEET_FORM_V1 || *all != MNS_SHEET_SAMPLE_NAME)))
      chosen[n++] = *all;
  chosen[n] = LAST;
}

static void
write_value (Writer *writer,
             const MnsSampleSheet *sheet,
             const MnsSheetSample *sample,
             MnsSheetColumn column)
{
  const char *index2 = sample->values[MNS_SHEET_INDEX2];

  write_cell (writer, sample->values[column]);
  if (sheet->form == MNS_SHEET_FORM_CLASSIC && column == MNS_SHEET_INDEX && index2 != NULL)
    g_string_append_printf (writer->text, "-%s", index2);
}

static void
write_samples (Writer *writer, const MnsSampleSheet *sheet, const MnsSheetColumn *all)
{
  MnsSheetColumn columns[MNS_SHEET_N_COLUMNS + 1];

  choose_columns (sheet, all, columns);
  for (guint i = 0; columns[i] != LAST; i++)
    g_string_append_printf (
        writer->text, "%s%s", i > 0 ? "," : "", mns_sheet_column_head (columns[i], sheet->form));
  g_string_append (writer->text, writer->line_end);
  for (guint i = 0; i < sheet->samples->len; i++)
    {
      for (guint j = 0; columns[j] != LAST; j++)
        {
          if (j > 0)
            g_string_append_c (writer->text, ',');
          write_value (writer, sheet, g_ptr_array_index (sheet->samples, i), columns[j]);
        }
      g_string_append (writer->text, writer->line_end);
    }
}

static void
write_v1 (Writer *writer, const MnsSampleSheet *sheet)
{
  write_line (writer, "[Header]");
  write_line (writer, "IEMFileVersion,5");
  write_pair (writer, "Investigator Name", sheet->investigator);
  write_pair (writer, "Experiment Name", sheet->run_name);
  write_pair (writer, "Date", sheet->date);
  write_line (writer, "Workflow,GenerateFASTQ");
  write_pair (writer, "Instrument Type", sheet->instrument);
  write_pair (writer, "Chemistry", sheet->chemistry);
  write_line (writer, "");
  write_line (writer, "[Reads]");
  for (guint i = 0; i < 2; i++)
    if (sheet->reads[i] > 0)
      g_string_append_printf (writer->text, "%u%s", sheet->reads[i], writer->line_end);
  write_line (writer, "");
  write_line (writer, "[Settings]");
  write_pair (writer, "Adapter", sheet->adapter1);
  write_pair (writer, "AdapterRead2", sheet->adapter2);
  write_line (writer, "");
  write_line (writer, "[Data]");
  write_samples (writer, sheet, v1_columns);
}

static void
write_v2 (Writer *writer, const MnsSampleSheet *sheet)
{
  write_line (writer, "[Header]");
  write_line (writer, "FileFormatVersion,2");
  write_pair (writer, "RunName", sheet->run_name);
  write_pair (writer, "InstrumentType", sheet->instrument);
  write_pair (writer, "IndexOrientation", sheet->index_orientation);
  write_line (writer, "");
  write_line (writer, "[Reads]");
  write_number (writer, "Read1Cycles", sheet->reads[0]);
  write_number (writer, "Read2Cycles", sheet->reads[1]);
  write_number (writer, "Index1Cycles", sheet->index_reads[0]);
  write_number (writer, "Index2Cycles", sheet->index_reads[1]);
  write_line (writer, "");
  write_line (writer, "[BCLConvert_Settings]");
  write_pair (writer, "SoftwareVersion", sheet->software_version);
  write_pair (writer, "AdapterRead1", sheet->adapter1);
  write_pair (writer, "AdapterRead2", sheet->adapter2);
  write_pair (writer, "OverrideCycles", sheet->override_cycles);
  write_line (writer, "");
  write_line (writer, "[BCLConvert_Data]");
  write_samples (writer, sheet, v2_columns);
}

static gboolean
is_writable (const MnsSampleSheet *sheet, GError **error)
{
  for (guint i = 0; i < sheet->samples->len; i++)
    {
      const MnsSheetSample *sample = g_ptr_array_index (sheet->samples, i);

      for (guint j = 0; j < MNS_SHEET_N_COLUMNS; j++)
        if (sample->values[j] != NULL &&
            (strpbrk (sample->values[j], "\r\n") != NULL ||
             (sheet->form == MNS_SHEET_FORM_V2 && strpbrk (sample->values[j], ",\"") != NULL)))
          {
            g_set_error (error,
                         MNS_ERROR,
                         MNS_ERROR_INVALID,
                         "Sample %s: “%s” holds a sign that a sheet of form %s cannot hold",
                         sample->values[MNS_SHEET_SAMPLE_ID] ? sample->values[MNS_SHEET_SAMPLE_ID]
                                                             : "(none)",
                         sample->values[j],
                         mns_sheet_form_name (sheet->form));
            return FALSE;
          }
    }
  return TRUE;
}

/**
 * mns_sample_sheet_to_text:
 * @self: a sheet
 * @error: which value cannot be written
 *
 * Writes what the sheet means, in its form. Sections of other programs that a sheet had when it was
 * read are not kept.
 *
 * Returns: (transfer full) (nullable): the text
 */
char *
mns_sample_sheet_to_text (const MnsSampleSheet *self, GError **error)
{
  Writer writer = { NULL, "\n" };

  g_return_val_if_fail (self != NULL, NULL);

  if (!is_writable (self, error))
    return NULL;
  writer.text = g_string_new (NULL);
  writer.line_end = self->crlf ? "\r\n" : "\n";
  switch (self->form)
    {
    case MNS_SHEET_FORM_CLASSIC:
      write_samples (&writer, self, classic_columns);
      break;
    case MNS_SHEET_FORM_V1:
      write_v1 (&writer, self);
      break;
    case MNS_SHEET_FORM_V2:
      write_v2 (&writer, self);
      break;
    }
  return g_string_free (writer.text, FALSE);
}
