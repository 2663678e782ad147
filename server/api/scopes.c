/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-api"

#include "config.h"

#include <string.h>

#include "server/api/scopes.h"
#include "server/api/windows.h"
#include "sync/model/error.h"

#define LONGEST_WINDOW 3650
#define MOST_CHOSEN 10000

static GHashTable *
new_id_set (void)
{
  return g_hash_table_new_full (mns_id_hash, mns_id_equal, g_free, NULL);
}

static void
add_ids (GHashTable *set, MnsRows *rows)
{
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    g_hash_table_add (set, mns_id_dup (mns_rows_get_id (rows, i, 0)));
}

void
mns_held_clear (MnsHeld *self)
{
  g_clear_pointer (&self->before, g_array_unref);
  g_clear_pointer (&self->now, g_array_unref);
  g_clear_pointer (&self->wanted, g_hash_table_unref);
}

/**
 * mns_scopes_allowed:
 * @tx: a transaction
 * @person: who
 * @projects: (out) (transfer full) (nullable): the projects this person may see; %NULL: all
 * @error: return location for %MNS_ERROR_DENIED if the person may not sign in to the lab at all
 *
 * Whoever works in the lab sees all of it; a collaborator the projects of their own.
 */
gboolean
mns_scopes_allowed (MnsTransaction *tx, const MnsId *person, GHashTable **projects, GError **error)
{
  g_autoptr (MnsRows) rights =
      mns_transaction_query (tx,
                             "SELECT DISTINCT g.permission FROM person_role r"
                             " JOIN role_permission g ON g.role_id = r.role_id"
                             " WHERE r.person_id = $person"
                             " AND g.permission IN ('ClarityLogin', 'ReadOnly',"
                             " 'CollaborationsLogin')",
                             MNS_ARGS (MNS_ARG_ID ("person", person)),
                             error);
  g_autoptr (MnsRows) own = NULL;

  *projects = NULL;
  if (rights == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rights) == 0)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_DENIED,
                   "You have no role that lets you see the lab; ask an administrator.");
      return FALSE;
    }
  for (guint i = 0; i < mns_rows_get_n_rows (rights); i++)
    if (!g_str_equal (mns_rows_get_text (rights, i, 0), "CollaborationsLogin"))
      return TRUE;
  own = mns_transaction_query (tx,
                               "SELECT id FROM project WHERE person_id = $person",
                               MNS_ARGS (MNS_ARG_ID ("person", person)),
                               error);
  if (own == NULL)
    return FALSE;
  *projects = new_id_set ();
  add_ids (*projects, own);
  return TRUE;
}

/* ---- held and wanted ---- */

static void
want (MnsHeld *held, const MnsId *id)
{
  g_hash_table_add (held->wanted, mns_id_dup (id));
}

/* What is held and still young stays, whatever the list of the window says: that list may lag a
 * moment, and a project that this device has just made may not be in it yet.
 */
static gboolean
want_recent (MnsTransaction *tx, MnsHeld *held, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      tx,
      "SELECT s.scope_id FROM sync_scope s JOIN project p ON p.id = s.scope_id"
      " WHERE s.client_id = $client AND s.ended IS NULL AND p.changed_at > $since",
      MNS_ARGS (MNS_ARG_ID ("client", &held->client),
                MNS_ARG_INT ("since", g_get_real_time () - held->window_days * MNS_DAY_US)),
      error);

  if (rows == NULL)
    return FALSE;
  add_ids (held->wanted, rows);
  return TRUE;
}

static gboolean
find_wanted (MnsServer *server, MnsTransaction *tx, MnsHeld *held, MnsRows *rows, GError **error)
{
  g_autoptr (GHashTable) allowed = NULL;
  g_autoptr (GHashTable) window = NULL;
  GHashTableIter iter;
  gpointer id;

  if (!mns_scopes_allowed (tx, &held->person, &allowed, error))
    return FALSE;
  held->wanted = new_id_set ();
  want (held, &MNS_ID_CONFIGURATION);
  want (held, &MNS_ID_INSTRUMENTS);
  want (held, &held->person);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    if (mns_rows_get_int (rows, i, 3) != 0 &&
        (allowed == NULL || g_hash_table_contains (allowed, mns_rows_get_id (rows, i, 0))))
      want (held, mns_rows_get_id (rows, i, 0));
  if (held->window_days <= 0)
    return TRUE;
  if (!want_recent (tx, held, error))
    return FALSE;
  window = mns_windows_get (server, tx, held->window_days, error);
  if (window == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, window);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (allowed == NULL || g_hash_table_contains (allowed, id))
      want (held, id);
  return TRUE;
}

/* Rows: scope, since, ended, chosen, last_ended. */
static void
sort_rows (MnsHeld *held, MnsRows *rows, gint64 revision)
{
  guint n_wanted = 0;

  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      const MnsId *id = mns_rows_get_id (rows, i, 0);
      gboolean is_held = mns_rows_is_null (rows, i, 2);
      gint64 since = mns_rows_get_int (rows, i, 1);

      if (is_held)
        g_array_append_vals (held->now, id, 1);
      if (since <= revision && (is_held || mns_rows_get_int (rows, i, 2) > revision))
        g_array_append_vals (held->before, id, 1);
      if (since > revision && revision >= 0 && mns_rows_get_int (rows, i, 4) > revision)
        held->torn = TRUE;
      if (is_held != g_hash_table_contains (held->wanted, id))
        held->stale = TRUE;
      n_wanted += is_held;
    }
  held->stale |= n_wanted != g_hash_table_size (held->wanted);
}

gboolean
mns_held_read (MnsServer *server,
               MnsTransaction *tx,
               const MnsId *client,
               const MnsId *person,
               gint64 revision,
               MnsHeld *held,
               GError **error)
{
  g_autoptr (MnsRows) device = mns_transaction_query (
      tx,
      "SELECT person_id, last_n, durable_n, scopes_revision, window_days FROM sync_client"
      " WHERE id = $client AND revoked_at IS NULL",
      MNS_ARGS (MNS_ARG_ID ("client", client)),
      error);
  g_autoptr (MnsRows) rows = NULL;

  mns_held_clear (held);
  if (device == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (device) == 0 || !mns_id_equal (mns_rows_get_id (device, 0, 0), person))
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_DENIED,
                   "This device is not registered for you, or was revoked: say hello first.");
      return FALSE;
    }
  held->client = *client;
  held->person = *person;
  held->last_n = mns_rows_get_int (device, 0, 1);
  held->durable_n = mns_rows_get_int (device, 0, 2);
  held->revision = mns_rows_get_int (device, 0, 3);
  held->window_days = mns_rows_get_int (device, 0, 4);
  held->before = g_array_new (FALSE, FALSE, sizeof (MnsId));
  held->now = g_array_new (FALSE, FALSE, sizeof (MnsId));
  held->torn = held->stale = FALSE;

  rows = mns_transaction_query (tx,
                                "SELECT scope_id, since, ended, chosen, last_ended FROM sync_scope"
                                " WHERE client_id = $client",
                                MNS_ARGS (MNS_ARG_ID ("client", client)),
                                error);
  if (rows == NULL || !find_wanted (server, tx, held, rows, error))
    return FALSE;
  sort_rows (held, rows, revision);
  return TRUE;
}

gboolean
mns_held_write (MnsTransaction *tx, MnsHeld *held, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_row_set_new ("id id");
  g_autoptr (MnsRows) rows = NULL;
  gint64 revision;
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, held->wanted);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    mns_row_set_add (set, mns_value_id (id));
  rows = mns_transaction_query (tx,
                                "UPDATE sync_client SET scopes_revision = scopes_revision + 1"
                                " WHERE id = $client RETURNING scopes_revision",
                                MNS_ARGS (MNS_ARG_ID ("client", &held->client)),
                                error);
  if (rows == NULL)
    return FALSE;
  revision = mns_rows_get_int (rows, 0, 0);
  held->revision = revision;
  return mns_transaction_run (
             tx,
             "INSERT INTO sync_scope (client_id, scope_id, since)"
             " SELECT $client, v.id, $revision FROM {v} WHERE TRUE"
             " ON CONFLICT (client_id, scope_id) DO UPDATE SET since = excluded.since,"
             " ended = NULL WHERE sync_scope.ended IS NOT NULL",
             MNS_ARGS (MNS_ARG_ID ("client", &held->client),
                       MNS_ARG_INT ("revision", revision),
                       MNS_ARG_SET ("v", set)),
             error) &&
         mns_transaction_run (tx,
                              "UPDATE sync_scope SET ended = $revision, last_ended = $revision"
                              " WHERE client_id = $client AND ended IS NULL"
                              " AND scope_id NOT IN (SELECT v.id FROM {v})",
                              MNS_ARGS (MNS_ARG_ID ("client", &held->client),
                                        MNS_ARG_INT ("revision", revision),
                                        MNS_ARG_SET ("v", set)),
                              error);
}

/* ---- PUT /sync/v1/scopes ---- */

typedef struct
{
  MnsServer *server;
  const MnsHttpRequest *request;
  MnsId client;
  gint64 window_days;
  GArray *asked;   /* MnsId */
  GArray *refused; /* MnsId */
  MnsHeld held;
} Choice;

static gboolean
keep_choice (MnsTransaction *tx, Choice *self, MnsRowSet *set, GError **error)
{
  return mns_transaction_run (tx,
                              "UPDATE sync_client SET window_days = $days WHERE id = $client",
                              MNS_ARGS (MNS_ARG_INT ("days", self->window_days),
                                        MNS_ARG_ID ("client", &self->client)),
                              error) &&
         mns_transaction_run (
             tx,
             "UPDATE sync_scope SET chosen = 0 WHERE client_id = $client AND chosen = 1",
             MNS_ARGS (MNS_ARG_ID ("client", &self->client)),
             error) &&
         mns_transaction_run (
             tx,
             "INSERT INTO sync_scope (client_id, scope_id, since, ended, chosen)"
             " SELECT $client, v.id, 0, 0, 1 FROM {v} WHERE TRUE"
             " ON CONFLICT (client_id, scope_id) DO UPDATE SET chosen = 1",
             MNS_ARGS (MNS_ARG_ID ("client", &self->client), MNS_ARG_SET ("v", set)),
             error);
}

/* Projects that are there and may be seen; the others are told back. */
static gboolean
sort_asked (MnsTransaction *tx, Choice *self, MnsRowSet *set, GError **error)
{
  g_autoptr (MnsRowSet) asked = mns_row_set_new ("id id");
  g_autoptr (GHashTable) allowed = NULL;
  g_autoptr (GHashTable) known = new_id_set ();
  g_autoptr (MnsRows) rows = NULL;

  for (guint i = 0; i < self->asked->len; i++)
    mns_row_set_add (asked, mns_value_id (&g_array_index (self->asked, MnsId, i)));
  rows = mns_transaction_query (tx,
                                "SELECT p.id FROM {v} JOIN project p ON p.id = v.id",
                                MNS_ARGS (MNS_ARG_SET ("v", asked)),
                                error);
  if (rows == NULL || !mns_scopes_allowed (tx, &self->request->person, &allowed, error))
    return FALSE;
  add_ids (known, rows);
  g_array_set_size (self->refused, 0);
  for (guint i = 0; i < self->asked->len; i++)
    {
      const MnsId *id = &g_array_index (self->asked, MnsId, i);
      gboolean always = mns_id_equal (id, &MNS_ID_CONFIGURATION) ||
                        mns_id_equal (id, &MNS_ID_INSTRUMENTS) ||
                        mns_id_equal (id, &self->request->person);

      if (always)
        continue;
      if (g_hash_table_contains (known, id) &&
          (allowed == NULL || g_hash_table_contains (allowed, id)))
        mns_row_set_add (set, mns_value_id (id));
      else
        g_array_append_vals (self->refused, id, 1);
    }
  return TRUE;
}

static gboolean
choose (MnsTransaction *tx, gpointer data, GError **error)
{
  Choice *self = data;
  g_autoptr (MnsRowSet) set = mns_row_set_new ("id id");

  /* the first reading also says whose device it is */
  if (!mns_held_read (
          self->server, tx, &self->client, &self->request->person, -1, &self->held, error) ||
      !sort_asked (tx, self, set, error) || !keep_choice (tx, self, set, error) ||
      !mns_held_read (
          self->server, tx, &self->client, &self->request->person, -1, &self->held, error))
    return FALSE;
  return !self->held.stale || mns_held_write (tx, &self->held, error);
}

static gboolean
read_choice (Choice *self, JsonObject *body, MnsHttpAnswer *answer)
{
  JsonArray *scopes = mns_api_get_list (body, "scopes");

  self->window_days = mns_api_get_int (body, "window_days", 90);
  if (!mns_api_get_id (body, "client", &self->client) || scopes == NULL ||
      json_array_get_length (scopes) > MOST_CHOSEN || self->window_days < 0 ||
      self->window_days > LONGEST_WINDOW)
    {
      mns_http_answer_refuse (answer,
                              422,
                              "bad_scopes",
                              "A choice of scopes needs client, scopes (at most %d ids) and "
                              "window_days from 0 to %d.",
                              MOST_CHOSEN,
                              LONGEST_WINDOW);
      return FALSE;
    }
  for (guint i = 0; i < json_array_get_length (scopes); i++)
    {
      JsonNode *node = json_array_get_element (scopes, i);
      MnsId id;

      if (json_node_get_value_type (node) != G_TYPE_STRING ||
          !mns_id_parse (&id, json_node_get_string (node)))
        {
          mns_http_answer_refuse (
              answer, 422, "bad_scopes", "Number %u of the scopes is no id.", i + 1);
          return FALSE;
        }
      g_array_append_val (self->asked, id);
    }
  return TRUE;
}

static void
answer_choice (const Choice *self, MnsHttpAnswer *answer)
{
  JsonObject *object = json_object_new ();
  JsonArray *refused = json_array_new ();
  char id[MNS_ID_TEXT_SIZE];

  for (guint i = 0; i < self->refused->len; i++)
    {
      mns_id_print (&g_array_index (self->refused, MnsId, i), id);
      json_array_add_string_element (refused, id);
    }
  json_object_set_int_member (object, "scopes_rev", self->held.revision);
  json_object_set_array_member (object, "refused", refused);
  mns_http_answer_take_object (answer, 200, object);
}

void
mns_api_scopes (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GArray) asked = g_array_new (FALSE, FALSE, sizeof (MnsId));
  g_autoptr (GArray) refused = g_array_new (FALSE, FALSE, sizeof (MnsId));
  Choice self = { .server = data, .request = request, .asked = asked, .refused = refused };
  JsonObject *body = mns_api_parse (request, &node, answer);
  g_autoptr (GError) error = NULL;

  if (body == NULL || !read_choice (&self, body, answer))
    return;
  if (mns_pool_run_write (self.server->push, choose, &self, &error))
    answer_choice (&self, answer);
  else
    mns_http_answer_fail (answer, error);
  mns_held_clear (&self.held);
}
