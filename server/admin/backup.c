/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A backup is a folder: database.dump (pg_dump's custom form), files/ as in the state folder, and
 * backup.json, which is written last and says that the rest is whole.
 */

#define G_LOG_DOMAIN "meniscusctl"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/admin/backup.h"
#include "server/admin/ctl.h"
#include "sync/model/entity.h"
#include "sync/model/error.h"

/* ---- helpers for both directions ---- */

gboolean
mns_backup_run (const char *const *argv, GError **error)
{
  g_autofree char *complaint = NULL;
  g_autoptr (GError) failure = NULL;
  int status = 0;

  if (g_spawn_sync (NULL,
                    (char **) argv,
                    NULL,
                    G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL,
                    NULL,
                    NULL,
                    NULL,
                    &complaint,
                    &status,
                    &failure) &&
      g_spawn_check_wait_status (status, &failure))
    return TRUE;
  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_FAILED,
               "%s: %s %s",
               argv[0],
               failure->message,
               complaint != NULL ? g_strstrip (complaint) : "");
  return FALSE;
}

char *
mns_backup_program (const MnsInstance *instance, const char *name)
{
  return instance->bin != NULL ? g_build_filename (instance->bin, name, NULL) : g_strdup (name);
}

static gboolean
copy_one (const char *from, const char *to, MnsCopied *copied, GError **error)
{
  g_autoptr (GFile) source = g_file_new_for_path (from);
  g_autoptr (GFile) target = g_file_new_for_path (to);
  g_autoptr (GError) failure = NULL;
  GStatBuf info;

  if (g_stat (to, &info) != 0 &&
      !g_file_copy (source, target, G_FILE_COPY_NONE, NULL, NULL, NULL, &failure))
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_FAILED, "Copying %s: %s", from, failure->message);
      return FALSE;
    }
  if (g_stat (to, &info) == 0)
    copied->bytes += info.st_size;
  copied->files++;
  return TRUE;
}

/* Blobs never change, so what is there under a name is right. "incoming" is not part of it. */
gboolean
mns_backup_copy_tree (const char *from, const char *to, MnsCopied *copied, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (from, 0, NULL);
  const char *name;

  if (dir == NULL)
    return TRUE;
  if (g_mkdir_with_parents (to, 0700) != 0)
    {
      g_set_error (
          error, MNS_ERROR, MNS_ERROR_FAILED, "%s cannot be made: %s.", to, g_strerror (errno));
      return FALSE;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *source = g_build_filename (from, name, NULL);
      g_autofree char *target = g_build_filename (to, name, NULL);

      if (strcmp (name, "incoming") == 0)
        continue;
      if (g_file_test (source, G_FILE_TEST_IS_DIR)
              ? !mns_backup_copy_tree (source, target, copied, error)
              : !copy_one (source, target, copied, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- backup ---- */

typedef struct
{
  MnsRows *numbers; /* client, last_n: what the dump holds at least */
  gint64 now;
} Durable;

static gboolean
read_numbers (MnsTransaction *tx, gpointer data, GError **error)
{
  Durable *self = data;

  g_clear_pointer (&self->numbers, mns_rows_unref);
  self->numbers = mns_transaction_query (tx, "SELECT id, last_n FROM sync_client", NULL, error);
  return self->numbers != NULL;
}

/* Devices may now forget what they keep for the case of a restore (decisions.md 10). */
static gboolean
write_numbers (MnsTransaction *tx, gpointer data, GError **error)
{
  Durable *self = data;
  g_autoptr (MnsRowSet) set = mns_row_set_new ("id id, n int");

  for (guint i = 0; i < mns_rows_get_n_rows (self->numbers); i++)
    mns_row_set_add (set,
                     mns_value_id (mns_rows_get_id (self->numbers, i, 0)),
                     mns_value_int (mns_rows_get_int (self->numbers, i, 1)));
  return mns_transaction_run (tx,
                              "UPDATE sync_client SET durable_n = v.n FROM {v}"
                              " WHERE sync_client.id = v.id AND sync_client.durable_n < v.n",
                              MNS_ARGS (MNS_ARG_SET ("v", set)),
                              error);
}

static gboolean
dump (const MnsInstance *instance, const char *folder, GError **error)
{
  g_autofree char *program = mns_backup_program (instance, "pg_dump");
  g_autofree char *file = g_build_filename (folder, "database.dump", NULL);
  g_autofree char *to = g_strconcat ("--file=", file, NULL);
  g_autofree char *from = g_strconcat (
      "--dbname=", instance->admin != NULL ? instance->admin : instance->application, NULL);
  const char *const argv[] = { program, "--format=custom", "--no-password", to, from, NULL };

  return mns_backup_run (argv, error);
}

static char *
hash_file (const char *path, GError **error)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, error);

  if (file == NULL)
    return NULL;
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256,
                                      (const guchar *) g_mapped_file_get_contents (file),
                                      g_mapped_file_get_length (file));
}

static gboolean
write_manifest (const char *folder, const MnsCopied *copied, gint64 at, GError **error)
{
  JsonObject *manifest = json_object_new ();
  g_autofree char *database = g_build_filename (folder, "database.dump", NULL);
  g_autofree char *path = g_build_filename (folder, "backup.json", NULL);
  g_autofree char *hash = hash_file (database, error);
  g_autofree char *text = NULL;

  if (hash == NULL)
    {
      json_object_unref (manifest);
      return FALSE;
    }
  json_object_set_string_member (manifest, "program", "meniscus " MNS_VERSION);
  json_object_set_int_member (manifest, "schema", MNS_SCHEMA);
  json_object_set_int_member (manifest, "made_at", at);
  json_object_set_string_member (manifest, "database_sha256", hash);
  json_object_set_int_member (manifest, "files", copied->files);
  json_object_set_int_member (manifest, "file_bytes", copied->bytes);
  text = mns_json_print (manifest);
  return g_file_set_contents_full (
      path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}

static gboolean
make_folder (const char *path, GError **error)
{
  g_autoptr (GDir) dir = NULL;

  if (g_mkdir_with_parents (path, 0700) == 0 && (dir = g_dir_open (path, 0, NULL)) != NULL &&
      g_dir_read_name (dir) == NULL)
    return TRUE;
  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_INVALID,
               "A backup goes into a new or empty folder; %s is not one, or cannot be made.",
               path);
  return FALSE;
}

int
mns_ctl_backup (MnsCtl *self, GError **error)
{
  g_autoptr (MnsInstance) instance = NULL;
  g_autoptr (MnsPool) pool = NULL;
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;
  Durable durable = { .now = g_get_real_time () };
  MnsCopied copied = { 0 };
  JsonObject *result;
  gboolean done;

  if (!mns_ctl_parse (self, NULL, 1, error))
    return MNS_EXIT_USAGE;
  if (!make_folder (self->argv[0], error))
    return MNS_EXIT_REFUSED;
  instance = mns_instance_open (&self->options, error);
  if (instance == NULL)
    return MNS_EXIT_REFUSED;
  pool = mns_pool_new (instance->application, 1);
  from = g_build_filename (instance->state, "files", NULL);
  to = g_build_filename (self->argv[0], "files", NULL);
  /* the database first: every file that it refers to is then there to be copied */
  done = mns_pool_run_read (pool, read_numbers, &durable, error) &&
         dump (instance, self->argv[0], error) && mns_backup_copy_tree (from, to, &copied, error) &&
         write_manifest (self->argv[0], &copied, durable.now, error) &&
         mns_pool_run_write (pool, write_numbers, &durable, error);
  g_clear_pointer (&durable.numbers, mns_rows_unref);
  if (!done)
    return MNS_EXIT_REFUSED;
  result = json_object_new ();
  json_object_set_string_member (result, "folder", self->argv[0]);
  json_object_set_int_member (result, "files", copied.files);
  return mns_ctl_done (self,
                       result,
                       "The backup is in %s: the database and %" G_GINT64_FORMAT " files.",
                       self->argv[0],
                       copied.files);
}
