/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What a plate does when it is asked to, and the sentence it says after that. */

#define G_LOG_DOMAIN "mns-plate"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/widgets/plate-private.h"

static void
say_refused (MnsPlate *self, guint pos)
{
  g_autofree char *well = mns_plate_model_dup_well_name (self->model, pos);
  g_autofree char *content = mns_plate_describe_well (self, pos);
  /* Translators: %1$s is a well such as B:7, %2$s says what is in it or why it cannot be used */
  g_autofree char *message = g_strdup_printf (_ ("%1$s cannot be filled: %2$s"), well, content);

  mns_plate_say (self, message);
}

static void
say_placed (MnsPlate *self, guint n_placed, guint n_asked, guint pos)
{
  g_autofree char *well = mns_plate_model_dup_well_name (self->model, pos);
  g_autofree char *placed = NULL;
  g_autofree char *left = NULL;
  g_autofree char *message = NULL;

  placed = g_strdup_printf (
      ngettext ("%1$u sample placed from %2$s", "%1$u samples placed from %2$s", n_placed),
      n_placed,
      well);
  if (n_placed < n_asked)
    left = g_strdup_printf (
        ngettext ("%u sample does not fit", "%u samples do not fit", n_asked - n_placed),
        n_asked - n_placed);
  message = left != NULL ? g_strdup_printf ("%s. %s", placed, left) : g_steal_pointer (&placed);
  mns_plate_say (self, message);
}

static gboolean
move_one (MnsPlate *self, guint from, guint to)
{
  const MnsPlateSample *moved = mns_plate_model_get_well (self->model, from);
  const MnsPlateSample *other = mns_plate_model_get_well (self->model, to);
  g_autofree char *well = mns_plate_model_dup_well_name (self->model, to);
  g_autofree char *message = NULL;

  if (from == to)
    return FALSE;
  if (!mns_plate_model_move (self->model, from, to))
    {
      say_refused (self, to);
      return FALSE;
    }
  if (other != NULL)
    message = g_strdup_printf (_ ("%1$s and %2$s changed places"), moved->name, other->name);
  else
    message = g_strdup_printf (_ ("%1$s moved to %2$s"), moved->name, well);
  mns_plate_say (self, message);
  return TRUE;
}

/* Puts samples into the wells from @pos on. One that is in a well already is moved, or swapped. */
gboolean
mns_plate_put (MnsPlate *self, const char *const *ids, guint pos)
{
  guint n_asked = g_strv_length ((GStrv) ids);
  guint n_placed;

  if (n_asked == 0 || self->read_only)
    return FALSE;
  if (n_asked == 1)
    {
      guint from = mns_plate_model_find_sample (self->model, ids[0]);

      if (from != MNS_PLATE_NOWHERE)
        return move_one (self, from, pos);
      if (mns_plate_model_get_sample (self->model, ids[0]) == NULL)
        return FALSE;
      if (mns_plate_model_get_state (self->model, pos) >= MNS_WELL_FOREIGN)
        {
          say_refused (self, pos);
          return FALSE;
        }
    }
  n_placed = mns_plate_model_place (self->model, ids, pos, &self->rule);
  say_placed (self, n_placed, n_asked, pos);
  return n_placed > 0;
}

/* Samples that found a well are chosen no longer. */
static void
drop_placed_from_pending (MnsPlate *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) rest = NULL;

  for (guint i = 0; self->pending[i] != NULL; i++)
    if (mns_plate_model_find_sample (self->model, self->pending[i]) == MNS_PLATE_NOWHERE)
      g_strv_builder_add (builder, self->pending[i]);
  rest = g_strv_builder_end (builder);
  mns_plate_set_pending (self, (const char *const *) rest);
  g_signal_emit_by_name (self, "pending-changed");
}

/* What a click or Enter on a well does. */
gboolean
mns_plate_act (MnsPlate *self, guint pos)
{
  gboolean handled = FALSE;

  if (self->read_only)
    return FALSE;
  g_signal_emit_by_name (self, "place-requested", pos, &handled);
  if (handled)
    return TRUE;
  if (self->pending != NULL)
    {
      mns_plate_put (self, (const char *const *) self->pending, pos);
      drop_placed_from_pending (self);
      return TRUE;
    }
  if (self->carried != MNS_PLATE_NOWHERE)
    {
      guint from = self->carried;

      self->carried = MNS_PLATE_NOWHERE;
      move_one (self, from, pos);
      gtk_widget_queue_draw (GTK_WIDGET (self));
      return TRUE;
    }
  return FALSE;
}

/**
 * mns_plate_pick_up:
 * @self: a plate
 *
 * Takes up the sample under the cursor; the next click or Enter puts it down. This is how a sample
 * is moved without dragging it.
 *
 * Returns: whether there was a sample of ours
 */
gboolean
mns_plate_pick_up (MnsPlate *self)
{
  const MnsPlateSample *sample;
  g_autofree char *message = NULL;

  g_return_val_if_fail (MNS_IS_PLATE (self), FALSE);

  sample = mns_plate_model_get_well (self->model, self->cursor);
  if (sample == NULL || self->read_only)
    return FALSE;
  self->carried = self->cursor;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  message = g_strdup_printf (_ ("%s picked up. Choose the well to move it to."), sample->name);
  mns_plate_say (self, message);
  return TRUE;
}

/**
 * mns_plate_remove_selected:
 * @self: a plate
 *
 * Takes the samples out of the selected wells, or out of the one under the cursor.
 *
 * Returns: how many
 */
guint
mns_plate_remove_selected (MnsPlate *self)
{
  g_autoptr (GArray) wells = NULL;
  g_autofree char *message = NULL;
  guint n;

  g_return_val_if_fail (MNS_IS_PLATE (self), 0);

  if (self->read_only)
    return 0;
  wells = mns_plate_model_dup_selected (self->model);
  if (wells->len == 0)
    g_array_append_val (wells, self->cursor);
  n = mns_plate_model_remove (self->model, (const guint *) (gpointer) wells->data, wells->len);
  message = g_strdup_printf (ngettext ("%u sample taken out", "%u samples taken out", n), n);
  mns_plate_say (self, message);
  return n;
}

gboolean
mns_plate_undo (MnsPlate *self)
{
  gboolean done;

  g_return_val_if_fail (MNS_IS_PLATE (self), FALSE);

  done = !self->read_only && mns_plate_model_undo (self->model);
  mns_plate_say (self, done ? _ ("Undone") : _ ("Nothing to undo"));
  return done;
}

gboolean
mns_plate_redo (MnsPlate *self)
{
  gboolean done;

  g_return_val_if_fail (MNS_IS_PLATE (self), FALSE);

  done = !self->read_only && mns_plate_model_redo (self->model);
  mns_plate_say (self, done ? _ ("Done again") : _ ("Nothing to do again"));
  return done;
}
