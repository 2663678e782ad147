/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A cursor is epoch.timeline.snapshot: the epoch says whose transaction ids these are, the timeline
 * that no failover has cut off their tail, and the snapshot which transactions its holder has seen
 * (sync-protocol.md 6). A number or the oldest running transaction in its place loses changes or
 * stands still.
 */

#include "config.h"

#include <string.h>

#include "server/store/feed-private.h"
#include "sync/model/error.h"

/* A snapshot lists the transactions that ran; 64 KiB are more than a cluster has connections. */
#define MAX_CURSOR 65536

void
mns_feed_cursor_clear (MnsFeedCursor *self)
{
  g_clear_pointer (&self->epoch, g_free);
  g_clear_pointer (&self->timeline, g_free);
  g_clear_pointer (&self->snapshot, g_free);
}

/* xmin:xmax:xip,xip,... as pg_snapshot prints it: ascending, within the bounds. */
static gboolean
parse_snapshot (MnsFeedCursor *self)
{
  const char *p = self->snapshot;
  char *end = NULL;
  guint64 last;

  if (!g_ascii_isdigit (*p))
    return FALSE;
  self->xmin = g_ascii_strtoull (p, &end, 10);
  if (*end != ':' || !g_ascii_isdigit (end[1]))
    return FALSE;
  self->xmax = g_ascii_strtoull (end + 1, &end, 10);
  if (*end != ':' || self->xmin == 0 || self->xmax < self->xmin || self->xmax > G_MAXINT64)
    return FALSE;
  last = self->xmin - 1;
  for (p = end + 1; *p != '\0'; p = *end == ',' ? end + 1 : end)
    {
      guint64 running;

      if (!g_ascii_isdigit (*p))
        return FALSE;
      running = g_ascii_strtoull (p, &end, 10);
      if (running <= last || running >= self->xmax || (*end != ',' && *end != '\0'))
        return FALSE;
      if (*end == ',' && end[1] == '\0')
        return FALSE;
      last = running;
    }
  return TRUE;
}

/**
 * mns_feed_cursor_now:
 * @self: (out): cleared by the caller in either case
 * @tx: an open transaction on the primary
 * @error: return location; %MNS_ERROR_OFFLINE on a standby, whose snapshots show no running
 *   transactions
 *
 * Reads where the transaction stands.
 */
gboolean
mns_feed_cursor_now (MnsFeedCursor *self, MnsTransaction *tx, GError **error)
{
  g_autoptr (MnsRows) rows =
      mns_transaction_query (tx,
                             "SELECT CAST (e.id AS text), CASE WHEN pg_is_in_recovery () THEN NULL "
                             "ELSE substr (pg_walfile_name (pg_current_wal_lsn ()), 1, 8) END, "
                             "CAST (pg_current_snapshot () AS text) FROM feed_epoch e",
                             NULL,
                             error);

  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) != 1 || mns_rows_is_null (rows, 0, 1))
    {
      g_set_error_literal (
          error,
          MNS_ERROR,
          MNS_ERROR_OFFLINE,
          "changes are read from the primary database only, and this is a standby");
      return FALSE;
    }
  self->epoch = g_strdup (mns_rows_get_text (rows, 0, 0));
  self->timeline = g_strdup (mns_rows_get_text (rows, 0, 1));
  self->snapshot = g_strdup (mns_rows_get_text (rows, 0, 2));
  return parse_snapshot (self);
}

gboolean
mns_feed_cursor_parse (MnsFeedCursor *self, const char *text, GError **error)
{
  g_auto (GStrv) parts = NULL;
  MnsId epoch;

  if (strlen (text) <= MAX_CURSOR)
    parts = g_strsplit (text, ".", 4);
  if (parts != NULL && g_strv_length (parts) == 3 && mns_id_parse (&epoch, parts[0]))
    {
      self->epoch = g_strdup (parts[0]);
      self->timeline = g_strdup (parts[1]);
      self->snapshot = g_strdup (parts[2]);
      if (parse_snapshot (self))
        return TRUE;
    }
  g_set_error_literal (
      error, MNS_ERROR, MNS_ERROR_INVALID, "the cursor is not one that this server gives out");
  return FALSE;
}

/* Changes of transactions before this one may have left the log. */
guint64
mns_feed_cursor_floor (MnsTransaction *tx, GError **error)
{
  g_autoptr (MnsRows) rows =
      mns_transaction_query (tx, "SELECT floor FROM feed_epoch", NULL, error);

  return rows != NULL && mns_rows_get_n_rows (rows) == 1 ? (guint64) mns_rows_get_int (rows, 0, 0)
                                                         : 0;
}

/**
 * mns_feed_cursor_check:
 *
 * Returns: %FALSE with %MNS_ERROR_CORRUPT if nothing can be said about what its holder misses, so
 *   that it must begin anew
 */
gboolean
mns_feed_cursor_check (const MnsFeedCursor *self,
                       const MnsFeedCursor *now,
                       guint64 floor,
                       GError **error)
{
  const char *why = NULL;

  if (g_ascii_strcasecmp (self->epoch, now->epoch) != 0)
    why = "the database was restored since";
  else if (!g_str_equal (self->timeline, now->timeline))
    why = "another machine has taken over since";
  else if (self->xmax > now->xmax)
    why = "it is ahead of the database";
  else if (self->xmin < floor)
    why = "it is older than the log of changes";
  if (why == NULL)
    return TRUE;
  g_set_error (error, MNS_ERROR, MNS_ERROR_CORRUPT, "the cursor cannot be continued: %s", why);
  return FALSE;
}

char *
mns_feed_cursor_print (const MnsFeedCursor *self)
{
  return g_strdup_printf ("%s.%s.%s", self->epoch, self->timeline, self->snapshot);
}

/**
 * mns_feed_query_log:
 *
 * Runs a query on the log. Its statistics lag behind its end, where all readers are, and a plan
 * that reads a whole day to find the last second must not be taken.
 */
MnsRows *
mns_feed_query_log (MnsTransaction *tx, const char *sql, const MnsArg *args, GError **error)
{
  g_autoptr (MnsRows) rows = NULL;

  if (!mns_transaction_run (tx, "SET LOCAL enable_seqscan = off", NULL, error))
    return NULL;
  rows = mns_transaction_query (tx, sql, args, error);
  if (rows == NULL || !mns_transaction_run (tx, "SET LOCAL enable_seqscan = on", NULL, error))
    return NULL;
  return g_steal_pointer (&rows);
}
