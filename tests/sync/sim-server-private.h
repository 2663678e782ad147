/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "tests/sync/sim-server.h"

G_BEGIN_DECLS

struct _SimServer
{
  const SimEngine *engine;
  gpointer data; /* the engine's */
  MnsStore *store;
  guint epoch;
  guint timeline;
  gint64 now;
  SimServerMood mood;
  GHashTable *packs; /* path → GBytes */
  GHashTable *dumps; /* "person cursor" → SHA-256 of the dump */
};

MnsTransaction *sim_begin (SimServer *self);
void sim_end (MnsTransaction *tx);
void sim_run (MnsTransaction *tx, const char *sql, const MnsArg *args);
MnsRows *sim_query (MnsTransaction *tx, const char *sql, const MnsArg *args);

void sim_set_body (MnsAnswer *answer, guint status, JsonObject *object);
JsonObject *sim_new_reply (SimServer *self, const MnsId *client);

/* sim-push.c; FALSE: the server died */
gboolean sim_answer_push (
    SimServer *self, const MnsId *client, const MnsId *person, JsonObject *body, MnsAnswer *answer);

/* sim-pull.c */
void sim_answer_pull (SimServer *self,
                      const MnsId *client,
                      const MnsId *person,
                      JsonObject *body,
                      MnsAnswer *answer,
                      GByteArray *stream);
gboolean
sim_answer_pack (SimServer *self, const MnsRequest *request, MnsAnswer *answer, GByteArray *stream);

G_END_DECLS
