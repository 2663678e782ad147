/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The server's address, our token, and the one key that is trusted without an authority.
 *
 * A self-made certificate is trusted by its public key only (decisions.md 17): a person compared
 * its fingerprint once. Where a key is pinned nothing else is accepted, not even what an authority
 * signed.
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include <gnutls/x509.h>
#include <string.h>

#include "sync/client/transport-http.h"
#include "sync/model/error.h"

struct _MnsServerAddress
{
  gatomicrefcount references;
  GUri *uri;
  char *url;
  GMutex lock; /* what follows */
  char *token;
  char *pin;
  char *refused;
  char *seen_key;
};

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = NULL;

  if (host == NULL)
    return FALSE;
  if (g_ascii_strcasecmp (host, "localhost") == 0)
    return TRUE;
  address = g_inet_address_new_from_string (host);
  return address != NULL && g_inet_address_get_is_loopback (address);
}

/**
 * mns_server_address_new:
 * @url: "https://lims.example.org" or, on this machine only, "http://localhost:8080"
 *
 * Fails with %MNS_ERROR_INVALID for what is no such address.
 */
MnsServerAddress *
mns_server_address_new (const char *url, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;
  MnsServerAddress *self;

  if (scheme == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' ||
      (!g_str_equal (scheme, "https") && !g_str_equal (scheme, "http")))
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_INVALID,
                   "“%s” is no server's address, such as https://lims.example.org",
                   url);
      return NULL;
    }
  if (g_str_equal (scheme, "http") && !is_loopback (g_uri_get_host (uri)))
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_INVALID,
                   "%s would send the password unencrypted: use https",
                   url);
      return NULL;
    }
  self = g_new0 (MnsServerAddress, 1);
  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->lock);
  self->uri = g_steal_pointer (&uri);
  self->url = g_uri_to_string (self->uri);
  while (g_str_has_suffix (self->url, "/"))
    self->url[strlen (self->url) - 1] = '\0';
  return self;
}

MnsServerAddress *
mns_server_address_ref (MnsServerAddress *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
mns_server_address_unref (MnsServerAddress *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  g_uri_unref (self->uri);
  g_free (self->url);
  g_free (self->token);
  g_free (self->pin);
  g_free (self->refused);
  g_free (self->seen_key);
  g_mutex_clear (&self->lock);
  g_free (self);
}

const char *
mns_server_address_get_url (MnsServerAddress *self)
{
  return self->url;
}

static void
set_text (MnsServerAddress *self, char **place, const char *text)
{
  g_mutex_lock (&self->lock);
  g_free (*place);
  *place = g_strdup (text);
  g_mutex_unlock (&self->lock);
}

static char *
dup_text (MnsServerAddress *self, char *const *place)
{
  char *text;

  g_mutex_lock (&self->lock);
  text = g_strdup (*place);
  g_mutex_unlock (&self->lock);
  return text;
}

void
mns_server_address_set_token (MnsServerAddress *self, const char *token)
{
  set_text (self, &self->token, token);
}

char *
mns_server_address_dup_token (MnsServerAddress *self)
{
  return dup_text (self, &self->token);
}

void
mns_server_address_set_pin (MnsServerAddress *self, const char *pin)
{
  set_text (self, &self->pin, pin);
}

char *
mns_server_address_dup_refused (MnsServerAddress *self)
{
  return dup_text (self, &self->refused);
}

char *
mns_server_address_dup_seen_key (MnsServerAddress *self)
{
  return dup_text (self, &self->seen_key);
}

/* SHA-256 of the whole certificate, which is what the server shows to people. */
static char *
get_fingerprint (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;

  g_object_get (certificate, "certificate", &der, NULL);
  return der != NULL ? g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len)
                     : g_strdup ("");
}

/* SHA-256 of the certificate's public key; NULL if it has none. */
static char *
get_key_id (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;
  gnutls_x509_crt_t parsed = NULL;
  gnutls_datum_t data;
  guint8 id[64];
  gsize size = sizeof id;
  GString *text = NULL;

  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL || gnutls_x509_crt_init (&parsed) != 0)
    return NULL;
  data.data = der->data;
  data.size = der->len;
  if (gnutls_x509_crt_import (parsed, &data, GNUTLS_X509_FMT_DER) == 0 &&
      gnutls_x509_crt_get_key_id (parsed, GNUTLS_KEYID_USE_SHA256, id, &size) == 0)
    {
      text = g_string_new (NULL);
      for (gsize i = 0; i < size; i++)
        g_string_append_printf (text, "%02x", id[i]);
    }
  gnutls_x509_crt_deinit (parsed);
  return text != NULL ? g_string_free (text, FALSE) : NULL;
}

/* "AB:CD ef" and "abcdef" are the same fingerprint. */
static gboolean
same_key (const char *pin, const char *key)
{
  while (*pin != '\0' || *key != '\0')
    {
      if (*pin == ':' || *pin == ' ')
        pin++;
      else if (*key == ':')
        key++;
      else if (g_ascii_tolower (*pin++) != g_ascii_tolower (*key++))
        return FALSE;
    }
  return TRUE;
}

/* Only called for certificates that no authority vouches for. */
static gboolean
accept_certificate_cb (SoupMessage *message,
                       GTlsCertificate *certificate,
                       GTlsCertificateFlags errors,
                       gpointer user_data)
{
  MnsServerAddress *self = user_data;
  g_autofree char *pin = dup_text (self, &self->pin);
  g_autofree char *key = get_key_id (certificate);
  g_autofree char *fingerprint = get_fingerprint (certificate);

  /* a person compares the certificate's fingerprint; what is kept from then on is the key */
  if (pin != NULL && key != NULL && (same_key (pin, key) || same_key (pin, fingerprint)))
    {
      set_text (self, &self->seen_key, key);
      return TRUE;
    }
  set_text (self, &self->refused, fingerprint);
  return FALSE;
}

/**
 * mns_server_address_describe_refusal:
 * @self: an address
 *
 * Returns: (transfer full): why its certificate was refused, for the person who must decide
 */
char *
mns_server_address_describe_refusal (MnsServerAddress *self)
{
  g_autofree char *pin = dup_text (self, &self->pin);
  g_autofree char *refused = dup_text (self, &self->refused);

  if (refused == NULL)
    return g_strdup_printf ("%s shows no certificate that can be used", self->url);
  if (pin == NULL)
    return g_strdup_printf (
        "nobody vouches for the certificate of %s; its fingerprint is %s: "
        "compare it with the one that the server's administrator shows",
        self->url,
        refused);
  return g_strdup_printf (
      "%s shows another certificate than the one that was accepted here, and "
      "nothing was sent to it: the fingerprint is now %s",
      self->url,
      refused);
}

/**
 * mns_server_address_new_session:
 * @timeout_s: after so many seconds without a byte a request fails
 *
 * Returns: (transfer full): a session for the calling thread
 */
SoupSession *
mns_server_address_new_session (MnsServerAddress *self, guint timeout_s)
{
  g_autofree char *pin = dup_text (self, &self->pin);
  SoupSession *session = soup_session_new_with_options (
      "timeout", timeout_s, "idle-timeout", 60, "user-agent", "meniscus/" MNS_VERSION, NULL);

  /* Without a database no authority vouches for anything, and so every certificate is judged. */
  if (pin != NULL)
    soup_session_set_tls_database (session, NULL);
  return session;
}

SoupMessage *
mns_server_address_new_message (MnsServerAddress *self, const char *method, const char *path)
{
  g_autofree char *url = g_strconcat (self->url, path, NULL);
  g_autofree char *token = mns_server_address_dup_token (self);
  SoupMessage *message = soup_message_new (method, url);

  if (message == NULL)
    return NULL;
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  g_signal_connect_data (message,
                         "accept-certificate",
                         G_CALLBACK (accept_certificate_cb),
                         mns_server_address_ref (self),
                         (GClosureNotify) (gpointer) mns_server_address_unref,
                         0);
  if (token != NULL)
    {
      g_autofree char *value = g_strconcat ("Bearer ", token, NULL);

      soup_message_headers_replace (
          soup_message_get_request_headers (message), "Authorization", value);
    }
  return message;
}
