/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The server's log: a JSON object a line on stderr, {"at", "level", "event", ...}. It never holds
 * lab data: no names, no values, no arguments, no addresses of things; ids of people and devices,
 * names of commands and views, codes, counts and times.
 */

void mns_log_install (void);
void mns_log_event (const char *level, const char *event, ...) G_GNUC_NULL_TERMINATED;

/* A message of the database or of a library without what it quotes; free with g_free(). */
char *mns_log_scrub (const char *text);

G_END_DECLS
