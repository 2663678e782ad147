/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/instruments/generate/preset.h"

G_BEGIN_DECLS

/* What to make. Zero and NULL stand for what the preset has. */
typedef struct
{
  const MnsGenPreset *preset;
  guint seed;
  const char *day;   /* YYYYMMDD */
  const char *reads; /* "151,8i,8i,151", i for an index read */
  guint lanes;
  guint swaths;
  guint tiles; /* a swath */
  guint samples;
  int version[MNS_N_METRICS]; /* of a metric instead of the preset's; -1 leaves it out */
  guint last_cycle;           /* the run has only come this far; 0: it is complete */
  gboolean in_cycle_folders;
  gboolean without_flags;
  gboolean without_planted;
  guint truncate[MNS_N_METRICS]; /* bytes to cut off the end of the metric's (last) file */
} MnsGenOptions;

/* Writes a run folder forward in time: start, then one step a cycle, then finish. */
typedef struct _MnsGenerator MnsGenerator;

MnsGenerator *mns_generator_new (const char *folder, const MnsGenOptions *options, GError **error);
void mns_generator_free (MnsGenerator *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsGenerator, mns_generator_free)

gboolean mns_generator_start (MnsGenerator *self, GError **error);
gboolean mns_generator_step (MnsGenerator *self, GError **error);
gboolean mns_generator_finish (MnsGenerator *self, GError **error);
gboolean mns_generator_is_done (MnsGenerator *self);
guint mns_generator_get_cycle (MnsGenerator *self);
guint mns_generator_get_cycles (MnsGenerator *self);

gboolean mns_generate (const char *folder, const MnsGenOptions *options, GError **error);

G_END_DECLS
