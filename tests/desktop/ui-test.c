/* SPDX-License-Identifier: AGPL-3.0-or-later */

#include "config.h"

#include <adwaita.h>
#include <glib/gstdio.h>

#include "desktop/widgets/style.h"
#include "tests/desktop/ui-test.h"

void
mns_ui_init (int *argc, char ***argv)
{
  gtk_test_init (argc, argv, NULL);
  adw_init ();
  mns_style_ensure ();
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      ADW_COLOR_SCHEME_FORCE_LIGHT);
}

static gboolean
time_out_cb (gpointer data)
{
  g_error ("not within ten seconds");
  return G_SOURCE_REMOVE;
}

void
mns_ui_wait (gboolean (*done) (gpointer data), gpointer data)
{
  guint id = g_timeout_add_seconds (10, time_out_cb, NULL);

  while (!done (data))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
}

static void
painted_cb (GdkFrameClock *clock, gboolean *painted)
{
  *painted = TRUE;
}

static gboolean
is_set (gpointer data)
{
  return *(gboolean *) data;
}

void
mns_ui_settle (GtkWidget *window)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);
  gboolean painted = FALSE;
  gulong id;

  while (g_main_context_iteration (NULL, FALSE))
    ;
  id = g_signal_connect (clock, "after-paint", G_CALLBACK (painted_cb), &painted);
  gtk_widget_queue_draw (window);
  gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_PAINT);
  mns_ui_wait (is_set, &painted);
  g_signal_handler_disconnect (clock, id);
}

static gboolean
is_mapped (gpointer window)
{
  return gtk_widget_get_mapped (window);
}

GtkWidget *
mns_ui_show (GtkWidget *child, int width, int height)
{
  GtkWidget *window = adw_window_new ();

  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  adw_window_set_content (ADW_WINDOW (window), child);
  gtk_window_present (GTK_WINDOW (window));
  mns_ui_wait (is_mapped, window);
  mns_ui_settle (window);
  return window;
}

static void
save_png (GtkWidget *widget, const char *name)
{
  g_autofree char *folder = g_build_filename (g_getenv ("MNS_BUILD"), "shots", NULL);
  g_autofree char *file = g_strconcat (name, ".png", NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  GtkWidget *window = GTK_WIDGET (gtk_widget_get_root (widget));
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (widget);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;

  g_mkdir_with_parents (folder, 0755);
  gdk_paintable_snapshot (
      paintable, snapshot, gtk_widget_get_width (widget), gtk_widget_get_height (widget));
  node = gtk_snapshot_free_to_node (snapshot);
  g_assert_nonnull (node);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, NULL);
  g_assert_true (gdk_texture_save_to_png (texture, path));
}

void
mns_ui_save_shots (GtkWidget *widget, const char *name)
{
  g_autofree char *dark = g_strconcat (name, "-dark", NULL);
  GtkWidget *window = GTK_WIDGET (gtk_widget_get_root (widget));
  AdwStyleManager *manager = adw_style_manager_get_default ();

  mns_ui_settle (window);
  save_png (widget, name);
  adw_style_manager_set_color_scheme (manager, ADW_COLOR_SCHEME_FORCE_DARK);
  mns_ui_settle (window);
  save_png (widget, dark);
  adw_style_manager_set_color_scheme (manager, ADW_COLOR_SCHEME_FORCE_LIGHT);
  mns_ui_settle (window);
}

void
mns_ui_set_text_scale (double factor)
{
  g_object_set (gtk_settings_get_default (), "gtk-xft-dpi", (int) (factor * 96 * 1024), NULL);
}

GtkWidget *
mns_ui_find (GtkWidget *root, GType type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (root, type))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = mns_ui_find (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}
