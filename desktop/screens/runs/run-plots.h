/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define MNS_TYPE_RUN_PLOTS (mns_run_plots_get_type ())
G_DECLARE_FINAL_TYPE (MnsRunPlots, mns_run_plots, MNS, RUN_PLOTS, GtkWidget)

/* The plots of a run, made once and filled from each plot document that comes. */
GtkWidget *mns_run_plots_new (void);
void mns_run_plots_show (MnsRunPlots *self, JsonObject *document);

G_END_DECLS
