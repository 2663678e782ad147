/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* ImageMetricsOut.bin: lowest and highest contrast of the thumbnails, a channel. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include "server/instruments/interop/state-private.h"

static void
add_contrast (MnsCycleFigures *figures, guint channel, guint lowest, guint highest)
{
  if (channel >= G_N_ELEMENTS (figures->n_image))
    return;
  figures->n_image[channel]++;
  figures->contrast_min[channel] += lowest;
  figures->contrast_max[channel] += highest;
}

MNS_DECLARE_TAKE (image)
{
  gboolean by_channel = shape->layout->version == 1;
  MnsLocation at;

  for (gsize k = 0; k < n; k++)
    {
      const guint8 *record = first + (gssize) k * stride;
      MnsCycleFigures *figures;

      switch (mns_interop_locate (state, shape, record, &at, fault))
        {
        case MNS_FOREIGN:
          return k;
        case MNS_SKIP:
          continue;
        default:
          break;
        }
      state->n_records[MNS_METRIC_IMAGE]++;
      mns_interop_note_cycle (state, MNS_METRIC_IMAGE, &at);
      if (state->by_cycle == NULL)
        continue;
      figures = mns_interop_cycle_figures (state, &at);
      if (by_channel)
        add_contrast (figures,
                      mns_load_u16 (record + shape->at[0]),
                      mns_load_u16 (record + shape->at[1]),
                      mns_load_u16 (record + shape->at[2]));
      for (guint i = 0; !by_channel && i < shape->count[0]; i++)
        add_contrast (figures,
                      i,
                      mns_load_u16 (record + shape->at[0] + 2 * i),
                      mns_load_u16 (record + shape->at[1] + 2 * i));
    }
  return n;
}
