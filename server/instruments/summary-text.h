/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/instruments/run-look.h"
#include "server/instruments/summary.h"

G_BEGIN_DECLS

char *mns_run_summary_to_text (const MnsInteropState *state,
                               const MnsRunSummary *summary,
                               GPtrArray *index,
                               const MnsRunLook *look,
                               gboolean with_surfaces);

G_END_DECLS
