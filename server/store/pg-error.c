/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What PostgreSQL says, in the project's error codes. Messages carry the server's primary text and
 * the names of constraint and table, never its DETAIL: that one quotes values, which are lab data.
 */

#include "config.h"

#include <string.h>

#include "server/store/pg-error.h"

/* Looked up from the top; a row with fewer than five characters stands for a whole class. */
static const struct
{
  const char *sqlstate;
  MnsError code;
} sqlstates[] = {
  { "40001", MNS_ERROR_BUSY },    /* serialization failure */
  { "40P01", MNS_ERROR_BUSY },    /* deadlock */
  { "55P03", MNS_ERROR_BUSY },    /* lock not available */
  { "57014", MNS_ERROR_BUSY },    /* statement cancelled by a time limit */
  { "53300", MNS_ERROR_BUSY },    /* too many connections */
  { "26000", MNS_ERROR_BUSY },    /* the prepared statement is gone; the link forgot it too */
  { "25P03", MNS_ERROR_OFFLINE }, /* idle in transaction for too long: the server hung up */
  { "25006", MNS_ERROR_OFFLINE }, /* read only: a standby, or the primary that was */
  { "57P", MNS_ERROR_OFFLINE },   /* shutting down, crashed, starting */
  { "08", MNS_ERROR_OFFLINE },    /* connection */
  { "53100", MNS_ERROR_FULL },    /* disk full */
  { "53", MNS_ERROR_BUSY },       /* other resources */
  { "58030", MNS_ERROR_FULL },    /* input or output error of the server */
  { "23", MNS_ERROR_CONFLICT },   /* unique, foreign key, check, not null */
  { "28", MNS_ERROR_UNAUTHORIZED }, { "42501", MNS_ERROR_DENIED }, /* the role has not the right */
  { "22", MNS_ERROR_INVALID }, /* a value that the type cannot hold */
  { "XX001", MNS_ERROR_CORRUPT },   { "XX002", MNS_ERROR_CORRUPT },
};

/**
 * mns_pg_error_code:
 * @sqlstate: (nullable): five characters, %NULL if the server did not answer
 *
 * Returns: the #MnsError that a caller acts on
 */
int
mns_pg_error_code (const char *sqlstate)
{
  if (sqlstate == NULL)
    return MNS_ERROR_OFFLINE;
  for (guint i = 0; i < G_N_ELEMENTS (sqlstates); i++)
    if (strncmp (sqlstate, sqlstates[i].sqlstate, strlen (sqlstates[i].sqlstate)) == 0)
      return sqlstates[i].code;
  return MNS_ERROR_FAILED;
}

/**
 * mns_pg_set_error:
 * @error: return location for an error
 * @connection: where it happened
 * @result: (nullable): the answer, %NULL if there was none
 */
void
mns_pg_set_error (GError **error, PGconn *connection, const PGresult *result)
{
  const char *sqlstate = result != NULL ? PQresultErrorField (result, PG_DIAG_SQLSTATE) : NULL;
  const char *primary =
      result != NULL ? PQresultErrorField (result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
  g_autofree char *message = g_strdup (primary != NULL ? primary : PQerrorMessage (connection));

  g_strchomp (message);
  g_set_error (error,
               MNS_ERROR,
               mns_pg_error_code (sqlstate),
               "%s (%s)",
               *message != '\0' ? message : "the database does not answer",
               sqlstate != NULL ? sqlstate : "no answer");
}
