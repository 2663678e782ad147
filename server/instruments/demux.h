/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "server/instruments/sheet.h"

G_BEGIN_DECLS

/* What demultiplexing found, by lane and sample. Counts are -1 where the program does not tell,
 * and clusters: a pair of reads counts once.
 */

typedef struct
{
  char *index;
  char *index2; /* as read by the machine, not as in the sheet; %NULL for none */
  gint64 perfect;
  gint64 one_mismatch;
  gint64 two_mismatches;
} MnsDemuxIndex;

/**
 * MnsDemuxRow:
 * @lane: lane
 * @sample_id: sample; %NULL in the row of what no sample claims
 * @indexes: of #MnsDemuxIndex; several where one sample has several, none without an index
 * @reads: clusters
 * @yield: bases of the data reads
 * @yield_q30: of these with a quality of at least 30
 * @quality_sum: sum of all qualities
 * @mean_quality: mean quality of a base, NAN if not known
 * @adapter_bases: bases taken off as adapter
 * @line: line in the CSV, 0 for JSON
 * @sheet_line: line of the sample in the sample sheet, 0 if it was not matched
 */
typedef struct
{
  guint lane;
  char *sample_id;
  char *sample_name;
  char *project;
  GPtrArray *indexes;
  gint64 reads;
  gint64 yield;
  gint64 yield_q30;
  gint64 quality_sum;
  double mean_quality;
  gint64 adapter_bases;
  guint line;
  guint sheet_line;
} MnsDemuxRow;

typedef struct
{
  guint lane;
  gint64 clusters_raw;
  gint64 clusters_pf;
  gint64 yield;
  gint64 assigned;     /* reads of samples */
  gint64 undetermined; /* reads of none */
  guint samples;
} MnsDemuxLane;

typedef struct
{
  guint lane;
  char *index;
  char *index2;
  gint64 reads;
} MnsDemuxBarcode;

typedef enum
{
  MNS_DEMUX_BCL2FASTQ,
  MNS_DEMUX_BCL_CONVERT,
} MnsDemuxKind;

/**
 * MnsDemux:
 * @folder: where the statistics lie
 * @analysis: number of the analysis on the instrument, 0 for one elsewhere
 * @columns: heads of Demultiplex_Stats.csv, %NULL for bcl2fastq
 * @rows: of #MnsDemuxRow; the same sample in two lanes, or twice in one, is two rows
 * @lanes: of #MnsDemuxLane, by number
 * @unknown: of #MnsDemuxBarcode, those found most often
 * @unmatched: (element-type utf8): rows and samples that have no counterpart, in words
 * @flowcell: (nullable): flow cell
 * @run_id: (nullable): run
 */
typedef struct
{
  MnsDemuxKind kind;
  char *folder;
  guint analysis;
  char **columns;
  GPtrArray *rows;
  GPtrArray *lanes;
  GPtrArray *unknown;
  GPtrArray *unmatched;
  char *flowcell;
  char *run_id;
} MnsDemux;

/* demux-find.c */
GPtrArray *mns_demux_find (const char *folder);
char *mns_demux_find_sheet (const char *run_folder, const char *stats_folder);

/* demux.c */
MnsDemux *mns_demux_new (MnsDemuxKind kind, const char *folder);
MnsDemux *mns_demux_read (const char *folder, GError **error);
void mns_demux_free (MnsDemux *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MnsDemux, mns_demux_free)

MnsDemuxRow *mns_demux_add_row (MnsDemux *self, guint lane);
MnsDemuxLane *mns_demux_get_lane (MnsDemux *self, guint lane);
void mns_demux_add_index (MnsDemuxRow *row, const char *sequence);
void mns_demux_add_unknown (
    MnsDemux *self, guint lane, const char *index, const char *index2, gint64 reads);
void mns_demux_finish (MnsDemux *self);
void mns_demux_match (MnsDemux *self, const MnsSampleSheet *sheet);

/* demux-bcl2fastq.c, demux-bclconvert.c */
gboolean mns_demux_parse_stats_json (
    MnsDemux *self, const char *data, gsize length, const char *name, GError **error);
gboolean mns_demux_read_reports (MnsDemux *self, GError **error);

/* demux-json.c */
void mns_demux_add_json (const MnsDemux *self, JsonBuilder *builder);

G_END_DECLS
