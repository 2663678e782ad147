/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The plot document, and how it is filled from a run's InterOp files. */

#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "server/instruments/json-writer.h"
#include "server/instruments/plot-document.h"
#include "server/instruments/run-look.h"

static const char *const metric_names[MNS_TILE_N_METRICS] = {
  [MNS_TILE_METRIC_DENSITY] = "density",
  [MNS_TILE_METRIC_DENSITY_PF] = "density_pf",
  [MNS_TILE_METRIC_PF] = "percent_pf",
  [MNS_TILE_METRIC_OCCUPIED] = "percent_occupied",
  [MNS_TILE_METRIC_Q30] = "percent_gt_q30",
  [MNS_TILE_METRIC_ERROR] = "error_rate",
  [MNS_TILE_METRIC_INTENSITY] = "first_cycle_intensity",
  [MNS_TILE_METRIC_ALIGNED] = "percent_aligned",
};

/* Name of a metric in JSON and in file names. */
const char *
mns_tile_metric_name (MnsTileMetric metric)
{
  g_return_val_if_fail ((guint) metric < MNS_TILE_N_METRICS, NULL);

  return metric_names[metric];
}

static void
free_share (gpointer data)
{
  MnsPlotShare *share = data;

  g_free (share->sample);
  g_free (share->index);
  g_free (share);
}

static double *
new_series (guint n)
{
  double *series = g_new (double, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    series[i] = NAN;
  return series;
}

/**
 * mns_plot_document_new:
 * @info: the run
 *
 * Returns: (transfer full): a document in which nothing is known but the shape of the run
 */
MnsPlotDocument *
mns_plot_document_new (const MnsRunInfo *info)
{
  MnsPlotDocument *self = g_new0 (MnsPlotDocument, 1);

  self->run_id = g_strdup (info->id);
  self->n_reads = info->n_reads;
  self->reads = g_memdup2 (info->reads, info->n_reads * sizeof (MnsRunRead));
  self->n_cycles = info->total_cycles;
  self->n_channels = MIN (info->n_channels, MNS_PLOT_CHANNELS);
  for (guint i = 0; i < MNS_PLOT_CHANNELS; i++)
    self->intensity[i] = new_series (self->n_cycles);
  for (guint i = 0; i < self->n_channels; i++)
    self->channels[i] = g_strdup (info->channels[i]);
  for (guint i = 0; i < MNS_PLOT_BASES; i++)
    self->bases[i] = new_series (self->n_cycles);
  self->q30 = new_series (self->n_cycles);
  self->error = new_series (self->n_cycles);
  self->scores = g_malloc0_n (MAX (self->n_cycles, 1), sizeof *self->scores);
  self->n_lanes = info->lanes;
  self->n_surfaces = info->surfaces;
  self->n_swaths = info->swaths;
  for (guint i = 0; i < MNS_TILE_N_METRICS; i++)
    self->boxes[i] = g_new0 (MnsPlotBox, MAX (self->n_lanes, 1));
  self->tiles = g_array_new (FALSE, TRUE, sizeof (MnsPlotTile));
  self->shares = g_ptr_array_new_with_free_func (free_share);
  return self;
}

void
mns_plot_document_free (MnsPlotDocument *self)
{
  if (self == NULL)
    return;
  g_free (self->run_id);
  g_free (self->model);
  g_free (self->reads);
  for (guint i = 0; i < MNS_PLOT_CHANNELS; i++)
    {
      g_free (self->channels[i]);
      g_free (self->intensity[i]);
    }
  for (guint i = 0; i < MNS_PLOT_BASES; i++)
    g_free (self->bases[i]);
  g_free (self->q30);
  g_free (self->error);
  g_free (self->scores);
  for (guint i = 0; i < MNS_TILE_N_METRICS; i++)
    g_free (self->boxes[i]);
  g_array_unref (self->tiles);
  g_ptr_array_unref (self->shares);
  g_free (self);
}

/* Sums of one cycle over all lanes. */
static void
add_figures (MnsCycleFigures *sum, const MnsCycleFigures *lane)
{
  sum->n_extraction += lane->n_extraction;
  for (guint i = 0; i < MNS_PLOT_CHANNELS; i++)
    sum->intensity[i] += lane->intensity[i];
  for (guint i = 0; i < MNS_PLOT_BASES; i++)
    sum->calls[i] += lane->calls[i];
  sum->n_error += lane->n_error;
  sum->error += lane->error;
  sum->clusters += lane->clusters;
  sum->q30 += lane->q30;
  for (guint i = 0; i < MNS_PLOT_SCORES; i++)
    sum->scores[i] += lane->scores[i];
}

static void
take_cycle (MnsPlotDocument *self, guint i, const MnsCycleFigures *sum)
{
  guint64 calls = 0;

  for (guint j = 0; j < self->n_channels && sum->n_extraction > 0; j++)
    self->intensity[j][i] = sum->intensity[j] / sum->n_extraction;
  for (guint j = 0; j < MNS_PLOT_BASES; j++)
    calls += sum->calls[j];
  for (guint j = 0; j < MNS_PLOT_BASES && calls > 0; j++)
    self->bases[j][i] = 100.0 * (double) sum->calls[j] / (double) calls;
  if (sum->n_error > 0)
    self->error[i] = sum->error / sum->n_error;
  if (sum->clusters > 0)
    self->q30[i] = 100.0 * (double) sum->q30 / (double) sum->clusters;
  for (guint j = 0; j < MNS_PLOT_SCORES; j++)
    self->scores[i][j] = (double) sum->scores[j];
}

static void
fill_cycles (MnsPlotDocument *self, const MnsInteropState *state)
{
  for (guint cycle = 1; cycle <= self->n_cycles; cycle++)
    {
      MnsCycleFigures sum = { 0 };

      for (guint lane = 1; lane <= self->n_lanes; lane++)
        {
          const MnsCycleFigures *figures = mns_interop_state_get_cycle (state, lane, cycle);

          if (figures != NULL)
            add_figures (&sum, figures);
        }
      take_cycle (self, cycle - 1, &sum);
    }
}

static void
add_to_mean (double *sum, guint *n, double value)
{
  if (!isfinite (value))
    return;
  *sum += value;
  (*n)++;
}

/* One value a tile: figures of the reads are averaged over the data reads. */
static void
take_tile (MnsPlotDocument *self, const MnsInteropState *state, const MnsRunInfo *info, guint nth)
{
  MnsPlotTile tile = { 0 };
  MnsTileFigures figures = { 0 };
  double sums[3] = { 0, 0, 0 };
  guint counts[3] = { 0, 0, 0 };

  for (guint i = self->n_reads; i-- > 0;)
    {
      mns_interop_state_get_tile (state, nth, i, &figures);
      if (self->reads[i].is_index)
        continue;
      add_to_mean (&sums[0], &counts[0], figures.percent_gt_q30);
      add_to_mean (&sums[1], &counts[1], figures.error_rate);
      add_to_mean (&sums[2], &counts[2], figures.percent_aligned);
    }
  tile.lane = figures.lane;
  tile.surface = figures.surface;
  tile.swath = figures.swath;
  tile.row = (MAX (figures.section, 1) - 1) % MAX (info->sections_per_lane, 1) * info->tiles +
             MAX (figures.place, 1) - 1;
  tile.values[MNS_TILE_METRIC_DENSITY] = (float) (figures.density / 1000);
  tile.values[MNS_TILE_METRIC_DENSITY_PF] = (float) (figures.density_pf / 1000);
  tile.values[MNS_TILE_METRIC_PF] = (float) figures.percent_pf;
  tile.values[MNS_TILE_METRIC_OCCUPIED] = (float) figures.percent_occupied;
  tile.values[MNS_TILE_METRIC_Q30] = counts[0] > 0 ? (float) (sums[0] / counts[0]) : NAN;
  tile.values[MNS_TILE_METRIC_ERROR] = counts[1] > 0 ? (float) (sums[1] / counts[1]) : NAN;
  tile.values[MNS_TILE_METRIC_INTENSITY] = (float) figures.first_cycle_intensity;
  tile.values[MNS_TILE_METRIC_ALIGNED] = counts[2] > 0 ? (float) (sums[2] / counts[2]) : NAN;
  if (tile.lane < 1 || tile.lane > self->n_lanes)
    return;
  self->n_surfaces = MAX (self->n_surfaces, tile.surface);
  self->n_swaths = MAX (self->n_swaths, tile.swath);
  self->n_rows = MAX (self->n_rows, tile.row + 1);
  g_array_append_val (self->tiles, tile);
}

static int
compare_doubles (const void *a, const void *b)
{
  double first = *(const double *) a;
  double second = *(const double *) b;

  return (first > second) - (first < second);
}

/* Quantile of sorted values, straight lines between them. */
static double
quantile (const double *values, guint n, double share)
{
  double place = share * (n - 1);
  guint below = (guint) place;

  return below + 1 < n ? values[below] + (place - below) * (values[below + 1] - values[below])
                       : values[n - 1];
}

static void
make_box (MnsPlotDocument *self, MnsTileMetric metric, guint lane, double *values)
{
  MnsPlotBox *box = &self->boxes[metric][lane - 1];

  box->n = 0;
  for (guint i = 0; i < self->tiles->len; i++)
    {
      const MnsPlotTile *tile = &g_array_index (self->tiles, MnsPlotTile, i);

      if (tile->lane == lane && isfinite (tile->values[metric]))
        values[box->n++] = tile->values[metric];
    }
  qsort (values, box->n, sizeof *values, compare_doubles);
  for (guint i = 0; i < 5 && box->n > 0; i++)
    box->values[i] = quantile (values, box->n, i / 4.0);
}

/* Makes the boxes anew from the tiles. */
void
mns_plot_document_make_boxes (MnsPlotDocument *self)
{
  g_autofree double *values = g_new (double, MAX (self->tiles->len, 1));

  for (MnsTileMetric metric = 0; metric < MNS_TILE_N_METRICS; metric++)
    for (guint lane = 1; lane <= self->n_lanes; lane++)
      make_box (self, metric, lane, values);
}

static void
fill_shares (MnsPlotDocument *self, const MnsInteropState *state)
{
  g_autoptr (GPtrArray) lanes = mns_index_summary_new (state);

  for (guint i = 0; i < lanes->len; i++)
    {
      const MnsLaneIndex *lane = g_ptr_array_index (lanes, i);

      for (guint j = 0; j < lane->n_shares; j++)
        {
          const MnsIndexShare *from = &lane->shares[j];
          MnsPlotShare *share = g_new0 (MnsPlotShare, 1);

          share->lane = lane->lane;
          share->sample = g_strdup (from->sample);
          share->index = *from->index2 != '\0' ? g_strconcat (from->index1, "+", from->index2, NULL)
                                               : g_strdup (from->index1);
          share->percent = from->percent;
          g_ptr_array_add (self->shares, share);
        }
    }
}

/**
 * mns_plot_document_fill:
 * @state: a state made with %MNS_INTEROP_BY_CYCLE that has looked
 * @model: (nullable): name of the instrument
 *
 * Returns: (transfer full): the document
 */
MnsPlotDocument *
mns_plot_document_fill (const MnsInteropState *state, const char *model)
{
  const MnsRunInfo *info = mns_interop_state_get_info (state);
  MnsPlotDocument *self = mns_plot_document_new (info);

  self->model = g_strdup (model);
  fill_cycles (self, state);
  for (guint i = 0; i < mns_interop_state_n_tiles (state) && self->n_reads > 0; i++)
    take_tile (self, state, info, i);
  mns_plot_document_make_boxes (self);
  fill_shares (self, state);
  return self;
}

/**
 * mns_plot_document_read:
 * @folder: a run folder
 * @error: why it is no run
 *
 * Returns: (transfer full) (nullable): its document
 */
MnsPlotDocument *
mns_plot_document_read (const char *folder, GError **error)
{
  g_autoptr (MnsModelTable) models = mns_model_table_new ();
  g_autoptr (MnsRunInfo) info = mns_run_info_read (folder, error);
  g_autoptr (MnsInteropState) state = NULL;
  g_autoptr (MnsRunLook) look = NULL;

  if (info == NULL)
    return NULL;
  state = mns_interop_state_new (folder, info, MNS_INTEROP_BY_CYCLE);
  if (!mns_interop_state_look (state, error))
    return NULL;
  look = mns_run_look (folder, models, 0, g_get_real_time (), error);
  return look != NULL ? mns_plot_document_fill (state, look->model.name) : NULL;
}

static void
write_reads (MnsJsonWriter *writer, const MnsPlotDocument *self)
{
  mns_json_begin (writer, "reads", '[');
  for (guint i = 0; i < self->n_reads; i++)
    {
      mns_json_begin (writer, NULL, '{');
      mns_json_number (writer, "first_cycle", self->reads[i].first_cycle);
      mns_json_number (writer, "last_cycle", self->reads[i].last_cycle);
      mns_json_boolean (writer, "is_index", self->reads[i].is_index);
      mns_json_end (writer, '}');
    }
  mns_json_end (writer, ']');
}

static void
write_cycles (MnsJsonWriter *writer, const MnsPlotDocument *self)
{
  static const char *const base_names[MNS_PLOT_BASES] = { "none", "A", "C", "G", "T" };

  mns_json_begin (writer, "intensity", '[');
  for (guint i = 0; i < self->n_channels; i++)
    {
      mns_json_begin (writer, NULL, '{');
      mns_json_text (writer, "channel", self->channels[i]);
      mns_json_numbers (writer, "values", self->intensity[i], self->n_cycles);
      mns_json_end (writer, '}');
    }
  mns_json_end (writer, ']');
  mns_json_begin (writer, "bases", '{');
  for (guint i = 0; i < MNS_PLOT_BASES; i++)
    mns_json_numbers (writer, base_names[i], self->bases[i], self->n_cycles);
  mns_json_end (writer, '}');
  mns_json_numbers (writer, "percent_gt_q30", self->q30, self->n_cycles);
  mns_json_numbers (writer, "error_rate", self->error, self->n_cycles);
}

/* Only the scores that occur: instruments of today know three or four. */
static void
write_scores (MnsJsonWriter *writer, const MnsPlotDocument *self)
{
  g_autofree double *column = g_new (double, MAX (self->n_cycles, 1));

  mns_json_begin (writer, "scores", '[');
  for (guint score = 0; score < MNS_PLOT_SCORES; score++)
    {
      double sum = 0;

      for (guint i = 0; i < self->n_cycles; i++)
        sum += column[i] = self->scores[i][score];
      if (sum <= 0)
        continue;
      mns_json_begin (writer, NULL, '{');
      mns_json_number (writer, "score", score);
      mns_json_numbers (writer, "clusters", column, self->n_cycles);
      mns_json_end (writer, '}');
    }
  mns_json_end (writer, ']');
}

static void
write_boxes (MnsJsonWriter *writer, const MnsPlotDocument *self)
{
  mns_json_begin (writer, "boxes", '{');
  for (MnsTileMetric metric = 0; metric < MNS_TILE_N_METRICS; metric++)
    {
      mns_json_begin (writer, metric_names[metric], '[');
      for (guint i = 0; i < self->n_lanes; i++)
        if (self->boxes[metric][i].n > 0)
          mns_json_numbers (writer, NULL, self->boxes[metric][i].values, 5);
        else
          mns_json_raw (writer, NULL, "null");
      mns_json_end (writer, ']');
    }
  mns_json_end (writer, '}');
}

/* A tile is a row of numbers: lane, surface, swath, row, then the metrics. Four digits are seen. */
static void
write_tiles (MnsJsonWriter *writer, const MnsPlotDocument *self)
{
  mns_json_begin (writer, "tiles", '[');
  for (guint i = 0; i < self->tiles->len; i++)
    {
      const MnsPlotTile *tile = &g_array_index (self->tiles, MnsPlotTile, i);
      double row[4 + MNS_TILE_N_METRICS] = { tile->lane, tile->surface, tile->swath, tile->row };

      for (guint j = 0; j < MNS_TILE_N_METRICS; j++)
        row[4 + j] = round ((double) tile->values[j] * 100) / 100;
      mns_json_numbers (writer, NULL, row, G_N_ELEMENTS (row));
    }
  mns_json_end (writer, ']');
}

static void
write_shares (MnsJsonWriter *writer, const MnsPlotDocument *self)
{
  mns_json_begin (writer, "index_shares", '[');
  for (guint i = 0; i < self->shares->len; i++)
    {
      const MnsPlotShare *share = g_ptr_array_index (self->shares, i);

      mns_json_begin (writer, NULL, '{');
      mns_json_number (writer, "lane", share->lane);
      mns_json_text (writer, "sample", share->sample);
      mns_json_text (writer, "index", share->index);
      mns_json_number (writer, "percent", share->percent);
      mns_json_end (writer, '}');
    }
  mns_json_end (writer, ']');
}

/**
 * mns_plot_document_to_json:
 * @self: a document
 *
 * Returns: (transfer full): the document as the server keeps it
 */
char *
mns_plot_document_to_json (const MnsPlotDocument *self)
{
  MnsJsonWriter writer = { g_string_new (NULL), 0, FALSE };

  mns_json_begin (&writer, NULL, '{');
  mns_json_number (&writer, "version", 1);
  mns_json_text (&writer, "run_id", self->run_id);
  mns_json_text (&writer, "model", self->model);
  mns_json_number (&writer, "cycles", self->n_cycles);
  mns_json_number (&writer, "lanes", self->n_lanes);
  mns_json_number (&writer, "surfaces", self->n_surfaces);
  mns_json_number (&writer, "swaths", self->n_swaths);
  mns_json_number (&writer, "rows", self->n_rows);
  write_reads (&writer, self);
  write_cycles (&writer, self);
  write_scores (&writer, self);
  write_boxes (&writer, self);
  write_tiles (&writer, self);
  write_shares (&writer, self);
  mns_json_end (&writer, '}');
  return g_string_free (writer.text, FALSE);
}
