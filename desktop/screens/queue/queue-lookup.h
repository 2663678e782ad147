/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "desktop/app/screen.h"
#include "desktop/screens/queue/queue-list.h"

G_BEGIN_DECLS

/* Chooses what was scanned or pasted: samples by name or id, all samples of a container. Says what
 * was found; what waits for another step gets a link there. */
void mns_queue_lookup (MnsScreen *screen,
                       MnsQueueList *list,
                       const char *step_id,
                       const char *const *texts);

/* Several lines pasted into a text field are names, not text. */
typedef void (*MnsLinesFunc) (gpointer user_data, const char *const *lines);
void mns_queue_lookup_watch_paste (GtkWidget *entry, MnsLinesFunc func, gpointer user_data);

G_END_DECLS
