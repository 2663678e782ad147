/* SPDX-License-Identifier: AGPL-3.0-or-later */

#define G_LOG_DOMAIN "mns-placement-bar"

#include "config.h"

#include <glib/gi18n.h>

#include "desktop/app/cells.h"
#include "desktop/screens/step/placement-bar.h"
#include "desktop/screens/step/step-page.h"

/* Colours that the style has for groups. */
#define N_GROUPS 6

struct _MnsPlacementBar
{
  AdwBin parent_instance;

  gboolean ordered; /* the step's default order is chosen */
  GtkDropDown *order;
  GtkDropDown *skip;
  GtkEntry *start;
  GtkBox *changing; /* what places samples */
  GtkBox *types;    /* in the popover of [Add container] */
  GtkWidget *import_button;
};

G_DEFINE_FINAL_TYPE (MnsPlacementBar, mns_placement_bar, ADW_TYPE_BIN)

enum
{
  CHOSEN,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static const struct
{
  const char *title;
  MnsFillOrder order;
} orders[] = {
  { N_ ("Down columns"), MNS_FILL_COLUMNS },
  { N_ ("Across rows"), MNS_FILL_ROWS },
  { N_ ("Same wells as before"), MNS_FILL_SAME_SHAPE },
  { N_ ("Quadrants"), MNS_FILL_QUADRANT },
};

static void
choose (MnsPlacementBar *self, const char *what, const char *argument)
{
  g_signal_emit (self, signals[CHOSEN], 0, what, argument);
}

static void
clicked_cb (GtkWidget *button, MnsPlacementBar *self)
{
  choose (self, g_object_get_data (G_OBJECT (button), "what"), NULL);
}

static void
rule_changed_cb (MnsPlacementBar *self)
{
  choose (self, "rule", NULL);
}

static void
type_clicked_cb (GtkButton *button, MnsPlacementBar *self)
{
  GtkWidget *popover = gtk_widget_get_ancestor (GTK_WIDGET (button), GTK_TYPE_POPOVER);

  gtk_popover_popdown (GTK_POPOVER (popover));
  choose (self, "add", g_object_get_data (G_OBJECT (button), "type"));
}

MnsFillRule
mns_placement_bar_get_rule (MnsPlacementBar *self)
{
  guint at = gtk_drop_down_get_selected (self->order);
  guint skip = gtk_drop_down_get_selected (self->skip);

  return (MnsFillRule){ .order = orders[MIN (at, G_N_ELEMENTS (orders) - 1)].order,
                        .skip_rows = skip == 1,
                        .skip_columns = skip == 2,
                        .spill = TRUE };
}

const char *
mns_placement_bar_get_start (MnsPlacementBar *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->start));
}

void
mns_placement_bar_set_allowed (MnsPlacementBar *self, gboolean allowed)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->changing), allowed);
  gtk_widget_set_sensitive (self->import_button, allowed);
}

static JsonObject *
get_object (JsonObject *from, const char *name)
{
  JsonNode *node = from != NULL ? json_object_get_member (from, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* Types that may be added. A tube is none: what goes into tubes goes there by itself. */
static void
fill_types (MnsPlacementBar *self, JsonObject *settings)
{
  JsonNode *node = json_object_get_member (settings, "containers");
  JsonArray *list =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonObject *item = json_array_get_object_element (list, i);
      const char *name = json_object_get_string_member_with_default (item, "name", "");
      GtkWidget *button = gtk_button_new_with_label (name);

      gtk_widget_add_css_class (button, "flat");
      g_object_set_data_full (
          G_OBJECT (button),
          "type",
          g_strdup (json_object_get_string_member_with_default (item, "id", NULL)),
          g_free);
      g_signal_connect_object (button, "clicked", G_CALLBACK (type_clicked_cb), self, 0);
      gtk_box_append (self->types, button);
    }
}

/* Once: the defaults of the step; what the person chose afterwards stays. */
void
mns_placement_bar_set_run (MnsPlacementBar *self, const MnsRows *run)
{
  static const struct
  {
    const char *word;
    guint order;
  } patterns[] = { { "column", 0 }, { "row", 1 }, { "same shape", 2 } };
  g_autoptr (JsonNode) node = mns_cell_parse_json (run, 0, "settings");
  JsonObject *settings =
      node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonObject *properties = get_object (settings, "properties");
  const char *pattern =
      properties != NULL
          ? json_object_get_string_member_with_default (properties, "placementDefaultPattern", NULL)
          : NULL;

  if (self->ordered || settings == NULL)
    return;
  self->ordered = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (patterns); i++)
    if (g_strcmp0 (pattern, patterns[i].word) == 0)
      gtk_drop_down_set_selected (self->order, patterns[i].order);
  fill_types (self, settings);
}

static void
mns_placement_bar_class_init (MnsPlacementBarClass *klass)
{
  /**
   * MnsPlacementBar::chosen:
   * @what: "place-all", "undo", "redo", "clear", "add", "import", "export" or "rule"
   * @type: (nullable): with "add", the id of a container type
   */
  signals[CHOSEN] = g_signal_new ("chosen",
                                  G_TYPE_FROM_CLASS (klass),
                                  G_SIGNAL_RUN_LAST,
                                  0,
                                  NULL,
                                  NULL,
                                  NULL,
                                  G_TYPE_NONE,
                                  2,
                                  G_TYPE_STRING,
                                  G_TYPE_STRING);
}

/* @icon: (nullable): instead of the words, which are then the tooltip */
static GtkWidget *
add_button (
    MnsPlacementBar *self, GtkBox *bar, const char *what, const char *label, const char *icon)
{
  GtkWidget *button =
      icon != NULL ? gtk_button_new_from_icon_name (icon) : gtk_button_new_with_label (label);

  if (icon != NULL)
    {
      gtk_widget_set_tooltip_text (button, label);
      gtk_accessible_update_property (
          GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
    }
  g_object_set_data (G_OBJECT (button), "what", (gpointer) what); /* static */
  g_signal_connect_object (button, "clicked", G_CALLBACK (clicked_cb), self, 0);
  gtk_box_append (bar, button);
  return button;
}

static GtkDropDown *
make_choice (MnsPlacementBar *self, const char *const *titles, guint n_titles, const char *label)
{
  GtkStringList *words = gtk_string_list_new (NULL);
  GtkWidget *choice;

  for (guint i = 0; i < n_titles; i++)
    gtk_string_list_append (words, _ (titles[i]));
  choice = gtk_drop_down_new (G_LIST_MODEL (words), NULL);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (choice), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_signal_connect_object (
      choice, "notify::selected", G_CALLBACK (rule_changed_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->changing, choice);
  return GTK_DROP_DOWN (choice);
}

static void
make_add_container (MnsPlacementBar *self)
{
  GtkWidget *button = gtk_menu_button_new ();
  GtkWidget *popover = gtk_popover_new ();

  self->types = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 4));
  gtk_popover_set_child (GTK_POPOVER (popover), GTK_WIDGET (self->types));
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  gtk_menu_button_set_label (GTK_MENU_BUTTON (button), _ ("Add container"));
  gtk_box_append (self->changing, button);
}

static void
make_rule (MnsPlacementBar *self)
{
  static const char *const skips[] = { N_ ("Every well"),
                                       N_ ("Every second row"),
                                       N_ ("Every second column") };
  const char *titles[G_N_ELEMENTS (orders)];

  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    titles[i] = orders[i].title;
  self->order = make_choice (self, titles, G_N_ELEMENTS (titles), _ ("Order of filling"));
  self->skip = make_choice (self, skips, G_N_ELEMENTS (skips), _ ("Wells that are skipped"));
  self->start = GTK_ENTRY (gtk_entry_new ());
  gtk_editable_set_text (GTK_EDITABLE (self->start), "A:1");
  gtk_editable_set_width_chars (GTK_EDITABLE (self->start), 5);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (self->start), 5);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->start), _ ("Well where filling begins"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->start),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Well where filling begins"),
                                  -1);
  gtk_box_append (self->changing, GTK_WIDGET (self->start));
}

static void
mns_placement_bar_init (MnsPlacementBar *self)
{
  GtkBox *bar = mns_step_page_make_bar ();
  GtkWidget *room = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  self->changing = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8));
  add_button (self, self->changing, "place-all", _ ("Place all"), NULL);
  make_rule (self);
  add_button (self, self->changing, "undo", _ ("Undo"), "edit-undo-symbolic");
  add_button (self, self->changing, "redo", _ ("Redo"), "edit-redo-symbolic");
  add_button (self, self->changing, "clear", _ ("Clear"), NULL);
  make_add_container (self);
  gtk_box_append (bar, GTK_WIDGET (self->changing));
  gtk_widget_set_hexpand (room, TRUE);
  gtk_box_append (bar, room);
  self->import_button =
      add_button (self, bar, "import", _ ("Import placement file"), "document-open-symbolic");
  add_button (self, bar, "export", _ ("Export placement"), "document-save-symbolic");
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (bar));
}

GtkWidget *
mns_placement_bar_new (void)
{
  return g_object_new (MNS_TYPE_PLACEMENT_BAR, NULL);
}

/* The projects and their colours, in the order in which the samples come. */
void
mns_placement_show_legend (GtkBox *legend, const MnsRows *pairs)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (legend))) != NULL)
    gtk_box_remove (legend, child);
  for (guint i = 0; i < mns_rows_get_n_rows (pairs); i++)
    {
      const char *project = mns_cell_text (pairs, i, "project");
      g_autofree char *klass = NULL;
      GtkWidget *bar;

      if (project == NULL || g_hash_table_contains (known, project))
        continue;
      klass = g_strdup_printf ("group-%u", g_hash_table_size (known) % N_GROUPS);
      g_hash_table_add (known, (gpointer) project);
      bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
      gtk_widget_add_css_class (bar, "mns-bar");
      gtk_widget_add_css_class (bar, klass);
      gtk_box_append (legend, bar);
      gtk_box_append (legend, gtk_label_new (project));
    }
}
