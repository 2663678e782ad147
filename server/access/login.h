/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/store/pool.h"

G_BEGIN_DECLS

typedef enum
{
  MNS_LOGIN_WEB,
  MNS_LOGIN_DEVICE,
} MnsLoginKind;

/**
 * MnsLogin:
 *
 * A sign-in that holds: what a token stands for.
 */
typedef struct
{
  MnsId id;
  MnsId person;
  MnsLoginKind kind;
  gint64 seen_at;
  gint64 expires_at;
} MnsLogin;

/* An account as the sign-in sees it. */
typedef struct
{
  MnsId person;
  char *username;
  char *hash; /* nullable */
  gboolean must_change;
} MnsCredential;

void mns_credential_clear (MnsCredential *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MnsCredential, mns_credential_clear)

/* All in the caller's transaction. MNS_ERROR_NOT_FOUND, MNS_ERROR_UNAUTHORIZED where it is no use.
 */
gboolean mns_credential_find (MnsTransaction *tx,
                              const char *username,
                              MnsCredential *credential,
                              GError **error);
gboolean mns_credential_of (MnsTransaction *tx,
                            const MnsId *person,
                            MnsCredential *credential,
                            GError **error);
gboolean mns_credential_set (MnsTransaction *tx,
                             const MnsId *person,
                             const char *hash,
                             gboolean must_change,
                             gint64 now,
                             GError **error);

gboolean mns_login_find (
    MnsTransaction *tx, GBytes *token_hash, gint64 now, MnsLogin *login, GError **error);
char *mns_login_add (MnsTransaction *tx,
                     const MnsId *person,
                     MnsLoginKind kind,
                     const MnsId *client,
                     const char *address,
                     gint64 now,
                     GError **error);
gboolean mns_login_touch (MnsTransaction *tx, const MnsLogin *login, gint64 now, GError **error);
gboolean mns_login_end (MnsTransaction *tx, const MnsId *login, gint64 at, GError **error);
gboolean mns_login_end_others (
    MnsTransaction *tx, const MnsId *person, const MnsId *but, gint64 now, GError **error);

GPtrArray *mns_rights_of (MnsTransaction *tx, const MnsId *person, GError **error);
GPtrArray *mns_roles_of (MnsTransaction *tx, const MnsId *person, GError **error);

/* A line of the audit for what is no command of the table: signing in, failing to. */
gboolean mns_audit_note (MnsTransaction *tx,
                         const MnsId *person,
                         const char *source,
                         const char *command,
                         const char *outcome,
                         const char *body,
                         gint64 now,
                         GError **error);

G_END_DECLS
