/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/instruments/interop/state-private.h"

G_BEGIN_DECLS

/* One tile in one read; NAN where not known. Index 0 is phasing, 1 prephasing. */
typedef struct
{
  double clusters;
  double clusters_pf;
  double density;
  double density_pf;
  double percent_pf;
  double occupied;
  double percent_occupied;
  double aligned;
  double first_intensity;
  double error[MNS_ERROR_RANGES]; /* over the cycles up to 35, 50, 75, 100, all */
  guint error_reach;
  guint64 q_total;
  guint64 q_over30;
  guint q_records;
  double legacy[2];
  double slope[2];
  double offset[2];
} MnsTileValues;

const MnsQSums *mns_interop_q_sums (const MnsInteropState *state);
void mns_interop_tile_values (const MnsInteropState *state,
                              guint slot,
                              guint read,
                              MnsTileValues *values);

G_END_DECLS
