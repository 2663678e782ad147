/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/http/service.h"

G_BEGIN_DECLS

/**
 * MnsEvents:
 *
 * The open event streams (sync-protocol.md section 12): "event: poke" with the scopes that changed,
 * and a comment line every 20 s. Main thread only.
 */
typedef struct _MnsEvents MnsEvents;

/* Who listens; made in a lane, handed over with mns_events_begin(). */
typedef struct
{
  MnsEvents *events;
  MnsId login;
  MnsId person;
  MnsId client;       /* null id: a browser */
  GHashTable *scopes; /* MnsId * set; NULL: all */
} MnsListenerOfEvents;

MnsEvents *mns_events_new (MnsHttp *http);
void mns_events_free (MnsEvents *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsEvents, mns_events_free)

void mns_events_answer (MnsAnswer *answer, MnsListenerOfEvents *who);
void mns_events_poke (MnsEvents *self, const MnsId *scopes, guint n_scopes);
void mns_events_close_all (MnsEvents *self);
void mns_events_close_login (MnsEvents *self, const MnsId *login);
guint mns_events_get_n (MnsEvents *self);

G_END_DECLS
