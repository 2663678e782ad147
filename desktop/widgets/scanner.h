/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MNS_TYPE_SCANNER (mns_scanner_get_type ())
G_DECLARE_FINAL_TYPE (MnsScanner, mns_scanner, MNS, SCANNER, GObject)

MnsScanner *mns_scanner_new (GtkWidget *window);

void mns_scanner_set_affixes (MnsScanner *self, const char *prefix, const char *suffix);
gboolean mns_scanner_feed (MnsScanner *self, guint keyval, GdkModifierType state, guint32 time_ms);

G_END_DECLS
