/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/store/pool.h"

G_BEGIN_DECLS

/**
 * MnsAttempts:
 *
 * Remembers which commands were being run when the process died (decisions.md 9). Each thread
 * writes its command's id into a page of a file that is mapped shared: what is written there
 * outlives the process and costs nothing. At the next start those ids are counted in the database;
 * a command that killed a server three times is passed over.
 */
typedef struct _MnsAttempts MnsAttempts;

/* Deaths after which a command is not run again. */
#define MNS_ATTEMPTS_MOST 3

MnsAttempts *mns_attempts_open (const char *folder, MnsPool *pool, GError **error);
void mns_attempts_free (MnsAttempts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsAttempts, mns_attempts_free)

gboolean mns_attempts_begin (MnsAttempts *self, const MnsId *command, guint *slot);
void mns_attempts_end (MnsAttempts *self, guint slot);

G_END_DECLS
