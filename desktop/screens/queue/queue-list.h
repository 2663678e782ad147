/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "desktop/screens/queue/queue-choice.h"
#include "desktop/screens/queue/queue-columns.h"

G_BEGIN_DECLS

/**
 * MnsQueueList:
 *
 * The rows of a queue, grouped or not, with boxes to tick. What is ticked is kept by id. Signals:
 * "choice-changed", "sort-changed" (column, descending), "opened" (LIMS id of the submitted
 * sample), "focused" (the same: the row that has the focus).
 */
#define MNS_TYPE_QUEUE_LIST (mns_queue_list_get_type ())
G_DECLARE_FINAL_TYPE (MnsQueueList, mns_queue_list, MNS, QUEUE_LIST, AdwBin)

/* @columns: owned by whoever made them, who keeps them as long as the list */
GtkWidget *mns_queue_list_new (MnsSession *session, MnsQueueColumns *columns);

MnsQueueChoice *mns_queue_list_get_choice (MnsQueueList *self);
MnsRowList *mns_queue_list_get_rows (MnsQueueList *self);

/* All rows anew: @ids of the view queue_ids, @groups (nullable) of queue_groups, @args of both.
 * @same_question: only what waits may be different, so the list stays where it is. */
void mns_queue_list_show (MnsQueueList *self,
                          const MnsRows *ids,
                          const MnsRows *groups,
                          const char *grouping,
                          JsonObject *args, /* transfer full */
                          gboolean same_question);

void mns_queue_list_choose_all (MnsQueueList *self);
void mns_queue_list_choose_none (MnsQueueList *self);
/* Chooses one more row and brings it into view if @scroll; %FALSE if the list does not have it. */
gboolean mns_queue_list_choose (MnsQueueList *self, const MnsId *id, gboolean scroll);
/* After the choice was changed from outside. */
void mns_queue_list_choice_changed (MnsQueueList *self);

G_END_DECLS
