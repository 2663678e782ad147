/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* Loads the style sheets of the widgets, follows light, dark and high contrast, and lets drawn
 * widgets ask for the colours by name.
 */

#define G_LOG_DOMAIN "mns-style"

#include "config.h"

#include <adwaita.h>

#include "desktop/widgets/style.h"

#define RESOURCES "/org/meniscus/Meniscus/widgets/"

static const char *const names[] = {
  "mns_bg",      "mns_bg2",      "mns_fg",       "mns_mut",      "mns_line",
  "mns_line2",   "mns_acc",      "mns_acc_fg",   "mns_sel",      "mns_sel_fg",
  "mns_err",     "mns_errbg",    "mns_warnbg",   "mns_infobg",   "mns_ok",
  "mns_group_0", "mns_group_1",  "mns_group_2",  "mns_group_3",  "mns_group_4",
  "mns_group_5", "mns_series_0", "mns_series_1", "mns_series_2", "mns_series_3",
};

G_STATIC_ASSERT (G_N_ELEMENTS (names) == MNS_N_COLORS);

static GtkCssProvider *dark_provider;
static GtkCssProvider *contrast_provider;

static GtkCssProvider *
make_provider (const char *resource)
{
  GtkCssProvider *provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, resource);
  return provider;
}

static void
set_provider (GtkCssProvider *provider, gboolean on, guint priority)
{
  GdkDisplay *display = gdk_display_get_default ();

  gtk_style_context_remove_provider_for_display (display, GTK_STYLE_PROVIDER (provider));
  if (on)
    gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (provider), priority);
}

static void
update_providers_cb (AdwStyleManager *manager)
{
  set_provider (dark_provider,
                adw_style_manager_get_dark (manager),
                GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 1);
  set_provider (contrast_provider,
                adw_style_manager_get_high_contrast (manager),
                GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 2);
}

/**
 * mns_style_ensure:
 *
 * Makes the style sheets known to the default display, once. Every widget of this folder calls it,
 * so a program need not; a program with a style sheet of its own may, to use the colour names.
 */
void
mns_style_ensure (void)
{
  AdwStyleManager *manager;
  GtkCssProvider *provider;

  if (dark_provider != NULL || gdk_display_get_default () == NULL)
    return;

  adw_init ();
  provider = make_provider (RESOURCES "style.css");
  dark_provider = make_provider (RESOURCES "style-dark.css");
  contrast_provider = make_provider (RESOURCES "style-hc.css");
  set_provider (provider, TRUE, GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  g_object_unref (provider);

  manager = adw_style_manager_get_default ();
  g_signal_connect (manager, "notify::dark", G_CALLBACK (update_providers_cb), NULL);
  g_signal_connect (manager, "notify::high-contrast", G_CALLBACK (update_providers_cb), NULL);
  update_providers_cb (manager);
}

/**
 * mns_palette_load:
 * @self: (out caller-allocates): a palette
 * @widget: the widget to be drawn
 *
 * Reads the colours that hold for @widget now.
 */
void
mns_palette_load (MnsPalette *self, GtkWidget *widget)
{
  GtkStyleContext *context = gtk_widget_get_style_context (widget);

  for (guint i = 0; i < MNS_N_COLORS; i++)
    if (!gtk_style_context_lookup_color (context, names[i], &self->colors[i]))
      gtk_style_context_get_color (context, &self->colors[i]);
}

/**
 * mns_palette_get_group:
 * @self: a palette
 * @group: a group, or -1 for none; numbers above 5 start over
 *
 * Returns: the fill for the group
 */
const GdkRGBA *
mns_palette_get_group (const MnsPalette *self, int group)
{
  if (group < 0)
    return &self->colors[MNS_COLOR_BG2];
  return &self->colors[MNS_COLOR_GROUP_0 + group % MNS_N_GROUP_COLORS];
}

GdkRGBA
mns_color_with_alpha (const GdkRGBA *color, float alpha)
{
  GdkRGBA result = *color;

  result.alpha = alpha;
  return result;
}

/**
 * mns_style_get_text_scale:
 * @widget: a widget
 *
 * Returns: how much larger than usual the user wants text, 1 or more; sizes in pixels grow with it
 */
double
mns_style_get_text_scale (GtkWidget *widget)
{
  int dpi = 0;

  g_object_get (gtk_widget_get_settings (widget), "gtk-xft-dpi", &dpi, NULL);
  return dpi > 0 ? MAX (1.0, dpi / (96.0 * 1024)) : 1.0;
}
