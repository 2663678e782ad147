/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/app/personal.h"
#include "desktop/screens/queue/queue-columns.h"

#define CHOICE "queue-columns"

/* The name of the sample stands first and is always shown. */
static const struct
{
  MnsPageColumn page;
  MnsListColumn list;
  gboolean shown; /* unless the person chose */
} fixed[] = {
  { { "name", NULL }, { "name", N_ ("Sample"), FALSE, -1, TRUE, TRUE }, TRUE },
  { { "container", NULL }, { "container", N_ ("Container"), FALSE, 150, FALSE, TRUE }, TRUE },
  { { "well", NULL }, { "well", N_ ("Well"), FALSE, 70, FALSE, TRUE }, TRUE },
  { { "project", NULL }, { "project", N_ ("Project"), FALSE, 180, FALSE, TRUE }, TRUE },
  { { "priority", mns_format_priority },
    { "priority", N_ ("Priority"), FALSE, 90, FALSE, TRUE },
    TRUE },
  { { "days", NULL }, { "queued", N_ ("Days queued"), TRUE, 100, FALSE, TRUE }, TRUE },
  { { "qc_flag", mns_format_qc }, { "qc", N_ ("QC"), FALSE, 90, FALSE, TRUE }, TRUE },
  { { "from_step", NULL }, { "from_step", N_ ("From step"), FALSE, 140, FALSE, TRUE }, TRUE },
  { { "lims_id", NULL }, { "lims_id", N_ ("LIMS ID"), FALSE, 120, FALSE, TRUE }, TRUE },
};

static char *
keep (MnsQueueColumns *self, const char *text)
{
  char *kept = g_strdup (text);

  g_ptr_array_add (self->texts, kept);
  return kept;
}

/* A custom field that the step's queue shows. */
static void
add_field (MnsQueueColumns *self, const MnsRows *fields, const char *field_id)
{
  for (guint i = 0; i < mns_rows_get_n_rows (fields); i++)
    {
      g_autofree char *id = mns_cell_dup_id (fields, i, "field_id");
      const char *type = mns_cell_text (fields, i, "type");

      if (g_strcmp0 (id, field_id) == 0 && mns_cell_int (fields, i, "phi") == 0)
        {
          char *key = keep (self, mns_cell_text (fields, i, "key"));
          const MnsPageColumn page = { key, NULL };
          const MnsListColumn list = { key,   keep (self, mns_cell_text (fields, i, "title")),
                                       FALSE, 120,
                                       FALSE, TRUE };

          g_array_append_val (self->pages, page);
          g_array_append_val (self->list, list);
          g_array_index (self->list, MnsListColumn, self->list->len - 1).number =
              g_strcmp0 (type, "NUMERIC") == 0;
          g_hash_table_add (self->visible, g_strdup (key));
        }
    }
}

static JsonObject *
parse_settings (const char *settings)
{
  g_autoptr (JsonNode) node = settings != NULL ? json_from_string (settings, NULL) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node)
             ? json_object_ref (json_node_get_object (node))
             : json_object_new ();
}

MnsQueueColumns *
mns_queue_columns_new (const MnsRows *fields, const char *settings)
{
  MnsQueueColumns *self = g_new0 (MnsQueueColumns, 1);
  g_autoptr (JsonObject) object = parse_settings (settings);
  JsonNode *node = json_object_get_member (object, "queue_fields");
  JsonArray *wanted =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  self->pages = g_array_new (FALSE, FALSE, sizeof (MnsPageColumn));
  self->list = g_array_new (FALSE, FALSE, sizeof (MnsListColumn));
  self->visible = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->texts = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    {
      MnsListColumn list = fixed[i].list;

      list.title = _ (list.title);
      g_array_append_val (self->pages, fixed[i].page);
      g_array_append_val (self->list, list);
      if (fixed[i].shown)
        g_hash_table_add (self->visible, g_strdup (list.id));
    }
  for (guint i = 0; wanted != NULL && i < json_array_get_length (wanted); i++)
    {
      JsonObject *entry = json_array_get_object_element (wanted, i);

      add_field (self, fields, json_object_get_string_member_with_default (entry, "field", ""));
    }
  return self;
}

void
mns_queue_columns_free (MnsQueueColumns *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->pages);
  g_array_unref (self->list);
  g_hash_table_unref (self->visible);
  g_ptr_array_unref (self->texts);
  g_free (self);
}

/* Kept are the hidden ones, so that a column which the step gains later is seen. */
void
mns_queue_columns_load (MnsQueueColumns *self, MnsSession *session)
{
  g_auto (GStrv) hidden = mns_personal_get (session, CHOICE);

  for (guint i = 0; hidden != NULL && hidden[i] != NULL; i++)
    g_hash_table_remove (self->visible, hidden[i]);
}

gboolean
mns_queue_columns_is_visible (MnsQueueColumns *self, const char *id)
{
  return g_hash_table_contains (self->visible, id);
}

void
mns_queue_columns_set_visible (MnsQueueColumns *self,
                               MnsSession *session,
                               const char *id,
                               gboolean visible)
{
  g_auto (GStrv) before = mns_personal_get (session, CHOICE);
  g_autoptr (GStrvBuilder) hidden = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  if (visible)
    g_hash_table_add (self->visible, g_strdup (id));
  else
    g_hash_table_remove (self->visible, id);
  for (guint i = 0; before != NULL && before[i] != NULL; i++)
    if (!g_str_equal (before[i], id))
      g_strv_builder_add (hidden, before[i]);
  if (!visible)
    g_strv_builder_add (hidden, id);
  list = g_strv_builder_end (hidden);
  mns_personal_set (session, CHOICE, (const char *const *) list);
}

const char *
mns_queue_default_grouping (const char *settings)
{
  static const struct
  {
    const char *property, *word;
  } words[] = {
    { "projectname", "project" },
    { "containerGroup", "container" },
    { "submittedDate", "submitted" },
    { "priority", "priority" },
  };
  g_autoptr (JsonObject) object = parse_settings (settings);
  JsonNode *node = json_object_get_member (object, "properties");
  const char *chosen = NULL;

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    chosen = json_object_get_string_member_with_default (
        json_node_get_object (node), "queueDefaultGrouping", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (words[i].property, chosen) == 0)
      return words[i].word;
  return "none";
}
