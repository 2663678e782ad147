/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <libxml/tree.h>

G_BEGIN_DECLS

/* The small text and XML files of a run folder: all are read whole, none without a limit. */

#define MNS_TEXT_FILE_MAX (64u * 1024 * 1024)

char *mns_text_file_read (const char *path, gsize max, gsize *length, GError **error);

char *mns_folder_find_name (const char *folder, const char *name);

xmlDoc *mns_xml_read (const char *path, GError **error);
xmlDoc *mns_xml_parse (const char *data, gsize length, const char *name, GError **error);
xmlNode *mns_xml_find (xmlNode *from, const char *path);
char *mns_xml_text (xmlNode *from, const char *path);
char *mns_xml_attribute (xmlNode *node, const char *name);

void mns_xml_doc_free (xmlDoc *doc);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlDoc, mns_xml_doc_free)

G_END_DECLS
