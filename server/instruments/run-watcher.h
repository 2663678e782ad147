/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "server/instruments/run-look.h"

G_BEGIN_DECLS

#define MNS_TYPE_RUN_WATCHER (mns_run_watcher_get_type ())
G_DECLARE_FINAL_TYPE (MnsRunWatcher, mns_run_watcher, MNS, RUN_WATCHER, GObject)

/* Signals:
 * "changed" (MnsRunLook *look, gboolean is_new): a run appeared, or its state, cycle or id changed.
 * "vanished" (const char *folder): its folder is gone, or its root cannot be reached no more.
 * "root-failed" (const char *root, GError *error): a root that could be listed cannot be any more,
 * or could not be the first time.
 */

MnsRunWatcher *mns_run_watcher_new (const char *const *roots);

void mns_run_watcher_set_models (MnsRunWatcher *self, MnsModelTable *models);
void mns_run_watcher_set_interval (MnsRunWatcher *self, guint seconds);
void mns_run_watcher_set_stalled_after (MnsRunWatcher *self, gint64 microseconds);

void mns_run_watcher_scan (MnsRunWatcher *self);
void mns_run_watcher_start (MnsRunWatcher *self);
void mns_run_watcher_stop (MnsRunWatcher *self);

guint mns_run_watcher_get_n_runs (MnsRunWatcher *self);
guint mns_run_watcher_get_n_looks (MnsRunWatcher *self);
const MnsRunLook *mns_run_watcher_find (MnsRunWatcher *self, const char *folder);

G_END_DECLS
