/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The picture of a plate. Plain wells are nodes of the snapshot; hatching, dots and dashes, which
 * few wells have, are drawn with cairo. */

#define G_LOG_DOMAIN "mns-plate"

#include "config.h"

#include "desktop/widgets/plate-private.h"
#include "desktop/widgets/style.h"

#define HATCH_STEP 6
#define TINT_ALPHA 0.28f
#define SELECTED_ALPHA 0.5f

typedef struct
{
  MnsPlate *plate;
  GtkSnapshot *snapshot;
  const MnsPlateLook *look;
  MnsPalette palette;
  PangoLayout *name;
  PangoLayout *note;
  PangoLayout *head;
} Painter;

static PangoLayout *
make_layout (MnsPlate *self, double pixels)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
  PangoFontDescription *font = pango_font_description_copy (
      pango_context_get_font_description (gtk_widget_get_pango_context (GTK_WIDGET (self))));

  pango_font_description_set_absolute_size (font, pixels * self->scale * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_MIDDLE);
  pango_font_description_free (font);
  return layout;
}

static const GdkRGBA *
color (const Painter *p, MnsColor which)
{
  return &p->palette.colors[which];
}

/* Text in the middle of a box, on at most @lines lines. */
static void
draw_text (const Painter *p,
           PangoLayout *layout,
           const char *text,
           const graphene_rect_t *box,
           int lines,
           const GdkRGBA *rgba)
{
  int height;

  pango_layout_set_width (layout, (int) (box->size.width * PANGO_SCALE));
  pango_layout_set_height (layout, -lines);
  pango_layout_set_text (layout, text, -1);
  pango_layout_get_pixel_size (layout, NULL, &height);

  gtk_snapshot_save (p->snapshot);
  gtk_snapshot_translate (
      p->snapshot,
      &GRAPHENE_POINT_INIT (box->origin.x,
                            box->origin.y + (float) (int) ((box->size.height - height) / 2)));
  gtk_snapshot_append_layout (p->snapshot, layout, rgba);
  gtk_snapshot_restore (p->snapshot);
}

static void
draw_border (const Painter *p, const GskRoundedRect *shape, float width, const GdkRGBA *rgba)
{
  const float widths[] = { width, width, width, width };
  const GdkRGBA colors[] = { *rgba, *rgba, *rgba, *rgba };

  gtk_snapshot_append_border (p->snapshot, shape, widths, colors);
}

static void
fill (const Painter *p, const GskRoundedRect *shape, const GdkRGBA *rgba)
{
  gtk_snapshot_push_rounded_clip (p->snapshot, shape);
  gtk_snapshot_append_color (p->snapshot, rgba, &shape->bounds);
  gtk_snapshot_pop (p->snapshot);
}

static void
path_rounded (cairo_t *cr, const graphene_rect_t *b, double inset, double radius)
{
  double x0 = b->origin.x + inset;
  double y0 = b->origin.y + inset;
  double x1 = b->origin.x + b->size.width - inset;
  double y1 = b->origin.y + b->size.height - inset;

  cairo_new_sub_path (cr);
  cairo_arc (cr, x1 - radius, y0 + radius, radius, -G_PI_2, 0);
  cairo_arc (cr, x1 - radius, y1 - radius, radius, 0, G_PI_2);
  cairo_arc (cr, x0 + radius, y1 - radius, radius, G_PI_2, G_PI);
  cairo_arc (cr, x0 + radius, y0 + radius, radius, G_PI, 3 * G_PI_2);
  cairo_close_path (cr);
}

/* Dots for a control, dashes for the sample that is being carried. */
static void
draw_broken_border (const Painter *p,
                    const GskRoundedRect *shape,
                    const double dash[2],
                    double width,
                    const GdkRGBA *rgba)
{
  cairo_t *cr = gtk_snapshot_append_cairo (p->snapshot, &shape->bounds);

  path_rounded (cr, &shape->bounds, width / 2, shape->corner[0].width - width / 2);
  gdk_cairo_set_source_rgba (cr, rgba);
  cairo_set_line_width (cr, width);
  cairo_set_dash (cr, dash, 2, 0);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
draw_hatching (const Painter *p, const GskRoundedRect *shape)
{
  cairo_t *cr = gtk_snapshot_append_cairo (p->snapshot, &shape->bounds);
  double x = shape->bounds.origin.x;
  double y = shape->bounds.origin.y;
  double w = shape->bounds.size.width;
  double h = shape->bounds.size.height;

  path_rounded (cr, &shape->bounds, 0, shape->corner[0].width);
  cairo_clip (cr);
  gdk_cairo_set_source_rgba (cr, color (p, MNS_COLOR_LINE));
  cairo_set_line_width (cr, 1);
  for (double d = HATCH_STEP; d < w + h; d += HATCH_STEP)
    {
      cairo_move_to (cr, x + d, y);
      cairo_line_to (cr, x + d - h, y + h);
    }
  cairo_stroke (cr);
  cairo_destroy (cr);
}

/* A small triangle in the upper right corner; a clash and a warning differ by colour and by text.
 */
static void
draw_mark (const Painter *p, const GskRoundedRect *shape, const GdkRGBA *rgba)
{
  cairo_t *cr = gtk_snapshot_append_cairo (p->snapshot, &shape->bounds);
  double size = CLAMP (shape->bounds.size.height / 4, 5, 12);
  double x = shape->bounds.origin.x + shape->bounds.size.width - size - 3;
  double y = shape->bounds.origin.y + 3;

  cairo_move_to (cr, x + size / 2, y);
  cairo_line_to (cr, x + size, y + size);
  cairo_line_to (cr, x, y + size);
  cairo_close_path (cr);
  gdk_cairo_set_source_rgba (cr, rgba);
  cairo_fill (cr);
  cairo_destroy (cr);
}

static void
draw_names (const Painter *p, const GskRoundedRect *shape, const char *name, const char *note)
{
  graphene_rect_t box = shape->bounds;

  if (p->look->font == 0)
    return;
  graphene_rect_inset (&box, 2, 1);
  if (note == NULL || p->look->font < 10)
    {
      draw_text (p, p->name, name, &box, 2, color (p, MNS_COLOR_FG));
      return;
    }
  box.size.height *= 0.6f;
  draw_text (p, p->name, name, &box, 2, color (p, MNS_COLOR_FG));
  box.origin.y += box.size.height;
  box.size.height *= 0.6f;
  draw_text (p, p->note, note, &box, 1, color (p, MNS_COLOR_MUT));
}

typedef struct
{
  guint pos;
  MnsWellState state;
  const MnsPlateSample *sample;
  gboolean clash;
  gboolean tinted;
  gboolean selected;
  GskRoundedRect shape;
} DrawnWell;

/* Fills come first, and all of them: nothing may lie over a name. */
static void
draw_ground (const Painter *p, const DrawnWell *well)
{
  const GdkRGBA *ground = color (p, well->state == MNS_WELL_FREE ? MNS_COLOR_BG : MNS_COLOR_BG2);

  if (well->clash)
    ground = color (p, MNS_COLOR_ERRBG);
  else if (well->sample != NULL)
    ground = mns_palette_get_group (&p->palette, well->sample->group);
  fill (p, &well->shape, ground);
  if (well->state == MNS_WELL_FOREIGN || well->state == MNS_WELL_UNAVAILABLE)
    draw_hatching (p, &well->shape);

  if (well->tinted || well->selected)
    {
      GdkRGBA tint = mns_color_with_alpha (color (p, MNS_COLOR_ACC), TINT_ALPHA);
      GdkRGBA sel = mns_color_with_alpha (color (p, MNS_COLOR_SEL), SELECTED_ALPHA);

      fill (p, &well->shape, well->tinted ? &tint : &sel);
    }
}

static void
draw_edge (const Painter *p, const DrawnWell *well)
{
  static const double dots[] = { 2, 2 };
  static const double dashes[] = { 4, 3 };

  if (well->pos == p->plate->carried)
    draw_broken_border (p, &well->shape, dashes, 2, color (p, MNS_COLOR_ACC));
  else if (well->clash)
    draw_border (p, &well->shape, 2, color (p, MNS_COLOR_ERR));
  else if (well->tinted || well->selected)
    draw_border (p, &well->shape, 2, color (p, MNS_COLOR_ACC));
  else if (well->sample != NULL && well->sample->control)
    draw_broken_border (p, &well->shape, dots, 2, color (p, MNS_COLOR_FG));
  else
    draw_border (p,
                 &well->shape,
                 1,
                 color (p,
                        well->state == MNS_WELL_FREE || well->sample != NULL ? MNS_COLOR_LINE
                                                                             : MNS_COLOR_LINE2));
}

/* Text on hatching cannot be read, so a quiet band goes under it. */
static void
draw_foreign_name (const Painter *p, const DrawnWell *well)
{
  graphene_rect_t band = well->shape.bounds;

  if (p->look->font == 0)
    return;
  graphene_rect_inset (&band, 1, band.size.height * 0.3f);
  gtk_snapshot_append_color (p->snapshot, color (p, MNS_COLOR_BG2), &band);
  draw_text (p,
             p->name,
             mns_plate_model_get_foreign_name (p->plate->model, well->pos),
             &band,
             1,
             color (p, MNS_COLOR_MUT));
}

static void
draw_well (const Painter *p, guint pos, guint row, guint column)
{
  MnsPlate *self = p->plate;
  float gap = (float) (p->look->gap * self->scale);
  graphene_rect_t box;
  DrawnWell well = {
    .pos = pos,
    .state = mns_plate_model_get_state (self->model, pos),
    .sample = mns_plate_model_get_well (self->model, pos),
    .clash = mns_plate_model_is_clash (self->model, pos),
    .tinted = g_hash_table_contains (self->tint, GUINT_TO_POINTER (pos)),
    .selected = mns_plate_model_is_selected (self->model, pos),
  };

  mns_plate_get_box (self, row, column, &box);
  graphene_rect_inset (&box, gap, gap);
  gsk_rounded_rect_init_from_rect (&well.shape, &box, (float) (p->look->radius * self->scale));

  draw_ground (p, &well);
  if (well.sample != NULL)
    draw_names (p, &well.shape, well.sample->name, well.sample->note);
  else if (well.state == MNS_WELL_FOREIGN)
    draw_foreign_name (p, &well);
  draw_edge (p, &well);
  if (well.clash)
    draw_mark (p, &well.shape, color (p, MNS_COLOR_ERR));
  else if (well.sample != NULL && well.sample->warning != NULL)
    draw_mark (p, &well.shape, color (p, MNS_COLOR_MUT));
}

/* A ring in the accent colour with a gap of background inside, so that it shows on a selection too.
 */
static void
draw_cursor (const Painter *p, guint row, guint column)
{
  float gap = (float) (p->look->gap * p->plate->scale);
  graphene_rect_t box;
  GskRoundedRect shape;

  mns_plate_get_box (p->plate, row, column, &box);
  graphene_rect_inset (&box, gap - 2, gap - 2);
  gsk_rounded_rect_init_from_rect (&shape, &box, (float) (p->look->radius * p->plate->scale + 2));
  draw_border (p, &shape, 2, color (p, MNS_COLOR_ACC));
  graphene_rect_inset (&box, 2, 2);
  gsk_rounded_rect_init_from_rect (&shape, &box, (float) (p->look->radius * p->plate->scale));
  draw_border (p, &shape, 1, color (p, MNS_COLOR_BG));
}

static void
draw_head (const Painter *p, gboolean row, guint index, gboolean strong)
{
  const MnsAxis *axis = row ? mns_plate_model_get_rows (p->plate->model, p->plate->container)
                            : mns_plate_model_get_columns (p->plate->model, p->plate->container);
  g_autofree char *name = mns_axis_dup_name (axis, index);
  graphene_rect_t box;

  mns_plate_get_box (p->plate, row ? index : 0, row ? 0 : index, &box);
  if (row)
    graphene_rect_init (&box, 0, box.origin.y, box.origin.x, box.size.height);
  else
    graphene_rect_init (&box, box.origin.x, 0, box.size.width, box.origin.y);
  draw_text (p, p->head, name, &box, 1, color (p, strong ? MNS_COLOR_FG : MNS_COLOR_MUT));
}

static void
draw_all (const Painter *p)
{
  MnsPlate *self = p->plate;
  guint n_rows = mns_plate_model_get_rows (self->model, self->container)->size;
  guint n_columns = mns_plate_model_get_columns (self->model, self->container)->size;
  guint row = 0;
  guint column = 0;

  mns_plate_model_locate (self->model, self->cursor, NULL, &row, &column);
  for (guint c = 0; c < n_columns; c++)
    draw_head (p, FALSE, c, c == column);
  for (guint r = 0; r < n_rows; r++)
    {
      draw_head (p, TRUE, r, r == row);
      for (guint c = 0; c < n_columns; c++)
        draw_well (p, mns_plate_model_at (self->model, self->container, r, c), r, c);
    }
  if (mns_plate_has_focus_inside (self))
    draw_cursor (p, row, column);
}

void
mns_plate_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MnsPlate *self = MNS_PLATE (widget);
  Painter painter = { .plate = self, .snapshot = snapshot, .look = mns_plate_get_look (self) };

  mns_palette_load (&painter.palette, widget);
  painter.name = make_layout (self, MAX (painter.look->font, 1));
  painter.note = make_layout (self, MAX (painter.look->font - 2, 1));
  painter.head = make_layout (self, painter.look->head_font);
  draw_all (&painter);
  g_object_unref (painter.name);
  g_object_unref (painter.note);
  g_object_unref (painter.head);
}
