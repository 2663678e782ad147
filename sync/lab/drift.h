/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sync/lab/call.h"

G_BEGIN_DECLS

/**
 * MnsDrift:
 *
 * Collects where the world differs from what the person saw, for one conflict that tells all of it:
 * seen and there have the form of expect.
 */
typedef struct
{
  MnsCall *call;
  JsonObject *seen;
  JsonObject *there;
  char *first;        /* sentence about the first difference */
  JsonObject *values; /* what that is made of; "more" says how many there are besides */
  GHashTable *compared;
  guint n;
} MnsDrift;

void mns_drift_init (MnsDrift *self, MnsCall *call);
void mns_drift_clear (MnsDrift *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MnsDrift, mns_drift_clear)

gboolean mns_scalar_equal (JsonNode *a, JsonNode *b);
char *mns_scalar_to_text (JsonNode *node);
JsonNode *mns_text_node (const char *text);
JsonNode *mns_int_node (gint64 number);

gboolean mns_drift_check (MnsDrift *self,
                          const char *table,
                          const MnsId *id,
                          const char *shown,
                          const char *member,
                          const char *title,
                          JsonNode *there,
                          JsonNode *wanted);
void mns_drift_add (MnsDrift *self,
                    const char *table,
                    const MnsId *id,
                    const char *member,
                    JsonNode *seen,
                    JsonNode *there,
                    const char *format,
                    ...) G_GNUC_PRINTF (7, 8);
gboolean mns_drift_tell (MnsDrift *self, const char *code);

G_END_DECLS
