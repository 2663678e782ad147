/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/store/store.h"

G_BEGIN_DECLS

/**
 * MnsMemo:
 *
 * What a process remembers of the configuration and of people's rights, so that a view or a rule
 * need not read it each time. All stores of a process that look at one database share one; a store
 * without one remembers nothing, and everything works as before. Any thread.
 *
 * How long an old answer can live: a change made through this process is seen by every transaction
 * that begins after the change's commit has returned, for mns_transaction_commit() forgets all
 * when the transaction was said to change the configuration (sync/lab says it of every command that
 * is online only). A change made elsewhere is seen when somebody tells (the server's notifier:
 * within 40 ms of the commit, a second if the message got lost), and at the latest @age after it.
 *
 * What is remembered is immutable and counted: made with g_atomic_rc_box_new0(), shared between
 * threads, given back with mns_memo_release(). json-glib counts without locks: borrow what is
 * inside, never reference it.
 */
typedef struct _MnsMemo MnsMemo;

/* Names a sort of thing; compared by address. */
typedef struct
{
  const char *name;
  GDestroyNotify clear; /* of the contents */
} MnsMemoKind;

MnsMemo *mns_memo_new (gint64 age_us);
void mns_memo_free (MnsMemo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsMemo, mns_memo_free)

void mns_memo_forget (MnsMemo *self);
/* Changes each time everything is forgotten: for those who keep something themselves. */
guint mns_memo_get_generation (MnsMemo *self);

void mns_store_set_memo (MnsStore *self, MnsMemo *memo);

/* (transfer full) (nullable): what an earlier transaction remembered of @id, NULL for the only one
 * of its kind. A transaction that changes the configuration itself recalls nothing.
 */
gpointer mns_transaction_recall (MnsTransaction *self, const MnsMemoKind *kind, const MnsId *id);
/* @box stays the caller's; the memo takes a reference of its own, if it is worth one. */
void mns_transaction_remember (MnsTransaction *self,
                               const MnsMemoKind *kind,
                               const MnsId *id,
                               gpointer box);
void mns_memo_release (const MnsMemoKind *kind, gpointer box);

/* From now on the transaction changes what is remembered. */
void mns_transaction_change_configuration (MnsTransaction *self);

G_END_DECLS
