/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/widgets/grid-model.h"
#include "sync/sheet/sheet.h"
#include "sync/model/value.h"

G_BEGIN_DECLS

/* In which order the rows of the sample table stand. */
typedef enum
{
  MNS_RECORD_BY_WELL,
  MNS_RECORD_BY_INPUT,
  MNS_RECORD_BY_PROJECT,
  MNS_RECORD_CONTROLS_LAST,
} MnsRecordOrder;

typedef enum
{
  MNS_RECORD_QC = 1 << 0,    /* a column of QC flags */
  MNS_RECORD_TUBES = 1 << 1, /* each output lies in a tube, whose name can be changed */
} MnsRecordFlags;

/**
 * MnsRecordTable:
 *
 * The sample table of a run as a grid: which columns it has, which row belongs to which output, and
 * what the lab has in each cell.
 */
typedef struct _MnsRecordTable MnsRecordTable;

MnsRecordTable *mns_record_table_new (void);
void mns_record_table_free (MnsRecordTable *self);

/* @fields, @pairs: rows of run_fields and run_pairs. TRUE: the grid has a new model */
gboolean mns_record_table_set (MnsRecordTable *self,
                               const MnsRows *fields,
                               const MnsRows *pairs,
                               MnsRecordFlags flags);
MnsGridModel *mns_record_table_get_model (MnsRecordTable *self);
/* After these the next mns_record_table_set() makes a new model. */
void mns_record_table_set_order (MnsRecordTable *self, MnsRecordOrder order);
void mns_record_table_hide (MnsRecordTable *self, const char *key, gboolean hidden);
gboolean mns_record_table_is_hidden (MnsRecordTable *self, const char *key);

/* Takes in what others changed; a cell that is not valid is a draft of ours and stays. */
void mns_record_table_update (MnsRecordTable *self);

const char *mns_record_table_get_stored (MnsRecordTable *self, guint row, guint column);
char *mns_record_table_dup_artifact (MnsRecordTable *self, guint row);
char *mns_record_table_dup_container (MnsRecordTable *self, guint row);
/* What step.record calls the column; NULL for one that it does not write */
char *mns_record_table_dup_field (MnsRecordTable *self, guint column);

/* Cells that must have a value and have none, hidden columns too. */
guint mns_record_table_count_missing (MnsRecordTable *self);
/* Row of the sample, output or container of that name or id; G_MAXUINT: none */
guint mns_record_table_find_row (MnsRecordTable *self, const char *text);

MnsSheet *mns_record_table_to_sheet (MnsRecordTable *self);
/* The edits that a sheet with these headings asks for; what does not fit is a line in @faults. */
GArray *mns_record_table_read_sheet (MnsRecordTable *self, MnsSheet *sheet, GPtrArray *faults);

G_END_DECLS
