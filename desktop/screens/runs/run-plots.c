/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The plot document (server/instruments/plot-document.h) on our own charts. Each card has its
 * numbers as a table too. A document comes from the server, and is read as if it came from anyone:
 * what is missing or of another length is not known.
 */

#define G_LOG_DOMAIN "mns-run-plots"

#include "config.h"

#include <glib/gi18n.h>
#include <math.h>

#include "desktop/screens/runs/run-plots.h"
#include "desktop/screens/runs/run-tables.h"
#include "desktop/widgets/chart.h"

#define MOST_CYCLES 5000
#define MOST_TILES 20000
#define MOST_SHARES 96

typedef enum
{
  PLOT_INTENSITY,
  PLOT_BASES,
  PLOT_Q30,
  PLOT_ERROR,
  PLOT_DENSITY,
  PLOT_PF,
  PLOT_HEAT,
  PLOT_SCORES,
  PLOT_SHARES,
  N_PLOTS,
} Plot;

static const struct
{
  const char *title, *x, *y;
} plots[N_PLOTS] = {
  [PLOT_INTENSITY] = { N_ ("Intensity by cycle"), N_ ("Cycle"), N_ ("Mean intensity") },
  [PLOT_BASES] = { N_ ("Bases by cycle"), N_ ("Cycle"), N_ ("Share of clusters, %") },
  [PLOT_Q30] = { N_ ("Quality by cycle"), N_ ("Cycle"), N_ ("≥ Q30, %") },
  [PLOT_ERROR] = { N_ ("Error by cycle"), N_ ("Cycle"), N_ ("Error, %") },
  [PLOT_DENSITY] = { N_ ("Density by lane"), N_ ("Lane"), N_ ("Median, k/mm²") },
  [PLOT_PF] = { N_ ("Clusters passing filter by lane"), N_ ("Lane"), N_ ("Median, %") },
  [PLOT_HEAT] = { N_ ("Flow cell: density PF by tile"), N_ ("Tile"), N_ ("k/mm²") },
  [PLOT_SCORES] = { N_ ("Q scores"), N_ ("Q score"), N_ ("Share of bases, %") },
  [PLOT_SHARES] = { N_ ("Index shares"), N_ ("Sample"), N_ ("Share of clusters PF, %") },
};

typedef struct
{
  GtkWidget *chart;
  GtkWidget *stack;
  GtkWidget *toggle;
  GtkWidget *card;
} Card;

struct _MnsRunPlots
{
  GtkWidget parent_instance;

  GtkWidget *scrolled;
  GtkFlowBox *flow;
  Card cards[N_PLOTS];
};

G_DEFINE_FINAL_TYPE (MnsRunPlots, mns_run_plots, GTK_TYPE_WIDGET)

/* ---- reading ---- */

static JsonArray *
get_list (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static JsonObject *
get_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static double
get_number (JsonNode *node)
{
  GType type = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node)
                                                            : G_TYPE_INVALID;

  return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE ? json_node_get_double (node) : NAN;
}

static guint
get_count (JsonObject *object, const char *name, guint most)
{
  double value = get_number (json_object_get_member (object, name));

  return value >= 1 && value <= most ? (guint) value : 0;
}

static const char *
get_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : "";
}

/* @n numbers, NAN where the list has none. */
static double *
read_numbers (JsonArray *list, guint n)
{
  double *values = g_new (double, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    values[i] = list != NULL && i < json_array_get_length (list)
                    ? get_number (json_array_get_element (list, i))
                    : NAN;
  return values;
}

/* ---- by cycle ---- */

typedef struct
{
  char *names[MNS_CHART_SERIES];
  double *values[MNS_CHART_SERIES];
  guint n;
} Lines;

static void
add_line (Lines *lines, const char *name, JsonArray *list, guint n_cycles)
{
  if (lines->n == MNS_CHART_SERIES || list == NULL)
    return;
  lines->names[lines->n] = g_strdup (name);
  lines->values[lines->n++] = read_numbers (list, n_cycles);
}

static void
show_lines (Card *card, Lines *lines, guint n_cycles, const GArray *marks)
{
  mns_chart_set_lines (MNS_CHART (card->chart),
                       (const char *const *) lines->names,
                       (const double *const *) lines->values,
                       lines->n,
                       n_cycles,
                       (const guint *) (const void *) marks->data,
                       marks->len);
  gtk_widget_set_visible (card->card, lines->n > 0 && n_cycles > 0);
  for (guint i = 0; i < lines->n; i++)
    {
      g_free (lines->names[i]);
      g_free (lines->values[i]);
    }
}

static GArray *
read_marks (JsonObject *document, guint n_cycles)
{
  GArray *marks = g_array_new (FALSE, FALSE, sizeof (guint));
  JsonArray *reads = get_list (document, "reads");

  for (guint i = 0; reads != NULL && i < json_array_get_length (reads); i++)
    {
      JsonNode *node = json_array_get_element (reads, i);
      guint first = JSON_NODE_HOLDS_OBJECT (node)
                        ? get_count (json_node_get_object (node), "first_cycle", n_cycles)
                        : 0;

      if (first > 0)
        g_array_append_val (marks, first);
    }
  return marks;
}

static void
show_cycles (MnsRunPlots *self, JsonObject *document)
{
  static const char *const bases[] = { "A", "C", "G", "T", "none" };
  guint n = get_count (document, "cycles", MOST_CYCLES);
  g_autoptr (GArray) marks = read_marks (document, n);
  JsonArray *channels = get_list (document, "intensity");
  JsonObject *calls = get_object (document, "bases");
  Lines lines = { 0 };

  for (guint i = 0; channels != NULL && i < json_array_get_length (channels); i++)
    {
      JsonNode *node = json_array_get_element (channels, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        add_line (&lines,
                  get_text (json_node_get_object (node), "channel"),
                  get_list (json_node_get_object (node), "values"),
                  n);
    }
  show_lines (&self->cards[PLOT_INTENSITY], &lines, n, marks);

  lines = (Lines){ 0 };
  for (guint i = 0; calls != NULL && i < G_N_ELEMENTS (bases); i++)
    add_line (&lines, i < 4 ? bases[i] : _ ("No call"), get_list (calls, bases[i]), n);
  show_lines (&self->cards[PLOT_BASES], &lines, n, marks);

  lines = (Lines){ 0 };
  add_line (&lines, _ ("≥ Q30"), get_list (document, "percent_gt_q30"), n);
  show_lines (&self->cards[PLOT_Q30], &lines, n, marks);

  lines = (Lines){ 0 };
  add_line (&lines, _ ("Error"), get_list (document, "error_rate"), n);
  show_lines (&self->cards[PLOT_ERROR], &lines, n, marks);
}

/* ---- by lane ---- */

/* The median of each lane; the distance of the quartiles stands for the spread. */
static void
show_lanes (Card *card, JsonArray *boxes)
{
  guint n = boxes != NULL ? json_array_get_length (boxes) : 0;
  g_autofree double *values = g_new0 (double, MAX (n, 1));
  g_autofree double *spread = g_new0 (double, MAX (n, 1));
  g_auto (GStrv) labels = g_new0 (char *, n + 1);
  gboolean any = FALSE;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (boxes, i);
      g_autofree double *box =
          read_numbers (JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL, 5);

      labels[i] = g_strdup_printf ("%u", i + 1);
      values[i] = box[2];
      spread[i] = (box[3] - box[1]) / 2;
      any = any || isfinite (box[2]);
    }
  mns_chart_set_bars (MNS_CHART (card->chart), (const char *const *) labels, values, spread, n);
  gtk_widget_set_visible (card->card, any);
}

/* ---- by tile ---- */

/* A column for each lane, surface and swath; lane, surface, swath, row begin each line of numbers,
 * density PF is the second of the metrics behind them.
 */
static void
show_tiles (Card *card, JsonObject *document)
{
  guint n_lanes = get_count (document, "lanes", 64);
  guint n_surfaces = get_count (document, "surfaces", 4);
  guint n_swaths = get_count (document, "swaths", 64);
  guint n_rows = get_count (document, "rows", 1000);
  guint per_lane = n_surfaces * n_swaths;
  guint n_columns = n_lanes * per_lane;
  JsonArray *tiles = get_list (document, "tiles");
  guint n = tiles != NULL ? MIN (json_array_get_length (tiles), MOST_TILES) : 0;
  g_autofree double *values = g_new (double, MAX (n_columns * n_rows, 1));

  for (guint i = 0; i < n_columns * n_rows; i++)
    values[i] = NAN;
  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (tiles, i);
      g_autofree double *tile =
          read_numbers (JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL, 6);

      if (tile[0] >= 1 && tile[0] <= n_lanes && tile[1] >= 1 && tile[1] <= n_surfaces &&
          tile[2] >= 1 && tile[2] <= n_swaths && tile[3] >= 0 && tile[3] < n_rows)
        values[(guint) tile[3] * n_columns + ((guint) tile[0] - 1) * per_lane +
               ((guint) tile[1] - 1) * n_swaths + (guint) tile[2] - 1] = tile[5];
    }
  mns_chart_set_heat (MNS_CHART (card->chart), values, n_columns, n_rows, per_lane, _ ("Lane"));
  gtk_widget_set_visible (card->card, n > 0 && n_columns * n_rows > 0);
}

/* ---- scores and shares ---- */

static void
show_scores (Card *card, JsonObject *document)
{
  JsonArray *scores = get_list (document, "scores");
  guint n = scores != NULL ? MIN (json_array_get_length (scores), 100) : 0;
  guint n_cycles = get_count (document, "cycles", MOST_CYCLES);
  g_autofree double *sums = g_new0 (double, MAX (n, 1));
  g_auto (GStrv) labels = g_new0 (char *, n + 1);
  double total = 0;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (scores, i);
      JsonObject *score = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      g_autofree double *clusters = read_numbers (get_list (score, "clusters"), n_cycles);

      labels[i] = g_strdup_printf ("%u", score != NULL ? get_count (score, "score", 100) : 0);
      for (guint k = 0; k < n_cycles; k++)
        sums[i] += isfinite (clusters[k]) ? clusters[k] : 0;
      total += sums[i];
    }
  for (guint i = 0; i < n && total > 0; i++)
    sums[i] *= 100 / total;
  mns_chart_set_bars (MNS_CHART (card->chart), (const char *const *) labels, sums, NULL, n);
  gtk_widget_set_visible (card->card, total > 0);
}

static void
show_shares (Card *card, JsonObject *document)
{
  JsonArray *shares = get_list (document, "index_shares");
  guint n = shares != NULL ? MIN (json_array_get_length (shares), MOST_SHARES) : 0;
  g_autofree double *values = g_new0 (double, MAX (n, 1));
  g_auto (GStrv) labels = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (shares, i);
      JsonObject *share = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

      labels[i] = share != NULL ? g_strdup_printf ("%u: %s",
                                                   get_count (share, "lane", 64),
                                                   get_text (share, "sample"))
                                : g_strdup ("");
      values[i] = share != NULL ? get_number (json_object_get_member (share, "percent")) : NAN;
    }
  mns_chart_set_bars (MNS_CHART (card->chart), (const char *const *) labels, values, NULL, n);
  gtk_widget_set_visible (card->card, n > 0);
}

/* ---- cards ---- */

static void
update_table (Card *card)
{
  GtkWidget *table = gtk_stack_get_child_by_name (GTK_STACK (card->stack), "table");

  if (table != NULL)
    gtk_stack_remove (GTK_STACK (card->stack), table);
  if (!gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (card->toggle)))
    {
      gtk_stack_set_visible_child_name (GTK_STACK (card->stack), "chart");
      return;
    }
  table = mns_run_table_of_chart (card->chart);
  gtk_stack_add_named (GTK_STACK (card->stack), table, "table");
  gtk_stack_set_visible_child_name (GTK_STACK (card->stack), "table");
}

static void
toggled_cb (GtkToggleButton *button, Card *card)
{
  update_table (card);
}

static void
make_card (MnsRunPlots *self, Plot plot)
{
  Card *card = &self->cards[plot];
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *title = gtk_label_new (_ (plots[plot].title));
  GtkWidget *child;

  card->card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  card->chart = mns_chart_new (_ (plots[plot].title), _ (plots[plot].x), _ (plots[plot].y));
  card->stack = gtk_stack_new ();
  card->toggle = gtk_toggle_button_new_with_label (_ ("Show as table"));
  gtk_widget_add_css_class (card->toggle, "flat");
  gtk_widget_add_css_class (title, "heading");
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_box_append (GTK_BOX (head), title);
  gtk_box_append (GTK_BOX (head), card->toggle);
  gtk_stack_add_named (GTK_STACK (card->stack), card->chart, "chart");
  gtk_widget_set_size_request (card->stack, 440, 240);
  gtk_widget_set_hexpand (card->chart, TRUE);
  gtk_box_append (GTK_BOX (card->card), head);
  gtk_box_append (GTK_BOX (card->card), card->stack);
  gtk_widget_add_css_class (card->card, "card");
  g_object_set (head, "margin-start", 12, "margin-end", 12, "margin-top", 8, NULL);
  g_object_set (card->stack, "margin-start", 12, "margin-end", 12, "margin-bottom", 12, NULL);
  g_signal_connect (card->toggle, "toggled", G_CALLBACK (toggled_cb), card);
  gtk_flow_box_append (self->flow, card->card);
  child = gtk_widget_get_parent (card->card);
  gtk_widget_set_focusable (child, FALSE);
  g_object_bind_property (card->card, "visible", child, "visible", G_BINDING_SYNC_CREATE);
}

static void
mns_run_plots_dispose (GObject *object)
{
  g_clear_pointer (&MNS_RUN_PLOTS (object)->scrolled, gtk_widget_unparent);

  G_OBJECT_CLASS (mns_run_plots_parent_class)->dispose (object);
}

static void
mns_run_plots_class_init (MnsRunPlotsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mns_run_plots_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
mns_run_plots_init (MnsRunPlots *self)
{
  self->scrolled = gtk_scrolled_window_new ();
  self->flow = GTK_FLOW_BOX (gtk_flow_box_new ());
  gtk_flow_box_set_selection_mode (self->flow, GTK_SELECTION_NONE);
  gtk_flow_box_set_column_spacing (self->flow, 12);
  gtk_flow_box_set_row_spacing (self->flow, 12);
  gtk_flow_box_set_max_children_per_line (self->flow, 3);
  gtk_flow_box_set_homogeneous (self->flow, TRUE);
  gtk_widget_set_valign (GTK_WIDGET (self->flow), GTK_ALIGN_START);
  g_object_set (self->flow, "margin-start", 16, "margin-end", 16, "margin-bottom", 16, NULL);
  gtk_scrolled_window_set_policy (
      GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), GTK_WIDGET (self->flow));
  gtk_widget_set_parent (self->scrolled, GTK_WIDGET (self));
  for (Plot plot = 0; plot < N_PLOTS; plot++)
    make_card (self, plot);
}

GtkWidget *
mns_run_plots_new (void)
{
  return g_object_new (MNS_TYPE_RUN_PLOTS, NULL);
}

void
mns_run_plots_show (MnsRunPlots *self, JsonObject *document)
{
  JsonObject *boxes;

  g_return_if_fail (MNS_IS_RUN_PLOTS (self) && document != NULL);

  boxes = get_object (document, "boxes");
  show_cycles (self, document);
  show_lanes (&self->cards[PLOT_DENSITY], get_list (boxes, "density"));
  show_lanes (&self->cards[PLOT_PF], get_list (boxes, "percent_pf"));
  show_tiles (&self->cards[PLOT_HEAT], document);
  show_scores (&self->cards[PLOT_SCORES], document);
  show_shares (&self->cards[PLOT_SHARES], document);
  for (Plot plot = 0; plot < N_PLOTS; plot++)
    if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->cards[plot].toggle)))
      update_table (&self->cards[plot]);
}
