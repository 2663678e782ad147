/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "desktop/widgets/cell-value.h"

G_BEGIN_DECLS

/* One changed cell: of a call to mns_grid_model_edit(), or of the signal "cells-edited". */
typedef struct
{
  guint row;
  guint column;
  char *text;
} MnsCellEdit;

#define MNS_TYPE_GRID_MODEL (mns_grid_model_get_type ())
G_DECLARE_FINAL_TYPE (MnsGridModel, mns_grid_model, MNS, GRID_MODEL, GObject)

MnsGridModel *mns_grid_model_new (const MnsGridColumn *columns, guint n_columns);

void mns_grid_model_freeze (MnsGridModel *self);
void mns_grid_model_thaw (MnsGridModel *self);

guint mns_grid_model_get_n_columns (MnsGridModel *self);
const MnsGridColumn *mns_grid_model_get_column (MnsGridModel *self, guint column);
guint mns_grid_model_find_column (MnsGridModel *self, const char *id);

/* Rows */
guint mns_grid_model_append_row (MnsGridModel *self, const char *id, const char *const *texts);
void mns_grid_model_clear (MnsGridModel *self);
guint mns_grid_model_get_n_rows (MnsGridModel *self);
const char *mns_grid_model_get_row_id (MnsGridModel *self, guint row);
guint mns_grid_model_find_row (MnsGridModel *self, const char *id);

/* Cells */
const char *mns_grid_model_get_text (MnsGridModel *self, guint row, guint column);
char *mns_grid_model_dup_display (MnsGridModel *self, guint row, guint column);
void mns_grid_model_load (MnsGridModel *self, guint row, guint column, const char *text);
void mns_grid_model_refuse (MnsGridModel *self, guint row, guint column, const char *message);
char *mns_grid_model_dup_fault (MnsGridModel *self, guint row, guint column);
char *mns_grid_model_dup_warning (MnsGridModel *self, guint row, guint column);

gboolean mns_grid_model_get_read_only (MnsGridModel *self);
void mns_grid_model_set_read_only (MnsGridModel *self, gboolean read_only);
gboolean mns_grid_model_is_locked (MnsGridModel *self, guint row, guint column);
void mns_grid_model_lock (MnsGridModel *self, guint row, guint column, gboolean locked);

guint mns_grid_model_count_faults (MnsGridModel *self);
gboolean
mns_grid_model_step_fault (MnsGridModel *self, guint *row, guint *column, gboolean forward);

/* Changes by the user; each call is one step of undo and one signal */
GArray *mns_cell_edits_new (void);
void mns_cell_edits_add (GArray *edits, guint row, guint column, const char *text);
guint mns_grid_model_edit (MnsGridModel *self, const GArray *edits);
gboolean mns_grid_model_can_undo (MnsGridModel *self);
gboolean mns_grid_model_can_redo (MnsGridModel *self);
guint mns_grid_model_undo (MnsGridModel *self);
guint mns_grid_model_redo (MnsGridModel *self);

G_END_DECLS
