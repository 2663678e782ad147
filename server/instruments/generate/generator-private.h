/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/instruments/generate/generator.h"

G_BEGIN_DECLS

#define MNS_GEN_MAX_READS 8
/* From this cycle on the clusters are known, and those that pass the filter. */
#define MNS_GEN_FILTER_CYCLE 25
#define MNS_GEN_N_ADAPTERS 2

typedef struct
{
  guint cycles;
  gboolean is_index;
  guint first_cycle;
} MnsGenRead;

/* What is planted in one tile, and the sums that the planted figures are made of. Numbers that
 * files hold in single precision are rounded to it here.
 */
typedef struct
{
  guint32 lane;
  guint32 tile;
  float clusters;
  float clusters_pf;
  float occupied;
  double error_factor;
  double quality;   /* added to the share of high scores */
  double intensity; /* of the first cycle */
  float aligned[MNS_GEN_MAX_READS];
  double phasing[2]; /* slope of phasing and prephasing, percent a cycle */
  guint64 q_total[MNS_GEN_MAX_READS];
  guint64 q_over30[MNS_GEN_MAX_READS];
  double error_sum[MNS_GEN_MAX_READS];
  double error_sum_35[MNS_GEN_MAX_READS];
  guint error_n[MNS_GEN_MAX_READS];
  guint error_n_35[MNS_GEN_MAX_READS];
  guint error_reach[MNS_GEN_MAX_READS];
  double first_intensity[MNS_GEN_MAX_READS];
} MnsGenTile;

typedef struct
{
  char *name;
  char *project;
  char *index1;
  char *index2;
} MnsGenSample;

struct _MnsGenerator
{
  MnsGenOptions options;
  const MnsGenPreset *preset;
  char *folder;
  char *run_id;
  char *run_day; /* YYYYMMDD */
  guint run_number;
  guint lanes;
  guint swaths;
  guint tiles_per_swath;
  char **channels;
  guint n_channels;
  guint n_bins;
  guint8 versions[MNS_N_METRICS];

  MnsGenRead reads[MNS_GEN_MAX_READS];
  guint n_reads;
  guint n_cycles;
  guint stop; /* last cycle that will be written */
  guint cycle;
  guint n_tiles;
  MnsGenTile *tiles;
  GPtrArray *samples;

  MnsShape shapes[MNS_N_METRICS];
  GByteArray *headers[MNS_N_METRICS];
  GByteArray *out[MNS_N_METRICS]; /* bytes of the cycle being written */
};

/* values.c: everything is a function of the seed and of where it stands. */
double mns_gen_chance (guint seed, guint purpose, guint64 a, guint64 b);
void mns_gen_plant_tiles (MnsGenerator *self);
void mns_gen_plant_samples (MnsGenerator *self);
guint mns_gen_read_of_cycle (const MnsGenerator *self, guint cycle);
guint64 mns_gen_index_clusters (const MnsGenerator *self, const MnsGenTile *tile, guint sample);

/* records.c */
gboolean mns_gen_make_header (MnsGenerator *self, MnsMetric metric);
void mns_gen_write_cycle (MnsGenerator *self, guint cycle);
void mns_gen_write_end (MnsGenerator *self);

/* run-files.c */
gboolean mns_gen_write_run_files (MnsGenerator *self, GError **error);
gboolean mns_gen_write_flags (MnsGenerator *self, GError **error);
gboolean mns_gen_put_text (MnsGenerator *self, const char *name, const char *text, GError **error);

/* planted.c */
char *mns_gen_planted_to_json (const MnsGenerator *self);

G_END_DECLS
