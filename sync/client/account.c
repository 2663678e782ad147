/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Signing in on a computer that several people share (decisions.md 4). Each server and user has a
 * folder: the replica, and a small file that says who it is and holds the device's token, sealed
 * with a key made from the password. So the same password opens the replica without a server, and
 * nothing in the folder opens anything without it. Wrong passwords are answered slower and slower.
 */

#define G_LOG_DOMAIN "mns-account"

#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <sodium.h>
#include <string.h>

#include "sync/client/account-file.h"
#include "sync/client/account.h"
#include "sync/client/transport-http.h"
#include "sync/model/error.h"
#include "sync/wire/envelope.h"

#define LOGIN_TIMEOUT_S 20
/* After so many wrong passwords only the server can decide again. */
#define MAX_FAILURES 20

typedef struct
{
  char *state_dir;
  char *url;
  char *user;
  char *password;
  char *pin;
  MnsAccountMode mode;
  gboolean keep_token;
  gboolean manual;

  char *dir;
  MnsAccountFile file;
  char *token; /* NULL: signed in offline with a token that is no more */
  char *fingerprint;
  gboolean must_change;
  guint wait; /* seconds before the next try */
} SignIn;

static void
sign_in_free (gpointer data)
{
  SignIn *self = data;

  if (self->password != NULL)
    sodium_memzero (self->password, strlen (self->password));
  if (self->token != NULL)
    sodium_memzero (self->token, strlen (self->token));
  g_free (self->state_dir);
  g_free (self->url);
  g_free (self->user);
  g_free (self->password);
  g_free (self->pin);
  g_free (self->dir);
  g_free (self->token);
  g_free (self->fingerprint);
  mns_account_file_clear (&self->file);
  g_free (self);
}

/* ---- with the server ---- */

static JsonNode *
new_login (SignIn *self)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *body = json_object_new ();
  JsonObject *device = json_object_new ();

  json_object_set_string_member (device, "name", g_get_host_name ());
  json_object_set_string_member (device, "app", "meniscus " MNS_VERSION);
  json_object_set_string_member (body, "user", self->user);
  json_object_set_string_member (body, "password", self->password);
  json_object_set_object_member (body, "device", device);
  json_node_take_object (node, body);
  return node;
}

static gboolean
take_profile (SignIn *self, JsonObject *answer, GError **error)
{
  const char *token = json_object_get_string_member_with_default (answer, "token", NULL);
  JsonNode *node = json_object_get_member (answer, "user");
  JsonObject *user =
      node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *id =
      user != NULL ? json_object_get_string_member_with_default (user, "id", NULL) : NULL;

  if (token == NULL || !mns_id_parse (&self->file.person, id))
    {
      g_set_error (
          error, MNS_ERROR, MNS_ERROR_CORRUPT, "the server's answer names no user or token");
      return FALSE;
    }
  self->token = g_strdup (token);
  g_free (self->file.name);
  self->file.name =
      g_strdup (json_object_get_string_member_with_default (user, "name", self->user));
  self->must_change = json_object_get_boolean_member_with_default (answer, "must_change", FALSE);
  return TRUE;
}

static SoupMessage *
new_message (SignIn *self, MnsServerAddress *address)
{
  SoupMessage *message = mns_server_address_new_message (address, "POST", "/auth/v1/login");
  g_autoptr (JsonNode) login = new_login (self);
  g_autofree char *text = json_to_string (login, FALSE);
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));

  sodium_memzero (text, strlen (text));
  soup_message_set_request_body_from_bytes (message, "application/json", body);
  return message;
}

static gboolean
ask_server (SignIn *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (MnsServerAddress) address = mns_server_address_new (self->url, error);
  g_autoptr (SoupSession) session = NULL;
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GBytes) reply = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) trouble = NULL;
  g_autofree char *text = NULL;
  g_autofree char *refusal = NULL;
  guint status;

  if (address == NULL)
    return FALSE;
  mns_server_address_set_pin (address, self->pin != NULL ? self->pin : self->file.pin);
  session = mns_server_address_new_session (address, LOGIN_TIMEOUT_S);
  message = new_message (self, address);
  reply = soup_session_send_and_read (session, message, cancellable, &trouble);
  self->fingerprint = mns_server_address_dup_refused (address);
  if (reply == NULL)
    {
      if (self->fingerprint != NULL)
        {
          refusal = mns_server_address_describe_refusal (address);
          g_set_error_literal (error, MNS_ERROR, MNS_ERROR_UNAUTHORIZED, refusal);
        }
      else
        g_set_error (error,
                     MNS_ERROR,
                     MNS_ERROR_OFFLINE,
                     "%s cannot be reached: %s",
                     self->url,
                     trouble->message);
      return FALSE;
    }
  text = g_strndup (g_bytes_get_data (reply, NULL), g_bytes_get_size (reply));
  node = json_from_string (text, NULL);
  status = soup_message_get_status (message);
  if (status != SOUP_STATUS_OK)
    {
      const char *after =
          soup_message_headers_get_one (soup_message_get_response_headers (message), "Retry-After");

      self->wait = after != NULL ? (guint) MIN (g_ascii_strtoull (after, NULL, 10), 86400) : 0;
      g_propagate_error (error, mns_envelope_to_error (status, text, -1));
      return FALSE;
    }
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_CORRUPT, "%s is no Meniscus server", self->url);
      return FALSE;
    }
  if (!take_profile (self, json_node_get_object (node), error))
    return FALSE;
  g_free (self->file.pin);
  self->file.pin = mns_server_address_dup_seen_key (address);
  return TRUE;
}

static gboolean
sign_in_online (SignIn *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (MnsSeal) seal = mns_seal_begin (self->password);

  if (!ask_server (self, cancellable, error))
    return FALSE;
  if (g_mkdir_with_parents (self->dir, 0700) != 0)
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_FAILED, "the folder %s cannot be made", self->dir);
      return FALSE;
    }
  g_free (self->file.url);
  g_free (self->file.user);
  self->file.url = g_strdup (self->url);
  self->file.user = g_strdup (self->user);
  self->file.failures = 0;
  self->file.not_before = 0;
  return mns_account_file_seal (&self->file, seal, self->token, error) &&
         mns_account_file_save (&self->file, self->dir, error) &&
         mns_account_keep_token (self->dir, self->keep_token ? self->token : NULL, error);
}

/* ---- without ---- */

static gboolean
sign_in_offline (SignIn *self, GError **error)
{
  gint64 now = g_get_real_time ();
  g_autoptr (GError) wrong = NULL;

  if (self->file.url == NULL)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_OFFLINE,
                   "%s cannot be reached, and %s has not signed in on this computer before",
                   self->url,
                   self->user);
      return FALSE;
    }
  if (self->file.failures >= MAX_FAILURES)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_UNAUTHORIZED,
                   "too many wrong passwords: %s can sign in here again when the server is reached",
                   self->user);
      return FALSE;
    }
  if (now < self->file.not_before)
    {
      self->wait = (guint) ((self->file.not_before - now) / G_USEC_PER_SEC) + 1;
      g_set_error (
          error, MNS_ERROR, MNS_ERROR_BUSY, "wait %u seconds before the next try", self->wait);
      return FALSE;
    }
  self->token = mns_account_file_open (&self->file, self->password, &wrong);
  if (self->token != NULL)
    {
      self->file.failures = 0;
      return mns_account_file_save (&self->file, self->dir, error);
    }
  self->file.failures++;
  self->file.not_before =
      now + (G_GINT64_CONSTANT (1) << MIN (self->file.failures, 9)) * (gint64) G_USEC_PER_SEC / 2;
  if (!mns_account_file_save (&self->file, self->dir, error))
    return FALSE;
  g_propagate_error (error, g_steal_pointer (&wrong));
  return FALSE;
}

static void
sign_in_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  SignIn *self = data;
  GError *error = NULL;
  gboolean done;

  if (sodium_init () < 0)
    {
      g_task_return_new_error (task, MNS_ERROR, MNS_ERROR_FAILED, "libsodium cannot be used");
      return;
    }
  mns_account_file_load (&self->file, self->dir);
  if (self->mode == MNS_ACCOUNT_OFFLINE)
    done = sign_in_offline (self, &error);
  else
    {
      done = sign_in_online (self, cancellable, &error);
      if (!done && self->mode == MNS_ACCOUNT_ANY && self->file.url != NULL &&
          mns_error_is_retryable (error))
        {
          g_clear_error (&error);
          done = sign_in_offline (self, &error);
        }
    }
  if (done)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
check_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  SignIn *self = data;
  GError *error = NULL;

  if (sodium_init () < 0)
    {
      g_task_return_new_error (task, MNS_ERROR, MNS_ERROR_FAILED, "libsodium cannot be used");
      return;
    }
  mns_account_file_load (&self->file, self->dir);
  if (sign_in_offline (self, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static SignIn *
sign_in_new (const MnsAccountSignIn *how)
{
  SignIn *self = g_new0 (SignIn, 1);

  self->state_dir = g_strdup (how->state_dir);
  self->url = g_strdup (how->url);
  self->user = g_strdup (how->user);
  self->password = g_strdup (how->password);
  self->pin = g_strdup (how->pin);
  self->mode = how->mode;
  self->keep_token = how->keep_token;
  self->manual = how->manual;
  self->dir = mns_account_dup_dir (how->state_dir, how->url, how->user);
  return self;
}

/* GLib can stop for ever where one thread sets up a class that names a type with
 * interfaces while another makes that very type: so those that a connection needs are made here.
 */
static void
ensure_types (void)
{
  g_type_ensure (G_TYPE_INET_SOCKET_ADDRESS);
  g_type_ensure (G_TYPE_UNIX_SOCKET_ADDRESS);
  g_type_ensure (G_TYPE_PROXY_ADDRESS);
  g_type_ensure (G_TYPE_NETWORK_ADDRESS);
  g_type_ensure (G_TYPE_TCP_CONNECTION);
  g_type_class_unref (g_type_class_ref (G_TYPE_SOCKET_CLIENT));
  g_type_class_unref (g_type_class_ref (SOUP_TYPE_SESSION));
  g_type_class_unref (g_type_class_ref (SOUP_TYPE_MESSAGE));
}

/**
 * mns_account_sign_in_async:
 * @how: what is known; copied
 * @cancellable: (nullable): ends the wait for the server
 *
 * Signs a person in. The server's refusal comes with its own sentence as %MNS_ERROR_UNAUTHORIZED; a
 * server that cannot be reached is %MNS_ERROR_OFFLINE.
 */
void
mns_account_sign_in_async (const MnsAccountSignIn *how,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  ensure_types ();
  g_task_set_source_tag (task, mns_account_sign_in_async);
  g_task_set_task_data (task, sign_in_new (how), sign_in_free);
  g_task_run_in_thread (task, sign_in_in_thread);
}

static MnsWorkspace *
open_workspace (
    const char *dir, const MnsAccountFile *file, const char *token, gboolean manual, GError **error)
{
  g_autofree char *replica = g_build_filename (dir, "replica", NULL);
  const MnsWorkspaceSetup setup = {
    .dir = replica,
    .url = file->url,
    .token = token,
    .pin = file->pin,
    .person = &file->person,
    .person_name = file->name,
    .manual = manual,
  };

  return mns_workspace_open (&setup, error);
}

/**
 * mns_account_sign_in_finish:
 *
 * Opens the workspace in the caller's main context.
 *
 * Returns: (transfer full): the workspace, or %NULL with @error set
 */
MnsWorkspace *
mns_account_sign_in_finish (GAsyncResult *result, GError **error)
{
  const SignIn *self = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return open_workspace (self->dir, &self->file, self->token, self->manual, error);
}

const char *
mns_account_sign_in_get_fingerprint (GAsyncResult *result)
{
  return ((const SignIn *) g_task_get_task_data (G_TASK (result)))->fingerprint;
}

guint
mns_account_sign_in_get_wait (GAsyncResult *result)
{
  return ((const SignIn *) g_task_get_task_data (G_TASK (result)))->wait;
}

const char *
mns_account_sign_in_get_token (GAsyncResult *result)
{
  return ((const SignIn *) g_task_get_task_data (G_TASK (result)))->token;
}

void
mns_account_check_async (const MnsAccountSignIn *how,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, mns_account_check_async);
  g_task_set_task_data (task, sign_in_new (how), sign_in_free);
  g_task_run_in_thread (task, check_in_thread);
}

gboolean
mns_account_check_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
mns_account_sign_in_must_change (GAsyncResult *result)
{
  return ((const SignIn *) g_task_get_task_data (G_TASK (result)))->must_change;
}

gboolean
mns_account_is_known (const char *state_dir, const char *url, const char *user)
{
  g_autofree char *dir = mns_account_dup_dir (state_dir, url, user);
  MnsAccountFile file = { 0 };
  gboolean known;

  mns_account_file_load (&file, dir);
  known = file.url != NULL;
  mns_account_file_clear (&file);
  return known;
}

/**
 * mns_account_open_kept:
 * @state_dir: where this computer keeps its data
 *
 * Opens the workspace of the account whose token was kept, the one signed in last if there are
 * several.
 *
 * Returns: (transfer full): the workspace, or %NULL with @error set
 */
MnsWorkspace *
mns_account_open_kept (const char *state_dir, gboolean manual, GError **error)
{
  g_autofree char *dir = mns_account_find_kept (state_dir);
  g_autofree char *token = dir != NULL ? mns_account_load_token (dir) : NULL;
  MnsAccountFile file = { 0 };
  MnsWorkspace *workspace;

  if (dir != NULL)
    mns_account_file_load (&file, dir);
  if (token == NULL || file.url == NULL)
    {
      mns_account_file_clear (&file);
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_UNAUTHORIZED,
                   "nobody is signed in in the folder %s",
                   state_dir);
      return NULL;
    }
  workspace = open_workspace (dir, &file, token, manual, error);
  mns_account_file_clear (&file);
  return workspace;
}

/**
 * mns_account_open_with_token:
 * @state_dir: where this computer keeps its data
 * @token: the device's token, as a keyring kept it
 *
 * Returns: (transfer full): the workspace, or %NULL with @error set if the person has not signed in
 *   on this computer before
 */
MnsWorkspace *
mns_account_open_with_token (
    const char *state_dir, const char *url, const char *user, const char *token, GError **error)
{
  g_autofree char *dir = mns_account_dup_dir (state_dir, url, user);
  MnsAccountFile file = { 0 };
  MnsWorkspace *workspace = NULL;

  mns_account_file_load (&file, dir);
  if (file.url != NULL)
    workspace = open_workspace (dir, &file, token, FALSE, error);
  else
    g_set_error (error,
                 MNS_ERROR,
                 MNS_ERROR_UNAUTHORIZED,
                 "%s has not signed in on this computer before",
                 user);
  mns_account_file_clear (&file);
  return workspace;
}
