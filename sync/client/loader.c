/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Rows from a pull into SQLite, below the portable store: one prepared statement a table, values
 * bound as they were read.
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include <string.h>

#include "sync/client/apply-private.h"
#include "sync/model/error.h"
#include "sync/store/sqlite-store.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

struct _MnsLoader
{
  sqlite3 *db;
  gboolean *touched; /* by entity number; nullable */
  sqlite3_stmt *remove;
  const MnsEntity *remove_from;
  sqlite3_stmt *insert;
  MnsId last_removed; /* the owner whose rows are gone already */
  gboolean any_removed;
};

MnsLoader *
mns_loader_new (MnsStore *store, gboolean *touched)
{
  MnsLoader *self = g_new0 (MnsLoader, 1);

  self->db = mns_sqlite_get_handle (store);
  self->touched = touched;
  return self;
}

void
mns_loader_free (MnsLoader *self)
{
  if (self == NULL)
    return;
  sqlite3_finalize (self->remove);
  sqlite3_finalize (self->insert);
  g_free (self);
}

static gboolean
prepare (MnsLoader *self, const char *sql, sqlite3_stmt **statement, GError **error)
{
  g_clear_pointer (statement, sqlite3_finalize);
  if (sqlite3_prepare_v2 (self->db, sql, -1, statement, NULL) == SQLITE_OK)
    return TRUE;
  return mns_sqlite_set_error (self->db, error);
}

static gboolean
step (MnsLoader *self, sqlite3_stmt *statement, GError **error)
{
  int rc = sqlite3_step (statement);

  if (rc != SQLITE_DONE)
    mns_sqlite_set_error (self->db, error);
  sqlite3_reset (statement);
  return rc == SQLITE_DONE;
}

static gboolean
prepare_remove (MnsLoader *self, const MnsEntity *entity, GError **error)
{
  g_autofree char *sql = NULL;

  self->any_removed = FALSE;
  if (self->remove_from == entity)
    return TRUE;
  sql = g_strdup_printf ("DELETE FROM %s WHERE %s = ?1", entity->table, entity->key[0]);
  self->remove_from = entity;
  return prepare (self, sql, &self->remove, error);
}

static gboolean
remove_owner (MnsLoader *self, const MnsId *owner, GError **error)
{
  if (self->any_removed && mns_id_equal (&self->last_removed, owner))
    return TRUE;
  self->last_removed = *owner;
  self->any_removed = TRUE;
  sqlite3_bind_blob (self->remove, 1, owner->bytes, sizeof owner->bytes, SQLITE_STATIC);
  return step (self, self->remove, error);
}

static gboolean
remove_listed (MnsLoader *self, MnsPullReader *reader, GError **error)
{
  const MnsEntity *entity = mns_pull_reader_get_entity (reader);
  guint n_ids = 0;
  const MnsId *ids = mns_pull_reader_get_ids (reader, &n_ids);

  if (!prepare_remove (self, entity, error))
    return FALSE;
  if (self->touched != NULL)
    self->touched[entity->number] = TRUE;
  for (guint i = 0; i < n_ids; i++)
    if (!remove_owner (self, &ids[i], error))
      return FALSE;
  return TRUE;
}

/* The place of the owner's column among the columns that came. */
static int
find_owner (MnsPullReader *reader)
{
  const MnsEntity *entity = mns_pull_reader_get_entity (reader);
  guint n_fields = 0;
  const MnsField *const *fields = mns_pull_reader_get_fields (reader, &n_fields);

  for (guint i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i]->name, entity->key[0]))
      return (int) i;
  return -1;
}

static gboolean
remove_row (MnsLoader *self, MnsPullReader *reader, GError **error)
{
  int at = find_owner (reader);
  const MnsValue *values = mns_pull_reader_get_values (reader);

  if (at >= 0 && !values[at].is_null)
    return remove_owner (self, &values[at].v.id, error);
  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_CORRUPT,
               "a row of %s came without its key",
               mns_pull_reader_get_entity (reader)->table);
  return FALSE;
}

/**
 * mns_loader_delete:
 *
 * First half of step 5: every row that the stream names goes, so that two rows which trade a
 * unique value never meet.
 */
gboolean
mns_loader_delete (MnsPullReader *reader, MnsPullPart part, gpointer data, GError **error)
{
  MnsLoader *self = data;

  switch (part)
    {
    case MNS_PULL_DELETED:
    case MNS_PULL_OUT:
      return remove_listed (self, reader, error);
    case MNS_PULL_TABLE:
      return prepare_remove (self, mns_pull_reader_get_entity (reader), error);
    case MNS_PULL_ROW:
      return remove_row (self, reader, error);
    case MNS_PULL_HEAD:
    case MNS_PULL_END:
      return TRUE;
    }
  g_return_val_if_reached (FALSE);
}

static gboolean
prepare_insert (MnsLoader *self, MnsPullReader *reader, GError **error)
{
  const MnsEntity *entity = mns_pull_reader_get_entity (reader);
  guint n_fields = 0;
  const MnsField *const *fields = mns_pull_reader_get_fields (reader, &n_fields);
  g_autoptr (GString) columns = g_string_new (NULL);
  g_autoptr (GString) places = g_string_new (NULL);
  g_autofree char *sql = NULL;

  for (guint i = 0; i < n_fields; i++)
    {
      g_string_append_printf (columns, "%s%s", i > 0 ? ", " : "", fields[i]->name);
      g_string_append (places, i > 0 ? ", ?" : "?");
    }
  if (self->touched != NULL)
    self->touched[entity->number] = TRUE;
  sql =
      g_strdup_printf ("INSERT INTO %s (%s) VALUES (%s)", entity->table, columns->str, places->str);
  return prepare (self, sql, &self->insert, error);
}

static void
bind (sqlite3_stmt *statement, int at, const MnsValue *value)
{
  gsize size = 0;
  const void *bytes;

  if (value->is_null)
    {
      sqlite3_bind_null (statement, at);
      return;
    }
  switch (value->kind)
    {
    case MNS_KIND_ID:
      sqlite3_bind_blob (statement, at, value->v.id.bytes, sizeof value->v.id.bytes, SQLITE_STATIC);
      break;
    case MNS_KIND_TEXT:
    case MNS_KIND_JSON:
      sqlite3_bind_text (statement, at, value->v.text, -1, SQLITE_STATIC);
      break;
    case MNS_KIND_INT:
      sqlite3_bind_int64 (statement, at, value->v.integer);
      break;
    case MNS_KIND_REAL:
      sqlite3_bind_double (statement, at, value->v.real);
      break;
    case MNS_KIND_BYTES:
      bytes = g_bytes_get_data (value->v.bytes, &size);
      sqlite3_bind_blob64 (statement, at, bytes != NULL ? bytes : "", size, SQLITE_STATIC);
      break;
    }
}

static gboolean
insert_row (MnsLoader *self, MnsPullReader *reader, GError **error)
{
  const MnsValue *values = mns_pull_reader_get_values (reader);
  int n = sqlite3_bind_parameter_count (self->insert);

  for (int i = 0; i < n; i++)
    bind (self->insert, i + 1, &values[i]);
  if (step (self, self->insert, error))
    return TRUE;
  g_prefix_error (error, "a row of %s: ", mns_pull_reader_get_entity (reader)->table);
  return FALSE;
}

/**
 * mns_loader_insert:
 *
 * Second half of step 5, and the whole of a first sync.
 */
gboolean
mns_loader_insert (MnsPullReader *reader, MnsPullPart part, gpointer data, GError **error)
{
  MnsLoader *self = data;

  switch (part)
    {
    case MNS_PULL_TABLE:
      return prepare_insert (self, reader, error);
    case MNS_PULL_ROW:
      return insert_row (self, reader, error);
    case MNS_PULL_DELETED:
    case MNS_PULL_OUT:
    case MNS_PULL_HEAD:
    case MNS_PULL_END:
      return TRUE;
    }
  g_return_val_if_reached (FALSE);
}
