/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "sync/client/transport.h"

G_BEGIN_DECLS

/**
 * MnsServerAddress:
 *
 * Where a server is and who we are to it; shared by all connections of a workspace.
 */
typedef struct _MnsServerAddress MnsServerAddress;

MnsServerAddress *mns_server_address_new (const char *url, GError **error);
MnsServerAddress *mns_server_address_ref (MnsServerAddress *self);
void mns_server_address_unref (MnsServerAddress *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsServerAddress, mns_server_address_unref)

const char *mns_server_address_get_url (MnsServerAddress *self);
void mns_server_address_set_token (MnsServerAddress *self, const char *token);
char *mns_server_address_dup_token (MnsServerAddress *self);
/* The key of a self-made certificate that is trusted, or the certificate's fingerprint, as a person
 * typed it; NULL: only what the system trusts.
 */
void mns_server_address_set_pin (MnsServerAddress *self, const char *pin);
/* The fingerprint of the certificate that was refused last; NULL: none was. */
char *mns_server_address_dup_refused (MnsServerAddress *self);
char *mns_server_address_describe_refusal (MnsServerAddress *self);
/* The key that was accepted because of the pin; NULL: none was. */
char *mns_server_address_dup_seen_key (MnsServerAddress *self);

/* A connection for one thread. */
MnsTransport *mns_http_transport_new (MnsServerAddress *address);

/* For those who read a stream themselves. */
SoupSession *mns_server_address_new_session (MnsServerAddress *self, guint timeout_s);
SoupMessage *
mns_server_address_new_message (MnsServerAddress *self, const char *method, const char *path);

G_END_DECLS
