/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Where the cells of a spreadsheet are. The first column stays at the left, the headings at the
 * top; everything else moves with the adjustments. */

#define G_LOG_DOMAIN "mns-grid"

#include "config.h"

#include <math.h>

#include "desktop/widgets/grid-private.h"

#define ROW_HEIGHT 32
#define COMPACT_ROW_HEIGHT 28
#define HEAD_HEIGHT 32
#define HANDLE_SIZE 8
#define EDGE_REACH 4 /* how near to the edge of a heading the pointer must be */

gboolean
mns_grid_has_cells (MnsGrid *self)
{
  return mns_grid_model_get_n_rows (self->model) > 0;
}

double
mns_grid_get_row_height (MnsGrid *self)
{
  return floor (self->scale * (self->compact ? COMPACT_ROW_HEIGHT : ROW_HEIGHT));
}

double
mns_grid_get_head_height (MnsGrid *self)
{
  return floor (self->scale * HEAD_HEIGHT);
}

double
mns_grid_get_column_width (MnsGrid *self, guint column)
{
  return floor (self->scale * self->widths[column]);
}

/* Left edge of a column before scrolling. */
static double
get_column_start (MnsGrid *self, guint column)
{
  double x = 0;

  for (guint c = 0; c < column; c++)
    x += mns_grid_get_column_width (self, c);
  return x;
}

double
mns_grid_get_content_width (MnsGrid *self)
{
  return get_column_start (self, mns_grid_model_get_n_columns (self->model));
}

double
mns_grid_get_scroll (MnsGrid *self, GtkOrientation orientation)
{
  GtkAdjustment *adjustment = self->adjustments[orientation];

  return adjustment != NULL ? floor (gtk_adjustment_get_value (adjustment)) : 0;
}

static double
get_x (MnsGrid *self, guint column)
{
  double scroll = column > 0 ? mns_grid_get_scroll (self, GTK_ORIENTATION_HORIZONTAL) : 0;

  return get_column_start (self, column) - scroll;
}

void
mns_grid_get_rect (MnsGrid *self, guint row, guint column, graphene_rect_t *rect)
{
  double height = mns_grid_get_row_height (self);
  double y = mns_grid_get_head_height (self) + height * row -
             mns_grid_get_scroll (self, GTK_ORIENTATION_VERTICAL);

  graphene_rect_init (rect,
                      (float) get_x (self, column),
                      (float) y,
                      (float) mns_grid_get_column_width (self, column),
                      (float) height);
}

void
mns_grid_get_head_rect (MnsGrid *self, guint column, graphene_rect_t *rect)
{
  graphene_rect_init (rect,
                      (float) get_x (self, column),
                      0,
                      (float) mns_grid_get_column_width (self, column),
                      (float) mns_grid_get_head_height (self));
}

/* The rows of which something shows: from @first up to, not with, @last. */
void
mns_grid_get_visible_rows (MnsGrid *self, guint *first, guint *last)
{
  double height = mns_grid_get_row_height (self);
  double scroll = mns_grid_get_scroll (self, GTK_ORIENTATION_VERTICAL);
  double page = gtk_widget_get_height (GTK_WIDGET (self)) - mns_grid_get_head_height (self);
  guint n_rows = mns_grid_model_get_n_rows (self->model);

  *first = MIN ((guint) (scroll / height), n_rows);
  *last = MIN ((guint) ceil ((scroll + MAX (page, 0)) / height), n_rows);
}

gboolean
mns_grid_is_column_visible (MnsGrid *self, guint column)
{
  double x = get_x (self, column);

  if (column == 0)
    return TRUE;
  return x < gtk_widget_get_width (GTK_WIDGET (self)) &&
         x + mns_grid_get_column_width (self, column) > mns_grid_get_column_width (self, 0);
}

/* The part of the widget in which the first column, or the others, are seen. */
void
mns_grid_clip_cells (MnsGrid *self, gboolean frozen, graphene_rect_t *clip)
{
  double width = gtk_widget_get_width (GTK_WIDGET (self));
  double height = gtk_widget_get_height (GTK_WIDGET (self));
  double first = mns_grid_get_column_width (self, 0);
  double head = mns_grid_get_head_height (self);

  graphene_rect_init (clip,
                      frozen ? 0 : (float) first,
                      (float) head,
                      (float) MAX (frozen ? first : width - first, 0),
                      (float) MAX (height - head, 0));
}

/* The fill handle at the lower right corner of the range; none where nothing can be changed. */
gboolean
mns_grid_get_handle (MnsGrid *self, graphene_rect_t *rect)
{
  MnsCellRange range;
  graphene_rect_t corner;
  float size = (float) (HANDLE_SIZE * self->scale);

  if (self->editing || mns_grid_model_get_read_only (self->model) ||
      !mns_grid_get_range (self, &range) ||
      mns_grid_model_get_column (self->model, range.column)->read_only)
    return FALSE;
  mns_grid_get_rect (
      self, range.row + range.n_rows - 1, range.column + range.n_columns - 1, &corner);
  graphene_rect_init (rect,
                      corner.origin.x + corner.size.width - size / 2 - 1,
                      corner.origin.y + corner.size.height - size / 2 - 1,
                      size,
                      size);
  return TRUE;
}

static MnsGridPart
pick_head (MnsGrid *self, double x, guint *column)
{
  guint n_columns = mns_grid_model_get_n_columns (self->model);

  for (guint c = 0; c < n_columns; c++)
    {
      double start = get_x (self, c);
      double end = start + mns_grid_get_column_width (self, c);

      if (c > 0 && x < mns_grid_get_column_width (self, 0)) /* under the frozen column */
        break;
      if (fabs (x - end) <= EDGE_REACH)
        {
          *column = c;
          return MNS_GRID_PART_HEAD_EDGE;
        }
      if (x >= start && x < end)
        {
          *column = c;
          return MNS_GRID_PART_HEAD;
        }
    }
  return MNS_GRID_PART_NONE;
}

/**
 * mns_grid_pick:
 * @self: a grid
 * @x: pixels in the widget
 * @y: pixels in the widget
 * @row: (out): the row, where it is a cell
 * @column: (out): the column, where it is a cell or a heading
 *
 * Returns: what is at a point
 */
MnsGridPart
mns_grid_pick (MnsGrid *self, double x, double y, guint *row, guint *column)
{
  graphene_rect_t handle;
  double at = y - mns_grid_get_head_height (self);

  if (at < 0)
    return pick_head (self, x, column);
  if (mns_grid_get_handle (self, &handle) &&
      graphene_rect_contains_point (&handle, &GRAPHENE_POINT_INIT ((float) x, (float) y)))
    return MNS_GRID_PART_HANDLE;

  at += mns_grid_get_scroll (self, GTK_ORIENTATION_VERTICAL);
  *row = (guint) (at / mns_grid_get_row_height (self));
  if (*row >= mns_grid_model_get_n_rows (self->model))
    return MNS_GRID_PART_NONE;
  for (guint c = 0; c < mns_grid_model_get_n_columns (self->model); c++)
    if (x >= get_x (self, c) && x < get_x (self, c) + mns_grid_get_column_width (self, c))
      {
        *column = c;
        return MNS_GRID_PART_CELL;
      }
  return MNS_GRID_PART_NONE;
}

/* The cell nearest to a point, for drags that go beyond the edges. */
void
mns_grid_pick_nearest (MnsGrid *self, double x, double y, guint *row, guint *column)
{
  double height = mns_grid_get_row_height (self);
  double at =
      y - mns_grid_get_head_height (self) + mns_grid_get_scroll (self, GTK_ORIENTATION_VERTICAL);
  guint n_columns = mns_grid_model_get_n_columns (self->model);

  *row = (guint) CLAMP (at / height, 0, mns_grid_model_get_n_rows (self->model) - 1);
  if (x < mns_grid_get_column_width (self, 0))
    {
      *column = 0;
      return;
    }
  *column = n_columns - 1;
  for (guint c = 1; c < n_columns; c++)
    if (x < get_x (self, c) + mns_grid_get_column_width (self, c))
      {
        *column = c;
        return;
      }
}

static void
show_span (GtkAdjustment *adjustment, double start, double end, double before, double page)
{
  double value;

  if (adjustment == NULL)
    return;
  value = gtk_adjustment_get_value (adjustment);
  if (start - value < before)
    gtk_adjustment_set_value (adjustment, start - before);
  else if (end - value > page)
    gtk_adjustment_set_value (adjustment, end - page);
}

/* Brings a cell into view. */
void
mns_grid_scroll_to (MnsGrid *self, guint row, guint column)
{
  double height = mns_grid_get_row_height (self);
  double head = mns_grid_get_head_height (self);
  double start = get_column_start (self, column);

  show_span (self->adjustments[GTK_ORIENTATION_VERTICAL],
             head + height * row,
             head + height * (row + 1),
             head,
             gtk_widget_get_height (GTK_WIDGET (self)));
  if (column > 0)
    show_span (self->adjustments[GTK_ORIENTATION_HORIZONTAL],
               start,
               start + mns_grid_get_column_width (self, column),
               mns_grid_get_column_width (self, 0),
               gtk_widget_get_width (GTK_WIDGET (self)));
}
