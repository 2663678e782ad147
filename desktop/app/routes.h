/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/screen.h"

G_BEGIN_DECLS

/* The screen of an address such as "/queue/<step>"; NULL if there is none. Floating reference. */
GtkWidget *mns_route_open (MnsSession *session, const char *path);

/* A main view: its address begins a history of its own. */
gboolean mns_route_is_main (const char *path);

G_END_DECLS
