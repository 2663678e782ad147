/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A chart: an image with a name and a sentence for those who do not see it, and the same numbers as
 * rows for a table beside it. It holds copies, so that whoever made the numbers may forget them.
 */

#define G_LOG_DOMAIN "mns-chart"

#include "config.h"

#include <glib/gi18n.h>
#include <math.h>

#include "desktop/widgets/chart-private.h"
#include "desktop/widgets/row.h"

#define HEIGHT 220
#define WIDTH 320

struct _MnsChart
{
  GtkWidget parent_instance;

  MnsChartData data;
};

G_DEFINE_FINAL_TYPE (MnsChart, mns_chart, GTK_TYPE_WIDGET)

static void
clear_values (MnsChartData *data)
{
  for (guint i = 0; i < MNS_CHART_SERIES; i++)
    {
      g_clear_pointer (&data->names[i], g_free);
      g_clear_pointer (&data->values[i], g_free);
    }
  g_clear_pointer (&data->deviations, g_free);
  g_clear_pointer (&data->labels, g_strfreev);
  g_clear_pointer (&data->marks, g_free);
  g_clear_pointer (&data->group_name, g_free);
  data->kind = MNS_CHART_EMPTY;
  data->n_series = data->n = data->n_rows = data->n_marks = data->group = 0;
}

static void
mns_chart_finalize (GObject *object)
{
  MnsChart *self = MNS_CHART (object);

  clear_values (&self->data);
  g_free (self->data.title);
  g_free (self->data.x_title);
  g_free (self->data.y_title);

  G_OBJECT_CLASS (mns_chart_parent_class)->finalize (object);
}

static void
mns_chart_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MnsChart *self = MNS_CHART (widget);
  int width = gtk_widget_get_width (widget);
  int height = gtk_widget_get_height (widget);
  MnsPalette palette;
  cairo_t *cr;

  mns_palette_load (&palette, widget);
  cr = gtk_snapshot_append_cairo (snapshot,
                                  &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  mns_chart_draw (&self->data, cr, gtk_widget_get_pango_context (widget), &palette, width, height);
  cairo_destroy (cr);
}

static void
mns_chart_measure (GtkWidget *widget,
                   GtkOrientation orientation,
                   int for_size,
                   int *minimum,
                   int *natural,
                   int *minimum_baseline,
                   int *natural_baseline)
{
  double scale = mns_style_get_text_scale (widget);

  *minimum = (int) ((orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : HEIGHT) * scale);
  *natural = *minimum;
}

static void
mns_chart_class_init (MnsChartClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mns_chart_finalize;
  widget_class->snapshot = mns_chart_snapshot;
  widget_class->measure = mns_chart_measure;
  gtk_widget_class_set_css_name (widget_class, "mnschart");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
mns_chart_init (MnsChart *self)
{
  mns_style_ensure ();
}

/**
 * mns_chart_new:
 * @title: translated name; drawn by whoever shows the chart, told to screen readers
 * @x_title, @y_title: translated, with units
 */
GtkWidget *
mns_chart_new (const char *title, const char *x_title, const char *y_title)
{
  MnsChart *self = g_object_new (MNS_TYPE_CHART, NULL);

  self->data.title = g_strdup (title);
  self->data.x_title = g_strdup (x_title);
  self->data.y_title = g_strdup (y_title);
  return GTK_WIDGET (self);
}

/* The sentence a screen reader says: what it is and how far the values go. */
static void
update (MnsChart *self)
{
  double low, high;
  g_autofree char *least = NULL;
  g_autofree char *most = NULL;
  g_autofree char *text = NULL;

  mns_chart_get_range (&self->data, &low, &high);
  least = mns_chart_number (low);
  most = mns_chart_number (high);
  text = g_strdup_printf (
      /* Translators: chart title, what is measured, least and most */
      _ ("%s: %s from %s to %s; the table has all values"),
      self->data.title,
      self->data.y_title,
      least,
      most);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static double *
copy_values (const double *values, gsize n)
{
  return g_memdup2 (values, MAX (n, 1) * sizeof *values);
}

/**
 * mns_chart_set_lines:
 * @names: of the lines
 * @values: by line, @n each
 * @n_series: lines, at most %MNS_CHART_SERIES
 * @marks: places on the x axis, from 1, in ascending order
 */
void
mns_chart_set_lines (MnsChart *self,
                     const char *const *names,
                     const double *const *values,
                     guint n_series,
                     guint n,
                     const guint *marks,
                     guint n_marks)
{
  g_return_if_fail (MNS_IS_CHART (self) && n_series <= MNS_CHART_SERIES);

  clear_values (&self->data);
  self->data.kind = n > 0 && n_series > 0 ? MNS_CHART_LINES : MNS_CHART_EMPTY;
  for (guint i = 0; n > 0 && i < n_series; i++)
    {
      self->data.names[i] = g_strdup (names[i]);
      self->data.values[i] = copy_values (values[i], n);
    }
  self->data.n_series = n > 0 ? n_series : 0;
  self->data.n = n;
  self->data.marks = n_marks > 0 ? g_memdup2 (marks, n_marks * sizeof *marks) : NULL;
  self->data.n_marks = n_marks;
  update (self);
}

/**
 * mns_chart_set_bars:
 * @labels: below the bars
 * @deviations: (nullable): half the height of the line over each bar
 */
void
mns_chart_set_bars (MnsChart *self,
                    const char *const *labels,
                    const double *values,
                    const double *deviations,
                    guint n)
{
  g_return_if_fail (MNS_IS_CHART (self));

  clear_values (&self->data);
  if (n > 0)
    {
      self->data.kind = MNS_CHART_BARS;
      self->data.labels = g_new0 (char *, n + 1);
      for (guint i = 0; i < n; i++)
        self->data.labels[i] = g_strdup (labels[i]);
      self->data.values[0] = copy_values (values, n);
      self->data.deviations = deviations != NULL ? copy_values (deviations, n) : NULL;
      self->data.n_series = 1;
      self->data.n = n;
    }
  update (self);
}

/**
 * mns_chart_set_heat:
 * @values: by row, @n_columns each
 * @group: columns that belong together, 0 for none
 * @group_name: (nullable): translated, before the group's number
 */
void
mns_chart_set_heat (MnsChart *self,
                    const double *values,
                    guint n_columns,
                    guint n_rows,
                    guint group,
                    const char *group_name)
{
  g_return_if_fail (MNS_IS_CHART (self));

  clear_values (&self->data);
  if (n_columns > 0 && n_rows > 0)
    {
      self->data.kind = MNS_CHART_HEAT;
      self->data.values[0] = copy_values (values, (gsize) n_columns * n_rows);
      self->data.n_series = 1;
      self->data.n = n_columns;
      self->data.n_rows = n_rows;
      self->data.group = group;
      self->data.group_name = g_strdup (group_name != NULL ? group_name : "");
    }
  update (self);
}

/* ---- the table ---- */

const char *
mns_chart_get_title (MnsChart *self)
{
  g_return_val_if_fail (MNS_IS_CHART (self), NULL);

  return self->data.title;
}

guint
mns_chart_get_n_columns (MnsChart *self)
{
  g_return_val_if_fail (MNS_IS_CHART (self), 0);

  if (self->data.kind == MNS_CHART_HEAT)
    return self->data.n + 1;
  return 1 + self->data.n_series + (self->data.deviations != NULL ? 1 : 0);
}

char *
mns_chart_dup_heading (MnsChart *self, guint column)
{
  const MnsChartData *data = &self->data;

  if (column == 0)
    return g_strdup (data->x_title);
  if (data->kind == MNS_CHART_HEAT && data->group > 0)
    return g_strdup_printf ("%s %u.%u",
                            data->group_name,
                            (column - 1) / data->group + 1,
                            (column - 1) % data->group + 1);
  if (data->kind == MNS_CHART_LINES)
    return g_strdup (data->names[column - 1]);
  return g_strdup (column == 1 ? data->y_title : _ ("Deviation"));
}

static char *
make_cell (const MnsChartData *data, guint row, guint column)
{
  if (column == 0)
    return data->kind == MNS_CHART_BARS ? g_strdup (data->labels[row])
                                        : g_strdup_printf ("%u", row + 1);
  if (data->kind == MNS_CHART_HEAT)
    return mns_chart_number (data->values[0][row * data->n + column - 1]);
  if (column <= data->n_series)
    return mns_chart_number (data->values[column - 1][row]);
  return mns_chart_number (data->deviations[row]);
}

/**
 * mns_chart_make_rows:
 *
 * Returns: (transfer full): the numbers, an #MnsRow each
 */
GListModel *
mns_chart_make_rows (MnsChart *self)
{
  GListStore *store = g_list_store_new (MNS_TYPE_ROW);
  guint n_columns = mns_chart_get_n_columns (self);
  guint n_rows = self->data.kind == MNS_CHART_HEAT ? self->data.n_rows : self->data.n;

  for (guint r = 0; r < n_rows; r++)
    {
      g_auto (GStrv) texts = g_new0 (char *, n_columns + 1);
      g_autofree char *id = g_strdup_printf ("%u", r);
      g_autoptr (MnsRow) row = NULL;

      for (guint c = 0; c < n_columns; c++)
        texts[c] = make_cell (&self->data, r, c);
      row = mns_row_new (id, (const char *const *) texts);
      g_list_store_append (store, row);
    }
  return G_LIST_MODEL (store);
}
