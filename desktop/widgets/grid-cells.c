/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What a screen reader sees of a spreadsheet: one child for each cell in view and for the cursor,
 * which has the focus. They are kept by cell and reused, so scrolling by a row renames one row
 * only. */

#define G_LOG_DOMAIN "mns-grid"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/widgets/cell.h"
#include "desktop/widgets/grid-private.h"

static gpointer
get_key (MnsGrid *self, guint row, guint column)
{
  return GSIZE_TO_POINTER ((gsize) row * mns_grid_model_get_n_columns (self->model) + column + 1);
}

/* The column, the row's name, the value and what is wrong with it. */
char *
mns_grid_describe_cell (MnsGrid *self, guint row, guint column)
{
  g_autofree char *display = mns_grid_model_dup_display (self->model, row, column);
  g_autofree char *fault = mns_grid_model_dup_fault (self->model, row, column);
  g_autofree char *warning = mns_grid_model_dup_warning (self->model, row, column);
  const MnsGridColumn *info = mns_grid_model_get_column (self->model, column);
  GString *text = g_string_new (info->title);

  if (column > 0)
    g_string_append_printf (text, ", %s", mns_grid_model_get_text (self->model, row, 0));
  if (info->kind == MNS_CELL_CHECK && fault == NULL)
    g_string_append_printf (text, ", %s", g_str_equal (display, "true") ? _ ("yes") : _ ("no"));
  else
    g_string_append_printf (text, ", %s", *display != '\0' ? display : _ ("empty"));
  if (fault != NULL)
    g_string_append_printf (text, ", %s", fault);
  else if (warning != NULL)
    g_string_append_printf (text, ", %s", warning);
  return g_string_free (text, FALSE);
}

static void
name_cell (MnsGrid *self, MnsCell *cell)
{
  guint row = mns_cell_get_row (cell);
  guint column = mns_cell_get_column (cell);
  g_autofree char *label = mns_grid_describe_cell (self, row, column);
  g_autofree char *fault = mns_grid_model_dup_fault (self->model, row, column);
  MnsCellRange range = { 0 };

  mns_grid_get_range (self, &range);
  mns_cell_set_label (cell, label);
  mns_cell_set_invalid (cell, fault != NULL);
  mns_cell_set_selected (cell,
                         row >= range.row && row < range.row + range.n_rows &&
                             column >= range.column && column < range.column + range.n_columns);
}

static void
allocate_cell (GtkWidget *cell, const graphene_rect_t *rect)
{
  GtkAllocation area = {
    (int) rect->origin.x, (int) rect->origin.y, (int) rect->size.width, (int) rect->size.height
  };

  gtk_widget_size_allocate (cell, &area, -1);
}

static void
need_cell (MnsGrid *self, guint row, guint column)
{
  MnsCell *cell = g_hash_table_lookup (self->cells, get_key (self, row, column));
  graphene_rect_t rect;

  if (cell == NULL)
    {
      if (self->spare->len > 0)
        cell = g_ptr_array_steal_index_fast (self->spare, self->spare->len - 1);
      else
        {
          cell = MNS_CELL (mns_cell_new (GTK_ACCESSIBLE_ROLE_GRID_CELL));
          gtk_widget_set_parent (GTK_WIDGET (cell), GTK_WIDGET (self));
        }
      gtk_widget_set_visible (GTK_WIDGET (cell), TRUE);
      mns_cell_set_place (cell, row, column);
      g_hash_table_insert (self->cells, get_key (self, row, column), cell);
    }
  name_cell (self, cell);
  mns_grid_get_rect (self, row, column, &rect);
  allocate_cell (GTK_WIDGET (cell), &rect);
}

static gboolean
is_needed (MnsGrid *self, const MnsCell *cell, guint first, guint last)
{
  guint row = mns_cell_get_row ((MnsCell *) cell);
  guint column = mns_cell_get_column ((MnsCell *) cell);

  if (row >= mns_grid_model_get_n_rows (self->model))
    return FALSE;
  if (row == self->row && column == self->column)
    return TRUE;
  return row >= first && row < last && mns_grid_is_column_visible (self, column);
}

static void
give_back_cells (MnsGrid *self, guint first, guint last)
{
  GHashTableIter iter;
  gpointer cell;

  g_hash_table_iter_init (&iter, self->cells);
  while (g_hash_table_iter_next (&iter, NULL, &cell))
    if (!is_needed (self, cell, first, last))
      {
        g_hash_table_iter_remove (&iter);
        gtk_widget_set_visible (cell, FALSE);
        g_ptr_array_add (self->spare, cell);
      }
}

static void
update_heads (MnsGrid *self)
{
  graphene_rect_t rect;

  for (guint c = 0; c < self->heads->len; c++)
    {
      mns_grid_get_head_rect (self, c, &rect);
      allocate_cell (g_ptr_array_index (self->heads, c), &rect);
    }
}

/* Sees to it that the children are those of the cells in view, and lays them there. */
void
mns_grid_update_cells (MnsGrid *self)
{
  guint first;
  guint last;

  mns_grid_get_visible_rows (self, &first, &last);
  give_back_cells (self, first, last);
  update_heads (self);
  if (!mns_grid_has_cells (self))
    return;
  for (guint c = 0; c < mns_grid_model_get_n_columns (self->model); c++)
    for (guint r = first; r < last && mns_grid_is_column_visible (self, c); r++)
      need_cell (self, r, c);
  need_cell (self, self->row, self->column);
}

/* After a change of values or of the selection. */
void
mns_grid_rename_cells (MnsGrid *self)
{
  GHashTableIter iter;
  gpointer cell;

  g_hash_table_iter_init (&iter, self->cells);
  while (g_hash_table_iter_next (&iter, NULL, &cell))
    if (mns_cell_get_row (cell) < mns_grid_model_get_n_rows (self->model))
      name_cell (self, cell);
}

GtkWidget *
mns_grid_get_cursor_cell (MnsGrid *self)
{
  if (!mns_grid_has_cells (self))
    return NULL;
  need_cell (self, self->row, self->column);
  return g_hash_table_lookup (self->cells, get_key (self, self->row, self->column));
}

gboolean
mns_grid_has_focus_inside (MnsGrid *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  return focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self));
}
