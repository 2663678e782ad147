/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "desktop/widgets/row.h"

G_BEGIN_DECLS

#define MNS_TYPE_GROUPED_MODEL (mns_grouped_model_get_type ())
G_DECLARE_FINAL_TYPE (MnsGroupedModel, mns_grouped_model, MNS, GROUPED_MODEL, GObject)

/**
 * MnsGroupedModel:
 *
 * A list of rows with a heading before each group of them: GTK 4.8 has no sections. Positions of
 * the list are not those of the rows below; the functions here lead from one to the other. Without
 * groups both are the same.
 */
MnsGroupedModel *mns_grouped_model_new (GListModel *source);
GListModel *mns_grouped_model_get_source (MnsGroupedModel *self);

/* Between the two the list is empty, whatever happens to the rows: for another question. */
void mns_grouped_model_freeze (MnsGroupedModel *self);
void mns_grouped_model_thaw (MnsGroupedModel *self);

/* Only while frozen. The groups follow each other from the first row on. */
void mns_grouped_model_clear_groups (MnsGroupedModel *self);
void mns_grouped_model_add_group (MnsGroupedModel *self, const char *title, guint n_rows);

guint mns_grouped_model_get_n_groups (MnsGroupedModel *self);
const char *mns_grouped_model_get_title (MnsGroupedModel *self, guint group);
/* The rows of a group: its first one and how many. */
guint mns_grouped_model_get_rows (MnsGroupedModel *self, guint group, guint *n_rows);
guint mns_grouped_model_find_group (MnsGroupedModel *self, guint row);

/* What stands at a position: %TRUE and the number of the row, or %FALSE and that of the group whose
 * heading it is. */
gboolean mns_grouped_model_get_place (MnsGroupedModel *self, guint position, guint *number);
/* Where a row stands, or %G_MAXUINT if its group is folded up. */
guint mns_grouped_model_get_position (MnsGroupedModel *self, guint row);
guint mns_grouped_model_get_heading (MnsGroupedModel *self, guint group);

gboolean mns_grouped_model_get_folded (MnsGroupedModel *self, guint group);
void mns_grouped_model_set_folded (MnsGroupedModel *self, guint group, gboolean folded);

G_END_DECLS
