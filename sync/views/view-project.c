/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Projects, their samples, one sample's story, containers. */

#include "config.h"

#include <string.h>

#include "sync/views/columns.h"
#include "sync/views/tables.h"

/* The status of a project is derived from its two dates, never stored. */
#define PROJECT_STATUS                                                                             \
  "CASE WHEN j.close_date IS NOT NULL THEN 'CLOSED' WHEN j.open_date IS NOT NULL THEN 'OPEN' "     \
  "ELSE 'PENDING' END"

#define PROJECT_COLUMNS                                                                            \
  "SELECT j.id AS project_id, j.lims_id, j.name, " PROJECT_STATUS                                  \
  " AS status, "                                                                                   \
  "a.id AS account_id, a.name AS account, c.id AS client_id, "                                     \
  "c.first_name || ' ' || c.last_name AS client, j.priority, j.open_date, j.close_date, "          \
  "(SELECT COUNT(*) FROM sample s WHERE s.project_id = j.id) AS samples, "                         \
  "(SELECT COUNT(*) FROM sample s WHERE s.project_id = j.id "                                      \
  "AND s.completed_date IS NOT NULL) AS done, j.created_at, j.fields "                             \
  "FROM project j JOIN account a ON a.id = j.account_id JOIN person c ON c.id = j.person_id "

static gboolean
look_at_projects (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  const char *filter = mns_look_get_text (args, "filter");
  const char *status = mns_look_get_text (args, "status");
  gint64 limit = mns_look_get_limit (args);
  gint64 offset = mns_look_get_offset (args);
  MnsRows *rows =
      mns_transaction_query (look->transaction,
                             PROJECT_COLUMNS
                             "WHERE ($all = 1 OR mns_contains (j.name, $filter) = 1 "
                             "OR mns_contains (a.name, $filter) = 1 OR j.lims_id = $filter) "
                             "AND ($any = 1 OR " PROJECT_STATUS
                             " = $status) "
                             "ORDER BY j.name_key, j.id LIMIT $limit OFFSET $offset",
                             MNS_ARGS (MNS_ARG_INT ("all", filter == NULL),
                                       MNS_ARG_TEXT ("filter", filter != NULL ? filter : ""),
                                       MNS_ARG_INT ("any", status == NULL),
                                       MNS_ARG_TEXT ("status", status != NULL ? status : ""),
                                       MNS_ARG_INT ("limit", limit),
                                       MNS_ARG_INT ("offset", offset)),
                             error);

  if (rows == NULL)
    return FALSE;
  mns_view_result_page (result, rows, limit, offset);
  return TRUE;
}

/* A query by one id, its argument named as the table's. */
static gboolean
look_by_id (const MnsLook *look,
            JsonObject *args,
            const char *name,
            const char *sql,
            MnsViewResult *result,
            GError **error)
{
  MnsId id;

  mns_look_get_id (args, name, &id);
  result->rows =
      mns_transaction_query (look->transaction, sql, MNS_ARGS (MNS_ARG_ID ("id", &id)), error);
  return result->rows != NULL;
}

static gboolean
look_at_project (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  return look_by_id (look, args, "project", PROJECT_COLUMNS "WHERE j.id = $id", result, error);
}

/* The stages in which anything made of a sample waits or is worked on. */
#define SAMPLE_WHERE                                                                               \
  "(SELECT MIN(g.name) FROM content q JOIN artifact d ON d.content_id = q.artifact_id "            \
  "JOIN stage_entry e ON e.artifact_id = d.id AND e.status IN ('QUEUED', 'IN_PROGRESS') "          \
  "JOIN stage g ON g.id = e.stage_id WHERE q.sample_id = s.id)"

/* Tables beside the sample that a column is read from. */
enum
{
  FROM_PROJECT = 1 << 0,
  FROM_PLACE = 1 << 1,
};

/* What a caller may name in the argument "columns", and what is read for it. */
static const struct
{
  const char *name, *sql;
  guint from;
} sample_parts[] = {
  { "sample_id", "s.id AS sample_id", 0 },
  { "lims_id", "s.lims_id", 0 },
  { "name", "s.name", 0 },
  { "artifact_id", "s.artifact_id", 0 },
  { "project_id", "s.project_id", 0 },
  { "project", "j.name AS project", FROM_PROJECT },
  { "container_id", "c.id AS container_id", FROM_PLACE },
  { "container", "c.name AS container", FROM_PLACE },
  { "well", "p.y, p.x, c.container_type_id AS _type", FROM_PLACE },
  { "received_date", "s.received_date", 0 },
  { "completed_date", "s.completed_date", 0 },
  { "stage", SAMPLE_WHERE " AS stage", 0 },
  { "fields", "s.fields AS _sample", 0 },
};

static const struct
{
  guint from;
  const char *sql;
} sample_joins[] = {
  { FROM_PROJECT, "LEFT JOIN project j ON j.id = s.project_id " },
  { FROM_PLACE,
    "LEFT JOIN placement p ON p.artifact_id = s.artifact_id "
    "LEFT JOIN container c ON c.id = p.container_id " },
};

static gboolean
is_wanted (JsonObject *args, const char *name)
{
  JsonNode *node = json_object_get_member (args, "columns");
  JsonArray *list =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    if (g_strcmp0 (json_array_get_string_element (list, i), name) == 0)
      return TRUE;
  return list == NULL;
}

/* SELECT … FROM …, of what is wanted. @more: a column that is read in any case. */
static char *
write_sample_select (JsonObject *args, const char *more, guint from)
{
  GString *sql = g_string_new ("SELECT ");

  g_string_append (sql, more);
  for (guint i = 0; i < G_N_ELEMENTS (sample_parts); i++)
    if (is_wanted (args, sample_parts[i].name))
      {
        g_string_append_printf (sql, ", %s", sample_parts[i].sql);
        from |= sample_parts[i].from;
      }
  g_string_append (sql, " FROM sample s ");
  for (guint i = 0; i < G_N_ELEMENTS (sample_joins); i++)
    if ((from & sample_joins[i].from) != 0)
      g_string_append (sql, sample_joins[i].sql);
  return g_string_free (sql, FALSE);
}

/* All custom fields of submitted samples, by number. */
static GArray *
make_sample_columns (const MnsCatalog *catalog)
{
  GArray *columns = g_array_new (FALSE, FALSE, sizeof (MnsFieldColumn));
  GHashTableIter iter;
  MnsFieldInfo *field;

  g_hash_table_iter_init (&iter, catalog->fields);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &field))
    if (g_str_equal (field->object, "SAMPLE") && !field->phi)
      {
        MnsFieldColumn column = { field, "_sample", "" };
        guint at = 0;

        while (at < columns->len &&
               g_array_index (columns, MnsFieldColumn, at).field->no < field->no)
          at++;
        g_array_insert_val (columns, at, column);
      }
  return columns;
}

static MnsRows *
finish_samples (const MnsLook *look, JsonObject *args, MnsRows *raw, GError **error)
{
  g_autoptr (MnsCatalog) catalog = raw != NULL ? mns_catalog_load (look->transaction, error) : NULL;
  g_autoptr (GArray) columns = NULL;

  if (catalog == NULL)
    return NULL;
  columns = is_wanted (args, "fields") ? make_sample_columns (catalog) : NULL;
  return mns_catalog_finish (catalog, raw, columns, look->now);
}

/* A page ends with the id and the sort key of its last sample, so that the last page costs what the
 * first does. The cursor is both in base64: a key has all characters that names have.
 */
static gboolean
read_cursor (JsonObject *args, MnsId *id, char **key)
{
  const char *after = mns_look_get_text (args, "after");
  gsize size = 0;
  g_autofree guchar *bytes = after != NULL ? g_base64_decode (after, &size) : NULL;

  if (size < sizeof id->bytes ||
      !g_utf8_validate ((char *) bytes + sizeof id->bytes, size - sizeof id->bytes, NULL))
    return FALSE;
  memcpy (id->bytes, bytes, sizeof id->bytes);
  *key = g_strndup ((char *) bytes + sizeof id->bytes, size - sizeof id->bytes);
  return TRUE;
}

/* The first two columns of @raw are the key and the id. */
static char *
write_cursor (const MnsRows *raw)
{
  guint last = mns_rows_get_n_rows (raw) - 1;
  const char *key = mns_rows_get_text (raw, last, 0);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, mns_rows_get_id (raw, last, 1)->bytes, sizeof (MnsId));
  g_byte_array_append (bytes, (const guint8 *) key, (guint) strlen (key));
  return g_base64_encode (bytes->data, bytes->len);
}

static gboolean
look_at_project_samples (const MnsLook *look,
                         JsonObject *args,
                         MnsViewResult *result,
                         GError **error)
{
  const char *filter = mns_look_get_text (args, "filter");
  g_autofree char *key = NULL;
  MnsId project;
  MnsId last = { { 0 } };
  gboolean goes_on = read_cursor (args, &last, &key);
  g_autofree char *limit = mns_look_limit_sql (args);
  g_autofree char *select = write_sample_select (
      args, "s.name_key AS _key, s.id AS _id", filter != NULL ? FROM_PLACE : 0);
  g_autofree char *sql =
      g_strconcat (select,
                   "WHERE s.project_id = $project ",
                   filter != NULL ? "AND (mns_contains (s.name, $filter) = 1 "
                                    "OR s.lims_id = $filter OR mns_contains (c.name, $filter) = 1) "
                                  : "",
                   goes_on ? "AND (s.name_key, s.id) > ($key, $last) " : "",
                   "ORDER BY s.name_key, s.id",
                   limit,
                   NULL);
  g_autoptr (MnsRows) raw = NULL;

  mns_look_get_id (args, "project", &project);
  raw = mns_transaction_query (look->transaction,
                               sql,
                               MNS_ARGS (MNS_ARG_ID ("project", &project),
                                         MNS_ARG_TEXT ("filter", filter != NULL ? filter : ""),
                                         MNS_ARG_TEXT ("key", goes_on ? key : ""),
                                         MNS_ARG_ID ("last", &last)),
                               error);
  result->rows = finish_samples (look, args, raw, error);
  if (result->rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (raw) >= mns_look_get_limit (args))
    result->next = write_cursor (raw);
  return TRUE;
}

static gboolean
look_at_sample (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  MnsId sample;
  g_autofree char *select = write_sample_select (args, "s.name_key AS _key", 0);
  g_autofree char *sql = g_strconcat (select, "WHERE s.id = $sample", NULL);
  g_autoptr (MnsRows) raw = NULL;

  mns_look_get_id (args, "sample", &sample);
  raw = mns_transaction_query (
      look->transaction, sql, MNS_ARGS (MNS_ARG_ID ("sample", &sample)), error);
  result->rows = finish_samples (look, args, raw, error);
  return result->rows != NULL;
}

/* Every stage that anything made of the sample has been in; nothing is overwritten, so it is all.
 */
static gboolean
look_at_sample_history (const MnsLook *look,
                        JsonObject *args,
                        MnsViewResult *result,
                        GError **error)
{
  return look_by_id (
      look,
      args,
      "sample",
      "SELECT e.queued_at AS at, e.ended_at, d.lims_id, d.name, w.name AS workflow, "
      "p.name AS protocol, g.name AS step, e.status, r.id AS run_id, r.lims_id AS run_lims_id, "
      "t.first_name || ' ' || t.last_name AS person "
      "FROM content k JOIN artifact d ON d.content_id = k.artifact_id "
      "JOIN stage_entry e ON e.artifact_id = d.id JOIN stage g ON g.id = e.stage_id "
      "JOIN workflow w ON w.id = g.workflow_id JOIN protocol p ON p.id = g.protocol_id "
      "LEFT JOIN step_run r ON r.id = e.run_id LEFT JOIN person t ON t.id = r.technician_id "
      "WHERE k.sample_id = $id ORDER BY e.queued_at, d.id, e.n",
      result,
      error);
}

/* The line from the submitted sample down: each artifact with the run that made it. */
static gboolean
look_at_sample_family (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  return look_by_id (look,
                     args,
                     "sample",
                     "SELECT d.id AS artifact_id, d.lims_id, d.name, d.kind, d.qc_flag, "
                     "r.id AS run_id, r.lims_id AS run_lims_id, s.name AS step, r.started_at, "
                     "c.name AS container, p.y, p.x "
                     "FROM content k JOIN artifact d ON d.content_id = k.artifact_id "
                     "LEFT JOIN step_run r ON r.id = d.run_id LEFT JOIN step s ON s.id = r.step_id "
                     "LEFT JOIN placement p ON p.artifact_id = d.id "
                     "LEFT JOIN container c ON c.id = p.container_id "
                     "WHERE k.sample_id = $id ORDER BY r.started_at NULLS FIRST, d.id",
                     result,
                     error);
}

static gboolean
look_at_container (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  return look_by_id (
      look,
      args,
      "container",
      "SELECT c.id AS container_id, c.lims_id, c.name, c.state, t.id AS container_type_id, "
      "t.name AS type, t.x_size, t.y_size, t.x_alpha, t.x_offset, t.y_alpha, t.y_offset, "
      "t.unavailable, t.is_tube, (SELECT COUNT(*) FROM placement p WHERE p.container_id = c.id) "
      "AS occupied FROM container c JOIN container_type t ON t.id = c.container_type_id "
      "WHERE c.id = $id",
      result,
      error);
}

static gboolean
look_at_container_wells (const MnsLook *look,
                         JsonObject *args,
                         MnsViewResult *result,
                         GError **error)
{
  MnsId container;
  g_autoptr (MnsRows) raw = NULL;
  g_autoptr (MnsCatalog) catalog = NULL;

  mns_look_get_id (args, "container", &container);
  raw = mns_transaction_query (
      look->transaction,
      "SELECT p.y, p.x, c.container_type_id AS _type, p.artifact_id, a.lims_id, a.name, "
      "s.id AS sample_id, s.name AS sample, j.id AS project_id, j.name AS project "
      "FROM placement p JOIN container c ON c.id = p.container_id "
      "LEFT JOIN artifact a ON a.id = p.artifact_id "
      "LEFT JOIN content k ON k.artifact_id = a.content_id AND k.n = 0 "
      "LEFT JOIN sample s ON s.id = k.sample_id LEFT JOIN project j ON j.id = s.project_id "
      "WHERE p.container_id = $container ORDER BY p.y, p.x",
      MNS_ARGS (MNS_ARG_ID ("container", &container)),
      error);
  catalog = raw != NULL ? mns_catalog_load (look->transaction, error) : NULL;
  if (catalog == NULL)
    return FALSE;
  result->rows = mns_catalog_finish (catalog, raw, NULL, look->now);
  return TRUE;
}

static const MnsArgSpec projects_args[] = {
  { "filter", MNS_ARG_TYPE_TEXT, .max = 200 },
  { "status", MNS_ARG_TYPE_TEXT, .words = "PENDING OPEN CLOSED" },
  { "limit", MNS_ARG_TYPE_INT, .min = 1, .max = 500 },
  { "after", MNS_ARG_TYPE_TEXT, .max = 200 },
  { NULL },
};
static const MnsArgSpec project_args[] = {
  { "project", MNS_ARG_TYPE_ID, .required = TRUE, .refers = "project" },
  { NULL },
};
#define SAMPLE_COLUMNS                                                                             \
  {                                                                                                \
    "columns", MNS_ARG_TYPE_TEXTS,                                                                 \
        .max = G_N_ELEMENTS (sample_parts),                                                        \
        .words =                                                                                   \
            "sample_id lims_id name artifact_id project_id project container_id container well "   \
            "received_date completed_date stage fields",                                           \
        .help = "only these; all that are not read make the page cheaper; well brings y and x"     \
  }
static const MnsArgSpec project_samples_args[] = {
  { "project", MNS_ARG_TYPE_ID, .required = TRUE, .refers = "project" },
  { "filter", MNS_ARG_TYPE_TEXT, .max = 200 },
  SAMPLE_COLUMNS,
  { "limit", MNS_ARG_TYPE_INT, .min = 1, .max = 500 },
  { "after", MNS_ARG_TYPE_TEXT, .max = 8000 },
  { NULL },
};
static const MnsArgSpec sample_args[] = {
  { "sample", MNS_ARG_TYPE_ID, .required = TRUE, .refers = "sample" },
  { NULL },
};
static const MnsArgSpec one_sample_args[] = {
  { "sample", MNS_ARG_TYPE_ID, .required = TRUE, .refers = "sample" },
  SAMPLE_COLUMNS,
  { NULL },
};
static const MnsArgSpec container_args[] = {
  { "container", MNS_ARG_TYPE_ID, .required = TRUE, .refers = "container" },
  { NULL },
};

#define VIEW(c_name, c_args, what, kinds, words, ...)                                              \
  static const MnsViewSpec c_name = {                                                              \
    .name = #c_name, .args = c_args, .func = what, .columns = kinds, .help = words, __VA_ARGS__    \
  }
#define PROJECT_KINDS                                                                              \
  "project_id id, lims_id text, name text, status text, account_id id, account text, "             \
  "client_id id, client text, priority int, open_date text, close_date text, samples int, "        \
  "done int, created_at int, fields json"
#define SAMPLE_KINDS                                                                               \
  "sample_id id, lims_id text, name text, artifact_id id, project_id id, project text, "           \
  "container_id id, container text, y int, x int, received_date text, completed_date text, "       \
  "stage text, well text"

VIEW (projects, projects_args, look_at_projects, PROJECT_KINDS, "Projects by name");
VIEW (project, project_args, look_at_project, PROJECT_KINDS, "One project");
VIEW (project_samples,
      project_samples_args,
      look_at_project_samples,
      SAMPLE_KINDS,
      "Submitted samples of a project by name",
      .one_statement = TRUE);
VIEW (sample,
      one_sample_args,
      look_at_sample,
      SAMPLE_KINDS,
      "One submitted sample",
      .one_statement = TRUE);
VIEW (sample_history,
      sample_args,
      look_at_sample_history,
      "at int, ended_at int, lims_id text, name text, workflow text, protocol text, step text, "
      "status text, run_id id, run_lims_id text, person text",
      "Every stage that a sample or what was made of it has been in");
VIEW (sample_family,
      sample_args,
      look_at_sample_family,
      "artifact_id id, lims_id text, name text, kind text, qc_flag text, run_id id, "
      "run_lims_id text, step text, started_at int, container text, y int, x int",
      "What was made of a sample");
VIEW (container,
      container_args,
      look_at_container,
      "container_id id, lims_id text, name text, state text, container_type_id id, type text, "
      "x_size int, y_size int, x_alpha int, x_offset int, y_alpha int, y_offset int, "
      "unavailable json, is_tube int, occupied int",
      "One container");
VIEW (container_wells,
      container_args,
      look_at_container_wells,
      "y int, x int, artifact_id id, lims_id text, name text, sample_id id, sample text, "
      "project_id id, project text, well text",
      "Taken wells of a container");

const MnsViewSpec *const mns_views_project[] = { &projects,  &project,         &project_samples,
                                                 &sample,    &sample_history,  &sample_family,
                                                 &container, &container_wells, NULL };
