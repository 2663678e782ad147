/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/store/pg-error.h"
#include "sync/model/value.h"

G_BEGIN_DECLS

MnsRows *mns_pg_rows_from_result (const PGresult *result);
MnsRows *mns_pg_rows_take_result (PGresult *result);
void mns_pg_rows_append_json (const PGresult *result, int row, GString *text);

G_END_DECLS
