/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The folders and files of the private cluster. Everything below STATE/pg belongs to the cluster's
 * account and is closed to others. initdb works in a folder of another name that is renamed when it
 * is complete, so that a killed first start leaves nothing that looks like a database.
 */

#define G_LOG_DOMAIN "mns-cluster"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/store/cluster-files.h"
#include "sync/model/error.h"

#define OLDEST_POSTGRESQL 15
#define SOCKET_NAME "/.s.PGSQL.5432"

static gboolean
fail (GError **error, const char *what, const char *path)
{
  int saved = errno;

  g_set_error (error,
               MNS_ERROR,
               saved == ENOSPC ? MNS_ERROR_FULL : MNS_ERROR_FAILED,
               "%s %s: %s",
               what,
               path,
               g_strerror (saved));
  return FALSE;
}

static gboolean
make_folder (const char *path, const MnsAccount *account, GError **error)
{
  int fd;
  gboolean done;

  if (g_mkdir (path, 0700) != 0 && errno != EEXIST)
    return fail (error, "making the folder", path);
  fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    return fail (error, "opening the folder", path);
  done =
      (!account->change || fchown (fd, account->uid, account->gid) == 0) && fchmod (fd, 0700) == 0;
  if (!done)
    fail (error, "closing to others the folder", path);
  close (fd);
  return done;
}

/* Where the account can walk to when the folders above the state folder are closed to it. */
#define ELSEWHERE "/var/lib/meniscus"

static gboolean
is_open_to (const char *folder, const MnsAccount *account)
{
  struct stat info;

  return stat (folder, &info) != 0 || (info.st_mode & S_IXOTH) != 0 ||
         (info.st_uid == account->uid && (info.st_mode & S_IXUSR) != 0) ||
         (info.st_gid == account->gid && (info.st_mode & S_IXGRP) != 0);
}

/* The account must be able to walk down to the cluster. The state folder itself is opened for that
 * (walking only, not reading); folders above it are not ours to change.
 */
static gboolean
can_walk_to (const char *state, const MnsAccount *account)
{
  g_autofree char *folder = g_strdup (state);
  struct stat info;

  if (!account->change)
    return TRUE;
  if (stat (state, &info) == 0 && (info.st_mode & S_IXOTH) == 0 && info.st_uid == geteuid ())
    chmod (state, (info.st_mode & 07777) | S_IXOTH);
  while (!g_str_equal (folder, "/"))
    {
      char *parent;

      if (!is_open_to (folder, account))
        return FALSE;
      parent = g_path_get_dirname (folder);
      g_free (folder);
      folder = parent;
    }
  return TRUE;
}

/* A home for the cluster outside of a state folder that its account cannot reach, such as one below
 * root's own home; STATE/pg is then a link to it.
 */
static gboolean
make_link_elsewhere (const char *home, GError **error)
{
  g_autofree char *target = g_build_filename (ELSEWHERE, "XXXXXX", NULL);

  if (g_file_test (home, G_FILE_TEST_IS_SYMLINK))
    return TRUE;
  if (g_mkdir_with_parents (ELSEWHERE, 0755) != 0)
    return fail (error, "making the folder", ELSEWHERE);
  if (g_mkdtemp (target) == NULL)
    return fail (error, "making the folder", target);
  if (symlink (target, home) != 0)
    return fail (error, "linking", home);
  return TRUE;
}

/* The folder of the cluster, made; an absolute path without links. */
static char *
make_home (const char *state, const MnsAccount *account, GError **error)
{
  g_autofree char *home = g_build_filename (state, "pg", NULL);
  g_autofree char *real = NULL;

  if (!can_walk_to (state, account) && !g_file_test (home, G_FILE_TEST_EXISTS) &&
      !make_link_elsewhere (home, error))
    return NULL;
  if (g_mkdir (home, 0700) != 0 && errno != EEXIST)
    {
      fail (error, "making the folder", home);
      return NULL;
    }
  real = realpath (home, NULL);
  if (real == NULL)
    {
      fail (error, "finding the folder", home);
      return NULL;
    }
  return make_folder (real, account, error) ? g_strdup (real) : NULL;
}

/* PostgreSQL's programs: those that made the data, or else the newest. */
static char *
find_bin (const char *data, GError **error)
{
  static const char *const roots[] = { "/usr/lib/postgresql", "/usr/pgsql", "/opt/postgresql" };
  g_autofree char *version_file = g_build_filename (data, "PG_VERSION", NULL);
  g_autofree char *version = NULL;
  int wanted;
  int best = 0;
  char *bin = NULL;

  g_file_get_contents (version_file, &version, NULL, NULL);
  wanted = version != NULL ? atoi (version) : 0;
  for (guint i = 0; i < G_N_ELEMENTS (roots); i++)
    {
      g_autoptr (GDir) dir = g_dir_open (roots[i], 0, NULL);
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *server = g_build_filename (roots[i], name, "bin", "postgres", NULL);
          int number = atoi (name);

          if (number < OLDEST_POSTGRESQL || (wanted != 0 && number != wanted) || number <= best ||
              !g_file_test (server, G_FILE_TEST_IS_EXECUTABLE))
            continue;
          best = number;
          g_free (bin);
          bin = g_path_get_dirname (server);
        }
    }
  if (bin == NULL)
    g_set_error (error,
                 MNS_ERROR,
                 MNS_ERROR_NOT_FOUND,
                 wanted != 0
                     ? "PostgreSQL %d, which made the database in this state folder, is not "
                       "installed"
                     : "PostgreSQL %d or newer is not installed",
                 wanted != 0 ? wanted : OLDEST_POSTGRESQL);
  return bin;
}

/* A folder for a socket is believed only if it is closed and the account's. */
static gboolean
is_safe_folder (const char *path, const MnsAccount *account)
{
  struct stat info;

  return lstat (path, &info) == 0 && S_ISDIR (info.st_mode) && info.st_uid == account->uid &&
         (info.st_mode & 077) == 0;
}

static gboolean
is_short_enough (const char *folder)
{
  return strlen (folder) + strlen (SOCKET_NAME) < sizeof ((struct sockaddr_un *) NULL)->sun_path;
}

/* The path of a socket holds 107 bytes. Below a deep state folder the socket lies in a short folder
 * of a random name, which is written down for the next start.
 */
static char *
find_socket_folder (const char *home, const MnsAccount *account, GError **error)
{
  g_autofree char *usual = g_build_filename (home, "socket", NULL);
  g_autofree char *note = g_build_filename (home, "socket-folder", NULL);
  g_autofree char *made = NULL;
  const char *runtime = g_get_user_runtime_dir ();

  if (is_short_enough (usual))
    return make_folder (usual, account, error) ? g_steal_pointer (&usual) : NULL;
  if (g_file_get_contents (note, &made, NULL, NULL) && is_safe_folder (g_strstrip (made), account))
    return g_steal_pointer (&made);

  g_free (made);
  if (geteuid () != 0 && strlen (runtime) < 60 && g_file_test (runtime, G_FILE_TEST_IS_DIR))
    made = g_build_filename (runtime, "meniscus-XXXXXX", NULL);
  else
    made = g_strdup (geteuid () == 0 ? "/run/meniscus-XXXXXX" : "/tmp/meniscus-XXXXXX");
  if (g_mkdtemp (made) == NULL)
    {
      fail (error, "making the folder", made);
      return NULL;
    }
  if (!make_folder (made, account, error))
    return NULL;
  if (!g_file_set_contents (note, made, -1, NULL))
    {
      fail (error, "writing", note);
      return NULL;
    }
  return g_steal_pointer (&made);
}

/**
 * mns_cluster_paths_prepare:
 * @self: (out): cleared by the caller in either case
 * @state: the server's state folder
 * @account: whom the cluster belongs to
 *
 * Makes the folders around the cluster, not the cluster.
 */
gboolean
mns_cluster_paths_prepare (MnsClusterPaths *self,
                           const char *state,
                           const MnsAccount *account,
                           GError **error)
{
  g_autofree char *real = NULL;

  if (g_mkdir_with_parents (state, 0700) != 0)
    return fail (error, "making the state folder", state);
  real = realpath (state, NULL);
  if (real == NULL)
    return fail (error, "finding the state folder", state);
  self->home = make_home (real, account, error);
  if (self->home == NULL)
    return FALSE;
  self->data = g_build_filename (self->home, "data", NULL);
  self->log = g_build_filename (self->home, "log", NULL);
  self->socket = find_socket_folder (self->home, account, error);
  if (self->socket == NULL)
    return FALSE;
  self->bin = find_bin (self->data, error);
  return self->bin != NULL;
}

/* After the cluster's end: a socket folder outside of the state folder is not left behind. */
void
mns_cluster_paths_tidy (const MnsClusterPaths *self)
{
  g_autofree char *note = g_build_filename (self->home, "socket-folder", NULL);

  if (!g_str_has_prefix (self->socket, self->home) && g_rmdir (self->socket) == 0)
    g_unlink (note);
}

void
mns_cluster_paths_clear (MnsClusterPaths *self)
{
  g_clear_pointer (&self->home, g_free);
  g_clear_pointer (&self->data, g_free);
  g_clear_pointer (&self->socket, g_free);
  g_clear_pointer (&self->log, g_free);
  g_clear_pointer (&self->bin, g_free);
}

/* Who may be whom: the account of the server all three roles, the cluster's own account only the
 * administrator, for whoever keeps the machine. Nobody else gets in, whatever the socket's mode.
 */
static gboolean
write_access (const char *data, const MnsAccount *account, GError **error)
{
  static const char rules[] =
      "# Written by meniscus-server at each start.\n"
      "local all all peer map=meniscus\n";
  g_autofree char *rules_file = g_build_filename (data, "pg_hba.conf", NULL);
  g_autofree char *names_file = g_build_filename (data, "pg_ident.conf", NULL);
  g_autoptr (GString) names = g_string_new ("# Written by meniscus-server at each start.\n");
  const char *const roles[] = { "meniscus", MNS_CLUSTER_OWNER_ROLE, MNS_CLUSTER_ADMIN_ROLE };
  const struct passwd *me = getpwuid (geteuid ());

  if (me == NULL)
    return fail (error, "finding the name of the account of", "this process");
  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    g_string_append_printf (names, "meniscus \"%s\" %s\n", me->pw_name, roles[i]);
  if (account->change)
    g_string_append_printf (names, "meniscus \"%s\" %s\n", account->name, MNS_CLUSTER_ADMIN_ROLE);
  if (!g_file_set_contents (rules_file, rules, -1, NULL))
    return fail (error, "writing", rules_file);
  if (!g_file_set_contents (names_file, names->str, -1, NULL))
    return fail (error, "writing", names_file);
  if (account->change && (lchown (rules_file, account->uid, account->gid) != 0 ||
                          lchown (names_file, account->uid, account->gid) != 0))
    return fail (error, "giving away the files in", data);
  return TRUE;
}

static gboolean
make_data (const MnsClusterPaths *self,
           const MnsAccount *account,
           gboolean throwaway,
           GError **error)
{
  g_autofree char *initdb = g_build_filename (self->bin, "initdb", NULL);
  g_autofree char *unfinished = g_strconcat (self->data, ".new", NULL);
  const char *const clean[] = { "/bin/rm", "-rf", "--", unfinished, NULL };
  const char *const argv[] = { initdb,
                               "--pgdata",
                               unfinished,
                               "--username",
                               MNS_CLUSTER_ADMIN_ROLE,
                               "--auth=peer",
                               "--encoding=UTF8",
                               "--locale=C.UTF-8",
                               "--data-checksums",
                               "--no-instructions",
                               throwaway ? "--no-sync" : NULL,
                               NULL };

  if (!mns_process_run (account, clean, error) || !mns_process_run (account, argv, error))
    return FALSE;
  if (g_rename (unfinished, self->data) != 0)
    return fail (error, "renaming", unfinished);
  return TRUE;
}

/**
 * mns_cluster_files_init:
 * @self: prepared paths
 * @account: whom the cluster belongs to
 * @throwaway: do not flush
 *
 * Makes the cluster if there is none, and says anew who may sign in.
 */
gboolean
mns_cluster_files_init (const MnsClusterPaths *self,
                        const MnsAccount *account,
                        gboolean throwaway,
                        GError **error)
{
  if (!g_file_test (self->data, G_FILE_TEST_IS_DIR) && !make_data (self, account, throwaway, error))
    return FALSE;
  return write_access (self->data, account, error);
}
