/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>
#include <json-glib/json-glib.h>

#include "sync/model/value.h"

G_BEGIN_DECLS

/* Words and tables of sequencing runs. */

const char *mns_run_status_text (const char *status);
char *mns_format_run_status (const MnsRows *rows, guint row, const char *name);
char *mns_format_cycle (const MnsRows *rows, guint row, const char *name);
char *mns_format_percent (const MnsRows *rows, guint row, const char *name);
char *mns_format_yield (const MnsRows *rows, guint row, const char *name);

/* Figures of reads (lane 0), or of lanes and reads. */
GtkWidget *mns_run_reads_table (const MnsRows *figures, const MnsRows *reads);
GtkWidget *mns_run_lanes_table (const MnsRows *figures, const MnsRows *reads);
GtkWidget *mns_run_demux_table (JsonObject *details);
GtkWidget *mns_run_history_table (const MnsRows *history);
GtkWidget *mns_run_table_of_chart (GtkWidget *chart);

G_END_DECLS
