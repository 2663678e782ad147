/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Changing one cell: a text field that lies over it, or a list or calendar that opens at it. */

#define G_LOG_DOMAIN "mns-grid"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/widgets/grid-private.h"

static const MnsGridColumn *
get_column (MnsGrid *self)
{
  return mns_grid_model_get_column (self->model, self->column);
}

static void
set_one (MnsGrid *self, const char *text)
{
  g_autoptr (GArray) edits = mns_cell_edits_new ();

  mns_cell_edits_add (edits, self->row, self->column, text);
  mns_grid_model_edit (self->model, edits);
}

static void
focus_cursor (MnsGrid *self)
{
  GtkWidget *cell = mns_grid_get_cursor_cell (self);

  if (cell != NULL)
    gtk_widget_grab_focus (cell);
}

/**
 * mns_grid_stop_editing:
 * @self: a grid
 * @keep: whether the typed text goes into the cell
 *
 * Returns: whether a cell was being edited
 */
gboolean
mns_grid_stop_editing (MnsGrid *self, gboolean keep)
{
  g_autofree char *text = NULL;

  g_return_val_if_fail (MNS_IS_GRID (self), FALSE);

  if (!self->editing)
    return FALSE;
  self->editing = FALSE; /* first, for hiding the editor takes its focus and leads back here */
  text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->editor)));
  if (gtk_widget_has_focus (self->editor))
    focus_cursor (self);
  gtk_widget_set_visible (self->editor, FALSE);
  if (keep)
    set_one (self, text);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return TRUE;
}

static void
start_text (MnsGrid *self, const char *text)
{
  gboolean number = get_column (self)->kind == MNS_CELL_NUMBER;
  g_autofree char *label = mns_grid_describe_cell (self, self->row, self->column);

  self->anchor_row = self->row;
  self->anchor_column = self->column;
  self->editing = TRUE;
  mns_grid_scroll_to (self, self->row, self->column);
  gtk_editable_set_alignment (GTK_EDITABLE (self->editor), number ? 1 : 0);
  gtk_editable_set_text (GTK_EDITABLE (self->editor), text);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->editor), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_widget_set_visible (self->editor, TRUE);
  gtk_text_grab_focus_without_selecting (GTK_TEXT (self->editor));
  gtk_editable_set_position (GTK_EDITABLE (self->editor), -1);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
open_popover (MnsGrid *self, GtkWidget *content)
{
  graphene_rect_t rect;
  GdkRectangle area;

  mns_grid_scroll_to (self, self->row, self->column);
  mns_grid_get_rect (self, self->row, self->column, &rect);
  area = (GdkRectangle){
    (int) rect.origin.x, (int) rect.origin.y, (int) rect.size.width, (int) rect.size.height
  };
  gtk_popover_set_child (GTK_POPOVER (self->popover), content);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), &area);
  gtk_popover_popup (GTK_POPOVER (self->popover));
}

static void
close_popover (MnsGrid *self)
{
  gtk_popover_popdown (GTK_POPOVER (self->popover));
  focus_cursor (self);
}

#define VALUE_KEY "mns-value"

static void
option_chosen_cb (MnsGrid *self, GtkListBoxRow *row)
{
  const char *value = g_object_get_data (G_OBJECT (row), VALUE_KEY);

  mns_grid_set_value (self, value);
  close_popover (self);
}

static void
add_option (MnsGrid *self, GtkListBox *list, const char *value)
{
  GtkWidget *row = gtk_list_box_row_new ();
  g_autofree char *display = mns_cell_dup_display (get_column (self), value);
  GtkWidget *label = gtk_label_new (*display != '\0' ? display : _ ("(empty)"));

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), label);
  g_object_set_data_full (G_OBJECT (row), VALUE_KEY, g_strdup (value), g_free);
  gtk_list_box_append (list, row);
  if (g_str_equal (value, mns_grid_model_get_text (self->model, self->row, self->column)))
    gtk_list_box_select_row (list, GTK_LIST_BOX_ROW (row));
}

static void
open_options (MnsGrid *self)
{
  static const char *const qc_options[] = { "PASSED", "FAILED", NULL };
  const MnsGridColumn *column = get_column (self);
  const char *const *options = column->kind == MNS_CELL_QC ? qc_options : column->options;
  GtkWidget *list = gtk_list_box_new ();
  GtkListBoxRow *chosen;

  for (guint i = 0; options != NULL && options[i] != NULL; i++)
    add_option (self, GTK_LIST_BOX (list), options[i]);
  add_option (self, GTK_LIST_BOX (list), "");
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, column->title, -1);
  g_signal_connect_swapped (list, "row-activated", G_CALLBACK (option_chosen_cb), self);
  open_popover (self, list);
  chosen = gtk_list_box_get_selected_row (GTK_LIST_BOX (list));
  gtk_widget_grab_focus (GTK_WIDGET (
      chosen != NULL ? chosen : gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 0)));
}

/* Only the button takes the day: the calendar says "day-selected" for another month too, and says
 * nothing when the day that it shows already is clicked. */
static void
day_chosen_cb (MnsGrid *self, GtkButton *button)
{
  GtkCalendar *calendar = GTK_CALENDAR (gtk_widget_get_prev_sibling (GTK_WIDGET (button)));
  g_autoptr (GDateTime) date = gtk_calendar_get_date (calendar);
  g_autofree char *text = g_date_time_format (date, "%Y-%m-%d");

  mns_grid_set_value (self, text);
  close_popover (self);
}

static void
open_calendar (MnsGrid *self)
{
  const char *text = mns_grid_model_get_text (self->model, self->row, self->column);
  g_autofree char *full = g_strconcat (text, "T00:00:00Z", NULL);
  g_autoptr (GDateTime) date = g_date_time_new_from_iso8601 (full, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *calendar = gtk_calendar_new ();
  GtkWidget *button = gtk_button_new_with_label (_ ("Set date"));

  if (date != NULL)
    gtk_calendar_select_day (GTK_CALENDAR (calendar), date);
  gtk_box_append (GTK_BOX (box), calendar);
  gtk_box_append (GTK_BOX (box), button);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (day_chosen_cb), self);
  open_popover (self, box);
  gtk_widget_grab_focus (calendar);
}

/* Begins to change the active cell. @typed replaces what is in it; with NULL the value is edited,
 * or chosen where the column has choices. */
gboolean
mns_grid_edit (MnsGrid *self, const char *typed)
{
  if (!mns_grid_has_cells (self))
    return FALSE;
  if (mns_grid_model_is_locked (self->model, self->row, self->column))
    {
      mns_grid_say (self, _ ("This cell is read-only"));
      return TRUE;
    }
  if (typed != NULL)
    {
      start_text (self, typed);
      return TRUE;
    }
  switch (get_column (self)->kind)
    {
    case MNS_CELL_CHECK:
      mns_grid_toggle (self);
      break;
    case MNS_CELL_CHOICE:
    case MNS_CELL_QC:
      open_options (self);
      break;
    case MNS_CELL_TEXT:
    case MNS_CELL_NUMBER:
    case MNS_CELL_DATE:
    default:
      start_text (self, mns_grid_model_get_text (self->model, self->row, self->column));
    }
  return TRUE;
}

/* Opens what a cell can be chosen from: its list, or the calendar. */
gboolean
mns_grid_choose (MnsGrid *self)
{
  if (!mns_grid_has_cells (self) || get_column (self)->kind != MNS_CELL_DATE ||
      mns_grid_model_is_locked (self->model, self->row, self->column))
    return mns_grid_edit (self, NULL);
  open_calendar (self);
  return TRUE;
}

/* Puts the editor over its cell, and the popover at it. */
void
mns_grid_place_editor (MnsGrid *self)
{
  graphene_rect_t rect;
  GtkAllocation area;
  int width = 0;

  if (self->editing)
    {
      /* A text field does not centre its line in more height than it asked for. */
      gtk_widget_measure (
          self->editor, GTK_ORIENTATION_VERTICAL, -1, NULL, &area.height, NULL, NULL);
      gtk_widget_measure (self->editor, GTK_ORIENTATION_HORIZONTAL, -1, &width, NULL, NULL, NULL);
      mns_grid_get_rect (self, self->row, self->column, &rect);
      area.x = (int) rect.origin.x;
      area.y = (int) (rect.origin.y + (rect.size.height - (float) area.height) / 2);
      area.width = MAX (width, (int) rect.size.width);
      gtk_widget_size_allocate (self->editor, &area, -1);
    }
  gtk_popover_present (GTK_POPOVER (self->popover));
}

static void
move_after_edit (MnsGrid *self, int d_row, int d_column)
{
  int row = (int) self->row + d_row;
  int column = (int) self->column + d_column;
  int n_columns = (int) mns_grid_model_get_n_columns (self->model);

  if (column < 0 || column >= n_columns) /* Tab at the end of a row goes on in the next */
    {
      row += d_column;
      column = column < 0 ? n_columns - 1 : 0;
    }
  if (row < 0 || row >= (int) mns_grid_model_get_n_rows (self->model))
    return;
  mns_grid_select (self, (guint) row, (guint) column, FALSE);
}

/* Keys while a cell is edited. */
gboolean
mns_grid_edit_key (MnsGrid *self, guint keyval, GdkModifierType state)
{
  int back = state & GDK_SHIFT_MASK ? -1 : 1;

  if (!self->editing || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)))
    return FALSE;
  switch (keyval)
    {
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
      mns_grid_stop_editing (self, TRUE);
      move_after_edit (self, back, 0);
      return TRUE;
    case GDK_KEY_Tab:
    case GDK_KEY_ISO_Left_Tab:
      mns_grid_stop_editing (self, TRUE);
      move_after_edit (self, 0, keyval == GDK_KEY_ISO_Left_Tab ? -1 : back);
      return TRUE;
    case GDK_KEY_Up:
    case GDK_KEY_Down:
      mns_grid_stop_editing (self, TRUE);
      move_after_edit (self, keyval == GDK_KEY_Up ? -1 : 1, 0);
      return TRUE;
    case GDK_KEY_Escape:
      mns_grid_stop_editing (self, FALSE);
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
key_pressed_cb (MnsGrid *self, guint keyval, guint keycode, GdkModifierType state)
{
  return mns_grid_edit_key (self, keyval, state);
}

static void
focus_left_cb (MnsGrid *self)
{
  mns_grid_stop_editing (self, TRUE);
}

void
mns_grid_make_editor (MnsGrid *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();

  self->editor = gtk_text_new ();
  gtk_widget_set_visible (self->editor, FALSE);
  gtk_widget_set_parent (self->editor, GTK_WIDGET (self));
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (self->editor, keys);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (focus_left_cb), self);
  gtk_widget_add_controller (self->editor, focus);

  self->popover = gtk_popover_new ();
  gtk_popover_set_has_arrow (GTK_POPOVER (self->popover), FALSE);
  gtk_popover_set_position (GTK_POPOVER (self->popover), GTK_POS_BOTTOM);
  gtk_widget_set_parent (self->popover, GTK_WIDGET (self));
}
