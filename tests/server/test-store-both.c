/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What a store promises, as a table that both engines walk: the same calls, then equal answers. */

#include "config.h"

#include <string.h>

#include "sync/model/error.h"
#include "sync/store/sqlite-store.h"
#include "tests/server/pg-fixture.h"

#define SCHEMA "sql/shared/0001-tables.sql"

static const MnsId first = { { 1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10, 11, 12, 13, 14, 15, 16 } };
static const MnsId second = { { 2, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10, 11, 12, 13, 14, 15, 16 } };

typedef struct
{
  MnsStore *store;
  MnsTransaction *tx;
  GString *answers;
} Bench;

static void
print_cell (GString *text, const MnsValue *value)
{
  g_autofree char *id = NULL;

  if (value->is_null)
    {
      g_string_append (text, "null");
      return;
    }
  switch (value->kind)
    {
    case MNS_KIND_ID:
      id = mns_id_to_string (&value->v.id);
      g_string_append_printf (text, "id %s", id);
      break;
    case MNS_KIND_INT:
      g_string_append_printf (text, "int %" G_GINT64_FORMAT, value->v.integer);
      break;
    case MNS_KIND_REAL:
      g_string_append_printf (text, "real %.17g", value->v.real);
      break;
    case MNS_KIND_TEXT:
    case MNS_KIND_JSON:
      g_string_append_printf (text, "text %s", value->v.text);
      break;
    case MNS_KIND_BYTES:
      g_string_append_printf (text, "bytes %u", g_bytes_hash (value->v.bytes));
      break;
    }
}

static void
note_rows (Bench *bench, const MnsRows *rows)
{
  for (guint row = 0; row < mns_rows_get_n_rows (rows); row++)
    {
      for (guint column = 0; column < mns_rows_get_n_columns (rows); column++)
        {
          g_string_append (bench->answers, column > 0 ? " | " : "  ");
          print_cell (bench->answers, mns_rows_get (rows, row, column));
        }
      g_string_append_c (bench->answers, '\n');
    }
  g_string_append_printf (bench->answers, "  (%u rows)\n", mns_rows_get_n_rows (rows));
}

static void
query (Bench *bench, const char *sql, const MnsArg *args)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsRows) rows = mns_transaction_query (bench->tx, sql, args, &error);

  if (rows != NULL)
    note_rows (bench, rows);
  else
    g_string_append_printf (bench->answers, "  error %d\n", error->code);
}

static void
count (Bench *bench, const char *sql, const MnsArg *args)
{
  g_autoptr (GError) error = NULL;
  gint64 changed = mns_transaction_count (bench->tx, sql, args, &error);

  if (error == NULL)
    g_string_append_printf (bench->answers, "  changed %" G_GINT64_FORMAT "\n", changed);
  else
    g_string_append_printf (bench->answers, "  error %d\n", error->code);
}

static void
run (Bench *bench, const char *sql, const MnsArg *args)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (mns_transaction_run (bench->tx, sql, args, &error));
  g_assert_no_error (error);
}

static void
begin (Bench *bench, MnsAccess access)
{
  g_autoptr (GError) error = NULL;

  bench->tx = mns_store_begin (bench->store, access, &error);
  g_assert_no_error (error);
}

static void
commit (Bench *bench)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (mns_transaction_commit (bench->tx, &error));
  g_assert_no_error (error);
  g_clear_pointer (&bench->tx, mns_transaction_free);
}

/* Any table with columns of most types; accounts refer to nothing. */
#define INSERT_ACCOUNT                                                                             \
  "INSERT INTO account (id, lims_id, name, website, billing, created_at, changed_at) "             \
  "VALUES ($id, $lims_id, $name, $website, $billing, $at, $at)"

static void
insert_account (
    Bench *bench, const MnsId *id, const char *lims_id, const char *name, const char *json)
{
  count (bench,
         INSERT_ACCOUNT,
         MNS_ARGS (MNS_ARG_ID ("id", id),
                   MNS_ARG_TEXT ("lims_id", lims_id),
                   MNS_ARG_TEXT ("name", name),
                   MNS_ARG_TEXT ("website", NULL),
                   MNS_ARG_JSON ("billing", json),
                   MNS_ARG_INT ("at", G_GINT64_CONSTANT (1764000000123456))));
}

static void
query_accounts (Bench *bench)
{
  query (bench,
         "SELECT id, lims_id, name, website, billing, created_at FROM account ORDER BY name, id",
         NULL);
}

static void
case_values (Bench *bench)
{
  static const char *const names[] = {
    "plain",
    "it's \"quoted\" \\ and {braced} $dollar",
    "Prøve µ 実験 \xf0\x9f\xa7\xaa",
    "tab\tline\nend",
    "",
  };

  begin (bench, MNS_ACCESS_WRITE);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *lims_id = g_strdup_printf ("26-%u", i);
      MnsId id = first;

      id.bytes[15] = (guint8) i;
      insert_account (
          bench, &id, lims_id, names[i], i == 1 ? NULL : "{\"a\":[1,2.50,\"\\u00e9\"]}");
    }
  query_accounts (bench);
  query (bench,
         "SELECT name, $kept FROM account WHERE name = $name AND '$name {v}' <> $name",
         MNS_ARGS (MNS_ARG_TEXT ("name", names[1]), MNS_ARG_REAL ("kept", 0.1)));
  commit (bench);
}

static void
case_nulls (Bench *bench)
{
  begin (bench, MNS_ACCESS_READ);
  query (bench,
         "SELECT $id, $text, $int, $real",
         MNS_ARGS (MNS_ARG_ID ("id", NULL),
                   MNS_ARG_TEXT ("text", NULL),
                   MNS_ARG_VALUE ("int", mns_value_int_or_null (NULL)),
                   MNS_ARG_VALUE ("real", mns_value_null (MNS_KIND_REAL))));
  query (bench,
         "SELECT $id, $text, $int, $real",
         MNS_ARGS (MNS_ARG_ID ("id", &first),
                   MNS_ARG_TEXT ("text", ""),
                   MNS_ARG_INT ("int", G_MININT64),
                   MNS_ARG_REAL ("real", -1.5e-300)));
  query (bench, "SELECT 1 WHERE 1 = 2", NULL);
  commit (bench);
}

static void
case_bytes (Bench *bench)
{
  static const guint8 raw[] = { 0, 1, '\\', '"', '\'', 255 };
  g_autoptr (GBytes) bytes = g_bytes_new_static (raw, sizeof raw);
  g_autoptr (GBytes) empty = g_bytes_new_static (raw, 0);
  g_autoptr (MnsRowSet) set = mns_row_set_new ("id id, name text, hash bytes");

  begin (bench, MNS_ACCESS_WRITE);
  mns_row_set_add (set, mns_value_id (&first), mns_value_text ("a"), mns_value_bytes (bytes));
  mns_row_set_add (set, mns_value_id (&second), mns_value_text ("b"), mns_value_bytes (empty));
  count (bench,
         "INSERT INTO package (id, name, version, sha256, installed_at, installed_by) "
         "SELECT v.id, v.name, '1', v.hash, 1, $by FROM {v}",
         MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_ID ("by", &first)));
  query (bench,
         "SELECT count(*) FROM package WHERE sha256 = $h",
         MNS_ARGS (MNS_ARG_VALUE ("h", mns_value_bytes (bytes))));
  query (bench, "SELECT name FROM package WHERE length(sha256) = 0", NULL);
  commit (bench);
}

static MnsRowSet *
make_set (guint n)
{
  MnsRowSet *set = mns_row_set_new ("id id, lims_id text, name text, n int, half real, note json");

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *lims_id = g_strdup_printf ("set-%u", i);
      g_autofree char *name = g_strdup_printf ("{\"%u\", \\}'NULL'", i % 7);
      MnsId id = second;

      id.bytes[14] = (guint8) (i >> 8);
      id.bytes[15] = (guint8) i;
      mns_row_set_add (set,
                       mns_value_id (&id),
                       mns_value_text (lims_id),
                       i == 3 ? mns_value_text ("NULL") : mns_value_text (name),
                       i == 5 ? mns_value_null (MNS_KIND_INT) : mns_value_int (i),
                       mns_value_real (i / 2.0),
                       i == 6 ? mns_value_null (MNS_KIND_JSON)
                              : mns_value_json ("{\"f1\":\"x,}\"}"));
    }
  return set;
}

static void
case_sets (Bench *bench)
{
  static const guint sizes[] = { 0, 1, 7, 384 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (MnsRowSet) set = make_set (sizes[i]);
      const MnsArg *args = MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_INT ("now", 7));

      begin (bench, MNS_ACCESS_WRITE);
      query (bench,
             "SELECT v.name, v.n, v.half, v.note FROM {v} WHERE v.n < 9 OR v.n IS NULL ORDER BY "
             "v.lims_id",
             args);
      count (bench,
             "INSERT INTO account (id, lims_id, name, billing, created_at, changed_at) "
             "SELECT v.id, v.lims_id, v.name, v.note, $now, $now FROM {v}",
             args);
      count (bench,
             "UPDATE account SET changed_at = v.n FROM {v} WHERE account.id = v.id AND v.n > 3",
             args);
      query (
          bench,
          "SELECT count(*), sum(a.changed_at), min(a.name) FROM {v} JOIN account a ON a.id = v.id",
          args);
      query (bench,
             "SELECT count(*) FROM {v} JOIN {w} ON v.id = w.id",
             MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_SET ("w", set)));
      count (bench, "DELETE FROM account WHERE id IN (SELECT v.id FROM {v} WHERE v.n >= 5)", args);
      count (bench,
             "INSERT INTO account (id, lims_id, name, created_at, changed_at) "
             "SELECT v.id, v.lims_id, v.name, $now, $now FROM {v} WHERE true ON CONFLICT (id) DO "
             "NOTHING",
             args);
      count (bench,
             "INSERT INTO account (id, lims_id, name, created_at, changed_at) "
             "SELECT v.id, v.lims_id, 'again', $now, $now FROM {v} WHERE true "
             "ON CONFLICT (id) DO UPDATE SET name = excluded.name",
             args);
      query (bench, "SELECT name, count(*) FROM account GROUP BY name ORDER BY name", NULL);
      g_clear_pointer (&bench->tx, mns_transaction_free);
    }
}

/* The same text with sets and values of other kinds is another statement. */
static void
case_other_kinds (Bench *bench)
{
  g_autoptr (MnsRowSet) numbers = mns_row_set_new ("x int");
  g_autoptr (MnsRowSet) texts = mns_row_set_new ("x text");

  mns_row_set_add (numbers, mns_value_int (10));
  mns_row_set_add (numbers, mns_value_int (9));
  mns_row_set_add (texts, mns_value_text ("10"));
  mns_row_set_add (texts, mns_value_text ("9"));
  begin (bench, MNS_ACCESS_READ);
  for (guint i = 0; i < 2; i++)
    {
      query (bench, "SELECT v.x FROM {v} ORDER BY v.x", MNS_ARGS (MNS_ARG_SET ("v", numbers)));
      query (bench, "SELECT v.x FROM {v} ORDER BY v.x", MNS_ARGS (MNS_ARG_SET ("v", texts)));
      query (bench, "SELECT $a", MNS_ARGS (MNS_ARG_INT ("a", 1)));
      query (bench, "SELECT $a", MNS_ARGS (MNS_ARG_TEXT ("a", "1")));
    }
  commit (bench);
}

static void
case_savepoints (Bench *bench)
{
  g_autoptr (GError) error = NULL;

  begin (bench, MNS_ACCESS_WRITE);
  insert_account (bench, &first, "26-900", "kept", NULL);
  g_assert_true (mns_transaction_savepoint (bench->tx, "r", &error));
  insert_account (bench, &second, "26-901", "undone", NULL);
  insert_account (bench, &second, "26-902", "same id", NULL);
  g_assert_true (mns_transaction_rollback_to (bench->tx, "r", &error));
  g_assert_no_error (error);
  query (bench, "SELECT name FROM account WHERE lims_id LIKE '26-90%' ORDER BY name", NULL);
  insert_account (bench, &second, "26-903", "after", NULL);
  g_assert_true (mns_transaction_release (bench->tx, "r", &error));
  g_assert_no_error (error);
  g_assert_true (mns_transaction_savepoint (bench->tx, "q", &error));
  run (bench, "DELETE FROM account WHERE lims_id = '26-900'", NULL);
  g_assert_true (mns_transaction_rollback_to (bench->tx, "q", &error));
  g_assert_true (mns_transaction_release (bench->tx, "q", &error));
  query (bench, "SELECT name FROM account WHERE lims_id LIKE '26-90%' ORDER BY name", NULL);
  commit (bench);
  begin (bench, MNS_ACCESS_READ);
  query (bench, "SELECT name FROM account WHERE lims_id LIKE '26-90%' ORDER BY name", NULL);
  commit (bench);
}

static void
case_undone (Bench *bench)
{
  begin (bench, MNS_ACCESS_WRITE);
  run (bench, "DELETE FROM account", NULL);
  insert_account (bench, &first, "26-1", "never", NULL);
  g_clear_pointer (&bench->tx, mns_transaction_free);
  begin (bench, MNS_ACCESS_READ);
  query (bench, "SELECT count(*) FROM account WHERE name = 'never'", NULL);
  commit (bench);
}

/* Each wrong statement is the last of its savepoint. */
static void
case_refused (Bench *bench)
{
  static const char *const wrong[] = {
    "INSERT INTO account (id, lims_id, name, created_at, changed_at) "
    "SELECT id, lims_id, name, 1, 1 FROM account",
    "INSERT INTO account (id, lims_id, created_at, changed_at) VALUES ($id, 'z', 1, 1)",
    "INSERT INTO role (id, lims_id, name, built_in) VALUES ($id, 'z', 'z', 7)",
  };
  g_autoptr (GError) error = NULL;

  begin (bench, MNS_ACCESS_WRITE);
  insert_account (bench, &first, "26-77", "there", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      MnsId id = second;

      id.bytes[3] = (guint8) (77 + i);
      g_assert_true (mns_transaction_savepoint (bench->tx, "r", &error));
      count (bench, wrong[i], MNS_ARGS (MNS_ARG_ID ("id", &id)));
      g_assert_true (mns_transaction_rollback_to (bench->tx, "r", &error));
      g_assert_no_error (error);
    }
  query (bench, "SELECT count(*) FROM account WHERE lims_id = '26-77'", NULL);
  g_clear_pointer (&bench->tx, mns_transaction_free);
}

/* A write whose answer nobody wants may fail late, never silently. */
static void
case_late_failure (Bench *bench)
{
  g_autoptr (GError) error = NULL;
  const MnsArg *args = MNS_ARGS (MNS_ARG_ID ("id", &first));

  begin (bench, MNS_ACCESS_WRITE);
  insert_account (bench, &first, "26-55", "once", NULL);
  if (mns_transaction_run (bench->tx,
                           "INSERT INTO account (id, lims_id, name, created_at, changed_at) VALUES "
                           "($id, 'z', 'z', 1, 1)",
                           args,
                           &error))
    mns_transaction_commit (bench->tx, &error);
  g_string_append_printf (bench->answers, "  late error %d\n", error != NULL ? error->code : -1);
  g_clear_pointer (&bench->tx, mns_transaction_free);
  begin (bench, MNS_ACCESS_READ);
  query (bench, "SELECT count(*) FROM account WHERE lims_id = '26-55'", NULL);
  commit (bench);
}

static void
case_order (Bench *bench)
{
  static const char *const names[] = { "S-10", "S-9", "s-1", "Z", "a", "é", "ß", "_", "-", "S" };
  g_autoptr (MnsRowSet) set = mns_row_set_new ("name text");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    mns_row_set_add (set, mns_value_text (names[i]));
  begin (bench, MNS_ACCESS_READ);
  query (bench, "SELECT v.name FROM {v} ORDER BY v.name", MNS_ARGS (MNS_ARG_SET ("v", set)));
  query (bench,
         "SELECT v.name FROM {v} WHERE v.name >= 'S' AND v.name < 'T' ORDER BY v.name",
         MNS_ARGS (MNS_ARG_SET ("v", set)));
  query (bench,
         "SELECT mns_contains ('Große PROBE É', $p), mns_contains ('abc', 'd'), mns_contains "
         "('a%c', '%')",
         MNS_ARGS (MNS_ARG_TEXT ("p", "probe é")));
  query (bench,
         "SELECT 7 / 2, -7 / 2, -7 % 3, COALESCE (NULL, 5), 'a' || 'b', substr ('abcdef', 2, 3)",
         NULL);
  query (bench,
         "SELECT v.name, row_number() OVER (ORDER BY v.name DESC) FROM {v} "
         "ORDER BY v.name LIMIT $limit",
         MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_INT ("limit", 3)));
  commit (bench);
}

static const struct
{
  const char *path;
  void (*func) (Bench *bench);
} cases[] = {
  { "values", case_values },
  { "nulls", case_nulls },
  { "bytes", case_bytes },
  { "sets", case_sets },
  { "other-kinds", case_other_kinds },
  { "savepoints", case_savepoints },
  { "undone", case_undone },
  { "refused", case_refused },
  { "late-failure", case_late_failure },
  { "order", case_order },
};

static MnsStore *
open_sqlite (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("MNS_SOURCE"), SCHEMA, NULL);
  g_autofree char *shared = NULL;
  g_autofree char *sql = NULL;
  g_autoptr (GError) error = NULL;
  MnsStore *store = mns_sqlite_open (":memory:", MNS_SQLITE_NONE, &error);

  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &shared, NULL, &error));
  sql = mns_sqlite_translate (shared);
  g_assert_true (mns_sqlite_run_script (store, sql, &error));
  return store;
}

static char *
walk (MnsStore *store, void (*func) (Bench *bench))
{
  g_autoptr (MnsStore) owned = store;
  Bench bench = { owned, NULL, g_string_new (NULL) };

  func (&bench);
  g_assert_null (bench.tx);
  return g_string_free (bench.answers, FALSE);
}

static void
test_case (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *sqlite = walk (open_sqlite (), cases[i].func);
  g_autofree char *postgres = NULL;

  mns_test_pg_script ("ALTER TABLE package DROP CONSTRAINT IF EXISTS package_installed_by_fkey");
  postgres = walk (mns_test_pg_open (), cases[i].func);
  g_assert_cmpuint (strlen (sqlite), >, 10);
  if (g_strcmp0 (sqlite, postgres) != 0)
    g_test_message ("SQLite:\n%s\nPostgreSQL:\n%s", sqlite, postgres);
  g_assert_cmpstr (sqlite, ==, postgres);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/store-both/", cases[i].path, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_case);
    }
  return g_test_run ();
}
