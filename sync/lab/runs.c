/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What all commands on a step run have in common. */

#include "config.h"

#include "sync/lab/runs.h"

void
mns_run_free (MnsRun *self)
{
  if (self == NULL)
    return;
  g_free (self->lims_id);
  g_free (self->step_name);
  g_free (self->state);
  g_free (self->program_status);
  g_free (self->fields);
  g_free (self->phi_fields);
  g_clear_pointer (&self->settings, json_object_unref);
  g_free (self);
}

static gboolean
read_id (MnsRows *rows, guint column, MnsId *id)
{
  if (mns_rows_is_null (rows, 0, column))
    return FALSE;
  *id = *mns_rows_get_id (rows, 0, column);
  return TRUE;
}

static void
read_settings (MnsRun *self, const char *text)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  self->settings = node != NULL && JSON_NODE_HOLDS_OBJECT (node)
                       ? json_object_ref (json_node_get_object (node))
                       : json_object_new ();
  self->type = mns_step_type_find (mns_object_get_text (self->settings, "type"));
}

/**
 * mns_run_load:
 *
 * Reads the run that the argument "run" names. If it is not there, that has been said: ask
 * mns_call_failed().
 *
 * Returns: (transfer full): the run, or %NULL with @error set only if the store failed
 */
MnsRun *
mns_run_load (MnsCall *call, GError **error)
{
  g_autoptr (MnsRun) self = g_new0 (MnsRun, 1);
  g_autoptr (MnsRows) rows = NULL;

  mns_call_get_id (call, "run", &self->id);
  rows = mns_transaction_query (
      call->tx,
      "SELECT r.lims_id, r.step_id, s.name, s.queue_id, s.protocol_id, r.state, r.technician_id,"
      " r.lease_client_id, r.lease_until, r.instrument_id, r.container_type_id, t.is_tube,"
      " r.next_steps_locked, r.program_status, r.fields, r.phi_fields, v.settings"
      " FROM step_run r JOIN step s ON s.id = r.step_id"
      " JOIN step_version v ON v.id = r.step_version_id"
      " LEFT JOIN container_type t ON t.id = r.container_type_id WHERE r.id = $run",
      MNS_ARGS (MNS_ARG_ID ("run", &self->id)),
      error);
  if (rows == NULL)
    return NULL;
  if (mns_rows_get_n_rows (rows) == 0)
    {
      mns_call_missing (call, "/run", "step_run", NULL);
      return g_steal_pointer (&self);
    }
  self->lims_id = g_strdup (mns_rows_get_text (rows, 0, 0));
  self->step = *mns_rows_get_id (rows, 0, 1);
  self->step_name = g_strdup (mns_rows_get_text (rows, 0, 2));
  self->queue = *mns_rows_get_id (rows, 0, 3);
  self->protocol = *mns_rows_get_id (rows, 0, 4);
  self->state = g_strdup (mns_rows_get_text (rows, 0, 5));
  self->technician = *mns_rows_get_id (rows, 0, 6);
  self->has_lease = read_id (rows, 7, &self->lease_client);
  self->lease_until = mns_rows_is_null (rows, 0, 8) ? 0 : mns_rows_get_int (rows, 0, 8);
  self->has_instrument = read_id (rows, 9, &self->instrument);
  self->has_container_type = read_id (rows, 10, &self->container_type);
  self->places_itself = !mns_rows_is_null (rows, 0, 11) && mns_rows_get_int (rows, 0, 11) != 0;
  self->next_steps_locked = mns_rows_get_int (rows, 0, 12) != 0;
  self->program_status = g_strdup (mns_rows_get_text (rows, 0, 13));
  self->fields = g_strdup (mns_rows_get_text (rows, 0, 14));
  self->phi_fields = g_strdup (mns_rows_get_text (rows, 0, 15));
  read_settings (self, mns_rows_get_text (rows, 0, 16));
  if (self->type == NULL)
    mns_call_fault (
        call, "/run", "bad_configuration", "step run %s has no known type", self->lims_id);
  return g_steal_pointer (&self);
}

static JsonNode *
describe (const MnsRun *run)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  char id[MNS_ID_TEXT_SIZE];

  mns_id_print (&run->technician, id);
  json_object_set_string_member (object, "run", run->lims_id);
  json_object_set_string_member (object, "state", run->state);
  json_object_set_string_member (object, "technician", id);
  json_node_take_object (node, object);
  return node;
}

/**
 * mns_run_check:
 * @from_state: (nullable): the state the run must have reached
 *
 * Checks that the acting person and device may change the run now: it is theirs, no other device
 * holds it, no automation runs, it is not complete. What is against it has been said.
 *
 * Returns: %FALSE if something is
 */
gboolean
mns_run_check (MnsCall *call, const MnsRun *run, const char *from_state)
{
  const MnsLab *lab = call->lab;

  if (mns_call_failed (call))
    return FALSE;
  if (g_str_equal (run->state, "COMPLETED"))
    mns_call_conflict (call,
                       "step_done",
                       NULL,
                       describe (run),
                       "step run %s (%s) is complete",
                       run->lims_id,
                       run->step_name);
  else if (!lab->as_system && !mns_id_equal (&run->technician, &lab->person))
    mns_call_conflict (call,
                       "taken_over",
                       NULL,
                       describe (run),
                       "step run %s (%s) is in another person's hands; take it over to go on",
                       run->lims_id,
                       run->step_name);
  else if (!lab->as_system && run->has_lease && run->lease_until > call->now &&
           !mns_id_equal (&run->lease_client, &lab->client))
    mns_call_conflict (call,
                       "taken_over",
                       NULL,
                       describe (run),
                       "step run %s (%s) is being worked on with another device; take it over to go"
                       " on here",
                       run->lims_id,
                       run->step_name);
  else if (g_strcmp0 (run->program_status, "QUEUED") == 0 ||
           g_strcmp0 (run->program_status, "RUNNING") == 0)
    mns_call_fault (call,
                    "/run",
                    "automation_running",
                    "an automation of step run %s is running",
                    run->lims_id);
  else if (g_str_equal (run->state, "UNDER_REVIEW"))
    mns_call_fault (call, "/run", "under_review", "step run %s is under review", run->lims_id);
  else if (from_state != NULL && !mns_run_state_reaches (run->state, from_state))
    mns_call_fault (call,
                    "/run",
                    "not_yet",
                    "step run %s is in state %s; this can be done from %s on",
                    run->lims_id,
                    run->state,
                    from_state);
  return !mns_call_failed (call);
}

/**
 * mns_run_touch:
 *
 * Notes that the run was worked on: its time of change, and the device's hold on it.
 */
gboolean
mns_run_touch (MnsCall *call, const MnsRun *run, GError **error)
{
  gboolean device = !mns_id_is_null (&call->lab->client);

  return mns_transaction_run (
      call->tx,
      "UPDATE step_run SET changed_at = $now, lease_client_id = $client, lease_until = $until"
      " WHERE id = $run",
      MNS_ARGS (MNS_ARG_INT ("now", call->now),
                MNS_ARG_ID ("client", device ? &call->lab->client : NULL),
                MNS_ARG_VALUE ("until",
                               device ? mns_value_int (call->now + MNS_LEASE_US)
                                      : mns_value_null (MNS_KIND_INT)),
                MNS_ARG_ID ("run", &run->id)),
      error);
}

gboolean
mns_run_get_master_step (const MnsRun *self, MnsId *id)
{
  return mns_object_get_id (self->settings, "master_step", id);
}

guint
mns_settings_count (JsonObject *settings, const char *list)
{
  JsonArray *array = mns_object_get_list (settings, list);

  return array != NULL ? json_array_get_length (array) : 0;
}

/**
 * mns_settings_permit:
 *
 * Returns: %TRUE if a list of the settings names the row, or is empty: then nothing is restricted
 */
gboolean
mns_settings_permit (JsonObject *settings, const char *list, const MnsId *id)
{
  JsonArray *array = mns_object_get_list (settings, list);

  if (array == NULL || json_array_get_length (array) == 0)
    return TRUE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      MnsId one;

      if (mns_object_get_id (json_array_get_object_element (array, i), "id", &one) &&
          mns_id_equal (&one, id))
        return TRUE;
    }
  return FALSE;
}

/**
 * mns_scopes_add:
 * @pairs: rows inner_id, scope: scope is a project, or a run whose scopes are meant
 *
 * Lets projects see runs and containers.
 */
gboolean
mns_scopes_add (MnsCall *call, MnsRowSet *pairs, GError **error)
{
  const MnsArg args[] = { MNS_ARG_SET ("v", pairs), { NULL } };

  return mns_row_set_get_n_rows (pairs) == 0 ||
         (mns_transaction_run (
              call->tx,
              "INSERT INTO scope_member (inner_id, scope_id) SELECT DISTINCT v.inner_id, p.id"
              " FROM {v} JOIN project p ON p.id = v.scope WHERE true"
              " ON CONFLICT (inner_id, scope_id) DO NOTHING",
              args,
              error) &&
          mns_transaction_run (
              call->tx,
              "INSERT INTO scope_member (inner_id, scope_id) SELECT DISTINCT v.inner_id, m.scope_id"
              " FROM {v} JOIN scope_member m ON m.inner_id = v.scope WHERE true"
              " ON CONFLICT (inner_id, scope_id) DO NOTHING",
              args,
              error));
}

/**
 * mns_scopes_copy:
 * @inner_ids: a column inner_id
 *
 * Lets whoever sees the run see these containers too.
 */
gboolean
mns_scopes_copy (MnsCall *call, const MnsId *run, MnsRowSet *inner_ids, GError **error)
{
  return mns_transaction_run (
      call->tx,
      "INSERT INTO scope_member (inner_id, scope_id) SELECT v.inner_id, m.scope_id FROM {v}"
      " JOIN scope_member m ON m.inner_id = $run WHERE true"
      " ON CONFLICT (inner_id, scope_id) DO NOTHING",
      MNS_ARGS (MNS_ARG_SET ("v", inner_ids), MNS_ARG_ID ("run", run)),
      error);
}
