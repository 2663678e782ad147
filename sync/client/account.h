/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/client/workspace.h"

G_BEGIN_DECLS

/**
 * MnsAccountMode:
 * @MNS_ACCOUNT_ANY: the server decides; if it cannot be reached, what this computer knows does
 * @MNS_ACCOUNT_ONLINE: only the server decides
 * @MNS_ACCOUNT_OFFLINE: only this computer decides
 */
typedef enum
{
  MNS_ACCOUNT_ANY,
  MNS_ACCOUNT_ONLINE,
  MNS_ACCOUNT_OFFLINE,
} MnsAccountMode;

/**
 * MnsAccountSignIn:
 * @state_dir: where this computer keeps its data; a folder a server and user is made in it
 * @url: the server's address
 * @user: who
 * @password: and how they prove it; not kept
 * @pin: (nullable): fingerprint of a self-made certificate that the person has accepted
 * @mode: who decides
 * @keep_token: also keep the token readable by this account of the operating system, in a file of
 *   mode 0600: for mns, which has nobody to ask
 * @manual: see #MnsWorkspaceSetup
 */
typedef struct
{
  const char *state_dir;
  const char *url;
  const char *user;
  const char *password;
  const char *pin;
  MnsAccountMode mode;
  gboolean keep_token;
  gboolean manual;
} MnsAccountSignIn;

void mns_account_sign_in_async (const MnsAccountSignIn *how,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
MnsWorkspace *mns_account_sign_in_finish (GAsyncResult *result, GError **error);
/* After a failure: the fingerprint of a certificate that nobody vouches for, or NULL. */
const char *mns_account_sign_in_get_fingerprint (GAsyncResult *result);
/* Whether the server wants the password changed first. */
gboolean mns_account_sign_in_must_change (GAsyncResult *result);

/* After %MNS_ERROR_BUSY: how many seconds to wait before the next try; 0: nobody said. */
guint mns_account_sign_in_get_wait (GAsyncResult *result);
/* The device's token, for a keyring; NULL after signing in without the server. Clear it after use.
 */
const char *mns_account_sign_in_get_token (GAsyncResult *result);

/**
 * mns_account_check_async:
 * @how: who and which password; the rest is not looked at
 *
 * Whether a password is that of the person, as this computer knows it: for a lock. Wrong ones are
 * answered slower and slower, as at the sign-in without the server.
 */
void mns_account_check_async (const MnsAccountSignIn *how,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean mns_account_check_finish (GAsyncResult *result, GError **error);

/* Opens the workspace of a person whose token a keyring kept. */
MnsWorkspace *mns_account_open_with_token (
    const char *state_dir, const char *url, const char *user, const char *token, GError **error);

/* Whether the person can sign in here without the server. */
gboolean mns_account_is_known (const char *state_dir, const char *url, const char *user);

/* Opens the workspace of the only (or last) account with a kept token, for mns. */
MnsWorkspace *mns_account_open_kept (const char *state_dir, gboolean manual, GError **error);

G_END_DECLS
