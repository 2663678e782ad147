/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include "desktop/app/bench.h"

#define SECONDS 4
/* Pixels a frame, about a row. */
#define STEP 40

/* ---- ready ---- */

static gboolean
ready_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  static guint n_frames;

  if (n_frames++ < 1)
    return G_SOURCE_CONTINUE;
  g_printerr ("ready\n");
  return G_SOURCE_REMOVE;
}

void
mns_bench_tell_ready (GtkWidget *widget)
{
  if (g_getenv ("MNS_BENCH_READY") != NULL)
    gtk_widget_add_tick_callback (widget, ready_cb, NULL, NULL);
}

/* ---- scrolling ---- */

typedef struct
{
  GtkAdjustment *adjustment;
  gint64 first_us; /* 0 before the first frame that scrolls */
  gint64 last_us;
  gint64 first_frame;
  gint64 slowest_us;
} Scroll;

static GtkAdjustment *
find_adjustment (GtkWidget *widget)
{
  if (GTK_IS_SCROLLED_WINDOW (widget))
    return gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (widget));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkAdjustment *found = find_adjustment (child);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
scroll_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  Scroll *self = data;
  gint64 now = gdk_frame_clock_get_frame_time (clock);
  gint64 frame = gdk_frame_clock_get_frame_counter (clock);
  double value = gtk_adjustment_get_value (self->adjustment);

  /* the list does not know how long it is before it was laid out */
  if (gtk_adjustment_get_upper (self->adjustment) <=
      2 * gtk_adjustment_get_page_size (self->adjustment))
    return G_SOURCE_CONTINUE;
  if (self->first_us == 0)
    {
      self->first_us = now;
      self->first_frame = frame;
    }
  else
    self->slowest_us = MAX (self->slowest_us, now - self->last_us);
  self->last_us = now;
  if (now - self->first_us >= SECONDS * G_USEC_PER_SEC)
    {
      g_printerr ("slowest %.1f\nframes %.2f\n",
                  (double) self->slowest_us / 1000,
                  (double) (frame - self->first_frame) * G_USEC_PER_SEC /
                      (double) (now - self->first_us));
      return G_SOURCE_REMOVE;
    }
  gtk_adjustment_set_value (self->adjustment, value + STEP);
  return G_SOURCE_CONTINUE;
}

void
mns_bench_scroll (GtkWidget *widget)
{
  static gboolean begun;
  Scroll *scroll;

  if (begun || g_getenv ("MNS_BENCH_SCROLL") == NULL)
    return;
  begun = TRUE;
  scroll = g_new0 (Scroll, 1);
  scroll->adjustment = find_adjustment (widget);
  gtk_widget_add_tick_callback (widget, scroll_cb, scroll, g_free);
}
