/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <sodium.h>
#include <string.h>

#include "server/access/password.h"
#include "sync/model/error.h"

/* 15 ms and 19 MiB a try here; OWASP's lower bound with one pass more. */
#define PASSES 3
#define MEMORY (19 * 1024 * 1024)
#define MOST_AT_ONCE 4

#define SHORTEST 12
#define LONGEST 256
#define TOKEN_BYTES 32

static GMutex hashing_lock;
static GCond hashing_done;
static guint hashing;

static void
begin_hashing (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&hashing_lock);

  while (hashing >= MOST_AT_ONCE)
    g_cond_wait (&hashing_done, &hashing_lock);
  hashing++;
}

static void
end_hashing (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&hashing_lock);

  hashing--;
  g_cond_signal (&hashing_done);
}

static void
start_sodium (void)
{
  static gsize started;

  if (g_once_init_enter (&started))
    {
      if (sodium_init () < 0)
        g_error ("libsodium does not start");
      g_once_init_leave (&started, 1);
    }
}

/**
 * mns_password_hash:
 * @password: any text
 * @error: return location for %MNS_ERROR_BUSY if there is no memory for it
 *
 * Returns: (transfer full) (nullable): a PHC string, "$argon2id$..."
 */
char *
mns_password_hash (const char *password, GError **error)
{
  char hash[crypto_pwhash_STRBYTES];
  int result;

  start_sodium ();
  begin_hashing ();
  result = crypto_pwhash_str (hash, password, strlen (password), PASSES, MEMORY);
  end_hashing ();
  if (result == 0)
    return g_strdup (hash);
  g_set_error (error, MNS_ERROR, MNS_ERROR_BUSY, "There is no memory to hash a password.");
  return NULL;
}

/* A hash that no password has, of the usual cost. */
static const char *
get_decoy (void)
{
  static gsize decoy;

  if (g_once_init_enter (&decoy))
    {
      g_autofree char *nobody = mns_token_make ();
      char *hash = mns_password_hash (nobody, NULL);

      g_once_init_leave (&decoy, (gsize) (hash != NULL ? hash : g_strdup ("")));
    }
  return (const char *) decoy;
}

/**
 * mns_password_verify:
 * @hash: (nullable): of the account; %NULL if there is no such account, or it has no password
 * @password: what was typed
 *
 * Takes as long for an account that does not exist as for a wrong password.
 *
 * Returns: whether @password is right
 */
gboolean
mns_password_verify (const char *hash, const char *password)
{
  int result;

  start_sodium ();
  if (hash == NULL)
    {
      const char *decoy = get_decoy ();

      begin_hashing ();
      result = crypto_pwhash_str_verify (decoy, password, strlen (password));
      end_hashing ();
      return FALSE;
    }
  begin_hashing ();
  result = crypto_pwhash_str_verify (hash, password, strlen (password));
  end_hashing ();
  return result == 0;
}

typedef struct
{
  gboolean lower, upper, digit, special;
  gsize length;
} Shape;

static Shape
look_at (const char *password)
{
  Shape shape = { 0 };

  for (const char *p = password; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      shape.length++;
      shape.lower |= g_unichar_islower (c);
      shape.upper |= g_unichar_isupper (c);
      shape.digit |= g_unichar_isdigit (c);
      shape.special |= !g_unichar_isalnum (c);
    }
  return shape;
}

static void
want (GString *missing, gboolean there, const char *what)
{
  if (!there)
    g_string_append_printf (missing, "%s%s", missing->len > 0 ? ", " : "", what);
}

/**
 * mns_password_check:
 * @password: a new password
 * @username: whose; it may not be part of it
 * @error: return location for %MNS_ERROR_INVALID, which names everything that is missing
 *
 * The rules of domain/configuration.md section 6.
 */
gboolean
mns_password_check (const char *password, const char *username, GError **error)
{
  g_autoptr (GString) missing = g_string_new (NULL);
  g_autofree char *folded = NULL;
  g_autofree char *name = NULL;
  Shape shape;

  if (!g_utf8_validate (password, -1, NULL))
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "The password is not in UTF-8.");
      return FALSE;
    }
  folded = g_utf8_casefold (password, -1);
  name = g_utf8_casefold (username, -1);
  shape = look_at (password);
  want (missing, shape.length >= SHORTEST, "at least 12 characters");
  want (missing, shape.length <= LONGEST, "at most 256 characters");
  want (missing, shape.lower, "a small letter");
  want (missing, shape.upper, "a capital letter");
  want (missing, shape.digit, "a digit");
  want (missing, shape.special, "a special character");
  want (missing, *name == '\0' || strstr (folded, name) == NULL, "not the user name in it");
  if (missing->len == 0)
    return TRUE;
  g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "A password needs %s.", missing->str);
  return FALSE;
}

/**
 * mns_token_make:
 *
 * Returns: (transfer full): a new token
 */
char *
mns_token_make (void)
{
  guint8 bytes[TOKEN_BYTES];
  char text[sodium_base64_ENCODED_LEN (TOKEN_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];

  start_sodium ();
  randombytes_buf (bytes, sizeof bytes);
  sodium_bin2base64 (
      text, sizeof text, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  sodium_memzero (bytes, sizeof bytes);
  return g_strdup (text);
}

/* SHA-256: all that the database knows of a token. */
GBytes *
mns_token_hash (const char *token)
{
  guint8 hash[crypto_hash_sha256_BYTES];

  crypto_hash_sha256 (hash, (const guint8 *) token, strlen (token));
  return g_bytes_new (hash, sizeof hash);
}

/* The token a browser's session must send in a header. It follows from the session's token, which
 * no script can read, so it needs no place to be stored.
 */
char *
mns_token_csrf (const char *token)
{
  g_autofree char *named = g_strconcat ("csrf of ", token, NULL);
  guint8 hash[crypto_hash_sha256_BYTES];
  char text[2 * sizeof hash + 1];

  crypto_hash_sha256 (hash, (const guint8 *) named, strlen (named));
  sodium_bin2hex (text, sizeof text, hash, sizeof hash);
  return g_strdup (text);
}

/* Takes as long for any two texts of one length. */
gboolean
mns_text_equal_secretly (const char *a, const char *b)
{
  gsize length = strlen (a);

  return length == strlen (b) && sodium_memcmp (a, b, length) == 0;
}

/**
 * mns_password_read_file:
 * @path: a file, or "-" for standard input
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): its first line
 */
char *
mns_password_read_file (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) failure = NULL;

  if (!g_file_get_contents (strcmp (path, "-") == 0 ? "/dev/stdin" : path, &text, NULL, &failure))
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_INVALID,
                   "The password file %s cannot be read: %s",
                   path,
                   failure->message);
      return NULL;
    }
  text[strcspn (text, "\r\n")] = '\0';
  if (*text == '\0')
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "The password file %s is empty.", path);
      return NULL;
    }
  return g_steal_pointer (&text);
}
