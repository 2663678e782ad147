/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <string.h>

#include "server/store/pg-error.h"
#include "tests/server/pg-fixture.h"
#include "tests/server/pg-rows-maker.h"

static const char loosen[] =
    "SET client_min_messages = warning; DO $$ DECLARE c record; BEGIN FOR c IN SELECT conname, "
    "conrelid::regclass AS t FROM "
    "pg_constraint WHERE contype IN ('f', 'c', 'u') AND connamespace = 'public'::regnamespace AND "
    "conparentid = 0 LOOP EXECUTE format ('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I', c.t, "
    "c.conname); END "
    "LOOP; FOR c IN SELECT indexrelid::regclass AS i FROM pg_index WHERE indisunique AND NOT "
    "indisprimary AND indrelid::regclass::text !~ '_log' AND NOT EXISTS (SELECT 1 FROM "
    "pg_constraint k WHERE k.conindid = indexrelid) LOOP EXECUTE format ('DROP INDEX IF EXISTS "
    "%s', c.i); END LOOP; "
    "END $$";

char *
mns_test_pg_loose_database (void)
{
  char *name = mns_test_pg_new_database ();
  g_autofree char *conninfo = mns_test_pg_conninfo_of (MNS_CLUSTER_ADMIN, name);
  g_autoptr (PGconn) connection = PQconnectdb (conninfo);
  g_autoptr (PGresult) result = PQexec (connection, loosen);

  if (PQresultStatus (result) != PGRES_COMMAND_OK)
    g_error ("%s", PQerrorMessage (connection));
  return name;
}

MnsId
mns_test_id (guint a, guint b)
{
  MnsId id = { { 0, 0, 0, 0, 0, 0, 0x70, 0, 0x80 } };

  for (guint i = 0; i < 4; i++)
    {
      id.bytes[i] = (guint8) (a >> (24 - 8 * i));
      id.bytes[12 + i] = (guint8) (b >> (24 - 8 * i));
    }
  return id;
}

static gboolean
is_owner_column (const MnsEntity *entity, const char *name)
{
  return g_str_equal (name, entity->key[0]);
}

static gboolean
is_scope_column (const MnsEntity *entity, const char *name)
{
  return (entity->scope == MNS_SCOPE_COLUMN && g_str_equal (name, "scope_id")) ||
         (entity->scope == MNS_SCOPE_USER && g_str_equal (name, "person_id"));
}

static GBytes *
text_bytes (char *text)
{
  return g_bytes_new_take (text, strlen (text) + 1);
}

/* A value of the column's kind; texts that the caller frees. */
static MnsValue
make_value (const MnsField *field, guint n, GPtrArray *texts)
{
  MnsId id = mns_test_id (0xfeed, n);
  GBytes *bytes;

  switch (mns_field_get_kind (field))
    {
    case MNS_KIND_ID:
      return mns_value_id (&id);
    case MNS_KIND_INT:
      return mns_value_int (field->type == MNS_FIELD_BOOL ? n % 2 : n);
    case MNS_KIND_REAL:
      return mns_value_real (n / 2.0);
    case MNS_KIND_BYTES:
      bytes = g_bytes_new_static ("\1\2\3", 3);
      g_ptr_array_add (texts, bytes);
      return mns_value_bytes (bytes);
    case MNS_KIND_JSON:
      return mns_value_json ("{\"f1\":\"x\",\"f2\":1.50}");
    case MNS_KIND_TEXT:
      break;
    }
  bytes = text_bytes (g_strdup_printf ("%s %u", field->name, n));
  g_ptr_array_add (texts, bytes);
  return mns_value_text (g_bytes_get_data (bytes, NULL));
}

void
mns_test_insert_row (
    MnsTransaction *tx, const MnsEntity *entity, const MnsId *owner, guint n, const MnsId *scope)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autofree MnsArg *args = g_new0 (MnsArg, mns_entity_get_n_fields (entity) + 1);
  g_autofree char *columns = mns_entity_column_list (entity, NULL);
  g_autoptr (GString) sql = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_string_printf (sql, "INSERT INTO %s (%s) VALUES (", entity->table, columns);
  for (guint i = 0; entity->fields[i].name != NULL; i++)
    {
      const MnsField *field = &entity->fields[i];

      args[i].name = field->name;
      if (is_scope_column (entity, field->name) && scope != NULL)
        args[i].value = mns_value_id (scope);
      else if (is_owner_column (entity, field->name))
        args[i].value = mns_value_id (owner);
      else
        args[i].value = make_value (field, n, texts);
      g_string_append_printf (sql, "%s$%s", i > 0 ? ", " : "", field->name);
    }
  g_string_append_c (sql, ')');
  mns_transaction_run (tx, sql->str, args, &error);
  g_assert_no_error (error);
}
