/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* An empty libadwaita window, the floor of every start: prints "ready" after its first frame and
 * ends. With the word scroll: the widget of the queue with 10,000 rows, scrolled a row a frame for
 * four seconds; prints the frames a second by the frame clock, and those it had time for.
 */

#include "config.h"

#include <adwaita.h>
#include <stdio.h>
#include <stdlib.h>

#include "desktop/widgets/paged-model.h"
#include "desktop/widgets/row-list.h"

#define N_ROWS 10000
#define SECONDS 4

static gboolean scrolling;
static gint64 first_frame;
static gint64 first_us;
static GtkWidget *list;

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
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  gint64 frame = gdk_frame_clock_get_frame_counter (clock);
  gint64 now = gdk_frame_clock_get_frame_time (clock);

  if (!scrolling)
    {
      if (first_frame++ < 1)
        return G_SOURCE_CONTINUE;
      printf ("ready\n");
      fflush (stdout);
      exit (0);
    }
  if (first_us == 0)
    {
      first_us = now;
      first_frame = frame;
    }
  if (now - first_us >= SECONDS * G_USEC_PER_SEC)
    {
      printf ("%.2f\n",
              (double) (frame - first_frame) * G_USEC_PER_SEC / (double) (now - first_us));
      fflush (stdout);
      exit (0);
    }
  {
    GtkAdjustment *adjustment = find_adjustment (widget);

    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + 40);
  }
  return G_SOURCE_CONTINUE;
}

static void
fetch (MnsPagedModel *model, guint offset, guint limit, guint64 generation, gpointer user_data)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = offset; i < offset + limit; i++)
    {
      g_autofree char *name = g_strdup_printf ("Mouse-%07u-liver", i);
      g_autofree char *plate = g_strdup_printf ("Plate %u", i / 96);
      const char *texts[] = { name, "Project Alpha", plate, "A:1", "3", NULL };
      MnsRow *row = mns_row_new (name, texts);

      g_ptr_array_add (rows, row);
    }
  mns_paged_model_set_rows (model, generation, offset, rows);
}

static const MnsListColumn columns[] = {
  { "name", "Sample", FALSE, 160, FALSE, TRUE },
  { "project", "Project", FALSE, -1, TRUE, TRUE },
  { "container", "Container", FALSE, 160, FALSE, TRUE },
  { "well", "Well", FALSE, 80, FALSE, FALSE },
  { "days", "Days waiting", TRUE, 100, FALSE, TRUE },
};

static void
activate_cb (GtkApplication *application)
{
  GtkWidget *window = adw_application_window_new (application);

  gtk_window_set_default_size (GTK_WINDOW (window), 1100, 800);
  if (scrolling)
    {
      MnsPagedModel *model = mns_paged_model_new (fetch, NULL, NULL);

      mns_paged_model_reset (model, N_ROWS);
      list = mns_row_list_new (
          G_LIST_MODEL (model), columns, G_N_ELEMENTS (columns), "Samples in the queue");
      adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), list);
    }
  else
    list = window;
  gtk_widget_add_tick_callback (list, tick_cb, NULL, NULL);
  gtk_window_present (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  g_autoptr (AdwApplication) application = NULL;

  scrolling = argc > 1 && g_str_equal (argv[1], "scroll");
  application = adw_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  g_signal_connect (application, "activate", G_CALLBACK (activate_cb), NULL);
  return g_application_run (G_APPLICATION (application), 1, argv);
}
