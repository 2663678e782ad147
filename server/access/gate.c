/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The one place where requests are let in. A browser is believed by its cookie, but only for
 * requests that its own pages made (decisions.md 1); a program by its token.
 */

#define G_LOG_DOMAIN "mns-access"

#include "config.h"

#include <string.h>

#include "server/access/gate.h"
#include "server/access/password.h"
#include "sync/model/error.h"

/* A token found good is not looked up again for so long. An end made here is seen at once, a person
 * archived here too (the memo's generation); what another instance did within this time.
 */
#define CACHE_US G_USEC_PER_SEC
#define MOST_CACHED 10000

typedef struct
{
  MnsLogin login;
  guint generation;
  gint64 until;
} Cached;

struct _MnsGate
{
  MnsPool *pool;
  MnsRate *rate;
  MnsMemo *memo; /* nullable: then nothing is cached */
  GMutex lock;
  guint n_ends;      /* logins that ended here; under the lock */
  GHashTable *cache; /* GBytes: hash of the token -> Cached * */
  MnsLoginEndedFunc ended;
  gpointer ended_data;
};

MnsGate *
mns_gate_new (MnsPool *pool)
{
  MnsGate *self = g_new0 (MnsGate, 1);

  self->pool = pool;
  self->rate = mns_rate_new ();
  self->memo = mns_pool_get_memo (pool);
  self->cache =
      g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, g_free);
  g_mutex_init (&self->lock);
  return self;
}

void
mns_gate_free (MnsGate *self)
{
  if (self == NULL)
    return;
  mns_rate_free (self->rate);
  g_hash_table_unref (self->cache);
  g_mutex_clear (&self->lock);
  g_free (self);
}

MnsPool *
mns_gate_get_pool (MnsGate *self)
{
  return self->pool;
}

MnsRate *
mns_gate_get_rate (MnsGate *self)
{
  return self->rate;
}

void
mns_gate_set_ended_func (MnsGate *self, MnsLoginEndedFunc func, gpointer data)
{
  self->ended = func;
  self->ended_data = data;
}

static gboolean
is_login (gpointer key, gpointer value, gpointer data)
{
  const Cached *cached = value;

  return data == NULL || mns_id_equal (&cached->login.id, data);
}

/* @login: %NULL for all */
void
mns_gate_forget (MnsGate *self, const MnsId *login)
{
  g_mutex_lock (&self->lock);
  self->n_ends++;
  g_hash_table_foreach_remove (self->cache, is_login, (gpointer) login);
  g_mutex_unlock (&self->lock);
  if (login != NULL && self->ended != NULL)
    self->ended (login, self->ended_data);
}

const char *
mns_gate_get_cookie_name (const MnsHttpRequest *request)
{
  return request->secure ? "__Host-session" : "session";
}

char *
mns_gate_get_token (const MnsHttpRequest *request, gboolean *by_cookie)
{
  char *token = mns_http_request_get_bearer (request);

  *by_cookie = token == NULL;
  if (token == NULL)
    token = mns_http_request_get_cookie (request, mns_gate_get_cookie_name (request));
  return token;
}

/* ---- finding a login ---- */

typedef struct
{
  GBytes *hash;
  gint64 now;
  guint generation;
  guint n_ends;
  MnsLogin login;
} Lookup;

static gboolean
look_up (MnsTransaction *tx, gpointer data, GError **error)
{
  Lookup *lookup = data;

  return mns_login_find (tx, lookup->hash, lookup->now, &lookup->login, error);
}

static gboolean
touch (MnsTransaction *tx, gpointer data, GError **error)
{
  Lookup *lookup = data;

  return mns_login_touch (tx, &lookup->login, lookup->now, error);
}

static gboolean
find_cached (MnsGate *self, Lookup *lookup)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  Cached *cached = g_hash_table_lookup (self->cache, lookup->hash);

  lookup->generation = self->memo != NULL ? mns_memo_get_generation (self->memo) : 0;
  lookup->n_ends = self->n_ends;
  if (cached == NULL || cached->until <= lookup->now || cached->generation != lookup->generation)
    return FALSE;
  lookup->login = cached->login;
  return TRUE;
}

static void
remember (MnsGate *self, const Lookup *lookup)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  Cached *cached;

  if (self->memo == NULL || self->n_ends != lookup->n_ends)
    return; /* a login ended while this one was looked up: perhaps this one */
  if (g_hash_table_size (self->cache) >= MOST_CACHED)
    g_hash_table_remove_all (self->cache);
  cached = g_new0 (Cached, 1);
  cached->login = lookup->login;
  cached->generation = lookup->generation;
  cached->until = lookup->now + CACHE_US;
  g_hash_table_insert (self->cache, g_bytes_ref (lookup->hash), cached);
}

static gboolean
find_login (MnsGate *self, const char *token, MnsLogin *login, GError **error)
{
  g_autoptr (GBytes) hash = mns_token_hash (token);
  Lookup lookup = { .hash = hash, .now = g_get_real_time () };

  if (!find_cached (self, &lookup))
    {
      if (!mns_pool_run_read (self->pool, look_up, &lookup, error))
        return FALSE;
      remember (self, &lookup);
      if (lookup.now - lookup.login.seen_at > 5 * 60 * G_USEC_PER_SEC &&
          !mns_pool_run_write (self->pool, touch, &lookup, error))
        return FALSE;
    }
  *login = lookup.login;
  return TRUE;
}

gboolean
mns_gate_knows (MnsGate *self, const MnsHttpRequest *request)
{
  gboolean by_cookie;
  g_autofree char *token = mns_gate_get_token (request, &by_cookie);
  g_autoptr (GBytes) hash = token != NULL ? mns_token_hash (token) : NULL;
  /* a moment on, so that it does not end between this look and the next */
  Lookup lookup = { .hash = hash, .now = g_get_real_time () + CACHE_US / 10 };

  return token == NULL || find_cached (self, &lookup);
}

/* ---- browsers ---- */

static gboolean
is_safe (const MnsHttpRequest *request)
{
  return g_str_equal (request->method, "GET") || g_str_equal (request->method, "HEAD");
}

/* "https://host:port" is of our own if the browser asked that very host. */
static gboolean
is_own_origin (const MnsHttpRequest *request, const char *origin)
{
  const char *host = mns_http_request_get_header (request, "Host");
  const char *authority = strstr (origin, "://");

  return host != NULL && authority != NULL &&
         g_ascii_strcasecmp (authority + strlen ("://"), host) == 0;
}

static gboolean
is_foreign (const MnsHttpRequest *request)
{
  const char *site = mns_http_request_get_header (request, "Sec-Fetch-Site");
  const char *origin = mns_http_request_get_header (request, "Origin");

  if (site != NULL && !g_str_equal (site, "same-origin") && !g_str_equal (site, "none"))
    return TRUE;
  return origin != NULL && !is_safe (request) && !is_own_origin (request, origin);
}

static gboolean
has_csrf_token (const MnsHttpRequest *request, const char *token)
{
  const char *sent = mns_http_request_get_header (request, "X-CSRF-Token");
  g_autofree char *wanted = mns_token_csrf (token);

  return sent != NULL && mns_text_equal_secretly (sent, wanted);
}

/**
 * mns_gate_admit:
 * @request: what came; who it is from is filled in
 * @route: where it goes
 * @answer: filled if it may not
 * @data: an MnsGate
 */
gboolean
mns_gate_admit (MnsHttpRequest *request,
                const MnsRoute *route,
                MnsHttpAnswer *answer,
                gpointer data)
{
  MnsGate *self = data;
  g_autofree char *token = NULL;
  g_autoptr (GError) error = NULL;
  MnsLogin login;

  if (is_foreign (request))
    {
      mns_http_answer_refuse (
          answer, 403, "foreign", "The request comes from a page of another site.");
      return FALSE;
    }
  if (route->auth == MNS_AUTH_NONE)
    return TRUE;

  token = mns_gate_get_token (request, &request->by_cookie);
  if (token == NULL)
    {
      mns_http_answer_refuse (answer, 401, "unauthorized", "Sign in first.");
      return FALSE;
    }
  if (!find_login (self, token, &login, &error))
    {
      mns_http_answer_fail (answer, error);
      return FALSE;
    }
  if (request->by_cookie != (login.kind == MNS_LOGIN_WEB))
    {
      mns_http_answer_refuse (
          answer, 401, "unauthorized", "This token is not for this way of signing in.");
      return FALSE;
    }
  if (request->by_cookie && !is_safe (request) && !has_csrf_token (request, token))
    {
      mns_http_answer_refuse (answer,
                              403,
                              "csrf",
                              "The header X-CSRF-Token is missing or not the one of this session.");
      return FALSE;
    }
  if (route->auth == MNS_AUTH_DEVICE && login.kind != MNS_LOGIN_DEVICE)
    {
      mns_http_answer_refuse (answer, 403, "device_only", "This address is for devices only.");
      return FALSE;
    }
  request->person = login.person;
  request->login = login.id;
  return TRUE;
}
