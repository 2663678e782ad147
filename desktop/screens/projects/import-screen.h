/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/screen.h"

G_BEGIN_DECLS

#define MNS_TYPE_IMPORT_SCREEN (mns_import_screen_get_type ())
G_DECLARE_FINAL_TYPE (MnsImportScreen, mns_import_screen, MNS, IMPORT_SCREEN, MnsScreen)

GtkWidget *mns_import_screen_new (MnsSession *session, const char *argument);

G_END_DECLS
