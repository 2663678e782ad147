/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The summary as JSON: members named as the fields of Illumina's library, so that scripts written
 * for it need few changes, in full precision, null for what is not known.
 */

#include "config.h"

#include <math.h>

#include "server/instruments/json-writer.h"
#include "server/instruments/run-info-json.h"
#include "server/instruments/summary-json.h"

typedef enum
{
  KIND_STAT,
  KIND_NUMBER,
} FieldKind;

typedef struct
{
  const char *name;
  gsize offset;
  FieldKind kind;
} Field;

#define RUN(member)                                                                                \
  {                                                                                                \
#member, G_STRUCT_OFFSET(MnsRunFigures, member), KIND_NUMBER                                   \
  }
static const Field run_fields[] = {
  RUN (yield_g),          RUN (projected_yield_g),       RUN (percent_aligned),
  RUN (error_rate),       RUN (first_cycle_intensity),   RUN (percent_gt_q30),
  RUN (percent_occupied), RUN (percent_occupancy_proxy), RUN (reads),
  RUN (reads_pf),
};

#define STAT(member)                                                                               \
  {                                                                                                \
#member, G_STRUCT_OFFSET(MnsLaneFigures, member), KIND_STAT                                    \
  }
#define NUMBER(member)                                                                             \
  {                                                                                                \
#member, G_STRUCT_OFFSET(MnsLaneFigures, member), KIND_NUMBER                                  \
  }
static const Field lane_fields[] = {
  STAT (density),
  STAT (density_pf),
  STAT (cluster_count),
  STAT (cluster_count_pf),
  STAT (percent_pf),
  STAT (phasing),
  STAT (prephasing),
  STAT (phasing_slope),
  STAT (phasing_offset),
  STAT (prephasing_slope),
  STAT (prephasing_offset),
  STAT (percent_aligned),
  STAT (error_rate),
  STAT (error_rate_35),
  STAT (error_rate_50),
  STAT (error_rate_75),
  STAT (error_rate_100),
  STAT (percent_occupied),
  STAT (first_cycle_intensity),
  NUMBER (reads),
  NUMBER (reads_pf),
  NUMBER (percent_gt_q30),
  NUMBER (yield_g),
  NUMBER (projected_yield_g),
};

static const char *const progress_names[MNS_N_PROGRESS] = {
  [MNS_PROGRESS_EXTRACTED] = "extracted",
  [MNS_PROGRESS_CALLED] = "called",
  [MNS_PROGRESS_SCORED] = "qscored",
  [MNS_PROGRESS_ERROR] = "error",
};

static void
write_fields (MnsJsonWriter *out, gconstpointer figures, const Field *fields, guint n)
{
  for (guint i = 0; i < n; i++)
    if (fields[i].kind == KIND_STAT)
      {
        const MnsStat *stat = &G_STRUCT_MEMBER (MnsStat, figures, fields[i].offset);
        double values[] = { stat->mean, stat->deviation, stat->median };

        mns_json_numbers (out, fields[i].name, values, G_N_ELEMENTS (values));
      }
    else
      mns_json_number (out, fields[i].name, G_STRUCT_MEMBER (double, figures, fields[i].offset));
}

static void
write_range (MnsJsonWriter *out, const char *name, const double *range)
{
  if (isnan (range[0]))
    mns_json_text (out, name, NULL);
  else
    mns_json_numbers (out, name, range, 2);
}

static void
write_figures (MnsJsonWriter *out, const char *name, const MnsRunFigures *figures)
{
  mns_json_begin (out, name, '{');
  write_fields (out, figures, run_fields, G_N_ELEMENTS (run_fields));
  mns_json_end (out, '}');
}

static void
write_lane (MnsJsonWriter *out, const MnsLaneFigures *lane, const MnsLaneFigures *surfaces, guint n)
{
  mns_json_begin (out, NULL, '{');
  mns_json_number (out, "lane", lane->lane);
  mns_json_number (out, "tiles", lane->tiles);
  write_range (out, "error_cycles", lane->error_cycles);
  write_fields (out, lane, lane_fields, G_N_ELEMENTS (lane_fields));
  if (surfaces != NULL)
    mns_json_begin (out, "surfaces", '[');
  for (guint i = 0; surfaces != NULL && i < n; i++)
    {
      mns_json_begin (out, NULL, '{');
      mns_json_number (out, "surface", surfaces[i].surface);
      mns_json_number (out, "tiles", surfaces[i].tiles);
      write_fields (out, &surfaces[i], lane_fields, G_N_ELEMENTS (lane_fields));
      mns_json_end (out, '}');
    }
  if (surfaces != NULL)
    mns_json_end (out, ']');
  mns_json_end (out, '}');
}

static void
write_summary (MnsJsonWriter *out, const MnsInteropState *state, const MnsRunSummary *summary)
{
  const MnsRunInfo *info = mns_interop_state_get_info (state);

  mns_json_begin (out, "summary", '{');
  write_figures (out, "total", &summary->total);
  write_figures (out, "nonindex", &summary->nonindex);
  mns_json_begin (out, "cycle_state", '{');
  for (guint i = 0; i < MNS_N_PROGRESS; i++)
    write_range (out, progress_names[i], summary->cycle_state[i]);
  mns_json_end (out, '}');
  mns_json_number (out, "surface_count", summary->n_surfaces);
  mns_json_begin (out, "reads", '[');
  for (guint i = 0; i < summary->n_reads; i++)
    {
      const MnsReadSummary *read = &summary->reads[i];

      mns_json_begin (out, NULL, '{');
      mns_json_number (out, "number", info->reads[i].number);
      mns_json_boolean (out, "is_index", info->reads[i].is_index);
      mns_json_number (out, "first_cycle", info->reads[i].first_cycle);
      mns_json_number (out, "last_cycle", info->reads[i].last_cycle);
      write_figures (out, "summary", &read->figures);
      mns_json_begin (out, "lanes", '[');
      for (guint lane = 0; lane < summary->n_lanes; lane++)
        write_lane (out,
                    &read->lanes[lane],
                    read->surfaces != NULL ? &read->surfaces[lane * summary->n_surfaces] : NULL,
                    summary->n_surfaces);
      mns_json_end (out, ']');
      mns_json_end (out, '}');
    }
  mns_json_end (out, ']');
  mns_json_end (out, '}');
}

static void
write_index (MnsJsonWriter *out, GPtrArray *lanes)
{
  mns_json_begin (out, "index", '[');
  for (guint i = 0; i < lanes->len; i++)
    {
      const MnsLaneIndex *lane = lanes->pdata[i];

      mns_json_begin (out, NULL, '{');
      mns_json_number (out, "lane", lane->lane);
      mns_json_number (out, "total_reads", lane->reads);
      mns_json_number (out, "total_pf_reads", lane->reads_pf);
      mns_json_number (out, "percent_identified", lane->percent_identified);
      mns_json_number (out, "cv", lane->cv);
      mns_json_number (out, "min", lane->least);
      mns_json_number (out, "max", lane->most);
      mns_json_begin (out, "indices", '[');
      for (guint k = 0; k < lane->n_shares; k++)
        {
          mns_json_begin (out, NULL, '{');
          mns_json_number (out, "id", lane->shares[k].id);
          mns_json_text (out, "sample", lane->shares[k].sample);
          mns_json_text (out, "project", lane->shares[k].project);
          mns_json_text (out, "index1", lane->shares[k].index1);
          mns_json_text (out, "index2", lane->shares[k].index2);
          mns_json_number (out, "percent", lane->shares[k].percent);
          mns_json_number (out, "cluster_count", lane->shares[k].clusters);
          mns_json_end (out, '}');
        }
      mns_json_end (out, ']');
      mns_json_end (out, '}');
    }
  mns_json_end (out, ']');
}

static void
write_run_info (MnsJsonWriter *out, const MnsRunInfo *info, MnsTileNaming naming)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *json = NULL;
  MnsRunInfo shown = *info; /* its texts stay @info's */

  shown.naming = naming;
  mns_run_info_add_json (&shown, builder);
  root = json_builder_get_root (builder);
  json = json_to_string (root, FALSE);
  mns_json_raw (out, "run_info", json);
}

static void
write_set_aside (MnsJsonWriter *out, const MnsInteropState *state)
{
  mns_json_begin (out, "set_aside", '[');
  for (guint i = 0; i < mns_interop_state_n_set_aside (state); i++)
    {
      const MnsSetAside *entry = mns_interop_state_get_set_aside (state, i);
      g_autofree char *message = mns_set_aside_to_text (entry);

      mns_json_begin (out, NULL, '{');
      mns_json_text (out, "file", entry->file);
      mns_json_number (out, "offset", (double) entry->offset);
      mns_json_text (out, "rule", entry->rule);
      mns_json_text (out, "message", message);
      mns_json_end (out, '}');
    }
  mns_json_end (out, ']');
}

/* Only where the run has SummaryRunMetricsOut.bin. */
static void
write_run_file (MnsJsonWriter *out, const MnsRunSummary *summary)
{
  MnsRunFigures full = mns_run_summary_full_total (summary);

  mns_json_begin (out, "summary_run", '{');
  mns_json_number (out, "raw", summary->summary_run_raw);
  mns_json_number (out, "occupied", summary->summary_run_occupied);
  mns_json_number (out, "pf", summary->summary_run_pf);
  mns_json_number (out, "occupancy_proxy", summary->summary_run_proxy);
  mns_json_number (out, "percent_occupied", full.percent_occupied);
  mns_json_number (out, "percent_pf", 100.0 * summary->summary_run_pf / summary->summary_run_raw);
  mns_json_number (out, "percent_occupancy_proxy", full.percent_occupancy_proxy);
  mns_json_end (out, '}');
  write_figures (out, "full_total", &full);
}

/**
 * mns_run_summary_to_json:
 * @state: a state that has looked
 * @summary: its figures
 * @index: (element-type MnsLaneIndex): its index shares
 * @look: (nullable): model and state of the run
 *
 * Returns: (transfer full): one JSON object with status, empty, model, state, state_reason, cycle,
 *   cycles, run_info, summary, index and set_aside, and with summary_run and full_total where the
 *   run has SummaryRunMetricsOut.bin
 */
char *
mns_run_summary_to_json (const MnsInteropState *state,
                         const MnsRunSummary *summary,
                         GPtrArray *index,
                         const MnsRunLook *look)
{
  MnsJsonWriter out = { g_string_sized_new (64 * 1024), 0, FALSE };
  const MnsRunInfo *info = mns_interop_state_get_info (state);

  mns_json_begin (&out, NULL, '{');
  mns_json_text (&out, "status", "ok");
  if (summary->is_empty)
    mns_json_boolean (&out, "empty", TRUE);
  mns_json_text (&out, "model", look != NULL ? look->model.name : NULL);
  mns_json_text (&out, "state", look != NULL ? mns_run_state_name (look->verdict.state) : NULL);
  mns_json_text (&out, "state_reason", look != NULL ? look->verdict.reason : NULL);
  mns_json_number (&out, "cycle", mns_interop_state_last_cycle (state));
  mns_json_number (&out, "cycles", info->total_cycles);
  write_run_info (&out, info, summary->naming);
  write_summary (&out, state, summary);
  write_index (&out, index);
  if (mns_run_summary_has_run_file (summary))
    write_run_file (&out, summary);
  write_set_aside (&out, state);
  mns_json_number (&out, "bytes_read", (double) mns_interop_state_bytes_read (state));
  mns_json_end (&out, '}');
  g_string_append_c (out.text, '\n');
  return g_string_free (out.text, FALSE);
}
