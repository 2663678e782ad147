/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The picture of a spreadsheet: only the cells in view, the first column and the headings last, for
 * they lie over the others. */

#define G_LOG_DOMAIN "mns-grid"

#include "config.h"

#include "desktop/widgets/grid-private.h"
#include "desktop/widgets/style.h"

#define PADDING 8
#define BOX_SIZE 14
#define SELECTED_ALPHA 0.65f

typedef struct
{
  MnsGrid *grid;
  GtkSnapshot *snapshot;
  MnsPalette palette;
  PangoLayout *text;
  PangoLayout *head;
  MnsCellRange range;
  gboolean has_range;
} Painter;

static const GdkRGBA *
color (const Painter *p, MnsColor which)
{
  return &p->palette.colors[which];
}

static PangoLayout *
make_layout (MnsGrid *self, gboolean bold)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
  PangoAttrList *attributes = pango_attr_list_new ();

  /* Digits of equal width stand under each other. */
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum"));
  if (bold)
    pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_height (layout, -1);
  pango_attr_list_unref (attributes);
  return layout;
}

static void
draw_text (const Painter *p,
           PangoLayout *layout,
           const char *text,
           const graphene_rect_t *rect,
           PangoAlignment alignment,
           const GdkRGBA *rgba)
{
  int height;

  if (*text == '\0')
    return;
  pango_layout_set_width (layout, (int) (MAX (rect->size.width, 1) * PANGO_SCALE));
  pango_layout_set_alignment (layout, alignment);
  pango_layout_set_text (layout, text, -1);
  pango_layout_get_pixel_size (layout, NULL, &height);
  gtk_snapshot_save (p->snapshot);
  gtk_snapshot_translate (
      p->snapshot,
      &GRAPHENE_POINT_INIT (rect->origin.x,
                            rect->origin.y + (float) (int) ((rect->size.height - height) / 2)));
  gtk_snapshot_append_layout (p->snapshot, layout, rgba);
  gtk_snapshot_restore (p->snapshot);
}

static void
draw_lines (const Painter *p, const graphene_rect_t *rect, const GdkRGBA *rgba)
{
  gtk_snapshot_append_color (
      p->snapshot,
      rgba,
      &GRAPHENE_RECT_INIT (
          rect->origin.x, rect->origin.y + rect->size.height - 1, rect->size.width, 1));
  gtk_snapshot_append_color (
      p->snapshot,
      rgba,
      &GRAPHENE_RECT_INIT (
          rect->origin.x + rect->size.width - 1, rect->origin.y, 1, rect->size.height));
}

static void
draw_frame (const Painter *p, const graphene_rect_t *rect, float width, const GdkRGBA *rgba)
{
  const float widths[] = { width, width, width, width };
  const GdkRGBA colors[] = { *rgba, *rgba, *rgba, *rgba };
  GskRoundedRect shape;

  gsk_rounded_rect_init_from_rect (&shape, rect, 0);
  gtk_snapshot_append_border (p->snapshot, &shape, widths, colors);
}

static gboolean
is_selected (const Painter *p, guint row, guint column)
{
  return p->has_range && row >= p->range.row && row < p->range.row + p->range.n_rows &&
         column >= p->range.column && column < p->range.column + p->range.n_columns;
}

static void
draw_check (const Painter *p, const graphene_rect_t *rect, gboolean on)
{
  float size = (float) (BOX_SIZE * p->grid->scale);
  graphene_rect_t box = GRAPHENE_RECT_INIT (rect->origin.x + (rect->size.width - size) / 2,
                                            rect->origin.y + (rect->size.height - size) / 2,
                                            size,
                                            size);
  cairo_t *cr;

  graphene_rect_round_extents (&box, &box);
  draw_frame (p, &box, 1, color (p, MNS_COLOR_LINE));
  if (!on)
    return;
  cr = gtk_snapshot_append_cairo (p->snapshot, &box);
  gdk_cairo_set_source_rgba (cr, color (p, MNS_COLOR_ACC));
  cairo_set_line_width (cr, 2 * p->grid->scale);
  cairo_move_to (cr, box.origin.x + size * 0.2, box.origin.y + size * 0.55);
  cairo_line_to (cr, box.origin.x + size * 0.42, box.origin.y + size * 0.76);
  cairo_line_to (cr, box.origin.x + size * 0.82, box.origin.y + size * 0.26);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

/* Takes the width of a mark off the right end of @rect, where it is drawn. */
static void
draw_mark (
    const Painter *p, graphene_rect_t *rect, gboolean left, const char *mark, const GdkRGBA *rgba)
{
  float width = (float) (14 * p->grid->scale);
  graphene_rect_t area = *rect;

  if (!left)
    area.origin.x += area.size.width - width;
  area.size.width = width;
  draw_text (p, p->head, mark, &area, left ? PANGO_ALIGN_LEFT : PANGO_ALIGN_RIGHT, rgba);
  rect->size.width -= width;
  if (left)
    rect->origin.x += width;
}

static const GdkRGBA *
get_text_color (const Painter *p, const MnsGridColumn *column, const char *text, gboolean fault)
{
  if (fault)
    return color (p, MNS_COLOR_ERR);
  if (column->kind == MNS_CELL_QC)
    {
      if (g_str_equal (text, "PASSED"))
        return color (p, MNS_COLOR_OK);
      return color (p, g_str_equal (text, "FAILED") ? MNS_COLOR_ERR : MNS_COLOR_MUT);
    }
  return color (p, MNS_COLOR_FG);
}

/* "under 10", in the room that the number leaves; for amber alone says nothing to many people. */
static void
draw_warning (const Painter *p,
              const char *display,
              const graphene_rect_t *area,
              const char *warning)
{
  graphene_rect_t room = *area;
  int width;

  pango_layout_set_width (p->text, -1);
  pango_layout_set_text (p->text, display, -1);
  pango_layout_get_pixel_size (p->text, &width, NULL);
  room.size.width -= (float) (width + 4);
  draw_text (p, p->text, warning, &room, PANGO_ALIGN_LEFT, color (p, MNS_COLOR_MUT));
}

static void
draw_value (const Painter *p,
            guint row,
            guint column,
            const graphene_rect_t *rect,
            gboolean fault,
            const char *warning)
{
  MnsGridModel *model = p->grid->model;
  const MnsGridColumn *info = mns_grid_model_get_column (model, column);
  const char *text = mns_grid_model_get_text (model, row, column);
  g_autofree char *display = mns_grid_model_dup_display (model, row, column);
  graphene_rect_t area = *rect;

  graphene_rect_inset (&area, (float) (PADDING * p->grid->scale), 0);
  if (fault)
    draw_mark (p, &area, TRUE, "!", color (p, MNS_COLOR_ERR));
  else if (warning != NULL)
    draw_warning (p, display, &area, warning);
  if (info->kind == MNS_CELL_CHOICE && !mns_grid_model_is_locked (model, row, column))
    draw_mark (p, &area, FALSE, "▾", color (p, MNS_COLOR_MUT));
  if (info->kind == MNS_CELL_CHECK && !fault)
    draw_check (p, rect, g_str_equal (text, "true"));
  else
    draw_text (p,
               p->text,
               display,
               &area,
               info->kind == MNS_CELL_NUMBER ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT,
               get_text_color (p, info, text, fault));
}

static void
draw_cell (const Painter *p, guint row, guint column)
{
  MnsGridModel *model = p->grid->model;
  g_autofree char *fault = mns_grid_model_dup_fault (model, row, column);
  g_autofree char *warning = mns_grid_model_dup_warning (model, row, column);
  const GdkRGBA *ground = color (p, MNS_COLOR_BG);
  graphene_rect_t rect;

  if (fault != NULL)
    ground = color (p, MNS_COLOR_ERRBG);
  else if (warning != NULL)
    ground = color (p, MNS_COLOR_WARNBG);
  else if (mns_grid_model_is_locked (model, row, column))
    ground = color (p, MNS_COLOR_BG2);

  mns_grid_get_rect (p->grid, row, column, &rect);
  gtk_snapshot_append_color (p->snapshot, ground, &rect);
  if (is_selected (p, row, column) && (row != p->grid->row || column != p->grid->column))
    {
      GdkRGBA sel = mns_color_with_alpha (color (p, MNS_COLOR_SEL), SELECTED_ALPHA);

      gtk_snapshot_append_color (p->snapshot, &sel, &rect);
    }
  draw_lines (p, &rect, color (p, MNS_COLOR_LINE2));
  draw_value (p, row, column, &rect, fault != NULL, warning);
}

static void
get_range_rect (MnsGrid *grid, const MnsCellRange *range, graphene_rect_t *rect)
{
  graphene_rect_t last;

  mns_grid_get_rect (grid, range->row, range->column, rect);
  mns_grid_get_rect (
      grid, range->row + range->n_rows - 1, range->column + range->n_columns - 1, &last);
  graphene_rect_union (rect, &last, rect);
}

/* Where the fill handle would fill. */
static void
draw_fill_preview (const Painter *p)
{
  MnsCellRange target = p->range;
  graphene_rect_t rect;

  if (p->grid->drag != MNS_GRID_DRAG_FILL || p->grid->fill_n == 0)
    return;
  if (p->grid->fill_down)
    target.n_rows += p->grid->fill_n;
  else
    target.n_columns += p->grid->fill_n;
  get_range_rect (p->grid, &target, &rect);
  draw_frame (p, &rect, 1, color (p, MNS_COLOR_ACC));
}

static void
draw_selection (const Painter *p)
{
  graphene_rect_t rect;

  if (!p->has_range)
    return;
  if (p->range.n_rows * p->range.n_columns > 1)
    {
      get_range_rect (p->grid, &p->range, &rect);
      draw_frame (p, &rect, 1, color (p, MNS_COLOR_ACC));
    }
  mns_grid_get_rect (p->grid, p->grid->row, p->grid->column, &rect);
  draw_frame (
      p, &rect, 2, color (p, mns_grid_has_focus_inside (p->grid) ? MNS_COLOR_ACC : MNS_COLOR_LINE));
  draw_fill_preview (p);
  if (mns_grid_get_handle (p->grid, &rect))
    {
      gtk_snapshot_append_color (p->snapshot, color (p, MNS_COLOR_ACC), &rect);
      draw_frame (p, &rect, 1, color (p, MNS_COLOR_BG));
    }
}

/* Either the first column or all others, each clipped to where it may be seen. */
static void
draw_columns (const Painter *p, gboolean frozen)
{
  MnsGrid *self = p->grid;
  guint n_columns = frozen ? 1 : mns_grid_model_get_n_columns (self->model);
  graphene_rect_t clip;
  guint first;
  guint last;

  mns_grid_get_visible_rows (self, &first, &last);
  mns_grid_clip_cells (self, frozen, &clip);
  gtk_snapshot_push_clip (p->snapshot, &clip);
  for (guint c = frozen ? 0 : 1; c < n_columns; c++)
    for (guint r = first; r < last && mns_grid_is_column_visible (self, c); r++)
      draw_cell (p, r, c);
  draw_selection (p);
  gtk_snapshot_pop (p->snapshot);
}

static char *
dup_title (const MnsGridColumn *info)
{
  g_autofree char *unit =
      info->unit != NULL ? g_strdup_printf (" (%s)", info->unit) : g_strdup ("");

  return g_strconcat (info->title, unit, info->required ? " *" : "", NULL);
}

/* Pixels at usual text size that the heading of a column needs. */
int
mns_grid_measure_head (MnsGrid *self, guint column)
{
  g_autofree char *title = dup_title (mns_grid_model_get_column (self->model, column));
  PangoLayout *layout = make_layout (self, TRUE);
  int width;

  pango_layout_set_text (layout, title, -1);
  pango_layout_get_pixel_size (layout, &width, NULL);
  g_object_unref (layout);
  return (int) (width / mns_style_get_text_scale (GTK_WIDGET (self))) + 2 * PADDING + 2;
}

static void
draw_head (const Painter *p, guint column)
{
  const MnsGridColumn *info = mns_grid_model_get_column (p->grid->model, column);
  g_autofree char *title = dup_title (info);
  gboolean active =
      p->has_range && column >= p->range.column && column < p->range.column + p->range.n_columns;
  graphene_rect_t rect;
  graphene_rect_t area;

  mns_grid_get_head_rect (p->grid, column, &rect);
  gtk_snapshot_append_color (p->snapshot, color (p, active ? MNS_COLOR_SEL : MNS_COLOR_BG2), &rect);
  draw_lines (p, &rect, color (p, MNS_COLOR_LINE));
  area = rect;
  graphene_rect_inset (&area, (float) (PADDING * p->grid->scale), 0);
  draw_text (p,
             p->head,
             title,
             &area,
             info->kind == MNS_CELL_NUMBER ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT,
             color (p, active ? MNS_COLOR_SEL_FG : MNS_COLOR_FG));
}

static void
draw_heads (const Painter *p)
{
  MnsGrid *self = p->grid;
  double first = mns_grid_get_column_width (self, 0);
  graphene_rect_t clip;

  graphene_rect_init (&clip,
                      (float) first,
                      0,
                      (float) MAX (gtk_widget_get_width (GTK_WIDGET (self)) - first, 0),
                      (float) mns_grid_get_head_height (self));
  gtk_snapshot_push_clip (p->snapshot, &clip);
  for (guint c = 1; c < mns_grid_model_get_n_columns (self->model); c++)
    if (mns_grid_is_column_visible (self, c))
      draw_head (p, c);
  gtk_snapshot_pop (p->snapshot);
  draw_head (p, 0);
}

/* A stronger line where the frozen column ends. */
static void
draw_frozen_edge (const Painter *p)
{
  float x = (float) mns_grid_get_column_width (p->grid, 0);

  gtk_snapshot_append_color (
      p->snapshot,
      color (p, MNS_COLOR_LINE),
      &GRAPHENE_RECT_INIT (x - 1, 0, 1, (float) gtk_widget_get_height (GTK_WIDGET (p->grid))));
}

static void
draw_editor (const Painter *p)
{
  graphene_rect_t rect;

  mns_grid_get_rect (p->grid, p->grid->row, p->grid->column, &rect);
  gtk_snapshot_append_color (p->snapshot, color (p, MNS_COLOR_BG), &rect);
  gtk_widget_snapshot_child (GTK_WIDGET (p->grid), p->grid->editor, p->snapshot);
  draw_frame (p, &rect, 2, color (p, MNS_COLOR_ACC));
}

void
mns_grid_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MnsGrid *self = MNS_GRID (widget);
  Painter painter = { .grid = self, .snapshot = snapshot };

  painter.has_range = mns_grid_get_range (self, &painter.range);
  painter.text = make_layout (self, FALSE);
  painter.head = make_layout (self, TRUE);
  mns_palette_load (&painter.palette, widget);
  draw_columns (&painter, FALSE);
  draw_columns (&painter, TRUE);
  draw_heads (&painter);
  draw_frozen_edge (&painter);
  if (self->editing)
    draw_editor (&painter);
  g_object_unref (painter.text);
  g_object_unref (painter.head);
}
