/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/screen.h"

G_BEGIN_DECLS

#define MNS_TYPE_PROJECT_SCREEN (mns_project_screen_get_type ())
G_DECLARE_FINAL_TYPE (MnsProjectScreen, mns_project_screen, MNS, PROJECT_SCREEN, MnsScreen)

GtkWidget *mns_project_screen_new (MnsSession *session, const char *argument);

G_END_DECLS
