/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/screen.h"

G_BEGIN_DECLS

#define MNS_TYPE_CONTAINER_SCREEN (mns_container_screen_get_type ())
G_DECLARE_FINAL_TYPE (MnsContainerScreen, mns_container_screen, MNS, CONTAINER_SCREEN, MnsScreen)

GtkWidget *mns_container_screen_new (MnsSession *session, const char *argument);

/* POPULATED and the like, for people. */
const char *mns_container_state_to_text (const char *word);

G_END_DECLS
