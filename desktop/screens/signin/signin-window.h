/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * MnsSigninWindow:
 *
 * Asks for server, user and password. Signal "signed-in" (workspace, user, why the
 * keyring did not take the token or %NULL): who listens destroys the window. Without the server a
 * person who signed in here before can work offline.
 */
#define MNS_TYPE_SIGNIN_WINDOW (mns_signin_window_get_type ())
G_DECLARE_FINAL_TYPE (MnsSigninWindow, mns_signin_window, MNS, SIGNIN_WINDOW, AdwApplicationWindow)

GtkWidget *mns_signin_window_new (GtkApplication *application,
                                  const char *state_dir,
                                  const char *server,
                                  const char *user);

void mns_signin_window_set_message (MnsSigninWindow *self, const char *message);

G_END_DECLS
