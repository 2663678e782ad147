/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/screen.h"

G_BEGIN_DECLS

#define MNS_TYPE_SAMPLE_SCREEN (mns_sample_screen_get_type ())
G_DECLARE_FINAL_TYPE (MnsSampleScreen, mns_sample_screen, MNS, SAMPLE_SCREEN, MnsScreen)

GtkWidget *mns_sample_screen_new (MnsSession *session, const char *argument);

G_END_DECLS
