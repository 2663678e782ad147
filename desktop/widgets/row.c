/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-row"

#include "config.h"

#include "desktop/widgets/row.h"

struct _MnsRow
{
  GObject parent_instance;

  char *id;
  GStrv texts;
  guint n_texts;
  int group;
  gboolean unsent;
  gboolean struck;
  MnsRowHeading heading;
};

G_DEFINE_FINAL_TYPE (MnsRow, mns_row, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
mns_row_finalize (GObject *object)
{
  MnsRow *self = MNS_ROW (object);

  g_free (self->id);
  g_strfreev (self->texts);

  G_OBJECT_CLASS (mns_row_parent_class)->finalize (object);
}

static void
mns_row_class_init (MnsRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mns_row_finalize;

  signals[CHANGED] = g_signal_new (
      "changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mns_row_init (MnsRow *self)
{
  self->group = -1;
}

/**
 * mns_row_new:
 * @id: (nullable): what the program knows the row by; %NULL for one that is not there yet
 * @texts: (nullable): a text a column, in the order of the columns
 */
MnsRow *
mns_row_new (const char *id, const char *const *texts)
{
  MnsRow *self = g_object_new (MNS_TYPE_ROW, NULL);

  self->id = g_strdup (id);
  self->texts = g_strdupv ((GStrv) texts);
  self->n_texts = texts != NULL ? g_strv_length ((GStrv) texts) : 0;
  return self;
}

const char *
mns_row_get_id (MnsRow *self)
{
  g_return_val_if_fail (MNS_IS_ROW (self), NULL);

  return self->id;
}

/**
 * mns_row_get_text:
 * @self: a row
 * @column: a column, from 0
 *
 * Returns: (transfer none): its text; empty while the row is not loaded
 */
const char *
mns_row_get_text (MnsRow *self, guint column)
{
  g_return_val_if_fail (MNS_IS_ROW (self), "");

  return column < self->n_texts ? self->texts[column] : "";
}

gboolean
mns_row_is_loaded (MnsRow *self)
{
  g_return_val_if_fail (MNS_IS_ROW (self), FALSE);

  return self->id != NULL;
}

int
mns_row_get_group (MnsRow *self)
{
  g_return_val_if_fail (MNS_IS_ROW (self), -1);

  return self->group;
}

/**
 * mns_row_set_group:
 * @self: a row
 * @group: colour of its bar, the same as of its well on a plate; -1 for none
 */
void
mns_row_set_group (MnsRow *self, int group)
{
  g_return_if_fail (MNS_IS_ROW (self));

  if (self->group == group)
    return;
  self->group = group;
  g_signal_emit (self, signals[CHANGED], 0);
}

gboolean
mns_row_get_unsent (MnsRow *self)
{
  g_return_val_if_fail (MNS_IS_ROW (self), FALSE);

  return self->unsent;
}

/**
 * mns_row_set_unsent:
 * @self: a row
 * @unsent: whether the server does not know its present state yet
 */
void
mns_row_set_unsent (MnsRow *self, gboolean unsent)
{
  g_return_if_fail (MNS_IS_ROW (self));

  if (self->unsent == unsent)
    return;
  self->unsent = unsent;
  g_signal_emit (self, signals[CHANGED], 0);
}

MnsRowHeading
mns_row_get_heading (MnsRow *self)
{
  g_return_val_if_fail (MNS_IS_ROW (self), MNS_ROW_HEADING_NONE);

  return self->heading;
}

void
mns_row_set_heading (MnsRow *self, MnsRowHeading heading)
{
  g_return_if_fail (MNS_IS_ROW (self));

  if (self->heading == heading)
    return;
  self->heading = heading;
  g_signal_emit (self, signals[CHANGED], 0);
}

gboolean
mns_row_get_struck (MnsRow *self)
{
  g_return_val_if_fail (MNS_IS_ROW (self), FALSE);

  return self->struck;
}

/**
 * mns_row_set_struck:
 * @self: a row
 * @struck: whether it is crossed out: it stands for something that is no longer to be had
 */
void
mns_row_set_struck (MnsRow *self, gboolean struck)
{
  g_return_if_fail (MNS_IS_ROW (self));

  if (self->struck == struck)
    return;
  self->struck = struck;
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * mns_row_assign:
 * @self: a row
 * @other: what it is to be like
 *
 * Takes over everything from another row, so that a list item that shows @self need not be bound
 * anew.
 */
void
mns_row_assign (MnsRow *self, MnsRow *other)
{
  g_return_if_fail (MNS_IS_ROW (self));
  g_return_if_fail (MNS_IS_ROW (other));

  if (self == other)
    return;
  g_free (self->id);
  self->id = g_strdup (other->id);
  g_strfreev (self->texts);
  self->texts = g_strdupv (other->texts);
  self->n_texts = other->n_texts;
  self->group = other->group;
  self->unsent = other->unsent;
  self->struck = other->struck;
  self->heading = other->heading;
  g_signal_emit (self, signals[CHANGED], 0);
}
