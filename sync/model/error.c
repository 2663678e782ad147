/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "sync/model/error.h"

G_DEFINE_QUARK (mns_error_quark, mns_error)

/**
 * mns_error_is_retryable:
 * @error: (nullable): an error
 *
 * Tells whether the same call may succeed later with nothing changed by the user.
 *
 * Returns: %TRUE for a database or server that is busy or cannot be reached
 */
gboolean
mns_error_is_retryable (const GError *error)
{
  return g_error_matches (error, MNS_ERROR, MNS_ERROR_OFFLINE) ||
         g_error_matches (error, MNS_ERROR, MNS_ERROR_BUSY);
}
