/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/client/transport.h"
#include "sync/lab/command.h"
#include "sync/store/store.h"

G_BEGIN_DECLS

#define SIM_CONTAINERS 4

/**
 * SimEngine:
 *
 * Where the server keeps its rows. One world at a time.
 */
typedef struct
{
  gpointer (*start) (MnsStore **store); /* all as in the beginning, the backup too */
  void (*back_up) (gpointer data);
  void (*go_back) (gpointer data); /* to the backup */
  void (*stop) (gpointer data);
} SimEngine;

extern const SimEngine sim_sqlite_engine;
extern const SimEngine sim_pg_engine; /* sim-pg.c, linked where it is used */

/**
 * SimServer:
 *
 * The server's side of the protocol on an engine: push, pull, packs, hello and leased ids,
 * one command a transaction, with the same words as the real one. It can die inside a push, be
 * backed up and restored, and fail over to a standby that lacks the last commits.
 */
typedef struct _SimServer SimServer;

typedef struct
{
  gboolean no_dedupe; /* the planted bug: a command that comes again is run again */
  int die_in;         /* commands until it dies inside one; -1: never */
  gboolean die_after; /* after the commit instead of before */
  gboolean read_only; /* 503 to every push */
  gboolean packs;     /* answers pulls by packs */
} SimServerMood;

SimServer *sim_server_new (const SimEngine *engine);
void sim_server_free (SimServer *self);
SimServerMood *sim_server_get_mood (SimServer *self);

void sim_server_add_client (SimServer *self, const MnsId *client, const MnsId *person);
/* Answers as @person; FALSE: it died, nobody knows what it did. */
gboolean sim_server_answer (SimServer *self,
                            const MnsId *person,
                            gint64 now,
                            const MnsRequest *request,
                            MnsAnswer *answer,
                            GByteArray *stream,
                            gboolean *compressed);

/* Ids below @next were given before this world began. */
void sim_server_set_next_id (SimServer *self, gint64 next);
void sim_server_back_up (SimServer *self);
/* Back to the backup: with a new epoch (a restore) or a new timeline (a standby). */
void sim_server_go_back (SimServer *self, gboolean restore);

char *sim_server_dump (SimServer *self, const MnsId *person);
/* What was shown to a person at a cursor: a hash of the dump, or NULL. */
const char *sim_server_get_dump_at (SimServer *self, const MnsId *person, const char *cursor);
guint sim_server_count_outcomes (SimServer *self, const MnsId *command);
guint sim_server_count_log (SimServer *self);
gint64 sim_server_count_ok (SimServer *self, const MnsId *person, const char *name);
gint64 sim_server_read_count (SimServer *self, const MnsId *person, const char *name);

G_END_DECLS
