/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Letters of an axis, a colon, letters or digits, the NUL. */
#define MNS_WELL_TEXT_SIZE 24

/**
 * MnsWellAxes:
 *
 * How a container type counts its rows (y) and columns (x), domain rule of container types: each
 * axis is alphabetic or numeric; numbers count from 0 plus an offset, letters from A.
 */
typedef struct
{
  gint64 x_size, y_size;
  gboolean x_alpha, y_alpha;
  gint64 x_offset, y_offset;
} MnsWellAxes;

void mns_well_print (const MnsWellAxes *axes, gint64 y, gint64 x, char text[MNS_WELL_TEXT_SIZE]);
gboolean mns_well_parse (const MnsWellAxes *axes, const char *text, gint64 *y, gint64 *x);
void
mns_well_print_axis (gboolean alphabetic, gint64 offset, gint64 at, char text[MNS_WELL_TEXT_SIZE]);

G_END_DECLS
