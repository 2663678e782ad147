/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "desktop/widgets/grid-ops.h"

G_BEGIN_DECLS

#define MNS_TYPE_GRID (mns_grid_get_type ())
G_DECLARE_FINAL_TYPE (MnsGrid, mns_grid, MNS, GRID, GtkWidget)

GtkWidget *mns_grid_new (MnsGridModel *model, const char *label);

MnsGridModel *mns_grid_get_model (MnsGrid *self);
void mns_grid_set_compact (MnsGrid *self, gboolean compact);
void mns_grid_set_column_width (MnsGrid *self, guint column, int width);

gboolean mns_grid_get_cursor (MnsGrid *self, guint *row, guint *column);
void mns_grid_set_cursor (MnsGrid *self, guint row, guint column);
gboolean mns_grid_get_range (MnsGrid *self, MnsCellRange *range);
void mns_grid_set_range (MnsGrid *self, const MnsCellRange *range);
const char *mns_grid_get_line (MnsGrid *self);

/* What the toolbar of a screen does; the keys do the same */
void mns_grid_copy_range (MnsGrid *self);
void mns_grid_cut_range (MnsGrid *self);
void mns_grid_paste_clipboard (MnsGrid *self);
void mns_grid_paste_text (MnsGrid *self, const char *text, gboolean by_name);
void mns_grid_fill_range (MnsGrid *self, gboolean down);
void mns_grid_set_value (MnsGrid *self, const char *text);
gboolean mns_grid_step_fault (MnsGrid *self, gboolean forward);
void mns_grid_undo (MnsGrid *self);
void mns_grid_redo (MnsGrid *self);
gboolean mns_grid_stop_editing (MnsGrid *self, gboolean keep);

G_END_DECLS
