/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define MNS_TYPE_ROW (mns_row_get_type ())
G_DECLARE_FINAL_TYPE (MnsRow, mns_row, MNS, ROW, GObject)

/* What a row is: one of the list, or the heading of a group whose rows are shown or folded up. */
typedef enum
{
  MNS_ROW_HEADING_NONE,
  MNS_ROW_HEADING_OPEN,
  MNS_ROW_HEADING_FOLDED,
} MnsRowHeading;

/* One row of a list: an id, a text a column, and how it looks. Empty until its page is there. */
MnsRow *mns_row_new (const char *id, const char *const *texts);

const char *mns_row_get_id (MnsRow *self);
const char *mns_row_get_text (MnsRow *self, guint column);
gboolean mns_row_is_loaded (MnsRow *self);

int mns_row_get_group (MnsRow *self);
void mns_row_set_group (MnsRow *self, int group);
gboolean mns_row_get_unsent (MnsRow *self);
void mns_row_set_unsent (MnsRow *self, gboolean unsent);

MnsRowHeading mns_row_get_heading (MnsRow *self);
void mns_row_set_heading (MnsRow *self, MnsRowHeading heading);
gboolean mns_row_get_struck (MnsRow *self);
void mns_row_set_struck (MnsRow *self, gboolean struck);

void mns_row_assign (MnsRow *self, MnsRow *other);

G_END_DECLS
