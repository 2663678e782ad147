/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/call.h"

G_BEGIN_DECLS

MnsRows *mns_runs_of_artifacts (MnsCall *call, MnsRowSet *ids, GError **error);

G_END_DECLS
