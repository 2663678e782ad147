/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/store/store.h"

G_BEGIN_DECLS

MnsStore *mns_pg_store_open (const char *conninfo, GError **error);
gboolean mns_pg_store_is_broken (MnsStore *self);

/**
 * MnsPgLock:
 * @MNS_PG_LOCK_NONE: no lock
 * @MNS_PG_LOCK_SHARED: side by side with other commands
 * @MNS_PG_LOCK_ALONE: while no other command runs anywhere (decisions.md 9)
 *
 * The session lock that the next transaction of a store holds from before its BEGIN until after
 * its end.
 */
typedef enum
{
  MNS_PG_LOCK_NONE,
  MNS_PG_LOCK_SHARED,
  MNS_PG_LOCK_ALONE,
} MnsPgLock;

void mns_pg_store_set_lock (MnsStore *self, MnsPgLock lock);

/* Has COMMIT been sent? Then an error %MNS_ERROR_OFFLINE leaves open whether it happened. */
gboolean mns_pg_transaction_was_committing (MnsTransaction *self);

/**
 * mns_pg_transaction_defer:
 *
 * For a thread that must not wait, of a transaction that only looks (%MNS_ACCESS_LOOK): from now on
 * a query whose answer is not here is sent, and fails. Then mns_pg_transaction_is_waiting(); when
 * the socket has something to read, mns_pg_transaction_go_on() until it says so, and the function
 * that asked is run again from its beginning: the answers that came are still there.
 */
void mns_pg_transaction_defer (MnsTransaction *self);
gboolean mns_pg_transaction_is_waiting (MnsTransaction *self);
/* %TRUE: run again, or give up if @error is set. Never blocks. */
gboolean mns_pg_transaction_go_on (MnsTransaction *self, GError **error);
int mns_pg_store_get_socket (MnsStore *self);

/* (nullable): what the transaction has failed with, whatever its user made of it */
const GError *mns_pg_transaction_get_failure (MnsTransaction *self);

/* Called with some of the rows at a time, in order; %FALSE with @error set ends the reading. */
typedef gboolean (*MnsPgRowsFunc) (MnsRows *rows, gpointer data, GError **error);
/* Called once a row with its line of JSON (sync/wire/rows.h), its end included. */
typedef gboolean (*MnsPgLineFunc) (const char *line, gsize length, gpointer data, GError **error);

gboolean mns_pg_stream (MnsTransaction *self,
                        const char *sql,
                        const MnsArg *args,
                        MnsPgRowsFunc func,
                        gpointer data,
                        GError **error);
gboolean mns_pg_stream_lines (MnsTransaction *self,
                              const char *sql,
                              const MnsArg *args,
                              MnsPgLineFunc func,
                              gpointer data,
                              GError **error);

G_END_DECLS
