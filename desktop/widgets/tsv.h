/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A block of cells as spreadsheets put it on the clipboard. */
typedef struct
{
  guint n_rows;
  guint n_columns;  /* of the widest row */
  GPtrArray *cells; /* n_rows * n_columns strings, row by row; NULL where a row is shorter */
} MnsTsv;

MnsTsv *mns_tsv_parse (const char *text);
void mns_tsv_free (MnsTsv *self);
const char *mns_tsv_get (const MnsTsv *self, guint row, guint column);
void mns_tsv_append (GString *out, const char *cell);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsTsv, mns_tsv_free)

G_END_DECLS
