/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/api/context.h"

G_BEGIN_DECLS

/**
 * MnsNotifier:
 *
 * Tells the event streams of this process what changed, and other processes on the same database
 * that something did: one NOTIFY per 20 ms outside of the commands' transactions, and a look once
 * a second in case one gets lost (sync-protocol.md 12). When the configuration changed it empties
 * the memo before anyone is told. It has a thread and two connections of its own.
 */
MnsNotifier *mns_notifier_new (const char *conninfo, MnsServer *server);
void mns_notifier_free (MnsNotifier *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsNotifier, mns_notifier_free)

/* Something was committed here. Any thread; costs next to nothing. */
void mns_notifier_changed (MnsNotifier *self);

G_END_DECLS
