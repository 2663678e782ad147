/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The SQLite store, and that the tables of sql/shared are what the descriptors say. */

#include "config.h"

#include "sync/model/entity.h"
#include "sync/model/error.h"
#include "sync/store/sqlite-store.h"
#include "tests/mns-test.h"

static MnsStore *
open_with_tables (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *shared = mns_test_read_shared_sql ();
  g_autofree char *sql = NULL;
  MnsStore *store = mns_sqlite_open (":memory:", MNS_SQLITE_NONE, &error);

  g_assert_no_error (error);
  sql = mns_sqlite_translate (shared);
  g_assert_true (mns_sqlite_run_script (store, sql, &error));
  g_assert_no_error (error);
  return store;
}

static void
check_entity (MnsTransaction *tx, const MnsEntity *entity)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsRows) rows = mns_transaction_query (
      tx,
      "SELECT name, type, \"notnull\", pk FROM pragma_table_info ($table) ORDER BY cid",
      MNS_ARGS (MNS_ARG_TEXT ("table", entity->table)),
      &error);
  guint n_key = 0;

  g_assert_no_error (error);
  g_assert_cmpuint (mns_rows_get_n_rows (rows), ==, mns_entity_get_n_fields (entity));
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      const MnsField *field = &entity->fields[i];
      gint64 place = mns_rows_get_int (rows, i, 3);

      g_assert_cmpstr (mns_rows_get_text (rows, i, 0), ==, field->name);
      g_assert_cmpint (mns_rows_get_int (rows, i, 2), ==, !field->nullable);
      if (place > 0)
        {
          n_key++;
          g_assert_cmpstr (entity->key[place - 1], ==, field->name);
        }
    }
  g_assert_cmpuint (n_key, ==, mns_entity_get_n_key (entity));
}

static void
test_tables (void)
{
  g_autoptr (MnsStore) store = open_with_tables ();
  g_autoptr (MnsTransaction) tx = mns_store_begin (store, MNS_ACCESS_READ, NULL);
  guint n_entities;
  const MnsEntity *const *entities = mns_entities_get_all (&n_entities);

  for (guint i = 0; i < n_entities; i++)
    {
      g_test_message ("%s", entities[i]->table);
      check_entity (tx, entities[i]);
      g_assert_true (mns_entity_by_number (entities[i]->number) == entities[i]);
      g_assert_true (mns_entity_find (entities[i]->table) == entities[i]);
    }
}

static void
fill (MnsRowSet *set, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      MnsId id;
      g_autofree char *name = g_strdup_printf ("name %u", i);

      mns_id_derive (&id, &MNS_ID_CONFIGURATION, "row", i);
      mns_row_set_add (set, mns_value_id (&id), mns_value_int (i), mns_value_text (name));
    }
}

static void
test_row_set (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsStore) store = mns_sqlite_open (":memory:", MNS_SQLITE_NONE, &error);
  g_autoptr (MnsTransaction) tx = NULL;
  g_autoptr (MnsRowSet) set = mns_row_set_new ("id id, n int, name text");
  g_autoptr (MnsRows) rows = NULL;
  guint64 before;

  g_assert_true (mns_sqlite_run_script (
      store, "CREATE TABLE t (id BLOB PRIMARY KEY, n INTEGER, name TEXT) STRICT", &error));
  fill (set, 384);
  tx = mns_store_begin (store, MNS_ACCESS_WRITE, &error);
  before = mns_store_get_n_statements (store);

  g_assert_cmpint (mns_transaction_count (tx,
                                          "INSERT INTO t SELECT v.id, v.n, v.name FROM {v}",
                                          MNS_ARGS (MNS_ARG_SET ("v", set)),
                                          &error),
                   ==,
                   384);
  g_assert_cmpint (
      mns_transaction_count (tx,
                             "UPDATE t SET n = v.n + $more FROM {v} WHERE t.id = v.id AND v.n < 10",
                             MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_INT ("more", 1000)),
                             &error),
      ==,
      10);
  rows = mns_transaction_query (tx,
                                "SELECT t.id, t.name FROM {v} JOIN t ON t.id = v.id "
                                "WHERE t.n >= 1000 ORDER BY t.n DESC",
                                MNS_ARGS (MNS_ARG_SET ("v", set)),
                                &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mns_rows_get_n_rows (rows), ==, 10);
  g_assert_cmpstr (mns_rows_get_text (rows, 0, 1), ==, "name 9");
  g_assert_true (mns_id_equal (mns_rows_get_id (rows, 9, 0), &mns_row_set_get (set, 0, 0)->v.id));
  g_assert_cmpuint (mns_store_get_n_statements (store) - before, ==, 3);
}

static void
test_errors (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsStore) store = mns_sqlite_open (":memory:", MNS_SQLITE_NONE, NULL);
  g_autoptr (MnsTransaction) tx = NULL;

  g_assert_true (
      mns_sqlite_run_script (store, "CREATE TABLE t (n INTEGER PRIMARY KEY) STRICT", NULL));
  tx = mns_store_begin (store, MNS_ACCESS_WRITE, NULL);
  g_assert_true (mns_transaction_run (tx, "INSERT INTO t VALUES (1)", NULL, NULL));
  g_assert_true (mns_transaction_savepoint (tx, "s", NULL));
  g_assert_false (mns_transaction_run (tx, "INSERT INTO t VALUES (1)", NULL, &error));
  g_assert_error (error, MNS_ERROR, MNS_ERROR_CONFLICT);
  g_assert_true (mns_transaction_rollback_to (tx, "s", NULL));
  g_assert_true (mns_transaction_release (tx, "s", NULL));
  g_assert_true (mns_transaction_commit (tx, NULL));
}

static void
test_id (void)
{
  MnsId made, again, other;
  g_autofree char *text = NULL;

  mns_id_make (&made);
  mns_id_make (&other);
  g_assert_cmpint (mns_id_compare (&made, &other), <, 0);
  text = mns_id_to_string (&made);
  g_assert_true (mns_id_parse (&again, text));
  g_assert_true (mns_id_equal (&made, &again));
  g_assert_cmpint (text[14], ==, '7');
  g_assert_false (mns_id_parse (&again, "24-17"));
  text[8] = '0';
  g_assert_false (mns_id_parse (&again, text));

  for (guint i = 0; i < 4095; i++)
    {
      mns_id_derive (&made, &again, "output", i);
      mns_id_derive (&other, &again, "output", i + 1);
      g_assert_cmpint (mns_id_compare (&made, &other), <, 0);
    }
  mns_id_derive (&made, &again, "artifact", 4095);
  g_assert_false (mns_id_equal (&made, &other));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/id", test_id);
  g_test_add_func ("/store/tables", test_tables);
  g_test_add_func ("/store/row-set", test_row_set);
  g_test_add_func ("/store/errors", test_errors);

  return g_test_run ();
}
