/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef enum
{
  MNS_BANNER_ERROR,
  MNS_BANNER_WARNING,
  MNS_BANNER_INFO,
} MnsBannerKind;

#define MNS_TYPE_BANNER (mns_banner_get_type ())
G_DECLARE_FINAL_TYPE (MnsBanner, mns_banner, MNS, BANNER, AdwBin)

GtkWidget *mns_banner_new (MnsBannerKind kind);

void mns_banner_show (MnsBanner *self, const char *text);
void mns_banner_hide (MnsBanner *self);
gboolean mns_banner_get_shown (MnsBanner *self);
const char *mns_banner_get_text (MnsBanner *self);
void mns_banner_set_button (MnsBanner *self, const char *label);

G_END_DECLS
