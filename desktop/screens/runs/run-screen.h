/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/screen.h"

G_BEGIN_DECLS

#define MNS_TYPE_RUN_SCREEN (mns_run_screen_get_type ())
G_DECLARE_FINAL_TYPE (MnsRunScreen, mns_run_screen, MNS, RUN_SCREEN, MnsScreen)

GtkWidget *mns_run_screen_new (MnsSession *session, const char *argument);

G_END_DECLS
