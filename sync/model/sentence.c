/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Refusals are made where no catalogue is (the server, another person's device) and read where one
 * is. So the format travels with its values, and is filled where it is read: by a filler of our
 * own, for what came over a wire is no format for printf.
 */

#include "config.h"

#include <string.h>

#include "sync/model/sentence.h"

/* A conversion such as "%s", "%.15g", "%lld" or "%2$s". */
typedef struct
{
  guint length;  /* of its text, from the percent sign on */
  int position;  /* "2$": 1; -1 if it names none */
  int precision; /* -1 if it names none */
  guint n_longs;
  char kind; /* '%' is a percent sign; '\0' is no conversion */
} Conversion;

static Conversion
read_conversion (const char *at)
{
  Conversion self = { .position = -1, .precision = -1 };
  const char *p = at + 1;
  const char *digits = p;

  while (g_ascii_isdigit (*p))
    p++;
  if (*p == '$' && p > digits && p - digits <= 2)
    {
      self.position = (int) g_ascii_strtoull (digits, NULL, 10) - 1;
      p++;
    }
  else
    p = digits;
  if (*p == '.' && g_ascii_isdigit (p[1]) && !g_ascii_isdigit (p[3]))
    {
      self.precision = (int) g_ascii_strtoull (p + 1, NULL, 10);
      for (p++; g_ascii_isdigit (*p); p++)
        ;
    }
  for (; *p == 'l'; p++)
    self.n_longs++;
  if (*p == '\0' || strchr ("sduig%", *p) == NULL)
    return (Conversion){ 0 };
  self.kind = *p;
  self.length = (guint) (p + 1 - at);
  return self;
}

static gint64
take_signed (va_list *list, guint n_longs)
{
  if (n_longs == 0)
    return va_arg (*list, int);
  return n_longs == 1 ? (gint64) va_arg (*list, long) : (gint64) va_arg (*list, long long);
}

static guint64
take_unsigned (va_list *list, guint n_longs)
{
  if (n_longs == 0)
    return va_arg (*list, unsigned);
  return n_longs == 1 ? (guint64) va_arg (*list, unsigned long)
                      : (guint64) va_arg (*list, unsigned long long);
}

static char *
take_value (const Conversion *conversion, va_list *list)
{
  const char *text;

  switch (conversion->kind)
    {
    case 's':
      text = va_arg (*list, const char *);
      return g_strdup (text != NULL ? text : "");
    case 'u':
      return g_strdup_printf ("%" G_GUINT64_FORMAT, take_unsigned (list, conversion->n_longs));
    case 'g':
      return g_strdup_printf (
          "%.*g", conversion->precision >= 0 ? conversion->precision : 6, va_arg (*list, double));
    default:
      return g_strdup_printf ("%" G_GINT64_FORMAT, take_signed (list, conversion->n_longs));
    }
}

/**
 * mns_sentence_record:
 * @values: gets says and with
 * @format: an English sentence with conversions s, d, i, u and g, without positions
 * @list: what goes into it; not used up
 */
void
mns_sentence_record (JsonObject *values, const char *format, va_list list)
{
  g_autoptr (JsonArray) with = json_array_new ();
  va_list copy;

  if (g_str_equal (format, "%s"))
    return;
  va_copy (copy, list);
  for (const char *p = strchr (format, '%'); p != NULL; p = strchr (p, '%'))
    {
      Conversion conversion = read_conversion (p);
      g_autofree char *value = NULL;

      g_assert (conversion.kind != '\0' && conversion.position < 0);
      p += conversion.length;
      if (conversion.kind == '%')
        continue;
      value = take_value (&conversion, &copy);
      json_array_add_string_element (with, value);
    }
  va_end (copy);
  json_object_set_string_member (values, "says", format);
  json_object_set_array_member (values, "with", g_steal_pointer (&with));
}

static const char *
get_value (JsonArray *with, guint at)
{
  JsonNode *node = at < json_array_get_length (with) ? json_array_get_element (with, at) : NULL;

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/* The last value may be a sentence, too: "inner" says what that is made of. */
static char *
say_value (JsonObject *values, JsonArray *with, guint at, MnsTranslate translate, MnsSayWord say)
{
  JsonNode *inner = json_object_get_member (values, "inner");
  const char *value = get_value (with, at);
  char *sentence = NULL;

  if (value == NULL)
    return NULL;
  if (at + 1 == json_array_get_length (with) && inner != NULL && JSON_NODE_HOLDS_OBJECT (inner) &&
      !json_object_has_member (json_node_get_object (inner), "inner"))
    sentence = mns_sentence_fill (json_node_get_object (inner), translate, say);
  if (sentence != NULL)
    return sentence;
  return g_strdup (say != NULL ? say (json_object_get_string_member (values, "says"), at, value)
                               : value);
}

/**
 * mns_sentence_fill:
 * @values: (nullable): what mns_sentence_record() wrote, perhaps by way of a network
 * @translate: (nullable): says it in another language
 * @say: (nullable): says a value in another language
 *
 * Returns: (transfer full) (nullable): the sentence, or %NULL if @values holds none that can be
 *   filled
 */
char *
mns_sentence_fill (JsonObject *values, MnsTranslate translate, MnsSayWord say)
{
  JsonNode *says = values != NULL ? json_object_get_member (values, "says") : NULL;
  JsonNode *with = values != NULL ? json_object_get_member (values, "with") : NULL;
  g_autoptr (GString) sentence = g_string_new (NULL);
  const char *format, *english, *p, *mark;
  guint next = 0;

  if (says == NULL || json_node_get_value_type (says) != G_TYPE_STRING || with == NULL ||
      !JSON_NODE_HOLDS_ARRAY (with))
    return NULL;
  english = json_node_get_string (says);
  format = translate != NULL && *english != '\0' ? translate (english) : english;
  for (p = format; (mark = strchr (p, '%')) != NULL; p = mark)
    {
      Conversion conversion = read_conversion (mark);
      guint at = conversion.position >= 0 ? (guint) conversion.position : next;
      g_autofree char *value = NULL;

      if (conversion.kind == '\0')
        return NULL;
      g_string_append_len (sentence, p, mark - p);
      mark += conversion.length;
      if (conversion.kind == '%')
        {
          g_string_append_c (sentence, '%');
          continue;
        }
      next++;
      value = say_value (values, json_node_get_array (with), at, translate, say);
      if (value == NULL)
        return NULL;
      g_string_append (sentence, value);
    }
  g_string_append (sentence, p);
  return g_string_free (g_steal_pointer (&sentence), FALSE);
}
