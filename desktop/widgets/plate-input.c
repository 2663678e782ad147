/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Keys, clicks and drags on a plate. A drag carries the ids of samples, one a line, as plain text:
 * so lists and plates need not know each other. */

#define G_LOG_DOMAIN "mns-plate"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "desktop/widgets/plate-private.h"

static void
move_cursor (MnsPlate *self, int d_row, int d_column, gboolean extend)
{
  int n_rows = (int) mns_plate_model_get_rows (self->model, self->container)->size;
  int n_columns = (int) mns_plate_model_get_columns (self->model, self->container)->size;
  guint row = 0;
  guint column = 0;
  guint pos;

  mns_plate_model_locate (self->model, self->cursor, NULL, &row, &column);
  row = (guint) CLAMP ((int) row + d_row, 0, n_rows - 1);
  column = (guint) CLAMP ((int) column + d_column, 0, n_columns - 1);
  pos = mns_plate_model_at (self->model, self->container, row, column);

  if (extend)
    mns_plate_model_select_block (self->model, self->anchor, pos);
  else
    self->anchor = pos;
  self->hover = MNS_PLATE_NOWHERE; /* the keyboard speaks now, not the pointer that lies there */
  mns_plate_set_cursor (self, pos);
}

#define FAR 10000

static const struct
{
  guint keyval;
  gboolean control;
  int d_row;
  int d_column;
} moves[] = {
  { GDK_KEY_Up, FALSE, -1, 0 },        { GDK_KEY_KP_Up, FALSE, -1, 0 },
  { GDK_KEY_Down, FALSE, 1, 0 },       { GDK_KEY_KP_Down, FALSE, 1, 0 },
  { GDK_KEY_Left, FALSE, 0, -1 },      { GDK_KEY_KP_Left, FALSE, 0, -1 },
  { GDK_KEY_Right, FALSE, 0, 1 },      { GDK_KEY_KP_Right, FALSE, 0, 1 },
  { GDK_KEY_Up, TRUE, -FAR, 0 },       { GDK_KEY_Down, TRUE, FAR, 0 },
  { GDK_KEY_Left, TRUE, 0, -FAR },     { GDK_KEY_Right, TRUE, 0, FAR },
  { GDK_KEY_Home, FALSE, 0, -FAR },    { GDK_KEY_End, FALSE, 0, FAR },
  { GDK_KEY_Home, TRUE, -FAR, -FAR },  { GDK_KEY_End, TRUE, FAR, FAR },
  { GDK_KEY_Page_Up, FALSE, -FAR, 0 }, { GDK_KEY_Page_Down, FALSE, FAR, 0 },
};

static gboolean
move_key (MnsPlate *self, guint keyval, GdkModifierType state)
{
  gboolean control = (state & GDK_CONTROL_MASK) != 0;

  for (guint i = 0; i < G_N_ELEMENTS (moves); i++)
    if (moves[i].keyval == keyval && moves[i].control == control)
      {
        move_cursor (self, moves[i].d_row, moves[i].d_column, (state & GDK_SHIFT_MASK) != 0);
        return TRUE;
      }
  return FALSE;
}

static gboolean
control_key (MnsPlate *self, guint keyval, gboolean shift)
{
  switch (gdk_keyval_to_lower (keyval))
    {
    case GDK_KEY_z:
      if (shift)
        mns_plate_redo (self);
      else
        mns_plate_undo (self);
      return TRUE;
    case GDK_KEY_y:
      mns_plate_redo (self);
      return TRUE;
    case GDK_KEY_a:
      if (shift)
        mns_plate_model_select_none (self->model);
      else
        mns_plate_model_select_block (
            self->model,
            mns_plate_model_at (self->model, self->container, 0, 0),
            mns_plate_model_at (self->model,
                                self->container,
                                mns_plate_model_get_rows (self->model, self->container)->size - 1,
                                mns_plate_model_get_columns (self->model, self->container)->size -
                                    1));
      return TRUE;
    case GDK_KEY_space:
      mns_plate_model_select (
          self->model, self->cursor, !mns_plate_model_is_selected (self->model, self->cursor));
      return TRUE;
    default:
      return FALSE;
    }
}

/* Esc gives up one thing: what is carried, else the selection. Else it is not ours. */
static gboolean
give_up (MnsPlate *self)
{
  g_autoptr (GArray) selected = mns_plate_model_dup_selected (self->model);

  if (self->carried != MNS_PLATE_NOWHERE)
    {
      mns_plate_let_go (self);
      return TRUE;
    }
  if (selected->len == 0)
    return FALSE;
  mns_plate_model_select_none (self->model);
  return TRUE;
}

gboolean
mns_plate_key (MnsPlate *self, guint keyval, GdkModifierType state)
{
  if (state & GDK_ALT_MASK)
    return FALSE;
  if (move_key (self, keyval, state))
    return TRUE;
  if (state & GDK_CONTROL_MASK)
    return control_key (self, keyval, (state & GDK_SHIFT_MASK) != 0);

  switch (keyval)
    {
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_space:
      return mns_plate_act (self, self->cursor) || mns_plate_pick_up (self);
    case GDK_KEY_Delete:
    case GDK_KEY_KP_Delete:
    case GDK_KEY_BackSpace:
      mns_plate_remove_selected (self);
      return TRUE;
    case GDK_KEY_Escape:
      return give_up (self);
    default:
      return FALSE;
    }
}

static gboolean
key_pressed_cb (MnsPlate *self, guint keyval, guint keycode, GdkModifierType state)
{
  return mns_plate_key (self, keyval, state);
}

static void
focus_cb (MnsPlate *self)
{
  mns_plate_update_tint (self);
}

static void
set_hover (MnsPlate *self, guint pos)
{
  if (self->hover == pos)
    return;
  self->hover = pos;
  gtk_widget_set_cursor_from_name (
      GTK_WIDGET (self),
      pos != MNS_PLATE_NOWHERE && mns_plate_model_get_state (self->model, pos) >= MNS_WELL_FOREIGN
          ? "not-allowed"
          : NULL);
  mns_plate_update_line (self);
  mns_plate_update_tint (self);
}

static void
motion_cb (MnsPlate *self, double x, double y)
{
  set_hover (self, mns_plate_pick (self, x, y));
}

static void
leave_cb (MnsPlate *self)
{
  set_hover (self, MNS_PLATE_NOWHERE);
}

static void
click_head (MnsPlate *self, int row, int column)
{
  guint first;

  if (row >= 0)
    mns_plate_model_select_row (self->model, self->container, (guint) row);
  else
    mns_plate_model_select_column (self->model, self->container, (guint) column);
  first = mns_plate_model_at (
      self->model, self->container, (guint) MAX (row, 0), (guint) MAX (column, 0));
  self->anchor = first;
  mns_plate_set_cursor (self, first);
}

static void
click_well (MnsPlate *self, guint pos, GdkModifierType state)
{
  if (state & GDK_CONTROL_MASK)
    mns_plate_model_select (self->model, pos, !mns_plate_model_is_selected (self->model, pos));
  else if (state & GDK_SHIFT_MASK)
    mns_plate_model_select_block (self->model, self->anchor, pos);
  else
    {
      self->anchor = pos;
      mns_plate_set_cursor (self, pos);
      if (!mns_plate_act (self, pos))
        mns_plate_model_select_none (self->model);
      return;
    }
  mns_plate_set_cursor (self, pos);
}

/* On release, so that the press that begins a drag does not place anything. */
static void
released_cb (GtkGestureClick *gesture, int n_press, double x, double y, gpointer user_data)
{
  MnsPlate *self = MNS_PLATE (user_data);
  guint pos = mns_plate_pick (self, x, y);
  int row;
  int column;

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (pos != MNS_PLATE_NOWHERE)
    click_well (
        self, pos, gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture)));
  else if (mns_plate_pick_head (self, x, y, &row, &column))
    click_head (self, row, column);
}

/* A well in a selection brings all samples of the selection with it. */
static char *
dup_payload (MnsPlate *self, guint pos)
{
  GString *payload;

  if (mns_plate_model_get_well (self->model, pos) == NULL)
    return NULL;
  if (!mns_plate_model_is_selected (self->model, pos))
    return g_strdup (mns_plate_model_get_well (self->model, pos)->id);

  payload = g_string_new (NULL);
  for (guint i = 0; i < mns_plate_model_get_n_samples (self->model); i++)
    {
      const char *id = mns_plate_model_get_nth_sample (self->model, i)->id;
      guint at = mns_plate_model_find_sample (self->model, id);

      if (at != MNS_PLATE_NOWHERE && mns_plate_model_is_selected (self->model, at))
        g_string_append_printf (payload, "%s%s", payload->len > 0 ? "\n" : "", id);
    }
  return g_string_free (payload, FALSE);
}

static GdkContentProvider *
drag_prepare_cb (GtkDragSource *source, double x, double y, gpointer user_data)
{
  MnsPlate *self = MNS_PLATE (user_data);
  guint pos = mns_plate_pick (self, x, y);
  g_autofree char *payload = NULL;

  if (pos == MNS_PLATE_NOWHERE || self->read_only)
    return NULL;
  payload = dup_payload (self, pos);
  if (payload == NULL)
    return NULL;
  self->dragged = g_strsplit (payload, "\n", -1);
  return gdk_content_provider_new_typed (G_TYPE_STRING, payload);
}

static void
drag_begin_cb (GtkDragSource *source, GdkDrag *drag, gpointer user_data)
{
  MnsPlate *self = MNS_PLATE (user_data);
  guint n = self->dragged != NULL ? g_strv_length (self->dragged) : 0;
  GtkWidget *ghost;
  g_autofree char *text = NULL;

  if (n == 1 && mns_plate_model_get_sample (self->model, self->dragged[0]) != NULL)
    text = g_strdup (mns_plate_model_get_sample (self->model, self->dragged[0])->name);
  else
    text = g_strdup_printf (ngettext ("%u sample", "%u samples", n), n);
  ghost = gtk_label_new (text);
  gtk_widget_add_css_class (ghost, "mns-ghost");
  gtk_drag_icon_set_child (GTK_DRAG_ICON (gtk_drag_icon_get_for_drag (drag)), ghost);
}

static void
drag_end_cb (MnsPlate *self)
{
  mns_plate_let_go (self);
}

static GdkDragAction
drop_motion_cb (GtkDropTarget *target, double x, double y, gpointer user_data)
{
  MnsPlate *self = MNS_PLATE (user_data);
  const GValue *value = gtk_drop_target_get_value (target);

  if (self->read_only)
    return 0;
  if (self->dragged == NULL && value != NULL && G_VALUE_HOLDS_STRING (value))
    self->dragged = g_strsplit (g_value_get_string (value), "\n", -1);
  set_hover (self, mns_plate_pick (self, x, y));
  return self->hover != MNS_PLATE_NOWHERE ? GDK_ACTION_COPY : 0;
}

static void
drop_leave_cb (MnsPlate *self)
{
  g_clear_pointer (&self->dragged, g_strfreev);
  set_hover (self, MNS_PLATE_NOWHERE);
}

/* Puts down what was dragged; @payload has the ids of samples, one a line. */
gboolean
mns_plate_drop (MnsPlate *self, const char *payload, double x, double y)
{
  g_auto (GStrv) ids = g_strsplit (payload, "\n", -1);
  guint pos = mns_plate_pick (self, x, y);
  gboolean done;

  if (pos == MNS_PLATE_NOWHERE || self->read_only)
    return FALSE;
  done = mns_plate_put (self, (const char *const *) ids, pos);
  if (done)
    mns_plate_set_cursor (self, pos);
  mns_plate_let_go (self);
  return done;
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, gpointer user_data)
{
  const char *payload = G_VALUE_HOLDS_STRING (value) ? g_value_get_string (value) : NULL;

  return payload != NULL && mns_plate_drop (MNS_PLATE (user_data), payload, x, y);
}

static void
add_drag_and_drop (MnsPlate *self)
{
  GtkDragSource *source = gtk_drag_source_new ();
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_STRING, GDK_ACTION_COPY);

  g_signal_connect (source, "prepare", G_CALLBACK (drag_prepare_cb), self);
  g_signal_connect (source, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect_swapped (source, "drag-end", G_CALLBACK (drag_end_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (source));

  gtk_drop_target_set_preload (target, TRUE);
  g_signal_connect (target, "enter", G_CALLBACK (drop_motion_cb), self);
  g_signal_connect (target, "motion", G_CALLBACK (drop_motion_cb), self);
  g_signal_connect_swapped (target, "leave", G_CALLBACK (drop_leave_cb), self);
  g_signal_connect (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

void
mns_plate_add_controllers (MnsPlate *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  g_signal_connect_swapped (focus, "enter", G_CALLBACK (focus_cb), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (focus_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_PRIMARY);
  g_signal_connect (click, "released", G_CALLBACK (released_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  add_drag_and_drop (self);
}
