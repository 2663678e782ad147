/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MNS_TYPE_CELL (mns_cell_get_type ())
G_DECLARE_FINAL_TYPE (MnsCell, mns_cell, MNS, CELL, GtkWidget)

/* What a screen reader sees of a well or of a spreadsheet cell. It draws nothing and takes no
 * pointer: its parent draws. It can have the focus, so that a screen reader says its name.
 */
GtkWidget *mns_cell_new (GtkAccessibleRole role);

void mns_cell_set_label (MnsCell *self, const char *label);
const char *mns_cell_get_label (MnsCell *self);

void mns_cell_set_place (MnsCell *self, guint row, guint column);
guint mns_cell_get_row (MnsCell *self);
guint mns_cell_get_column (MnsCell *self);
void mns_cell_set_selected (MnsCell *self, gboolean selected);
void mns_cell_set_invalid (MnsCell *self, gboolean invalid);

G_END_DECLS
