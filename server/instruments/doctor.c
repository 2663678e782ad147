/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Checks of an integration. A share whose server is away can hold up a call for minutes, so the
 * folder is looked at in a thread that is left behind when it does not come back.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "server/instruments/doctor.h"
#include "server/instruments/run-watcher.h"

#define DEFAULT_TIMEOUT_MS 5000
#define DEFAULT_FRESH_DAYS 14
#define CLOCK_SLACK (2 * G_TIME_SPAN_MINUTE)

/* File systems that come from another machine. */
static const char *const remote_types[] = {
  "nfs", "nfs4", "cifs",      "smb3",   "smbfs",  "fuse.sshfs",
  "9p",  "ceph", "glusterfs", "beegfs", "lustre",
};

static const char *const result_names[] = { "ok", "warning", "fault" };

const char *
mns_doctor_result_name (MnsDoctorResult result)
{
  g_return_val_if_fail ((guint) result < G_N_ELEMENTS (result_names), NULL);

  return result_names[result];
}

static void
free_check (gpointer data)
{
  MnsDoctorCheck *check = data;

  g_free (check->subject);
  g_free (check->found);
  g_free (check->advice);
  g_free (check);
}

GPtrArray *
mns_doctor_checks_new (void)
{
  return g_ptr_array_new_with_free_func (free_check);
}

/* Takes @found and @advice. */
static void
add (GPtrArray *checks, MnsDoctorResult result, const char *subject, char *found, char *advice)
{
  MnsDoctorCheck *check = g_new0 (MnsDoctorCheck, 1);

  check->result = result;
  check->subject = g_strdup (subject);
  check->found = found;
  check->advice = advice;
  g_ptr_array_add (checks, check);
}

/* mountinfo writes blanks and such as \ooo. */
static char *
unescape_octal (const char *text)
{
  GString *plain = g_string_new (NULL);

  while (*text != '\0')
    if (text[0] == '\\' && g_ascii_isdigit (text[1]) && g_ascii_isdigit (text[2]) &&
        g_ascii_isdigit (text[3]))
      {
        g_string_append_c (plain,
                           (char) ((text[1] - '0') * 64 + (text[2] - '0') * 8 + text[3] - '0'));
        text += 4;
      }
    else
      g_string_append_c (plain, *text++);
  return g_string_free (plain, FALSE);
}

static gboolean
is_below (const char *path, const char *folder)
{
  gsize length = strlen (folder);

  return g_str_has_prefix (path, folder) &&
         (path[length] == '\0' || path[length] == '/' || g_str_equal (folder, "/"));
}

/**
 * mns_doctor_find_mount:
 * @mountinfo: text of /proc/self/mountinfo
 * @path: a path
 * @type: (out) (transfer full): type of the file system that it lies on
 *
 * Returns: (transfer full) (nullable): where that file system is mounted
 */
char *
mns_doctor_find_mount (const char *mountinfo, const char *path, char **type)
{
  g_auto (GStrv) lines = g_strsplit (mountinfo, "\n", -1);
  char *best = NULL;

  *type = NULL;
  for (guint i = 0; lines[i] != NULL; i++)
    {
      /* id parent major:minor root mount-point options ... - type source options */
      g_auto (GStrv) words = g_strsplit (lines[i], " ", -1);
      guint n = g_strv_length (words);
      guint dash = 5;
      g_autofree char *place = n > 5 ? unescape_octal (words[4]) : NULL;

      while (dash < n && !g_str_equal (words[dash], "-"))
        dash++;
      if (place == NULL || dash + 1 >= n || !is_below (path, place) ||
          (best != NULL && strlen (best) > strlen (place)))
        continue;
      g_free (best);
      g_free (*type);
      best = g_steal_pointer (&place);
      *type = g_strdup (words[dash + 1]);
    }
  return best;
}

static void
check_mount (GPtrArray *checks, const char *root)
{
  g_autofree char *canonical = g_canonicalize_filename (root, NULL);
  g_autofree char *mountinfo = NULL;
  g_autofree char *type = NULL;
  g_autofree char *place = NULL;

  if (!g_file_get_contents ("/proc/self/mountinfo", &mountinfo, NULL, NULL))
    return;
  place = mns_doctor_find_mount (mountinfo, canonical, &type);
  for (gsize i = 0; type != NULL && i < G_N_ELEMENTS (remote_types); i++)
    if (g_str_equal (type, remote_types[i]))
      {
        add (checks,
             MNS_DOCTOR_OK,
             root,
             g_strdup_printf ("Mounted at %s (%s).", place, type),
             NULL);
        return;
      }
  add (checks,
       MNS_DOCTOR_FAULT,
       root,
       g_strdup_printf ("Lies on the local file system %s (%s): the share is not mounted.",
                        place != NULL ? place : "?",
                        type != NULL ? type : "?"),
       g_strdup_printf ("Mount the share (“mount %s”, or “systemctl start” its mount unit) and "
                        "see that it is mounted at boot.",
                        root));
}

static void
check_clock_by_file (GPtrArray *checks, const char *root)
{
  g_autofree char *path = g_build_filename (root, ".meniscus-clock-XXXXXX", NULL);
  int fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);
  gint64 now = g_get_real_time ();
  struct stat info;
  gint64 apart;

  if (fd < 0)
    {
      add (checks,
           MNS_DOCTOR_WARNING,
           root,
           g_strdup_printf ("No file can be made here to read the server's clock: %s.",
                            g_strerror (errno)),
           g_strdup ("Nothing, unless sample sheets are to be written here."));
      return;
    }
  apart = fstat (fd, &info) == 0 ? (gint64) info.st_mtim.tv_sec * G_USEC_PER_SEC - now : 0;
  close (fd);
  g_unlink (path);
  if (ABS (apart) > CLOCK_SLACK)
    add (checks,
         MNS_DOCTOR_FAULT,
         root,
         g_strdup_printf ("The file server's clock is %" G_GINT64_FORMAT " s %s this one.",
                          ABS (apart) / G_USEC_PER_SEC,
                          apart > 0 ? "ahead of" : "behind"),
         g_strdup ("Set both by NTP (“timedatectl”); a run looks stalled, or never does, else."));
  else
    add (checks, MNS_DOCTOR_OK, root, g_strdup ("The file server's clock agrees."), NULL);
}

/* Newest change of any run below the root; the watcher finds it in one pass. */
typedef struct
{
  guint n_runs;
  gint64 newest;
} Freshness;

static void
changed_cb (MnsRunWatcher *watcher, const MnsRunLook *look, gboolean is_new, Freshness *freshness)
{
  freshness->n_runs++;
  freshness->newest = MAX (freshness->newest, look->changed);
}

static void
check_freshness (GPtrArray *checks, const MnsDoctorSettings *settings, gint64 now)
{
  const char *roots[] = { settings->root, NULL };
  g_autoptr (MnsRunWatcher) watcher = mns_run_watcher_new (roots);
  guint days = settings->fresh_days > 0 ? settings->fresh_days : DEFAULT_FRESH_DAYS;
  Freshness freshness = { 0, 0 };
  gint64 age;

  g_signal_connect (watcher, "changed", G_CALLBACK (changed_cb), &freshness);
  mns_run_watcher_scan (watcher);
  if (freshness.n_runs == 0)
    {
      add (checks,
           MNS_DOCTOR_WARNING,
           settings->root,
           g_strdup ("There is no run folder here."),
           g_strdup ("Compare with the output folder set on the instrument; a run folder has a "
                     "RunInfo.xml."));
      return;
    }
  age = now - freshness.newest;
  if (age < -CLOCK_SLACK)
    add (checks,
         MNS_DOCTOR_FAULT,
         settings->root,
         g_strdup_printf ("The newest file is from %" G_GINT64_FORMAT " s in the future.",
                          -age / G_USEC_PER_SEC),
         g_strdup ("Set the clocks of instrument, file server and this machine by NTP."));
  else if (age > days * G_TIME_SPAN_DAY)
    add (checks,
         MNS_DOCTOR_WARNING,
         settings->root,
         g_strdup_printf ("%u runs, nothing changed for %" G_GINT64_FORMAT " days.",
                          freshness.n_runs,
                          age / G_TIME_SPAN_DAY),
         g_strdup ("If the instrument was used since, see where it writes to."));
  else
    add (checks,
         MNS_DOCTOR_OK,
         settings->root,
         g_strdup_printf ("%u runs, the last change %" G_GINT64_FORMAT " minutes ago.",
                          freshness.n_runs,
                          MAX (age, 0) / G_TIME_SPAN_MINUTE),
         NULL);
}

/**
 * mns_doctor_check_folder:
 * @checks: takes the answers
 * @settings: the integration
 * @now: microseconds UTC
 *
 * Is the root there, mounted, readable and fresh? Blocks as long as the file system does.
 */
void
mns_doctor_check_folder (GPtrArray *checks, const MnsDoctorSettings *settings, gint64 now)
{
  const char *problem = NULL;
  struct stat info;

  if (stat (settings->root, &info) < 0)
    problem = g_strerror (errno);
  else if (!S_ISDIR (info.st_mode))
    problem = "it is a file";
  if (problem != NULL)
    {
      add (checks,
           MNS_DOCTOR_FAULT,
           settings->root,
           g_strdup_printf ("Is not there: %s.", problem),
           g_strdup (
               "Make the folder and mount the share on it, or mend the path in the settings."));
      return;
    }
  if (settings->is_share)
    check_mount (checks, settings->root);
  if (access (settings->root, R_OK | X_OK) < 0)
    {
      add (checks,
           MNS_DOCTOR_FAULT,
           settings->root,
           g_strdup_printf ("Cannot be read: %s.", g_strerror (errno)),
           g_strdup_printf ("Give the user with the number %u the right to read and enter the "
                            "folder, on the file server and in the options of the mount.",
                            (guint) geteuid ()));
      return;
    }
  add (checks, MNS_DOCTOR_OK, settings->root, g_strdup ("Can be read."), NULL);
  check_freshness (checks, settings, now);
  if (settings->may_write)
    check_clock_by_file (checks, settings->root);
}

/* What the thread works on; whoever lets go last frees it. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  gboolean is_done;
  GPtrArray *checks;
  MnsDoctorSettings settings;
  char *root;
} FolderJob;

static void
clear_job (gpointer data)
{
  FolderJob *job = data;

  g_mutex_clear (&job->mutex);
  g_cond_clear (&job->cond);
  g_ptr_array_unref (job->checks);
  g_free (job->root);
}

static gpointer
check_folder_thread (gpointer data)
{
  FolderJob *job = data;
  g_autoptr (GPtrArray) checks = mns_doctor_checks_new ();

  mns_doctor_check_folder (checks, &job->settings, g_get_real_time ());
  g_mutex_lock (&job->mutex);
  g_ptr_array_extend_and_steal (job->checks, g_steal_pointer (&checks));
  job->is_done = TRUE;
  g_cond_signal (&job->cond);
  g_mutex_unlock (&job->mutex);
  g_atomic_rc_box_release_full (job, clear_job);
  return NULL;
}

static void
check_folder_in_time (GPtrArray *checks, const MnsDoctorSettings *settings, guint timeout_ms)
{
  FolderJob *job = g_atomic_rc_box_new0 (FolderJob);
  gint64 deadline = g_get_monotonic_time () + (gint64) timeout_ms * 1000;

  g_mutex_init (&job->mutex);
  g_cond_init (&job->cond);
  job->checks = mns_doctor_checks_new ();
  job->root = g_strdup (settings->root);
  job->settings = *settings;
  job->settings.root = job->root;
  g_thread_unref (g_thread_new ("doctor", check_folder_thread, g_atomic_rc_box_acquire (job)));
  g_mutex_lock (&job->mutex);
  while (!job->is_done && g_cond_wait_until (&job->cond, &job->mutex, deadline))
    ;
  if (job->is_done)
    while (job->checks->len > 0)
      g_ptr_array_add (checks, g_ptr_array_steal_index (job->checks, 0));
  else
    add (checks,
         MNS_DOCTOR_FAULT,
         settings->root,
         g_strdup_printf ("Did not answer within %u s.", (timeout_ms + 999) / 1000),
         g_strdup ("The file server is away or slow: see the lines on its ports, then mount the "
                   "share anew."));
  g_mutex_unlock (&job->mutex);
  g_atomic_rc_box_release_full (job, clear_job);
}

/**
 * mns_doctor_check:
 * @settings: an integration
 *
 * Returns: (transfer full) (element-type MnsDoctorCheck): every answer, good ones too
 */
GPtrArray *
mns_doctor_check (const MnsDoctorSettings *settings)
{
  GPtrArray *checks = mns_doctor_checks_new ();
  guint timeout_ms;

  g_return_val_if_fail (settings != NULL, checks);

  timeout_ms = settings->timeout_ms > 0 ? settings->timeout_ms : DEFAULT_TIMEOUT_MS;
  if (settings->root != NULL)
    check_folder_in_time (checks, settings, timeout_ms);
  if (settings->file_server != NULL)
    {
      mns_doctor_check_tcp (checks, settings->file_server, 445, timeout_ms);
      mns_doctor_check_tcp (checks, settings->file_server, 139, timeout_ms);
    }
  if (settings->vpn != NULL)
    {
      mns_doctor_check_udp (checks, settings->vpn, 500, timeout_ms);
      mns_doctor_check_udp (checks, settings->vpn, 4500, timeout_ms);
    }
  return checks;
}
