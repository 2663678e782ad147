/* SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What tests of widgets share. They run inside ui-session.sh. */

/* Like g_test_init (), and GTK, libadwaita and the style of the program. */
void mns_ui_init (int *argc, char ***argv);

/* Shows @child in a window of that size and waits until it was drawn once. The caller destroys the
 * window, and with it @child. */
GtkWidget *mns_ui_show (GtkWidget *child, int width, int height);

/* Lets events and frames happen until the window was drawn anew. */
void mns_ui_settle (GtkWidget *window);

/* Runs the main loop until @done answers true; fails the test after ten seconds. */
void mns_ui_wait (gboolean (*done) (gpointer data), gpointer data);

/* Draws the widget into shots/NAME.png of the build folder, light and dark: NAME-dark.png. */
void mns_ui_save_shots (GtkWidget *widget, const char *name);

/* Makes all text @factor times as large as usual. */
void mns_ui_set_text_scale (double factor);

/* The first widget of that type at or below @root. */
GtkWidget *mns_ui_find (GtkWidget *root, GType type);

G_END_DECLS
