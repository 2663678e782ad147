/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define MNS_TYPE_ROW (mns_row_get_type ())
G_DECLARE_FINAL_TYPE (MnsRow, mns_row, MNS, ROW, GObject)

/* One row of a list: an id, a text a column, and how it looks. Empty until its page is there. */
MnsRow *mns_row_new (const char *id, const char *const *texts);

const char *mns_row_get_id (MnsRow *self);
const char *mns_row_get_text (MnsRow *self, guint column);
gboolean mns_row_is_loaded (MnsRow *self);

int mns_row_get_group (MnsRow *self);
void mns_row_set_group (MnsRow *self, int group);
gboolean mns_row_get_unsent (MnsRow *self);
void mns_row_set_unsent (MnsRow *self, gboolean unsent);

void mns_row_assign (MnsRow *self, MnsRow *other);

G_END_DECLS
