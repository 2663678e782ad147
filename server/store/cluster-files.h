/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/store/cluster-process.h"

G_BEGIN_DECLS

#define MNS_CLUSTER_OWNER_ROLE "meniscus_owner"
#define MNS_CLUSTER_ADMIN_ROLE "meniscus_admin"
#define MNS_CLUSTER_DATABASE "meniscus"

/* Where things are; all absolute. */
typedef struct
{
  char *home;   /* STATE/pg */
  char *data;   /* STATE/pg/data */
  char *socket; /* folder of the socket */
  char *log;
  char *bin; /* PostgreSQL's programs */
} MnsClusterPaths;

gboolean mns_cluster_paths_prepare (MnsClusterPaths *self,
                                    const char *state,
                                    const MnsAccount *account,
                                    GError **error);
void mns_cluster_paths_tidy (const MnsClusterPaths *self);
void mns_cluster_paths_clear (MnsClusterPaths *self);
gboolean mns_cluster_files_init (const MnsClusterPaths *self,
                                 const MnsAccount *account,
                                 gboolean throwaway,
                                 GError **error);

G_END_DECLS
