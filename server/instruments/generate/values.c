/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What is planted: each value is a function of the seed and of its place, so a run that is written
 * in two goes, or cycle by cycle over an hour, is the same run.
 */

#include "config.h"

#include <math.h>

#include "server/instruments/generate/generator-private.h"

enum
{
  PURPOSE_CLUSTERS,
  PURPOSE_PF,
  PURPOSE_OCCUPIED,
  PURPOSE_ERROR,
  PURPOSE_QUALITY,
  PURPOSE_INTENSITY,
  PURPOSE_ALIGNED,
  PURPOSE_PHASING,
  PURPOSE_PREPHASING,
  PURPOSE_INDEX_LETTER,
  PURPOSE_INDEX_SHARE,
};

/* One step of the splitmix64 sequence: spreads any number over all 64 bits. */
static guint64
scramble (guint64 x)
{
  x += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  x = (x ^ (x >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return x ^ (x >> 31);
}

/* A number from 0 to below 1 that depends on all arguments and nothing else. */
double
mns_gen_chance (guint seed, guint purpose, guint64 a, guint64 b)
{
  guint64 x = scramble (((guint64) seed << 32) + purpose);

  x = scramble (scramble (x ^ a) ^ b);
  return (double) (x >> 11) / (double) (G_GUINT64_CONSTANT (1) << 53);
}

static void
plant_tile (MnsGenerator *self, MnsGenTile *tile)
{
  const MnsGenPreset *preset = self->preset;
  guint64 id = ((guint64) tile->lane << 32) + tile->tile;
  guint seed = self->options.seed;
  double lane_quality = 0.004 * tile->lane;
  double clusters = preset->clusters;

  if (!preset->is_patterned)
    clusters *= 0.9 + 0.2 * mns_gen_chance (seed, PURPOSE_CLUSTERS, id, 0);
  tile->clusters = (float) floor (clusters);
  tile->clusters_pf = (float) floor (
      tile->clusters * (0.74 + lane_quality + 0.08 * mns_gen_chance (seed, PURPOSE_PF, id, 0)));
  tile->occupied = (float) floor (tile->clusters *
                                  (0.92 + 0.05 * mns_gen_chance (seed, PURPOSE_OCCUPIED, id, 0)));
  tile->error_factor = 0.8 + 0.4 * mns_gen_chance (seed, PURPOSE_ERROR, id, 0);
  tile->quality = lane_quality + 0.01 * mns_gen_chance (seed, PURPOSE_QUALITY, id, 0);
  tile->intensity =
      600 + 10 * tile->lane + floor (40 * mns_gen_chance (seed, PURPOSE_INTENSITY, id, 0));
  tile->phasing[0] = 0.10 + 0.04 * mns_gen_chance (seed, PURPOSE_PHASING, id, 0);
  tile->phasing[1] = 0.14 + 0.04 * mns_gen_chance (seed, PURPOSE_PREPHASING, id, 0);
  for (guint read = 0; read < self->n_reads; read++)
    tile->aligned[read] =
        (float) (1.5 + 0.2 * tile->lane + 0.2 * mns_gen_chance (seed, PURPOSE_ALIGNED, id, read));
}

static guint32
make_tile_number (const MnsGenPreset *preset, guint surface, guint swath, guint section, guint tile)
{
  if (preset->naming == MNS_TILE_NAMING_FIVE_DIGIT)
    return surface * 10000 + swath * 1000 + section * 100 + tile;
  return surface * 1000 + swath * 100 + tile;
}

/* Fills the array of tiles by lane, surface, swath, section and place. */
void
mns_gen_plant_tiles (MnsGenerator *self)
{
  const MnsGenPreset *preset = self->preset;
  guint first_surface = preset->surfaces - preset->used_surfaces + 1;
  guint n_places =
      preset->used_surfaces * self->swaths * preset->sections_per_lane * self->tiles_per_swath;

  self->n_tiles = self->lanes * n_places;
  self->tiles = g_new0 (MnsGenTile, self->n_tiles);
  for (guint i = 0; i < self->n_tiles; i++)
    {
      MnsGenTile *tile = &self->tiles[i];
      guint lane = i / n_places;
      guint rest = i % n_places;
      guint place = rest % self->tiles_per_swath;
      guint section = rest / self->tiles_per_swath % preset->sections_per_lane;
      guint swath = rest / self->tiles_per_swath / preset->sections_per_lane % self->swaths;
      guint surface = rest / self->tiles_per_swath / preset->sections_per_lane / self->swaths;

      /* Cameras are shared: those of lane 1 see lane 3 too, the next ones lanes 2 and 4. */
      section += lane % preset->lanes_per_section * preset->sections_per_lane;
      tile->lane = lane + 1;
      tile->tile =
          make_tile_number (preset, first_surface + surface, swath + 1, section + 1, place + 1);
      plant_tile (self, tile);
    }
}

static char *
make_index (const MnsGenerator *self, guint sample, guint which, guint length)
{
  char *letters = g_malloc (length + 1);

  for (guint i = 0; i < length; i++)
    letters[i] =
        "ACGT"[(guint) (4 * mns_gen_chance (
                                self->options.seed, PURPOSE_INDEX_LETTER, sample * 2 + which, i))];
  letters[length] = '\0';
  return letters;
}

static void
free_sample (gpointer data)
{
  MnsGenSample *sample = data;

  g_free (sample->name);
  g_free (sample->project);
  g_free (sample->index1);
  g_free (sample->index2);
  g_free (sample);
}

/* The samples of every lane; none if the run reads no index. */
void
mns_gen_plant_samples (MnsGenerator *self)
{
  guint lengths[2] = { 0, 0 };
  guint n_index = 0;

  self->samples = g_ptr_array_new_with_free_func (free_sample);
  for (guint i = 0; i < self->n_reads; i++)
    if (self->reads[i].is_index && n_index < 2)
      lengths[n_index++] = self->reads[i].cycles;
  for (guint i = 0; n_index > 0 && i < self->options.samples; i++)
    {
      MnsGenSample *sample = g_new0 (MnsGenSample, 1);

      sample->name = g_strdup_printf ("Sample-%03u", i + 1);
      sample->project = g_strdup_printf ("Project-%u", i % 3 + 1);
      sample->index1 = make_index (self, i, 0, lengths[0]);
      sample->index2 = make_index (self, i, 1, lengths[1]);
      g_ptr_array_add (self->samples, sample);
    }
}

/* Number of the read, from 0, that a cycle belongs to. */
guint
mns_gen_read_of_cycle (const MnsGenerator *self, guint cycle)
{
  guint read = 0;

  while (read + 1 < self->n_reads && cycle >= self->reads[read + 1].first_cycle)
    read++;
  return read;
}

/* Clusters of a tile that carry the index of a sample; together some 84 of 100. */
guint64
mns_gen_index_clusters (const MnsGenerator *self, const MnsGenTile *tile, guint sample)
{
  double share = 0.84 / self->samples->len;

  share *= 0.7 + 0.6 * mns_gen_chance (self->options.seed, PURPOSE_INDEX_SHARE, sample, 0);
  return (guint64) floor (tile->clusters_pf * share);
}
