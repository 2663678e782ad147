/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Everything in scope into a file of its own (sync-protocol.md section 8). Nobody else knows the
 * file before the pointer names it: it needs no journal, and what is left of one that broke off is
 * thrown away. Indexes, base images and the search index come after the rows.
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "sync/client/apply-private.h"
#include "sync/client/build.h"
#include "sync/client/schema.h"
#include "sync/model/error.h"
#include "sync/store/sqlite-store.h"

struct _MnsBuild
{
  char *path;
  MnsStore *store; /* while it is filled */
  MnsLoader *loader;
  MnsPullHead head;
  gboolean kept;
};

static void
drop (MnsBuild *self)
{
  g_clear_pointer (&self->loader, mns_loader_free);
  g_clear_pointer (&self->store, mns_store_free);
  mns_pull_head_clear (&self->head);
  self->head = (MnsPullHead){ 0 };
}

MnsBuild *
mns_build_new (MnsReplica *replica)
{
  MnsBuild *self = g_new0 (MnsBuild, 1);

  self->path = mns_replica_generation_path (replica->dir, replica->generation + 1);
  return self;
}

void
mns_build_free (MnsBuild *self)
{
  if (self == NULL)
    return;
  drop (self);
  if (!self->kept)
    mns_replica_remove_database (self->path);
  g_free (self->path);
  g_free (self);
}

static gboolean
begin (gpointer data, GError **error)
{
  MnsBuild *self = data;

  drop (self);
  mns_replica_remove_database (self->path);
  self->store = mns_sqlite_open (self->path, MNS_SQLITE_BULK, error);
  if (self->store == NULL)
    return FALSE;
  self->loader = mns_loader_new (self->store, NULL);
  /* indexes are sorted in files, so that a million rows take no more memory than a thousand */
  return mns_sqlite_run_script (self->store, "PRAGMA temp_store = FILE; BEGIN", error) &&
         mns_schema_create_tables (self->store, error);
}

static gboolean
take_part (MnsPullReader *reader, MnsPullPart part, gpointer data, GError **error)
{
  MnsBuild *self = data;

  if (part == MNS_PULL_HEAD)
    mns_pull_head_copy (mns_pull_reader_get_head (reader), &self->head);
  return mns_loader_insert (reader, part, self->loader, error);
}

/* Fills the file while the rows arrive; whether all came is for mns_stage_finish() to say. */
void
mns_build_follow (MnsBuild *self, MnsStage *stage)
{
  mns_stage_follow (stage, begin, take_part, self);
}

gboolean
mns_build_read (MnsBuild *self, MnsStage *stage, GError **error)
{
  return begin (self, error) && mns_stage_read (stage, take_part, self, error);
}

static gboolean
sync_file (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  gboolean done = fd >= 0 && fsync (fd) == 0;

  if (!done)
    g_set_error (error, MNS_ERROR, MNS_ERROR_FAILED, "syncing %s: %s", path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return done;
}

/**
 * mns_build_finish:
 *
 * All rows are there: makes the rest and brings the file to the disk.
 */
gboolean
mns_build_finish (MnsBuild *self, GError **error)
{
  if (!mns_schema_create_rest (self->store, error) ||
      !mns_sqlite_run_script (self->store, "ANALYZE; COMMIT", error))
    return FALSE;
  g_clear_pointer (&self->loader, mns_loader_free);
  g_clear_pointer (&self->store, mns_store_free);
  return sync_file (self->path, error);
}

void
mns_build_keep (MnsBuild *self)
{
  self->kept = TRUE;
}

const char *
mns_build_get_path (MnsBuild *self)
{
  return self->path;
}

const MnsPullHead *
mns_build_get_head (MnsBuild *self)
{
  return self->head.cursor != NULL ? &self->head : NULL;
}
