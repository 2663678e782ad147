/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <string.h>

#include "sync/lab/import-columns.h"

#define FIELD_PREFIX "UDF/"
#define POINTER_PREFIX "/samples/"

static const struct
{
  const char *header, *member;
} members[] = {
  { "Sample/Name", "name" },           { "Container/Type", "container_type" },
  { "Container/Name", "container" },   { "Sample/Well Location", "well" },
  { "Sample/Reagent Label", "label" }, { "Sample/Date Received", "received_date" },
};

/* Headers of the old list that are custom fields of the same meaning. */
static const struct
{
  const char *header, *field;
} old_fields[] = {
  { "Sample/Volume", "Volume" },
  { "Sample/Concentration", "Concentration" },
};

typedef struct
{
  const char *member; /* NULL: a custom field */
  char *field;        /* NULL: a member, or a column that nobody understands */
} Column;

struct _MnsImportColumns
{
  GArray *columns; /* Column */
  GPtrArray *faults;
};

static void
clear_column (gpointer data)
{
  g_free (((Column *) data)->field);
}

/* The star that marks a column that must be filled is no part of its name. */
static char *
dup_plain (const char *header)
{
  char *plain = g_strstrip (g_strdup (header));
  gsize length = strlen (plain);

  if (length > 0 && plain[length - 1] == '*')
    plain[length - 1] = '\0';
  return g_strstrip (plain);
}

static Column
read_header (const char *header)
{
  g_autofree char *plain = dup_plain (header);
  Column column = { NULL, NULL };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (g_ascii_strcasecmp (members[i].header, plain) == 0)
      column.member = members[i].member;
  for (guint i = 0; i < G_N_ELEMENTS (old_fields); i++)
    if (g_ascii_strcasecmp (old_fields[i].header, plain) == 0)
      column.field = g_strdup (old_fields[i].field);
  if (g_ascii_strncasecmp (plain, FIELD_PREFIX, strlen (FIELD_PREFIX)) == 0 &&
      plain[strlen (FIELD_PREFIX)] != '\0')
    column.field = g_strdup (plain + strlen (FIELD_PREFIX));
  return column;
}

static gboolean
is_same (const Column *a, const Column *b)
{
  return (a->member != NULL && a->member == b->member) ||
         (a->field != NULL && g_strcmp0 (a->field, b->field) == 0);
}

static void
check_header (MnsImportColumns *self, const char *header, const Column *column)
{
  if (column->member == NULL && column->field == NULL)
    {
      g_ptr_array_add (self->faults,
                       g_strdup_printf ("the column “%s” is not known; a custom field's header is "
                                        "UDF/ and the name of the field",
                                        header));
      return;
    }
  for (guint i = 0; i < self->columns->len; i++)
    if (is_same (column, &g_array_index (self->columns, Column, i)))
      g_ptr_array_add (self->faults,
                       g_strdup_printf ("the column “%s” stands in the list twice", header));
}

/**
 * mns_import_columns_new:
 * @headers: (array zero-terminated=1): the header of each column
 *
 * Finds out what the columns mean. All that is wrong with the headers is collected.
 */
MnsImportColumns *
mns_import_columns_new (const char *const *headers)
{
  MnsImportColumns *self = g_new0 (MnsImportColumns, 1);
  gboolean has_name = FALSE;

  self->columns = g_array_new (FALSE, FALSE, sizeof (Column));
  g_array_set_clear_func (self->columns, clear_column);
  self->faults = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; headers[i] != NULL; i++)
    {
      Column column = read_header (headers[i]);

      check_header (self, headers[i], &column);
      has_name |= g_strcmp0 (column.member, "name") == 0;
      g_array_append_val (self->columns, column);
    }
  if (!has_name)
    g_ptr_array_add (self->faults, g_strdup ("the list has no column “Sample/Name”"));
  return self;
}

gboolean
mns_import_columns_knows (const char *header)
{
  Column column = read_header (header);
  gboolean known = column.member != NULL || column.field != NULL;

  clear_column (&column);
  return known;
}

void
mns_import_columns_free (MnsImportColumns *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->columns);
  g_ptr_array_unref (self->faults);
  g_free (self);
}

GPtrArray *
mns_import_columns_get_faults (MnsImportColumns *self)
{
  return self->faults;
}

/**
 * mns_import_columns_make_sample:
 * @texts: one text a column, %NULL or empty where the cell is
 *
 * Returns: (transfer full): an element of the argument samples
 */
JsonObject *
mns_import_columns_make_sample (MnsImportColumns *self, const char *const *texts)
{
  JsonObject *sample = json_object_new ();
  JsonObject *fields = json_object_new ();

  for (guint i = 0; i < self->columns->len; i++)
    {
      const Column *column = &g_array_index (self->columns, Column, i);

      if (texts[i] == NULL || texts[i][0] == '\0')
        continue;
      if (column->member != NULL)
        json_object_set_string_member (sample, column->member, texts[i]);
      else if (column->field != NULL)
        json_object_set_string_member (fields, column->field, texts[i]);
    }
  if (json_object_get_size (fields) > 0)
    json_object_set_object_member (sample, "fields", fields);
  else
    json_object_unref (fields);
  return sample;
}

/* A name in a JSON pointer: ~1 stands for a slash, ~0 for a tilde. */
static char *
unescape_pointer (const char *part)
{
  g_autoptr (GString) text = g_string_new (part);

  g_string_replace (text, "~1", "/", 0);
  g_string_replace (text, "~0", "~", 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * mns_import_columns_locate:
 * @pointer: where a fault is: "/samples/12/well", "/samples/12/fields/Volume"
 * @sample: (out): the sample's number from 0
 * @column: (out): the column, or the first one if the fault concerns the whole sample
 *
 * Returns: %FALSE if the fault is not about a sample
 */
gboolean
mns_import_columns_locate (MnsImportColumns *self,
                           const char *pointer,
                           guint *sample,
                           guint *column)
{
  g_auto (GStrv) parts = NULL;
  g_autofree char *name = NULL;
  guint n;

  if (pointer == NULL || !g_str_has_prefix (pointer, POINTER_PREFIX))
    return FALSE;
  parts = g_strsplit (pointer + strlen (POINTER_PREFIX), "/", -1);
  n = g_strv_length (parts);
  *sample = (guint) g_ascii_strtoull (parts[0], NULL, 10);
  *column = 0;
  name = n >= 2 ? unescape_pointer (parts[n - 1]) : NULL;
  for (guint i = 0; name != NULL && i < self->columns->len; i++)
    {
      const Column *known = &g_array_index (self->columns, Column, i);

      if (n >= 3 ? g_strcmp0 (known->field, name) == 0 : g_strcmp0 (known->member, name) == 0)
        *column = i;
    }
  return TRUE;
}
