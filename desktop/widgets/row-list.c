/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A list of rows with columns that are given as data. Rows are selected as everywhere: click,
 * Shift, Ctrl, and the same with keys. The list does not sort or filter; it says what was asked
 * for.
 */

#define G_LOG_DOMAIN "mns-row-list"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/widgets/paged-model.h"
#include "desktop/widgets/row-list.h"
#include "desktop/widgets/row-selection.h"
#include "desktop/widgets/style.h"

struct _MnsRowList
{
  AdwBin parent_instance;

  GtkColumnView *view;

  MnsRowSelection *selection;
  GPtrArray *column_ids;
  GPtrArray *columns; /* GtkColumnViewColumn, also those that are not shown */
  int asked_column;   /* set by a column's sorter when it is asked, see sorter_changed_cb() */
  gboolean draggable;
  gboolean toggling;
  GtkRoot *root; /* whose focus is followed; not owned */
};

G_DEFINE_FINAL_TYPE (MnsRowList, mns_row_list, ADW_TYPE_BIN)

enum
{
  ACTIVATED,
  SELECTION_CHANGED,
  SORT_CHANGED,
  FOCUS_MOVED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

#define COLUMN_KEY "mns-column"
#define ITEM_KEY "mns-item"

static guint
get_column (gpointer object)
{
  return GPOINTER_TO_UINT (g_object_get_data (object, COLUMN_KEY));
}

static void
show_bar (GtkWidget *bar, int group)
{
  static const char *const classes[] = { "group-0", "group-1", "group-2",
                                         "group-3", "group-4", "group-5" };

  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    gtk_widget_remove_css_class (bar, classes[i]);
  if (group >= 0)
    gtk_widget_add_css_class (bar, classes[(guint) group % G_N_ELEMENTS (classes)]);
}

/* The first row of a group says that it is none: bold, with an arrow that tells whether the group
 * is open. */
static void
show_heading (GtkWidget *fold, GtkWidget *text, MnsRowHeading heading)
{
  gboolean is_heading = heading != MNS_ROW_HEADING_NONE;

  if (gtk_widget_get_visible (fold) != is_heading)
    {
      gtk_widget_set_visible (fold, is_heading);
      if (is_heading)
        gtk_widget_add_css_class (text, "heading");
      else
        gtk_widget_remove_css_class (text, "heading");
    }
  if (is_heading)
    gtk_image_set_from_icon_name (GTK_IMAGE (fold),
                                  heading == MNS_ROW_HEADING_OPEN ? "pan-down-symbolic"
                                                                  : "pan-end-symbolic");
}

static void
show_row (GtkListItem *item)
{
  MnsRow *row = gtk_list_item_get_item (item);
  GtkWidget *child = gtk_list_item_get_child (item);
  GtkWidget *text = child;

  if (row == NULL || child == NULL)
    return;
  if (GTK_IS_BOX (child)) /* the first column: bar, check, fold, text, arrow */
    {
      GtkWidget *bar = gtk_widget_get_first_child (child);

      text = gtk_widget_get_prev_sibling (gtk_widget_get_last_child (child));
      show_bar (bar, mns_row_get_group (row));
      show_heading (gtk_widget_get_prev_sibling (text), text, mns_row_get_heading (row));
      gtk_widget_set_visible (gtk_widget_get_last_child (child), mns_row_get_unsent (row));
    }
  if (mns_row_get_struck (row) != gtk_widget_has_css_class (text, "struck"))
    mns_row_get_struck (row) ? gtk_widget_add_css_class (text, "struck")
                             : gtk_widget_remove_css_class (text, "struck");
  gtk_inscription_set_text (GTK_INSCRIPTION (text), mns_row_get_text (row, get_column (item)));
}

static GtkWidget *
make_text (gboolean number)
{
  GtkWidget *text = gtk_inscription_new (NULL);

  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (text),
                                     GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  gtk_inscription_set_min_chars (GTK_INSCRIPTION (text), 4);
  gtk_inscription_set_nat_chars (GTK_INSCRIPTION (text), number ? 8 : 14);
  gtk_inscription_set_xalign (GTK_INSCRIPTION (text), number ? 1 : 0);
  if (number)
    gtk_widget_add_css_class (text, "number");
  gtk_widget_set_hexpand (text, TRUE);
  return text;
}

static void
show_check (GtkListItem *item)
{
  GtkWidget *bar = gtk_widget_get_first_child (gtk_list_item_get_child (item));

  gtk_image_set_from_icon_name (GTK_IMAGE (gtk_widget_get_next_sibling (bar)),
                                gtk_list_item_get_selected (item) ? "checkbox-checked-symbolic"
                                                                  : "checkbox-symbolic");
}

static GtkWidget *
make_first_cell (GtkWidget *text, gboolean toggling)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *fold = gtk_image_new ();
  GtkWidget *arrow = gtk_image_new_from_icon_name ("go-up-symbolic");

  gtk_widget_add_css_class (bar, "mns-bar");
  gtk_widget_set_margin_top (bar, 4);
  gtk_widget_set_margin_bottom (bar, 4);
  gtk_widget_set_tooltip_text (arrow, _ ("Not sent yet"));
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (arrow), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Not sent yet"), -1);
  gtk_widget_set_visible (arrow, FALSE);
  gtk_widget_set_visible (fold, FALSE);
  gtk_box_append (GTK_BOX (box), bar);
  if (toggling)
    gtk_box_append (GTK_BOX (box), gtk_image_new ());
  gtk_box_append (GTK_BOX (box), fold);
  gtk_box_append (GTK_BOX (box), text);
  gtk_box_append (GTK_BOX (box), arrow);
  return box;
}

static GdkContentProvider *
drag_prepare_cb (GtkDragSource *source, double x, double y, gpointer user_data)
{
  GtkListItem *item = GTK_LIST_ITEM (user_data);
  GtkWidget *child = gtk_list_item_get_child (item);
  MnsRowList *self = MNS_ROW_LIST (gtk_widget_get_ancestor (child, MNS_TYPE_ROW_LIST));
  MnsRow *row = gtk_list_item_get_item (item);
  g_auto (GStrv) ids = NULL;
  g_autofree char *payload = NULL;

  if (!self->draggable || row == NULL || !mns_row_is_loaded (row))
    return NULL;
  if (!gtk_list_item_get_selected (item))
    return gdk_content_provider_new_typed (G_TYPE_STRING, mns_row_get_id (row));
  ids = mns_row_list_dup_selected_ids (self, NULL);
  payload = g_strjoinv ("\n", ids);
  return gdk_content_provider_new_typed (G_TYPE_STRING, payload);
}

static void
drag_begin_cb (GtkDragSource *source, GdkDrag *drag, gpointer user_data)
{
  GtkListItem *item = GTK_LIST_ITEM (user_data);
  MnsRowList *self =
      MNS_ROW_LIST (gtk_widget_get_ancestor (gtk_list_item_get_child (item), MNS_TYPE_ROW_LIST));
  g_auto (GStrv) ids = mns_row_list_dup_selected_ids (self, NULL);
  guint n = gtk_list_item_get_selected (item) ? g_strv_length (ids) : 1;
  g_autofree char *text = g_strdup_printf (ngettext ("%u sample", "%u samples", n), n);
  GtkWidget *ghost = gtk_label_new (text);

  gtk_widget_add_css_class (ghost, "mns-ghost");
  gtk_drag_icon_set_child (GTK_DRAG_ICON (gtk_drag_icon_get_for_drag (drag)), ghost);
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *child = make_text (g_object_get_data (G_OBJECT (factory), "mns-number") != NULL);
  GtkDragSource *source = gtk_drag_source_new ();
  const MnsRowList *self = g_object_get_data (G_OBJECT (factory), "mns-list");

  if (get_column (factory) == 0)
    child = make_first_cell (child, self->toggling);
  g_object_set_data (G_OBJECT (child), ITEM_KEY, item);
  g_object_set_data (G_OBJECT (item), COLUMN_KEY, GUINT_TO_POINTER (get_column (factory)));
  g_signal_connect (source, "prepare", G_CALLBACK (drag_prepare_cb), item);
  g_signal_connect (source, "drag-begin", G_CALLBACK (drag_begin_cb), item);
  gtk_widget_add_controller (child, GTK_EVENT_CONTROLLER (source));
  gtk_list_item_set_child (item, child);
  if (get_column (factory) == 0 && self->toggling)
    {
      g_signal_connect (item, "notify::selected", G_CALLBACK (show_check), NULL);
      show_check (item);
    }
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  g_signal_connect_swapped (gtk_list_item_get_item (item), "changed", G_CALLBACK (show_row), item);
  show_row (item);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (item), show_row, item);
}

static void
activate_cb (MnsRowList *self, guint position)
{
  g_signal_emit (self, signals[ACTIVATED], 0, position);
}

static void
selection_changed_cb (MnsRowList *self)
{
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

/* ---- a list whose rows are toggled ---- */

/* The inner list: rows are its children. */
static GtkWidget *
get_inner_list (MnsRowList *self)
{
  return gtk_widget_get_last_child (GTK_WIDGET (self->view));
}

/* The row that @widget is in, and its position; NULL if it is in none. */
static GtkWidget *
find_row_of (MnsRowList *self, GtkWidget *widget, guint *position)
{
  GtkWidget *inner = get_inner_list (self);
  GtkWidget *row = widget;
  GtkWidget *cell;
  GtkListItem *item = NULL;

  while (row != NULL && gtk_widget_get_parent (row) != inner)
    row = gtk_widget_get_parent (row);
  cell = row != NULL ? gtk_widget_get_first_child (row) : NULL;
  for (; cell != NULL && item == NULL; cell = gtk_widget_get_next_sibling (cell))
    {
      GtkWidget *child = gtk_widget_get_first_child (cell);

      item = child != NULL ? g_object_get_data (G_OBJECT (child), ITEM_KEY) : NULL;
    }
  if (item == NULL)
    return NULL;
  *position = gtk_list_item_get_position (item);
  return row;
}

/* A click chooses a row or lets it go, whatever else is chosen; with Shift it is the end of a
 * range.
 */
static void
clicked_cb (MnsRowList *self, int n_press, double x, double y, GtkGestureClick *gesture)
{
  GdkModifierType state =
      gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));
  GtkWidget *picked = gtk_widget_pick (GTK_WIDGET (self->view), x, y, GTK_PICK_DEFAULT);
  guint position;
  GtkWidget *row = picked != NULL ? find_row_of (self, picked, &position) : NULL;

  if (row == NULL || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_widget_grab_focus (row);
  if (n_press == 2)
    {
      gtk_widget_activate_action (
          get_inner_list (self), "list.select-item", "(ubb)", position, TRUE, FALSE);
      gtk_widget_activate_action (get_inner_list (self), "list.activate-item", "u", position);
      return;
    }
  if (n_press == 1)
    gtk_widget_activate_action (get_inner_list (self),
                                "list.select-item",
                                "(ubb)",
                                position,
                                (state & GDK_SHIFT_MASK) == 0,
                                (state & GDK_SHIFT_MASK) != 0);
}

static void
focus_changed_cb (MnsRowList *self)
{
  GtkWidget *focus = gtk_root_get_focus (self->root);
  guint position;

  if (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->view)) &&
      find_row_of (self, focus, &position) != NULL)
    g_signal_emit (self, signals[FOCUS_MOVED], 0, position);
}

static void
root_cb (MnsRowList *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (self->root != NULL)
    g_signal_handlers_disconnect_by_func (self->root, focus_changed_cb, self);
  self->root = root;
  if (root != NULL)
    g_signal_connect_object (
        root, "notify::focus-widget", G_CALLBACK (focus_changed_cb), self, G_CONNECT_SWAPPED);
}

static int
note_column (gconstpointer a, gconstpointer b, gpointer user_data)
{
  gpointer *column = user_data;
  MnsRowList *self = column[0];

  if (self->asked_column < 0)
    self->asked_column = GPOINTER_TO_INT (column[1]);
  return -1;
}

/* GTK 4.8 does not tell by which column the user sorts. But the view's sorter asks the sorter of
 * that column first, and turns its answer around for a descending order. */
static void
sorter_changed_cb (MnsRowList *self)
{
  g_autoptr (MnsRow) a = mns_row_new ("a", NULL);
  g_autoptr (MnsRow) b = mns_row_new ("b", NULL);
  GtkOrdering ordering;

  self->asked_column = -1;
  ordering = gtk_sorter_compare (gtk_column_view_get_sorter (self->view), a, b);
  g_signal_emit (self,
                 signals[SORT_CHANGED],
                 0,
                 self->asked_column >= 0
                     ? g_ptr_array_index (self->column_ids, (guint) self->asked_column)
                     : NULL,
                 ordering == GTK_ORDERING_LARGER);
}

static void
add_column (MnsRowList *self, const MnsListColumn *column)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkColumnViewColumn *result = gtk_column_view_column_new (column->title, factory);
  guint index = self->column_ids->len;

  g_object_set_data (G_OBJECT (factory), COLUMN_KEY, GUINT_TO_POINTER (index));
  g_object_set_data (G_OBJECT (factory), "mns-number", GINT_TO_POINTER (column->number));
  g_object_set_data (G_OBJECT (factory), "mns-list", self); /* it lives as long as its columns */
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);

  gtk_column_view_column_set_resizable (result, TRUE);
  gtk_column_view_column_set_expand (result, column->expand);
  if (column->width > 0)
    gtk_column_view_column_set_fixed_width (result, column->width);
  if (column->sortable)
    {
      gpointer *data = g_new (gpointer, 2);
      GtkCustomSorter *sorter;

      data[0] = self;
      data[1] = GUINT_TO_POINTER (index);
      sorter = gtk_custom_sorter_new (note_column, data, g_free);
      gtk_column_view_column_set_sorter (result, GTK_SORTER (sorter));
      g_object_unref (sorter);
    }
  g_ptr_array_add (self->column_ids, g_strdup (column->id));
  gtk_column_view_append_column (self->view, result);
  g_ptr_array_add (self->columns, result);
}

static void
mns_row_list_dispose (GObject *object)
{
  MnsRowList *self = MNS_ROW_LIST (object);

  g_clear_object (&self->selection);

  G_OBJECT_CLASS (mns_row_list_parent_class)->dispose (object);
}

static void
mns_row_list_finalize (GObject *object)
{
  g_ptr_array_unref (MNS_ROW_LIST (object)->column_ids);
  g_ptr_array_unref (MNS_ROW_LIST (object)->columns);

  G_OBJECT_CLASS (mns_row_list_parent_class)->finalize (object);
}

static gboolean
mns_row_list_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (MNS_ROW_LIST (widget)->view));
}

static void
install_signals (GType type)
{
  /**
   * MnsRowList::activated:
   * @position: the row that was opened, by Enter or a double click
   */
  signals[ACTIVATED] = g_signal_new (
      "activated", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[SELECTION_CHANGED] = g_signal_new (
      "selection-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  /**
   * MnsRowList::sort-changed:
   * @column: (nullable): id of the column, or %NULL for the view's own order
   * @descending: whether the largest comes first
   *
   * The user wants another order; who feeds the model makes it.
   */
  signals[SORT_CHANGED] = g_signal_new ("sort-changed",
                                        type,
                                        G_SIGNAL_RUN_LAST,
                                        0,
                                        NULL,
                                        NULL,
                                        NULL,
                                        G_TYPE_NONE,
                                        2,
                                        G_TYPE_STRING,
                                        G_TYPE_BOOLEAN);
  /**
   * MnsRowList::focus-moved:
   * @position: the row that has the focus now; only in a toggling list
   */
  signals[FOCUS_MOVED] = g_signal_new (
      "focus-moved", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
mns_row_list_class_init (MnsRowListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = mns_row_list_dispose;
  object_class->finalize = mns_row_list_finalize;
  widget_class->grab_focus = mns_row_list_grab_focus;
  install_signals (G_TYPE_FROM_CLASS (klass));

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/meniscus/Meniscus/widgets/row-list.ui");
  gtk_widget_class_bind_template_child (widget_class, MnsRowList, view);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  mns_style_ensure ();
}

static void
mns_row_list_init (MnsRowList *self)
{
  self->column_ids = g_ptr_array_new_with_free_func (g_free);
  self->columns = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * mns_row_list_new:
 * @model: a list of #MnsRow, such as an #MnsPagedModel
 * @columns: (array length=n_columns): the columns; a row has its texts in this order
 * @n_columns: how many
 * @label: what the list holds, for assistive technology
 */
GtkWidget *
mns_row_list_new (GListModel *model,
                  const MnsListColumn *columns,
                  guint n_columns,
                  const char *label)
{
  MnsRowList *self;

  g_return_val_if_fail (G_IS_LIST_MODEL (model), NULL);
  g_return_val_if_fail (columns != NULL && n_columns > 0, NULL);
  g_return_val_if_fail (label != NULL, NULL);

  self = g_object_new (MNS_TYPE_ROW_LIST, NULL);
  for (guint i = 0; i < n_columns; i++)
    add_column (self, &columns[i]);
  self->selection = mns_row_selection_new (model);
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (self->selection,
                           "selection-changed",
                           G_CALLBACK (selection_changed_cb),
                           self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_column_view_get_sorter (self->view),
                           "changed",
                           G_CALLBACK (sorter_changed_cb),
                           self,
                           G_CONNECT_SWAPPED);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  return GTK_WIDGET (self);
}

/**
 * mns_row_list_get_selection:
 * @self: a list
 *
 * Returns: (transfer none): the selection; its bitset holds positions, also of rows not loaded
 */
GtkSelectionModel *
mns_row_list_get_selection (MnsRowList *self)
{
  g_return_val_if_fail (MNS_IS_ROW_LIST (self), NULL);

  return GTK_SELECTION_MODEL (self->selection);
}

/* A paged model would fetch a million rows if it were asked for them: only look at what is there.
 */
static MnsRow *
ref_row (GListModel *model, guint position)
{
  MnsRow *row;

  if (!MNS_IS_PAGED_MODEL (model))
    return g_list_model_get_item (model, position);
  row = mns_paged_model_peek_row (MNS_PAGED_MODEL (model), position);
  return row != NULL ? g_object_ref (row) : NULL;
}

/**
 * mns_row_list_dup_selected_ids:
 * @self: a list
 * @n_not_loaded: (out) (optional): selected rows whose ids are not in memory
 *
 * Returns: (transfer full): ids of the selected rows that are in memory, in order. Where
 *   @n_not_loaded is not 0, use the positions instead.
 */
GStrv
mns_row_list_dup_selected_ids (MnsRowList *self, guint *n_not_loaded)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GtkBitset) selected = NULL;
  GListModel *model;
  GtkBitsetIter iter;
  guint position;
  guint n_missing = 0;

  g_return_val_if_fail (MNS_IS_ROW_LIST (self), NULL);

  model = mns_row_selection_get_model (self->selection);
  selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  for (gboolean more = gtk_bitset_iter_init_first (&iter, selected, &position); more;
       more = gtk_bitset_iter_next (&iter, &position))
    {
      g_autoptr (MnsRow) row = ref_row (model, position);

      if (row != NULL && mns_row_is_loaded (row))
        g_strv_builder_add (builder, mns_row_get_id (row));
      else
        n_missing++;
    }
  if (n_not_loaded != NULL)
    *n_not_loaded = n_missing;
  return g_strv_builder_end (builder);
}

/**
 * mns_row_list_select_ids:
 * @self: a list
 * @ids: ids of rows
 *
 * Selects the rows with these ids, as far as they are in memory, and no others.
 *
 * Returns: how many were found
 */
guint
mns_row_list_select_ids (MnsRowList *self, const char *const *ids)
{
  g_autoptr (GtkBitset) found = gtk_bitset_new_empty ();
  g_autoptr (GtkBitset) all = NULL;
  g_autoptr (GHashTable) wanted = g_hash_table_new (g_str_hash, g_str_equal);
  GListModel *model;

  g_return_val_if_fail (MNS_IS_ROW_LIST (self), 0);
  g_return_val_if_fail (ids != NULL, 0);

  for (guint i = 0; ids[i] != NULL; i++)
    g_hash_table_add (wanted, (gpointer) ids[i]);
  model = mns_row_selection_get_model (self->selection);
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (MnsRow) row = ref_row (model, i);

      if (row != NULL && mns_row_is_loaded (row) &&
          g_hash_table_contains (wanted, mns_row_get_id (row)))
        gtk_bitset_add (found, i);
    }
  all = gtk_bitset_new_range (0, g_list_model_get_n_items (model));
  gtk_selection_model_set_selection (GTK_SELECTION_MODEL (self->selection), found, all);
  return (guint) gtk_bitset_get_size (found);
}

void
mns_row_list_select_none (MnsRowList *self)
{
  g_return_if_fail (MNS_IS_ROW_LIST (self));

  gtk_selection_model_unselect_all (GTK_SELECTION_MODEL (self->selection));
}

/**
 * mns_row_list_scroll_to:
 * @self: a list
 * @position: a row
 *
 * Brings a row into view. The column view of GTK 4.8 has no call for it, but its inner list has an
 * action.
 */
void
mns_row_list_scroll_to (MnsRowList *self, guint position)
{
  g_return_if_fail (MNS_IS_ROW_LIST (self));

  gtk_widget_activate_action (
      gtk_widget_get_last_child (GTK_WIDGET (self->view)), "list.scroll-to-item", "u", position);
}

/**
 * mns_row_list_set_draggable:
 * @self: a list
 * @draggable: whether rows can be dragged; a drag carries their ids, one a line
 */
void
mns_row_list_set_draggable (MnsRowList *self, gboolean draggable)
{
  g_return_if_fail (MNS_IS_ROW_LIST (self));

  self->draggable = draggable;
}

/**
 * mns_row_list_set_toggling:
 * @self: a list that was not shown yet
 *
 * Makes it a list to choose many rows from: each has a box to tick, a click or Space toggles a row,
 * Shift adds a range, and moving about changes nothing.
 */
void
mns_row_list_set_toggling (MnsRowList *self)
{
  GtkGesture *click = gtk_gesture_click_new ();

  g_return_if_fail (MNS_IS_ROW_LIST (self));

  self->toggling = TRUE;
  mns_row_selection_set_toggling (self->selection, TRUE);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  g_signal_connect_object (click, "pressed", G_CALLBACK (clicked_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->view), GTK_EVENT_CONTROLLER (click));
  g_signal_connect (self, "notify::root", G_CALLBACK (root_cb), NULL);
}

/**
 * mns_row_list_set_column_visible:
 * @self: a list
 * @column: id of a column
 * @visible: whether it is shown
 */
void
mns_row_list_set_column_visible (MnsRowList *self, const char *column, gboolean visible)
{
  guint at = 0;

  g_return_if_fail (MNS_IS_ROW_LIST (self));

  /* A hidden column of GTK 4.8 still takes room, so it is taken out. */
  for (guint i = 0; i < self->column_ids->len; i++)
    {
      GtkColumnViewColumn *found = g_ptr_array_index (self->columns, i);
      gboolean inside = gtk_column_view_column_get_column_view (found) != NULL;

      if (g_str_equal (g_ptr_array_index (self->column_ids, i), column) && inside != visible)
        {
          if (visible)
            gtk_column_view_insert_column (self->view, at, found);
          else
            gtk_column_view_remove_column (self->view, found);
        }
      at += inside;
    }
}

static void
set_class (MnsRowList *self, const char *name, gboolean on)
{
  if (on)
    gtk_widget_add_css_class (GTK_WIDGET (self), name);
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), name);
}

/**
 * mns_row_list_set_loading:
 * @self: a list
 * @loading: whether its rows are about to be replaced; they are greyed until then
 */
void
mns_row_list_set_loading (MnsRowList *self, gboolean loading)
{
  g_return_if_fail (MNS_IS_ROW_LIST (self));

  set_class (self, "loading", loading);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_BUSY, loading, -1);
}

void
mns_row_list_set_compact (MnsRowList *self, gboolean compact)
{
  g_return_if_fail (MNS_IS_ROW_LIST (self));

  set_class (self, "compact", compact);
}
