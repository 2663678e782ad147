/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* From the portable text to PostgreSQL's: $name becomes $1, a row set {v} becomes
 * unnest($2::uuid[], $3::bigint[]) AS v (a, b), or (VALUES ($2::uuid, $3::bigint)) AS v (a, b) if
 * it has one row: then there is nothing to join with, and most sets of a busy lab have one. Each
 * parameter is declared with its type, for an untyped one in a SELECT list is text to PostgreSQL.
 * Values travel as text, bytes as they are.
 */

#define G_LOG_DOMAIN "mns-pg-statement"

#include "config.h"

#include <string.h>

#include "server/store/pg-statement.h"

/* Views make texts with the fields a lab has configured; what is beyond this is forgotten. */
#define MAX_PREPARED 500

/* Kinds as PostgreSQL names and numbers them; the numbers are fixed (pg_type.dat). */
static const struct
{
  Oid oid;
  const char *name;
} types[] = {
  [MNS_KIND_ID] = { 2950, "uuid" },  [MNS_KIND_TEXT] = { 25, "text" },
  [MNS_KIND_INT] = { 20, "bigint" }, [MNS_KIND_REAL] = { 701, "double precision" },
  [MNS_KIND_JSON] = { 114, "json" }, [MNS_KIND_BYTES] = { 17, "bytea" },
};

/* One parameter: an argument, or a column of one that is a row set. */
typedef struct
{
  char *name;
  int column; /* -1: a plain value */
  MnsKind kind;
  gboolean single; /* of a row set of one row */
} Param;

typedef struct _Statement Statement;
struct _Statement
{
  Statement *next; /* same text, other kinds */
  char *name;
  char *sql;
  GArray *params;   /* Param */
  guint generation; /* of the link that prepared it; 0: none */
};

struct _MnsPgStatements
{
  GHashTable *by_text;
  guint n_prepared; /* since all were dropped */
  guint n_names;
};

static void
clear_param (gpointer data)
{
  g_free (((Param *) data)->name);
}

static void
free_statement (gpointer data)
{
  Statement *self = data;

  while (self != NULL)
    {
      Statement *next = self->next;

      g_free (self->name);
      g_free (self->sql);
      g_array_unref (self->params);
      g_free (self);
      self = next;
    }
}

MnsPgStatements *
mns_pg_statements_new (void)
{
  MnsPgStatements *self = g_new0 (MnsPgStatements, 1);

  self->by_text = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_statement);
  return self;
}

void
mns_pg_statements_free (MnsPgStatements *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_text);
  g_free (self);
}

/* The number of the parameter, 1 for the first; added if the statement does not have it yet. */
static guint
param_number (Statement *self, const char *name, int column, MnsKind kind, gboolean single)
{
  Param param = { NULL, column, kind, single };

  for (guint i = 0; i < self->params->len; i++)
    {
      const Param *known = &g_array_index (self->params, Param, i);

      if (known->column == column && g_str_equal (known->name, name))
        return i + 1;
    }
  param.name = g_strdup (name);
  g_array_append_val (self->params, param);
  return self->params->len;
}

static void
append_set (Statement *self, GString *sql, const MnsPiece *piece, const MnsRowSet *set)
{
  guint n_columns = mns_row_set_get_n_columns (set);
  gboolean single = mns_row_set_get_n_rows (set) == 1;

  g_string_append (sql, single ? "(VALUES (" : "unnest(");
  for (guint i = 0; i < n_columns; i++)
    {
      MnsKind kind = mns_row_set_get_kind (set, i);

      g_string_append_printf (sql,
                              "%s$%u::%s%s",
                              i == 0 ? "" : ", ",
                              param_number (self, piece->text, (int) i, kind, single),
                              types[kind].name,
                              single ? "" : "[]");
    }
  g_string_append_printf (sql, "%s AS %s (", single ? "))" : ")", piece->text);
  for (guint i = 0; i < n_columns; i++)
    g_string_append_printf (sql, "%s%s", i == 0 ? "" : ", ", mns_row_set_get_name (set, i));
  g_string_append_c (sql, ')');
}

static gboolean
append_piece (
    Statement *self, GString *sql, const MnsPiece *piece, const MnsArg *args, GError **error)
{
  const MnsArg *arg;

  if (piece->kind == MNS_PIECE_TEXT)
    {
      g_string_append (sql, piece->text);
      return TRUE;
    }
  arg = mns_args_find (args, piece->text);
  if (arg == NULL || (piece->kind == MNS_PIECE_SET) != (arg->set != NULL))
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_FAILED,
                   "the statement names %s, which is %s",
                   piece->text,
                   arg == NULL ? "not among its arguments" : "bound as the other kind of argument");
      return FALSE;
    }
  if (piece->kind == MNS_PIECE_SET)
    append_set (self, sql, piece, arg->set);
  else
    g_string_append_printf (
        sql, "$%u", param_number (self, piece->text, -1, arg->value.kind, FALSE));
  return TRUE;
}

static Statement *
translate (const char *text, const MnsArg *args, GError **error)
{
  g_autoptr (GArray) pieces = mns_statement_split (text);
  g_autoptr (GString) sql = g_string_new (NULL);
  Statement *self = g_new0 (Statement, 1);

  self->params = g_array_new (FALSE, FALSE, sizeof (Param));
  g_array_set_clear_func (self->params, clear_param);
  for (guint i = 0; i < pieces->len; i++)
    if (!append_piece (self, sql, &g_array_index (pieces, MnsPiece, i), args, error))
      {
        free_statement (self);
        return NULL;
      }
  self->sql = g_strdup (sql->str);
  return self;
}

/* Are the arguments of the kinds that the statement was made for? */
static gboolean
fits (const Statement *self, const MnsArg *args)
{
  for (guint i = 0; i < self->params->len; i++)
    {
      const Param *param = &g_array_index (self->params, Param, i);
      const MnsArg *arg = mns_args_find (args, param->name);

      if (arg == NULL || (arg->set != NULL) != (param->column >= 0))
        return FALSE;
      if (arg->set == NULL && arg->value.kind != param->kind)
        return FALSE;
      if (arg->set != NULL && param->single != (mns_row_set_get_n_rows (arg->set) == 1))
        return FALSE;
      if (arg->set != NULL && (param->column >= (int) mns_row_set_get_n_columns (arg->set) ||
                               mns_row_set_get_kind (arg->set, param->column) != param->kind))
        return FALSE;
    }
  return TRUE;
}

static Statement *
find_or_make (MnsPgStatements *self, const char *text, const MnsArg *args, GError **error)
{
  Statement *first = g_hash_table_lookup (self->by_text, text);
  Statement *made;

  for (Statement *it = first; it != NULL; it = it->next)
    if (fits (it, args))
      return it;
  made = translate (text, args, error);
  if (made == NULL)
    return NULL;
  if (first != NULL)
    {
      made->next = first->next;
      first->next = made;
    }
  else
    g_hash_table_insert (self->by_text, g_strdup (text), made);
  return made;
}

/* The text forms of one execution, freed together. */
typedef struct
{
  GPtrArray *owned;
  GPtrArray *values;
  GArray *lengths;
  GArray *formats;
} Binding;

static void
binding_clear (Binding *self)
{
  g_ptr_array_unref (self->owned);
  g_ptr_array_unref (self->values);
  g_array_unref (self->lengths);
  g_array_unref (self->formats);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Binding, binding_clear)

/* Short forms need no memory of their own: @buffer is as long as the longest of them. */
#define VALUE_BUFFER_SIZE MAX (MNS_ID_TEXT_SIZE, G_ASCII_DTOSTR_BUF_SIZE)

static const char *
value_text (const MnsValue *value, char buffer[VALUE_BUFFER_SIZE])
{
  switch (value->kind)
    {
    case MNS_KIND_ID:
      mns_id_print (&value->v.id, buffer);
      return buffer;
    case MNS_KIND_INT:
      g_snprintf (buffer, VALUE_BUFFER_SIZE, "%" G_GINT64_FORMAT, value->v.integer);
      return buffer;
    case MNS_KIND_REAL:
      return g_ascii_dtostr (buffer, VALUE_BUFFER_SIZE, value->v.real);
    case MNS_KIND_TEXT:
    case MNS_KIND_JSON:
      return value->v.text;
    case MNS_KIND_BYTES:
      break;
    }
  g_return_val_if_reached ("");
}

static void
append_hex (GString *text, GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  g_string_append (text, "\"\\\\x");
  for (gsize i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", data[i]);
  g_string_append_c (text, '"');
}

static void
append_quoted (GString *text, const char *value)
{
  g_string_append_c (text, '"');
  for (const char *p = value; *p != '\0';)
    {
      gsize plain = strcspn (p, "\"\\");

      g_string_append_len (text, p, plain);
      p += plain;
      if (*p != '\0')
        {
          g_string_append_c (text, '\\');
          g_string_append_c (text, *p++);
        }
    }
  g_string_append_c (text, '"');
}

/* An array literal of one column, https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO */
static char *
column_literal (const MnsRowSet *set, guint column)
{
  GString *text = g_string_sized_new (16 + 40 * (gsize) mns_row_set_get_n_rows (set));
  char buffer[VALUE_BUFFER_SIZE];

  g_string_append_c (text, '{');
  for (guint row = 0; row < mns_row_set_get_n_rows (set); row++)
    {
      const MnsValue *value = mns_row_set_get (set, row, column);

      if (row > 0)
        g_string_append_c (text, ',');
      if (value->is_null)
        g_string_append (text, "NULL");
      else if (value->kind == MNS_KIND_BYTES)
        append_hex (text, value->v.bytes);
      else if (value->kind == MNS_KIND_TEXT || value->kind == MNS_KIND_JSON)
        append_quoted (text, value->v.text);
      else
        g_string_append (text, value_text (value, buffer));
    }
  g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

static void
bind_param (Binding *binding, const Param *param, const MnsArg *arg)
{
  char buffer[VALUE_BUFFER_SIZE];
  const MnsValue *value =
      param->single ? mns_row_set_get (arg->set, 0, (guint) param->column) : &arg->value;
  const char *text = NULL;
  gsize size = 0;
  int length = 0;
  int format = 0;

  if (param->column >= 0 && !param->single)
    {
      char *literal = column_literal (arg->set, param->column);

      g_ptr_array_add (binding->owned, literal);
      text = literal;
    }
  else if (!value->is_null && value->kind == MNS_KIND_BYTES)
    {
      text = g_bytes_get_data (value->v.bytes, &size);
      if (text == NULL)
        text = ""; /* empty is not null */
      length = (int) size;
      format = 1;
    }
  else if (!value->is_null)
    {
      text = value_text (value, buffer);
      if (text == buffer)
        {
          g_ptr_array_add (binding->owned, g_strdup (buffer));
          text = g_ptr_array_index (binding->owned, binding->owned->len - 1);
        }
    }
  g_ptr_array_add (binding->values, (gpointer) text);
  g_array_append_val (binding->lengths, length);
  g_array_append_val (binding->formats, format);
}

static void
prepare (MnsPgStatements *self, MnsPgLink *link, Statement *statement)
{
  g_autoptr (GArray) oids = g_array_new (FALSE, FALSE, sizeof (Oid));

  for (guint i = 0; i < statement->params->len; i++)
    {
      const Param *param = &g_array_index (statement->params, Param, i);
      gboolean is_array = param->column >= 0 && !param->single;
      Oid oid = is_array ? 0 : types[param->kind].oid; /* the cast in the text says it */

      g_array_append_val (oids, oid);
    }
  g_free (statement->name);
  statement->name = g_strdup_printf ("s%u", ++self->n_names);
  self->n_prepared++;
  statement->generation = mns_pg_link_get_generation (link);
  mns_pg_link_prepare (
      link, statement->name, statement->sql, (int) oids->len, (const Oid *) oids->data);
}

/**
 * mns_pg_statements_queue:
 * @self: the prepared statements of @link
 * @link: a connection
 * @sql: portable text
 * @args: (nullable): its arguments
 * @keep: whether the answer is for mns_pg_link_take_kept()
 *
 * Queues one execution of @sql, and before it its preparation if this is the first.
 *
 * Returns: %FALSE only if text and arguments do not fit each other: the programmer's mistake
 */
gboolean
mns_pg_statements_queue (MnsPgStatements *self,
                         MnsPgLink *link,
                         const char *sql,
                         const MnsArg *args,
                         gboolean keep,
                         GError **error)
{
  g_auto (Binding) binding = { g_ptr_array_new_with_free_func (g_free),
                               g_ptr_array_new (),
                               g_array_new (FALSE, FALSE, sizeof (int)),
                               g_array_new (FALSE, FALSE, sizeof (int)) };
  Statement *statement;

  if (self->n_prepared >= MAX_PREPARED)
    {
      g_hash_table_remove_all (self->by_text);
      self->n_prepared = 0;
      mns_pg_link_forget_prepared (link);
    }
  statement = find_or_make (self, sql, args, error);
  if (statement == NULL)
    return FALSE;
  if (statement->generation != mns_pg_link_get_generation (link))
    prepare (self, link, statement);
  for (guint i = 0; i < statement->params->len; i++)
    {
      const Param *param = &g_array_index (statement->params, Param, i);

      bind_param (&binding, param, mns_args_find (args, param->name));
    }
  mns_pg_link_execute (link,
                       statement->name,
                       (int) binding.values->len,
                       (const char *const *) binding.values->pdata,
                       (const int *) binding.lengths->data,
                       (const int *) binding.formats->data,
                       keep);
  return TRUE;
}

static void
append_value (GString *key, const MnsValue *value)
{
  char buffer[VALUE_BUFFER_SIZE];

  if (value->is_null)
    g_string_append_c (key, '\1'); /* no text of a value begins so */
  else if (value->kind == MNS_KIND_BYTES)
    append_hex (key, value->v.bytes);
  else
    g_string_append (key, value_text (value, buffer));
}

/**
 * mns_pg_statements_key:
 *
 * Returns: (transfer full): a text that is the same for the same statement with the same arguments
 */
char *
mns_pg_statements_key (const char *sql, const MnsArg *args)
{
  GString *key = g_string_new (sql);

  for (const MnsArg *arg = args; arg != NULL && arg->name != NULL; arg++)
    {
      g_string_append_printf (key, "\n%s=", arg->name);
      if (arg->set == NULL)
        append_value (key, &arg->value);
      for (guint i = 0; arg->set != NULL && i < mns_row_set_get_n_columns (arg->set); i++)
        {
          g_autofree char *column = column_literal (arg->set, i);

          g_string_append (key, column);
        }
    }
  return g_string_free (key, FALSE);
}
