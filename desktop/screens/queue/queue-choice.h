/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/model/value.h"

G_BEGIN_DECLS

/**
 * MnsQueueChoice:
 *
 * Which samples of a queue are chosen, by their ids: the choice outlives a filter, another order
 * and rows that come and go. The ids of all rows that the list has now are known too, in its order.
 */
typedef struct
{
  GArray *ids;        /* MnsId, one a row of the list */
  GHashTable *chosen; /* MnsId */
} MnsQueueChoice;

MnsQueueChoice *mns_queue_choice_new (void);
void mns_queue_choice_free (MnsQueueChoice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsQueueChoice, mns_queue_choice_free)

/* Takes the ids of column 0. Returns: %FALSE if they are the same as before. */
gboolean mns_queue_choice_set_ids (MnsQueueChoice *self, const MnsRows *rows);

gboolean mns_queue_choice_has (MnsQueueChoice *self, guint row);
void mns_queue_choice_set (MnsQueueChoice *self, guint row, guint n_rows, gboolean chosen);
void mns_queue_choice_clear (MnsQueueChoice *self);
guint mns_queue_choice_count (MnsQueueChoice *self);
guint mns_queue_choice_count_range (MnsQueueChoice *self, guint row, guint n_rows);
/* Row of an id, or %G_MAXUINT. */
guint mns_queue_choice_find (MnsQueueChoice *self, const MnsId *id);
void mns_queue_choice_drop (MnsQueueChoice *self, const MnsId *id);

/* Chosen, but not among the rows of the list; as ids, at most @max of them. */
GPtrArray *mns_queue_choice_dup_hidden (MnsQueueChoice *self, guint max);
/* All that is chosen: what the list has in its order, then the rest. */
GStrv mns_queue_choice_dup_all (MnsQueueChoice *self);

G_END_DECLS
