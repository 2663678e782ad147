/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Looks at an instance and says what to do about what it finds. */

#define G_LOG_DOMAIN "meniscusctl"

#include "config.h"

#include <glib/gstdio.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "server/admin/ctl.h"
#include "server/http/certificate.h"
#include "server/instruments/doctor.h"
#include "server/instruments/ingest.h"
#include "sync/model/error.h"

#define LOW_SPACE (G_GINT64_CONSTANT (1024) * 1024 * 1024)
#define SOON_S (30 * 24 * 60 * 60)

typedef enum
{
  GOOD,
  WARNING,
  BAD,
} Finding;

static const char *const finding_words[] = { "ok", "warning", "bad" };

typedef struct
{
  MnsCtl *ctl;
  MnsInstance *instance;
  JsonArray *lines;
  Finding worst;

  /* from the database */
  gint64 n_admins, n_users, n_conflicts, n_waiting, n_poisonous, n_open_uploads;
  gint64 partition_days;
  gboolean writable;
  gint64 newest_durable;
} Doctor;

/* What the options say of the integrations. */
typedef struct
{
  char **roots;
  char *file_server;
  char *vpn;
} Shares;

static void
clear_shares (Shares *self)
{
  g_strfreev (self->roots);
  g_free (self->file_server);
  g_free (self->vpn);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Shares, clear_shares)

static void G_GNUC_PRINTF (4, 5)
    say (Doctor *self, Finding finding, const char *what, const char *format, ...)
{
  JsonObject *line = json_object_new ();
  g_autofree char *text = NULL;
  va_list values;

  va_start (values, format);
  text = g_strdup_vprintf (format, values);
  va_end (values);
  self->worst = MAX (self->worst, finding);
  json_object_set_string_member (line, "what", what);
  json_object_set_string_member (line, "finding", finding_words[finding]);
  json_object_set_string_member (line, "text", text);
  json_array_add_object_element (self->lines, line);
  if (!self->ctl->json)
    printf ("%-8s %-12s %s\n", finding_words[finding], what, text);
}

static void
look_at_folder (Doctor *self, const char *state)
{
  GStatBuf info;
  struct statvfs space;
  gint64 left;

  if (g_stat (state, &info) != 0)
    say (self,
         BAD,
         "folder",
         "%s is not there: start meniscus-server once, or give --state.",
         state);
  else if ((info.st_mode & 066) != 0)
    say (self, BAD, "folder", "%s can be read by others: chmod 700 %s", state, state);
  else
    say (self, GOOD, "folder", "%s is there and only yours.", state);

  if (statvfs (state, &space) != 0)
    return;
  left = (gint64) space.f_bavail * (gint64) space.f_frsize;
  if (left < LOW_SPACE)
    say (self,
         BAD,
         "disk",
         "Only %" G_GINT64_FORMAT " MiB are free: make room before commands are refused.",
         left / (1024 * 1024));
  else
    say (self, GOOD, "disk", "%" G_GINT64_FORMAT " GiB are free.", left / LOW_SPACE);
}

static void
look_at_certificate (Doctor *self, const char *state)
{
  g_autofree char *path = g_build_filename (state, "tls.pem", NULL);
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GDateTime) end = NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GError) error = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return;
  certificate = mns_certificate_load (path, NULL, &error);
  if (certificate == NULL)
    {
      say (self, BAD, "tls", "%s Remove %s to have a new one made.", error->message, path);
      return;
    }
  end = g_tls_certificate_get_not_valid_after (certificate);
  if (end != NULL && g_date_time_difference (end, now) < (GTimeSpan) SOON_S * G_USEC_PER_SEC)
    say (self,
         WARNING,
         "tls",
         "The self-made certificate ends soon: remove %s, restart, and show the new fingerprint to "
         "the users.",
         path);
  else
    say (self, GOOD, "tls", "The self-made certificate is good for long.");
}

static gint64
query_number (MnsTransaction *tx, const char *sql, gint64 *number, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (tx, sql, NULL, error);

  if (rows == NULL)
    return FALSE;
  *number = mns_rows_get_int (rows, 0, 0);
  return TRUE;
}

static gboolean
look_into_database (MnsTransaction *tx, gpointer data, GError **error)
{
  Doctor *self = data;
  gint64 recovering = 0;
  gboolean done =
      query_number (
          tx, "SELECT CASE WHEN pg_is_in_recovery () THEN 1 ELSE 0 END", &recovering, error) &&
      query_number (tx,
                    "SELECT count(*) FROM person p WHERE p.username IS NOT NULL AND p.status ="
                    " 'ACTIVE' AND EXISTS (SELECT FROM credential c WHERE c.person_id = p.id)",
                    &self->n_users,
                    error) &&
      query_number (tx,
                    "SELECT count(*) FROM person p WHERE p.username IS NOT NULL AND p.status ="
                    " 'ACTIVE' AND EXISTS (SELECT FROM credential c WHERE c.person_id = p.id)"
                    " AND EXISTS (SELECT FROM person_role r JOIN role_permission g"
                    " ON g.role_id = r.role_id WHERE r.person_id = p.id"
                    " AND g.permission = 'User:create')",
                    &self->n_admins,
                    error) &&
      query_number (
          tx, "SELECT count(*) FROM conflict WHERE state = 'OPEN'", &self->n_conflicts, error) &&
      query_number (tx, "SELECT count(*) FROM journal_waiting", &self->n_waiting, error) &&
      query_number (tx,
                    "SELECT count(*) FROM command_attempt WHERE deaths >= 3",
                    &self->n_poisonous,
                    error) &&
      query_number (tx,
                    "SELECT count(*) FROM pg_inherits WHERE inhparent = 'change_log'::regclass"
                    " AND inhrelid::regclass::text > 'change_log_' || to_char (now () AT TIME ZONE"
                    " 'UTC', 'YYYYMMDD') AND inhrelid::regclass::text ~ '^change_log_[0-9]{8}$'",
                    &self->partition_days,
                    error) &&
      query_number (tx, "SELECT count(*) FROM upload", &self->n_open_uploads, error);

  self->writable = recovering == 0;
  return done;
}

static void
tell_database (Doctor *self)
{
  if (self->writable)
    say (self, GOOD, "database", "It answers and takes writing.");
  else
    say (self, BAD, "database", "It is a standby: point the server to the primary.");
  if (self->n_users == 0)
    say (self,
         WARNING,
         "users",
         "Nobody can sign in yet: meniscusctl user add NAME --role 'System Administrator' "
         "--password-file FILE");
  else if (self->n_admins == 0)
    say (self,
         BAD,
         "users",
         "No user may make users: meniscusctl user add NAME --role 'System Administrator' "
         "--password-file FILE");
  else
    say (self,
         GOOD,
         "users",
         "%" G_GINT64_FORMAT " can sign in, %" G_GINT64_FORMAT " of them may make users.",
         self->n_users,
         self->n_admins);
  if (self->partition_days < 3)
    say (self,
         WARNING,
         "logs",
         "Partitions are made for %" G_GINT64_FORMAT
         " days only: the server makes them at its start and daily; restart it.",
         self->partition_days);
  else
    say (self,
         GOOD,
         "logs",
         "Partitions are made for %" G_GINT64_FORMAT " days.",
         self->partition_days);
  if (self->n_conflicts > 0)
    say (self,
         WARNING,
         "conflicts",
         "%" G_GINT64_FORMAT " wait for their owners, who find them in the program.",
         self->n_conflicts);
  if (self->n_waiting > 0)
    say (self,
         WARNING,
         "journals",
         "%" G_GINT64_FORMAT
         " commands from before the restore wait: meniscusctl journals list, "
         "then all or none.",
         self->n_waiting);
  if (self->n_poisonous > 0)
    say (self,
         BAD,
         "commands",
         "%" G_GINT64_FORMAT
         " stopped the server three times and are passed over: report them with "
         "the server's log.",
         self->n_poisonous);
  if (self->n_open_uploads > 0)
    say (self,
         GOOD,
         "files",
         "%" G_GINT64_FORMAT " uploads are not whole yet; their devices go on with them.",
         self->n_open_uploads);
}

/* ---- the instruments' shares ---- */

static Finding
finding_of (MnsDoctorResult result)
{
  return result == MNS_DOCTOR_OK ? GOOD : result == MNS_DOCTOR_WARNING ? WARNING : BAD;
}

static void
look_at_root (Doctor *self, const MnsDoctorSettings *settings)
{
  g_autoptr (GPtrArray) checks = mns_doctor_check (settings);

  for (guint i = 0; i < checks->len; i++)
    {
      const MnsDoctorCheck *check = g_ptr_array_index (checks, i);

      say (self,
           finding_of (check->result),
           "runs",
           "%s: %s%s%s",
           check->subject,
           check->found,
           check->advice != NULL ? " " : "",
           check->advice != NULL ? check->advice : "");
    }
}

/* The folders of the setting and those named here; hosts are those of the integration's share. */
static void
look_at_runs (Doctor *self, MnsPool *pool, const Shares *shares)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) settings = mns_ingest_read_roots (pool, &error);
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();
  g_auto (GStrv) roots = NULL;

  if (settings == NULL)
    say (self, BAD, "runs", "%s", error->message);
  else
    g_strv_builder_addv (all, (const char **) settings);
  if (shares->roots != NULL)
    g_strv_builder_addv (all, (const char **) shares->roots);
  roots = g_strv_builder_end (all);
  for (guint i = 0; roots[i] != NULL; i++)
    {
      const MnsDoctorSettings asked = { .root = roots[i],
                                        .is_share = shares->file_server != NULL,
                                        .file_server = i == 0 ? shares->file_server : NULL,
                                        .vpn = i == 0 ? shares->vpn : NULL };

      look_at_root (self, &asked);
    }
  if (roots[0] == NULL && settings != NULL)
    say (self,
         GOOD,
         "runs",
         "No folder of runs is named; for runs to come in by themselves set runs.roots or start "
         "the server with --run-root.");
}

static int
end (Doctor *self)
{
  JsonObject *result = json_object_new ();
  gboolean bad = self->worst == BAD;

  json_object_set_string_member (result, "worst", finding_words[self->worst]);
  json_object_set_array_member (result, "findings", self->lines);
  mns_ctl_done (self->ctl, result, NULL);
  return bad ? MNS_EXIT_REFUSED : MNS_EXIT_OK;
}

int
mns_ctl_doctor (MnsCtl *self, GError **error)
{
  Doctor doctor = { .ctl = self, .lines = json_array_new () };
  g_autoptr (MnsInstance) instance = NULL;
  g_autoptr (MnsPool) pool = NULL;
  g_autoptr (GError) failure = NULL;
  g_auto (Shares) shares = { 0 };
  const GOptionEntry entries[] = {
    { "run-root", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &shares.roots, NULL, NULL },
    { "file-server", 0, 0, G_OPTION_ARG_STRING, &shares.file_server, NULL, NULL },
    { "vpn", 0, 0, G_OPTION_ARG_STRING, &shares.vpn, NULL, NULL },
    { NULL },
  };

  if (!mns_ctl_parse (self, entries, 0, error))
    return MNS_EXIT_USAGE;
  if (self->options.database == NULL)
    {
      look_at_folder (&doctor, self->options.state);
      look_at_certificate (&doctor, self->options.state);
    }
  instance = mns_instance_open (&self->options, &failure);
  if (instance == NULL)
    {
      say (&doctor, BAD, "database", "It cannot be opened: %s", failure->message);
      return end (&doctor);
    }
  pool = mns_pool_new (instance->application, 1);
  if (mns_pool_run_read (pool, look_into_database, &doctor, &failure))
    tell_database (&doctor);
  else
    say (&doctor, BAD, "database", "It cannot be read: %s", failure->message);
  look_at_runs (&doctor, pool, &shares);
  say (&doctor,
       GOOD,
       "server",
       instance->cluster == NULL ? "A server runs on this database."
                                 : "No server runs; that is no fault.");
  return end (&doctor);
}
