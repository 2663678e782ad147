/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/api/attempts.h"
#include "server/api/ids.h"

G_BEGIN_DECLS

/**
 * MnsIngest:
 *
 * What instruments write becomes records by itself: a watcher in the main context, a thread that
 * reads what changed and runs commands. Of several servers on one database one ingests.
 */
typedef struct _MnsIngest MnsIngest;

/**
 * MnsIngestOptions:
 * @pool: for commands
 * @ids: counters
 * @attempts: (nullable): guard against commands that stop the process
 * @conninfo: database, for the connection that holds the lock
 * @state: the server's state folder, whose file store gets the plot documents
 * @roots: folders of runs
 *
 * All but @roots and the texts must outlive the ingestion.
 */
typedef struct
{
  MnsPool *pool;
  MnsServerIds *ids;
  MnsAttempts *attempts;
  const char *conninfo;
  const char *state;
  const char *const *roots;
} MnsIngestOptions;

/* After a run was recorded, or found as it is recorded; in the main context. */
typedef void (*MnsIngestFunc) (gpointer data);

MnsIngest *mns_ingest_start (const MnsIngestOptions *options, GError **error);
void mns_ingest_free (MnsIngest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsIngest, mns_ingest_free)

char **mns_ingest_read_roots (MnsPool *pool, GError **error);

void mns_ingest_set_func (MnsIngest *self, MnsIngestFunc func, gpointer data);

/**
 * MnsIngestCounts:
 * @runs: run folders known to the watcher
 * @looks: looks into run folders
 * @commands: observations recorded
 * @unchanged: runs that were recorded already
 * @readings: readings of metrics
 * @bytes: bytes of metrics read
 *
 * What ingestion has done and cost so far.
 */
typedef struct
{
  guint runs;
  guint looks;
  guint commands;
  guint unchanged;
  guint readings;
  guint64 bytes;
} MnsIngestCounts;

MnsIngestCounts mns_ingest_get_counts (MnsIngest *self);

G_END_DECLS
