/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "desktop/widgets/grid-model.h"
#include "sync/model/value.h"

G_BEGIN_DECLS

typedef enum
{
  MNS_NEXT_SHOW_ALL,
  MNS_NEXT_SHOW_PASSED,
  MNS_NEXT_SHOW_FAILED,
  MNS_NEXT_SHOW_UNFLAGGED,
  MNS_NEXT_SHOW_MISSING,
} MnsNextShow;

/**
 * MnsNextTable:
 *
 * The samples that move on from a run as a grid with a column of choices, in the words of people,
 * and the way back from these words to actions of the lab.
 */
typedef struct _MnsNextTable MnsNextTable;

MnsNextTable *mns_next_table_new (void);
void mns_next_table_free (MnsNextTable *self);

/* @choices, @actions: rows of run_choices and run_actions; @may: whether the person has a right.
 * TRUE: the grid has a new model
 */
gboolean mns_next_table_set (MnsNextTable *self,
                             const MnsRows *choices,
                             const MnsRows *actions,
                             MnsNextShow shown,
                             gboolean (*may) (const char *right, gpointer data),
                             gpointer data);
MnsGridModel *mns_next_table_get_model (MnsNextTable *self);

/* What may be chosen, in words */
GStrv mns_next_table_dup_choices (MnsNextTable *self);

guint mns_next_table_count_missing (MnsNextTable *self);
guint mns_next_table_count_unflagged (MnsNextTable *self);
guint mns_next_table_find_row (MnsNextTable *self, const char *text);

/* Puts what these edits ask for into @actions as step.assign wants it; artifacts whose earlier step
 * must still be chosen go to @rework. Returns how many those are.
 */
guint mns_next_table_list_actions (MnsNextTable *self,
                                   const GArray *edits,
                                   JsonArray *actions,
                                   GStrvBuilder *rework);
/* The default action of each sample that has none. */
void mns_next_table_list_defaults (MnsNextTable *self, JsonArray *actions);

/* "38 × Advance to End repair", a line an action, in the order of the choices */
char *mns_next_table_sum_up (MnsNextTable *self);
/* The next step that most samples go to: how many, its id and name */
guint mns_next_table_find_most (MnsNextTable *self, char **step, char **name);

G_END_DECLS
