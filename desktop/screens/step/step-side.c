/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-step-side"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/screens/step/step-side.h"

struct _MnsStepSide
{
  AdwBin parent_instance;

  AdwBin *content;
  GtkWidget *instructions_box;
  GtkLabel *instructions;
};

G_DEFINE_FINAL_TYPE (MnsStepSide, mns_step_side, ADW_TYPE_BIN)

/* What the configuration says about how the step is done; NULL: nothing. */
static const char *
get_instructions (JsonNode *settings)
{
  JsonObject *object = settings != NULL && JSON_NODE_HOLDS_OBJECT (settings)
                           ? json_node_get_object (settings)
                           : NULL;
  JsonNode *node = object != NULL ? json_object_get_member (object, "properties") : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  return json_object_get_string_member_with_default (
      json_node_get_object (node), "instructions", NULL);
}

void
mns_step_side_set_content (MnsStepSide *self, GtkWidget *content)
{
  if (adw_bin_get_child (self->content) != content)
    adw_bin_set_child (self->content, content);
}

gboolean
mns_step_side_set_settings (MnsStepSide *self, JsonNode *settings)
{
  const char *text = get_instructions (settings);

  gtk_label_set_text (self->instructions, text != NULL ? text : "");
  if (text == NULL)
    gtk_widget_set_visible (self->instructions_box, FALSE);
  return text != NULL;
}

void
mns_step_side_toggle_instructions (MnsStepSide *self)
{
  gtk_widget_set_visible (self->instructions_box, !gtk_widget_get_visible (self->instructions_box));
}

gboolean
mns_step_side_has_anything (MnsStepSide *self)
{
  return adw_bin_get_child (self->content) != NULL ||
         gtk_widget_get_visible (self->instructions_box);
}

static void
mns_step_side_class_init (MnsStepSideClass *klass)
{
}

static void
mns_step_side_init (MnsStepSide *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 16);
  GtkWidget *title = gtk_label_new (_ ("Instructions"));

  gtk_widget_set_margin_start (box, 16);
  gtk_widget_set_margin_end (box, 16);
  gtk_widget_set_margin_bottom (box, 16);
  self->content = ADW_BIN (adw_bin_new ());
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->content));
  self->instructions_box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  gtk_widget_add_css_class (title, "heading");
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_box_append (GTK_BOX (self->instructions_box), title);
  self->instructions = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->instructions, TRUE);
  gtk_label_set_xalign (self->instructions, 0);
  gtk_label_set_selectable (self->instructions, TRUE);
  gtk_box_append (GTK_BOX (self->instructions_box), GTK_WIDGET (self->instructions));
  gtk_widget_set_visible (self->instructions_box, FALSE);
  gtk_box_append (GTK_BOX (box), self->instructions_box);
  gtk_scrolled_window_set_policy (
      GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), box);
  adw_bin_set_child (ADW_BIN (self), scrolled);
  gtk_widget_set_hexpand (GTK_WIDGET (self), FALSE);
}

GtkWidget *
mns_step_side_new (void)
{
  return g_object_new (MNS_TYPE_STEP_SIDE, NULL);
}
