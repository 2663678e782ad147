/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "sync/sheet/sheet.h"

G_BEGIN_DECLS

/* Tables that come from a file or go into one. Reading and writing happen on a worker thread. */

/* @sheet: NULL if the file could not be read, which @error says */
typedef void (*MnsStepSheetRead) (gpointer owner, MnsSheet *sheet, const GError *error);
/* @error: NULL if all went well */
typedef void (*MnsStepSheetWritten) (gpointer owner, const GError *error);

void mns_step_open_sheet (GtkWidget *owner, const char *title, MnsStepSheetRead done);
void mns_step_save_sheet (GtkWidget *owner,
                          const char *title,
                          const char *name,
                          MnsSheet *sheet,
                          MnsStepSheetWritten done);

G_END_DECLS
