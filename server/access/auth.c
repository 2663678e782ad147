/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* /auth/v1: signing in, going on, signing out, a new password. All of it is work of the hash lane,
 * for most of it waits for Argon2.
 */

#define G_LOG_DOMAIN "mns-access"

#include "config.h"

#include <string.h>

#include "server/access/gate.h"
#include "server/access/password.h"
#include "server/http/log.h"
#include "sync/model/error.h"

/* A device whose answer with the new token got lost still has the old one for a while. */
#define OVERLAP_US (5 * 60 * G_USEC_PER_SEC)
#define LONGEST_NAME 200
#define LONGEST_PASSWORD 1024

static JsonObject *
parse_body (const MnsHttpRequest *request, JsonNode **node, GError **error)
{
  gsize size = 0;
  const char *text = g_bytes_get_data (request->body, &size);

  *node = mns_json_parse_object (text != NULL ? text : "", (gssize) size, error);
  return *node != NULL ? json_node_get_object (*node) : NULL;
}

static const char *
get_text (JsonObject *object, const char *name, gsize longest)
{
  JsonNode *node = json_object_get_member (object, name);
  const char *text = node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
                         ? json_node_get_string (node)
                         : NULL;

  return text != NULL && strlen (text) <= longest ? text : NULL;
}

/* ---- what a signed-in person is told ---- */

typedef struct
{
  MnsId person;
  JsonObject *user;
  JsonArray *roles;
  JsonArray *rights;
  gboolean must_change;
} Profile;

static void
clear_profile (Profile *self)
{
  g_clear_pointer (&self->user, json_object_unref);
  g_clear_pointer (&self->roles, json_array_unref);
  g_clear_pointer (&self->rights, json_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Profile, clear_profile)

static JsonArray *
to_array (GPtrArray *texts)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < texts->len; i++)
    json_array_add_string_element (array, g_ptr_array_index (texts, i));
  return array;
}

static gboolean
read_profile (MnsTransaction *tx, Profile *self, GError **error)
{
  g_autoptr (MnsRows) rows =
      mns_transaction_query (tx,
                             "SELECT p.id, p.username, p.first_name, p.last_name, p.initials,"
                             " p.account_id, COALESCE (c.must_change, 0) FROM person p"
                             " LEFT JOIN credential c ON c.person_id = p.id WHERE p.id = $person",
                             MNS_ARGS (MNS_ARG_ID ("person", &self->person)),
                             error);
  g_autoptr (GPtrArray) roles = rows != NULL ? mns_roles_of (tx, &self->person, error) : NULL;
  g_autoptr (GPtrArray) rights = roles != NULL ? mns_rights_of (tx, &self->person, error) : NULL;
  g_autofree char *name = NULL;
  char id[MNS_ID_TEXT_SIZE];

  if (rights == NULL)
    return FALSE;
  clear_profile (self);
  self->user = json_object_new ();
  mns_id_print (&self->person, id);
  json_object_set_string_member (self->user, "id", id);
  if (mns_rows_get_n_rows (rows) == 1)
    {
      name =
          g_strdup_printf ("%s %s", mns_rows_get_text (rows, 0, 2), mns_rows_get_text (rows, 0, 3));
      json_object_set_string_member (self->user, "username", mns_rows_get_text (rows, 0, 1));
      json_object_set_string_member (self->user, "name", name);
      json_object_set_string_member (self->user, "initials", mns_rows_get_text (rows, 0, 4));
      mns_id_print (mns_rows_get_id (rows, 0, 5), id);
      json_object_set_string_member (self->user, "account_id", id);
      self->must_change = mns_rows_get_int (rows, 0, 6) != 0;
    }
  self->roles = to_array (roles);
  self->rights = to_array (rights);
  return TRUE;
}

static JsonObject *
print_profile (const Profile *self)
{
  JsonObject *object = json_object_new ();

  json_object_set_object_member (object, "user", json_object_ref (self->user));
  json_object_set_array_member (object, "roles", json_array_ref (self->roles));
  json_object_set_array_member (object, "rights", json_array_ref (self->rights));
  json_object_set_boolean_member (object, "must_change", self->must_change);
  json_object_set_int_member (object, "now", g_get_real_time ());
  return object;
}

static void
set_cookie (const MnsHttpRequest *request, MnsHttpAnswer *answer, const char *token)
{
  mns_http_answer_add_header_printf (answer,
                                     "Set-Cookie",
                                     "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s",
                                     mns_gate_get_cookie_name (request),
                                     token,
                                     request->secure ? "; Secure" : "",
                                     *token == '\0' ? "; Max-Age=0" : "");
}

/* ---- login ---- */

typedef struct
{
  const MnsHttpRequest *request;
  const char *username;
  MnsCredential credential;
  gboolean found;
  gboolean is_device;
  MnsId client;
  const char *device_name;
  const char *device_app;
  gint64 now;
  char *token;
  Profile profile;
} SignIn;

static void
clear_sign_in (SignIn *self)
{
  mns_credential_clear (&self->credential);
  clear_profile (&self->profile);
  g_clear_pointer (&self->token, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignIn, clear_sign_in)

static gboolean
find_credential (MnsTransaction *tx, gpointer data, GError **error)
{
  SignIn *self = data;
  g_autoptr (GError) failure = NULL;

  self->found = mns_credential_find (tx, self->username, &self->credential, &failure);
  if (self->found || g_error_matches (failure, MNS_ERROR, MNS_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static char *
print_origin (const SignIn *self)
{
  JsonObject *body = json_object_new ();

  json_object_set_string_member (body, "address", self->request->address);
  return mns_json_print (body);
}

static gboolean
note_failure (MnsTransaction *tx, gpointer data, GError **error)
{
  SignIn *self = data;
  g_autofree char *body = print_origin (self);

  return mns_transaction_run (tx,
                              "UPDATE credential SET failures = failures + 1 WHERE person_id = $p",
                              MNS_ARGS (MNS_ARG_ID ("p", &self->credential.person)),
                              error) &&
         mns_audit_note (tx,
                         &self->credential.person,
                         self->is_device ? "DESKTOP" : "WEB",
                         "auth.login@1",
                         "DENIED",
                         body,
                         self->now,
                         error);
}

/* A device's row is made by its first sign-in or hello; another person's is refused. */
static gboolean
register_device (MnsTransaction *tx, SignIn *self, GError **error)
{
  gint64 changed = mns_transaction_count (
      tx,
      "INSERT INTO sync_client (id, person_id, device, app, last_n, durable_n, scopes_revision,"
      " may_hold_phi, seen_at) VALUES ($id, $person, $device, $app, 0, 0, 0, 0, $now)"
      " ON CONFLICT (id) DO UPDATE SET device = excluded.device, app = excluded.app,"
      " seen_at = excluded.seen_at WHERE sync_client.person_id = $person"
      " AND sync_client.revoked_at IS NULL",
      MNS_ARGS (MNS_ARG_ID ("id", &self->client),
                MNS_ARG_ID ("person", &self->credential.person),
                MNS_ARG_TEXT ("device", self->device_name),
                MNS_ARG_TEXT ("app", self->device_app),
                MNS_ARG_INT ("now", self->now)),
      error);

  if (changed == 0)
    g_set_error (error,
                 MNS_ERROR,
                 MNS_ERROR_DENIED,
                 "This device belongs to another user or was revoked; register it anew.");
  return changed > 0;
}

static gboolean
sign_in (MnsTransaction *tx, gpointer data, GError **error)
{
  SignIn *self = data;
  g_autofree char *body = print_origin (self);

  g_clear_pointer (&self->token, g_free);
  if (self->is_device && !register_device (tx, self, error))
    return FALSE;
  self->token = mns_login_add (tx,
                               &self->credential.person,
                               self->is_device ? MNS_LOGIN_DEVICE : MNS_LOGIN_WEB,
                               self->is_device ? &self->client : NULL,
                               self->request->address,
                               self->now,
                               error);
  self->profile.person = self->credential.person;
  return self->token != NULL && read_profile (tx, &self->profile, error) &&
         mns_transaction_run (tx,
                              "UPDATE credential SET failures = 0 WHERE person_id = $p"
                              " AND failures > 0",
                              MNS_ARGS (MNS_ARG_ID ("p", &self->credential.person)),
                              error) &&
         mns_audit_note (tx,
                         &self->credential.person,
                         self->is_device ? "DESKTOP" : "WEB",
                         "auth.login@1",
                         "OK",
                         body,
                         self->now,
                         error);
}

static gboolean
read_device (SignIn *self, JsonObject *body)
{
  JsonNode *node = json_object_get_member (body, "device");
  JsonObject *device;
  const char *id;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  self->is_device = TRUE;
  device = json_node_get_object (node);
  id = get_text (device, "client", LONGEST_NAME);
  self->device_name = get_text (device, "name", LONGEST_NAME);
  self->device_app = get_text (device, "app", LONGEST_NAME);
  if (self->device_name == NULL)
    self->device_name = "";
  if (self->device_app == NULL)
    self->device_app = "";
  if (id == NULL)
    {
      mns_id_make (&self->client);
      return TRUE;
    }
  return mns_id_parse (&self->client, id) && !mns_id_is_null (&self->client);
}

static void
answer_sign_in (const SignIn *self, MnsHttpAnswer *answer)
{
  JsonObject *object = print_profile (&self->profile);
  char id[MNS_ID_TEXT_SIZE];

  if (self->is_device)
    {
      mns_id_print (&self->client, id);
      json_object_set_string_member (object, "token", self->token);
      json_object_set_string_member (object, "client", id);
    }
  else
    {
      g_autofree char *csrf = mns_token_csrf (self->token);

      json_object_set_string_member (object, "csrf", csrf);
      set_cookie (self->request, answer, self->token);
    }
  mns_http_answer_take_object (answer, 200, object);
}

static void
refuse_sign_in (MnsGate *access, SignIn *self, MnsHttpAnswer *answer)
{
  g_autoptr (GError) error = NULL;

  mns_rate_failed (mns_gate_get_rate (access), self->username, self->request->address, self->now);
  if (self->found && !mns_pool_run_write (mns_gate_get_pool (access), note_failure, self, &error))
    g_warning ("A failed sign-in is not in the audit: %s", error->message);
  mns_log_event ("warning", "login_failed", "address", self->request->address, NULL);
  mns_http_answer_refuse (answer, 401, "bad_login", "The user name or the password is wrong.");
}

static gboolean
may_try (MnsGate *access, const SignIn *self, MnsHttpAnswer *answer)
{
  guint wait =
      mns_rate_ask (mns_gate_get_rate (access), self->username, self->request->address, self->now);

  if (wait == 0)
    return TRUE;
  mns_http_answer_add_header_printf (answer, "Retry-After", "%u", wait);
  mns_http_answer_refuse (answer,
                          MNS_HTTP_TOO_MANY,
                          "too_many",
                          "Too many failed sign-ins; try again in %u seconds.",
                          wait);
  return FALSE;
}

static void
login (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  MnsGate *access = data;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (SignIn) self = { .request = request, .now = g_get_real_time () };
  JsonObject *body = parse_body (request, &node, &error);
  const char *password;

  if (body == NULL)
    {
      mns_http_answer_refuse (answer, MNS_HTTP_BAD_REQUEST, "bad_json", "%s", error->message);
      return;
    }
  self.username = get_text (body, "user", LONGEST_NAME);
  password = get_text (body, "password", LONGEST_PASSWORD);
  if (self.username == NULL || password == NULL || !read_device (&self, body))
    {
      mns_http_answer_refuse (answer,
                              422,
                              "bad_login_request",
                              "A sign-in needs user and password as texts, and may have a device "
                              "{client, name, app}.");
      return;
    }
  if (!may_try (access, &self, answer))
    return;
  if (!mns_pool_run_read (mns_gate_get_pool (access), find_credential, &self, &error))
    {
      mns_http_answer_fail (answer, error);
      return;
    }
  if (!mns_password_verify (self.found ? self.credential.hash : NULL, password))
    {
      refuse_sign_in (access, &self, answer);
      return;
    }
  mns_rate_passed (mns_gate_get_rate (access), self.username);
  if (mns_pool_run_write (mns_gate_get_pool (access), sign_in, &self, &error))
    answer_sign_in (&self, answer);
  else
    mns_http_answer_fail (answer, error);
}

/* ---- going on and leaving ---- */

typedef struct
{
  const MnsHttpRequest *request;
  gint64 now;
  char *token;
} Session;

static gboolean
renew (MnsTransaction *tx, gpointer data, GError **error)
{
  Session *self = data;
  g_autoptr (MnsRows) rows =
      mns_transaction_query (tx,
                             "SELECT client_id FROM login WHERE id = $id",
                             MNS_ARGS (MNS_ARG_ID ("id", &self->request->login)),
                             error);
  const MnsId *client;

  if (rows == NULL)
    return FALSE;
  client = mns_rows_get_n_rows (rows) == 1 && !mns_rows_is_null (rows, 0, 0)
               ? mns_rows_get_id (rows, 0, 0)
               : NULL;
  g_clear_pointer (&self->token, g_free);
  self->token = mns_login_add (tx,
                               &self->request->person,
                               MNS_LOGIN_DEVICE,
                               client,
                               self->request->address,
                               self->now,
                               error);
  return self->token != NULL &&
         mns_login_end (tx, &self->request->login, self->now + OVERLAP_US, error);
}

static void
refresh (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  Session self = { .request = request, .now = g_get_real_time () };
  g_autoptr (GError) error = NULL;

  if (mns_pool_run_write (mns_gate_get_pool (data), renew, &self, &error))
    {
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "token", self.token);
      mns_http_answer_take_object (answer, 200, object);
    }
  else
    mns_http_answer_fail (answer, error);
  g_free (self.token);
}

static gboolean
leave (MnsTransaction *tx, gpointer data, GError **error)
{
  Session *self = data;

  return mns_login_end (tx, &self->request->login, self->now, error);
}

static void
logout (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  Session self = { .request = request, .now = g_get_real_time () };
  g_autoptr (GError) error = NULL;

  if (!mns_pool_run_write (mns_gate_get_pool (data), leave, &self, &error))
    {
      mns_http_answer_fail (answer, error);
      return;
    }
  mns_gate_forget (data, &request->login);
  if (request->by_cookie)
    set_cookie (request, answer, "");
}

static gboolean
read_own_profile (MnsTransaction *tx, gpointer data, GError **error)
{
  return read_profile (tx, data, error);
}

static void
me (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  g_auto (Profile) profile = { .person = request->person };
  g_autoptr (GError) error = NULL;
  JsonObject *object;

  if (!mns_pool_run_read (mns_gate_get_pool (data), read_own_profile, &profile, &error))
    {
      mns_http_answer_fail (answer, error);
      return;
    }
  object = print_profile (&profile);
  if (request->by_cookie)
    {
      gboolean by_cookie;
      g_autofree char *token = mns_gate_get_token (request, &by_cookie);
      g_autofree char *csrf = mns_token_csrf (token);

      json_object_set_string_member (object, "csrf", csrf);
    }
  mns_http_answer_take_object (answer, 200, object);
}

/* ---- a new password ---- */

typedef struct
{
  const MnsHttpRequest *request;
  MnsCredential credential;
  char *hash;
  gint64 now;
} Change;

static gboolean
find_own (MnsTransaction *tx, gpointer data, GError **error)
{
  Change *self = data;

  return mns_credential_of (tx, &self->request->person, &self->credential, error);
}

static gboolean
store_hash (MnsTransaction *tx, gpointer data, GError **error)
{
  Change *self = data;

  return mns_credential_set (tx, &self->request->person, self->hash, FALSE, self->now, error) &&
         mns_login_end_others (
             tx, &self->request->person, &self->request->login, self->now, error) &&
         mns_audit_note (tx,
                         &self->request->person,
                         self->request->by_cookie ? "WEB" : "DESKTOP",
                         "auth.password@1",
                         "OK",
                         "{}",
                         self->now,
                         error);
}

static void
change_password (
    MnsGate *access, Change *self, const char *old, const char *next, MnsHttpAnswer *answer)
{
  MnsPool *pool = mns_gate_get_pool (access);
  g_autoptr (GError) error = NULL;

  if (!mns_pool_run_read (pool, find_own, self, &error))
    mns_http_answer_fail (answer, error);
  else if (!mns_password_verify (self->credential.hash, old))
    {
      mns_rate_failed (
          mns_gate_get_rate (access), self->credential.username, self->request->address, self->now);
      mns_http_answer_refuse (answer, 403, "bad_password", "The old password is wrong.");
    }
  else if (strcmp (old, next) == 0)
    mns_http_answer_refuse (
        answer, 422, "same_password", "The new password is the old one; choose another.");
  else if (!mns_password_check (next, self->credential.username, &error) ||
           (self->hash = mns_password_hash (next, &error)) == NULL ||
           !mns_pool_run_write (pool, store_hash, self, &error))
    mns_http_answer_fail (answer, error);
  else
    mns_gate_forget (access, NULL);
}

static void
password (MnsHttpRequest *request, MnsHttpAnswer *answer, gpointer data)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  Change self = { .request = request, .now = g_get_real_time () };
  JsonObject *body = parse_body (request, &node, &error);
  const char *old = body != NULL ? get_text (body, "old", LONGEST_PASSWORD) : NULL;
  const char *next = body != NULL ? get_text (body, "new", LONGEST_PASSWORD) : NULL;

  if (old == NULL || next == NULL)
    {
      mns_http_answer_refuse (answer,
                              body == NULL ? MNS_HTTP_BAD_REQUEST : 422,
                              "bad_password_request",
                              "A new password needs old and new as texts.");
      return;
    }
  change_password (data, &self, old, next, answer);
  mns_credential_clear (&self.credential);
  g_free (self.hash);
}

static const MnsRoute routes[] = {
  { "POST", "/auth/v1/login", MNS_AUTH_NONE, MNS_LANE_HASH, MNS_BODY_JSON, 16384, login, NULL },
  { "POST",
    "/auth/v1/refresh",
    MNS_AUTH_DEVICE,
    MNS_LANE_HASH,
    MNS_BODY_JSON,
    1024,
    refresh,
    NULL },
  { "POST", "/auth/v1/logout", MNS_AUTH_USER, MNS_LANE_HASH, MNS_BODY_JSON, 1024, logout, NULL },
  { "POST",
    "/auth/v1/password",
    MNS_AUTH_USER,
    MNS_LANE_HASH,
    MNS_BODY_JSON,
    16384,
    password,
    NULL },
  { "GET", "/auth/v1/me", MNS_AUTH_USER, MNS_LANE_PULL, MNS_BODY_NONE, 0, me, NULL },
};

/* Their functions want an MnsGate. */
const MnsRoute *
mns_auth_routes (guint *n_routes)
{
  *n_routes = G_N_ELEMENTS (routes);
  return routes;
}
