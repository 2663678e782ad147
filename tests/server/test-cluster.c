/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The private cluster and the migrations: every way to die, and who gets in. */

#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/store/cluster-process.h"
#include "server/store/migrate.h"
#include "server/store/pg-error.h"
#include "server/store/pool.h"
#include "tests/mns-test.h"
#include "tests/server/pg-fixture.h"

typedef struct
{
  char *state;
} Fixture;

/* A state folder with the template's cluster in it: what a server finds at its second start. */
static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *from = NULL;
  g_autofree char *build = g_strdup (g_getenv ("MNS_BUILD"));
  g_autofree char *fingerprint = mns_migrate_fingerprint ();
  g_autofree char *home = NULL;
  const char *argv[] = { "cp", "-a", NULL, NULL, NULL };
  int status;

  mns_test_pg_cluster (); /* makes the template */
  fixture->state = mns_test_make_tmp_dir ();
  from = g_strdup_printf (
      "%s/pg-template-%.16s", build != NULL ? build : g_get_tmp_dir (), fingerprint);
  home = g_build_filename (fixture->state, "pg", NULL);
  argv[2] = from;
  argv[3] = home;
  g_assert_true (g_spawn_sync (
      NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  mns_test_remove_tree (fixture->state);
  g_free (fixture->state);
}

static MnsCluster *
start (const char *state)
{
  const MnsClusterOptions options = { .state = state };
  g_autoptr (GError) error = NULL;
  MnsCluster *cluster = mns_cluster_start (&options, &error);

  g_assert_no_error (error);
  g_assert_true (mns_cluster_is_running (cluster));
  return cluster;
}

static gint64
ask (MnsCluster *cluster, const char *sql)
{
  g_autofree char *conninfo = mns_cluster_get_conninfo (cluster, MNS_CLUSTER_APPLICATION, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsStore) store = mns_pg_store_open (conninfo, &error);
  g_autoptr (MnsTransaction) tx = NULL;
  g_autoptr (MnsRows) rows = NULL;

  g_assert_no_error (error);
  tx = mns_store_begin (store, MNS_ACCESS_WRITE, &error);
  rows = mns_transaction_query (tx, sql, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (mns_transaction_commit (tx, &error));
  return mns_rows_get_int (rows, 0, 0);
}

#define ADD_WORKER                                                                                 \
  "INSERT INTO worker (id, name, channels, version, seen_at) "                                     \
  "VALUES (gen_random_uuid (), 'w', '[]', '', 7) RETURNING seen_at"
#define COUNT_WORKERS "SELECT count (*) FROM worker"

static void
test_again (Fixture *fixture, gconstpointer data)
{
  MnsCluster *cluster = start (fixture->state);
  gint64 before;

  g_assert_cmpint (ask (cluster, ADD_WORKER), ==, 7);
  mns_cluster_stop (cluster);
  before = g_get_monotonic_time ();
  cluster = start (fixture->state);
  g_assert_cmpint (g_get_monotonic_time () - before, <, 2 * G_USEC_PER_SEC);
  g_assert_cmpint (ask (cluster, COUNT_WORKERS), ==, 1);
  mns_cluster_stop (cluster);
}

/* An empty folder: initdb, roles, migrations; then who owns what and what is closed. */
static void
test_first_start (void)
{
  g_autofree char *state = mns_test_make_tmp_dir ();
  g_autofree char *home = g_build_filename (state, "pg", NULL);
  g_autofree char *data = g_build_filename (home, "data", NULL);
  g_autofree char *rules_file = g_build_filename (data, "pg_hba.conf", NULL);
  g_autofree char *rules = NULL;
  g_autofree char *owner = NULL;
  g_autoptr (GError) error = NULL;
  MnsCluster *cluster = start (state);
  struct stat info;

  owner = mns_cluster_get_conninfo (cluster, MNS_CLUSTER_OWNER, NULL);
  g_assert_true (mns_migrate (owner, MNS_CLUSTER_APPLICATION_ROLE, &error));
  g_assert_no_error (error);
  g_assert_cmpint (ask (cluster, ADD_WORKER), ==, 7);
  g_assert_cmpint (stat (home, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  g_assert_cmpint (info.st_uid, !=, 0);
  g_assert_cmpint (stat (data, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  g_assert_true (g_file_get_contents (rules_file, &rules, NULL, NULL));
  g_assert_null (strstr (rules, "trust"));
  g_assert_nonnull (strstr (rules, "peer map=meniscus"));
  g_assert_cmpint (ask (cluster,
                        "SELECT count (*) FROM pg_database WHERE datname = 'meniscus' AND "
                        "datcollate = 'C.UTF-8'"),
                   ==,
                   1);
  g_assert_cmpint (
      ask (cluster,
           "SELECT count (*) FROM pg_settings WHERE name = 'listen_addresses' AND setting = ''"),
      ==,
      1);
  g_assert_cmpint (
      ask (cluster, "SELECT count (*) FROM pg_roles WHERE rolname LIKE 'meniscus%' AND rolsuper"),
      ==,
      1);
  mns_cluster_stop (cluster);
  mns_test_remove_tree (state);
}

/* The whole cluster killed: a stale postmaster.pid, a repair, nothing committed is lost. */
static void
test_kill_9 (Fixture *fixture, gconstpointer data)
{
  MnsCluster *cluster = start (fixture->state);

  g_assert_cmpint (ask (cluster, ADD_WORKER), ==, 7);
  kill (mns_cluster_get_pid (cluster), SIGKILL);
  g_assert_true (mns_process_wait_end (mns_cluster_get_pid (cluster), 10 * G_USEC_PER_SEC));
  g_assert_true (mns_cluster_restart (cluster, NULL));
  g_assert_cmpint (ask (cluster, COUNT_WORKERS), ==, 1);
  mns_cluster_stop (cluster);
}

/* After a crash of the machine another process may have the number in postmaster.pid. */
static void
test_stale_pid (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->state, "pg", "data", "postmaster.pid", NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *text = g_strdup_printf ("%d\n%s\n1764000000\n5432\n\n\n", getpid (), folder);
  MnsCluster *cluster;
  struct stat info;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (stat (folder, &info), ==, 0);
  g_assert_cmpint (chown (path, info.st_uid, info.st_gid), ==, 0);
  cluster = start (fixture->state);
  mns_cluster_stop (cluster);
}

/* The server is killed: the cluster goes with it, and the next server need not wait for anybody. */
static void
test_server_killed (Fixture *fixture, gconstpointer data)
{
  int pipes[2];
  int pid = 0;
  pid_t server;
  MnsCluster *cluster;

  g_assert_cmpint (pipe (pipes), ==, 0);
  server = fork ();
  if (server == 0)
    {
      const MnsClusterOptions options = { .state = fixture->state };
      MnsCluster *own = mns_cluster_start (&options, NULL);
      int number = own != NULL ? mns_cluster_get_pid (own) : -1;

      if (write (pipes[1], &number, sizeof number) == sizeof number)
        pause ();
      _exit (1);
    }
  g_assert_cmpint (read (pipes[0], &pid, sizeof pid), ==, sizeof pid);
  g_assert_cmpint (pid, >, 1);
  kill (server, SIGKILL);
  waitpid (server, NULL, 0);
  g_assert_true (mns_process_wait_end (pid, 20 * G_USEC_PER_SEC));
  cluster = start (fixture->state);
  g_assert_cmpint (mns_cluster_get_pid (cluster), !=, pid);
  mns_cluster_stop (cluster);
  close (pipes[0]);
  close (pipes[1]);
}

static void
test_second_server (Fixture *fixture, gconstpointer data)
{
  const MnsClusterOptions options = { .state = fixture->state };
  g_autoptr (GError) error = NULL;
  MnsCluster *cluster = start (fixture->state);

  g_assert_null (mns_cluster_start (&options, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, "another server"));
  mns_cluster_stop (cluster);
}

/* A killed first start left an unfinished cluster; it is not taken for one. */
static void
test_unfinished (void)
{
  g_autofree char *state = mns_test_make_tmp_dir ();
  g_autofree char *unfinished = g_build_filename (state, "pg", "data.new", NULL);
  g_autofree char *version = g_build_filename (unfinished, "PG_VERSION", NULL);
  g_autofree char *home = g_path_get_dirname (unfinished);
  const struct passwd *entry = getpwnam ("postgres");
  MnsCluster *cluster;

  g_assert_cmpint (g_mkdir_with_parents (unfinished, 0700), ==, 0);
  g_assert_true (g_file_set_contents (version, "15\n", -1, NULL));
  if (geteuid () == 0)
    {
      g_assert_cmpint (chown (home, entry->pw_uid, entry->pw_gid), ==, 0);
      g_assert_cmpint (chown (unfinished, entry->pw_uid, entry->pw_gid), ==, 0);
    }
  cluster = start (state);
  mns_cluster_stop (cluster);
  mns_test_remove_tree (state);
}

/* Deeper than a socket's path may be, with characters that connection strings quote. */
static void
test_deep_folder (void)
{
  g_autofree char *top = mns_test_make_tmp_dir ();
  g_autofree char *state = g_build_filename (top,
                                             "it's a folder with a very long name indeed",
                                             "and another one \\ below it that is long too",
                                             NULL);
  g_autofree char *conninfo = NULL;
  g_autofree char *folder = NULL;
  MnsCluster *cluster;

  g_assert_cmpint (g_mkdir_with_parents (state, 0755), ==, 0);
  g_assert_cmpint (g_chmod (top, 0755), ==, 0);
  cluster = start (state);
  conninfo = mns_cluster_get_conninfo (cluster, MNS_CLUSTER_ADMIN, "postgres");
  folder = g_strndup (conninfo + strlen ("host='"), strcspn (conninfo + strlen ("host='"), "'"));
  g_assert_true (g_file_test (folder, G_FILE_TEST_IS_DIR));
  mns_cluster_stop (cluster);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  cluster = start (state);
  mns_cluster_stop (cluster);
  mns_test_remove_tree (top);
}

/* As root: below a folder that the cluster's account cannot walk through, the cluster lies
 * elsewhere and STATE/pg is a link to it; it starts again from there.
 */
static void
test_unreachable (void)
{
  g_autofree char *top = mns_test_make_tmp_dir ();
  g_autofree char *state = g_build_filename (top, "state", NULL);
  g_autofree char *home = g_build_filename (state, "pg", NULL);
  g_autofree char *target = NULL;
  g_autoptr (GError) error = NULL;

  if (geteuid () != 0)
    {
      g_test_skip ("only root gives the cluster to another account");
      mns_test_remove_tree (top);
      return;
    }
  for (guint i = 0; i < 2; i++)
    {
      MnsCluster *cluster = start (state);

      mns_cluster_stop (cluster);
    }
  target = g_file_read_link (home, &error);
  g_assert_no_error (error);
  g_assert_false (g_str_has_prefix (target, top));
  mns_test_remove_tree (target);
  mns_test_remove_tree (top);
}

static void
test_no_account (void)
{
  g_autofree char *state = mns_test_make_tmp_dir ();
  const MnsClusterOptions options = { .state = state, .account = "mns-nobody-has-this" };
  g_autoptr (GError) error = NULL;

  if (geteuid () != 0)
    {
      g_test_skip ("only root gives the cluster to another account");
      mns_test_remove_tree (state);
      return;
    }
  g_assert_null (mns_cluster_start (&options, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "mns-nobody-has-this"));
  mns_test_remove_tree (state);
}

/* Another account of the machine gets in as nobody, even if the folders were open. */
static void
test_stranger (void)
{
  const struct passwd *nobody = getpwnam ("nobody");
  g_autofree char *conninfo = mns_test_pg_conninfo (MNS_CLUSTER_APPLICATION);
  g_autofree char *as_admin = mns_test_pg_conninfo (MNS_CLUSTER_ADMIN);
  const char *start_of_path = strchr (conninfo, '\'') + 1;
  g_autofree char *folder =
      g_strndup (start_of_path, (gsize) (strchr (start_of_path, '\'') - start_of_path));
  g_autofree char *socket = g_build_filename (folder, ".s.PGSQL.5432", NULL);
  g_autofree char *home = g_path_get_dirname (folder);
  int status = -1;
  pid_t child;

  if (geteuid () != 0 || nobody == NULL)
    {
      g_test_skip ("needs root and the account nobody");
      return;
    }
  g_assert_cmpint (chmod (home, 0755), ==, 0);
  g_assert_cmpint (chmod (folder, 0755), ==, 0);
  g_assert_cmpint (chmod (socket, 0777), ==, 0);
  child = fork ();
  if (child == 0)
    {
      PGconn *first;
      PGconn *second;

      if (setgid (nobody->pw_gid) != 0 || setuid (nobody->pw_uid) != 0)
        _exit (9);
      first = PQconnectdb (conninfo);
      second = PQconnectdb (as_admin);
      _exit ((PQstatus (first) == CONNECTION_OK) + 2 * (PQstatus (second) == CONNECTION_OK) +
             4 * (strstr (PQerrorMessage (first), "eer authentication failed") == NULL));
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  g_assert_cmpint (chmod (home, 0700), ==, 0);
}

static void
test_newer_database (void)
{
  g_autofree char *database = mns_test_pg_new_database ();
  g_autofree char *owner = mns_test_pg_conninfo_of (MNS_CLUSTER_OWNER, database);
  g_autoptr (PGconn) connection = PQconnectdb (owner);
  g_autoptr (GError) error = NULL;

  g_assert_true (mns_migrate (owner, MNS_CLUSTER_APPLICATION_ROLE, &error));
  g_assert_no_error (error);
  PQclear (PQexec (connection, "INSERT INTO schema_version VALUES ('postgres', 9999, 'x', 1)"));
  g_assert_false (mns_migrate (owner, MNS_CLUSTER_APPLICATION_ROLE, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "newer Meniscus"));
  g_assert_nonnull (strstr (error->message, "9999"));
}

/* Servers that start side by side: one migrates, the others wait and find it done. */
static gpointer
migrate_in_thread (gpointer data)
{
  GError *error = NULL;

  mns_migrate (data, MNS_CLUSTER_APPLICATION_ROLE, &error);
  return error;
}

static void
test_side_by_side (void)
{
  g_autofree char *owner = NULL;
  GThread *threads[4];

  mns_test_pg_script ("SELECT 1");
  {
    g_autofree char *admin = mns_test_pg_conninfo_of (MNS_CLUSTER_ADMIN, "postgres");
    g_autoptr (PGconn) connection = PQconnectdb (admin);

    PQclear (PQexec (connection, "CREATE DATABASE fresh OWNER meniscus_owner TEMPLATE template0"));
  }
  owner = mns_test_pg_conninfo_of (MNS_CLUSTER_OWNER, "fresh");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("migrate", migrate_in_thread, owner);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (GError) error = g_thread_join (threads[i]);

      g_assert_no_error (error);
    }
}

/* A partition a day ahead, and a day that the clock had no business to be in. */
static void
test_partitions (void)
{
  g_autoptr (MnsStore) store = mns_test_pg_open ();
  g_autoptr (MnsTransaction) tx = mns_store_begin (store, MNS_ACCESS_WRITE, NULL);
  g_autoptr (MnsRows) rows = NULL;
  g_autoptr (GError) error = NULL;

  mns_transaction_run (tx, "SELECT mns_partitions ()", NULL, &error);
  rows = mns_transaction_query (
      tx,
      "SELECT (SELECT count (*) FROM pg_inherits WHERE inhparent = 'change_log'::regclass), "
      "(SELECT count (*) FROM pg_inherits WHERE inhparent = 'command_log'::regclass)",
      NULL,
      &error);
  g_assert_no_error (error);
  g_assert_cmpint (mns_rows_get_int (rows, 0, 0), >=, 17);
  g_assert_cmpint (mns_rows_get_int (rows, 0, 1), >=, 4);
}

/* Lines of a day long gone leave the feed, stay in the history, and raise the floor. */
static void
test_retired (void)
{
  g_autofree char *database = mns_test_pg_new_database ();
  g_autofree char *owner = mns_test_pg_conninfo_of (MNS_CLUSTER_OWNER, database);
  g_autoptr (PGconn) connection = PQconnectdb (owner);
  g_autoptr (PGresult) result = NULL;

  result = PQexec (connection,
                   "SELECT mns_partition ('change_log', 'change_log_20200101', 1577836800000000, "
                   "1577923200000000);"
                   "INSERT INTO change_log (at, tbl, op, row_id) VALUES (1577836800000001, 1, 'I', "
                   "gen_random_uuid ());"
                   "SELECT mns_partitions ();"
                   "SELECT (SELECT count (*) FROM change_log WHERE at = 1577836800000001), "
                   "(SELECT count (*) FROM change_history WHERE at = 1577836800000001), "
                   "(SELECT floor > '0' FROM feed_epoch)");
  g_assert_cmpstr (PQresultErrorMessage (result), ==, "");
  g_assert_cmpstr (PQgetvalue (result, 0, 0), ==, "0");
  g_assert_cmpstr (PQgetvalue (result, 0, 1), ==, "1");
  g_assert_cmpstr (PQgetvalue (result, 0, 2), ==, "t");
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cluster/first-start", test_first_start);
  add ("/cluster/again", test_again);
  add ("/cluster/kill-9", test_kill_9);
  add ("/cluster/stale-pid", test_stale_pid);
  add ("/cluster/server-killed", test_server_killed);
  add ("/cluster/second-server", test_second_server);
  g_test_add_func ("/cluster/unfinished", test_unfinished);
  g_test_add_func ("/cluster/deep-folder", test_deep_folder);
  g_test_add_func ("/cluster/unreachable", test_unreachable);
  g_test_add_func ("/cluster/no-account", test_no_account);
  g_test_add_func ("/cluster/stranger", test_stranger);
  g_test_add_func ("/migrate/newer-database", test_newer_database);
  g_test_add_func ("/migrate/side-by-side", test_side_by_side);
  g_test_add_func ("/migrate/partitions", test_partitions);
  g_test_add_func ("/migrate/retired", test_retired);
  return g_test_run ();
}
