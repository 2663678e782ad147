/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/store/pg-link.h"
#include "sync/store/store-private.h"

G_BEGIN_DECLS

/**
 * MnsPgStatements:
 *
 * The statements a connection has prepared, by text and by the kinds of their arguments.
 */
typedef struct _MnsPgStatements MnsPgStatements;

MnsPgStatements *mns_pg_statements_new (void);
void mns_pg_statements_free (MnsPgStatements *self);

gboolean mns_pg_statements_queue (MnsPgStatements *self,
                                  MnsPgLink *link,
                                  const char *sql,
                                  const MnsArg *args,
                                  gboolean keep,
                                  GError **error);
char *mns_pg_statements_key (const char *sql, const MnsArg *args);

G_END_DECLS
