/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * MnsImportColumns:
 *
 * What the columns of a sample list mean (domain/configuration.md 7.1): from the headers of a table
 * to the members of a sample in the command sample.import, and from a fault back to its cell.
 */
typedef struct _MnsImportColumns MnsImportColumns;

MnsImportColumns *mns_import_columns_new (const char *const *headers);
void mns_import_columns_free (MnsImportColumns *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsImportColumns, mns_import_columns_free)

/* Whether a header means something by itself. */
gboolean mns_import_columns_knows (const char *header);

/* Sentences about the headers themselves, one an element; empty if all is well. */
GPtrArray *mns_import_columns_get_faults (MnsImportColumns *self);

JsonObject *mns_import_columns_make_sample (MnsImportColumns *self, const char *const *texts);

gboolean mns_import_columns_locate (MnsImportColumns *self,
                                    const char *pointer,
                                    guint *sample,
                                    guint *column);

G_END_DECLS
