/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Every metric, every version, every field: what Illumina's instruments since 2010 write. One row a
 * version: its number; whether tile numbers have 32 bits; whether lane and tile come first; bytes
 * of the record size in the header; the key behind lane and tile; the rest of the header; the
 * fields.
 */

#include "config.h"

#include "server/instruments/interop/layout.h"

#define NARROW FALSE
#define WIDE TRUE
#define CYCLE MNS_KEY_CYCLE
#define READ MNS_KEY_READ
#define NO_KEY MNS_KEY_NONE
#define PLAIN MNS_HEADER_PLAIN
#define AREA MNS_HEADER_AREA
#define CHANNELS MNS_HEADER_CHANNELS
#define BINS_A MNS_HEADER_BINS_A
#define BINS_B MNS_HEADER_BINS_B
#define ADAPTERS MNS_HEADER_ADAPTERS
#define N MNS_COUNT_N
#define SCORES MNS_MAX_SCORE
#define U8 MNS_FIELD_U8
#define U16 MNS_FIELD_U16
#define U32 MNS_FIELD_U32
#define U64 MNS_FIELD_U64
#define F32 MNS_FIELD_F32
#define F64 MNS_FIELD_F64
#define TEXT MNS_FIELD_TEXT

/* clang-format off */
static const MnsLayout tile[] = {
  { 2, NARROW, 1, 1, NO_KEY, PLAIN, { { "code", U16, 1 }, { "value", F32, 1 } } },
  /* With code 'r' the first number is a read, as u32; see tile.c. */
  { 3, WIDE, 1, 1, NO_KEY, AREA, { { "code", U8, 1 }, { "first", F32, 1 }, { "second", F32, 1 } } },
};

static const MnsLayout extended_tile[] = {
  { 1, NARROW, 1, 1, NO_KEY, PLAIN, { { "code", U16, 1 }, { "value", F32, 1 } } },
  { 2, WIDE, 1, 1, NO_KEY, PLAIN, { { "occupied", F32, 1 } } },
  { 3, WIDE, 1, 1, NO_KEY, PLAIN, { { "occupied", F32, 1 }, { "corner", F32, 2 } } },
};

static const MnsLayout extraction[] = {
  { 2, NARROW, 1, 1, CYCLE, PLAIN,
    { { "focus", F32, 4 }, { "intensity", U16, 4 }, { "time", U64, 1 } } },
  { 3, WIDE, 1, 1, CYCLE, CHANNELS, { { "focus", F32, N }, { "intensity", U16, N } } },
};

static const MnsLayout corrected_int[] = {
  { 2, NARROW, 1, 1, CYCLE, PLAIN,
    { { "mean", U16, 1 }, { "all", U16, 4 }, { "called", U16, 4 }, { "calls", U32, 5 },
      { "signal to noise", F32, 1 } } },
  { 3, NARROW, 1, 1, CYCLE, PLAIN, { { "called", U16, 4 }, { "calls", U32, 5 } } },
  { 4, WIDE, 1, 1, CYCLE, PLAIN, { { "calls", U32, 5 } } },
};

static const MnsLayout q[] = {
  { 4, NARROW, 1, 1, CYCLE, PLAIN, { { "clusters", U32, SCORES } } },
  { 5, NARROW, 1, 1, CYCLE, BINS_A, { { "clusters", U32, SCORES } } },
  { 6, NARROW, 1, 1, CYCLE, BINS_A, { { "clusters", U32, N } } },
  { 7, WIDE, 1, 1, CYCLE, BINS_B, { { "clusters", U32, N } } },
  { 8, WIDE, 1, 1, CYCLE, BINS_B, { { "clusters", U64, N } } },
  { 9, WIDE, 1, 2, CYCLE, BINS_B, { { "clusters", U64, N } } },
};

static const MnsLayout q_by_lane[] = {
  { 4, NARROW, 1, 1, CYCLE, PLAIN, { { "clusters", U32, SCORES } } },
  { 5, NARROW, 1, 1, CYCLE, BINS_A, { { "clusters", U32, SCORES } } },
  { 6, NARROW, 1, 1, CYCLE, BINS_A, { { "clusters", U32, N } } },
  { 8, WIDE, 1, 1, CYCLE, BINS_B, { { "clusters", U64, N } } },
  { 9, WIDE, 1, 2, CYCLE, BINS_B, { { "clusters", U64, N } } },
};

#define COLLAPSED \
  { { "q20", U32, 1 }, { "q30", U32, 1 }, { "all", U32, 1 }, \
    { "median", F32, MNS_COUNT_ONE_OR_NONE } }
static const MnsLayout q_collapsed[] = {
  { 2, NARROW, 1, 1, CYCLE, PLAIN, COLLAPSED },
  { 3, NARROW, 1, 1, CYCLE, PLAIN, COLLAPSED },
  { 4, NARROW, 1, 1, CYCLE, PLAIN, COLLAPSED },
  { 5, NARROW, 1, 1, CYCLE, BINS_A, COLLAPSED },
  { 6, NARROW, 1, 1, CYCLE, BINS_A, COLLAPSED },
};

static const MnsLayout error[] = {
  { 3, NARROW, 1, 1, CYCLE, PLAIN, { { "error", F32, 1 }, { "reads", U32, 5 } } },
  { 4, WIDE, 1, 1, CYCLE, PLAIN, { { "error", F32, 1 } } },
  { 5, WIDE, 1, 1, CYCLE, PLAIN, { { "error", F32, 1 }, { "adapter", F32, 1 } } },
  { 6, WIDE, 1, 1, CYCLE, ADAPTERS, { { "error", F32, 1 }, { "adapter", F32, N } } },
};

static const MnsLayout phasing[] = {
  { 1, NARROW, 1, 1, CYCLE, PLAIN, { { "phasing", F32, 1 }, { "prephasing", F32, 1 } } },
  { 2, WIDE, 1, 1, CYCLE, PLAIN, { { "phasing", F32, 1 }, { "prephasing", F32, 1 } } },
};

static const MnsLayout image[] = {
  { 1, NARROW, 1, 1, CYCLE, PLAIN,
    { { "channel", U16, 1 }, { "min", U16, 1 }, { "max", U16, 1 } } },
  { 2, NARROW, 1, 1, CYCLE, CHANNELS, { { "min", U16, N }, { "max", U16, N } } },
  { 3, WIDE, 1, 1, CYCLE, CHANNELS, { { "min", U16, N }, { "max", U16, N } } },
};

static const MnsLayout indices[] = {
  { 1, NARROW, 1, 0, READ, PLAIN,
    { { "index", TEXT, 1 }, { "clusters", U32, 1 }, { "sample", TEXT, 1 },
      { "project", TEXT, 1 } } },
  { 2, WIDE, 1, 0, READ, PLAIN,
    { { "index", TEXT, 1 }, { "clusters", U64, 1 }, { "sample", TEXT, 1 },
      { "project", TEXT, 1 } } },
};

static const MnsLayout summary_run[] = {
  { 1, NARROW, 0, 4, NO_KEY, PLAIN,
    { { "nothing", U16, 1 }, { "occupancy proxy", F64, 1 }, { "raw", F64, 1 },
      { "occupied", F64, 1 }, { "pf", F64, 1 } } },
};

static const MnsLayout control[] = {
  { 1, NARROW, 1, 0, READ, PLAIN,
    { { "control", TEXT, 1 }, { "index", TEXT, 1 }, { "clusters", U32, 1 } } },
};

#define KIND(metric, name, file, layouts) { metric, name, file, G_N_ELEMENTS (layouts), layouts }
const MnsMetricKind mns_metric_kinds[MNS_N_METRICS] = {
  KIND (MNS_METRIC_TILE, "Tile", "TileMetrics", tile),
  KIND (MNS_METRIC_EXTENDED_TILE, "ExtendedTile", "ExtendedTileMetrics", extended_tile),
  KIND (MNS_METRIC_EXTRACTION, "Extraction", "ExtractionMetrics", extraction),
  KIND (MNS_METRIC_CORRECTED_INT, "CorrectedInt", "CorrectedIntMetrics", corrected_int),
  KIND (MNS_METRIC_Q, "Q", "QMetrics", q),
  KIND (MNS_METRIC_Q_BY_LANE, "QByLane", "QMetricsByLane", q_by_lane),
  KIND (MNS_METRIC_Q_COLLAPSED, "QCollapsed", "QMetrics2030", q_collapsed),
  KIND (MNS_METRIC_ERROR, "Error", "ErrorMetrics", error),
  KIND (MNS_METRIC_EMPIRICAL_PHASING, "EmpiricalPhasing", "EmpiricalPhasingMetrics", phasing),
  KIND (MNS_METRIC_IMAGE, "Image", "ImageMetrics", image),
  KIND (MNS_METRIC_INDEX, "Index", "IndexMetrics", indices),
  KIND (MNS_METRIC_SUMMARY_RUN, "SummaryRun", "SummaryRunMetrics", summary_run),
  KIND (MNS_METRIC_CONTROL, "Control", "ControlMetrics", control),
};
/* clang-format on */
