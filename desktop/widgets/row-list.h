/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "desktop/widgets/row.h"

G_BEGIN_DECLS

/**
 * MnsListColumn:
 * @id: the column's name in the view
 * @title: its translated heading
 * @number: whether it is set right, in digits of equal width
 * @width: in pixels, or -1 for what the content needs
 * @expand: whether it takes the room that is left
 * @sortable: whether its heading can be pressed
 */
typedef struct
{
  const char *id;
  const char *title;
  gboolean number;
  int width;
  gboolean expand;
  gboolean sortable;
} MnsListColumn;

#define MNS_TYPE_ROW_LIST (mns_row_list_get_type ())
G_DECLARE_FINAL_TYPE (MnsRowList, mns_row_list, MNS, ROW_LIST, AdwBin)

GtkWidget *mns_row_list_new (GListModel *model,
                             const MnsListColumn *columns,
                             guint n_columns,
                             const char *label);

GtkSelectionModel *mns_row_list_get_selection (MnsRowList *self);
GStrv mns_row_list_dup_selected_ids (MnsRowList *self, guint *n_not_loaded);
guint mns_row_list_select_ids (MnsRowList *self, const char *const *ids);
void mns_row_list_select_none (MnsRowList *self);
void mns_row_list_scroll_to (MnsRowList *self, guint position);

void mns_row_list_set_toggling (MnsRowList *self);
void mns_row_list_set_column_visible (MnsRowList *self, const char *column, gboolean visible);
void mns_row_list_set_draggable (MnsRowList *self, gboolean draggable);
void mns_row_list_set_loading (MnsRowList *self, gboolean loading);
void mns_row_list_set_compact (MnsRowList *self, gboolean compact);

G_END_DECLS
