/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/http/certificate.h"
#include "sync/model/error.h"

/* Clients pin the key, so it is not to run out while anybody uses it. */
#define YEARS 20
#define SECONDS_A_YEAR (365 * 24 * 60 * 60)

G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_x509_privkey_t, gnutls_x509_privkey_deinit, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_x509_crt_t, gnutls_x509_crt_deinit, NULL)

static gboolean
check (int result, const char *what, GError **error)
{
  if (result >= 0)
    return TRUE;
  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_FAILED,
               "A certificate cannot be made: %s: %s.",
               what,
               gnutls_strerror (result));
  return FALSE;
}

static gboolean
describe (gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, GError **error)
{
  const char *host = g_get_host_name ();
  guint8 serial[16];
  time_t now = time (NULL);
  guint8 loopback[4] = { 127, 0, 0, 1 };

  for (guint i = 0; i < sizeof serial; i++)
    serial[i] = (guint8) g_random_int_range (0, 256);
  serial[0] &= 0x7f; /* a positive number */

  return check (gnutls_x509_crt_set_version (certificate, 3), "version", error) &&
         check (gnutls_x509_crt_set_serial (certificate, serial, sizeof serial), "serial", error) &&
         check (gnutls_x509_crt_set_activation_time (certificate, now - 86400), "time", error) &&
         check (gnutls_x509_crt_set_expiration_time (certificate,
                                                     now + (time_t) YEARS * SECONDS_A_YEAR),
                "time",
                error) &&
         check (gnutls_x509_crt_set_dn_by_oid (
                    certificate, GNUTLS_OID_X520_COMMON_NAME, 0, host, (unsigned) strlen (host)),
                "name",
                error) &&
         check (
             gnutls_x509_crt_set_subject_alt_name (
                 certificate, GNUTLS_SAN_DNSNAME, host, (unsigned) strlen (host), GNUTLS_FSAN_SET),
             "host",
             error) &&
         check (gnutls_x509_crt_set_subject_alt_name (
                    certificate, GNUTLS_SAN_DNSNAME, "localhost", 9, GNUTLS_FSAN_APPEND),
                "host",
                error) &&
         check (
             gnutls_x509_crt_set_subject_alt_name (
                 certificate, GNUTLS_SAN_IPADDRESS, loopback, sizeof loopback, GNUTLS_FSAN_APPEND),
             "address",
             error) &&
         check (gnutls_x509_crt_set_basic_constraints (certificate, 0, -1), "kind", error) &&
         check (gnutls_x509_crt_set_key_usage (certificate, GNUTLS_KEY_DIGITAL_SIGNATURE),
                "usage",
                error) &&
         check (gnutls_x509_crt_set_key_purpose_oid (certificate, GNUTLS_KP_TLS_WWW_SERVER, 0),
                "purpose",
                error) &&
         check (gnutls_x509_crt_set_key (certificate, key), "key", error) &&
         check (gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0),
                "signature",
                error);
}

/* 0600 from the first byte on, and whole or not there. */
static gboolean
write_private (const char *path, const gnutls_datum_t *a, const gnutls_datum_t *b, GError **error)
{
  g_autofree char *part = g_strconcat (path, ".part", NULL);
  int fd = open (part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  gboolean written = fd >= 0 && write (fd, a->data, a->size) == (gssize) a->size &&
                     write (fd, b->data, b->size) == (gssize) b->size && fsync (fd) == 0;
  int code = errno;

  if (fd >= 0)
    close (fd);
  if (written && rename (part, path) == 0)
    return TRUE;
  g_set_error (error,
               MNS_ERROR,
               MNS_ERROR_FAILED,
               "The certificate cannot be written to %s: %s.",
               path,
               g_strerror (code));
  return FALSE;
}

static gboolean
make (const char *path, GError **error)
{
  g_auto (gnutls_x509_privkey_t) key = NULL;
  g_auto (gnutls_x509_crt_t) certificate = NULL;
  gnutls_datum_t key_text = { NULL, 0 };
  gnutls_datum_t certificate_text = { NULL, 0 };
  gboolean made =
      check (gnutls_x509_privkey_init (&key), "key", error) &&
      check (gnutls_x509_crt_init (&certificate), "certificate", error) &&
      check (
          gnutls_x509_privkey_generate2 (
              key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0, NULL, 0),
          "key",
          error) &&
      describe (certificate, key, error) &&
      check (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &certificate_text),
             "text",
             error) &&
      check (gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_PEM, &key_text), "text", error) &&
      write_private (path, &certificate_text, &key_text, error);

  if (key_text.data != NULL)
    gnutls_memset (key_text.data, 0, key_text.size);
  gnutls_free (key_text.data);
  gnutls_free (certificate_text.data);
  return made;
}

/**
 * mns_certificate_load:
 * @certificate_file: PEM, with its chain
 * @key_file: (nullable): PEM; %NULL if the key is in the same file
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): a certificate with its private key
 */
GTlsCertificate *
mns_certificate_load (const char *certificate_file, const char *key_file, GError **error)
{
  g_autoptr (GError) failure = NULL;
  GTlsCertificate *certificate =
      key_file != NULL ? g_tls_certificate_new_from_files (certificate_file, key_file, &failure)
                       : g_tls_certificate_new_from_file (certificate_file, &failure);

  if (certificate == NULL)
    g_set_error (error,
                 MNS_ERROR,
                 MNS_ERROR_INVALID,
                 "The certificate in %s cannot be used: %s",
                 certificate_file,
                 failure->message);
  return certificate;
}

/**
 * mns_certificate_load_or_make:
 * @folder: of the server's state, mode 0700
 * @error: return location for an error
 *
 * Loads the self-made certificate from tls.pem in @folder, and makes it the first time.
 *
 * Returns: (transfer full) (nullable): the certificate
 */
GTlsCertificate *
mns_certificate_load_or_make (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "tls.pem", NULL);

  if (!g_file_test (path, G_FILE_TEST_EXISTS) && !make (path, error))
    return NULL;
  return mns_certificate_load (path, NULL, error);
}

/**
 * mns_certificate_get_fingerprint:
 * @certificate: a certificate
 *
 * Returns: (transfer full): SHA-256 of its DER form: 64 hexadecimal digits. Programs compare this
 */
char *
mns_certificate_get_fingerprint (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;

  g_object_get (certificate, "certificate", &der, NULL);
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len);
}
