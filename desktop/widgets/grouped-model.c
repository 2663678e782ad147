/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-grouped-model"

#include "config.h"

#include "desktop/widgets/grouped-model.h"

typedef struct
{
  MnsRow *heading;
  char *title;
  guint first; /* row */
  guint n_rows;
  guint position; /* of the heading */
  gboolean folded;
} Group;

struct _MnsGroupedModel
{
  GObject parent_instance;

  GListModel *source;
  GArray *groups;
  guint n_items;
  gboolean frozen;
};

static void
clear_group (gpointer data)
{
  Group *group = data;

  g_clear_object (&group->heading);
  g_clear_pointer (&group->title, g_free);
}

static Group *
get_group (MnsGroupedModel *self, guint i)
{
  return &g_array_index (self->groups, Group, i);
}

static guint
count_shown (const Group *group)
{
  return group->folded ? 0 : group->n_rows;
}

/* Puts the headings where they belong and answers how many items there are. */
static guint
lay_out (MnsGroupedModel *self)
{
  guint position = 0;

  if (self->groups->len == 0)
    return g_list_model_get_n_items (self->source);
  for (guint i = 0; i < self->groups->len; i++)
    {
      get_group (self, i)->position = position;
      position += 1 + count_shown (get_group (self, i));
    }
  return position;
}

/* The last group of which @get is at most @wanted. */
static guint
search (MnsGroupedModel *self, guint wanted, gsize member)
{
  guint low = 0, high = self->groups->len;

  while (high - low > 1)
    {
      guint middle = low + (high - low) / 2;

      if (G_STRUCT_MEMBER (guint, get_group (self, middle), member) <= wanted)
        low = middle;
      else
        high = middle;
    }
  return low;
}

static GType
get_item_type (GListModel *model)
{
  return MNS_TYPE_ROW;
}

static guint
get_n_items (GListModel *model)
{
  return MNS_GROUPED_MODEL (model)->n_items;
}

static gpointer
get_item (GListModel *model, guint position)
{
  MnsGroupedModel *self = MNS_GROUPED_MODEL (model);
  guint number;

  if (position >= self->n_items)
    return NULL;
  if (mns_grouped_model_get_place (self, position, &number))
    return g_list_model_get_item (self->source, number);
  return g_object_ref (get_group (self, number)->heading);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (MnsGroupedModel,
                               mns_grouped_model,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

/* With groups, rows come and go only while frozen: nobody could say to which group they belong. */
static void
source_changed_cb (MnsGroupedModel *self, guint position, guint removed, guint added)
{
  if (self->frozen || self->groups->len > 0)
    return;
  self->n_items = g_list_model_get_n_items (self->source);
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

static void
mns_grouped_model_dispose (GObject *object)
{
  g_clear_object (&MNS_GROUPED_MODEL (object)->source);

  G_OBJECT_CLASS (mns_grouped_model_parent_class)->dispose (object);
}

static void
mns_grouped_model_finalize (GObject *object)
{
  g_array_unref (MNS_GROUPED_MODEL (object)->groups);

  G_OBJECT_CLASS (mns_grouped_model_parent_class)->finalize (object);
}

static void
mns_grouped_model_class_init (MnsGroupedModelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mns_grouped_model_dispose;
  G_OBJECT_CLASS (klass)->finalize = mns_grouped_model_finalize;
}

static void
mns_grouped_model_init (MnsGroupedModel *self)
{
  self->groups = g_array_new (FALSE, TRUE, sizeof (Group));
  g_array_set_clear_func (self->groups, clear_group);
}

MnsGroupedModel *
mns_grouped_model_new (GListModel *source)
{
  MnsGroupedModel *self = g_object_new (MNS_TYPE_GROUPED_MODEL, NULL);

  self->source = g_object_ref (source);
  self->n_items = g_list_model_get_n_items (source);
  g_signal_connect_object (
      source, "items-changed", G_CALLBACK (source_changed_cb), self, G_CONNECT_SWAPPED);
  return self;
}

GListModel *
mns_grouped_model_get_source (MnsGroupedModel *self)
{
  return self->source;
}

void
mns_grouped_model_freeze (MnsGroupedModel *self)
{
  guint n = self->n_items;

  g_return_if_fail (!self->frozen);

  self->frozen = TRUE;
  self->n_items = 0;
  if (n > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n, 0);
}

void
mns_grouped_model_thaw (MnsGroupedModel *self)
{
  g_return_if_fail (self->frozen);

  self->frozen = FALSE;
  self->n_items = lay_out (self);
  if (self->n_items > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, self->n_items);
}

void
mns_grouped_model_clear_groups (MnsGroupedModel *self)
{
  g_return_if_fail (self->frozen);

  g_array_set_size (self->groups, 0);
}

void
mns_grouped_model_add_group (MnsGroupedModel *self, const char *title, guint n_rows)
{
  Group group = { .title = g_strdup (title), .n_rows = n_rows };
  g_autofree char *text = g_strdup_printf ("%s (%u)", title, n_rows);
  const char *const texts[] = { text, NULL };

  g_return_if_fail (self->frozen);

  if (self->groups->len > 0)
    {
      const Group *last = get_group (self, self->groups->len - 1);

      group.first = last->first + last->n_rows;
    }
  group.heading = mns_row_new (title, texts);
  mns_row_set_heading (group.heading, MNS_ROW_HEADING_OPEN);
  g_array_append_val (self->groups, group);
}

guint
mns_grouped_model_get_n_groups (MnsGroupedModel *self)
{
  return self->groups->len;
}

const char *
mns_grouped_model_get_title (MnsGroupedModel *self, guint group)
{
  return get_group (self, group)->title;
}

guint
mns_grouped_model_get_rows (MnsGroupedModel *self, guint group, guint *n_rows)
{
  *n_rows = get_group (self, group)->n_rows;
  return get_group (self, group)->first;
}

guint
mns_grouped_model_find_group (MnsGroupedModel *self, guint row)
{
  return search (self, row, G_STRUCT_OFFSET (Group, first));
}

gboolean
mns_grouped_model_get_place (MnsGroupedModel *self, guint position, guint *number)
{
  const Group *group;
  guint i;

  *number = position;
  if (self->groups->len == 0)
    return TRUE;
  i = search (self, position, G_STRUCT_OFFSET (Group, position));
  group = get_group (self, i);
  *number = i;
  if (position == group->position)
    return FALSE;
  *number = group->first + position - group->position - 1;
  return TRUE;
}

guint
mns_grouped_model_get_position (MnsGroupedModel *self, guint row)
{
  const Group *group;

  if (self->groups->len == 0)
    return row;
  group = get_group (self, mns_grouped_model_find_group (self, row));
  return group->folded ? G_MAXUINT : group->position + 1 + row - group->first;
}

guint
mns_grouped_model_get_heading (MnsGroupedModel *self, guint group)
{
  return get_group (self, group)->position;
}

gboolean
mns_grouped_model_get_folded (MnsGroupedModel *self, guint group)
{
  return get_group (self, group)->folded;
}

void
mns_grouped_model_set_folded (MnsGroupedModel *self, guint group, gboolean folded)
{
  Group *changed = get_group (self, group);

  g_return_if_fail (!self->frozen);

  if (changed->folded == folded)
    return;
  changed->folded = folded;
  mns_row_set_heading (changed->heading, folded ? MNS_ROW_HEADING_FOLDED : MNS_ROW_HEADING_OPEN);
  self->n_items = lay_out (self);
  g_list_model_items_changed (G_LIST_MODEL (self),
                              changed->position + 1,
                              folded ? changed->n_rows : 0,
                              folded ? 0 : changed->n_rows);
}
