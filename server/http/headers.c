/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "server/http/headers.h"

static const struct
{
  const char *name;
  const char *value;
} safety[] = {
  { "Content-Security-Policy",
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'" },
  { "X-Content-Type-Options", "nosniff" },
  { "Referrer-Policy", "no-referrer" },
  { "Cross-Origin-Opener-Policy", "same-origin" },
  { "Cross-Origin-Resource-Policy", "same-origin" },
  { "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()" },
  { "Cache-Control", "no-store" },
};

/**
 * mns_headers_add_safety:
 * @headers: of an answer that has not been made yet
 * @secure: whether it goes by TLS
 *
 * What every answer carries, HTML or not (web-client.md section 5).
 */
void
mns_headers_add_safety (SoupMessageHeaders *headers, gboolean secure)
{
  for (guint i = 0; i < G_N_ELEMENTS (safety); i++)
    soup_message_headers_replace (headers, safety[i].name, safety[i].value);
  if (secure)
    soup_message_headers_replace (headers, "Strict-Transport-Security", "max-age=31536000");
}
