/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What a spreadsheet does when it is asked to, and the sentence it says after that. */

#define G_LOG_DOMAIN "mns-grid"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/widgets/grid-private.h"

void
mns_grid_say (MnsGrid *self, const char *message)
{
  g_signal_emit_by_name (self, "message", message);
}

void
mns_grid_update_line (MnsGrid *self)
{
  g_autofree char *line = NULL;

  if (mns_grid_has_cells (self))
    line = mns_grid_describe_cell (self, self->row, self->column);
  if (g_strcmp0 (self->line, line) == 0)
    return;
  g_free (self->line);
  self->line = g_steal_pointer (&line);
  g_object_notify (G_OBJECT (self), "line");
}

/* Moves the cursor; with @extend the other corner of the range stays. */
void
mns_grid_select (MnsGrid *self, guint row, guint column, gboolean extend)
{
  gboolean focused = mns_grid_has_focus_inside (self) && !self->editing;

  self->row = row;
  self->column = column;
  if (!extend)
    {
      self->anchor_row = row;
      self->anchor_column = column;
    }
  mns_grid_scroll_to (self, row, column);
  if (focused) /* the focus moves from cell to cell, so that a screen reader speaks */
    gtk_widget_grab_focus (mns_grid_get_cursor_cell (self));
  mns_grid_rename_cells (self);
  mns_grid_update_line (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static char *
dup_pasted_message (const MnsGridOutcome *outcome)
{
  guint n = outcome->n_done;
  guint left = outcome->n_locked + outcome->n_outside;

  if (left == 0)
    return g_strdup_printf (ngettext ("%u cell pasted", "%u cells pasted", n), n);
  if (outcome->n_outside == 0)
    return g_strdup_printf (ngettext ("%1$u cell pasted, %2$u left out (read-only)",
                                      "%1$u cells pasted, %2$u left out (read-only)",
                                      n),
                            n,
                            left);
  if (outcome->n_locked == 0)
    return g_strdup_printf (ngettext ("%1$u cell pasted, %2$u left out (outside the table)",
                                      "%1$u cells pasted, %2$u left out (outside the table)",
                                      n),
                            n,
                            left);
  return g_strdup_printf (
      ngettext ("%1$u cell pasted, %2$u left out (read-only or outside the table)",
                "%1$u cells pasted, %2$u left out (read-only or outside the table)",
                n),
      n,
      left);
}

static char *
dup_filled_message (const MnsGridOutcome *outcome)
{
  guint n = outcome->n_done;

  if (outcome->n_locked == 0)
    return g_strdup_printf (ngettext ("%u cell filled", "%u cells filled", n), n);
  return g_strdup_printf (ngettext ("%1$u cell filled, %2$u left out (read-only)",
                                    "%1$u cells filled, %2$u left out (read-only)",
                                    n),
                          n,
                          outcome->n_locked);
}

static void
say_filled (MnsGrid *self, const MnsGridOutcome *outcome)
{
  g_autofree char *message = dup_filled_message (outcome);

  mns_grid_say (self, message);
}

static void
say_changed (MnsGrid *self, guint n)
{
  g_autofree char *message =
      g_strdup_printf (ngettext ("%u cell changed", "%u cells changed", n), n);

  mns_grid_say (self, message);
}

/**
 * mns_grid_copy_range:
 * @self: a grid
 *
 * Copies the selected cells to the clipboard, as text that spreadsheets take.
 */
void
mns_grid_copy_range (MnsGrid *self)
{
  MnsCellRange range;
  g_autofree char *text = NULL;
  g_autofree char *message = NULL;
  guint n;

  g_return_if_fail (MNS_IS_GRID (self));

  if (!mns_grid_get_range (self, &range))
    return;
  text = mns_grid_copy (self->model, &range);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  n = range.n_rows * range.n_columns;
  message = g_strdup_printf (ngettext ("%u cell copied", "%u cells copied", n), n);
  mns_grid_say (self, message);
}

void
mns_grid_cut_range (MnsGrid *self)
{
  g_return_if_fail (MNS_IS_GRID (self));

  mns_grid_copy_range (self);
  mns_grid_set_value (self, "");
}

/**
 * mns_grid_paste_text:
 * @self: a grid
 * @text: what is pasted
 * @by_name: whether its first column says which row each line is for
 */
void
mns_grid_paste_text (MnsGrid *self, const char *text, gboolean by_name)
{
  MnsCellRange range;
  MnsGridOutcome outcome;
  g_autofree char *message = NULL;

  g_return_if_fail (MNS_IS_GRID (self));
  g_return_if_fail (text != NULL);

  if (!mns_grid_get_range (self, &range))
    return;
  if (by_name)
    outcome = mns_grid_paste_matched (self->model, &range, text);
  else
    outcome = mns_grid_paste (self->model, &range, text);
  if (!by_name && outcome.area.n_rows > 0 && outcome.area.n_columns > 0)
    mns_grid_set_range (self, &outcome.area);
  message = dup_pasted_message (&outcome);
  mns_grid_say (self, message);
}

static void
clipboard_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MnsGrid) self = MNS_GRID (user_data);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, &error);
  MnsCellRange range;
  gboolean asked = FALSE;

  if (self->model == NULL || !mns_grid_get_range (self, &range))
    return;
  if (text == NULL)
    {
      mns_grid_say (self, _ ("The clipboard holds no text"));
      return;
    }
  if (mns_grid_can_match (self->model, &range, text))
    g_signal_emit_by_name (self, "match-offered", text, &asked);
  if (!asked)
    mns_grid_paste_text (self, text, FALSE);
}

void
mns_grid_paste_clipboard (MnsGrid *self)
{
  g_return_if_fail (MNS_IS_GRID (self));

  gdk_clipboard_read_text_async (
      gtk_widget_get_clipboard (GTK_WIDGET (self)), NULL, clipboard_read_cb, g_object_ref (self));
}

/**
 * mns_grid_fill_range:
 * @self: a grid
 * @down: down, or else to the right
 *
 * Copies the first row of the selected cells into the others, or their first column.
 */
void
mns_grid_fill_range (MnsGrid *self, gboolean down)
{
  MnsCellRange range;
  MnsGridOutcome outcome;

  g_return_if_fail (MNS_IS_GRID (self));

  if (!mns_grid_get_range (self, &range))
    return;
  outcome = mns_grid_fill (self->model, &range, down);
  say_filled (self, &outcome);
}

/* What the fill handle does: goes on with the range for @n rows or columns, and selects it all. */
void
mns_grid_extend_range (MnsGrid *self, guint n, gboolean down)
{
  MnsCellRange range;
  MnsGridOutcome outcome;

  if (n == 0 || !mns_grid_get_range (self, &range))
    return;
  outcome = mns_grid_extend (self->model, &range, n, down);
  mns_grid_set_range (self, &outcome.area);
  say_filled (self, &outcome);
}

/**
 * mns_grid_set_value:
 * @self: a grid
 * @text: a value; empty to clear
 *
 * Puts a value into all selected cells.
 */
void
mns_grid_set_value (MnsGrid *self, const char *text)
{
  MnsCellRange range;
  MnsGridOutcome outcome;

  g_return_if_fail (MNS_IS_GRID (self));
  g_return_if_fail (text != NULL);

  if (!mns_grid_get_range (self, &range))
    return;
  outcome = mns_grid_set_all (self->model, &range, text);
  if (outcome.n_locked > 0)
    say_filled (self, &outcome);
  else
    say_changed (self, outcome.n_done);
}

/* Check boxes of the range follow the active one. */
void
mns_grid_toggle (MnsGrid *self)
{
  const char *now = mns_grid_model_get_text (self->model, self->row, self->column);

  mns_grid_set_value (self, g_str_equal (now, "true") ? "false" : "true");
}

/**
 * mns_grid_step_fault:
 * @self: a grid
 * @forward: to the next one, or else to the one before
 *
 * Goes to a cell whose value is not valid.
 *
 * Returns: whether there is one
 */
gboolean
mns_grid_step_fault (MnsGrid *self, gboolean forward)
{
  guint row;
  guint column;

  g_return_val_if_fail (MNS_IS_GRID (self), FALSE);

  row = self->row;
  column = self->column;
  if (!mns_grid_model_step_fault (self->model, &row, &column, forward))
    {
      mns_grid_say (self, _ ("All cells are valid"));
      return FALSE;
    }
  mns_grid_set_cursor (self, row, column);
  mns_grid_say (self, self->line);
  return TRUE;
}

void
mns_grid_undo (MnsGrid *self)
{
  guint n;

  g_return_if_fail (MNS_IS_GRID (self));

  n = mns_grid_model_undo (self->model);
  if (n > 0)
    say_changed (self, n);
  else
    mns_grid_say (self, _ ("Nothing to undo"));
}

void
mns_grid_redo (MnsGrid *self)
{
  guint n;

  g_return_if_fail (MNS_IS_GRID (self));

  n = mns_grid_model_redo (self->model);
  if (n > 0)
    say_changed (self, n);
  else
    mns_grid_say (self, _ ("Nothing to do again"));
}
