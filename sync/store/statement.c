/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Finds what a handler's SQL names: values $name and row sets {name}. Both stores read statements
 * with this, so that a text means the same on both.
 */

#include "config.h"

#include <string.h>

#include "sync/store/store-private.h"

static void
clear_piece (gpointer data)
{
  g_free (((MnsPiece *) data)->text);
}

static gboolean
is_word (char c)
{
  return g_ascii_isalnum (c) || c == '_';
}

static void
add_piece (GArray *pieces, MnsPieceKind kind, const char *from, gsize length)
{
  MnsPiece piece = { kind, g_strndup (from, length) };

  if (kind == MNS_PIECE_TEXT && length == 0)
    g_free (piece.text);
  else
    g_array_append_val (pieces, piece);
}

/* The end of a quoted text that begins at @p; a doubled quote ends it and begins it again. */
static const char *
skip_quoted (const char *p)
{
  const char *end = strchr (p + 1, *p);

  return end != NULL ? end + 1 : p + strlen (p);
}

/**
 * mns_statement_split:
 * @sql: a statement
 *
 * Splits a statement into plain text, values and row sets. Quoted texts are not looked into.
 *
 * Returns: (transfer full): an array of #MnsPiece that frees its texts
 */
GArray *
mns_statement_split (const char *sql)
{
  GArray *pieces = g_array_new (FALSE, FALSE, sizeof (MnsPiece));
  const char *from = sql;
  const char *p = sql;

  g_array_set_clear_func (pieces, clear_piece);
  while (*p != '\0')
    {
      const char *end = p + 1;

      if (*p == '\'' || *p == '"')
        {
          p = skip_quoted (p);
          continue;
        }
      if ((*p != '$' && *p != '{') || !g_ascii_isalpha (p[1]))
        {
          p++;
          continue;
        }
      while (is_word (*end))
        end++;
      if (*p == '{' && *end != '}')
        {
          p = end;
          continue;
        }
      add_piece (pieces, MNS_PIECE_TEXT, from, p - from);
      add_piece (pieces, *p == '$' ? MNS_PIECE_VALUE : MNS_PIECE_SET, p + 1, end - p - 1);
      p = from = *p == '{' ? end + 1 : end;
    }
  add_piece (pieces, MNS_PIECE_TEXT, from, p - from);
  return pieces;
}

/**
 * mns_args_find:
 *
 * Returns: (nullable): the argument of that name
 */
const MnsArg *
mns_args_find (const MnsArg *args, const char *name)
{
  for (; args != NULL && args->name != NULL; args++)
    if (g_str_equal (args->name, name))
      return args;
  return NULL;
}

/**
 * mns_schema_translate:
 * @sql: text of a file in sql/shared
 * @words: pairs of a word ("uuid") and what the engine says for it, then %NULL
 *
 * Puts the engine's spelling in place of each {word}.
 *
 * Returns: (transfer full): SQL for the engine
 */
char *
mns_schema_translate (const char *sql, const char *const *words)
{
  GString *text = g_string_new (sql);

  for (; *words != NULL; words += 2)
    {
      g_autofree char *word = g_strdup_printf ("{%s}", words[0]);

      g_string_replace (text, word, words[1], 0);
    }
  return g_string_free (text, FALSE);
}
