/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/client/transport-http.h"

G_BEGIN_DECLS

/**
 * MnsEvents:
 *
 * Listens for the server's pokes on a thread of its own. Losing one costs nothing.
 */
typedef struct _MnsEvents MnsEvents;

typedef void (*MnsPokeFunc) (gpointer data);

MnsEvents *
mns_events_new (MnsServerAddress *address, const MnsId *client, MnsPokeFunc poke, gpointer data);
void mns_events_restart (MnsEvents *self, const MnsId *client);
void mns_events_free (MnsEvents *self);

G_END_DECLS
