/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/http/service.h"
#include "sync/model/id.h"

G_BEGIN_DECLS

/**
 * MnsPacks:
 *
 * Pulls too long for an answer, in files for an hour (sync-protocol.md section 7). A pack can be
 * fetched from its first byte on while it is still being made, so that the device works while the
 * server does; a fetch that broke off goes on where it was once the pack is whole.
 */
typedef struct _MnsPacks MnsPacks;

MnsPacks *mns_packs_new (const char *state, MnsHttp *http);

void mns_packs_stop (MnsPacks *self);
/* Breaks off what is being made and waits for the makers. No stream may be left. */
void mns_packs_free (MnsPacks *self);

typedef void (*MnsPackFunc) (gpointer data);

void mns_packs_run (MnsPacks *self, MnsPackFunc func, gpointer data);

/**
 * MnsPack:
 *
 * One of them, counted references. Written by one thread.
 */
typedef struct _MnsPack MnsPack;

MnsPack *mns_pack_begin (MnsPacks *packs, const MnsId *person, GError **error);
gboolean mns_pack_write (MnsPack *self, const char *bytes, gsize length, GError **error);
gboolean mns_pack_end (MnsPack *self, GError **error);
const char *mns_pack_get_name (const MnsPack *self);

/* Forgets a pack that mns_pack_end() did not end; whoever is fetching it is cut off. */
void mns_pack_unref (MnsPack *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsPack, mns_pack_unref)

/* Answers GET for the pack of that name, if it is @request's person's own. */
void mns_packs_answer (MnsPacks *self,
                       const MnsHttpRequest *request,
                       const char *name,
                       MnsHttpAnswer *answer);

G_END_DECLS
