/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* SummaryRunMetricsOut.bin: one record for the whole run, of NextSeq 1000 and 2000. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include "server/instruments/interop/state-private.h"

MNS_DECLARE_TAKE (summary_run)
{
  for (gsize k = 0; k < n; k++)
    {
      const guint8 *record = first + (gssize) k * stride;

      for (guint i = 0; i < G_N_ELEMENTS (state->summary_run); i++)
        state->summary_run[i] = mns_load_f64 (record + shape->at[1 + i]);
      state->n_records[MNS_METRIC_SUMMARY_RUN]++;
    }
  return n;
}
