/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The pool, and the loop that makes SERIALIZABLE bearable (decisions.md 9): a command that lost a
 * race is run again whole. Its first two tries run beside others; from the third on it runs alone,
 * which no command has lost yet.
 */

#define G_LOG_DOMAIN "mns-pool"

#include "config.h"

#include "server/store/pool.h"
#include "sync/model/error.h"

#define MAX_TRIES 10
#define TRIES_TOGETHER 2
#define TAKE_PATIENCE_US (30 * G_USEC_PER_SEC)

struct _MnsPool
{
  char *conninfo;
  MnsMemo *memo; /* nullable */
  GMutex lock;
  GCond returned;
  GPtrArray *idle; /* MnsStore */
  guint n_open;    /* taken and idle */
  gint broken;     /* atomic: mns_pool_try_take() met one that needs mending */
  guint n_max;
};

static gint n_retries; /* atomic */

/* Not NULL while this thread is inside a command. Another write of the same thread, on a connection
 * of its own (a block of numbers, say), must not ask for the command lock: it would wait behind
 * someone who waits to be alone, who waits for the command around it.
 */
static GPrivate inside;

/**
 * mns_pool_new:
 * @conninfo: libpq connection string or URI
 * @n_stores: at most so many connections
 *
 * Connects only when a store is taken.
 */
MnsPool *
mns_pool_new (const char *conninfo, guint n_stores)
{
  MnsPool *self;

  g_return_val_if_fail (n_stores > 0, NULL);

  self = g_new0 (MnsPool, 1);
  self->conninfo = g_strdup (conninfo);
  self->idle = g_ptr_array_new_with_free_func ((GDestroyNotify) mns_store_free);
  self->n_max = n_stores;
  g_mutex_init (&self->lock);
  g_cond_init (&self->returned);
  return self;
}

/* All stores have been given back. */
void
mns_pool_free (MnsPool *self)
{
  if (self == NULL)
    return;
  g_warn_if_fail (self->n_open == self->idle->len);
  g_ptr_array_unref (self->idle);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->returned);
  g_free (self->conninfo);
  g_free (self);
}

void
mns_pool_set_memo (MnsPool *self, MnsMemo *memo)
{
  g_return_if_fail (self->n_open == 0);

  self->memo = memo;
}

MnsMemo *
mns_pool_get_memo (MnsPool *self)
{
  return self->memo;
}

/* An idle store, or the right to open one. FALSE after waiting too long for either. */
static gboolean
wait_for_store (MnsPool *self, MnsStore **store)
{
  gint64 end = g_get_monotonic_time () + TAKE_PATIENCE_US;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  *store = NULL;
  while (self->idle->len == 0 && self->n_open >= self->n_max)
    if (!g_cond_wait_until (&self->returned, &self->lock, end))
      return FALSE;
  if (self->idle->len > 0)
    *store = g_ptr_array_steal_index (self->idle, self->idle->len - 1);
  else
    self->n_open++;
  return TRUE;
}

static void
count_closed (MnsPool *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->n_open--;
  g_cond_signal (&self->returned);
}

/**
 * mns_pool_take:
 * @self: a pool
 * @error: return location for %MNS_ERROR_BUSY if none came free in time, or %MNS_ERROR_OFFLINE
 *
 * Waits for a store. Give it back with mns_pool_give_back() without an open transaction.
 *
 * Returns: (transfer none): a store that nobody else uses now, or %NULL
 */
MnsStore *
mns_pool_take (MnsPool *self, GError **error)
{
  MnsStore *store;

  if (!wait_for_store (self, &store))
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_BUSY,
                   "all %u connections to the database are in use",
                   self->n_max);
      return NULL;
    }
  if (store == NULL)
    {
      store = mns_pg_store_open (self->conninfo, error);
      if (store != NULL)
        mns_store_set_memo (store, self->memo);
    }
  if (store == NULL)
    count_closed (self);
  return store;
}

/* Would mns_pool_take() come by one without waiting? */
static gboolean
has_store (MnsPool *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->idle->len > 0 || self->n_open < self->n_max;
}

MnsStore *
mns_pool_try_take (MnsPool *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  MnsStore *store = NULL;

  if (self->idle->len > 0)
    store = g_ptr_array_steal_index (self->idle, self->idle->len - 1);
  if (store == NULL || !mns_pg_store_is_broken (store))
    return store;
  /* to the other end, where whoever mends finds it */
  g_ptr_array_insert (self->idle, 0, store);
  g_atomic_int_set (&self->broken, 1);
  return NULL;
}

gboolean
mns_pool_needs_filling (MnsPool *self)
{
  return g_atomic_int_get (&self->broken) != 0;
}

void
mns_pool_fill (MnsPool *self)
{
  g_autofree MnsStore **taken = g_new0 (MnsStore *, self->n_max);
  guint n = 0;

  g_atomic_int_set (&self->broken, 0);
  while (n < self->n_max && has_store (self) && (taken[n] = mns_pool_take (self, NULL)) != NULL)
    {
      g_autoptr (MnsTransaction) tx = mns_store_begin (taken[n++], MNS_ACCESS_LOOK, NULL);
    }
  while (n > 0)
    mns_pool_give_back (self, taken[--n]);
}

void
mns_pool_give_back (MnsPool *self, MnsStore *store)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  mns_pg_store_set_lock (store, MNS_PG_LOCK_NONE);
  g_ptr_array_add (self->idle, store);
  g_cond_signal (&self->returned);
}

/* One try. @committing tells whether a lost connection leaves the result unknown. */
static gboolean
try_once (MnsStore *store,
          MnsAccess access,
          MnsPoolFunc func,
          gpointer data,
          gboolean *committing,
          GError **error)
{
  g_autoptr (MnsTransaction) transaction = mns_store_begin (store, access, error);
  const GError *failure;
  gboolean done;

  *committing = FALSE;
  if (transaction == NULL)
    return FALSE;
  done = func (transaction, data, error) && mns_transaction_commit (transaction, error);
  *committing = mns_pg_transaction_was_committing (transaction);
  failure = mns_pg_transaction_get_failure (transaction);
  if (!done && mns_error_is_retryable (failure) && error != NULL && *error != NULL &&
      !mns_error_is_retryable (*error))
    {
      /* the function has made something else of it, but what happened is a lost race */
      g_clear_error (error);
      g_propagate_error (error, g_error_copy (failure));
    }
  return done;
}

static void
wait_a_moment (guint try)
{
  if (try <= TRIES_TOGETHER)
    g_usleep ((gulong) g_random_int_range (1000, 1000 + 12000 * (gint32) try));
}

static MnsPgLock
choose_lock (guint try, gboolean nested)
{
  if (nested)
    return MNS_PG_LOCK_NONE;
  return try <= TRIES_TOGETHER ? MNS_PG_LOCK_SHARED : MNS_PG_LOCK_ALONE;
}

static gboolean
run_again_and_again (
    MnsStore *store, gboolean nested, MnsPoolFunc func, gpointer data, GError **error)
{
  gboolean reconnected = FALSE;

  for (guint try = 1;;)
    {
      g_autoptr (GError) failure = NULL;
      gboolean committing;

      mns_pg_store_set_lock (store, choose_lock (try, nested));
      if (try_once (store, MNS_ACCESS_WRITE, func, data, &committing, &failure))
        return TRUE;
      if (g_error_matches (failure, MNS_ERROR, MNS_ERROR_BUSY) && try < MAX_TRIES)
        {
          g_atomic_int_inc (&n_retries);
          wait_a_moment (nested ? TRIES_TOGETHER : try);
          try++;
        }
      else if (g_error_matches (failure, MNS_ERROR, MNS_ERROR_OFFLINE) && !committing &&
               !reconnected)
        reconnected = TRUE;
      else
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
    }
}

/**
 * mns_pg_run_write:
 * @store: a PostgreSQL store without an open transaction
 * @func: what is done
 * @data: for @func
 * @error: return location for an error: what @func said; %MNS_ERROR_BUSY after many tries;
 *   %MNS_ERROR_OFFLINE if the connection broke: at the commit nobody knows then whether it happened
 *
 * Runs a function in a SERIALIZABLE transaction, again if it lost a race, and once again if the
 * connection turned out to be gone before anything was committed. A call from inside @func, on
 * another store, is a transaction of its own that stays whatever becomes of the outer one.
 */
gboolean
mns_pg_run_write (MnsStore *store, MnsPoolFunc func, gpointer data, GError **error)
{
  gboolean nested = g_private_get (&inside) != NULL;
  gboolean done;

  g_private_set (&inside, &inside);
  done = run_again_and_again (store, nested, func, data, error);
  if (!nested)
    g_private_set (&inside, NULL);
  return done;
}

static gboolean
run_once_or_twice (
    MnsStore *store, MnsAccess access, MnsPoolFunc func, gpointer data, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gboolean committing;

  mns_pg_store_set_lock (store, MNS_PG_LOCK_NONE);
  if (try_once (store, access, func, data, &committing, &failure))
    return TRUE;
  if (g_error_matches (failure, MNS_ERROR, MNS_ERROR_OFFLINE))
    return try_once (store, access, func, data, &committing, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/**
 * mns_pg_run_read:
 *
 * Runs a function in a transaction that sees one snapshot; once again if the connection turned out
 * to be gone.
 */
gboolean
mns_pg_run_read (MnsStore *store, MnsPoolFunc func, gpointer data, GError **error)
{
  return run_once_or_twice (store, MNS_ACCESS_READ, func, data, error);
}

/**
 * mns_pool_run_write:
 *
 * mns_pg_run_write() on a store of the pool.
 */
gboolean
mns_pool_run_write (MnsPool *self, MnsPoolFunc func, gpointer data, GError **error)
{
  MnsStore *store = mns_pool_take (self, error);
  gboolean done = store != NULL && mns_pg_run_write (store, func, data, error);

  if (store != NULL)
    mns_pool_give_back (self, store);
  return done;
}

/**
 * mns_pool_run_read:
 *
 * mns_pg_run_read() on a store of the pool.
 */
gboolean
mns_pool_run_read (MnsPool *self, MnsPoolFunc func, gpointer data, GError **error)
{
  MnsStore *store = mns_pool_take (self, error);
  gboolean done = store != NULL && mns_pg_run_read (store, func, data, error);

  if (store != NULL)
    mns_pool_give_back (self, store);
  return done;
}

/**
 * mns_pool_run_look:
 *
 * As mns_pool_run_read(), for a function whose answer comes from one statement (%MNS_ACCESS_LOOK).
 */
gboolean
mns_pool_run_look (MnsPool *self, MnsPoolFunc func, gpointer data, GError **error)
{
  MnsStore *store = mns_pool_take (self, error);
  gboolean done = store != NULL && run_once_or_twice (store, MNS_ACCESS_LOOK, func, data, error);

  if (store != NULL)
    mns_pool_give_back (self, store);
  return done;
}

guint64
mns_pool_get_n_retries (void)
{
  return (guint64) g_atomic_int_get (&n_retries);
}
