/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "server/instruments/run-look.h"
#include "server/instruments/run-info.h"

G_BEGIN_DECLS

/* Not by its header, whose names are those of the readers. */
typedef struct _MnsInteropState MnsInteropState;

/* What a run folder shows, as arguments of the command run.observe@1. */

JsonObject *mns_observation_new (const MnsRunLook *look);
void mns_observation_add_run (JsonObject *args, const char *folder, const MnsRunInfo *info);
void mns_observation_add_figures (JsonObject *args, const MnsInteropState *state);
void mns_observation_add_plot (JsonObject *args, const char *sha256, gsize size);

G_END_DECLS
