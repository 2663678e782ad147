/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/http/service.h"

G_BEGIN_DECLS

/**
 * MnsPokes:
 *
 * The open event streams (sync-protocol.md section 12): "event: poke" with the scopes that changed,
 * and a comment line every 20 s. Main thread only.
 */
typedef struct _MnsEvents MnsPokes;

/* Who listens; made in a lane, handed over with mns_pokes_begin(). */
typedef struct
{
  MnsPokes *events;
  MnsId login;
  MnsId person;
  MnsId client;       /* null id: a browser */
  GHashTable *scopes; /* MnsId * set; NULL: all */
  gboolean follows;   /* wants projects too that come into its window from now on... */
  gboolean own_only;  /* ...of its own person only */
} MnsPokeListener;

/* An open project in which something changed. */
typedef struct
{
  MnsId project;
  MnsId person; /* whose it is; null id: nobody's */
} MnsPokeProject;

MnsPokes *mns_pokes_new (MnsHttp *http);
void mns_pokes_free (MnsPokes *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsPokes, mns_pokes_free)

void mns_pokes_answer (MnsHttpAnswer *answer, MnsPokeListener *who);
void mns_pokes_poke (MnsPokes *self, GArray *scopes, GArray *projects);
void mns_pokes_close_all (MnsPokes *self);
void mns_pokes_close_login (MnsPokes *self, const MnsId *login);
guint mns_pokes_get_n (MnsPokes *self);

G_END_DECLS
