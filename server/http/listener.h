/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * MnsPhase:
 *
 * What a connection is at, which says how long it may be at it. Seconds are counted by the
 * listener's clock; a connection that takes too long is shut down, after a 408 where a request is
 * being read.
 */
typedef enum
{
  MNS_PHASE_HANDSHAKE, /* TLS: 10 s */
  MNS_PHASE_HEAD,      /* the first request's head: 10 s */
  MNS_PHASE_IDLE,      /* waiting for the next head and reading it: 30 s */
  MNS_PHASE_BODY,      /* 1 KiB/s at least, over 30 s */
  MNS_PHASE_WORK,      /* ours: no limit */
  MNS_PHASE_WRITE,     /* as the body */
  MNS_PHASE_STREAM,    /* events: whoever feeds it looks after it */
} MnsPhase;

/**
 * MnsConnection:
 *
 * One accepted connection. Main thread only; gone when libsoup lets go of the stream.
 */
typedef struct
{
  GSocket *socket;
  GPollableOutputStream *out; /* NULL until it is ready for HTTP */
  GSocketAddress *remote;     /* what the message answers too: the key */
  char *address;              /* of the peer, for people and for the rate limit */
  gboolean secure;            /* TLS */
  MnsPhase phase;
  gint64 since; /* monotonic, of the phase or of the window */
  gsize moved;  /* bytes within the window */
} MnsConnection;

void mns_connection_enter (MnsConnection *self, MnsPhase phase);
void mns_connection_moved (MnsConnection *self, gsize n_bytes);
void mns_connection_shut (MnsConnection *self);

typedef struct _MnsListener MnsListener;

/* Gets each connection once it is ready for HTTP. */
typedef void (*MnsListenerFunc) (GIOStream *stream, MnsConnection *connection, gpointer data);

MnsListener *mns_listener_new (MnsListenerFunc func, gpointer data);
void mns_listener_free (MnsListener *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsListener, mns_listener_free)

char *mns_listener_add (MnsListener *self,
                        const char *address,
                        GTlsCertificate *certificate,
                        GError **error);
void mns_listener_stop (MnsListener *self);
guint mns_listener_get_n_connections (MnsListener *self);
MnsConnection *mns_listener_find (MnsListener *self, GSocketAddress *remote);

gboolean mns_address_is_loopback (const char *address);

G_END_DECLS
