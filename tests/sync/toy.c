/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <string.h>

#include "sync/model/entity.h"
#include "sync/model/error.h"
#include "tests/sync/toy.h"

const char *const mns_toy_tables[] = {
  "container", "placement", "person_setting", "conflict", NULL
};

#define LIMIT_ROW 9

/* One run of a rule. */
typedef struct
{
  const MnsLab *lab;
  MnsCommand *command;
  MnsTransaction *tx;
  MnsResult *result;
} Run;

static gboolean
conflict (Run *run, const char *code)
{
  run->result->outcome = MNS_OUTCOME_CONFLICT;
  run->result->conflict_code = g_strdup (code);
  run->result->conflict_detail = g_strdup_printf ("the world moved on: %s", code);
  return TRUE;
}

static void
get_id (Run *run, const char *name, MnsId *id)
{
  gboolean good = mns_id_parse (
      id, json_object_get_string_member_with_default (run->command->args, name, NULL));

  g_assert_true (good);
}

static gint64
get_int (Run *run, const char *name)
{
  return json_object_get_int_member_with_default (run->command->args, name, 0);
}

static const char *
get_text (Run *run, const char *name)
{
  return json_object_get_string_member_with_default (run->command->args, name, "");
}

static char *
take_id (Run *run, GError **error)
{
  JsonObject *tape = run->command->lims_ids;
  JsonArray *list;
  char *id;

  if (tape != NULL && json_object_has_member (tape, "27-"))
    return g_strdup (json_array_get_string_element (json_object_get_array_member (tape, "27-"), 0));
  id = run->lab->ids.take (run->lab->ids.data, "27-", NULL, error);
  if (id == NULL)
    return NULL;
  list = json_array_new ();
  json_array_add_string_element (list, id);
  if (tape == NULL)
    tape = run->command->lims_ids = json_object_new ();
  json_object_set_array_member (tape, "27-", list);
  return id;
}

static gboolean
insert_container (MnsTransaction *tx,
                  const MnsId *id,
                  const char *lims_id,
                  const char *name,
                  gint64 at,
                  GError **error)
{
  return mns_transaction_run (
      tx,
      "INSERT INTO container (id, lims_id, container_type_id, name, name_key, state, created_at, "
      "changed_at) VALUES ($id, $lims_id, $id, $name, $name, 'EMPTY', $at, $at)",
      MNS_ARGS (MNS_ARG_ID ("id", id),
                MNS_ARG_TEXT ("lims_id", lims_id),
                MNS_ARG_TEXT ("name", name),
                MNS_ARG_INT ("at", at)),
      error);
}

static gboolean
create (Run *run, GError **error)
{
  g_autofree char *lims_id = take_id (run, error);
  MnsId id;

  if (lims_id == NULL)
    return FALSE;
  mns_id_derive (&id, &run->command->id, "container", 0);
  return insert_container (
      run->tx, &id, lims_id, get_text (run, "name"), run->command->performed_at, error);
}

static MnsRows *
query_id (Run *run, const char *sql, const MnsId *id, GError **error)
{
  return mns_transaction_query (run->tx, sql, MNS_ARGS (MNS_ARG_ID ("id", id)), error);
}

static gboolean
rename_container (Run *run, GError **error)
{
  g_autoptr (MnsRows) rows = NULL;
  MnsId id;

  get_id (run, "container", &id);
  rows = query_id (run, "SELECT name FROM container WHERE id = $id", &id, error);
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) == 0)
    return conflict (run, "gone");
  if (!g_str_equal (mns_rows_get_text (rows, 0, 0), get_text (run, "was")))
    return conflict (run, "field_changed");
  return mns_transaction_run (
      run->tx,
      "UPDATE container SET name = $name, name_key = $name WHERE id = $id",
      MNS_ARGS (MNS_ARG_ID ("id", &id), MNS_ARG_TEXT ("name", get_text (run, "name"))),
      error);
}

static gboolean
delete_container (Run *run, GError **error)
{
  g_autoptr (MnsRows) rows = NULL;
  MnsId id;

  get_id (run, "container", &id);
  rows = query_id (run,
                   "SELECT (SELECT count(*) FROM placement WHERE container_id = $id), "
                   "(SELECT count(*) FROM container WHERE id = $id)",
                   &id,
                   error);
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_int (rows, 0, 1) == 0)
    return conflict (run, "gone");
  if (mns_rows_get_int (rows, 0, 0) > 0)
    return conflict (run, "moved_on");
  return mns_transaction_run (
      run->tx, "DELETE FROM container WHERE id = $id", MNS_ARGS (MNS_ARG_ID ("id", &id)), error);
}

static gboolean
put (Run *run, const MnsId *artifact, const MnsId *container, gint64 y, gint64 x, GError **error)
{
  const MnsArg *args = MNS_ARGS (MNS_ARG_ID ("container", container),
                                 MNS_ARG_INT ("y", y),
                                 MNS_ARG_INT ("x", x),
                                 MNS_ARG_ID ("artifact", artifact));

  return mns_transaction_run (
             run->tx, "DELETE FROM placement WHERE artifact_id = $artifact", args, error) &&
         mns_transaction_run (run->tx,
                              "INSERT INTO placement (container_id, y, x, artifact_id) "
                              "VALUES ($container, $y, $x, $artifact)",
                              args,
                              error);
}

static gboolean
place_at (Run *run, gint64 y, gint64 x, GError **error)
{
  g_autoptr (MnsRows) rows = NULL;
  MnsId artifact;
  MnsId container;

  get_id (run, "artifact", &artifact);
  get_id (run, "container", &container);
  rows = mns_transaction_query (
      run->tx,
      "SELECT (SELECT count(*) FROM placement WHERE container_id = $container AND y = $y "
      "AND x = $x), (SELECT count(*) FROM container WHERE id = $container)",
      MNS_ARGS (MNS_ARG_ID ("container", &container), MNS_ARG_INT ("y", y), MNS_ARG_INT ("x", x)),
      error);
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_int (rows, 0, 1) == 0)
    return conflict (run, "gone");
  if (mns_rows_get_int (rows, 0, 0) > 0)
    return conflict (run, "well_taken");
  return put (run, &artifact, &container, y, x, error);
}

static gboolean
place (Run *run, GError **error)
{
  return place_at (run, get_int (run, "y"), get_int (run, "x"), error);
}

static gboolean
place_in_limited_row (Run *run, GError **error)
{
  g_autoptr (MnsRows) rows = NULL;
  MnsId container;

  get_id (run, "container", &container);
  rows = query_id (
      run, "SELECT count(*) FROM placement WHERE container_id = $id AND y = 9", &container, error);
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_int (rows, 0, 0) >= 2)
    return conflict (run, "moved_on");
  return place_at (run, LIMIT_ROW, get_int (run, "x"), error);
}

static gboolean
swap (Run *run, GError **error)
{
  static const char sql[] = "SELECT container_id, y, x FROM placement WHERE artifact_id = $id";
  g_autoptr (MnsRows) here = NULL;
  g_autoptr (MnsRows) there = NULL;
  MnsId first;
  MnsId second;

  get_id (run, "artifact", &first);
  get_id (run, "other", &second);
  here = query_id (run, sql, &first, error);
  there = here != NULL ? query_id (run, sql, &second, error) : NULL;
  if (there == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (here) == 0 || mns_rows_get_n_rows (there) == 0)
    return conflict (run, "moved_on");
  return mns_transaction_run (run->tx,
                              "DELETE FROM placement WHERE artifact_id = $id",
                              MNS_ARGS (MNS_ARG_ID ("id", &second)),
                              error) &&
         put (run,
              &first,
              mns_rows_get_id (there, 0, 0),
              mns_rows_get_int (there, 0, 1),
              mns_rows_get_int (there, 0, 2),
              error) &&
         put (run,
              &second,
              mns_rows_get_id (here, 0, 0),
              mns_rows_get_int (here, 0, 1),
              mns_rows_get_int (here, 0, 2),
              error);
}

static gboolean
take_out (Run *run, GError **error)
{
  MnsId artifact;
  gint64 n;

  get_id (run, "artifact", &artifact);
  n = mns_transaction_count (run->tx,
                             "DELETE FROM placement WHERE artifact_id = $id",
                             MNS_ARGS (MNS_ARG_ID ("id", &artifact)),
                             error);
  if (n < 0)
    return FALSE;
  return n > 0 || conflict (run, "moved_on");
}

gboolean
mns_toy_read_count (
    MnsTransaction *tx, const MnsId *person, const char *name, gint64 *n, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      tx,
      "SELECT value FROM person_setting WHERE person_id = $person AND name = $name",
      MNS_ARGS (MNS_ARG_ID ("person", person), MNS_ARG_TEXT ("name", name)),
      error);

  if (rows == NULL)
    return FALSE;
  *n = mns_rows_get_n_rows (rows) == 0 ? 0
                                       : g_ascii_strtoll (mns_rows_get_text (rows, 0, 0), NULL, 10);
  return TRUE;
}

/* An upsert: it fires the insert trigger or the update trigger, never both. */
static gboolean
count_up (Run *run, GError **error)
{
  g_autofree char *value = NULL;
  gint64 n = 0;

  if (!mns_toy_read_count (run->tx, &run->lab->person, get_text (run, "name"), &n, error))
    return FALSE;
  value = g_strdup_printf ("%" G_GINT64_FORMAT, n + 1);
  return mns_transaction_run (
      run->tx,
      "INSERT INTO person_setting (person_id, name, value) VALUES ($person, $name, $value) "
      "ON CONFLICT (person_id, name) DO UPDATE SET value = excluded.value",
      MNS_ARGS (MNS_ARG_ID ("person", &run->lab->person),
                MNS_ARG_TEXT ("name", get_text (run, "name")),
                MNS_ARG_JSON ("value", value)),
      error);
}

static gboolean
poison (Run *run, GError **error)
{
  if (mns_transaction_is_partial (run->tx))
    return count_up (run, error);
  g_set_error (error, MNS_ERROR, MNS_ERROR_FAILED, "this rule has a bug");
  return FALSE;
}

static gboolean
need_elsewhere (Run *run, GError **error)
{
  if (mns_transaction_is_partial (run->tx))
    run->result->outcome = MNS_OUTCOME_NOT_LOCAL;
  else
    return count_up (run, error);
  return TRUE;
}

static const struct
{
  const char *name;
  gboolean (*rule) (Run *run, GError **error);
} rules[] = {
  { "toy.create", create },
  { "toy.rename", rename_container },
  { "toy.delete", delete_container },
  { "toy.place", place },
  { "toy.swap", swap },
  { "toy.take_out", take_out },
  { "toy.count", count_up },
  { "toy.two", place_in_limited_row },
  { "toy.poison", poison },
  { "toy.elsewhere", need_elsewhere },
};

MnsResult *
mns_toy_run (const MnsLab *lab, MnsCommand *command, gpointer data, GError **error)
{
  g_autoptr (MnsResult) result = mns_result_new (MNS_OUTCOME_OK);
  Run run = { lab, command, lab->transaction, result };

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    if (g_str_equal (rules[i].name, command->name))
      return rules[i].rule (&run, error) ? g_steal_pointer (&result) : NULL;
  result->outcome = MNS_OUTCOME_ERROR;
  return g_steal_pointer (&result);
}

static void
make_fixed (guint8 kind, guint n, MnsId *id)
{
  memset (id, 0, sizeof *id);
  id->bytes[6] = 0x70;
  id->bytes[8] = 0x80;
  id->bytes[14] = kind;
  id->bytes[15] = (guint8) n;
}

void
mns_toy_artifact (guint n, MnsId *id)
{
  make_fixed (0xaa, n, id);
}

void
mns_toy_container (guint n, MnsId *id)
{
  make_fixed (0xcc, n, id);
}

gboolean
mns_toy_seed (MnsTransaction *tx, guint n_containers, GError **error)
{
  for (guint i = 1; i <= n_containers; i++)
    {
      g_autofree char *lims_id = g_strdup_printf ("27-%u", i);
      g_autofree char *name = g_strdup_printf ("plate %u", i);
      MnsId id;

      mns_toy_container (i, &id);
      if (!insert_container (tx, &id, lims_id, name, 1, error))
        return FALSE;
    }
  return TRUE;
}

static void
print_cell (GString *text, const MnsValue *value)
{
  char id[MNS_ID_TEXT_SIZE];

  if (value->is_null)
    g_string_append (text, "-");
  else if (value->kind == MNS_KIND_ID)
    {
      mns_id_print (&value->v.id, id);
      g_string_append (text, id);
    }
  else if (value->kind == MNS_KIND_INT)
    g_string_append_printf (text, "%" G_GINT64_FORMAT, value->v.integer);
  else
    g_string_append (text, value->v.text);
  g_string_append_c (text, '|');
}

static gboolean
dump_table (
    GString *text, MnsTransaction *tx, const char *table, const MnsId *person, GError **error)
{
  const MnsEntity *entity = mns_entity_find (table);
  g_autofree char *columns = mns_entity_column_list (entity, NULL);
  g_autofree char *key = g_strjoinv (", ", (char **) entity->key);
  g_autofree char *sql = g_strdup_printf (
      "SELECT %s FROM %s%s ORDER BY %s",
      columns,
      table,
      mns_entity_find_field (entity, "person_id") != NULL ? " WHERE person_id = $person" : "",
      key);
  g_autoptr (MnsRows) rows =
      mns_transaction_query (tx, sql, MNS_ARGS (MNS_ARG_ID ("person", person)), error);

  if (rows == NULL)
    return FALSE;
  g_string_append_printf (text, "== %s\n", table);
  for (guint r = 0; r < mns_rows_get_n_rows (rows); r++)
    {
      for (guint c = 0; c < mns_rows_get_n_columns (rows); c++)
        print_cell (text, mns_rows_get (rows, r, c));
      g_string_append_c (text, '\n');
    }
  return TRUE;
}

char *
mns_toy_dump (MnsTransaction *tx, const MnsId *person, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; mns_toy_tables[i] != NULL; i++)
    if (!dump_table (text, tx, mns_toy_tables[i], person, error))
      return NULL;
  return g_string_free (g_steal_pointer (&text), FALSE);
}
