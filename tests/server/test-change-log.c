/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Every synced table, every kind of statement: exactly the lines that the descriptor promises. */

#include "config.h"

#include <string.h>

#include "sync/model/error.h"
#include "tests/server/pg-fixture.h"
#include "tests/server/pg-rows-maker.h"

#define OWNER_SCOPE mns_test_id (0xaaaa, 1)

static MnsStore *store;

static MnsTransaction *
begin (void)
{
  g_autoptr (GError) error = NULL;
  MnsTransaction *tx = mns_store_begin (store, MNS_ACCESS_WRITE, &error);

  g_assert_no_error (error);
  return tx;
}

static void
commit (MnsTransaction *tx)
{
  g_autoptr (GError) error = NULL;

  mns_transaction_commit (tx, &error);
  g_assert_no_error (error);
  mns_transaction_free (tx);
}

static MnsRows *
ask (const char *sql, const MnsArg *args)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsTransaction) tx = mns_store_begin (store, MNS_ACCESS_READ, &error);
  MnsRows *rows = mns_transaction_query (tx, sql, args, &error);

  g_assert_no_error (error);
  return rows;
}

static gint64
last_line (void)
{
  g_autoptr (MnsRows) rows = ask ("SELECT COALESCE (max (id), 0) FROM change_log", NULL);

  return mns_rows_get_int (rows, 0, 0);
}

/* What the descriptor says the home scope is, for the owner with that number. */
static MnsId
expected_scope (const MnsEntity *entity, guint owner)
{
  const MnsEntity *parent;

  switch (entity->scope)
    {
    case MNS_SCOPE_CONFIG:
      return MNS_ID_CONFIGURATION;
    case MNS_SCOPE_OWN:
      return mns_test_id (1, owner);
    case MNS_SCOPE_USER:
      return g_str_equal (entity->key[0], "person_id") ? mns_test_id (1, owner) : OWNER_SCOPE;
    case MNS_SCOPE_COLUMN:
      return OWNER_SCOPE;
    case MNS_SCOPE_PARENT:
      break;
    }
  parent = mns_entity_find (entity->parent);
  return parent->scope == MNS_SCOPE_OWN ? mns_test_id (1, owner) : OWNER_SCOPE;
}

static void
empty_table (const char *table)
{
  g_autofree char *sql = g_strdup_printf ("DELETE FROM %s", table);
  g_autoptr (GError) error = NULL;
  MnsTransaction *tx = begin ();

  mns_transaction_run (tx, sql, NULL, &error);
  commit (tx);
}

/* A child of a table with a scope column finds its scope in its parent. */
static void
make_parents (const MnsEntity *entity)
{
  MnsTransaction *tx;
  MnsId scope = OWNER_SCOPE;

  if (entity->scope != MNS_SCOPE_PARENT)
    return;
  empty_table (entity->parent);
  tx = begin ();
  for (guint owner = 1; owner <= 2; owner++)
    {
      MnsId id = mns_test_id (1, owner);

      mns_test_insert_row (tx, mns_entity_find (entity->parent), &id, owner, &scope);
    }
  commit (tx);
}

static const char *
plain_column (const MnsEntity *entity)
{
  for (const MnsField *field = entity->fields; field->name != NULL; field++)
    {
      gboolean is_key = FALSE;

      for (guint i = 0; i < mns_entity_get_n_key (entity); i++)
        is_key |= g_str_equal (field->name, entity->key[i]);
      if (!is_key && field->type != MNS_FIELD_ID)
        return field->name;
    }
  return NULL;
}

typedef struct
{
  const MnsEntity *entity;
  char op;
  gboolean before;
  gboolean after;
} Expected;

static void
assert_scope (const MnsRows *lines, guint row, guint column, const MnsId *scope)
{
  if (scope == NULL)
    g_assert_true (mns_rows_is_null (lines, row, column));
  else
    g_assert_true (mns_id_equal (mns_rows_get_id (lines, row, column), scope));
}

/* Two owners, of each of which the statement touched @each rows. */
static void
assert_lines (gint64 since, const Expected *expected, int each)
{
  const MnsEntity *entity = expected->entity;
  g_autoptr (MnsRows) lines = ask (
      "SELECT tbl, op, row_id, scope_before, scope_after, CAST (old AS text), "
      "CASE WHEN json_typeof (old) = 'array' THEN json_array_length (old) ELSE 1 END, "
      "xid = (SELECT max (xid) FROM change_log) FROM change_log WHERE id > $since ORDER BY row_id",
      MNS_ARGS (MNS_ARG_INT ("since", since)));

  g_assert_cmpuint (mns_rows_get_n_rows (lines), ==, 2);
  for (guint row = 0; row < 2; row++)
    {
      MnsId id = mns_test_id (1, row + 1);
      MnsId scope = expected_scope (entity, row + 1);
      const char *old = mns_rows_get_text (lines, row, 5);

      g_assert_cmpint (mns_rows_get_int (lines, row, 0), ==, entity->number);
      g_assert_cmpint (*mns_rows_get_text (lines, row, 1), ==, expected->op);
      g_assert_true (mns_id_equal (mns_rows_get_id (lines, row, 2), &id));
      assert_scope (lines, row, 3, expected->before ? &scope : NULL);
      assert_scope (lines, row, 4, expected->after ? &scope : NULL);
      g_assert_true (mns_rows_get_int (lines, row, 7) == 1);
      g_assert_cmpint (old != NULL, ==, expected->before);
      if (old == NULL)
        continue;
      g_assert_cmpint (*old, ==, mns_entity_is_child (entity) ? '[' : '{');
      g_assert_cmpint (mns_rows_get_int (lines, row, 6), ==, each);
      for (const MnsField *field = entity->fields; field->name != NULL; field++)
        {
          g_autofree char *member = g_strdup_printf ("\"%s\":", field->name);

          g_assert_nonnull (strstr (old, member));
        }
    }
}

static int
insert_rows (const MnsEntity *entity)
{
  g_autoptr (MnsTransaction) tx = begin ();
  MnsId scope = OWNER_SCOPE;
  gboolean own_person = entity->scope == MNS_SCOPE_USER && mns_entity_is_child (entity);
  int each = mns_entity_is_child (entity) && mns_entity_get_n_key (entity) > 1 &&
                     entity->scope != MNS_SCOPE_COLUMN
                 ? 3
                 : 1;

  for (guint owner = 1; owner <= 2; owner++)
    for (int n = 0; n < each; n++)
      {
        MnsId id = mns_test_id (1, owner);

        mns_test_insert_row (tx, entity, &id, owner * 10 + (guint) n, own_person ? NULL : &scope);
      }
  commit (g_steal_pointer (&tx));
  return each;
}

static void
run (const char *sql)
{
  MnsTransaction *tx = begin ();
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (mns_transaction_count (tx, sql, NULL, &error), >, 0);
  g_assert_no_error (error);
  commit (tx);
}

static void
test_table (gconstpointer data)
{
  const MnsEntity *entity = data;
  const char *column = plain_column (entity);
  g_autofree char *again = g_strdup_printf ("INSERT INTO %s SELECT * FROM copy", entity->table);
  g_autofree char *update =
      g_strdup_printf ("UPDATE %s SET %s = %s", entity->table, column, column);
  g_autofree char *delete = g_strdup_printf ("DELETE FROM %s", entity->table);
  g_autofree char *keep =
      g_strdup_printf ("CREATE TEMPORARY TABLE copy AS SELECT * FROM %s", entity->table);
  g_autoptr (GError) error = NULL;
  MnsTransaction *tx;
  gint64 since;
  int each;

  empty_table (entity->table);
  make_parents (entity);
  each = insert_rows (entity);
  since = last_line ();
  if (column != NULL)
    {
      run (update);
      assert_lines (since, &(Expected){ entity, 'U', TRUE, TRUE }, each);
    }
  run (keep);
  since = last_line ();
  run (delete);
  assert_lines (since, &(Expected){ entity, 'D', TRUE, FALSE }, each);
  since = last_line ();
  run (again);
  assert_lines (since, &(Expected){ entity, 'I', FALSE, TRUE }, each);
  run (delete);
  tx = begin ();
  mns_transaction_run (tx, "DROP TABLE copy", NULL, &error);
  g_assert_no_error (error);
  commit (tx);
}

/* A row that moves to another scope is told to both. */
static void
test_move (void)
{
  const MnsEntity *entity = mns_entity_find ("sample");
  MnsId from = mns_test_id (5, 1);
  MnsId to = mns_test_id (5, 2);
  MnsId id = mns_test_id (1, 77);
  MnsTransaction *tx = begin ();
  g_autoptr (MnsRows) line = NULL;
  g_autoptr (GError) error = NULL;

  mns_test_insert_row (tx, entity, &id, 1, &from);
  commit (tx);
  tx = begin ();
  mns_transaction_run (tx,
                       "UPDATE sample SET scope_id = $to WHERE id = $id",
                       MNS_ARGS (MNS_ARG_ID ("to", &to), MNS_ARG_ID ("id", &id)),
                       &error);
  commit (tx);
  line = ask ("SELECT scope_before, scope_after FROM change_log ORDER BY id DESC LIMIT 1", NULL);
  assert_scope (line, 0, 0, &from);
  assert_scope (line, 0, 1, &to);
}

/* What is undone leaves no line; what a savepoint brings back neither. */
static void
test_undone (void)
{
  const MnsEntity *entity = mns_entity_find ("project");
  MnsId id = mns_test_id (1, 88);
  g_autoptr (GError) error = NULL;
  gint64 since = last_line ();
  MnsTransaction *tx = begin ();

  mns_test_insert_row (tx, entity, &id, 1, NULL);
  mns_transaction_free (tx);
  tx = begin ();
  mns_transaction_savepoint (tx, "r", &error);
  mns_test_insert_row (tx, entity, &id, 1, NULL);
  g_assert_true (mns_transaction_rollback_to (tx, "r", &error));
  commit (tx);
  g_assert_cmpint (last_line (), ==, since);
}

/* A statement that touches nothing leaves no line, and one of 384 rows of one owner leaves one. */
static void
test_plate (void)
{
  const MnsEntity *entity = mns_entity_find ("placement");
  MnsId plate = mns_test_id (1, 99);
  g_autoptr (MnsRowSet) wells = mns_row_set_new ("y int, x int, artifact id");
  g_autoptr (MnsRows) lines = NULL;
  g_autoptr (GError) error = NULL;
  gint64 since = last_line ();
  MnsTransaction *tx = begin ();

  for (guint i = 0; i < 384; i++)
    {
      MnsId artifact = mns_test_id (7, i);

      mns_row_set_add (
          wells, mns_value_int (i / 24), mns_value_int (i % 24), mns_value_id (&artifact));
    }
  mns_transaction_run (tx, "DELETE FROM placement WHERE y = 77", NULL, &error);
  mns_transaction_run (tx,
                       "INSERT INTO placement (container_id, y, x, artifact_id) "
                       "SELECT $plate, v.y, v.x, v.artifact FROM {v}",
                       MNS_ARGS (MNS_ARG_SET ("v", wells), MNS_ARG_ID ("plate", &plate)),
                       &error);
  commit (tx);
  lines = ask ("SELECT tbl, row_id FROM change_log WHERE id > $since",
               MNS_ARGS (MNS_ARG_INT ("since", since)));
  g_assert_cmpuint (mns_rows_get_n_rows (lines), ==, 1);
  g_assert_cmpint (mns_rows_get_int (lines, 0, 0), ==, entity->number);
  g_assert_true (mns_id_equal (mns_rows_get_id (lines, 0, 1), &plate));
}

/* After moves between statuses, the counters say what a count says. */
static void
test_counters (void)
{
  static const char *const statements[] = {
    "UPDATE stage_entry SET status = 'QUEUED', stage_id = (SELECT min (queue_id::text)::uuid FROM "
    "stage_entry)",
    "UPDATE stage_entry SET status = 'IN_PROGRESS' WHERE n % 2 = 0",
    "UPDATE stage_entry SET priority = 1",
    "DELETE FROM stage_entry WHERE n % 3 = 0",
  };
  g_autoptr (MnsRows) wrong = NULL;
  g_autoptr (MnsRows) counted = NULL;
  MnsTransaction *tx = begin ();

  for (guint i = 0; i < 30; i++)
    {
      MnsId id = mns_test_id (3, i / 4);

      mns_test_insert_row (tx, mns_entity_find ("stage_entry"), &id, i, NULL);
    }
  commit (tx);
  for (guint i = 0; i < G_N_ELEMENTS (statements); i++)
    run (statements[i]);
  wrong = ask (
      "SELECT 1 FROM (SELECT stage_id, status, sum (n) AS n FROM stage_count "
      "GROUP BY stage_id, status HAVING sum (n) <> 0) AS c FULL JOIN "
      "(SELECT stage_id, status, count (*) AS n FROM stage_entry GROUP BY stage_id, status) AS e "
      "ON c.stage_id = e.stage_id AND c.status = e.status WHERE c.n IS DISTINCT FROM e.n",
      NULL);
  counted = ask ("SELECT count (*) FROM stage_entry", NULL);
  g_assert_cmpint (mns_rows_get_int (counted, 0, 0), ==, 20);
  g_assert_cmpuint (mns_rows_get_n_rows (wrong), ==, 0);
}

/* The audit can be read and added to by the server, not changed; the log not even added to. */
static void
test_rights (void)
{
  static const char *const forbidden[] = {
    "DELETE FROM change_log",
    "UPDATE change_log SET op = 'I'",
    "INSERT INTO change_log (at, tbl, op, row_id) VALUES (1, 1, 'I', gen_random_uuid ())",
    "DELETE FROM change_log_rest",
    "DELETE FROM command_log",
    "UPDATE command_log SET outcome = 'OK'",
    "UPDATE read_log SET object = ''",
    "DELETE FROM seal",
    "TRUNCATE change_log",
    "DROP TABLE sample",
    "CREATE TABLE mine (x integer)",
    "ALTER TABLE sample DISABLE TRIGGER ALL",
    "SET session_replication_role = replica",
    "UPDATE feed_epoch SET id = gen_random_uuid ()",
    "DELETE FROM schema_version",
    "UPDATE stage_count SET n = 0",
  };
  g_autofree char *conninfo = mns_test_pg_conninfo (MNS_CLUSTER_APPLICATION);
  g_autoptr (MnsStore) application = mns_pg_store_open (conninfo, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (forbidden); i++)
    {
      g_autoptr (MnsTransaction) tx = mns_store_begin (application, MNS_ACCESS_WRITE, NULL);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", forbidden[i]);
      g_assert_cmpint (mns_transaction_count (tx, forbidden[i], NULL, &error), ==, -1);
      g_assert_error (error, MNS_ERROR, MNS_ERROR_DENIED);
    }
}

/* sql/postgres/0002-foreign-keys.sql against the descriptors, and each of them with an index. */
static void
test_references (void)
{
  static const char *const deletable[] = { "artifact", "step_run",       "container", "sample",
                                           "project",  "sequencing_run", NULL };
  g_autofree char *conninfo = mns_test_pg_conninfo (MNS_CLUSTER_APPLICATION);
  g_autoptr (MnsStore) strict = mns_pg_store_open (conninfo, NULL);
  g_autoptr (MnsTransaction) tx = mns_store_begin (strict, MNS_ACCESS_READ, NULL);
  g_autoptr (GHashTable) declared = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (MnsRows) rows = NULL;
  g_autoptr (GError) error = NULL;
  guint n;
  const MnsEntity *const *entities = mns_entities_get_all (&n);

  rows = mns_transaction_query (
      tx,
      "SELECT format ('%s.%s>%s', c.conrelid::regclass, a.attname, c.confrelid::regclass), "
      "EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = "
      "c.conkey[1]), "
      "c.confdeltype = 'a' FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid "
      "AND a.attnum = c.conkey[1] WHERE c.contype = 'f'",
      NULL,
      &error);
  g_assert_no_error (error);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      g_test_message ("%s", mns_rows_get_text (rows, i, 0));
      g_assert_true (mns_rows_get_int (rows, i, 1) == 1);
      g_assert_true (mns_rows_get_int (rows, i, 2) == 1);
      g_hash_table_add (declared, g_strdup (mns_rows_get_text (rows, i, 0)));
    }
  for (guint i = 0; i < n; i++)
    for (const MnsField *field = entities[i]->fields; field->name != NULL; field++)
      {
        g_autofree char *text =
            g_strdup_printf ("%s.%s>%s", entities[i]->table, field->name, field->refers);
        const MnsEntity *target = field->refers != NULL ? mns_entity_find (field->refers) : NULL;
        gboolean wanted =
            target != NULL &&
            (g_strv_contains (deletable, target->table) ||
             (entities[i]->scope == MNS_SCOPE_CONFIG && target->scope == MNS_SCOPE_CONFIG));

        g_test_message ("%s", text);
        g_assert_cmpint (g_hash_table_remove (declared, text), ==, wanted);
      }
  g_assert_cmpuint (g_hash_table_size (declared), ==, 0);
}

int
main (int argc, char **argv)
{
  g_autofree char *database = NULL;
  g_autofree char *conninfo = NULL;
  guint n;
  const MnsEntity *const *entities = mns_entities_get_all (&n);
  int result;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/change-log/references", test_references);
  database = mns_test_pg_loose_database ();
  conninfo = mns_test_pg_conninfo_of (MNS_CLUSTER_ADMIN, database);
  store = mns_pg_store_open (conninfo, NULL);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strconcat ("/change-log/table/", entities[i]->table, NULL);

      g_test_add_data_func (path, entities[i], test_table);
    }
  g_test_add_func ("/change-log/move", test_move);
  g_test_add_func ("/change-log/undone", test_undone);
  g_test_add_func ("/change-log/plate", test_plate);
  g_test_add_func ("/change-log/counters", test_counters);
  g_test_add_func ("/change-log/rights", test_rights);
  result = g_test_run ();
  mns_store_free (store);
  return result;
}
