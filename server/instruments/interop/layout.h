/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <string.h>

#include <glib.h>

G_BEGIN_DECLS

/* The shapes of Illumina's InterOp files as data: every metric, every version, every field. All
 * numbers are little endian and packed.
 */

typedef enum
{
  MNS_METRIC_TILE,
  MNS_METRIC_EXTENDED_TILE,
  MNS_METRIC_EXTRACTION,
  MNS_METRIC_CORRECTED_INT,
  MNS_METRIC_Q,
  MNS_METRIC_Q_BY_LANE,
  MNS_METRIC_Q_COLLAPSED,
  MNS_METRIC_ERROR,
  MNS_METRIC_EMPIRICAL_PHASING,
  MNS_METRIC_IMAGE,
  MNS_METRIC_INDEX,
  MNS_METRIC_SUMMARY_RUN,
  MNS_METRIC_CONTROL,
  MNS_N_METRICS,
} MnsMetric;

typedef enum
{
  MNS_FIELD_U8,
  MNS_FIELD_U16,
  MNS_FIELD_U32,
  MNS_FIELD_U64,
  MNS_FIELD_F32,
  MNS_FIELD_F64,
  MNS_FIELD_TEXT, /* u16 length, then that many bytes */
} MnsFieldType;

typedef enum
{
  MNS_KEY_NONE,
  MNS_KEY_CYCLE,
  MNS_KEY_READ,
} MnsKeyKind;

typedef enum
{
  MNS_HEADER_PLAIN,
  MNS_HEADER_AREA,     /* f32 area of a tile in mm2 */
  MNS_HEADER_CHANNELS, /* u8 n */
  MNS_HEADER_BINS_A,   /* u8 flag; if 1: u8 n, n low ends, n high ends, n values */
  MNS_HEADER_BINS_B,   /* u8 flag; if 1: u8 n, n triples (low, high, value) */
  MNS_HEADER_ADAPTERS, /* u16 n, u16 length, n texts of that length */
} MnsHeaderKind;

#define MNS_LAYOUT_FIELDS 6
#define MNS_MAX_SCORE 50
#define MNS_COUNT_N 0             /* as many values as the header's n */
#define MNS_COUNT_ONE_OR_NONE 255 /* a last field that some writers leave out */

typedef struct
{
  const char *name;
  MnsFieldType type;
  guint8 count; /* how many values, or a MNS_COUNT_ constant */
} MnsField;

/* One version of one metric. */
typedef struct
{
  guint8 version;
  gboolean is_wide;  /* the tile number has 32 bits instead of 16 */
  guint8 has_id;     /* lane and tile come first */
  guint8 size_bytes; /* how the record size is stored: 0 (not at all), 1, 2 or 4 bytes */
  MnsKeyKind key;    /* what follows lane and tile, 16 bits */
  MnsHeaderKind header;
  MnsField fields[MNS_LAYOUT_FIELDS];
} MnsLayout;

typedef struct
{
  MnsMetric metric;
  const char *name; /* as messages call it */
  const char *file; /* name of the file, without "Out.bin" or ".bin" */
  guint n_layouts;
  const MnsLayout *layouts;
} MnsMetricKind;

extern const MnsMetricKind mns_metric_kinds[MNS_N_METRICS];

/* A layout with the numbers of one file's header. Offsets are within a record. */
typedef struct
{
  const MnsLayout *layout;
  guint header_size;
  guint record_size; /* 0 if records have texts and so no size */
  guint key_at;      /* of the cycle or read */
  guint fields_at;
  guint at[MNS_LAYOUT_FIELDS];
  guint count[MNS_LAYOUT_FIELDS];
  guint n; /* channels, bins or adapters */
  gboolean has_bins;
  guint8 bin_low[MNS_MAX_SCORE];
  guint8 bin_high[MNS_MAX_SCORE];
  guint8 bin_value[MNS_MAX_SCORE];
  float area;
} MnsShape;

typedef enum
{
  MNS_HEADER_OK,
  MNS_HEADER_SHORT, /* nothing wrong so far, but there is not enough of it yet */
  MNS_HEADER_FAULT,
} MnsHeaderResult;

/* What is wrong with a file, in words and where. */
typedef struct
{
  guint64 offset;
  char rule[160];
} MnsInteropFault;

void mns_interop_fault_set (MnsInteropFault *fault, const char *format, ...) G_GNUC_PRINTF (2, 3);

MnsHeaderResult mns_shape_parse (
    MnsShape *shape, MnsMetric metric, const guint8 *bytes, gsize length, MnsInteropFault *fault);

guint mns_layout_record_size (const MnsLayout *layout, guint n);

/* The record layer on its own, for listings and tests: every field of a record of fixed size. */
guint mns_shape_n_values (const MnsShape *shape);
double mns_shape_value (const MnsShape *shape, const guint8 *record, guint nth);
const MnsField *mns_shape_field_of_value (const MnsShape *shape, guint nth, guint *within);

static inline guint16
mns_load_u16 (const guint8 *p)
{
  guint16 v;

  memcpy (&v, p, sizeof v);
  return GUINT16_FROM_LE (v);
}

static inline guint32
mns_load_u32 (const guint8 *p)
{
  guint32 v;

  memcpy (&v, p, sizeof v);
  return GUINT32_FROM_LE (v);
}

static inline guint64
mns_load_u64 (const guint8 *p)
{
  guint64 v;

  memcpy (&v, p, sizeof v);
  return GUINT64_FROM_LE (v);
}

static inline float
mns_load_f32 (const guint8 *p)
{
  guint32 bits = mns_load_u32 (p);
  float v;

  memcpy (&v, &bits, sizeof v);
  return v;
}

static inline double
mns_load_f64 (const guint8 *p)
{
  guint64 bits = mns_load_u64 (p);
  double v;

  memcpy (&v, &bits, sizeof v);
  return v;
}

static inline guint32
mns_shape_lane (const MnsShape *shape, const guint8 *record)
{
  return mns_load_u16 (record);
}

static inline guint32
mns_shape_tile (const MnsShape *shape, const guint8 *record)
{
  return shape->layout->is_wide ? mns_load_u32 (record + 2) : mns_load_u16 (record + 2);
}

static inline guint32
mns_shape_key (const MnsShape *shape, const guint8 *record)
{
  return mns_load_u16 (record + shape->key_at);
}

G_END_DECLS
