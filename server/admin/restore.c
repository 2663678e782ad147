/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Putting a backup back, in two steps. "restore" fills the database and the files, and leaves a
 * marker that keeps servers from starting; "restore-finish" makes what devices know of the old life
 * recognisable as old (decisions.md 2 and 10): a new epoch, dead id blocks, counters far ahead.
 */

#define G_LOG_DOMAIN "meniscusctl"

#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "server/admin/backup.h"
#include "server/admin/ctl.h"
#include "server/store/cluster-files.h"
#include "server/store/pg-error.h"
#include "sync/model/error.h"

/* No device can have used up so many numbers since the backup. */
#define JUMP 10000

static gboolean
check_backup (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "backup.json", NULL);
  g_autofree char *dump = g_build_filename (folder, "database.dump", NULL);
  g_autofree char *text = NULL;
  g_autofree char *hash = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GMappedFile) file = NULL;
  JsonObject *manifest;

  if (g_file_get_contents (path, &text, NULL, NULL))
    node = mns_json_parse_object (text, -1, NULL);
  file = g_mapped_file_new (dump, FALSE, NULL);
  if (node == NULL || file == NULL)
    {
      g_set_error (
          error,
          MNS_ERROR,
          MNS_ERROR_INVALID,
          "%s is no finished backup: backup.json or database.dump is missing or unreadable.",
          folder);
      return FALSE;
    }
  hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256,
                                      (const guchar *) g_mapped_file_get_contents (file),
                                      g_mapped_file_get_length (file));
  manifest = json_node_get_object (node);
  if (g_strcmp0 (hash,
                 json_object_get_string_member_with_default (manifest, "database_sha256", "")) == 0)
    return TRUE;
  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_CORRUPT,
               "The backup in %s is damaged: database.dump is not what it was when it was made.",
               folder);
  return FALSE;
}

static gboolean
set_marker (const char *state, const char *folder, GError **error)
{
  g_autofree char *path = mns_restore_marker (state);
  g_autoptr (GError) failure = NULL;

  if (g_file_set_contents (path, folder, -1, &failure))
    return TRUE;
  g_set_error (error, MNS_ERROR, MNS_ERROR_FAILED, "%s", failure->message);
  return FALSE;
}

/* Is anything in the database that would be lost? A fresh cluster has no tables. */
static gboolean
is_empty (const MnsInstance *instance, gboolean *empty, GError **error)
{
  g_autoptr (PGconn) connection = PQconnectdb (instance->admin);
  g_autoptr (PGresult) result =
      PQexec (connection, "SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1");

  if (PQresultStatus (result) != PGRES_TUPLES_OK)
    {
      mns_pg_set_error (error, connection, result);
      return FALSE;
    }
  *empty = PQntuples (result) == 0;
  return TRUE;
}

static gboolean
empty_database (const MnsInstance *instance, GError **error)
{
  g_autoptr (PGconn) connection = PQconnectdb (instance->admin);
  g_autoptr (PGresult) result =
      PQexec (connection,
              "SET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public"
              " AUTHORIZATION " MNS_CLUSTER_OWNER_ROLE);

  if (PQresultStatus (result) == PGRES_COMMAND_OK)
    return TRUE;
  mns_pg_set_error (error, connection, result);
  return FALSE;
}

static gboolean
load (const MnsInstance *instance, const char *folder, GError **error)
{
  g_autofree char *program = mns_backup_program (instance, "pg_restore");
  g_autofree char *dump = g_build_filename (folder, "database.dump", NULL);
  g_autofree char *to = g_strconcat ("--dbname=", instance->admin, NULL);
  const char *const argv[] = { program,
                               "--no-password",
                               "--exit-on-error",
                               "--single-transaction",
                               "--clean",
                               "--if-exists",
                               to,
                               dump,
                               NULL };

  return mns_backup_run (argv, error);
}

static int
restore (MnsCtl *self, const char *folder, gboolean replace, GError **error)
{
  g_autoptr (MnsInstance) instance = NULL;
  g_autofree char *from = g_build_filename (folder, "files", NULL);
  g_autofree char *to = NULL;
  MnsCopied copied = { 0 };
  gboolean empty = FALSE;

  if (!check_backup (folder, error))
    return MNS_EXIT_REFUSED;
  self->options.join = FALSE;
  self->options.bare = TRUE;
  instance = mns_instance_open (&self->options, error);
  if (instance == NULL)
    return MNS_EXIT_REFUSED;
  if (instance->admin == NULL)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_INVALID,
                   "A database of your own is restored with PostgreSQL's tools (pg_restore of "
                   "database.dump); then copy files/, and run restore-finish.");
      return MNS_EXIT_REFUSED;
    }
  if (!is_empty (instance, &empty, error))
    return MNS_EXIT_REFUSED;
  if (!empty && !replace)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_INVALID,
                   "%s holds a lab already; --replace puts the backup in its place, and what is "
                   "there now is lost.",
                   instance->state);
      return MNS_EXIT_REFUSED;
    }
  to = g_build_filename (instance->state, "files", NULL);
  if (!set_marker (instance->state, folder, error) ||
      (!empty && !empty_database (instance, error)) || !load (instance, folder, error) ||
      !mns_backup_copy_tree (from, to, &copied, error))
    return MNS_EXIT_REFUSED;
  return mns_ctl_done (self,
                       NULL,
                       "The backup is back, with %" G_GINT64_FORMAT
                       " files. Now run: meniscusctl --state %s restore-finish",
                       copied.files,
                       instance->state);
}

int
mns_ctl_restore (MnsCtl *self, GError **error)
{
  gboolean replace = FALSE;
  const GOptionEntry entries[] = {
    { "replace", 0, 0, G_OPTION_ARG_NONE, &replace, NULL, NULL },
    { NULL },
  };

  if (!mns_ctl_parse (self, entries, 1, error))
    return MNS_EXIT_USAGE;
  return restore (self, self->argv[0], replace, error);
}

/* ---- restore-finish ---- */

static gboolean
finish (MnsTransaction *tx, gpointer data, GError **error)
{
  static const MnsId nobody = { { 0 } };
  const char *journals = data;
  g_autoptr (MnsRows) renewed =
      mns_transaction_query (tx, "SELECT mns_renew_epoch ()::text", NULL, error);

  return renewed != NULL && mns_transaction_run (tx, "DELETE FROM id_block", NULL, error) &&
         mns_transaction_run (tx,
                              "UPDATE id_counter SET next = next + $jump",
                              MNS_ARGS (MNS_ARG_INT ("jump", JUMP)),
                              error) &&
         mns_transaction_run (
             tx,
             /* what devices had leased, known or not, lies below: a block of nobody's, from which
              * their journals come back under the numbers that are on their labels */
             "INSERT INTO id_block (id, person_id, client_id, class, owner_id, first_no, last_no,"
             " leased_at) SELECT gen_random_uuid (), $nobody, $nobody, class,"
             " NULLIF (owner_id, $nobody), 1, next - 1, $now FROM id_counter",
             MNS_ARGS (MNS_ARG_ID ("nobody", &nobody), MNS_ARG_INT ("now", g_get_real_time ())),
             error) &&
         mns_transaction_run (
             tx,
             "INSERT INTO restore_state (one, journals, restored_at) VALUES (1, $journals, $now)"
             " ON CONFLICT (one) DO UPDATE SET journals = excluded.journals,"
             " restored_at = excluded.restored_at",
             MNS_ARGS (MNS_ARG_TEXT ("journals", journals),
                       MNS_ARG_INT ("now", g_get_real_time ())),
             error) &&
         mns_transaction_run (tx, "DELETE FROM journal_waiting", NULL, error) &&
         mns_transaction_run (tx,
                              "UPDATE login SET revoked_at = $now WHERE kind = 'WEB'"
                              " AND revoked_at IS NULL",
                              MNS_ARGS (MNS_ARG_INT ("now", g_get_real_time ())),
                              error);
}

static const char *
parse_journals (const char *text)
{
  static const char *const words[] = { "ask", "all", "none" };
  static const char *const stored[] = { "ASK", "ALL", "NONE" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (text, words[i]) == 0)
      return stored[i];
  return NULL;
}

int
mns_ctl_restore_finish (MnsCtl *self, GError **error)
{
  g_autofree char *journals = NULL;
  const GOptionEntry entries[] = {
    { "journals", 0, 0, G_OPTION_ARG_STRING, &journals, NULL, NULL },
    { NULL },
  };
  g_autoptr (MnsInstance) instance = NULL;
  g_autoptr (MnsPool) pool = NULL;
  g_autofree char *marker = NULL;
  const char *word;

  if (!mns_ctl_parse (self, entries, 0, error))
    return MNS_EXIT_USAGE;
  word = parse_journals (journals != NULL ? journals : "ask");
  if (word == NULL)
    return mns_ctl_usage (error, "--journals is ask, all or none.");
  self->options.join = FALSE;
  self->options.bare = TRUE;
  instance = mns_instance_open (&self->options, error);
  if (instance == NULL || !mns_instance_prepare (instance, error))
    return MNS_EXIT_REFUSED;
  pool = mns_pool_new (instance->owner, 1);
  if (!mns_pool_run_write (pool, finish, (gpointer) word, error))
    return MNS_EXIT_REFUSED;
  marker = mns_restore_marker (instance->state);
  g_unlink (marker);
  return mns_ctl_done (self,
                       NULL,
                       "The lab can start. Devices fetch everything anew; %s.",
                       strcmp (word, "ASK") == 0 ? "what they did since the backup waits for "
                                                   "'meniscusctl journals all' or 'none'"
                       : strcmp (word, "ALL") == 0
                           ? "what they did since the backup is done again"
                           : "what they did since the backup becomes conflicts for them to settle");
}

/* ---- journals ---- */

typedef struct
{
  const char *word; /* NULL: list */
  MnsRows *rows;
} Journals;

static gboolean
look_at_journals (MnsTransaction *tx, gpointer data, GError **error)
{
  Journals *self = data;

  g_clear_pointer (&self->rows, mns_rows_unref);
  if (self->word != NULL)
    return mns_transaction_run (tx,
                                "UPDATE restore_state SET journals = $word",
                                MNS_ARGS (MNS_ARG_TEXT ("word", self->word)),
                                error) &&
           mns_transaction_run (tx, "DELETE FROM journal_waiting", NULL, error);
  self->rows = mns_transaction_query (
      tx,
      "SELECT p.username, c.device, w.n, w.command, w.performed_at FROM journal_waiting w"
      " JOIN person p ON p.id = w.person_id LEFT JOIN sync_client c ON c.id = w.client_id"
      " ORDER BY w.client_id, w.n",
      NULL,
      error);
  return self->rows != NULL;
}

static JsonObject *
list_journals (MnsCtl *self, MnsRows *rows)
{
  JsonObject *result = json_object_new ();
  JsonArray *waiting = json_array_new ();

  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      JsonObject *command = json_object_new ();
      const char *user = mns_rows_get_text (rows, i, 0);
      const char *device = mns_rows_get_text (rows, i, 1);

      json_object_set_string_member (command, "user", user != NULL ? user : "");
      json_object_set_string_member (command, "device", device != NULL ? device : "");
      json_object_set_int_member (command, "n", mns_rows_get_int (rows, i, 2));
      json_object_set_string_member (command, "command", mns_rows_get_text (rows, i, 3));
      json_object_set_int_member (command, "performed_at", mns_rows_get_int (rows, i, 4));
      json_array_add_object_element (waiting, command);
      if (!self->json)
        printf ("%s\t%s\t%" G_GINT64_FORMAT "\t%s\n",
                user != NULL ? user : "",
                device != NULL ? device : "",
                mns_rows_get_int (rows, i, 2),
                mns_rows_get_text (rows, i, 3));
    }
  json_object_set_array_member (result, "waiting", waiting);
  return result;
}

int
mns_ctl_journals (MnsCtl *self, GError **error)
{
  g_autoptr (MnsInstance) instance = NULL;
  g_autoptr (MnsPool) pool = NULL;
  Journals journals = { 0 };
  const char *asked = self->argc > 0 ? self->argv[0] : "list";
  JsonObject *result;

  if (self->argc > 1 ||
      (strcmp (asked, "list") != 0 && strcmp (asked, "all") != 0 && strcmp (asked, "none") != 0))
    return mns_ctl_usage (error, "journals takes list, all or none.");
  journals.word = strcmp (asked, "list") == 0 ? NULL : parse_journals (asked);
  instance = mns_instance_open (&self->options, error);
  if (instance == NULL)
    return MNS_EXIT_REFUSED;
  pool = mns_pool_new (instance->application, 1);
  if (!mns_pool_run_write (pool, look_at_journals, &journals, error))
    return MNS_EXIT_REFUSED;
  if (journals.word != NULL)
    return mns_ctl_done (self, NULL, "Devices may send; they try again within a minute.");
  result = list_journals (self, journals.rows);
  mns_rows_unref (journals.rows);
  return mns_ctl_done (self, result, NULL);
}
