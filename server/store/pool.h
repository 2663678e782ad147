/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/store/pg-store.h"
#include "sync/store/memo.h"

G_BEGIN_DECLS

/**
 * MnsPool:
 *
 * Some connections to one PostgreSQL database for the threads of a server. All functions may be
 * called from any thread; what they answer blocks.
 */
typedef struct _MnsPool MnsPool;

MnsPool *mns_pool_new (const char *conninfo, guint n_stores);
void mns_pool_free (MnsPool *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsPool, mns_pool_free)

/* (nullable): what its stores remember; before the first is taken. It outlives the pool. */
void mns_pool_set_memo (MnsPool *self, MnsMemo *memo);
MnsMemo *mns_pool_get_memo (MnsPool *self);

MnsStore *mns_pool_take (MnsPool *self, GError **error);
/* (nullable) (transfer none): an idle store whose connection stands; never waits or connects. */
MnsStore *mns_pool_try_take (MnsPool *self);
void mns_pool_give_back (MnsPool *self, MnsStore *store);
/* Connects as often as the pool may; blocks. Stores whose connection broke are mended. */
void mns_pool_fill (MnsPool *self);
gboolean mns_pool_needs_filling (MnsPool *self); /* met a broken one since */

/**
 * MnsPoolFunc:
 *
 * What is done in a transaction. It may be called several times, each time in a new transaction
 * that sees nothing of the time before: so it begins with clearing what it keeps in @data.
 *
 * Returns: %TRUE to commit; %FALSE with @error set to undo everything
 */
typedef gboolean (*MnsPoolFunc) (MnsTransaction *transaction, gpointer data, GError **error);

gboolean mns_pool_run_write (MnsPool *self, MnsPoolFunc func, gpointer data, GError **error);
gboolean mns_pool_run_read (MnsPool *self, MnsPoolFunc func, gpointer data, GError **error);
gboolean mns_pool_run_look (MnsPool *self, MnsPoolFunc func, gpointer data, GError **error);

/* The same on a store that the caller holds anyway. */
gboolean mns_pg_run_write (MnsStore *store, MnsPoolFunc func, gpointer data, GError **error);
gboolean mns_pg_run_read (MnsStore *store, MnsPoolFunc func, gpointer data, GError **error);

/* How often a command had to run again because it lost a race, of all pools; for the status page.
 */
guint64 mns_pool_get_n_retries (void);

G_END_DECLS
