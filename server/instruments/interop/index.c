/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* IndexMetricsOut.bin, of the instrument or of the demultiplexing program, and
 * ControlMetricsOut.bin: the two files whose records have texts.
 */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include "server/instruments/interop/state-private.h"

/* The fields of one record: numbers and texts in the order of the layout. */
typedef struct
{
  gsize size;
  MnsShareText texts[3];
  guint64 clusters;
} TextRecord;

/* Finds the fields of the record at @bytes; FALSE if it is not whole yet. */
static gboolean
parse_record (const MnsShape *shape, const guint8 *bytes, gsize length, TextRecord *record)
{
  gsize at = shape->fields_at;
  guint n_texts = 0;

  for (guint i = 0; i < MNS_LAYOUT_FIELDS && shape->layout->fields[i].name != NULL; i++)
    {
      MnsFieldType type = shape->layout->fields[i].type;
      gsize size = type == MNS_FIELD_TEXT ? 2 : type == MNS_FIELD_U32 ? 4 : 8;

      if (length < at + size)
        return FALSE;
      if (type == MNS_FIELD_TEXT)
        {
          record->texts[n_texts].length = mns_load_u16 (bytes + at);
          record->texts[n_texts].text = (const char *) bytes + at + 2;
          size += record->texts[n_texts++].length;
        }
      else
        record->clusters =
            type == MNS_FIELD_U32 ? mns_load_u32 (bytes + at) : mns_load_u64 (bytes + at);
      at += size;
      if (length < at)
        return FALSE;
    }
  record->size = at;
  return TRUE;
}

/* Adds one record. FALSE with @fault if it does not belong to this run. */
static gboolean
add_record (MnsInteropState *state,
            MnsMetric metric,
            MnsShares *shares,
            const MnsShape *shape,
            const guint8 *bytes,
            const TextRecord *record,
            MnsInteropFault *fault)
{
  guint32 lane = mns_shape_lane (shape, bytes);
  guint32 tile = mns_shape_tile (shape, bytes);
  guint32 read = mns_shape_key (shape, bytes);
  static const MnsShareText nothing = { "", 0 };
  gboolean has_project = metric == MNS_METRIC_INDEX;
  guint slot;

  if (lane == 0 || tile == 0 || read == 0)
    return TRUE;
  if (read > state->n_reads)
    {
      mns_interop_fault_set (fault, "read %u is above the run's %u", read, state->n_reads);
      return FALSE;
    }
  slot = mns_interop_slot (state, lane, tile, fault);
  if (slot == MNS_NO_SLOT)
    return FALSE;
  if (!mns_shares_add (shares,
                       lane,
                       state->slots[slot].in_lane,
                       &record->texts[0],
                       &record->texts[1],
                       has_project ? &record->texts[2] : &nothing,
                       record->clusters))
    {
      mns_interop_fault_set (fault, "more different names than a run can have");
      return FALSE;
    }
  state->n_records[metric]++;
  return TRUE;
}

static gsize
take_records (MnsInteropState *state,
              MnsMetric metric,
              MnsShares *shares,
              const MnsShape *shape,
              const guint8 *bytes,
              gsize length,
              gboolean *ok,
              MnsInteropFault *fault)
{
  gsize at = 0;
  TextRecord record = { 0 };

  *ok = TRUE;
  while (parse_record (shape, bytes + at, length - at, &record))
    {
      *ok = add_record (state, metric, shares, shape, bytes + at, &record, fault);
      if (!*ok)
        return at;
      at += record.size;
    }
  return at;
}

MNS_DECLARE_TAKE_TEXT (index)
{
  return take_records (state, MNS_METRIC_INDEX, state->index, shape, bytes, length, ok, fault);
}

MNS_DECLARE_TAKE_TEXT (control)
{
  return take_records (state, MNS_METRIC_CONTROL, state->control, shape, bytes, length, ok, fault);
}
