/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/api/ids.h"
#include "server/store/cluster.h"
#include "server/store/pool.h"

G_BEGIN_DECLS

/**
 * MnsInstance:
 *
 * A state folder and its database: of a cluster of our own, started here or found running, or of
 * somebody else's. Opening it brings the database to this program's version.
 */
typedef struct
{
  char *state;
  MnsCluster *cluster; /* NULL: not ours, or another program of this state folder runs it */
  gboolean is_private; /* the database lives in the state folder */
  char *application;   /* connection strings */
  char *owner;
  char *admin; /* NULL where the database is somebody else's */
  char *bin;   /* folder of PostgreSQL's programs; NULL: look in PATH */
} MnsInstance;

typedef struct
{
  const char *state;
  const char *database; /* URI, or NULL: private */
  const char *owner;    /* URI for migrations, or NULL: the same */
  gboolean throwaway;   /* for tests */
  gboolean join;        /* where the private cluster runs already, use it */
  gboolean bare;        /* do not migrate and seed: for a restore */
} MnsInstanceOptions;

MnsInstance *mns_instance_open (const MnsInstanceOptions *options, GError **error);
void mns_instance_close (MnsInstance *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsInstance, mns_instance_close)

gboolean mns_instance_prepare (MnsInstance *self, GError **error);
char *mns_instance_default_state (void);

/* A file in the state folder: a restore was begun and not finished. Free with g_free(). */
char *mns_restore_marker (const char *state);

G_END_DECLS
