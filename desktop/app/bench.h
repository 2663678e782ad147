/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* For the benches, which measure this program and not a likeness. Without their variables in the
 * environment nothing happens.
 */

/* MNS_BENCH_READY: says "ready" once @widget has been drawn, on the error output. */
void mns_bench_tell_ready (GtkWidget *widget);

/* MNS_BENCH_SCROLL: scrolls the list in @widget a row a frame for four seconds and says "frames N",
 * the frames a second, and "slowest N", the longest time between two of them in milliseconds.
 */
void mns_bench_scroll (GtkWidget *widget);

G_END_DECLS
