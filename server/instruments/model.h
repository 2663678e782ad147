/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Families of models that behave alike: they finish a run in the same way and take the same
 * sample sheet. MNS_MODEL_FAMILY_UNKNOWN is the instrument that no table knows.
 */
typedef enum
{
  MNS_MODEL_FAMILY_UNKNOWN,
  MNS_MODEL_FAMILY_MISEQ,
  MNS_MODEL_FAMILY_HISEQ_2000,
  MNS_MODEL_FAMILY_HISEQ_4000, /* 3000, 4000 and X: patterned flow cells */
  MNS_MODEL_FAMILY_MINISEQ,
  MNS_MODEL_FAMILY_ISEQ,
  MNS_MODEL_FAMILY_NEXTSEQ_500,
  MNS_MODEL_FAMILY_NEXTSEQ_2000,
  MNS_MODEL_FAMILY_NOVASEQ_6000,
  MNS_MODEL_FAMILY_NOVASEQ_X,
} MnsModelFamily;

/**
 * MnsModelEvidence:
 *
 * What tells one instrument from another; %NULL or 0 for what is not known. The layout is
 * that of RunInfo.xml.
 */
typedef struct
{
  const char *instrument_type;
  const char *application;
  const char *flowcell_kind;
  const char *serial;
  guint lanes;
  guint surfaces;
  guint swaths;
  guint tiles;
} MnsModelEvidence;

typedef struct
{
  const char *name; /* "NovaSeq 6000"; NULL if unknown */
  MnsModelFamily family;
} MnsModel;

typedef struct _MnsModelTable MnsModelTable;

MnsModelTable *mns_model_table_new (void);
MnsModelTable *mns_model_table_new_from_file (const char *path, GError **error);
void mns_model_table_free (MnsModelTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsModelTable, mns_model_table_free)

MnsModel mns_model_table_find (const MnsModelTable *self, const MnsModelEvidence *evidence);

const char *mns_model_family_name (MnsModelFamily family);
MnsModelFamily mns_model_family_from_name (const char *name);

G_END_DECLS
