/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "sync/wire/tls.h"

/**
 * mns_tls_restrict:
 *
 * Lets this program speak TLS 1.2 and 1.3 only (sync-protocol.md section 15); GnuTLS by itself
 * takes 1.0 and 1.1 too. GLib's TLS has no other way to be told than this variable, which it reads
 * once: call it first in main(), while there are no threads. Whoever has set it knows better.
 */
void
mns_tls_restrict (void)
{
  g_setenv ("G_TLS_GNUTLS_PRIORITY", "NORMAL:%COMPAT:-VERS-TLS1.1:-VERS-TLS1.0", FALSE);
}
