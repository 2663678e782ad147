/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/call.h"

G_BEGIN_DECLS

/**
 * MnsStage:
 *
 * A step (or a QC protocol) in one workflow.
 */
typedef struct
{
  MnsId id;
  MnsId workflow;
  gint64 position;
  MnsId protocol;
  gboolean has_step; /* FALSE: a QC protocol */
  MnsId step;
  MnsId queue;
  char *name;
  gboolean archived;
} MnsStage;

/* All stages of all workflows: a few hundred rows, read at once. */
typedef struct _MnsStages MnsStages;

MnsStages *mns_stages_load (MnsCall *call, GError **error);
void mns_stages_free (MnsStages *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsStages, mns_stages_free)

const MnsStage *mns_stages_find (const MnsStages *self, const MnsId *id);
const MnsStage *mns_stages_get_first (const MnsStages *self, const MnsId *workflow);
const MnsStage *mns_stages_get_next (const MnsStages *self, const MnsStage *stage);
const MnsStage *mns_stages_get_next_protocol (const MnsStages *self, const MnsStage *stage);
const MnsStage *mns_stages_find_step (const MnsStages *self,
                                      const MnsId *workflow,
                                      const MnsId *step,
                                      const MnsId *queue);

/* New entries of queues, to write all at once. */
typedef struct _MnsEntries MnsEntries;

MnsEntries *mns_entries_new (void);
void mns_entries_free (MnsEntries *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsEntries, mns_entries_free)

void mns_entries_add (MnsEntries *self,
                      const MnsId *artifact,
                      const MnsStage *stage,
                      gint64 priority,
                      const MnsId *from_step);
guint mns_entries_get_n (const MnsEntries *self);
gboolean mns_entries_insert (MnsCall *call, MnsEntries *self, GError **error);

/* Closing entries. */
MnsRowSet *mns_closings_new (void);
void mns_closings_add (MnsRowSet *set, const MnsId *artifact, gint64 n, const char *status);
gboolean mns_closings_write (MnsCall *call, MnsRowSet *set, GError **error);

G_END_DECLS
