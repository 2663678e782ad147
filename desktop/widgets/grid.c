/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A spreadsheet. It scrolls inside a GtkScrolledWindow, draws its cells itself, and changes an
 * MnsGridModel; who shows it listens to the model's "cells-edited". GTK 4.8 has no list or table
 * with ranges of cells.
 */

#define G_LOG_DOMAIN "mns-grid"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/widgets/cell.h"
#include "desktop/widgets/grid-private.h"
#include "desktop/widgets/style.h"

G_DEFINE_FINAL_TYPE_WITH_CODE (MnsGrid,
                               mns_grid,
                               GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_SCROLLABLE, NULL))

typedef enum
{
  PROP_LINE = 1,
  PROP_HADJUSTMENT,
  PROP_VADJUSTMENT,
  PROP_HSCROLL_POLICY,
  PROP_VSCROLL_POLICY,
} MnsGridProperty;

enum
{
  MESSAGE,
  MATCH_OFFERED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

#define MIN_COLUMN_WIDTH 40
#define USUAL_WIDTH 104
#define FIRST_WIDTH 128

static void
configure (MnsGrid *self, GtkOrientation orientation, double content, double page, double step)
{
  GtkAdjustment *adjustment = self->adjustments[orientation];

  if (adjustment != NULL)
    gtk_adjustment_configure (adjustment,
                              gtk_adjustment_get_value (adjustment),
                              0,
                              MAX (content, page),
                              step,
                              MAX (page - step, step),
                              page);
}

static void
scrolled_cb (MnsGrid *self)
{
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
set_adjustment (MnsGrid *self, GtkOrientation orientation, GtkAdjustment *adjustment)
{
  if (self->adjustments[orientation] != NULL)
    {
      if (self->adjustments[orientation] == adjustment)
        return;
      g_signal_handlers_disconnect_by_func (self->adjustments[orientation], scrolled_cb, self);
      g_clear_object (&self->adjustments[orientation]);
    }
  if (adjustment == NULL)
    return;
  self->adjustments[orientation] = g_object_ref_sink (adjustment);
  g_signal_connect_swapped (adjustment, "value-changed", G_CALLBACK (scrolled_cb), self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
mns_grid_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MnsGrid *self = MNS_GRID (widget);
  double row = mns_grid_get_row_height (self);

  configure (self,
             GTK_ORIENTATION_HORIZONTAL,
             mns_grid_get_content_width (self),
             width,
             mns_grid_get_head_height (self));
  configure (self,
             GTK_ORIENTATION_VERTICAL,
             mns_grid_get_head_height (self) + row * mns_grid_model_get_n_rows (self->model) + 4,
             height,
             row);
  mns_grid_update_cells (self);
  mns_grid_place_editor (self);
}

static void
mns_grid_measure (GtkWidget *widget,
                  GtkOrientation orientation,
                  int for_size,
                  int *minimum,
                  int *natural,
                  int *minimum_baseline,
                  int *natural_baseline)
{
  MnsGrid *self = MNS_GRID (widget);
  double row;

  self->scale = mns_style_get_text_scale (widget);
  row = mns_grid_get_row_height (self);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = (int) (mns_grid_get_column_width (self, 0) + 2 * row);
      *natural = MAX (*minimum, (int) mns_grid_get_content_width (self));
    }
  else
    {
      *minimum = (int) (mns_grid_get_head_height (self) + 2 * row);
      *natural = MAX (*minimum,
                      (int) (mns_grid_get_head_height (self) +
                             row * MIN (mns_grid_model_get_n_rows (self->model), 30)));
    }
}

/* Tab goes in to the cursor and out again; inside an edit the editor takes it. */
static gboolean
mns_grid_focus (GtkWidget *widget, GtkDirectionType direction)
{
  MnsGrid *self = MNS_GRID (widget);
  GtkWidget *cell = mns_grid_get_cursor_cell (self);

  if (cell == NULL || mns_grid_has_focus_inside (self))
    return FALSE;
  return gtk_widget_grab_focus (cell);
}

static gboolean
mns_grid_grab_focus (GtkWidget *widget)
{
  GtkWidget *cell = mns_grid_get_cursor_cell (MNS_GRID (widget));

  return cell != NULL && gtk_widget_grab_focus (cell);
}

static gboolean
query_tooltip_cb (MnsGrid *self, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  guint row = self->row;
  guint column = self->column;
  g_autofree char *text = NULL;

  if (!mns_grid_has_cells (self))
    return FALSE;
  if (!keyboard && mns_grid_pick (self, x, y, &row, &column) != MNS_GRID_PART_CELL)
    return FALSE;
  text = mns_grid_model_dup_fault (self->model, row, column);
  if (text == NULL)
    text = mns_grid_model_dup_warning (self->model, row, column);
  gtk_tooltip_set_text (tooltip, text);
  return text != NULL;
}

static void
mns_grid_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MnsGrid *self = MNS_GRID (object);

  switch ((MnsGridProperty) prop_id)
    {
    case PROP_LINE:
      g_value_set_string (value, self->line);
      break;
    case PROP_HADJUSTMENT:
      g_value_set_object (value, self->adjustments[GTK_ORIENTATION_HORIZONTAL]);
      break;
    case PROP_VADJUSTMENT:
      g_value_set_object (value, self->adjustments[GTK_ORIENTATION_VERTICAL]);
      break;
    case PROP_HSCROLL_POLICY:
      g_value_set_enum (value, self->policies[GTK_ORIENTATION_HORIZONTAL]);
      break;
    case PROP_VSCROLL_POLICY:
      g_value_set_enum (value, self->policies[GTK_ORIENTATION_VERTICAL]);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
mns_grid_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  MnsGrid *self = MNS_GRID (object);

  switch ((MnsGridProperty) prop_id)
    {
    case PROP_HADJUSTMENT:
      set_adjustment (self, GTK_ORIENTATION_HORIZONTAL, g_value_get_object (value));
      break;
    case PROP_VADJUSTMENT:
      set_adjustment (self, GTK_ORIENTATION_VERTICAL, g_value_get_object (value));
      break;
    case PROP_HSCROLL_POLICY:
      self->policies[GTK_ORIENTATION_HORIZONTAL] = g_value_get_enum (value);
      break;
    case PROP_VSCROLL_POLICY:
      self->policies[GTK_ORIENTATION_VERTICAL] = g_value_get_enum (value);
      break;
    case PROP_LINE:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
mns_grid_dispose (GObject *object)
{
  MnsGrid *self = MNS_GRID (object);
  GtkWidget *child;

  self->editing = FALSE;
  set_adjustment (self, GTK_ORIENTATION_HORIZONTAL, NULL);
  set_adjustment (self, GTK_ORIENTATION_VERTICAL, NULL);
  g_hash_table_remove_all (self->cells);
  g_ptr_array_set_size (self->spare, 0);
  g_ptr_array_set_size (self->heads, 0);
  self->editor = NULL;
  self->popover = NULL;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (mns_grid_parent_class)->dispose (object);
}

static void
mns_grid_finalize (GObject *object)
{
  MnsGrid *self = MNS_GRID (object);

  g_hash_table_unref (self->cells);
  g_ptr_array_unref (self->spare);
  g_ptr_array_unref (self->heads);
  g_free (self->widths);
  g_free (self->line);

  G_OBJECT_CLASS (mns_grid_parent_class)->finalize (object);
}

static void
install_signals (GType type)
{
  /**
   * MnsGrid::message:
   * @message: a translated sentence for the status line, such as "96 cells pasted"
   */
  signals[MESSAGE] = g_signal_new (
      "message", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  /**
   * MnsGrid::match-offered:
   * @text: what is about to be pasted
   *
   * The first pasted column holds names of rows, so the paste could go by name.
   *
   * Returns: %TRUE if the handler asks the user, and calls mns_grid_paste_text() afterwards
   */
  signals[MATCH_OFFERED] = g_signal_new ("match-offered",
                                         type,
                                         G_SIGNAL_RUN_LAST,
                                         0,
                                         g_signal_accumulator_true_handled,
                                         NULL,
                                         NULL,
                                         G_TYPE_BOOLEAN,
                                         1,
                                         G_TYPE_STRING);
}

static void
mns_grid_class_init (MnsGridClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = mns_grid_dispose;
  object_class->finalize = mns_grid_finalize;
  object_class->get_property = mns_grid_get_property;
  object_class->set_property = mns_grid_set_property;

  widget_class->measure = mns_grid_measure;
  widget_class->size_allocate = mns_grid_size_allocate;
  widget_class->snapshot = mns_grid_snapshot;
  widget_class->focus = mns_grid_focus;
  widget_class->grab_focus = mns_grid_grab_focus;

  g_object_class_install_property (
      object_class,
      PROP_LINE,
      g_param_spec_string ("line", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  g_object_class_override_property (object_class, PROP_HADJUSTMENT, "hadjustment");
  g_object_class_override_property (object_class, PROP_VADJUSTMENT, "vadjustment");
  g_object_class_override_property (object_class, PROP_HSCROLL_POLICY, "hscroll-policy");
  g_object_class_override_property (object_class, PROP_VSCROLL_POLICY, "vscroll-policy");
  install_signals (G_TYPE_FROM_CLASS (klass));

  gtk_widget_class_set_css_name (widget_class, "mnsgrid");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GRID);
  mns_style_ensure ();
}

static void
mns_grid_init (MnsGrid *self)
{
  self->cells = g_hash_table_new (NULL, NULL);
  self->spare = g_ptr_array_new ();
  self->heads = g_ptr_array_new ();
  self->scale = 1;
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  g_signal_connect (self, "query-tooltip", G_CALLBACK (query_tooltip_cb), NULL);
}

static void
clamp_cursor (MnsGrid *self)
{
  guint last = mns_grid_model_get_n_rows (self->model);

  last = last > 0 ? last - 1 : 0;
  self->row = MIN (self->row, last);
  self->anchor_row = MIN (self->anchor_row, last);
}

static void
changed_cb (MnsGrid *self)
{
  if (self->editing && !mns_grid_has_cells (self))
    mns_grid_stop_editing (self, FALSE);
  clamp_cursor (self);
  mns_grid_rename_cells (self);
  mns_grid_update_line (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self)); /* rows may have come or gone */
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
add_columns (MnsGrid *self)
{
  guint n = mns_grid_model_get_n_columns (self->model);

  self->widths = g_new (int, n);
  for (guint c = 0; c < n; c++)
    {
      const MnsGridColumn *column = mns_grid_model_get_column (self->model, c);
      GtkWidget *head = mns_cell_new (GTK_ACCESSIBLE_ROLE_COLUMN_HEADER);
      g_autofree char *label = g_strdup_printf ("%s%s%s%s%s",
                                                column->title,
                                                column->unit != NULL ? ", " : "",
                                                column->unit != NULL ? column->unit : "",
                                                column->required ? ", " : "",
                                                column->required ? _ ("required") : "");

      self->widths[c] = column->width > 0 ? column->width : c == 0 ? FIRST_WIDTH : USUAL_WIDTH;
      self->widths[c] = MAX (self->widths[c], mns_grid_measure_head (self, c));
      mns_cell_set_label (MNS_CELL (head), label);
      gtk_widget_set_parent (head, GTK_WIDGET (self));
      g_ptr_array_add (self->heads, head);
    }
}

/**
 * mns_grid_new:
 * @model: the cells
 * @label: what the table holds, for assistive technology
 *
 * Returns: a grid, to be put into a GtkScrolledWindow
 */
GtkWidget *
mns_grid_new (MnsGridModel *model, const char *label)
{
  MnsGrid *self;

  g_return_val_if_fail (MNS_IS_GRID_MODEL (model), NULL);
  g_return_val_if_fail (label != NULL, NULL);

  self = g_object_new (MNS_TYPE_GRID, NULL);
  self->model = g_object_ref (model);
  add_columns (self);
  mns_grid_make_editor (self);
  mns_grid_add_controllers (self);
  g_signal_connect_object (model, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  mns_grid_update_line (self);
  return GTK_WIDGET (self);
}

MnsGridModel *
mns_grid_get_model (MnsGrid *self)
{
  g_return_val_if_fail (MNS_IS_GRID (self), NULL);

  return self->model;
}

/**
 * mns_grid_set_compact:
 * @self: a grid
 * @compact: whether the rows are lower
 */
void
mns_grid_set_compact (MnsGrid *self, gboolean compact)
{
  g_return_if_fail (MNS_IS_GRID (self));

  self->compact = compact;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

/**
 * mns_grid_set_column_width:
 * @self: a grid
 * @column: a column
 * @width: pixels at usual text size
 */
void
mns_grid_set_column_width (MnsGrid *self, guint column, int width)
{
  g_return_if_fail (MNS_IS_GRID (self));
  g_return_if_fail (column < mns_grid_model_get_n_columns (self->model));

  self->widths[column] = MAX (width, MIN_COLUMN_WIDTH);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

/**
 * mns_grid_get_cursor:
 * @self: a grid
 * @row: (out) (optional): the active row
 * @column: (out) (optional): the active column
 *
 * Returns: %FALSE if there are no rows
 */
gboolean
mns_grid_get_cursor (MnsGrid *self, guint *row, guint *column)
{
  g_return_val_if_fail (MNS_IS_GRID (self), FALSE);

  if (row != NULL)
    *row = self->row;
  if (column != NULL)
    *column = self->column;
  return mns_grid_has_cells (self);
}

/**
 * mns_grid_set_cursor:
 * @self: a grid
 * @row: a row
 * @column: a column
 *
 * Makes a cell the active one, and the only one selected, and brings it into view.
 */
void
mns_grid_set_cursor (MnsGrid *self, guint row, guint column)
{
  g_return_if_fail (MNS_IS_GRID (self));
  g_return_if_fail (row < mns_grid_model_get_n_rows (self->model));
  g_return_if_fail (column < mns_grid_model_get_n_columns (self->model));

  mns_grid_select (self, row, column, FALSE);
}

/**
 * mns_grid_get_range:
 * @self: a grid
 * @range: (out): the selected cells, at least the active one
 *
 * Returns: %FALSE if there are no rows
 */
gboolean
mns_grid_get_range (MnsGrid *self, MnsCellRange *range)
{
  g_return_val_if_fail (MNS_IS_GRID (self), FALSE);
  g_return_val_if_fail (range != NULL, FALSE);

  if (!mns_grid_has_cells (self))
    return FALSE;
  range->row = MIN (self->row, self->anchor_row);
  range->column = MIN (self->column, self->anchor_column);
  range->n_rows = MAX (self->row, self->anchor_row) - range->row + 1;
  range->n_columns = MAX (self->column, self->anchor_column) - range->column + 1;
  return TRUE;
}

/**
 * mns_grid_set_range:
 * @self: a grid
 * @range: cells; the first becomes the active one
 */
void
mns_grid_set_range (MnsGrid *self, const MnsCellRange *range)
{
  g_return_if_fail (MNS_IS_GRID (self));
  g_return_if_fail (range != NULL && range->n_rows > 0 && range->n_columns > 0);
  g_return_if_fail (range->row + range->n_rows <= mns_grid_model_get_n_rows (self->model));
  g_return_if_fail (range->column + range->n_columns <= mns_grid_model_get_n_columns (self->model));

  self->anchor_row = range->row + range->n_rows - 1;
  self->anchor_column = range->column + range->n_columns - 1;
  mns_grid_select (self, range->row, range->column, TRUE);
}

/**
 * mns_grid_get_line:
 * @self: a grid
 *
 * Returns: (nullable): what there is to say of the active cell; also the property "line"
 */
const char *
mns_grid_get_line (MnsGrid *self)
{
  g_return_val_if_fail (MNS_IS_GRID (self), NULL);

  return self->line;
}
