/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Projects: domain/concepts.md section 3. The state of a project follows from its dates. */

#include "config.h"

#include "sync/lab/drift.h"
#include "sync/lab/fields.h"
#include "sync/lab/project.h"
#include "sync/lab/rules.h"
#include "sync/model/packed.h"
#include "sync/model/sort-key.h"

#define NAME_CHARACTERS 200

void
mns_project_free (MnsProject *self)
{
  if (self == NULL)
    return;
  g_free (self->lims_id);
  g_free (self->name);
  g_free (self->open_date);
  g_free (self->close_date);
  g_free (self->fields);
  g_free (self->phi_fields);
  g_free (self);
}

/* A collaborator works on projects of their own account; everyone at the bench on all. */
static gboolean
check_reach (MnsCall *call, const MnsProject *project, GError **error)
{
  g_autoptr (MnsRows) rows = NULL;
  gboolean bench = FALSE;
  gboolean scripts = FALSE;

  if (!mns_call_may (call, "ClarityLogin", &bench, error) ||
      !mns_call_may (call, "APILogin", &scripts, error))
    return FALSE;
  if (bench || scripts)
    return TRUE;
  rows = mns_transaction_query (call->tx,
                                "SELECT account_id FROM person WHERE id = $person",
                                MNS_ARGS (MNS_ARG_ID ("person", &call->lab->person)),
                                error);
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) == 0 ||
      !mns_id_equal (mns_rows_get_id (rows, 0, 0), &project->account))
    mns_call_deny (call, "ClarityLogin");
  return TRUE;
}

/**
 * mns_project_load:
 * @at: JSON pointer of the argument that names it
 *
 * Reads a project that the acting person may work on. If it is not there or not theirs, that has
 * been said: ask mns_call_failed().
 *
 * Returns: (transfer full): the project, or %NULL with @error set only if the store failed
 */
MnsProject *
mns_project_load (MnsCall *call, const MnsId *id, const char *at, GError **error)
{
  g_autoptr (MnsProject) self = g_new0 (MnsProject, 1);
  g_autoptr (MnsRows) rows = mns_transaction_query (
      call->tx,
      "SELECT lims_id, name, account_id, person_id, priority, open_date, close_date, fields,"
      " phi_fields FROM project WHERE id = $id",
      MNS_ARGS (MNS_ARG_ID ("id", id)),
      error);

  if (rows == NULL)
    return NULL;
  self->id = *id;
  if (mns_rows_get_n_rows (rows) == 0)
    {
      mns_call_missing (call, at, "project", NULL);
      return g_steal_pointer (&self);
    }
  self->lims_id = g_strdup (mns_rows_get_text (rows, 0, 0));
  self->name = g_strdup (mns_rows_get_text (rows, 0, 1));
  self->account = *mns_rows_get_id (rows, 0, 2);
  self->person = *mns_rows_get_id (rows, 0, 3);
  self->priority = mns_rows_get_int (rows, 0, 4);
  self->open_date = g_strdup (mns_rows_get_text (rows, 0, 5));
  self->close_date = g_strdup (mns_rows_get_text (rows, 0, 6));
  self->fields = g_strdup (mns_rows_get_text (rows, 0, 7));
  self->phi_fields = g_strdup (mns_rows_get_text (rows, 0, 8));
  if (!check_reach (call, self, error))
    return NULL;
  return g_steal_pointer (&self);
}

static gboolean
check_name_free (MnsCall *call, const char *name, GError **error)
{
  g_autoptr (MnsRows) rows =
      mns_transaction_query (call->tx,
                             "SELECT lims_id FROM project WHERE name = $name",
                             MNS_ARGS (MNS_ARG_TEXT ("name", name)),
                             error);

  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) > 0)
    mns_call_fault (call,
                    "/name",
                    "name_taken",
                    "there is a project “%s” already: %s",
                    name,
                    mns_rows_get_text (rows, 0, 0));
  return TRUE;
}

typedef struct
{
  MnsId person;
  MnsId account;
  char *last_name;
} Client;

/* The client named, else the acting person. */
static gboolean
load_client (MnsCall *call, Client *client, GError **error)
{
  g_autoptr (MnsRows) rows = NULL;
  gboolean given = mns_call_get_id (call, "client", &client->person);
  gboolean bench = FALSE;

  if (!given)
    client->person = call->lab->person;
  rows = mns_transaction_query (call->tx,
                                "SELECT account_id, last_name, status FROM person WHERE id = $id",
                                MNS_ARGS (MNS_ARG_ID ("id", &client->person)),
                                error);
  if (rows == NULL || !mns_call_may (call, "ClarityLogin", &bench, error))
    return FALSE;
  if (mns_rows_get_n_rows (rows) == 0)
    {
      mns_call_fault (call, "/client", "missing", "the project needs a client");
      return TRUE;
    }
  if (g_str_equal (mns_rows_get_text (rows, 0, 2), "ARCHIVED"))
    mns_call_fault (call, "/client", "archived", "the client of the project is archived");
  client->account = *mns_rows_get_id (rows, 0, 0);
  client->last_name = g_strdup (mns_rows_get_text (rows, 0, 1));
  if (!bench && (given || mns_call_has (call, "account")) &&
      !mns_id_equal (&client->person, &call->lab->person))
    mns_call_deny (call, "ClarityLogin");
  mns_call_get_id (call, "account", &client->account);
  return TRUE;
}

/* Three letters of the client's last name and the number: "ACC9636". */
static char *
make_lims_id (const char *last_name, const char *number)
{
  GString *text = g_string_new (NULL);

  if (g_str_has_prefix (number, "t-"))
    return g_string_free (g_string_assign (text, number), FALSE);
  for (const char *p = last_name; *p != '\0' && text->len < 3; p++)
    if (g_ascii_isalpha (*p))
      g_string_append_c (text, g_ascii_toupper (*p));
  if (text->len == 0)
    g_string_append (text, "PRJ");
  g_string_append (text, number);
  return g_string_free (text, FALSE);
}

static gboolean
insert_project (MnsCall *call, const Client *client, const MnsFieldValues *values, GError **error)
{
  const char *name = mns_call_get_text (call, "name");
  const char *open_date = mns_call_has (call, "open_date") ? mns_call_get_text (call, "open_date")
                                                           : mns_call_get_today (call);
  g_autofree char *number = mns_call_take_lims_id (call, "P", NULL, error);
  g_autofree char *lims_id = NULL;
  g_autofree char *key = mns_sort_key (name);
  g_autofree char *fields = mns_packed_print (values->plain);
  g_autofree char *phi_fields = mns_packed_print (values->phi);
  MnsId id;

  if (number == NULL)
    return FALSE;
  lims_id = make_lims_id (client->last_name, number);
  mns_call_derive_id (call, "project", 0, &id);
  mns_call_put_id (call, "project", &id);
  mns_call_put_text (call, "lims_id", lims_id);
  return mns_transaction_run (
      call->tx,
      "INSERT INTO project (id, lims_id, name, name_key, account_id, person_id, priority,"
      " open_date, fields, phi_fields, created_at, created_by, changed_at)"
      " VALUES ($id, $lims_id, $name, $key, $account, $person, $priority, $open, $fields, $phi,"
      " $now, $by, $now)",
      MNS_ARGS (MNS_ARG_ID ("id", &id),
                MNS_ARG_TEXT ("lims_id", lims_id),
                MNS_ARG_TEXT ("name", name),
                MNS_ARG_TEXT ("key", key),
                MNS_ARG_ID ("account", &client->account),
                MNS_ARG_ID ("person", &client->person),
                MNS_ARG_INT ("priority", mns_call_get_int (call, "priority", 2)),
                MNS_ARG_TEXT ("open", open_date),
                MNS_ARG_JSON ("fields", fields),
                MNS_ARG_JSON ("phi", phi_fields),
                MNS_ARG_ID ("by", &call->lab->person),
                MNS_ARG_INT ("now", call->now)),
      error);
}

static gboolean
create_project (MnsCall *call, GError **error)
{
  g_autoptr (MnsCustomFields) fields = mns_custom_fields_load (call, "PROJECT", NULL, error);
  g_autoptr (MnsFieldValues) values = mns_field_values_new (NULL, NULL);
  g_autofree char *owner = g_strdup_printf ("project %s", mns_call_get_text (call, "name"));
  Client client = { 0 };
  gboolean done;

  if (fields == NULL || !check_name_free (call, mns_call_get_text (call, "name"), error) ||
      !load_client (call, &client, error))
    return FALSE;
  mns_custom_fields_fill (
      call, fields, "PROJECT", mns_call_get_object (call, "fields"), "/fields", owner, values);
  done = mns_call_failed (call) || insert_project (call, &client, values, error);
  g_free (client.last_name);
  return done;
}

/* The built-in values that project.update may set: one column each. */
static const struct
{
  const char *name;
  gboolean is_number;
} columns[] = {
  { "name", FALSE },
  { "priority", TRUE },
  { "open_date", FALSE },
  { "close_date", FALSE },
};

static JsonNode *
get_column (const MnsProject *project, guint column)
{
  switch (column)
    {
    case 0:
      return mns_text_node (project->name);
    case 1:
      return mns_int_node (project->priority);
    case 2:
      return mns_text_node (project->open_date);
    default:
      return mns_text_node (project->close_date);
    }
}

static void
check_drift (MnsCall *call,
             const MnsProject *project,
             const MnsCustomFields *fields,
             const MnsFieldValues *old)
{
  g_auto (MnsDrift) drift = { 0 };
  JsonObject *given = mns_call_get_object (call, "fields");
  g_autoptr (GList) members = given != NULL ? json_object_get_members (given) : NULL;

  mns_drift_init (&drift, call);
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      g_autoptr (JsonNode) there = get_column (project, i);

      if (mns_call_has (call, columns[i].name))
        mns_drift_check (&drift,
                         "project",
                         &project->id,
                         project->lims_id,
                         columns[i].name,
                         NULL,
                         there,
                         json_object_get_member (call->command->args, columns[i].name));
    }
  for (GList *l = members; l != NULL; l = l->next)
    {
      const MnsCustomField *field = mns_custom_fields_find (fields, "PROJECT", l->data);

      if (field != NULL)
        mns_drift_check (&drift,
                         "project",
                         &project->id,
                         project->lims_id,
                         l->data,
                         field->name,
                         mns_field_values_get (old, field),
                         json_object_get_member (given, l->data));
    }
  mns_drift_tell (&drift, "field_changed");
}

/* Priority of waiting samples is a copy of the project's. */
static gboolean
update_queued (MnsCall *call, const MnsProject *project, gint64 priority, GError **error)
{
  return mns_transaction_run (
      call->tx,
      "UPDATE stage_entry SET priority = $priority FROM artifact a"
      " WHERE a.id = stage_entry.artifact_id AND a.scope_id = $project"
      " AND stage_entry.status IN ('QUEUED', 'IN_PROGRESS')",
      MNS_ARGS (MNS_ARG_INT ("priority", priority), MNS_ARG_ID ("project", &project->id)),
      error);
}

static gboolean
check_closing (MnsCall *call, const MnsProject *project, const char *close_date, GError **error)
{
  g_autoptr (MnsRows) rows = NULL;

  if (close_date == NULL || project->close_date != NULL || mns_call_get_bool (call, "close_anyway"))
    return TRUE;
  rows = mns_transaction_query (
      call->tx,
      "SELECT count(*) FROM artifact a JOIN stage_entry e ON e.artifact_id = a.id"
      " WHERE a.scope_id = $project AND e.status IN ('QUEUED', 'IN_PROGRESS')",
      MNS_ARGS (MNS_ARG_ID ("project", &project->id)),
      error);
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_int (rows, 0, 0) > 0)
    mns_call_fault (call,
                    "/close_date",
                    "still_working",
                    "project %s still has %lld samples in queues or steps",
                    project->lims_id,
                    (long long) mns_rows_get_int (rows, 0, 0));
  return TRUE;
}

static const char *
get_date (MnsCall *call, const char *name, const char *old)
{
  return mns_call_has (call, name) ? mns_call_get_text (call, name) : old;
}

static gboolean
write_project (MnsCall *call, const MnsProject *project, MnsFieldValues *values, GError **error)
{
  const char *name = mns_call_get_text (call, "name");
  gint64 priority = mns_call_get_int (call, "priority", project->priority);
  g_autofree char *key = mns_sort_key (name != NULL ? name : project->name);
  g_autofree char *fields = mns_packed_print (values->plain);
  g_autofree char *phi_fields = mns_packed_print (values->phi);

  if (priority != project->priority && !update_queued (call, project, priority, error))
    return FALSE;
  return mns_transaction_run (
      call->tx,
      "UPDATE project SET name = $name, name_key = $key, priority = $priority, open_date = $open,"
      " close_date = $close, fields = $fields, phi_fields = $phi, changed_at = $now"
      " WHERE id = $id",
      MNS_ARGS (MNS_ARG_TEXT ("name", name != NULL ? name : project->name),
                MNS_ARG_TEXT ("key", key),
                MNS_ARG_INT ("priority", priority),
                MNS_ARG_TEXT ("open", get_date (call, "open_date", project->open_date)),
                MNS_ARG_TEXT ("close", get_date (call, "close_date", project->close_date)),
                MNS_ARG_JSON ("fields", fields),
                MNS_ARG_JSON ("phi", phi_fields),
                MNS_ARG_INT ("now", call->now),
                MNS_ARG_ID ("id", &project->id)),
      error);
}

static gboolean
update_project (MnsCall *call, GError **error)
{
  g_autoptr (MnsProject) project = NULL;
  g_autoptr (MnsCustomFields) fields = NULL;
  g_autoptr (MnsFieldValues) values = NULL;
  const char *name = mns_call_get_text (call, "name");
  MnsId id;

  mns_call_get_id (call, "project", &id);
  project = mns_project_load (call, &id, "/project", error);
  if (project == NULL || mns_call_failed (call))
    return project != NULL;
  fields = mns_custom_fields_load (call, "PROJECT", NULL, error);
  if (fields == NULL)
    return FALSE;
  values = mns_field_values_new (project->fields, project->phi_fields);
  check_drift (call, project, fields, values);
  mns_custom_fields_apply (call,
                           fields,
                           "PROJECT",
                           mns_call_get_object (call, "fields"),
                           "/fields",
                           project->lims_id,
                           values);
  if (get_date (call, "close_date", project->close_date) != NULL &&
      get_date (call, "open_date", project->open_date) == NULL)
    mns_call_fault (call,
                    "/open_date",
                    "missing",
                    "project %s needs an open date to have a close date",
                    project->lims_id);
  if (name != NULL && !g_str_equal (name, project->name) && !check_name_free (call, name, error))
    return FALSE;
  if (!check_closing (call, project, mns_call_get_text (call, "close_date"), error))
    return FALSE;
  return mns_call_failed (call) || write_project (call, project, values, error);
}

static gboolean
check_unused (MnsCall *call, const MnsProject *project, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      call->tx,
      "SELECT s.lims_id FROM sample s JOIN step_input i ON i.artifact_id = s.artifact_id"
      " WHERE s.project_id = $project ORDER BY s.lims_id NULLS FIRST LIMIT 1",
      MNS_ARGS (MNS_ARG_ID ("project", &project->id)),
      error);

  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) > 0)
    mns_call_fault (call,
                    "/project",
                    "in_use",
                    "project %s cannot be deleted: sample %s was used in a step",
                    project->lims_id,
                    mns_rows_get_text (rows, 0, 0));
  return TRUE;
}

/* Children first; the containers of the samples stay. */
static const char *const deletions[] = {
  "UPDATE container SET state = 'EMPTY', changed_at = $now WHERE state = 'POPULATED' AND id IN"
  " (SELECT p.container_id FROM placement p JOIN sample s ON s.artifact_id = p.artifact_id"
  " WHERE s.project_id = $project) AND NOT EXISTS (SELECT 1 FROM placement q"
  " WHERE q.container_id = container.id AND q.artifact_id NOT IN"
  " (SELECT artifact_id FROM sample WHERE project_id = $project))",
  "DELETE FROM placement WHERE artifact_id IN"
  " (SELECT artifact_id FROM sample WHERE project_id = $project)",
  "DELETE FROM stage_entry WHERE artifact_id IN"
  " (SELECT artifact_id FROM sample WHERE project_id = $project)",
  "DELETE FROM content WHERE artifact_id IN"
  " (SELECT artifact_id FROM sample WHERE project_id = $project)",
  "DELETE FROM artifact_state WHERE artifact_id IN"
  " (SELECT artifact_id FROM sample WHERE project_id = $project)",
  "DELETE FROM note WHERE scope_id = $project",
  "DELETE FROM file WHERE scope_id = $project",
  "DELETE FROM external_id WHERE scope_id = $project",
  "DELETE FROM print_log WHERE scope_id = $project",
  "DELETE FROM scope_member WHERE scope_id = $project",
  "DELETE FROM sample WHERE project_id = $project",
  "DELETE FROM artifact WHERE scope_id = $project",
  "DELETE FROM project WHERE id = $project",
};

static gboolean
delete_project (MnsCall *call, GError **error)
{
  g_autoptr (MnsProject) project = NULL;
  MnsId id;

  mns_call_get_id (call, "project", &id);
  project = mns_project_load (call, &id, "/project", error);
  if (project == NULL || mns_call_failed (call))
    return project != NULL;
  if (!check_unused (call, project, error))
    return FALSE;
  for (guint i = 0; !mns_call_failed (call) && i < G_N_ELEMENTS (deletions); i++)
    if (!mns_transaction_run (
            call->tx,
            deletions[i],
            MNS_ARGS (MNS_ARG_ID ("project", &id), MNS_ARG_INT ("now", call->now)),
            error))
      return FALSE;
  return TRUE;
}

static const MnsArgSpec create_args[] = {
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = NAME_CHARACTERS },
  { "account", MNS_ARG_TYPE_ID, .refers = "account", .help = "default: the client's" },
  { "client", MNS_ARG_TYPE_ID, .refers = "person", .help = "default: who makes the project" },
  { "open_date", MNS_ARG_TYPE_DATE, .help = "default: today; null: the project is pending" },
  { "priority", MNS_ARG_TYPE_INT, .min = 1, .max = 3, .help = "1 high, 2 standard, 3 low" },
  { "fields", MNS_ARG_TYPE_MAP, .help = "custom fields by name" },
  { NULL },
};

static const MnsArgSpec update_args[] = {
  { "project", MNS_ARG_TYPE_ID, TRUE, .refers = "project" },
  { "name", MNS_ARG_TYPE_TEXT, .min = 1, .max = NAME_CHARACTERS },
  { "priority", MNS_ARG_TYPE_INT, .min = 1, .max = 3, .help = "1 high, 2 standard, 3 low" },
  { "open_date", MNS_ARG_TYPE_DATE },
  { "close_date", MNS_ARG_TYPE_DATE, .help = "null opens the project again" },
  { "close_anyway", MNS_ARG_TYPE_BOOL, .help = "close it although samples are in work" },
  { "fields", MNS_ARG_TYPE_MAP, .help = "custom fields by name; null takes a value away" },
  { NULL },
};

static const MnsArgSpec delete_args[] = {
  { "project", MNS_ARG_TYPE_ID, TRUE, .refers = "project" },
  { NULL },
};

const MnsCommandSpec mns_project_commands[] = {
  { "project.create",
    1,
    "Project:create",
    FALSE,
    create_args,
    create_project,
    "Create a project",
    "Makes a project of a client. Answers project and lims_id." },
  { "project.update",
    1,
    "Project:create",
    FALSE,
    update_args,
    update_project,
    "Change a project",
    "Sets what is given. expect: {\"project:<id>\": {name or field: what you saw}}." },
  { "project.delete",
    1,
    "Project:delete",
    FALSE,
    delete_args,
    delete_project,
    "Delete a project",
    "Only while none of its samples was used in a step." },
  { NULL },
};
