/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A pipelined connection. What is queued is remembered in order (pending), because libpq hands the
 * answers back in that order: one per statement, then the mark of a sync. After a failure the
 * server skips everything up to the next sync; those answers say "aborted" and carry no news.
 *
 * The socket is non-blocking: a server that cannot deliver its answers stops reading, so whoever
 * writes must be ready to read.
 */

#define G_LOG_DOMAIN "mns-pg-link"

#include "config.h"

#include <errno.h>
#include <poll.h>

#include "server/store/pg-link.h"

typedef enum
{
  ITEM_PREPARE,
  ITEM_EXECUTE,
  ITEM_KEEP, /* an execution whose answer is kept beside the last one */
  ITEM_SYNC,
} Item;

struct _MnsPgLink
{
  char *conninfo;
  PGconn *connection;
  GArray *pending; /* Item */
  GQueue kept;     /* PGresult *: answers of ITEM_KEEP that nobody has taken yet, in order */
  guint generation;
  gboolean failed_to_send;
  GError *pumped; /* first failure that mns_pg_link_pump() met */
};

/* A client that stops in the middle of a transaction must not hold its locks for long, and a
 * machine that vanished must be noticed.
 */
static const char *const session_settings[] = {
  "SET idle_in_transaction_session_timeout = '30s'",
  "SET tcp_keepalives_idle = 30",
  "SET client_min_messages = warning",
  "SET client_encoding = 'UTF8'",
};

static void
ignore_notice_cb (void *data, const char *message)
{
}

static PGconn *
connect_now (const char *conninfo, GError **error)
{
  const char *keywords[] = { "dbname", "fallback_application_name", "connect_timeout", NULL };
  const char *values[] = { conninfo, "meniscus", "10", NULL };
  g_autoptr (PGconn) connection = PQconnectdbParams (keywords, values, 1);

  if (PQstatus (connection) != CONNECTION_OK)
    {
      g_autofree char *message = g_strchomp (g_strdup (PQerrorMessage (connection)));

      g_set_error (
          error, MNS_ERROR, MNS_ERROR_OFFLINE, "no connection to the database: %s", message);
      return NULL;
    }
  PQsetNoticeProcessor (connection, ignore_notice_cb, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (session_settings); i++)
    {
      g_autoptr (PGresult) result = PQexec (connection, session_settings[i]);

      if (PQresultStatus (result) != PGRES_COMMAND_OK)
        {
          mns_pg_set_error (error, connection, result);
          return NULL;
        }
    }
  if (PQsetnonblocking (connection, 1) != 0 || !PQenterPipelineMode (connection))
    {
      mns_pg_set_error (error, connection, NULL);
      return NULL;
    }
  return g_steal_pointer (&connection);
}

/**
 * mns_pg_link_open:
 * @conninfo: libpq connection string or URI
 *
 * Returns: (transfer full): the link, or %NULL with %MNS_ERROR_OFFLINE
 */
MnsPgLink *
mns_pg_link_open (const char *conninfo, GError **error)
{
  g_autoptr (PGconn) connection = connect_now (conninfo, error);
  MnsPgLink *self;

  if (connection == NULL)
    return NULL;
  self = g_new0 (MnsPgLink, 1);
  self->conninfo = g_strdup (conninfo);
  self->connection = g_steal_pointer (&connection);
  self->pending = g_array_new (FALSE, FALSE, sizeof (Item));
  self->generation = 1;
  return self;
}

void
mns_pg_link_free (MnsPgLink *self)
{
  if (self == NULL)
    return;
  PQfinish (self->connection);
  mns_pg_link_drop_kept (self);
  g_clear_error (&self->pumped);
  g_array_unref (self->pending);
  g_free (self->conninfo);
  g_free (self);
}

PGconn *
mns_pg_link_get_connection (MnsPgLink *self)
{
  return self->connection;
}

guint
mns_pg_link_get_generation (MnsPgLink *self)
{
  return self->generation;
}

/* Looks without waiting: an idle connection on which the server hung up is readable. */
gboolean
mns_pg_link_is_broken (MnsPgLink *self)
{
  struct pollfd fd = { .fd = PQsocket (self->connection), .events = POLLIN };

  if (PQstatus (self->connection) != CONNECTION_OK || self->failed_to_send)
    return TRUE;
  if (self->pending->len == 0 && poll (&fd, 1, 0) > 0)
    return !PQconsumeInput (self->connection) || PQstatus (self->connection) != CONNECTION_OK;
  return FALSE;
}

gboolean
mns_pg_link_revive (MnsPgLink *self, GError **error)
{
  PGconn *connection;

  g_return_val_if_fail (self->pending->len == 0 || mns_pg_link_is_broken (self), FALSE);

  connection = connect_now (self->conninfo, error);
  if (connection == NULL)
    return FALSE;
  PQfinish (self->connection);
  self->connection = connection;
  self->failed_to_send = FALSE;
  self->generation++;
  g_array_set_size (self->pending, 0);
  return TRUE;
}

static void
note (MnsPgLink *self, Item item, int sent)
{
  if (!sent)
    self->failed_to_send = TRUE;
  else
    g_array_append_val (self->pending, item);
}

void
mns_pg_link_prepare (
    MnsPgLink *self, const char *name, const char *sql, int n_params, const Oid *types)
{
  note (self, ITEM_PREPARE, PQsendPrepare (self->connection, name, sql, n_params, types));
}

void
mns_pg_link_execute (MnsPgLink *self,
                     const char *name,
                     int n_params,
                     const char *const *values,
                     const int *lengths,
                     const int *formats,
                     gboolean keep)
{
  note (self,
        keep ? ITEM_KEEP : ITEM_EXECUTE,
        PQsendQueryPrepared (self->connection, name, n_params, values, lengths, formats, 0));
}

/* A statement without parameters that is not worth preparing. */
void
mns_pg_link_send (MnsPgLink *self, const char *sql)
{
  note (
      self, ITEM_EXECUTE, PQsendQueryParams (self->connection, sql, 0, NULL, NULL, NULL, NULL, 0));
}

/* Ends a section: a failure before it does not reach what is queued after it. */
void
mns_pg_link_sync (MnsPgLink *self)
{
  note (self, ITEM_SYNC, PQpipelineSync (self->connection));
}

void
mns_pg_link_flush (MnsPgLink *self)
{
  if (PQflush (self->connection) < 0)
    self->failed_to_send = TRUE;
}

gboolean
mns_pg_link_has_pending (MnsPgLink *self)
{
  return self->pending->len > 0;
}

void
mns_pg_link_forget_prepared (MnsPgLink *self)
{
  self->generation++;
  mns_pg_link_send (self, "DEALLOCATE ALL");
}

/* Writes and reads until the next answer is there; FALSE if the connection broke. */
static gboolean
wait_for_answer (MnsPgLink *self)
{
  while (PQisBusy (self->connection))
    {
      struct pollfd fd = { .fd = PQsocket (self->connection), .events = POLLIN };
      int unsent = PQflush (self->connection);

      if (unsent < 0)
        return FALSE;
      if (unsent > 0)
        fd.events |= POLLOUT;
      if (poll (&fd, 1, -1) < 0 && errno != EINTR)
        return FALSE;
      if ((fd.revents & ~POLLOUT) != 0 && !PQconsumeInput (self->connection))
        return FALSE;
    }
  return TRUE;
}

static PGresult *
next_result (MnsPgLink *self)
{
  return wait_for_answer (self) ? PQgetResult (self->connection) : NULL;
}

static gboolean
is_good (ExecStatusType status)
{
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* The answer to one queued item. NULL with @error set for a failure; NULL without one for an item
 * that the server skipped, and for a sync.
 */
static PGresult *
take_answer (MnsPgLink *self, Item item, GError **error)
{
  g_autoptr (PGresult) answer = next_result (self);
  ExecStatusType status = PQresultStatus (answer);

  if (answer == NULL || (item == ITEM_SYNC) != (status == PGRES_PIPELINE_SYNC))
    {
      self->failed_to_send = TRUE; /* out of step: nothing on this connection can be believed */
      mns_pg_set_error (error, self->connection, answer);
      return NULL;
    }
  if (item == ITEM_SYNC)
    return NULL;
  for (PGresult *rest = next_result (self); rest != NULL; rest = next_result (self))
    PQclear (rest);
  if (item == ITEM_PREPARE && !is_good (status))
    self->generation++; /* it was not prepared, nor what followed it */
  if (status == PGRES_PIPELINE_ABORTED)
    return NULL;
  if (is_good (status))
    return g_steal_pointer (&answer);
  mns_pg_set_error (error, self->connection, answer);
  return NULL;
}

/**
 * mns_pg_link_wait:
 * @self: a link
 * @error: return location for the first failure of all that was queued
 *
 * Sends what is queued and takes all answers.
 *
 * Returns: (transfer full) (nullable): the answer of the last statement queued that is not kept;
 *   %NULL with @error set if any failed. The caller queues a sync first.
 */
PGresult *
mns_pg_link_wait (MnsPgLink *self, GError **error)
{
  g_autoptr (GError) first = NULL;
  PGresult *last = NULL;

  for (guint i = 0; i < self->pending->len && !self->failed_to_send; i++)
    {
      Item item = g_array_index (self->pending, Item, i);
      PGresult *answer = take_answer (self, item, first == NULL ? &first : NULL);

      if (item == ITEM_SYNC)
        continue;
      if (item == ITEM_KEEP)
        {
          if (answer != NULL)
            g_queue_push_tail (&self->kept, answer);
          continue;
        }
      PQclear (last);
      last = answer;
    }
  if (self->failed_to_send && (first == NULL || first->code != MNS_ERROR_OFFLINE))
    {
      g_clear_error (&first);
      mns_pg_set_error (&first, self->connection, NULL);
    }
  g_array_set_size (self->pending, 0);
  if (first == NULL)
    return last;
  PQclear (last);
  mns_pg_link_drop_kept (self); /* nobody knows whose they are */
  g_propagate_error (error, g_steal_pointer (&first));
  return NULL;
}

static void
take_pumped (MnsPgLink *self)
{
  Item item = g_array_index (self->pending, Item, 0);
  PGresult *answer = take_answer (self, item, self->pumped == NULL ? &self->pumped : NULL);

  g_array_remove_index (self->pending, 0);
  if (item == ITEM_KEEP && answer != NULL)
    g_queue_push_tail (&self->kept, answer);
  else
    PQclear (answer);
}

gboolean
mns_pg_link_pump (MnsPgLink *self, GError **error)
{
  if (PQflush (self->connection) < 0 || !PQconsumeInput (self->connection))
    self->failed_to_send = TRUE;
  while (self->pending->len > 0 && !self->failed_to_send && !PQisBusy (self->connection))
    take_pumped (self);
  if (self->pending->len > 0 && !self->failed_to_send)
    return FALSE;
  if (self->failed_to_send && (self->pumped == NULL || self->pumped->code != MNS_ERROR_OFFLINE))
    {
      g_clear_error (&self->pumped);
      mns_pg_set_error (&self->pumped, self->connection, NULL);
    }
  g_array_set_size (self->pending, 0);
  if (self->pumped != NULL)
    {
      mns_pg_link_drop_kept (self);
      g_propagate_error (error, g_steal_pointer (&self->pumped));
    }
  return TRUE;
}

/**
 * mns_pg_link_take_kept:
 *
 * Returns: (transfer full) (nullable): the oldest answer that was kept and not taken yet
 */
PGresult *
mns_pg_link_take_kept (MnsPgLink *self)
{
  return g_queue_pop_head (&self->kept);
}

/* Those whose asker is gone. */
void
mns_pg_link_drop_kept (MnsPgLink *self)
{
  g_queue_clear_full (&self->kept, (GDestroyNotify) PQclear);
}
