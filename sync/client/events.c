/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Server-sent events (sync-protocol.md section 12): "event: poke", and a comment line every 20 s
 * that shows the connection alive.
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include <string.h>

#include "sync/client/connection.h"
#include "sync/client/events.h"

/* Three comment lines that did not come. */
#define SILENCE_S 70

struct _MnsEvents
{
  MnsServerAddress *address;
  char *path;
  MnsPokeFunc poke;
  gpointer data;
  GThread *thread;
  GCancellable *cancellable;
};

/* Reads until the stream ends. TRUE if it was one. */
static gboolean
listen_once (MnsEvents *self, SoupSession *session)
{
  g_autoptr (SoupMessage) message =
      mns_server_address_new_message (self->address, "GET", self->path);
  g_autoptr (GInputStream) in = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  char *line;

  soup_message_headers_replace (
      soup_message_get_request_headers (message), "Accept", "text/event-stream");
  in = soup_session_send (session, message, self->cancellable, NULL);
  if (in == NULL || soup_message_get_status (message) != 200)
    return FALSE;
  lines = g_data_input_stream_new (in);
  while ((line = g_data_input_stream_read_line (lines, NULL, self->cancellable, NULL)) != NULL)
    {
      if (g_str_has_prefix (line, "event:") && strstr (line, "poke") != NULL)
        self->poke (self->data);
      g_free (line);
    }
  return TRUE;
}

static gpointer
listen_in_thread (gpointer data)
{
  MnsEvents *self = data;
  guint failures = 0;

  while (!g_cancellable_is_cancelled (self->cancellable))
    {
      g_autoptr (SoupSession) session = mns_server_address_new_session (self->address, SILENCE_S);

      failures = listen_once (self, session) ? 1 : failures + 1;
      mns_connection_wait (failures, 0, self->cancellable);
    }
  return NULL;
}

MnsEvents *
mns_events_new (MnsServerAddress *address, const MnsId *client, MnsPokeFunc poke, gpointer data)
{
  MnsEvents *self = g_new0 (MnsEvents, 1);
  char id[MNS_ID_TEXT_SIZE];

  mns_id_print (client, id);
  self->address = mns_server_address_ref (address);
  self->path = g_strdup_printf ("/sync/v1/events?client=%s", id);
  self->poke = poke;
  self->data = data;
  self->cancellable = g_cancellable_new ();
  self->thread = g_thread_new ("mns-events", listen_in_thread, self);
  return self;
}

/* Waits for the thread. */
void
mns_events_free (MnsEvents *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  g_thread_join (self->thread);
  g_object_unref (self->cancellable);
  mns_server_address_unref (self->address);
  g_free (self->path);
  g_free (self);
}
