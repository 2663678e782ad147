/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A CSV report with one line of heads: values are asked for by the name of their column, because
 * every version of the software that writes them has other columns at other places.
 */
typedef struct
{
  char **heads;
  GPtrArray *rows; /* of char **, empty lines left out */
  GArray *lines;   /* of guint: line of each row, from 1 */
} MnsCsvTable;

MnsCsvTable *mns_csv_table_parse (const char *data, gsize length);
MnsCsvTable *mns_csv_table_read (const char *path, GError **error);
void mns_csv_table_free (MnsCsvTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsCsvTable, mns_csv_table_free)

int mns_csv_table_find (const MnsCsvTable *self, const char *const *names);
const char *mns_csv_table_get (const MnsCsvTable *self, guint row, int column);
gint64 mns_csv_table_get_count (const MnsCsvTable *self, guint row, int column);

G_END_DECLS
