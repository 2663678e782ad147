/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The first worksheet of an Office Open XML workbook (ECMA-376 part 1, 18.2 to 18.4 and 18.8).
 * Parts are found through the relations of the package, not by the names that one program gives
 * them. Of a formula only the value that was last computed is taken.
 */

#define G_LOG_DOMAIN "mns-sheet"

#include "config.h"

#include <string.h>

#include "sync/model/error.h"
#include "sync/sheet/sheet-private.h"
#include "sync/sheet/xml.h"

typedef struct
{
  GBytes *zip;
  MnsSheet *sheet;
  GPtrArray *strings; /* of GRefString */
  GArray *formats;    /* of MnsFormat, by the style number of a cell */
  gboolean from_1904;
} Workbook;

static void
clear_workbook (Workbook *self)
{
  g_clear_pointer (&self->strings, g_ptr_array_unref);
  g_clear_pointer (&self->formats, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Workbook, clear_workbook)

/* The part that @target means, seen from the part @from: `xl/workbook.xml` and `worksheets/a.xml`
 * give `xl/worksheets/a.xml`.
 */
static char *
resolve (const char *from, const char *target)
{
  g_autofree char *folder = g_path_get_dirname (from);
  g_autofree char *joined = NULL;
  g_autofree char *clean = NULL;

  joined = *target == '/' ? g_strdup (target) : g_strdup_printf ("/%s/%s", folder, target);
  clean = g_canonicalize_filename (joined, "/");
  return g_strdup (clean + 1);
}

static char *
relations_name (const char *part)
{
  g_autofree char *folder = g_path_get_dirname (part);
  g_autofree char *base = g_path_get_basename (part);

  if (g_str_equal (folder, "."))
    return g_strdup_printf ("_rels/%s.rels", base);
  return g_strdup_printf ("%s/_rels/%s.rels", folder, base);
}

/* Finds the part to which @part has a relation that ends in @kind, and, if @id is given, that has
 * this id. *@found is NULL if there is none.
 */
static gboolean
find_related (
    GBytes *zip, const char *part, const char *kind, const char *id, char **found, GError **error)
{
  g_autofree char *rels = *part != '\0' ? relations_name (part) : g_strdup ("_rels/.rels");
  g_autoptr (GBytes) bytes = mns_sheet_zip_part (zip, rels, error);
  g_auto (MnsXml) xml = { 0 };
  int rc;

  if (bytes == NULL || !mns_xml_open (&xml, bytes, rels, error))
    return FALSE;
  while ((rc = mns_xml_next (&xml, error)) == 1)
    {
      g_autofree char *type = NULL;
      g_autofree char *rel_id = NULL;
      g_autofree char *target = NULL;

      if (*found != NULL || !mns_xml_at (&xml, "Relationship"))
        continue;
      type = mns_xml_attribute (&xml, "Type");
      rel_id = mns_xml_attribute (&xml, "Id");
      target = mns_xml_attribute (&xml, "Target");
      if (type == NULL || target == NULL || !g_str_has_suffix (type, kind))
        continue;
      if (id == NULL || g_strcmp0 (id, rel_id) == 0)
        *found = resolve (part, target);
    }
  return rc == 0;
}

/* Puts _x000D_ and the like back to the character that XML could not hold. */
static void
append_decoded (GString *out, const char *text)
{
  while (*text != '\0')
    {
      guint code = 0;
      guint digits = 0;

      if (text[0] == '_' && text[1] == 'x')
        {
          while (digits < 4 && g_ascii_isxdigit (text[2 + digits]))
            code = code * 16 + (guint) g_ascii_xdigit_value (text[2 + digits++]);
        }
      if (digits == 4 && text[6] == '_' && code != 0 && g_unichar_validate (code))
        {
          g_string_append_unichar (out, code);
          text += 7;
        }
      else
        g_string_append_c (out, *text++);
    }
}

/* Collects the text of the element at which the parser stands (si, is), leaving out phonetic
 * help, up to its end.
 */
static gboolean
read_rich_text (MnsXml *xml, const char *element, GString *out, GError **error)
{
  gboolean in_text = FALSE;
  gboolean in_phonetic = FALSE;
  int rc;

  if (mns_xml_is_empty (xml))
    return TRUE;
  while ((rc = mns_xml_next (xml, error)) == 1 && !mns_xml_at_end (xml, element))
    {
      const char *text = mns_xml_text (xml);

      if (text != NULL && in_text && !in_phonetic)
        append_decoded (out, text);
      else if (mns_xml_at (xml, "t"))
        in_text = !mns_xml_is_empty (xml);
      else if (mns_xml_at_end (xml, "t"))
        in_text = FALSE;
      else if (mns_xml_at (xml, "rPh"))
        in_phonetic = !mns_xml_is_empty (xml);
      else if (mns_xml_at_end (xml, "rPh"))
        in_phonetic = FALSE;
    }
  return rc == 1;
}

static gboolean
read_strings (Workbook *self, const char *part, GError **error)
{
  g_autoptr (GBytes) bytes = mns_sheet_zip_part (self->zip, part, error);
  g_auto (MnsXml) xml = { 0 };
  g_autoptr (GString) text = g_string_new (NULL);
  int rc;

  if (bytes == NULL || !mns_xml_open (&xml, bytes, part, error))
    return FALSE;
  while ((rc = mns_xml_next (&xml, error)) == 1)
    {
      if (!mns_xml_at (&xml, "si"))
        continue;
      g_string_truncate (text, 0);
      if (!read_rich_text (&xml, "si", text, error))
        return FALSE;
      g_ptr_array_add (self->strings, g_ref_string_new_len (text->str, (gssize) text->len));
    }
  return rc == 0;
}

static gboolean
read_styles (Workbook *self, const char *part, GError **error)
{
  g_autoptr (GBytes) bytes = mns_sheet_zip_part (self->zip, part, error);
  g_autoptr (GHashTable) codes = g_hash_table_new (NULL, NULL);
  g_auto (MnsXml) xml = { 0 };
  gboolean in_cells = FALSE;
  int rc;

  if (bytes == NULL || !mns_xml_open (&xml, bytes, part, error))
    return FALSE;
  while ((rc = mns_xml_next (&xml, error)) == 1)
    {
      if (mns_xml_at (&xml, "numFmt"))
        {
          g_autofree char *code = mns_xml_attribute (&xml, "formatCode");
          guint id = mns_xml_number (&xml, "numFmtId", 0);

          /* One more than the format, so that a format is never a missing entry. */
          if (code != NULL)
            g_hash_table_insert (
                codes, GUINT_TO_POINTER (id), GUINT_TO_POINTER (mns_format_of_code (code) + 1));
        }
      else if (mns_xml_at (&xml, "cellXfs"))
        in_cells = !mns_xml_is_empty (&xml);
      else if (mns_xml_at_end (&xml, "cellXfs"))
        in_cells = FALSE;
      else if (in_cells && mns_xml_at (&xml, "xf"))
        {
          guint id = mns_xml_number (&xml, "numFmtId", 0);
          guint known = GPOINTER_TO_UINT (g_hash_table_lookup (codes, GUINT_TO_POINTER (id)));
          MnsFormat format = known > 0 ? (MnsFormat) (known - 1) : mns_format_of_id (id);

          g_array_append_val (self->formats, format);
        }
    }
  return rc == 0;
}

/* Reads `AB12` into places from 0; FALSE if it is no such name. */
static gboolean
parse_place (const char *text, guint *row, guint *col)
{
  guint64 column = 0, line = 0;

  for (; g_ascii_isupper (*text) && column <= MNS_SHEET_MAX_COLS; text++)
    column = column * 26 + (guint64) (*text - 'A') + 1;
  for (; g_ascii_isdigit (*text) && line <= MNS_SHEET_MAX_ROWS; text++)
    line = line * 10 + (guint64) (*text - '0');
  if (*text != '\0' || column == 0 || line == 0)
    return FALSE;
  *row = (guint) line - 1;
  *col = (guint) column - 1;
  return TRUE;
}

static gboolean
set_number (Workbook *self, guint row, guint col, guint style, const char *value, GError **error)
{
  MnsFormat format =
      style < self->formats->len ? g_array_index (self->formats, MnsFormat, style) : 0;
  g_autofree char *text = NULL;
  double number;

  if (!mns_sheet_parse_number (value, &number))
    return mns_sheet_set (self->sheet, row, col, MNS_SHEET_TEXT, value, error);
  if (format == MNS_FORMAT_DATE && (text = mns_sheet_date_text (number, self->from_1904)) != NULL)
    return mns_sheet_set (self->sheet, row, col, MNS_SHEET_DATE, text, error);
  if (format == MNS_FORMAT_TIME && (text = mns_sheet_time_text (number)) != NULL)
    return mns_sheet_set (self->sheet, row, col, MNS_SHEET_TEXT, text, error);
  text = mns_sheet_number_text (number);
  return mns_sheet_set (self->sheet, row, col, MNS_SHEET_NUMBER, text, error);
}

static gboolean
set_shared (Workbook *self, guint row, guint col, const char *value, GError **error)
{
  g_autofree char *name = mns_sheet_cell_name (row, col);
  guint64 index = 0;
  char *text;

  if (!g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT, &index, NULL) ||
      index >= self->strings->len)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_CORRUPT,
                   "cell %s names the shared text “%s” of %u",
                   name,
                   value,
                   self->strings->len);
      return FALSE;
    }
  text = g_ptr_array_index (self->strings, index);
  if (*text == '\0')
    return TRUE;
  if (g_utf8_strlen (text, -1) > MNS_SHEET_MAX_TEXT)
    return mns_sheet_set (self->sheet, row, col, MNS_SHEET_TEXT, text, error);
  return mns_sheet_set_shared (self->sheet, row, col, MNS_SHEET_TEXT, text, error);
}

static gboolean
set_value (Workbook *self,
           guint row,
           guint col,
           const char *type,
           guint style,
           const char *value,
           GError **error)
{
  if (*value == '\0')
    return TRUE;
  if (type == NULL || g_str_equal (type, "n"))
    return set_number (self, row, col, style, value, error);
  if (g_str_equal (type, "s"))
    return set_shared (self, row, col, value, error);
  if (g_str_equal (type, "b"))
    return mns_sheet_set (
        self->sheet, row, col, MNS_SHEET_BOOL, g_str_equal (value, "0") ? "false" : "true", error);
  if (g_str_equal (type, "d"))
    {
      g_autofree char *day = g_strndup (value, 10);
      gboolean midnight = value[strlen (day)] == '\0' || g_str_has_prefix (value + 10, "T00:00:00");

      return mns_sheet_set (self->sheet,
                            row,
                            col,
                            mns_sheet_is_iso_date (day) ? MNS_SHEET_DATE : MNS_SHEET_TEXT,
                            mns_sheet_is_iso_date (day) && midnight ? day : value,
                            error);
    }
  return mns_sheet_set (self->sheet, row, col, MNS_SHEET_TEXT, value, error);
}

/* Reads the cell at which the parser stands. The value of v is plain text, that of is rich. */
static gboolean
read_cell (Workbook *self, MnsXml *xml, guint row, guint col, GError **error)
{
  g_autofree char *type = mns_xml_attribute (xml, "t");
  guint style = mns_xml_number (xml, "s", 0);
  g_autoptr (GString) value = g_string_new (NULL);
  gboolean in_value = FALSE;
  int rc;

  if (mns_xml_is_empty (xml))
    return TRUE;
  while ((rc = mns_xml_next (xml, error)) == 1 && !mns_xml_at_end (xml, "c"))
    {
      const char *text = mns_xml_text (xml);

      if (text != NULL && in_value)
        append_decoded (value, text);
      else if (mns_xml_at (xml, "v"))
        in_value = !mns_xml_is_empty (xml);
      else if (mns_xml_at_end (xml, "v"))
        in_value = FALSE;
      else if (mns_xml_at (xml, "is") && !read_rich_text (xml, "is", value, error))
        return FALSE;
    }
  return rc == 1 && set_value (self, row, col, type, style, value->str, error);
}

static gboolean
read_worksheet (Workbook *self, const char *part, GError **error)
{
  g_autoptr (GBytes) bytes = mns_sheet_zip_part (self->zip, part, error);
  g_auto (MnsXml) xml = { 0 };
  guint row = 0, col = 0, next_row = 0;
  int rc;

  if (bytes == NULL || !mns_xml_open (&xml, bytes, part, error))
    return FALSE;
  while ((rc = mns_xml_next (&xml, error)) == 1)
    {
      g_autofree char *place = NULL;

      if (mns_xml_at (&xml, "row"))
        {
          /* Row and cell may leave out where they are: then they follow the one before. */
          row = mns_xml_number (&xml, "r", next_row + 1) - 1;
          next_row = row + 1;
          col = 0;
        }
      if (!mns_xml_at (&xml, "c"))
        continue;
      place = mns_xml_attribute (&xml, "r");
      if (place != NULL && !parse_place (place, &row, &col))
        {
          g_set_error (
              error, MNS_ERROR, MNS_ERROR_CORRUPT, "“%s” is not the place of a cell", place);
          return FALSE;
        }
      if (!read_cell (self, &xml, row, col, error))
        return FALSE;
      col++;
    }
  return rc == 0;
}

/* Finds the first sheet that is a worksheet (a chart may be a sheet too) and the calendar. */
static gboolean
read_workbook (Workbook *self, const char *part, char **worksheet, GError **error)
{
  g_autoptr (GBytes) bytes = mns_sheet_zip_part (self->zip, part, error);
  g_auto (MnsXml) xml = { 0 };
  int rc;

  if (bytes == NULL || !mns_xml_open (&xml, bytes, part, error))
    return FALSE;
  while ((rc = mns_xml_next (&xml, error)) == 1)
    {
      g_autofree char *value = NULL;

      if (mns_xml_at (&xml, "workbookPr"))
        {
          value = mns_xml_attribute (&xml, "date1904");
          self->from_1904 = g_strcmp0 (value, "1") == 0 || g_strcmp0 (value, "true") == 0;
        }
      else if (*worksheet == NULL && mns_xml_at (&xml, "sheet"))
        {
          value = mns_xml_attribute (&xml, "id");
          if (value != NULL &&
              !find_related (self->zip, part, "/worksheet", value, worksheet, error))
            return FALSE;
        }
    }
  if (rc == 0 && *worksheet == NULL)
    g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "the workbook has no worksheet");
  return rc == 0 && *worksheet != NULL;
}

/* Reads what the cells refer to; a workbook may have neither. */
static gboolean
read_tables (Workbook *self, const char *part, GError **error)
{
  g_autofree char *strings = NULL;
  g_autofree char *styles = NULL;

  if (!find_related (self->zip, part, "/sharedStrings", NULL, &strings, error) ||
      !find_related (self->zip, part, "/styles", NULL, &styles, error))
    return FALSE;
  return (strings == NULL || read_strings (self, strings, error)) &&
         (styles == NULL || read_styles (self, styles, error));
}

/**
 * mns_sheet_read_xlsx:
 * @self: an empty sheet, filled by half if the reading fails
 * @zip: the workbook
 * @error: return location
 *
 * Returns: whether it was read
 */
gboolean
mns_sheet_read_xlsx (MnsSheet *self, GBytes *zip, GError **error)
{
  g_auto (Workbook) workbook = { .zip = zip, .sheet = self };
  g_autofree char *part = NULL;
  g_autofree char *worksheet = NULL;

  workbook.strings = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ref_string_release);
  workbook.formats = g_array_new (FALSE, TRUE, sizeof (MnsFormat));
  if (!find_related (zip, "", "/officeDocument", NULL, &part, error))
    return FALSE;
  if (part == NULL || !g_str_has_suffix (part, ".xml"))
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_INVALID,
                   "it is not a workbook of the .xlsx form; save it as .xlsx");
      return FALSE;
    }
  return read_workbook (&workbook, part, &worksheet, error) &&
         read_tables (&workbook, part, error) && read_worksheet (&workbook, worksheet, error);
}
