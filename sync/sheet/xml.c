/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* XML that comes from outside: no network, no document type (so no entities beyond the five), and
 * libxml2's own limits on depth and names stay in force.
 */

#define G_LOG_DOMAIN "mns-sheet"

#include "config.h"

#include "sync/model/error.h"
#include "sync/sheet/xml.h"

static void
be_silent (void *data, const xmlError *fault)
{
  /* The fault is asked for where the parser stopped; libxml2 would print it. */
}

gboolean
mns_xml_open (MnsXml *self, GBytes *bytes, const char *part, GError **error)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);

  self->part = part;
  self->bytes = g_bytes_ref (bytes);
  self->reader = size > 0 && size <= G_MAXINT
                     ? xmlReaderForMemory (data,
                                           (int) size,
                                           NULL,
                                           NULL,
                                           XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_COMPACT)
                     : NULL;
  if (self->reader == NULL)
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_CORRUPT, "“%s” in it is empty", part);
      return FALSE;
    }
  xmlTextReaderSetStructuredErrorHandler (
      self->reader, (xmlStructuredErrorFunc) (void (*) (void)) be_silent, NULL);
  return TRUE;
}

void
mns_xml_close (MnsXml *self)
{
  g_clear_pointer (&self->reader, xmlFreeTextReader);
  g_clear_pointer (&self->bytes, g_bytes_unref);
}

int
mns_xml_next (MnsXml *self, GError **error)
{
  int rc = xmlTextReaderRead (self->reader);

  if (rc == 1 && xmlTextReaderNodeType (self->reader) == XML_READER_TYPE_DOCUMENT_TYPE)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_INVALID,
                   "“%s” in it has a document type, which is not read",
                   self->part);
      return -1;
    }
  if (rc == -1)
    g_set_error (error,
                 MNS_ERROR,
                 MNS_ERROR_CORRUPT,
                 "“%s” in it is not well-formed XML (line %d)",
                 self->part,
                 xmlTextReaderGetParserLineNumber (self->reader));
  return rc;
}

static gboolean
is_named (MnsXml *self, int type, const char *element)
{
  return xmlTextReaderNodeType (self->reader) == type &&
         g_strcmp0 ((const char *) xmlTextReaderConstLocalName (self->reader), element) == 0;
}

gboolean
mns_xml_at (MnsXml *self, const char *element)
{
  return is_named (self, XML_READER_TYPE_ELEMENT, element);
}

gboolean
mns_xml_at_end (MnsXml *self, const char *element)
{
  return is_named (self, XML_READER_TYPE_END_ELEMENT, element);
}

gboolean
mns_xml_is_empty (MnsXml *self)
{
  return xmlTextReaderIsEmptyElement (self->reader) == 1;
}

/* The text at this place, NULL if this is no text. */
const char *
mns_xml_text (MnsXml *self)
{
  switch (xmlTextReaderNodeType (self->reader))
    {
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
    case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
    case XML_READER_TYPE_WHITESPACE:
      return (const char *) xmlTextReaderConstValue (self->reader);
    default:
      return NULL;
    }
}

/* An attribute by its local name, whatever its prefix; NULL if there is none. */
char *
mns_xml_attribute (MnsXml *self, const char *name)
{
  char *value = NULL;

  if (xmlTextReaderMoveToFirstAttribute (self->reader) != 1)
    return NULL;
  do
    {
      if (g_strcmp0 ((const char *) xmlTextReaderConstLocalName (self->reader), name) == 0)
        value = g_strdup ((const char *) xmlTextReaderConstValue (self->reader));
    }
  while (value == NULL && xmlTextReaderMoveToNextAttribute (self->reader) == 1);
  xmlTextReaderMoveToElement (self->reader);
  return value;
}

guint
mns_xml_number (MnsXml *self, const char *name, guint otherwise)
{
  g_autofree char *value = mns_xml_attribute (self, name);
  guint64 number = 0;

  if (value == NULL || !g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT, &number, NULL))
    return otherwise;
  return (guint) number;
}
