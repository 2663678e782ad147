/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <string.h>

#include "sync/model/entity-private.h"

#define MAX_ENTITIES 128

static const MnsEntity *const groups[] = {
  mns_entities_people, mns_entities_configuration, mns_entities_samples,    mns_entities_containers,
  mns_entities_runs,   mns_entities_files,         mns_entities_sequencers, mns_entities_sync,
};

static const MnsEntity *all[MAX_ENTITIES];
static guint n_all;

static void
collect (void)
{
  static gsize done;

  if (!g_once_init_enter (&done))
    return;
  for (guint g = 0; g < G_N_ELEMENTS (groups); g++)
    for (const MnsEntity *entity = groups[g]; entity->number != 0; entity++)
      {
        g_assert (n_all < MAX_ENTITIES);
        g_assert (entity->number == (int) n_all + 1);
        all[n_all++] = entity;
      }
  g_once_init_leave (&done, 1);
}

const MnsEntity *const *
mns_entities_get_all (guint *n_entities)
{
  collect ();
  if (n_entities != NULL)
    *n_entities = n_all;
  return all;
}

/**
 * mns_entity_find:
 * @table: name of a table
 *
 * Returns: (nullable): the descriptor, or %NULL if no synced table has that name
 */
const MnsEntity *
mns_entity_find (const char *table)
{
  collect ();
  for (guint i = 0; i < n_all; i++)
    if (g_str_equal (all[i]->table, table))
      return all[i];
  return NULL;
}

const MnsEntity *
mns_entity_by_number (int number)
{
  collect ();
  return number >= 1 && number <= (int) n_all ? all[number - 1] : NULL;
}

guint
mns_entity_get_n_fields (const MnsEntity *self)
{
  guint n = 0;

  while (self->fields[n].name != NULL)
    n++;
  return n;
}

const MnsField *
mns_entity_find_field (const MnsEntity *self, const char *name)
{
  for (const MnsField *field = self->fields; field->name != NULL; field++)
    if (g_str_equal (field->name, name))
      return field;
  return NULL;
}

guint
mns_entity_get_n_key (const MnsEntity *self)
{
  guint n = 0;

  while (n < G_N_ELEMENTS (self->key) && self->key[n] != NULL)
    n++;
  return n;
}

/**
 * mns_entity_is_child:
 *
 * Returns: %TRUE if its rows have no id of their own and belong to the first key column
 */
gboolean
mns_entity_is_child (const MnsEntity *self)
{
  return !g_str_equal (self->key[0], "id");
}

/**
 * mns_entity_column_list:
 * @self: a descriptor
 * @prefix: (nullable): put before each name, "t."
 *
 * Returns: (transfer full): all columns in the descriptor's order, separated by ", "
 */
char *
mns_entity_column_list (const MnsEntity *self, const char *prefix)
{
  GString *list = g_string_new (NULL);

  for (const MnsField *field = self->fields; field->name != NULL; field++)
    g_string_append_printf (
        list, "%s%s%s", list->len > 0 ? ", " : "", prefix != NULL ? prefix : "", field->name);
  return g_string_free (list, FALSE);
}

MnsKind
mns_field_get_kind (const MnsField *self)
{
  switch (self->type)
    {
    case MNS_FIELD_ID:
      return MNS_KIND_ID;
    case MNS_FIELD_TEXT:
    case MNS_FIELD_DATE:
      return MNS_KIND_TEXT;
    case MNS_FIELD_INT:
    case MNS_FIELD_SMALL:
    case MNS_FIELD_BOOL:
    case MNS_FIELD_TIME:
      return MNS_KIND_INT;
    case MNS_FIELD_REAL:
      return MNS_KIND_REAL;
    case MNS_FIELD_JSON:
      return MNS_KIND_JSON;
    case MNS_FIELD_BYTES:
      return MNS_KIND_BYTES;
    }
  g_return_val_if_reached (MNS_KIND_TEXT);
}

/**
 * mns_field_allows:
 *
 * Returns: %TRUE if the column takes any text, or @word is one of its words
 */
gboolean
mns_field_allows (const MnsField *self, const char *word)
{
  gsize length = strlen (word);

  if (self->words == NULL)
    return TRUE;
  for (const char *p = strstr (self->words, word); p != NULL; p = strstr (p + 1, word))
    if ((p == self->words || p[-1] == ' ') && (p[length] == ' ' || p[length] == '\0'))
      return length > 0;
  return FALSE;
}
