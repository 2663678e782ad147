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

/* A list in which a plain choice, as moving with the arrows makes it, takes nothing back: rows are
 * chosen and let go one by one, and a range is added to what is chosen. */
void mns_row_selection_set_toggling (MnsRowSelection *self, gboolean toggling);

G_END_DECLS
