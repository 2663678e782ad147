/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The template is the data folder of a stopped, migrated cluster in BUILD/pg-template-FINGERPRINT.
 * It is made once, under a lock, for test programs run side by side; each copies it. The build
 * folder need not be reachable for the cluster's account, the temporary folder is.
 */

#define G_LOG_DOMAIN "mns-test"

#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/store/migrate.h"
#include "server/store/pg-error.h"
#include "tests/mns-test.h"
#include "tests/server/pg-fixture.h"

static MnsCluster *cluster;
static char *folder;
static guint n_databases;

static void
run_program (const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  int status = 0;

  g_spawn_sync (
      "/", (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_spawn_check_wait_status (status, &error);
  g_assert_no_error (error);
}

static char *
make_state (void)
{
  char *path = mns_test_make_tmp_dir ();

  g_assert_cmpint (g_chmod (path, 0711), ==, 0);
  return path;
}

static MnsCluster *
start (const char *state)
{
  const MnsClusterOptions options = { .state = state, .throwaway = TRUE };
  g_autoptr (GError) error = NULL;
  MnsCluster *started = mns_cluster_start (&options, &error);

  g_assert_no_error (error);
  return started;
}

static void
copy_folder (const char *from, const char *to)
{
  const char *const argv[] = { "cp", "-a", "--reflink=auto", from, to, NULL };

  run_program (argv);
}

static void
make_template (const char *path)
{
  g_autofree char *state = make_state ();
  g_autofree char *unfinished = g_strdup_printf ("%s.%d", path, getpid ());
  g_autofree char *home = g_build_filename (state, "pg", NULL);
  g_autofree char *owner = NULL;
  g_autoptr (GError) error = NULL;
  MnsCluster *made = start (state);

  owner = mns_cluster_get_conninfo (made, MNS_CLUSTER_OWNER, NULL);
  mns_migrate (owner, MNS_CLUSTER_APPLICATION_ROLE, &error);
  g_assert_no_error (error);
  mns_cluster_stop (made);
  copy_folder (home, unfinished);
  mns_test_remove_tree (state);
  g_assert_cmpint (g_rename (unfinished, path), ==, 0);
}

static char *
find_template (void)
{
  const char *build = g_getenv ("MNS_BUILD");
  const char *parent = build != NULL ? build : g_get_tmp_dir ();
  g_autofree char *fingerprint = mns_migrate_fingerprint ();
  g_autofree char *name = g_strdup_printf ("pg-template-%.16s", fingerprint);
  g_autofree char *lock = g_build_filename (parent, "pg-template.lock", NULL);
  char *path = g_build_filename (parent, name, NULL);
  int fd = open (lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (flock (fd, LOCK_EX), ==, 0);
  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    make_template (path);
  close (fd);
  return path;
}

MnsCluster *
mns_test_pg_cluster (void)
{
  g_autofree char *template = NULL;
  g_autofree char *home = NULL;

  if (cluster != NULL)
    return cluster;
  template = find_template ();
  folder = make_state ();
  home = g_build_filename (folder, "pg", NULL);
  copy_folder (template, home);
  cluster = start (folder);
  atexit (mns_test_pg_stop);
  return cluster;
}

void
mns_test_pg_stop (void)
{
  if (cluster == NULL)
    return;
  mns_cluster_stop (g_steal_pointer (&cluster));
  mns_test_remove_tree (folder);
  g_clear_pointer (&folder, g_free);
}

char *
mns_test_pg_conninfo_of (MnsClusterRole role, const char *database)
{
  return mns_cluster_get_conninfo (mns_test_pg_cluster (), role, database);
}

char *
mns_test_pg_conninfo (MnsClusterRole role)
{
  return mns_test_pg_conninfo_of (role, NULL);
}

static void
run_script (const char *database, const char *sql)
{
  g_autofree char *conninfo = mns_test_pg_conninfo_of (MNS_CLUSTER_ADMIN, database);
  g_autoptr (PGconn) connection = PQconnectdb (conninfo);
  g_autoptr (PGresult) result = PQexec (connection, sql);
  ExecStatusType status = PQresultStatus (result);

  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    g_error ("%s", PQerrorMessage (connection));
}

void
mns_test_pg_script (const char *sql)
{
  run_script (NULL, sql);
}

/* Without triggers and references: the order of the tables then does not matter. */
static const char empty_all[] =
    "SET session_replication_role = replica;"
    "DO $$ DECLARE t record; BEGIN FOR t IN SELECT c.oid::regclass AS name FROM pg_class c "
    "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') "
    "AND NOT c.relispartition AND c.relname NOT IN ('schema_version', 'feed_epoch') "
    "LOOP EXECUTE format ('DELETE FROM %s', t.name); END LOOP; END $$";

void
mns_test_pg_reset_of (const char *database)
{
  run_script (database, empty_all);
}

void
mns_test_pg_reset (void)
{
  mns_test_pg_reset_of (NULL);
}

MnsStore *
mns_test_pg_open (void)
{
  g_autofree char *conninfo = mns_test_pg_conninfo (MNS_CLUSTER_APPLICATION);
  g_autoptr (GError) error = NULL;
  MnsStore *store;

  mns_test_pg_reset ();
  store = mns_pg_store_open (conninfo, &error);
  g_assert_no_error (error);
  return store;
}

/* A copy of the first database needs it unused; the template of the cluster is always that. */
char *
mns_test_pg_new_database (void)
{
  char *name = g_strdup_printf ("meniscus%u", ++n_databases);
  g_autofree char *sql = g_strdup_printf (
      "CREATE DATABASE %s TEMPLATE meniscus OWNER meniscus_owner STRATEGY file_copy", name);
  g_autofree char *rights =
      g_strdup_printf ("GRANT CONNECT ON DATABASE %s TO " MNS_CLUSTER_APPLICATION_ROLE, name);

  run_script ("postgres", sql);
  run_script ("postgres", rights);
  run_script (name, empty_all);
  return name;
}
