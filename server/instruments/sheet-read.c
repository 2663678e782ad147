/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Sample sheets: from text to sections, from sections to samples. Reading never gives up: whatever
 * is wrong becomes a fault with its place, and the rest is read, so that all faults show at once.
 * Forms: interop-formats, section 8.
 */

#include "config.h"

#include <stddef.h>
#include <string.h>

#include "server/instruments/sheet-private.h"
#include "server/instruments/text-file.h"

#define MAX_SHEET (32u * 1024 * 1024)

typedef struct
{
  MnsSampleSheet *sheet;
  MnsSheetSection *section; /* being filled, %NULL before the first */
  guint line;
} Reader;

/* One cell beginning at @at; returns where the next one begins, or the end of the line. */
static const char *
take_cell (Reader *reader, const char *start, const char *at, const char *end, MnsSheetRow *row)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean is_quoted = FALSE;
  MnsSheetCell cell;

  while (at < end && (*at == ' ' || *at == '\t'))
    at++;
  cell.column = (guint) g_utf8_strlen (start, at - start) + 1;
  is_quoted = at < end && *at == '"';
  at += is_quoted;
  while (at < end && (is_quoted || *at != ','))
    {
      if (is_quoted && *at == '"' && at + 1 < end && at[1] == '"')
        at++; /* a doubled quote stands for one */
      else if (is_quoted && *at == '"')
        {
          is_quoted = FALSE;
          at++;
          continue;
        }
      g_string_append_c (text, *at++);
    }
  if (is_quoted)
    mns_sample_sheet_add_fault (reader->sheet,
                                MNS_SHEET_ERROR,
                                reader->line,
                                cell.column,
                                "quote_open",
                                "The quote opened here is not closed on its line");
  cell.text = g_strstrip (g_string_free (g_steal_pointer (&text), FALSE));
  g_array_append_val (row->cells, cell);
  return at < end ? at + 1 : NULL;
}

static MnsSheetRow *
split_line (Reader *reader, const char *start, const char *end)
{
  MnsSheetRow *row = mns_sheet_row_new (reader->line);
  const char *at = start;

  while (at != NULL)
    at = take_cell (reader, start, at, end, row);
  /* Lines padded with commas: an empty cell at the end says nothing. */
  while (row->cells->len > 0 &&
         *g_array_index (row->cells, MnsSheetCell, row->cells->len - 1).text == '\0')
    g_array_set_size (row->cells, row->cells->len - 1);
  return row;
}

static void
open_section (Reader *reader, const char *name)
{
  if (mns_sample_sheet_find_section (reader->sheet, name) != NULL)
    mns_sample_sheet_add_fault (reader->sheet,
                                MNS_SHEET_ERROR,
                                reader->line,
                                1,
                                "section_twice",
                                "Section [%s] is there a second time; only the first is read",
                                name);
  reader->section = mns_sample_sheet_add_section (reader->sheet, name, reader->line);
}

static void
take_section_line (Reader *reader, const char *text)
{
  const char *close = strchr (text, ']');
  g_autofree char *name =
      g_strndup (text + 1, close != NULL ? (gsize) (close - text - 1) : strlen (text + 1));

  g_strstrip (name);
  if (close == NULL)
    mns_sample_sheet_add_fault (reader->sheet,
                                MNS_SHEET_ERROR,
                                reader->line,
                                1,
                                "section_open",
                                "The section “%s” lacks its closing ]",
                                text);
  open_section (reader, name);
}

static void
take_row (Reader *reader, MnsSheetRow *row)
{
  const char *first = row->cells->len > 0 ? mns_sheet_row_get (row, 0)->text : NULL;
  gboolean is_classic = reader->section == NULL && first != NULL && g_str_equal (first, "FCID");

  if (first == NULL || *first == '#')
    {
      mns_sheet_row_free (row);
      return;
    }
  if (*first == '[')
    {
      take_section_line (reader, first);
      mns_sheet_row_free (row);
      return;
    }
  if (reader->section == NULL)
    {
      if (!is_classic)
        mns_sample_sheet_add_fault (reader->sheet,
                                    MNS_SHEET_ERROR,
                                    reader->line,
                                    mns_sheet_row_get (row, 0)->column,
                                    "before_section",
                                    "“%s” stands before the first [section]",
                                    first);
      open_section (reader, "");
    }
  g_ptr_array_add (reader->section->rows, row);
}

static void
take_line (Reader *reader, const char *start, const char *end)
{
  for (const char *at = start; at < end; at++)
    if ((guchar) *at >= 0x80 || *at == '\0')
      {
        mns_sample_sheet_add_fault (reader->sheet,
                                    MNS_SHEET_ERROR,
                                    reader->line,
                                    (guint) g_utf8_strlen (start, at - start) + 1,
                                    "not_ascii",
                                    "A letter beyond ASCII: sequencers read A-Z, a-z, digits and "
                                    "plain signs only");
        break;
      }
  take_row (reader, split_line (reader, start, end));
}

static void
take_lines (Reader *reader, const char *text, gsize length)
{
  const char *end = text + length;

  while (text < end)
    {
      const char *stop = text;

      while (stop < end && *stop != '\n' && *stop != '\r')
        stop++;
      reader->line++;
      take_line (reader, text, stop);
      if (stop + 1 < end && stop[0] == '\r' && stop[1] == '\n')
        {
          reader->sheet->crlf = TRUE;
          stop++;
        }
      text = stop + 1;
    }
}

/* The value beside @key in [@section], without case; %NULL where it is missing or empty. */
static const MnsSheetCell *
find_value (const MnsSampleSheet *sheet, const char *section, const char *key)
{
  const MnsSheetSection *found = mns_sample_sheet_find_section (sheet, section);

  for (guint i = 0; found != NULL && i < found->rows->len; i++)
    {
      const MnsSheetRow *row = g_ptr_array_index (found->rows, i);
      const MnsSheetCell *value = mns_sheet_row_get (row, 1);

      if (value != NULL && *value->text != '\0' &&
          g_ascii_strcasecmp (mns_sheet_row_get (row, 0)->text, key) == 0)
        return value;
    }
  return NULL;
}

/* Where the single values of a sheet stand; the first place filled wins. */
static const struct
{
  gsize offset;
  const char *section;
  const char *key;
} values[] = {
  { offsetof (MnsSampleSheet, run_name), "Header", "RunName" },
  { offsetof (MnsSampleSheet, run_name), "Header", "Experiment Name" },
  { offsetof (MnsSampleSheet, date), "Header", "Date" },
  { offsetof (MnsSampleSheet, investigator), "Header", "Investigator Name" },
  { offsetof (MnsSampleSheet, instrument), "Header", "InstrumentType" },
  { offsetof (MnsSampleSheet, instrument), "Header", "Instrument Type" },
  { offsetof (MnsSampleSheet, instrument), "Header", "InstrumentPlatform" },
  { offsetof (MnsSampleSheet, index_orientation), "Header", "IndexOrientation" },
  { offsetof (MnsSampleSheet, chemistry), "Header", "Chemistry" },
  { offsetof (MnsSampleSheet, adapter1), "BCLConvert_Settings", "AdapterRead1" },
  { offsetof (MnsSampleSheet, adapter1), "Settings", "AdapterRead1" },
  { offsetof (MnsSampleSheet, adapter1), "Settings", "Adapter" },
  { offsetof (MnsSampleSheet, adapter2), "BCLConvert_Settings", "AdapterRead2" },
  { offsetof (MnsSampleSheet, adapter2), "Settings", "AdapterRead2" },
  { offsetof (MnsSampleSheet, override_cycles), "BCLConvert_Settings", "OverrideCycles" },
  { offsetof (MnsSampleSheet, override_cycles), "Settings", "OverrideCycles" },
  { offsetof (MnsSampleSheet, software_version), "BCLConvert_Settings", "SoftwareVersion" },
  { offsetof (MnsSampleSheet, software_version), "Settings", "SoftwareVersion" },
};

static void
fill_values (MnsSampleSheet *sheet)
{
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      char **member = G_STRUCT_MEMBER_P (sheet, values[i].offset);
      const MnsSheetCell *cell = find_value (sheet, values[i].section, values[i].key);

      if (*member == NULL && cell != NULL)
        *member = g_strdup (cell->text);
    }
}

static void
take_cycles (MnsSampleSheet *sheet, const MnsSheetRow *row, const MnsSheetCell *cell, guint *cycles)
{
  guint64 number;

  if (g_ascii_string_to_unsigned (cell->text, 10, 0, 10000, &number, NULL))
    *cycles = (guint) number;
  else
    mns_sample_sheet_add_fault (sheet,
                                MNS_SHEET_ERROR,
                                row->line,
                                cell->column,
                                "cycles",
                                "“%s” is no number of cycles",
                                cell->text);
}

/* [Reads]: a number a line (version 1, data reads only), or names and numbers (version 2). */
static void
fill_reads (MnsSampleSheet *sheet)
{
  static const char *const names[] = {
    "Read1Cycles",
    "Read2Cycles",
    "Index1Cycles",
    "Index2Cycles",
  };
  guint *cycles[] = {
    &sheet->reads[0],
    &sheet->reads[1],
    &sheet->index_reads[0],
    &sheet->index_reads[1],
  };
  const MnsSheetSection *reads = mns_sample_sheet_find_section (sheet, "Reads");
  guint n = 0;

  for (guint i = 0; reads != NULL && i < reads->rows->len; i++)
    {
      const MnsSheetRow *row = g_ptr_array_index (reads->rows, i);
      const MnsSheetCell *first = mns_sheet_row_get (row, 0);
      const MnsSheetCell *second = mns_sheet_row_get (row, 1);
      guint j = 0;

      while (j < 4 && g_ascii_strcasecmp (first->text, names[j]) != 0)
        j++;
      if (j < 4 && second != NULL)
        take_cycles (sheet, row, second, cycles[j]);
      else if (j == 4 && second == NULL && n < 2)
        take_cycles (sheet, row, first, cycles[n++]);
      else
        mns_sample_sheet_add_fault (sheet,
                                    MNS_SHEET_ERROR,
                                    row->line,
                                    first->column,
                                    "read",
                                    "“%s” in [Reads] is neither cycles nor the name of a read",
                                    first->text);
    }
}

static void
split_dual_index (MnsSheetSample *sample)
{
  char *index = sample->values[MNS_SHEET_INDEX];
  char *dash = index != NULL ? strchr (index, '-') : NULL;

  if (dash == NULL || sample->values[MNS_SHEET_INDEX2] != NULL)
    return;
  mns_sheet_sample_set (sample, MNS_SHEET_INDEX2, dash + 1);
  sample->at[MNS_SHEET_INDEX2] = sample->at[MNS_SHEET_INDEX] + (guint) (dash + 1 - index);
  *dash = '\0';
}

static void
take_sample (MnsSampleSheet *sheet, const MnsSheetRow *heads, const MnsSheetRow *row)
{
  MnsSheetSample *sample = mns_sample_sheet_add (sheet);

  sample->line = row->line;
  for (guint i = 0; i < row->cells->len; i++)
    {
      const MnsSheetCell *head = mns_sheet_row_get (heads, i);
      const MnsSheetCell *cell = mns_sheet_row_get (row, i);
      MnsSheetColumn column;

      if (head == NULL)
        mns_sample_sheet_add_fault (sheet,
                                    MNS_SHEET_ERROR,
                                    row->line,
                                    cell->column,
                                    "cell_without_column",
                                    "“%s” stands in column %u, the table has %u columns",
                                    cell->text,
                                    i + 1,
                                    heads->cells->len);
      else if (mns_sheet_column_find (head->text, &column) && *cell->text != '\0' &&
               sample->values[column] == NULL)
        {
          mns_sheet_sample_set (sample, column, cell->text);
          sample->at[column] = cell->column;
        }
    }
  if (sheet->form == MNS_SHEET_FORM_CLASSIC)
    split_dual_index (sample);
}

static void
fill_samples (MnsSampleSheet *sheet, const MnsSheetSection *data)
{
  g_autoptr (GPtrArray) columns = g_ptr_array_new ();
  const MnsSheetRow *heads;

  if (data == NULL || data->rows->len == 0)
    return;
  heads = g_ptr_array_index (data->rows, 0);
  for (guint i = 0; i < heads->cells->len; i++)
    g_ptr_array_add (columns, g_strdup (mns_sheet_row_get (heads, i)->text));
  g_ptr_array_add (columns, NULL);
  sheet->columns = (char **) g_ptr_array_steal (columns, NULL);
  for (guint i = 1; i < data->rows->len; i++)
    take_sample (sheet, heads, g_ptr_array_index (data->rows, i));
}

static const MnsSheetSection *
find_data (MnsSampleSheet *sheet)
{
  const MnsSheetSection *data = NULL;

  if (sheet->form == MNS_SHEET_FORM_CLASSIC)
    return g_ptr_array_index (sheet->sections, 0);
  if (sheet->form == MNS_SHEET_FORM_V2)
    data = mns_sample_sheet_find_section (sheet, "BCLConvert_Data");
  return data != NULL ? data : mns_sample_sheet_find_section (sheet, "Data");
}

static MnsSheetForm
find_form (const MnsSampleSheet *sheet)
{
  const MnsSheetSection *first =
      sheet->sections->len > 0 ? g_ptr_array_index (sheet->sections, 0) : NULL;
  const MnsSheetCell *version = find_value (sheet, "Header", "FileFormatVersion");

  if (first != NULL && *first->name == '\0' && first->rows->len > 0 &&
      g_str_equal (mns_sheet_row_get (g_ptr_array_index (first->rows, 0), 0)->text, "FCID"))
    return MNS_SHEET_FORM_CLASSIC;
  return version != NULL && g_str_equal (version->text, "2") ? MNS_SHEET_FORM_V2
                                                             : MNS_SHEET_FORM_V1;
}

/**
 * mns_sample_sheet_parse:
 * @data: text of a sheet
 * @length: its length in bytes
 *
 * Reads a sheet of any form. What is wrong with the text is in its faults; mns_sample_sheet_check()
 * adds what is wrong with its sense.
 *
 * Returns: (transfer full): the sheet, empty if the text is nothing like one
 */
MnsSampleSheet *
mns_sample_sheet_parse (const char *data, gsize length)
{
  static const char mark[] = "\xef\xbb\xbf";
  g_autofree char *text = NULL;
  Reader reader = { 0 };

  g_return_val_if_fail (data != NULL, NULL);

  if (length >= 3 && memcmp (data, mark, 3) == 0)
    {
      data += 3;
      length -= 3;
    }
  reader.sheet = mns_sample_sheet_new (MNS_SHEET_FORM_V1);
  text = g_utf8_make_valid (data, (gssize) MIN (length, MAX_SHEET));
  take_lines (&reader, text, strlen (text));
  reader.sheet->form = find_form (reader.sheet);
  fill_values (reader.sheet);
  fill_reads (reader.sheet);
  fill_samples (reader.sheet, find_data (reader.sheet));
  return reader.sheet;
}

/**
 * mns_sample_sheet_read:
 * @path: a file
 * @error: why it cannot be read
 *
 * Returns: (transfer full) (nullable): the sheet
 */
MnsSampleSheet *
mns_sample_sheet_read (const char *path, GError **error)
{
  gsize length;
  g_autofree char *data = mns_text_file_read (path, MAX_SHEET, &length, error);

  return data != NULL ? mns_sample_sheet_parse (data, length) : NULL;
}
