/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Who am I, what work is there: the first screen after signing in. */

#include "config.h"

#include "sync/views/columns.h"
#include "sync/views/tables.h"

/* One cell of all the first columns' texts, separated by commas. */
static void
add_joined (MnsRows *to, const MnsRows *names)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < mns_rows_get_n_rows (names); i++)
    g_string_append_printf (list, "%s%s", i > 0 ? "," : "", mns_rows_get_text (names, i, 0));
  mns_rows_add (to, mns_value_text (list->str));
}

static gboolean
look_at_me (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  g_autoptr (MnsRows) person = NULL;
  g_autoptr (MnsRows) roles = NULL;
  g_autoptr (MnsRows) rights = NULL;
  const MnsArg *who = MNS_ARGS (MNS_ARG_ID ("person", &look->person));

  person = mns_transaction_query (
      look->transaction,
      "SELECT id AS person_id, first_name || ' ' || last_name AS name, username, account_id "
      "FROM person WHERE id = $person",
      who,
      error);
  roles = person == NULL ? NULL
                         : mns_transaction_query (look->transaction,
                                                  "SELECT r.name FROM person_role p "
                                                  "JOIN role r ON r.id = p.role_id "
                                                  "WHERE p.person_id = $person ORDER BY r.name",
                                                  who,
                                                  error);
  rights = roles == NULL
               ? NULL
               : mns_transaction_query (look->transaction,
                                        "SELECT DISTINCT g.permission FROM person_role p "
                                        "JOIN role_permission g ON g.role_id = p.role_id "
                                        "WHERE p.person_id = $person ORDER BY g.permission",
                                        who,
                                        error);
  if (rights == NULL)
    return FALSE;

  result->rows = mns_rows_new ();
  for (guint c = 0; c < mns_rows_get_n_columns (person); c++)
    mns_rows_add_column (
        result->rows, mns_rows_get_column_name (person, c), mns_rows_get_column_kind (person, c));
  mns_rows_add_column (result->rows, "roles", MNS_KIND_TEXT);
  mns_rows_add_column (result->rows, "rights", MNS_KIND_TEXT);
  if (mns_rows_get_n_rows (person) == 0)
    return TRUE;
  for (guint c = 0; c < mns_rows_get_n_columns (person); c++)
    mns_rows_add (result->rows, *mns_rows_get (person, 0, c));
  add_joined (result->rows, roles);
  add_joined (result->rows, rights);
  return TRUE;
}

typedef struct
{
  gint64 queued, high, in_progress;
} Counts;

static Counts *
get_counts (GHashTable *counts, const MnsId *queue)
{
  Counts *found = g_hash_table_lookup (counts, queue);

  if (found == NULL)
    {
      found = g_new0 (Counts, 1);
      g_hash_table_insert (counts, mns_id_dup (queue), found);
    }
  return found;
}

/* The server keeps counters, one a stage, status and shard; a device counts its own rows, in an
 * index of its own (sync/client/schema.c).
 */
static const char server_counts_sql[] =
    "SELECT s.queue_id, c.status, 0 AS priority, CAST(SUM(c.n) AS bigint) FROM stage_count c "
    "JOIN stage s ON s.id = c.stage_id WHERE c.status IN ('QUEUED', 'IN_PROGRESS') "
    "GROUP BY s.queue_id, c.status";
static const char device_counts_sql[] =
    "SELECT queue_id, status, priority, COUNT(*) FROM stage_entry "
    "WHERE status IN ('QUEUED', 'IN_PROGRESS') GROUP BY queue_id, status, priority";

static gboolean
count_stages (const MnsLook *look, GHashTable *counts, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      look->transaction, look->on_server ? server_counts_sql : device_counts_sql, NULL, error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      Counts *place = get_counts (counts, mns_rows_get_id (rows, i, 0));
      gint64 n = mns_rows_get_int (rows, i, 3);

      if (g_str_equal (mns_rows_get_text (rows, i, 1), "IN_PROGRESS"))
        place->in_progress += n;
      else
        place->queued += n;
    }
  return TRUE;
}

static gboolean
count_high (const MnsLook *look, GHashTable *counts, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      look->transaction,
      "SELECT s.queue_id, (SELECT COUNT(*) FROM stage_entry e WHERE e.queue_id = s.queue_id "
      "AND e.status = 'QUEUED' AND e.priority = 1) AS n "
      "FROM (SELECT DISTINCT queue_id FROM stage WHERE archived = 0) AS s",
      NULL,
      error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    if (mns_rows_get_int (rows, i, 1) > 0)
      get_counts (counts, mns_rows_get_id (rows, i, 0))->high = mns_rows_get_int (rows, i, 1);
  return TRUE;
}

static const char lab_sql[] =
    "SELECT p.id AS protocol_id, p.name AS protocol, p.position AS protocol_position, "
    "p.type AS protocol_type, p.is_qc, s.id AS step_id, s.name AS step, s.lims_id AS step_lims_id, "
    "s.position AS step_position, s.queue_id "
    "FROM protocol p JOIN step s ON s.protocol_id = p.id "
    "WHERE p.archived = 0 AND p.hidden = 0 AND s.archived = 0 AND EXISTS ("
    "SELECT 1 FROM workflow_protocol w JOIN workflow f ON f.id = w.workflow_id "
    "WHERE w.protocol_id = p.id AND f.status <> 'PENDING' "
    "AND ($any = 1 OR f.id = $workflow)) "
    "ORDER BY p.position, p.name, s.position, s.id";

static gboolean
look_at_lab (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  static const char *const counted[] = { "queued", "high", "in_progress" };
  g_autoptr (GHashTable) counts = g_hash_table_new_full (mns_id_hash, mns_id_equal, g_free, g_free);
  g_autoptr (MnsRows) steps = NULL;
  MnsId workflow = { 0 };
  gboolean named = mns_look_get_id (args, "workflow", &workflow);
  guint n_columns;

  steps = mns_transaction_query (
      look->transaction,
      lab_sql,
      MNS_ARGS (MNS_ARG_INT ("any", !named), MNS_ARG_ID ("workflow", &workflow)),
      error);
  if (steps == NULL || !count_stages (look, counts, error) || !count_high (look, counts, error))
    return FALSE;

  result->rows = mns_rows_new ();
  n_columns = mns_rows_get_n_columns (steps);
  for (guint c = 0; c < n_columns; c++)
    mns_rows_add_column (
        result->rows, mns_rows_get_column_name (steps, c), mns_rows_get_column_kind (steps, c));
  for (guint c = 0; c < G_N_ELEMENTS (counted); c++)
    mns_rows_add_column (result->rows, counted[c], MNS_KIND_INT);
  for (guint row = 0; row < mns_rows_get_n_rows (steps); row++)
    {
      const Counts *place = get_counts (counts, mns_rows_get_id (steps, row, n_columns - 1));

      for (guint c = 0; c < n_columns; c++)
        mns_rows_add (result->rows, *mns_rows_get (steps, row, c));
      mns_rows_add (result->rows, mns_value_int (place->queued));
      mns_rows_add (result->rows, mns_value_int (place->high));
      mns_rows_add (result->rows, mns_value_int (place->in_progress));
    }
  return TRUE;
}

/* Runs as people list them. */
#define RUN_COLUMNS                                                                                \
  "SELECT r.id AS run_id, r.lims_id, r.step_id, s.name AS step, p.name AS protocol, r.state, "     \
  "r.technician_id, t.first_name || ' ' || t.last_name AS technician, "                            \
  "(SELECT COUNT(*) FROM step_input i WHERE i.run_id = r.id) AS samples, "                         \
  "r.started_at, r.completed_at, r.changed_at, "                                                   \
  "CASE WHEN r.technician_id = $person THEN 1 ELSE 0 END AS mine "                                 \
  "FROM step_run r JOIN step s ON s.id = r.step_id JOIN protocol p ON p.id = s.protocol_id "       \
  "JOIN person t ON t.id = r.technician_id "

static gboolean
look_at_my_runs (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  result->rows = mns_transaction_query (
      look->transaction,
      RUN_COLUMNS
      "WHERE r.state <> 'COMPLETED' ORDER BY mine DESC, r.started_at DESC, r.id "
      "LIMIT 500",
      MNS_ARGS (MNS_ARG_ID ("person", &look->person)),
      error);
  return result->rows != NULL;
}

/* Row ids ascend with the time at which a row was made, so the key serves this order. */
static gboolean
look_at_recent (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  result->rows =
      mns_transaction_query (look->transaction,
                             RUN_COLUMNS "ORDER BY r.id DESC LIMIT $limit",
                             MNS_ARGS (MNS_ARG_ID ("person", &look->person),
                                       MNS_ARG_INT ("limit", mns_look_get_int (args, "limit", 20))),
                             error);
  return result->rows != NULL;
}

static gboolean
look_at_workflows (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  const char *status = mns_look_get_text (args, "status");

  result->rows =
      mns_transaction_query (look->transaction,
                             "SELECT id AS workflow_id, lims_id, name, status FROM workflow "
                             "WHERE $any = 1 OR status = $status ORDER BY name, id",
                             MNS_ARGS (MNS_ARG_INT ("any", status == NULL),
                                       MNS_ARG_TEXT ("status", status != NULL ? status : "")),
                             error);
  return result->rows != NULL;
}

static gboolean
look_at_stages (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  MnsId workflow;

  mns_look_get_id (args, "workflow", &workflow);
  result->rows = mns_transaction_query (
      look->transaction,
      "SELECT s.id AS stage_id, s.name AS stage, p.name AS protocol, s.position, s.step_id "
      "FROM stage s JOIN protocol p ON p.id = s.protocol_id "
      "WHERE s.workflow_id = $workflow AND s.archived = 0 ORDER BY s.position, s.id",
      MNS_ARGS (MNS_ARG_ID ("workflow", &workflow)),
      error);
  return result->rows != NULL;
}

static const MnsArgSpec no_args[] = { { NULL } };
static const MnsArgSpec lab_args[] = {
  { "workflow", MNS_ARG_TYPE_ID, .refers = "workflow", .help = "only steps of this workflow" },
  { NULL },
};
static const MnsArgSpec recent_args[] = {
  { "limit", MNS_ARG_TYPE_INT, .min = 1, .max = 500 },
  { NULL },
};
static const MnsArgSpec workflows_args[] = {
  { "status", MNS_ARG_TYPE_TEXT, .words = "PENDING ACTIVE ARCHIVED" },
  { NULL },
};
static const MnsArgSpec stages_args[] = {
  { "workflow", MNS_ARG_TYPE_ID, .required = TRUE, .refers = "workflow" },
  { NULL },
};

static const MnsViewSpec me = {
  .name = "me",
  .args = no_args,
  .func = look_at_me,
  .columns = "person_id id, name text, username text, account_id id, roles text, rights text",
  .help = "Who is signed in, and what they may do",
};
static const MnsViewSpec lab = {
  .name = "lab",
  .args = lab_args,
  .func = look_at_lab,
  .columns =
      "protocol_id id, protocol text, protocol_position int, protocol_type text, is_qc int, "
      "step_id id, step text, step_lims_id text, step_position int, queue_id id, "
      "queued int, high int, in_progress int",
  .help = "The steps of the lab with what waits and what is being worked on",
};
#define RUN_KINDS                                                                                  \
  "run_id id, lims_id text, step_id id, step text, protocol text, state text, technician_id id, "  \
  "technician text, samples int, started_at int, completed_at int, changed_at int, mine int"
static const MnsViewSpec my_runs = {
  .name = "my_runs",
  .args = no_args,
  .func = look_at_my_runs,
  .columns = RUN_KINDS,
  .help = "Steps that are not finished, one's own first",
};
static const MnsViewSpec recent = {
  .name = "recent",
  .args = recent_args,
  .func = look_at_recent,
  .columns = RUN_KINDS,
  .help = "The steps begun last",
};
static const MnsViewSpec workflows = {
  .name = "workflows",
  .args = workflows_args,
  .func = look_at_workflows,
  .columns = "workflow_id id, lims_id text, name text, status text",
  .help = "Workflows by name",
};
static const MnsViewSpec stages = {
  .name = "stages",
  .args = stages_args,
  .func = look_at_stages,
  .columns = "stage_id id, stage text, protocol text, position int, step_id id",
  .help = "The stages of a workflow in order",
};

const MnsViewSpec *const mns_views_lab[] = {
  &me, &lab, &my_runs, &recent, &workflows, &stages, NULL
};
