/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/screen.h"

G_BEGIN_DECLS

/**
 * MnsQueueMenu:
 *
 * What may be done with samples of a queue without running the step: take them out, move them on,
 * give their projects another priority. A button whose menu has what the person's roles allow; it
 * is not there if that is nothing. Signal: "done", after which the choice is of no use.
 */
#define MNS_TYPE_QUEUE_MENU (mns_queue_menu_get_type ())
G_DECLARE_FINAL_TYPE (MnsQueueMenu, mns_queue_menu, MNS, QUEUE_MENU, AdwBin)

typedef GStrv (*MnsQueueMenuFunc) (MnsScreen *screen);

/* @dup_chosen: answers the artifacts to act on */
GtkWidget *mns_queue_menu_new (MnsScreen *screen, const char *step_id, MnsQueueMenuFunc dup_chosen);
/* How many are chosen: with none the menu's items are disabled. */
void mns_queue_menu_set_n_chosen (MnsQueueMenu *self, guint n_chosen);

G_END_DECLS
