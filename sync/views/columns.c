/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* From raw rows to rows for people: packed custom-field values become columns, wells get names,
 * waiting becomes days. A column whose name begins with an underscore is raw material and is left
 * out of the answer.
 */

#include "config.h"

#include <string.h>

#include "sync/model/packed.h"
#include "sync/store/memo.h"
#include "sync/views/columns.h"

#define DAY_US (24 * G_GINT64_CONSTANT (3600000000))

static void
free_field (gpointer data)
{
  MnsFieldInfo *self = data;

  g_free (self->key);
  g_free (self->name);
  g_free (self->type);
  g_free (self->object);
  json_object_unref (self->options);
  g_free (self);
}

static GHashTable *
load_fields (MnsTransaction *tx, GError **error)
{
  g_autoptr (GHashTable) fields =
      g_hash_table_new_full (mns_id_hash, mns_id_equal, NULL, free_field);
  g_autoptr (MnsRows) rows = mns_transaction_query (
      tx,
      "SELECT id, field_no, name, type, object, options, phi FROM custom_field WHERE deleted = 0",
      NULL,
      error);

  if (rows == NULL)
    return NULL;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      MnsFieldInfo *field = g_new0 (MnsFieldInfo, 1);

      field->id = *mns_rows_get_id (rows, i, 0);
      field->no = mns_rows_get_int (rows, i, 1);
      field->key = g_strdup_printf ("f%" G_GINT64_FORMAT, field->no);
      field->name = g_strdup (mns_rows_get_text (rows, i, 2));
      field->type = g_strdup (mns_rows_get_text (rows, i, 3));
      field->object = g_strdup (mns_rows_get_text (rows, i, 4));
      field->options = mns_settings_parse (mns_rows_get_text (rows, i, 5));
      field->phi = mns_rows_get_int (rows, i, 6) != 0;
      g_hash_table_insert (fields, &field->id, field);
    }
  return g_steal_pointer (&fields);
}

static GHashTable *
load_axes (MnsTransaction *tx, GError **error)
{
  g_autoptr (GHashTable) axes = g_hash_table_new_full (mns_id_hash, mns_id_equal, g_free, g_free);
  g_autoptr (MnsRows) rows = mns_transaction_query (
      tx,
      "SELECT id, x_size, y_size, x_alpha, y_alpha, x_offset, y_offset FROM container_type",
      NULL,
      error);

  if (rows == NULL)
    return NULL;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      MnsWellAxes *made = g_new0 (MnsWellAxes, 1);

      *made = (MnsWellAxes){ mns_rows_get_int (rows, i, 1),      mns_rows_get_int (rows, i, 2),
                             mns_rows_get_int (rows, i, 3) != 0, mns_rows_get_int (rows, i, 4) != 0,
                             mns_rows_get_int (rows, i, 5),      mns_rows_get_int (rows, i, 6) };
      g_hash_table_insert (axes, mns_id_dup (mns_rows_get_id (rows, i, 0)), made);
    }
  return g_steal_pointer (&axes);
}

static void
clear_catalog (gpointer data)
{
  MnsCatalog *self = data;

  g_clear_pointer (&self->fields, g_hash_table_unref);
  g_clear_pointer (&self->axes, g_hash_table_unref);
}

static const MnsMemoKind catalog_kind = { "catalog", clear_catalog };

/* Gives it back. */
void
mns_catalog_free (MnsCatalog *self)
{
  mns_memo_release (&catalog_kind, self);
}

/**
 * mns_catalog_load:
 *
 * Returns: (transfer full): the configuration that a page needs, shared and not to be changed, or
 *   %NULL with @error set
 */
MnsCatalog *
mns_catalog_load (MnsTransaction *tx, GError **error)
{
  MnsCatalog *known = mns_transaction_recall (tx, &catalog_kind, NULL);
  g_autoptr (MnsCatalog) self = NULL;

  if (known != NULL)
    return known;
  self = g_atomic_rc_box_new0 (MnsCatalog);
  self->fields = load_fields (tx, error);
  if (self->fields == NULL)
    return NULL;
  self->axes = load_axes (tx, error);
  if (self->axes == NULL)
    return NULL;
  mns_transaction_remember (tx, &catalog_kind, NULL, self);
  return g_steal_pointer (&self);
}

/* Where a well is named: raw columns in, one column out. */
static const struct
{
  const char *y, *x, *type, *well;
} wells[] = {
  { "y", "x", "_type", "well" },
  { "in_y", "in_x", "_in_type", "in_well" },
};

/* The columns of a page, found once for all its rows. */
typedef struct
{
  const MnsRows *raw;
  MnsRows *made;
  GArray *plain; /* guint: columns that are shown as they are */
  struct
  {
    int y, x, type;
  } wells[G_N_ELEMENTS (wells)];
  int queued;
  GArray *sources; /* int: column with the packed values, one a field column */
} Page;

static void
add_well (const MnsCatalog *self, const Page *page, guint row, guint which)
{
  int y = page->wells[which].y;
  const MnsId *type_id = mns_rows_get_id (page->raw, row, page->wells[which].type);
  const MnsWellAxes *axes = type_id != NULL ? g_hash_table_lookup (self->axes, type_id) : NULL;
  char text[MNS_WELL_TEXT_SIZE];

  if (axes == NULL || mns_rows_is_null (page->raw, row, y))
    {
      mns_rows_add (page->made, mns_value_null (MNS_KIND_TEXT));
      return;
    }
  mns_well_print (axes,
                  mns_rows_get_int (page->raw, row, y),
                  mns_rows_get_int (page->raw, row, page->wells[which].x),
                  text);
  mns_rows_add (page->made, mns_value_text (text));
}

static void
add_fields (const Page *page, guint row, const GArray *columns)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (JsonObject) values = NULL;
  const char *parsed = NULL;

  for (guint i = 0; columns != NULL && i < columns->len; i++)
    {
      const MnsFieldColumn *column = &g_array_index (columns, MnsFieldColumn, i);
      int source = g_array_index (page->sources, int, i);
      const char *json = source >= 0 ? mns_rows_get_text (page->raw, row, source) : NULL;
      g_autofree char *parsed_text = NULL;

      if (json == NULL)
        {
          mns_rows_add (page->made, mns_value_null (MNS_KIND_TEXT));
          continue;
        }
      switch (mns_packed_find (json, column->field->key, text))
        {
        case MNS_PACKED_NONE:
          mns_rows_add (page->made, mns_value_null (MNS_KIND_TEXT));
          break;
        case MNS_PACKED_FOUND:
          mns_rows_add (page->made, mns_value_text (text->str));
          break;
        case MNS_PACKED_UNUSUAL:
          if (json != parsed)
            {
              g_clear_pointer (&values, json_object_unref);
              values = mns_packed_parse (json);
              parsed = json;
            }
          parsed_text = mns_packed_get_text (values, column->field->no);
          mns_rows_add (page->made, mns_value_text (parsed_text));
          break;
        }
    }
}

static void
make_columns (Page *page, const GArray *field_columns)
{
  for (guint c = 0; c < mns_rows_get_n_columns (page->raw); c++)
    if (mns_rows_get_column_name (page->raw, c)[0] != '_')
      {
        g_array_append_val (page->plain, c);
        mns_rows_add_column (page->made,
                             mns_rows_get_column_name (page->raw, c),
                             mns_rows_get_column_kind (page->raw, c));
      }
  for (guint w = 0; w < G_N_ELEMENTS (wells); w++)
    {
      page->wells[w].y = mns_rows_find_column (page->raw, wells[w].y);
      page->wells[w].x = mns_rows_find_column (page->raw, wells[w].x);
      page->wells[w].type = mns_rows_find_column (page->raw, wells[w].type);
      if (page->wells[w].type >= 0)
        mns_rows_add_column (page->made, wells[w].well, MNS_KIND_TEXT);
    }
  page->queued = mns_rows_find_column (page->raw, "queued_at");
  if (page->queued >= 0)
    mns_rows_add_column (page->made, "days", MNS_KIND_INT);
  for (guint i = 0; field_columns != NULL && i < field_columns->len; i++)
    {
      const MnsFieldColumn *column = &g_array_index (field_columns, MnsFieldColumn, i);
      g_autofree char *name = g_strconcat (column->prefix, column->field->key, NULL);
      int source = mns_rows_find_column (page->raw, column->source);

      g_array_append_val (page->sources, source);
      mns_rows_add_column (page->made, name, MNS_KIND_TEXT);
    }
}

/**
 * mns_catalog_finish:
 * @self: the configuration
 * @raw: what the query answered
 * @field_columns: (nullable): #MnsFieldColumn; those of one source stand together
 * @now: microseconds UTC; days waiting are counted from it if @raw has a column queued_at
 *
 * Returns: (transfer full): the rows for people; they keep @raw, whose texts they show
 */
MnsRows *
mns_catalog_finish (const MnsCatalog *self, MnsRows *raw, const GArray *field_columns, gint64 now)
{
  g_autoptr (GArray) plain = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) sources = g_array_new (FALSE, FALSE, sizeof (int));
  Page page = { .raw = raw, .made = mns_rows_new (), .plain = plain, .sources = sources };

  mns_rows_keep (page.made, mns_rows_ref (raw), (GDestroyNotify) mns_rows_unref);
  make_columns (&page, field_columns);
  for (guint row = 0; row < mns_rows_get_n_rows (raw); row++)
    {
      for (guint i = 0; i < plain->len; i++)
        mns_rows_add_borrowed (page.made,
                               *mns_rows_get (raw, row, g_array_index (plain, guint, i)));
      for (guint w = 0; w < G_N_ELEMENTS (wells); w++)
        if (page.wells[w].type >= 0)
          add_well (self, &page, row, w);
      if (page.queued >= 0)
        mns_rows_add (
            page.made,
            mns_value_int (MAX (0, now - mns_rows_get_int (raw, row, page.queued)) / DAY_US));
      add_fields (&page, row, field_columns);
    }
  return page.made;
}

JsonObject *
mns_settings_parse (const char *json)
{
  return mns_packed_parse (json); /* the same reading: an object, or an empty one */
}

JsonArray *
mns_settings_get_list (JsonObject *settings, const char *name)
{
  JsonNode *node = json_object_get_member (settings, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

const char *
mns_settings_get_property (JsonObject *settings, const char *name)
{
  JsonNode *node = json_object_get_member (settings, "properties");

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  node = json_object_get_member (json_node_get_object (node), name);
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
}

static const struct
{
  const char *object, *source;
} sources[] = {
  { "DERIVED", "_artifact" },    { "MEASUREMENT", "_artifact" }, { "SAMPLE", "_sample" },
  { "CONTAINER", "_container" }, { "PROJECT", "_project" },
};

/**
 * mns_settings_get_field_columns:
 * @catalog: the configuration; it must outlive the answer
 * @settings: of a step version
 * @list: "queue_fields", "ice_bucket_fields" or "sample_fields"
 * @sample_prefix: put before the key of submitted sample fields, to keep them apart
 *
 * Returns: (transfer full): #MnsFieldColumn of the custom fields in the list; PHI is left out
 */
GArray *
mns_settings_get_field_columns (const MnsCatalog *catalog,
                                JsonObject *settings,
                                const char *list,
                                const char *sample_prefix)
{
  GArray *columns = g_array_new (FALSE, FALSE, sizeof (MnsFieldColumn));
  JsonArray *entries = mns_settings_get_list (settings, list);

  for (guint s = 0; entries != NULL && s < G_N_ELEMENTS (sources); s++)
    for (guint i = 0; i < json_array_get_length (entries); i++)
      {
        JsonObject *entry = json_array_get_object_element (entries, i);
        const char *text = json_object_get_string_member_with_default (entry, "field", NULL);
        MnsId id;
        MnsFieldColumn column = { NULL, sources[s].source, "" };

        if (text == NULL || !mns_id_parse (&id, text))
          continue;
        column.field = g_hash_table_lookup (catalog->fields, &id);
        if (column.field == NULL || column.field->phi ||
            !g_str_equal (column.field->object, sources[s].object))
          continue;
        if (g_str_equal (sources[s].object, "SAMPLE"))
          column.prefix = sample_prefix;
        g_array_append_val (columns, column);
      }
  return columns;
}

gboolean
mns_look_get_id (JsonObject *args, const char *name, MnsId *id)
{
  return mns_id_parse (id, mns_look_get_text (args, name));
}

const char *
mns_look_get_text (JsonObject *args, const char *name)
{
  JsonNode *node = args != NULL ? json_object_get_member (args, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
}

gint64
mns_look_get_int (JsonObject *args, const char *name, gint64 otherwise)
{
  JsonNode *node = args != NULL ? json_object_get_member (args, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node) : otherwise;
}

gint64
mns_look_get_limit (JsonObject *args)
{
  return mns_look_get_int (args, "limit", 50);
}

char *
mns_look_limit_sql (JsonObject *args)
{
  return g_strdup_printf (" LIMIT %" G_GINT64_FORMAT, mns_look_get_limit (args));
}

/* An offset cursor is "o" and a number. */
gint64
mns_look_get_offset (JsonObject *args)
{
  const char *after = mns_look_get_text (args, "after");

  return after != NULL && after[0] == 'o' ? MAX (0, g_ascii_strtoll (after + 1, NULL, 10)) : 0;
}

/**
 * mns_view_result_page:
 * @result: the answer
 * @rows: (transfer full): at most @limit rows from @offset on
 *
 * Puts the rows and the cursor of the page that follows into the answer.
 */
void
mns_view_result_page (MnsViewResult *result, MnsRows *rows, gint64 limit, gint64 offset)
{
  result->rows = rows;
  if (mns_rows_get_n_rows (rows) >= limit)
    result->next = g_strdup_printf ("o%" G_GINT64_FORMAT, offset + limit);
}
