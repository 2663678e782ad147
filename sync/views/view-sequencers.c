/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* What the instruments are doing, and one sequencing run. */

#include "config.h"

#include "sync/views/columns.h"
#include "sync/views/tables.h"

/* 0 for a run that may still change by itself: such runs come first. */
#define IS_OVER                                                                                    \
  "CASE WHEN r.status IN ('planned', 'running', 'copying', 'demultiplexing') THEN 0 ELSE 1 END"

#define TOTAL(figure)                                                                              \
  "(SELECT g.value FROM run_figure g WHERE g.sequencing_run_id = r.id AND g.lane = 0 "             \
  "AND g.n = 0 AND g.figure = '" figure "')"

#define RUN_COLUMNS                                                                                \
  "SELECT r.id AS run_id, r.run_name AS run, r.instrument_id, i.name AS instrument, "              \
  "t.name AS model, r.family, r.folder, r.flow_cell, r.cartridge, r.experiment, r.status, "        \
  "r.status_by, r.cycle, r.cycles, r.started_at, r.ended_at, r.changed_at, " TOTAL (               \
      "percent_q30") " AS q30, " TOTAL ("percent_pf") " AS pf, " TOTAL (                           \
      "yield_g") " AS yield_g, " TOTAL ("error_rate") " AS error_rate"

#define RUN_TABLES                                                                                 \
  " FROM sequencing_run r LEFT JOIN instrument i ON i.id = r.instrument_id "                       \
  "LEFT JOIN instrument_type t ON t.id = i.instrument_type_id "

static gboolean
look_at_runs (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  const char *filter = mns_look_get_text (args, "filter");
  gint64 limit = mns_look_get_limit (args);
  gint64 offset = mns_look_get_offset (args);
  MnsId instrument = { { 0 } };
  gboolean any = !mns_look_get_id (args, "instrument", &instrument);
  MnsRows *rows = mns_transaction_query (
      look->transaction,
      RUN_COLUMNS RUN_TABLES
      "WHERE ($any = 1 OR r.instrument_id = $instrument) AND ($all = 1 "
      "OR mns_contains (r.run_name, $filter) = 1 OR mns_contains (coalesce (i.name, ''), $filter) "
      "= 1 OR mns_contains (coalesce (r.flow_cell, ''), $filter) = 1 "
      "OR mns_contains (coalesce (r.experiment, ''), $filter) = 1 OR r.status = $filter) "
      "ORDER BY " IS_OVER
      ", coalesce (r.started_at, r.changed_at) DESC, r.changed_at DESC, r.id "
      "LIMIT $limit OFFSET $offset",
      MNS_ARGS (MNS_ARG_INT ("any", any),
                MNS_ARG_ID ("instrument", &instrument),
                MNS_ARG_INT ("all", filter == NULL),
                MNS_ARG_TEXT ("filter", filter != NULL ? filter : ""),
                MNS_ARG_INT ("limit", limit),
                MNS_ARG_INT ("offset", offset)),
      error);

  if (rows == NULL)
    return FALSE;
  mns_view_result_page (result, rows, limit, offset);
  return TRUE;
}

static gboolean
look_by_run (
    const MnsLook *look, JsonObject *args, const char *sql, MnsViewResult *result, GError **error)
{
  MnsId run;

  mns_look_get_id (args, "run", &run);
  result->rows =
      mns_transaction_query (look->transaction, sql, MNS_ARGS (MNS_ARG_ID ("run", &run)), error);
  return result->rows != NULL;
}

static char *
print_hex (GBytes *bytes)
{
  GString *text = g_string_new (NULL);
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  for (gsize i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", data[i]);
  return g_string_free (text, FALSE);
}

/* Files are asked for by the text of their hash. */
static MnsRows *
with_plot_text (const MnsRows *raw)
{
  MnsRows *rows = mns_rows_new ();
  guint n_columns = mns_rows_get_n_columns (raw);
  guint last = n_columns - 1;

  for (guint c = 0; c < last; c++)
    mns_rows_add_column (
        rows, mns_rows_get_column_name (raw, c), mns_rows_get_column_kind (raw, c));
  mns_rows_add_column (rows, "plot_sha256", MNS_KIND_TEXT);
  for (guint r = 0; r < mns_rows_get_n_rows (raw); r++)
    {
      g_autofree char *hex =
          mns_rows_is_null (raw, r, last) ? NULL : print_hex (mns_rows_get_bytes (raw, r, last));

      for (guint c = 0; c < last; c++)
        mns_rows_add (rows, *mns_rows_get (raw, r, c));
      mns_rows_add (rows, mns_value_text (hex));
    }
  return rows;
}

static gboolean
look_at_seq_run (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  g_autoptr (MnsRows) raw = NULL;

  if (!look_by_run (look,
                    args,
                    RUN_COLUMNS
                    ", r.step_run_id, r.details, f.size AS plot_size, f.sha256" RUN_TABLES
                    "LEFT JOIN file f ON f.owner_id = r.id AND f.owner = "
                    "'SEQUENCING_RUN' AND f.name = 'plots.json' WHERE r.id = $run",
                    result,
                    error))
    return FALSE;
  raw = g_steal_pointer (&result->rows);
  result->rows = with_plot_text (raw);
  return TRUE;
}

static gboolean
look_at_reads (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  return look_by_run (look,
                      args,
                      "SELECT n, cycles, is_index FROM run_read WHERE sequencing_run_id = $run "
                      "ORDER BY n",
                      result,
                      error);
}

static gboolean
look_at_figures (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  return look_by_run (look,
                      args,
                      "SELECT lane, n, figure, value, deviation FROM run_figure "
                      "WHERE sequencing_run_id = $run ORDER BY lane, n, figure",
                      result,
                      error);
}

static gboolean
look_at_lanes (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  return look_by_run (look,
                      args,
                      "SELECT l.lane, l.artifact_id, a.lims_id, a.name, l.result_id "
                      "FROM run_lane l LEFT JOIN artifact a ON a.id = l.artifact_id "
                      "WHERE l.sequencing_run_id = $run ORDER BY l.lane",
                      result,
                      error);
}

static gboolean
look_at_history (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  return look_by_run (look,
                      args,
                      "SELECT n, status, evidence, at FROM run_status "
                      "WHERE sequencing_run_id = $run ORDER BY n DESC",
                      result,
                      error);
}

/* Instruments that have runs, each with the run that matters now. */
static gboolean
look_at_tiles (const MnsLook *look, JsonObject *args, MnsViewResult *result, GError **error)
{
  result->rows = mns_transaction_query (
      look->transaction,
      "SELECT i.id AS instrument_id, i.lims_id, i.name, i.serial_number, t.name AS model, "
      "x.id AS run_id, x.run_name AS run, x.status, x.cycle, x.cycles, x.changed_at, "
      "(SELECT COUNT(*) FROM sequencing_run c WHERE c.instrument_id = i.id) AS runs "
      "FROM instrument i JOIN instrument_type t ON t.id = i.instrument_type_id "
      "JOIN sequencing_run x ON x.id = (SELECT r.id FROM sequencing_run r "
      "WHERE r.instrument_id = i.id ORDER BY " IS_OVER
      ", coalesce (r.started_at, r.changed_at) DESC, r.changed_at DESC, r.id LIMIT 1) "
      "WHERE i.archived = 0 ORDER BY i.name, i.id",
      NULL,
      error);
  return result->rows != NULL;
}

static const MnsArgSpec runs_args[] = {
  { "filter", MNS_ARG_TYPE_TEXT, .help = "part of a name, flow cell, experiment; or a status" },
  { "instrument", MNS_ARG_TYPE_ID, .refers = "instrument" },
  { "limit", MNS_ARG_TYPE_INT, .min = 1, .max = 500 },
  { "after", MNS_ARG_TYPE_TEXT },
  { NULL },
};
static const MnsArgSpec run_args[] = {
  { "run", MNS_ARG_TYPE_ID, .required = TRUE, .refers = "sequencing_run" },
  { NULL },
};
static const MnsArgSpec no_args[] = { { NULL } };

#define RUN_TEXT                                                                                   \
  "run_id id, run text, instrument_id id, instrument text, model text, family text, "              \
  "folder text, flow_cell text, cartridge text, experiment text, status text, status_by text, "    \
  "cycle int, cycles int, started_at int, ended_at int, changed_at int, q30 real, pf real, "       \
  "yield_g real, error_rate real"

#define VIEW(c_name, view_name, arg_list, view_func, view_columns, view_help)                      \
  static const MnsViewSpec c_name = {                                                              \
    .name = view_name,                                                                             \
    .args = arg_list,                                                                              \
    .func = view_func,                                                                             \
    .columns = view_columns,                                                                       \
    .help = view_help,                                                                             \
  }

VIEW (
    runs_view, "runs", runs_args, look_at_runs, RUN_TEXT, "Sequencing runs, those under way first");
VIEW (seq_run_view,
      "seq_run",
      run_args,
      look_at_seq_run,
      RUN_TEXT ", step_run_id id, details json, plot_size int, plot_sha256 text",
      "One sequencing run; the plot document is a file");
VIEW (reads_view,
      "seq_run_reads",
      run_args,
      look_at_reads,
      "n int, cycles int, is_index int",
      "Reads of a sequencing run");
VIEW (figures_view,
      "seq_run_figures",
      run_args,
      look_at_figures,
      "lane int, n int, figure text, value real, deviation real",
      "Figures of a sequencing run by lane (0: all) and read (0: all)");
VIEW (lanes_view,
      "seq_run_lanes",
      run_args,
      look_at_lanes,
      "lane int, artifact_id id, lims_id text, name text, result_id id",
      "Lanes of a sequencing run and what was loaded");
VIEW (history_view,
      "seq_run_history",
      run_args,
      look_at_history,
      "n int, status text, evidence text, at int",
      "What a sequencing run went through, the newest first");
VIEW (tiles_view,
      "instrument_tiles",
      no_args,
      look_at_tiles,
      "instrument_id id, lims_id text, name text, serial_number text, model text, run_id id, "
      "run text, status text, cycle int, cycles int, changed_at int, runs int",
      "Instruments that have runs, each with the run that matters now");

const MnsViewSpec *const mns_views_sequencers[] = {
  &runs_view,  &seq_run_view, &reads_view, &figures_view,
  &lanes_view, &history_view, &tiles_view, NULL,
};
