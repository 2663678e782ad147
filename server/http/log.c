/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "server/http/log.h"
#include "sync/wire/rows.h"

static void
append_member (GString *line, const char *name, const char *text)
{
  g_string_append_printf (line, ",\"%s\":", name);
  if (text != NULL && g_utf8_validate (text, -1, NULL))
    mns_row_append_text (line, text);
  else
    g_string_append (line, "null");
}

/* One write a line, so that lines of several threads and processes do not mix. */
static void
write_line (GString *line)
{
  g_string_append (line, "}\n");
  while (write (STDERR_FILENO, line->str, line->len) < 0 && errno == EINTR)
    continue;
}

static GString *
begin_line (const char *level)
{
  GString *line = g_string_new (NULL);

  g_string_append_printf (line, "{\"at\":%" G_GINT64_FORMAT, g_get_real_time ());
  append_member (line, "level", level);
  return line;
}

/**
 * mns_log_event:
 * @level: "info", "warning" or "error"
 * @event: what happened: "request", "command", "start"
 * @...: pairs of name and text, ended by %NULL
 */
void
mns_log_event (const char *level, const char *event, ...)
{
  g_autoptr (GString) line = begin_line (level);
  const char *name;
  va_list pairs;

  append_member (line, "event", event);
  va_start (pairs, event);
  while ((name = va_arg (pairs, const char *)) != NULL)
    append_member (line, name, va_arg (pairs, const char *));
  va_end (pairs);
  write_line (line);
}

static GLogWriterOutput
write_message (GLogLevelFlags flags, const GLogField *fields, gsize n_fields, gpointer data)
{
  const char *level = (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) != 0 ? "error"
                      : (flags & G_LOG_LEVEL_WARNING) != 0                      ? "warning"
                                                                                : "info";
  const char *domain = NULL;
  const char *message = NULL;
  g_autoptr (GString) line = NULL;

  for (gsize i = 0; i < n_fields; i++)
    {
      if (fields[i].length >= 0)
        continue;
      if (strcmp (fields[i].key, "GLIB_DOMAIN") == 0)
        domain = fields[i].value;
      else if (strcmp (fields[i].key, "MESSAGE") == 0)
        message = fields[i].value;
    }
  if ((flags & G_LOG_LEVEL_DEBUG) != 0 && g_log_writer_default_would_drop (flags, domain))
    return G_LOG_WRITER_HANDLED;

  line = begin_line (level);
  append_member (line, "event", "message");
  append_member (line, "domain", domain);
  append_member (line, "text", message);
  write_line (line);
  return G_LOG_WRITER_HANDLED;
}

/* Sends everything GLib's log functions get the same way. */
void
mns_log_install (void)
{
  g_log_set_writer_func (write_message, NULL, NULL);
}

/* Messages quote values between marks of several kinds: "x", 'x', “x”, (x). */
char *
mns_log_scrub (const char *text)
{
  static const struct
  {
    const char *open;
    const char *close;
  } marks[] = { { "\"", "\"" }, { "'", "'" }, { "“", "”" }, { "(", ")" } };
  g_autoptr (GString) clean = g_string_new (NULL);

  while (*text != '\0')
    {
      const char *end = NULL;
      guint i;

      for (i = 0; i < G_N_ELEMENTS (marks); i++)
        if (g_str_has_prefix (text, marks[i].open))
          {
            end = strstr (text + strlen (marks[i].open), marks[i].close);
            break;
          }
      if (end == NULL)
        {
          g_string_append_c (clean, *text++);
          continue;
        }
      g_string_append_printf (clean, "%s…%s", marks[i].open, marks[i].close);
      text = end + strlen (marks[i].close);
    }
  return g_strdup (clean->str);
}
