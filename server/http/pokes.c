/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-http"

#include "config.h"

#include <string.h>

#include "server/http/pokes.h"

#define COMMENT_SECONDS 20
/* Chunks a client may owe before it counts as gone: a poke costs nothing to lose. */
#define MOST_UNREAD 16
#define MOST_STREAMS 8192

typedef struct
{
  MnsPokes *events;
  MnsPokeListener *who;
  SoupServerMessage *message;
  guint unread; /* chunks handed to libsoup and not written yet */
  gboolean ending;
  gulong finished;
  gulong wrote;
} Stream;

struct _MnsEvents
{
  MnsHttp *http;
  GHashTable *streams; /* Stream * set */
  guint comment;
};

static void
free_who (gpointer data)
{
  MnsPokeListener *who = data;

  g_clear_pointer (&who->scopes, g_hash_table_unref);
  g_free (who);
}

/* The last reference must not go inside of one of the message's own signals' emission by us. */
static void
drop (Stream *stream)
{
  g_hash_table_remove (stream->events->streams, stream);
  g_signal_handler_disconnect (stream->message, stream->finished);
  g_signal_handler_disconnect (stream->message, stream->wrote);
  g_object_unref (stream->message);
  free_who (stream->who);
  g_free (stream);
}

static void
finished_cb (SoupServerMessage *message, gpointer data)
{
  drop (data);
}

static void
wrote_chunk_cb (SoupServerMessage *message, gpointer data)
{
  Stream *stream = data;

  if (stream->unread > 0)
    stream->unread--;
  /* With nothing left to write libsoup would end here; it waits for the next poke instead. */
  if (stream->unread == 0 && !stream->ending)
    soup_server_message_pause (message);
}

static void
say (Stream *stream, const char *text, gsize length)
{
  MnsConnection *connection = mns_http_get_connection (stream->events->http, stream->message);

  if (stream->unread >= MOST_UNREAD)
    {
      if (connection != NULL)
        mns_connection_shut (connection);
      return;
    }
  soup_message_body_append (
      soup_server_message_get_response_body (stream->message), SOUP_MEMORY_COPY, text, length);
  stream->unread++;
  soup_server_message_unpause (stream->message);
}

/* Runs on the main thread with the message still paused. */
static void
begin_cb (SoupServerMessage *message, gpointer data)
{
  static const char hello[] = "retry: 2000\n: meniscus\n\n";
  MnsPokeListener *who = data;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  Stream *stream = g_new0 (Stream, 1);

  stream->events = who->events;
  stream->who = who;
  stream->message = g_object_ref (message);
  stream->finished = g_signal_connect (message, "finished", G_CALLBACK (finished_cb), stream);
  stream->wrote = g_signal_connect (message, "wrote-chunk", G_CALLBACK (wrote_chunk_cb), stream);
  g_hash_table_add (who->events->streams, stream);

  soup_message_headers_set_content_type (headers, "text/event-stream", NULL);
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  say (stream, hello, strlen (hello));
}

/**
 * mns_pokes_answer:
 * @answer: what to fill
 * @who: (transfer full): made by g_new0()
 *
 * Turns the request into a stream, unless there are too many already.
 */
void
mns_pokes_answer (MnsHttpAnswer *answer, MnsPokeListener *who)
{
  mns_http_answer_stream (answer, begin_cb, who, free_who);
}

static gboolean
comment_cb (gpointer data)
{
  MnsPokes *self = data;
  g_autoptr (GList) streams = g_hash_table_get_keys (self->streams);

  for (GList *l = streams; l != NULL; l = l->next)
    say (l->data, ":\n\n", 3);
  return G_SOURCE_CONTINUE;
}

static gboolean
append_scope (GString *text, const MnsId *scope, gboolean first)
{
  char id[MNS_ID_TEXT_SIZE];

  mns_id_print (scope, id);
  g_string_append_printf (text, "%s\"%s\"", first ? "" : ",", id);
  return FALSE;
}

/* The scopes of a stream are those when it began; a project made since is in none of them. */
static gboolean
is_news_for (const MnsPokeListener *who, const MnsPokeProject *project)
{
  return who->follows && who->scopes != NULL &&
         !g_hash_table_contains (who->scopes, &project->project) &&
         (!who->own_only || mns_id_equal (&project->person, &who->person));
}

/* Writes the poke; FALSE: it is none of this one's business. */
static gboolean
write_poke (GString *text, const MnsPokeListener *who, GArray *scopes, GArray *projects)
{
  gboolean first = TRUE;

  g_string_assign (text, "event: poke\ndata: {\"scopes\":[");
  for (guint i = 0; i < scopes->len; i++)
    if (who->scopes == NULL ||
        g_hash_table_contains (who->scopes, &g_array_index (scopes, MnsId, i)))
      first = append_scope (text, &g_array_index (scopes, MnsId, i), first);
  for (guint i = 0; i < projects->len; i++)
    if (is_news_for (who, &g_array_index (projects, MnsPokeProject, i)))
      first = append_scope (text, &g_array_index (projects, MnsPokeProject, i).project, first);
  g_string_append (text, "]}\n\n");
  return !first;
}

/**
 * mns_pokes_poke:
 * @self: the streams
 * @scopes: #MnsId: outer scopes in which something changed
 * @projects: #MnsPokeProject: those of them that are open projects
 *
 * Tells everyone who holds one of them, or should.
 */
void
mns_pokes_poke (MnsPokes *self, GArray *scopes, GArray *projects)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GList) streams = g_hash_table_get_keys (self->streams);

  for (GList *l = streams; l != NULL; l = l->next)
    {
      Stream *stream = l->data;

      if (write_poke (text, stream->who, scopes, projects))
        say (stream, text->str, text->len);
    }
}

/* Ends them all: the server stops. */
void
mns_pokes_close_all (MnsPokes *self)
{
  g_autoptr (GList) streams = g_hash_table_get_keys (self->streams);

  for (GList *l = streams; l != NULL; l = l->next)
    {
      Stream *stream = l->data;

      stream->ending = TRUE;
      soup_message_body_complete (soup_server_message_get_response_body (stream->message));
      soup_server_message_unpause (stream->message);
    }
}

/* Ends those of a login that was revoked. */
void
mns_pokes_close_login (MnsPokes *self, const MnsId *login)
{
  g_autoptr (GList) streams = g_hash_table_get_keys (self->streams);

  for (GList *l = streams; l != NULL; l = l->next)
    {
      Stream *stream = l->data;
      MnsConnection *connection;

      if (!mns_id_equal (&stream->who->login, login))
        continue;
      connection = mns_http_get_connection (self->http, stream->message);
      if (connection != NULL)
        mns_connection_shut (connection);
    }
}

guint
mns_pokes_get_n (MnsPokes *self)
{
  return g_hash_table_size (self->streams);
}

MnsPokes *
mns_pokes_new (MnsHttp *http)
{
  MnsPokes *self = g_new0 (MnsPokes, 1);

  self->http = http;
  self->streams = g_hash_table_new (NULL, NULL);
  self->comment = g_timeout_add_seconds (COMMENT_SECONDS, comment_cb, self);
  return self;
}

void
mns_pokes_free (MnsPokes *self)
{
  g_autoptr (GList) streams = NULL;

  if (self == NULL)
    return;
  g_source_remove (self->comment);
  streams = g_hash_table_get_keys (self->streams);
  for (GList *l = streams; l != NULL; l = l->next)
    drop (l->data);
  g_hash_table_unref (self->streams);
  g_free (self);
}
