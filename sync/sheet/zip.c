/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Single parts out of a zip file in memory. Only the reader that starts at the central directory
 * is used, so a file whose end is missing is refused and never read by half. What an entry says
 * about its size is not believed: bytes are counted as they come.
 */

#define G_LOG_DOMAIN "mns-sheet"

#include "config.h"

#include <archive.h>
#include <archive_entry.h>

#include "sync/model/error.h"
#include "sync/sheet/sheet-private.h"

typedef struct archive MnsArchive;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsArchive, archive_read_free)

static void
set_archive_error (MnsArchive *archive, GError **error)
{
  const char *why = archive_error_string (archive);

  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_CORRUPT,
               "the zip file inside is damaged or cut off (%s)",
               why != NULL ? why : "no reason known");
}

/* Stops at the entry of this name; *@entry is NULL if there is none. */
static gboolean
seek_part (MnsArchive *archive, const char *part, struct archive_entry **entry, GError **error)
{
  guint n_entries = 0;
  int rc;

  while ((rc = archive_read_next_header (archive, entry)) == ARCHIVE_OK || rc == ARCHIVE_WARN)
    {
      if (++n_entries > MNS_SHEET_MAX_ENTRIES)
        {
          g_set_error (error,
                       MNS_ERROR,
                       MNS_ERROR_INVALID,
                       "the zip file inside has more than %u entries",
                       MNS_SHEET_MAX_ENTRIES);
          return FALSE;
        }
      if (g_strcmp0 (archive_entry_pathname_utf8 (*entry), part) == 0)
        return TRUE;
    }
  *entry = NULL;
  if (rc == ARCHIVE_EOF)
    return TRUE;
  set_archive_error (archive, error);
  return FALSE;
}

static MnsArchive *
open_zip (GBytes *zip, GError **error)
{
  g_autoptr (MnsArchive) archive = archive_read_new ();
  gsize size = 0;
  gconstpointer data = g_bytes_get_data (zip, &size);

  archive_read_support_format_zip_seekable (archive);
  if (archive_read_open_memory (archive, data, size) != ARCHIVE_OK)
    {
      set_archive_error (archive, error);
      return NULL;
    }
  return g_steal_pointer (&archive);
}

/* Looks for a part; FALSE with @error set only if the file cannot be read. */
gboolean
mns_sheet_zip_has (GBytes *zip, const char *part, gboolean *has, GError **error)
{
  g_autoptr (MnsArchive) archive = open_zip (zip, error);
  struct archive_entry *entry = NULL;

  if (archive == NULL || !seek_part (archive, part, &entry, error))
    return FALSE;
  *has = entry != NULL;
  return TRUE;
}

static GBytes *
unpack (MnsArchive *archive, const char *part, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint8 buffer[16384];
  la_ssize_t n;

  while ((n = archive_read_data (archive, buffer, sizeof buffer)) > 0)
    {
      if (out->len + (gsize) n > MNS_SHEET_MAX_PART)
        {
          g_set_error (error,
                       MNS_ERROR,
                       MNS_ERROR_INVALID,
                       "“%s” in it is larger than %u MiB when unpacked",
                       part,
                       MNS_SHEET_MAX_PART / 1024 / 1024);
          return NULL;
        }
      g_byte_array_append (out, buffer, (guint) n);
    }
  if (n < 0)
    {
      set_archive_error (archive, error);
      return NULL;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

/**
 * mns_sheet_zip_part:
 * @zip: a zip file
 * @part: the name of an entry
 * @error: return location
 *
 * Unpacks one entry. Fails with %MNS_ERROR_NOT_FOUND if there is none of this name, with
 * %MNS_ERROR_INVALID if it is encrypted or too large, with %MNS_ERROR_CORRUPT if it is damaged.
 *
 * Returns: (transfer full): its content
 */
GBytes *
mns_sheet_zip_part (GBytes *zip, const char *part, GError **error)
{
  g_autoptr (MnsArchive) archive = open_zip (zip, error);
  struct archive_entry *entry = NULL;

  if (archive == NULL || !seek_part (archive, part, &entry, error))
    return NULL;
  if (entry == NULL)
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_NOT_FOUND, "there is no “%s” in it", part);
      return NULL;
    }
  if (archive_entry_is_encrypted (entry))
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_INVALID,
                   "it is protected by a password; save it without one");
      return NULL;
    }
  return unpack (archive, part, error);
}
