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
  MnsPokeFunc poke;
  gpointer data;
  GThread *thread;
  GMutex lock; /* what follows */
  char *path;
  gboolean stopped;
  GCancellable *current; /* of the stream that is open or being opened */
};

/* What the next stream is to be. FALSE: none, for it is the end. */
static gboolean
begin_stream (MnsEvents *self, char **path, GCancellable **cancellable)
{
  gboolean goes_on;

  g_mutex_lock (&self->lock);
  g_object_unref (self->current);
  self->current = g_cancellable_new ();
  *cancellable = g_object_ref (self->current);
  *path = g_strdup (self->path);
  goes_on = !self->stopped;
  g_mutex_unlock (&self->lock);
  return goes_on;
}

/* Reads until the stream ends. TRUE if it was one. */
static gboolean
listen_once (MnsEvents *self, const char *path, GCancellable *cancellable)
{
  g_autoptr (SoupSession) session = mns_server_address_new_session (self->address, SILENCE_S);
  g_autoptr (SoupMessage) message = mns_server_address_new_message (self->address, "GET", path);
  g_autoptr (GInputStream) in = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  char *line;

  soup_message_headers_replace (
      soup_message_get_request_headers (message), "Accept", "text/event-stream");
  in = soup_session_send (session, message, cancellable, NULL);
  if (in == NULL || soup_message_get_status (message) != 200)
    return FALSE;
  self->poke (self->data); /* whatever was told while nobody listened */
  lines = g_data_input_stream_new (in);
  while ((line = g_data_input_stream_read_line (lines, NULL, cancellable, NULL)) != NULL)
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

  for (;;)
    {
      g_autofree char *path = NULL;
      g_autoptr (GCancellable) cancellable = NULL;

      if (!begin_stream (self, &path, &cancellable))
        return NULL;
      failures = listen_once (self, path, cancellable) ? 1 : failures + 1;
      mns_connection_wait (failures, 0, cancellable);
    }
}

static char *
write_path (const MnsId *client)
{
  char id[MNS_ID_TEXT_SIZE];

  mns_id_print (client, id);
  return g_strdup_printf ("/sync/v1/events?client=%s", id);
}

MnsEvents *
mns_events_new (MnsServerAddress *address, const MnsId *client, MnsPokeFunc poke, gpointer data)
{
  MnsEvents *self = g_new0 (MnsEvents, 1);

  g_mutex_init (&self->lock);
  self->address = mns_server_address_ref (address);
  self->path = write_path (client);
  self->poke = poke;
  self->data = data;
  self->current = g_cancellable_new ();
  self->thread = g_thread_new ("mns-events", listen_in_thread, self);
  return self;
}

/**
 * mns_events_restart:
 * @client: the device's id
 *
 * Listens anew: the server looks at a device's scopes once, when its stream begins.
 */
void
mns_events_restart (MnsEvents *self, const MnsId *client)
{
  g_mutex_lock (&self->lock);
  g_free (self->path);
  self->path = write_path (client);
  g_cancellable_cancel (self->current);
  g_mutex_unlock (&self->lock);
}

/* Waits for the thread. */
void
mns_events_free (MnsEvents *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->stopped = TRUE;
  g_cancellable_cancel (self->current);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  g_object_unref (self->current);
  mns_server_address_unref (self->address);
  g_mutex_clear (&self->lock);
  g_free (self->path);
  g_free (self);
}
