/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/store/store.h"

G_BEGIN_DECLS

/* The number of the replica's shape (sql/shared and sql/sqlite), kept in PRAGMA user_version. */
#define MNS_LOCAL_SCHEMA 2

gboolean mns_schema_create_tables (MnsStore *store, GError **error);
gboolean mns_schema_create_rest (MnsStore *store, GError **error);
gboolean mns_schema_upgrade (MnsStore *store, GError **error);

G_END_DECLS
