/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The simulated server's store on PostgreSQL: the real tables without their references, for the toy
 * rules know no configuration, in a schema of their own; beside it one as in the beginning and one
 * with the backup. Numbers of log lines are made as SQLite makes them, so that a world is the same
 * on both.
 */

#define G_LOG_DOMAIN "mns-sim"

#include "config.h"

#include <libpq-fe.h>

#include "server/store/pg-error.h"
#include "server/store/pg-store.h"
#include "sync/model/entity.h"
#include "tests/server/pg-fixture.h"
#include "tests/sync/sim-server.h"
#include "tests/sync/toy.h"

static const char own_tables[] =
    "CREATE TABLE sim.sim_log (seq bigint PRIMARY KEY, tbl text NOT NULL, owner uuid NOT NULL);"
    "CREATE TABLE sim.sim_command (client uuid NOT NULL, n bigint NOT NULL, cmd_id uuid NOT NULL, "
    "cmd text NOT NULL, outcome bigint NOT NULL, person uuid NOT NULL, name text, "
    "PRIMARY KEY (client, n, cmd_id, outcome));"
    "CREATE TABLE sim.sim_client (id uuid PRIMARY KEY, person uuid NOT NULL, "
    "last_n bigint NOT NULL, durable_n bigint NOT NULL);"
    "CREATE TABLE sim.sim_counter (next bigint NOT NULL);"
    "INSERT INTO sim.sim_counter VALUES (1000);";

/* After the toy's, whose triggers write into the log. */
static const char *const more_tables[] = { "sim_command", "sim_client", "sim_counter", "sim_log" };

static const char rights[] =
    "ALTER ROLE " MNS_CLUSTER_APPLICATION_ROLE
    " IN DATABASE meniscus"
    " SET search_path = sim;"
    "GRANT USAGE ON SCHEMA sim TO " MNS_CLUSTER_APPLICATION_ROLE
    ";"
    "GRANT ALL ON ALL TABLES IN SCHEMA sim TO " MNS_CLUSTER_APPLICATION_ROLE ";";

typedef struct
{
  MnsStore *store;
  PGconn *admin;
  char *back_up; /* SQL */
  char *go_back;
  char *begin;
} Lab;

static Lab *lab; /* made once: a world begins with its rows put back */

static void
add_trigger (GString *sql, const char *table, const char *key, const char *op, const char *row)
{
  g_string_append_printf (sql,
                          "CREATE FUNCTION sim.note_%s_%s () RETURNS trigger LANGUAGE plpgsql "
                          "AS $$ BEGIN INSERT INTO sim.sim_log SELECT COALESCE (max (seq), 0) + 1, "
                          "'%s', %s.%s FROM sim.sim_log; RETURN NULL; END $$;"
                          "CREATE TRIGGER note_%s AFTER %s ON sim.%s FOR EACH ROW "
                          "EXECUTE FUNCTION sim.note_%s_%s ();",
                          table,
                          op,
                          table,
                          row,
                          key,
                          op,
                          op,
                          table,
                          table,
                          op);
}

static char *
write_tables (void)
{
  GString *sql =
      g_string_new ("CREATE SCHEMA sim; CREATE SCHEMA sim_first; CREATE SCHEMA sim_kept;");

  g_string_append (sql, own_tables);
  for (guint i = 0; mns_toy_tables[i] != NULL; i++)
    {
      const char *table = mns_toy_tables[i];
      const char *key = mns_entity_find (table)->key[0];

      g_string_append_printf (
          sql,
          "CREATE TABLE sim.%s (LIKE public.%s INCLUDING DEFAULTS INCLUDING INDEXES);",
          table,
          table);
      add_trigger (sql, table, key, "INSERT", "NEW");
      add_trigger (sql, table, key, "UPDATE", "NEW");
      add_trigger (sql, table, key, "DELETE", "OLD");
    }
  g_string_append (sql, rights);
  return g_string_free (sql, FALSE);
}

static void
add_copy (GString *sql, const char *table, const char *from, const char *to)
{
  g_string_append_printf (sql,
                          "DELETE FROM %s.%s; INSERT INTO %s.%s SELECT * FROM %s.%s;",
                          to,
                          table,
                          to,
                          table,
                          from,
                          table);
}

static char *
write_copy (const char *from, const char *to)
{
  GString *sql = g_string_new (NULL);

  for (guint i = 0; mns_toy_tables[i] != NULL; i++)
    add_copy (sql, mns_toy_tables[i], from, to);
  for (guint i = 0; i < G_N_ELEMENTS (more_tables); i++)
    add_copy (sql, more_tables[i], from, to);
  return g_string_free (sql, FALSE);
}

static char *
write_twins (void)
{
  GString *sql = g_string_new (NULL);
  static const char *const schemas[] = { "sim_first", "sim_kept" };

  for (guint k = 0; k < G_N_ELEMENTS (schemas); k++)
    {
      for (guint i = 0; mns_toy_tables[i] != NULL; i++)
        g_string_append_printf (sql,
                                "CREATE TABLE %s.%s (LIKE sim.%s);",
                                schemas[k],
                                mns_toy_tables[i],
                                mns_toy_tables[i]);
      for (guint i = 0; i < G_N_ELEMENTS (more_tables); i++)
        g_string_append_printf (
            sql, "CREATE TABLE %s.%s (LIKE sim.%s);", schemas[k], more_tables[i], more_tables[i]);
    }
  return g_string_free (sql, FALSE);
}

static void
run_script (const char *sql)
{
  g_autoptr (PGresult) result = PQexec (lab->admin, sql);

  if (PQresultStatus (result) != PGRES_COMMAND_OK)
    g_error ("%s", PQerrorMessage (lab->admin));
}

static void
seed (void)
{
  g_autoptr (GError) error = NULL;
  MnsTransaction *tx = mns_store_begin (lab->store, MNS_ACCESS_WRITE, &error);

  g_assert_no_error (error);
  mns_toy_seed (tx, SIM_CONTAINERS, &error);
  g_assert_no_error (error);
  mns_transaction_commit (tx, &error);
  g_assert_no_error (error);
  mns_transaction_free (tx);
}

static void
make_lab (void)
{
  g_autofree char *tables = write_tables ();
  g_autofree char *twins = write_twins ();
  g_autofree char *keep_first = write_copy ("sim", "sim_first");
  g_autofree char *admin = mns_test_pg_conninfo (MNS_CLUSTER_ADMIN);
  g_autofree char *application = mns_test_pg_conninfo (MNS_CLUSTER_APPLICATION);
  g_autoptr (GError) error = NULL;

  lab = g_new0 (Lab, 1);
  lab->admin = PQconnectdb (admin);
  run_script (tables);
  run_script (twins);
  lab->store = mns_pg_store_open (application, &error);
  g_assert_no_error (error);
  seed ();
  run_script (keep_first);
  lab->back_up = write_copy ("sim", "sim_kept");
  lab->go_back = write_copy ("sim_kept", "sim");
  lab->begin = write_copy ("sim_first", "sim");
}

static gpointer
start (MnsStore **store)
{
  if (lab == NULL)
    make_lab ();
  run_script (lab->begin);
  run_script (lab->back_up);
  *store = lab->store;
  return lab;
}

static void
back_up (gpointer data)
{
  run_script (lab->back_up);
}

static void
go_back (gpointer data)
{
  run_script (lab->go_back);
}

static void
stop (gpointer data)
{
}

const SimEngine sim_pg_engine = { start, back_up, go_back, stop };
