/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * MnsImportMatch:
 *
 * What the columns of a table mean. A header that is known stands for itself; for any other one
 * there is a choice, which begins with a guess. Nothing is shown where all headers are known.
 * Signal: "changed".
 */
#define MNS_TYPE_IMPORT_MATCH (mns_import_match_get_type ())
G_DECLARE_FINAL_TYPE (MnsImportMatch, mns_import_match, MNS, IMPORT_MATCH, AdwBin)

/* @headers: of the table; @fields: headers of the lab's custom fields. Both are copied. */
GtkWidget *mns_import_match_new (GPtrArray *headers, GPtrArray *fields);
/* The known header that a column has now; NULL: it is left out. */
const char *mns_import_match_get (MnsImportMatch *self, guint column);

G_END_DECLS
