/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "sync/store/store-private.h"

/* More than any rule uses; a row set with more columns is the programmer's mistake. */
#define MNS_SQLITE_SET_COLUMNS 24
#define MNS_SQLITE_SET_POINTER "mns-row-set"

int mns_sqlite_add_row_sets (sqlite3 *handle);
int mns_sqlite_add_functions (sqlite3 *handle);
