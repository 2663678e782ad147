/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The look through a file that a crash left (sync-protocol.md section 14, F4). A gigabyte takes
 * seconds, so a program with a window opens the file as it is and has it looked through behind the
 * window. That risks nothing: whatever is done meanwhile is in the log beside the file as well, and
 * the mark of the crash stays until the look has ended.
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include <glib/gstdio.h>

#include "sync/client/replica-private.h"
#include "sync/model/error.h"
#include "sync/store/sqlite-store.h"

/* Instructions of SQLite's machine between two looks whether to stop. */
#define STEPS 20000

gboolean
mns_replica_quick_check (MnsStore *store, const char *path, GError **error)
{
  g_autoptr (MnsTransaction) tx = mns_store_begin (store, MNS_ACCESS_READ, error);
  g_autoptr (MnsRows) rows = NULL;
  const char *word;

  if (tx == NULL)
    return FALSE;
  rows = mns_transaction_query (tx, "PRAGMA quick_check(1)", NULL, error);
  if (rows == NULL)
    return FALSE;
  word = mns_rows_get_n_rows (rows) > 0 ? mns_rows_get_text (rows, 0, 0) : NULL;
  if (g_strcmp0 (word, "ok") == 0)
    return TRUE;
  g_set_error (error, MNS_ERROR, MNS_ERROR_CORRUPT, "%s is damaged: %s", path, word);
  return FALSE;
}

/* For whoever wants to know what happened; the program does not look at it again. */
void
mns_replica_set_aside (const char *path)
{
  g_autofree char *aside = g_strconcat (path, ".damaged", NULL);

  g_rename (path, aside);
  mns_replica_remove_database (path);
}

static int
is_cancelled (gpointer data)
{
  return g_cancellable_is_cancelled (data);
}

/* On a connection of its own: people work on the other ones. */
static gboolean
check_file (const char *path, GCancellable *cancellable, GError **error)
{
  MnsStore *store = mns_sqlite_open (path, MNS_SQLITE_READ_ONLY, error);
  gboolean done;

  if (store == NULL)
    return FALSE;
  if (cancellable != NULL)
    sqlite3_progress_handler (mns_sqlite_get_handle (store), STEPS, is_cancelled, cancellable);
  done = mns_replica_quick_check (store, path, error);
  mns_store_free (store);
  return done;
}

/* As a start would: a new file with the commands of the log. Where it cannot be made, the damaged
 * one stays in use and stays unchecked.
 */
static gboolean
make_anew (MnsReplica *self, GError **error)
{
  MnsStore *store = self->store;
  sqlite3 *db = self->db;
  g_autofree char *path = g_strdup (self->path);
  g_autofree char *name = g_strdup (self->state.person_name);
  MnsId person = self->state.person;
  guint generation = self->generation;

  self->store = NULL;
  if (mns_replica_make_new (self, &person, name, error) && mns_replica_mend_log (self, error))
    {
      mns_store_free (store);
      mns_replica_set_aside (path);
      self->confirmed_n = 0;
      self->gap = FALSE;
      return TRUE;
    }
  g_clear_pointer (&self->store, mns_store_free);
  g_free (self->path);
  self->path = g_steal_pointer (&path);
  self->store = store;
  self->db = db;
  self->generation = generation;
  mns_replica_load_state (self, NULL);
  return FALSE;
}

/* With the lock. */
static gboolean
settle (
    MnsReplica *self, const char *path, const GError *trouble, gboolean *made_anew, GError **error)
{
  /* a resync has put a file in its place that no crash has seen */
  if (trouble == NULL || !g_str_equal (path, self->path))
    {
      self->unchecked = FALSE;
      return TRUE;
    }
  if (!g_error_matches (trouble, MNS_ERROR, MNS_ERROR_CORRUPT))
    {
      g_propagate_error (error, g_error_copy (trouble));
      return FALSE;
    }
  g_warning ("%s; it is set aside and made anew", trouble->message);
  if (!make_anew (self, error))
    return FALSE;
  self->unchecked = FALSE;
  *made_anew = TRUE;
  return TRUE;
}

gboolean
mns_replica_is_checked (MnsReplica *self)
{
  return !self->unchecked;
}

/**
 * mns_replica_check:
 * @cancellable: (nullable): ends the look; the next start looks again
 * @made_anew: (out): whether the file was damaged and is replaced; its rows come with the next sync
 * @error: return location for an error
 *
 * Looks through the file if a crash left it and nobody has yet. Called without the lock; blocks as
 * long as it takes to read the file.
 */
gboolean
mns_replica_check (MnsReplica *self, GCancellable *cancellable, gboolean *made_anew, GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) trouble = NULL;
  gboolean unchecked;
  gboolean done;

  *made_anew = FALSE;
  mns_replica_lock (self);
  unchecked = self->unchecked;
  path = g_strdup (self->path);
  mns_replica_unlock (self);
  if (!unchecked)
    return TRUE;
  check_file (path, cancellable, &trouble);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  mns_replica_lock (self);
  done = settle (self, path, trouble, made_anew, error);
  mns_replica_unlock (self);
  return done;
}
