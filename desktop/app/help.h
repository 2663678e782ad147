/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* What the screen at an address is for and how it is used. */
void mns_help_present (GtkWindow *parent, const char *title, const char *path);

G_END_DECLS
