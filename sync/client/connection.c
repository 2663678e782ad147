/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "sync/client/connection.h"

#define FIRST_MS 1000
#define LAST_MS 60000

/**
 * mns_connection_backoff_ms:
 * @failures: tries that failed one after the other; 0: none
 * @retry_after_s: what the server asked for; 0: nothing
 * @random: anything
 *
 * 1, 2, 4 … 60 seconds, each shortened by up to a half at random, so that 300 desktops do not come
 * back at the same moment; never sooner than the server asked.
 *
 * Returns: milliseconds to wait before the next try
 */
gint64
mns_connection_backoff_ms (guint failures, gint64 retry_after_s, guint32 random)
{
  gint64 most = failures == 0 ? 0 : FIRST_MS << MIN (failures - 1, 6);

  most = MIN (most, LAST_MS);
  return MAX (most - (most / 2) * (random % 1000) / 1000, MIN (retry_after_s, 3600) * 1000);
}

void
mns_connection_wait (guint failures, gint64 retry_after_s, GCancellable *cancellable)
{
  gint64 ms = mns_connection_backoff_ms (failures, retry_after_s, g_random_int ());
  GPollFD fd;

  if (ms == 0 || !g_cancellable_make_pollfd (cancellable, &fd))
    return;
  g_poll (&fd, 1, (gint) ms);
  g_cancellable_release_fd (cancellable);
}
