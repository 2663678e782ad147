/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Three things are kept alike: what is chosen (by id), what the list shows as selected (by
 * position), and the headings, each of which is ticked when all of its group is chosen.
 */

#define G_LOG_DOMAIN "mns-queue-list"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/screens/queue/queue-list.h"
#include "desktop/widgets/grouped-model.h"

/* Columns that are read but not shown, behind those of the list. */
static const MnsPageColumn hidden_columns[] = {
  { "sample_lims_id", NULL },
};

struct _MnsQueueList
{
  AdwBin parent_instance;

  MnsQueueColumns *columns; /* not owned */
  GArray *page_columns;     /* MnsPageColumn: shown, then hidden */
  MnsViewPages *pages;
  MnsGroupedModel *model;
  MnsQueueChoice *choice;
  MnsRowList *list;
  gboolean showing; /* the selection is being set from the choice, not by a person */
};

G_DEFINE_FINAL_TYPE (MnsQueueList, mns_queue_list, ADW_TYPE_BIN)

enum
{
  CHOICE_CHANGED,
  SORT_CHANGED,
  OPENED,
  FOCUSED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static GtkSelectionModel *
get_selection (MnsQueueList *self)
{
  return mns_row_list_get_selection (self->list);
}

static gboolean
is_group_chosen (MnsQueueList *self, guint group)
{
  guint n;
  guint first = mns_grouped_model_get_rows (self->model, group, &n);

  return mns_queue_choice_count_range (self->choice, first, n) == n;
}

/* Ticks what is chosen, and nothing else. */
static void
show_choice (MnsQueueList *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->model));
  g_autoptr (GtkBitset) all = gtk_bitset_new_range (0, n_items);
  g_autoptr (GtkBitset) wanted = gtk_bitset_new_empty ();

  for (guint row = 0; row < self->choice->ids->len; row++)
    {
      guint position = mns_grouped_model_get_position (self->model, row);

      if (position != G_MAXUINT && mns_queue_choice_has (self->choice, row))
        gtk_bitset_add (wanted, position);
    }
  for (guint i = 0; i < mns_grouped_model_get_n_groups (self->model); i++)
    if (is_group_chosen (self, i))
      gtk_bitset_add (wanted, mns_grouped_model_get_heading (self->model, i));
  self->showing = TRUE;
  gtk_selection_model_set_selection (get_selection (self), wanted, all);
  self->showing = FALSE;
}

void
mns_queue_list_choice_changed (MnsQueueList *self)
{
  show_choice (self);
  g_signal_emit (self, signals[CHOICE_CHANGED], 0);
}

/* A person ticked rows, or headings: a heading that is not ticked as its group is was pressed. */
static void
selection_changed_cb (MnsQueueList *self, guint position, guint n_items)
{
  GtkSelectionModel *selection = get_selection (self);
  gboolean grouped = mns_grouped_model_get_n_groups (self->model) > 0;
  g_autoptr (GArray) pressed = g_array_new (FALSE, FALSE, sizeof (guint));
  guint number;

  if (self->showing)
    return;
  for (guint i = position; grouped && i < position + n_items; i++)
    if (!mns_grouped_model_get_place (self->model, i, &number) &&
        gtk_selection_model_is_selected (selection, i) != is_group_chosen (self, number))
      g_array_append_val (pressed, number);
  for (guint i = position; i < position + n_items; i++)
    if (mns_grouped_model_get_place (self->model, i, &number))
      mns_queue_choice_set (
          self->choice, number, 1, gtk_selection_model_is_selected (selection, i));
  for (guint i = 0; i < pressed->len; i++)
    {
      guint group = g_array_index (pressed, guint, i);
      guint n;
      guint first = mns_grouped_model_get_rows (self->model, group, &n);

      mns_queue_choice_set (self->choice,
                            first,
                            n,
                            gtk_selection_model_is_selected (
                                selection, mns_grouped_model_get_heading (self->model, group)));
    }
  if (grouped)
    show_choice (self);
  g_signal_emit (self, signals[CHOICE_CHANGED], 0);
}

static void
emit_sample (MnsQueueList *self, guint signal, guint row)
{
  g_autoptr (MnsRow) found =
      g_list_model_get_item (mns_grouped_model_get_source (self->model), row);
  const char *sample = found != NULL ? mns_row_get_text (found, self->columns->list->len) : "";

  if (sample[0] != '\0')
    g_signal_emit (self, signals[signal], 0, sample);
}

/* Enter or a double click: a group is folded up or opened, a sample shows its details. */
static void
activated_cb (MnsQueueList *self, guint position)
{
  guint number;

  if (mns_grouped_model_get_place (self->model, position, &number))
    {
      emit_sample (self, OPENED, number);
      return;
    }
  mns_grouped_model_set_folded (
      self->model, number, !mns_grouped_model_get_folded (self->model, number));
  show_choice (self);
}

static void
focus_moved_cb (MnsQueueList *self, guint position)
{
  guint number;

  if (mns_grouped_model_get_place (self->model, position, &number))
    emit_sample (self, FOCUSED, number);
}

static void
sort_changed_cb (MnsQueueList *self, const char *column, gboolean descending)
{
  g_signal_emit (self, signals[SORT_CHANGED], 0, column, descending);
}

static void
mns_queue_list_dispose (GObject *object)
{
  MnsQueueList *self = MNS_QUEUE_LIST (object);

  g_clear_object (&self->pages);
  g_clear_object (&self->model);
  g_clear_pointer (&self->choice, mns_queue_choice_free);
  g_clear_pointer (&self->page_columns, g_array_unref);

  G_OBJECT_CLASS (mns_queue_list_parent_class)->dispose (object);
}

static guint
add_signal (GType type, const char *name, guint n_params, GType first, GType second)
{
  return g_signal_new (
      name, type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, n_params, first, second);
}

static void
mns_queue_list_class_init (MnsQueueListClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mns_queue_list_dispose;

  signals[CHOICE_CHANGED] = add_signal (type, "choice-changed", 0, G_TYPE_NONE, G_TYPE_NONE);
  signals[SORT_CHANGED] = add_signal (type, "sort-changed", 2, G_TYPE_STRING, G_TYPE_BOOLEAN);
  signals[OPENED] = add_signal (type, "opened", 1, G_TYPE_STRING, G_TYPE_NONE);
  signals[FOCUSED] = add_signal (type, "focused", 1, G_TYPE_STRING, G_TYPE_NONE);
}

static void
mns_queue_list_init (MnsQueueList *self)
{
  self->choice = mns_queue_choice_new ();
  self->page_columns = g_array_new (FALSE, FALSE, sizeof (MnsPageColumn));
}

GtkWidget *
mns_queue_list_new (MnsSession *session, MnsQueueColumns *columns)
{
  MnsQueueList *self = g_object_new (MNS_TYPE_QUEUE_LIST, NULL);
  const MnsListColumn *list = (const MnsListColumn *) columns->list->data;

  self->columns = columns;
  g_array_append_vals (self->page_columns, columns->pages->data, columns->pages->len);
  g_array_append_vals (self->page_columns, hidden_columns, G_N_ELEMENTS (hidden_columns));
  self->pages = mns_view_pages_new (session,
                                    "queue",
                                    "artifact_id",
                                    (const MnsPageColumn *) self->page_columns->data,
                                    self->page_columns->len);
  self->model = mns_grouped_model_new (mns_view_pages_get_model (self->pages));
  self->list = MNS_ROW_LIST (mns_row_list_new (
      G_LIST_MODEL (self->model), list, columns->list->len, _ ("Samples waiting")));
  mns_row_list_set_toggling (self->list);
  for (guint i = 0; i < columns->list->len; i++)
    mns_row_list_set_column_visible (
        self->list, list[i].id, mns_queue_columns_is_visible (columns, list[i].id));
  g_signal_connect_object (get_selection (self),
                           "selection-changed",
                           G_CALLBACK (selection_changed_cb),
                           self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (
      self->list, "sort-changed", G_CALLBACK (sort_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (
      self->list, "activated", G_CALLBACK (activated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (
      self->list, "focus-moved", G_CALLBACK (focus_moved_cb), self, G_CONNECT_SWAPPED);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->list));
  return GTK_WIDGET (self);
}

MnsQueueChoice *
mns_queue_list_get_choice (MnsQueueList *self)
{
  return self->choice;
}

MnsRowList *
mns_queue_list_get_rows (MnsQueueList *self)
{
  return self->list;
}

/* What stands in the heading of a group. */
static char *
dup_title (const char *grouping, const char *title)
{
  static const char *const priorities[] = { N_ ("High"), N_ ("Standard"), N_ ("Low") };
  static const struct
  {
    const char *grouping, *text;
  } without[] = {
    { "project", N_ ("Without a project") },
    { "container", N_ ("Without a container") },
    { "submitted", N_ ("Without a date") },
  };

  if (title != NULL && g_strcmp0 (grouping, "priority") == 0 && title[0] >= '1' && title[0] <= '3')
    return g_strdup (_ (priorities[title[0] - '1']));
  for (guint i = 0; title == NULL && i < G_N_ELEMENTS (without); i++)
    if (g_strcmp0 (without[i].grouping, grouping) == 0)
      return g_strdup (_ (without[i].text));
  return g_strdup (title != NULL ? title : "");
}

static void
set_groups (MnsQueueList *self, const MnsRows *groups, const char *grouping)
{
  guint left = self->choice->ids->len;

  mns_grouped_model_clear_groups (self->model);
  for (guint i = 0; groups != NULL && i < mns_rows_get_n_rows (groups); i++)
    {
      g_autofree char *title = dup_title (grouping, mns_cell_text (groups, i, "title"));
      /* Both views were asked one after the other: what came between must not make a hole. */
      guint n = MIN (left, (guint) mns_cell_int (groups, i, "n"));
      gboolean last = i + 1 == mns_rows_get_n_rows (groups);

      mns_grouped_model_add_group (self->model, title, last ? left : n);
      left -= n;
    }
}

void
mns_queue_list_show (MnsQueueList *self,
                     const MnsRows *ids,
                     const MnsRows *groups,
                     const char *grouping,
                     JsonObject *args,
                     gboolean same_question)
{
  gboolean other = mns_queue_choice_set_ids (self->choice, ids);
  gboolean grouped = groups != NULL || mns_grouped_model_get_n_groups (self->model) > 0;

  if (same_question && (!other || !grouped))
    {
      json_object_unref (args);
      self->showing = TRUE;
      mns_view_pages_refresh (self->pages, self->choice->ids->len);
      self->showing = FALSE;
    }
  else
    {
      mns_grouped_model_freeze (self->model);
      mns_view_pages_ask (self->pages, args, self->choice->ids->len);
      set_groups (self, groups, grouping);
      mns_grouped_model_thaw (self->model);
    }
  mns_queue_list_choice_changed (self);
}

void
mns_queue_list_choose_all (MnsQueueList *self)
{
  mns_queue_choice_set (self->choice, 0, self->choice->ids->len, TRUE);
  mns_queue_list_choice_changed (self);
}

void
mns_queue_list_choose_none (MnsQueueList *self)
{
  mns_queue_choice_clear (self->choice);
  mns_queue_list_choice_changed (self);
}

gboolean
mns_queue_list_choose (MnsQueueList *self, const MnsId *id, gboolean scroll)
{
  guint row = mns_queue_choice_find (self->choice, id);
  guint position;

  if (row == G_MAXUINT)
    return FALSE;
  mns_queue_choice_set (self->choice, row, 1, TRUE);
  position = mns_grouped_model_get_position (self->model, row);
  if (scroll && position == G_MAXUINT)
    {
      mns_grouped_model_set_folded (
          self->model, mns_grouped_model_find_group (self->model, row), FALSE);
      position = mns_grouped_model_get_position (self->model, row);
    }
  if (scroll)
    mns_row_list_scroll_to (self->list, position);
  return TRUE;
}
