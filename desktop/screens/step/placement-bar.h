/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "desktop/widgets/plate-model.h"
#include "sync/model/value.h"

G_BEGIN_DECLS

/**
 * MnsPlacementBar:
 *
 * Toolbar of Placement: how wells are filled, and what can be done. It says what was chosen and
 * does nothing by itself.
 */
#define MNS_TYPE_PLACEMENT_BAR (mns_placement_bar_get_type ())
G_DECLARE_FINAL_TYPE (MnsPlacementBar, mns_placement_bar, MNS, PLACEMENT_BAR, AdwBin)

GtkWidget *mns_placement_bar_new (void);

/* @run: the row of the view "run": default order and container types of its step */
void mns_placement_bar_set_run (MnsPlacementBar *self, const MnsRows *run);
void mns_placement_bar_set_allowed (MnsPlacementBar *self, gboolean allowed);

MnsFillRule mns_placement_bar_get_rule (MnsPlacementBar *self);
/* Well where filling begins, as typed */
const char *mns_placement_bar_get_start (MnsPlacementBar *self);

/* Fills a box with the projects of run_pairs and their colours on the plate. */
void mns_placement_show_legend (GtkBox *legend, const MnsRows *pairs);

G_END_DECLS
