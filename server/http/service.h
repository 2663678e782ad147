/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/http/listener.h"
#include "server/http/router.h"

G_BEGIN_DECLS

/**
 * MnsHttp:
 *
 * The HTTP side of the server: libsoup on the main thread, which never blocks; the lanes' threads
 * do the work. It knows neither the database nor the lab.
 */
typedef struct _MnsHttp MnsHttp;

/* Lets a request in or answers it. Runs in a thread of the route's lane. */
typedef gboolean (*MnsGateFunc) (MnsHttpRequest *request,
                                 const MnsRoute *route,
                                 MnsHttpAnswer *answer,
                                 gpointer data);

MnsHttp *mns_http_new (MnsGateFunc gate, gpointer gate_data);
void mns_http_free (MnsHttp *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsHttp, mns_http_free)

void mns_http_set_log_requests (MnsHttp *self, gboolean log_requests);
void mns_http_set_behind_proxy (MnsHttp *self, gboolean behind_proxy);
void mns_http_add_routes (MnsHttp *self, const MnsRoute *routes, guint n_routes, gpointer data);
char *
mns_http_listen (MnsHttp *self, const char *address, GTlsCertificate *certificate, GError **error);

/* Closes the doors, then calls @done once nothing is under way or ten seconds have passed. */
void mns_http_stop (MnsHttp *self, GSourceFunc done, gpointer data);

/* The connection a message came by, NULL if it is gone. */
MnsConnection *mns_http_get_connection (MnsHttp *self, SoupServerMessage *message);

G_END_DECLS
