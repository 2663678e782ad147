/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Applying a pull (sync-protocol.md section 7): one transaction that takes the undecided commands
 * off, lays the server's rows in, and puts the commands on again.
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include "sync/client/apply-private.h"
#include "sync/model/error.h"

/* The log is written anew when it has this many lines more than the outbox has commands. */
#define LOG_SLACK 1000

static gboolean
note_head (MnsPullReader *reader, MnsPullPart part, gpointer data, GError **error)
{
  MnsPullHead *head = data;

  if (part != MNS_PULL_HEAD)
    return TRUE;
  mns_pull_head_copy (mns_pull_reader_get_head (reader), head);
  return TRUE;
}

/**
 * mns_stage_check:
 * @head: (out caller-allocates): cleared by the caller in either case
 */
gboolean
mns_stage_check (MnsStage *stage, MnsPullHead *head, GError **error)
{
  return mns_stage_read (stage, note_head, head, error);
}

static gboolean
has_unsent_up_to (MnsTransaction *tx, gint64 n, gboolean *has, GError **error)
{
  g_autoptr (MnsRows) rows =
      mns_transaction_query (tx,
                             "SELECT 1 FROM outbox WHERE state < 2 AND n <= $n AND sent = 0 "
                             "LIMIT 1",
                             MNS_ARGS (MNS_ARG_INT ("n", n)),
                             error);

  if (rows == NULL)
    return FALSE;
  *has = mns_rows_get_n_rows (rows) > 0;
  return TRUE;
}

/**
 * mns_replica_judge_head:
 *
 * A number that the server decided and that never left this device was another device's with the
 * same id (a cloned disk, a restored backup). Taking the answer would end a command that nobody
 * has decided: it is forgotten, and the next push finds out what to do.
 */
gboolean
mns_replica_judge_head (MnsReplica *self,
                        MnsTransaction *tx,
                        const MnsPullHead *head,
                        MnsApplied *applied,
                        GError **error)
{
  gboolean unsent = FALSE;

  *applied = MNS_APPLIED;
  if (!has_unsent_up_to (tx, head->last_n, &unsent, error))
    return FALSE;
  if (unsent)
    *applied = MNS_APPLIED_FORGOTTEN;
  else if (head->last_n >= self->state.next_n)
    *applied = MNS_APPLIED_FOREIGN;
  return TRUE;
}

gboolean
mns_replica_finish_pull (MnsReplica *self,
                         MnsTransaction *tx,
                         const MnsPullHead *head,
                         GError **error)
{
  if (!mns_replica_settle_outbox (self, tx, head->last_n, head->durable_n, error) ||
      !mns_replica_replay (self, tx, error))
    return FALSE;
  g_free (self->state.cursor);
  self->state.cursor = g_strdup (head->cursor);
  self->state.schema = MNS_SCHEMA;
  /* a choice that was made meanwhile is still to be told */
  if (self->state.scopes_rev >= 0)
    self->state.scopes_rev = head->scopes_rev;
  self->state.last_sync = self->hooks.now (self->hooks.data);
  return TRUE;
}

void
mns_replica_compact_log (MnsReplica *self)
{
  g_autoptr (GError) error = NULL;
  gint64 first_kept = MIN (self->state.last_n, self->state.durable_n);

  /* every line below is of a command that cannot come back, or one of few */
  if (mns_outbox_log_get_n_lines (self->log) < LOG_SLACK + (self->state.next_n - first_kept))
    return;
  if (!mns_replica_rewrite_log (self, &error))
    g_warning ("%s", error->message);
}

static gboolean
lay_in (MnsReplica *self, GPtrArray *stages, GError **error)
{
  g_autoptr (MnsLoader) loader = mns_loader_new (self->store, self->touched);

  for (guint i = 0; i < stages->len; i++)
    {
      MnsStage *stage = g_ptr_array_index (stages, i);

      if (!mns_stage_read (stage, mns_loader_delete, loader, error) ||
          !mns_stage_read (stage, mns_loader_insert, loader, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
apply_in (MnsReplica *self,
          MnsTransaction *tx,
          GPtrArray *stages,
          const MnsPullHead *last,
          MnsApplied *applied,
          GError **error)
{
  if (!mns_replica_judge_head (self, tx, last, applied, error))
    return FALSE;
  if (*applied != MNS_APPLIED)
    return TRUE;
  return mns_replica_restore_images (self, tx, error) && lay_in (self, stages, error) &&
         !mns_replica_dies_at (self, "applying", error) &&
         mns_replica_finish_pull (self, tx, last, error);
}

/* Each stream must follow on the one before it, the first on what we have. */
static gboolean
check_chain (MnsReplica *self, GPtrArray *stages, MnsPullHead *last, GError **error)
{
  g_autofree char *cursor = g_strdup (self->state.cursor);

  for (guint i = 0; i < stages->len; i++)
    {
      mns_pull_head_clear (last);
      *last = (MnsPullHead){ 0 };
      if (!mns_stage_check (g_ptr_array_index (stages, i), last, error))
        return FALSE;
      if (g_strcmp0 (last->base, cursor) != 0 && self->sabotage != MNS_SABOTAGE_NO_CURSOR_CHECK)
        {
          g_set_error (error, MNS_ERROR, MNS_ERROR_CORRUPT, "an answer to another question came");
          return FALSE;
        }
      g_free (cursor);
      cursor = g_strdup (last->cursor);
    }
  return TRUE;
}

/**
 * mns_replica_apply:
 * @stages: (element-type MnsStage): a pull's stream; before it the packs it follows on, if any
 * @applied: (out): what became of it
 * @changed: (nullable): gets the names of the tables that changed
 * @error: return location for an error of the database
 *
 * Applies an answer whole or not at all. One that is torn, or that answers another cursor than the
 * one we have, is forgotten.
 */
gboolean
mns_replica_apply (
    MnsReplica *self, GPtrArray *stages, MnsApplied *applied, GPtrArray *changed, GError **error)
{
  g_auto (MnsPullHead) last = { 0 };
  g_autoptr (GError) local = NULL;
  MnsTransaction *tx;

  *applied = MNS_APPLIED_FORGOTTEN;
  if (!check_chain (self, stages, &last, &local))
    {
      if (!g_error_matches (local, MNS_ERROR, MNS_ERROR_CORRUPT))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      g_info ("%s", local->message);
      return TRUE;
    }
  tx = mns_replica_begin (self, error);
  if (tx == NULL)
    return FALSE;
  if (!apply_in (self, tx, stages, &last, applied, error))
    {
      mns_replica_abandon (self, tx);
      return FALSE;
    }
  if (*applied != MNS_APPLIED)
    {
      mns_replica_abandon (self, tx);
      return TRUE;
    }
  if (!mns_replica_commit (self, tx, error))
    return FALSE;
  self->confirmed_n = last.last_n;
  self->gap = FALSE;
  if (changed != NULL)
    mns_replica_list_touched (self, changed);
  mns_replica_compact_log (self);
  return TRUE;
}
