/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A table of names by lane, in the order of first appearance. Files list the same names for every
 * tile in the same order, so the name after the last one found is tried before the hash.
 */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <string.h>

#include "server/instruments/interop/shares.h"

#define N_LANES 65
#define MOST_NAMES 100000

typedef struct
{
  GPtrArray *shares;
  GHashTable *by_name; /* sequence, newline, sample → MnsShare */
  guint8 *tiles;
  guint next;
} LaneShares;

struct _MnsShares
{
  LaneShares lanes[N_LANES];
  GHashTable *ids; /* sequence, newline, sample → id */
  guint bitmap_size;
  guint n_names;
};

static void
share_free (gpointer data)
{
  MnsShare *share = data;

  g_free (share->sequence);
  g_free (share->sample);
  g_free (share->project);
  g_free (share->seen);
  g_free (share);
}

/**
 * mns_shares_new:
 * @tiles_per_lane: how many tiles a lane can have
 *
 * Returns: (transfer full): an empty table
 */
MnsShares *
mns_shares_new (guint tiles_per_lane)
{
  MnsShares *self = g_new0 (MnsShares, 1);

  self->bitmap_size = tiles_per_lane / 8 + 1;
  self->ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
mns_shares_free (MnsShares *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < N_LANES; i++)
    {
      g_clear_pointer (&self->lanes[i].by_name, g_hash_table_unref);
      g_clear_pointer (&self->lanes[i].shares, g_ptr_array_unref);
      g_free (self->lanes[i].tiles);
    }
  g_hash_table_unref (self->ids);
  g_free (self);
}

static gboolean
is_text (const char *stored, const MnsShareText *text)
{
  return strlen (stored) == text->length && memcmp (stored, text->text, text->length) == 0;
}

/* Texts come from files: bytes that are no UTF-8 are replaced, and a NUL ends the text. */
static char *
copy_text (const MnsShareText *text)
{
  return g_utf8_make_valid (text->text, (gssize) strnlen (text->text, text->length));
}

static char *
make_key (const MnsShareText *sequence, const MnsShareText *sample)
{
  return g_strdup_printf (
      "%.*s\n%.*s", (int) sequence->length, sequence->text, (int) sample->length, sample->text);
}

static guint
find_id (MnsShares *self, const char *key)
{
  gpointer id = NULL;

  if (!g_hash_table_lookup_extended (self->ids, key, NULL, &id))
    {
      id = GUINT_TO_POINTER (g_hash_table_size (self->ids) + 1);
      g_hash_table_insert (self->ids, g_strdup (key), id);
    }
  return GPOINTER_TO_UINT (id);
}

static MnsShare *
find_share (MnsShares *self,
            guint lane,
            const MnsShareText *sequence,
            const MnsShareText *sample,
            const MnsShareText *project)
{
  LaneShares *table = &self->lanes[lane];
  g_autofree char *key = NULL;
  MnsShare *share = NULL;

  if (table->shares == NULL)
    {
      table->shares = g_ptr_array_new_with_free_func (share_free);
      table->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      table->tiles = g_malloc0 (self->bitmap_size);
    }
  if (table->next >= table->shares->len)
    table->next = 0;
  if (table->next < table->shares->len)
    {
      share = table->shares->pdata[table->next];
      if (is_text (share->sequence, sequence) && is_text (share->sample, sample))
        {
          table->next++;
          return share;
        }
    }
  key = make_key (sequence, sample);
  share = g_hash_table_lookup (table->by_name, key);
  if (share == NULL)
    {
      if (self->n_names >= MOST_NAMES)
        return NULL;
      self->n_names++;
      share = g_new0 (MnsShare, 1);
      share->lane = lane;
      share->id = find_id (self, key);
      share->nth = table->shares->len;
      share->sequence = copy_text (sequence);
      share->sample = copy_text (sample);
      share->project = copy_text (project);
      share->seen = g_malloc0 (self->bitmap_size);
      g_ptr_array_add (table->shares, share);
      g_hash_table_insert (table->by_name, g_steal_pointer (&key), share);
    }
  table->next = share->nth + 1;
  return share;
}

/**
 * mns_shares_add:
 * @self: a table
 * @lane: a lane, from 1 to 64
 * @tile_in_lane: number of the tile within the lane, below what the table was made for
 * @sequence: index sequence, or control
 * @sample: name of the sample
 * @project: name of the project, of which the first one met is kept
 * @clusters: clusters of this name on this tile
 *
 * Adds the clusters of one tile. Demultiplexing programs write the same counts once a data read;
 * a tile counts only once.
 *
 * Returns: %FALSE if there are more names than any run can have
 */
gboolean
mns_shares_add (MnsShares *self,
                guint lane,
                guint tile_in_lane,
                const MnsShareText *sequence,
                const MnsShareText *sample,
                const MnsShareText *project,
                guint64 clusters)
{
  MnsShare *share = NULL;
  guint8 mask = (guint8) (1u << (tile_in_lane % 8));

  g_return_val_if_fail (lane > 0 && lane < N_LANES, FALSE);
  g_return_val_if_fail (tile_in_lane / 8 < self->bitmap_size, FALSE);

  share = find_share (self, lane, sequence, sample, project);
  if (share == NULL)
    return FALSE;
  self->lanes[lane].tiles[tile_in_lane / 8] |= mask;
  if ((share->seen[tile_in_lane / 8] & mask) == 0)
    {
      share->seen[tile_in_lane / 8] |= mask;
      share->clusters += clusters;
    }
  return TRUE;
}

guint
mns_shares_length (const MnsShares *self, guint lane)
{
  return lane < N_LANES && self->lanes[lane].shares != NULL ? self->lanes[lane].shares->len : 0;
}

const MnsShare *
mns_shares_get (const MnsShares *self, guint lane, guint nth)
{
  g_return_val_if_fail (nth < mns_shares_length (self, lane), NULL);

  return self->lanes[lane].shares->pdata[nth];
}

/* Whether any record told about this tile. */
gboolean
mns_shares_has_tile (const MnsShares *self, guint lane, guint tile_in_lane)
{
  return lane < N_LANES && self->lanes[lane].tiles != NULL &&
         (self->lanes[lane].tiles[tile_in_lane / 8] & (1u << (tile_in_lane % 8))) != 0;
}
