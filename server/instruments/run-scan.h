/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/instruments/run-look.h"

G_BEGIN_DECLS

/* Only for the watcher: one pass over the roots, without any state of its own, so that it can run
 * in a thread.
 */

/* What is known of a run from the pass before. */
typedef struct
{
  MnsRunState state;
  gint64 looked_at;    /* microseconds UTC */
  gint64 folder_mtime; /* microseconds UTC */
} MnsRunKnown;

typedef struct
{
  char *folder;
  gint64 folder_mtime;
  MnsRunLook *look; /* %NULL where there was no need to look */
} MnsRunSeen;

typedef struct
{
  char *root;
  GError *error;
} MnsRootFault;

typedef struct
{
  GStrv roots;
  GHashTable *known; /* folder: MnsRunKnown */
  const MnsModelTable *models;
  gint64 stalled_after;
  gint64 now;

  GPtrArray *seen;   /* of MnsRunSeen */
  GPtrArray *faults; /* of MnsRootFault */
  GPtrArray *places; /* of char *: the roots and the folders between them and the runs */
} MnsRunScan;

MnsRunScan *mns_run_scan_new (void);
void mns_run_scan_run (MnsRunScan *self);
void mns_run_scan_free (MnsRunScan *self);

G_END_DECLS
