/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-api"

#include "config.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "server/api/notifier.h"
#include "server/api/windows.h"
#include "server/http/log.h"
#include "server/store/feed.h"
#include "server/store/pg-error.h"

#define CHANNEL "mns_changed"
#define QUIET_US (20 * 1000)
#define LOOK_EVERY_MS 1000
#define RECONNECT_MS 1000

struct _MnsNotifier
{
  MnsServer *server;
  char *conninfo;
  MnsPool *pool; /* of one: to read the feed */
  int bell;      /* eventfd: rung by commands and by the end */
  gint ending;   /* atomic */
  gint dirty;    /* atomic: rung and not heard yet */
  GThread *thread;

  /* the thread's own */
  PGconn *connection;
  char *cursor;
  gint64 notified_at;
};

/* ---- what changed ---- */

typedef struct
{
  MnsNotifier *self;
  char *cursor;
  GArray *scopes; /* MnsId: outer ones */
  GArray *news;   /* MnsPokeProject */
} Look;

/* A change inside of a container or a run is told to those who see it from outside. */
static gboolean
add_outer (MnsTransaction *tx, GArray *changed, GArray *scopes, GError **error)
{
  g_autoptr (MnsRowSet) set = mns_row_set_new ("id id");
  g_autoptr (MnsRows) rows = NULL;

  for (guint i = 0; i < changed->len; i++)
    mns_row_set_add (set, mns_value_id (&g_array_index (changed, MnsId, i)));
  rows = mns_transaction_query (tx,
                                "SELECT DISTINCT m.scope_id FROM {v} JOIN scope_member m"
                                " ON m.inner_id = v.id",
                                MNS_ARGS (MNS_ARG_SET ("v", set)),
                                error);
  if (rows == NULL)
    return FALSE;
  g_array_append_vals (scopes, changed->data, changed->len);
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    g_array_append_vals (scopes, mns_rows_get_id (rows, i, 0), 1);
  return TRUE;
}

static gboolean
read_scopes (MnsTransaction *tx, gpointer data, GError **error)
{
  Look *look = data;
  g_autoptr (GArray) changed = NULL;

  g_clear_pointer (&look->cursor, g_free);
  g_array_set_size (look->scopes, 0);
  g_array_set_size (look->news, 0);
  changed = mns_feed_scopes (tx, look->self->cursor, &look->cursor, error);
  return changed != NULL &&
         (changed->len == 0 ||
          (mns_windows_follow (look->self->server, tx, changed, look->news, error) &&
           add_outer (tx, changed, look->scopes, error)));
}

typedef struct
{
  MnsPokes *pokes;
  GArray *scopes;
  GArray *news;
} Poke;

static gboolean
poke_cb (gpointer data)
{
  Poke *poke = data;

  mns_pokes_poke (poke->pokes, poke->scopes, poke->news);
  g_array_unref (poke->scopes);
  g_array_unref (poke->news);
  g_free (poke);
  return G_SOURCE_REMOVE;
}

static gboolean
has_configuration (const GArray *scopes)
{
  for (guint i = 0; i < scopes->len; i++)
    if (mns_id_equal (&g_array_index (scopes, MnsId, i), &MNS_ID_CONFIGURATION))
      return TRUE;
  return FALSE;
}

static void
look (MnsNotifier *self)
{
  Look it = { .self = self,
              .scopes = g_array_new (FALSE, FALSE, sizeof (MnsId)),
              .news = g_array_new (FALSE, FALSE, sizeof (MnsPokeProject)) };
  g_autoptr (GError) error = NULL;

  if (!mns_pool_run_read (self->pool, read_scopes, &it, &error))
    {
      /* a restored database has another history: from now on, and everyone pulls by the minute */
      mns_memo_forget (self->server->memo);
      mns_windows_forget (self->server);
      g_clear_pointer (&self->cursor, g_free);
      g_clear_pointer (&it.cursor, g_free);
      g_array_unref (it.scopes);
      g_array_unref (it.news);
      g_debug ("The change feed cannot be read: %s", error->message);
      return;
    }
  if (self->cursor == NULL)
    mns_windows_forget (self->server); /* what was before is not known */
  g_free (self->cursor);
  self->cursor = it.cursor;
  if (has_configuration (it.scopes))
    mns_memo_forget (self->server->memo);
  if (it.scopes->len > 0)
    {
      Poke *poke = g_new0 (Poke, 1);

      poke->pokes = self->server->pokes;
      poke->scopes = g_array_ref (it.scopes);
      poke->news = g_array_ref (it.news);
      g_idle_add_full (G_PRIORITY_DEFAULT, poke_cb, poke, NULL);
    }
  g_array_unref (it.scopes);
  g_array_unref (it.news);
}

/* ---- the other processes ---- */

static gboolean
connect_to_database (MnsNotifier *self)
{
  g_autoptr (PGresult) result = NULL;

  if (self->connection != NULL && PQstatus (self->connection) == CONNECTION_OK)
    return TRUE;
  if (self->connection != NULL)
    PQfinish (self->connection);
  self->connection = PQconnectdb (self->conninfo);
  result = PQexec (self->connection, "LISTEN " CHANNEL);
  return PQresultStatus (result) == PGRES_COMMAND_OK;
}

static gboolean
take_notifications (MnsNotifier *self)
{
  gboolean any = FALSE;
  PGnotify *notify;

  if (!PQconsumeInput (self->connection))
    return FALSE;
  while ((notify = PQnotifies (self->connection)) != NULL)
    {
      any = TRUE;
      PQfreemem (notify);
    }
  return any;
}

static void
notify_others (MnsNotifier *self)
{
  gint64 now = g_get_monotonic_time ();
  g_autoptr (PGresult) result = NULL;

  if (now - self->notified_at < QUIET_US)
    g_usleep ((gulong) (QUIET_US - (now - self->notified_at)));
  g_atomic_int_set (&self->dirty, 0);
  self->notified_at = g_get_monotonic_time ();
  result = PQexec (self->connection, "NOTIFY " CHANNEL);
}

static gpointer
listen_in_thread (gpointer data)
{
  MnsNotifier *self = data;

  while (!g_atomic_int_get (&self->ending))
    {
      gboolean connected = connect_to_database (self);
      struct pollfd fds[] = { { .fd = self->bell, .events = POLLIN },
                              { .fd = connected ? PQsocket (self->connection) : -1,
                                .events = POLLIN } };
      int ready = poll (fds, connected ? 2 : 1, connected ? LOOK_EVERY_MS : RECONNECT_MS);
      guint64 rings;

      if (g_atomic_int_get (&self->ending) || !connected)
        continue;
      if (fds[0].revents != 0 && read (self->bell, &rings, sizeof rings) == sizeof rings)
        notify_others (self);
      if (take_notifications (self) || ready == 0 || fds[0].revents != 0)
        look (self);
    }
  return NULL;
}

static void
ring (MnsNotifier *self)
{
  const guint64 one = 1;

  if (write (self->bell, &one, sizeof one) != sizeof one)
    g_debug ("The notifier's bell is full, so it has been rung");
}

MnsNotifier *
mns_notifier_new (const char *conninfo, MnsServer *server)
{
  MnsNotifier *self = g_new0 (MnsNotifier, 1);

  self->server = server;
  self->conninfo = g_strdup (conninfo);
  self->pool = mns_pool_new (conninfo, 1);
  self->bell = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  look (self); /* from now on: what changes before the thread listens is not missed */
  self->thread = g_thread_new ("notifier", listen_in_thread, self);
  return self;
}

void
mns_notifier_free (MnsNotifier *self)
{
  if (self == NULL)
    return;
  g_atomic_int_set (&self->ending, 1);
  ring (self);
  g_thread_join (self->thread);
  if (self->connection != NULL)
    PQfinish (self->connection);
  close (self->bell);
  mns_pool_free (self->pool);
  g_free (self->conninfo);
  g_free (self->cursor);
  g_free (self);
}

void
mns_notifier_changed (MnsNotifier *self)
{
  if (self != NULL && g_atomic_int_compare_and_exchange (&self->dirty, 0, 1))
    ring (self);
}
