/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "desktop/app/session.h"

G_BEGIN_DECLS

#define MNS_TYPE_WINDOW (mns_window_get_type ())
G_DECLARE_FINAL_TYPE (MnsWindow, mns_window, MNS, WINDOW, AdwApplicationWindow)

GtkWidget *mns_window_new (GtkApplication *application, MnsSession *session);

void mns_window_open (MnsWindow *self, const char *path);
MnsSession *mns_window_get_session (MnsWindow *self);

/* Puts @page in place of the work, which stays as it is behind it; other windows are hidden. */
void mns_window_lock (MnsWindow *self, GtkWidget *page);
void mns_window_unlock (MnsWindow *self);
gboolean mns_window_is_locked (MnsWindow *self);

G_END_DECLS
