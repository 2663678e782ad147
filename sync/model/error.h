/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MnsError:
 * @MNS_ERROR_FAILED: no better code exists; say why in the message
 * @MNS_ERROR_NOT_FOUND: the named thing does not exist
 * @MNS_ERROR_CONFLICT: a unique key or another constraint of the store refused the change
 * @MNS_ERROR_DENIED: the person has not the right
 * @MNS_ERROR_INVALID: the input can never be accepted as it is
 * @MNS_ERROR_OFFLINE: the server or the database cannot be reached
 * @MNS_ERROR_BUSY: locked, or lost a race; trying again may work
 * @MNS_ERROR_FULL: no room left on the disk
 * @MNS_ERROR_CORRUPT: stored or received data cannot be read
 * @MNS_ERROR_UNAUTHORIZED: signing in is needed, or was refused
 *
 * The one error domain of the project. A code is something a caller acts on differently.
 */
typedef enum
{
  MNS_ERROR_FAILED,
  MNS_ERROR_NOT_FOUND,
  MNS_ERROR_CONFLICT,
  MNS_ERROR_DENIED,
  MNS_ERROR_INVALID,
  MNS_ERROR_OFFLINE,
  MNS_ERROR_BUSY,
  MNS_ERROR_FULL,
  MNS_ERROR_CORRUPT,
  MNS_ERROR_UNAUTHORIZED,
} MnsError;

#define MNS_ERROR (mns_error_quark ())
GQuark mns_error_quark (void);

gboolean mns_error_is_retryable (const GError *error);

G_END_DECLS
