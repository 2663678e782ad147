/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A long list of which only the pages that somebody looks at are in memory.
 *
 * A missing page is filled with empty rows at once and asked for; when its data comes, the same row
 * objects take it over, so nothing is bound anew. The generation drops answers to an older query.
 * A change of the whole list is two signals, all removed and all added: with one, a list view asks
 * for every item to find its old ones again.
 */

#define G_LOG_DOMAIN "mns-paged-model"

#include "config.h"

#include "desktop/widgets/paged-model.h"

typedef struct
{
  guint number;
  guint64 used; /* by a counter, for "least recently used" */
  GPtrArray *rows;
} Page;

struct _MnsPagedModel
{
  GObject parent_instance;

  MnsPageFunc fetch;
  gpointer user_data;
  GDestroyNotify destroy;

  guint n_rows;
  guint64 generation;
  guint64 clock;
  GHashTable *pages; /* number → Page */
};

static void
free_page (gpointer data)
{
  Page *page = data;

  g_ptr_array_unref (page->rows);
  g_free (page);
}

/* The page that nobody has looked at for the longest time goes. A view that still shows one of its
 * rows keeps that row itself. */
static void
drop_oldest_page (MnsPagedModel *self)
{
  const Page *oldest = NULL;
  GHashTableIter iter;
  gpointer page;

  g_hash_table_iter_init (&iter, self->pages);
  while (g_hash_table_iter_next (&iter, NULL, &page))
    if (oldest == NULL || ((Page *) page)->used < oldest->used)
      oldest = page;
  if (oldest != NULL)
    g_hash_table_remove (self->pages, GUINT_TO_POINTER (oldest->number));
}

static void
ask_for (MnsPagedModel *self, guint number)
{
  guint offset = number * MNS_PAGE_ROWS;

  if (offset < self->n_rows)
    self->fetch (self,
                 offset,
                 MIN (MNS_PAGE_ROWS, self->n_rows - offset),
                 self->generation,
                 self->user_data);
}

static Page *
add_page (MnsPagedModel *self, guint number)
{
  Page *page = g_new0 (Page, 1);

  if (g_hash_table_size (self->pages) >= MNS_PAGES_KEPT)
    drop_oldest_page (self);
  page->number = number;
  page->used = ++self->clock;
  page->rows = g_ptr_array_new_full (MNS_PAGE_ROWS, g_object_unref);
  for (guint i = 0; i < MNS_PAGE_ROWS; i++)
    g_ptr_array_add (page->rows, mns_row_new (NULL, NULL));
  g_hash_table_insert (self->pages, GUINT_TO_POINTER (number), page);
  return page;
}

/* Rows from @n_rows on are no more: empties those on the page that stays, drops the pages behind.
 */
static void
forget_behind (MnsPagedModel *self, guint n_rows, guint n_old)
{
  guint seam = n_rows / MNS_PAGE_ROWS;
  const Page *page = g_hash_table_lookup (self->pages, GUINT_TO_POINTER (seam));
  g_autoptr (MnsRow) empty = mns_row_new (NULL, NULL);

  for (guint i = n_rows % MNS_PAGE_ROWS; page != NULL && i < page->rows->len; i++)
    mns_row_assign (g_ptr_array_index (page->rows, i), empty);
  for (guint number = seam + 1; number <= n_old / MNS_PAGE_ROWS; number++)
    g_hash_table_remove (self->pages, GUINT_TO_POINTER (number));
}

static GType
get_item_type (GListModel *model)
{
  return MNS_TYPE_ROW;
}

static guint
get_n_items (GListModel *model)
{
  return MNS_PAGED_MODEL (model)->n_rows;
}

static gpointer
get_item (GListModel *model, guint position)
{
  MnsPagedModel *self = MNS_PAGED_MODEL (model);
  guint number = position / MNS_PAGE_ROWS;
  g_autoptr (MnsRow) row = NULL;
  Page *page;

  if (position >= self->n_rows)
    return NULL;
  page = g_hash_table_lookup (self->pages, GUINT_TO_POINTER (number));
  if (page != NULL)
    {
      page->used = ++self->clock;
      return g_object_ref (g_ptr_array_index (page->rows, position % MNS_PAGE_ROWS));
    }

  page = add_page (self, number);
  row = g_object_ref (g_ptr_array_index (page->rows, position % MNS_PAGE_ROWS));
  ask_for (self, number); /* may answer at once, so the page is not touched after this */
  return g_steal_pointer (&row);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (MnsPagedModel,
                               mns_paged_model,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
mns_paged_model_finalize (GObject *object)
{
  MnsPagedModel *self = MNS_PAGED_MODEL (object);

  g_hash_table_unref (self->pages);
  if (self->destroy != NULL)
    self->destroy (self->user_data);

  G_OBJECT_CLASS (mns_paged_model_parent_class)->finalize (object);
}

static void
mns_paged_model_class_init (MnsPagedModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mns_paged_model_finalize;
}

static void
mns_paged_model_init (MnsPagedModel *self)
{
  self->pages = g_hash_table_new_full (NULL, NULL, NULL, free_page);
}

/**
 * mns_paged_model_new:
 * @fetch: begins to fetch a page
 * @user_data: for @fetch
 * @destroy: (nullable): frees @user_data
 *
 * Returns: an empty model; mns_paged_model_reset() gives it rows
 */
MnsPagedModel *
mns_paged_model_new (MnsPageFunc fetch, gpointer user_data, GDestroyNotify destroy)
{
  MnsPagedModel *self;

  g_return_val_if_fail (fetch != NULL, NULL);

  self = g_object_new (MNS_TYPE_PAGED_MODEL, NULL);
  self->fetch = fetch;
  self->user_data = user_data;
  self->destroy = destroy;
  return self;
}

guint64
mns_paged_model_get_generation (MnsPagedModel *self)
{
  g_return_val_if_fail (MNS_IS_PAGED_MODEL (self), 0);

  return self->generation;
}

/**
 * mns_paged_model_reset:
 * @self: a model
 * @n_rows: how many rows the new query has
 *
 * Begins a new query: another filter, another order. Answers to older ones no longer count.
 *
 * Returns: the new generation
 */
guint64
mns_paged_model_reset (MnsPagedModel *self, guint n_rows)
{
  guint n_old;

  g_return_val_if_fail (MNS_IS_PAGED_MODEL (self), 0);

  n_old = self->n_rows;
  self->generation++;
  self->n_rows = 0;
  g_hash_table_remove_all (self->pages);
  if (n_old > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n_old, 0);
  self->n_rows = n_rows;
  if (n_rows > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, n_rows);
  return self->generation;
}

/**
 * mns_paged_model_set_n_rows:
 * @self: a model
 * @generation: of the query that said so
 * @n_rows: how many rows there are now
 *
 * Lets the list grow or shrink at its end, as when a view's total comes with a later page.
 */
void
mns_paged_model_set_n_rows (MnsPagedModel *self, guint64 generation, guint n_rows)
{
  guint n_old;
  guint seam;

  g_return_if_fail (MNS_IS_PAGED_MODEL (self));

  n_old = self->n_rows;
  seam = MIN (n_old, n_rows) / MNS_PAGE_ROWS;
  if (generation != self->generation || n_rows == n_old)
    return;
  self->n_rows = n_rows;
  forget_behind (self, MIN (n_old, n_rows), n_old);
  if (n_rows > n_old)
    g_list_model_items_changed (G_LIST_MODEL (self), n_old, 0, n_rows - n_old);
  else
    g_list_model_items_changed (G_LIST_MODEL (self), n_rows, n_old - n_rows, 0);
  if (n_rows > n_old && g_hash_table_contains (self->pages, GUINT_TO_POINTER (seam)))
    ask_for (self, seam); /* its rows behind the old end are empty */
}

/**
 * mns_paged_model_refresh:
 * @self: a model
 *
 * Asks again for all pages in memory: the same rows, but their content may be another. The old
 * content stays until the new is there.
 */
void
mns_paged_model_refresh (MnsPagedModel *self)
{
  g_autoptr (GList) numbers = NULL;

  g_return_if_fail (MNS_IS_PAGED_MODEL (self));

  self->generation++;
  numbers = g_hash_table_get_keys (self->pages);
  for (GList *l = numbers; l != NULL; l = l->next)
    ask_for (self, GPOINTER_TO_UINT (l->data));
}

/**
 * mns_paged_model_set_rows:
 * @self: a model
 * @generation: as the question had it
 * @offset: as the question had it
 * @rows: (element-type MnsRow): the rows from @offset on
 *
 * Answers a question. Rows of pages that were dropped since are let go.
 *
 * Returns: %FALSE if the answer came too late for its query
 */
gboolean
mns_paged_model_set_rows (MnsPagedModel *self, guint64 generation, guint offset, GPtrArray *rows)
{
  g_return_val_if_fail (MNS_IS_PAGED_MODEL (self), FALSE);
  g_return_val_if_fail (rows != NULL, FALSE);

  if (generation != self->generation)
    return FALSE;
  for (guint i = 0; i < rows->len && offset + i < self->n_rows; i++)
    {
      MnsRow *row = mns_paged_model_peek_row (self, offset + i);

      if (row != NULL)
        mns_row_assign (row, g_ptr_array_index (rows, i));
    }
  return TRUE;
}

/**
 * mns_paged_model_peek_row:
 * @self: a model
 * @position: a position
 *
 * Returns: (transfer none) (nullable): the row if its page is in memory; nothing is fetched
 */
MnsRow *
mns_paged_model_peek_row (MnsPagedModel *self, guint position)
{
  const Page *page;

  g_return_val_if_fail (MNS_IS_PAGED_MODEL (self), NULL);

  page = g_hash_table_lookup (self->pages, GUINT_TO_POINTER (position / MNS_PAGE_ROWS));
  return page != NULL && position < self->n_rows
             ? g_ptr_array_index (page->rows, position % MNS_PAGE_ROWS)
             : NULL;
}

/**
 * mns_paged_model_find_loaded:
 * @self: a model
 * @id: id of a row
 *
 * Returns: its position if it is in memory, else %G_MAXUINT
 */
guint
mns_paged_model_find_loaded (MnsPagedModel *self, const char *id)
{
  GHashTableIter iter;
  gpointer value;

  g_return_val_if_fail (MNS_IS_PAGED_MODEL (self), G_MAXUINT);
  g_return_val_if_fail (id != NULL, G_MAXUINT);

  g_hash_table_iter_init (&iter, self->pages);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Page *page = value;

      for (guint i = 0; i < page->rows->len; i++)
        if (g_strcmp0 (mns_row_get_id (g_ptr_array_index (page->rows, i)), id) == 0)
          return page->number * MNS_PAGE_ROWS + i;
    }
  return G_MAXUINT;
}
