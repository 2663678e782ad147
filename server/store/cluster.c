/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The private cluster's life: made once, started with the server, stopped with it, found again
 * after any kind of death. One server a state folder: a lock on STATE/pg/lock says so.
 */

#define G_LOG_DOMAIN "mns-cluster"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/store/cluster-files.h"
#include "server/store/cluster.h"
#include "server/store/pg-error.h"

/* After kill -9 PostgreSQL repairs itself first; how long depends on what was being written. */
#define START_PATIENCE_US (300 * G_USEC_PER_SEC)
#define STOP_PATIENCE_US (60 * G_USEC_PER_SEC)
#define KILL_PATIENCE_US (10 * G_USEC_PER_SEC)
#define LOG_LIMIT (10 * 1024 * 1024)

struct _MnsCluster
{
  MnsAccount account;
  MnsClusterPaths paths;
  gboolean throwaway;
  int lock_fd;
  pid_t pid; /* 0: not running */
};

static const char *const role_names[] = {
  [MNS_CLUSTER_APPLICATION] = MNS_CLUSTER_APPLICATION_ROLE,
  [MNS_CLUSTER_OWNER] = MNS_CLUSTER_OWNER_ROLE,
  [MNS_CLUSTER_ADMIN] = MNS_CLUSTER_ADMIN_ROLE,
};

/* Statements are never logged and messages are terse: both would quote lab data. */
static const char *const settings[] = {
  "listen_addresses=",
  "unix_socket_permissions=0700",
  "max_connections=100",
  "log_destination=stderr",
  "logging_collector=off",
  "log_statement=none",
  "log_min_messages=warning",
  "log_min_error_statement=panic",
  "log_error_verbosity=terse",
  "log_line_prefix=%m [%p] ",
  "jit=off",
  "password_encryption=scram-sha-256",
};

static const char *const throwaway_settings[] = {
  "fsync=off",
  "synchronous_commit=off",
  "full_page_writes=off",
  "max_wal_size=256MB",
};

static gboolean
take_lock (MnsCluster *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->paths.home, "lock", NULL);

  self->lock_fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (self->lock_fd >= 0 && flock (self->lock_fd, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  g_set_error (error,
               MNS_ERROR,
               errno == EWOULDBLOCK ? MNS_ERROR_BUSY : MNS_ERROR_FAILED,
               errno == EWOULDBLOCK ? "another server uses the database in %s: %s"
                                    : "locking %s: %s",
               self->paths.home,
               g_strerror (errno));
  return FALSE;
}

static int
open_log (const MnsClusterPaths *paths)
{
  GStatBuf info;
  g_autofree char *older = g_strconcat (paths->log, ".1", NULL);

  if (g_lstat (paths->log, &info) == 0 && info.st_size > LOG_LIMIT)
    g_rename (paths->log, older);
  return open (paths->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static void
signal_all (const GArray *pids, int number)
{
  for (guint i = 0; i < pids->len; i++)
    kill (g_array_index (pids, pid_t, i), number);
}

/* The socket's lock names a process too, and whoever has that number today keeps PostgreSQL from
 * starting. The folder is the cluster's own.
 */
static void
remove_sockets (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_str_has_prefix (name, ".s.PGSQL."))
        g_unlink (path);
    }
}

/* Ends what an earlier server left: a postmaster that is on its way down, or processes that do not
 * know yet that theirs is gone. Only when nobody works in the folder any more may a leftover
 * postmaster.pid, and with it the socket's lock, be removed: PostgreSQL itself cannot tell it from
 * a stranger that has the number today, and would refuse to start.
 */
static gboolean
clear_leftovers (MnsCluster *self, GError **error)
{
  g_autofree char *pid_file = g_build_filename (self->paths.data, "postmaster.pid", NULL);
  gint64 end = g_get_monotonic_time () + KILL_PATIENCE_US;
  int number = SIGINT;

  for (;;)
    {
      g_autoptr (GArray) pids = mns_processes_working_in (self->paths.data);

      if (pids->len == 0)
        break;
      signal_all (pids, number);
      if (g_get_monotonic_time () > end && number == SIGQUIT)
        {
          g_set_error (error,
                       MNS_ERROR,
                       MNS_ERROR_BUSY,
                       "process %d still works in %s",
                       (int) g_array_index (pids, pid_t, 0),
                       self->paths.data);
          return FALSE;
        }
      if (g_get_monotonic_time () > end)
        {
          number = SIGQUIT;
          end += KILL_PATIENCE_US;
        }
      g_usleep (20000);
    }
  g_unlink (pid_file);
  remove_sockets (self->paths.socket);
  return TRUE;
}

static char *
last_words (const MnsClusterPaths *paths)
{
  g_autofree char *text = NULL;
  gsize length = 0;
  const char *line;

  if (!g_file_get_contents (paths->log, &text, &length, NULL))
    return g_strdup ("");
  g_strchomp (text);
  line = strrchr (text, '\n');
  return g_strdup (line != NULL ? line + 1 : text);
}

static void
append_settings (GPtrArray *argv, const char *const *list, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_ptr_array_add (argv, g_strdup ("-c"));
      g_ptr_array_add (argv, g_strdup (list[i]));
    }
}

static gboolean
spawn (MnsCluster *self, GError **error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  int log_fd = open_log (&self->paths);
  gboolean done;

  g_ptr_array_add (argv, g_build_filename (self->paths.bin, "postgres", NULL));
  g_ptr_array_add (argv, g_strdup ("-D"));
  g_ptr_array_add (argv, g_strdup (self->paths.data));
  g_ptr_array_add (argv, g_strdup ("-k"));
  g_ptr_array_add (argv, g_strdup (self->paths.socket));
  append_settings (argv, settings, G_N_ELEMENTS (settings));
  if (self->throwaway)
    append_settings (argv, throwaway_settings, G_N_ELEMENTS (throwaway_settings));
  g_ptr_array_add (argv, NULL);
  done = mns_process_spawn (
      &self->account, (const char *const *) argv->pdata, log_fd, &self->pid, error);
  if (log_fd >= 0)
    close (log_fd);
  return done;
}

static gboolean
wait_until_ready (MnsCluster *self, GError **error)
{
  g_autofree char *conninfo = mns_cluster_get_conninfo (self, MNS_CLUSTER_ADMIN, "postgres");
  gint64 end = g_get_monotonic_time () + START_PATIENCE_US;

  while (g_get_monotonic_time () < end)
    {
      if (PQping (conninfo) == PQPING_OK)
        return TRUE;
      if (!mns_cluster_is_running (self))
        {
          g_autofree char *words = last_words (&self->paths);

          g_set_error (
              error, MNS_ERROR, MNS_ERROR_FAILED, "PostgreSQL ended while starting: %s", words);
          return FALSE;
        }
      g_usleep (5000);
    }
  g_set_error (
      error, MNS_ERROR, MNS_ERROR_BUSY, "PostgreSQL did not become ready; see %s", self->paths.log);
  return FALSE;
}

/* Each is run if the query answers no row. */
static const struct
{
  const char *test;
  const char *statement;
} preparations[] = {
  { "SELECT FROM pg_roles WHERE rolname = '" MNS_CLUSTER_OWNER_ROLE "'",
    "CREATE ROLE " MNS_CLUSTER_OWNER_ROLE " LOGIN" },
  { "SELECT FROM pg_roles WHERE rolname = '" MNS_CLUSTER_APPLICATION_ROLE "'",
    "CREATE ROLE " MNS_CLUSTER_APPLICATION_ROLE " LOGIN" },
  { "SELECT FROM pg_database WHERE datname = '" MNS_CLUSTER_DATABASE "'",
    "CREATE DATABASE " MNS_CLUSTER_DATABASE " OWNER " MNS_CLUSTER_OWNER_ROLE },
  { "SELECT FROM pg_database WHERE datname = '" MNS_CLUSTER_DATABASE "' AND datacl IS NOT NULL",
    "REVOKE ALL ON DATABASE " MNS_CLUSTER_DATABASE " FROM PUBLIC" },
  { "SELECT WHERE has_database_privilege ('" MNS_CLUSTER_APPLICATION_ROLE
    "', '" MNS_CLUSTER_DATABASE "', 'CONNECT')",
    "GRANT CONNECT ON DATABASE " MNS_CLUSTER_DATABASE " TO " MNS_CLUSTER_APPLICATION_ROLE },
};

static gboolean
make_roles (MnsCluster *self, GError **error)
{
  g_autofree char *conninfo = mns_cluster_get_conninfo (self, MNS_CLUSTER_ADMIN, "postgres");
  g_autoptr (PGconn) connection = PQconnectdb (conninfo);

  for (guint i = 0; i < G_N_ELEMENTS (preparations); i++)
    {
      g_autoptr (PGresult) known = PQexec (connection, preparations[i].test);
      g_autoptr (PGresult) made = NULL;

      if (PQresultStatus (known) == PGRES_TUPLES_OK && PQntuples (known) > 0)
        continue;
      if (PQresultStatus (known) == PGRES_TUPLES_OK)
        made = PQexec (connection, preparations[i].statement);
      if (PQresultStatus (made) != PGRES_COMMAND_OK)
        {
          mns_pg_set_error (error, connection, made != NULL ? made : known);
          g_prefix_error (error, "preparing the database: ");
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
start_postgres (MnsCluster *self, GError **error)
{
  return clear_leftovers (self, error) && spawn (self, error) && wait_until_ready (self, error) &&
         make_roles (self, error);
}

/**
 * mns_cluster_start:
 * @options: where and as whom
 * @error: return location for an error
 *
 * Makes the cluster if it is not there, starts it and waits until it answers. It blocks: the first
 * time about two seconds, later a fraction of one, after a crash as long as the repair takes. Fails
 * with %MNS_ERROR_BUSY if another server uses the folder.
 *
 * Returns: (transfer full): the running cluster; stop it with mns_cluster_stop()
 */
MnsCluster *
mns_cluster_start (const MnsClusterOptions *options, GError **error)
{
  g_autoptr (MnsCluster) self = g_new0 (MnsCluster, 1);

  self->lock_fd = -1;
  self->throwaway = options->throwaway;
  if (!mns_account_find (
          &self->account, options->account != NULL ? options->account : "postgres", error) ||
      !mns_cluster_paths_prepare (&self->paths, options->state, &self->account, error) ||
      !take_lock (self, error) ||
      !mns_cluster_files_init (&self->paths, &self->account, self->throwaway, error) ||
      !start_postgres (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

static void
stop_postgres (MnsCluster *self)
{
  static const struct
  {
    int number;
    gint64 patience;
  } ways[] = { { SIGINT, STOP_PATIENCE_US },
               { SIGQUIT, KILL_PATIENCE_US },
               { SIGKILL, KILL_PATIENCE_US } };

  for (guint i = 0; i < G_N_ELEMENTS (ways) && mns_cluster_is_running (self); i++)
    {
      kill (self->pid, ways[i].number);
      if (mns_process_wait_end (self->pid, ways[i].patience))
        self->pid = 0;
    }
}

/**
 * mns_cluster_stop:
 * @self: (transfer full) (nullable): a cluster
 *
 * Stops it (open transactions are undone), waits for its end and frees @self.
 */
void
mns_cluster_stop (MnsCluster *self)
{
  if (self == NULL)
    return;
  stop_postgres (self);
  if (self->lock_fd >= 0)
    {
      mns_cluster_paths_tidy (&self->paths);
      close (self->lock_fd);
    }
  mns_cluster_paths_clear (&self->paths);
  mns_account_clear (&self->account);
  g_free (self);
}

/**
 * mns_cluster_restart:
 *
 * For a server that finds its cluster gone: starts it again.
 */
gboolean
mns_cluster_restart (MnsCluster *self, GError **error)
{
  stop_postgres (self);
  return start_postgres (self, error);
}

gboolean
mns_cluster_is_running (MnsCluster *self)
{
  if (self->pid != 0 && waitpid (self->pid, NULL, WNOHANG) == self->pid)
    self->pid = 0;
  return self->pid != 0;
}

static char *
quote (const char *value)
{
  g_autofree char *backslashes = NULL;
  g_auto (GStrv) parts = g_strsplit (value, "\\", -1);
  g_auto (GStrv) quotes = NULL;

  backslashes = g_strjoinv ("\\\\", parts);
  quotes = g_strsplit (backslashes, "'", -1);
  return g_strjoinv ("\\'", quotes);
}

/**
 * mns_cluster_get_conninfo:
 * @self: a cluster
 * @role: as whom
 * @database: (nullable): another database than the usual one
 *
 * Returns: (transfer full): a libpq connection string; the server at the other end must be the
 *   cluster's account, so that nobody can put a socket of their own in its place
 */
char *
mns_cluster_get_conninfo (MnsCluster *self, MnsClusterRole role, const char *database)
{
  g_autofree char *folder = quote (self->paths.socket);
  g_autofree char *account = quote (self->account.name);
  g_autofree char *name = quote (database != NULL ? database : MNS_CLUSTER_DATABASE);

  return g_strdup_printf ("host='%s' port=5432 dbname='%s' user=%s requirepeer='%s'",
                          folder,
                          name,
                          role_names[role],
                          account);
}

/* The folder of PostgreSQL's programs: pg_dump and the like. */
const char *
mns_cluster_get_bin (MnsCluster *self)
{
  return self->paths.bin;
}

int
mns_cluster_get_pid (MnsCluster *self)
{
  return (int) self->pid;
}
