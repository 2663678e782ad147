/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Naming conventions of outputs: text with tokens in braces (domain/concepts.md 8.4). */

#include "config.h"

#include <string.h>

#include "sync/lab/naming.h"

#define NAME_CHARACTERS 100
#define NUMBER_DIGITS 9

typedef enum
{
  PARAM_NONE,
  PARAM_RANGE,  /* ":start,end": part of the text, end exclusive */
  PARAM_DIGITS, /* ":4": padded with zeros */
  PARAM_LIST,   /* ":a,b,c": one text an output */
} Param;

static const struct
{
  const char *name;
  gsize offset; /* of a text in MnsNamingFacts */
  Param param;
} tokens[] = {
  { "InputItemName", G_STRUCT_OFFSET (MnsNamingFacts, input_name), PARAM_NONE },
  { "InputItemNameNoSpaces", G_STRUCT_OFFSET (MnsNamingFacts, input_name), PARAM_NONE },
  { "InputWellLocation", G_STRUCT_OFFSET (MnsNamingFacts, input_well), PARAM_RANGE },
  { "InputContainerName", G_STRUCT_OFFSET (MnsNamingFacts, input_container), PARAM_NONE },
  { "SubmittedSampleName", G_STRUCT_OFFSET (MnsNamingFacts, sample_name), PARAM_NONE },
  { "ProjectName", G_STRUCT_OFFSET (MnsNamingFacts, project_name), PARAM_NONE },
  { "ProcessLIMSID", G_STRUCT_OFFSET (MnsNamingFacts, run_lims_id), PARAM_NONE },
  { "ProcessTechnician", G_STRUCT_OFFSET (MnsNamingFacts, technician), PARAM_NONE },
  { "CurrentDate", G_STRUCT_OFFSET (MnsNamingFacts, today), PARAM_NONE },
  { "OutputItemNumber", 0, PARAM_DIGITS },
  { "LIST", 0, PARAM_LIST },
};

typedef struct
{
  int token; /* -1: unknown */
  char *name;
  char *param; /* nullable */
} Piece;

/* Splits "Name:param" as it stands between the braces. */
static void
read_piece (Piece *piece, const char *from, gsize length)
{
  g_autofree char *text = g_strndup (from, length);
  char *colon = strchr (text, ':');

  piece->name = colon != NULL ? g_strndup (text, colon - text) : g_strdup (text);
  piece->param = colon != NULL ? g_strdup (colon + 1) : NULL;
  piece->token = -1;
  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++)
    if (g_str_equal (tokens[i].name, piece->name))
      piece->token = (int) i;
}

static void
clear_piece (Piece *piece)
{
  g_free (piece->name);
  g_free (piece->param);
}

static gboolean
param_is_right (const Piece *piece)
{
  char **parts;
  gboolean right = TRUE;

  if (piece->param == NULL)
    return tokens[piece->token].param != PARAM_LIST;
  if (tokens[piece->token].param == PARAM_NONE || piece->param[0] == '\0')
    return FALSE;
  if (tokens[piece->token].param == PARAM_LIST)
    return TRUE;
  parts = g_strsplit (piece->param, ",", -1);
  right = g_strv_length (parts) == (tokens[piece->token].param == PARAM_RANGE ? 2 : 1);
  for (guint i = 0; right && parts[i] != NULL; i++)
    right = g_ascii_string_to_unsigned (parts[i],
                                        10,
                                        0,
                                        tokens[piece->token].param == PARAM_RANGE ? NAME_CHARACTERS
                                                                                  : NUMBER_DIGITS,
                                        NULL,
                                        NULL);
  g_strfreev (parts);
  return right;
}

/**
 * mns_naming_check:
 * @pattern: a naming convention
 *
 * Returns: (transfer full) (nullable): what is wrong with it, as the end of a sentence, or %NULL
 */
char *
mns_naming_check (const char *pattern)
{
  for (const char *p = strchr (pattern, '{'); p != NULL; p = strchr (p, '{'))
    {
      const char *end = strchr (p, '}');
      Piece piece;
      char *fault = NULL;

      if (end == NULL)
        return g_strdup ("a brace is not closed");
      read_piece (&piece, p + 1, end - p - 1);
      if (piece.token < 0)
        fault = g_strdup_printf ("there is no token {%s}", piece.name);
      else if (!param_is_right (&piece))
        fault = g_strdup_printf ("what follows {%s: is not right", piece.name);
      clear_piece (&piece);
      if (fault != NULL)
        return fault;
      p = end + 1;
    }
  return NULL;
}

/**
 * mns_naming_uses:
 *
 * Returns: %TRUE if @pattern has the token
 */
gboolean
mns_naming_uses (const char *pattern, const char *token)
{
  g_autofree char *plain = g_strdup_printf ("{%s}", token);
  g_autofree char *with_param = g_strdup_printf ("{%s:", token);

  return strstr (pattern, plain) != NULL || strstr (pattern, with_param) != NULL;
}

static char *
get_range (const char *text, const char *param)
{
  g_auto (GStrv) parts = g_strsplit (param, ",", 2);
  glong length = g_utf8_strlen (text, -1);
  glong start = (glong) g_ascii_strtoull (parts[0], NULL, 10);
  glong end = (glong) g_ascii_strtoull (parts[1], NULL, 10);

  start = MIN (start, length);
  end = CLAMP (end, start, length);
  return g_utf8_substring (text, start, end);
}

static void
append_token (GString *name, const Piece *piece, const MnsNamingFacts *facts)
{
  const char *text;
  g_autofree char *part = NULL;
  g_auto (GStrv) list = NULL;
  guint digits;

  switch (tokens[piece->token].param)
    {
    case PARAM_DIGITS:
      digits = piece->param != NULL ? (guint) g_ascii_strtoull (piece->param, NULL, 10) : 1;
      g_string_append_printf (name, "%0*u", (int) digits, facts->output_number);
      return;
    case PARAM_LIST:
      list = g_strsplit (piece->param, ",", -1);
      g_string_append (name, list[(facts->output_number - 1) % g_strv_length (list)]);
      return;
    case PARAM_RANGE:
    case PARAM_NONE:
      break;
    }
  text = G_STRUCT_MEMBER (const char *, facts, tokens[piece->token].offset);
  text = text != NULL ? text : "";
  if (piece->param != NULL)
    text = part = get_range (text, piece->param);
  for (; *text != '\0'; text++)
    if (*text != ' ' || !g_str_has_suffix (piece->name, "NoSpaces"))
      g_string_append_c (name, *text);
}

/* Longer names lose characters in the middle, so that both ends still tell them apart. */
static char *
shorten (char *name)
{
  glong length = g_utf8_strlen (name, -1);
  glong head = (NAME_CHARACTERS + 1) / 2;
  g_autofree char *first = NULL;
  g_autofree char *last = NULL;

  if (length <= NAME_CHARACTERS)
    return name;
  first = g_utf8_substring (name, 0, head);
  last = g_utf8_substring (name, length - (NAME_CHARACTERS - head), length);
  g_free (name);
  return g_strconcat (first, last, NULL);
}

/**
 * mns_naming_print:
 * @pattern: a checked naming convention
 * @facts: what the tokens stand for
 *
 * Returns: (transfer full): the name, at most 100 characters
 */
char *
mns_naming_print (const char *pattern, const MnsNamingFacts *facts)
{
  GString *name = g_string_new (NULL);
  const char *p = pattern;

  while (*p != '\0')
    {
      const char *end = *p == '{' ? strchr (p, '}') : NULL;
      Piece piece;

      if (end == NULL)
        {
          g_string_append_c (name, *p++);
          continue;
        }
      read_piece (&piece, p + 1, end - p - 1);
      if (piece.token >= 0)
        append_token (name, &piece, facts);
      clear_piece (&piece);
      p = end + 1;
    }
  return shorten (g_strstrip (g_string_free (name, FALSE)));
}
