/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What others may ask of a state. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include "server/instruments/interop/state-private.h"

const MnsRunInfo *
mns_interop_state_get_info (const MnsInteropState *self)
{
  return self->info;
}

/* Returns: (transfer full): one sentence with file, offset and rule */
char *
mns_set_aside_to_text (const MnsSetAside *self)
{
  return g_strdup_printf (
      "%s, offset %" G_GUINT64_FORMAT ": %s", self->file, self->offset, self->rule);
}

guint
mns_interop_state_n_set_aside (const MnsInteropState *self)
{
  return self->set_aside->len;
}

const MnsSetAside *
mns_interop_state_get_set_aside (const MnsInteropState *self, guint nth)
{
  g_return_val_if_fail (nth < self->set_aside->len, NULL);

  return &g_array_index (self->set_aside, MnsSetAside, nth);
}

/* Bytes that all looks together have read. */
guint64
mns_interop_state_bytes_read (const MnsInteropState *self)
{
  return self->bytes_read;
}

/* Files met so far, without those that were set aside. */
guint
mns_interop_state_n_files (const MnsInteropState *self)
{
  guint n = 0;

  for (guint i = 0; i < MNS_N_METRICS; i++)
    for (guint k = 0; k < self->files[i]->len; k++)
      n += !((const MnsInteropFile *) self->files[i]->pdata[k])->is_set_aside;
  return n;
}

guint64
mns_interop_state_n_records (const MnsInteropState *self, MnsMetric metric)
{
  g_return_val_if_fail (metric < MNS_N_METRICS, 0);

  return self->n_records[metric];
}

/* The furthest cycle that any tile has been through, 0 before the first. */
guint
mns_interop_state_last_cycle (const MnsInteropState *self)
{
  guint last = 0;

  for (guint i = 0; self->slots != NULL && i < MNS_N_METRICS; i++)
    for (guint slot = 0; slot < self->n_slots; slot++)
      last = MAX (last, self->last_cycle[i][slot]);
  return last;
}

/* When the instrument says it last worked, in seconds since 1970 of its own clock, which may be
 * local time; 0 if no file tells.
 */
gint64
mns_interop_state_last_activity (const MnsInteropState *self)
{
  return self->last_activity;
}

/**
 * mns_interop_state_get_cycle:
 * @self: a state made with %MNS_INTEROP_BY_CYCLE that has looked
 * @lane: a lane, from 1
 * @cycle: a cycle of the run, from 1
 *
 * Returns: (transfer none) (nullable): the figures of the lane in that cycle
 */
const MnsCycleFigures *
mns_interop_state_get_cycle (const MnsInteropState *self, guint lane, guint cycle)
{
  MnsCycleFigures *figures = NULL;
  gsize nth = (gsize) lane * (self->n_cycles + 1) + cycle;

  if (self->by_cycle == NULL || lane == 0 || lane >= self->n_lane_rows || cycle == 0 ||
      cycle > self->n_cycles)
    return NULL;
  figures = &self->by_cycle[nth];
  /* Without scores by tile those by lane stand in. */
  if (figures->clusters == 0 && self->n_records[MNS_METRIC_Q] == 0)
    for (guint score = 0; score <= MNS_MAX_SCORE; score++)
      {
        guint64 n = self->lane_scores[nth][score];

        figures->scores[score] = n;
        figures->clusters += n;
        figures->q20 += score >= 20 ? n : 0;
        figures->q30 += score >= 30 ? n : 0;
      }
  return figures;
}
