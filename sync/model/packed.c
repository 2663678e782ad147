/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The packed column of custom-field values. There is one canonical text for a set of values, so
 * that both engines hold the same bytes: members in ascending order of field number, numbers in
 * the shortest form that reads back equal, no blanks; no values at all is no text at all.
 */

#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sync/model/packed.h"

/**
 * mns_number_print:
 * @number: finite
 * @text: (out): 15 significant digits, or as many more as it takes to read back equal
 *
 * Returns: @text
 */
const char *
mns_number_print (double number, char text[MNS_NUMBER_SIZE])
{
  static const char *const formats[] = { "%.15g", "%.16g", "%.17g" };

  if (number == 0) /* never "-0" */
    number = 0;
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_ascii_formatd (text, MNS_NUMBER_SIZE, formats[i], number);
      if (g_ascii_strtod (text, NULL) == number)
        break;
    }
  return text;
}

void
mns_json_append_string (GString *to, const char *text)
{
  g_string_append_c (to, '"');
  for (const char *p = text; *p != '\0';)
    {
      const char *plain = p;

      while ((guchar) *p >= 0x20 && *p != '"' && *p != '\\')
        p++;
      g_string_append_len (to, plain, p - plain);
      if (*p == '"' || *p == '\\')
        {
          g_string_append_c (to, '\\');
          g_string_append_c (to, *p++);
        }
      else if (*p != '\0')
        g_string_append_printf (to, "\\u%04x", (guchar) *p++);
    }
  g_string_append_c (to, '"');
}

/**
 * mns_packed_parse:
 * @json: (nullable): a packed column
 *
 * Returns: (transfer full): its values by key; empty if there are none or the text is not JSON
 */
JsonObject *
mns_packed_parse (const char *json)
{
  g_autoptr (JsonNode) node = json != NULL ? json_from_string (json, NULL) : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return json_object_new ();
  return json_object_ref (json_node_get_object (node));
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  gint64 left = g_ascii_strtoll (*(const char *const *) a + 1, NULL, 10);
  gint64 right = g_ascii_strtoll (*(const char *const *) b + 1, NULL, 10);

  return left < right ? -1 : left > right;
}

static void
print_value (GString *to, JsonNode *node)
{
  char number[MNS_NUMBER_SIZE];

  if (json_node_get_value_type (node) == G_TYPE_STRING)
    mns_json_append_string (to, json_node_get_string (node));
  else
    g_string_append (to, mns_number_print (json_node_get_double (node), number));
}

/**
 * mns_packed_print:
 * @values: members f<number> with texts and numbers; nulls are left out
 *
 * Returns: (transfer full) (nullable): the canonical text, or %NULL if there are no values
 */
char *
mns_packed_print (JsonObject *values)
{
  g_autoptr (GList) members = json_object_get_members (values);
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  GString *text;

  for (GList *l = members; l != NULL; l = l->next)
    if (!json_object_get_null_member (values, l->data))
      g_ptr_array_add (keys, l->data);
  if (keys->len == 0)
    return NULL;
  g_ptr_array_sort (keys, compare_keys);

  text = g_string_new ("{");
  for (guint i = 0; i < keys->len; i++)
    {
      const char *key = g_ptr_array_index (keys, i);

      g_string_append_printf (text, "%s\"%s\":", i > 0 ? "," : "", key);
      print_value (text, json_object_get_member (values, key));
    }
  g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

/**
 * mns_packed_get_text:
 *
 * Returns: (transfer full) (nullable): the value of a field as text, or %NULL if it has none
 */
char *
mns_packed_get_text (JsonObject *values, gint64 field_no)
{
  char number[MNS_NUMBER_SIZE];
  char key[24];
  JsonNode *node;

  g_snprintf (key, sizeof key, "f%" G_GINT64_FORMAT, field_no);
  node = json_object_get_member (values, key);
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return g_strdup (json_node_get_string (node));
  return g_strdup (mns_number_print (json_node_get_double (node), number));
}

/* ---- one value without a tree of all: what a page of rows does a thousand times ---- */

/* The end of a text that begins after its quote at @p: the closing quote, or NULL. */
static const char *
end_of_text (const char *p, gboolean *escaped)
{
  for (*escaped = FALSE; *p != '\0' && *p != '"'; p++)
    if (*p == '\\')
      {
        *escaped = TRUE;
        if (*++p == '\0')
          return NULL;
      }
  return *p == '"' ? p : NULL;
}

/* Does mns_number_print() spell the number so? FALSE where that would need thought. */
static gboolean
is_plain_number (const char *p, const char *end)
{
  const char *whole = *p == '-' ? p + 1 : p;
  gsize n_whole = strspn (whole, "0123456789");
  const char *rest = whole + n_whole;
  gsize n_rest;

  if (n_whole == 0 || (*whole == '0' && (n_whole > 1 || *p == '-')))
    return FALSE;
  if (rest == end)
    return n_whole <= 15;
  if (*rest != '.')
    return FALSE;
  n_rest = strspn (rest + 1, "0123456789");
  return rest + 1 + n_rest == end && n_rest > 0 && n_whole + n_rest <= 15 && end[-1] != '0' &&
         (*whole != '0' || strncmp (rest, ".000", 4) != 0);
}

static MnsPackedAnswer
read_scalar (const char *p, const char *end, GString *text)
{
  if (end - p == 4 && strncmp (p, "null", 4) == 0)
    return MNS_PACKED_NONE;
  if (!is_plain_number (p, end))
    return MNS_PACKED_UNUSUAL;
  g_string_append_len (text, p, end - p);
  return MNS_PACKED_FOUND;
}

/* The value at @p: *@end is behind it. Only looked at if it is the @wanted one. */
static MnsPackedAnswer
read_value (const char *p, gboolean wanted, const char **end, GString *text)
{
  gboolean escaped = FALSE;

  if (*p != '"')
    {
      *end = p + strcspn (p, ",}{[\" \t\r\n");
      return wanted ? read_scalar (p, *end, text) : MNS_PACKED_NONE;
    }
  *end = end_of_text (p + 1, &escaped);
  if (*end == NULL || (wanted && escaped))
    return MNS_PACKED_UNUSUAL;
  if (wanted)
    g_string_append_len (text, p + 1, *end - p - 1);
  (*end)++;
  return wanted ? MNS_PACKED_FOUND : MNS_PACKED_NONE;
}

/**
 * mns_packed_find:
 * @json: a packed column
 * @key: of a field, "f12"
 * @text: (out): its value as mns_packed_get_text() answers it, if it is found
 *
 * Reads one value as far as it stands in the text.
 */
MnsPackedAnswer
mns_packed_find (const char *json, const char *key, GString *text)
{
  gsize length = strlen (key);
  const char *p = json;

  g_string_truncate (text, 0);
  if (*p++ != '{')
    return MNS_PACKED_UNUSUAL;
  while (*p != '}')
    {
      gboolean escaped = FALSE;
      const char *end = *p == '"' ? end_of_text (p + 1, &escaped) : NULL;
      gboolean wanted;
      MnsPackedAnswer answer;

      if (end == NULL || escaped || end[1] != ':')
        return MNS_PACKED_UNUSUAL;
      wanted = (gsize) (end - p - 1) == length && strncmp (p + 1, key, length) == 0;
      answer = read_value (end + 2, wanted, &p, text);
      if (wanted || answer == MNS_PACKED_UNUSUAL)
        return answer;
      if (*p != ',' && *p != '}')
        return MNS_PACKED_UNUSUAL;
      if (*p == ',')
        p++;
    }
  return MNS_PACKED_NONE;
}

/**
 * mns_packed_set_text:
 * @text: (nullable): the value; %NULL takes the value away
 */
void
mns_packed_set_text (JsonObject *values, gint64 field_no, const char *text)
{
  char key[24];

  g_snprintf (key, sizeof key, "f%" G_GINT64_FORMAT, field_no);
  if (text != NULL)
    json_object_set_string_member (values, key, text);
  else
    json_object_remove_member (values, key);
}

void
mns_packed_set_number (JsonObject *values, gint64 field_no, double number)
{
  char key[24];

  g_return_if_fail (isfinite (number));

  g_snprintf (key, sizeof key, "f%" G_GINT64_FORMAT, field_no);
  json_object_set_double_member (values, key, number);
}
