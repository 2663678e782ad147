/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MnsAxis:
 * @size: number of rows or of columns, 1 to 100 in a container type
 * @letters: whether the places are named A, B, … Z, AA, AB instead of by numbers
 * @offset: the first number; not used where @letters is set
 *
 * How one direction of a container is counted.
 */
typedef struct
{
  guint size;
  gboolean letters;
  guint offset;
} MnsAxis;

char *mns_axis_dup_name (const MnsAxis *axis, guint index);
gboolean mns_axis_find (const MnsAxis *axis, const char *name, gssize length, guint *index);

char *mns_axis_dup_well_name (const MnsAxis *rows, const MnsAxis *columns, guint row, guint column);
gboolean mns_axis_find_well (
    const MnsAxis *rows, const MnsAxis *columns, const char *name, guint *row, guint *column);

G_END_DECLS
