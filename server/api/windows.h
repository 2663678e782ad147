/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/api/context.h"

G_BEGIN_DECLS

#define MNS_DAY_US (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

GHashTable *mns_windows_get (MnsServer *server, MnsTransaction *tx, gint64 days, GError **error);
gboolean mns_windows_follow (
    MnsServer *server, MnsTransaction *tx, GArray *changed, GArray *news, GError **error);
void mns_windows_forget (MnsServer *server);

G_END_DECLS
