/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/screen.h"

G_BEGIN_DECLS

#define MNS_TYPE_RUNS_SCREEN (mns_runs_screen_get_type ())
G_DECLARE_FINAL_TYPE (MnsRunsScreen, mns_runs_screen, MNS, RUNS_SCREEN, MnsScreen)

GtkWidget *mns_runs_screen_new (MnsSession *session, const char *argument);

G_END_DECLS
