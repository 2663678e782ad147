/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gint64 mns_connection_backoff_ms (guint failures, gint64 retry_after_s, guint32 random);
/* Waits as long as that, or until cancelled. */
void mns_connection_wait (guint failures, gint64 retry_after_s, GCancellable *cancellable);

G_END_DECLS
