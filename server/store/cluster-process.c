/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Processes of the cluster: started as its account, in a session of their own so that Ctrl-C in a
 * terminal reaches the server only, and ended by the kernel when the server dies.
 */

#define G_LOG_DOMAIN "mns-cluster"

#include "config.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/store/cluster-process.h"
#include "sync/model/error.h"

typedef struct
{
  const MnsAccount *account;
  int log_fd; /* -1: leave standard output alone */
  gboolean die_with_parent;
  pid_t parent;
} ChildSetup;

/* PostgreSQL refuses to run as root. */
gboolean
mns_account_find (MnsAccount *self, const char *name, GError **error)
{
  const struct passwd *entry;

  self->change = geteuid () == 0;
  errno = 0;
  entry = self->change ? getpwnam (name) : getpwuid (geteuid ());
  if (entry == NULL || entry->pw_uid == 0)
    {
      g_set_error (
          error,
          MNS_ERROR,
          MNS_ERROR_FAILED,
          "the database cannot run as root, and there is no unprivileged account \"%s\" to "
          "run it as",
          name);
      return FALSE;
    }
  self->name = g_strdup (entry->pw_name);
  self->uid = entry->pw_uid;
  self->gid = entry->pw_gid;
  return TRUE;
}

void
mns_account_clear (MnsAccount *self)
{
  g_clear_pointer (&self->name, g_free);
}

/* Runs between fork and exec: system calls only. */
static void
set_up_child (gpointer data)
{
  const ChildSetup *setup = data;

  if (setup->account->change && (setgroups (0, NULL) != 0 || setgid (setup->account->gid) != 0 ||
                                 setuid (setup->account->uid) != 0))
    _exit (126);
  umask (077);
  if (setup->log_fd >= 0 && (dup2 (setup->log_fd, 1) < 0 || dup2 (setup->log_fd, 2) < 0))
    _exit (126);
  if (!setup->die_with_parent)
    return;
  setsid ();
  /* after setuid, which takes it away; SIGINT is PostgreSQL's fast shutdown */
  if (prctl (PR_SET_PDEATHSIG, SIGINT) != 0 || getppid () != setup->parent)
    _exit (126);
}

/**
 * mns_process_run:
 * @account: as whom
 * @argv: program and arguments
 * @error: return location for an error that carries the last line of what it said
 *
 * Runs a program to its end.
 */
gboolean
mns_process_run (const MnsAccount *account, const char *const *argv, GError **error)
{
  ChildSetup setup = { account, -1, FALSE, 0 };
  g_autofree char *output = NULL;
  g_autofree char *complaint = NULL;
  g_autoptr (GError) failure = NULL;
  int status = 0;

  if (!g_spawn_sync ("/",
                     (char **) argv,
                     NULL,
                     G_SPAWN_DEFAULT,
                     set_up_child,
                     &setup,
                     &output,
                     &complaint,
                     &status,
                     &failure) ||
      !g_spawn_check_wait_status (status, &failure))
    {
      const char *words = complaint != NULL ? g_strchomp (complaint) : "";
      const char *last = strrchr (words, '\n');

      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_FAILED,
                   "%s: %s: %s",
                   argv[0],
                   failure->message,
                   last != NULL ? last + 1 : words);
      return FALSE;
    }
  return TRUE;
}

/**
 * mns_process_spawn:
 * @account: as whom
 * @argv: program and arguments
 * @log_fd: where its output goes
 * @pid: (out): the process; the caller waits for its end
 *
 * Starts a program that ends when the calling thread does.
 */
gboolean
mns_process_spawn (
    const MnsAccount *account, const char *const *argv, int log_fd, pid_t *pid, GError **error)
{
  ChildSetup setup = { account, log_fd, TRUE, getpid () };
  g_autoptr (GError) failure = NULL;

  if (g_spawn_async ("/",
                     (char **) argv,
                     NULL,
                     G_SPAWN_DO_NOT_REAP_CHILD,
                     set_up_child,
                     &setup,
                     pid,
                     &failure))
    return TRUE;
  g_set_error_literal (error, MNS_ERROR, MNS_ERROR_FAILED, failure->message);
  return FALSE;
}

/* Is it gone, as a child of ours or as a stranger? */
static gboolean
has_ended (pid_t pid)
{
  if (waitpid (pid, NULL, WNOHANG) == pid)
    return TRUE;
  return kill (pid, 0) != 0 && errno == ESRCH;
}

gboolean
mns_process_wait_end (pid_t pid, gint64 patience_us)
{
  gint64 end = g_get_monotonic_time () + patience_us;

  while (!has_ended (pid))
    {
      if (g_get_monotonic_time () >= end)
        return FALSE;
      g_usleep (5000);
    }
  return TRUE;
}

/**
 * mns_processes_working_in:
 * @folder: an absolute path without symbolic links
 *
 * All processes of a cluster work in its data folder, and nobody else does.
 *
 * Returns: (transfer full): an array of pid_t
 */
GArray *
mns_processes_working_in (const char *folder)
{
  GArray *pids = g_array_new (FALSE, FALSE, sizeof (pid_t));
  g_autoptr (GDir) proc = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while (proc != NULL && (name = g_dir_read_name (proc)) != NULL)
    {
      g_autofree char *link = g_strdup_printf ("/proc/%s/cwd", name);
      g_autofree char *cwd = g_ascii_isdigit (*name) ? g_file_read_link (link, NULL) : NULL;
      pid_t pid = (pid_t) atoi (name);

      if (g_strcmp0 (cwd, folder) == 0)
        g_array_append_val (pids, pid);
    }
  return pids;
}
