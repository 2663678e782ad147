/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Accepts connections itself and hands them to libsoup: libsoup listens with a backlog of ten,
 * gives a TLS handshake all the time in the world, and closes nobody who sends a byte a minute.
 */

#define G_LOG_DOMAIN "mns-http"

#include "config.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/http/late.h"
#include "server/http/listener.h"
#include "sync/model/error.h"

#define BACKLOG 1024
#define ACCEPTS_A_TURN 64
#define SPARE_DESCRIPTORS 256
#define MOST_CONNECTIONS 16384

#define HEAD_SECONDS 10
#define IDLE_SECONDS 30
#define WINDOW_SECONDS 30
#define SLOWEST (1024 * WINDOW_SECONDS) /* bytes a window */

typedef struct
{
  MnsListener *listener;
  GSocket *socket;
  GSource *source;
  GTlsCertificate *certificate; /* nullable */
  char *unlink_path;            /* of a unix socket */
} Door;

struct _MnsListener
{
  MnsListenerFunc func;
  gpointer data;
  GPtrArray *doors;
  GHashTable *connections; /* GSocketAddress * (by pointer) -> MnsConnection * */
  guint most;
  guint tick;
};

/* A connection's life hangs on its stream: this is what the weak reference gets. */
typedef struct
{
  MnsListener *listener;
  GSocketAddress *remote;
} Tie;

void
mns_connection_enter (MnsConnection *self, MnsPhase phase)
{
  gboolean writes = phase == MNS_PHASE_WRITE;

  /* libsoup writes the head and the body of an answer apart; held back, they leave in one packet. A
   * Unix socket knows no such option and needs none.
   */
  if (writes != (self->phase == MNS_PHASE_WRITE))
    g_socket_set_option (self->socket, IPPROTO_TCP, TCP_CORK, writes, NULL);
  self->phase = phase;
  self->since = g_get_monotonic_time ();
  self->moved = 0;
}

void
mns_connection_moved (MnsConnection *self, gsize n_bytes)
{
  self->moved += n_bytes;
}

/* What libsoup reads next is the end of the stream; it then closes. */
void
mns_connection_shut (MnsConnection *self)
{
  g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
}

static void
free_connection (gpointer data)
{
  MnsConnection *self = data;

  g_clear_object (&self->out);
  g_object_unref (self->socket);
  g_object_unref (self->remote);
  g_free (self->address);
  g_free (self);
}

static gboolean
is_late (MnsConnection *self, gint64 now)
{
  gint64 seconds = (now - self->since) / G_USEC_PER_SEC;

  switch (self->phase)
    {
    case MNS_PHASE_HANDSHAKE:
    case MNS_PHASE_HEAD:
      return seconds >= HEAD_SECONDS;
    case MNS_PHASE_IDLE:
      return seconds >= IDLE_SECONDS;
    case MNS_PHASE_BODY:
    case MNS_PHASE_WRITE:
      if (seconds < WINDOW_SECONDS)
        return FALSE;
      if (self->moved < SLOWEST)
        return TRUE;
      mns_connection_enter (self, self->phase);
      return FALSE;
    case MNS_PHASE_WORK:
    case MNS_PHASE_STREAM:
    default:
      return FALSE;
    }
}

/* A kept-alive connection that asks nothing more ends without a word: what is written to it could
 * be taken for the answer to a request that is just on its way.
 */
static void
end_late (MnsConnection *self)
{
  if (self->phase == MNS_PHASE_HEAD || self->phase == MNS_PHASE_BODY)
    mns_late_say (self);
  mns_connection_shut (self);
}

static gboolean
tick_cb (gpointer data)
{
  MnsListener *self = data;
  gint64 now = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer connection;

  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, NULL, &connection))
    if (is_late (connection, now))
      end_late (connection);
  return G_SOURCE_CONTINUE;
}

static void
stream_gone_cb (gpointer data, GObject *stream)
{
  Tie *tie = data;

  g_hash_table_remove (tie->listener->connections, tie->remote);
  g_free (tie);
}

static void
pass_on (MnsListener *self, MnsConnection *connection, GIOStream *stream)
{
  GOutputStream *out = g_io_stream_get_output_stream (stream);

  if (G_IS_POLLABLE_OUTPUT_STREAM (out))
    connection->out = G_POLLABLE_OUTPUT_STREAM (g_object_ref (out));
  mns_connection_enter (connection, MNS_PHASE_HEAD);
  self->func (stream, connection, self->data);
}

static void
handshake_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Tie *tie = data;
  g_autoptr (GIOStream) stream = G_IO_STREAM (source);
  MnsConnection *connection = g_hash_table_lookup (tie->listener->connections, tie->remote);

  /* A stranger who speaks no TLS here is everyday: closed without a word. */
  if (g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, NULL) &&
      connection != NULL)
    pass_on (tie->listener, connection, stream);
  g_free (tie);
}

static Tie *
new_tie (MnsListener *self, GSocketAddress *remote)
{
  Tie *tie = g_new0 (Tie, 1);

  tie->listener = self;
  tie->remote = remote;
  return tie;
}

static char *
describe (GSocketAddress *remote)
{
  if (G_IS_INET_SOCKET_ADDRESS (remote))
    return g_inet_address_to_string (
        g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
  return g_strdup ("local");
}

static void
welcome (Door *door, GSocket *socket)
{
  MnsListener *self = door->listener;
  g_autoptr (GSocketConnection) stream = g_socket_connection_factory_create_connection (socket);
  GSocketAddress *remote = g_socket_get_remote_address (socket, NULL);
  MnsConnection *connection;

  /* The other end may be gone already; a unix socket's address is made anew by each call. */
  if (remote == NULL)
    return;
  if (g_socket_get_family (socket) != G_SOCKET_FAMILY_UNIX)
    g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  connection = g_new0 (MnsConnection, 1);
  connection->socket = g_object_ref (socket);
  connection->remote = remote;
  connection->address = describe (remote);
  connection->secure = door->certificate != NULL;
  mns_connection_enter (connection, MNS_PHASE_HANDSHAKE);
  g_hash_table_insert (self->connections, remote, connection);
  g_object_weak_ref (G_OBJECT (stream), stream_gone_cb, new_tie (self, remote));

  if (door->certificate == NULL)
    {
      pass_on (self, connection, G_IO_STREAM (stream));
      return;
    }

  {
    GIOStream *tls = g_tls_server_connection_new (G_IO_STREAM (stream), door->certificate, NULL);

    if (tls != NULL)
      g_tls_connection_handshake_async (
          G_TLS_CONNECTION (tls), G_PRIORITY_DEFAULT, NULL, handshake_cb, new_tie (self, remote));
  }
}

static gboolean incoming_cb (GSocket *socket, GIOCondition condition, gpointer data);

static void
watch_door (Door *door)
{
  door->source = g_socket_create_source (door->socket, G_IO_IN, NULL);
  g_source_set_callback (door->source, G_SOURCE_FUNC (incoming_cb), door, NULL);
  g_source_attach (door->source, NULL);
}

static gboolean
watch_again_cb (gpointer data)
{
  Door *door = data;

  g_source_unref (door->source);
  watch_door (door);
  return G_SOURCE_REMOVE;
}

/* Out of descriptors the socket stays readable: looking away for a moment beats spinning. */
static void
look_away (Door *door)
{
  g_source_destroy (door->source);
  g_source_unref (door->source);
  door->source = g_timeout_source_new (100);
  g_source_set_callback (door->source, watch_again_cb, door, NULL);
  g_source_attach (door->source, NULL);
}

static gboolean
incoming_cb (GSocket *socket, GIOCondition condition, gpointer data)
{
  Door *door = data;

  for (guint i = 0; i < ACCEPTS_A_TURN; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocket) accepted = g_socket_accept (socket, NULL, &error);

      if (accepted == NULL)
        {
          if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES))
            look_away (door);
          return G_SOURCE_CONTINUE;
        }
      if (g_hash_table_size (door->listener->connections) < door->listener->most)
        welcome (door, accepted);
    }
  return G_SOURCE_CONTINUE;
}

/* ---- doors ---- */

static void
free_door (gpointer data)
{
  Door *door = data;

  if (door->source != NULL)
    {
      g_source_destroy (door->source);
      g_source_unref (door->source);
    }
  g_socket_close (door->socket, NULL);
  g_object_unref (door->socket);
  g_clear_object (&door->certificate);
  if (door->unlink_path != NULL)
    unlink (door->unlink_path);
  g_free (door->unlink_path);
  g_free (door);
}

static guint
count_descriptors (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return 1024;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return 1024;
  return (guint) MIN (limit.rlim_cur, (rlim_t) MOST_CONNECTIONS + SPARE_DESCRIPTORS);
}

MnsListener *
mns_listener_new (MnsListenerFunc func, gpointer data)
{
  MnsListener *self = g_new0 (MnsListener, 1);
  guint descriptors = count_descriptors ();

  self->func = func;
  self->data = data;
  self->doors = g_ptr_array_new_with_free_func (free_door);
  self->connections = g_hash_table_new_full (NULL, NULL, NULL, free_connection);
  self->most = descriptors > 2 * SPARE_DESCRIPTORS ? descriptors - SPARE_DESCRIPTORS : 64;
  self->tick = g_timeout_add_seconds (1, tick_cb, self);
  return self;
}

/* All streams must be gone: stop, then drop the SoupServer, then this. */
void
mns_listener_free (MnsListener *self)
{
  if (self == NULL)
    return;
  g_source_remove (self->tick);
  g_ptr_array_unref (self->doors);
  g_hash_table_unref (self->connections);
  g_free (self);
}

void
mns_listener_stop (MnsListener *self)
{
  g_ptr_array_set_size (self->doors, 0);
}

guint
mns_listener_get_n_connections (MnsListener *self)
{
  return g_hash_table_size (self->connections);
}

/**
 * mns_listener_find:
 * @self: a listener
 * @remote: what a message says its remote address is
 *
 * Returns: (nullable): the connection it came by
 */
MnsConnection *
mns_listener_find (MnsListener *self, GSocketAddress *remote)
{
  return remote != NULL ? g_hash_table_lookup (self->connections, remote) : NULL;
}

gboolean
mns_address_is_loopback (const char *address)
{
  return g_str_has_prefix (address, "unix:") || g_str_has_prefix (address, "127.") ||
         g_str_has_prefix (address, "localhost:") || g_str_has_prefix (address, "[::1]");
}

static void
fail (GError **error, const char *address, const char *what)
{
  int code = errno == EADDRINUSE ? MNS_ERROR_BUSY : MNS_ERROR_FAILED;

  g_set_error (error,
               MNS_ERROR,
               code,
               "The server cannot listen on %s: %s%s%s.",
               address,
               what,
               errno != 0 ? ": " : "",
               errno != 0 ? g_strerror (errno) : "");
}

/* A socket of our own making, for g_socket_listen() knows no backlog before it binds and
 * g_socket_bind() decides about sharing of ports for us.
 */
static GSocket *
listen_on (const char *address, struct sockaddr *native, socklen_t size, GError **error)
{
  int fd = socket (native->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int one = 1;
  GSocket *socket;

  if (fd < 0)
    {
      fail (error, address, "no socket");
      return NULL;
    }
  if (native->sa_family != AF_UNIX)
    setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind (fd, native, size) != 0 || listen (fd, BACKLOG) != 0)
    {
      fail (error, address, "the address is refused");
      close (fd);
      return NULL;
    }
  socket = g_socket_new_from_fd (fd, error);
  if (socket == NULL)
    close (fd);
  else
    g_socket_set_blocking (socket, FALSE);
  return socket;
}

static GSocketAddress *
parse_address (const char *address, GError **error)
{
  g_autoptr (GSocketConnectable) host = NULL;
  g_autoptr (GSocketAddressEnumerator) enumerator = NULL;
  GSocketAddress *first;

  if (g_str_has_prefix (address, "unix:"))
    return g_unix_socket_address_new (address + strlen ("unix:"));
  host = g_network_address_parse (address, 0, error);
  if (host == NULL)
    return NULL;
  enumerator = g_socket_connectable_enumerate (host);
  first = g_socket_address_enumerator_next (enumerator, NULL, error);
  if (first == NULL && error != NULL && *error == NULL)
    g_set_error (error, MNS_ERROR, MNS_ERROR_INVALID, "%s is no address of this machine.", address);
  return first;
}

/* A socket that nobody answers on is left from a server that was killed. */
static void
remove_stale (const char *path, const struct sockaddr *native, socklen_t size)
{
  struct stat info;
  int fd;

  if (lstat (path, &info) != 0 || !S_ISSOCK (info.st_mode))
    return;
  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect (fd, native, size) != 0 && errno == ECONNREFUSED)
    unlink (path);
  if (fd >= 0)
    close (fd);
}

static char *
print_url (Door *door, const char *address)
{
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (door->socket, NULL);
  const char *scheme = door->certificate != NULL ? "https" : "http";
  g_autofree char *ip = NULL;

  if (local == NULL || !G_IS_INET_SOCKET_ADDRESS (local))
    return g_strdup (address);
  ip = g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (local)));
  return g_strdup_printf (strchr (ip, ':') != NULL ? "%s://[%s]:%u" : "%s://%s:%u",
                          scheme,
                          ip,
                          g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local)));
}

/**
 * mns_listener_add:
 * @self: a listener
 * @address: "host:port", "[v6]:port" or "unix:/path"; port 0 takes a free one
 * @certificate: (nullable): with private key; %NULL: plain HTTP
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): where it listens now, "http://127.0.0.1:8420"; %NULL with
 *   %MNS_ERROR_BUSY if somebody else does
 */
char *
mns_listener_add (MnsListener *self,
                  const char *address,
                  GTlsCertificate *certificate,
                  GError **error)
{
  g_autoptr (GSocketAddress) wanted = parse_address (address, error);
  struct sockaddr_storage native;
  gssize size = wanted != NULL ? g_socket_address_get_native_size (wanted) : -1;
  GSocket *socket;
  Door *door;

  if (wanted == NULL)
    return NULL;
  if (size > (gssize) sizeof native ||
      !g_socket_address_to_native (wanted, &native, sizeof native, error))
    return NULL;
  if (G_IS_UNIX_SOCKET_ADDRESS (wanted))
    remove_stale (g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (wanted)),
                  (struct sockaddr *) &native,
                  (socklen_t) size);
  socket = listen_on (address, (struct sockaddr *) &native, (socklen_t) size, error);
  if (socket == NULL)
    return NULL;

  door = g_new0 (Door, 1);
  door->listener = self;
  door->socket = socket;
  if (certificate != NULL)
    door->certificate = g_object_ref (certificate);
  if (G_IS_UNIX_SOCKET_ADDRESS (wanted))
    door->unlink_path = g_strdup (address + strlen ("unix:"));
  g_ptr_array_add (self->doors, door);
  watch_door (door);
  return print_url (door, address);
}
