/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "sync/model/sort-key.h"

/* More digits than a name has; longer runs sort as if they had so many. */
#define MAX_DIGITS 80

/* "0", a character that grows with the number of digits, the digits without leading zeros. */
static const char *
add_number (GString *key, const char *p)
{
  const char *end;

  while (*p == '0' && g_ascii_isdigit (p[1]))
    p++;
  for (end = p; g_ascii_isdigit (*end);)
    end++;
  g_string_append_c (key, '0');
  g_string_append_c (key, (char) ('!' + MIN (end - p, MAX_DIGITS)));
  g_string_append_len (key, p, end - p);
  return end;
}

/**
 * mns_sort_key:
 * @name: UTF-8
 *
 * The key by which people's names are sorted on both engines, byte by byte: "S-9" comes before
 * "S-10", capitals and small letters are alike, no locale is asked.
 *
 * Returns: (transfer full): the key
 */
char *
mns_sort_key (const char *name)
{
  GString *key = g_string_new (NULL);
  const char *p = name;

  while (*p != '\0')
    {
      if (g_ascii_isdigit (*p))
        {
          p = add_number (key, p);
          continue;
        }
      g_string_append_unichar (key, g_unichar_tolower (g_utf8_get_char (p)));
      p = g_utf8_next_char (p);
    }
  return g_string_free (key, FALSE);
}
