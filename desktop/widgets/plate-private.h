/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

/* The inside of MnsPlate: plate.c (the widget), plate-act.c (what it does), plate-input.c (keys,
 * pointer, drag), plate-draw.c (the picture).
 */

#include "desktop/widgets/plate.h"

G_BEGIN_DECLS

struct _MnsPlate
{
  GtkWidget parent_instance;

  MnsPlateModel *model;
  guint container;
  gboolean read_only;
  MnsFillRule rule;
  GStrv pending;

  GPtrArray *cells; /* MnsCell a well, row by row; children */
  GPtrArray *heads; /* MnsCell a column, then a row; children */

  guint cursor;     /* position */
  guint anchor;     /* where a block selected with Shift begins */
  guint hover;      /* position or MNS_PLATE_NOWHERE */
  guint carried;    /* well picked up by keyboard or button, or MNS_PLATE_NOWHERE */
  GStrv dragged;    /* samples of a drag that is above the plate */
  GHashTable *tint; /* positions that would be filled now */
  char *line;

  gboolean small; /* see mns_plate_set_small() */
  double scale;   /* of text and boxes */
};

/* Pixels of a well's box, and of the headings, at scale 1 */
typedef struct
{
  guint max_wells;
  int width;
  int height;
  int head_width;
  int head_height;
  int radius;
  int gap;
  int font;      /* of the name in the well; 0: no text */
  int head_font; /* of the headings */
} MnsPlateLook;

const MnsPlateLook *mns_plate_get_look (MnsPlate *self);
gboolean mns_plate_get_box (MnsPlate *self, guint row, guint column, graphene_rect_t *box);
guint mns_plate_pick (MnsPlate *self, double x, double y);
gboolean mns_plate_pick_head (MnsPlate *self, double x, double y, int *row, int *column);
gboolean mns_plate_has_focus_inside (MnsPlate *self);

void mns_plate_update_tint (MnsPlate *self);
char *mns_plate_describe_well (MnsPlate *self, guint pos);
void mns_plate_update_line (MnsPlate *self);
gboolean mns_plate_act (MnsPlate *self, guint pos);
gboolean mns_plate_put (MnsPlate *self, const char *const *ids, guint pos);
void mns_plate_say (MnsPlate *self, const char *message);
void mns_plate_let_go (MnsPlate *self);

void mns_plate_add_controllers (MnsPlate *self);
gboolean mns_plate_key (MnsPlate *self, guint keyval, GdkModifierType state);
gboolean mns_plate_drop (MnsPlate *self, const char *payload, double x, double y);

void mns_plate_snapshot (GtkWidget *widget, GtkSnapshot *snapshot);

G_END_DECLS
