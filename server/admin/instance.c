/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-admin"

#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "server/admin/instance.h"
#include "server/store/migrate.h"
#include "sync/model/error.h"
#include "sync/wire/envelope.h"

/* Tells meniscusctl how to reach the database of a server that runs. */
#define NOTE "database.json"

void
mns_instance_close (MnsInstance *self)
{
  if (self == NULL)
    return;
  if (self->cluster != NULL)
    {
      g_autofree char *path = g_build_filename (self->state, NOTE, NULL);

      g_unlink (path);
      mns_cluster_stop (self->cluster);
    }
  g_free (self->state);
  g_free (self->application);
  g_free (self->owner);
  g_free (self->admin);
  g_free (self->bin);
  g_free (self);
}

/**
 * mns_instance_default_state:
 *
 * Returns: (transfer full): the folder that the service manager gave, the system's for root, the
 *   user's own otherwise
 */
char *
mns_instance_default_state (void)
{
  const char *given = g_getenv ("STATE_DIRECTORY");

  if (given != NULL && *given != '\0')
    return g_strndup (given, strcspn (given, ":"));
  if (geteuid () == 0)
    return g_strdup ("/var/lib/meniscus");
  return g_build_filename (g_get_user_state_dir (), "meniscus", NULL);
}

static gboolean
make_state (MnsInstance *self, const char *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0700) != 0)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_FAILED,
                   "The state folder %s cannot be made: %s.",
                   path,
                   g_strerror (errno));
      return FALSE;
    }
  self->state = g_canonicalize_filename (path, NULL);
  return TRUE;
}

/* ---- how others find the database ---- */

static gboolean
write_note (MnsInstance *self, GError **error)
{
  JsonObject *note = json_object_new ();
  g_autofree char *path = g_build_filename (self->state, NOTE, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) failure = NULL;

  json_object_set_string_member (note, "application", self->application);
  json_object_set_string_member (note, "owner", self->owner);
  json_object_set_string_member (note, "admin", self->admin);
  json_object_set_string_member (note, "bin", self->bin);
  json_object_set_int_member (note, "pid", getpid ());
  text = mns_json_print (note);
  if (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &failure))
    return TRUE;
  g_set_error (error, MNS_ERROR, MNS_ERROR_FAILED, "%s", failure->message);
  return FALSE;
}

static char *
read_member (JsonObject *note, const char *name)
{
  JsonNode *node = json_object_get_member (note, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? g_strdup (json_node_get_string (node))
             : NULL;
}

static gboolean
read_note (MnsInstance *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->state, NOTE, NULL);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (g_file_get_contents (path, &text, NULL, NULL))
    node = mns_json_parse_object (text, -1, NULL);
  if (node != NULL)
    {
      JsonObject *note = json_node_get_object (node);

      self->application = read_member (note, "application");
      self->owner = read_member (note, "owner");
      self->admin = read_member (note, "admin");
      self->bin = read_member (note, "bin");
    }
  if (self->application != NULL && self->owner != NULL)
    return TRUE;
  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_BUSY,
               "Another program uses the database in %s and has not said how to reach it yet; try "
               "again in a moment.",
               self->state);
  return FALSE;
}

/* ---- a restore under way ---- */

char *
mns_restore_marker (const char *state)
{
  return g_build_filename (state, "restore-unfinished", NULL);
}

static gboolean
check_restored (const MnsInstance *self, GError **error)
{
  g_autofree char *path = mns_restore_marker (self->state);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_INVALID,
               "A restore was begun in %s and is not finished; run: meniscusctl --state %s "
               "restore-finish",
               self->state,
               self->state);
  return FALSE;
}

/* ---- opening ---- */

static gboolean
open_private (MnsInstance *self, const MnsInstanceOptions *options, GError **error)
{
  const MnsClusterOptions cluster = { .state = self->state, .throwaway = options->throwaway };
  g_autoptr (GError) failure = NULL;

  self->is_private = TRUE;
  self->cluster = mns_cluster_start (&cluster, &failure);
  if (self->cluster == NULL)
    {
      if (options->join && g_error_matches (failure, MNS_ERROR, MNS_ERROR_BUSY))
        return read_note (self, error);
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  self->application = mns_cluster_get_conninfo (self->cluster, MNS_CLUSTER_APPLICATION, NULL);
  self->owner = mns_cluster_get_conninfo (self->cluster, MNS_CLUSTER_OWNER, NULL);
  self->admin = mns_cluster_get_conninfo (self->cluster, MNS_CLUSTER_ADMIN, NULL);
  self->bin = g_strdup (mns_cluster_get_bin (self->cluster));
  return write_note (self, error);
}

static gboolean
seed (MnsTransaction *tx, gpointer data, GError **error)
{
  g_autoptr (MnsIdSession) session = mns_id_session_new (data, tx);
  const MnsLab lab = { .transaction = tx,
                       .recorded_at = g_get_real_time (),
                       .ids = mns_id_session_get_source (session),
                       .as_system = TRUE };

  return mns_lab_seed (&lab, error);
}

static gboolean
make_partitions (MnsTransaction *tx, gpointer data, GError **error)
{
  g_autoptr (MnsRows) rows =
      mns_transaction_query (tx, "SELECT mns_partitions ()::text", NULL, error);

  return rows != NULL;
}

/**
 * mns_instance_prepare:
 * @self: an instance
 * @error: return location for %MNS_ERROR_INVALID if the database is newer than this program
 *
 * Brings the database to this program's version and puts in what every lab has.
 */
gboolean
mns_instance_prepare (MnsInstance *self, GError **error)
{
  gboolean same = strcmp (self->owner, self->application) == 0;
  g_autoptr (MnsPool) pool = NULL;
  g_autoptr (MnsServerIds) ids = NULL;

  if (!mns_migrate (self->owner, same ? NULL : MNS_CLUSTER_APPLICATION_ROLE, error))
    return FALSE;
  pool = mns_pool_new (self->application, 2);
  ids = mns_server_ids_new (pool);
  return mns_pool_run_write (pool, make_partitions, NULL, error) &&
         mns_pool_run_write (pool, seed, ids, error);
}

/**
 * mns_instance_open:
 * @options: where it is and how it is to be opened
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the instance; %NULL with %MNS_ERROR_BUSY if another server
 *   runs on the same state folder
 */
MnsInstance *
mns_instance_open (const MnsInstanceOptions *options, GError **error)
{
  g_autoptr (MnsInstance) self = g_new0 (MnsInstance, 1);

  if (!make_state (self, options->state, error))
    return NULL;
  if (options->database != NULL)
    {
      self->application = g_strdup (options->database);
      self->owner = g_strdup (options->owner != NULL ? options->owner : options->database);
    }
  else if (!open_private (self, options, error))
    return NULL;
  if (!options->bare && (!check_restored (self, error) || !mns_instance_prepare (self, error)))
    return NULL;
  return g_steal_pointer (&self);
}
