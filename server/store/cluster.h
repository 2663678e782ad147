/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MnsCluster:
 *
 * A PostgreSQL cluster of our own in STATE/pg, reached through its socket only (decisions.md 16).
 * It ends with the program that started it, even if that program is killed: start it on a thread
 * that lives as long as the program, the main thread.
 */
typedef struct _MnsCluster MnsCluster;

/**
 * MnsClusterOptions:
 * @state: the server's state folder; made if it is not there
 * @account: (nullable): the account that a server running as root gives the cluster to; "postgres"
 *   if %NULL. Ignored for others, whose cluster is their own.
 * @throwaway: for tests: nothing is flushed to the disk, so a power cut destroys the data
 */
typedef struct
{
  const char *state;
  const char *account;
  gboolean throwaway;
} MnsClusterOptions;

/**
 * MnsClusterRole:
 * @MNS_CLUSTER_APPLICATION: reads and writes rows, changes no table, only adds to the audit
 * @MNS_CLUSTER_OWNER: owns the tables: for migrations
 * @MNS_CLUSTER_ADMIN: superuser, for backup and tests
 */
typedef enum
{
  MNS_CLUSTER_APPLICATION,
  MNS_CLUSTER_OWNER,
  MNS_CLUSTER_ADMIN,
} MnsClusterRole;

/* Name of the role that MNS_CLUSTER_APPLICATION signs in with. */
#define MNS_CLUSTER_APPLICATION_ROLE "meniscus"

MnsCluster *mns_cluster_start (const MnsClusterOptions *options, GError **error);
void mns_cluster_stop (MnsCluster *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsCluster, mns_cluster_stop)

char *mns_cluster_get_conninfo (MnsCluster *self, MnsClusterRole role, const char *database);
const char *mns_cluster_get_bin (MnsCluster *self);
int mns_cluster_get_pid (MnsCluster *self);
gboolean mns_cluster_is_running (MnsCluster *self);
gboolean mns_cluster_restart (MnsCluster *self, GError **error);

G_END_DECLS
