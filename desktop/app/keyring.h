/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * mns_keyring_look_async:
 *
 * Looks for the token of "Keep me signed in on this computer" in the secret service. An error tells
 * why there is no such service here; nothing else in the program needs one (decisions.md 4).
 */
void mns_keyring_look_async (const char *server,
                             const char *user,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
/* Returns: (nullable): the token, or %NULL: none kept if @error is not set. Free it with
 * mns_keyring_free(). */
char *mns_keyring_look_finish (GAsyncResult *result, GError **error);
void mns_keyring_free (char *token);

void mns_keyring_keep_async (const char *server,
                             const char *user,
                             const char *token,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean mns_keyring_keep_finish (GAsyncResult *result, GError **error);

/* Forgets the token; a computer without a secret service has none. */
void mns_keyring_forget (const char *server, const char *user);

G_END_DECLS
