/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/command.h"

G_BEGIN_DECLS

/* A small lab of rules on the real tables, for tests of the sync: every way in which rows trade
 * places, meet, count and vanish, without the knowledge of a real rule.
 *
 *   toy.create   {name}                        a container, with a LIMS id from the tape
 *   toy.rename   {container, name, was}        conflict where it is no longer called that
 *   toy.delete   {container}                   conflict where something stands in it
 *   toy.place    {artifact, container, y, x}   conflict where the well is taken
 *   toy.swap     {artifact, other}             two wells trade their artifacts
 *   toy.take_out {artifact}
 *   toy.count    {name}                        a number goes up by one; never refused
 *   toy.two      {container, artifact, x}      at most two in row 9 of a container
 *   toy.poison   {name}                        counts on a device, fails in the server's store
 *   toy.elsewhere {}                           needs what no device holds
 */
MnsResult *mns_toy_run (const MnsLab *lab, MnsCommand *command, gpointer data, GError **error);

/* The tables that the rules write, ending with NULL. */
extern const char *const mns_toy_tables[];

/* Artifacts 1 to n have fixed ids. */
void mns_toy_artifact (guint n, MnsId *id);
void mns_toy_container (guint n, MnsId *id);
/* Puts the fixed containers into a database. */
gboolean mns_toy_seed (MnsTransaction *tx, guint n_containers, GError **error);
gboolean mns_toy_read_count (
    MnsTransaction *tx, const MnsId *person, const char *name, gint64 *n, GError **error);

/* The content of the toy's tables as text; conflicts only those of @person. */
char *mns_toy_dump (MnsTransaction *tx, const MnsId *person, GError **error);

G_END_DECLS
