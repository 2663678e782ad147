/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

/* The inside of MnsGrid: grid.c (the widget, scrolling), grid-geometry.c (where cells are),
 * grid-cells.c (what a screen reader sees), grid-act.c (what it does), grid-edit.c (the editor),
 * grid-input.c (keys and pointer), grid-draw.c (the picture).
 */

#include "desktop/widgets/grid.h"

G_BEGIN_DECLS

typedef enum
{
  MNS_GRID_DRAG_NONE,
  MNS_GRID_DRAG_SELECT,
  MNS_GRID_DRAG_FILL,
  MNS_GRID_DRAG_RESIZE,
} MnsGridDrag;

typedef enum
{
  MNS_GRID_PART_NONE,
  MNS_GRID_PART_HEAD,
  MNS_GRID_PART_HEAD_EDGE, /* between two headings: the left one is resized */
  MNS_GRID_PART_CELL,
  MNS_GRID_PART_HANDLE, /* the fill handle */
} MnsGridPart;

struct _MnsGrid
{
  GtkWidget parent_instance;

  MnsGridModel *model;
  GtkAdjustment *adjustments[2]; /* by GtkOrientation */
  GtkScrollablePolicy policies[2];
  gboolean compact;
  double scale; /* of text and sizes */
  int *widths;  /* of the columns, at scale 1 */

  guint row; /* of the cursor */
  guint column;
  guint anchor_row; /* the other corner of the range */
  guint anchor_column;
  char *line;

  GHashTable *cells; /* key of a cell → MnsCell; children */
  GPtrArray *spare;  /* MnsCell without a cell; children */
  GPtrArray *heads;  /* MnsCell a column; children */

  GtkWidget *editor; /* GtkText */
  gboolean editing;
  GtkWidget *popover;

  MnsGridDrag drag;
  guint drag_column; /* that is resized */
  int drag_width;    /* that it had */
  guint fill_n;      /* how far the fill handle was dragged */
  gboolean fill_down;
};

/* grid-geometry.c: all in pixels of the widget, at the present scroll position */
gboolean mns_grid_has_cells (MnsGrid *self);
double mns_grid_get_row_height (MnsGrid *self);
double mns_grid_get_head_height (MnsGrid *self);
double mns_grid_get_column_width (MnsGrid *self, guint column);
double mns_grid_get_content_width (MnsGrid *self);
double mns_grid_get_scroll (MnsGrid *self, GtkOrientation orientation);
void mns_grid_get_rect (MnsGrid *self, guint row, guint column, graphene_rect_t *rect);
void mns_grid_get_head_rect (MnsGrid *self, guint column, graphene_rect_t *rect);
void mns_grid_get_visible_rows (MnsGrid *self, guint *first, guint *last);
gboolean mns_grid_is_column_visible (MnsGrid *self, guint column);
gboolean mns_grid_get_handle (MnsGrid *self, graphene_rect_t *rect);
MnsGridPart mns_grid_pick (MnsGrid *self, double x, double y, guint *row, guint *column);
void mns_grid_pick_nearest (MnsGrid *self, double x, double y, guint *row, guint *column);
void mns_grid_scroll_to (MnsGrid *self, guint row, guint column);
void mns_grid_clip_cells (MnsGrid *self, gboolean frozen, graphene_rect_t *clip);

/* grid-cells.c */
void mns_grid_update_cells (MnsGrid *self);
void mns_grid_rename_cells (MnsGrid *self);
GtkWidget *mns_grid_get_cursor_cell (MnsGrid *self);
gboolean mns_grid_has_focus_inside (MnsGrid *self);
char *mns_grid_describe_cell (MnsGrid *self, guint row, guint column);

/* grid-act.c, grid.c */
void mns_grid_say (MnsGrid *self, const char *message);
void mns_grid_select (MnsGrid *self, guint row, guint column, gboolean extend);
void mns_grid_update_line (MnsGrid *self);
void mns_grid_extend_range (MnsGrid *self, guint n, gboolean down);
void mns_grid_toggle (MnsGrid *self);

/* grid-edit.c */
void mns_grid_make_editor (MnsGrid *self);
gboolean mns_grid_edit (MnsGrid *self, const char *typed);
gboolean mns_grid_choose (MnsGrid *self);
void mns_grid_place_editor (MnsGrid *self);
gboolean mns_grid_edit_key (MnsGrid *self, guint keyval, GdkModifierType state);

/* grid-input.c */
void mns_grid_add_controllers (MnsGrid *self);
gboolean mns_grid_key (MnsGrid *self, guint keyval, GdkModifierType state);

/* grid-draw.c */
int mns_grid_measure_head (MnsGrid *self, guint column);
void mns_grid_snapshot (GtkWidget *widget, GtkSnapshot *snapshot);

G_END_DECLS
