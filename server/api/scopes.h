/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/api/context.h"

G_BEGIN_DECLS

/**
 * MnsHeld:
 *
 * The outer scopes of a device: the configuration, its person and the instruments always, projects
 * by choice and by the window (open work, or changed in so many days). Every change makes a new
 * revision, which travels inside of the cursor, so that a pull can be told what it had.
 */
typedef struct
{
  MnsId client;
  MnsId person;
  gint64 last_n;
  gint64 durable_n;
  gint64 revision;
  gint64 window_days;
  GArray *before;     /* MnsId: held at the revision asked about */
  GArray *now;        /* MnsId */
  gboolean torn;      /* one was given up and taken back since: begin anew */
  gboolean stale;     /* what should be held is not what is */
  GHashTable *wanted; /* MnsId set: what should be held */
} MnsHeld;

void mns_held_clear (MnsHeld *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MnsHeld, mns_held_clear)

/* Reads it; @revision: -1 for none. MNS_ERROR_DENIED if the device is not the person's. */
gboolean mns_held_read (MnsServer *server,
                        MnsTransaction *tx,
                        const MnsId *client,
                        const MnsId *person,
                        gint64 revision,
                        MnsHeld *held,
                        GError **error);
/* Makes what is held what should be; for a write transaction. */
gboolean mns_held_write (MnsTransaction *tx, MnsHeld *held, GError **error);

/* NULL with no error: everything may be seen. Else the projects that may (MnsId set). */
gboolean
mns_scopes_allowed (MnsTransaction *tx, const MnsId *person, GHashTable **projects, GError **error);

G_END_DECLS
