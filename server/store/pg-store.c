/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The store over PostgreSQL. A write whose answer nobody wants is queued, not waited for; BEGIN
 * travels with the first statement, COMMIT with the last. What a queued statement failed with comes
 * with the next call that waits: a query, a count, the release of a savepoint, the commit. From
 * then on every call of the transaction answers the same, until it goes back to a savepoint.
 */

#define G_LOG_DOMAIN "mns-pg-store"

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "server/store/pg-rows.h"
#include "server/store/pg-statement.h"
#include "server/store/pg-store.h"

#define BEGIN_WRITE "BEGIN ISOLATION LEVEL SERIALIZABLE"
#define BEGIN_READ "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

/* So many rows are in memory at once while a big answer is read; while a batch is worked on, the
 * server makes the next.
 */
#define BATCH "2000"

typedef struct
{
  MnsStore base;
  MnsPgLink *link;
  MnsPgStatements *statements;
  MnsPgLock lock;
  MnsAccess planned; /* what the planner of this connection is set to */
  guint generation;  /* of the link in which it was; 0: none */
} PgStore;

typedef struct
{
  MnsTransaction base;
  GError *failure; /* what it failed with, until a rollback to a savepoint */
  gboolean ended;
  gboolean committing;
  gboolean deferred; /* never waits */
  gboolean waiting;  /* questions were sent */
  guint n_cursors;
  GQueue asked; /* Asked *, in the order of asking */
} PgTransaction;

/* A question asked ahead. */
typedef struct
{
  char *key;
  PGresult *answer; /* NULL: not here yet */
  MnsRows *rows;    /* of a deferred transaction, which asks again: made from the answer */
} Asked;

static PgStore *
store_of (PgTransaction *self)
{
  return (PgStore *) self->base.store;
}

/* Statements of our own, without arguments, prepared like the others. */
static void
queue_plain (PgStore *store, const char *sql)
{
  mns_pg_statements_queue (store->statements, store->link, sql, NULL, FALSE, NULL);
}

/* LOCK takes no snapshot, so whoever waited to be alone sees all that was committed before. Many
 * may hold the weak mode, and taking it touches nothing that is shared.
 */
static const char *const lock_statements[] = {
  [MNS_PG_LOCK_SHARED] = "LOCK TABLE command_gate IN ROW SHARE MODE",
  [MNS_PG_LOCK_ALONE] = "LOCK TABLE command_gate IN EXCLUSIVE MODE",
};

/* What the last transaction left unread: the answers to its end. A connection that did not get out
 * of it is of no use any more.
 */
static gboolean
settle (PgStore *self, GError **error)
{
  g_autoptr (GError) ignored = NULL;
  PGconn *connection = mns_pg_link_get_connection (self->link);

  if (mns_pg_link_has_pending (self->link))
    PQclear (mns_pg_link_wait (self->link, &ignored));
  mns_pg_link_drop_kept (self->link);
  if (!mns_pg_link_is_broken (self->link) && PQtransactionStatus (connection) == PQTRANS_IDLE)
    return TRUE;
  return mns_pg_link_revive (self->link, error);
}

/* Under SERIALIZABLE whoever reads a table as a whole collides with everyone who writes into it,
 * and of a table with few rows PostgreSQL reads the whole if it may. And as a row set of known
 * length looks cheaper than one of unknown length, it would plan each execution anew.
 */
#define PLANNER(seqscan, sort, mode)                                                               \
  "SELECT set_config('enable_seqscan', '" seqscan                                                  \
  "', false), "                                                                                    \
  "set_config('enable_sort', '" sort                                                               \
  "', false), "                                                                                    \
  "set_config('plan_cache_mode', '" mode "', false)"

static const char *const planner_settings[] = {
  [MNS_ACCESS_READ] = PLANNER ("on", "on", "auto"),
  /* Eight tables take longer to plan than to read. A page comes in the order of an index; of a
   * small table PostgreSQL would rather sort the whole.
   */
  [MNS_ACCESS_LOOK] = PLANNER ("on", "off", "force_generic_plan"),
  [MNS_ACCESS_WRITE] = PLANNER ("off", "on", "auto"),
};

static void
set_planner (PgStore *self, MnsAccess access)
{
  gboolean fresh = self->generation != mns_pg_link_get_generation (self->link);

  if (fresh ? access == MNS_ACCESS_READ : access == self->planned)
    return;
  queue_plain (self, planner_settings[access]);
  mns_pg_link_sync (self->link);
  self->planned = access;
  self->generation = mns_pg_link_get_generation (self->link);
}

static MnsTransaction *
begin (MnsStore *store, MnsAccess access, GError **error)
{
  PgStore *self = (PgStore *) store;
  PgTransaction *transaction;

  if (!settle (self, error))
    return NULL;
  set_planner (self, access);
  if (access != MNS_ACCESS_LOOK)
    queue_plain (self, access == MNS_ACCESS_WRITE ? BEGIN_WRITE : BEGIN_READ);
  if (self->lock != MNS_PG_LOCK_NONE)
    queue_plain (self, lock_statements[self->lock]);
  transaction = g_new0 (PgTransaction, 1);
  return &transaction->base;
}

static gboolean
fail_again (PgTransaction *self, GError **error)
{
  g_propagate_error (error, g_error_copy (self->failure));
  return FALSE;
}

/* ---- questions asked ahead ---- */

static void
free_asked (Asked *self)
{
  g_free (self->key);
  PQclear (self->answer);
  mns_rows_unref (self->rows);
  g_free (self);
}

/* Those that are under way stay in the queue, without a key, so that the answers find their places.
 */
static void
drop_answers (PgTransaction *self)
{
  GList *next;

  for (GList *l = self->asked.head; l != NULL; l = next)
    {
      Asked *asked = l->data;

      next = l->next;
      g_clear_pointer (&asked->key, g_free);
      if (asked->answer == NULL)
        continue;
      free_asked (asked);
      g_queue_delete_link (&self->asked, l);
    }
}

static void
fill_answers (PgTransaction *self)
{
  GList *next;

  for (GList *l = self->asked.head; l != NULL; l = next)
    {
      Asked *asked = l->data;

      next = l->next;
      if (asked->answer == NULL && asked->rows == NULL)
        asked->answer = mns_pg_link_take_kept (store_of (self)->link);
      if (asked->key != NULL)
        continue;
      free_asked (asked);
      g_queue_delete_link (&self->asked, l);
    }
}

static GList *
find_asked (PgTransaction *self, const char *sql, const MnsArg *args)
{
  g_autofree char *key = mns_pg_statements_key (sql, args);

  for (GList *l = self->asked.head; l != NULL; l = l->next)
    if (g_strcmp0 (((Asked *) l->data)->key, key) == 0)
      return l;
  return NULL;
}

static void
ask_ahead (MnsTransaction *transaction, const char *sql, const MnsArg *args)
{
  PgTransaction *self = (PgTransaction *) transaction;
  PgStore *store = store_of (self);
  Asked *asked;

  if (self->failure != NULL || (self->deferred && find_asked (self, sql, args) != NULL) ||
      !mns_pg_statements_queue (store->statements, store->link, sql, args, TRUE, NULL))
    return;
  asked = g_new0 (Asked, 1);
  asked->key = mns_pg_statements_key (sql, args);
  g_queue_push_tail (&self->asked, asked);
}

/* A savepoint changes nothing that was read. */
static gboolean
may_write (const char *sql)
{
  return !g_str_has_prefix (sql, "SELECT ") && !g_str_has_prefix (sql, "SAVEPOINT ") &&
         !g_str_has_prefix (sql, "RELEASE ");
}

/* ---- statements ---- */

/* Sends what is queued and waits. %NULL: failed, and the transaction with it; or the last that was
 * queued was asked ahead.
 */
static PGresult *
wait_for (PgTransaction *self, GError **error)
{
  PgStore *store = store_of (self);
  PGresult *answer;

  mns_pg_link_sync (store->link);
  answer = mns_pg_link_wait (store->link, &self->failure);
  if (self->failure != NULL)
    {
      g_clear_pointer (&answer, PQclear);
      g_queue_clear_full (&self->asked, (GDestroyNotify) free_asked);
      fail_again (self, error);
    }
  else
    fill_answers (self);
  return answer;
}

/* The answer of a question asked ahead, waited for if need be. */
static gboolean
take_asked (PgTransaction *self, GList *link, MnsRows **rows, GError **error)
{
  Asked *asked = link->data;

  if (asked->answer == NULL)
    {
      PQclear (wait_for (self, error));
      if (self->failure != NULL)
        return FALSE;
    }
  *rows = mns_pg_rows_take_result (g_steal_pointer (&asked->answer));
  g_queue_delete_link (&self->asked, link);
  free_asked (asked);
  return TRUE;
}

/* The answer, if it is here; else the question goes off, with those asked ahead. */
static gboolean
look_or_send (
    PgTransaction *self, const char *sql, const MnsArg *args, MnsRows **rows, GError **error)
{
  GList *link = find_asked (self, sql, args);
  Asked *asked = link != NULL ? link->data : NULL;

  g_return_val_if_fail (rows != NULL, FALSE);

  if (asked != NULL && asked->answer != NULL)
    asked->rows = mns_pg_rows_take_result (g_steal_pointer (&asked->answer));
  if (asked != NULL && asked->rows != NULL)
    {
      *rows = mns_rows_ref (asked->rows);
      return TRUE;
    }
  ask_ahead (&self->base, sql, args);
  mns_pg_link_sync (store_of (self)->link);
  mns_pg_link_flush (store_of (self)->link);
  self->waiting = TRUE;
  g_set_error (error, MNS_ERROR, MNS_ERROR_BUSY, "the answer is on its way");
  return FALSE;
}

/* Back to a savepoint: what failed after it is forgotten, except that a lost race or connection
 * cannot be mended inside the transaction.
 */
static gboolean
roll_back_to (PgTransaction *self, const char *sql, GError **error)
{
  PgStore *store = store_of (self);
  g_autoptr (PGresult) before = NULL;
  g_autoptr (PGresult) answer = NULL;

  if (self->failure == NULL)
    before = wait_for (self, NULL);
  if (mns_error_is_retryable (self->failure))
    return fail_again (self, error);
  drop_answers (self);
  g_clear_error (&self->failure);
  mns_pg_link_send (store->link, sql);
  answer = wait_for (self, error);
  return answer != NULL;
}

static gboolean
execute (MnsTransaction *transaction,
         const char *sql,
         const MnsArg *args,
         MnsRows **rows,
         gint64 *changed,
         GError **error)
{
  PgTransaction *self = (PgTransaction *) transaction;
  PgStore *store = store_of (self);
  GList *asked = NULL;
  g_autoptr (PGresult) answer = NULL;

  if (g_str_has_prefix (sql, "ROLLBACK TO "))
    return roll_back_to (self, sql, error);
  if (self->failure != NULL)
    return fail_again (self, error);
  if (self->deferred)
    return look_or_send (self, sql, args, rows, error);
  if (self->asked.length > 0 && may_write (sql))
    drop_answers (self);
  if (self->asked.length > 0 && rows != NULL)
    asked = find_asked (self, sql, args);
  if (asked != NULL)
    return take_asked (self, asked, rows, error);
  if (!mns_pg_statements_queue (store->statements, store->link, sql, args, FALSE, error))
    return FALSE;
  if (rows == NULL && changed == NULL)
    return TRUE;
  answer = wait_for (self, error);
  if (answer == NULL)
    {
      g_prefix_error (error, "in \"%s\": ", sql);
      return FALSE;
    }
  if (rows != NULL)
    *rows = mns_pg_rows_take_result (g_steal_pointer (&answer));
  else if (changed != NULL)
    *changed = g_ascii_strtoll (PQcmdTuples (answer), NULL, 10);
  return TRUE;
}

static void
end (PgTransaction *self, const char *word)
{
  PgStore *store = store_of (self);

  self->ended = TRUE;
  if (self->base.access == MNS_ACCESS_LOOK)
    return; /* there is nothing to end */
  queue_plain (store, word);
  mns_pg_link_sync (store->link);
}

static gboolean
commit (MnsTransaction *transaction, GError **error)
{
  PgTransaction *self = (PgTransaction *) transaction;
  PgStore *store = store_of (self);

  if (self->failure != NULL)
    return fail_again (self, error);
  self->committing = TRUE;
  end (self, "COMMIT");
  if (transaction->access != MNS_ACCESS_WRITE)
    {
      /* nothing depends on the answer: whoever uses the connection next reads it */
      mns_pg_link_flush (store->link);
      return TRUE;
    }
  PQclear (mns_pg_link_wait (store->link, &self->failure));
  return self->failure == NULL || fail_again (self, error);
}

static void
rollback (MnsTransaction *transaction)
{
  PgTransaction *self = (PgTransaction *) transaction;
  PgStore *store = store_of (self);

  if (!self->ended)
    {
      if (transaction->access != MNS_ACCESS_LOOK || mns_pg_link_has_pending (store->link))
        mns_pg_link_sync (store->link); /* an earlier failure must not swallow the rollback */
      end (self, "ROLLBACK");
      mns_pg_link_flush (store->link);
    }
  g_queue_clear_full (&self->asked, (GDestroyNotify) free_asked);
  g_clear_error (&self->failure);
  g_free (self);
}

/* Names are found through the trigram index of 0005-search.sql; it knows nothing shorter than three
 * characters, where the start of a name is looked for through the index on names.
 */
static MnsRows *
match_names (
    MnsTransaction *transaction, const char *table, const char *part, guint limit, GError **error)
{
  g_autoptr (GString) pattern = g_string_new ("%");
  g_autofree char *end_of_prefix = g_strconcat (part, "\xf4\x8f\xbf\xbf", NULL); /* U+10FFFF */
  gboolean is_short = g_utf8_strlen (part, -1) < 3;
  g_autofree char *sql = g_strdup_printf (
      is_short ? "SELECT id, name FROM %s WHERE name >= $part AND name < $end "
                 "ORDER BY name, id LIMIT $limit"
               : "SELECT id, name FROM %s WHERE name ILIKE $pattern ORDER BY name, id LIMIT $limit",
      table);

  for (const char *p = part; *p != '\0'; p++)
    {
      if (strchr ("%_\\", *p) != NULL)
        g_string_append_c (pattern, '\\');
      g_string_append_c (pattern, *p);
    }
  g_string_append_c (pattern, '%');
  return mns_transaction_query (transaction,
                                sql,
                                MNS_ARGS (MNS_ARG_TEXT ("part", part),
                                          MNS_ARG_TEXT ("end", end_of_prefix),
                                          MNS_ARG_TEXT ("pattern", pattern->str),
                                          MNS_ARG_INT ("limit", limit)),
                                error);
}

static void
free_store (MnsStore *store)
{
  PgStore *self = (PgStore *) store;

  mns_pg_link_free (self->link);
  mns_pg_statements_free (self->statements);
  g_free (self);
}

static const MnsStoreClass klass = {
  begin, free_store, commit, rollback, execute, match_names, ask_ahead,
};

/**
 * mns_pg_store_open:
 * @conninfo: libpq connection string or URI
 *
 * Connects. A store whose connection breaks connects anew when its next transaction begins.
 *
 * Returns: (transfer full): a store for one thread at a time, or %NULL with %MNS_ERROR_OFFLINE
 */
MnsStore *
mns_pg_store_open (const char *conninfo, GError **error)
{
  g_autoptr (MnsPgLink) link = mns_pg_link_open (conninfo, error);
  PgStore *self;

  if (link == NULL)
    return NULL;
  self = g_new0 (PgStore, 1);
  self->base.klass = &klass;
  self->link = g_steal_pointer (&link);
  self->statements = mns_pg_statements_new ();
  return &self->base;
}

gboolean
mns_pg_store_is_broken (MnsStore *self)
{
  g_return_val_if_fail (self->klass == &klass, TRUE);

  return mns_pg_link_is_broken (((PgStore *) self)->link);
}

void
mns_pg_store_set_lock (MnsStore *self, MnsPgLock lock)
{
  g_return_if_fail (self->klass == &klass);

  ((PgStore *) self)->lock = lock;
}

void
mns_pg_transaction_defer (MnsTransaction *self)
{
  g_return_if_fail (self->klass == &klass && self->access == MNS_ACCESS_LOOK);

  ((PgTransaction *) self)->deferred = TRUE;
}

gboolean
mns_pg_transaction_is_waiting (MnsTransaction *self)
{
  g_return_val_if_fail (self->klass == &klass, FALSE);

  return ((PgTransaction *) self)->waiting;
}

gboolean
mns_pg_transaction_go_on (MnsTransaction *self, GError **error)
{
  PgTransaction *transaction = (PgTransaction *) self;

  g_return_val_if_fail (self->klass == &klass && transaction->waiting, TRUE);

  if (!mns_pg_link_pump (store_of (transaction)->link, &transaction->failure))
    return FALSE;
  transaction->waiting = FALSE;
  if (transaction->failure != NULL)
    fail_again (transaction, error);
  else
    fill_answers (transaction);
  return TRUE;
}

int
mns_pg_store_get_socket (MnsStore *self)
{
  g_return_val_if_fail (self->klass == &klass, -1);

  return PQsocket (mns_pg_link_get_connection (((PgStore *) self)->link));
}

gboolean
mns_pg_transaction_was_committing (MnsTransaction *self)
{
  g_return_val_if_fail (self->klass == &klass, FALSE);

  return ((PgTransaction *) self)->committing;
}

const GError *
mns_pg_transaction_get_failure (MnsTransaction *self)
{
  g_return_val_if_fail (self->klass == &klass, NULL);

  return ((PgTransaction *) self)->failure;
}

/* What takes the batches of an answer. */
typedef struct
{
  MnsPgRowsFunc rows_func;
  MnsPgLineFunc line_func;
  gpointer data;
} Sink;

static gboolean
give (const Sink *sink, const PGresult *batch, GError **error)
{
  if (sink->rows_func != NULL)
    {
      g_autoptr (MnsRows) rows = mns_pg_rows_from_result (batch);

      return sink->rows_func (rows, sink->data, error);
    }
  else
    {
      g_autoptr (GString) line = g_string_sized_new (512);

      for (int row = 0; row < PQntuples (batch); row++)
        {
          g_string_truncate (line, 0);
          mns_pg_rows_append_json (batch, row, line);
          if (!sink->line_func (line->str, line->len, sink->data, error))
            return FALSE;
        }
      return TRUE;
    }
}

/* Asks for a batch without waiting for it. */
static void
ask (PgStore *store, const char *fetch)
{
  queue_plain (store, fetch);
  mns_pg_link_sync (store->link);
  mns_pg_link_flush (store->link);
}

static gboolean
read_batches (PgTransaction *self, const char *fetch, const Sink *sink, GError **error)
{
  PgStore *store = store_of (self);
  gboolean going = TRUE;

  ask (store, fetch);
  while (going)
    {
      g_autoptr (PGresult) batch = mns_pg_link_wait (store->link, &self->failure);

      if (self->failure != NULL)
        return fail_again (self, error);
      going = PQntuples (batch) == atoi (BATCH);
      if (going)
        ask (store, fetch);
      if (!give (sink, batch, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
stream (MnsTransaction *transaction,
        const char *sql,
        const MnsArg *args,
        const Sink *sink,
        GError **error)
{
  PgTransaction *self = (PgTransaction *) transaction;
  PgStore *store = store_of (self);
  guint n = self->n_cursors++;
  g_autofree char *declare = g_strdup_printf ("DECLARE c%u NO SCROLL CURSOR FOR %s", n, sql);
  g_autofree char *fetch = g_strdup_printf ("FETCH " BATCH " FROM c%u", n);
  g_autofree char *close = g_strdup_printf ("CLOSE c%u", n);

  g_return_val_if_fail (transaction->klass == &klass, FALSE);

  if (self->failure != NULL)
    return fail_again (self, error);
  if (n == 0) /* all of an answer is wanted, not its first rows fast */
    queue_plain (store, "SET LOCAL cursor_tuple_fraction = 1");
  if (!mns_pg_statements_queue (store->statements, store->link, declare, args, FALSE, error) ||
      !read_batches (self, fetch, sink, error))
    return FALSE;
  queue_plain (store, close);
  return TRUE;
}

/**
 * mns_pg_stream:
 * @self: an open transaction of a PostgreSQL store
 * @sql: a query
 * @args: (nullable): its values and row sets
 * @func: called with some rows at a time
 * @data: for @func
 * @error: return location for an error
 *
 * Reads an answer of any size in bounded memory. @func must not use the transaction.
 */
gboolean
mns_pg_stream (MnsTransaction *self,
               const char *sql,
               const MnsArg *args,
               MnsPgRowsFunc func,
               gpointer data,
               GError **error)
{
  return stream (self, sql, args, &(Sink){ func, NULL, data }, error);
}

/**
 * mns_pg_stream_lines:
 *
 * The same, straight to lines of JSON: for packs, where a row is never anything else.
 */
gboolean
mns_pg_stream_lines (MnsTransaction *self,
                     const char *sql,
                     const MnsArg *args,
                     MnsPgLineFunc func,
                     gpointer data,
                     GError **error)
{
  return stream (self, sql, args, &(Sink){ NULL, func, data }, error);
}
