/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/screen.h"

G_BEGIN_DECLS

#define MNS_TYPE_QUEUE_SCREEN (mns_queue_screen_get_type ())
G_DECLARE_FINAL_TYPE (MnsQueueScreen, mns_queue_screen, MNS, QUEUE_SCREEN, MnsScreen)

GtkWidget *mns_queue_screen_new (MnsSession *session, const char *argument);

G_END_DECLS
