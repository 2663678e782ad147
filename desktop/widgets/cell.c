/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-cell"

#include "config.h"

#include "desktop/widgets/cell.h"

struct _MnsCell
{
  GtkWidget parent_instance;

  char *label;
  guint row;
  guint column;
  int selected; /* -1 until it was told */
  gboolean invalid;
};

G_DEFINE_FINAL_TYPE (MnsCell, mns_cell, GTK_TYPE_WIDGET)

static void
mns_cell_finalize (GObject *object)
{
  g_free (MNS_CELL (object)->label);

  G_OBJECT_CLASS (mns_cell_parent_class)->finalize (object);
}

static void
mns_cell_class_init (MnsCellClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mns_cell_finalize;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "mnscell");
}

static void
mns_cell_init (MnsCell *self)
{
  self->selected = -1;
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
}

/**
 * mns_cell_new:
 * @role: what it is; only a grid cell can have the focus
 */
GtkWidget *
mns_cell_new (GtkAccessibleRole role)
{
  return g_object_new (MNS_TYPE_CELL,
                       "accessible-role",
                       role,
                       "focusable",
                       role == GTK_ACCESSIBLE_ROLE_GRID_CELL,
                       NULL);
}

void
mns_cell_set_label (MnsCell *self, const char *label)
{
  g_return_if_fail (MNS_IS_CELL (self));
  g_return_if_fail (label != NULL);

  if (g_strcmp0 (self->label, label) == 0) /* updates cost a D-Bus message each */
    return;
  g_free (self->label);
  self->label = g_strdup (label);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, self->label, -1);
}

const char *
mns_cell_get_label (MnsCell *self)
{
  g_return_val_if_fail (MNS_IS_CELL (self), NULL);

  return self->label;
}

void
mns_cell_set_place (MnsCell *self, guint row, guint column)
{
  g_return_if_fail (MNS_IS_CELL (self));

  self->row = row;
  self->column = column;
}

guint
mns_cell_get_row (MnsCell *self)
{
  g_return_val_if_fail (MNS_IS_CELL (self), 0);

  return self->row;
}

guint
mns_cell_get_column (MnsCell *self)
{
  g_return_val_if_fail (MNS_IS_CELL (self), 0);

  return self->column;
}

void
mns_cell_set_selected (MnsCell *self, gboolean selected)
{
  g_return_if_fail (MNS_IS_CELL (self));

  if (self->selected == selected)
    return;
  self->selected = selected;
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_SELECTED, selected, -1);
}

void
mns_cell_set_invalid (MnsCell *self, gboolean invalid)
{
  g_return_if_fail (MNS_IS_CELL (self));

  if (self->invalid == invalid)
    return;
  self->invalid = invalid;
  gtk_accessible_update_state (GTK_ACCESSIBLE (self),
                               GTK_ACCESSIBLE_STATE_INVALID,
                               invalid ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE,
                               -1);
}
