/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <libxml/xmlreader.h>

G_BEGIN_DECLS

/* A pull parser over one part of a workbook. Elements are told apart by local name: the two
 * dialects of the workbook format differ in namespaces only.
 */
typedef struct
{
  xmlTextReader *reader;
  GBytes *bytes;
  const char *part;
} MnsXml;

gboolean mns_xml_open (MnsXml *self, GBytes *bytes, const char *part, GError **error);
void mns_xml_close (MnsXml *self);

/* The next node: 1, at the end 0, on a fault -1 with @error set. */
int mns_xml_next (MnsXml *self, GError **error);

gboolean mns_xml_at (MnsXml *self, const char *element);
gboolean mns_xml_at_end (MnsXml *self, const char *element);
gboolean mns_xml_is_empty (MnsXml *self);
const char *mns_xml_text (MnsXml *self);
char *mns_xml_attribute (MnsXml *self, const char *name);
guint mns_xml_number (MnsXml *self, const char *name, guint otherwise);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MnsXml, mns_xml_close)

G_END_DECLS
