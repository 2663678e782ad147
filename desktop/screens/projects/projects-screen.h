/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/screen.h"

G_BEGIN_DECLS

#define MNS_TYPE_PROJECTS_SCREEN (mns_projects_screen_get_type ())
G_DECLARE_FINAL_TYPE (MnsProjectsScreen, mns_projects_screen, MNS, PROJECTS_SCREEN, MnsScreen)

GtkWidget *mns_projects_screen_new (MnsSession *session, const char *argument);

G_END_DECLS
