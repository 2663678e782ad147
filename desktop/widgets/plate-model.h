/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "desktop/widgets/axis.h"

G_BEGIN_DECLS

/* Where a sample is that is in no well. */
#define MNS_PLATE_NOWHERE G_MAXUINT

typedef enum
{
  MNS_WELL_FREE,
  MNS_WELL_TAKEN,       /* by a sample of this work: it can be moved and taken out */
  MNS_WELL_FOREIGN,     /* by somebody else's sample */
  MNS_WELL_UNAVAILABLE, /* the container holds nothing here */
} MnsWellState;

typedef enum
{
  MNS_FILL_COLUMNS,    /* down the rows of a column, then the next column */
  MNS_FILL_ROWS,       /* across the columns of a row, then the next row */
  MNS_FILL_SAME_SHAPE, /* the well that the sample comes from; containers in order */
  MNS_FILL_QUADRANT,   /* each source takes every second row and column */
} MnsFillOrder;

/**
 * MnsFillRule:
 * @order: which well follows which
 * @skip_rows: use every second row only, counted from the first well
 * @skip_columns: use every second column only
 * @spill: go on in the following containers when one is full
 */
typedef struct
{
  MnsFillOrder order;
  gboolean skip_rows;
  gboolean skip_columns;
  gboolean spill;
} MnsFillRule;

/**
 * MnsPlateSample:
 * @id: what the program knows it by
 * @name: what people know it by
 * @detail: (nullable): for the line below the plate, such as "Project Alpha, from 27-1000 C:7"
 * @note: (nullable): second line in the well, such as the label put on the sample
 * @warning: (nullable): why the well carries a warning triangle
 * @group: colour 0 to 5, or -1; larger ones start over
 * @control: drawn with a dotted border
 * @source: (nullable): id of the container that it comes from
 * @source_row: row in there, from 0
 * @source_column: column in there, from 0
 */
typedef struct
{
  const char *id;
  const char *name;
  const char *detail;
  const char *note;
  const char *warning;
  int group;
  gboolean control;
  const char *source;
  guint source_row;
  guint source_column;
} MnsPlateSample;

#define MNS_TYPE_PLATE_MODEL (mns_plate_model_get_type ())
G_DECLARE_FINAL_TYPE (MnsPlateModel, mns_plate_model, MNS, PLATE_MODEL, GObject)

MnsPlateModel *mns_plate_model_new (void);

void mns_plate_model_freeze (MnsPlateModel *self);
void mns_plate_model_thaw (MnsPlateModel *self);

/* Containers. A position counts the wells of all containers on, each row by row. */
guint mns_plate_model_add_container (MnsPlateModel *self,
                                     const char *id,
                                     const char *name,
                                     const MnsAxis *rows,
                                     const MnsAxis *columns);
guint mns_plate_model_get_n_containers (MnsPlateModel *self);
const char *mns_plate_model_get_container_id (MnsPlateModel *self, guint container);
const char *mns_plate_model_get_container_name (MnsPlateModel *self, guint container);
void mns_plate_model_set_container_name (MnsPlateModel *self, guint container, const char *name);
const MnsAxis *mns_plate_model_get_rows (MnsPlateModel *self, guint container);
const MnsAxis *mns_plate_model_get_columns (MnsPlateModel *self, guint container);

guint mns_plate_model_at (MnsPlateModel *self, guint container, guint row, guint column);
void mns_plate_model_locate (
    MnsPlateModel *self, guint pos, guint *container, guint *row, guint *column);
char *mns_plate_model_dup_well_name (MnsPlateModel *self, guint pos);
guint mns_plate_model_find_well (MnsPlateModel *self, guint container, const char *name);

/* Wells */
void mns_plate_model_set_unavailable (MnsPlateModel *self, guint pos, const char *reason);
void
mns_plate_model_set_foreign (MnsPlateModel *self, guint pos, const char *name, const char *reason);
void mns_plate_model_set_clash (MnsPlateModel *self, guint pos, const char *reason);
MnsWellState mns_plate_model_get_state (MnsPlateModel *self, guint pos);
const MnsPlateSample *mns_plate_model_get_well (MnsPlateModel *self, guint pos);
const char *mns_plate_model_get_foreign_name (MnsPlateModel *self, guint pos);
const char *mns_plate_model_get_reason (MnsPlateModel *self, guint pos);
gboolean mns_plate_model_is_clash (MnsPlateModel *self, guint pos);

/* Samples, in the order in which they are to be placed */
void mns_plate_model_set_sample (MnsPlateModel *self, const MnsPlateSample *sample);
guint mns_plate_model_get_n_samples (MnsPlateModel *self);
const MnsPlateSample *mns_plate_model_get_nth_sample (MnsPlateModel *self, guint n);
const MnsPlateSample *mns_plate_model_get_sample (MnsPlateModel *self, const char *id);
guint mns_plate_model_find_sample (MnsPlateModel *self, const char *id);
guint mns_plate_model_get_n_placed (MnsPlateModel *self);
GStrv mns_plate_model_dup_unplaced (MnsPlateModel *self);
gboolean mns_plate_model_load (MnsPlateModel *self, guint pos, const char *id);

/* Wells chosen as a target */
void mns_plate_model_select (MnsPlateModel *self, guint pos, gboolean selected);
void mns_plate_model_select_block (MnsPlateModel *self, guint from, guint to);
void mns_plate_model_select_row (MnsPlateModel *self, guint container, guint row);
void mns_plate_model_select_column (MnsPlateModel *self, guint container, guint column);
void mns_plate_model_select_none (MnsPlateModel *self);
gboolean mns_plate_model_is_selected (MnsPlateModel *self, guint pos);
GArray *mns_plate_model_dup_selected (MnsPlateModel *self);

/* Placing; every call that changes something is one step of undo */
GArray *mns_plate_model_plan (MnsPlateModel *self,
                              const char *const *ids,
                              guint start,
                              const MnsFillRule *rule,
                              guint *n_placed);
guint mns_plate_model_place (MnsPlateModel *self,
                             const char *const *ids,
                             guint start,
                             const MnsFillRule *rule);
gboolean mns_plate_model_move (MnsPlateModel *self, guint from, guint to);
guint mns_plate_model_remove (MnsPlateModel *self, const guint *positions, guint n_positions);
guint mns_plate_model_clear (MnsPlateModel *self);

gboolean mns_plate_model_can_undo (MnsPlateModel *self);
gboolean mns_plate_model_can_redo (MnsPlateModel *self);
gboolean mns_plate_model_undo (MnsPlateModel *self);
gboolean mns_plate_model_redo (MnsPlateModel *self);

G_END_DECLS
