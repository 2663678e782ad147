/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/view-pages.h"
#include "desktop/widgets/row-list.h"

G_BEGIN_DECLS

/**
 * MnsQueueColumns:
 *
 * The columns of a queue: those every queue has, and the custom fields that the step's
 * configuration names. Which of them are shown is each person's choice.
 */
typedef struct
{
  GArray *pages;       /* MnsPageColumn: what is read */
  GArray *list;        /* MnsListColumn: how it is shown */
  GHashTable *visible; /* ids of the shown columns */
  GPtrArray *texts;    /* owned by this */
} MnsQueueColumns;

/* @fields: the view "fields"; @settings: of the step's configuration, JSON (nullable) */
MnsQueueColumns *mns_queue_columns_new (const MnsRows *fields, const char *settings);
void mns_queue_columns_free (MnsQueueColumns *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsQueueColumns, mns_queue_columns_free)

/* Takes what the person chose before; without a choice the columns that the step wants. */
void mns_queue_columns_load (MnsQueueColumns *self, MnsSession *session);
gboolean mns_queue_columns_is_visible (MnsQueueColumns *self, const char *id);
void mns_queue_columns_set_visible (MnsQueueColumns *self,
                                    MnsSession *session,
                                    const char *id,
                                    gboolean visible);

/* The word of "Group by" that the step's configuration has as its default; never NULL. */
const char *mns_queue_default_grouping (const char *settings);

G_END_DECLS
