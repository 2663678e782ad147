/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* EmpiricalPhasingMetricsOut.bin: weights of phasing and prephasing in percent. The figures are
 * the slope and offset of the least squares line of the weight against the cycle of the read.
 */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include "server/instruments/interop/state-private.h"

static inline void
add_point (MnsLineSums *line, guint x, double phasing, double prephasing)
{
  line->n++;
  line->x += x;
  line->xx += (guint64) x * x;
  line->y[0] += phasing;
  line->y[1] += prephasing;
  line->xy[0] += x * phasing;
  line->xy[1] += x * prephasing;
}

/* Whether the record is among the first 25 by cycle. Files have the cycles of a tile in order, so
 * counting does; if one has not, it is read once more when the 25th cycle is known.
 */
static inline gboolean
is_early (MnsInteropState *state, MnsPhasingSums *sums, gsize cell, guint in_read)
{
  if (state->is_backward)
    return in_read <= state->phasing_limit[cell];
  if (in_read < sums->reach)
    state->is_careful[MNS_METRIC_EMPIRICAL_PHASING] = TRUE;
  return sums->all.n < MNS_PHASING_RECORDS;
}

MNS_DECLARE_TAKE (empirical_phasing)
{
  MnsLocation at;

  for (gsize k = 0; k < n; k++)
    {
      const guint8 *record = first + (gssize) k * stride;
      MnsLocated located;
      double phasing = mns_load_f32 (record + shape->at[0]);
      double prephasing = mns_load_f32 (record + shape->at[1]);
      MnsPhasingSums *sums;
      gsize cell;

      located =
          mns_interop_take_once (state, MNS_METRIC_EMPIRICAL_PHASING, shape, record, &at, fault);
      if (located == MNS_FOREIGN)
        return k;
      if (located == MNS_SKIP)
        continue;
      if (state->by_cycle != NULL)
        {
          MnsCycleFigures *figures = mns_interop_cycle_figures (state, &at);

          figures->n_phasing++;
          figures->phasing += phasing;
          figures->prephasing += prephasing;
        }
      state->most_phasing = MAX (state->most_phasing, at.cycle);
      cell = (gsize) at.place->read * state->capacity + at.slot;
      sums = &state->phasing[cell];
      if (is_early (state, sums, cell, at.place->in_read))
        add_point (&sums->first, at.place->in_read, phasing, prephasing);
      add_point (&sums->all, at.place->in_read, phasing, prephasing);
      sums->reach = MAX (sums->reach, at.place->in_read);
    }
  return n;
}
