/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/widgets/chart.h"
#include "desktop/widgets/style.h"

G_BEGIN_DECLS

typedef enum
{
  MNS_CHART_EMPTY,
  MNS_CHART_LINES,
  MNS_CHART_BARS,
  MNS_CHART_HEAT,
} MnsChartKind;

/**
 * MnsChartData:
 * @values: of lines by series; of bars and heat the first, heat by row and column within
 * @labels: of bars
 * @marks: places on the x axis, from 1, where something begins
 * @n: values of a series, bars, or columns of a heat map
 * @group: columns of a heat map that belong together, named @group_name and a number
 */
typedef struct
{
  MnsChartKind kind;
  char *title;
  char *x_title;
  char *y_title;
  char *names[MNS_CHART_SERIES];
  double *values[MNS_CHART_SERIES];
  double *deviations;
  char **labels;
  guint *marks;
  guint n_series;
  guint n;
  guint n_rows;
  guint n_marks;
  guint group;
  char *group_name;
} MnsChartData;

void mns_chart_draw (const MnsChartData *data,
                     cairo_t *cr,
                     PangoContext *pango,
                     const MnsPalette *palette,
                     double width,
                     double height);
void mns_chart_get_range (const MnsChartData *data, double *low, double *high);
char *mns_chart_number (double value);

G_END_DECLS
