/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#include "sync/client/account-file.h"
#include "sync/model/error.h"

#define FILE_NAME "account.json"
#define TOKEN_NAME "token"

void
mns_account_file_clear (MnsAccountFile *self)
{
  g_clear_pointer (&self->url, g_free);
  g_clear_pointer (&self->user, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->pin, g_free);
  g_clear_pointer (&self->salt, g_free);
  g_clear_pointer (&self->nonce, g_free);
  g_clear_pointer (&self->sealed, g_free);
}

/* The members that are texts. */
static const struct
{
  const char *name;
  gsize offset;
} texts[] = {
  { "url", G_STRUCT_OFFSET (MnsAccountFile, url) },
  { "user", G_STRUCT_OFFSET (MnsAccountFile, user) },
  { "name", G_STRUCT_OFFSET (MnsAccountFile, name) },
  { "pin", G_STRUCT_OFFSET (MnsAccountFile, pin) },
  { "salt", G_STRUCT_OFFSET (MnsAccountFile, salt) },
  { "nonce", G_STRUCT_OFFSET (MnsAccountFile, nonce) },
  { "sealed", G_STRUCT_OFFSET (MnsAccountFile, sealed) },
};

/**
 * mns_account_file_load:
 * @self: (out): cleared, or zero
 * @dir: an account's folder
 *
 * Reads what is known; a file that is not there or cannot be read leaves all empty, for then only
 * the server can say who somebody is.
 */
void
mns_account_file_load (MnsAccountFile *self, const char *dir)
{
  g_autofree char *path = g_build_filename (dir, FILE_NAME, NULL);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;
  node = json_from_string (text, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  object = json_node_get_object (node);
  if (!mns_id_parse (&self->person,
                     json_object_get_string_member_with_default (object, "person", NULL)))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    G_STRUCT_MEMBER (char *, self, texts[i].offset) =
        g_strdup (json_object_get_string_member_with_default (object, texts[i].name, NULL));
  self->failures = json_object_get_int_member_with_default (object, "failures", 0);
  self->not_before = json_object_get_int_member_with_default (object, "not_before", 0);
}

static gboolean
write_secret (const char *path, const char *text, GError **error)
{
  return g_file_set_contents_full (
      path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}

gboolean
mns_account_file_save (const MnsAccountFile *self, const char *dir, GError **error)
{
  g_autofree char *path = g_build_filename (dir, FILE_NAME, NULL);
  g_autofree char *person = mns_id_to_string (&self->person);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "person", person);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const char *value = G_STRUCT_MEMBER (char *, self, texts[i].offset);

      if (value != NULL)
        json_object_set_string_member (object, texts[i].name, value);
    }
  json_object_set_int_member (object, "failures", self->failures);
  json_object_set_int_member (object, "not_before", self->not_before);
  json_node_take_object (node, object);
  text = json_to_string (node, TRUE);
  return write_secret (path, text, error);
}

/* Argon2id at libsodium's interactive cost. */
static gboolean
make_key (const char *password,
          const guchar salt[crypto_pwhash_SALTBYTES],
          guchar key[crypto_secretbox_KEYBYTES],
          GError **error)
{
  if (crypto_pwhash (key,
                     crypto_secretbox_KEYBYTES,
                     password,
                     strlen (password),
                     salt,
                     crypto_pwhash_OPSLIMIT_INTERACTIVE,
                     crypto_pwhash_MEMLIMIT_INTERACTIVE,
                     crypto_pwhash_ALG_ARGON2ID13) == 0)
    return TRUE;
  g_set_error (
      error, MNS_ERROR, MNS_ERROR_FAILED, "there is not enough memory to check a password");
  return FALSE;
}

struct _MnsSeal
{
  char *password;
  guchar salt[crypto_pwhash_SALTBYTES];
  guchar key[crypto_secretbox_KEYBYTES];
  GError *error;
  GThread *thread; /* nullable: the key is made */
};

static gpointer
make_key_in_thread (gpointer data)
{
  MnsSeal *self = data;

  make_key (self->password, self->salt, self->key, &self->error);
  return NULL;
}

/**
 * mns_seal_begin:
 * @password: what will open the token; copied
 *
 * Begins to make a key, which takes its time by intent, while the server is asked for the token.
 *
 * Returns: (transfer full): for mns_account_file_seal()
 */
MnsSeal *
mns_seal_begin (const char *password)
{
  MnsSeal *self = g_new0 (MnsSeal, 1);

  self->password = g_strdup (password);
  randombytes_buf (self->salt, sizeof self->salt);
  self->thread = g_thread_new ("seal", make_key_in_thread, self);
  return self;
}

static void
wait_for_key (MnsSeal *self)
{
  if (self->thread != NULL)
    g_thread_join (g_steal_pointer (&self->thread));
}

void
mns_seal_free (MnsSeal *self)
{
  if (self == NULL)
    return;
  wait_for_key (self);
  sodium_memzero (self->password, strlen (self->password));
  sodium_memzero (self->key, sizeof self->key);
  g_free (self->password);
  g_clear_error (&self->error);
  g_free (self);
}

/**
 * mns_account_file_seal:
 * @seal: from mns_seal_begin(), once
 * @token: the device's token
 *
 * Puts the token into a secretbox; neither it nor the password is kept otherwise.
 */
gboolean
mns_account_file_seal (MnsAccountFile *self, MnsSeal *seal, const char *token, GError **error)
{
  guchar nonce[crypto_secretbox_NONCEBYTES];
  gsize size = strlen (token);
  g_autofree guchar *box = g_malloc (size + crypto_secretbox_MACBYTES);

  wait_for_key (seal);
  if (seal->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&seal->error));
      return FALSE;
    }
  randombytes_buf (nonce, sizeof nonce);
  crypto_secretbox_easy (box, (const guchar *) token, size, nonce, seal->key);
  g_free (self->salt);
  g_free (self->nonce);
  g_free (self->sealed);
  self->salt = g_base64_encode (seal->salt, sizeof seal->salt);
  self->nonce = g_base64_encode (nonce, sizeof nonce);
  self->sealed = g_base64_encode (box, size + crypto_secretbox_MACBYTES);
  return TRUE;
}

/**
 * mns_account_file_open:
 *
 * Returns: (transfer full): the token, or %NULL with %MNS_ERROR_UNAUTHORIZED for a wrong password
 */
char *
mns_account_file_open (const MnsAccountFile *self, const char *password, GError **error)
{
  gsize salt_size = 0, nonce_size = 0, size = 0;
  g_autofree guchar *salt = g_base64_decode (self->salt != NULL ? self->salt : "", &salt_size);
  g_autofree guchar *nonce = g_base64_decode (self->nonce != NULL ? self->nonce : "", &nonce_size);
  g_autofree guchar *box = g_base64_decode (self->sealed != NULL ? self->sealed : "", &size);
  guchar key[crypto_secretbox_KEYBYTES];
  char *token;
  int wrong;

  if (salt_size != crypto_pwhash_SALTBYTES || nonce_size != crypto_secretbox_NONCEBYTES ||
      size <= crypto_secretbox_MACBYTES)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_UNAUTHORIZED,
                   "this computer cannot check the password; sign in when the server is reached");
      return NULL;
    }
  if (!make_key (password, salt, key, error))
    return NULL;
  token = g_malloc0 (size - crypto_secretbox_MACBYTES + 1);
  wrong = crypto_secretbox_open_easy ((guchar *) token, box, size, nonce, key);
  sodium_memzero (key, sizeof key);
  if (wrong == 0)
    return token;
  g_free (token);
  g_set_error (error, MNS_ERROR, MNS_ERROR_UNAUTHORIZED, "the user name or the password is wrong");
  return NULL;
}

/**
 * mns_account_dup_dir:
 *
 * Returns: (transfer full): the folder of one server and user; its name tells nothing but is the
 * same each time
 */
char *
mns_account_dup_dir (const char *state_dir, const char *url, const char *user)
{
  g_autofree char *both = NULL;
  g_autofree char *sum = NULL;
  gsize length = strlen (url);

  while (length > 0 && url[length - 1] == '/')
    length--;
  both = g_strdup_printf ("%.*s\n%s", (int) length, url, user);
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, both, -1);
  sum[24] = '\0';
  return g_build_filename (state_dir, "accounts", sum, NULL);
}

gboolean
mns_account_keep_token (const char *dir, const char *token, GError **error)
{
  g_autofree char *path = g_build_filename (dir, TOKEN_NAME, NULL);

  if (token == NULL)
    return TRUE; /* what mns keeps is not the desktop's to throw away */
  return write_secret (path, token, error);
}

char *
mns_account_load_token (const char *dir)
{
  g_autofree char *path = g_build_filename (dir, TOKEN_NAME, NULL);
  char *token = NULL;

  return g_file_get_contents (path, &token, NULL, NULL) ? token : NULL;
}

/**
 * mns_account_find_kept:
 *
 * Returns: (transfer full) (nullable): the folder whose token was kept last
 */
char *
mns_account_find_kept (const char *state_dir)
{
  g_autofree char *accounts = g_build_filename (state_dir, "accounts", NULL);
  g_autoptr (GDir) dir = g_dir_open (accounts, 0, NULL);
  g_autofree char *found = NULL;
  struct timespec newest = { 0 };
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (accounts, name, NULL);
      g_autofree char *path = g_build_filename (folder, TOKEN_NAME, NULL);
      GStatBuf info;

      if (g_stat (path, &info) != 0)
        continue;
      if (found == NULL || info.st_mtim.tv_sec > newest.tv_sec ||
          (info.st_mtim.tv_sec == newest.tv_sec && info.st_mtim.tv_nsec > newest.tv_nsec))
        {
          newest = info.st_mtim;
          g_free (found);
          found = g_steal_pointer (&folder);
        }
    }
  return g_steal_pointer (&found);
}
