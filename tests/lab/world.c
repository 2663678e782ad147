/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <string.h>

#include "sync/model/entity.h"
#include "sync/store/sqlite-store.h"
#include "tests/lab/world.h"
#include "tests/mns-test.h"

#define START_TIME (G_GINT64_CONSTANT (1764000000) * G_USEC_PER_SEC)

static const struct
{
  const char *username, *first_name, *last_name, *role;
} users[MNS_WORLD_N_PEOPLE] = {
  { "cora", "Cora", "Customer", "Collaborator" },
  { "rosa", "Rosa", "Researcher", "Researcher" },
  { "carl", "Carl", "Colleague", "Researcher" },
  { "fred", "Fred", "Facility", "Facility Administrator" },
  { "ada", "Ada", "Admin", "System Administrator" },
};

static char *
read_source (const char *first, const char *second, const char *third)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (g_getenv ("MNS_SOURCE"), first, second, third, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, &error));
  g_assert_no_error (error);
  return text;
}

MnsStore *
mns_world_open_sqlite (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *shared = mns_test_read_shared_sql ();
  g_autofree char *sql = mns_sqlite_translate (shared);
  MnsStore *store = mns_sqlite_open (":memory:", MNS_SQLITE_NONE, &error);

  g_assert_no_error (error);
  g_assert_true (mns_sqlite_run_script (store, sql, &error));
  g_assert_no_error (error);
  return store;
}

static char *
take_id (gpointer data, const char *klass, const MnsId *owner, GError **error)
{
  MnsWorld *self = data;
  g_autofree char *owner_text = owner != NULL ? mns_id_to_string (owner) : g_strdup ("");
  gboolean is_run = g_str_equal (klass, "122-") || g_str_equal (klass, "151-");
  char *key = g_strconcat (is_run ? "24-" : klass, owner_text, NULL);
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->counters, key)) + 1;

  g_hash_table_insert (self->counters, key, GUINT_TO_POINTER (n));
  return g_strdup_printf ("%s%u", g_str_has_suffix (klass, "-") ? klass : "", n);
}

MnsIdSource
mns_world_get_ids (MnsWorld *self)
{
  return (MnsIdSource){ take_id, self, NULL };
}

/* Ids of commands: like UUIDv7, but counted. */
static void
make_command_id (MnsWorld *self, MnsId *id)
{
  guint n = ++self->n_commands;

  memset (id->bytes, 0, sizeof id->bytes);
  id->bytes[0] = 0x01;
  id->bytes[1] = 0x9a;
  id->bytes[4] = (guint8) (n >> 8);
  id->bytes[5] = (guint8) n;
  id->bytes[6] = 0x70;
  id->bytes[8] = 0x80;
  id->bytes[15] = 0xc0;
}

/**
 * mns_world_run:
 *
 * Runs a command that the test has made itself; its id and times are the world's.
 */
MnsResult *
mns_world_run (MnsWorld *self, MnsWorldPerson person, MnsCommand *command)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsTransaction) tx = mns_store_begin (self->store, MNS_ACCESS_WRITE, &error);
  MnsLab lab = { .transaction = tx, .client = self->client, .ids = mns_world_get_ids (self) };
  guint64 before;
  MnsResult *result;

  g_assert_no_error (error);
  self->now += G_USEC_PER_SEC;
  command->performed_at = self->now;
  lab.recorded_at = self->now;
  lab.as_system = person == MNS_WORLD_SYSTEM;
  lab.person = self->people[person == MNS_WORLD_SYSTEM ? MNS_WORLD_ADMIN : person];
  if (lab.as_system && mns_id_is_null (&lab.person))
    mns_id_derive (&lab.person, &MNS_ID_CONFIGURATION, "person", 0);
  before = mns_store_get_n_statements (self->store);
  result = mns_lab_run (&lab, command, &error);
  g_assert_no_error (error);
  self->n_statements = mns_store_get_n_statements (self->store) - before;
  if (result->outcome == MNS_OUTCOME_OK)
    {
      mns_transaction_commit (tx, &error);
      g_assert_no_error (error);
    }
  return result;
}

static JsonObject *
parse (const char *text)
{
  g_autofree char *json = g_strdup (text);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_strdelimit (json, "'", '"');
  node = json_from_string (json, &error);
  if (error != NULL)
    g_error ("%s in %s", error->message, json);
  return json_object_ref (json_node_get_object (node));
}

MnsResult *
mns_world_do (MnsWorld *self,
              MnsWorldPerson person,
              const char *command,
              const char *args,
              const char *expect)
{
  g_autoptr (JsonObject) object = parse (args);
  g_autoptr (MnsCommand) made = mns_command_new (command, object);

  make_command_id (self, &made->id);
  g_free (made->today);
  made->today = g_strdup ("2025-11-24");
  if (expect != NULL)
    made->expect = parse (expect);
  return mns_world_run (self, person, made);
}

JsonObject *
mns_world_must (MnsWorld *self, MnsWorldPerson person, const char *command, const char *format, ...)
{
  g_autoptr (MnsResult) result = NULL;
  g_autofree char *args = NULL;
  va_list list;

  va_start (list, format);
  args = g_strdup_vprintf (format, list);
  va_end (list);
  result = mns_world_do (self, person, command, args, NULL);
  if (result->outcome != MNS_OUTCOME_OK)
    {
      for (guint i = 0; i < result->faults->len; i++)
        {
          const MnsFault *fault = g_ptr_array_index (result->faults, i);

          g_printerr ("%s: %s: %s\n", fault->at, fault->code, fault->message);
        }
      g_error ("%s: %s: %s",
               command,
               mns_outcome_to_word (result->outcome),
               result->conflict_detail != NULL ? result->conflict_detail : "see above");
    }
  return json_object_ref (json_node_get_object (result->result));
}

static void
seed (MnsWorld *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsTransaction) tx = mns_store_begin (self->store, MNS_ACCESS_WRITE, &error);
  MnsLab lab = {
    .transaction = tx,
    .recorded_at = self->now,
    .ids = mns_world_get_ids (self),
    .as_system = TRUE,
  };

  g_assert_no_error (error);
  g_assert_true (mns_lab_seed (&lab, &error));
  g_assert_no_error (error);
  g_assert_true (mns_transaction_commit (tx, &error));
  g_assert_no_error (error);
}

static void
add_users (MnsWorld *self)
{
  for (guint i = 0; i < MNS_WORLD_N_PEOPLE; i++)
    {
      g_autoptr (JsonObject) made =
          mns_world_must (self,
                          MNS_WORLD_SYSTEM,
                          "user.create@1",
                          "{'username': '%s', 'first_name': '%s', 'last_name': '%s',"
                          " 'email': '%s@example.org', 'roles': ['%s']}",
                          users[i].username,
                          users[i].first_name,
                          users[i].last_name,
                          users[i].username,
                          users[i].role);

      g_assert_true (mns_id_parse (&self->people[i], json_object_get_string_member (made, "user")));
    }
}

MnsWorld *
mns_world_new (MnsStore *store)
{
  MnsWorld *self = g_new0 (MnsWorld, 1);
  g_autofree char *package = read_source ("data", "demo", "demo.json");
  g_autoptr (MnsCommand) command = NULL;
  g_autoptr (JsonObject) args = json_object_new ();
  g_autoptr (MnsResult) result = NULL;

  self->store = store;
  self->now = START_TIME;
  self->counters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  seed (self);
  add_users (self);
  json_object_set_member (args, "package", json_from_string (package, NULL));
  command = mns_command_new ("config.import@1", args);
  make_command_id (self, &command->id);
  result = mns_world_run (self, MNS_WORLD_ADMIN, command);
  for (guint i = 0; i < result->faults->len; i++)
    {
      const MnsFault *fault = g_ptr_array_index (result->faults, i);

      g_printerr ("%s: %s: %s\n", fault->at, fault->code, fault->message);
    }
  g_assert_cmpint (result->outcome, ==, MNS_OUTCOME_OK);
  return self;
}

void
mns_world_free (MnsWorld *self)
{
  if (self == NULL)
    return;
  mns_store_free (self->store);
  g_hash_table_unref (self->counters);
  g_free (self);
}

char *
mns_world_add_project (MnsWorld *self, const char *name, guint n, const char *workflow)
{
  g_autoptr (JsonObject) project =
      mns_world_must (self, MNS_WORLD_RESEARCHER, "project.create@1", "{'name': '%s'}", name);
  g_autoptr (GString) list = g_string_new (NULL);
  g_autoptr (JsonObject) made = NULL;
  const char *id = json_object_get_string_member (project, "project");

  for (guint i = 0; i < n; i++)
    g_string_append_printf (list,
                            "%s{'name': 'S-%u', 'container_type': '96 well plate',"
                            " 'container': '%s-P%u', 'well': '%c:%u'}",
                            i > 0 ? "," : "",
                            i + 1,
                            name,
                            i / 96 + 1,
                            'A' + i % 8,
                            i % 96 / 8 + 1);
  made = mns_world_must (self,
                         MNS_WORLD_RESEARCHER,
                         "sample.import@1",
                         "{'project': '%s', 'samples': [%s]}",
                         id,
                         list->str);
  if (workflow != NULL)
    {
      g_autofree char *samples = mns_world_artifacts (self, id, 0, n);
      g_autoptr (JsonObject) assigned = mns_world_must (self,
                                                        MNS_WORLD_RESEARCHER,
                                                        "workflow.assign@1",
                                                        "{'workflow': '%s', 'artifacts': [%s]}",
                                                        workflow,
                                                        samples);
    }
  return g_strdup (id);
}

static MnsRows *
query (MnsWorld *self, const char *sql, const MnsArg *args)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MnsTransaction) tx = mns_store_begin (self->store, MNS_ACCESS_READ, &error);
  MnsRows *rows;

  g_assert_no_error (error);
  rows = mns_transaction_query (tx, sql, args, &error);
  g_assert_no_error (error);
  return rows;
}

static void
append_value (GString *text, const MnsValue *value)
{
  char id[MNS_ID_TEXT_SIZE];
  g_autofree char *sum = NULL;

  if (value->is_null)
    g_string_append (text, "-");
  else
    switch (value->kind)
      {
      case MNS_KIND_ID:
        mns_id_print (&value->v.id, id);
        g_string_append (text, id);
        break;
      case MNS_KIND_INT:
        g_string_append_printf (text, "%" G_GINT64_FORMAT, value->v.integer);
        break;
      case MNS_KIND_REAL:
        g_string_append_printf (text, "%.17g", value->v.real);
        break;
      case MNS_KIND_BYTES:
        sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, value->v.bytes);
        g_string_append (text, sum);
        break;
      case MNS_KIND_TEXT:
      case MNS_KIND_JSON:
        g_string_append (text, value->v.text);
        break;
      }
}

char *
mns_world_ask (MnsWorld *self, const char *sql, const char *text)
{
  MnsId id;
  gboolean is_id = mns_id_parse (&id, text);
  g_autoptr (MnsRows) rows =
      query (self,
             sql,
             is_id ? MNS_ARGS (MNS_ARG_ID ("text", &id)) : MNS_ARGS (MNS_ARG_TEXT ("text", text)));
  GString *answer;

  if (mns_rows_get_n_rows (rows) == 0 || mns_rows_is_null (rows, 0, 0))
    return NULL;
  answer = g_string_new (NULL);
  append_value (answer, mns_rows_get (rows, 0, 0));
  return g_string_free (answer, FALSE);
}

static char *
join_ids (MnsRows *rows, guint from, guint n)
{
  GString *text = g_string_new (NULL);
  char id[MNS_ID_TEXT_SIZE];

  for (guint i = from; i < MIN (from + n, mns_rows_get_n_rows (rows)); i++)
    {
      mns_id_print (mns_rows_get_id (rows, i, 0), id);
      g_string_append_printf (text, "%s\"%s\"", i > from ? "," : "", id);
    }
  return g_string_free (text, FALSE);
}

char *
mns_world_artifacts (MnsWorld *self, const char *project, guint from, guint n)
{
  MnsId id;
  g_autoptr (MnsRows) rows = NULL;

  g_assert_true (mns_id_parse (&id, project));
  rows = query (self,
                "SELECT artifact_id FROM sample WHERE project_id = $id ORDER BY name_key, id",
                MNS_ARGS (MNS_ARG_ID ("id", &id)));
  return join_ids (rows, from, n);
}

char *
mns_world_outputs (MnsWorld *self, const char *run)
{
  MnsId id;
  g_autoptr (MnsRows) rows = NULL;

  g_assert_true (mns_id_parse (&id, run));
  rows = query (self,
                "SELECT id FROM artifact WHERE run_id = $id ORDER BY kind, output_no",
                MNS_ARGS (MNS_ARG_ID ("id", &id)));
  return join_ids (rows, 0, G_MAXUINT / 2);
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
dump_table (MnsWorld *self, const MnsEntity *entity, GString *text)
{
  g_autofree char *columns = mns_entity_column_list (entity, NULL);
  g_autofree char *sql = g_strdup_printf ("SELECT %s FROM %s", columns, entity->table);
  g_autoptr (MnsRows) rows = query (self, sql, NULL);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      GString *line = g_string_new (entity->table);

      for (guint k = 0; k < mns_rows_get_n_columns (rows); k++)
        {
          g_string_append_printf (line, " %s=", entity->fields[k].name);
          append_value (line, mns_rows_get (rows, i, k));
        }
      g_ptr_array_add (lines, g_string_free (line, FALSE));
    }
  g_ptr_array_sort (lines, compare_lines);
  for (guint i = 0; i < lines->len; i++)
    g_string_append_printf (text, "%s\n", (char *) g_ptr_array_index (lines, i));
}

char *
mns_world_dump (MnsWorld *self)
{
  GString *text = g_string_new (NULL);
  guint n_entities;
  const MnsEntity *const *entities = mns_entities_get_all (&n_entities);

  for (guint i = 0; i < n_entities; i++)
    dump_table (self, entities[i], text);
  return g_string_free (text, FALSE);
}
