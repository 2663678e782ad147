/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "server/access/login.h"
#include "server/access/password.h"
#include "sync/model/error.h"

#define HOUR_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
#define DAY_US (24 * HOUR_US)
/* How long a sign-in holds after it was last used. */
#define WEB_IDLE_US (12 * HOUR_US)
#define DEVICE_IDLE_US (90 * DAY_US)
/* A read must not become a write each time. */
#define TOUCH_EVERY_US (5 * 60 * G_USEC_PER_SEC)

static const char *const kind_words[] = {
  [MNS_LOGIN_WEB] = "WEB",
  [MNS_LOGIN_DEVICE] = "DEVICE",
};

static gint64
idle_of (MnsLoginKind kind)
{
  return kind == MNS_LOGIN_WEB ? WEB_IDLE_US : DEVICE_IDLE_US;
}

void
mns_credential_clear (MnsCredential *self)
{
  g_clear_pointer (&self->username, g_free);
  g_clear_pointer (&self->hash, g_free);
}

static gboolean
read_credential (MnsRows *rows, MnsCredential *credential, GError **error)
{
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) == 0)
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_NOT_FOUND, "There is no such active user.");
      return FALSE;
    }
  mns_credential_clear (credential);
  credential->person = *mns_rows_get_id (rows, 0, 0);
  credential->username = g_strdup (mns_rows_get_text (rows, 0, 1));
  credential->hash = g_strdup (mns_rows_get_text (rows, 0, 2));
  credential->must_change = mns_rows_get_int (rows, 0, 3) != 0;
  return TRUE;
}

#define CREDENTIAL_COLUMNS                                                                         \
  "SELECT p.id, p.username, c.hash, COALESCE (c.must_change, 0) FROM person p"                     \
  " LEFT JOIN credential c ON c.person_id = p.id"                                                  \
  " WHERE p.status = 'ACTIVE' AND p.username IS NOT NULL AND "

gboolean
mns_credential_find (MnsTransaction *tx,
                     const char *username,
                     MnsCredential *credential,
                     GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (tx,
                                                    CREDENTIAL_COLUMNS "p.username = $name",
                                                    MNS_ARGS (MNS_ARG_TEXT ("name", username)),
                                                    error);

  return read_credential (rows, credential, error);
}

gboolean
mns_credential_of (MnsTransaction *tx,
                   const MnsId *person,
                   MnsCredential *credential,
                   GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      tx, CREDENTIAL_COLUMNS "p.id = $person", MNS_ARGS (MNS_ARG_ID ("person", person)), error);

  return read_credential (rows, credential, error);
}

gboolean
mns_credential_set (MnsTransaction *tx,
                    const MnsId *person,
                    const char *hash,
                    gboolean must_change,
                    gint64 now,
                    GError **error)
{
  return mns_transaction_run (
      tx,
      "INSERT INTO credential (person_id, hash, failures, changed_at, must_change)"
      " VALUES ($person, $hash, 0, $now, $must)"
      " ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash, failures = 0,"
      " changed_at = excluded.changed_at, must_change = excluded.must_change",
      MNS_ARGS (MNS_ARG_ID ("person", person),
                MNS_ARG_TEXT ("hash", hash),
                MNS_ARG_INT ("now", now),
                MNS_ARG_INT ("must", must_change)),
      error);
}

/**
 * mns_login_find:
 * @tx: a transaction
 * @token_hash: SHA-256 of what was sent
 * @now: microseconds UTC
 * @login: (out): what it stands for
 * @error: return location for %MNS_ERROR_UNAUTHORIZED: unknown, revoked, expired or of someone who
 *   is archived, without saying which
 */
gboolean
mns_login_find (MnsTransaction *tx, GBytes *token_hash, gint64 now, MnsLogin *login, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      tx,
      "SELECT l.id, l.person_id, l.kind, l.seen_at, l.expires_at FROM login l"
      " JOIN person p ON p.id = l.person_id"
      " WHERE l.token_sha256 = $hash AND l.revoked_at IS NULL AND l.expires_at > $now"
      " AND l.kind IN ('WEB', 'DEVICE') AND p.status = 'ACTIVE' AND p.username IS NOT NULL",
      MNS_ARGS (MNS_ARG_VALUE ("hash", mns_value_bytes (token_hash)), MNS_ARG_INT ("now", now)),
      error);

  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) == 0)
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_UNAUTHORIZED, "Sign in first: the session is over.");
      return FALSE;
    }
  login->id = *mns_rows_get_id (rows, 0, 0);
  login->person = *mns_rows_get_id (rows, 0, 1);
  login->kind = g_str_equal (mns_rows_get_text (rows, 0, 2), kind_words[MNS_LOGIN_WEB])
                    ? MNS_LOGIN_WEB
                    : MNS_LOGIN_DEVICE;
  login->seen_at = mns_rows_get_int (rows, 0, 3);
  login->expires_at = mns_rows_get_int (rows, 0, 4);
  return TRUE;
}

/**
 * mns_login_add:
 * @tx: a transaction
 * @person: who has proved to be that
 * @kind: browser or device
 * @client: (nullable): the device
 * @address: of the peer
 * @now: microseconds UTC
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the token, which is known to nobody else now
 */
char *
mns_login_add (MnsTransaction *tx,
               const MnsId *person,
               MnsLoginKind kind,
               const MnsId *client,
               const char *address,
               gint64 now,
               GError **error)
{
  g_autofree char *token = mns_token_make ();
  g_autoptr (GBytes) hash = mns_token_hash (token);
  MnsId id;

  mns_id_make (&id);
  if (!mns_transaction_run (tx,
                            "INSERT INTO login (id, person_id, kind, token_sha256, client_id,"
                            " address, seen_at, expires_at, created_at) VALUES ($id, $person,"
                            " $kind, $hash, $client, $address, $now, $expires, $now)",
                            MNS_ARGS (MNS_ARG_ID ("id", &id),
                                      MNS_ARG_ID ("person", person),
                                      MNS_ARG_TEXT ("kind", kind_words[kind]),
                                      MNS_ARG_VALUE ("hash", mns_value_bytes (hash)),
                                      MNS_ARG_ID ("client", client),
                                      MNS_ARG_TEXT ("address", address),
                                      MNS_ARG_INT ("now", now),
                                      MNS_ARG_INT ("expires", now + idle_of (kind))),
                            error))
    return NULL;
  return g_steal_pointer (&token);
}

/* Moves the end of a sign-in that is in use, now and then. */
gboolean
mns_login_touch (MnsTransaction *tx, const MnsLogin *login, gint64 now, GError **error)
{
  return mns_transaction_run (
      tx,
      "UPDATE login SET seen_at = $now, expires_at = $expires WHERE id = $id AND seen_at < $old",
      MNS_ARGS (MNS_ARG_INT ("now", now),
                MNS_ARG_INT ("expires", now + idle_of (login->kind)),
                MNS_ARG_INT ("old", now - TOUCH_EVERY_US),
                MNS_ARG_ID ("id", &login->id)),
      error);
}

/* Ends a sign-in at @at: now, or soon if an answer with its successor may get lost. */
gboolean
mns_login_end (MnsTransaction *tx, const MnsId *login, gint64 at, GError **error)
{
  return mns_transaction_run (
      tx,
      "UPDATE login SET expires_at = $at WHERE id = $id AND expires_at > $at",
      MNS_ARGS (MNS_ARG_INT ("at", at), MNS_ARG_ID ("id", login)),
      error);
}

gboolean
mns_login_end_others (
    MnsTransaction *tx, const MnsId *person, const MnsId *but, gint64 now, GError **error)
{
  return mns_transaction_run (
      tx,
      "UPDATE login SET revoked_at = $now WHERE person_id = $person"
      " AND id IS DISTINCT FROM $but AND revoked_at IS NULL",
      MNS_ARGS (MNS_ARG_INT ("now", now), MNS_ARG_ID ("person", person), MNS_ARG_ID ("but", but)),
      error);
}

static GPtrArray *
query_texts (MnsTransaction *tx, const char *sql, const MnsId *person, GError **error)
{
  g_autoptr (MnsRows) rows =
      mns_transaction_query (tx, sql, MNS_ARGS (MNS_ARG_ID ("person", person)), error);
  GPtrArray *texts;

  if (rows == NULL)
    return NULL;
  texts = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    g_ptr_array_add (texts, g_strdup (mns_rows_get_text (rows, i, 0)));
  return texts;
}

GPtrArray *
mns_rights_of (MnsTransaction *tx, const MnsId *person, GError **error)
{
  return query_texts (tx,
                      "SELECT DISTINCT g.permission FROM person_role r"
                      " JOIN role_permission g ON g.role_id = r.role_id"
                      " WHERE r.person_id = $person ORDER BY g.permission NULLS FIRST",
                      person,
                      error);
}

GPtrArray *
mns_roles_of (MnsTransaction *tx, const MnsId *person, GError **error)
{
  return query_texts (tx,
                      "SELECT o.name FROM person_role r JOIN role o ON o.id = r.role_id"
                      " WHERE r.person_id = $person ORDER BY o.name NULLS FIRST",
                      person,
                      error);
}

gboolean
mns_audit_note (MnsTransaction *tx,
                const MnsId *person,
                const char *source,
                const char *command,
                const char *outcome,
                const char *body,
                gint64 now,
                GError **error)
{
  MnsId id;

  mns_id_make (&id);
  return mns_transaction_run (
      tx,
      "INSERT INTO command_log (id, recorded_at, xid, person_id, source, command, body, outcome)"
      " VALUES ($id, $now, pg_current_xact_id (), $person, $source, $command, $body, $outcome)",
      MNS_ARGS (MNS_ARG_ID ("id", &id),
                MNS_ARG_INT ("now", now),
                MNS_ARG_ID ("person", person),
                MNS_ARG_TEXT ("source", source),
                MNS_ARG_TEXT ("command", command),
                MNS_ARG_JSON ("body", body),
                MNS_ARG_TEXT ("outcome", outcome)),
      error);
}
