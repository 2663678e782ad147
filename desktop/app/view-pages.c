/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-view-pages"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/app/view-pages.h"

struct _MnsViewPages
{
  GObject parent_instance;

  MnsSession *session;
  MnsPagedModel *model;
  char *view;
  char *id_column;
  const MnsPageColumn *columns;
  guint n_columns;
  JsonObject *args;
  gboolean counted;
};

G_DEFINE_FINAL_TYPE (MnsViewPages, mns_view_pages, G_TYPE_OBJECT)

enum
{
  LOADED,
  FAILED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* A question on its way. */
typedef struct
{
  MnsViewPages *pages;
  guint offset;
  guint limit;
  guint64 generation;
} Question;

static void
question_free (Question *self)
{
  g_object_unref (self->pages);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

static char *
format_cell (const MnsRows *rows, guint row, const MnsPageColumn *column)
{
  int at = mns_rows_find_column (rows, column->name);

  if (column->format != NULL)
    return column->format (rows, row, column->name);
  if (at < 0 || mns_rows_is_null (rows, row, at))
    return g_strdup ("");
  if (mns_rows_get (rows, row, at)->kind == MNS_KIND_INT)
    return g_strdup_printf ("%" G_GINT64_FORMAT, mns_rows_get_int (rows, row, at));
  return g_strdup (mns_rows_get_text (rows, row, at));
}

static MnsRow *
make_row (const MnsRows *rows,
          guint row,
          const char *id_column,
          const MnsPageColumn *columns,
          guint n_columns)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *id = mns_cell_dup_id (rows, row, id_column);

  for (guint c = 0; c < n_columns; c++)
    g_ptr_array_add (texts, format_cell (rows, row, &columns[c]));
  g_ptr_array_add (texts, NULL);
  return mns_row_new (id, (const char *const *) texts->pdata);
}

/**
 * mns_view_rows_show:
 * @store: a list of #MnsRow
 * @rows: all rows of a view that has no pages
 * @id_column: the column whose id a row answers
 *
 * Puts the rows of a short view into a list, in place of what was there.
 */
void
mns_view_rows_show (GListStore *store,
                    const MnsRows *rows,
                    const char *id_column,
                    const MnsPageColumn *columns,
                    guint n_columns)
{
  g_autoptr (GPtrArray) made = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    g_ptr_array_add (made, make_row (rows, i, id_column, columns, n_columns));
  g_list_store_remove_all (store);
  g_list_store_splice (store, 0, 0, made->pdata, made->len);
}

static void
page_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Question) question = user_data;
  g_autoptr (GError) error = NULL;
  MnsViewPages *self = question->pages;
  g_autoptr (MnsViewResult) page = mns_session_look_finish (MNS_SESSION (source), result, &error);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);
  guint n;

  if (page == NULL)
    {
      g_signal_emit (self, signals[FAILED], 0, error->message);
      return;
    }
  n = mns_rows_get_n_rows (page->rows);
  if (!self->counted)
    mns_paged_model_set_n_rows (self->model,
                                question->generation,
                                question->offset + n + (page->next != NULL ? MNS_PAGE_ROWS : 0));
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (rows,
                     make_row (page->rows, i, self->id_column, self->columns, self->n_columns));
  if (mns_paged_model_set_rows (self->model, question->generation, question->offset, rows))
    g_signal_emit (self, signals[LOADED], 0, question->offset + n);
}

static JsonObject *
copy_args (JsonObject *args)
{
  JsonObject *copy = json_object_new ();
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  if (args == NULL)
    return copy;
  json_object_iter_init (&iter, args);
  while (json_object_iter_next (&iter, &name, &node))
    json_object_set_member (copy, name, json_node_copy (node));
  return copy;
}

static void
fetch (MnsPagedModel *model, guint offset, guint limit, guint64 generation, gpointer user_data)
{
  MnsViewPages *self = user_data;
  Question *question = g_new0 (Question, 1);
  JsonObject *args = copy_args (self->args);
  g_autofree char *after = g_strdup_printf ("o%u", offset);

  question->pages = g_object_ref (self);
  question->offset = offset;
  question->limit = limit;
  question->generation = generation;
  json_object_set_int_member (args, "limit", limit);
  json_object_set_string_member (args, "after", after);
  mns_session_look (self->session, self->view, args, NULL, page_read_cb, question);
}

static void
mns_view_pages_dispose (GObject *object)
{
  MnsViewPages *self = MNS_VIEW_PAGES (object);

  g_clear_object (&self->model);
  g_clear_object (&self->session);
  g_clear_pointer (&self->args, json_object_unref);
  g_clear_pointer (&self->view, g_free);
  g_clear_pointer (&self->id_column, g_free);

  G_OBJECT_CLASS (mns_view_pages_parent_class)->dispose (object);
}

static void
mns_view_pages_class_init (MnsViewPagesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mns_view_pages_dispose;

  /* rows up to the number given are there */
  signals[LOADED] = g_signal_new ("loaded",
                                  MNS_TYPE_VIEW_PAGES,
                                  G_SIGNAL_RUN_LAST,
                                  0,
                                  NULL,
                                  NULL,
                                  NULL,
                                  G_TYPE_NONE,
                                  1,
                                  G_TYPE_UINT);
  signals[FAILED] = g_signal_new ("failed",
                                  MNS_TYPE_VIEW_PAGES,
                                  G_SIGNAL_RUN_LAST,
                                  0,
                                  NULL,
                                  NULL,
                                  NULL,
                                  G_TYPE_NONE,
                                  1,
                                  G_TYPE_STRING);
}

static void
mns_view_pages_init (MnsViewPages *self)
{
}

MnsViewPages *
mns_view_pages_new (MnsSession *session,
                    const char *view,
                    const char *id_column,
                    const MnsPageColumn *columns,
                    guint n_columns)
{
  MnsViewPages *self = g_object_new (MNS_TYPE_VIEW_PAGES, NULL);

  self->session = g_object_ref (session);
  self->view = g_strdup (view);
  self->id_column = g_strdup (id_column);
  self->columns = columns;
  self->n_columns = n_columns;
  self->model = mns_paged_model_new (fetch, self, NULL);
  return self;
}

GListModel *
mns_view_pages_get_model (MnsViewPages *self)
{
  return G_LIST_MODEL (self->model);
}

/**
 * mns_view_pages_ask:
 * @self: the pages
 * @args: (transfer full) (nullable): the view's arguments, without limit and after
 * @n_rows: how many rows there are, or -1
 */
void
mns_view_pages_ask (MnsViewPages *self, JsonObject *args, gint64 n_rows)
{
  g_clear_pointer (&self->args, json_object_unref);
  self->args = args;
  self->counted = n_rows >= 0;
  mns_paged_model_reset (self->model, self->counted ? (guint) n_rows : MNS_PAGE_ROWS);
  if (!self->counted)
    g_object_unref (g_list_model_get_item (G_LIST_MODEL (self->model), 0)); /* begins to read */
}

void
mns_view_pages_refresh (MnsViewPages *self, gint64 n_rows)
{
  if (n_rows >= 0)
    mns_paged_model_set_n_rows (
        self->model, mns_paged_model_get_generation (self->model), (guint) n_rows);
  mns_paged_model_refresh (self->model);
}

/* Priority is a word, never a colour alone. */
char *
mns_format_priority (const MnsRows *rows, guint row, const char *name)
{
  switch (mns_cell_int (rows, row, name))
    {
    case 1:
      return g_strdup (_ ("High"));
    case 3:
      return g_strdup (_ ("Low"));
    default:
      return g_strdup (_ ("Standard"));
    }
}

char *
mns_format_qc (const MnsRows *rows, guint row, const char *name)
{
  static const struct
  {
    const char *flag, *text;
  } texts[] = {
    { "PASSED", N_ ("✓ PASS") },
    { "FAILED", N_ ("✗ FAIL") },
    { "CONTINUE", N_ ("→ CONTINUE") },
  };
  const char *flag = mns_cell_text (rows, row, name);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_strcmp0 (flag, texts[i].flag) == 0)
      return g_strdup (_ (texts[i].text));
  return g_strdup (_ ("– none"));
}

char *
mns_format_time (const MnsRows *rows, guint row, const char *name)
{
  gint64 time = mns_cell_int (rows, row, name);

  return time > 0 ? mns_time_to_text (time) : g_strdup ("");
}

/* What became of a sample in a stage. */
char *
mns_format_stage_state (const MnsRows *rows, guint row, const char *name)
{
  static const struct
  {
    const char *word, *text;
  } texts[] = {
    { "QUEUED", N_ ("Waiting") },     { "IN_PROGRESS", N_ ("In progress") },
    { "COMPLETE", N_ ("Completed") }, { "COMPLETED", N_ ("Completed") },
    { "REMOVED", N_ ("Removed") },    { "SKIPPED", N_ ("Skipped") },
    { "REWORKED", N_ ("Reworked") },  { "REPEATED", N_ ("Repeated") },
  };
  const char *word = mns_cell_text (rows, row, name);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_strcmp0 (word, texts[i].word) == 0)
      return g_strdup (_ (texts[i].text));
  return g_strdup (word != NULL ? word : "");
}
