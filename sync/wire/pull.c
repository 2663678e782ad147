/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "sync/model/error.h"
#include "sync/wire/pull.h"

#define SHA256_SIZE 32
#define FLUSH_AT (64 * 1024)
/* Ids a line of "del" or "out". */
#define IDS_A_LINE 1000

void
mns_pull_head_clear (MnsPullHead *self)
{
  g_clear_pointer (&self->base, g_free);
  g_clear_pointer (&self->cursor, g_free);
}

/* @copy is empty, and cleared by its owner. */
void
mns_pull_head_copy (const MnsPullHead *self, MnsPullHead *copy)
{
  *copy = *self;
  copy->base = g_strdup (self->base);
  copy->cursor = g_strdup (self->cursor);
}

/* GnuTLS, which glib-networking brings anyway, uses the processor's instructions for SHA-256:
 * GLib's own takes as long for a first sync as SQLite takes for a quarter of it.
 */
static gnutls_hash_hd_t
new_hash (void)
{
  gnutls_hash_hd_t hash = NULL;
  int result = gnutls_hash_init (&hash, GNUTLS_DIG_SHA256);

  if (result != 0)
    g_error ("SHA-256 is not to be had: %s", gnutls_strerror (result));
  return hash;
}

/* Ends the hash. @text gets 64 hexadecimal digits. */
static void
print_hash (gnutls_hash_hd_t hash, char text[2 * SHA256_SIZE + 1])
{
  guint8 digest[SHA256_SIZE];

  gnutls_hash_output (hash, digest);
  for (guint i = 0; i < SHA256_SIZE; i++)
    g_snprintf (text + 2 * i, 3, "%02x", digest[i]);
}

/* ---- writing ---- */

struct _MnsPullWriter
{
  MnsPullSink sink;
  gpointer data;
  GString *buffer;
  gnutls_hash_hd_t hash;
  guint64 n_rows;
};

MnsPullWriter *
mns_pull_writer_new (MnsPullSink sink, gpointer data)
{
  MnsPullWriter *self = g_new0 (MnsPullWriter, 1);

  self->sink = sink;
  self->data = data;
  self->buffer = g_string_sized_new (FLUSH_AT + 4096);
  self->hash = new_hash ();
  return self;
}

void
mns_pull_writer_free (MnsPullWriter *self)
{
  if (self == NULL)
    return;
  gnutls_hash_deinit (self->hash, NULL);
  g_string_free (self->buffer, TRUE);
  g_free (self);
}

guint64
mns_pull_writer_get_n_rows (MnsPullWriter *self)
{
  return self->n_rows;
}

static gboolean
flush (MnsPullWriter *self, gsize at_least, GError **error)
{
  if (self->buffer->len == 0 || self->buffer->len < at_least)
    return TRUE;
  gnutls_hash (self->hash, self->buffer->str, self->buffer->len);
  if (!self->sink (self->buffer->str, self->buffer->len, self->data, error))
    return FALSE;
  g_string_truncate (self->buffer, 0);
  return TRUE;
}

static void
append_member (GString *line, const char *name, const char *text)
{
  g_string_append_printf (line, ",\"%s\":", name);
  if (text != NULL)
    mns_row_append_text (line, text);
  else
    g_string_append (line, "null");
}

gboolean
mns_pull_writer_head (MnsPullWriter *self, const MnsPullHead *head, GError **error)
{
  g_string_append (self->buffer, "{\"t\":\"head\"");
  append_member (self->buffer, "base", head->base);
  append_member (self->buffer, "cursor", head->cursor);
  g_string_append_printf (self->buffer,
                          ",\"last_n\":%" G_GINT64_FORMAT ",\"durable_n\":%" G_GINT64_FORMAT
                          ",\"schema\":%" G_GINT64_FORMAT ",\"scopes_rev\":%" G_GINT64_FORMAT
                          ",\"now\":%" G_GINT64_FORMAT "}\n",
                          head->last_n,
                          head->durable_n,
                          head->schema,
                          head->scopes_rev,
                          head->now);
  return flush (self, FLUSH_AT, error);
}

/**
 * mns_pull_writer_table:
 * @self: a writer
 * @table: name of a synced table
 * @columns: (array zero-terminated=1): of the rows that follow
 * @error: return location for an error of the sink
 */
gboolean
mns_pull_writer_table (MnsPullWriter *self,
                       const char *table,
                       const char *const *columns,
                       GError **error)
{
  g_string_append (self->buffer, "{\"t\":\"table\"");
  append_member (self->buffer, "name", table);
  g_string_append (self->buffer, ",\"cols\":[");
  for (guint i = 0; columns[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (self->buffer, ',');
      mns_row_append_text (self->buffer, columns[i]);
    }
  g_string_append (self->buffer, "]}\n");
  return flush (self, FLUSH_AT, error);
}

gboolean
mns_pull_writer_row (MnsPullWriter *self, const MnsValue *values, guint n_values, GError **error)
{
  mns_row_append (self->buffer, values, n_values);
  self->n_rows++;
  return flush (self, FLUSH_AT, error);
}

/**
 * mns_pull_writer_line:
 * @self: a writer
 * @line: a row that mns_row_append() or its like has written, with its end
 * @length: of @line
 * @error: return location for an error of the sink
 *
 * For whoever makes rows straight from a database's text.
 */
gboolean
mns_pull_writer_line (MnsPullWriter *self, const char *line, gsize length, GError **error)
{
  g_string_append_len (self->buffer, line, (gssize) length);
  self->n_rows++;
  return flush (self, FLUSH_AT, error);
}

static gboolean
write_ids (MnsPullWriter *self,
           const char *what,
           const char *table,
           const MnsId *ids,
           guint n_ids,
           GError **error)
{
  char id[MNS_ID_TEXT_SIZE];

  for (guint at = 0; at < n_ids; at += IDS_A_LINE)
    {
      g_string_append_printf (self->buffer, "{\"t\":\"%s\"", what);
      append_member (self->buffer, "name", table);
      g_string_append (self->buffer, ",\"ids\":[");
      for (guint i = at; i < n_ids && i < at + IDS_A_LINE; i++)
        {
          mns_id_print (&ids[i], id);
          g_string_append_printf (self->buffer, "%s\"%s\"", i > at ? "," : "", id);
        }
      g_string_append (self->buffer, "]}\n");
      if (!flush (self, FLUSH_AT, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
mns_pull_writer_deleted (
    MnsPullWriter *self, const char *table, const MnsId *ids, guint n_ids, GError **error)
{
  return write_ids (self, "del", table, ids, n_ids, error);
}

gboolean
mns_pull_writer_out (
    MnsPullWriter *self, const char *table, const MnsId *ids, guint n_ids, GError **error)
{
  return write_ids (self, "out", table, ids, n_ids, error);
}

/**
 * mns_pull_writer_end:
 * @self: a writer; nothing may be written after this
 * @error: return location for an error of the sink
 *
 * Writes the count and the hash, and hands everything to the sink.
 */
gboolean
mns_pull_writer_end (MnsPullWriter *self, GError **error)
{
  char hash[2 * SHA256_SIZE + 1];

  if (!flush (self, 0, error))
    return FALSE;
  print_hash (self->hash, hash);
  g_string_append_printf (self->buffer,
                          "{\"t\":\"end\",\"rows\":%" G_GUINT64_FORMAT ",\"sha256\":\"%s\"}\n",
                          self->n_rows,
                          hash);
  return flush (self, 0, error);
}

/* ---- reading ---- */

struct _MnsPullReader
{
  MnsPullFunc func;
  gpointer data;
  GByteArray *rest; /* a line whose end has not come yet */
  gnutls_hash_hd_t hash;
  MnsRowReader *rows;
  guint64 n_rows;
  gboolean begun;
  gboolean ended;
  gboolean in_table; /* rows are expected */

  MnsPullHead head;
  const MnsEntity *entity;
  GPtrArray *fields; /* const MnsField * */
  const MnsValue *values;
  GArray *ids; /* MnsId */
};

MnsPullReader *
mns_pull_reader_new (MnsPullFunc func, gpointer data)
{
  MnsPullReader *self = g_new0 (MnsPullReader, 1);

  self->func = func;
  self->data = data;
  self->rest = g_byte_array_new ();
  self->hash = new_hash ();
  self->rows = mns_row_reader_new ();
  self->fields = g_ptr_array_new ();
  self->ids = g_array_new (FALSE, FALSE, sizeof (MnsId));
  return self;
}

void
mns_pull_reader_free (MnsPullReader *self)
{
  if (self == NULL)
    return;
  g_byte_array_unref (self->rest);
  gnutls_hash_deinit (self->hash, NULL);
  mns_row_reader_free (self->rows);
  mns_pull_head_clear (&self->head);
  g_ptr_array_unref (self->fields);
  g_array_unref (self->ids);
  g_free (self);
}

const MnsPullHead *
mns_pull_reader_get_head (MnsPullReader *self)
{
  return &self->head;
}

const MnsEntity *
mns_pull_reader_get_entity (MnsPullReader *self)
{
  return self->entity;
}

const MnsField *const *
mns_pull_reader_get_fields (MnsPullReader *self, guint *n_fields)
{
  *n_fields = self->fields->len;
  return (const MnsField *const *) self->fields->pdata;
}

const MnsValue *
mns_pull_reader_get_values (MnsPullReader *self)
{
  return self->values;
}

const MnsId *
mns_pull_reader_get_ids (MnsPullReader *self, guint *n_ids)
{
  *n_ids = self->ids->len;
  return (const MnsId *) (gpointer) self->ids->data;
}

guint64
mns_pull_reader_get_n_rows (MnsPullReader *self)
{
  return self->n_rows;
}

static gboolean G_GNUC_PRINTF (2, 3) corrupt (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list values;

  va_start (values, format);
  text = g_strdup_vprintf (format, values);
  va_end (values);
  g_set_error (error, MNS_ERROR, MNS_ERROR_CORRUPT, "The server's rows cannot be read: %s.", text);
  return FALSE;
}

static const char *
get_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static gint64
get_int (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node)
                                                                         : 0;
}

static JsonArray *
get_array (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static gboolean
read_head (MnsPullReader *self, JsonObject *object, GError **error)
{
  if (get_text (object, "cursor") == NULL)
    return corrupt (error, "the head has no cursor");
  self->begun = TRUE;
  self->head.base = g_strdup (get_text (object, "base"));
  self->head.cursor = g_strdup (get_text (object, "cursor"));
  self->head.last_n = get_int (object, "last_n");
  self->head.durable_n = get_int (object, "durable_n");
  self->head.schema = get_int (object, "schema");
  self->head.scopes_rev = get_int (object, "scopes_rev");
  self->head.now = get_int (object, "now");
  return self->func (self, MNS_PULL_HEAD, self->data, error);
}

static gboolean
read_entity (MnsPullReader *self, JsonObject *object, GError **error)
{
  const char *name = get_text (object, "name");

  self->in_table = FALSE;
  self->entity = name != NULL ? mns_entity_find (name) : NULL;
  return self->entity != NULL ||
         corrupt (error, "table %s is not known here", name != NULL ? name : "without a name");
}

static gboolean
read_table (MnsPullReader *self, JsonObject *object, GError **error)
{
  JsonArray *columns = get_array (object, "cols");
  g_autoptr (GArray) kinds = g_array_new (FALSE, FALSE, sizeof (MnsKind));

  if (!read_entity (self, object, error))
    return FALSE;
  if (columns == NULL || json_array_get_length (columns) == 0)
    return corrupt (error, "table %s has no columns", self->entity->table);
  g_ptr_array_set_size (self->fields, 0);
  for (guint i = 0; i < json_array_get_length (columns); i++)
    {
      JsonNode *node = json_array_get_element (columns, i);
      const char *name =
          json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : "";
      const MnsField *field = mns_entity_find_field (self->entity, name);
      MnsKind kind;

      if (field == NULL)
        return corrupt (error, "table %s has no column %s", self->entity->table, name);
      kind = mns_field_get_kind (field);
      g_array_append_val (kinds, kind);
      g_ptr_array_add (self->fields, (gpointer) field);
    }
  mns_row_reader_set_kinds (self->rows, (const MnsKind *) (gpointer) kinds->data, kinds->len);
  self->in_table = TRUE;
  return self->func (self, MNS_PULL_TABLE, self->data, error);
}

static gboolean
read_ids (MnsPullReader *self, JsonObject *object, MnsPullPart part, GError **error)
{
  JsonArray *ids = get_array (object, "ids");

  if (!read_entity (self, object, error))
    return FALSE;
  g_array_set_size (self->ids, 0);
  for (guint i = 0; ids != NULL && i < json_array_get_length (ids); i++)
    {
      JsonNode *node = json_array_get_element (ids, i);
      MnsId id;

      if (json_node_get_value_type (node) != G_TYPE_STRING ||
          !mns_id_parse (&id, json_node_get_string (node)))
        return corrupt (error, "an id of table %s is none", self->entity->table);
      g_array_append_val (self->ids, id);
    }
  return self->func (self, part, self->data, error);
}

static gboolean
read_end (MnsPullReader *self, JsonObject *object, GError **error)
{
  char hash[2 * SHA256_SIZE + 1];

  print_hash (self->hash, hash);
  if ((guint64) get_int (object, "rows") != self->n_rows)
    return corrupt (
        error, "%" G_GUINT64_FORMAT " rows came, not as many as were sent", self->n_rows);
  if (g_strcmp0 (get_text (object, "sha256"), hash) != 0)
    return corrupt (error, "they were changed on the way");
  self->ended = TRUE;
  return self->func (self, MNS_PULL_END, self->data, error);
}

static gboolean
read_object (MnsPullReader *self, const char *line, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;
  JsonObject *object;
  const char *what;

  if (!json_parser_load_from_data (parser, line, (gssize) length, NULL) ||
      (root = json_parser_get_root (parser)) == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return corrupt (error, "a line is neither row nor object");
  object = json_node_get_object (root);
  what = get_text (object, "t");

  if (g_strcmp0 (what, "end") == 0 && self->begun)
    return read_end (self, object, error);
  gnutls_hash (self->hash, line, length);
  gnutls_hash (self->hash, "\n", 1);
  if (g_strcmp0 (what, "head") == 0 && !self->begun)
    return read_head (self, object, error);
  if (g_strcmp0 (what, "table") == 0 && self->begun)
    return read_table (self, object, error);
  if (g_strcmp0 (what, "del") == 0 && self->begun)
    return read_ids (self, object, MNS_PULL_DELETED, error);
  if (g_strcmp0 (what, "out") == 0 && self->begun)
    return read_ids (self, object, MNS_PULL_OUT, error);
  return corrupt (error, "a line of kind %s stands where none may", what != NULL ? what : "none");
}

/* @line is writable, and so is the byte behind it. */
static gboolean
read_line (MnsPullReader *self, char *line, gsize length, GError **error)
{
  if (self->ended)
    return corrupt (error, "something follows the end");
  if (length == 0 || line[0] != '[')
    return read_object (self, line, length, error);
  if (!self->in_table)
    return corrupt (error, "a row stands outside a table");

  line[length] = '\n';
  gnutls_hash (self->hash, line, length + 1);
  self->values = mns_row_reader_parse (self->rows, line, length, error);
  if (self->values == NULL)
    return FALSE;
  self->n_rows++;
  return self->func (self, MNS_PULL_ROW, self->data, error);
}

/**
 * mns_pull_reader_feed:
 * @self: a reader
 * @bytes: the next bytes of the stream, cut anywhere
 * @length: of @bytes
 * @error: return location for an error
 *
 * Calls the reader's function for each line that is now whole. After an error the reader is of no
 * further use, and what it read is to be forgotten.
 *
 * Returns: %FALSE with %MNS_ERROR_CORRUPT for what is no such stream, or the function's error
 */
gboolean
mns_pull_reader_feed (MnsPullReader *self, const char *bytes, gsize length, GError **error)
{
  gsize start = 0;
  char *newline;

  g_return_val_if_fail (self != NULL, FALSE);

  g_byte_array_append (self->rest, (const guint8 *) bytes, (guint) length);
  while ((newline = memchr (self->rest->data + start, '\n', self->rest->len - start)) != NULL)
    {
      char *line = (char *) self->rest->data + start;
      gsize size = (gsize) (newline - line);

      if (!read_line (self, line, size, error))
        return FALSE;
      start += size + 1;
    }
  if (start > 0)
    g_byte_array_remove_range (self->rest, 0, (guint) start);
  if (self->rest->len > MNS_ROW_MAX_LINE)
    return corrupt (error, "a line is longer than %d bytes", MNS_ROW_MAX_LINE);
  return TRUE;
}

/**
 * mns_pull_reader_finish:
 * @self: a reader that was fed everything that came
 * @error: return location for an error
 *
 * Returns: %FALSE with %MNS_ERROR_CORRUPT if the stream broke off before its end
 */
gboolean
mns_pull_reader_finish (MnsPullReader *self, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return (self->ended && self->rest->len == 0) || corrupt (error, "the end is missing");
}
