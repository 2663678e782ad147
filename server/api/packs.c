/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The maker of a pack compresses into a file; whoever fetches it meanwhile gets what the file has
 * and is told on the main thread when there is more. Chunks are handed to libsoup a few at a time,
 * so a slow network costs the server no memory and the database no time.
 */

#define G_LOG_DOMAIN "mns-api"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#include "server/api/packs.h"
#include "sync/model/error.h"

#define LEVEL 1
#define TYPE "application/x-ndjson+zstd"
#define LIVES_S 3600
#define MOST_MAKERS 2
/* Threads for what may become a pack. */
#define MOST_THREADS 8
#define CHUNK (64 * 1024)
/* Chunks that libsoup holds of one stream. */
#define MOST_UNREAD 4

struct _MnsPacks
{
  char *folder;
  MnsHttp *http;
  GMutex lock;
  GCond changed;      /* a pack ended, or broke off */
  GHashTable *making; /* file name -> MnsPack *, borrowed */
  gboolean stopping;
  GThreadPool *makers; /* Job */
};

typedef struct
{
  MnsPackFunc func;
  gpointer data;
} Job;

typedef enum
{
  MAKING,
  WHOLE,
  BROKEN,
} State;

struct _MnsPack
{
  gatomicrefcount n_refs;
  MnsPacks *packs;
  char *name;
  char *file; /* name and person: whoever asks for a pack asks for one of their own */
  char *part_path;
  int fd;
  ZSTD_CCtx *zstd;

  /* under the lock of packs */
  State state;
  guint64 size;
  gboolean telling; /* the main thread is to look already */

  GHashTable *streams; /* Stream * set; main thread */
};

/* Somebody who fetches a pack that is being made. Main thread. */
typedef struct
{
  MnsPack *pack;
  int fd;
  guint64 at;
  SoupServerMessage *message; /* a reference once begun */
  guint unread;               /* chunks handed to libsoup and not written yet */
  gboolean whole;
  gboolean ending;
  gulong finished;
  gulong wrote;
} Stream;

static char *
file_name_of (const char *name, const MnsId *person)
{
  char id[MNS_ID_TEXT_SIZE];

  mns_id_print (person, id);
  return g_strdup_printf ("%s-%s.zst", name, id);
}

static MnsPack *
pack_ref (MnsPack *self)
{
  g_atomic_ref_count_inc (&self->n_refs);
  return self;
}

static void
pack_drop (MnsPack *self)
{
  if (!g_atomic_ref_count_dec (&self->n_refs))
    return;
  g_hash_table_unref (self->streams);
  g_free (self->name);
  g_free (self->file);
  g_free (self->part_path);
  g_free (self);
}

/* ---- fetching while it is made ---- */

static void
free_stream (gpointer data)
{
  Stream *stream = data;

  close (stream->fd);
  pack_drop (stream->pack);
  g_free (stream);
}

static MnsConnection *
connection_of (Stream *stream)
{
  return mns_http_get_connection (stream->pack->packs->http, stream->message);
}

/* A chunked body that just stopped would look like one that still comes. libsoup sees the shut
 * connection when it writes the next time: so there is a next time.
 */
static void
cut_off (Stream *stream)
{
  MnsConnection *connection = connection_of (stream);

  stream->ending = TRUE;
  if (connection != NULL)
    mns_connection_shut (connection);
  soup_message_body_append (
      soup_server_message_get_response_body (stream->message), SOUP_MEMORY_STATIC, "\n", 1);
}

/* FALSE: the file has nothing more at the moment, or never again. */
static gboolean
hand_over_chunk (Stream *stream, guint64 size)
{
  gsize length = (gsize) MIN (size - stream->at, CHUNK);
  g_autofree guint8 *bytes = NULL;
  gssize got;

  if (length == 0)
    return FALSE;
  bytes = g_malloc (length);
  got = pread (stream->fd, bytes, length, (off_t) stream->at);
  if (got <= 0)
    {
      cut_off (stream);
      return FALSE;
    }
  soup_message_body_append (soup_server_message_get_response_body (stream->message),
                            SOUP_MEMORY_TAKE,
                            g_steal_pointer (&bytes),
                            (gsize) got);
  stream->at += (guint64) got;
  stream->unread++;
  return TRUE;
}

static void
pump (Stream *stream)
{
  MnsPacks *packs = stream->pack->packs;
  guint64 size;
  State state;

  g_mutex_lock (&packs->lock);
  size = stream->pack->size;
  state = stream->pack->state;
  g_mutex_unlock (&packs->lock);

  /* from now on it is the reader's pace, and there is a slowest one */
  if (state == WHOLE && !stream->whole && connection_of (stream) != NULL)
    mns_connection_enter (connection_of (stream), MNS_PHASE_WRITE);
  stream->whole = state == WHOLE;
  while (!stream->ending && stream->unread < MOST_UNREAD && hand_over_chunk (stream, size))
    ;
  if (!stream->ending && stream->at == size && state == WHOLE)
    {
      stream->ending = TRUE;
      soup_message_body_complete (soup_server_message_get_response_body (stream->message));
    }
  if (state == BROKEN && !stream->ending)
    cut_off (stream);
  if (stream->unread > 0 || stream->ending)
    soup_server_message_unpause (stream->message);
}

static void
finished_cb (SoupServerMessage *message, gpointer data)
{
  Stream *stream = data;

  g_hash_table_remove (stream->pack->streams, stream);
  g_signal_handler_disconnect (message, stream->finished);
  g_signal_handler_disconnect (message, stream->wrote);
  g_object_unref (message);
  free_stream (stream);
}

static void
wrote_chunk_cb (SoupServerMessage *message, gpointer data)
{
  Stream *stream = data;

  if (stream->unread > 0)
    stream->unread--;
  pump (stream);
  /* With nothing left to write libsoup would end here; it waits for the maker instead. */
  if (stream->unread == 0 && !stream->ending)
    soup_server_message_pause (message);
}

static void
begin_cb (SoupServerMessage *message, gpointer data)
{
  Stream *stream = data;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  stream->message = g_object_ref (message);
  stream->finished = g_signal_connect (message, "finished", G_CALLBACK (finished_cb), stream);
  stream->wrote = g_signal_connect (message, "wrote-chunk", G_CALLBACK (wrote_chunk_cb), stream);
  g_hash_table_add (stream->pack->streams, stream);

  soup_message_headers_set_content_type (headers, TYPE, NULL);
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  pump (stream);
}

static gboolean
tell_cb (gpointer data)
{
  MnsPack *self = data;
  g_autoptr (GList) streams = g_hash_table_get_keys (self->streams);

  g_mutex_lock (&self->packs->lock);
  self->telling = FALSE;
  g_mutex_unlock (&self->packs->lock);
  for (GList *l = streams; l != NULL; l = l->next)
    pump (l->data);
  pack_drop (self);
  return G_SOURCE_REMOVE;
}

/* Notes what has become of the pack, for waiting threads and for the streams. */
static void
tell (MnsPack *self, gsize more, State state)
{
  gboolean telling;

  g_mutex_lock (&self->packs->lock);
  self->size += more;
  self->state = state;
  telling = self->telling;
  self->telling = TRUE;
  if (state != MAKING)
    {
      g_hash_table_remove (self->packs->making, self->file);
      g_cond_broadcast (&self->packs->changed);
    }
  g_mutex_unlock (&self->packs->lock);
  if (!telling)
    g_idle_add_full (G_PRIORITY_DEFAULT, tell_cb, pack_ref (self), NULL);
}

/* ---- making ---- */

static void
remove_old (MnsPacks *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);
      GStatBuf info;

      if (g_stat (path, &info) == 0 && time (NULL) - info.st_mtime > LIVES_S)
        g_unlink (path);
    }
}

static gboolean
fail_to_write (GError **error)
{
  g_set_error (error,
               MNS_ERROR,
               errno == ENOSPC ? MNS_ERROR_FULL : MNS_ERROR_FAILED,
               "A pack cannot be written: %s.",
               g_strerror (errno));
  return FALSE;
}

/* Enters the pack among those being made, unless there are enough. */
static gboolean
enter (MnsPack *self)
{
  gboolean entered;

  g_mutex_lock (&self->packs->lock);
  entered = !self->packs->stopping && g_hash_table_size (self->packs->making) < MOST_MAKERS;
  if (entered)
    g_hash_table_insert (self->packs->making, self->file, self);
  g_mutex_unlock (&self->packs->lock);
  return entered;
}

static MnsPack *
new_pack (MnsPacks *packs, const MnsId *person)
{
  MnsPack *self = g_new0 (MnsPack, 1);
  g_autofree char *path = NULL;
  char name[MNS_ID_TEXT_SIZE];
  MnsId id;

  g_atomic_ref_count_init (&self->n_refs);
  mns_id_make (&id);
  mns_id_print (&id, name);
  self->packs = packs;
  self->fd = -1;
  self->name = g_strdup (name);
  self->file = file_name_of (name, person);
  path = g_build_filename (packs->folder, self->file, NULL);
  self->part_path = g_strconcat (path, ".part", NULL);
  self->streams = g_hash_table_new (NULL, NULL);
  return self;
}

/**
 * mns_pack_begin:
 * @packs: the packs
 * @person: whose it is
 * @error: return location; %MNS_ERROR_BUSY where enough are being made
 *
 * Returns: (transfer full): a pack to be filled, or %NULL with @error set
 */
MnsPack *
mns_pack_begin (MnsPacks *packs, const MnsId *person, GError **error)
{
  MnsPack *self = new_pack (packs, person);

  remove_old (packs);
  self->fd = g_open (self->part_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (self->fd < 0)
    {
      fail_to_write (error);
      pack_drop (self);
      return NULL;
    }
  if (!enter (self))
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_BUSY, "Enough packs are being made; try again.");
      close (self->fd);
      g_unlink (self->part_path);
      pack_drop (self);
      return NULL;
    }
  self->zstd = ZSTD_createCCtx ();
  ZSTD_CCtx_setParameter (self->zstd, ZSTD_c_compressionLevel, LEVEL);
  ZSTD_CCtx_setParameter (self->zstd, ZSTD_c_checksumFlag, 1);
  return self;
}

static gboolean
write_all (int fd, const char *bytes, gsize length, GError **error)
{
  while (length > 0)
    {
      gssize written = write (fd, bytes, length);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return fail_to_write (error);
      bytes += written;
      length -= (gsize) written;
    }
  return TRUE;
}

static gboolean
compress (MnsPack *self, const char *bytes, gsize length, ZSTD_EndDirective end, GError **error)
{
  ZSTD_inBuffer in = { bytes, length, 0 };
  char buffer[65536];
  gsize left;

  do
    {
      ZSTD_outBuffer out = { buffer, sizeof buffer, 0 };

      left = ZSTD_compressStream2 (self->zstd, &out, &in, end);
      if (ZSTD_isError (left))
        {
          g_set_error (error,
                       MNS_ERROR,
                       MNS_ERROR_FAILED,
                       "A pack cannot be compressed: %s.",
                       ZSTD_getErrorName (left));
          return FALSE;
        }
      if (!write_all (self->fd, buffer, out.pos, error))
        return FALSE;
      if (out.pos > 0)
        tell (self, out.pos, MAKING);
    }
  while (in.pos < in.size || (end == ZSTD_e_end && left > 0));
  return TRUE;
}

/**
 * mns_pack_write:
 *
 * Appends what comes next of the stream, as it is before compression.
 */
gboolean
mns_pack_write (MnsPack *self, const char *bytes, gsize length, GError **error)
{
  gboolean stopping;

  g_mutex_lock (&self->packs->lock);
  stopping = self->packs->stopping;
  g_mutex_unlock (&self->packs->lock);
  if (stopping)
    {
      g_set_error (error, MNS_ERROR, MNS_ERROR_BUSY, "The server stops.");
      return FALSE;
    }
  return compress (self, bytes, length, ZSTD_e_continue, error);
}

/**
 * mns_pack_end:
 *
 * The pack is whole; nothing may be written after this.
 */
gboolean
mns_pack_end (MnsPack *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->packs->folder, self->file, NULL);
  int fd = self->fd;

  if (!compress (self, NULL, 0, ZSTD_e_end, error))
    return FALSE;
  self->fd = -1;
  if (close (fd) != 0 || g_rename (self->part_path, path) != 0)
    {
      fail_to_write (error);
      g_unlink (self->part_path);
      tell (self, 0, BROKEN);
      return FALSE;
    }
  tell (self, 0, WHOLE);
  return TRUE;
}

const char *
mns_pack_get_name (const MnsPack *self)
{
  return self->name;
}

void
mns_pack_unref (MnsPack *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->zstd, ZSTD_freeCCtx);
  if (self->fd >= 0)
    {
      close (self->fd);
      self->fd = -1;
      g_unlink (self->part_path);
      tell (self, 0, BROKEN);
    }
  pack_drop (self);
}

/* ---- answering ---- */

static Stream *
new_stream (MnsPack *pack)
{
  int fd = g_open (pack->part_path, O_RDONLY | O_CLOEXEC, 0);
  Stream *stream;

  if (fd < 0)
    return NULL;
  stream = g_new0 (Stream, 1);
  stream->pack = pack_ref (pack);
  stream->fd = fd;
  return stream;
}

/* Where the pack is being made: a stream of it for whoever wants it all; whoever wants a part waits
 * here until it is whole, for a range's end cannot be told before.
 */
static Stream *
find_making (MnsPacks *self, const char *file, gboolean all)
{
  Stream *stream = NULL;
  MnsPack *pack;

  g_mutex_lock (&self->lock);
  while (!all && g_hash_table_contains (self->making, file))
    g_cond_wait (&self->changed, &self->lock);
  pack = g_hash_table_lookup (self->making, file);
  if (pack != NULL)
    stream = new_stream (pack);
  g_mutex_unlock (&self->lock);
  return stream;
}

void
mns_packs_answer (MnsPacks *self,
                  const MnsHttpRequest *request,
                  const char *name,
                  MnsHttpAnswer *answer)
{
  g_autoptr (GMappedFile) mapped = NULL;
  g_autofree char *etag = g_strdup_printf ("\"%s\"", name);
  g_autofree char *file = NULL;
  g_autofree char *path = NULL;
  Stream *stream = NULL;
  MnsId id;

  if (mns_id_parse (&id, name))
    {
      file = file_name_of (name, &request->person);
      path = g_build_filename (self->folder, file, NULL);
      stream = find_making (self, file, mns_http_request_get_header (request, "Range") == NULL);
      if (stream == NULL)
        mapped = g_mapped_file_new (path, FALSE, NULL);
    }
  if (stream != NULL)
    {
      mns_http_answer_add_header (answer, "ETag", etag);
      mns_http_answer_stream (answer, begin_cb, stream, free_stream);
      return;
    }
  if (mapped == NULL)
    {
      mns_http_answer_refuse (answer,
                              MNS_HTTP_NOT_FOUND,
                              "pack_gone",
                              "There is no such pack of yours, or not any more; pull again.");
      return;
    }
  if (mns_http_answer_part (answer, request, g_mapped_file_get_bytes (mapped), etag))
    {
      g_free (answer->type);
      answer->type = g_strdup (TYPE);
    }
}

/* ---- life ---- */

static void
work_in_thread (gpointer data, gpointer user_data)
{
  g_autofree Job *job = data;

  job->func (job->data);
}

/**
 * mns_packs_run:
 * @self: the packs
 * @func: reads rows and may make a pack of them
 * @data: for @func, which frees it
 *
 * Runs a function in a thread that may go on after the question is answered.
 */
void
mns_packs_run (MnsPacks *self, MnsPackFunc func, gpointer data)
{
  Job *job = g_new0 (Job, 1);

  job->func = func;
  job->data = data;
  g_thread_pool_push (self->makers, job, NULL);
}

/**
 * mns_packs_new:
 * @state: the server's folder, in which there is one named packs
 * @http: where connections are found
 */
MnsPacks *
mns_packs_new (const char *state, MnsHttp *http)
{
  MnsPacks *self = g_new0 (MnsPacks, 1);

  self->folder = g_build_filename (state, "packs", NULL);
  self->http = http;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->making = g_hash_table_new (g_str_hash, g_str_equal);
  self->makers = g_thread_pool_new (work_in_thread, NULL, MOST_THREADS, FALSE, NULL);
  return self;
}

/* What is being made breaks off at its next row. */
void
mns_packs_stop (MnsPacks *self)
{
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_mutex_unlock (&self->lock);
}

void
mns_packs_free (MnsPacks *self)
{
  if (self == NULL)
    return;
  mns_packs_stop (self);
  g_thread_pool_free (self->makers, FALSE, TRUE);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_hash_table_unref (self->making);
  g_free (self->folder);
  g_free (self);
}
