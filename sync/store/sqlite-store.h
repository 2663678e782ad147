/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "sync/store/store.h"

G_BEGIN_DECLS

/**
 * MnsSqliteFlags:
 * @MNS_SQLITE_READ_ONLY: for a reader's own connection
 * @MNS_SQLITE_FULL_SYNC: a commit survives a power cut: for the connection that commits commands
 * @MNS_SQLITE_PARTIAL: the file is a device's replica, see mns_transaction_is_partial()
 * @MNS_SQLITE_BULK: no journal to speak of: for building a file that is thrown away if it fails
 */
typedef enum
{
  MNS_SQLITE_NONE = 0,
  MNS_SQLITE_READ_ONLY = 1 << 0,
  MNS_SQLITE_FULL_SYNC = 1 << 1,
  MNS_SQLITE_PARTIAL = 1 << 2,
  MNS_SQLITE_BULK = 1 << 3,
} MnsSqliteFlags;

MnsStore *mns_sqlite_open (const char *path, MnsSqliteFlags flags, GError **error);
sqlite3 *mns_sqlite_get_handle (MnsStore *store);
gboolean mns_sqlite_run_script (MnsStore *store, const char *sql, GError **error);
char *mns_sqlite_translate (const char *shared_sql);
gboolean mns_sqlite_set_error (sqlite3 *handle, GError **error);

G_END_DECLS
