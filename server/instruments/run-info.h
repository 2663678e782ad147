/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How a tile number is put together; the digits are from the left.
 * FOUR_DIGIT: surface, swath, tile (2). FIVE_DIGIT: surface, swath, section, tile (2).
 * ABSOLUTE: counted from 1 on one surface. UNKNOWN: RunInfo.xml does not say; the tile numbers of
 * the metrics tell, see mns_tile_naming_guess().
 */
typedef enum
{
  MNS_TILE_NAMING_UNKNOWN,
  MNS_TILE_NAMING_FOUR_DIGIT,
  MNS_TILE_NAMING_FIVE_DIGIT,
  MNS_TILE_NAMING_ABSOLUTE,
} MnsTileNaming;

typedef struct
{
  guint number; /* counted from 1 in the order of the run, index reads too */
  guint cycles;
  guint first_cycle; /* of the run, counted from 1 */
  guint last_cycle;
  gboolean is_index;
  gboolean is_reverse_complement; /* version 6 only: the instrument turns this index read */
} MnsRunRead;

typedef struct
{
  guint32 lane;
  guint32 tile;
} MnsRunTile;

/* What RunInfo.xml says. A text is NULL and a number is 0 where the file does not tell. */
typedef struct
{
  guint version; /* RunInfo@Version, 0 without */
  char *id;      /* Run@Id: the run's name, which need not be the folder's */
  guint number;
  char *flowcell;
  char *instrument; /* serial number */
  char *date;       /* as written; its form depends on the instrument and its locale */
  guint lanes;
  guint surfaces;
  guint swaths;
  guint tiles;             /* a swath (and section) */
  guint sections_per_lane; /* at least 1 */
  guint lanes_per_section; /* at least 1 */
  guint flowcell_side;     /* 1 = A, 2 = B */
  MnsTileNaming naming;
  guint n_reads;
  MnsRunRead *reads; /* by number */
  guint total_cycles;
  guint n_channels;
  char **channels; /* as written, NULL terminated; those of the family where the file has none */
  guint n_tile_list;
  MnsRunTile *tile_list; /* the tiles in use, where the file lists them */
} MnsRunInfo;

MnsRunInfo *mns_run_info_read (const char *folder, GError **error);
MnsRunInfo *mns_run_info_parse (const char *xml, gsize length, const char *name, GError **error);
void mns_run_info_free (MnsRunInfo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsRunInfo, mns_run_info_free)

const MnsRunRead *mns_run_info_read_of_cycle (const MnsRunInfo *self, guint cycle);

const char *mns_tile_naming_name (MnsTileNaming naming);
MnsTileNaming mns_tile_naming_guess (guint tile);
guint mns_tile_surface (MnsTileNaming naming, guint tile);
guint mns_tile_swath (MnsTileNaming naming, guint tile);
guint mns_tile_section (MnsTileNaming naming, guint tile);
guint mns_tile_place (MnsTileNaming naming, guint tile);

G_END_DECLS
