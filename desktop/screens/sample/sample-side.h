/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "desktop/app/session.h"

G_BEGIN_DECLS

/* Beside a list: what is known of one sample, its fields and its history, and a way to its page. */
#define MNS_TYPE_SAMPLE_SIDE (mns_sample_side_get_type ())
G_DECLARE_FINAL_TYPE (MnsSampleSide, mns_sample_side, MNS, SAMPLE_SIDE, AdwBin)

GtkWidget *mns_sample_side_new (MnsSession *session);
/* @sample: its id or LIMS id */
void mns_sample_side_show (MnsSampleSide *self, const char *sample);

G_END_DECLS
