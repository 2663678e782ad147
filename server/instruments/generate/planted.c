/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The figures that a reader must find, made of what was planted without reading any file back. */

#include "config.h"

#include <math.h>

#include "server/instruments/generate/generator-private.h"
#include "server/instruments/json-writer.h"

/* Sums over the tiles of a lane in one read. */
typedef struct
{
  guint tiles;
  guint64 q_total;
  guint64 q_over30;
  double clusters;
  double clusters_pf;
  double percent_pf;
  double aligned;
  double occupied;
  double intensity;
  double error;
  double error_35;
  guint n_error;
  guint n_error_35;
} Sums;

static Sums
sum_lane (const MnsGenerator *self, guint lane, guint read)
{
  Sums sums = { 0 };

  for (guint i = 0; i < self->n_tiles; i++)
    {
      const MnsGenTile *tile = &self->tiles[i];

      if (tile->lane != lane)
        continue;
      sums.tiles++;
      sums.q_total += tile->q_total[read];
      sums.q_over30 += tile->q_over30[read];
      sums.clusters += tile->clusters;
      sums.clusters_pf += tile->clusters_pf;
      sums.percent_pf += 100.0 * tile->clusters_pf / tile->clusters;
      sums.occupied += 100.0 * tile->occupied / tile->clusters;
      sums.aligned += tile->aligned[read];
      sums.intensity += tile->first_intensity[read];
      if (tile->error_n[read] > 0)
        {
          sums.error += tile->error_sum[read] / tile->error_n[read];
          sums.n_error++;
        }
      if (tile->error_reach[read] >= 35)
        {
          sums.error_35 += tile->error_sum_35[read] / tile->error_n_35[read];
          sums.n_error_35++;
        }
    }
  return sums;
}

static double
share (guint64 part, guint64 whole)
{
  return whole > 0 ? 100.0 * (double) part / (double) whole : NAN;
}

static void
write_lane (MnsJsonWriter *out, const MnsGenerator *self, guint lane, guint read)
{
  Sums sums = sum_lane (self, lane, read);
  gboolean has_clusters = self->versions[MNS_METRIC_TILE] != 0 &&
                          self->cycle >= MIN (MNS_GEN_FILTER_CYCLE, self->reads[0].cycles);
  guint last_cycle = self->reads[read].first_cycle + self->reads[read].cycles - 1;

  mns_json_begin (out, NULL, '{');
  mns_json_number (out, "lane", lane);
  mns_json_number (out, "tiles", sums.tiles);
  if (sums.q_total > 0)
    {
      mns_json_number (out, "yield_g", (double) sums.q_total / 1e9);
      mns_json_number (out, "percent_q30", share (sums.q_over30, sums.q_total));
    }
  if (sums.n_error > 0)
    mns_json_number (out, "error_rate", sums.error / sums.n_error);
  if (sums.n_error_35 > 0)
    mns_json_number (out, "error_rate_35", sums.error_35 / sums.n_error_35);
  if (self->versions[MNS_METRIC_EXTRACTION] != 0 && self->cycle >= self->reads[read].first_cycle)
    mns_json_number (out, "intensity_c1", sums.intensity / sums.tiles);
  if (has_clusters)
    {
      mns_json_number (out, "clusters_raw", sums.clusters);
      mns_json_number (out, "clusters_pf", sums.clusters_pf);
      mns_json_number (out, "percent_pf", sums.percent_pf / sums.tiles);
      mns_json_number (
          out, "density_k_mm2", sums.clusters / sums.tiles / (float) self->preset->area / 1000);
    }
  if (has_clusters && self->cycle >= last_cycle && !self->reads[read].is_index)
    mns_json_number (out, "percent_aligned", sums.aligned / sums.tiles);
  if (has_clusters && self->versions[MNS_METRIC_EXTENDED_TILE] != 0)
    mns_json_number (out, "percent_occupied", sums.occupied / sums.tiles);
  mns_json_end (out, '}');
}

/* Yield and share of high scores of the reads from @first to before @end. */
static void
write_yield (
    MnsJsonWriter *out, const MnsGenerator *self, guint first, guint end, gboolean index_too)
{
  guint64 total = 0;
  guint64 over30 = 0;

  for (guint read = first; read < end; read++)
    for (guint i = 0; i < self->n_tiles; i++)
      if (index_too || !self->reads[read].is_index)
        {
          total += self->tiles[i].q_total[read];
          over30 += self->tiles[i].q_over30[read];
        }
  mns_json_number (out, "yield_g", (double) total / 1e9);
  if (total > 0)
    mns_json_number (out, "percent_q30", share (over30, total));
}

static void
write_read (MnsJsonWriter *out, const MnsGenerator *self, guint read)
{
  mns_json_begin (out, NULL, '{');
  mns_json_number (out, "number", read + 1);
  mns_json_boolean (out, "is_index", self->reads[read].is_index);
  mns_json_number (out, "cycles", self->reads[read].cycles);
  mns_json_number (out, "usable_cycles", self->reads[read].cycles - 1);
  write_yield (out, self, read, read + 1, TRUE);
  mns_json_begin (out, "lanes", '[');
  for (guint lane = 1; lane <= self->lanes; lane++)
    write_lane (out, self, lane, read);
  mns_json_end (out, ']');
  mns_json_end (out, '}');
}

static void
write_index_lane (MnsJsonWriter *out, const MnsGenerator *self, guint lane)
{
  double pf = 0;
  guint64 identified = 0;

  mns_json_begin (out, NULL, '{');
  mns_json_number (out, "lane", lane);
  for (guint i = 0; i < self->n_tiles; i++)
    pf += self->tiles[i].lane == lane ? self->tiles[i].clusters_pf : 0;
  mns_json_begin (out, "indices", '[');
  for (guint k = 0; k < self->samples->len; k++)
    {
      const MnsGenSample *sample = self->samples->pdata[k];
      guint64 clusters = 0;

      for (guint i = 0; i < self->n_tiles; i++)
        if (self->tiles[i].lane == lane)
          clusters += mns_gen_index_clusters (self, &self->tiles[i], k);
      identified += clusters;
      mns_json_begin (out, NULL, '{');
      mns_json_text (out, "sample", sample->name);
      mns_json_text (out, "project", sample->project);
      mns_json_text (out, "index1", sample->index1);
      mns_json_text (out, "index2", sample->index2);
      mns_json_number (out, "clusters", (double) clusters);
      mns_json_number (out, "percent", 100.0 * (double) clusters / pf);
      mns_json_end (out, '}');
    }
  mns_json_end (out, ']');
  mns_json_number (out, "percent_identified", 100.0 * (double) identified / pf);
  mns_json_end (out, '}');
}

/* Returns: (transfer full): planted.json */
char *
mns_gen_planted_to_json (const MnsGenerator *self)
{
  MnsJsonWriter out = { g_string_new (NULL), 0, FALSE };
  gboolean has_index = self->versions[MNS_METRIC_INDEX] != 0 && self->cycle >= self->n_cycles &&
                       self->samples->len > 0;

  mns_json_begin (&out, NULL, '{');
  mns_json_text (&out, "preset", self->preset->name);
  mns_json_text (&out, "model", self->preset->model);
  mns_json_number (&out, "seed", self->options.seed);
  mns_json_text (&out, "run_id", self->run_id);
  mns_json_begin (&out, "versions", '{');
  for (guint i = 0; i < MNS_N_METRICS; i++)
    if (self->versions[i] != 0)
      mns_json_number (&out, mns_metric_kinds[i].name, self->versions[i]);
  mns_json_end (&out, '}');
  mns_json_begin (&out, "expected", '{');
  mns_json_number (&out, "total_cycles", self->n_cycles);
  mns_json_number (&out, "cycles_done", self->cycle);
  mns_json_begin (&out, "reads", '[');
  for (guint i = 0; i < self->n_reads; i++)
    write_read (&out, self, i);
  mns_json_end (&out, ']');
  mns_json_begin (&out, "total", '{');
  write_yield (&out, self, 0, self->n_reads, TRUE);
  mns_json_end (&out, '}');
  mns_json_begin (&out, "nonindex", '{');
  write_yield (&out, self, 0, self->n_reads, FALSE);
  mns_json_end (&out, '}');
  mns_json_begin (&out, "index", '[');
  for (guint lane = 1; has_index && lane <= self->lanes; lane++)
    write_index_lane (&out, self, lane);
  mns_json_end (&out, ']');
  mns_json_end (&out, '}');
  mns_json_end (&out, '}');
  g_string_append_c (out.text, '\n');
  return g_string_free (out.text, FALSE);
}
