/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GTlsCertificate *
mns_certificate_load (const char *certificate_file, const char *key_file, GError **error);
GTlsCertificate *mns_certificate_load_or_make (const char *folder, GError **error);
char *mns_certificate_get_fingerprint (GTlsCertificate *certificate);

G_END_DECLS
