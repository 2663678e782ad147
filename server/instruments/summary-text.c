/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The summary as tables for people: one line a read, then one a lane, then the index shares.
 * A dash is a figure that is not known.
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include "server/instruments/summary-text.h"

#define MOST_COLUMNS 12
#define DASH "–"

/* A table whose columns become as wide as their widest cell. */
typedef struct
{
  guint n_columns;
  guint n_left; /* columns from the left that are set flush left */
  GPtrArray *cells;
} Table;

static Table
start_table (const char *const *heads, guint n_columns, guint n_left)
{
  Table table = { n_columns, n_left, g_ptr_array_new_with_free_func (g_free) };

  for (guint i = 0; i < n_columns; i++)
    g_ptr_array_add (table.cells, g_strdup (heads[i]));
  return table;
}

static void
add_cell (Table *table, char *cell)
{
  g_ptr_array_add (table->cells, cell);
}

/* A number with @digits decimals, or a dash. */
static void
add_number (Table *table, double value, double unit, int digits)
{
  if (!isfinite (value))
    add_cell (table, g_strdup (DASH));
  else
    add_cell (table, g_strdup_printf ("%.*f", digits, value / unit));
}

static void
add_stat (Table *table, const MnsStat *stat, double unit, int digits)
{
  if (!isfinite (stat->mean))
    add_cell (table, g_strdup (DASH));
  else
    add_cell (
        table,
        g_strdup_printf ("%.*f ± %.*f", digits, stat->mean / unit, digits, stat->deviation / unit));
}

static void
finish_table (Table *table, GString *out)
{
  glong widths[MOST_COLUMNS] = { 0 };

  for (guint i = 0; i < table->cells->len; i++)
    {
      glong width = g_utf8_strlen (table->cells->pdata[i], -1);

      widths[i % table->n_columns] = MAX (widths[i % table->n_columns], width);
    }
  for (guint i = 0; i < table->cells->len; i++)
    {
      const char *cell = table->cells->pdata[i];
      guint column = i % table->n_columns;
      gboolean is_last = column + 1 == table->n_columns;
      int gap = (int) (widths[column] - g_utf8_strlen (cell, -1));

      if (column < table->n_left)
        g_string_append_printf (out, "%s%*s", cell, is_last ? 0 : gap, "");
      else
        g_string_append_printf (out, "%*s%s", gap, "", cell);
      g_string_append (out, is_last ? "\n" : "  ");
    }
  g_string_append_c (out, '\n');
  g_ptr_array_unref (table->cells);
}

static void
add_field (GString *out, const char *name, const char *value)
{
  g_string_append_printf (out, "%-10s  %s\n", name, value != NULL ? value : DASH);
}

static void
write_head (GString *out, const MnsInteropState *state, const MnsRunLook *look)
{
  const MnsRunInfo *info = mns_interop_state_get_info (state);
  guint cycle = mns_interop_state_last_cycle (state);
  g_autoptr (GString) reads = g_string_new (NULL);
  g_autofree char *progress = NULL;
  g_autofree char *instrument = NULL;

  for (guint i = 0; i < info->n_reads; i++)
    g_string_append_printf (reads,
                            "%s%u%s",
                            i > 0 ? " + " : "",
                            info->reads[i].cycles,
                            info->reads[i].is_index ? " (index)" : "");
  progress = g_strdup_printf ("%s, cycle %u of %u: %s",
                              mns_run_state_name (look->verdict.state),
                              cycle,
                              info->total_cycles,
                              look->verdict.reason);
  instrument = g_strdup_printf ("%s  %s",
                                look->model.name != NULL ? look->model.name : "unknown model",
                                info->instrument != NULL ? info->instrument : "");
  add_field (out, "Run", info->id);
  add_field (out, "Instrument", instrument);
  add_field (out, "Flow cell", info->flowcell);
  add_field (out, "State", progress);
  add_field (out, "Cycles", reads->str);
  g_string_append_c (out, '\n');
}

static void
add_run_row (Table *table, char *name, const MnsRunFigures *figures, gboolean has_aligned)
{
  add_cell (table, name);
  add_number (table, figures->yield_g, 1, 2);
  add_number (table, isfinite (figures->yield_g) ? figures->projected_yield_g : NAN, 1, 2);
  add_number (table, figures->percent_gt_q30, 1, 2);
  add_number (table, has_aligned ? figures->percent_aligned : NAN, 1, 2);
  add_number (table, figures->error_rate, 1, 2);
  add_number (table, figures->first_cycle_intensity, 1, 0);
  add_number (table, figures->percent_occupied, 1, 2);
}

/* Whether any lane of the read has an aligned share: a mean of nothing is stored as 0. */
static gboolean
has_aligned (const MnsRunSummary *summary, guint read)
{
  for (guint lane = 0; lane < summary->n_lanes; lane++)
    if (isfinite (summary->reads[read].lanes[lane].percent_aligned.mean))
      return TRUE;
  return FALSE;
}

static void
write_reads (GString *out, const MnsRunInfo *info, const MnsRunSummary *summary)
{
  static const char *const heads[] = { "Read",      "Yield Gb", "projected Gb", "% ≥Q30",
                                       "% aligned", "% error",  "intensity C1", "% occupied" };
  Table table = start_table (heads, G_N_ELEMENTS (heads), 1);
  gboolean any = FALSE;

  for (guint i = 0; i < summary->n_reads; i++)
    {
      any |= has_aligned (summary, i);
      add_run_row (&table,
                   g_strdup_printf (
                       "%u%s", info->reads[i].number, info->reads[i].is_index ? " (index)" : ""),
                   &summary->reads[i].figures,
                   has_aligned (summary, i));
    }
  add_run_row (&table, g_strdup ("data reads"), &summary->nonindex, any);
  add_run_row (&table, g_strdup ("total"), &summary->total, any);
  finish_table (&table, out);
}

static void
add_cycles_error (Table *table, const double *cycles)
{
  if (!isfinite (cycles[0]) || cycles[1] == 0)
    add_cell (table, g_strdup (DASH));
  else if (cycles[0] == cycles[1])
    add_number (table, cycles[0], 1, 0);
  else
    add_cell (table, g_strdup_printf ("%.0f–%.0f", cycles[0], cycles[1]));
}

static void
write_density (GString *out, const MnsRunSummary *summary)
{
  static const char *const heads[] = { "Lane",       "Tiles",         "Density k/mm²", "% PF",
                                       "Clusters M", "Clusters PF M", "% occupied" };
  Table table = start_table (heads, G_N_ELEMENTS (heads), 0);

  for (guint i = 0; summary->n_reads > 0 && i < summary->n_lanes; i++)
    {
      const MnsLaneFigures *lane = &summary->reads[0].lanes[i];

      add_number (&table, lane->lane, 1, 0);
      add_number (&table, lane->tiles, 1, 0);
      add_stat (&table, &lane->density, 1000, 0);
      add_stat (&table, &lane->percent_pf, 1, 2);
      add_number (&table, lane->reads, 1e6, 2);
      add_number (&table, lane->reads_pf, 1e6, 2);
      add_stat (&table, &lane->percent_occupied, 1, 2);
    }
  finish_table (&table, out);
}

static void
add_lane_row (Table *table, char *name, const MnsLaneFigures *lane)
{
  add_cell (table, name);
  add_number (table, lane->yield_g, 1, 2);
  add_number (table, lane->percent_gt_q30, 1, 2);
  add_number (table, lane->phasing.mean, 1, 3);
  add_number (table, lane->prephasing.mean, 1, 3);
  add_stat (table, &lane->percent_aligned, 1, 2);
  add_cycles_error (table, lane->error_cycles);
  add_stat (table, &lane->error_rate, 1, 2);
  add_number (table, lane->error_rate_35.mean, 1, 2);
  add_number (table, lane->error_rate_75.mean, 1, 2);
  add_number (table, lane->error_rate_100.mean, 1, 2);
  add_stat (table, &lane->first_cycle_intensity, 1, 0);
}

static void
write_lanes (GString *out,
             const MnsRunInfo *info,
             const MnsRunSummary *summary,
             guint read,
             gboolean with_surfaces)
{
  static const char *const heads[] = { "Lane",       "Yield Gb",  "% ≥Q30",       "Phasing",
                                       "Prephasing", "% aligned", "Cycles error", "% error",
                                       "to 35",      "to 75",     "to 100",       "Intensity C1" };
  const MnsReadSummary *figures = &summary->reads[read];
  Table table = start_table (heads, G_N_ELEMENTS (heads), with_surfaces ? 1 : 0);

  g_string_append_printf (out,
                          "Read %u%s, cycles %u to %u\n",
                          info->reads[read].number,
                          info->reads[read].is_index ? " (index)" : "",
                          info->reads[read].first_cycle,
                          info->reads[read].last_cycle);
  for (guint i = 0; i < summary->n_lanes; i++)
    {
      add_lane_row (&table, g_strdup_printf ("%u", i + 1), &figures->lanes[i]);
      for (guint k = 0; with_surfaces && figures->surfaces != NULL && k < summary->n_surfaces; k++)
        add_lane_row (&table,
                      g_strdup_printf ("  %s", k == 0 ? "top" : "bottom"),
                      &figures->surfaces[i * summary->n_surfaces + k]);
    }
  finish_table (&table, out);
}

static void
write_index (GString *out, const MnsLaneIndex *lane)
{
  static const char *const heads[] = { "Sample",  "Project", "Index 1",
                                       "Index 2", "% of PF", "Clusters" };
  Table table = start_table (heads, G_N_ELEMENTS (heads), 4);

  g_string_append_printf (out,
                          "Index shares of lane %u: %.2f %% identified\n",
                          lane->lane,
                          isfinite (lane->percent_identified) ? lane->percent_identified : 0);
  for (guint i = 0; i < lane->n_shares; i++)
    {
      add_cell (&table, g_strdup (lane->shares[i].sample));
      add_cell (&table, g_strdup (lane->shares[i].project));
      add_cell (&table, g_strdup (lane->shares[i].index1));
      add_cell (&table, g_strdup (lane->shares[i].index2));
      add_number (&table, lane->shares[i].percent, 1, 4);
      add_number (&table, lane->shares[i].clusters, 1, 0);
    }
  finish_table (&table, out);
}

/**
 * mns_run_summary_to_text:
 * @state: a state that has looked
 * @summary: its figures
 * @index: (element-type MnsLaneIndex): its index shares
 * @look: model and state of the run
 * @with_surfaces: also give each surface of a lane
 *
 * Returns: (transfer full): aligned tables
 */
char *
mns_run_summary_to_text (const MnsInteropState *state,
                         const MnsRunSummary *summary,
                         GPtrArray *index,
                         const MnsRunLook *look,
                         gboolean with_surfaces)
{
  const MnsRunInfo *info = mns_interop_state_get_info (state);
  GString *out = g_string_new (NULL);

  write_head (out, state, look);
  if (summary->is_empty)
    g_string_append (out, "No metrics yet.\n\n");
  else
    {
      write_reads (out, info, summary);
      write_density (out, summary);
      for (guint i = 0; i < summary->n_reads; i++)
        write_lanes (out, info, summary, i, with_surfaces);
      for (guint i = 0; i < index->len; i++)
        write_index (out, index->pdata[i]);
    }
  for (guint i = 0; i < mns_interop_state_n_set_aside (state); i++)
    {
      g_autofree char *message = mns_set_aside_to_text (mns_interop_state_get_set_aside (state, i));

      g_string_append_printf (out, "Set aside: %s\n", message);
    }
  if (out->len > 1 && out->str[out->len - 2] == '\n')
    g_string_truncate (out, out->len - 1);
  return g_string_free (out, FALSE);
}
