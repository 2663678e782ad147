/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <math.h>

#include "server/instruments/json-writer.h"

static void
append_quoted (GString *text, const char *value)
{
  g_string_append_c (text, '"');
  for (const char *p = value; *p != '\0'; p++)
    {
      if (*p == '"' || *p == '\\')
        g_string_append_c (text, '\\');
      if ((guchar) *p < 0x20)
        g_string_append_printf (text, "\\u%04x", (guchar) *p);
      else
        g_string_append_c (text, *p);
    }
  g_string_append_c (text, '"');
}

/* The shortest form that reads back as the same number; null where there is none. */
static void
append_number (GString *text, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (value))
    {
      g_string_append (text, "null");
      return;
    }
  g_ascii_formatd (buffer, sizeof buffer, "%.15g", value);
  if (g_ascii_strtod (buffer, NULL) != value)
    g_ascii_formatd (buffer, sizeof buffer, "%.17g", value);
  g_string_append (text, buffer);
}

static void
begin_member (MnsJsonWriter *self, const char *name)
{
  if (self->has_member)
    g_string_append_c (self->text, ',');
  if (self->depth > 0)
    g_string_append_printf (self->text, "\n%*s", 2 * (int) self->depth, "");
  if (name != NULL)
    {
      append_quoted (self->text, name);
      g_string_append (self->text, ": ");
    }
  self->has_member = TRUE;
}

/* @bracket is '{' or '['. */
void
mns_json_begin (MnsJsonWriter *self, const char *name, char bracket)
{
  begin_member (self, name);
  g_string_append_c (self->text, bracket);
  self->depth++;
  self->has_member = FALSE;
}

void
mns_json_end (MnsJsonWriter *self, char bracket)
{
  self->depth--;
  if (self->has_member)
    g_string_append_printf (self->text, "\n%*s", 2 * (int) self->depth, "");
  g_string_append_c (self->text, bracket);
  self->has_member = TRUE;
}

/* @value may be NULL, for null. */
void
mns_json_text (MnsJsonWriter *self, const char *name, const char *value)
{
  begin_member (self, name);
  if (value == NULL)
    g_string_append (self->text, "null");
  else
    append_quoted (self->text, value);
}

void
mns_json_number (MnsJsonWriter *self, const char *name, double value)
{
  begin_member (self, name);
  append_number (self->text, value);
}

/* An array of numbers on one line. */
void
mns_json_numbers (MnsJsonWriter *self, const char *name, const double *values, guint n)
{
  begin_member (self, name);
  g_string_append_c (self->text, '[');
  for (guint i = 0; i < n; i++)
    {
      g_string_append (self->text, i > 0 ? ", " : "");
      append_number (self->text, values[i]);
    }
  g_string_append_c (self->text, ']');
}

void
mns_json_boolean (MnsJsonWriter *self, const char *name, gboolean value)
{
  begin_member (self, name);
  g_string_append (self->text, value ? "true" : "false");
}

/* @json is whole JSON already. */
void
mns_json_raw (MnsJsonWriter *self, const char *name, const char *json)
{
  begin_member (self, name);
  g_string_append (self->text, json);
}
