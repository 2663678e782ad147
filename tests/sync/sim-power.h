/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* SQLite's files on a disk that loses power. All that was written and not flushed since is on the
 * disk, or not, or in part, each write for itself; what SQLite was told is flushed is there.
 */

/* From now on SQLite of this process uses it. */
void sim_power_install (void);

/* A disk that says it has flushed and has not: a planted bug. */
void sim_power_set_lying (gboolean lying);

/* The power of all files below @dir goes at the write or flush number @after from now. */
void sim_power_arm (const char *dir, guint after);

/* It goes now. */
void sim_power_cut (const char *dir);

/* Meanwhile it does not go. */
void sim_power_hold (gboolean hold);

/* Is it gone? All writing has failed since. */
gboolean sim_power_is_out (const char *dir);

/* Once all files are closed: decides what is left of them, and switches on again. Returns how many
 * writes were lost.
 */
guint sim_power_return (const char *dir, GRand *random);

/* The folder is deleted. */
void sim_power_forget (const char *dir);

G_END_DECLS
