/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MNS_TYPE_ROW_SELECTION (mns_row_selection_get_type ())
G_DECLARE_FINAL_TYPE (MnsRowSelection, mns_row_selection, MNS, ROW_SELECTION, GObject)

/* Any number of selected rows, kept as positions only. GtkMultiSelection keeps the items as well,
 * and so fetches all pages of a paged model when everything is selected.
 */
MnsRowSelection *mns_row_selection_new (GListModel *model);
GListModel *mns_row_selection_get_model (MnsRowSelection *self);

G_END_DECLS
