/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Which reader a file gets: what it is decides, its name only where the content says nothing. */

#define G_LOG_DOMAIN "mns-sheet"

#include "config.h"

#include <string.h>

#include "sync/model/error.h"
#include "sync/sheet/sheet-private.h"

static gboolean
starts_with (GBytes *bytes, const char *magic, gsize length)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);

  return size >= length && memcmp (data, magic, length) == 0;
}

static gboolean
name_ends_in (const char *name, const char *ending)
{
  gsize length = strlen (name), tail = strlen (ending);

  return length >= tail && g_ascii_strcasecmp (name + length - tail, ending) == 0;
}

static gboolean
read_zip (MnsSheet *sheet, GBytes *bytes, GError **error)
{
  gboolean is_ods = FALSE, is_xlsx = FALSE;

  if (!mns_sheet_zip_has (bytes, "content.xml", &is_ods, error) ||
      !mns_sheet_zip_has (bytes, "[Content_Types].xml", &is_xlsx, error))
    return FALSE;
  if (is_xlsx)
    return mns_sheet_read_xlsx (sheet, bytes, error);
  if (is_ods)
    return mns_sheet_read_ods (sheet, bytes, error);
  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_INVALID,
               "it is a zip file without a spreadsheet; save the table as .xlsx, .ods or .csv");
  return FALSE;
}

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, MNS_ERROR, MNS_ERROR_INVALID, why);
  return FALSE;
}

static gboolean
read_any (MnsSheet *sheet, GBytes *bytes, const char *name, GError **error)
{
  if (g_bytes_get_size (bytes) == 0)
    return refuse (error, "the file is empty");
  if (g_bytes_get_size (bytes) > MNS_SHEET_MAX_FILE)
    return refuse (error, "the file is larger than 64 MiB");
  /* Old workbooks and those with a password are both compound files. */
  if (name_ends_in (name, ".xls") || starts_with (bytes, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8))
    return refuse (error,
                   "old .xls workbooks and workbooks with a password are not read; open it in a "
                   "spreadsheet program and save it as .xlsx without a password");
  if (starts_with (bytes, "PK\003\004", 4))
    return read_zip (sheet, bytes, error);
  if (name_ends_in (name, ".xlsx") || name_ends_in (name, ".ods"))
    return refuse (error,
                   "the content is no workbook, whatever its name says; open it in a spreadsheet "
                   "program and save it as .xlsx");
  return mns_sheet_read_csv (sheet, bytes, error);
}

/**
 * mns_sheet_read:
 * @bytes: a file
 * @name: its name, for messages and to know what it claims to be
 * @error: return location
 *
 * Reads the first sheet of a workbook (xlsx, ods) or comma-separated text. Fails with
 * %MNS_ERROR_INVALID for what is not read by rule (.xls, a password, other text than UTF-8, beyond
 * the limits), with %MNS_ERROR_CORRUPT or %MNS_ERROR_NOT_FOUND for a damaged workbook. The message
 * begins with @name.
 *
 * Returns: (transfer full): the sheet
 */
MnsSheet *
mns_sheet_read (GBytes *bytes, const char *name, GError **error)
{
  g_autoptr (MnsSheet) sheet = mns_sheet_new ();

  g_return_val_if_fail (bytes != NULL && name != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!read_any (sheet, bytes, name, error))
    {
      g_prefix_error (error, "“%s” cannot be read: ", name);
      return NULL;
    }
  return g_steal_pointer (&sheet);
}

/**
 * mns_sheet_read_file:
 * @path: a file
 * @error: return location
 *
 * The same from a file; errors of the file system are %MNS_ERROR_NOT_FOUND or %MNS_ERROR_FAILED.
 *
 * Returns: (transfer full): the sheet
 */
MnsSheet *
mns_sheet_read_file (const char *path, GError **error)
{
  g_autofree char *name = NULL;
  g_autoptr (GMappedFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) fault = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  name = g_filename_display_basename (path);
  file = g_mapped_file_new (path, FALSE, &fault);
  if (file == NULL)
    {
      gboolean missing = g_error_matches (fault, G_FILE_ERROR, G_FILE_ERROR_NOENT);

      g_set_error_literal (
          error, MNS_ERROR, missing ? MNS_ERROR_NOT_FOUND : MNS_ERROR_FAILED, fault->message);
      return NULL;
    }
  bytes = g_mapped_file_get_bytes (file);
  return mns_sheet_read (bytes, name, error);
}
