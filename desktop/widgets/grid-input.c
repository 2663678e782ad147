/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Keys and pointer of a spreadsheet. The table of keys is that of the web client's grid. */

#define G_LOG_DOMAIN "mns-grid"

#include "config.h"

#include "desktop/widgets/grid-private.h"

#define FAR 1000000
#define PAGE 2000000 /* stands for the rows of a page */

static const struct
{
  guint keyval;
  gboolean control;
  int d_row;
  int d_column;
} moves[] = {
  { GDK_KEY_Up, FALSE, -1, 0 },         { GDK_KEY_Down, FALSE, 1, 0 },
  { GDK_KEY_Left, FALSE, 0, -1 },       { GDK_KEY_Right, FALSE, 0, 1 },
  { GDK_KEY_KP_Up, FALSE, -1, 0 },      { GDK_KEY_KP_Down, FALSE, 1, 0 },
  { GDK_KEY_KP_Left, FALSE, 0, -1 },    { GDK_KEY_KP_Right, FALSE, 0, 1 },
  { GDK_KEY_Up, TRUE, -FAR, 0 },        { GDK_KEY_Down, TRUE, FAR, 0 },
  { GDK_KEY_Left, TRUE, 0, -FAR },      { GDK_KEY_Right, TRUE, 0, FAR },
  { GDK_KEY_Home, FALSE, 0, -FAR },     { GDK_KEY_End, FALSE, 0, FAR },
  { GDK_KEY_Home, TRUE, -FAR, -FAR },   { GDK_KEY_End, TRUE, FAR, FAR },
  { GDK_KEY_Page_Up, FALSE, -PAGE, 0 }, { GDK_KEY_Page_Down, FALSE, PAGE, 0 },
};

static void
move_by (MnsGrid *self, int d_row, int d_column, gboolean extend)
{
  int n_rows = (int) mns_grid_model_get_n_rows (self->model);
  int n_columns = (int) mns_grid_model_get_n_columns (self->model);

  if (d_row == PAGE || d_row == -PAGE)
    {
      guint first;
      guint last;
      int page;

      mns_grid_get_visible_rows (self, &first, &last);
      page = MAX ((int) (last - first) - 2, 1);
      d_row = d_row > 0 ? page : -page;
    }
  mns_grid_select (self,
                   (guint) CLAMP ((int) self->row + d_row, 0, n_rows - 1),
                   (guint) CLAMP ((int) self->column + d_column, 0, n_columns - 1),
                   extend);
}

static gboolean
move_key (MnsGrid *self, guint keyval, GdkModifierType state)
{
  gboolean control = (state & GDK_CONTROL_MASK) != 0;

  for (guint i = 0; i < G_N_ELEMENTS (moves); i++)
    if (moves[i].keyval == keyval && moves[i].control == control)
      {
        move_by (self, moves[i].d_row, moves[i].d_column, (state & GDK_SHIFT_MASK) != 0);
        return TRUE;
      }
  return FALSE;
}

static void
select_all (MnsGrid *self)
{
  const MnsCellRange all = {
    0, 0, mns_grid_model_get_n_rows (self->model), mns_grid_model_get_n_columns (self->model)
  };

  mns_grid_set_range (self, &all);
}

static gboolean
control_key (MnsGrid *self, guint keyval, gboolean shift)
{
  switch (gdk_keyval_to_lower (keyval))
    {
    case GDK_KEY_a:
      if (shift)
        mns_grid_set_cursor (self, self->row, self->column);
      else
        select_all (self);
      return TRUE;
    case GDK_KEY_c:
    case GDK_KEY_Insert:
      mns_grid_copy_range (self);
      return TRUE;
    case GDK_KEY_x:
      mns_grid_cut_range (self);
      return TRUE;
    case GDK_KEY_v:
      mns_grid_paste_clipboard (self);
      return TRUE;
    case GDK_KEY_d:
      mns_grid_fill_range (self, TRUE);
      return TRUE;
    case GDK_KEY_r:
      mns_grid_fill_range (self, FALSE);
      return TRUE;
    case GDK_KEY_z:
      if (shift)
        mns_grid_redo (self);
      else
        mns_grid_undo (self);
      return TRUE;
    case GDK_KEY_y:
      mns_grid_redo (self);
      return TRUE;
    default:
      return FALSE;
    }
}

/* P, F and Space in a QC column, Space in one with check boxes. */
static gboolean
quick_key (MnsGrid *self, guint keyval)
{
  MnsCellKind kind = mns_grid_model_get_column (self->model, self->column)->kind;
  guint lower = gdk_keyval_to_lower (keyval);

  if (kind == MNS_CELL_CHECK && lower == GDK_KEY_space)
    {
      mns_grid_toggle (self);
      return TRUE;
    }
  if (kind != MNS_CELL_QC)
    return FALSE;
  if (lower == GDK_KEY_p)
    mns_grid_set_value (self, "PASSED");
  else if (lower == GDK_KEY_f)
    mns_grid_set_value (self, "FAILED");
  else if (lower == GDK_KEY_space)
    mns_grid_set_value (self, "");
  else
    return FALSE;
  return TRUE;
}

static gboolean
typing_key (MnsGrid *self, guint keyval)
{
  gunichar character = gdk_keyval_to_unicode (keyval);
  char text[7] = { 0 };

  if (character == 0 || !g_unichar_isprint (character))
    return FALSE;
  g_unichar_to_utf8 (character, text);
  return mns_grid_edit (self, text);
}

/**
 * mns_grid_key:
 * @self: a grid
 * @keyval: a key
 * @state: modifiers
 *
 * Takes a key while no cell is edited.
 *
 * Returns: whether it meant something
 */
gboolean
mns_grid_key (MnsGrid *self, guint keyval, GdkModifierType state)
{
  if (self->editing || !mns_grid_has_cells (self))
    return FALSE;
  if (state & GDK_ALT_MASK)
    return keyval == GDK_KEY_Down && mns_grid_choose (self);
  if (move_key (self, keyval, state))
    return TRUE;
  if (state & GDK_CONTROL_MASK)
    return control_key (self, keyval, (state & GDK_SHIFT_MASK) != 0);

  switch (keyval)
    {
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_F2:
      return mns_grid_edit (self, NULL);
    case GDK_KEY_Delete:
    case GDK_KEY_KP_Delete:
    case GDK_KEY_BackSpace:
      mns_grid_set_value (self, "");
      return TRUE;
    case GDK_KEY_F8:
      mns_grid_step_fault (self, (state & GDK_SHIFT_MASK) == 0);
      return TRUE;
    default:
      return quick_key (self, keyval) || typing_key (self, keyval);
    }
}

static gboolean
key_pressed_cb (MnsGrid *self, guint keyval, guint keycode, GdkModifierType state)
{
  return mns_grid_key (self, keyval, state);
}

/* A dead key or an input method: the editor gets the key itself. */
static gboolean
is_composing (guint keyval)
{
  return keyval >= GDK_KEY_dead_grave && keyval <= GDK_KEY_dead_greek;
}

static gboolean
compose_cb (GtkEventControllerKey *controller,
            guint keyval,
            guint keycode,
            GdkModifierType state,
            gpointer user_data)
{
  MnsGrid *self = MNS_GRID (user_data);

  if (self->editing || !is_composing (keyval) || !mns_grid_edit (self, "") || !self->editing)
    return FALSE;
  return gtk_event_controller_key_forward (controller, self->editor);
}

static void
press_cell (MnsGrid *self, guint row, guint column, gboolean extend)
{
  const MnsGridColumn *info = mns_grid_model_get_column (self->model, column);
  gboolean was_active = row == self->row && column == self->column;

  mns_grid_select (self, row, column, extend);
  self->drag = MNS_GRID_DRAG_SELECT;
  if (extend || mns_grid_model_is_locked (self->model, row, column))
    return;
  if (info->kind == MNS_CELL_CHECK && was_active)
    mns_grid_toggle (self);
}

static void
press_head (MnsGrid *self, guint column)
{
  const MnsCellRange whole = { 0, column, mns_grid_model_get_n_rows (self->model), 1 };

  if (mns_grid_has_cells (self))
    mns_grid_set_range (self, &whole);
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, gpointer user_data)
{
  MnsGrid *self = MNS_GRID (user_data);
  GdkModifierType state =
      gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));
  guint row = 0;
  guint column = 0;
  MnsGridPart part;

  mns_grid_stop_editing (self, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self));
  self->drag = MNS_GRID_DRAG_NONE;
  part = mns_grid_pick (self, x, y, &row, &column);
  switch (part)
    {
    case MNS_GRID_PART_CELL:
      press_cell (self, row, column, (state & GDK_SHIFT_MASK) != 0);
      break;
    case MNS_GRID_PART_HEAD:
      press_head (self, column);
      break;
    case MNS_GRID_PART_HEAD_EDGE:
      self->drag = MNS_GRID_DRAG_RESIZE;
      self->drag_column = column;
      self->drag_width = self->widths[column];
      break;
    case MNS_GRID_PART_HANDLE:
      self->drag = MNS_GRID_DRAG_FILL;
      self->fill_n = 0;
      break;
    case MNS_GRID_PART_NONE:
    default:
      break;
    }
}

/* The fill goes down or to the right, whichever way the pointer went further beyond the range. */
static void
drag_fill (MnsGrid *self, guint row, guint column)
{
  MnsCellRange range = { 0 };
  guint end_row;
  guint end_column;
  guint down;
  guint right;

  if (!mns_grid_get_range (self, &range))
    return;
  end_row = range.row + range.n_rows - 1;
  end_column = range.column + range.n_columns - 1;
  down = row > end_row ? row - end_row : 0;
  right = column > end_column ? column - end_column : 0;
  self->fill_down = down >= right;
  self->fill_n = MAX (down, right);
  mns_grid_scroll_to (self, row, column);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
drag_update_cb (GtkGestureDrag *gesture, double dx, double dy, gpointer user_data)
{
  MnsGrid *self = MNS_GRID (user_data);
  double x = 0;
  double y = 0;
  guint row;
  guint column;

  if (self->drag == MNS_GRID_DRAG_NONE || !mns_grid_has_cells (self))
    return;
  if (self->drag == MNS_GRID_DRAG_RESIZE)
    {
      mns_grid_set_column_width (
          self, self->drag_column, self->drag_width + (int) (dx / self->scale));
      return;
    }
  gtk_gesture_drag_get_start_point (gesture, &x, &y);
  mns_grid_pick_nearest (self, x + dx, y + dy, &row, &column);
  if (self->drag == MNS_GRID_DRAG_FILL)
    drag_fill (self, row, column);
  else if (row != self->row || column != self->column)
    mns_grid_select (self, row, column, TRUE);
}

static void
drag_end_cb (GtkGestureDrag *gesture, double dx, double dy, gpointer user_data)
{
  MnsGrid *self = MNS_GRID (user_data);
  guint n = self->drag == MNS_GRID_DRAG_FILL ? self->fill_n : 0;

  self->drag = MNS_GRID_DRAG_NONE;
  self->fill_n = 0;
  mns_grid_extend_range (self, n, self->fill_down);
}

static void
pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, gpointer user_data)
{
  MnsGrid *self = MNS_GRID (user_data);
  MnsCellRange range = { 0 };
  guint row = 0;
  guint column = 0;

  if (n_press != 2)
    return;
  switch (mns_grid_pick (self, x, y, &row, &column))
    {
    case MNS_GRID_PART_CELL:
      if (mns_grid_model_get_column (self->model, column)->kind != MNS_CELL_CHECK)
        mns_grid_edit (self, NULL);
      break;
    case MNS_GRID_PART_HANDLE: /* fills to the end */
      mns_grid_get_range (self, &range);
      mns_grid_extend_range (
          self, mns_grid_model_get_n_rows (self->model) - range.row - range.n_rows, TRUE);
      break;
    case MNS_GRID_PART_HEAD:
    case MNS_GRID_PART_HEAD_EDGE:
    case MNS_GRID_PART_NONE:
    default:
      break;
    }
}

static void
motion_cb (MnsGrid *self, double x, double y)
{
  guint row;
  guint column;
  const char *name = NULL;

  switch (mns_grid_pick (self, x, y, &row, &column))
    {
    case MNS_GRID_PART_HEAD_EDGE:
      name = "col-resize";
      break;
    case MNS_GRID_PART_HANDLE:
      name = "crosshair";
      break;
    case MNS_GRID_PART_CELL:
      name = "cell";
      break;
    case MNS_GRID_PART_HEAD:
    case MNS_GRID_PART_NONE:
    default:
      break;
    }
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), name);
}

void
mns_grid_add_controllers (MnsGrid *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect (keys, "key-pressed", G_CALLBACK (compose_cb), self);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  g_signal_connect_swapped (focus, "enter", G_CALLBACK (gtk_widget_queue_draw), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (gtk_widget_queue_draw), self);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_gesture_group (drag, click);
}
