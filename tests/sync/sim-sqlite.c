/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The simulated server's store on SQLite in memory. */

#define G_LOG_DOMAIN "mns-sim"

#include "config.h"

#include <sqlite3.h>

#include "sync/client/schema.h"
#include "sync/store/sqlite-store.h"
#include "tests/sync/sim-server.h"
#include "tests/sync/toy.h"

static const char sim_sql[] =
    "CREATE TABLE sim_log (seq INTEGER PRIMARY KEY, tbl TEXT NOT NULL, owner BLOB NOT NULL);"
    "CREATE TABLE sim_command (client BLOB NOT NULL, n INTEGER NOT NULL, cmd_id BLOB NOT NULL, "
    "cmd TEXT NOT NULL, outcome INTEGER NOT NULL, person BLOB NOT NULL, name TEXT, "
    "PRIMARY KEY (client, n, cmd_id, outcome)) WITHOUT ROWID;"
    "CREATE TABLE sim_client (id BLOB PRIMARY KEY, person BLOB NOT NULL, last_n INTEGER NOT NULL, "
    "durable_n INTEGER NOT NULL);"
    "CREATE TABLE sim_counter (next INTEGER NOT NULL);"
    "INSERT INTO sim_counter VALUES (1000);";

/* The change log is written by triggers here as there. */
static void
add_log_triggers (MnsStore *store)
{
  g_autoptr (GString) sql = g_string_new (sim_sql);
  g_autoptr (GError) error = NULL;
  static const char *const changes[] = { "INSERT", "new", "UPDATE", "new", "DELETE", "old" };

  for (guint i = 0; mns_toy_tables[i] != NULL; i++)
    for (guint k = 0; k < G_N_ELEMENTS (changes); k += 2)
      g_string_append_printf (sql,
                              "CREATE TRIGGER sim_%s_%s AFTER %s ON %s BEGIN "
                              "INSERT INTO sim_log (tbl, owner) VALUES ('%s', %s.%s); END;",
                              mns_toy_tables[i],
                              changes[k],
                              changes[k],
                              mns_toy_tables[i],
                              mns_toy_tables[i],
                              changes[k + 1],
                              mns_entity_find (mns_toy_tables[i])->key[0]);
  mns_sqlite_run_script (store, sql->str, &error);
  g_assert_no_error (error);
}

static MnsStore *
make_first (void)
{
  g_autoptr (GError) error = NULL;
  MnsStore *store = mns_sqlite_open (":memory:", MNS_SQLITE_NONE, &error);
  MnsTransaction *tx;

  g_assert_no_error (error);
  mns_schema_create_tables (store, &error);
  g_assert_no_error (error);
  add_log_triggers (store);
  tx = mns_store_begin (store, MNS_ACCESS_WRITE, &error);
  g_assert_no_error (error);
  mns_toy_seed (tx, SIM_CONTAINERS, &error);
  g_assert_no_error (error);
  mns_transaction_commit (tx, &error);
  g_assert_no_error (error);
  mns_transaction_free (tx);
  return store;
}

static void
copy_database (MnsStore *from, MnsStore *to)
{
  sqlite3_backup *copy = sqlite3_backup_init (
      mns_sqlite_get_handle (to), "main", mns_sqlite_get_handle (from), "main");

  g_assert_nonnull (copy);
  g_assert_cmpint (sqlite3_backup_step (copy, -1), ==, SQLITE_DONE);
  g_assert_cmpint (sqlite3_backup_finish (copy), ==, SQLITE_OK);
}

static MnsStore *
open_copy (MnsStore *from)
{
  g_autoptr (GError) error = NULL;
  MnsStore *store = mns_sqlite_open (":memory:", MNS_SQLITE_NONE, &error);

  g_assert_no_error (error);
  copy_database (from, store);
  return store;
}

typedef struct
{
  MnsStore *store;
  MnsStore *backup;
} Engine;

static gpointer
start (MnsStore **store)
{
  static MnsStore *first;
  Engine *self = g_new0 (Engine, 1);

  if (first == NULL)
    first = make_first ();
  self->store = open_copy (first);
  self->backup = open_copy (first);
  *store = self->store;
  return self;
}

static void
back_up (gpointer data)
{
  Engine *self = data;

  copy_database (self->store, self->backup);
}

static void
go_back (gpointer data)
{
  Engine *self = data;

  copy_database (self->backup, self->store);
}

static void
stop (gpointer data)
{
  Engine *self = data;

  mns_store_free (self->store);
  mns_store_free (self->backup);
  g_free (self);
}

const SimEngine sim_sqlite_engine = { start, back_up, go_back, stop };
