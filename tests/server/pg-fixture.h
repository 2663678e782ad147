/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/store/cluster.h"
#include "server/store/pg-store.h"

G_BEGIN_DECLS

/*
 * PostgreSQL for tests. Each test program that asks gets a private cluster of its own in a
 * temporary folder, made in under a second from a template that is kept in the build folder; it
 * ends with the program. Its database "meniscus" is migrated and empty. Link with pg_fixture_dep.
 *
 *   g_autoptr (MnsStore) store = mns_test_pg_open ();      the usual: an empty database
 *   ... mns_store_begin (store, MNS_ACCESS_WRITE, &error) ...
 *   mns_test_pg_reset ();                                  all rows gone again, in a few ms
 *
 * All functions end the test program if PostgreSQL cannot be had; call them on the main thread.
 */

/* Opens a store on the database as the application's role, after emptying all tables. */
MnsStore *mns_test_pg_open (void);

/* Deletes all rows of all tables, without leaving log lines; stores may stay open (no transaction
 * may be). The epoch of the feed and the schema stay.
 */
void mns_test_pg_reset (void);

/* Connection string of the database for another store, pool or program; free it with g_free(). */
char *mns_test_pg_conninfo (MnsClusterRole role);

/* Makes another database like the first, migrated and empty (about 0.1 s); returns its name. */
char *mns_test_pg_new_database (void);
void mns_test_pg_reset_of (const char *database);
char *mns_test_pg_conninfo_of (MnsClusterRole role, const char *database);

/* The program's cluster, started at the first call. */
MnsCluster *mns_test_pg_cluster (void);

/* Runs SQL as the administrator, any number of statements; fails the test if it fails. */
void mns_test_pg_script (const char *sql);

/* Stops the cluster and removes its folder. Done by itself at exit; call it before the last line of
 * main() under leak checkers.
 */
void mns_test_pg_stop (void);

G_END_DECLS
