/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/client/replica.h"

G_BEGIN_DECLS

gboolean
mns_replica_choose_scopes (MnsReplica *self, JsonArray *scopes, gint64 window_days, GError **error);

G_END_DECLS
