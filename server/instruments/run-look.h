/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/instruments/run-state.h"

G_BEGIN_DECLS

/**
 * MnsRunLook:
 * @folder: path of the run folder
 * @name: its last part
 * @run_id: `Run@Id`, %NULL before RunInfo.xml can be read
 * @instrument: serial number
 * @flowcell: flow cell
 * @model: as mns_model_table_find()
 * @verdict: the state
 * @changed: time of the latest change seen, microseconds UTC
 *
 * What one quick look at a run folder shows: its names and some kilobytes of a few files, never a
 * whole metric.
 */
typedef struct
{
  char *folder;
  char *name;
  char *run_id;
  char *instrument;
  char *flowcell;
  MnsModel model;
  MnsRunVerdict verdict;
  gint64 changed;
} MnsRunLook;

MnsRunLook *mns_run_look (const char *folder,
                          const MnsModelTable *models,
                          gint64 stalled_after,
                          gint64 now,
                          GError **error);
void mns_run_look_free (MnsRunLook *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsRunLook, mns_run_look_free)

guint mns_run_glance_cycle (const char *folder, gboolean *is_extracted);

G_END_DECLS
