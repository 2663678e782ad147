/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Which projects are in the window of the devices: open work, or changed in so many days. Finding
 * all of them reads much, so a list is kept a while for all devices together; what changes
 * meanwhile is added to it as soon as the feed shows it.
 */

#define G_LOG_DOMAIN "mns-api"

#include "config.h"

#include "server/api/windows.h"

/* How long a list is believed; for what leaves a window nobody is in a hurry. */
#define HOLDS_US (30 * G_USEC_PER_SEC)
#define MOST_WINDOWS 64

typedef struct
{
  gint64 at;
  GHashTable *projects; /* MnsId set; never changed, for others read it: replaced */
} Window;

static GHashTable *
new_id_set (void)
{
  return g_hash_table_new_full (mns_id_hash, mns_id_equal, g_free, NULL);
}

static void
free_window (gpointer data)
{
  Window *window = data;

  g_hash_table_unref (window->projects);
  g_free (window);
}

static GHashTable *
query_window (MnsTransaction *tx, gint64 days, gint64 now, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      tx,
      "SELECT id FROM project WHERE changed_at > $since AND close_date IS NULL"
      " UNION SELECT a.scope_id FROM stage_entry e JOIN artifact a ON a.id = e.artifact_id"
      " JOIN project p ON p.id = a.scope_id WHERE e.status IN ('QUEUED', 'IN_PROGRESS')",
      MNS_ARGS (MNS_ARG_INT ("since", now - days * MNS_DAY_US)),
      error);
  GHashTable *set;

  if (rows == NULL)
    return NULL;
  set = new_id_set ();
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    g_hash_table_add (set, mns_id_dup (mns_rows_get_id (rows, i, 0)));
  return set;
}

/**
 * mns_windows_get:
 * @server: the server
 * @tx: a transaction
 * @days: of the window
 * @error: return location for an error
 *
 * Returns: (transfer full): the projects with open work or changes; an #MnsId set, not to be
 * changed
 */
GHashTable *
mns_windows_get (MnsServer *server, MnsTransaction *tx, gint64 days, GError **error)
{
  gint64 now = g_get_real_time ();
  GHashTable *projects;
  Window *window;

  g_mutex_lock (&server->lock);
  if (server->windows == NULL)
    server->windows = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, free_window);
  window = g_hash_table_lookup (server->windows, &days);
  projects =
      window != NULL && now - window->at < HOLDS_US ? g_hash_table_ref (window->projects) : NULL;
  g_mutex_unlock (&server->lock);
  if (projects != NULL)
    return projects;

  projects = query_window (tx, days, now, error);
  if (projects == NULL)
    return NULL;
  window = g_new0 (Window, 1);
  window->at = now;
  window->projects = g_hash_table_ref (projects);
  g_mutex_lock (&server->lock);
  if (g_hash_table_size (server->windows) > MOST_WINDOWS)
    g_hash_table_remove_all (server->windows);
  g_hash_table_insert (server->windows, g_memdup2 (&days, sizeof days), window);
  g_mutex_unlock (&server->lock);
  return projects;
}

/* ---- following the feed ---- */

/* Rows: project, person, changed at, whether work waits in it. Only open projects. */
static MnsRows *
query_projects (MnsTransaction *tx, GArray *changed, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_row_set_new ("id id");

  for (guint i = 0; i < changed->len; i++)
    mns_row_set_add (set, mns_value_id (&g_array_index (changed, MnsId, i)));
  return mns_transaction_query (
      tx,
      "SELECT p.id, p.person_id, p.changed_at, CASE WHEN p.changed_at > $recent THEN 0 ELSE"
      " (SELECT count(*) FROM (SELECT 1 FROM artifact a JOIN stage_entry e ON e.artifact_id = a.id"
      " WHERE a.scope_id = p.id AND e.status IN ('QUEUED', 'IN_PROGRESS') LIMIT 1) w) END"
      " FROM {v} JOIN project p ON p.id = v.id WHERE p.close_date IS NULL",
      MNS_ARGS (MNS_ARG_SET ("v", set), MNS_ARG_INT ("recent", g_get_real_time () - MNS_DAY_US)),
      error);
}

static gboolean
belongs (MnsRows *rows, guint row, gint64 days)
{
  return mns_rows_get_int (rows, row, 3) > 0 ||
         mns_rows_get_int (rows, row, 2) > g_get_real_time () - days * MNS_DAY_US;
}

static GHashTable *
copy_set (GHashTable *set)
{
  GHashTable *copy = new_id_set ();
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, set);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_hash_table_add (copy, mns_id_dup (id));
  return copy;
}

static void
extend (Window *window, gint64 days, MnsRows *rows)
{
  g_autoptr (GHashTable) more = NULL;

  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      const MnsId *id = mns_rows_get_id (rows, i, 0);

      if (!belongs (rows, i, days) || g_hash_table_contains (window->projects, id))
        continue;
      if (more == NULL)
        more = copy_set (window->projects);
      g_hash_table_add (more, mns_id_dup (id));
    }
  if (more == NULL)
    return;
  g_hash_table_unref (window->projects);
  window->projects = g_steal_pointer (&more);
}

/**
 * mns_windows_follow:
 * @server: the server
 * @tx: a transaction that sees the changes
 * @changed: #MnsId: scopes in which something changed
 * @news: gets an #MnsPokeProject for each open project among them
 * @error: return location for an error
 *
 * Puts projects in which something has just happened into the windows that they belong to.
 */
gboolean
mns_windows_follow (
    MnsServer *server, MnsTransaction *tx, GArray *changed, GArray *news, GError **error)
{
  g_autoptr (MnsRows) rows = query_projects (tx, changed, error);
  GHashTableIter iter;
  gpointer days;
  gpointer window;

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      MnsPokeProject project = { .project = *mns_rows_get_id (rows, i, 0) };

      if (!mns_rows_is_null (rows, i, 1))
        project.person = *mns_rows_get_id (rows, i, 1);
      g_array_append_val (news, project);
    }
  g_mutex_lock (&server->lock);
  if (server->windows != NULL)
    {
      g_hash_table_iter_init (&iter, server->windows);
      while (g_hash_table_iter_next (&iter, &days, &window))
        extend (window, *(const gint64 *) days, rows);
    }
  g_mutex_unlock (&server->lock);
  return TRUE;
}

/* The lists are made anew when they are asked for: changes may have been missed. */
void
mns_windows_forget (MnsServer *server)
{
  g_mutex_lock (&server->lock);
  g_clear_pointer (&server->windows, g_hash_table_unref);
  g_mutex_unlock (&server->lock);
}
