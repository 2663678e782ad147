/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Turns a file's header into offsets, by the table of layouts. Nothing here knows what a figure
 * means.
 */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "server/instruments/interop/layout.h"

static const guint field_sizes[] = {
  [MNS_FIELD_U8] = 1,  [MNS_FIELD_U16] = 2, [MNS_FIELD_U32] = 4,
  [MNS_FIELD_U64] = 8, [MNS_FIELD_F32] = 4, [MNS_FIELD_F64] = 8,
};

void
mns_interop_fault_set (MnsInteropFault *fault, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  vsnprintf (fault->rule, sizeof fault->rule, format, args);
  va_end (args);
}

/* A part of a header, read in order. It may end before the header does. */
typedef struct
{
  const guint8 *bytes;
  gsize length;
  gsize at;
} Cursor;

static const guint8 *
take_bytes (Cursor *cursor, gsize n)
{
  const guint8 *p = cursor->bytes + cursor->at;

  if (cursor->length - cursor->at < n)
    return NULL;
  cursor->at += n;
  return p;
}

static MnsHeaderResult
parse_bins (MnsShape *shape, Cursor *cursor, MnsInteropFault *fault)
{
  gboolean by_array = shape->layout->header == MNS_HEADER_BINS_A;
  const guint8 *flag = take_bytes (cursor, 1);
  const guint8 *count = NULL;
  const guint8 *bins = NULL;

  shape->n = MNS_MAX_SCORE;
  if (flag == NULL)
    return MNS_HEADER_SHORT;
  if (*flag == 0)
    return MNS_HEADER_OK;
  fault->offset = cursor->at;
  count = take_bytes (cursor, 1);
  if (count == NULL)
    return MNS_HEADER_SHORT;
  if (*count == 0 || *count > MNS_MAX_SCORE)
    {
      mns_interop_fault_set (fault, "%u score bins, not 1 to %d", *count, MNS_MAX_SCORE);
      return MNS_HEADER_FAULT;
    }
  shape->n = *count;
  shape->has_bins = TRUE;
  bins = take_bytes (cursor, 3 * shape->n);
  if (bins == NULL)
    return MNS_HEADER_SHORT;
  for (guint i = 0; i < shape->n; i++)
    {
      shape->bin_low[i] = by_array ? bins[i] : bins[3 * i];
      shape->bin_high[i] = by_array ? bins[shape->n + i] : bins[3 * i + 1];
      shape->bin_value[i] = by_array ? bins[2 * shape->n + i] : bins[3 * i + 2];
    }
  return MNS_HEADER_OK;
}

static MnsHeaderResult
parse_extension (MnsShape *shape, Cursor *cursor, MnsInteropFault *fault)
{
  const guint8 *p = NULL;

  fault->offset = cursor->at;
  switch (shape->layout->header)
    {
    case MNS_HEADER_PLAIN:
      return MNS_HEADER_OK;
    case MNS_HEADER_AREA:
      p = take_bytes (cursor, 4);
      shape->area = p != NULL ? mns_load_f32 (p) : NAN;
      break;
    case MNS_HEADER_CHANNELS:
      p = take_bytes (cursor, 1);
      shape->n = p != NULL ? *p : 0;
      break;
    case MNS_HEADER_BINS_A:
    case MNS_HEADER_BINS_B:
      return parse_bins (shape, cursor, fault);
    case MNS_HEADER_ADAPTERS:
      p = take_bytes (cursor, 4);
      if (p == NULL)
        return MNS_HEADER_SHORT;
      shape->n = mns_load_u16 (p);
      if (shape->n > 60 || mns_load_u16 (p + 2) > 1024)
        {
          mns_interop_fault_set (
              fault, "%u adapters of %u letters, above 60 of 1024", shape->n, mns_load_u16 (p + 2));
          return MNS_HEADER_FAULT;
        }
      p = take_bytes (cursor, (gsize) shape->n * mns_load_u16 (p + 2));
      break;
    }
  return p != NULL ? MNS_HEADER_OK : MNS_HEADER_SHORT;
}

/* Lays the fields out behind the identifier and checks the size that the file claims. */
static gboolean
place_fields (MnsShape *shape, guint claimed_size, MnsInteropFault *fault)
{
  const MnsLayout *layout = shape->layout;
  guint at = layout->has_id ? (layout->is_wide ? 6 : 4) : 0;

  shape->key_at = at;
  if (layout->key != MNS_KEY_NONE)
    at += 2;
  shape->fields_at = at;
  if (layout->size_bytes == 0)
    return TRUE;
  for (guint i = 0; i < MNS_LAYOUT_FIELDS && layout->fields[i].name != NULL; i++)
    {
      const MnsField *field = &layout->fields[i];
      guint count = field->count == MNS_COUNT_N ? shape->n : field->count;

      if (field->count == MNS_COUNT_ONE_OR_NONE)
        count = claimed_size == at ? 0 : 1;
      shape->at[i] = at;
      shape->count[i] = count;
      at += count * field_sizes[field->type];
    }
  shape->record_size = at;
  if (at == claimed_size)
    return TRUE;
  mns_interop_fault_set (fault,
                         "the file says records of %u bytes, version %u has %u",
                         claimed_size,
                         layout->version,
                         at);
  fault->offset = 1;
  return FALSE;
}

static const MnsLayout *
find_layout (MnsMetric metric, guint version)
{
  const MnsMetricKind *kind = &mns_metric_kinds[metric];

  for (guint i = 0; i < kind->n_layouts; i++)
    if (kind->layouts[i].version == version)
      return &kind->layouts[i];
  return NULL;
}

/**
 * mns_shape_parse:
 * @shape: (out caller-allocates): where to put what the header says
 * @metric: which metric the file holds
 * @bytes: the start of the file
 * @length: how much of it there is
 * @fault: (out): with %MNS_HEADER_FAULT what is wrong and where
 *
 * Reads a file's header: version, size of a record, and what some versions add.
 *
 * Returns: whether the records, from `shape->header_size` on, can be read
 */
MnsHeaderResult
mns_shape_parse (
    MnsShape *shape, MnsMetric metric, const guint8 *bytes, gsize length, MnsInteropFault *fault)
{
  Cursor cursor = { bytes, length, 0 };
  const guint8 *p = take_bytes (&cursor, 1);
  guint claimed_size = 0;
  MnsHeaderResult result;

  memset (shape, 0, sizeof *shape);
  fault->offset = 0;
  if (p == NULL)
    return MNS_HEADER_SHORT;
  shape->layout = find_layout (metric, *p);
  if (shape->layout == NULL)
    {
      mns_interop_fault_set (fault, "version %u is not known", *p);
      return MNS_HEADER_FAULT;
    }
  if (shape->layout->size_bytes > 0)
    {
      p = take_bytes (&cursor, shape->layout->size_bytes);
      if (p == NULL)
        return MNS_HEADER_SHORT;
      claimed_size = shape->layout->size_bytes == 1   ? *p
                     : shape->layout->size_bytes == 2 ? mns_load_u16 (p)
                                                      : mns_load_u32 (p);
    }
  result = parse_extension (shape, &cursor, fault);
  if (result != MNS_HEADER_OK)
    return result;
  shape->header_size = (guint) cursor.at;
  return place_fields (shape, claimed_size, fault) ? MNS_HEADER_OK : MNS_HEADER_FAULT;
}

/* Bytes of a record without texts, with all fields, where the header's number is @n. */
guint
mns_layout_record_size (const MnsLayout *layout, guint n)
{
  guint size = layout->has_id ? (layout->is_wide ? 6 : 4) : 0;

  if (layout->key != MNS_KEY_NONE)
    size += 2;
  for (guint i = 0; i < MNS_LAYOUT_FIELDS && layout->fields[i].name != NULL; i++)
    {
      guint count = layout->fields[i].count;

      if (count == MNS_COUNT_N)
        count = n;
      else if (count == MNS_COUNT_ONE_OR_NONE)
        count = 1;
      size += count * field_sizes[layout->fields[i].type];
    }
  return size;
}

/* How many numbers a record of fixed size holds behind its identifier. */
guint
mns_shape_n_values (const MnsShape *shape)
{
  guint n = 0;

  for (guint i = 0; i < MNS_LAYOUT_FIELDS; i++)
    n += shape->count[i];
  return n;
}

/**
 * mns_shape_field_of_value:
 * @shape: a shape with records of fixed size
 * @nth: the number of a value within a record, from 0
 * @within: (out): its number within the field
 *
 * Returns: (transfer none): the field that the value belongs to
 */
const MnsField *
mns_shape_field_of_value (const MnsShape *shape, guint nth, guint *within)
{
  guint field = 0;

  g_return_val_if_fail (nth < mns_shape_n_values (shape), NULL);

  while (nth >= shape->count[field])
    nth -= shape->count[field++];
  *within = nth;
  return &shape->layout->fields[field];
}

/* The @nth number of a record, as a double, which holds all but the largest 64-bit counts. */
double
mns_shape_value (const MnsShape *shape, const guint8 *record, guint nth)
{
  guint within = 0;
  const MnsField *field = mns_shape_field_of_value (shape, nth, &within);
  const guint8 *p = record + shape->at[field - shape->layout->fields];

  p += within * field_sizes[field->type];
  switch (field->type)
    {
    case MNS_FIELD_U8:
      return *p;
    case MNS_FIELD_U16:
      return mns_load_u16 (p);
    case MNS_FIELD_U32:
      return mns_load_u32 (p);
    case MNS_FIELD_U64:
      return (double) mns_load_u64 (p);
    case MNS_FIELD_F32:
      return mns_load_f32 (p);
    case MNS_FIELD_F64:
      return mns_load_f64 (p);
    default:
      return NAN;
    }
}
