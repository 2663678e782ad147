/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/model/value.h"

G_BEGIN_DECLS

/*
 * Flat rows as they travel: one JSON array a line, without spaces, one member a column.
 *
 *   id     36 characters in quotes        int    a whole number of 64 bits
 *   text   in quotes                      real   a number (not finite: null)
 *   json   its text, in quotes            bytes  base64 in quotes
 *
 * JSON travels as a text, so that its bytes arrive as they were. No text holds a NUL.
 */

/* Longer lines are refused: a row is a row, not a file. */
#define MNS_ROW_MAX_LINE (64 * 1024 * 1024)

void mns_row_append (GString *line, const MnsValue *values, guint n_values);
void mns_row_append_text (GString *line, const char *text);

/**
 * MnsRowReader:
 *
 * Reads rows of one table after another; it holds the values of the row read last.
 */
typedef struct _MnsRowReader MnsRowReader;

MnsRowReader *mns_row_reader_new (void);
void mns_row_reader_free (MnsRowReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsRowReader, mns_row_reader_free)

void mns_row_reader_set_kinds (MnsRowReader *self, const MnsKind *kinds, guint n_kinds);
const MnsValue *mns_row_reader_parse (MnsRowReader *self, char *line, gsize length, GError **error);

G_END_DECLS
