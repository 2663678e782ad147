/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/store/pg-error.h"

G_BEGIN_DECLS

/**
 * MnsPgLink:
 *
 * One connection that stays in libpq's pipeline mode: statements are queued and travel together,
 * and only a caller who wants an answer waits. Belongs to one thread at a time.
 */
typedef struct _MnsPgLink MnsPgLink;

MnsPgLink *mns_pg_link_open (const char *conninfo, GError **error);
void mns_pg_link_free (MnsPgLink *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsPgLink, mns_pg_link_free)

/* Opens the connection anew if it broke. Only while nothing is queued. */
gboolean mns_pg_link_revive (MnsPgLink *self, GError **error);
PGconn *mns_pg_link_get_connection (MnsPgLink *self);
gboolean mns_pg_link_is_broken (MnsPgLink *self);

/* Each time the connection is made anew, and each time prepared statements are dropped, this
 * number changes: what was prepared under another number does not exist.
 */
guint mns_pg_link_get_generation (MnsPgLink *self);

void mns_pg_link_prepare (
    MnsPgLink *self, const char *name, const char *sql, int n_params, const Oid *types);
void mns_pg_link_execute (MnsPgLink *self,
                          const char *name,
                          int n_params,
                          const char *const *values,
                          const int *lengths,
                          const int *formats,
                          gboolean keep);
void mns_pg_link_send (MnsPgLink *self, const char *sql);
void mns_pg_link_sync (MnsPgLink *self);
void mns_pg_link_flush (MnsPgLink *self);
gboolean mns_pg_link_has_pending (MnsPgLink *self);
void mns_pg_link_forget_prepared (MnsPgLink *self);

PGresult *mns_pg_link_wait (MnsPgLink *self, GError **error);
/* For a caller who must not wait: takes what has come. %TRUE once nothing is outstanding any more,
 * with @error set if anything failed.
 */
gboolean mns_pg_link_pump (MnsPgLink *self, GError **error);
PGresult *mns_pg_link_take_kept (MnsPgLink *self);
void mns_pg_link_drop_kept (MnsPgLink *self);

G_END_DECLS
