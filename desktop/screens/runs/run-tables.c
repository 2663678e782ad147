/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Figures come as rows of (lane, read, name, value); a table here says which of them it shows, in
 * which order, and how they are written.
 */

#define G_LOG_DOMAIN "mns-run-tables"

#include "config.h"

#include <glib/gi18n.h>
#include <math.h>

#include "desktop/app/cells.h"
#include "desktop/screens/runs/run-tables.h"
#include "desktop/widgets/chart.h"
#include "desktop/widgets/row-list.h"

static const struct
{
  const char *status, *text;
} statuses[] = {
  { "planned", N_ ("… Planned") },
  { "running", N_ ("▶ Running") },
  { "copying", N_ ("▶ Copying") },
  { "completed", N_ ("✓ Completed") },
  { "ended_early", N_ ("! Ended early") },
  { "failed", N_ ("✗ Failed") },
  { "aborted", N_ ("✗ Aborted") },
  { "demultiplexing", N_ ("▶ Demultiplexing") },
  { "demultiplexed", N_ ("✓ Demultiplexed") },
  { "stalled", N_ ("! Stalled") },
  { "unknown", N_ ("? Unknown") },
};

/* With a mark before the word, so that it is seen without reading and without colour. */
const char *
mns_run_status_text (const char *status)
{
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    if (g_strcmp0 (statuses[i].status, status) == 0)
      return _ (statuses[i].text);
  return status != NULL ? status : "";
}

char *
mns_format_run_status (const MnsRows *rows, guint row, const char *name)
{
  return g_strdup (mns_run_status_text (mns_cell_text (rows, row, name)));
}

char *
mns_format_cycle (const MnsRows *rows, guint row, const char *name)
{
  gint64 cycle = mns_cell_int (rows, row, "cycle");
  gint64 cycles = mns_cell_int (rows, row, "cycles");

  if (cycles <= 0)
    return g_strdup ("");
  return g_strdup_printf ("%d/%d", (int) cycle, (int) cycles);
}

static char *
format_real (const MnsRows *rows, guint row, const char *name, const char *unit, int digits)
{
  int at = mns_rows_find_column (rows, name);

  if (at < 0 || mns_rows_is_null (rows, row, (guint) at))
    return g_strdup ("–");
  return g_strdup_printf ("%.*f%s", digits, mns_rows_get_real (rows, row, (guint) at), unit);
}

char *
mns_format_percent (const MnsRows *rows, guint row, const char *name)
{
  return format_real (rows, row, name, " %", 1);
}

char *
mns_format_yield (const MnsRows *rows, guint row, const char *name)
{
  return format_real (rows, row, name, " Gb", 2);
}

/* ---- figures ---- */

typedef struct
{
  const char *figure;
  const char *title;
  int digits;
  double scale;
} Shown;

static const Shown read_figures[] = {
  { "yield_g", N_ ("Yield, Gb"), 2, 1 },    { "projected_yield_g", N_ ("Projected, Gb"), 2, 1 },
  { "percent_q30", N_ ("≥ Q30, %"), 1, 1 }, { "percent_aligned", N_ ("Aligned, %"), 2, 1 },
  { "error_rate", N_ ("Error, %"), 2, 1 },  { "first_cycle_intensity", N_ ("Intensity C1"), 0, 1 },
  { "percent_pf", N_ ("PF, %"), 1, 1 },
};

static const Shown lane_figures[] = {
  { "tiles", N_ ("Tiles"), 0, 1 },
  { "density", N_ ("Density, k/mm²"), 0, 0.001 },
  { "percent_pf", N_ ("PF, %"), 1, 1 },
  { "reads_pf", N_ ("Reads PF, M"), 2, 0.000001 },
  { "percent_q30", N_ ("≥ Q30, %"), 1, 1 },
  { "yield_g", N_ ("Yield, Gb"), 2, 1 },
  { "phasing", N_ ("Phasing, %"), 3, 1 },
  { "prephasing", N_ ("Prephasing, %"), 3, 1 },
  { "percent_aligned", N_ ("Aligned, %"), 2, 1 },
  { "error_rate", N_ ("Error, %"), 2, 1 },
  { "percent_occupied", N_ ("Occupied, %"), 1, 1 },
  { "first_cycle_intensity", N_ ("Intensity C1"), 0, 1 },
};

static char *
find_figure (const MnsRows *rows, gint64 lane, gint64 n, const Shown *shown)
{
  for (guint i = 0; i < mns_rows_get_n_rows (rows); i++)
    if (mns_rows_get_int (rows, i, 0) == lane && mns_rows_get_int (rows, i, 1) == n &&
        g_str_equal (mns_rows_get_text (rows, i, 2), shown->figure))
      {
        double value = mns_rows_get_real (rows, i, 3) * shown->scale;

        if (mns_rows_is_null (rows, i, 4) || mns_rows_get_real (rows, i, 4) == 0)
          return g_strdup_printf ("%.*f", shown->digits, value);
        return g_strdup_printf ("%.*f ± %.*f",
                                shown->digits,
                                value,
                                shown->digits,
                                mns_rows_get_real (rows, i, 4) * shown->scale);
      }
  return g_strdup ("–");
}

static GtkWidget *
make_list (GListStore *store, const MnsListColumn *columns, guint n, const char *label)
{
  GtkWidget *list = mns_row_list_new (G_LIST_MODEL (store), columns, n, label);

  gtk_widget_set_vexpand (list, TRUE);
  g_object_unref (store);
  return list;
}

static void
add_row (GListStore *store, GPtrArray *texts)
{
  g_autofree char *id = g_strdup_printf ("%u", g_list_model_get_n_items (G_LIST_MODEL (store)));
  g_autoptr (MnsRow) row = NULL;

  g_ptr_array_add (texts, NULL);
  row = mns_row_new (id, (const char *const *) texts->pdata);
  g_list_store_append (store, row);
}

static char *
name_read (const MnsRows *reads, guint at)
{
  gint64 cycles = mns_rows_get_int (reads, at, 1);

  return g_strdup_printf (mns_rows_get_int (reads, at, 2) != 0 ? _ ("%d (index, %d cycles)")
                                                               : _ ("%d (%d cycles)"),
                          (int) mns_rows_get_int (reads, at, 0),
                          (int) cycles);
}

static GtkWidget *
make_figures (const MnsRows *figures,
              const MnsRows *reads,
              const Shown *shown,
              guint n_shown,
              guint n_lanes,
              const char *label)
{
  GListStore *store = g_list_store_new (MNS_TYPE_ROW);
  g_autofree MnsListColumn *columns = g_new0 (MnsListColumn, n_shown + 2);
  guint first = n_lanes > 0 ? 2 : 1;

  columns[0] = (MnsListColumn){ "lane", _ ("Lane"), TRUE, 60, FALSE, FALSE };
  columns[first - 1] = (MnsListColumn){ "read", _ ("Read"), FALSE, 150, FALSE, FALSE };
  for (guint i = 0; i < n_shown; i++)
    columns[first + i] =
        (MnsListColumn){ shown[i].figure, _ (shown[i].title), TRUE, 115, FALSE, FALSE };
  for (guint lane = n_lanes > 0 ? 1 : 0; lane <= n_lanes; lane++)
    for (guint r = 0; r < mns_rows_get_n_rows (reads); r++)
      {
        g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
        gint64 n = mns_rows_get_int (reads, r, 0);

        if (n_lanes > 0)
          g_ptr_array_add (texts, g_strdup_printf ("%u", lane));
        g_ptr_array_add (texts, name_read (reads, r));
        for (guint i = 0; i < n_shown; i++)
          g_ptr_array_add (texts, find_figure (figures, lane, n, &shown[i]));
        add_row (store, texts);
      }
  if (n_lanes == 0)
    {
      g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

      g_ptr_array_add (texts, g_strdup (_ ("Total")));
      for (guint i = 0; i < n_shown; i++)
        g_ptr_array_add (texts, find_figure (figures, 0, 0, &shown[i]));
      add_row (store, texts);
    }
  return make_list (store, columns, first + n_shown, label);
}

GtkWidget *
mns_run_reads_table (const MnsRows *figures, const MnsRows *reads)
{
  return make_figures (
      figures, reads, read_figures, G_N_ELEMENTS (read_figures), 0, _ ("Figures of the reads"));
}

GtkWidget *
mns_run_lanes_table (const MnsRows *figures, const MnsRows *reads)
{
  guint n_lanes = 1;

  for (guint i = 0; i < mns_rows_get_n_rows (figures); i++)
    n_lanes = MAX (n_lanes, (guint) mns_rows_get_int (figures, i, 0));
  return make_figures (figures,
                       reads,
                       lane_figures,
                       G_N_ELEMENTS (lane_figures),
                       n_lanes,
                       _ ("Figures of lanes and reads"));
}

/* ---- demultiplexing ---- */

static char *
get_scalar (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return g_strdup ("");
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_dup_string (node);
  if (json_node_get_value_type (node) == G_TYPE_DOUBLE)
    return g_strdup_printf ("%.2f", json_node_get_double (node));
  return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
}

static void
add_demux_rows (GListStore *store, JsonObject *demux)
{
  static const char *const members[] = { "lane",  "sample_id", "sample_name", "project",
                                         "reads", "yield",     "percent_q30", "mean_quality" };
  JsonArray *list =
      json_object_has_member (demux, "rows") ? json_object_get_array_member (demux, "rows") : NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonObject *row = json_array_get_object_element (list, i);
      g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

      for (guint k = 0; k < G_N_ELEMENTS (members); k++)
        {
          char *text = get_scalar (row, members[k]);

          if (k == 1 && *text == '\0')
            {
              g_free (text);
              text = g_strdup (_ ("(no sample)"));
            }
          g_ptr_array_add (texts, text);
        }
      add_row (store, texts);
    }
}

/**
 * mns_run_demux_table:
 * @details: (nullable): of the run
 *
 * Returns: (nullable): lanes and samples as demultiplexing found them; %NULL if it has not been
 */
GtkWidget *
mns_run_demux_table (JsonObject *details)
{
  const MnsListColumn columns[] = {
    { "lane", _ ("Lane"), TRUE, 60, FALSE, FALSE },
    { "sample", _ ("Sample ID"), FALSE, 180, FALSE, FALSE },
    { "name", _ ("Name"), FALSE, 180, TRUE, FALSE },
    { "project", _ ("Project"), FALSE, 150, FALSE, FALSE },
    { "reads", _ ("Reads"), TRUE, 120, FALSE, FALSE },
    { "yield", _ ("Bases"), TRUE, 140, FALSE, FALSE },
    { "q30", _ ("≥ Q30, %"), TRUE, 100, FALSE, FALSE },
    { "quality", _ ("Mean Q"), TRUE, 90, FALSE, FALSE },
  };
  JsonArray *list = details != NULL && json_object_has_member (details, "demux")
                        ? json_object_get_array_member (details, "demux")
                        : NULL;
  GListStore *store;

  if (list == NULL || json_array_get_length (list) == 0)
    return NULL;
  store = g_list_store_new (MNS_TYPE_ROW);
  for (guint i = 0; i < json_array_get_length (list); i++)
    add_demux_rows (store, json_array_get_object_element (list, i));
  return make_list (store, columns, G_N_ELEMENTS (columns), _ ("Demultiplexing"));
}

/* ---- history ---- */

GtkWidget *
mns_run_history_table (const MnsRows *history)
{
  const MnsListColumn columns[] = {
    { "at", _ ("When"), FALSE, 150, FALSE, FALSE },
    { "status", _ ("State"), FALSE, 170, FALSE, FALSE },
    { "evidence", _ ("Evidence"), FALSE, -1, TRUE, FALSE },
  };
  GListStore *store = g_list_store_new (MNS_TYPE_ROW);

  for (guint i = 0; i < mns_rows_get_n_rows (history); i++)
    {
      g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
      const char *evidence = mns_cell_text (history, i, "evidence");

      g_ptr_array_add (texts, mns_time_to_text (mns_cell_int (history, i, "at")));
      g_ptr_array_add (texts, mns_format_run_status (history, i, "status"));
      g_ptr_array_add (texts, g_strdup (evidence != NULL ? evidence : ""));
      add_row (store, texts);
    }
  return make_list (store, columns, G_N_ELEMENTS (columns), _ ("Log"));
}

/* ---- charts ---- */

GtkWidget *
mns_run_table_of_chart (GtkWidget *widget)
{
  MnsChart *chart = MNS_CHART (widget);
  guint n = mns_chart_get_n_columns (chart);
  g_autofree MnsListColumn *columns = g_new0 (MnsListColumn, MAX (n, 1));
  g_autoptr (GPtrArray) titles = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GListModel) rows = mns_chart_make_rows (chart);
  GtkWidget *list;

  for (guint i = 0; i < n; i++)
    {
      char *title = mns_chart_dup_heading (chart, i);

      g_ptr_array_add (titles, title);
      columns[i] = (MnsListColumn){ title, title, i > 0, i > 0 ? 90 : 110, FALSE, FALSE };
    }
  list = mns_row_list_new (rows, columns, n, mns_chart_get_title (chart));
  mns_row_list_set_compact (MNS_ROW_LIST (list), TRUE);
  return list;
}
