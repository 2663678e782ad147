/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/store/feed.h"

G_BEGIN_DECLS

/* Sets of ids: keys MnsId *, no values. */
GHashTable *mns_id_set_new (void);
gboolean mns_id_set_add (GHashTable *set, const MnsId *id);
MnsRowSet *mns_id_set_to_rows (GHashTable *set); /* one column, id */
MnsRowSet *mns_ids_to_rows (const MnsId *ids, guint n_ids);

/* Where the database stands, and where a device stood. */
typedef struct
{
  char *epoch;
  char *timeline;
  char *snapshot; /* text of a pg_snapshot */
  guint64 xmin;
  guint64 xmax;
} MnsFeedCursor;

void mns_feed_cursor_clear (MnsFeedCursor *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MnsFeedCursor, mns_feed_cursor_clear)
gboolean mns_feed_cursor_now (MnsFeedCursor *self, MnsTransaction *tx, GError **error);
gboolean mns_feed_cursor_parse (MnsFeedCursor *self, const char *text, GError **error);
gboolean mns_feed_cursor_check (const MnsFeedCursor *self,
                                const MnsFeedCursor *now,
                                guint64 floor,
                                GError **error);
guint64 mns_feed_cursor_floor (MnsTransaction *tx, GError **error);
char *mns_feed_cursor_print (const MnsFeedCursor *self);

/* The lines of change_log that the transaction sees and the snapshot $snapshot did not. */
#define MNS_FEED_NEW_LINES                                                                         \
  "l.xid >= pg_snapshot_xmin (CAST ($snapshot AS pg_snapshot)) "                                   \
  "AND NOT pg_visible_in_snapshot (l.xid, CAST ($snapshot AS pg_snapshot))"

MnsRows *
mns_feed_query_log (MnsTransaction *tx, const char *sql, const MnsArg *args, GError **error);

/* What of one table goes to the device; owners where rows belong to one. */
typedef struct
{
  GArray *changed; /* MnsId */
  GArray *deleted;
  GArray *out;
} MnsFeedPart;

struct _MnsFeed
{
  char *cursor;
  gboolean whole;       /* everything in "appeared", no "changed" */
  GHashTable *held;     /* all scopes from now on, outer and inner */
  GHashTable *appeared; /* of these, what the device did not hold before */
  GHashTable *vanished;
  MnsFeedPart *parts; /* by number of the entity, from 1 */
};

MnsFeed *mns_feed_new (void);
MnsFeedPart *mns_feed_part (const MnsFeed *self, const MnsEntity *entity);

gboolean mns_feed_find_scopes (MnsFeed *self,
                               MnsTransaction *tx,
                               const char *snapshot,
                               const MnsRowSet *before,
                               const MnsRowSet *now,
                               GHashTable *ever_held,
                               GHashTable *members,
                               GError **error);
gboolean mns_feed_classify (MnsFeed *self,
                            MnsTransaction *tx,
                            const MnsEntity *entity,
                            GHashTable *touched,
                            GError **error);
gboolean
mns_feed_find_vanished (MnsFeed *self, MnsTransaction *tx, const MnsEntity *entity, GError **error);

G_END_DECLS
