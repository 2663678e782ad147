/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <libpq-fe.h>

#include "sync/model/error.h"

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PGresult, PQclear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PGconn, PQfinish)

int mns_pg_error_code (const char *sqlstate);
void mns_pg_set_error (GError **error, PGconn *connection, const PGresult *result);

G_END_DECLS
