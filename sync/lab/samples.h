/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/drift.h"
#include "sync/lab/fields.h"

G_BEGIN_DECLS

typedef struct
{
  MnsId id;
  char *lims_id;
  char *name;
  gboolean has_project; /* FALSE: a control */
  MnsId project;
  MnsId artifact;
  char *received_date;
  MnsFieldValues *values;
  gboolean changed;
  gboolean renamed;
} MnsSample;

/* Of the ids in the set's column id; MnsId * → MnsSample *. */
GHashTable *mns_samples_load (MnsCall *call, MnsRowSet *ids, GError **error);
gboolean mns_samples_write (MnsCall *call, GHashTable *samples, GError **error);
void mns_sample_set_field (MnsCall *call,
                           MnsSample *sample,
                           const MnsCustomField *field,
                           MnsDrift *drift,
                           const char *table,
                           const MnsId *id,
                           const char *key,
                           JsonNode *value,
                           const char *at);

G_END_DECLS
