/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The first table of an OpenDocument spreadsheet (OASIS OpenDocument 1.3 part 3, 9.1 and 19.385).
 * Values come from the attributes of a cell, texts from its paragraphs. Programs write a million
 * repeated empty rows and cells to the edge of the sheet: those only move the place.
 */

#define G_LOG_DOMAIN "mns-sheet"

#include "config.h"

#include <string.h>

#include "sync/model/error.h"
#include "sync/sheet/sheet-private.h"
#include "sync/sheet/xml.h"

#define CONTENT "content.xml"

typedef struct
{
  MnsSheet *sheet;
  MnsXml xml;
  guint row, row_repeat;
  guint col;
} Table;

static void
clear_table (Table *self)
{
  mns_xml_close (&self->xml);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Table, clear_table)

static gboolean
set_repeated (Table *self, guint repeat, MnsSheetKind kind, const char *text, GError **error)
{
  char *shared;
  gboolean done;

  if (text == NULL || *text == '\0')
    return TRUE;
  /* The first one also checks the text. */
  if (!mns_sheet_set (self->sheet, self->row, self->col, kind, text, error))
    return FALSE;
  shared = g_ref_string_new (text);
  done = TRUE;
  for (guint r = 0; r < self->row_repeat && done; r++)
    {
      for (guint c = 0; c < repeat && done; c++)
        done =
            mns_sheet_set_shared (self->sheet, self->row + r, self->col + c, kind, shared, error);
    }
  g_ref_string_release (shared);
  return done;
}

/* Adds what stands for characters: blanks, tabulator, line break, next paragraph. */
static void
append_markup (Table *self, GString *text, guint *n_paragraphs)
{
  if (mns_xml_at (&self->xml, "p"))
    {
      if ((*n_paragraphs)++ > 0)
        g_string_append_c (text, '\n');
    }
  else if (mns_xml_at (&self->xml, "s"))
    {
      guint blanks = MIN (mns_xml_number (&self->xml, "c", 1), MNS_SHEET_MAX_TEXT + 1);

      for (guint i = 0; i < blanks && text->len <= 4 * MNS_SHEET_MAX_TEXT; i++)
        g_string_append_c (text, ' ');
    }
  else if (mns_xml_at (&self->xml, "tab"))
    g_string_append_c (text, '\t');
  else if (mns_xml_at (&self->xml, "line-break"))
    g_string_append_c (text, '\n');
}

/* Collects the paragraphs up to the end of the cell, without its comment. */
static gboolean
read_paragraphs (Table *self, const char *element, GString *text, GError **error)
{
  gboolean in_comment = FALSE;
  gboolean in_paragraph = FALSE;
  guint n_paragraphs = 0;
  int rc;

  if (mns_xml_is_empty (&self->xml))
    return TRUE;
  while ((rc = mns_xml_next (&self->xml, error)) == 1 && !mns_xml_at_end (&self->xml, element))
    {
      const char *here = mns_xml_text (&self->xml);

      if (mns_xml_at (&self->xml, "annotation"))
        in_comment = !mns_xml_is_empty (&self->xml);
      else if (mns_xml_at_end (&self->xml, "annotation"))
        in_comment = FALSE;
      if (in_comment)
        continue;
      if (mns_xml_at (&self->xml, "p"))
        in_paragraph = !mns_xml_is_empty (&self->xml);
      else if (mns_xml_at_end (&self->xml, "p"))
        in_paragraph = FALSE;
      if (here != NULL && in_paragraph)
        g_string_append (text, here);
      append_markup (self, text, &n_paragraphs);
    }
  return rc == 1;
}

static gboolean
set_date (Table *self, guint repeat, const char *value, GError **error)
{
  g_autofree char *day = g_strndup (value, 10);
  g_autofree char *text = NULL;

  if (!g_utf8_validate (day, -1, NULL) || !mns_sheet_is_iso_date (day))
    return set_repeated (self, repeat, MNS_SHEET_TEXT, value, error);
  if (strlen (value) < 19 || g_str_has_prefix (value + 10, "T00:00:00"))
    return set_repeated (self, repeat, MNS_SHEET_DATE, day, error);
  text = g_strndup (value, 19); /* without fractions of a second */
  return set_repeated (self, repeat, MNS_SHEET_DATE, text, error);
}

static gboolean
read_cell (Table *self, const char *element, GError **error)
{
  g_autofree char *type = mns_xml_attribute (&self->xml, "value-type");
  g_autofree char *value = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  guint repeat = MAX (mns_xml_number (&self->xml, "number-columns-repeated", 1), 1);
  gboolean done;
  double number;

  repeat = MIN (repeat, MNS_SHEET_MAX_COLS + 1);
  if (g_strcmp0 (type, "date") == 0)
    value = mns_xml_attribute (&self->xml, "date-value");
  else if (g_strcmp0 (type, "boolean") == 0)
    value = mns_xml_attribute (&self->xml, "boolean-value");
  else if (g_strcmp0 (type, "string") == 0)
    value = mns_xml_attribute (&self->xml, "string-value");
  else
    value = mns_xml_attribute (&self->xml, "value");
  if (!read_paragraphs (self, element, text, error))
    return FALSE;

  if (value == NULL || g_strcmp0 (type, "time") == 0)
    done = set_repeated (self, repeat, MNS_SHEET_TEXT, text->str, error);
  else if (g_str_equal (type != NULL ? type : "", "date"))
    done = set_date (self, repeat, value, error);
  else if (g_str_equal (type != NULL ? type : "", "boolean"))
    done = set_repeated (self, repeat, MNS_SHEET_BOOL, value, error);
  else if (g_strcmp0 (type, "string") != 0 && mns_sheet_parse_number (value, &number))
    {
      g_autofree char *written = mns_sheet_number_text (number);

      done = set_repeated (self, repeat, MNS_SHEET_NUMBER, written, error);
    }
  else
    done = set_repeated (self, repeat, MNS_SHEET_TEXT, value, error);
  self->col = MIN (self->col + repeat, MNS_SHEET_MAX_COLS + 1);
  return done;
}

static gboolean
read_row (Table *self, GError **error)
{
  int rc = 1;

  self->col = 0;
  self->row_repeat = MAX (mns_xml_number (&self->xml, "number-rows-repeated", 1), 1);
  self->row_repeat = MIN (self->row_repeat, MNS_SHEET_MAX_ROWS + 1);
  if (!mns_xml_is_empty (&self->xml))
    {
      while ((rc = mns_xml_next (&self->xml, error)) == 1 &&
             !mns_xml_at_end (&self->xml, "table-row"))
        {
          const char *element = mns_xml_at (&self->xml, "table-cell") ? "table-cell"
                                : mns_xml_at (&self->xml, "covered-table-cell")
                                    ? "covered-table-cell"
                                    : NULL;

          if (element != NULL && !read_cell (self, element, error))
            return FALSE;
        }
    }
  self->row = MIN (self->row + self->row_repeat, MNS_SHEET_MAX_ROWS + 1);
  return rc == 1;
}

static gboolean
check_plain (GBytes *zip, GError **error)
{
  g_autoptr (GBytes) manifest = mns_sheet_zip_part (zip, "META-INF/manifest.xml", NULL);
  gsize size = 0;
  const char *data;

  if (manifest == NULL)
    return TRUE; /* the content says more than a missing list of parts */
  data = g_bytes_get_data (manifest, &size);
  if (data == NULL || g_strstr_len (data, (gssize) size, "encryption-data") == NULL)
    return TRUE;
  g_set_error (
      error, MNS_ERROR, MNS_ERROR_INVALID, "it is protected by a password; save it without one");
  return FALSE;
}

/**
 * mns_sheet_read_ods:
 * @self: an empty sheet, filled by half if the reading fails
 * @zip: the document
 * @error: return location
 *
 * Returns: whether it was read
 */
gboolean
mns_sheet_read_ods (MnsSheet *self, GBytes *zip, GError **error)
{
  g_auto (Table) table = { .sheet = self };
  g_autoptr (GBytes) bytes = NULL;
  gboolean in_table = FALSE;
  int rc;

  if (!check_plain (zip, error))
    return FALSE;
  bytes = mns_sheet_zip_part (zip, CONTENT, error);
  if (bytes == NULL || !mns_xml_open (&table.xml, bytes, CONTENT, error))
    return FALSE;
  while ((rc = mns_xml_next (&table.xml, error)) == 1)
    {
      if (mns_xml_at (&table.xml, "table"))
        in_table = TRUE;
      else if (mns_xml_at_end (&table.xml, "table"))
        return TRUE;
      else if (in_table && mns_xml_at (&table.xml, "table-row") && !read_row (&table, error))
        return FALSE;
    }
  if (rc == 0 && !in_table)
    g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "the document has no table");
  return rc == 0 && in_table;
}
