/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "desktop/widgets/plate-model.h"

G_BEGIN_DECLS

#define MNS_TYPE_PLATE (mns_plate_get_type ())
G_DECLARE_FINAL_TYPE (MnsPlate, mns_plate, MNS, PLATE, GtkWidget)

GtkWidget *mns_plate_new (MnsPlateModel *model);

MnsPlateModel *mns_plate_get_model (MnsPlate *self);
void mns_plate_set_small (MnsPlate *self, gboolean small);
guint mns_plate_get_container (MnsPlate *self);
void mns_plate_set_container (MnsPlate *self, guint container);
gboolean mns_plate_get_read_only (MnsPlate *self);
void mns_plate_set_read_only (MnsPlate *self, gboolean read_only);
const MnsFillRule *mns_plate_get_rule (MnsPlate *self);
void mns_plate_set_rule (MnsPlate *self, const MnsFillRule *rule);

/* Samples chosen elsewhere, which the next click or Enter places */
const char *const *mns_plate_get_pending (MnsPlate *self);
void mns_plate_set_pending (MnsPlate *self, const char *const *ids);

const char *mns_plate_get_line (MnsPlate *self);
guint mns_plate_get_cursor (MnsPlate *self);
void mns_plate_set_cursor (MnsPlate *self, guint pos);

gboolean mns_plate_pick_up (MnsPlate *self);
guint mns_plate_remove_selected (MnsPlate *self);
gboolean mns_plate_undo (MnsPlate *self);
gboolean mns_plate_redo (MnsPlate *self);

G_END_DECLS
