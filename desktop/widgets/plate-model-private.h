/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

/* The inside of MnsPlateModel, for its own files: plate-model.c (what is where), plate-steps.c
 * (changes and undo), plate-select.c (wells chosen as a target), plate-fill.c (plans).
 */

#include "desktop/widgets/plate-model.h"

G_BEGIN_DECLS

#define NO_SAMPLE G_MAXUINT

typedef struct
{
  char *id;
  char *name;
  MnsAxis rows;
  MnsAxis columns;
  guint first; /* position of its first well */
} MnsPlateContainer;

typedef struct
{
  guint sample;         /* index into samples, or NO_SAMPLE */
  MnsWellState blocked; /* FREE, FOREIGN or UNAVAILABLE; TAKEN follows from sample */
  gboolean clash;
  gboolean selected;
  char *foreign_name;
  char *reason;
} MnsPlateWell;

typedef struct
{
  MnsPlateSample data; /* its strings belong to us */
  guint pos;
  gboolean moving; /* is in the step that is being made */
} MnsPlateEntry;

typedef struct
{
  guint sample;
  guint from;
  guint to;
} MnsPlateChange;

struct _MnsPlateModel
{
  GObject parent_instance;

  GArray *containers;
  GArray *wells;
  GPtrArray *samples;
  GHashTable *by_id; /* id of the sample → index + 1 */
  guint n_placed;
  guint frozen;    /* how many mns_plate_model_freeze() are open */
  gboolean dirty;  /* "changed" is due at the end of them */
  GPtrArray *undo; /* of GArray of MnsPlateChange */
  GPtrArray *redo;
};

static inline MnsPlateContainer *
mns_plate_container (MnsPlateModel *self, guint container)
{
  return &g_array_index (self->containers, MnsPlateContainer, container);
}

static inline MnsPlateWell *
mns_plate_well (MnsPlateModel *self, guint pos)
{
  return &g_array_index (self->wells, MnsPlateWell, pos);
}

static inline MnsPlateEntry *
mns_plate_entry (MnsPlateModel *self, guint index)
{
  return g_ptr_array_index (self->samples, index);
}

static inline guint
mns_plate_find_entry (MnsPlateModel *self, const char *id)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->by_id, id)) - 1; /* 0 - 1 is NO_SAMPLE */
}

void mns_plate_model_emit_changed (MnsPlateModel *self);

G_END_DECLS
