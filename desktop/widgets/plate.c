/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A container as a grid of wells. It shows one container of an MnsPlateModel and changes that
 * model; who shows the plate listens to the model's "changed" and sends the command.
 *
 * The wells are drawn by the plate. Each has a child widget for assistive technology, and the one
 * under the cursor has the keyboard focus, so that its name is spoken.
 */

#define G_LOG_DOMAIN "mns-plate"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "desktop/widgets/cell.h"
#include "desktop/widgets/plate-private.h"
#include "desktop/widgets/style.h"

G_DEFINE_FINAL_TYPE (MnsPlate, mns_plate, GTK_TYPE_WIDGET)

typedef enum
{
  PROP_LINE = 1,
} MnsPlateProperty;

static GParamSpec *props[PROP_LINE + 1];

enum
{
  MESSAGE,
  PLACE_REQUESTED,
  PENDING_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static const MnsPlateLook looks[] = {
  { 96, 68, 56, 28, 24, 8, 2, 11, 12 },
  { 384, 36, 30, 28, 20, 5, 1, 8, 11 },
  { G_MAXUINT, 14, 14, 24, 16, 3, 1, 0, 8 },
};

/* Two of them stand side by side in a window 1280 pixels wide. */
static const MnsPlateLook small_looks[] = {
  { 96, 35, 32, 28, 22, 5, 1, 8, 11 },
  { 384, 24, 20, 26, 16, 4, 1, 0, 8 },
  { G_MAXUINT, 14, 14, 24, 16, 3, 1, 0, 8 },
};

G_STATIC_ASSERT (G_N_ELEMENTS (small_looks) == G_N_ELEMENTS (looks));

static const MnsAxis *
get_axis (MnsPlate *self, gboolean rows)
{
  return rows ? mns_plate_model_get_rows (self->model, self->container)
              : mns_plate_model_get_columns (self->model, self->container);
}

const MnsPlateLook *
mns_plate_get_look (MnsPlate *self)
{
  guint n = get_axis (self, TRUE)->size * get_axis (self, FALSE)->size;
  guint i;

  for (i = 0; looks[i].max_wells < n; i++)
    ;
  return self->small ? &small_looks[i] : &looks[i];
}

/* The box of a well in the widget, with the gap around it. */
gboolean
mns_plate_get_box (MnsPlate *self, guint row, guint column, graphene_rect_t *box)
{
  const MnsPlateLook *look = mns_plate_get_look (self);
  double scale = self->scale;

  graphene_rect_init (box,
                      (float) (scale * (look->head_width + (int) column * look->width)),
                      (float) (scale * (look->head_height + (int) row * look->height)),
                      (float) (scale * look->width),
                      (float) (scale * look->height));
  return TRUE;
}

/* Which place along an axis a coordinate is on: -1 on the heading, -2 outside. */
static int
pick_along (double at, double head, double size, guint n)
{
  if (at < 0 || at >= head + size * n)
    return -2;
  return at < head ? -1 : (int) ((at - head) / size);
}

static void
pick_both (MnsPlate *self, double x, double y, int *row, int *column)
{
  const MnsPlateLook *look = mns_plate_get_look (self);
  double s = self->scale;

  *row = pick_along (y, s * look->head_height, s * look->height, get_axis (self, TRUE)->size);
  *column = pick_along (x, s * look->head_width, s * look->width, get_axis (self, FALSE)->size);
}

/* The well at a point of the widget, or MNS_PLATE_NOWHERE. */
guint
mns_plate_pick (MnsPlate *self, double x, double y)
{
  int row;
  int column;

  pick_both (self, x, y, &row, &column);
  if (row < 0 || column < 0)
    return MNS_PLATE_NOWHERE;
  return mns_plate_model_at (self->model, self->container, (guint) row, (guint) column);
}

/* Whether a point is on a heading: one of @row and @column is then -1. */
gboolean
mns_plate_pick_head (MnsPlate *self, double x, double y, int *row, int *column)
{
  pick_both (self, x, y, row, column);
  return (*row == -1 && *column >= 0) || (*column == -1 && *row >= 0);
}

gboolean
mns_plate_has_focus_inside (MnsPlate *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  return focus != NULL && gtk_widget_get_parent (focus) == GTK_WIDGET (self);
}

void
mns_plate_say (MnsPlate *self, const char *message)
{
  g_signal_emit (self, signals[MESSAGE], 0, message);
}

/* What people are told of a well, after its name. */
char *
mns_plate_describe_well (MnsPlate *self, guint pos)
{
  const MnsPlateSample *sample = mns_plate_model_get_well (self->model, pos);
  const char *reason = mns_plate_model_get_reason (self->model, pos);
  GString *text = g_string_new (NULL);

  switch (mns_plate_model_get_state (self->model, pos))
    {
    case MNS_WELL_TAKEN:
      g_string_append (text, sample->name);
      if (sample->note != NULL)
        g_string_append_printf (text, ", %s", sample->note);
      if (sample->control)
        g_string_append_printf (text, ", %s", _ ("control"));
      if (sample->warning != NULL)
        g_string_append_printf (text, ", %s", sample->warning);
      if (!mns_plate_model_is_clash (self->model, pos))
        reason = NULL;
      break;
    case MNS_WELL_FOREIGN:
      g_string_append (text, mns_plate_model_get_foreign_name (self->model, pos));
      break;
    case MNS_WELL_UNAVAILABLE:
      g_string_append (text, _ ("not available"));
      break;
    case MNS_WELL_FREE:
    default:
      g_string_append (text, _ ("empty"));
      if (!mns_plate_model_is_clash (self->model, pos))
        reason = NULL;
    }
  if (reason != NULL)
    g_string_append_printf (text, ", %s", reason);
  return g_string_free (text, FALSE);
}

/* "B:7, S-000123" */
static void
update_cells (MnsPlate *self)
{
  for (guint i = 0; i < self->cells->len; i++)
    {
      MnsCell *cell = g_ptr_array_index (self->cells, i);
      guint pos = mns_plate_model_at (
          self->model, self->container, mns_cell_get_row (cell), mns_cell_get_column (cell));
      g_autofree char *well = mns_plate_model_dup_well_name (self->model, pos);
      g_autofree char *content = mns_plate_describe_well (self, pos);
      g_autofree char *label = g_strdup_printf ("%s, %s", well, content);

      mns_cell_set_label (cell, label);
      mns_cell_set_selected (cell, mns_plate_model_is_selected (self->model, pos));
    }
}

/* The line below the plate: "B:7 S-000123, Project Alpha, from 27-1000 C:7" */
void
mns_plate_update_line (MnsPlate *self)
{
  guint pos = self->hover != MNS_PLATE_NOWHERE ? self->hover : self->cursor;
  const MnsPlateSample *sample = mns_plate_model_get_well (self->model, pos);
  g_autofree char *well = mns_plate_model_dup_well_name (self->model, pos);
  g_autofree char *content = mns_plate_describe_well (self, pos);
  g_autofree char *line = g_strdup_printf ("%s %s%s%s",
                                           well,
                                           content,
                                           sample != NULL && sample->detail ? ", " : "",
                                           sample != NULL && sample->detail ? sample->detail : "");

  if (g_strcmp0 (self->line, line) == 0)
    return;
  g_free (self->line);
  self->line = g_steal_pointer (&line);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LINE]);
}

/* Tints the wells that the next drop, click or Enter would fill. */
void
mns_plate_update_tint (MnsPlate *self)
{
  const char *const *ids = (const char *const *) (self->dragged ? self->dragged : self->pending);
  g_autoptr (GArray) plan = NULL;
  guint start = self->hover;

  g_hash_table_remove_all (self->tint);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (start == MNS_PLATE_NOWHERE && self->dragged == NULL && mns_plate_has_focus_inside (self))
    start = self->cursor;
  if (ids == NULL || start == MNS_PLATE_NOWHERE || self->read_only)
    return;

  plan = mns_plate_model_plan (self->model, ids, start, &self->rule, NULL);
  for (guint i = 0; i < plan->len; i++)
    g_hash_table_add (self->tint, GUINT_TO_POINTER (g_array_index (plan, guint, i)));
}

static void
changed_cb (MnsPlate *self)
{
  if (self->carried != MNS_PLATE_NOWHERE &&
      mns_plate_model_get_well (self->model, self->carried) == NULL)
    self->carried = MNS_PLATE_NOWHERE;
  update_cells (self);
  mns_plate_update_line (self);
  mns_plate_update_tint (self);
}

void
mns_plate_let_go (MnsPlate *self)
{
  self->carried = MNS_PLATE_NOWHERE;
  g_clear_pointer (&self->dragged, g_strfreev);
  mns_plate_update_tint (self);
}

static void
add_cell (MnsPlate *self, GPtrArray *list, GtkAccessibleRole role, guint row, guint column)
{
  GtkWidget *cell = mns_cell_new (role);

  mns_cell_set_place (MNS_CELL (cell), row, column);
  gtk_widget_set_parent (cell, GTK_WIDGET (self));
  g_ptr_array_add (list, cell);
}

static void
add_head (MnsPlate *self, gboolean row, guint index)
{
  g_autofree char *name = mns_axis_dup_name (get_axis (self, row), index);
  g_autofree char *label = g_strdup_printf (row ? _ ("Row %s") : _ ("Column %s"), name);

  add_cell (self,
            self->heads,
            row ? GTK_ACCESSIBLE_ROLE_ROW_HEADER : GTK_ACCESSIBLE_ROLE_COLUMN_HEADER,
            row ? index : 0,
            row ? 0 : index);
  mns_cell_set_label (g_ptr_array_index (self->heads, self->heads->len - 1), label);
}

static void
build_cells (MnsPlate *self)
{
  guint n_rows = get_axis (self, TRUE)->size;
  guint n_columns = get_axis (self, FALSE)->size;
  g_autofree char *label = NULL;

  g_ptr_array_set_size (self->cells, 0);
  g_ptr_array_set_size (self->heads, 0);
  for (guint c = 0; c < n_columns; c++)
    add_head (self, FALSE, c);
  for (guint r = 0; r < n_rows; r++)
    {
      add_head (self, TRUE, r);
      for (guint c = 0; c < n_columns; c++)
        add_cell (self, self->cells, GTK_ACCESSIBLE_ROLE_GRID_CELL, r, c);
    }
  label = g_strdup_printf (_ ("Container %s"),
                           mns_plate_model_get_container_name (self->model, self->container));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  self->cursor = mns_plate_model_at (self->model, self->container, 0, 0);
  self->anchor = self->cursor;
  self->hover = MNS_PLATE_NOWHERE;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
mns_plate_measure (GtkWidget *widget,
                   GtkOrientation orientation,
                   int for_size,
                   int *minimum,
                   int *natural,
                   int *minimum_baseline,
                   int *natural_baseline)
{
  MnsPlate *self = MNS_PLATE (widget);
  const MnsPlateLook *look = mns_plate_get_look (self);
  int size;

  self->scale = mns_style_get_text_scale (widget);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    size = look->head_width + look->width * (int) get_axis (self, FALSE)->size;
  else
    size = look->head_height + look->height * (int) get_axis (self, TRUE)->size;
  *minimum = *natural = (int) (size * self->scale + 0.5) + 2; /* 2 for the ring of the last well */
}

static void
allocate_cell (GtkWidget *cell, const graphene_rect_t *box)
{
  GtkAllocation area = {
    (int) box->origin.x, (int) box->origin.y, (int) box->size.width, (int) box->size.height
  };

  gtk_widget_size_allocate (cell, &area, -1);
}

static void
mns_plate_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MnsPlate *self = MNS_PLATE (widget);
  const MnsPlateLook *look = mns_plate_get_look (self);
  graphene_rect_t box;

  for (guint i = 0; i < self->cells->len; i++)
    {
      MnsCell *cell = g_ptr_array_index (self->cells, i);

      mns_plate_get_box (self, mns_cell_get_row (cell), mns_cell_get_column (cell), &box);
      allocate_cell (GTK_WIDGET (cell), &box);
    }
  for (guint i = 0; i < self->heads->len; i++)
    {
      MnsCell *cell = g_ptr_array_index (self->heads, i);

      mns_plate_get_box (self, mns_cell_get_row (cell), mns_cell_get_column (cell), &box);
      if (i < get_axis (self, FALSE)->size)
        graphene_rect_init (
            &box, box.origin.x, 0, box.size.width, (float) (self->scale * look->head_height));
      else
        graphene_rect_init (
            &box, 0, box.origin.y, (float) (self->scale * look->head_width), box.size.height);
      allocate_cell (GTK_WIDGET (cell), &box);
    }
}

static GtkWidget *
get_cursor_cell (MnsPlate *self)
{
  guint row = 0;
  guint column = 0;

  mns_plate_model_locate (self->model, self->cursor, NULL, &row, &column);
  return g_ptr_array_index (self->cells, row * get_axis (self, FALSE)->size + column);
}

/* Tab goes in to the cursor and out of the plate again, not through 384 wells. */
static gboolean
mns_plate_focus (GtkWidget *widget, GtkDirectionType direction)
{
  MnsPlate *self = MNS_PLATE (widget);

  if (mns_plate_has_focus_inside (self))
    return FALSE;
  return gtk_widget_grab_focus (get_cursor_cell (self));
}

static gboolean
mns_plate_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (get_cursor_cell (MNS_PLATE (widget)));
}

static void
mns_plate_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch ((MnsPlateProperty) prop_id)
    {
    case PROP_LINE:
      g_value_set_string (value, MNS_PLATE (object)->line);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
mns_plate_dispose (GObject *object)
{
  MnsPlate *self = MNS_PLATE (object);

  g_clear_pointer (&self->cells, g_ptr_array_unref);
  g_clear_pointer (&self->heads, g_ptr_array_unref);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (mns_plate_parent_class)->dispose (object);
}

static void
mns_plate_finalize (GObject *object)
{
  MnsPlate *self = MNS_PLATE (object);

  g_strfreev (self->pending);
  g_strfreev (self->dragged);
  g_hash_table_unref (self->tint);
  g_free (self->line);

  G_OBJECT_CLASS (mns_plate_parent_class)->finalize (object);
}

static void
install_signals (GObjectClass *object_class)
{
  GType type = G_TYPE_FROM_CLASS (object_class);

  /**
   * MnsPlate::message:
   * @message: a translated sentence for the status line, such as "5 samples placed from A:1"
   */
  signals[MESSAGE] = g_signal_new (
      "message", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  /**
   * MnsPlate::place-requested:
   * @pos: the well that was clicked or on which Enter was pressed
   *
   * Returns: %TRUE if the handler did what there was to do, for instance put a label on the well
   */
  signals[PLACE_REQUESTED] = g_signal_new ("place-requested",
                                           type,
                                           G_SIGNAL_RUN_LAST,
                                           0,
                                           g_signal_accumulator_true_handled,
                                           NULL,
                                           NULL,
                                           G_TYPE_BOOLEAN,
                                           1,
                                           G_TYPE_UINT);
  /**
   * MnsPlate::pending-changed:
   *
   * Some of the pending samples were placed by the user and are pending no longer.
   */
  signals[PENDING_CHANGED] = g_signal_new (
      "pending-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mns_plate_class_init (MnsPlateClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = mns_plate_dispose;
  object_class->finalize = mns_plate_finalize;
  object_class->get_property = mns_plate_get_property;

  widget_class->measure = mns_plate_measure;
  widget_class->size_allocate = mns_plate_size_allocate;
  widget_class->snapshot = mns_plate_snapshot;
  widget_class->focus = mns_plate_focus;
  widget_class->grab_focus = mns_plate_grab_focus;

  props[PROP_LINE] =
      g_param_spec_string ("line", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
  install_signals (object_class);

  gtk_widget_class_set_css_name (widget_class, "mnsplate");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GRID);
  mns_style_ensure ();
}

static void
mns_plate_init (MnsPlate *self)
{
  self->cells = g_ptr_array_new_with_free_func ((GDestroyNotify) gtk_widget_unparent);
  self->heads = g_ptr_array_new_with_free_func ((GDestroyNotify) gtk_widget_unparent);
  self->tint = g_hash_table_new (NULL, NULL);
  self->carried = MNS_PLATE_NOWHERE;
  self->hover = MNS_PLATE_NOWHERE;
  self->scale = 1;
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_START);
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_START);
}

/**
 * mns_plate_set_small:
 * @self: a plate
 * @small: whether its wells are drawn smaller, where another plate stands beside it
 */
void
mns_plate_set_small (MnsPlate *self, gboolean small)
{
  g_return_if_fail (MNS_IS_PLATE (self));

  self->small = small;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

/**
 * mns_plate_new:
 * @model: a model with at least one container
 *
 * Returns: a plate that shows the first container
 */
GtkWidget *
mns_plate_new (MnsPlateModel *model)
{
  MnsPlate *self;

  g_return_val_if_fail (MNS_IS_PLATE_MODEL (model), NULL);
  g_return_val_if_fail (mns_plate_model_get_n_containers (model) > 0, NULL);

  self = g_object_new (MNS_TYPE_PLATE, NULL);
  self->model = g_object_ref (model);
  g_signal_connect_object (model, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  mns_plate_add_controllers (self);
  build_cells (self);
  changed_cb (self);
  return GTK_WIDGET (self);
}

MnsPlateModel *
mns_plate_get_model (MnsPlate *self)
{
  g_return_val_if_fail (MNS_IS_PLATE (self), NULL);

  return self->model;
}

guint
mns_plate_get_container (MnsPlate *self)
{
  g_return_val_if_fail (MNS_IS_PLATE (self), 0);

  return self->container;
}

/**
 * mns_plate_set_container:
 * @self: a plate
 * @container: number of a container of the model
 *
 * Shows another container. A sample that was picked up stays picked up, so that it can be moved
 * from one container to another.
 */
void
mns_plate_set_container (MnsPlate *self, guint container)
{
  g_return_if_fail (MNS_IS_PLATE (self));
  g_return_if_fail (container < mns_plate_model_get_n_containers (self->model));

  if (self->container == container)
    return;
  self->container = container;
  build_cells (self);
  changed_cb (self);
}

gboolean
mns_plate_get_read_only (MnsPlate *self)
{
  g_return_val_if_fail (MNS_IS_PLATE (self), TRUE);

  return self->read_only;
}

void
mns_plate_set_read_only (MnsPlate *self, gboolean read_only)
{
  g_return_if_fail (MNS_IS_PLATE (self));

  self->read_only = read_only;
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_READ_ONLY, read_only, -1);
  mns_plate_let_go (self);
}

const MnsFillRule *
mns_plate_get_rule (MnsPlate *self)
{
  g_return_val_if_fail (MNS_IS_PLATE (self), NULL);

  return &self->rule;
}

void
mns_plate_set_rule (MnsPlate *self, const MnsFillRule *rule)
{
  g_return_if_fail (MNS_IS_PLATE (self));
  g_return_if_fail (rule != NULL);

  self->rule = *rule;
  mns_plate_update_tint (self);
}

/**
 * mns_plate_get_pending:
 * @self: a plate
 *
 * Returns: (transfer none) (nullable): ids of the samples that the next click or Enter places
 */
const char *const *
mns_plate_get_pending (MnsPlate *self)
{
  g_return_val_if_fail (MNS_IS_PLATE (self), NULL);

  return (const char *const *) self->pending;
}

void
mns_plate_set_pending (MnsPlate *self, const char *const *ids)
{
  g_return_if_fail (MNS_IS_PLATE (self));

  g_strfreev (self->pending);
  self->pending = ids != NULL && ids[0] != NULL ? g_strdupv ((GStrv) ids) : NULL;
  mns_plate_update_tint (self);
}

/**
 * mns_plate_get_line:
 * @self: a plate
 *
 * Returns: what there is to say of the well under the pointer, else of the one under the cursor;
 * also the property "line"
 */
const char *
mns_plate_get_line (MnsPlate *self)
{
  g_return_val_if_fail (MNS_IS_PLATE (self), NULL);

  return self->line;
}

guint
mns_plate_get_cursor (MnsPlate *self)
{
  g_return_val_if_fail (MNS_IS_PLATE (self), MNS_PLATE_NOWHERE);

  return self->cursor;
}

/**
 * mns_plate_set_cursor:
 * @self: a plate
 * @pos: a well of any container; its container is shown
 */
void
mns_plate_set_cursor (MnsPlate *self, guint pos)
{
  gboolean focused;
  guint container = 0;

  g_return_if_fail (MNS_IS_PLATE (self));

  mns_plate_model_locate (self->model, pos, &container, NULL, NULL);
  focused = mns_plate_has_focus_inside (self);
  mns_plate_set_container (self, container);
  self->cursor = pos;
  if (focused)
    gtk_widget_grab_focus (get_cursor_cell (self));
  mns_plate_update_line (self);
  mns_plate_update_tint (self);
}
