/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MnsRate:
 *
 * How many failed sign-ins an account and an address may have before they must wait. Kept in the
 * process: another instance counts for itself. Any thread.
 */
typedef struct _MnsRate MnsRate;

MnsRate *mns_rate_new (void);
void mns_rate_free (MnsRate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsRate, mns_rate_free)

/* Seconds to wait; 0: go on. */
guint mns_rate_ask (MnsRate *self, const char *account, const char *address, gint64 now);
void mns_rate_failed (MnsRate *self, const char *account, const char *address, gint64 now);
void mns_rate_passed (MnsRate *self, const char *account);

G_END_DECLS
