/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-row-selection"

#include "config.h"

#include "desktop/widgets/row-selection.h"

struct _MnsRowSelection
{
  GObject parent_instance;

  GListModel *model;
  GtkBitset *selected;
  gboolean toggling;
};

static GType
get_item_type (GListModel *list)
{
  return g_list_model_get_item_type (MNS_ROW_SELECTION (list)->model);
}

static guint
get_n_items (GListModel *list)
{
  return g_list_model_get_n_items (MNS_ROW_SELECTION (list)->model);
}

static gpointer
get_item (GListModel *list, guint position)
{
  return g_list_model_get_item (MNS_ROW_SELECTION (list)->model, position);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static gboolean
is_selected (GtkSelectionModel *model, guint position)
{
  return gtk_bitset_contains (MNS_ROW_SELECTION (model)->selected, position);
}

static GtkBitset *
get_selection_in_range (GtkSelectionModel *model, guint position, guint n_items)
{
  return gtk_bitset_ref (MNS_ROW_SELECTION (model)->selected);
}

static gboolean
set_selection (GtkSelectionModel *model, GtkBitset *selected, GtkBitset *mask)
{
  MnsRowSelection *self = MNS_ROW_SELECTION (model);
  g_autoptr (GtkBitset) changed = gtk_bitset_copy (self->selected);
  guint first;
  guint last;

  /* What is inside the mask and not as it should be */
  gtk_bitset_difference (changed, selected);
  gtk_bitset_intersect (changed, mask);
  gtk_bitset_remove_range_closed (changed, g_list_model_get_n_items (self->model), G_MAXUINT);
  if (gtk_bitset_is_empty (changed))
    return TRUE;

  /* The old set may be in the hands of a caller of get_selection_in_range(). */
  first = gtk_bitset_get_minimum (changed);
  last = gtk_bitset_get_maximum (changed);
  gtk_bitset_difference (changed, self->selected);
  gtk_bitset_unref (self->selected);
  self->selected = g_steal_pointer (&changed);
  gtk_selection_model_selection_changed (model, first, last - first + 1);
  return TRUE;
}

static gboolean
select_item (GtkSelectionModel *model, guint position, gboolean unselect_rest)
{
  g_autoptr (GtkBitset) wanted = gtk_bitset_new_empty ();
  g_autoptr (GtkBitset) mask = NULL;

  if (MNS_ROW_SELECTION (model)->toggling && unselect_rest)
    return TRUE;
  gtk_bitset_add (wanted, position);
  mask = unselect_rest ? gtk_bitset_new_range (0, g_list_model_get_n_items (G_LIST_MODEL (model)))
                       : gtk_bitset_copy (wanted);
  return set_selection (model, wanted, mask);
}

static gboolean
select_range (GtkSelectionModel *model, guint position, guint n_items, gboolean unselect_rest)
{
  g_autoptr (GtkBitset) wanted = gtk_bitset_new_range (position, n_items);
  g_autoptr (GtkBitset) mask = NULL;

  if (unselect_rest && !MNS_ROW_SELECTION (model)->toggling)
    mask = gtk_bitset_new_range (0, g_list_model_get_n_items (G_LIST_MODEL (model)));
  else
    mask = gtk_bitset_copy (wanted);
  return set_selection (model, wanted, mask);
}

static void
selection_model_init (GtkSelectionModelInterface *iface)
{
  iface->is_selected = is_selected;
  iface->get_selection_in_range = get_selection_in_range;
  iface->set_selection = set_selection;
  iface->select_item = select_item;
  iface->select_range = select_range;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (MnsRowSelection,
                               mns_row_selection,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init)
                                   G_IMPLEMENT_INTERFACE (GTK_TYPE_SELECTION_MODEL,
                                                          selection_model_init))

static void
items_changed_cb (MnsRowSelection *self, guint position, guint removed, guint added)
{
  GtkBitset *selected = gtk_bitset_copy (self->selected);

  gtk_bitset_splice (selected, position, removed, added);
  gtk_bitset_unref (self->selected);
  self->selected = selected;
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

static void
mns_row_selection_dispose (GObject *object)
{
  g_clear_object (&MNS_ROW_SELECTION (object)->model);

  G_OBJECT_CLASS (mns_row_selection_parent_class)->dispose (object);
}

static void
mns_row_selection_finalize (GObject *object)
{
  gtk_bitset_unref (MNS_ROW_SELECTION (object)->selected);

  G_OBJECT_CLASS (mns_row_selection_parent_class)->finalize (object);
}

static void
mns_row_selection_class_init (MnsRowSelectionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mns_row_selection_dispose;
  G_OBJECT_CLASS (klass)->finalize = mns_row_selection_finalize;
}

static void
mns_row_selection_init (MnsRowSelection *self)
{
  self->selected = gtk_bitset_new_empty ();
}

MnsRowSelection *
mns_row_selection_new (GListModel *model)
{
  MnsRowSelection *self;

  g_return_val_if_fail (G_IS_LIST_MODEL (model), NULL);

  self = g_object_new (MNS_TYPE_ROW_SELECTION, NULL);
  self->model = g_object_ref (model);
  g_signal_connect_object (
      model, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  return self;
}

/**
 * mns_row_selection_get_model:
 * @self: a selection
 *
 * Returns: (transfer none): the rows
 */
GListModel *
mns_row_selection_get_model (MnsRowSelection *self)
{
  g_return_val_if_fail (MNS_IS_ROW_SELECTION (self), NULL);

  return self->model;
}

void
mns_row_selection_set_toggling (MnsRowSelection *self, gboolean toggling)
{
  g_return_if_fail (MNS_IS_ROW_SELECTION (self));

  self->toggling = toggling;
}
