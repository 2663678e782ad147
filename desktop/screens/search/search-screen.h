/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/screen.h"

G_BEGIN_DECLS

#define MNS_TYPE_SEARCH_SCREEN (mns_search_screen_get_type ())
G_DECLARE_FINAL_TYPE (MnsSearchScreen, mns_search_screen, MNS, SEARCH_SCREEN, MnsScreen)

GtkWidget *mns_search_screen_new (MnsSession *session, const char *argument);

G_END_DECLS
