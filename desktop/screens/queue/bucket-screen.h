/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/screen.h"

G_BEGIN_DECLS

#define MNS_TYPE_BUCKET_SCREEN (mns_bucket_screen_get_type ())
G_DECLARE_FINAL_TYPE (MnsBucketScreen, mns_bucket_screen, MNS, BUCKET_SCREEN, MnsScreen)

GtkWidget *mns_bucket_screen_new (MnsSession *session, const char *argument);

G_END_DECLS
