/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "sync/model/value.h"

G_BEGIN_DECLS

/* Cells of a view's rows by column name; NULL or 0 where there is no such column or no value. */
const char *mns_cell_text (const MnsRows *rows, guint row, const char *column);
gint64 mns_cell_int (const MnsRows *rows, guint row, const char *column);
char *mns_cell_dup_id (const MnsRows *rows, guint row, const char *column);
JsonNode *mns_cell_parse_json (const MnsRows *rows, guint row, const char *column);

/* An object of text members: names and values in turn, then NULL; a NULL value is left out. */
JsonObject *mns_args_new (const char *name, ...) G_GNUC_NULL_TERMINATED;

/* "10:42" today, else the day; in the person's own zone. */
char *mns_time_to_text (gint64 microseconds);

G_END_DECLS
