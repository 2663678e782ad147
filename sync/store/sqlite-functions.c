/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Functions that both stores have under one name; PostgreSQL's are in sql/postgres. */

#include "config.h"

#include <string.h>

#include "sync/store/sqlite-private.h"

static char *
fold (sqlite3_value *value)
{
  const char *text = (const char *) sqlite3_value_text (value);

  return text != NULL ? g_utf8_strdown (text, -1) : NULL;
}

/* mns_contains (whole, part): 1 if whole contains part, capitals and small letters alike */
static void
contains (sqlite3_context *context, int n_values, sqlite3_value **values)
{
  g_autofree char *whole = fold (values[0]);
  g_autofree char *part = fold (values[1]);

  if (whole != NULL && part != NULL)
    sqlite3_result_int (context, strstr (whole, part) != NULL);
}

int
mns_sqlite_add_functions (sqlite3 *handle)
{
  return sqlite3_create_function (handle,
                                  "mns_contains",
                                  2,
                                  SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                  NULL,
                                  contains,
                                  NULL,
                                  NULL);
}
