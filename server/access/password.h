/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Argon2id through libsodium. Both block for some tens of milliseconds; at most four run at once.
 */
char *mns_password_hash (const char *password, GError **error);
gboolean mns_password_verify (const char *hash, const char *password);

gboolean mns_password_check (const char *password, const char *username, GError **error);

/* Random 256 bits for a token, in 43 characters that need no escape anywhere. */
char *mns_token_make (void);
GBytes *mns_token_hash (const char *token);
char *mns_token_csrf (const char *token);
gboolean mns_text_equal_secretly (const char *a, const char *b);
char *mns_password_read_file (const char *path, GError **error);

G_END_DECLS
