/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Where the table of a sample list is: domain/configuration.md 7.1. A list from our template has
 * markers in its first column, one pair around the header row and one around the samples; any
 * other table has its header in its first row that holds anything. What the columns mean, and
 * whether the values are right, is the business of the import.
 */

#define G_LOG_DOMAIN "mns-sheet"

#include "config.h"

#include <string.h>

#include "sync/model/error.h"
#include "sync/sheet/sample-list.h"

typedef enum
{
  MARK_HEADER,
  MARK_HEADER_END,
  MARK_ENTRIES,
  MARK_ENTRIES_END,
  N_MARKS,
} Mark;

static const char *const mark_texts[N_MARKS] = {
  [MARK_HEADER] = "<TABLE HEADER>",
  [MARK_HEADER_END] = "</TABLE HEADER>",
  [MARK_ENTRIES] = "<SAMPLE ENTRIES>",
  [MARK_ENTRIES_END] = "</SAMPLE ENTRIES>",
};

typedef struct
{
  char *name;
  guint sheet_column;
} Column;

struct _MnsSampleList
{
  MnsSheet *sheet;
  guint header_row; /* from 0 */
  GArray *columns;  /* of Column */
  GArray *rows;     /* of guint: rows of the sheet, from 0 */
  GPtrArray *texts; /* of char *, rows by columns, ends trimmed, NULL for nothing */
};

/* What is being found out: rows from 0, end rows one past. */
typedef struct
{
  MnsSheet *sheet;
  guint marks[N_MARKS]; /* G_MAXUINT: not there */
  guint header_row;
  guint first, end;
  GPtrArray *faults; /* of char * */
} Search;

static void
clear_column (gpointer data)
{
  g_free (((Column *) data)->name);
}

static void G_GNUC_PRINTF (2, 3) add_fault (Search *search, const char *format, ...)
{
  va_list values;

  va_start (values, format);
  g_ptr_array_add (search->faults, g_strdup_vprintf (format, values));
  va_end (values);
}

/* The text of a cell without blanks at its ends; NULL if nothing is left. */
static char *
take_trimmed (MnsSheet *sheet, guint row, guint col)
{
  const char *text = mns_sheet_get_text (sheet, row, col);
  char *trimmed = text != NULL ? g_strstrip (g_strdup (text)) : NULL;

  if (trimmed != NULL && *trimmed == '\0')
    g_clear_pointer (&trimmed, g_free);
  return trimmed;
}

static gboolean
row_is_blank (MnsSheet *sheet, guint row)
{
  for (guint col = 0; col < mns_sheet_get_n_cols (sheet); col++)
    {
      g_autofree char *text = take_trimmed (sheet, row, col);

      if (text != NULL)
        return FALSE;
    }
  return TRUE;
}

static guint
find_filled_row (MnsSheet *sheet, guint first, guint end)
{
  while (first < end && row_is_blank (sheet, first))
    first++;
  return first < end ? first : G_MAXUINT;
}

static void
find_marks (Search *search)
{
  for (guint i = 0; i < N_MARKS; i++)
    search->marks[i] = G_MAXUINT;
  for (guint row = 0; row < mns_sheet_get_n_rows (search->sheet); row++)
    {
      g_autofree char *text = take_trimmed (search->sheet, row, 0);

      for (guint i = 0; text != NULL && i < N_MARKS; i++)
        {
          if (g_ascii_strcasecmp (text, mark_texts[i]) != 0)
            continue;
          if (search->marks[i] == G_MAXUINT)
            search->marks[i] = row;
          else
            add_fault (search,
                       "%s is in row %u and again in row %u",
                       mark_texts[i],
                       search->marks[i] + 1,
                       row + 1);
        }
    }
}

/* The two opening markers must be there and stand before what they open; a closing marker that is
 * missing ends at the next marker or at the end of the sheet.
 */
static void
check_marks (Search *search)
{
  const guint *marks = search->marks;

  for (guint i = MARK_HEADER; i <= MARK_ENTRIES; i += MARK_ENTRIES - MARK_HEADER)
    {
      if (marks[i] == G_MAXUINT)
        add_fault (search, "the marker %s is missing in column A", mark_texts[i]);
    }
  for (guint i = 0; i + 1 < N_MARKS; i++)
    {
      for (guint later = i + 1; later < N_MARKS; later++)
        {
          if (marks[i] == G_MAXUINT || marks[later] == G_MAXUINT || marks[i] < marks[later])
            continue;
          add_fault (search,
                     "%s in row %u stands after %s in row %u",
                     mark_texts[i],
                     marks[i] + 1,
                     mark_texts[later],
                     marks[later] + 1);
        }
    }
}

static void
find_marked_table (Search *search)
{
  guint header_end, second;

  check_marks (search);
  if (search->faults->len > 0)
    return;
  header_end = MIN (search->marks[MARK_HEADER_END], search->marks[MARK_ENTRIES]);
  search->header_row = find_filled_row (search->sheet, search->marks[MARK_HEADER] + 1, header_end);
  search->first = search->marks[MARK_ENTRIES] + 1;
  search->end = MIN (search->marks[MARK_ENTRIES_END], mns_sheet_get_n_rows (search->sheet));
  if (search->header_row == G_MAXUINT)
    {
      add_fault (search, "there is no header row below %s", mark_texts[MARK_HEADER]);
      return;
    }
  second = find_filled_row (search->sheet, search->header_row + 1, header_end);
  if (second != G_MAXUINT)
    add_fault (search, "row %u is a second header row below %s", second + 1, mark_texts[0]);
}

static void
find_table (Search *search)
{
  find_marks (search);
  for (guint i = 0; i < N_MARKS; i++)
    {
      if (search->marks[i] == G_MAXUINT)
        continue;
      find_marked_table (search);
      return;
    }
  search->end = mns_sheet_get_n_rows (search->sheet);
  search->header_row = find_filled_row (search->sheet, 0, search->end);
  search->first = search->header_row + 1;
  if (search->header_row == G_MAXUINT)
    add_fault (search, "the sheet is empty");
}

static gboolean
column_has_values (Search *search, guint col)
{
  for (guint row = search->first; row < search->end; row++)
    {
      g_autofree char *text = take_trimmed (search->sheet, row, col);

      if (text != NULL)
        return TRUE;
    }
  return FALSE;
}

/* Takes the names of the header row. A star that marks a required column is no part of a name. */
static void
take_columns (MnsSampleList *self, Search *search)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint col = 0; col < mns_sheet_get_n_cols (search->sheet); col++)
    {
      Column column = { .sheet_column = col };
      g_autofree char *cell = mns_sheet_cell_name (search->header_row, col);
      guint earlier;

      column.name = take_trimmed (search->sheet, search->header_row, col);
      if (column.name != NULL && g_str_has_suffix (column.name, "*"))
        {
          column.name[strlen (column.name) - 1] = '\0';
          g_strchomp (column.name);
        }
      if (column.name == NULL || *column.name == '\0')
        {
          g_free (column.name);
          if (column_has_values (search, col))
            add_fault (search, "%s has no column name, but there are values below it", cell);
          continue;
        }
      earlier = GPOINTER_TO_UINT (g_hash_table_lookup (seen, column.name));
      if (earlier > 0)
        {
          g_autofree char *first = mns_sheet_cell_name (search->header_row, earlier - 1);

          add_fault (search, "%s and %s are both named “%s”", first, cell, column.name);
        }
      else
        g_hash_table_insert (seen, column.name, GUINT_TO_POINTER (col + 1));
      g_array_append_val (self->columns, column);
    }
}

static void
take_rows (MnsSampleList *self, Search *search)
{
  for (guint row = search->first; row < search->end; row++)
    {
      if (row_is_blank (search->sheet, row))
        continue;
      g_array_append_val (self->rows, row);
      for (guint i = 0; i < self->columns->len; i++)
        g_ptr_array_add (self->texts,
                         take_trimmed (search->sheet,
                                       row,
                                       g_array_index (self->columns, Column, i).sheet_column));
    }
}

/**
 * mns_sample_list_find:
 * @sheet: a sheet
 * @error: return location
 *
 * Finds header and samples. Blank rows are skipped, columns without a name and without values too.
 * Fails with %MNS_ERROR_INVALID; the message then lists every fault, separated by `; `: markers
 * missing, doubled or in the wrong order, no header, more than one, columns named alike or not at
 * all.
 *
 * Returns: (transfer full): the table, perhaps without a row
 */
MnsSampleList *
mns_sample_list_find (MnsSheet *sheet, GError **error)
{
  g_autoptr (MnsSampleList) self = NULL;
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  Search search = { .sheet = sheet, .faults = faults };

  g_return_val_if_fail (sheet != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_new0 (MnsSampleList, 1);
  self->sheet = mns_sheet_ref (sheet);
  self->columns = g_array_new (FALSE, FALSE, sizeof (Column));
  g_array_set_clear_func (self->columns, clear_column);
  self->rows = g_array_new (FALSE, FALSE, sizeof (guint));
  self->texts = g_ptr_array_new_with_free_func (g_free);

  find_table (&search);
  if (faults->len == 0)
    {
      self->header_row = search.header_row;
      take_columns (self, &search);
      take_rows (self, &search);
    }
  if (faults->len > 0)
    {
      g_autofree char *all = NULL;

      g_ptr_array_add (faults, NULL);
      all = g_strjoinv ("; ", (char **) faults->pdata);
      g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "this is no sample list: %s", all);
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
mns_sample_list_free (MnsSampleList *self)
{
  g_return_if_fail (self != NULL);

  mns_sheet_unref (self->sheet);
  g_array_unref (self->columns);
  g_array_unref (self->rows);
  g_ptr_array_unref (self->texts);
  g_free (self);
}

guint
mns_sample_list_get_n_columns (MnsSampleList *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->columns->len;
}

/**
 * mns_sample_list_get_header:
 *
 * Returns: (transfer none): the name of a column, such as `Sample/Name`, without the star
 */
const char *
mns_sample_list_get_header (MnsSampleList *self, guint column)
{
  g_return_val_if_fail (self != NULL && column < self->columns->len, NULL);

  return g_array_index (self->columns, Column, column).name;
}

/**
 * mns_sample_list_get_sheet_column:
 *
 * Returns: where the column is in the sheet, from 0, for mns_sheet_cell_name()
 */
guint
mns_sample_list_get_sheet_column (MnsSampleList *self, guint column)
{
  g_return_val_if_fail (self != NULL && column < self->columns->len, 0);

  return g_array_index (self->columns, Column, column).sheet_column;
}

/**
 * mns_sample_list_get_header_row:
 *
 * Returns: the number of the header row as a spreadsheet program shows it, from 1
 */
guint
mns_sample_list_get_header_row (MnsSampleList *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->header_row + 1;
}

guint
mns_sample_list_get_n_rows (MnsSampleList *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->rows->len;
}

/**
 * mns_sample_list_get_sheet_row:
 * @self: the list
 * @row: which sample, from 0
 *
 * Returns: the number of its row as a spreadsheet program shows it, from 1
 */
guint
mns_sample_list_get_sheet_row (MnsSampleList *self, guint row)
{
  g_return_val_if_fail (self != NULL && row < self->rows->len, 0);

  return g_array_index (self->rows, guint, row) + 1;
}

/**
 * mns_sample_list_get_text:
 * @self: the list
 * @row: which sample, from 0
 * @column: which column, from 0
 *
 * Returns: (nullable) (transfer none): the value without blanks at its ends, %NULL for none
 */
const char *
mns_sample_list_get_text (MnsSampleList *self, guint row, guint column)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (row < self->rows->len && column < self->columns->len, NULL);

  return g_ptr_array_index (self->texts, row * self->columns->len + column);
}

MnsSheetKind
mns_sample_list_get_kind (MnsSampleList *self, guint row, guint column)
{
  g_return_val_if_fail (self != NULL, MNS_SHEET_EMPTY);
  g_return_val_if_fail (row < self->rows->len && column < self->columns->len, MNS_SHEET_EMPTY);

  if (mns_sample_list_get_text (self, row, column) == NULL)
    return MNS_SHEET_EMPTY;
  return mns_sheet_get_kind (self->sheet,
                             g_array_index (self->rows, guint, row),
                             g_array_index (self->columns, Column, column).sheet_column);
}

/**
 * mns_sample_list_template:
 * @headers: (array zero-terminated): names of the columns, with a star where a value is required
 * @n_entries: how many rows to leave for samples between the markers
 * @error: return location
 *
 * Makes the sheet of an empty sample list with its markers. Fill rows with mns_sheet_set() from
 * row %MNS_SAMPLE_LIST_FIRST_ENTRY on. Fails with %MNS_ERROR_INVALID as mns_sheet_set() does.
 *
 * Returns: (transfer full): the sheet
 */
MnsSheet *
mns_sample_list_template (const char *const *headers, guint n_entries, GError **error)
{
  g_autoptr (MnsSheet) sheet = mns_sheet_new ();
  const guint marks[N_MARKS] = {
    0, 2, MNS_SAMPLE_LIST_FIRST_ENTRY - 1, MNS_SAMPLE_LIST_FIRST_ENTRY + n_entries
  };

  g_return_val_if_fail (headers != NULL, NULL);

  for (guint i = 0; i < N_MARKS; i++)
    {
      if (!mns_sheet_set (sheet, marks[i], 0, MNS_SHEET_TEXT, mark_texts[i], error))
        return NULL;
    }
  for (guint i = 0; headers[i] != NULL; i++)
    {
      if (!mns_sheet_set (sheet, 1, i, MNS_SHEET_TEXT, headers[i], error))
        return NULL;
    }
  return g_steal_pointer (&sheet);
}
