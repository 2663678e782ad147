/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The feed's statements on the tables, written from the descriptors: which rows of a table there
 * are and in which scope, which lie in given scopes, and the rows themselves.
 */

#include "config.h"

#include "server/store/feed-private.h"
#include "server/store/pg-store.h"

/* No device ever holds PHI (decisions.md 5). */
#define PHI_COLUMN "phi_fields"

static const MnsEntity *
parent_of (const MnsEntity *entity)
{
  return entity->scope == MNS_SCOPE_PARENT ? mns_entity_find (entity->parent) : NULL;
}

/* Its rows belong to one owner in several scopes; the only table of that kind. */
static gboolean
is_member_table (const MnsEntity *entity)
{
  return entity->scope == MNS_SCOPE_COLUMN && mns_entity_is_child (entity);
}

static const char *
scope_column (const MnsEntity *entity)
{
  switch (entity->scope)
    {
    case MNS_SCOPE_OWN:
      return "id";
    case MNS_SCOPE_COLUMN:
      return "scope_id";
    case MNS_SCOPE_USER:
      return "person_id";
    default:
      return NULL; /* the configuration: every row is in the one scope */
    }
}

/* Of the ids in {v}, those of which the table has rows, with their home scope. An owner whose
 * parent row is there but who has no rows in this table is not answered: the device must drop its
 * rows.
 */
static char *
select_existing (const MnsEntity *entity)
{
  const MnsEntity *parent = parent_of (entity);
  const char *key = entity->key[0];

  if (parent != NULL)
    return g_strdup_printf (
        "SELECT p.id, p.%s FROM {v} JOIN %s p ON p.id = v.id "
        "WHERE EXISTS (SELECT 1 FROM %s t WHERE t.%s = p.id)",
        scope_column (parent),
        parent->table,
        entity->table,
        key);
  if (is_member_table (entity))
    return g_strdup_printf (
        "SELECT DISTINCT t.%s, t.scope_id FROM {v} JOIN %s t ON t.%s = v.id "
        "WHERE t.scope_id IN (SELECT h.id FROM {h})",
        key,
        entity->table,
        key);
  if (entity->scope == MNS_SCOPE_CONFIG)
    return g_strdup_printf (
        "SELECT DISTINCT t.%s, $configuration FROM {v} JOIN %s t ON t.%s = v.id",
        key,
        entity->table,
        key);
  return g_strdup_printf ("SELECT DISTINCT t.%s, t.%s FROM {v} JOIN %s t ON t.%s = v.id",
                          key,
                          scope_column (entity),
                          entity->table,
                          key);
}

static void
place_id (MnsFeed *self, const MnsEntity *entity, const MnsId *id, const MnsId *scope)
{
  MnsFeedPart *part = mns_feed_part (self, entity);

  if (scope == NULL)
    g_array_append_vals (part->deleted, id, 1);
  else if (!g_hash_table_contains (self->held, scope))
    g_array_append_vals (part->out, id, 1);
  else if (is_member_table (entity) || !g_hash_table_contains (self->appeared, scope))
    g_array_append_vals (part->changed, id, 1);
}

/**
 * mns_feed_classify:
 * @self: a feed whose scopes are known
 * @tx: the transaction
 * @entity: a table
 * @touched: ids in it that the log names
 * @error: return location for an error
 *
 * Tells apart what is to be sent, what is deleted, and what has left the device's scopes.
 */
gboolean
mns_feed_classify (
    MnsFeed *self, MnsTransaction *tx, const MnsEntity *entity, GHashTable *touched, GError **error)
{
  g_autofree char *sql = select_existing (entity);
  g_autoptr (MnsRowSet) ids = mns_id_set_to_rows (touched);
  g_autoptr (MnsRowSet) held = NULL;
  g_autoptr (MnsRows) rows = NULL;
  g_autoptr (GHashTable) scopes = g_hash_table_new_full (mns_id_hash, mns_id_equal, g_free, g_free);

  held = is_member_table (entity) ? mns_id_set_to_rows (self->held) : mns_row_set_new ("id id");
  rows = mns_transaction_query (tx,
                                sql,
                                MNS_ARGS (MNS_ARG_SET ("v", ids),
                                          MNS_ARG_SET ("h", held),
                                          MNS_ARG_ID ("configuration", &MNS_ID_CONFIGURATION)),
                                error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    g_hash_table_replace (scopes,
                          mns_id_dup (mns_rows_get_id (rows, i, 0)),
                          mns_id_dup (mns_rows_get_id (rows, i, 1)));
  for (guint i = 0; i < mns_row_set_get_n_rows (ids); i++)
    {
      const MnsId *id = &mns_row_set_get (ids, i, 0)->v.id;

      place_id (self, entity, id, g_hash_table_lookup (scopes, id));
    }
  return TRUE;
}

/* FROM and WHERE of the rows t whose home scope is in {v}; NULL for the configuration. */
static char *
in_scopes (const MnsEntity *entity)
{
  const MnsEntity *parent = parent_of (entity);

  if (entity->scope == MNS_SCOPE_CONFIG)
    return NULL;
  if (parent == NULL)
    return g_strdup_printf ("{v} JOIN %s t ON t.%s = v.id", entity->table, scope_column (entity));
  if (parent->scope == MNS_SCOPE_OWN)
    return g_strdup_printf ("{v} JOIN %s t ON t.%s = v.id", entity->table, entity->key[0]);
  return g_strdup_printf ("{v} JOIN %s p ON p.%s = v.id JOIN %s t ON t.%s = p.id",
                          parent->table,
                          scope_column (parent),
                          entity->table,
                          entity->key[0]);
}

/**
 * mns_feed_find_vanished:
 *
 * Adds what lies in scopes that the device holds no more. Memberships are not among it: they were
 * classified one by one.
 */
gboolean
mns_feed_find_vanished (MnsFeed *self, MnsTransaction *tx, const MnsEntity *entity, GError **error)
{
  g_autofree char *from = in_scopes (entity);
  g_autofree char *sql = NULL;
  g_autoptr (MnsRowSet) scopes = mns_id_set_to_rows (self->vanished);
  g_autoptr (GHashTable) known = mns_id_set_new ();
  g_autoptr (MnsRows) rows = NULL;
  MnsFeedPart *part = mns_feed_part (self, entity);

  if (from == NULL || is_member_table (entity))
    return TRUE;
  sql = g_strdup_printf ("SELECT DISTINCT t.%s FROM %s", entity->key[0], from);
  rows = mns_transaction_query (tx, sql, MNS_ARGS (MNS_ARG_SET ("v", scopes)), error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < part->out->len; i++)
    mns_id_set_add (known, &g_array_index (part->out, MnsId, i));
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      const MnsId *id = mns_rows_get_id (rows, i, 0);

      if (mns_id_set_add (known, id))
        g_array_append_vals (part->out, id, 1);
    }
  return TRUE;
}

/* One table on its way into a writer. Its head is written with its first row. */
typedef struct
{
  const MnsEntity *entity;
  MnsPullWriter *writer;
  GPtrArray *columns; /* ends with NULL */
  gboolean begun;
} Table;

static gboolean
write_line (const char *line, gsize length, gpointer data, GError **error)
{
  Table *table = data;

  if (!table->begun &&
      !mns_pull_writer_table (
          table->writer, table->entity->table, (const char *const *) table->columns->pdata, error))
    return FALSE;
  table->begun = TRUE;
  return mns_pull_writer_line (table->writer, line, length, error);
}

static gboolean
write_rows (Table *table, MnsTransaction *tx, const char *from, const MnsArg *args, GError **error)
{
  g_autoptr (GString) sql = g_string_new ("SELECT ");

  for (guint i = 0; i + 1 < table->columns->len; i++)
    g_string_append_printf (
        sql, "%st.%s", i > 0 ? ", " : "", (const char *) g_ptr_array_index (table->columns, i));
  g_string_append_printf (sql, " FROM %s", from);
  return mns_pg_stream_lines (tx, sql->str, args, write_line, table, error);
}

static gboolean
write_changed (
    const MnsFeed *self, Table *table, MnsTransaction *tx, const GArray *ids, GError **error)
{
  const MnsEntity *entity = table->entity;
  gboolean is_member = is_member_table (entity);
  g_autoptr (MnsRowSet) rows = mns_ids_to_rows ((const MnsId *) ids->data, ids->len);
  g_autoptr (MnsRowSet) held =
      is_member ? mns_id_set_to_rows (self->held) : mns_row_set_new ("id id");
  g_autofree char *from =
      g_strdup_printf ("{v} JOIN %s t ON t.%s = v.id%s",
                       entity->table,
                       entity->key[0],
                       is_member ? " WHERE t.scope_id IN (SELECT h.id FROM {h})" : "");

  return write_rows (
      table, tx, from, MNS_ARGS (MNS_ARG_SET ("v", rows), MNS_ARG_SET ("h", held)), error);
}

static gboolean
write_appeared (const MnsFeed *self, Table *table, MnsTransaction *tx, GError **error)
{
  g_autofree char *from = in_scopes (table->entity);
  g_autofree char *all = g_strdup_printf ("%s t", table->entity->table);
  g_autoptr (MnsRowSet) scopes = NULL;

  if (is_member_table (table->entity) && !self->whole)
    return TRUE; /* told one by one */
  if (from == NULL)
    return !g_hash_table_contains (self->appeared, &MNS_ID_CONFIGURATION) ||
           write_rows (table, tx, all, NULL, error);
  scopes = mns_id_set_to_rows (self->appeared);
  return write_rows (table, tx, from, MNS_ARGS (MNS_ARG_SET ("v", scopes)), error);
}

static gboolean
write_table (const MnsFeed *self,
             MnsTransaction *tx,
             const MnsEntity *entity,
             MnsPullWriter *writer,
             GError **error)
{
  const MnsFeedPart *part = mns_feed_part (self, entity);
  g_autoptr (GPtrArray) columns = g_ptr_array_new ();
  Table table = { entity, writer, columns, FALSE };

  for (const MnsField *field = entity->fields; field->name != NULL; field++)
    if (!g_str_equal (field->name, PHI_COLUMN))
      g_ptr_array_add (columns, (gpointer) field->name);
  g_ptr_array_add (columns, NULL);
  if (part->changed->len > 0 && !write_changed (self, &table, tx, part->changed, error))
    return FALSE;
  return g_hash_table_size (self->appeared) == 0 || write_appeared (self, &table, tx, error);
}

static gboolean
write_gone (const MnsFeed *self, const MnsEntity *entity, MnsPullWriter *writer, GError **error)
{
  const MnsFeedPart *part = mns_feed_part (self, entity);

  if (part->deleted->len > 0 &&
      !mns_pull_writer_deleted (
          writer, entity->table, (const MnsId *) part->deleted->data, part->deleted->len, error))
    return FALSE;
  return part->out->len == 0 ||
         mns_pull_writer_out (
             writer, entity->table, (const MnsId *) part->out->data, part->out->len, error);
}

/**
 * mns_feed_write:
 * @self: a feed
 * @tx: the transaction it was read in
 * @writer: where it goes; the head is written already, the end is not
 * @error: return location for an error of the database or of the writer's sink
 *
 * Writes the feed in bounded memory, whatever its size.
 */
gboolean
mns_feed_write (MnsFeed *self, MnsTransaction *tx, MnsPullWriter *writer, GError **error)
{
  guint n;
  const MnsEntity *const *entities = mns_entities_get_all (&n);

  for (guint i = 0; i < n; i++)
    if (!write_gone (self, entities[i], writer, error))
      return FALSE;
  for (guint i = 0; i < n; i++)
    if (!write_table (self, tx, entities[i], writer, error))
      return FALSE;
  return TRUE;
}
