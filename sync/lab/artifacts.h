/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/fields.h"

G_BEGIN_DECLS

/**
 * MnsArtifact:
 *
 * An artifact whose values a rule changes. @referred: a run notes its current state, so the row is
 * kept before it changes (data-model.md 3.3). Set @changed after changing name, flag or values.
 */
typedef struct
{
  MnsId id;
  char *lims_id;
  char *name;
  char *kind;
  gboolean has_run;
  MnsId run;
  MnsId content;
  MnsId scope;
  gint64 state;
  gboolean referred;
  char *qc_flag;
  MnsFieldValues *values;
  gboolean changed;
} MnsArtifact;

/* Of the ids in the set's column id; MnsId * → MnsArtifact *. */
GHashTable *mns_artifacts_load (MnsCall *call, MnsRowSet *ids, GError **error);
gboolean mns_artifacts_write (MnsCall *call, GHashTable *artifacts, GError **error);
void mns_artifact_rename (MnsArtifact *self, const char *name);
const char *mns_artifact_get_object (const MnsArtifact *self);

G_END_DECLS
