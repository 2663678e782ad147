/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/screen.h"

G_BEGIN_DECLS

/* Goes where what was scanned is worked on: to the queue in which a sample, or what is in a
 * container, waits, after a question if there are several; anything else is searched for. */
void mns_lab_scan (MnsScreen *screen, const char *text);

G_END_DECLS
