/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Which part of a lane each index has. */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <math.h>
#include <string.h>

#include "server/instruments/interop/state-private.h"
#include "server/instruments/summary.h"

static void
lane_index_free (gpointer data)
{
  MnsLaneIndex *self = data;

  for (guint i = 0; i < self->n_shares; i++)
    {
      g_free (self->shares[i].sample);
      g_free (self->shares[i].project);
      g_free (self->shares[i].index1);
      g_free (self->shares[i].index2);
    }
  g_free (self->shares);
  g_free (self);
}

static double
round_4 (double value)
{
  return round (value * 10000) / 10000;
}

/* "AAAA-CCCC" of demultiplexing programs, "AAAA+CCCC" of instruments, "AAAA-" or "AAAA". */
static void
split_sequence (const char *sequence, MnsIndexShare *share)
{
  const char *mark = strchr (sequence, '-');

  if (mark == NULL)
    mark = strchr (sequence, '+');
  share->index1 =
      mark != NULL ? g_strndup (sequence, (gsize) (mark - sequence)) : g_strdup (sequence);
  share->index2 = g_strdup (mark != NULL ? mark + 1 : "");
}

static void
count_clusters (const MnsInteropState *state, MnsLaneIndex *self)
{
  for (guint slot = 0; slot < state->n_slots; slot++)
    {
      if (state->slots[slot].lane != self->lane ||
          !mns_shares_has_tile (state->index, self->lane, state->slots[slot].in_lane))
        continue;
      if (!isnan (state->tile[slot].clusters))
        self->reads += state->tile[slot].clusters;
      if (!isnan (state->tile[slot].clusters_pf))
        self->reads_pf += state->tile[slot].clusters_pf;
    }
}

/* Percent to four decimals, as they are stored, and spread and range made of them. */
static double
find_percent (double clusters, double of)
{
  return of > 0 ? round_4 (100.0 * clusters / of) : NAN;
}

static const char *
name_or_na (const char *name)
{
  return *name != '\0' ? name : "NA";
}

static MnsLaneIndex *
make_lane (const MnsInteropState *state, guint lane)
{
  MnsLaneIndex *self = g_new0 (MnsLaneIndex, 1);
  g_autofree double *percents = NULL;
  double identified = 0;
  MnsStat stat;

  self->lane = lane;
  self->n_shares = mns_shares_length (state->index, lane);
  self->shares = g_new0 (MnsIndexShare, self->n_shares);
  percents = g_new (double, self->n_shares);
  count_clusters (state, self);
  for (guint i = 0; i < self->n_shares; i++)
    {
      const MnsShare *share = mns_shares_get (state->index, lane, i);

      self->shares[i].id = share->id;
      split_sequence (name_or_na (share->sequence), &self->shares[i]);
      self->shares[i].sample = g_strdup (name_or_na (share->sample));
      self->shares[i].project = g_strdup (name_or_na (share->project));
      self->shares[i].clusters = (double) share->clusters;
      identified += self->shares[i].clusters;
      self->shares[i].percent = find_percent (self->shares[i].clusters, self->reads_pf);
      percents[i] = self->shares[i].percent;
    }
  self->percent_identified = find_percent (identified, self->reads_pf);
  stat = mns_stat_of (percents, self->n_shares);
  self->cv = stat.mean > 0 ? round_4 (stat.deviation / stat.mean) : NAN;
  self->least = self->shares[0].percent;
  self->most = self->shares[0].percent;
  for (guint i = 1; i < self->n_shares; i++)
    {
      self->least = MIN (self->least, self->shares[i].percent);
      self->most = MAX (self->most, self->shares[i].percent);
    }
  return self;
}

/**
 * mns_index_summary_new:
 * @state: a state that has looked
 *
 * Returns: (transfer full) (element-type MnsLaneIndex): the lanes that the index file tells about
 */
GPtrArray *
mns_index_summary_new (const MnsInteropState *state)
{
  GPtrArray *lanes = g_ptr_array_new_with_free_func (lane_index_free);

  for (guint lane = 1; lane < state->n_lane_rows; lane++)
    if (state->index != NULL && mns_shares_length (state->index, lane) > 0)
      g_ptr_array_add (lanes, make_lane (state, lane));
  return lanes;
}
