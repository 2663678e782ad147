/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A line is "CCCCCCCC JSON": eight hexadecimal digits of the JSON's SHA-256, then
 *
 *   {"client": id, "next_n": number}                          the first line
 *   {"n": …, "id": …, "cmd": …, "created": …, "body": text}   a command
 *
 * A torn last line is what a crash leaves and is cut off; the database has that command.
 */

#define G_LOG_DOMAIN "mns-client"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

#include "sync/client/replica-private.h"
#include "sync/model/error.h"

#define SUM_LENGTH 8

struct _MnsOutboxLog
{
  char *path;
  int fd;
  gboolean is_new;
  MnsId client;
  gint64 next_n;
  guint n_lines;
};

void
mns_logged_command_free (MnsLoggedCommand *self)
{
  g_free (self->cmd);
  g_free (self->body);
  g_free (self);
}

static char *
sum_line (const char *json)
{
  char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, json, -1);

  sum[SUM_LENGTH] = '\0';
  return sum;
}

static void
add_line (GString *text, JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *json = json_to_string (node, FALSE);
  g_autofree char *sum = sum_line (json);

  g_string_append_printf (text, "%s %s\n", sum, json);
}

static void
add_head (GString *text, const MnsId *client, gint64 next_n)
{
  g_autoptr (JsonObject) object = json_object_new ();
  char id[MNS_ID_TEXT_SIZE];

  mns_id_print (client, id);
  json_object_set_string_member (object, "client", id);
  json_object_set_int_member (object, "next_n", next_n);
  add_line (text, object);
}

static void
add_command (GString *text,
             gint64 n,
             const MnsId *command_id,
             const char *cmd,
             const char *body,
             gint64 created)
{
  g_autoptr (JsonObject) object = json_object_new ();
  char id[MNS_ID_TEXT_SIZE];

  mns_id_print (command_id, id);
  json_object_set_int_member (object, "n", n);
  json_object_set_string_member (object, "id", id);
  json_object_set_string_member (object, "cmd", cmd);
  json_object_set_int_member (object, "created", created);
  json_object_set_string_member (object, "body", body);
  add_line (text, object);
}

/* NULL for a line that is damaged. */
static JsonObject *
parse_line (const char *line, gsize length)
{
  g_autofree char *json = NULL;
  g_autofree char *sum = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (length < SUM_LENGTH + 3 || line[SUM_LENGTH] != ' ')
    return NULL;
  json = g_strndup (line + SUM_LENGTH + 1, length - SUM_LENGTH - 1);
  sum = sum_line (json);
  if (strncmp (sum, line, SUM_LENGTH) != 0)
    return NULL;
  node = json_from_string (json, NULL);
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_dup_object (node) : NULL;
}

static gboolean
read_command (JsonObject *object, MnsLoggedCommand *command)
{
  const char *id = json_object_get_string_member_with_default (object, "id", NULL);
  const char *cmd = json_object_get_string_member_with_default (object, "cmd", NULL);
  const char *body = json_object_get_string_member_with_default (object, "body", NULL);

  command->n = json_object_get_int_member_with_default (object, "n", 0);
  command->created = json_object_get_int_member_with_default (object, "created", 0);
  if (command->n <= 0 || cmd == NULL || body == NULL || !mns_id_parse (&command->id, id))
    return FALSE;
  command->cmd = g_strdup (cmd);
  command->body = g_strdup (body);
  return TRUE;
}

typedef struct
{
  gsize good; /* bytes up to the end of the last whole line */
  GHashTable *by_n;
  GPtrArray *commands;
} Scan;

static gboolean
take_line (MnsOutboxLog *self, Scan *scan, const char *line, gsize length)
{
  g_autoptr (JsonObject) object = parse_line (line, length);
  MnsLoggedCommand *command;

  if (object == NULL)
    return FALSE;
  self->n_lines++;
  if (json_object_has_member (object, "client"))
    {
      self->next_n =
          MAX (self->next_n, json_object_get_int_member_with_default (object, "next_n", 1));
      return mns_id_parse (&self->client,
                           json_object_get_string_member_with_default (object, "client", NULL));
    }
  command = g_new0 (MnsLoggedCommand, 1);
  if (!read_command (object, command))
    {
      mns_logged_command_free (command);
      return FALSE;
    }
  self->next_n = MAX (self->next_n, command->n + 1);
  if (scan->commands != NULL)
    g_hash_table_replace (scan->by_n, &command->n, command);
  else
    mns_logged_command_free (command);
  return TRUE;
}

/* Reads to the first damaged line. What follows one cannot be trusted to be whole either. */
static gboolean
scan_file (MnsOutboxLog *self, Scan *scan, GError **error)
{
  g_autofree char *text = NULL;
  gsize size = 0;
  const char *at;

  self->n_lines = 0;
  if (!g_file_get_contents (self->path, &text, &size, error))
    return FALSE;
  at = text;
  while (at < text + size)
    {
      const char *end = memchr (at, '\n', text + size - at);

      if (end == NULL || !take_line (self, scan, at, end - at))
        break;
      at = end + 1;
    }
  scan->good = at - text;
  if (scan->good < size)
    g_info ("the outbox log had %zu bytes of a torn line", size - scan->good);
  return TRUE;
}

static gboolean
fail (GError **error, const char *what, const char *path)
{
  int code = errno;

  g_set_error (error,
               MNS_ERROR,
               code == ENOSPC || code == EDQUOT ? MNS_ERROR_FULL : MNS_ERROR_FAILED,
               "%s the outbox log %s: %s",
               what,
               path,
               g_strerror (code));
  return FALSE;
}

/**
 * mns_outbox_log_open:
 * @path: the file; made if it is not there
 *
 * Opens the log, finds its end and cuts a torn line off.
 *
 * Returns: (transfer full): the log, or %NULL with @error set
 */
MnsOutboxLog *
mns_outbox_log_open (const char *path, GError **error)
{
  g_autoptr (MnsOutboxLog) self = g_new0 (MnsOutboxLog, 1);
  Scan scan = { 0 };

  self->path = g_strdup (path);
  self->next_n = 1;
  self->fd = open (path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (self->fd < 0)
    {
      fail (error, "opening", path);
      return NULL;
    }
  if (!scan_file (self, &scan, error))
    return NULL;
  if (ftruncate (self->fd, (off_t) scan.good) != 0)
    {
      fail (error, "cutting", path);
      return NULL;
    }
  self->is_new = self->n_lines == 0;
  return g_steal_pointer (&self);
}

void
mns_outbox_log_free (MnsOutboxLog *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->path);
  g_free (self);
}

gboolean
mns_outbox_log_is_new (MnsOutboxLog *self)
{
  return self->is_new;
}

const MnsId *
mns_outbox_log_get_client (MnsOutboxLog *self)
{
  return &self->client;
}

gint64
mns_outbox_log_get_next_n (MnsOutboxLog *self)
{
  return self->next_n;
}

guint
mns_outbox_log_get_n_lines (MnsOutboxLog *self)
{
  return self->n_lines;
}

static int
compare_commands (gconstpointer a, gconstpointer b)
{
  const MnsLoggedCommand *const *first = a;
  const MnsLoggedCommand *const *second = b;

  return ((*first)->n > (*second)->n) - ((*first)->n < (*second)->n);
}

/**
 * mns_outbox_log_read:
 *
 * Returns: (transfer full) (element-type MnsLoggedCommand): the commands in order of n
 */
GPtrArray *
mns_outbox_log_read (MnsOutboxLog *self, GError **error)
{
  g_autoptr (GPtrArray) commands =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mns_logged_command_free);
  g_autoptr (GHashTable) by_n = g_hash_table_new_full (
      g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) mns_logged_command_free);
  Scan scan = { .by_n = by_n, .commands = commands };
  GHashTableIter iter;
  gpointer command;

  if (!scan_file (self, &scan, error))
    return NULL;
  g_hash_table_iter_init (&iter, by_n);
  while (g_hash_table_iter_next (&iter, NULL, &command))
    {
      g_ptr_array_add (commands, command);
      g_hash_table_iter_steal (&iter);
    }
  g_ptr_array_sort (commands, compare_commands);
  return g_steal_pointer (&commands);
}

static gboolean
append_text (MnsOutboxLog *self, const GString *text, GError **error)
{
  off_t before = lseek (self->fd, 0, SEEK_END);
  ssize_t wrote = write (self->fd, text->str, text->len);

  if (wrote == (ssize_t) text->len && fdatasync (self->fd) == 0)
    {
      self->n_lines++;
      return TRUE;
    }
  if (wrote >= 0 && wrote < (ssize_t) text->len)
    errno = ENOSPC; /* a short write to a file has no other cause */
  fail (error, "writing", self->path);
  if (before >= 0 && ftruncate (self->fd, before) != 0)
    g_warning ("the outbox log keeps half a line");
  return FALSE;
}

/**
 * mns_outbox_log_append:
 *
 * Appends a command and waits until it is on the disk. Called after the command's commit and
 * before anyone is told that it is saved (decisions.md 6).
 */
gboolean
mns_outbox_log_append (MnsOutboxLog *self,
                       gint64 n,
                       const MnsId *id,
                       const char *cmd,
                       const char *body,
                       gint64 created,
                       GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  add_command (text, n, id, cmd, body, created);
  if (!append_text (self, text, error))
    return FALSE;
  self->next_n = MAX (self->next_n, n + 1);
  return TRUE;
}

gboolean
mns_outbox_log_rewrite (
    MnsOutboxLog *self, const MnsId *client, gint64 next_n, GPtrArray *commands, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  int fd;

  add_head (text, client, next_n);
  for (guint i = 0; i < commands->len; i++)
    {
      const MnsLoggedCommand *command = g_ptr_array_index (commands, i);

      add_command (text, command->n, &command->id, command->cmd, command->body, command->created);
    }
  if (!mns_replica_write_file (self->path, text->str, text->len, error))
    return FALSE;
  fd = open (self->path, O_RDWR | O_APPEND | O_CLOEXEC);
  if (fd < 0)
    return fail (error, "opening", self->path);
  close (self->fd);
  self->fd = fd;
  self->is_new = FALSE;
  self->client = *client;
  self->next_n = next_n;
  self->n_lines = commands->len + 1;
  return TRUE;
}
