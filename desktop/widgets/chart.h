/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MNS_TYPE_CHART (mns_chart_get_type ())
G_DECLARE_FINAL_TYPE (MnsChart, mns_chart, MNS, CHART, GtkWidget)

/* At most so many lines in one chart; beyond them nobody tells them apart. */
#define MNS_CHART_SERIES 5

GtkWidget *mns_chart_new (const char *title, const char *x_title, const char *y_title);

/* What is shown; values are copied, NAN is what is not known. One of the three at a time. */
void mns_chart_set_lines (MnsChart *self,
                          const char *const *names,
                          const double *const *values,
                          guint n_series,
                          guint n,
                          const guint *marks,
                          guint n_marks);
void mns_chart_set_bars (MnsChart *self,
                         const char *const *labels,
                         const double *values,
                         const double *deviations,
                         guint n);
void mns_chart_set_heat (MnsChart *self,
                         const double *values,
                         guint n_columns,
                         guint n_rows,
                         guint group,
                         const char *group_name);

/* The same as rows of texts: the chart for those who do not see it. */
const char *mns_chart_get_title (MnsChart *self);
guint mns_chart_get_n_columns (MnsChart *self);
char *mns_chart_dup_heading (MnsChart *self, guint column);
GListModel *mns_chart_make_rows (MnsChart *self);

G_END_DECLS
