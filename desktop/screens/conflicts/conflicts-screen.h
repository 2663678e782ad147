/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/screen.h"

G_BEGIN_DECLS

#define MNS_TYPE_CONFLICTS_SCREEN (mns_conflicts_screen_get_type ())
G_DECLARE_FINAL_TYPE (MnsConflictsScreen, mns_conflicts_screen, MNS, CONFLICTS_SCREEN, MnsScreen)

GtkWidget *mns_conflicts_screen_new (MnsSession *session, const char *argument);

G_END_DECLS
