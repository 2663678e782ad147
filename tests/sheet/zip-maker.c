/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "tests/sheet/zip-maker.h"

#define MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define RELATIONS "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE "http://schemas.openxmlformats.org/package/2006/"

static la_ssize_t
append_cb (struct archive *archive, void *data, const void *buffer, size_t length)
{
  g_byte_array_append (data, buffer, (guint) length);
  return (la_ssize_t) length;
}

static struct archive *
begin (GByteArray *out)
{
  struct archive *archive = archive_write_new ();

  archive_write_set_format_zip (archive);
  archive_write_set_bytes_per_block (archive, 0);
  g_assert_cmpint (archive_write_open (archive, out, NULL, append_cb, NULL), ==, ARCHIVE_OK);
  return archive;
}

static void
add (struct archive *archive, const char *name, gconstpointer data, gsize size)
{
  struct archive_entry *entry = archive_entry_new ();

  archive_entry_set_pathname (entry, name);
  archive_entry_set_size (entry, (la_int64_t) size);
  archive_entry_set_filetype (entry, AE_IFREG);
  archive_entry_set_perm (entry, 0644);
  g_assert_cmpint (archive_write_header (archive, entry), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_data (archive, data, size), ==, (la_ssize_t) size);
  archive_entry_free (entry);
}

static GBytes *
end (struct archive *archive, GByteArray *out)
{
  g_assert_cmpint (archive_write_close (archive), ==, ARCHIVE_OK);
  archive_write_free (archive);
  return g_byte_array_free_to_bytes (out);
}

GBytes *
zip_make (const ZipEntry *entries)
{
  GByteArray *out = g_byte_array_new ();
  struct archive *archive = begin (out);

  for (; entries->name != NULL; entries++)
    add (archive, entries->name, entries->text, strlen (entries->text));
  return end (archive, out);
}

GBytes *
zip_make_blanks (const char *name, gsize size)
{
  GByteArray *out = g_byte_array_new ();
  struct archive *archive = begin (out);
  g_autofree char *blanks = g_malloc (size);

  memset (blanks, ' ', size);
  add (archive, name, blanks, size);
  add (archive, "[Content_Types].xml", "", 0);
  return end (archive, out);
}

GBytes *
zip_make_many (guint n)
{
  GByteArray *out = g_byte_array_new ();
  struct archive *archive = begin (out);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("e%u", i);

      add (archive, name, "", 0);
    }
  return end (archive, out);
}

GBytes *
xlsx_make (const char *sheet_data, const char *strings, const char *styles, const char *properties)
{
  g_autofree char *workbook = g_strdup_printf (
      "<workbook xmlns='" MAIN "' xmlns:r='" RELATIONS
      "'><workbookPr %s/><sheets>"
      "<sheet name='Chart' sheetId='1' r:id='rId9'/><sheet name='One' sheetId='2' r:id='rId1'/>"
      "<sheet name='Two' sheetId='3' r:id='rId2'/></sheets></workbook>",
      properties != NULL ? properties : "");
  g_autofree char *sheet = g_strdup_printf (
      "<worksheet xmlns='" MAIN "'><sheetData>%s</sheetData></worksheet>", sheet_data);
  g_autofree char *sst =
      g_strdup_printf ("<sst xmlns='" MAIN "'>%s</sst>", strings != NULL ? strings : "");
  g_autofree char *style = g_strdup_printf ("<styleSheet xmlns='" MAIN "'>%s</styleSheet>",
                                            styles != NULL ? styles : "");
  const ZipEntry
      entries[] = {
        { "[Content_Types].xml", "<Types xmlns='" PACKAGE "content-types'/>" },
        { "_rels/.rels",
          "<Relationships xmlns='" PACKAGE "relationships'><Relationship Id='rId1' Type='" RELATIONS
          "/officeDocument' Target='book/main.xml'/></Relationships>" },
        { "book/main.xml", workbook },
        { "book/_rels/main.xml.rels",
          "<Relationships xmlns='" PACKAGE "relationships'>"
          "<Relationship Id='rId9' Type='" RELATIONS "/chartsheet' Target='chart.xml'/>"
          "<Relationship Id='rId2' Type='" RELATIONS "/worksheet' Target='two.xml'/>"
          "<Relationship Id='rId1' Type='" RELATIONS "/worksheet' Target='/book/sheets/one.xml'/>"
          "<Relationship Id='rId3' Type='" RELATIONS "/sharedStrings' Target='../strings.xml'/>"
          "<Relationship Id='rId4' Type='" RELATIONS "/styles' Target='styles.xml'/>"
          "</Relationships>" },
        { "book/sheets/one.xml", sheet },
        { "book/two.xml",
          "<worksheet xmlns='" MAIN
          "'><sheetData><row><c><v>2</v></c></row></sheetData></worksheet>" },
        { "strings.xml", sst },
        { "book/styles.xml", style },
        { NULL, NULL },
      };

  return zip_make (entries);
}

GBytes *
ods_make (const char *rows)
{
  g_autofree char *content = g_strdup_printf (
      "<office:document-content xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0'"
      " xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0'"
      " xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0'>"
      "<office:body><office:spreadsheet><table:table table:name='One'>%s</table:table>"
      "<table:table table:name='Two'><table:table-row><table:table-cell><text:p>second</text:p>"
      "</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>"
      "</office:document-content>",
      rows);
  const ZipEntry entries[] = {
    { "mimetype", "application/vnd.oasis.opendocument.spreadsheet" },
    { "content.xml", content },
    { NULL, NULL },
  };

  return zip_make (entries);
}
