/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Requests a second over connections that stay open, with as little work of our own as there can
 * be: it shares the machine with what it measures.
 *
 *   bench-http HOST PORT CLIENTS SECONDS FILE...
 *
 * Each client has a thread and a connection, and sends the requests of its file (client i that of
 * place i modulo the number of files) one after another, again from the first at the end. A file is
 * requests as they go over the wire, each after a line with its length. Prints requests a second,
 * the answers other than 200, and the first of those.
 */

#include "config.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib.h>

typedef struct
{
  const char *host, *port;
  char *requests;
  gsize length;
  gint64 end;
  guint64 n_done, n_bad;
  char *first_bad;
} Client;

static int
dial (const char *host, const char *port)
{
  struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };
  struct addrinfo *found = NULL;
  int one = 1;
  int fd;

  if (getaddrinfo (host, port, &hints, &found) != 0)
    g_error ("no address for %s", host);
  fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect (fd, found->ai_addr, found->ai_addrlen) != 0)
    g_error ("cannot connect to %s:%s", host, port);
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  freeaddrinfo (found);
  return fd;
}

static void
send_all (int fd, const char *bytes, gsize length)
{
  while (length > 0)
    {
      ssize_t sent = send (fd, bytes, length, MSG_NOSIGNAL);

      if (sent <= 0)
        g_error ("the server hung up on a request");
      bytes += sent;
      length -= (gsize) sent;
    }
}

/* Reads one answer whole; every answer of ours has a length. Returns its status. */
static int
receive (int fd, GString *buffer)
{
  gsize wanted = 0;
  int status = 0;

  g_string_set_size (buffer, 0);
  do
    {
      char chunk[65536];
      ssize_t got = recv (fd, chunk, sizeof chunk, 0);

      if (got <= 0)
        g_error ("the server hung up");
      g_string_append_len (buffer, chunk, got);
      if (wanted == 0)
        {
          char *end = strstr (buffer->str, "\r\n\r\n");
          char *length = strcasestr (buffer->str, "content-length:");

          if (end == NULL)
            continue;
          status = atoi (buffer->str + strlen ("HTTP/1.1 "));
          wanted = (gsize) (end - buffer->str) + 4;
          if (length != NULL && length < end)
            wanted += g_ascii_strtoull (length + strlen ("content-length:"), NULL, 10);
        }
    }
  while (wanted == 0 || buffer->len < wanted);
  return status;
}

static gpointer
work (gpointer data)
{
  Client *self = data;
  g_autoptr (GString) buffer = g_string_sized_new (1 << 17);
  int fd = dial (self->host, self->port);
  gsize at = 0;

  while (g_get_monotonic_time () < self->end)
    {
      char *rest = NULL;
      gsize length = g_ascii_strtoull (self->requests + at, &rest, 10);
      gsize from = (gsize) (rest - self->requests) + 1;

      if (length == 0 || from + length > self->length)
        g_error ("a file of requests is damaged");
      send_all (fd, self->requests + from, length);
      if (receive (fd, buffer) != 200)
        {
          self->n_bad++;
          if (self->first_bad == NULL)
            self->first_bad = g_strndup (buffer->str, MIN (buffer->len, 600));
        }
      self->n_done++;
      at = from + length;
      if (at >= self->length)
        at = 0;
    }
  close (fd);
  return NULL;
}

int
main (int argc, char **argv)
{
  guint n_clients = argc > 5 ? (guint) atoi (argv[3]) : 0;
  g_autofree Client *clients = g_new0 (Client, n_clients + 1);
  g_autofree GThread **threads = g_new0 (GThread *, n_clients + 1);
  gint64 start;
  guint64 n_done = 0;
  guint64 n_bad = 0;
  double seconds;

  if (n_clients == 0)
    {
      fprintf (stderr, "usage: %s HOST PORT CLIENTS SECONDS FILE...\n", argv[0]);
      return 2;
    }
  for (guint i = 0; i < n_clients; i++)
    {
      clients[i] = (Client){ .host = argv[1], .port = argv[2] };
      if (!g_file_get_contents (
              argv[5 + i % (guint) (argc - 5)], &clients[i].requests, &clients[i].length, NULL))
        g_error ("cannot read the requests");
    }
  start = g_get_monotonic_time ();
  for (guint i = 0; i < n_clients; i++)
    {
      clients[i].end = start + (gint64) (atof (argv[4]) * G_USEC_PER_SEC);
      threads[i] = g_thread_new ("client", work, &clients[i]);
    }
  for (guint i = 0; i < n_clients; i++)
    {
      g_thread_join (threads[i]);
      n_done += clients[i].n_done;
      n_bad += clients[i].n_bad;
    }
  seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  printf ("%.1f %" G_GUINT64_FORMAT "\n", (double) n_done / seconds, n_bad);
  for (guint i = 0; i < n_clients; i++)
    {
      if (clients[i].first_bad != NULL)
        printf ("%s\n", clients[i].first_bad);
      g_free (clients[i].requests);
      g_free (clients[i].first_bad);
    }
  return 0;
}
