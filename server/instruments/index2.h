/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/instruments/model.h"
#include "server/instruments/run-parameters.h"

G_BEGIN_DECLS

/* Which way round index 2 (i5) is: as the adapter list has it, or reverse complement. */
typedef enum
{
  MNS_INDEX2_UNKNOWN,
  MNS_INDEX2_FORWARD,
  MNS_INDEX2_REVERSE,
} MnsIndex2;

/* Who reads a sample sheet. */
typedef enum
{
  MNS_SHEET_USE_BCL2FASTQ,     /* or a version 1 sheet by hand */
  MNS_SHEET_USE_ON_INSTRUMENT, /* Local Run Manager, the software on the instrument */
  MNS_SHEET_USE_CLOUD,         /* BaseSpace run planning */
  MNS_SHEET_USE_BCL_CONVERT,   /* with a version 2 sheet */
  MNS_SHEET_N_USES,
} MnsSheetUse;

typedef struct _MnsIndex2Table MnsIndex2Table;

MnsIndex2Table *mns_index2_table_new (void);
MnsIndex2Table *mns_index2_table_new_from_file (const char *path, GError **error);
void mns_index2_table_free (MnsIndex2Table *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsIndex2Table, mns_index2_table_free)

gboolean mns_index2_table_find (const MnsIndex2Table *self,
                                MnsModelFamily family,
                                const char *variant,
                                MnsSheetUse use,
                                MnsIndex2 *as_read,
                                MnsIndex2 *in_sheet,
                                GError **error);

MnsModelFamily mns_index2_family_from_text (const char *instrument);
const char *mns_index2_variant (MnsModelFamily family, const MnsRunParameters *parameters);
char *mns_index2_turn (const char *sequence);

const char *mns_sheet_use_name (MnsSheetUse use);
gboolean mns_sheet_use_from_name (const char *name, MnsSheetUse *use);

G_END_DECLS
