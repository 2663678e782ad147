/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Accounts, clients and users: rows only. Passwords are the server's business (server/access). */

#include "config.h"

#include "sync/lab/call.h"
#include "sync/lab/fields.h"
#include "sync/lab/rules.h"
#include "sync/model/canonical.h"
#include "sync/model/packed.h"

static const MnsArgSpec address_args[] = {
  { "department", MNS_ARG_TYPE_TEXT }, { "institution", MNS_ARG_TYPE_TEXT },
  { "street", MNS_ARG_TYPE_TEXT },     { "city", MNS_ARG_TYPE_TEXT },
  { "state", MNS_ARG_TYPE_TEXT },      { "postal_code", MNS_ARG_TYPE_TEXT },
  { "country", MNS_ARG_TYPE_TEXT },    { NULL },
};

static gboolean
create_account (MnsCall *call, GError **error)
{
  const char *name = mns_call_get_text (call, "name");
  g_autoptr (MnsCustomFields) fields = mns_custom_fields_load (call, "ACCOUNT", NULL, error);
  g_autoptr (MnsFieldValues) values = mns_field_values_new (NULL, NULL);
  g_autofree char *owner = g_strdup_printf ("account %s", name);
  g_autofree char *billing = mns_canonical_print_object (mns_call_get_object (call, "billing"));
  g_autofree char *shipping = mns_canonical_print_object (mns_call_get_object (call, "shipping"));
  g_autofree char *plain = NULL;
  g_autofree char *phi = NULL;
  g_autofree char *lims_id = NULL;
  MnsId id;

  if (fields == NULL)
    return FALSE;
  mns_custom_fields_fill (
      call, fields, "ACCOUNT", mns_call_get_object (call, "fields"), "/fields", owner, values);
  if (mns_call_failed (call))
    return TRUE;
  lims_id = mns_call_take_lims_id (call, "account", NULL, error);
  if (lims_id == NULL)
    return FALSE;
  plain = mns_packed_print (values->plain);
  phi = mns_packed_print (values->phi);
  mns_call_derive_id (call, "account", 0, &id);
  mns_call_put_id (call, "account", &id);
  mns_call_put_text (call, "lims_id", lims_id);
  return mns_transaction_run (
      call->tx,
      "INSERT INTO account (id, lims_id, name, website, billing, shipping, fields, phi_fields,"
      " created_at, changed_at) VALUES ($id, $lims_id, $name, $website, $billing, $shipping,"
      " $fields, $phi, $now, $now)",
      MNS_ARGS (MNS_ARG_ID ("id", &id),
                MNS_ARG_TEXT ("lims_id", lims_id),
                MNS_ARG_TEXT ("name", name),
                MNS_ARG_TEXT ("website", mns_call_get_text (call, "website")),
                MNS_ARG_JSON ("billing", billing),
                MNS_ARG_JSON ("shipping", shipping),
                MNS_ARG_JSON ("fields", plain),
                MNS_ARG_JSON ("phi", phi),
                MNS_ARG_INT ("now", call->now)),
      error);
}

/* Three letters or digits: those given, else from the names. */
static char *
make_initials (MnsCall *call)
{
  const char *given = mns_call_get_text (call, "initials");
  g_autofree char *both = g_strconcat (
      mns_call_get_text (call, "first_name"), mns_call_get_text (call, "last_name"), "ZZZ", NULL);
  const char *last = mns_call_get_text (call, "last_name");
  GString *text = g_string_new (NULL);

  if (given != NULL)
    {
      gboolean right = TRUE;

      for (const char *p = given; *p != '\0'; p++)
        right = right && g_ascii_isalnum (*p);
      if (!right)
        mns_call_fault (call,
                        "/initials",
                        "bad_initials",
                        "initials “%s” are not three letters or digits",
                        given);
      return g_string_free (g_string_assign (text, given), FALSE);
    }
  for (const char *p = both; *p != '\0' && text->len < 1; p++)
    if (g_ascii_isalnum (*p))
      g_string_append_c (text, g_ascii_toupper (*p));
  for (const char *p = last; *p != '\0' && text->len < 3; p++)
    if (g_ascii_isalnum (*p))
      g_string_append_c (text, g_ascii_toupper (*p));
  while (text->len < 3)
    g_string_append_c (text, 'X');
  return g_string_free (text, FALSE);
}

static void
check_email (MnsCall *call, const char *email)
{
  const char *sign = email != NULL ? strchr (email, '@') : NULL;

  if (email != NULL && (sign == NULL || sign == email || sign[1] == '\0'))
    mns_call_fault (call, "/email", "bad_email", "“%s” is no e-mail address", email);
}

/* The account named, or the lab's own: the first one there is. */
static gboolean
get_account (MnsCall *call, MnsId *account, GError **error)
{
  g_autoptr (MnsRows) rows = NULL;

  if (mns_call_get_id (call, "account", account))
    return TRUE;
  mns_id_derive (account, &MNS_ID_CONFIGURATION, "account", 0);
  rows = mns_transaction_query (call->tx,
                                "SELECT id FROM account WHERE id = $id",
                                MNS_ARGS (MNS_ARG_ID ("id", account)),
                                error);
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) == 0)
    mns_call_fault (call, "/account", "missing", "the account of the person is missing");
  return TRUE;
}

static gboolean
insert_person (MnsCall *call, const char *username, const char *member, MnsId *id, GError **error)
{
  g_autoptr (MnsCustomFields) fields = mns_custom_fields_load (call, "PERSON", NULL, error);
  g_autoptr (MnsFieldValues) values = mns_field_values_new (NULL, NULL);
  g_autofree char *initials = make_initials (call);
  g_autofree char *plain = NULL;
  g_autofree char *phi = NULL;
  g_autofree char *lims_id = NULL;
  MnsId account;

  if (fields == NULL || !get_account (call, &account, error))
    return FALSE;
  check_email (call, mns_call_get_text (call, "email"));
  mns_custom_fields_fill (call,
                          fields,
                          "PERSON",
                          mns_call_get_object (call, "fields"),
                          "/fields",
                          mns_call_get_text (call, "last_name"),
                          values);
  if (mns_call_failed (call))
    return TRUE;
  lims_id = mns_call_take_lims_id (call, "person", NULL, error);
  if (lims_id == NULL)
    return FALSE;
  plain = mns_packed_print (values->plain);
  phi = mns_packed_print (values->phi);
  mns_call_derive_id (call, "person", 0, id);
  mns_call_put_id (call, member, id);
  mns_call_put_text (call, "lims_id", lims_id);
  return mns_transaction_run (
      call->tx,
      "INSERT INTO person (id, lims_id, account_id, first_name, last_name, initials, title, email,"
      " phone, username, status, source, fields, phi_fields, created_at, changed_at)"
      " VALUES ($id, $lims_id, $account, $first, $last, $initials, $title, $email, $phone,"
      " $username, 'ACTIVE', 'LOCAL', $fields, $phi, $now, $now)",
      MNS_ARGS (MNS_ARG_ID ("id", id),
                MNS_ARG_TEXT ("lims_id", lims_id),
                MNS_ARG_ID ("account", &account),
                MNS_ARG_TEXT ("first", mns_call_get_text (call, "first_name")),
                MNS_ARG_TEXT ("last", mns_call_get_text (call, "last_name")),
                MNS_ARG_TEXT ("initials", initials),
                MNS_ARG_TEXT ("title", mns_call_get_text (call, "title")),
                MNS_ARG_TEXT ("email", mns_call_get_text (call, "email")),
                MNS_ARG_TEXT ("phone", mns_call_get_text (call, "phone")),
                MNS_ARG_TEXT ("username", username),
                MNS_ARG_JSON ("fields", plain),
                MNS_ARG_JSON ("phi", phi),
                MNS_ARG_INT ("now", call->now)),
      error);
}

static gboolean
create_client (MnsCall *call, GError **error)
{
  MnsId id;

  return insert_person (call, NULL, "client", &id, error);
}

static gboolean
write_roles (MnsCall *call, const MnsId *person, GError **error)
{
  JsonArray *list = mns_call_get_list (call, "roles");
  g_autoptr (MnsRowSet) names = mns_row_set_new ("n int, name text");
  g_autoptr (MnsRowSet) set = mns_row_set_new ("role id");
  g_autoptr (GHashTable) found = g_hash_table_new (NULL, NULL);
  g_autoptr (MnsRows) rows = NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    mns_row_set_add (
        names, mns_value_int (i), mns_value_text (json_array_get_string_element (list, i)));
  rows = mns_transaction_query (call->tx,
                                "SELECT v.n, r.id FROM {v} JOIN role r ON r.name = v.name",
                                MNS_ARGS (MNS_ARG_SET ("v", names)),
                                error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    {
      mns_row_set_add (set, mns_value_id (mns_rows_get_id (rows, i, 1)));
      g_hash_table_add (found, GINT_TO_POINTER ((int) mns_rows_get_int (rows, i, 0) + 1));
    }
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    if (!g_hash_table_contains (found, GINT_TO_POINTER ((int) i + 1)))
      {
        g_autofree char *at = g_strdup_printf ("/roles/%u", i);

        mns_call_fault (call,
                        at,
                        "not_found",
                        "there is no role “%s”",
                        json_array_get_string_element (list, i));
      }
  return mns_call_failed (call) ||
         (mns_transaction_run (call->tx,
                               "DELETE FROM person_role WHERE person_id = $person",
                               MNS_ARGS (MNS_ARG_ID ("person", person)),
                               error) &&
          mns_transaction_run (call->tx,
                               "INSERT INTO person_role (person_id, role_id)"
                               " SELECT DISTINCT $person, v.role FROM {v}",
                               MNS_ARGS (MNS_ARG_ID ("person", person), MNS_ARG_SET ("v", set)),
                               error));
}

static gboolean
check_username_free (MnsCall *call, const char *username, const MnsId *self, GError **error)
{
  g_autoptr (MnsRows) rows = mns_transaction_query (
      call->tx,
      "SELECT id FROM person WHERE username = $username AND status = 'ACTIVE'",
      MNS_ARGS (MNS_ARG_TEXT ("username", username)),
      error);

  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) > 0 &&
      (self == NULL || !mns_id_equal (mns_rows_get_id (rows, 0, 0), self)))
    mns_call_fault (call,
                    self == NULL ? "/username" : "/user",
                    "name_taken",
                    "there is an active user “%s” already",
                    username);
  return TRUE;
}

static gboolean
create_user (MnsCall *call, GError **error)
{
  const char *username = mns_call_get_text (call, "username");
  MnsId id;

  if (!check_username_free (call, username, NULL, error))
    return FALSE;
  /* the roles are checked even if the person is refused: all faults at once */
  mns_call_derive_id (call, "person", 0, &id);
  return insert_person (call, username, "user", &id, error) && write_roles (call, &id, error);
}

typedef struct
{
  MnsId id;
  char *username;
  gboolean archived;
} User;

static gboolean
load_user (MnsCall *call, User *user, GError **error)
{
  g_autoptr (MnsRows) rows = NULL;

  mns_call_get_id (call, "user", &user->id);
  rows = mns_transaction_query (call->tx,
                                "SELECT username, status FROM person WHERE id = $id",
                                MNS_ARGS (MNS_ARG_ID ("id", &user->id)),
                                error);
  if (rows == NULL)
    return FALSE;
  if (mns_rows_get_n_rows (rows) == 0)
    mns_call_missing (call, "/user", "person", NULL);
  else if (mns_rows_is_null (rows, 0, 0))
    mns_call_fault (call, "/user", "not_a_user", "this person is a client and cannot sign in");
  else
    user->username = g_strdup (mns_rows_get_text (rows, 0, 0));
  user->archived =
      mns_rows_get_n_rows (rows) > 0 && g_str_equal (mns_rows_get_text (rows, 0, 1), "ARCHIVED");
  return TRUE;
}

static gboolean
set_roles (MnsCall *call, GError **error)
{
  User user = { 0 };
  gboolean done = load_user (call, &user, error) &&
                  (mns_call_failed (call) || write_roles (call, &user.id, error));

  g_free (user.username);
  return done;
}

static gboolean
set_status (MnsCall *call, const MnsId *id, const char *status, GError **error)
{
  return mns_transaction_run (
      call->tx,
      "UPDATE person SET status = $status, changed_at = $now WHERE id = $id",
      MNS_ARGS (
          MNS_ARG_TEXT ("status", status), MNS_ARG_INT ("now", call->now), MNS_ARG_ID ("id", id)),
      error);
}

static gboolean
archive_user (MnsCall *call, GError **error)
{
  User user = { 0 };
  gboolean done = load_user (call, &user, error);

  if (done && !mns_call_failed (call) && mns_id_equal (&user.id, &call->lab->person))
    mns_call_fault (call, "/user", "own_account", "you cannot archive yourself");
  done = done && (mns_call_failed (call) || user.archived ||
                  set_status (call, &user.id, "ARCHIVED", error));
  g_free (user.username);
  return done;
}

static gboolean
activate_user (MnsCall *call, GError **error)
{
  User user = { 0 };
  gboolean done =
      load_user (call, &user, error) &&
      (mns_call_failed (call) || check_username_free (call, user.username, &user.id, error)) &&
      (mns_call_failed (call) || !user.archived || set_status (call, &user.id, "ACTIVE", error));

  g_free (user.username);
  return done;
}

static const MnsArgSpec account_args[] = {
  { "name", MNS_ARG_TYPE_TEXT, TRUE, .max = 200 },
  { "website", MNS_ARG_TYPE_TEXT },
  { "billing", MNS_ARG_TYPE_OBJECT, .items = address_args },
  { "shipping", MNS_ARG_TYPE_OBJECT, .items = address_args },
  { "fields", MNS_ARG_TYPE_MAP },
  { NULL },
};

#define PERSON_ARGS                                                                                \
  { "first_name", MNS_ARG_TYPE_TEXT, TRUE, .max = 100 },                                           \
      { "last_name", MNS_ARG_TYPE_TEXT, TRUE, .max = 100 },                                        \
      { "initials", MNS_ARG_TYPE_TEXT, .min = 3, .max = 3 },                                       \
      { "title", MNS_ARG_TYPE_TEXT, .max = 100 }, { "email", MNS_ARG_TYPE_TEXT, .max = 300 },      \
      { "phone", MNS_ARG_TYPE_TEXT, .max = 100 },                                                  \
      { "account", MNS_ARG_TYPE_ID, .refers = "account", .help = "default: the lab's own" },       \
  {                                                                                                \
    "fields", MNS_ARG_TYPE_MAP                                                                     \
  }

static const MnsArgSpec client_args[] = { PERSON_ARGS, { NULL } };

static const MnsArgSpec user_args[] = {
  PERSON_ARGS,
  { "username", MNS_ARG_TYPE_TEXT, TRUE, .max = 100 },
  { "roles", MNS_ARG_TYPE_TEXTS, TRUE, .help = "names of roles" },
  { NULL },
};

static const MnsArgSpec roles_args[] = {
  { "user", MNS_ARG_TYPE_ID, TRUE, .refers = "person" },
  { "roles", MNS_ARG_TYPE_TEXTS, TRUE },
  { NULL },
};

static const MnsArgSpec one_user_args[] = {
  { "user", MNS_ARG_TYPE_ID, TRUE, .refers = "person" },
  { NULL },
};

const MnsCommandSpec mns_people_commands[] = {
  { "account.create",
    1,
    "Contact:create",
    TRUE,
    account_args,
    create_account,
    "Create an account",
    "A customer or institute. Answers account and lims_id." },
  { "client.create",
    1,
    "Contact:create",
    TRUE,
    client_args,
    create_client,
    "Create a client",
    "A person who sends samples and cannot sign in. Answers client and lims_id." },
  { "user.create",
    1,
    "User:create",
    TRUE,
    user_args,
    create_user,
    "Create a user",
    "A person who may sign in once a password is set. Answers user and lims_id." },
  { "user.set_roles",
    1,
    "User:update",
    TRUE,
    roles_args,
    set_roles,
    "Set a user's roles",
    "Roles that are left out are taken away." },
  { "user.archive", 1, "User:update", TRUE, one_user_args, archive_user, "Archive a user", NULL },
  { "user.activate",
    1,
    "User:update",
    TRUE,
    one_user_args,
    activate_user,
    "Activate an archived user",
    NULL },
  { NULL },
};
