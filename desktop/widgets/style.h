/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The tokens that drawn widgets use, in the order of the names in style.c. */
typedef enum
{
  MNS_COLOR_BG,
  MNS_COLOR_BG2,
  MNS_COLOR_FG,
  MNS_COLOR_MUT,
  MNS_COLOR_LINE,
  MNS_COLOR_LINE2,
  MNS_COLOR_ACC,
  MNS_COLOR_ACC_FG,
  MNS_COLOR_SEL,
  MNS_COLOR_SEL_FG,
  MNS_COLOR_ERR,
  MNS_COLOR_ERRBG,
  MNS_COLOR_WARNBG,
  MNS_COLOR_INFOBG,
  MNS_COLOR_OK,
  MNS_COLOR_GROUP_0,
  MNS_COLOR_GROUP_5 = MNS_COLOR_GROUP_0 + 5,
  MNS_COLOR_SERIES_0,
  MNS_COLOR_SERIES_3 = MNS_COLOR_SERIES_0 + 3,
  MNS_N_COLORS,
} MnsColor;

#define MNS_N_GROUP_COLORS 6

typedef struct
{
  GdkRGBA colors[MNS_N_COLORS];
} MnsPalette;

void mns_style_ensure (void);
void mns_palette_load (MnsPalette *self, GtkWidget *widget);
const GdkRGBA *mns_palette_get_group (const MnsPalette *self, int group);
GdkRGBA mns_color_with_alpha (const GdkRGBA *color, float alpha);
double mns_style_get_text_scale (GtkWidget *widget);

G_END_DECLS
