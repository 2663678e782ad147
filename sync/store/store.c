/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "sync/store/store-private.h"

/**
 * mns_store_begin:
 * @self: a store without an open transaction
 * @access: what will be done
 *
 * Opens a transaction. Fails with %MNS_ERROR_BUSY where another writer holds the database and with
 * %MNS_ERROR_OFFLINE where the database cannot be reached.
 *
 * Returns: (transfer full): the transaction, or %NULL with @error set
 */
MnsTransaction *
mns_store_begin (MnsStore *self, MnsAccess access, GError **error)
{
  MnsTransaction *transaction;
  guint generation = 0;
  gint64 began = 0;

  if (self->memo != NULL)
    mns_memo_begin (self->memo, &generation, &began);
  transaction = self->klass->begin (self, access, error);
  if (transaction != NULL)
    {
      transaction->generation = generation;
      transaction->began = began;
      transaction->klass = self->klass;
      transaction->store = self;
      transaction->access = access;
    }
  return transaction;
}

void
mns_store_free (MnsStore *self)
{
  if (self != NULL)
    self->klass->free (self);
}

/**
 * mns_transaction_commit:
 * @self: an open transaction
 *
 * Makes the changes last. Free the transaction afterwards in either case; after a failure nothing
 * was changed, except that with %MNS_ERROR_OFFLINE nobody knows.
 */
gboolean
mns_transaction_commit (MnsTransaction *self, GError **error)
{
  gboolean done = self->klass->commit (self, error);

  /* A commit whose answer got lost may have happened. */
  if (self->changes_configuration && self->store->memo != NULL)
    mns_memo_forget (self->store->memo);
  return done;
}

/**
 * mns_transaction_free:
 * @self: (nullable): a transaction
 *
 * Ends it; what was not committed is undone.
 */
void
mns_transaction_free (MnsTransaction *self)
{
  if (self != NULL)
    self->klass->rollback (self);
}

static gboolean
execute (MnsTransaction *self,
         const char *sql,
         const MnsArg *args,
         MnsRows **rows,
         gint64 *changed,
         GError **error)
{
  self->store->n_statements++;
  return self->klass->execute (self, sql, args, rows, changed, error);
}

/**
 * mns_transaction_query:
 * @self: an open transaction
 * @sql: one statement of the portable subset that answers rows
 * @args: (nullable): its values and row sets
 *
 * Runs a statement and reads all its rows into memory.
 *
 * Returns: (transfer full): the rows, or %NULL with @error set
 */
MnsRows *
mns_transaction_query (MnsTransaction *self, const char *sql, const MnsArg *args, GError **error)
{
  MnsRows *rows = NULL;

  return execute (self, sql, args, &rows, NULL, error) ? rows : NULL;
}

/**
 * mns_transaction_ask:
 * @self: an open transaction
 * @sql: a query that mns_transaction_query() will make
 * @args: (nullable): with just these values
 *
 * Says ahead what will be asked. On PostgreSQL the question travels with the next statement that
 * waits, and mns_transaction_query() finds the answer there instead of making a journey of its own.
 * Whatever may write in between drops the answer, so nobody reads what is no longer so. A question
 * that nobody comes for costs its work; one that fails, fails the transaction.
 */
void
mns_transaction_ask (MnsTransaction *self, const char *sql, const MnsArg *args)
{
  if (self->klass->ask != NULL)
    self->klass->ask (self, sql, args);
}

/**
 * mns_transaction_run:
 *
 * Runs a statement whose answer nobody needs. On PostgreSQL it may be sent without waiting; its
 * error then comes with the next call that waits, at the latest with the commit.
 */
gboolean
mns_transaction_run (MnsTransaction *self, const char *sql, const MnsArg *args, GError **error)
{
  return execute (self, sql, args, NULL, NULL, error);
}

/**
 * mns_transaction_count:
 *
 * Runs a statement that changes rows.
 *
 * Returns: how many rows it changed, or -1 with @error set
 */
gint64
mns_transaction_count (MnsTransaction *self, const char *sql, const MnsArg *args, GError **error)
{
  gint64 changed = 0;

  return execute (self, sql, args, NULL, &changed, error) ? changed : -1;
}

static gboolean
run_word (MnsTransaction *self, const char *word, const char *name, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("%s %s", word, name);

  return self->klass->execute (self, sql, NULL, NULL, NULL, error);
}

gboolean
mns_transaction_savepoint (MnsTransaction *self, const char *name, GError **error)
{
  return run_word (self, "SAVEPOINT", name, error);
}

gboolean
mns_transaction_rollback_to (MnsTransaction *self, const char *name, GError **error)
{
  return run_word (self, "ROLLBACK TO SAVEPOINT", name, error);
}

gboolean
mns_transaction_release (MnsTransaction *self, const char *name, GError **error)
{
  gint64 changed = 0; /* so that it waits */
  g_autofree char *sql = g_strdup_printf ("RELEASE SAVEPOINT %s", name);

  return self->klass->execute (self, sql, NULL, NULL, &changed, error);
}

/**
 * mns_transaction_release_later:
 *
 * mns_transaction_release() for those who need not know at once whether all that was written since
 * the savepoint went well: like the error of any write, its error may come at the commit.
 */
gboolean
mns_transaction_release_later (MnsTransaction *self, const char *name, GError **error)
{
  return run_word (self, "RELEASE SAVEPOINT", name, error);
}

/**
 * mns_transaction_match_names:
 * @self: an open transaction
 * @table: "sample", "project" or "container"
 * @part: text that the name contains; from its start only if shorter than three characters
 * @limit: at most so many
 *
 * Finds rows by a part of their name through the engine's own index for that.
 *
 * Returns: (transfer full): columns id and name, or %NULL with @error set
 */
MnsRows *
mns_transaction_match_names (
    MnsTransaction *self, const char *table, const char *part, guint limit, GError **error)
{
  return self->klass->match_names (self, table, part, limit, error);
}

/**
 * mns_transaction_is_partial:
 *
 * Returns: %TRUE if the store holds only some scopes, so that a row not found may still exist
 */
gboolean
mns_transaction_is_partial (MnsTransaction *self)
{
  return self->store->partial;
}

/**
 * mns_store_get_n_statements:
 *
 * Returns: how many statements rules and views have run on the store; savepoints are not counted.
 *   For tests of the promise that a plate costs a constant number.
 */
guint64
mns_store_get_n_statements (MnsStore *self)
{
  return self->n_statements;
}
