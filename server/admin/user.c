/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "server/access/login.h"
#include "server/access/password.h"
#include "server/admin/ctl.h"
#include "sync/model/error.h"

typedef struct
{
  const char *username;
  MnsId person;
  const char *hash;
  gboolean must_change;
} Setting;

static gboolean
find_person (MnsTransaction *tx, gpointer data, GError **error)
{
  Setting *self = data;
  g_auto (MnsCredential) credential = { 0 };

  if (!mns_credential_find (tx, self->username, &credential, error))
    {
      g_prefix_error (error, "User “%s”: ", self->username);
      return FALSE;
    }
  self->person = credential.person;
  return TRUE;
}

gboolean
mns_ctl_find_user (MnsPool *pool, const char *username, MnsId *person, GError **error)
{
  Setting setting = { .username = username };

  if (!mns_pool_run_read (pool, find_person, &setting, error))
    return FALSE;
  *person = setting.person;
  return TRUE;
}

static gboolean
set_password (MnsTransaction *tx, gpointer data, GError **error)
{
  Setting *self = data;
  gint64 now = g_get_real_time ();

  return mns_credential_set (tx, &self->person, self->hash, self->must_change, now, error) &&
         mns_login_end_others (tx, &self->person, NULL, now, error) &&
         mns_audit_note (
             tx, &self->person, "SYSTEM", "auth.reset_password@1", "OK", "{}", now, error);
}

static gboolean
end_logins (MnsTransaction *tx, gpointer data, GError **error)
{
  Setting *self = data;

  return mns_login_end_others (tx, &self->person, NULL, g_get_real_time (), error);
}

/* Reads and checks it: the checks come before anything is made. */
static char *
read_hash (const char *file, const char *username, GError **error)
{
  g_autofree char *password = NULL;

  if (file == NULL)
    {
      mns_ctl_usage (error,
                     "--password-file is missing: a file with the password in its first line.");
      return NULL;
    }
  password = mns_password_read_file (file, error);
  if (password == NULL || !mns_password_check (password, username, error))
    return NULL;
  return mns_password_hash (password, error);
}

/* "ada" is shown as Ada until somebody says more. */
static char *
capitalise (const char *text)
{
  g_autofree char *first = g_utf8_substring (text, 0, 1);
  g_autofree char *upper = g_utf8_strup (first, -1);

  return g_strconcat (upper, g_utf8_next_char (text), NULL);
}

typedef struct
{
  char **roles;
  char *file;
  char *first_name;
  char *last_name;
  char *email;
  gboolean must_change;
} NewUser;

static JsonObject *
make_user (const NewUser *user, const char *username)
{
  JsonObject *args = json_object_new ();
  JsonArray *roles = json_array_new ();
  g_autofree char *name = capitalise (username);

  for (guint i = 0; user->roles != NULL && user->roles[i] != NULL; i++)
    json_array_add_string_element (roles, user->roles[i]);
  json_object_set_string_member (args, "username", username);
  json_object_set_string_member (
      args, "first_name", user->first_name != NULL ? user->first_name : name);
  json_object_set_string_member (
      args, "last_name", user->last_name != NULL ? user->last_name : name);
  if (user->email != NULL)
    json_object_set_string_member (args, "email", user->email);
  json_object_set_array_member (args, "roles", roles);
  return args;
}

static void
clear_new_user (NewUser *user)
{
  g_strfreev (user->roles);
  g_free (user->file);
  g_free (user->first_name);
  g_free (user->last_name);
  g_free (user->email);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NewUser, clear_new_user)

int
mns_ctl_user_add (MnsCtl *self, GError **error)
{
  g_auto (NewUser) user = { 0 };
  const GOptionEntry entries[] = {
    { "role", 0, 0, G_OPTION_ARG_STRING_ARRAY, &user.roles, NULL, NULL },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &user.file, NULL, NULL },
    { "first-name", 0, 0, G_OPTION_ARG_STRING, &user.first_name, NULL, NULL },
    { "last-name", 0, 0, G_OPTION_ARG_STRING, &user.last_name, NULL, NULL },
    { "email", 0, 0, G_OPTION_ARG_STRING, &user.email, NULL, NULL },
    { "must-change", 0, 0, G_OPTION_ARG_NONE, &user.must_change, NULL, NULL },
    { NULL },
  };
  g_autoptr (MnsInstance) instance = NULL;
  g_autoptr (MnsPool) pool = NULL;
  g_autofree char *hash = NULL;
  JsonObject *envelope = NULL;
  Setting setting = { 0 };

  if (!mns_ctl_parse (self, entries, 1, error))
    return MNS_EXIT_USAGE;
  if (user.roles == NULL)
    return mns_ctl_usage (error, "--role is missing: the name of a role, once or more.");
  if (*self->argv[0] == '\0' || !g_utf8_validate (self->argv[0], -1, NULL))
    return mns_ctl_usage (error, "The user name is empty or not in UTF-8.");
  hash = read_hash (user.file, self->argv[0], error);
  if (hash == NULL)
    return user.file == NULL ? MNS_EXIT_USAGE : MNS_EXIT_REFUSED;
  instance = mns_instance_open (&self->options, error);
  if (instance == NULL ||
      !mns_ctl_do (instance, "user.create@1", make_user (&user, self->argv[0]), &envelope, error))
    return MNS_EXIT_REFUSED;
  json_object_unref (envelope);

  pool = mns_pool_new (instance->application, 1);
  setting.username = self->argv[0];
  setting.hash = hash;
  setting.must_change = user.must_change;
  if (!mns_pool_run_read (pool, find_person, &setting, error) ||
      !mns_pool_run_write (pool, set_password, &setting, error))
    return MNS_EXIT_REFUSED;
  return mns_ctl_done (self, NULL, "User %s can sign in.", setting.username);
}

int
mns_ctl_user_password (MnsCtl *self, GError **error)
{
  g_autofree char *file = NULL;
  const GOptionEntry entries[] = {
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &file, NULL, NULL },
    { NULL },
  };
  g_autoptr (MnsInstance) instance = NULL;
  g_autoptr (MnsPool) pool = NULL;
  g_autofree char *hash = NULL;
  Setting setting = { .must_change = TRUE };

  if (!mns_ctl_parse (self, entries, 1, error))
    return MNS_EXIT_USAGE;
  setting.username = self->argv[0];
  hash = read_hash (file, setting.username, error);
  if (hash == NULL)
    return file == NULL ? MNS_EXIT_USAGE : MNS_EXIT_REFUSED;
  setting.hash = hash;
  instance = mns_instance_open (&self->options, error);
  if (instance == NULL)
    return MNS_EXIT_REFUSED;
  pool = mns_pool_new (instance->application, 1);
  if (!mns_pool_run_read (pool, find_person, &setting, error) ||
      !mns_pool_run_write (pool, set_password, &setting, error))
    return MNS_EXIT_REFUSED;
  return mns_ctl_done (
      self,
      NULL,
      "User %s has a new password, is signed out everywhere, and changes it before "
      "the next signature.",
      setting.username);
}

int
mns_ctl_user_archive (MnsCtl *self, GError **error)
{
  g_autoptr (MnsInstance) instance = NULL;
  g_autoptr (MnsPool) pool = NULL;
  JsonObject *args;
  JsonObject *envelope = NULL;
  Setting setting = { 0 };
  char id[MNS_ID_TEXT_SIZE];

  if (!mns_ctl_parse (self, NULL, 1, error))
    return MNS_EXIT_USAGE;
  setting.username = self->argv[0];
  instance = mns_instance_open (&self->options, error);
  if (instance == NULL)
    return MNS_EXIT_REFUSED;
  pool = mns_pool_new (instance->application, 1);
  if (!mns_pool_run_read (pool, find_person, &setting, error))
    return MNS_EXIT_REFUSED;
  args = json_object_new ();
  mns_id_print (&setting.person, id);
  json_object_set_string_member (args, "user", id);
  if (!mns_ctl_do (instance, "user.archive@1", args, &envelope, error))
    return MNS_EXIT_REFUSED;
  json_object_unref (envelope);
  if (!mns_pool_run_write (pool, end_logins, &setting, error))
    return MNS_EXIT_REFUSED;
  return mns_ctl_done (self, NULL, "User %s is archived and signed out.", setting.username);
}

/* ---- list ---- */

typedef struct
{
  MnsRows *rows;
} List;

static gboolean
list_users (MnsTransaction *tx, gpointer data, GError **error)
{
  List *self = data;

  g_clear_pointer (&self->rows, mns_rows_unref);
  self->rows = mns_transaction_query (
      tx,
      "SELECT p.username, p.first_name, p.last_name, p.status,"
      " (SELECT string_agg (r.name, ', ' ORDER BY r.name) FROM person_role pr JOIN role r"
      " ON r.id = pr.role_id WHERE pr.person_id = p.id) AS roles FROM person p"
      " WHERE p.username IS NOT NULL ORDER BY p.username, p.id",
      NULL,
      error);
  return self->rows != NULL;
}

int
mns_ctl_user_list (MnsCtl *self, GError **error)
{
  static const char *const names[] = { "username", "first_name", "last_name", "status", "roles" };
  g_autoptr (MnsInstance) instance = NULL;
  g_autoptr (MnsPool) pool = NULL;
  JsonObject *result;
  JsonArray *users = json_array_new ();
  List list = { 0 };

  if (!mns_ctl_parse (self, NULL, 0, error))
    return MNS_EXIT_USAGE;
  instance = mns_instance_open (&self->options, error);
  if (instance == NULL)
    return MNS_EXIT_REFUSED;
  pool = mns_pool_new (instance->application, 1);
  if (!mns_pool_run_read (pool, list_users, &list, error))
    return MNS_EXIT_REFUSED;
  for (guint i = 0; i < mns_rows_get_n_rows (list.rows); i++)
    {
      JsonObject *user = json_object_new ();

      for (guint c = 0; c < G_N_ELEMENTS (names); c++)
        json_object_set_string_member (
            user,
            names[c],
            mns_rows_is_null (list.rows, i, c) ? "" : mns_rows_get_text (list.rows, i, c));
      if (!self->json)
        printf ("%s\t%s %s\t%s\t%s\n",
                json_object_get_string_member (user, "username"),
                json_object_get_string_member (user, "first_name"),
                json_object_get_string_member (user, "last_name"),
                json_object_get_string_member (user, "status"),
                json_object_get_string_member (user, "roles"));
      json_array_add_object_element (users, user);
    }
  mns_rows_unref (list.rows);
  result = json_object_new ();
  json_object_set_array_member (result, "users", users);
  return mns_ctl_done (self, result, NULL);
}
