/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* A strip above the content: something is wrong, or old, or read-only. libadwaita has one from 1.3
 * on only. */

#define G_LOG_DOMAIN "mns-banner"

#include "config.h"

#include "desktop/widgets/banner.h"
#include "desktop/widgets/style.h"

struct _MnsBanner
{
  AdwBin parent_instance;

  GtkRevealer *revealer;
  GtkWidget *box;
  GtkImage *icon;
  GtkLabel *label;
  GtkButton *button;
};

G_DEFINE_FINAL_TYPE (MnsBanner, mns_banner, ADW_TYPE_BIN)

enum
{
  BUTTON_CLICKED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* An error interrupts a screen reader, the others wait for it. */
static const struct
{
  const char *css_class;
  const char *icon;
  GtkAccessibleRole role;
} kinds[] = {
  [MNS_BANNER_ERROR] = { "error", "dialog-error-symbolic", GTK_ACCESSIBLE_ROLE_ALERT },
  [MNS_BANNER_WARNING] = { "warning", "dialog-warning-symbolic", GTK_ACCESSIBLE_ROLE_STATUS },
  [MNS_BANNER_INFO] = { "info", "dialog-information-symbolic", GTK_ACCESSIBLE_ROLE_STATUS },
};

static void
clicked_cb (MnsBanner *self)
{
  g_signal_emit (self, signals[BUTTON_CLICKED], 0);
}

static void
mns_banner_class_init (MnsBannerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  /**
   * MnsBanner::button-clicked:
   *
   * The banner's button was pressed.
   */
  signals[BUTTON_CLICKED] = g_signal_new ("button-clicked",
                                          G_TYPE_FROM_CLASS (klass),
                                          G_SIGNAL_RUN_LAST,
                                          0,
                                          NULL,
                                          NULL,
                                          NULL,
                                          G_TYPE_NONE,
                                          0);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/meniscus/Meniscus/widgets/banner.ui");
  gtk_widget_class_bind_template_child (widget_class, MnsBanner, revealer);
  gtk_widget_class_bind_template_child (widget_class, MnsBanner, box);
  gtk_widget_class_bind_template_child (widget_class, MnsBanner, icon);
  gtk_widget_class_bind_template_child (widget_class, MnsBanner, label);
  gtk_widget_class_bind_template_child (widget_class, MnsBanner, button);
  gtk_widget_class_bind_template_callback (widget_class, clicked_cb);
  mns_style_ensure ();
}

static void
mns_banner_init (MnsBanner *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * mns_banner_new:
 * @kind: how bad it is
 *
 * Returns: a banner that is not shown yet
 */
GtkWidget *
mns_banner_new (MnsBannerKind kind)
{
  MnsBanner *self;

  g_return_val_if_fail (kind < G_N_ELEMENTS (kinds), NULL);

  self = g_object_new (MNS_TYPE_BANNER, "accessible-role", kinds[kind].role, NULL);
  gtk_widget_add_css_class (self->box, kinds[kind].css_class);
  gtk_image_set_from_icon_name (self->icon, kinds[kind].icon);
  return GTK_WIDGET (self);
}

/**
 * mns_banner_show:
 * @self: a banner
 * @text: a translated sentence
 *
 * Shows the sentence, in place of one that is shown already.
 */
void
mns_banner_show (MnsBanner *self, const char *text)
{
  g_return_if_fail (MNS_IS_BANNER (self));
  g_return_if_fail (text != NULL);

  gtk_label_set_text (self->label, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_revealer_set_reveal_child (self->revealer, TRUE);
}

void
mns_banner_hide (MnsBanner *self)
{
  g_return_if_fail (MNS_IS_BANNER (self));

  gtk_revealer_set_reveal_child (self->revealer, FALSE);
}

gboolean
mns_banner_get_shown (MnsBanner *self)
{
  g_return_val_if_fail (MNS_IS_BANNER (self), FALSE);

  return gtk_revealer_get_reveal_child (self->revealer);
}

const char *
mns_banner_get_text (MnsBanner *self)
{
  g_return_val_if_fail (MNS_IS_BANNER (self), NULL);

  return gtk_label_get_text (self->label);
}

/**
 * mns_banner_set_button:
 * @self: a banner
 * @label: (nullable): a verb for the button, or %NULL for none
 */
void
mns_banner_set_button (MnsBanner *self, const char *label)
{
  g_return_if_fail (MNS_IS_BANNER (self));

  gtk_widget_set_visible (GTK_WIDGET (self->button), label != NULL);
  if (label == NULL)
    return;
  gtk_button_set_label (self->button, label);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}
