/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/command.h"

G_BEGIN_DECLS

/* People of the world, one a role; the last may do everything. */
typedef enum
{
  MNS_WORLD_COLLABORATOR,
  MNS_WORLD_RESEARCHER,
  MNS_WORLD_COLLEAGUE, /* another researcher */
  MNS_WORLD_FACILITY,
  MNS_WORLD_ADMIN,
  MNS_WORLD_SYSTEM, /* runs as the system itself */
} MnsWorldPerson;

#define MNS_WORLD_N_PEOPLE 5

/**
 * MnsWorld:
 *
 * A small lab for tests: a store with the demonstration configuration, a user a role, and a way to
 * run commands on it. Everything in it is the same each time and on both engines: ids, times and
 * LIMS ids are counted. Nothing here waits or draws lots.
 */
typedef struct
{
  MnsStore *store;
  MnsId people[MNS_WORLD_N_PEOPLE];
  MnsId client; /* device the commands come from; null id: none */
  gint64 now;   /* goes on by a second a command */
  guint n_commands;
  guint64 n_statements; /* of the last command */
  GHashTable *counters;
} MnsWorld;

/* An SQLite store in memory with the shared tables. */
MnsStore *mns_world_open_sqlite (void);

/* Takes the store, whose tables are there and empty; seeds it and imports data/demo/demo.json. */
MnsWorld *mns_world_new (MnsStore *store);
void mns_world_free (MnsWorld *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsWorld, mns_world_free)

MnsIdSource mns_world_get_ids (MnsWorld *self);

/* Runs a command in a transaction of its own, which is committed if the outcome is ok. @args and
 * @expect are JSON in which ' stands for ". The test fails if the store does.
 */
MnsResult *mns_world_do (MnsWorld *self,
                         MnsWorldPerson person,
                         const char *command,
                         const char *args,
                         const char *expect);
MnsResult *mns_world_run (MnsWorld *self, MnsWorldPerson person, MnsCommand *command);

/* The same, and the test fails unless it is ok. Returns the result object (transfer full). */
JsonObject *
mns_world_must (MnsWorld *self, MnsWorldPerson person, const char *command, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

/* A project of the researcher with samples S-1 ... S-n in as many 96 well plates as it takes, named
 * <name>-P1 and so on, assigned to a workflow if one is named. Returns the project's id as text.
 */
char *mns_world_add_project (MnsWorld *self, const char *name, guint n, const char *workflow);

/* One value by a query whose only argument is $text; NULL where there is no row. */
char *mns_world_ask (MnsWorld *self, const char *sql, const char *text);
/* Root artifacts of a project's samples, in the order of their names, as JSON strings with commas:
 * "…","…". From @from (0 is the first), @n of them.
 */
char *mns_world_artifacts (MnsWorld *self, const char *project, guint from, guint n);
/* The artifacts that a run made, in order, in the same form. */
char *mns_world_outputs (MnsWorld *self, const char *run);

/* All rows of all synced tables as text, sorted: equal on both engines after equal commands. */
char *mns_world_dump (MnsWorld *self);

G_END_DECLS
