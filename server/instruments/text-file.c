/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Reading of text and XML files that another machine wrote, perhaps only half. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libxml/parser.h>

#include "server/instruments/text-file.h"
#include "sync/model/error.h"

static char *
fail_with_errno (const char *path, const char *what, GError **error)
{
  int saved = errno;

  g_set_error (error,
               MNS_ERROR,
               saved == ENOENT ? MNS_ERROR_NOT_FOUND : MNS_ERROR_FAILED,
               "%s: cannot %s: %s",
               path,
               what,
               g_strerror (saved));
  return NULL;
}

static char *
read_open_file (int fd, const char *path, gsize max, gsize *length, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 chunk[16384];
  struct stat info;

  if (fstat (fd, &info) < 0)
    return fail_with_errno (path, "be looked at", error);
  if (!S_ISREG (info.st_mode))
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "%s: is not a file", path);
      return NULL;
    }
  for (;;)
    {
      ssize_t got = read (fd, chunk, sizeof chunk);

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return fail_with_errno (path, "be read", error);
      if (got == 0)
        break;
      if ((gsize) got > max - bytes->len)
        {
          g_set_error (error,
                       MNS_ERROR,
                       MNS_ERROR_INVALID,
                       "%s: is longer than the %zu bytes that such a file may have",
                       path,
                       max);
          return NULL;
        }
      g_byte_array_append (bytes, chunk, (guint) got);
    }
  *length = bytes->len;
  g_byte_array_append (bytes, (const guint8 *) "", 1);
  return (char *) g_byte_array_free (g_steal_pointer (&bytes), FALSE);
}

/**
 * mns_text_file_read:
 * @path: a file
 * @max: the most bytes taken, at most %MNS_TEXT_FILE_MAX
 * @length: (out): bytes read, without the zero byte put behind them
 * @error: why not
 *
 * Reads a file whole. Unlike g_file_get_contents() it stops at a limit, and never waits on a
 * pipe or device that somebody put into a run folder.
 *
 * Returns: (transfer full) (nullable): the bytes, a zero byte behind them
 */
char *
mns_text_file_read (const char *path, gsize max, gsize *length, GError **error)
{
  char *data;
  int fd;

  g_return_val_if_fail (path != NULL && length != NULL && max <= MNS_TEXT_FILE_MAX, NULL);

  fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return fail_with_errno (path, "be opened", error);
  data = read_open_file (fd, path, max, length, error);
  close (fd);
  return data;
}

/**
 * mns_folder_find_name:
 * @folder: a folder
 * @name: a file name in any case
 *
 * Run folders spell one name in several cases (RunParameters.xml, runParameters.xml). The exact
 * spelling wins where both are there.
 *
 * Returns: (transfer full) (nullable): path of the file or folder found
 */
char *
mns_folder_find_name (const char *folder, const char *name)
{
  g_autofree char *exact = g_build_filename (folder, name, NULL);
  g_autoptr (GDir) dir = NULL;
  const char *entry;

  if (g_file_test (exact, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&exact);
  dir = g_dir_open (folder, 0, NULL);
  while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL)
    if (g_ascii_strcasecmp (entry, name) == 0)
      return g_build_filename (folder, entry, NULL);
  return NULL;
}

/**
 * mns_xml_parse:
 * @data: the text
 * @length: its length in bytes
 * @name: what messages call it
 * @error: why not
 *
 * No network, no entities at all (a few lines of them can grow to gigabytes), no limit lifted.
 *
 * Returns: (transfer full) (nullable): the document, %MNS_ERROR_CORRUPT for text that is no
 *   whole XML (a file still being copied looks so)
 */
xmlDoc *
mns_xml_parse (const char *data, gsize length, const char *name, GError **error)
{
  const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA;
  xmlParserCtxt *context = NULL;
  g_autofree char *reason = NULL;
  const xmlError *problem;
  xmlDoc *doc = NULL;

  g_return_val_if_fail (data != NULL && name != NULL, NULL);

  if (length > 0 && length < G_MAXINT)
    context = xmlNewParserCtxt ();
  if (context != NULL)
    doc = xmlCtxtReadMemory (context, data, (int) length, NULL, NULL, options);
  if (doc == NULL || xmlDocGetRootElement (doc) == NULL)
    {
      problem = context != NULL ? xmlCtxtGetLastError (context) : NULL;
      reason = problem != NULL ? g_strdup (problem->message) : NULL;
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_CORRUPT,
                   "%s: line %d: no whole XML (%s)",
                   name,
                   problem != NULL ? problem->line : 1,
                   reason != NULL ? g_strchomp (reason) : "it is empty");
      g_clear_pointer (&doc, xmlFreeDoc);
    }
  else if (doc->intSubset != NULL)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_CORRUPT,
                   "%s: has a DOCTYPE, which no instrument writes",
                   name);
      g_clear_pointer (&doc, xmlFreeDoc);
    }
  g_clear_pointer (&context, xmlFreeParserCtxt);
  return doc;
}

/**
 * mns_xml_read:
 * @path: a file
 * @error: why not
 *
 * Returns: (transfer full) (nullable): the parsed file
 */
xmlDoc *
mns_xml_read (const char *path, GError **error)
{
  g_autofree char *data = NULL;
  gsize length;

  data = mns_text_file_read (path, MNS_TEXT_FILE_MAX, &length, error);
  return data != NULL ? mns_xml_parse (data, length, path, error) : NULL;
}

static xmlNode *
find_child (xmlNode *from, const char *name, gsize length)
{
  for (xmlNode *child = from->children; child != NULL; child = child->next)
    if (child->type == XML_ELEMENT_NODE && strlen ((const char *) child->name) == length &&
        memcmp (child->name, name, length) == 0)
      return child;
  return NULL;
}

/**
 * mns_xml_find:
 * @from: (nullable): an element
 * @path: names below it, parted by slashes
 *
 * By path on purpose: `Read`, `Version` and `SerialNumber` occur at several depths of one file.
 *
 * Returns: (nullable): the first such element
 */
xmlNode *
mns_xml_find (xmlNode *from, const char *path)
{
  while (from != NULL && *path != '\0')
    {
      gsize length = strcspn (path, "/");

      from = find_child (from, path, length);
      path += length + (path[length] == '/');
    }
  return from;
}

/**
 * mns_xml_text:
 * @from: (nullable): an element
 * @path: names below it
 *
 * Returns: (transfer full) (nullable): the text there without blanks around it, %NULL for none
 */
char *
mns_xml_text (xmlNode *from, const char *path)
{
  xmlNode *node = mns_xml_find (from, path);
  xmlChar *raw = node != NULL ? xmlNodeGetContent (node) : NULL;
  char *text = raw != NULL ? g_strstrip (g_strdup ((const char *) raw)) : NULL;

  g_clear_pointer (&raw, xmlFree);
  if (text != NULL && *text == '\0')
    g_clear_pointer (&text, g_free);
  return text;
}

/**
 * mns_xml_attribute:
 * @node: an element
 * @name: the attribute
 *
 * Returns: (transfer full) (nullable): its value, %NULL where it is missing or empty
 */
char *
mns_xml_attribute (xmlNode *node, const char *name)
{
  xmlChar *raw = xmlGetNoNsProp (node, (const xmlChar *) name);
  char *text = raw != NULL && *raw != '\0' ? g_strdup ((const char *) raw) : NULL;

  g_clear_pointer (&raw, xmlFree);
  return text;
}

void
mns_xml_doc_free (xmlDoc *doc)
{
  xmlFreeDoc (doc);
}
