/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "server/instruments/interop/layout.h"
#include "server/instruments/run-info.h"

G_BEGIN_DECLS

/* How the control software of a family writes its parameters and ends a run. */
typedef enum
{
  MNS_GEN_MISEQ,
  MNS_GEN_HISEQ,
  MNS_GEN_NEXTSEQ_500, /* MiniSeq too */
  MNS_GEN_ISEQ,
  MNS_GEN_NEXTSEQ_2000,
  MNS_GEN_NOVASEQ_6000,
  MNS_GEN_NOVASEQ_X,
  MNS_N_GEN_FAMILIES,
} MnsGenFamily;

/* Versions of the metrics that are written together; 0 where a generation has none. */
typedef struct
{
  guint8 version[MNS_N_METRICS];
} MnsGenMetrics;

typedef struct
{
  guint8 low;
  guint8 high;
  guint8 value;
} MnsGenBin;

typedef struct
{
  const char *name;
  const char *model;
  MnsGenFamily family;
  const char *serial;
  const char *flowcell;
  const char *flowcell_kind; /* in the words of the parameters file */
  const char *software;
  const char *software_version;
  const char *rta;
  guint info_version; /* of RunInfo.xml */
  guint lanes;
  guint surfaces;
  guint used_surfaces; /* those with tiles, from the last one */
  guint swaths;
  guint tiles;
  guint sections_per_lane;
  guint lanes_per_section;
  MnsTileNaming naming;
  const char *channels; /* with spaces between */
  const char *reads;
  const MnsGenMetrics *metrics;
  const MnsGenBin *bins; /* NULL: not binned */
  guint clusters;        /* of a tile */
  gboolean is_patterned; /* so all tiles have as many */
  double area;           /* of a tile, mm2 */
} MnsGenPreset;

const MnsGenPreset *mns_gen_preset_find (const char *name);
const MnsGenPreset *mns_gen_preset_get (guint nth);

G_END_DECLS
