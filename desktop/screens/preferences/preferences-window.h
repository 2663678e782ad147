/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "desktop/app/session.h"

G_BEGIN_DECLS

#define MNS_TYPE_PREFERENCES_WINDOW (mns_preferences_window_get_type ())
G_DECLARE_FINAL_TYPE (
    MnsPreferencesWindow, mns_preferences_window, MNS, PREFERENCES_WINDOW, AdwPreferencesWindow)

GtkWidget *mns_preferences_window_new (GtkWindow *parent, MnsSession *session);
void mns_preferences_present (GtkWindow *parent, MnsSession *session /* nullable */);

G_END_DECLS
