/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/model/entity.h"
#include "sync/store/store.h"
#include "sync/wire/pull.h"

G_BEGIN_DECLS

/**
 * MnsFeed:
 *
 * What a device that has everything up to one cursor must be told to have everything up to a newer
 * one (sync-protocol.md 6, 7; data-model.md 3.1). It is read and written out in one transaction
 * that sees one snapshot (MNS_ACCESS_READ), on the primary:
 *
 *   feed = mns_feed_read (tx, cursor, before, n_before, now, n_now, &error);
 *   head.cursor = mns_feed_get_cursor (feed); ... mns_pull_writer_head (writer, &head, &error)
 *   mns_feed_write (feed, tx, writer, &error)
 *   mns_pull_writer_end (writer, &error)
 *
 * A scope is outer if a device chooses it: the configuration, its person, projects, the
 * instruments. Containers and runs are inner: they come and go with the outer scopes they are seen
 * from.
 */
typedef struct _MnsFeed MnsFeed;

/* MNS_ERROR_CORRUPT: the cursor is of another epoch or timeline, or too old or too new: 409,
 * resync. MNS_ERROR_INVALID: it is no cursor. MNS_ERROR_OFFLINE: this is not the primary.
 *
 * @before are the outer scopes the device held at @cursor, @now those it holds from now on; usually
 * they are the same. What is added comes whole, what is taken away is sent "out".
 */
MnsFeed *mns_feed_read (MnsTransaction *tx,
                        const char *cursor,
                        const MnsId *before,
                        guint n_before,
                        const MnsId *now,
                        guint n_now,
                        GError **error);

/* Everything in the outer scopes: first sync, resync, packs. */
MnsFeed *mns_feed_whole (MnsTransaction *tx, const MnsId *now, guint n_now, GError **error);

void mns_feed_free (MnsFeed *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsFeed, mns_feed_free)

const char *mns_feed_get_cursor (const MnsFeed *self);
gboolean mns_feed_is_empty (const MnsFeed *self);

/* Deleted and out ids first, then the tables with their rows, in the order of the entities'
 * numbers. PHI columns are left out: devices never hold them (decisions.md 5).
 */
gboolean mns_feed_write (MnsFeed *self, MnsTransaction *tx, MnsPullWriter *writer, GError **error);

/* For tests and reports: ids of one entity, of owners for a table whose rows belong to one. */
const GArray *mns_feed_get_changed (const MnsFeed *self, const MnsEntity *entity); /* MnsId */
const GArray *mns_feed_get_deleted (const MnsFeed *self, const MnsEntity *entity);
const GArray *mns_feed_get_out (const MnsFeed *self, const MnsEntity *entity);

/* Which scopes have changed since @cursor, outer and inner; *@new_cursor is where to go on. For the
 * poke: an instance looks with a cursor of its own once a second and when it is notified. A NULL
 * @cursor answers no scopes and the cursor of now. Errors as mns_feed_read().
 */
GArray *mns_feed_scopes (MnsTransaction *tx, const char *cursor, char **new_cursor, GError **error);

G_END_DECLS
