/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* From files to arguments. Figures go in by a table: what is not known is left out, never told as
 * zero.
 */

#define G_LOG_DOMAIN "mns-instruments"

#include "config.h"

#include <math.h>

#include "server/instruments/demux.h"
#include "server/instruments/observation.h"
#include "server/instruments/run-parameters.h"
#include "server/instruments/summary.h"
#include "server/instruments/text-file.h"

/* What a page can show; larger ones stay on the share, where the file says so itself. */
#define LARGEST_SHEET (256 * 1024)
#define MOST_DEMUX_ROWS 5000
#define MOST_SET_ASIDE 200
#define NAME_CHARACTERS 100
#define TEXT_CHARACTERS 1000
#define PATH_CHARACTERS 4096

typedef struct
{
  const char *name;
  gsize offset;
} Figure;

#define RUN(name, member)                                                                          \
  {                                                                                                \
    (name), G_STRUCT_OFFSET (MnsRunFigures, member)                                                \
  }
static const Figure run_figures[] = {
  RUN ("yield_g", yield_g),
  RUN ("projected_yield_g", projected_yield_g),
  RUN ("percent_aligned", percent_aligned),
  RUN ("error_rate", error_rate),
  RUN ("first_cycle_intensity", first_cycle_intensity),
  RUN ("percent_q30", percent_gt_q30),
  RUN ("percent_occupied", percent_occupied),
  RUN ("reads", reads),
  RUN ("reads_pf", reads_pf),
};

#define LANE(name, member)                                                                         \
  {                                                                                                \
    (name), G_STRUCT_OFFSET (MnsLaneFigures, member)                                               \
  }
/* With a deviation over tiles. */
static const Figure lane_stats[] = {
  LANE ("density", density),
  LANE ("density_pf", density_pf),
  LANE ("cluster_count", cluster_count),
  LANE ("cluster_count_pf", cluster_count_pf),
  LANE ("percent_pf", percent_pf),
  LANE ("phasing", phasing),
  LANE ("prephasing", prephasing),
  LANE ("percent_aligned", percent_aligned),
  LANE ("error_rate", error_rate),
  LANE ("error_rate_35", error_rate_35),
  LANE ("error_rate_50", error_rate_50),
  LANE ("error_rate_75", error_rate_75),
  LANE ("error_rate_100", error_rate_100),
  LANE ("percent_occupied", percent_occupied),
  LANE ("first_cycle_intensity", first_cycle_intensity),
};
static const Figure lane_numbers[] = {
  LANE ("reads", reads),
  LANE ("reads_pf", reads_pf),
  LANE ("percent_q30", percent_gt_q30),
  LANE ("yield_g", yield_g),
  LANE ("projected_yield_g", projected_yield_g),
};

/* A machine wrote it: whatever it is, the command can take it. */
static void
set_text (JsonObject *args, const char *name, const char *text, glong most)
{
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;
  g_autofree char *cut = NULL;

  for (char *c = valid; c != NULL && *c != '\0'; c++)
    if ((guchar) *c < 0x20)
      *c = ' ';
  if (valid == NULL || *g_strstrip (valid) == '\0')
    return;
  cut = g_utf8_substring (valid, 0, MIN (g_utf8_strlen (valid, -1), most));
  json_object_set_string_member (args, name, cut);
}

static void
add_instrument (JsonObject *args, const MnsRunLook *look)
{
  JsonObject *instrument;

  if (look->instrument == NULL || *look->instrument == '\0')
    return;
  instrument = json_object_new ();
  set_text (instrument, "serial", look->instrument, NAME_CHARACTERS);
  set_text (instrument,
            "type",
            look->model.name != NULL ? look->model.name : "Sequencer",
            NAME_CHARACTERS);
  json_object_set_object_member (args, "instrument", instrument);
}

/**
 * mns_observation_new:
 * @look: a look at a run whose id is known
 *
 * The state of a run and where it lies, without opening anything.
 *
 * Returns: (transfer full): arguments of run.observe@1
 */
JsonObject *
mns_observation_new (const MnsRunLook *look)
{
  JsonObject *args = json_object_new ();
  g_autofree char *folder = g_filename_display_name (look->folder);

  set_text (args, "run_name", look->run_id, NAME_CHARACTERS);
  set_text (args, "folder", folder, PATH_CHARACTERS);
  set_text (args, "family", mns_model_family_name (look->model.family), NAME_CHARACTERS);
  add_instrument (args, look);
  set_text (args, "flow_cell", look->flowcell, NAME_CHARACTERS);
  set_text (args, "status", mns_run_state_name (look->verdict.state), NAME_CHARACTERS);
  set_text (args, "evidence", look->verdict.reason, TEXT_CHARACTERS);
  if (look->changed > 0)
    json_object_set_int_member (args, "at", look->changed);
  json_object_set_int_member (args, "cycle", MIN (look->verdict.cycle, G_MAXINT16));
  if (look->verdict.cycles > 0)
    json_object_set_int_member (args, "cycles", MIN (look->verdict.cycles, G_MAXINT16));
  if (look->changed > 0 && mns_run_state_is_final (look->verdict.state))
    json_object_set_int_member (args, "ended_at", look->changed);
  return args;
}

/* ---- the run ---- */

static void
add_reads (JsonObject *args, const MnsRunInfo *info)
{
  JsonArray *reads = json_array_new ();

  for (guint i = 0; i < MIN (info->n_reads, 16); i++)
    {
      JsonObject *read = json_object_new ();

      json_object_set_int_member (read, "n", i + 1);
      json_object_set_int_member (read, "cycles", MIN (info->reads[i].cycles, G_MAXINT16));
      json_object_set_boolean_member (read, "is_index", info->reads[i].is_index);
      json_array_add_object_element (reads, read);
    }
  json_object_set_array_member (args, "reads", reads);
  if (info->lanes > 0)
    json_object_set_int_member (args, "lanes", MIN (info->lanes, 64));
}

/* An instrument writes days; midnight UTC stands for them. */
static void
add_start (JsonObject *args, const char *text)
{
  g_autofree char *day = mns_instrument_date_to_iso (text);
  g_autofree char *full = day != NULL ? g_strconcat (day, "T00:00:00Z", NULL) : NULL;
  g_autoptr (GDateTime) at = full != NULL ? g_date_time_new_from_iso8601 (full, NULL) : NULL;

  if (at != NULL)
    json_object_set_int_member (args, "started_at", g_date_time_to_unix (at) * G_USEC_PER_SEC);
}

static JsonNode *
build (JsonBuilder *builder)
{
  return json_builder_get_root (builder);
}

static void
add_parameters (JsonObject *args, JsonObject *details, const char *folder)
{
  g_autoptr (MnsRunParameters) parameters = mns_run_parameters_read (folder, NULL);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const MnsConsumable *reagent;

  if (parameters == NULL)
    return;
  set_text (args, "experiment", parameters->experiment, NAME_CHARACTERS);
  if (!json_object_has_member (args, "started_at"))
    add_start (args, parameters->started);
  reagent = mns_run_parameters_find_consumable (parameters, "reagent");
  if (reagent == NULL)
    reagent = mns_run_parameters_find_consumable (parameters, "cartridge");
  if (reagent != NULL)
    set_text (args, "cartridge", reagent->serial, NAME_CHARACTERS);
  mns_run_parameters_add_json (parameters, builder);
  json_object_set_member (details, "parameters", build (builder));
}

static void
add_sheet (JsonObject *details, const char *folder)
{
  g_autofree char *path = mns_folder_find_name (folder, "SampleSheet.csv");
  g_autofree char *data = NULL;
  g_autofree char *valid = NULL;
  gsize length = 0;

  data = path != NULL ? mns_text_file_read (path, LARGEST_SHEET, &length, NULL) : NULL;
  if (data == NULL)
    return;
  valid = g_utf8_make_valid (data, -1);
  json_object_set_string_member (details, "sheet", valid);
}

static void
add_demultiplexing (JsonObject *details, const char *folder)
{
  g_autoptr (GPtrArray) found = mns_demux_find (folder);
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < found->len; i++)
    {
      const char *place = g_ptr_array_index (found, i);
      g_autoptr (MnsDemux) demux = mns_demux_read (place, NULL);
      g_autofree char *path = demux != NULL ? mns_demux_find_sheet (folder, place) : NULL;
      g_autoptr (MnsSampleSheet) sheet = path != NULL ? mns_sample_sheet_read (path, NULL) : NULL;
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      if (demux == NULL || demux->rows->len > MOST_DEMUX_ROWS)
        continue;
      if (sheet != NULL)
        mns_demux_match (demux, sheet);
      mns_demux_add_json (demux, builder);
      json_array_add_element (list, build (builder));
    }
  if (json_array_get_length (list) > 0)
    json_object_set_array_member (details, "demux", list);
  else
    json_array_unref (list);
}

/**
 * mns_observation_add_run:
 * @args: from mns_observation_new()
 * @folder: the run folder
 * @info: what its RunInfo.xml says
 *
 * Adds reads, lanes, run parameters, the sample sheet and what demultiplexing found. A file that
 * is not there or not whole yet is left out.
 */
void
mns_observation_add_run (JsonObject *args, const char *folder, const MnsRunInfo *info)
{
  JsonObject *details = json_object_new ();

  add_reads (args, info);
  add_start (args, info->date);
  add_parameters (args, details, folder);
  add_sheet (details, folder);
  add_demultiplexing (details, folder);
  json_object_set_object_member (args, "details", details);
}

/* ---- figures ---- */

static void
add_figure (JsonArray *list, guint lane, guint n, const char *name, double value, double deviation)
{
  JsonObject *figure;

  if (!isfinite (value))
    return;
  figure = json_object_new ();
  json_object_set_int_member (figure, "lane", lane);
  json_object_set_int_member (figure, "n", n);
  json_object_set_string_member (figure, "figure", name);
  json_object_set_double_member (figure, "value", value);
  if (isfinite (deviation))
    json_object_set_double_member (figure, "deviation", deviation);
  json_array_add_object_element (list, figure);
}

static void
add_run_figures (JsonArray *list, guint n, const MnsRunFigures *figures)
{
  for (guint i = 0; i < G_N_ELEMENTS (run_figures); i++)
    add_figure (list,
                0,
                n,
                run_figures[i].name,
                G_STRUCT_MEMBER (double, figures, run_figures[i].offset),
                NAN);
  if (figures->reads > 0)
    add_figure (list, 0, n, "percent_pf", 100 * figures->reads_pf / figures->reads, NAN);
}

static void
add_lane_figures (JsonArray *list, guint n, const MnsLaneFigures *figures)
{
  for (guint i = 0; i < G_N_ELEMENTS (lane_stats); i++)
    {
      const MnsStat *stat = G_STRUCT_MEMBER_P (figures, lane_stats[i].offset);

      add_figure (list, figures->lane, n, lane_stats[i].name, stat->mean, stat->deviation);
    }
  for (guint i = 0; i < G_N_ELEMENTS (lane_numbers); i++)
    add_figure (list,
                figures->lane,
                n,
                lane_numbers[i].name,
                G_STRUCT_MEMBER (double, figures, lane_numbers[i].offset),
                NAN);
  if (figures->tiles > 0)
    add_figure (list, figures->lane, n, "tiles", figures->tiles, NAN);
}

static void
add_index_figures (JsonArray *list, const MnsInteropState *state)
{
  g_autoptr (GPtrArray) lanes = mns_index_summary_new (state);

  for (guint i = 0; i < lanes->len; i++)
    {
      const MnsLaneIndex *lane = g_ptr_array_index (lanes, i);

      add_figure (list, lane->lane, 0, "percent_identified", lane->percent_identified, NAN);
      add_figure (list, lane->lane, 0, "index_cv", lane->cv, NAN);
    }
}

static void
add_set_aside (JsonObject *args, const MnsInteropState *state)
{
  JsonArray *list;
  guint n = MIN (mns_interop_state_n_set_aside (state), MOST_SET_ASIDE);

  if (n == 0 || !json_object_has_member (args, "details"))
    return;
  list = json_array_new ();
  for (guint i = 0; i < n; i++)
    {
      const MnsSetAside *aside = mns_interop_state_get_set_aside (state, i);
      JsonObject *item = json_object_new ();

      set_text (item, "file", aside->file, TEXT_CHARACTERS);
      json_object_set_int_member (item, "offset", (gint64) aside->offset);
      set_text (item, "rule", aside->rule, TEXT_CHARACTERS);
      json_array_add_object_element (list, item);
    }
  json_object_set_array_member (json_object_get_object_member (args, "details"), "set_aside", list);
}

/**
 * mns_observation_add_figures:
 * @args: from mns_observation_new()
 * @state: has looked
 *
 * Adds the figures of the run (lane 0, read 0), of reads (lane 0), of lanes and reads, of the
 * indexes of a lane (read 0), and the files that were set aside.
 */
void
mns_observation_add_figures (JsonObject *args, const MnsInteropState *state)
{
  g_autoptr (MnsRunSummary) summary = mns_run_summary_new (state);
  MnsRunFigures total = mns_run_summary_full_total (summary);
  JsonArray *list = json_array_new ();

  add_run_figures (list, 0, &total);
  for (guint r = 0; r < MIN (summary->n_reads, 16); r++)
    {
      add_run_figures (list, r + 1, &summary->reads[r].figures);
      for (guint l = 0; l < summary->n_lanes; l++)
        add_lane_figures (list, r + 1, &summary->reads[r].lanes[l]);
    }
  add_index_figures (list, state);
  json_object_set_array_member (args, "figures", list);
  add_set_aside (args, state);
}

/* The plot document, which lies in the file store already. */
void
mns_observation_add_plot (JsonObject *args, const char *sha256, gsize size)
{
  JsonObject *plot = json_object_new ();

  json_object_set_string_member (plot, "sha256", sha256);
  json_object_set_int_member (plot, "size", (gint64) size);
  json_object_set_object_member (args, "plot", plot);
}
