/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Stats.json of bcl2fastq 2.17 and later. Members may be missing and have other types than they
 * should: nothing is taken before its type is known. Form: interop-formats, section 9.
 */

#include "config.h"

#include <string.h>

#include "server/instruments/demux.h"
#include "sync/model/error.h"

/* The file nests seven deep; json-glib calls itself for every level. */
#define MAX_DEPTH 64

static JsonObject *
object_of (JsonObject *from, const char *name)
{
  JsonNode *node = from != NULL ? json_object_get_member (from, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonArray *
array_of (JsonObject *from, const char *name)
{
  JsonNode *node = from != NULL ? json_object_get_member (from, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static JsonObject *
element_of (JsonArray *array, guint i)
{
  JsonNode *node = json_array_get_element (array, i);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static guint
length_of (JsonArray *array)
{
  return array != NULL ? json_array_get_length (array) : 0;
}

static gint64
count_of_node (JsonNode *node)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_INT64)
    return -1;
  return MAX (json_node_get_int (node), -1);
}

static gint64
count_of (JsonObject *from, const char *name)
{
  return from != NULL ? count_of_node (json_object_get_member (from, name)) : -1;
}

static const char *
text_of (JsonObject *from, const char *name)
{
  JsonNode *node = from != NULL ? json_object_get_member (from, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static void
add_count (gint64 *sum, gint64 count)
{
  if (count >= 0 && *sum <= G_MAXINT64 - count)
    *sum = MAX (*sum, 0) + count;
}

/* Figures that a sample and what is undetermined have alike. */
static void
take_figures (MnsDemuxRow *row, JsonObject *from)
{
  JsonArray *reads = array_of (from, "ReadMetrics");

  row->reads = count_of (from, "NumberReads");
  row->yield = count_of (from, "Yield");
  for (guint i = 0; i < length_of (reads); i++)
    {
      JsonObject *read = element_of (reads, i);

      add_count (&row->yield_q30, count_of (read, "YieldQ30"));
      add_count (&row->quality_sum, count_of (read, "QualityScoreSum"));
      add_count (&row->adapter_bases, count_of (read, "TrimmedBases"));
    }
}

static void
take_indexes (MnsDemuxRow *row, JsonArray *metrics)
{
  for (guint i = 0; i < length_of (metrics); i++)
    {
      JsonObject *metric = element_of (metrics, i);
      JsonObject *counts = object_of (metric, "MismatchCounts");
      guint before = row->indexes->len;
      MnsDemuxIndex *index;

      mns_demux_add_index (row, text_of (metric, "IndexSequence"));
      if (row->indexes->len == before)
        continue;
      index = g_ptr_array_index (row->indexes, before);
      index->perfect = count_of (counts, "0");
      index->one_mismatch = count_of (counts, "1");
      index->two_mismatches = count_of (counts, "2");
    }
}

static void
take_lane (MnsDemux *self, JsonObject *from)
{
  gint64 number = count_of (from, "LaneNumber");
  JsonArray *samples = array_of (from, "DemuxResults");
  JsonObject *undetermined = object_of (from, "Undetermined");
  MnsDemuxLane *lane;

  if (number < 1 || number > 64)
    return;
  lane = mns_demux_get_lane (self, (guint) number);
  lane->clusters_raw = count_of (from, "TotalClustersRaw");
  lane->clusters_pf = count_of (from, "TotalClustersPF");
  lane->yield = count_of (from, "Yield");
  for (guint i = 0; i < length_of (samples); i++)
    {
      JsonObject *sample = element_of (samples, i);
      MnsDemuxRow *row = mns_demux_add_row (self, (guint) number);
      const char *id = text_of (sample, "SampleId");

      row->sample_id = g_strdup (id != NULL ? id : "");
      row->sample_name = g_strdup (text_of (sample, "SampleName"));
      take_indexes (row, array_of (sample, "IndexMetrics"));
      take_figures (row, sample);
    }
  if (undetermined != NULL)
    take_figures (mns_demux_add_row (self, (guint) number), undetermined);
}

static void
take_unknown (MnsDemux *self, JsonObject *from)
{
  gint64 lane = count_of (from, "Lane");
  JsonObject *barcodes = object_of (from, "Barcodes");
  JsonObjectIter iter;
  const char *sequence;
  JsonNode *node;

  if (lane < 1 || lane > 64 || barcodes == NULL)
    return;
  json_object_iter_init_ordered (&iter, barcodes);
  while (json_object_iter_next_ordered (&iter, &sequence, &node))
    {
      const char *gap = strpbrk (sequence, "+-");
      g_autofree char *first =
          gap != NULL ? g_strndup (sequence, (gsize) (gap - sequence)) : g_strdup (sequence);

      mns_demux_add_unknown (
          self, (guint) lane, first, gap != NULL ? gap + 1 : NULL, count_of_node (node));
    }
}

static gboolean
is_too_deep (const char *data, gsize length)
{
  gboolean in_text = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (in_text && data[i] == '\\')
        i++;
      else if (data[i] == '"')
        in_text = !in_text;
      else if (!in_text && (data[i] == '[' || data[i] == '{'))
        depth++;
      else if (!in_text && (data[i] == ']' || data[i] == '}') && depth > 0)
        depth--;
      if (depth > MAX_DEPTH)
        return TRUE;
    }
  return FALSE;
}

/**
 * mns_demux_parse_stats_json:
 * @self: results to fill
 * @data: text of Stats.json
 * @length: its length
 * @name: what messages call it
 * @error: why not; a file that is still being written is %MNS_ERROR_CORRUPT
 *
 * Returns: whether it could be read
 */
gboolean
mns_demux_parse_stats_json (
    MnsDemux *self, const char *data, gsize length, const char *name, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) cause = NULL;
  JsonNode *node = NULL;
  JsonObject *root;
  JsonArray *lanes, *unknown;

  g_return_val_if_fail (self != NULL && data != NULL && name != NULL, FALSE);

  if (!is_too_deep (data, length) &&
      json_parser_load_from_data (parser, data, (gssize) length, &cause))
    node = json_parser_get_root (parser);
  root = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  lanes = array_of (root, "ConversionResults");
  if (lanes == NULL)
    {
      g_set_error (error,
                   MNS_ERROR,
                   MNS_ERROR_CORRUPT,
                   "%s: %s",
                   name,
                   cause != NULL ? cause->message : "has no ConversionResults");
      return FALSE;
    }
  self->flowcell = g_strdup (text_of (root, "Flowcell"));
  self->run_id = g_strdup (text_of (root, "RunId"));
  for (guint i = 0; i < length_of (lanes); i++)
    take_lane (self, element_of (lanes, i));
  unknown = array_of (root, "UnknownBarcodes");
  for (guint i = 0; i < length_of (unknown); i++)
    take_unknown (self, element_of (unknown, i));
  return TRUE;
}
