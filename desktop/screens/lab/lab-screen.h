/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/screen.h"

G_BEGIN_DECLS

#define MNS_TYPE_LAB_SCREEN (mns_lab_screen_get_type ())
G_DECLARE_FINAL_TYPE (MnsLabScreen, mns_lab_screen, MNS, LAB_SCREEN, MnsScreen)

GtkWidget *mns_lab_screen_new (MnsSession *session, const char *argument);

G_END_DECLS
